//! What a connection shows of the notes on opening and closing. The notes tell the story of a client that closes
//! first; where the server did, their sentences on the client are not claimed.

use super::Step;
use crate::{
    Claim::{C1, C3, C5, C8, C9, C10, O1, O5, O8, O12, O14},
    Event, Finding, Past, Side,
};

/// What `event` shows of the notes, given what came before it.
pub(crate) fn judge(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    let mut findings = match step {
        Step::Syn => syn(event),
        Step::SynAck => syn_ack(event),
        Step::Established => established(event, past),
        Step::Data => data(event, past),
        Step::Fin => fin(event, past),
        Step::FinAck => fin_ack(event, past),
        Step::LastAck => last_ack(event, past),
        Step::FinWait1 | Step::FinWait2 | Step::CloseWait | Step::TimeWait | Step::Closed => {
            state(step, event, past)
        }
        Step::Ack
        | Step::DataAck
        | Step::PureAck
        | Step::Rst
        | Step::Error
        | Step::Lost
        | Step::Held
        | Step::Repeated
        | Step::Damaged
        | Step::Forged
        | Step::Undecodable
        | Step::Summary => Vec::new(),
    };
    // Usually the third segment; when that one was lost, whatever carries the acknowledgment in its place.
    if step != Step::SynAck && event.is("acks_syn") {
        findings.extend(synchronised(event, past));
    }
    findings
}

fn syn(event: &Event) -> Vec<Finding> {
    if event.sender() != Some(Side::Client) || event.is("retransmission") {
        return Vec::new();
    }
    let isn = event.number("seq").unwrap_or_default();
    let (mut en, mut zh) = (format!("SYN with ISN {isn}"), format!("SYN，ISN 为 {isn}"));
    if event.text("source") == "TCP_SAVED_SYN" {
        en += ", read from the copy that the server's kernel kept";
        zh += "，读自服务端内核保存的副本";
    }
    vec![Finding::as_noted_because(O1, en, zh)]
}

fn syn_ack(event: &Event) -> Vec<Finding> {
    let Some(ack) = event.number("ack") else { return Vec::new() };
    if event.sender() != Some(Side::Server) || !event.is("acks_syn") || event.is("retransmission") {
        return Vec::new();
    }
    let isn = before(ack);
    vec![Finding::as_noted_because(
        O5,
        format!("ack {ack} = the client's ISN {isn} + 1"),
        format!("ack {ack} = 客户端 ISN {isn} + 1"),
    )]
}

/// The client has acknowledged the server's SYN: now both know that both can send and receive.
fn synchronised(event: &Event, past: &Past) -> Vec<Finding> {
    let (Some(seq), Some(seq_relative)) = (event.number("seq"), event.number("seq_relative")) else {
        return Vec::new();
    };
    let (Some(ack), Some(ack_relative)) = (event.number("ack"), event.number("ack_relative")) else {
        return Vec::new();
    };
    if event.sender() != Some(Side::Client) {
        return Vec::new();
    }
    let x = seq.wrapping_sub(seq_relative) & MASK;
    let y = ack.wrapping_sub(ack_relative) & MASK;
    let mut findings = vec![Finding::as_noted_because(
        O8,
        format!("ack {ack} = the server's ISN {y} + {ack_relative}"),
        format!("ack {ack} = 服务端 ISN {y} + {ack_relative}"),
    )];
    let answered = past.first_from(Side::Server, Step::SynAck).and_then(|record| record.number("ack"));
    // A SYN+ACK that answered an older SYN proves nothing of this connection.
    if let Some(confirmed) = answered.filter(|&confirmed| before(confirmed) == x) {
        findings.push(Finding::as_noted_because(
            O12,
            format!(
                "SYN+ACK (ack {confirmed}) proves that the client can send (seq {x}) and the server receive; \
                 this segment (ack {ack}) proves that the server can send (seq {y}) and the client receive"
            ),
            format!(
                "SYN+ACK（ack {confirmed}）证明客户端能发（seq {x}）、服务端能收；\
                 这个报文段（ack {ack}）证明服务端能发（seq {y}）、客户端能收"
            ),
        ));
        findings.push(Finding::as_noted_because(
            O14,
            format!(
                "client: ISN {x}, acknowledged as {confirmed}; server: ISN {y}, acknowledged as {}",
                after(y)
            ),
            format!("客户端 ISN {x}，被确认为 {confirmed}；服务端 ISN {y}，被确认为 {}", after(y)),
        ));
    }
    findings
}

/// Without a view of the segments, the kernel's counters are what the opening rests on.
fn established(event: &Event, past: &Past) -> Vec<Finding> {
    let rests_on = event.text("rests_on");
    if rests_on.is_empty() {
        return Vec::new();
    }
    let state = event.text("state");
    let (seen, seen_zh) = if past.has(Step::Syn) {
        ("only the saved SYN was seen", "只看到内核保存的 SYN")
    } else {
        ("no segment was seen", "没有看到报文段")
    };
    let mut en = format!("{seen}; {rests_on} says {state}");
    let mut zh = format!("{seen_zh}；{rests_on} 报告 {state}");
    // Linux counts a server's SYN+ACK before there is a socket to count for: only the client's numbers tell.
    if let (Side::Client, Some(out), Some(in_)) =
        (event.side, event.number("segs_out"), event.number("segs_in"))
    {
        en += &format!(", segments out {out}, in {in_}");
        zh += &format!("，发出 {out} 段，收到 {in_} 段");
    }
    let opening = if past.has(Step::Syn) { &[O5, O8][..] } else { &[O1, O5, O8] };
    opening.iter().map(|&claim| Finding::as_noted_because(claim, en.clone(), zh.clone())).collect()
}

fn data(event: &Event, past: &Past) -> Vec<Finding> {
    // Data may carry the ACK of the FIN along.
    let mut findings = fin_ack(event, past);
    let from_server = event.sender() == Some(Side::Server) && closed_first(event, past) == Some(Side::Client);
    if from_server && event.is("after_fin") && !event.is("retransmission") {
        let length = event.number("payload_length").unwrap_or_default();
        findings.push(Finding::as_noted_because(
            C5,
            format!("{length} bytes of data although the client's FIN has already arrived"),
            format!("客户端的 FIN 已经到达，服务端仍发出 {length} 字节数据"),
        ));
    }
    findings
}

fn fin(event: &Event, past: &Past) -> Vec<Finding> {
    let Some(seq) = event.number("seq") else { return Vec::new() };
    let Some(sender) = event.sender() else { return Vec::new() };
    if event.is("retransmission") {
        return Vec::new();
    }
    match (closed_first(event, past), sender) {
        (Some(Side::Client), Side::Client) => vec![Finding::as_noted_because(
            C1,
            format!("the client's FIN (seq {seq}) is the first of the two"),
            format!("客户端的 FIN（seq {seq}）先于服务端"),
        )],
        (Some(Side::Server), Side::Server) => vec![server_closed_first(&format!(" (seq {seq})"))],
        (Some(Side::Client), Side::Server) => second_fin(event),
        (Some(Side::Server), Side::Client) | (None, _) => Vec::new(),
    }
}

/// The server's FIN after the client's.
fn second_fin(event: &Event) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ack = event.number("ack").unwrap_or_default();
    let bytes = event.number("bytes_after_fin").unwrap_or_default();
    if bytes > 0 {
        findings.push(Finding::as_noted_because(
            C5,
            format!(
                "{bytes} bytes first, then the FIN; the state that follows, LAST_ACK, is left out by the notes"
            ),
            format!("先发完 {bytes} 字节，再发 FIN；随后的 LAST_ACK 状态笔记没有提到"),
        ));
    }
    if event.is("acks_fin") {
        findings.push(Finding::depends(
            C3,
            format!("the ACK of the client's FIN (ack {ack}) came with the server's FIN, so FIN_WAIT_2 was skipped"),
            format!("对客户端 FIN 的确认（ack {ack}）与服务端的 FIN 同行，因此跳过了 FIN_WAIT_2"),
        ));
        findings.push(Finding::depends(
            C8,
            format!("three segments here: FIN and ack {ack} in one, and no separate ACK was seen before it"),
            format!("这次是三个报文段：FIN 与 ack {ack} 合并，之前没有看到单独的 ACK"),
        ));
    }
    findings
}

fn fin_ack(event: &Event, past: &Past) -> Vec<Finding> {
    let answers_client =
        event.sender() == Some(Side::Server) && closed_first(event, past) == Some(Side::Client);
    match event.number("ack") {
        Some(ack) if answers_client && event.is("acks_fin") => vec![Finding::as_noted_because(
            C3,
            format!("ack {ack} = the sequence number of the client's FIN, {}, + 1", before(ack)),
            format!("ack {ack} = 客户端 FIN 的序列号 {} + 1", before(ack)),
        )],
        _ => Vec::new(),
    }
}

fn last_ack(event: &Event, past: &Past) -> Vec<Finding> {
    let from_client = event.sender() == Some(Side::Client) && closed_first(event, past) == Some(Side::Client);
    match event.number("ack") {
        Some(ack) if from_client && event.is("acks_fin") => vec![Finding::as_noted_because(
            C9,
            format!("ack {ack} = the sequence number of the server's FIN, {}, + 1", before(ack)),
            format!("ack {ack} = 服务端 FIN 的序列号 {} + 1", before(ack)),
        )],
        _ => Vec::new(),
    }
}

fn state(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    let (name, asked) = (event.text("state"), event.text("asked"));
    let en = format!("{asked} says {name}");
    let zh = format!("{asked} 报告 {name}");
    match (closed_first(event, past), event.side, step) {
        (Some(Side::Client), Side::Client, Step::FinWait1) => vec![Finding::as_noted_because(C1, en, zh)],
        (Some(Side::Client), Side::Client, Step::FinWait2)
        | (Some(Side::Client), Side::Server, Step::CloseWait) => vec![Finding::as_noted_because(C3, en, zh)],
        (Some(Side::Client), Side::Client, Step::TimeWait) => {
            let timer = event.number("timer_ms").unwrap_or_default();
            vec![Finding::as_noted_because(
                C9,
                format!("{en}, {timer} ms to go until CLOSED"),
                format!("{zh}，距 CLOSED 还有 {timer} 毫秒"),
            )]
        }
        (Some(Side::Client), Side::Server, Step::Closed) if event.text("error").is_empty() => {
            vec![Finding::as_noted_because(C10, en, zh)]
        }
        // The segment, where it was seen, has said it already.
        (Some(Side::Server), _, Step::CloseWait | Step::FinWait1) if !past.has(Step::Fin) => {
            vec![server_closed_first("")]
        }
        (_, _, _) => Vec::new(),
    }
}

fn server_closed_first(segment: &str) -> Finding {
    Finding::depends(
        C1,
        format!(
            "here the server sent its FIN{segment} first: what the notes say of the client's close holds for the server"
        ),
        format!("这次是服务端先发 FIN{segment}：笔记中对客户端关闭的描述适用于服务端"),
    )
}

/// Who closed first: by the segments where they were seen, else by the states of the side that tells.
fn closed_first(event: &Event, past: &Past) -> Option<Side> {
    let fin = past.records().iter().find(|record| record.step == Step::Fin.into());
    let this_fin = || event.sender().filter(|_| event.step == Step::Fin.into());
    if let Some(side) = fin.and_then(|record| record.from).or_else(this_fin) {
        return Some(side);
    }
    let passed = |step: Step| past.has(step) || event.step == step.into();
    if passed(Step::CloseWait) {
        Some(event.side.peer())
    } else if passed(Step::FinWait1) || passed(Step::FinWait2) || passed(Step::TimeWait) {
        Some(event.side)
    } else {
        None
    }
}

/// Sequence numbers wrap at 2³².
const MASK: u64 = 0xffff_ffff;

fn before(number: u64) -> u64 {
    number.wrapping_sub(1) & MASK
}

fn after(number: u64) -> u64 {
    number.wrapping_add(1) & MASK
}

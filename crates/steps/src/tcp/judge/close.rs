//! What a connection shows of the notes on closing, and what becomes of a FIN or of the ACK of one that is lost.

use super::{
    super::{Step, memory::Kept},
    before, seconds, setting,
};
use crate::{
    Claim,
    Claim::{C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, O2, O6},
    Event, Finding, Past, Side,
};

pub(super) fn data(event: &Event, past: &Past) -> Vec<Finding> {
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

pub(super) fn fin(event: &Event, past: &Past) -> Vec<Finding> {
    let Some(seq) = event.number("seq") else { return Vec::new() };
    let Some(sender) = event.sender() else { return Vec::new() };
    match (closed_first(event, past), sender) {
        (Some(Side::Client), Side::Client) => vec![Finding::as_noted_because(
            C1,
            format!("the client's FIN (seq {seq}) is the first of the two"),
            format!("客户端的 FIN（seq {seq}）先于服务端"),
        )],
        (Some(Side::Server), Side::Server) => vec![server_closed_first(&format!(" (seq {seq})"))],
        (Some(Side::Client), Side::Server) if crossed(event, past) => vec![both_closed_first(event)],
        (Some(Side::Client), Side::Server) => second_fin(event, past),
        (Some(Side::Server), Side::Client) if crossed(event, past) => vec![both_closed_first(event)],
        (Some(Side::Server), Side::Client) | (None, _) => Vec::new(),
    }
}

/// The server's FIN after the client's.
fn second_fin(event: &Event, past: &Past) -> Vec<Finding> {
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
        let first = past.tcp.of(Side::Client, Step::Fin).next_back();
        let after = first.map_or(0.0, |fin| fin.ms_before(event.elapsed_us));
        findings.push(Finding::depends(
            C3,
            format!("the ACK of the client's FIN (ack {ack}) came with the server's FIN, so FIN_WAIT_2 was skipped"),
            format!("对客户端 FIN 的确认（ack {ack}）与服务端的 FIN 同行，因此跳过了 FIN_WAIT_2"),
        ));
        findings.push(Finding::depends(
            C8,
            format!(
                "three segments here: FIN and ack {ack} in one, {after} ms after the client's FIN and before the \
                 server's kernel had sent the ACK that it holds back for a moment; a server that closes later sends four"
            ),
            format!(
                "这次是三个报文段：FIN 与 ack {ack} 合并，距客户端的 FIN {after} 毫秒，早于服务端内核发出暂缓的 ACK；\
                 服务端关闭得晚就是四个"
            ),
        ));
    }
    findings
}

pub(super) fn fin_ack(event: &Event, past: &Past) -> Vec<Finding> {
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

pub(super) fn last_ack(event: &Event, past: &Past) -> Vec<Finding> {
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

pub(super) fn state(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
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
        (Some(Side::Client), Side::Server, Step::LastAckState)
            if past.tcp.of(Side::Server, Step::Fin).any(|fin| fin.number("bytes_after_fin").is_some()) =>
        {
            vec![Finding::as_noted_because(
                C5,
                format!(
                    "{en}, a state that the notes leave out: the server's FIN is out and not acknowledged yet"
                ),
                format!("{zh}，笔记没有提到的状态：服务端的 FIN 已发出，还没有得到确认"),
            )]
        }
        (Some(Side::Client), _, Step::Closed) if event.side == Side::Client || broken(event, past) => {
            forgotten(event, past)
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

/// Whether this FIN came although its sender had not heard of the other's.
fn crossed(event: &Event, past: &Past) -> bool {
    let Some(sender) = event.sender() else { return false };
    !event.is("acks_fin") && !past.tcp.all().any(|one| one.from == Some(sender) && one.is("acks_fin"))
}

fn both_closed_first(event: &Event) -> Finding {
    let (ack, seq) = (event.number("ack").unwrap_or_default(), event.number("seq").unwrap_or_default());
    Finding::depends(
        C1,
        format!(
            "both closed first: this FIN (seq {seq}, ack {ack}) does not acknowledge the other, which is still on its \
             way or lost; sides whose FINs cross pass through CLOSING, and both wait in TIME_WAIT"
        ),
        format!(
            "双方都先关闭：这个 FIN（seq {seq}，ack {ack}）没有确认对方的 FIN，后者仍在路上或已丢失；\
             FIN 交错时双方都经过 CLOSING，并且都要在 TIME_WAIT 中等待"
        ),
    )
}

/// The claim of the notes on a FIN that goes unanswered: the client's, or the server's after it.
fn of_lost_fin(sender: Side) -> Claim {
    match sender {
        Side::Client => C2,
        Side::Server => C7,
    }
}

/// The sender's own FIN, sent again. The receiver of a repeated FIN cannot know what was lost, and is not asked.
pub(super) fn fin_again(event: &Event, past: &Past) -> Vec<Finding> {
    let (Some(sender), Some(seq)) = (event.sender(), event.number("seq")) else { return Vec::new() };
    if sender != event.side || closed_first(event, past) != Some(Side::Client) || acknowledged(sender, past) {
        return Vec::new();
    }
    let gaps = gaps(event, past.tcp.of(sender, Step::Fin));
    vec![Finding::as_noted_because(
        of_lost_fin(sender),
        format!("no ACK came, and the FIN went again with the same sequence number {seq}, after {gaps} ms"),
        format!("没有等到 ACK，FIN 以同一序列号 {seq} 再次发出，间隔 {gaps} 毫秒"),
    )]
}

/// The gaps between a segment and those like it before it, this one's last.
fn gaps<'a>(event: &Event, earlier: impl Iterator<Item = &'a Kept>) -> String {
    let mut gaps: Vec<_> = earlier.filter_map(|one| one.number("gap_ms")).collect();
    gaps.extend(event.number("gap_ms"));
    gaps.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}

/// Whether the FIN of `side` was acknowledged, as far as seen.
fn acknowledged(side: Side, past: &Past) -> bool {
    past.tcp.all().any(|one| one.from == Some(side.peer()) && one.is("acks_fin"))
}

/// The server's ACK of the FIN, again. Only the server knows that it had sent one before.
pub(super) fn fin_ack_again(event: &Event, past: &Past) -> Vec<Finding> {
    let answers = event.sender() == Some(Side::Server) && closed_first(event, past) == Some(Side::Client);
    if event.side != Side::Server || !answers {
        return Vec::new();
    }
    let Some(earlier) = past.tcp.of(Side::Server, Step::FinAck).next_back() else { return Vec::new() };
    let fins = past.tcp.of(Side::Client, Step::Fin);
    let Some(asked) = fins.rev().find(|fin| fin.is("retransmission")) else { return Vec::new() };
    // Nothing else from the server may have carried the ACK in between.
    if asked.elapsed_us < earlier.elapsed_us || past.tcp.sent(Side::Server) != earlier.nth {
        return Vec::new();
    }
    let silent = earlier.ms_before(asked.elapsed_us);
    let soon = asked.ms_before(event.elapsed_us);
    vec![Finding::as_noted_because(
        C4,
        format!(
            "for {silent} ms after its ACK the server sent nothing by itself; the client's FIN came again, and {soon} ms \
             later the ACK followed it"
        ),
        format!(
            "发出 ACK 之后 {silent} 毫秒内服务端没有自行重发；客户端的 FIN 再次到来，{soon} 毫秒后 ACK 随之发出"
        ),
    )]
}

/// Whether the end was not as agreed.
fn broken(event: &Event, past: &Past) -> bool {
    !event.text("error").is_empty()
        || (event.text("was") == "LAST_ACK"
            && past.has(Step::Fin)
            && !acknowledged(event.side, past)
            && past.tcp.of(event.side, Step::Fin).any(|fin| fin.is("retransmission")))
}

/// The kernel no longer knows the connection, and no ACK of the second FIN has ended it.
fn forgotten(event: &Event, past: &Past) -> Vec<Finding> {
    let was_ms = event.number("was_ms").unwrap_or_default();
    let reset =
        past.tcp.of(Side::Client, Step::Rst).chain(past.tcp.of(Side::Server, Step::Rst)).next().is_some();
    match (event.side, event.text("was")) {
        (Side::Client, "FIN_WAIT_2") if !reset && past.first_from(Side::Server, Step::Fin).is_none() => {
            let timer = past.first(Step::FinWait2).and_then(|record| record.number("timer_ms"));
            let timer_zh = timer.map_or_else(String::new, |ms| format!("（{ms} 毫秒）"));
            let timer = timer.map_or_else(String::new, |ms| format!(" ({ms} ms)"));
            vec![Finding::depends(
                C6,
                format!(
                    "no FIN came, and after {was_ms} ms in FIN_WAIT_2 the kernel forgot the connection: the program had \
                     closed its socket, which is when this timer{timer} runs; after a half close alone it never does"
                ),
                format!(
                    "没有等到 FIN，在 FIN_WAIT_2 停留 {was_ms} 毫秒后内核不再保留连接：程序已关闭套接字，\
                     这个定时器{timer_zh}才会走；仅仅半关闭时它永远不走"
                ),
            )]
        }
        (side @ Side::Client, "FIN_WAIT_1") | (side @ Side::Server, "LAST_ACK")
            if !reset && !acknowledged(side, past) && ["", "ETIMEDOUT"].contains(&event.text("error")) =>
        {
            unanswered(side, event, past)
        }
        (Side::Client | Side::Server, _) => Vec::new(),
    }
}

/// A call failed because a FIN of this side was never acknowledged.
pub(super) fn given_up(event: &Event, past: &Past) -> Vec<Finding> {
    let mine = past.first_from(event.side, Step::Fin).is_some()
        || past.has(Step::FinWait1)
        || past.has(Step::LastAckState);
    if event.text("errno") != "ETIMEDOUT"
        || !mine
        || closed_first(event, past) != Some(Side::Client)
        || acknowledged(event.side, past)
        || past.has(Step::FinWait2)
    {
        return Vec::new();
    }
    unanswered(event.side, event, past)
}

/// The FIN of `side` was repeated and given up: by which limit.
fn unanswered(side: Side, event: &Event, past: &Past) -> Vec<Finding> {
    let fins: Vec<_> = past.tcp.of(side, Step::Fin).collect();
    let counted = past.tcp.all().filter(|one| one.step == Step::Timer);
    let counted = counted.filter_map(|one| one.number("retransmits")).max().unwrap_or_default();
    let (sent, since) = match fins.first() {
        Some(first) => (fins.len() as u64, event.elapsed_us.saturating_sub(first.elapsed_us)),
        None => (counted + 1, event.number("was_ms").unwrap_or_default() * 1000),
    };
    if sent < 2 {
        return Vec::new();
    }
    let since = seconds(since);
    let error = [event.text("errno"), event.text("error")].concat();
    let user_timeout = setting(past, "TCP_USER_TIMEOUT_ms").filter(|&ms| ms > 0);
    let (limit, limit_zh) = match (user_timeout, error.is_empty()) {
        (Some(ms), _) => {
            (format!("TCP_USER_TIMEOUT ({ms} ms) ended it"), format!("由 TCP_USER_TIMEOUT（{ms} 毫秒）终止"))
        }
        (None, true) => {
            let n = setting(past, "tcp_orphan_retries").unwrap_or_default();
            (
                format!("tcp_orphan_retries ({n}; 0 means 8) ended it, since no program held the socket"),
                format!("由 tcp_orphan_retries（{n}，0 表示 8）终止，因为已没有程序持有套接字"),
            )
        }
        (None, false) => {
            let n = setting(past, "tcp_retries2").unwrap_or_default();
            (format!("tcp_retries2 ({n}) ended it"), format!("由 tcp_retries2（{n}）终止"))
        }
    };
    let (told, told_zh) = if error.is_empty() {
        (String::new(), String::new())
    } else {
        (format!(", {error}"), format!("，{error}"))
    };
    vec![Finding::as_noted_because(
        of_lost_fin(side),
        format!("{sent} FINs and no ACK: given up {since} after the first{told}; {limit}"),
        format!("发出 {sent} 个 FIN 都没有 ACK：第一个之后 {since} 放弃{told_zh}；{limit_zh}"),
    )]
}

/// What the kernel's timers say of a FIN that was sent, or of one that is awaited.
pub(super) fn timer(event: &Event, past: &Past) -> Vec<Finding> {
    // Where segments are seen, they are what tells of a repeat in the opening.
    let state = event.text("state");
    if matches!((event.side, state), (Side::Client, "SYN_SENT") | (Side::Server, "SYN_RECEIVED")) {
        return if past.first_from(event.side, opens(event.side)).is_none() {
            vec![counted(if event.side == Side::Client { O2 } else { O6 }, event)]
        } else {
            Vec::new()
        };
    }
    if closed_first(event, past) != Some(Side::Client) {
        return Vec::new();
    }
    let ms = event.number("timer_ms").unwrap_or_default();
    let claim = of_lost_fin(event.side);
    match (event.side, state) {
        (Side::Client, "FIN_WAIT_2") if event.text("timer") == "no timer" => {
            let was = event.number("was_ms").unwrap_or_default();
            vec![Finding::depends(
                C6,
                format!(
                    "no FIN came for {was} ms and sock_diag lists no timer: FIN_WAIT_2 lasts for ever as long as the \
                     program keeps the socket; only a socket that is closed waits with a timeout"
                ),
                format!(
                    "{was} 毫秒没有等到 FIN，sock_diag 也没有列出定时器：只要程序还持有套接字，FIN_WAIT_2 就没有期限；\
                     只有关闭了套接字，等待才会超时"
                ),
            )]
        }
        (Side::Client, "FIN_WAIT_1" | "CLOSING") | (Side::Server, "LAST_ACK") => {
            if !event.is("tail_loss_probe") {
                return vec![counted(claim, event)];
            }
            vec![Finding::as_noted_because(
                claim,
                format!(
                    "the first repeat was a tail loss probe (RFC 8985), before the retransmission timer: the kernel counts \
                     0 retransmissions, next in {ms} ms"
                ),
                format!(
                    "第一次重发是尾部丢失探测（RFC 8985），早于重传定时器：内核的重传计数为 0，{ms} 毫秒后再试"
                ),
            )]
        }
        (Side::Client | Side::Server, _) => Vec::new(),
    }
}

fn opens(side: Side) -> Step {
    match side {
        Side::Client => Step::Syn,
        Side::Server => Step::SynAck,
    }
}

/// The kernel's own count of repeats.
fn counted(claim: Claim, event: &Event) -> Finding {
    let (state, ms) = (event.text("state"), event.number("timer_ms").unwrap_or_default());
    let n = event.number("retransmits").unwrap_or_default();
    Finding::as_noted_because(
        claim,
        format!("sock_diag counts {n} retransmissions in {state}, next in {ms} ms"),
        format!("sock_diag 报告 {state} 中已重传 {n} 次，{ms} 毫秒后再试"),
    )
}

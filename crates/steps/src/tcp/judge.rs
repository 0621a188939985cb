//! What a connection shows of the notes on opening and closing. The notes tell the story of a client that closes
//! first; where the server did, their sentences on the client are not claimed.

use super::Step;
use crate::{
    Claim::{O1, O5, O8, O12, O14},
    Event, Finding, Past, Side,
};

mod close;
mod lost;

/// What `event` shows of the notes, given what came before it.
pub(crate) fn judge(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    let mut findings = match step {
        Step::Syn if event.is("retransmission") => lost::syn_again(event, past),
        Step::Syn => syn(event),
        Step::SynAck if event.is("retransmission") => lost::syn_ack_again(event, past),
        Step::SynAck => syn_ack(event),
        Step::Ack => lost::ack_again(event, past),
        Step::Established => [established(event, past), lost::accepted_once(event, past)].concat(),
        Step::HalfOpenGone => lost::half_open_gone(event, past),
        Step::Data => close::data(event, past),
        Step::Fin if event.is("retransmission") => close::fin_again(event, past),
        Step::Fin => close::fin(event, past),
        Step::FinAck if event.is("duplicate") => close::fin_ack_again(event, past),
        Step::FinAck => close::fin_ack(event, past),
        Step::LastAck => close::last_ack(event, past),
        Step::FinWait1
        | Step::FinWait2
        | Step::CloseWait
        | Step::LastAckState
        | Step::TimeWait
        | Step::Closed => close::state(step, event, past),
        Step::Timer => close::timer(event, past),
        Step::Rst => lost::reset(event, past),
        Step::Error => [lost::given_up(event, past), close::given_up(event, past)].concat(),
        Step::Settings
        | Step::SynSent
        | Step::SynReceived
        | Step::DataAck
        | Step::PureAck
        | Step::Closing
        | Step::Lost
        | Step::Held
        | Step::Repeated
        | Step::Damaged
        | Step::Forged
        | Step::Undecodable
        | Step::Summary => Vec::new(),
    };
    // Usually the third segment; when that one was lost, whatever carries the acknowledgment in its place.
    if step != Step::SynAck && event.is("acks_syn") && !lost::dropped(event, past) {
        findings.extend(synchronised(event, past));
        findings.extend(lost::opened_at_last(step, event, past));
    }
    findings
}

fn syn(event: &Event) -> Vec<Finding> {
    if event.sender() != Some(Side::Client) {
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
    if event.sender() != Some(Side::Server) || !event.is("acks_syn") {
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
    // A SYN+ACK that answered an older SYN proves nothing of this connection.
    let mut answers = past.tcp.of(Side::Server, Step::SynAck).filter_map(|answer| answer.number("ack"));
    if let Some(confirmed) = answers.find(|&confirmed| before(confirmed) == x) {
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

/// Sequence numbers wrap at 2³².
const MASK: u64 = 0xffff_ffff;

fn before(number: u64) -> u64 {
    number.wrapping_sub(1) & MASK
}

fn after(number: u64) -> u64 {
    number.wrapping_add(1) & MASK
}

/// A setting of the kernel or of the socket, as it was read when the connection began.
fn setting(past: &Past, name: &str) -> Option<u64> {
    past.first(Step::Settings).and_then(|record| record.number(name))
}

/// Milliseconds as people say them.
fn seconds(us: u64) -> String {
    format!("{:.2} s", us as f64 / 1_000_000.0)
}

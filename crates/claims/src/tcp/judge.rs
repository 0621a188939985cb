//! What a connection shows of the notes on opening and closing. The notes tell the story of a client that closes
//! first; where the server did, their sentences on the client are not claimed.

use steps::{
    Event, Field, Past, Said, Side, say,
    tcp::{Kept, Step, field},
};

use crate::{
    Claim::{O1, O5, O8, O12, O14},
    Finding,
};

mod close;
mod lost;
#[cfg(test)]
mod tests;

/// What `event` shows of the notes, given what came before it.
pub(crate) fn judge(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    let again = event.fields.holds(field::RETRANSMISSION);
    let duplicate = event.fields.holds(field::DUPLICATE);
    let mut findings = match step {
        Step::Syn if again => lost::syn_again(event, past),
        Step::Syn => few([syn(event)]),
        Step::SynAck if again => few([lost::syn_ack_again(event, past)]),
        Step::SynAck => few([syn_ack(event, past)]),
        Step::Ack => lost::ack_again(event, past).unwrap_or_default(),
        Step::Established => {
            [established(event, past).unwrap_or_default(), few([lost::accepted_once(event, past)])].concat()
        }
        Step::HalfOpenGone => few([lost::half_open_gone(event, past)]),
        Step::Data => few([close::fin_ack(event, past), close::data(event, past)]),
        Step::Fin if again => few([close::fin_again(event, past)]),
        Step::Fin => close::fin(event, past),
        Step::FinAck if duplicate => few([close::fin_ack_again(event, past)]),
        Step::FinAck => few([close::fin_ack(event, past)]),
        Step::LastAck => few([close::last_ack(event, past)]),
        Step::FinWait1
        | Step::FinWait2
        | Step::CloseWait
        | Step::LastAckState
        | Step::TimeWait
        | Step::Closed => few([close::state(step, event, past)]),
        Step::Timer => few([close::timer(event, past)]),
        Step::Rst => few([lost::reset(event, past)]),
        Step::Error => few([lost::given_up(event, past), close::given_up(event, past)]),
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
    if step != Step::SynAck && event.fields.holds(field::ACKS_SYN) && !lost::dropped(event, past) {
        findings.extend(synchronised(event, past).unwrap_or_default());
        findings.extend(lost::opened_at_last(step, event, past));
    }
    findings
}

/// Those that there are.
fn few<const N: usize>(found: [Option<Finding>; N]) -> Vec<Finding> {
    found.into_iter().flatten().collect()
}

fn syn(event: &Event) -> Option<Finding> {
    let (flags, isn) = (event.get(field::FLAGS)?, event.get(field::SEQ)?);
    // A SYN inside a connection has another number, and opens nothing.
    let first = event.get(field::SEQ_RELATIVE)? == 0;
    if event.sender() != Some(Side::Client) || !first || !has(flags, "SYN") || has(flags, "ACK") {
        return None;
    }
    let isn = match event.get(field::SOURCE) {
        Some("TCP_SAVED_SYN") => say!(tcp_verdicts::syn_with_isn_of_the_saved_copy(isn)),
        _ => say!(tcp_verdicts::syn_with_isn(isn)),
    };
    Some(Finding::as_noted_because(O1, isn))
}

/// Whether `flags`, as they are written (`SYN+ACK`), have this one.
fn has(flags: &str, flag: &str) -> bool {
    flags.split('+').any(|one| one == flag)
}

/// What a SYN+ACK confirms, laid beside the client's own number.
fn syn_ack(event: &Event, past: &Past) -> Option<Finding> {
    let ack = event.get(field::ACK)?;
    if event.sender() != Some(Side::Server) {
        return None;
    }
    if let Some((isn, more)) = confirms(ack, past) {
        let data = match more {
            0 => Said::default(),
            n => say!(tcp_verdicts::and_bytes_with_the_syn(n)),
        };
        return Some(Finding::as_noted_because(
            O5,
            say!(tcp_verdicts::the_ack_is_the_clients_isn_and_one(ack, isn, data)),
        ));
    }
    let isn = past.tcp().of(Side::Client, Step::Syn).next_back()?.get(field::SEQ)?;
    // The answer to an older SYN tells of that one (claim o13); what was never sent cannot be confirmed.
    (distance(isn, ack)? > 1)
        .then(|| Finding::differs(O5, say!(tcp_verdicts::the_ack_is_not_the_clients_isn_and_one(ack, isn))))
}

/// The initial number of the client's SYN that `ack` confirms, and how many bytes that came with it.
fn confirms(ack: u64, past: &Past) -> Option<(u64, u64)> {
    for syn in past.tcp().of(Side::Client, Step::Syn).rev() {
        // Where one does not tell its numbers, an older one must not stand in for it.
        let (isn, data) = (syn.get(field::SEQ)?, syn.get(field::PAYLOAD_LENGTH)?);
        if let Some(more) = distance(after(isn), ack).filter(|more| *more <= data) {
            return Some((isn, more));
        }
    }
    None
}

/// The client has acknowledged the server's SYN: now both know that both can send and receive.
fn synchronised(event: &Event, past: &Past) -> Option<Vec<Finding>> {
    let ack = event.get(field::ACK)?;
    if event.sender() != Some(Side::Client) {
        return None;
    }
    // One that does not tell its number is not passed over for an older one.
    let fits = |answer: &&Kept| answer.get(field::SEQ).is_none() || counted_from(answer, ack).is_some();
    let answer = past.tcp().of(Side::Server, Step::SynAck).rev().find(fits);
    let (y, more) = counted_from(answer?, ack)?;
    let mut findings = vec![Finding::as_noted_because(
        O8,
        say!(tcp_verdicts::the_ack_is_the_servers_isn_and_more(ack, y, more)),
    )];
    // A SYN+ACK that answered an older SYN proves nothing of this connection.
    let confirmed = answer?.get(field::ACK)?;
    let seq = event.get(field::SEQ)?;
    if let Some((x, _)) = confirms(confirmed, past).filter(|&(x, _)| distance(x, seq).is_some()) {
        findings.push(Finding::as_noted_because(
            O12,
            say!(tcp_verdicts::what_the_syn_ack_proves(confirmed, x, ack, y)),
        ));
        findings.push(Finding::as_noted_because(
            O14,
            say!(tcp_verdicts::both_isns_acknowledged(x, confirmed, y, ack)),
        ));
    }
    Some(findings)
}

/// The server's initial number in `answer`, and by how much `ack` is greater.
fn counted_from(answer: &Kept, ack: u64) -> Option<(u64, u64)> {
    let isn = answer.get(field::SEQ)?;
    Some((isn, distance(isn, ack).filter(|&more| more > 0)?))
}

/// Without a view of the segments, the kernel's counters are what the opening rests on.
fn established(event: &Event, past: &Past) -> Option<Vec<Finding>> {
    let (rests_on, state) = (event.get(field::RESTS_ON)?, event.get(field::STATE)?);
    let seen = if past.has(Step::Syn) {
        say!(tcp_verdicts::only_the_saved_syn_was_seen())
    } else {
        say!(tcp_verdicts::no_segment_was_seen())
    };
    // Linux counts a server's SYN+ACK before there is a socket to count for: only the client's numbers tell.
    let counted = match event.side {
        Side::Client => {
            say!(tcp_verdicts::and_segments(event.get(field::SEGS_OUT)?, event.get(field::SEGS_IN)?))
        }
        Side::Server => Said::default(),
    };
    let opened = say!(tcp_verdicts::what_the_opening_rests_on(seen, rests_on, state, counted));
    let opening = if past.has(Step::Syn) { &[O5, O8][..] } else { &[O1, O5, O8] };
    Some(opening.iter().map(|&claim| Finding::as_noted_because(claim, opened.clone())).collect())
}

/// Sequence numbers wrap at 2³².
const MASK: u64 = 0xffff_ffff;

fn after(number: u64) -> u64 {
    number.wrapping_add(1) & MASK
}

/// How far `to` lies behind `from`; none: it lies before it.
fn distance(from: u64, to: u64) -> Option<u64> {
    let distance = to.wrapping_sub(from) & MASK;
    (distance <= MASK / 2).then_some(distance)
}

/// After how many milliseconds `side` repeated `step` each time before; none: of one of them it is not told.
fn gaps_before(past: &Past, side: Side, step: Step) -> Option<Vec<String>> {
    let again = past.tcp().of(side, step).filter(|one| one.fields.holds(field::RETRANSMISSION));
    again.map(|one| one.get(field::GAP_MS).map(|gap| gap.to_string())).collect()
}

/// A setting of the kernel or of the socket, as it was read when the connection began.
fn setting(past: &Past, field: Field<i64>) -> Option<i64> {
    past.first(Step::Settings)?.get(field)
}

/// Microseconds as people say them.
fn seconds(us: u64) -> String {
    format!("{:.2} s", us as f64 / 1_000_000.0)
}

//! What a connection shows of the notes on closing, and what becomes of a FIN or of the ACK of one that is lost.

use steps::{
    Event, Past, Said, Side, say,
    tcp::{Kept, Step},
};

use super::{MASK, after, few, field, gaps_before, seconds, setting};
use crate::{
    Claim,
    Claim::{C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, O2, O6},
    Finding,
};

/// Data after the client's FIN.
pub(super) fn data(event: &Event, past: &Past) -> Option<Finding> {
    let length = event.get(field::PAYLOAD_LENGTH)?;
    let from_server = event.sender() == Some(Side::Server) && closed_first(event, past) == Some(Side::Client);
    let again = event.fields.holds(field::RETRANSMISSION);
    (from_server && event.fields.holds(field::AFTER_FIN) && !again)
        .then(|| Finding::as_noted_because(C5, say!(tcp_verdicts::data_after_the_clients_fin(length))))
}

pub(super) fn fin(event: &Event, past: &Past) -> Vec<Finding> {
    let Some(sender) = event.sender() else { return Vec::new() };
    match (closed_first(event, past), sender) {
        (Some(Side::Client), Side::Client) => few([clients_fin(event)]),
        (Some(Side::Server), Side::Server) => {
            few([event.get(field::SEQ).map(|seq| server_closed_first(Said::same(format!(" (seq {seq})"))))])
        }
        (Some(Side::Client), Side::Server) if crossed(event, past) => few([both_closed_first(event)]),
        (Some(Side::Client), Side::Server) => {
            let with_ack = fin_with_ack(event, past).unwrap_or_default();
            few([bytes_first(event)]).into_iter().chain(with_ack).collect()
        }
        (Some(Side::Server), Side::Client) if crossed(event, past) => few([both_closed_first(event)]),
        (Some(Side::Server), Side::Client) | (None, _) => Vec::new(),
    }
}

fn clients_fin(event: &Event) -> Option<Finding> {
    let seq = event.get(field::SEQ)?;
    Some(Finding::as_noted_because(C1, say!(tcp_verdicts::the_clients_fin_is_the_first_of_the_two(seq))))
}

/// The server's FIN after the client's, and what it had sent meanwhile.
fn bytes_first(event: &Event) -> Option<Finding> {
    let bytes = event.get(field::BYTES_AFTER_FIN).filter(|&bytes| bytes > 0)?;
    Some(Finding::as_noted_because(C5, say!(tcp_verdicts::bytes_first_then_the_fin(bytes))))
}

/// The server's FIN that brings the ACK of the client's along.
fn fin_with_ack(event: &Event, past: &Past) -> Option<Vec<Finding>> {
    let ack = event.get(field::ACK)?;
    if !event.fields.holds(field::ACKS_FIN) {
        return None;
    }
    number_of_fin(Side::Client, ack, past)?;
    let after = past.tcp().of(Side::Client, Step::Fin).next_back()?.ms_before(event.elapsed_us);
    Some(vec![
        Finding::depends(C3, say!(tcp_verdicts::the_ack_came_with_the_servers_fin(ack))),
        Finding::depends(C8, say!(tcp_verdicts::three_segments_here(ack, after))),
    ])
}

pub(super) fn fin_ack(event: &Event, past: &Past) -> Option<Finding> {
    let answers_client =
        event.sender() == Some(Side::Server) && closed_first(event, past) == Some(Side::Client);
    let ack = event.get(field::ACK).filter(|_| answers_client && event.fields.holds(field::ACKS_FIN))?;
    let fin = number_of_fin(Side::Client, ack, past)?;
    Some(Finding::as_noted_because(C3, say!(tcp_verdicts::the_ack_is_the_clients_fin_and_one(ack, fin))))
}

pub(super) fn last_ack(event: &Event, past: &Past) -> Option<Finding> {
    let from_client = event.sender() == Some(Side::Client) && closed_first(event, past) == Some(Side::Client);
    let ack = event.get(field::ACK).filter(|_| from_client && event.fields.holds(field::ACKS_FIN))?;
    let fin = number_of_fin(Side::Server, ack, past)?;
    Some(Finding::as_noted_because(C9, say!(tcp_verdicts::the_ack_is_the_servers_fin_and_one(ack, fin))))
}

/// The number that the FIN of `side` takes up, if `ack` is the one after it: that of its first byte, and the bytes that
/// go with it.
fn number_of_fin(side: Side, ack: u64, past: &Past) -> Option<u64> {
    past.tcp().of(side, Step::Fin).rev().find_map(|fin| {
        let number = fin.get(field::SEQ)?.wrapping_add(fin.get(field::PAYLOAD_LENGTH)?) & MASK;
        (after(number) == ack).then_some(number)
    })
}

pub(super) fn state(step: Step, event: &Event, past: &Past) -> Option<Finding> {
    let (name, asked) = (event.get(field::STATE)?, event.get(field::ASKED)?);
    let says = say!(tcp_verdicts::one_says(asked, name));
    match (closed_first(event, past), event.side, step) {
        (Some(Side::Client), Side::Client, Step::FinWait1) => Some(Finding::as_noted_because(C1, says)),
        (Some(Side::Client), Side::Client, Step::FinWait2)
        | (Some(Side::Client), Side::Server, Step::CloseWait) => Some(Finding::as_noted_because(C3, says)),
        (Some(Side::Client), Side::Client, Step::TimeWait) => {
            let timer = event.get(field::TIMER_MS)?;
            Some(Finding::as_noted_because(C9, say!(tcp_verdicts::so_long_to_go_until_closed(says, timer))))
        }
        (Some(Side::Client), Side::Server, Step::LastAckState)
            if past
                .tcp()
                .of(Side::Server, Step::Fin)
                .any(|fin| fin.get(field::BYTES_AFTER_FIN).is_some()) =>
        {
            Some(Finding::as_noted_because(C5, say!(tcp_verdicts::a_state_that_the_notes_leave_out(says))))
        }
        (Some(Side::Client), _, Step::Closed) if event.side == Side::Client || broken(event, past) => {
            forgotten(event, past)
        }
        (Some(Side::Client), Side::Server, Step::Closed) if event.get(field::ERROR).is_none() => {
            Some(Finding::as_noted_because(C10, says))
        }
        // The segment, where it was seen, has said it already.
        (Some(Side::Server), _, Step::CloseWait | Step::FinWait1) if !past.has(Step::Fin) => {
            Some(server_closed_first(say!(tcp_verdicts::and_it_is_told(says))))
        }
        (_, _, _) => None,
    }
}

fn server_closed_first(segment: Said) -> Finding {
    Finding::depends(C1, say!(tcp_verdicts::here_the_server_sent_its_fin_first(segment)))
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

/// Whether this FIN was sent before its sender had received the other's.
fn crossed(event: &Event, past: &Past) -> bool {
    let Some(sender) = event.sender() else { return false };
    !event.fields.holds(field::ACKS_FIN) && !acknowledged(sender.peer(), past)
}

fn both_closed_first(event: &Event) -> Option<Finding> {
    let (ack, seq) = (event.get(field::ACK)?, event.get(field::SEQ)?);
    Some(Finding::depends(C1, say!(tcp_verdicts::both_closed_first(seq, ack))))
}

/// The claim of the notes on a FIN that goes unanswered: the client's, or the server's after it.
fn of_lost_fin(sender: Side) -> Claim {
    match sender {
        Side::Client => C2,
        Side::Server => C7,
    }
}

/// The sender's own FIN, sent again. The receiver of a repeated FIN cannot know what was lost, and is not asked.
pub(super) fn fin_again(event: &Event, past: &Past) -> Option<Finding> {
    let (sender, seq, gap) = (event.sender()?, event.get(field::SEQ)?, event.get(field::GAP_MS)?);
    let same = event.get(field::SAME_SEQ_AS)? == seq;
    if sender != event.side
        || closed_first(event, past) != Some(Side::Client)
        || acknowledged(sender, past)
        || !same
    {
        return None;
    }
    let gaps = [gaps_before(past, sender, Step::Fin)?, vec![gap.to_string()]].concat().join(", ");
    Some(Finding::as_noted_because(
        of_lost_fin(sender),
        say!(tcp_verdicts::no_ack_and_the_fin_went_again(seq, gaps)),
    ))
}

/// Whether the FIN of `side` was acknowledged, as far as seen.
fn acknowledged(side: Side, past: &Past) -> bool {
    past.tcp().all().any(|one| one.from == Some(side.peer()) && one.fields.holds(field::ACKS_FIN))
}

/// The server's ACK of the FIN, again. Only the server knows that it had sent one before.
pub(super) fn fin_ack_again(event: &Event, past: &Past) -> Option<Finding> {
    let answers = event.sender() == Some(Side::Server) && closed_first(event, past) == Some(Side::Client);
    if event.side != Side::Server || !answers {
        return None;
    }
    let earlier = past.tcp().of(Side::Server, Step::FinAck).next_back()?;
    let mut fins = past.tcp().of(Side::Client, Step::Fin).rev();
    let asked = fins.find(|fin| fin.fields.holds(field::RETRANSMISSION))?;
    // What it repeats is the ACK of that FIN.
    number_of_fin(Side::Client, event.get(field::ACK)?, past)?;
    // Nothing else from the server may have carried the ACK in between.
    if asked.elapsed_us < earlier.elapsed_us || past.tcp().sent(Side::Server) != earlier.nth {
        return None;
    }
    let silent = earlier.ms_before(asked.elapsed_us);
    let soon = asked.ms_before(event.elapsed_us);
    Some(Finding::as_noted_because(C4, say!(tcp_verdicts::the_server_sent_nothing_by_itself(silent, soon))))
}

/// Whether the end was not as agreed.
fn broken(event: &Event, past: &Past) -> bool {
    let again = |fin: &Kept| fin.fields.holds(field::RETRANSMISSION);
    event.get(field::ERROR).is_some()
        || (event.get(field::WAS) == Some("LAST_ACK")
            && past.has(Step::Fin)
            && !acknowledged(event.side, past)
            && past.tcp().of(event.side, Step::Fin).any(again))
}

/// The kernel no longer knows the connection, and no ACK of the second FIN has ended it.
fn forgotten(event: &Event, past: &Past) -> Option<Finding> {
    let reset =
        past.tcp().of(Side::Client, Step::Rst).chain(past.tcp().of(Side::Server, Step::Rst)).next().is_some();
    match (event.side, event.get(field::WAS)?) {
        (Side::Client, was @ "FIN_WAIT_2")
            if !reset && past.first_from(Side::Server, Step::Fin).is_none() =>
        {
            let was_ms = event.get(field::WAS_MS)?;
            let timer = past.first(Step::FinWait2)?.get(field::TIMER_MS)?;
            Some(Finding::depends(C6, say!(tcp_verdicts::no_fin_and_the_kernel_forgot(was_ms, was, timer))))
        }
        (side @ Side::Client, "FIN_WAIT_1") | (side @ Side::Server, "LAST_ACK")
            if !reset
                && !acknowledged(side, past)
                && event.get(field::ERROR).is_none_or(|error| error == "ETIMEDOUT") =>
        {
            unanswered(side, event, past)
        }
        (Side::Client | Side::Server, _) => None,
    }
}

/// A call failed because a FIN of this side was never acknowledged.
pub(super) fn given_up(event: &Event, past: &Past) -> Option<Finding> {
    let mine = past.first_from(event.side, Step::Fin).is_some()
        || past.has(Step::FinWait1)
        || past.has(Step::LastAckState);
    if event.get(field::ERRNO)? != "ETIMEDOUT"
        || !mine
        || closed_first(event, past) != Some(Side::Client)
        || acknowledged(event.side, past)
        || past.has(Step::FinWait2)
    {
        return None;
    }
    unanswered(event.side, event, past)
}

/// The FIN of `side` was repeated and given up: by which limit.
fn unanswered(side: Side, event: &Event, past: &Past) -> Option<Finding> {
    let fins: Vec<_> = past.tcp().of(side, Step::Fin).collect();
    let timers = past.tcp().all().filter(|one| one.step == Step::Timer);
    let counted = timers.filter_map(|one| one.get(field::RETRANSMITS)).max();
    let (sent, since) = match fins.first() {
        Some(first) => (fins.len() as u64, event.elapsed_us.saturating_sub(first.elapsed_us)),
        None => (counted? + 1, event.get(field::WAS_MS)? * 1000),
    };
    if sent < 2 {
        return None;
    }
    let since = seconds(since);
    let error = event.get(field::ERRNO).or(event.get(field::ERROR));
    let user_timeout = setting(past, field::TCP_USER_TIMEOUT_MS).filter(|&ms| ms > 0);
    let limit = match (user_timeout, error) {
        (Some(ms), _) => say!(tcp_verdicts::tcp_user_timeout_ended(ms)),
        (None, None) => {
            let n = setting(past, field::TCP_ORPHAN_RETRIES)?;
            say!(tcp_verdicts::tcp_orphan_retries_ended(n))
        }
        (None, Some(_)) => {
            let n = setting(past, field::TCP_RETRIES2)?;
            say!(tcp_verdicts::tcp_retries2_ended(n))
        }
    };
    let told = error.map_or_else(Said::default, |error| say!(tcp_verdicts::and_the_error(error)));
    Some(Finding::as_noted_because(
        of_lost_fin(side),
        say!(tcp_verdicts::fins_and_no_ack(sent, since, told, limit)),
    ))
}

/// What the kernel's timers say of a FIN that was sent, or of one that is awaited.
pub(super) fn timer(event: &Event, past: &Past) -> Option<Finding> {
    // Where segments are seen, they are what tells of a repeat in the opening.
    let state = event.get(field::STATE)?;
    if matches!((event.side, state), (Side::Client, "SYN_SENT") | (Side::Server, "SYN_RECEIVED")) {
        let (claim, opens) = match event.side {
            Side::Client => (O2, Step::Syn),
            Side::Server => (O6, Step::SynAck),
        };
        return if past.first_from(event.side, opens).is_none() { counted(claim, event) } else { None };
    }
    if closed_first(event, past) != Some(Side::Client) {
        return None;
    }
    let claim = of_lost_fin(event.side);
    match (event.side, state) {
        (Side::Client, "FIN_WAIT_2") if event.get(field::TIMER)? == "no timer" => {
            let was = event.get(field::WAS_MS)?;
            Some(Finding::depends(C6, say!(tcp_verdicts::no_fin_and_no_timer(was, state))))
        }
        (Side::Client, "FIN_WAIT_1" | "CLOSING") | (Side::Server, "LAST_ACK") => {
            if !event.fields.holds(field::TAIL_LOSS_PROBE) {
                return counted(claim, event).filter(|_| event.get(field::RETRANSMITS) != Some(0));
            }
            let (ms, n) = (event.get(field::TIMER_MS)?, event.get(field::RETRANSMITS)?);
            Some(Finding::as_noted_because(
                claim,
                say!(tcp_verdicts::the_first_repeat_was_a_tail_loss_probe(state, n, ms)),
            ))
        }
        (Side::Client | Side::Server, _) => None,
    }
}

/// The kernel's own count of repeats.
fn counted(claim: Claim, event: &Event) -> Option<Finding> {
    let (state, ms) = (event.get(field::STATE)?, event.get(field::TIMER_MS)?);
    let n = event.get(field::RETRANSMITS)?;
    Some(Finding::as_noted_because(claim, say!(tcp_verdicts::sock_diag_counts_retransmissions(n, state, ms))))
}

//! What a connection shows of the notes when a segment of its opening is lost, late or an old one. Each side is asked
//! only what it can know: whether an answer came is the client's to say, whether accept() returned is the server's.

use steps::{Event, Past, Said, Side, say};

use super::{super::Step, MASK, after, confirms, field, gaps_before, seconds, setting};
use crate::{
    Claim::{O2, O3, O4, O6, O7, O9, O10, O11, O13, O15},
    Finding,
};

/// A copy that comes sooner was made on the way: no timer of a handshake is that short.
const TIMER_MS: u64 = 200;

/// The client's own SYN, again.
pub(super) fn syn_again(event: &Event, past: &Past) -> Vec<Finding> {
    let own = event.side == Side::Client && event.sender() == Some(Side::Client);
    let answered = past.tcp().of(Side::Server, Step::SynAck).next().is_some();
    if !own || answered || event.get(field::GAP_MS).is_none_or(|gap| gap < TIMER_MS) {
        return Vec::new();
    }
    [not_answered(event, past), same_number(event)].into_iter().flatten().collect()
}

fn not_answered(event: &Event, past: &Past) -> Option<Finding> {
    let gap = event.get(field::GAP_MS)?.to_string();
    let told = [gaps_before(past, Side::Client, Step::Syn)?, vec![gap]].concat().join(", ");
    let rule = match setting(past, field::TCP_SYN_LINEAR_TIMEOUTS) {
        Some(0) => say!(tcp_verdicts::each_gap_is_twice_the_one_before()),
        Some(n) => say!(tcp_verdicts::so_many_gaps_are_equal(n)),
        None => Said::default(),
    };
    Some(Finding::as_noted_because(O2, say!(tcp_verdicts::the_syn_went_again(told, rule))))
}

fn same_number(event: &Event) -> Option<Finding> {
    let (seq, earlier) = (event.get(field::SEQ)?, event.get(field::SAME_SEQ_AS)?);
    let numbers = say!(tcp_verdicts::this_number_and_the_one_before(seq, earlier));
    Some(if earlier == seq { Finding::as_noted_because(O3, numbers) } else { Finding::differs(O3, numbers) })
}

/// connect() gave up.
pub(super) fn given_up(event: &Event, past: &Past) -> Option<Finding> {
    if event.get(field::CALL)? != "connect()"
        || event.get(field::ERRNO)? != "ETIMEDOUT"
        || past.tcp().of(Side::Server, Step::SynAck).next().is_some()
    {
        return None;
    }
    let timers = past.tcp().all().filter(|one| one.step == Step::Timer);
    let counted = timers.filter_map(|one| one.get(field::RETRANSMITS)).max();
    let seen = past.tcp().of(Side::Client, Step::Syn).count() as u64;
    let syns = if seen > 0 { seen } else { counted? + 1 };
    if syns < 2 {
        return None;
    }
    let after = seconds(event.elapsed_us);
    let user_timeout = setting(past, field::TCP_USER_TIMEOUT_MS).filter(|&ms| ms > 0);
    let linear = setting(past, field::TCP_SYN_LINEAR_TIMEOUTS).filter(|&linear| linear > 0);
    let limit = match (user_timeout, setting(past, field::TCP_SYNCNT)?, linear) {
        (Some(ms), _, _) => say!(tcp_verdicts::tcp_user_timeout_ended(ms)),
        (None, count, Some(linear)) => say!(tcp_verdicts::tcp_syncnt_bounds_it(count, linear)),
        (None, count, None) => say!(tcp_verdicts::tcp_syncnt_ended(count)),
    };
    Some(Finding::as_noted_because(O4, say!(tcp_verdicts::syns_without_an_answer(syns, after, limit))))
}

/// The SYN+ACK, again.
pub(super) fn syn_ack_again(event: &Event, past: &Past) -> Option<Finding> {
    let (seq, gap) = (event.get(field::SEQ)?, event.get(field::GAP_MS)?);
    if event.sender() != Some(Side::Server) || event.get(field::SAME_SEQ_AS)? != seq || gap < TIMER_MS {
        return None;
    }
    let own = event.side == Side::Server;
    let acked = past
        .tcp()
        .all()
        .rev()
        .find(|one| one.from == Some(Side::Client) && one.fields.holds(field::ACKS_SYN));
    if let (true, Some(acked)) = (own, acked) {
        let ms = acked.ms_before(event.elapsed_us);
        return Some(Finding::depends(O6, say!(tcp_verdicts::the_syn_ack_went_again_after_the_ack(seq, ms))));
    }
    let last = past.tcp().all().rev().find(|one| matches!(one.step, Step::Syn | Step::SynAck));
    let why = match last {
        Some(syn) if own && syn.step == Step::Syn => {
            let ms = syn.ms_before(event.elapsed_us);
            say!(tcp_verdicts::the_syn_had_come_again(ms))
        }
        Some(_) | None => Said::default(),
    };
    Some(Finding::as_noted_because(O6, say!(tcp_verdicts::the_syn_ack_went_again(gap, seq, why))))
}

/// The client's ACK, again. Only the client knows that it had sent one before.
pub(super) fn ack_again(event: &Event, past: &Past) -> Option<Vec<Finding>> {
    let own = event.side == Side::Client && event.sender() == Some(Side::Client);
    let earlier = past.tcp().of(Side::Client, Step::Ack).next_back()?;
    let asked = past.tcp().of(Side::Server, Step::SynAck).next_back()?;
    // Nothing else from the client may have carried the ACK in between.
    let alone = past.tcp().sent(Side::Client) == earlier.nth;
    let again = asked.fields.holds(field::RETRANSMISSION) && asked.elapsed_us >= earlier.elapsed_us;
    if !own || !again || !alone || asked.get(field::GAP_MS)? < TIMER_MS {
        return None;
    }
    let ack = event.get(field::ACK)?;
    let silent = earlier.ms_before(asked.elapsed_us);
    let soon = asked.ms_before(event.elapsed_us);
    Some(vec![
        Finding::as_noted_because(O9, say!(tcp_verdicts::the_client_sent_nothing(silent))),
        Finding::as_noted_because(O10, say!(tcp_verdicts::the_ack_answered_the_repeat(soon, ack))),
    ])
}

/// The server's kernel dropped what the client never completed.
pub(super) fn half_open_gone(event: &Event, past: &Past) -> Option<Finding> {
    let answered: Vec<_> = past.tcp().of(Side::Server, Step::SynAck).collect();
    for segment in &answered {
        segment.get(field::SEQ)?;
    }
    let reset = past.tcp().of(Side::Client, Step::Rst).next().is_some();
    // A SYN+ACK whose number was not seen proves nothing.
    if answered.iter().any(|answer| answer.fields.get(field::SEQ).is_none()) {
        return None;
    }
    let sent = if answered.is_empty() { event.get(field::RETRANSMITS)? + 1 } else { answered.len() as u64 };
    // One whom the client reset, or whose limit is not told, was not dropped by a limit.
    if reset || sent < 2 || event.side != Side::Server {
        return None;
    }
    let since = match answered.first() {
        Some(first) => event.elapsed_us.saturating_sub(first.elapsed_us),
        None => event.get(field::WAS_MS)? * 1000,
    };
    let since = seconds(since);
    let limit = match (setting(past, field::TCP_SYNCNT), setting(past, field::TCP_SYNACK_RETRIES)) {
        (Some(n), _) => say!(tcp_verdicts::the_limit_of_the_listener(n)),
        (None, Some(n)) => say!(tcp_verdicts::the_limit_of_the_system(n)),
        (None, None) => Said::default(),
    };
    Some(Finding::as_noted_because(O7, say!(tcp_verdicts::syn_acks_without_an_ack(sent, since, limit))))
}

/// Whether the server has dropped what this segment belongs to: it opens nothing any more.
pub(super) fn dropped(event: &Event, past: &Past) -> bool {
    let last = past.tcp().all().rev().find(|one| matches!(one.step, Step::Syn | Step::HalfOpenGone));
    event.side == Side::Server && last.is_some_and(|one| one.step == Step::HalfOpenGone)
}

/// The server answers the client's data with RST: it had dropped the connection long before.
pub(super) fn reset(event: &Event, past: &Past) -> Option<Finding> {
    let at_its_isn = event.get(field::SEQ_RELATIVE)? == 1;
    let heard = past.first_from(Side::Server, Step::DataAck).is_some()
        || past.first_from(Side::Server, Step::Data).is_some();
    if event.side != Side::Client || event.sender() != Some(Side::Server) || !at_its_isn || heard {
        return None;
    }
    let again = past.tcp().of(Side::Server, Step::SynAck).any(|one| one.fields.holds(field::RETRANSMISSION));
    let believed = past.tcp().all().find(|one| one.step == Step::Established && again)?;
    let state = believed.get(field::STATE)?;
    let ms = believed.ms_before(event.elapsed_us);
    Some(Finding::depends(O11, say!(tcp_verdicts::the_server_had_dropped_the_connection(state, ms))))
}

/// The handshake is complete. What came before it: an old SYN, or an ACK that was lost.
pub(super) fn opened_at_last(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    let late = (step == Step::Data).then(|| by_data(event, past)).flatten();
    [stale_syn(event, past), late].into_iter().flatten().collect()
}

/// The client may have sent an ACK of its own before; the server sees only what took its place.
fn by_data(event: &Event, past: &Past) -> Option<Finding> {
    let (ack, sent) = (event.get(field::ACK)?, past.tcp().of(Side::Server, Step::SynAck).count());
    (event.side == Side::Server && event.sender() == Some(Side::Client) && sent > 0)
        .then(|| Finding::depends(O10, say!(tcp_verdicts::the_clients_data_carried_the_ack(ack, sent))))
}

/// An old SYN was answered, the answer reset, and only then came the handshake. In the notes' numbers the old SYN is
/// 90. Only who saw that SYN can tell: a wrong ACK alone has other reasons.
fn stale_syn(event: &Event, past: &Past) -> Option<Finding> {
    let seq = event.get(field::SEQ)?;
    // The SYN that this handshake goes on from, and the answer to it.
    let answer = past.tcp().of(Side::Server, Step::SynAck).next_back()?.get(field::ACK)?;
    let (x, _) = confirms(answer, past).filter(|&(x, _)| super::distance(x, seq).is_some())?;
    let reset =
        |number| past.tcp().of(Side::Client, Step::Rst).any(|rst| rst.get(field::SEQ) == Some(number));
    let mut answers = past.tcp().of(Side::Server, Step::SynAck).filter_map(|one| one.get(field::ACK));
    let (old, wrong) = answers.find_map(|wrong| {
        let (old, _) = confirms(wrong, past)?;
        (old != x && reset(wrong)).then_some((old, wrong))
    })?;
    let note = |number: u64| 90_i64 + i64::from((number.wrapping_sub(old) & MASK) as u32 as i32);
    let new = after(x);
    let in_notes = format!("{}, {}, RST {}, {}, {}", note(old), note(wrong), note(wrong), note(x), note(new));
    Some(Finding::as_noted_because(
        O13,
        say!(tcp_verdicts::an_old_syn_was_answered(old, wrong, new, x, answer, in_notes)),
    ))
}

/// accept() has returned, and this is the only time that it did for this connection.
pub(super) fn accepted_once(event: &Event, past: &Past) -> Option<Finding> {
    let syns: Vec<_> = past.tcp().of(Side::Client, Step::Syn).collect();
    let seq = syns.last()?.get(field::SEQ)?;
    let repeated = syns.iter().filter(|syn| syn.get(field::SEQ) == Some(seq)).count();
    let once = !past.tcp().all().any(|one| one.step == Step::Established);
    event.get(field::STATE)?;
    (event.side == Side::Server && repeated >= 2 && once)
        .then(|| Finding::as_noted_because(O15, say!(tcp_verdicts::syns_with_one_number(repeated, seq))))
}

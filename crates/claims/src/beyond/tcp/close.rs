//! What is often noted beside the four segments: why there are four, LAST_ACK, and what TIME_WAIT is for.

use steps::{
    Event, Past, Side, say,
    tcp::{Step, field},
};

use crate::{
    Claim::{X8, X10, X11, X12},
    Finding,
};

/// Who sent the first FIN, and its number.
fn first_fin(past: &Past) -> Option<(Side, u64)> {
    let fin = past.tcp().all().find(|one| one.step == Step::Fin)?;
    Some((fin.from?, fin.get(field::SEQ)?))
}

pub(super) fn apart(event: &Event, past: &Past) -> Option<Finding> {
    let (seq, ack) = (event.get(field::SEQ)?, event.get(field::ACK)?);
    let (closer, _) = first_fin(past)?;
    let second = event.sender() == Some(Side::Server) && closer == Side::Client;
    if !second || event.fields.holds(field::RETRANSMISSION) {
        return None;
    }
    if event.fields.holds(field::ACKS_FIN) {
        return Some(Finding::depends(X8, say!(beyond::three_segments_here(seq, ack))));
    }
    let alone = past.tcp().of(Side::Server, Step::FinAck).next_back()?;
    let first = alone.get(field::ACK)?;
    let ms = alone.ms_before(event.elapsed_us);
    Some(Finding::as_noted_because(
        X8,
        say!(beyond::the_clients_fin_was_acknowledged_at_once(first, seq, ack, ms)),
    ))
}

pub(super) fn lasts(event: &Event, _: &Past) -> Option<Finding> {
    let (state, ms) = (event.get(field::STATE)?, event.get(field::TIMER_MS)?);
    (state == "TIME_WAIT").then(|| Finding::depends(X10, say!(beyond::the_kernels_timer_says(ms))))
}

pub(super) fn who_waits(event: &Event, past: &Past) -> Option<Finding> {
    let state = event.get(field::STATE)?;
    if state != "TIME_WAIT" {
        return None;
    }
    let (closer, seq) = first_fin(past)?;
    let who = match event.side {
        Side::Client => say!(beyond::client()),
        Side::Server => say!(beyond::server()),
    };
    Some(if closer != event.side {
        Finding::differs(X12, say!(beyond::the_other_sides_fin_came_first(seq, who)))
    } else if past.has(Step::Closing) {
        Finding::depends(X12, say!(beyond::both_fins_crossed(seq)))
    } else {
        Finding::as_noted_because(X12, say!(beyond::the_peers_fin_came_first(who, seq)))
    })
}

pub(super) fn answers_again(event: &Event, past: &Past) -> Option<Finding> {
    let ack = event.get(field::ACK)?;
    let own = event.side == Side::Client && event.sender() == Some(Side::Client);
    let before = past.tcp().of(Side::Client, Step::LastAck).next_back()?;
    let fin = past.tcp().of(Side::Server, Step::Fin).next_back()?;
    let again = fin.fields.holds(field::RETRANSMISSION) && fin.elapsed_us >= before.elapsed_us;
    let waits = past.first(Step::TimeWait)?.get(field::STATE)?;
    let gap = fin.get(field::GAP_MS)?;
    (own && again && waits == "TIME_WAIT")
        .then(|| Finding::as_noted_because(X11, say!(beyond::the_servers_fin_came_again(gap, waits, ack))))
}

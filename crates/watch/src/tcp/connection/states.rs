//! The states of a connection: one is reported when `TCP_INFO` or sock_diag names it, once, and after the segments that
//! brought it about.

use std::{
    io,
    time::{Duration, SystemTime},
};

use steps::{
    Fields,
    tcp::{Step, field},
};
use tokio::time::Instant;
use wire::{Seen, fields};

use super::Connection;
use crate::tcp::{
    State,
    answer::{Answer, What},
    icmp, sock_diag,
};

/// What the kernel has said so far, so that each change is reported once.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The state that it named last, and since when.
    pub(super) state: Option<(State, Instant)>,
    /// Whether that state was reported.
    pub(super) reported: bool,
    /// How many times its timer had sent something again.
    pub(super) retransmits: u8,
    /// How many of its FINs had been captured that were sent again.
    pub(super) retransmitted_fins: u64,
}

impl Connection {
    /// Reports that nothing more will happen by itself: the state, how long it has lasted, and what the kernel's timer
    /// is, if there is one.
    pub fn waits(&self) {
        let Ok(answer) = self.answer() else { return };
        let Some((state, since)) = self.known().state.filter(|(state, _)| *state == answer.state) else {
            return;
        };
        let mut fields = timer_fields(state, &answer);
        fields.put(field::WAS_MS, ms(since.elapsed()));
        self.saw(SystemTime::now(), Seen::local(Step::Timer, fields));
    }

    /// The kernel has forgotten the connection.
    pub(super) fn closed(&self, asked: &str, error: Option<&io::Error>) {
        let mut fields = fields! { field::STATE => State::Closed.name() };
        self.was(&mut fields, State::Closed);
        fields.put(field::ASKED, asked);
        fields.put(field::SOCK_DIAG, "no such connection");
        if let Some(error) = error {
            fields.put_some(field::ERROR, icmp::numbered(error).map(|errno| errno.to_string()));
        }
        self.saw(SystemTime::now(), Seen::local(Step::Closed, fields));
    }

    /// The kernel has forgotten a connection that accept() never returned.
    pub(in crate::tcp) fn half_open_gone(&self) {
        let mut fields = fields! { field::STATE => State::Closed.name() };
        self.was(&mut fields, State::Closed);
        fields.put(field::RETRANSMITS, self.known().retransmits);
        fields.put_some(field::TCP_SYNCNT, self.settings.get(field::TCP_SYNCNT));
        fields.put(field::ASKED, "sock_diag");
        self.saw(SystemTime::now(), Seen::local(Step::HalfOpenGone, fields));
        *self.known() = Known::default();
    }

    /// The state before `state`, as the kernel named it last, and how long it was seen to last.
    fn was(&self, fields: &mut Fields, state: State) {
        let known = self.known();
        if let Some((was, since)) = known.state.filter(|(was, _)| *was != state) {
            fields.put(field::WAS, was.name());
            fields.put(field::WAS_MS, ms(since.elapsed()));
            fields.put(field::CHANGE, format!("{} → {}", was.name(), state.name()));
        } else {
            fields.put(field::CHANGE, state.name());
        }
    }

    /// What the kernel says now: a state that was not reported yet, or a timer that has run out meanwhile.
    pub(super) fn report(&self, state: State, asked: &str, answer: Option<&Answer>) {
        let (step, after) = match state {
            // Undisturbed, these last microseconds, and whoever sees them was lucky: a run must not depend on luck.
            State::SynSent => (Step::SynSent, LASTS),
            State::SynReceived => (Step::SynReceived, LASTS),
            State::LastAck => (Step::LastAckState, LASTS),
            State::Closing => (Step::Closing, LASTS),
            State::FinWait1 => (Step::FinWait1, Duration::ZERO),
            State::FinWait2 => (Step::FinWait2, Duration::ZERO),
            State::CloseWait => (Step::CloseWait, Duration::ZERO),
            State::TimeWait => (Step::TimeWait, Duration::ZERO),
            // Opening has a step of its own; how a connection was closed or broken is said by the socket's error.
            State::Established => return self.passed(state, answer),
            State::Closed | State::Listen => return,
        };
        let at = SystemTime::now();
        let mut fields = fields! { field::STATE => state.name() };
        {
            let known = self.known();
            match known.state {
                Some((known_state, _)) if known_state == state && known.reported => {
                    drop(known);
                    return self.timer(state, answer);
                }
                Some((known_state, since)) if known_state == state && since.elapsed() < after => return,
                Some((known_state, _)) if known_state == state => {}
                _ if !after.is_zero() => {
                    drop(known);
                    return self.passed(state, answer);
                }
                _ => {}
            }
        }
        let before = self.known().state;
        if before.is_some_and(|(same, _)| same == state) {
            // Its first sight was not reported; what had come before it is no longer known.
            fields.put(field::CHANGE, state.name());
        } else {
            self.was(&mut fields, state);
        }
        fields.put(field::ASKED, asked);
        if let Some(answer) = answer {
            fields.extend(timer_fields(state, answer));
        }
        if state == State::SynReceived
            && let Some((waiting, may)) = sock_diag::accept_queue(self.server)
        {
            fields.put(field::ACCEPT_QUEUE, format!("accept queue {waiting} of {may}"));
        }
        let mut known = self.known();
        let since = before.filter(|(same, _)| *same == state).map_or_else(Instant::now, |(_, since)| since);
        known.state = Some((state, since));
        known.reported = true;
        known.retransmits = answer.map_or(0, |answer| answer.retransmits);
        drop(known);
        self.saw(at, Seen::local(step, fields));
    }

    /// A state that is not reported, or not yet.
    fn passed(&self, state: State, answer: Option<&Answer>) {
        let mut known = self.known();
        match known.state {
            Some((same, _)) if same == state => {
                drop(known);
                self.timer(state, answer);
            }
            _ => {
                known.state = Some((state, Instant::now()));
                known.reported = false;
                known.retransmits = 0;
            }
        }
    }

    /// Reports that a timer has run out: the kernel counts one repeat more, or a segment went again that the kernel
    /// does not count. Of a FIN, the last that a side sends, that is a tail loss probe (RFC 8985 §7).
    fn timer(&self, state: State, answer: Option<&Answer>) {
        let Some(answer) = answer else { return };
        let running = answer.timer.is_some_and(|timer| timer.what == What::Retransmission);
        if !running {
            // To know what was captured is to read all that was noted.
            self.known().retransmits = answer.retransmits;
            return;
        }
        let captured = self.witness.past(|past| past.tcp().retransmitted_fins());
        let mut known = self.known();
        let probe = answer.retransmits == 0 && known.retransmits == 0 && captured > known.retransmitted_fins;
        let again = answer.retransmits > known.retransmits;
        known.retransmitted_fins = captured;
        known.retransmits = answer.retransmits;
        drop(known);
        if again || probe {
            let mut fields = timer_fields(state, answer);
            if !again {
                fields.put(field::TAIL_LOSS_PROBE, true);
            }
            fields.put(field::ASKED, "sock_diag");
            self.saw(SystemTime::now(), Seen::local(Step::Timer, fields));
        }
    }
}

/// What sock_diag says of the timer.
fn timer_fields(state: State, answer: &Answer) -> Fields {
    let mut fields = fields! { field::STATE => state.name() };
    match answer.timer {
        Some(timer) => {
            fields.put(field::TIMER, timer.what.name());
            fields.put(field::TIMER_MS, ms(timer.expires));
        }
        None => fields.put(field::TIMER, "no timer"),
    }
    if answer.retransmits > 0 || matches!(answer.timer, Some(timer) if timer.what == What::Retransmission) {
        fields.put(field::RETRANSMITS, answer.retransmits);
    }
    fields
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// How long a state must have lasted to be reported that on an undisturbed path lasts microseconds.
const LASTS: Duration = Duration::from_millis(5);

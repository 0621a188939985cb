//! What TCP tells by repetition: what happens *again*, of what does not, and of what came
//! between. A connection of any length takes up the same room.

use std::collections::VecDeque;

use super::{Step, field};
use crate::{Event, Field, Fields, Kind, Side};

/// How many events are remembered; what a timer repeats before it gives up is a few dozen segments.
const MOST: usize = 128;

/// The latest events that open, close, break or repeat, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    kept: VecDeque<Kept>,
    /// How many segments each side has sent, the client first.
    sent: [u64; 2],
    /// How many of this side's FINs were sent again.
    retransmitted_fins: u64,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What happened.
    pub step: Step,
    /// Who sent it; none: the kernel's word.
    pub from: Option<Side>,
    /// Microseconds since the connection began.
    pub elapsed_us: u64,
    /// How many segments its sender had sent, this one included.
    pub nth: u64,
    /// Its values.
    pub fields: Fields,
}

impl Memory {
    /// Remembers `event` if it is one to be remembered.
    pub(crate) fn remember(&mut self, event: &Event) {
        let crate::Step::Tcp(step) = event.step else { return };
        // What the link did is not known to the side in whose log it stands.
        if matches!(step, Step::Lost | Step::Held | Step::Repeated | Step::Damaged | Step::Forged) {
            return;
        }
        let from = event.sender();
        let nth = from.map_or(0, |side| {
            let sent = &mut self.sent[usize::from(side == Side::Server)];
            *sent += 1;
            *sent
        });
        let fin_again =
            step == Step::Fin && from == Some(event.side) && event.fields.holds(field::RETRANSMISSION);
        self.retransmitted_fins += u64::from(fin_again);
        let again = [field::RETRANSMISSION, field::ACKS_SYN, field::ACKS_FIN]
            .into_iter()
            .any(|field| event.fields.holds(field));
        let worth = match step {
            Step::Data | Step::DataAck | Step::PureAck => again,
            Step::Syn
            | Step::SynSent
            | Step::SynAck
            | Step::SynReceived
            | Step::Ack
            | Step::Established
            | Step::HalfOpenGone
            | Step::Fin
            | Step::FinWait1
            | Step::FinAck
            | Step::CloseWait
            | Step::FinWait2
            | Step::Closing
            | Step::LastAckState
            | Step::LastAck
            | Step::TimeWait
            | Step::Closed
            | Step::Rst
            | Step::Timer
            | Step::Error => true,
            Step::Settings
            | Step::Lost
            | Step::Held
            | Step::Repeated
            | Step::Damaged
            | Step::Forged
            | Step::Undecodable
            | Step::Summary => false,
        };
        if worth {
            self.kept.push_back(Kept {
                step,
                from,
                elapsed_us: event.elapsed_us,
                nth,
                fields: event.fields.clone(),
            });
            if self.kept.len() > MOST {
                self.kept.pop_front();
            }
        }
    }

    /// How many FINs were seen that this side sent again.
    pub fn retransmitted_fins(&self) -> u64 {
        self.retransmitted_fins
    }

    /// How many segments `side` has sent before the event that is judged.
    pub fn sent(&self, side: Side) -> u64 {
        self.sent[usize::from(side == Side::Server)]
    }

    /// What `side` sent of `step`, oldest first.
    pub fn of(&self, side: Side, step: Step) -> impl DoubleEndedIterator<Item = &Kept> {
        self.kept.iter().filter(move |one| one.step == step && one.from == Some(side))
    }

    /// All that is remembered, oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Kept> {
        self.kept.iter()
    }
}

impl Kept {
    /// The value of `field`; none: it was not seen.
    pub fn get<T: Kind + ?Sized>(&self, field: Field<T>) -> Option<T::Read<'_>> {
        self.fields.get(field)
    }

    /// Milliseconds from this event to one at `elapsed_us`.
    pub fn ms_before(&self, elapsed_us: u64) -> f64 {
        let us = elapsed_us.saturating_sub(self.elapsed_us);
        // One decimal where it tells something.
        if us < 10_000 { (us as f64 / 100.0).round() / 10.0 } else { (us as f64 / 1000.0).round() }
    }
}

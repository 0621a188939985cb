//! How two clocks stand to each other, from messages that cannot have arrived before they were sent: the idea of NTP
//! (RFC 5905 §8) without its packets.

use steps::Side;

use super::{Connection, Same, micros};

/// By how much the server's clock is ahead of the client's, in microseconds: somewhere between two bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    /// At least so much: what the server sent cannot have arrived earlier.
    pub at_least_us: i64,
    /// At most so much: what the client sent cannot have arrived earlier.
    pub at_most_us: i64,
}

impl Offset {
    /// The estimate: none where the clocks may agree, else the middle of the bounds.
    pub fn correction_us(self) -> i64 {
        let (low, high) = (self.at_least_us.min(self.at_most_us), self.at_least_us.max(self.at_most_us));
        if low <= RESOLUTION_US && high >= -RESOLUTION_US { 0 } else { low.midpoint(high) }
    }

    /// By how much the bounds cross. A program notes a sending when its call has returned, and by then the other end
    /// may have noted the arrival: the stamps cross by as long as it was kept waiting.
    pub fn crossing_us(self) -> i64 {
        (self.at_least_us - self.at_most_us).max(0)
    }
}

/// What a time stamp is worth: on one machine both ends are stamped by the same clock, and rounding makes the rest.
const RESOLUTION_US: i64 = 1000;

/// The bounds, once a message went each way.
pub(super) fn offset(client: &Connection, server: &Connection, pairs: &[Same]) -> Option<Offset> {
    let ahead = |pair: &Same| micros(&server.events[pair.server]) - micros(&client.events[pair.client]);
    let of = |from: Side| pairs.iter().filter(move |pair| pair.from == from);
    let at_most_us = of(Side::Client).map(ahead).min()?;
    let at_least_us = of(Side::Server).map(ahead).max()?;
    Some(Offset { at_least_us, at_most_us })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_corrected_only_where_it_must_be_wrong() {
        for (at_least_us, at_most_us, correction) in
            [(-50, 80, 0), (3, -3, 0), (9_000, 11_000, 10_000), (-3_000_100, -2_999_900, -3_000_000)]
        {
            assert_eq!(Offset { at_least_us, at_most_us }.correction_us(), correction);
        }
        let late = Offset { at_least_us: 5_000, at_most_us: -3_000 };
        assert_eq!((late.correction_us(), late.crossing_us()), (0, 8_000));
    }
}

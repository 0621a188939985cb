//! How much one connection may log. Six bytes of a peer can become a kilobyte of log, and anybody can be a peer.
//!
//! Each event costs some time, and a connection may be ahead of the clock by `CREDIT`. So a handshake and a long
//! conversation after it are logged whole, and a connection that goes on at full speed is logged in samples, a second's
//! worth at a time. Events that are not logged are counted. The judge sees all of them: what a summary says stays true.

use std::time::Duration;

use steps::{Counts, Step};

/// What an event costs, whatever it holds: a hundred a second are the most in the long run.
const EACH: Duration = Duration::from_millis(10);

/// And for each KiB of its weight: 128 KiB a second are the most in the long run.
const EACH_KIB: Duration = Duration::from_micros(7_812);

/// How far a connection may be ahead of the clock: some 1900 events of 1.5 KiB at once. The longest handshake has 70.
const CREDIT: Duration = Duration::from_secs(40);

/// A connection that has spent all of it is logged again once it has so much: one gap a second, and not one behind each
/// event.
const ENOUGH: Duration = Duration::from_secs(1);

/// What a connection has spent, and what was not told since.
#[derive(Debug, Default)]
pub(crate) struct Allowance {
    /// Up to when, counted from the beginning of the connection, its events are paid for.
    spent: Duration,
    /// The steps that were not told since the last that was.
    beyond: Counts,
}

impl Allowance {
    /// Whether an event of this weight may be told `now`; it is paid for, or counted. What is `due` is told in any case.
    pub(crate) fn admits(&mut self, now: Duration, weight: usize, step: Step, due: bool) -> bool {
        let kib = u32::try_from(weight / 1024).unwrap_or(u32::MAX);
        let spent = self.spent.max(now) + EACH + EACH_KIB * kib;
        let most = if self.beyond.is_empty() { CREDIT } else { CREDIT - ENOUGH };
        if due || spent - now <= most {
            self.spent = spent;
            return true;
        }
        self.beyond.add(step);
        false
    }

    /// What was not told since the last time.
    pub(crate) fn take_beyond(&mut self) -> Option<Counts> {
        (!self.beyond.is_empty()).then(|| std::mem::take(&mut self.beyond))
    }
}

#[cfg(test)]
mod tests {
    use steps::ws;

    use super::*;

    const PING: Step = Step::Ws(ws::Step::Ping);

    /// How many of `n` events, each `apart` from the one before, are told, and in how many stretches.
    fn told(allowance: &mut Allowance, n: u32, apart: Duration, weight: usize) -> (u32, u32) {
        let (mut told, mut gaps) = (0, 0);
        for n in 0..n {
            if allowance.admits(apart * n, weight, PING, false) {
                gaps += u32::from(allowance.take_beyond().is_some());
                told += 1;
            }
        }
        (told, gaps)
    }

    #[test]
    fn who_speaks_at_a_human_pace_is_told_whole_and_a_burst_too() {
        assert_eq!(told(&mut Allowance::default(), 1900, Duration::ZERO, 1500), (1900, 0));
        assert_eq!(told(&mut Allowance::default(), 100_000, Duration::from_millis(20), 1500), (100_000, 0));
    }

    #[test]
    fn a_flood_is_told_in_samples_with_one_gap_a_second() {
        let mut allowance = Allowance::default();
        // A million in a hundred seconds: the credit, and a hundred seconds' worth.
        let (told, gaps) = told(&mut allowance, 1_000_000, Duration::from_micros(100), 600);
        assert!((13_000..=14_000).contains(&told), "{told}");
        assert!((90..=100).contains(&gaps), "{gaps}");
        // What weighs more is told less.
        let mut allowance = Allowance::default();
        let (heavy, _) = self::told(&mut allowance, 100_000, Duration::ZERO, 16 << 10);
        assert!((200..400).contains(&heavy), "{heavy}");
        assert_eq!(allowance.take_beyond().map(|beyond| beyond.total()), Some(u64::from(100_000 - heavy)));
    }

    #[test]
    fn what_is_due_is_told_and_the_rest_is_counted() {
        let mut allowance = Allowance::default();
        let none_left = (0..).find(|_| !allowance.admits(Duration::ZERO, 0, PING, false));
        assert_eq!(none_left, Some(4000));
        assert!(allowance.admits(Duration::ZERO, 0, Step::Ws(ws::Step::Close), true));
        assert_eq!(allowance.take_beyond().map(|beyond| beyond.total()), Some(1));
        assert!(allowance.take_beyond().is_none());
        assert!(!allowance.admits(Duration::ZERO, usize::MAX, PING, false));
    }
}

//! One connection that crosses the link: which of its segments goes on, when, and in what state. No I/O: the caller
//! carries out what is decided here.

use std::{net::SocketAddr, time::Duration};

use steps::{Side, Step, tcp::LINK};
use watch::{
    Session,
    tcp::{Crossed, Fate},
};
use wire::{
    Seen,
    tcp::{Segment, Tracker},
};

use super::{
    packet::Packet,
    rule::{Act, Forgery, Kind, Rule},
};

/// The addresses of a connection that crosses the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) client: SocketAddr,
    /// The link, as the client sees it.
    pub(super) outside: SocketAddr,
    /// The link, as the server sees it.
    pub(super) inside: SocketAddr,
    pub(super) server: SocketAddr,
}

/// A packet that is to be sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Departure {
    /// How much later than others that came with it.
    pub(super) after: Duration,
    /// The whole IP packet.
    pub(super) packet: Vec<u8>,
    pub(super) to: SocketAddr,
}

#[derive(Debug)]
pub(super) struct Connection {
    ends: Ends,
    rules: Vec<Armed>,
    tracker: Tracker,
    crossed: Crossed,
    /// The largest segment that each side said it takes.
    mss: Mss,
    held: Vec<Held>,
    /// Which segments have come, each kind once.
    come: Vec<(Side, Step)>,
    closed: Closed,
}

/// A rule and how often it was asked.
#[derive(Debug)]
struct Armed {
    rule: Rule,
    count: u64,
    dice: Dice,
}

#[derive(Debug)]
struct Held {
    until: (Side, Kind),
    from: Side,
    packet: Packet,
}

#[derive(Clone, Copy, Debug)]
struct Mss {
    client: usize,
    server: usize,
}

/// What has been seen of the end.
#[derive(Clone, Copy, Debug, Default)]
struct Closed {
    client: bool,
    server: bool,
    reset: bool,
}

impl Connection {
    pub(super) fn new(session: &Session, ends: Ends, rules: &[Rule]) -> Self {
        let armed = |rule: &Rule| {
            let seed = match rule.act {
                Act::Lose { seed, .. } => seed,
                Act::Drop
                | Act::DelayMs(_)
                | Act::HoldUntil { .. }
                | Act::Duplicate
                | Act::Corrupt
                | Act::Forge(_)
                | Act::Unreachable => 0,
            };
            Armed { rule: rule.clone(), count: 0, dice: Dice { seed, thrown: Vec::new() } }
        };
        Connection {
            ends,
            rules: rules.iter().map(armed).collect(),
            tracker: Tracker::default(),
            crossed: Crossed::new(session, (ends.client, ends.outside), (ends.inside, ends.server)),
            mss: Mss { client: LEAST_MSS, server: LEAST_MSS },
            held: Vec::new(),
            come: Vec::new(),
            closed: Closed::default(),
        }
    }

    pub(super) fn ends(&self) -> Ends {
        self.ends
    }

    /// Whether both sides have closed, or one has broken the connection off: only stragglers may still come.
    pub(super) fn is_over(&self) -> bool {
        self.closed.reset || (self.closed.client && self.closed.server)
    }

    /// What is to be sent because of this segment.
    pub(super) fn segment(&mut self, from: Side, packet: Packet) -> Vec<Departure> {
        let Some(segment) = Segment::parse(packet.bytes()) else { return Vec::new() };
        self.note(from, &segment);
        let Some(seen) = self.tracker.segment(from, &segment, LINK) else {
            return self.carry(from, packet, Duration::ZERO, false);
        };
        let mut departures = Vec::new();
        if let Some(carried) = self.judge(from, &packet, &seen, &mut departures) {
            for _ in 0..carried.copies {
                departures.extend(self.carry(from, packet.clone(), carried.after, carried.damaged));
            }
        }
        if !self.come.contains(&(from, seen.step)) {
            self.come.push((from, seen.step));
        }
        // What waited for this segment goes behind it.
        let awaited = |held: &mut Held| held.until.0 == from && held.until.1.holds(seen.step);
        let released: Vec<_> = self.held.extract_if(.., awaited).collect();
        for Held { from, packet, .. } in released {
            departures.extend(self.carry(from, packet, Duration::ZERO, false));
        }
        departures
    }

    /// Lets each rule that means this segment act on it, in their order; none: it is not carried on now.
    fn judge(
        &mut self,
        from: Side,
        packet: &Packet,
        seen: &Seen,
        departures: &mut Vec<Departure>,
    ) -> Option<Carried> {
        let mut carried = Carried { copies: 1, after: Duration::ZERO, damaged: false };
        for i in 0..self.rules.len() {
            let armed = &mut self.rules[i];
            if armed.rule.from != from || !armed.rule.segment.holds(seen.step) {
                continue;
            }
            armed.count += 1;
            if !armed.rule.nth.holds(armed.count) {
                continue;
            }
            let said = armed.rule.to_string();
            let met = |fate: &Fate| self.crossed.met(fate, from, seen, &said);
            match armed.rule.act.clone() {
                Act::Drop => {
                    met(&Fate::Lost);
                    return None;
                }
                Act::Lose { percent, .. } => {
                    if armed.dice.throw(seen.step) < percent {
                        met(&Fate::Lost);
                        return None;
                    }
                }
                Act::DelayMs(ms) => {
                    met(&Fate::Held(format!("{ms} ms later")));
                    carried.after += Duration::from_millis(ms);
                }
                // It has come already: there is nothing to wait for.
                Act::HoldUntil { from: of, segment }
                    if self.come.iter().any(|&(from, step)| from == of && segment.holds(step)) => {}
                Act::HoldUntil { from: of, segment } => {
                    met(&Fate::Held(format!("{} of the {}", segment, word(of))));
                    if self.held.len() < MOST_HELD {
                        self.held.push(Held { until: (of, segment), from, packet: packet.clone() });
                    }
                    return None;
                }
                Act::Duplicate => {
                    met(&Fate::Repeated);
                    carried.copies += 1;
                }
                Act::Corrupt => {
                    met(&Fate::Damaged);
                    carried.damaged = true;
                }
                Act::Unreachable => {
                    met(&Fate::Unreachable);
                    let to = packet.source();
                    departures.push(Departure { after: Duration::ZERO, packet: packet.unreachable(), to });
                    return None;
                }
                Act::Forge(forgery) => {
                    let forged = match forgery {
                        Forgery::Stale => packet.older(10),
                        Forgery::Rst => packet.reset(0),
                        Forgery::InexactRst => packet.reset(1000),
                    };
                    if let Some(segment) = Segment::parse(forged.bytes()) {
                        self.crossed.forged(from, &segment, &said);
                    }
                    departures.extend(self.carry(from, forged, Duration::ZERO, false));
                }
            }
        }
        Some(carried)
    }

    /// The packet as its receiver gets it.
    fn carry(&self, from: Side, packet: Packet, after: Duration, damaged: bool) -> Vec<Departure> {
        let Ends { client, outside, inside, server } = self.ends;
        let (source, to, mss) = match from {
            Side::Client => (inside, server, self.mss.server),
            Side::Server => (outside, client, self.mss.client),
        };
        let sealed = |mut piece: Packet| {
            piece.readdress(source, to);
            piece.seal();
            if damaged {
                piece.damage();
            }
            Departure { after, packet: piece.bytes().to_vec(), to }
        };
        packet.split(mss).into_iter().map(sealed).collect()
    }

    fn note(&mut self, from: Side, segment: &Segment) {
        let (mss, closed) = match from {
            Side::Client => (&mut self.mss.client, &mut self.closed.client),
            Side::Server => (&mut self.mss.server, &mut self.closed.server),
        };
        if let Some(said) = segment.options.mss {
            *mss = said.into();
        }
        *closed |= segment.flags.fin;
        // A RST during the opening may answer an older SYN, and another attempt follows.
        self.closed.reset |= segment.flags.rst && segment.flags.ack;
    }
}

struct Carried {
    copies: usize,
    after: Duration,
    damaged: bool,
}

fn word(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Server => "server",
    }
}

/// Pseudo-random numbers that come again with their seed: SplitMix64, of which the reference code is twelve lines. Each
/// kind of segment has dice of its own, so that an ACK more or less, which a moment decides, is no other segment's fate.
#[derive(Debug)]
struct Dice {
    seed: u64,
    /// How often they were thrown for each kind.
    thrown: Vec<(Step, u64)>,
}

impl Dice {
    /// A number from 0 to 99.
    fn throw(&mut self, step: Step) -> u8 {
        let known = self.thrown.iter().position(|(kind, _)| *kind == step);
        let place = known.unwrap_or_else(|| {
            self.thrown.push((step, 0));
            self.thrown.len() - 1
        });
        self.thrown[place].1 += 1;
        let thrown = self.thrown[place].1;
        // Where the dice of this kind begin.
        let kind = step.id().bytes().fold(self.seed, |sum, byte| mix(sum.wrapping_add(byte.into())));
        (mix(kind.wrapping_add(thrown.wrapping_mul(0x9e37_79b9_7f4a_7c15))) % 100) as u8
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What every host takes (RFC 9293 §3.7.1), until a SYN says more.
const LEAST_MSS: usize = 536;

/// How many segments wait for another; more are lost.
const MOST_HELD: usize = 64;

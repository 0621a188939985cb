//! Where packets wait, and where each step is laid to its packet.
//!
//! A step that was read from bytes belongs to the packet that carried its last byte: the tap counts the bytes, the
//! packet's sequence number says which it carries. A segment that the TCP watcher told of is known by its header. What
//! crossed nothing, and what was read inside an encrypted stream, is laid to the last packet before it.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::SystemTime,
};

use steps::{Direction, Event, Evidence, Lang, Protocol, Said, Side};

use super::{HOLD, MOST_HELD, comment};
use crate::address::{Ends, both_plain};

mod connection;

pub(super) use connection::Packet;
use connection::{Connection, Mark, Place};

/// Packets of all connections.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    listening: HashSet<u16>,
    connections: HashMap<Ends, Connection>,
    /// Whose packet is next.
    order: VecDeque<Ends>,
    /// How much memory packets and marks take.
    held: usize,
    /// At so many connections those are forgotten of which nothing waits and nobody tells.
    sweep_at: usize,
    pub(super) counts: Counts,
}

/// What came of it all.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) written: u64,
    pub(super) comments: u64,
    /// Written because too much was waiting.
    pub(super) early: u64,
    /// Steps whose packet was not captured.
    pub(super) unplaced: u64,
}

impl Timeline {
    /// What crosses `port` is ours.
    pub(super) fn listens(&mut self, port: u16) {
        self.listening.insert(port);
    }

    /// A witness begins its account of a connection.
    pub(super) fn opens(&mut self, ends: Ends) {
        self.sweep();
        let connection = self.connections.entry(both_plain(ends)).or_default();
        connection.ours = true;
        connection.open += 1;
    }

    /// A witness ends its account.
    pub(super) fn closes(&mut self, ends: Ends) {
        let ends = both_plain(ends);
        let Some(connection) = self.connections.get_mut(&ends) else { return };
        connection.open = connection.open.saturating_sub(1);
        if connection.is_told() && connection.has_ended() {
            self.forget(ends);
        }
    }

    /// Forgets a connection of which no packet waits.
    fn forget(&mut self, ends: Ends) {
        if let Some(connection) = self.connections.remove(&ends) {
            self.counts.unplaced += connection.marks.len() as u64;
            self.held -= connection.marks.iter().map(Mark::weight).sum::<usize>();
        }
    }

    /// Those whose SYN is not answered would else be remembered for ever.
    fn sweep(&mut self) {
        const FEW: usize = 1024;
        if self.connections.len() >= self.sweep_at.max(FEW) {
            let all = self.connections.iter();
            let told: Vec<_> = all.filter(|(_, it)| it.is_told()).map(|(ends, _)| *ends).collect();
            told.into_iter().for_each(|ends| self.forget(ends));
            self.sweep_at = 2 * self.connections.len();
        }
    }

    /// A step of a connection.
    pub(super) fn mark(&mut self, ends: Ends, event: &Event, said: &[Said], end: Option<u64>, lang: Lang) {
        let place = match (event.sender(), end) {
            (Some(from), Some(end)) => {
                Place::End { from, end, received: event.direction == Direction::Received }
            }
            // What a link did to a segment has the segment's bytes and is no packet of its own.
            _ if event.step.protocol() == Protocol::Tcp
                && event.evidence == Evidence::Wire
                && event.crossed() =>
            {
                let header = event.bytes.0.first_chunk().copied().unwrap_or_default();
                Place::Segment { header, by: event.side }
            }
            _ => Place::Time,
        };
        let text = comment::of_event(event, said, matches!(place, Place::Time), lang);
        self.put(ends, Mark { place, at: event.at.into(), text });
    }

    /// What is to be said of a connection at a moment.
    pub(super) fn note(&mut self, ends: Ends, at: SystemTime, text: String) {
        self.put(ends, Mark { place: Place::Time, at, text });
    }

    fn put(&mut self, ends: Ends, mark: Mark) {
        self.held += mark.weight();
        self.connections.entry(both_plain(ends)).or_default().marks.push(mark);
    }

    /// Takes a packet.
    pub(super) fn take(&mut self, mut packet: Packet) {
        let (there, back) = ((packet.source, packet.destination), (packet.destination, packet.source));
        let (ends, from) = match packet {
            _ if (packet.flags.syn && !packet.flags.ack) || self.connections.contains_key(&there) => {
                (there, Side::Client)
            }
            _ if packet.flags.syn || self.connections.contains_key(&back) => (back, Side::Server),
            // Joined in the middle: the server is where we listen.
            _ if self.listening.contains(&packet.destination.port()) => (there, Side::Client),
            _ => (back, Side::Server),
        };
        self.sweep();
        let connection = self.connections.entry(ends).or_default();
        connection.ours |= self.listening.contains(&ends.1.port());
        if *connection.interface.get_or_insert(packet.interface) != packet.interface {
            return;
        }
        packet.from = from;
        connection.follow(&packet);
        self.held += packet.weight();
        connection.packets.push_back(packet);
        self.order.push_back(ends);
    }

    /// Whether each connection of ours that was received has ended on the wire.
    pub(super) fn is_quiet(&self) -> bool {
        let ours = self.connections.values().filter(|connection| connection.ours);
        ours.into_iter().all(|connection| connection.packets.is_empty() || connection.has_ended())
    }

    /// The next packet that need wait no longer, with its comments; those that are not ours fall away.
    pub(super) fn next(&mut self, all: bool) -> Option<(Packet, Vec<String>)> {
        loop {
            let ends = *self.order.front()?;
            let connection = self.connections.entry(ends).or_default();
            let Some(first) = connection.packets.front() else {
                self.order.pop_front();
                continue;
            };
            let due = all
                || (connection.ours && connection.open == 0 && connection.has_ended())
                || first.at.elapsed().is_ok_and(|age| age > HOLD);
            let early = !due && self.held > MOST_HELD;
            if !due && !early {
                return None;
            }
            let (comments, told) = connection.comments();
            let packet = connection.packets.pop_front()?;
            self.order.pop_front();
            self.held -= packet.weight() + told;
            let ours = connection.ours;
            if connection.packets.is_empty()
                && (all || !ours || (connection.open == 0 && connection.has_ended()))
            {
                self.forget(ends);
            }
            if ours {
                self.counts.early += u64::from(early);
                self.counts.written += 1;
                self.counts.comments += comments.len() as u64;
                return Some((packet, comments));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use steps::tls;
    use wire::{
        Seen, fields,
        tcp::{Flags, Options, Segment},
    };

    use super::*;
    use crate::{Session, Started, Witness};

    const CLIENT: ([u8; 4], u16) = ([127, 0, 0, 1], 50000);
    const SERVER: ([u8; 4], u16) = ([127, 0, 0, 1], 7443);

    fn ends() -> Ends {
        (CLIENT.into(), SERVER.into())
    }

    /// A packet of the client, `at` so many milliseconds.
    fn packet(at: u64, flags: Flags, seq: u32, length: u32) -> Packet {
        let segment = Segment {
            source: CLIENT.into(),
            destination: SERVER.into(),
            flags,
            seq,
            ack: 0,
            window: 0,
            options: Options::default(),
            payload_length: length,
            header_length: 20,
            length: 20,
            bytes: vec![0; 20],
        };
        Packet::new(moment(at), 1, &[0x45; 40], &segment)
    }

    fn moment(at: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(at)
    }

    /// A step that the client sent and `side` saw `at` that moment.
    fn saw(timeline: &mut Timeline, side: Side, at: u64, step: tls::Step, end: Option<u64>) {
        let witness =
            Witness::new(&Session::default(), side, Protocol::Tls, None, ends(), Started::at(moment(0)));
        let seen = match end {
            Some(end) => Seen::new(step, Side::Client, fields! {}, []).ending(end),
            None => Seen::local(step, fields! {}),
        };
        let event = witness.event(Duration::from_millis(at), Evidence::Wire, seen);
        timeline.mark(ends(), &event, &[], end, Lang::En);
    }

    fn written(mut timeline: Timeline) -> Vec<Vec<String>> {
        let mut all = Vec::new();
        while let Some((_, comments)) = timeline.next(true) {
            all.push(
                comments.into_iter().map(|text| text.split(' ').next().unwrap_or_default().into()).collect(),
            );
        }
        assert_eq!(timeline.counts.unplaced, 0);
        assert_eq!(timeline.held, 0);
        all
    }

    fn timeline() -> Timeline {
        let mut timeline = Timeline::default();
        timeline.opens(ends());
        // The numbers wrap within the first packet.
        timeline.take(packet(1, Flags { syn: true, ..Flags::default() }, u32::MAX - 9, 0));
        timeline
    }

    const DATA: Flags = Flags {
        cwr: false,
        ece: false,
        urg: false,
        ack: true,
        psh: false,
        rst: false,
        syn: false,
        fin: false,
    };

    #[test]
    fn a_step_is_laid_to_the_packet_with_its_last_byte() {
        let mut timeline = timeline();
        timeline.take(packet(2, DATA, u32::MAX - 8, 20));
        timeline.take(packet(3, DATA, 11, 5));
        saw(&mut timeline, Side::Client, 9, tls::Step::ClientHello, Some(20));
        saw(&mut timeline, Side::Client, 9, tls::Step::Certificate, Some(21));
        saw(&mut timeline, Side::Server, 9, tls::Step::Finished, Some(25));
        let expected: [&[&str]; 3] = [&[], &["tls.client_hello"], &["tls.certificate", "tls.finished"]];
        assert_eq!(written(timeline), expected);
    }

    #[test]
    fn what_was_repeated_arrived_with_the_copy_before_it_was_read() {
        let mut timeline = timeline();
        timeline.take(packet(2, DATA, u32::MAX - 8, 20));
        timeline.take(packet(4, DATA, u32::MAX - 8, 20));
        timeline.take(packet(6, DATA, u32::MAX - 8, 20));
        saw(&mut timeline, Side::Client, 3, tls::Step::ClientHello, Some(20));
        saw(&mut timeline, Side::Server, 5, tls::Step::Finished, Some(20));
        let expected: [&[&str]; 4] = [&[], &["tls.client_hello"], &["tls.finished"], &[]];
        assert_eq!(written(timeline), expected);
    }

    #[test]
    fn what_crossed_nothing_is_laid_to_the_last_packet_before_it() {
        let mut timeline = timeline();
        timeline.take(packet(5, DATA, u32::MAX - 8, 1));
        timeline.take(packet(9, DATA, u32::MAX - 7, 1));
        saw(&mut timeline, Side::Client, 7, tls::Step::SessionKeys, None);
        saw(&mut timeline, Side::Server, 9, tls::Step::HandshakeComplete, None);
        let expected: [&[&str]; 3] = [&[], &["in"], &["in"]];
        assert_eq!(written(timeline), expected);
    }

    #[test]
    fn what_is_not_ours_is_not_written() {
        let mut timeline = Timeline::default();
        timeline.take(packet(1, Flags { syn: true, ..Flags::default() }, 1, 0));
        assert_eq!(written(timeline), <[Vec<String>; 0]>::default());
        let mut timeline = Timeline::default();
        timeline.listens(SERVER.1);
        timeline.take(packet(1, Flags { syn: true, ..Flags::default() }, 1, 0));
        assert_eq!(written(timeline).len(), 1);
    }

    #[test]
    fn who_knocks_and_does_not_come_in_is_forgotten() {
        let mut timeline = Timeline::default();
        timeline.listens(SERVER.1);
        let sends_syn = |timeline: &mut Timeline, port: u16| {
            let mut packet = packet(1, Flags { syn: true, ..Flags::default() }, 1, 0);
            packet.source.set_port(port);
            timeline.take(packet);
        };
        // Long ago: each is written at once.
        for port in 1..=60_000 {
            sends_syn(&mut timeline, port);
            assert!(timeline.next(false).is_some());
            assert!(timeline.connections.len() <= 2048, "{}", timeline.connections.len());
        }
        assert_eq!(timeline.held, 0);
        // Who is told of is not forgotten, whoever else sends a SYN.
        timeline.opens(ends());
        (1..=5000).for_each(|port| sends_syn(&mut timeline, port));
        assert!(timeline.connections.contains_key(&ends()));
    }

    #[test]
    fn small_packets_and_what_is_said_of_them_count_with_all_they_take() {
        let mut timeline = timeline();
        let before = timeline.held;
        timeline.take(packet(2, DATA, u32::MAX - 8, 1));
        assert!(timeline.held - before > 40 + 100, "{}", timeline.held);
        let before = timeline.held;
        timeline.note(ends(), moment(2), "x".repeat(1000));
        assert!(timeline.held - before > 1000, "{}", timeline.held);
        assert_eq!(written(timeline).len(), 2);
    }
}

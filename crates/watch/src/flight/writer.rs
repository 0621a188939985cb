//! From packets to blocks of a file: which are ours, which secrets they need, and in what order all of it is written. A
//! packet waits a moment for its secrets, which the library tells only once it has read it; tshark opens a packet with what
//! stands before it.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::{Duration, Instant},
};

use super::turns::Turns;
use crate::{
    address::Ends,
    pcapng::{self, Secrets},
};

/// Which packets are written.
pub(super) enum Whose {
    /// Those of our own connections.
    Ours,
    /// Those that were chosen. What has no ports, an ICMP message for one, goes by none.
    Chosen(Box<dyn Fn(Option<Ends>) -> bool + Send>),
}

/// What is to be written.
pub(super) struct Writer {
    turns: Turns,
    whose: Whose,
    listening: HashSet<u16>,
    connections: HashMap<Ends, Connection>,
    /// Those whose accounts are closed: late segments still need their secrets.
    over: VecDeque<(Instant, Ends)>,
    /// Secrets whose connection is not known, and in which turn how many of them were written.
    common: VecDeque<(Secrets, String)>,
    common_written: (u64, usize),
    /// What came since the last look.
    fresh: Chunk,
    held: VecDeque<(Instant, Chunk)>,
    held_bytes: usize,
    written: u64,
}

#[derive(Default)]
struct Connection {
    /// How many witnesses tell of it.
    open: usize,
    secrets: Vec<(Secrets, String)>,
    /// In which turn how many of these were written.
    written: (u64, usize),
    /// Who has sent its FIN; all, after a RST.
    ended: u8,
}

/// Packets in a row, each as its block.
#[derive(Default)]
struct Chunk {
    blocks: Vec<u8>,
    /// How long each block is, and whose.
    packets: Vec<(usize, Option<Ends>)>,
}

const FROM_CLIENT: u8 = 1;
const FROM_SERVER: u8 = 2;
const BOTH: u8 = 3;

impl Writer {
    pub(super) fn new(turns: Turns, whose: Whose) -> Self {
        Writer {
            turns,
            whose,
            listening: HashSet::new(),
            connections: HashMap::new(),
            over: VecDeque::new(),
            common: VecDeque::new(),
            common_written: (0, 0),
            fresh: Chunk::default(),
            held: VecDeque::new(),
            held_bytes: 0,
            written: 0,
        }
    }

    pub(super) fn listens(&mut self, port: u16) {
        self.listening.insert(port);
    }

    pub(super) fn opens(&mut self, ends: Ends) {
        self.connections.entry(ends).or_default().open += 1;
    }

    pub(super) fn secret(&mut self, of: Ends, kind: Secrets, line: String) {
        let connection = self.connections.entry(of).or_default();
        // Both ends may be ours, and know the same.
        if connection.secrets.iter().all(|(_, known)| *known != line) {
            connection.secrets.push((kind, line));
        }
    }

    /// A line of a key log whose connection is not known.
    pub(super) fn common_secret(&mut self, kind: Secrets, line: String) {
        if self.common.len() == MOST_COMMON {
            self.common.pop_front();
            self.common_written.1 = self.common_written.1.saturating_sub(1);
        }
        self.common.push_back((kind, line));
    }

    pub(super) fn closes(&mut self, ends: Ends) {
        let Some(connection) = self.connections.get_mut(&ends) else { return };
        connection.open = connection.open.saturating_sub(1);
        if connection.open == 0 {
            self.over.push_back((Instant::now(), ends));
        }
    }

    /// Takes a packet that was received `at` so many nanoseconds since 1970 and begins with its IP header.
    pub(super) fn packet(&mut self, at: i64, bytes: &[u8]) {
        let ends = ends(bytes);
        match &self.whose {
            Whose::Chosen(chosen) if !chosen(ends.map(|(ends, _)| ends)) => return,
            Whose::Chosen(_) => {}
            Whose::Ours => {
                if let Some((ends, flags)) = ends {
                    self.follow(ends, flags);
                }
            }
        }
        let before = self.fresh.blocks.len();
        pcapng::packet(&mut self.fresh.blocks, u64::try_from(at).unwrap_or_default(), bytes, &[]);
        let length = self.fresh.blocks.len() - before;
        self.fresh.packets.push((length, ends.map(|(ends, _)| ends)));
    }

    fn follow(&mut self, (source, destination): Ends, flags: u8) {
        const FIN: u8 = 1;
        const RST: u8 = 4;
        if flags & (FIN | RST) == 0 {
            return;
        }
        let (to, back) = ((source, destination), (destination, source));
        let (ends, from) =
            if self.connections.contains_key(&to) { (to, FROM_CLIENT) } else { (back, FROM_SERVER) };
        if let Some(connection) = self.connections.get_mut(&ends) {
            connection.ended |= if flags & RST == 0 { from } else { BOTH };
        }
    }

    /// Whether each connection that is known has ended on the wire.
    pub(super) fn is_quiet(&self) -> bool {
        self.connections.values().all(|connection| connection.ended == BOTH)
    }

    /// Writes what has waited long enough.
    pub(super) fn write(&mut self, now: Instant) {
        self.hold(now);
        while let Some((since, _)) = self.held.front()
            && (now.saturating_duration_since(*since) >= HOLD || self.held_bytes > MOST_HELD)
        {
            self.write_oldest();
        }
        self.turns.flush();
        while let Some((since, ends)) = self.over.front()
            && now.saturating_duration_since(*since) >= LATE
        {
            if self.connections.get(ends).is_some_and(|connection| connection.open == 0) {
                self.connections.remove(ends);
            }
            self.over.pop_front();
        }
    }

    /// Nothing more comes: writes all of it, and how many packets the kernel had no room for.
    pub(super) fn end(&mut self, lost: u64) {
        self.hold(Instant::now());
        while !self.held.is_empty() {
            self.write_oldest();
        }
        let mut statistics = Vec::new();
        pcapng::statistics(&mut statistics, self.written, lost);
        self.turns.put(&statistics);
        self.turns.flush();
        let path = self.turns.path().display();
        tracing::info!("{path}: the last of {} packets", self.written);
        if lost > 0 {
            tracing::warn!("{path}: {lost} packets are missing, the kernel's ring was full");
        }
    }

    fn hold(&mut self, now: Instant) {
        if !self.fresh.packets.is_empty() {
            let fresh = std::mem::take(&mut self.fresh);
            self.held_bytes += fresh.blocks.len();
            self.held.push_back((now, fresh));
        }
    }

    fn write_oldest(&mut self) {
        let Some((_, chunk)) = self.held.pop_front() else { return };
        self.held_bytes -= chunk.blocks.len();
        let mut rest = chunk.blocks.as_slice();
        for (length, ends) in chunk.packets {
            let (block, others) = rest.split_at(length);
            rest = others;
            let connection = match (&self.whose, ends) {
                (Whose::Chosen(_), _) => None,
                (Whose::Ours, None) => continue,
                (Whose::Ours, Some(ends)) => match self.ours(ends) {
                    Some(connection) => connection,
                    None => continue,
                },
            };
            let mut lacks = self.lacks(connection);
            if self.turns.make_room(lacks.len() + block.len()) {
                lacks = self.lacks(connection);
            }
            self.has_what_it_lacked(connection);
            self.turns.put(&lacks);
            self.turns.put(block);
            self.turns.flush_if_much();
            self.written += 1;
        }
    }

    /// The connection of a packet of ours, as the client and the server name it; a server's port is enough.
    fn ours(&self, (source, destination): Ends) -> Option<Option<Ends>> {
        let known = [(source, destination), (destination, source)]
            .into_iter()
            .find(|ends| self.connections.contains_key(ends));
        let listens = || [source, destination].iter().any(|end| self.listening.contains(&end.port()));
        (known.is_some() || listens()).then_some(known)
    }

    /// The secrets that the file at hand lacks for a packet of this connection, as blocks.
    fn lacks(&mut self, of: Option<Ends>) -> Vec<u8> {
        let turn = self.turns.turn();
        let (secrets, written) = match of.and_then(|ends| self.connections.get(&ends)) {
            Some(connection) => (connection.secrets.as_slice(), connection.written),
            None => (&*self.common.make_contiguous(), self.common_written),
        };
        let lacks = if written.0 == turn { &secrets[written.1.min(secrets.len())..] } else { secrets };
        let mut blocks = Vec::new();
        for kind in [Secrets::Tls, Secrets::Ssh] {
            let lines = lacks.iter().filter(|(of, _)| *of == kind).map(|(_, line)| line.as_str());
            let lines: String = lines.collect();
            if !lines.is_empty() {
                pcapng::secrets(&mut blocks, kind, &lines);
            }
        }
        blocks
    }

    /// The file at hand has these secrets now.
    fn has_what_it_lacked(&mut self, of: Option<Ends>) {
        let turn = self.turns.turn();
        match of.and_then(|ends| self.connections.get_mut(&ends)) {
            // A file that only grows will not need them again.
            Some(connection) if self.turns.only_grows() => {
                connection.secrets = Vec::new();
                connection.written = (turn, 0);
            }
            Some(connection) => connection.written = (turn, connection.secrets.len()),
            None => self.common_written = (turn, self.common.len()),
        }
    }
}

/// Source and destination of a TCP segment, and its flags; of a fragment, and of what is no TCP, nothing.
fn ends(packet: &[u8]) -> Option<(Ends, u8)> {
    let (source, destination, segment): (IpAddr, IpAddr, _) = match packet.first()? >> 4 {
        4 => {
            let fragment = u16::from_be_bytes(*packet.get(6..)?.first_chunk()?) & 0x1fff != 0;
            if packet.get(9) != Some(&TCP) || fragment {
                return None;
            }
            let address = |at: usize| Some(Ipv4Addr::from(*packet.get(at..)?.first_chunk::<4>()?));
            (address(12)?.into(), address(16)?.into(), packet.get(usize::from(packet[0] & 0xf) * 4..)?)
        }
        6 if packet.get(6) == Some(&TCP) => {
            let address = |at: usize| Some(Ipv6Addr::from(*packet.get(at..)?.first_chunk::<16>()?));
            (address(8)?.into(), address(24)?.into(), packet.get(40..)?)
        }
        _ => return None,
    };
    let port = |at: usize| Some(u16::from_be_bytes(*segment.get(at..)?.first_chunk()?));
    let ends = (SocketAddr::new(source, port(0)?), SocketAddr::new(destination, port(2)?));
    Some((ends, *segment.get(13)?))
}

const TCP: u8 = 6;

/// How long a packet waits for its secrets. Who is asked about a host key may take longer: `lab read` needs no order.
const HOLD: Duration = Duration::from_secs(1);

/// How many bytes may wait.
const MOST_HELD: usize = 8 << 20;

/// How long after the end of its account a connection's segments may come.
const LATE: Duration = Duration::from_secs(5);

/// How many lines of a key log are repeated in each file.
const MOST_COMMON: usize = 4096;

//! The process that reads a capture: from its bytes to steps.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{BufReader, ErrorKind, Read},
    net::SocketAddr,
    path::Path,
};

use anyhow::Context;
use steps::Side;
use wire::{
    Crossed, Seen,
    tcp::{Segment, Tracker},
};

use crate::{
    measure::{self, memory},
    pair::Kind,
    recording::Secret,
};

/// The server of every conversation; on their usual ports tshark knows the protocols.
pub(crate) fn port(kind: Kind) -> u16 {
    match kind {
        Kind::Tls13 | Kind::Ecdhe => 443,
        Kind::Ws => 80,
        Kind::Ssh => 22,
        Kind::Tcp | Kind::TcpKernel => 7000,
    }
}

/// Reads a capture as tshark does, packet by packet; gives the seconds of CPU and the most memory. Each conversation must have
/// shown what a whole one shows.
pub(crate) fn decode(kind: Kind, capture: &Path, secrets: &Path) -> anyhow::Result<String> {
    let secrets = Secret::read(&fs::read_to_string(secrets)?);
    let cpu = measure::own_cpu();
    let mut file = BufReader::with_capacity(1 << 18, File::open(capture)?);
    file.read_exact(&mut [0; 24])?;
    let (mut open, mut packet) = (HashMap::<SocketAddr, Conversation>::new(), vec![0; 1 << 16]);
    let (mut whole, mut all) = (0, 0);
    let mut header = [0; 16];
    loop {
        match file.read_exact(&mut header) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            read => read?,
        }
        let length = u32::from_le_bytes(header[8..12].try_into()?) as usize;
        file.read_exact(&mut packet[..length])?;
        let segment = Segment::parse(&packet[..length]).context("a segment")?;
        let (from, client) = match segment.destination.port() == port(kind) {
            true => (Side::Client, segment.source),
            false => (Side::Server, segment.destination),
        };
        if segment.flags.syn && from == Side::Client {
            open.insert(client, Conversation::new(kind));
        }
        let Some(conversation) = open.get_mut(&client) else { continue };
        conversation.take(from, &segment, &secrets);
        if conversation.fins == 2 {
            all += 1;
            whole += usize::from(conversation.is_whole(kind));
            open.remove(&client);
        }
    }
    anyhow::ensure!(all > 0 && whole == all, "{whole} of {all} conversations were read to their end");
    let most = memory(std::process::id(), "VmHWM").context("no VmHWM")?;
    Ok(format!("{} {most}", (measure::own_cpu() - cpu).as_secs_f64()))
}

struct Conversation {
    decoder: Decoder,
    told: bool,
    steps: usize,
    fins: usize,
    last: Option<steps::Step>,
}

#[allow(clippy::large_enum_variant)] // one a connection, and most are the large one
enum Decoder {
    Tls(wire::tls::Decoder),
    Ws(wire::ws::Decoder),
    Ssh(wire::ssh::Decoder),
    Tcp(Tracker),
}

impl Conversation {
    fn new(kind: Kind) -> Self {
        let decoder = match kind {
            Kind::Tls13 | Kind::Ecdhe => Decoder::Tls(Default::default()),
            Kind::Ws => Decoder::Ws(Default::default()),
            Kind::Ssh => Decoder::Ssh(Default::default()),
            Kind::Tcp | Kind::TcpKernel => Decoder::Tcp(Tracker::default()),
        };
        Conversation { decoder, told: false, steps: 0, fins: 0, last: None }
    }

    fn take(&mut self, from: Side, segment: &Segment, secrets: &[Secret]) {
        self.fins += usize::from(segment.flags.fin);
        let payload = segment.payload();
        let mut seen: Vec<Seen> = Vec::new();
        match &mut self.decoder {
            Decoder::Tcp(tracker) => seen.extend(tracker.segment(from, segment, "pcap")),
            Decoder::Tls(_) | Decoder::Ws(_) | Decoder::Ssh(_) if payload.is_empty() => {}
            Decoder::Tls(decoder) => {
                let mut take = |crossed: Vec<Crossed>| seen.extend(crossed.into_iter().map(|it| it.seen));
                take(decoder.push(from, 0, payload));
                if let (false, Some(random)) = (self.told, decoder.client_random().map(<[u8]>::to_vec)) {
                    self.told = true;
                    for secret in secrets.iter().filter(|secret| secret.of == random) {
                        take(decoder.secret(&secret.label, &random, &secret.secret));
                    }
                }
            }
            Decoder::Ws(decoder) => decoder.feed(from, payload, |it| seen.push(it)),
            Decoder::Ssh(decoder) => {
                let mut take = |crossed: Vec<Crossed>| seen.extend(crossed.into_iter().map(|it| it.seen));
                take(decoder.push(from, 0, payload));
                if let (false, Some(cookie)) = (self.told, decoder.wants_secret_of()) {
                    self.told = true;
                    for secret in secrets.iter().filter(|secret| secret.of == cookie) {
                        take(decoder.secret(0, &cookie, &secret.secret));
                    }
                }
            }
        }
        self.steps += seen.len();
        self.last = seen.last().map(|seen| seen.step).or(self.last);
    }

    /// Whether the last that was seen is what stands at the end of a conversation.
    fn is_whole(&self, kind: Kind) -> bool {
        let last: steps::Step = match kind {
            Kind::Tls13 | Kind::Ecdhe => steps::tls::Step::Alert.into(),
            Kind::Ws => steps::ws::Step::Close.into(),
            Kind::Ssh => steps::ssh::Step::Disconnect.into(),
            Kind::Tcp | Kind::TcpKernel => return self.steps > 8,
        };
        self.last == Some(last)
    }
}

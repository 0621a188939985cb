//! How far a connection came and how it ended, from its segments and steps.

use std::{borrow::Cow, net::IpAddr};

use steps::{Past, Side, common, ssh, tcp::reason::Icmp, tls, ws};
use wire::tcp::Segment;

use crate::{
    icmp::Unreachable,
    records::{self, Records},
    row::{Ended, Kind},
};

/// What the segments of a connection told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    syn: Option<u32>,
    syn_ack: bool,
    /// The server acknowledged the client's SYN and the client the server's.
    acked: bool,
    seen: [u64; 2],
    fin: [bool; 2],
    first_fin: Option<Side>,
    highest: [Option<u32>; 2],
    pub(crate) ended: Option<Side>,
    unreachable: Option<(IpAddr, Icmp)>,
}

impl Known {
    /// Takes what ICMP says of a segment of `from`'s, and gives whether it counts: it quotes the SYN that opened the
    /// connection. Of others TCP may still get through (RFC 1122 §4.2.3.9).
    pub(crate) fn unreachable(&mut self, from: Side, told: &Unreachable) -> bool {
        let counts = from == Side::Client && self.syn == Some(told.seq);
        if counts {
            self.unreachable = Some((told.by, told.what));
        }
        counts
    }

    pub(crate) fn segment(&mut self, from: Side, segment: &Segment<Cow<'_, [u8]>>) {
        let flags = segment.flags;
        self.seen[from as usize] += 1;
        match (flags.syn, flags.ack) {
            (true, false) => self.syn = Some(segment.seq),
            (true, true) => self.syn_ack = true,
            (false, true) if from == Side::Client && !flags.rst => self.acked |= self.syn_ack,
            (false, _) => {}
        }
        if flags.rst {
            self.ended.get_or_insert(from);
        }
        if flags.fin {
            self.fin[from as usize] = true;
            self.first_fin.get_or_insert(from);
        }
        let length = segment.payload_length.wrapping_add(u32::from(flags.syn)).wrapping_add(flags.fin.into());
        let end = segment.seq.wrapping_add(length);
        let highest = &mut self.highest[from as usize];
        if !flags.rst && highest.is_none_or(|known| (end.wrapping_sub(known) as i32) > 0) {
            *highest = Some(end);
        }
    }

    /// Whether a SYN with this number is not the one that opened the connection.
    pub(crate) fn is_another(&self, seq: u32) -> bool {
        self.syn != Some(seq)
    }

    /// A byte of garbage one number before what is next (RFC 9293 §3.8.4), which is no data.
    pub(crate) fn is_keep_alive(&self, from: Side, segment: &Segment<Cow<'_, [u8]>>) -> bool {
        let flags = segment.flags;
        let next = self.highest[from as usize];
        !flags.syn
            && !flags.fin
            && segment.payload_length == 1
            && segment.payload() == [0]
            && next == Some(segment.seq.wrapping_add(1))
            && self.seen[from as usize] > 1
    }

    pub(crate) fn fins(&self) -> usize {
        self.fin.iter().filter(|fin| **fin).count()
    }

    pub(crate) fn one_sided(&self) -> bool {
        self.seen.contains(&0) && !matches!(self.ended(), Ended::NoAnswer | Ended::Unreachable(..))
    }

    pub(crate) fn joined(&self) -> bool {
        self.syn.is_none() && !self.syn_ack
    }

    /// The three segments of the opening were seen.
    pub(crate) fn opened(&self) -> bool {
        self.syn.is_some() && self.syn_ack && self.acked
    }

    pub(crate) fn ended(&self) -> Ended {
        match (self.ended, self.first_fin) {
            (Some(Side::Server), _) if self.syn.is_some() && !self.syn_ack && !self.acked => Ended::Refused,
            // A reset of what both sides had closed is one of the ways in which stacks end.
            (_, Some(_)) if self.fins() == 2 => Ended::Closed,
            (Some(side), _) => Ended::Reset(side),
            (None, Some(first)) => Ended::HalfClosed(first),
            (None, None)
                if self.syn.is_some() && self.seen[Side::Server as usize] == 0 && !self.client_goes_on() =>
            {
                self.unreachable.map_or(Ended::NoAnswer, |(by, what)| Ended::Unreachable(by, what))
            }
            (None, None) => Ended::Open,
        }
    }

    /// The client has sent more than SYNs: it had an answer that was not captured.
    fn client_goes_on(&self) -> bool {
        match (self.syn, self.highest[Side::Client as usize]) {
            (Some(syn), Some(highest)) => highest != syn.wrapping_add(1),
            _ => false,
        }
    }
}

/// The first fatal alert that could be read, and who sent it. A close_notify is no fatal alert.
pub(crate) fn fatal_alert(past: &Past) -> Option<(Side, String)> {
    [Side::Client, Side::Server].into_iter().find_map(|side| {
        let alert = past.first_from(side, tls::Step::Alert)?;
        let words = alert.get(common::DESCRIPTION)?;
        (alert.get(tls::field::LEVEL) == Some("fatal")).then(|| (side, words.to_owned()))
    })
}

/// Both Finished were read, or their records tell so.
pub(crate) fn tls_established(past: &Past, [client, server]: &[Records; 2]) -> bool {
    let finished = |side| past.first_from(side, tls::Step::Finished).is_some();
    if finished(Side::Client) && finished(Side::Server) {
        return true;
    }
    if fatal_alert(past).is_some() {
        return false;
    }
    let hello = past.first(tls::Step::ServerHello);
    let tls13 = hello.and_then(|hello| hello.get(common::VERSION)) == Some("TLS 1.3");
    hello.is_some() && records::established(client, server, tls13)
}

/// Whoever was let in is in; where that cannot be read, both sides have turned to their keys and gone on under them.
pub(crate) fn ssh_established(past: &Past) -> bool {
    let sent = |side, step: ssh::Step| past.first_from(side, step).is_some();
    past.has(ssh::Step::AuthSuccess)
        || [Side::Client, Side::Server]
            .into_iter()
            .all(|side| sent(side, ssh::Step::Newkeys) && sent(side, ssh::Step::Encrypted))
}

/// What is told of a connection's handshake in a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) algorithms: Option<String>,
}

pub(crate) fn details(past: &Past, kind: Kind) -> Details {
    let text = |text: Option<&str>| text.map(str::to_owned);
    match kind {
        Kind::Tls | Kind::TlsBehind(_) | Kind::Wss => {
            let (client, server) = (past.first(tls::Step::ClientHello), past.first(tls::Step::ServerHello));
            Details {
                name: text(client.and_then(|hello| hello.get(tls::field::SERVER_NAME))),
                version: text(server.and_then(|hello| hello.get(common::VERSION))),
                algorithms: text(server.and_then(|hello| hello.get(tls::field::CIPHER_SUITE))),
            }
        }
        Kind::Ws | Kind::Http => {
            let request = past.first(ws::Step::UpgradeRequest).or(past.first(ws::Step::PlainRequest));
            Details {
                name: text(request.and_then(|request| request.get(ws::field::HOST))),
                ..Details::default()
            }
        }
        Kind::Ssh => {
            let server = past.first_from(Side::Server, ssh::Step::Identification);
            let agreed = past.first(ssh::Step::Negotiated);
            let algorithms = agreed.and_then(|agreed| {
                let kex = agreed.get(ssh::field::KEX_ALGORITHM)?;
                let cipher = agreed.get(ssh::field::ENCRYPTION_ALGORITHM_CLIENT_TO_SERVER)?;
                Some(format!("{kex}, {cipher}"))
            });
            Details {
                name: None,
                version: text(server.and_then(|s| s.get(ssh::field::SOFTWAREVERSION))),
                algorithms,
            }
        }
        Kind::Nothing | Kind::Other(_) => Details::default(),
    }
}

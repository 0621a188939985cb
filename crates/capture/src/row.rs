//! A connection in one row of a table.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use steps::{Protocol, Said, Side, say, tcp::reason::Icmp, text};

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It did not, or the capture ends before that.
    Open,
    /// Both sides closed it with FIN.
    Closed,
    /// One side closed, the other had not when the capture ended.
    HalfClosed(Side),
    /// A SYN was answered with RST.
    Refused,
    /// A SYN, perhaps several, and nothing came back.
    NoAnswer,
    /// A SYN, and in its place this address answered with ICMP.
    Unreachable(IpAddr, Icmp),
    /// Reset by that side.
    Reset(Side),
    /// That side sent a fatal alert of TLS, by this name.
    Alert(Side, String),
}

/// What a connection was and how far it came.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its place among the connections of all files, from 1.
    pub number: u64,
    /// When its first segment was captured.
    pub at: jiff::Timestamp,
    /// Who opened it; of one that was joined in the middle, who has the larger port.
    pub client: SocketAddr,
    /// The other end.
    pub server: SocketAddr,
    /// What it speaks.
    pub kind: Kind,
    /// The name that the client asked for: SNI, or the Host of an HTTP request.
    pub name: Option<String>,
    /// The version that was agreed on, or the software of an SSH server.
    pub version: Option<String>,
    /// The cipher suite, or the key exchange and cipher of SSH.
    pub algorithms: Option<String>,
    /// Its handshake came to its end.
    pub established: bool,
    /// How it ended.
    pub ended: Ended,
    /// Only one side's segments were captured.
    pub one_sided: bool,
    /// Its beginning was not captured.
    pub joined: bool,
    /// How long its handshakes took, TCP's first.
    pub established_after: Option<Duration>,
    /// From its first segment to its last.
    pub lasted: Duration,
    /// How many segments it had.
    pub segments: u64,
    /// How many bytes of data these carried, repeats counted again.
    pub bytes: u64,
    /// How many bytes were sent and are not in the capture.
    pub missing: u64,
    /// Whether the secret that the client encrypted was for the server's RSA key; none: it encrypted none (it was not
    /// static RSA), or there is no such key.
    pub private_key_fits: Option<bool>,
}

/// What a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing that was captured.
    Nothing,
    /// TLS.
    Tls,
    /// TLS after another protocol (STARTTLS), whose name stands here.
    TlsBehind(&'static str),
    /// WebSocket: HTTP that asked for the upgrade.
    Ws,
    /// WebSocket over TLS, which a key log opened.
    Wss,
    /// HTTP/1 that did not.
    Http,
    /// SSH.
    Ssh,
    /// None of these; the name of what it looks like.
    Other(&'static str),
}

impl Kind {
    /// The name in a table.
    pub fn name(self) -> String {
        match self {
            Kind::Nothing => Protocol::Tcp.title().into(),
            Kind::Tls => Protocol::Tls.title().into(),
            Kind::TlsBehind(before) => format!("{before}+{}", Protocol::Tls.title()),
            Kind::Ws => Protocol::Ws.title().into(),
            Kind::Wss => format!("{}+{}", Protocol::Tls.title(), Protocol::Ws.title()),
            Kind::Http => "HTTP".into(),
            Kind::Ssh => Protocol::Ssh.title().into(),
            Kind::Other(name) => name.into(),
        }
    }
}

impl Row {
    /// How far it came and how it ended, in a sentence.
    pub fn outcome(&self) -> Said {
        let ended = ended(&self.ended);
        let mut outcome = match self.progress() {
            Some(progress) => say!(row::progress_and_end(progress, ended)),
            None => ended,
        };
        if self.private_key_fits == Some(false) {
            outcome = say!(row::the_rsa_key_does_not_open_it(outcome));
        }
        if self.missing > 0 {
            let missing = self.missing;
            outcome = say!(row::so_many_bytes_are_missing(outcome, missing));
        }
        outcome
    }

    /// It was not established as far as the capture shows, which does not have all of it: it may have been.
    pub fn is_incomplete(&self) -> bool {
        let failed = match self.ended {
            Ended::Refused | Ended::NoAnswer | Ended::Unreachable(..) | Ended::Alert(..) => true,
            Ended::Open | Ended::Closed | Ended::HalfClosed(_) | Ended::Reset(_) => false,
        };
        let cut = self.missing > 0 || self.one_sided || self.joined || self.ended == Ended::Open;
        !self.established && !failed && cut
    }

    /// How far it came, where it came anywhere.
    fn progress(&self) -> Option<Said> {
        if matches!(self.ended, Ended::Refused | Ended::NoAnswer | Ended::Unreachable(..)) {
            return None;
        }
        let progress = match (self.one_sided, self.established, self.established_after) {
            (true, ..) => say!(row::only_one_side()),
            (false, true, Some(after)) if !self.joined => say!(row::established_in(ms(after))),
            (false, true, _) => say!(row::established()),
            // What is not in the capture may have been anything.
            (false, false, _) if self.missing > 0 => match self.kind {
                Kind::Nothing | Kind::Other(_) => say!(row::not_all_is_here()),
                Kind::Tls | Kind::TlsBehind(_) | Kind::Ws | Kind::Wss | Kind::Http | Kind::Ssh => {
                    say!(row::how_far_is_not_known())
                }
            },
            (false, false, _) => match self.kind {
                Kind::Nothing => say!(row::nothing_was_said()),
                Kind::Other(_) => say!(row::data_crossed()),
                Kind::Tls | Kind::TlsBehind(_) | Kind::Ws | Kind::Wss | Kind::Http | Kind::Ssh => {
                    say!(row::did_not_complete())
                }
            },
        };
        Some(if self.joined { say!(row::joined_in_the_middle(progress)) } else { progress })
    }
}

fn ended(ended: &Ended) -> Said {
    let who = |side: &Side| match side {
        Side::Client => text!(row::the_client()),
        Side::Server => text!(row::the_server()),
    };
    match ended {
        Ended::Open => say!(row::not_closed()),
        Ended::Closed => say!(row::closed()),
        Ended::Refused => say!(row::refused()),
        Ended::NoAnswer => say!(row::no_answer()),
        Ended::Unreachable(by, what) => {
            let what = what.name();
            say!(row::answered_with_icmp(by, what))
        }
        Ended::HalfClosed(side) => {
            let side = who(side);
            say!(row::closed_by_one_alone(side))
        }
        Ended::Reset(side) => {
            let side = who(side);
            say!(row::reset_by(side))
        }
        Ended::Alert(side, alert) => {
            let side = who(side);
            say!(row::sent_the_alert(side, alert))
        }
    }
}

/// Milliseconds, with as many digits as tell something.
fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1000.0;
    match ms {
        ..10.0 => format!("{ms:.2} ms"),
        ..1000.0 => format!("{ms:.0} ms"),
        _ => format!("{:.1} s", ms / 1000.0),
    }
}

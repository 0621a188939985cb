//! The facts from which the rules of TLS conclude, and short ways to the ones that several rules ask for.

use std::time::Duration;

use jiff::Timestamp;

use super::super::{Alert, Memory, Step};
use crate::{
    Field, Past, Record, Said, Side, Text,
    common::VERSION,
    title_within,
    tls::field::{CERTIFICATES, SUPPORTED_VERSIONS},
};

/// What is known of a connection that ended early or otherwise than agreed.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The side that tells.
    pub side: Side,
    /// What its log has.
    pub past: &'a Past,
    /// Whether any byte came from the peer.
    pub began: bool,
    /// How it ended, by the account of the library, the kernel or the program.
    pub end: End,
    /// What the user of this side asked for.
    pub given: &'a Given,
    /// The time by this side's clock.
    pub now: Timestamp,
}

/// How a connection ended. No variant holds a library's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The peer's fatal alert.
    Alert(Alert),
    /// What the peer sent does not read.
    Unreadable(Unreadable),
    /// A message has no place where it came: the names of those that had, and its own.
    OutOfPlace {
        /// The messages that had a place, by name.
        expected: Vec<&'static str>,
        /// The one that came.
        got: &'static str,
    },
    /// Both sides speak TLS, but share too little of it.
    Incompatible(Incompatible),
    /// The peer broke a rule.
    Misbehaved(Misbehaved),
    /// This side refused the peer's certificate.
    Certificate(Certificate),
    /// The client was asked for a certificate and showed none.
    NoCertificate,
    /// A record, or the signature of the handshake, does not pass.
    DoesNotOpen,
    /// The peer's Finished opens, and its digest is another one.
    WrongDigest,
    /// No common application protocol.
    NoApplicationProtocol,
    /// The peer ended TCP without close_notify.
    Cut,
    /// The peer, or something between, reset the connection.
    Reset,
    /// The kernel gave up: what was sent was never acknowledged.
    TimedOut,
    /// The path broke: the kernel says unreachable.
    Unreachable,
    /// The peer said nothing for so long.
    Silent(Duration),
    /// The answer is not HTTP/1.
    NoHttp,
    /// The peer ended with close_notify before the request or answer was whole.
    Unfinished,
    /// The head of the request is longer than this many KiB.
    HeadTooLong(u32),
    /// The program was told to stop.
    Stopped,
    /// This side's library or system failed on its own account.
    Ours,
}

/// Why what the peer sent does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// No record begins like this.
    NoRecord,
    /// A record or message is longer than is allowed.
    TooLong,
    /// It is empty where it must not be.
    Empty,
    /// A message is shorter than it says, has something behind its end, or holds a value that cannot be.
    Malformed,
}

/// What both sides do not share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incompatible {
    /// A version.
    Version,
    /// A cipher suite.
    Suite,
    /// A group for the key exchange.
    Group,
    /// A signature scheme.
    Signature,
    /// Extended master secret, uncompressed points, null compression: what else the library insists on.
    Other,
}

/// A rule that the peer broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misbehaved {
    /// It renegotiates again and again.
    Renegotiates,
    /// It chose an application protocol that was not on offer.
    ApplicationProtocol,
    /// Its server_name does not hold one host name.
    ServerName,
    /// It chose a suite, group, version, compression or key that was not on offer.
    NotOffered,
    /// The version was lowered although both have a higher one.
    Downgrade,
    /// Its HelloRetryRequest, or what follows one, contradicts the hello.
    Retry,
    /// An extension came twice, unasked or in the wrong message.
    Extension,
    /// It signed by a scheme that was not on offer.
    Scheme,
    /// A resumption or early data that do not fit.
    Resumption,
    /// Too many warnings, empty records, key updates or ChangeCipherSpecs.
    TooMany,
    /// Messages that change the keys share a record with others.
    Interleaved,
    /// Another one.
    Other,
}

/// Why a certificate was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// No way leads to a trusted CA.
    UnknownIssuer,
    /// Not for that name.
    Name,
    /// Its time is over.
    Expired,
    /// Its time has not begun.
    NotYetValid,
    /// The signature on it is not one of its issuer's key, as far as the library can check that.
    Signature,
    /// It is signed by an algorithm that the library does not take.
    SignatureAlgorithm,
    /// It is for another purpose.
    Purpose,
    /// A CA's certificate shown as a server's or client's own.
    CaAsEndEntity,
    /// A certificate that is no CA's has signed another.
    EndEntityAsCa,
    /// X.509 version 1 or 2.
    Version,
    /// It does not read.
    Encoding,
    /// A critical extension is not understood.
    CriticalExtension,
    /// A CA on the way may not speak for that name.
    NameConstraint,
    /// The chain is longer than a CA in it allows, or too long to follow.
    PathLength,
    /// It was revoked.
    Revoked,
    /// Another fault.
    Other,
}

impl Certificate {
    /// The fault in a few words.
    pub const fn words(self) -> Text {
        match self {
            Certificate::UnknownIssuer => text!(tls::unknown_issuer()),
            Certificate::Name => text!(tls::not_for_this_name()),
            Certificate::Expired => text!(tls::expired()),
            Certificate::NotYetValid => text!(tls::not_valid_yet()),
            Certificate::Signature => text!(tls::wrong_signature()),
            Certificate::SignatureAlgorithm => text!(tls::signature_algorithm_not_taken()),
            Certificate::Purpose => text!(tls::for_another_purpose()),
            Certificate::CaAsEndEntity => text!(tls::a_cas_own_certificate()),
            Certificate::EndEntityAsCa => text!(tls::issued_by_one_that_is_no_ca()),
            Certificate::Version => text!(tls::x_509_version_1_or_2()),
            Certificate::Encoding => text!(tls::does_not_read()),
            Certificate::CriticalExtension => text!(tls::unknown_critical_extension()),
            Certificate::NameConstraint => text!(tls::name_not_allowed_to_its_ca()),
            Certificate::PathLength => text!(tls::chain_too_long()),
            Certificate::Revoked => text!(tls::revoked()),
            Certificate::Other => text!(tls::refused()),
        }
    }
}

/// What the user of this side asked for, and what the program has at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The program.
    pub program: Program,
    /// `--variant`, or `--tls12`.
    pub variant: Option<Variant>,
    /// The server's port for static RSA, which stands beside its other one.
    pub beside: bool,
    /// `--suite`.
    pub suite: bool,
    /// `--group`.
    pub group: bool,
    /// `--alpn`: what to offer or take.
    pub alpn: bool,
    /// `--server-name`.
    pub server_name: bool,
    /// `--client-cert`.
    pub client_cert: bool,
    /// `--client-auth`.
    pub client_auth: bool,
}

/// The program of which the options are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `client tls`.
    Client,
    /// `server tls`.
    Server,
    /// `client ws`, over TLS.
    WsClient,
    /// `server ws`, over TLS.
    WsServer,
    /// Somebody else's: it has no option of ours, and what it says after the handshake is its own affair.
    Other,
}

/// A kind of handshake that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// TLS 1.2 with static RSA.
    Rsa,
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

impl Given {
    /// Nothing was asked for.
    pub const fn nothing(program: Program) -> Self {
        Given {
            program,
            variant: None,
            beside: false,
            suite: false,
            group: false,
            alpn: false,
            server_name: false,
            client_cert: false,
            client_auth: false,
        }
    }

    /// The options that were given and that narrow what is on offer, as they are written.
    pub(super) fn narrowing(&self) -> Vec<&'static str> {
        let version = match (self.program, self.variant) {
            (Program::WsClient | Program::WsServer, Some(_)) => Some("`--tls12`"),
            (Program::Client | Program::Server, Some(_)) if !self.beside => Some("`--variant`"),
            _none_given => None,
        };
        let suite = self.suite.then_some("`--suite`");
        let group = self.group.then_some("`--group`");
        version.into_iter().chain(suite).chain(group).collect()
    }
}

impl<'a> Facts<'a> {
    pub(super) fn memory(&self) -> &'a Memory {
        self.past.tls()
    }

    pub(super) fn peer(&self) -> Side {
        self.side.peer()
    }

    /// The peer, in a word.
    pub(super) fn them(&self) -> Text {
        who(self.peer())
    }

    /// The first event of `step` that the peer sent.
    pub(super) fn theirs(&self, step: Step) -> Option<&'a Record> {
        self.past.first_from(self.peer(), step)
    }

    /// Whether a message of TLS came from the peer.
    pub(super) fn heard(&self) -> bool {
        self.memory().last(self.peer()).is_some() || self.memory().alerts(self.peer()).next().is_some()
    }

    /// Whether the library said that the handshake is complete.
    pub(super) fn complete(&self) -> bool {
        self.memory().complete()
    }

    /// The peer's fatal alert, by the library or by the log.
    pub(super) fn their_alert(&self) -> Option<Alert> {
        match self.end {
            End::Alert(alert) => Some(alert),
            End::Cut | End::Reset | End::TimedOut | End::Unreachable | End::Silent(_) | End::Unfinished => {
                self.memory().fatal(self.peer()).map(|one| one.alert)
            }
            End::Unreadable(_)
            | End::OutOfPlace { .. }
            | End::Incompatible(_)
            | End::Misbehaved(_)
            | End::Certificate(_)
            | End::NoCertificate
            | End::DoesNotOpen
            | End::WrongDigest
            | End::NoApplicationProtocol
            | End::NoHttp
            | End::HeadTooLong(_)
            | End::Stopped
            | End::Ours => None,
        }
    }

    /// The certificate that this side showed; none: it showed none, or an empty list.
    pub(super) fn own_certificate(&self) -> Option<&'a Record> {
        let shown = match self.side {
            Side::Client => self.past.first_from(Side::Client, Step::ClientCertificate),
            Side::Server => self.past.first_from(Side::Server, Step::Certificate),
        };
        shown.filter(|shown| shown.get(CERTIFICATES) != Some(0))
    }

    /// What the client offers.
    pub(super) fn hello(&self) -> Option<&'a Record> {
        self.past.first_from(Side::Client, Step::ClientHello)
    }

    /// The versions that the client offers, best first as it wrote them.
    pub(super) fn offered_versions(&self) -> Vec<&'a str> {
        let Some(hello) = self.hello() else { return Vec::new() };
        let listed = hello.get(SUPPORTED_VERSIONS).unwrap_or_default();
        let listed: Vec<_> = listed.into_iter().filter(|name| !is_grease(name)).collect();
        if listed.is_empty() { hello.get(VERSION).into_iter().collect() } else { listed }
    }

    /// A list of the client's hello, without what stands there for servers' patience alone (RFC 8701).
    pub(super) fn offered(&self, field: Field<[String]>) -> Vec<&'a str> {
        let listed = self.hello().and_then(|hello| hello.get(field)).unwrap_or_default();
        listed.into_iter().filter(|name| !is_grease(name)).collect()
    }

    /// What was last heard of the peer: "after its ServerHello".
    pub(super) fn after(&self) -> Said {
        match self.memory().last(self.peer()) {
            Some(step) => {
                let title = step.card().title;
                say!(tls::after(title_within(title)))
            }
            None => say!(tls::before_its_first_message()),
        }
    }
}

fn is_grease(name: &str) -> bool {
    name.starts_with("GREASE")
}

/// The name of a side.
pub(super) const fn who(side: Side) -> Text {
    match side {
        Side::Client => text!(tls::client()),
        Side::Server => text!(tls::server()),
    }
}

/// At most so many of a list are named in a sentence.
const MOST_NAMED: usize = 5;

/// A list in a sentence: the first few, and how many more there are.
pub(super) fn few(list: &[&str]) -> Said {
    let first = list[..list.len().min(MOST_NAMED)].join(", ");
    match list.len().saturating_sub(MOST_NAMED) {
        0 if list.is_empty() => say!(tls::none()),
        0 => Said::same(first),
        more => say!(tls::and_more(first, more)),
    }
}

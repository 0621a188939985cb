//! A step is a thing that happens in a protocol; its card says everything the suite knows about it beforehand.
//!
//! To add a step: add a variant in the protocol's file and follow the compiler through its card. To add a
//! protocol: add a file like `tls.rs`, a variant here and in [`Protocol`], and follow the compiler.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::{Protocol, Text, ssh, tcp, tls, ws};

/// A thing that happens in one of the protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A step of TCP.
    Tcp(tcp::Step),
    /// A step of TLS.
    Tls(tls::Step),
    /// A step of WebSocket.
    Ws(ws::Step),
    /// A step of SSH.
    Ssh(ssh::Step),
}

/// What the catalogue says of a step.
#[derive(Clone, Copy, Debug)]
pub struct Card {
    /// The id in the log: protocol, dot, name in snake case.
    pub id: &'static str,
    /// Who makes it happen.
    pub actor: Actor,
    /// Where the standard defines it.
    pub rfc: &'static str,
    /// The name, at most 20 columns in either language.
    pub title: Text,
    /// What happens and why: at most two sentences.
    pub text: Text,
    /// The library callback or kernel call that annotates it on the client; empty: the wire alone.
    pub client: &'static str,
    /// The library callback or kernel call that annotates it on the server; empty: the wire alone.
    pub server: &'static str,
    /// The fields that a line shows.
    pub shows: Shows,
}

/// The fields that a line shows, most telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shows {
    all: &'static [&'static str],
    essential: usize,
}

impl Shows {
    /// No fields.
    pub(crate) const NONE: Shows = Shows { all: &[], essential: 0 };

    pub(crate) const fn new(all: &'static [&'static str], essential: usize) -> Self {
        Shows { all, essential }
    }

    /// All of them.
    pub const fn all(self) -> &'static [&'static str] {
        self.all
    }

    /// Those that a line shows whole however narrow the terminal is; the others fall away where they find no room.
    pub fn essential(self) -> &'static [&'static str] {
        &self.all[..self.essential]
    }
}

/// Who makes a step happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The client alone.
    Client,
    /// The server alone.
    Server,
    /// Either side, or each in its turn.
    Both,
}

impl Step {
    /// All steps of all protocols, in the order of the catalogue.
    pub fn all() -> impl Iterator<Item = Step> {
        Protocol::VARIANTS.iter().flat_map(|protocol| Step::of(*protocol))
    }

    /// All steps of a protocol, in the order of the catalogue.
    pub fn of(protocol: Protocol) -> Vec<Step> {
        fn all<S: VariantArray + Copy>(wrap: fn(S) -> Step) -> Vec<Step> {
            S::VARIANTS.iter().copied().map(wrap).collect()
        }
        match protocol {
            Protocol::Tcp => all(Step::Tcp),
            Protocol::Tls => all(Step::Tls),
            Protocol::Ws => all(Step::Ws),
            Protocol::Ssh => all(Step::Ssh),
        }
    }

    /// The card of the step.
    pub const fn card(self) -> Card {
        match self {
            Step::Tcp(step) => step.card(),
            Step::Tls(step) => step.card(),
            Step::Ws(step) => step.card(),
            Step::Ssh(step) => step.card(),
        }
    }

    /// The id in the log.
    pub const fn id(self) -> &'static str {
        self.card().id
    }

    /// The protocol it belongs to.
    pub const fn protocol(self) -> Protocol {
        match self {
            Step::Tcp(_) => Protocol::Tcp,
            Step::Tls(_) => Protocol::Tls,
            Step::Ws(_) => Protocol::Ws,
            Step::Ssh(_) => Protocol::Ssh,
        }
    }

    /// The step with which each connection of a protocol ends: what was shown, and how it went.
    pub const fn summary(protocol: Protocol) -> Step {
        match protocol {
            Protocol::Tcp => Step::Tcp(tcp::Step::Summary),
            Protocol::Tls => Step::Tls(tls::Step::Summary),
            Protocol::Ws => Step::Ws(ws::Step::Summary),
            Protocol::Ssh => Step::Ssh(ssh::Step::Summary),
        }
    }

    /// Whether this is a [`Step::summary`].
    pub fn is_summary(self) -> bool {
        self == Step::summary(self.protocol())
    }
}

impl From<tcp::Step> for Step {
    fn from(step: tcp::Step) -> Self {
        Step::Tcp(step)
    }
}

impl From<tls::Step> for Step {
    fn from(step: tls::Step) -> Self {
        Step::Tls(step)
    }
}

impl From<ws::Step> for Step {
    fn from(step: ws::Step) -> Self {
        Step::Ws(step)
    }
}

impl From<ssh::Step> for Step {
    fn from(step: ssh::Step) -> Self {
        Step::Ssh(step)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// An id that the catalogue does not know, perhaps from another version of the suite.
#[derive(Debug)]
pub struct UnknownId(pub String);

impl fmt::Display for UnknownId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not in the catalogue of this version (`{} notes` lists it)",
            self.0,
            crate::program::LAB
        )
    }
}

impl std::error::Error for UnknownId {}

impl FromStr for Step {
    type Err = UnknownId;

    fn from_str(id: &str) -> Result<Self, UnknownId> {
        Step::all().find(|step| step.id() == id).ok_or_else(|| UnknownId(id.into()))
    }
}

impl Serialize for Step {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let id = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        id.parse().map_err(serde::de::Error::custom)
    }
}

/// Two equal ids do not compile.
const _: () = {
    const fn unique(ids: &[&str]) -> bool {
        let mut i = 0;
        while i < ids.len() {
            let mut j = i + 1;
            while j < ids.len() {
                if equal(ids[i].as_bytes(), ids[j].as_bytes()) {
                    return false;
                }
                j += 1;
            }
            i += 1;
        }
        true
    }

    const fn equal(a: &[u8], b: &[u8]) -> bool {
        if a.len() != b.len() {
            return false;
        }
        let mut i = 0;
        while i < a.len() {
            if a[i] != b[i] {
                return false;
            }
            i += 1;
        }
        true
    }

    macro_rules! ids {
        ($protocol:ident) => {{
            const ALL: &[$protocol::Step] = <$protocol::Step as strum::VariantArray>::VARIANTS;
            let mut ids = [""; ALL.len()];
            let mut i = 0;
            while i < ALL.len() {
                ids[i] = ALL[i].card().id;
                i += 1;
            }
            ids
        }};
    }
    const fn check(protocol: Protocol) {
        match protocol {
            Protocol::Tcp => assert!(unique(&ids!(tcp)), "two steps of TCP have the same id"),
            Protocol::Tls => assert!(unique(&ids!(tls)), "two steps of TLS have the same id"),
            Protocol::Ws => assert!(unique(&ids!(ws)), "two steps of WebSocket have the same id"),
            Protocol::Ssh => assert!(unique(&ids!(ssh)), "two steps of SSH have the same id"),
        }
    }

    let mut i = 0;
    while i < Protocol::ALL.len() {
        check(Protocol::ALL[i]);
        i += 1;
    }
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_its_protocol_and_reads_back() {
        for step in Step::all() {
            let (protocol, _) = step.id().split_once('.').expect("protocol, dot, name");
            assert_eq!(protocol, step.protocol().id());
            assert_eq!(step.id().parse::<Step>().unwrap(), step);
        }
    }

    #[test]
    fn whoever_names_no_protocol_is_told_the_names_of_all() {
        let known = "no such protocol".parse::<Protocol>().unwrap_err();
        let names: Vec<_> = known.split([',', ' ']).filter(|word| !["", "or"].contains(word)).collect();
        assert_eq!(names, Protocol::ALL.iter().map(|protocol| protocol.id()).collect::<Vec<_>>());
    }
}

//! Lays our log beside another account of the same bytes: message by message, field by field.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use steps::{Direction, Event, Evidence, Protocol, Side};

use crate::theirs::{OPAQUE, SEGMENT, Told};

/// What came of a comparison.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Messages that both tell of.
    pub(crate) messages: usize,
    /// Fields that both tell of, with the same value.
    pub(crate) equal: usize,
    /// The kinds of those fields, each with an event that has one.
    pub(crate) kinds: BTreeMap<(String, String), usize>,
    /// Fields with another value, for a reason that [`KNOWN`] gives.
    pub(crate) known: BTreeMap<String, usize>,
    /// Fields of ours of which the other does not tell.
    pub(crate) absent_there: usize,
    /// Messages of which only one tells, and may, by the reason.
    pub(crate) alone: BTreeMap<&'static str, usize>,
    /// What must not be: another value, a message that our log left out, or one that it made up.
    pub(crate) disagreements: Vec<String>,
}

/// A disagreement whose reason is known.
struct Known {
    field: &'static str,
    ours: &'static str,
    theirs: &'static str,
    why: &'static str,
}

/// Values in lists count one by one.
const KNOWN: [Known; 12] = [
    Known { field: "cipher_suites", ours: "0x001c", theirs: "SSL_FORTEZZA_KEA_WITH_NULL_SHA", why: FORTEZZA },
    Known { field: "supported_groups", ours: "X25519MLKEM768", theirs: "0x11ec", why: CODE_POINT },
    Known { field: "key_share", ours: "X25519MLKEM768", theirs: "0x11ec", why: CODE_POINT },
    Known { field: "signature_algorithms", ours: "mldsa44", theirs: "0x0904", why: ML_DSA },
    Known { field: "signature_algorithms", ours: "mldsa65", theirs: "0x0905", why: ML_DSA },
    Known { field: "signature_algorithms", ours: "mldsa87", theirs: "0x0906", why: ML_DSA },
    Known { field: "signature_algorithms", ours: "0x0301", theirs: "SHA224 RSA", why: PAIR },
    Known { field: "signature_algorithms", ours: "0x0302", theirs: "SHA224 DSA", why: PAIR },
    Known { field: "signature_algorithms", ours: "0x0303", theirs: "SHA224 ECDSA", why: PAIR },
    Known { field: "signature_algorithms", ours: "0x0402", theirs: "SHA256 DSA", why: PAIR },
    Known { field: "signature_algorithms", ours: "0x0502", theirs: "SHA384 DSA", why: PAIR },
    Known { field: "signature_algorithms", ours: "0x0602", theirs: "SHA512 DSA", why: PAIR },
];

const FORTEZZA: &str =
    "a suite of SSL 3.0 that TLS keeps free without a name (RFC 5246 §A.5): we print its code";
const CODE_POINT: &str =
    "Wireshark 4.0 is older than the code point 0x11EC (RFC 8446 §4.2.7, IANA's TLS Supported Groups)";
const ML_DSA: &str =
    "Wireshark 4.0 is older than the code points of ML-DSA (IANA's TLS SignatureScheme, RFC 8446 §4.2.3)";
const PAIR: &str = "a pair of hash and signature (RFC 5246 §7.4.1.4.1) to which RFC 8446 §4.2.3 gives no name: we print its code";
const MODULO: &str =
    "a number before the initial one: tshark counts it modulo 2^32 (RFC 9293 §3.4), we below zero";

/// Compares the log of a run with another account of it.
pub(crate) fn compare(events: &[Event], told: &[Told]) -> Report {
    let mut report = Report::default();
    let witnesses: BTreeSet<_> = events.iter().map(|event| (&event.conn, event.side)).collect();
    for (conn, side) in witnesses {
        for layer in [Protocol::Tcp, Protocol::Tls, Protocol::Ws, Protocol::Ssh] {
            for from in [Side::Client, Side::Server] {
                let ours: Vec<_> = events
                    .iter()
                    .enumerate()
                    .filter(|(_, event)| event.conn == *conn && event.side == side)
                    .filter(|(_, event)| event.sender() == Some(from) && event.step.protocol() == layer)
                    .filter(|(_, event)| event.evidence == Evidence::Wire && is_told(event))
                    .collect();
                let theirs: Vec<_> = told
                    .iter()
                    .filter(|told| told.conn == *conn && told.from == from && layer_of(told) == layer)
                    .collect();
                // TCP is not captured for the protocols above it.
                if !ours.is_empty() {
                    report.lay(&ours, &theirs);
                }
            }
        }
    }
    report
}

/// Whether it is a message, and not what we say of one.
fn is_told(event: &Event) -> bool {
    if event.step.id().ends_with(".undecodable") {
        return false;
    }
    match event.step.protocol() {
        Protocol::Tcp => event.text("source") == "AF_PACKET",
        // Where the encryption begins; no message begins there.
        Protocol::Ssh => event.step.id() != "ssh.encrypted",
        Protocol::Tls | Protocol::Ws => true,
    }
}

fn layer_of(told: &Told) -> Protocol {
    match told.step.split_once('.').map_or(told.step.as_str(), |(protocol, _)| protocol) {
        "tcp" => Protocol::Tcp,
        "ws" => Protocol::Ws,
        "ssh" => Protocol::Ssh,
        _tls_or_opaque => Protocol::Tls,
    }
}

impl Report {
    /// Adds another report to this one.
    pub(crate) fn add(&mut self, other: Report) {
        self.messages += other.messages;
        self.equal += other.equal;
        self.absent_there += other.absent_there;
        self.disagreements.extend(other.disagreements);
        self.kinds.extend(other.kinds);
        for (why, count) in other.known {
            *self.known.entry(why).or_default() += count;
        }
        for (why, count) in other.alone {
            *self.alone.entry(why).or_default() += count;
        }
    }

    /// Lays what one side saw of one direction beside what was told of it.
    fn lay(&mut self, ours: &[(usize, &Event)], theirs: &[&Told]) {
        let pairs = align(ours, theirs);
        let here_ends = pairs.iter().rposition(|(here, _)| here.is_some());
        let there_ends = pairs.iter().rposition(|(_, there)| there.is_some());
        for (n, (here, there)) in pairs.into_iter().enumerate() {
            let (side, first) = (ours[0].1.side, ours[0].1);
            match (here.map(|here| ours[here]), there.map(|there| theirs[there])) {
                (Some(event), Some(told)) => self.message(event, told),
                (Some((_, event)), None) => match event.step.protocol() {
                    Protocol::Ssh if Some(n) > there_ends => {
                        self.alone("tshark 4.0 does not open what follows NEWKEYS");
                    }
                    Protocol::Tls | Protocol::Ws
                        if Some(n) > there_ends && event.direction == Direction::Sent =>
                    {
                        self.alone("the kernel took it, and the connection was gone");
                    }
                    Protocol::Tcp | Protocol::Tls | Protocol::Ws | Protocol::Ssh => {
                        self.disagreements.push(format!(
                            "{side:?} of {}: only our log tells of {}: {:?}",
                            event.conn, event.step, event.fields
                        ));
                    }
                },
                (None, Some(told)) if Some(n) > here_ends && told.step == OPAQUE => {
                    self.alone("neither side could open it, nor could tshark");
                }
                (None, Some(_)) if Some(n) > here_ends && first.step.protocol() == Protocol::Tcp => {
                    self.alone("a segment after the watch had ended");
                }
                (None, Some(_)) if Some(n) > here_ends && first.direction == Direction::Received => {
                    self.alone("it reached a side that had stopped reading");
                }
                (None, Some(told)) => self.disagreements.push(format!(
                    "{side:?} of {}: our log leaves out {} of {:?}: {:?}",
                    first.conn, told.step, told.from, told.fields
                )),
                (None, None) => {}
            }
        }
    }

    fn alone(&mut self, why: &'static str) {
        *self.alone.entry(why).or_default() += 1;
    }

    fn message(&mut self, (index, event): (usize, &Event), told: &Told) {
        self.messages += 1;
        for (name, value) in &event.fields {
            let Some(theirs) = told.fields.get(name) else {
                self.absent_there += 1;
                continue;
            };
            let (ours, reasons) = excused(name, value, theirs);
            if same(name, &ours, theirs) {
                self.equal += 1;
                self.kinds.entry((event.step.id().to_owned(), name.clone())).or_insert(index);
                for why in reasons {
                    *self.known.entry(why.to_owned()).or_default() += 1;
                }
            } else {
                self.disagreements.push(format!(
                    "{:?} of {}: {} {name}: ours {value}, theirs {theirs}",
                    event.side, event.conn, event.step
                ));
            }
        }
    }
}

/// Our value with what is known to be told otherwise put in the other's words.
fn excused(name: &str, ours: &Value, theirs: &Value) -> (Value, Vec<&'static str>) {
    if let (true, Some(before), Some(modulo)) = (name.ends_with("_relative"), ours.as_i64(), theirs.as_u64())
        && before < 0
        && before + (1 << 32) == modulo as i64
    {
        return (theirs.clone(), vec![MODULO]);
    }
    let mut reasons = Vec::new();
    let mut word = |ours: &Value, theirs: &[Value]| -> Value {
        let known = KNOWN.iter().find(|known| {
            known.field == name && ours == known.ours && theirs.iter().any(|value| value == known.theirs)
        });
        known.map_or_else(
            || ours.clone(),
            |known| {
                reasons.push(known.why);
                known.theirs.into()
            },
        )
    };
    let ours = match (ours, theirs) {
        (Value::Array(list), Value::Array(theirs)) => list.iter().map(|value| word(value, theirs)).collect(),
        (value, theirs) => word(value, std::slice::from_ref(theirs)),
    };
    (ours, reasons)
}

fn same(name: &str, ours: &Value, theirs: &Value) -> bool {
    match (name, ours, theirs) {
        // Of long data our log shows the beginning.
        ("payload", Value::String(ours), Value::String(theirs)) if theirs.len() > ours.len() => {
            !ours.is_empty() && theirs.starts_with(ours.as_str())
        }
        _ => ours == theirs,
    }
}

/// Pairs the messages in their order; what has no partner stands alone. Segments go one by one.
fn align(ours: &[(usize, &Event)], theirs: &[&Told]) -> Vec<(Option<usize>, Option<usize>)> {
    let fits = |here: usize, there: usize| {
        let told = &theirs[there].step;
        let id = ours[here].1.step.id();
        // What does not open with the keys of this side may open with those of the other.
        told == OPAQUE || told == SEGMENT || told == id || id == "tls.does_not_open"
    };
    if theirs.first().is_some_and(|told| told.step == SEGMENT) {
        let most = ours.len().max(theirs.len());
        let at = |n: usize, length: usize| (n < length).then_some(n);
        return (0..most).map(|n| (at(n, ours.len()), at(n, theirs.len()))).collect();
    }
    // The longest common sequence, from the back.
    let mut longest = vec![vec![0_usize; theirs.len() + 1]; ours.len() + 1];
    for here in (0..ours.len()).rev() {
        for there in (0..theirs.len()).rev() {
            longest[here][there] = if fits(here, there) {
                longest[here + 1][there + 1] + 1
            } else {
                longest[here + 1][there].max(longest[here][there + 1])
            };
        }
    }
    let (mut here, mut there, mut pairs) = (0, 0, Vec::new());
    while here < ours.len() || there < theirs.len() {
        if here < ours.len() && there < theirs.len() && fits(here, there) {
            pairs.push((Some(here), Some(there)));
            (here, there) = (here + 1, there + 1);
        } else if there == theirs.len()
            || (here < ours.len() && longest[here + 1][there] >= longest[here][there + 1])
        {
            pairs.push((Some(here), None));
            here += 1;
        } else {
            pairs.push((None, Some(there)));
            there += 1;
        }
    }
    pairs
}

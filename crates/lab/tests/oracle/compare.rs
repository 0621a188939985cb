//! Lays our log beside another account of the same connection: message by message, field by field.

use std::collections::{BTreeMap, BTreeSet};

use claims::Event;
use serde_json::Value;
use steps::{Direction, Evidence, Protocol, Side};

use crate::{
    common::ByName as _,
    known::{beyond, excused, left_out, same},
    theirs::{Judge, OPAQUE, SEGMENT, Told},
};

/// What came of a comparison.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Messages that both tell of.
    pub(crate) messages: usize,
    /// Fields that both tell of, with the same value.
    pub(crate) equal: usize,
    /// The kinds of those fields, each with an event that has one.
    pub(crate) kinds: BTreeMap<(String, String), usize>,
    /// Fields with another value, for a reason that `known.rs` gives.
    pub(crate) known: BTreeMap<String, usize>,
    /// Fields of ours of which the other does not tell.
    pub(crate) absent_there: usize,
    /// Messages of which only one tells, and may, by the reason.
    pub(crate) alone: BTreeMap<&'static str, usize>,
    /// What must not be: another value, a field or a message that our log left out, or one that it made up.
    pub(crate) disagreements: Vec<String>,
    /// Connections of TLS before 1.2.
    old: BTreeSet<String>,
}

/// How many bytes a message has: not a field of an event, but of its bytes.
pub(crate) const BYTES: &str = "(bytes)";

/// Compares the log of a run with another account of it.
pub(crate) fn compare(judge: Judge, events: &[Event], told: &[Told]) -> Report {
    let mut report = Report { old: before_12(events), ..Report::default() };
    let witnesses: BTreeSet<_> = events.iter().map(|event| (&event.conn, event.side)).collect();
    for (conn, side) in witnesses {
        for &layer in Protocol::ALL {
            for from in [Some(Side::Client), Some(Side::Server), None] {
                let ours: Vec<_> = events
                    .iter()
                    .enumerate()
                    .filter(|(_, event)| event.conn == *conn && event.side == side)
                    .filter(|(_, event)| event.step.protocol() == layer && is_told(judge, event))
                    .filter(|(_, event)| said_by(event) == from)
                    .collect();
                let theirs: Vec<_> = told
                    .iter()
                    .filter(|told| told.conn == *conn && told.from == from && layer_of(told) == layer)
                    .collect();
                // TCP is not captured for the protocols above it, and no peer tells of it.
                if !ours.is_empty() {
                    report.lay(judge, &ours, &theirs);
                }
            }
        }
    }
    report
}

fn before_12(events: &[Event]) -> BTreeSet<String> {
    let old = |event: &&Event| {
        event.step.id() == "tls.server_hello" && ["TLS 1.0", "TLS 1.1"].contains(&event.text("version"))
    };
    events.iter().filter(old).map(|event| event.conn.clone()).collect()
}

/// Whether it is something of which that judge may tell, and not what we say of it.
fn is_told(judge: Judge, event: &Event) -> bool {
    let (id, crossed) = (event.step.id(), event.evidence == Evidence::Wire && event.sender().is_some());
    if id.ends_with(".undecodable") {
        return false;
    }
    match (judge, event.step.protocol()) {
        (Judge::Tshark, Protocol::Tcp) => crossed && ["AF_PACKET", "capture"].contains(&event.text("source")),
        // Where the encryption begins; no message begins there.
        (Judge::Tshark, Protocol::Ssh) => crossed && id != "ssh.encrypted",
        (Judge::Tshark, Protocol::Tls | Protocol::Ws) => crossed,
        (Judge::Openssl, Protocol::Tls) => crossed || id == "tls.ephemeral_key",
        (Judge::Openssh, Protocol::Ssh) => {
            let call = event.evidence == Evidence::Callback && said_by(event).is_some();
            let agreed = ["ssh.negotiated", "ssh.session_key"].contains(&id);
            (crossed && id != "ssh.encrypted") || call || agreed
        }
        (Judge::Openssl, Protocol::Tcp | Protocol::Ws | Protocol::Ssh)
        | (Judge::Openssh, Protocol::Tcp | Protocol::Tls | Protocol::Ws) => false,
    }
}

/// Who sent the message that the event is; none: it did not cross.
fn said_by(event: &Event) -> Option<Side> {
    // A server has no packet to show for the access that it grants, only the call in which it did.
    let granted = event.step.id() == "ssh.auth_success" && event.side == Side::Server;
    event.sender().or(granted.then_some(Side::Server))
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
    fn lay(&mut self, judge: Judge, ours: &[(usize, &Event)], theirs: &[&Told]) {
        let pairs = align(ours, theirs);
        let here_ends = pairs.iter().rposition(|(here, _)| here.is_some());
        let there_ends = pairs.iter().rposition(|(_, there)| there.is_some());
        let first = ours[0].1;
        for (n, (here, there)) in pairs.into_iter().enumerate() {
            match (here.map(|here| ours[here]), there.map(|there| theirs[there])) {
                (Some(event), Some(told)) => self.message(judge, event, told),
                (Some((_, event)), None) => match only_we_tell(judge, event, Some(n) > there_ends) {
                    Some(why) => self.alone(why),
                    None => self.disagreements.push(format!(
                        "{:?} of {}: only our log tells of {}: {:?}",
                        event.side, event.conn, event.step, event.fields
                    )),
                },
                (None, Some(told)) => match only_they_tell(
                    judge,
                    told,
                    (
                        first,
                        self.old.contains(&first.conn),
                        judge == Judge::Tshark
                            && ours.last().is_some_and(|(_, event)| event.step.id() == "ssh.newkeys"),
                    ),
                    Some(n) > here_ends,
                ) {
                    Some(why) => self.alone(why),
                    None => self.disagreements.push(format!(
                        "{:?} of {}: our log leaves out {} of {:?}: {:?}",
                        first.side, first.conn, told.step, told.from, told.fields
                    )),
                },
                (None, None) => {}
            }
        }
    }

    fn alone(&mut self, why: &'static str) {
        *self.alone.entry(why).or_default() += 1;
    }

    fn message(&mut self, judge: Judge, (index, event): (usize, &Event), told: &Told) {
        self.messages += 1;
        for (name, value) in &event.fields {
            let Some(theirs) = told.fields.get(name) else {
                self.absent_there += 1;
                continue;
            };
            if let Some(why) = beyond(judge, event, name) {
                *self.known.entry(why.to_owned()).or_default() += 1;
                continue;
            }
            let value = value.into();
            let (ours, reasons) = excused(name, &value, theirs);
            self.field((index, event), name, same(name, &ours, theirs), (&value, theirs));
            for why in reasons {
                *self.known.entry(why.to_owned()).or_default() += 1;
            }
        }
        if let Some(length) = told.length {
            let ours = event.bytes.0.len();
            self.field((index, event), BYTES, ours == length, (&ours.into(), &length.into()));
        }
        for (name, value) in told.fields.iter().filter(|(name, _)| !event.fields.contains_key(name)) {
            // A call tells less than the packet holds.
            if event.evidence == Evidence::Callback {
                continue;
            }
            match left_out(event, name) {
                Some(why) => *self.known.entry(why.to_owned()).or_default() += 1,
                None => self.disagreements.push(format!(
                    "{:?} of {}: our log leaves out {} {name}: {value}",
                    event.side, event.conn, event.step
                )),
            }
        }
    }

    fn field(
        &mut self,
        (index, event): (usize, &Event),
        name: &str,
        equal: bool,
        (ours, theirs): (&Value, &Value),
    ) {
        if equal {
            self.equal += 1;
            self.kinds.entry((event.step.id().to_owned(), name.to_owned())).or_insert(index);
        } else {
            self.disagreements.push(format!(
                "{:?} of {}: {} {name}: ours {ours}, theirs {theirs}",
                event.side, event.conn, event.step
            ));
        }
    }
}

/// Why only our log tells of a message; none: it should not.
fn only_we_tell(judge: Judge, event: &Event, at_the_end: bool) -> Option<&'static str> {
    match (judge, event.step.protocol()) {
        (Judge::Tshark, Protocol::Ssh) => {
            at_the_end.then_some("tshark 4.0 does not open what follows NEWKEYS")
        }
        (Judge::Tshark | Judge::Openssl, Protocol::Tls | Protocol::Ws) => (at_the_end
            && event.direction == Direction::Sent)
            .then_some("the kernel took it, and the connection was gone"),
        (Judge::Openssh, Protocol::Ssh) => {
            let unlogged = ["ssh.channel_data", "ssh.channel_window_adjust"].contains(&event.step.id());
            unlogged.then_some("OpenSSH logs no packet of a channel's data and window")
        }
        (Judge::Tshark, Protocol::Tcp)
        | (Judge::Openssl, Protocol::Tcp | Protocol::Ssh)
        | (Judge::Openssh, Protocol::Tcp | Protocol::Tls | Protocol::Ws) => None,
    }
}

/// Why our log leaves a message out; none: it should not. `first` is the log's first of that way.
fn only_they_tell(
    judge: Judge,
    told: &Told,
    (first, old, sealed): (&Event, bool, bool),
    at_the_end: bool,
) -> Option<&'static str> {
    let no_call = judge == Judge::Openssh && first.side == Side::Server && told.is_behind_keys();
    if no_call {
        Some("russh tells a server no secret, and no call of it tells of this packet")
    } else if !at_the_end {
        None
    } else if sealed {
        Some("behind NEWKEYS, with a cipher that it does not know, tshark may take what is sealed for clear")
    } else if old {
        Some("of TLS 1.0 and 1.1 our decoder derives no keys: what is encrypted stays closed")
    } else if told.step == OPAQUE {
        Some("neither side could open it, nor could tshark")
    } else if ["ws.plain_request", "ws.refused", "ws.body"].contains(&told.step.as_str()) {
        Some("of HTTP that asks for no upgrade the first request and its answer are told")
    } else if first.step.protocol() == Protocol::Tcp {
        Some("a segment after the watch had ended")
    } else if first.direction == Direction::Received {
        Some("it reached a side that had stopped reading")
    } else {
        None
    }
}

/// Pairs the messages in their order; what has no partner stands alone. Segments go one by one.
fn align(ours: &[(usize, &Event)], theirs: &[&Told]) -> Vec<(Option<usize>, Option<usize>)> {
    let fits = |here: usize, there: usize| {
        let told = &theirs[there].step;
        let id = ours[here].1.step.id();
        // To tshark an answer is an answer, whatever was asked for.
        let plain = told == "ws.refused" && id == "ws.plain_response";
        // What does not open with the keys of this side may open with those of the other.
        plain || told == OPAQUE || told == SEGMENT || told == id || id == "tls.does_not_open"
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

//! A capture of a run, read back by `lab read`, beside what each end logged of the same connection: the same messages, in
//! the same order, with the same fields. Where one end knows less than the wire, or more, the reason is one of a few.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use claims::Event;
use steps::{Direction, Evidence, Fields, Protocol, Side};

use crate::common::binary;

/// What a capture cannot know: `source` says how a segment was come by, `opened_with` whose secret it was, and TLS 1.3's
/// key schedule is computed again from the shared secret, which no key log holds. And how long after another a segment
/// came again: each socket stamps it by itself, and a fraction of a millisecond rounds to another number.
const BY_NATURE: [&str; 6] =
    ["source", "opened_with", "key_schedule", "key_schedule_equal", "gap_ms", "again"];

const STOPPED_READING: &str = "it reached a side that had stopped reading";
const WATCH_ENDED: &str = "a segment after the watch had ended";
const GONE: &str = "the kernel took it, and the connection was gone";
const OTHERS_KEYS: &str = "this side could not open it, the capture has the other side's secrets";
const NO_KEYS: &str =
    "no key log opens it, and of that a capture says nothing but how far the connection came";

/// What came of reading back.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// Directions of connections, as one end saw them.
    legs: usize,
    messages: usize,
    /// Legs that one of the two tells further, by the reason.
    known: BTreeMap<&'static str, usize>,
    pub(crate) disagreements: Vec<String>,
}

/// The events of all connections of a capture.
pub(crate) fn read(file: &Path, keylog: Option<&Path>) -> Vec<Event> {
    let mut command = Command::new(binary("lab"));
    command.arg("read").arg(file).args(["--connection", "all", "--format", "json", "--lang", "en"]);
    if let Some(keylog) = keylog {
        command.arg("--keylog").arg(keylog);
    }
    let output = command.env_remove("LOG_DIR").output().expect("lab runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("each line is an event")).collect()
}

impl Account {
    /// Lays what both ends logged beside what their capture tells.
    pub(crate) fn of(live: &[Event], read: &[Event]) -> Account {
        let mut account = Account::default();
        let ends: BTreeSet<_> = live.iter().map(|event| (&event.conn, event.side)).collect();
        for (conn, side) in ends {
            let of_it = |event: &&Event| event.conn == *conn && event.side == side;
            let pair = live.iter().find(of_it).expect("it is one of them").protocol;
            for &layer in Protocol::ALL {
                // Below another protocol TCP is told by the capture alone.
                if layer == Protocol::Tcp && pair != Protocol::Tcp {
                    continue;
                }
                for from in [Side::Client, Side::Server] {
                    let ours = crossed(live.iter().filter(of_it), from, layer);
                    let caught = crossed(read.iter().filter(|event| event.conn == *conn), from, layer);
                    account.leg((conn, side, from, layer), &ours, &caught);
                }
            }
        }
        account
    }

    fn leg(
        &mut self,
        (conn, side, from, layer): (&str, Side, Side, Protocol),
        ours: &[(&Event, Fields)],
        caught: &[(&Event, Fields)],
    ) {
        let same = |(ours, caught): &(&(&Event, Fields), &(&Event, Fields))| {
            ours.0.step == caught.0.step && ours.1 == caught.1
        };
        let equal = ours.iter().zip(caught).take_while(same).count();
        self.legs += usize::from(!(ours.is_empty() && caught.is_empty()));
        self.messages += equal;
        let sent = side == from;
        let closed = |event: &Event| {
            ["does_not_open", "undecodable"].iter().any(|name| event.step.id().ends_with(name))
        };
        let why = match (ours.get(equal), caught.get(equal)) {
            (None, None) => return,
            (Some((event, _)), Some(_)) if closed(event) => Some(OTHERS_KEYS),
            (Some((event, _)), None) if closed(event) => Some(NO_KEYS),
            (None, Some(_)) if layer == Protocol::Tcp => Some(WATCH_ENDED),
            (None, Some(_)) => (!sent).then_some(STOPPED_READING),
            (Some(_), None) => (sent && layer != Protocol::Tcp).then_some(GONE),
            (Some(_), Some(_)) => None,
        };
        match why {
            Some(why) => *self.known.entry(why).or_default() += 1,
            None => {
                let told = |one: Option<&(&Event, Fields)>| {
                    one.map_or("nothing more".into(), |(event, fields)| format!("{} {fields:?}", event.step))
                };
                let (ours, caught) = (told(ours.get(equal)), told(caught.get(equal)));
                self.disagreements.push(format!(
                    "{side:?} of {conn}, message {equal} of {from:?}: logged {ours}, read back {caught}"
                ));
            }
        }
    }

    /// Adds another account to this one.
    pub(crate) fn add(&mut self, other: Account) {
        self.legs += other.legs;
        self.messages += other.messages;
        self.disagreements.extend(other.disagreements);
        for (why, count) in other.known {
            *self.known.entry(why).or_default() += count;
        }
    }

    pub(crate) fn print(&self, name: &str) {
        let Account { legs, messages, known, disagreements } = self;
        println!(
            "read back: {name}: {legs} legs, {messages} messages equal, {} known gaps, {} unexplained",
            known.values().sum::<usize>(),
            disagreements.len()
        );
        for (why, count) in known {
            println!("read back: {name}: {count} legs: {why}");
        }
    }
}

/// What `from` sent at that layer, without what a capture cannot know.
fn crossed<'e>(
    events: impl Iterator<Item = &'e Event>,
    from: Side,
    layer: Protocol,
) -> Vec<(&'e Event, Fields)> {
    let on_wire = |event: &&Event| {
        event.evidence == Evidence::Wire
            && event.direction != Direction::Local
            && event.step.protocol() == layer
            && event.sender() == Some(from)
    };
    let without = |event: &'e Event| {
        let mut fields = event.fields.clone();
        BY_NATURE.into_iter().for_each(|name| drop(fields.remove(name)));
        (event, fields)
    };
    events.filter(on_wire).map(without).collect()
}

/// An account that cannot fail says nothing: a message that is left out of what was read back, and a value that is another
/// one, must be found in each kind of message. Gives how many were falsified.
pub(crate) fn falsified(live: &[Event], read: &[Event]) -> usize {
    let mut kinds = BTreeSet::new();
    let pairs: BTreeMap<&str, Protocol> =
        live.iter().map(|event| (event.conn.as_str(), event.protocol)).collect();
    for (n, event) in read.iter().enumerate() {
        let told = event.evidence == Evidence::Wire && event.sender().is_some();
        let Some(pair) = pairs.get(event.conn.as_str()) else { continue };
        let above = event.step.protocol() != Protocol::Tcp || *pair == Protocol::Tcp;
        if !told || !above || !kinds.insert(event.step.id()) {
            continue;
        }
        let one = |events: &[Event]| -> Vec<Event> {
            events.iter().filter(|other| other.conn == event.conn).cloned().collect()
        };
        let (live, whole) = (one(live), one(read));
        let at = read[..n].iter().filter(|other| other.conn == event.conn).count();
        let before = Account::of(&live, &whole);
        let mut less = whole.clone();
        less.remove(at);
        let mut other = whole;
        other[at].fields.put(steps::common::LENGTH, 123_456_789_u64);
        for changed in [less, other] {
            let after = Account::of(&live, &changed);
            let found =
                after.disagreements.len() > before.disagreements.len() || after.messages < before.messages;
            assert!(found, "{} was falsified and not missed", event.step);
        }
    }
    2 * kinds.len()
}

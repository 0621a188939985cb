//! What is concluded falls when what it was concluded from is taken away. The logs of all scenarios are read back as
//! they are, without a single value, and with one value of one event taken away or changed, for every value there is.

use std::collections::{BTreeMap, BTreeSet};

use claims::{Event, Finding, Judge};
use serde_json::json;
use steps::{Protocol, Side, Step, Value};

use super::run;

#[kit::test]
fn what_the_log_of_tls_shows_rests_on_its_values() {
    rests_on_its_values(Protocol::Tls, EXCEPT_TLS, 0.99);
}

#[kit::test]
fn what_the_log_of_tcp_shows_rests_on_its_values() {
    rests_on_its_values(Protocol::Tcp, EXCEPT_TCP, 0.99);
}

#[kit::test]
fn what_the_log_of_websocket_shows_rests_on_its_values() {
    rests_on_its_values(Protocol::Ws, EXCEPT_WS, 0.99);
}

#[kit::test]
fn what_the_log_of_ssh_shows_rests_on_its_values() {
    rests_on_its_values(Protocol::Ssh, EXCEPT_SSH, 0.99);
}

/// A claim, a step and a value of it that may be taken away although the sentence of the claim has the same text in it,
/// and why.
type Except = (&'static str, &'static str, &'static str, &'static str);

const EXCEPT_TLS: &[Except] = &[
    (
        "t1",
        "tls.client_hello",
        "supported_groups",
        "the group of the key share, which the sentence quotes, has its name",
    ),
    (
        "t3",
        "tls.certificate",
        "issuer",
        "whoever signed for himself is the subject too, which the sentence quotes",
    ),
    ("t5", "tls.verify_certificate", "subject", "the same"),
    (
        "t5",
        "tls.verify_certificate",
        "names",
        "the name that was asked for, which the sentence quotes, is the only one",
    ),
    ("t9", "tls.session_keys", "stage", "\"session\" is a word of the sentence"),
    ("x14", "tls.certificate", "issuer", "the certificate above has that name, which the sentence quotes"),
    (
        "x19",
        "tls.session_keys",
        "master_secret_recomputed",
        "the fingerprint of the master secret, which the sentence quotes",
    ),
];
const EXCEPT_TCP: &[Except] = &[
    ("*", "*", "flags", "a word of the sentence: the segment is called so"),
    (
        "o12",
        "tcp.ack",
        "seq",
        "the number of the acknowledgement in the server's SYN+ACK, which the sentence quotes",
    ),
    ("o12", "tcp.data", "seq", "the same"),
    ("o13", "tcp.ack", "seq", "the number that another segment acknowledged, which the sentence quotes"),
    (
        "o14",
        "tcp.ack",
        "seq",
        "the number of the acknowledgement in the server's SYN+ACK, which the sentence quotes",
    ),
    ("o14", "tcp.data", "seq", "the same"),
    ("c2", "tcp.timer", "asked", "a state that another value has, too"),
    ("c2", "tcp.timer", "timer", "a word of the sentence"),
    (
        "c5",
        "tcp.last_ack_state",
        "change",
        "the state in it is a value of its own, which the sentence quotes",
    ),
    ("o7", "tcp.half_open_gone", "TCP_SYNCNT", "the setting that was read before, which the sentence quotes"),
    ("o7", "tcp.half_open_gone", "retransmits", "the SYN+ACKs were seen, and are counted"),
    ("*", "tcp.kernel_settings", "tcp_syn_linear_timeouts", "a kernel before 6.5 has no such setting"),
    ("*", "tcp.kernel_settings", "TCP_USER_TIMEOUT_ms", "a socket without it has the kernel's limit"),
    ("*", "tcp.kernel_settings", "TCP_SYNCNT", "a socket without it has the kernel's limit"),
    ("x1", "tcp.syn_sent", "change", "the state in it is a value of its own, which the sentence quotes"),
    ("x2", "tcp.syn_received", "change", "the same"),
    ("x9", "tcp.last_ack_state", "change", "the same"),
    ("x5", "tcp.syn", "window", "on loopback the first window is one MSS, which the sentence quotes"),
    ("*", "tcp.closed", "error", "a connection without an error is closed by both"),
];
const EXCEPT_WS: &[Except] = &[];
const EXCEPT_SSH: &[Except] = &[
    (
        "s3",
        "ssh.negotiated",
        "encryption_algorithm_server_to_client",
        "the same as the client's, which the sentence quotes",
    ),
    (
        "x32",
        "ssh.negotiated",
        "server_host_key_algorithm_passed_over",
        "a part of the client's list, which the sentence quotes",
    ),
    ("x33", "ssh.host_key_check", "recorded_key_type", "the key that was shown has the same kind"),
    ("x35", "ssh.publickey_signature", "public_key_algorithm_name", "the signature's is the same"),
    ("x36", "ssh.key_exchange_reply", "host_key_type", "the algorithm of its signature has the same name"),
];

fn rests_on_its_values(protocol: Protocol, except: &[Except], floor: f64) {
    let Some(run) = run(protocol) else { return };
    reads_back_as_it_was_judged(&run.log);
    shows_nothing_without_values(&run.log);
    let connections = connections(&run.log);
    let others = Others::of(&connections);
    let mut tried = Tried::default();
    let mut shapes = BTreeSet::new();
    for events in &connections {
        // Runs that differ in nothing but their numbers tell nothing new.
        if shapes.insert(shape(events)) {
            try_each_value(events, &others, except, &mut tried);
        }
    }
    tried.report(protocol, floor);
}

/// What is read again is what was said when it happened.
fn reads_back_as_it_was_judged(log: &str) {
    let live: Vec<Event> = log.lines().map(|line| serde_json::from_str(line).expect("an event")).collect();
    let read = show::read_log("log", log);
    assert_eq!(read.troubles, []);
    assert!(live.iter().any(|event| !event.claims.is_empty()));
    for (live, read) in live.iter().zip(&read.events) {
        assert_eq!(live, read);
    }
}

fn shows_nothing_without_values(log: &str) {
    let bare = log.lines().map(|line| {
        let mut event: serde_json::Value = serde_json::from_str(line).expect("an event");
        event["fields"] = json!({});
        format!("{event}\n")
    });
    for event in show::read_log("bare", &bare.collect::<String>()).events {
        assert_eq!(event.claims, [], "{} of {} has no values", event.step, event.conn);
    }
}

/// The events of each connection by side, in order, as they were judged. What a link says has an account of its own.
fn connections(log: &str) -> Vec<Vec<Event>> {
    let mut all: BTreeMap<(Side, String, bool), Vec<Vec<Event>>> = BTreeMap::new();
    for event in show::read_log("log", log).events {
        let of_link = event.fields.named("source").is_some_and(|source| source == "link");
        let same = all.entry((event.side, event.conn.clone(), of_link)).or_default();
        // Addresses come again.
        match same.iter_mut().find(|events| began(&events[0]).abs_diff(began(&event)) < 10) {
            Some(events) => events.push(event),
            None => same.push(vec![event]),
        }
    }
    all.into_values().flatten().collect()
}

/// In microseconds.
fn began(event: &Event) -> i64 {
    event.at.as_microsecond() - i64::try_from(event.elapsed_us).expect("not for ages")
}

/// What makes a connection's log another: its steps, the names of their values, and what they show.
fn shape(events: &[Event]) -> Vec<String> {
    let of = |event: &Event| {
        let names: Vec<_> = event.fields.iter().map(|(name, _)| name).collect();
        let shown: Vec<_> = event.claims.iter().map(|it| (it.id, it.verdict)).collect();
        format!("{:?} {} {:?} {names:?} {shown:?}", event.side, event.step, event.direction)
    };
    let mut shape: Vec<_> = events.iter().map(of).collect();
    shape.dedup();
    shape
}

/// The values that each field of each step had in any run: what else it can be.
struct Others(BTreeMap<(&'static str, String), Vec<Value>>);

impl Others {
    const MOST: usize = 8;

    fn of(connections: &[Vec<Event>]) -> Others {
        let mut all: BTreeMap<_, Vec<Value>> = BTreeMap::new();
        for event in connections.iter().flatten() {
            for (name, value) in &event.fields {
                let known = all.entry((event.step.id(), name.to_owned())).or_default();
                if known.len() < Others::MOST && !known.contains(value) {
                    known.push(value.clone());
                }
            }
        }
        Others(all)
    }

    /// Whether the value is a mark, which is there where something is so and nowhere says that it is not: without it, the
    /// log tells of another event.
    fn is_mark(&self, step: Step, name: &str, value: &Value) -> bool {
        let known = self.0.get(&(step.id(), name.to_owned()));
        *value == true && known.is_some_and(|known| known.len() == 1)
    }

    /// Another value that the field could have had.
    fn than(&self, step: Step, name: &str, value: &Value) -> Value {
        match value {
            Value::Bool(yes) => (!yes).into(),
            Value::Number(number) if number.is_u64() => (number.as_u64().expect("it is") + 1).into(),
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                let known = self.0.get(&(step.id(), name.to_owned()));
                let other = known.into_iter().flatten().find(|other| *other != value);
                other.cloned().unwrap_or_else(|| made_up(value))
            }
        }
    }
}

/// A value of the same kind that was in no run.
fn made_up(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let is_hex = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            match text.split_at_checked(1) {
                Some((first, rest)) if is_hex => {
                    format!("{}{rest}", if first == "0" { "1" } else { "0" }).into()
                }
                Some(_) | None => format!("other {text}").into(),
            }
        }
        Value::Array(list) => list.iter().map(made_up).chain(["other".into()]).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => "other".into(),
    }
}

/// What came of the values that were taken away and changed.
#[derive(Default)]
struct Tried {
    /// Values that a sentence quotes.
    quoted: usize,
    /// Of these, how many changed verdict or sentence when they were changed.
    told: usize,
    /// The rest, by claim, step and name.
    silent: BTreeMap<String, usize>,
    /// What stayed or changed where it had to fall.
    wrong: BTreeMap<String, String>,
}

impl Tried {
    fn report(&self, protocol: Protocol, floor: f64) {
        #[allow(clippy::cast_precision_loss)] // a few thousand
        let share = self.told as f64 / self.quoted as f64;
        println!(
            "{}: {} values quoted in a sentence; taken away, {} of them left the finding or another in its place; \
             changed, {} ({:.2} %) changed verdict or sentence, these did not: {:#?}",
            protocol.id(),
            self.quoted,
            self.wrong.len(),
            self.told,
            100.0 * share,
            self.silent
        );
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        assert!(self.quoted > 0 && share >= floor, "{share}");
    }
}

fn try_each_value(events: &[Event], others: &Others, except: &[Except], tried: &mut Tried) {
    let mut past = Judge::default();
    for (at, event) in events.iter().enumerate() {
        if event.step.is_summary() {
            continue;
        }
        for (name, value) in &event.fields {
            if others.is_mark(event.step, name, value) {
                continue;
            }
            let mut without = event.clone();
            without.fields.remove(name);
            let mut changed = event.clone();
            *changed.fields.get_mut(name).expect("it is there") = others.than(event.step, name, value);
            let rest = &events[at + 1..];
            let (without, changed) =
                (after(past.clone(), &without, rest), after(past.clone(), &changed, rest));
            let of = |finding: &Finding, later: &Event| {
                format!("{} of {}, {name} of {}", finding.id.id(), later.step, event.step)
            };
            let is_excepted = |finding: &Finding| {
                let fits = |pattern: &str, id: &str| pattern == "*" || pattern == id;
                except.iter().any(|(claim, step, field, _)| {
                    fits(claim, finding.id.id()) && fits(step, event.step.id()) && *field == name
                })
            };
            for (n, later) in events[at..].iter().enumerate().filter(|(_, later)| !later.step.is_summary()) {
                for finding in later.claims.iter().filter(|finding| !is_excepted(finding)) {
                    let (stays, is_silent) = (without[n].contains(finding), changed[n].contains(finding));
                    // The same text may stand in more than one step: of others, only what matters is the finding's.
                    let quoted = n == 0 && quotes(finding, value);
                    if quoted {
                        tried.quoted += 1;
                        tried.told += usize::from(!is_silent);
                    }
                    if quoted && is_silent {
                        *tried.silent.entry(of(finding, later)).or_default() += 1;
                    }
                    if stays && (quoted || !is_silent) {
                        tried.wrong.insert(of(finding, later), "stays without it".into());
                    }
                }
                // Nothing new may be said of what is known less well.
                let new = without[n].iter().filter(|finding| !later.claims.contains(finding));
                for finding in new.filter(|finding| !is_excepted(finding)) {
                    let said = finding.because.as_ref().map_or("as noted", |because| &because.en);
                    tried.wrong.insert(of(finding, later), format!("without it: {said}"));
                }
            }
        }
        past.judge(event);
    }
}

/// What each event from here on shows.
fn after(mut judge: Judge, event: &Event, rest: &[Event]) -> Vec<Vec<Finding>> {
    std::iter::once(event).chain(rest).map(|event| judge.judge(event)).collect()
}

/// Whether a sentence has the value in it, as a word of its own.
fn quotes(finding: &Finding, value: &Value) -> bool {
    let Some(because) = &finding.because else { return false };
    let word = match value {
        Value::String(text) => text.to_string(),
        // A digit stands in every other sentence.
        Value::Number(number) if number.as_u64().is_some_and(|number| number < 10) => return false,
        Value::Number(number) => number.to_string(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Bool(_) | Value::Object(_) => return false,
    };
    if !word.contains(char::is_alphanumeric) {
        return false;
    }
    because.en.match_indices(&word).any(|(at, _)| {
        let before = because.en[..at].chars().next_back();
        let behind = because.en[at + word.len()..].chars().next();
        // Base64 has these, too.
        let of_a_word = |c: char| c.is_alphanumeric() || "+/=".contains(c);
        ![before, behind].into_iter().flatten().any(of_a_word)
    })
}

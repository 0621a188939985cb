//! `lab watch` sees the handshakes of programs that are not ours, as a user who may open packet sockets and nothing else.

kit::runner!();

mod common;

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, process::Command};

use claims::Event;
use common::{ByName, binary, missing, require};
use steps::{Evidence, Observer, Side};

/// The connections in the order in which they began.
fn connections(events: &[Event]) -> Vec<Vec<&Event>> {
    let mut order: Vec<&str> = Vec::new();
    let mut of: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in events {
        if !of.contains_key(event.conn.as_str()) {
            order.push(&event.conn);
        }
        of.entry(&event.conn).or_default().push(event);
    }
    order.iter().filter_map(|conn| of.remove(conn)).collect()
}

fn ids<'e>(events: &[&'e Event], from: Side) -> Vec<&'e str> {
    events.iter().filter(|event| event.sender() == Some(from)).map(|event| event.step.id()).collect()
}

/// That both sides' messages are there in this order; others may stand between them.
fn crossed(events: &[&Event], from: Side, expected: &[&str]) {
    let told = ids(events, from);
    let mut rest = told.iter();
    for id in expected {
        assert!(rest.any(|step| step == id), "{from:?}: {id} is not in its place: {told:?}");
    }
}

fn value<'e>(events: &[&'e Event], step: &str, field: &str) -> Option<&'e str> {
    events.iter().find(|event| event.step.id() == step).map(|event| event.text(field))
}

#[kit::test]
fn other_programs_are_watched_with_net_raw_alone() {
    let root = fs::read_to_string("/proc/self/status").is_ok_and(|status| status.contains("\nUid:\t0\t"));
    if !root {
        missing("root, to make a network namespace and be another user in it,");
        return;
    }
    let tools = ["unshare", "setpriv", "ip", "ss", "curl", "openssl", "ssh", "python3"];
    if !tools.into_iter().all(require) {
        return;
    }
    let chromium = require("chromium");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("it is ours");
    let lab = binary("lab");
    let mut run = Command::new("unshare");
    run.args(["-n", "bash", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/watch.sh")]);
    run.arg(lab.parent().expect("programs lie in a folder")).current_dir(folder.path());
    run.env_remove("SSLKEYLOGFILE").env_remove("LOG_DIR").env_remove("CHROMIUM");
    if chromium {
        run.env("CHROMIUM", "1");
    }
    let output = run.output().expect("unshare runs");
    let left = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    assert!(output.status.success(), "{} {}", String::from_utf8_lossy(&output.stderr), left("watch.err"));

    let refused = left("none.err");
    let refused: Vec<&str> = refused.lines().collect();
    let says =
        ["watching needs CAP_NET_RAW: `sudo", "监视需要 CAP_NET_RAW：`sudo", "could not listen on nowhere0"];
    assert_eq!(refused.len(), says.len(), "{refused:?}");
    assert!(refused.iter().zip(says).all(|(line, says)| line.contains(says)), "{refused:?}");

    // Every set of capabilities of every thread is empty, but what may be had anew: that is bounded, not held.
    let status = left("status");
    let held = status.lines().filter(|line| line.starts_with("Cap") && !line.starts_with("CapBnd"));
    let held: Vec<&str> = held.collect();
    assert!(held.len() >= 8 && held.iter().all(|line| line.ends_with("0000000000000000")), "{held:?}");
    assert!(status.contains("NoNewPrivs:\t1") && status.contains("Uid:\t65532"), "{status}");
    assert_eq!(left("watch.err").lines().count(), 1, "{}", left("watch.err"));

    let events = left("watch.json");
    let events: Vec<Event> =
        events.lines().map(|line| serde_json::from_str(line).expect("each line is an event")).collect();
    assert!(events.iter().all(|event| event.observer == Some(Observer::Capture)));
    assert!(events.iter().all(|event| event.evidence != Evidence::Kernel));
    assert!(events.iter().all(|event| !event.conn.ends_with(":4080")), "nobody asked for it");
    let all = connections(&events);
    let [curl, openssl, ssh, silent, browser @ ..] = all.as_slice() else {
        panic!("four connections at least: {}", all.len())
    };

    let (client, server) = (Side::Client, Side::Server);
    let opened =
        ["tcp.syn", "tcp.ack", "tls.client_hello", "tls.finished", "tls.application_data", "tcp.fin"];
    crossed(curl, client, &opened);
    let answered =
        ["tcp.syn_ack", "tls.server_hello", "tls.encrypted_extensions", "tls.certificate", "tls.finished"];
    crossed(curl, server, &answered);
    assert_eq!(value(curl, "tls.server_hello", "version"), Some("TLS 1.3"));
    let request = value(curl, "tls.application_data", "plaintext").unwrap_or_default();
    assert!(request.starts_with("GET / HTTP/1.1"), "the key log opens what crossed: {request:?}");

    crossed(openssl, client, &["tls.client_hello", "tls.client_key_exchange", "tls.finished", "tls.alert"]);
    crossed(openssl, server, &["tls.server_hello", "tls.server_hello_done", "tls.finished"]);
    assert_eq!(value(openssl, "tls.server_hello", "version"), Some("TLS 1.2"));

    crossed(ssh, client, &["ssh.identification", "ssh.kexinit", "ssh.key_exchange_init", "ssh.newkeys"]);
    crossed(ssh, server, &["ssh.identification", "ssh.kexinit", "ssh.key_exchange_reply", "ssh.newkeys"]);
    assert!(value(ssh, "ssh.identification", "softwareversion").is_some());

    assert_eq!(ids(silent, client), ["tcp.syn", "tcp.ack", "tcp.rst"]);
    for one in &all {
        assert!(one.last().is_some_and(|event| event.step.is_summary()), "{:?}", one.last());
    }
    if chromium {
        let spoken = browser.iter().find(|one| value(one, "tls.application_data", "plaintext").is_some());
        let spoken = spoken.expect("the browser's key log opens what it said");
        crossed(spoken, client, &opened[..5]);
        crossed(spoken, server, &answered);
    }

    // The third wrote packets and secrets alone, of one port, and their steps were read afterwards.
    assert_eq!(left("ring.err").lines().count(), 1, "{}", left("ring.err"));
    let recorded = left("ring.json");
    let recorded: Vec<Event> =
        recorded.lines().map(|line| serde_json::from_str(line).expect("each line is an event")).collect();
    assert!(recorded.iter().all(|event| event.conn.ends_with(":4443")));
    let recorded = connections(&recorded);
    let first = recorded.first().expect("curl came first");
    crossed(first, client, &opened);
    crossed(first, server, &answered);
    let request = value(first, "tls.application_data", "plaintext").unwrap_or_default();
    assert!(request.starts_with("GET / HTTP/1.1"), "the secrets are inside: {request:?}");

    // The other watcher was asked for one end and for rows.
    let rows = left("rows.txt");
    assert_eq!(rows.lines().filter(|line| line.contains(" → ")).count(), 1, "{rows}");
    assert!(
        rows.contains("127.0.0.1:4022") && rows.contains("SSH") && rows.contains("established in"),
        "{rows}"
    );
}

//! Where the secrets of a session go: into the key log and, when asked, into the log; and nowhere else.

mod common;

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use claims::Event;
use common::{ByName, Output, Running, Server, binary};

const TLS13: [&str; 5] = [
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    "CLIENT_TRAFFIC_SECRET_0",
    "EXPORTER_SECRET",
    "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    "SERVER_TRAFFIC_SECRET_0",
];

/// The lines of a key log, sorted: label, client random, secret.
fn key_log(path: &Path) -> Vec<[String; 3]> {
    let text = fs::read_to_string(path).expect("the key log was written");
    let words = |line: &str| {
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        words.try_into().unwrap_or_else(|_| panic!("not three words: {line}"))
    };
    let mut lines: Vec<_> = text.lines().map(words).collect();
    lines.sort();
    lines
}

fn visit(server: &Server, certs: &str, args: &[&str], environment: &[(&str, &Path)]) -> Output {
    let mut command = Command::new(binary("client"));
    command.args(["tls", &server.addr.to_string(), "--certs", certs, "--format", "json"]).args(args);
    Running::start(command.envs(environment.iter().copied())).wait()
}

fn fields<'a>(events: &'a [Event], step: &'a str, field: &'a str) -> Vec<String> {
    let ours = events.iter().filter(move |event| event.step.id() == step);
    let values = ours.filter_map(|event| event.fields.named(field)?.as_array());
    values.flatten().filter_map(|value| Some(value.as_str()?.to_owned())).collect()
}

#[test]
fn both_sides_write_the_same_key_log_for_its_owner_only() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let certs = folder.path().join("certs").display().to_string();
    for (variant, labels) in [("ecdhe", &["CLIENT_RANDOM"][..]), ("tls13", &TLS13)] {
        let [ours, theirs] = ["client", "server"].map(|side| folder.path().join(format!("{variant}-{side}")));
        let mut server =
            Server::start("tls", &["--certs", &certs, "--keylog", &theirs.display().to_string()]);
        let left = visit(&server, &certs, &["--variant", variant], &[("SSLKEYLOGFILE", &ours)]);
        assert!(left.status.success(), "{}", left.stderr);
        server.after_connections(1);
        let lines = key_log(&ours);
        assert_eq!(lines.iter().map(|[label, _, _]| label.as_str()).collect::<Vec<_>>(), labels);
        assert_eq!(lines, key_log(&theirs));
        let random =
            left.events.iter().find(|event| event.step.id() == "tls.client_hello").expect("it is sent");
        for [label, about, secret] in &lines {
            assert_eq!(about, random.text("random"), "{label}");
            assert!([64, 96].contains(&secret.len()), "{label}: {secret}");
            let told = serde_json::to_string(&left.events).expect("events are plain data");
            assert!(!told.contains(secret.as_str()), "{label} is in the log");
        }
        let mode = fs::metadata(&ours).expect("it was written").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn secrets_are_in_the_log_only_when_asked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let certs = folder.path().join("certs").display().to_string();
    let server = Server::start("tls", &["--certs", &certs]);
    let log = folder.path().join("keys");
    let left = visit(&server, &certs, &["--secrets", "--keylog", &log.display().to_string()], &[]);
    assert!(left.stderr.contains("--secrets"), "no warning: {}", left.stderr);
    let shown = fields(&left.events, "tls.session_keys", "secrets");
    let logged: Vec<_> = key_log(&log).into_iter().map(|[_, _, secret]| secret).collect();
    assert_eq!(shown.len(), 4, "{shown:?}");
    assert!(shown.iter().all(|secret| logged.contains(secret)), "{shown:?}");
    let quiet = visit(&server, &certs, &[], &[]);
    assert_eq!(fields(&quiet.events, "tls.session_keys", "secrets"), <[&str; 0]>::default());
}

#[test]
fn a_key_log_that_cannot_be_opened_is_named_at_once() {
    for program in [&["client", "tls", "127.0.0.1:1"][..], &["server", "tls"], &["lab", "tls"]] {
        let mut command = Command::new(binary(program[0]));
        command.args(&program[1..]).args(["--keylog", "/nowhere/keys"]);
        let left = Running::start(&mut command).wait();
        assert_eq!(left.status.code(), Some(1));
        assert!(left.stderr.contains("could not open the key log /nowhere/keys"), "{}", left.stderr);
    }
}

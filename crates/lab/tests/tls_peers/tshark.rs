//! tshark's own account of the handshake, from the packets and the key log alone, against ours.

use std::{path::Path, process::Command};

use claims::Event;
use steps::{Evidence, Side};
use wire::tls::names;

use crate::common::{ByName, Running, captures, require, with_capture};

/// One direction of a connection as either account tells it.
#[derive(Debug, Default, PartialEq)]
struct Account {
    /// Handshake messages by their type, in order.
    messages: Vec<String>,
    randoms: Vec<String>,
    /// The suites offered or chosen.
    suites: Vec<String>,
    serials: Vec<String>,
    alerts: Vec<String>,
}

#[kit::test]
fn tshark_agrees_on_every_message_of_the_three_variants() {
    let name = "tshark::tshark_agrees_on_every_message_of_the_three_variants";
    if !require("tshark") || !captures(name) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for variant in ["rsa", "ecdhe", "tls13"] {
        let file = folder.path().join(format!("{variant}.pcapng"));
        let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
        lab.args(["tls", "--variant", variant, "--format", "json", "--certs"])
            .arg(folder.path().join("certs"));
        lab.arg("--capture").arg(&file);
        let left = Running::start(&mut with_capture(lab).expect("packets may be captured")).wait();
        assert!(left.status.success(), "{}", left.stderr);
        for from in [Side::Client, Side::Server] {
            let ours = ours(&left.events, from);
            assert!(ours.messages.len() >= 2 && !ours.alerts.is_empty(), "{variant} {from:?}: {ours:?}");
            assert_eq!(tsharks(&file, &left.events, from), ours, "{variant} {from:?}");
        }
    }
}

/// What our client's log says that `from` sent.
fn ours(events: &[Event], from: Side) -> Account {
    let mut account = Account::default();
    let crossed = |event: &&Event| {
        event.side == Side::Client && event.evidence == Evidence::Wire && event.sender() == Some(from)
    };
    for event in events.iter().filter(crossed) {
        match event.step.id() {
            "tls.alert" => account.alerts.push(event.text("description").into()),
            "tls.change_cipher_spec" | "tls.application_data" => {}
            id if !id.starts_with("tls.") => {}
            id => {
                account.messages.push(event.bytes.0[0].to_string());
                account.randoms.extend(event.fields.named("random").map(|_| event.text("random").into()));
                match event.fields.named("cipher_suites").and_then(|suites| suites.as_array()) {
                    Some(offered) => {
                        account
                            .suites
                            .extend(offered.iter().filter_map(|suite| suite.as_str().map(str::to_owned)));
                    }
                    None => account.suites.extend(
                        event.fields.named("cipher_suite").map(|_| event.text("cipher_suite").into()),
                    ),
                }
                if id == "tls.certificate" {
                    account.serials.push(number(event.text("serial")));
                }
            }
        }
    }
    account
}

/// The same by tshark.
fn tsharks(file: &Path, events: &[Event], from: Side) -> Account {
    let fields = [
        "tls.handshake.type",
        "tls.handshake.random",
        "tls.handshake.ciphersuite",
        "x509af.serialNumber",
        "tls.alert_message.desc",
    ];
    // The server's port tells the direction.
    let port = events[0].conn.rsplit(':').next().expect("an address has a port");
    let direction = match from {
        Side::Client => format!("tls && tcp.dstport == {port}"),
        Side::Server => format!("tls && tcp.srcport == {port}"),
    };
    let mut command = Command::new("tshark");
    command.arg("-r").arg(file).args(["-d", &format!("tcp.port=={port},tls"), "-Y", &direction]);
    command.args(["-T", "fields", "-E", "separator=\t", "-E", "aggregator=,"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().expect("tshark runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut account = Account::default();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let cells: Vec<Vec<&str>> = line
            .split('\t')
            .map(|cell| cell.split(',').filter(|value| !value.is_empty()).collect())
            .collect();
        let [messages, randoms, suites, serials, alerts] = cells.as_slice() else {
            panic!("five fields: {line}")
        };
        account.messages.extend(messages.iter().map(|message| (*message).to_owned()));
        account.randoms.extend(randoms.iter().map(|random| random.replace(':', "")));
        account.suites.extend(suites.iter().map(|suite| names::cipher_suite(parsed(suite))));
        account.serials.extend(serials.iter().map(|serial| number(serial)));
        account
            .alerts
            .extend(alerts.iter().map(|alert| names::alert(u8::try_from(parsed(alert)).unwrap_or(0))));
    }
    account
}

fn parsed(number: &str) -> u16 {
    let read = match number.strip_prefix("0x") {
        Some(hex) => u16::from_str_radix(hex, 16),
        None => number.parse(),
    };
    read.unwrap_or_else(|error| panic!("{number}: {error}"))
}

/// A serial number as hex without separators or leading zeros.
fn number(serial: &str) -> String {
    let digits: String = serial.trim_start_matches("0x").chars().filter(char::is_ascii_hexdigit).collect();
    digits.trim_start_matches('0').to_ascii_lowercase()
}

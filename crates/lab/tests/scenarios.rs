//! Every scenario of the suite, run as a reader would: each must show exactly the claims its file names, and end as it
//! says on both sides.

mod common;

use std::process::Command;

use common::with_capture;
use steps::Protocol;

fn run(protocol: Protocol) {
    run_with(protocol, &[]);
}

fn run_with(protocol: Protocol, options: &[&str]) {
    let keys = tempfile::tempdir().expect("a temporary folder can be made");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(["run", &format!("{}/*", protocol.id()), "--certs"]).arg(keys.path()).args(options);
    let Some(mut command) = with_capture(command) else { return };
    let output = command.output().expect("lab runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains('✓'), "{said}");
}

#[test]
fn the_scenarios_of_tls() {
    run(Protocol::Tls);
}

#[test]
fn the_scenarios_of_tcp() {
    run(Protocol::Tcp);
}

#[test]
fn the_scenarios_of_tcp_over_ipv6() {
    run_with(Protocol::Tcp, &["--ipv6"]);
}

#[test]
fn the_scenarios_of_websocket() {
    run(Protocol::Ws);
}

#[test]
fn the_scenarios_of_ssh() {
    run(Protocol::Ssh);
}

//! Every scenario of the suite, run as a reader would: each must show exactly the claims its file names, and end as it
//! says on both sides.

mod common;

use std::{
    process::Command,
    sync::{Mutex, PoisonError},
};

use common::with_capture;
use steps::Protocol;

/// Scenarios turn on the kernel's timers: not two sets of them at once on a machine with two cores.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn run(protocol: Protocol) {
    run_with(protocol, &[]);
}

fn run_with(protocol: Protocol, options: &[&str]) {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let keys = tempfile::tempdir().expect("a temporary folder can be made");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.arg("run").arg(format!("{}/*", protocol.id())).arg("--certs").arg(keys.path()).args(options);
    let Some(mut command) = with_capture(command) else { return };
    let output = command.output().expect("lab runs");
    let said = String::from_utf8_lossy(&output.stderr);
    println!("{said}");
    assert!(output.status.success() && said.contains('✓') && !said.contains('✗'), "{said}");
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

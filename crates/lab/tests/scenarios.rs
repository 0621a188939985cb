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
    let all = format!("{}/*", protocol.id());
    let Some(otherwise) = lab_run(&[&all], options) else { return };
    if otherwise.is_empty() {
        return;
    }
    // Where the kernel's own timers decide (a delayed ACK leaves after 40 ms), a machine that stands still for so long
    // shows another truth. Once more, and then it counts.
    assert_eq!(protocol, Protocol::Tcp, "these came out otherwise than their files expect: {otherwise:?}");
    let again: Vec<&str> = otherwise.iter().map(String::as_str).collect();
    assert!(again.len() <= 3, "these came out otherwise than their files expect: {again:?}");
    let otherwise = lab_run(&again, options).expect("it captured a moment ago");
    assert!(otherwise.is_empty(), "these came out otherwise than their files expect, twice: {otherwise:?}");
}

/// Runs the scenarios that `patterns` name; gives those that came out otherwise. None where segments cannot be captured.
fn lab_run(patterns: &[&str], options: &[&str]) -> Option<Vec<String>> {
    let keys = tempfile::tempdir().expect("a temporary folder can be made");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.arg("run").args(patterns).arg("--certs").arg(keys.path()).args(options);
    let output = with_capture(command)?.output().expect("lab runs");
    let said = String::from_utf8_lossy(&output.stderr);
    println!("{said}");
    let otherwise: Vec<String> = said
        .lines()
        .filter_map(|line| line.strip_prefix("✗ ")?.split_whitespace().next().map(str::to_owned))
        .collect();
    assert!(said.contains('✓') || !otherwise.is_empty(), "{said}");
    assert_eq!(output.status.success(), otherwise.is_empty(), "{said}");
    Some(otherwise)
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

//! The oracle: others tell what they saw of the same bytes, and their account is laid beside our log. tshark reads the
//! capture of every run, with the secrets in it; OpenSSL and OpenSSH are the other end of the connection. Each field
//! that both tell must have the same value, and our log may leave no message out. The capture of every run is also read
//! back by ourselves (`readback.rs`): it must tell what each end logged.
//!
//! ```sh
//! cargo test --test oracle -- --nocapture      # with the counts
//! ```

kit::runner!();

#[path = "../common/mod.rs"]
mod common;

mod compare;
mod damaged;
mod falsify;
mod known;
mod readback;
mod runs;
mod theirs;

use std::{path::Path, thread};

use common::{captures, require};
use compare::{Report, compare};
use readback::Account;
use runs::Run;
use theirs::Judge;

#[kit::test]
fn tshark_agrees_with_every_run_and_every_scenario() {
    if !require("tshark") || !captures("tshark_agrees_with_every_run_and_every_scenario") {
        return;
    }
    with_keys(|certs| {
        // What waits for timers runs beside what computes.
        thread::scope(|scope| {
            let runs = runs::lab::SETS.map(|set| scope.spawn(move || runs::lab::set(set, certs)));
            runs.into_iter().flat_map(|set| set.join().expect("it ran")).collect()
        })
    });
}

#[kit::test]
fn tshark_agrees_on_what_other_programs_said() {
    let name = "tshark_agrees_on_what_other_programs_said";
    if !require("tshark") || !runs::foreign::PEERS.into_iter().all(require) || !captures(name) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let captured = runs::foreign::Captured::in_folder(folder.path());
    captured.turns_to_tls();
    captured.opens_with_the_rsa_key(folder.path());
    with_keys(|_| vec![captured.told()]);
}

#[kit::test]
fn a_damaged_capture_tells_what_the_whole_one_tells_and_no_more() {
    let name = "a_damaged_capture_tells_what_the_whole_one_tells_and_no_more";
    let tools = ["tshark", "editcap"].into_iter().chain(runs::foreign::PEERS);
    if !tools.into_iter().all(require) || !captures(name) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    damaged::check(&runs::foreign::Captured::in_folder(folder.path()), folder.path());
}

#[kit::test]
fn openssl_agrees_with_our_server_and_our_client() {
    if require("openssl") {
        with_keys(|certs| {
            [runs::openssl::at_our_server(certs), runs::openssl::before_our_client(certs)].concat()
        });
    }
}

#[kit::test]
fn openssh_agrees_with_our_server_and_our_client() {
    if require("ssh") && require("ssh-keygen") && require("sshd") {
        with_keys(|certs| {
            [runs::openssh::at_our_server(certs), runs::openssh::before_our_client(certs)].concat()
        });
    }
}

/// Judges what the runs brought: each agrees, and an oracle that cannot fail says nothing, so whatever is falsified must
/// be found.
fn with_keys(runs: impl FnOnce(&Path) -> Vec<Run>) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let certs = folder.path().join("certs");
    certs::ensure(&certs).expect("the demo keys can be made");
    let runs = runs(&certs);
    let judge = runs.first().expect("there are runs").judge;
    let (mut all, mut count, mut falsified) = (Report::default(), 0, 0);
    let mut read_back = Account::default();
    for run in &runs {
        let report = compare(judge, &run.events, &run.told);
        print(judge, &run.name, run.count, &report);
        if report.disagreements.is_empty() {
            assert!(report.equal > 0, "{}: nothing was compared", run.name);
            falsified += falsify::each_kind(run, &report);
        }
        if !run.read.is_empty() {
            let account = Account::of(&run.events, &run.read);
            account.print(&run.name);
            if account.disagreements.is_empty() {
                falsified += readback::falsified(&run.events, &run.read);
            }
            read_back.add(account);
        }
        count += run.count;
        all.add(report);
    }
    for (why, count) in &all.alone {
        println!("oracle: {judge:?}: {count} messages that only one tells of: {why}");
    }
    for (why, count) in &all.known {
        println!("oracle: {judge:?}: {count} known disagreements: {why}");
    }
    println!("oracle: {judge:?}: {falsified} falsified fields and missing messages, all found");
    print(judge, "all", count, &all);
    assert!(all.disagreements.is_empty(), "{judge:?}:\n{}", all.disagreements.join("\n"));
    for (step, fields) in judge.must_tell() {
        for field in *fields {
            let kind = ((*step).to_owned(), (*field).to_owned());
            assert!(all.kinds.contains_key(&kind), "{judge:?} was not heard on {step} {field}");
        }
    }
    read_back.print("all");
    assert!(read_back.disagreements.is_empty(), "read back:\n{}", read_back.disagreements.join("\n"));
}

fn print(judge: Judge, name: &str, runs: usize, report: &Report) {
    println!(
        "oracle: {judge:?}: {name}: {runs} runs, {} messages, {} fields equal ({} kinds), {} absent there, {} known \
         disagreements, {} unexplained",
        report.messages,
        report.equal,
        report.kinds.len(),
        report.absent_there,
        report.known.values().sum::<usize>(),
        report.disagreements.len()
    );
}

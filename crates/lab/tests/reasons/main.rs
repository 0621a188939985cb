//! Why a connection failed, by real runs: one for each rule of each protocol, with what is then said in both languages.
//! `docs/reasons.md` is what these runs make; REASONS=write writes it anew, otherwise it is compared. With
//! RULES=tls.closed,ws.idle those rules alone are run, and what is said is printed.

kit::runner!();

#[path = "../common/mod.rs"]
mod common;

mod bench;
mod page;
mod ssh;
mod ssh_server;
mod tcp;
mod tls;
mod ws;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use bench::{Bench, Case, Met};
use steps::sync::{lock, unpoisoned};

/// So many runs at once: most of them wait.
const AT_ONCE: usize = 6;

#[kit::test]
fn each_rule_is_met_by_a_real_run_and_says_what_the_page_has() {
    if !common::captures("each_rule_is_met_by_a_real_run_and_says_what_the_page_has") {
        return;
    }
    for peer in ["openssl", "ssh-keygen", "sshd", "python3", "unshare", "ip", "curl", "script"] {
        if !common::require(peer) {
            return;
        }
    }
    if !["paramiko", "asyncssh"].iter().all(|module| common::require_python(module)) {
        return;
    }
    let cases: Vec<_> =
        [tcp::cases(), tls::cases(), ws::cases(), ssh::cases()].into_iter().flatten().collect();
    every_rule_has_a_place(&cases);
    let only = env::var("RULES").unwrap_or_default();
    let chosen: Vec<_> = cases
        .iter()
        .filter(|case| only.is_empty() || only.split(',').any(|rule| rule == case.rule))
        .collect();
    let (met, failed) = run(&chosen);
    assert!(
        failed.is_empty(),
        "{} of {} runs came out otherwise:\n{}",
        failed.len(),
        cases.len(),
        failed.join("\n")
    );
    if only.is_empty() {
        page::compare(&cases, &met);
    } else {
        println!("{met:#?}");
    }
}

/// Each rule of the code has a run, or stands among those that no run of this test meets; and no other name does.
fn every_rule_has_a_place(cases: &[Case]) {
    let rules: BTreeSet<_> = steps::rules().map(|rule| rule.id).collect();
    let named = cases.iter().map(|case| case.rule).chain(page::UNMET.iter().map(|unmet| unmet.0));
    let named: Vec<_> = named.collect();
    let known: BTreeSet<_> = named.iter().copied().collect();
    assert_eq!(known.len(), named.len(), "a rule stands twice");
    let missing: Vec<_> = rules.difference(&known).collect();
    assert!(missing.is_empty(), "without a run: {missing:?}");
    let unknown: Vec<_> = known.difference(&rules).collect();
    assert!(unknown.is_empty(), "no rules: {unknown:?}");
}

/// What each rule's run said, and what did not come out as it should.
fn run(cases: &[&Case]) -> (BTreeMap<&'static str, Met>, Vec<String>) {
    let bench = Bench::new();
    let (next, met, failed) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _worker in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match catch_unwind(AssertUnwindSafe(|| bench.meet(case))) {
                        Ok(said) => {
                            lock(&met).insert(case.rule, said);
                        }
                        Err(panic) => {
                            let said = panic.downcast_ref::<String>().map(String::as_str);
                            let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("?");
                            let said: String = said.chars().take(2000).collect();
                            let line = format!("{}: {said}", case.rule);
                            lock(&failed).push(line);
                        }
                    }
                }
            });
        }
    });
    let met = unpoisoned(met.into_inner());
    (met, unpoisoned(failed.into_inner()))
}

#[kit::test]
fn a_librarys_words_are_known() {
    for (sentence, is_raw) in [
        (
            "the server's certificate was refused: invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
            true,
        ),
        ("could not go on: Context { kind: BadCertificate }", true),
        ("Connection reset by peer (os error 104)", true),
        ("could not read the file: Some(\"x\")", true),
        ("The server closed the connection (FIN) without a Close frame (RFC 6455 §7.1.4).", false),
        ("服务端关闭了连接（FIN）：{}", false),
        ("recv() timed out: SSH_MSG_USERAUTH_PASSWD_CHANGEREQ (RFC 4252 §8)", false),
    ] {
        assert_eq!(common::sentences::raw(sentence).is_some(), is_raw, "{sentence}");
    }
}

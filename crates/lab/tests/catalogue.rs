//! The catalogue against live runs, in both directions: what the notes claim of a normal run is shown, every step
//! is emitted, nothing is emitted that is not listed, and a verdict does not hang on a label.

kit::runner!();

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
    sync::OnceLock,
};

use claims::{Claim, Event, Judge, Verdict};
use common::{Running, with_capture};
use steps::{Evidence, Side, Step};

#[kit::test]
fn a_normal_run_shows_its_claims_by_more_than_inference() {
    use Claim::*;
    let tcp = [O1, O5, O8, O12, O14, C1, C3, C5, C9, C10];
    let tls = [T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14];
    let ws = [W1, W2, W3, W4, W5, W6];
    // s3 is what both lists give: it follows from them, and no packet says it.
    let ssh = [S1, S2, S4, S5, S6, S7, S8, S10, S11, S12];
    let seen: BTreeSet<Claim> = all_four()
        .iter()
        .filter(|event| event.evidence != Evidence::Inferred)
        .flat_map(|event| event.claims.iter().map(|finding| finding.id))
        .collect();
    for claim in [&tcp[..], &tls, &ws, &ssh].concat() {
        assert!(seen.contains(&claim), "{} was not shown", claim.id());
    }
    let picked = all_four().iter().any(|event| event.claims.iter().any(|finding| finding.id == S3));
    let crossed = |side| {
        all_four().iter().any(|event| {
            event.step.id() == "ssh.kexinit"
                && event.evidence == Evidence::Wire
                && event.sender() == Some(side)
        })
    };
    assert!(picked && crossed(Side::Client) && crossed(Side::Server), "s3 was not shown");
}

#[kit::test]
fn the_three_segments_and_the_four_are_read_from_the_wire() {
    for side in [Side::Client, Side::Server] {
        let wire: Vec<_> = all_four()
            .iter()
            .filter(|event| event.side == side && event.evidence == Evidence::Wire)
            .map(|event| event.step.id())
            .filter(|id| {
                ["tcp.syn", "tcp.syn_ack", "tcp.ack", "tcp.fin", "tcp.fin_ack", "tcp.last_ack"].contains(id)
            })
            .collect();
        assert_eq!(
            wire,
            ["tcp.syn", "tcp.syn_ack", "tcp.ack", "tcp.fin", "tcp.fin_ack", "tcp.fin", "tcp.last_ack"],
            "{side:?}"
        );
    }
}

#[kit::test]
fn tls_1_3_shows_each_claim_or_says_that_it_is_absent() {
    let summary = tls13().iter().find(|event| event.step.is_summary() && event.side == Side::Client);
    let verdicts: BTreeMap<_, _> = summary
        .expect("the client sums up")
        .claims
        .iter()
        .map(|finding| (finding.id, finding.verdict))
        .collect();
    use Claim::*;
    for claim in [T4, T8] {
        assert_eq!(verdicts[&claim], Verdict::Absent, "{}", claim.id());
    }
    for claim in [T1, T2, T3, T6, T7, T9, T10, T13] {
        assert_eq!(verdicts[&claim], Verdict::Differs, "{}", claim.id());
    }
    for claim in [T5, T11, T12, T14] {
        assert_eq!(verdicts[&claim], Verdict::AsNoted, "{}", claim.id());
    }
}

#[kit::test]
fn the_client_and_the_server_tell_the_same_story() {
    let mut by_conn: BTreeMap<&str, [Vec<&Event>; 2]> = BTreeMap::new();
    for event in all_four() {
        by_conn.entry(&event.conn).or_default()[event.side as usize].push(event);
    }
    assert_eq!(by_conn.len(), 5, "TCP, TLS, WebSocket and two visits over SSH");
    for (conn, [client, server]) in by_conn {
        for sender in [Side::Client, Side::Server] {
            let story = |events: &[&Event]| -> Vec<(Step, Vec<u8>)> {
                let crossed = events.iter().filter(|event| event.evidence == Evidence::Wire);
                let sent = crossed.filter(|event| event.sender() == Some(sender));
                sent.map(|event| (event.step, event.bytes.0.clone())).collect()
            };
            let (told, heard) = (story(&client), story(&server));
            assert!(!told.is_empty(), "{conn}");
            assert_eq!(told, heard, "{conn}: what the {sender:?} sent");
        }
    }
}

/// FIPS 203: what a server sends for ML-KEM is a secret that it chose, under the client's key, and no key of its own.
#[kit::test]
fn a_server_sends_its_part_of_x25519mlkem768_encapsulated() {
    let events = lab(&["run", "tls/post-quantum-tls13"]);
    let mine = |side, id: &str| {
        let step = id.parse::<Step>().expect("the catalogue has it");
        let mut all = events.iter().filter(|event| event.side == side && event.step == step);
        all.next().expect("it happened")
    };
    let (client, server) = (mine(Side::Client, "tls.ephemeral_key"), mine(Side::Server, "tls.ephemeral_key"));
    assert_eq!(client.fields["public_key_length"], 1216);
    assert_eq!(client.fields.named("encapsulated"), None);
    assert_eq!(
        (&server.fields["public_key_length"], &server.fields["encapsulated_length"]),
        (&32.into(), &1088.into())
    );
    // Both cross in the ServerHello, the ciphertext first.
    let hello = hex::encode(&mine(Side::Client, "tls.server_hello").bytes.0);
    let [sent, key] = ["encapsulated", "public_key"]
        .map(|name| hello.find(server.fields[name].as_str().expect("it is hex")).expect("it crosses"));
    assert_eq!(key - sent, 2 * 1088);
    for side in [Side::Client, Side::Server] {
        let secret = &mine(side, "tls.shared_secret").claims[0];
        assert_eq!((secret.id, secret.verdict), (Claim::T7, Verdict::Differs));
        let because = secret.because.as_ref().expect("it says why");
        assert!(because.en.contains("sent it encapsulated under the client's ephemeral ML-KEM-768 key"));
        assert!(because.zh.contains("ML-KEM-768") && because.zh.contains("封装"));
    }
}

#[kit::test]
fn every_finding_is_on_its_steps_card_and_has_its_sentence() {
    for event in all_four().iter().chain(tls13()) {
        for finding in &event.claims {
            let listed = event.step.is_summary() || claims::can_show(event.step, finding.id);
            assert!(listed, "{} does not list {}", event.step, finding.id.id());
            assert!(
                finding.verdict == Verdict::AsNoted || finding.because.is_some(),
                "{}: {} without a reason",
                event.step,
                finding.id.id()
            );
            assert!(finding.verdict != Verdict::Absent || event.step.is_summary());
        }
    }
}

#[kit::test]
fn a_recording_with_its_labels_changed_keeps_its_verdicts() {
    for (events, label) in [(all_four(), "tls13"), (tls13(), "rsa")] {
        let mut pasts: BTreeMap<(String, Side), Judge> = BTreeMap::new();
        let mut judged = 0;
        for event in events.iter().filter(|event| !event.step.is_summary()) {
            let past = pasts.entry((event.conn.clone(), event.side)).or_default();
            let mut relabelled = event.clone();
            relabelled.variant = Some(label.into());
            relabelled.claims.clear();
            assert_eq!(past.judge(&relabelled), event.claims, "{} of {}", event.step, event.conn);
            judged += event.claims.len();
        }
        assert!(judged > 10);
    }
}

/// The series `x…` has the same rules of evidence: the command that the catalogue names shows each of them.
#[kit::test]
fn what_stands_beyond_the_notes_is_shown_by_its_run() {
    let mut runs: BTreeMap<&str, Vec<Claim>> = BTreeMap::new();
    for claim in Claim::beyond() {
        let run = claim.shown_by().first().expect("each has one");
        runs.entry(run).or_default().push(*claim);
    }
    for (run, shows) in runs {
        let args: Vec<&str> = run.split_whitespace().skip(1).collect();
        let events = lab(&args);
        for claim in shows {
            let found = |finding: &&claims::Finding| finding.id == claim && finding.because.is_some();
            let shown = events.iter().filter(|event| !event.step.is_summary());
            let mut verdicts = shown.flat_map(|event| event.claims.iter().filter(found)).map(|it| it.verdict);
            let is_its_own = |verdict| matches!(verdict, Verdict::AsNoted | Verdict::Depends);
            assert!(verdicts.any(is_its_own), "`{run}` does not show {}", claim.id());
        }
    }
}

/// `lab`, once for all tests of this file.
fn all_four() -> &'static [Event] {
    static EVENTS: OnceLock<Vec<Event>> = OnceLock::new();
    EVENTS.get_or_init(|| lab(&[]))
}

/// `lab tls --variant tls13`, once for all tests of this file.
fn tls13() -> &'static [Event] {
    static EVENTS: OnceLock<Vec<Event>> = OnceLock::new();
    EVENTS.get_or_init(|| lab(&["tls", "--variant", "tls13"]))
}

fn lab(args: &[&str]) -> Vec<Event> {
    let keys = tempfile::tempdir().expect("a temporary folder can be made");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(args).args(["--format", "json", "--certs"]).arg(keys.path());
    let mut command = with_capture(command).expect("the segments are part of the catalogue");
    let output = Running::start(&mut command).wait();
    assert!(output.status.success(), "{}", output.stderr);
    output.events
}

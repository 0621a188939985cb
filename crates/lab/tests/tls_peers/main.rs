//! The TLS pair with itself in all variants, each half with openssl and curl, and each with visitors that speak no TLS
//! or leave in the middle.

kit::runner!();

#[path = "../common/mod.rs"]
mod common;

mod bench;
mod beyond;
mod gnutls;
mod openssl;
mod strangers;
mod tshark;

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    process::Command,
    thread,
};

use bench::{server, tls_client, told, values, verdicts};
use common::{ByName, summary};
use serde_json::json;
use steps::{Direction, Evidence, Side};
use unicode_width::UnicodeWidthStr;

#[kit::test]
fn our_pair_tells_one_story_from_both_ends() {
    // t1 to t14: as Noted, Differs, Absent. What only the client can see (t5, t6) the server leaves open.
    let cases = [
        ("rsa", "nnnnnnnnnnnnnn", "nnnn-nnnnnnnnn"),
        ("ecdhe", "nnndnddddnnnnn", "nnnd--dddnnnnn"),
        ("tls13", "dddanddaddnndn", "ddda--daddnndn"),
    ];
    for (variant, of_client, of_server) in cases {
        let mut server = server(if variant == "rsa" { &["--variant", "rsa"] } else { &[] });
        let left = tls_client(&server.addr.to_string(), &["--variant", variant]);
        assert!(left.status.success(), "{}", left.stderr);
        let heard = server.after_connections(1);
        assert_eq!(verdicts(&left.events), of_client, "{variant}");
        assert_eq!(verdicts(&heard), of_server, "{variant}");
        for (sent, received) in [(&left.events, &heard), (&heard, &left.events)] {
            assert_eq!(told(sent, Direction::Sent), told(received, Direction::Received), "{variant}");
        }
        let secret = if variant == "rsa" { "tls.pre_master_secret" } else { "tls.shared_secret" };
        let secrets = |events| values(events, secret, "fingerprint").len();
        assert_eq!((secrets(&left.events), secrets(&heard)), (1, 1), "{variant}");
        for (step, field) in [(secret, "fingerprint"), ("tls.session_keys", "fingerprints")] {
            assert_eq!(values(&left.events, step, field), values(&heard, step, field), "{variant}");
        }
        for events in [&left.events, &heard] {
            let equal = values(events, "tls.finished", "equal");
            assert_eq!(equal, [true, true], "{variant}");
        }
        let inferred = left.events.iter().chain(&heard);
        let mut inferred = inferred.filter(|event| event.evidence == Evidence::Inferred);
        assert!(inferred.all(|event| event.step.is_summary()), "{variant}");
    }
}

#[kit::test]
fn the_three_randoms_of_the_notes_make_the_session() {
    let mut server = server(&["--variant", "rsa"]);
    let left = tls_client(&server.addr.to_string(), &["--variant", "rsa"]);
    let heard = server.after_connections(1);
    for events in [&left.events, &heard] {
        let only = |step, field| match values(events, step, field).as_slice() {
            [only] => (*only).clone(),
            several => panic!("{step}: {several:?}"),
        };
        assert_eq!(only("tls.client_hello", "cipher_suites"), json!(["TLS_RSA_WITH_AES_128_GCM_SHA256"]));
        assert_eq!(only("tls.certificate", "public_key"), "RSA 2048 bit");
        assert_eq!(only("tls.pre_master_secret", "length"), 48);
        assert_eq!(only("tls.pre_master_secret", "client_version"), "TLS 1.2");
        let encrypted = only("tls.client_key_exchange", "encrypted_pre_master_secret");
        let starts = only("tls.pre_master_secret", "encrypted_starts_with");
        assert!(encrypted.as_str().unwrap_or_default().starts_with(starts.as_str().unwrap_or("?")));
        assert_eq!(only("tls.session_keys", "derivation"), "PRF with SHA-256");
        assert_eq!(only("tls.session_keys", "prf_label"), "master secret");
        assert_eq!(only("tls.session_keys", "equal"), true);
        assert_eq!(only("tls.handshake_complete", "equal_to_what_crossed"), true);
        assert_eq!(only("tls.handshake_complete", "handshake_messages"), 7);
        let ids: Vec<_> = events.iter().map(|event| event.step.id()).collect();
        assert!(!ids.contains(&"tls.server_key_exchange") && !ids.contains(&"tls.new_session_ticket"));
    }
    // The server's is a decryption of the very bytes that crossed, the client's is what it says it made.
    let evidence = |events: &[claims::Event]| {
        events.iter().find(|event| event.step.id() == "tls.pre_master_secret").map(|event| event.evidence)
    };
    assert_eq!(evidence(&heard), Some(Evidence::Wire));
    assert_eq!(evidence(&left.events), Some(Evidence::Callback));
}

#[kit::test]
fn the_server_has_a_port_for_static_rsa_beside_the_other() {
    let mut server = server(&[]);
    let rsa = server.said("for static RSA").expect("it says where");
    let left = tls_client(&rsa, &["--variant", "rsa"]);
    assert!(left.status.success(), "{}", left.stderr);
    let wrong = tls_client(&rsa, &["--variant", "ecdhe"]);
    assert!(!wrong.status.success() && wrong.stderr.contains("handshake_failure"), "{}", wrong.stderr);
    let heard = server.after_connections(2);
    let last: Vec<_> = heard.into_iter().filter(|event| event.step.is_summary()).skip(1).collect();
    assert!(bench::reason(&last).contains("TLS_RSA_WITH_AES_128_GCM_SHA256"));
}

#[kit::test]
fn the_three_variants_are_laid_side_by_side_in_80_columns() {
    let table = [
        ("t1", "as noted", "as noted", "differs", "与笔记一致", "与笔记一致", "不同"),
        ("t4", "as noted", "differs", "absent", "与笔记一致", "不同", "没有"),
        ("t5", "as noted", "as noted", "as noted", "与笔记一致", "与笔记一致", "与笔记一致"),
        ("t8", "as noted", "differs", "absent", "与笔记一致", "不同", "没有"),
        ("t14", "as noted", "as noted", "as noted", "与笔记一致", "与笔记一致", "与笔记一致"),
    ];
    for lang in ["en", "zh"] {
        let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
        lab.args(["tls", "--variant", "all", "-q", "--lang", lang, "--certs"]).arg(bench::key(""));
        let (status, lines) = common::Running::start(&mut lab).wait_text();
        assert!(status.success() && lines.iter().all(|line| line.width() <= 80), "{lines:#?}");
        for (claim, rsa, ecdhe, tls13, rsa_zh, ecdhe_zh, tls13_zh) in table {
            let row =
                if lang == "en" { [claim, rsa, ecdhe, tls13] } else { [claim, rsa_zh, ecdhe_zh, tls13_zh] };
            let is_row =
                |line: &String| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).eq(row);
            assert!(lines.iter().any(is_row), "{row:?} is not in {lines:#?}");
        }
    }
}

#[kit::test]
fn a_relabelled_recording_keeps_its_verdicts() {
    let server = server(&[]);
    let left = tls_client(&server.addr.to_string(), &["--variant", "ecdhe"]);
    let mut past = claims::Judge::default();
    for mut event in left.events {
        event.variant = Some("tls13".into());
        if !event.step.is_summary() {
            assert_eq!(past.judge(&event), event.claims, "{}", event.step);
        }
    }
}

#[kit::test]
fn a_record_that_did_not_arrive_has_no_event() {
    for variant in ["ecdhe", "tls13"] {
        for from in [Side::Client, Side::Server] {
            let mut before: Vec<Vec<&'static str>> = Vec::new();
            for k in 0..=3 {
                let mut server = server(&[]);
                let between = cut_before(server.addr, from, k);
                let left = tls_client(&between, &["--variant", variant]);
                let heard = server.after_connections(1);
                let log = if from == Side::Server { &left.events } else { &heard };
                let received: Vec<_> =
                    told(log, Direction::Received).into_iter().map(|(id, _, _)| id).collect();
                assert_eq!(received.is_empty(), k == 0, "{variant} {from:?} {k}: {received:?}");
                assert_eq!(summary(log).text("outcome"), "failed", "{variant} {from:?} {k}");
                if let Some(fewer) = before.last() {
                    assert!(received.starts_with(fewer) && received.len() > fewer.len(), "{received:?}");
                }
                before.push(received);
            }
        }
    }
}

/// A TCP proxy for one connection that ends both sides instead of handing on record `k` of `from`, counted from 0.
fn cut_before(to: SocketAddr, from: Side, k: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let here = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        let (client, _) = listener.accept().expect("the client comes");
        let server = TcpStream::connect(to).expect("the server listens");
        let clone = |stream: &TcpStream| stream.try_clone().expect("a descriptor is left");
        let (source, sink) = (clone(&client), clone(&server));
        let cut = move |side| (side == from).then_some(k);
        thread::spawn(move || carry(source, sink, cut(Side::Client)));
        carry(server, client, cut(Side::Server));
    });
    here.to_string()
}

/// Carries whole records, `most` of them.
fn carry(mut source: TcpStream, mut sink: TcpStream, most: Option<usize>) {
    let mut record = || {
        let mut record = vec![0; 5];
        source.read_exact(&mut record).ok()?;
        let length = usize::from(u16::from_be_bytes([record[3], record[4]]));
        record.resize(5 + length, 0);
        source.read_exact(&mut record[5..]).ok()?;
        Some(record)
    };
    let mut count = 0;
    while let Some(record) = record() {
        if most == Some(count) || sink.write_all(&record).is_err() {
            break;
        }
        count += 1;
    }
    drop(sink.shutdown(Shutdown::Both));
    drop(source.shutdown(Shutdown::Both));
}

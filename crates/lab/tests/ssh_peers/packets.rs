//! What is opened after NEWKEYS, under every cipher. That it is what sshd says it sent and received, in order, the
//! oracle tells.

use std::process::Command;

use claims::Event;
use steps::{Side, ssh::Step as Ssh};

use crate::{
    bench::{Bench, Run, all, assert_success, keygen_as, of},
    common::ByName as _,
};

/// What sshd is told to allow, what our client is told to ask for, and what both come to.
struct Case {
    sshd: &'static str,
    client: &'static [&'static str],
    kex: &'static str,
    cipher: &'static str,
}

const CASES: [Case; 5] = [
    Case { sshd: "", client: &[], kex: "curve25519-sha256", cipher: "chacha20-poly1305@openssh.com" },
    Case {
        sshd: "",
        client: &["--rekey"],
        kex: "curve25519-sha256",
        cipher: "chacha20-poly1305@openssh.com",
    },
    Case {
        sshd: "Ciphers aes256-gcm@openssh.com\nHostKeyAlgorithms ecdsa-sha2-nistp256\n",
        client: &["--kex", "diffie-hellman-group14-sha256"],
        kex: "diffie-hellman-group14-sha256",
        cipher: "aes256-gcm@openssh.com",
    },
    Case {
        sshd: "Ciphers aes256-ctr\nMACs hmac-sha2-512-etm@openssh.com\nHostKeyAlgorithms rsa-sha2-512\n",
        client: &["--rekey"],
        kex: "curve25519-sha256",
        cipher: "aes256-ctr",
    },
    Case {
        sshd: "Ciphers aes128-ctr\nMACs hmac-sha2-256\nHostKeyAlgorithms ecdsa-sha2-nistp384\n",
        client: &["--kex", "diffie-hellman-group-exchange-sha256"],
        kex: "diffie-hellman-group-exchange-sha256",
        cipher: "aes128-ctr",
    },
];

#[kit::test]
fn all_that_sshd_sends_is_opened_and_verified_under_every_cipher() {
    let Some(bench) = Bench::new() else { return };
    let mut host_keys = String::new();
    for (name, kind) in
        [("p256", &["ecdsa", "-b", "256"][..]), ("p384", &["ecdsa", "-b", "384"]), ("rsa", &["rsa"])]
    {
        let path = bench.dir(&format!("host_{name}"));
        keygen_as(&path, kind);
        host_keys += &format!("HostKey {}\n", path.display());
    }
    let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
    for case in &CASES {
        let Some(sshd) = bench.sshd_with(&format!("{}{host_keys}", case.sshd)) else {
            return;
        };
        let destination = format!("{}@127.0.0.1:{}", user.trim(), sshd.port);
        let arguments = [&["--strict", "no"], case.client, &["--", "echo", "$((6*7))"]].concat();
        let run = bench.client_to(&destination, sshd.port, &arguments);
        assert_success(&run.output);
        let negotiated = of(&run.events, Ssh::Negotiated);
        assert_eq!(negotiated.text("kex_algorithm"), case.kex);
        assert_eq!(negotiated.text("encryption_algorithm_client_to_server"), case.cipher);

        everything_is_opened(&run.events);
        let rekeyed = case.client.contains(&"--rekey");
        exchanges(&run, if rekeyed { 2 } else { 1 });
    }
}

/// After NEWKEYS, whatever crossed was opened, and its tag verified.
fn everything_is_opened(events: &[Event]) {
    for sender in [Side::Client, Side::Server] {
        let sent = events.iter().filter(|event| event.sender() == Some(sender));
        let mut after = sent.skip_while(|event| event.step != Ssh::Encrypted.into()).skip(1).peekable();
        assert!(after.peek().is_some());
        for event in after {
            assert_eq!(event.fields["tag_verified"], true, "{}", event.step);
        }
    }
}

/// Every exchange hash is signed by the host key, and the first is the session identifier for good.
fn exchanges(run: &Run, count: usize) {
    let hashes: Vec<_> = all(&run.events, Ssh::ExchangeHash).collect();
    assert_eq!(hashes.len(), count);
    for (n, hash) in hashes.iter().enumerate() {
        assert_eq!(hash.text("signature"), "verified");
        assert_eq!(hash.text("session_identifier"), hashes[0].text("exchange_hash"));
        assert_eq!(hash.fields["is_session_identifier"], n == 0);
    }
    // russh computes the session identifier itself, and the client signs it.
    let signed = of(&run.events, Ssh::SignedRequest);
    assert_eq!(signed.text("session_identifier"), hashes[0].text("exchange_hash"));
    assert_eq!(
        (&signed.fields["signature"], &signed.fields["is_exchange_hash"]),
        (&"verified".into(), &true.into())
    );
    assert_eq!(of(&run.events, Ssh::PublickeySignature).text("signature"), "verified");
}

#[kit::test]
fn of_a_hybrid_russh_tells_one_half_and_the_log_says_so() {
    let Some(bench) = Bench::new() else { return };
    let server = bench.server(&["--kex", "mlkem768x25519-sha256"]);
    let run = bench.client(server.port, &["--strict", "no"]);
    assert_success(&run.output);
    assert_eq!(run.field(Ssh::Negotiated, "kex_algorithm"), "mlkem768x25519-sha256");
    assert!(of(&run.events, Ssh::Unopened).fields["reason"]["en"].to_string().contains("two secrets"));
    let hash = of(&run.events, Ssh::ExchangeHash);
    assert_eq!((hash.text("signature"), &hash.fields["recomputed"]), ("verified", &false.into()));
    assert_eq!(hash.text("exchange_hash"), of(&run.events, Ssh::SignedRequest).text("session_identifier"));
    assert!(run.has(Ssh::AuthSuccess) && run.has(Ssh::ExitStatus), "the calls tell the rest");
    let none = bench.client(server.port, &["--strict", "no", "--kex", "curve25519-sha256"]);
    assert!(
        !none.output.status.success() && none.stderr().contains("mlkem768x25519-sha256"),
        "{}",
        none.stderr()
    );
}

#[kit::test]
fn in_one_process_the_clients_secret_opens_the_servers_packets_too() {
    let Some(bench) = Bench::new() else { return };
    let lab = Command::new(env!("CARGO_BIN_EXE_lab"))
        .args(["ssh", "--format", "json", "--certs"])
        .arg(bench.dir("certs"))
        .output()
        .unwrap();
    assert_success(&lab);
    let text = String::from_utf8(lab.stdout).unwrap();
    let events: Vec<Event> = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    for (side, with) in [(Side::Client, "this side's secret"), (Side::Server, "the client's secret")] {
        let seen: Vec<_> = events.iter().filter(|event| event.side == side).cloned().collect();
        for opened in all(&seen, Ssh::ServiceRequest).chain(all(&seen, Ssh::ExchangeHash)) {
            assert_eq!(opened.text("opened_with"), with);
        }
        assert_eq!(all(&seen, Ssh::ServiceRequest).count(), 2, "two visits");
    }
    let hashes = |side| {
        let mine = all(&events, Ssh::ExchangeHash).filter(move |event| event.side == side);
        mine.map(|event| event.text("exchange_hash").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(hashes(Side::Client), hashes(Side::Server));
    // A server alone says that it opens nothing.
    let server = bench.server(&[]);
    assert_success(&bench.client(server.port, &["--strict", "no"]).output);
    let there = server.connection(0);
    assert!(of(&there, Ssh::Unopened).fields["reason"]["zh"].to_string().contains("russh"));
    assert_eq!(all(&there, Ssh::ExchangeHash).count(), 0);
}

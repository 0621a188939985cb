//! Why it failed, by real peers: each ends the connection in a way of its own, and the rule that recognises it is named
//! in the summary. What a near peer does is told by another rule.

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    process::Command,
    thread,
};

use socket2::SockRef;
use steps::{ssh::Step as Ssh, summary::RULE};

use crate::bench::{Bench, Run, assert_success, keygen_as, of};
use crate::common::ByName as _;

/// Visits a peer of so many words, who then does as `end` has it.
fn at_a_peer(bench: &Bench, words: &'static [u8], end: fn(&mut TcpStream)) -> Run {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let peer = thread::spawn(move || {
        let (mut peer, _) = listener.accept().unwrap();
        // With the client's first bytes read, an end of TCP is a FIN.
        drop(peer.read(&mut [0; 4096]));
        peer.write_all(words).unwrap();
        end(&mut peer);
    });
    let run = bench.client(port, &["--strict", "accept-new"]);
    peer.join().unwrap();
    run
}

fn fin(peer: &mut TcpStream) {
    peer.shutdown(Shutdown::Write).unwrap();
    drop(peer.read_to_end(&mut Vec::new()));
}

fn rst(peer: &mut TcpStream) {
    SockRef::from(&*peer).set_linger(Some(std::time::Duration::ZERO)).unwrap();
}

fn assert_rule(run: &Run, rule: &str, says: &str) {
    let summary = of(&run.events, Ssh::Summary);
    assert_eq!(summary.get(RULE), Some(rule), "{}", run.stderr());
    assert!(run.stderr().contains(says), "`{says}` is missing in: {}", run.stderr());
    let said = summary.failure().expect("it failed");
    for foreign in ["os error", "Other(", "Context", "docs.rs", "russh"] {
        assert!(!said.en.contains(foreign) && !said.zh.contains(foreign), "{said:?}");
    }
}

#[kit::test]
fn a_server_that_lets_nobody_in_is_told_by_what_it_said_and_how_it_ended() {
    let Some(bench) = Bench::new() else { return };
    certs::ensure(&bench.dir("certs")).unwrap();
    // SSH_MSG_DISCONNECT in the clear: length, padding, message, reason 1, description, language, padding.
    const DISCONNECT: &[u8] =
        b"SSH-2.0-x\r\n\0\0\0\x1c\x06\x01\0\0\0\x01\0\0\0\x08go away!\0\0\0\0\0\0\0\0\0\0";
    for (words, end, rule, says) in [
        (
            &b"Exceeded MaxStartups\r\n"[..],
            fin as fn(&mut TcpStream),
            "ssh.too_many_connections",
            "MaxStartups",
        ),
        (b"Not allowed at this time\r\n", fin, "ssh.not_now", "penalty"),
        (b"421 busy\r\n", fin, "ssh.words_instead", "“421 busy”"),
        (b"", fin, "ssh.no_identification", "(FIN)"),
        (b"", rst, "ssh.no_identification", "(RST)"),
        (b"SSH-2.0-x\r\n", fin, "ssh.gone_after_identification", "(FIN)"),
        (DISCONNECT, fin, "ssh.disconnected", "“go away!”"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", fin, "ssh.another_protocol", "“HTTP/1.1 400 Bad Request”"),
        (b"SSH-1.5-old\r\n", fin, "ssh.another_version", "“SSH-1.5-old”"),
    ] {
        assert_rule(&at_a_peer(&bench, words, end), rule, says);
    }
}

/// The user as which the tests run, at an sshd of theirs.
fn at_sshd(bench: &Bench, config: &str, arguments: &[&str]) -> Option<Run> {
    let sshd = bench.sshd_with(config)?;
    let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
    let destination = format!("{}@127.0.0.1:{}", user.trim(), sshd.port);
    Some(bench.client_to(&destination, sshd.port, &[&["--strict", "accept-new"], arguments].concat()))
}

#[kit::test]
fn an_sshd_that_logs_in_and_then_refuses_is_told_by_its_own_words() {
    let Some(bench) = Bench::new() else { return };
    let Some(run) = at_sshd(&bench, "MaxSessions 0\n", &[]) else { return };
    assert_rule(&run, "ssh.channel_refused", "opens no channel");
    let run = at_sshd(&bench, "KexAlgorithms diffie-hellman-group14-sha1\n", &[]).unwrap();
    assert_rule(&run, "ssh.no_common_algorithm", "bring the server up to date");
    let run = at_sshd(&bench, "AuthenticationMethods publickey,publickey\n", &[]).unwrap();
    assert_rule(&run, "ssh.accepted_in_part", "accepted the key");
    let run = at_sshd(
        &bench,
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\n",
        &["--methods", "password"],
    )
    .unwrap();
    assert_rule(&run, "ssh.password_login_off", "takes no passwords");

    // What is no failure of the connection is the program's all the same.
    let forced = at_sshd(&bench, "ForceCommand echo 'no shell here' >&2; exit 3\n", &[]).unwrap();
    assert!(forced.stderr().contains("status 3: “no shell here”"), "{}", forced.stderr());
    let killed = at_sshd(&bench, "PrintMotd no\n", &["--", "kill -9 $$"]).unwrap();
    assert!(killed.stderr().contains("the signal KILL"), "{}", killed.stderr());
    for run in [&forced, &killed] {
        assert_eq!(of(&run.events, Ssh::Summary).text("outcome"), "complete");
    }
}

#[kit::test]
fn an_sshd_that_is_only_unusual_is_got_along_with() {
    let Some(bench) = Bench::new() else { return };
    let banner = bench.dir("banner");
    fs::write(&banner, "\u{1b}[31mAuthorised use only\nline two\n").unwrap();
    let Some(run) = at_sshd(&bench, &format!("Banner {}\n", banner.display()), &["--", "echo", "hi"]) else {
        return;
    };
    assert_success(&run.output);
    assert!(run.stderr().contains("| \\u{1b}[31mAuthorised use only\n| line two"), "{}", run.stderr());
    // Keys that are exchanged anew again and again.
    let run = at_sshd(&bench, "RekeyLimit 1K\n", &["--", "seq", "1", "3000"]).unwrap();
    assert_success(&run.output);
    let run = at_sshd(&bench, "KexAlgorithms ecdh-sha2-nistp384\n", &["--", "true"]).unwrap();
    assert_success(&run.output);
    assert!(!run.has(Ssh::Unopened), "its packets are opened too");
}

#[kit::test]
fn a_host_that_is_known_by_its_rsa_key_is_asked_for_that_one() {
    let Some(bench) = Bench::new() else { return };
    let rsa = bench.dir("rsa_host_key");
    keygen_as(&rsa, &["rsa", "-b", "2048"]);
    let Some(sshd) = bench.sshd_with(&format!("HostKey {}\n", rsa.display())) else { return };
    let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
    let destination = format!("{}@127.0.0.1:{}", user.trim(), sshd.port);
    let public = fs::read_to_string(rsa.with_extension("pub")).unwrap();
    let known = bench.dir("known_by_rsa");
    let client = |line: String| {
        fs::write(&known, line).unwrap();
        let file = known.display().to_string();
        bench.client_to(&destination, sshd.port, &["--known-hosts", &file, "--strict", "yes", "--", "true"])
    };
    let run = client(format!("[127.0.0.1]:{} {public}", sshd.port));
    assert_success(&run.output);
    assert_eq!(of(&run.events, Ssh::HostKeyCheck).text("key_type"), "ssh-rsa");
    // A record without the port speaks for it as well; a CA does not.
    assert_success(&client(format!("127.0.0.1 {public}")).output);
    let run = client(format!("@cert-authority * {public}"));
    assert_rule(&run, "ssh.host_certificate_only", "@cert-authority");
}

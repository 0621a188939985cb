//! Our SSH pair, and each half of it with OpenSSH: what we log and what the peer says of itself must agree.
//!
//! `ssh`, `sshd` and `ssh-keygen` must be installed; where `CI` is set, a missing one fails the test.

kit::runner!();

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use bench::{Bench, Contains, all, assert_in_order, assert_success, free_port, keygen, of};
use claims::{Claim, Event, Verdict};
use common::{ByName, binary, require};
use steps::{Evidence, Step, ssh::Step as Ssh};

#[path = "../common/mod.rs"]
mod common;

mod bench;
mod causes;
mod certificates;
mod dropbear;
mod input;
mod keys;
mod login;
mod packets;
mod shell;
mod strangers;

#[kit::test]
fn the_first_run_adds_the_host_the_second_knows_it_and_a_new_key_is_refused() {
    let Some(bench) = Bench::new() else { return };
    let server = bench.server(&[]);

    let first = bench.client(server.port, &["--strict", "accept-new", "--", "echo", "hello"]);
    assert_success(&first.output);
    assert_eq!(first.verdict(Claim::S7), Some(Verdict::Depends), "nobody was asked");
    assert_eq!(first.verdict(Claim::S8), None);
    assert_eq!(first.field(Ssh::ChannelData, "text"), "hello");
    for (claim, verdict) in [
        (Claim::S1, Verdict::AsNoted),
        (Claim::S2, Verdict::Depends),
        (Claim::S3, Verdict::AsNoted),
        (Claim::S4, Verdict::AsNoted),
        (Claim::S5, Verdict::AsNoted),
        (Claim::S6, Verdict::Differs),
        (Claim::S10, Verdict::AsNoted),
        (Claim::S11, Verdict::Differs),
        (Claim::S12, Verdict::AsNoted),
    ] {
        assert_eq!(first.verdict(claim), Some(verdict), "{}", claim.id());
        // s3 is what both lists give: it follows from them, and no packet says it.
        let follows = claim == Claim::S3;
        let seen = |event: &&Event| event.evidence != Evidence::Inferred || follows;
        let shown =
            first.events.iter().filter(seen).any(|event| event.claims.iter().any(|it| it.id == claim));
        assert!(shown, "{} rests on more than inference", claim.id());
    }

    let second = bench.client(server.port, &[]);
    assert_success(&second.output);
    assert_eq!(second.verdict(Claim::S8), Some(Verdict::AsNoted));
    assert_eq!(second.verdict(Claim::S7), None);
    assert_eq!(second.field(Ssh::ChannelData, "text"), "demo");

    // Both sides saw the same bytes: cookies, fingerprints and the order of the handshake.
    let there = server.connection(0);
    assert_eq!(of(&there, Ssh::Kexinit).fields["cookie"].as_str().map(str::len), Some(32));
    let cookies = |events: &[Event]| {
        let mut cookies: Vec<_> = all(events, Ssh::Kexinit).map(|it| it.text("cookie").to_owned()).collect();
        cookies.sort();
        cookies
    };
    assert_eq!(cookies(&there), cookies(&first.events));
    for step in [Ssh::KeyExchangeReply, Ssh::Negotiated] {
        assert_eq!(of(&there, step).fields, of(&first.events, step).fields);
    }
    assert_eq!(of(&there, Ssh::PublickeySignature).fields["asked_before"], true);
    assert_eq!(of(&there, Ssh::Summary).text("outcome"), "complete");
    drop(server);

    keygen(&bench.dir("certs").join("ssh_host_ed25519_key"));
    let server = bench.server(&["--listen", &format!("127.0.0.1:{}", free_port())]);
    let file = bench.dir("certs/known_hosts");
    let moved = fs::read_to_string(&file).unwrap().replace(&first.port.to_string(), &server.port.to_string());
    fs::write(&file, &moved).unwrap();
    let third = bench.client(server.port, &["--strict", "accept-new"]);
    assert!(!third.output.status.success());
    assert_eq!(third.verdict(Claim::S9), Some(Verdict::AsNoted));
    let check = of(&third.events, Ssh::HostKeyCheck);
    let message = third.stderr();
    for told in [check.text("fingerprint"), check.text("recorded_fingerprint"), "known_hosts line 1"] {
        assert!(message.contains(told), "{told} is missing in: {message}");
    }
    assert!(!third.has(Ssh::SessionKey) && !third.has(Ssh::AuthSuccess));
    assert_eq!(fs::read_to_string(&file).unwrap(), moved, "the file is left alone");
}

#[kit::test]
fn where_nobody_can_be_asked_an_unknown_host_is_refused_and_the_flag_is_named() {
    let Some(bench) = Bench::new() else { return };
    let server = bench.server(&[]);
    for (strict, says) in [("ask", "--strict accept-new"), ("yes", "--strict yes refuses unknown hosts")] {
        let run = bench.client(server.port, &["--strict", strict]);
        assert!(!run.output.status.success());
        assert!(run.stderr().contains(says), "{}", run.stderr());
        assert_eq!(run.verdict(Claim::S7), Some(Verdict::Depends));
        assert!(!bench.dir("certs/known_hosts").exists(), "nothing is added");
    }
    let run = bench.client(server.port, &["--strict", "no"]);
    assert_success(&run.output);
    assert!(run.stderr().contains("anybody could be in the middle"), "{}", run.stderr());
    assert!(!bench.dir("certs/known_hosts").exists(), "nothing is added");
}

#[kit::test]
fn at_a_terminal_the_user_is_asked_and_decides() {
    let Some(bench) = Bench::new() else { return };
    if !require("script") {
        return;
    }
    let server = bench.server(&[]);
    let answered = |answer: &str| {
        let client = binary("client").display().to_string();
        let (certs, port) = (bench.dir("certs"), server.port);
        let line = format!("{client} ssh demo@127.0.0.1:{port} --certs {} --format json", certs.display());
        // It gives the command a terminal of its own.
        let mut script = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut keyboard = script.stdin.take().unwrap();
        keyboard.write_all(answer.as_bytes()).unwrap();
        let output = script.wait_with_output().unwrap();
        drop(keyboard);
        let screen = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(screen.contains("ssh-ed25519 SHA256:"), "the question shows the fingerprint: {screen}");
        let starts = screen.lines().filter_map(|line| line.find("{\"v\":").map(|at| &line[at..]));
        let events: Vec<Event> = starts.map(|line| serde_json::from_str(line.trim()).expect(line)).collect();
        (output.status.success(), of(&events, Ssh::HostKeyCheck).clone())
    };
    let (success, check) = answered("perhaps\nno\n");
    assert!(!success && check.fields["accepted"] == false && !bench.dir("certs/known_hosts").exists());
    assert_eq!(check.text("decided_by"), "user");

    let (success, check) = answered("yes\n");
    assert!(success && check.fields["added"] == true);
    assert_eq!(check.claims[0].id, Claim::S7);
    assert_eq!(check.claims[0].verdict, Verdict::AsNoted);

    fs::remove_file(bench.dir("certs/known_hosts")).unwrap();
    let print = check.text("fingerprint").to_owned();
    assert!(answered(&format!("{print}\n")).0, "the fingerprint is as good as a yes");
}

#[kit::test]
fn a_key_that_is_not_on_the_list_is_refused() {
    let Some(bench) = Bench::new() else { return };
    let server = bench.server(&[]);
    let other = bench.dir("other");
    keygen(&other);
    let run = bench.client(server.port, &["--strict", "accept-new", "--identity", other.to_str().unwrap()]);
    assert!(!run.output.status.success());
    assert!(run.stderr().contains("authorized_keys"), "{}", run.stderr());
    assert!(run.has(Ssh::AuthFailure) && !run.has(Ssh::PublickeySignature));
    assert_eq!(of(&server.connection(0), Ssh::PublickeyQuery).text("answer"), "reject");
}

#[kit::test]
fn openssh_and_our_server_tell_the_same_story() {
    let Some(bench) = Bench::new() else { return };
    let server = bench.server(&[]);
    let ssh_for = |destination: &str, arguments: &[&str], command: &[&str]| {
        let known_hosts = format!("UserKnownHostsFile={}", bench.dir("openssh_known_hosts").display());
        let identity = bench.dir("certs/id_ed25519");
        Command::new("ssh")
            .args(["-vvv", "-F", "none", "-p", &server.port.to_string(), "-i", identity.to_str().unwrap()])
            .args(["-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"])
            .args(["-o", "StrictHostKeyChecking=accept-new", "-o", &known_hosts])
            .args(["-o", "GlobalKnownHostsFile=/dev/null"])
            .args(arguments)
            .arg(destination)
            .args(command)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    let ssh =
        |destination: &str, arguments: &[&str]| ssh_for(destination, arguments, &["echo", "hello there"]);
    let output = ssh("demo@127.0.0.1", &[]);
    assert_success(&output);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "hello there\n");
    let account = String::from_utf8_lossy(&output.stderr).into_owned();
    let events = server.connection(0);

    assert_eq!(of(&events, Ssh::Summary).text("outcome"), "complete");
    let handshake: Vec<_> = events.iter().map(|event| event.step).filter(|step| *step != TCP).collect();
    assert_in_order(
        &handshake,
        &[
            Ssh::Identification,
            Ssh::Kexinit,
            Ssh::Negotiated,
            Ssh::KeyExchangeInit,
            Ssh::KeyExchangeReply,
            Ssh::Newkeys,
            Ssh::Encrypted,
            Ssh::AuthNone,
            Ssh::PublickeyQuery,
            Ssh::PublickeySignature,
            Ssh::AuthSuccess,
            Ssh::ChannelOpen,
            Ssh::Exec,
            Ssh::Summary,
        ]
        .map(Step::from),
    );
    assert_in_order(
        &account.lines().collect::<Vec<_>>(),
        &[
            "SSH2_MSG_KEXINIT sent",
            "SSH2_MSG_KEXINIT received",
            "kex: algorithm:",
            "expecting SSH2_MSG_KEX_ECDH_REPLY",
            "Server host key:",
            "SSH2_MSG_NEWKEYS sent",
            "SSH2_MSG_NEWKEYS received",
            "Server accepts key:",
            "Authenticated to",
            "Sending command:",
        ]
        .map(Contains),
    );
    let negotiated = of(&events, Ssh::Negotiated);
    let word = |after: &str| {
        let line =
            account.lines().find_map(|line| line.split_once(after)).unwrap_or_else(|| panic!("{after}"));
        line.1.split_whitespace().next().unwrap_or_default().to_owned()
    };
    assert_eq!(negotiated.text("kex_algorithm"), word("kex: algorithm: "));
    assert_eq!(negotiated.text("server_host_key_algorithm"), word("kex: host key algorithm: "));
    assert_eq!(
        negotiated.text("encryption_algorithm_client_to_server"),
        word("kex: client->server cipher: ")
    );
    assert_eq!(
        of(&events, Ssh::KeyExchangeReply).text("host_key_fingerprint"),
        word("host key: ssh-ed25519 ")
    );
    let offered = of(&events, Ssh::PublickeyQuery).text("public_key_fingerprint").to_owned();
    assert!(account.contains(&format!("ED25519 {offered}")), "{offered}");

    // Other methods, whose messages have other names or other numbers.
    for (n, method) in [
        (1, "diffie-hellman-group14-sha256"),
        (2, "diffie-hellman-group-exchange-sha256"),
        (3, "curve25519-sha256@libssh.org"),
    ] {
        let output = ssh("demo@127.0.0.1", &["-o", &format!("KexAlgorithms={method}")]);
        assert_success(&output);
        let events = server.connection(n);
        let reply = of(&events, Ssh::KeyExchangeReply);
        assert_eq!(reply.text("kex_algorithm"), method);
        let account = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(account.contains(reply.text("host_key_fingerprint")));
        assert_eq!(events.iter().any(|it| it.step == Ssh::GroupRequest.into()), method.contains("exchange"));
    }

    // A shell on a terminal; nobody is at the keyboard, so it ends at once.
    let output = ssh_for("demo@127.0.0.1", &["-tt"], &[]);
    assert_success(&output);
    assert!(String::from_utf8_lossy(&output.stdout).contains("A demo shell"));
    let asked: Vec<_> = all(&server.connection(4), Ssh::ChannelRequest)
        .map(|it| it.text("request_type").to_owned())
        .filter(|kind| kind != "env")
        .collect();
    assert_eq!(asked, ["pty-req", "shell"]);

    // A subsystem is refused; nobody else may log in.
    let output = ssh("demo@127.0.0.1", &["-s"]);
    assert!(!output.status.success());
    let refused = server.connection(5);
    assert_eq!(of(&refused, Ssh::ChannelRequest).text("answer"), "failure");
    assert!(!ssh("root@127.0.0.1", &[]).status.success());
    assert_eq!(of(&server.connection(6), Ssh::Summary).text("outcome"), "failed");
}

#[kit::test]
fn our_client_and_sshd_tell_the_same_story() {
    let Some(bench) = Bench::new() else { return };
    let Some(sshd) = bench.sshd() else { return };
    let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
    let destination = format!("{}@127.0.0.1:{}", user.trim(), sshd.port);
    let run = bench.client_to(&destination, sshd.port, &["--strict", "accept-new", "--", "echo", "$((6*7))"]);
    assert_success(&run.output);
    // At this log level sshd's own child chats on the error stream, ahead of the command.
    let output = all(&run.events, Ssh::ChannelData).find(|event| event.text("stream") == "data");
    assert_eq!(output.expect("output").text("text"), "42");
    assert_eq!(run.field(Ssh::ExitStatus, "exit_status"), 0);
    let handshake: Vec<_> = run.events.iter().map(|event| event.step).filter(|step| *step != TCP).collect();
    assert_in_order(
        &handshake,
        &[
            Ssh::Identification,
            Ssh::Negotiated,
            Ssh::KeyExchangeInit,
            Ssh::KeyExchangeReply,
            Ssh::HostKeyCheck,
            Ssh::SessionKey,
            Ssh::AuthMethods,
            Ssh::PublickeyOk,
            Ssh::PublickeySignature,
            Ssh::AuthSuccess,
            Ssh::ChannelConfirmed,
            Ssh::ChannelReply,
            Ssh::ExitStatus,
            Ssh::ChannelClose,
            Ssh::Summary,
        ]
        .map(Step::from),
    );
    let account = sshd.wait_for("Disconnected from user");
    assert_in_order(
        &account.iter().map(String::as_str).collect::<Vec<_>>(),
        &[
            "SSH2_MSG_KEXINIT sent",
            "SSH2_MSG_KEXINIT received",
            "kex: algorithm: curve25519-sha256",
            "expecting SSH2_MSG_KEX_ECDH_INIT",
            "SSH2_MSG_NEWKEYS",
            "userauth-request for user",
            "Postponed publickey",
            "Accepted publickey for",
            "Disconnected from user",
        ]
        .map(Contains),
    );
    let all = account.join("\n");
    let signed = of(&run.events, Ssh::PublickeySignature);
    assert!(all.contains(signed.text("public_key_fingerprint")));
    let print = Command::new("ssh-keygen")
        .args(["-l", "-f", bench.dir("certs/ssh_host_ed25519_key.pub").to_str().unwrap()])
        .output()
        .unwrap();
    let shown = of(&run.events, Ssh::KeyExchangeReply).text("host_key_fingerprint").to_owned();
    assert!(String::from_utf8_lossy(&print.stdout).contains(&shown));
    assert_eq!(of(&run.events, Ssh::HostKeyCheck).text("fingerprint"), shown);

    // A command that fails is the command's affair, and its exit code ours, as with `ssh`; 255 where it has none.
    for (command, code, says) in [("exit 7", 7, "status 7"), ("kill -9 $$", 255, "signal")] {
        let run = bench.client_to(&destination, sshd.port, &["--", command]);
        assert_eq!(run.output.status.code(), Some(code), "{command}");
        assert!(run.stderr().contains(says), "{}", run.stderr());
        assert_eq!(run.field(Ssh::Summary, "outcome"), "complete");
    }
}

#[kit::test]
fn keys_are_made_on_first_use_and_a_damaged_one_is_named() {
    let Some(bench) = Bench::new() else { return };
    for made in fs::read_dir(bench.dir("certs")).unwrap() {
        fs::remove_file(made.unwrap().path()).unwrap();
    }
    let server = bench.server(&[]);
    assert_success(&bench.client(server.port, &["--strict", "accept-new"]).output);
    drop(server);

    let damaged = bench.dir("damaged");
    fs::create_dir(&damaged).unwrap();
    fs::write(damaged.join("ssh_host_ed25519_key"), "no key\n").unwrap();
    fs::write(damaged.join("id_ed25519"), "no key\n").unwrap();
    for (program, code, option, file, says) in [
        ("server", 1, "--certs", "damaged", "ssh_host_ed25519_key is"),
        ("client", 255, "--identity", "damaged/id_ed25519", "id_ed25519 is no private key"),
        ("client", 255, "--identity", "missing", "missing (`--identity` takes another key"),
    ] {
        let output =
            Command::new(binary(program)).args(["ssh", option]).arg(bench.dir(file)).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{message}");
        assert!(message.contains(says) && message.lines().count() == 1, "{message}");
    }
}

const TCP: Step = Step::Tcp(steps::tcp::Step::Established);

//! The ways in: by keys of all kinds, from files and from ssh-agent; by password and by answers, where the server takes
//! them; and that no secret is in anything that was written.

use std::{
    fs,
    io::Read,
    process::{Command, Stdio},
};

use claims::{Claim, Event, Verdict};
use steps::ssh::Step as Ssh;

use crate::{
    bench::{Bench, Contains, Run, Server, all, assert_in_order, assert_success, keygen, of},
    common::{ByName as _, require},
};

/// The verdict on s13 of one side.
fn s13(events: &[Event]) -> Option<Verdict> {
    of(events, Ssh::Summary).claims.iter().find(|it| it.id == Claim::S13).map(|it| it.verdict)
}

fn in_events(events: &[Event]) -> String {
    serde_json::to_string(events).unwrap()
}

/// A visit with a key that the server does not know.
fn with_a_foreign_key(bench: &Bench, server: &Server, more: &[&str]) -> Run {
    let other = bench.dir("other");
    if !other.exists() {
        keygen(&other);
    }
    let args = ["--strict", "accept-new", "--identity", other.to_str().unwrap()];
    bench.client(server.port, &[&args[..], more].concat())
}

#[kit::test]
fn without_password_login_a_foreign_key_is_refused() {
    let Some(bench) = Bench::new() else { return };
    let server = bench.server(&[]);
    let file = bench.password_file("passwords", &[&bench.password()]);
    let run = with_a_foreign_key(&bench, &server, &["--password-file", &file]);
    assert!(!run.output.status.success() && !run.has(Ssh::AuthPassword));
    assert_eq!(run.verdict(Claim::S13), Some(Verdict::AsNoted));
    assert_eq!(s13(&server.connection(0)), Some(Verdict::AsNoted));
}

#[kit::test]
fn with_password_login_the_password_decides() {
    let Some(bench) = Bench::new() else { return };
    let server = bench.server(&["--password-login", "on"]);
    let password = bench.password();
    let right = bench.password_file("right", &["wrong", &password]);
    let wrong = bench.password_file("wrong", &["one", "two", "three", &password]);
    for (n, (method, offered)) in
        [("password", Ssh::AuthPassword), ("keyboard-interactive", Ssh::InteractiveAnswer)].iter().enumerate()
    {
        let methods = format!("publickey,{method}");
        let run = with_a_foreign_key(
            &bench,
            &server,
            &["--methods", &methods, "--password-file", &right, "whoami"],
        );
        assert_success(&run.output);
        assert_eq!(run.field(Ssh::AuthSuccess, "method_name"), *method);
        assert_eq!(run.field(Ssh::ChannelData, "text"), "demo");
        let there = server.connection(2 * n);
        for events in [&run.events, &there] {
            assert_eq!(s13(events), Some(Verdict::AsNoted), "{method}");
            assert_eq!(all(events, *offered).count(), 2, "a wrong one, then the right one");
        }
        let run = with_a_foreign_key(&bench, &server, &["--methods", &methods, "--password-file", &wrong]);
        assert!(run.stderr().contains("refused 3 passwords"), "the fourth is not tried: {}", run.stderr());
        assert_eq!(run.verdict(Claim::S13), Some(Verdict::AsNoted));
        assert_eq!(of(&server.connection(2 * n + 1), Ssh::Summary).text("outcome"), "failed");
    }
    // A password that no key went before is the client's own choice.
    let run = bench.client(server.port, &["--methods", "password", "--password-file", &right]);
    assert_success(&run.output);
    assert_eq!(run.verdict(Claim::S13), Some(Verdict::Depends));
}

#[kit::test]
fn a_server_ends_what_never_comes_to_an_end() {
    let Some(bench) = Bench::new() else { return };
    let server = bench.server(&["--password-login", "on", "--max-auth-tries", "3"]);
    let wrong = bench.password_file("wrong", &["one", "two", "three"]);
    let run = with_a_foreign_key(&bench, &server, &["--password-file", &wrong]);
    assert!(run.stderr().contains("Too many authentication attempts"), "{}", run.stderr());
    let there = server.connection(0);
    assert_eq!(all(&there, Ssh::AuthPassword).count(), 1);
    assert!(server.summary(0).contains("max-auth-tries"), "{}", server.summary(0));
}

#[kit::test]
fn a_password_is_asked_for_at_the_terminal_and_stands_in_no_event() {
    let Some(bench) = Bench::new() else { return };
    let server = bench.server(&["--password-login", "on"]);
    let password = bench.password();
    let mut terminal = bench.client_at_a_terminal(server.port, "--strict accept-new --methods password");
    terminal.answer("demo's password: ", "not this\r");
    terminal.answer("demo's password: ", &format!("{password}\r"));
    let (success, screen, events) = terminal.end();
    assert!(success, "{screen}");
    assert_eq!(of(&events, Ssh::AuthSuccess).text("method_name"), "password");
    // The terminal itself may echo what is typed before the prompt has turned that off; the log never does.
    assert!(!in_events(&events).contains(&password) && !in_events(&events).contains("not this"));

    // Where there is no terminal, the message says what to do.
    let mut command = Command::new("setsid");
    command
        .arg(crate::binary("client"))
        .args(["ssh", "--methods", "password", "--certs"])
        .arg(bench.dir("certs"));
    let output =
        command.arg(format!("demo@127.0.0.1:{}", server.port)).stdin(Stdio::null()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("--password-file"), "{output:?}");
}

/// Makes a key of `kind` and lets it in.
fn another_key(bench: &Bench, name: &str, kind: &[&str], passphrase: &str) -> String {
    let path = bench.dir(name).display().to_string();
    let made =
        Command::new("ssh-keygen").args(["-q", "-N", passphrase, "-f", &path, "-t"]).args(kind).status();
    assert!(made.unwrap().success());
    let list = bench.dir("certs/authorized_keys");
    let keys = fs::read_to_string(&list).unwrap() + &fs::read_to_string(format!("{path}.pub")).unwrap();
    fs::write(list, keys).unwrap();
    path
}

#[kit::test]
fn keys_of_all_kinds_open_the_door_from_a_file_and_from_the_agent() {
    let Some(bench) = Bench::new() else { return };
    if !require("ssh-agent") || !require("ssh-add") {
        return;
    }
    let keys = [
        (another_key(&bench, "p256", &["ecdsa", "-b", "256"], ""), "ecdsa-sha2-nistp256"),
        (another_key(&bench, "p521", &["ecdsa", "-b", "521"], ""), "ecdsa-sha2-nistp521"),
        (another_key(&bench, "rsa", &["rsa", "-b", "2048"], ""), "rsa-sha2-512"),
        (another_key(&bench, "second", &["ed25519"], ""), "ssh-ed25519"),
    ];
    let server = bench.server(&[]);
    for (n, (path, algorithm)) in keys.iter().enumerate() {
        let run = bench.client(server.port, &["--strict", "accept-new", "--identity", path]);
        assert_success(&run.output);
        let there = server.connection(n);
        for signed in [of(&run.events, Ssh::PublickeySignature), of(&there, Ssh::PublickeySignature)] {
            assert_eq!(signed.text("public_key_algorithm_name"), *algorithm);
        }
    }

    // The agent has them all; the first that the server takes is used.
    let socket = bench.dir("agent");
    let mut agent = Command::new("ssh-agent");
    agent.args(["-D", "-a"]).arg(&socket).stdout(Stdio::piped());
    let mut agent = agent.spawn().unwrap();
    // It says where it listens once it does.
    drop(agent.stdout.as_mut().unwrap().read(&mut [0; 64]));
    let other = bench.dir("other");
    keygen(&other);
    for path in [other.to_str().unwrap(), &keys[2].0] {
        let added = Command::new("ssh-add").args(["-q", path]).env("SSH_AUTH_SOCK", &socket).status();
        assert!(added.unwrap().success());
    }
    let client = |socket: &str| {
        let target = format!("demo@127.0.0.1:{}", server.port);
        Command::new(crate::binary("client"))
            .args(["ssh", "--agent", "--format", "json", &target, "--certs"])
            .arg(bench.dir("certs"))
            .env("SSH_AUTH_SOCK", socket)
            .output()
            .unwrap()
    };
    let output = client(socket.to_str().unwrap());
    agent.kill().unwrap();
    agent.wait().unwrap();
    assert_success(&output);
    let there = server.connection(keys.len());
    let answers: Vec<_> = all(&there, Ssh::PublickeyQuery).map(|it| it.text("answer").to_owned()).collect();
    assert_eq!(answers, ["reject", "accept"]);
    assert_eq!(of(&there, Ssh::PublickeySignature).text("public_key_algorithm_name"), "rsa-sha2-512");
    assert_eq!(s13(&there), None, "a key was refused, and the next one let the user in");
    let said = String::from_utf8_lossy(&client("/nonexistent").stderr).into_owned();
    assert!(said.contains("could not reach ssh-agent"), "{said}");
}

#[kit::test]
fn a_key_with_a_passphrase_asks_for_it_once_the_server_would_take_it() {
    let Some(bench) = Bench::new() else { return };
    let locked = another_key(&bench, "locked", &["ed25519"], "open sesame");
    let server = bench.server(&[]);
    let arguments = format!("--strict accept-new --identity {locked}");
    let mut terminal = bench.client_at_a_terminal(server.port, &arguments);
    terminal.answer("Passphrase of ", "no\r");
    terminal.answer("Passphrase of ", "open sesame\r");
    let (success, screen, events) = terminal.end();
    assert!(success, "{screen}");
    assert!(!in_events(&events).contains("sesame"));
    let order: Vec<_> = events.iter().map(|event| event.step).collect();
    assert_in_order(
        &order,
        &[Ssh::PublickeyOk, Ssh::PublickeySignature, Ssh::AuthSuccess].map(steps::Step::from),
    );

    let mut command = Command::new("setsid");
    command
        .arg(crate::binary("client"))
        .args(["ssh", "--identity", &locked, "--certs"])
        .arg(bench.dir("certs"));
    let output =
        command.arg(format!("demo@127.0.0.1:{}", server.port)).stdin(Stdio::null()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("no terminal to ask"), "{output:?}");
}

#[kit::test]
fn openssh_logs_in_by_password_and_by_answers() {
    let Some(bench) = Bench::new() else { return };
    let server = bench.server(&["--password-login", "on"]);
    for (n, method) in ["password", "keyboard-interactive"].iter().enumerate() {
        let output = openssh(&bench, server.port, method, &bench.password());
        assert_success(&output);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "demo\n");
        let account = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_in_order(
            &account.lines().collect::<Vec<_>>(),
            &[
                Contains("Authentications that can continue: publickey,keyboard-interactive,password"),
                Contains(if n == 0 {
                    "Next authentication method: password"
                } else {
                    "Next authentication method: key"
                }),
                Contains("Authenticated to 127.0.0.1"),
            ],
        );
        let there = server.connection(n);
        assert_eq!(of(&there, Ssh::AuthSuccess).text("method_name"), *method);
        // Nobody offered a key: that the password decides is this client's choice.
        assert_eq!(s13(&there), Some(Verdict::Depends));
    }
    let output = openssh(&bench, server.port, "password", "wrong");
    assert!(String::from_utf8_lossy(&output.stderr).contains("Permission denied (publickey,"), "{output:?}");
    let there = server.connection(2);
    assert_eq!(all(&there, Ssh::AuthPassword).filter(|it| it.text("answer") == "reject").count(), 3);
}

/// `ssh -v`, whose passwords come from a program that stands in for the user.
fn openssh(bench: &Bench, port: u16, method: &str, password: &str) -> std::process::Output {
    use std::os::unix::fs::PermissionsExt;
    let (askpass, secret) = (bench.dir("askpass"), bench.password_file("secret", &[password]));
    fs::write(&askpass, format!("#!/bin/sh\ncat {secret}\n")).unwrap();
    fs::set_permissions(&askpass, fs::Permissions::from_mode(0o700)).unwrap();
    Command::new("ssh")
        .args([
            "-v",
            "-F",
            "none",
            "-p",
            &port.to_string(),
            "-o",
            &format!("PreferredAuthentications={method}"),
        ])
        .args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
        .args([
            "-o",
            "GlobalKnownHostsFile=/dev/null",
            "-o",
            "IdentityAgent=none",
            "-o",
            "PubkeyAuthentication=no",
        ])
        .args(["demo@127.0.0.1", "whoami"])
        .env("SSH_ASKPASS", &askpass)
        .env("SSH_ASKPASS_REQUIRE", "force")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[kit::test]
fn no_secret_is_in_anything_that_was_written() {
    let Some(bench) = Bench::new() else { return };
    let password = bench.password();
    let (right, wrong) = (["swordfish", &password], "swordfish");
    let file = bench.password_file("passwords", &right);
    let locked = another_key(&bench, "locked", &["ed25519"], "open sesame");
    let mut written = Vec::new();
    let programs = |program: &str| {
        let mut command = Command::new(crate::binary(program));
        // Whatever the libraries have to say, too.
        command.env("RUST_LOG", "trace").args(["ssh", "--certs"]).arg(bench.dir("certs"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    for format in ["text", "json"] {
        let port = crate::free_port().to_string();
        let mut server = programs("server");
        server.args([
            "-v",
            "--format",
            format,
            "--password-login",
            "on",
            "--listen",
            &format!("127.0.0.1:{port}"),
        ]);
        let mut server = server.spawn().unwrap();
        while std::net::TcpStream::connect(format!("127.0.0.1:{port}")).is_err() {
            std::thread::yield_now();
        }
        for method in ["password", "keyboard-interactive", "publickey"] {
            let mut client = programs("client");
            client.args([
                "-v",
                "--format",
                format,
                "--strict",
                "no",
                "--methods",
                method,
                "--password-file",
                &file,
            ]);
            client.args(["--identity", &locked, &format!("demo@127.0.0.1:{port}")]);
            let output = client.output().unwrap();
            assert_eq!(output.status.success(), method != "publickey", "{output:?}");
            written.extend([output.stdout, output.stderr]);
        }
        let killed = Command::new("kill").arg(server.id().to_string()).status();
        assert!(killed.unwrap().success());
        let (mut out, mut err) = (server.stdout.take().unwrap(), server.stderr.take().unwrap());
        // Read to the end in a thread of its own, or a full pipe would hold the server.
        let reader = std::thread::spawn(move || {
            let mut text = Vec::new();
            drop(err.read_to_end(&mut text));
            text
        });
        let mut text = Vec::new();
        drop(out.read_to_end(&mut text));
        written.extend([text, reader.join().unwrap()]);
        server.wait().unwrap();
    }
    let private = fs::read_to_string(bench.dir("certs/id_ed25519")).unwrap();
    let private = private.lines().nth(3).unwrap().to_owned();
    let written: Vec<String> = written.iter().map(|it| String::from_utf8_lossy(it).into_owned()).collect();
    assert!(written.iter().map(String::len).sum::<usize>() > 10_000, "there is something to search");
    for secret in [password.as_str(), wrong, "open sesame", &private] {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let list = secret.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
        for form in [secret, &hex, &list] {
            let found = written.iter().flat_map(|text| text.lines()).find(|line| line.contains(form));
            assert_eq!(found, None, "a secret was written");
        }
    }
}

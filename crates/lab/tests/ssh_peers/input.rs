//! What a command reads, and how long it may take.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use claims::Event;
use steps::{Direction, ssh::Step as Ssh, summary::RULE};

use crate::bench::{Bench, Sshd, all, assert_success, of};
use crate::common::{ByName as _, binary};

fn client(bench: &Bench, sshd: &Sshd, arguments: &[&str]) -> Command {
    let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
    let mut command = Command::new(binary("client"));
    command.args(["ssh", &format!("{}@127.0.0.1:{}", user.trim(), sshd.port), "--format", "json"]);
    command.args(["--strict", "no", "--certs"]).arg(bench.dir("certs")).args(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn events(output: &[u8]) -> Vec<Event> {
    String::from_utf8_lossy(output).lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[kit::test]
fn a_command_reads_a_file_to_its_end() {
    let Some(bench) = Bench::new() else { return };
    let Some(sshd) = bench.sshd() else { return };
    // Beyond OpenSSH's window of 2 MiB, so that the client has to wait for more of it.
    let (file, length) = (bench.dir("file"), 3_000_000);
    fs::write(&file, vec![b'x'; length]).unwrap();
    for (command, expected) in [(vec!["wc", "-c"], "3000000"), (vec!["head", "-c", "3"], "xxx")] {
        let arguments = [&["--"][..], &command].concat();
        let output =
            client(&bench, &sshd, &arguments).stdin(fs::File::open(&file).unwrap()).output().unwrap();
        assert_success(&output);
        let events = events(&output.stdout);
        let said = all(&events, Ssh::ChannelData)
            .filter(|it| it.direction == Direction::Received && it.text("stream") == "data");
        assert_eq!(said.map(|it| it.text("text").trim().to_owned()).collect::<String>(), expected);
    }
}

#[kit::test]
fn what_is_typed_reaches_the_command_at_once_and_its_end_too() {
    let Some(bench) = Bench::new() else { return };
    let Some(sshd) = bench.sshd() else { return };
    let mut command = client(&bench, &sshd, &["--", "while read line; do echo got $line; done; echo end"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut keyboard = child.stdin.take().unwrap();
    let log = crate::bench::lines(child.stdout.take().unwrap());
    let wait_for = |words: &str| {
        log.iter().find(|line| line.contains("ssh.channel_data") && line.contains(words)).expect(words)
    };
    keyboard.write_all(b"one\n").unwrap();
    wait_for("got one");
    keyboard.write_all(b"two\n").unwrap();
    wait_for("got two");
    drop(keyboard);
    wait_for("end");
    assert!(child.wait().unwrap().success());
}

#[kit::test]
fn a_command_takes_its_time_unless_a_limit_is_given() {
    let Some(bench) = Bench::new() else { return };
    let Some(sshd) = bench.sshd() else { return };
    let arguments = ["--timeout", "0.3", "--", "sleep", "60"];
    let output = client(&bench, &sshd, &arguments).stdin(Stdio::null()).output().unwrap();
    assert!(!output.status.success());
    assert_eq!(of(&events(&output.stdout), Ssh::Summary).get(RULE), Some("ssh.command_too_long"));
    let output = client(&bench, &sshd, &["--timeout", "0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "no time at all is a mistake");
}

//! After the login: the built-in commands and the small shell, as OpenSSH's clients meet them.

use std::process::{Command, Output, Stdio};

use steps::ssh::Step as Ssh;

use crate::bench::{Bench, Server, Terminal, all, assert_success, of};
use crate::common::{ByName as _, require};

/// What `ssh` and `sftp` are told, that they ask nobody and read no files of ours.
fn options(bench: &Bench) -> Vec<String> {
    let options = [
        "StrictHostKeyChecking=no",
        "UserKnownHostsFile=/dev/null",
        "GlobalKnownHostsFile=/dev/null",
        "BatchMode=yes",
        "IdentitiesOnly=yes",
        "IdentityAgent=none",
        "LogLevel=ERROR",
    ];
    let identity = bench.dir("certs/id_ed25519").display().to_string();
    let mut words = vec!["-F".to_owned(), "none".into(), "-i".into(), identity];
    words.extend(options.iter().flat_map(|option| ["-o".to_owned(), (*option).to_owned()]));
    words
}

fn ssh(bench: &Bench, server: &Server, command: &[&str]) -> Output {
    Command::new("ssh")
        .args(options(bench))
        .args(["-p", &server.port.to_string(), "demo@127.0.0.1"])
        .args(command)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[kit::test]
fn the_commands_answer_and_no_process_is_started() {
    let Some(bench) = Bench::new() else { return };
    let server = bench.server(&[]);
    let output = ssh(&bench, &server, &["steps"]);
    assert_success(&output);
    let steps = String::from_utf8_lossy(&output.stdout).into_owned();
    // The command tells what the log has: the same fingerprints, in the same order.
    let events = server.connection(0);
    let mut rest = steps.as_str();
    for (step, field) in [
        (Ssh::Identification, "softwareversion"),
        (Ssh::KeyExchangeReply, "host_key_type"),
        (Ssh::PublickeySignature, "user_name"),
        (Ssh::Exec, "command"),
    ] {
        let value = of(&events, step).text(field);
        let at = rest.find(value).unwrap_or_else(|| panic!("{value} is not where it should be in:\n{steps}"));
        rest = &rest[at..];
    }
    let chinese = ssh(&bench, &server, &["steps", "zh"]);
    assert!(String::from_utf8_lossy(&chinese.stdout).contains("版本标识"));

    let output = ssh(&bench, &server, &["echo", "$(id)", ";", "id"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "$(id) ; id\n");
    let output = ssh(&bench, &server, &["/bin/sh"]);
    assert_eq!(output.status.code(), Some(127));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no such command; there are: whoami"));
}

#[kit::test]
fn the_shell_echoes_rubs_out_interrupts_and_ends() {
    let Some(bench) = Bench::new() else { return };
    let server = bench.server(&[]);
    let line = format!("ssh {} -p {} demo@127.0.0.1", options(&bench).join(" "), server.port);
    let mut terminal = Terminal::new(&line);
    terminal.answer("demo$ ", "whoamx\x7fi\r");
    terminal.answer("demo\r\ndemo$ ", "never run\x03");
    terminal.answer("^C\r\ndemo$ ", "help\r");
    terminal.answer("exit (or Ctrl-D)\r\ndemo$ ", "\x04");
    let (success, screen, _) = terminal.end();
    assert!(success && screen.contains("whoamx\x08 \x08i\r\n"), "{screen:?}");
    assert!(!screen.contains("no such command"), "{screen:?}");
    let events = server.connection(0);
    assert_eq!(of(&events, Ssh::Summary).text("outcome"), "complete");
    assert_eq!(of(&events, Ssh::ChannelRequest).text("request_type"), "pty-req");

    // Without a terminal, lines are read from a file, and there is no prompt.
    let mut command = Command::new("sh");
    command.args(["-c", "printf 'whoami\\necho last' | ssh \"$@\"", "sh"]).args(options(&bench));
    let output = command.args(["-T", "-p", &server.port.to_string(), "demo@127.0.0.1"]).output().unwrap();
    assert_success(&output);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "demo\nlast\n");
}

#[kit::test]
fn sftp_is_refused_in_good_order() {
    let Some(bench) = Bench::new() else { return };
    if !require("sftp") {
        return;
    }
    let server = bench.server(&[]);
    let mut sftp = Command::new("sftp");
    sftp.args(options(&bench)).args(["-P", &server.port.to_string(), "demo@127.0.0.1"]).stdin(Stdio::null());
    let output = sftp.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("subsystem request failed"), "{said}");
    let events = server.connection(0);
    let asked = all(&events, Ssh::ChannelRequest).find(|it| it.text("request_type") == "subsystem").unwrap();
    assert_eq!((asked.text("detail"), asked.text("answer")), ("sftp", "failure"));
    // The server is there for the next one.
    assert_success(&ssh(&bench, &server, &["whoami"]));
}

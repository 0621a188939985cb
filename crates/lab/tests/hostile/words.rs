//! What is said of a command line, of the files that it names, and of many handshakes with a hostile server.

use std::{ffi::OsString, fs, process::Command};

use crate::{
    common::{binary, keys, text},
    hostile, in_a_line, is_harmless, is_ours, servers,
};

#[kit::test]
fn of_a_command_line() {
    let (line, taken) = (in_a_line(), "\u{1b}[2J\u{202e}\u{9b}2J");
    let made = keys();
    let forged = "/dev/null/\u{1b}[2J\nlab: forged";
    for (program, args) in [
        ("lab", &["read", forged][..]),
        ("lab", &["read", "--last", "tcp", "--log-dir", forged]),
        ("lab", &["read", "--scenario", taken, forged]),
        ("lab", &["run", taken]),
        ("lab", &["run", "./\u{1b}[2J.toml"]),
        ("lab", &["notes", taken]),
        ("lab", &["notes", "--notes", forged]),
        ("lab", &["load", "tcp", "--to", taken]),
        ("lab", &["link", "--to", taken]),
        ("lab", &["link", "--rule", taken]),
        ("lab", &["watch", "-c", "1", taken]),
        ("lab", &["watch", "-c", "1", "-i", taken]),
        ("lab", &["serve", "--listen", taken]),
        ("lab", &[taken]),
        ("lab", &["--capture", forged, "tcp"]),
        ("lab", &["--keylog", forged, "tcp"]),
        ("client", &["tls", taken]),
        ("client", &["ssh", taken]),
        ("client", &["ws", taken]),
        ("client", &["tcp", "127.0.0.1:1", "--log-dir", forged]),
        ("client", &["tls", "127.0.0.1:1", "--certs", forged]),
        ("server", &["tls", "--certs", forged]),
        ("server", &["health", taken]),
        ("server", &["ws", "--origin", taken]),
        ("certs", &["--dir", forged, "--check"]),
        ("certs", &[taken]),
        ("asnoted", &[taken]),
        ("asnoted", &["client", "tls", taken]),
        ("asnoted", &["certs", taken]),
        ("asnoted", &["completions", taken]),
        ("asnoted", &["man", forged]),
    ] {
        for lang in ["en", "zh"] {
            let mut command = Command::new(binary(program));
            command
                .args(args)
                .env("CERTS_DIR", made.path())
                .env("LC_ALL", if lang == "zh" { "zh_CN.UTF-8" } else { "C.UTF-8" });
            let left = command.output().expect("it runs");
            let what = format!("{program} {args:?} {lang}");
            is_harmless(&what, &left.stdout);
            is_harmless(&what, &left.stderr);
            assert!(!left.stderr.is_empty() && !left.status.success(), "{what}");
        }
    }
    // Of what nobody asked for there is nothing.
    let left = Command::new(binary("lab")).args(["list", &line]).output().expect("it runs");
    is_harmless("lab list", &[left.stdout, left.stderr].concat());
}

/// A scenario from somewhere: its words, and what is wrong with it.
#[kit::test]
fn of_a_scenario() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let name: String = in_a_line().replace('/', "").chars().take(60).collect();
    let file = folder.path().join(format!("{name}.toml"));
    let quoted = |text: &str| serde_json::to_string(text).expect("it is text").replace('\u{7f}', "\\u007f");
    let scenario = format!(
        "title = {{ en = {text}, zh = {text} }}\nabout = {{ en = {text}, zh = {text} }}\n[pair]\nprotocol = \"ws\"\n\
         [[meddler]]\nfrom = \"client\"\nat = \"ws.upgrade_request\"\nact = {{ answer = {answer} }}\n[claims]\nw1 = \"depends\"\n\
         [expect.client]\noutcome = \"complete\"\nreason = {text}\n[expect.server]\noutcome = \"failed\"\n",
        text = quoted(&hostile()),
        answer = quoted(&format!("HTTP/1.1 403 {}\r\nContent-Length: 0\r\n\r\n", in_a_line())),
    );
    let keys = keys();
    for (what, written) in [
        ("a scenario", scenario.clone()),
        ("a scenario of nothing", format!("{}\n{}", hostile().replace(['\r', '\0'], ""), scenario)),
        (
            "a scenario with a strange key",
            scenario.replace("[pair]", &format!("[pair]\n{} = 1", quoted(&hostile()))),
        ),
        ("a scenario with a strange value", scenario.replace("\"ws\"", &quoted(&hostile()))),
    ] {
        fs::write(&file, written).expect("the folder is ours");
        for args in [&[][..], &["--lang", "zh"], &["--format", "json"], &["--ascii"], &["--ladder", "text"]] {
            let mut lab = Command::new(binary("lab"));
            let left = lab.arg("run").arg(&file).args(args).args(["--certs", text(keys.path())]);
            let left = left.output().expect("it runs");
            let what = format!("{what}, {args:?}");
            is_harmless(&what, &left.stdout);
            is_harmless(&what, &left.stderr);
            assert!(!left.status.success(), "{what}: it cannot be as expected");
            assert!(String::from_utf8_lossy(&left.stderr).contains(r"\u{1b}"), "{what}: it was quoted");
        }
    }
}

/// `lab load` at a hostile server says what became of each.
#[kit::test]
fn of_many_handshakes() {
    let keys = keys();
    for (protocol, act) in [
        ("tcp", servers::says(hostile())),
        ("tls", servers::tls(200, hostile().into_bytes())),
        ("ws", servers::says(format!("HTTP/1.1 403 {}\r\nContent-Length: 0\r\n\r\n", in_a_line()))),
        ("ssh", servers::says(format!("SSH-2.0-{}\r\n", in_a_line()))),
    ] {
        let there = servers::serve(act).to_string();
        for args in [&[][..], &["--lang", "zh"], &["--format", "json"]] {
            let mut lab = Command::new(binary("lab"));
            lab.args(["load", protocol, "--to", &there, "--connections", "2", "--certs", text(keys.path())]);
            let left = lab.args(args).output().expect("it runs");
            let what = format!("load of {protocol}, {args:?}");
            is_harmless(&what, &left.stdout);
            is_ours(&what, "lab: ", &left.stderr);
            assert!(!left.stdout.is_empty(), "{what}: {}", String::from_utf8_lossy(&left.stderr));
        }
    }
}

#[kit::test]
fn of_certs_in_a_folder_with_a_hostile_name() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let name: String = in_a_line().replace('/', "").chars().take(60).collect();
    let dir: OsString = folder.path().join(name).into();
    for args in [&[][..], &["--check"], &["--show-password"]] {
        let left = Command::new(binary("certs")).arg("--dir").arg(&dir).args(args).output().expect("it runs");
        is_harmless(&format!("certs {args:?}"), &left.stdout);
        is_harmless(&format!("certs {args:?}"), &left.stderr);
        assert!(left.status.success(), "{}", String::from_utf8_lossy(&left.stderr));
    }
}

//! The files that `--identity` is given: what OpenSSH reads is read, and what it is not is called what it is.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

use steps::{ssh::Step as Ssh, summary::RULE};

use crate::bench::{Bench, Run, Server, assert_success, keygen_as, of};
use crate::common::require;

fn run(program: &str, arguments: &[&str]) {
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.is_ok_and(|status| status.success()), "{program} {arguments:?}");
}

fn with(bench: &Bench, server: &Server, file: &Path) -> Run {
    bench.client(server.port, &["--strict", "accept-new", "--identity", file.to_str().unwrap()])
}

fn close(file: &Path) {
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

#[kit::test]
fn pkcs1_sec1_and_pkcs8_log_in() {
    let Some(bench) = Bench::new() else { return };
    if !require("openssl") {
        return;
    }
    let list = bench.dir("certs/authorized_keys");
    let mut files = Vec::new();
    for (name, kind) in [
        ("pkcs1", &["rsa", "-b", "2048", "-m", "PEM"][..]),
        ("pkcs8_rsa", &["rsa", "-b", "2048", "-m", "PKCS8"]),
        ("sec1", &["ecdsa", "-b", "256", "-m", "PEM"]),
        ("sec1_384", &["ecdsa", "-b", "384", "-m", "PEM"]),
        ("pkcs8_ec", &["ecdsa", "-b", "256", "-m", "PKCS8"]),
    ] {
        let file = bench.dir(name);
        keygen_as(&file, kind);
        files.push(file);
    }
    let ed25519 = bench.dir("pkcs8_ed25519");
    run("openssl", &["genpkey", "-algorithm", "ed25519", "-out", ed25519.to_str().unwrap()]);
    close(&ed25519);
    files.push(ed25519);
    let crlf = bench.dir("crlf");
    fs::write(&crlf, fs::read_to_string(&files[0]).unwrap().replace('\n', "\r\n")).unwrap();
    close(&crlf);
    files.push(crlf);
    for file in &files {
        let output = Command::new("ssh-keygen").args(["-y", "-f"]).arg(file).output().unwrap();
        // ssh-keygen of Debian 12 reads no Ed25519 in PKCS#8; such a key's public half is its last 32 bytes.
        let public = if output.status.success() {
            String::from_utf8_lossy(&output.stdout).into_owned()
        } else {
            ed25519_public(&bench, file)
        };
        let all = fs::read_to_string(&list).unwrap() + &public;
        fs::write(&list, all).unwrap();
    }
    let server = bench.server(&[]);
    for file in &files {
        assert_success(&with(&bench, &server, file).output);
    }
}

/// The public half of a PKCS#8 key as OpenSSH writes it, by way of OpenSSL.
fn ed25519_public(bench: &Bench, file: &Path) -> String {
    let der = bench.dir("public.der");
    run(
        "openssl",
        &["pkey", "-in", file.to_str().unwrap(), "-pubout", "-outform", "DER", "-out", der.to_str().unwrap()],
    );
    let der = fs::read(der).unwrap();
    let string = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat();
    let blob = [string(b"ssh-ed25519"), string(&der[der.len() - 32..])].concat();
    fs::write(bench.dir("blob"), blob).unwrap();
    let base64 =
        Command::new("openssl").args(["base64", "-A", "-in"]).arg(bench.dir("blob")).output().unwrap();
    format!("ssh-ed25519 {}\n", String::from_utf8_lossy(&base64.stdout))
}

#[kit::test]
fn a_file_that_is_no_private_key_is_told_in_a_sentence_of_its_own() {
    let Some(bench) = Bench::new() else { return };
    if !require("openssl") {
        return;
    }
    let server = bench.server(&[]);
    let (key, dir) = (bench.dir("key"), |name: &str| bench.dir(name));
    keygen_as(&key, &["rsa", "-b", "2048", "-m", "PEM"]);
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let key = text(&key);
    run(
        "openssl",
        &["req", "-x509", "-key", &key, "-subj", "/CN=x", "-days", "2", "-out", &text(&dir("x509"))],
    );
    let p12 = ["pkcs12", "-export", "-inkey", &key, "-in", &text(&dir("x509")), "-passout", "pass:", "-out"];
    run("openssl", &[&p12[..], &[&text(&dir("p12"))]].concat());
    run("openssl", &["pkey", "-in", &key, "-outform", "DER", "-out", &text(&dir("der"))]);
    run("openssl", &["pkey", "-in", &key, "-aes256", "-passout", "pass:open", "-out", &text(&dir("locked"))]);
    let old = ["rsa", "-in", &key, "-traditional", "-des3", "-passout", "pass:open", "-out"];
    run("openssl", &[&old[..], &[&text(&dir("old_locked"))]].concat());
    fs::write(dir("empty"), "").unwrap();
    fs::write(dir("hello"), "hello\n").unwrap();
    fs::write(dir("elf"), b"\x7fELF\x02\x01\x01\0\0\0").unwrap();
    fs::write(dir("ppk"), "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n").unwrap();
    fs::write(dir("cert"), "ssh-ed25519-cert-v01@openssh.com AAAA me\n").unwrap();
    for (name, says) in [
        ("key.pub", "is a public key"),
        ("x509", "is an X.509 certificate"),
        ("p12", "`openssl pkcs12 -in "),
        ("der", "`openssl pkey -inform DER "),
        ("locked", "`ssh-keygen -y -f "),
        ("old_locked", "`ssh-keygen -p -f "),
        ("empty", "is empty"),
        ("hello", "is no private key"),
        ("elf", "is binary"),
        ("ppk", "`puttygen "),
        ("cert", "is a certificate"),
        ("missing", "there is no such file"),
        ("certs", "it is a folder"),
    ] {
        let run = with(&bench, &server, &dir(name));
        assert_eq!(run.output.status.code(), Some(255), "{name}");
        let said = run.stderr();
        assert!(said.contains(says) && said.lines().count() == 1, "{name}: {said}");
        assert!(run.events.is_empty(), "{name}: nobody is called for it");
    }
    // And what the sentence says to type makes a key of it.
    let out = text(&dir("out"));
    run("openssl", &["pkey", "-inform", "DER", "-in", &text(&dir("der")), "-out", &out]);
    close(&dir("out"));
    let said = with(&bench, &server, &dir("out")).stderr();
    assert!(said.contains("refused the key"), "it is read, and is nobody's here: {said}");
}

#[kit::test]
fn a_pem_with_a_passphrase_asks_for_it_once_the_server_would_take_it() {
    let Some(bench) = Bench::new() else { return };
    let list = bench.dir("certs/authorized_keys");
    let server = {
        for (name, kind) in [
            ("pkcs1", &["rsa", "-b", "2048", "-m", "PEM"][..]),
            ("pkcs8", &["ecdsa", "-b", "256", "-m", "PKCS8"]),
        ] {
            let file = bench.dir(name);
            keygen_as(&file, kind);
            let file = file.to_str().unwrap();
            run("ssh-keygen", &["-q", "-p", "-P", "", "-N", "open sesame", "-m", kind[4], "-f", file]);
            let public = fs::read_to_string(format!("{file}.pub")).unwrap();
            fs::write(&list, fs::read_to_string(&list).unwrap() + &public).unwrap();
        }
        bench.server(&[])
    };
    for name in ["pkcs1", "pkcs8"] {
        let arguments = format!("--strict accept-new --identity {}", bench.dir(name).display());
        let mut terminal = bench.client_at_a_terminal(server.port, &arguments);
        terminal.answer("Passphrase of ", "no\r");
        terminal.answer("Passphrase of ", "open sesame\r");
        let (success, screen, _) = terminal.end();
        assert!(success, "{name}: {screen}");
    }
}

#[kit::test]
fn a_key_that_others_can_read_is_not_used_as_by_openssh() {
    let Some(bench) = Bench::new() else { return };
    let server = bench.server(&[]);
    let key = bench.dir("certs/id_ed25519");
    for (mode, is_used) in [(0o600, true), (0o400, true), (0o644, false), (0o640, false), (0o604, false)] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        let ssh = Command::new("ssh")
            .args([
                "-F",
                "none",
                "-o",
                "BatchMode=yes",
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "IdentityAgent=none",
            ])
            .args(["-o", "UserKnownHostsFile=/dev/null", "-p", &server.port.to_string(), "-i"])
            .arg(&key)
            .args(["demo@127.0.0.1", "whoami"])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(ssh.status.success(), is_used, "mode {mode:o}: {ssh:?}");
        let run = with(&bench, &server, &key);
        assert_eq!(run.output.status.success(), is_used, "mode {mode:o}: {}", run.stderr());
        if !is_used {
            assert!(run.stderr().contains(&format!("(mode {mode:04o})")), "{}", run.stderr());
            assert_eq!(of(&run.events, Ssh::Summary).get(RULE), Some("ssh.key_open_to_others"));
            assert!(!run.has(Ssh::PublickeyQuery));
        }
    }
    // The demo key opens the demo server only: it may stand where there are no modes.
    assert_success(&bench.client(server.port, &[]).output);
}

//! OpenSSH's certificates, of hosts and of users: what sshd shows and takes, and what `ssh` makes of the same.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use claims::{Claim, Verdict};
use steps::{
    ssh::{Step as Ssh, field},
    summary::RULE,
};

use crate::bench::{Bench, Run, Sshd, assert_success, keygen, of};
use crate::common::ByName as _;

/// Signs `key`'s public half with the CA `authority`; the certificate stands beside it.
fn certify(authority: &Path, key: &Path, arguments: &[&str]) -> PathBuf {
    let public = format!("{}.pub", key.display());
    let made = Command::new("ssh-keygen")
        .args(["-q", "-I", "test", "-s"])
        .arg(authority)
        .args(arguments)
        .arg(&public)
        .stdin(Stdio::null())
        .status();
    assert!(made.unwrap().success());
    format!("{}-cert.pub", key.display()).into()
}

fn public(key: &Path) -> String {
    fs::read_to_string(format!("{}.pub", key.display())).unwrap()
}

fn me() -> String {
    String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap().trim().to_owned()
}

/// Our client, and whether `ssh` gets in with the same file of known hosts and the same key.
fn both(bench: &Bench, sshd: &Sshd, known: &Path, identity: &Path) -> (Run, bool) {
    let (known, identity) = (known.display().to_string(), identity.display().to_string());
    let before = fs::read(&known).unwrap_or_default();
    let ssh = Command::new("ssh")
        .args(["-F", "none", "-o", "StrictHostKeyChecking=yes", "-o", "GlobalKnownHostsFile=none"])
        .args(["-o", "BatchMode=yes", "-o", "UpdateHostKeys=no", "-o", "IdentitiesOnly=yes", "-o"])
        .arg(format!("UserKnownHostsFile={known}"))
        .args(["-i", &identity, "-p", &sshd.port.to_string(), &format!("{}@127.0.0.1", me()), "true"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    fs::write(&known, before).unwrap();
    let run = bench.client_to(
        &format!("{}@127.0.0.1:{}", me(), sshd.port),
        sshd.port,
        &["--known-hosts", &known, "--identity", &identity, "--strict", "yes", "--", "true"],
    );
    (run, ssh.success())
}

#[kit::test]
fn a_host_certificate_is_taken_or_its_fault_is_named_as_by_openssh() {
    let Some(bench) = Bench::new() else { return };
    let (authority, other) = (bench.dir("ca"), bench.dir("other_ca"));
    keygen(&authority);
    keygen(&other);
    let host_key = bench.dir("certs/ssh_host_ed25519_key");
    let trusted = format!("@cert-authority * {}", public(&authority));
    let bare = format!("* {}", public(&host_key));
    let always = ["-h", "-n", "127.0.0.1"];
    for (name, by, arguments, known, expected) in [
        ("for this host", &authority, &always[..], trusted.clone(), "certified"),
        ("for all hosts", &authority, &["-h"], trusted.clone(), "certified"),
        ("for another host", &authority, &["-h", "-n", "a.example,b.example"], trusted.clone(), "principals"),
        (
            "expired",
            &authority,
            &["-h", "-n", "127.0.0.1", "-V", "20200101:20210101"],
            trusted.clone(),
            "expired",
        ),
        (
            "not yet valid",
            &authority,
            &["-h", "-n", "127.0.0.1", "-V", "20900101:20910101"],
            trusted.clone(),
            "not_yet_valid",
        ),
        ("by another CA", &other, &always, trusted.clone(), "authority"),
        // Without a certificate that holds, the key inside it may still be on record.
        (
            "for another host, whose key is known",
            &authority,
            &["-h", "-n", "a.example"],
            trusted.clone() + &bare,
            "known",
        ),
        (
            "by a CA that is revoked",
            &authority,
            &always,
            format!("@revoked * {}{trusted}", public(&authority)),
            "revoked",
        ),
        ("of a key that is revoked", &authority, &always, format!("@revoked {bare}{trusted}"), "revoked"),
        ("with no CA on record", &authority, &always, bare.clone(), "known"),
        ("and nothing is on record", &authority, &always, String::new(), "unknown"),
        ("by a CA of another host", &authority, &always, trusted.replace('*', "a.example"), "unknown"),
    ] {
        let certificate = certify(by, &host_key, arguments);
        let lines = format!("HostCertificate {}\n", certificate.display());
        let Some(sshd) = bench.sshd_with(&lines) else { return };
        let file = bench.dir("known");
        fs::write(&file, known).unwrap();
        let (run, theirs) = both(&bench, &sshd, &file, &bench.dir("certs/id_ed25519"));
        let check = of(&run.events, Ssh::HostKeyCheck);
        assert_eq!(run.output.status.success(), theirs, "{name}: as `ssh` has it: {}", run.stderr());
        let refused = check.get(field::CERTIFICATE_REFUSED);
        let seen = if check.text("record") == "unknown" { refused } else { None };
        assert_eq!(seen.unwrap_or(check.text("record")), expected, "{name}: {}", run.stderr());
        match expected {
            "certified" => {
                assert_eq!(run.verdict(Claim::S8), Some(Verdict::Depends), "{name}");
                assert_eq!(check.text("certificate_key_id"), "test");
                assert!(of(&run.events, Ssh::KeyExchangeReply).text("host_key_type").contains("-cert-v01@"));
            }
            "principals" | "expired" | "not_yet_valid" | "authority" => {
                let rule = of(&run.events, Ssh::Summary).get(RULE);
                assert_eq!(rule, Some("ssh.host_certificate_refused"), "{name}: {}", run.stderr());
            }
            "revoked" => assert_eq!(
                refused == Some("authority_revoked") && run.stderr().contains("revokes its CA"),
                name.contains("CA"),
                "{name}: {}",
                run.stderr()
            ),
            _ => {}
        }
    }
}

#[kit::test]
fn the_certificate_beside_a_key_logs_in_where_the_servers_ca_made_it() {
    let Some(bench) = Bench::new() else { return };
    let (authority, key) = (bench.dir("ca"), bench.dir("certified"));
    keygen(&authority);
    let lines = format!(
        "TrustedUserCAKeys {}.pub\nAuthorizedKeysFile none\nLogLevel VERBOSE\nPasswordAuthentication no\n\
         KbdInteractiveAuthentication no\n",
        authority.display()
    );
    let Some(sshd) = bench.sshd_with(&lines) else { return };
    let known = bench.dir("known");
    fs::write(&known, format!("* {}", public(&bench.dir("certs/ssh_host_ed25519_key")))).unwrap();
    for (name, kind, user, valid) in [
        ("of this user", &["ed25519"][..], me(), "always:forever"),
        ("of this user, RSA", &["rsa", "-b", "2048"], me(), "always:forever"),
        ("of this user, ECDSA", &["ecdsa", "-b", "384"], me(), "always:forever"),
        ("of somebody else", &["ed25519"], "somebody".into(), "always:forever"),
        ("of this user once", &["ed25519"], me(), "20200101:20210101"),
    ] {
        crate::bench::keygen_as(&key, kind);
        let certificate = certify(&authority, &key, &["-n", &user, "-V", valid]);
        let (run, theirs) = both(&bench, &sshd, &known, &key);
        assert_eq!(run.output.status.success(), theirs, "{name}: as `ssh` has it: {}", run.stderr());
        let query = of(&run.events, Ssh::PublickeyQuery);
        assert!(query.text("public_key_algorithm_name").contains("-cert-v01@"), "{name}");
        assert_eq!(query.fields["certificate_principals"][0], user.as_str(), "{name}");
        if theirs {
            assert_eq!(of(&run.events, Ssh::PublickeySignature).text("signature"), "verified", "{name}");
            let said = sshd.wait_for(&format!("CERT {}", query.text("public_key_fingerprint")));
            assert!(said.last().unwrap().contains("Accepted publickey"), "{name}: {said:?}");
        } else {
            assert!(run.stderr().contains("does the server trust its CA"), "{name}: {}", run.stderr());
        }
        fs::remove_file(certificate).unwrap();
    }
    // What stands there and is another key's is told of, and the key is tried alone.
    keygen(&bench.dir("another"));
    crate::bench::keygen_as(&key, &["ed25519"]);
    let certificate = certify(&authority, &bench.dir("another"), &["-n", &me()]);
    fs::rename(certificate, bench.dir("certified-cert.pub")).unwrap();
    let (run, theirs) = both(&bench, &sshd, &known, &key);
    assert!(!run.output.status.success() && !theirs);
    assert!(run.stderr().contains("for another key"), "{}", run.stderr());
}

#[kit::test]
fn the_agents_certificate_is_offered_too() {
    let Some(bench) = Bench::new() else { return };
    let (authority, key) = (bench.dir("ca"), bench.dir("certified"));
    keygen(&authority);
    keygen(&key);
    certify(&authority, &key, &["-n", &me()]);
    let lines = format!("TrustedUserCAKeys {}.pub\nAuthorizedKeysFile none\n", authority.display());
    let Some(sshd) = bench.sshd_with(&lines) else { return };
    let socket = bench.dir("agent");
    let mut agent = Command::new("ssh-agent");
    agent.args(["-D", "-a"]).arg(&socket).stdout(Stdio::piped());
    let mut agent = crate::bench::Running(agent.spawn().unwrap());
    let said = crate::bench::lines(agent.0.stdout.take().unwrap());
    said.iter().next().expect("it says where it listens");
    let added = Command::new("ssh-add").arg("-q").arg(&key).env("SSH_AUTH_SOCK", &socket).status();
    assert!(added.unwrap().success());
    let output = Command::new(crate::common::binary("client"))
        .args(["ssh", &format!("{}@127.0.0.1:{}", me(), sshd.port), "--agent", "--strict", "no", "--certs"])
        .arg(bench.dir("certs"))
        .args(["--", "true"])
        .env("SSH_AUTH_SOCK", &socket)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_success(&output);
}

//! Files as OpenSSH writes them, and what they must say; where `ssh-keygen` is there, it is asked too.

use std::{os::unix::fs::PermissionsExt, process::Command};

use super::*;

mod generated;

const A: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";
const B: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC";

const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBQGVnEwZYgiHHWGH4hzfIv0HbavGosX6lI0Wj3JqpC1w+xuwRiNJjMcOPgpBcorstHUHcWB0eYug/mBo8mKjRo=";

/// A file in a folder of its own that goes with it.
struct Fixture {
    _folder: tempfile::TempDir,
    file: KnownHosts,
}

fn file(text: &str) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let file = KnownHosts::new(folder.path().join("known_hosts"));
    fs::write(file.path(), text).unwrap();
    Fixture { _folder: folder, file }
}

fn key(text: &str) -> PublicKey {
    text.parse().unwrap()
}

fn check(text: &str, host: &str, shown: &str) -> Record {
    file(text).file.look_up(host, &key(shown)).unwrap()
}

fn known(line: usize) -> Record {
    Record::Known { line }
}

fn changed(line: usize) -> Record {
    let recorded = key(A).fingerprint(HashAlg::Sha256).to_string();
    Record::Changed { line, recorded, kind: "ssh-ed25519".into() }
}

#[test]
fn a_host_is_named_with_its_port_unless_that_is_22() {
    assert_eq!(host_name("Example.COM", 22), "example.com");
    assert_eq!(host_name("127.0.0.1", 7022), "[127.0.0.1]:7022");
    assert_eq!(host_name("::1", 7022), "[::1]:7022");
}

#[test]
fn a_missing_file_knows_nobody() {
    let file = KnownHosts::new("/nonexistent/known_hosts".into());
    assert_eq!(file.look_up("host", &key(A)).unwrap(), Record::Unknown);
}

#[test]
fn comments_and_blank_lines_are_counted() {
    let text = format!("# one\n\n  # three\nhost {A} comment words\n");
    assert_eq!(check(&text, "host", A), known(4));
    assert_eq!(check(&text, "host", B), changed(4));
    assert_eq!(check(&text, "other", A), Record::Unknown);
}

#[test]
fn the_port_is_part_of_the_name() {
    let text = format!("[host]:7022 {A}\n");
    assert_eq!(check(&text, "[host]:7022", A), known(1));
    assert_eq!(check(&text, "host", B), Record::Unknown);
    assert_eq!(check(&text, "[host]:7023", B), Record::Unknown);
}

#[test]
fn one_of_several_keys_is_enough() {
    let text = format!("host {A}\nhost {B}\n");
    assert_eq!(check(&text, "host", A), known(1));
    assert_eq!(check(&text, "host", B), known(2));
}

#[test]
fn a_list_a_tab_and_capitals_are_understood() {
    let text = format!("first,Host,third\t{}\n", A.replace(' ', "\t"));
    assert_eq!(check(&text, "host", A), known(1));
}

#[test]
fn wildcards_and_negation_are_understood() {
    let text = format!("*.example.com,!bad.example.com,10.0.0.? {A}\n");
    assert_eq!(check(&text, "good.example.com", A), known(1));
    assert_eq!(check(&text, "10.0.0.7", A), known(1));
    assert_eq!(check(&text, "bad.example.com", A), Record::Unknown);
    assert_eq!(check(&text, "10.0.0.77", A), Record::Unknown);
    assert!(wildcard(b"*", b"") && wildcard(b"a*b*c", b"a-b-b-c") && !wildcard(b"a*b", b"a-b-c"));
}

#[test]
fn an_entry_with_a_marker_never_speaks_for_a_key() {
    assert_eq!(check(&format!("@cert-authority host {A}\n"), "host", A), Record::Unknown);
    assert_eq!(check(&format!("@cert-authority host {A}\n"), "host", B), Record::Unknown);
    assert_eq!(check(&format!("@unheard-of host {A}\n"), "host", A), Record::Unknown);
}

#[test]
fn a_revoked_key_is_refused_for_the_hosts_its_line_names() {
    let text = format!("host {A}\n@revoked h?st {A}\n@revoked other {B}\n");
    assert_eq!(check(&text, "host", A), Record::Revoked { line: 2 });
    assert_eq!(check(&text, "other", B), Record::Revoked { line: 3 });
    assert_eq!(check(&text, "elsewhere", A), Record::Unknown);
    // OpenSSH's own client takes a key that is revoked for another host; and so do we.
    let text = format!("host {B}\n@revoked other {B}\n");
    assert_eq!(check(&text, "host", B), known(1));
}

#[test]
fn a_key_of_another_kind_is_a_changed_key() {
    // As `ssh` says of it: "Offending ECDSA key in known_hosts:2".
    let text = format!("# one\nhost {ECDSA}\n");
    let recorded = key(ECDSA).fingerprint(HashAlg::Sha256).to_string();
    assert_eq!(
        check(&text, "host", A),
        Record::Changed { line: 2, recorded, kind: "ecdsa-sha2-nistp256".into() }
    );
    // Of several the one of the same kind is named.
    assert_eq!(check(&format!("host {ECDSA}\nhost {A}\n"), "host", B), changed(2));
}

#[test]
fn a_record_of_the_bare_name_speaks_for_its_other_ports_too_if_it_has_this_very_key() {
    // As `ssh` says of it: "found matching key w/out port".
    let text = format!("host {A}\n");
    assert_eq!(check(&text, "[host]:7022", A), known(1));
    assert_eq!(check(&text, "[host]:7022", B), Record::Unknown, "another server may well be there");
    assert_eq!(
        check(&format!("!host,* {A}\n"), "[host]:7022", A),
        known(1),
        "the name with its port is meant"
    );
    assert_eq!(
        check(&format!("host {A}\n[host]:7022 {B}\n"), "[host]:7022", A),
        Record::Changed {
            line: 2,
            recorded: key(B).fingerprint(HashAlg::Sha256).to_string(),
            kind: "ssh-ed25519".into(),
        }
    );
}

#[test]
fn the_kinds_on_record_are_asked_for_first_and_rsa_is_one_of_them() {
    const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7";
    let names = |text: &str, host: &str| {
        let known = file(text).file.algorithms(host).unwrap();
        known.iter().map(|it| it.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&format!("host {ECDSA}\nhost {A}\n"), "host"), ["ecdsa-sha2-nistp256", "ssh-ed25519"]);
    assert_eq!(names(&format!("host {A}\n"), "[host]:7022"), ["ssh-ed25519"]);
    assert!(names(&format!("@cert-authority host {A}\nother {A}\n"), "host").is_empty());
    assert!(names(&format!("host {RSA}\n"), "host").is_empty(), "half a key is none");
    let rsa = signs_with(Algorithm::Rsa { hash: None });
    assert_eq!(rsa.iter().map(Algorithm::as_str).collect::<Vec<_>>(), ["rsa-sha2-512", "rsa-sha2-256"]);
}

#[test]
fn the_line_of_a_ca_is_found() {
    let authority = |text: &str| file(text).file.authority("[host]:7022").unwrap();
    assert_eq!(authority(&format!("# one\n@cert-authority *.com,h?st {A}\n")), Some(2));
    assert_eq!(authority(&format!("@cert-authority other {A}\nhost {A}\n")), None);
}

#[test]
fn lines_that_are_no_entries_are_passed_over() {
    let text =
        format!("host\nhost ssh-ed25519\nhost ssh-ed25519 !!!\n|1|x|y {A}\nhost 1024 35 99\nhost {A}\n");
    assert_eq!(check(&text, "host", A), known(6));
}

#[test]
fn a_line_is_added_and_the_rest_is_kept() {
    let Fixture { _folder, file } = file(&format!("# mine\nother {B}"));
    file.add("[host]:7022", &key(&format!("{A} a comment"))).unwrap();
    let text = fs::read_to_string(file.path()).unwrap();
    assert_eq!(text, format!("# mine\nother {B}\n[host]:7022 {A}\n"));
    assert_eq!(file.look_up("[host]:7022", &key(A)).unwrap(), known(3));
    assert_eq!(fs::read_dir(file.path().parent().unwrap()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn the_mode_of_the_file_stays_and_a_link_stays_a_link() {
    let Fixture { _folder, file } = file(&format!("other {B}\n"));
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let link = KnownHosts::new(file.path().with_file_name("link"));
    std::os::unix::fs::symlink(file.path(), link.path()).unwrap();
    link.add("host", &key(A)).unwrap();
    assert!(link.path().is_symlink());
    assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(file.look_up("host", &key(A)).unwrap(), known(2));
}

#[test]
fn writers_at_once_lose_nothing() {
    let Fixture { _folder, file } = file(&format!("# mine\nother {B}\n"));
    std::thread::scope(|scope| {
        for n in 0..16 {
            let file = &file;
            scope.spawn(move || file.add(&format!("host{}", n / 2), &key(A)).unwrap());
        }
    });
    let text = fs::read_to_string(file.path()).unwrap();
    assert!(text.starts_with(&format!("# mine\nother {B}\n")));
    // Two wanted to add the same: it stands there once.
    assert_eq!(text.lines().count(), 2 + 8, "{text}");
    for n in 0..8 {
        assert!(matches!(file.look_up(&format!("host{n}"), &key(A)).unwrap(), Record::Known { .. }));
    }
}

#[test]
fn a_new_file_begins_with_the_entry() {
    let folder = tempfile::tempdir().unwrap();
    let file = KnownHosts::new(folder.path().join("new/known_hosts"));
    file.add("host", &key(A)).unwrap();
    assert_eq!(fs::read_to_string(file.path()).unwrap(), format!("host {A}\n"));
    assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_name_that_would_be_another_line_is_not_added() {
    let Fixture { _folder, file } = file(&format!("other {B}\n"));
    for host in
        ["host\nevil", "a b", "a,b", "*", "!a", "#a", "@revoked", "a\u{1b}[2J", "a\u{202e}", "a\u{a0}b"]
    {
        assert!(file.add(host, &key(A)).is_err(), "{host:?}");
    }
    assert_eq!(fs::read_to_string(file.path()).unwrap(), format!("other {B}\n"));
}

#[test]
fn a_folder_that_cannot_be_written_to_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("file");
    fs::write(&in_the_way, "").unwrap();
    assert!(KnownHosts::new(in_the_way.join("known_hosts")).add("host", &key(A)).is_err());
}

#[test]
fn hashed_names_match_and_ssh_keygen_agrees() {
    let plain = format!("[host]:7022 {B}\nhost {A}\n*.example.com {A}\n");
    let Fixture { _folder, file } = file(&plain);
    match Command::new("ssh-keygen").arg("-H").arg("-f").arg(file.path()).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "ssh-keygen is needed: {error}");
            return eprintln!("not run: ssh-keygen: {error}");
        }
    }
    assert!(fs::read_to_string(file.path()).unwrap().starts_with("|1|"));
    for (host, shown, expected) in [
        ("host", A, known(2)),
        ("[host]:7022", B, known(1)),
        ("host", B, changed(2)),
        ("a.example.com", A, known(3)),
        ("elsewhere", A, Record::Unknown),
    ] {
        assert_eq!(file.look_up(host, &key(shown)).unwrap(), expected, "{host}");
        let found = Command::new("ssh-keygen").args(["-F", host, "-f"]).arg(file.path()).output().unwrap();
        assert_eq!(found.status.success(), expected != Record::Unknown, "ssh-keygen -F {host}");
    }
}

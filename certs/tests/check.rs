//! Each way in which a set can be wrong is found, named by its file, and found alone.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
    time::{Duration, SystemTime},
};

use certs::{
    AUTHORIZED_KEYS, CA_CERT, CA_KEY, CLIENT_CERT, Fault, SERVER_CERT, SERVER_KEY, SERVER_RSA_CERT,
    SSH_HOST_KEY, SSH_HOST_PUB, SSH_USER_KEY, SSH_USER_PUB, check, ensure,
};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, Issuer, KeyPair};

/// What is found after `break_it` was done to a sound set.
fn found(break_it: impl FnOnce(&Path)) -> Vec<(&'static str, Fault)> {
    let dir = tempfile::tempdir().unwrap();
    ensure(dir.path()).unwrap();
    break_it(dir.path());
    let report = check(dir.path()).unwrap();
    report.findings.iter().map(|finding| (finding.file, finding.fault)).collect()
}

fn overwrite(dir: &Path, name: &str, text: &str) {
    fs::write(dir.join(name), text).unwrap();
}

/// A certificate for the server's key by the set's own CA, altered by `alter`.
fn reissue(dir: &Path, alter: impl FnOnce(&mut CertificateParams)) {
    let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap();
    let ca_key = KeyPair::from_pem(&read(CA_KEY)).unwrap();
    let ca = Issuer::from_ca_cert_pem(&read(CA_CERT), ca_key).unwrap();
    let mut params = CertificateParams::new(certs::SERVER_NAMES.map(String::from)).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    alter(&mut params);
    let cert = params.signed_by(&KeyPair::from_pem(&read(SERVER_KEY)).unwrap(), &ca).unwrap();
    overwrite(dir, SERVER_CERT, &cert.pem());
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}

#[test]
fn a_sound_set_has_no_findings_and_tells_subjects_and_fingerprints() {
    let dir = tempfile::tempdir().unwrap();
    ensure(dir.path()).unwrap();
    let report = check(dir.path()).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.verified.len(), 6, "four certificates, two SSH keys: {report}");
    assert!(report.to_string().ends_with("all 14 files are in order"), "{report}");
    assert_eq!(found(|dir| reissue(dir, |_| {})), [], "and neither has one issued by this test");
}

#[test]
fn a_missing_file_is_named() {
    let gone = |name| found(|dir| fs::remove_file(dir.join(name)).unwrap());
    for name in [CA_KEY, CA_CERT, SERVER_KEY, CLIENT_CERT, SSH_HOST_KEY, SSH_USER_PUB, AUTHORIZED_KEYS] {
        assert_eq!(gone(name), [(name, Fault::Missing)]);
    }
}

#[test]
fn an_expired_certificate_is_named() {
    let expired = found(|dir| {
        reissue(dir, |params| {
            params.not_before = (SystemTime::now() - days(30)).into();
            params.not_after = (SystemTime::now() - days(1)).into();
        });
    });
    assert_eq!(expired, [(SERVER_CERT, Fault::Expired)]);
}

#[test]
fn a_certificate_not_yet_valid_is_named() {
    let early = found(|dir| {
        reissue(dir, |params| {
            params.not_before = (SystemTime::now() + days(1)).into();
            params.not_after = (SystemTime::now() + days(30)).into();
        });
    });
    assert_eq!(early, [(SERVER_CERT, Fault::NotYetValid)]);
}

#[test]
fn a_certificate_without_a_name_or_a_use_is_named() {
    let nameless = found(|dir| reissue(dir, |params| params.subject_alt_names.truncate(4)));
    assert_eq!(nameless, [(SERVER_CERT, Fault::Unfit)]);
    let for_clients = found(|dir| {
        reissue(dir, |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    });
    assert_eq!(for_clients, [(SERVER_CERT, Fault::Unfit)]);
}

#[test]
fn a_key_of_another_certificate_is_named() {
    let other = KeyPair::generate().unwrap().serialize_pem();
    assert_eq!(found(|dir| overwrite(dir, SERVER_KEY, &other)), [(SERVER_KEY, Fault::Mismatched)]);
    assert_eq!(found(|dir| overwrite(dir, CA_KEY, &other)), [(CA_KEY, Fault::Mismatched)]);
}

#[test]
fn certificates_of_another_ca_are_named() {
    let other = tempfile::tempdir().unwrap();
    ensure(other.path()).unwrap();
    let swapped = found(|dir| {
        for name in [CA_CERT, CA_KEY] {
            fs::copy(other.path().join(name), dir.join(name)).unwrap();
        }
    });
    let signed = [SERVER_CERT, SERVER_RSA_CERT, CLIENT_CERT];
    assert_eq!(swapped, signed.map(|name| (name, Fault::Mismatched)));
}

#[test]
fn a_ca_that_borrows_the_name_of_ours_is_found_by_its_signature() {
    let borrowed = found(|dir| {
        let key = KeyPair::from_pem(&fs::read_to_string(dir.join(SERVER_KEY)).unwrap()).unwrap();
        let said = Command::new("openssl")
            .args(["x509", "-noout", "-subject", "-nameopt", "multiline", "-in"])
            .arg(dir.join(CA_CERT))
            .output()
            .unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        let mut params = CertificateParams::new(certs::SERVER_NAMES.map(String::from)).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (label, kind) in
            [("organizationName", DnType::OrganizationName), ("commonName", DnType::CommonName)]
        {
            let line = said.lines().find(|line| line.trim().starts_with(label)).unwrap();
            params.distinguished_name.push(kind, line.split_once(" = ").unwrap().1);
        }
        let false_ca = Issuer::new(params.clone(), KeyPair::generate().unwrap());
        overwrite(dir, SERVER_CERT, &params.signed_by(&key, &false_ca).unwrap().pem());
    });
    assert_eq!(borrowed, [(SERVER_CERT, Fault::Mismatched)]);
}

#[test]
fn a_certificate_in_the_cas_place_is_named() {
    let found = found(|dir| {
        fs::copy(dir.join(SERVER_CERT), dir.join(CA_CERT)).unwrap();
        fs::copy(dir.join(SERVER_KEY), dir.join(CA_KEY)).unwrap();
    });
    assert!(found.contains(&(CA_CERT, Fault::Unfit)), "{found:?}");
}

#[test]
fn an_ssh_key_that_does_not_fit_its_public_half_is_named() {
    let swapped = found(|dir| {
        fs::copy(dir.join(SSH_USER_PUB), dir.join(SSH_HOST_PUB)).unwrap();
    });
    assert_eq!(swapped, [(SSH_HOST_PUB, Fault::Mismatched)]);
}

#[test]
fn a_user_who_would_not_be_let_in_is_named() {
    let shut_out = found(|dir| {
        fs::copy(dir.join(SSH_HOST_PUB), dir.join(AUTHORIZED_KEYS)).unwrap();
    });
    assert_eq!(shut_out, [(AUTHORIZED_KEYS, Fault::Mismatched)]);
    let one_of_many = found(|dir| {
        let ours = fs::read_to_string(dir.join(AUTHORIZED_KEYS)).unwrap();
        overwrite(dir, AUTHORIZED_KEYS, &format!("# who may come in\n\nssh-rsa nonsense\n{ours}"));
    });
    assert_eq!(one_of_many, []);
}

#[test]
fn a_private_file_that_others_may_read_is_named() {
    let open = found(|dir| {
        fs::set_permissions(dir.join(SSH_USER_KEY), Permissions::from_mode(0o644)).unwrap();
    });
    assert_eq!(open, [(SSH_USER_KEY, Fault::Exposed)]);
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_named() {
    for name in [CA_CERT, CA_KEY, SERVER_CERT, SERVER_KEY, SSH_HOST_KEY, SSH_HOST_PUB] {
        let found = found(|dir| overwrite(dir, name, "-----BEGIN NONSENSE-----\n"));
        assert_eq!(found, [(name, Fault::Unreadable)]);
    }
    let binary = found(|dir| fs::write(dir.join(SERVER_CERT), [0x30, 0x82, 0xff]).unwrap());
    assert_eq!(binary, [(SERVER_CERT, Fault::Unreadable)]);
}

#[test]
fn a_folder_that_is_not_there_is_an_error_with_what_to_do() {
    let said = check(Path::new("/nowhere/at/all")).unwrap_err().to_string();
    assert!(said.contains("/nowhere/at/all") && said.contains("certs --dir"), "{said}");
}

#[test]
fn the_program_makes_checks_and_exits_with_1_when_something_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let keys = dir.path().join("keys");
    let certs = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_certs"))
            .args(["--dir", keys.to_str().unwrap()])
            .args(args)
            .output();
        let output = output.unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code(), said)
    };
    let (code, said) = certs(&["--check"]);
    assert!(code == Some(1) && said.contains("there is no folder"), "{said}");
    let (code, said) = certs(&[]);
    assert!(code == Some(0) && said.starts_with("made in "), "{said}");
    let (code, said) = certs(&["--check"]);
    assert!(code == Some(0) && said.contains("all 14 files are in order"), "{said}");
    fs::remove_file(keys.join(SERVER_CERT)).unwrap();
    let (code, said) = certs(&["--check"]);
    assert!(code == Some(1) && said.contains("! server.pem: is missing"), "{said}");
    let (code, said) = certs(&["--help"]);
    assert!(code == Some(0) && said.contains("Examples:"), "{said}");
}

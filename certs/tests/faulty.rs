//! Each flaw is the one it is called after: openssl, which the tests need on the PATH, finds it and no other.

use std::{path::Path, process::Command};

use certs::{CA_CERT, Flaw, INTERMEDIATE_CERT, Key, SERVER_CERT, faulty};

/// What `openssl verify` says of the server's certificate for the name localhost.
fn verdict(dir: &Path, untrusted: &str) -> String {
    let path = |name: &str| dir.join(name).display().to_string();
    let mut command = Command::new("openssl");
    command.args(["verify", "-no-CApath", "-no-CAstore", "-purpose", "sslserver"]);
    command.args(["-verify_hostname", "localhost", "-CAfile", &path(CA_CERT)]);
    if !untrusted.is_empty() {
        command.args(["-untrusted", &path(untrusted)]);
    }
    let output = command.arg(path(SERVER_CERT)).output().expect("this test needs openssl on the PATH");
    let said = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn openssl_finds_each_flaw() {
    for (flaw, untrusted, says) in [
        (Flaw::UnknownCa, "", ": OK"), // whoever trusts this very CA has nothing to complain about
        (Flaw::SelfSigned, "", ": OK"),
        (Flaw::Expired, "", "certificate has expired"),
        (Flaw::NotYetValid, "", "certificate is not yet valid"),
        (Flaw::WrongName, "", "hostname mismatch"),
        (Flaw::MissingIntermediate, "", "unable to get local issuer certificate"),
        (Flaw::MissingIntermediate, INTERMEDIATE_CERT, ": OK"),
        (Flaw::WithIntermediate, SERVER_CERT, ": OK"), // the second certificate of the chain is the one it needs
    ] {
        for key in [Key::Ecdsa, Key::Rsa] {
            let dir = tempfile::tempdir().expect("a temporary folder can be made");
            faulty(flaw, key, dir.path()).expect("the set can be made");
            let said = verdict(dir.path(), untrusted);
            assert!(said.contains(says), "{flaw:?} {key:?}: {said}");
            assert_eq!(
                said.matches(" depth lookup: ").count(),
                usize::from(!says.contains("OK")),
                "{flaw:?}: {said}"
            );
        }
    }
}

#[test]
fn a_flaw_that_nobody_knows_is_refused_by_name() {
    let refused = "rotten".parse::<Flaw>().expect_err("there is none");
    assert!(refused.to_string().contains("`rotten`"), "{refused}");
}

//! What is made, asked of the programs that know: openssl and ssh-keygen, which the tests need on the PATH.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command, thread};

use certs::{
    AUTHORIZED_KEYS, CA_CERT, CA_KEY, CLIENT_CERT, CLIENT_KEY, SERVER_CERT, SERVER_KEY, SERVER_NAMES,
    SERVER_RSA_CERT, SERVER_RSA_KEY, SSH_HOST_KEY, SSH_HOST_PUB, SSH_PASSWORD, SSH_USER_KEY, SSH_USER_PUB,
    check, ensure, password,
};

const ALL: [&str; 14] = [
    CA_KEY,
    CA_CERT,
    SERVER_KEY,
    SERVER_CERT,
    SERVER_RSA_KEY,
    SERVER_RSA_CERT,
    CLIENT_KEY,
    CLIENT_CERT,
    SSH_HOST_KEY,
    SSH_HOST_PUB,
    SSH_USER_KEY,
    SSH_USER_PUB,
    AUTHORIZED_KEYS,
    SSH_PASSWORD,
];
const PRIVATE: [&str; 7] =
    [CA_KEY, SERVER_KEY, SERVER_RSA_KEY, CLIENT_KEY, SSH_HOST_KEY, SSH_USER_KEY, SSH_PASSWORD];

/// A set in a folder of its own.
fn set() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    ensure(dir.path()).unwrap();
    dir
}

fn path(dir: &Path, name: &str) -> String {
    dir.join(name).to_str().unwrap().to_owned()
}

/// What a program prints, on both streams; it must succeed.
fn run(program: &str, args: &[&str]) -> String {
    let output = Command::new(program)
        .args(args)
        .output()
        .unwrap_or_else(|error| panic!("this test needs {program} on the PATH: {error}"));
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {args:?} says: {said}");
    said
}

fn everything(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn the_first_use_makes_the_set_and_says_what_and_where() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("not/yet/there");
    let made = ensure(&dir).unwrap();
    assert_eq!(made.made, ALL.map(|name| dir.join(name)));
    let names: Vec<_> = everything(&dir).into_iter().map(|(name, _)| name).collect();
    let mut all = ALL.map(String::from).to_vec();
    all.sort();
    assert_eq!(names, all, "nothing else is left in the folder");
    let said = made.to_string();
    assert!(said.contains(dir.to_str().unwrap()), "{said}");
    for name in ALL {
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn the_second_use_makes_nothing_and_changes_nothing() {
    let dir = set();
    let before = everything(dir.path());
    assert!(ensure(dir.path()).unwrap().made.is_empty());
    assert_eq!(everything(dir.path()), before);
}

#[test]
fn private_files_are_their_owners_only() {
    let dir = set();
    for name in ALL {
        let mode = fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
        if PRIVATE.contains(&name) {
            assert_eq!(mode, 0o600, "{name}");
        } else {
            assert_eq!(mode & 0o133, 0, "{name} is read by all and written by its owner: {mode:o}");
        }
    }
}

#[test]
fn processes_that_start_at_once_make_one_set_between_them() {
    let dir = tempfile::tempdir().unwrap();
    let made: usize = thread::scope(|scope| {
        let all: Vec<_> = (0..8)
            .map(|_| {
                // Processes, for a lock that threads respect need not hold between programs.
                scope.spawn(|| {
                    let said = run(env!("CARGO_BIN_EXE_certs"), &["--dir", dir.path().to_str().unwrap()]);
                    usize::from(said.starts_with("made in"))
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!(made, 1, "one makes it, the others wait and find it whole");
    assert_eq!(check(dir.path()).unwrap().findings, []);
}

#[test]
fn a_set_that_lacks_files_is_completed_by_the_ca_that_is_there() {
    let dir = set();
    let before = everything(dir.path());
    let gone = [SERVER_CERT, CLIENT_CERT, CLIENT_KEY, SSH_USER_PUB, AUTHORIZED_KEYS];
    for name in gone {
        fs::remove_file(dir.path().join(name)).unwrap();
    }
    let made = ensure(dir.path()).unwrap();
    assert_eq!(made.made.len(), gone.len());
    assert_eq!(check(dir.path()).unwrap().findings, []);
    let serial = |pem: &[u8]| {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), pem).unwrap();
        run("openssl", &["x509", "-noout", "-serial", "-in", file.path().to_str().unwrap()])
    };
    for ((name, old), (_, new)) in before.iter().zip(everything(dir.path())) {
        match name.as_str() {
            SERVER_CERT => assert_ne!(serial(old), serial(&new), "issued again, so it is another one"),
            CLIENT_CERT | CLIENT_KEY => assert_ne!(*old, new, "{name} is new"),
            _ => assert_eq!(*old, new, "{name} is as it was, or was made from what was there"),
        }
    }
}

#[test]
fn what_was_cut_short_before_the_cas_certificate_is_completed() {
    let dir = set();
    fs::remove_file(dir.path().join(CA_CERT)).unwrap();
    ensure(dir.path()).unwrap();
    assert_eq!(check(dir.path()).unwrap().findings, [], "the new CA has the old key and the old name");
}

#[test]
fn a_lost_key_is_never_replaced_by_one_that_does_not_fit() {
    for (key, derived) in [(CA_KEY, CA_CERT), (SERVER_KEY, SERVER_CERT), (SSH_USER_KEY, SSH_USER_PUB)] {
        let dir = set();
        fs::remove_file(dir.path().join(key)).unwrap();
        if key == CA_KEY {
            assert!(ensure(dir.path()).unwrap().made.is_empty(), "nothing is to be signed");
            fs::remove_file(dir.path().join(SERVER_CERT)).unwrap();
        }
        let said = format!("{:#}", ensure(dir.path()).unwrap_err());
        assert!(said.contains(key) && said.contains(derived) && said.contains("put the key back"), "{said}");
        assert!(!dir.path().join(key).exists());
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let said = format!("{:#}", ensure(&file.path().join("keys")).unwrap_err());
    assert!(said.contains(file.path().to_str().unwrap()) && said.contains("CERTS_DIR"), "{said}");
}

#[test]
fn openssl_trusts_the_server_by_each_of_its_names() {
    let dir = set();
    let [ca, cert, rsa] = [CA_CERT, SERVER_CERT, SERVER_RSA_CERT].map(|name| path(dir.path(), name));
    for name in SERVER_NAMES {
        let flag = if name.parse::<std::net::IpAddr>().is_ok() { "-verify_ip" } else { "-verify_hostname" };
        let strictly = ["verify", "-x509_strict", "-purpose", "sslserver", flag, name, "-CAfile", &ca];
        run("openssl", &[&strictly[..], &[&cert, &rsa]].concat());
    }
    let wrong = Command::new("openssl")
        .args(["verify", "-verify_hostname", "example.com", "-CAfile", &ca, &cert])
        .output()
        .unwrap();
    assert!(!wrong.status.success(), "and by no other");
}

#[test]
fn openssl_trusts_the_client_as_a_client_only() {
    let dir = set();
    let (ca, cert) = (path(dir.path(), CA_CERT), path(dir.path(), CLIENT_CERT));
    run("openssl", &["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", &ca, &cert]);
    let as_server = Command::new("openssl")
        .args(["verify", "-purpose", "sslserver", "-CAfile", &ca, &cert])
        .output()
        .unwrap();
    assert!(!as_server.status.success());
}

#[test]
fn openssl_reads_in_the_certificates_what_rfc_5280_asks_for() {
    let dir = set();
    let text = |name| {
        run("openssl", &["x509", "-noout", "-text", "-nameopt", "oneline", "-in", &path(dir.path(), name)])
    };
    let (ca, server, client) = (text(CA_CERT), text(SERVER_CERT), text(CLIENT_CERT));
    for line in ["CA:TRUE, pathlen:0", "Certificate Sign, CRL Sign", "CN = Handshakes demo CA "] {
        assert!(ca.contains(line), "{line} in {ca}");
    }
    let key_id = ca.split("Subject Key Identifier:").nth(1).and_then(|rest| rest.lines().nth(1)).unwrap();
    for leaf in [&server, &client] {
        for line in
            ["CA:FALSE", "Digital Signature", "prime256v1", "ecdsa-with-SHA256", "Subject Key Identifier"]
        {
            assert!(leaf.contains(line), "{line} in {leaf}");
        }
        let issuer =
            leaf.split("Authority Key Identifier:").nth(1).and_then(|rest| rest.lines().nth(1)).unwrap();
        assert_eq!(issuer.trim(), key_id.trim());
    }
    assert!(
        server.contains("TLS Web Server Authentication") && client.contains("TLS Web Client Authentication")
    );
    let rsa = text(SERVER_RSA_CERT);
    for line in ["CA:FALSE", "Key Encipherment", "(2048 bit)", "TLS Web Server Authentication"] {
        assert!(rsa.contains(line), "{line} in {rsa}");
    }
    assert!(!rsa.contains("Digital Signature"), "static RSA decrypts and signs nothing: {rsa}");
    let lasts = |name: &str, days: u32| {
        let seconds = |days: u32| (days * 24 * 60 * 60).to_string();
        let still_valid = |days| {
            let file = path(dir.path(), name);
            let args = ["x509", "-noout", "-checkend", &seconds(days), "-in", &file];
            Command::new("openssl").args(args).output().unwrap().status.success()
        };
        still_valid(days - 1) && !still_valid(days)
    };
    assert!(lasts(SERVER_CERT, 825) && lasts(CLIENT_CERT, 825) && lasts(CA_CERT, 3650));
}

#[test]
fn the_tls_keys_are_pkcs8_and_fit_their_certificates() {
    let dir = set();
    for (key, cert) in [
        (CA_KEY, CA_CERT),
        (SERVER_KEY, SERVER_CERT),
        (SERVER_RSA_KEY, SERVER_RSA_CERT),
        (CLIENT_KEY, CLIENT_CERT),
    ] {
        let (key, cert) = (path(dir.path(), key), path(dir.path(), cert));
        assert!(fs::read_to_string(&key).unwrap().starts_with("-----BEGIN PRIVATE KEY-----"));
        let of_key = run("openssl", &["pkey", "-pubout", "-in", &key]);
        let of_cert = run("openssl", &["x509", "-noout", "-pubkey", "-in", &cert]);
        assert_eq!(of_key, of_cert);
    }
}

#[test]
fn two_sets_have_cas_of_different_names() {
    let subject = |dir: &Path| run("openssl", &["x509", "-noout", "-subject", "-in", &path(dir, CA_CERT)]);
    assert_ne!(subject(set().path()), subject(set().path()));
}

#[test]
fn ssh_keygen_reads_the_keys_and_they_fit() {
    let dir = set();
    for (key, public) in [(SSH_HOST_KEY, SSH_HOST_PUB), (SSH_USER_KEY, SSH_USER_PUB)] {
        let derived = run("ssh-keygen", &["-y", "-f", &path(dir.path(), key)]);
        assert_eq!(derived.trim(), fs::read_to_string(dir.path().join(public)).unwrap().trim());
        let listed = run("ssh-keygen", &["-l", "-f", &path(dir.path(), public)]);
        assert!(listed.contains("SHA256:") && listed.contains("ED25519"), "{listed}");
    }
    assert_eq!(
        fs::read(dir.path().join(AUTHORIZED_KEYS)).unwrap(),
        fs::read(dir.path().join(SSH_USER_PUB)).unwrap()
    );
}

#[test]
fn the_password_is_random_and_shown_only_when_asked_for() {
    let (one, other) = (set(), set());
    let (first, second) = (password(one.path()).unwrap(), password(other.path()).unwrap());
    assert!(first.len() == 20 && first != second);
    let certs = env!("CARGO_BIN_EXE_certs");
    let dir = ["--dir", one.path().to_str().unwrap()];
    assert_eq!(run(certs, &[&dir[..], &["--show-password"]].concat()), format!("{first}\n"));
    for quiet in [&[][..], &["--check"]] {
        assert!(!run(certs, &[&dir[..], quiet].concat()).contains(&first));
    }
}

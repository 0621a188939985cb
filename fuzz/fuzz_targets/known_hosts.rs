//! The file of known hosts: an input is the file, and the names that it knows are asked for.
#![no_main]

use std::{fs, path::PathBuf, sync::LazyLock};

use clients::ssh::known_hosts::{KnownHosts, Record};
use libfuzzer_sys::fuzz_target;
use russh::keys::PublicKey;

/// In memory where there is such a folder: a file is written for every input.
static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let memory = tempfile::tempdir_in("/dev/shm");
    memory.or_else(|_| tempfile::tempdir()).expect("a folder can be made")
});

const KEYS: [&str; 2] = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ",
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHwf2HMM5TRXvo2SQJjsNkiDD5KqiiNjrGVv3UUh+mMT5RHxiRtOnlqvjhQtBq0VpmpCV/PwUdhOig4vkbqAcEc=",
];

fuzz_target!(|input: &[u8]| {
    let path: PathBuf = FOLDER.path().join("known_hosts");
    fs::write(&path, input).expect("the folder is ours");
    let hosts = KnownHosts::new(path.clone());
    let keys = KEYS.map(|key| PublicKey::from_openssh(key).expect("it is a key"));
    let lines = input.split(|byte| *byte == b'\n').count();
    for name in ["localhost", "[127.0.0.1]:7022", "[::1]:22", "a.example.org"] {
        for key in &keys {
            match hosts.look_up(name, key).expect("the file can be read") {
                Record::Unknown => {}
                Record::Known { line } | Record::Changed { line, .. } | Record::Revoked { line } => {
                    assert!((1..=lines).contains(&line), "line {line} of {lines}");
                }
            }
        }
        hosts.algorithms(name).expect("the file can be read");
    }
    // What was there stays as it was, and the host is known from then on, unless its key was revoked.
    let (name, key) = ("added.example.org", &keys[0]);
    let before = hosts.look_up(name, key).expect("the file can be read");
    hosts.add(name, key).expect("the folder is ours");
    let now = fs::read(&path).expect("it was written");
    assert!(now.starts_with(input), "what stood in the file has changed");
    match before {
        Record::Known { .. } => assert_eq!(now, input, "a known host was added again"),
        Record::Revoked { .. } => {}
        Record::Unknown | Record::Changed { .. } => {
            let after = hosts.look_up(name, key).expect("the file can be read");
            assert!(matches!(after, Record::Known { .. }), "added, and yet {after:?}");
        }
    }
});

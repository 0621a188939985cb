//! Other programs talk to one another, tcpdump writes it down, and both `lab read` and tshark say what it was.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use claims::Event;
use steps::Protocol;

use super::Run;
use crate::{
    common::{ByName as _, binary},
    readback,
    theirs::{Judge, tshark},
};

/// What they need.
pub(crate) const PEERS: [&str; 13] = [
    "unshare",
    "ip",
    "ss",
    "tcpdump",
    "openssl",
    "gnutls-cli",
    "gnutls-serv",
    "nginx",
    "curl",
    "ssh",
    "sshd",
    "ssh-keygen",
    "python3",
];

/// A capture of programs that are not ours, and the secrets that they logged.
pub(crate) struct Captured {
    pub(crate) file: PathBuf,
    pub(crate) keys: PathBuf,
    websockets: Vec<u16>,
}

impl Captured {
    /// Lets them talk; the files are in `folder`.
    pub(crate) fn in_folder(folder: &Path) -> Captured {
        let peers = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers");
        let mut run = Command::new("unshare");
        run.args(["-n", "bash", "-x"]).arg(format!("{peers}/foreign.sh")).arg(peers).current_dir(folder);
        let output = run.env_remove("SSLKEYLOGFILE").output().expect("unshare runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let ports = fs::read_to_string(folder.join("ws.ports")).expect("the script writes it");
        let websockets = ports.lines().map(|port| port.parse().expect("a port")).collect();
        Captured { file: folder.join("run.pcap"), keys: folder.join("keys.txt"), websockets }
    }

    /// What the ports carry.
    fn carried(&self) -> Vec<(u16, &'static str)> {
        let known = [(4443, "tls"), (4444, "tls"), (8080, "http"), (8443, "tls"), (4022, "ssh")];
        known.into_iter().chain(self.websockets.iter().map(|port| (*port, "http"))).collect()
    }

    /// That the server's RSA key alone opens what was exchanged by static RSA, as the key log does, and another key does not.
    pub(crate) fn opens_with_the_rsa_key(&self, folder: &Path) {
        let read = |args: &[&str], key: &Path| {
            let mut lab = Command::new(binary("lab"));
            lab.arg("read").arg(&self.file).args(["--format", "json"]).args(args).arg(key);
            let output = lab.output().expect("lab runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).expect("it is text")
        };
        let events = |args: &[&str], key: &Path| -> Vec<Event> {
            let told = read(&[&["--connection", "all"][..], args].concat(), key);
            told.lines().map(|line| serde_json::from_str(line).expect("an event")).collect()
        };
        let key = folder.join("key.pem");
        let (opened, logged) = (events(&["--rsa-key"], &key), events(&["--keylog"], &self.keys));
        let static_rsa = |event: &&Event| {
            event.step.id() == "tls.server_hello" && event.text("cipher_suite").starts_with("TLS_RSA_WITH_")
        };
        let conns: Vec<&str> = logged.iter().filter(static_rsa).map(|event| event.conn.as_str()).collect();
        assert!(conns.len() >= 6, "{conns:?}");
        for conn in &conns {
            let of = |events: &[Event]| -> Vec<(&str, String)> {
                let mine = events.iter().filter(|event| event.conn == *conn && !event.step.is_summary());
                mine.map(|event| (event.step.id(), format!("{:?}", event.fields))).collect()
            };
            let (mut opened, logged) = (of(&opened), of(&logged));
            let secret = opened.iter().position(|(step, _)| *step == "tls.pre_master_secret");
            let (_, fields) = opened.remove(secret.unwrap_or_else(|| panic!("{conn}: nothing was opened")));
            assert!(fields.contains("RSA 2048 bit private key"), "{fields}");
            assert_eq!(opened, logged, "{conn}");
            assert!(opened.iter().any(|(step, fields)| *step == "tls.finished" && fields.contains("equal")));
        }
        let other = folder.join("other.pem");
        let mut openssl = Command::new("openssl");
        openssl.args(["genrsa", "-traditional", "-out"]).arg(&other).arg("2048");
        assert!(openssl.output().expect("it is there").status.success());
        for (key, fits) in [(&key, true), (&other, false)] {
            let rows = read(&["--rsa-key"], key);
            assert_eq!(rows.matches(&format!("\"rsa_key_fits\":{fits}")).count(), conns.len(), "{rows}");
            assert!(!rows.contains(&format!("\"rsa_key_fits\":{}", !fits)), "{rows}");
            let says = "the RSA key does not open its pre-master secret";
            assert_eq!(rows.contains(says), !fits, "{rows}");
        }
    }

    /// That what turns to TLS in the middle is told so.
    pub(crate) fn turns_to_tls(&self) {
        let mut lab = Command::new(binary("lab"));
        lab.arg("read").arg(&self.file).arg("--keylog").arg(&self.keys).args(["--format", "json"]);
        let output = lab.output().expect("lab runs");
        let rows = String::from_utf8_lossy(&output.stdout).into_owned();
        for before in ["SMTP", "IMAP", "LDAP", "PostgreSQL"] {
            let row = rows.lines().find(|row| row.contains(&format!("\"protocol\":\"{before}+TLS\"")));
            let row = row.unwrap_or_else(|| panic!("no {before} that turned to TLS: {rows}"));
            assert!(row.contains("\"established\":true") && row.contains("\"version\":\"TLS 1.3\""), "{row}");
        }
    }

    /// What `lab read` and tshark tell of it.
    pub(crate) fn told(&self) -> Run {
        let events = comparable(readback::read(&self.file, Some(&self.keys)));
        let told = tshark::tell(&self.file, &self.carried(), Some(&self.keys));
        let count = events.iter().filter(|event| event.step.is_summary()).count();
        Run { judge: Judge::Tshark, name: "other programs".into(), count, events, told, read: Vec::new() }
    }
}

/// Segments with data are told only where nothing above TCP tells of them: there TCP is not compared.
fn comparable(events: Vec<Event>) -> Vec<Event> {
    let segment = |event: &Event| event.step.protocol() == Protocol::Tcp && !event.step.is_summary();
    events.into_iter().filter(|event| !segment(event) || event.protocol == Protocol::Tcp).collect()
}

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

//! What the rows share: the keys, our programs, and how an end is told.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use claims::Event;
use steps::{Protocol, Side, summary};
use tempfile::TempDir;

use crate::common::{self, Running, Server, binary, missing};

/// A peer, and how it is met.
pub(crate) struct Row {
    pub(crate) protocol: Protocol,
    /// The program.
    pub(crate) peer: &'static str,
    /// Which side it is.
    pub(crate) side: Side,
    /// How it is set, in its own words; empty: as it is by itself.
    pub(crate) setting: &'static str,
    /// What the library under ours has not, where the platform's own client gets in and ours does not.
    pub(crate) lacks: Option<&'static str>,
    pub(crate) run: fn(&Bench, &Row) -> Met,
}

/// How it went.
#[derive(Debug)]
pub(crate) struct Met {
    /// How our side's connection ended: `complete`, or the rule that says why not.
    pub(crate) ours: String,
    /// Whether the platform's own client gets in with the same means; none: there is none for this.
    pub(crate) platform: Option<bool>,
    /// What the peer says of it itself.
    pub(crate) log: String,
}

/// The keys, a user of its own, and a folder.
pub(crate) struct Bench {
    folder: TempDir,
    certs: String,
    /// `/etc/passwd` and `/etc/shadow` with one user more.
    users: [String; 2],
}

/// The user whom only foreign servers know, and the password.
pub(crate) const USER: &str = "visitor";
pub(crate) const PASSWORD: &str = "open sesame";

impl Bench {
    pub(crate) fn new() -> Option<Bench> {
        let works = Command::new("unshare").args(["-m", "true"]).stderr(Stdio::null()).status();
        if !works.is_ok_and(|status| status.success()) {
            missing("the right to make a mount namespace (root), for a user of sshd's own,");
            return None;
        }
        binary("client");
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let certs = folder.path().join("certs");
        certs::ensure(&certs).expect("the demo keys can be made");
        // sshd separates its privileges in this folder when it runs as root; a package makes it at boot.
        drop(fs::create_dir_all("/run/sshd"));
        let path = |name: &str| folder.path().join(name).display().to_string();
        for (name, kind) in [("rsa", "rsa"), ("ecdsa", "ecdsa"), ("ca", "ed25519"), ("certified", "ed25519")]
        {
            done("ssh-keygen", &["-q", "-N", "", "-C", name, "-t", kind, "-f", &path(name)]);
        }
        let (ca, certified, host) = (path("ca"), path("certified.pub"), certs.join(certs::SSH_HOST_PUB));
        done("ssh-keygen", &["-q", "-s", &ca, "-I", "visitor", "-n", USER, &certified]);
        done(
            "ssh-keygen",
            &["-q", "-s", &ca, "-I", "host", "-h", "-n", "127.0.0.1", &host.display().to_string()],
        );
        let home = folder.path().join("home");
        fs::create_dir_all(home.join(".ssh")).expect("the folder is ours");
        let keys: String = [certs.join(certs::SSH_USER_KEY).display().to_string() + ".pub", path("rsa.pub")]
            .map(|file| fs::read_to_string(file).expect("it was made"))
            .concat();
        let list = home.join(".ssh/authorized_keys");
        fs::write(&list, &keys).expect("the folder is ours");
        for (path, mode) in
            [(folder.path().into(), 0o755), (home.clone(), 0o700), (home.join(".ssh"), 0o700), (list, 0o600)]
        {
            fs::set_permissions::<PathBuf>(path, fs::Permissions::from_mode(mode)).expect("it is ours");
        }
        let write = |name: &str, text: String, mode: u32| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("the folder is ours");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("it is ours");
            path.display().to_string()
        };
        let hash = Command::new("openssl").args(["passwd", "-6", PASSWORD]).output().expect("it is there");
        let hash = String::from_utf8_lossy(&hash.stdout).trim().to_owned();
        let etc = |name: &str| fs::read_to_string(Path::new("/etc").join(name)).unwrap_or_default();
        // The user is root by another name: nobody else could be switched to everywhere.
        let passwd = format!("{}\n{USER}:x:0:0::{}:/bin/sh\n", etc("passwd").trim_end(), home.display());
        let shadow = format!("{}\n{USER}:{hash}:20000:0:99999:7:::\n", etc("shadow").trim_end());
        let users = [write("passwd", passwd, 0o644), write("shadow", shadow, 0o600)];
        write("password", PASSWORD.into(), 0o600);
        write("askpass", format!("#!/bin/sh\necho {PASSWORD}\n"), 0o700);
        write("banner", "Authorised use only\n".into(), 0o644);
        // What may come in to our own server.
        let list = certs.join("authorized_keys");
        let all = fs::read_to_string(&list).expect("it was made") + &keys;
        fs::write(list, all).expect("it is ours");
        Some(Bench { certs: certs.display().to_string(), users, folder })
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// One of the demo keys.
    pub(crate) fn key(&self, name: &str) -> String {
        Path::new(&self.certs).join(name).display().to_string()
    }

    /// A new file with this text.
    pub(crate) fn file(&self, text: &str) -> String {
        let file = tempfile::NamedTempFile::new_in(self.folder.path()).expect("the folder is ours");
        fs::write(&file, text).expect("it is ours");
        file.keep().expect("it stays").1.display().to_string()
    }

    /// Runs the row, and holds what every row has to hold.
    pub(crate) fn meet(&self, row: &Row) -> Met {
        let met = (row.run)(self, row);
        assert!(!met.log.is_empty(), "the peer says nothing: {met:?}");
        if met.platform == Some(true) {
            assert_eq!(met.ours == "complete", row.lacks.is_none(), "the platform's client gets in: {met:?}");
        }
        Met { log: self.plain(&met.log), ..met }
    }

    /// A program in a namespace in which the user is.
    pub(crate) fn with_user(&self, program: &str, arguments: &[&str]) -> Running {
        let script =
            "mount --bind \"$1\" /etc/passwd && mount --bind \"$2\" /etc/shadow && shift 2 && exec \"$@\"";
        let mut command = Command::new("unshare");
        command
            .args(["-m", "sh", "-c", script, "sh", &self.users[0], &self.users[1], program])
            .args(arguments);
        Running::start(&mut command)
    }

    /// Our client to its end.
    pub(crate) fn client(&self, arguments: &[&str]) -> Vec<Event> {
        let mut command = Command::new(binary("client"));
        command.args([arguments[0], "--format", "json"]);
        if arguments[0] != "tcp" {
            command.args(["--certs", &self.certs]);
        }
        command.args(&arguments[1..]);
        Running::start(&mut command).wait().events
    }

    /// Our server.
    pub(crate) fn server(&self, protocol: &str, arguments: &[&str]) -> Server {
        let certs: &[&str] = if protocol == "tcp" { &[] } else { &["--certs", &self.certs] };
        Server::start(protocol, &[certs, arguments].concat())
    }

    /// The same in each run: without ports, prints, process numbers and folders; and not too long for a cell.
    fn plain(&self, said: &str) -> String {
        const MOST: usize = 150;
        let said = said.replace(&self.folder.path().display().to_string(), "DIR");
        let (mut plain, mut rest) = (String::new(), said.trim());
        while let Some(next) = rest.chars().next() {
            let is_key = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
            if let Some(before) = ["127.0.0.1:", "localhost:", "]:", "127.0.0.1 port ", "127.0.0.1 "]
                .iter()
                .find(|it| rest.starts_with(**it))
            {
                let digits = rest[before.len()..].bytes().take_while(u8::is_ascii_digit).count();
                plain += before;
                plain += if digits > 0 { "N" } else { "" };
                rest = &rest[before.len() + digits..];
            } else if let Some(print) = rest.strip_prefix("SHA256:") {
                plain += "SHA256:…";
                rest = &print[print.bytes().take_while(|byte| is_key(*byte)).count()..];
            } else {
                plain.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
        let short: String = plain.chars().take(MOST).collect();
        if short.len() < plain.len() { short + "…" } else { short }
    }
}

/// A program that does its work and ends.
pub(crate) fn done(program: &str, arguments: &[&str]) {
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.is_ok_and(|status| status.success()), "{program} {arguments:?}");
}

/// How a connection ended, as the page says it.
pub(crate) fn end(events: &[Event]) -> String {
    let summary = common::summary(events);
    match summary.get(summary::OUTCOME) {
        Some("complete") => "complete".into(),
        _ => summary.get(summary::RULE).unwrap_or("failed").to_owned(),
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("loopback has a free port").port()
}

/// A foreign server once it listens on a port that was free; `PORT` in the arguments stands for it.
pub(crate) fn foreign(program: &str, arguments: &[&str]) -> (Running, u16) {
    let port = free_port();
    let arguments: Vec<_> = arguments.iter().map(|it| it.replace("PORT", &port.to_string())).collect();
    let mut running = Running::start(Command::new(program).args(arguments));
    listens(&mut running, port);
    (running, port)
}

/// Waits until something listens on `port`. Asking by connect() would be a visit.
pub(crate) fn listens(running: &mut Running, port: u16) {
    running.wait_for("port", |_| {
        let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default()
            + &fs::read_to_string("/proc/net/tcp6").unwrap_or_default();
        let here = format!(":{port:04X} ");
        table.lines().any(|line| line.contains(&here) && line.contains(" 0A ")).then_some(())
    });
}

/// The first line with one of these words that a peer has said, once it has.
pub(crate) fn said(running: &mut Running, words: &[&str]) -> String {
    running.wait_for(&words.join(" or "), |running| {
        let lines = [running.stderr(), running.stdout()].concat();
        lines.into_iter().find(|line| words.iter().any(|word| line.contains(word)))
    })
}

/// A peer's script in this folder.
pub(crate) fn script(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(name).display().to_string()
}

/// A program to its end, and its line that holds one of these words.
pub(crate) fn visitor(command: &mut Command, words: &[&str]) -> String {
    let mut running = Running::start(command);
    running.end();
    said(&mut running, words)
}

//! Connections of which OpenSSH is the other end, with its own account of each.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use steps::Side;

use super::{Run, openssl::last_connection};
use crate::{
    common::{Running, Server, binary},
    theirs::{Judge, openssh},
};

const EXEC: &[&str] = &["echo", "hello there"];

/// What `ssh` is told, and what it is to run.
const VISITS: [(&str, &[&str], &[&str]); 8] = [
    ("curve25519", &[], EXEC),
    ("group 14", &["-o", "KexAlgorithms=diffie-hellman-group14-sha256"], EXEC),
    ("group exchange", &["-o", "KexAlgorithms=diffie-hellman-group-exchange-sha256"], EXEC),
    ("aes256-ctr and a MAC", &["-o", "Ciphers=aes256-ctr", "-o", "MACs=hmac-sha2-512"], EXEC),
    ("a terminal", &["-tt"], &[]),
    ("a subsystem", &["-s"], &["sftp"]),
    (
        "a foreign key, then a password",
        &["-i", "{new}/foreign", "-o", "PreferredAuthentications=publickey,password"],
        EXEC,
    ),
    ("a foreign key alone", &["-i", "{new}/foreign", "-o", "PreferredAuthentications=publickey"], EXEC),
];

/// `ssh -vvv` visits our server.
pub(crate) fn at_our_server(certs: &Path) -> Vec<Run> {
    let new = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = certs.display().to_string();
    keygen(&new.path().join("foreign"), &["ed25519"]);
    // A program that stands in for the user at the password prompt.
    let askpass = new.path().join("askpass");
    fs::write(&askpass, format!("#!/bin/sh\ncat {folder}/ssh_password\n")).expect("it is ours");
    fs::set_permissions(&askpass, fs::Permissions::from_mode(0o700)).expect("it is ours");
    let mut server = Server::start("ssh", &["--certs", &folder, "--password-login", "on"]);
    let mut runs = Vec::new();
    for (n, (name, args, words)) in VISITS.into_iter().enumerate() {
        let mut command = Command::new("ssh");
        command.args(["-vvv", "-F", "none", "-p", &server.addr.port().to_string()]);
        command.args(args.iter().map(|arg| arg.replace("{new}", &new.path().display().to_string())));
        if !args.contains(&"-i") {
            command.arg("-i").arg(certs.join("id_ed25519"));
        }
        for option in [
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "GlobalKnownHostsFile=/dev/null",
        ] {
            command.args(["-o", option]);
        }
        command
            .arg("demo@127.0.0.1")
            .args(words)
            .env("SSH_ASKPASS", &askpass)
            .env("SSH_ASKPASS_REQUIRE", "force");
        let output = command.stdin(Stdio::null()).output().expect("ssh starts");
        let account: Vec<_> = String::from_utf8_lossy(&output.stderr).lines().map(str::to_owned).collect();
        let events = last_connection(server.after_connections(n + 1));
        let told = openssh::tell(&account, Side::Server, &events[0].conn);
        runs.push(Run {
            judge: Judge::Openssh,
            name: format!("ssh, {name}"),
            count: 1,
            events,
            told,
            read: Vec::new(),
        });
    }
    runs
}

/// What sshd is told to allow, what our client is told to ask for.
const SERVED: [(&str, &str, &[&str]); 7] = [
    ("curve25519", "", &[]),
    ("a second key exchange", "", &["--rekey"]),
    (
        "group 14, aes256-gcm and ecdsa",
        "Ciphers aes256-gcm@openssh.com\nHostKeyAlgorithms ecdsa-sha2-nistp256\n",
        &["--kex", "diffie-hellman-group14-sha256"],
    ),
    (
        "aes256-ctr, a MAC and rsa, twice",
        "Ciphers aes256-ctr\nMACs hmac-sha2-512-etm@openssh.com\nHostKeyAlgorithms rsa-sha2-512\n",
        &["--rekey"],
    ),
    (
        "group exchange, aes128-ctr",
        "Ciphers aes128-ctr\nMACs hmac-sha2-256\nHostKeyAlgorithms ecdsa-sha2-nistp384\n",
        &["--kex", "diffie-hellman-group-exchange-sha256"],
    ),
    ("an rsa user key", "", &["--identity", "{new}/user_rsa"]),
    ("a foreign key", "", &["--identity", "{new}/foreign"]),
];

/// Our client visits sshd, which tells all it knows.
pub(crate) fn before_our_client(certs: &Path) -> Vec<Run> {
    let new = tempfile::tempdir().expect("a temporary folder can be made");
    let path = |name: &str| new.path().join(name);
    keygen(&path("foreign"), &["ed25519"]);
    keygen(&path("user_rsa"), &["rsa", "-b", "2048"]);
    let mut known = fs::read_to_string(certs.join("authorized_keys")).expect("it was made");
    known += &fs::read_to_string(path("user_rsa.pub")).expect("it was made a moment ago");
    fs::write(path("authorized_keys"), known).expect("it is ours");
    let mut host_keys = vec![certs.join("ssh_host_ed25519_key")];
    for (name, kind) in [
        ("host_p256", &["ecdsa", "-b", "256"][..]),
        ("host_p384", &["ecdsa", "-b", "384"]),
        ("host_rsa", &["rsa"]),
    ] {
        keygen(&path(name), kind);
        host_keys.push(path(name));
    }
    let user = Command::new("id").arg("-un").output().expect("every system has id");
    let user = String::from_utf8_lossy(&user.stdout).trim().to_owned();
    let mut runs = Vec::new();
    for (name, theirs, ours) in SERVED {
        let (mut sshd, port) = sshd(theirs, &path("config"), &path("authorized_keys"), &host_keys);
        let target = format!("{user}@127.0.0.1:{port}");
        let certs = certs.display().to_string();
        let ours: Vec<_> =
            ours.iter().map(|word| word.replace("{new}", &new.path().display().to_string())).collect();
        let mut command = Command::new(binary("client"));
        command.args(["ssh", &target, "--format", "json", "--certs", &certs, "--strict", "no"]).args(&ours);
        let left = Running::start(command.args(["--", "echo $((6*7)); exit 7"])).wait();
        let account = sshd.wait_for("end of the connection", |running| {
            let lines = running.stderr();
            let ended = |line: &String| {
                ["Disconnected from ", "Connection closed by "].iter().any(|words| line.starts_with(words))
            };
            lines.iter().any(ended).then_some(lines)
        });
        let told = openssh::tell(&account, Side::Client, &left.events[0].conn);
        runs.push(Run {
            judge: Judge::Openssh,
            name: format!("sshd, {name}"),
            count: 1,
            events: left.events,
            told,
            read: Vec::new(),
        });
    }
    runs
}

/// An sshd at its most talkative, and its port.
fn sshd(lines: &str, config: &Path, authorized_keys: &Path, host_keys: &[PathBuf]) -> (Running, u16) {
    // sshd separates its privileges in this folder when it runs as root; a package makes it at boot.
    drop(fs::create_dir_all("/run/sshd"));
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = free.expect("loopback has a free port").port();
    let keys: String = host_keys.iter().map(|key| format!("HostKey {}\n", key.display())).collect();
    let text = format!(
        "LogLevel DEBUG3\n{lines}ListenAddress 127.0.0.1:{port}\n{keys}AuthorizedKeysFile {}\nPidFile none\n\
         StrictModes no\nUsePAM no\nPermitRootLogin yes\n",
        authorized_keys.display()
    );
    fs::write(config, text).expect("it is ours");
    let mut sshd = Running::start(Command::new("/usr/sbin/sshd").args(["-D", "-e", "-f"]).arg(config));
    sshd.wait_for("Server listening", |running| {
        running.stderr().iter().any(|line| line.contains("Server listening")).then_some(())
    });
    (sshd, port)
}

fn keygen(path: &Path, kind: &[&str]) {
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-N", "", "-C", "test", "-f"]).arg(path).arg("-t").args(kind);
    assert!(command.status().expect("ssh-keygen starts").success());
}

//! SSH: other servers than OpenSSH's, and the clients that people have.

use std::process::Command;

use steps::{Protocol, Side};

use crate::{
    bench::{Bench, Met, Row, USER, done, end, foreign, free_port, listens, said, script, visitor},
    common::Server,
};

pub(crate) fn rows() -> Vec<Row> {
    let row =
        |peer, side, setting, run| Row { protocol: Protocol::Ssh, peer, side, setting, lacks: None, run };
    let servers = [
        row("Dropbear", Side::Server, "", dropbear),
        row("paramiko", Side::Server, "", python_server),
        row("asyncssh", Side::Server, "", python_server),
    ];
    let clients = [
        row("OpenSSH 9.2 ssh", Side::Client, "", openssh),
        row("OpenSSH 9.2 ssh", Side::Client, "-o KexAlgorithms=ecdh-sha2-nistp256", openssh),
        row("OpenSSH 9.2 ssh", Side::Client, "-o KexAlgorithms=diffie-hellman-group16-sha512", openssh),
        row("OpenSSH 9.2 ssh", Side::Client, "-o Ciphers=aes128-gcm@openssh.com", openssh),
        row("OpenSSH 9.2 ssh", Side::Client, "-o Ciphers=aes128-ctr -o MACs=hmac-sha2-256", openssh),
        row("OpenSSH 9.2 ssh", Side::Client, "-o PubkeyAuthentication=no", openssh),
        row("Dropbear dbclient", Side::Client, "", dbclient),
        row("PuTTY plink", Side::Client, "", plink),
        row("paramiko", Side::Client, "", python_client),
        row("asyncssh", Side::Client, "", python_client),
        row("libssh", Side::Client, "", python_client),
    ];
    crate::sshd::rows().chain(servers).chain(clients).collect()
}

/// Our client at a server on this port.
fn at(bench: &Bench, user: &str, port: u16) -> String {
    let (target, known) = (format!("{user}@127.0.0.1:{port}"), bench.file(""));
    let key = bench.key(certs::SSH_USER_KEY);
    end(&bench.client(&[
        "ssh",
        &target,
        "--strict",
        "no",
        "--known-hosts",
        &known,
        "--identity",
        &key,
        "echo",
    ]))
}

fn dropbear(bench: &Bench, _row: &Row) -> Met {
    let (port, key) = (free_port(), bench.path("dropbear_key"));
    done("dropbearkey", &["-t", "ed25519", "-f", &key]);
    let listen = format!("127.0.0.1:{port}");
    let arguments = ["-F", "-E", "-m", "-r", &key, "-P", "", "-p", &listen];
    let mut dropbear = bench.with_user("/usr/sbin/dropbear", &arguments);
    listens(&mut dropbear, port);
    let ours = at(bench, USER, port);
    Met { ours, platform: None, log: without_date(&said(&mut dropbear, &["auth succeeded"])) }
}

/// `[123] Nov 27 12:00:00 Pubkey auth succeeded ...`
fn without_date(line: &str) -> String {
    line.split_once("Pubkey").map_or(line.to_owned(), |(_, rest)| format!("Pubkey{rest}"))
}

fn python_server(bench: &Bench, row: &Row) -> Met {
    let (which, key) = (format!("{}-server", row.peer), bench.key(certs::SSH_HOST_KEY));
    let (mut server, port) = foreign("python3", &[&script("ssh_python.py"), &which, "PORT", &key]);
    let ours = at(bench, "demo", port);
    Met { ours, platform: None, log: said(&mut server, &["Auth granted", "Auth for user demo succeeded"]) }
}

/// Our server, which has been visited.
fn met(mut server: Server, log: String) -> Met {
    Met { ours: end(&server.after_connections(1)), platform: None, log }
}

fn openssh(bench: &Bench, row: &Row) -> Met {
    let server = bench.server("ssh", &["--password-login", "on"]);
    let password = certs::password(bench.key("").as_ref()).expect("it was made");
    let ask = bench.file(&format!("#!/bin/sh\necho {password}\n"));
    done("chmod", &["700", &ask]);
    let mut ssh = Command::new("ssh");
    ssh.args(["-v", "-F", "none", "-o", "GlobalKnownHostsFile=none", "-o", "UserKnownHostsFile=/dev/null"]);
    ssh.args(["-o", "StrictHostKeyChecking=no", "-o", "IdentityAgent=none", "-o", "IdentitiesOnly=yes"]);
    ssh.args(row.setting.split_whitespace()).args(["-i", &bench.key(certs::SSH_USER_KEY), "-p"]);
    ssh.arg(server.addr.port().to_string()).args(["demo@127.0.0.1", "whoami"]);
    ssh.env("SSH_ASKPASS", ask).env("SSH_ASKPASS_REQUIRE", "force");
    let log = visitor(&mut ssh, &["Authenticated to"]);
    met(server, log)
}

fn dbclient(bench: &Bench, _row: &Row) -> Met {
    let server = bench.server("ssh", &[]);
    let key = bench.path("dbclient_key");
    done("dropbearconvert", &["openssh", "dropbear", &bench.key(certs::SSH_USER_KEY), &key]);
    let port = server.addr.port().to_string();
    // Twice -y: Dropbear's own file of known hosts is left alone. It says nothing of itself but what the command says.
    let mut command = Command::new("dbclient");
    command.args(["-y", "-y", "-p", &port, "-i", &key, "demo@127.0.0.1", "whoami"]);
    let log = visitor(&mut command, &["demo"]);
    met(server, log)
}

fn plink(bench: &Bench, _row: &Row) -> Met {
    let server = bench.server("ssh", &[]);
    let ppk = bench.path("key.ppk");
    let key = bench.key(certs::SSH_USER_KEY);
    done("puttygen", &[&key, "-O", "private", "-o", &ppk, "--new-passphrase", "/dev/null"]);
    let print = Command::new("ssh-keygen")
        .args(["-lf", &bench.key(certs::SSH_HOST_PUB)])
        .output()
        .expect("it is there");
    let print = String::from_utf8_lossy(&print.stdout).split(' ').nth(1).unwrap_or_default().to_owned();
    let port = server.addr.port().to_string();
    let mut command = Command::new("plink");
    command.args([
        "-ssh",
        "-batch",
        "-v",
        "-hostkey",
        &print,
        "-i",
        &ppk,
        "-P",
        &port,
        "demo@127.0.0.1",
        "whoami",
    ]);
    let log = visitor(&mut command, &["Access granted"]);
    met(server, log)
}

fn python_client(bench: &Bench, row: &Row) -> Met {
    let server = bench.server("ssh", &[]);
    let (port, key) = (server.addr.port().to_string(), bench.key(certs::SSH_USER_KEY));
    let mut command = Command::new("python3");
    command.args([&script("ssh_python.py"), row.peer, &port, &key]);
    let words = ["(publickey) successful", "Auth for user demo succeeded", "ssh_packet_userauth_success"];
    let log = visitor(&mut command, &words);
    // libssh's lines begin with the time.
    let log = log.rsplit_once("success:  ").map_or(log.clone(), |(_, said)| said.to_owned());
    met(server, log)
}

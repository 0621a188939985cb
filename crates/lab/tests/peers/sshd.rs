//! OpenSSH's server under many settings, and `ssh` with the same means beside our client.

use std::{fs, process::Command};

use steps::{Protocol, Side};

use crate::{
    bench::{Bench, Met, Row, USER, end, free_port, listens, said},
    common::Running,
};

/// The settings, one row each; a line of sshd_config ends at `;`. `DIR` is the folder of the keys.
/// Groups of 8192 bits are left out: an unoptimised client on a busy machine takes longer for them than it waits.
const SETTINGS: &[(&str, Option<&str>)] = &[
    ("", None),
    ("KexAlgorithms curve25519-sha256", None),
    ("KexAlgorithms ecdh-sha2-nistp256", None),
    ("KexAlgorithms ecdh-sha2-nistp384", None),
    ("KexAlgorithms ecdh-sha2-nistp521", None),
    ("KexAlgorithms diffie-hellman-group14-sha256", None),
    ("KexAlgorithms diffie-hellman-group16-sha512", None),
    ("KexAlgorithms sntrup761x25519-sha512@openssh.com", Some("sntrup761x25519-sha512@openssh.com")),
    ("KexAlgorithms diffie-hellman-group14-sha1", None),
    ("Ciphers chacha20-poly1305@openssh.com", None),
    ("Ciphers aes128-gcm@openssh.com", None),
    ("Ciphers aes256-gcm@openssh.com", None),
    ("Ciphers aes128-ctr; MACs hmac-sha2-256", None),
    ("Ciphers aes192-ctr; MACs hmac-sha2-512-etm@openssh.com", None),
    ("Ciphers aes256-ctr; MACs hmac-sha1", None),
    ("Ciphers aes256-ctr; MACs umac-128-etm@openssh.com", Some("umac-128-etm@openssh.com")),
    ("Ciphers aes128-cbc", None),
    ("HostKey DIR/rsa; HostKeyAlgorithms rsa-sha2-512", None),
    ("HostKey DIR/rsa; HostKeyAlgorithms rsa-sha2-256", None),
    ("HostKey DIR/rsa; HostKeyAlgorithms ssh-rsa", None),
    ("HostKey DIR/ecdsa; HostKeyAlgorithms ecdsa-sha2-nistp256", None),
    ("HostCertificate DIR/certs/ssh_host_ed25519_key-cert.pub", None),
    ("TrustedUserCAKeys DIR/ca.pub; AuthorizedKeysFile none", None),
    (
        "PubkeyAcceptedAlgorithms rsa-sha2-256; PasswordAuthentication no; KbdInteractiveAuthentication no",
        None,
    ),
    ("PubkeyAcceptedAlgorithms rsa-sha2-512", None),
    ("PubkeyAcceptedAlgorithms ssh-ed25519", None),
    ("AuthenticationMethods publickey,password", None),
    ("AuthenticationMethods password,publickey", None),
    ("AuthenticationMethods keyboard-interactive,publickey; UsePAM yes", None),
    ("AuthenticationMethods publickey,publickey", None),
    ("AuthorizedKeysFile none", None),
    ("AuthorizedKeysFile none; PasswordAuthentication no; UsePAM yes", None),
    ("AuthorizedKeysFile none; PasswordAuthentication no; KbdInteractiveAuthentication no", None),
    ("Banner DIR/banner", None),
    ("MaxAuthTries 2", None),
    ("RekeyLimit 1K", None),
    ("Compression yes", None),
    ("ForceCommand echo here", None),
    ("MaxSessions 0", None),
];

pub(crate) fn rows() -> impl Iterator<Item = Row> {
    SETTINGS.iter().map(|&(setting, lacks)| Row {
        protocol: Protocol::Ssh,
        peer: "OpenSSH 9.2 sshd",
        side: Side::Server,
        setting,
        lacks,
        run: visit,
    })
}

fn visit(bench: &Bench, row: &Row) -> Met {
    let (mut sshd, port) = start(bench, row.setting);
    let identity = match row.setting {
        setting if setting.starts_with("PubkeyAcceptedAlgorithms rsa") => bench.path("rsa"),
        setting if setting.contains("TrustedUserCAKeys") => bench.path("certified"),
        _ => bench.key(certs::SSH_USER_KEY),
    };
    // Who has a certificate has to be known by its CA.
    let certified = row.setting.contains("HostCertificate");
    let known = if certified {
        format!("@cert-authority * {}", fs::read_to_string(bench.path("ca.pub")).expect("it was made"))
    } else {
        String::new()
    };
    let (known, strict) = (bench.file(&known), if certified { "yes" } else { "no" });
    let command = if row.setting.contains("Rekey") { "seq 1 3000" } else { "true" };

    let (target, password) = (format!("{USER}@127.0.0.1:{port}"), bench.path("password"));
    let means = ["--password-file", &password, "--identity", &identity, "--known-hosts", &known];
    let events =
        bench.client(&[&["ssh", &target, "--strict", strict][..], &means, &["--", command]].concat());
    let log = said(&mut sshd, ENDS);

    let platform = Command::new("ssh")
        .args([
            "-F",
            "none",
            "-o",
            "GlobalKnownHostsFile=none",
            "-o",
            "IdentityAgent=none",
            "-o",
            "IdentitiesOnly=yes",
        ])
        .args(["-o", "NumberOfPasswordPrompts=1", "-o", &format!("StrictHostKeyChecking={strict}")])
        .args(["-o", &format!("UserKnownHostsFile={known}"), "-i", &identity, "-p", &port.to_string()])
        .args([&format!("{USER}@127.0.0.1"), command])
        .env("SSH_ASKPASS", bench.path("askpass"))
        .env("SSH_ASKPASS_REQUIRE", "force")
        .stdin(std::process::Stdio::null())
        .output()
        .expect("it is there");
    Met { ours: end(&events), platform: Some(platform.status.success()), log }
}

/// What sshd says once it knows how a login came out.
const ENDS: &[&str] = &[
    "Accepted publickey",
    "Accepted password",
    "Accepted keyboard-interactive",
    "Unable to negotiate",
    "Connection closed by authenticating",
    "Disconnected from authenticating",
    "maximum authentication attempts",
];

fn start(bench: &Bench, setting: &str) -> (Running, u16) {
    let port = free_port();
    let mut lines = setting.replace("DIR", &bench.path("")).replace("//", "/").replace("; ", "\n");
    if !lines.contains("HostKey ") {
        lines += &format!("\nHostKey {}", bench.key(certs::SSH_HOST_KEY));
    }
    let config = bench.file(&format!(
        "{lines}\nListenAddress 127.0.0.1:{port}\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n\
         LogLevel VERBOSE\n"
    ));
    let mut sshd = bench.with_user("/usr/sbin/sshd", &["-D", "-e", "-f", &config]);
    listens(&mut sshd, port);
    (sshd, port)
}

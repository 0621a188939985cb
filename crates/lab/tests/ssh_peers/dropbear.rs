//! A second foreign implementation in each direction: Dropbear's `dbclient` with our server, `dropbear` with our client;
//! and what stands closest to it, a password at a real `sshd`. The foreign servers look users up in /etc/passwd: each
//! gets a mount namespace of its own, in which that file has one user more.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
    sync::mpsc::Receiver,
};

use claims::{Claim, Verdict};
use steps::{Step, ssh::Step as Ssh};

use crate::{
    bench::{Bench, Contains, Running, all, assert_in_order, assert_success, free_port, lines, of},
    common::{ByName as _, missing, require},
};

#[kit::test]
fn dbclient_and_our_server_tell_the_same_story() {
    let Some(bench) = Bench::new() else { return };
    if !require("dbclient") || !require("dropbearkey") {
        return;
    }
    let key = bench.dir("dropbear_key");
    let public = dropbearkey(&key);
    let list = bench.dir("certs/authorized_keys");
    fs::write(&list, fs::read_to_string(&list).unwrap() + &public + "\n").unwrap();
    let server = bench.server(&[]);
    // Twice -y: Dropbear's own file of known hosts is left alone.
    let output = Command::new("dbclient")
        .args(["-y", "-y", "-p", &server.port.to_string(), "-i"])
        .arg(&key)
        .args(["demo@127.0.0.1", "echo", "hello there"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_success(&output);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "hello there\n");
    let events = server.connection(0);
    let client =
        all(&events, Ssh::Identification).find(|it| it.text("softwareversion").starts_with("dropbear"));
    assert!(client.is_some(), "the client names itself");
    let offered = of(&events, Ssh::PublickeyQuery);
    assert!(print_of(&key).contains(offered.text("public_key_fingerprint")), "both know the key by one name");
    let order: Vec<_> = events.iter().map(|event| event.step).collect();
    assert_in_order(
        &order,
        &[
            Ssh::KeyExchangeReply,
            Ssh::Newkeys,
            Ssh::PublickeySignature,
            Ssh::AuthSuccess,
            Ssh::Exec,
            Ssh::Summary,
        ]
        .map(Step::from),
    );
    assert_eq!(of(&events, Ssh::Summary).text("outcome"), "complete");
}

#[kit::test]
fn our_client_and_dropbear_tell_the_same_story() {
    let Some(bench) = Bench::new() else { return };
    if !require("dropbear") || !require("dropbearkey") {
        return;
    }
    let Some(users) = Users::new(&bench, "") else { return };
    let host_key = bench.dir("dropbear_host_key");
    dropbearkey(&host_key);
    let port = free_port();
    let (path, listen) = (host_key.display().to_string(), format!("127.0.0.1:{port}"));
    let arguments = ["-F", "-E", "-s", "-m", "-r", &path, "-P", "", "-p", &listen];
    let mut child = Running(users.command("/usr/sbin/dropbear", &arguments).spawn().unwrap());
    let log = lines(child.0.stderr.take().unwrap());
    wait_until_it_listens(port);

    let target = format!("{USER}@127.0.0.1:{port}");
    let run = bench.client_to(&target, port, &["--strict", "accept-new", "--", "echo", "$((6*7))"]);
    assert_success(&run.output);
    assert_eq!(run.field(Ssh::ChannelData, "text"), "42");
    assert!(
        print_of(&host_key).contains(of(&run.events, Ssh::KeyExchangeReply).text("host_key_fingerprint"))
    );
    let signed = of(&run.events, Ssh::PublickeySignature).text("public_key_fingerprint").to_owned();
    let accepted = log.iter().find(|line| line.contains("Pubkey auth succeeded")).expect("dropbear says so");
    assert!(accepted.contains(&signed) && accepted.contains(USER), "{accepted}");

    let other = bench.dir("other");
    crate::bench::keygen(&other);
    let run = bench.client_to(&target, port, &["--identity", other.to_str().unwrap()]);
    assert!(run.has(Ssh::AuthFailure) && !run.has(Ssh::PublickeySignature), "it refused the key");
    assert!(log.iter().any(|line| line.contains("Exit before auth")), "and it says so");
}

/// A real sshd with `more` in its configuration, at which one user more can log in by the password "open sesame".
fn sshd_with_a_password(bench: &Bench, more: &str) -> Option<(u16, Running, Receiver<String>)> {
    if !require("sshd") || !require("openssl") {
        return None;
    }
    let hash = Command::new("openssl").args(["passwd", "-6", "open sesame"]).output().unwrap();
    let users = Users::new(bench, String::from_utf8_lossy(&hash.stdout).trim())?;
    drop(fs::create_dir_all("/run/sshd"));
    let (port, config) = (free_port(), bench.dir("sshd_config"));
    let text = format!(
        "{more}ListenAddress 127.0.0.1:{port}\nHostKey {}\nPidFile none\nStrictModes no\nUsePAM no\n\
         PermitRootLogin yes\nPasswordAuthentication yes\nLogLevel DEBUG\n",
        bench.dir("certs/ssh_host_ed25519_key").display()
    );
    fs::write(&config, text).unwrap();
    let mut child = Running(
        users.command("/usr/sbin/sshd", &["-D", "-e", "-f", config.to_str().unwrap()]).spawn().unwrap(),
    );
    let log = lines(child.0.stderr.take().unwrap());
    log.iter().find(|line| line.contains("Server listening")).expect("sshd says that it listens");
    Some((port, child, log))
}

#[kit::test]
fn a_key_that_is_the_first_of_two_proofs_is_not_refused() {
    let Some(bench) = Bench::new() else { return };
    let keys = bench.dir("certs/authorized_keys");
    let both = format!("AuthenticationMethods publickey,password\nAuthorizedKeysFile {}\n", keys.display());
    let Some((port, _sshd, log)) = sshd_with_a_password(&bench, &both) else { return };
    let passwords = bench.password_file("passwords", &["open sesame"]);
    let arguments = ["--strict", "accept-new", "--password-file", &passwords, "--", "echo", "$((6*7))"];
    let run = bench.client_to(&format!("{USER}@127.0.0.1:{port}"), port, &arguments);
    assert_success(&run.output);
    let refusal = of(&run.events, Ssh::AuthFailure);
    assert_eq!((refusal.text("method_name"), refusal.is("partial_success")), ("publickey", true));
    assert_eq!(run.verdict(Claim::S12), Some(Verdict::AsNoted));
    assert_eq!(run.verdict(Claim::S13), Some(Verdict::Depends), "a second proof, and no refusal");
    assert!(log.iter().any(|line| line.contains("Partial publickey")), "sshd says so");

    // Without the second proof nobody is in, and nothing was refused.
    let run = bench.client_to(&format!("{USER}@127.0.0.1:{port}"), port, &["--methods", "publickey"]);
    assert!(!run.output.status.success() && run.has(Ssh::AuthFailure));
    assert_eq!((run.verdict(Claim::S12), run.verdict(Claim::S13)), (None, None));
}

#[kit::test]
fn our_client_logs_in_to_sshd_by_password() {
    let Some(bench) = Bench::new() else { return };
    let Some((port, _sshd, log)) = sshd_with_a_password(&bench, "AuthorizedKeysFile none\n") else { return };
    let passwords = bench.password_file("passwords", &["not this", "open sesame"]);
    let arguments = ["--strict", "accept-new", "--password-file", &passwords, "--", "echo", "$((6*7))"];
    let run = bench.client_to(&format!("{USER}@127.0.0.1:{port}"), port, &arguments);
    assert_success(&run.output);
    assert_eq!(run.field(Ssh::AuthSuccess, "method_name"), "password");
    assert_eq!(run.verdict(Claim::S13), Some(Verdict::AsNoted), "the key was refused before");
    assert!(!String::from_utf8_lossy(&run.output.stdout).contains("open sesame"));
    let said: Vec<String> = log.iter().take_while(|line| !line.contains("Disconnected from user")).collect();
    assert_in_order(
        &said.iter().map(String::as_str).collect::<Vec<_>>(),
        &[
            Contains("Failed publickey for"),
            Contains("Failed password for"),
            Contains("Accepted password for"),
        ],
    );
}

#[kit::test]
fn ssh_keyscan_gathers_the_key_that_our_log_names() {
    let Some(bench) = Bench::new() else { return };
    if !require("ssh-keyscan") {
        return;
    }
    let server = bench.server(&[]);
    let mut command = Command::new("ssh-keyscan");
    let output =
        command.args(["-t", "ed25519", "-p", &server.port.to_string(), "127.0.0.1"]).output().unwrap();
    assert_success(&output);
    let gathered = String::from_utf8_lossy(&output.stdout).into_owned();
    let host_key = fs::read_to_string(bench.dir("certs/ssh_host_ed25519_key.pub")).unwrap();
    assert!(gathered.contains(host_key.split_whitespace().nth(1).unwrap()), "{gathered}");
    let summary = server.summary(0);
    assert!(summary.contains("ssh-keyscan leaves here too"), "{summary}");
    // What it gathered is what our client needs.
    fs::write(bench.dir("certs/known_hosts"), gathered).unwrap();
    let run = bench.client(server.port, &["--strict", "yes"]);
    assert_success(&run.output);
    assert!(run.verdict(claims::Claim::S8).is_some());
}

/// Makes a key in Dropbear's format; gives its public half as OpenSSH writes it.
fn dropbearkey(path: &Path) -> String {
    let output = Command::new("dropbearkey").args(["-t", "ed25519", "-f"]).arg(path).output().unwrap();
    assert_success(&output);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.lines().find(|line| line.starts_with("ssh-ed25519 ")).expect("it prints the public half").to_owned()
}

/// What Dropbear says of a key, with its fingerprint.
fn print_of(path: &Path) -> String {
    let output = Command::new("dropbearkey").args(["-y", "-f"]).arg(path).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn wait_until_it_listens(port: u16) {
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::yield_now();
    }
}

/// The user whom only the foreign server knows.
const USER: &str = "visitor";

/// Users of a namespace.
struct Users {
    passwd: String,
    shadow: String,
}

impl Users {
    /// One user more, whose password has this hash and whose key is the bench's own.
    fn new(bench: &Bench, hash: &str) -> Option<Self> {
        let works = Command::new("unshare").args(["-m", "true"]).stderr(Stdio::null()).status();
        if !works.is_ok_and(|status| status.success()) {
            missing("the right to make a mount namespace (root)");
            return None;
        }
        let home = bench.dir("visitor");
        fs::create_dir_all(home.join(".ssh")).unwrap();
        let keys = home.join(".ssh/authorized_keys");
        fs::copy(bench.dir("certs/id_ed25519.pub"), &keys).unwrap();
        for (path, mode) in [(home.clone(), 0o700), (home.join(".ssh"), 0o700), (keys, 0o600)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
        let more = |file: &str, line: String| {
            let path = bench.dir(file);
            let there = fs::read_to_string(Path::new("/etc").join(file)).unwrap_or_default();
            fs::write(&path, format!("{}\n{line}\n", there.trim_end())).unwrap();
            path.display().to_string()
        };
        // The user is root by another name: nobody else could be switched to everywhere.
        let passwd = more("passwd", format!("{USER}:x:0:0::{}:/bin/sh", home.display()));
        let shadow = more("shadow", format!("{USER}:{hash}:20000:0:99999:7:::"));
        Some(Users { passwd, shadow })
    }

    /// A program in a namespace where these users are.
    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let script =
            "mount --bind \"$1\" /etc/passwd && mount --bind \"$2\" /etc/shadow && shift 2 && exec \"$@\"";
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", script, "sh", &self.passwd, &self.shadow, program]).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }
}

//! The examples as their readers run them, against each other and against programs that are not ours.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use clap::{Args, FromArgMatches};
use tokio_util::sync::CancellationToken;

/// An example that `cargo test` has built beside this test.
fn example(name: &str) -> Command {
    let here = std::env::current_exe().expect("a test is a program");
    let folder: PathBuf = here.ancestors().nth(2).expect("target/<profile>/deps").join("examples");
    let mut command = Command::new(folder.join(name));
    command.env("NO_COLOR", "1");
    command
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The steps of a log, in order.
fn steps<'a>(log: &'a str, side: &str) -> Vec<&'a str> {
    let of_side = log.lines().filter(|line| line.contains(&format!("side=\"{side}\"")));
    of_side.filter_map(|line| line.split_once("step=\"")?.1.split_once('"')).map(|(step, _)| step).collect()
}

/// Those of `wanted` stand in `steps`, in this order.
#[track_caller]
fn in_order(steps: &[&str], wanted: &[&str]) {
    let mut rest = steps.iter();
    for step in wanted {
        assert!(rest.any(|seen| seen == step), "{step} is not where it should be in {steps:?}");
    }
}

/// A server that is stopped with the test.
struct Serving(Child, String);

impl Serving {
    fn start(certificate: &Path) -> Self {
        let mut command = example("axum_tls");
        let mut child =
            command.arg(certificate).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let mut address = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut address).expect("a line");
        Serving(child, address.trim().to_owned())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).expect("it was running");
    }
}

#[test]
fn a_pipe_in_memory_carries_a_websocket_with_both_ends_in_one_log() {
    let log = run(&mut example("websocket"));
    for side in ["client", "server"] {
        in_order(
            &steps(&log, side),
            &["ws.upgrade_request", "ws.switching_protocols", "ws.text", "ws.close", "ws.summary"],
        );
    }
    assert!(log.ends_with("hello\n"), "{log}");
}

#[test]
fn axum_serves_over_tls_a_client_of_ours_and_curl() {
    let folder = tempfile::tempdir().expect("a folder");
    let certificate = folder.path().join("cert.pem");
    let server = Serving::start(&certificate);
    let log = run(example("tls_client").arg(&server.1).arg(&certificate));
    in_order(
        &steps(&log, "client"),
        &[
            "tls.client_hello",
            "tls.server_hello",
            "tls.certificate",
            "tls.verify_certificate",
            "tls.handshake_complete",
            "tls.summary",
        ],
    );
    let url = format!("https://{}/", server.1);
    let body =
        run(Command::new("curl").args(["--silent", "--show-error", "--cacert"]).arg(certificate).arg(url));
    assert_eq!(body, "hello\n");
}

#[test]
fn hyper_asks_in_a_program_that_has_its_own_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let certificate = folder.path().join("cert.pem");
    let server = Serving::start(&certificate);
    let output = example("hyper_client").arg(&server.1).arg(&certificate).output().expect("it runs");
    let (ours, theirs) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    let (ours, theirs) = (ours.expect("text"), theirs.expect("text"));
    let mut rest = ours.lines();
    for title in ["ClientHello", "ServerHello", "Finished", "handshake complete"] {
        assert!(rest.any(|line| line.contains(title)), "{title} is not where it should be in {ours}");
    }
    assert!(ours.contains("hello\n"), "{ours}");
    let request = format!("request{{server=\"{}\"}}", server.1);
    assert!(theirs.lines().any(|line| line.contains(&request) && line.contains("status=200")), "{theirs}");
    assert!(
        theirs.lines().any(|line| line.contains(&request) && line.contains("tls.client_hello")),
        "{theirs}"
    );
}

#[test]
fn a_layer_of_ones_own_tells_who_waited() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Serving::start(&folder.path().join("cert.pem"));
    let waits = run(example("own_layer").arg(&server.1));
    assert!(waits.lines().any(|line| line.ends_with("µs for the server's tls.server_hello")), "{waits}");
}

#[test]
fn failures_are_counted_by_their_cause() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Serving::start(&folder.path().join("cert.pem"));
    let counted = run(example("failures").args([&server.1, &server.1]));
    assert_eq!(counted, "handshake_failures{rule=\"tls.certificate_refused\"} 2\n");
}

#[tokio::test]
async fn russh_logs_in_and_what_is_encrypted_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let certs = folder.path().join("certs");
    certs::ensure(&certs).expect("demo keys");
    let words = ["--listen".as_ref(), "127.0.0.1:0".as_ref(), "--certs".as_ref(), certs.as_os_str()];
    let command = servers::ssh::Options::augment_args(clap::Command::new("test").no_binary_name(true));
    let options = command.try_get_matches_from(words).expect("these options");
    let options = servers::ssh::Options::from_arg_matches(&options).expect("these options");
    let server = servers::ssh::Server::bind(&options, &watch::Session::default()).await.expect("a free port");
    let (address, stop) = (server.local_addr().to_string(), CancellationToken::new());
    let serving = tokio::spawn(server.run(stop.clone()));

    let key = certs.join(certs::SSH_USER_KEY);
    let log =
        tokio::task::spawn_blocking(move || run(example("ssh_client").args([&address, "demo"]).arg(key)));
    let log = log.await.expect("no panic");
    in_order(
        &steps(&log, "client"),
        &[
            "ssh.kexinit",
            "ssh.newkeys",
            "ssh.session_key",
            "ssh.publickey_signature",
            "ssh.auth_success",
            "ssh.summary",
        ],
    );
    assert!(log.contains("logged in: true"), "{log}");
    stop.cancel();
    serving.await.expect("no panic").expect("a server");
}

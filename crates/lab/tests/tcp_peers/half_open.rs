//! Connections that never come to be: accept() says nothing of them, and the server tells their story all the same.

use std::process::{ChildStdin, Command};

use claims::{Claim, Event, Verdict};
use steps::{Evidence, tcp::Step as Tcp};

use crate::{
    Nobody,
    common::{ByName as _, Running, Server, captures, client, may_capture, require, summary},
};

/// A SYN from a port whose listener hears only segments that have crossed no router with a TTL below 255, which is none:
/// it neither accepts the SYN+ACK nor refuses it. Then waits until its standard input ends.
const NEVER_ANSWERS: &str = r"
import socket, struct, sys
deaf = socket.create_server(('127.0.0.1', 0))
deaf.setsockopt(socket.IPPROTO_IP, 21, 255) # IP_MINTTL
here, there = deaf.getsockname()[1], int(sys.argv[1])
def segment(checksum):
    return struct.pack('!HHLLBBHHH', here, there, 1000, 0, 5 << 4, 2, 1000, checksum, 0)
home = socket.inet_aton('127.0.0.1')
words = home + home + struct.pack('!HH', 6, 20) + segment(0)
total = sum(struct.unpack('!16H', words))
total = (total & 0xffff) + (total >> 16)
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
raw.sendto(segment(~((total & 0xffff) + (total >> 16)) & 0xffff), ('127.0.0.1', 0))
print('sent', flush=True)
sys.stdin.read()
";

/// It stays until both are dropped.
fn never_answers(server: &Server) -> (Running, ChildStdin) {
    let port = server.addr.port().to_string();
    let (mut python, stdin) = Running::talk(Command::new("python3").args(["-c", NEVER_ANSWERS, &port]));
    python.wait_for("SYN", |python| python.stdout().contains(&"sent".to_owned()).then_some(()));
    (python, stdin)
}

#[kit::test]
fn a_syn_that_is_never_followed_up_has_a_story() {
    if !captures("half_open::a_syn_that_is_never_followed_up_has_a_story") || !require("python3") {
        return;
    }
    let mut server = Server::start("tcp", &["--syn-ack-count", "1"]);
    let silent = never_answers(&server);
    let heard = server.after_connections(1);
    drop(silent);
    let told: Vec<_> = heard.iter().map(|event| event.step.id().trim_start_matches("tcp.")).collect();
    let told: Vec<_> = told.into_iter().filter(|id| *id != "timer").collect();
    assert_eq!(told.join(" "), "kernel_settings syn syn_ack syn_received syn_ack half_open_gone summary");
    assert_eq!(verdict(&heard, Claim::O6), Some(Verdict::AsNoted));
    assert_eq!(verdict(&heard, Claim::O7), Some(Verdict::AsNoted));
    assert_eq!(
        verdict(&heard, Claim::O11),
        None,
        "whether anyone believes to be connected is not to be seen here"
    );
    assert_eq!(summary(&heard).text("outcome"), "failed");

    // And the server serves.
    let left = client(&["tcp", &server.addr.to_string()]);
    assert!(left.status.success(), "{}", left.stderr);
}

#[kit::test]
fn without_a_capture_the_kernel_lists_what_is_half_open() {
    // The SYN itself is sent with the right to do so; the server has none.
    if !captures("half_open::without_a_capture_the_kernel_lists_what_is_half_open") || !require("python3") {
        return;
    }
    assert!(may_capture());
    let Some(nobody) = Nobody::new() else { return };
    let mut server = Server::run(nobody.command("server"), "tcp", "127.0.0.1:0", &["--syn-ack-count", "1"]);
    let silent = never_answers(&server);
    let heard = server.after_connections(1);
    drop(silent);
    assert!(heard.iter().all(|event| event.step.is_summary() || event.evidence == Evidence::Kernel));
    for step in [Tcp::SynReceived, Tcp::Timer, Tcp::HalfOpenGone] {
        assert!(heard.iter().any(|event| event.step == step.into()), "{step:?}: {heard:#?}");
    }
    assert_eq!(verdict(&heard, Claim::O6), Some(Verdict::AsNoted));
    assert_eq!(verdict(&heard, Claim::O7), Some(Verdict::AsNoted));
}

fn verdict(events: &[Event], claim: Claim) -> Option<Verdict> {
    let claims = &summary(events).claims;
    claims.iter().find(|finding| finding.id == claim).map(|finding| finding.verdict)
}

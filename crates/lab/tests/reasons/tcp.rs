//! TCP: some runs stand in a network of their own, where routes and limits may be changed.

use std::net::Shutdown;

use socket2::{Domain, Socket, Type};

use steps::tcp::{Errno, reason::Refusal};

use crate::bench::{Case, Peer, apart, at, case, refused, scenario};

/// A server on port 7000 that does as `does` has it with its first client, `peer`.
fn python(does: &str) -> String {
    format!(
        "python3 -u -c \"import socket, time\nlistener = socket.create_server(('127.0.0.1', 7000))\npeer, _ = listener.accept()\n{does}\" & peer=$!; sleep 1;"
    )
}

/// ICMP of this code, destination unreachable, in answer to a segment that was heard.
const ICMP: &str = r#"
import socket, struct, time
heard = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
def hear(flag):
    while True:
        packet = heard.recv(1000)
        if packet[33] & flag and struct.unpack("!H", packet[22:24])[0] == 7000: return packet
def answer(packet, code):
    body = bytes(4) + packet[:28]
    def icmp(checksum): return struct.pack("!BBH", 3, code, checksum) + body
    total = sum(struct.unpack("!%dH" % (len(icmp(0)) // 2), icmp(0)))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    out.sendto(icmp(~total & 0xffff), ("127.0.0.1", 0))
"#;

/// On a port whose listener is deaf (IP_MINTTL): administratively prohibited.
const PROHIBITS: &str = r#"
deaf = socket.create_server(("127.0.0.1", 7000))
deaf.setsockopt(socket.IPPROTO_IP, 21, 255)
answer(hear(2), 13)
"#;

/// A listener on ::1 that hears no SYN (IPV6_MINHOPCOUNT).
const DROPS: &str = r#"
import socket, time
deaf = socket.create_server(("::1", 7000), family=socket.AF_INET6)
deaf.setsockopt(socket.IPPROTO_IPV6, 73, 255)
time.sleep(30)
"#;

/// A server that turns deaf; then a router says of the client's line: host unreachable.
const BREAKS: &str = r#"
listener = socket.create_server(("127.0.0.1", 7000))
peer, _ = listener.accept()
peer.setsockopt(socket.IPPROTO_IP, 21, 255)
answer(hear(8), 1)
time.sleep(30)
"#;

/// Writes line after line, each in a segment of its own, and reads nothing.
const DEAF: &str = r#"
import socket, time
peer = socket.socket()
peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
peer.connect(("127.0.0.1", 7000))
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
try:
    while True:
        peer.sendall(b"line\n")
        time.sleep(0.001)
except OSError: pass
"#;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(
            "tcp.connected_to_itself",
            "the system has two ports for clients, and the server's is one of them",
            |_| {
                apart(
                "echo 40000 40001 > /proc/sys/net/ipv4/ip_local_port_range
                for again in 1 2 3 4 5 6 7 8 9 10 11 12; do $CLIENT tcp 127.0.0.1:40000 --patience 3 --format json; done",
            )
            },
        ),
        case("tcp.reset_after_handshake", "a server that accepts and resets (SO_LINGER 0)", |bench| {
            bench.client(&["tcp", &at(Peer::rst), "--silent", "--delay-line", "1"])
        }),
        case("tcp.answered_by_icmp", "ICMP administratively prohibited in answer to the SYN", |_| {
            apart(&format!(
                "python3 -u -c '{ICMP}{PROHIBITS}' & peer=$!; sleep 1; $CLIENT tcp 127.0.0.1:7000 --patience 5 --format json"
            ))
        }),
        scenario("tcp.refused", "lab run tcp/refused"),
        scenario("tcp.not_answered", "lab run tcp/syn-lost-for-good"),
        refused(
            "tcp.link_local_without_scope",
            "client tcp [fe80::1]:7000",
            "[fe80::1]:7000",
            Refusal::NoScope,
            "true",
        ),
        case("tcp.no_neighbour", "an address on the own link that nobody has", |_| {
            apart(
                "ip link add one type veth peer name two; ip link set one up; ip link set two up
                ip addr add 192.0.2.1/24 dev one; $CLIENT tcp 192.0.2.7:7000 --format json",
            )
        }),
        refused("tcp.no_route", "a network with loopback alone", "192.0.2.7:7000", Refusal::NoRoute, "true"),
        refused(
            "tcp.forbidden_here",
            "ip route add prohibit 192.0.2.7",
            "192.0.2.7:7000",
            Refusal::Forbidden,
            "ip route add prohibit 192.0.2.7",
        ),
        case(
            "tcp.overtaken",
            "client tcp, and the first of two addresses of the name drops each SYN",
            |_| {
                apart(&format!(
                "printf '::1 both\\n127.0.0.1 both\\n' > /tmp/$$.hosts; $SERVER tcp --listen 127.0.0.1:7000 >&2 & server=$!
                python3 -u -c '{DROPS}' & peer=$!; sleep 1
                unshare -m sh -c 'mount --bind /tmp/'$$'.hosts /etc/hosts; exec $CLIENT tcp both:7000 --format json'
                kill $peer $server; rm /tmp/$$.hosts"
            ))
            },
        ),
        refused(
            "tcp.not_connected",
            "ip route add blackhole 192.0.2.7",
            "192.0.2.7:7000",
            Refusal::Other(Errno::EINVAL),
            "ip route add blackhole 192.0.2.7",
        ),
        scenario("tcp.data_for_a_closed_socket", "lab run tcp/server-never-closes"),
        scenario("tcp.reset_with_data_unread", "lab run tcp/reset-by-unread-data"),
        scenario("tcp.reset", "lab run tcp/reset-forged"),
        scenario("tcp.unacknowledged", "lab run tcp/last-ack-lost-for-good"),
        case("tcp.path_broke", "ICMP host unreachable in answer to the client's line", |_| {
            apart(&format!(
                "python3 -u -c '{ICMP}{BREAKS}' & peer=$!; sleep 1; \
                 $CLIENT tcp 127.0.0.1:7000 --delay-line 1 --user-timeout 2 --patience 20 --format json; kill $peer"
            ))
        }),
        case(
            "tcp.fin_behind_a_closed_window",
            "server tcp --farewell of 4000 bytes, and a client with a small buffer that never reads",
            |bench| {
                let farewell = "goodbye ".repeat(500);
                let mut server = bench.server("tcp", &["--farewell", &farewell]);
                // The buffer is what the first window is made of.
                let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket can be made");
                socket.set_recv_buffer_size(1).expect("it is a socket");
                socket.connect(&server.addr.into()).expect("it listens");
                let mut peer = Peer(socket.into());
                peer.say("line\n");
                drop(peer.0.shutdown(Shutdown::Write));
                let events = server.after_connections(1);
                drop(peer);
                events
            },
        ),
        case(
            "tcp.fin_not_acknowledged",
            "a peer that hears nothing once it is connected (IP_MINTTL)",
            |_| {
                let server = python("peer.setsockopt(socket.IPPROTO_IP, 21, 255)\ntime.sleep(30)");
                apart(&format!(
                    "{server} $CLIENT tcp 127.0.0.1:7000 --silent --delay-line 1 --patience 2 --format json; kill $peer"
                ))
            },
        ),
        scenario("tcp.peer_keeps_open", "lab run tcp/half-close-unanswered"),
        case(
            "tcp.peer_did_not_close_first",
            "client tcp --wait-for-close, at a server that answers and waits",
            |bench| {
                let server = at(|peer| {
                    peer.hear();
                    peer.say("well\n");
                    peer.stay();
                });
                bench.client(&["tcp", &server, "--wait-for-close", "--patience", "1"])
            },
        ),
        scenario("tcp.given_up", "lab run tcp/server-never-closes"),
        case("tcp.silent", "server tcp --idle-timeout 0.5, and a client that says nothing", |bench| {
            bench.visited("tcp", &["--idle-timeout", "0.5"], Peer::stay)
        }),
        case("tcp.line_not_ended", "server tcp --idle-timeout 0.5, and `hello` without an end", |bench| {
            bench.visited("tcp", &["--idle-timeout", "0.5"], |peer| {
                peer.say("hello");
                peer.stay();
            })
        }),
        case(
            "tcp.takes_no_answer",
            "server tcp --idle-timeout 1, and a client that writes and never reads",
            |_| {
                apart(&format!(
                    "echo 4096 4096 4096 > /proc/sys/net/ipv4/tcp_wmem; \
                 $SERVER tcp --listen 127.0.0.1:7000 --idle-timeout 1 --format json & peer=$!; sleep 1; \
                 python3 -c '{DEAF}'; sleep 1; kill $peer; wait"
                ))
            },
        ),
        scenario("tcp.as_told", "lab run tcp/half-close-unanswered"),
    ]
}

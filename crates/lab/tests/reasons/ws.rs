//! WebSocket.

use std::{net::TcpStream, process::Command};

use claims::Event;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::{
    bench::{Bench, Case, Peer, at, case, scenario},
    common::Running,
};

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// An upgrade request with these lines behind the usual ones.
fn request(more: &str) -> String {
    format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\n\
         Sec-WebSocket-Version: 13\r\n{more}\r\n"
    )
}

impl Bench {
    /// Our client at a server of a few lines.
    fn ws(&self, talk: fn(&mut Peer)) -> Vec<Event> {
        self.client(&["ws", &format!("ws://{}/", at(talk))])
    }
}

/// Answers the upgrade as it should be, and hears the client's first frame.
fn upgrade(peer: &mut Peer) {
    let head = peer.hear();
    let head = String::from_utf8_lossy(&head);
    let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap_or_default();
    let accept = derive_accept_key(key.as_bytes());
    peer.say(format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    ));
    peer.hear();
}

/// Answers by this status and these lines instead, and ends.
fn refuse(peer: &mut Peer, status: &str, lines: &str, body: &str) {
    peer.hear();
    let length = body.len();
    peer.say(format!("HTTP/1.1 {status}\r\n{lines}Content-Length: {length}\r\n\r\n{body}"));
    peer.fin();
}

/// Says Close with this code and this reason.
fn close(peer: &mut Peer, code: u16, reason: &str) {
    upgrade(peer);
    let length = u8::try_from(2 + reason.len()).expect("a short one");
    peer.say([&[0x88, length], &code.to_be_bytes()[..], reason.as_bytes()].concat());
    peer.fin();
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("ws.stopped", "server ws is stopped while a client is there", |bench| {
            let server = bench.server("ws", &["--no-tls"]);
            let mut visitor = Peer(TcpStream::connect(server.addr).expect("it listens"));
            visitor.say(&request("")[..40]);
            let mut server = server;
            server.after_event("tcp.established");
            server.stop().events
        }),
        case("ws.tls_at_the_ws_port", "a ClientHello at `server ws`", |bench| {
            bench.visited("ws", &["--no-tls"], |peer| {
                peer.say(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and more of a ClientHello");
                peer.stay();
            })
        }),
        case("ws.ws_at_the_tls_port", "client ws ws://, at a server that answers by a TLS alert", |bench| {
            bench.ws(|peer| {
                peer.hear();
                peer.say(b"\x15\x03\x01\x00\x02\x02\x16");
                peer.fin();
            })
        }),
        case("ws.another_protocol", "client ws, at an SSH server", |bench| {
            bench.ws(|peer| {
                peer.say("SSH-2.0-OpenSSH_9.2\r\n");
                peer.stay();
            })
        }),
        scenario("ws.redirected", "lab run ws/answer-302"),
        case("ws.credentials_wanted", "client ws, answered by 401 and WWW-Authenticate", |bench| {
            bench.ws(|peer| refuse(peer, "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", ""))
        }),
        case("ws.proxy_credentials_wanted", "client ws, answered by a proxy's 407", |bench| {
            bench.ws(|peer| {
                refuse(
                    peer,
                    "407 Proxy Authentication Required",
                    "Proxy-Authenticate: Basic realm=p\r\n",
                    "",
                );
            })
        }),
        case("ws.forbidden", "client ws, answered by 403", |bench| {
            bench.ws(|peer| {
                refuse(peer, "403 Forbidden", "Content-Type: text/plain\r\n", "Origin not allowed");
            })
        }),
        case("ws.another_version", "client ws, answered by 400 and Sec-WebSocket-Version: 8", |bench| {
            bench.ws(|peer| refuse(peer, "400 Bad Request", "Sec-WebSocket-Version: 8\r\n", ""))
        }),
        case(
            "ws.plain_http_to_https",
            "client ws ws://, answered by nginx's page for HTTP at its TLS port",
            |bench| {
                bench.ws(|peer| {
                let page = "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r\n</html>";
                refuse(peer, "400 Bad Request", "Server: nginx\r\nContent-Type: text/html\r\n", page);
            })
            },
        ),
        case("ws.not_now", "client ws, answered by 503 and Retry-After", |bench| {
            bench.ws(|peer| refuse(peer, "503 Service Unavailable", "Retry-After: 30\r\n", ""))
        }),
        case("ws.bad_gateway", "client ws, answered by 502", |bench| {
            bench.ws(|peer| refuse(peer, "502 Bad Gateway", "", "<title>502 Bad Gateway</title>"))
        }),
        scenario("ws.upgrade_required", "lab run ws/request-wrong-upgrade"),
        scenario("ws.not_found", "lab run ws/answer-404"),
        scenario("ws.a_web_page", "lab run ws/answer-200"),
        case("ws.refused", "client ws, answered by 400 and an object in JSON", |bench| {
            const ANSWER: &str = r#"{"code":0,"message":"Transport unknown"}"#;
            bench.ws(|peer| refuse(peer, "400 Bad Request", "Content-Type: application/json\r\n", ANSWER))
        }),
        scenario("ws.head_too_long", "lab run ws/header-too-large"),
        case("ws.plain_request", "GET /, as curl does", |bench| {
            bench.visited("ws", &["--no-tls"], |peer| {
                peer.say("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n");
                peer.stay();
            })
        }),
        scenario("ws.unmet", "lab run ws/answer-wrong-upgrade"),
        case("ws.sent_before_the_answer", "a frame right behind the request, at `server ws`", |bench| {
            bench.visited("ws", &["--no-tls"], |peer| {
                peer.say(request("") + "frame");
                peer.stay();
            })
        }),
        case("ws.not_http", "a blank in the name of a header, at `server ws`", |bench| {
            bench.visited("ws", &["--no-tls"], |peer| {
                peer.say(request("").replace("Host:", "Ho st:"));
                peer.stay();
            })
        }),
        case("ws.spare_connection", "openssl s_client at the wss port, which then leaves", |bench| {
            let mut server = bench.server("ws", &["--listen-tls", "127.0.0.1:0"]);
            let addr = server.addr_of("wss").to_string();
            Running::start(Command::new("openssl").args(["s_client", "-connect", &addr])).wait_text();
            server.after_connections(1)
        }),
        case("ws.said_nothing", "a client that connects and leaves", |bench| {
            bench.visited("ws", &["--no-tls"], Peer::fin)
        }),
        case("ws.gone_in_the_head", "a client that leaves after 40 bytes of its request", |bench| {
            bench.visited("ws", &["--no-tls"], |peer| {
                peer.say(&request("")[..40]);
                peer.fin();
            })
        }),
        case(
            "ws.silent_in_the_head",
            "server ws --handshake-timeout 0.3, and 40 bytes of a request",
            |bench| {
                bench.visited("ws", &["--no-tls", "--handshake-timeout", "0.3"], |peer| {
                    peer.say(&request("")[..40]);
                    peer.stay();
                })
            },
        ),
        scenario("ws.frame_rule", "lab run ws/unmasked-frame"),
        scenario("ws.message_too_long", "lab run ws/oversized-message"),
        scenario("ws.close_code_not_to_be_sent", "lab run ws/bad-close-code"),
        scenario("ws.closed_over_what_we_sent", "lab run ws/bad-utf8"),
        case("ws.closed_for_its_own_reason", "client ws, and the server says Close 1008 `policy`", |bench| {
            bench.ws(|peer| close(peer, 1008, "policy"))
        }),
        case("ws.closed_early", "client ws, and the server says Close 1000 at once", |bench| {
            bench.ws(|peer| close(peer, 1000, ""))
        }),
        case(
            "ws.no_subprotocol_agreed",
            "a client that asks for `chat` and leaves when nothing is agreed",
            |bench| {
                bench.visited("ws", &["--no-tls"], |peer| {
                    peer.say(request("Sec-WebSocket-Protocol: chat\r\n"));
                    peer.hear();
                    peer.fin();
                })
            },
        ),
        scenario("ws.gone_in_a_frame", "lab run ws/cut-mid-frame"),
        case("ws.gone_without_close", "client ws, and the server ends TCP after the upgrade", |bench| {
            bench.ws(|peer| {
                upgrade(peer);
                peer.fin();
            })
        }),
        case("ws.no_echo", "client ws, at a server that answers nothing after the upgrade", |bench| {
            bench.ws(|peer| {
                upgrade(peer);
                peer.stay();
            })
        }),
        case(
            "ws.idle",
            "server ws --idle-timeout 0.3, and a client that says nothing after the upgrade",
            |bench| {
                bench.visited("ws", &["--no-tls", "--idle-timeout", "0.3"], |peer| {
                    peer.say(request(""));
                    peer.stay();
                })
            },
        ),
    ]
}

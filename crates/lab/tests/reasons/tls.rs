//! TLS: openssl, peers by rustls, and peers that say a few bytes.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    process::Command,
    sync::Arc,
    thread,
    time::Duration,
};

use claims::Event;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    time_provider::TimeProvider,
};

use crate::{
    bench::{Bench, Case, Peer, apart, at, case, done, foreign, scenario},
    common::Running,
};

/// A ServerHello of TLS 1.2 or older: version, the end of its random, suite.
fn server_hello(version: [u8; 2], end: [u8; 8], suite: [u8; 2]) -> Vec<u8> {
    let hello = [&version[..], &[7; 24], &end, &[0], &suite, &[0]].concat();
    let length = u8::try_from(hello.len()).expect("short");
    [&[0x16, 3, 3, 0, length + 4, 2, 0, 0, length][..], &hello].concat()
}

const TLS12: [u8; 2] = [3, 3];
/// TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, which our client offers.
const SUITE: [u8; 2] = [0xc0, 0x2f];

impl Bench {
    fn tls(&self, talk: fn(&mut Peer)) -> Vec<Event> {
        self.client(&["tls", &at(talk)])
    }

    /// openssl s_client at our server; what that logged.
    fn s_client(&self, server: &[&str], args: &[&str]) -> Vec<Event> {
        let mut server = self.server("tls", server);
        let addr = server.addr.to_string();
        let mut client = Command::new("openssl");
        client.args(["s_client", "-connect", &addr]).args(args);
        Running::start(&mut client).wait_text();
        server.after_connections(1)
    }
}

/// Makes keys and certificates in the folder, once for each name: a CA, and a certificate of it for localhost.
fn certificates(
    bench: &Bench,
    name: &str,
    ca_key: &str,
    leaf_key: &str,
    digest: &str,
    extensions: &str,
) -> [String; 3] {
    let path = |what: &str| bench.path(&format!("{name}-{what}")).display().to_string();
    let [ca, ca_pem, leaf, csr, pem, text] =
        ["ca.key", "ca.pem", "leaf.key", "leaf.csr", "leaf.pem", "leaf.ext"].map(path);
    let subject = "/CN=A root of one run";
    done(
        "openssl",
        &[
            "req", "-x509", "-newkey", ca_key, "-nodes", "-keyout", &ca, "-out", &ca_pem, "-subj", subject,
            "-days", "30",
        ],
    );
    done(
        "openssl",
        &["req", "-newkey", leaf_key, "-nodes", "-keyout", &leaf, "-out", &csr, "-subj", "/CN=localhost"],
    );
    let mut sign =
        vec!["x509", "-req", "-in", &csr, "-CA", &ca_pem, "-CAkey", &ca, "-CAcreateserial", "-out", &pem];
    sign.extend(["-days", "20", digest]);
    fs::write(&text, extensions).expect("the folder is ours");
    if !extensions.is_empty() {
        sign.extend(["-extfile", &text]);
    }
    done("openssl", &sign);
    [ca_pem, pem, leaf]
}

const FOR_LOCALHOST: &str = "basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost\n";

/// openssl s_server with this certificate and its key, which answers requests.
fn s_server([cert, key]: [&str; 2], more: &[&str]) -> (Running, String) {
    let always = ["s_server", "-accept", "PORT", "-cert", cert, "-key", key, "-www"];
    foreign("openssl", &[&always, more].concat())
}

/// Our client, which trusts `ca`, at openssl s_server with this certificate.
fn shown(bench: &Bench, [ca, cert, key]: [String; 3]) -> Vec<Event> {
    let (_server, addr) = s_server([&cert, &key], &["-quiet", "-cipher", "ALL:@SECLEVEL=0"]);
    bench.client(&["tls", &addr, "--ca", &ca])
}

/// A clock that is years ahead.
#[derive(Debug)]
struct Ahead;

impl TimeProvider for Ahead {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(4_000_000_000)))
    }
}

/// A visitor of our server by rustls, with a clock ahead or not; what the server logged.
fn visited_by_rustls(bench: &Bench, args: &[&str], ahead: bool, says: &[u8]) -> Vec<Event> {
    let mut roots = RootCertStore::empty();
    let ca = CertificateDer::from_pem_file(bench.key(certs::CA_CERT)).expect("it is there");
    roots.add(ca).expect("it is a CA");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let clock: Arc<dyn TimeProvider> =
        if ahead { Arc::new(Ahead) } else { Arc::new(rustls::time_provider::DefaultTimeProvider) };
    let config = ClientConfig::builder_with_details(provider, clock)
        .with_safe_default_protocol_versions()
        .expect("rustls has its versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut server = bench.server("tls", args);
    let name = ServerName::try_from("localhost").expect("a name");
    let mut client = ClientConnection::new(Arc::new(config), name).expect("the configuration is good");
    let mut stream = TcpStream::connect(server.addr).expect("it listens");
    let mut tls = rustls::Stream::new(&mut client, &mut stream);
    // Where the handshake fails, the alert has been sent.
    if tls.write_all(says).and_then(|()| tls.flush()).is_ok() && !says.is_empty() {
        tls.conn.send_close_notify();
        drop(tls.flush());
    }
    // What the server sent and nobody read would make the end a reset.
    Peer(stream).fin();
    server.after_connections(1)
}

pub(crate) fn cases() -> Vec<Case> {
    [before(), alerts(), certificate_cases(), hellos(), peers(), after(), transport()]
        .into_iter()
        .flatten()
        .collect()
}

fn before() -> Vec<Case> {
    vec![
        case("tls.stopped", "server tls is stopped while a client is there", |bench| {
            let mut server = bench.server("tls", &[]);
            let visitor = TcpStream::connect(server.addr).expect("it listens");
            server.after_event("tcp.established");
            let events = server.stop().events;
            drop(visitor);
            events
        }),
        case("tls.nothing_came", "a client that connects and leaves", |bench| {
            bench.visited("tls", &[], Peer::fin)
        }),
        case("tls.renegotiation_refused", "openssl s_server -tls1_2, told to renegotiate (`R`)", |bench| {
            let (cert, key) = (bench.key(certs::SERVER_CERT), bench.key(certs::SERVER_KEY));
            let mut command = Command::new("openssl");
            command.args(["s_server", "-accept", "127.0.0.1:0", "-cert", &cert, "-key", &key, "-tls1_2"]);
            let (mut server, mut stdin) = Running::talk(&mut command);
            let addr = server.wait_for("port", |server| {
                server.stdout().iter().find_map(|line| line.strip_prefix("ACCEPT ").map(str::to_owned))
            });
            let renegotiate = thread::spawn(move || {
                // Once it has the request.
                server.wait_for("request", |server| {
                    server.stdout().iter().any(|line| line.contains("GET /")).then_some(())
                });
                stdin.write_all(b"R\n").expect("it reads");
                stdin.flush().expect("it reads");
                (server, stdin)
            });
            let events = bench.client(&["tls", &addr]);
            drop(renegotiate.join());
            events
        }),
    ]
}

fn alerts() -> Vec<Case> {
    vec![
        scenario("tls.no_client_certificate_shown", "lab run tls/client-certificate-missing-tls13"),
        scenario("tls.own_certificate_out_of_date", "lab run tls/expired"),
        case("tls.clocks_differ", "a client by rustls whose clock stands in 2096", |bench| {
            visited_by_rustls(bench, &[], true, b"")
        }),
        scenario("tls.own_certificate_self_signed", "lab run tls/self-signed"),
        scenario("tls.own_issuer_unknown", "lab run tls/unknown-ca"),
        case(
            "tls.asked_for_another_name",
            "client tls --server-name other.example, by the server's log",
            |bench| {
                let mut server = bench.server("tls", &[]);
                bench.client(&["tls", &server.addr.to_string(), "--server-name", "other.example"]);
                server.after_connections(1)
            },
        ),
        scenario("tls.own_certificate_refused", "lab run tls/wrong-name"),
        scenario("tls.own_certificate_of_another_kind", "lab run tls/client-certificate-refused"),
        case("tls.version_refused", "openssl s_server -tls1", |bench| {
            let (cert, key) = (bench.key("server-rsa.pem"), bench.key("server-rsa.key"));
            let (_server, addr) = s_server([&cert, &key], &["-tls1", "-cipher", "ALL:@SECLEVEL=0"]);
            bench.client(&["tls", &addr])
        }),
        case(
            "tls.nothing_in_common",
            "openssl s_server -tls1_2 -cipher AES128-GCM-SHA256 (static RSA alone)",
            |bench| {
                let (cert, key) = (bench.key("server-rsa.pem"), bench.key("server-rsa.key"));
                let (_server, addr) = s_server([&cert, &key], &["-tls1_2", "-cipher", "AES128-GCM-SHA256"]);
                bench.client(&["tls", &addr])
            },
        ),
        case(
            "tls.name_unknown",
            "client tls --server-name other.example, answered by the alert unrecognized_name",
            |bench| {
                let server = at(|peer| {
                    peer.hear();
                    peer.say(b"\x15\x03\x03\x00\x02\x02\x70");
                    peer.fin();
                });
                bench.client(&["tls", &server, "--server-name", "other.example"])
            },
        ),
        scenario("tls.protocol_refused", "lab run tls/no-common-alpn"),
        scenario("tls.our_record_does_not_open", "lab run tls/tampered-finished"),
        scenario("tls.our_handshake_differs", "lab run tls/tampered-server-hello"),
        case("tls.alert_after_all", "a server by rustls that answers in part and then fails", |bench| {
            let server = bench.at_tls(b"http/1.1", |tls| {
                drop(tls.read(&mut [0; 4096]));
                drop(
                    tls.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello")
                        .and_then(|()| tls.flush()),
                );
                // As if the client had sent a record of no known type.
                drop(tls.conn.read_tls(&mut &b"\x63\x03\x03\x00\x01x"[..]));
                drop(tls.conn.process_new_packets());
                while tls.conn.wants_write() && tls.conn.write_tls(&mut tls.sock).is_ok() {}
                drop(tls.sock.shutdown(std::net::Shutdown::Write));
                drop(tls.sock.read_to_end(&mut Vec::new()));
            });
            bench.client(&["tls", &server])
        }),
        case("tls.alert", "client tls, answered by the alert internal_error", |bench| {
            bench.tls(|peer| {
                peer.hear();
                peer.say(b"\x15\x03\x03\x00\x02\x02\x50");
                peer.fin();
            })
        }),
    ]
}

fn certificate_cases() -> Vec<Case> {
    vec![
        scenario("tls.client_showed_no_certificate", "lab run tls/client-certificate-missing"),
        case("tls.key_too_short", "openssl s_server with a certificate of 1024 bits (RSA)", |bench| {
            shown(bench, certificates(bench, "short", "rsa:2048", "rsa:1024", "-sha256", FOR_LOCALHOST))
        }),
        scenario("tls.signature_does_not_fit", "lab run tls/tampered-hello"),
        scenario("tls.certificate_self_signed", "lab run tls/self-signed"),
        scenario("tls.certificate_issuer_unknown", "lab run tls/unknown-ca"),
        scenario("tls.certificate_name", "lab run tls/wrong-name"),
        scenario("tls.certificate_expired", "lab run tls/expired"),
        scenario("tls.certificate_not_yet_valid", "lab run tls/not-yet-valid"),
        case(
            "tls.certificate_signature_algorithm",
            "openssl s_server with a certificate signed by SHA-1",
            |bench| shown(bench, certificates(bench, "sha1", "rsa:2048", "rsa:2048", "-sha1", FOR_LOCALHOST)),
        ),
        case(
            "tls.certificate_signature",
            "openssl s_server, whose CA has a namesake with another key",
            |bench| {
                let [_, cert, key] =
                    certificates(bench, "twin", "rsa:2048", "rsa:2048", "-sha256", FOR_LOCALHOST);
                let [namesake, ..] =
                    certificates(bench, "other", "rsa:2048", "rsa:2048", "-sha256", FOR_LOCALHOST);
                shown(bench, [namesake, cert, key])
            },
        ),
        scenario("tls.certificate_purpose", "lab run tls/client-certificate-refused"),
        case("tls.certificate_of_a_ca", "openssl s_server with the CA's own certificate", |bench| {
            let [ca, ..] = certificates(bench, "bare", "rsa:2048", "rsa:2048", "-sha256", FOR_LOCALHOST);
            let key = ca.replace("ca.pem", "ca.key");
            shown(bench, [ca.clone(), ca, key])
        }),
        case(
            "tls.certificate_version",
            "openssl s_server with a certificate made without `-extfile`",
            |bench| shown(bench, certificates(bench, "v1", "rsa:2048", "rsa:2048", "-sha256", "")),
        ),
        case("tls.certificate_refused", "openssl s_server with an unknown critical extension", |bench| {
            let odd = format!("{FOR_LOCALHOST}1.2.3.4=critical,ASN1:UTF8String:odd\n");
            shown(bench, certificates(bench, "odd", "rsa:2048", "rsa:2048", "-sha256", &odd))
        }),
    ]
}

fn hellos() -> Vec<Case> {
    vec![
        case("tls.version_too_old", "client tls, answered by a ServerHello of TLS 1.0", |bench| {
            bench.tls(|peer| {
                peer.hear();
                peer.say(server_hello([3, 1], [7; 8], [0, 0x2f]));
                peer.stay();
            })
        }),
        scenario("tls.no_version_in_common", "lab run tls/no-common-version"),
        case(
            "tls.suite_wants_another_key",
            "openssl s_client -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256",
            |bench| bench.s_client(&[], &["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"]),
        ),
        scenario("tls.no_suite_in_common", "lab run tls/no-common-suite"),
        scenario("tls.no_group_in_common", "lab run tls/no-common-group"),
        case("tls.no_signature_in_common", "openssl s_client -sigalgs ecdsa_secp384r1_sha384", |bench| {
            bench.s_client(&[], &["-tls1_3", "-sigalgs", "ecdsa_secp384r1_sha384"])
        }),
        scenario("tls.no_protocol_in_common", "lab run tls/no-common-alpn"),
        case("tls.library_insists", "a ClientHello of TLS 1.2 without signature_algorithms", |bench| {
            bench.visited("tls", &[], |peer| {
                let extensions = [&[0, 10, 0, 4, 0, 2, 0, 23][..], &[0, 11, 0, 2, 1, 0]].concat();
                let length = u8::try_from(extensions.len()).expect("short");
                let hello =
                    [&[3, 3][..], &[7; 32], &[0], &[0, 2, 0xc0, 0x2b], &[1, 0], &[0, length], &extensions]
                        .concat();
                let length = u8::try_from(hello.len()).expect("short");
                peer.say([&[0x16, 3, 1, 0, length + 4, 1, 0, 0, length][..], &hello].concat());
                peer.stay();
            })
        }),
    ]
}

fn peers() -> Vec<Case> {
    vec![
        case("tls.old_hello", "a hello of SSL 2.0 at `server tls`", |bench| {
            bench.visited("tls", &[], |peer| {
                peer.say(
                    [&b"\x80\x1c\x01\x03\x01\x00\x03\x00\x00\x00\x10\x00\x00\x2f"[..], &[7; 16]].concat(),
                );
                peer.stay();
            })
        }),
        case("tls.another_protocol", "client tls, at an SMTP server", |bench| {
            bench.tls(|peer| {
                peer.say("220 mail.test ESMTP ready\r\n");
                peer.stay();
            })
        }),
        case("tls.too_long", "client tls, answered by a record of 20000 bytes", |bench| {
            bench.tls(|peer| {
                peer.hear();
                peer.say([&b"\x16\x03\x03\x4e\x20"[..], &[0; 20_000]].concat());
                peer.stay();
            })
        }),
        case("tls.unreadable", "client tls, answered by empty handshake records", |bench| {
            bench.tls(|peer| {
                peer.hear();
                peer.say(b"\x16\x03\x03\x00\x00".repeat(40));
                peer.stay();
            })
        }),
        case("tls.out_of_place", "client tls, answered by a Finished", |bench| {
            bench.tls(|peer| {
                peer.hear();
                peer.say(b"\x16\x03\x03\x00\x10\x14\x00\x00\x0c012345678901");
                peer.stay();
            })
        }),
        case(
            "tls.downgraded",
            "client tls, answered in TLS 1.2 by the mark of a server of TLS 1.3",
            |bench| {
                bench.tls(|peer| {
                    peer.hear();
                    peer.say(server_hello(TLS12, *b"DOWNGRD\x01", SUITE));
                    peer.stay();
                })
            },
        ),
        scenario("tls.does_not_open", "lab run tls/tampered-finished"),
        scenario("tls.finished_differs", "lab run tls/tampered-extension-rsa"),
        case("tls.broke_a_rule", "client tls, answered with a suite that was not on offer", |bench| {
            bench.tls(|peer| {
                peer.hear();
                peer.say(server_hello(TLS12, [7; 8], [0xc0, 0x13]));
                peer.stay();
            })
        }),
    ]
}

fn after() -> Vec<Case> {
    vec![
        case("tls.speaks_http2", "client tls --alpn h2, at a server of HTTP/2", |bench| {
            let server = bench.at_tls(b"h2", |tls| {
                drop(tls.read(&mut [0; 4096]));
                drop(tls.write_all(b"\0\0\0\x04\0\0\0\0\0").and_then(|()| tls.flush()));
            });
            bench.client(&["tls", &server, "--alpn", "h2"])
        }),
        case("tls.answer_not_whole", "a server that ends TCP after 5 of 50 bytes", |bench| {
            let server = bench.at_tls(b"http/1.1", |tls| {
                drop(tls.read(&mut [0; 4096]));
                drop(
                    tls.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello")
                        .and_then(|()| tls.flush()),
                );
            });
            bench.client(&["tls", &server])
        }),
        case("tls.not_http", "client tls, at a server of IMAPS", |bench| {
            let server = bench.at_tls(b"", |tls| {
                drop(tls.write_all(b"* OK IMAP4rev1 ready\r\n").and_then(|()| tls.flush()));
                drop(tls.read(&mut [0; 4096]));
            });
            bench.client(&["tls", &server])
        }),
        case("tls.no_answer", "a server that takes the request and says close_notify", |bench| {
            let server = bench.at_tls(b"http/1.1", |tls| {
                drop(tls.read(&mut [0; 4096]));
                tls.conn.send_close_notify();
                drop(tls.flush());
            });
            bench.client(&["tls", &server])
        }),
        case("tls.no_request", "a client by rustls that leaves in the middle of its request", |bench| {
            visited_by_rustls(bench, &[], false, b"GET / HT")
        }),
        case("tls.silent_after_handshake", "a server that takes the request and says nothing", |bench| {
            let server =
                bench.at_tls(b"http/1.1", |tls| while tls.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {});
            bench.client(&["tls", &server])
        }),
    ]
}

/// Hears a ClientHello, turns deaf (IP_MINTTL), and then answers it.
const DEAF: &str = r#"
import os, socket, ssl, time
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(os.environ['CERT'], os.environ['KEY'])
listener = socket.create_server(('127.0.0.1', 7000))
peer, _ = listener.accept()
come, go = ssl.MemoryBIO(), ssl.MemoryBIO()
tls = context.wrap_bio(come, go, server_side=True)
while not go.pending:
    come.write(peer.recv(65536))
    try: tls.do_handshake()
    except ssl.SSLWantReadError: pass
peer.setsockopt(socket.IPPROTO_IP, 21, 255)
peer.sendall(go.read())
time.sleep(30)
"#;

fn transport() -> Vec<Case> {
    vec![
        case(
            "tls.reset_at_hello",
            "client tls --server-name example.com, reset in answer to its ClientHello",
            |bench| {
                let server = at(|peer| {
                    peer.hear();
                    peer.rst();
                });
                bench.client(&["tls", &server, "--server-name", "example.com"])
            },
        ),
        case("tls.silent_at_hello", "client tls, at a server that says nothing", |bench| {
            bench.tls(Peer::stay)
        }),
        case(
            "tls.silent_client",
            "server tls --handshake-timeout 0.5, and a client that says nothing",
            |bench| bench.visited("tls", &["--handshake-timeout", "0.5"], Peer::stay),
        ),
        case("tls.silent", "client tls, at a server that says a ServerHello and no more", |bench| {
            bench.tls(|peer| {
                peer.hear();
                peer.say(server_hello(TLS12, [7; 8], SUITE));
                peer.stay();
            })
        }),
        scenario("tls.closed", "lab run tls/cut-after-server-hello"),
        case("tls.reset", "client tls, and RST after the ServerHello", |bench| {
            bench.tls(|peer| {
                peer.hear();
                peer.say(server_hello(TLS12, [7; 8], SUITE));
                // A reset overtakes what has not been read.
                thread::sleep(Duration::from_secs(1));
                peer.rst();
            })
        }),
        case(
            "tls.unacknowledged",
            "a server that hears nothing any more once it has answered (tcp_retries2 1)",
            |bench| {
                let script = bench.path("deaf.py");
                fs::write(&script, DEAF).expect("the folder is ours");
                let (cert, key, ca) =
                    (bench.key(certs::SERVER_CERT), bench.key(certs::SERVER_KEY), bench.key(certs::CA_CERT));
                let script = script.display();
                apart(&format!(
                    "echo 1 > /proc/sys/net/ipv4/tcp_retries2; CERT={cert} KEY={key} python3 -u {script} & peer=$!; sleep 1; \
                 $CLIENT tls 127.0.0.1:7000 --ca {ca} --format json; kill $peer"
                ))
            },
        ),
    ]
}

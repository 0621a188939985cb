//! Peers that do not speak SSH, hang or vanish: each is named once, and the server lives on.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    thread,
};

use steps::ssh::Step as Ssh;

use crate::bench::{Bench, assert_success, free_port};

#[kit::test]
fn a_peer_that_does_not_speak_ssh_is_named_and_the_server_lives_on() {
    let Some(bench) = Bench::new() else { return };
    let server = bench.server(&["--handshake-timeout", "1"]);
    let hello = [b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03".to_vec(), vec![7; 194]].concat();
    let long = [b"SSH-2.0-".to_vec(), vec![b'x'; 500]].concat();
    let peers: [(&[u8], &str); 7] = [
        (&hello, "TLS record"),
        (b"GET / HTTP/1.1\r\nHost: here\r\n\r\n", "HTTP request"),
        (&[0; 64], "binary data"),
        (&long, "none that SSH-2 allows"),
        (b"SSH-2.0-x\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "binary data"),
        (b"", "before an SSH identification was read"),
        (b"SSH-2.0-gone\r\n", "in the middle of the handshake"),
    ];
    for (n, (bytes, says)) in peers.iter().enumerate() {
        let mut peer = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        peer.write_all(bytes).unwrap();
        // The server may have hung up already; a reset is as good an end as any.
        drop(peer.shutdown(Shutdown::Write));
        drop(peer.read_to_end(&mut Vec::new()));
        let summary = server.summary(n);
        assert!(summary.contains(says), "{says} is missing in: {summary}");
    }
    for (n, bytes) in [(7, &b""[..]), (8, b"SSH-2.0-hangs\r\n")] {
        let mut peer = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        peer.write_all(bytes).unwrap();
        drop(peer.read_to_end(&mut Vec::new()));
        assert!(server.summary(n).contains("--handshake-timeout"), "{}", server.summary(n));
    }
    assert_success(&bench.client(server.port, &["--strict", "accept-new"]).output);
}

#[kit::test]
fn a_server_that_does_not_speak_ssh_is_named() {
    let Some(bench) = Bench::new() else { return };
    certs::ensure(&bench.dir("certs")).unwrap();
    for (bytes, says) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "HTTP response"),
        (b"220 mail.example ESMTP\r\n", "“220 mail.example ESMTP”"),
        (b"Exceeded MaxStartups\r\n", "as many connections that have not logged in"),
        (b"Not allowed at this time\r\n", "for now"),
        (b"\x15\x03\x03\x00\x02\x02\x0a and some more bytes", "TLS record"),
        (b"", "without an SSH identification"),
        (b"SSH-2.0-gone\r\n", "in the middle of the handshake"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let peer = thread::spawn(move || {
            let (mut peer, _) = listener.accept().unwrap();
            peer.write_all(bytes).unwrap();
            peer.shutdown(Shutdown::Write).unwrap();
            drop(peer.read_to_end(&mut Vec::new()));
        });
        let run = bench.client(port, &[]);
        assert_eq!(run.output.status.code(), Some(255));
        assert!(run.stderr().contains(says), "{says} is missing in: {}", run.stderr());
        assert_eq!(run.stderr().lines().count(), 1, "one message: {}", run.stderr());
        assert_eq!(run.field(Ssh::Summary, "outcome"), "failed");
        peer.join().unwrap();
    }
    let run = bench.client(free_port(), &[]);
    assert!(run.stderr().contains("Is the server running?"), "{}", run.stderr());
}

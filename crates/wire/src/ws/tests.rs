use proptest::prelude::*;
use steps::{
    Side::{Client, Server},
    Value,
};

use super::*;

/// RFC 6455 §1.2 and §1.3.
const REQUEST: &str = "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://example.com\r\n\
    Sec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Version: 13\r\n\r\n";
const RESPONSE: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n";

/// Everything that a decoder says of `said`, fed in this order.
fn decode(said: &[(Side, &[u8])]) -> Vec<Seen> {
    let (mut decoder, mut all) = (Decoder::new(), Vec::new());
    for (from, bytes) in said {
        decoder.feed(*from, bytes, |seen| all.push(seen));
    }
    all
}

/// What a decoder says of frames after the upgrade.
fn frames(said: &[(Side, &[u8])]) -> Vec<Seen> {
    let mut all = vec![(Client, REQUEST.as_bytes()), (Server, RESPONSE.as_bytes())];
    all.extend(said);
    decode(&all).split_off(5)
}

fn check(said: &[(Side, &[u8])], step: Step, expected: &[(&str, Value)]) {
    let all = frames(said);
    let [seen] = all.as_slice() else { panic!("one step, not {all:?}") };
    assert_eq!(seen.step, step.into());
    for (field, value) in expected {
        assert_eq!(seen.fields.named(field), Some(value), "{field} of {:?}", seen.fields);
    }
}

#[test]
fn the_rfcs_own_upgrade_is_read_to_the_last_header() {
    let seen = decode(&[(Client, REQUEST.as_bytes()), (Server, RESPONSE.as_bytes())]);
    let [request, asked, computed, response, answered] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!(request.step, Step::UpgradeRequest.into());
    assert_eq!(request.from, Some(Client));
    assert_eq!(request.bytes, REQUEST.as_bytes());
    assert_eq!(request.fields["path"], "/chat");
    assert_eq!(request.fields["version"], "HTTP/1.1");
    assert_eq!(request.fields["request_line"], "GET /chat HTTP/1.1");
    assert_eq!(request.fields["key_bytes"], hex::encode("the sample nonce"));
    assert_eq!(request.fields["sec_websocket_protocol"], "chat, superchat");
    assert_eq!(request.fields["headers"].as_array().unwrap().len(), 7);
    assert_eq!(computed.step, Step::AcceptKey.into());
    assert_eq!(computed.from, None);
    assert_eq!(computed.fields["sha1"], "b37a4f2cc0624f1690f64606cf385945b2bec4ea");
    assert_eq!(computed.fields["sec_websocket_accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_eq!((asked.step, &asked.fields["result"]), (Step::RequestChecked.into(), &"✓ 10 of 10".into()));
    assert_eq!((answered.step, &answered.fields["result"]), (Step::AnswerChecked.into(), &"✓ 6 of 6".into()));
    assert_eq!(response.step, Step::SwitchingProtocols.into());
    assert_eq!(response.fields["status"], 101);
    assert_eq!(response.fields["sec_websocket_accept"], computed.fields["sec_websocket_accept"]);
}

/// What fails of the checks that `step` reports, after `find` was put `with` in the request and in the answer.
fn failed(step: Step, find: &str, with: &str) -> String {
    let [request, response] = [REQUEST, RESPONSE].map(|head| head.replacen(find, with, 1));
    let seen = decode(&[(Client, request.as_bytes()), (Server, response.as_bytes())]);
    let checked = seen.iter().find(|seen| seen.step == step.into());
    checked.expect("it is checked").fields["result"].as_str().expect("in words").to_owned()
}

/// RFC 6455 §4.2.1 and §4.1, requirement by requirement.
#[test]
fn each_requirement_of_the_rfc_is_a_check_of_its_own() {
    for (find, with, result) in [
        ("GET", "POST", "✗ method"),
        ("HTTP/1.1\r\nHost", "HTTP/1.0\r\nHost", "✗ HTTP version"),
        ("/chat", "chat", "✗ Request-URI"),
        ("Host:", "X-Host:", "✗ Host"),
        ("Host: server.example.com", "Host: a\r\nHost: b", "✗ Host"),
        ("Upgrade: websocket", "Upgrade: h2c", "✗ Upgrade"),
        ("Upgrade: websocket", "Upgrade: WebSocket", "✓ 10 of 10"),
        ("Connection: Upgrade", "Connection: keep-alive", "✗ Connection"),
        ("Connection: Upgrade", "Connection: keep-alive, upgrade", "✓ 10 of 10"),
        ("dGhlIHNhbXBsZSBub25jZQ==", "dGhl", "✗ Sec-WebSocket-Key"),
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", "✗ Sec-WebSocket-Version"),
        ("chat, superchat", "chat, chat", "✗ Sec-WebSocket-Protocol"),
        ("Origin: http://example.com\r\n", "", "✓ 9 of 9"),
        ("Connection: Upgrade\r\n", "", "✗ Connection"),
    ] {
        assert_eq!(failed(Step::RequestChecked, find, with), result, "{find} -> {with}");
    }
    for (find, with, result) in [
        ("101 Switching Protocols", "404 Not Found", "✗ status"),
        (
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept",
            "Sec-WebSocket-Accept",
            "✗ Upgrade, Connection",
        ),
        ("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "s3pPLMBiTxaQ9kYGzzhZRbK+xOp=", "✗ Sec-WebSocket-Accept"),
        ("Sec-WebSocket-Accept", "X-Accept", "✗ Sec-WebSocket-Accept"),
        ("Protocol: chat\r\n", "Protocol: soap\r\n", "✗ Sec-WebSocket-Protocol"),
        ("Sec-WebSocket-Protocol: chat\r\n\r\n", "\r\n", "✓ 6 of 6"),
        ("Protocol: chat\r\n", "Extensions: permessage-deflate\r\n", "✗ Sec-WebSocket-Extensions"),
    ] {
        assert_eq!(failed(Step::AnswerChecked, find, with), result, "{find} -> {with}");
    }
}

#[test]
fn the_traffic_up_to_the_101_is_counted() {
    let mut decoder = Decoder::new();
    decoder.feed(Client, REQUEST.as_bytes(), drop);
    assert_eq!(decoder.upgraded(), None);
    decoder.feed(Server, &[RESPONSE.as_bytes(), b"\x81\x00"].concat(), drop);
    let expected = fields! {
        field::REQUESTS => 1_u64, field::RESPONSES => 1_u64,
        field::REQUEST_BYTES => REQUEST.len(), field::RESPONSE_BYTES => RESPONSE.len(),
        field::SEC_WEBSOCKET_PROTOCOL => "chat",
    };
    assert_eq!(decoder.upgraded(), Some(&expected));
    assert_eq!(decoder.bytes(Server), RESPONSE.len() as u64 + 2);
}

/// RFC 6455 §5.7.
#[test]
fn the_rfcs_own_frames_are_read() {
    let hello = [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f];
    let unmasked = [("text", "Hello".into()), ("mask", false.into()), ("fin", true.into())];
    check(&[(Server, &hello)], Step::Text, &unmasked);
    let hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
    let masked = [
        ("text", "Hello".into()),
        ("masking_key", "37fa213d".into()),
        ("masked_payload", "7f9f4d5158".into()),
        ("payload", "48656c6c6f".into()),
    ];
    check(&[(Client, &hello)], Step::Text, &masked);
    let ping = [0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f];
    check(&[(Server, &ping)], Step::Ping, &[("payload", "48656c6c6f".into())]);
    let pong = [0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
    check(&[(Client, &pong)], Step::Pong, &[("payload", "48656c6c6f".into())]);
    let long = [&[0x82, 0x7e, 0x01, 0x00][..], &[7; 256]].concat();
    let fields = [("payload_length", 256.into()), ("length_form", "7+16 bits".into())];
    check(&[(Server, &long)], Step::Binary, &fields);
    let longer = [&[0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0][..], &[7; 65536]].concat();
    let fields = [("payload_length", 65536.into()), ("length_form", "7+64 bits".into())];
    check(&[(Server, &longer)], Step::Binary, &fields);
}

#[test]
fn a_fragmented_message_may_have_a_ping_in_its_midst() {
    let seen = frames(&[(Server, b"\x01\x03Hel\x89\x00\x80\x02lo\x80\x00")]);
    let ids: Vec<_> = seen.iter().map(|seen| seen.step.id()).collect();
    assert_eq!(ids, ["ws.text", "ws.ping", "ws.continuation", "ws.continuation"]);
    assert_eq!(seen[0].fields["text"], "Hel");
    assert_eq!(seen[2].fields["text"], "lo");
    assert_eq!(seen[2].fields["message_opcode"], "0x1");
    assert!(!seen[3].fields.contains_key("message_opcode"), "nothing is left to continue");
}

#[test]
fn a_close_has_a_code_and_a_reason_or_neither() {
    let fields = [("code", 1000.into()), ("meaning", "normal closure".into()), ("reason", "bye".into())];
    check(&[(Server, b"\x88\x05\x03\xe8bye")], Step::Close, &fields);
    check(&[(Server, b"\x88\x00")], Step::Close, &[("meaning", "no code given".into())]);
    check(&[(Server, b"\x88\x01\x03")], Step::Close, &[("meaning", "malformed: half a code".into())]);
}

#[test]
fn text_that_is_not_utf8_is_shown_in_hex_alone() {
    let fields = [("utf8", false.into()), ("payload", "c328".into())];
    check(&[(Server, b"\x81\x02\xc3\x28")], Step::Text, &fields);
}

#[test]
fn a_long_payload_is_skipped_to_the_byte_and_not_kept() {
    let long = [&[0x81, 0x7f, 0, 0, 0, 0, 0, 0x20, 0, 0][..], &[b'a'; 0x20_0000], b"\x8a\x00"].concat();
    let seen = frames(&[(Server, &long)]);
    let [text, pong] = seen.as_slice() else { panic!("two steps, not {}", seen.len()) };
    assert_eq!(text.fields["payload_length"], 0x20_0000);
    assert_eq!(text.fields["text"].as_str().unwrap().len(), frame::KEPT);
    assert_eq!(text.bytes.len(), 10 + frame::KEPT);
    assert_eq!(pong.step, Step::Pong.into());
}

#[test]
fn a_claimed_length_alone_takes_no_memory() {
    let mut decoder = Decoder::new();
    decoder.feed(Client, REQUEST.as_bytes(), drop);
    decoder.feed(Client, &[0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4, 5], |seen| {
        panic!("not whole yet: {seen:?}");
    });
    let Stage::Frames(reader) = &decoder.client.stage else { panic!("a frame is due") };
    assert!(format!("{reader:?}").len() < 1000);
}

#[test]
fn a_plain_request_and_a_refusal_are_called_so() {
    let request = b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic c2VjcmV0\r\n\r\n";
    let answer = b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\n\r\nbody";
    let seen = decode(&[(Client, request), (Server, answer), (Client, b"GET / HTTP/1.1\r\n\r\n")]);
    let [plain, refused] = seen.as_slice() else { panic!("two steps, not {seen:?}") };
    assert_eq!(plain.step, Step::PlainRequest.into());
    assert_eq!(plain.fields["headers"][1], "Authorization: (not shown)");
    let shown = String::from_utf8_lossy(&plain.bytes);
    assert!(shown.contains("Authorization: ***") && !shown.contains("c2VjcmV0"), "{shown}");
    assert_eq!(refused.step, Step::Refused.into());
    assert_eq!(
        (&refused.fields["status"], &refused.fields["reason_phrase"]),
        (&426.into(), &"Upgrade Required".into())
    );
}

#[test]
fn a_body_is_read_to_its_length_or_to_the_end() {
    let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let page = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and not this";
    let seen = decode(&[(Client, request), (Server, page)]);
    let steps: Vec<_> = seen.iter().map(|seen| seen.step.id()).collect();
    assert_eq!(steps, ["ws.plain_request", "ws.plain_response", "ws.body"]);
    assert_eq!(
        seen[2].fields,
        fields! { common::LENGTH => 5_u64, common::TEXT => "hello" },
        "what lies beyond is none of it"
    );
    let (mut decoder, mut all) = (Decoder::new(), Vec::new());
    decoder.feed(Client, REQUEST.as_bytes(), drop);
    decoder.feed(Server, b"HTTP/1.1 404 Not Found\r\n\r\nno such ", drop);
    decoder.feed(Server, b"page\n", |seen| all.push(seen));
    decoder.end(Server, |seen| all.push(seen));
    decoder.end(Server, |seen| all.push(seen));
    let [body] = all.as_slice() else { panic!("one step, not {all:?}") };
    assert_eq!((&body.fields["text"], &body.fields["length"]), (&"no such page".into(), &13.into()));
}

#[test]
fn a_frame_that_has_begun_is_counted() {
    let mut decoder = Decoder::new();
    decoder.feed(Client, REQUEST.as_bytes(), drop);
    for (bytes, midst) in [(&b"\x81"[..], Some(1)), (b"\x82\0\0\0\0h", Some(7)), (b"i", None)] {
        decoder.feed(Client, bytes, drop);
        assert_eq!(decoder.midst(Client), midst);
    }
}

#[test]
fn another_protocol_is_named_once() {
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and more of the same";
    for (from, bytes, looks) in [
        (Client, &hello[..], "TLS record (handshake)"),
        (Client, b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "SSH identification"),
        (Client, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2 connection preface"),
        (Client, b"GET /index.html\r\n\r\n", "HTTP request"),
        (Client, &[0; 40], "binary data"),
        (Server, b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "SSH identification"),
        (Server, b"220 mail.example ESMTP ready\r\n", "greeting of a mail or file server"),
        (Server, &hello[..], "TLS record (handshake)"),
    ] {
        let seen = decode(&[(from, bytes), (from, bytes)]);
        let [lost] = seen.as_slice() else { panic!("one step, not {seen:?}") };
        assert_eq!((lost.step, lost.from), (Step::Undecodable.into(), Some(from)));
        assert_eq!(lost.fields["looks_like"], looks);
        assert_eq!(lost.fields["first_bytes"], hex::encode(&bytes[..ENOUGH]));
    }
}

#[test]
fn a_few_bytes_are_named_when_no_more_will_come() {
    let (mut decoder, mut all) = (Decoder::new(), Vec::new());
    decoder.feed(Client, b"\x16\x03\x01", |seen| all.push(seen));
    assert_eq!(all, []);
    decoder.end(Client, |seen| all.push(seen));
    decoder.end(Client, |seen| all.push(seen));
    let [lost] = all.as_slice() else { panic!("one step, not {all:?}") };
    assert_eq!(lost.fields["first_bytes"], "160301");
    let mut cut = Decoder::new();
    cut.feed(Client, b"GET / HT", drop);
    cut.end(Client, |seen| panic!("a head that is cut short is still HTTP: {seen:?}"));
}

#[test]
fn an_endless_head_is_let_go() {
    let (mut decoder, mut all) = (Decoder::new(), Vec::new());
    decoder.feed(Client, b"GET / HTTP/1.1\r\nX: ", |seen| all.push(seen));
    for _ in 0..1000 {
        decoder.feed(Client, &[b'a'; 1000], |seen| all.push(seen));
    }
    let [lost] = all.as_slice() else { panic!("one step, not {all:?}") };
    assert_eq!(lost.fields["expected"], "the end of the HTTP head within 16384 bytes");
    assert!(matches!(decoder.client.stage, Stage::Ignored));
}

#[test]
fn a_reserved_opcode_or_length_ends_the_account_of_that_side_only() {
    for header in [&b"\x83\x00"[..], b"\x8b\x00", b"\x82\x7f\x80\0\0\0\0\0\0\0"] {
        let seen = frames(&[(Server, header), (Server, b"\x81\x00"), (Client, b"\x88\x80\x01\x02\x03\x04")]);
        let ids: Vec<_> = seen.iter().map(|seen| seen.step.id()).collect();
        assert_eq!(ids, ["ws.undecodable", "ws.close"]);
        assert_eq!(seen[0].bytes, header);
    }
}

/// A frame as its sender would write it.
fn frame(from: Side) -> impl Strategy<Value = Vec<u8>> {
    let payload = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        (0..7000_usize).prop_map(|n| vec![b'x'; n]),
    ];
    (any::<u8>(), payload, any::<[u8; 4]>(), any::<bool>()).prop_map(move |(first, payload, key, right)| {
        let masked = right == (from == Client);
        let mask = if masked { 0x80 } else { 0 };
        let mut frame = vec![first];
        match payload.len() {
            short @ 0..126 => frame.push(mask | short as u8),
            long => frame.extend([&[mask | 126][..], &(long as u16).to_be_bytes()].concat()),
        }
        if masked {
            frame.extend(key);
        }
        frame.extend(payload.iter().zip(key.iter().cycle()).map(|(a, b)| if masked { a ^ b } else { *a }));
        frame
    })
}

/// A conversation: an upgrade or garbage, then frames.
fn conversation() -> impl Strategy<Value = Vec<(Side, Vec<u8>)>> {
    let opening = |good: &'static str| {
        prop_oneof![
            8 => Just(good.as_bytes().to_vec()),
            1 => proptest::collection::vec(any::<u8>(), 0..60),
            1 => Just(b"HTTP/1.1 404 Not Found\r\n\r\n".to_vec()),
        ]
    };
    let later = prop_oneof![
        frame(Client).prop_map(|frame| (Client, frame)),
        frame(Server).prop_map(|frame| (Server, frame)),
    ];
    (opening(REQUEST), opening(RESPONSE), proptest::collection::vec(later, 0..8)).prop_map(
        |(request, response, later)| {
            let mut all = vec![(Client, request), (Server, response)];
            all.extend(later);
            all
        },
    )
}

proptest! {
    #[test]
    fn any_slicing_gives_the_same_steps(
        said in conversation(),
        sizes in proptest::collection::vec(1_usize..50, 1..20),
    ) {
        let whole: Vec<_> = said.iter().map(|(from, bytes)| (*from, bytes.as_slice())).collect();
        let mut sizes = sizes.into_iter().cycle();
        let mut sliced = Vec::new();
        for (from, mut bytes) in whole.iter().copied() {
            while !bytes.is_empty() {
                let size = sizes.next().expect("a cycle has no end").min(bytes.len());
                let (part, rest) = bytes.split_at(size);
                sliced.push((from, part));
                bytes = rest;
            }
        }
        prop_assert_eq!(decode(&whole), decode(&sliced));
    }
}

#[test]
fn a_body_in_chunks_is_put_together_and_more_headers_than_128_are_read() {
    let chunks = b"HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nWiki\r\nA\r\npedia here\r\n0\r\nT: 1\r\n\r\n";
    let many: String = (0..150).map(|n| format!("X-{n}: v\r\n")).collect();
    let many = format!("HTTP/1.1 403 Forbidden\r\n{many}Content-Length: 2\r\n\r\nno");
    for (answer, text) in [(&chunks[..], "Wikipedia here"), (many.as_bytes(), "no")] {
        for size in [1, 7, 1 << 16] {
            let (mut decoder, mut seen) = (Decoder::new(), Vec::new());
            for part in answer.chunks(size) {
                decoder.feed(Side::Server, part, |step| seen.push(step));
            }
            let body = seen.iter().find(|seen| seen.step == Step::Body.into()).expect("it has a body");
            assert_eq!(body.fields["text"], text);
            assert!(!decoder.follows(Side::Server), "the answer is whole");
        }
    }
}

//! Dialogues in bytes, as a tap would see them.

use proptest::prelude::*;
use serde_json::json;
use steps::{
    Side::{self, Client, Server},
    ssh::Step,
};

use super::{Decoder, SignedRequest};
use crate::Seen;

mod opened;

/// What crossed, in order.
type Dialogue = Vec<(Side, Vec<u8>)>;

fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

fn packet(payload: &[u8]) -> Vec<u8> {
    let padding = 4 + (8 - (5 + payload.len() + 4) % 8) % 8;
    let length = u32::try_from(1 + payload.len() + padding).unwrap();
    let padding_length = u8::try_from(padding).unwrap();
    [&length.to_be_bytes()[..], &[padding_length], payload, &vec![0; padding]].concat()
}

/// A KEXINIT with these methods, host keys, ciphers and MACs in both directions.
fn kexinit(lists: [&str; 4], follows: bool) -> Vec<u8> {
    let [kex, keys, ciphers, macs] = lists;
    let mut payload = vec![20];
    payload.extend([7; 16]);
    for list in [kex, keys, ciphers, ciphers, macs, macs, "none", "none", "", ""] {
        payload.extend(string(list.as_bytes()));
    }
    payload.push(follows.into());
    payload.extend([0; 4]);
    packet(&payload)
}

const CLIENT: [&str; 4] = [
    "sntrup761x25519-sha512@openssh.com,curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com",
    "ecdsa-sha2-nistp256,ssh-ed25519",
    "chacha20-poly1305@openssh.com,aes128-ctr",
    "hmac-sha2-256-etm@openssh.com",
];
const SERVER: [&str; 4] = [
    "mlkem768x25519-sha256,curve25519-sha256,kex-strict-s-v00@openssh.com",
    "ssh-ed25519",
    "aes128-ctr,chacha20-poly1305@openssh.com",
    "hmac-sha2-512,hmac-sha2-256-etm@openssh.com",
];

fn reply(number: u8) -> Vec<u8> {
    let host_key = [string(b"ssh-ed25519"), string(&[1; 32])].concat();
    let signature = [string(b"ssh-ed25519"), string(&[2; 64])].concat();
    packet(&[vec![number], string(&host_key), string(&[3; 32]), string(&signature)].concat())
}

fn init(number: u8) -> Vec<u8> {
    packet(&[vec![number], string(&[4; 32])].concat())
}

fn handshake() -> Dialogue {
    vec![
        (Client, b"SSH-2.0-Client_1 a comment\r\n".to_vec()),
        (Server, b"Welcome.\r\nPlease behave.\r\nSSH-2.0-Server_2\r\n".to_vec()),
        (Client, kexinit(CLIENT, false)),
        (Server, kexinit(SERVER, false)),
        (Client, init(30)),
        (Server, [reply(31), packet(&[21])].concat()),
        (Client, packet(&[21])),
        (Client, vec![0xa1; 44]),
        (Server, vec![0xb2; 44]),
        (Client, vec![0xc3; 100]),
    ]
}

fn check(dialogue: &Dialogue) -> Vec<Seen> {
    let mut seen = check_all(dialogue);
    seen.retain(|seen| seen.step != Step::LineBefore.into());
    seen
}

/// The same with the lines before the identification.
fn check_all(dialogue: &Dialogue) -> Vec<Seen> {
    let mut decoder = Decoder::default();
    dialogue.iter().flat_map(|(from, bytes)| decoder.feed(*from, bytes)).collect()
}

fn steps(seen: &[Seen]) -> Vec<(Option<Side>, Step)> {
    seen.iter()
        .map(|seen| match seen.step {
            steps::Step::Ssh(step) => (seen.from, step),
            other => panic!("{other} is no step of SSH"),
        })
        .collect()
}

#[test]
fn a_handshake_is_told_up_to_the_first_encrypted_bytes_and_then_nothing() {
    let seen = check(&handshake());
    assert_eq!(
        steps(&seen),
        [
            (Some(Client), Step::Identification),
            (Some(Server), Step::Identification),
            (Some(Client), Step::Kexinit),
            (Some(Server), Step::Kexinit),
            (None, Step::Negotiated),
            (Some(Client), Step::KeyExchangeInit),
            (Some(Server), Step::KeyExchangeReply),
            (Some(Server), Step::Newkeys),
            (Some(Client), Step::Newkeys),
            (Some(Client), Step::Encrypted),
            (Some(Server), Step::Encrypted),
        ]
    );
}

#[test]
fn an_identification_is_taken_apart_and_the_lines_before_it_are_kept() {
    let seen = check(&handshake());
    assert_eq!(
        json!(seen[0].fields),
        json!({"protoversion": "2.0", "softwareversion": "Client_1", "comments": "a comment"})
    );
    assert_eq!(seen[1].fields["lines_before"], json!(["Welcome.", "Please behave."]));
    assert_eq!(seen[1].bytes, b"SSH-2.0-Server_2\r\n");
}

#[test]
fn each_algorithm_is_the_first_of_the_clients_that_the_server_has() {
    let negotiated = &check(&handshake())[4].fields;
    assert_eq!(negotiated["kex_algorithm"], "curve25519-sha256");
    assert_eq!(negotiated["kex_algorithm_rank"], json!([2, 2]));
    assert_eq!(negotiated["kex_algorithm_passed_over"], json!(["sntrup761x25519-sha512@openssh.com"]));
    assert_eq!(negotiated["server_host_key_algorithm"], "ssh-ed25519");
    assert_eq!(negotiated["encryption_algorithm_server_to_client"], "chacha20-poly1305@openssh.com");
    assert_eq!(negotiated["encryption_algorithm_server_to_client_rank"], json!([1, 2]));
    assert_eq!(negotiated["mac_algorithm_client_to_server"], "<implicit>");
    assert_eq!(negotiated["strict_kex"], true);
    assert_eq!(negotiated["ext_info_wanted_by"], json!(["client"]));
    assert!(!negotiated.contains_key("no_common"));
}

#[test]
fn strict_key_exchange_needs_the_sign_of_both() {
    let mut dialogue = handshake();
    dialogue[3].1 = kexinit(["curve25519-sha256", SERVER[1], SERVER[2], SERVER[3]], false);
    assert_eq!(check(&dialogue)[4].fields["strict_kex"], false);
}

#[test]
fn without_a_common_algorithm_the_kind_is_named() {
    let mut dialogue = handshake();
    dialogue.truncate(3);
    dialogue.push((Server, kexinit([SERVER[0], "ssh-rsa", SERVER[2], SERVER[3]], false)));
    let seen = check(&dialogue);
    assert_eq!(seen[4].step, Step::NothingInCommon.into());
    assert_eq!(seen[4].fields["no_common"], json!(["server_host_key_algorithm"]));
}

#[test]
fn the_reply_holds_the_host_key_and_the_method_names_the_messages() {
    for (kex, number, name) in [
        ("curve25519-sha256", 31, "SSH_MSG_KEX_ECDH_REPLY"),
        ("mlkem768x25519-sha256", 31, "SSH_MSG_KEX_HYBRID_REPLY"),
        ("diffie-hellman-group14-sha256", 31, "SSH_MSG_KEXDH_REPLY"),
        ("diffie-hellman-group-exchange-sha256", 33, "SSH_MSG_KEX_DH_GEX_REPLY"),
    ] {
        let lists = [kex, SERVER[1], SERVER[2], SERVER[3]];
        let mut dialogue = handshake();
        dialogue[2].1 = kexinit(lists, false);
        dialogue[3].1 = kexinit(lists, false);
        dialogue[4].1 = init(number - 1);
        dialogue[5].1 = reply(number);
        let seen = check(&dialogue);
        assert_eq!(seen[6].fields["message"], name);
        assert_eq!(seen[6].fields["host_key_type"], "ssh-ed25519");
        assert_eq!(seen[6].fields["public_value_length"], 32);
        assert_eq!(seen[6].fields["signature_length"], 64);
    }
}

#[test]
fn a_group_exchange_asks_for_a_group_first() {
    let lists = ["diffie-hellman-group-exchange-sha256", SERVER[1], SERVER[2], SERVER[3]];
    let mut dialogue = handshake();
    dialogue.truncate(2);
    let mut request = vec![34];
    for bits in [2048_u32, 3072, 8192] {
        request.extend(bits.to_be_bytes());
    }
    let prime = [vec![0], vec![0xff; 384]].concat();
    dialogue.extend([
        (Client, kexinit(lists, false)),
        (Server, kexinit(lists, false)),
        (Client, packet(&request)),
        (Server, packet(&[vec![31], string(&prime), string(&[2])].concat())),
    ]);
    let seen = check(&dialogue);
    assert_eq!(steps(&seen)[5..], [(Some(Client), Step::GroupRequest), (Some(Server), Step::Group)]);
    assert_eq!(seen[5].fields["n"], 3072);
    assert_eq!((&seen[6].fields["prime_bits"], &seen[6].fields["generator"]), (&3072.into(), &"02".into()));
}

#[test]
fn a_wrong_guess_is_ignored_and_a_right_one_counts() {
    for (server_keys, steps_after) in [
        ("ssh-ed25519", vec![Step::OtherMessage, Step::KeyExchangeInit]),
        ("ecdsa-sha2-nistp256", vec![Step::KeyExchangeInit]),
    ] {
        let lists = |keys| ["curve25519-sha256", keys, SERVER[2], SERVER[3]];
        let mut dialogue = handshake();
        dialogue.truncate(2);
        dialogue.extend([
            (Client, [kexinit(lists(CLIENT[1]), true), init(30)].concat()),
            (Server, kexinit(lists(server_keys), false)),
        ]);
        if steps_after.len() == 2 {
            dialogue.push((Client, init(30)));
        }
        let seen = steps(&check(&dialogue));
        let found: Vec<_> = seen[5..].iter().map(|(_, step)| *step).collect();
        assert_eq!(found, steps_after, "{server_keys}");
    }
}

#[test]
fn messages_outside_the_key_exchange_are_named() {
    let mut dialogue = handshake();
    dialogue.truncate(2);
    let disconnect = [vec![1, 0, 0, 0, 2], string(b"go away"), string(b"en")].concat();
    dialogue.extend([(Client, packet(&[vec![2], string(b"noise")].concat())), (Server, packet(&disconnect))]);
    let seen = check(&dialogue);
    assert_eq!(seen[2].fields["message"], "SSH_MSG_IGNORE");
    assert_eq!(seen[3].step, Step::Disconnect.into());
    assert_eq!(seen[3].fields["reason"], "SSH_DISCONNECT_PROTOCOL_ERROR");
    assert_eq!(seen[3].fields["description"], "go away");
}

#[test]
fn the_list_of_signature_algorithms_is_kept_whole() {
    // As sshd of OpenSSH 9.2 sends it.
    let list = "ssh-ed25519,sk-ssh-ed25519@openssh.com,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,\
                sk-ecdsa-sha2-nistp256@openssh.com,webauthn-sk-ecdsa-sha2-nistp256@openssh.com,ssh-dss,ssh-rsa,\
                rsa-sha2-256,rsa-sha2-512";
    let mut dialogue = handshake();
    dialogue.truncate(2);
    let info = [vec![7, 0, 0, 0, 1], string(b"server-sig-algs"), string(list.as_bytes())].concat();
    dialogue.push((Server, packet(&info)));
    let seen = check(&dialogue);
    assert_eq!(seen[2].step, Step::ExtInfo.into());
    assert_eq!(seen[2].fields["server-sig-algs"], list);
}

#[test]
fn a_signed_request_is_taken_apart() {
    let key = [string(b"ssh-ed25519"), string(&[9; 32])].concat();
    let parts = [
        string(&[5; 32]),
        vec![50],
        string(b"demo"),
        string(b"ssh-connection"),
        string(b"publickey"),
        vec![1],
        string(b"ssh-ed25519"),
        string(&key),
    ];
    let signed = parts.concat();
    let request = SignedRequest::read(&signed).unwrap();
    assert_eq!(request.session_identifier, [5; 32]);
    assert_eq!((request.message_number, request.has_signature), (50, true));
    assert_eq!((request.user_name.as_str(), request.service_name.as_str()), ("demo", "ssh-connection"));
    assert_eq!(SignedRequest::read(&signed[..signed.len() - 1]), None);
    assert_eq!(SignedRequest::read(&[&signed[..], &[0]].concat()), None);
}

#[test]
fn what_is_not_ssh_is_named_once() {
    let long = [b"SSH-2.0-".to_vec(), vec![b'x'; 600]].concat();
    let cases: [(Side, &[u8], &str); 9] = [
        (Client, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03random.....", "TLS record"),
        (Client, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP request"),
        (Server, b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP response"),
        (Client, b"hello?\n", "other text"),
        (Client, &[0; 40], "binary data"),
        (Client, &long, "SSH identification"),
        (Server, b"SSH-1.5-old\n", "SSH identification"),
        (Client, b"SSH-2.0-x\r\n\xff\xff\xff\xff and then some more", "binary data"),
        (Client, b"SSH-2.0-x\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP request"),
    ];
    for (from, bytes, looks_like) in cases {
        let dialogue = vec![(from, bytes.to_vec()), (from, bytes.to_vec()), (from.peer(), bytes.to_vec())];
        let seen = check(&dialogue);
        let lost: Vec<_> = seen.iter().filter(|seen| seen.step == Step::Undecodable.into()).collect();
        assert_eq!(lost.len(), 1, "{looks_like}");
        assert_eq!((lost[0].from, &lost[0].fields["looks_like"]), (Some(from), &looks_like.into()));
    }
}

#[test]
fn lines_before_the_identification_are_told_one_by_one_and_are_no_other_protocol() {
    let many = "line\n".repeat(100);
    for (before, told) in [
        (&b"Welcome\r\n\r\nPlease close\n"[..], &["Welcome", "", "Please close"][..]),
        (b"\n", &[""]),
        (b"Zugang f\xfcr alle\r\n", &["Zugang f\u{fffd}r alle"]),
        (b"\x1b[2Jhello\x07\r\n", &["\u{1b}[2Jhello\u{7}"]),
        (many.as_bytes(), &["line"; 20]),
    ] {
        let server = [before, b"SSH-2.0-x\r\n"].concat();
        let seen = check_all(&vec![(Server, server)]);
        let lines: Vec<_> = seen.iter().filter(|seen| seen.step == Step::LineBefore.into()).collect();
        assert_eq!(lines.iter().map(|seen| seen.fields["text"].as_str().unwrap()).collect::<Vec<_>>(), told);
        assert_eq!(seen.last().unwrap().step, Step::Identification.into());
        let count = before.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(seen.last().unwrap().fields["lines_before_count"], count);
    }
}

#[test]
fn the_end_reveals_what_a_server_said_instead() {
    let mut decoder = Decoder::default();
    assert_eq!(decoder.feed(Server, b"Exceeded MaxStartups\r\n").len(), 1);
    assert_eq!(decoder.feed(Server, b"and no line end"), []);
    let seen = decoder.end(Server);
    assert_eq!((seen.len(), &seen[0].fields["text"]), (1, &"and no line end".into()));
    for cut in ["", "SS", "SSH-2.0-half"] {
        let mut decoder = Decoder::default();
        decoder.feed(Server, cut.as_bytes());
        assert_eq!(decoder.end(Server), [], "{cut} was cut, not foreign");
    }
}

#[test]
fn endless_input_does_not_grow_the_memory() {
    let guess_forever = [b"SSH-2.0-x\r\n".to_vec(), kexinit(CLIENT, true), init(30)].concat();
    for (start, more) in [
        (b"".to_vec(), b"line\n".to_vec()),
        (b"".to_vec(), b"endless".to_vec()),
        (b"SSH-2.0-x\r\n".to_vec(), kexinit(CLIENT, false)),
        (guess_forever, init(30)),
        (handshake().into_iter().flat_map(|(_, bytes)| bytes).collect(), vec![0; 999]),
    ] {
        let mut decoder = Decoder::default();
        decoder.feed(Server, &start);
        for _ in 0..2_000 {
            decoder.feed(Server, &more);
        }
        let held = decoder.server.held() + decoder.client.held();
        assert!(held <= 128 * 1024, "{held} bytes are held");
    }
}

/// The same bytes in the same order, cut at `cuts`.
fn sliced(dialogue: &Dialogue, cuts: &[usize]) -> Dialogue {
    let mut cuts = cuts.iter().cycle();
    let mut slices = Vec::new();
    for (from, bytes) in dialogue {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (slice, after) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
            slices.push((*from, slice.to_vec()));
            rest = after;
        }
    }
    slices
}

fn any_side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Client), Just(Server)]
}

/// A handshake, perhaps cut and perhaps with foreign bytes put in, or bytes of any kind.
fn any_dialogue() -> impl Strategy<Value = Dialogue> {
    let foreign = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..80),
        "[ -~\r\n]{0,300}".prop_map(String::into_bytes),
        Just(init(30)),
        Just(kexinit(CLIENT, true)),
    ];
    let spoiled = (0..=10_usize, any_side(), foreign.clone()).prop_map(|(at, side, foreign)| {
        let mut dialogue = handshake();
        dialogue.insert(at, (side, foreign));
        dialogue
    });
    let noise = proptest::collection::vec((any_side(), foreign), 0..8);
    prop_oneof![Just(handshake()), spoiled, noise]
}

proptest! {
    #[test]
    fn any_slicing_of_the_same_bytes_gives_the_same_steps(
        dialogue in any_dialogue(),
        cuts in proptest::collection::vec(1..40_usize, 1..12),
    ) {
        let whole = check_all(&dialogue);
        prop_assert_eq!(check_all(&sliced(&dialogue, &cuts)), whole.clone());
        prop_assert_eq!(check_all(&sliced(&dialogue, &[1])), whole.clone());
        let lost = whole.iter().filter(|seen| seen.step == Step::Undecodable.into()).count();
        prop_assert!(lost <= 1);
    }
}

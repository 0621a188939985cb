//! Dialogues under keys: a client and a server that seal their packets here, by every cipher that is opened.

use proptest::prelude::*;
use steps::{
    Said,
    Side::{self, Client, Server},
    ssh::Step,
};

use crate::{
    Crossed,
    ssh::{
        Decoder, key_log_line,
        keys::string,
        sealed::{CIPHERS, COOKIE, SECRET, Talk},
    },
};

/// A login, new keys, and a goodbye.
fn talk(cipher: &'static str, mac: &'static str) -> Talk {
    let mut talk = Talk::begin(cipher, mac);
    talk.newkeys();
    talk.log_in();
    talk.exchange([1; 16], &[0xaa; 32]);
    talk.newkeys();
    talk.say(Client, &[&[1, 0, 0, 0, 11][..], &string(b"done"), &string(b"")].concat());
    talk
}

/// The secrets are told before slice `at`.
fn check(said: &[(Side, Vec<u8>)], at: usize) -> Vec<Crossed> {
    let mut decoder = Decoder::default();
    let mut seen = Vec::new();
    for (n, (from, bytes)) in said.iter().enumerate() {
        if n == at {
            seen.extend(decoder.secret(n as u64, &COOKIE, &SECRET));
            seen.extend(decoder.secret(n as u64, &[1; 16], &[0xaa; 32]));
        }
        seen.extend(decoder.push(*from, n as u64, bytes));
    }
    seen
}

fn ids(seen: &[Crossed]) -> Vec<&'static str> {
    seen.iter().map(|crossed| crossed.seen.step.id()).collect()
}

fn one(seen: &[Crossed], step: Step) -> &Crossed {
    seen.iter().find(|crossed| crossed.seen.step == step.into()).unwrap_or_else(|| panic!("no {step:?}"))
}

#[test]
fn every_packet_is_opened_under_every_cipher_and_its_tag_verified() {
    for (cipher, mac) in CIPHERS {
        let seen = check(&talk(cipher, mac).said, 0);
        let expected = [
            "identification identification kexinit kexinit negotiated key_exchange_init key_exchange_reply",
            "exchange_hash derived_keys newkeys newkeys encrypted service_request encrypted service_accept",
            "auth_none auth_methods auth_password auth_failure publickey_query publickey_ok",
            "publickey_signature auth_success channel_open channel_confirmed exec channel_window_adjust",
            "channel_reply channel_data",
            "kexinit kexinit negotiated key_exchange_init key_exchange_reply exchange_hash derived_keys newkeys",
            "newkeys disconnect",
        ];
        let expected = expected.join(" ");
        let expected: Vec<_> = expected.split(' ').map(|step| format!("ssh.{step}")).collect();
        assert_eq!(ids(&seen), expected, "{cipher} {mac}");
        let opened = seen.iter().filter(|crossed| crossed.seen.fields.contains_key("encrypted"));
        assert!(opened.clone().all(|crossed| crossed.seen.fields["tag_verified"] == true));
        assert_eq!(opened.clone().count(), 23, "{cipher} {mac}");
        // The length stands in the clear where the tag covers it as it crossed, and nowhere else.
        let clear = cipher.contains("gcm") || mac.contains("-etm");
        for Crossed { seen, .. } in opened {
            assert_eq!(seen.fields["length_encrypted"], !clear, "{cipher} {mac}");
            let crossed = seen.fields["packet_on_the_wire"].as_str().expect("hex");
            let plain = hex::encode(&seen.bytes[..4]);
            assert_eq!(crossed.starts_with(&plain), clear, "{cipher} {mac}: {crossed}");
            let tag = seen.fields["tag"].as_str().expect("hex").len() / 2;
            let expected = match mac {
                _ if cipher.contains("gcm") || cipher.contains("poly1305") => 16,
                _ if mac.contains("sha1") => 20,
                _ if mac.contains("512") => 64,
                _ => 32,
            };
            let begins = seen.bytes.len().min(16);
            assert_eq!((crossed.len(), tag), (2 * begins, expected), "{cipher} {mac}");
        }
    }
}

#[test]
fn the_exchange_hash_is_the_session_identifier_and_new_keys_keep_it() {
    let talk = talk(CIPHERS[0].0, CIPHERS[0].1);
    let seen = check(&talk.said, 0);
    let hashes: Vec<_> =
        seen.iter().filter(|crossed| crossed.seen.step == Step::ExchangeHash.into()).collect();
    let [first, second] = hashes[..] else { panic!("two exchanges") };
    assert_eq!(first.seen.fields["exchange_hash"], hex::encode(&talk.session));
    assert_eq!(
        (first.seen.fields["signature"].as_str(), first.seen.fields.named("rekey")),
        (Some("verified"), None)
    );
    assert_eq!(second.seen.fields["session_identifier"], hex::encode(&talk.session));
    assert_eq!(second.seen.fields["is_session_identifier"], false);
    assert_eq!(
        (&second.seen.fields["signature"], &second.seen.fields["rekey"]),
        (&"verified".into(), &true.into())
    );
    let proof = &one(&seen, Step::PublickeySignature).seen.fields;
    assert_eq!((&proof["signature"], &proof["asked_before"]), (&"verified".into(), &true.into()));
}

/// RFC 4254 §5.2: what may be sent from now on, added to what was left.
#[test]
fn a_window_adjust_says_of_which_channel_and_how_many_bytes_more() {
    let seen = check(&talk(CIPHERS[0].0, CIPHERS[0].1).said, 0);
    let adjust = &one(&seen, Step::ChannelWindowAdjust).seen;
    assert_eq!((adjust.from, adjust.fields["channel"].as_u64()), (Some(Server), Some(0)));
    assert_eq!(adjust.fields["bytes_to_add"], 0x20_0000);
}

#[test]
fn what_crossed_before_the_secret_waits_and_comes_with_its_own_moment() {
    let talk = talk(CIPHERS[0].0, CIPHERS[0].1);
    let whole = check(&talk.said, 0);
    for at in 7..20 {
        let late = check(&talk.said, at);
        for crossed in &whole {
            let derived = ["ssh.exchange_hash", "ssh.derived_keys"].contains(&crossed.seen.step.id());
            if !derived {
                assert!(late.contains(crossed), "{} at {at}", crossed.seen.step);
            }
        }
        assert_eq!(late.len(), whole.len());
    }
}

#[test]
fn a_key_log_opens_a_recording() {
    let log = format!("# a comment\n{} SHARED_SECRET {}\n", hex::encode(COOKIE), hex::encode(SECRET));
    let mut decoder = Decoder::default();
    for (cookie, secret) in log.lines().filter_map(key_log_line) {
        decoder.secret(0, &cookie, &secret);
    }
    let talk = talk(CIPHERS[0].0, CIPHERS[0].1);
    let seen: Vec<_> = talk.said.iter().flat_map(|(from, bytes)| decoder.push(*from, 0, bytes)).collect();
    assert!(ids(&seen).contains(&"ssh.auth_success"));
    for other in ["", "CLIENT_RANDOM 00 00", "00 SHARED_SECRET 00", "zz SHARED_SECRET 00"] {
        assert_eq!(key_log_line(other), None, "{other}");
    }
}

#[test]
fn no_password_is_in_a_field_or_in_the_bytes() {
    let seen = check(&talk(CIPHERS[0].0, CIPHERS[0].1).said, 0);
    for crossed in &seen {
        let fields = serde_json::to_string(&crossed.seen.fields).unwrap();
        let bytes = String::from_utf8_lossy(&crossed.seen.bytes).into_owned();
        assert!(!fields.contains("sesame") && !bytes.contains("sesame"), "{}", crossed.seen.step);
    }
    assert_eq!(one(&seen, Step::AuthPassword).seen.fields["user_name"], "demo");
}

#[test]
fn one_changed_bit_is_named_and_nothing_after_it_is_read() {
    for (cipher, mac) in CIPHERS {
        let mut talk = talk(cipher, mac);
        // The client's second packet under the keys: the request by "none".
        talk.said[10].1[6] ^= 1;
        let seen = check(&talk.said, 0);
        let last = seen.last().unwrap();
        assert_eq!(last.seen.step, Step::WrongTag.into(), "{cipher} {mac}");
        assert_eq!(last.seen.fields["sequence_number"], 1);
        assert!(last.seen.fields["expected"].as_str().unwrap().contains("changed"), "{cipher} {mac}");
        assert_eq!(seen.iter().filter(|it| it.seen.step == Step::AuthMethods.into()).count(), 0);
    }
}

#[test]
fn a_secret_of_another_exchange_opens_nothing_and_is_told_apart_by_the_signature() {
    let talk = talk(CIPHERS[0].0, CIPHERS[0].1);
    let mut decoder = Decoder::default();
    decoder.secret(0, &COOKIE, &[1; 32]);
    let seen: Vec<_> = talk.said.iter().flat_map(|(from, bytes)| decoder.push(*from, 0, bytes)).collect();
    assert_eq!(one(&seen, Step::ExchangeHash).seen.fields["signature"], "wrong");
    assert!(ids(&seen).contains(&"ssh.unopened") && !ids(&seen).contains(&"ssh.service_request"));
}

#[test]
fn without_a_secret_the_first_encrypted_bytes_are_shown_and_the_rest_is_bounded() {
    let mut decoder = Decoder::default();
    let talk = talk(CIPHERS[0].0, CIPHERS[0].1);
    let mut seen = Vec::new();
    for (from, bytes) in &talk.said {
        seen.extend(decoder.push(*from, 0, bytes));
    }
    assert_eq!(decoder.wants_secret_of(), Some(COOKIE));
    assert_eq!(ids(&seen)[seen.len() - 2..], ["ssh.encrypted", "ssh.encrypted"]);
    for _ in 0..1000 {
        seen.extend(decoder.push(Server, 0, &[0; 999]));
    }
    assert_eq!(seen.last().unwrap().seen.step, Step::Unopened.into());
    assert!(decoder.server.held() + decoder.client.held() <= 256 * 1024);
    assert_eq!(decoder.give_up(0, &Said::new("twice", "两次")), [], "it is said once");
}

proptest! {
    #[test]
    fn no_payload_makes_a_reader_panic(payloads in proptest::collection::vec(
        (prop_oneof![Just(50_u8), Just(60), any::<u8>()], proptest::collection::vec(0..9_u8, 0..80)), 1..6,
    )) {
        let mut login = crate::ssh::login::Login::default();
        for (number, rest) in payloads {
            crate::ssh::transport::read(&[&[number], &rest[..]].concat(), &mut login);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_slicing_under_keys_gives_the_same_steps(
        which in 0..CIPHERS.len(),
        cuts in proptest::collection::vec(1..60_usize, 1..8),
        flipped in proptest::option::of((7..30_usize, 0..600_usize)),
    ) {
        let (cipher, mac) = CIPHERS[which];
        let mut said = talk(cipher, mac).said;
        if let Some((at, bit)) = flipped {
            let at = at.min(said.len() - 1);
            let bit = bit % (said[at].1.len() * 8);
            said[at].1[bit / 8] ^= 1 << (bit % 8);
        }
        let steps = |seen: Vec<Crossed>| -> Vec<_> { seen.into_iter().map(|it| it.seen).collect() };
        let mut sliced = Vec::new();
        let mut cuts = cuts.iter().cycle();
        for (from, bytes) in &said {
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                let (slice, after) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
                sliced.push((*from, slice.to_vec()));
                rest = after;
            }
        }
        prop_assert_eq!(steps(check(&sliced, 0)), steps(check(&said, 0)));
    }
}

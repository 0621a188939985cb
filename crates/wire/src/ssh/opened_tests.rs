//! Dialogues under keys: a client and a server that seal their packets here, by every cipher that is opened.

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{Ed25519KeyPair, KeyPair},
};
use proptest::prelude::*;
use serde_json::json;
use steps::{
    Said,
    Side::{self, Client, Server},
    ssh::Step,
};

use super::{Decoder, key_log_line, keys::string};
use crate::Crossed;

mod sealer;

use sealer::Sealer;

const SECRET: [u8; 32] = [0x9c; 32];
const COOKIE: [u8; 16] = [7; 16];
const CIPHERS: [(&str, &str); 7] = [
    ("chacha20-poly1305@openssh.com", "hmac-sha2-256"),
    ("aes128-gcm@openssh.com", "hmac-sha2-256"),
    ("aes256-gcm@openssh.com", "hmac-sha2-256"),
    ("aes128-ctr", "hmac-sha2-256-etm@openssh.com"),
    ("aes256-ctr", "hmac-sha2-512-etm@openssh.com"),
    ("aes128-ctr", "hmac-sha2-256"),
    ("aes256-ctr", "hmac-sha1"),
];

/// Both ends at once: what they said, and how they seal.
struct Talk {
    said: Vec<(Side, Vec<u8>)>,
    names: (&'static str, &'static str),
    kexinits: [Vec<u8>; 2],
    host_key: Ed25519KeyPair,
    session: Vec<u8>,
    sealers: Option<[Sealer; 2]>,
    next: Option<[Sealer; 2]>,
}

impl Talk {
    /// Up to the reply, in the clear.
    fn begin(cipher: &'static str, mac: &'static str) -> Self {
        let mut talk = Talk {
            said: Vec::new(),
            names: (cipher, mac),
            kexinits: [Vec::new(), Vec::new()],
            host_key: Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap(),
            session: Vec::new(),
            sealers: None,
            next: None,
        };
        talk.said.push((Client, b"SSH-2.0-Client_1\r\n".to_vec()));
        talk.said.push((Server, b"SSH-2.0-Server_2\r\n".to_vec()));
        talk.exchange(COOKIE, &SECRET);
        talk
    }

    fn exchange(&mut self, cookie: [u8; 16], secret: &[u8]) {
        let (cipher, mac) = self.names;
        for (side, cookie, strict) in [
            (Client, cookie, "kex-strict-c-v00@openssh.com"),
            (Server, [8; 16], "kex-strict-s-v00@openssh.com"),
        ] {
            let kex = format!("curve25519-sha256,{strict}");
            let mut payload = [&[20][..], &cookie].concat();
            for list in [&kex, "ssh-ed25519", cipher, cipher, mac, mac, "none", "none", "", ""] {
                payload.extend(string(list.as_bytes()));
            }
            payload.extend([0; 5]);
            self.kexinits[side as usize] = payload.clone();
            self.say(side, &payload);
        }
        let host_key = [string(b"ssh-ed25519"), string(self.host_key.public_key().as_ref())].concat();
        self.say(Client, &[&[30][..], &string(&[4; 32])].concat());
        // The first bit is set: as a number the secret has a zero in front.
        let mpint = string(&[&[0], secret].concat());
        let hashed = [
            string(b"SSH-2.0-Client_1"),
            string(b"SSH-2.0-Server_2"),
            string(&self.kexinits[0]),
            string(&self.kexinits[1]),
            string(&host_key),
            string(&[4; 32]),
            string(&[5; 32]),
            mpint.clone(),
        ];
        let hash = digest(&SHA256, &hashed.concat());
        let signature = [string(b"ssh-ed25519"), string(self.host_key.sign(hash.as_ref()).as_ref())].concat();
        let reply = [&[31][..], &string(&host_key), &string(&[5; 32]), &string(&signature)].concat();
        self.say(Server, &reply);
        if self.session.is_empty() {
            self.session = hash.as_ref().to_vec();
        }
        let key = |letter: u8| {
            let start = [&mpint[..], hash.as_ref()].concat();
            let mut key = digest(&SHA256, &[&start, &[letter][..], &self.session].concat()).as_ref().to_vec();
            key.extend(digest(&SHA256, &[&start[..], &key].concat()).as_ref());
            key
        };
        self.next = Some([b"ACE", b"BDF"].map(|letters| {
            let [iv, encryption, integrity] = letters.map(key);
            Sealer::new(cipher, mac, &iv, &encryption, &integrity)
        }));
    }

    /// Both turn to the new keys.
    fn newkeys(&mut self) {
        self.say(Server, &[21]);
        self.say(Client, &[21]);
        self.sealers = self.next.take();
    }

    fn say(&mut self, side: Side, payload: &[u8]) {
        let (block, counted) = match &self.sealers {
            None => (8, 4),
            Some(sealers) => sealers[side as usize].block(),
        };
        let padding = 4 + (block - (5 - 4 + counted + payload.len() + 4) % block) % block;
        let length = u32::try_from(1 + payload.len() + padding).unwrap().to_be_bytes();
        let plain = [&length[..], &[u8::try_from(padding).unwrap()], payload, &vec![0; padding]].concat();
        let packet = match &mut self.sealers {
            None => plain,
            Some(sealers) => sealers[side as usize].seal(plain),
        };
        self.said.push((side, packet));
    }

    /// The login and a command, as they follow the first NEWKEYS.
    fn log_in(&mut self) {
        self.say(Client, &[&[5][..], &string(b"ssh-userauth")].concat());
        self.say(Server, &[&[6][..], &string(b"ssh-userauth")].concat());
        let request = |method: &str| {
            [&[50][..], &string(b"demo"), &string(b"ssh-connection"), &string(method.as_bytes())].concat()
        };
        self.say(Client, &request("none"));
        self.say(Server, &[&[51][..], &string(b"publickey,password"), &[0]].concat());
        self.say(Client, &[&request("password")[..], &[0], &string(b"sesame opens")].concat());
        self.say(Server, &[&[51][..], &string(b"publickey"), &[0]].concat());
        let user = Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap();
        let key = [string(b"ssh-ed25519"), string(user.public_key().as_ref())].concat();
        let named = [&string(b"ssh-ed25519")[..], &string(&key)].concat();
        self.say(Client, &[&request("publickey")[..], &[0], &named].concat());
        self.say(Server, &[&[60][..], &named].concat());
        let unsigned = [&request("publickey")[..], &[1], &named].concat();
        let signature = user.sign(&[&string(&self.session)[..], &unsigned].concat());
        let signature = [string(b"ssh-ed25519"), string(signature.as_ref())].concat();
        self.say(Client, &[unsigned, string(&signature)].concat());
        self.say(Server, &[52]);
        self.say(Client, &[&[90][..], &string(b"session"), &[0; 12]].concat());
        self.say(Server, &[&[91][..], &[0; 16]].concat());
        self.say(Client, &[&[98, 0, 0, 0, 0][..], &string(b"exec"), &[1], &string(b"whoami")].concat());
        self.say(Server, &[99, 0, 0, 0, 0]);
        self.say(Server, &[&[94, 0, 0, 0, 0][..], &string(b"demo\n")].concat());
    }
}

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
            "publickey_signature auth_success channel_open channel_confirmed exec channel_reply channel_data",
            "kexinit kexinit negotiated key_exchange_init key_exchange_reply exchange_hash derived_keys newkeys",
            "newkeys disconnect",
        ];
        let expected = expected.join(" ");
        let expected: Vec<_> = expected.split(' ').map(|step| format!("ssh.{step}")).collect();
        assert_eq!(ids(&seen), expected, "{cipher} {mac}");
        let opened = seen.iter().filter(|crossed| crossed.seen.fields.contains_key("encrypted"));
        assert!(opened.clone().all(|crossed| crossed.seen.fields["tag_verified"] == true));
        assert_eq!(opened.count(), 22, "{cipher} {mac}");
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
    assert_eq!((&first.seen.fields["signature"], first.seen.fields.get("rekey")), (&json!("verified"), None));
    assert_eq!(second.seen.fields["session_identifier"], hex::encode(&talk.session));
    assert_eq!(second.seen.fields["is_session_identifier"], false);
    assert_eq!(
        (&second.seen.fields["signature"], &second.seen.fields["rekey"]),
        (&json!("verified"), &json!(true))
    );
    let proof = &one(&seen, Step::PublickeySignature).seen.fields;
    assert_eq!((&proof["signature"], &proof["asked_before"]), (&json!("verified"), &json!(true)));
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
        let mut login = super::login::Login::default();
        for (number, rest) in payloads {
            super::message::read(&[&[number], &rest[..]].concat(), &mut login);
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

//! TLS 1.3 behind its keys: the input says what is in the records, and they are sealed here, so that what is read after
//! opening meets strange bytes too. The end of a side's speech in the input is its turn to the next keys.
#![no_main]

use asnoted_fuzz::dialogue::{Action, Decoder, Dialogue, check};
use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, KeyType, Prk},
};
use libfuzzer_sys::fuzz_target;
use steps::{Protocol, Side};
use wire::Crossed;

/// A decoder that was told all secrets.
struct Tls(wire::tls::Decoder);

const RANDOM: [u8; 32] = [0x5a; 32];

/// Label and secret; for each side first the handshake's, then the application's.
const SECRETS: [[(&str, [u8; 32]); 2]; 2] = [
    [("CLIENT_HANDSHAKE_TRAFFIC_SECRET", [1; 32]), ("CLIENT_TRAFFIC_SECRET_0", [2; 32])],
    [("SERVER_HANDSHAKE_TRAFFIC_SECRET", [3; 32]), ("SERVER_TRAFFIC_SECRET_0", [4; 32])],
];

impl Default for Tls {
    fn default() -> Self {
        let mut decoder = wire::tls::Decoder::new();
        for (label, secret) in SECRETS.as_flattened() {
            drop(decoder.secret(label, &RANDOM, secret));
        }
        Tls(decoder)
    }
}

impl Decoder for Tls {
    const PROTOCOL: Protocol = Protocol::Tls;
    const KEEPS: usize = 1 << 20;

    fn says(&mut self, from: Side, moment: u64, bytes: &[u8]) -> Vec<Crossed> {
        self.0.push(from, moment, bytes)
    }

    fn ends(&mut self, _: Side, _: u64) -> Vec<Crossed> {
        self.0.end()
    }
}

fuzz_target!(|input: &[u8]| {
    let mut dialogue = Dialogue::read(input);
    let mut lanes = SECRETS.map(|[(_, handshake), _]| Lane::new(&handshake));
    let mut deeds = hellos();
    for deed in dialogue.deeds {
        match deed {
            // The first byte is the content type, as it stands behind the content.
            Action::Says(from, content) if content.len() < 1 << 14 => {
                deeds.push(Action::Says(from, lanes[from as usize].seal(&content)));
            }
            Action::Says(..) => {}
            // Bytes that are not under any key.
            Action::Secret(bytes) => deeds.push(Action::Says(Side::Server, bytes)),
            Action::Ends(side) => lanes[side as usize] = Lane::new(&SECRETS[side as usize][1].1),
        }
    }
    deeds.push(Action::Ends(Side::Client));
    dialogue.deeds = deeds;
    check::<Tls>(&dialogue);
});

/// ClientHello and ServerHello, with no more in them than makes it TLS 1.3.
fn hellos() -> Vec<Action> {
    let message = |kind: u8, suite: &[u8], extensions: &[u8]| {
        let mut body = [&[3, 3][..], &RANDOM, &[0], suite].concat();
        body.extend((extensions.len() as u16).to_be_bytes());
        body.extend(extensions);
        let whole = [&[kind, 0, 0, body.len() as u8][..], &body].concat();
        [&[22, 3, 3, 0, whole.len() as u8][..], &whole].concat()
    };
    vec![
        Action::Says(Side::Client, message(1, &[0, 2, 0x13, 1, 1, 0], &[0, 43, 0, 3, 2, 3, 4])),
        Action::Says(Side::Server, message(2, &[0x13, 1, 0], &[0, 43, 0, 2, 3, 4])),
    ]
}

/// One direction, under one key.
struct Lane {
    key: LessSafeKey,
    iv: [u8; 12],
    sequence: u64,
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Lane {
    fn new(secret: &[u8]) -> Self {
        let prk = Prk::new_less_safe(HKDF_SHA256, secret);
        let expand = |label: &str, length: usize| {
            let label = format!("tls13 {label}");
            let info = [&[0, length as u8, label.len() as u8][..], label.as_bytes(), &[0]].concat();
            let mut out = vec![0; length];
            let info = [info.as_slice()];
            prk.expand(&info, Length(length)).and_then(|okm| okm.fill(&mut out)).expect("a short key");
            out
        };
        let key = UnboundKey::new(&AES_128_GCM, &expand("key", 16)).expect("16 bytes");
        Lane { key: LessSafeKey::new(key), iv: expand("iv", 12).try_into().expect("12 bytes"), sequence: 0 }
    }

    /// A record (RFC 8446 §5.2).
    fn seal(&mut self, content: &[u8]) -> Vec<u8> {
        let (kind, content) = content.split_first().unwrap_or((&0, &[]));
        let mut body = [content, &[*kind]].concat();
        let length = ((body.len() + 16) as u16).to_be_bytes();
        let header = [23, 3, 3, length[0], length[1]];
        let mut nonce = self.iv;
        nonce[4..].iter_mut().zip(self.sequence.to_be_bytes()).for_each(|(byte, of)| *byte ^= of);
        self.sequence += 1;
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.key.seal_in_place_append_tag(nonce, Aad::from(header), &mut body).expect("it is short");
        [&header[..], &body].concat()
    }
}

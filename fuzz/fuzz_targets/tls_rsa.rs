//! TLS with static RSA, read by whoever has the server's key: the input says what the client encrypts for it, or what
//! stands there instead, and what follows; and any bytes as the key itself.
#![no_main]

use std::sync::{Arc, LazyLock};

use asnoted_fuzz::{
    dialogue::{Action, Decoder, Dialogue, check},
    memory,
};
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeySize, Pkcs1PublicEncryptingKey, PrivateDecryptingKey},
};
use libfuzzer_sys::fuzz_target;
use steps::{Protocol, Side};
use wire::{Crossed, tls::PrivateKey};

/// The server's key, another one each time: what counts is what is encrypted for it.
static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let key = PrivateDecryptingKey::generate(KeySize::Rsa2048).expect("it can be made");
    let der: Pkcs8V1Der<'_> = key.as_der().expect("it can be written");
    let der = der.as_ref().to_vec();
    let private = PrivateKey::of_pkcs8(&der).expect("it was written a moment ago");
    let public = Pkcs1PublicEncryptingKey::new(key.public_key()).expect("it is an RSA key");
    Server { der, private: Arc::new(private), public }
});

struct Server {
    der: Vec<u8>,
    private: Arc<PrivateKey>,
    public: Pkcs1PublicEncryptingKey,
}

/// A decoder that has the key.
struct Tls(wire::tls::Decoder);

impl Default for Tls {
    fn default() -> Self {
        let mut decoder = wire::tls::Decoder::new();
        decoder.private_key(Arc::clone(&SERVER.private));
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
    LazyLock::force(&SERVER);
    if let [0xff, rest @ ..] = input {
        return key(rest);
    }
    let mut dialogue = Dialogue::read(input);
    let mut deeds = hellos(dialogue.dice);
    for deed in dialogue.deeds {
        deeds.push(match deed {
            // The first byte chooses the content type, the rest is in the record as it is.
            Action::Says(from, said) if said.len() < 1 << 14 => {
                let (kind, body) = said.split_first().unwrap_or((&0, &[]));
                Action::Says(from, record(20 + kind % 4, body))
            }
            Action::Secret(secret) => Action::Says(Side::Client, key_exchange(&secret)),
            other => other,
        });
    }
    deeds.push(Action::Ends(Side::Client));
    dialogue.deeds = deeds;
    check::<Tls>(&dialogue);
});

/// Any bytes as a key, and the right key with one byte changed: it is refused, or opens what it can.
fn key(bytes: &[u8]) {
    memory::bounded(bytes.len(), 256 << 10, 64, || {
        drop(PrivateKey::of_pkcs1(bytes));
        drop(PrivateKey::of_pkcs8(bytes));
    });
    if let [high, low, with, rest @ ..] = bytes {
        let mut der = SERVER.der.clone();
        let at = usize::from(u16::from_be_bytes([*high, *low])) % der.len();
        der[at] ^= with;
        if let Some(key) = PrivateKey::of_pkcs8(&der) {
            let mut decoder = wire::tls::Decoder::new();
            decoder.private_key(Arc::new(key));
            for deed in hellos(0) {
                if let Action::Says(from, said) = deed {
                    drop(decoder.push(from, 0, &said));
                }
            }
            drop(decoder.push(Side::Client, 1, &key_exchange(rest)));
            drop(decoder.end());
        }
    }
}

/// ClientKeyExchange (RFC 5246 §7.4.7.1): the first byte says whether the rest is encrypted, or stands there as it is.
fn key_exchange(secret: &[u8]) -> Vec<u8> {
    let (how, secret) = secret.split_first().unwrap_or((&0, &[]));
    let mut room = vec![0; SERVER.public.ciphertext_size()];
    let encrypted = match how % 2 {
        0 => SERVER
            .public
            .encrypt(&secret[..secret.len().min(245)], &mut room)
            .expect("it is short enough")
            .to_vec(),
        _ => secret[..secret.len().min(1 << 13)].to_vec(),
    };
    let body = [&(encrypted.len() as u16).to_be_bytes()[..], &encrypted].concat();
    record(22, &[&[16, 0, (body.len() >> 8) as u8, body.len() as u8][..], &body].concat())
}

/// ClientHello and ServerHello of a version and a suite with static RSA.
fn hellos(dice: u8) -> Vec<Action> {
    let version = [3, 1 + dice % 3];
    let suite = [[0, 0x2f], [0, 0x9c], [0, 0x3c], [0, 0x9d]][usize::from(dice / 3 % 4)];
    let message = |kind: u8, suite: &[u8]| {
        let body = [&version[..], &[0x5a; 32], &[0], suite].concat();
        record(22, &[&[kind, 0, 0, body.len() as u8][..], &body].concat())
    };
    vec![
        Action::Says(Side::Client, message(1, &[&[0, 2][..], &suite, &[1, 0]].concat())),
        Action::Says(Side::Server, message(2, &[&suite[..], &[0]].concat())),
        Action::Says(Side::Server, record(22, &[14, 0, 0, 0])),
    ]
}

fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16).to_be_bytes();
    [&[kind, 3, 3, length[0], length[1]][..], body].concat()
}

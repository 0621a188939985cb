//! From the shared secret K to the keys: the exchange hash H (RFC 4253 §8, RFC 4419 §3, RFC 5656 §4) and the six keys
//! that are hashed from both (RFC 4253 §7.2).

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512};
use steps::ssh::Step;

use super::{
    opener::{Lengths, Opener},
    reader::Reader,
};

/// The hash that a key exchange method brings with it; none: a method that is not known here.
pub(super) fn hash_of(kex_algorithm: &str) -> Option<(&'static digest::Algorithm, &'static str)> {
    let name = kex_algorithm.split('@').next().unwrap_or_default();
    Some(match name {
        "ecdh-sha2-nistp256" => (&SHA256, "SHA-256"),
        "ecdh-sha2-nistp384" => (&SHA384, "SHA-384"),
        "ecdh-sha2-nistp521" => (&SHA512, "SHA-512"),
        _ if name.ends_with("-sha1") => (&SHA1_FOR_LEGACY_USE_ONLY, "SHA-1"),
        _ if name.ends_with("-sha256") => (&SHA256, "SHA-256"),
        _ if name.ends_with("-sha384") => (&SHA384, "SHA-384"),
        _ if name.ends_with("-sha512") => (&SHA512, "SHA-512"),
        _ => return None,
    })
}

/// Whether the method is a hybrid, whose two secrets are hashed into one string.
pub(super) fn is_hybrid(kex_algorithm: &str) -> bool {
    kex_algorithm.starts_with("mlkem") || kex_algorithm.starts_with("sntrup")
}

/// What crossed in the messages of one key exchange, as far as the exchange hash covers it.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// Group exchange: three sizes, and the prime with its generator.
    group_request: Vec<u8>,
    group: Vec<u8>,
    /// The client's public value; an `mpint` and a string are framed alike.
    init: Option<Vec<u8>>,
    reply: Option<Reply>,
}

#[derive(Debug)]
pub(super) struct Reply {
    pub(super) host_key: Vec<u8>,
    value: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl Values {
    /// Takes note of a message of the key exchange that was read as `step`.
    pub(super) fn note(&mut self, step: Step, payload: &[u8]) {
        let mut reader = Reader(payload.get(1..).unwrap_or_default());
        if step == Step::GroupRequest {
            self.group_request = reader.0.to_vec();
        } else if step == Step::Group {
            self.group = reader.0.to_vec();
        } else if step == Step::KeyExchangeInit {
            self.init = reader.string().map(<[u8]>::to_vec);
        } else if step == Step::KeyExchangeReply {
            let mut next = || reader.string().map(<[u8]>::to_vec);
            if let (Some(host_key), Some(value), Some(signature)) = (next(), next(), next()) {
                self.reply = Some(Reply { host_key, value, signature });
            }
        }
    }

    pub(super) fn reply(&self) -> Option<&Reply> {
        self.reply.as_ref()
    }

    /// What H is the hash of, in order; `before`: V_C, V_S, I_C, I_S.
    pub(super) fn hashed(&self, before: [&[u8]; 4], secret: &Secret) -> Option<Vec<u8>> {
        let (init, reply) = (self.init.as_ref()?, self.reply.as_ref()?);
        let mut input: Vec<u8> = before.into_iter().flat_map(string).collect();
        input.extend(string(&reply.host_key));
        input.extend(&self.group_request);
        input.extend(&self.group);
        input.extend(string(init));
        input.extend(string(&reply.value));
        input.extend(&secret.encoded);
        Some(input)
    }
}

/// The shared secret as it is hashed.
pub(super) struct Secret {
    encoded: Vec<u8>,
}

impl Secret {
    /// An `mpint`, and for a hybrid a string.
    pub(super) fn new(kex_algorithm: &str, secret: &[u8]) -> Self {
        if is_hybrid(kex_algorithm) {
            return Secret { encoded: string(secret) };
        }
        let start = secret.iter().position(|byte| *byte != 0).unwrap_or(secret.len());
        let mut number = secret[start..].to_vec();
        if number.first().is_some_and(|byte| *byte >= 0x80) {
            number.insert(0, 0);
        }
        Secret { encoded: string(&number) }
    }
}

/// The six keys in the order of their letters: A and B initial vectors, C and D encryption, E and F integrity; the
/// first of each pair from client to server.
pub(super) struct Six(pub(super) [Vec<u8>; 6]);

impl Six {
    /// `lengths`: client to server, server to client.
    pub(super) fn derive(
        hash: &'static digest::Algorithm,
        secret: &Secret,
        exchange_hash: &[u8],
        session_identifier: &[u8],
        lengths: [Lengths; 2],
    ) -> Self {
        let key = |letter: u8, length: usize| {
            let start = [&secret.encoded, exchange_hash];
            let first = [&start.concat(), &[letter][..], session_identifier].concat();
            let mut key = digest::digest(hash, &first).as_ref().to_vec();
            while key.len() < length {
                let more = digest::digest(hash, &[&start.concat(), &key[..]].concat());
                key.extend_from_slice(more.as_ref());
            }
            key.truncate(length);
            key
        };
        let [there, back] = lengths;
        Six([
            key(b'A', there.iv),
            key(b'B', back.iv),
            key(b'C', there.key),
            key(b'D', back.key),
            key(b'E', there.mac),
            key(b'F', back.mac),
        ])
    }

    /// Opens what the client (0) or the server (1) sends.
    pub(super) fn opener(&self, direction: usize, cipher: &str, mac: &str) -> Option<Opener> {
        let Six(keys) = self;
        Opener::new(cipher, mac, (&keys[direction], &keys[2 + direction], &keys[4 + direction]))
    }
}

/// A string of RFC 4251 §5.
pub(super) fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&length[..], bytes].concat()
}

//! Seals packets as a peer would.

use aws_lc_rs::{
    aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey, chacha20_poly1305_openssh},
    cipher::{AES_128, AES_256, EncryptionContext, StreamingEncryptingKey, UnboundCipherKey},
    hmac,
    iv::FixedLength,
};

/// Seals what one side sends.
pub(super) struct Sealer {
    way: Way,
    sequence: u32,
}

enum Way {
    ChaCha(Box<chacha20_poly1305_openssh::SealingKey>),
    Gcm(LessSafeKey, [u8; 12]),
    Ctr { key: StreamingEncryptingKey, mac: Box<hmac::Key>, etm: bool },
}

impl Sealer {
    pub(super) fn new(cipher: &str, mac: &str, iv: &[u8], key: &[u8], integrity: &[u8]) -> Self {
        let ctr = |algorithm, length: usize| {
            let key = UnboundCipherKey::new(algorithm, &key[..length]).unwrap();
            let iv: [u8; 16] = iv[..16].try_into().unwrap();
            let context = EncryptionContext::Iv128(FixedLength::from(iv));
            let key = StreamingEncryptingKey::less_safe_ctr(key, context).unwrap();
            let (algorithm, length) = match mac.split("-etm").next().unwrap() {
                "hmac-sha2-256" => (hmac::HMAC_SHA256, 32),
                "hmac-sha2-512" => (hmac::HMAC_SHA512, 64),
                _ => (hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, 20),
            };
            let mac_key = Box::new(hmac::Key::new(algorithm, &integrity[..length]));
            Way::Ctr { key, mac: mac_key, etm: mac.contains("-etm") }
        };
        let gcm = |algorithm, length: usize| {
            let key = LessSafeKey::new(UnboundKey::new(algorithm, &key[..length]).unwrap());
            Way::Gcm(key, iv[..12].try_into().unwrap())
        };
        let way = match cipher {
            "aes128-gcm@openssh.com" => gcm(&AES_128_GCM, 16),
            "aes256-gcm@openssh.com" => gcm(&AES_256_GCM, 32),
            "aes128-ctr" => ctr(&AES_128, 16),
            "aes256-ctr" => ctr(&AES_256, 32),
            _ => Way::ChaCha(Box::new(chacha20_poly1305_openssh::SealingKey::new(key.try_into().unwrap()))),
        };
        Sealer { way, sequence: 0 }
    }

    /// The block to which a packet is padded, and how much of its length field counts.
    pub(super) fn block(&self) -> (usize, usize) {
        match &self.way {
            Way::ChaCha(_) => (8, 0),
            Way::Gcm(..) | Way::Ctr { etm: true, .. } => (16, 0),
            Way::Ctr { etm: false, .. } => (16, 4),
        }
    }

    pub(super) fn seal(&mut self, mut plain: Vec<u8>) -> Vec<u8> {
        let sequence = self.sequence;
        self.sequence += 1;
        match &mut self.way {
            Way::ChaCha(key) => {
                let mut tag = [0; 16];
                key.seal_in_place(sequence, &mut plain, &mut tag);
                [&plain[..], &tag].concat()
            }
            Way::Gcm(key, nonce) => {
                let (head, mut body) = (plain[..4].to_vec(), plain.split_off(4));
                let now = Nonce::assume_unique_for_key(*nonce);
                key.seal_in_place_append_tag(now, Aad::from(&head[..]), &mut body).unwrap();
                let counter = u64::from_be_bytes(nonce[4..].try_into().unwrap()).wrapping_add(1);
                nonce[4..].copy_from_slice(&counter.to_be_bytes());
                [head, body].concat()
            }
            Way::Ctr { key, mac, etm } => {
                let clear = if *etm { 4 } else { 0 };
                let mut sealed = vec![0; plain.len() + 16];
                let length = key.update(&plain[clear..], &mut sealed).unwrap().written().len();
                sealed.truncate(length);
                let sealed = [&plain[..clear], &sealed].concat();
                let covered = if *etm { &sealed } else { &plain };
                let tag = hmac::sign(mac, &[&sequence.to_be_bytes()[..], covered].concat());
                [&sealed[..], tag.as_ref()].concat()
            }
        }
    }
}

//! From secrets to plaintext: the key schedules of TLS 1.2 (RFC 5246 §5, §6.3) and TLS 1.3 (RFC 8446 §7), and the
//! AEADs that protect records (RFC 5246 §6.2.3.3, RFC 7905, RFC 8446 §5.2).

use aws_lc_rs::{
    aead::{self, Aad, LessSafeKey, Nonce, UnboundKey},
    digest, hmac,
};

/// The hash of a cipher suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
}

impl Hash {
    pub(super) fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Hash::Sha256 => &digest::SHA256,
            Hash::Sha384 => &digest::SHA384,
        }
    }

    pub(super) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        digest::digest(self.algorithm(), bytes).as_ref().to_vec()
    }

    fn hmac(self, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        sign(&self.key(key), parts)
    }

    /// Hashes the key already: who signs twice with it pays for that once.
    fn key(self, key: &[u8]) -> hmac::Key {
        let algorithm = match self {
            Hash::Sha256 => hmac::HMAC_SHA256,
            Hash::Sha384 => hmac::HMAC_SHA384,
        };
        hmac::Key::new(algorithm, key)
    }

    pub(super) fn len(self) -> usize {
        match self {
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
        }
    }
}

fn sign(key: &hmac::Key, parts: &[&[u8]]) -> Vec<u8> {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(part);
    }
    context.sign().as_ref().to_vec()
}

/// The cipher of a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cipher {
    Aes128Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
}

impl Cipher {
    fn key_len(self) -> usize {
        match self {
            Cipher::Aes128Gcm => 16,
            Cipher::Aes256Gcm | Cipher::ChaCha20Poly1305 => 32,
        }
    }

    fn algorithm(self) -> &'static aead::Algorithm {
        match self {
            Cipher::Aes128Gcm => &aead::AES_128_GCM,
            Cipher::Aes256Gcm => &aead::AES_256_GCM,
            Cipher::ChaCha20Poly1305 => &aead::CHACHA20_POLY1305,
        }
    }

    /// How many bytes of nonce TLS 1.2 takes from the key block.
    fn fixed_iv_len(self) -> usize {
        if self.nonce_travels() { 4 } else { 12 }
    }

    /// In TLS 1.2, AES-GCM sends half of its nonce with each record.
    fn nonce_travels(self) -> bool {
        match self {
            Cipher::Aes128Gcm | Cipher::Aes256Gcm => true,
            Cipher::ChaCha20Poly1305 => false,
        }
    }
}

/// The cipher and hash of a suite, which its name spells out; none for suites that this decoder cannot open.
pub(super) fn of_suite(name: &str) -> Option<(Cipher, Hash)> {
    if name.ends_with("_AES_128_GCM_SHA256") {
        Some((Cipher::Aes128Gcm, Hash::Sha256))
    } else if name.ends_with("_AES_256_GCM_SHA384") {
        Some((Cipher::Aes256Gcm, Hash::Sha384))
    } else if name.ends_with("_CHACHA20_POLY1305_SHA256") {
        Some((Cipher::ChaCha20Poly1305, Hash::Sha256))
    } else {
        None
    }
}

/// TLS 1.2's PRF: P_hash(secret, label + seed), RFC 5246 §5.
pub(super) fn prf(hash: Hash, secret: &[u8], label: &str, seed: &[&[u8]], len: usize) -> Vec<u8> {
    let seed = [label.as_bytes(), &seed.concat()].concat();
    let mut a = hash.hmac(secret, &[&seed]);
    let mut out = Vec::with_capacity(len + hash.len());
    while out.len() < len {
        out.extend(hash.hmac(secret, &[&a, &seed]));
        a = hash.hmac(secret, &[&a]);
    }
    out.truncate(len);
    out
}

/// TLS 1.2's master secret from the pre-master secret and both randoms, RFC 5246 §8.1.
pub(super) fn master_secret(hash: Hash, pre_master: &[u8], (client, server): (&[u8], &[u8])) -> Vec<u8> {
    prf(hash, pre_master, "master secret", &[client, server], 48)
}

/// The keys of TLS 1.2 with an AEAD, RFC 5246 §6.3.
pub(super) struct KeyBlock {
    pub(super) client_write_key: Vec<u8>,
    pub(super) server_write_key: Vec<u8>,
    pub(super) client_write_iv: Vec<u8>,
    pub(super) server_write_iv: Vec<u8>,
}

/// TLS 1.2's key block from the master secret and both randoms.
pub(super) fn key_block(
    (cipher, hash): (Cipher, Hash),
    master: &[u8],
    (client, server): (&[u8], &[u8]),
) -> KeyBlock {
    let (key_len, iv_len) = (cipher.key_len(), cipher.fixed_iv_len());
    let block = prf(hash, master, "key expansion", &[server, client], 2 * (key_len + iv_len));
    let (keys, ivs) = block.split_at(2 * key_len);
    KeyBlock {
        client_write_key: keys[..key_len].to_vec(),
        server_write_key: keys[key_len..].to_vec(),
        client_write_iv: ivs[..iv_len].to_vec(),
        server_write_iv: ivs[iv_len..].to_vec(),
    }
}

/// TLS 1.3's HKDF-Expand-Label with an empty context, RFC 8446 §7.1.
pub(super) fn expand_label(hash: Hash, secret: &[u8], label: &str, len: usize) -> Vec<u8> {
    expand_label_with(&hash.key(secret), label, &[], len)
}

/// HKDF-Expand-Label. No output here is longer than the hash, so that HKDF-Expand is a single HMAC.
fn expand_label_with(secret: &hmac::Key, label: &str, context: &[u8], len: usize) -> Vec<u8> {
    let label = [b"tls13 ", label.as_bytes()].concat();
    let len16 = u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes();
    let label_len = [u8::try_from(label.len()).unwrap_or(u8::MAX)];
    let context_len = [u8::try_from(context.len()).unwrap_or(u8::MAX)];
    let mut out = sign(secret, &[&len16, &label_len, &label, &context_len, context, &[1]]);
    out.truncate(len);
    out
}

/// TLS 1.3's HKDF-Extract, RFC 5869 §2.2.
pub(super) fn extract(hash: Hash, salt: &[u8], secret: &[u8]) -> Vec<u8> {
    hash.hmac(salt, &[secret])
}

/// TLS 1.3's Derive-Secret, with the hash of the messages, RFC 8446 §7.1.
pub(super) fn derive_secret(hash: Hash, secret: &[u8], label: &str, transcript_hash: &[u8]) -> Vec<u8> {
    expand_label_with(&hash.key(secret), label, transcript_hash, hash.len())
}

/// The secret that follows `secret` after a KeyUpdate, RFC 8446 §7.2.
pub(super) fn next_secret(hash: Hash, secret: &[u8]) -> Vec<u8> {
    expand_label(hash, secret, "traffic upd", hash.len())
}

/// TLS 1.3's verify_data, RFC 8446 §4.4.4.
pub(super) fn verify_data_13(hash: Hash, secret: &[u8], transcript_hash: &[u8]) -> Vec<u8> {
    let key = expand_label(hash, secret, "finished", hash.len());
    hash.hmac(&key, &[transcript_hash])
}

/// TLS 1.2's verify_data, RFC 5246 §7.4.9.
pub(super) fn verify_data_12(hash: Hash, master: &[u8], label: &str, transcript_hash: &[u8]) -> Vec<u8> {
    prf(hash, master, label, &[transcript_hash], 12)
}

/// Opens the records of one direction.
pub(super) struct Opener {
    key: LessSafeKey,
    iv: [u8; 12],
    /// The nonce's second half travels with each record (AES-GCM in TLS 1.2).
    explicit: bool,
    seq: u64,
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key stays out of every log.
        f.debug_struct("Opener").field("seq", &self.seq).finish_non_exhaustive()
    }
}

impl Opener {
    /// For TLS 1.3, from a traffic secret.
    pub(super) fn tls13(cipher: Cipher, hash: Hash, secret: &[u8]) -> Option<Self> {
        let secret = hash.key(secret);
        let key = expand_label_with(&secret, "key", &[], cipher.key_len());
        let iv = expand_label_with(&secret, "iv", &[], 12).try_into().ok()?;
        let key = LessSafeKey::new(UnboundKey::new(cipher.algorithm(), &key).ok()?);
        Some(Opener { key, iv, explicit: false, seq: 0 })
    }

    /// For TLS 1.2, from the master secret: the client's part of the key block, or the server's.
    pub(super) fn tls12(
        (cipher, hash): (Cipher, Hash),
        master: &[u8],
        randoms: (&[u8], &[u8]),
        of_client: bool,
    ) -> Option<Self> {
        let block = key_block((cipher, hash), master, randoms);
        let (key, fixed) = match of_client {
            true => (block.client_write_key, block.client_write_iv),
            false => (block.server_write_key, block.server_write_iv),
        };
        let mut iv = [0; 12];
        iv[..fixed.len()].copy_from_slice(&fixed);
        let key = LessSafeKey::new(UnboundKey::new(cipher.algorithm(), &key).ok()?);
        Some(Opener { key, iv, explicit: cipher.nonce_travels(), seq: 0 })
    }

    /// How many bytes of nonce stand in front of each record's ciphertext.
    pub(super) fn nonce_in_record(&self) -> usize {
        if self.explicit { 8 } else { 0 }
    }

    /// The content of a TLS 1.3 record and its true type.
    pub(super) fn open_13(&mut self, header: [u8; 5], body: &[u8]) -> Option<(u8, Vec<u8>)> {
        let mut content = self.open(self.xored(), &header, body)?;
        while content.last() == Some(&0) {
            content.pop();
        }
        let kind = content.pop()?;
        Some((kind, content))
    }

    /// The content of a TLS 1.2 record.
    pub(super) fn open_12(&mut self, header: [u8; 5], body: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = if self.explicit {
            let (explicit, body) = body.split_at_checked(8)?;
            let mut nonce = self.iv;
            nonce[4..].copy_from_slice(explicit);
            (nonce, body)
        } else {
            (self.xored(), body)
        };
        let len = u16::try_from(body.len().checked_sub(16)?).ok()?;
        let mut aad = [0; 13];
        aad[..8].copy_from_slice(&self.seq.to_be_bytes());
        aad[8..11].copy_from_slice(&header[..3]);
        aad[11..].copy_from_slice(&len.to_be_bytes());
        self.open(nonce, &aad, body)
    }

    fn xored(&self) -> [u8; 12] {
        let mut nonce = self.iv;
        for (byte, seq) in nonce[4..].iter_mut().zip(self.seq.to_be_bytes()) {
            *byte ^= seq;
        }
        nonce
    }

    fn open(&mut self, nonce: [u8; 12], aad: &[u8], body: &[u8]) -> Option<Vec<u8>> {
        let mut body = body.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let len = self.key.open_in_place(nonce, Aad::from(aad), &mut body).ok()?.len();
        body.truncate(len);
        // Only a record that opened counts: refused early data is tried with a key that is not its own.
        self.seq += 1;
        Some(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prf_gives_the_published_test_vector() {
        // P_SHA256 vector published on the IETF TLS list in 2008.
        let secret = hex::decode("9bbe436ba940f017b17652849a71db35").unwrap();
        let seed = hex::decode("a0ba9f936cda311827a6f796ffd5198c").unwrap();
        let out = prf(Hash::Sha256, &secret, "test label", &[&seed], 100);
        assert_eq!(hex::encode(&out[..16]), "e3f229ba727be17b8d122620557cd453");
    }

    #[test]
    fn expand_label_gives_the_key_of_rfc_8448() {
        // RFC 8448 §3, the server's handshake traffic secret, its key and its iv.
        let secret = hex::decode("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38").unwrap();
        let key = expand_label(Hash::Sha256, &secret, "key", 16);
        assert_eq!(hex::encode(key), "3fce516009c21727d0f2e4e86ee403bc");
        let iv = expand_label(Hash::Sha256, &secret, "iv", 12);
        assert_eq!(hex::encode(iv), "5d313eb2671276ee13000b30");
    }
}

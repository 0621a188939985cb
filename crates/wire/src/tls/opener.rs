//! Opens records: the AEADs that protect them (RFC 5246 §6.2.3.3, RFC 7905, RFC 8446 §5.2), and before them the block
//! ciphers of `cbc.rs`.

use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce, UnboundKey};

use super::{
    cbc::Cbc,
    cipher::Cipher,
    hash::Hash,
    keys::{expand_label_with, key_block},
};

/// Opens the records of one direction.
pub(super) struct Opener {
    sealed: Sealed,
    seq: u64,
}

/// How records are protected.
enum Sealed {
    Aead {
        key: LessSafeKey,
        iv: [u8; 12],
        /// The nonce's second half travels with each record (AES-GCM in TLS 1.2).
        explicit: bool,
    },
    Cbc(Box<Cbc>),
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
        let key = LessSafeKey::new(UnboundKey::new(cipher.algorithm()?, &key).ok()?);
        Some(Opener { sealed: Sealed::Aead { key, iv, explicit: false }, seq: 0 })
    }

    /// For TLS 1.2 and before, from the master secret: the client's part of the key block, or the server's. With a block
    /// cipher the MAC may cover what is encrypted.
    pub(super) fn tls12(
        (cipher, hash): (Cipher, Hash),
        master: &[u8],
        randoms: (&[u8], &[u8]),
        (of_client, encrypt_then_mac): (bool, bool),
    ) -> Option<Self> {
        let block = key_block((cipher, hash), master, randoms);
        let (mac_key, key, fixed) = match of_client {
            true => (block.client_write_mac_key, block.client_write_key, block.client_write_iv),
            false => (block.server_write_mac_key, block.server_write_key, block.server_write_iv),
        };
        let sealed = match cipher {
            Cipher::Cbc { mac, .. } => {
                Sealed::Cbc(Box::new(Cbc::new(&key, (mac, &mac_key), &fixed, encrypt_then_mac)?))
            }
            Cipher::Aes128Gcm | Cipher::Aes256Gcm | Cipher::ChaCha20Poly1305 => {
                let mut iv = [0; 12];
                iv[..fixed.len()].copy_from_slice(&fixed);
                let key = LessSafeKey::new(UnboundKey::new(cipher.algorithm()?, &key).ok()?);
                Sealed::Aead { key, iv, explicit: cipher.nonce_travels() }
            }
        };
        Some(Opener { sealed, seq: 0 })
    }

    /// How many bytes of nonce or IV stand in front of each record's ciphertext.
    pub(super) fn nonce_in_record(&self) -> usize {
        match &self.sealed {
            Sealed::Aead { explicit: true, .. } => 8,
            Sealed::Aead { explicit: false, .. } => 0,
            Sealed::Cbc(cbc) => cbc.iv_in_record(),
        }
    }

    /// The content of a TLS 1.3 record and its true type.
    pub(super) fn open_13(&mut self, header: [u8; 5], body: &[u8]) -> Option<(u8, Vec<u8>)> {
        let Sealed::Aead { key, iv, .. } = &self.sealed else { return None };
        let mut content = open(key, xored(*iv, self.seq), &header, body)?;
        // Only a record that opened counts: refused early data is tried with a key that is not its own.
        self.seq += 1;
        while content.last() == Some(&0) {
            content.pop();
        }
        let kind = content.pop()?;
        Some((kind, content))
    }

    /// The content of a TLS 1.2 record.
    pub(super) fn open_12(&mut self, header: [u8; 5], body: &[u8]) -> Option<Vec<u8>> {
        let seq = self.seq;
        let content = match &mut self.sealed {
            Sealed::Cbc(cbc) => cbc.open(seq, header, body)?,
            Sealed::Aead { key, iv, explicit } => {
                let (nonce, body) = if *explicit {
                    let (explicit, body) = body.split_at_checked(8)?;
                    let mut nonce = *iv;
                    nonce[4..].copy_from_slice(explicit);
                    (nonce, body)
                } else {
                    (xored(*iv, seq), body)
                };
                let len = u16::try_from(body.len().checked_sub(16)?).ok()?;
                let mut aad = [0; 13];
                aad[..8].copy_from_slice(&seq.to_be_bytes());
                aad[8..11].copy_from_slice(&header[..3]);
                aad[11..].copy_from_slice(&len.to_be_bytes());
                open(key, nonce, &aad, body)?
            }
        };
        self.seq += 1;
        Some(content)
    }
}

fn xored(iv: [u8; 12], seq: u64) -> [u8; 12] {
    let mut nonce = iv;
    for (byte, seq) in nonce[4..].iter_mut().zip(seq.to_be_bytes()) {
        *byte ^= seq;
    }
    nonce
}

fn open(key: &LessSafeKey, nonce: [u8; 12], aad: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let mut body = body.to_vec();
    let nonce = Nonce::assume_unique_for_key(nonce);
    let len = key.open_in_place(nonce, Aad::from(aad), &mut body).ok()?.len();
    body.truncate(len);
    Some(body)
}

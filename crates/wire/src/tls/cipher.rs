//! The ciphers of the suites, by the suites' names.

use aws_lc_rs::{aead, hmac};

use super::hash::Hash;

/// The cipher of a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cipher {
    Aes128Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
    /// AES in CBC mode with an HMAC: the length of its key, and whether the first IV is derived (TLS 1.0).
    Cbc {
        key_len: usize,
        mac: Mac,
        derives_iv: bool,
    },
}

/// The hash of a suite's HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mac {
    Sha1,
    Sha256,
    Sha384,
}

impl Mac {
    pub(super) fn algorithm(self) -> hmac::Algorithm {
        match self {
            Mac::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Mac::Sha256 => hmac::HMAC_SHA256,
            Mac::Sha384 => hmac::HMAC_SHA384,
        }
    }

    /// How many bytes of tag it makes, and of key it takes.
    pub(super) fn len(self) -> usize {
        match self {
            Mac::Sha1 => 20,
            Mac::Sha256 => 32,
            Mac::Sha384 => 48,
        }
    }
}

impl Cipher {
    pub(super) fn key_len(self) -> usize {
        match self {
            Cipher::Aes128Gcm => 16,
            Cipher::Aes256Gcm | Cipher::ChaCha20Poly1305 => 32,
            Cipher::Cbc { key_len, .. } => key_len,
        }
    }

    /// The AEAD; none: it is none.
    pub(super) fn algorithm(self) -> Option<&'static aead::Algorithm> {
        match self {
            Cipher::Aes128Gcm => Some(&aead::AES_128_GCM),
            Cipher::Aes256Gcm => Some(&aead::AES_256_GCM),
            Cipher::ChaCha20Poly1305 => Some(&aead::CHACHA20_POLY1305),
            Cipher::Cbc { .. } => None,
        }
    }

    pub(super) fn is_aead(self) -> bool {
        self.algorithm().is_some()
    }

    pub(super) fn mac_len(self) -> usize {
        match self {
            Cipher::Aes128Gcm | Cipher::Aes256Gcm | Cipher::ChaCha20Poly1305 => 0,
            Cipher::Cbc { mac, .. } => mac.len(),
        }
    }

    /// How many bytes of nonce or IV are taken from the key block.
    pub(super) fn fixed_iv_len(self) -> usize {
        match self {
            Cipher::Aes128Gcm | Cipher::Aes256Gcm => 4,
            Cipher::ChaCha20Poly1305 => 12,
            Cipher::Cbc { derives_iv, .. } => {
                if derives_iv {
                    16
                } else {
                    0
                }
            }
        }
    }

    /// In TLS 1.2, AES-GCM sends half of its nonce with each record.
    pub(super) fn nonce_travels(self) -> bool {
        match self {
            Cipher::Aes128Gcm | Cipher::Aes256Gcm => true,
            Cipher::ChaCha20Poly1305 | Cipher::Cbc { .. } => false,
        }
    }
}

/// The cipher and hash of a suite in that version; the suite's name spells them out. None: this decoder cannot open it.
pub(super) fn of_suite(name: &str, version: u16) -> Option<(Cipher, Hash)> {
    const TLS_1_0: u16 = 0x0301;
    const TLS_1_2: u16 = 0x0303;
    let derives_iv = version <= TLS_1_0;
    let cbc = |key_len, mac| Cipher::Cbc { key_len, mac, derives_iv };
    let (cipher, hash) = [
        ("_AES_128_GCM_SHA256", Cipher::Aes128Gcm, Hash::Sha256),
        ("_AES_256_GCM_SHA384", Cipher::Aes256Gcm, Hash::Sha384),
        ("_CHACHA20_POLY1305_SHA256", Cipher::ChaCha20Poly1305, Hash::Sha256),
        ("_AES_128_CBC_SHA", cbc(16, Mac::Sha1), Hash::Sha256),
        ("_AES_256_CBC_SHA", cbc(32, Mac::Sha1), Hash::Sha256),
        ("_AES_128_CBC_SHA256", cbc(16, Mac::Sha256), Hash::Sha256),
        ("_AES_256_CBC_SHA256", cbc(32, Mac::Sha256), Hash::Sha256),
        ("_AES_256_CBC_SHA384", cbc(32, Mac::Sha384), Hash::Sha384),
    ]
    .into_iter()
    .find_map(|(end, cipher, hash)| name.ends_with(end).then_some((cipher, hash)))?;
    match (version < TLS_1_2, cipher.is_aead()) {
        (true, true) => None, // AEADs came with TLS 1.2
        (true, false) => Some((cipher, Hash::Md5Sha1)),
        (false, _) => Some((cipher, hash)),
    }
}

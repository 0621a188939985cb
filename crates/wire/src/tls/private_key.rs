//! The server's RSA key, with which static RSA is opened (RFC 5246 §7.4.7.1, §8.1.1): whoever has it reads what was recorded.

use aws_lc_rs::rsa::{Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};

/// An RSA key of 2048 to 8192 bits that decrypts by PKCS #1 version 1.5.
pub struct PrivateKey(Pkcs1PrivateDecryptingKey);

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key stays out of every log.
        write!(f, "RSA {} bit private key", self.bits())
    }
}

impl PrivateKey {
    /// From the DER of PKCS #8 (RFC 5208). None: it is no RSA key, or one of another length.
    pub fn of_pkcs8(der: &[u8]) -> Option<Self> {
        let key = PrivateDecryptingKey::from_pkcs8(der).ok()?;
        Pkcs1PrivateDecryptingKey::new(key).ok().map(PrivateKey)
    }

    /// From the DER of PKCS #1 (RFC 8017 §A.1.2).
    pub fn of_pkcs1(der: &[u8]) -> Option<Self> {
        // The same within PKCS #8: version 0, the algorithm rsaEncryption without parameters, the key.
        let algorithm = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
        Self::of_pkcs8(&wrap(0x30, &[&[2, 1, 0][..], &algorithm, &wrap(4, der)?].concat())?)
    }

    /// How long it is.
    pub fn bits(&self) -> usize {
        self.0.key_size_bits()
    }

    /// What was encrypted for it. None: it was encrypted for another key, or is damaged.
    pub(super) fn open(&self, encrypted: &[u8]) -> Option<Vec<u8>> {
        let mut opened = vec![0; self.0.min_output_size()];
        let opened = self.0.decrypt(encrypted, &mut opened).ok()?;
        Some(opened.to_vec())
    }
}

/// A value of DER whose length takes two bytes (X.690 §8.1.3.5).
fn wrap(tag: u8, value: &[u8]) -> Option<Vec<u8>> {
    let [high, low] = u16::try_from(value.len()).ok()?.to_be_bytes();
    Some([&[tag, 0x82, high, low], value].concat())
}

//! From one secret to the next: what the decoder can compute of the key schedule with what crossed. TLS 1.2: RFC 5246
//! §8.1 and §6.3.

use super::{Decoder, fingerprint, keys};

impl Decoder {
    /// TLS 1.2's master secret as it follows from `pre_master_secret` and the two randoms that crossed. None before
    /// both hellos have crossed, and where the session's hash is in it too (RFC 7627).
    pub fn master_secret(&self, pre_master_secret: &[u8]) -> Option<Vec<u8>> {
        if self.extended_master_secret() != Some(false) {
            return None;
        }
        let (_, hash) = keys::of_suite(self.cipher_suite()?)?;
        Some(keys::master_secret(hash, pre_master_secret, self.randoms()))
    }

    /// The keys that follow from TLS 1.2's master secret, each by its name in the RFC and its fingerprint. None before
    /// both hellos have crossed.
    pub fn key_block(&self, master_secret: &[u8]) -> Option<[(&'static str, String); 4]> {
        let suite = keys::of_suite(self.cipher_suite()?)?;
        let block = keys::key_block(suite, master_secret, self.randoms());
        Some([
            ("client_write_key", fingerprint(&block.client_write_key)),
            ("server_write_key", fingerprint(&block.server_write_key)),
            ("client_write_IV", fingerprint(&block.client_write_iv)),
            ("server_write_IV", fingerprint(&block.server_write_iv)),
        ])
    }

    fn randoms(&self) -> (&[u8], &[u8]) {
        (&self.handshake.client_random, &self.handshake.server_random)
    }
}

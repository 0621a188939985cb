//! The hashes of the cipher suites, and HMAC with them.

use aws_lc_rs::{digest, hmac};

/// The hash of a cipher suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    /// Before TLS 1.2, whatever the suite: MD5, and SHA-1 behind it.
    Md5Sha1,
    Sha256,
    Sha384,
}

impl Hash {
    /// The algorithm; of the two before TLS 1.2 the second.
    pub(super) fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Hash::Md5Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => &digest::SHA256,
            Hash::Sha384 => &digest::SHA384,
        }
    }

    pub(super) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        let mut running = self.running();
        running.update(bytes);
        running.finish()
    }

    /// A hash of what is to come.
    pub(super) fn running(self) -> Running {
        let md5 = (self == Hash::Md5Sha1).then(md5::Context::new);
        Running { md5, context: digest::Context::new(self.algorithm()) }
    }

    pub(super) fn hmac(self, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        sign(&self.key(key), parts)
    }

    /// Hashes the key already: who signs twice with it pays for that once.
    pub(super) fn key(self, key: &[u8]) -> hmac::Key {
        let algorithm = match self {
            Hash::Md5Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => hmac::HMAC_SHA256,
            Hash::Sha384 => hmac::HMAC_SHA384,
        };
        hmac::Key::new(algorithm, key)
    }

    pub(super) fn len(self) -> usize {
        match self {
            Hash::Md5Sha1 => 16 + 20,
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
        }
    }
}

/// A hash that grows.
#[derive(Clone)]
pub(super) struct Running {
    /// Before TLS 1.2, what stands in front.
    md5: Option<md5::Context>,
    context: digest::Context,
}

impl Running {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        if let Some(md5) = &mut self.md5 {
            md5.consume(bytes);
        }
        self.context.update(bytes);
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let mut digest = self.md5.map(|md5| md5.finalize().0.to_vec()).unwrap_or_default();
        digest.extend(self.context.finish().as_ref());
        digest
    }
}

/// An HMAC over `parts`, one behind the other.
pub(super) fn sign(key: &hmac::Key, parts: &[&[u8]]) -> Vec<u8> {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(part);
    }
    context.sign().as_ref().to_vec()
}

/// HMAC (RFC 2104) with MD5, which no library of ours has.
pub(super) fn hmac_md5(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    const BLOCK: usize = 64;
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..16].copy_from_slice(&md5::compute(key).0);
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let mut inner = md5::Context::new();
    inner.consume(block.map(|byte| byte ^ 0x36));
    parts.iter().for_each(|part| inner.consume(part));
    let mut outer = md5::Context::new();
    outer.consume(block.map(|byte| byte ^ 0x5c));
    outer.consume(inner.finalize().0);
    outer.finalize().0.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_md5_gives_the_vectors_of_rfc_2202() {
        assert_eq!(
            hex::encode(hmac_md5(&[0x0b; 16], &[b"Hi ", b"There"])),
            "9294727a3638bb1c13f48ef8158bfc9d"
        );
        let long = hmac_md5(&[0xaa; 80], &[b"Test Using Larger Than Block-Size Key - Hash Key First"]);
        assert_eq!(hex::encode(long), "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
    }
}

//! Verifies signatures as SSH encodes them: a host key's over the exchange hash (RFC 4253 §8), a user's over the
//! request (RFC 4252 §7). Ed25519 is RFC 8709, ECDSA RFC 5656 §3.1, RSA RFC 8332.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use aws_lc_rs::{
    digest::{Context, Digest, SHA256},
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
        EcdsaVerificationAlgorithm, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
        RSA_PKCS1_2048_8192_SHA512, RsaPublicKeyComponents, UnparsedPublicKey,
    },
};
use steps::sync::lock;

use super::{
    certificate::{Certificate, bare},
    reader::{Reader, magnitude},
};

/// What became of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// It is the key's signature over these bytes.
    Verified,
    /// It is not.
    Wrong,
    /// Its algorithm is not known here.
    NotChecked,
}

impl Signature {
    /// As a field says it.
    pub fn name(self) -> &'static str {
        match self {
            Signature::Verified => "verified",
            Signature::Wrong => "wrong",
            Signature::NotChecked => "not checked: unknown algorithm",
        }
    }
}

/// Verifies `signature` (algorithm and value) over `signed` with `key`, both in SSH's encoding.
pub fn verify(key: &[u8], signature: &[u8], signed: &[u8]) -> Signature {
    // A certificate is no signer: the key inside is.
    let bare = bare(key);
    match check(bare.as_deref().unwrap_or(key), signature, signed) {
        Some(Some(true)) => Signature::Verified,
        Some(None) => Signature::NotChecked,
        Some(Some(false)) | None => Signature::Wrong,
    }
}

impl Certificate {
    /// The CA's signature, checked with the CA's key that the certificate itself names. Whether that CA is to be trusted
    /// is another question.
    pub fn signature(&self) -> Signature {
        verify(&self.authority, &self.value, &self.signed)
    }
}

/// Verifies signatures and remembers the last results. The same signature is met again: in a call and on the wire, and
/// at the other end, where that is in the same process; to compare it with the last ones takes a fraction of the time
/// of verifying it. Clones share what they remember.
#[derive(Clone, Debug, Default)]
pub struct Verifier(Arc<Mutex<VecDeque<(Digest, Signature)>>>);

impl Verifier {
    /// How many it knows.
    const MOST: usize = 16;

    /// What [`verify`] says.
    pub fn verify(&self, key: &[u8], signature: &[u8], signed: &[u8]) -> Signature {
        let mut all = Context::new(&SHA256);
        for part in [key, signature, signed] {
            all.update(&(part.len() as u64).to_be_bytes());
            all.update(part);
        }
        let digest = all.finish();
        let mut last = lock(&self.0);
        if let Some((_, became)) = last.iter().find(|(known, _)| known.as_ref() == digest.as_ref()) {
            return *became;
        }
        let became = verify(key, signature, signed);
        last.truncate(Self::MOST - 1);
        last.push_front((digest, became));
        became
    }
}

/// None: one of them is damaged. None inside: an algorithm that is not known here.
fn check(key: &[u8], signature: &[u8], signed: &[u8]) -> Option<Option<bool>> {
    let (mut key, mut signature) = (Reader(key), Reader(signature));
    let (kind, algorithm) = (key.text()?, signature.text()?);
    let value = signature.string()?;
    let good = match (kind.as_str(), algorithm.as_str()) {
        ("ssh-ed25519", "ssh-ed25519") => {
            UnparsedPublicKey::new(&ED25519, key.string()?).verify(signed, value).is_ok()
        }
        ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256") => {
            ecdsa(&ECDSA_P256_SHA256_FIXED, 32, key, value, signed)?
        }
        ("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384") => {
            ecdsa(&ECDSA_P384_SHA384_FIXED, 48, key, value, signed)?
        }
        ("ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521") => {
            ecdsa(&ECDSA_P521_SHA512_FIXED, 66, key, value, signed)?
        }
        ("ssh-rsa", "rsa-sha2-256" | "rsa-sha2-512" | "ssh-rsa") => {
            let parameters = match algorithm.as_str() {
                "rsa-sha2-256" => &RSA_PKCS1_2048_8192_SHA256,
                "rsa-sha2-512" => &RSA_PKCS1_2048_8192_SHA512,
                _ => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            };
            let (e, n) = (magnitude(key.string()?), magnitude(key.string()?));
            RsaPublicKeyComponents { n, e }.verify(parameters, signed, value).is_ok()
        }
        _ => return Some(None),
    };
    Some(Some(good))
}

/// The key is a curve's name and a point; the signature two `mpint`s, here of `size` bytes each.
fn ecdsa(
    algorithm: &'static EcdsaVerificationAlgorithm,
    size: usize,
    mut key: Reader<'_>,
    value: &[u8],
    signed: &[u8],
) -> Option<bool> {
    let (_curve, point) = (key.string()?, key.string()?);
    let mut numbers = Reader(value);
    let mut fixed = Vec::with_capacity(2 * size);
    for _ in 0..2 {
        let number = magnitude(numbers.string()?);
        fixed.resize(fixed.len() + size.checked_sub(number.len())?, 0);
        fixed.extend_from_slice(number);
    }
    Some(UnparsedPublicKey::new(algorithm, point).verify(signed, &fixed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_verified_is_known_by_all_its_parts_and_only_the_last_are() {
        let verifier = Verifier::default();
        let known = |verifier: &Verifier| verifier.0.lock().unwrap().len();
        for _ in 0..2 {
            assert_eq!(verifier.verify(b"key", b"signature", b"signed"), Signature::Wrong);
            assert_eq!(known(&verifier.clone()), 1);
        }
        for parts in [["keys", "ignature", "signed"], ["key", "signature", "other"], ["", "", ""]] {
            verifier.verify(parts[0].as_bytes(), parts[1].as_bytes(), parts[2].as_bytes());
        }
        assert_eq!(known(&verifier), 4);
        for n in 0..100_u8 {
            verifier.verify(&[n], b"", b"");
        }
        assert_eq!((known(&verifier), known(&Verifier::default())), (Verifier::MOST, 0));
    }
}

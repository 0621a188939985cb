//! From secrets to keys: the functions of TLS 1.2 (RFC 5246 §5, §6.3) and TLS 1.3 (RFC 8446 §7). Before TLS 1.2 the PRF
//! was another one (RFC 2246 §5).

use aws_lc_rs::hmac;

use super::{
    cipher::Cipher,
    hash::{Hash, hmac_md5, sign},
};

/// The PRF: P_hash(secret, label + seed), RFC 5246 §5; before TLS 1.2 each half of the secret with a hash of its own, RFC
/// 2246 §5.
pub(super) fn prf(hash: Hash, secret: &[u8], label: &str, seed: &[&[u8]], len: usize) -> Vec<u8> {
    let seed = [label.as_bytes(), &seed.concat()].concat();
    match hash {
        Hash::Sha256 | Hash::Sha384 => {
            let key = hash.key(secret);
            p_hash(|parts| sign(&key, parts), &seed, len)
        }
        Hash::Md5Sha1 => {
            // Where its length is odd, both halves have the byte in the middle.
            let half = secret.len().div_ceil(2);
            let (first, second) = (&secret[..half], &secret[secret.len() - half..]);
            let mut out = p_hash(|parts| hmac_md5(first, parts), &seed, len);
            let key = hash.key(second);
            let other = p_hash(|parts| sign(&key, parts), &seed, len);
            out.iter_mut().zip(other).for_each(|(byte, other)| *byte ^= other);
            out
        }
    }
}

fn p_hash(hmac: impl Fn(&[&[u8]]) -> Vec<u8>, seed: &[u8], len: usize) -> Vec<u8> {
    let mut a = hmac(&[seed]);
    let mut out = Vec::with_capacity(len + a.len());
    loop {
        out.extend(hmac(&[&a, seed]));
        if out.len() >= len {
            break;
        }
        a = hmac(&[&a]);
    }
    out.truncate(len);
    out
}

/// TLS 1.2's master secret from the pre-master secret and both randoms, RFC 5246 §8.1.
pub(super) fn master_secret(hash: Hash, pre_master: &[u8], (client, server): (&[u8], &[u8])) -> Vec<u8> {
    prf(hash, pre_master, "master secret", &[client, server], 48)
}

/// The same from the hash of the handshake up to ClientKeyExchange, RFC 7627 §4.
pub(super) fn extended_master_secret(hash: Hash, pre_master: &[u8], session_hash: &[u8]) -> Vec<u8> {
    prf(hash, pre_master, "extended master secret", &[session_hash], 48)
}

/// The keys of TLS 1.2, RFC 5246 §6.3; AEADs have no MAC keys.
pub(super) struct KeyBlock {
    pub(super) client_write_mac_key: Vec<u8>,
    pub(super) server_write_mac_key: Vec<u8>,
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
    let (mac_len, key_len, iv_len) = (cipher.mac_len(), cipher.key_len(), cipher.fixed_iv_len());
    let block = prf(hash, master, "key expansion", &[server, client], 2 * (mac_len + key_len + iv_len));
    let (macs, block) = block.split_at(2 * mac_len);
    let (keys, ivs) = block.split_at(2 * key_len);
    KeyBlock {
        client_write_mac_key: macs[..mac_len].to_vec(),
        server_write_mac_key: macs[mac_len..].to_vec(),
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
pub(super) fn expand_label_with(secret: &hmac::Key, label: &str, context: &[u8], len: usize) -> Vec<u8> {
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

//! How russh is set up: the algorithms that are offered (RFC 4253 §7.1), which are what OpenSSH's client offers, as far as russh has it.

use std::borrow::Cow;

use russh::{Preferred, cipher, kex, keys::Algorithm, mac};

use super::host_key::HostKeyCheck;

/// A method of [`KEX`] by its name.
pub(crate) fn kex_name(name: &str) -> Result<kex::Name, String> {
    let known = || KEX.iter().filter(|known| !SIGNS.contains(known));
    known().find(|known| known.as_ref() == name).copied().ok_or_else(|| {
        let names: Vec<_> = known().map(AsRef::as_ref).collect();
        format!("there are: {}", names.join(", "))
    })
}

/// Like OpenSSH, asks first for the kinds of host key on record: a server with several would else show another one.
pub(super) fn config(host_key: &HostKeyCheck, method: Option<kex::Name>) -> russh::client::Config {
    let mut keys = host_key.recorded_algorithms();
    let all = || Preferred::DEFAULT.key.iter().filter(|algorithm| !is_sha1(algorithm)).cloned();
    for algorithm in all() {
        if !keys.contains(&algorithm) {
            keys.push(algorithm);
        }
    }
    let kex = match method {
        None => Cow::Borrowed(KEX),
        Some(method) => Cow::Owned([&[method][..], SIGNS].concat()),
    };
    // A server that has one shows it then instead of its bare key, which only a CA on record makes any good.
    let certificates = if host_key.has_authority() { all().collect() } else { Vec::new() };
    let preferred = Preferred {
        kex,
        host_key_certificates: Cow::Owned(certificates),
        key: Cow::Owned(keys),
        cipher: Cow::Borrowed(CIPHERS),
        mac: Cow::Borrowed(MACS),
        ..Preferred::DEFAULT
    };
    russh::client::Config { preferred, ..russh::client::Config::default() }
}

/// RSA with SHA-1, which OpenSSH takes of no host since 8.8 and RFC 9142 §4 advises against.
fn is_sha1(algorithm: &Algorithm) -> bool {
    matches!(algorithm, Algorithm::Rsa { hash: None })
}

/// What OpenSSH's client offers too.
const CIPHERS: &[cipher::Name] = &[
    cipher::CHACHA20_POLY1305,
    cipher::AES_256_GCM,
    cipher::AES_128_GCM,
    cipher::AES_256_CTR,
    cipher::AES_192_CTR,
    cipher::AES_128_CTR,
];

/// SHA-1 stands last: as an HMAC it is old and not broken, and some appliances have nothing else.
const MACS: &[mac::Name] = &[
    mac::HMAC_SHA512_ETM,
    mac::HMAC_SHA256_ETM,
    mac::HMAC_SHA512,
    mac::HMAC_SHA256,
    mac::HMAC_SHA1_ETM,
    mac::HMAC_SHA1,
];

/// The hybrid stands last: of its secret russh hands over one half, so less could be shown.
const KEX: &[kex::Name] = &[
    kex::CURVE25519,
    kex::CURVE25519_PRE_RFC_8731,
    kex::DH_G16_SHA512,
    kex::DH_G18_SHA512,
    kex::DH_G14_SHA256,
    kex::DH_GEX_SHA256,
    kex::DH_G17_SHA512,
    kex::DH_G15_SHA512,
    kex::ECDH_SHA2_NISTP256,
    kex::ECDH_SHA2_NISTP384,
    kex::ECDH_SHA2_NISTP521,
    kex::MLKEM768X25519_SHA256,
    kex::EXTENSION_SUPPORT_AS_CLIENT,
    kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
];

/// Names in the list that are no methods: EXT_INFO may come (RFC 8308), and strict key exchange is wanted.
const SIGNS: &[kex::Name] = &[kex::EXTENSION_SUPPORT_AS_CLIENT, kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT];

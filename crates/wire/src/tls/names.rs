//! Numbers and their names, as IANA registers them (<https://www.iana.org/assignments/tls-parameters> and
//! <https://www.iana.org/assignments/tls-extensiontype-values>). A number without a name is written in hex.

mod cipher_suites;

use cipher_suites::CIPHER_SUITES;

/// A protocol version.
pub fn version(number: u16) -> String {
    match number {
        0x0300 => "SSL 3.0".into(),
        0x0301 => "TLS 1.0".into(),
        0x0302 => "TLS 1.1".into(),
        0x0303 => "TLS 1.2".into(),
        0x0304 => "TLS 1.3".into(),
        _ => grease(number).unwrap_or_else(|| format!("0x{number:04x}")),
    }
}

/// A reserved number that a client offers so that servers do not forget to ignore what they do not know
/// (RFC 8701).
pub fn is_grease(number: u16) -> bool {
    let [high, low] = number.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

fn grease(number: u16) -> Option<String> {
    is_grease(number).then(|| format!("GREASE 0x{number:04x}"))
}

fn named(number: u16, name: &str) -> String {
    if name.is_empty() { grease(number).unwrap_or_else(|| format!("0x{number:04x}")) } else { name.into() }
}

/// A cipher suite.
pub fn cipher_suite(number: u16) -> String {
    let found = CIPHER_SUITES.binary_search_by_key(&number, |(registered, _)| *registered);
    named(number, found.map_or("", |at| CIPHER_SUITES[at].1))
}

/// An extension.
pub fn extension(number: u16) -> String {
    let name = match number {
        0 => "server_name",
        1 => "max_fragment_length",
        2 => "client_certificate_url",
        3 => "trusted_ca_keys",
        4 => "truncated_hmac",
        5 => "status_request",
        6 => "user_mapping",
        7 => "client_authz",
        8 => "server_authz",
        9 => "cert_type",
        10 => "supported_groups",
        11 => "ec_point_formats",
        12 => "srp",
        13 => "signature_algorithms",
        14 => "use_srtp",
        15 => "heartbeat",
        16 => "application_layer_protocol_negotiation",
        17 => "status_request_v2",
        18 => "signed_certificate_timestamp",
        19 => "client_certificate_type",
        20 => "server_certificate_type",
        21 => "padding",
        22 => "encrypt_then_mac",
        23 => "extended_master_secret",
        24 => "token_binding",
        25 => "cached_info",
        26 => "tls_lts",
        27 => "compress_certificate",
        28 => "record_size_limit",
        29 => "pwd_protect",
        30 => "pwd_clear",
        31 => "password_salt",
        32 => "ticket_pinning",
        33 => "tls_cert_with_extern_psk",
        34 => "delegated_credential",
        35 => "session_ticket",
        36 => "TLMSP",
        37 => "TLMSP_proxying",
        38 => "TLMSP_delegate",
        39 => "supported_ekt_ciphers",
        41 => "pre_shared_key",
        42 => "early_data",
        43 => "supported_versions",
        44 => "cookie",
        45 => "psk_key_exchange_modes",
        47 => "certificate_authorities",
        48 => "oid_filters",
        49 => "post_handshake_auth",
        50 => "signature_algorithms_cert",
        51 => "key_share",
        52 => "transparency_info",
        54 => "connection_id",
        55 => "external_id_hash",
        56 => "external_session_id",
        57 => "quic_transport_parameters",
        58 => "ticket_request",
        59 => "dnssec_chain",
        60 => "sequence_number_encryption_algorithms",
        61 => "rrc",
        62 => "tls_flags",
        0x3374 => "next_protocol_negotiation",
        0x4469 | 0x44cd => "application_settings",
        0xca34 => "trust_anchors",
        0xfd00 => "ech_outer_extensions",
        0xfe0d => "encrypted_client_hello",
        0xff01 => "renegotiation_info",
        _ => "",
    };
    named(number, name)
}

/// A group for the key exchange.
pub fn group(number: u16) -> String {
    let name = match number {
        0x0001 => "sect163k1",
        0x0002 => "sect163r1",
        0x0003 => "sect163r2",
        0x0004 => "sect193r1",
        0x0005 => "sect193r2",
        0x0006 => "sect233k1",
        0x0007 => "sect233r1",
        0x0008 => "sect239k1",
        0x0009 => "sect283k1",
        0x000a => "sect283r1",
        0x000b => "sect409k1",
        0x000c => "sect409r1",
        0x000d => "sect571k1",
        0x000e => "sect571r1",
        0x000f => "secp160k1",
        0x0010 => "secp160r1",
        0x0011 => "secp160r2",
        0x0012 => "secp192k1",
        0x0013 => "secp192r1",
        0x0014 => "secp224k1",
        0x0015 => "secp224r1",
        0x0016 => "secp256k1",
        0x0017 => "secp256r1",
        0x0018 => "secp384r1",
        0x0019 => "secp521r1",
        0x001a => "brainpoolP256r1",
        0x001b => "brainpoolP384r1",
        0x001c => "brainpoolP512r1",
        0x001d => "x25519",
        0x001e => "x448",
        0x001f => "brainpoolP256r1tls13",
        0x0020 => "brainpoolP384r1tls13",
        0x0021 => "brainpoolP512r1tls13",
        0x0022 => "GC256A",
        0x0023 => "GC256B",
        0x0024 => "GC256C",
        0x0025 => "GC256D",
        0x0026 => "GC512A",
        0x0027 => "GC512B",
        0x0028 => "GC512C",
        0x0029 => "curveSM2",
        0x0100 => "ffdhe2048",
        0x0101 => "ffdhe3072",
        0x0102 => "ffdhe4096",
        0x0103 => "ffdhe6144",
        0x0104 => "ffdhe8192",
        0x0200 => "MLKEM512",
        0x0201 => "MLKEM768",
        0x0202 => "MLKEM1024",
        0x11eb => "SecP256r1MLKEM768",
        0x11ec => "X25519MLKEM768",
        0x11ed => "SecP384r1MLKEM1024",
        0x11ee => "curveSM2MLKEM768",
        0x6399 => "X25519Kyber768Draft00",
        0x639a => "SecP256r1Kyber768Draft00",
        0xff01 => "arbitrary_explicit_prime_curves",
        0xff02 => "arbitrary_explicit_char2_curves",
        _ => "",
    };
    named(number, name)
}

/// The scheme of a signature before TLS 1.3, where the number is a hash and an algorithm, and names no curve (RFC 5246
/// §7.4.1.4.1).
pub fn hash_and_signature(number: u16) -> String {
    match number {
        0x0403 => "ecdsa_sha256".into(),
        0x0503 => "ecdsa_sha384".into(),
        0x0603 => "ecdsa_sha512".into(),
        _ => signature_scheme(number),
    }
}

/// The pairs of a hash and an algorithm that TLS 1.3 took no scheme from: `dsa_sha256`, `rsa_pkcs1_sha224`.
fn pair(number: u16) -> Option<String> {
    let [hash, signature] = number.to_be_bytes();
    let hash = match hash {
        1 => "md5",
        2 => "sha1",
        3 => "sha224",
        4 => "sha256",
        5 => "sha384",
        6 => "sha512",
        _ => return None,
    };
    let signature = match signature {
        0 => "anonymous",
        1 => "rsa_pkcs1",
        2 => "dsa",
        3 => "ecdsa",
        _ => return None,
    };
    Some(format!("{signature}_{hash}"))
}

/// A signature scheme, as TLS 1.3 understands it.
pub fn signature_scheme(number: u16) -> String {
    let name = match number {
        0x0201 => "rsa_pkcs1_sha1",
        0x0203 => "ecdsa_sha1",
        0x0401 => "rsa_pkcs1_sha256",
        0x0403 => "ecdsa_secp256r1_sha256",
        0x0420 => "rsa_pkcs1_sha256_legacy",
        0x0501 => "rsa_pkcs1_sha384",
        0x0503 => "ecdsa_secp384r1_sha384",
        0x0520 => "rsa_pkcs1_sha384_legacy",
        0x0601 => "rsa_pkcs1_sha512",
        0x0603 => "ecdsa_secp521r1_sha512",
        0x0620 => "rsa_pkcs1_sha512_legacy",
        0x0704 => "eccsi_sha256",
        0x0705 => "iso_ibs1",
        0x0706 => "iso_ibs2",
        0x0707 => "iso_chinese_ibs",
        0x0708 => "sm2sig_sm3",
        0x0709 => "gostr34102012_256a",
        0x070a => "gostr34102012_256b",
        0x070b => "gostr34102012_256c",
        0x070c => "gostr34102012_256d",
        0x070d => "gostr34102012_512a",
        0x070e => "gostr34102012_512b",
        0x070f => "gostr34102012_512c",
        0x0804 => "rsa_pss_rsae_sha256",
        0x0805 => "rsa_pss_rsae_sha384",
        0x0806 => "rsa_pss_rsae_sha512",
        0x0807 => "ed25519",
        0x0808 => "ed448",
        0x0809 => "rsa_pss_pss_sha256",
        0x080a => "rsa_pss_pss_sha384",
        0x080b => "rsa_pss_pss_sha512",
        0x081a => "ecdsa_brainpoolP256r1tls13_sha256",
        0x081b => "ecdsa_brainpoolP384r1tls13_sha384",
        0x081c => "ecdsa_brainpoolP512r1tls13_sha512",
        0x0904 => "mldsa44",
        0x0905 => "mldsa65",
        0x0906 => "mldsa87",
        _ => return pair(number).unwrap_or_else(|| named(number, "")),
    };
    named(number, name)
}

/// A handshake message type, where the decoder has no step of its own for it.
pub fn handshake_type(number: u8) -> &'static str {
    match number {
        0 => "hello_request",
        1 => "client_hello",
        2 => "server_hello",
        3 => "hello_verify_request",
        4 => "new_session_ticket",
        5 => "end_of_early_data",
        6 => "hello_retry_request",
        8 => "encrypted_extensions",
        9 => "request_connection_id",
        10 => "new_connection_id",
        11 => "certificate",
        12 => "server_key_exchange",
        13 => "certificate_request",
        14 => "server_hello_done",
        15 => "certificate_verify",
        16 => "client_key_exchange",
        20 => "finished",
        21 => "certificate_url",
        22 => "certificate_status",
        23 => "supplemental_data",
        24 => "key_update",
        25 => "compressed_certificate",
        26 => "ekt_key",
        254 => "message_hash",
        _ => "unknown",
    }
}

/// What an alert says.
pub fn alert(number: u8) -> String {
    let name = match number {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        21 => "decryption_failed",
        22 => "record_overflow",
        30 => "decompression_failure",
        40 => "handshake_failure",
        41 => "no_certificate",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        52 => "too_many_cids_requested",
        60 => "export_restriction",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        111 => "certificate_unobtainable",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        114 => "bad_certificate_hash_value",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        117 => "general_error",
        120 => "no_application_protocol",
        121 => "ech_required",
        _ => return format!("alert {number}"),
    };
    name.into()
}

/// A kind of client certificate that a TLS 1.2 server accepts.
pub fn certificate_type(number: u8) -> String {
    match number {
        1 => "rsa_sign".into(),
        2 => "dss_sign".into(),
        3 => "rsa_fixed_dh".into(),
        4 => "dss_fixed_dh".into(),
        5 => "rsa_ephemeral_dh".into(),
        6 => "dss_ephemeral_dh".into(),
        20 => "fortezza_dms".into(),
        64 => "ecdsa_sign".into(),
        65 => "rsa_fixed_ecdh".into(),
        66 => "ecdsa_fixed_ecdh".into(),
        67 => "gost_sign256".into(),
        68 => "gost_sign512".into(),
        _ => format!("0x{number:02x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_so_that_it_can_be_searched() {
        assert!(CIPHER_SUITES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn what_iana_has_registered_has_its_name_and_the_rest_its_number() {
        for (number, name) in [
            (0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
            (0xc0ae, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"),
            (0x0032, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA"),
            (0x0045, "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA"),
            (0xc050, "TLS_RSA_WITH_ARIA_128_GCM_SHA256"),
            (0x00a8, "TLS_PSK_WITH_AES_128_GCM_SHA256"),
            (0x1a1a, "GREASE 0x1a1a"),
            (0xe410, "0xe410"),
        ] {
            assert_eq!(cipher_suite(number), name);
        }
        assert_eq!(extension(0xca34), "trust_anchors");
        assert_eq!(group(0x001a), "brainpoolP256r1");
        assert_eq!(group(0x0016), "secp256k1");
        for (number, name) in [
            (0x0301, "rsa_pkcs1_sha224"),
            (0x0303, "ecdsa_sha224"),
            (0x0402, "dsa_sha256"),
            (0x0202, "dsa_sha1"),
            (0x0807, "ed25519"),
            (0xeeee, "0xeeee"),
        ] {
            assert_eq!((signature_scheme(number), hash_and_signature(number)), (name.into(), name.into()));
        }
    }
}

//! Disagreements whose reason is known: what the others, by their age or by their choice, tell otherwise.

use claims::Event;
use serde_json::Value;

use crate::{common::ByName as _, theirs::Judge};

/// A disagreement whose reason is known.
struct Known {
    field: &'static str,
    ours: &'static str,
    theirs: &'static str,
    why: &'static str,
}

/// Values in lists count one by one.
const KNOWN: [Known; 20] = [
    Known { field: "signature_scheme", ours: "ecdsa_sha256", theirs: "ecdsa_secp256r1_sha256", why: CURVE },
    Known { field: "signature_scheme", ours: "ecdsa_sha384", theirs: "ecdsa_secp384r1_sha384", why: CURVE },
    Known { field: "signature_scheme", ours: "ecdsa_sha512", theirs: "ecdsa_secp521r1_sha512", why: CURVE },
    Known {
        field: "signature_algorithms",
        ours: "ecdsa_sha256",
        theirs: "ecdsa_secp256r1_sha256",
        why: CURVE,
    },
    Known {
        field: "signature_algorithms",
        ours: "ecdsa_sha384",
        theirs: "ecdsa_secp384r1_sha384",
        why: CURVE,
    },
    Known {
        field: "signature_algorithms",
        ours: "ecdsa_sha512",
        theirs: "ecdsa_secp521r1_sha512",
        why: CURVE,
    },
    Known { field: "cipher_suites", ours: "0x001c", theirs: "SSL_FORTEZZA_KEA_WITH_NULL_SHA", why: FORTEZZA },
    Known { field: "supported_groups", ours: "X25519MLKEM768", theirs: "0x11ec", why: CODE_POINT },
    Known { field: "key_share", ours: "X25519MLKEM768", theirs: "0x11ec", why: CODE_POINT },
    Known { field: "signature_algorithms", ours: "mldsa44", theirs: "0x0904", why: ML_DSA },
    Known { field: "signature_algorithms", ours: "mldsa65", theirs: "0x0905", why: ML_DSA },
    Known { field: "signature_algorithms", ours: "mldsa87", theirs: "0x0906", why: ML_DSA },
    Known { field: "signature_algorithms", ours: "rsa_pkcs1_sha224", theirs: "SHA224 RSA", why: PAIR },
    Known { field: "signature_algorithms", ours: "dsa_sha224", theirs: "SHA224 DSA", why: PAIR },
    Known { field: "signature_algorithms", ours: "ecdsa_sha224", theirs: "SHA224 ECDSA", why: PAIR },
    Known { field: "signature_algorithms", ours: "dsa_sha256", theirs: "SHA256 DSA", why: PAIR },
    Known { field: "signature_algorithms", ours: "dsa_sha384", theirs: "SHA384 DSA", why: PAIR },
    Known { field: "signature_algorithms", ours: "dsa_sha512", theirs: "SHA512 DSA", why: PAIR },
    Known { field: "message", ours: "SSH_MSG_KEXDH_INIT", theirs: "SSH_MSG_KEX_ECDH_INIT", why: KEXDH },
    Known { field: "message", ours: "SSH_MSG_KEXDH_REPLY", theirs: "SSH_MSG_KEX_ECDH_REPLY", why: KEXDH },
];

const CURVE: &str = "before TLS 1.3 this number names ECDSA and a hash, and no curve (RFC 5246 §7.4.1.4.1); the name with one is RFC \
                     8446's (§4.2.3)";
const FORTEZZA: &str =
    "a suite of SSL 3.0 that TLS keeps free without a name (RFC 5246 §A.5): we print its code";
const CODE_POINT: &str = "Wireshark 4.0 and OpenSSL 3.0 are older than the code point 0x11EC (RFC 8446 §4.2.7, IANA's TLS \
                          Supported Groups)";
const ML_DSA: &str = "Wireshark 4.0 and OpenSSL 3.0 are older than the code points of ML-DSA (IANA's TLS \
                      SignatureScheme, RFC 8446 §4.2.3)";
const PAIR: &str = "a pair of hash and signature (RFC 5246 §7.4.1.4.1) of which TLS 1.3 took no scheme: our name is OpenSSL's, Wireshark has its \
                    own words";
const KEXDH: &str = "OpenSSH calls 30 and 31 by one name under every method; of classic Diffie-Hellman they are \
                     SSH_MSG_KEXDH_INIT and SSH_MSG_KEXDH_REPLY (RFC 4253 §8)";
const MODULO: &str =
    "a number before the initial one: tshark counts it modulo 2^32 (RFC 9293 §3.4), we below zero";
const NO_SYN: &str = "where nobody listens, the reset has the number 0 and no initial one to count from (RFC 9293 §3.10.7.1); \
                      tshark counts from one that it made up";
const NO_TEXT: &str = "what is not UTF-8, or has a bit of an extension set, is no text (RFC 6455 §8.1, §5.2)";
const CLOSED: &str = "this side could not open the record, tshark could with the other side's secrets";
const NUMBERS: &str = "tshark 4.0 numbers no packet but those of KEXINIT, ECDH and NEWKEYS; each packet has a number of its \
                       own (RFC 4253 §6.4)";

/// Our value with what is known to be told otherwise put in the other's words.
pub(crate) fn excused(name: &str, ours: &Value, theirs: &Value) -> (Value, Vec<&'static str>) {
    if let (true, Some(before), Some(modulo)) = (name.ends_with("_relative"), ours.as_i64(), theirs.as_u64())
        && before < 0
        && before + (1 << 32) == modulo as i64
    {
        return (theirs.clone(), vec![MODULO]);
    }
    let mut reasons = Vec::new();
    let mut word = |ours: &Value, theirs: &[Value]| -> Value {
        let known = KNOWN.iter().find(|known| {
            known.field == name && ours == known.ours && theirs.iter().any(|value| value == known.theirs)
        });
        known.map_or_else(
            || ours.clone(),
            |known| {
                reasons.push(known.why);
                known.theirs.into()
            },
        )
    };
    let ours = match (ours, theirs) {
        (Value::Array(list), Value::Array(theirs)) => list.iter().map(|value| word(value, theirs)).collect(),
        (value, theirs) => word(value, std::slice::from_ref(theirs)),
    };
    (ours, reasons)
}

const INFLATED: &str =
    "what a compressed message holds (RFC 7692) tshark inflates; our log has it as it crossed";
const TWICE: &str = "of sntrup761x25519-sha512, which tshark 4.0 does not know, it gives two packets of one side the same number";

/// Why a field of this event cannot be compared, whatever its value.
pub(crate) fn beyond(judge: Judge, event: &Event, name: &str) -> Option<&'static str> {
    if judge == Judge::Tshark && name == "payload" && event.text("rsv") == "100" {
        return Some(INFLATED);
    }
    if judge == Judge::Tshark
        && name == "sequence_number"
        && event.text("kex_algorithm").starts_with("sntrup761")
    {
        return Some(TWICE);
    }
    let numbered = match event.step.id() {
        "ssh.key_exchange_init" | "ssh.key_exchange_reply" => event.text("message").contains("_ECDH_"),
        "ssh.other_message" => false,
        _any_other_step => true,
    };
    (judge == Judge::Tshark && name == "sequence_number" && !numbered).then_some(NUMBERS)
}

/// Why our log leaves out a field of this event of which the other tells; none: it should not.
pub(crate) fn left_out(event: &Event, name: &str) -> Option<&'static str> {
    match (event.step.id(), name) {
        ("tls.does_not_open", _) => Some(CLOSED),
        ("ws.text", "text") if event.fields.named("utf8").is_some_and(|utf8| *utf8 == false) => Some(NO_TEXT),
        ("ws.text", "text") if event.text("rsv") != "000" => Some(NO_TEXT),
        ("tcp.rst", "seq_relative") if event.number("seq") == Some(0) => Some(NO_SYN),
        _any_other => None,
    }
}

pub(crate) fn same(name: &str, ours: &Value, theirs: &Value) -> bool {
    match (name, ours, theirs) {
        // Of long data our log shows the beginning.
        ("payload" | "public_value", Value::String(ours), Value::String(theirs))
            if theirs.len() > ours.len() =>
        {
            !ours.is_empty() && theirs.starts_with(ours.as_str())
        }
        ("text", Value::String(ours), Value::String(theirs)) if ours.len() > 64 => {
            theirs.starts_with(ours.as_str())
        }
        _ => ours == theirs,
    }
}

//! The messages of the key exchange. Their numbers, 30 to 34, mean what the agreed method says they mean
//! (RFC 4253 §8, RFC 4419, RFC 5656, RFC 8731, and the post-quantum hybrids).

use steps::{
    Fields, Side,
    ssh::{Step, field},
};

use super::{
    certificate::{Certificate, fingerprint},
    reader::{Reader, magnitude},
};
use crate::fields;

/// A family of methods, by the messages it uses.
#[derive(Clone, Copy, PartialEq)]
enum Method {
    /// Classic Diffie-Hellman in a fixed group (RFC 4253 §8).
    Dh,
    /// Diffie-Hellman in a group of the server's choice (RFC 4419).
    GroupExchange,
    /// Elliptic curves (RFC 5656, RFC 8731).
    Ecdh,
    /// A curve and a post-quantum method at once.
    Hybrid,
}

impl Method {
    fn of(kex_algorithm: &str) -> Self {
        if kex_algorithm.starts_with("diffie-hellman-group-exchange-") {
            Method::GroupExchange
        } else if kex_algorithm.starts_with("diffie-hellman-") {
            Method::Dh
        } else if kex_algorithm.starts_with("mlkem") {
            Method::Hybrid
        } else {
            Method::Ecdh
        }
    }

    fn init_name(self) -> &'static str {
        match self {
            Method::Dh => "SSH_MSG_KEXDH_INIT",
            Method::GroupExchange => "SSH_MSG_KEX_DH_GEX_INIT",
            Method::Ecdh => "SSH_MSG_KEX_ECDH_INIT",
            Method::Hybrid => "SSH_MSG_KEX_HYBRID_INIT",
        }
    }

    fn reply_name(self) -> &'static str {
        match self {
            Method::Dh => "SSH_MSG_KEXDH_REPLY",
            Method::GroupExchange => "SSH_MSG_KEX_DH_GEX_REPLY",
            Method::Ecdh => "SSH_MSG_KEX_ECDH_REPLY",
            Method::Hybrid => "SSH_MSG_KEX_HYBRID_REPLY",
        }
    }

    /// Whether public values are `mpint`s, whose first zero only keeps the sign.
    fn sends_mpint(self) -> bool {
        matches!(self, Method::Dh | Method::GroupExchange)
    }

    fn value(self, sent: &[u8]) -> &[u8] {
        if self.sends_mpint() { magnitude(sent) } else { sent }
    }
}

/// What a message of the key exchange by `kex_algorithm` says; none: it is no such message. An error names what was
/// expected instead.
pub(super) fn read(
    from: Side,
    kex_algorithm: &str,
    payload: &[u8],
) -> Option<Result<(Step, Fields), &'static str>> {
    let mut reader = Reader(payload);
    let method = Method::of(kex_algorithm);
    let (step, fields) = match (method, reader.byte()?, from) {
        (Method::GroupExchange, 34, Side::Client) => (Step::GroupRequest, group_request(reader)),
        (Method::GroupExchange, 31, Side::Server) => (Step::Group, group(reader)),
        (Method::GroupExchange, 32, Side::Client)
        | (Method::Dh | Method::Ecdh | Method::Hybrid, 30, Side::Client) => {
            (Step::KeyExchangeInit, init(method, kex_algorithm, reader))
        }
        (Method::GroupExchange, 33, Side::Server)
        | (Method::Dh | Method::Ecdh | Method::Hybrid, 31, Side::Server) => {
            (Step::KeyExchangeReply, reply(method, kex_algorithm, reader))
        }
        (_, 30..=49, _) => return Some(Err("a message that the agreed key exchange method has")),
        _ => return None,
    };
    Some(fields.map(|fields| (step, fields)).ok_or("the fields of a key exchange message"))
}

fn group_request(mut reader: Reader<'_>) -> Option<Fields> {
    let fields = fields! {
        field::MESSAGE => "SSH_MSG_KEX_DH_GEX_REQUEST",
        field::MIN => reader.uint32()?,
        field::N => reader.uint32()?,
        field::MAX => reader.uint32()?,
    };
    reader.is_empty().then_some(fields)
}

fn group(mut reader: Reader<'_>) -> Option<Fields> {
    let (p, g) = (magnitude(reader.string()?), magnitude(reader.string()?));
    let unused = p.first().map_or(0, |byte| byte.leading_zeros() as usize);
    let fields = fields! {
        field::MESSAGE => "SSH_MSG_KEX_DH_GEX_GROUP",
        field::PRIME_BITS => p.len() * 8 - unused,
        field::GENERATOR => hex::encode(&g[..g.len().min(8)]),
    };
    reader.is_empty().then_some(fields)
}

fn init(method: Method, kex_algorithm: &str, mut reader: Reader<'_>) -> Option<Fields> {
    let value = method.value(reader.string()?);
    let fields = fields! {
        field::MESSAGE => method.init_name(),
        field::KEX_ALGORITHM => kex_algorithm,
        field::PUBLIC_VALUE_LENGTH => value.len(),
        field::PUBLIC_VALUE => hex::encode(&value[..value.len().min(SHOWN)]),
    };
    reader.is_empty().then_some(fields)
}

fn reply(method: Method, kex_algorithm: &str, mut reader: Reader<'_>) -> Option<Fields> {
    let host_key = reader.string()?;
    let value = method.value(reader.string()?);
    let signature = reader.string()?;
    let host_key_type = Reader(host_key).text()?;
    let mut inside = Reader(signature);
    let signature_algorithm = inside.text()?;
    let signature_length = inside.string()?.len();
    let mut fields = fields! {
        field::MESSAGE => method.reply_name(),
        field::KEX_ALGORITHM => kex_algorithm,
        field::HOST_KEY_TYPE => host_key_type,
        field::HOST_KEY_FINGERPRINT => fingerprint(host_key),
        field::PUBLIC_VALUE_LENGTH => value.len(),
        field::PUBLIC_VALUE => hex::encode(&value[..value.len().min(SHOWN)]),
        field::SIGNATURE_ALGORITHM => signature_algorithm,
        field::SIGNATURE_LENGTH => signature_length,
    };
    if let Some(certificate) = Certificate::read(host_key) {
        certificate.describe(&mut fields);
    }
    reader.is_empty().then_some(fields)
}

/// As much of a public value as a line can bear; all of it is in the event's bytes.
const SHOWN: usize = 32;

//! Extensions, opened (RFC 8446 §4.2, RFC 6066, RFC 7301). One whose inside is not told here is one field.

use steps::Side;

use super::{named, names};
use crate::{
    layout::walk::{Layout, plain, text},
    tls::hybrid,
};

/// The message in which an extension stands: some have one form in the question and another in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum In {
    ClientHello,
    ServerHello,
    HelloRetryRequest,
    NewSessionTicket,
    Other,
}

/// The extension that stands next.
pub(super) fn layout(l: &mut Layout<'_>, place: In) -> Option<()> {
    let head = l.peek(4)?;
    let (number, length) = (u16::from_be_bytes([head[0], head[1]]), u16::from_be_bytes([head[2], head[3]]));
    l.block(4 + usize::from(length), &names::extension(number), String::new(), |l| {
        l.number(2, "extension_type", |n| n.to_string())?;
        l.number(2, "extension_data length", |n| n.to_string())?;
        if l.is_done() {
            return Some(()); // its presence says it all
        }
        body(l, number, place)
    })
}

fn body(l: &mut Layout<'_>, number: u16, place: In) -> Option<()> {
    match (number, place) {
        (0, In::ClientHello) => l.vector(2, "server_name_list", |l| {
            while !l.is_done() {
                l.number(1, "name_type", |n| if n == 0 { "host_name (0)".into() } else { n.to_string() })?;
                l.opaque(2, "host_name", text)?;
            }
            Some(())
        }),
        (5, In::ClientHello) => {
            l.number(1, "status_type", |n| if n == 1 { "ocsp (1)".into() } else { n.to_string() })?;
            l.opaque(2, "responder_id_list", plain)?;
            l.opaque(2, "request_extensions", plain).map(drop)
        }
        (10, _) => l.list(2, "named_group_list", (2, "group"), |n| named(n, names::group)),
        (11, _) => l.list(1, "ec_point_format_list", (1, "format"), |n| {
            if n == 0 { "uncompressed (0)".into() } else { n.to_string() }
        }),
        (13 | 50, _) => l.list(2, "supported_signature_algorithms", (2, "algorithm"), |n| {
            named(n, names::signature_scheme)
        }),
        (16, _) => l.vector(2, "protocol_name_list", |l| {
            while !l.is_done() {
                l.opaque(1, "protocol_name", text)?;
            }
            Some(())
        }),
        (28, _) => l.number(2, "record_size_limit", |n| n.to_string()).map(drop),
        (35, _) => l.field(l.left(), "ticket", plain).map(drop),
        (41, In::ClientHello) => {
            l.vector(2, "identities", |l| {
                while !l.is_done() {
                    l.opaque(2, "identity", plain)?;
                    l.field(4, "obfuscated_ticket_age", plain)?;
                }
                Some(())
            })?;
            l.vector(2, "binders", |l| {
                while !l.is_done() {
                    l.opaque(1, "binder", plain)?;
                }
                Some(())
            })
        }
        (41, In::ServerHello) => l.number(2, "selected_identity", |n| n.to_string()).map(drop),
        (42, In::NewSessionTicket) => l.number(4, "max_early_data_size", |n| n.to_string()).map(drop),
        (43, In::ClientHello) => l.list(1, "versions", (2, "version"), |n| named(n, names::version)),
        (43, In::ServerHello | In::HelloRetryRequest) => {
            l.number(2, "selected_version", |n| named(n, names::version)).map(drop)
        }
        (44, _) => l.opaque(2, "cookie", plain).map(drop),
        (45, _) => l.list(1, "ke_modes", (1, "mode"), |n| match n {
            0 => "psk_ke (0)".into(),
            1 => "psk_dhe_ke (1)".into(),
            other => other.to_string(),
        }),
        (47, _) => l.vector(2, "authorities", |l| {
            while !l.is_done() {
                l.opaque(2, "DistinguishedName", plain)?;
            }
            Some(())
        }),
        (51, In::ClientHello) => l.vector(2, "client_shares", |l| {
            while !l.is_done() {
                share(l, Side::Client)?;
            }
            Some(())
        }),
        (51, In::ServerHello) => share(l, Side::Server),
        (51, In::HelloRetryRequest) => l.number(2, "selected_group", |n| named(n, names::group)).map(drop),
        (0xff01, _) => l.opaque(1, "renegotiated_connection", plain).map(drop),
        _ => l.field(l.left(), "extension_data", plain).map(drop),
    }
}

fn share(l: &mut Layout<'_>, from: Side) -> Option<()> {
    let group = l.number(2, "group", |n| named(n, names::group))?;
    l.vector(2, "key_exchange", |l| {
        let share = l.peek(l.left())?;
        for piece in hybrid::pieces(u16::try_from(group).ok()?, from, share) {
            l.field(piece.bytes().len(), piece.name(), plain)?;
        }
        Some(())
    })
}

//! Every byte of an SSH packet by name (RFC 4253 §6, §7.1, §8 and §11, RFC 4252, RFC 4254, RFC 4419, RFC 8308), and of
//! the identification before the first (RFC 4253 §4.2).

use steps::{
    Part,
    ssh::{Step, field},
};

use super::message;
use crate::layout::walk::{Layout, plain, text};

/// The parts of what `step` was read from: a packet as it was before encryption, or a line.
pub(crate) fn layout(step: Step, bytes: &[u8]) -> Vec<Part> {
    Layout::of(bytes, |l| match step {
        Step::LineBefore => line(l, |l, length| l.field(length, "line", text).map(drop)),
        Step::Identification => line(l, identification),
        // What is signed is no packet (RFC 4252 §7).
        Step::SignedRequest => {
            opaque(l, "session identifier")?;
            l.number(1, "message number", |n| format!("{} ({n})", message::name(50)))?;
            request(l)
        }
        Step::Encrypted => l.field(l.left(), "encrypted", plain).map(drop),
        // Their bytes, without meanings; none of the others has any.
        Step::WrongTag
        | Step::Undecodable
        | Step::Negotiated
        | Step::NothingInCommon
        | Step::HostKeyCheck
        | Step::SessionKey
        | Step::ExchangeHash
        | Step::DerivedKeys
        | Step::Unopened
        | Step::Summary => None,
        Step::Kexinit
        | Step::GroupRequest
        | Step::Group
        | Step::KeyExchangeInit
        | Step::KeyExchangeReply
        | Step::Newkeys
        | Step::ExtInfo
        | Step::ServiceRequest
        | Step::ServiceAccept
        | Step::AuthNone
        | Step::AuthMethods
        | Step::PublickeyQuery
        | Step::PublickeyOk
        | Step::PublickeySignature
        | Step::AuthPassword
        | Step::InteractiveQuestion
        | Step::InteractiveAnswer
        | Step::AuthFailure
        | Step::AuthSuccess
        | Step::ChannelOpen
        | Step::ChannelConfirmed
        | Step::ChannelRequest
        | Step::Exec
        | Step::ChannelReply
        | Step::ChannelWindowAdjust
        | Step::ChannelData
        | Step::ExitStatus
        | Step::ChannelEof
        | Step::ChannelClose
        | Step::OtherMessage
        | Step::Disconnect => packet(l, step),
    })
}

fn line(l: &mut Layout<'_>, tell: impl FnOnce(&mut Layout<'_>, usize) -> Option<()>) -> Option<()> {
    let bytes = l.peek(l.left())?;
    let end = [&b"\r\n"[..], b"\n"].into_iter().find(|end| bytes.ends_with(end)).map_or(0, <[u8]>::len);
    if bytes.len() > end {
        tell(l, bytes.len() - end)?;
    }
    if end > 0 { l.field(end, "CR LF", plain).map(drop) } else { Some(()) }
}

fn identification(l: &mut Layout<'_>, length: usize) -> Option<()> {
    let words = l.peek(length)?;
    let version = words.strip_prefix(b"SSH-")?.iter().position(|byte| *byte == b'-')?;
    l.field(4, "SSH-", plain)?;
    l.field(version, "protoversion", text)?;
    l.field(1, "-", plain)?;
    let rest = &words[4 + version + 1..];
    let software = rest.iter().position(|byte| *byte == b' ').unwrap_or(rest.len());
    l.field(software, "softwareversion", text)?;
    if software < rest.len() {
        l.field(1, "SP", plain)?;
        l.field(rest.len() - software - 1, "comments", text)?;
    }
    Some(())
}

fn packet(l: &mut Layout<'_>, step: Step) -> Option<()> {
    let length = l.number(4, "packet_length", |n| n.to_string())?;
    let padding = l.number(1, "padding_length", |n| n.to_string())?;
    let payload = length.checked_sub(1 + padding)?;
    l.block(payload, "payload", String::new(), |l| {
        let number = l.number(1, "message number", |n| {
            u8::try_from(n).map(|n| format!("{} ({n})", message::name(n))).unwrap_or_default()
        })?;
        body(l, number, step)
    })?;
    l.field(padding, "random padding", plain).map(drop)
}

/// What stands behind the number of a message.
fn body(l: &mut Layout<'_>, number: usize, step: Step) -> Option<()> {
    match number {
        1 => {
            uint32(l, "reason code")?;
            string(l, "description")?;
            string(l, "language tag")
        }
        2 => string(l, "data"),
        3 => uint32(l, "packet sequence number"),
        4 => {
            boolean(l, "always_display")?;
            string(l, "message")?;
            string(l, "language tag")
        }
        5 | 6 => string(l, "service name"),
        7 => {
            let extensions = l.number(4, "nr-extensions", |n| n.to_string())?;
            for _ in 0..extensions.min(l.left()) {
                string(l, "extension-name")?;
                string(l, "extension-value")?;
            }
            Some(())
        }
        20 => kexinit(l),
        30..=49 => key_exchange(l, step),
        50 => request(l),
        51 => {
            string(l, "authentications that can continue")?;
            boolean(l, "partial success")
        }
        53 => {
            string(l, "message")?;
            string(l, "language tag")
        }
        60 if step == Step::PublickeyOk => {
            string(l, "public key algorithm name")?;
            nested(l, "public key blob", key)
        }
        60 if step == Step::InteractiveQuestion => {
            string(l, "name")?;
            string(l, "instruction")?;
            string(l, "language tag")?;
            let prompts = l.number(4, "num-prompts", |n| n.to_string())?;
            for _ in 0..prompts.min(l.left()) {
                string(l, "prompt")?;
                boolean(l, "echo")?;
            }
            Some(())
        }
        80 => {
            string(l, "request name")?;
            boolean(l, "want reply")?;
            others(l, "request-specific data")
        }
        81 => others(l, "response-specific data"),
        90 => {
            string(l, "channel type")?;
            uint32(l, "sender channel")?;
            uint32(l, "initial window size")?;
            uint32(l, "maximum packet size")?;
            others(l, "channel type specific data")
        }
        91 => {
            uint32(l, "recipient channel")?;
            uint32(l, "sender channel")?;
            uint32(l, "initial window size")?;
            uint32(l, "maximum packet size")?;
            others(l, "channel type specific data")
        }
        92 => {
            uint32(l, "recipient channel")?;
            uint32(l, "reason code")?;
            string(l, "description")?;
            string(l, "language tag")
        }
        93 => {
            uint32(l, "recipient channel")?;
            uint32(l, "bytes to add")
        }
        94 => {
            uint32(l, "recipient channel")?;
            string(l, "data")
        }
        95 => {
            uint32(l, "recipient channel")?;
            uint32(l, "data_type_code")?;
            string(l, "data")
        }
        96 | 97 | 99 | 100 => uint32(l, "recipient channel"),
        98 => channel_request(l),
        192 | 193 => string(l, "data"),
        // Nothing stands behind NEWKEYS, USERAUTH_SUCCESS and REQUEST_FAILURE; any other is told as far as its number.
        _ => None,
    }
}

fn kexinit(l: &mut Layout<'_>) -> Option<()> {
    l.field(16, "cookie", plain)?;
    let lists = [
        field::KEX_ALGORITHMS,
        field::SERVER_HOST_KEY_ALGORITHMS,
        field::ENCRYPTION_ALGORITHMS_CLIENT_TO_SERVER,
        field::ENCRYPTION_ALGORITHMS_SERVER_TO_CLIENT,
        field::MAC_ALGORITHMS_CLIENT_TO_SERVER,
        field::MAC_ALGORITHMS_SERVER_TO_CLIENT,
        field::COMPRESSION_ALGORITHMS_CLIENT_TO_SERVER,
        field::COMPRESSION_ALGORITHMS_SERVER_TO_CLIENT,
        field::LANGUAGES_CLIENT_TO_SERVER,
        field::LANGUAGES_SERVER_TO_CLIENT,
    ];
    for list in lists {
        string(l, list.name())?;
    }
    boolean(l, "first_kex_packet_follows")?;
    uint32(l, "reserved")
}

/// A message of the agreed method: what it holds is known by its step, for the numbers mean something else in each.
fn key_exchange(l: &mut Layout<'_>, step: Step) -> Option<()> {
    match step {
        Step::GroupRequest => {
            for name in ["min", "n", "max"] {
                uint32(l, name)?;
            }
            Some(())
        }
        Step::Group => {
            opaque(l, "p")?;
            opaque(l, "g")
        }
        Step::KeyExchangeInit => opaque(l, "public value"),
        Step::KeyExchangeReply => {
            nested(l, "K_S", key)?;
            opaque(l, "public value")?;
            nested(l, "signature", signature)
        }
        _another => None,
    }
}

/// A request to log in: what its method needs may be withheld, and then nothing of it is here.
fn request(l: &mut Layout<'_>) -> Option<()> {
    string(l, "user name")?;
    string(l, "service name")?;
    let method = l.peek(l.left())?.get(4..)?;
    string(l, "method name")?;
    if l.is_done() {
        return Some(());
    }
    if method.starts_with(b"keyboard-interactive") {
        string(l, "language tag")?;
        return string(l, "submethods");
    }
    if method.starts_with(b"password") {
        return boolean(l, "change of password"); // the password itself is in no log
    }
    if !method.starts_with(b"publickey") {
        return None;
    }
    let signed = l.peek(1)? != [0];
    boolean(l, "has signature")?;
    string(l, "public key algorithm name")?;
    nested(l, "public key blob", key)?;
    if signed { nested(l, "signature", signature) } else { Some(()) }
}

fn channel_request(l: &mut Layout<'_>) -> Option<()> {
    uint32(l, "recipient channel")?;
    let kind = l.peek(l.left()).and_then(|rest| {
        let length = rest.first_chunk::<4>().map(|length| u32::from_be_bytes(*length))?;
        rest.get(4..4 + usize::try_from(length).ok()?)
    })?;
    string(l, "request type")?;
    boolean(l, "want reply")?;
    match kind {
        b"exec" => string(l, "command"),
        b"subsystem" => string(l, "subsystem name"),
        b"exit-status" => uint32(l, "exit_status"),
        b"env" => {
            string(l, "variable name")?;
            string(l, "variable value")
        }
        b"pty-req" => {
            string(l, "TERM")?;
            for name in ["width, characters", "height, rows", "width, pixels", "height, pixels"] {
                uint32(l, name)?;
            }
            opaque(l, "encoded terminal modes")
        }
        b"window-change" => {
            for name in ["width, characters", "height, rows", "width, pixels", "height, pixels"] {
                uint32(l, name)?;
            }
            Some(())
        }
        b"exit-signal" => {
            string(l, "signal name")?;
            boolean(l, "core dumped")?;
            string(l, "error message")?;
            string(l, "language tag")
        }
        _another => others(l, "type-specific data"),
    }
}

/// A public key (RFC 4253 §6.6, RFC 8709 §4, RFC 5656 §3.1): its algorithm, and then what that has.
fn key(l: &mut Layout<'_>) -> Option<()> {
    string(l, "algorithm")?;
    while !l.is_done() {
        opaque(l, "key")?;
    }
    Some(())
}

fn signature(l: &mut Layout<'_>) -> Option<()> {
    string(l, "algorithm")?;
    opaque(l, "signature blob")?;
    others(l, "more")
}

fn uint32(l: &mut Layout<'_>, name: &str) -> Option<()> {
    l.number(4, name, |n| n.to_string()).map(drop)
}

fn boolean(l: &mut Layout<'_>, name: &str) -> Option<()> {
    l.number(1, name, |n| if n == 0 { "FALSE".into() } else { "TRUE".into() }).map(drop)
}

/// A string that is text.
fn string(l: &mut Layout<'_>, name: &str) -> Option<()> {
    l.opaque(4, name, text).map(drop)
}

/// A string or a number (`mpint`) that is none.
fn opaque(l: &mut Layout<'_>, name: &str) -> Option<()> {
    l.opaque(4, name, plain).map(drop)
}

fn nested<'a>(
    l: &mut Layout<'a>,
    name: &str,
    tell: impl FnOnce(&mut Layout<'a>) -> Option<()>,
) -> Option<()> {
    l.vector(4, name, tell)
}

/// What is left, if anything is.
fn others(l: &mut Layout<'_>, name: &str) -> Option<()> {
    if l.is_done() { Some(()) } else { l.field(l.left(), name, plain).map(drop) }
}

//! Every byte of an HTTP head by name (RFC 9112 §2.1), and of a WebSocket frame (RFC 6455 §5.2).

use steps::{Part, ws::Step};

use crate::layout::walk::{Layout, plain, text};

/// The parts of the message that `step` was read from.
pub(crate) fn layout(step: Step, bytes: &[u8]) -> Vec<Part> {
    Layout::of(bytes, |l| match step {
        Step::UpgradeRequest | Step::PlainRequest => {
            head(l, "request-line", [("method", b' '), ("request-target", b' '), ("HTTP-version", b'\r')])
        }
        Step::SwitchingProtocols | Step::PlainResponse | Step::Refused => {
            head(l, "status-line", [("HTTP-version", b' '), ("status-code", b' '), ("reason-phrase", b'\r')])
        }
        Step::Text | Step::Binary | Step::Continuation | Step::Ping | Step::Pong | Step::Close => {
            frame(l, step)
        }
        Step::Body => l.field(l.left(), "message-body", text).map(drop),
        // Their bytes, without meanings; none of the others has any.
        Step::Undecodable
        | Step::RequestChecked
        | Step::AcceptKey
        | Step::AnswerChecked
        | Step::AcceptCheck
        | Step::Established
        | Step::Summary => None,
    })
}

/// The first line, the fields, and the empty line behind them.
fn head(l: &mut Layout<'_>, first: &str, words: [(&str, u8); 3]) -> Option<()> {
    let line = upto(l, b"\n")?;
    l.block(line, first, String::new(), |l| {
        for (name, end) in words {
            // A server may leave the reason out.
            let length = rest(l)?.iter().position(|byte| *byte == end || *byte == b'\n').unwrap_or(l.left());
            if length > 0 {
                l.field(length, name, text)?;
            }
            if end == b' ' {
                l.field(1.min(l.left()), "SP", plain)?;
            }
        }
        end_of_line(l)
    })?;
    while !l.is_done() && !matches!(rest(l)?, [b'\n', ..] | [b'\r', b'\n', ..]) {
        let line = upto(l, b"\n")?;
        l.block(line, "field-line", String::new(), field_line)?;
    }
    end_of_line(l)
}

fn field_line(l: &mut Layout<'_>) -> Option<()> {
    let colon = rest(l)?.iter().position(|byte| *byte == b':')?;
    l.field(colon, "field-name", text)?;
    let spaces = rest(l)?.iter().skip(1).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    l.field(1 + spaces, ":", plain)?;
    let line = rest(l)?;
    let value = line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
    if !value.is_empty() {
        l.field(value.len(), "field-value", text)?;
    }
    end_of_line(l)
}

fn end_of_line(l: &mut Layout<'_>) -> Option<()> {
    if l.is_done() { Some(()) } else { l.field(l.left().min(2), "CRLF", plain).map(drop) }
}

fn rest<'a>(l: &Layout<'a>) -> Option<&'a [u8]> {
    l.peek(l.left())
}

/// How many bytes there are up to the first `end` and with it; else all.
fn upto(l: &Layout<'_>, end: &[u8]) -> Option<usize> {
    let bytes = rest(l)?;
    Some(bytes.windows(end.len()).position(|window| window == end).map_or(bytes.len(), |at| at + end.len()))
}

fn frame(l: &mut Layout<'_>, step: Step) -> Option<()> {
    l.number(1, "FIN, RSV1-3, opcode", |n| {
        let name = match n & 0x0f {
            0 => "continuation",
            1 => "text",
            2 => "binary",
            8 => "close",
            9 => "ping",
            10 => "pong",
            _ => "reserved",
        };
        format!("{}, {:03b}, {name} (0x{:X})", n >> 7, n >> 4 & 7, n & 0x0f)
    })?;
    let second = l.number(1, "MASK, payload length", |n| format!("{}, {}", n >> 7, n & 0x7f))?;
    match second & 0x7f {
        126 => drop(l.number(2, "extended payload length", |n| n.to_string())?),
        127 => {
            // Eight bytes are more than a number of this layout holds on every machine.
            l.field(8, "extended payload length", |bytes| {
                bytes.iter().fold(0_u64, |n, byte| n << 8 | u64::from(*byte)).to_string()
            })?;
        }
        _short => {}
    }
    let key = if second & 0x80 == 0 { None } else { Some(l.field(4, "masking key", plain)?) };
    if l.is_done() {
        return Some(());
    }
    match key {
        None if step == Step::Close => l.block(l.left(), "payload", String::new(), |l| {
            l.number(2, "status code", |n| n.to_string())?;
            if l.is_done() { Some(()) } else { l.field(l.left(), "reason", text).map(drop) }
        }),
        None => l.field(l.left(), "payload", text).map(drop),
        Some(key) => l
            .field(l.left(), "masked payload", |crossed| {
                let bare: Vec<u8> =
                    crossed.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
                match (step, bare.split_first_chunk::<2>()) {
                    (Step::Close, Some((code, reason))) => {
                        format!("{} {}", u16::from_be_bytes(*code), text(reason)).trim_end().to_owned()
                    }
                    _ => text(&bare),
                }
            })
            .map(drop),
    }
}

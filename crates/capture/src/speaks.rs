//! What a connection speaks, by its bytes and not by its ports.

use steps::Side;

/// What a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    Tls,
    Ssh,
    Http,
    /// None of the four; the name of what it looks like.
    Other(&'static str),
}

/// How many bytes tell.
const ENOUGH: usize = 8;

/// So long a text may come before SSH's identification (RFC 4253 §4.2).
const MOST_BEFORE_SSH: usize = 2048;

/// What the beginnings of both sides tell; none: too little has crossed.
pub(crate) fn speaks(client: &[u8], server: &[u8]) -> Option<Speaks> {
    if is_tls(client) || (client.is_empty() && is_tls(server)) {
        return Some(Speaks::Tls);
    }
    if has_identification(client) || has_identification(server) {
        return Some(Speaks::Ssh);
    }
    if is_http_request(client) || (client.is_empty() && server.starts_with(b"HTTP/1.")) {
        return Some(Speaks::Http);
    }
    let few = client.len() < ENOUGH && server.len() < ENOUGH;
    // A server that greets with text may be about to identify itself as SSH.
    let greets =
        client.is_empty() && is_text(server) && server.len() < MOST_BEFORE_SSH && !is_greeting(server);
    if few || greets {
        return None;
    }
    Some(Speaks::Other(name(client, server)))
}

/// Whether TLS begins here, in the middle of something else: STARTTLS, or PostgreSQL's SSLRequest.
pub(crate) fn begins_tls(from: Side, bytes: &[u8]) -> bool {
    from == Side::Client && matches!(bytes, [0x16, 3, 0..=4, _, _, 1, ..])
}

/// A record that holds a handshake message or an alert (RFC 8446 §5.1).
fn is_tls(bytes: &[u8]) -> bool {
    match bytes {
        [0x16, 3, 0..=4, high, low, kind, ..] => {
            let length = u16::from_be_bytes([*high, *low]);
            (4..=0x4800).contains(&length) && matches!(kind, 1 | 2)
        }
        [0x15, 3, 0..=4, 0, 2, 1 | 2, _, ..] => true,
        _ => false,
    }
}

fn has_identification(bytes: &[u8]) -> bool {
    bytes.starts_with(b"SSH-") || bytes.windows(5).any(|part| part == b"\nSSH-")
}

fn is_http_request(bytes: &[u8]) -> bool {
    const METHODS: [&[u8]; 9] =
        [b"GET ", b"HEAD ", b"POST ", b"PUT ", b"DELETE ", b"CONNECT ", b"OPTIONS ", b"TRACE ", b"PATCH "];
    let line = bytes.split(|byte| *byte == b'\r' || *byte == b'\n').next().unwrap_or_default();
    METHODS.iter().any(|method| bytes.starts_with(method))
        && (line.ends_with(b"HTTP/1.1") || line.ends_with(b"HTTP/1.0") || line.len() == bytes.len())
}

/// A greeting with a reply code: SMTP, FTP.
fn is_greeting(bytes: &[u8]) -> bool {
    matches!(bytes, [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9', b' ' | b'-', ..])
}

fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~' | 0x80..))
}

/// A name for what is none of the four.
fn name(client: &[u8], server: &[u8]) -> &'static str {
    let says =
        |side: &[u8], word: &[u8]| side.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    match (client, server) {
        (c, _) if c.starts_with(b"PRI * HTTP/2") => "HTTP/2",
        ([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f, ..], _) | ([0, 0, _, _, 0, 3, 0, 0, ..], _) => "PostgreSQL",
        (_, [_, 0, 0, 0, 10, ..]) => "MySQL",
        ([high, _, 1, _, ..], _) if high & 0x80 != 0 => "SSL 2",
        (_, s) if s.starts_with(b"* OK") => "IMAP",
        (_, s) if s.starts_with(b"+OK") => "POP3",
        (_, s) if s.starts_with(b"RFB ") => "VNC",
        (c, s) if is_greeting(s) && (says(s, b"smtp") || says(c, b"ehlo") || says(c, b"helo")) => "SMTP",
        (_, s) if is_greeting(s) && says(s, b"ftp") => "FTP",
        (_, s) if is_greeting(s) => "SMTP or FTP",
        // The name of StartTLS (RFC 4511 §4.14.1).
        ([0x30, ..], _) if says(client, b"1.3.6.1.4.1.1466.20037") => "LDAP",
        ([0x30, ..], _) => "LDAP or other ASN.1",
        ([0x10, ..], _) if says(client, b"MQTT") || says(client, b"MQIsdp") => "MQTT",
        (c, _) if c.starts_with(b"*") || c.starts_with(b"PING") => "Redis",
        (c, _) if says(c, b" RTSP/1.") => "RTSP",
        (c, _) if says(c, b" SIP/2.") => "SIP",
        (c, s) if !(c.is_empty() && s.is_empty()) && is_text(c) && is_text(s) => "text",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_are_told_by_their_bytes() {
        let hello = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
        for (client, server, expected) in [
            (&hello[..], &b""[..], Some(Speaks::Tls)),
            (b"", &[0x16, 3, 3, 0, 0x7a, 2][..], Some(Speaks::Tls)),
            (&hello[..4], b"", None),
            (b"", b"SSH-2.0-OpenSSH_9.2\r\n", Some(Speaks::Ssh)),
            (b"", b"Welcome to the machine\r\n", None),
            (b"", b"Welcome\r\nSSH-2.0-x\r\n", Some(Speaks::Ssh)),
            (b"GET / HTTP/1.1\r\n", b"", Some(Speaks::Http)),
            (b"GET of something else\r\n\r\n", b"", Some(Speaks::Other("text"))),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"", Some(Speaks::Other("HTTP/2"))),
            (b"", b"220 mail ESMTP\r\n", Some(Speaks::Other("SMTP"))),
            (b"\x00\x00\x00\x08\x04\xd2\x16\x2f", b"", Some(Speaks::Other("PostgreSQL"))),
            (b"", b"", None),
        ] {
            assert_eq!(speaks(client, server), expected, "{client:?} {server:?}");
        }
    }
}

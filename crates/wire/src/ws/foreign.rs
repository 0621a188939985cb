//! Names what bytes look like that should have been HTTP or a frame: mostly another protocol on the wrong port.

/// What the first bytes of a stream look like.
pub fn looks_like(first: &[u8]) -> &'static str {
    const METHODS: [&[u8]; 9] =
        [b"GET ", b"HEAD ", b"POST ", b"PUT ", b"DELETE ", b"CONNECT ", b"OPTIONS ", b"TRACE ", b"PATCH "];
    match first {
        [] => "nothing",
        // TLSPlaintext: the type handshake or alert, then the legacy version 3.x (RFC 8446 §5.1).
        [0x16, 3, 0..=4, ..] | [0x16, 3] | [0x16] => "TLS record (handshake)",
        [0x15, 3, 0..=4, ..] => "TLS record (alert)",
        _ if first.starts_with(b"SSH-") => "SSH identification",
        _ if first.starts_with(b"PRI * HTTP/2") => "HTTP/2 connection preface",
        _ if first.starts_with(b"HTTP/") => "HTTP response",
        _ if METHODS.iter().any(|method| first.starts_with(method)) => "HTTP request",
        // A greeting such as SMTP's or FTP's: `220 mail.example`.
        [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9', b' ' | b'-', ..] => "greeting of a mail or file server",
        _ if first.iter().all(|byte| matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~')) => "plain text",
        _ => "binary data",
    }
}

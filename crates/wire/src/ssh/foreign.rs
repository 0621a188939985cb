//! Names what is not SSH by its first bytes, so that a reader sees at once which protocol came to the wrong port.

/// What `bytes` look like.
pub(super) fn looks_like(bytes: &[u8]) -> &'static str {
    const REQUESTS: [&[u8]; 8] =
        [b"GET ", b"POST ", b"HEAD ", b"PUT ", b"DELETE ", b"OPTIONS ", b"CONNECT ", b"PRI * HTTP/2"];
    match bytes {
        [0x14..=0x17, 0x03, 0x00..=0x04, ..] => "TLS record",
        [b'H', b'T', b'T', b'P', b'/', ..] => "HTTP response",
        [b'S', b'S', b'H', b'-', ..] => "SSH identification",
        _ if REQUESTS.iter().any(|method| bytes.starts_with(method)) => "HTTP request",
        [] => "nothing",
        _ if bytes.iter().all(|byte| is_text(*byte)) && is_utf8(bytes) => "other text",
        _ => "binary data",
    }
}

/// Whether `byte` can stand in a line of text; bytes from 0x80 belong to UTF-8.
pub(super) fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\r' | b'\n' | 0x20..=0x7e | 0x80..)
}

/// Whether `bytes` are UTF-8, perhaps cut inside a character.
fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

//! What bytes look like that are not what was expected.

/// What the first bytes of a stream, or of what should be a record, look like.
pub(super) fn looks_like(bytes: &[u8]) -> &'static str {
    const METHODS: [&[u8]; 9] =
        [b"GET ", b"POST ", b"HEAD ", b"PUT ", b"DELETE ", b"OPTIONS ", b"PATCH ", b"CONNECT ", b"TRACE "];
    if METHODS.iter().any(|method| begins(bytes, method)) {
        "HTTP request"
    } else if begins(bytes, b"HTTP/") {
        "HTTP response"
    } else if begins(bytes, b"PRI * HTTP") {
        "HTTP/2 preface"
    } else if begins(bytes, b"SSH-") {
        "SSH identification"
    } else if begins(bytes, b"220 ") || begins(bytes, b"220-") {
        "SMTP or FTP greeting"
    } else if begins(bytes, b"+OK ") {
        "POP3 greeting"
    } else if begins(bytes, b"* OK") || begins(bytes, b"* PREAUTH") {
        "IMAP greeting"
    } else if begins(bytes, b"RTSP/") {
        "RTSP response"
    } else if begins(bytes, b"SIP/2.0") {
        "SIP response"
    } else if matches!(bytes, [0x80..=0xff, _, 1, ..]) {
        "SSL 2.0 hello"
    } else if matches!(bytes, [20..=23, 3, ..]) {
        "TLS record"
    } else if !bytes.is_empty()
        && bytes.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
    {
        "text"
    } else {
        "unknown"
    }
}

/// Whether `bytes` begin with `word`, as far as both go.
fn begins(bytes: &[u8], word: &[u8]) -> bool {
    let len = bytes.len().min(word.len());
    len >= 3 && bytes[..len] == word[..len]
}

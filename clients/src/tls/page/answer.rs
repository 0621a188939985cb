//! When an HTTP/1 answer is whole (RFC 9112 §6): a server that keeps the connection open has said all it has to say.

/// How much of an answer is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Not a byte.
    Nothing,
    /// All of it.
    Whole,
    /// Something is missing that the head announces.
    Part,
    /// It goes on until the server closes.
    UntilClose,
    /// It is no HTTP/1.
    Foreign,
}

/// How much of the answer to a GET `answer` is.
pub(super) fn extent(answer: &[u8]) -> Extent {
    const BEGINS: &[u8] = b"HTTP/1.";
    if answer.is_empty() {
        return Extent::Nothing;
    }
    let common = answer.len().min(BEGINS.len());
    if answer[..common] != BEGINS[..common] {
        return Extent::Foreign;
    }
    let Some(end) = answer.windows(4).position(|end| end == b"\r\n\r\n") else { return Extent::Part };
    let (head, body) = (String::from_utf8_lossy(&answer[..end]), &answer[end + 4..]);
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status.starts_with('1') && status != "101" {
        // An interim answer; the other one follows (RFC 9110 §15.2).
        return if body.is_empty() { Extent::Part } else { extent(body) };
    }
    if matches!(status, "101" | "204" | "304") {
        return Extent::Whole; // which have no body
    }
    let value = |wanted: &str| {
        head.lines().skip(1).find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
        })
    };
    let chunked =
        value("transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().ends_with("chunked"));
    if chunked {
        return if chunks_end(body) { Extent::Whole } else { Extent::Part };
    }
    match value("content-length").map(|value| value.parse::<usize>()) {
        Some(Ok(length)) if body.len() >= length => Extent::Whole,
        Some(Ok(_)) => Extent::Part,
        Some(Err(_)) | None => Extent::UntilClose,
    }
}

/// Whether the last chunk is there (RFC 9112 §7.1).
fn chunks_end(mut body: &[u8]) -> bool {
    loop {
        let Some(line) = body.windows(2).position(|end| end == b"\r\n") else { return false };
        let size = String::from_utf8_lossy(&body[..line]);
        let size = size.split(';').next().unwrap_or_default().trim().to_owned();
        let Ok(size) = usize::from_str_radix(&size, 16) else { return false };
        body = &body[line + 2..];
        if size == 0 {
            // Trailers, each a line, and an empty one.
            return body.starts_with(b"\r\n") || body.windows(4).any(|end| end == b"\r\n\r\n");
        }
        let Some(rest) = size.checked_add(2).and_then(|end| body.get(end..)) else { return false };
        body = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_says_where_an_answer_ends() {
        let ok = "HTTP/1.1 200 OK\r\n";
        let cases = [
            (format!("{ok}content-length: 3\r\n\r\nabc"), Extent::Whole),
            (format!("{ok}Content-Length: 3\r\n\r\nab"), Extent::Part),
            (format!("{ok}\r\nabc"), Extent::UntilClose),
            (format!("{ok}content-length: 3\r\n"), Extent::Part),
            (format!("{ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), Extent::Whole),
            (
                format!("{ok}Transfer-Encoding: gzip, chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n"),
                Extent::Whole,
            ),
            (format!("{ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"), Extent::Part),
            (format!("{ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhel"), Extent::Part),
            (format!("{ok}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhel"), Extent::Part),
            ("HTTP/1.1 204 No Content\r\n\r\n".into(), Extent::Whole),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n".into(), Extent::Whole),
            ("HTTP/1.1 103 Early Hints\r\n\r\n".into(), Extent::Part),
            (format!("HTTP/1.1 100 Continue\r\n\r\n{ok}Content-Length: 0\r\n\r\n"), Extent::Whole),
            ("HTT".into(), Extent::Part),
            ("220 mail".into(), Extent::Foreign),
            (String::new(), Extent::Nothing),
        ];
        for (answer, expected) in cases {
            assert_eq!(extent(answer.as_bytes()), expected, "{answer:?}");
        }
    }
}

//! The values of headers, and the lists in them.

use httparse::Header;

/// The value of all headers called `name`, joined as RFC 9110 §5.3 allows.
pub(super) fn value(headers: &[Header<'_>], name: &str) -> Option<String> {
    let same = headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
    let values: Vec<_> = same.map(|header| String::from_utf8_lossy(header.value)).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// Whether `token` is in a list, in whatever case.
pub(super) fn has_token(list: &str, token: &str) -> bool {
    list.split(',').any(|part| part.trim().eq_ignore_ascii_case(token))
}

/// The names in a list of extensions: `permessage-deflate; client_max_window_bits, x`.
pub(super) fn names(list: &str) -> Vec<String> {
    let name = |entry: &str| entry.split(';').next().unwrap_or_default().trim().to_owned();
    list.split(',').map(name).collect()
}

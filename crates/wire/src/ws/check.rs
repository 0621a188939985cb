//! The checks of RFC 6455 §4.2.1 and §4.1, made on the heads that crossed: not the library's, which may be stricter
//! or milder, but the standard's.

use std::collections::HashSet;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use httparse::{Header, Request, Response};
use steps::ws::{Check, Checked};

use super::header::{has_token, names, value};

/// Base64 as RFC 6455 §4.1 has it in its own example, `AQIDBAUGBwgJCgsMDQ4PEC==`: the last bits need not be zero.
pub(super) const KEY: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// What the client asked for: what the answer is held against.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    pub(super) accept: String,
    pub(super) protocols: Vec<String>,
    pub(super) extensions: Vec<String>,
}

/// §4.2.1: what the server checks of the request.
pub(super) fn request(request: &Request<'_, '_>) -> Vec<Checked> {
    let headers: &[Header<'_>] = request.headers;
    let (method, path) = (request.method.unwrap_or_default(), request.path.unwrap_or_default());
    let minor = request.version.unwrap_or_default();
    let key = |key: &str| KEY.decode(key).is_ok_and(|random| random.len() == 16);
    let is_uri = path.starts_with('/') || path.starts_with("http://") || path.starts_with("https://");
    let mut all = vec![
        Checked { check: Check::RequestMethod, found: Some(method.into()), met: method == "GET" },
        Checked { check: Check::RequestVersion, found: Some(format!("HTTP/1.{minor}")), met: minor >= 1 },
        Checked { check: Check::RequestUri, found: Some(path.into()), met: is_uri },
        header(Check::RequestHost, headers, |host| !host.is_empty() && !host.contains(',')),
        header(Check::RequestUpgrade, headers, |upgrade| has_token(upgrade, "websocket")),
        header(Check::RequestConnection, headers, |connection| has_token(connection, "Upgrade")),
        header(Check::RequestKey, headers, key),
        header(Check::RequestWebSocketVersion, headers, |version| version == "13"),
    ];
    let optional = [
        header(Check::RequestOrigin, headers, |origin| !origin.contains(", ")),
        header(Check::RequestProtocol, headers, |names| {
            let names: Vec<_> = names.split(',').map(str::trim).collect();
            let different: HashSet<_> = names.iter().collect();
            names.iter().all(|name| is_token(name)) && different.len() == names.len()
        }),
        header(Check::RequestExtensions, headers, |offers| names(offers).iter().all(|name| is_token(name))),
    ];
    all.extend(optional.into_iter().filter(|checked| checked.found.is_some()));
    all
}

/// §4.1: what the client checks of the answer. A status other than 101 is HTTP's business, and nothing else counts.
pub(super) fn answer(response: &Response<'_, '_>, asked: &Asked) -> Vec<Checked> {
    let headers: &[Header<'_>] = response.headers;
    let status = response.code.unwrap_or_default();
    let phrase = response.reason.unwrap_or_default();
    let found = Some(format!("{status} {phrase}").trim_end().to_owned());
    let mut all = vec![Checked { check: Check::AnswerStatus, found, met: status == 101 }];
    if status != 101 {
        return all;
    }
    all.extend([
        header(Check::AnswerUpgrade, headers, |upgrade| upgrade.eq_ignore_ascii_case("websocket")),
        header(Check::AnswerConnection, headers, |connection| has_token(connection, "Upgrade")),
        header(Check::AnswerAccept, headers, |accept| accept == asked.accept),
    ]);
    let mut extensions = header(Check::AnswerExtensions, headers, |agreed| {
        names(agreed).iter().all(|name| asked.extensions.contains(name))
    });
    let mut protocol =
        header(Check::AnswerProtocol, headers, |agreed| asked.protocols.iter().any(|name| name == agreed));
    for optional in [&mut extensions, &mut protocol] {
        optional.met |= optional.found.is_none();
    }
    all.extend([extensions, protocol]);
    all
}

/// The check of one header, whose name is the check's.
fn header(check: Check, headers: &[Header<'_>], will_do: impl Fn(&str) -> bool) -> Checked {
    let found = value(headers, check.card().name);
    let met = found.as_deref().is_some_and(will_do);
    Checked { check, found, met }
}

/// Whether `text` is a token (RFC 9110 §5.6.2), as a subprotocol's name must be (RFC 6455 §4.1).
pub fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

//! The two HTTP heads of the upgrade (RFC 9112), read by the parser under hyper.

use base64::Engine;
use httparse::{EMPTY_HEADER, Header, Request, Response, Status};
use steps::{
    Field, Fields, Side, common,
    ws::{Checked, Step, field},
};

use super::{
    check::{self, Asked},
    header::{has_token, names, value},
};
use crate::{
    fields,
    withheld::{is_credential, shown, star},
};

/// As many headers as nearly everyone sends, and as many as 16 KiB can hold: each takes four bytes at least.
const FEW_HEADERS: usize = 128;
const MOST_HEADERS: usize = 4096;

/// What the bytes so far are.
pub(super) enum Read {
    /// The beginning of a head.
    Partial,
    /// A whole head.
    Complete(Box<Head>),
    /// No head, whatever follows.
    Malformed,
}

/// A head that was read.
pub(super) struct Head {
    /// How many bytes it has.
    pub(super) length: usize,
    pub(super) kind: Kind,
    pub(super) fields: Fields,
    /// Itself, without credentials.
    pub(super) bytes: Vec<u8>,
    /// What RFC 6455 asks of it, made on this head.
    pub(super) checks: Vec<Checked>,
    /// What a request asks for.
    pub(super) asked: Asked,
    /// How long the body behind it is, when it says so.
    pub(super) content_length: Option<u64>,
    /// Whether it comes in chunks.
    pub(super) chunked: bool,
}

/// Which head it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    UpgradeRequest,
    PlainRequest,
    SwitchingProtocols,
    /// The answer to a plain request, which was met.
    PlainResponse,
    Refused,
}

impl Kind {
    pub(super) fn step(self) -> Step {
        match self {
            Kind::UpgradeRequest => Step::UpgradeRequest,
            Kind::PlainRequest => Step::PlainRequest,
            Kind::SwitchingProtocols => Step::SwitchingProtocols,
            Kind::PlainResponse => Step::PlainResponse,
            Kind::Refused => Step::Refused,
        }
    }
}

/// What should have come from `from`.
pub(super) fn expected(from: Side) -> &'static str {
    match from {
        Side::Client => "HTTP/1.1 request",
        Side::Server => "HTTP/1.1 response",
    }
}

/// Reads the head at the beginning of `bytes`; an answer is held against what the client `asked` for, if it asked
/// for an upgrade at all.
pub(super) fn read(from: Side, bytes: &[u8], asked: Option<&Asked>) -> Read {
    match read_with(&mut [EMPTY_HEADER; FEW_HEADERS], from, bytes, asked) {
        Err(httparse::Error::TooManyHeaders) => {
            let mut many = vec![EMPTY_HEADER; MOST_HEADERS];
            read_with(&mut many, from, bytes, asked).unwrap_or(Read::Malformed)
        }
        Err(_) => Read::Malformed,
        Ok(read) => read,
    }
}

/// The same with room for so many headers.
fn read_with<'b>(
    headers: &mut [Header<'b>],
    from: Side,
    bytes: &'b [u8],
    asked: Option<&Asked>,
) -> Result<Read, httparse::Error> {
    Ok(match from {
        Side::Client => {
            let mut request = Request::new(headers);
            match request.parse(bytes)? {
                Status::Complete(length) => {
                    Read::Complete(Box::new(self::request(&request, &bytes[..length])))
                }
                Status::Partial => Read::Partial,
            }
        }
        Side::Server => {
            let mut response = Response::new(headers);
            match response.parse(bytes)? {
                Status::Complete(length) => {
                    Read::Complete(Box::new(self::response(&response, &bytes[..length], asked)))
                }
                Status::Partial => Read::Partial,
            }
        }
    })
}

fn request(request: &Request<'_, '_>, bytes: &[u8]) -> Head {
    let mut fields = fields! {
        field::METHOD => request.method.unwrap_or_default(),
        field::PATH => shown(request.path.unwrap_or_default()),
        common::VERSION => version(request.version),
    };
    let headers: &[Header<'_>] = request.headers;
    for header in [HOST, UPGRADE, CONNECTION, KEY] {
        put(&mut fields, headers, header);
    }
    match value(headers, KEY.0).map(|key| check::KEY.decode(key)) {
        None => {}
        Some(Ok(random)) => fields.put(field::KEY_BYTES, hex::encode(random)),
        Some(Err(_)) => fields.put(field::KEY_IS_BASE64, false),
    }
    for header in [VERSION, PROTOCOL, EXTENSIONS, ORIGIN] {
        put(&mut fields, headers, header);
    }
    fields.put(field::REQUEST_LINE, first_line(bytes));
    fields.put(field::HEADERS, all(headers));
    let kind = match value(headers, "Upgrade") {
        Some(upgrade) if has_token(&upgrade, "websocket") => Kind::UpgradeRequest,
        _ => Kind::PlainRequest,
    };
    // A request that mentions none of it asks for none of it.
    let of_upgrade = ["Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version"];
    let asks = of_upgrade.iter().any(|name| value(headers, name).is_some());
    let list = |name| value(headers, name).as_deref().map(names).unwrap_or_default();
    Head {
        length: bytes.len(),
        kind,
        fields,
        bytes: without_credentials(bytes, headers),
        checks: if asks { check::request(request) } else { Vec::new() },
        asked: Asked {
            accept: value(headers, "Sec-WebSocket-Key").as_deref().map(super::accept).unwrap_or_default(),
            protocols: list("Sec-WebSocket-Protocol"),
            extensions: list("Sec-WebSocket-Extensions"),
        },
        content_length: None,
        chunked: false,
    }
}

fn response(response: &Response<'_, '_>, bytes: &[u8], asked: Option<&Asked>) -> Head {
    let status = response.code.unwrap_or_default();
    let mut fields = fields! {
        common::VERSION => version(response.version),
        field::STATUS => status,
        field::REASON_PHRASE => response.reason.unwrap_or_default(),
    };
    let headers: &[Header<'_>] = response.headers;
    for header in [UPGRADE, CONNECTION, ACCEPT, VERSION, PROTOCOL, EXTENSIONS, LOCATION, CONTENT_TYPE] {
        put(&mut fields, headers, header);
    }
    for header in [WWW_AUTHENTICATE, PROXY_AUTHENTICATE, RETRY_AFTER, TRANSFER_ENCODING] {
        put(&mut fields, headers, header);
    }
    fields.put_some(field::CONTENT_LENGTH, value(headers, "Content-Length"));
    fields.put(field::STATUS_LINE, first_line(bytes));
    fields.put(field::HEADERS, all(headers));
    let kind = match status {
        101 => Kind::SwitchingProtocols,
        200..=399 if asked.is_none() => Kind::PlainResponse,
        _ => Kind::Refused,
    };
    let no_body = status < 200 || matches!(status, 204 | 304);
    let chunked = value(headers, "Transfer-Encoding").is_some_and(|codings| has_token(&codings, "chunked"));
    // Chunks say their length themselves (RFC 9112 §6.3).
    let declared =
        value(headers, "Content-Length").filter(|_| !chunked).and_then(|length| length.parse().ok());
    Head {
        length: bytes.len(),
        kind,
        fields,
        bytes: without_credentials(bytes, headers),
        checks: asked.map(|asked| check::answer(response, asked)).unwrap_or_default(),
        asked: Asked::default(),
        content_length: if no_body { Some(0) } else { declared },
        chunked,
    }
}

/// The request line or the status line as it crossed.
fn first_line(head: &[u8]) -> String {
    let line = head.trim_ascii_start().split(|byte| *byte == b'\r' || *byte == b'\n').next();
    shown(&String::from_utf8_lossy(line.unwrap_or_default()))
}

fn version(minor: Option<u8>) -> String {
    format!("HTTP/1.{}", minor.unwrap_or_default())
}

/// A header by its name and by the field that it goes to.
type Named = (&'static str, Field<str>);

const HOST: Named = ("Host", field::HOST);
const UPGRADE: Named = ("Upgrade", field::UPGRADE);
const CONNECTION: Named = ("Connection", field::CONNECTION);
const KEY: Named = ("Sec-WebSocket-Key", field::SEC_WEBSOCKET_KEY);
const VERSION: Named = ("Sec-WebSocket-Version", field::SEC_WEBSOCKET_VERSION);
const PROTOCOL: Named = ("Sec-WebSocket-Protocol", field::SEC_WEBSOCKET_PROTOCOL);
const EXTENSIONS: Named = ("Sec-WebSocket-Extensions", field::SEC_WEBSOCKET_EXTENSIONS);
const ORIGIN: Named = ("Origin", field::ORIGIN);
const ACCEPT: Named = ("Sec-WebSocket-Accept", field::SEC_WEBSOCKET_ACCEPT);
const LOCATION: Named = ("Location", field::LOCATION);
const CONTENT_TYPE: Named = ("Content-Type", field::CONTENT_TYPE);
const WWW_AUTHENTICATE: Named = ("WWW-Authenticate", field::WWW_AUTHENTICATE);
const PROXY_AUTHENTICATE: Named = ("Proxy-Authenticate", field::PROXY_AUTHENTICATE);
const RETRY_AFTER: Named = ("Retry-After", field::RETRY_AFTER);
const TRANSFER_ENCODING: Named = ("Transfer-Encoding", field::TRANSFER_ENCODING);

/// Puts the header where it belongs, if it is there.
fn put(fields: &mut Fields, headers: &[Header<'_>], (name, field): Named) {
    fields.put_some(field, value(headers, name).as_deref().map(shown));
}

/// Every header as it crossed, in order.
fn all(headers: &[Header<'_>]) -> Vec<String> {
    let line = |header: &Header<'_>| match is_credential(header.name) {
        true => format!("{}: (not shown)", header.name),
        false => format!("{}: {}", header.name, shown(&String::from_utf8_lossy(header.value))),
    };
    headers.iter().map(line).collect()
}

/// The head with each byte of a credential replaced by `*`.
fn without_credentials(bytes: &[u8], headers: &[Header<'_>]) -> Vec<u8> {
    let mut shown = bytes.to_vec();
    for header in headers.iter().filter(|header| is_credential(header.name)) {
        // The parser copies nothing: the value is a part of `bytes`.
        let start = header.value.as_ptr().addr() - bytes.as_ptr().addr();
        shown[start..start + header.value.len()].fill(b'*');
    }
    star(&mut shown);
    shown
}

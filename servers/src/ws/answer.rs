//! HTTP answers to whoever is not upgraded. RFC 6455 §4.2.1 and §4.2.2 ask for an answer, and a browser that visits gets a page which opens a WebSocket to this very server.

use std::{borrow::Cow, sync::LazyLock};

use claims::{Claim, Heading};
use steps::{
    Fields, Lang, Said, Step,
    harmless::{HARMFUL, one_line},
    text,
    ws::{Check, field, reason::Ended},
};
use strum::VariantArray;
use tokio_tungstenite::tungstenite::{
    handshake::server::ErrorResponse,
    http::{self, HeaderName, HeaderValue},
};
use watch::ws::Watch;

use super::door::{Stranger, host};

/// How [`Watch::looks_like`] calls a request that is malformed, but still HTTP.
const HTTP: &str = "HTTP request";

/// An HTTP answer.
#[derive(Debug)]
pub(super) struct Answer {
    status: http::StatusCode,
    headers: Vec<(&'static str, Cow<'static, str>)>,
    body: String,
}

impl Answer {
    fn new(status: http::StatusCode, headers: &[(&'static str, &'static str)]) -> Self {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).into())).collect();
        Answer { status, headers, body: String::new() }
    }

    /// The answer to a request that does not meet a requirement of RFC 6455 §4.2.1; none when all are met.
    fn to_unmet(watch: &Watch) -> Option<Answer> {
        let failed: Vec<_> = watch.failed().into_iter().map(|(check, _)| check).collect();
        let fails = |checks: &[Check]| checks.iter().any(|check| failed.contains(check));
        if fails(&[Check::RequestMethod]) {
            return Some(method_not_allowed());
        }
        if fails(&[Check::RequestUpgrade, Check::RequestConnection, Check::RequestWebSocketVersion]) {
            return Some(upgrade_required());
        }
        (!failed.is_empty()).then(bad_request)
    }

    /// The answer to a request that leads to no upgrade; none to a peer that does not speak HTTP or is gone.
    pub(super) fn to_refused(ended: &Ended, watch: &Watch) -> Option<Answer> {
        if let Some(request) = watch.request() {
            if let Some(answer) = Answer::to_unmet(watch) {
                return Some(answer);
            }
            if !request.contains_key("upgrade") {
                return Some(to_plain(&request));
            }
        }
        match ended {
            Ended::NotHttp => watch.looks_like().is_some_and(|looks| looks == HTTP).then(bad_request),
            Ended::NotUpgraded => Some(bad_request()),
            Ended::HeadTooLong { .. } => {
                Some(Answer::new(http::StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, &[]))
            }
            Ended::Gone(_)
            | Ended::Silent(_)
            | Ended::Frame(_)
            | Ended::MessageTooLong { .. }
            | Ended::Closed
            | Ended::Stopped
            | Ended::GaveUp => None,
        }
    }

    /// The answer to a request that [`Stranger`] refuses.
    pub(super) fn to_stranger(stranger: &Stranger) -> Answer {
        let status = match stranger {
            Stranger::Host(_) => http::StatusCode::MISDIRECTED_REQUEST,
            Stranger::Origin(_) => http::StatusCode::FORBIDDEN,
        };
        Answer::new(status, &[]).because(&stranger.said())
    }

    /// Whether it is what was asked for.
    pub(super) fn is_page(&self) -> bool {
        self.status == http::StatusCode::OK
    }

    /// Says why in the body, where the body is not a page. What it quotes is the peer's own, on its way to a terminal.
    pub(super) fn because(mut self, why: &Said) -> Self {
        if self.body.is_empty() {
            let lines = Lang::ALL.iter().map(|lang| format!("{}\n", one_line(why.in_lang(*lang))));
            self.body = lines.collect();
            self.headers.push(("Content-Type", "text/plain; charset=utf-8".into()));
            self.headers.push(("X-Content-Type-Options", "nosniff".into()));
        }
        self
    }

    /// With its headers.
    fn into_response(self) -> ErrorResponse {
        let mut response = ErrorResponse::new(None);
        *response.status_mut() = self.status;
        let length = HeaderValue::from(self.body.len());
        let headers = self.headers.into_iter().map(|(name, value)| {
            (
                HeaderName::from_bytes(name.as_bytes()).expect("a name of ours"),
                HeaderValue::try_from(value.as_ref()).expect("a value of ours"),
            )
        });
        response.headers_mut().extend(headers);
        response.headers_mut().insert(http::header::CONTENT_LENGTH, length);
        if !response.headers().contains_key(http::header::CONNECTION) {
            response.headers_mut().insert(http::header::CONNECTION, HeaderValue::from_static("close"));
        }
        *response.body_mut() = Some(self.body);
        response
    }

    /// As it crosses.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        let response = self.into_response();
        let mut text = format!("HTTP/1.1 {}\r\n", response.status());
        for (name, value) in response.headers() {
            let value = value.to_str().expect("a value of ours");
            text.push_str(&format!("{}: {value}\r\n", title_case(name.as_str())));
        }
        text.push_str("\r\n");
        text.push_str(response.body().as_deref().unwrap_or_default());
        text.into_bytes()
    }
}

/// `sec-websocket-version` as RFC 6455 writes it.
fn title_case(name: &str) -> String {
    let word = |word: &str| match word {
        "websocket" => "WebSocket".to_owned(),
        word => word[..1].to_ascii_uppercase() + &word[1..],
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

fn method_not_allowed() -> Answer {
    Answer::new(http::StatusCode::METHOD_NOT_ALLOWED, &[("Allow", "GET")])
}

fn bad_request() -> Answer {
    Answer::new(http::StatusCode::BAD_REQUEST, &[])
}

fn upgrade_required() -> Answer {
    Answer::new(
        http::StatusCode::UPGRADE_REQUIRED,
        &[("Connection", "Upgrade, close"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")],
    )
}

/// To a request that asks for no upgrade: the page for a browser, the way to it for anyone else.
fn to_plain(request: &Fields) -> Answer {
    let headers = request.get(field::HEADERS).unwrap_or_default();
    let mut headers = headers.into_iter().filter_map(|header| header.split_once(": "));
    let wants_a_page =
        headers.any(|(name, value)| name.eq_ignore_ascii_case("accept") && value.contains("text/html"));
    match (request.get(field::METHOD), request.get(field::PATH)) {
        (Some("GET"), Some("/")) if wants_a_page => {
            let mut page = Answer::new(
                http::StatusCode::OK,
                &[
                    ("Content-Type", "text/html; charset=utf-8"),
                    ("X-Content-Type-Options", "nosniff"),
                    ("Referrer-Policy", "no-referrer"),
                    ("Cache-Control", "no-store"),
                ],
            );
            page.headers.push(("Content-Security-Policy", policy(request).into()));
            Answer { body: PAGE.clone(), ..page }
        }
        (Some("GET"), _) if wants_a_page => Answer {
            body: text!(ws::there_is_one_page()).in_each("\n") + "\n",
            ..Answer::new(http::StatusCode::NOT_FOUND, &[("Content-Type", "text/plain; charset=utf-8")])
        },
        (Some("GET"), _) => upgrade_required(),
        _ => method_not_allowed(),
    }
}

/// The page brings all it needs and speaks to nobody but the server that it came from. By name: not every browser takes
/// `'self'` for a WebSocket to the same host.
fn policy(request: &Fields) -> String {
    let named = request.get(field::HOST).filter(|named| host(named).is_some());
    let named = named.map(|named| format!(" ws://{named} wss://{named}")).unwrap_or_default();
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; \
         connect-src 'self'{named}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The page with the catalogue in it: what it says of steps and claims is what the log says.
static PAGE: LazyLock<String> = LazyLock::new(|| {
    let steps = Step::all().filter(|step| !matches!(step, Step::Ssh(_))).map(|step| {
        let card = step.card();
        (card.id, serde_json::json!({ "title": card.title, "text": card.text, "shows": card.shows.all() }))
    });
    let of = |heading| Claim::noted().iter().filter(move |claim| claim.card().heading == heading);
    let claims = of(Heading::WebSocket)
        .chain(of(Heading::Tls))
        .map(|claim| serde_json::json!({ "id": claim.id(), "says": claim.card().says }));
    let checks = Check::VARIANTS.iter().map(|check| {
        let card = check.card();
        (card.id, serde_json::json!({ "name": card.name, "rfc": card.rfc, "wants": card.wants }))
    });
    let steps: serde_json::Map<_, _> = steps.map(|(id, card)| (id.to_owned(), card)).collect();
    let checks: serde_json::Map<_, _> = checks.map(|(id, card)| (id.to_owned(), card)).collect();
    let catalogue =
        serde_json::json!({ "steps": steps, "claims": claims.collect::<Vec<_>>(), "checks": checks });
    let range = |(first, last, _): &(char, char, &str)| {
        format!("\\u{{{:x}}}-\\u{{{:x}}}", u32::from(*first), u32::from(*last))
    };
    let harmful: String = HARMFUL.iter().map(range).collect();
    // In a script element nothing may look like its end.
    include_str!("page.html")
        .replace("\"CATALOGUE\"", &catalogue.to_string().replace('<', "\\u003c"))
        .replace("HARMFUL", &harmful)
});

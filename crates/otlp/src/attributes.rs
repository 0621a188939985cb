//! Values as OpenTelemetry has them, and what of an event leaves the machine.
//!
//! A secret never does: whole secrets are in an event only where the user asked for them in the log (`--secrets`), and
//! are left out here all the same. What an application sent (`plaintext`, `payload`, a command) and the bytes of a
//! message leave only by `--otlp-bytes`. What was left out is named in `asnoted.withheld`.

use claims::{Event, Verdict};
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, KeyValue, KeyValueList, any_value::Value as Any,
};
use steps::{Step, Value, common, ssh, tls, ws};

/// Whole secrets.
const SECRET: &[&str] = &[common::SECRETS.name()];

/// What an application sent, or the bytes that nobody could read.
const CONTENT: &[&str] = &[
    common::TEXT.name(),
    common::FIRST_BYTES.name(),
    ssh::field::COMMAND.name(),
    ssh::field::FIRST_LINE.name(),
    tls::field::PLAINTEXT.name(),
    tls::field::PLAINTEXT_HEX.name(),
    ws::field::PAYLOAD.name(),
    ws::field::MASKED_PAYLOAD.name(),
];

/// `key` with a text.
pub(crate) fn text(key: impl Into<String>, value: impl Into<String>) -> KeyValue {
    pair(key, Any::StringValue(value.into()))
}

/// `key` with a whole number.
pub(crate) fn int(key: impl Into<String>, value: u64) -> KeyValue {
    pair(key, number(value))
}

/// `key` with a truth value.
pub(crate) fn truth(key: impl Into<String>, value: bool) -> KeyValue {
    pair(key, Any::BoolValue(value))
}

/// `key` with a number that has a fraction.
pub(crate) fn float(key: impl Into<String>, value: f64) -> KeyValue {
    pair(key, Any::DoubleValue(value))
}

/// `key` with a list of texts.
pub(crate) fn texts<T: Into<String>>(
    key: impl Into<String>,
    values: impl IntoIterator<Item = T>,
) -> KeyValue {
    let values = values.into_iter().map(|text| any(Any::StringValue(text.into()))).collect();
    pair(key, Any::ArrayValue(ArrayValue { values }))
}

fn pair(key: impl Into<String>, value: Any) -> KeyValue {
    entry(key, Some(value))
}

fn entry(key: impl Into<String>, value: Option<Any>) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value }), ..KeyValue::default() }
}

pub(crate) const fn any(value: Any) -> AnyValue {
    AnyValue { value: Some(value) }
}

/// OTLP's whole numbers are signed; what is larger is told as a text.
fn number(value: u64) -> Any {
    i64::try_from(value).map_or_else(|_| Any::StringValue(value.to_string()), Any::IntValue)
}

/// A value of JSON; `None`: null is told by not being there.
fn json(value: &Value) -> Option<Any> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => Any::BoolValue(*value),
        Value::Number(value) => match (value.as_u64(), value.as_i64(), value.as_f64()) {
            (Some(value), ..) => number(value),
            (None, Some(value), _) => Any::IntValue(value),
            (None, None, value) => Any::DoubleValue(value.unwrap_or(f64::NAN)),
        },
        Value::String(text) => Any::StringValue(text.to_string()),
        // Within a value, null keeps its place.
        Value::Array(values) => Any::ArrayValue(ArrayValue {
            values: values.iter().map(|value| AnyValue { value: json(value) }).collect(),
        }),
        Value::Object(fields) => Any::KvlistValue(KeyValueList {
            values: fields.iter().map(|(key, value)| entry(key.as_str(), json(value))).collect(),
        }),
    })
}

/// The fields of an event, each under the name of its protocol: `asnoted.tls.cipher_suite`. What has a sentence in two
/// languages is two attributes.
pub(crate) fn fields(event: &Event, with_content: bool, out: &mut Vec<KeyValue>) {
    let protocol = event.step.protocol().id();
    let mut withheld: Vec<&str> = Vec::new();
    for (name, value) in &event.fields {
        if SECRET.contains(&name) || (CONTENT.contains(&name) && !with_content) {
            withheld.push(name);
            continue;
        }
        let key = format!("asnoted.{protocol}.{name}");
        match value {
            Value::Object(said) if value.as_said().is_some() => {
                for (lang, text) in said {
                    out.extend(json(text).map(|text| pair(format!("{key}.{lang}"), text)));
                }
            }
            value => out.extend(json(value).map(|value| pair(key, value))),
        }
    }
    if !event.bytes.is_empty() {
        if with_content {
            out.push(pair("asnoted.bytes", Any::BytesValue(event.bytes.0.clone())));
        } else {
            withheld.push("bytes");
        }
    }
    if !withheld.is_empty() {
        out.push(texts("asnoted.withheld", withheld));
    }
}

/// What an event shows of the notes: the claims of each verdict, and the sentences.
pub(crate) fn claims(event: &Event, out: &mut Vec<KeyValue>) {
    const EACH: [(Verdict, &str); 4] = [
        (Verdict::AsNoted, "asnoted.claims.as_noted"),
        (Verdict::Differs, "asnoted.claims.differs"),
        (Verdict::Depends, "asnoted.claims.depends"),
        (Verdict::Absent, "asnoted.claims.absent"),
    ];
    for (verdict, key) in EACH {
        let mine = event.claims.iter().filter(|finding| finding.verdict == verdict);
        let ids: Vec<_> = mine.map(|finding| finding.id.id()).collect();
        if !ids.is_empty() {
            out.push(texts(key, ids));
        }
    }
    let because = || {
        let said = |finding: &claims::Finding| Some((finding.id.id(), finding.because.clone()?));
        event.claims.iter().filter_map(said)
    };
    if because().next().is_some() {
        let en = because().map(|(id, said)| format!("{id}: {}", said.en));
        out.push(texts("asnoted.claims.because.en", en));
        let zh = because().map(|(id, said)| format!("{id}：{}", said.zh));
        out.push(texts("asnoted.claims.because.zh", zh));
    }
}

/// What OpenTelemetry has a name for, as an event tells it.
pub(crate) fn standard(event: &Event) -> Vec<KeyValue> {
    let some = |key: &str, value: Option<&str>| value.map(|value| text(key, value));
    let list = |key: &str, value: Option<Vec<&str>>| value.map(|value| texts(key, value));
    match event.step {
        Step::Tls(tls::Step::ClientHello) => {
            list("tls.client.supported_ciphers", event.get(tls::field::CIPHER_SUITES)).into_iter().collect()
        }
        Step::Tls(tls::Step::ServerHello) => {
            let version = event.get(common::VERSION).and_then(|version| version.strip_prefix("TLS "));
            let version = version
                .map(|version| [text("tls.protocol.name", "tls"), text("tls.protocol.version", version)]);
            let others = [
                some("tls.cipher", event.get(tls::field::CIPHER_SUITE)),
                event.get(tls::field::RESUMED).map(|resumed| truth("tls.resumed", resumed)),
                first(event.get(tls::field::ALPN)),
            ];
            version.into_iter().flatten().chain(others.into_iter().flatten()).collect()
        }
        Step::Tls(tls::Step::EncryptedExtensions) => first(event.get(tls::field::ALPN)).into_iter().collect(),
        Step::Tls(tls::Step::Certificate) => [
            some("tls.server.subject", event.get(tls::field::SUBJECT)),
            some("tls.server.issuer", event.get(tls::field::ISSUER)),
            some("tls.server.not_before", event.get(tls::field::NOT_BEFORE)),
            some("tls.server.not_after", event.get(tls::field::NOT_AFTER)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        Step::Tls(tls::Step::HandshakeComplete) => {
            let curve = some("tls.curve", event.get(tls::field::GROUP));
            curve.into_iter().chain([truth("tls.established", true)]).collect()
        }
        Step::Ws(ws::Step::UpgradeRequest) => [
            some("http.request.method", event.get(ws::field::METHOD)),
            some("url.path", event.get(ws::field::PATH).map(|path| path.split('?').next().unwrap_or(path))),
        ]
        .into_iter()
        .flatten()
        .collect(),
        Step::Ws(ws::Step::SwitchingProtocols | ws::Step::Refused | ws::Step::PlainResponse) => event
            .get(ws::field::STATUS)
            .map(|status| int("http.response.status_code", status))
            .into_iter()
            .collect(),
        Step::Tcp(_) | Step::Tls(_) | Step::Ws(_) | Step::Ssh(_) => Vec::new(),
    }
}

fn first(alpn: Option<Vec<&str>>) -> Option<KeyValue> {
    alpn?.first().map(|protocol| text("tls.next_protocol", *protocol))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use steps::{Bytes, Direction, Evidence, Side};

    use super::*;

    fn told(with_content: bool) -> Vec<KeyValue> {
        let fields = json!({
            "secrets": ["5eC2e7"], "plaintext": "GET /?token=5eC2e7", "fingerprint": "67388b46",
            "length": u64::MAX, "rank": [1, null], "reason": {"en": "so", "zh": "如此"}, "none": null,
        });
        let at = (Side::Client, Direction::Sent);
        let mut seen = steps::Event::by_hand(at, tls::Step::ApplicationData, Evidence::Wire, fields);
        seen.bytes = Bytes(b"5eC2e7".to_vec());
        let mut out = Vec::new();
        super::fields(&Event::bare(seen), with_content, &mut out);
        out
    }

    #[test]
    fn a_secret_never_leaves_and_what_was_sent_only_when_asked_for() {
        let keys = |out: &[KeyValue]| out.iter().map(|pair| pair.key.clone()).collect::<Vec<_>>();
        let usual = told(false);
        assert!(!format!("{usual:?}").contains("5eC2e7"), "{usual:?}");
        let kept = ["fingerprint", "length", "rank", "reason.en", "reason.zh"];
        let kept = kept.map(|name| format!("asnoted.tls.{name}"));
        assert_eq!(keys(&usual), [&kept[..], &["asnoted.withheld".to_owned()]].concat());
        assert_eq!(usual[1], text("asnoted.tls.length", u64::MAX.to_string()));
        assert_eq!(usual[5], texts("asnoted.withheld", ["secrets", "plaintext", "bytes"]));

        let all = told(true);
        assert!(keys(&all).contains(&"asnoted.tls.plaintext".to_owned()));
        assert!(keys(&all).contains(&"asnoted.bytes".to_owned()));
        assert!(!keys(&all).contains(&"asnoted.tls.secrets".to_owned()), "{all:?}");
    }
}

//! The checks that RFC 6455 asks for before a WebSocket is open: of the request by the server (§4.2.1), of the
//! answer by the client (§4.1). Each by name, with what it wants.

use super::field;
use crate::{Fields, Lang, Name, Text, Value, common, fields};

/// One requirement of RFC 6455, in the order of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Check {
    /// §4.2.1 item 1.
    RequestMethod,
    /// §4.2.1 item 1.
    RequestVersion,
    /// §4.2.1 item 1.
    RequestUri,
    /// §4.2.1 item 2.
    RequestHost,
    /// §4.2.1 item 3.
    RequestUpgrade,
    /// §4.2.1 item 4.
    RequestConnection,
    /// §4.2.1 item 5.
    RequestKey,
    /// §4.2.1 item 6.
    RequestWebSocketVersion,
    /// §4.2.1 item 7: optional.
    RequestOrigin,
    /// §4.2.1 item 8: optional.
    RequestProtocol,
    /// §4.2.1 item 9: optional.
    RequestExtensions,
    /// §4.1, the answer, item 1.
    AnswerStatus,
    /// §4.1, the answer, item 2.
    AnswerUpgrade,
    /// §4.1, the answer, item 3.
    AnswerConnection,
    /// §4.1, the answer, item 4.
    AnswerAccept,
    /// §4.1, the answer, item 5.
    AnswerExtensions,
    /// §4.1, the answer, item 6.
    AnswerProtocol,
}

/// What the catalogue says of a check.
#[derive(Clone, Copy, Debug)]
pub struct CheckCard {
    /// The id in an event.
    pub id: &'static str,
    /// Where RFC 6455 asks for it.
    pub rfc: &'static str,
    /// What is looked at, as HTTP calls it.
    pub name: &'static str,
    /// What has to be there.
    pub wants: Text,
}

impl Check {
    /// The card of the check.
    pub const fn card(self) -> CheckCard {
        match self {
            Check::RequestMethod => {
                card("request_method", "§4.2.1 (1)", "method", text!(ws_checks::request_method()))
            }
            Check::RequestVersion => {
                card("request_version", "§4.2.1 (1)", "HTTP version", text!(ws_checks::request_version()))
            }
            Check::RequestUri => {
                card("request_uri", "§4.2.1 (1)", "Request-URI", text!(ws_checks::request_uri()))
            }
            Check::RequestHost => {
                card("request_host", "§4.2.1 (2)", "Host", text!(ws_checks::request_host()))
            }
            Check::RequestUpgrade => {
                card("request_upgrade", "§4.2.1 (3)", "Upgrade", text!(ws_checks::request_upgrade()))
            }
            Check::RequestConnection => {
                card("request_connection", "§4.2.1 (4)", "Connection", text!(ws_checks::request_connection()))
            }
            Check::RequestKey => {
                card("request_key", "§4.2.1 (5)", "Sec-WebSocket-Key", text!(ws_checks::request_key()))
            }
            Check::RequestWebSocketVersion => card(
                "request_websocket_version",
                "§4.2.1 (6)",
                "Sec-WebSocket-Version",
                text!(ws_checks::request_websocket_version()),
            ),
            Check::RequestOrigin => {
                card("request_origin", "§4.2.1 (7)", "Origin", text!(ws_checks::request_origin()))
            }
            Check::RequestProtocol => card(
                "request_protocol",
                "§4.2.1 (8)",
                "Sec-WebSocket-Protocol",
                text!(ws_checks::request_protocol()),
            ),
            Check::RequestExtensions => card(
                "request_extensions",
                "§4.2.1 (9)",
                "Sec-WebSocket-Extensions",
                text!(ws_checks::request_extensions()),
            ),
            Check::AnswerStatus => {
                card("answer_status", "§4.1 (1)", "status", text!(ws_checks::answer_status()))
            }
            Check::AnswerUpgrade => {
                card("answer_upgrade", "§4.1 (2)", "Upgrade", text!(ws_checks::answer_upgrade()))
            }
            Check::AnswerConnection => {
                card("answer_connection", "§4.1 (3)", "Connection", text!(ws_checks::answer_connection()))
            }
            Check::AnswerAccept => {
                card("answer_accept", "§4.1 (4)", "Sec-WebSocket-Accept", text!(ws_checks::answer_accept()))
            }
            Check::AnswerExtensions => card(
                "answer_extensions",
                "§4.1 (5)",
                "Sec-WebSocket-Extensions",
                text!(ws_checks::answer_extensions()),
            ),
            Check::AnswerProtocol => card(
                "answer_protocol",
                "§4.1 (6)",
                "Sec-WebSocket-Protocol",
                text!(ws_checks::answer_protocol()),
            ),
        }
    }

    /// What it looks at: a header's name, or a word for a part of the first line.
    pub fn name_in(self, lang: Lang) -> &'static str {
        match self {
            Check::RequestMethod => say_in!(lang, ws_checks::method()),
            Check::RequestVersion => say_in!(lang, ws_checks::http_version()),
            Check::AnswerStatus => say_in!(lang, ws_checks::status()),
            _header => self.card().name,
        }
    }

    /// The check with this id.
    pub fn named(id: &str) -> Option<Check> {
        <Check as strum::VariantArray>::VARIANTS.iter().copied().find(|check| check.card().id == id)
    }
}

const fn card(id: &'static str, rfc: &'static str, name: &'static str, wants: Text) -> CheckCard {
    CheckCard { id, rfc, name, wants }
}

/// One check with its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Which.
    pub check: Check,
    /// What was there; none: the header is missing.
    pub found: Option<String>,
    /// Whether that will do.
    pub met: bool,
}

/// How the results stand in an event: the ticks in one word, then each check.
pub fn fields(all: &[Checked]) -> Fields {
    let met = all.iter().filter(|checked| checked.met).count();
    let mut failed = all.iter().filter(|checked| !checked.met).map(|checked| checked.check.card().name);
    let result = match failed.next() {
        None => format!("✓ {met} of {met}"),
        Some(first) => failed.fold(format!("✗ {first}"), |names, name| names + ", " + name),
    };
    let check = |checked: &Checked| {
        Value::Object(Box::new([
            (Name::known(&"check"), checked.check.card().id.into()),
            (Name::known(&"found"), checked.found.as_deref().into()),
            (Name::known(&"met"), checked.met.into()),
        ]))
    };
    fields! {
        common::RESULT => result,
        field::MET => met,
        field::OF => all.len(),
        common::CHECKS => all.iter().map(check).collect::<Value>(),
    }
}

/// The results in an event's [`fields()`]; empty for any other event.
pub fn checked_in(fields: &Fields) -> Vec<Checked> {
    let read = |value: &Value| {
        let found = match &value["found"] {
            Value::Null => None,
            found => Some(found.as_str()?.to_owned()),
        };
        Some(Checked { check: Check::named(value["check"].as_str()?)?, found, met: value["met"].as_bool()? })
    };
    let all = fields.get(common::CHECKS).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn each_check_reads_back_by_its_id() {
        for check in Check::VARIANTS {
            assert_eq!(Check::named(check.card().id), Some(*check));
        }
    }

    #[test]
    fn the_result_names_what_failed() {
        let all = |met| {
            let found = Some("GET".to_owned());
            let method = Checked { check: Check::RequestMethod, found, met: true };
            [method, Checked { check: Check::RequestHost, found: None, met }]
        };
        assert_eq!(fields(&all(true))["result"], "✓ 2 of 2");
        assert_eq!(fields(&all(false))["result"], "✗ Host");
        assert_eq!(checked_in(&fields(&all(false))), all(false));
    }
}

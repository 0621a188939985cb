//! How a secret, a digest or an answer came about: of which values, by which function, as the RFC writes it. Every value
//! is one that the same end logged, and says by which row; what nobody logs, a private key or a shared secret, stands
//! there by its name, or by its fingerprint where an event has that.

use claims::Event;
use serde_json::{Value, json};
use steps::{Direction, Side, Step, Text, ssh, tls, ws};

use crate::story::{Row, What};

mod of_ssh;
mod of_tls;

/// A name, its value where it is known, and the row that told it.
type Named = (Value, Option<String>, Option<usize>);

/// What was computed in the row `at`, from what its end had seen before.
pub(super) fn calculations(rows: &[Row], at: usize) -> Vec<Value> {
    let event = rows[at].event();
    let seen = Seen { rows: &rows[..=at], side: event.side };
    match event.step {
        Step::Tls(tls::Step::SharedSecret) => seen.shared_secret(event),
        Step::Tls(tls::Step::SessionKeys) => seen.session_keys(event),
        Step::Tls(tls::Step::Finished) => seen.finished(event).into_iter().collect(),
        Step::Ws(ws::Step::AcceptKey) => seen.accept(event).into_iter().collect(),
        Step::Ssh(ssh::Step::ExchangeHash) => seen.exchange_hash(event).into_iter().collect(),
        Step::Ssh(ssh::Step::DerivedKeys) => seen.derived_keys(event).into_iter().collect(),
        Step::Tcp(_) | Step::Tls(_) | Step::Ws(_) | Step::Ssh(_) => Vec::new(),
    }
}

/// `outputs = function(inputs)`.
fn formula(outputs: Vec<Named>, function: String, inputs: Vec<Named>, rfc: &str) -> Value {
    json!({ "outputs": outputs, "function": function, "inputs": inputs, "rfc": rfc })
}

fn named(name: &str, value: Option<&str>, row: Option<usize>) -> Named {
    (json!(name), value.map(str::to_owned), row)
}

fn told(what: Text, row: Option<usize>) -> Named {
    (json!(what), None, row)
}

/// `client_write_key 1dd65036`: a name and a fingerprint in one text.
fn apart(text: &str) -> Named {
    let (name, value) = text.rsplit_once(' ').unwrap_or((text, ""));
    named(name, Some(value).filter(|value| !value.is_empty()), None)
}

/// What one end has seen so far.
struct Seen<'a> {
    rows: &'a [Row],
    side: Side,
}

impl<'a> Seen<'a> {
    /// The last event of `step` that this end logged, and its row.
    fn last(&self, step: impl Into<Step>, direction: Option<Direction>) -> Option<(usize, &'a Event)> {
        let step = step.into();
        self.rows.iter().enumerate().rev().find_map(|(at, row)| {
            let event = match &row.what {
                What::Inside(event) => Some(&**event).filter(|event| event.side == self.side),
                What::Crossed(crossed) => {
                    let (client, server) = crossed.ends();
                    if self.side == Side::Client { client } else { server }
                }
            }?;
            (event.step == step && direction.is_none_or(|way| event.direction == way)).then_some((at, event))
        })
    }

    /// A value of such an event, under `name`.
    fn value(
        &self,
        name: &str,
        (step, direction): (impl Into<Step>, Option<Direction>),
        field: steps::Field<str>,
    ) -> Named {
        let found = self.last(step, direction);
        let value = found.and_then(|(_, event)| event.get(field));
        named(name, value, found.map(|(at, _)| at))
    }

    fn row(&self, step: impl Into<Step>) -> Option<usize> {
        self.last(step, None).map(|(at, _)| at)
    }

    /// RFC 6455 §4.2.2: proof that the request was read by a WebSocket server.
    fn accept(&self, event: &Event) -> Option<Value> {
        let accept = event.get(ws::field::SEC_WEBSOCKET_ACCEPT)?;
        let key = (ws::Step::UpgradeRequest, None);
        Some(formula(
            vec![
                named("SHA-1", event.get(ws::field::SHA1), None),
                named("Sec-WebSocket-Accept", Some(accept), None),
            ],
            "base64(SHA-1(Sec-WebSocket-Key + GUID))".to_owned(),
            vec![
                self.value("Sec-WebSocket-Key", key, ws::field::SEC_WEBSOCKET_KEY),
                named("GUID", event.get(ws::field::GUID), None),
            ],
            "RFC 6455 §4.2.2",
        ))
    }
}

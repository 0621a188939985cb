//! What a line of the JSON log has to be as a log record, said once more and in other words than the exporter's.

use claims::Event;
use serde_json::{Map, Value, json};

/// What leaves the machine only by `--otlp-bytes`, and what never does.
const WITHHELD: &[&str] = &[
    "secrets",
    "text",
    "first_bytes",
    "command",
    "first_line",
    "plaintext",
    "plaintext_hex",
    "payload",
    "masked_payload",
];

/// Holds that `logs` are `events`, one for one.
pub(crate) fn equal(logs: &[Value], events: &[Event]) {
    let told =
        logs.iter().map(|log| json!({"name": log["name"], "at": log["at"], "attributes": log["attributes"]}));
    let mut told: Vec<_> = told.map(|log| sorted(&log).to_string()).collect();
    let mut logged: Vec<_> = events.iter().map(|event| sorted(&record(event)).to_string()).collect();
    told.sort();
    logged.sort();
    assert_eq!(told.len(), logged.len());
    for (told, logged) in told.iter().zip(&logged) {
        assert_eq!(told, logged);
    }
}

fn record(event: &Event) -> Value {
    let line = serde_json::to_value(event).expect("an event is plain data");
    let protocol = event.step.id().split('.').next().expect("an id has a protocol");
    let mut all = Map::new();
    let mut put = |key: String, value: Value| drop(all.insert(key, value));
    for name in
        ["step", "side", "protocol", "conn", "direction", "evidence", "elapsed_us", "variant", "observer"]
    {
        if let Some(value) = line.get(name) {
            put(format!("asnoted.{name}"), value.clone());
        }
    }
    let mut withheld = Vec::new();
    for (name, value) in line["fields"].as_object().expect("an object") {
        if WITHHELD.contains(&name.as_str()) {
            withheld.push(name.as_str());
        } else if let (Some(en), Some(zh)) = (value.get("en"), value.get("zh")) {
            put(format!("asnoted.{protocol}.{name}.en"), en.clone());
            put(format!("asnoted.{protocol}.{name}.zh"), zh.clone());
        } else if !value.is_null() {
            put(format!("asnoted.{protocol}.{name}"), value.clone());
        }
    }
    if line.get("bytes").is_some() {
        withheld.push("bytes");
    }
    if !withheld.is_empty() {
        put("asnoted.withheld".into(), json!(withheld));
    }
    let claims = line.get("claims").and_then(Value::as_array).cloned().unwrap_or_default();
    for verdict in ["as_noted", "differs", "depends", "absent"] {
        let ids: Vec<_> =
            claims.iter().filter(|claim| claim["verdict"] == verdict).map(|claim| &claim["id"]).collect();
        if !ids.is_empty() {
            put(format!("asnoted.claims.{verdict}"), json!(ids));
        }
    }
    for (lang, colon) in [("en", ": "), ("zh", "：")] {
        let because = |claim: &Value| {
            Some(format!("{}{colon}{}", claim["id"].as_str()?, claim.get("because")?[lang].as_str()?))
        };
        let because: Vec<_> = claims.iter().filter_map(because).collect();
        if !because.is_empty() {
            put(format!("asnoted.claims.because.{lang}"), json!(because));
        }
    }
    if let Some(rule) = line["fields"].get("rule").filter(|_| line["fields"].get("outcome").is_some()) {
        put("error.type".into(), rule.clone());
    }
    let at = u64::try_from(event.at.as_nanosecond()).expect("it is after 1970");
    json!({"name": format!("asnoted.{}", event.step.id()), "at": at, "attributes": all})
}

/// The same value with all keys in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(values) => values.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

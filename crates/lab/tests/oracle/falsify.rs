//! Whether the comparison finds what is wrong: each kind of field that was found equal is falsified once, each message is
//! left out once.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    compare::{BYTES, Report, compare},
    runs::Run,
};

/// How much was falsified in a run that agrees, and found.
pub(crate) fn each_kind(run: &Run, report: &Report) -> usize {
    let mut falsified = 0;
    for ((step, field), index) in &report.kinds {
        let (mut one, at) = run.connection_of(*index);
        if field == BYTES {
            one.events[at].bytes.0.push(0);
        } else {
            let value = one.events[at].fields.get_mut(field).expect("it was compared");
            *value = another(&(&*value).into()).into();
        }
        let found = compare(run.judge, &one.events, &one.told).disagreements;
        assert!(!found.is_empty(), "{}: {step} {field} was falsified", run.name);
        falsified += 1;
    }
    for index in report.kinds.values().collect::<BTreeSet<_>>() {
        let (mut one, at) = run.connection_of(*index);
        let messages = compare(run.judge, &one.events, &one.told).messages;
        let missing = one.events.remove(at);
        let found = compare(run.judge, &one.events, &one.told);
        let lost = !found.disagreements.is_empty() || found.messages < messages;
        assert!(lost, "{}: {} was left out", run.name, missing.step);
        falsified += 1;
    }
    falsified
}

/// Another value of the same kind.
fn another(value: &Value) -> Value {
    match value {
        Value::Null => true.into(),
        Value::Bool(bit) => (!bit).into(),
        Value::Number(number) => (number.as_u64().unwrap_or_default() + 1).into(),
        Value::String(text) => {
            let changed = if text.ends_with('0') { '1' } else { '0' };
            let kept: String = text.chars().take(text.chars().count().saturating_sub(1)).collect();
            format!("{kept}{changed}").into()
        }
        Value::Array(list) => match list.as_slice() {
            [] => vec![Value::from("x")].into(),
            [one] => vec![another(one)].into(),
            [first, rest @ ..] => [rest, std::slice::from_ref(first)].concat().into(),
        },
        Value::Object(_) => Value::Null,
    }
}

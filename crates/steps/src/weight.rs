//! How much memory an event takes. What keeps events that a peer can cause has to bound it, and the length of their
//! JSON is no measure: a number of five digits takes as much memory as a text of 24 bytes.

use crate::{Event, Name, Value};

impl Event {
    /// How many bytes of memory it takes behind an `Arc`, as the allocator of a 64-bit system deals them out.
    pub fn weight(&self) -> usize {
        const COUNTS: usize = 2 * size_of::<usize>(); // of those who hold it
        let texts =
            heap(self.conn.capacity()) + self.variant.as_ref().map_or(0, |text| heap(text.capacity()));
        let counts = if self.fields.is_shared() { COUNTS } else { 0 };
        let row = heap(counts + self.fields.capacity() * size_of::<(Name, Value)>());
        let fields =
            self.fields.row().iter().fold(row, |sum, (name, value)| sum + heap(name.extra()) + weight(value));
        heap(COUNTS + size_of::<Event>()) + texts + fields + heap(self.bytes.0.capacity())
    }
}

/// What a value takes beyond its own place.
fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) if text.is_heap_allocated() => heap(text.capacity()),
        Value::String(_) => 0,
        Value::Array(values) => {
            values.iter().fold(heap(size_of_val(&**values)), |sum, value| sum + weight(value))
        }
        Value::Object(named) => named
            .iter()
            .fold(heap(size_of_val(&**named)), |sum, (name, value)| sum + heap(name.extra()) + weight(value)),
    }
}

/// What the allocator takes for so many bytes: eight in front, in steps of sixteen, 32 at least (malloc of glibc).
fn heap(bytes: usize) -> usize {
    if bytes == 0 { 0 } else { (bytes + 8).next_multiple_of(16).max(32) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_in_many_small_pieces_weighs_more_than_its_json() {
        const EVENT: &str = r#"{"v":1,"at":"2026-11-22T19:00:00Z","elapsed_us":5,"side":"client","protocol":"tls","conn":"127.0.0.1:1>127.0.0.1:2","step":"tls.client_hello","direction":"sent","evidence":"wire","fields":{}}"#;
        let bare: Event = serde_json::from_str(EVENT).unwrap();
        assert!((150..600).contains(&bare.weight()), "{}", bare.weight());
        let more = |field: serde_json::Value| {
            let field = Value::from(field);
            let mut event = bare.clone();
            event.fields.insert("field".into(), field.clone());
            // Against one with a field that holds nothing beyond its own place.
            let mut empty = bare.clone();
            empty.fields.insert("field".into(), Value::Null);
            event.weight() - empty.weight()
        };
        assert_eq!(more(json!(12345)), 0);
        assert_eq!(more(json!("x".repeat(24))), 0);
        assert_eq!(more(json!("x".repeat(1000))), 1008);
        let numbers: Vec<_> = (0..100).collect();
        assert!(more(json!(numbers)) >= 100 * size_of::<Value>());
        let names = vec!["a"; 100];
        assert!(more(json!(names)) >= 100 * size_of::<Value>());
        assert!(more(json!({"en": "a", "zh": "b"})) >= 2 * size_of::<(Name, Value)>());
        let mut event = bare.clone();
        event.bytes.0 = vec![0; 10_000];
        assert_eq!(event.weight() - bare.weight(), 10_016);
    }
}

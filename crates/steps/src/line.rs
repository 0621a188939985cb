//! An event as a line of JSON: to the byte what serde writes, in a third of the time. Almost every text in it needs no
//! escape, which is known at a glance, and is copied as it is; serde_json looks for what is to be escaped byte by byte.

use std::io::Write;

use crate::{Event, Value, harmless::is_plain, write_json};

impl Event {
    /// Writes what [`Event::serialize_with`] says; of the value called `name`, where there is one, `value` writes the JSON.
    ///
    /// # Errors
    ///
    /// Those of `value`.
    pub fn write_with(
        &self,
        out: &mut Vec<u8>,
        name: &str,
        value: Option<impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>>,
    ) -> serde_json::Result<()> {
        let Event {
            v,
            at,
            elapsed_us,
            side,
            protocol,
            variant,
            observer,
            conn,
            step,
            direction,
            evidence,
            fields,
            bytes,
        } = self;
        // To a vector all can be written.
        let _ = write!(out, r#"{{"v":{v},"at":"{at}","elapsed_us":{elapsed_us}"#);
        member(out, "side", side.id())?;
        member(out, "protocol", protocol.id())?;
        if let Some(variant) = variant {
            member(out, "variant", variant)?;
        }
        if let Some(observer) = observer {
            key(out, "observer")?;
            write_json(&mut *out, observer)?;
        }
        member(out, "conn", conn)?;
        member(out, "step", step.id())?;
        if let Some(value) = value {
            key(out, name)?;
            value(out)?;
        }
        member(out, "direction", direction.id())?;
        member(out, "evidence", evidence.id())?;
        key(out, "fields")?;
        object(out, fields.iter())?;
        if !bytes.is_empty() {
            key(out, "bytes")?;
            out.push(b'"');
            let begin = out.len();
            out.resize(begin + 2 * bytes.0.len(), 0);
            hex::encode_to_slice(&bytes.0, &mut out[begin..]).expect("there is room for two digits a byte");
            out.push(b'"');
        }
        out.push(b'}');
        Ok(())
    }
}

/// A comma, a name and a colon.
fn key(out: &mut Vec<u8>, name: &str) -> serde_json::Result<()> {
    out.push(b',');
    write_text(out, name)?;
    out.push(b':');
    Ok(())
}

fn member(out: &mut Vec<u8>, name: &str, value: &str) -> serde_json::Result<()> {
    key(out, name)?;
    write_text(out, value)
}

/// Writes `text` as JSON behind what is in `out`.
///
/// # Errors
///
/// None: every text has a form in JSON.
pub fn write_text(out: &mut Vec<u8>, text: &str) -> serde_json::Result<()> {
    if !is_plain(text) {
        return write_json(out, text);
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Ok(())
}

fn object<'a>(
    out: &mut Vec<u8>,
    named: impl Iterator<Item = (&'a str, &'a Value)>,
) -> serde_json::Result<()> {
    out.push(b'{');
    for (n, (name, value)) in named.enumerate() {
        if n > 0 {
            out.push(b',');
        }
        write_text(out, name)?;
        out.push(b':');
        json(out, value)?;
    }
    out.push(b'}');
    Ok(())
}

fn json(out: &mut Vec<u8>, value: &Value) -> serde_json::Result<()> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => return serde_json::to_writer(out, number),
        Value::String(it) => return write_text(out, it),
        Value::Array(list) => {
            out.push(b'[');
            for (n, value) in list.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                json(out, value)?;
            }
            out.push(b']');
        }
        Value::Object(named) => return object(out, named.iter().map(|(name, value)| (name.as_str(), value))),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;
    use serde::Serialize;
    use strum::VariantArray;

    use super::*;
    use crate::{
        Bytes, Direction, Evidence, Observer, Protocol, Side, Step, tls, to_json, value::tests::any_json,
    };

    struct With<'a>(&'a Event, Option<&'a serde_json::Value>);

    impl Serialize for With<'_> {
        fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            self.0.serialize_with(to, "claims", self.1)
        }
    }

    /// A member whose type has a name of its own beside the one that serde gives.
    #[test]
    fn each_name_is_the_one_that_serde_writes() {
        let check = |event: &Event| {
            let mut line = Vec::new();
            event.write_with(&mut line, "claims", None::<fn(&mut _) -> _>).unwrap();
            assert_eq!(String::from_utf8(line).unwrap(), to_json(event).unwrap());
        };
        for step in Step::all() {
            check(&Event::by_hand(
                (Side::Client, Direction::Sent),
                step,
                Evidence::Wire,
                serde_json::json!({}),
            ));
        }
        let step = tls::Step::ClientHello;
        for (side, direction) in
            Side::VARIANTS.iter().flat_map(|side| Direction::VARIANTS.iter().map(move |to| (side, to)))
        {
            for evidence in Evidence::VARIANTS {
                check(&Event::by_hand((*side, *direction), step, *evidence, serde_json::json!({})));
            }
        }
        for protocol in Protocol::ALL {
            let event =
                Event::by_hand((Side::Client, Direction::Sent), step, Evidence::Wire, serde_json::json!({}));
            check(&Event { protocol: *protocol, ..event });
        }
    }

    proptest! {
        #[test]
        fn it_is_what_serde_writes(
            json in any_json(),
            variant in proptest::option::of(".{0,20}"),
            conn in ".{0,40}",
            bytes in proptest::collection::vec(0..=255_u8, 0..40),
            observed in 0..=1,
        ) {
            let from = (Side::Server, Direction::Received);
            let mut event = Event::by_hand(from, tls::Step::ClientHello, Evidence::Wire, serde_json::json!({}));
            event.fields.insert("of a stranger \"\u{9b}".into(), json.clone().into());
            event.fields.insert("version".into(), "TLS 1.2".into());
            (event.variant, event.conn, event.bytes) = (variant, conn, Bytes(bytes));
            event.observer = (observed == 1).then_some(Observer::Capture);
            for more in [None, Some(&json)] {
                let mut line = Vec::new();
                let written = more.map(|json| move |out: &mut Vec<u8>| write_json(out, json));
                event.write_with(&mut line, "claims", written).unwrap();
                assert_eq!(String::from_utf8(line).unwrap(), to_json(&With(&event, more)).unwrap());
            }
        }
    }
}

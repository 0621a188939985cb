//! A value of a step: what JSON can say, in a third of the memory of `serde_json`'s. There, lists and objects have room to
//! grow, and an object is a table of hashes; here nothing grows once it is made, and a short text lies in its place.

use std::{fmt, ops::Index};

use compact_str::CompactString;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::Number;

use crate::{Name, fields::each_once};

mod equal;

/// A value, as JSON has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text; up to 24 bytes take no memory beyond this place.
    String(CompactString),
    /// Values in a row.
    Array(Box<[Value]>),
    /// Named values in the order in which they came, each name once.
    Object(Box<[(Name, Value)]>),
}

// Some hundred of these are remembered of each connection.
const _: () = assert!(size_of::<Value>() == 24);

impl Value {
    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = self { Some(text) } else { None }
    }

    /// Yes or no, if it is that.
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(is) = self { Some(*is) } else { None }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<&Number> {
        if let Value::Number(number) = self { Some(number) } else { None }
    }

    /// The number, if it is a whole one and not negative.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    /// The number, if it is a whole one.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// The number, as close as a fraction comes to it.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number()?.as_f64()
    }

    /// The values in a row, if it is that.
    pub fn as_array(&self) -> Option<&[Value]> {
        if let Value::Array(list) = self { Some(list) } else { None }
    }

    /// The named values, if it is that.
    pub fn as_object(&self) -> Option<&[(Name, Value)]> {
        if let Value::Object(named) = self { Some(named) } else { None }
    }

    /// Of named values the one of that name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_object()?.iter().find(|(known, _)| *known == *name).map(|(_, value)| value)
    }

    /// What a sentence in both languages says in each, English first.
    pub fn as_said(&self) -> Option<[&str; 2]> {
        match self {
            Value::Object(said) if said.len() == 2 => {
                Some([self.get("en")?.as_str()?, self.get("zh")?.as_str()?])
            }
            _ => None,
        }
    }
}

impl Index<&str> for Value {
    type Output = Value;

    /// The value of that name; null: there is none.
    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Value::Null)
    }
}

impl Index<usize> for Value {
    type Output = Value;

    /// The value at that place of a row; null: there is none.
    fn index(&self, at: usize) -> &Value {
        self.as_array().and_then(|list| list.get(at)).unwrap_or(&Value::Null)
    }
}

impl fmt::Display for Value {
    /// Its JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => to.serialize_unit(),
            Value::Bool(is) => to.serialize_bool(*is),
            Value::Number(number) => number.serialize(to),
            Value::String(text) => to.serialize_str(text),
            Value::Array(list) => to.collect_seq(list),
            Value::Object(named) => to.collect_map(named.iter().map(|(name, value)| (name.as_str(), value))),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Value, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value of JSON")
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_none<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
                Value::deserialize(from)
            }

            fn visit_bool<E>(self, is: bool) -> Result<Value, E> {
                Ok(is.into())
            }

            fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
                Ok(number.into())
            }

            fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
                Ok(number.into())
            }

            fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
                Ok(number.into())
            }

            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(text.into())
            }

            fn visit_string<E>(self, text: String) -> Result<Value, E> {
                Ok(text.into())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = list.next_element::<Value>()? {
                    all.push(one);
                }
                Ok(all.into())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    all.push(entry);
                }
                Ok(Value::Object(each_once(all).into()))
            }
        }

        from.deserialize_any(Any)
    }
}

impl From<bool> for Value {
    fn from(is: bool) -> Value {
        Value::Bool(is)
    }
}

macro_rules! whole_numbers {
    ($($number:ty),*) => {
        $(impl From<$number> for Value {
            fn from(number: $number) -> Value {
                Value::Number(number.into())
            }
        })*
    };
}
whole_numbers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

impl From<f64> for Value {
    /// What is no number to JSON is nothing.
    fn from(number: f64) -> Value {
        Number::from_f64(number).map_or(Value::Null, Value::Number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text.into())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Value {
        text.as_str().into()
    }
}

impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl<V: Into<Value>> From<Vec<V>> for Value {
    fn from(list: Vec<V>) -> Value {
        list.into_iter().collect()
    }
}

impl<V: Into<Value>, const N: usize> From<[V; N]> for Value {
    fn from(list: [V; N]) -> Value {
        list.into_iter().collect()
    }
}

impl<V: Into<Value>> FromIterator<V> for Value {
    fn from_iter<I: IntoIterator<Item = V>>(list: I) -> Value {
        Value::Array(list.into_iter().map(Into::into).collect())
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Value {
        match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(is) => Value::Bool(is),
            serde_json::Value::Number(number) => Value::Number(number),
            serde_json::Value::String(text) => text.into(),
            serde_json::Value::Array(list) => list.into(),
            serde_json::Value::Object(named) => {
                Value::Object(named.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
            }
        }
    }
}

impl From<&Value> for serde_json::Value {
    fn from(value: &Value) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(is) => (*is).into(),
            Value::Number(number) => number.clone().into(),
            Value::String(text) => text.as_str().into(),
            Value::Array(list) => list.iter().map(serde_json::Value::from).collect(),
            Value::Object(named) => {
                named.iter().map(|(name, value)| (name.as_str(), serde_json::Value::from(value))).collect()
            }
        }
    }
}

impl From<Value> for serde_json::Value {
    fn from(value: Value) -> serde_json::Value {
        (&value).into()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
    use serde_json::json;

    use super::*;

    pub(crate) fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let text = prop_oneof![".{0,40}", "[0-9a-f]{0,64}", Just("\u{0}\u{9b}\u{202e}握手".into())];
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(|is| json!(is)),
            any::<u64>().prop_map(|number| json!(number)),
            any::<i64>().prop_map(|number| json!(number)),
            // serde_json does not read every fraction to its last bit.
            any::<i32>().prop_map(|number| json!(f64::from(number) / 64.0)),
            text.prop_map(|text: String| json!(text)),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..8).prop_map(serde_json::Value::from),
                proptest::collection::vec((".{0,20}", inner), 0..40)
                    .prop_map(|named| serde_json::Value::Object(named.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_written_and_read_as_serde_json_does(json in any_json()) {
            let text = json.to_string();
            let read: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(read.to_string(), serde_json::from_str::<serde_json::Value>(&text).unwrap().to_string());
            assert_eq!(serde_json::from_str::<Value>(&read.to_string()).unwrap(), read);
            let ours = Value::from(json.clone());
            assert_eq!(ours.to_string(), text);
            assert_eq!(serde_json::to_value(&ours).unwrap(), json);
            assert_eq!(serde_json::Value::from(&ours), json);
            assert_eq!(serde_json::from_value::<Value>(json.clone()).unwrap(), ours);
            assert_eq!(crate::to_json(&ours).unwrap(), crate::to_json(&json).unwrap());
        }
    }

    #[test]
    fn a_name_comes_once_in_its_first_place_with_its_last_value() {
        let few = r#"{"a":1,"b":{"x":1,"x":2},"a":3}"#;
        assert_eq!(serde_json::from_str::<Value>(few).unwrap().to_string(), r#"{"a":3,"b":{"x":2}}"#);
        let many: String = (0..2000).map(|n| format!(r#""{}":{n},"#, n % 1000)).collect();
        let many = format!("{{{}}}", many.trim_end_matches(','));
        let read: Value = serde_json::from_str(&many).unwrap();
        assert_eq!(read.to_string(), serde_json::from_str::<serde_json::Value>(&many).unwrap().to_string());
    }

    #[test]
    fn what_is_not_there_is_null() {
        let value = Value::from(json!({ "en": "so", "list": [1, -2, 1.5] }));
        assert_eq!((&value["zh"], &value["list"][3], &value[0]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!((value["list"][0].as_u64(), value["list"][1].as_i64()), (Some(1), Some(-2)));
        assert_eq!((value["list"][1].as_u64(), value["list"][2].as_f64()), (None, Some(1.5)));
        assert_eq!((value.as_said(), &value["en"]), (None, &"so".into()));
        assert_eq!(Value::from(json!({ "en": "so", "zh": "如此" })).as_said(), Some(["so", "如此"]));
        assert_eq!(Value::from(f64::NAN), Value::Null);
    }
}

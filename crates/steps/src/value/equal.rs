//! A value beside what it may be compared with: a text, a number, a yes or no, and JSON of `serde_json`'s.

use super::Value;
use crate::Name;

impl PartialEq<str> for Value {
    fn eq(&self, text: &str) -> bool {
        self.as_str() == Some(text)
    }
}

impl PartialEq<&str> for Value {
    fn eq(&self, text: &&str) -> bool {
        *self == **text
    }
}

impl PartialEq<String> for Value {
    fn eq(&self, text: &String) -> bool {
        *self == *text.as_str()
    }
}

macro_rules! equal_to {
    ($($plain:ty: $read:ident as $wide:ty),*) => {
        $(impl PartialEq<$plain> for Value {
            fn eq(&self, plain: &$plain) -> bool {
                self.$read() == Some(*plain as $wide)
            }
        }

        impl PartialEq<$plain> for &Value {
            fn eq(&self, plain: &$plain) -> bool {
                **self == *plain
            }
        })*
    };
}
equal_to!(
    bool: as_bool as bool,
    u8: as_u64 as u64,
    u16: as_u64 as u64,
    u32: as_u64 as u64,
    u64: as_u64 as u64,
    usize: as_u64 as u64,
    i32: as_i64 as i64,
    i64: as_i64 as i64,
    f64: as_f64 as f64
);

impl PartialEq<serde_json::Value> for Value {
    fn eq(&self, other: &serde_json::Value) -> bool {
        use serde_json::Value as Json;
        match (self, other) {
            (Value::Null, Json::Null) => true,
            (Value::Bool(ours), Json::Bool(theirs)) => ours == theirs,
            (Value::Number(ours), Json::Number(theirs)) => ours == theirs,
            (Value::String(ours), Json::String(theirs)) => ours.as_str() == theirs.as_str(),
            (Value::Array(ours), Json::Array(theirs)) => {
                ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| ours == theirs)
            }
            (Value::Object(ours), Json::Object(theirs)) => {
                let same =
                    |(name, ours): &(Name, Value)| theirs.get(name.as_str()).is_some_and(|it| ours == it);
                ours.len() == theirs.len() && ours.iter().all(same)
            }
            _ => false,
        }
    }
}

impl PartialEq<Value> for serde_json::Value {
    fn eq(&self, other: &Value) -> bool {
        *other == *self
    }
}

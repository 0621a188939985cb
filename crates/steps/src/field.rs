//! The name of a value and its type, said once: the decoder or hook that writes the value, the judge that rests a
//! verdict on it and the renderer that shows it share one constant. A value that is not there is `None` where it is
//! read: an empty text never stands for "not seen".

use std::{fmt, marker::PhantomData};

use compact_str::CompactString;

use crate::{Fields, Name, Said, Value};

/// A value of a step: its name in JSON, and what is kept under it.
pub struct Field<T: ?Sized> {
    name: &'static &'static str,
    kind: PhantomData<fn(&T)>,
}

impl<T: ?Sized> Field<T> {
    /// The field that JSON calls `name`. Fields are declared in this crate alone, each once.
    pub(crate) const fn new(name: &'static &'static str) -> Self {
        Field { name, kind: PhantomData }
    }

    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<T: ?Sized> Clone for Field<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Field<T> {}

impl<T: ?Sized> fmt::Debug for Field<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A type of which a field can be.
pub trait Kind {
    /// What reading a value of this type gives.
    type Read<'a>;

    /// The value, if it has this type.
    fn read(value: &Value) -> Option<Self::Read<'_>>;
}

/// A type of field that can be written from a `V`.
pub trait Takes<V>: Kind {
    /// `value` as JSON.
    fn json(value: V) -> Value;
}

impl Kind for str {
    type Read<'a> = &'a str;

    fn read(value: &Value) -> Option<&str> {
        value.as_str()
    }
}

impl<V: Into<CompactString>> Takes<V> for str {
    fn json(value: V) -> Value {
        Value::String(value.into())
    }
}

/// Texts in a row; a list of one may be written as that one.
impl Kind for [String] {
    type Read<'a> = Vec<&'a str>;

    fn read(value: &Value) -> Option<Vec<&str>> {
        match value {
            Value::Array(list) => list.iter().map(Value::as_str).collect(),
            Value::String(one) => Some(vec![one]),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        }
    }
}

impl<V: IntoIterator<Item: Into<CompactString>>> Takes<V> for [String] {
    fn json(value: V) -> Value {
        value.into_iter().map(|text| Value::String(text.into())).collect()
    }
}

/// Writes one text into a field that holds a list of texts, without a list around it.
#[derive(Clone, Copy, Debug)]
pub struct Lone<T>(pub T);

impl<T: Into<CompactString>> Takes<Lone<T>> for [String] {
    fn json(Lone(text): Lone<T>) -> Value {
        Value::String(text.into())
    }
}

impl Kind for bool {
    type Read<'a> = bool;

    fn read(value: &Value) -> Option<bool> {
        value.as_bool()
    }
}

impl Takes<bool> for bool {
    fn json(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl Kind for u64 {
    type Read<'a> = u64;

    fn read(value: &Value) -> Option<u64> {
        value.as_u64()
    }
}

macro_rules! whole_numbers {
    ($($number:ty),*) => {
        $(impl Takes<$number> for u64 {
            fn json(value: $number) -> Value {
                Value::from(value)
            }
        })*
    };
}
whole_numbers!(u8, u16, u32, u64, usize);

/// Whole numbers in a row.
impl Kind for [u64] {
    type Read<'a> = Vec<u64>;

    fn read(value: &Value) -> Option<Vec<u64>> {
        value.as_array()?.iter().map(Value::as_u64).collect()
    }
}

impl<V> Takes<V> for [u64]
where
    V: IntoIterator,
    u64: Takes<V::Item>,
{
    fn json(value: V) -> Value {
        value.into_iter().map(<u64 as Takes<V::Item>>::json).collect()
    }
}

impl Kind for i64 {
    type Read<'a> = i64;

    fn read(value: &Value) -> Option<i64> {
        value.as_i64()
    }
}

impl<V: Into<i64>> Takes<V> for i64 {
    fn json(value: V) -> Value {
        Value::from(value.into())
    }
}

impl Kind for f64 {
    type Read<'a> = f64;

    fn read(value: &Value) -> Option<f64> {
        value.as_f64()
    }
}

impl Takes<f64> for f64 {
    fn json(value: f64) -> Value {
        Value::from(value)
    }
}

/// A sentence in both languages.
impl Kind for Said {
    type Read<'a> = Said;

    fn read(value: &Value) -> Option<Said> {
        let text = |lang| value.get(lang).and_then(Value::as_str);
        Some(Said::new(text("en")?, text("zh")?))
    }
}

impl Takes<Said> for Said {
    fn json(value: Said) -> Value {
        value.into()
    }
}

impl Takes<&Said> for Said {
    fn json(value: &Said) -> Value {
        value.into()
    }
}

/// Values within a value, and what has no one type.
impl Kind for Value {
    type Read<'a> = &'a Value;

    fn read(value: &Value) -> Option<&Value> {
        Some(value)
    }
}

impl<V: Into<Value>> Takes<V> for Value {
    fn json(value: V) -> Value {
        value.into()
    }
}

/// What names an entry of [`Fields`] that is made from a `V`.
pub trait Key<V> {
    /// The entry.
    fn entry(self, value: V) -> (Name, Value);
}

impl<T: Takes<V> + ?Sized, V> Key<V> for Field<T> {
    fn entry(self, value: V) -> (Name, Value) {
        (Name::known(self.name), T::json(value))
    }
}

impl Fields {
    /// The value of `field`; none: it is not there, or is of another type.
    pub fn get<T: Kind + ?Sized>(&self, field: Field<T>) -> Option<T::Read<'_>> {
        self.named(field.name).and_then(T::read)
    }

    /// The value of `field` as JSON has it, whatever its type: to be compared, not understood.
    pub fn value<T: ?Sized>(&self, field: Field<T>) -> Option<&Value> {
        self.named(field.name)
    }

    /// Whether `field` is there.
    pub fn has<T: ?Sized>(&self, field: Field<T>) -> bool {
        self.value(field).is_some()
    }

    /// Whether `field`, which is written only where it holds, is there.
    pub fn holds(&self, field: Field<bool>) -> bool {
        self.get(field) == Some(true)
    }

    /// Puts `value` at the end, or in the place of the one that `field` had.
    pub fn put<T: Takes<V> + ?Sized, V>(&mut self, field: Field<T>, value: V) {
        self.insert(Name::known(field.name), T::json(value));
    }

    /// The same where there is one.
    pub fn put_some<T: Takes<V> + ?Sized, V>(&mut self, field: Field<T>, value: Option<V>) {
        if let Some(value) = value {
            self.put(field, value);
        }
    }
}

/// Builds [`Fields`] in the order written: `fields! { field::VERSION => "TLS 1.2", field::RANDOM => hex }`.
#[macro_export]
macro_rules! fields {
    ($($key:expr => $value:expr),* $(,)?) => {
        $crate::Fields::from_iter([$($crate::Key::entry($key, $value)),*])
    };
}

/// Declares fields, and the list of their names:
/// `declare! { /// What it is. VERSION: str = "version"; }`.
macro_rules! declare {
    ($($(#[$doc:meta])* $constant:ident: $kind:ty = $name:literal;)*) => {
        $($(#[$doc])* pub const $constant: $crate::Field<$kind> = $crate::Field::new(&$name);)*

        /// The names of all of them, in order.
        pub const ALL: &[&str] = &[$($name),*];
    };
}
pub(crate) use declare;

/// The fields that a card shows, by name: `shown![field::VERSION, field::RANDOM]`.
macro_rules! shown {
    ($($essential:expr),+ $(,)?) => {
        shown![$($essential),+;]
    };
    ($($essential:expr),+; $($more:expr),* $(,)?) => {
        const {
            const ALL: &[&str] = &[$($essential.name(),)+ $($more.name()),*];
            $crate::Shows::new(ALL, [$($essential.name()),+].len())
        }
    };
}
pub(crate) use shown;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// In what one protocol says, a name has one declaration; but for two that the summary gives a sentence and a
    /// message a peer's text.
    #[test]
    fn each_name_is_declared_once() {
        use crate::{common, ssh, summary, tcp, tls, ws};

        for own in [tcp::field::ALL, tls::field::ALL, ws::field::ALL, ssh::field::ALL] {
            let mut names = [own, common::ALL, summary::ALL].concat();
            names.sort_unstable();
            let twice: Vec<_> = names.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0]).collect();
            assert_eq!(twice, [summary::EXPECTED.name(), summary::REASON.name()]);
        }
    }

    const VERSION: Field<str> = Field::new(&"version");
    const GROUPS: Field<[String]> = Field::new(&"groups");
    const LENGTH: Field<u64> = Field::new(&"length");
    const EQUAL: Field<bool> = Field::new(&"equal");
    const WHY: Field<Said> = Field::new(&"why");

    #[test]
    fn what_is_not_there_or_of_another_type_is_none() {
        let mut fields = fields! { VERSION => "TLS 1.2", LENGTH => 3_u16, WHY => Said::new("so", "如此") };
        fields.put(GROUPS, ["x25519", "secp256r1"]);
        assert_eq!(fields.get(VERSION), Some("TLS 1.2"));
        assert_eq!(fields.get(LENGTH), Some(3));
        assert_eq!(fields.get(GROUPS), Some(vec!["x25519", "secp256r1"]));
        assert_eq!(fields.get(WHY), Some(Said::new("so", "如此")));
        fields.put(GROUPS, Lone("x25519"));
        assert_eq!((fields["groups"].as_str(), fields.get(GROUPS)), (Some("x25519"), Some(vec!["x25519"])));
        assert_eq!(fields.get(EQUAL), None);
        fields.put_some(EQUAL, None::<bool>);
        assert_eq!(fields.get(EQUAL), None);
        let wrong = Fields::from_iter([
            ("version".into(), 7.into()),
            ("groups".into(), json!(["x25519", 1]).into()),
            ("length".into(), "3".into()),
            ("why".into(), json!({"en": "so"}).into()),
        ]);
        assert_eq!((wrong.get(VERSION), wrong.get(LENGTH)), (None, None));
        assert_eq!((wrong.get(GROUPS), wrong.get(WHY)), (None, None));
    }
}

//! The values of a step.

use std::{borrow::Cow, iter, mem, ops::Index, slice, sync::Arc, vec};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

/// Named values in the order in which they were read. A step has a dozen of them: they lie in a row, which costs no
/// table of hashes for each step, and a name that stands in the program is not copied. Clones share them until one of them
/// changes: an event and what is remembered of it take the memory once.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "Map<String, Value>")] // which finds a name that comes twice among any number
pub struct Fields(Arc<Vec<(Name, Value)>>);

/// The name of a field.
pub type Name = Cow<'static, str>;

impl Fields {
    /// No values.
    pub fn new() -> Self {
        Fields::default()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For how many there is room.
    pub(crate) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// The value of that name, whatever its type: for those who show or compare all there is. Who knows the field reads
    /// it by [`Fields::get`].
    pub fn named(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The value of that name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.all_mut().iter_mut().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Whether there is a value of that name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.named(name).is_some()
    }

    /// Puts a value at the end, or in the place of the one that had its name, which it gives back.
    pub fn insert(&mut self, name: Name, value: Value) -> Option<Value> {
        if let Some(known) = self.get_mut(&name) {
            return Some(mem::replace(known, value));
        }
        self.all_mut().push((name, value));
        None
    }

    /// Takes out the value of that name; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.all_mut().remove(at).1)
    }

    fn all_mut(&mut self) -> &mut Vec<(Name, Value)> {
        Arc::make_mut(&mut self.0)
    }

    /// Takes over all of `others`, as if each were inserted.
    pub fn append(&mut self, others: &mut Fields) {
        self.extend(mem::take(others));
    }

    /// Names and values, in order.
    pub fn iter(&self) -> Iter<'_> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }
}

/// The names and values of [`Fields`], in order.
pub type Iter<'a> = iter::Map<slice::Iter<'a, (Name, Value)>, fn(&'a (Name, Value)) -> (&'a str, &'a Value)>;

impl<'a> IntoIterator for &'a Fields {
    type Item = (&'a str, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl Index<&str> for Fields {
    type Output = Value;

    /// # Panics
    ///
    /// When there is no value of that name.
    fn index(&self, name: &str) -> &Value {
        self.named(name).unwrap_or_else(|| panic!("there is no field `{name}`"))
    }
}

impl IntoIterator for Fields {
    type Item = (Name, Value);
    type IntoIter = vec::IntoIter<(Name, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

impl Extend<(Name, Value)> for Fields {
    fn extend<I: IntoIterator<Item = (Name, Value)>>(&mut self, others: I) {
        for (name, value) in others {
            self.insert(name, value);
        }
    }
}

impl FromIterator<(Name, Value)> for Fields {
    fn from_iter<I: IntoIterator<Item = (Name, Value)>>(all: I) -> Self {
        let all = all.into_iter();
        let mut fields = Fields(Arc::new(Vec::with_capacity(all.size_hint().0)));
        fields.extend(all);
        fields
    }
}

impl From<Map<String, Value>> for Fields {
    fn from(map: Map<String, Value>) -> Self {
        Fields(Arc::new(map.into_iter().map(|(name, value)| (name.into(), value)).collect()))
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_their_values_until_one_changes() {
        let fields = Fields::from_iter([("seq".into(), 1.into())]);
        let mut other = fields.clone();
        assert!(Arc::ptr_eq(&fields.0, &other.0));
        other.insert("ack".into(), 2.into());
        assert_eq!((fields.iter().count(), other.iter().count()), (1, 2));
    }

    #[test]
    fn values_keep_the_order_in_which_they_came_and_a_name_comes_once() {
        let read: Fields = serde_json::from_str(r#"{"seq":1,"ack":2,"len":0,"seq":3}"#).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"{"seq":3,"ack":2,"len":0}"#);

        let mut made =
            Fields::from_iter([("seq".into(), 1.into()), ("ack".into(), 2.into()), ("seq".into(), 3.into())]);
        assert_eq!(made.insert("len".into(), 0.into()), None);
        assert_eq!(made, read);
        assert_eq!(made.insert("seq".into(), 4.into()), Some(3.into()));
        assert_eq!(made.remove("ack"), Some(2.into()));
        assert_eq!(made.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["seq", "len"]);
        assert_eq!(made.named("ack"), None);
        made.append(&mut Fields::from_iter([("win".into(), 5.into()), ("len".into(), 6.into())]));
        assert_eq!(serde_json::to_string(&made).unwrap(), r#"{"seq":4,"len":6,"win":5}"#);
    }
}

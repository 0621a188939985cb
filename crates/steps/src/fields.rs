//! The values of a step.

use std::{collections::HashMap, fmt, iter, mem, ops::Index, slice, sync::Arc, vec};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use serde_json::Map;

use crate::{Name, Value};

/// Named values in the order in which they were read. A step has about a dozen, which are kept in a list and searched
/// in order: a hash table for each step would cost more.
#[derive(Clone, Debug, Default)]
pub struct Fields(Held);

pub(crate) type Row = Vec<(Name, Value)>;

#[derive(Clone, Debug)]
enum Held {
    /// While they are put together.
    Own(Row),
    /// Once an event has them: clones share this memory, and a clone that is changed is copied first.
    Shared(Arc<[(Name, Value)]>),
}

impl Default for Held {
    fn default() -> Self {
        Held::Own(Vec::new())
    }
}

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.row() == other.row()
    }
}

impl Fields {
    /// No values.
    pub const fn new() -> Self {
        Fields(Held::Own(Vec::new()))
    }

    pub(crate) fn row(&self) -> &[(Name, Value)] {
        match &self.0 {
            Held::Own(row) => row,
            Held::Shared(row) => row,
        }
    }

    fn row_mut(&mut self) -> &mut Row {
        if let Held::Shared(row) = &self.0 {
            self.0 = Held::Own(row.to_vec());
        }
        match &mut self.0 {
            Held::Own(row) => row,
            Held::Shared(_) => unreachable!("they were made its own above"),
        }
    }

    /// From now on clones share these values instead of copying them: to remember an event then takes no memory for
    /// them.
    pub fn share(&mut self) {
        if let Held::Own(row) = &mut self.0
            && !row.is_empty()
        {
            self.0 = Held::Shared(mem::take(row).into());
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.row().is_empty()
    }

    /// For how many there is room.
    pub(crate) fn capacity(&self) -> usize {
        match &self.0 {
            Held::Own(row) => row.capacity(),
            Held::Shared(row) => row.len(),
        }
    }

    /// Whether clones share them, which takes a little memory.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.0, Held::Shared(_))
    }

    /// The value called `name`, whatever its type: for code that shows or compares all values. Where the field is
    /// known, [`Fields::get`] reads it.
    pub fn named(&self, name: &str) -> Option<&Value> {
        self.row().iter().find(|(known, _)| *known == *name).map(|(_, value)| value)
    }

    /// The value of that name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let at = self.place(name)?;
        Some(&mut self.row_mut()[at].1)
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.row().iter().position(|(known, _)| *known == *name)
    }

    /// Whether there is a value of that name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.named(name).is_some()
    }

    /// Puts a value at the end, or in the place of the one that had its name, which it gives back.
    pub fn insert(&mut self, name: Name, value: Value) -> Option<Value> {
        if let Some(known) = self.get_mut(name.as_str()) {
            return Some(mem::replace(known, value));
        }
        self.row_mut().push((name, value));
        None
    }

    /// Takes out the value of that name; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.place(name)?;
        Some(self.row_mut().remove(at).1)
    }

    /// Takes over all of `others`, as if each were inserted.
    pub fn append(&mut self, others: &mut Fields) {
        self.extend(mem::take(others));
    }

    /// Names and values, in order.
    pub fn iter(&self) -> Iter<'_> {
        self.row().iter().map(|(name, value)| (name.as_str(), value))
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
        let row = match self.0 {
            Held::Own(row) => row,
            Held::Shared(row) => row.to_vec(),
        };
        row.into_iter()
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
        let mut fields = Fields::new();
        fields.row_mut().reserve(all.size_hint().0);
        fields.extend(all);
        fields
    }
}

impl From<Map<String, serde_json::Value>> for Fields {
    fn from(map: Map<String, serde_json::Value>) -> Self {
        Fields(Held::Own(map.into_iter().map(|(name, value)| (name.into(), value.into())).collect()))
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Fields, D::Error> {
        struct Named;

        impl<'de> Visitor<'de> for Named {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut row = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    row.push(entry);
                }
                Ok(Fields(Held::Own(each_once(row))))
            }
        }

        from.deserialize_map(Named)
    }
}

/// `row` with each name once, in its first place and with its last value. A log may have any number of them.
pub(crate) fn each_once(row: Row) -> Row {
    const FEW: usize = 24;
    let mut once: Row = Vec::with_capacity(row.len());
    let mut places: HashMap<Name, usize> = HashMap::new();
    for (name, value) in row {
        let known = match once.len() {
            ..FEW => once.iter().position(|(known, _)| *known == name),
            FEW => {
                places.extend(once.iter().enumerate().map(|(at, (name, _))| (name.clone(), at)));
                places.get(&name).copied()
            }
            _ => places.get(&name).copied(),
        };
        match known {
            Some(at) => once[at].1 = value,
            None => {
                if once.len() >= FEW {
                    places.insert(name.clone(), once.len());
                }
                once.push((name, value));
            }
        }
    }
    once
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
        let mut fields = Fields::from_iter([("seq".into(), 1.into())]);
        fields.share();
        let mut other = fields.clone();
        assert!(std::ptr::eq(fields.row(), other.row()));
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

    #[test]
    fn a_clone_keeps_its_values_when_the_other_is_changed() {
        let mut made = Fields::from_iter([("seq".into(), 1.into()), ("ack".into(), 2.into())]);
        made.share();
        let before = made.clone();
        *made.get_mut("seq").unwrap() = 7.into();
        made.remove("ack");
        made.insert("win".into(), 5.into());
        assert_eq!(serde_json::to_string(&made).unwrap(), r#"{"seq":7,"win":5}"#);
        assert_eq!(serde_json::to_string(&before).unwrap(), r#"{"seq":1,"ack":2}"#);
        // Without values they are equal, however they came to have none.
        made.remove("seq");
        made.remove("win");
        assert_eq!(made, Fields::new());
        assert_eq!(Fields::from(Map::new()), Fields::new());
    }
}

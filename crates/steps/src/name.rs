//! The name of a value. Almost all stand in this program and are not copied; a log may have others.

use std::{
    collections::HashMap,
    fmt,
    hash::{Hash, Hasher},
    ops::Deref,
    sync::LazyLock,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Visitor};

/// The name of a field.
#[derive(Clone)]
pub struct Name(Held);

#[derive(Clone)]
enum Held {
    Known(&'static &'static str),
    Other(Box<str>),
}

// Beside each value stands one.
const _: () = assert!(size_of::<Name>() == 16);

impl Name {
    /// One that stands in the program.
    pub const fn known(name: &'static &'static str) -> Name {
        Name(Held::Known(name))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Held::Known(name) => name,
            Held::Other(name) => name,
        }
    }

    /// How much memory it takes beyond its own place.
    pub(crate) fn extra(&self) -> usize {
        match &self.0 {
            Held::Known(_) => 0,
            Held::Other(name) => name.len(),
        }
    }
}

/// The names that steps give their values.
static KNOWN: LazyLock<HashMap<&'static str, &'static &'static str>> = LazyLock::new(|| {
    use crate::{common, ssh, summary, tcp, tls, ws};
    let all = [common::ALL, summary::ALL, tcp::field::ALL, tls::field::ALL, ws::field::ALL, ssh::field::ALL];
    all.into_iter().flatten().map(|name| (*name, name)).collect()
});

impl From<&str> for Name {
    fn from(name: &str) -> Name {
        Name(KNOWN.get(name).map_or_else(|| Held::Other(name.into()), |known| Held::Known(known)))
    }
}

impl From<String> for Name {
    fn from(name: String) -> Name {
        Name(match KNOWN.get(name.as_str()) {
            Some(known) => Held::Known(known),
            None => Held::Other(name.into()),
        })
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Name {}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, to: &mut H) {
        self.as_str().hash(to);
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Name, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Name, E> {
                Ok(name.into())
            }

            fn visit_string<E>(self, name: String) -> Result<Name, E> {
                Ok(name.into())
            }
        }

        from.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_ours_is_not_copied_and_another_is_the_same_text() {
        for (text, extra) in [("cipher_suite", 0), ("of a stranger", 13), ("", 0)] {
            let name = Name::from(text);
            assert_eq!((&name, name.as_str(), name.extra()), (&Name::from(text.to_owned()), text, extra));
            let json = serde_json::to_string(&name).unwrap();
            assert_eq!(serde_json::from_str::<Name>(&json).unwrap(), name);
        }
    }
}

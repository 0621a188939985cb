//! The two languages. Every sentence is written in both, each natural in itself; protocol words stay in Latin
//! letters in both.

use serde::{Deserialize, Serialize};

use crate::{Name, Value};

/// The language in which the suite speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray)]
pub enum Lang {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// All of them.
    pub const ALL: &'static [Lang] = <Self as strum::VariantArray>::VARIANTS;

    /// Its code (ISO 639), by which a [`Said`] has its sentence in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
    }
}

/// A sentence known at compile time. A missing translation does not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Text {
    /// The English sentence.
    pub en: &'static str,
    /// The Chinese sentence.
    pub zh: &'static str,
}

impl Text {
    /// The sentence in `lang`.
    pub const fn in_lang(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }

    /// The sentence in one language after the other, for a reader whose language is not known.
    pub fn in_each(self, between: &str) -> String {
        Lang::ALL.iter().map(|lang| self.in_lang(*lang)).collect::<Vec<_>>().join(between)
    }
}

/// A sentence that quotes what was seen in this run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The English sentence.
    pub en: String,
    /// The Chinese sentence.
    pub zh: String,
}

impl Said {
    /// A sentence in both languages.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Said { en: en.into(), zh: zh.into() }
    }

    /// Several, in a row, with `between` between them.
    pub fn join(parts: &[Said], between: Text) -> Self {
        let row = |lang| {
            parts.iter().map(|part| part.in_lang(lang)).collect::<Vec<_>>().join(between.in_lang(lang))
        };
        Said::each(row)
    }

    /// What is the same in every language: a name, a number, a peer's own words.
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Said::each(|_| text.clone())
    }

    /// What `said` says in each language.
    pub fn each(said: impl Fn(Lang) -> String) -> Self {
        Said { en: said(Lang::En), zh: said(Lang::Zh) }
    }

    /// The sentence in `lang`.
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

impl From<Text> for Said {
    fn from(text: Text) -> Said {
        Said::new(text.en, text.zh)
    }
}

impl From<&Said> for Value {
    /// As an event's field holds it: `{"en": …, "zh": …}`.
    fn from(said: &Said) -> Value {
        said.clone().into()
    }
}

impl From<Said> for Value {
    fn from(Said { en, zh }: Said) -> Value {
        Value::Object([(Name::known(&"en"), en.into()), (Name::known(&"zh"), zh.into())].into())
    }
}

impl From<&Said> for serde_json::Value {
    /// The same where it stands in no field.
    fn from(said: &Said) -> serde_json::Value {
        Value::from(said).into()
    }
}

impl From<Said> for serde_json::Value {
    fn from(said: Said) -> serde_json::Value {
        Value::from(said).into()
    }
}

//! What a value is called where people read: in English its name without underscores, in Chinese a word of its own.
//!
//! The name itself is the RFC's or the standard's; JSON has it.

use std::borrow::Cow;

use crate::{Lang, lang::zh::labels::LABELS};

/// What the value called `name` is called in `lang`. A name that a peer made up stands as it is.
pub fn label(name: &str, lang: Lang) -> Cow<'_, str> {
    let chinese = || LABELS.binary_search_by_key(&name, |(known, _)| *known).ok().map(|at| LABELS[at].1);
    match lang {
        Lang::En => {
            // The kernel's own settings keep their names.
            if name.starts_with("tcp_") || name.starts_with("TCP_") {
                return Cow::Borrowed(name.strip_suffix("_ms").unwrap_or(name));
            }
            let without_unit = ["_us", "_ms"].iter().find_map(|unit| name.strip_suffix(unit));
            Cow::Owned(without_unit.unwrap_or(name).replace('_', " "))
        }
        Lang::Zh => chinese().map_or(Cow::Borrowed(name), Cow::Borrowed),
    }
}

/// What each value is called in Chinese.
pub fn chinese_labels() -> &'static [(&'static str, &'static str)] {
    LABELS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{common, ssh, summary, tcp, tls, ws};

    #[test]
    fn every_value_has_a_chinese_label_and_every_label_a_value() {
        let lists =
            [tcp::field::ALL, tls::field::ALL, ws::field::ALL, ssh::field::ALL, common::ALL, summary::ALL];
        let names = lists.concat();
        for name in &names {
            assert!(LABELS.iter().any(|(known, _)| known == name), "{name} has no Chinese label");
        }
        for (name, label) in LABELS {
            assert!(names.contains(name), "{name} is no value");
            assert!(
                !label.contains('_')
                    || label.contains("tcp_")
                    || label.contains("TCP_")
                    || label.contains("sock_")
                    || label.contains("EXT_"),
                "{label}"
            );
        }
        assert!(LABELS.windows(2).all(|pair| pair[0].0 < pair[1].0), "they are searched");
    }
}

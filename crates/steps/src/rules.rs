//! The rules of all protocols.

use crate::{Protocol, Rule, ssh, tcp, tls, ws};

/// The rules of all protocols, in the order in which they are tried.
pub fn rules() -> impl Iterator<Item = Rule> {
    Protocol::ALL.iter().flat_map(|protocol| -> Vec<Rule> {
        match protocol {
            Protocol::Tcp => tcp::reason::rules().collect(),
            Protocol::Tls => tls::reason::rules().collect(),
            Protocol::Ws => ws::reason::rules().collect(),
            Protocol::Ssh => ssh::reason::rules().collect(),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_rule_has_a_name_of_its_own_and_says_in_both_languages_what_it_recognises() {
        let mut names = BTreeSet::new();
        for rule in rules() {
            assert!(names.insert(rule.id), "two rules are called {}", rule.id);
            let (protocol, name) = rule.id.split_once('.').expect("protocol, dot, name");
            assert!(
                Protocol::ALL.iter().any(|known| known.id() == protocol) && !name.is_empty(),
                "{}",
                rule.id
            );
            assert!(!rule.when.en.is_empty() && !rule.when.zh.is_ascii(), "{}", rule.id);
        }
    }
}

//! The rules by which the suite says why a connection failed, as a table lists them. The rules themselves are in each
//! protocol's `reason.rs`: an ordered list, of which the first that recognises the facts gives the reason.

use strum::VariantArray;

use crate::{Protocol, Text, ssh, tcp, tls, ws};

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in the log: protocol, dot, name in snake case.
    pub id: &'static str,
    /// What it recognises.
    pub when: Text,
}

impl Rule {
    /// A rule of that name, and what it recognises.
    pub(crate) const fn new(id: &'static str, when: Text) -> Self {
        Rule { id, when }
    }
}

/// Rules in the order in which they are tried, each by its name in the log and in the tables that say what it recognises, and
/// the function that does.
macro_rules! rule_list {
    [$protocol:literal, $table:ident; $($name:ident => $recognises:expr;)*] => {
        &[$(
            ($crate::Rule::new(concat!($protocol, ".", stringify!($name)), text!($table::$name())), $recognises)
        ),*]
    };
}
pub(crate) use rule_list;

/// The rules of all protocols, in the order in which they are tried.
pub fn rules() -> impl Iterator<Item = Rule> {
    Protocol::VARIANTS.iter().flat_map(|protocol| -> Vec<Rule> {
        match protocol {
            Protocol::Tcp => tcp::reason::rules().collect(),
            Protocol::Tls => tls::reason::rules().collect(),
            Protocol::Ws => ws::reason::rules().collect(),
            Protocol::Ssh => ssh::reason::rules().collect(),
        }
    })
}

/// What the tests of all protocols' rules share.
#[cfg(test)]
pub(crate) mod kept {
    use std::{env, fs, path::PathBuf};

    use crate::{Protocol, Reason, Said};

    /// A case, the rule that it meets and the sentence in both languages, as a file of sentences has it.
    pub(crate) fn entry(case: &str, reason: &Reason) -> String {
        let Said { en, zh } = reason.said();
        format!("# {case}\n{}\n{en}\n{zh}\n\n", reason.rule.unwrap_or("(no rule)"))
    }

    /// That the sentences are those of the protocol's file. SENTENCES=write keeps what is said.
    pub(crate) fn are_kept(protocol: Protocol, page: &str) {
        let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        path.extend(["src", protocol.id(), "reason/tests/sentences.txt"]);
        if env::var_os("SENTENCES").is_some() {
            fs::write(&path, page).expect("the file can be written");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        for (said, kept) in page.split("\n\n").zip(kept.split("\n\n")) {
            assert_eq!(said, kept, "said and kept differ: SENTENCES=write keeps what is said");
        }
        assert_eq!(page.lines().count(), kept.lines().count());
    }
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
            assert!(["tcp", "tls", "ws", "ssh"].contains(&protocol) && !name.is_empty(), "{}", rule.id);
            assert!(!rule.when.en.is_empty() && !rule.when.zh.is_empty(), "{}", rule.id);
        }
    }
}

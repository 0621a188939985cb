//! A rule by which the suite says why a connection failed, as a table lists it. The rules themselves are in each protocol's
//! `reason.rs`: an ordered list, of which the first that recognises the facts gives the reason.

use crate::Text;

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

//! The words that notes are read by (`data/words.toml`), found in a text in one pass.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use aho_corasick::{AhoCorasick, MatchKind};

/// A set of words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words([u64; 4]);

/// A word of the lexicon, by its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Word(u8);

impl Words {
    pub(crate) fn insert(&mut self, word: Word) {
        self.0[usize::from(word.0) / 64] |= 1 << (word.0 % 64);
    }

    pub(crate) fn has(&self, word: Word) -> bool {
        self.0[usize::from(word.0) / 64] & (1 << (word.0 % 64)) != 0
    }

    pub(crate) fn add(&mut self, others: &Words) {
        self.0.iter_mut().zip(others.0).for_each(|(here, there)| *here |= there);
    }

    pub(crate) fn meets(&self, others: &Words) -> bool {
        self.0.iter().zip(others.0).any(|(here, there)| here & there != 0)
    }
}

impl FromIterator<Word> for Words {
    fn from_iter<I: IntoIterator<Item = Word>>(words: I) -> Self {
        let mut set = Words::default();
        words.into_iter().for_each(|word| set.insert(word));
        set
    }
}

/// The lexicon: names, groups and forms.
pub(crate) struct Lexicon {
    names: HashMap<String, Word>,
    groups: HashMap<String, Words>,
    forms: Vec<(Words, bool)>,
    finder: AhoCorasick,
}

/// A form that was found: which words it may be, from where to where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) words: Words,
    pub(crate) begin: usize,
    pub(crate) end: usize,
}

pub(crate) static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_str!("data/words.toml")));

impl Lexicon {
    /// The data is part of the program: what is wrong with it a test finds first.
    fn read(text: &str) -> Lexicon {
        let groups: BTreeMap<String, BTreeMap<String, Vec<String>>> =
            toml::from_str(text).expect("the lexicon is TOML: a test reads it");
        let mut lexicon = Lexicon {
            names: HashMap::new(),
            groups: HashMap::new(),
            forms: Vec::new(),
            finder: AhoCorasick::new(["-"]).expect("one pattern"),
        };
        let mut forms: BTreeMap<String, Words> = BTreeMap::new();
        for (group, words) in groups {
            for (name, written) in words {
                let word = Word(u8::try_from(lexicon.names.len()).expect("at most 256 words"));
                lexicon.names.insert(name, word);
                lexicon.groups.entry(group.clone()).or_default().insert(word);
                for form in written {
                    forms.entry(form).or_default().insert(word);
                }
            }
        }
        let mut patterns = Vec::new();
        for (form, words) in forms {
            let open = form.ends_with('*');
            patterns.push(form.trim_end_matches('*').to_owned());
            lexicon.forms.push((words, open));
        }
        lexicon.finder = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&patterns)
            .expect("a few thousand short words");
        lexicon
    }

    pub(crate) fn word(&self, name: &str) -> Option<Word> {
        self.names.get(name).copied()
    }

    pub(crate) fn group(&self, name: &str) -> Words {
        self.groups.get(name).copied().unwrap_or_default()
    }

    /// The names of some words, for tests.
    #[cfg(test)]
    pub(crate) fn name(&self, words: &Words) -> String {
        let mut names: Vec<&str> =
            self.names.iter().filter(|(_, word)| words.has(**word)).map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.join("/")
    }

    /// The words of a folded text, from left to right: of two that begin at one place the longer.
    pub(crate) fn find(&self, text: &str) -> Vec<Found> {
        // Latin words must be whole, so the longest form at a place need not be the one that counts.
        let mut longest: Vec<Found> = Vec::new();
        let bytes = text.as_bytes();
        let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
        for found in self.finder.find_overlapping_iter(text) {
            let (words, open) = self.forms[found.pattern()];
            let (begin, mut end) = (found.start(), found.end());
            if letter(begin) && begin > 0 && letter(begin - 1) {
                continue;
            }
            if letter(end - 1) && letter(end) {
                if !open {
                    continue;
                }
                while letter(end) {
                    end += 1;
                }
            }
            longest.push(Found { words, begin, end });
        }
        longest.sort_by_key(|found| (found.begin, std::cmp::Reverse(found.end)));
        let mut out: Vec<Found> = Vec::new();
        for found in longest {
            match out.last() {
                Some(last) if found.begin < last.end => {}
                Some(_) | None => out.push(found),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        LEXICON.find(text).iter().map(|found| LEXICON.name(&found.words)).collect()
    }

    #[test]
    fn the_longer_word_is_read_and_latin_words_are_whole() {
        assert_eq!(names("syn+ack"), ["synack"]);
        assert_eq!(names("back to the stack"), [""; 0]);
        assert_eq!(names("linux 101"), ["elsewhere"]);
        assert_eq!(names("fin wait 1状态"), ["finwait1"]);
        assert_eq!(names("client random"), ["clientrandom"]);
        assert_eq!(names("synchronised"), ["synchron"]);
    }
}

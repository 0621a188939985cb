//! The rules by which a sentence is read (`data/<protocol>.toml`): what states a claim, what denies it, what is about it.

use std::{collections::BTreeMap, sync::LazyLock};

use claims::Claim;
use serde::Deserialize;
use steps::Protocol;
use strum::VariantArray;

use crate::{
    lexicon::{LEXICON, Word, Words},
    sentence::{KNOWN, Mode, Token},
};

/// The rules of one claim.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) claim: Claim,
    pub(crate) protocol: Protocol,
    pub(crate) says: Vec<Pattern>,
    pub(crate) denies: Vec<Pattern>,
    pub(crate) about: Vec<Pattern>,
    /// Whether a "not" in what it says denies it.
    pub(crate) turns: bool,
    /// Whether it is a reason, told by supposing the contrary.
    pub(crate) argues: bool,
    /// Whether its words are those of a lower protocol: the heading must say what it is about.
    pub(crate) below: bool,
}

/// A rule as its file holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    says: Vec<String>,
    #[serde(default)]
    denies: Vec<String>,
    #[serde(default)]
    about: Vec<String>,
    #[serde(default = "yes")]
    turns: bool,
    #[serde(default)]
    argues: bool,
    #[serde(default)]
    below: bool,
}

fn yes() -> bool {
    true
}

/// `client send syn & timeout - ack`: words in their order, and more such flows, in one sentence that lacks others.
#[derive(Debug)]
pub(crate) struct Pattern {
    flows: Vec<Vec<Element>>,
    none: Vec<Element>,
    /// One word of each element: what cannot be there without.
    needs: Vec<Words>,
    pub(crate) mentions: Words,
}

/// What stands at one place of a flow: any of these words.
#[derive(Debug)]
struct Element {
    words: Words,
    /// For ends: what they are in their clause; none: whatever.
    mode: Option<Mode>,
}

/// What a pattern matched: places in the sentence, in order.
pub(crate) type Matched = Vec<usize>;

pub(crate) static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let files = [
        (Protocol::Tcp, include_str!("data/tcp.toml")),
        (Protocol::Tls, include_str!("data/tls.toml")),
        (Protocol::Ws, include_str!("data/ws.toml")),
        (Protocol::Ssh, include_str!("data/ssh.toml")),
    ];
    let mut rules = Vec::new();
    for (protocol, text) in files {
        rules.extend(read(text).unwrap_or_else(|error| panic!("rules of {}: {error}", protocol.id())));
    }
    let beyond = include_str!("data/beyond.toml");
    rules.extend(read(beyond).unwrap_or_else(|error| panic!("rules beyond the notes: {error}")));
    rules
});

fn read(text: &str) -> Result<Vec<Rule>, String> {
    let written: BTreeMap<String, Written> = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut rules = Vec::new();
    for (id, written) in written {
        let claim = Claim::VARIANTS.iter().find(|claim| claim.id() == id);
        let claim = *claim.ok_or_else(|| format!("there is no claim {id}"))?;
        let patterns = |texts: &[String]| -> Result<Vec<Pattern>, String> {
            texts.iter().map(|text| text.parse().map_err(|error| format!("{id}: {error}"))).collect()
        };
        rules.push(Rule {
            claim,
            protocol: claim.card().heading.protocol(),
            says: patterns(&written.says)?,
            denies: patterns(&written.denies)?,
            about: patterns(&written.about)?,
            turns: written.turns,
            argues: written.argues,
            below: written.below,
        });
    }
    rules.sort_by_key(|rule| rule.claim);
    Ok(rules)
}

impl std::str::FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(" - ");
        let mut flows = Vec::new();
        let mut mentions = Words::default();
        for flow in parts.next().unwrap_or_default().split(" & ") {
            let elements: Vec<Element> = flow.split_whitespace().map(element).collect::<Result<_, _>>()?;
            if elements.is_empty() {
                return Err(format!("`{text}` has a flow without words"));
            }
            elements.iter().for_each(|element| mentions.add(&element.words));
            flows.push(elements);
        }
        let none = parts.map(|word| unwanted(word.trim())).collect::<Result<_, _>>()?;
        let needs = flows.iter().flatten().map(|element| element.words).collect();
        Ok(Pattern { flows, none, needs, mentions })
    }
}

fn element(text: &str) -> Result<Element, String> {
    let mut words = Words::default();
    let mut mode = Some(Mode::Subject);
    for name in text.split('|') {
        let name = match name.split_once(':') {
            Some(("to", name)) => {
                mode = Some(Mode::To);
                name
            }
            Some(("of", name)) => {
                mode = Some(Mode::Of);
                name
            }
            Some(("any", name)) => {
                mode = None;
                name
            }
            Some((other, _)) => return Err(format!("`{other}:` is none of to:, of:, any:")),
            None => name,
        };
        words.insert(known(name)?);
    }
    Ok(Element { words, mode })
}

/// What must not be there: `server` however it is used, `sub:server` as the one who does it.
fn unwanted(text: &str) -> Result<Element, String> {
    match text.strip_prefix("sub:") {
        Some(name) => element(name),
        None => Ok(Element { mode: None, ..element(text)? }),
    }
}

fn known(name: &str) -> Result<Word, String> {
    LEXICON.word(name).ok_or_else(|| format!("`{name}` is no word of words.toml"))
}

impl Element {
    /// `loose`: whatever an end is in its clause.
    fn matches(&self, token: &Token, loose: bool) -> bool {
        self.words.meets(&token.words)
            && (loose || !token.words.meets(&KNOWN.roles) || self.mode.is_none_or(|mode| mode == token.mode))
    }
}

impl Pattern {
    /// Where it stands in a sentence whose words are `all`; `loose`: the order of a flow does not matter.
    pub(crate) fn find(&self, tokens: &[Token], all: &Words, loose: bool) -> Option<Matched> {
        let unwanted =
            |none: &Element| none.words.meets(all) && tokens.iter().any(|token| none.matches(token, false));
        if self.none.iter().any(unwanted) || !self.needs.iter().all(|need| need.meets(all)) {
            return None;
        }
        let mut matched = Vec::new();
        for flow in &self.flows {
            if loose {
                for element in flow {
                    matched.push(tokens.iter().position(|token| element.matches(token, true))?);
                }
            } else {
                matched.extend(run(flow, tokens)?);
            }
        }
        matched.iter().any(|at| !tokens[*at].lent).then(|| {
            matched.sort_unstable();
            matched.dedup();
            matched
        })
    }

    pub(crate) fn mentions(&self, word: Word) -> bool {
        self.mentions.has(word)
    }
}

/// The first place where the words of a flow follow each other, nothing between them that breaks the sense.
fn run(flow: &[Element], tokens: &[Token]) -> Option<Matched> {
    let first = &flow[0];
    (0..tokens.len()).filter(|at| first.matches(&tokens[*at], false)).find_map(|at| {
        let mut matched = vec![at];
        follows(&flow[1..], tokens, &mut matched).then_some(matched)
    })
}

/// Whether the rest of a flow follows what was matched; adds where.
fn follows(rest: &[Element], tokens: &[Token], matched: &mut Matched) -> bool {
    let Some(element) = rest.first() else { return true };
    let from = matched[matched.len() - 1];
    for at in from + 1..tokens.len() {
        // Who acts in another clause did not do what was just told.
        let apart = element.words.meets(&KNOWN.roles)
            && element.mode == Some(Mode::Subject)
            && tokens[from].words.meets(&KNOWN.acts)
            && tokens[from].clause != tokens[at].clause;
        if element.matches(&tokens[at], false) && !apart {
            matched.push(at);
            if follows(&rest[1..], tokens, matched) {
                return true;
            }
            matched.pop();
        }
        if breaks(&tokens[from], &tokens[at], element) || takes_over(tokens, matched, at) {
            return false;
        }
    }
    false
}

/// Whether somebody else begins to act than the one of whom the flow last told.
fn takes_over(tokens: &[Token], matched: &Matched, at: usize) -> bool {
    let subject = |token: &Token| token.words.meets(&KNOWN.roles) && token.mode == Mode::Subject;
    let told = matched.iter().rev().map(|at| &tokens[*at]).find(|token| subject(token));
    told.is_some_and(|told| subject(&tokens[at]) && !tokens[at].words.meets(&told.words))
}

/// Whether what comes after `from` is another matter: another does it, or something else is done.
fn breaks(from: &Token, next: &Token, wanted: &Element) -> bool {
    let acts = |token: &Token| token.words.meets(&KNOWN.acts) && !token.words.meets(&KNOWN.light);
    let subject = |token: &Token| token.words.meets(&KNOWN.roles) && token.mode == Mode::Subject;
    if from.words.has(KNOWN.not) {
        return next.clause != from.clause;
    }
    if wanted.words.has(KNOWN.not) && acts(next) {
        return true;
    }
    if subject(from) {
        return subject(next) && !next.words.meets(&from.words);
    }
    if acts(from) {
        return acts(next) || (subject(next) && next.clause != from.clause);
    }
    false
}

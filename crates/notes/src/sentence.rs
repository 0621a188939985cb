//! A unit in sentences, a sentence in words: who does it, to whom, in which clause.

use std::sync::LazyLock;

use crate::{
    fold::is_chinese,
    lexicon::{Found, LEXICON, Word, Words},
    page::{Kind, Unit},
};

/// What an end is in its clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It does something: "the client sends".
    Subject,
    /// Something is done to it: "to the client".
    To,
    /// Something is its: "the client's SYN", "from the client".
    Of,
}

/// A word in a sentence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) words: Words,
    /// For a role: what it is in its clause.
    pub(crate) mode: Mode,
    /// The clause, counted through the unit.
    pub(crate) clause: usize,
    /// It stands in what introduces the sentence, or is understood from a clause before.
    pub(crate) lent: bool,
}

/// A sentence: its words, its lines and its place in the folded text of its unit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sentence {
    pub(crate) tokens: Vec<Token>,
    pub(crate) lines: (usize, usize),
    /// Its place in the folded text.
    pub(crate) span: (usize, usize),
    pub(crate) all: Words,
    /// It asks.
    pub(crate) asks: bool,
    /// Whether it ends without a stop, and so may introduce what follows.
    pub(crate) introduces: bool,
    /// Whether it ends with a colon, and so does introduce it.
    pub(crate) colon: bool,
}

/// The words that this file treats by name.
pub(crate) struct Known {
    pub(crate) client: Word,
    pub(crate) server: Word,
    pub(crate) both: Word,
    peer: Word,
    send: Word,
    pub(crate) roles: Words,
    pub(crate) acts: Words,
    /// What an end can have without a word between: "server certificate".
    owned: Words,
    missing: Word,
    /// What is sent, and can be spoken of as if it acted.
    segments: Words,
    /// Acts that only say how another one is done: "uses", "carries".
    pub(crate) light: Words,
    pub(crate) not: Word,
    /// What makes a sentence no statement.
    pub(crate) doubts: Words,
    pub(crate) elsewhere: Word,
    pub(crate) udp: Word,
    pub(crate) suppose: Word,
    pub(crate) tcp: Word,
    pub(crate) tls13: Word,
    pub(crate) ecdhe: Word,
}

pub(crate) static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let word = |name: &str| LEXICON.word(name).expect("a word of the lexicon: a test reads it");
    Known {
        client: word("client"),
        server: word("server"),
        both: word("both"),
        peer: word("peer"),
        send: word("send"),
        roles: [word("client"), word("server"), word("both"), word("user")].into_iter().collect(),
        acts: LEXICON.group("act"),
        owned: [
            "certificate",
            "publickey",
            "privatekey",
            "random",
            "hostkey",
            "version",
            "ephemeral",
            "masterkey",
        ]
        .map(word)
        .into_iter()
        .collect(),
        missing: word("missing"),
        segments: ["syn", "synack", "ack", "fin"].map(word).into_iter().collect(),
        light: [word("use"), word("wait"), word("contain")].into_iter().collect(),
        not: word("not"),
        doubts: [word("rumour"), word("why"), word("queue")].into_iter().collect(),
        elsewhere: word("elsewhere"),
        udp: word("udp"),
        suppose: word("suppose"),
        tcp: word("tcp"),
        tls13: word("tls13"),
        ecdhe: word("ecdhe"),
    }
});

/// More words than a sentence has: a bound for what is no prose.
const MOST_TOKENS: usize = 240;

/// Reads a unit. `drawn`: the ends of a drawing stand left and right, the client left.
pub(crate) fn sentences(unit: &Unit, drawn: bool) -> Vec<Sentence> {
    let text = unit.folded.as_str();
    let found = LEXICON.find(text);
    let mut out = Vec::new();
    let mut subject: Option<Word> = None;
    let mut clause = 0;
    let mut next = 0;
    for (begin, end) in split(unit) {
        let mut sentence =
            Sentence { lines: (unit.line_at(begin), unit.line_at(end.max(1) - 1)), ..Sentence::default() };
        sentence.span = (begin, end);
        let body = text[begin..end].trim_end();
        sentence.asks = body.ends_with(['?', '？']);
        sentence.introduces = !body.ends_with(['。', '.', '；', ';', '！', '!', '？', '?']);
        sentence.colon = body.ends_with([':', '：']);
        clause += 1;
        let mut at = begin;
        let mut acted = false;
        let mut named = false;
        if drawn && let Some(sender) = arrow_of(body) {
            subject = Some(sender);
            sentence.tokens.push(role(sender, Mode::Subject, clause, false));
            sentence.tokens.push(Token {
                words: [KNOWN.send].into_iter().collect(),
                ..role(sender, Mode::Subject, clause, false)
            });
            named = true;
            acted = true;
        }
        while let Some(&Found { words, begin: from, end: to }) =
            found.get(next).filter(|found| found.begin < end)
        {
            next += 1;
            let gap = &text[at.min(from)..from];
            if gap.contains([',', '，', ':', '：', '(', '（', ')', '）', '|', '—', '–', '→', '>', ';'])
                || gap.contains(" - ")
            {
                clause += 1;
                (acted, named) = (false, false);
            }
            at = to;
            let is_role = words.meets(&KNOWN.roles) || words.has(KNOWN.peer);
            if is_role {
                let mut mode = if drawn { Mode::Of } else { mode(text, from, to) };
                // "received the client's", "确认客户端的 SYN": what follows an act at once has it done to it.
                let close = matches!(gap.trim(), "" | "the" | "a" | "到" | "来自" | "了" | "to the");
                if let Some(last) = sentence.tokens.last()
                    && close
                    && mode == Mode::Subject
                    && last.clause == clause
                    && ((last.words.meets(&KNOWN.acts) && !last.words.meets(&KNOWN.light))
                        || last.words.has(KNOWN.missing))
                {
                    // "after so many retries the server drops it".
                    let acts = found.get(next).is_some_and(|after| {
                        after.words.meets(&KNOWN.acts) && text[to..after.begin].trim().is_empty()
                    });
                    if !(acts && gap.trim() == "the") {
                        mode = Mode::Of;
                    }
                }
                // "the messages that the client sends": 客户端发送的.
                if let Some(after) = found.get(next)
                    && after.words.meets(&KNOWN.acts)
                    && text[to..after.begin].trim().is_empty()
                    && text[after.end..].starts_with('的')
                {
                    mode = Mode::Of;
                }
                if let Some(after) = found.get(next)
                    && mode == Mode::Subject
                    && text[to..after.begin].trim().is_empty()
                    && after.words.meets(&KNOWN.owned)
                {
                    mode = Mode::Of;
                }
                let words =
                    if words.has(KNOWN.peer) { [other(subject)].into_iter().collect() } else { words };
                // "A → B": the arrow sends.
                let mode = match sentence.tokens.last() {
                    Some(last) if gap.trim() == "→" && last.words.meets(&KNOWN.roles) => {
                        let send = [KNOWN.send].into_iter().collect();
                        sentence.tokens.push(Token { words: send, mode: Mode::Subject, clause, lent: false });
                        Mode::To
                    }
                    Some(last)
                        if joins(gap) && last.words.meets(&KNOWN.roles) && last.mode == Mode::Subject =>
                    {
                        let last = sentence.tokens.last_mut().expect("it was just looked at");
                        last.words = [KNOWN.both].into_iter().collect();
                        subject = Some(KNOWN.both);
                        continue;
                    }
                    Some(_) | None => mode,
                };
                if mode == Mode::Subject {
                    subject = one(&words);
                    named = true;
                }
                sentence.tokens.push(Token { words, mode, clause, lent: false });
                continue;
            }
            // A clause that names nobody goes on with who was named last.
            if words.meets(&KNOWN.acts) && !acted {
                acted = true;
                // "the SYN is sent again": it is the subject itself.
                let segment = sentence
                    .tokens
                    .last()
                    .is_some_and(|last| last.clause == clause && last.words.meets(&KNOWN.segments));
                if let (false, false, Some(subject)) = (named, segment, subject) {
                    sentence.tokens.push(role(subject, Mode::Subject, clause, true));
                }
            }
            sentence.tokens.push(Token { words, mode: Mode::Subject, clause, lent: false });
            if sentence.tokens.len() >= MOST_TOKENS {
                break;
            }
        }
        while found.get(next).is_some_and(|found| found.begin < end) {
            next += 1;
        }
        sentence.tokens.iter().for_each(|token| sentence.all.add(&token.words));
        out.push(sentence);
    }
    out
}

fn role(word: Word, mode: Mode, clause: usize, lent: bool) -> Token {
    Token { words: [word].into_iter().collect(), mode, clause, lent }
}

/// The one role among some words.
fn one(words: &Words) -> Option<Word> {
    [KNOWN.client, KNOWN.server, KNOWN.both].into_iter().find(|role| words.has(*role))
}

/// Whom "the other side" means.
fn other(subject: Option<Word>) -> Word {
    if subject == Some(KNOWN.server) { KNOWN.client } else { KNOWN.server }
}

/// Whether what stands between two ends makes them a pair.
fn joins(gap: &str) -> bool {
    matches!(
        gap.trim(),
        "和" | "与" | "、" | "/" | "and" | "or" | "and the" | "跟" | "以及" | "或" | "&" | ","
    )
}

/// What an end is in its clause, by the words around it.
fn mode(text: &str, begin: usize, end: usize) -> Mode {
    let before = text[..begin].trim_end();
    let after = text[end..].trim_start();
    let before = before.trim_end_matches(" the").trim_end_matches(" a").trim_end();
    if after.starts_with('的') || after.starts_with("'s") || after.starts_with("'") {
        return Mode::Of;
    }
    let word = |word: &str| {
        before.strip_suffix(word).is_some_and(|rest| !rest.ends_with(|c: char| c.is_ascii_alphanumeric()))
    };
    if before.ends_with(['向', '给', '往', '对', '到', '至', '为'])
        || [
            "to", "at", "for", "告诉", "通知", "告知", "问", "让", "tells", "lets", "lets the", "toward",
            "发回", "发往",
        ]
        .iter()
        .any(|w| word(w) || (!w.is_ascii() && before.ends_with(w)))
    {
        return match () {
            // "让服务端验证": it does what follows.
            () if before.ends_with('让') || word("lets") => Mode::Subject,
            () => Mode::To,
        };
    }
    if before.ends_with(['从', '自', '用', '以', '与', '和', '跟', '同', '于'])
        || word("from")
        || word("of")
        || word("with")
        || word("using")
        || word("in")
    {
        return Mode::Of;
    }
    Mode::Subject
}

/// Who sends in a line of a drawing, by its arrow.
fn arrow_of(line: &str) -> Option<Word> {
    let right = line.contains("->") || line.contains('→') || line.contains('>');
    let left = line.contains("<-") || line.contains('←') || line.contains('<');
    match (left, right) {
        (false, true) => Some(KNOWN.client),
        (true, false) => Some(KNOWN.server),
        (true, true) | (false, false) => None,
    }
}

/// Whether a new line is a new sentence though no stop was set: the next one is numbered, or this one is short, in
/// Chinese, and does not end with a comma. Wrapped lines are long.
fn is_a_sentence_a_line(line: &str, next: &str) -> bool {
    const WRAPPED: usize = 90;
    let next = next.trim_start();
    let number = next.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = (number.len() < next.len() && number.starts_with(['、', '.', ')', ',']))
        || next.starts_with(['①', '②', '③', '④', '⑤', '⑥', '(', '（', '*', '>']);
    let end = line.trim_end().chars().next_back();
    let columns: usize = line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    let chinese = line.chars().any(is_chinese);
    numbered
        || (chinese
            && columns < WRAPPED
            && !end.is_some_and(|c| matches!(c, ',' | '，' | '、' | ':' | '：' | '(' | '（')))
}

/// Where the sentences of a text begin and end.
fn split(unit: &Unit) -> Vec<(usize, usize)> {
    let (text, kind) = (unit.folded.as_str(), unit.kind);
    let mut out = Vec::new();
    let mut lines = unit.lines.iter().skip(1).map(|(begin, _)| *begin).peekable();
    let mut begin = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if lines.next_if(|line| *line <= at).is_some() && is_a_sentence_a_line(&text[begin..at], &text[at..])
        {
            out.push((begin, at));
            begin = at;
        }
        let ends = match c {
            '。' | '！' | '？' | '；' | '?' | '!' => true,
            // In Chinese a stop; in English it goes on.
            ';' => text[..at].chars().next_back().is_some_and(|c| !c.is_ascii_alphanumeric()),
            // Not the points in "TLS 1.2" or "e.g. this".
            '.' => {
                kind != Kind::Code
                    && characters.peek().is_none_or(|(_, next)| next.is_whitespace())
                    && !["e.g", "i.e", "vs", "etc", "1", "2", "3", "4", "5", "6", "7", "8", "9"].iter().any(
                        |short| {
                            text[begin..at].trim_start() == *short
                                || text[begin..at].ends_with("e.g")
                                || text[begin..at].ends_with("i.e")
                        },
                    )
            }
            _other => false,
        };
        if ends {
            out.push((begin, at + c.len_utf8()));
            begin = at + c.len_utf8();
        }
    }
    if !text[begin..].trim().is_empty() {
        out.push((begin, text.len()));
    }
    out
}

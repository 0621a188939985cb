//! What the link does to segments, as a scenario or a command line says it.

use std::{fmt, str::FromStr};

use serde::Deserialize;
use steps::{Side, tcp::Step};

/// One thing that is done to the segments of one side. Segments are counted in each connection for itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Whose segments.
    pub from: Side,
    /// Which kind.
    #[serde(default)]
    pub segment: Kind,
    /// Which of that kind, counted from 1; all, unless it is said.
    #[serde(default)]
    pub nth: Nth,
    /// What is done.
    pub act: Act,
}

/// A kind of segment; named like the steps of the log (`syn-ack` is `tcp.syn_ack`), and two wider ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Every segment.
    #[default]
    Any,
    /// A segment that is an ACK and nothing else, whatever it acknowledges.
    BareAck,
    Syn,
    SynAck,
    /// The ACK that ends the three-way handshake.
    Ack,
    Data,
    DataAck,
    PureAck,
    Fin,
    /// The ACK of the first FIN.
    FinAck,
    /// The ACK of the second FIN.
    LastAck,
    Rst,
}

/// Which segments of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Counted")]
pub enum Nth {
    #[default]
    Every,
    These(Vec<u64>),
    /// This one and all after it.
    From(u64),
}

/// What is done to a segment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// It does not arrive.
    Drop,
    /// It does not arrive, by chance; the same seed throws the same dice for the n-th segment of each kind.
    Lose {
        /// Of a hundred segments so many, on average.
        percent: u8,
        /// Where the dice begin.
        seed: u64,
    },
    /// It arrives so many milliseconds later.
    DelayMs(u64),
    /// It arrives only after the other segment was seen; at once, if it has been.
    HoldUntil {
        /// The sender of that segment.
        from: Side,
        /// Its kind.
        segment: Kind,
    },
    /// It arrives twice.
    Duplicate,
    /// It arrives with one bit turned.
    Corrupt,
    /// Before it arrives something that its sender never sent.
    Forge(Forgery),
    /// It does not arrive; its sender is told by ICMP that there is no way to the other side.
    Unreachable,
}

/// A segment that the link makes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forgery {
    /// A copy whose sequence number is 10 lower: a SYN of an earlier attempt that wandered about.
    Stale,
    /// A RST with the very number that its receiver expects.
    Rst,
    /// A RST with a number that is in the window but not the one expected (RFC 5961 §3.2).
    InexactRst,
}

impl Kind {
    const ALL: [(&'static str, Kind); 12] = [
        ("any", Kind::Any),
        ("bare-ack", Kind::BareAck),
        ("syn", Kind::Syn),
        ("syn-ack", Kind::SynAck),
        ("ack", Kind::Ack),
        ("data", Kind::Data),
        ("data-ack", Kind::DataAck),
        ("pure-ack", Kind::PureAck),
        ("fin", Kind::Fin),
        ("fin-ack", Kind::FinAck),
        ("last-ack", Kind::LastAck),
        ("rst", Kind::Rst),
    ];

    /// Whether a segment that is `step` of its connection is of this kind.
    pub fn holds(self, step: steps::Step) -> bool {
        let bare = [Step::Ack, Step::DataAck, Step::PureAck, Step::FinAck, Step::LastAck];
        let is = |one: Step| step == one.into();
        match self {
            Kind::Any => true,
            Kind::BareAck => bare.into_iter().any(is),
            Kind::Syn => is(Step::Syn),
            Kind::SynAck => is(Step::SynAck),
            Kind::Ack => is(Step::Ack),
            Kind::Data => is(Step::Data),
            Kind::DataAck => is(Step::DataAck),
            Kind::PureAck => is(Step::PureAck),
            Kind::Fin => is(Step::Fin),
            Kind::FinAck => is(Step::FinAck),
            Kind::LastAck => is(Step::LastAck),
            Kind::Rst => is(Step::Rst),
        }
    }
}

impl Nth {
    pub fn holds(&self, count: u64) -> bool {
        match self {
            Nth::Every => true,
            Nth::These(some) => some.contains(&count),
            Nth::From(first) => count >= *first,
        }
    }
}

/// `1`, `[1, 2]` or `"2.."`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Counted {
    One(u64),
    Some(Vec<u64>),
    Words(String),
}

impl TryFrom<Counted> for Nth {
    type Error = String;

    fn try_from(counted: Counted) -> Result<Self, String> {
        let from_one = |number: u64| match number {
            0 => Err("nth: 1 is the first".to_owned()),
            _ => Ok(number),
        };
        match counted {
            Counted::One(one) => Ok(Nth::These(vec![from_one(one)?])),
            Counted::Some(some) => Ok(Nth::These(some.into_iter().map(from_one).collect::<Result<_, _>>()?)),
            Counted::Words(words) => words.parse(),
        }
    }
}

impl FromStr for Nth {
    type Err = String;

    fn from_str(words: &str) -> Result<Self, String> {
        let number = |word: &str| match word.parse() {
            Ok(number @ 1..) => Ok(number),
            Ok(0) | Err(_) => {
                Err(format!("`{words}`: 1 is the first, 1,3 are two of them, 2.. all from the second"))
            }
        };
        match words.strip_suffix("..") {
            Some(first) => Ok(Nth::From(number(first)?)),
            None => Ok(Nth::These(words.split(',').map(number).collect::<Result<_, _>>()?)),
        }
    }
}

/// As on the command line: `drop client syn 1`, `hold-until=client:rst client syn 1`, `lose=30:7 server`.
impl FromStr for Rule {
    type Err = String;

    fn from_str(words: &str) -> Result<Self, String> {
        let mut rest = words.split_whitespace();
        let act = act(rest.next().unwrap_or_default())?;
        let from = side(rest.next().unwrap_or_default())?;
        let segment = rest.next().map(kind).transpose()?.unwrap_or_default();
        let nth = rest.next().map(str::parse).transpose()?.unwrap_or_default();
        match rest.next() {
            None => Ok(Rule { from, segment, nth, act }),
            Some(more) => Err(format!(
                "`{more}` is one word too many: an act, a side, a kind of segment, which of them"
            )),
        }
    }
}

fn act(word: &str) -> Result<Act, String> {
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    let wrong = || format!("`{word}` is no act: {ACTS}");
    Ok(match name {
        "drop" => Act::Drop,
        "duplicate" => Act::Duplicate,
        "corrupt" => Act::Corrupt,
        "unreachable" => Act::Unreachable,
        "delay-ms" => Act::DelayMs(value.parse().map_err(|_| wrong())?),
        "lose" => {
            let (percent, seed) = value.split_once(':').unwrap_or((value, "1"));
            let (percent, seed) = (percent.parse(), seed.parse());
            Act::Lose { percent: percent.map_err(|_| wrong())?, seed: seed.map_err(|_| wrong())? }
        }
        "hold-until" => {
            let (from, segment) = value.split_once(':').ok_or_else(wrong)?;
            Act::HoldUntil { from: side(from)?, segment: kind(segment)? }
        }
        "forge" => Act::Forge(match value {
            "stale" => Forgery::Stale,
            "rst" => Forgery::Rst,
            "inexact-rst" => Forgery::InexactRst,
            _ => return Err(wrong()),
        }),
        _ => return Err(wrong()),
    })
}

const ACTS: &str = "drop, lose=PERCENT:SEED, delay-ms=N, hold-until=SIDE:KIND, duplicate, corrupt, unreachable, \
                    forge=stale|rst|inexact-rst";

fn side(word: &str) -> Result<Side, String> {
    match word {
        "client" => Ok(Side::Client),
        "server" => Ok(Side::Server),
        _ => Err(format!("`{word}` is neither `client` nor `server`")),
    }
}

fn kind(word: &str) -> Result<Kind, String> {
    let found = Kind::ALL.iter().find(|(name, _)| *name == word);
    found.map(|(_, kind)| *kind).ok_or_else(|| {
        let all: Vec<_> = Kind::ALL.iter().map(|(name, _)| *name).collect();
        format!("`{word}` is no kind of segment: {}", all.join(", "))
    })
}

/// In the words of the command line.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.act, side_word(self.from), self.segment)?;
        match &self.nth {
            Nth::Every => Ok(()),
            Nth::From(first) => write!(f, " {first}.."),
            Nth::These(some) => {
                let some: Vec<_> = some.iter().map(u64::to_string).collect();
                write!(f, " {}", some.join(","))
            }
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Act::Drop => f.write_str("drop"),
            Act::Lose { percent, seed } => write!(f, "lose={percent}:{seed}"),
            Act::DelayMs(ms) => write!(f, "delay-ms={ms}"),
            Act::HoldUntil { from, segment } => write!(f, "hold-until={}:{segment}", side_word(*from)),
            Act::Duplicate => f.write_str("duplicate"),
            Act::Corrupt => f.write_str("corrupt"),
            Act::Unreachable => f.write_str("unreachable"),
            Act::Forge(Forgery::Stale) => f.write_str("forge=stale"),
            Act::Forge(Forgery::Rst) => f.write_str("forge=rst"),
            Act::Forge(Forgery::InexactRst) => f.write_str("forge=inexact-rst"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Kind::ALL.iter().find(|(_, kind)| kind == self).map(|(name, _)| *name);
        f.write_str(name.unwrap_or("any"))
    }
}

fn side_word(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Server => "server",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_toml_say_the_same() {
        for (words, toml) in [
            ("drop client syn 1", r#"{ from = "client", segment = "syn", nth = 1, act = "drop" }"#),
            ("drop client syn 2..", r#"{ from = "client", segment = "syn", nth = "2..", act = "drop" }"#),
            (
                "corrupt server data 1,3",
                r#"{ from = "server", segment = "data", nth = [1, 3], act = "corrupt" }"#,
            ),
            ("lose=30:7 server any", r#"{ from = "server", act = { lose = { percent = 30, seed = 7 } } }"#),
            ("delay-ms=100 client any", r#"{ from = "client", act = { delay-ms = 100 } }"#),
            (
                "hold-until=client:rst client syn 1",
                r#"{ from = "client", segment = "syn", nth = 1, act = { hold-until = { from = "client", segment = "rst" } } }"#,
            ),
            (
                "forge=stale client syn 1",
                r#"{ from = "client", segment = "syn", nth = 1, act = { forge = "stale" } }"#,
            ),
        ] {
            let spoken: Rule = words.parse().unwrap();
            let written: std::collections::BTreeMap<String, Rule> =
                toml::from_str(&format!("rule = {toml}")).unwrap();
            assert_eq!(written["rule"], spoken, "{words}");
            assert_eq!(spoken.to_string(), words);
        }
    }

    /// Found by the fuzz target `scenario`: such a rule was read, and never did anything.
    #[test]
    fn no_segment_is_the_zeroth_in_toml_either() {
        for nth in ["0", "[1, 0]", "\"0..\""] {
            let rule = format!("from = \"client\"\nnth = {nth}\nact = \"drop\"");
            let error = toml::from_str::<Rule>(&rule).unwrap_err();
            assert!(error.to_string().contains("1 is the first"), "{nth}: {error}");
        }
    }

    #[test]
    fn what_is_no_rule_is_refused_with_what_would_be_one() {
        for (words, says) in [
            ("", "is no act"),
            ("drop", "neither `client` nor `server`"),
            ("drop client sin", "no kind of segment"),
            ("drop client syn 0", "1 is the first"),
            ("drop client syn 1 2", "one word too many"),
            ("forge=syn client syn", "stale|rst"),
        ] {
            let error = words.parse::<Rule>().unwrap_err();
            assert!(error.contains(says), "{words}: {error}");
        }
    }
}

//! A scenario is a file that a student can read: what goes wrong, what to look at, and how it must end. The same file
//! is the demonstration, the documentation and the test. Unknown keys are refused.
//!
//! What differs little stands in one file: `[variant.rsa]` in `expired.toml` is the scenario `expired-rsa`, and says what of
//! it is otherwise.

use std::{collections::BTreeMap, mem, path::Path};

use anyhow::{Context, bail};
use claims::{Claim, Verdict};
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use steps::{Lang, Protocol, Said, Side, Step, harmless::one_line};

use crate::{link, meddler};

mod select;

pub use select::{claim, near, select};

/// The scenarios of the suite, inside the program: `tls/unknown-ca` is `scenarios/tls/unknown-ca.toml`, and
/// `tls/unknown-ca-rsa` the variant `rsa` in it.
static OWN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// One run with its faults and its expected end.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// `tls/unknown-ca`; by where the file stands, never in it.
    #[serde(skip)]
    pub name: String,
    /// What goes wrong, in a few words.
    pub title: Words,
    /// What happens and what to look at, in two sentences or three.
    pub about: Words,
    /// The claims that the run shows, each with its verdict: exactly these.
    #[serde(default)]
    pub claims: BTreeMap<Claim, Verdict>,
    /// Who meets.
    pub pair: Pair,
    /// What a protocol needs prepared; each protocol knows its own keys.
    #[serde(default)]
    pub setup: toml::Table,
    /// What is done to the bytes between the two, in order.
    #[serde(default)]
    pub meddler: Vec<meddler::Fault>,
    /// What is done to the segments between the two, in order.
    #[serde(default)]
    pub link: Vec<link::Rule>,
    /// What stands in for the link where there can be none. Files of before call it `deaf`.
    #[serde(alias = "deaf")]
    pub blackhole: Option<link::Blackhole>,
    /// How each side must end.
    #[serde(default)]
    pub expect: BTreeMap<Side, Expected>,
    /// What is otherwise in each of its variants; where this is read, they are scenarios of their own.
    #[serde(default)]
    variant: BTreeMap<String, toml::Table>,
}

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub en: String,
    pub zh: String,
}

impl Words {
    /// The words in `lang`.
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

impl From<&Words> for Said {
    fn from(words: &Words) -> Said {
        Said::each(|lang| words.in_lang(lang).to_owned())
    }
}

/// The pair of a scenario, with options in the words of their own command lines. `{certs}` stands for the folder of
/// the demo keys, `{state}` for a folder of this run alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    pub protocol: Protocol,
    #[serde(default)]
    pub client: Vec<String>,
    #[serde(default)]
    pub server: Vec<String>,
    /// How often the client comes.
    #[serde(default = "once")]
    pub visits: usize,
    /// The options of one more client, which comes after them, undisturbed, and must be served; its events are not
    /// compared.
    #[serde(default)]
    pub next: Option<Vec<String>>,
}

fn once() -> usize {
    1
}

/// How one side must see the run, from its first visit to its last.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// How its last connection ends.
    pub outcome: Option<Outcome>,
    /// Words that stand in the reason, in English.
    pub reason: Option<String>,
    /// Steps that happen in this order; others may stand between them.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// Steps that do not happen.
    #[serde(default)]
    pub never: Vec<Step>,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Complete,
    Failed,
}

impl Outcome {
    /// The word in an event.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Complete => "complete",
            Outcome::Failed => "failed",
        }
    }
}

impl Scenario {
    /// Reads a file: the scenario that it is, and each of its variants. `name` is that of the file, without its extension where
    /// it is one of the suite.
    ///
    /// # Errors
    ///
    /// Says where in it what is wrong.
    pub fn read(name: &str, text: &str) -> anyhow::Result<Vec<Self>> {
        let within = |name: &str| format!("in scenario {name}");
        let mut whole: Scenario = toml::from_str(text).with_context(|| within(name))?;
        whole.name = one_line(name); // a path of whoever made the file
        let variants = mem::take(&mut whole.variant);
        let mut file: toml::Table = toml::from_str(text).with_context(|| within(name))?;
        file.remove("variant");
        let file = with_names_of_today(file);
        if variants.len() > MOST_VARIANTS {
            bail!("in scenario {}: more than {MOST_VARIANTS} variants", one_line(name));
        }
        let mut found = vec![whole];
        for (variant, otherwise) in variants {
            let name = one_line(&format!("{}-{variant}", name.strip_suffix(".toml").unwrap_or(name)));
            let mut scenario: Scenario = but(file.clone(), with_names_of_today(otherwise))
                .try_into()
                .with_context(|| within(&name))?;
            if !scenario.variant.is_empty() {
                bail!("in scenario {name}: a variant has no variants");
            }
            scenario.name = name;
            found.push(scenario);
        }
        Ok(found)
    }

    /// Whether it cannot be as its file says without a link.
    pub fn needs_link(&self) -> bool {
        !self.link.is_empty() || self.setup.contains_key("latency_ms")
    }
}

/// How many variants a file may have: each is as large as the file, which a stranger may have written.
const MOST_VARIANTS: usize = 8;

/// The table with `blackhole` where it has the name of before, so that a file and its variant speak of the same.
fn with_names_of_today(mut table: toml::Table) -> toml::Table {
    const BEFORE: &str = "deaf";
    const TODAY: &str = "blackhole";
    if !table.contains_key(TODAY)
        && let Some(value) = table.remove(BEFORE)
    {
        table.insert(TODAY.into(), value);
    }
    table
}

/// A file as one of its variants has it: of each table it says only what is otherwise, but of the claims all.
fn but(mut table: toml::Table, variant: toml::Table) -> toml::Table {
    for (key, value) in variant {
        let value = match (table.remove(&key), value) {
            (Some(toml::Value::Table(within)), toml::Value::Table(value)) if key != "claims" => {
                toml::Value::Table(but(within, value))
            }
            (_, value) => value,
        };
        table.insert(key, value);
    }
    table
}

/// All scenarios of the suite, in the order of their names within the order of the protocols.
///
/// # Errors
///
/// Says which file is wrong, where in it, and why.
pub fn all() -> anyhow::Result<Vec<Scenario>> {
    let mut found = Vec::new();
    for protocol in Protocol::ALL {
        let Some(folder) = OWN.get_dir(protocol.id()) else { continue };
        let mut mine = Vec::new();
        for file in folder.files().filter(|file| is_scenario(file.path())) {
            let name = file.path().with_extension("").display().to_string();
            let text = file.contents_utf8().with_context(|| format!("scenario {name} is not UTF-8"))?;
            mine.extend(Scenario::read(&name, text)?);
        }
        mine.sort_by(|one, other| one.name.cmp(&other.name));
        if let Some(twice) = mine.windows(2).find(|pair| pair[0].name == pair[1].name) {
            bail!("two scenarios are called {}", twice[0].name);
        }
        found.extend(mine);
    }
    Ok(found)
}

/// About how long each scenario takes, in seconds, as it was measured when its file was written last (`TOOK=write`, in the test
/// `scenarios`); by name.
///
/// # Errors
///
/// Says which line is not a name and a number.
pub(crate) fn took() -> anyhow::Result<BTreeMap<&'static str, f64>> {
    let text = OWN.get_file(TOOK).and_then(|file| file.contents_utf8()).unwrap_or_default();
    let one = |line: &'static str| {
        let (name, seconds) = line.split_once(' ')?;
        Some((name, seconds.parse().ok()?))
    };
    text.lines().map(|line| one(line).with_context(|| format!("{TOOK}: `{line}`"))).collect()
}

/// Where that stands.
const TOOK: &str = "took.txt";

fn is_scenario(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_of_the_suite_reads() {
        let all = all().expect("each file reads");
        for protocol in Protocol::ALL {
            assert!(all.iter().any(|scenario| scenario.pair.protocol == *protocol), "{protocol:?}");
        }
        for scenario in all {
            assert!(scenario.name.starts_with(scenario.pair.protocol.id()), "{}", scenario.name);
            assert!(!scenario.expect.is_empty(), "{} expects nothing", scenario.name);
        }
    }

    #[test]
    fn a_variant_says_what_is_otherwise() {
        const FILE: &str = r#"
            title = { en = "a", zh = "甲" }
            about = { en = "b", zh = "乙" }
            [pair]
            protocol = "tls"
            client = ["--variant", "ecdhe"]
            visits = 2
            [claims]
            t1 = "as_noted"
            t4 = "differs"
            [expect.client]
            outcome = "failed"
            reason = "expired"
        "#;
        let variant = |says: &str| Scenario::read("tls/x", &format!("{FILE}\n{says}"));
        let found = variant(
            "[variant.tls13]\npair.client = []\nclaims = { t1 = \"differs\" }\nexpect.client.reason = \"over\"\n\
             expect.server = { outcome = \"failed\" }",
        );
        let [whole, tls13] = &found.expect("it reads")[..] else { panic!("a file and its variant") };
        assert_eq!((whole.name.as_str(), tls13.name.as_str()), ("tls/x", "tls/x-tls13"));
        assert_eq!((whole.pair.client.len(), tls13.pair.client.len()), (2, 0));
        assert_eq!((tls13.pair.visits, &tls13.title), (2, &whole.title));
        assert_eq!(
            (&whole.claims.len(), &tls13.claims),
            (&2, &BTreeMap::from([(Claim::T1, Verdict::Differs)]))
        );
        let ends = |scenario: &Scenario| -> Vec<_> {
            let each = scenario.expect.iter();
            each.map(|(side, end)| (*side, end.outcome, end.reason.clone().unwrap_or_default())).collect()
        };
        assert_eq!(ends(whole), [(Side::Client, Some(Outcome::Failed), "expired".to_owned())]);
        assert_eq!(ends(tls13)[0], (Side::Client, Some(Outcome::Failed), "over".to_owned()));
        assert_eq!(ends(tls13)[1], (Side::Server, Some(Outcome::Failed), String::new()));

        let many: String = (0..=MOST_VARIANTS).map(|n| format!("[variant.y{n}]\n")).collect();
        let error = variant(&many).expect_err("it is refused").to_string();
        assert!(error.contains("more than 8 variants"), "{error}");
        for (says, wrong) in [
            ("[variant.y]\nclams = {}", "unknown field `clams`"),
            ("[variant.y.pair]\nsever = []", "unknown field `sever`"),
            ("[variant.y.variant.z]", "a variant has no variants"),
        ] {
            let error = format!("{:#}", variant(says).expect_err("it is refused"));
            assert!(error.starts_with("in scenario tls/x-y: ") && error.contains(wrong), "{error}");
        }
    }

    #[test]
    fn the_name_of_before_is_still_read() {
        const FILE: &str = r#"
            title = { en = "a", zh = "甲" }
            about = { en = "b", zh = "乙" }
            pair = { protocol = "tcp" }
        "#;
        let read = |says: &str| Scenario::read("tcp/x", &format!("{FILE}\n{says}"));
        for (within, otherwise) in
            [("blackhole", "blackhole"), ("deaf", "deaf"), ("deaf", "blackhole"), ("blackhole", "deaf")]
        {
            let says = format!(
                "[{within}]\nside = \"server\"\nclient = [\"--a\"]\n[variant.y.{otherwise}]\nclient = [\"--b\"]"
            );
            let found = read(&says).expect("it reads");
            let clients: Vec<_> = found
                .iter()
                .map(|scenario| scenario.blackhole.as_ref().and_then(|blackhole| blackhole.client.clone()))
                .collect();
            assert_eq!(clients, [Some(vec!["--a".to_owned()]), Some(vec!["--b".to_owned()])], "{says}");
        }
        for twice in ["[deaf]\n[blackhole]", "[variant.y]\ndeaf = {}\nblackhole = {}"] {
            let error = format!("{:#}", read(twice).expect_err("one of them is to be taken out"));
            assert!(error.contains("duplicate field `blackhole`"), "{error}");
        }
    }

    #[test]
    fn every_claim_points_to_a_run_that_shows_it() {
        let all = all().expect("each file reads");
        for claim in <Claim as strum::VariantArray>::VARIANTS {
            assert!(!claim.shown_by().is_empty(), "{} points nowhere", claim.id());
            for run in claim.shown_by() {
                let Some(name) = run.strip_prefix("lab run ") else { continue };
                let scenario = all.iter().find(|scenario| scenario.name == name);
                let scenario = scenario.unwrap_or_else(|| panic!("{}: no scenario {name}", claim.id()));
                assert!(scenario.claims.contains_key(claim), "{name} does not show {}", claim.id());
            }
        }
    }
}

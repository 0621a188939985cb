//! Which scenarios somebody means: a name, a pattern, a claim, or a file of one's own.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use claims::Claim;
use steps::program::LAB;

use super::{Scenario, all, is_scenario};

/// The scenarios that the patterns name: a name (`tls/unknown-ca`), a pattern (`tls/*`, `*lost*`), a claim (`o2`), which
/// means what shows it best, or the path of a file of one's own (`./mine.toml`).
///
/// # Errors
///
/// Says which pattern names nothing, or which file is wrong.
pub fn select(patterns: &[String]) -> anyhow::Result<Vec<Scenario>> {
    let all = all()?;
    let mut chosen: Vec<Scenario> = Vec::new();
    for pattern in patterns {
        if is_scenario(Path::new(pattern)) {
            let text = fs::read_to_string(pattern).with_context(|| format!("could not read {pattern}"))?;
            chosen.extend(Scenario::read(pattern, &text)?);
            continue;
        }
        if let Some(claim) = claim(pattern) {
            chosen.extend(best(claim, &all).cloned());
            continue;
        }
        let before = chosen.len();
        chosen.extend(all.iter().filter(|scenario| matches(pattern, &scenario.name)).cloned());
        if chosen.len() == before {
            bail!("no scenario is called `{pattern}`{} (`{LAB} list` lists them)", near(pattern, &all));
        }
    }
    Ok(chosen)
}

/// The claim of this id.
pub fn claim(id: &str) -> Option<Claim> {
    <Claim as strum::VariantArray>::VARIANTS.iter().copied().find(|claim| claim.id() == id)
}

/// The scenario that shows a claim best: the one that the catalogue names, else the first that shows it.
fn best(claim: Claim, all: &[Scenario]) -> Option<&Scenario> {
    let named = claim.shown_by().iter().filter_map(|run| run.strip_prefix("lab run "));
    let mut named = named.filter_map(|name| all.iter().find(|scenario| scenario.name == name));
    named.next().or_else(|| all.iter().find(|scenario| scenario.claims.contains_key(&claim)))
}

/// The names that are like `name`: `; did you mean …?`, or nothing.
pub fn near(name: &str, all: &[Scenario]) -> String {
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let asked = last(name);
    let mut found: Vec<(usize, &str)> = all
        .iter()
        .map(|scenario| (distance(&asked, &last(&scenario.name)), scenario.name.as_str()))
        .filter(|(far, name)| *far <= 1 + asked.len() / 4 || (asked.len() > 3 && name.contains(&asked)))
        .collect();
    found.sort();
    let names: Vec<_> = found.iter().take(3).map(|(_, name)| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!("; did you mean {}?", names.join(", ")) }
}

/// How many letters have to be put in, left out or changed to make one name of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Whether `name` is `pattern`, where each `*` stands for any run of characters.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => name.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).filter(|&at| rest.is_char_boundary(at)).any(|at| matches(tail, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_shown_by_a_run_and_a_missed_name_gets_near_ones() {
        let chosen = select(&["o2".into()]).expect("a scenario shows o2");
        assert!(chosen.len() == 1 && chosen[0].claims.contains_key(&Claim::O2), "{chosen:?}");
        let missed = select(&["tcp/syn-lots".into()]).expect_err("there is none").to_string();
        assert!(missed.contains("did you mean `tcp/syn-lost`"), "{missed}");
        assert_eq!((distance("fin", "fan"), distance("fin", "fins"), distance("", "abc")), (1, 1, 3));
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name, fits) in [
            ("tls/*", "tls/unknown-ca", true),
            ("*lost*", "tcp/syn-lost", true),
            ("tls/unknown", "tls/unknown-ca", false),
            ("*-ca", "tls/unknown-ca", true),
            ("tcp/*", "tls/unknown-ca", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}

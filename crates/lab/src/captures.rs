//! `lab read` of captures: first a table, a line a connection; then, with `--connection N`, one of them as any other
//! run.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::Context;
use capture::{Captures, Keep, Keys, PrivateKey};
use claims::Event;
use rustls::pki_types::{
    PrivateKeyDer,
    pem::{self, PemObject},
};
use steps::{Lang, Said, program::LAB, say};

mod rows;

use rows::Rows;
pub(crate) use rows::{in_json, lines};

/// How the connections of captures are chosen and ordered.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Captures")]
pub(crate) struct Choice {
    /// The connection with this number in the table, or all of them, as a ladder or in any other form
    #[arg(long, value_name = "N|all")]
    connection: Option<Which>,

    /// Only connections whose row holds this text (an address, a port, a name, a protocol, an outcome)
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// The server's RSA key in PEM: TLS with static RSA (RFC 5246 §8.1.1) is opened with it, as by whoever gets it later
    #[arg(long, value_name = "FILE")]
    pub(crate) rsa_key: Option<PathBuf>,

    /// The order of the table
    #[arg(long, value_enum, default_value_t, value_name = "BY")]
    sort: Sort,
}

/// Which connections are told step by step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    One(u64),
    All,
}

impl std::str::FromStr for Which {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "all" => Ok(Which::All),
            number => number.parse().map(Which::One).map_err(|_| "a number of the table, or `all`"),
        }
    }
}

/// An order of connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Sort {
    /// When they began
    #[default]
    Time,
    /// The longest first
    Duration,
    /// Those that carried most first
    Bytes,
    /// By what they speak
    Protocol,
}

/// What `lab read` has of captures.
pub(crate) enum Found {
    /// The table.
    Table(String),
    /// The events of the connection that was asked for.
    Events(Vec<Event>),
}

/// Whether a file is a capture, by how it begins.
pub(crate) fn is_capture(path: &Path) -> bool {
    if path == Path::new(STDIN) {
        return true;
    }
    let mut first = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok() && capture::is_capture(&first)
}

const STDIN: &str = "-";

/// Reads captures as if they were one.
///
/// # Errors
///
/// When one cannot be opened or is none, or there is no connection of that number.
pub(crate) fn read(
    paths: &[PathBuf],
    (choice, keylog): (&Choice, Option<&Path>),
    (lang, json): (Lang, bool),
) -> anyhow::Result<Found> {
    let keep = match choice.connection {
        None => Keep::Nothing,
        Some(Which::One(number)) => Keep::One(number),
        Some(Which::All) => Keep::All,
    };
    let mut rows = Rows::new(choice, (lang, json));
    let meanwhile = |captures: &mut Captures| rows.meanwhile(captures);
    let captures = follow(paths, (keylog, choice.rsa_key.as_deref()), (keep, lang), meanwhile)?;
    let given_up = captures.given_up();
    if given_up > 0 {
        say_given_up(given_up, lang);
    }
    let (mut finished, counts) = captures.finish();
    say_late_keys(counts.late_keys, lang);
    rows.say_what_the_key_opened(&finished);
    if let Some(Which::One(number)) = choice.connection {
        let total = rows.seen + finished.len();
        let one = rows.waiting.into_iter().chain(finished).find(|one| one.row.number == number);
        let one =
            one.with_context(|| format!("there is no connection {number}; the captures have {total}"))?;
        return Ok(Found::Events(one.events));
    }
    if choice.connection == Some(Which::All) {
        finished.retain(|one| rows.admits(&one.row));
        return Ok(Found::Events(finished.into_iter().flat_map(|one| one.events).collect()));
    }
    Ok(Found::Table(rows.finish(finished, counts)))
}

/// The RSA key in a file.
fn private_key(path: &Path) -> anyhow::Result<PrivateKey> {
    let named = || format!("the RSA key {}", path.display());
    let der = PrivateKeyDer::from_pem_file(path).map_err(|error| match error {
        pem::Error::Io(error) => anyhow::Error::new(error),
        _ => anyhow::anyhow!("it holds no private key in PEM"),
    });
    let key = match der.with_context(named)? {
        PrivateKeyDer::Pkcs1(der) => PrivateKey::of_pkcs1(der.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(der) => PrivateKey::of_pkcs8(der.secret_pkcs8_der()),
        _ => None,
    };
    key.context("it is no RSA key of 2048 to 8192 bits").with_context(named)
}

/// Follows the connections of captures as if they were one, the earliest first: a ring of files has no other order.
///
/// # Errors
///
/// When one cannot be opened or is none.
pub(crate) fn follow(
    paths: &[PathBuf],
    (keylog, rsa_key): (Option<&Path>, Option<&Path>),
    (keep, lang): (Keep, Lang),
    mut meanwhile: impl FnMut(&mut Captures),
) -> anyhow::Result<Captures> {
    let mut keys = Keys::default();
    if let Some(path) = keylog {
        let read = File::open(path).and_then(|log| keys.read(io::BufReader::with_capacity(1 << 18, log)));
        if read.with_context(|| format!("could not read the key log {}", path.display()))? == 0 {
            tell(lang, &say!(captures::holds_no_secret(path.display())));
        }
    }
    if let Some(path) = rsa_key {
        keys.add_private_key(private_key(path)?);
    }
    let mut captures = Captures::in_threads(keys, keep, Captures::threads());
    for path in in_time(paths) {
        let read = match path.to_str() {
            Some(STDIN) => captures.file(io::stdin().lock(), &mut meanwhile),
            _ => captures.file(open(&path)?, &mut meanwhile),
        };
        match read {
            Ok(_packets) => {}
            // What came before counts, where anything did.
            Err(trouble @ (capture::Trouble::NotACapture | capture::Trouble::Io(_))) => {
                return Err(trouble).with_context(|| path.display().to_string());
            }
            Err(trouble) => {
                tell(lang, &say!(captures::what_came_before_is_shown(path.display(), trouble.said())));
            }
        }
    }
    Ok(captures)
}

/// A capture file, to be read.
///
/// # Errors
///
/// Says which could not be opened.
pub(crate) fn open(path: &Path) -> anyhow::Result<impl Read> {
    let file = File::open(path).with_context(|| format!("could not read {}", path.display()))?;
    Ok(io::BufReader::with_capacity(1 << 18, file))
}

/// Captures in the order of their first packets; one without a packet has nothing to tell, and standard input is read
/// when it is its turn.
pub(crate) fn in_time(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut paths = paths.to_vec();
    if paths.len() > 1 {
        let first = |path: &PathBuf| {
            let file = (path != Path::new(STDIN)).then(|| File::open(path).ok()).flatten();
            file.and_then(capture::begins)
        };
        paths.sort_by_cached_key(first);
    }
    paths
}

pub(crate) fn say_given_up(given_up: u64, lang: Lang) {
    tell(lang, &say!(captures::told_before_their_end(given_up)));
}

/// Says so where connections had their key too late.
pub(crate) fn say_late_keys(late: u64, lang: Lang) {
    late_keys(late).iter().for_each(|said| tell(lang, said));
}

fn late_keys(late: u64) -> Option<Said> {
    match late {
        0 => None,
        1 => Some(say!(captures::one_key_came_late())),
        _ => Some(say!(captures::keys_came_late(late))),
    }
}

pub(crate) fn tell(lang: Lang, said: &Said) {
    show::say(LAB, said.in_lang(lang));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_came_too_late_are_told_in_one_line_with_their_count() {
        let told = |late| late_keys(late).map(|said| (said.en, said.zh));
        assert_eq!(told(0), None);
        let (one, _) = told(1).expect("it is said");
        assert_eq!(one, "the keys of 1 connection came after it was told, and opened nothing");
        let (en, zh) = told(12).expect("it is said");
        assert_eq!(en, "the keys of 12 connections came after these were told, and opened nothing");
        assert_eq!(zh, "有 12 条连接的密钥在它们列出之后才出现，未能用上");
    }
}

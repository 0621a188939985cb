//! `lab read CAPTURE --capture OUT`: the same packets once more, each with the steps that it completed as its comments, and
//! the secrets inside. A flight recorder has left that for later.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use anyhow::Context;
use capture::{Copied, Keep};
use claims::Event;
use steps::{Lang, say_in};
use watch::Commented;

use crate::captures;

/// Writes `out`, and says what is in it.
///
/// # Errors
///
/// When a capture cannot be read, or `out` is one of them, or cannot be written.
pub(crate) fn write(
    paths: &[PathBuf],
    (keylog, rsa_key): (Option<&Path>, Option<&Path>),
    out: &Path,
    lang: Lang,
) -> anyhow::Result<String> {
    let same = |path: &PathBuf| {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        real(path).is_some_and(|path| real(out) == Some(path))
    };
    anyhow::ensure!(!paths.iter().any(same), "{} is what is read: name another file", out.display());
    anyhow::ensure!(!paths.iter().any(|path| path == Path::new("-")), "a capture is read twice: name a file");
    let captures = captures::follow(paths, (keylog, rsa_key), (Keep::All, lang), |_| {})?;
    let (finished, counts) = captures.finish();
    captures::say_late_keys(counts.late_keys, lang);
    let mut told: HashMap<i64, Vec<Event>> = HashMap::new();
    for event in finished.into_iter().flat_map(|one| one.events) {
        let at = i64::try_from(event.at.as_nanosecond()).unwrap_or_default();
        told.entry(at).or_default().push(event);
    }
    let mut written = Commented::create(out, lang)
        .with_context(|| format!("could not open the capture {} (--capture names it)", out.display()))?;
    if let Some(path) = keylog {
        let lines = std::fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
        written.secrets(&String::from_utf8_lossy(&lines)).context(NOT_WRITTEN)?;
    }
    let mut left_out = 0_u64;
    for path in captures::in_time(paths) {
        let mut failed = Ok(());
        let read = capture::copy(captures::open(&path)?, |item| {
            if failed.is_ok() {
                failed = match item {
                    Copied::Secrets(lines) => written.secrets(lines),
                    Copied::Packet { at, packet, ends } => {
                        let events = told.get_mut(&at).map(|all| {
                            let conn = |event: &mut Event| ends.is_some_and(|ends| is_of(&event.conn, ends));
                            all.extract_if(.., conn).collect::<Vec<_>>()
                        });
                        let events = events.unwrap_or_default();
                        let steps: Vec<_> =
                            events.iter().map(|event| (&event.seen, claims::lines(&event.claims))).collect();
                        written.packet(at, packet, &steps)
                    }
                    Copied::Other => {
                        left_out += 1;
                        Ok(())
                    }
                };
            }
        });
        failed.context(NOT_WRITTEN)?;
        drop(read); // what is wrong with it was said when it was followed
    }
    let (packets, comments) = written.end().context(NOT_WRITTEN)?;
    let out = steps::harmless::one_line(&out.display().to_string());
    let mut said = say_in!(lang, captures::packets_and_comments(out, packets, comments));
    if left_out > 0 {
        said.push_str(&say_in!(lang, captures::left_out(left_out)));
    }
    Ok(said)
}

const NOT_WRITTEN: &str = "the capture could not be written to its end";

/// Whether a connection is the one between these ends, whichever is the client.
fn is_of(conn: &str, (one, other): (std::net::SocketAddr, std::net::SocketAddr)) -> bool {
    conn == format!("{one}>{other}") || conn == format!("{other}>{one}")
}

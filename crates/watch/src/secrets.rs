//! Session secrets: the one place from which they leave the process. They go to the file of `--keylog`, into the
//! capture of `--capture`, and into the log only with `--secrets`. Private keys and passwords have no way out at all.
//!
//! TLS lines are those of RFC 9850 (`CLIENT_RANDOM …`), and `RSA …` for a pre-master secret, as Wireshark reads it; an
//! SSH line is `<client's cookie> SHARED_SECRET <K>`, which Wireshark reads from version 4.2 on.

mod file;

use std::{
    collections::VecDeque,
    io,
    path::Path,
    sync::{Mutex, MutexGuard},
};

use steps::sync::lock;

pub(crate) use file::private;

use self::file::Lines;
use crate::pcapng::Secrets as Kind;

/// Where the secrets of a session go.
#[derive(Debug, Default)]
pub(crate) struct Secrets(Mutex<Out>);

#[derive(Debug, Default)]
struct Out {
    file: Option<Lines>,
    shown: bool,
    /// Both ends of a connection may live in this session and know the same secret: it is written once.
    recent: VecDeque<String>,
}

/// What a line of a key log holds; none: no secret.
pub(crate) fn kind(line: &str) -> Option<Kind> {
    let mut words = line.split(' ').filter(|word| !word.is_empty());
    match (words.next(), words.next(), words.next()) {
        (Some(label), _, _) if label.starts_with('#') => None,
        (Some(_), Some("SHARED_SECRET"), Some(_)) => Some(Kind::Ssh),
        (Some(_), Some(_), Some(_)) => Some(Kind::Tls),
        _ => None,
    }
}

/// How many lines are remembered so as not to write one twice.
const RECENT: usize = 32;

impl Secrets {
    /// From now on secrets are added to the file at `path`, which only its owner may read if it is made here.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened to be added to.
    pub(crate) fn open(&self, path: &Path) -> io::Result<()> {
        self.lock().file = Some(Lines::add_to(path)?);
        Ok(())
    }

    /// Waits until all secrets are in the file.
    pub(crate) fn end(&self) {
        let file = self.lock().file.take();
        if let Some(lines) = file {
            lines.end();
        }
    }

    /// Whether they go to a file.
    pub(crate) fn are_kept(&self) -> bool {
        self.lock().file.is_some()
    }

    /// From now on whole secrets go into the log.
    pub(crate) fn show(&self) {
        self.lock().shown = true;
    }

    fn lock(&self) -> MutexGuard<'_, Out> {
        lock(&self.0)
    }

    /// Whether whole secrets go into the log.
    pub(crate) fn are_shown(&self) -> bool {
        self.lock().shown
    }

    /// Adds a line of a key log to the file, if there is one, and hands it to `first`; nothing of it where it was added
    /// before.
    pub(crate) fn add(&self, line: String, first: impl FnOnce(&str)) {
        let mut out = self.lock();
        if out.recent.contains(&line) {
            return;
        }
        first(&line);
        if let Some(file) = &mut out.file {
            file.add(line.clone());
        }
        if out.recent.len() == RECENT {
            out.recent.pop_front();
        }
        out.recent.push_back(line);
    }
}

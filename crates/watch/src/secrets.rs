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
    sync::{Mutex, MutexGuard, PoisonError},
};

use steps::{Fields, common};

pub(crate) use file::private;

use self::file::Lines;
use crate::{pcapng::Secrets, recording};

static OUT: Mutex<Out> = Mutex::new(Out { file: None, shown: false, recent: VecDeque::new() });

#[derive(Debug)]
struct Out {
    file: Option<Lines>,
    shown: bool,
    /// Both ends of a connection may live in this process and know the same secret: it is written once.
    recent: VecDeque<String>,
}

/// How many lines are remembered so as not to write one twice.
const RECENT: usize = 32;

/// From now on secrets are added to the file at `path`, which only its owner may read if it is made here.
///
/// # Errors
///
/// When the file cannot be opened to be added to.
pub fn open(path: &Path) -> io::Result<()> {
    out().file = Some(Lines::add_to(path)?);
    Ok(())
}

/// Waits until all secrets are in the file.
pub(crate) fn end() {
    let file = out().file.take();
    if let Some(lines) = file {
        lines.end();
    }
}

/// From now on [`reveal`] shows secrets.
pub fn show() {
    out().shown = true;
}

/// A secret of TLS by its label. `about` is the client's random, and for `RSA` the first eight bytes of the encrypted
/// pre-master secret.
pub fn tls(label: &str, about: &[u8], secret: &[u8]) {
    write(Secrets::Tls, || format!("{label} {} {}\n", hex::encode(about), hex::encode(secret)));
}

/// The shared secret K of an SSH key exchange, by the cookie of the client's KEXINIT.
pub fn ssh(cookie: &[u8], secret: &[u8]) {
    write(Secrets::Ssh, || format!("{} SHARED_SECRET {}\n", hex::encode(cookie), hex::encode(secret)));
}

/// Adds the whole secrets to the fields of an event, if the user asked for that; their fingerprints stand there anyway.
pub fn reveal(fields: &mut Fields, secrets: &[&[u8]]) {
    if out().shown {
        let secrets: Vec<_> = secrets.iter().map(hex::encode).collect();
        fields.put(common::SECRETS, secrets);
    }
}

fn write(kind: Secrets, line: impl FnOnce() -> String) {
    let mut out = out();
    if out.file.is_none() && !recording::on() {
        return;
    }
    let line = line();
    if out.recent.contains(&line) {
        return;
    }
    recording::secret(kind, &line);
    if let Some(file) = &mut out.file {
        file.add(line.clone());
    }
    if out.recent.len() == RECENT {
        out.recent.pop_front();
    }
    out.recent.push_back(line);
}

fn out() -> MutexGuard<'static, Out> {
    OUT.lock().unwrap_or_else(PoisonError::into_inner)
}

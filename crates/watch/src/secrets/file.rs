//! Files that hold secrets: only their owner may read what is made here, and a slow disk delays no handshake.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    thread::{self, JoinHandle},
};

use crate::emit::as_here;

/// How many lines may wait for the disk: those of about a thousand handshakes.
const ROOM: usize = 4096;

/// Opens `path` as `how` says, and makes it where it is not there; `anew`: without what was in it. A file that others
/// may read stays as its owner wants it, which is said.
///
/// # Errors
///
/// When it cannot be opened, or is somebody else's.
pub(crate) fn private(how: &mut OpenOptions, path: &Path, anew: bool) -> io::Result<File> {
    let file = files::open(how, path, anew)?;
    let about = file.metadata()?;
    if let Some(mode) = files::mode(&about).filter(|mode| about.is_file() && mode & 0o044 != 0) {
        let path = path.display();
        tracing::warn!(
            "{path} will hold the session's secrets, and others may read it (mode {mode:03o}): chmod 600 {path}"
        );
    }
    Ok(file)
}

/// Lines that are added to a file by a thread of its own.
#[derive(Debug)]
pub(super) struct Lines {
    path: PathBuf,
    thread: Thread,
    /// Lines that found no room.
    lost: u64,
}

#[derive(Debug)]
enum Thread {
    /// It begins with the first line: by then the process has given up what rights it does not need, and a thread
    /// inherits what its parent has.
    Waits(File),
    Runs(SyncSender<String>, JoinHandle<()>),
    Ended,
}

impl Lines {
    /// Adds to the file at `path`.
    ///
    /// # Errors
    ///
    /// When it cannot be opened to be added to.
    pub(super) fn add_to(path: &Path) -> io::Result<Self> {
        let file = private(OpenOptions::new().append(true), path, false)?;
        Ok(Lines { path: path.into(), thread: Thread::Waits(file), lost: 0 })
    }

    /// Adds a line, and does not wait for the disk. One that finds no room is counted.
    pub(super) fn add(&mut self, line: String) {
        if let Thread::Waits(_) = self.thread
            && let Thread::Waits(file) = std::mem::replace(&mut self.thread, Thread::Ended)
        {
            let (lines, waiting) = sync_channel(ROOM);
            let path = self.path.clone();
            let thread = thread::Builder::new().name("key log".into());
            match thread.spawn(as_here(move || write(file, &path, &waiting))) {
                Ok(thread) => self.thread = Thread::Runs(lines, thread),
                Err(error) => tracing::warn!("the key log has no thread, and stays empty: {error}"),
            }
        }
        if let Thread::Runs(lines, _) = &self.thread
            && let Err(TrySendError::Full(_)) = lines.try_send(line)
        {
            self.lost += 1;
        }
    }

    /// Waits until all is written, and says what is missing.
    pub(super) fn end(self) {
        if let Thread::Runs(lines, thread) = self.thread {
            drop(lines);
            drop(thread.join());
        }
        if self.lost > 0 {
            let (lost, path) = (self.lost, self.path.display());
            tracing::warn!("{path}: {lost} secrets are missing, the disk was too slow for them");
        }
    }
}

fn write(mut file: File, path: &Path, lines: &Receiver<String>) {
    for line in lines {
        // One write of a whole line to a file that is only added to: two processes may share it.
        if let Err(error) = file.write_all(line.as_bytes()) {
            tracing::warn!("the key log {} could not be written and ends here: {error}", path.display());
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, process::Command};

    use super::*;

    #[test]
    fn a_slow_disk_delays_nobody_and_what_finds_no_room_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("keys");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        // A pipe that nobody reads holds 64 KiB: a disk that stands still.
        let reader = File::options().read(true).write(true).open(&pipe).unwrap();
        let mut lines = Lines::add_to(&pipe).unwrap();
        let line = "x".repeat(1023) + "\n";
        for _ in 0..2 * ROOM {
            lines.add(line.clone());
        }
        let waiting = ROOM + 64 + 1;
        assert!(lines.lost > 0 && lines.lost >= (2 * ROOM - waiting) as u64, "{}", lines.lost);
        // It recovers: what had room is written once somebody reads.
        let lost = lines.lost;
        let reading = thread::spawn(move || {
            let mut reader = io::BufReader::new(reader);
            let mut heard = 0;
            while heard < 2 * ROOM as u64 - lost {
                heard +=
                    io::BufRead::read_line(&mut reader, &mut String::new()).map_or(0, |n| n as u64 / 1024);
            }
            heard
        });
        lines.end();
        assert_eq!(reading.join().unwrap(), 2 * ROOM as u64 - lost);
    }

    #[test]
    fn what_is_made_here_is_its_owners_alone_and_what_was_there_keeps_its_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        for line in ["a\n", "b\n"] {
            let mut lines = Lines::add_to(&path).unwrap();
            lines.add(line.into());
            lines.end();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "a\nb\n");
        assert_eq!(files::mode(&fs::metadata(&path).unwrap()), Some(0o600));
    }
}

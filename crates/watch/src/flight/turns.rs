//! The files of a flight recorder: one that grows, or a ring of them that are written in turn. All are open from the
//! beginning, for later there may be no right to open them. Each is whole at any time: it ends behind a block, also where
//! the disk was full.

use std::{
    fs::{File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use steps::{Lang, text};

use super::RingSize;
use crate::{
    pcapng::{self, PROGRAM},
    secrets::private,
};

/// The files, and the one that is written.
pub(super) struct Turns {
    files: Vec<(PathBuf, File)>,
    at: usize,
    /// How many were begun: which turn it is.
    turn: u64,
    most: Option<u64>,
    header: Vec<u8>,
    /// How much of the file is written, and what waits to be.
    written: u64,
    waits: Vec<u8>,
    ended: bool,
}

/// So much is written at once.
const ENOUGH: usize = 256 << 10;

impl Turns {
    /// Opens `path`, or a ring: of `run.pcapng` the files `run-1.pcapng`, `run-2.pcapng` and so on.
    ///
    /// # Errors
    ///
    /// When one cannot be written, or is somebody else's.
    pub(super) fn open(path: &Path, size: Option<RingSize>, lang: Lang) -> io::Result<Self> {
        let mut header = Vec::new();
        pcapng::header(&mut header, PROGRAM, of_file(lang));
        let paths = match size {
            None => vec![path.to_owned()],
            Some(size) => (1..=size.files).map(|number| numbered(path, number)).collect(),
        };
        let mut files = Vec::new();
        for path in paths {
            let mut file = private(OpenOptions::new().write(true), &path, true)?;
            file.write_all(&header)?;
            files.push((path, file));
        }
        let (written, most) = (header.len() as u64, size.map(|size| size.bytes));
        Ok(Turns { files, at: 0, turn: 1, most, header, written, waits: Vec::new(), ended: false })
    }

    /// Which turn it is. What a file needs is written into it again in each.
    pub(super) fn turn(&self) -> u64 {
        self.turn
    }

    /// Whether what was written stays, for the file only grows.
    pub(super) fn only_grows(&self) -> bool {
        self.most.is_none()
    }

    /// Makes room for `length` bytes that belong together; gives whether that began another file.
    pub(super) fn make_room(&mut self, length: usize) -> bool {
        let so_far = self.written + self.waits.len() as u64;
        let full = self.most.is_some_and(|most| so_far + length as u64 > most);
        let begins = full && so_far > self.header.len() as u64;
        if begins {
            self.flush();
            self.next();
        }
        begins
    }

    /// Appends blocks.
    pub(super) fn put(&mut self, blocks: &[u8]) {
        if !self.ended {
            self.waits.extend_from_slice(blocks);
        }
    }

    /// Writes what waits, once there is enough of it.
    pub(super) fn flush_if_much(&mut self) {
        if self.waits.len() >= ENOUGH {
            self.flush();
        }
    }

    /// Writes what waits.
    pub(super) fn flush(&mut self) {
        if self.ended || self.waits.is_empty() {
            return;
        }
        let (path, file) = &mut self.files[self.at];
        match file.write_all(&self.waits) {
            Ok(()) => self.written += self.waits.len() as u64,
            Err(error) => {
                // What there was room for may end in the middle of a block.
                drop(file.set_len(self.written));
                tracing::warn!("{} could not be written and ends here: {error}", path.display());
                self.ended = true;
            }
        }
        self.waits.clear();
        self.waits.shrink_to(2 * ENOUGH);
    }

    /// Begins the next file, without what was in it.
    fn next(&mut self) {
        if self.ended {
            return;
        }
        self.at = (self.at + 1) % self.files.len();
        self.turn += 1;
        let (path, file) = &mut self.files[self.at];
        if let Err(error) = file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))) {
            tracing::warn!("{} could not be written anew, the recording ends here: {error}", path.display());
            self.ended = true;
        }
        self.written = 0;
        self.waits.extend_from_slice(&self.header);
    }

    /// The one that is written.
    pub(super) fn path(&self) -> &Path {
        &self.files[self.at].0
    }
}

/// `run.pcapng` with a number: `run-1.pcapng`.
fn numbered(path: &Path, number: usize) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// What the file says of itself.
fn of_file(lang: Lang) -> &'static str {
    text!(captures::packets_and_secrets_alone()).in_lang(lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_ring_keep_folder_and_extension() {
        let name = |path: &str| numbered(Path::new(path), 3).display().to_string();
        assert_eq!(name("run.pcapng"), "run-3.pcapng");
        assert_eq!(name("/tmp/a.b/run"), "/tmp/a.b/run-3");
        assert_eq!(name("../x.y.pcapng"), "../x.y-3.pcapng");
        assert_eq!(name(".pcapng"), ".pcapng-3");
    }
}

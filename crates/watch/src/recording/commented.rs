//! A capture that was read is written once more, with its steps.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter},
    path::Path,
};

use steps::{Event, Lang, Said};

use super::comment;
use crate::{
    pcapng::{PROGRAM, Secrets, Writer},
    secrets::{self, private},
};

/// A capture with steps as the comments of its packets.
pub struct Commented {
    writer: Writer<BufWriter<File>>,
    lang: Lang,
    packets: u64,
    comments: u64,
}

impl std::fmt::Debug for Commented {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Its secrets stay out of every log.
        f.debug_struct("Commented").finish_non_exhaustive()
    }
}

impl Commented {
    /// Begins the file at `path`, in the words of `lang`.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or is somebody else's.
    pub fn create(path: &Path, lang: Lang) -> io::Result<Self> {
        let file = private(OpenOptions::new().write(true), path, true)?;
        let writer = Writer::new(BufWriter::new(file), PROGRAM, comment::of_file(lang))?;
        Ok(Commented { writer, lang, packets: 0, comments: 0 })
    }

    /// Writes lines of a key log.
    ///
    /// # Errors
    ///
    /// When they cannot be written.
    pub fn secrets(&mut self, lines: &str) -> io::Result<()> {
        for kind in [Secrets::Tls, Secrets::Ssh] {
            let all = lines.lines().filter(|line| secrets::kind(line) == Some(kind));
            let of_it: String = all.flat_map(|line| [line, "\n"]).collect();
            if !of_it.is_empty() {
                self.writer.secrets(kind, &of_it)?;
            }
        }
        Ok(())
    }

    /// Writes a packet that was captured `at` so many nanoseconds since 1970, with the steps that it completed and what is
    /// said of each.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn packet(&mut self, at: i64, packet: &[u8], steps: &[(&Event, Vec<Said>)]) -> io::Result<()> {
        let comments: Vec<String> =
            steps.iter().map(|(event, said)| comment::of_event(event, said, false, self.lang)).collect();
        self.packets += 1;
        self.comments += comments.len() as u64;
        let at =
            std::time::UNIX_EPOCH + std::time::Duration::from_nanos(u64::try_from(at).unwrap_or_default());
        self.writer.packet(at, packet, &comments)
    }

    /// Completes the file; gives how many packets and comments it has.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn end(mut self) -> io::Result<(u64, u64)> {
        self.writer.flush()?;
        Ok((self.packets, self.comments))
    }
}

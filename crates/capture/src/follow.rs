//! A key log that grows while it is read: a browser writes a line with each handshake.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read, Seek, SeekFrom},
    path::PathBuf,
};

/// A key log that is followed. It may not be there yet, and begins anew where it is replaced or cut.
#[derive(Debug)]
pub struct Followed {
    path: PathBuf,
    file: Option<File>,
    read: u64,
    /// The beginning of a line.
    partial: Vec<u8>,
}

/// What is read at a time.
const MOST_AT_ONCE: u64 = 1 << 20;

/// A line has some 200 bytes; what goes on for so long is none.
const LONGEST_LINE: usize = 64 << 10;

impl Followed {
    /// Follows the file of that name.
    pub fn new(path: PathBuf) -> Followed {
        Followed { path, file: None, read: 0, partial: Vec::new() }
    }

    /// The lines that are new since the last call and whole.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read.
    pub fn more(&mut self) -> io::Result<String> {
        let there = match fs::metadata(&self.path) {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
            Err(error) => return Err(error),
        };
        // To open anything else may wait for ever.
        if !there.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        let open = self.file.as_ref().and_then(|file| file.metadata().ok());
        let same = open.is_some_and(|open| is_same(&open, &there));
        if !same || there.len() < self.read {
            self.file = Some(File::open(&self.path)?);
            (self.read, self.partial) = (0, Vec::new());
        }
        let Some(file) = &mut self.file else { return Ok(String::new()) };
        file.seek(SeekFrom::Start(self.read))?;
        self.read += file.take(MOST_AT_ONCE).read_to_end(&mut self.partial)? as u64;
        let whole = self.partial.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let lines: Vec<u8> = self.partial.drain(..whole).collect();
        if self.partial.len() > LONGEST_LINE {
            self.partial.clear();
        }
        Ok(String::from_utf8_lossy(&lines).into_owned())
    }
}

/// Whether the two are one file.
#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    one.ino() == other.ino() && one.dev() == other.dev()
}

/// Where a file has no number that could be asked for, the time at which it was made.
#[cfg(not(unix))]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    one.created().ok() == other.created().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_key_log_is_followed_by_whole_lines_from_before_it_is_there() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("keys.txt");
        let mut followed = Followed::new(path.clone());
        assert_eq!(followed.more().expect("it may come later"), "");
        let mut file = File::create(&path).expect("the folder is ours");
        let mut write = |text: &str| file.write_all(text.as_bytes()).expect("the file is ours");
        write("one\ntw");
        assert_eq!(followed.more().expect("it is there"), "one\n");
        assert_eq!(followed.more().expect("it is there"), "");
        write("o\nthree\n");
        assert_eq!(followed.more().expect("it is there"), "two\nthree\n");
        fs::write(folder.path().join("new"), "four\n").expect("the folder is ours");
        fs::rename(folder.path().join("new"), &path).expect("the folder is ours");
        assert_eq!(followed.more().expect("it was replaced"), "four\n");
        fs::write(&path, "5\n").expect("the file is ours");
        assert_eq!(followed.more().expect("it was cut"), "5\n");
        assert!(Followed::new(folder.path().to_owned()).more().is_err());
    }
}

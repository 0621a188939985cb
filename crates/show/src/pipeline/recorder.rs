//! Records every event as a line of JSON, in a file of this process alone.

use std::{
    fs::{File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process,
    time::{SystemTime, UNIX_EPOCH},
};

use super::sink::Place;

/// The file of a log that is being recorded.
#[derive(Debug)]
pub(crate) struct Recorded {
    path: PathBuf,
    private: bool,
    for_another: bool,
    once_open: Option<fn()>,
    /// Made with the first event: a program that sees none leaves no file.
    file: Option<File>,
}

impl Recorded {
    /// Makes the folder. The name of the file begins with the time: sorted by name, the last is the newest.
    /// A `private` one is its owner's only. `once_open` is called when the file is open.
    pub(crate) fn create(folder: &Path, private: bool, once_open: Option<fn()>) -> io::Result<Self> {
        let for_another = files::folder(folder).map_err(|error| {
            let what =
                format!("could not record in {}: {error} (--log-dir takes a folder)", folder.display());
            io::Error::new(error.kind(), what)
        })?;
        let program = std::env::args_os().next().map(PathBuf::from);
        let program =
            program.as_deref().and_then(Path::file_stem).and_then(|name| name.to_str()).unwrap_or("log");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // In containers every process is number 1: the time tells them apart.
        let name = format!("{}.{:09}-{program}-{}.jsonl", now.as_secs(), now.subsec_nanos(), process::id());
        Ok(Recorded { path: folder.join(name), private, for_another, once_open, file: None })
    }

    /// Whether the folder belongs to another user, for whom root records.
    pub(crate) fn for_another(&self) -> bool {
        self.for_another
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// A file for its owner only, or for whom the umask lets read.
#[cfg(unix)]
fn readable_by(its_owner: bool) -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.mode(if its_owner { 0o600 } else { 0o666 });
    options
}

/// Elsewhere the folder says who may read.
#[cfg(not(unix))]
fn readable_by(_its_owner: bool) -> OpenOptions {
    OpenOptions::new()
}

impl Write for Recorded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                // Never through a link: the file must be a new one.
                let file = readable_by(self.private).write(true).create_new(true).open(&self.path)?;
                if let Some(opened) = self.once_open {
                    opened();
                }
                self.file.insert(file)
            }
        };
        file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Place for Recorded {
    fn take_back(&mut self, torn: u64) -> bool {
        // The file is this process's alone: nobody has added to it since.
        let taken = self.file.as_mut().map(|file| {
            let whole = file.stream_position()?.saturating_sub(torn);
            file.set_len(whole)?;
            file.seek(SeekFrom::Start(whole))
        });
        taken.is_some_and(|taken| taken.is_ok())
    }
}

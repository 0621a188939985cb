//! Records every event as a line of JSON, in a file of this process alone.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process,
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

/// A log that is being recorded.
#[derive(Debug)]
pub(crate) struct Recorder {
    path: PathBuf,
    mode: u32,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Made with the first event: a program that sees none leaves no file.
    file: Option<File>,
    /// Lines that could not be written; the first is said at once.
    lost: u64,
}

impl Recorder {
    /// Makes the folder. The name of the file begins with the time: sorted by name, the last is the newest.
    /// A `private` one is its owner's only.
    pub(crate) fn create(folder: &Path, private: bool) -> io::Result<Self> {
        fs::create_dir_all(folder).map_err(|error| {
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
        let mode = if private { 0o600 } else { 0o666 }; // less what the umask takes away
        Ok(Recorder { path: folder.join(name), mode, state: Mutex::default() })
    }

    /// Appends one event. A full disk costs the record, not the handshake.
    pub(crate) fn write(&self, json: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = state.append(&self.path, self.mode, json) {
            if state.lost == 0 {
                tracing::error!("steps cannot be recorded in {}: {error}", self.path.display());
            }
            state.lost += 1;
        }
    }
}

impl State {
    fn append(&mut self, path: &Path, mode: u32, json: &str) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut options = OpenOptions::new();
                self.file.insert(options.write(true).create_new(true).mode(mode).open(path)?)
            }
        };
        // One write a line: a program that is killed leaves whole lines.
        file.write_all(format!("{json}\n").as_bytes())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let lost = self.state.get_mut().unwrap_or_else(PoisonError::into_inner).lost;
        if lost > 0 {
            tracing::error!("{lost} events were not recorded");
        }
    }
}

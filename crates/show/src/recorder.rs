//! Records every event as a line of JSON, in a file of this process alone.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

/// A log that is being recorded.
#[derive(Debug)]
pub(crate) struct Recorder {
    path: PathBuf,
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
    pub(crate) fn create(folder: &Path) -> io::Result<Self> {
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
        Ok(Recorder { path: folder.join(name), state: Mutex::default() })
    }

    /// Appends one event. A full disk costs the record, not the handshake.
    pub(crate) fn write(&self, json: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = state.append(&self.path, json) {
            if state.lost == 0 {
                tracing::error!("steps cannot be recorded in {}: {error}", self.path.display());
            }
            state.lost += 1;
        }
    }
}

impl State {
    fn append(&mut self, path: &Path, json: &str) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(File::create_new(path)?),
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

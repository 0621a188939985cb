//! Records every event as a line of JSON, in a file of this process alone.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
    process,
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

/// A log that is being recorded.
#[derive(Debug)]
pub(crate) struct Recorder(Mutex<State>);

#[derive(Debug)]
struct State {
    file: File,
    /// Lines that could not be written; it is said once.
    lost: u64,
}

impl Recorder {
    /// Makes the folder and a file in it, whose name begins with the time: sorted by name, the last is the newest.
    pub(crate) fn create(folder: &Path) -> io::Result<Self> {
        let program = std::env::args_os().next().map(std::path::PathBuf::from);
        let program =
            program.as_deref().and_then(Path::file_stem).and_then(|name| name.to_str()).unwrap_or("log");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // In containers every process is number 1: the time tells them apart.
        let name = format!("{}.{:09}-{program}-{}.jsonl", now.as_secs(), now.subsec_nanos(), process::id());
        let path = folder.join(name);
        let file = fs::create_dir_all(folder).and_then(|()| File::create_new(&path)).map_err(|error| {
            let what =
                format!("could not record in {}: {error} (--log-dir takes a folder)", folder.display());
            io::Error::new(error.kind(), what)
        })?;
        Ok(Recorder(Mutex::new(State { file, lost: 0 })))
    }

    /// Appends one event. A full disk costs the record, not the handshake.
    pub(crate) fn write(&self, json: &str) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One write a line: a program that is killed leaves whole lines.
        if let Err(error) = state.file.write_all(format!("{json}\n").as_bytes()) {
            if state.lost == 0 {
                tracing::error!("steps can no longer be recorded: {error}");
            }
            state.lost += 1;
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let lost = self.0.get_mut().unwrap_or_else(PoisonError::into_inner).lost;
        if lost > 0 {
            tracing::error!("{lost} events were not recorded");
        }
    }
}

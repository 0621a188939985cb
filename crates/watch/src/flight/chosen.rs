//! The same of other programs' packets, for `lab watch`, which has a ring of its own. Which secrets belong to which
//! connection is known only once something is recognised: each file of a ring repeats the newest of the key log.

use std::{io, net::SocketAddr, path::Path, time::Instant};

use steps::Lang;

use super::{
    RingSize,
    turns::Turns,
    writer::{Whose, Writer},
};
use crate::secrets;

/// Packets and secrets on their way into a file or a ring of files.
pub struct CaptureFiles(Writer);

impl std::fmt::Debug for CaptureFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Its secrets stay out of every log.
        f.debug_struct("CaptureFiles").finish_non_exhaustive()
    }
}

impl CaptureFiles {
    /// Opens the files. `chosen` says by the two ends of a packet whether it is written, and of one that is no TCP by none.
    ///
    /// # Errors
    ///
    /// When one cannot be written, or is somebody else's.
    pub fn open(
        path: &Path,
        size: Option<RingSize>,
        lang: Lang,
        chosen: impl Fn(Option<(SocketAddr, SocketAddr)>) -> bool + Send + 'static,
    ) -> io::Result<Self> {
        let turns = Turns::open(path, size, lang)?;
        Ok(CaptureFiles(Writer::new(turns, Whose::Chosen(Box::new(chosen)))))
    }

    /// Takes a packet that was received `at` so many nanoseconds since 1970 and begins with its IP header.
    pub fn packet(&mut self, at: i64, packet: &[u8]) {
        self.0.packet(at, packet);
    }

    /// Takes lines of a key log.
    pub fn learn(&mut self, lines: &str) {
        for line in lines.lines() {
            if let Some(kind) = secrets::kind(line) {
                self.0.common_secret(kind, format!("{line}\n"));
            }
        }
    }

    /// Writes what has waited long enough for its secrets.
    pub fn write(&mut self) {
        self.0.write(Instant::now());
    }

    /// Nothing more comes: writes all of it, and how many packets the kernel had no room for.
    pub fn end(&mut self, lost: u32) {
        self.0.end(lost.into());
    }
}

//! The folder of the set. A file appears in it whole or not at all, with its mode from the start, and is never
//! replaced; a lock keeps two processes from making two halves of different sets.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use crate::{FILES, Made};

/// The folder, and what was made in it.
pub(crate) struct Folder {
    dir: PathBuf,
    made: Vec<PathBuf>,
}

impl Folder {
    pub(crate) fn new(dir: &Path) -> Self {
        Folder { dir: dir.into(), made: Vec::new() }
    }

    pub(crate) fn made(self) -> Made {
        Made { dir: self.dir, made: self.made }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Whether the file is there; a dangling link counts, for it could not be written either.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).symlink_metadata().is_ok()
    }

    /// Makes the folder and holds it until the lock is dropped. The lock is on the folder itself: it leaves no file
    /// behind, and the kernel takes it back from a process that dies.
    pub(crate) fn lock(&self) -> anyhow::Result<fs::File> {
        let dir = self.dir.display();
        fs::create_dir_all(&self.dir).with_context(|| {
            format!("could not make the folder {dir} (may you write there? CERTS_DIR names another one)")
        })?;
        files::lock(&self.dir).with_context(|| {
            format!("could not lock the folder {dir} (may you read it? CERTS_DIR names another one)")
        })
    }

    pub(crate) fn read(&self, name: &str) -> anyhow::Result<String> {
        let path = self.path(name);
        fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))
    }

    /// Adds a file: written under another name with its final mode, flushed, then named without replacing.
    pub(crate) fn add(&mut self, name: &str, contents: &str) -> anyhow::Result<()> {
        let path = self.path(name);
        let failed = || format!("could not write {} (may you write there?)", path.display());
        let mut draft = draft(is_private(name)).tempfile_in(&self.dir).with_context(failed)?;
        draft.write_all(contents.as_bytes()).with_context(failed)?;
        draft.as_file().sync_all().with_context(failed)?;
        draft.persist_noclobber(&path).map_err(|refused| refused.error).with_context(failed)?;
        self.made.push(path);
        Ok(())
    }
}

/// Files whose mode is the final one from the start.
#[cfg(unix)]
fn draft(is_private: bool) -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut draft = tempfile::Builder::new();
    draft.permissions(fs::Permissions::from_mode(if is_private { 0o600 } else { 0o644 }));
    draft
}

/// Elsewhere the folder says who may read.
#[cfg(not(unix))]
fn draft(_is_private: bool) -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}

fn is_private(name: &str) -> bool {
    // A name that is not in the list is better kept too close than too open.
    FILES.iter().find(|file| file.name == name).is_none_or(|file| file.private)
}

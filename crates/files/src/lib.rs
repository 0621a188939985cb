//! Files that are written beside a log: key logs, captures, recordings, known hosts. They may stand in a folder that
//! others may write to, `/tmp` for one. Another user who puts a file, a pipe or a symbolic link there in advance could
//! read the session's secrets, or choose which of our user's files is overwritten.
//!
//! So what is opened must be nobody else's: it belongs to us, it may be written by nobody else, and it is no symbolic
//! link (CWE-59, CWE-377). What counts is the file that was opened, not what stood there when it was looked at.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write},
    path::Path,
};

use system::{for_its_owner, is_a_descriptor, is_another_users, ours, passable};

pub use system::mode;

#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(unix, path = "unix.rs")]
mod system;

/// Opens `path` as `how` says; where it does not exist it is created, for its owner alone. With `anew` it is truncated,
/// but only once it is known to be ours: `how` must not ask for that.
///
/// # Errors
///
/// When it cannot be opened, or belongs to another user; says what to do.
pub fn open(how: &mut OpenOptions, path: &Path, anew: bool) -> io::Result<File> {
    if is_a_descriptor(path) {
        // Whoever started the program opened it: `--keylog >(grep CLIENT)`.
        return how.open(path);
    }
    // Checked before, too, since opening another user's pipe would block; the check that counts comes after.
    match fs::symlink_metadata(path) {
        Ok(about) => ours(path, &about)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let file = for_its_owner(how).create(true).open(path)?;
    let about = file.metadata()?;
    ours(path, &about)?;
    if anew && about.is_file() {
        file.set_len(0)?;
    }
    Ok(file)
}

/// Creates `folder` where it does not exist. Gives whether it belongs to another user, for whom root writes here.
///
/// # Errors
///
/// When it cannot be made, or others could change what is written into it; says what to do.
pub fn folder(folder: &Path) -> io::Result<bool> {
    // Whatever the umask says: what we made ourselves must be good enough for us the next time.
    passable(&mut DirBuilder::new()).recursive(true).create(folder)?;
    // Without a slash at its end, behind which the system would follow a link.
    let folder = folder.components().as_path();
    let about = fs::symlink_metadata(folder)?;
    ours(folder, &about)?;
    Ok(is_another_users(&about))
}

/// Puts a file with `bytes` in place of `path`: a reader sees the old file or the new one, never a half. Until then it
/// has a name that cannot be guessed, so that no link can be put in its place, and only its owner can read it; without
/// `permissions` it stays so.
///
/// # Errors
///
/// When the folder of `path` cannot be written to.
pub fn replace(path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    new.write_all(bytes)?;
    if let Some(permissions) = permissions {
        new.as_file().set_permissions(permissions)?;
    }
    new.as_file().sync_all()?;
    new.persist(path)?; // if that fails, it is removed
    Ok(())
}

/// Locks `folder` until the file that is given back is dropped: of two processes the second waits. The lock leaves
/// nothing behind, and the system releases it when a process dies.
///
/// # Errors
///
/// When it cannot be opened or locked.
pub fn lock(folder: &Path) -> io::Result<File> {
    let lock = system::lockable(folder)?;
    lock.lock()?;
    Ok(lock)
}

#[cfg(all(test, unix))]
mod tests;

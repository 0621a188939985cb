//! Files that are written beside a log: key logs, captures, recordings, known hosts. They may stand in a folder that
//! others may write to, `/tmp` for one. Who could lay a file, a pipe or a symbolic link there in advance would read the
//! session's secrets, or choose which of our user's files is overwritten.
//!
//! So what is opened must be nobody else's: it belongs to us, it may be written by nobody else, and it is no symbolic
//! link (CWE-59, CWE-377). What counts is the file that was opened, not what stood there when it was looked at.

use std::{
    env,
    fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt},
    path::Path,
};

use rustix::{
    fs::OFlags,
    process::{geteuid, getuid},
};

/// Opens `path` as `how` says, and makes it, for its owner alone, where it is not there. It is not truncated before it
/// is known to be ours: `how` must not say so, `anew` does.
///
/// # Errors
///
/// When it cannot be opened, or is somebody else's; says what to do.
pub fn open(how: &mut OpenOptions, path: &Path, anew: bool) -> io::Result<File> {
    if is_a_descriptor(path) {
        // Whoever started the program opened it: `--keylog >(grep CLIENT)`.
        return how.open(path);
    }
    // A look before, for to open somebody else's pipe would wait for him; the look that counts comes after.
    match fs::symlink_metadata(path) {
        Ok(about) => ours(path, &about)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let nofollow = OFlags::NOFOLLOW.bits().cast_signed();
    let file = how.create(true).mode(0o600).custom_flags(nofollow).open(path)?;
    let about = file.metadata()?;
    ours(path, &about)?;
    if anew && about.is_file() {
        file.set_len(0)?;
    }
    Ok(file)
}

/// Makes `folder` where it is not there. Gives whether it belongs to another user, for whom root writes here.
///
/// # Errors
///
/// When it cannot be made, or others could change what is written into it; says what to do.
pub fn folder(folder: &Path) -> io::Result<bool> {
    // Whatever the umask says: what we made ourselves must be good enough for us the next time.
    DirBuilder::new().recursive(true).mode(0o755).create(folder)?;
    // Without a slash at its end, behind which the system would follow a link.
    let folder = folder.components().as_path();
    let about = fs::symlink_metadata(folder)?;
    ours(folder, &about)?;
    Ok(about.uid() != geteuid().as_raw())
}

/// Puts a file with `bytes` in place of `path`: a reader sees the old one or the new one, never a half. Until then it
/// has a name that nobody can guess, and lay a link under, and nobody else can read it.
///
/// # Errors
///
/// When the folder of `path` cannot be written to.
pub fn replace(path: &Path, bytes: &[u8], permissions: Permissions) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    new.write_all(bytes)?;
    new.as_file().set_permissions(permissions)?;
    new.as_file().sync_all()?;
    new.persist(path)?; // if that fails, it is removed
    Ok(())
}

/// Whether `about`, which `path` leads to, is nobody else's.
fn ours(path: &Path, about: &Metadata) -> io::Result<()> {
    let (kind, mode, owner) = (about.file_type(), about.mode() & 0o7777, about.uid());
    let path = path.display();
    // Only root makes devices, and `/dev/null` is everybody's.
    if kind.is_char_device() {
        return Ok(());
    }
    let why = if kind.is_symlink() {
        format!("{path} is a symbolic link, and whoever made it says where is written: name what it leads to")
    } else if !is_trusted(owner) {
        let me = geteuid().as_raw();
        format!("{path} belongs to user {owner}, not to {me}, who runs this: name one of your own")
    } else if mode & 0o022 != 0 && !(kind.is_dir() && mode & STICKY != 0) {
        format!("{path} may be written by others (mode {mode:03o}): chmod go-w {path}")
    } else if kind.is_file() && about.nlink() > 1 {
        format!(
            "{path} has {} names (hard links), perhaps one that you care for: name another",
            about.nlink()
        )
    } else {
        return Ok(());
    };
    Err(io::Error::new(io::ErrorKind::PermissionDenied, why))
}

/// In a folder with this bit nobody renames or removes what belongs to others, as in `/tmp`.
const STICKY: u32 = 0o1000;

/// Ourselves, and root, from whom nothing is safe anyway. Where we are root by sudo, also who called it: it is his
/// machine, and his folder.
fn is_trusted(owner: u32) -> bool {
    let me = geteuid();
    owner == me.as_raw() || owner == 0 || (me.is_root() && getuid().is_root() && sudo_user() == Some(owner))
}

fn sudo_user() -> Option<u32> {
    env::var("SUDO_UID").ok()?.parse().ok()
}

/// Whether `path` names a descriptor that is open already; those are links by nature.
fn is_a_descriptor(path: &Path) -> bool {
    let is_number = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let Some(path) = path.to_str() else { return false };
    matches!(path, "/dev/stdin" | "/dev/stdout" | "/dev/stderr")
        || ["/dev/fd/", "/proc/self/fd/"]
            .iter()
            .any(|folder| path.strip_prefix(folder).is_some_and(is_number))
}

#[cfg(test)]
mod tests;

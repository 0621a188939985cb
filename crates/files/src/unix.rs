//! Owners and modes, as Unix has them.

use std::{
    env,
    fs::{DirBuilder, File, Metadata, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt},
    path::Path,
};

use rustix::{
    fs::OFlags,
    process::{geteuid, getuid},
};

/// What is made is its owner's alone, and no link is followed.
pub(super) fn for_its_owner(how: &mut OpenOptions) -> &mut OpenOptions {
    how.mode(0o600).custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
}

/// A folder that is made lets others look, and not write.
pub(super) fn passable(how: &mut DirBuilder) -> &mut DirBuilder {
    how.mode(0o755)
}

pub(super) fn is_another_users(about: &Metadata) -> bool {
    about.uid() != geteuid().as_raw()
}

/// Who may do what with a file.
pub fn mode(about: &Metadata) -> Option<u32> {
    Some(about.mode() & 0o777)
}

/// The folder itself: a lock on it leaves no file behind.
pub(super) fn lockable(folder: &Path) -> io::Result<File> {
    File::open(folder)
}

/// Whether `about`, which `path` leads to, is nobody else's.
pub(super) fn ours(path: &Path, about: &Metadata) -> io::Result<()> {
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

/// Whether `owner` is trusted with our files: ourselves, and root, from whom nothing is safe anyway. Where we are root
/// by sudo, also the user who called it, in whose folder we write.
fn is_trusted(owner: u32) -> bool {
    let me = geteuid();
    owner == me.as_raw() || owner == 0 || (me.is_root() && getuid().is_root() && sudo_user() == Some(owner))
}

fn sudo_user() -> Option<u32> {
    env::var("SUDO_UID").ok()?.parse().ok()
}

/// Whether `path` names a descriptor that is open already; those are links by nature.
pub(super) fn is_a_descriptor(path: &Path) -> bool {
    let is_number = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let Some(path) = path.to_str() else { return false };
    matches!(path, "/dev/stdin" | "/dev/stdout" | "/dev/stderr")
        || ["/dev/fd/", "/proc/self/fd/"]
            .iter()
            .any(|folder| path.strip_prefix(folder).is_some_and(is_number))
}

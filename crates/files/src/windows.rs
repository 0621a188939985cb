//! Files on Windows, where a user's folders are closed to others by lists that this suite does not read: a symbolic link is
//! refused, and nothing else is asked.

use std::{
    fs::{DirBuilder, File, Metadata, OpenOptions},
    io,
    path::Path,
};

pub(super) fn for_its_owner(how: &mut OpenOptions) -> &mut OpenOptions {
    how
}

pub(super) fn passable(how: &mut DirBuilder) -> &mut DirBuilder {
    how
}

/// Nobody writes for another user here.
pub(super) fn is_another_users(_about: &Metadata) -> bool {
    false
}

/// Who may do what with a file is not known here.
pub fn mode(_about: &Metadata) -> Option<u32> {
    None
}

/// A file of its own: a folder cannot be locked here.
pub(super) fn lockable(folder: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).open(folder.join(".lock"))
}

/// Whether `about`, which `path` leads to, is no link.
pub(super) fn ours(path: &Path, about: &Metadata) -> io::Result<()> {
    if !about.is_symlink() {
        return Ok(());
    }
    let path = path.display();
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        format!(
            "{path} is a symbolic link, and whoever made it says where is written: name what it leads to"
        ),
    ))
}

/// No path names an open descriptor here.
pub(super) fn is_a_descriptor(_path: &Path) -> bool {
    false
}

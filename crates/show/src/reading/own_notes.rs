//! The reader's own notes, from files or from standard input, in whatever encoding they are. What they say is read by the
//! crate `notes`.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use claims::Claim;
use notes::{Decoded, Grade, Notes, Reading};
use steps::Lang;

/// One file of notes.
#[derive(Clone, Debug)]
pub struct NotesFile {
    /// Its name, as it was given; `-`: standard input.
    pub name: String,
    /// What was understood.
    pub notes: Notes,
    /// Its text.
    pub text: String,
    /// How it is written, where that is not plain UTF-8.
    pub encoding: Option<&'static str>,
}

/// The reader's notes.
#[derive(Clone, Debug, Default)]
pub struct OwnNotes {
    /// The files, in the order in which they were given.
    pub files: Vec<NotesFile>,
}

impl OwnNotes {
    /// Reads the files at `paths`.
    ///
    /// # Errors
    ///
    /// Says which file could not be read, and why.
    pub fn read(paths: &[PathBuf], lang: Lang) -> io::Result<OwnNotes> {
        let files = paths.iter().map(|path| read(path, lang)).collect::<io::Result<_>>()?;
        Ok(OwnNotes { files })
    }

    /// Where a claim stands, at its surest place.
    pub(crate) fn place(&self, claim: Claim) -> Option<(&NotesFile, &Reading)> {
        let first = |file| Some((file, NotesFile::first(file, claim)?));
        let places: Vec<_> = self.files.iter().filter_map(first).collect();
        let read = places.iter().find(|(_, reading)| reading.grade != Grade::About);
        read.or(places.first()).copied()
    }
}

impl NotesFile {
    fn first(&self, claim: Claim) -> Option<&Reading> {
        self.notes.places(claim).next()
    }
}

/// The bytes at `path`; `-` is standard input.
///
/// # Errors
///
/// Says which file could not be read, and why.
pub fn notes_bytes(path: &Path) -> io::Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    fs::read(path).map_err(|error| {
        io::Error::new(error.kind(), format!("could not read the notes {}: {error}", path.display()))
    })
}

/// Whether comments can be put into the notes at `path`; standard input is taken for Markdown.
pub fn takes_comments(path: &Path) -> bool {
    let markdown = path.extension().is_none_or(|extension| extension == "md" || extension == "markdown");
    markdown || path == Path::new("-")
}

/// The path of the file beside notes that take no comments, in which their reader confirms or refuses what was read of
/// them.
pub fn side_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".asnoted");
    name.into()
}

/// What stands beside the notes at `path`; nothing: there is no such file, or they take comments.
///
/// # Errors
///
/// When there is one that cannot be read.
pub fn read_side(path: &Path) -> io::Result<String> {
    let side = side_path(path);
    if takes_comments(path) || !side.exists() {
        return Ok(String::new());
    }
    fs::read_to_string(&side)
        .map_err(|error| io::Error::new(error.kind(), format!("could not read {}: {error}", side.display())))
}

fn read(path: &Path, lang: Lang) -> io::Result<NotesFile> {
    let bytes = notes_bytes(path)?;
    let name = path.display().to_string();
    let decoded = Decoded::read(&bytes).map_err(|why| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{name}: {}", why.said().in_lang(lang)))
    })?;
    let notes = Notes::read_beside(&decoded.text, &read_side(path)?);
    Ok(NotesFile { name, notes, encoding: decoded.unusual(), text: decoded.text })
}

//! The options that every program shares.

use std::{io::IsTerminal, path::PathBuf};

use steps::Lang;

use super::ascii::is_plain_terminal;
use crate::reading::OwnNotes;

/// How the handshake is printed.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "clap", derive(clap::Args), command(next_help_heading = "Output"))]
pub struct Args {
    /// The language of the log [default: from the locale, else en]
    #[cfg_attr(feature = "clap", arg(long, value_enum, global = true))]
    pub lang: Option<LangArg>,

    /// One line a step, or one JSON object a step
    #[cfg_attr(feature = "clap", arg(long, value_enum, default_value_t, global = true))]
    pub format: Format,

    /// When to colour
    #[cfg_attr(feature = "clap", arg(long, value_enum, default_value_t, global = true, value_name = "WHEN"))]
    pub color: Color,

    /// Only how each connection ended
    #[cfg_attr(feature = "clap", arg(short, long, global = true, conflicts_with = "verbose"))]
    pub quiet: bool,

    /// Also the explanation and every field of each step
    #[cfg_attr(feature = "clap", arg(short, long, global = true))]
    pub verbose: bool,

    /// Also every byte of each message, with its meaning
    #[cfg_attr(feature = "clap", arg(long, global = true, conflicts_with_all = ["quiet", "beside"]))]
    pub bytes: bool,

    /// How many columns to fill, at least 60 [default: the terminal's, else COLUMNS, else 80]
    #[cfg_attr(feature = "clap", arg(long, value_name = "COLUMNS", global = true, value_parser = clap::value_parser!(u16).range(60..=1000)))]
    pub width: Option<u16>,

    /// Only signs of ASCII: for terminals that show no others, or draw them two columns wide [default: where TERM is dumb or the locale is C]
    #[cfg_attr(feature = "clap", arg(long, global = true))]
    pub ascii: bool,

    /// The notes beside the run [default: where there are 150 columns or more]
    #[cfg_attr(
        feature = "clap",
        arg(long, global = true, overrides_with = "no_beside", conflicts_with = "ladder")
    )]
    pub beside: bool,

    /// The run alone
    #[cfg_attr(feature = "clap", arg(long, global = true))]
    pub no_beside: bool,

    /// Your own notes, in Markdown, to stand beside the run instead of the catalogue; `-`: standard input; may be repeated
    #[cfg_attr(feature = "clap", arg(long, value_name = "FILE.md", global = true))]
    pub notes: Vec<PathBuf>,

    /// At the end, the run as a ladder instead of lines
    #[cfg_attr(
        feature = "clap",
        arg(long, value_enum, global = true, value_name = "FORM", conflicts_with = "format")
    )]
    pub ladder: Option<Ladder>,

    /// Also record every step, as JSON, in a file of its own in this folder, for `lab read`
    #[cfg_attr(feature = "clap", arg(long, value_name = "DIR", env = "LOG_DIR", global = true))]
    pub log_dir: Option<PathBuf>,
}

/// A language on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum LangArg {
    /// English
    En,
    /// 中文
    Zh,
}

/// An output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// For programs: the event schema, one object a line
    Json,
}

/// A form of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Ladder {
    /// For a terminal or a text file
    Text,
    /// A Mermaid sequence diagram, for Markdown
    Mermaid,
    /// The page as one file that plays this run
    Html,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Args {
    /// Whether nothing need be seen of a run while it goes on: `-q`, and no log is recorded.
    pub fn is_silent(&self) -> bool {
        self.quiet && self.log_dir.is_none() && self.ladder.is_none()
    }

    /// The language asked for, else the locale's, else English.
    pub fn lang(&self) -> Lang {
        match self.lang {
            Some(LangArg::En) => Lang::En,
            Some(LangArg::Zh) => Lang::Zh,
            None => {
                let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
                    .iter()
                    .filter_map(|name| std::env::var(name).ok())
                    .find(|value| !value.is_empty());
                let speaks =
                    |lang: &&Lang| locale.as_ref().is_some_and(|locale| locale.starts_with(lang.code()));
                Lang::ALL.iter().find(speaks).copied().unwrap_or(Lang::En)
            }
        }
    }

    /// The reader's own notes, where files were named.
    ///
    /// # Errors
    ///
    /// Says which file could not be read, and why.
    pub fn own_notes(&self) -> std::io::Result<Option<OwnNotes>> {
        if self.notes.is_empty() {
            return Ok(None);
        }
        OwnNotes::read(&self.notes, self.lang()).map(Some)
    }

    /// How many columns to fill: those asked for, else the terminal's, which may change, else COLUMNS, else 80,
    /// or 110 where the notes are to stand beside it.
    pub fn columns(&self) -> usize {
        self.columns_or(if self.beside || !self.notes.is_empty() { 110 } else { 80 })
    }

    fn columns_or(&self, usual: usize) -> usize {
        const NARROWEST: usize = 60;
        let terminal =
            || terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
        let told = || std::env::var("COLUMNS").ok()?.parse().ok().filter(|&columns| columns > 0);
        self.width.map(usize::from).or_else(terminal).or_else(told).unwrap_or(usual).clamp(NARROWEST, 1000)
    }

    /// Whether only signs of ASCII are to be shown: as asked for, or where the terminal is for no others.
    pub fn is_ascii(&self) -> bool {
        self.format == Format::Text
            && !matches!(self.ladder, Some(Ladder::Mermaid | Ladder::Html))
            && (self.ascii || (std::io::stdout().is_terminal() && is_plain_terminal()))
    }

    /// How many columns to fill with sentences: a longer line is hard to read.
    pub fn text_columns(&self) -> usize {
        self.columns_or(80).clamp(80, 120)
    }

    /// Whether the notes stand beside the run: when asked for, or where there is room for both.
    pub(crate) fn is_beside(&self) -> bool {
        const ROOM: usize = 150;
        self.beside
            || (!self.no_beside
                && !self.bytes
                && self.ladder.is_none()
                && (!self.notes.is_empty() || self.columns() >= ROOM))
    }

    /// Whether standard output is to be coloured (<https://no-color.org>).
    pub fn colored(&self) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                    && std::io::stdout().is_terminal()
            }
        }
    }
}

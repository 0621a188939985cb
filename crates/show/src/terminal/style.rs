//! Colours: few, and never the only carrier of a meaning.

use anstyle::{Ansi256Color, AnsiColor, Style};
use claims::Verdict;
use steps::Side;

/// A yellow that can be read on white, too.
const AMBER: Ansi256Color = Ansi256Color(136);

/// Paints, or leaves text plain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    pub(crate) fn new(on: bool) -> Self {
        Paint { on }
    }

    pub(crate) fn side(self, side: Side, text: &str) -> String {
        let color = match side {
            Side::Client => AnsiColor::Cyan,
            Side::Server => AnsiColor::Magenta,
        };
        self.with(color.on_default(), text)
    }

    pub(crate) fn verdict(self, verdict: Verdict, text: &str) -> String {
        let color = match verdict {
            Verdict::AsNoted => AnsiColor::Green.on_default(),
            // Red is for failure alone.
            Verdict::Depends | Verdict::Absent | Verdict::Differs => AMBER.on_default(),
        };
        self.with(color, text)
    }

    /// What is worth a look, and no failure.
    pub(crate) fn amber(self, text: &str) -> String {
        self.with(AMBER.on_default(), text)
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// How grave a message is.
    pub(crate) fn level(self, level: tracing::Level, text: &str) -> String {
        let color = match level {
            tracing::Level::ERROR => AnsiColor::Red.on_default(),
            tracing::Level::WARN => AMBER.on_default(),
            tracing::Level::INFO => AnsiColor::Green.on_default(),
            tracing::Level::DEBUG => AnsiColor::Blue.on_default(),
            tracing::Level::TRACE => AnsiColor::Magenta.on_default(),
        };
        self.with(color, text)
    }

    pub(crate) fn alarm(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default().bold(), text)
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.on && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.into() }
    }
}

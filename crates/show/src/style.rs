//! Colours: few, and never the only carrier of a meaning.

use anstyle::{Ansi256Color, AnsiColor, Style};
use steps::{Side, Verdict};

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
            tracing::Level::ERROR => AnsiColor::Red,
            tracing::Level::WARN => AnsiColor::Yellow,
            tracing::Level::INFO => AnsiColor::Green,
            tracing::Level::DEBUG => AnsiColor::Blue,
            tracing::Level::TRACE => AnsiColor::Magenta,
        };
        self.with(color.on_default(), text)
    }

    pub(crate) fn alarm(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default().bold(), text)
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.on && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.into() }
    }
}

#[cfg(test)]
mod tests {
    use steps::{Claim, Finding};

    use super::*;
    use crate::lines::painted_marks;

    #[test]
    fn each_claim_has_the_colour_of_its_own_verdict_and_red_is_for_failure() {
        let finding = |id, verdict| Finding { id, verdict, because: None };
        let findings = [
            finding(Claim::T1, Verdict::AsNoted),
            finding(Claim::T4, Verdict::Differs),
            finding(Claim::T5, Verdict::Depends),
            finding(Claim::T8, Verdict::Absent),
        ];
        let (green, amber) = ("\u{1b}[32m", "\u{1b}[38;5;136m");
        let expected = [
            format!("{green}t1\u{1b}[0m"),
            format!("{amber}t4≠\u{1b}[0m"),
            format!("{amber}t5~\u{1b}[0m"),
            format!("{amber}t8-\u{1b}[0m"),
        ];
        assert_eq!(painted_marks(&findings, Paint::new(true)), expected.join(" "));
        assert!(Paint::new(true).alarm("x").contains("31m"));
        assert_eq!(painted_marks(&findings, Paint::new(false)), "t1 t4≠ t5~ t8-");
    }
}

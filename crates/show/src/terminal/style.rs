//! Colours: few, and never the only carrier of a meaning.

use anstyle::{Ansi256Color, Style};
use claims::Verdict;
use steps::Side;

// Each can be read on white as on black; the sixteen colours of a terminal's own are whatever its theme makes of them, and its
// green and cyan cannot be read on white.
const GREEN: Ansi256Color = Ansi256Color(28);
const AMBER: Ansi256Color = Ansi256Color(130);
const RED: Ansi256Color = Ansi256Color(161);
const TEAL: Ansi256Color = Ansi256Color(30);
const PURPLE: Ansi256Color = Ansi256Color(98);

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
            Side::Client => TEAL,
            Side::Server => PURPLE,
        };
        self.with(color.on_default(), text)
    }

    pub(crate) fn verdict(self, verdict: Verdict, text: &str) -> String {
        let color = match verdict {
            Verdict::AsNoted => GREEN.on_default(),
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
            tracing::Level::ERROR => RED.on_default(),
            tracing::Level::WARN => AMBER.on_default(),
            tracing::Level::INFO => GREEN.on_default(),
            tracing::Level::DEBUG => TEAL.on_default(),
            tracing::Level::TRACE => PURPLE.on_default(),
        };
        self.with(color, text)
    }

    pub(crate) fn alarm(self, text: &str) -> String {
        self.with(RED.on_default().bold(), text)
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.on && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How bright a colour of the cube is (WCAG 2.2, relative luminance).
    fn luminance(Ansi256Color(n): Ansi256Color) -> f64 {
        let level = |n: u8| {
            let value = f64::from([0, 95, 135, 175, 215, 255][usize::from(n)]) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let n = n - 16;
        0.2126 * level(n / 36) + 0.7152 * level(n / 6 % 6) + 0.0722 * level(n % 6)
    }

    #[test]
    fn each_colour_can_be_read_on_white_and_on_black() {
        for color in [GREEN, AMBER, RED, TEAL, PURPLE] {
            let shine = luminance(color) + 0.05;
            let (on_white, on_black) = (1.05 / shine, shine / 0.05);
            assert!(
                on_white >= 4.3 && on_black >= 4.0,
                "{color:?}: {on_white:.1} on white, {on_black:.1} on black"
            );
        }
    }
}

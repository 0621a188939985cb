//! A shell as small as can be: one line at a time, for the built-in commands. It takes bytes and says what to do, and
//! does nothing itself. On a terminal the server has to echo what is typed, for the client's own terminal is in raw
//! mode (RFC 4254 §6.2): that is why a slow connection makes typing slow.

/// What a shell shows when it waits.
pub(super) const PROMPT: &str = "demo$ ";

/// A line longer than this is not taken.
const LONGEST_LINE: usize = 1024;

/// What is typed in one channel.
#[derive(Debug, Default)]
pub(super) struct Shell {
    /// Whether there is a terminal at the other end.
    pub(super) terminal: bool,
    line: Vec<u8>,
    /// The last byte was a carriage return: a line feed after it ends no second line.
    after_return: bool,
    escape: Escape,
}

/// Where in the sequence of an arrow key or the like we are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Escape {
    #[default]
    None,
    Begun,
    Inside,
}

/// What follows from what was typed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Show this.
    Echo(String),
    /// Run this, then show the prompt.
    Line(String),
    /// The user wants to leave.
    Leave,
}

impl Shell {
    /// A shell, with a terminal or without.
    pub(super) fn new(terminal: bool) -> Self {
        Shell { terminal, ..Shell::default() }
    }

    /// Takes what came over the channel.
    pub(super) fn hear(&mut self, bytes: &[u8]) -> Vec<Heard> {
        let mut heard = Vec::new();
        for &byte in bytes {
            let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => self.end_line(&mut heard),
                _ if self.in_escape(byte) => {}
                _ if self.terminal => self.key(byte, &mut heard),
                _ => self.push(byte),
            }
        }
        heard
    }

    /// The channel's end is the line's end too.
    pub(super) fn end(&mut self) -> Vec<Heard> {
        let mut heard = Vec::new();
        if !self.line.is_empty() {
            self.end_line(&mut heard);
        }
        heard.push(Heard::Leave);
        heard
    }

    fn key(&mut self, byte: u8, heard: &mut Vec<Heard>) {
        const CTRL_C: u8 = 0x03;
        const CTRL_D: u8 = 0x04;
        const BACKSPACE: u8 = 0x08;
        const CTRL_U: u8 = 0x15;
        const DELETE: u8 = 0x7f;
        match byte {
            CTRL_C => {
                self.line.clear();
                heard.push(Heard::Echo(format!("^C\r\n{PROMPT}")));
            }
            CTRL_D if self.line.is_empty() => {
                heard.extend([Heard::Echo("\r\n".into()), Heard::Leave]);
            }
            BACKSPACE | DELETE => heard.extend(self.rub_out().map(Heard::Echo)),
            CTRL_U => {
                let all: String = std::iter::from_fn(|| self.rub_out()).collect();
                heard.push(Heard::Echo(all));
            }
            0..=0x1f => {}
            _ if self.line.len() >= LONGEST_LINE => heard.push(Heard::Echo("\x07".into())),
            _ => {
                self.push(byte);
                // A character of several bytes is shown once it is whole.
                if let Some(last) = self.last_character() {
                    heard.push(Heard::Echo(last.to_string()));
                }
            }
        }
    }

    fn push(&mut self, byte: u8) {
        if self.line.len() < LONGEST_LINE {
            self.line.push(byte);
        }
    }

    /// Takes the last character back; gives what wipes it from the screen.
    fn rub_out(&mut self) -> Option<String> {
        let last = self.last_character()?;
        self.line.truncate(self.line.len() - last.len_utf8());
        // From here on in Unicode most characters are two columns wide.
        const WIDE: char = '\u{1100}';
        Some("\x08 \x08".repeat(if last >= WIDE { 2 } else { 1 }))
    }

    fn last_character(&self) -> Option<char> {
        let tail = &self.line[self.line.len().saturating_sub(4)..];
        (0..tail.len())
            .find_map(|at| str::from_utf8(&tail[at..]).ok())
            .and_then(|text| text.chars().next_back())
    }

    fn end_line(&mut self, heard: &mut Vec<Heard>) {
        if self.terminal {
            heard.push(Heard::Echo("\r\n".into()));
        }
        let line = std::mem::take(&mut self.line);
        heard.push(Heard::Line(String::from_utf8_lossy(&line).trim().to_owned()));
    }

    /// Passes over ESC [ … letter: this shell has no history to walk in.
    fn in_escape(&mut self, byte: u8) -> bool {
        const ESC: u8 = 0x1b;
        let was = self.escape;
        self.escape = match (was, byte) {
            _ if !self.terminal => Escape::None,
            (Escape::None, ESC) => Escape::Begun,
            (Escape::Begun, b'[' | b'O') => Escape::Inside,
            (Escape::Inside, byte) if !(0x40..=0x7e).contains(&byte) => Escape::Inside,
            (Escape::None | Escape::Begun | Escape::Inside, _) => Escape::None,
        };
        was != Escape::None || self.escape != Escape::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the screen got, and which lines are to be run.
    fn check(terminal: bool, typed: &str, screen: &str, lines: &[&str], leaves: bool) {
        // However the same bytes are sliced, the outcome is the same.
        for piece in [1, 2, 1000] {
            let mut shell = Shell::new(terminal);
            let heard: Vec<_> = typed.as_bytes().chunks(piece).flat_map(|some| shell.hear(some)).collect();
            let (mut seen, mut run, mut left) = (String::new(), Vec::new(), false);
            for heard in heard {
                match heard {
                    Heard::Echo(text) => seen.push_str(&text),
                    Heard::Line(line) => run.push(line),
                    Heard::Leave => left = true,
                }
            }
            assert_eq!((seen.as_str(), left), (screen, leaves), "{typed:?}");
            assert_eq!(run, lines, "{typed:?}");
        }
    }

    #[test]
    fn a_terminal_gets_its_echo() {
        check(true, "echo hi\r", "echo hi\r\n", &["echo hi"], false);
        check(true, "datx\x7fe\r", "datx\x08 \x08e\r\n", &["date"], false);
        check(true, "\x7f\r", "\r\n", &[""], false);
        check(true, "中\x7fa\r", "中\x08 \x08\x08 \x08a\r\n", &["a"], false);
        check(true, "ab\x15c\r", "ab\x08 \x08\x08 \x08c\r\n", &["c"], false);
        check(true, "junk\x03date\r", "junk^C\r\ndemo$ date\r\n", &["date"], false);
        check(true, "a\x04\r", "a\r\n", &["a"], false);
        check(true, "\x04", "\r\n", &[], true);
        check(true, "\x1b[Aup\x1b[1;5C\r\n", "up\r\n", &["up"], false);
    }

    #[test]
    fn without_a_terminal_lines_are_read_in_silence() {
        check(false, "whoami\r\necho \x7f\n", "", &["whoami", "echo \x7f"], false);
        let mut shell = Shell::new(false);
        assert_eq!(shell.hear(b"date"), []);
        assert_eq!(shell.end(), [Heard::Line("date".into()), Heard::Leave]);
    }

    #[test]
    fn a_line_has_an_end() {
        let mut shell = Shell::new(true);
        let heard = shell.hear(&[b'x'; 2 * LONGEST_LINE]);
        assert_eq!(heard.last(), Some(&Heard::Echo("\x07".into())));
        assert_eq!(shell.line.len(), LONGEST_LINE);
    }
}

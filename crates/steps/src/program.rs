//! What the reader types to start one of the programs. In the repository and in the image they have short names of their
//! own; installed, they are one program, `asnoted`, which is the lab's command line with the others as subcommands. Every
//! command that is printed asks here.

use std::{
    borrow::Cow,
    fmt,
    sync::atomic::{AtomicBool, Ordering},
};

/// One of the programs; displayed as it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// Runs both ends in one process
    Lab,
    /// The clients
    Client,
    /// The servers
    Server,
    /// The demo keys
    Certs,
}

/// The lab, in a sentence: `{LAB} read FILE`.
pub const LAB: Program = Program::Lab;
/// The clients, in a sentence: `{CLIENT} tls`.
pub const CLIENT: Program = Program::Client;
/// The servers, in a sentence: `{SERVER} ssh`.
pub const SERVER: Program = Program::Server;
/// The demo keys, in a sentence: `{CERTS} --check`.
pub const CERTS: Program = Program::Certs;

/// For the whole process: which file was started is settled before `main` and does not change, and sentences, help and
/// advice in every crate name a program without a value that could carry this to them.
static AS_ONE: AtomicBool = AtomicBool::new(false);

/// From now on the programs are called as subcommands of the one that contains them all. To be called before anything
/// is printed.
pub fn called_as_one() {
    AS_ONE.store(true, Ordering::Relaxed);
}

/// Whether the programs are called as subcommands of one program, as [`called_as_one`] asked.
pub fn are_one() -> bool {
    AS_ONE.load(Ordering::Relaxed)
}

impl Program {
    /// All of them.
    pub const ALL: [Program; 4] = [LAB, CLIENT, SERVER, CERTS];

    /// Its name in the repository and in the image.
    pub const fn short_name(self) -> &'static str {
        match self {
            Program::Lab => "lab",
            Program::Client => "client",
            Program::Server => "server",
            Program::Certs => "certs",
        }
    }

    /// What is typed to start it.
    pub fn name(self) -> &'static str {
        self.name_if(are_one())
    }

    const fn name_if(self, as_one: bool) -> &'static str {
        match self {
            _ if !as_one => self.short_name(),
            Program::Lab => "asnoted",
            Program::Client => "asnoted client",
            Program::Server => "asnoted server",
            Program::Certs => "asnoted certs",
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What `--version` says of the build, given the features of the program and whether each is on.
pub fn version(features: &[(&str, bool)]) -> &'static str {
    let mut lines = vec![env!("CARGO_PKG_VERSION").to_owned()];
    // Given by whoever builds a release: ASNOTED_COMMIT=… cargo build.
    lines.extend(option_env!("ASNOTED_COMMIT").filter(|it| !it.is_empty()).map(|it| format!("commit: {it}")));
    let linked = if cfg!(target_feature = "crt-static") { ", static" } else { "" };
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    lines.push(format!("target: {}-{}{linked}, {profile}", std::env::consts::ARCH, std::env::consts::OS));
    let on: Vec<_> = features.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
    lines.push(format!("features: {}", if on.is_empty() { "none".into() } else { on.join(", ") }));
    lines.join("\n").leak()
}

/// `text`, which is a command of ours or has some between backticks or at the beginning of a line, with each as it has
/// to be typed here. Never to be called with what a peer sent.
pub fn as_called(text: &str) -> Cow<'_, str> {
    as_called_if(text, are_one())
}

fn as_called_if(text: &str, as_one: bool) -> Cow<'_, str> {
    if !as_one {
        return Cow::Borrowed(text);
    }
    let line = |line: &str| {
        let command = line.trim_start();
        let indent = &line[..line.len() - command.len()];
        let parts = command.split('`').enumerate().map(|(n, part)| match n {
            0 => renamed(part),
            n if n % 2 == 1 => format!("`{}", renamed(part)),
            _ => format!("`{part}"),
        });
        format!("{indent}{}", parts.collect::<String>())
    };
    Cow::Owned(text.split('\n').map(line).collect::<Vec<_>>().join("\n"))
}

/// `lab tls` by the name that it has in the one program; what is no command of ours stays.
fn renamed(command: &str) -> String {
    let (word, rest) = command.split_at(command.find(' ').unwrap_or(command.len()));
    match Program::ALL.into_iter().find(|program| program.short_name() == word) {
        Some(program) => format!("{}{rest}", program.name_if(true)),
        None => command.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_renamed_and_words_are_not() {
        let text = "Examples:\n  lab tls       one pair; `lab list` says what\n  client ssh    the client's\n\
                    A client of ours (`client tls`) sees the server (`openssl`); `certs`.";
        assert_eq!(as_called_if(text, false), text);
        assert_eq!(
            as_called_if(text, true),
            "Examples:\n  asnoted tls       one pair; `asnoted list` says what\n  asnoted client ssh    the client's\n\
             A client of ours (`asnoted client tls`) sees the server (`openssl`); `asnoted certs`."
        );
    }
}

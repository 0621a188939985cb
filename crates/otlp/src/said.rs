//! What the user is told of a collector, in both languages.

use std::io::ErrorKind;

use steps::{Said, harmless, say};

/// Why a request came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing listens there.
    Refused,
    /// No answer in time.
    TimedOut,
    /// No address is known by that name.
    NoAddress,
    /// The certificate is none that is trusted here, or TLS came to nothing otherwise.
    Tls,
    /// The connection ended before there was an answer.
    Broken,
    /// The answer's status.
    Status(u16),
    /// The same of gRPC, and whether it is one that passes.
    #[cfg(feature = "grpc")]
    Grpc { code: i32, passes: bool },
}

impl Trouble {
    /// Whether the same request may be taken later: the collector is not there, or says that it is busy.
    pub(crate) const fn passes(&self) -> bool {
        match self {
            Trouble::Refused | Trouble::TimedOut | Trouble::NoAddress | Trouble::Tls | Trouble::Broken => {
                true
            }
            Trouble::Status(status) => matches!(status, 429 | 502 | 503 | 504),
            #[cfg(feature = "grpc")]
            Trouble::Grpc { passes, .. } => *passes,
        }
    }

    fn said(&self) -> Said {
        match self {
            Trouble::Refused => say!(collector::refused()),
            Trouble::TimedOut => say!(collector::timed_out()),
            Trouble::NoAddress => say!(collector::no_address()),
            Trouble::Tls => say!(collector::tls_failed()),
            Trouble::Broken => say!(collector::broken()),
            Trouble::Status(status) => say!(collector::answers_with(status)),
            #[cfg(feature = "grpc")]
            Trouble::Grpc { code, .. } => say!(collector::answers_with(format!("{code} (gRPC)"))),
        }
    }
}

impl From<ErrorKind> for Trouble {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::ConnectionRefused => Trouble::Refused,
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Trouble::TimedOut,
            _ => Trouble::Broken,
        }
    }
}

/// The line at the first trouble.
pub(crate) fn first(url: &str, trouble: &Trouble) -> Said {
    let (url, why) = (harmless::without_password(url), trouble.said());
    if trouble.passes() {
        say!(collector::does_not_take_events(url, why))
    } else {
        say!(collector::refuses_events(url, why))
    }
}

/// The line at the end, where something was lost.
pub(crate) fn lost(no_room: u64, not_taken: u64) -> Said {
    let all = no_room + not_taken;
    say!(collector::events_were_lost(all, no_room, not_taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_the_url_is_not_repeated() {
        for trouble in [Trouble::Refused, Trouble::Status(401)] {
            let said = first("http://me:hunter2@collector:4318/v1/logs", &trouble);
            assert!(!said.en.contains("hunter2") && !said.zh.contains("hunter2"), "{said:?}");
        }
    }
}

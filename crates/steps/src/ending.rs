//! How the transport under a protocol ended, as the operating system tells it: a reason must not confuse an orderly
//! end with a reset or with silence.

use std::io;

use crate::Text;

/// How a TCP connection ended, as seen by the side that read from it or wrote to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Ending {
    /// The peer's FIN: it will send no more.
    Fin,
    /// The peer's RST, or a write to a connection that a RST had ended.
    Reset,
    /// What was sent was never acknowledged.
    TimedOut,
    /// A router or a firewall reported that the peer cannot be reached.
    Unreachable,
    /// The system named something else.
    Other,
}

impl Ending {
    /// The ending in a few words, to be put behind "the connection".
    pub const fn words(self) -> Text {
        match self {
            Ending::Fin => text!(words::was_closed()),
            Ending::Reset => text!(words::was_reset()),
            Ending::TimedOut => text!(words::was_given_up()),
            Ending::Unreachable => text!(words::broke_with_no_way_there()),
            Ending::Other => text!(words::broke()),
        }
    }

    /// The same as a predicate of the peer: "the server ...".
    pub const fn done(self) -> Text {
        match self {
            Ending::Fin => text!(words::closed_the_connection()),
            Ending::Reset => text!(words::closed_the_connection_with_a_reset()),
            Ending::TimedOut => text!(words::acknowledged_nothing_any_more()),
            Ending::Unreachable => text!(words::could_not_be_reached_any_more()),
            Ending::Other => text!(words::was_gone()),
        }
    }
}

impl From<io::ErrorKind> for Ending {
    fn from(kind: io::ErrorKind) -> Self {
        use io::ErrorKind;
        match kind {
            ErrorKind::UnexpectedEof => Ending::Fin,
            ErrorKind::ConnectionReset
            | ErrorKind::BrokenPipe
            | ErrorKind::ConnectionAborted
            | ErrorKind::NotConnected => Ending::Reset,
            ErrorKind::TimedOut => Ending::TimedOut,
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
                Ending::Unreachable
            }
            _ => Ending::Other,
        }
    }
}

impl From<&io::Error> for Ending {
    fn from(error: &io::Error) -> Self {
        error.kind().into()
    }
}

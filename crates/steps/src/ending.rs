//! How the transport under a protocol ended, as the operating system tells it: a reason must not confuse an orderly
//! end with a reset or with silence.

use std::io;

use crate::Text;

/// How a TCP connection ended for the one who read from it or wrote to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Ending {
    /// The peer's FIN: it will send no more.
    Fin,
    /// The peer's RST, or a write to a connection that one had ended.
    Reset,
    /// What was sent was never acknowledged.
    TimedOut,
    /// A router or a firewall said that there is no way.
    Unreachable,
    /// The system named something else.
    Other,
}

impl Ending {
    /// The ending in a few words, to be put behind "the connection".
    pub const fn words(self) -> Text {
        match self {
            Ending::Fin => Text { en: "was closed (FIN)", zh: "被关闭（FIN）" },
            Ending::Reset => Text { en: "was reset (RST)", zh: "被重置（RST）" },
            Ending::TimedOut => Text {
                en: "was given up: nothing that was sent was acknowledged any more",
                zh: "被放弃：发出的内容不再得到确认",
            },
            Ending::Unreachable => Text {
                en: "broke: the network says that there is no way there",
                zh: "中断：网络报告不可达",
            },
            Ending::Other => Text { en: "broke", zh: "中断" },
        }
    }

    /// The same for the peer's doing: "the server ...".
    pub const fn done(self) -> Text {
        match self {
            Ending::Fin => Text { en: "closed the connection (FIN)", zh: "关闭了连接（FIN）" },
            Ending::Reset => {
                Text { en: "closed the connection with a reset (RST)", zh: "重置了连接（RST）" }
            }
            Ending::TimedOut => {
                Text { en: "acknowledged nothing any more", zh: "不再确认收到的内容" }
            }
            Ending::Unreachable => Text { en: "could not be reached any more", zh: "变得不可达" },
            Ending::Other => Text { en: "was gone", zh: "断开了" },
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

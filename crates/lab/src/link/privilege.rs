//! What this process may do to segments. Each privilege is tried by doing, the highest first, and a run says which it has.

use std::io;

use steps::{Lang, program::LAB};
use watch::with_net_raw;

use super::{namespace, socket::PacketReceiver};
use crate::scenario::Scenario;

/// What a run may do to segments.
#[derive(Debug)]
pub(crate) enum Privilege {
    /// Segments can be heard and sent here.
    NetRaw,
    /// They can in a network namespace that the program has entered.
    OwnNamespace,
    /// They cannot; a socket can still be made deaf for a while, and the kernel tells the states.
    Deaf { no_raw: io::Error, no_namespace: io::Error },
}

/// How a scenario can be run with a privilege.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As its file says.
    Whole,
    /// Without a view of the segments: how it ends is compared, its claims are not.
    Unseen,
    /// The same, and deaf sockets do what the link would.
    Deaf,
    /// Not at all.
    Not,
}

/// Finds the highest privilege; may enter a namespace. To be called before the first thread is started.
pub(crate) fn settle() -> Privilege {
    match with_net_raw(PacketReceiver::open) {
        Ok(_ear) => Privilege::NetRaw,
        Err(no_raw) => match namespace::enter() {
            Ok(()) => Privilege::OwnNamespace,
            Err(no_namespace) => Privilege::Deaf { no_raw, no_namespace },
        },
    }
}

impl Privilege {
    pub(crate) fn mode(&self, scenario: &Scenario) -> Mode {
        match self {
            Privilege::NetRaw | Privilege::OwnNamespace => Mode::Whole,
            Privilege::Deaf { .. } if scenario.deaf.is_some() => Mode::Deaf,
            Privilege::Deaf { .. } if scenario.needs_link() => Mode::Not,
            Privilege::Deaf { .. } => Mode::Unseen,
        }
    }

    /// The privilege in a sentence.
    pub(crate) fn said(&self, lang: Lang) -> String {
        match (self, lang) {
            (Privilege::NetRaw, Lang::En) => "on CAP_NET_RAW: segments are seen, and the link works".into(),
            (Privilege::NetRaw, Lang::Zh) => "凭 CAP_NET_RAW：看得到报文段，链路可用".into(),
            (Privilege::OwnNamespace, Lang::En) => {
                "in a network namespace of its own, without CAP_NET_RAW outside: segments are seen, and the link works"
                    .into()
            }
            (Privilege::OwnNamespace, Lang::Zh) => {
                "外部没有 CAP_NET_RAW，进入了自己的网络命名空间：看得到报文段，链路可用".into()
            }
            (Privilege::Deaf { no_raw, no_namespace }, Lang::En) => format!(
                "on deaf sockets, which lose segments unseen; the states are the kernel's word: no CAP_NET_RAW \
                 ({no_raw}), no namespace of its own ({no_namespace})"
            ),
            (Privilege::Deaf { no_raw, no_namespace }, Lang::Zh) => format!(
                "凭失聪的套接字，报文段丢失但看不到；状态由内核报告：没有 CAP_NET_RAW（{no_raw}），\
                 也不能有自己的命名空间（{no_namespace}）"
            ),
        }
    }
}

/// What a scenario lacks that cannot be run with this privilege, and how to get it.
pub(crate) fn lacks(lang: Lang) -> String {
    if !cfg!(target_os = "linux") {
        return match lang {
            Lang::En => {
                "needs the Linux kernel: the link loses segments between two of its sockets".to_owned()
            }
            Lang::Zh => "需要 Linux 内核：链路在它的两个套接字之间丢弃报文段".to_owned(),
        };
    }
    match lang {
        Lang::En => {
            format!(
                "needs CAP_NET_RAW: `sudo {LAB} …`, `sudo setcap cap_net_raw+p $(which {LAB})`, in a container \
                 `--cap-add NET_RAW`"
            )
        }
        Lang::Zh => {
            format!(
                "需要 CAP_NET_RAW：`sudo {LAB} …`、`sudo setcap cap_net_raw+p $(which {LAB})`，容器中用 `--cap-add NET_RAW`"
            )
        }
    }
}

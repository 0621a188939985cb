//! A connection in one row of a table.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use steps::{Protocol, Said, Side, tcp::reason::Icmp};

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It did not, or the capture ends before that.
    Open,
    /// Both sides closed it with FIN.
    Closed,
    /// One side closed, the other had not when the capture ended.
    HalfClosed(Side),
    /// A SYN was answered with RST.
    Refused,
    /// A SYN, perhaps several, and nothing came back.
    NoAnswer,
    /// A SYN, and in its place this address answered with ICMP.
    Unreachable(IpAddr, Icmp),
    /// Reset by that side.
    Reset(Side),
    /// That side sent a fatal alert of TLS, by this name.
    Alert(Side, String),
}

/// What a connection was and how far it came.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its place among the connections of all files, from 1.
    pub number: u64,
    /// When its first segment was captured.
    pub at: jiff::Timestamp,
    /// Who opened it; of one that was joined in the middle, who has the larger port.
    pub client: SocketAddr,
    /// The other end.
    pub server: SocketAddr,
    /// What it speaks.
    pub kind: Kind,
    /// The name that the client asked for: SNI, or the Host of an HTTP request.
    pub name: Option<String>,
    /// The version that was agreed on, or the software of an SSH server.
    pub version: Option<String>,
    /// The cipher suite, or the key exchange and cipher of SSH.
    pub algorithms: Option<String>,
    /// Its handshake came to its end.
    pub established: bool,
    /// How it ended.
    pub ended: Ended,
    /// Only one side's segments were captured.
    pub one_sided: bool,
    /// Its beginning was not captured.
    pub joined: bool,
    /// How long its handshakes took, TCP's first.
    pub established_after: Option<Duration>,
    /// From its first segment to its last.
    pub lasted: Duration,
    /// How many segments it had.
    pub segments: u64,
    /// How many bytes of data these carried, repeats counted again.
    pub bytes: u64,
    /// How many bytes were sent and are not in the capture.
    pub missing: u64,
    /// Whether the secret that the client encrypted was for the server's RSA key; none: it encrypted none (it was not
    /// static RSA), or there is no such key.
    pub private_key_fits: Option<bool>,
}

/// What a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing that was captured.
    Nothing,
    /// TLS.
    Tls,
    /// TLS after another protocol (STARTTLS), whose name stands here.
    TlsBehind(&'static str),
    /// WebSocket: HTTP that asked for the upgrade.
    Ws,
    /// WebSocket over TLS, which a key log opened.
    Wss,
    /// HTTP/1 that did not.
    Http,
    /// SSH.
    Ssh,
    /// None of these; the name of what it looks like.
    Other(&'static str),
}

impl Kind {
    /// The name in a table.
    pub fn name(self) -> String {
        match self {
            Kind::Nothing => Protocol::Tcp.title().into(),
            Kind::Tls => Protocol::Tls.title().into(),
            Kind::TlsBehind(before) => format!("{before}+{}", Protocol::Tls.title()),
            Kind::Ws => Protocol::Ws.title().into(),
            Kind::Wss => format!("{}+{}", Protocol::Tls.title(), Protocol::Ws.title()),
            Kind::Http => "HTTP".into(),
            Kind::Ssh => Protocol::Ssh.title().into(),
            Kind::Other(name) => name.into(),
        }
    }
}

impl Row {
    /// How far it came and how it ended, in a sentence.
    pub fn outcome(&self) -> Said {
        let (en, zh) = self.progress();
        let (end_en, end_zh) = ended(&self.ended);
        let mut said = match (en.as_str(), end_en.as_str()) {
            ("", _) => Said::new(end_en, end_zh),
            (_, "") => Said::new(en, zh),
            _ => Said::new(format!("{en}, {end_en}"), format!("{zh}，{end_zh}")),
        };
        if self.private_key_fits == Some(false) {
            said.en.push_str(" (the RSA key does not open its pre-master secret)");
            said.zh.push_str("（这把 RSA 私钥解不开它的 pre-master）");
        }
        if self.missing > 0 {
            let missing = self.missing;
            said.en.push_str(&format!(" ({missing} bytes are not in the capture)"));
            said.zh.push_str(&format!("（抓包中缺少 {missing} 字节）"));
        }
        said
    }

    /// How far it came.
    fn progress(&self) -> (String, String) {
        if matches!(self.ended, Ended::Refused | Ended::NoAnswer | Ended::Unreachable(..)) {
            return Default::default();
        }
        let (joined_en, joined_zh) = if self.joined {
            ("joined in the middle: ", "抓包开始时连接已存在：")
        } else {
            ("", "")
        };
        let (en, zh) = match (self.one_sided, self.established, self.established_after) {
            (true, ..) => ("only one side was captured".into(), "只抓到一个方向".into()),
            (false, true, Some(after)) if !self.joined => {
                (format!("established in {}", ms(after)), format!("{} 内建立", ms(after)))
            }
            (false, true, _) => ("established".into(), "已建立".into()),
            // What is not in the capture may have been anything.
            (false, false, _) if self.missing > 0 => match self.kind {
                Kind::Nothing | Kind::Other(_) => {
                    ("what was said is not all here".into(), "传输的内容不全".into())
                }
                Kind::Tls | Kind::TlsBehind(_) | Kind::Ws | Kind::Wss | Kind::Http | Kind::Ssh => {
                    ("how far the handshake came is not known".into(), "握手进行到哪一步不得而知".into())
                }
            },
            (false, false, _) => match self.kind {
                Kind::Nothing => ("nothing was said".into(), "没有传输数据".into()),
                Kind::Other(_) => ("data crossed".into(), "有数据传输".into()),
                Kind::Tls | Kind::TlsBehind(_) | Kind::Ws | Kind::Wss | Kind::Http | Kind::Ssh => {
                    ("the handshake did not complete".into(), "握手没有完成".into())
                }
            },
        };
        (format!("{joined_en}{en}"), format!("{joined_zh}{zh}"))
    }
}

fn ended(ended: &Ended) -> (String, String) {
    let who = |side: &Side| match side {
        Side::Client => ("the client", "客户端"),
        Side::Server => ("the server", "服务端"),
    };
    let (en, zh) = match ended {
        Ended::Open => ("not closed", "未关闭".into()),
        Ended::Closed => ("closed", "已关闭".into()),
        Ended::Refused => ("refused: the SYN was answered with RST", "被拒绝：SYN 得到的回应是 RST".into()),
        Ended::NoAnswer => ("no answer to the SYN", "SYN 没有得到回应".into()),
        Ended::Unreachable(by, what) => {
            let what = what.name();
            return (
                format!("{by} answered the SYN with ICMP: {what}"),
                format!("{by} 用 ICMP 回应了 SYN：{what}"),
            );
        }
        Ended::HalfClosed(side) => {
            let (en, zh) = who(side);
            return (format!("closed by {en} alone"), format!("只有{zh}关闭"));
        }
        Ended::Reset(side) => {
            let (en, zh) = who(side);
            return (format!("reset by {en}"), format!("被{zh}重置"));
        }
        Ended::Alert(side, alert) => {
            let (en, zh) = who(side);
            return (format!("{en} sent the alert {alert}"), format!("{zh}发出警报 {alert}"));
        }
    };
    (en.into(), zh)
}

/// Milliseconds, with as many digits as tell something.
fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1000.0;
    match ms {
        ..10.0 => format!("{ms:.2} ms"),
        ..1000.0 => format!("{ms:.0} ms"),
        _ => format!("{:.1} s", ms / 1000.0),
    }
}

//! The 58 claims: each is one sentence of the notes, restated in our own words, with its place in the notes
//! and the rule by which a run is judged. The order is the order of the notes; behind them stands the series `x…`
//! ([`Claim::beyond`]).

use serde::{Deserialize, Serialize};
use steps::{Protocol, Text};

use crate::beyond;

/// A sentence of the notes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the card says it, in both languages
pub enum Claim {
    O1,
    O2,
    O3,
    O4,
    O5,
    O6,
    O7,
    O8,
    O9,
    O10,
    O11,
    O12,
    O13,
    O14,
    O15,
    C1,
    C2,
    C3,
    C4,
    C5,
    C6,
    C7,
    C8,
    C9,
    C10,
    T1,
    T2,
    T3,
    T4,
    T5,
    T6,
    T7,
    T8,
    T9,
    T10,
    T11,
    T12,
    T13,
    T14,
    W1,
    W2,
    W3,
    W4,
    W5,
    W6,
    S1,
    S2,
    S3,
    S4,
    S5,
    S6,
    S7,
    S8,
    S9,
    S10,
    S11,
    S12,
    S13,
    X1,
    X2,
    X3,
    X4,
    X5,
    X6,
    X7,
    X8,
    X9,
    X10,
    X11,
    X12,
    X13,
    X14,
    X15,
    X16,
    X17,
    X18,
    X19,
    X20,
    X21,
    X22,
    X23,
    X24,
    X25,
    X26,
    X27,
    X28,
    X29,
    X30,
    X31,
    X32,
    X33,
    X34,
    X35,
    X36,
}

/// A heading of the notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray)]
pub enum Heading {
    /// Opening a TCP connection.
    TcpOpen,
    /// Closing a TCP connection.
    TcpClose,
    /// The TLS handshake.
    Tls,
    /// The WebSocket upgrade.
    WebSocket,
    /// The SSH connection.
    Ssh,
}

impl Heading {
    /// The heading's words in the notes, by which it is found.
    pub const fn words(self) -> &'static str {
        match self {
            Heading::TcpOpen => "TCP连接建立三次握手过程",
            Heading::TcpClose => "TCP关闭连接四次握手过程",
            Heading::Tls => "HTTPS TLS 四次握手过程",
            Heading::WebSocket => "Websocket建立过程",
            Heading::Ssh => "SSH 连接建立过程",
        }
    }

    /// The protocol that it is about.
    pub const fn protocol(self) -> Protocol {
        match self {
            Heading::TcpOpen | Heading::TcpClose => Protocol::Tcp,
            Heading::Tls => Protocol::Tls,
            Heading::WebSocket => Protocol::Ws,
            Heading::Ssh => Protocol::Ssh,
        }
    }

    /// What it is about.
    pub const fn title(self) -> Text {
        match self {
            Heading::TcpOpen => Text { en: "TCP: opening in three steps", zh: "TCP 三次握手" },
            Heading::TcpClose => Text { en: "TCP: closing in four steps", zh: "TCP 四次挥手" },
            Heading::Tls => Text { en: "TLS: the four flights", zh: "TLS 四次握手" },
            Heading::WebSocket => Text { en: "WebSocket: the upgrade", zh: "WebSocket 升级" },
            Heading::Ssh => Text { en: "SSH: from version to access", zh: "SSH 建立连接" },
        }
    }
}

/// What the catalogue says of a claim.
#[derive(Clone, Copy, Debug)]
pub struct ClaimCard {
    /// The heading of the notes under which it stands, or to which it belongs.
    pub heading: Heading,
    /// The first and last block under that heading, counted from 1, nested list items included; read it by
    /// [`Claim::place`].
    pub(crate) blocks: (u8, u8),
    /// Where the standard defines it.
    pub rfc: &'static str,
    /// The claim in our own words.
    pub says: Text,
    /// How a run is judged.
    pub rule: Text,
}

impl Claim {
    /// The number in the log: `o1` to `s13`, `x1` and on.
    pub const fn id(self) -> &'static str {
        match self {
            Claim::O1 => "o1",
            Claim::O2 => "o2",
            Claim::O3 => "o3",
            Claim::O4 => "o4",
            Claim::O5 => "o5",
            Claim::O6 => "o6",
            Claim::O7 => "o7",
            Claim::O8 => "o8",
            Claim::O9 => "o9",
            Claim::O10 => "o10",
            Claim::O11 => "o11",
            Claim::O12 => "o12",
            Claim::O13 => "o13",
            Claim::O14 => "o14",
            Claim::O15 => "o15",
            Claim::C1 => "c1",
            Claim::C2 => "c2",
            Claim::C3 => "c3",
            Claim::C4 => "c4",
            Claim::C5 => "c5",
            Claim::C6 => "c6",
            Claim::C7 => "c7",
            Claim::C8 => "c8",
            Claim::C9 => "c9",
            Claim::C10 => "c10",
            Claim::T1 => "t1",
            Claim::T2 => "t2",
            Claim::T3 => "t3",
            Claim::T4 => "t4",
            Claim::T5 => "t5",
            Claim::T6 => "t6",
            Claim::T7 => "t7",
            Claim::T8 => "t8",
            Claim::T9 => "t9",
            Claim::T10 => "t10",
            Claim::T11 => "t11",
            Claim::T12 => "t12",
            Claim::T13 => "t13",
            Claim::T14 => "t14",
            Claim::W1 => "w1",
            Claim::W2 => "w2",
            Claim::W3 => "w3",
            Claim::W4 => "w4",
            Claim::W5 => "w5",
            Claim::W6 => "w6",
            Claim::S1 => "s1",
            Claim::S2 => "s2",
            Claim::S3 => "s3",
            Claim::S4 => "s4",
            Claim::S5 => "s5",
            Claim::S6 => "s6",
            Claim::S7 => "s7",
            Claim::S8 => "s8",
            Claim::S9 => "s9",
            Claim::S10 => "s10",
            Claim::S11 => "s11",
            Claim::S12 => "s12",
            Claim::S13 => "s13",
            Claim::X1 => "x1",
            Claim::X2 => "x2",
            Claim::X3 => "x3",
            Claim::X4 => "x4",
            Claim::X5 => "x5",
            Claim::X6 => "x6",
            Claim::X7 => "x7",
            Claim::X8 => "x8",
            Claim::X9 => "x9",
            Claim::X10 => "x10",
            Claim::X11 => "x11",
            Claim::X12 => "x12",
            Claim::X13 => "x13",
            Claim::X14 => "x14",
            Claim::X15 => "x15",
            Claim::X16 => "x16",
            Claim::X17 => "x17",
            Claim::X18 => "x18",
            Claim::X19 => "x19",
            Claim::X20 => "x20",
            Claim::X21 => "x21",
            Claim::X22 => "x22",
            Claim::X23 => "x23",
            Claim::X24 => "x24",
            Claim::X25 => "x25",
            Claim::X26 => "x26",
            Claim::X27 => "x27",
            Claim::X28 => "x28",
            Claim::X29 => "x29",
            Claim::X30 => "x30",
            Claim::X31 => "x31",
            Claim::X32 => "x32",
            Claim::X33 => "x33",
            Claim::X34 => "x34",
            Claim::X35 => "x35",
            Claim::X36 => "x36",
        }
    }

    /// The card of the claim.
    pub const fn card(self) -> ClaimCard {
        use Heading::{Ssh, TcpClose, TcpOpen, Tls, WebSocket};
        match self {
            Claim::O1 => ClaimCard {
                heading: TcpOpen,
                blocks: (1, 1),
                rfc: "RFC 9293 §3.5",
                says: Text {
                    en: "A client opens a connection by sending a SYN.",
                    zh: "客户端发送 SYN，发起连接。",
                },
                rule: Text {
                    en: "As noted when the first segment is a SYN without ACK.",
                    zh: "首个报文段带 SYN 而不带 ACK，即与笔记一致。",
                },
            },
            Claim::O2 => ClaimCard {
                heading: TcpOpen,
                blocks: (1, 1),
                rfc: "RFC 9293 §3.8.1, RFC 6298",
                says: Text {
                    en: "If no answer comes, a timer runs out and the SYN is sent again.",
                    zh: "没有等到回应，定时器到期，SYN 会再发一次。",
                },
                rule: Text {
                    en: "As noted when a second SYN follows after a gap; the gaps are printed.",
                    zh: "隔一段时间出现第二个 SYN，即与笔记一致；间隔会打印出来。",
                },
            },
            Claim::O3 => ClaimCard {
                heading: TcpOpen,
                blocks: (1, 1),
                rfc: "RFC 9293 §3.4",
                says: Text {
                    en: "The repeated SYN carries the same sequence number as the first.",
                    zh: "重发的 SYN 与第一个的序列号相同。",
                },
                rule: Text {
                    en: "As noted when the sequence numbers are equal.",
                    zh: "两者序列号相等，即与笔记一致。",
                },
            },
            Claim::O4 => ClaimCard {
                heading: TcpOpen,
                blocks: (1, 1),
                rfc: "RFC 9293 §3.8.3",
                says: Text {
                    en: "The number of repeats is limited; after that the client gives up.",
                    zh: "重发次数有上限，用尽之后客户端放弃。",
                },
                rule: Text {
                    en: "As noted when connect() fails with ETIMEDOUT after the last repeat.",
                    zh: "最后一次重发之后 connect() 以 ETIMEDOUT 失败，即与笔记一致。",
                },
            },
            Claim::O5 => ClaimCard {
                heading: TcpOpen,
                blocks: (2, 2),
                rfc: "RFC 9293 §3.5",
                says: Text {
                    en: "The server's SYN+ACK confirms the client's SYN and carries a SYN of its own.",
                    zh: "服务端回以 SYN+ACK：确认客户端的 SYN，同时带上自己的 SYN。",
                },
                rule: Text {
                    en: "As noted when its acknowledgment number is the client's ISN + 1.",
                    zh: "其确认号等于客户端 ISN + 1，即与笔记一致。",
                },
            },
            Claim::O6 => ClaimCard {
                heading: TcpOpen,
                blocks: (2, 2),
                rfc: "RFC 9293 §3.8.1",
                says: Text {
                    en: "If the last ACK does not come, the server sends its SYN+ACK again.",
                    zh: "等不到最后的 ACK，服务端会重发 SYN+ACK。",
                },
                rule: Text {
                    en: "As noted when a second SYN+ACK has the same sequence number.",
                    zh: "再次出现序列号相同的 SYN+ACK，即与笔记一致。",
                },
            },
            Claim::O7 => ClaimCard {
                heading: TcpOpen,
                blocks: (2, 2),
                rfc: "RFC 9293 §3.8.3",
                says: Text {
                    en: "These repeats are limited too; then the server drops the half-open connection.",
                    zh: "这种重发同样有上限，之后服务端丢弃半开连接。",
                },
                rule: Text {
                    en: "As noted when the kernel no longer lists the half-open connection.",
                    zh: "内核不再列出这条半开连接，即与笔记一致。",
                },
            },
            Claim::O8 => ClaimCard {
                heading: TcpOpen,
                blocks: (3, 3),
                rfc: "RFC 9293 §3.5",
                says: Text {
                    en: "The client acknowledges the server's SYN.",
                    zh: "客户端确认服务端的 SYN。",
                },
                rule: Text {
                    en: "As noted when the acknowledgment number is the server's ISN + 1.",
                    zh: "确认号等于服务端 ISN + 1，即与笔记一致。",
                },
            },
            Claim::O9 => ClaimCard {
                heading: TcpOpen,
                blocks: (3, 3),
                rfc: "RFC 9293 §3.8.1",
                says: Text {
                    en: "This last ACK is never repeated of its own accord.",
                    zh: "这最后一个 ACK 不会自行重发。",
                },
                rule: Text {
                    en: "As noted when, the ACK being lost, none follows before the server's repeat.",
                    zh: "ACK 丢失后，直到服务端重发之前都没有第二个 ACK，即与笔记一致。",
                },
            },
            Claim::O10 => ClaimCard {
                heading: TcpOpen,
                blocks: (3, 3),
                rfc: "RFC 9293 §3.10.7",
                says: Text {
                    en: "The server repeats its SYN+ACK, and the client answers it with the ACK once more.",
                    zh: "服务端重发 SYN+ACK，客户端再回一次 ACK。",
                },
                rule: Text {
                    en: "As noted when each repeated SYN+ACK is followed by an ACK.",
                    zh: "每个重发的 SYN+ACK 之后都有 ACK，即与笔记一致。",
                },
            },
            Claim::O11 => ClaimCard {
                heading: TcpOpen,
                blocks: (3, 3),
                rfc: "RFC 9293 §3.8.3",
                says: Text {
                    en: "If the ACK never arrives, the server drops the connection.",
                    zh: "ACK 始终没有到达，服务端便丢弃连接。",
                },
                rule: Text {
                    en: "Depends: the client believes it is connected until it sends or is reset.",
                    zh: "视情况而定：客户端在发送数据或收到 RST 之前都以为连接已建立。",
                },
            },
            Claim::O12 => ClaimCard {
                heading: TcpOpen,
                blocks: (4, 5),
                rfc: "RFC 9293 §3.5",
                says: Text {
                    en: "Three segments, because only then has each side shown that it can send and receive.",
                    zh: "之所以三次，是因为至此双方才都证明了自己既能发也能收。",
                },
                rule: Text {
                    en: "As noted when the segment that proves each of the four abilities was seen.",
                    zh: "证明四种能力的报文段都被看到，即与笔记一致。",
                },
            },
            Claim::O13 => ClaimCard {
                heading: TcpOpen,
                blocks: (7, 7),
                rfc: "RFC 9293 §3.5",
                says: Text {
                    en: "An old duplicate SYN is answered, found wrong by the client and reset; the new SYN then succeeds.",
                    zh: "旧的重复 SYN 得到回应，客户端发现不对并发 RST，随后新的 SYN 成功建连。",
                },
                rule: Text {
                    en: "As noted when SYN+ACK, RST and a fresh handshake follow in this order.",
                    zh: "依次出现 SYN+ACK、RST 和一次新的握手，即与笔记一致。",
                },
            },
            Claim::O14 => ClaimCard {
                heading: TcpOpen,
                blocks: (8, 8),
                rfc: "RFC 9293 §3.4",
                says: Text {
                    en: "Both initial sequence numbers are acknowledged, so both directions are in step.",
                    zh: "双方的初始序列号都得到确认，两个方向由此同步。",
                },
                rule: Text {
                    en: "As noted when each side's ISN + 1 was acknowledged by the other.",
                    zh: "双方的 ISN + 1 都被对方确认，即与笔记一致。",
                },
            },
            Claim::O15 => ClaimCard {
                heading: TcpOpen,
                blocks: (9, 9),
                rfc: "RFC 9293 §3.5",
                says: Text {
                    en: "Repeated SYNs do not pile up useless connections on the server.",
                    zh: "重复的 SYN 不会在服务端堆出一批无用的连接。",
                },
                rule: Text {
                    en: "As noted when several SYNs lead to one accept().",
                    zh: "多个 SYN 只带来一次 accept()，即与笔记一致。",
                },
            },
            Claim::C1 => ClaimCard {
                heading: TcpClose,
                blocks: (1, 1),
                rfc: "RFC 9293 §3.6",
                says: Text {
                    en: "The client sends a FIN and enters FIN_WAIT_1.",
                    zh: "客户端发送 FIN，进入 FIN_WAIT_1。",
                },
                rule: Text {
                    en: "As noted when its FIN is seen first and the kernel names the state.",
                    zh: "先看到客户端的 FIN，且内核报告该状态，即与笔记一致。",
                },
            },
            Claim::C2 => ClaimCard {
                heading: TcpClose,
                blocks: (2, 2),
                rfc: "RFC 9293 §3.8.1, §3.8.3",
                says: Text {
                    en: "A FIN without an ACK is repeated a limited number of times; then the connection is closed.",
                    zh: "FIN 得不到 ACK 就重发，次数有限，之后关闭连接。",
                },
                rule: Text {
                    en: "As noted when the FIN is repeated and a limit ends it; the limit is named.",
                    zh: "FIN 被重发并因某个上限而终止，即与笔记一致；会指出是哪个上限。",
                },
            },
            Claim::C3 => ClaimCard {
                heading: TcpClose,
                blocks: (3, 3),
                rfc: "RFC 9293 §3.6",
                says: Text {
                    en: "The server acknowledges the FIN and enters CLOSE_WAIT; the client enters FIN_WAIT_2.",
                    zh: "服务端确认 FIN，进入 CLOSE_WAIT；客户端进入 FIN_WAIT_2。",
                },
                rule: Text {
                    en: "As noted when the ACK covers the FIN and the kernel names both states.",
                    zh: "ACK 覆盖了 FIN，且内核报告这两个状态，即与笔记一致。",
                },
            },
            Claim::C4 => ClaimCard {
                heading: TcpClose,
                blocks: (4, 4),
                rfc: "RFC 9293 §3.10.7",
                says: Text {
                    en: "The server's ACK is not repeated by itself; the client repeats its FIN and is acknowledged again.",
                    zh: "服务端的 ACK 不会自行重发；客户端重发 FIN，再得到一次 ACK。",
                },
                rule: Text {
                    en: "As noted when no second ACK comes before the repeated FIN.",
                    zh: "在重发的 FIN 之前没有第二个 ACK，即与笔记一致。",
                },
            },
            Claim::C5 => ClaimCard {
                heading: TcpClose,
                blocks: (5, 5),
                rfc: "RFC 9293 §3.6",
                says: Text {
                    en: "The server first sends what it still has, and only then its own FIN.",
                    zh: "服务端先把剩下的数据发完，然后才发自己的 FIN。",
                },
                rule: Text {
                    en: "As noted when data lies between the client's FIN and the server's; LAST_ACK is the state the notes leave out.",
                    zh: "客户端 FIN 与服务端 FIN 之间有数据，即与笔记一致；此后的 LAST_ACK 是笔记没有提到的状态。",
                },
            },
            Claim::C6 => ClaimCard {
                heading: TcpClose,
                blocks: (6, 6),
                rfc: "RFC 9293 §3.6",
                says: Text {
                    en: "If no FIN comes from the server, the client waits and closes on a timeout.",
                    zh: "迟迟等不到服务端的 FIN，客户端等到超时后关闭。",
                },
                rule: Text {
                    en: "Depends: only a socket the program has closed has this timer.",
                    zh: "视情况而定：只有程序已经 close() 的套接字才有这个定时器。",
                },
            },
            Claim::C7 => ClaimCard {
                heading: TcpClose,
                blocks: (7, 7),
                rfc: "RFC 9293 §3.8.1, §3.8.3",
                says: Text {
                    en: "A server whose FIN is not acknowledged repeats it, a limited number of times, then closes.",
                    zh: "服务端的 FIN 得不到 ACK 就重发，次数有限，之后关闭。",
                },
                rule: Text {
                    en: "As noted when the server's FIN is repeated and a limit ends it.",
                    zh: "服务端的 FIN 被重发并因上限而终止，即与笔记一致。",
                },
            },
            Claim::C8 => ClaimCard {
                heading: TcpClose,
                blocks: (8, 8),
                rfc: "RFC 9293 §3.6, RFC 1122 §4.2.3.2",
                says: Text {
                    en: "With nothing left to send and delayed ACKs on, ACK and FIN travel together: three segments.",
                    zh: "没有数据要发且启用延迟确认时，ACK 与 FIN 合并，四次变三次。",
                },
                rule: Text {
                    en: "Depends: the server must close before its delayed ACK leaves.",
                    zh: "视情况而定：服务端必须在延迟的 ACK 发出之前关闭。",
                },
            },
            Claim::C9 => ClaimCard {
                heading: TcpClose,
                blocks: (9, 9),
                rfc: "RFC 9293 §3.6, §3.3.2",
                says: Text {
                    en: "The client acknowledges the server's FIN, waits in TIME_WAIT and then closes.",
                    zh: "客户端确认服务端的 FIN，在 TIME_WAIT 等待一段时间后关闭。",
                },
                rule: Text {
                    en: "As noted when the kernel lists TIME_WAIT; its timer is printed.",
                    zh: "内核列出 TIME_WAIT，即与笔记一致；剩余时间会打印出来。",
                },
            },
            Claim::C10 => ClaimCard {
                heading: TcpClose,
                blocks: (9, 9),
                rfc: "RFC 9293 §3.6",
                says: Text {
                    en: "The server receives that ACK and is closed.",
                    zh: "服务端收到这个 ACK，随即关闭。",
                },
                rule: Text {
                    en: "As noted when the kernel says the server's end is closed.",
                    zh: "内核报告服务端这一端已关闭，即与笔记一致。",
                },
            },
            Claim::T1 => ClaimCard {
                heading: Tls,
                blocks: (1, 1),
                rfc: "RFC 5246 §7.4.1.2, RFC 8446 §4.1.2",
                says: Text {
                    en: "ClientHello carries the version, the client random and the cipher suites on offer.",
                    zh: "ClientHello 带有版本、客户端随机数和可用的密码套件。",
                },
                rule: Text {
                    en: "As noted unless the versions on offer stand in an extension (supported_versions).",
                    zh: "除非版本写在 supported_versions 扩展里，否则与笔记一致。",
                },
            },
            Claim::T2 => ClaimCard {
                heading: Tls,
                blocks: (3, 3),
                rfc: "RFC 5246 §7.4.1.3, RFC 8446 §4.1.3",
                says: Text {
                    en: "ServerHello carries the version, the server random and the suite that was picked.",
                    zh: "ServerHello 带有版本、服务端随机数和选定的密码套件。",
                },
                rule: Text {
                    en: "As noted unless it also carries the key share and the true version stands in an extension.",
                    zh: "除非它还带有密钥份额、真实版本写在扩展里，否则与笔记一致。",
                },
            },
            Claim::T3 => ClaimCard {
                heading: Tls,
                blocks: (4, 4),
                rfc: "RFC 5246 §7.4.2, RFC 8446 §4.4.2",
                says: Text {
                    en: "The server sends its certificate.", zh: "服务端发送自己的证书。"
                },
                rule: Text {
                    en: "As noted when it crosses in the clear; differs when it is encrypted.",
                    zh: "以明文传输即与笔记一致；加密传输则不同。",
                },
            },
            Claim::T4 => ClaimCard {
                heading: Tls,
                blocks: (5, 5),
                rfc: "RFC 5246 §7.4.5",
                says: Text {
                    en: "ServerHelloDone says that the server has said all it had to say.",
                    zh: "ServerHelloDone 表示服务端该说的都说完了。",
                },
                rule: Text {
                    en: "As noted when it follows the certificate at once; differs when ServerKeyExchange comes first; absent in TLS 1.3.",
                    zh: "紧跟证书之后即与笔记一致；之前有 ServerKeyExchange 则不同；TLS 1.3 中没有它。",
                },
            },
            Claim::T5 => ClaimCard {
                heading: Tls,
                blocks: (6, 6),
                rfc: "RFC 5280 §6, RFC 5246 §7.4.2",
                says: Text {
                    en: "The client checks the certificate with the CA's public key.",
                    zh: "客户端用 CA 的公钥验证证书。",
                },
                rule: Text {
                    en: "As noted when the library's verifier returned its verdict; what was checked is printed.",
                    zh: "证书验证器给出结论，即与笔记一致；检查内容会打印出来。",
                },
            },
            Claim::T6 => ClaimCard {
                heading: Tls,
                blocks: (6, 6),
                rfc: "RFC 5246 §7.4.3, RFC 8446 §4.4.3",
                says: Text {
                    en: "The client takes the server's public key from the certificate.",
                    zh: "客户端从证书中取出服务端的公钥。",
                },
                rule: Text {
                    en: "As noted when that key encrypts the pre-master; differs in use when it verifies a signature instead.",
                    zh: "该公钥用来加密 pre-master 即与笔记一致；用来验证签名则用途不同。",
                },
            },
            Claim::T7 => ClaimCard {
                heading: Tls,
                blocks: (7, 7),
                rfc: "RFC 5246 §8.1.1, RFC 8422 §5",
                says: Text {
                    en: "The client makes a random pre-master secret and encrypts it with the server's key.",
                    zh: "客户端生成随机的 pre-master，用服务端公钥加密。",
                },
                rule: Text {
                    en: "As noted with RSA key transport; differs when both sides compute the secret from ephemeral keys.",
                    zh: "RSA 密钥传输时与笔记一致；双方由临时密钥各自算出时则不同。",
                },
            },
            Claim::T8 => ClaimCard {
                heading: Tls,
                blocks: (8, 8),
                rfc: "RFC 5246 §7.4.7, RFC 8422 §5.7",
                says: Text {
                    en: "ClientKeyExchange carries it to the server.",
                    zh: "ClientKeyExchange 把它送到服务端。",
                },
                rule: Text {
                    en: "As noted when it carries an encrypted secret; differs when it carries a public key; absent in TLS 1.3.",
                    zh: "携带加密的 pre-master 即与笔记一致；携带公钥则不同；TLS 1.3 中没有它。",
                },
            },
            Claim::T9 => ClaimCard {
                heading: Tls,
                blocks: (8, 8),
                rfc: "RFC 5246 §8.1, RFC 8446 §7.1",
                says: Text {
                    en: "From the same three randoms both sides derive the session key.",
                    zh: "双方由同样的三个随机数推导出会话密钥。",
                },
                rule: Text {
                    en: "As noted with RSA; differs when the third is a Diffie-Hellman secret that never crossed, or with HKDF.",
                    zh: "RSA 时与笔记一致；第三个是从未传输的 DH 共享密钥，或改用 HKDF 时则不同。",
                },
            },
            Claim::T10 => ClaimCard {
                heading: Tls,
                blocks: (9, 9),
                rfc: "RFC 5246 §7.1, RFC 8446 §5",
                says: Text {
                    en: "ChangeCipherSpec: from here on the client encrypts.",
                    zh: "ChangeCipherSpec：客户端从此开始加密。",
                },
                rule: Text {
                    en: "As noted in TLS 1.2; in TLS 1.3 it is a dummy for middleboxes.",
                    zh: "TLS 1.2 中与笔记一致；TLS 1.3 中它只是给中间设备看的摆设。",
                },
            },
            Claim::T11 => ClaimCard {
                heading: Tls,
                blocks: (9, 9),
                rfc: "RFC 5246 §7.4.9, RFC 8446 §4.4.4",
                says: Text {
                    en: "An encrypted message with a digest of the handshake lets the server test the encryption.",
                    zh: "一条加密消息带着握手摘要，供服务端检验加密是否可用。",
                },
                rule: Text {
                    en: "As noted when the client's Finished decrypts and its verify_data is recomputed equal.",
                    zh: "客户端的 Finished 能够解密，且重新计算的 verify_data 相等，即与笔记一致。",
                },
            },
            Claim::T12 => ClaimCard {
                heading: Tls,
                blocks: (9, 9),
                rfc: "RFC 5246 §7.4.9, RFC 8446 §4.4.4",
                says: Text {
                    en: "The same digest reveals any tampering with the handshake.",
                    zh: "同一份摘要可以暴露对握手的任何篡改。",
                },
                rule: Text {
                    en: "As noted when verify_data is compared with a digest of what truly crossed.",
                    zh: "verify_data 与实际传输内容的摘要经过比对，即与笔记一致。",
                },
            },
            Claim::T13 => ClaimCard {
                heading: Tls,
                blocks: (10, 10),
                rfc: "RFC 5246 §7.4.9, RFC 8446 §4.4.4",
                says: Text {
                    en: "The server sends the same two messages, and the client checks them.",
                    zh: "服务端也发送同样的两条消息，由客户端检验。",
                },
                rule: Text {
                    en: "As noted when the server's Finished follows the client's; differs when it comes first.",
                    zh: "服务端的 Finished 在客户端之后即与笔记一致；先于客户端则不同。",
                },
            },
            Claim::T14 => ClaimCard {
                heading: Tls,
                blocks: (10, 10),
                rfc: "RFC 5246 §7.4.9, RFC 8446 §5.2",
                says: Text {
                    en: "The handshake is complete, and data travels under symmetric encryption.",
                    zh: "握手完成，此后的数据用对称加密传输。",
                },
                rule: Text {
                    en: "As noted when application data was opened with the session's keys.",
                    zh: "应用数据能用会话密钥解开，即与笔记一致。",
                },
            },
            Claim::W1 => ClaimCard {
                heading: WebSocket,
                blocks: (1, 1),
                rfc: "RFC 6455 §4.1",
                says: Text {
                    en: "After the handshake below it, the client asks for an upgrade with special headers and a random base64 key.",
                    zh: "下层握手之后，客户端用特殊头部和随机的 base64 密钥请求升级。",
                },
                rule: Text {
                    en: "Depends: the handshake before it is TCP's (and TLS's for wss), not HTTP's.",
                    zh: "视情况而定：之前的握手属于 TCP（wss 还有 TLS），HTTP 本身没有握手。",
                },
            },
            Claim::W2 => ClaimCard {
                heading: WebSocket,
                blocks: (2, 2),
                rfc: "RFC 6455 §4.2.2",
                says: Text {
                    en: "A server that supports it turns the key into a string by a public algorithm and returns it.",
                    zh: "支持升级的服务端用公开算法把密钥转换成字符串并返回。",
                },
                rule: Text {
                    en: "As noted when base64(SHA-1(key + GUID)) equals the string returned.",
                    zh: "base64(SHA-1(key + GUID)) 与返回的字符串相等，即与笔记一致。",
                },
            },
            Claim::W3 => ClaimCard {
                heading: WebSocket,
                blocks: (2, 2),
                rfc: "RFC 6455 §4.2.2, RFC 9110 §15.2.2",
                says: Text {
                    en: "Status 101: the protocols are switched.", zh: "状态码 101：切换协议。"
                },
                rule: Text {
                    en: "As noted when the status line says 101.",
                    zh: "状态行是 101，即与笔记一致。",
                },
            },
            Claim::W4 => ClaimCard {
                heading: WebSocket,
                blocks: (3, 3),
                rfc: "RFC 6455 §4.1",
                says: Text {
                    en: "The client computes the same string and compares; equal means established.",
                    zh: "客户端算出同样的字符串并比对，相等即建立。",
                },
                rule: Text {
                    en: "As noted when the client's own computation equals what the server returned.",
                    zh: "客户端自己的计算结果与服务端返回的相等，即与笔记一致。",
                },
            },
            Claim::W5 => ClaimCard {
                heading: WebSocket,
                blocks: (3, 3),
                rfc: "RFC 6455 §5",
                says: Text {
                    en: "From then on data travels in WebSocket frames.",
                    zh: "此后数据以 WebSocket 帧传输。",
                },
                rule: Text {
                    en: "As noted when frames were read; the client's are masked, the server's are not.",
                    zh: "读到了帧即与笔记一致；客户端的帧带掩码，服务端的不带。",
                },
            },
            Claim::W6 => ClaimCard {
                heading: WebSocket,
                blocks: (4, 4),
                rfc: "RFC 6455 §1.2",
                says: Text {
                    en: "Two messages are enough to establish it.", zh: "只需两条消息即可建立。"
                },
                rule: Text {
                    en: "As noted when exactly one request and one answer crossed before it was established.",
                    zh: "建立之前恰好只有一个请求和一个应答，即与笔记一致。",
                },
            },
            Claim::S1 => ClaimCard {
                heading: Ssh,
                blocks: (1, 1),
                rfc: "RFC 4253 §4",
                says: Text {
                    en: "First come the three steps of TCP.", zh: "首先是 TCP 的三次握手。"
                },
                rule: Text {
                    en: "As noted when the kernel says ESTABLISHED before the first byte of SSH.",
                    zh: "SSH 的第一个字节之前内核已报告 ESTABLISHED，即与笔记一致。",
                },
            },
            Claim::S2 => ClaimCard {
                heading: Ssh,
                blocks: (2, 2),
                rfc: "RFC 4253 §4.2",
                says: Text {
                    en: "The client sends its version, and the server answers with its own.",
                    zh: "客户端发送自己的版本，服务端再发送自己的版本。",
                },
                rule: Text {
                    en: "Depends: neither has to wait for the other; who was first on this wire is said.",
                    zh: "视情况而定：双方都不必等待对方；会说明这次谁先发。",
                },
            },
            Claim::S3 => ClaimCard {
                heading: Ssh,
                blocks: (3, 3),
                rfc: "RFC 4253 §7.1",
                says: Text {
                    en: "Both send their lists of algorithms: negotiation.",
                    zh: "双方发送算法列表，进行协商。",
                },
                rule: Text {
                    en: "As noted when both KEXINIT were seen; how each algorithm was picked is shown.",
                    zh: "看到双方的 KEXINIT，即与笔记一致；会说明每种算法是怎样选出的。",
                },
            },
            Claim::S4 => ClaimCard {
                heading: Ssh,
                blocks: (4, 4),
                rfc: "RFC 4253 §8, RFC 8731",
                says: Text {
                    en: "Diffie-Hellman gives both sides a shared key.",
                    zh: "Diffie-Hellman 让双方得到共享密钥。",
                },
                rule: Text {
                    en: "As noted when both public values crossed; the method is named.",
                    zh: "双方的公开值都已传输，即与笔记一致；会指出具体方法。",
                },
            },
            Claim::S5 => ClaimCard {
                heading: Ssh,
                blocks: (4, 4),
                rfc: "RFC 4253 §7.3",
                says: Text {
                    en: "Authentication and the session are encrypted with it.",
                    zh: "认证和会话都用它加密。",
                },
                rule: Text {
                    en: "As noted when encrypted packets follow NEWKEYS.",
                    zh: "NEWKEYS 之后是加密的数据包，即与笔记一致。",
                },
            },
            Claim::S6 => ClaimCard {
                heading: Ssh,
                blocks: (6, 6),
                rfc: "RFC 4253 §8, RFC 5656 §4",
                says: Text {
                    en: "The server sends the public key of its host.", zh: "服务端发送主机公钥。"
                },
                rule: Text {
                    en: "Differs in place: it comes inside the key exchange reply, before encryption, and signs the exchange.",
                    zh: "位置不同：它在密钥交换的应答里，加密之前就已发送，并且对交换过程签名。",
                },
            },
            Claim::S7 => ClaimCard {
                heading: Ssh,
                blocks: (6, 6),
                rfc: "RFC 4251 §4.1",
                says: Text {
                    en: "A host that is not in known_hosts is confirmed by the user and added.",
                    zh: "known_hosts 中没有记录时，由用户确认后添加。",
                },
                rule: Text {
                    en: "As noted when a user said yes; depends when an option said so beforehand.",
                    zh: "由用户确认即与笔记一致；由选项事先决定则视情况而定。",
                },
            },
            Claim::S8 => ClaimCard {
                heading: Ssh,
                blocks: (6, 6),
                rfc: "RFC 4251 §4.1",
                says: Text {
                    en: "A known host's fingerprint is compared; equal passes.",
                    zh: "已有记录时比对指纹，一致则通过。",
                },
                rule: Text {
                    en: "As noted when a line of the file matched the key.",
                    zh: "文件中有一行与该公钥匹配，即与笔记一致。",
                },
            },
            Claim::S9 => ClaimCard {
                heading: Ssh,
                blocks: (6, 6),
                rfc: "RFC 4251 §4.1",
                says: Text {
                    en: "A different key is refused: it may be a man in the middle.",
                    zh: "指纹不同则拒绝，可能是中间人。",
                },
                rule: Text {
                    en: "As noted when the connection was refused because the key had changed.",
                    zh: "因主机密钥改变而拒绝连接，即与笔记一致。",
                },
            },
            Claim::S10 => ClaimCard {
                heading: Ssh,
                blocks: (7, 7),
                rfc: "RFC 4252 §7",
                says: Text {
                    en: "The client names the public key it will use.",
                    zh: "客户端声明要用的公钥。",
                },
                rule: Text {
                    en: "As noted when a query without a signature was accepted.",
                    zh: "不带签名的询问得到接受，即与笔记一致。",
                },
            },
            Claim::S11 => ClaimCard {
                heading: Ssh,
                blocks: (7, 7),
                rfc: "RFC 4252 §7",
                says: Text {
                    en: "The server sends a challenge, the client answers with its private key, the server checks with the public key.",
                    zh: "服务端发送挑战，客户端用私钥回应，服务端用公钥检验。",
                },
                rule: Text {
                    en: "Differs: SSH-2 has no challenge message; the client signs the session id and its request.",
                    zh: "不同：SSH-2 没有挑战消息，客户端签名的是会话标识和自己的请求。",
                },
            },
            Claim::S12 => ClaimCard {
                heading: Ssh,
                blocks: (7, 7),
                rfc: "RFC 4252 §5.1",
                says: Text { en: "If it passes, access is granted.", zh: "检验通过，允许访问。" },
                rule: Text {
                    en: "As noted when the server granted access.",
                    zh: "服务端允许访问，即与笔记一致。",
                },
            },
            Claim::S13 => ClaimCard {
                heading: Ssh,
                blocks: (7, 7),
                rfc: "RFC 4252 §8",
                says: Text {
                    en: "If it fails and passwords are enabled, the password is asked for; otherwise access is refused.",
                    zh: "检验失败但启用了密码登录，则验证密码；否则拒绝。",
                },
                rule: Text {
                    en: "As noted when, after the key was refused, a password was checked, or none was asked for and access refused. A password without a key before it: depends.",
                    zh: "拒绝公钥之后验证了密码，或未启用密码而拒绝访问，即与笔记一致。此前没有出示公钥就验证密码：视情况而定。",
                },
            },
            Claim::X1 | Claim::X2 | Claim::X3 | Claim::X4 | Claim::X5 | Claim::X6 | Claim::X7 => {
                beyond::card_of_open(self)
            }
            Claim::X8 | Claim::X9 | Claim::X10 | Claim::X11 | Claim::X12 => beyond::card_of_close(self),
            Claim::X13
            | Claim::X14
            | Claim::X15
            | Claim::X16
            | Claim::X17
            | Claim::X18
            | Claim::X19
            | Claim::X20
            | Claim::X21
            | Claim::X22
            | Claim::X23
            | Claim::X24
            | Claim::X25 => beyond::card_of_tls(self),
            Claim::X26 | Claim::X27 | Claim::X28 | Claim::X29 | Claim::X30 | Claim::X31 => {
                beyond::card_of_ws(self)
            }
            Claim::X32 | Claim::X33 | Claim::X34 | Claim::X35 | Claim::X36 => beyond::card_of_ssh(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn the_58_claims_are_numbered_in_the_order_of_the_notes() {
        assert_eq!(Claim::noted().len(), 58);
        for pair in Claim::noted().windows(2) {
            let (a, b) = (pair[0].card(), pair[1].card());
            let same = a.heading as u8 == b.heading as u8;
            assert!(same && a.blocks <= b.blocks || (a.heading as u8) < b.heading as u8, "{:?}", pair[1]);
        }
        for claim in Claim::VARIANTS {
            assert_eq!(serde_json::to_value(claim).unwrap(), claim.id());
        }
    }
}

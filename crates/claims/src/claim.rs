//! The 58 claims: each is one sentence of the notes, restated in our own words, with its place in the notes
//! and the rule by which a run is judged. The order is the order of the notes; behind them stands the series `x…`
//! ([`Claim::beyond`]).

use serde::{Deserialize, Serialize};
use steps::{Protocol, Text, text};

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
            Heading::TcpOpen => text!(claims::tcp_opening_in_three_steps()),
            Heading::TcpClose => text!(claims::tcp_closing_in_four_steps()),
            Heading::Tls => text!(claims::tls_the_four_flights()),
            Heading::WebSocket => text!(claims::websocket_the_upgrade()),
            Heading::Ssh => text!(claims::ssh_from_version_to_access()),
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
                says: text!(claims::o1()),
                rule: text!(claims::o1_rule()),
            },
            Claim::O2 => ClaimCard {
                heading: TcpOpen,
                blocks: (1, 1),
                rfc: "RFC 9293 §3.8.1, RFC 6298",
                says: text!(claims::o2()),
                rule: text!(claims::o2_rule()),
            },
            Claim::O3 => ClaimCard {
                heading: TcpOpen,
                blocks: (1, 1),
                rfc: "RFC 9293 §3.4",
                says: text!(claims::o3()),
                rule: text!(claims::o3_rule()),
            },
            Claim::O4 => ClaimCard {
                heading: TcpOpen,
                blocks: (1, 1),
                rfc: "RFC 9293 §3.8.3",
                says: text!(claims::o4()),
                rule: text!(claims::o4_rule()),
            },
            Claim::O5 => ClaimCard {
                heading: TcpOpen,
                blocks: (2, 2),
                rfc: "RFC 9293 §3.5",
                says: text!(claims::o5()),
                rule: text!(claims::o5_rule()),
            },
            Claim::O6 => ClaimCard {
                heading: TcpOpen,
                blocks: (2, 2),
                rfc: "RFC 9293 §3.8.1",
                says: text!(claims::o6()),
                rule: text!(claims::o6_rule()),
            },
            Claim::O7 => ClaimCard {
                heading: TcpOpen,
                blocks: (2, 2),
                rfc: "RFC 9293 §3.8.3",
                says: text!(claims::o7()),
                rule: text!(claims::o7_rule()),
            },
            Claim::O8 => ClaimCard {
                heading: TcpOpen,
                blocks: (3, 3),
                rfc: "RFC 9293 §3.5",
                says: text!(claims::o8()),
                rule: text!(claims::o8_rule()),
            },
            Claim::O9 => ClaimCard {
                heading: TcpOpen,
                blocks: (3, 3),
                rfc: "RFC 9293 §3.8.1",
                says: text!(claims::o9()),
                rule: text!(claims::o9_rule()),
            },
            Claim::O10 => ClaimCard {
                heading: TcpOpen,
                blocks: (3, 3),
                rfc: "RFC 9293 §3.10.7",
                says: text!(claims::o10()),
                rule: text!(claims::o10_rule()),
            },
            Claim::O11 => ClaimCard {
                heading: TcpOpen,
                blocks: (3, 3),
                rfc: "RFC 9293 §3.8.3",
                says: text!(claims::o11()),
                rule: text!(claims::o11_rule()),
            },
            Claim::O12 => ClaimCard {
                heading: TcpOpen,
                blocks: (4, 5),
                rfc: "RFC 9293 §3.5",
                says: text!(claims::o12()),
                rule: text!(claims::o12_rule()),
            },
            Claim::O13 => ClaimCard {
                heading: TcpOpen,
                blocks: (7, 7),
                rfc: "RFC 9293 §3.5",
                says: text!(claims::o13()),
                rule: text!(claims::o13_rule()),
            },
            Claim::O14 => ClaimCard {
                heading: TcpOpen,
                blocks: (8, 8),
                rfc: "RFC 9293 §3.4",
                says: text!(claims::o14()),
                rule: text!(claims::o14_rule()),
            },
            Claim::O15 => ClaimCard {
                heading: TcpOpen,
                blocks: (9, 9),
                rfc: "RFC 9293 §3.5",
                says: text!(claims::o15()),
                rule: text!(claims::o15_rule()),
            },
            Claim::C1 => ClaimCard {
                heading: TcpClose,
                blocks: (1, 1),
                rfc: "RFC 9293 §3.6",
                says: text!(claims::c1()),
                rule: text!(claims::c1_rule()),
            },
            Claim::C2 => ClaimCard {
                heading: TcpClose,
                blocks: (2, 2),
                rfc: "RFC 9293 §3.8.1, §3.8.3",
                says: text!(claims::c2()),
                rule: text!(claims::c2_rule()),
            },
            Claim::C3 => ClaimCard {
                heading: TcpClose,
                blocks: (3, 3),
                rfc: "RFC 9293 §3.6",
                says: text!(claims::c3()),
                rule: text!(claims::c3_rule()),
            },
            Claim::C4 => ClaimCard {
                heading: TcpClose,
                blocks: (4, 4),
                rfc: "RFC 9293 §3.10.7",
                says: text!(claims::c4()),
                rule: text!(claims::c4_rule()),
            },
            Claim::C5 => ClaimCard {
                heading: TcpClose,
                blocks: (5, 5),
                rfc: "RFC 9293 §3.6",
                says: text!(claims::c5()),
                rule: text!(claims::c5_rule()),
            },
            Claim::C6 => ClaimCard {
                heading: TcpClose,
                blocks: (6, 6),
                rfc: "RFC 9293 §3.6",
                says: text!(claims::c6()),
                rule: text!(claims::c6_rule()),
            },
            Claim::C7 => ClaimCard {
                heading: TcpClose,
                blocks: (7, 7),
                rfc: "RFC 9293 §3.8.1, §3.8.3",
                says: text!(claims::c7()),
                rule: text!(claims::c7_rule()),
            },
            Claim::C8 => ClaimCard {
                heading: TcpClose,
                blocks: (8, 8),
                rfc: "RFC 9293 §3.6, RFC 1122 §4.2.3.2",
                says: text!(claims::c8()),
                rule: text!(claims::c8_rule()),
            },
            Claim::C9 => ClaimCard {
                heading: TcpClose,
                blocks: (9, 9),
                rfc: "RFC 9293 §3.6, §3.3.2",
                says: text!(claims::c9()),
                rule: text!(claims::c9_rule()),
            },
            Claim::C10 => ClaimCard {
                heading: TcpClose,
                blocks: (9, 9),
                rfc: "RFC 9293 §3.6",
                says: text!(claims::c10()),
                rule: text!(claims::c10_rule()),
            },
            Claim::T1 => ClaimCard {
                heading: Tls,
                blocks: (1, 1),
                rfc: "RFC 5246 §7.4.1.2, RFC 8446 §4.1.2",
                says: text!(claims::t1()),
                rule: text!(claims::t1_rule()),
            },
            Claim::T2 => ClaimCard {
                heading: Tls,
                blocks: (3, 3),
                rfc: "RFC 5246 §7.4.1.3, RFC 8446 §4.1.3",
                says: text!(claims::t2()),
                rule: text!(claims::t2_rule()),
            },
            Claim::T3 => ClaimCard {
                heading: Tls,
                blocks: (4, 4),
                rfc: "RFC 5246 §7.4.2, RFC 8446 §4.4.2",
                says: text!(claims::t3()),
                rule: text!(claims::t3_rule()),
            },
            Claim::T4 => ClaimCard {
                heading: Tls,
                blocks: (5, 5),
                rfc: "RFC 5246 §7.4.5",
                says: text!(claims::t4()),
                rule: text!(claims::t4_rule()),
            },
            Claim::T5 => ClaimCard {
                heading: Tls,
                blocks: (6, 6),
                rfc: "RFC 5280 §6, RFC 5246 §7.4.2",
                says: text!(claims::t5()),
                rule: text!(claims::t5_rule()),
            },
            Claim::T6 => ClaimCard {
                heading: Tls,
                blocks: (6, 6),
                rfc: "RFC 5246 §7.4.3, RFC 8446 §4.4.3",
                says: text!(claims::t6()),
                rule: text!(claims::t6_rule()),
            },
            Claim::T7 => ClaimCard {
                heading: Tls,
                blocks: (7, 7),
                rfc: "RFC 5246 §8.1.1, RFC 8422 §5",
                says: text!(claims::t7()),
                rule: text!(claims::t7_rule()),
            },
            Claim::T8 => ClaimCard {
                heading: Tls,
                blocks: (8, 8),
                rfc: "RFC 5246 §7.4.7, RFC 8422 §5.7",
                says: text!(claims::t8()),
                rule: text!(claims::t8_rule()),
            },
            Claim::T9 => ClaimCard {
                heading: Tls,
                blocks: (8, 8),
                rfc: "RFC 5246 §8.1, RFC 8446 §7.1",
                says: text!(claims::t9()),
                rule: text!(claims::t9_rule()),
            },
            Claim::T10 => ClaimCard {
                heading: Tls,
                blocks: (9, 9),
                rfc: "RFC 5246 §7.1, RFC 8446 §5",
                says: text!(claims::t10()),
                rule: text!(claims::t10_rule()),
            },
            Claim::T11 => ClaimCard {
                heading: Tls,
                blocks: (9, 9),
                rfc: "RFC 5246 §7.4.9, RFC 8446 §4.4.4",
                says: text!(claims::t11()),
                rule: text!(claims::t11_rule()),
            },
            Claim::T12 => ClaimCard {
                heading: Tls,
                blocks: (9, 9),
                rfc: "RFC 5246 §7.4.9, RFC 8446 §4.4.4",
                says: text!(claims::t12()),
                rule: text!(claims::t12_rule()),
            },
            Claim::T13 => ClaimCard {
                heading: Tls,
                blocks: (10, 10),
                rfc: "RFC 5246 §7.4.9, RFC 8446 §4.4.4",
                says: text!(claims::t13()),
                rule: text!(claims::t13_rule()),
            },
            Claim::T14 => ClaimCard {
                heading: Tls,
                blocks: (10, 10),
                rfc: "RFC 5246 §7.4.9, RFC 8446 §5.2",
                says: text!(claims::t14()),
                rule: text!(claims::t14_rule()),
            },
            Claim::W1 => ClaimCard {
                heading: WebSocket,
                blocks: (1, 1),
                rfc: "RFC 6455 §4.1",
                says: text!(claims::w1()),
                rule: text!(claims::w1_rule()),
            },
            Claim::W2 => ClaimCard {
                heading: WebSocket,
                blocks: (2, 2),
                rfc: "RFC 6455 §4.2.2",
                says: text!(claims::w2()),
                rule: text!(claims::w2_rule()),
            },
            Claim::W3 => ClaimCard {
                heading: WebSocket,
                blocks: (2, 2),
                rfc: "RFC 6455 §4.2.2, RFC 9110 §15.2.2",
                says: text!(claims::w3()),
                rule: text!(claims::w3_rule()),
            },
            Claim::W4 => ClaimCard {
                heading: WebSocket,
                blocks: (3, 3),
                rfc: "RFC 6455 §4.1",
                says: text!(claims::w4()),
                rule: text!(claims::w4_rule()),
            },
            Claim::W5 => ClaimCard {
                heading: WebSocket,
                blocks: (3, 3),
                rfc: "RFC 6455 §5",
                says: text!(claims::w5()),
                rule: text!(claims::w5_rule()),
            },
            Claim::W6 => ClaimCard {
                heading: WebSocket,
                blocks: (4, 4),
                rfc: "RFC 6455 §1.2",
                says: text!(claims::w6()),
                rule: text!(claims::w6_rule()),
            },
            Claim::S1 => ClaimCard {
                heading: Ssh,
                blocks: (1, 1),
                rfc: "RFC 4253 §4",
                says: text!(claims::s1()),
                rule: text!(claims::s1_rule()),
            },
            Claim::S2 => ClaimCard {
                heading: Ssh,
                blocks: (2, 2),
                rfc: "RFC 4253 §4.2",
                says: text!(claims::s2()),
                rule: text!(claims::s2_rule()),
            },
            Claim::S3 => ClaimCard {
                heading: Ssh,
                blocks: (3, 3),
                rfc: "RFC 4253 §7.1",
                says: text!(claims::s3()),
                rule: text!(claims::s3_rule()),
            },
            Claim::S4 => ClaimCard {
                heading: Ssh,
                blocks: (4, 4),
                rfc: "RFC 4253 §8, RFC 8731",
                says: text!(claims::s4()),
                rule: text!(claims::s4_rule()),
            },
            Claim::S5 => ClaimCard {
                heading: Ssh,
                blocks: (4, 4),
                rfc: "RFC 4253 §7.3",
                says: text!(claims::s5()),
                rule: text!(claims::s5_rule()),
            },
            Claim::S6 => ClaimCard {
                heading: Ssh,
                blocks: (6, 6),
                rfc: "RFC 4253 §8, RFC 5656 §4",
                says: text!(claims::s6()),
                rule: text!(claims::s6_rule()),
            },
            Claim::S7 => ClaimCard {
                heading: Ssh,
                blocks: (6, 6),
                rfc: "RFC 4251 §4.1",
                says: text!(claims::s7()),
                rule: text!(claims::s7_rule()),
            },
            Claim::S8 => ClaimCard {
                heading: Ssh,
                blocks: (6, 6),
                rfc: "RFC 4251 §4.1",
                says: text!(claims::s8()),
                rule: text!(claims::s8_rule()),
            },
            Claim::S9 => ClaimCard {
                heading: Ssh,
                blocks: (6, 6),
                rfc: "RFC 4251 §4.1",
                says: text!(claims::s9()),
                rule: text!(claims::s9_rule()),
            },
            Claim::S10 => ClaimCard {
                heading: Ssh,
                blocks: (7, 7),
                rfc: "RFC 4252 §7",
                says: text!(claims::s10()),
                rule: text!(claims::s10_rule()),
            },
            Claim::S11 => ClaimCard {
                heading: Ssh,
                blocks: (7, 7),
                rfc: "RFC 4252 §7",
                says: text!(claims::s11()),
                rule: text!(claims::s11_rule()),
            },
            Claim::S12 => ClaimCard {
                heading: Ssh,
                blocks: (7, 7),
                rfc: "RFC 4252 §5.1",
                says: text!(claims::s12()),
                rule: text!(claims::s12_rule()),
            },
            Claim::S13 => ClaimCard {
                heading: Ssh,
                blocks: (7, 7),
                rfc: "RFC 4252 §8",
                says: text!(claims::s13()),
                rule: text!(claims::s13_rule()),
            },
            Claim::X1 => besides(TcpOpen, "RFC 9293 §3.3.2", text!(beyond::x1()), text!(beyond::x1_rule())),
            Claim::X2 => besides(TcpOpen, "RFC 9293 §3.3.2", text!(beyond::x2()), text!(beyond::x2_rule())),
            Claim::X3 => besides(TcpOpen, "RFC 9293 §3.4", text!(beyond::x3()), text!(beyond::x3_rule())),
            Claim::X4 => besides(TcpOpen, "RFC 9293 §3.4", text!(beyond::x4()), text!(beyond::x4_rule())),
            Claim::X5 => {
                besides(TcpOpen, "RFC 9293 §3.2, RFC 7323", text!(beyond::x5()), text!(beyond::x5_rule()))
            }
            Claim::X6 => besides(TcpOpen, "RFC 9293 §3.4", text!(beyond::x6()), text!(beyond::x6_rule())),
            Claim::X7 => besides(TcpOpen, "RFC 9293 §3.5.2", text!(beyond::x7()), text!(beyond::x7_rule())),
            Claim::X8 => besides(TcpClose, "RFC 9293 §3.6", text!(beyond::x8()), text!(beyond::x8_rule())),
            Claim::X9 => besides(TcpClose, "RFC 9293 §3.3.2", text!(beyond::x9()), text!(beyond::x9_rule())),
            Claim::X10 => {
                besides(TcpClose, "RFC 9293 §3.4.2, §3.6.1", text!(beyond::x10()), text!(beyond::x10_rule()))
            }
            Claim::X11 => besides(TcpClose, "RFC 9293 §3.6", text!(beyond::x11()), text!(beyond::x11_rule())),
            Claim::X12 => besides(TcpClose, "RFC 9293 §3.6", text!(beyond::x12()), text!(beyond::x12_rule())),
            Claim::X13 => besides(Tls, "RFC 5280 §4.1.1.3", text!(beyond::x13()), text!(beyond::x13_rule())),
            Claim::X14 => besides(
                Tls,
                "RFC 5280 §6.1, RFC 5246 §7.4.2",
                text!(beyond::x14()),
                text!(beyond::x14_rule()),
            ),
            Claim::X15 => besides(Tls, "RFC 5246 §7.4.7.1", text!(beyond::x15()), text!(beyond::x15_rule())),
            Claim::X16 => {
                besides(Tls, "RFC 5246 §1, RFC 8446 §1", text!(beyond::x16()), text!(beyond::x16_rule()))
            }
            Claim::X17 => besides(Tls, "RFC 5246 §7.3", text!(beyond::x17()), text!(beyond::x17_rule())),
            Claim::X18 => besides(Tls, "RFC 8446 §2", text!(beyond::x18()), text!(beyond::x18_rule())),
            Claim::X19 => {
                besides(Tls, "RFC 5246 §8.1, §6.3", text!(beyond::x19()), text!(beyond::x19_rule()))
            }
            Claim::X20 => besides(
                Tls,
                "RFC 5246 §F.1.1.2, RFC 8446 §E.1.1",
                text!(beyond::x20()),
                text!(beyond::x20_rule()),
            ),
            Claim::X21 => besides(Tls, "RFC 6066 §3", text!(beyond::x21()), text!(beyond::x21_rule())),
            Claim::X22 => besides(Tls, "RFC 7301 §3", text!(beyond::x22()), text!(beyond::x22_rule())),
            Claim::X23 => {
                besides(Tls, "RFC 5246 §7.3, RFC 8446 §2.2", text!(beyond::x23()), text!(beyond::x23_rule()))
            }
            Claim::X24 => besides(
                Tls,
                "RFC 5246 §7.4.6, RFC 8446 §4.4.2",
                text!(beyond::x24()),
                text!(beyond::x24_rule()),
            ),
            Claim::X25 => besides(Tls, "RFC 8446 §4.4.2.4", text!(beyond::x25()), text!(beyond::x25_rule())),
            Claim::X26 => {
                besides(WebSocket, "RFC 6455 §1.1", text!(beyond::x26()), text!(beyond::x26_rule()))
            }
            Claim::X27 => {
                besides(WebSocket, "RFC 6455 §5.2", text!(beyond::x27()), text!(beyond::x27_rule()))
            }
            Claim::X28 => {
                besides(WebSocket, "RFC 6455 §5.5.2, §5.5.3", text!(beyond::x28()), text!(beyond::x28_rule()))
            }
            Claim::X29 => {
                besides(WebSocket, "RFC 6455 §5.5.1, §7.1.1", text!(beyond::x29()), text!(beyond::x29_rule()))
            }
            Claim::X30 => besides(WebSocket, "RFC 6455 §3", text!(beyond::x30()), text!(beyond::x30_rule())),
            Claim::X31 => {
                besides(WebSocket, "RFC 6455 §1.3", text!(beyond::x31()), text!(beyond::x31_rule()))
            }
            Claim::X32 => {
                besides(Ssh, "RFC 4253 §6.6, RFC 8709", text!(beyond::x32()), text!(beyond::x32_rule()))
            }
            Claim::X33 => {
                besides(Ssh, "RFC 4255 §3.1.2, OpenSSH", text!(beyond::x33()), text!(beyond::x33_rule()))
            }
            Claim::X34 => besides(Ssh, "RFC 4252 §7", text!(beyond::x34()), text!(beyond::x34_rule())),
            Claim::X35 => besides(Ssh, "RFC 4252 §7", text!(beyond::x35()), text!(beyond::x35_rule())),
            Claim::X36 => besides(Ssh, "RFC 4253 §8", text!(beyond::x36()), text!(beyond::x36_rule())),
        }
    }
}

/// A card of the series `x…`, which has no block of the notes.
const fn besides(heading: Heading, rfc: &'static str, says: Text, rule: Text) -> ClaimCard {
    ClaimCard { heading, blocks: (0, 0), rfc, says, rule }
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

//! Where to see a claim: what to run.

use crate::Claim;

impl Claim {
    /// The runs that show it, the plainest first, as they are typed.
    pub const fn shown_by(self) -> &'static [&'static str] {
        match self {
            Claim::O1
            | Claim::O5
            | Claim::O8
            | Claim::O12
            | Claim::O14
            | Claim::C1
            | Claim::C3
            | Claim::C5
            | Claim::C9
            | Claim::C10 => &["lab tcp"],
            Claim::O2 | Claim::O3 => &["lab run tcp/syn-lost"],
            Claim::O4 => &["lab run tcp/syn-lost-for-good"],
            Claim::O6 => &["lab run tcp/syn-ack-lost"],
            Claim::O7 | Claim::O11 => &["lab run tcp/ack-lost-for-good"],
            Claim::O9 | Claim::O10 => &["lab run tcp/ack-lost"],
            Claim::O13 => &["lab run tcp/stale-syn"],
            Claim::O15 => &["lab run tcp/duplicate-syn"],
            Claim::C2 => &["lab run tcp/fin-lost"],
            Claim::C4 => &["lab run tcp/ack-of-fin-lost"],
            Claim::C6 => &["lab run tcp/server-never-closes"],
            Claim::C7 => &["lab run tcp/last-ack-lost"],
            Claim::C8 => &["lab run tcp/three-segments"],
            Claim::T1
            | Claim::T2
            | Claim::T3
            | Claim::T4
            | Claim::T5
            | Claim::T6
            | Claim::T7
            | Claim::T8
            | Claim::T9
            | Claim::T10
            | Claim::T11
            | Claim::T13
            | Claim::T14 => &["lab tls", "lab tls --variant rsa"],
            Claim::T12 => &["lab tls", "lab run tls/tampered-hello"],
            Claim::W1 | Claim::W2 | Claim::W3 | Claim::W4 | Claim::W5 | Claim::W6 => &["lab ws"],
            Claim::S1
            | Claim::S2
            | Claim::S3
            | Claim::S4
            | Claim::S5
            | Claim::S6
            | Claim::S7
            | Claim::S8
            | Claim::S10
            | Claim::S11
            | Claim::S12 => &["lab ssh"],
            Claim::S9 => &["lab run ssh/host-key-changed"],
            Claim::S13 => &["lab run ssh/foreign-key-then-password"],
            Claim::X1 | Claim::X2 | Claim::X9 => &["lab run tcp/slow-motion"],
            Claim::X4 => &["lab run tcp/ack-lost-data-follows"],
            Claim::X7 => &["lab run tcp/refused"],
            Claim::X11 => &["lab run tcp/last-ack-lost"],
            Claim::X3 | Claim::X5 | Claim::X6 | Claim::X8 | Claim::X10 | Claim::X12 => &["lab tcp"],
            Claim::X14 => &["lab run tls/with-intermediate"],
            Claim::X15 | Claim::X19 => &["lab tls --variant rsa"],
            Claim::X18 => &["lab tls --variant tls13"],
            Claim::X21 => &["lab run tls/server-name"],
            Claim::X23 => &["lab run tls/resumption"],
            Claim::X24 => &["lab run tls/client-certificate"],
            Claim::X25 => &["lab run tls/unknown-ca"],
            Claim::X13 | Claim::X16 | Claim::X17 | Claim::X20 | Claim::X22 => &["lab tls"],
            Claim::X30 => &["lab ws --variant wss"],
            Claim::X26 | Claim::X27 | Claim::X28 | Claim::X29 | Claim::X31 => &["lab ws"],
            Claim::X32 | Claim::X33 | Claim::X34 | Claim::X35 | Claim::X36 => &["lab ssh"],
        }
    }
}

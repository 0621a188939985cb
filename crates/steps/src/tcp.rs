//! The steps of TCP: first the segments and states of an opening, then those of a close, in the order in which a
//! connection meets them (RFC 9293 §3.5 and §3.6). A step named after a state is the kernel's word; the others
//! are segments.

use crate::{
    Actor, Card,
    Claim::{C1, C3, C5, C8, C9, C10, O1, O5, O8, O12, O14, S1},
    Text,
};

mod judge;

pub(crate) use judge::judge;

#[cfg(test)]
mod tests;

/// A step of TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Step {
    /// SYN without ACK.
    Syn,
    /// SYN and ACK.
    SynAck,
    /// The ACK that ends the three-way handshake.
    Ack,
    /// The kernel says that the connection is established.
    Established,
    /// A segment with payload.
    Data,
    /// An ACK alone that acknowledges payload.
    DataAck,
    /// An ACK alone that acknowledges nothing new.
    PureAck,
    /// FIN: the sender has no more to say.
    Fin,
    /// The kernel says FIN_WAIT_1.
    FinWait1,
    /// An ACK alone that acknowledges the first FIN.
    FinAck,
    /// The kernel says CLOSE_WAIT.
    CloseWait,
    /// The kernel says FIN_WAIT_2.
    FinWait2,
    /// The ACK of the second FIN.
    LastAck,
    /// The kernel says TIME_WAIT.
    TimeWait,
    /// The kernel no longer knows the connection.
    Closed,
    /// RST: the sender will hear no more of it.
    Rst,
    /// A system call failed, and the kernel says why.
    Error,
    /// A segment that the link did not carry on.
    Lost,
    /// A segment that the link carried on later.
    Held,
    /// A segment that the link carried on twice.
    Repeated,
    /// A segment that the link changed on the way.
    Damaged,
    /// A segment that the link made up.
    Forged,
    /// A segment whose header makes no sense.
    Undecodable,
    /// The connection is over: what it showed, and how it went.
    Summary,
}

/// Where the kernel's word on a socket of our own comes from.
const TCP_INFO: &str = "getsockopt(TCP_INFO)";

impl Step {
    /// The card of the step.
    pub const fn card(self) -> Card {
        match self {
            Step::Syn => Card {
                id: "tcp.syn",
                actor: Actor::Client,
                claims: &[O1],
                rfc: "RFC 9293 §3.5",
                title: Text { en: "SYN", zh: "SYN" },
                text: Text {
                    en: "The client asks for a connection and names the number from which it will count its bytes. The options it wants to use have to be offered here.",
                    zh: "客户端请求建立连接，并给出自己字节编号的起点。想用的选项只能在这里提出。",
                },
                client: "",
                server: "getsockopt(TCP_SAVED_SYN)",
                shows: &["seq", "window", "mss", "window_scale"],
            },
            Step::SynAck => Card {
                id: "tcp.syn_ack",
                actor: Actor::Server,
                claims: &[O5],
                rfc: "RFC 9293 §3.5",
                title: Text { en: "SYN+ACK", zh: "SYN+ACK" },
                text: Text {
                    en: "One segment does two things: it confirms the client's number and announces the server's own. A SYN takes up one sequence number, hence the + 1.",
                    zh: "一个报文段办两件事：确认客户端的编号，并宣布服务端自己的编号。SYN 占用一个序列号，所以要加 1。",
                },
                client: "",
                server: "",
                shows: &["seq", "ack", "window", "mss"],
            },
            Step::Ack => Card {
                id: "tcp.ack",
                actor: Actor::Client,
                claims: &[O8, O12, O14],
                rfc: "RFC 9293 §3.5",
                title: Text { en: "ACK", zh: "ACK" },
                text: Text {
                    en: "The client confirms the server's number. When it arrives, the server knows what the client already knew: both directions work.",
                    zh: "客户端确认服务端的编号。它到达后，服务端才知道客户端早已知道的事：两个方向都通。",
                },
                client: "",
                server: "",
                shows: &["seq", "ack", "window"],
            },
            Step::Established => Card {
                id: "tcp.established",
                actor: Actor::Both,
                claims: &[O1, O5, O8, S1],
                rfc: "RFC 9293 §3.3.2",
                title: Text { en: "TCP established", zh: "TCP 已建立" },
                text: Text {
                    en: "The kernel's three-way handshake is done; everything above it starts here.",
                    zh: "内核完成了三次握手，上层的一切由此开始。",
                },
                client: TCP_INFO,
                server: TCP_INFO,
                shows: &["state", "rtt_us", "mss", "options"],
            },
            Step::Data => Card {
                id: "tcp.data",
                actor: Actor::Both,
                claims: &[O8, O12, O14, C3, C5],
                rfc: "RFC 9293 §3.4",
                title: Text { en: "data", zh: "数据" },
                text: Text {
                    en: "Every byte has a number of its own; the segment names its first. PSH asks the receiver not to sit on it.",
                    zh: "每个字节都有自己的编号，报文段写出第一个字节的编号。PSH 请接收方不要压着数据不交。",
                },
                client: "",
                server: "",
                shows: &["payload_length", "seq_relative", "text"],
            },
            Step::DataAck => Card {
                id: "tcp.data_ack",
                actor: Actor::Both,
                claims: &[],
                rfc: "RFC 9293 §3.8.6.3",
                title: Text { en: "ACK of data", zh: "确认数据" },
                text: Text {
                    en: "The number of the next byte expected; everything before it has arrived. It is often held back a little, in the hope of travelling with data.",
                    zh: "期待的下一个字节的编号，在它之前的都已收到。确认常会稍等片刻，希望搭上数据的便车。",
                },
                client: "",
                server: "",
                shows: &["ack_relative", "window"],
            },
            Step::PureAck => Card {
                id: "tcp.pure_ack",
                actor: Actor::Both,
                claims: &[],
                rfc: "RFC 5681 §2",
                title: Text { en: "ACK, nothing new", zh: "ACK，无新确认" },
                text: Text {
                    en: "It moves the window, answers a probe, or repeats an acknowledgment because something unexpected arrived.",
                    zh: "用来更新窗口、回应探测，或因收到意外的报文段而重申已确认到哪里。",
                },
                client: "",
                server: "",
                shows: &["ack_relative", "window", "window_update", "duplicate"],
            },
            Step::Fin => Card {
                id: "tcp.fin",
                actor: Actor::Both,
                claims: &[C1, C3, C5, C8],
                rfc: "RFC 9293 §3.6",
                title: Text { en: "FIN", zh: "FIN" },
                text: Text {
                    en: "The sender is done talking but still listens: each direction is closed on its own. Like a SYN, a FIN takes up one sequence number.",
                    zh: "发送方说完了，但仍在听：两个方向各自关闭。FIN 与 SYN 一样占用一个序列号。",
                },
                client: "",
                server: "",
                shows: &["seq", "seq_relative", "ack_relative", "bytes_after_fin"],
            },
            Step::FinWait1 => Card {
                id: "tcp.fin_wait_1",
                actor: Actor::Both,
                claims: &[C1],
                rfc: "RFC 9293 §3.3.2",
                title: Text { en: "FIN_WAIT_1", zh: "FIN_WAIT_1" },
                text: Text {
                    en: "This side has sent its FIN and waits for the ACK of it.",
                    zh: "本方已发出 FIN，正在等它的 ACK。",
                },
                client: TCP_INFO,
                server: TCP_INFO,
                shows: &["state", "asked"],
            },
            Step::FinAck => Card {
                id: "tcp.fin_ack",
                actor: Actor::Both,
                claims: &[C3],
                rfc: "RFC 9293 §3.6",
                title: Text { en: "ACK of FIN", zh: "确认 FIN" },
                text: Text {
                    en: "The kernel confirms the FIN by itself, without waiting for the program. Half of the connection is closed now.",
                    zh: "内核自行确认 FIN，不等应用程序。此时连接关闭了一半。",
                },
                client: "",
                server: "",
                shows: &["ack", "ack_relative"],
            },
            Step::CloseWait => Card {
                id: "tcp.close_wait",
                actor: Actor::Both,
                claims: &[C1, C3],
                rfc: "RFC 9293 §3.3.2",
                title: Text { en: "CLOSE_WAIT", zh: "CLOSE_WAIT" },
                text: Text {
                    en: "The peer is done, this side may still send. Only the program ends this state, by closing: sockets that pile up here are a bug above TCP.",
                    zh: "对方已说完，本方还可以发送。只有应用程序关闭套接字才能离开此状态：大量堆积说明上层程序有缺陷。",
                },
                client: TCP_INFO,
                server: TCP_INFO,
                shows: &["state", "asked"],
            },
            Step::FinWait2 => Card {
                id: "tcp.fin_wait_2",
                actor: Actor::Both,
                claims: &[C3],
                rfc: "RFC 9293 §3.3.2",
                title: Text { en: "FIN_WAIT_2", zh: "FIN_WAIT_2" },
                text: Text {
                    en: "This side's FIN is confirmed; it can still receive until the peer's FIN comes.",
                    zh: "本方的 FIN 已被确认；在对方的 FIN 到来之前仍可接收数据。",
                },
                client: "sock_diag",
                server: "sock_diag",
                shows: &["state", "asked"],
            },
            Step::LastAck => Card {
                id: "tcp.last_ack",
                actor: Actor::Both,
                claims: &[C9],
                rfc: "RFC 9293 §3.6",
                title: Text { en: "last ACK", zh: "最后的 ACK" },
                text: Text {
                    en: "The second FIN is confirmed, too. Whoever sends this ACK cannot know that it arrives, and therefore has to wait.",
                    zh: "第二个 FIN 也得到确认。发出这个 ACK 的一方无从知道它是否到达，所以还得等待。",
                },
                client: "",
                server: "",
                shows: &["ack", "ack_relative"],
            },
            Step::TimeWait => Card {
                id: "tcp.time_wait",
                actor: Actor::Both,
                claims: &[C9],
                rfc: "RFC 9293 §3.3.2, §3.6.1",
                title: Text { en: "TIME_WAIT", zh: "TIME_WAIT" },
                text: Text {
                    en: "The address pair stays reserved: a repeated FIN can still be answered, and old segments cannot reach a new connection. Linux waits 60 s whatever the path.",
                    zh: "这对地址暂时保留：重发的 FIN 仍能得到回应，旧报文段也混不进新连接。Linux 一律等 60 秒。",
                },
                client: "sock_diag",
                server: "sock_diag",
                shows: &["timer_ms", "state", "asked"],
            },
            Step::Closed => Card {
                id: "tcp.closed",
                actor: Actor::Both,
                claims: &[C10],
                rfc: "RFC 9293 §3.3.2",
                title: Text { en: "CLOSED", zh: "CLOSED" },
                text: Text {
                    en: "The kernel has forgotten the connection. A segment that came now would be answered with RST.",
                    zh: "内核已不再保留这条连接。此时再来报文段，只会得到 RST。",
                },
                client: TCP_INFO,
                server: TCP_INFO,
                shows: &["state", "asked", "error"],
            },
            Step::Rst => Card {
                id: "tcp.rst",
                actor: Actor::Both,
                claims: &[],
                rfc: "RFC 9293 §3.5.2",
                title: Text { en: "RST", zh: "RST" },
                text: Text {
                    en: "The connection is broken off at once, without a farewell: nothing listens there, or the sender threw its socket away.",
                    zh: "连接立即中断，不作告别：那里没有监听者，或发送方丢弃了套接字。",
                },
                client: "",
                server: "",
                shows: &["flags", "seq_relative", "ack_relative"],
            },
            Step::Error => Card {
                id: "tcp.error",
                actor: Actor::Both,
                claims: &[],
                rfc: "RFC 9293 §3.9.1",
                title: Text { en: "error", zh: "出错" },
                text: Text {
                    en: "A system call failed; the number is how the kernel tells the program what became of the connection.",
                    zh: "系统调用失败；内核用错误号告诉程序连接出了什么事。",
                },
                client: "errno",
                server: "errno",
                shows: &["call", "errno", "message"],
            },
            Step::Lost => Card {
                id: "tcp.lost",
                actor: Actor::Both,
                claims: &[],
                rfc: "RFC 9293 §3.8.1",
                title: Text { en: "lost on the way", zh: "途中丢失" },
                text: Text {
                    en: "The segment left its sender, and the link did not carry it on. Neither side can know: the sender only notices that no answer comes.",
                    zh: "报文段已离开发送方，链路却没有把它送到。双方都无从得知：发送方只会发现等不到回应。",
                },
                client: "",
                server: "",
                shows: &["rule", "flags", "seq_relative"],
            },
            Step::Held => Card {
                id: "tcp.held",
                actor: Actor::Both,
                claims: &[],
                rfc: "RFC 9293 §3.8.1",
                title: Text { en: "held back", zh: "途中滞留" },
                text: Text {
                    en: "The link carries the segment on, but late. To its sender, late and lost look the same until an answer comes.",
                    zh: "链路会送达这个报文段，但要晚一些。在回应到来之前，发送方分不清它是迟到还是丢失。",
                },
                client: "",
                server: "",
                shows: &["rule", "flags", "seq_relative"],
            },
            Step::Repeated => Card {
                id: "tcp.repeated",
                actor: Actor::Both,
                claims: &[],
                rfc: "RFC 9293 §3.4",
                title: Text { en: "carried twice", zh: "送达两次" },
                text: Text {
                    en: "The link carried one segment on twice. The receiver knows the second by its sequence number and counts it once.",
                    zh: "链路把同一个报文段送达了两次。接收方凭序列号认出第二份，只算一次。",
                },
                client: "",
                server: "",
                shows: &["rule", "flags", "seq_relative"],
            },
            Step::Damaged => Card {
                id: "tcp.damaged",
                actor: Actor::Both,
                claims: &[],
                rfc: "RFC 9293 §3.1",
                title: Text { en: "damaged on the way", zh: "途中损坏" },
                text: Text {
                    en: "One bit was turned, so the checksum no longer fits. The receiver throws the segment away without a word, and it is as good as lost.",
                    zh: "有一个比特被翻转，校验和不再相符。接收方默默丢弃它，效果等同丢失。",
                },
                client: "",
                server: "",
                shows: &["rule", "flags", "seq_relative"],
            },
            Step::Forged => Card {
                id: "tcp.forged",
                actor: Actor::Both,
                claims: &[],
                rfc: "RFC 5961 §1",
                title: Text { en: "forged on the way", zh: "途中伪造" },
                text: Text {
                    en: "The link sent this in the name of a side that never did. A receiver has only the numbers to tell by: addresses prove nothing.",
                    zh: "链路冒充一方发出了这个报文段，那一方并没有发过。接收方只能凭序列号分辨：地址证明不了什么。",
                },
                client: "",
                server: "",
                shows: &["rule", "flags", "seq"],
            },
            Step::Undecodable => Card {
                id: "tcp.undecodable",
                actor: Actor::Both,
                claims: &[],
                rfc: "RFC 9293 §3.1",
                title: Text { en: "not understood", zh: "无法解读" },
                text: Text {
                    en: "The header makes no sense: flags that fit no place in a connection, or a length that it cannot have. Further segments like this one are passed over in silence.",
                    zh: "报文段头讲不通：标志在连接中无处安放，或长度不可能成立。此后同类报文段不再报告。",
                },
                client: "",
                server: "",
                shows: &["flags", "header_length", "expected", "looks_like"],
            },
            Step::Summary => Card {
                id: "tcp.summary",
                actor: Actor::Both,
                claims: &[],
                rfc: "",
                title: Text { en: "summary", zh: "小结" },
                text: Text {
                    en: "What this connection showed of the notes, and how it ended.",
                    zh: "这条连接印证了笔记中的哪些内容，以及它如何结束。",
                },
                client: "",
                server: "",
                shows: &["outcome", "reason"],
            },
        }
    }
}

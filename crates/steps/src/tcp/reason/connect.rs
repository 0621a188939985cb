//! connect() did not lead to a connection. RST and ICMP give the same errno; the kernel's error queue tells them apart.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use super::{End, Errno, Facts, Recognises, rule};
use crate::{Reason, Rule, Said, Side, tcp::Step};

pub(super) const RULES: &[(Rule, Recognises)] = &[
    rule(
        "tcp.connected_to_itself",
        "the client's own address is the one that it calls",
        "客户端自己的地址就是它要连接的地址",
        itself,
    ),
    rule(
        "tcp.reset_after_handshake",
        "RST right after the handshake, before anything was said",
        "握手刚完成、还没有说话就收到 RST",
        after_handshake,
    ),
    rule("tcp.answered_by_icmp", "ICMP in answer to the SYN", "对 SYN 的回应是 ICMP", |facts| {
        attempt(facts, |how| matches!(how, Refusal::Icmp(..)))
    }),
    rule("tcp.refused", "RST in answer to the SYN", "对 SYN 的回应是 RST", |facts| {
        attempt(facts, |how| *how == Refusal::Reset)
    }),
    rule("tcp.not_answered", "no answer to the SYN", "SYN 没有得到回应", |facts| {
        attempt(facts, |how| matches!(how, Refusal::Silence(_) | Refusal::GivenUp))
    }),
    rule(
        "tcp.link_local_without_scope",
        "a link-local address without its link",
        "链路本地地址没有指明链路",
        |facts| attempt(facts, |how| *how == Refusal::NoScope),
    ),
    rule(
        "tcp.no_neighbour",
        "nobody on the link answers for the address",
        "链路上没有主机应答该地址",
        |facts| attempt(facts, |how| *how == Refusal::NoNeighbour),
    ),
    rule(
        "tcp.no_route",
        "this machine knows no way to the address",
        "本机不知道通往该地址的路",
        |facts| attempt(facts, |how| *how == Refusal::NoRoute),
    ),
    rule("tcp.forbidden_here", "this machine forbids the connection", "本机禁止这个连接", |facts| {
        attempt(facts, |how| *how == Refusal::Forbidden)
    }),
    rule(
        "tcp.overtaken",
        "another address of the name answered first",
        "该名称的另一个地址先有了应答",
        |facts| attempt(facts, |how| matches!(how, Refusal::Overtaken(_))),
    ),
    rule(
        "tcp.not_connected",
        "connect() fails for another reason",
        "connect() 因其他原因失败",
        |facts| attempt(facts, |_| true),
    ),
];

/// One address, and why no connection to it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The address.
    pub address: SocketAddr,
    /// Why.
    pub how: Refusal,
}

/// Why no connection came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// RST in answer to the SYN.
    Reset,
    /// ICMP of this kind, from that address.
    Icmp(Icmp, IpAddr),
    /// No answer for as long as the program waited.
    Silence(Duration),
    /// No answer for as long as the kernel repeated the SYN.
    GivenUp,
    /// The kernel knows no way.
    NoRoute,
    /// Nobody on the link answers for the address, by this kernel's own ICMP.
    NoNeighbour,
    /// A link-local IPv6 address without its interface.
    NoScope,
    /// The kernel, mostly its firewall, does not let it out.
    Forbidden,
    /// This other address answered first, and the client gave this one up (RFC 8305 §5).
    Overtaken(SocketAddr),
    /// Another number.
    Other(Errno),
}

impl Refusal {
    /// What came of the SYN, in a few words.
    pub fn briefly(&self) -> Said {
        match self {
            Refusal::Reset => Said::new("RST in answer to the SYN", "对 SYN 的回应是 RST"),
            Refusal::Icmp(kind, from) => {
                let what = kind.name();
                say!("ICMP {what} from {from}", "{from} 发来 ICMP {what}")
            }
            Refusal::Silence(patience) => {
                let seconds = patience.as_secs_f64();
                say!("no answer to the SYN within {seconds} s", "{seconds} 秒内没有对 SYN 的回应")
            }
            Refusal::GivenUp => Said::new("no answer to any SYN", "每次 SYN 都没有回应"),
            Refusal::NoRoute => Said::new("no route from this machine", "本机没有通往那里的路由"),
            Refusal::NoNeighbour => Said::new("nobody on the link has it", "链路上没有主机持有该地址"),
            Refusal::NoScope => Said::new("link-local, and no link is named", "链路本地地址，但没有指明链路"),
            Refusal::Forbidden => Said::new("this machine forbids it", "本机禁止"),
            Refusal::Overtaken(by) => say!("not yet answered when {by} did", "{by} 应答时它还没有应答"),
            Refusal::Other(errno) => say!("the kernel says {errno}", "内核报告 {errno}"),
        }
    }
}

/// What a client says that tries `next` beside `slow`, which has not answered within `wait`.
pub fn waits_for(slow: SocketAddr, next: SocketAddr, wait: Duration) -> Said {
    let ms = wait.as_millis();
    say!(
        "{slow} has not answered within {ms} ms: {next} is tried beside it (RFC 8305).",
        "{slow} 在 {ms} 毫秒内没有应答：同时尝试 {next}（RFC 8305）。"
    )
}

/// What an ICMP message says (RFC 792, RFC 4443 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icmp {
    /// Port unreachable.
    Port,
    /// Host or address unreachable.
    Host,
    /// Network unreachable, or no route.
    Network,
    /// Administratively prohibited.
    Prohibited,
    /// Another type and code.
    Other(u8, u8),
}

impl Icmp {
    /// By type and code of IPv4's ICMP.
    pub fn v4(kind: u8, code: u8) -> Self {
        match (kind, code) {
            (3, 3) => Icmp::Port,
            (3, 1 | 7 | 12) => Icmp::Host,
            (3, 0 | 6 | 11) => Icmp::Network,
            (3, 9 | 10 | 13) => Icmp::Prohibited,
            (kind, code) => Icmp::Other(kind, code),
        }
    }

    /// By type and code of ICMPv6.
    pub fn v6(kind: u8, code: u8) -> Self {
        match (kind, code) {
            (1, 4) => Icmp::Port,
            (1, 3) => Icmp::Host,
            (1, 0) => Icmp::Network,
            (1, 1 | 5 | 6) => Icmp::Prohibited,
            (kind, code) => Icmp::Other(kind, code),
        }
    }

    /// Its name.
    pub fn name(self) -> String {
        match self {
            Icmp::Port => "port unreachable".into(),
            Icmp::Host => "host unreachable".into(),
            Icmp::Network => "network unreachable".into(),
            Icmp::Prohibited => "administratively prohibited".into(),
            Icmp::Other(kind, code) => format!("type {kind} code {code}"),
        }
    }
}

impl Attempt {
    /// What happened, without the address.
    fn happened(&self) -> Said {
        match &self.how {
            Refusal::Reset => Said::new(
                "connection refused, by RST in answer to our SYN: nothing listens on that port, or a firewall answers so",
                "连接被拒绝，对我们的 SYN 的回应是 RST：该端口没有程序在监听，或防火墙如此回应",
            ),
            Refusal::Icmp(kind, from) => {
                let what = kind.name();
                let (en, zh) = match (kind, self.address.ip() == *from) {
                    (Icmp::Port, _) => (
                        "mostly a firewall that rejects, for a host itself answers by RST",
                        "多半是防火墙在拒绝，因为主机自己会用 RST 回应",
                    ),
                    (Icmp::Prohibited, _) => ("a firewall forbids it", "防火墙禁止"),
                    (Icmp::Host | Icmp::Network | Icmp::Other(..), true) => {
                        ("the host's own firewall rejects", "主机自己的防火墙拒绝")
                    }
                    (Icmp::Host | Icmp::Network | Icmp::Other(..), false) => (
                        "a router or firewall on the way does not pass it on",
                        "途中的路由器或防火墙没有转交",
                    ),
                };
                say!(
                    "{from} answered our SYN with ICMP {what}: {en}; whether a server listens there is not known",
                    "{from} 用 ICMP {what} 回应我们的 SYN：{zh}；那里是否有服务端在监听无从得知"
                )
            }
            Refusal::Silence(patience) => {
                let seconds = patience.as_secs_f64();
                say!(
                    "no answer to the SYN within {seconds} s; the client gave up before the kernel did",
                    "{seconds} 秒内没有收到对 SYN 的回应；客户端先于内核放弃"
                )
            }
            Refusal::GivenUp => Said::new(
                "it timed out: no answer to the SYN, however often the kernel repeated it",
                "超时：内核多次重发 SYN，始终没有回应",
            ),
            Refusal::NoRoute => Said::new(
                "this machine's kernel knows no way there (no ICMP of a router came)",
                "本机内核不知道通往那里的路（没有收到路由器的 ICMP）",
            ),
            Refusal::NoNeighbour => Said::new(
                "nobody on the link answers for that address (ARP, NDP), says this machine's own kernel: the host is down, or \
                 not on this link",
                "本机内核报告：链路上没有主机应答该地址（ARP、NDP）：主机没有开机，或不在这条链路上",
            ),
            Refusal::NoScope => Said::new(
                "a link-local address means something only on its link, and none is named",
                "链路本地地址只在它的链路上有意义，而这里没有指明链路",
            ),
            Refusal::Forbidden => Said::new(
                "this machine does not let the connection out: its own firewall or a sandbox forbids it",
                "本机不放行这个连接：被自己的防火墙或沙箱禁止",
            ),
            Refusal::Overtaken(by) => say!(
                "{by}, another address of the name, answered before it did, and the client gave this one up (RFC 8305 §5)",
                "该名称的另一个地址 {by} 先有了应答，客户端放弃了这一个（RFC 8305 §5）"
            ),
            Refusal::Other(errno) => say!("the kernel says {errno}", "内核报告 {errno}"),
        }
    }

    /// What the reader can do.
    fn advice(&self) -> Said {
        match &self.how {
            Refusal::Reset => Said::new("Is the server running?", "服务端在运行吗？"),
            Refusal::Icmp(..) => Said::new(
                "The firewall's rules on the way, or the other machine's, say more.",
                "途中或对方机器的防火墙规则里有答案。",
            ),
            Refusal::Silence(_) | Refusal::GivenUp => {
                Said::new("A wrong address, or a firewall that drops?", "地址不对，还是防火墙在丢弃？")
            }
            Refusal::NoRoute | Refusal::NoNeighbour => Said::new("Is the address right?", "地址对吗？"),
            Refusal::NoScope => {
                let (ip, port) = (self.address.ip(), self.address.port());
                say!(
                    "Name the interface, as in `[{ip}%eth0]:{port}`.",
                    "请指明网络接口，例如 `[{ip}%eth0]:{port}`。"
                )
            }
            Refusal::Overtaken(_) => {
                Said::new("The connection to the other address goes on.", "与另一个地址的连接继续进行。")
            }
            Refusal::Forbidden => Said::new("Look at this machine's rules.", "请查看本机的规则。"),
            Refusal::Other(_) => Said::new("Is the address right?", "地址对吗？"),
        }
    }
}

/// Why no address of a name led to a connection: all are named, the last one's advice is given.
pub fn not_connected(attempts: &[Attempt]) -> Reason {
    let [one] = attempts else {
        let each = |lang: fn(&Said) -> &str| {
            attempts
                .iter()
                .map(|one| format!("{}: {}", one.address, lang(&one.happened())))
                .collect::<Vec<_>>()
        };
        let (en, zh) = (each(|said| said.en.as_str()).join("; "), each(|said| said.zh.as_str()).join("；"));
        let n = attempts.len();
        let reason = Reason::new(say!(
            "could not connect to any of {n} addresses: {en}.",
            "{n} 个地址都无法连接：{zh}。"
        ));
        return match attempts.last() {
            Some(last) => reason.advising(last.advice()),
            None => reason,
        };
    };
    let (address, Said { en, zh }) = (one.address, one.happened());
    let reason = Reason::new(say!("could not connect to {address}: {en}.", "无法连接 {address}：{zh}。"));
    reason.at(Step::Syn).advising(one.advice())
}

fn attempt(facts: &Facts<'_>, is: fn(&Refusal) -> bool) -> Option<Reason> {
    let End::NotConnected(attempt) = &facts.end else { return None };
    is(&attempt.how).then(|| not_connected(std::slice::from_ref(attempt)))
}

/// Why a client is connected to itself, at this address.
pub fn to_itself(address: SocketAddr) -> Reason {
    let port = address.port();
    let reason = Reason::new(say!(
        "the client is connected to itself: no server listens on {address}, and the kernel gave the client port {port} as \
         its own, so that its SYN met itself (a simultaneous open, RFC 9293 §3.5).",
        "客户端连到了自己：{address} 上没有服务端在监听，而内核恰好把端口 {port} 分给了客户端，它的 SYN 遇上了自己\
         （同时打开，RFC 9293 §3.5）。"
    ));
    reason.advising(Said::new(
        "Start the server, or use a port outside of net.ipv4.ip_local_port_range.",
        "请启动服务端，或使用 net.ipv4.ip_local_port_range 之外的端口。",
    ))
}

fn itself(facts: &Facts<'_>) -> Option<Reason> {
    let End::ToItself(address) = facts.end else { return None };
    Some(to_itself(address))
}

/// A handshake that our own lines show complete is no failed connect(), whatever call says so.
fn after_handshake(facts: &Facts<'_>) -> Option<Reason> {
    let reset = match &facts.end {
        End::NotConnected(Attempt { how, .. }) => {
            matches!(how, Refusal::Reset | Refusal::Other(Errno::ECONNRESET | Errno::EPIPE))
        }
        End::Call(_, Errno::ECONNRESET | Errno::EPIPE | Errno::ENOTCONN) => true,
        _ => false,
    };
    let answered = facts.past.first_from(Side::Server, Step::SynAck).is_some();
    let said = [Step::Data, Step::Fin].into_iter().any(|step| facts.past.has(step));
    let rst = facts.past.first_from(Side::Server, Step::Rst).is_some();
    let reason = Reason::new(Said::new(
        "the handshake was complete, and then the server reset the connection before anything was said: a published port \
         with nobody behind it (containers), access rules, or a queue that is full do that.",
        "握手已经完成，随后服务端还没等双方说话就重置了连接：已发布但背后无人的端口（容器）、访问规则或队列已满都会如此。",
    ));
    (facts.side == Side::Client && reset && answered && rst && !said)
        .then(|| reason.by(Side::Server).at(Step::Rst))
}

//! connect() did not lead to a connection. RST and ICMP give the same errno; the kernel's error queue tells them apart.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use super::{End, Errno, Facts, Recognises};
use crate::{Reason, Rule, Said, Side, rule::rule_list, tcp::Step};

pub(super) const RULES: &[(Rule, Recognises)] = rule_list!["tcp", tcp_rules;
    connected_to_itself => itself;
    reset_after_handshake => after_handshake;
    answered_by_icmp => |facts| {
        attempt(facts, |how| matches!(how, Refusal::Icmp(..)))
    };
    refused => |facts| {
        attempt(facts, |how| *how == Refusal::Reset)
    };
    not_answered => |facts| {
        attempt(facts, |how| matches!(how, Refusal::Silence(_) | Refusal::GivenUp))
    };
    link_local_without_scope => |facts| attempt(facts, |how| *how == Refusal::NoScope);
    no_neighbour => |facts| attempt(facts, |how| *how == Refusal::NoNeighbour);
    no_route => |facts| attempt(facts, |how| *how == Refusal::NoRoute);
    forbidden_here => |facts| {
        attempt(facts, |how| *how == Refusal::Forbidden)
    };
    overtaken => |facts| attempt(facts, |how| matches!(how, Refusal::Overtaken(_)));
    not_connected => |facts| attempt(facts, |_| true);
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
    /// This machine has no route to the address.
    NoRoute,
    /// No host on the link answered for the address (ARP, Neighbor Discovery), as this kernel's own ICMP says.
    NoNeighbour,
    /// A link-local IPv6 address without its interface.
    NoScope,
    /// This machine's kernel, mostly its firewall, did not send it.
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
            Refusal::Reset => say!(tcp::rst_in_answer_to_the_syn()),
            Refusal::Icmp(kind, from) => {
                let what = kind.name();
                say!(tcp::icmp_from(what, from))
            }
            Refusal::Silence(patience) => {
                let seconds = patience.as_secs_f64();
                say!(tcp::no_answer_to_the_syn(seconds))
            }
            Refusal::GivenUp => say!(tcp::no_answer_to_any_syn()),
            Refusal::NoRoute => say!(tcp::no_route_from_this_machine()),
            Refusal::NoNeighbour => say!(tcp::nobody_on_the_link_has_it()),
            Refusal::NoScope => say!(tcp::link_local_and_no_link_is_named()),
            Refusal::Forbidden => say!(tcp::this_machine_forbids_it()),
            Refusal::Overtaken(by) => say!(tcp::not_yet_answered(by)),
            Refusal::Other(errno) => say!(tcp::the_kernel_says(errno)),
        }
    }
}

/// What a client says that tries `next` beside `slow`, which has not answered within `wait`.
pub fn waits_for(slow: SocketAddr, next: SocketAddr, wait: Duration) -> Said {
    let ms = wait.as_millis();
    say!(tcp::another_is_tried_beside_it(slow, ms, next))
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
            Refusal::Reset => say!(tcp::refused_by_rst()),
            Refusal::Icmp(kind, from) => {
                let what = kind.name();
                let how = match (kind, self.address.ip() == *from) {
                    (Icmp::Port, _) => say!(tcp::mostly_a_firewall()),
                    (Icmp::Prohibited, _) => say!(tcp::a_firewall_forbids_it()),
                    (Icmp::Host | Icmp::Network | Icmp::Other(..), true) => {
                        say!(tcp::the_hosts_own_firewall_rejects())
                    }
                    (Icmp::Host | Icmp::Network | Icmp::Other(..), false) => {
                        say!(tcp::something_on_the_way_does_not_pass_it_on())
                    }
                };
                say!(tcp::our_syn_was_answered_by_icmp(from, what, how))
            }
            Refusal::Silence(patience) => {
                let seconds = patience.as_secs_f64();
                say!(tcp::the_client_gave_up_before_the_kernel(seconds))
            }
            Refusal::GivenUp => say!(tcp::the_kernel_repeated_the_syn_in_vain()),
            Refusal::NoRoute => say!(tcp::the_kernel_knows_no_way()),
            Refusal::NoNeighbour => say!(tcp::nobody_on_the_link_answers()),
            Refusal::NoScope => say!(tcp::the_link_is_not_named()),
            Refusal::Forbidden => say!(tcp::this_machine_does_not_let_it_out()),
            Refusal::Overtaken(by) => say!(tcp::another_address_answered_first(by)),
            Refusal::Other(errno) => say!(tcp::the_kernel_says(errno)),
        }
    }

    /// What the reader can do.
    fn advice(&self) -> Said {
        match &self.how {
            Refusal::Reset => say!(tcp::is_the_server_running()),
            Refusal::Icmp(..) => say!(tcp::the_firewalls_rules_say_more()),
            Refusal::Silence(_) | Refusal::GivenUp => say!(tcp::a_wrong_address_or_a_firewall()),
            Refusal::NoRoute | Refusal::NoNeighbour => say!(tcp::is_the_address_right()),
            Refusal::NoScope => {
                let (ip, port) = (self.address.ip(), self.address.port());
                say!(tcp::name_the_interface(ip, port))
            }
            Refusal::Overtaken(_) => say!(tcp::the_other_connection_goes_on()),
            Refusal::Forbidden => say!(tcp::look_at_this_machines_rules()),
            Refusal::Other(_) => say!(tcp::is_the_address_right()),
        }
    }
}

/// Why no address of a name led to a connection: all are named, the last one's advice is given.
pub fn not_connected(attempts: &[Attempt]) -> Reason {
    let [one] = attempts else {
        let each = |one: &Attempt| say!(tcp::of_one_address(one.address, one.happened()));
        let each = Said::join(&attempts.iter().map(each).collect::<Vec<_>>(), text!(words::semicolon()));
        let n = attempts.len();
        let reason = Reason::new(say!(tcp::could_not_connect_to_any(n, each)));
        return match attempts.last() {
            Some(last) => reason.advising(last.advice()),
            None => reason,
        };
    };
    let (address, cause) = (one.address, one.happened());
    let reason = Reason::new(say!(tcp::could_not_connect(address, cause)));
    reason.at(Step::Syn).advising(one.advice())
}

fn attempt(facts: &Facts<'_>, is: fn(&Refusal) -> bool) -> Option<Reason> {
    let End::NotConnected(attempt) = &facts.end else { return None };
    is(&attempt.how).then(|| not_connected(std::slice::from_ref(attempt)))
}

/// Why a client is connected to itself, at this address.
pub fn to_itself(address: SocketAddr) -> Reason {
    let port = address.port();
    let reason = Reason::new(say!(tcp::connected_to_itself(address, port)));
    reason.advising(say!(tcp::start_the_server_or_use_another_port()))
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
    let reason = Reason::new(say!(tcp::reset_after_the_handshake()));
    (facts.side == Side::Client && reset && answered && rst && !said)
        .then(|| reason.by(Side::Server).at(Step::Rst))
}

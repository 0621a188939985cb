//! What is captured while it happens: events come out as soon as they are known, and a connection when it is over. Only
//! connections whose beginning is captured are followed; of others there is no handshake to be seen.

use std::net::{IpAddr, SocketAddr};

use claims::Event;

use crate::{Captures, Ends, Finished, file::Packet, link::Link};

/// Which connections are followed.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// One end has one of these addresses; none: any.
    pub hosts: Vec<IpAddr>,
    /// One end has one of these ports; none: any.
    pub ports: Vec<u16>,
    /// One end is one of these, whatever the others say.
    pub ends: Vec<SocketAddr>,
}

impl Choice {
    /// Whether a packet between these ends is followed; what has no ends, an ICMP message for one, where all are.
    pub fn takes(&self, ends: Option<(SocketAddr, SocketAddr)>) -> bool {
        match ends {
            Some((source, destination)) => self.admits([source, destination]),
            None => self.hosts.is_empty() && self.ports.is_empty() && self.ends.is_empty(),
        }
    }

    pub(crate) fn admits(&self, ends: [SocketAddr; 2]) -> bool {
        if ends.iter().any(|end| self.ends.contains(end)) {
            return true;
        }
        let hosts = self.hosts.is_empty() || ends.iter().any(|end| self.hosts.contains(&end.ip()));
        let ports = self.ports.is_empty() || ends.iter().any(|end| self.ports.contains(&end.port()));
        let all = self.hosts.is_empty() && self.ports.is_empty();
        hosts && ports && (!all || self.ends.is_empty())
    }
}

/// How long a connection that is over may still get its keys, or a segment again.
const LINGER: i64 = 1_000_000_000;

/// Linux asks for a connection over 127 s, the last pause is 64 s long.
const NO_ANSWER: i64 = 150_000_000_000;

/// One that said nothing for so long is told as it stands.
const IDLE: i64 = 3_600_000_000_000;

/// What is told before it is known what a connection speaks: an end that stays silent must not hold back the other.
const UNDECIDED: i64 = 300_000_000;

impl Captures {
    /// Takes a packet that was received at `at` (nanoseconds since 1970) and begins with its IP header. A bridge and
    /// the links behind it all receive it: of each direction the first interface counts.
    pub fn received(&mut self, at: i64, interface: i32, packet: &[u8]) {
        self.packet(&Packet { at, link: Some(Link::Ip), bytes: packet, interface: Some(interface) });
    }

    /// Takes lines that were added to a key log.
    pub fn learn(&mut self, lines: &str) {
        self.crew.learn(lines, self.connections);
        if let Some(follower) = self.crew.follower() {
            follower.tell_all(&mut self.told);
        }
    }

    /// The events since the last call.
    pub fn told(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.told)
    }

    /// The connections that are over `now`; their last events are told with the next ones.
    pub fn over(&mut self, now: i64) -> Vec<Finished> {
        let mut over: Vec<Ends> = Vec::new();
        for (ends, flow) in &self.open {
            let silent = now.saturating_sub(flow.last());
            let patience = match (flow.is_over(), flow.is_answered()) {
                (true, _) => LINGER,
                (false, false) => NO_ANSWER,
                (false, true) => IDLE,
            };
            if silent > patience {
                over.push(*ends);
            } else if silent > UNDECIDED
                && let Some(follower) = self.crew.follower()
            {
                follower.tell(flow.number(), &mut self.told, true);
            }
        }
        over.into_iter().for_each(|ends| self.end(ends));
        self.finished_by_now()
    }

    /// To be called when the watch ends: gives all connections as they stand.
    pub fn all(&mut self) -> Vec<Finished> {
        self.end_all();
        self.finished_by_now()
    }

    /// How many connections got their key only after they had been handed out, when it could open nothing any more.
    pub fn late_keys(&mut self) -> u64 {
        self.crew.follower().map_or(0, |follower| follower.late_keys())
    }

    fn finished_by_now(&mut self) -> Vec<Finished> {
        self.gather();
        self.over.clear();
        let mut finished: Vec<_> = std::mem::take(&mut self.finished).into_values().collect();
        self.told.extend(finished.iter_mut().flat_map(|one| std::mem::take(&mut one.events)));
        finished
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_of_hosts_and_ports_or_of_both_in_one() {
        let end = |text: &str| text.parse().expect("an address with a port");
        let [client, web, ssh] = ["10.0.0.1:50000", "10.0.0.2:443", "10.0.0.3:22"].map(end);
        let choice = |hosts: &[&str], ports: &[u16], ends: &[SocketAddr]| Choice {
            hosts: hosts.iter().map(|host| host.parse().expect("an address")).collect(),
            ports: ports.to_vec(),
            ends: ends.to_vec(),
        };
        for (choice, of_web, of_ssh) in [
            (Choice::default(), true, true),
            (choice(&["10.0.0.2"], &[], &[]), true, false),
            (choice(&[], &[443, 22], &[]), true, true),
            (choice(&["10.0.0.2"], &[22], &[]), false, false),
            (choice(&[], &[], &[ssh]), false, true),
            (choice(&["10.0.0.2"], &[], &[ssh]), true, true),
        ] {
            assert_eq!(choice.admits([client, web]), of_web, "{choice:?}");
            assert_eq!(choice.admits([ssh, client]), of_ssh, "{choice:?}");
        }
    }
}

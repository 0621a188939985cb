//! The identification and the key exchange (RFC 4253 §4.2, §7 and §8).

use std::collections::BTreeMap;

use serde_json::Value;
use steps::Side;

use super::{Account, fingerprint, names, number, word};
use crate::theirs::Told;

/// What later packets depend on.
#[derive(Default)]
pub(super) struct Memory {
    method: String,
    host_key_algorithm: String,
    strict: bool,
    /// Whose proposal is being read out.
    proposal: Option<Side>,
    rounds: usize,
    /// The host keys that sshd has, by type.
    host_keys: BTreeMap<String, String>,
}

const LISTS: [(&str, &str); 10] = [
    ("KEX algorithms:", "kex_algorithms"),
    ("host key algorithms:", "server_host_key_algorithms"),
    ("ciphers ctos:", "encryption_algorithms_client_to_server"),
    ("ciphers stoc:", "encryption_algorithms_server_to_client"),
    ("MACs ctos:", "mac_algorithms_client_to_server"),
    ("MACs stoc:", "mac_algorithms_server_to_client"),
    ("compression ctos:", "compression_algorithms_client_to_server"),
    ("compression stoc:", "compression_algorithms_server_to_client"),
    ("languages ctos:", "languages_client_to_server"),
    ("languages stoc:", "languages_server_to_client"),
];

impl Account {
    pub(super) fn exchange(&mut self, line: &str) {
        self.identification(line);
        self.proposal(line);
        self.agreed(line);
        self.values(line);
    }

    fn identification(&mut self, line: &str) {
        let own = line.strip_prefix("Local version string SSH-").and_then(|rest| rest.split_once('-'));
        let other = line.strip_prefix("Remote protocol version ");
        let other = other.and_then(|rest| rest.split_once(", remote software version "));
        let from = if own.is_some() { self.ours.peer() } else { self.ours };
        let Some((version, software)) = own.or(other) else { return };
        let mut told = Told::new(&self.conn, Some(from), "ssh.identification".to_owned(), BTreeMap::new());
        told.put("protoversion", version);
        told.put("softwareversion", software.split(' ').next());
        if let Some((_, comments)) = software.split_once(' ') {
            told.put("comments", comments);
        }
        self.told.push(told);
    }

    fn proposal(&mut self, line: &str) {
        if line.ends_with("KEXINIT proposal") {
            let own = line.starts_with("local ");
            self.kex.proposal = Some(if own { self.ours.peer() } else { self.ours });
        }
        let Some(from) = self.kex.proposal else { return };
        let list = LISTS.iter().find_map(|(says, name)| Some((*name, names(line.strip_prefix(says)?))));
        let follows = line.strip_prefix("first_kex_follows ").map(|bit| bit.trim() == "1");
        let follows = follows.map(|follows| ("first_kex_packet_follows", Value::from(follows)));
        let kexinit =
            self.told.iter_mut().rfind(|told| told.from == Some(from) && told.step == "ssh.kexinit");
        if let (Some((name, value)), Some(kexinit)) = (list.or(follows), kexinit) {
            kexinit.put(name, value);
        }
    }

    fn agreed(&mut self, line: &str) {
        self.kex.strict |= line.ends_with("will use strict KEX ordering");
        let Some(agreed) = line.strip_prefix("kex: ") else { return };
        if let Some(method) = agreed.strip_prefix("algorithm: ") {
            self.kex.method = method.to_owned();
            self.kex.rounds += 1;
            self.begin_agreement();
            self.agree("kex_algorithm", method);
        } else if let Some(algorithm) = agreed.strip_prefix("host key algorithm: ") {
            self.kex.host_key_algorithm = algorithm.to_owned();
            self.agree("server_host_key_algorithm", algorithm);
        } else if let Some((way, algorithms)) = agreed.split_once(" cipher: ") {
            let way = if way == "client->server" { "client_to_server" } else { "server_to_client" };
            self.agree(
                &format!("encryption_algorithm_{way}"),
                algorithms.split(' ').next().unwrap_or_default(),
            );
            for (name, says) in [("mac", "MAC: "), ("compression", "compression: ")] {
                let algorithm = word(algorithms, says).unwrap_or_default();
                self.agree(&format!("{name}_algorithm_{way}"), algorithm);
            }
        }
    }

    /// What was agreed on did not cross. A client of ours says part of it again with the secret.
    fn begin_agreement(&mut self) {
        let secret = (self.ours == Side::Client).then_some("ssh.session_key");
        for step in ["ssh.negotiated"].into_iter().chain(secret) {
            let mut told = Told::new(&self.conn, None, step.to_owned(), BTreeMap::new());
            told.put("strict_kex", self.kex.strict);
            if self.kex.rounds > 1 {
                told.put("rekey", true);
            }
            self.told.push(told);
        }
    }

    fn agree(&mut self, name: &str, algorithm: &str) {
        let last = |told: &&mut Told| told.step == "ssh.negotiated";
        if let Some(negotiated) = self.told.iter_mut().rfind(last) {
            negotiated.put(name, algorithm);
        }
        let with_the_secret = match name {
            "kex_algorithm" | "server_host_key_algorithm" => name,
            "encryption_algorithm_client_to_server" => "encryption_algorithm",
            _only_negotiated => return,
        };
        if let Some(key) = self.told.iter_mut().rfind(|told| told.step == "ssh.session_key") {
            key.put(with_the_secret, algorithm);
        }
    }

    /// What is said of the messages of the exchange, and of the numbers of NEWKEYS.
    fn values(&mut self, line: &str) {
        let (ours, peer) = (self.ours, self.ours.peer());
        let message = line.strip_prefix("SSH2_MSG_KEX");
        if let Some(name) = message.and_then(|rest| rest.strip_suffix(" received")) {
            self.message_name(ours, name);
        } else if let Some(name) = message.and_then(|rest| rest.strip_suffix(" sent")) {
            let (name, sizes) = name.split_once('(').unwrap_or((name, ""));
            self.message_name(peer, name);
            self.sizes(sizes.trim_end_matches(')'));
        } else if let Some(key) = line.strip_prefix("Server host key: ") {
            if let (Some(reply), Some(print)) = (self.last(ours, "ssh.key_exchange_reply"), fingerprint(key))
            {
                reply.put("host_key_type", key.split(' ').next());
                reply.put("host_key_fingerprint", print);
            }
        } else if let Some(key) = line.strip_prefix("private host key #") {
            if let (Some(kind), Some(print)) = (word(key, ": "), fingerprint(key)) {
                self.kex.host_keys.insert(kind.to_owned(), print.to_owned());
            }
        } else if let Some(signed) = line.strip_prefix("mm_answer_sign: ") {
            self.signed(signed);
        } else if let Some(next) = number(line, "resetting send seqnr ") {
            self.numbered(peer, next);
        } else if let Some(next) = number(line, "resetting read seqnr ") {
            self.numbered(ours, next);
        }
    }

    fn message_name(&mut self, from: Side, name: &str) {
        let last = self.told.iter_mut().rfind(|told| told.from == Some(from));
        let in_exchange = |step: &str| step.starts_with("ssh.key_exchange") || step.starts_with("ssh.group");
        if let Some(told) = last.filter(|told| in_exchange(&told.step)) {
            told.put("message", format!("SSH_MSG_KEX{name}"));
        }
    }

    /// RFC 4419 §3: `2048<8192<8192` bits for the group.
    fn sizes(&mut self, sizes: &str) {
        let sizes: Vec<_> = sizes.split('<').map(|size| size.parse::<u64>().ok()).collect();
        if let (Some(request), [Some(min), Some(n), Some(max)]) =
            (self.last(self.ours.peer(), "ssh.group_request"), &sizes[..])
        {
            request.put("min", *min);
            request.put("n", *n);
            request.put("max", *max);
        }
    }

    /// `ssh-ed25519 KEX signature len=83`: of the string that holds the algorithm's name and the signature, each with
    /// its length in front.
    fn signed(&mut self, said: &str) {
        let Some((algorithm, length)) = said.split_once(" KEX signature len=") else { return };
        let names = if algorithm == "ssh-rsa" { self.kex.host_key_algorithm.len() } else { algorithm.len() };
        let inside = length.parse::<usize>().unwrap_or_default().saturating_sub(8 + names);
        let number = if self.kex.method.contains("group-exchange") { 33 } else { 31 };
        self.put_next(number, "signature_length", inside);
    }

    /// Under strict key exchange OpenSSH says how far it had counted when NEWKEYS was through.
    fn numbered(&mut self, from: Side, next: u64) {
        if let Some(newkeys) = self.last(from, "ssh.newkeys") {
            newkeys.put("sequence_number", next - 1);
        }
    }

    /// What is known of a packet of the exchange from what was said before.
    pub(super) fn exchange_packet(&mut self, number: u8, told: &mut Told) {
        let exchange = ["ssh.kexinit", "ssh.newkeys", "ssh.key_exchange_init", "ssh.key_exchange_reply"];
        // In a group exchange 31 is the group (RFC 4419 §5).
        if number == 31 && self.kex.method.contains("group-exchange") {
            "ssh.group".clone_into(&mut told.step);
        } else if told.step.starts_with("ssh.key_exchange") {
            told.put("kex_algorithm", self.kex.method.as_str());
        }
        if told.step == "ssh.key_exchange_reply" {
            let algorithm = self.kex.host_key_algorithm.as_str();
            told.put("signature_algorithm", algorithm);
            let kind = if algorithm.starts_with("rsa-") { "ssh-rsa" } else { algorithm };
            if let (Side::Client, Some(print)) = (self.ours, self.kex.host_keys.get(kind)) {
                told.put("host_key_type", kind);
                told.put("host_key_fingerprint", print.as_str());
            }
        }
        let again = self.told.iter().any(|it| it.step == told.step && it.from == told.from);
        if again && exchange.contains(&told.step.as_str()) {
            told.put("rekey", true);
        }
    }
}

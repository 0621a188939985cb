//! OpenSSH's own account of a connection that it was an end of: `ssh -vvv`, or `sshd` with `LogLevel DEBUG3`. It names
//! each packet by its number (RFC 4250 §4.1.2) and says around it what it makes of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use steps::Side;

use super::Told;

mod exchange;
mod login;
mod session;

/// What OpenSSH tells of `conn`, of which `ours` is our end.
pub(crate) fn tell(lines: &[String], ours: Side, conn: &str) -> Vec<Told> {
    let mut account = Account {
        conn: conn.to_owned(),
        ours,
        told: Vec::new(),
        next: BTreeMap::new(),
        kex: exchange::Memory::default(),
        login: login::Memory::default(),
        their_channel: Value::Null,
    };
    for line in lines {
        let (level, said) = line.split_once(": ").unwrap_or(("", line));
        let said = if level.starts_with("debug") { said } else { line };
        account.read(said.trim_end_matches(" [preauth]"));
    }
    account.told
}

/// What has been read of the account so far.
struct Account {
    conn: String,
    /// Our end; what OpenSSH received, it sent.
    ours: Side,
    told: Vec<Told>,
    /// What was said ahead of a packet that OpenSSH is about to send, by the packet's number.
    next: BTreeMap<u8, BTreeMap<String, Value>>,
    kex: exchange::Memory,
    login: login::Memory,
    /// Our end's number of the channel.
    their_channel: Value,
}

impl Account {
    fn read(&mut self, line: &str) {
        let packet = |way: &str| line.strip_prefix(way)?.parse().ok();
        if let Some(number) = packet("send packet: type ") {
            self.packet(self.ours.peer(), number);
        } else if let Some(number) = packet("receive packet: type ") {
            self.packet(self.ours, number);
        } else {
            self.exchange(line);
            self.login(line);
            self.session(line);
        }
    }

    fn packet(&mut self, from: Side, number: u8) {
        let mut told = Told::new(&self.conn, Some(from), step(number).to_owned(), BTreeMap::new());
        let said_before = self.next.remove(&number).filter(|_| from == self.ours.peer());
        told.fields.extend(said_before.into_iter().flatten());
        match number {
            20..=49 => self.exchange_packet(number, &mut told),
            50..=79 => self.login_packet(number, &mut told),
            99 => told.put("answer", "success"),
            100 => told.put("answer", "failure"),
            _any_other => {}
        }
        if told.step == "ssh.other_message" {
            told.put("message_number", number);
        }
        if let Some(kind) = told.fields.get("request_type").and_then(Value::as_str) {
            session::request_step(kind).clone_into(&mut told.step);
            if told.step != "ssh.channel_request" {
                told.fields.remove("request_type");
            }
        }
        self.told.push(told);
    }

    /// The last message of that side, if it is of that step.
    fn last(&mut self, from: Side, step: &str) -> Option<&mut Told> {
        self.told.iter_mut().rfind(|told| told.from == Some(from)).filter(|told| told.step == step)
    }

    /// Keeps a field for the next packet of that number that OpenSSH sends.
    fn put_next(&mut self, number: u8, name: &str, value: impl Into<Value>) {
        self.next.entry(number).or_default().insert(name.to_owned(), value.into());
    }
}

/// The step of a packet by its number alone.
fn step(number: u8) -> &'static str {
    match number {
        1 => "ssh.disconnect",
        5 => "ssh.service_request",
        6 => "ssh.service_accept",
        7 => "ssh.ext_info",
        20 => "ssh.kexinit",
        21 => "ssh.newkeys",
        30 | 32 => "ssh.key_exchange_init",
        31 | 33 => "ssh.key_exchange_reply",
        34 => "ssh.group_request",
        51 => "ssh.auth_failure",
        52 => "ssh.auth_success",
        90 => "ssh.channel_open",
        91 => "ssh.channel_confirmed",
        96 => "ssh.channel_eof",
        97 => "ssh.channel_close",
        98 => "ssh.channel_request",
        99 | 100 => "ssh.channel_reply",
        _other => "ssh.other_message",
    }
}

impl Told {
    /// Whether it is a packet after NEWKEYS of which a server of ours has no call to tell.
    pub(crate) fn is_behind_keys(&self) -> bool {
        [
            "ssh.service_request",
            "ssh.service_accept",
            "ssh.ext_info",
            "ssh.auth_methods",
            "ssh.auth_failure",
            "ssh.publickey_ok",
            "ssh.channel_confirmed",
            "ssh.channel_reply",
            "ssh.exit_status",
            "ssh.channel_eof",
            "ssh.channel_close",
            "ssh.other_message",
            "ssh.disconnect",
        ]
        .contains(&self.step.as_str())
    }
}

/// The word that follows `after`.
fn word<'a>(line: &'a str, after: &str) -> Option<&'a str> {
    line.split_once(after)?.1.split_whitespace().next()
}

/// The number that follows `after`.
fn number(line: &str, after: &str) -> Option<u64> {
    let digits: String = line.split_once(after)?.1.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// A fingerprint of a public key.
fn fingerprint(line: &str) -> Option<&str> {
    line.split_whitespace().find(|word| word.starts_with("SHA256:"))
}

/// Names with commas between them.
fn names(list: &str) -> Value {
    json!(list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect::<Vec<_>>())
}

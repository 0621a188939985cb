//! How long this kernel keeps trying: its settings from /proc/sys, and what a socket of ours was told instead (tcp(7)).
//! They are told once a connection, so that a recording can be understood on another machine.

use std::{fs, os::fd::AsFd};

use steps::{Evidence, Fields, Side, tcp::Step};
use wire::Seen;

use super::options::value;
use crate::Witness;

/// The settings under which connections of one socket run.
#[derive(Clone, Debug, Default)]
pub struct Settings(Fields);

impl Settings {
    /// Reads what matters to `side`: `socket` is the client's own, or the server's listener. What this kernel does not
    /// have is left out.
    pub fn read(side: Side, socket: impl AsFd) -> Self {
        let mut fields = Fields::new();
        let names = [
            ("TCP_SYNCNT", libc::TCP_SYNCNT),
            ("TCP_USER_TIMEOUT_ms", libc::TCP_USER_TIMEOUT),
            ("TCP_LINGER2_s", libc::TCP_LINGER2),
        ];
        for (name, option) in names {
            // Asked of a listener that was told nothing, the kernel gives the bound for SYNs, which is not its own.
            if side == Side::Server && option == libc::TCP_SYNCNT {
                continue;
            }
            if let Ok(value) = value(&socket, option) {
                fields.insert(name.into(), value.into());
            }
        }
        let own = match side {
            Side::Client => &["tcp_syn_retries", "tcp_syn_linear_timeouts", "tcp_fin_timeout"][..],
            Side::Server => &["tcp_synack_retries", "tcp_syncookies", "tcp_abort_on_overflow"][..],
        };
        for name in [own, &COMMON].concat() {
            let Ok(text) = fs::read_to_string(format!("/proc/sys/net/ipv4/{name}")) else { continue };
            let text = text.trim();
            let value = text.parse::<i64>().map_or_else(|_| text.into(), Into::into);
            fields.insert(name.into(), value);
        }
        fields.insert("asked".into(), "/proc/sys/net/ipv4, getsockopt".into());
        Settings(fields)
    }

    /// The same for a listener that was told how often to repeat a SYN+ACK.
    #[must_use]
    pub fn with_syn_ack_count(mut self, count: u8) -> Self {
        self.0.insert("TCP_SYNCNT".into(), count.into());
        self
    }

    /// The same for connections that are told another TCP_USER_TIMEOUT than their listener.
    #[must_use]
    pub fn with_user_timeout(mut self, timeout: std::time::Duration) -> Self {
        let ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        self.0.insert("TCP_USER_TIMEOUT_ms".into(), ms.into());
        self
    }

    pub(super) fn tell(&self, witness: &Witness) {
        let seen = Seen::local(Step::Settings, self.0.clone());
        witness.saw_after(std::time::Duration::ZERO, Evidence::Kernel, seen);
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.0.named(name).and_then(serde_json::Value::as_u64)
    }
}

const COMMON: [&str; 4] =
    ["tcp_retries2", "tcp_orphan_retries", "tcp_early_retrans", "tcp_congestion_control"];

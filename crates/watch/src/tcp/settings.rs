//! How long this kernel keeps trying: its settings from /proc/sys, and what a socket of ours was told instead (tcp(7)).
//! They are told once a connection, so that a recording can be understood on another machine.

use std::fs;

use steps::{
    Evidence, Field, Fields, Kind, Side,
    tcp::{Step, field},
};
use wire::Seen;

use super::{AsSocket, socket_options};
use crate::Witness;

/// The settings under which connections of one socket run.
#[derive(Clone, Debug, Default)]
pub struct Settings(Fields);

impl Settings {
    /// Reads what matters to `side`: `socket` is the client's own, or the server's listener. What this kernel does not
    /// have is left out.
    pub fn read(side: Side, socket: impl AsSocket) -> Self {
        let mut fields = Fields::new();
        let [syn_count, user_timeout, linger2] = socket_options::told(socket);
        // Asked of a listener that was told nothing, the kernel gives the bound for SYNs, which is not its own.
        fields.put_some(field::TCP_SYNCNT, syn_count.filter(|_| side == Side::Client));
        fields.put_some(field::TCP_USER_TIMEOUT_MS, user_timeout);
        fields.put_some(field::TCP_LINGER2_S, linger2);
        let own = match side {
            Side::Client => [field::TCP_SYN_RETRIES, field::TCP_SYN_LINEAR_TIMEOUTS, field::TCP_FIN_TIMEOUT],
            Side::Server => [field::TCP_SYNACK_RETRIES, field::TCP_SYNCOOKIES, field::TCP_ABORT_ON_OVERFLOW],
        };
        for field in own.into_iter().chain(COMMON) {
            fields.put_some(field, of_kernel(field.name()).and_then(|text| text.parse::<i64>().ok()));
        }
        let congestion_control = field::TCP_CONGESTION_CONTROL;
        fields.put_some(congestion_control, of_kernel(congestion_control.name()));
        // Another system has none of them.
        if !fields.is_empty() {
            fields.put(field::ASKED, "/proc/sys/net/ipv4, getsockopt");
        }
        Settings(fields)
    }

    /// The same for a listener that was told how often to repeat a SYN+ACK.
    #[must_use]
    pub fn with_syn_ack_count(mut self, count: u8) -> Self {
        self.0.put(field::TCP_SYNCNT, count);
        self
    }

    /// The same for connections that are told another TCP_USER_TIMEOUT than their listener.
    #[must_use]
    pub fn with_user_timeout(mut self, timeout: std::time::Duration) -> Self {
        let ms = i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX);
        self.0.put(field::TCP_USER_TIMEOUT_MS, ms);
        self
    }

    pub(super) fn tell(&self, witness: &Witness) {
        if self.0.is_empty() {
            return;
        }
        let seen = Seen::local(Step::Settings, self.0.clone());
        witness.saw_after(std::time::Duration::ZERO, Evidence::Kernel, seen);
    }

    pub(super) fn get<T: Kind + ?Sized>(&self, field: Field<T>) -> Option<T::Read<'_>> {
        self.0.get(field)
    }
}

/// A setting of this kernel; its field has the name of its file.
fn of_kernel(name: &str) -> Option<String> {
    let text = fs::read_to_string(format!("/proc/sys/net/ipv4/{name}")).ok()?;
    Some(text.trim().to_owned())
}

const COMMON: [Field<i64>; 3] = [field::TCP_RETRIES2, field::TCP_ORPHAN_RETRIES, field::TCP_EARLY_RETRANS];

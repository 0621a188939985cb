//! How many round trips lie below the request for an upgrade.

use crate::{Evidence, Past, Side, tcp, tls};

/// How often the client had to wait for an answer before it could send its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundTrips {
    /// TCP's: one, once the kernel says ESTABLISHED.
    pub tcp: Option<u64>,
    /// TLS's, counted from the messages that crossed.
    pub tls: Option<u64>,
}

/// Counts the round trips below WebSocket.
pub fn round_trips(past: &Past) -> RoundTrips {
    let crossed = past.records().iter().filter(|record| record.evidence == Evidence::Wire);
    let (mut turns, mut last) = (0, None);
    for record in crossed {
        let (crate::Step::Tls(step), Some(from)) = (record.step, record.from) else { continue };
        // Nobody waits for a ticket, and data is no handshake.
        if matches!(step, tls::Step::NewSessionTicket | tls::Step::ApplicationData) {
            continue;
        }
        if (last, from) == (Some(Side::Client), Side::Server) {
            turns += 1;
        }
        last = Some(from);
    }
    if past.has(tls::Step::HelloRetryRequest) {
        turns += 1; // a second ClientHello is no new record
    }
    RoundTrips {
        tcp: past.has(tcp::Step::Established).then_some(1),
        tls: past.has(tls::Step::HandshakeComplete).then_some(turns),
    }
}

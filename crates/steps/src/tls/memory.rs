//! What the rules of TLS need beyond the first event of each step: the alerts in their order, what came last from
//! either side, and whether anybody wanted to renegotiate.

use super::field::{LEVEL, NAME};
use super::{Alert, Step};
use crate::{Event, Side, common::DESCRIPTION};

/// The most alerts that are remembered; rustls ends a connection after a few warnings.
const MOST: usize = 16;

/// The memory of one connection.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    alerts: Vec<Alerted>,
    /// The last message of TLS of either side, the client first.
    last: [Option<Step>; 2],
    /// Who began to renegotiate.
    renegotiates: Option<Side>,
    complete: bool,
    finished: bool,
}

/// An alert that crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alerted {
    /// Who sent it.
    pub from: Side,
    /// Which one.
    pub alert: Alert,
    /// Whether it ends the connection.
    pub fatal: bool,
    /// The last message of the other side before it; none: there was none.
    pub after: Option<Step>,
}

impl Memory {
    /// Takes note of `event`.
    pub(crate) fn remember(&mut self, event: &Event) {
        let crate::Step::Tls(step) = event.step else { return };
        self.complete |= step == Step::HandshakeComplete;
        let Some(from) = event.sender() else { return };
        self.finished |= step == Step::Finished;
        if step == Step::Alert {
            self.alert(from, event);
        }
        // Whoever has finished and begins anew renegotiates (RFC 5246 §7.4.1).
        let asks = step == Step::OtherMessage && event.get(NAME) == Some("hello_request");
        if self.finished && (asks || step == Step::ClientHello) {
            self.renegotiates.get_or_insert(from);
        }
        if step != Step::Alert && step != Step::Undecodable {
            self.last[index(from)] = Some(step);
        }
    }

    fn alert(&mut self, from: Side, event: &Event) {
        let Some(name) = event.get(DESCRIPTION) else { return };
        let number = name.strip_prefix("alert ").and_then(|number| number.parse().ok());
        let alert = number.map(Alert::Unnamed).or_else(|| Alert::by_name(name));
        if let Some(alert) = alert.filter(|_| self.alerts.len() < MOST) {
            let fatal = event.get(LEVEL) == Some("fatal");
            let after = self.last[index(from.peer())];
            self.alerts.push(Alerted { from, alert, fatal, after });
        }
    }

    /// The alerts of `from`, oldest first.
    pub fn alerts(&self, from: Side) -> impl Iterator<Item = &Alerted> {
        self.alerts.iter().filter(move |one| one.from == from)
    }

    /// The fatal alert of `from`.
    pub fn fatal(&self, from: Side) -> Option<&Alerted> {
        self.alerts(from).find(|one| one.fatal)
    }

    /// The last message of `from`, alerts left out.
    pub fn last(&self, from: Side) -> Option<Step> {
        self.last[index(from)]
    }

    /// Whether a Finished crossed.
    pub fn finished(&self) -> bool {
        self.finished
    }

    /// Who wanted to renegotiate, once the handshake was over.
    pub fn renegotiates(&self) -> Option<Side> {
        self.renegotiates
    }

    /// Whether the library has said that the handshake is complete.
    pub fn complete(&self) -> bool {
        self.complete
    }
}

fn index(side: Side) -> usize {
    usize::from(side == Side::Server)
}

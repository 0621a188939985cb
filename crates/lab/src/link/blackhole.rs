//! What stands in for the link where segments can be neither captured nor sent: the kernel discards what arrives at one
//! end for a while. It needs no privilege. The segments are not seen, and every segment is lost, not a chosen one: so
//! both ends may be given other options than with a link, for only the right one to be sent in that time.

use std::{net::SocketAddr, time::Duration};

use claims::Event;
use serde::Deserialize;
use show::Kept;
use steps::{Side, Step};
use tokio::time::sleep;

use super::socket;

/// At which end segments are discarded, from when on, and for how long.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blackhole {
    /// The end whose kernel discards them; `None`: neither's, for the link would only have delayed them.
    side: Option<Side>,
    /// The step of that side from which on its socket takes none; `None`: the listener takes none from the start.
    at: Option<Step>,
    /// For how many milliseconds; `None`: to the end.
    ms: Option<u64>,
    /// Options of the client, in place of those of the pair.
    pub client: Option<Vec<String>>,
    /// Options of the server, in place of those of the pair.
    pub server: Option<Vec<String>>,
}

impl Blackhole {
    /// Begins, in the run of a server that listens on `here`: where it is the listener that takes no segments, it takes
    /// none once this returns. The future does the rest, and is to be awaited beside the run, whose events are `kept`.
    pub fn begin(self, here: SocketAddr, kept: Kept) -> impl Future<Output = ()> {
        let listener = (here, None);
        if self.side.is_some() && self.at.is_none() {
            discard_at(listener);
        }
        async move {
            let Some(side) = self.side else { return };
            let socket = match self.at {
                None => listener,
                Some(step) => {
                    let socket = socket_at(side, step, &kept).await;
                    discard_at(socket);
                    socket
                }
            };
            if let Some(ms) = self.ms {
                sleep(Duration::from_millis(ms)).await;
                // A connection that has ended meanwhile takes no segments anyway.
                drop(socket::set_blackhole(socket, false));
            }
        }
    }
}

/// The addresses of the socket of `side`, own and peer's, once it has come to `step`.
async fn socket_at(side: Side, step: Step, kept: &Kept) -> (SocketAddr, Option<SocketAddr>) {
    let conn = |events: &[Event]| {
        let found = events.iter().find(|event| event.side == side && event.step == step);
        found.map(|event| event.conn.clone())
    };
    loop {
        match kept.look(conn).as_deref().and_then(ends) {
            Some((client, server)) if side == Side::Client => return (client, Some(server)),
            Some((client, server)) => return (server, Some(client)),
            None => sleep(Duration::from_millis(1)).await,
        }
    }
}

fn discard_at(socket: (SocketAddr, Option<SocketAddr>)) {
    if let Err(error) = socket::set_blackhole(socket, true) {
        tracing::warn!("the socket at {} could not be made to discard segments: {error}", socket.0);
    }
}

fn ends(conn: &str) -> Option<(SocketAddr, SocketAddr)> {
    let (client, server) = conn.split_once('>')?;
    Some((client.parse().ok()?, server.parse().ok()?))
}

//! What stands in for the link where segments can be neither heard nor sent: one end turns deaf for a while, and what
//! arrives there is lost. It needs no privilege. Nobody sees the segments, and every segment is lost, not a chosen one:
//! so the two may be told otherwise than with a link, that only the right one is sent in that time.

use std::{net::SocketAddr, time::Duration};

use claims::Event;
use serde::Deserialize;
use show::Kept;
use steps::{Side, Step};
use tokio::time::sleep;

use super::socket;

/// Who turns deaf, when, and for how long.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deaf {
    /// Nobody, unless it is said: the link would only have taken its time.
    side: Option<Side>,
    /// From this step of that side on; unless it is said, the listener is deaf from the start.
    at: Option<Step>,
    /// For so many milliseconds; unless it is said, for good.
    ms: Option<u64>,
    /// Other options of the client.
    pub client: Option<Vec<String>>,
    /// Other options of the server.
    pub server: Option<Vec<String>>,
}

impl Deaf {
    /// Begins, in the run of a server that listens on `here`: a listener is deaf when this returns. The rest is for
    /// the caller to await.
    pub fn begin(self, here: SocketAddr, kept: Kept) -> impl Future<Output = ()> {
        let listener = (here, None);
        if self.side.is_some() && self.at.is_none() {
            turn_deaf(listener);
        }
        async move {
            let Some(side) = self.side else { return };
            let socket = match self.at {
                None => listener,
                Some(step) => {
                    let socket = socket_at(side, step, &kept).await;
                    turn_deaf(socket);
                    socket
                }
            };
            if let Some(ms) = self.ms {
                sleep(Duration::from_millis(ms)).await;
                // A connection that has ended meanwhile needs no ears.
                drop(socket::set_deaf(socket, false));
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

fn turn_deaf(socket: (SocketAddr, Option<SocketAddr>)) {
    if let Err(error) = socket::set_deaf(socket, true) {
        tracing::warn!("the socket at {} could not be made deaf: {error}", socket.0);
    }
}

fn ends(conn: &str) -> Option<(SocketAddr, SocketAddr)> {
    let (client, server) = conn.split_once('>')?;
    Some((client.parse().ok()?, server.parse().ok()?))
}

//! The watch of a program that has a stream of TCP and wants no more than its states: the same shape as those of the
//! other protocols.

use std::{future::Future, sync::OnceLock};

use tokio::net::TcpStream;

use super::{Connection, Settings};
use crate::{Ends, Outcome, Witness};

/// Watches one connection on behalf of a [`Witness`]: what the kernel says of it. For its segments see
/// [`Capture`](super::Capture).
#[derive(Debug)]
pub struct Watch {
    witness: Witness,
    connection: OnceLock<Connection>,
}

impl Watch {
    /// Watches the connection of `witness`.
    pub fn new(witness: impl Into<Witness>) -> Self {
        Watch { witness: witness.into(), connection: OnceLock::new() }
    }

    /// Reports what the kernel says of `stream` now that it is open. Segments do not pass through a stream, so it goes
    /// back as it came.
    pub fn tap(&self, stream: TcpStream) -> TcpStream {
        let side = self.witness.side();
        let Some(ends) = self.witness.ends().or_else(|| stream.ends(side)) else { return stream };
        let connection = self
            .connection
            .get_or_init(|| Connection::new(&self.witness, ends, None, &Settings::read(side, &stream)));
        connection.established(&stream);
        stream
    }

    /// Runs `conversation`, and reports each state through which the kernel passes meanwhile.
    pub async fn during<F: Future>(&self, conversation: F) -> F::Output {
        match self.connection.get() {
            Some(connection) => connection.poll_states_while(conversation).await,
            None => conversation.await,
        }
    }

    /// Closes the account of the connection: the last state, the summary, and how it ended.
    pub fn finish(&self, outcome: &Outcome) {
        if let Some(connection) = self.connection.get() {
            connection.ask();
        }
        self.witness.finish(outcome);
    }
}

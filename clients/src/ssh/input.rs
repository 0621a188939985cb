//! What the command is given on its standard input (RFC 4254 §5.2, §5.3): what this program has on its own, up to its
//! end, as far as the server's window goes.

use std::io::{self, Read};

use russh::{ChannelWriteHalf, client::Msg};
use tokio::sync::mpsc::{Receiver, channel};
use watch::ssh::ClientCalls;

/// As much as is read at once, and so as much as one message carries at most.
const PIECE: usize = 16 * 1024;

/// Where the command's input comes from.
#[derive(Debug)]
pub(super) enum Input {
    /// From this program's standard input.
    Standard,
    /// From nowhere: the channel is not ended in this direction.
    None,
}

impl Input {
    /// Sends all of it, then EOF. A command that is gone takes no more: that is its own affair.
    pub(super) async fn feed(&self, channel: &ChannelWriteHalf<Msg>, calls: &ClientCalls) {
        let mut pieces = match self {
            Input::Standard => standard_input(),
            Input::None => return,
        };
        while let Some(piece) = pieces.recv().await {
            calls.sends_data(channel.id(), &piece);
            if channel.data_bytes(piece).await.is_err() {
                return;
            }
        }
        calls.sends_eof(channel.id());
        drop(channel.eof().await);
    }
}

/// Reading blocks: in a thread of its own, which nobody has to wait for. It reads ahead by one piece.
fn standard_input() -> Receiver<Vec<u8>> {
    let (send, receive) = channel(1);
    std::thread::spawn(move || {
        let (mut input, mut piece) = (io::stdin().lock(), vec![0; PIECE]);
        loop {
            match input.read(&mut piece) {
                Ok(n @ 1..) => {
                    if send.blocking_send(piece[..n].to_vec()).is_err() {
                        return; // the command has ended
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => return,
            }
        }
    });
    receive
}

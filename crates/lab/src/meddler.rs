//! The meddler stands between a client and a server as a TCP proxy. It knows what crosses, and at a named step it
//! changes bytes, cuts the stream, or answers in the server's place. What it does is in the scenario.
//!
//! Each protocol has a `Split` that parts the two streams into what crosses as one and names it; the rest is here.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use steps::{Protocol, Side, Step, sync::lock};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

mod fault;
mod ssh;
mod tls;
mod ws;

use fault::Act;
pub use fault::Fault;

/// Parts what the two sides of one connection say into what crosses as one, and names it.
trait Split: Send {
    /// Takes bytes that `from` sent; gives what is whole. All pieces together are all bytes, in order.
    fn push(&mut self, from: Side, bytes: &[u8]) -> Vec<Piece>;

    /// What `from` began and did not finish.
    fn rest(&mut self, from: Side) -> Vec<u8>;

    /// Where a field of `step` lies in the message.
    fn field(&self, step: Step, name: &str, message: &[u8]) -> Option<std::ops::Range<usize>>;
}

/// What crosses as one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    /// What it is, when that can be told.
    step: Option<Step>,
    bytes: Vec<u8>,
}

fn splitter(protocol: Protocol) -> Box<dyn Split> {
    match protocol {
        Protocol::Tls => Box::new(tls::Splitter::default()),
        Protocol::Ws => Box::new(ws::Splitter::default()),
        Protocol::Ssh => Box::new(ssh::Splitter::default()),
        // Segments are the link's business: a stream has none.
        Protocol::Tcp => Box::new(Whole),
    }
}

/// Bytes without a name.
struct Whole;

impl Split for Whole {
    fn push(&mut self, _: Side, bytes: &[u8]) -> Vec<Piece> {
        vec![Piece { step: None, bytes: bytes.to_vec() }]
    }

    fn rest(&mut self, _: Side) -> Vec<u8> {
        Vec::new()
    }

    fn field(&self, _: Step, _: &str, _: &[u8]) -> Option<std::ops::Range<usize>> {
        None
    }
}

/// Stands on a free port of `listen`'s address in front of `server`. Gives the address to connect to; what it does
/// ends with `stop`.
///
/// # Errors
///
/// When no port is free.
pub(crate) async fn start(
    listen: SocketAddr,
    server: SocketAddr,
    protocol: Protocol,
    faults: Vec<Fault>,
    stop: CancellationToken,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(listen).await?;
    let here = listener.local_addr()?;
    let faults = Arc::new(faults);
    tokio::spawn(async move {
        let mut running = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            let Ok((client, _)) = accepted else { continue };
            running.spawn(between(client, server, protocol, Arc::clone(&faults)));
        }
        // The set is dropped, and with it every connection.
    });
    Ok(here)
}

/// Carries one connection until both sides have ended, or a fault has ended it.
async fn between(client: TcpStream, server: SocketAddr, protocol: Protocol, faults: Arc<Vec<Fault>>) {
    // A server that is gone: the client learns it by the end of its connection.
    let Ok(server) = TcpStream::connect(server).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let meddler = Arc::new(Mutex::new(Meddler { split: splitter(protocol), faults, count: HashMap::new() }));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let cut = CancellationToken::new();
    // Each direction writes mostly to its own far side; an answer goes back the way the question came.
    let to_client = Arc::new(tokio::sync::Mutex::new(to_client));
    let to_server = Arc::new(tokio::sync::Mutex::new(to_server));
    tokio::join!(
        carry(Side::Client, from_client, &to_server, &to_client, &meddler, &cut),
        carry(Side::Server, from_server, &to_client, &to_server, &meddler, &cut),
    );
}

type Out = Arc<tokio::sync::Mutex<OwnedWriteHalf>>;

/// What both directions share.
struct Meddler {
    split: Box<dyn Split>,
    faults: Arc<Vec<Fault>>,
    /// How many of a step crossed from a side.
    count: HashMap<(Side, Step), usize>,
}

/// Carries one direction.
async fn carry(
    from: Side,
    mut source: OwnedReadHalf,
    far: &Out,
    near: &Out,
    meddler: &Mutex<Meddler>,
    cut: &CancellationToken,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = tokio::select! {
            biased;
            () = cut.cancelled() => break,
            read = source.read(&mut buffer) => read,
        };
        let length = read.unwrap_or(0);
        let lock = || lock(meddler);
        let actions = if length == 0 {
            vec![Action::Send(lock().split.rest(from)), Action::End]
        } else {
            lock().push(from, &buffer[..length])
        };
        for action in actions {
            match action {
                Action::Send(bytes) => drop(far.lock().await.write_all(&bytes).await),
                Action::Wait => tokio::time::sleep(A_MOMENT).await,
                Action::Answer(bytes) => drop(near.lock().await.write_all(&bytes).await),
                Action::End => {
                    drop(far.lock().await.shutdown().await);
                    return;
                }
                Action::Cut => {
                    drop(far.lock().await.shutdown().await);
                    drop(near.lock().await.shutdown().await);
                    cut.cancel();
                }
            }
        }
    }
    // Both sides have seen the end. What they still send is taken and forgotten: a socket that is closed on it would
    // answer with a reset, or not, as the moment falls.
    while let Ok(1..) = source.read(&mut buffer).await {}
}

/// What is to be done next.
enum Action {
    /// Carry these bytes on.
    Send(Vec<u8>),
    Wait,
    /// Send these back.
    Answer(Vec<u8>),
    /// This direction has ended.
    End,
    /// The connection ends.
    Cut,
}

impl Meddler {
    fn push(&mut self, from: Side, bytes: &[u8]) -> Vec<Action> {
        let mut actions = Vec::new();
        for piece in self.split.push(from, bytes) {
            let Piece { step, mut bytes } = piece;
            let Some(step) = step else {
                actions.push(Action::Send(bytes));
                continue;
            };
            let count = self.count.entry((from, step)).or_default();
            *count += 1;
            let count = *count;
            let faults = Arc::clone(&self.faults);
            let mine = faults.iter().filter(|f| f.from == from && f.at == step && f.nth == count);
            let mut pieces = None;
            let mut after = Vec::new();
            let mut gone = false;
            for fault in mine {
                match &fault.act {
                    Act::Flip { field, byte, bit } => {
                        let range = match field {
                            None => Some(0..bytes.len()),
                            Some(name) => self.split.field(step, name, &bytes),
                        };
                        match range.filter(|range| byte + range.start < range.end) {
                            Some(range) => bytes[range.start + byte] ^= 1 << (bit % 8),
                            None => tracing::warn!("{step} has no such byte: {:?}", fault.act),
                        }
                    }
                    Act::Replace { find, with } => match position(&bytes, find.as_bytes()) {
                        Some(at) => drop(bytes.splice(at..at + find.len(), with.bytes())),
                        None => tracing::warn!("{find:?} does not stand in {step}"),
                    },
                    Act::Pad { after: text, times } => match position(&bytes, text.as_bytes()) {
                        Some(at) => {
                            let behind = at + text.len();
                            drop(bytes.splice(behind..behind, std::iter::repeat_n(b'x', *times)));
                        }
                        None => tracing::warn!("{text:?} does not stand in {step}"),
                    },
                    Act::CutBefore => {
                        actions.push(Action::Cut);
                        return actions;
                    }
                    Act::CutWithin { bytes: some } => {
                        bytes.truncate(*some);
                        after.push(Action::Cut);
                    }
                    Act::CutAfter => after.push(Action::Cut),
                    Act::Drop => gone = true,
                    Act::Pieces(length) => pieces = Some((*length).max(1)),
                    Act::Answer(text) => {
                        actions.extend([Action::Answer(text.clone().into_bytes()), Action::Cut]);
                        return actions;
                    }
                    Act::Insert(hex) => match hex::decode(hex) {
                        Ok(bytes) => actions.push(Action::Send(bytes)),
                        Err(error) => tracing::warn!("insert: {error}"),
                    },
                }
            }
            match pieces {
                _ if gone => {}
                None => actions.push(Action::Send(bytes)),
                Some(length) => {
                    for part in bytes.chunks(length) {
                        actions.extend([Action::Send(part.to_vec()), Action::Wait]);
                    }
                }
            }
            if !after.is_empty() {
                actions.extend(after);
                return actions;
            }
        }
        actions
    }
}

/// Where `what` first stands in `bytes`.
fn position(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len().max(1)).position(|window| window == what)
}

/// Long enough for the receiver to read what has come before.
const A_MOMENT: Duration = Duration::from_millis(5);

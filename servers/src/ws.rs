//! The WebSocket server: takes the upgrade, then sends every message back. A browser that visits gets a page, which
//! opens a WebSocket and lists what this server sees of it.
//!
//! ```sh
//! server ws                          # ws on 127.0.0.1:7080, wss on 127.0.0.1:7081
//! server ws --no-tls                 # ws alone, which needs no keys
//! server ws --protocol chat          # speaks this subprotocol, if a client asks for it
//! ```
//!
//! Read beside it: the heading "Websocket建立过程" of the notes, RFC 6455 §4.2 (the upgrade, the server's part) and
//! §5 (frames), and `clients/src/ws.rs`, which has the same sections in the same order.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use steps::{
    Ending, Fields, Protocol, Reason, Side,
    tls::reason as why_tls,
    ws::{
        field,
        reason::{Ended, Given},
    },
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::protocol::{Role, WebSocketConfig},
};
use tokio_util::sync::CancellationToken;
use watch::{
    Outcome, Session, Started, Witness,
    ws::{Watch, end},
};

use crate::{Limits, accept_loop, bind};
use decline::Declined;
pub use door::Origin;
use door::Stranger;
pub use options::Options;

mod answer;
mod decline;
mod door;
mod frames;
mod options;
mod tls;

/// The subprotocol in which the server tells a client what it sees of the client's own connection: each event as one
/// text message. The frames that carry them are not told: each would need another.
const STEPS: &str = "steps.handshakes";

/// How long a few bytes that cannot begin a request may be followed by others that say what they are.
const MOMENT: Duration = Duration::from_millis(500);

/// How long a peer gets to read a last answer and to close its side.
const FAREWELL: Duration = Duration::from_secs(2);

/// A WebSocket server that listens.
pub struct Server {
    plain: (TcpListener, SocketAddr),
    secure: Option<(TcpListener, SocketAddr, TlsAcceptor)>,
    connection: Connection,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("here", &self.local_addr()).finish_non_exhaustive()
    }
}

impl Server {
    /// Binds the ports, and loads the certificate of wss.
    ///
    /// # Errors
    ///
    /// Says what could not be bound or read, and what to do.
    pub async fn bind(options: &Options, session: &Session) -> anyhow::Result<Self> {
        let acceptor = (!options.no_tls).then(|| tls::acceptor(&options.certs)).transpose()?;
        let plain = listen(session, options.listen).await?;
        let secure = match acceptor {
            None => None,
            Some(acceptor) => {
                let address = options.listen_tls.unwrap_or_else(|| next(options.listen));
                let bound = listen(session, address).await;
                let (listener, here) =
                    bound.context("no port for wss (see --listen-tls; --no-tls goes without)")?;
                Some((listener, here, acceptor))
            }
        };
        let connection = Connection {
            session: session.clone(),
            protocols: options.protocol.clone(),
            origins: options.origins.clone(),
            max_message: options.max_message,
            limits: options.limits,
        };
        Ok(Server { plain, secure, connection })
    }

    /// The address it listens on for ws.
    pub fn local_addr(&self) -> SocketAddr {
        self.plain.1
    }

    /// The address it listens on for wss; none with `--no-tls`.
    pub fn local_addr_tls(&self) -> Option<SocketAddr> {
        self.secure.as_ref().map(|(_, here, _)| *here)
    }

    /// Serves until `stop`.
    ///
    /// # Errors
    ///
    /// When a listener breaks.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let limits = self.connection.limits;
        let serve = |listener, acceptor: Option<TlsAcceptor>| {
            let connection = self.connection.clone();
            accept_loop(listener, limits, stop.clone(), move |stream, peer, stop| {
                let (connection, acceptor) = (connection.clone(), acceptor.clone());
                let started = Started::now();
                async move { connection.serve(stream, (peer, started), acceptor, stop).await }
            })
        };
        match self.secure {
            None => serve(self.plain.0, None).await,
            Some((listener, _, acceptor)) => {
                tokio::try_join!(serve(self.plain.0, None), serve(listener, Some(acceptor))).map(|_| ())
            }
        }
    }
}

async fn listen(session: &Session, address: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = bind(session, address).await?;
    let here = listener.local_addr().context("the listener has lost its address")?;
    Ok((listener, here))
}

/// The same address, one port further; a free port stays a free port.
fn next(address: SocketAddr) -> SocketAddr {
    match address.port() {
        0 => address,
        port => SocketAddr::new(address.ip(), port.wrapping_add(1)),
    }
}

/// What every connection needs.
#[derive(Clone, Debug)]
struct Connection {
    session: Session,
    protocols: Vec<String>,
    origins: Vec<Origin>,
    max_message: usize,
    limits: Limits,
}

impl Connection {
    /// One connection from accept to end.
    async fn serve(
        self,
        stream: TcpStream,
        (peer, started): (SocketAddr, Started),
        acceptor: Option<TlsAcceptor>,
        stop: CancellationToken,
    ) {
        let here = match stream.local_addr().and_then(|here| stream.set_nodelay(true).map(|()| here)) {
            Ok(here) => here,
            Err(error) => return tracing::warn!("{peer} was gone before it was served: {error}"),
        };
        let variant = acceptor.is_some().then(|| "wss".to_owned());
        let witness = Witness::new(&self.session, Side::Server, Protocol::Ws, variant, (peer, here), started);
        // Whether the peer wants to be told what we saw, its request will say.
        witness.keep();
        watch::tcp::established(&witness, &stream);
        let ran = match acceptor {
            None => self.upgrade(stream, &witness, &stop).await,
            Some(acceptor) => self.secure(stream, &acceptor, &witness, &stop).await,
        };
        let outcome = match ran {
            Ok(()) => Outcome::Complete,
            Err(why) => Outcome::Failed(Box::new(why)),
        };
        witness.finish(&outcome);
    }

    /// TLS first, and all the rest inside it.
    async fn secure(
        &self,
        stream: TcpStream,
        acceptor: &TlsAcceptor,
        witness: &Witness,
        stop: &CancellationToken,
    ) -> Result<(), Reason> {
        let told = why_tls::Given::nothing(why_tls::Program::WsServer);
        let below = watch::tls::Watch::new(witness.clone()).told(told);
        let patience = self.limits.handshake_timeout;
        let stream = below.tap(stream);
        let accepting = below.during(async { acceptor.accept(stream).await });
        let accepted = tokio::select! {
            accepted = timeout(patience, accepting) => accepted,
            () = stop.cancelled() => {
                return Err(Watch::new(witness).why(&Ended::Stopped, &Given::default()));
            }
        };
        let ran = match accepted {
            Ok(Ok(tls)) => {
                let connection = tls.get_ref().1;
                below.complete(connection, connection.server_name());
                self.upgrade(tls, witness, stop).await
            }
            Ok(Err(error)) => Err(below.explain(&error)),
            Err(_) => Err(below.why(why_tls::End::Silent(patience))),
        };
        below.end();
        ran
    }

    /// The upgrade and what follows, over any stream: TCP for ws, TLS for wss.
    async fn upgrade<S>(&self, stream: S, witness: &Witness, stop: &CancellationToken) -> Result<(), Reason>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let watch = Watch::new(witness);
        let mut stream = watch.tap(stream);
        let given = Given { protocols: self.protocols.clone(), ..Given::default() };
        let accepted = tokio::select! {
            accepted = timeout(self.limits.handshake_timeout, self.accept(&mut stream, &watch)) => accepted,
            () = stop.cancelled() => return Err(watch.why(&Ended::Stopped, &given)),
        };
        match accepted.unwrap_or_else(|_| Err(end::silent(self.limits.handshake_timeout).into())) {
            Ok(agreed) => {
                let told = (agreed.as_deref() == Some(STEPS)).then_some(witness);
                if told.is_none() {
                    witness.forget();
                }
                let config = Some(self.config());
                let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, config).await;
                let ran = frames::converse(&mut socket, &watch, told, self.limits, stop).await;
                farewell(socket.get_mut()).await;
                ran.map_err(|ended| watch.why(&ended, &given))
            }
            Err(declined) => {
                witness.forget();
                self.decline(&mut stream, declined, &watch, &given).await
            }
        }
    }

    /// Reads the request and answers it by 101 (RFC 6455 §4.2): by ourselves, for the library refuses requests that the
    /// standard allows, such as a list in Upgrade. Gives the subprotocol that was agreed.
    async fn accept<S>(&self, stream: &mut S, watch: &Watch) -> Result<Option<String>, Declined>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let request = request(stream, watch).await?;
        if let Some(stranger) = Stranger::upgrading(&request, &self.origins) {
            return Err(Declined::Stranger(stranger));
        }
        let agreed = self.agree(&request);
        let protocol = agreed.as_ref().map(|name| format!("Sec-WebSocket-Protocol: {name}\r\n"));
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {}\r\n{}\r\n",
            watch.computes(),
            protocol.unwrap_or_default()
        );
        stream.write_all(answer.as_bytes()).await.map_err(|error| end::gone(&error))?;
        stream.flush().await.map_err(|error| end::gone(&error))?;
        watch.opened();
        Ok(agreed)
    }

    /// The first subprotocol of the client's list that this server speaks (RFC 6455 §4.2.2, item 5.5).
    fn agree(&self, request: &Fields) -> Option<String> {
        let mut names = request.get(field::SEC_WEBSOCKET_PROTOCOL)?.split(',').map(str::trim);
        let speaks = |name: &str| name == STEPS || self.protocols.iter().any(|mine| mine == name);
        names.find(|name| speaks(name)).map(str::to_owned)
    }

    fn config(&self) -> WebSocketConfig {
        WebSocketConfig::default()
            .read_buffer_size(16 * 1024)
            .max_message_size(Some(self.max_message))
            .max_frame_size(Some(self.max_message))
    }
}

/// The request, once it is whole and asks for an upgrade as RFC 6455 §4.2.1 has it; the checks are the watcher's.
async fn request<S: AsyncRead + Unpin>(stream: &mut S, watch: &Watch) -> Result<Fields, Ended> {
    let (mut head, mut part) = (Vec::new(), [0; 4096]);
    let request = loop {
        let read = match timeout(MOMENT, stream.read(&mut part)).await {
            Ok(read) => read.map_err(|error| end::gone(&error))?,
            // What is malformed may be too short to be named: no more seems to come.
            Err(_) if watch.names_what_came() => return Err(Ended::NotHttp),
            Err(_) => continue,
        };
        head.extend_from_slice(&part[..read]);
        if let Some(request) = watch.request() {
            break request;
        }
        match watch.looks_like() {
            Some(_) if head.len() >= wire::ws::MOST_HEAD => {
                return Err(Ended::HeadTooLong { most: wire::ws::MOST_HEAD as u64 });
            }
            Some(_) => return Err(Ended::NotHttp),
            None if read == 0 => return Err(Ended::Gone(Ending::Fin)),
            None => {}
        }
    };
    // A client waits for the answer before it sends more (RFC 6455 §4.1).
    let behind = [&b"\n\r\n"[..], b"\n\n"]
        .into_iter()
        .filter_map(|end| head.windows(end.len()).position(|window| window == end).map(|at| at + end.len()));
    let early = behind.min().is_some_and(|end| end < head.len());
    let asks = request.contains_key("upgrade") && watch.failed().is_empty();
    if asks && !early { Ok(request) } else { Err(Ended::NotUpgraded) }
}

/// Ends our side and reads on for a moment: to close with unread bytes would reset the connection, and a reset
/// takes the last answer back.
async fn farewell<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) {
    let last = async {
        stream.shutdown().await?;
        let mut unread = [0; 4096];
        while stream.read(&mut unread).await? > 0 {}
        std::io::Result::Ok(())
    };
    drop(timeout(FAREWELL, last).await);
}

//! TCP by the kernel: open, a line each way, the client's FIN, a last line, the server's FIN.

use std::{io, net::SocketAddr, sync::Arc, time::Instant};

use socket2::{Domain, Socket, Type};
use steps::{Protocol, Side};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use watch::{
    Outcome, Session, Started, Witness,
    tcp::{Capture, Connection, Ended, HalfOpen, Settings, keep_syns},
};

use super::Held;

/// What a watched server has beside its listener.
pub(crate) struct Watched {
    half_open: HalfOpen,
}

impl Watched {
    pub(crate) async fn new(
        session: &Session,
        listener: &TcpListener,
        captures: bool,
    ) -> anyhow::Result<Self> {
        keep_syns(listener)?;
        let (here, settings) = (listener.local_addr()?, Settings::read(Side::Server, listener));
        let capture = if captures { Capture::open(session, here.port()).await.ok() } else { None };
        Ok(Watched { half_open: HalfOpen::watch(session, here, capture.map(Arc::new), settings) })
    }
}

pub(crate) async fn serve(mut stream: TcpStream) -> anyhow::Result<()> {
    answer(&mut stream).await?;
    goodbye(&mut stream).await?;
    Ok(())
}

pub(crate) async fn serve_watched(
    mut stream: TcpStream,
    peer: SocketAddr,
    server: Arc<Watched>,
) -> anyhow::Result<()> {
    let (witness, connection) = server.half_open.accepted(peer, stream.local_addr()?);
    connection.established(&stream);
    answer(&mut stream).await?;
    connection.passing(&stream);
    goodbye(&mut stream).await?;
    connection.passing(&stream);
    connection.drain();
    witness.finish(&Outcome::Complete);
    Ok(())
}

async fn answer(stream: &mut TcpStream) -> io::Result<()> {
    let mut part = [0; 4096];
    loop {
        match stream.read(&mut part).await? {
            0 => return Ok(()),
            n => stream.write_all(format!("the server heard {n} bytes\n").as_bytes()).await?,
        }
    }
}

async fn goodbye(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(b"that was all; goodbye\n").await?;
    stream.shutdown().await
}

/// A client with its capture, where it has one.
pub(crate) struct Client {
    server: SocketAddr,
    capture: Option<Capture>,
    settings: Settings,
}

impl Client {
    pub(crate) async fn new(server: SocketAddr, session: Option<&Session>) -> anyhow::Result<Self> {
        let capture = match session {
            Some(session) => Capture::open(session, server.port()).await.ok(),
            None => None,
        };
        let settings =
            Settings::read(Side::Client, Socket::new(Domain::for_address(server), Type::STREAM, None)?);
        Ok(Client { server, capture, settings })
    }

    /// Gives the moment at which the connection was open.
    pub(crate) async fn visit_watched(&self, session: &Session) -> anyhow::Result<Instant> {
        let started = Started::now();
        let socket = Socket::new(Domain::for_address(self.server), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        match socket.connect(&self.server.into()) {
            Err(error) if error.raw_os_error() != Some(libc::EINPROGRESS) => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
        let mut stream = TcpStream::from_std(socket.into())?;
        let ends = (stream.local_addr()?, self.server);
        let witness = Witness::new(session, Side::Client, Protocol::Tcp, None, ends, started);
        let connection = Connection::new(&witness, ends, self.capture.as_ref(), &self.settings);
        connection.poll_states_while(stream.writable()).await?;
        connection.established(&stream);
        let complete = Instant::now();
        connection.poll_states_while(line(&mut stream)).await?;
        connection.passing(&stream);
        stream.shutdown().await?;
        connection.passing(&stream);
        connection.poll_states_while(rest(&mut stream)).await?;
        let ended = connection.ended(&stream, std::time::Duration::from_secs(3)).await;
        anyhow::ensure!(matches!(ended, Ended::TimeWait | Ended::Closed(None)), "{ended:?}");
        connection.drain();
        witness.finish(&Outcome::Complete);
        Ok(complete)
    }
}

pub(crate) async fn visit(stream: TcpStream) -> anyhow::Result<Instant> {
    let complete = Instant::now();
    converse(stream).await.map(|()| complete)
}

/// A visit over any stream: for a recording.
pub(crate) async fn converse<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> anyhow::Result<()> {
    line(&mut stream).await?;
    stream.shutdown().await?;
    Ok(rest(&mut stream).await?)
}

pub(crate) async fn hold(mut stream: TcpStream) -> anyhow::Result<Held> {
    line(&mut stream).await?;
    Ok(Box::new(stream))
}

async fn line<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> io::Result<()> {
    stream.write_all(b"hello from the client\n").await?;
    let mut part = [0; 4096];
    match stream.read(&mut part).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

async fn rest<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<()> {
    let mut part = [0; 4096];
    while stream.read(&mut part).await? > 0 {}
    Ok(())
}

//! A stream with two holders: the library that speaks on it, and the one who may cut it. Both share one descriptor, so
//! that a server holds as many connections as without us.

use std::{
    io,
    net::Shutdown,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
};

use socket2::SockRef;
use steps::Ending;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// One of the holders. The connection is closed when all are gone.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    stream: Arc<TcpStream>,
    /// How the first read or write ended that did not succeed: russh forgets it when it says goodbye.
    ending: Arc<OnceLock<Ending>>,
}

impl Shared {
    pub(super) fn new(stream: TcpStream) -> Self {
        Shared { stream: Arc::new(stream), ending: Arc::default() }
    }

    /// Ends the connection in a direction or in both. One that has ended already needs no more.
    pub(super) fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        match SockRef::from(&*self.stream).shutdown(how) {
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
            done => done,
        }
    }

    /// How the connection ended, once the system has said so.
    pub(super) fn ending(&self) -> Option<Ending> {
        self.ending.get().copied()
    }

    fn note(&self, ending: Ending) {
        // Only the first one is told: what fails afterwards fails because of it.
        let _ = self.ending.set(ending);
    }
}

impl AsyncRead for Shared {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.stream.poll_read_ready(cx))?;
            let room = buf.remaining();
            match self.stream.try_read(buf.initialize_unfilled()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(read) => {
                    if read == 0 && room > 0 {
                        self.note(Ending::Fin);
                    }
                    buf.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) => {
                    self.note(Ending::from(&error));
                    return Poll::Ready(Err(error));
                }
            }
        }
    }
}

impl AsyncWrite for Shared {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream.poll_write_ready(cx))?;
            match self.stream.try_write_vectored(slices) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(written) => return Poll::Ready(Ok(written)),
                Err(error) => {
                    self.note(Ending::from(&error));
                    return Poll::Ready(Err(error));
                }
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(())) // what is written is the kernel's
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.shutdown(Shutdown::Write))
    }
}

//! A tap stands in a stream and is itself a stream: it shows every byte that crosses and passes it on unchanged.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much is shown at once.
const PIECE: usize = 4096;

/// What just crossed a [`Tap`].
#[derive(Clone, Copy, Debug)]
pub enum Crossing<'a> {
    /// The peer's bytes, as they reach the library.
    Read(&'a [u8]),
    /// The library's bytes, once the transport has taken them.
    Wrote(&'a [u8]),
    /// The peer will send no more.
    Eof,
}

/// A stream whose bytes are shown to `observe`, in order, each exactly once, in pieces of some KiB: what a decoder makes
/// of a piece is in memory all at once, and six bytes of a hostile peer can be a step of a kilobyte.
#[derive(Debug)]
pub struct Tap<S, F> {
    inner: S,
    observe: F,
    ended: bool,
}

impl<S, F: FnMut(Crossing<'_>)> Tap<S, F> {
    /// Puts a tap in front of `inner`.
    pub fn new(inner: S, observe: F) -> Self {
        Tap { inner, observe, ended: false }
    }

    fn wrote(&mut self, bytes: &[u8]) {
        bytes.chunks(PIECE).for_each(|piece| (self.observe)(Crossing::Wrote(piece)));
    }

    /// The stream behind the tap.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }
}

impl<S: AsyncRead + Unpin, F: FnMut(Crossing<'_>) + Unpin> AsyncRead for Tap<S, F> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // The buffer may already hold bytes of earlier reads: only the tail is new.
        let before = buf.filled().len();
        let asked = buf.remaining();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        match &buf.filled()[before..] {
            [] if asked > 0 && !self.ended => {
                self.ended = true;
                (self.observe)(Crossing::Eof);
            }
            [] => {}
            new => new.chunks(PIECE).for_each(|piece| (self.observe)(Crossing::Read(piece))),
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin, F: FnMut(Crossing<'_>) + Unpin> AsyncWrite for Tap<S, F> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let taken = ready!(Pin::new(&mut self.inner).poll_write(cx, buf))?;
        self.wrote(&buf[..taken]);
        Poll::Ready(Ok(taken))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let taken = ready!(Pin::new(&mut self.inner).poll_write_vectored(cx, bufs))?;
        let mut left = taken;
        for buf in bufs {
            let part = left.min(buf.len());
            self.wrote(&buf[..part]);
            left -= part;
        }
        Poll::Ready(Ok(taken))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn every_byte_passes_unchanged_and_is_shown_once() {
        // Room for all of it: the speaker reads only after it has written.
        let (near, mut far) = duplex(64);
        let (mut read, mut wrote, mut ends) = (Vec::new(), Vec::new(), 0);
        let mut tap = Tap::new(near, |crossing: Crossing<'_>| match crossing {
            Crossing::Read(bytes) => read.extend_from_slice(bytes),
            Crossing::Wrote(bytes) => wrote.extend_from_slice(bytes),
            Crossing::Eof => ends += 1,
        });
        let echo = async {
            let mut heard = Vec::new();
            let mut part = [0; 3];
            while heard.len() < 26 {
                let n = far.read(&mut part).await.unwrap();
                heard.extend_from_slice(&part[..n]);
                far.write_all(&part[..n]).await.unwrap();
            }
            drop(far);
            heard
        };
        let speak = async {
            tap.write_all(b"abcdefghijklmnopqrstuvwxyz").await.unwrap();
            let mut back = Vec::new();
            tap.read_to_end(&mut back).await.unwrap();
            assert_eq!(tap.read(&mut [0; 1]).await.unwrap(), 0);
            back
        };
        let (heard, back) = tokio::join!(echo, speak);
        assert_eq!(heard, b"abcdefghijklmnopqrstuvwxyz");
        assert_eq!(back, heard);
        assert_eq!((read, wrote, ends), (heard.clone(), heard, 1));
    }
}

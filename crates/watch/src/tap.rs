//! A tap stands in a stream and is itself a stream: it shows every byte that crosses and passes it on unchanged.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much is read and shown at once.
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
/// of a piece is in memory all at once, and six bytes of a hostile peer can be a step of a kilobyte. After each piece of
/// the peer's the task gives way to others, which wait for a flood no longer than for one piece of it.
#[derive(Debug)]
pub struct Tap<S, F> {
    inner: S,
    observe: F,
    ended: bool,
    /// How much of the peer's was shown since the task last gave way.
    shown: usize,
}

impl<S, F: FnMut(Crossing<'_>)> Tap<S, F> {
    /// Puts a tap in front of `inner`.
    pub fn new(inner: S, observe: F) -> Self {
        Tap { inner, observe, ended: false, shown: 0 }
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
        let tap = &mut *self;
        if tap.shown >= PIECE {
            tap.shown = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        // The buffer may already hold bytes of earlier reads: only what comes behind them is new, and a piece is enough.
        let asked = buf.remaining().min(PIECE);
        let mut piece = ReadBuf::new(buf.initialize_unfilled_to(asked));
        let read = Pin::new(&mut tap.inner).poll_read(cx, &mut piece);
        if read.is_pending() {
            tap.shown = 0;
        }
        ready!(read)?;
        let new = piece.filled().len();
        match piece.filled() {
            [] if asked > 0 && !tap.ended => {
                tap.ended = true;
                (tap.observe)(Crossing::Eof);
            }
            [] => {}
            bytes => (tap.observe)(Crossing::Read(bytes)),
        }
        buf.advance(new);
        tap.shown += new;
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
    use std::future::Future;

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
            let mut received = Vec::new();
            let mut part = [0; 3];
            while received.len() < 26 {
                let n = far.read(&mut part).await.unwrap();
                received.extend_from_slice(&part[..n]);
                far.write_all(&part[..n]).await.unwrap();
            }
            drop(far);
            received
        };
        let speak = async {
            tap.write_all(b"abcdefghijklmnopqrstuvwxyz").await.unwrap();
            let mut back = Vec::new();
            tap.read_to_end(&mut back).await.unwrap();
            assert_eq!(tap.read(&mut [0; 1]).await.unwrap(), 0);
            back
        };
        let (received, back) = tokio::join!(echo, speak);
        assert_eq!(received, b"abcdefghijklmnopqrstuvwxyz");
        assert_eq!(back, received);
        assert_eq!((read, wrote, ends), (received.clone(), received, 1));
    }

    #[tokio::test]
    async fn a_flood_is_shown_in_pieces_and_gives_way_after_each() {
        let (near, mut far) = duplex(10 * PIECE);
        let mut pieces = Vec::new();
        let mut tap = Tap::new(near, |crossing: Crossing<'_>| match crossing {
            Crossing::Read(bytes) => pieces.push(bytes.len()),
            Crossing::Wrote(_) | Crossing::Eof => {}
        });
        far.write_all(&vec![7; 3 * PIECE + 1]).await.unwrap();
        drop(far);
        let mut all = Vec::new();
        let mut reading = std::pin::pin!(tap.read_to_end(&mut all));
        let mut gave_way = 0;
        let read = std::future::poll_fn(|cx| {
            let polled = reading.as_mut().poll(cx);
            gave_way += usize::from(polled.is_pending());
            polled
        });
        assert_eq!(read.await.unwrap(), 3 * PIECE + 1);
        assert_eq!(all, vec![7; 3 * PIECE + 1]);
        assert!(pieces.iter().all(|&piece| piece <= PIECE), "{pieces:?}");
        assert_eq!(pieces.iter().sum::<usize>(), 3 * PIECE + 1);
        assert_eq!(gave_way, 3);
    }
}

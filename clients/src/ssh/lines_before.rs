//! What may stand before a server's identification (RFC 4253 §4.2): lines that the client has to pass over. The library
//! passes over a few short ones; this stream, between it and the watcher, over as many as `ssh` does.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// As many lines as OpenSSH puts up with, and as long ones.
const MOST_LINES: usize = 1024;
const LONGEST_LINE: usize = 8192;

/// A stream that begins with the identification.
#[derive(Debug)]
pub(super) struct FromIdentification<S> {
    inner: S,
    /// What was read and not yet handed on.
    kept: Vec<u8>,
    lines: usize,
    /// Nothing is passed over any more.
    begun: bool,
}

impl<S> FromIdentification<S> {
    pub(super) fn new(inner: S) -> Self {
        FromIdentification { inner, kept: Vec::new(), lines: 0, begun: false }
    }

    /// Passes over the whole lines at the front that are no identification.
    fn pass_over(&mut self) {
        const SSH: &[u8] = b"SSH-";
        while !self.begun {
            let is_ssh = self.kept.starts_with(&SSH[..SSH.len().min(self.kept.len())]);
            let end = self.kept.iter().position(|byte| *byte == b'\n');
            match end {
                _ if is_ssh && self.kept.len() >= SSH.len() => self.begun = true,
                Some(end) => {
                    self.kept.drain(..=end);
                    self.lines += 1;
                    // The library will say that this is no SSH.
                    self.begun = self.lines > MOST_LINES;
                }
                None if self.kept.len() > LONGEST_LINE => self.begun = true,
                None => return,
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for FromIdentification<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while !this.begun {
            let mut some = [0; 4096];
            let mut part = ReadBuf::new(&mut some);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut part))?;
            if part.filled().is_empty() {
                this.begun = true; // the end, and perhaps half a line before it
                this.kept.clear();
                break;
            }
            this.kept.extend_from_slice(part.filled());
            this.pass_over();
        }
        if this.kept.is_empty() {
            return Pin::new(&mut this.inner).poll_read(cx, buf);
        }
        let n = this.kept.len().min(buf.remaining());
        buf.put_slice(&this.kept[..n]);
        this.kept.drain(..n);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FromIdentification<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, slices)
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
    use tokio::io::AsyncReadExt;

    use super::*;

    /// What is left of `bytes` when they come in slices of `size`.
    async fn left(bytes: &[u8], size: usize) -> Vec<u8> {
        let mut mock = tokio::io::duplex(1 << 20);
        let whole = bytes.to_vec();
        tokio::spawn(async move {
            for slice in whole.chunks(size) {
                tokio::io::AsyncWriteExt::write_all(&mut mock.1, slice).await.unwrap();
            }
        });
        let mut read = Vec::new();
        FromIdentification::new(&mut mock.0).read_to_end(&mut read).await.unwrap();
        read
    }

    #[tokio::test]
    async fn only_whole_lines_before_the_identification_are_passed_over() {
        let ssh = b"SSH-2.0-x\r\n\x00\x00binary\n";
        let hundred = b"line of text\r\n".repeat(100);
        let long = [vec![b'x'; 5000], b"\r\n".to_vec()].concat();
        let befores: [&[u8]; 6] =
            [b"", b"\n", b"Welcome\n\n\r\n", b"\xfcber SSH-2.0 in mind\n", &hundred, &long];
        for before in befores {
            for size in [1, 3, 1 << 16] {
                assert_eq!(left(&[before, ssh].concat(), size).await, ssh);
            }
        }
        assert_eq!(left(b"no SSH at all", 4).await, b"");
        let endless = vec![b'x'; LONGEST_LINE + 1];
        assert_eq!(left(&endless, 1 << 16).await, endless, "the library shall judge");
    }
}

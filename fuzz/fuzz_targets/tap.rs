//! The tap: whatever the stream behind it and whoever reads and writes before it do, every byte passes unchanged and is
//! shown once.
#![no_main]

use std::{
    cell::RefCell,
    collections::VecDeque,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use libfuzzer_sys::fuzz_target;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use watch::{Crossing, Tap};

/// A stream that does what the input says: gives so many bytes, takes so many, is not ready, or fails.
#[derive(Default)]
struct Moody {
    moods: VecDeque<u8>,
    given: Vec<u8>,
    taken: Vec<u8>,
    vectored: bool,
    closed: bool,
}

impl Moody {
    /// How much of `room` it will do now.
    fn mood(&mut self, room: usize) -> Poll<io::Result<usize>> {
        match self.moods.pop_front().unwrap_or(0) {
            255 => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            254 => Poll::Pending,
            some => Poll::Ready(Ok(room.min(some.into()))),
        }
    }
}

impl AsyncRead for Moody {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let room = buf.remaining();
        self.mood(room).map_ok(|some| {
            let first = self.given.len();
            let bytes: Vec<_> = (first..first + some).map(|n| n as u8).collect();
            buf.put_slice(&bytes);
            self.given.extend(bytes);
        })
    }
}

impl AsyncWrite for Moody {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.mood(buf.len()).map_ok(|some| {
            self.taken.extend(&buf[..some]);
            some
        })
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let all: Vec<u8> = bufs.iter().flat_map(|buf| buf.iter().copied()).collect();
        self.mood(all.len()).map_ok(|some| {
            self.taken.extend(&all[..some]);
            some
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.vectored
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.mood(0).map_ok(drop)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.closed = true;
        Poll::Ready(Ok(()))
    }
}

#[derive(Default)]
struct Shown {
    read: Vec<u8>,
    wrote: Vec<u8>,
    ends: usize,
}

fuzz_target!(|input: &[u8]| {
    let (first, moods) = input.split_at(input.len() / 2);
    let shown = RefCell::new(Shown::default());
    let stream =
        Moody { moods: moods.iter().copied().collect(), vectored: input.len() % 2 == 1, ..Moody::default() };
    let mut tap = Tap::new(stream, |crossing: Crossing<'_>| {
        let mut shown = shown.borrow_mut();
        match crossing {
            Crossing::Read(bytes) => shown.read.extend(bytes),
            Crossing::Wrote(bytes) => shown.wrote.extend(bytes),
            Crossing::Eof => shown.ends += 1,
        }
    });
    assert_eq!(tap.is_write_vectored(), tap.get_ref().vectored);
    let mut cx = Context::from_waker(Waker::noop());
    let (mut heard, mut said) = (Vec::<u8>::new(), Vec::<u8>::new());
    for deed in first.chunks(2) {
        let size = usize::from(deed.get(1).copied().unwrap_or(7));
        match deed[0] % 5 {
            // A reader whose buffer may already hold something, as `read_exact`'s does.
            0 | 1 => {
                let mut room = vec![0; size + 3];
                let mut buf = ReadBuf::new(&mut room);
                let held = usize::from(deed[0] / 5 % 3).min(size);
                buf.put_slice(&[0xee; 3][..held]);
                if Pin::new(&mut tap).poll_read(&mut cx, &mut buf).is_ready() {
                    assert_eq!(buf.filled()[..held], [0xee; 3][..held]);
                    heard.extend(&buf.filled()[held..]);
                }
            }
            2 => {
                let bytes: Vec<_> = (0..size).map(|n| (said.len() + n) as u8 ^ 0x55).collect();
                if let Poll::Ready(Ok(some)) = Pin::new(&mut tap).poll_write(&mut cx, &bytes) {
                    said.extend(&bytes[..some]);
                }
            }
            3 => {
                let bytes: Vec<_> = (0..size).map(|n| (said.len() + n) as u8 ^ 0x55).collect();
                let slices: Vec<_> = bytes.chunks(1 + size / 3).map(IoSlice::new).collect();
                if let Poll::Ready(Ok(some)) = Pin::new(&mut tap).poll_write_vectored(&mut cx, &slices) {
                    said.extend(&bytes[..some]);
                }
            }
            _ => drop(Pin::new(&mut tap).poll_flush(&mut cx)),
        }
    }
    assert!(Pin::new(&mut tap).poll_shutdown(&mut cx).is_ready() && tap.get_ref().closed);
    assert_eq!(heard, tap.get_ref().given, "what the stream gave is what the reader got");
    assert_eq!(said, tap.get_ref().taken, "what the writer wrote is what the stream took");
    let shown = shown.borrow();
    assert_eq!(shown.read, heard, "what was shown is what the reader got");
    assert_eq!(shown.wrote, said, "what was shown is what the stream took");
    assert!(shown.ends <= 1, "the end is shown once");
});

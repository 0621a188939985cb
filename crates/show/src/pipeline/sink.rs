//! Whole lines on their way to a file or a pipe, many in one write. What cannot be written is counted; the log says so
//! in its place as soon as it can be written again, and standard error says so at once and at the end.

use std::{
    io::{self, ErrorKind, Write},
    mem, thread,
    time::Duration,
};

use steps::{Because, Gap, Lang};

/// How a gap is written in a log: a line.
pub(crate) type GapLine = fn(&Gap, Lang) -> String;

/// Where lines go.
pub(crate) trait Place: Write {
    /// Takes back the last `torn` bytes, which are half a line. Gives whether they are gone.
    fn take_back(&mut self, torn: u64) -> bool;
}

/// Lines for one place.
#[derive(Debug)]
pub(crate) struct Sink<P> {
    place: P,
    /// What the user calls it.
    name: String,
    gap_line: GapLine,
    lang: Lang,
    text: Vec<u8>,
    /// Where in `text` the events end.
    ends: Vec<usize>,
    /// Events that are missing at the end of what was written.
    missing: u64,
    /// Half a line stands there.
    torn: bool,
    /// Events that could not be written, of all.
    lost: u64,
    /// The first failure was said.
    said: bool,
    /// The reader is gone.
    closed: bool,
    /// A reader that closes the pipe is not reported: it was `head`, or `q` in a pager.
    may_close: bool,
}

impl<P: Place> Sink<P> {
    pub(crate) fn new(place: P, name: String, gap_line: GapLine, lang: Lang) -> Self {
        Sink {
            place,
            name,
            gap_line,
            lang,
            text: Vec::new(),
            ends: Vec::new(),
            missing: 0,
            torn: false,
            lost: 0,
            said: false,
            closed: false,
            may_close: false,
        }
    }

    /// The same for a place whose reader may leave early; that is then not reported.
    pub(crate) fn may_close(self, may_close: bool) -> Self {
        Sink { may_close, ..self }
    }

    /// Adds the lines of one event.
    pub(crate) fn event(&mut self, lines: &[u8]) {
        if lines.is_empty() {
            return;
        }
        self.text.extend_from_slice(lines);
        self.ends.push(self.text.len());
        if self.text.len() >= ENOUGH {
            self.flush();
        }
    }

    /// Adds text that belongs to no event.
    pub(crate) fn text(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    /// Adds the line that says how many events are missing here.
    pub(crate) fn gap(&mut self, gap: &Gap) {
        self.text.extend_from_slice((self.gap_line)(gap, self.lang).as_bytes());
    }

    /// Writes what was added.
    pub(crate) fn flush(&mut self) {
        if self.closed {
            self.lost += self.ends.len() as u64;
            self.clear();
        }
        if self.text.is_empty() {
            return;
        }
        if self.missing > 0 || self.torn {
            let end_of_line = if self.torn { "\n" } else { "" };
            let gap = Gap::new(self.missing, Because::NotWritten);
            let gap = if self.missing > 0 { (self.gap_line)(&gap, self.lang) } else { String::new() };
            match self.write(format!("{end_of_line}{gap}").as_bytes()) {
                Ok(()) => (self.missing, self.torn) = (0, false),
                Err((written, error)) => {
                    self.torn |= written > 0 && !self.place.take_back(written as u64);
                    self.failed(0, &error);
                    return;
                }
            }
        }
        let text = mem::take(&mut self.text);
        let written = self.write(&text);
        self.text = text;
        match written {
            Ok(()) => self.clear(),
            Err((written, error)) => {
                let whole =
                    self.text[..written].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
                self.torn = whole < written && !self.place.take_back((written - whole) as u64);
                self.failed(whole, &error);
            }
        }
    }

    /// Everything but the first `whole` bytes of the text could not be written.
    fn failed(&mut self, whole: usize, error: &io::Error) {
        let lost = self.ends.iter().filter(|&&end| end > whole).count() as u64;
        self.missing += lost;
        self.lost += lost;
        self.clear();
        self.closed = error.kind() == ErrorKind::BrokenPipe;
        if !mem::replace(&mut self.said, true) {
            let name = &self.name;
            if self.closed && self.may_close {
                tracing::debug!("nobody reads {name} any more");
            } else if self.closed {
                tracing::warn!("nobody reads {name} any more; the handshakes go on");
            } else {
                tracing::error!("{name} cannot be written: {error}; the handshakes go on");
            }
        }
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Writes all of `bytes`, or says how much of it was written.
    fn write(&mut self, bytes: &[u8]) -> Result<(), (usize, io::Error)> {
        let mut written = 0;
        while written < bytes.len() {
            match self.place.write(&bytes[written..]) {
                Ok(0) => return Err((written, ErrorKind::WriteZero.into())),
                Ok(n) => written += n,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Another program that shares the terminal has made it so.
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    thread::sleep(Duration::from_millis(5));
                }
                Err(error) => return Err((written, error)),
            }
        }
        Ok(())
    }

    /// The last that is written: what is missing, there and on standard error.
    pub(crate) fn end(&mut self) {
        self.flush();
        if self.missing > 0 && !self.closed {
            let missing = mem::take(&mut self.missing);
            self.gap(&Gap::new(missing, Because::NotWritten));
            self.flush();
        }
        if self.lost > 0 && !(self.closed && self.may_close) {
            tracing::error!("{}: {} events were not written", self.name, self.lost);
        }
    }
}

/// How much is gathered at most before it is written.
const ENOUGH: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with so many bytes left.
    #[derive(Default)]
    struct Disk {
        written: Vec<u8>,
        left: usize,
        takes_back: bool,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let n = bytes.len().min(self.left);
            if n == 0 {
                return Err(ErrorKind::StorageFull.into());
            }
            self.written.extend(&bytes[..n]);
            self.left -= n;
            Ok(n)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Place for Disk {
        fn take_back(&mut self, torn: u64) -> bool {
            if self.takes_back {
                self.written.truncate(self.written.len() - torn as usize);
                self.left += torn as usize;
            }
            self.takes_back
        }
    }

    fn gap(gap: &Gap, _: Lang) -> String {
        format!("-{}\n", gap.dropped)
    }

    fn sink(left: usize, takes_back: bool) -> Sink<Disk> {
        Sink::new(Disk { left, takes_back, ..Disk::default() }, "the disk".into(), gap, Lang::En)
    }

    fn written(sink: &Sink<Disk>) -> &str {
        std::str::from_utf8(&sink.place.written).unwrap()
    }

    #[test]
    fn what_a_full_disk_cost_is_said_where_it_is_missing() {
        for (takes_back, expected) in [(true, "one\n-2\nfour\n"), (false, "one\ntw\n-2\nfour\n")] {
            let mut sink = sink(6, takes_back);
            ["one\n", "two\n", "three\n"].into_iter().for_each(|line| sink.event(line.as_bytes()));
            sink.flush();
            assert_eq!(sink.lost, 2);
            sink.place.left = 100;
            sink.event(b"four\n");
            sink.end();
            assert_eq!((written(&sink), sink.lost), (expected, 2));
        }
    }

    #[test]
    fn a_gap_at_the_end_is_said_too_where_there_is_room_again() {
        let mut sink = sink(4, true);
        ["one\n", "two\n"].into_iter().for_each(|line| sink.event(line.as_bytes()));
        sink.flush();
        sink.event(b"three\n");
        sink.flush();
        sink.place.left = 100;
        sink.end();
        assert_eq!((written(&sink), sink.lost), ("one\n-2\n", 2));
    }

    #[test]
    fn a_gap_that_finds_no_room_is_not_forgotten() {
        let mut sink = sink(0, true);
        for left in [0, 2, 0, 100] {
            sink.place.left = left;
            sink.event(b"one\n");
            sink.flush();
        }
        assert_eq!((written(&sink), sink.lost), ("-3\none\n", 3));
    }
}

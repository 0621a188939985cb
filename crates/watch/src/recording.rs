//! `--capture`: every packet of a session's connections goes into a pcapng file, with the steps that it completed as
//! its comments, and the secrets in front of the packets that need them.
//!
//! A packet waits in memory until its connection has ended, for what there is to say of it may come later than itself;
//! at most `HOLD`, and at most `MOST_HELD` bytes of packets and comments wait. A thread of its own receives the
//! packets, so that the kernel's queue does not overflow while the runtime is busy.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
    thread,
    time::{Duration, Instant, SystemTime},
};

use steps::{Event, Gap, Lang, Said, Side, sync::lock};
use wire::{Seen, tcp::Segment};

use crate::{
    address::Ends,
    emit::as_here,
    packet::{self, PacketSocket, confine},
    pcapng::{PROGRAM, Secrets, Writer},
    received::{MOST_PORTS, not_allowed},
    secrets::private,
};

mod comment;
mod commented;
mod timeline;

pub use commented::Commented;

use timeline::{Packet, Timeline};

/// Says something of the events of one connection, one after the other, beyond their steps.
pub type Comments = Box<dyn FnMut(&Event) -> Vec<Said> + Send>;

/// The recording of a session.
pub(crate) struct Recording {
    path: PathBuf,
    lang: Lang,
    comments: fn() -> Comments,
    socket: PacketSocket,
    opened: Instant,
    state: Mutex<State>,
    /// Written by the thread that receives, and at the end: a slow disk must not delay a handshake, which takes
    /// `state`.
    file: Mutex<Output>,
}

/// The file.
struct Output {
    writer: Writer<BufWriter<File>>,
    /// It is whole, or could not be written on.
    ended: bool,
}

struct State {
    timeline: Timeline,
    ports: Vec<u16>,
    buffer: Vec<u8>,
    /// Secrets that are not in the file yet.
    secrets: Vec<(Secrets, String)>,
    listens: bool,
    /// Nothing more goes into the file.
    ended: bool,
}

/// What goes into the file next: secrets, and the packet that needs them, with what is to be said of it.
struct Entry {
    secrets: Vec<(Secrets, String)>,
    packet: Packet,
    comments: Vec<String>,
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Its secrets stay out of every log.
        f.debug_struct("Recording").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Counts the bytes of a stream that a tap shows to a decoder.
#[derive(Debug, Default)]
pub(crate) struct Count {
    client: u64,
    server: u64,
}

impl Count {
    /// Hands `bytes` of `from` to a decoder, and notes of each step where it ended. While a run is `recorded` they are
    /// handed on one by one: any slicing gives the same steps, and only so is the last byte of each known.
    pub(crate) fn each(
        &mut self,
        from: Side,
        bytes: &[u8],
        recorded: bool,
        mut feed: impl FnMut(&[u8]) -> Vec<Seen>,
    ) -> Vec<Seen> {
        let count = match from {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        if !recorded {
            *count += bytes.len() as u64;
            return feed(bytes);
        }
        let mut all = Vec::new();
        for byte in bytes.chunks(1) {
            *count += 1;
            all.extend(feed(byte).into_iter().map(|seen| match seen.from {
                Some(sender) if sender == from && seen.end.is_none() => seen.ending(*count),
                Some(_) | None => seen,
            }));
        }
        all
    }
}

/// What became of the file, on standard error.
fn say(path: &Path, timeline: &Timeline, lost: u64, done: io::Result<()>) {
    let path = path.display();
    if let Err(error) = done {
        tracing::warn!("{path} could not be written to its end: {error}");
    }
    let counts = &timeline.counts;
    tracing::info!("{path}: {} packets, {} comments", counts.written, counts.comments);
    if lost > 0 {
        tracing::warn!("{path}: {lost} packets are missing, the kernel's queue was full");
    }
    if counts.early > 0 {
        tracing::warn!("{path}: {} packets were written before all was known of them", counts.early);
    }
    if counts.unplaced > 0 {
        tracing::warn!("{path}: {} steps belong to no packet that was captured", counts.unplaced);
    }
}

impl Recording {
    /// Begins to record into the file at `path`, in the words of `lang`, with what `comments` says of a connection. To be called before CAP_NET_RAW is given up.
    /// Without that right it says so, and there is none.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(crate) fn begin(
        path: &Path,
        lang: Lang,
        comments: fn() -> Comments,
    ) -> io::Result<Option<Arc<Self>>> {
        let socket = match packet::open().and_then(|socket| socket.listen(&[]).map(|()| socket)) {
            Ok(socket) => socket,
            Err(error) => {
                tracing::warn!("{} is not written: {}", path.display(), not_allowed(&error));
                return Ok(None);
            }
        };
        let file = private(OpenOptions::new().write(true), path, true)?;
        let writer = Writer::new(BufWriter::new(file), PROGRAM, comment::of_file(lang))?;
        let state = State {
            timeline: Timeline::default(),
            ports: Vec::new(),
            buffer: vec![0; 1 << 16],
            secrets: Vec::new(),
            listens: false,
            ended: false,
        };
        let file = Mutex::new(Output { writer, ended: false });
        let (path, opened, state) = (path.into(), Instant::now(), Mutex::new(state));
        Ok(Some(Arc::new(Recording { path, lang, comments, socket, opened, state, file })))
    }

    /// The connection between these addresses is ours.
    pub(crate) fn connection(&self, ends: Ends) {
        self.lock().timeline.opens(ends);
    }

    /// A witness has closed its account of a connection.
    pub(crate) fn closed(&self, ends: Ends) {
        self.lock().timeline.closes(ends);
    }

    /// What comments the packets of one connection.
    pub(crate) fn comments(&self) -> Comments {
        (self.comments)()
    }

    /// A step of a connection, with what is said of it. `end`: how many bytes its sender had sent when it was complete.
    pub(crate) fn step(&self, ends: Ends, event: &Event, said: &[Said], end: Option<u64>) {
        self.lock().timeline.mark(ends, event, said, end, self.lang);
    }

    /// Here steps of a connection are missing.
    pub(crate) fn gap(&self, ends: Ends, gap: &Gap) {
        self.lock().timeline.note(ends, SystemTime::now(), gap.said().in_lang(self.lang).to_owned());
    }

    /// A line of a key log.
    pub(crate) fn secret(&self, kind: Secrets, line: &str) {
        self.lock().secrets.push((kind, line.to_owned()));
    }

    /// The run is over: waits a moment for the last packets, and completes the file.
    pub(crate) fn end(&self) {
        let until = Instant::now() + LINGER;
        let mut state = self.lock();
        state.receive(&self.socket);
        while !state.timeline.is_quiet() && Instant::now() < until {
            self.socket.wait(Duration::from_millis(20));
            state.receive(&self.socket);
        }
        if std::mem::replace(&mut state.ended, true) {
            return;
        }
        let (entries, lost) = (state.due(true), self.socket.dropped().into());
        let written = state.timeline.counts.written;
        let mut file = self.file();
        drop(state);
        let done = file.write(entries).and_then(|()| file.complete(written, lost));
        drop(file);
        say(&self.path, &self.lock().timeline, lost, done);
    }

    /// What crosses `port` is ours.
    pub(crate) fn listens(self: &Arc<Self>, port: u16) {
        self.lock().timeline.listens(port);
        self.record_port(port);
    }

    /// From now on records what crosses this port, too.
    pub(crate) fn record_port(self: &Arc<Self>, port: u16) {
        let mut state = self.lock();
        if !state.ports.contains(&port) {
            // What is in the queue came through the old filter and is ours all the same.
            state.receive(&self.socket);
            if state.ports.len() == MOST_PORTS {
                state.ports.remove(0);
            }
            state.ports.push(port);
            if let Err(error) = self.socket.only(&state.ports) {
                tracing::warn!("port {port} is not recorded: {error}");
            }
        }
        if !std::mem::replace(&mut state.listens, true) {
            let recording = Arc::clone(self);
            thread::spawn(as_here(move || {
                confine(false); // its socket and its file are open
                recording.listen();
            }));
            drop(state);
            // Until the kernel has switched time stamps on, packets are stamped when they are read: too late.
            thread::sleep(WARM_UP.saturating_sub(self.opened.elapsed()));
        }
    }

    fn listen(&self) {
        loop {
            self.socket.wait(Duration::from_secs(1));
            let mut state = self.lock();
            if state.ended {
                return;
            }
            state.receive(&self.socket);
            let entries = state.due(false);
            // Taken before the other is given up: whoever ends the file comes after what was due before.
            let mut file = self.file();
            drop(state);
            let written = file.write(entries);
            drop(file);
            if let Err(error) = written {
                tracing::warn!("{} could not be written and ends here: {error}", self.path.display());
                self.lock().ended = true;
            }
        }
    }

    fn file(&self) -> MutexGuard<'_, Output> {
        lock(&self.file)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    /// Takes what waits in the socket's queue.
    fn receive(&mut self, socket: &PacketSocket) {
        loop {
            let received = match socket.receive(&mut self.buffer) {
                Ok(received) => received,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // ENETDOWN: an interface went away, the others are still received.
                Err(error) if error.kind() == io::ErrorKind::NetworkDown => continue,
                Err(_) => return,
            };
            // On the loopback interface a packet is received as it leaves and as it arrives.
            if received.leaves_loopback || self.ended {
                continue;
            }
            let bytes = &self.buffer[..received.length];
            if let Some(segment) = Segment::parse(bytes) {
                self.timeline.take(Packet::new(received.at, received.interface, bytes, &segment));
            }
        }
    }

    /// The packets that need wait no longer, or `all`.
    fn due(&mut self, all: bool) -> Vec<Entry> {
        let mut entries = Vec::new();
        while let Some((packet, comments)) = self.timeline.next(all) {
            let mut secrets = Vec::new();
            for kind in [Secrets::Tls, Secrets::Ssh] {
                let lines: String =
                    self.secrets.extract_if(.., |(of, _)| *of == kind).map(|(_, line)| line).collect();
                if !lines.is_empty() {
                    secrets.push((kind, lines));
                }
            }
            entries.push(Entry { secrets, packet, comments });
        }
        entries
    }
}

impl Output {
    fn write(&mut self, entries: Vec<Entry>) -> io::Result<()> {
        if self.ended || entries.is_empty() {
            return Ok(());
        }
        let written = entries.into_iter().try_for_each(|Entry { secrets, packet, comments }| {
            for (kind, lines) in secrets {
                self.writer.secrets(kind, &lines)?;
            }
            self.writer.packet(packet.at, &packet.bytes, &comments)
        });
        let written = written.and_then(|()| self.writer.flush());
        self.ended |= written.is_err();
        written
    }

    fn complete(&mut self, packets: u64, lost: u64) -> io::Result<()> {
        self.ended = true;
        self.writer.statistics(packets, lost)?;
        self.writer.flush()
    }
}

/// How long the kernel may take to switch time stamps on.
const WARM_UP: Duration = Duration::from_millis(50);

/// How long the end waits for the last segments of connections that were closed.
const LINGER: Duration = Duration::from_millis(500);

/// How long a packet waits for what is to be said of it: a person may be asked about a host key meanwhile.
const HOLD: Duration = Duration::from_secs(30);

/// How much memory the packets that wait may take, with what is to be said of them.
const MOST_HELD: usize = 64 << 20;

//! The flight recorder: `--capture` of a run of which nothing is printed. It writes packets and secrets, to one file or to
//! a ring of files, and recognises nothing: that is what costs. `lab read` does it later, and can write the steps into a
//! capture as comments.
//!
//! A handshake only hands its secrets over. A thread takes packets out of a ring that is shared with the kernel, lets
//! them wait a moment for the secrets that open them, and writes many with one call.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
    thread,
    time::{Duration, Instant},
};

use steps::{Lang, sync::lock};

use crate::{
    address::{Ends, both_plain},
    emit::as_here,
    packet::{Ring, RingHandle, confine},
    pcapng::Secrets,
    received::{MOST_PORTS, not_allowed},
};

mod chosen;
mod size;
mod turns;
mod writer;

pub use chosen::CaptureFiles;
pub use size::RingSize;

use turns::Turns;
use writer::{Whose, Writer};

/// The flight recorder of a session.
pub(crate) struct Flight {
    handle: RingHandle,
    output: Mutex<Output>,
    /// What the thread takes over when it next looks: no handshake waits for it.
    told: Mutex<Told>,
}

/// The ring, and what becomes of its packets.
struct Output {
    ring: Ring,
    writer: Writer,
}

#[derive(Default)]
struct Told {
    ports: Vec<u16>,
    news: Vec<News>,
    listens: bool,
    ended: bool,
}

/// What the packets' reader has to know.
enum News {
    /// What crosses this port is ours.
    Listens(u16),
    /// So is what crosses between these.
    Opens(Ends),
    Secret(Ends, Secrets, String),
    Closes(Ends),
}

impl std::fmt::Debug for Flight {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Its secrets stay out of every log.
        f.debug_struct("Flight").finish_non_exhaustive()
    }
}

impl Flight {
    /// Opens the files and the ring. To be called before CAP_NET_RAW is given up. Without that right it says so, and there
    /// is none.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub(crate) fn begin(path: &Path, size: Option<RingSize>, lang: Lang) -> io::Result<Option<Arc<Self>>> {
        let ring = match Ring::silent() {
            Ok(ring) => ring,
            Err(error) => {
                let why = not_allowed(&error);
                tracing::warn!("{} is not written: {why}", path.display());
                return Ok(None);
            }
        };
        let handle = ring.handle();
        let writer = Writer::new(Turns::open(path, size, lang)?, Whose::Ours);
        let output = Mutex::new(Output { ring, writer });
        Ok(Some(Arc::new(Flight { handle, output, told: Mutex::default() })))
    }

    /// What crosses `port` is ours.
    pub(crate) fn listens(self: &Arc<Self>, port: u16) {
        self.tell(News::Listens(port));
        self.record_port(port);
    }

    /// The connection between these addresses is ours.
    pub(crate) fn opens(&self, ends: Ends) {
        self.tell(News::Opens(both_plain(ends)));
    }

    /// A line of a key log, for the packets of one connection.
    pub(crate) fn secret(&self, of: Ends, kind: Secrets, line: String) {
        self.tell(News::Secret(both_plain(of), kind, line));
    }

    /// A witness has closed its account of a connection.
    pub(crate) fn closes(&self, ends: Ends) {
        self.tell(News::Closes(both_plain(ends)));
    }

    fn tell(&self, news: News) {
        self.told().news.push(news);
    }

    /// From now on records what crosses this port, too.
    pub(crate) fn record_port(self: &Arc<Self>, port: u16) {
        let mut told = self.told();
        if !told.ports.contains(&port) {
            if told.ports.len() == MOST_PORTS {
                told.ports.remove(0);
            }
            told.ports.push(port);
            if let Err(error) = self.handle.only(&told.ports) {
                tracing::warn!("port {port} is not recorded: {error}");
            }
        }
        if !std::mem::replace(&mut told.listens, true) {
            let flight = Arc::clone(self);
            let listen = as_here(move || {
                confine(false); // its ring and its files are open
                flight.listen();
            });
            if let Err(error) = thread::Builder::new().name("flight".into()).spawn(listen) {
                tracing::warn!("nothing is recorded before the end of the run: {error}");
            }
        }
    }

    fn listen(&self) {
        loop {
            // Nothing happens while no packet comes; and while some come, one look is for many of them.
            self.handle.wait(IDLE);
            thread::sleep(GATHERING);
            let mut output = self.output();
            if self.told().ended {
                return;
            }
            self.take(&mut output);
            output.writer.write(Instant::now());
        }
    }

    /// Takes what is there.
    fn take(&self, output: &mut Output) {
        let news = std::mem::take(&mut self.told().news);
        let Output { ring, writer } = output;
        for one in news {
            match one {
                News::Listens(port) => writer.listens(port),
                News::Opens(ends) => writer.opens(ends),
                News::Secret(ends, kind, line) => writer.secret(ends, kind, line),
                News::Closes(ends) => writer.closes(ends),
            }
        }
        while ring.take(|packet| writer.packet(packet.at, packet.packet)) {}
    }

    /// The run is over: waits a moment for the last packets, and completes the file.
    pub(crate) fn end(&self) {
        let until = Instant::now() + LINGER;
        let mut output = self.output();
        loop {
            self.take(&mut output);
            if output.writer.is_quiet() || Instant::now() >= until {
                break;
            }
            self.handle.wait(Duration::from_millis(20));
        }
        if !std::mem::replace(&mut self.told().ended, true) {
            let lost = output.ring.lost();
            output.writer.end(lost.into());
        }
    }

    fn output(&self) -> MutexGuard<'_, Output> {
        lock(&self.output)
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        lock(&self.told)
    }
}

/// How long the thread waits for a packet before it looks whether the run is over.
const IDLE: Duration = Duration::from_secs(1);

/// How long packets gather: a fraction of what the ring holds at full speed.
const GATHERING: Duration = Duration::from_millis(50);

/// How long the end waits for the last segments of connections that were closed.
const LINGER: Duration = Duration::from_millis(500);

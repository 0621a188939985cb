//! Captures the segments of one port and hands each to the witness of its connection.
//!
//! One socket serves all connections of a server. Segments keep the order in which the kernel queued them; they are
//! never sorted by time. What comes before its connection is registered waits, within bounds: a server learns of a
//! connection only when accept() returns.

use std::{
    collections::{HashMap, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

use steps::{Evidence, Side, sync::lock};
use tokio::{sync::Notify, task::JoinHandle};
use wire::{
    Seen,
    tcp::{Segment, Tracker},
};

use crate::{
    Session, Witness,
    address::{Ends, both_plain, plain},
    emit::wanted,
    packet::{AsyncFd, PacketSocket},
    program_file,
};

/// Where the segments come from, as events name it.
pub(super) const SOURCE: &str = "AF_PACKET";

/// A running capture. It ends when this is dropped.
#[derive(Debug)]
pub struct Capture {
    shared: Arc<Shared>,
    pump: JoinHandle<()>,
}

#[derive(Debug)]
pub(super) struct Shared {
    socket: AsyncFd<PacketSocket>,
    sorter: Mutex<Sorter>,
    /// Told when a SYN comes to the address that is announced.
    syn_came: Arc<Notify>,
}

/// Where segments are sorted by connection.
#[derive(Debug)]
struct Sorter {
    followed: HashMap<Ends, Followed>,
    /// Segments whose connection is not registered, oldest first.
    waiting: VecDeque<Captured>,
    waiting_bytes: usize,
    /// The server's address, of which newcomers are wanted, and those that came.
    announced: Option<SocketAddr>,
    newcomers: VecDeque<(Ends, SystemTime)>,
    syn_came: Arc<Notify>,
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct Followed {
    witness: Witness,
    tracker: Arc<Mutex<Tracker>>,
    /// The interface on which it was first received. A bridge and the link behind it both receive each packet.
    interface: Option<i32>,
    opening: Opening,
    /// Read from the socket, not yet reported.
    queue: VecDeque<Captured>,
}

/// What was captured of how a connection opened.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Opening {
    pub(super) syn: bool,
    pub(super) syn_ack: bool,
}

#[derive(Debug)]
struct Captured {
    segment: Segment,
    interface: i32,
    at: SystemTime,
}

impl Capture {
    /// Starts to capture the segments to and from `port`; they are complete from the moment this returns.
    ///
    /// # Errors
    ///
    /// When the system allows no packet socket; [`no_capture`] says what to do.
    pub async fn open(session: &Session, port: u16) -> io::Result<Self> {
        if !wanted() && !session.records() {
            return Err(io::Error::other("nobody listens to what they would tell"));
        }
        let socket = session.packet_socket()?;
        socket.listen(&[port])?;
        let syn_came = Arc::new(Notify::new());
        let sorter = Sorter {
            followed: HashMap::new(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            announced: None,
            newcomers: VecDeque::new(),
            syn_came: Arc::clone(&syn_came),
            buffer: vec![0; 1 << 16],
        };
        let shared = Arc::new(Shared { socket: socket.register()?, sorter: Mutex::new(sorter), syn_came });
        let pump = tokio::spawn(pump(Arc::clone(&shared)));
        // The kernel switches time stamps on in a work item of its own. Until then packets are stamped when they
        // are read, which is too late: a SYN would seem to leave after connect() returned.
        tokio::time::sleep(WARM_UP).await;
        Ok(Capture { shared, pump })
    }

    /// When the first segment of a connection that is not registered yet was captured.
    pub fn began(&self, client: SocketAddr, server: SocketAddr) -> Option<SystemTime> {
        let mut sorter = self.shared.sorter();
        sorter.read(&self.shared.socket, None, MOST_AT_ONCE);
        let ends = both_plain((client, server));
        sorter.waiting.iter().find(|one| one.is_of(ends) && one.opens()).map(|one| one.at)
    }

    /// From now on keeps a list of the addresses that send a SYN to the server that listens on `server`.
    pub(super) fn announce(&self, server: SocketAddr) {
        self.shared.sorter().announced = Some(plain(server));
    }

    /// Waits for a newcomer.
    pub(super) async fn newcomer(&self) {
        self.shared.syn_came.notified().await;
    }

    /// At most `most` connections whose SYN came and which are not followed yet, with the time of the SYN.
    pub(super) fn newcomers(&self, most: usize) -> Vec<(Ends, SystemTime)> {
        let mut sorter = self.shared.sorter();
        let mut found = Vec::new();
        while found.len() < most {
            let Some((ends, at)) = sorter.newcomers.pop_front() else { break };
            // One that was accepted meanwhile is no newcomer.
            if sorter.waiting.iter().any(|one| one.is_of(ends) && one.opens()) {
                found.push((ends, at));
            }
        }
        found
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.pump.abort();
    }
}

/// Says that a capture could not be opened, what is missing, and how to get it. Once in a session: what one of its
/// connections lacks, all of them lack.
pub fn no_capture(session: &Session, error: &io::Error) {
    if session.said_no_capture() {
        return;
    }
    if error.kind() == io::ErrorKind::Unsupported {
        tracing::warn!(
            "segments cannot be captured on this system, nor its kernel asked for states: the TCP watcher needs Linux, \
             and this run tells only what the program's own calls say"
        );
    } else if error.kind() == io::ErrorKind::PermissionDenied {
        let file = program_file();
        tracing::warn!(
            "segments cannot be captured without CAP_NET_RAW, so this run rests on what the kernel says of its own \
             sockets (TCP_INFO, sock_diag); for the segments: `sudo {file} …`, or `sudo setcap cap_net_raw+p {file}`, \
             or in a container `--cap-add NET_RAW`"
        );
    } else {
        tracing::warn!(
            "segments cannot be captured ({error}), so this run rests on what the kernel says of its own sockets \
             (TCP_INFO, sock_diag)"
        );
    }
}

/// Reports segments as they come.
async fn pump(shared: Arc<Shared>) {
    // Ends only when the runtime does, or with the capture.
    while let Ok(mut ready) = shared.socket.readable().await {
        let emptied = shared.sorter().read(&shared.socket, None, MOST_AT_ONCE);
        if emptied {
            ready.clear_ready();
        } else {
            tokio::task::yield_now().await;
        }
    }
}

impl Shared {
    /// From now on reports the segments of a connection to `witness`, those that wait first.
    pub(super) fn follow(&self, (client, server): Ends, witness: &Witness) {
        let mut sorter = self.sorter();
        sorter.read(&self.socket, None, MOST_AT_ONCE);
        let ends = both_plain((client, server));
        let (mut queue, others): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut sorter.waiting).into_iter().partition(|one| one.is_of(ends));
        sorter.waiting_bytes = others.iter().map(|one| one.segment.bytes.len()).sum();
        sorter.waiting = others;
        // Stragglers of an older connection between the same addresses end where this one begins.
        while queue.iter().any(Captured::opens) && queue.front().is_some_and(|first| !first.opens()) {
            queue.pop_front();
        }
        let witness = witness.clone();
        let mut followed = Followed {
            witness,
            tracker: Arc::default(),
            interface: None,
            opening: Opening::default(),
            queue: VecDeque::new(),
        };
        queue.into_iter().for_each(|one| followed.take(one));
        followed.report(ends, None);
        sorter.followed.insert(ends, followed);
    }

    /// The connection is over.
    pub(super) fn unfollow(&self, (client, server): Ends) {
        let mut sorter = self.sorter();
        sorter.read(&self.socket, None, MOST_AT_ONCE);
        sorter.followed.remove(&both_plain((client, server)));
        drop(sorter);
        let dropped = self.socket.get_ref().dropped();
        if dropped > 0 {
            tracing::warn!("the capture was overrun: {dropped} packets were not seen, steps may be missing");
        }
    }

    /// Reports the segments of a connection that were captured until `at`, and says what of its opening they are.
    pub(super) fn report_until(&self, (client, server): Ends, at: SystemTime) -> Opening {
        let ends = both_plain((client, server));
        let mut sorter = self.sorter();
        sorter.read(&self.socket, Some(ends), MOST_AT_ONCE);
        let Some(followed) = sorter.followed.get_mut(&ends) else { return Opening::default() };
        followed.report(ends, Some(at));
        followed.opening
    }

    /// Reports something that was learned `at` that moment, after the segments that came before it and before those
    /// that came later.
    pub(super) fn saw_at(&self, (client, server): Ends, at: SystemTime, evidence: Evidence, seen: Seen) {
        let ends = both_plain((client, server));
        let mut sorter = self.sorter();
        sorter.read(&self.socket, Some(ends), MOST_AT_ONCE);
        let Some(followed) = sorter.followed.get_mut(&ends) else { return };
        followed.report(ends, Some(at));
        followed.witness.saw_at(at, evidence, seen);
        followed.report(ends, None);
    }

    /// Reports the segments that are in the socket's queue.
    pub(super) fn drain(&self) {
        self.sorter().read(&self.socket, None, MOST_AT_ONCE);
    }

    fn sorter(&self) -> MutexGuard<'_, Sorter> {
        // A panic elsewhere must not silence the log.
        lock(&self.sorter)
    }
}

impl Sorter {
    /// Reads at most `most` packets and reports them, those of `held` excepted; whether the socket was emptied.
    fn read(&mut self, socket: &AsyncFd<PacketSocket>, held: Option<Ends>, most: usize) -> bool {
        for _ in 0..most {
            let received = match socket.get_ref().receive(&mut self.buffer) {
                Ok(received) => received,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // ENETDOWN: an interface went away, the others are still received.
                Err(error) if error.kind() == io::ErrorKind::NetworkDown => continue,
                Err(_) => return true,
            };
            if received.leaves_loopback {
                continue;
            }
            let Some(segment) = Segment::parse(&self.buffer[..received.length]) else { continue };
            self.sort(Captured { segment, interface: received.interface, at: received.at }, held);
        }
        false
    }

    fn sort(&mut self, one: Captured, held: Option<Ends>) {
        let (source, destination) = (one.segment.source, one.segment.destination);
        for ends in [(source, destination), (destination, source)] {
            if let Some(followed) = self.followed.get_mut(&ends) {
                followed.take(one);
                if held != Some(ends) {
                    followed.report(ends, None);
                }
                return;
            }
        }
        let announced = self.announced.is_some_and(|server| {
            server.port() == destination.port()
                && (server.ip().is_unspecified() || server.ip() == destination.ip())
        });
        if announced && one.opens() && self.newcomers.len() < MOST_NEWCOMERS {
            self.newcomers.push_back(((source, destination), one.at));
            self.syn_came.notify_one();
        }
        self.waiting_bytes += one.segment.bytes.len();
        self.waiting.push_back(one);
        while self.waiting.len() > MOST_WAITING || self.waiting_bytes > MOST_WAITING_BYTES {
            let Some(oldest) = self.waiting.pop_front() else { break };
            self.waiting_bytes -= oldest.segment.bytes.len();
        }
    }
}

impl Followed {
    fn take(&mut self, one: Captured) {
        if *self.interface.get_or_insert(one.interface) == one.interface {
            self.queue.push_back(one);
        }
    }

    /// Reports what is queued; with `until`, only as far as it was captured by then.
    fn report(&mut self, (client, _): Ends, until: Option<SystemTime>) {
        while self.queue.front().is_some_and(|one| until.is_none_or(|until| one.at <= until)) {
            let Some(one) = self.queue.pop_front() else { break };
            let flags = one.segment.flags;
            self.opening.syn |= one.opens();
            self.opening.syn_ack |= flags.syn && flags.ack && !flags.rst;
            let from = if one.segment.source == client { Side::Client } else { Side::Server };
            let tracker = Arc::clone(&self.tracker);
            self.witness.note(size_of::<Captured>() + one.segment.bytes.len(), move |witness| {
                let at = one.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
                let mut tracker = lock(&tracker);
                if let Some(seen) = tracker.segment_at(at, from, &one.segment, SOURCE) {
                    witness.saw_at(one.at, Evidence::Wire, seen);
                }
            });
        }
    }
}

impl Captured {
    fn is_of(&self, (client, server): Ends) -> bool {
        let ends = (self.segment.source, self.segment.destination);
        ends == (client, server) || ends == (server, client)
    }

    fn opens(&self) -> bool {
        self.segment.flags.syn && !self.segment.flags.ack
    }
}

/// How long the kernel may take to switch time stamps on.
const WARM_UP: Duration = Duration::from_millis(50);

/// How many packets are read before other tasks get their turn.
const MOST_AT_ONCE: usize = 1024;

/// How many segments wait for their connection to be registered; the oldest give way.
const MOST_WAITING: usize = 1024;
const MOST_WAITING_BYTES: usize = 4 << 20;

/// How many newcomers wait to be followed; a flood of SYNs must cost no more.
const MOST_NEWCOMERS: usize = 256;

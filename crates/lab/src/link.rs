//! The link stands between two kernels' TCP and loses, delays, holds, repeats, forges or damages segments. The
//! handshakes on both sides of it are the kernels' own.
//!
//! A client connects to the link's port. A listener holds that port and answers nothing, so the kernel neither accepts
//! nor refuses; the link hears the packets themselves, rewrites their addresses and sends them on to the server from a
//! port of the connection's own. All of it needs CAP_NET_RAW and nothing else, and all of it is open files: when the
//! program ends, however it ends, nothing is left behind.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    time::Duration,
};

use anyhow::{Context, bail};
use socket2::Socket;
use steps::Side;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use watch::{AsyncFd, Session, with_net_raw};

mod blackhole;
mod command;
mod connection;
pub mod packet;
mod privilege;
mod rule;

// What takes the Linux kernel; on another system their stand-ins say so.
#[cfg_attr(not(target_os = "linux"), path = "link/elsewhere/namespace.rs")]
mod namespace;
#[cfg_attr(not(target_os = "linux"), path = "link/elsewhere/socket.rs")]
mod socket;

pub use blackhole::Blackhole;
pub(crate) use command::{Options, run};
pub(crate) use privilege::{Mode, Privilege, lacks, settle};
pub use rule::Rule;

use connection::{Connection, Departure, Ends};
use packet::Packet;
use socket::{PacketReceiver, PacketSender, blackhole_listener};

/// What a link is told.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Whose connections it carries.
    pub(crate) session: Session,
    /// Where clients connect to.
    pub(crate) listen: SocketAddr,
    /// The server.
    pub(crate) to: SocketAddr,
    /// What is done to segments, in this order.
    pub(crate) rules: Vec<Rule>,
    /// How long each segment is on its way.
    pub(crate) latency: Duration,
}

/// Stands where `plan` says. Gives the address to connect to; the link ends with `stop`.
///
/// # Errors
///
/// Says what could not be opened, and what to do.
pub(crate) async fn start(plan: Plan, stop: CancellationToken) -> anyhow::Result<SocketAddr> {
    let mut link = Link::open(plan)?;
    let here = link.outside;
    tokio::spawn(async move {
        if let Err(error) = link.carry_on(&stop).await {
            tracing::warn!("the link at {here} broke: {error}");
        }
    });
    Ok(here)
}

struct Link {
    plan: Plan,
    /// The address to connect to, and the listener that holds it.
    outside: SocketAddr,
    _door: Socket,
    /// The address from which the server is reached.
    inside: SocketAddr,
    receiver: AsyncFd<PacketReceiver>,
    sender: PacketSender,
    /// By the address of the client.
    connections: HashMap<SocketAddr, Crossing>,
    /// Clients by the port from which the server is reached for them.
    ports: HashMap<u16, SocketAddr>,
    /// What is on its way, in the order in which it arrives.
    on_its_way: BinaryHeap<Reverse<Due>>,
    sent: u64,
}

/// A connection, the port that is its own, and when it was last heard of.
struct Crossing {
    connection: Connection,
    _door: Socket,
    heard: Instant,
}

impl Link {
    fn open(plan: Plan) -> anyhow::Result<Self> {
        let (listen, to) = (plan.listen, plan.to);
        if listen.is_ipv4() != to.is_ipv4() {
            bail!(
                "{listen} and {to} are of two versions of IP, and the link translates none: use one of them"
            );
        }
        let (receiver, sender) =
            with_net_raw(|| Ok((PacketReceiver::open()?, PacketSender::open(to.is_ipv4())?)))
                .context("the link needs CAP_NET_RAW to receive and send segments")?;
        let door = blackhole_listener(listen).with_context(|| format!("could not hold {listen}"))?;
        let outside = local(&door)?;
        let inside = toward(to).with_context(|| format!("there is no way from here to {to}"))?;
        receiver.receive_from(&[outside.port()])?;
        Ok(Link {
            plan,
            outside,
            _door: door,
            inside,
            receiver: receiver.register()?,
            sender,
            connections: HashMap::new(),
            ports: HashMap::new(),
            on_its_way: BinaryHeap::new(),
            sent: 0,
        })
    }

    /// Carries segments until `stop`.
    async fn carry_on(&mut self, stop: &CancellationToken) -> io::Result<()> {
        let mut buffer = vec![0; 1 << 18];
        let mut swept = Instant::now();
        loop {
            let now = Instant::now();
            self.send_due(now);
            if now > swept + SWEEP {
                swept = now;
                self.sweep(now)?;
            }
            let next = self.on_its_way.peek().map_or(now + SWEEP, |Reverse(due)| due.at);
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = sleep_until(next) => {}
                ready = self.receiver.readable() => {
                    ready?.clear_ready();
                    // Read to the end, or the runtime would not say again that there is something.
                    loop {
                        match self.receiver.get_ref().receive(&mut buffer) {
                            Ok(length) => self.packet(&buffer[..length])?,
                            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                            // An interface went away, or a signal came: the others are still heard.
                            Err(_) => {}
                        }
                        self.send_due(Instant::now());
                    }
                }
            }
        }
    }

    fn packet(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(packet) = Packet::read(bytes) else { return Ok(()) };
        let (source, destination) = (packet.source(), packet.destination());
        let (client, from) = if destination.port() == self.outside.port() && self.is_outside(destination) {
            let opens = packet.opens();
            let known = self.connections.get(&source).is_some_and(|one| !opens || !one.connection.is_over());
            if !known && opens {
                self.welcome(source, destination)?;
            }
            (source, Side::Client)
        } else if let Some(&client) = self.ports.get(&destination.port()).filter(|_| source == self.plan.to) {
            (client, Side::Server)
        } else {
            return Ok(());
        };
        let Some(crossing) = self.connections.get_mut(&client) else { return Ok(()) };
        crossing.heard = Instant::now();
        let departures = crossing.connection.segment(from, packet);
        for Departure { after, packet, to } in departures {
            self.sent += 1;
            let at = crossing.heard + self.plan.latency + after;
            self.on_its_way.push(Reverse(Due { at, turn: self.sent, packet, to }));
        }
        Ok(())
    }

    /// Whether the link is what `address` means: it may listen on all addresses of its machine.
    fn is_outside(&self, address: SocketAddr) -> bool {
        self.outside.ip().is_unspecified() || self.outside == address
    }

    /// A new client: its connection gets a port of its own towards the server, as with any NAT.
    fn welcome(&mut self, client: SocketAddr, outside: SocketAddr) -> io::Result<()> {
        if let Some(old) = self.connections.remove(&client) {
            self.ports.remove(&old.connection.ends().inside.port());
        }
        if self.connections.len() >= MOST {
            tracing::warn!("{MOST} connections cross the link at {outside}: {client} is not let in");
            return Ok(());
        }
        let door = blackhole_listener(self.inside)?;
        let inside = local(&door)?;
        let ends = Ends { client, outside, inside, server: self.plan.to };
        self.ports.insert(inside.port(), client);
        let connection = Connection::new(&self.plan.session, ends, &self.plan.rules);
        self.connections.insert(client, Crossing { connection, _door: door, heard: Instant::now() });
        self.listen_up()
    }

    /// Forgets connections of which nothing more will be heard.
    fn sweep(&mut self, now: Instant) -> io::Result<()> {
        let before = self.connections.len();
        self.connections.retain(|_, one| {
            let patience = if one.connection.is_over() { AFTERWARDS } else { IDLE };
            now.duration_since(one.heard) < patience
        });
        let (connections, ports) = (&self.connections, &mut self.ports);
        ports.retain(|_, client| connections.contains_key(client));
        if self.connections.len() < before { self.listen_up() } else { Ok(()) }
    }

    fn listen_up(&self) -> io::Result<()> {
        let ports: Vec<_> = std::iter::once(self.outside.port()).chain(self.ports.keys().copied()).collect();
        self.receiver.get_ref().receive_from(&ports)
    }

    fn send_due(&mut self, now: Instant) {
        while self.on_its_way.peek().is_some_and(|Reverse(due)| due.at <= now) {
            let Some(Reverse(due)) = self.on_its_way.pop() else { break };
            if let Err(error) = self.sender.send(&due.packet, due.to) {
                // As on any link: TCP sends it again.
                tracing::debug!("the link could not send {} bytes to {}: {error}", due.packet.len(), due.to);
            }
        }
    }
}

/// A packet that is on its way.
#[derive(Debug, PartialEq, Eq)]
struct Due {
    at: Instant,
    /// What is due at the same time keeps its order.
    turn: u64,
    packet: Vec<u8>,
    to: SocketAddr,
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.turn).cmp(&(other.at, other.turn))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn local(socket: &Socket) -> io::Result<SocketAddr> {
    socket.local_addr()?.as_socket().ok_or_else(|| io::Error::other("not an IP address"))
}

/// The address from which this machine reaches `to`, with port 0. Nothing is sent.
fn toward(to: SocketAddr) -> io::Result<SocketAddr> {
    let any: SocketAddr = match to {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let probe = UdpSocket::bind(any)?;
    probe.connect(to)?;
    Ok(SocketAddr::new(probe.local_addr()?.ip(), 0))
}

/// How long a segment is on its way in a scenario that does not say it: enough that each state lasts long enough to be
/// seen, and each line stands before its consequence.
pub(crate) const LATENCY_MS: u64 = 5;

/// How many connections may cross at once; each needs a port and two instructions of the kernel's filter.
const MOST: usize = 1000;

/// How often is looked for connections that are over.
const SWEEP: Duration = Duration::from_secs(10);

/// How long a connection may be silent: after it was closed, longer than TIME_WAIT; before, as long as with a NAT.
const AFTERWARDS: Duration = Duration::from_secs(90);
const IDLE: Duration = Duration::from_secs(2 * 60 * 60);

//! connect() as all four clients do it: the SYN goes out, its answer is awaited, and where no connection comes of it,
//! why: RST and ICMP are told apart. Of several addresses the next is tried where one has not answered at once (RFC 8305).

use std::{fmt, future::Future, io, net::SocketAddr, time::Duration};

use anyhow::Context;
use futures_util::stream::{FuturesUnordered, StreamExt};
use socket2::{Domain, Socket, Type};
use steps::{
    Past, Reason, Said, Side,
    program::CLIENT,
    tcp::reason::{Attempt, End, Facts, Refusal, not_connected, reason, waits_for},
    text,
};
use tokio::{
    net::TcpStream,
    sync::watch as latest,
    time::{sleep, timeout},
};
use watch::tcp::{forget_icmp, keep_icmp, refusal};

/// How long an address may take before the next is tried beside it (RFC 8305 §5).
const HEAD_START: Duration = Duration::from_millis(250);

/// No connection came about: why, and what the kernel said, where it said something.
pub(crate) struct Failed {
    pub(crate) how: Refusal,
    pub(crate) error: Option<io::Error>,
}

/// No address of a name led to a connection: each, and why.
#[derive(Clone, Debug)]
pub(crate) struct NotConnected(pub(crate) Vec<Attempt>);

impl NotConnected {
    /// Why, and what to do.
    pub(crate) fn reason(&self) -> Reason {
        match self.0.as_slice() {
            [one] => {
                let end = End::NotConnected(one.clone());
                reason(&Facts { side: Side::Client, past: &Past::default(), end })
            }
            all => not_connected(all),
        }
    }

    /// What came, in a few words.
    pub(crate) fn briefly(&self) -> Said {
        let each: Vec<_> = self.0.iter().map(|one| one.how.briefly()).collect();
        Said::join(&each, text!(why::between_addresses()))
    }
}

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason().said().en)
    }
}

impl std::error::Error for NotConnected {}

/// Sends the SYN and returns without waiting for the answer; `prepare` may set options before. The inner error: the
/// kernel did not let it out.
pub(crate) fn begin(
    address: SocketAddr,
    prepare: impl FnOnce(&Socket) -> anyhow::Result<()>,
) -> anyhow::Result<Result<TcpStream, Failed>> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)
        .and_then(|socket| socket.set_nonblocking(true).map(|()| socket))
        .and_then(|socket| {
            // Without this Nagle and the delayed ACK hold small messages back by 40 ms.
            socket.set_tcp_nodelay(true).map(|()| socket)
        })
        .context("could not make a socket")?;
    prepare(&socket)?;
    keep_icmp(&socket, address);
    match socket.connect(&address.into()) {
        Err(error) if error.raw_os_error() != Some(EINPROGRESS) => {
            return Ok(Err(Failed { how: refusal(&socket, address, &error), error: Some(error) }));
        }
        Ok(()) | Err(_) => {}
    }
    TcpStream::from_std(socket.into()).context("the runtime does not take the socket").map(Ok)
}

/// Waits for the answer, at most for `patience`.
pub(crate) async fn answered(
    stream: &TcpStream,
    address: SocketAddr,
    patience: Duration,
) -> Result<(), Failed> {
    let Ok(writable) = timeout(patience, stream.writable()).await else {
        // Our patience, not the kernel's: it would go on repeating the SYN.
        return Err(Failed { how: Refusal::Silence(patience), error: None });
    };
    match writable.and(stream.take_error()).unwrap_or_else(Some) {
        Some(error) => Err(Failed { how: refusal(stream, address, &error), error: Some(error) }),
        None => {
            forget_icmp(stream, address);
            Ok(())
        }
    }
}

/// The SYN is out and its answer is awaited.
const EINPROGRESS: i32 = if cfg!(windows) {
    10_035 // WSAEWOULDBLOCK
} else if cfg!(target_os = "linux") {
    115
} else {
    36 // the BSDs, and macOS
};

/// The winner of a race, once there is one: an attempt that is told of it gives up.
pub(crate) struct Overtaken(latest::Receiver<Option<SocketAddr>>);

impl Overtaken {
    /// Returns when another address has answered first: which.
    pub(crate) async fn by(&mut self) -> SocketAddr {
        match self.0.wait_for(Option::is_some).await {
            Ok(winner) => winner.expect("so it was awaited"),
            // The race is over without a winner, and this attempt ends by itself.
            Err(_) => std::future::pending().await,
        }
    }
}

/// The addresses of a name in the order in which they are tried: the families take turns, so that a network without
/// one of them costs one wait (RFC 8305 §4).
pub(crate) fn in_turns(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let Some(first) = addresses.first().copied() else { return addresses };
    let (mut same, mut other): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv4() == first.is_ipv4());
    same.reverse();
    other.reverse();
    let mut turns = Vec::new();
    while let Some(address) = same.pop() {
        turns.push(address);
        turns.extend(other.pop());
    }
    turns.extend(other.into_iter().rev());
    turns
}

/// Tries the addresses, each a while after the one before or as soon as that has failed; the first that `attempt`
/// connects to wins, and the other attempts end. The inner error: why each of them led to no connection.
///
/// # Errors
///
/// What `attempt` says that no other address would do better for.
pub(crate) async fn race<T, F>(
    addresses: Vec<SocketAddr>,
    attempt: impl Fn(SocketAddr, Overtaken) -> F,
) -> anyhow::Result<Result<T, NotConnected>>
where
    F: Future<Output = anyhow::Result<Result<T, Attempt>>>,
{
    let (winner, hears) = latest::channel(None);
    let mut left = in_turns(addresses).into_iter().peekable();
    let (mut running, mut waits, mut failed) = (FuturesUnordered::new(), Vec::new(), Vec::new());
    loop {
        if let Some(address) = left.next() {
            let attempt = attempt(address, Overtaken(hears.clone()));
            waits.push(address);
            running.push(async move { (address, attempt.await) });
        }
        let ended = tokio::select! {
            ended = running.next() => ended,
            () = sleep(HEAD_START), if left.peek().is_some() => {
                if let (Some(next), Some(slow)) = (left.peek(), waits.last()) {
                    show::say_said(CLIENT, &waits_for(*slow, *next, HEAD_START));
                }
                continue;
            }
        };
        let Some((address, ended)) = ended else { return Ok(Err(NotConnected(failed))) };
        waits.retain(|waiting| *waiting != address);
        match ended? {
            Err(attempt) => failed.push(attempt),
            Ok(connected) => {
                // Each of the others has its own account to close.
                winner.send_replace(Some(address));
                while let Some((_, ended)) = running.next().await {
                    drop(ended);
                }
                return Ok(Ok(connected));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address and a port")
    }

    fn refused(address: SocketAddr) -> Attempt {
        Attempt { address, how: Refusal::Reset }
    }

    #[test]
    fn the_families_take_turns_and_the_resolvers_order_stays_within_each() {
        let of = |list: &[&str]| list.iter().map(|one| address(one)).collect::<Vec<_>>();
        let resolved = of(&["[::1]:1", "[::2]:1", "[::3]:1", "127.0.0.1:1", "127.0.0.2:1"]);
        assert_eq!(in_turns(resolved), of(&["[::1]:1", "127.0.0.1:1", "[::2]:1", "127.0.0.2:1", "[::3]:1"]));
        assert_eq!(in_turns(of(&["127.0.0.1:1", "[::1]:1"])), of(&["127.0.0.1:1", "[::1]:1"]));
        assert_eq!(in_turns(Vec::new()), Vec::new());
    }

    #[tokio::test]
    async fn an_address_that_does_not_answer_is_overtaken_and_hears_by_whom() {
        let (slow, quick) = (address("[::1]:1"), address("127.0.0.1:1"));
        let given_up = std::cell::Cell::new(None);
        let won = race(vec![slow, quick], async |address, mut overtaken| {
            if address == quick {
                return Ok(Ok(address));
            }
            let by = overtaken.by().await;
            given_up.set(Some(by));
            Ok(Err(Attempt { address, how: Refusal::Overtaken(by) }))
        });
        assert_eq!(won.await.expect("no attempt fails for good").expect("one answers"), quick);
        assert_eq!(given_up.get(), Some(quick));
    }

    #[tokio::test]
    async fn each_address_that_led_nowhere_is_named_in_its_order() {
        let all = [address("[::1]:1"), address("127.0.0.1:1"), address("127.0.0.2:1")];
        let lost = race::<(), _>(all.to_vec(), async |address, _| Ok(Err(refused(address))));
        let Err(NotConnected(attempts)) = lost.await.expect("no attempt fails for good") else {
            panic!("nobody answered");
        };
        assert_eq!(attempts, all.map(refused));
    }

    #[tokio::test]
    async fn what_no_other_address_would_do_better_for_ends_the_race() {
        let all = vec![address("[::1]:1"), address("127.0.0.1:1")];
        let ended = race::<(), _>(all, async |_, _| anyhow::bail!("a reset after the handshake"));
        assert!(ended.await.is_err());
    }
}

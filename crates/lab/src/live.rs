//! `lab watch`: the handshakes of any program on this machine, while they happen.
//!
//! One thread: it takes packets out of the ring, reads them into steps, and hands these to the log. CAP_NET_RAW opens the
//! ring and is given up then, with all that root could do beside it.

use std::{
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    path::PathBuf,
    time::{Duration, SystemTime},
};

use anyhow::{Context, bail};
use capture::{Captures, Choice, Finished, Followed, Keep, Keys};
use show::{Args, Format};
use steps::{Lang, program::LAB, say, say_in, text};
use tokio::time::{MissedTickBehavior, interval};
use watch::{
    Allowances, AsyncFd, CaptureFiles, program_file,
    tcp::{Ring, RingPacket},
};

use crate::captures;

/// What to watch.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Only connections with one of these addresses or names, and one of these ports: example.com 443 22; or with one of
    /// these ends: example.com:443
    #[arg(value_name = "HOST|PORT|HOST:PORT")]
    which: Vec<String>,

    /// Only what crosses this interface [default: all of them]
    #[arg(short, long, value_name = "IFACE")]
    interface: Option<String>,

    /// End when so many connections are over
    #[arg(short, long, value_name = "N")]
    count: Option<usize>,
}

impl Options {
    /// Whether it ends by itself.
    pub(crate) fn counts(&self) -> bool {
        self.count.is_some()
    }
}

/// What [`open`] has opened: the ring, and the key log that is followed.
pub(crate) struct Opened {
    ring: Ring,
    files: Option<CaptureFiles>,
    keys: Option<Followed>,
    learned: String,
    choice: Choice,
}

/// Opens what takes a right. To be called before the right is given up.
///
/// # Errors
///
/// When the right is missing, which one line says with what to do; when an interface or a name is unknown.
pub(crate) fn open(options: &Options, keep: &watch::Keep, lang: Lang) -> anyhow::Result<Opened> {
    let choice = choice(&options.which)?;
    let ring = Ring::open(options.interface.as_deref()).map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::PermissionDenied => say_in!(lang, live::needs_cap_net_raw(program_file())),
            std::io::ErrorKind::Unsupported => say_in!(lang, live::needs_linux(LAB)),
            _ => {
                let all = text!(live::all_interfaces()).in_lang(lang);
                let which = options.interface.as_deref().unwrap_or(all);
                say_in!(lang, live::could_not_listen(which, error))
            }
        };
        anyhow::Error::msg(why)
    })?;
    let named = std::env::var_os("SSLKEYLOGFILE").filter(|path| !path.is_empty()).map(PathBuf::from);
    let mut keys = keep.keylog.clone().or(named).map(Followed::new);
    let learned = keys.as_mut().map(Followed::more).transpose();
    let learned = learned.context("could not read the key log")?.unwrap_or_default();
    let files = match &keep.capture {
        None if keep.ring.is_some() => bail!("--ring says how a capture is kept: --capture FILE names it"),
        None => None,
        Some(path) => {
            let chosen = choice.clone();
            let files = CaptureFiles::open(path, keep.ring, lang, move |ends| chosen.takes(ends));
            Some(files.with_context(|| format!("could not open the capture {}", path.display()))?)
        }
    };
    Ok(Opened { ring, files, keys, learned, choice })
}

/// Takes the words of the command line apart.
fn choice(words: &[String]) -> anyhow::Result<Choice> {
    let mut choice = Choice::default();
    for word in words {
        if let Ok(port) = word.parse::<u16>() {
            choice.ports.push(port);
        } else if let Ok(host) = word.parse::<IpAddr>() {
            choice.hosts.push(host);
        } else if let Ok(end) = word.parse::<SocketAddr>() {
            choice.ends.push(end);
        } else if word.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
            let found = word.to_socket_addrs().with_context(|| format!("no address is known for {word}"))?;
            choice.ends.extend(found);
        } else {
            let found = (word.as_str(), 0)
                .to_socket_addrs()
                .with_context(|| format!("no address is known for {word}"))?;
            choice.hosts.extend(found.map(|end| end.ip()));
        }
    }
    Ok(choice)
}

/// Watches until Ctrl-C, or until as many connections are over as were asked for.
///
/// # Errors
///
/// When the system gives no more packets.
pub(crate) async fn run(
    options: &Options,
    opened: Opened,
    (output, flight, told): (&Args, bool, bool),
) -> anyhow::Result<()> {
    let Opened { ring, mut files, keys, learned, choice } = opened;
    if let Some(files) = &mut files {
        files.learn(&learned);
    }
    let mut captures = Captures::new(Keys::default(), Keep::Live);
    captures.only(choice);
    captures.learn(&learned);
    let mut ring = ring.register().context("the packets cannot be waited for")?;
    let reads = !flight;
    let mut watching =
        Watching { captures, reads, told, files, keys, allowances: Allowances::default(), over: 0, output };
    let mut stopped = std::pin::pin!(servers::shutdown_signal());
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Whoever reads the greeting may send a signal at once: it is waited for before.
    tokio::select! {
        biased;
        () = &mut stopped => return Ok(()),
        () = std::future::ready(()) => {}
    }
    watching.greet(options.interface.as_deref());
    while options.count.is_none_or(|count| watching.over < count) {
        tokio::select! {
            () = &mut stopped => break,
            ready = ring.readable_mut() => {
                ready?.clear_ready();
            }
            _ = tick.tick() => watching.tick(),
        }
        watching.take(&mut ring);
    }
    // What crossed before now is in the ring by then.
    tokio::time::sleep(Ring::MOST_DELAY).await;
    watching.take(&mut ring);
    watching.end(ring.get_ref().lost());
    Ok(())
}

/// How often the key log is looked at, and what is over is told.
const TICK: Duration = Duration::from_millis(100);

struct Watching<'o> {
    captures: Captures,
    /// Packets are recognised, and not only written.
    reads: bool,
    /// Somebody is told of the steps: the log, or a collector.
    told: bool,
    /// Where packets and secrets are written.
    files: Option<CaptureFiles>,
    keys: Option<Followed>,
    allowances: Allowances,
    /// How many connections are over.
    over: usize,
    output: &'o Args,
}

impl Watching<'_> {
    fn greet(&self, interface: Option<&str>) {
        let what = match interface {
            Some(name) => say!(live::watching(name)),
            None => say!(live::watching_all_interfaces()),
        };
        captures::tell(self.output.lang(), &say!(live::from_now_on(what)));
    }

    /// Takes what the ring has.
    fn take(&mut self, ring: &mut AsyncFd<Ring>) {
        let Watching { captures, files, reads, .. } = self;
        let mut take = |RingPacket { at, interface, packet }: RingPacket<'_>| {
            if let Some(files) = files {
                files.packet(at, packet);
            }
            if *reads {
                captures.received(at, interface, packet);
            }
        };
        while ring.get_mut().take(&mut take) {}
        self.look_for_keys();
        self.tell();
    }

    /// Hands the events so far to the log.
    fn tell(&mut self) {
        let mut told = self.captures.told();
        // What waited for its key stands where it crossed, as far as nothing later is told already.
        told.sort_by_key(|event| event.at);
        if self.told {
            for event in told {
                let Some(gap) = self.allowances.admits(&event) else { continue };
                gap.into_iter().for_each(show::tell_gap);
                show::tell(event);
            }
        }
    }

    fn tick(&mut self) {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let over = self.captures.over(i64::try_from(now.as_nanos()).unwrap_or(i64::MAX));
        self.close(&over);
        if let Some(files) = &mut self.files {
            files.write();
        }
    }

    fn look_for_keys(&mut self) {
        match self.keys.as_mut().map(Followed::more) {
            Some(Ok(lines)) if !lines.is_empty() => {
                if let Some(files) = &mut self.files {
                    files.learn(&lines);
                }
                self.captures.learn(&lines);
            }
            Some(Ok(_)) | None => {}
            Some(Err(error)) => {
                captures::tell(self.output.lang(), &say!(live::key_log_is_lost(error)));
                self.keys = None;
            }
        }
    }

    fn close(&mut self, over: &[Finished]) {
        self.over += over.len();
        self.tell();
        if self.output.quiet && self.reads {
            let page = match self.output.format {
                Format::Json => captures::in_json(over),
                Format::Text => captures::lines(over, self.output.lang()),
            };
            show::print(&page);
        }
    }

    fn end(&mut self, lost: u32) {
        self.look_for_keys();
        let left = self.captures.all();
        self.close(&left);
        if let Some(files) = &mut self.files {
            files.end(lost);
        }
        let (lang, given_up) = (self.output.lang(), self.captures.given_up());
        if given_up > 0 {
            captures::say_given_up(given_up, lang);
        }
        captures::say_late_keys(self.captures.late_keys(), lang);
        if lost > 0 {
            captures::tell(lang, &say!(live::packets_were_lost(lost)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_ports_and_ends_are_told_apart() {
        let words = ["443", "10.0.0.1", "::1", "[::1]:22", "localhost:80"].map(str::to_owned);
        let choice = choice(&words).expect("all are known");
        assert_eq!(choice.ports, [443]);
        assert_eq!(choice.hosts.len(), 2);
        assert!(choice.ends.len() >= 2, "{choice:?}");
    }
}

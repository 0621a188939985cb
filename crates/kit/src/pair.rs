//! Our server and our client, as processes of their own.

use std::{net::SocketAddr, process::Command};

use claims::Event;

use crate::process::{Output, Running, binary, event};

/// Where a server of ours listens for `protocol`, when `line` of its standard error says so, in whichever language.
pub fn listens_at(line: &str, protocol: &str) -> Option<SocketAddr> {
    let said = line.strip_prefix("server: ")?.strip_prefix(protocol)?.strip_prefix(' ')?;
    said.split(' ').find_map(|word| word.parse().ok())
}

/// One of our servers, listening on a free loopback port.
#[derive(Debug)]
pub struct Server {
    /// Where it listens, as it said itself; the first address when it has several.
    pub addr: SocketAddr,
    running: Running,
}

impl Server {
    /// Starts `server <protocol> --listen 127.0.0.1:0 --format json <args>` and waits until it listens.
    pub fn start(protocol: &str, args: &[&str]) -> Server {
        Server::run(Command::new(binary("server")), protocol, "127.0.0.1:0", args)
    }

    /// The same on another address, or by another `command` that leads to the program.
    pub fn run(mut command: Command, protocol: &str, listen: &str, args: &[&str]) -> Server {
        command.args([protocol, "--listen", listen, "--format", "json"]).args(args);
        if protocol == "ws" && !args.contains(&"--certs") {
            command.arg("--no-tls"); // keys are made where a test says
        }
        let mut running = Running::start(&mut command);
        let addr = running.wait_for("line that says where it listens", |running| {
            running.stderr().iter().find_map(|line| listens_at(line, protocol))
        });
        Server { addr, running }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.running.pid()
    }

    /// The address of another of its ports: `wss`.
    pub fn addr_of(&mut self, name: &str) -> SocketAddr {
        self.running.wait_for("line that says where it listens", |running| {
            running.stderr().iter().find_map(|line| listens_at(line, name))
        })
    }

    /// The address in the first line on standard error that holds `words`.
    pub fn said(&mut self, words: &str) -> Option<String> {
        let line = |running: &Running| running.stderr().into_iter().find(|line| line.contains(words));
        let line = self.running.wait_for(words, line);
        line.split(' ').find(|word| word.parse::<SocketAddr>().is_ok()).map(str::to_owned)
    }

    /// The events so far.
    pub fn events(&self) -> Vec<Event> {
        self.running.stdout().iter().map(|line| event(line)).collect()
    }

    /// Waits until `n` connections have ended, then gives all events so far.
    pub fn after_connections(&mut self, n: usize) -> Vec<Event> {
        self.after("summary of the connection", |event| event.step.is_summary(), n)
    }

    /// Waits until there were `n` events that `are` what was waited for, then gives all events so far.
    pub fn after(&mut self, what: &str, are: impl Fn(&Event) -> bool, n: usize) -> Vec<Event> {
        self.running.wait_for(what, |running| {
            let events: Vec<_> = running.stdout().iter().map(|line| event(line)).collect();
            (events.iter().filter(|event| are(event)).count() >= n).then_some(events)
        })
    }

    /// Waits until the step `id` was reported.
    pub fn after_event(&mut self, id: &str) {
        self.running.wait_for(id, |running| {
            running.stdout().iter().map(|line| event(line)).any(|event| event.step.id() == id).then_some(())
        });
    }

    /// Stops it as `docker stop` would and gives what it left.
    pub fn stop(self) -> Output {
        self.running.terminate();
        self.running.wait()
    }
}

/// Runs `client <args> --format json` to its end.
pub fn client(args: &[&str]) -> Output {
    Running::start(Command::new(binary("client")).args(args).args(["--format", "json"])).wait()
}

//! What the floods cost, a line of a table for each. It takes minutes and means something on a quiet machine, in a release
//! build: only there is it built (see `main.rs`).

use std::{net::SocketAddr, path::Path, thread, time::Duration};

use super::{AT_CLIENT, AT_SERVER, AtServer, Thrown, at_client, at_server, honest, row, victim::Victim};
use crate::common::keys;

/// A visit, and so many seconds in which nothing happens.
fn nothing(server: SocketAddr, _: &Path, seconds: u64) -> Thrown {
    thread::sleep(Duration::from_secs(seconds));
    let stream = std::net::TcpStream::connect(server).expect("it listens");
    Thrown { conn: honest::name(&stream), bytes: 0 }
}

/// The figures: a line of a table for each flood.
#[test]
fn figures() {
    let keys = keys();
    println!(
        "| flood | sent | memory before, at most, 5 s after | log | honest client: median, longest wait |"
    );
    println!("|---|---|---|---|---|");
    let five_seconds_after = |victim: &Victim| {
        thread::sleep(Duration::from_secs(5));
        victim.memory()
    };
    let named = std::env::var("FLOOD").unwrap_or_default();
    // What an honest client waits where nobody floods, on this machine at this hour.
    let none = |protocol| AtServer { protocol, name: "nothing", throw: nothing, few: 0, many: 10 };
    let calm = ["tls", "ws", "ssh"].map(none);
    for flood in calm.iter().chain(&AT_SERVER).filter(|flood| flood.name.contains(&named)) {
        let pause = Duration::from_millis(100);
        let (came, ..) = at_server(flood, flood.many, keys.path(), pause, five_seconds_after);
        row(flood.protocol, flood.name, &came);
    }
    for flood in AT_CLIENT.iter().filter(|flood| flood.name.contains(&named)) {
        let (came, _) = at_client(flood, flood.many, keys.path(), five_seconds_after);
        row(flood.protocol, flood.name, &came);
    }
}

//! Who gets along with whom: programs that are not ours as the server and as the client, each with what it says of the
//! connection itself. `docs/peers.md` is what these runs make; PEERS=write writes it anew, otherwise it is compared. With
//! ROWS=plink,MACs those rows alone are run whose peer or setting holds such a word, and what came out is printed.
//!
//! Where the peer has a client of the platform beside it (`ssh`), that one tries the same with the same means: what it can do, ours
//! can, or the row says which algorithm the library lacks.

kit::runner!();

#[path = "../common/mod.rs"]
mod common;

#[path = "../common/browser.rs"]
mod browser;

mod bench;
mod page;
mod ssh;
mod sshd;
mod tcp;
mod tls;
mod ws;

use std::{
    env,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use bench::{Bench, Met, Row};
use steps::sync::{lock, unpoisoned};

/// So many runs at once: most of their time they wait.
const AT_ONCE: usize = 4;

const PROGRAMS: [&str; 17] = [
    "ssh",
    "ssh-keygen",
    "sshd",
    "dropbear",
    "dbclient",
    "plink",
    "puttygen",
    "nginx",
    "node",
    "python3",
    "openssl",
    "gnutls-serv",
    "curl",
    "wget",
    "busybox",
    "nc",
    "chromedriver",
];
const MODULES: [&str; 5] = ["websockets", "aiohttp", "paramiko", "asyncssh", "ssh"];

#[kit::test]
fn each_peer_gets_along_as_the_page_says() {
    if !PROGRAMS.iter().all(|program| common::require(program))
        || !MODULES.iter().all(|module| common::require_python(module))
    {
        return;
    }
    let Some(bench) = Bench::new() else { return };
    let rows: Vec<_> = [ssh::rows(), ws::rows(), tls::rows(), tcp::rows()].into_iter().flatten().collect();
    let only = env::var("ROWS").unwrap_or_default();
    let is_chosen = |row: &&Row| {
        only.is_empty() || only.split(',').any(|word| row.peer.contains(word) || row.setting.contains(word))
    };
    let chosen: Vec<_> = rows.iter().filter(is_chosen).collect();
    let (met, failed) = run(&bench, &chosen);
    assert!(
        failed.is_empty(),
        "{} of {} came out otherwise:\n{}",
        failed.len(),
        chosen.len(),
        failed.join("\n")
    );
    if only.is_empty() {
        page::compare(&chosen, &met);
    } else {
        println!("{met:#?}");
    }
}

/// What each row met, and what did not come out as it should.
fn run(bench: &Bench, rows: &[&Row]) -> (Vec<Met>, Vec<String>) {
    let (next, met, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _worker in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let Some(row) = rows.get(n) else { break };
                    let name = format!("{} ({})", row.peer, row.setting);
                    match catch_unwind(AssertUnwindSafe(|| bench.meet(row))) {
                        Ok(it) => lock(&met).push((n, it)),
                        Err(panic) => {
                            let said = panic.downcast_ref::<String>().map(String::as_str);
                            let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("?");
                            let said: String = said.chars().take(3000).collect();
                            lock(&failed).push(format!("{name}: {said}"));
                        }
                    }
                }
            });
        }
    });
    let mut met = unpoisoned(met.into_inner());
    met.sort_by_key(|(n, _)| *n);
    (met.into_iter().map(|(_, met)| met).collect(), unpoisoned(failed.into_inner()))
}

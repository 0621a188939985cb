//! What the floods cost, a line of a table for each. It takes minutes and means something on a quiet machine, in a release
//! build: only there is it built (see `main.rs`).

use std::{thread, time::Duration};

use super::{
    AIM_AFTER, AIM_WAIT, AT_CLIENT, AT_SERVER, Came, HEAD, Honest, at_client, at_server, row, victim::Victim,
};
use crate::common::keys;

/// The figures: a line of a table for each flood. An honest client comes twenty times before each, at the pace at which
/// it comes beside it.
#[test]
fn figures() {
    let keys = keys();
    println!("{HEAD}");
    let (mut all, mut met) = (0, 0);
    let mut count = |came: &Came| {
        all += 1;
        met += usize::from(came.missed().is_empty());
    };
    let five_seconds_after = |victim: &Victim| {
        thread::sleep(Duration::from_secs(5));
        victim.memory()
    };
    let named = std::env::var("FLOOD").unwrap_or_default();
    let honest = Honest { before: 20, pause: Duration::from_millis(50) };
    for flood in AT_SERVER.iter().filter(|flood| flood.name.contains(&named)) {
        let (came, ..) = at_server(flood, flood.many, keys.path(), &honest, five_seconds_after);
        row(flood.protocol, "server", flood.name, &came);
        count(&came);
    }
    for flood in AT_CLIENT.iter().filter(|flood| flood.name.contains(&named)) {
        let (came, _) = at_client(flood, flood.many, keys.path(), five_seconds_after);
        row(flood.protocol, "client", flood.name, &came);
        count(&came);
    }
    println!(
        "\n{met} of {all} floods meet the aims: five seconds after at most {AIM_AFTER} × the memory before, and each honest \
         client within {AIM_WAIT:?}."
    );
}

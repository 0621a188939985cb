//! Scenarios: a file that somebody wrote by hand, with its rules for the link and its faults for the meddler.
#![no_main]

use asnoted_fuzz::memory;
use libfuzzer_sys::fuzz_target;

#[allow(dead_code)]
#[path = "../../crates/lab/src/link/deaf.rs"]
mod deaf;
#[allow(dead_code)]
#[path = "../../crates/lab/src/meddler/fault.rs"]
mod fault;
#[allow(dead_code)]
#[path = "../../crates/lab/src/link/rule.rs"]
mod rule;
#[allow(dead_code)]
#[path = "../../crates/lab/src/scenario.rs"]
mod scenario;

mod link {
    pub(crate) use super::{deaf::Deaf, rule::Rule};
}

mod meddler {
    pub(crate) use super::fault::Fault;
}

/// Reading a file touches no socket.
mod socket {
    use std::{io, net::SocketAddr};

    pub(crate) fn set_deaf(_: (SocketAddr, Option<SocketAddr>), _: bool) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    let read = memory::bounded(input.len(), 256 << 10, 1 << 10, || scenario::Scenario::read("fuzz", &text));
    match read {
        Ok(scenario) => {
            // A rule says the same in the words of the command line.
            for rule in &scenario.link {
                let words = rule.to_string();
                assert_eq!(words.parse::<link::Rule>().as_ref(), Ok(rule), "{words}");
            }
            scenario.needs_link();
        }
        Err(error) => assert!(!format!("{error:#}").is_empty()),
    }
});

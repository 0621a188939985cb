//! Scenarios: a file that somebody wrote by hand, with its rules for the link and its faults for the meddler.
#![no_main]

use asnoted_fuzz::memory;
use lab::{link, scenario};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    let read = memory::bounded(input.len(), 256 << 10, 1 << 10, || scenario::Scenario::read("fuzz", &text));
    match read {
        Ok(scenarios) => {
            for scenario in &scenarios {
                // A rule says the same in the words of the command line.
                for rule in &scenario.link {
                    let words = rule.to_string();
                    assert_eq!(words.parse::<link::Rule>().as_ref(), Ok(rule), "{words}");
                }
                scenario.needs_link();
            }
        }
        Err(error) => drop(format!("{error:#}")),
    }
});

//! Any bytes as a capture file: reading ends, and what is told of the connections in it is the same the second time.
#![no_main]

use capture::{Captures, Finished, Keep, Keys};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [one, other] = [(); 2].map(|()| read(input));
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one.events, other.events);
        assert_eq!(one.row.outcome(), other.row.outcome());
        // What is told of a connection can be written and read again.
        for event in &one.events {
            let json = serde_json::to_string(event).expect("an event is plain data");
            assert_eq!(&serde_json::from_str::<claims::Event>(&json).expect("it reads back"), event);
        }
    }
});

fn read(input: &[u8]) -> Vec<Finished> {
    let mut captures = Captures::new(Keys::default(), Keep::All);
    // A file that ends early or is damaged tells what came before.
    let _ = captures.file(input, |_| {});
    captures.finish().0
}

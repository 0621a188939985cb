//! The WebSocket pair with itself, and each half with peers we did not write.

mod common;

#[test]
fn the_binaries_build() {
    for name in ["server", "client"] {
        assert!(common::binary(name).is_file());
    }
}

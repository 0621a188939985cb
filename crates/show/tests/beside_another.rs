//! In a process that has a subscriber already.

use std::io;

use asnoted_show::{Args, Init};

#[test]
fn the_programs_own_log_says_that_a_subscriber_is_there_and_what_to_do() {
    tracing::subscriber::set_global_default(tracing_subscriber::registry()).expect("the first");
    let error = asnoted_show::init(&Args::default(), Init::default()).expect_err("there is one already");
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    assert!(error.to_string().contains("as a layer (`layer`)"), "{error}");
}

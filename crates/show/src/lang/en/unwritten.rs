//! What the log lacks, where the log itself cannot say so any more, in English.

steps::sentences! {
    // pipeline/queue.rs
    events(count) = "{count} events were not written";
    messages(count) = "{count} messages were not written";
    messages_left_out(count) = "{count} messages were left out here";

    // pipeline/layer.rs
    stalled(count) = "standard output takes no more: {count} events were not written";
    after_the_end(step, conn) = "{step} of {conn} came after the end of the log";
    guard_dropped() = "the log of handshakes has ended: its guard was dropped before the program ended";
}

//! What `--why` says of TCP, in English.

steps::sentences! {
    // why/tcp.rs
    established_after_a_round_trip(ends, rtt) = "{ends} · established · round trip {rtt} µs";
    established(ends) = "{ends} · established";
    the_server_sent_data() = "the server sent data";
    no_data_was_seen() = "no data of the server was seen";
    both_sides_closed(state) = "both sides closed: {state}";
}

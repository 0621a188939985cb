//! Words that all protocols need, in English.

crate::sentences! {
    // Between the parts of a row.
    or() = ", or ";
    next_sentence() = " ";
    semicolon() = "; ";
    comma() = ", ";
    between_names() = ", ";

    // ending.rs
    was_closed() = "was closed (FIN)";
    was_reset() = "was reset (RST)";
    was_given_up() = "was given up: nothing that was sent was acknowledged any more";
    broke_with_no_way_there() = "broke: the network says that there is no way there";
    broke() = "broke";
    closed_the_connection() = "closed the connection (FIN)";
    closed_the_connection_with_a_reset() = "closed the connection with a reset (RST)";
    acknowledged_nothing_any_more() = "acknowledged nothing any more";
    could_not_be_reached_any_more() = "could not be reached any more";
    was_gone() = "was gone";

    // summary.rs
    summary() = "summary";
    summary_of_a_connection() = "What this connection showed of the notes, and how it ended.";

    // gap.rs
    one_event(of) = "1 event{of}";
    events(n, of) = "{n} events{of}";
    of_connection(conn) = " of {conn}";
    it() = "it";
    they() = "they";
    came_too_fast(events, they) = "{events} dropped here: {they} came faster than the log could be written";
    could_not_be_written(events, they) = "{events} dropped here: {they} could not be written";
    beyond_the_limit(events, steps) = "{events} not logged here: one connection may log only so much{steps}";
    so_many(n, step) = "{n} × {step}";
    between_counts() = ", ";
    in_parentheses(counts) = " ({counts})";

    // words.rs
    mac_within_the_cipher() = "MAC within the cipher";
    no_host_key_is_recorded() = "unknown";

    // part.rs
    length_of(vector) = "{vector} length";
}

//! What stands on a ladder beside its steps, in English.

steps::sentences! {
    // render/ladder/text.rs
    continued() = " · continued";
    between_the_ends(client, before, behind, server) =
        "something stands between them: client {client} → {before}, and on {behind} → server {server}";
    open() = "(";
    close() = ")";
    remark(remark) = " ({remark})";
    evidence(word) = "({word})";
    legend() = "ms · ● callback ■ kernel ○ inferred · t4 as noted ≠ differs ~ depends";

    // render/live/follows.rs
    served_as_usual(name) = "  then another client was served as usual ({name})";
    not_served(name) = "  then another client was not served ({name})";

    // render/ladder.rs
    arrived_changed() = "arrived changed";
    not_in_the_servers_log() = "not in the server's log";
    not_in_the_clients_log() = "not in the client's log";
    not_in_its_senders_log() = "not in its sender's log";
    by_addresses() = "the two logs belong together by their addresses";
    by_time() = "the two logs belong together by their time alone: something between them changed the rest";
    from_a_capture() = "from a capture: seen by a third party between the two ends";
    only_the_client() = "only the client's log is here";
    only_the_server() = "only the server's log is here";
    clocks_may_agree(low, high) = "the clocks may agree (server ahead by {low} to {high} ms)";
    some_were_noted_late(late) =
        "the clocks may agree; some sendings were noted up to {late} ms late, and the order is that of the messages";
    clock_was_ahead(estimate, low, high) =
        "the server's clock was taken to be ahead by {estimate} ms (between {low} and {high})";
    one_log_does_not_open() =
        "one log does not open the encrypted packets: an arrow with a time at one end only is known from that end";
}

//! How a captured connection went, in English.

steps::sentences! {
    // row.rs
    progress_and_end(progress, ended) = "{progress}, {ended}";
    the_rsa_key_does_not_open_it(outcome) = "{outcome} (the RSA key does not open its pre-master secret)";
    so_many_bytes_are_missing(outcome, missing) = "{outcome} ({missing} bytes are not in the capture)";
    only_one_side() = "only one side was captured";
    established_in(after) = "established in {after}";
    established() = "established";
    not_all_is_here() = "what was said is not all here";
    how_far_is_not_known() = "how far the handshake came is not known";
    nothing_was_said() = "nothing was said";
    data_crossed() = "data crossed";
    did_not_complete() = "the handshake did not complete";
    joined_in_the_middle(progress) = "joined in the middle: {progress}";
    the_client() = "the client";
    the_server() = "the server";
    not_closed() = "not closed";
    closed() = "closed";
    refused() = "refused: the SYN was answered with RST";
    no_answer() = "no answer to the SYN";
    answered_with_icmp(by, what) = "{by} answered the SYN with ICMP: {what}";
    closed_by_one_alone(side) = "closed by {side} alone";
    reset_by(side) = "reset by {side}";
    sent_the_alert(side, alert) = "{side} sent the alert {alert}";

    // connection/end.rs
    no_key_log_holds_its_secret() = "no key log holds the secret of this connection";
}

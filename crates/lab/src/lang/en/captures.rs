//! What is said of captures, in English.

steps::sentences! {
    // captures.rs
    holds_no_secret(path) = "{path} holds no secret";
    what_came_before_is_shown(path, trouble) = "{path} {trouble}; what came before is shown";
    told_before_their_end(given_up) = "{given_up} connections were told before their end: there were too many at once";
    one_key_came_late() = "the keys of 1 connection came after it was told, and opened nothing";
    keys_came_late(late) = "the keys of {late} connections came after these were told, and opened nothing";

    // captures/rows.rs
    the_rsa_key_opens_nothing() =
        "no connection exchanged its key by static RSA: the RSA key opens nothing (ECDHE and TLS 1.3 need a key log)";
    quic() = "QUIC";
    other_udp() = "other UDP";
    icmp() = "ICMP";
    other_ip() = "other IP";
    not_ip() = "not IP";
    fragments() = "fragments without the rest";
    unreadable() = "unreadable";
    unknown_link_layer() = "of an unknown link layer";
    in_tunnels(tunnels, names) = "{tunnels} in tunnels that are not looked into: {names}";
    one_connection(packets, segments) = "1 connection in {packets} packets, {segments} of them TCP segments";
    connections(connections, packets, segments) =
        "{connections} connections in {packets} packets, {segments} of them TCP segments";
    beside_them() = "; beside them: ";
    how_to_see_one() = "\n--connection N shows one of them as a ladder";

    // commented.rs
    packets_and_comments(out, packets, comments) = "{out}: {packets} packets, {comments} comments\n";
    left_out(left_out) = "{left_out} packets that are not IP were left out\n";
}

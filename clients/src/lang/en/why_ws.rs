//! What `--why` says of WebSocket, in English.

steps::sentences! {
    // why/ws.rs
    with_its_own_origin() = "with the server's own Origin";
    with_deflate() = "with permessage-deflate";
    with_common_subprotocols() = "with common subprotocols";
    without_a_subprotocol() = "without a subprotocol";
    without_tls() = "without TLS (ws)";
    over_tls() = "over TLS (wss)";
    asks_for_an_origin() =
        "The server asks for an Origin, as browsers send it, and lets its own in. A program that is no browser sends none.";
    send_an_origin() = "Send the Origin of a page that it knows, or have the server let clients in without one.";
    upgrades_only_with_deflate() = "The server upgrades only who offers permessage-deflate.";
    no_server_may_insist() = "RFC 6455 §9.1 lets no server insist on an extension: its setting has to change.";
    upgrades_only_with_a_subprotocol() = "The server upgrades only who names a subprotocol that it has.";
    name_it() = "Name it by `--protocol`.";
    the_subprotocol_is_refused() = "The subprotocol is what it refuses.";
    leave_out_the_subprotocol() = "Leave out `--protocol`, or name one that it has.";
    speaks_the_other_scheme(scheme) = "The server speaks {scheme} on this port.";
    use_the_other_scheme(scheme, host) = "Use {scheme}://{host}.";
    nothing_leads_to_an_upgrade() =
        "None of these leads to an upgrade: nothing that they change is the cause by itself.";
    its_log_says_which() =
        "It may know another Origin alone, want rights (a cookie, a token), or refuse this path to everybody: its own log and \
         settings say which.";
    agreed(agreed) = "agreed: {agreed}";
    echoes_came_back() = "text, bytes and ping came back";
    closed_by_both_sides() = "closed by both sides";
}

//! What `--why` says of TLS, in English.

steps::sentences! {
    // why/tls.rs
    without_your_options() = "without your options for TLS";
    tls13_alone() = "TLS 1.3 alone";
    tls12_alone() = "TLS 1.2 alone, ECDHE";
    other_groups() = "other groups than ours";
    older_suites_of_tls12() = "TLS 1.2, static RSA, DHE, CBC";
    tls11_or_10() = "TLS 1.1 or 1.0";
    without_the_name() = "without the name (SNI)";
    with_http2() = "with HTTP/2 (ALPN h2)";
    without_alpn() = "without ALPN";
    a_short_hello() = "a short ClientHello, no ALPN";
    asked_no_further(message, chosen) = "{message}: {chosen}; asked no further";
    then(chosen, failure) = "{chosen}; then {failure}";
    certificate(subject, until) = "certificate {subject}, until {until}";

    // why/tls/means.rs
    your_options_are_refused() = "Your options for TLS are what it refuses: without them it gets through.";
    leave_out_your_options() = "Leave out `--variant`, `--group`, `--suite`.";
    nothing_newer(version) =
        "The server speaks {version} and nothing newer: it refused TLS 1.3 and 1.2. RFC 8996 forbids {version}.";
    a_newer_version_is_needed() =
        "It needs TLS 1.2 or 1.3: a newer library, or a setting (nginx `ssl_protocols`, Apache `SSLProtocol`).";
    tls12_alone_gets_through() =
        "TLS 1.2 alone gets through: the server, or something between, stumbles over a ClientHello that offers TLS 1.3.";
    use_ecdhe() = "Use `--variant ecdhe` until it is updated.";
    tls13_alone_gets_through() = "TLS 1.3 alone gets through: the server stumbles where 1.2 is offered beside it.";
    use_tls13() = "Use `--variant tls13`.";
    each_gets_through_alone() =
        "Each version gets through alone: the server stumbles over both together, or it does not fail each time.";
    try_again() = "Try again; `--variant tls13` or `ecdhe` if it stays.";
    without_the_name_it_gets_through() =
        "Without the name it gets through: the name is what the server, or something between, refuses.";
    ask_for_another_name() = "Ask for a name that it has (`--server-name`).";
    http2_and_not_http11() = "The server speaks HTTP/2 here, and not HTTP/1.1.";
    offer_http11() =
        "`--alpn h2` shows the handshake; this client speaks HTTP/1.1 alone. Have the server offer http/1.1 as well.";
    without_alpn_it_gets_through() =
        "Without ALPN it gets through: it does not have the application protocol that was offered.";
    offer_another_protocol() = "Offer one that it has (`--alpn`).";
    a_short_hello_gets_through() =
        "A short ClientHello gets through: the server, or something between, stumbles over the length of ours (X25519MLKEM768) \
         or over ALPN.";
    use_x25519() = "Use `--group x25519` until it is updated.";
    no_variant_gets_through() = "None of these gets through: nothing that they change is the cause by itself.";
    another_group(group) =
        "It is the group of the key exchange: the server refused those of this client (X25519MLKEM768, x25519, secp256r1, \
         secp384r1) and chose {group} where others were offered.";
    have_one_of_our_groups() =
        "Let the server have one of them as well (nginx `ssl_ecdh_curve X25519:secp256r1`, OpenSSL `Groups`).";
    static_rsa() = "static RSA, without forward secrecy";
    finite_field() = "finite-field Diffie-Hellman";
    cbc() = "CBC, without authenticated encryption";
    only_older_suites(suite, kind) =
        "The server takes TLS 1.2 only with older suites: it chose {suite} ({kind}). This client has ECDHE with GCM or \
         ChaCha20 alone.";
    turn_on_ecdhe_or_use_rsa() =
        "Turn on ECDHE with GCM at the server (OpenSSL: `ECDHE+AESGCM`). Until then `--variant rsa` may reach it.";
    turn_on_ecdhe() = "Turn on ECDHE with GCM at the server (OpenSSL: `ECDHE+AESGCM`).";

    // why/tls/hello.rs
    ended_on_purpose() = "ended on purpose after the ServerHello: `--why` asks only what the server would choose.";
}

//! What a visitor of the page can run, in English.

steps::sentences! {
    // page.rs
    page_is_at(url) = "the page is at {url}";
    undisturbed() = "TCP, undisturbed";
    static_rsa() = "TLS 1.2 with static RSA, as the notes tell it";
    tls13() = "TLS 1.3";
    ecdhe() = "TLS 1.2 with ECDHE, as deployed";
    websocket_over_tcp() = "WebSocket over TCP";
    websocket_over_tls() = "WebSocket over TLS";
    to_an_unknown_host_then_to_a_known_one() = "SSH to an unknown host, then to a known one";
}

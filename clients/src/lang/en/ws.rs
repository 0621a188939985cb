//! What the WebSocket client says, in English.

steps::sentences! {
    // ws.rs
    no_certificate_for_this_name(host) = "`{host}` is neither a DNS name nor an IP address: no certificate can be for it.";
}

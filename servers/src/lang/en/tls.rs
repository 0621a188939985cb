//! What the TLS server says, in English.

steps::sentences! {
    // tls/page.rs
    this_page_was_encrypted() = "This page crossed the wire encrypted; the server's log shows how.";
}

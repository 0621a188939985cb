//! What is said of an upgrade, in English.

steps::sentences! {
    // ws.rs
    not_agreed(names) = "{names}: offered by the client and not taken up by the server";
}

//! What a server says when it begins, in English.

steps::sentences! {
    // program.rs
    listens(protocol, address) = "{protocol} listens on {address}";
    listens_for_static_rsa(address, client) = "tls listens on {address} for static RSA (`{client} tls --variant rsa`)";
}

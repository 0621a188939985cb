//! What the TLS client says, in English.

steps::sentences! {
    // tls.rs
    insecure() =
        "client: WARNING: --insecure: a refused certificate will not end the connection. Whoever answers may be anyone,\n        \
         and reads all that is sent. The log still tells what the check found.";
}

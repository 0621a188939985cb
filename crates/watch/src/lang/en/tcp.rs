//! How a connection ended that accept() never returned, in English.

steps::sentences! {
    // tcp/half_open.rs
    stopped_before_accept() = "the server stopped before accept() returned the connection";
    never_accepted() = "accept() never returned the connection";
    syn_not_taken() = "the server's kernel did not take the SYN";
    reset_by_the_client() = "the handshake was not completed: the client reset it";
    dropped_half_open() = "the handshake was never completed, and the kernel dropped the half-open connection";
}

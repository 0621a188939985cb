//! What a key was computed from, in English.

steps::sentences! {
    // web/keys/of_tls.rs
    servers_public_key() = "the server's public key (key_share)";
    clients_public_key() = "the client's public key (key_share)";
    own_private_key() = "its own private key, which is never logged";
    session_hash() = "session_hash: of all handshake messages up to ClientKeyExchange";
    early_secret() = "Early Secret: of no pre-shared key, or of the one that was taken up";
    hash_so_far() = "the hash of the messages so far";

    // web/keys/of_ssh.rs
    initial_iv_to_server() = "A: initial IV, client to server";
    initial_iv_to_client() = "B: initial IV, server to client";
    encryption_key_to_server() = "C: encryption key, client to server";
    encryption_key_to_client() = "D: encryption key, server to client";
    integrity_key_to_server() = "E: integrity key, client to server";
    integrity_key_to_client() = "F: integrity key, server to client";
}

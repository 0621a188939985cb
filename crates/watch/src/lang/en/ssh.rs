//! What russh does not tell of SSH, in English.

steps::sentences! {
    // ssh/opening.rs
    a_server_is_told_no_secret() =
        "russh tells a server no secret, and the client is another process: where it is one of ours, its own log shows these \
         packets opened.";

    // ssh/client.rs
    one_of_two_secrets(kex) = "{kex} has two secrets, and russh hands over one of them (X25519): H and the keys need both.";
    no_secret_is_handed_over(kex) = "russh hands over no secret of {kex}.";
}

//! What a capture says of itself and of its packets, in English.

steps::sentences! {
    // recording/comment.rs
    steps_are_comments() =
        "The steps of each handshake are comments of the packets that completed them. The session's secrets are inside: TLS is \
         shown decrypted. SSH on another port than 22 needs Decode As (tshark: -d tcp.port==7022,ssh), and Wireshark 4.2 or \
         newer to be decrypted.";
    on_the_link() = "on the link: ";
    in_the_client() = "in the client: ";
    in_the_server() = "in the server: ";
    about_here() = "about here: ";

    // flight/turns.rs
    packets_and_secrets_alone() =
        "Packets, and in front of them the session's secrets that open them: TLS is shown decrypted. `lab read FILE` tells the \
         steps, and with `--capture OUT` writes them into a capture as comments.";
}

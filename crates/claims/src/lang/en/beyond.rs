//! The series `x…`: what the claims say, and what a run shows of them, in English.

steps::sentences! {
    // close.rs
    x8() =
        "Closing takes four segments because each direction is closed on its own: the server may still have \
         data, so its ACK and its FIN are sent apart.";
    x8_rule() =
        "As noted when the ACK of the client's FIN came alone and the server's FIN later; depends when one \
         segment did both.";
    x9() = "Having sent its FIN, the server is in LAST_ACK.";
    x9_rule() = "As noted when the server's kernel names the state.";
    x10() = "TIME_WAIT lasts 2 MSL (twice the maximum segment lifetime).";
    x10_rule() = "Depends: the kernel's timer is printed; Linux waits a fixed minute, and knows no MSL.";
    x11() =
        "TIME_WAIT is there so that the last ACK can be sent again: if it is lost, the server's FIN comes again \
         and is answered.";
    x11_rule() = "As noted when, in TIME_WAIT, a repeated FIN was answered with the ACK once more.";
    x12() = "The side that closes first is the one in TIME_WAIT: here the client, not the server.";
    x12_rule() = "As noted when the side whose FIN came first is in TIME_WAIT; depends when both FINs crossed.";
    three_segments_here(seq, ack) =
        "three here: the server had nothing left, so one segment was its FIN (seq {seq}) and the ACK (ack {ack})";
    the_clients_fin_was_acknowledged_at_once(first, seq, ack, ms) =
        "the client's FIN was acknowledged at once (ack {first}); the server's own FIN (seq {seq}, ack {ack}) \
         came {ms} ms later";
    the_kernels_timer_says(ms) =
        "the kernel's timer says {ms} ms; Linux always waits a minute, where 2 MSL by the RFC's own figure \
         would be four";
    client() = "client";
    server() = "server";
    the_other_sides_fin_came_first(seq, peer) =
        "the other side's FIN (seq {seq}) came first, and yet the {peer} is in TIME_WAIT";
    both_fins_crossed(seq) = "both FINs crossed (this side's has seq {seq}): both sides wait in TIME_WAIT";
    the_peers_fin_came_first(peer, seq) =
        "the {peer}'s FIN (seq {seq}) came first, and the {peer} is the one in TIME_WAIT";
    the_servers_fin_came_again(gap, waits, ack) =
        "the server's FIN came again after {gap} ms; the client, in {waits}, answered with the ACK once more \
         (ack {ack})";

    // open.rs
    x1() = "Having sent its SYN, the client is in SYN_SENT.";
    x1_rule() = "As noted when the client's kernel names the state.";
    x2() = "Having answered with SYN+ACK, the server is in SYN_RECEIVED (SYN_RCVD).";
    x2_rule() = "As noted when the server's kernel names the state.";
    x3() = "A SYN takes up one sequence number although it carries no data.";
    x3_rule() = "As noted when a SYN without payload is acknowledged by its number + 1.";
    x4() = "The third segment of the handshake may already carry data.";
    x4_rule() = "As noted when the first segment that acknowledges the server's SYN brings payload.";
    x5() = "The SYN carries options such as MSS and window scale, which are offered only there.";
    x5_rule() = "As noted when the SYN has both; their values are printed.";
    x6() = "An ACK of data names the sequence number of the data plus its length: the next byte expected.";
    x6_rule() = "As noted when the sum fits the other side's first data.";
    x7() = "A SYN to a port where nobody listens is answered with RST.";
    x7_rule() = "As noted when a RST that acknowledges the SYN comes instead of a SYN+ACK.";
    one_says(asked, value) = "{asked} says {value}";
    this_syn_offers_mss_and_window_scale(mss, scale) = "this SYN offers MSS {mss} and window scale {scale}";
    the_syn_brought_no_byte(isn, ack) = "the SYN (seq {isn}) brought no byte, and ack {ack} is one more";
    the_first_to_acknowledge_the_servers_syn(ack, length) =
        "the first segment here that acknowledges the server's SYN (ack {ack}) brings {length} bytes";
    the_ack_is_seq_and_length(ack, seq, length) = "ack {ack} = seq {seq} + {length} bytes";
    no_syn_ack_but_a_rst(ack, syn) = "no SYN+ACK but RST (ack {ack} = the SYN's {syn} + 1)";

    // security.rs
    x13() = "A CA signed the server's certificate with its own private key.";
    x13_rule() =
        "As noted when the verifier accepts a certificate that another issued; depends when it signed itself.";
    x14() =
        "The server sends a chain: its own certificate and the intermediate ones up to a root that the client \
         has.";
    x14_rule() = "As noted when more than one certificate came; depends when one was enough.";
    x15() = "The server opens the encrypted pre-master secret with its private key.";
    x15_rule() =
        "As noted when what crossed was opened with that key; differs where both sides compute the secret.";
    x16() = "HTTPS is hybrid: asymmetric cryptography agrees on a key, symmetric encryption protects the data.";
    x16_rule() = "As noted when the data crossed under the suite's cipher after an exchange by public keys.";
    x17() = "A full TLS 1.2 handshake takes two round trips.";
    x17_rule() = "As noted when the client had to wait for the server twice.";
    x18() = "A TLS 1.3 handshake takes one round trip.";
    x18_rule() = "As noted when the client had to wait once; depends where the server asked for another key share.";
    x19() = "The pre-master secret and both randoms give a master secret, and that gives the session keys.";
    x19_rule() =
        "As noted when the PRF made a master secret and a key block of it; differs in TLS 1.3 (a key schedule).";
    x20() =
        "With ephemeral keys (ECDHE) a recording stays closed even to whoever gets the server's private key \
         later: forward secrecy.";
    x20_rule() = "As noted when the secret came of ephemeral keys; differs when the private key opened it.";
    x21() = "By SNI the ClientHello names the host that the client wants.";
    x21_rule() = "As noted when the hello has a server name.";
    x22() = "By ALPN both sides agree on the application protocol during the handshake.";
    x22_rule() = "As noted when the server chose one of the client's offers.";
    x23() = "A session can be resumed, and then no certificate is sent.";
    x23_rule() = "As noted when a resumed handshake is complete without a certificate.";
    x24() = "With mutual TLS the server checks a certificate of the client too.";
    x24_rule() = "As noted when the server's verifier gave its verdict on one.";
    x25() = "The certificate keeps out a man in the middle: one that is not trusted is refused.";
    x25_rule() =
        "As noted when the verifier refused and the connection ended; differs when the check was overridden.";
    it_signed_this_certificate_itself(subject, algorithm) =
        "{subject} signed this certificate itself ({algorithm}), and the client trusts it all the same";
    the_issuer_signed_the_certificate(issuer, subject, algorithm) =
        "{issuer} signed the certificate of {subject} ({algorithm}), and the signature is good";
    not_trusted_and_let_in(value, result) =
        "not trusted for {value} ({result}), and let in all the same: the check was overridden";
    not_taken_for_that_name(value, result) = "whoever this is, the client does not take it for {value}: {result}";
    one_certificate_was_enough(value, subject, issuer) =
        "{value} certificate was enough: {subject} was issued by {issuer}, which the client has";
    several_certificates(value, subject, above) = "{value} certificates: {subject}, and above it {above}";
    nothing_was_sent_for_the_private_key_to_open(group) =
        "nothing was sent for the private key to open: both sides computed the secret with {group}";
    the_secret_came_of_keys_of_this_connection_alone(fingerprint, group) =
        "the secret ({fingerprint}) came of keys of this connection alone ({group}); the certificate's key \
         opens nothing of it";
    the_key_opened_bytes(key, length, fingerprint) = "the {key} opened {length} bytes (fingerprint {fingerprint})";
    no_ephemeral_key_here(key) =
        "no ephemeral key here: the {key} opened the secret, and opens it in a recording too";
    secrets_of_a_key_schedule(derivation, stage, prints) =
        "{derivation}: no master secret of TLS 1.2 but secrets of a key schedule ({stage}: {prints})";
    the_master_secret_and_its_keys(derivation, label, prints, block) =
        "{derivation} ({label}) gave the master secret {prints}, and that the keys: {block}";
    ephemeral_keys(group) = "ephemeral keys ({group})";
    the_servers_public_key(print) = "the server's public key (secret {print})";
    agreed_then_encrypted(by, length, crossed, suite) =
        "agreed by {by}; then {length} bytes crossed as {crossed}, encrypted symmetrically ({suite})";
    this_client_hello_asks_for(value) = "this ClientHello asks for {value}";
    of_the_clients_list_the_server_chose(offered, chosen) =
        "of the client's list ({offered}) the server chose {chosen}";
    the_server_checked_the_clients_certificate(subject, result) =
        "the server checked the client's certificate ({subject}): {result}";
    two_round_trips_for_another_key_share(version) =
        "{version}: two here, because the server asked for another key share (HelloRetryRequest)";
    the_client_waited_once(version, kind) = "{version}, a {kind} handshake: the client waited for the server once";
    the_client_waited_twice(version, kind) =
        "{version}, a {kind} handshake: the client waited for the server twice";
    the_session_was_found_again(by, print) =
        "the session was found again by {by} ({print}), and no certificate came";

    // shell.rs
    x32() = "Keys come in kinds such as RSA, ECDSA and Ed25519; both sides agree on one.";
    x32_rule() = "As noted when the kind that was agreed stands in the client's list.";
    x33() = "A fingerprint is a hash of the public key: today SHA-256 in base64.";
    x33_rule() = "As noted when the fingerprint that was checked is one.";
    x34() = "The server keeps the users' public keys (authorized_keys) and looks a key up there.";
    x34_rule() = "As noted when the server said of a key that it would take it.";
    x35() =
        "The server encrypts nothing with the user's public key: the client signs with its private key, and the \
         server checks the signature.";
    x35_rule() = "As noted when a signature crossed and fits the public key.";
    x36() =
        "The session key is never sent, nor encrypted with the host key: both sides compute it, and the host \
         key only signs.";
    x36_rule() = "As noted when the reply has a public value and a signature of the host key.";
    the_client_takes_and_agreed(list, agreed) = "the client takes {list}; agreed: {agreed}";
    the_host_key_was_checked(kind, print) = "the host key ({kind}) was checked by {print}";
    the_server_knows_this_key(print, algorithm) =
        "asked about {print} ({algorithm}), the server knows this key and would take it";
    the_client_sent_a_signature(algorithm, length, print, checked) =
        "the client sent a signature ({algorithm}, {length} bytes); checked with the public key {print}: \
         {checked}";
    the_server_sent_a_public_value(kex, length, algorithm) =
        "{kex}: the server sent {length} bytes of public value; its host key only signed ({algorithm})";

    // socket.rs
    x26() = "WebSocket is full duplex: both sides send on one connection.";
    x26_rule() = "As noted when messages went both ways over one connection.";
    x27() = "A frame begins with FIN, opcode, mask bit and length; only the client masks its payload.";
    x27_rule() = "As noted when a frame has these and its mask fits its sender.";
    x28() = "A heartbeat is Ping and Pong: the Pong brings back what the Ping brought.";
    x28_rule() = "As noted when the payloads are equal.";
    x29() = "A WebSocket is closed by a Close frame, which the other side answers with one.";
    x29_rule() = "As noted when a Close of each side was seen.";
    x30() = "wss is WebSocket over TLS.";
    x30_rule() = "As noted when the upgrade came after a handshake of TLS.";
    x31() = "The GUID that is put behind the key is 258EAFA5-E914-47DA-95CA-C5AB0DC85B11.";
    x31_rule() = "As noted when the string that the server returns is computed with it.";
    the_peers_frame_has_fin(peer, fin, opcode, length, form, mask) =
        "the {peer}'s frame has FIN {fin}, opcode {opcode}, length {length} in {form}, but mask bit {mask}";
    the_peers_frame(peer, fin, opcode, mask, length, form) =
        "the {peer}'s frame: FIN {fin}, opcode {opcode}, mask bit {mask}, length {length} in {form}";
    a_message_each_way(other, length, opcode) =
        "a message of {other} bytes one way and one of {length} (opcode {opcode}) the other, on one connection";
    the_pong_brought_back_the_payload_of_the_ping(payload) =
        "the Pong brought back the payload of the Ping: {payload}";
    close_was_answered_with_close(asked, code) = "Close {asked} was answered with Close {code}";
    the_tls_handshake_was_complete_before(version, key) =
        "the handshake of {version} was complete before this request (key {key})";
    the_key_and_the_guid_give(guid, accept) = "the key and {guid} give {accept}, which is what came back";
}

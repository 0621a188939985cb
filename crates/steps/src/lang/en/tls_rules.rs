//! What each rule of TLS recognises, in English.

crate::sentences! {
    // alert.rs
    version_refused() = "the peer's alert protocol_version";
    nothing_in_common() =
        "the server's alert handshake_failure or insufficient_security in answer to the ClientHello";
    name_unknown() = "the server's alert unrecognized_name";
    protocol_refused() = "the peer's alert no_application_protocol";
    our_record_does_not_open() = "the peer's alert bad_record_mac or decryption_failed";
    our_handshake_differs() = "the peer's alert decrypt_error";
    alert_after_all() = "a fatal alert of the peer after the handshake was complete on both sides";
    alert() = "any other fatal alert of the peer";

    // application.rs
    renegotiation_refused() =
        "the peer wanted to renegotiate after the handshake, and ended the connection when we did not";
    speaks_http2() = "`--alpn` agreed on another protocol than HTTP/1, and nothing is asked";
    answer_not_whole() = "an answer that ends or stops before it is whole, or before it is known to be";
    not_http() = "the peer answers under the session's keys, and it is not HTTP/1";
    no_answer() = "the server ends with close_notify and has answered nothing";
    no_request() = "the client's request is not whole";
    silent_after_handshake() = "no answer within the time, though the handshake was complete";

    // certificate.rs
    client_showed_no_certificate() = "the server insists on a client certificate, and the client showed none";
    key_too_short() = "a signature under an RSA key of less than 2048 bits does not pass";
    signature_does_not_fit() = "the certificate passed, and the signature of the handshake does not fit";
    certificate_self_signed() = "a refused certificate that signed itself";
    certificate_issuer_unknown() = "no way leads from a refused certificate to a trusted CA";
    certificate_name() = "a refused certificate is for other names";
    certificate_expired() = "a refused certificate has expired";
    certificate_not_yet_valid() = "a refused certificate is not valid yet";
    certificate_signature_algorithm() = "a refused certificate is signed by an algorithm that is not taken";
    certificate_signature() = "the signature on a refused certificate is not one of its issuer's key";
    certificate_purpose() = "a refused certificate is meant for something else";
    certificate_of_a_ca() = "a CA's own certificate was shown as a server's or client's";
    certificate_version() = "a refused certificate is of X.509 version 1 or 2";
    certificate_refused() = "a certificate refused for another reason";

    // hello.rs
    version_too_old() = "the peer has TLS 1.1 or older at most";
    no_version_in_common() = "no version in common, and the peer has TLS 1.2 or 1.3";
    suite_wants_another_key() = "no cipher suite in common: those of the client want another kind of certificate";
    no_suite_in_common() = "no other cipher suite in common";
    no_group_in_common() = "no group for the key exchange in common";
    no_signature_in_common() = "no signature scheme in common";
    no_protocol_in_common() = "this side finds no application protocol in common";
    library_insists() = "the peer lacks an extension that the library insists on";

    // own_certificate.rs
    no_client_certificate_shown() =
        "an alert about certificates to a client that was asked for one and showed none";
    own_certificate_out_of_date() =
        "an alert about our certificate, which is not valid on this day by our own clock";
    clocks_differ() = "the alert certificate_expired about a certificate that is valid by our clock";
    own_certificate_self_signed() = "the alert unknown_ca about a certificate of ours that signed itself";
    own_issuer_unknown() = "the alert unknown_ca about our certificate";
    asked_for_another_name() =
        "bad_certificate or certificate_unknown from a client that asked for a name which our certificate does \
         not have";
    own_certificate_refused() =
        "bad_certificate or certificate_unknown about a certificate of ours in which we see nothing wrong";
    own_certificate_of_another_kind() = "the alert unsupported_certificate about our certificate";

    // peer.rs
    old_hello() = "a hello in the format of SSL 2.0";
    another_protocol() = "the peer's first bytes are those of another protocol";
    too_long() = "a record or message is longer than TLS allows";
    unreadable() = "a message of TLS does not read";
    out_of_place() = "a message came where another was due";
    downgraded() = "the version was lowered although both sides have a higher one";
    does_not_open() = "an encrypted record of the peer does not open";
    finished_differs() = "the peer's Finished opens, and its digest is not that of our handshake";
    broke_a_rule() = "the peer broke another rule of TLS";

    // transport.rs
    stopped() = "the program was told to stop";
    nothing_came() = "a client that connects and leaves without a byte";
    reset_at_hello() = "the connection is reset in answer to the ClientHello";
    silent_at_hello() = "no answer to the ClientHello";
    silent_client() = "a client that sends no ClientHello";
    silent() = "the peer falls silent in the handshake";
    closed() = "the peer, or something between, ends TCP without an alert";
    reset() = "the peer, or something between, resets the connection";
    unacknowledged() = "what was sent is not acknowledged, or the path breaks";
}

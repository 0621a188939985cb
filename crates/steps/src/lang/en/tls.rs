//! Why a TLS connection failed, in English.

crate::sentences! {
    // reason.rs
    and_the_peer_was_told(cause, peer, alert) = "{cause} The {peer} was told: alert {alert}.";

    // facts.rs
    unknown_issuer() = "unknown issuer";
    not_for_this_name() = "not for this name";
    expired() = "expired";
    not_valid_yet() = "not valid yet";
    wrong_signature() = "wrong signature";
    signature_algorithm_not_taken() = "signature algorithm not taken";
    for_another_purpose() = "for another purpose";
    a_cas_own_certificate() = "a CA's own certificate";
    issued_by_one_that_is_no_ca() = "issued by one that is no CA";
    x_509_version_1_or_2() = "X.509 version 1 or 2";
    does_not_read() = "does not read";
    unknown_critical_extension() = "unknown critical extension";
    name_not_allowed_to_its_ca() = "name not allowed to its CA";
    chain_too_long() = "chain too long";
    revoked() = "revoked";
    refused() = "refused";
    after(title) = "after its {title}";
    before_its_first_message() = "before its first message";
    client() = "client";
    server() = "server";
    none() = "none";
    and_more(first, more) = "{first} and {more} more";

    // alert.rs
    after_our(title) = " after our {title}";
    the_peer_sent_the_alert(peer, alert, after, meaning) = "the {peer} sent the alert {alert}{after}: {meaning}";
    it_has_no_version_that_we_offer(offered) =
        "no TLS version in common; it has none of those that we offer ({offered}).";
    it_does_not_take_the_version_that_we_chose(offered) =
        "it does not take the version that we chose of those it offers ({offered}).";
    it_may_have_only_old_versions(cause) = "{cause} It may have only TLS 1.1 or older, which RFC 8996 forbids.";
    leave_out_variant_to_offer_more() = "Leave out `--variant` to offer TLS 1.3 and 1.2.";
    leave_out_tls12() = "Leave out `--tls12` to offer TLS 1.3, too.";
    it_does_not_take_the_one_suite() =
        "it does not take the one suite that we offer, TLS_RSA_WITH_AES_128_GCM_SHA256 (static RSA), or not \
         with its certificate.";
    nothing_in_common(offered) =
        "it shares no cipher suite, group or signature scheme with us. We offer {offered} with \
         ephemeral keys (ECDHE) and authenticated encryption (GCM, ChaCha20-Poly1305), and neither static RSA \
         nor FFDHE nor CBC.";
    leave_out(wider) = "Leave out {wider}.";
    variant_rsa_reaches_static_rsa() = "If the server has only static RSA, `--variant rsa` reaches it.";
    it_knows_no_host_called(name) = "it knows no host called `{name}`.";
    it_wants_to_be_asked_by_name() =
        "it wants to be asked for a host by its name (SNI), and we asked for none: an address is no name.";
    server_name_asks_for_another() = "`--server-name NAME` asks for another.";
    it_has_no_application_protocol_that_is_offered(offered) =
        "no application protocol (ALPN) in common; the client offers {offered}.";
    alpn_names_others() = "`--alpn NAME` names others.";
    a_record_of_ours_does_not_open_there() =
        "a record of ours does not open under its key: it was changed on the way.";
    what_we_sent_encrypted_does_not_open() =
        "what we sent encrypted does not open under its key: it was changed on the way, or the hellos were, for \
         the keys come from them.";
    our_signature_or_finished_does_not_fit() =
        "a signature or a Finished of ours does not fit what it saw: the handshake was changed on the way, or \
         it cannot check that signature.";
    compare_both_logs() = "Compare the randoms and suites in both logs.";
    after_a_complete_handshake_and_data(meaning) =
        "{meaning} The handshake was complete and data had come before it.";
    perhaps_the_long_key_share_confuses_it() =
        "Perhaps the long key share confuses it: `--group x25519` sends a short one.";
    it_did_not_expect_that_message() = "a message came that it did not expect at that place.";
    our_record_was_too_long_for_it() = "a record of ours was longer than it takes.";
    something_compressed_does_not_unpack() = "something compressed does not unpack.";
    it_found_no_agreement() = "it found no agreement that it accepts; the alert does not say on what.";
    what_we_share_is_too_weak() = "what we have in common is too weak for it.";
    our_value_is_out_of_bounds() = "a value of ours is out of bounds or contradicts another.";
    it_lets_the_holder_not_in() = "it knows our certificate and does not let its holder in.";
    our_message_does_not_read() = "a message of ours does not read for it.";
    export_rules_forbid_it() = "export rules of another age forbid it.";
    something_failed_on_its_side() = "something failed on its side that has nothing to do with us.";
    it_has_a_higher_version() = "it has a higher version than the one that was tried again.";
    its_user_gave_up() = "whoever sits there gave up.";
    it_does_not_renegotiate() = "it does not renegotiate.";
    it_misses_an_extension() = "it misses an extension that it needs.";
    it_had_not_asked_for_that_extension() = "an extension came that it had not asked for.";
    our_certificate_was_revoked() = "a certificate of ours was revoked.";
    it_does_not_accept_our_ocsp_answer() = "it does not accept our OCSP answer.";
    it_does_not_know_the_pre_shared_key() = "it does not know the pre-shared key that was named.";
    it_wants_an_encrypted_client_hello() = "it wants an encrypted ClientHello.";
    it_wants_a_client_certificate() = "it wants a certificate of the client.";
    it_does_not_know_or_trust_a_ca() = "it does not know or trust a CA.";
    it_does_not_accept_a_certificate() = "it does not accept a certificate.";
    the_alert_does_not_say_why() = "the alert alone does not say why; its own log may.";

    // application.rs
    the_server_wanted_to_renegotiate(ended) =
        "the handshake was complete; then the server wanted to renegotiate (HelloRequest), mostly to ask for a \
         client certificate after all. We answered no_renegotiation, for this client has none (nor has TLS \
         1.3), and the server {ended}.";
    asking_at_first_needs_no_renegotiation() =
        "A server that asks for the certificate in its first handshake needs no renegotiation.";
    the_client_wanted_to_renegotiate(ended) =
        "the handshake was complete; then the client wanted to renegotiate (a second ClientHello). We answered \
         no_renegotiation, for this server has none (nor has TLS 1.3), and the client {ended}.";
    ended_with_the_alert(alert) = "ended with the alert {alert}";
    closed_the_connection() = "closed the connection";
    reset_the_connection() = "reset the connection";
    said_nothing_more(seconds) = "said nothing more for {seconds} s";
    agreed_on_another_protocol(agreed) =
        "TLS is fine, and both sides agreed on `{agreed}` (ALPN), as `--alpn` asked; this client speaks \
         HTTP/1.1 alone, and asked nothing.";
    leave_out_alpn() = "Leave out `--alpn` to agree on HTTP/1.1.";
    ended_tcp_without_close_notify() = "ended TCP without close_notify";
    the_answer_is_not_whole() =
        "TLS is fine, but the server's answer is not whole: the server ended with close_notify in the middle of \
         it.";
    the_answer_has_no_end(seconds) =
        "TLS is fine, but the server's answer has no end: it sent nothing more for {seconds} s and did not \
         close, and the length that the answer's head names was not reached, or it names none.";
    the_answer_may_have_been_cut(how) =
        "TLS is fine, but the server's answer is not whole, or cannot be known to be: it {how} before the \
         length was reached that its head names, or its head names none. Whoever cuts TCP could have cut the \
         answer, too (RFC 8446 §6.1).";
    the_server_does_not_speak_http(line, service) =
        "TLS is fine, but the server does not speak HTTP: it said `{line}`{service}.";
    the_answer_is_binary() = "TLS is fine, but what came back is no HTTP/1 answer: it is binary.";
    as_that_service_does(service) = ", as {service} does";
    no_answer_but_close_notify(after) =
        "TLS is fine for us, but the server ended with close_notify {after}, and has answered our request by \
         nothing.";
    no_answer_but_a_reset(after) =
        "the server, or something between, reset the TCP connection {after}; for us the handshake was complete, \
         and our request has no answer.";
    no_answer_but_the_end_of_tcp(after) =
        "the server, or something between, closed the TCP connection {after} (without an alert); for us the \
         handshake was complete, and our request has no answer.";
    it_had_asked_for_a_certificate() =
        "It had asked for a client certificate, and we showed none: `--client-cert` gives one.";
    perhaps_it_does_not_speak_http() = "Perhaps it does not speak HTTP.";
    closed_in_the_middle_of_its_request() = "closed in the middle of its request";
    sent_too_long_a_head(kib) = "sent a request head longer than {kib} KiB";
    did_not_end_its_request(seconds) = "did not end its request within {seconds} s";
    sent_no_request(seconds) = "sent no request within {seconds} s, as browsers do with connections in reserve";
    tls_is_fine_but_the_client(did) = "TLS is fine, but the client {did}.";
    silent_after_the_handshake(peer, seconds, after, alpn) =
        "TLS is fine, the handshake is complete, but the {peer} said nothing within {seconds} s, {after} \
         (application protocol agreed: {alpn}): it is slow, or it does not speak HTTP (LDAP, MQTT and others \
         wait for words of their own).";

    // certificate.rs
    the_client_showed_no_certificate() = "the client was asked for a certificate and showed none.";
    give_one_or_do_not_insist(client) =
        "It needs one (`{client} tls --client-cert`), or the server asks without insisting (`--client-auth \
         request`).";
    the_peers_certificate_was_refused(peer, why) = "the {peer}'s certificate was refused: {why}";
    its_issuers_key_is_too_short(issuer, bits, least) =
        "its issuer ({issuer}) has an RSA key of {bits} bits, and signatures under keys of less than {least} \
         bits are not taken here (RFC 9325 §4.5).";
    that_ca_needs_a_longer_key() = "That CA needs a longer key.";
    the_peers_key_is_too_short(peer, bits, least) =
        "the {peer}'s certificate has an RSA key of {bits} bits, and signatures under keys of less than {least} \
         bits are not taken here (RFC 9325 §4.5).";
    the_peer_needs_a_longer_key(peer) = "The {peer} needs a certificate with a longer key.";
    the_peers_signature_does_not_fit(peer, scheme, over) =
        "the {peer}'s signature ({scheme} over {over}) does not fit what we saw: the handshake was changed on \
         the way, or it does not hold the certificate's key; the certificate itself passed.";
    it_signed_itself(subject) = "it signed itself ({subject}), and it is not among those trusted here.";
    if_it_is_right_trust_it() = "If it is the right one, trust it by `--ca FILE`.";
    the_client_needs_a_certificate_of_our_ca() =
        "The client needs a certificate of the CA that is trusted here (ca.pem of `--certs`).";
    no_way_leads_from_its_issuer(issuer, sent) =
        "no way leads from its issuer ({issuer}) to a CA that is trusted here; the peer sent a chain of {sent}.";
    trust_the_right_ca_or_the_systems() =
        "Trust the right CA (`--ca FILE`, `--system-roots`; our demo CA is ca.pem of `--certs`), or the server \
         has to send the certificates between.";
    trust_the_right_ca() =
        "Trust the right CA (`--ca FILE`; our demo CA is ca.pem of `--certs`), or the server has to send the \
         certificates between.";
    trust_its_ca_or_it_sends_the_chain() =
        "Trust the right CA, or the server has to send the certificates between.";
    it_is_for_no_name_at_all(asked) =
        "it is for no name at all (subjectAltName is empty; a common name does not count, RFC 9525 §2), and not \
         for {asked}.";
    it_is_for_other_names(asked, names) = "it is not for {asked} but for {names}.";
    ask_for_one_of_its_names() =
        "Ask for one of its names (`--server-name NAME`), or the server needs another certificate.";
    the_server_needs_another_certificate() = "The server needs another certificate.";
    it_expired(to) = "it expired on {to}.";
    its_owner_needs_a_new_one() = "Its owner needs a new one, unless the clock here is wrong.";
    it_is_not_valid_before(from) = "it is not valid before {from}.";
    it_is_too_early() = "It is too early, unless the clock here is wrong.";
    its_signature_algorithm_is_not_taken(algorithm, issuer) =
        "it, or one above it, is signed by an algorithm that is not taken here; its own is {algorithm}, by \
         {issuer}. SHA-1 is taken no more (RFC 9155).";
    issue_it_again_with_sha256() =
        "It has to be issued again with SHA-256 or better; who issued it may well be trusted.";
    the_signature_on_it_is_not_its_issuers(issuer) =
        "the signature on it is not one by the key that we know as {issuer}'s: a CA of the same name has \
         another key, or the certificate was changed.";
    peers_in_general(peer) = "{peer}s";
    it_is_not_meant_for_this(subject, peers) = "it ({subject}) is not meant for {peers} (extended key usage).";
    it_is_a_cas_own_certificate(subject, peer) =
        "it ({subject}) is a CA's own certificate (basicConstraints CA:TRUE), and the {peer} needs one that \
         such a CA has issued.";
    it_is_of_an_old_x509_version(subject) =
        "it ({subject}), or one above it, is of X.509 version 1 or 2, which has no extensions and so no names \
         (RFC 5280 §4.1.2.1).";
    issue_it_again_as_version_3() =
        "It has to be issued again as version 3: `openssl x509 -req` makes version 1 without `-extfile`.";
    one_that_is_no_ca_has_signed_another() =
        "a certificate that is no CA's (basicConstraints) has signed another of the chain.";
    it_does_not_read() = "it does not read (RFC 5280 §4.1).";
    it_has_a_critical_extension() = "it has a critical extension that is not understood here.";
    a_ca_may_not_speak_for_that_name() = "a CA of the chain may not speak for such a name (name constraints).";
    the_chain_is_too_long() = "the chain is longer than a CA in it allows, or too long to follow.";
    it_was_revoked() = "it was revoked.";
    the_librarys_check_did_not_pass() = "the library's check did not pass, and the library does not say at what.";
    the_peer_needs_another_one(peer) = "The {peer} needs another one.";

    // hello.rs
    the_server_chose_a_version_not_offered(version, offered) =
        "the server chose {version}, which we did not offer (we offer {offered}); RFC 8996 forbids it.";
    no_version_in_common_with_the_client(version) =
        "no TLS version in common with the client: it offers up to {version}, which RFC 8996 forbids.";
    it_needs_tls_1_2_or_1_3() = "It needs TLS 1.2 or 1.3.";
    no_version_in_common_the_server_chose(chosen, offered) =
        "no TLS version in common with the server: it chose {chosen}, and we offer {offered}.";
    no_version_in_common_with_the_peer(peer, offered) =
        "no TLS version in common with the {peer}: the client offers {offered}.";
    this_port_is_for_static_rsa() =
        "This port is for static RSA in TLS 1.2; the server's other port has TLS 1.3 and 1.2 (7443 by default).";
    the_clients_suites_want_another_key(other, ours, key) =
        "no cipher suite in common with the client: its suites want an {other} certificate, and ours has an \
         {ours} key ({key}).";
    an_rsa_certificate_would_do() =
        "A certificate with an RSA key would do (`--cert`, `--key`; the demo set has server-rsa.pem).";
    an_elliptic_curve_certificate_would_do() =
        "A certificate with an elliptic curve key would do (`--cert`, `--key`).";
    all_of_them_are_static_rsa() = " All of them are static RSA.";
    all_of_them_are_finite_field() = " All of them are finite-field Diffie-Hellman (DHE).";
    all_of_them_are_cbc() = " All of them are CBC.";
    no_suite_at_the_port_for_static_rsa(listed) =
        "no cipher suite in common with the client: this port has only TLS_RSA_WITH_AES_128_GCM_SHA256 (static \
         RSA), and the client offers {listed}.";
    no_suite_in_common_with_the_peer(peer, listed, kind) =
        "no cipher suite in common with the {peer}: the client offers {listed}.{kind}";
    leave_out_variant_or_offer_that_suite(client) =
        "Leave out `--variant`, or have the client offer that suite (`{client} tls --variant rsa`).";
    the_port_for_static_rsa_takes_it() = "The server's port for static RSA takes such a client (7444 by default).";
    no_group_in_common(peer, offered) =
        "no group for the key exchange in common with the {peer}: the client offers {offered}.";
    leave_out_group() = "Leave out `--group`.";
    the_peer_takes_no_signature_of_our_key(peer, key, taken) =
        "the {peer} takes no signature that our certificate's key ({key}) can make: it takes {taken}.";
    a_certificate_of_another_kind_would_do() =
        "A certificate with another kind of key would do (`--cert`, `--key`).";
    the_peer_signed_by_another_scheme(peer, scheme) =
        "the {peer} signed the handshake by {scheme}, which is not among the schemes that we offered (RFC 5246 \
         §7.4.3, RFC 8446 §4.4.3).";
    no_application_protocol_in_common(offered) =
        "client and server have no application protocol (ALPN) in common; the client offers {offered}.";
    of_the_suite(suite) = " (suite {suite})";
    the_peer_lacks_something(peer, suite) =
        "the {peer} lacks something that our library insists on{suite}: signature_algorithms, supported_groups, \
         key_share, uncompressed points or null compression (RFC 8446 §9.2, RFC 8422 §5.1).";

    // own_certificate.rs
    our_key_makes_none_of_its_signatures(schemes) =
        "the certificate of `--client-cert` was not shown, for its key makes none of the signatures that the \
         server takes ({schemes}).";
    it_insists_on_a_client_certificate() =
        "it asked for a client certificate, we showed none, and it does not go on without.";
    give_a_client_certificate() = "Give one by `--client-cert FILE --client-key FILE`.";
    client_ws_has_no_client_certificates(client) =
        "`{client} ws` has no client certificates: let the server ask without insisting.";
    our_certificate_expired(to) = "our certificate expired on {to}.";
    issue_it_again(certs) = "It has to be issued again (`{certs} --check` says which of the demo set).";
    our_certificate_is_not_valid_before(from) = "our certificate is not valid before {from}.";
    by_our_clock_it_is_valid(from, to) =
        "by our clock our certificate is valid, from {from} to {to}: the other clock is wrong, or it speaks of \
         a certificate above ours.";
    our_certificate_signed_itself(issuer) =
        "our certificate signed itself ({issuer}) and is not among those it trusts.";
    it_has_to_trust_this_certificate() = "It has to trust this very certificate.";
    it_found_no_way_from_our_issuer(issuer, sent_chain) =
        "it found no way from our certificate's issuer ({issuer}) to a CA that it trusts; we sent a chain of \
         {sent_chain}.";
    it_trusts_that_ca_or_we_send_the_chain(client) =
        "Either it trusts that CA (the demo CA is ca.pem of `--certs`: `{client} tls --ca`, `curl --cacert`), or \
         we send the certificates between.";
    we_need_a_certificate_that_it_trusts() = "We need a certificate of a CA that it trusts.";
    it_asked_for_a_name_that_we_do_not_have(asked, names) =
        "it asked for `{asked}`, and our certificate is for {names}.";
    ask_for_one_of_ours() = "It has to ask for one of these names, or we need a certificate for that one.";
    it_does_not_accept_our_certificate(issuer) =
        "it does not accept our certificate, issued by {issuer}; the alert stands for a CA that it does not \
         trust as well as for any other check.";
    most_likely_not_our_ca(asked, issuer) =
        "it does not accept our certificate. The name that it asked for (`{asked}`) is in it and its dates are \
         right: most likely it does not trust the CA ({issuer}), for which many clients send this alert.";
    not_our_ca_or_not_the_name(issuer, names) =
        "it does not accept our certificate: it does not trust the CA ({issuer}), or the name or address by \
         which it came is not among {names} (it asked for none).";
    our_certificate_is_of_a_kind_not_taken(subject) =
        "our certificate ({subject}) is of a kind that it does not take: meant for another use (extended key \
         usage), or with a key of a kind that it does not know.";

    // peer.rs
    the_client_sent_a_hello_of_ssl2() =
        "the client sent a hello in the format of SSL 2.0, as very old clients and scanners do, also to offer \
         TLS 1.0 (RFC 5246 §E.2): RFC 6176 forbids it, and it cannot lead to TLS 1.2 or 1.3 here.";
    the_client_spoke_plain_http() = "the client spoke plain HTTP to the TLS port.";
    use_https_there() = "Use https:// there, or another port here.";
    the_client_spoke_ssh() = "the client spoke SSH to the TLS port.";
    the_ssh_server_has_another_port() = "The SSH server has another port (7022).";
    the_server_answered_in_plain_http() = "the server answered in plain HTTP.";
    this_is_not_its_tls_port() = "This is not its TLS port (often 443).";
    an_ssh_server_answered() = "an SSH server answered: this is not a TLS port.";
    client_ssh_speaks_to_it(client) = "`{client} ssh` speaks to it.";
    the_server_wants_starttls(service) =
        "the server speaks {service} and greets first, in the clear: it wants STARTTLS before TLS, which this \
         client does not do.";
    tls_at_once_has_another_port(service, port) =
        "{service} over TLS from the first byte has a port of its own ({port}).";
    and_its_first_line(cause, line) = "{cause} Its first line: “{line}”.";
    smtp_or_ftp() = "SMTP or FTP";
    pop3() = "POP3";
    imap() = "IMAP";
    the_peer_did_not_speak_tls(peer, expected, got) =
        "the {peer} did not speak TLS: {expected} was due, and its first bytes look like this: {got}.";
    the_peers_first_bytes_are_unknown(peer, expected) =
        "the {peer} did not speak TLS: {expected} was due, and its first bytes are of no protocol that is known \
         here.";
    is_this_the_right_port() = "Is this the right port?";
    the_peer_sent_something_too_long(peer, place) =
        "the {peer} sent, {place}, a record or message that is longer than TLS allows: a record has at most \
         2^14 bytes and 2048 more where it is encrypted (RFC 5246 §6.2.3; 256 in TLS 1.3, RFC 8446 §5.2).";
    bytes_of_no_record() = "bytes with which no record of TLS begins (RFC 8446 §5.1)";
    a_message_that_is_too_long() = "a message that is too long";
    an_empty_record() = "an empty record where TLS allows none (RFC 8446 §5.1)";
    a_message_that_does_not_read() =
        "a message that does not read: its lengths or values contradict the RFC's format (RFC 8446 §6.2, \
         decode_error)";
    the_peer_sent_what_does_not_read(peer, place, how) = "the {peer} sent, {place}, {how}.";
    the_peer_sent_another_message_than_due(peer, got, place, due) =
        "the {peer} sent {got} {place}, where {due} was due (RFC 8446 §4, RFC 5246 §7.3).";
    the_version_was_lowered(version) =
        "the server chose {version} and says in its random that it has TLS 1.3, which we offered: somebody on \
         the way has lowered the version (RFC 8446 §4.1.3).";
    a_record_of_the_peer_does_not_open(peer) = "a record of the {peer} does not open: it was changed on the way.";
    the_peers_first_encrypted_record_does_not_open(peer) =
        "the {peer}'s first encrypted record does not open: it was changed on the way, or the hellos were, for \
         the keys come from them.";
    the_peers_finished_does_not_fit(peer) =
        "the {peer}'s Finished opens, but its digest is not that of the handshake we saw: something on the way \
         changed a message.";
    it_renegotiates_again_and_again() =
        "it wants to renegotiate again and again, which this side refuses (RFC 5246 §7.4.1.1).";
    its_server_name_is_not_one_host_name() =
        "its server_name extension does not hold exactly one host name (RFC 6066 §3).";
    it_broke_a_rule_of_the_handshake() = "it broke a rule of the handshake; the log shows what it sent last.";
    its_hello_retry_request_contradicts() =
        "its HelloRetryRequest, or what followed one, contradicts the hello before it (RFC 8446 §4.1.4).";
    it_sent_an_extension_twice() = "it sent an extension twice, unasked or in the wrong message (RFC 8446 §4.2).";
    its_resumption_does_not_fit() =
        "its resumption or early data does not fit the session (RFC 8446 §4.2.10, §4.2.11).";
    it_sends_too_many_without_meaning() =
        "it sends too many warnings, empty records, KeyUpdates or ChangeCipherSpecs, one after another.";
    key_change_shares_a_record() =
        "a message that changes the keys, or a part of one, shares a record with others (RFC 8446 §5.1).";
    the_peer_broke_a_rule(peer, place, how) = "the {peer} broke a rule of TLS {place}: {how}";
    it_chose_a_protocol_not_offered(chosen, offered) =
        "it chose the application protocol `{chosen}`, and we offered {offered} (RFC 7301 §3.1).";
    it_chose_a_suite_not_offered(suite) =
        "it chose the cipher suite {suite}, which we did not offer (RFC 5246 §7.4.1.3).";
    it_chose_something_not_offered() =
        "it chose a group, version, compression or key share that we did not offer (RFC 8446 §4.1.3, §4.2.8).";

    // transport.rs
    the_server_was_stopped() = "the server was stopped.";
    the_client_left_without_a_byte() =
        "the client connected and left without a byte: port scans and health checks do that. Nothing is wrong \
         with TLS.";
    it_does_not_speak_tls_here() = "it does not speak TLS on this port";
    the_name_does_not_pass(name) = "something between does not let the name `{name}` pass (SNI)";
    a_long_hello_confuses_it() = "a ClientHello in two segments, as the long key share makes it, confuses it";
    it_stumbles_over_tls13() = "it stumbles over TLS 1.3";
    reset_at_the_hello(causes) =
        "the server, or something between, reset the TCP connection before its first message, in answer to our \
         ClientHello. The reset does not say why: {causes}.";
    make_the_hello_short() = "`--group x25519` makes the ClientHello short, `--variant ecdhe` leaves out TLS 1.3.";
    leave_out_tls13_or_ask_for_another_name() =
        "`--variant ecdhe` leaves out TLS 1.3, `--server-name` asks for another name.";
    another_server_name() = "`--server-name` asks for another name.";
    the_server_did_not_answer_our_hello(seconds) =
        "the server did not answer our ClientHello within {seconds} s, before its first message: it hangs or is \
         overloaded, it speaks another protocol and waits for more, or something between drops what we send.";
    is_this_the_tls_port() = "Is this the TLS port?";
    the_client_did_not_end_its_message(seconds) =
        "the client began a message and did not end it within {seconds} s, before its first message was whole.";
    the_client_sent_nothing(seconds) =
        "the client sent nothing within {seconds} s, before its first message: it waits for us to speak first, \
         as clients of SSH and mail servers may, or keeps the connection in reserve, as browsers do.";
    the_peer_did_not_go_on(peer, seconds, place) =
        "the {peer} did not go on within {seconds} s, {place}: the handshake is not complete.";
    without_an_alert() = "without an alert";
    its_last_alert(alert) = "its last alert was {alert}";
    the_peer_closed_the_connection(peer, place, alert) =
        "the {peer}, or something between, closed the TCP connection {place} ({alert}).";
    the_peer_reset_the_connection(peer, place) =
        "the {peer}, or something between, reset the TCP connection {place}.";
    what_we_sent_was_never_acknowledged(place) =
        "what we sent {place} was never acknowledged, and the kernel gave the connection up.";
    the_path_broke(place) = "the path broke {place}: the kernel says that the other side is unreachable.";
    we_could_not_go_on(place) = "our own library or system could not go on {place}.";
}

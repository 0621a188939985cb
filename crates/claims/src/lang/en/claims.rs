//! The claims, and how each is judged, in English.

steps::sentences! {
    // claim.rs
    tcp_opening_in_three_steps() = "TCP: opening in three steps";
    tcp_closing_in_four_steps() = "TCP: closing in four steps";
    tls_the_four_flights() = "TLS: the four flights";
    websocket_the_upgrade() = "WebSocket: the upgrade";
    ssh_from_version_to_access() = "SSH: from version to access";
    o1() = "A client opens a connection by sending a SYN.";
    o1_rule() = "As noted when the first segment is a SYN without ACK.";
    o2() = "If no answer comes, a timer runs out and the SYN is sent again.";
    o2_rule() = "As noted when a second SYN follows after a gap; the gaps are printed.";
    o3() = "The repeated SYN carries the same sequence number as the first.";
    o3_rule() = "As noted when the sequence numbers are equal.";
    o4() = "The number of repeats is limited; after that the client gives up.";
    o4_rule() = "As noted when connect() fails with ETIMEDOUT after the last repeat.";
    o5() = "The server's SYN+ACK confirms the client's SYN and carries a SYN of its own.";
    o5_rule() = "As noted when its acknowledgment number is the client's ISN + 1.";
    o6() = "If the last ACK does not come, the server sends its SYN+ACK again.";
    o6_rule() = "As noted when a second SYN+ACK has the same sequence number.";
    o7() = "These repeats are limited too; then the server drops the half-open connection.";
    o7_rule() = "As noted when the kernel no longer lists the half-open connection.";
    o8() = "The client acknowledges the server's SYN.";
    o8_rule() = "As noted when the acknowledgment number is the server's ISN + 1.";
    o9() = "This last ACK is never repeated of its own accord.";
    o9_rule() = "As noted when, the ACK being lost, none follows before the server's repeat.";
    o10() = "The server repeats its SYN+ACK, and the client answers it with the ACK once more.";
    o10_rule() = "As noted when each repeated SYN+ACK is followed by an ACK.";
    o11() = "If the ACK never arrives, the server drops the connection.";
    o11_rule() = "Depends: the client believes it is connected until it sends or is reset.";
    o12() = "Three segments, because only then has each side shown that it can send and receive.";
    o12_rule() = "As noted when the segment that proves each of the four abilities was seen.";
    o13() = "An old duplicate SYN is answered, found wrong by the client and reset; the new SYN then succeeds.";
    o13_rule() = "As noted when SYN+ACK, RST and a fresh handshake follow in this order.";
    o14() = "Both initial sequence numbers are acknowledged, so both directions are in step.";
    o14_rule() = "As noted when each side's ISN + 1 was acknowledged by the other.";
    o15() = "Repeated SYNs do not pile up useless connections on the server.";
    o15_rule() = "As noted when several SYNs lead to one accept().";
    c1() = "The client sends a FIN and enters FIN_WAIT_1.";
    c1_rule() = "As noted when its FIN is seen first and the kernel names the state.";
    c2() = "A FIN without an ACK is repeated a limited number of times; then the connection is closed.";
    c2_rule() = "As noted when the FIN is repeated and a limit ends it; the limit is named.";
    c3() = "The server acknowledges the FIN and enters CLOSE_WAIT; the client enters FIN_WAIT_2.";
    c3_rule() = "As noted when the ACK covers the FIN and the kernel names both states.";
    c4() = "The server's ACK is not repeated by itself; the client repeats its FIN and is acknowledged again.";
    c4_rule() = "As noted when no second ACK comes before the repeated FIN.";
    c5() = "The server first sends what it still has, and only then its own FIN.";
    c5_rule() =
        "As noted when data lies between the client's FIN and the server's; LAST_ACK is the state the notes \
         leave out.";
    c6() = "If no FIN comes from the server, the client waits and closes on a timeout.";
    c6_rule() = "Depends: only a socket the program has closed has this timer.";
    c7() = "A server whose FIN is not acknowledged repeats it, a limited number of times, then closes.";
    c7_rule() = "As noted when the server's FIN is repeated and a limit ends it.";
    c8() = "With nothing left to send and delayed ACKs on, ACK and FIN travel together: three segments.";
    c8_rule() = "Depends: the server must close before its delayed ACK leaves.";
    c9() = "The client acknowledges the server's FIN, waits in TIME_WAIT and then closes.";
    c9_rule() = "As noted when the kernel lists TIME_WAIT; its timer is printed.";
    c10() = "The server receives that ACK and is closed.";
    c10_rule() = "As noted when the kernel says the server's end is closed.";
    t1() = "ClientHello carries the version, the client random and the cipher suites on offer.";
    t1_rule() = "As noted unless the versions on offer stand in an extension (supported_versions).";
    t2() = "ServerHello carries the version, the server random and the suite that was picked.";
    t2_rule() = "As noted unless it also carries the key share and the true version stands in an extension.";
    t3() = "The server sends its certificate.";
    t3_rule() = "As noted when it crosses in the clear; differs when it is encrypted.";
    t4() = "ServerHelloDone says that the server has said all it had to say.";
    t4_rule() =
        "As noted when it follows the certificate at once; differs when ServerKeyExchange comes first; absent \
         in TLS 1.3.";
    t5() = "The client checks the certificate with the CA's public key.";
    t5_rule() = "As noted when the library's verifier returned its verdict; what was checked is printed.";
    t6() = "The client takes the server's public key from the certificate.";
    t6_rule() =
        "As noted when that key encrypts the pre-master; differs in use when it verifies a signature instead.";
    t7() = "The client makes a random pre-master secret and encrypts it with the server's key.";
    t7_rule() = "As noted with RSA key transport; differs when both sides compute the secret from ephemeral keys.";
    t8() = "ClientKeyExchange carries it to the server.";
    t8_rule() =
        "As noted when it carries an encrypted secret; differs when it carries a public key; absent in TLS 1.3.";
    t9() = "From the same three randoms both sides derive the session key.";
    t9_rule() =
        "As noted with RSA; differs when the third is a Diffie-Hellman secret that never crossed, or with HKDF.";
    t10() = "ChangeCipherSpec: from here on the client encrypts.";
    t10_rule() = "As noted in TLS 1.2; in TLS 1.3 it is a dummy for middleboxes.";
    t11() = "An encrypted message with a digest of the handshake lets the server test the encryption.";
    t11_rule() = "As noted when the client's Finished decrypts and its verify_data is recomputed equal.";
    t12() = "The same digest reveals any tampering with the handshake.";
    t12_rule() = "As noted when verify_data is compared with a digest of what truly crossed.";
    t13() = "The server sends the same two messages, and the client checks them.";
    t13_rule() = "As noted when the server's Finished follows the client's; differs when it comes first.";
    t14() = "The handshake is complete, and data travels under symmetric encryption.";
    t14_rule() = "As noted when application data was opened with the session's keys.";
    w1() =
        "After the handshake below it, the client asks for an upgrade with special headers and a random base64 \
         key.";
    w1_rule() = "Depends: the handshake before it is TCP's (and TLS's for wss), not HTTP's.";
    w2() = "A server that supports it turns the key into a string by a public algorithm and returns it.";
    w2_rule() = "As noted when base64(SHA-1(key + GUID)) equals the string returned.";
    w3() = "Status 101: the protocols are switched.";
    w3_rule() = "As noted when the status line says 101.";
    w4() = "The client computes the same string and compares; equal means established.";
    w4_rule() = "As noted when the client's own computation equals what the server returned.";
    w5() = "From then on data travels in WebSocket frames.";
    w5_rule() = "As noted when frames were read; the client's are masked, the server's are not.";
    w6() = "Two messages are enough to establish it.";
    w6_rule() = "As noted when exactly one request and one answer crossed before it was established.";
    s1() = "First come the three steps of TCP.";
    s1_rule() = "As noted when the kernel says ESTABLISHED before the first byte of SSH.";
    s2() = "The client sends its version, and the server answers with its own.";
    s2_rule() = "Depends: neither has to wait for the other; who was first on this wire is said.";
    s3() = "Both send their lists of algorithms: negotiation.";
    s3_rule() = "As noted when both KEXINIT were seen; how each algorithm was picked is shown.";
    s4() = "Diffie-Hellman gives both sides a shared key.";
    s4_rule() = "As noted when both public values crossed; the method is named.";
    s5() = "Authentication and the session are encrypted with it.";
    s5_rule() = "As noted when encrypted packets follow NEWKEYS.";
    s6() = "The server sends the public key of its host.";
    s6_rule() =
        "Differs in place: it comes inside the key exchange reply, before encryption, and signs the exchange.";
    s7() = "A host that is not in known_hosts is confirmed by the user and added.";
    s7_rule() = "As noted when a user said yes; depends when an option said so beforehand.";
    s8() = "A known host's fingerprint is compared; equal passes.";
    s8_rule() = "As noted when a line of the file matched the key.";
    s9() = "A different key is refused: it may be a man in the middle.";
    s9_rule() = "As noted when the connection was refused because the key had changed.";
    s10() = "The client names the public key it will use.";
    s10_rule() = "As noted when a query without a signature was accepted.";
    s11() =
        "The server sends a challenge, the client answers with its private key, the server checks with the \
         public key.";
    s11_rule() = "Differs: SSH-2 has no challenge message; the client signs the session id and its request.";
    s12() = "If it passes, access is granted.";
    s12_rule() = "As noted when the server granted access.";
    s13() = "If it fails and passwords are enabled, the password is asked for; otherwise access is refused.";
    s13_rule() =
        "As noted when, after the key was refused, a password was checked, or none was asked for and access \
         refused. A password without a key before it: depends.";
}

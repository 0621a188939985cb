//! What there is to say about each step of TLS, in English.

crate::sentences! {
    // cards.rs
    ephemeral_key_title() = "ephemeral key pair";
    ephemeral_key() =
        "A key pair is made for this connection alone: the public half travels, the private half dies with it, \
         and whoever steals the certificate's key later still cannot read today's traffic. For ML-KEM the \
         server makes none: it chooses a secret and sends it encapsulated under the client's key.";
    client_hello_title() = "ClientHello";
    client_hello() =
        "The client speaks first and offers everything it can do: versions, cipher suites, groups, and a fresh \
         random. A TLS 1.3 client already adds a public key, in the hope that the server likes its group.";
    hello_retry_request_title() = "HelloRetryRequest";
    hello_retry_request() =
        "The client's guess was wrong: the server names the group it wants and asks for a second ClientHello. \
         On the wire it is a ServerHello with one fixed random.";
    choose_certificate_title() = "choose certificate";
    choose_certificate() =
        "The server picks a certificate by the name the client asked for and the signatures it understands. One \
         address can serve many names this way.";
    server_hello_title() = "ServerHello";
    server_hello() =
        "The server picks one version and one suite from the offer and adds its own random. In TLS 1.3 it also \
         sends its public key, and everything after this message is encrypted.";
    session_resumed_title() = "session resumed";
    session_resumed() =
        "The server takes up a session that the client showed it: both still hold its secret. No certificate is \
         sent or checked this time, for only the server of that session can know the secret; who it is was \
         checked then.";
    encrypted_extensions_title() = "EncryptedExtensions";
    encrypted_extensions() =
        "The answers that the keys do not depend on, such as the application protocol, wait until they can be \
         encrypted. It is the first message that an onlooker cannot read.";
    certificate_request_title() = "CertificateRequest";
    certificate_request() =
        "The server wants to know who the client is and says which signatures it can check. Without this \
         message the client stays anonymous to TLS.";
    certificate_title() = "Certificate";
    certificate() =
        "The server's certificate ties its public key to its names under a CA's signature. It is public and \
         proves nothing until the server uses the matching private key.";
    server_key_exchange_title() = "ServerKeyExchange";
    server_key_exchange() =
        "The server's ephemeral public key, signed together with both randoms by the certificate's key. This \
         signature is what the certificate is for in ECDHE.";
    certificate_verify_title() = "CertificateVerify";
    certificate_verify() =
        "A signature over the hash of the whole handshake so far proves that the sender holds the certificate's \
         private key, here and now. A copy from another connection would not fit.";
    server_hello_done_title() = "ServerHelloDone";
    server_hello_done() = "An empty message: the server has said its part and waits for the client.";
    verify_certificate_title() = "verify certificate";
    verify_certificate() =
        "The client follows the signatures up to a CA it trusts and checks the dates, the purpose and the name \
         it asked for. Whoever passes may speak for that name.";
    verify_signature_title() = "verify signature";
    verify_signature() =
        "The public key from the certificate checks the server's signature: only now it is proven that the \
         server owns the certificate.";
    sign_title() = "sign";
    sign() =
        "The certificate's private key signs what belongs to this one handshake. It is the only thing the \
         long-lived key does.";
    shared_secret_title() = "shared secret";
    shared_secret() =
        "The own private key and the peer's public key give a number that the other side computes too; with \
         ML-KEM, the server has sent a part of it encapsulated. In the clear it never travels; equal \
         fingerprints in both logs show that it is the same.";
    session_keys_title() = "session keys";
    session_keys() =
        "Secrets become keys: TLS 1.2 stretches one master secret with its PRF, TLS 1.3 runs HKDF over the \
         handshake and has keys of its own for each stage and direction.";
    choose_client_certificate_title() = "choose client cert";
    choose_client_certificate() =
        "The client looks for a certificate that suits the server's request: signed by a CA that the server \
         named, with a key whose signatures it understands.";
    client_certificate_title() = "client Certificate";
    client_certificate() =
        "The client answers the request with its own certificate, or with an empty list if it has none. Whether \
         that is enough is for the server to say.";
    verify_client_certificate_title() = "verify client cert";
    verify_client_certificate() =
        "The server does for the client what the client did for it: it follows the signatures up to a CA it \
         trusts and checks the dates and the purpose. There is no name to compare; whom to let in, the \
         application decides.";
    verify_client_signature_title() = "verify client sign.";
    verify_client_signature() =
        "The signature in CertificateVerify proves that the client holds the private key of the certificate it \
         showed.";
    pre_master_secret_title() = "pre-master secret";
    pre_master_secret() =
        "The third random of static RSA: the client makes 48 bytes and encrypts them with the certificate's \
         key; the server's private key opens them, from the very bytes that crossed. Whoever gets that key \
         later can open every recorded session the same way.";
    client_key_exchange_title() = "ClientKeyExchange";
    client_key_exchange() =
        "The client's part of the key exchange: with ECDHE a public key that anyone may see, with RSA the \
         pre-master secret under the server's key.";
    change_cipher_spec_title() = "ChangeCipherSpec";
    change_cipher_spec() =
        "One byte. In TLS 1.2 the sender encrypts from here on; in TLS 1.3 it means nothing and is sent so that \
         old middleboxes see what they expect.";
    finished_title() = "Finished";
    finished() =
        "An encrypted digest of every handshake message so far. It opens only with the right key and fits only \
         if both sides saw the same handshake; we compute it a second time from what crossed.";
    new_session_ticket_title() = "NewSessionTicket";
    new_session_ticket() =
        "A ticket that only the server can read; a client that shows it next time skips the certificate.";
    handshake_complete_title() = "handshake complete";
    handshake_complete() =
        "The library hands the connection to the application. The two sides reach this point at different \
         moments: whoever still waits for the other's Finished comes later.";
    application_data_title() = "application data";
    application_data() =
        "What the handshake was for: data under a symmetric cipher that also notices any change. The plaintext \
         stands here beside the ciphertext because the run's own keys open it.";
    key_update_title() = "KeyUpdate";
    key_update() = "The sender takes new keys for its direction, without a new handshake.";
    alert_title() = "alert";
    alert() =
        "close_notify ends a connection politely, so that a cut is not taken for an end. Every other alert \
         names an error and ends it at once.";
    other_message_title() = "other message";
    other_message() = "A handshake message for which the suite has no step; its type says what it is.";
    does_not_open_title() = "does not open";
    does_not_open() =
        "An encrypted record carries a proof that nobody changed it. Under this side's key the proof fails: the \
         record was changed on the way, or the two sides hold different keys because they did not see the same \
         handshake.";
    undecodable_title() = "cannot be read";
    undecodable() =
        "These bytes are not what TLS has at this place, or their key never became known here. The rest of this \
         direction is not read.";
}

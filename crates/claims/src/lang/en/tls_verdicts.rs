//! What a run of TLS shows of the claims, in English.

steps::sentences! {
    // judge.rs
    the_version_field_and_the_extension(legacy, version) =
        "the version field says {legacy}, the extension supported_versions says {version}";
    the_version_field_and_the_shares(legacy, version, shares) =
        "the version field says {legacy}, the extension supported_versions says {version}, and a key share \
         ({shares}) is already there";
    a_key_share(share) = "a key share ({share})";
    no_key_share_but_a_pre_shared_key() = "no key share but a pre-shared key";
    neither_a_key_share_nor_a_pre_shared_key() = "neither a key share nor a pre-shared key";
    the_version_field_and_what_it_carries(legacy, version, shares) =
        "the version field says {legacy}, the extension says {version}; it carries {shares}, and all that follows \
         is encrypted";
    the_certificate_crossed_encrypted(subject) =
        "the certificate of {subject} crossed encrypted: an onlooker does not see whose it is";
    the_certificate_crossed_encrypted_and_cannot_be_read() =
        "the certificate crossed encrypted, and once opened it is none that can be read here";
    it_follows_the_certificate() =
        "it follows the certificate; the server sent no key of its own for this connection";
    server_key_exchange_came_first(curve) = "ServerKeyExchange came first, with the server's ephemeral {curve} key";
    the_name_was_refused_and_the_connection_went_on(value, result) =
        "checked for the name {value} and refused ({result}), and the connection went on all the same: the \
         check was overridden (--insecure)";
    the_name_was_refused(value, result) = "checked for the name {value} and refused: {result}";
    the_name_was_accepted(value) = "checked for the name {value}: accepted";
    what_was_checked(library, issuer, until, value) =
        "{library} checked issuer, signature, dates, purpose and name: issued by {issuer}, good until {until} \
         and for the name {value}: accepted";

    // absent.rs
    resumed_without_a_certificate() = "the session was resumed without a certificate";
    no_certificate_but_a_key_that_both_sides_knew() = "no certificate but a key that both sides knew before";
    no_certificate() = "no certificate";
    no_certificate_but_these(why, server) = "{why}; the server sent {server}";
    no_server_hello_done_but_these(server) = "no ServerHelloDone; the server sent {server}";
    no_client_key_exchange_but_these(client) = "no ClientKeyExchange; the client sent {client}";
    no_change_cipher_spec_but_these(client) = "no ChangeCipherSpec; the client sent {client}";
    no_change_cipher_spec_that_could_change_keys() =
        "none that could change the keys: the client's only ChangeCipherSpec came before the ServerHello";
    none_was_checked_with_a_pre_shared_key() =
        "no certificate came, so none was checked: only the server has the key that both sides knew before";
    no_key_was_taken_from_one() = "no certificate came, so no key was taken from one";
    no_pre_master_secret_with_a_pre_shared_key() =
        "no pre-master secret was made: the key that both sides knew before serves";
    none_was_checked_when_resumed() =
        "no certificate came, so none was checked: the secret of the earlier session proves who the server is";
    no_new_pre_master_secret_when_resumed() =
        "no new pre-master secret: the master secret of the earlier session serves again";

    // encrypted.rs
    it_is_a_dummy_for_middleboxes(version) =
        "in {version} it is a dummy for middleboxes; the keys change without it";
    it_decrypts_and_its_digest_fits(data) =
        "it decrypts, and its digest of the handshake (verify_data {data}…) is right";
    it_decrypts_and_its_digest_differs(data) =
        "it decrypts, but verify_data {data}… is not the digest of what crossed";
    equal_to_those_computed_again(bytes, data) =
        "{bytes} bytes equal ({data}…) to those computed again from what crossed";
    the_two_sides_saw_different_handshakes(data, recomputed) =
        "{data}… came, {recomputed}… fits what crossed: the two sides did not see the same handshake";
    the_servers_finished_came_first() = "the server's Finished came first, before the client had sent one";
    they_came_after_the_clients() =
        "ChangeCipherSpec and Finished came after the client's, and the digest is right";
    bytes_crossed_encrypted(plain, cipher, begins) =
        "{plain} bytes crossed as {cipher} bytes of ciphertext ({begins}…)";
    client() = "client";
    server() = "server";
    noticed_before_the_digest(field) =
        "noticed before the digest could be compared: the {field}'s encrypted record does not open; it was \
         changed on the way, or the two sides did not see the same handshake and have different keys";

    // keys.rs
    the_key_checked_a_signature(key, scheme, over) =
        "the certificate's {key} key checked a signature ({scheme}) over {over}; it encrypted nothing";
    the_key_checked_a_signature_in_vain(key, scheme, over) =
        "the certificate's {key} key checked a signature ({scheme}) over {over}, which does not fit";
    noticed_before_any_finished(over) =
        "noticed before any Finished: the server's signature over {over} does not fit what the client saw";
    computed_from_ephemeral_keys(group, fingerprint) =
        "computed from ephemeral {group} keys (fingerprint {fingerprint}), not sent";
    and_the_other_half_is_ephemeral(curve) = "; the other half is computed from ephemeral {curve} keys, not sent";
    the_server_sent_it_encapsulated(size, other, fingerprint) =
        "the server chose a secret and sent it encapsulated under the client's ephemeral ML-KEM-{size} \
         key{other} (fingerprint {fingerprint})";
    the_servers_opened_what_crossed(key, length, fingerprint) =
        "the server's {key} opened what crossed: {length} bytes (fingerprint {fingerprint})";
    the_client_made_and_encrypted_it(length, fingerprint) =
        "the client made {length} bytes (fingerprint {fingerprint}) and encrypted them";
    the_keys_come_from_the_shared_secret(derivation, stage) =
        "{derivation}: the {stage} keys come from the shared secret and the hash of the handshake";
    the_master_secret_is_of_an_earlier_session(fingerprint) =
        "resumed: the master secret ({fingerprint}) is that of an earlier session, only the two randoms are new";
    two_randoms_crossed(derivation, curve) =
        "{derivation}; two randoms crossed, the third is the {curve} secret that never did";
    over_the_secret_and_the_hash(derivation, label) =
        "{derivation} ({label}) over the pre-master secret and the hash of the handshake, in which both randoms \
         are (RFC 7627)";
    over_the_randoms_and_the_secret(derivation) = "{derivation} over the two randoms and the pre-master secret";
    over_the_randoms_and_it_fits(derivation, pre_master, recomputed) =
        "{derivation} over the two randoms and the pre-master secret ({pre_master}): computed again, the master \
         secret is the session's ({recomputed})";
    over_the_randoms_and_it_differs(derivation, pre_master, recomputed, session) =
        "{derivation} over the two randoms and the pre-master secret ({pre_master}) gives {recomputed}, but the \
         session has {session}";
    it_carries_the_encrypted_secret(length) =
        "it carries {length} bytes: the pre-master secret under the server's public key";
    the_certificates_key_encrypts(key) =
        "the certificate's {key} key, and it encrypts: the pre-master secret goes out under it";
    it_carries_the_clients_ephemeral_key(length) =
        "it carries the client's ephemeral public key ({length} bytes, in the clear), no secret";
}

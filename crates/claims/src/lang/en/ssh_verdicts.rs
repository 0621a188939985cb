//! What a run of SSH shows of the claims, in English.

steps::sentences! {
    // judge.rs
    the_kernel_says(state) = "The kernel says {state}; no byte of SSH has crossed yet.";
    the_client_did_not_wait(before, after) =
        "Seen from the client: it sent its line ({before}) before the server's ({after}) had arrived. It did \
         not wait for it; the RFC asks neither side to.";
    the_servers_line_was_here_before(before, after) =
        "The server's line ({before}) was here before the client sent its own ({after}).";
    the_clients_line_was_here_before(before, after) =
        "The client's line ({before}) was here before the server sent its own ({after}).";
    the_server_did_not_wait(before, after) =
        "Seen from the server: it sent its line ({before}) before the client's ({after}) had arrived. It did \
         not wait for it; the RFC asks neither side to.";
    how_the_algorithm_was_picked(kex, at, client, there, server, host_key, cipher) =
        "{kex} is number {at} of {client} in the client's list and {there} of {server} in the server's, the \
         first of the client's that both have; likewise {host_key} and {cipher}.";
    both_sent_public_values(kex, client, server) =
        "{kex}: the client sent {client} bytes of public value, the server {server}; the secret itself never \
         crossed.";
    the_host_key_came_inside(kind, print, message, signature) =
        "The host key ({kind}, {print}) came inside {message}, in the clear and before any authentication, with \
         a {signature} signature over the exchange hash.";
    the_user_confirmed_and_it_was_added(print) =
        "No record of the host; the user confirmed {print} and it was added.";
    the_user_confirmed_and_it_was_not_added(print, file) =
        "No record of the host; the user confirmed {print}, but it could not be added to {file}.";
    the_user_said_no(print) =
        "No record of the host; the user was asked about {print} and said no: nothing was added.";
    to_add(print) = "to add {print}";
    to_let_pass(print) = "to let {print} pass";
    to_refuse(print) = "to refuse unknown hosts like {print}";
    nobody_was_asked(strict, added) = "Nobody was asked: --strict {strict} said beforehand {added}.";
    nobody_could_be_asked(print) = "Nobody could be asked (no terminal), so {print} was refused.";
    the_line_has_the_same_key(line, file, print) = "Line {line} of {file} has the same key, {print}.";
    the_line_trusts_its_ca(line, file, authority, print) =
        "No fingerprint of the host was compared: line {line} of {file} trusts the CA {authority}, which has \
         signed a certificate for the key {print}.";
    the_line_has_another_key_and_it_passed(line, file, recorded, print, strict) =
        "Line {line} of {file} has {recorded}, the server showed {print}: it passed only because the option \
         --strict {strict} said so.";
    the_line_has_another_key(line, file, recorded, print) =
        "Line {line} of {file} has {recorded}, the server showed {print}: refused.";
    the_client_named_the_key(print, user) =
        "The client named the key {print} for {user}, and the server would take it.";
    the_client_asked_about_the_key(print) =
        "The client asked about the key {print} without a signature, and the server would take it.";
    what_was_signed_is_no_challenge(length, value, number, user, service, method, algorithm, print) =
        "No challenge was signed but {length} bytes of the client's own making: session id {value}…, {number}, \
         \"{user}\", \"{service}\", \"{method}\", TRUE, {algorithm}, key {print}.";
    no_challenge_came_before(length, print) =
        "No challenge came before this signature; over the session id and the request ({length} bytes) the \
         public key {print} does not fit it.";
    with_it_checked_again_here() = "with it, checked again here, it is good";
    its_algorithm_cannot_be_checked_here() = "its algorithm cannot be checked here";
    no_challenge_came_and_it_covers(length, print, checked) =
        "No challenge came before this signature: it covers the session id and this very request ({length} \
         bytes), and belongs to the public key {print}: {checked}.";
    the_server_verified_a_signature(print) =
        "The server verified a signature with the public key {print}; SSH-2 has no challenge message, the \
         signature covers the session id and the request.";
    the_user_is_in(user, method) = "\"{user}\" is in, by {method}.";

    // encryption.rs
    the_client_has_the_shared_secret(kex, print) = "{kex} gave the client a shared secret (fingerprint {print}).";
    the_exchange_hash_recomputed(kex, hash) =
        "Recomputed from what crossed and the secret of {kex}: exchange hash {hash}…, which the host key signed.";
    the_librarys_exchange_hash() = "the library's exchange hash";
    the_exchange_hash() = "the exchange hash";
    the_signature_fits_the_hash(print, whose, hash) =
        "The signature by {print} over {whose} {hash}…, sent before any encryption, was checked again here: it \
         is good.";
    a_key_for_each_direction_is_hashed(there, back) =
        "A key for each direction is hashed from the secret: {there} and {back}, by their fingerprints.";
    an_encrypted_packet_opened(number, service) =
        "Encrypted packet {number} opened with the session's key and its tag verified: it asks for {service}.";
    the_client() = "the client";
    the_server() = "the server";
    what_follows_newkeys_is_not_readable(peer, cipher, bytes) =
        "From NEWKEYS on {peer} sends under {cipher}: {bytes} is no readable message.";

    // password.rs
    passwords_are_not_enabled(left) =
        "The key was refused and passwords are not enabled (left: {left}): access is refused.";
    accepted() = "accepted";
    refused() = "refused";
    the_password_was_checked(method, came_out) =
        "The key was refused, passwords are enabled: the password was checked ({method}) and {came_out}.";
    a_second_proof_was_wanted(method, came_out) =
        "The key was taken, and the server wants a second proof: the password was checked ({method}) and {came_out}.";
    no_key_had_failed(method, came_out) =
        "No key had failed before: the client chose {method} at once, and the password was {came_out}.";
}

//! What a run of WebSocket shows of the claims, in English.

steps::sentences! {
    // judge.rs
    the_request_has_no_key() = "The request has no Sec-WebSocket-Key, and 16 bytes in base64 are asked for.";
    the_key_is_no_16_bytes(key) =
        "Sec-WebSocket-Key is `{key}`, which is no base64, and 16 bytes in it are asked for.";
    the_key_and_its_bytes(key, random) =
        "Sec-WebSocket-Key is `{key}`: {random} bytes behind the base64, and 16 are asked for.";
    no_http_message_crossed_before() =
        "No HTTP message crossed before this request: HTTP has no handshake, the one below it is TCP's.";
    the_handshake_before_was_tcps(state) =
        "The three-way handshake before this request was TCP's ({state}); HTTP has none.";
    the_handshakes_of_tcp_and_tls_came_before(tls) =
        "Before this request came the three-way handshake of TCP and the one of TLS ({tls}); HTTP has none.";
    the_handshakes_of_tcp_in_that_state_and_tls_came_before(state, tls) =
        "Before this request came the three-way handshake of TCP ({state}) and the one of TLS ({tls}); HTTP has \
         none.";
    and_the_key_came_with_it(tls, key) = "{tls} The key {key} came with it.";
    no_key_was_seen(returned) = "The server returned {returned}, but no key was seen from which to compute it.";
    the_digest_is_what_came_back(key, sha1, own) =
        "SHA-1 of {key} and the GUID is {sha1}, in base64 {own}: the string returned.";
    the_digest_is_not_what_came_back(key, own, returned) =
        "The key {key} gives {own}, but the server returned {returned}.";
    the_accept(accept) = "`{accept}`";
    none() = "none";
    the_status_was_another(other) = "The status was {other}, not 101.";
    this_server_agreed(status, phrase) =
        "Only if the server agrees: this one answered {status} {phrase} and returned no string.";
    the_client_computed_the_same(computed) = "The client computed {computed}, the server returned the same.";
    the_client_computed_another(computed, returned) =
        "The client computed {computed}, the server returned {returned}: refused.";
    both_are_equal_and_yet_refused(computed) = "Both strings are {computed}, and yet the client refused.";
    both_differ_and_yet_taken(computed, returned) =
        "The client computed {computed}, the server returned {returned}, and yet it was accepted.";
    client() = "client";
    server() = "server";
    the_clients_frame_is_not_masked(opcode, length) =
        "The client's frame (opcode {opcode}, {length} bytes) is not masked, but every client frame must be.";
    the_servers_frame_is_masked(opcode, length) =
        "The server's frame (opcode {opcode}, {length} bytes) is masked, but no server frame may be.";
    the_length_is_not_in_its_shortest_form(peer, opcode, length, form) =
        "The {peer}'s frame (opcode {opcode}) writes its length, {length}, in {form}, but the shortest form \
         must be used (RFC 6455 §5.2).";
    not_masked() = "not masked";
    masked(key) = "masked with {key}";
    the_first_frame(peer, opcode, length, mask) =
        "The {peer}'s first frame: opcode {opcode}, {length} bytes, {mask}.";
    requests_and_answers_crossed_before(requests, responses) =
        "{requests} requests and {responses} answers crossed before it was established.";
    after_tcp_and_tls(tcp, tls) = "after TCP's {tcp} and TLS's {tls}";
    after_tcp(tcp) = "after TCP's {tcp}";
    after_tcp_and_so_much_tls(tls) = "after TCP's and TLS's {tls}";
    above_what_lies_below() = "above what lies below";
    one_request_and_one_answer(out, back, below) =
        "1 request ({out} bytes) and 1 answer ({back} bytes): one round trip, {below}.";
}

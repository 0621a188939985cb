//! Why a WebSocket connection failed, in English.

crate::sentences! {
    // reason.rs
    echo_of_the_text() = "echo of the text";
    echo_of_the_bytes() = "echo of the bytes";
    pong() = "pong";
    close() = "Close";
    the_server() = "The server";
    the_client() = "The client";

    // upgrade.rs
    the_server_stopped() = "The server stopped before the connection had ended.";
    the_client_speaks_no_http(looks) = "The client's first bytes are no HTTP request but look like this: {looks}.";
    use_ws_here() = "Use ws:// here, not wss:// or https://.";
    the_server_speaks_no_http(looks) =
        "The server's first bytes are no HTTP answer but look like this: {looks}. It speaks TLS on this port.";
    use_wss_here() = "Use wss:// here.";
    the_peer_speaks_no_http(peer, looks) = "{peer}'s first bytes are no HTTP but look like this: {looks}.";
    is_the_port_right() = "Is the port right?";
    websocket_begins_with_http() = "A WebSocket client begins with an HTTP/1.1 GET: is this the right port?";
    answer() = "answer";
    request() = "request";
    the_head_is_too_long(head, most) = "The {head}'s head is longer than {most} KiB.";
    leave_out_headers() = "Leave out headers, cookies perhaps.";
    a_plain_http_request(asked) = "This is a plain HTTP request without Upgrade: {asked}.";
    the_page_is_at_the_root() = "The one page for a browser is at `/`.";
    use_a_websocket_client_or_a_browser(client) = "Use a WebSocket client, such as `{client} ws`, or a browser at `/`.";
    what_is_missing(name, wanted) = "{name} is missing (wanted: {wanted})";
    what_is_otherwise(name, found, wanted) = "{name} is `{found}` (wanted: {wanted})";
    the_answer_is_no_valid_upgrade(list) = "The answer is no valid upgrade by RFC 6455 §4.1: {list}.";
    the_request_is_no_valid_upgrade(list) = "The request is no valid upgrade by RFC 6455 §4.2.1: {list}.";
    something_in_between_has_answered() = "Something in between has answered, or the server is broken.";
    the_client_did_not_wait_for_the_answer() =
        "The client sent more behind its upgrade request, and it has to wait for the answer first (RFC 6455 \
         §4.1).";
    the_head_cannot_be_read(head) =
        "The {head}'s head cannot be read as HTTP/1.1: a line of it is malformed (RFC 9112 §3, §5).";
    a_spare_connection() =
        "The client made the TLS handshake and left without a request: browsers open a spare connection like \
         this, and health checks do so too. Nothing is wrong.";
    the_server_ended_without_an_answer(how) = "The server {how} without an answer to the upgrade request.";
    is_this_a_websocket_server() = "Is this a WebSocket server?";
    the_client_left_without_a_word() =
        "The client connected and left without a word: a port scan, a health check, or a browser's spare \
         connection.";
    the_peer_vanished_in_the_head(peer, bytes, head, how) =
        "{peer} vanished after {bytes} bytes of its {head}: it {how}.";
    no_complete_answer(seconds, bytes) =
        "No complete answer to the upgrade request within {seconds} s, only {bytes} bytes.";
    no_complete_request(seconds, bytes) =
        "No complete upgrade request within {seconds} s, only {bytes} bytes: does the client wait for the \
         server to speak first?";
    handshake_timeout_allows_more() = "`--handshake-timeout` allows more.";

    // refused.rs
    and_its_body(words) = " Its body begins: {words}.";
    the_server_answered_something_else(line, why, words) =
        "The server answered `{line}` instead of 101: {why}{words}";
    it_points_elsewhere(to) = "it points to {to}, and this client does not follow.";
    in_its_own_words(how) = " ({how})";
    it_wants_credentials(how) = "it wants credentials{how}, and this client has none to send.";
    log_in_by_other_means() = "Log in by other means, or let the server open this path to everyone.";
    it_is_a_proxy(how) = "it is a proxy, which wants credentials{how} before it passes anything on.";
    it_does_not_let_this_client_in() = "it does not let this client in.";
    its_origin_or_rights() =
        "Several causes fit: it lets in only pages of an Origin that it knows, and this client sends no Origin, \
         or it wants rights that nobody showed.";
    it_speaks_another_version(versions) =
        "it speaks Sec-WebSocket-Version {versions}, and RFC 6455 is version 13.";
    it_wants_tls_on_this_port() = "it wants TLS on this port.";
    later() = "later";
    then() = "then";
    so_many_seconds() = " s";
    retry_after(after, unit) = " (Retry-After: {after}{unit})";
    it_is_overloaded(when) = "it is overloaded, or not available for now{when}.";
    try_again_when(when) = "Try again {when}.";
    it_is_a_gateway() = "it is a gateway, and the server behind it gives it no valid answer.";
    is_the_server_behind_it_running() = "Is the server behind it running?";
    it_wants_an_upgrade() = "it wants an upgrade, and saw none in the request, although this client asked for one.";
    a_proxy_may_have_dropped_the_upgrade() =
        "A proxy in between may have taken Upgrade and Connection out: both end at each hop (RFC 9110 §7.6.1).";
    it_has_nothing_there(path) = "it has nothing at {path}.";
    is_the_path_right() = "Is the path right?";
    an_http_server_that_does_not_upgrade() = "an HTTP server that does not upgrade here.";
    is_it_a_websocket_server_at_that_path() = "Is it a WebSocket server, and is the path right?";
    is_it_a_websocket_server_or_a_proxy() =
        "Is it a WebSocket server, is the path right, or does a proxy answer in its place?";
    it_gives_its_reason_itself() = "it gives its reason itself.";

    // frames.rs
    it_sent_a_masked_frame() = "it sent a masked frame, and only a client masks (§5.1)";
    it_sent_an_unmasked_frame() = "it sent an unmasked frame, and a client has to mask (§5.1)";
    it_set_reserved_bits() = "it set reserved bits, and no extension was agreed that gives them a meaning (§5.2)";
    its_opcode_is_reserved(opcode) = "it used the opcode 0x{opcode}, which is reserved (§5.2)";
    it_sent_a_control_frame_in_fragments() =
        "it sent a control frame in fragments, and those have to be whole (§5.5)";
    it_sent_too_long_a_control_frame() = "it sent a control frame with more than 125 bytes (§5.5)";
    it_continued_nothing() = "it sent a continuation, and there is nothing to continue (§5.4)";
    it_began_a_message_within_another() = "it began a message before the one before was whole (§5.4)";
    it_sent_text_that_is_not_utf8() = "it sent a text that is not UTF-8 (§8.1)";
    its_close_has_half_a_code() = "its Close has half a code (§5.5.1)";
    it_sent_a_frame_after_its_close() = "it sent a frame after its Close (§5.5.1)";
    the_peer_broke_a_rule_of_the_frames(peer, how, told) =
        "{peer} broke a rule of the frames (RFC 6455): {how}. It was told by Close {told}.";
    the_message_is_too_long(peer, size, most) =
        "{peer} sent a message of {size} bytes, and {most} are taken: closed with 1009.";
    send_smaller_messages() = "Send it in smaller messages, or let `--max-message` allow more.";
    before(awaited) = " before the {awaited}";
    the_peer_closed_with_a_forbidden_code(peer, code) =
        "{peer} closed with code {code}, which RFC 6455 §7.4 does not let anybody send. It was answered with \
         1002.";
    the_peer_closed_over_what_we_sent(peer, code, meaning, said, before) =
        "{peer} closed ({code}, {meaning}{said}){before}: it did not like what this side had sent just before.";
    the_peer_closed(peer, code, meaning, said, before) = "{peer} closed ({code}, {meaning}{said}){before}.";
    it_goes_away() = "It goes away: it stops, or the page was left.";
    it_is_against_its_policy() = "To it this connection is against its policy.";
    it_failed_on_its_own_account() = "It failed on its own account; its own log may say why.";
    try_again_later() = "Try again later.";
    this_code_is_the_applications() = "What this code means is between the two applications.";
    without_a_code() = "without a code";
    the_peer_closed_too_early(peer, with, said, awaited) = "{peer} closed ({with}{said}) before the {awaited}.";
    does_it_echo(server) = "Does it echo? Ours does: `{server} ws`.";
    the_client_wanted_a_subprotocol(how, asked) =
        "The client {how} right after the upgrade: it had asked for a subprotocol ({asked}), and none was \
         agreed. RFC 6455 §4.1 lets a client go on without one; this one does not.";
    protocol_lets_this_server_agree() = "`--protocol` lets this server agree to one of them.";
    the_peer_ended_in_a_frame(peer, how, bytes) =
        "{peer} {how} {bytes} bytes into a frame: was it cut, or did it crash?";
    the_peer_ended_without_a_close(peer, how, before) = "{peer} {how} without a Close frame{before}.";
    stopped_crashed_or_cut() = "It was stopped or it crashed, or something in between cut the connection.";
    a_closed_page_ends_like_this() = "A page that is closed or a program that is killed ends like this.";
    what_was_awaited_did_not_come(awaited, seconds) = "No {awaited} within {seconds} s.";
    the_client_was_silent(seconds) = "The client was silent for {seconds} s.";
    idle_timeout_allows_more() = "`--idle-timeout` allows more.";
    the_connection_was_given_up(steps) =
        "The connection was given up after {steps} steps, for a reason that the log does not show.";
}

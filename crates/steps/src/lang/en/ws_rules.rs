//! What each rule of WebSocket recognises, in English.

crate::sentences! {
    // upgrade.rs
    stopped() = "this program was stopped";
    tls_at_the_ws_port() = "the client speaks TLS where ws is spoken";
    ws_at_the_tls_port() = "the server speaks TLS on this port";
    another_protocol() = "the peer's first bytes are another protocol's";
    head_too_long() = "the head is longer than is taken";
    plain_request() = "a plain HTTP request came";
    unmet() = "request or answer does not meet RFC 6455 §4";
    sent_before_the_answer() = "the client sent more behind its request, before the answer";
    not_http() = "the head cannot be read as HTTP";
    spare_connection() = "a browser opened a connection to have one at hand, and did not need it";
    said_nothing() = "the peer left without a word";
    gone_in_the_head() = "the connection ended within the head";
    silent_in_the_head() = "the head was not complete in time";

    // refused.rs
    redirected() = "the server points elsewhere";
    credentials_wanted() = "401: the server wants credentials";
    proxy_credentials_wanted() = "407: a proxy wants credentials";
    forbidden() = "403: the server does not let this client in";
    another_version() = "the server speaks another version of WebSocket";
    plain_http_to_https() = "the server wants TLS on this port";
    not_now() = "429 or 503: the server has too much to do";
    bad_gateway() = "502 or 504: what stands behind the server does not answer";
    upgrade_required() = "426: the server saw no upgrade in the request";
    not_found() = "404: nothing is there";
    a_web_page() = "200: a web server answers without an upgrade";
    refused() = "the server refuses for a reason of its own";

    // frames.rs
    frame_rule() = "a frame breaks a rule";
    message_too_long() = "a message is longer than is taken";
    close_code_not_to_be_sent() = "the peer's Close has a code that nobody may send";
    closed_over_what_we_sent() = "the peer's Close blames what this side sent";
    closed_for_its_own_reason() = "the peer's Close gives a reason of its own";
    closed_early() = "the peer said Close before it had answered";
    no_subprotocol_agreed() = "the client left where no subprotocol was agreed";
    gone_in_a_frame() = "the connection ended within a frame";
    gone_without_close() = "the connection ended without a Close";
    no_echo() = "what was sent did not come back in time";
    idle() = "the peer was silent for too long";
}

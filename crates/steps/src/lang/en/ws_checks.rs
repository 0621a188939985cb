//! What RFC 6455 asks for before a WebSocket is open, in English.

crate::sentences! {
    // check.rs
    request_method() = "GET";
    request_version() = "HTTP/1.1 or higher";
    request_uri() = "a path, or an http or https URI";
    request_host() = "the server's name, once";
    request_upgrade() = "the word websocket";
    request_connection() = "the word Upgrade";
    request_key() = "16 bytes in base64";
    request_websocket_version() = "13";
    request_origin() = "one value: a browser says whose page asks";
    request_protocol() = "names, none of them twice";
    request_extensions() = "names with parameters";
    answer_status() = "101";
    answer_upgrade() = "exactly websocket";
    answer_connection() = "the word Upgrade";
    answer_accept() = "what the key gives";
    answer_extensions() = "only what was asked for";
    answer_protocol() = "one that was asked for, or none";

    // What a check looks at, where that is no header.
    method() = "method";
    http_version() = "HTTP version";
    status() = "status";
}

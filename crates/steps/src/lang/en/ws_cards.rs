//! What there is to say about each step of WebSocket, in English.

crate::sentences! {
    // cards.rs
    upgrade_request_title() = "upgrade request";
    upgrade_request() =
        "An ordinary HTTP/1.1 GET whose headers ask to continue as WebSocket. Sec-WebSocket-Key is 16 fresh \
         random bytes in base64: not a secret, only a proof that the answer was made for this request.";
    request_checked_title() = "request checked";
    request_checked() =
        "What the server has to find in the request before it may agree, one check a line. We made the checks \
         on the bytes that crossed; what the library thinks of them shows in what it does next.";
    accept_key_title() = "accept computed";
    accept_key() =
        "The key, a GUID fixed in the RFC, SHA-1 over both as text, base64 over the digest. Anyone can compute \
         it; a server that does so has read the request as WebSocket and is not a cache or an unwitting HTTP \
         server.";
    switching_protocols_title() = "101 Switching";
    switching_protocols() =
        "The server agrees and returns the string that it made from the key. The next byte after the blank line \
         is no longer HTTP but a WebSocket frame.";
    answer_checked_title() = "answer checked";
    answer_checked() =
        "What the client has to find in the answer, one check a line; if one fails it must fail the connection. \
         We made the checks on the bytes that crossed; what the library thinks of them shows in what it does \
         next.";
    accept_check_title() = "accept compared";
    accept_check() =
        "The client holds the returned string against its own. If they differ it must fail the connection, even \
         though the status said 101.";
    established_title() = "WebSocket open";
    established() =
        "An open WebSocket: one request and one answer, a single round trip on top of what lies below. From \
         here on both sides may send at any time.";
    text_title() = "text frame";
    text() =
        "A data frame with opcode 0x1, whose message must be UTF-8. A client XORs the payload with a fresh \
         4-byte key, so that nothing on the way can mistake it for HTTP; a server sends it bare.";
    binary_title() = "binary frame";
    binary() =
        "A data frame with opcode 0x2: bytes whose meaning is left to the application. The frame keeps the \
         message's bounds, which TCP's byte stream does not.";
    continuation_title() = "continuation frame";
    continuation() =
        "A further part of a message that began with FIN 0; the part with FIN 1 ends it. Only control frames \
         may come in between.";
    ping_title() = "ping";
    ping() =
        "A control frame that asks whether the other side is still there. It may carry up to 125 bytes, which \
         the answer must repeat.";
    pong_title() = "pong";
    pong() =
        "The answer to a ping with the same bytes; the library sends it by itself. One that nobody asked for is \
         allowed and needs no answer.";
    close_title() = "close";
    close() =
        "The last frame of a side: a two-byte code and a reason. The other side answers with a close of its \
         own, then the server ends TCP first, so that TIME_WAIT stays with it.";
    plain_request_title() = "plain HTTP request";
    plain_request() =
        "An HTTP request without `Upgrade: websocket`, as a browser's address bar or curl sends it. There is \
         nothing here to upgrade.";
    plain_response_title() = "plain HTTP answer";
    plain_response() =
        "An ordinary answer to an ordinary request: nobody asked for an upgrade, and the connection stays HTTP.";
    refused_title() = "no upgrade";
    refused() =
        "The server answered with a status other than 101, and the connection stays HTTP. The status and its \
         headers say why.";
    body_title() = "HTTP body";
    body() =
        "What stands behind the blank line of an answer that is not 101: a page, or words for people. Only the \
         beginning is kept.";
    undecodable_title() = "not WebSocket";
    undecodable() =
        "These bytes are neither the HTTP head nor the frame that was due here. The watcher follows this \
         connection no further; what looks familiar in the bytes is named.";
}

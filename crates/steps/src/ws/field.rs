//! The fields of WebSocket's steps. A header has the name that HTTP gives it, in snake case.

use crate::{Said, Value, field::declare};

declare! {
    /// The method of the request.
    METHOD: str = "method";
    /// The target of the request (RFC 9112 §3.2).
    PATH: str = "path";
    /// The first line of a request as it crossed.
    REQUEST_LINE: str = "request_line";
    /// The first line of an answer as it crossed.
    STATUS_LINE: str = "status_line";
    /// The number in it.
    STATUS: u64 = "status";
    /// The words behind the number.
    REASON_PHRASE: str = "reason_phrase";
    /// Every header as it crossed, in order.
    HEADERS: [String] = "headers";
    /// The server's name.
    HOST: str = "host";
    /// The protocol to change to.
    UPGRADE: str = "upgrade";
    /// The header Connection: what holds for this connection alone.
    CONNECTION: str = "connection";
    /// The client's 16 random bytes in base64.
    SEC_WEBSOCKET_KEY: str = "sec_websocket_key";
    /// What stands behind the base64, in hex.
    KEY_BYTES: str = "key_bytes";
    /// Whether the key is base64 at all; said where it is not.
    KEY_IS_BASE64: bool = "key_is_base64";
    /// The version of WebSocket.
    SEC_WEBSOCKET_VERSION: str = "sec_websocket_version";
    /// The application protocols on offer, or the one that was chosen.
    SEC_WEBSOCKET_PROTOCOL: str = "sec_websocket_protocol";
    /// The extensions on offer, or those that were agreed.
    SEC_WEBSOCKET_EXTENSIONS: str = "sec_websocket_extensions";
    /// The origin of the page that asks (RFC 6454).
    ORIGIN: str = "origin";
    /// The string that answers the key.
    SEC_WEBSOCKET_ACCEPT: str = "sec_websocket_accept";
    /// Where the answer points to.
    LOCATION: str = "location";
    /// The kind of the body.
    CONTENT_TYPE: str = "content_type";
    /// Which credentials the server wants.
    WWW_AUTHENTICATE: str = "www_authenticate";
    /// Which credentials a proxy wants.
    PROXY_AUTHENTICATE: str = "proxy_authenticate";
    /// When to try again: seconds, or a date.
    RETRY_AFTER: str = "retry_after";
    /// How the body is sent.
    TRANSFER_ENCODING: str = "transfer_encoding";
    /// How long the body is to be: the header as it stands, or its number beside what came of the body.
    CONTENT_LENGTH: Value = "content_length";

    /// The GUID that RFC 6455 fixes.
    GUID: str = "guid";
    /// The key and the GUID as one text.
    KEY_AND_GUID: str = "key_and_guid";
    /// Its digest.
    SHA1: str = "sha1";
    /// The string that the library made.
    LIBRARY_ACCEPT: str = "library_accept";
    /// The string that the client computed.
    COMPUTED: str = "computed";
    /// The string that came back.
    RETURNED: str = "returned";
    /// How many checks were met.
    MET: u64 = "met";
    /// Of how many.
    OF: u64 = "of";

    /// How many requests crossed before the WebSocket was open.
    REQUESTS: u64 = "requests";
    /// How many answers.
    RESPONSES: u64 = "responses";
    /// How many bytes of request.
    REQUEST_BYTES: u64 = "request_bytes";
    /// How many bytes of answer.
    RESPONSE_BYTES: u64 = "response_bytes";
    /// Which extensions the client had on offer, where the server agreed to none.
    EXTENSIONS_NOT_AGREED: Said = "extensions_not_agreed";
    /// How often TCP waited for an answer before.
    TCP_ROUND_TRIPS: u64 = "tcp_round_trips";
    /// How often TLS did.
    TLS_ROUND_TRIPS: u64 = "tls_round_trips";

    /// The last frame of its message.
    FIN: bool = "fin";
    /// The three bits that extensions may use.
    RSV: str = "rsv";
    /// What kind of frame it is.
    OPCODE: str = "opcode";
    /// Whether the payload is masked.
    MASK: bool = "mask";
    /// How many bits the length takes.
    LENGTH_FORM: str = "length_form";
    /// The key under which the payload is masked.
    MASKING_KEY: str = "masking_key";
    /// The beginning of the payload as it crossed.
    MASKED_PAYLOAD: str = "masked_payload";
    /// The beginning of the payload.
    PAYLOAD: str = "payload";
    /// How many bytes of it were kept.
    KEPT: u64 = "kept";
    /// The kind of the message of which this is a part.
    MESSAGE_OPCODE: str = "message_opcode";
    /// Whether a text is UTF-8, as it must be.
    UTF8: bool = "utf8";
    /// The code of a Close.
    CODE: u64 = "code";
    /// What the code means.
    MEANING: str = "meaning";
}

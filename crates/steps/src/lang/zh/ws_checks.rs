//! What RFC 6455 asks for before a WebSocket is open, in Chinese.

crate::sentences! {
    // check.rs
    request_method() = "GET";
    request_version() = "HTTP/1.1 或更高";
    request_uri() = "路径，或 http、https URI";
    request_host() = "服务端的名字，且只有一个";
    request_upgrade() = "包含 websocket";
    request_connection() = "包含 Upgrade";
    request_key() = "16 字节的 base64";
    request_websocket_version() = "13";
    request_origin() = "一个值：浏览器说明是谁的页面在请求";
    request_protocol() = "若干名字，互不重复";
    request_extensions() = "带参数的名字";
    answer_status() = "101";
    answer_upgrade() = "恰好是 websocket";
    answer_connection() = "包含 Upgrade";
    answer_accept() = "由密钥算出的值";
    answer_extensions() = "只能是请求过的";
    answer_protocol() = "请求过的一个，或没有";

    // What a check looks at, where that is no header.
    method() = "方法";
    http_version() = "HTTP 版本";
    status() = "状态码";
}

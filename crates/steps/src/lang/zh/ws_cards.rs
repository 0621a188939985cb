//! What there is to say about each step of WebSocket, in Chinese.

crate::sentences! {
    // cards.rs
    upgrade_request_title() = "升级请求";
    upgrade_request() =
        "一个普通的 HTTP/1.1 GET，用头部请求改用 WebSocket。Sec-WebSocket-Key 是 16 个新的随机字节的 base64：它\
         不是秘密，只用来证明应答是针对这次请求的。";
    request_checked_title() = "检查请求";
    request_checked() =
        "服务端同意之前必须在请求中看到的内容，每行一项。这些检查由我们对收到的字节作出；库的看法由它随后的行为\
         体现。";
    accept_key_title() = "计算 accept";
    accept_key() =
        "把密钥与 RFC 中固定的 GUID 作为文本拼接，取 SHA-1，再做 base64。谁都能算；算出它说明服务端确实把请求当\
         作 WebSocket 来读，而不是缓存或不知情的 HTTP 服务器。";
    switching_protocols_title() = "101 切换协议";
    switching_protocols() =
        "服务端同意升级，并返回由密钥算出的字符串。空行之后的下一个字节不再是 HTTP，而是 WebSocket 帧。";
    answer_checked_title() = "检查应答";
    answer_checked() =
        "客户端必须在应答中看到的内容，每行一项；有一项不符就必须断开。这些检查由我们对收到的字节作出；库的看法\
         由它随后的行为体现。";
    accept_check_title() = "比对 accept";
    accept_check() = "客户端把返回的字符串与自己算出的比对。若不同，即使状态码是 101 也必须断开连接。";
    established_title() = "WebSocket 已建立";
    established() = "WebSocket 已打开：一个请求加一个应答，在下层之上只多一次往返。此后双方随时都可以发送。";
    text_title() = "文本帧";
    text() =
        "操作码为 0x1 的数据帧，其消息必须是 UTF-8。客户端用新的 4 字节密钥对载荷做 XOR，使途中设备不会把它误认\
         成 HTTP；服务端则原样发送。";
    binary_title() = "二进制帧";
    binary() = "操作码为 0x2 的数据帧，字节的含义由应用决定。帧保留了消息的边界，而 TCP 的字节流没有边界。";
    continuation_title() = "后续帧";
    continuation() = "以 FIN 0 开始的消息的后续部分，FIN 1 的那一帧结束它。中间只允许插入控制帧。";
    ping_title() = "ping";
    ping() = "询问对方是否还在的控制帧。最多可带 125 字节，应答必须原样带回。";
    pong_title() = "pong";
    pong() = "对 ping 的应答，带回同样的字节，由库自动发送。也允许无人询问时主动发送，且无需应答。";
    close_title() = "关闭";
    close() =
        "一方的最后一帧：两字节状态码和原因。另一方也回一个 close，之后由服务端先关闭 TCP，把 TIME_WAIT 留在自己\
         这边。";
    plain_request_title() = "普通 HTTP 请求";
    plain_request() = "没有 `Upgrade: websocket` 的 HTTP 请求，例如浏览器地址栏或 curl 发出的。没有什么可升级的。";
    plain_response_title() = "普通 HTTP 应答";
    plain_response() = "对普通请求的普通应答：没有人请求升级，连接仍是 HTTP。";
    refused_title() = "未升级";
    refused() = "服务端的应答不是 101，连接仍是 HTTP。原因见状态码和头部。";
    body_title() = "HTTP 正文";
    body() = "非 101 应答的空行之后的内容：一个网页，或给人看的说明。只保留开头部分。";
    undecodable_title() = "不是 WebSocket";
    undecodable() =
        "这些字节既不是此处应有的 HTTP 头部，也不是帧。观察者不再跟踪这条连接；若字节看起来眼熟，会指出像什么。";
}

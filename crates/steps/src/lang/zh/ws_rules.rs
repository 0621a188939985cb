//! What each rule of WebSocket recognises, in Chinese.

crate::sentences! {
    // upgrade.rs
    stopped() = "本程序被停止";
    tls_at_the_ws_port() = "客户端在 ws 端口使用了 TLS";
    ws_at_the_tls_port() = "服务端在此端口使用 TLS";
    another_protocol() = "对端最初的字节属于另一种协议";
    head_too_long() = "头部过长";
    plain_request() = "来的是普通 HTTP 请求";
    unmet() = "请求或应答不符合 RFC 6455 §4";
    sent_before_the_answer() = "客户端在收到应答之前，就在请求之后继续发送";
    not_http() = "头部无法按 HTTP 解读";
    spare_connection() = "浏览器预先打开了连接，却没有用到";
    said_nothing() = "对端一言不发就离开";
    gone_in_the_head() = "连接在头部中途结束";
    silent_in_the_head() = "头部没有及时收完";

    // refused.rs
    redirected() = "服务端指向别处";
    credentials_wanted() = "401：服务端要求凭据";
    proxy_credentials_wanted() = "407：代理要求凭据";
    forbidden() = "403：服务端不允许";
    another_version() = "服务端支持的 WebSocket 版本不同";
    plain_http_to_https() = "服务端在此端口要求 TLS";
    not_now() = "429 或 503：服务端过载";
    bad_gateway() = "502 或 504：后端没有应答";
    upgrade_required() = "426：服务端没有看到升级请求";
    not_found() = "404：那里什么也没有";
    a_web_page() = "200：Web 服务器未升级就应答";
    refused() = "服务端因其自身原因拒绝";

    // frames.rs
    frame_rule() = "某一帧违反了规则";
    message_too_long() = "消息过长";
    close_code_not_to_be_sent() = "对端的 Close 带有不允许发送的状态码";
    closed_over_what_we_sent() = "对端的 Close 指责本方发送的内容";
    closed_for_its_own_reason() = "对端的 Close 给出了自己的原因";
    closed_early() = "对端在应答之前就关闭";
    no_subprotocol_agreed() = "没有商定子协议，客户端离开了";
    gone_in_a_frame() = "连接在一帧中途结束";
    gone_without_close() = "连接没有 Close 就结束";
    no_echo() = "发送的内容没有及时回来";
    idle() = "对端沉默太久";
}

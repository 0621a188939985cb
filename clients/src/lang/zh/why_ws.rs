//! What `--why` says of WebSocket, in Chinese.

steps::sentences! {
    // why/ws.rs
    with_its_own_origin() = "带上服务端自己的 Origin";
    with_deflate() = "带上 permessage-deflate";
    with_common_subprotocols() = "带上常见的子协议";
    without_a_subprotocol() = "不要求子协议";
    without_tls() = "不用 TLS（ws）";
    over_tls() = "通过 TLS（wss）";
    asks_for_an_origin() = "服务端要求 Origin（浏览器会发送），并放行它自己的。非浏览器程序不发送 Origin。";
    send_an_origin() = "发送它认识的页面的 Origin，或让服务端放行没有 Origin 的客户端。";
    upgrades_only_with_deflate() = "服务端只为提供 permessage-deflate 的客户端升级。";
    no_server_may_insist() = "RFC 6455 §9.1 不允许服务端强求扩展：应修改它的设置。";
    upgrades_only_with_a_subprotocol() = "服务端只为指明其子协议的客户端升级。";
    name_it() = "用 `--protocol` 指明。";
    the_subprotocol_is_refused() = "被拒绝的是子协议。";
    leave_out_the_subprotocol() = "去掉 `--protocol`，或指定它支持的。";
    speaks_the_other_scheme(scheme) = "服务端在此端口使用 {scheme}。";
    use_the_other_scheme(scheme, host) = "请使用 {scheme}://{host}。";
    nothing_leads_to_an_upgrade() = "这些都没有升级：它们改变的任何一项，单独来看都不是原因。";
    its_log_says_which() =
        "它可能只认识别的 Origin、要求权限（Cookie、令牌），或对任何人都不开放此路径：它的日志和设置会说明是哪一种。";
    agreed(agreed) = "已商定：{agreed}";
    echoes_came_back() = "文本、字节和 ping 都有回应";
    closed_by_both_sides() = "双方都发送了 Close";
}

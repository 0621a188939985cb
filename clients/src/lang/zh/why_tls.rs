//! What `--why` says of TLS, in Chinese.

steps::sentences! {
    // why/tls.rs
    without_your_options() = "去掉你的 TLS 选项";
    tls13_alone() = "只用 TLS 1.3";
    tls12_alone() = "只用 TLS 1.2，ECDHE";
    other_groups() = "换用我们没有的曲线";
    older_suites_of_tls12() = "TLS 1.2，静态 RSA、DHE、CBC";
    tls11_or_10() = "TLS 1.1 或 1.0";
    without_the_name() = "不带名称（SNI）";
    with_http2() = "使用 HTTP/2（ALPN h2）";
    without_alpn() = "不带 ALPN";
    a_short_hello() = "简短的 ClientHello，无 ALPN";
    asked_no_further(message, chosen) = "{message}：{chosen}；未再继续";
    then(chosen, failure) = "{chosen}；随后：{failure}";
    certificate(subject, until) = "证书 {subject}，有效期至 {until}";

    // why/tls/means.rs
    your_options_are_refused() = "被拒绝的是你的 TLS 选项：去掉后就能打通。";
    leave_out_your_options() = "去掉 `--variant`、`--group`、`--suite`。";
    nothing_newer(version) = "服务端最高只支持 {version}：它拒绝了 TLS 1.3 和 1.2。RFC 8996 已禁用 {version}。";
    a_newer_version_is_needed() =
        "它需要 TLS 1.2 或 1.3：升级其 TLS 库，或修改设置（nginx 的 `ssl_protocols`、Apache 的 `SSLProtocol`）。";
    tls12_alone_gets_through() = "只用 TLS 1.2 能打通：服务端或中间设备处理不了提供 TLS 1.3 的 ClientHello。";
    use_ecdhe() = "在它升级之前请用 `--variant ecdhe`。";
    tls13_alone_gets_through() = "只用 TLS 1.3 能打通：同时提供 1.2 时服务端出错。";
    use_tls13() = "请用 `--variant tls13`。";
    each_gets_through_alone() = "两个版本单独使用都能打通：服务端处理不了两者一起提供，或并非每次都失败。";
    try_again() = "请再试一次；若依旧失败，用 `--variant tls13` 或 `ecdhe`。";
    without_the_name_it_gets_through() = "不带名称就能打通：服务端或中间设备拒绝的是这个名称。";
    ask_for_another_name() = "请用它拥有的名称（`--server-name`）。";
    http2_and_not_http11() = "服务端在此只用 HTTP/2，不用 HTTP/1.1。";
    offer_http11() = "`--alpn h2` 可以看到握手；本客户端只会 HTTP/1.1。可让服务端同时提供 http/1.1。";
    without_alpn_it_gets_through() = "不带 ALPN 就能打通：它没有所提供的应用层协议。";
    offer_another_protocol() = "请提供它支持的协议（`--alpn`）。";
    a_short_hello_gets_through() =
        "简短的 ClientHello 能打通：服务端或中间设备处理不了我们较长的 ClientHello（X25519MLKEM768）或 ALPN。";
    use_x25519() = "在它升级之前请用 `--group x25519`。";
    no_variant_gets_through() = "这些都没有打通：它们改变的任何一项，单独来看都不是原因。";
    another_group(group) =
        "问题在密钥交换的曲线：服务端拒绝了本客户端的曲线（X25519MLKEM768、x25519、secp256r1、secp384r1），提供别的曲线时选了 \
         {group}。";
    have_one_of_our_groups() = "让服务端也支持其中之一（nginx 的 `ssl_ecdh_curve X25519:secp256r1`，OpenSSL 的 `Groups`）。";
    static_rsa() = "静态 RSA，没有前向保密";
    finite_field() = "有限域 Diffie-Hellman";
    cbc() = "CBC，没有认证加密";
    only_older_suites(suite, kind) =
        "服务端的 TLS 1.2 只接受旧套件：它选了 {suite}（{kind}）。本客户端只有 ECDHE 加 GCM 或 ChaCha20。";
    turn_on_ecdhe_or_use_rsa() = "请在服务端启用 ECDHE 加 GCM（OpenSSL：`ECDHE+AESGCM`）。在此之前可以试 `--variant rsa`。";
    turn_on_ecdhe() = "请在服务端启用 ECDHE 加 GCM（OpenSSL：`ECDHE+AESGCM`）。";

    // why/tls/hello.rs
    ended_on_purpose() = "在 ServerHello 之后有意结束：`--why` 只想知道服务端会选择什么。";
}

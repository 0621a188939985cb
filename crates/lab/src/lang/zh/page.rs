//! What a visitor of the page can run, in Chinese.

steps::sentences! {
    // page.rs
    page_is_at(url) = "网页在 {url}";
    undisturbed() = "TCP，不受干扰";
    static_rsa() = "TLS 1.2 静态 RSA，与笔记相同";
    tls13() = "TLS 1.3";
    ecdhe() = "TLS 1.2 ECDHE，实际部署的样子";
    websocket_over_tcp() = "基于 TCP 的 WebSocket";
    websocket_over_tls() = "基于 TLS 的 WebSocket";
    to_an_unknown_host_then_to_a_known_one() = "SSH：先是未知主机，再是已知主机";
}

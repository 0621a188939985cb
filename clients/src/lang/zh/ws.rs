//! What the WebSocket client says, in Chinese.

steps::sentences! {
    // ws.rs
    no_certificate_for_this_name(host) = "`{host}` 既不是 DNS 名也不是 IP 地址，没有证书能对应它。";
}

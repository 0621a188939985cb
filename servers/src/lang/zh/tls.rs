//! What the TLS server says, in Chinese.

steps::sentences! {
    // tls/page.rs
    this_page_was_encrypted() = "这个页面经过加密传输，过程见服务端日志。";
}

//! What the TLS client says, in Chinese.

steps::sentences! {
    // tls.rs
    insecure() =
        "        警告：--insecure：证书被拒绝也不会终止连接，对方可能是任何人，发送的内容都会被它读到。日志仍会写明检查结果。";
}

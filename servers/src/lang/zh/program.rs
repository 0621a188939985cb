//! What a server says when it begins, in Chinese.

steps::sentences! {
    // program.rs
    listens(protocol, address) = "{protocol} 在 {address} 监听";
    listens_for_static_rsa(address, client) = "tls 在 {address} 监听，供静态 RSA 使用（`{client} tls --variant rsa`）";
}

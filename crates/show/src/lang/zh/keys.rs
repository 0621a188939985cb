//! What a key was computed from, in Chinese.

steps::sentences! {
    // web/keys/of_tls.rs
    servers_public_key() = "服务端公钥（key_share）";
    clients_public_key() = "客户端公钥（key_share）";
    own_private_key() = "自己的私钥（从不写入日志）";
    session_hash() = "session_hash：到 ClientKeyExchange 为止所有握手消息的哈希";
    early_secret() = "Early Secret：没有预共享密钥，或来自已采用的那一个";
    hash_so_far() = "到此为止各消息的哈希";
}

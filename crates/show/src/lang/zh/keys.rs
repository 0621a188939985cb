//! What a key was computed from, in Chinese.

steps::sentences! {
    // web/keys/of_tls.rs
    servers_public_key() = "服务端公钥（key_share）";
    clients_public_key() = "客户端公钥（key_share）";
    own_private_key() = "自己的私钥（从不写入日志）";
    session_hash() = "session_hash：到 ClientKeyExchange 为止所有握手消息的哈希";
    early_secret() = "Early Secret：没有预共享密钥，或来自已采用的那一个";
    hash_so_far() = "到此为止各消息的哈希";

    // web/keys/of_ssh.rs
    initial_iv_to_server() = "A：初始 IV，客户端到服务端";
    initial_iv_to_client() = "B：初始 IV，服务端到客户端";
    encryption_key_to_server() = "C：加密密钥，客户端到服务端";
    encryption_key_to_client() = "D：加密密钥，服务端到客户端";
    integrity_key_to_server() = "E：完整性密钥，客户端到服务端";
    integrity_key_to_client() = "F：完整性密钥，服务端到客户端";
}

//! What a capture says of itself and of its packets, in Chinese.

steps::sentences! {
    // recording/comment.rs
    steps_are_comments() =
        "每个握手步骤写在完成它的那个包的注释里。会话密钥在文件内：TLS 会直接解密显示。端口不是 22 的 SSH 需要“解码为”（tshark：\
         -d tcp.port==7022,ssh），解密需要 Wireshark 4.2 或更新版本。";
    on_the_link() = "链路上：";
    in_the_client() = "客户端内部：";
    in_the_server() = "服务端内部：";
    about_here() = "约在此处：";

    // flight/turns.rs
    packets_and_secrets_alone() =
        "数据包，以及排在前面、用来解密它们的会话密钥：TLS 会直接解密显示。`lab read 文件` 讲出其中的步骤，加上 `--capture 新文\
         件` 则把步骤写成包注释。";
}

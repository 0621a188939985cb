//! What russh does not tell of SSH, in Chinese.

steps::sentences! {
    // ssh/opening.rs
    a_server_is_told_no_secret() =
        "russh 不向服务端透露密钥，而客户端是另一个进程：若它是本套程序的客户端，解开的数据包见它自己的记录。";

    // ssh/client.rs
    one_of_two_secrets(kex) = "{kex} 有两个密钥，russh 只交出其中一个（X25519），而 H 和各密钥需要两个。";
    no_secret_is_handed_over(kex) = "russh 没有交出 {kex} 的密钥。";
}

//! Why encrypted packets of SSH stay closed, in Chinese.

steps::sentences! {
    // ssh.rs
    too_much_before_the_secret() = "在得知密钥之前传输的内容过多，无法保留。";

    // ssh/derive.rs
    does_not_open_this(algorithm) = "本解码器不支持解密 {algorithm}。";
    wrong_secret() = "主机密钥的签名与交换哈希不符：所给的密钥不属于这次交换。";
}

//! What there is to say about each step of TLS, in Chinese.

crate::sentences! {
    // cards.rs
    ephemeral_key_title() = "临时密钥对";
    ephemeral_key() =
        "为这条连接单独生成一对密钥：公钥会发出去，私钥用完即弃，日后即使证书私钥泄露，今天的通信也解不开。使用 \
         ML-KEM 时服务端不生成密钥对，而是选定一个秘密，用客户端的公钥封装后发出。";
    client_hello_title() = "ClientHello";
    client_hello() =
        "客户端先开口，报出自己会的一切：版本、密码套件、曲线，外加一串新的随机数。TLS 1.3 客户端还会猜一个曲线，\
         直接附上公钥。";
    hello_retry_request_title() = "HelloRetryRequest";
    hello_retry_request() =
        "客户端猜错了：服务端指出自己要的曲线，请它重发 ClientHello。它在线路上就是一个随机数固定的 ServerHello。";
    choose_certificate_title() = "选择证书";
    choose_certificate() = "服务端按客户端请求的域名和它支持的签名算法挑选证书，一个地址因此可以服务多个域名。";
    server_hello_title() = "ServerHello";
    server_hello() =
        "服务端从中选定一个版本和一个套件，再给出自己的随机数。在 TLS 1.3 里它还带上公钥，此后的消息全部加密。";
    session_resumed_title() = "恢复会话";
    session_resumed() =
        "服务端接受客户端出示的旧会话，双方仍持有它的秘密。这次不再发送、也不再检查证书：只有当时的服务端才知道\
         这个秘密，它的身份那时已经查过。";
    encrypted_extensions_title() = "EncryptedExtensions";
    encrypted_extensions() = "与密钥无关的答复（如应用层协议）留到能加密时再发。这是旁观者读不到的第一条消息。";
    certificate_request_title() = "CertificateRequest";
    certificate_request() =
        "服务端想知道客户端是谁，并说明自己能验证哪些签名。没有这条消息，客户端对 TLS 就是匿名的。";
    certificate_title() = "Certificate";
    certificate() =
        "服务端证书由 CA 签名，把公钥和域名绑在一起。证书人人可得，服务端用上对应的私钥才算证明了身份。";
    server_key_exchange_title() = "ServerKeyExchange";
    server_key_exchange() =
        "服务端的临时公钥，连同两个随机数一起由证书私钥签名。在 ECDHE 中，证书的用处就在这个签名。";
    certificate_verify_title() = "CertificateVerify";
    certificate_verify() =
        "对到此为止整个握手的摘要签名，证明发送方此刻确实持有证书私钥。从别的连接抄来的签名对不上。";
    server_hello_done_title() = "ServerHelloDone";
    server_hello_done() = "一条空消息：服务端该说的说完了，等客户端回应。";
    verify_certificate_title() = "验证证书";
    verify_certificate() =
        "客户端沿签名链一直查到自己信任的 CA，并核对有效期、用途和所访问的域名。通过者才有资格代表这个域名。";
    verify_signature_title() = "验证签名";
    verify_signature() = "用证书里的公钥验证服务端的签名，到这一步才证明证书确实属于对方。";
    sign_title() = "签名";
    sign() = "证书私钥对本次握手的内容签名。这把长期密钥只做这一件事。";
    shared_secret_title() = "共享密钥";
    shared_secret() =
        "己方私钥与对方公钥算出一个数，对方也会算出同一个；使用 ML-KEM 时，其中一部分由服务端封装后发来。它从不\
         以明文上线路，两边日志里的指纹相同，说明它一致。";
    session_keys_title() = "会话密钥";
    session_keys() =
        "由秘密导出密钥：TLS 1.2 用 PRF 展开一个 master secret；TLS 1.3 用 HKDF 结合握手摘要，每个阶段、每个方向\
         各有密钥。";
    choose_client_certificate_title() = "选择客户端证书";
    choose_client_certificate() =
        "客户端按服务端的请求挑选证书：由服务端列出的 CA 签发，密钥的签名算法对方也支持。";
    client_certificate_title() = "客户端证书";
    client_certificate() = "客户端以自己的证书作答，没有就发一个空列表，够不够由服务端决定。";
    verify_client_certificate_title() = "验证客户端证书";
    verify_client_certificate() =
        "服务端对客户端做同样的检查：沿签名链查到自己信任的 CA，并核对有效期和用途。没有域名可比对，放不放行由应\
         用决定。";
    verify_client_signature_title() = "验证客户端签名";
    verify_client_signature() = "CertificateVerify 里的签名证明：客户端确实持有它所出示证书的私钥。";
    pre_master_secret_title() = "pre-master";
    pre_master_secret() =
        "静态 RSA 的第三个随机数：客户端生成 48 字节，用证书公钥加密；服务端用私钥从线路上的原样字节解出。日后谁\
         拿到这把私钥，就能同样解开录下的每个会话。";
    client_key_exchange_title() = "ClientKeyExchange";
    client_key_exchange() =
        "客户端的那一半密钥交换：ECDHE 中是谁都能看的公钥，RSA 中则是用服务端公钥加密的 pre-master。";
    change_cipher_spec_title() = "ChangeCipherSpec";
    change_cipher_spec() =
        "只有一个字节。在 TLS 1.2 中，发送方从此开始加密；在 TLS 1.3 中它毫无作用，只为让老旧的中间设备看着顺眼。";
    finished_title() = "Finished";
    finished() =
        "到此为止所有握手消息的摘要，加密发送。密钥对才能解开，双方看到的握手相同才会吻合；我们用线路上的内容又\
         算了一遍。";
    new_session_ticket_title() = "NewSessionTicket";
    new_session_ticket() = "一张只有服务端读得懂的票据，客户端下次出示它就可以跳过证书。";
    handshake_complete_title() = "握手完成";
    handshake_complete() = "库把连接交给应用程序。双方到达这一步的时刻不同，还在等对方 Finished 的一方更晚。";
    application_data_title() = "应用数据";
    application_data() =
        "握手就是为了它：用对称密码传输数据，任何改动都会被发现。这里能把明文和密文并排列出，因为用的是本次运行\
         自己的密钥。";
    key_update_title() = "KeyUpdate";
    key_update() = "发送方为自己的方向换上新密钥，无需重新握手。";
    alert_title() = "Alert";
    alert() = "close_notify 礼貌地结束连接，以免把中断误认为结束。其他 Alert 都报告错误，并立即终止连接。";
    other_message_title() = "其他握手消息";
    other_message() = "本套件没有单独列出的握手消息，由类型号可知它是什么。";
    does_not_open_title() = "解不开的记录";
    does_not_open() =
        "加密记录自带未被改动的证明。用这一侧的密钥验证不通过：记录在途中被改过，或者双方看到的握手不一致，密钥\
         因而不同。";
    undecodable_title() = "无法解析";
    undecodable() = "这些字节不是 TLS 在此处应有的内容，或者这里始终不知道它们的密钥。这个方向的后续字节不再解析。";
}

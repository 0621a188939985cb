//! What each rule of TLS recognises, in Chinese.

crate::sentences! {
    // alert.rs
    version_refused() = "对方的 Alert protocol_version";
    nothing_in_common() = "服务端对 ClientHello 答以 Alert handshake_failure 或 insufficient_security";
    name_unknown() = "服务端的 Alert unrecognized_name";
    protocol_refused() = "对方的 Alert no_application_protocol";
    our_record_does_not_open() = "对方的 Alert bad_record_mac 或 decryption_failed";
    our_handshake_differs() = "对方的 Alert decrypt_error";
    alert_after_all() = "双方握手都完成之后对方的致命 Alert";
    alert() = "对方的其他致命 Alert";

    // application.rs
    renegotiation_refused() = "握手之后对方要求重新协商，我们拒绝后它结束了连接";
    speaks_http2() = "`--alpn` 谈定的不是 HTTP/1，因此不提问";
    answer_not_whole() = "应答在完整之前，或在得知是否完整之前，就结束或中断";
    not_http() = "对方用会话密钥作答，但不是 HTTP/1";
    no_answer() = "服务端没有作答就以 close_notify 结束";
    no_request() = "客户端的请求不完整";
    silent_after_handshake() = "握手已完成，却在时限内没有应答";

    // certificate.rs
    client_showed_no_certificate() = "服务端强求客户端证书，而客户端没有出示";
    key_too_short() = "用不足 2048 位的 RSA 密钥做的签名不被接受";
    signature_does_not_fit() = "证书通过了检查，而握手的签名对不上";
    certificate_self_signed() = "被拒绝的自签名证书";
    certificate_issuer_unknown() = "从被拒绝的证书找不到通往受信任 CA 的路";
    certificate_name() = "被拒绝的证书属于其他名称";
    certificate_expired() = "被拒绝的证书已过期";
    certificate_not_yet_valid() = "被拒绝的证书尚未生效";
    certificate_signature_algorithm() = "被拒绝的证书所用的签名算法不被接受";
    certificate_signature() = "被拒绝的证书上的签名不是签发者的密钥做的";
    certificate_purpose() = "被拒绝的证书另有用途";
    certificate_of_a_ca() = "把 CA 自己的证书当作服务端或客户端证书出示";
    certificate_version() = "被拒绝的证书是 X.509 第 1 或第 2 版";
    certificate_refused() = "因其他原因被拒绝的证书";

    // hello.rs
    version_too_old() = "对方最高只支持 TLS 1.1 或更旧的版本";
    no_version_in_common() = "没有共同版本，而对方支持 TLS 1.2 或 1.3";
    suite_wants_another_key() = "没有共同的密码套件：客户端的套件需要另一种证书";
    no_suite_in_common() = "其他没有共同密码套件的情况";
    no_group_in_common() = "没有共同的密钥交换曲线";
    no_signature_in_common() = "没有共同的签名算法";
    no_protocol_in_common() = "本端找不到共同的应用层协议";
    library_insists() = "对方缺少库所坚持的扩展";

    // own_certificate.rs
    no_client_certificate_shown() = "客户端被索要证书却没有出示，随后收到与证书有关的 Alert";
    own_certificate_out_of_date() = "与我们的证书有关的 Alert，而按我们自己的时钟它此刻也无效";
    clocks_differ() = "Alert certificate_expired，而按我们的时钟证书有效";
    own_certificate_self_signed() = "对我们的自签名证书的 Alert unknown_ca";
    own_issuer_unknown() = "对我们证书的 Alert unknown_ca";
    asked_for_another_name() = "客户端访问的名称不在我们的证书里，随后发来 bad_certificate 或 certificate_unknown";
    own_certificate_refused() = "对我们的证书发来 bad_certificate 或 certificate_unknown，而我们看不出它有什么不对";
    own_certificate_of_another_kind() = "对我们证书的 Alert unsupported_certificate";

    // peer.rs
    old_hello() = "SSL 2.0 格式的 Hello";
    another_protocol() = "对方最初的字节属于另一个协议";
    too_long() = "记录或消息超过 TLS 允许的长度";
    unreadable() = "TLS 消息无法解析";
    out_of_place() = "在该出现别的消息的位置收到了一条消息";
    downgraded() = "双方都支持更高版本，版本却被降低";
    does_not_open() = "对方的加密记录解不开";
    finished_differs() = "对方的 Finished 能解开，但摘要与我们的握手不符";
    broke_a_rule() = "对方违反了 TLS 的其他规则";

    // transport.rs
    stopped() = "程序被要求停止";
    nothing_came() = "客户端连上后一个字节都没发就离开";
    reset_at_hello() = "对 ClientHello 的回应是连接被重置";
    silent_at_hello() = "ClientHello 没有得到回应";
    silent_client() = "客户端没有发来 ClientHello";
    silent() = "对方在握手中沉默";
    closed() = "对方或途中的设备没有发 Alert 就结束了 TCP";
    reset() = "对方或途中的设备重置了连接";
    unacknowledged() = "发出的内容没有得到确认，或路径中断";
}

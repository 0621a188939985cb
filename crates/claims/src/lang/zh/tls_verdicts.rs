//! What a run of TLS shows of the claims, in Chinese.

steps::sentences! {
    // judge.rs
    the_version_field_and_the_extension(legacy, version) =
        "版本字段写的是 {legacy}，扩展 supported_versions 写的是 {version}";
    the_version_field_and_the_shares(legacy, version, shares) =
        "版本字段写的是 {legacy}，扩展 supported_versions 写的是 {version}，而且已附上密钥份额（{shares}）";
    a_key_share(share) = "还带有密钥份额（{share}）";
    no_key_share_but_a_pre_shared_key() = "没有密钥份额，而是用预共享密钥";
    neither_a_key_share_nor_a_pre_shared_key() = "既没有密钥份额，也没有预共享密钥";
    the_version_field_and_what_it_carries(legacy, version, shares) =
        "版本字段写的是 {legacy}，扩展里写的是 {version}；{shares}，此后的消息全部加密";
    the_certificate_crossed_encrypted(subject) = "{subject} 的证书是加密传输的，旁观者看不到它属于谁";
    the_certificate_crossed_encrypted_and_cannot_be_read() = "证书是加密传输的，而且解密后在这里也无法解析";
    it_follows_the_certificate() = "紧跟在证书之后；服务端没有为这条连接另发公钥";
    server_key_exchange_came_first(curve) = "之前先有 ServerKeyExchange，带着服务端的 {curve} 临时公钥";
    the_name_was_refused_and_the_connection_went_on(value, result) =
        "按名称 {value} 检查，结果被拒绝（{result}），但检查被忽略（--insecure），连接照常继续";
    the_name_was_refused(value, result) = "按名称 {value} 检查，结果被拒绝：{result}";
    the_name_was_accepted(value) = "按名称 {value} 检查：通过";
    what_was_checked(library, issuer, until, value) =
        "{library} 检查了签发者、签名、有效期、用途和名称：由 {issuer} 签发，有效期至 {until}，适用于 {value}：\
         通过";

    // absent.rs
    resumed_without_a_certificate() = "会话是恢复的，没有再发证书";
    no_certificate_but_a_key_that_both_sides_knew() = "没有证书，而是用双方事先共有的密钥";
    no_certificate() = "没有证书";
    no_certificate_but_these(why, server) = "{why}；服务端发送了 {server}";
    no_server_hello_done_but_these(server) = "没有 ServerHelloDone；服务端发送了 {server}";
    no_client_key_exchange_but_these(client) = "没有 ClientKeyExchange；客户端发送了 {client}";
    no_change_cipher_spec_but_these(client) = "没有 ChangeCipherSpec；客户端发送了 {client}";
    no_change_cipher_spec_that_could_change_keys() =
        "没有能够换密钥的 ChangeCipherSpec：客户端唯一的一条在 ServerHello 之前就已发出";
    none_was_checked_with_a_pre_shared_key() = "没有收到证书，也就没有检查：只有服务端才有那把双方事先共有的密钥";
    no_key_was_taken_from_one() = "没有收到证书，也就没有从中取出公钥";
    no_pre_master_secret_with_a_pre_shared_key() = "没有生成 pre-master：用的是双方事先共有的密钥";
    none_was_checked_when_resumed() = "没有收到证书，也就没有检查：先前会话的秘密足以证明服务端是谁";
    no_new_pre_master_secret_when_resumed() = "没有新的 pre-master：沿用先前会话的 master secret";

    // encrypted.rs
    it_is_a_dummy_for_middleboxes(version) = "在 {version} 中它只是给中间设备看的摆设，换密钥与它无关";
    it_decrypts_and_its_digest_fits(data) = "可以解密，其中的握手摘要（verify_data {data}…）正确";
    it_decrypts_and_its_digest_differs(data) = "可以解密，但 verify_data {data}… 不是实际传输内容的摘要";
    equal_to_those_computed_again(bytes, data) = "{bytes} 字节与用实际传输内容重新计算的结果相同（{data}…）";
    the_two_sides_saw_different_handshakes(data, recomputed) =
        "收到 {data}…，按实际传输内容应为 {recomputed}…：双方看到的握手不一致";
    the_servers_finished_came_first() = "服务端的 Finished 先到，此时客户端还没有发送自己的 Finished";
    they_came_after_the_clients() = "ChangeCipherSpec 和 Finished 在客户端的之后到来，摘要正确";
    bytes_crossed_encrypted(plain, cipher, begins) = "{plain} 字节以 {cipher} 字节密文传输（{begins}…）";
    client() = "客户端";
    server() = "服务端";
    noticed_before_the_digest(field) =
        "还没比较摘要就已发现：{field}的加密记录解不开；它在途中被改过，或者双方看到的握手不一致，密钥不同";

    // keys.rs
    the_key_checked_a_signature(key, scheme, over) =
        "证书中的{key}公钥用来验证签名（{scheme}，签的是{over}），没有加密任何东西";
    the_key_checked_a_signature_in_vain(key, scheme, over) =
        "证书中的{key}公钥用来验证签名（{scheme}，签的是{over}），签名对不上";
    noticed_before_any_finished(over) = "还没到 Finished 就已发现：服务端对{over}的签名与客户端看到的内容对不上";
    computed_from_ephemeral_keys(group, fingerprint) = "由 {group} 临时密钥算出（指纹 {fingerprint}），没有发送";
    and_the_other_half_is_ephemeral(curve) = "；另一半由 {curve} 临时密钥算出，没有发送";
    the_server_sent_it_encapsulated(size, other, fingerprint) =
        "服务端选定一个秘密，用客户端的临时 ML-KEM-{size} 公钥封装后发出{other}（指纹 {fingerprint}）";
    the_servers_opened_what_crossed(key, length, fingerprint) =
        "服务端用{key}解开线路上的密文：{length} 字节（指纹 {fingerprint}）";
    the_client_made_and_encrypted_it(length, fingerprint) =
        "客户端生成 {length} 字节（指纹 {fingerprint}）并将其加密";
    the_keys_come_from_the_shared_secret(derivation, stage) =
        "{derivation}：{stage}的密钥由共享密钥和握手摘要导出";
    the_master_secret_is_of_an_earlier_session(fingerprint) =
        "会话是恢复的：master secret（{fingerprint}）沿用先前的会话，只有两个随机数是新的";
    two_randoms_crossed(derivation, curve) =
        "{derivation}；两个随机数在线路上出现过，第三个是从未传输的 {curve} 共享密钥";
    over_the_secret_and_the_hash(derivation, label) =
        "由 pre-master 和握手摘要（其中有两个随机数）经{derivation}导出（{label}，RFC 7627）";
    over_the_randoms_and_the_secret(derivation) = "由两个随机数和 pre-master 经{derivation}导出";
    over_the_randoms_and_it_fits(derivation, pre_master, recomputed) =
        "由两个随机数和 pre-master（{pre_master}）经{derivation}导出：重新计算的 master secret 与会话的相同（\
         {recomputed}）";
    over_the_randoms_and_it_differs(derivation, pre_master, recomputed, session) =
        "由两个随机数和 pre-master（{pre_master}）经{derivation}得到 {recomputed}，会话用的却是 {session}";
    it_carries_the_encrypted_secret(length) = "它带着 {length} 字节：用服务端公钥加密的 pre-master";
    the_certificates_key_encrypts(key) = "取出证书中的{key}公钥并用它加密：pre-master 就是用它加密后发出的";
    it_carries_the_clients_ephemeral_key(length) = "它带的是客户端的临时公钥（{length} 字节，明文），不是秘密";
}

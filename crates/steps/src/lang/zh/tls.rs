//! Why a TLS connection failed, in Chinese.

crate::sentences! {
    // reason.rs
    and_the_peer_was_told(cause, peer, alert) = "{cause}已用 Alert {alert} 告知{peer}。";

    // facts.rs
    unknown_issuer() = "签发者未知";
    not_for_this_name() = "名称不符";
    expired() = "已过期";
    not_valid_yet() = "尚未生效";
    wrong_signature() = "签名不对";
    signature_algorithm_not_taken() = "签名算法不被接受";
    for_another_purpose() = "用途不符";
    a_cas_own_certificate() = "CA 自己的证书";
    issued_by_one_that_is_no_ca() = "由并非 CA 的证书签发";
    x_509_version_1_or_2() = "X.509 第 1 或第 2 版";
    does_not_read() = "无法解析";
    unknown_critical_extension() = "不认识的关键扩展";
    name_not_allowed_to_its_ca() = "其 CA 无权签发该名称";
    chain_too_long() = "证书链过长";
    revoked() = "已吊销";
    refused() = "被拒绝";
    after(title) = "在它的{title}之后";
    before_its_first_message() = "在它的第一条消息之前";
    client() = "客户端";
    server() = "服务端";
    none() = "无";
    and_more(first, more) = "{first} 等（另有 {more} 个）";

    // alert.rs
    after_our(title) = "在我们的{title}之后";
    the_peer_sent_the_alert(peer, alert, after, meaning) = "{peer}{after}发来 Alert {alert}：{meaning}";
    it_has_no_version_that_we_offer(offered) = "没有共同的 TLS 版本；它不支持我们提供的任何一个（{offered}）。";
    it_does_not_take_the_version_that_we_chose(offered) = "在它提供的版本（{offered}）中，它不接受我们选的那个。";
    it_may_have_only_old_versions(cause) = "{cause}它可能只有 TLS 1.1 或更旧的版本，RFC 8996 已禁用。";
    leave_out_variant_to_offer_more() = "去掉 `--variant` 即可同时提供 TLS 1.3 和 1.2。";
    leave_out_tls12() = "去掉 `--tls12` 即可同时提供 TLS 1.3。";
    it_does_not_take_the_one_suite() =
        "它不接受我们提供的唯一套件 TLS_RSA_WITH_AES_128_GCM_SHA256（静态 RSA），或它的证书用不上。";
    nothing_in_common(offered) =
        "它与我们没有共同的密码套件、曲线或签名算法。我们提供 {offered}，只用临时密钥（ECDHE）和认证加\
         密（GCM、ChaCha20-Poly1305），不含静态 RSA、FFDHE 和 CBC。";
    leave_out(wider) = "可去掉 {wider} 再试。";
    variant_rsa_reaches_static_rsa() = "若服务端只有静态 RSA，可用 `--variant rsa` 连接。";
    it_knows_no_host_called(name) = "它不知道名为 `{name}` 的主机。";
    it_wants_to_be_asked_by_name() = "它要求按名称（SNI）访问，而我们没有给出名称：IP 地址不算名称。";
    server_name_asks_for_another() = "可用 `--server-name NAME` 指定其他名称。";
    it_has_no_application_protocol_that_is_offered(offered) =
        "双方没有共同的应用层协议（ALPN）；客户端提供的是 {offered}。";
    alpn_names_others() = "可用 `--alpn NAME` 指定其他协议。";
    a_record_of_ours_does_not_open_there() = "它用自己的密钥解不开我们的一条记录：记录在途中被改过。";
    what_we_sent_encrypted_does_not_open() =
        "它用自己的密钥解不开我们发的密文：要么密文在途中被改过，要么两个 Hello 被改过，因为密钥由它们导出。";
    our_signature_or_finished_does_not_fit() =
        "我们的签名或 Finished 与它看到的对不上：握手在途中被改动，或它无法验证这种签名。";
    compare_both_logs() = "请对照两边日志里的随机数和套件。";
    after_a_complete_handshake_and_data(meaning) = "{meaning}此前握手已经完成，也已收到数据。";
    perhaps_the_long_key_share_confuses_it() = "也许是较长的密钥份额让它出错：`--group x25519` 会发送较短的一个。";
    it_did_not_expect_that_message() = "它在那个位置收到了意料之外的消息。";
    our_record_was_too_long_for_it() = "我们的一条记录超过了它能接受的长度。";
    something_compressed_does_not_unpack() = "压缩的内容无法解开。";
    it_found_no_agreement() = "它没有找到能接受的方案；这个 Alert 不说明是哪一项。";
    what_we_share_is_too_weak() = "双方共有的算法对它来说太弱。";
    our_value_is_out_of_bounds() = "我们发出的某个值越界或自相矛盾。";
    it_lets_the_holder_not_in() = "它认得我们的证书，但不放行持有者。";
    our_message_does_not_read() = "它无法解析我们的某条消息。";
    export_rules_forbid_it() = "被过时的出口限制禁止。";
    something_failed_on_its_side() = "它自己出了故障，与我们无关。";
    it_has_a_higher_version() = "它支持比这次重试更高的版本。";
    its_user_gave_up() = "那一侧的使用者取消了。";
    it_does_not_renegotiate() = "它不做重新协商。";
    it_misses_an_extension() = "缺少它需要的扩展。";
    it_had_not_asked_for_that_extension() = "出现了它没有请求的扩展。";
    our_certificate_was_revoked() = "我们的证书已被吊销。";
    it_does_not_accept_our_ocsp_answer() = "它不接受我们的 OCSP 应答。";
    it_does_not_know_the_pre_shared_key() = "它不认识所指的预共享密钥。";
    it_wants_an_encrypted_client_hello() = "它要求加密的 ClientHello。";
    it_wants_a_client_certificate() = "它要求客户端证书。";
    it_does_not_know_or_trust_a_ca() = "它不认识或不信任某个 CA。";
    it_does_not_accept_a_certificate() = "它不接受某张证书。";
    the_alert_does_not_say_why() = "仅凭这个 Alert 看不出原因；它自己的日志里或许有。";

    // application.rs
    the_server_wanted_to_renegotiate(ended) =
        "握手已经完成；随后服务端要求重新协商（HelloRequest），多半是事后索要客户端证书。本客户端不做重新协商（\
         TLS 1.3 也没有），答以 no_renegotiation，服务端随即{ended}。";
    asking_at_first_needs_no_renegotiation() = "服务端若在第一次握手里就索要证书，便不需要重新协商。";
    the_client_wanted_to_renegotiate(ended) =
        "握手已经完成；随后客户端要求重新协商（第二个 ClientHello）。本服务端不做重新协商（TLS 1.3 也没有），答\
         以 no_renegotiation，客户端随即{ended}。";
    ended_with_the_alert(alert) = "以 Alert {alert} 结束了连接";
    closed_the_connection() = "关闭了连接";
    reset_the_connection() = "重置了连接";
    said_nothing_more(seconds) = " {seconds} 秒没有再说什么";
    agreed_on_another_protocol(agreed) =
        "TLS 没有问题，双方按 `--alpn` 谈定了 `{agreed}`（ALPN）；但本客户端只会 HTTP/1.1，因此没有提问。";
    leave_out_alpn() = "去掉 `--alpn` 即可谈定 HTTP/1.1。";
    ended_tcp_without_close_notify() = "没有 close_notify 就结束了 TCP";
    the_answer_is_not_whole() = "TLS 没有问题，但服务端的应答不完整：应答还没有发完，服务端就以 close_notify 结束了。";
    the_answer_has_no_end(seconds) =
        "TLS 没有问题，但服务端的应答没有结尾：它 {seconds} 秒没有再发内容，也没有关闭，而应答头所说的长度还没有\
         达到，或应答头没有说明长度。";
    the_answer_may_have_been_cut(how) =
        "TLS 没有问题，但服务端的应答不完整，或无从得知是否完整：它{how}，而应答头所说的长度还没有达到，或应答头\
         没有说明长度。能切断 TCP 的人也能截断应答（RFC 8446 §6.1）。";
    the_server_does_not_speak_http(line, service) = "TLS 没有问题，但服务端说的不是 HTTP：它说的是 `{line}`{service}。";
    the_answer_is_binary() = "TLS 没有问题，但返回的不是 HTTP/1 应答，而是二进制内容。";
    as_that_service_does(service) = "，这是 {service} 的话";
    no_answer_but_close_notify(after) =
        "对我们来说 TLS 没有问题，但服务端{after}以 close_notify 结束，没有回答我们的请求。";
    no_answer_but_a_reset(after) =
        "服务端（或途中的某个设备）{after}重置了 TCP 连接；对我们来说握手已经完成，而请求没有得到应答。";
    no_answer_but_the_end_of_tcp(after) =
        "服务端（或途中的某个设备）{after}关闭了 TCP 连接（没有发送 Alert）；对我们来说握手已经完成，而请求没有\
         得到应答。";
    it_had_asked_for_a_certificate() = "它曾索要客户端证书，而我们没有出示：可用 `--client-cert` 提供。";
    perhaps_it_does_not_speak_http() = "它说的也许不是 HTTP。";
    closed_in_the_middle_of_its_request() = "在请求发到一半时关闭了连接";
    sent_too_long_a_head(kib) = "发来的请求头超过 {kib} KiB";
    did_not_end_its_request(seconds) = " {seconds} 秒内没有发完请求";
    sent_no_request(seconds) = " {seconds} 秒内没有发来请求，浏览器的预留连接就是这样";
    tls_is_fine_but_the_client(did) = "TLS 没有问题，但客户端{did}。";
    silent_after_the_handshake(peer, seconds, after, alpn) =
        "TLS 没有问题，握手已完成，但{peer}{after} {seconds} 秒内没有说话（谈定的应用层协议：{alpn}）：它很慢，\
         或说的不是 HTTP（LDAP、MQTT 等都在等自己的请求）。";

    // certificate.rs
    the_client_showed_no_certificate() = "向客户端索要证书，它没有出示。";
    give_one_or_do_not_insist(client) =
        "需要给它一张（`{client} tls --client-cert`），或让服务端只索要而不强求（`--client-auth request`）。";
    the_peers_certificate_was_refused(peer, why) = "{peer}证书被拒绝：{why}";
    its_issuers_key_is_too_short(issuer, bits, least) =
        "它的签发者（{issuer}）的 RSA 密钥只有 {bits} 位，这里不接受不足 {least} 位的密钥做的签名（RFC 9325 §4.5）。";
    that_ca_needs_a_longer_key() = "该 CA 需要更长的密钥。";
    the_peers_key_is_too_short(peer, bits, least) =
        "{peer}证书的 RSA 密钥只有 {bits} 位，这里不接受不足 {least} 位的密钥做的签名（RFC 9325 §4.5）。";
    the_peer_needs_a_longer_key(peer) = "{peer}需要换一张密钥更长的证书。";
    the_peers_signature_does_not_fit(peer, scheme, over) =
        "{peer}的签名（{scheme}，签的是 {over}）与我们看到的对不上：握手在途中被改动，或对方没有证书的私钥；证书\
         本身已通过检查。";
    it_signed_itself(subject) = "它是自签名的（{subject}），不在这里信任的证书之列。";
    if_it_is_right_trust_it() = "若确认无误，可用 `--ca FILE` 信任它。";
    the_client_needs_a_certificate_of_our_ca() =
        "客户端需要由这里信任的 CA（`--certs` 目录里的 ca.pem）签发的证书。";
    no_way_leads_from_its_issuer(issuer, sent) =
        "从它的签发者（{issuer}）找不到通往受信任 CA 的路；对方发来的证书链长度为 {sent}。";
    trust_the_right_ca_or_the_systems() =
        "请信任正确的 CA（`--ca FILE`、`--system-roots`；演示 CA 是 `--certs` 目录里的 ca.pem），或由服务端补发\
         中间证书。";
    trust_the_right_ca() =
        "请信任正确的 CA（`--ca FILE`；演示 CA 是 `--certs` 目录里的 ca.pem），或由服务端补发中间证书。";
    trust_its_ca_or_it_sends_the_chain() = "请信任正确的 CA，或由服务端补发中间证书。";
    it_is_for_no_name_at_all(asked) =
        "它不含任何名称（subjectAltName 为空；common name 不算数，RFC 9525 §2），自然也不属于 {asked}。";
    it_is_for_other_names(asked, names) = "它不属于 {asked}，而属于 {names}。";
    ask_for_one_of_its_names() = "请改用其中的名称（`--server-name NAME`），或由服务端换证书。";
    the_server_needs_another_certificate() = "服务端需要换一张证书。";
    it_expired(to) = "它已于 {to} 过期。";
    its_owner_needs_a_new_one() = "持有者需要换新证书，除非这里的时钟不准。";
    it_is_not_valid_before(from) = "它要到 {from} 才生效。";
    it_is_too_early() = "来早了，除非这里的时钟不准。";
    its_signature_algorithm_is_not_taken(algorithm, issuer) =
        "它或上级证书的签名算法在这里不被接受；它自己的是 {algorithm}，由 {issuer} 签发。SHA-1 已不再接受（RFC \
         9155）。";
    issue_it_again_with_sha256() = "需要用 SHA-256 或更好的算法重新签发；签发者本身很可能是受信任的。";
    the_signature_on_it_is_not_its_issuers(issuer) =
        "证书上的签名不是用我们所知的 {issuer} 的密钥做的：要么有同名而密钥不同的 CA，要么证书被改过。";
    peers_in_general(peer) = "{peer}";
    it_is_not_meant_for_this(subject, peers) = "它（{subject}）不是给{peers}用的（extended key usage）。";
    it_is_a_cas_own_certificate(subject, peer) =
        "它（{subject}）是 CA 自己的证书（basicConstraints CA:TRUE），{peer}需要的是由这样的 CA 签发的证书。";
    it_is_of_an_old_x509_version(subject) =
        "它（{subject}）或上级证书是 X.509 第 1 或第 2 版，没有扩展，也就没有名称（RFC 5280 §4.1.2.1）。";
    issue_it_again_as_version_3() =
        "需要重新签发为第 3 版：`openssl x509 -req` 不带 `-extfile` 时生成的是第 1 版。";
    one_that_is_no_ca_has_signed_another() = "链中有一张不属于 CA 的证书（basicConstraints）签发了另一张。";
    it_does_not_read() = "它无法解析（RFC 5280 §4.1）。";
    it_has_a_critical_extension() = "它有一个这里不认识的关键（critical）扩展。";
    a_ca_may_not_speak_for_that_name() = "链中有 CA 无权签发这样的名称（name constraints）。";
    the_chain_is_too_long() = "证书链比其中某个 CA 允许的更长，或长得无法跟完。";
    it_was_revoked() = "它已被吊销。";
    the_librarys_check_did_not_pass() = "没有通过库的检查，而库没有说明是哪一项。";
    the_peer_needs_another_one(peer) = "{peer}需要换一张证书。";

    // hello.rs
    the_server_chose_a_version_not_offered(version, offered) =
        "服务端选了我们没有提供的 {version}（我们提供的是 {offered}）；RFC 8996 已禁用该版本。";
    no_version_in_common_with_the_client(version) =
        "与客户端没有共同的 TLS 版本：它最高只提供 {version}，RFC 8996 已禁用该版本。";
    it_needs_tls_1_2_or_1_3() = "它需要支持 TLS 1.2 或 1.3。";
    no_version_in_common_the_server_chose(chosen, offered) =
        "与服务端没有共同的 TLS 版本：它选了 {chosen}，我们提供的是 {offered}。";
    no_version_in_common_with_the_peer(peer, offered) = "与{peer}没有共同的 TLS 版本：客户端提供的是 {offered}。";
    this_port_is_for_static_rsa() =
        "这个端口只用于 TLS 1.2 的静态 RSA；服务端的另一个端口提供 TLS 1.3 和 1.2（默认 7443）。";
    the_clients_suites_want_another_key(other, ours, key) =
        "与客户端没有共同的密码套件：它的套件需要 {other} 证书，而我们的密钥是 {ours}（{key}）。";
    an_rsa_certificate_would_do() = "换一张 RSA 密钥的证书即可（`--cert`、`--key`；演示证书里有 server-rsa.pem）。";
    an_elliptic_curve_certificate_would_do() = "换一张椭圆曲线密钥的证书即可（`--cert`、`--key`）。";
    all_of_them_are_static_rsa() = "全部是静态 RSA。";
    all_of_them_are_finite_field() = "全部是有限域 Diffie-Hellman（DHE）。";
    all_of_them_are_cbc() = "全部是 CBC 模式。";
    no_suite_at_the_port_for_static_rsa(listed) =
        "与客户端没有共同的密码套件：这个端口只有 TLS_RSA_WITH_AES_128_GCM_SHA256（静态 RSA），而客户端提供的是 \
         {listed}。";
    no_suite_in_common_with_the_peer(peer, listed, kind) =
        "与{peer}没有共同的密码套件：客户端提供的是 {listed}。{kind}";
    leave_out_variant_or_offer_that_suite(client) =
        "去掉 `--variant`，或让客户端提供该套件（`{client} tls --variant rsa`）。";
    the_port_for_static_rsa_takes_it() = "服务端的静态 RSA 端口可以接待这样的客户端（默认 7444）。";
    no_group_in_common(peer, offered) = "与{peer}没有共同的密钥交换曲线：客户端提供的是 {offered}。";
    leave_out_group() = "可去掉 `--group` 再试。";
    the_peer_takes_no_signature_of_our_key(peer, key, taken) =
        "{peer}不接受我们的证书密钥（{key}）能做的任何签名：它接受的是 {taken}。";
    a_certificate_of_another_kind_would_do() = "换一张其他密钥种类的证书即可（`--cert`、`--key`）。";
    the_peer_signed_by_another_scheme(peer, scheme) =
        "{peer}用 {scheme} 为握手签名，而我们没有提供这种算法（RFC 5246 §7.4.3、RFC 8446 §4.4.3）。";
    no_application_protocol_in_common(offered) = "双方没有共同的应用层协议（ALPN）；客户端提供的是 {offered}。";
    of_the_suite(suite) = "（套件 {suite}）";
    the_peer_lacks_something(peer, suite) =
        "{peer}缺少我们的库所坚持的内容{suite}：signature_algorithms、supported_groups、key_share、未压缩点或空\
         压缩（RFC 8446 §9.2、RFC 8422 §5.1）。";

    // own_certificate.rs
    our_key_makes_none_of_its_signatures(schemes) =
        "没有出示 `--client-cert` 的证书，因为它的密钥做不出服务端接受的签名（{schemes}）。";
    it_insists_on_a_client_certificate() = "它索要客户端证书，我们没有出示，它不肯继续。";
    give_a_client_certificate() = "请用 `--client-cert FILE --client-key FILE` 提供一张。";
    client_ws_has_no_client_certificates(client) = "`{client} ws` 不支持客户端证书：请让服务端不强求。";
    our_certificate_expired(to) = "我们的证书已于 {to} 过期。";
    issue_it_again(certs) = "需要重新签发（`{certs} --check` 会指出演示证书中是哪一张）。";
    our_certificate_is_not_valid_before(from) = "我们的证书要到 {from} 才生效。";
    by_our_clock_it_is_valid(from, to) =
        "按我们的时钟，证书在 {from} 至 {to} 有效：要么对方的时钟不准，要么它指的是我们上级的证书。";
    our_certificate_signed_itself(issuer) = "我们的证书是自签名的（{issuer}），不在它信任的证书之列。";
    it_has_to_trust_this_certificate() = "它需要直接信任这张证书。";
    it_found_no_way_from_our_issuer(issuer, sent_chain) =
        "从我们证书的签发者（{issuer}）它找不到通往受信任 CA 的路；我们发出的证书链长度为 {sent_chain}。";
    it_trusts_that_ca_or_we_send_the_chain(client) =
        "要么让它信任该 CA（演示 CA 是 `--certs` 目录里的 ca.pem：`{client} tls --ca`、`curl --cacert`），要么由我\
         们补发中间证书。";
    we_need_a_certificate_that_it_trusts() = "我们需要由它信任的 CA 签发的证书。";
    it_asked_for_a_name_that_we_do_not_have(asked, names) = "它访问的是 `{asked}`，而我们的证书属于 {names}。";
    ask_for_one_of_ours() = "请它改用其中的名称，或为该名称换一张证书。";
    it_does_not_accept_our_certificate(issuer) =
        "它不接受我们由 {issuer} 签发的证书；这个 Alert 可能表示它不信任该 CA，也可能是其他检查没有通过。";
    most_likely_not_our_ca(asked, issuer) =
        "它不接受我们的证书。它访问的名称（`{asked}`）在证书里，日期也有效：多半是它不信任 CA（{issuer}），许多\
         客户端对此发送这个 Alert。";
    not_our_ca_or_not_the_name(issuer, names) =
        "它不接受我们的证书：要么它不信任 CA（{issuer}），要么它所用的名称或地址不在 {names} 之列（它没有说明名称）。";
    our_certificate_is_of_a_kind_not_taken(subject) =
        "我们的证书（{subject}）不是它能接受的那一类：用途（extended key usage）不对，或密钥种类它不认识。";

    // peer.rs
    the_client_sent_a_hello_of_ssl2() =
        "客户端发来的是 SSL 2.0 格式的 Hello，很老的客户端和扫描器会这样做，也可能借此提供 TLS 1.0（RFC 5246 §\
         E.2）：RFC 6176 已禁用这种格式，在这里无法由此谈成 TLS 1.2 或 1.3。";
    the_client_spoke_plain_http() = "客户端向 TLS 端口发送了明文 HTTP。";
    use_https_there() = "请在客户端使用 https://，或换一个端口。";
    the_client_spoke_ssh() = "客户端向 TLS 端口发送了 SSH。";
    the_ssh_server_has_another_port() = "SSH 服务端在另一个端口（7022）。";
    the_server_answered_in_plain_http() = "服务端以明文 HTTP 作答。";
    this_is_not_its_tls_port() = "这不是它的 TLS 端口（通常是 443）。";
    an_ssh_server_answered() = "应答的是 SSH 服务端：这不是 TLS 端口。";
    client_ssh_speaks_to_it(client) = "可用 `{client} ssh` 与它通信。";
    the_server_wants_starttls(service) =
        "服务端说的是 {service}，先以明文问候：它要求先 STARTTLS 再 TLS，而本客户端不支持。";
    tls_at_once_has_another_port(service, port) = "一开始就用 TLS 的 {service} 另有端口（{port}）。";
    and_its_first_line(cause, line) = "{cause}它的第一行：“{line}”。";
    smtp_or_ftp() = "SMTP 或 FTP";
    pop3() = "POP3";
    imap() = "IMAP";
    the_peer_did_not_speak_tls(peer, expected, got) =
        "{peer}说的不是 TLS：应为{expected}，而它最初的字节看起来是：{got}。";
    the_peers_first_bytes_are_unknown(peer, expected) =
        "{peer}说的不是 TLS：应为{expected}，而它最初的字节不属于这里认识的任何协议。";
    is_this_the_right_port() = "端口对吗？";
    the_peer_sent_something_too_long(peer, place) =
        "{peer}{place}发来的记录或消息超过了 TLS 允许的长度：一条记录最多 2^14 字节，加密时再加 2048 字节（RFC \
         5246 §6.2.3；TLS 1.3 为 256，RFC 8446 §5.2）。";
    bytes_of_no_record() = "的字节不是任何 TLS 记录的开头（RFC 8446 §5.1）";
    a_message_that_is_too_long() = "的消息过长";
    an_empty_record() = "的是空记录，而 TLS 在此不允许空记录（RFC 8446 §5.1）";
    a_message_that_does_not_read() =
        "的消息无法解析：其中的长度或取值与 RFC 的格式矛盾（RFC 8446 §6.2，decode_error）";
    the_peer_sent_what_does_not_read(peer, place, how) = "{peer}{place}发来{how}。";
    the_peer_sent_another_message_than_due(peer, got, place, due) =
        "{peer}{place}发来 {got}，而此处应为 {due}（RFC 8446 §4、RFC 5246 §7.3）。";
    the_version_was_lowered(version) =
        "服务端选了 {version}，却在随机数里表明自己支持我们也提供了的 TLS 1.3：途中有人降低了版本（RFC 8446 §\
         4.1.3）。";
    a_record_of_the_peer_does_not_open(peer) = "{peer}的一条记录解不开：它在途中被改过。";
    the_peers_first_encrypted_record_does_not_open(peer) =
        "{peer}的第一条加密记录解不开：要么它在途中被改过，要么两个 Hello 被改过，因为密钥由它们导出。";
    the_peers_finished_does_not_fit(peer) =
        "{peer}的 Finished 能解开，但其中的摘要与我们看到的握手不符：途中有消息被改动。";
    it_renegotiates_again_and_again() = "它一再要求重新协商，而本端拒绝（RFC 5246 §7.4.1.1）。";
    its_server_name_is_not_one_host_name() = "它的 server_name 扩展里不是恰好一个主机名（RFC 6066 §3）。";
    it_broke_a_rule_of_the_handshake() = "它违反了握手的某条规则；日志里有它最后发来的内容。";
    its_hello_retry_request_contradicts() =
        "它的 HelloRetryRequest 或其后的消息与之前的 Hello 矛盾（RFC 8446 §4.1.4）。";
    it_sent_an_extension_twice() = "它发来的扩展重复、未经请求或放错了消息（RFC 8446 §4.2）。";
    its_resumption_does_not_fit() = "它的会话恢复或早期数据与会话不符（RFC 8446 §4.2.10、§4.2.11）。";
    it_sends_too_many_without_meaning() = "它接连发来过多的警告、空记录、KeyUpdate 或 ChangeCipherSpec。";
    key_change_shares_a_record() = "更换密钥的消息或消息片段与其他内容共用了一条记录（RFC 8446 §5.1）。";
    the_peer_broke_a_rule(peer, place, how) = "{peer}{place}违反了 TLS 的规则：{how}";
    it_chose_a_protocol_not_offered(chosen, offered) =
        "它选了应用层协议 `{chosen}`，而我们提供的是 {offered}（RFC 7301 §3.1）。";
    it_chose_a_suite_not_offered(suite) = "它选了我们没有提供的密码套件 {suite}（RFC 5246 §7.4.1.3）。";
    it_chose_something_not_offered() =
        "它选了我们没有提供的曲线、版本、压缩方式或密钥份额（RFC 8446 §4.1.3、§4.2.8）。";

    // transport.rs
    the_server_was_stopped() = "服务端已停止。";
    the_client_left_without_a_byte() =
        "客户端连上后一个字节都没发就离开：端口扫描和健康检查会这样做。TLS 没有问题。";
    it_does_not_speak_tls_here() = "这个端口说的不是 TLS";
    the_name_does_not_pass(name) = "途中的设备不放行名称 `{name}`（SNI）";
    a_long_hello_confuses_it() = "密钥份额较长，ClientHello 分成了两段，让它出错";
    it_stumbles_over_tls13() = "它遇到 TLS 1.3 就出错";
    reset_at_the_hello(causes) =
        "服务端（或途中的某个设备）在它的第一条消息之前重置了 TCP 连接，即对我们的 ClientHello 的回应。重置不说\
         明原因：{causes}。";
    make_the_hello_short() = "`--group x25519` 可缩短 ClientHello，`--variant ecdhe` 则不提供 TLS 1.3。";
    leave_out_tls13_or_ask_for_another_name() = "`--variant ecdhe` 不提供 TLS 1.3，`--server-name` 可换一个名称。";
    another_server_name() = "`--server-name` 可换一个名称。";
    the_server_did_not_answer_our_hello(seconds) =
        "服务端 {seconds} 秒内没有回应我们的 ClientHello（还没有第一条消息）：它卡住或过载，或说的是另一种协议、\
         在等更多内容，或途中的设备丢弃了我们发出的内容。";
    is_this_the_tls_port() = "这是 TLS 端口吗？";
    the_client_did_not_end_its_message(seconds) =
        "客户端开始了一条消息，{seconds} 秒内没有发完，第一条消息还不完整。";
    the_client_sent_nothing(seconds) =
        "客户端 {seconds} 秒内什么也没发，没有第一条消息：它在等我们先开口（SSH 和邮件的客户端可能如此），或像浏\
         览器那样预留连接。";
    the_peer_did_not_go_on(peer, seconds, place) = "{peer}{place} {seconds} 秒内没有继续：握手没有完成。";
    without_an_alert() = "没有发送 Alert";
    its_last_alert(alert) = "它最后的 Alert 是 {alert}";
    the_peer_closed_the_connection(peer, place, alert) =
        "{peer}（或途中的某个设备）{place}关闭了 TCP 连接（{alert}）。";
    the_peer_reset_the_connection(peer, place) = "{peer}（或途中的某个设备）{place}重置了 TCP 连接。";
    what_we_sent_was_never_acknowledged(place) = "我们{place}发出的内容一直没有得到确认，内核放弃了连接。";
    the_path_broke(place) = "路径{place}中断：内核说对方不可达。";
    we_could_not_go_on(place) = "{place}，我们自己的库或系统无法继续。";
}

//! The series `x…`: what the claims say, and what a run shows of them, in Chinese.

steps::sentences! {
    // close.rs
    x8() = "关闭需要四次，是因为两个方向各自关闭：服务端可能还有数据要发，所以 ACK 和 FIN 分开发送。";
    x8_rule() = "对客户端 FIN 的确认单独到来、服务端的 FIN 随后才来，即与笔记一致；合在一个报文段中则视情况而定。";
    x9() = "服务端发出 FIN 后进入 LAST_ACK 状态。";
    x9_rule() = "服务端内核报告该状态，即与笔记一致。";
    x10() = "TIME_WAIT 持续 2MSL（报文最大生存时间的两倍）。";
    x10_rule() = "视情况而定：打印内核的定时器；Linux 固定等待一分钟，并没有 MSL 这个参数。";
    x11() = "设 TIME_WAIT 是为了能重发最后的 ACK：它若丢失，服务端会重发 FIN，客户端还能再次确认。";
    x11_rule() = "处于 TIME_WAIT 时再次确认了重发的 FIN，即与笔记一致。";
    x12() = "先关闭的一方才进入 TIME_WAIT：这里是客户端，不是服务端。";
    x12_rule() = "FIN 在先的一方处于 TIME_WAIT，即与笔记一致；双方的 FIN 交错则视情况而定。";
    three_segments_here(seq, ack) =
        "这次是三次：服务端没有数据要发，同一个报文段既是 FIN（seq {seq}）又是确认（ack {ack}）";
    the_clients_fin_was_acknowledged_at_once(first, seq, ack, ms) =
        "客户端的 FIN 立即得到确认（ack {first}）；服务端自己的 FIN（seq {seq}，ack {ack}）晚了 {ms} 毫秒才来";
    the_kernels_timer_says(ms) =
        "内核定时器显示 {ms} 毫秒；Linux 固定等待一分钟，而按 RFC 给出的数值，2MSL 应为四分钟";
    client() = "客户端";
    server() = "服务端";
    the_other_sides_fin_came_first(seq, peer) = "对方的 FIN（seq {seq}）在先，{peer}却处于 TIME_WAIT";
    both_fins_crossed(seq) = "双方的 FIN 交错（本方的 seq 为 {seq}）：两边都进入 TIME_WAIT";
    the_peers_fin_came_first(peer, seq) = "{peer}的 FIN（seq {seq}）在先，处于 TIME_WAIT 的正是{peer}";
    the_servers_fin_came_again(gap, waits, ack) =
        "{gap} 毫秒后服务端的 FIN 再次到来；处于 {waits} 的客户端再次回以 ACK（ack {ack}）";

    // open.rs
    x1() = "客户端发出 SYN 后处于 SYN_SENT 状态。";
    x1_rule() = "客户端内核报告该状态，即与笔记一致。";
    x2() = "服务端回复 SYN+ACK 后处于 SYN_RCVD 状态。";
    x2_rule() = "服务端内核报告该状态，即与笔记一致。";
    x3() = "SYN 不携带数据，但消耗一个序列号。";
    x3_rule() = "没有数据的 SYN 得到的确认号是其序列号 + 1，即与笔记一致。";
    x4() = "第三次握手可以携带数据。";
    x4_rule() = "首个确认服务端 SYN 的报文段带有数据，即与笔记一致。";
    x5() = "SYN 携带 MSS、窗口扩大等选项，这些选项只能在这时提出。";
    x5_rule() = "SYN 中有这两个选项，即与笔记一致；数值会打印出来。";
    x6() = "对数据的确认号等于数据的序列号加上数据长度，即期望收到的下一个字节。";
    x6_rule() = "与对方第一段数据之和相符，即与笔记一致。";
    x7() = "发往没有监听的端口的 SYN 得到的回应是 RST。";
    x7_rule() = "没有 SYN+ACK，来的是确认该 SYN 的 RST，即与笔记一致。";
    one_says(asked, value) = "{asked} 报告 {value}";
    this_syn_offers_mss_and_window_scale(mss, scale) = "这个 SYN 提出 MSS {mss}、窗口扩大 {scale}";
    the_syn_brought_no_byte(isn, ack) = "SYN（seq {isn}）没有带数据，而 ack {ack} 比它大 1";
    the_first_to_acknowledge_the_servers_syn(ack, length) =
        "在这一端，首个确认服务端 SYN 的报文段（ack {ack}）带来 {length} 字节数据";
    the_ack_is_seq_and_length(ack, seq, length) = "ack {ack} = seq {seq} + {length} 字节";
    no_syn_ack_but_a_rst(ack, syn) = "来的不是 SYN+ACK 而是 RST（ack {ack} = SYN 的序列号 {syn} + 1）";

    // security.rs
    x13() = "服务端的证书由 CA 用自己的私钥签名。";
    x13_rule() = "验证通过的证书由他人签发，即与笔记一致；自签名则视情况而定。";
    x14() = "服务端发送的是证书链：自己的证书和中间证书，直到客户端已有的根证书为止。";
    x14_rule() = "收到不止一张证书，即与笔记一致；一张就够则视情况而定。";
    x15() = "服务端用自己的私钥解密得到预主密钥（pre-master）。";
    x15_rule() = "线路上的密文确由该私钥解开，即与笔记一致；双方各自算出密钥则不同。";
    x16() = "HTTPS 采用混合加密：用非对称加密协商密钥，用对称加密保护数据。";
    x16_rule() = "先用公钥完成密钥交换，数据再以套件中的对称算法加密传输，即与笔记一致。";
    x17() = "完整的 TLS 1.2 握手需要两个往返（2-RTT）。";
    x17_rule() = "客户端等了服务端两次，即与笔记一致。";
    x18() = "TLS 1.3 握手只需要一个往返（1-RTT）。";
    x18_rule() = "客户端只等了一次，即与笔记一致；服务端另要一份密钥份额时视情况而定。";
    x19() = "由预主密钥和两个随机数得到主密钥（master secret），再由它得到会话密钥。";
    x19_rule() = "PRF 先得出主密钥再得出密钥块，即与笔记一致；TLS 1.3 用的是密钥调度，因此不同。";
    x20() = "使用临时密钥（ECDHE）时，日后拿到服务端私钥也解不开已录下的通信：前向安全。";
    x20_rule() = "密钥由临时密钥算出，即与笔记一致；由私钥解开则不同。";
    x21() = "客户端在 ClientHello 中用 SNI 扩展指明要访问的主机名。";
    x21_rule() = "ClientHello 中有主机名，即与笔记一致。";
    x22() = "双方在握手中通过 ALPN 协商应用层协议。";
    x22_rule() = "服务端从客户端的列表中选定一个，即与笔记一致。";
    x23() = "会话可以恢复（会话复用），此时不再发送证书。";
    x23_rule() = "恢复的握手完成而没有证书出现，即与笔记一致。";
    x24() = "双向认证时，服务端也会验证客户端的证书。";
    x24_rule() = "服务端的验证器对客户端证书作出结论，即与笔记一致。";
    x25() = "证书可以防止中间人攻击：不受信任的证书会被拒绝。";
    x25_rule() = "验证器拒绝且连接终止，即与笔记一致；检查被忽略则不同。";
    it_signed_this_certificate_itself(subject, algorithm) =
        "{subject} 的证书是自签名的（{algorithm}），客户端仍然信任它";
    the_issuer_signed_the_certificate(issuer, subject, algorithm) =
        "{issuer} 为 {subject} 的证书签名（{algorithm}），签名有效";
    not_trusted_and_let_in(value, result) = "对 {value} 而言不受信任（{result}），却仍被放行：检查被忽略";
    not_taken_for_that_name(value, result) = "不论对方是谁，客户端都不认它是 {value}：{result}";
    one_certificate_was_enough(value, subject, issuer) =
        "只有 {value} 张就够了：{subject} 由 {issuer} 签发，后者客户端已有";
    several_certificates(value, subject, above) = "共 {value} 张：{subject}，其上是 {above}";
    nothing_was_sent_for_the_private_key_to_open(group) =
        "没有发送需要用私钥解开的内容：双方用 {group} 各自算出密钥";
    the_secret_came_of_keys_of_this_connection_alone(fingerprint, group) =
        "密钥（{fingerprint}）只由本次连接的临时密钥得出（{group}），证书的私钥解不开其中任何内容";
    the_key_opened_bytes(key, length, fingerprint) = "{key}解开 {length} 字节（指纹 {fingerprint}）";
    no_ephemeral_key_here(key) = "这次没有临时密钥：{key}解开了密钥，录下的通信同样能解开";
    secrets_of_a_key_schedule(derivation, stage, prints) =
        "{derivation}：没有 TLS 1.2 的主密钥，而是密钥调度中的各个密钥（{stage}：{prints}）";
    the_master_secret_and_its_keys(derivation, label, prints, block) =
        "{derivation}（{label}）得到主密钥 {prints}，再由它得到各个密钥：{block}";
    ephemeral_keys(group) = "临时密钥（{group}）";
    the_servers_public_key(print) = "服务端的公钥（密钥 {print}）";
    agreed_then_encrypted(by, length, crossed, suite) =
        "先靠{by}协商；随后 {length} 字节以对称加密传输，线路上为 {crossed} 字节（{suite}）";
    this_client_hello_asks_for(value) = "这个 ClientHello 要访问的是 {value}";
    of_the_clients_list_the_server_chose(offered, chosen) = "服务端从客户端的列表（{offered}）中选定 {chosen}";
    the_server_checked_the_clients_certificate(subject, result) = "服务端检查了客户端的证书（{subject}）：{result}";
    two_round_trips_for_another_key_share(version) =
        "{version}：这次是两个，因为服务端另要一份密钥份额（HelloRetryRequest）";
    the_client_waited_once(version, kind) = "{version}（{kind}）：客户端只等了服务端一次";
    the_client_waited_twice(version, kind) = "{version}（{kind}）：客户端等了服务端两次";
    the_session_was_found_again(by, print) = "凭 {by}（{print}）找回会话，没有发送证书";

    // shell.rs
    x32() = "密钥有 RSA、ECDSA、Ed25519 等类型，双方商定其中一种。";
    x32_rule() = "商定的类型在客户端的列表中，即与笔记一致。";
    x33() = "指纹是公钥的哈希：如今用 SHA-256，以 base64 书写。";
    x33_rule() = "核对的指纹正是如此，即与笔记一致。";
    x34() = "服务端保存用户的公钥（authorized_keys），并在其中查找。";
    x34_rule() = "服务端表示愿意接受某个公钥，即与笔记一致。";
    x35() = "服务端不用用户的公钥加密任何东西：客户端用私钥签名，服务端验证签名。";
    x35_rule() = "线路上出现签名且与公钥相符，即与笔记一致。";
    x36() = "会话密钥从不发送，也不用主机公钥加密：双方各自算出，主机密钥只用来签名。";
    x36_rule() = "应答中有公开值和主机密钥的签名，即与笔记一致。";
    the_client_takes_and_agreed(list, agreed) = "客户端可接受 {list}；商定 {agreed}";
    the_host_key_was_checked(kind, print) = "主机公钥（{kind}）以 {print} 核对";
    the_server_knows_this_key(print, algorithm) = "询问 {print}（{algorithm}）时，服务端认得这个公钥并愿意接受";
    the_client_sent_a_signature(algorithm, length, print, _checked) =
        "客户端送来签名（{algorithm}，{length} 字节）；用公钥 {print} 检验，签名有效";
    the_server_sent_a_public_value(kex, length, algorithm) =
        "{kex}：服务端发送 {length} 字节公开值；主机密钥只用来签名（{algorithm}）";

    // socket.rs
    x26() = "WebSocket 是全双工的：双方在同一条连接上都能发送。";
    x26_rule() = "同一条连接上两个方向都有消息，即与笔记一致。";
    x27() = "帧头包含 FIN、操作码（opcode）、掩码位和长度；只有客户端的载荷带掩码。";
    x27_rule() = "帧中有这些字段，且掩码与发送方相符，即与笔记一致。";
    x28() = "心跳使用 Ping 和 Pong：Pong 带回 Ping 的内容。";
    x28_rule() = "两者载荷相同，即与笔记一致。";
    x29() = "关闭 WebSocket 时发送关闭帧（Close），对方也回一个关闭帧。";
    x29_rule() = "双方的关闭帧都被看到，即与笔记一致。";
    x30() = "wss 就是建立在 TLS 之上的 WebSocket。";
    x30_rule() = "升级请求在 TLS 握手完成之后发出，即与笔记一致。";
    x31() = "拼接在 key 之后的 GUID 是固定的 258EAFA5-E914-47DA-95CA-C5AB0DC85B11。";
    x31_rule() = "用它算得出服务端返回的字符串，即与笔记一致。";
    the_peers_frame_has_fin(peer, fin, opcode, length, form, mask) =
        "{peer}的帧：FIN {fin}，操作码 {opcode}，长度 {length}（{form}），但掩码位为 {mask}";
    the_peers_frame(peer, fin, opcode, mask, length, form) =
        "{peer}的帧：FIN {fin}，操作码 {opcode}，掩码位 {mask}，长度 {length}（{form}）";
    a_message_each_way(other, length, opcode) =
        "同一条连接上，一个方向有 {other} 字节的消息，另一个方向有 {length} 字节（操作码 {opcode}）";
    the_pong_brought_back_the_payload_of_the_ping(payload) = "Pong 带回了 Ping 的载荷：{payload}";
    close_was_answered_with_close(asked, code) = "Close {asked} 得到的回应是 Close {code}";
    the_tls_handshake_was_complete_before(version, key) = "这个请求（密钥 {key}）之前，{version} 的握手已经完成";
    the_key_and_the_guid_give(guid, accept) = "key 与 {guid} 拼接后得到 {accept}，返回的正是它";
}

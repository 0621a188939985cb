//! What is said of captures, in Chinese.

steps::sentences! {
    // captures.rs
    holds_no_secret(path) = "{path} 中没有密钥";
    what_came_before_is_shown(path, trouble) = "{path}：{trouble}，此前的内容照常显示";
    told_before_their_end(given_up) = "同时的连接过多，{given_up} 条在结束之前就已列出";
    one_key_came_late() = "有 1 条连接的密钥在它列出之后才出现，未能用上";
    keys_came_late(late) = "有 {late} 条连接的密钥在它们列出之后才出现，未能用上";

    // captures/rows.rs
    the_rsa_key_opens_nothing() = "没有连接使用静态 RSA 交换密钥：RSA 私钥没有可解的内容（ECDHE 和 TLS 1.3 需要密钥日志）";
    quic() = "QUIC";
    other_udp() = "其他 UDP";
    icmp() = "ICMP";
    other_ip() = "其他 IP";
    not_ip() = "非 IP";
    fragments() = "不完整的分片";
    unreadable() = "无法读取";
    unknown_link_layer() = "链路层未知";
    in_tunnels(tunnels, names) = "{tunnels} 隧道（内部未读取）: {names}";
    one_connection(packets, segments) = "{packets} 个数据包中有 1 条连接、{segments} 个 TCP 段";
    connections(connections, packets, segments) = "{packets} 个数据包中有 {connections} 条连接、{segments} 个 TCP 段";
    beside_them() = "；此外：";
    how_to_see_one() = "\n用 --connection N 查看其中一条的梯形图";

    // commented.rs
    packets_and_comments(out, packets, comments) = "{out}：{packets} 个数据包，{comments} 条注释\n";
    left_out(left_out) = "略过 {left_out} 个非 IP 的数据包\n";
}

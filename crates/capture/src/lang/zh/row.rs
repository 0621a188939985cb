//! How a captured connection went, in Chinese.

steps::sentences! {
    // row.rs
    progress_and_end(progress, ended) = "{progress}，{ended}";
    the_rsa_key_does_not_open_it(outcome) = "{outcome}（这把 RSA 私钥解不开它的 pre-master）";
    so_many_bytes_are_missing(outcome, missing) = "{outcome}（抓包中缺少 {missing} 字节）";
    only_one_side() = "只抓到一个方向";
    established_in(after) = "{after} 内建立";
    established() = "已建立";
    not_all_is_here() = "传输的内容不全";
    how_far_is_not_known() = "握手进行到哪一步不得而知";
    nothing_was_said() = "没有传输数据";
    data_crossed() = "有数据传输";
    did_not_complete() = "握手没有完成";
    joined_in_the_middle(progress) = "抓包开始时连接已存在：{progress}";
    the_client() = "客户端";
    the_server() = "服务端";
    not_closed() = "未关闭";
    closed() = "已关闭";
    refused() = "被拒绝：SYN 得到的回应是 RST";
    no_answer() = "SYN 没有得到回应";
    answered_with_icmp(by, what) = "{by} 用 ICMP 回应了 SYN：{what}";
    closed_by_one_alone(side) = "只有{side}关闭";
    reset_by(side) = "被{side}重置";
    sent_the_alert(side, alert) = "{side}发出警报 {alert}";

    // connection/end.rs
    no_key_log_holds_its_secret() = "密钥日志中没有这条连接的密钥";
}

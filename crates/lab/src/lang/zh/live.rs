//! What `lab watch` says, in Chinese.

steps::sentences! {
    // live.rs
    needs_cap_net_raw(file) =
        "监视需要 CAP_NET_RAW：`sudo {file} watch …`、`sudo setcap cap_net_raw+p {file}`，容器中用 `--cap-add NET_RAW`";
    needs_linux(lab) = "监视需要 Linux 内核（AF_PACKET）；`{lab} read 文件` 可以读 tcpdump 或 Wireshark 的抓包";
    all_interfaces() = "所有接口";
    could_not_listen(which, error) = "无法监听 {which}：{error}（`ip link` 会列出所有接口）";
    watching(name) = "正在监视 {name}";
    watching_all_interfaces() = "正在监视所有接口";
    from_now_on(what) = "{what}，只看此后开始的连接；按 Ctrl-C 结束";
    key_log_is_lost(error) = "不再跟踪密钥日志：{error}";
    packets_were_lost(lost) = "有 {lost} 个数据包来得太快，没有读到";
}

//! On which privilege the link runs, in Chinese.

steps::sentences! {
    // link/privilege.rs
    cap_net_raw() = "凭 CAP_NET_RAW：看得到报文段，链路可用";
    own_namespace() = "外部没有 CAP_NET_RAW，进入了自己的网络命名空间：看得到报文段，链路可用";
    discarding_sockets(no_raw, no_namespace) =
        "凭丢弃一切到达报文的套接字，看不到报文段；状态由内核报告：没有 CAP_NET_RAW（{no_raw}），也不能有自己的命名空间（\
         {no_namespace}）";
    own_calls() = "只凭程序自己的调用：报文段和内核的状态要有 Linux 才看得到";
    needs_linux() = "需要 Linux 内核：链路在它的两个套接字之间丢弃报文段";
    needs_cap_net_raw(file) =
        "需要 CAP_NET_RAW：`sudo {file} …`、`sudo setcap cap_net_raw+p {file}`，容器中用 `--cap-add NET_RAW`";
}

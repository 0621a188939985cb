//! What each rule of TCP recognises, in Chinese.

crate::sentences! {
    // connect.rs
    connected_to_itself() = "客户端自己的地址就是它要连接的地址";
    reset_after_handshake() = "握手刚完成、还没有说话就收到 RST";
    answered_by_icmp() = "对 SYN 的回应是 ICMP";
    refused() = "对 SYN 的回应是 RST";
    not_answered() = "SYN 没有得到回应";
    link_local_without_scope() = "链路本地地址没有指明链路";
    no_neighbour() = "链路上没有主机应答该地址";
    no_route() = "本机不知道通往该地址的路";
    forbidden_here() = "本机禁止这个连接";
    overtaken() = "该名称的另一个地址先有了应答";
    not_connected() = "connect() 因其他原因失败";

    // ended.rs
    data_for_a_closed_socket() = "对方已关闭套接字，我们的数据仍然到达，于是收到 RST";
    reset_with_data_unread() = "对方收到了我们的数据，没有发 FIN 就发来 RST";
    reset() = "其他 RST";
    unacknowledged() = "发出的内容一直没有得到确认";
    path_broke() = "内核报告不可达";
    fin_behind_a_closed_window() = "对方窗口为 0，我们的 FIN 排在数据后面等待";
    fin_not_acknowledged() = "我们的 FIN 没有得到确认";
    peer_keeps_open() = "对方的方向一直开着";
    peer_did_not_close_first() = "`--wait-for-close`，而服务端不关闭";
    given_up() = "内核放弃了没有程序的连接";
    silent() = "客户端什么也不发";
    line_not_ended() = "客户端没有发完一行";
    takes_no_answer() = "客户端不接收应答";
    as_told() = "服务端照要求行事：重置、保持打开、停止";
}

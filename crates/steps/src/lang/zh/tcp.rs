//! Why a TCP connection failed, in Chinese.

crate::sentences! {
    // connect.rs
    rst_in_answer_to_the_syn() = "对 SYN 的回应是 RST";
    icmp_from(what, from) = "{from} 发来 ICMP {what}";
    no_answer_to_the_syn(seconds) = "{seconds} 秒内没有对 SYN 的回应";
    no_answer_to_any_syn() = "每次 SYN 都没有回应";
    no_route_from_this_machine() = "本机没有通往那里的路由";
    nobody_on_the_link_has_it() = "链路上没有主机持有该地址";
    link_local_and_no_link_is_named() = "链路本地地址，但没有指明链路";
    this_machine_forbids_it() = "本机禁止";
    not_yet_answered(by) = "{by} 应答时它还没有应答";
    the_kernel_says(errno) = "内核报告 {errno}";
    another_is_tried_beside_it(slow, ms, next) = "{slow} 在 {ms} 毫秒内没有应答：同时尝试 {next}（RFC 8305）。";
    refused_by_rst() = "连接被拒绝，对我们的 SYN 的回应是 RST：该端口没有程序在监听，或防火墙如此回应";
    mostly_a_firewall() = "多半是防火墙在拒绝，因为主机自己会用 RST 回应";
    a_firewall_forbids_it() = "防火墙禁止";
    the_hosts_own_firewall_rejects() = "主机自己的防火墙拒绝";
    something_on_the_way_does_not_pass_it_on() = "途中的路由器或防火墙没有转交";
    our_syn_was_answered_by_icmp(from, what, how) =
        "{from} 用 ICMP {what} 回应我们的 SYN：{how}；那里是否有服务端在监听无从得知";
    the_client_gave_up_before_the_kernel(seconds) = "{seconds} 秒内没有收到对 SYN 的回应；客户端先于内核放弃";
    the_kernel_repeated_the_syn_in_vain() = "超时：内核多次重发 SYN，始终没有回应";
    the_kernel_knows_no_way() = "本机内核不知道通往那里的路（没有收到路由器的 ICMP）";
    nobody_on_the_link_answers() =
        "本机内核报告：链路上没有主机应答该地址（ARP、NDP）：主机没有开机，或不在这条链路上";
    the_link_is_not_named() = "链路本地地址只在它的链路上有意义，而这里没有指明链路";
    this_machine_does_not_let_it_out() = "本机不放行这个连接：被自己的防火墙或沙箱禁止";
    another_address_answered_first(by) = "该名称的另一个地址 {by} 先有了应答，客户端放弃了这一个（RFC 8305 §5）";
    is_the_server_running() = "服务端在运行吗？";
    the_firewalls_rules_say_more() = "途中或对方机器的防火墙规则里有答案。";
    a_wrong_address_or_a_firewall() = "地址不对，还是防火墙在丢弃？";
    is_the_address_right() = "地址对吗？";
    name_the_interface(ip, port) = "请指明网络接口，例如 `[{ip}%eth0]:{port}`。";
    the_other_connection_goes_on() = "与另一个地址的连接继续进行。";
    look_at_this_machines_rules() = "请查看本机的规则。";
    of_one_address(address, cause) = "{address}: {cause}";
    could_not_connect_to_any(n, each) = "{n} 个地址都无法连接：{each}。";
    could_not_connect(address, cause) = "无法连接 {address}：{cause}。";
    connected_to_itself(address, port) =
        "客户端连到了自己：{address} 上没有服务端在监听，而内核恰好把端口 {port} 分给了客户端，它的 SYN 遇上了自\
         己（同时打开，RFC 9293 §3.5）。";
    start_the_server_or_use_another_port() = "请启动服务端，或使用 net.ipv4.ip_local_port_range 之外的端口。";
    reset_after_the_handshake() =
        "握手已经完成，随后服务端还没等双方说话就重置了连接：已发布但背后无人的端口（容器）、访问规则或队列已满\
         都会如此。";

    // ended.rs
    client() = "客户端";
    server() = "服务端";
    the_peer_had_closed_its_socket(peer) =
        "{peer}已经关闭套接字（两个方向都关闭），而我们的数据仍然到达：没有程序再去读它，对方内核以 RST 回应（\
         RFC 9293 §3.6.1、RFC 1122 §4.2.2.13）。";
    the_peer_left_our_data_unread(peer) =
        "{peer}没有读我们的数据就重置了连接：它不读就关闭了套接字，或被要求中止（SO_LINGER 0），或程序崩溃（RFC \
         1122 §4.2.2.13）。";
    the_peer_reset_the_connection(peer, call, errno) =
        "{peer}重置了连接（{call}：{errno}）：它关闭套接字时还有我们的内容没读，或被要求中止，或程序崩溃。";
    it_was_reset_by_the_peer_or_something_between(call, errno, peer) =
        "连接被{peer}或途中的设备重置（{call}：{errno}）：套接字关闭时还有数据没读、程序崩溃，或设备忘记了这条连\
         接。";
    what_we_sent_was_never_acknowledged(call) =
        "{call} 超时（timed out）：我们最后发出的内容，内核重发多次也一直没有得到确认。";
    the_path_broke(call, errno) =
        "路径中断（{call}：{errno}）：我们发出的内容没有得到确认，路由器或本机内核报告对方不可达。";
    our_fin_waits_behind_a_closed_window(seconds, state, peer) =
        "{seconds} 秒后内核仍处于 {state}：{peer}的窗口为 0，它什么也不读，我们的 FIN 排在不能发出的数据后面（\
         RFC 9293 §3.8.6.1）。";
    our_fin_is_not_acknowledged(seconds, state, peer) =
        "{seconds} 秒后内核仍处于 {state}：还缺对我们 FIN 的 ACK。要么 FIN 或它的 ACK 丢失、FIN 正在重发，要么\
         {peer}的窗口让它排在数据后面。";
    the_peer_did_not_close(what, seconds, state) =
        "{what} {seconds} 秒内没有关闭；连接处于 {state}，只要程序还持有套接字就不会超时。";
    we_wait_no_longer(seconds, state) = "{seconds} 秒后内核仍处于 {state}；我们不再等待。";
    the_server_did_not_close_first(seconds) = "服务端 {seconds} 秒内没有关闭（--wait-for-close、--patience）。";
    the_kernel_gave_it_up(state) = "程序已关闭套接字，内核在 {state} 状态放弃了连接。";
    the_client_sent_nothing(seconds) = "客户端 {seconds} 秒没有发送任何数据（--idle-timeout），由服务端关闭。";
    the_client_did_not_end_its_line(seconds) =
        "客户端 {seconds} 秒内没有发完一行（--idle-timeout），由服务端关闭。";
    the_client_took_no_answer(seconds) = "客户端 {seconds} 秒没有接收应答（--idle-timeout），由服务端关闭。";
    the_server_left_data_unread_as_told() =
        "服务端在还有数据未读时关闭套接字（--closing reset）：发出的是 RST 而不是 FIN。";
    the_server_kept_open_as_told(seconds) =
        "服务端让自己一侧保持打开 {seconds} 秒（--closing never、--idle-timeout）。";
    the_server_was_stopped_and_closed_first() = "服务端被停止，先行关闭。";
    the_call_failed(call, errno) = "{call} 在本机失败：内核报告 {errno}。";
    it_ended_otherwise_than_agreed() = "连接没有按约定结束。";
}

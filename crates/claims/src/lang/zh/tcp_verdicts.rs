//! What a run of TCP shows of the claims, in Chinese.

steps::sentences! {
    // judge.rs
    syn_with_isn(isn) = "SYN，ISN 为 {isn}";
    syn_with_isn_of_the_saved_copy(isn) = "SYN，ISN 为 {isn}，读自服务端内核保存的副本";
    and_bytes_with_the_syn(n) = " + SYN 带来的 {n} 字节（RFC 7413）";
    the_ack_is_the_clients_isn_and_one(ack, isn, data) = "ack {ack} = 客户端 ISN {isn} + 1{data}";
    the_ack_is_not_the_clients_isn_and_one(ack, isn) =
        "ack {ack} 不等于客户端 ISN {isn} + 1：确认了客户端从未发送的内容";
    the_ack_is_the_servers_isn_and_more(ack, y, more) = "ack {ack} = 服务端 ISN {y} + {more}";
    what_the_syn_ack_proves(confirmed, x, ack, y) =
        "SYN+ACK（ack {confirmed}）证明客户端能发（seq {x}）、服务端能收；这个报文段（ack {ack}）证明服务端能发\
         （seq {y}）、客户端能收";
    both_isns_acknowledged(x, confirmed, y, ack) =
        "客户端 ISN {x}，被确认为 {confirmed}；服务端 ISN {y}，被确认为 {ack}";
    only_the_saved_syn_was_seen() = "只看到内核保存的 SYN";
    no_segment_was_seen() = "没有看到报文段";

    // close.rs
    data_after_the_clients_fin(length) = "客户端的 FIN 已经到达，服务端仍发出 {length} 字节数据";
    the_clients_fin_is_the_first_of_the_two(seq) = "客户端的 FIN（seq {seq}）先于服务端";
    bytes_first_then_the_fin(bytes) = "先发完 {bytes} 字节，再发 FIN；随后的 LAST_ACK 状态笔记没有提到";
    the_ack_came_with_the_servers_fin(ack) =
        "对客户端 FIN 的确认（ack {ack}）与服务端的 FIN 同行，因此跳过了 FIN_WAIT_2";
    three_segments_here(ack, after) =
        "这次是三个报文段：FIN 与 ack {ack} 合并，距客户端的 FIN {after} 毫秒，早于服务端内核发出暂缓的 ACK；服\
         务端关闭得晚就是四个";
    the_ack_is_the_clients_fin_and_one(ack, fin) = "ack {ack} = 客户端 FIN 的序列号 {fin} + 1";
    the_ack_is_the_servers_fin_and_one(ack, fin) = "ack {ack} = 服务端 FIN 的序列号 {fin} + 1";
    one_says(asked, state) = "{asked} 报告 {state}";
    so_long_to_go_until_closed(says, timer) = "{says}，距 CLOSED 还有 {timer} 毫秒";
    a_state_that_the_notes_leave_out(says) = "{says}，笔记没有提到的状态：服务端的 FIN 已发出，还没有得到确认";
    and_it_is_told(told) = " ({told})";
    here_the_server_sent_its_fin_first(segment) =
        "这次是服务端先发 FIN{segment}：笔记中对客户端关闭的描述适用于服务端";
    both_closed_first(seq, ack) =
        "双方都先关闭：这个 FIN（seq {seq}，ack {ack}）没有确认对方的 FIN，后者仍在路上或已丢失；FIN 交错时双方\
         都经过 CLOSING，并且都要在 TIME_WAIT 中等待";
    no_ack_and_the_fin_went_again(seq, gaps) = "没有等到 ACK，FIN 以同一序列号 {seq} 再次发出，间隔 {gaps} 毫秒";
    the_server_sent_nothing_by_itself(silent, soon) =
        "发出 ACK 之后 {silent} 毫秒内服务端没有自行重发；客户端的 FIN 再次到来，{soon} 毫秒后 ACK 随之发出";
    no_fin_and_the_kernel_forgot(was_ms, was, timer) =
        "没有等到 FIN，在 {was} 停留 {was_ms} 毫秒后内核不再保留连接：程序已关闭套接字，这个定时器（{timer} 毫秒）\
         才会走；仅仅半关闭时它永远不走";
    tcp_user_timeout_ended(ms) = "由 TCP_USER_TIMEOUT（{ms} 毫秒）终止";
    tcp_orphan_retries_ended(n) = "由 tcp_orphan_retries（{n}，0 表示 8）终止，因为已没有程序持有套接字";
    tcp_retries2_ended(n) = "由 tcp_retries2（{n}）终止";
    and_the_error(error) = "，{error}";
    fins_and_no_ack(sent, since, told, limit) =
        "发出 {sent} 个 FIN 都没有 ACK：第一个之后 {since} 放弃{told}；{limit}";
    no_fin_and_no_timer(was, state) =
        "{was} 毫秒没有等到 FIN，sock_diag 也没有列出定时器：只要程序还持有套接字，{state} 就没有期限；只有关闭\
         了套接字，等待才会超时";
    the_first_repeat_was_a_tail_loss_probe(state, n, ms) =
        "{state} 中第一次重发是尾部丢失探测（RFC 8985），早于重传定时器：内核的重传计数为 {n}，{ms} 毫秒后再试";
    sock_diag_counts_retransmissions(n, state, ms) = "sock_diag 报告 {state} 中已重传 {n} 次，{ms} 毫秒后再试";

    // lost.rs
    each_gap_is_twice_the_one_before() = "；tcp_syn_linear_timeouts 为 0：每个间隔是前一个的两倍";
    so_many_gaps_are_equal(n) = "；tcp_syn_linear_timeouts 为 {n}：前 {n} 个间隔相等，之后才加倍";
    the_syn_went_again(told, rule) = "没有回应，SYN 在 {told} 毫秒后再次发出{rule}";
    this_number_and_the_one_before(seq, earlier) = "序列号 {seq}，前一个是 {earlier}";
    tcp_syncnt_bounds_it(value, linear) =
        "TCP_SYNCNT 为 {value}，而 tcp_syn_linear_timeouts 为 {linear} 时它限制的是时间而不是次数：等于间隔逐次\
         加倍重发 {value} 次所需的时间";
    tcp_syncnt_ended(value) = "由 TCP_SYNCNT（{value}）终止";
    syns_without_an_answer(syns, after, limit) =
        "发出 {syns} 个 SYN 都没有回应，{after} 后 connect() 以 ETIMEDOUT 失败；{limit}";
    the_syn_ack_went_again_after_the_ack(seq, ms) =
        "ACK 在 {ms} 毫秒前已经到达，SYN+ACK（seq {seq}）仍再次发出：内核没有接受它，等待 accept() 的队列已满时\
         就是这样";
    the_syn_had_come_again(ms) = "；{ms} 毫秒前 SYN 再次到来";
    the_syn_ack_went_again(gap, seq, why) = "{gap} 毫秒后再次发出 SYN+ACK，序列号同为 {seq}{why}";
    the_client_sent_nothing(silent) = "{silent} 毫秒内客户端什么也没有发；SYN+ACK 再次到来后，ACK 才再次发出";
    the_ack_answered_the_repeat(soon, ack) = "SYN+ACK 再次到来 {soon} 毫秒后，以 ACK（ack {ack}）回应";
    the_limit_of_the_listener(n) = "；上限为重发 {n} 次（监听套接字的 TCP_SYNCNT）";
    the_limit_of_the_system(n) = "；上限为重发 {n} 次（tcp_synack_retries）";
    syn_acks_without_an_ack(sent, since, limit) =
        "发出 {sent} 个 SYN+ACK，没有接受到 ACK：第一个之后 {since}，内核不再列出这条半开连接{limit}";
    the_server_had_dropped_the_connection(state, ms) =
        "服务端早已丢弃连接，客户端却处于 {state} 长达 {ms} 毫秒，直到发送数据换来这个 RST 才知道";
    the_clients_data_carried_the_ack(ack, sent) =
        "没有单独的 ACK 到来：客户端的数据带来了确认（ack {ack}），此前服务端发出 {sent} 个 SYN+ACK；第一个报文\
         段之后的每个报文段都带 ACK";
    an_old_syn_was_answered(old, wrong, new, x, answer, in_notes) =
        "旧的 SYN（seq {old}）得到 ack {wrong}，而客户端期待 {new}，于是发 RST（seq {wrong}）；随后新的 SYN（seq \
         {x}）得到 ack {answer}。换成笔记的数字：{in_notes}";
    syns_with_one_number(repeated, seq) = "{repeated} 个序列号同为 {seq} 的 SYN，accept() 只返回一次";
    what_the_opening_rests_on(seen, rests_on, state, counted) = "{seen}；{rests_on} 报告 {state}{counted}";
    and_segments(sent, received) = "，发出 {sent} 段，收到 {received} 段";
}

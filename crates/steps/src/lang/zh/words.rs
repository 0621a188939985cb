//! Words that all protocols need, in Chinese.

crate::sentences! {
    // Between the parts of a row.
    or() = "，或";
    next_sentence() = "";
    semicolon() = "；";
    comma() = "，";
    between_names() = ", ";

    // ending.rs
    was_closed() = "被关闭（FIN）";
    was_reset() = "被重置（RST）";
    was_given_up() = "被放弃：发出的内容不再得到确认";
    broke_with_no_way_there() = "中断：网络报告不可达";
    broke() = "中断";
    closed_the_connection() = "关闭了连接（FIN）";
    closed_the_connection_with_a_reset() = "重置了连接（RST）";
    acknowledged_nothing_any_more() = "不再确认收到的内容";
    could_not_be_reached_any_more() = "变得不可达";
    was_gone() = "断开了";

    // summary.rs
    summary() = "小结";
    summary_of_a_connection() = "这条连接印证了笔记中的哪些内容，以及它如何结束。";

    // gap.rs
    one_event(of) = "{of}1 个事件";
    events(n, of) = "{of}{n} 个事件";
    of_connection(conn) = "{conn} 的 ";
    it() = "";
    they() = "";
    came_too_fast(events, _they) = "此处丢弃了 {events}：日志来不及写出";
    could_not_be_written(events, _they) = "此处丢弃了 {events}：日志无法写出";
    beyond_the_limit(events, steps) = "此处有 {events}未记录：超过了单个连接的日志上限{steps}";
    so_many(n, step) = "{step} {n} 个";
    between_counts() = "、";
    in_parentheses(counts) = "（{counts}）";

    // words.rs
    mac_within_the_cipher() = "MAC 已含在加密算法中";
    no_host_key_is_recorded() = "没有记录";

    // part.rs
    length_of(vector) = "{vector} 长度";
}

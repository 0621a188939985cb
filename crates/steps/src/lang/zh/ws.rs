//! Why a WebSocket connection failed, in Chinese.

crate::sentences! {
    // reason.rs
    echo_of_the_text() = "文本的回显";
    echo_of_the_bytes() = "字节的回显";
    pong() = "pong";
    close() = "Close";
    the_server() = "服务端";
    the_client() = "客户端";

    // upgrade.rs
    the_server_stopped() = "连接尚未结束，服务端就停止了。";
    the_client_speaks_no_http(looks) = "客户端最初的字节不是 HTTP 请求，看起来是：{looks}。";
    use_ws_here() = "这里请用 ws://，而不是 wss:// 或 https://。";
    the_server_speaks_no_http(looks) = "服务端最初的字节不是 HTTP 应答，看起来是：{looks}。它在此端口使用 TLS。";
    use_wss_here() = "这里请用 wss://。";
    the_peer_speaks_no_http(peer, looks) = "{peer}最初的字节不是 HTTP，看起来是：{looks}。";
    is_the_port_right() = "端口对吗？";
    websocket_begins_with_http() = "WebSocket 客户端以 HTTP/1.1 GET 开头：端口对吗？";
    answer() = "应答";
    request() = "请求";
    the_head_is_too_long(head, most) = "{head}头超过 {most} KiB。";
    leave_out_headers() = "请减少头部，例如 cookie。";
    a_plain_http_request(asked) = "这是一个没有 Upgrade 的普通 HTTP 请求：{asked}。";
    the_page_is_at_the_root() = "给浏览器看的页面只有一个，在 `/`。";
    use_a_websocket_client_or_a_browser(client) = "请用 WebSocket 客户端（例如 `{client} ws`），或用浏览器打开 `/`。";
    what_is_missing(name, wanted) = "缺少 {name}（要求：{wanted}）";
    what_is_otherwise(name, found, wanted) = "{name} 是 `{found}`（要求：{wanted}）";
    the_answer_is_no_valid_upgrade(list) = "按 RFC 6455 §4.1，这个应答不是有效的升级：{list}。";
    the_request_is_no_valid_upgrade(list) = "按 RFC 6455 §4.2.1，这个请求不是有效的升级请求：{list}。";
    something_in_between_has_answered() = "是中间的某个设备应答了，或者服务端有错。";
    the_client_did_not_wait_for_the_answer() =
        "客户端在升级请求之后继续发送内容，而它必须先等待应答（RFC 6455 §4.1）。";
    the_head_cannot_be_read(head) = "{head}头无法按 HTTP/1.1 解读：其中有一行格式不对（RFC 9112 §3、§5）。";
    a_spare_connection() =
        "客户端完成 TLS 握手后没有发请求就离开了：浏览器会这样预先打开备用连接，健康检查也会如此。没有问题。";
    the_server_ended_without_an_answer(how) = "服务端没有应答升级请求就{how}。";
    is_this_a_websocket_server() = "这是 WebSocket 服务端吗？";
    the_client_left_without_a_word() = "客户端连接后一言不发就离开了：端口扫描、健康检查，或浏览器的备用连接。";
    the_peer_vanished_in_the_head(peer, bytes, head, how) = "{peer}在{head}的 {bytes} 字节之后消失了：{how}。";
    no_complete_answer(seconds, bytes) = "{seconds} 秒内没有等到对升级请求的完整应答，只有 {bytes} 字节。";
    no_complete_request(seconds, bytes) =
        "{seconds} 秒内没有完整的升级请求，只有 {bytes} 字节：客户端是否在等服务端先说话？";
    handshake_timeout_allows_more() = "可用 `--handshake-timeout` 放宽。";

    // refused.rs
    and_its_body(words) = "正文开头：{words}。";
    the_server_answered_something_else(line, why, words) = "服务端应答 `{line}`，而不是 101：{why}{words}";
    it_points_elsewhere(to) = "它指向 {to}，本客户端不跟随。";
    in_its_own_words(how) = "（{how}）";
    it_wants_credentials(how) = "它要求凭据{how}，而本客户端无法提供。";
    log_in_by_other_means() = "请用其他方式登录，或让服务端开放此路径。";
    it_is_a_proxy(how) = "这是一个代理，转发之前要求凭据{how}。";
    it_does_not_let_this_client_in() = "它不允许本客户端连接。";
    its_origin_or_rights() =
        "可能的原因：它只接受特定 Origin 的页面（本客户端不发送 Origin），或要求未出示的权限。";
    it_speaks_another_version(versions) = "它支持的 Sec-WebSocket-Version 是 {versions}，而 RFC 6455 是 13。";
    it_wants_tls_on_this_port() = "它在此端口要求 TLS。";
    later() = "稍后";
    then() = "届时";
    so_many_seconds() = " 秒";
    retry_after(after, unit) = "（Retry-After：{after}{unit}）";
    it_is_overloaded(when) = "它已过载，或暂不可用{when}。";
    try_again_when(when) = "请{when}重试。";
    it_is_a_gateway() = "这是一个网关，它后面的服务端没有给出有效应答。";
    is_the_server_behind_it_running() = "后端服务在运行吗？";
    it_wants_an_upgrade() = "它要求升级，却没有在请求中看到升级，而本客户端确实请求了升级。";
    a_proxy_may_have_dropped_the_upgrade() =
        "途中的代理可能去掉了 Upgrade 和 Connection：它们只对一跳有效（RFC 9110 §7.6.1）。";
    it_has_nothing_there(path) = "{path} 处什么也没有。";
    is_the_path_right() = "路径对吗？";
    an_http_server_that_does_not_upgrade() = "这是一个 HTTP 服务端，在此处不升级。";
    is_it_a_websocket_server_at_that_path() = "它是 WebSocket 服务端吗？路径对吗？";
    is_it_a_websocket_server_or_a_proxy() = "它是 WebSocket 服务端吗？路径对吗？还是有代理代它应答？";
    it_gives_its_reason_itself() = "原因由它自己说明。";

    // frames.rs
    it_sent_a_masked_frame() = "发送了带掩码的帧，而只有客户端才加掩码（§5.1）";
    it_sent_an_unmasked_frame() = "发送了不带掩码的帧，而客户端必须加掩码（§5.1）";
    it_set_reserved_bits() = "设置了保留位，而没有商定赋予其含义的扩展（§5.2）";
    its_opcode_is_reserved(opcode) = "使用了保留的操作码 0x{opcode}（§5.2）";
    it_sent_a_control_frame_in_fragments() = "把控制帧分片发送，而控制帧必须完整（§5.5）";
    it_sent_too_long_a_control_frame() = "发送了超过 125 字节的控制帧（§5.5）";
    it_continued_nothing() = "发送了后续帧，却没有可继续的消息（§5.4）";
    it_began_a_message_within_another() = "上一条消息尚未完整就开始了新的消息（§5.4）";
    it_sent_text_that_is_not_utf8() = "发送的文本不是 UTF-8（§8.1）";
    its_close_has_half_a_code() = "它的 Close 只有半个状态码（§5.5.1）";
    it_sent_a_frame_after_its_close() = "在 Close 之后又发送了帧（§5.5.1）";
    the_peer_broke_a_rule_of_the_frames(peer, how, told) =
        "{peer}违反了帧的规则（RFC 6455）：{how}。已用 Close {told} 告知。";
    the_message_is_too_long(peer, size, most) =
        "{peer}发来 {size} 字节的消息，最多接受 {most} 字节：以 1009 关闭。";
    send_smaller_messages() = "请分成较小的消息发送，或用 `--max-message` 放宽。";
    before(awaited) = "在{awaited}之前";
    the_peer_closed_with_a_forbidden_code(peer, code) =
        "{peer}以状态码 {code} 关闭，而 RFC 6455 §7.4 不允许发送它。已用 1002 应答。";
    the_peer_closed_over_what_we_sent(peer, code, meaning, said, before) =
        "{peer}{before}关闭了连接（{code}，{meaning}{said}）：它不接受本方刚刚发送的内容。";
    the_peer_closed(peer, code, meaning, said, before) = "{peer}{before}关闭了连接（{code}，{meaning}{said}）。";
    it_goes_away() = "它要离开：正在停止，或页面已关闭。";
    it_is_against_its_policy() = "它认为此连接违反其策略。";
    it_failed_on_its_own_account() = "它自身出错，原因可查看它的日志。";
    try_again_later() = "请稍后重试。";
    this_code_is_the_applications() = "这个状态码的含义由双方应用约定。";
    without_a_code() = "没有状态码";
    the_peer_closed_too_early(peer, with, said, awaited) = "{peer}在{awaited}之前就关闭了（{with}{said}）。";
    does_it_echo(server) = "它会回显吗？我们的会：`{server} ws`。";
    the_client_wanted_a_subprotocol(how, asked) =
        "客户端在升级后立即{how}：它请求了子协议（{asked}），但没有商定任何一个。RFC 6455 §4.1 允许客户端不用子\
         协议继续，但它没有继续。";
    protocol_lets_this_server_agree() = "可用 `--protocol` 让本服务端同意其中之一。";
    the_peer_ended_in_a_frame(peer, how, bytes) =
        "{peer}在一帧的第 {bytes} 个字节之后{how}：是被切断，还是崩溃了？";
    the_peer_ended_without_a_close(peer, how, before) = "{peer}{before}没有发送 Close 帧就{how}。";
    stopped_crashed_or_cut() = "它被停止或崩溃了，或途中有设备切断了连接。";
    a_closed_page_ends_like_this() = "页面被关闭或程序被终止时就会这样。";
    what_was_awaited_did_not_come(awaited, seconds) = "{seconds} 秒内没有等到{awaited}。";
    the_client_was_silent(seconds) = "客户端沉默了 {seconds} 秒。";
    idle_timeout_allows_more() = "可用 `--idle-timeout` 放宽。";
    the_connection_was_given_up(steps) = "连接在 {steps} 步之后被放弃，记录中看不出原因。";
}

//! What a run of WebSocket shows of the claims, in Chinese.

steps::sentences! {
    // judge.rs
    the_request_has_no_key() = "请求没有 Sec-WebSocket-Key，而要求是 base64 的 16 字节。";
    the_key_is_no_16_bytes(key) = "Sec-WebSocket-Key 是 `{key}`，不是 base64，而要求是 base64 的 16 字节。";
    the_key_and_its_bytes(key, random) =
        "Sec-WebSocket-Key 是 `{key}`：base64 之下有 {random} 字节，而要求是 16 字节。";
    no_http_message_crossed_before() = "这个请求之前没有任何 HTTP 消息：HTTP 没有握手，下面的握手是 TCP 的。";
    the_handshake_before_was_tcps(state) = "这个请求之前的三次握手是 TCP 的（{state}），HTTP 没有握手。";
    the_handshakes_of_tcp_and_tls_came_before(tls) =
        "这个请求之前有 TCP 的三次握手和 TLS 的握手（{tls}），HTTP 没有握手。";
    the_handshakes_of_tcp_in_that_state_and_tls_came_before(state, tls) =
        "这个请求之前有 TCP 的三次握手（{state}）和 TLS 的握手（{tls}），HTTP 没有握手。";
    and_the_key_came_with_it(tls, key) = "{tls}密钥 {key} 随请求送出。";
    no_key_was_seen(returned) = "服务端{returned}，但没有看到可用来计算的密钥。";
    the_digest_is_what_came_back(key, sha1, own) =
        "{key} 加 GUID 的 SHA-1 是 {sha1}，base64 为 {own}：正是返回的字符串。";
    the_digest_is_not_what_came_back(key, own, returned) = "密钥 {key} 应得到 {own}，服务端却{returned}。";
    the_accept(accept) = "返回 `{accept}`";
    none() = "没有返回";
    the_status_was_another(other) = "状态码是 {other}，不是 101。";
    this_server_agreed(status, phrase) = "前提是服务端同意：这次它应答 {status} {phrase}，没有返回字符串。";
    the_client_computed_the_same(computed) = "客户端算出 {computed}，服务端返回的相同。";
    the_client_computed_another(computed, returned) = "客户端算出 {computed}，服务端{returned}：拒绝。";
    both_are_equal_and_yet_refused(computed) = "两个字符串都是 {computed}，客户端却拒绝了。";
    both_differ_and_yet_taken(computed, returned) = "客户端算出 {computed}，服务端{returned}，却仍被接受。";
    client() = "客户端";
    server() = "服务端";
    the_clients_frame_is_not_masked(opcode, length) =
        "客户端的帧（操作码 {opcode}，{length} 字节）没有掩码，而客户端的每一帧都必须带掩码。";
    the_servers_frame_is_masked(opcode, length) =
        "服务端的帧（操作码 {opcode}，{length} 字节）带有掩码，而服务端的帧不允许带掩码。";
    the_length_is_not_in_its_shortest_form(peer, opcode, length, form) =
        "{peer}的帧（操作码 {opcode}）把长度 {length} 写成 {form}，而必须使用最短的形式（RFC 6455 §5.2）。";
    not_masked() = "没有掩码";
    masked(key) = "掩码为 {key}";
    the_first_frame(peer, opcode, length, mask) = "{peer}的第一帧：操作码 {opcode}，{length} 字节，{mask}。";
    requests_and_answers_crossed_before(requests, responses) =
        "建立之前有 {requests} 个请求和 {responses} 个应答。";
    after_tcp_and_tls(tcp, tls) = "在 TCP 的 {tcp} 次和 TLS 的 {tls} 次之后";
    after_tcp(tcp) = "在 TCP 的 {tcp} 次之后";
    after_tcp_and_so_much_tls(tls) = "在 TCP 的和 TLS 的 {tls} 次之后";
    above_what_lies_below() = "在下层之上";
    one_request_and_one_answer(out, back, below) =
        "1 个请求（{out} 字节）和 1 个应答（{back} 字节）：{below}，只需一次往返。";
}

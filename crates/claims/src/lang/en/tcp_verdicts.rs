//! What a run of TCP shows of the claims, in English.

steps::sentences! {
    // judge.rs
    syn_with_isn(isn) = "SYN with ISN {isn}";
    syn_with_isn_of_the_saved_copy(isn) =
        "SYN with ISN {isn}, read from the copy that the server's kernel kept";
    and_bytes_with_the_syn(n) = " + {n} bytes that came with the SYN (RFC 7413)";
    the_ack_is_the_clients_isn_and_one(ack, isn, data) = "ack {ack} = the client's ISN {isn} + 1{data}";
    the_ack_is_not_the_clients_isn_and_one(ack, isn) =
        "ack {ack} is not the client's ISN {isn} + 1: it confirms what the client never sent";
    the_ack_is_the_servers_isn_and_more(ack, y, more) = "ack {ack} = the server's ISN {y} + {more}";
    what_the_syn_ack_proves(confirmed, x, ack, y) =
        "SYN+ACK (ack {confirmed}) proves that the client can send (seq {x}) and the server receive; this \
         segment (ack {ack}) proves that the server can send (seq {y}) and the client receive";
    both_isns_acknowledged(x, confirmed, y, ack) =
        "client: ISN {x}, acknowledged as {confirmed}; server: ISN {y}, acknowledged as {ack}";
    only_the_saved_syn_was_seen() = "only the saved SYN was seen";
    no_segment_was_seen() = "no segment was seen";

    // close.rs
    data_after_the_clients_fin(length) = "{length} bytes of data although the client's FIN has already arrived";
    the_clients_fin_is_the_first_of_the_two(seq) = "the client's FIN (seq {seq}) is the first of the two";
    bytes_first_then_the_fin(bytes) =
        "{bytes} bytes first, then the FIN; the state that follows, LAST_ACK, is left out by the notes";
    the_ack_came_with_the_servers_fin(ack) =
        "the ACK of the client's FIN (ack {ack}) came with the server's FIN, so FIN_WAIT_2 was skipped";
    three_segments_here(ack, after) =
        "three segments here: FIN and ack {ack} in one, {after} ms after the client's FIN and before the \
         server's kernel had sent the ACK that it holds back for a moment; a server that closes later sends four";
    the_ack_is_the_clients_fin_and_one(ack, fin) =
        "ack {ack} = the sequence number of the client's FIN, {fin}, + 1";
    the_ack_is_the_servers_fin_and_one(ack, fin) =
        "ack {ack} = the sequence number of the server's FIN, {fin}, + 1";
    one_says(asked, state) = "{asked} says {state}";
    so_long_to_go_until_closed(says, timer) = "{says}, {timer} ms to go until CLOSED";
    a_state_that_the_notes_leave_out(says) =
        "{says}, a state that the notes leave out: the server's FIN is out and not acknowledged yet";
    and_it_is_told(told) = " ({told})";
    here_the_server_sent_its_fin_first(segment) =
        "here the server sent its FIN{segment} first: what the notes say of the client's close holds for the \
         server";
    both_closed_first(seq, ack) =
        "both closed first: this FIN (seq {seq}, ack {ack}) does not acknowledge the other, which is still on \
         its way or lost; sides whose FINs cross pass through CLOSING, and both wait in TIME_WAIT";
    no_ack_and_the_fin_went_again(seq, gaps) =
        "no ACK came, and the FIN went again with the same sequence number {seq}, after {gaps} ms";
    the_server_sent_nothing_by_itself(silent, soon) =
        "for {silent} ms after its ACK the server sent nothing by itself; the client's FIN came again, and \
         {soon} ms later the ACK followed it";
    no_fin_and_the_kernel_forgot(was_ms, was, timer) =
        "no FIN came, and after {was_ms} ms in {was} the kernel forgot the connection: the program had closed \
         its socket, which is when this timer ({timer} ms) runs; after a half close alone it never does";
    tcp_user_timeout_ended(ms) = "TCP_USER_TIMEOUT ({ms} ms) ended it";
    tcp_orphan_retries_ended(n) = "tcp_orphan_retries ({n}; 0 means 8) ended it, since no program held the socket";
    tcp_retries2_ended(n) = "tcp_retries2 ({n}) ended it";
    and_the_error(error) = ", {error}";
    fins_and_no_ack(sent, since, told, limit) =
        "{sent} FINs and no ACK: given up {since} after the first{told}; {limit}";
    no_fin_and_no_timer(was, state) =
        "no FIN came for {was} ms and sock_diag lists no timer: {state} lasts for ever as long as the program \
         keeps the socket; only a socket that is closed waits with a timeout";
    the_first_repeat_was_a_tail_loss_probe(state, n, ms) =
        "in {state} the first repeat was a tail loss probe (RFC 8985), before the retransmission timer: the \
         kernel counts {n} retransmissions, next in {ms} ms";
    sock_diag_counts_retransmissions(n, state, ms) =
        "sock_diag counts {n} retransmissions in {state}, next in {ms} ms";

    // lost.rs
    each_gap_is_twice_the_one_before() = "; tcp_syn_linear_timeouts is 0: each gap is twice the one before";
    so_many_gaps_are_equal(n) = "; tcp_syn_linear_timeouts is {n}: so many gaps are equal before they double";
    the_syn_went_again(told, rule) = "no answer, and the SYN went again after {told} ms{rule}";
    this_number_and_the_one_before(seq, earlier) = "sequence number {seq}, and {earlier} in the one before";
    tcp_syncnt_bounds_it(value, linear) =
        "TCP_SYNCNT is {value}, and with tcp_syn_linear_timeouts {linear} it bounds the time, not the number: \
         as long as {value} repeats with doubled gaps would take";
    tcp_syncnt_ended(value) = "TCP_SYNCNT ({value}) ended it";
    syns_without_an_answer(syns, after, limit) =
        "{syns} SYNs, no answer, and connect() failed with ETIMEDOUT after {after}; {limit}";
    the_syn_ack_went_again_after_the_ack(seq, ms) =
        "the SYN+ACK (seq {seq}) went again although the ACK had arrived {ms} ms before: the kernel did not \
         take it, as it does while the queue for accept() is full";
    the_syn_had_come_again(ms) = "; the SYN had come again {ms} ms before";
    the_syn_ack_went_again(gap, seq, why) = "SYN+ACK again after {gap} ms with the same sequence number {seq}{why}";
    the_client_sent_nothing(silent) =
        "for {silent} ms the client sent nothing; its ACK went again only when the SYN+ACK had come again";
    the_ack_answered_the_repeat(soon, ack) =
        "{soon} ms after the SYN+ACK had come again the ACK (ack {ack}) answered it";
    the_limit_of_the_listener(n) = "; the limit is {n} repeats (TCP_SYNCNT of the listener)";
    the_limit_of_the_system(n) = "; the limit is {n} repeats (tcp_synack_retries)";
    syn_acks_without_an_ack(sent, since, limit) =
        "{sent} SYN+ACKs and no ACK that was taken: {since} after the first the kernel no longer lists the \
         half-open connection{limit}";
    the_server_had_dropped_the_connection(state, ms) =
        "the server had dropped the connection, but the client was {state} for {ms} ms and learned it only by \
         this RST, the answer to what it sent";
    the_clients_data_carried_the_ack(ack, sent) =
        "no ACK came alone: the client's data carried it (ack {ack}), after {sent} SYN+ACK; every segment after \
         the first carries the ACK";
    an_old_syn_was_answered(old, wrong, new, x, answer, in_notes) =
        "an old SYN (seq {old}) was answered with ack {wrong}, where the client expects {new}: RST (seq \
         {wrong}); the new SYN (seq {x}) was then answered with ack {answer}. In the notes' numbers: {in_notes}";
    syns_with_one_number(repeated, seq) = "{repeated} SYNs with the same sequence number {seq}, one accept()";
    what_the_opening_rests_on(seen, rests_on, state, counted) = "{seen}; {rests_on} says {state}{counted}";
    and_segments(sent, received) = ", segments out {sent}, in {received}";
}

//! Why a TCP connection failed, in English.

crate::sentences! {
    // connect.rs
    rst_in_answer_to_the_syn() = "RST in answer to the SYN";
    icmp_from(what, from) = "ICMP {what} from {from}";
    no_answer_to_the_syn(seconds) = "no answer to the SYN within {seconds} s";
    no_answer_to_any_syn() = "no answer to any SYN";
    no_route_from_this_machine() = "no route from this machine";
    nobody_on_the_link_has_it() = "nobody on the link has it";
    link_local_and_no_link_is_named() = "link-local, and no link is named";
    this_machine_forbids_it() = "this machine forbids it";
    not_yet_answered(by) = "not yet answered when {by} did";
    the_kernel_says(errno) = "the kernel says {errno}";
    another_is_tried_beside_it(slow, ms, next) =
        "{slow} has not answered within {ms} ms: {next} is tried beside it (RFC 8305).";
    refused_by_rst() =
        "connection refused, by RST in answer to our SYN: nothing listens on that port, or a firewall answers so";
    mostly_a_firewall() = "mostly a firewall that rejects, for a host itself answers by RST";
    a_firewall_forbids_it() = "a firewall forbids it";
    the_hosts_own_firewall_rejects() = "the host's own firewall rejects";
    something_on_the_way_does_not_pass_it_on() = "a router or firewall on the way does not pass it on";
    our_syn_was_answered_by_icmp(from, what, how) =
        "{from} answered our SYN with ICMP {what}: {how}; whether a server listens there is not known";
    the_client_gave_up_before_the_kernel(seconds) =
        "no answer to the SYN within {seconds} s; the client gave up before the kernel did";
    the_kernel_repeated_the_syn_in_vain() =
        "it timed out: no answer to the SYN, however often the kernel repeated it";
    the_kernel_knows_no_way() = "this machine's kernel knows no way there (no ICMP of a router came)";
    nobody_on_the_link_answers() =
        "nobody on the link answers for that address (ARP, NDP), says this machine's own kernel: the host is \
         down, or not on this link";
    the_link_is_not_named() = "a link-local address means something only on its link, and none is named";
    this_machine_does_not_let_it_out() =
        "this machine does not let the connection out: its own firewall or a sandbox forbids it";
    another_address_answered_first(by) =
        "{by}, another address of the name, answered before it did, and the client gave this one up (RFC 8305 \
         §5)";
    is_the_server_running() = "Is the server running?";
    the_firewalls_rules_say_more() = "The firewall's rules on the way, or the other machine's, say more.";
    a_wrong_address_or_a_firewall() = "A wrong address, or a firewall that drops?";
    is_the_address_right() = "Is the address right?";
    name_the_interface(ip, port) = "Name the interface, as in `[{ip}%eth0]:{port}`.";
    the_other_connection_goes_on() = "The connection to the other address goes on.";
    look_at_this_machines_rules() = "Look at this machine's rules.";
    of_one_address(address, cause) = "{address}: {cause}";
    could_not_connect_to_any(n, each) = "could not connect to any of {n} addresses: {each}.";
    could_not_connect(address, cause) = "could not connect to {address}: {cause}.";
    connected_to_itself(address, port) =
        "the client is connected to itself: no server listens on {address}, and the kernel gave the client port \
         {port} as its own, so that its SYN met itself (a simultaneous open, RFC 9293 §3.5).";
    start_the_server_or_use_another_port() =
        "Start the server, or use a port outside of net.ipv4.ip_local_port_range.";
    reset_after_the_handshake() =
        "the handshake was complete, and then the server reset the connection before anything was said: a \
         published port with nobody behind it (containers), access rules, or a queue that is full do that.";

    // ended.rs
    client() = "client";
    server() = "server";
    the_peer_had_closed_its_socket(peer) =
        "the {peer} had closed its socket, both directions of it, and data of ours came all the same: nobody \
         was left to read it, and its kernel answered with RST (RFC 9293 §3.6.1, RFC 1122 §4.2.2.13).";
    the_peer_left_our_data_unread(peer) =
        "the {peer} reset the connection with our data unread: it closed its socket without reading, was told \
         to abort (SO_LINGER 0), or its program died (RFC 1122 §4.2.2.13).";
    the_peer_reset_the_connection(peer, call, errno) =
        "the {peer} reset the connection ({call}: {errno}): it closed its socket with something of ours unread, \
         was told to abort, or its program died.";
    it_was_reset_by_the_peer_or_something_between(call, errno, peer) =
        "the connection was reset ({call}: {errno}), by the {peer} or something between: a socket closed with \
         data unread, a program that died, or a device that forgot the connection.";
    what_we_sent_was_never_acknowledged(call) =
        "{call} timed out: what we sent last was never acknowledged, however often the kernel repeated it.";
    the_path_broke(call, errno) =
        "the path broke ({call}: {errno}): what we sent was not acknowledged, and a router or this kernel says \
         that the other side is unreachable.";
    our_fin_waits_behind_a_closed_window(seconds, state, peer) =
        "after {seconds} s the kernel is still in {state}: the {peer}'s window is 0, it reads nothing, and our \
         FIN waits behind data that may not be sent (RFC 9293 §3.8.6.1).";
    our_fin_is_not_acknowledged(seconds, state, peer) =
        "after {seconds} s the kernel is still in {state}: the ACK of our FIN is missing. Either the FIN or its \
         ACK is lost and the FIN goes again, or the {peer}'s window holds it back behind data.";
    the_peer_did_not_close(what, seconds, state) =
        "the {what} did not close within {seconds} s; the connection is in {state}, which has no timer as long \
         as the program keeps the socket.";
    we_wait_no_longer(seconds, state) = "after {seconds} s the kernel is still in {state}; we wait no longer.";
    the_server_did_not_close_first(seconds) =
        "the server did not close within {seconds} s (--wait-for-close, --patience).";
    the_kernel_gave_it_up(state) =
        "the kernel gave the connection up in {state}; the program had closed the socket.";
    the_client_sent_nothing(seconds) =
        "the client sent nothing for {seconds} s (--idle-timeout), so the server closed.";
    the_client_did_not_end_its_line(seconds) =
        "the client did not finish its line within {seconds} s (--idle-timeout), so the server closed.";
    the_client_took_no_answer(seconds) =
        "the client took no answer for {seconds} s (--idle-timeout), so the server closed.";
    the_server_left_data_unread_as_told() =
        "the server closed its socket with data unread (--closing reset): RST instead of FIN.";
    the_server_kept_open_as_told(seconds) =
        "the server kept its side open for {seconds} s (--closing never, --idle-timeout).";
    the_server_was_stopped_and_closed_first() = "the server was stopped and closed first.";
    the_call_failed(call, errno) = "{call} failed here: the kernel says {errno}.";
    it_ended_otherwise_than_agreed() = "the connection ended otherwise than agreed.";
}

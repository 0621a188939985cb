//! What each rule of TCP recognises, in English.

crate::sentences! {
    // connect.rs
    connected_to_itself() = "the client's own address is the one that it calls";
    reset_after_handshake() = "RST right after the handshake, before anything was said";
    answered_by_icmp() = "ICMP in answer to the SYN";
    refused() = "RST in answer to the SYN";
    not_answered() = "no answer to the SYN";
    link_local_without_scope() = "a link-local address without its link";
    no_neighbour() = "nobody on the link answers for the address";
    no_route() = "this machine knows no way to the address";
    forbidden_here() = "this machine forbids the connection";
    overtaken() = "another address of the name answered first";
    not_connected() = "connect() fails for another reason";

    // ended.rs
    data_for_a_closed_socket() = "RST where the peer had closed its socket and data of ours still came";
    reset_with_data_unread() = "RST of a peer that had our data and sent no FIN";
    reset() = "any other RST";
    unacknowledged() = "what was sent was never acknowledged";
    path_broke() = "the kernel says unreachable";
    fin_behind_a_closed_window() = "our FIN waits behind data, for the peer's window is 0";
    fin_not_acknowledged() = "our FIN is not acknowledged";
    peer_keeps_open() = "the peer keeps its direction open";
    peer_did_not_close_first() = "`--wait-for-close`, and the server does not close";
    given_up() = "the kernel gave up a connection without a program";
    silent() = "a client that sends nothing";
    line_not_ended() = "a client that does not end its line";
    takes_no_answer() = "a client that takes no answer";
    as_told() = "the server did what it was told: reset, keep open, stop";
}

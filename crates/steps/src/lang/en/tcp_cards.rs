//! What there is to say about each step of TCP, in English.

crate::sentences! {
    // cards.rs
    settings_title() = "kernel settings";
    settings() =
        "How often and how long this kernel tries before it gives up. The standard leaves most of it to the \
         system, so a run is only understood together with these numbers.";
    syn_title() = "SYN";
    syn() =
        "The client asks for a connection and names the number from which it will count its bytes. The options \
         it wants to use have to be offered here.";
    syn_sent_title() = "SYN_SENT";
    syn_sent() = "The SYN is out and nothing has come back. A timer runs; when it ends, the SYN goes again.";
    syn_ack_title() = "SYN+ACK";
    syn_ack() =
        "One segment does two things: it confirms the client's number and announces the server's own. A SYN \
         takes up one sequence number, hence the + 1.";
    syn_received_title() = "SYN_RECEIVED";
    syn_received() =
        "Half open: the SYN was answered and the client's ACK is missing. The kernel keeps a small entry, and \
         accept() knows nothing of it.";
    ack_title() = "ACK";
    ack() =
        "The client confirms the server's number. When it arrives, the server knows what the client already \
         knew: both directions work.";
    established_title() = "TCP established";
    established() = "The kernel's three-way handshake is done; everything above it starts here.";
    half_open_gone_title() = "half-open entry gone";
    half_open_gone() =
        "The kernel no longer lists the connection, and accept() never returned it. The client is not told: \
         whoever believes to be connected learns it on sending.";
    data_title() = "data";
    data() =
        "Every byte has a number of its own; the segment names its first. PSH asks the receiver not to sit on \
         it.";
    data_ack_title() = "ACK of data";
    data_ack() =
        "The number of the next byte expected; everything before it has arrived. It is often held back a \
         little, in the hope of travelling with data.";
    pure_ack_title() = "ACK, nothing new";
    pure_ack() =
        "It moves the window, answers a probe, or repeats an acknowledgment because something unexpected \
         arrived.";
    fin_title() = "FIN";
    fin() =
        "The sender is done talking but still listens: each direction is closed on its own. Like a SYN, a FIN \
         takes up one sequence number.";
    fin_wait1_title() = "FIN_WAIT_1";
    fin_wait1() = "This side has sent its FIN and waits for the ACK of it.";
    fin_ack_title() = "ACK of FIN";
    fin_ack() =
        "The kernel confirms the FIN by itself, without waiting for the program. Half of the connection is \
         closed now.";
    close_wait_title() = "CLOSE_WAIT";
    close_wait() =
        "The peer is done, this side may still send. Only the program ends this state, by closing: sockets that \
         pile up here are a bug above TCP.";
    fin_wait2_title() = "FIN_WAIT_2";
    fin_wait2() = "This side's FIN is confirmed; it can still receive until the peer's FIN comes.";
    closing_title() = "CLOSING";
    closing() =
        "Both FINs crossed: the peer's came before the ACK of this side's. Both sides then wait in TIME_WAIT.";
    last_ack_state_title() = "LAST_ACK";
    last_ack_state() =
        "The second FIN is out, or waits behind data that the peer's closed window holds back, and its ACK is \
         missing. A state that the notes leave out; on an undisturbed path it lasts microseconds.";
    last_ack_title() = "last ACK";
    last_ack() =
        "The second FIN is confirmed, too. Whoever sends this ACK cannot know that it arrives, and therefore \
         has to wait.";
    time_wait_title() = "TIME_WAIT";
    time_wait() =
        "The address pair stays reserved: a repeated FIN can still be answered, and old segments cannot reach a \
         new connection. Linux waits 60 s whatever the path.";
    closed_title() = "CLOSED";
    closed() = "The kernel has forgotten the connection. A segment that came now would be answered with RST.";
    timer_title() = "timer";
    timer() =
        "The kernel's own count of what it sent again, and when it will try next. A tail loss probe comes first \
         and is not counted.";
    rst_title() = "RST";
    rst() =
        "The connection is broken off at once, without a farewell: nothing listens there, or the sender threw \
         its socket away.";
    error_title() = "error";
    error() = "A system call failed; the number is how the kernel tells the program what became of the connection.";
    lost_title() = "lost on the way";
    lost() =
        "The segment left its sender, and the link did not carry it on. Neither side can know: the sender only \
         notices that no answer comes.";
    held_title() = "held back";
    held() =
        "The link carries the segment on, but late. To its sender, late and lost look the same until an answer \
         comes.";
    repeated_title() = "carried twice";
    repeated() =
        "The link carried one segment on twice. The receiver knows the second by its sequence number and counts \
         it once.";
    damaged_title() = "damaged on the way";
    damaged() =
        "One bit was turned, so the checksum no longer fits. The receiver throws the segment away without a \
         word, and it is as good as lost.";
    forged_title() = "forged on the way";
    forged() =
        "The link sent this in the name of a side that never did. A receiver has only the numbers to tell by: \
         addresses prove nothing.";
    undecodable_title() = "not understood";
    undecodable() =
        "The header makes no sense: flags that fit no place in a connection, or a length that it cannot have. \
         Further segments like this one are passed over in silence.";
}

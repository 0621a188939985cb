//! The fields of TCP's steps: what segments say, what the kernel says, what a link did.

use crate::{Value, field::declare};

pub use crate::{
    common::{DUE, ERROR, LOOKS_LIKE, MESSAGE, PAYLOAD_LENGTH, TEXT},
    summary::RULE,
};

declare! {
    /// The control bits as people say them: `SYN+ACK`.
    FLAGS: str = "flags";
    /// The sequence number as it stands in the header.
    SEQ: u64 = "seq";
    /// The acknowledgment number as it stands in the header.
    ACK: u64 = "ack";
    /// The sequence number counted from the sender's initial one; below 0: older than that.
    SEQ_RELATIVE: i64 = "seq_relative";
    /// The acknowledgment number counted from the receiver's initial one.
    ACK_RELATIVE: i64 = "ack_relative";
    /// The window in bytes, scaled where both SYNs offered it.
    WINDOW: u64 = "window";
    /// The largest segment that the sender takes; of the kernel, that it sends.
    MSS: u64 = "mss";
    /// By how many bits the sender's later windows are shifted.
    WINDOW_SCALE: u64 = "window_scale";
    /// Whether the sender of the SYN understands SACK.
    SACK_PERMITTED: bool = "sack_permitted";
    /// Whether the sender of the SYN sends its clock along.
    TIMESTAMPS: bool = "timestamps";
    /// What arrived beyond a gap: pairs of relative numbers, the first and the one after the last.
    SACK: Value = "sack";
    /// How long the header says it is.
    HEADER_LENGTH: u64 = "header_length";
    /// It is the first to acknowledge the peer's SYN. This and the next eight are written only where they hold.
    ACKS_SYN: bool = "acks_syn";
    /// It is the first to acknowledge the peer's FIN.
    ACKS_FIN: bool = "acks_fin";
    /// It brings data although the peer's FIN is acknowledged.
    AFTER_FIN: bool = "after_fin";
    /// It acknowledges a FIN that crossed its sender's own: the sender is in CLOSING.
    CLOSING: bool = "closing";
    /// It takes up only numbers that were used before.
    RETRANSMISSION: bool = "retransmission";
    /// Later numbers were seen before it.
    OUT_OF_ORDER: bool = "out_of_order";
    /// It asks for an ACK, with a number that is already acknowledged.
    KEEP_ALIVE: bool = "keep_alive";
    /// All that is new is the window.
    WINDOW_UPDATE: bool = "window_update";
    /// It acknowledges what it had acknowledged.
    DUPLICATE: bool = "duplicate";
    /// How many bytes its sender sent after it had acknowledged the peer's FIN.
    BYTES_AFTER_FIN: u64 = "bytes_after_fin";
    /// How many times the same sequence numbers have been sent, this segment counted.
    SENDING: u64 = "sending";
    /// The sequence number that stood in the header the last time.
    SAME_SEQ_AS: u64 = "same_seq_as";
    /// Milliseconds since they were sent the last time.
    GAP_MS: u64 = "gap_ms";
    /// How often and how long after, in a few columns: `×2 +203 ms`.
    AGAIN: str = "again";
    /// The segment in one line; of what a link did, the step that the segment is.
    SEGMENT: str = "segment";
    /// Where the segment was obtained, such as `AF_PACKET`.
    SOURCE: str = "source";

    /// The state of the connection as the kernel names it.
    STATE: str = "state";
    /// What was asked for the state, such as `getsockopt(TCP_INFO)`.
    ASKED: str = "asked";
    /// What shows that the connection opened, where its segments were not seen.
    RESTS_ON: str = "rests_on";
    /// The smoothed round-trip time.
    RTT_US: u64 = "rtt_us";
    /// How far the peer's windows are shifted.
    SND_WSCALE: u64 = "snd_wscale";
    /// How far this side's windows are shifted.
    RCV_WSCALE: u64 = "rcv_wscale";
    /// The options that both SYNs agreed on.
    OPTIONS: [String] = "options";
    /// Segments sent.
    SEGS_OUT: u64 = "segs_out";
    /// Segments received.
    SEGS_IN: u64 = "segs_in";
    /// Segments sent again.
    TOTAL_RETRANS: u64 = "total_retrans";
    /// The timer that runs, or `no timer`.
    TIMER: str = "timer";
    /// Milliseconds until it runs out.
    TIMER_MS: u64 = "timer_ms";
    /// How often the kernel's timer has sent something again.
    RETRANSMITS: u64 = "retransmits";
    /// The kernel sent a segment again without counting it: a tail loss probe (RFC 8985 §7). Written only where it
    /// holds.
    TAIL_LOSS_PROBE: bool = "tail_loss_probe";
    /// The state before.
    WAS: str = "was";
    /// How many milliseconds it was seen to last.
    WAS_MS: u64 = "was_ms";
    /// The state before and the one that followed.
    CHANGE: str = "change";
    /// How many connections wait for accept(), and how many may.
    ACCEPT_QUEUE: str = "accept_queue";
    /// What sock_diag answers of a connection that is gone.
    SOCK_DIAG: str = "sock_diag";
    /// The system call that failed.
    CALL: str = "call";
    /// The name of its error.
    ERRNO: str = "errno";
    /// What an ICMP message says that came in answer to the SYN.
    ICMP: str = "icmp";
    /// The address that sent it.
    ICMP_FROM: str = "icmp_from";

    /// How often a SYN, or a listener's SYN+ACK, goes again.
    TCP_SYNCNT: i64 = "TCP_SYNCNT";
    /// How long sent data may stay unacknowledged; 0: the kernel's own bound.
    TCP_USER_TIMEOUT_MS: i64 = "TCP_USER_TIMEOUT_ms";
    /// How long a closed socket stays in FIN_WAIT_2.
    TCP_LINGER2_S: i64 = "TCP_LINGER2_s";
    /// How often a SYN goes again.
    TCP_SYN_RETRIES: i64 = "tcp_syn_retries";
    /// How many of these repeats come at equal gaps.
    TCP_SYN_LINEAR_TIMEOUTS: i64 = "tcp_syn_linear_timeouts";
    /// How long a closed socket stays in FIN_WAIT_2.
    TCP_FIN_TIMEOUT: i64 = "tcp_fin_timeout";
    /// How often a SYN+ACK goes again.
    TCP_SYNACK_RETRIES: i64 = "tcp_synack_retries";
    /// Whether a full queue is answered with cookies.
    TCP_SYNCOOKIES: i64 = "tcp_syncookies";
    /// Whether a full queue is answered with RST.
    TCP_ABORT_ON_OVERFLOW: i64 = "tcp_abort_on_overflow";
    /// How often data goes again.
    TCP_RETRIES2: i64 = "tcp_retries2";
    /// How often it goes again once no program holds the socket; 0 means 8.
    TCP_ORPHAN_RETRIES: i64 = "tcp_orphan_retries";
    /// Whether the kernel probes for a lost tail.
    TCP_EARLY_RETRANS: i64 = "tcp_early_retrans";
    /// The congestion control.
    TCP_CONGESTION_CONTROL: str = "tcp_congestion_control";

    /// What the link answered.
    ANSWERED: str = "answered";
    /// Until when the link holds it.
    UNTIL: str = "until";
}

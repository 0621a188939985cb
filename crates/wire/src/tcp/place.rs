//! Where a segment stands in its stream.

/// Where a segment stands.
pub(super) struct Place {
    /// The numbers it takes up.
    pub(super) range: Option<(i64, i64)>,
    /// What it acknowledges.
    pub(super) ack: Option<i64>,
    /// It takes up only numbers that were used before.
    pub(super) again: bool,
    /// Later numbers were seen before it.
    pub(super) overtaken: bool,
    /// It brings nothing new, one number before the next: a probe that asks for an ACK, perhaps with a byte of no
    /// meaning (RFC 9293 §3.8.4).
    pub(super) keep_alive: bool,
    /// A SYN inside a connection.
    pub(super) stray: bool,
    pub(super) acks_fin: bool,
    /// It acknowledges a FIN that crossed its sender's own.
    pub(super) closing: bool,
    /// It is the first to acknowledge the peer's SYN.
    pub(super) acks_syn: bool,
}

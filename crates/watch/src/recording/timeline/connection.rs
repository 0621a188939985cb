//! One connection's packets, and what is to be said of each.

use std::{collections::VecDeque, net::SocketAddr, time::SystemTime};

use steps::Side;
use wire::tcp::{Flags, Segment};

use crate::address::Ends;

#[derive(Debug, Default)]
pub(super) struct Connection {
    /// It is one of ours.
    pub(super) ours: bool,
    /// How many witnesses still tell of it.
    pub(super) open: usize,
    /// The interface on which it was first received. A bridge and the link behind it both receive each packet.
    pub(super) interface: Option<i32>,
    client: Half,
    server: Half,
    pub(super) packets: VecDeque<Packet>,
    pub(super) marks: Vec<Mark>,
}

#[derive(Debug, Default)]
struct Half {
    isn: Option<u32>,
    /// The number that acknowledges its FIN.
    fin: Option<u32>,
    /// Its FIN was acknowledged, or the connection was reset.
    ended: bool,
}

/// A captured packet.
#[derive(Debug)]
pub(in crate::recording) struct Packet {
    pub(in crate::recording) at: SystemTime,
    pub(in crate::recording) bytes: Vec<u8>,
    pub(super) interface: i32,
    pub(super) from: Side,
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    header: [u8; 20],
    pub(super) flags: Flags,
    seq: u32,
    ack: u32,
    length: u32,
    /// The sides of which the TCP watcher told of it.
    told: Vec<Side>,
}

/// A step, or the place where steps are missing, that waits for its packet.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) place: Place,
    pub(super) at: SystemTime,
    pub(super) text: String,
}

#[derive(Debug)]
pub(super) enum Place {
    /// The segment with this header, as that side saw it.
    Segment { header: [u8; 20], by: Side },
    /// The packet that carried the last of so many bytes from one side.
    End { from: Side, end: u64, received: bool },
    /// The last packet before it.
    Time,
}

impl Packet {
    pub(in crate::recording) fn new(at: SystemTime, interface: i32, bytes: &[u8], segment: &Segment) -> Self {
        Packet {
            at,
            bytes: bytes.to_vec(),
            interface,
            from: Side::Client, // until it is known whose it is
            source: segment.source,
            destination: segment.destination,
            header: segment.bytes.first_chunk().copied().unwrap_or_default(),
            flags: segment.flags,
            seq: segment.seq,
            ack: segment.ack,
            length: segment.payload_length,
            told: Vec::new(),
        }
    }

    /// How much memory it takes, with its place in the order.
    pub(super) fn weight(&self) -> usize {
        self.bytes.capacity() + size_of::<Self>() + size_of::<Ends>()
    }

    /// Whether it carries the last of the first `end` bytes that `from` sent.
    fn carries(&self, from: Side, end: u64, isn: Option<u32>) -> bool {
        let Some(isn) = isn else { return false };
        // Truncated on purpose: sequence numbers are the low 32 bits, and the SYN takes the first.
        let number = isn.wrapping_add(end as u32);
        let first = self.seq.wrapping_add(self.flags.syn.into());
        self.from == from && number.wrapping_sub(first) < self.length
    }
}

impl Mark {
    /// How much memory it takes.
    pub(super) fn weight(&self) -> usize {
        self.text.capacity() + size_of::<Self>()
    }
}

impl Connection {
    pub(super) fn follow(&mut self, packet: &Packet) {
        let (own, peer) = match packet.from {
            Side::Client => (&mut self.client, &mut self.server),
            Side::Server => (&mut self.server, &mut self.client),
        };
        if packet.flags.syn {
            *own = Half { isn: Some(packet.seq), ..Half::default() };
        }
        if packet.flags.fin {
            own.fin = Some(packet.seq.wrapping_add(packet.length).wrapping_add(1));
        }
        peer.ended |= packet.flags.ack && peer.fin == Some(packet.ack);
        if packet.flags.rst {
            (own.ended, peer.ended) = (true, true);
        }
    }

    /// Nothing waits, and nobody tells of it.
    pub(super) fn is_told(&self) -> bool {
        self.packets.is_empty() && self.open == 0
    }

    pub(super) fn has_ended(&self) -> bool {
        self.client.ended && self.server.ended
    }

    /// Takes what is to be said of the first packet, and gives how much memory that took.
    pub(super) fn comments(&mut self) -> (Vec<String>, usize) {
        let Some((packet, later_ones)) = self.packets.make_contiguous().split_first_mut() else {
            return (Vec::new(), 0);
        };
        let mut told = 0;
        let next = later_ones.first().map(|next| next.at);
        let (client, server) = (self.client.isn, self.server.isn);
        let mut comments: Vec<String> = Vec::new();
        self.marks.retain(|mark| {
            let here = match &mark.place {
                Place::Segment { header, by } => {
                    let here = *header == packet.header && !packet.told.contains(by);
                    if here {
                        packet.told.push(*by);
                    }
                    here
                }
                Place::End { from, end, received } => {
                    let isn = if *from == Side::Client { client } else { server };
                    // What was repeated on the way arrived with the last that came before it was read.
                    let later = |later: &Packet| later.at <= mark.at && later.carries(*from, *end, isn);
                    packet.carries(*from, *end, isn) && !(*received && later_ones.iter().any(later))
                }
                Place::Time => next.is_none_or(|next| next > mark.at),
            };
            if here {
                told += mark.weight();
                if !comments.contains(&mark.text) {
                    comments.push(mark.text.clone());
                }
            }
            !here
        });
        (comments, told)
    }
}

//! What captures rest on, a connection's own and that of `--capture`: a packet socket, the filter that the kernel runs
//! before it, and the right to open one.

mod filter;
mod privilege;
mod ring;
mod socket;

pub use tokio::io::unix::AsyncFd;

pub use filter::{Ports, tcp_ports};
pub(crate) use privilege::open;
pub use privilege::{confine, with_net_raw};
pub use ring::Ring;
pub(crate) use ring::RingHandle;
pub(crate) use socket::PacketSocket;

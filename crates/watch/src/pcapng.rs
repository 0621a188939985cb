//! Writes pcapng, the capture file format of Wireshark (draft-ietf-opsawg-pcapng): one section, little endian, one
//! interface whose packets begin with their IP header, times in nanoseconds.

use std::{
    io::{self, Write},
    time::{SystemTime, UNIX_EPOCH},
};

/// The program that a file names as its writer.
pub(crate) const PROGRAM: &str = concat!("handshakes ", env!("CARGO_PKG_VERSION"));

const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;

/// IPv4 or IPv6, told apart by its first four bits.
const LINKTYPE_RAW: u16 = 101;

const OPT_COMMENT: u16 = 1;
const SHB_USERAPPL: u16 = 4;
const IF_TSRESOL: u16 = 9;
const ISB_IFRECV: u16 = 4;
const ISB_IFDROP: u16 = 5;

/// What a block of secrets holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// Lines of a TLS key log.
    Tls = 0x544c_534b,
    /// Lines of an SSH key log.
    Ssh = 0x5353_484b,
}

/// A file to which blocks are written, each by one call.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    /// The block at hand.
    block: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins the file; `program` says who wrote it, `comment` what it is.
    pub fn new(out: W, program: &str, comment: &str) -> io::Result<Self> {
        let mut writer = Writer { out, block: Vec::new() };
        writer.write(|block| header(block, program, comment))?;
        Ok(writer)
    }

    /// Secrets that open packets which follow.
    pub fn secrets(&mut self, kind: Secrets, lines: &str) -> io::Result<()> {
        self.write(|block| secrets(block, kind, lines))
    }

    /// A packet with what is to be said of it.
    pub fn packet(&mut self, at: SystemTime, bytes: &[u8], comments: &[String]) -> io::Result<()> {
        self.write(|block| packet(block, nanoseconds(at), bytes, comments))
    }

    /// How many packets were received, and how many were lost on the way into the file.
    pub fn statistics(&mut self, received: u64, lost: u64) -> io::Result<()> {
        self.write(|block| statistics(block, received, lost))
    }

    /// Lets the file hold what was written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn write(&mut self, append: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        self.block.clear();
        append(&mut self.block);
        self.out.write_all(&self.block)
    }
}

/// Appends what every file begins with; `program` says who wrote it, `comment` what it is.
pub fn header(out: &mut Vec<u8>, program: &str, comment: &str) {
    block(out, SECTION_HEADER, |section| {
        section.extend(0x1A2B_3C4D_u32.to_le_bytes()); // read the other way round in a big-endian file
        section.extend(1_u16.to_le_bytes());
        section.extend(0_u16.to_le_bytes());
        section.extend((-1_i64).to_le_bytes()); // the length of the section is not known yet
        option(section, OPT_COMMENT, comment.as_bytes());
        option(section, SHB_USERAPPL, program.as_bytes());
        end_of_options(section);
    });
    block(out, INTERFACE_DESCRIPTION, |interface| {
        interface.extend(LINKTYPE_RAW.to_le_bytes());
        interface.extend([0; 6]); // reserved; no limit to the length of a packet
        option(interface, IF_TSRESOL, &[9]);
        end_of_options(interface);
    });
}

/// Appends secrets that open packets which follow.
pub fn secrets(out: &mut Vec<u8>, kind: Secrets, lines: &str) {
    block(out, DECRYPTION_SECRETS, |block| {
        block.extend((kind as u32).to_le_bytes());
        block.extend((lines.len() as u32).to_le_bytes());
        padded(block, lines.as_bytes());
    });
}

/// Appends a packet that was received `at` so many nanoseconds since 1970, with what is to be said of it.
pub fn packet(out: &mut Vec<u8>, at: u64, bytes: &[u8], comments: &[String]) {
    block(out, ENHANCED_PACKET, |block| {
        block.extend(0_u32.to_le_bytes()); // the only interface
        time(block, at);
        block.extend((bytes.len() as u32).to_le_bytes());
        block.extend((bytes.len() as u32).to_le_bytes());
        padded(block, bytes);
        for comment in comments {
            option(block, OPT_COMMENT, comment.as_bytes());
        }
        if !comments.is_empty() {
            end_of_options(block);
        }
    });
}

/// Appends how many packets were received, and how many were lost on the way into the file.
pub fn statistics(out: &mut Vec<u8>, received: u64, lost: u64) {
    block(out, INTERFACE_STATISTICS, |block| {
        block.extend(0_u32.to_le_bytes());
        time(block, nanoseconds(SystemTime::now()));
        option(block, ISB_IFRECV, &received.to_le_bytes());
        option(block, ISB_IFDROP, &lost.to_le_bytes());
        end_of_options(block);
    });
}

/// Its length stands before and behind a block, so that a file can be read backwards.
fn block(out: &mut Vec<u8>, kind: u32, body: impl FnOnce(&mut Vec<u8>)) {
    let begin = out.len();
    out.extend(kind.to_le_bytes());
    out.extend([0; 4]);
    body(out);
    let length = ((out.len() - begin + 4) as u32).to_le_bytes();
    out[begin + 4..begin + 8].copy_from_slice(&length);
    out.extend(length);
}

/// Nanoseconds since 1970.
fn nanoseconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64
}

/// Nanoseconds since 1970, upper half first.
fn time(block: &mut Vec<u8>, since: u64) {
    block.extend(((since >> 32) as u32).to_le_bytes());
    block.extend((since as u32).to_le_bytes());
}

fn option(block: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = &value[..value.len().min(u16::MAX.into())];
    block.extend(code.to_le_bytes());
    block.extend((value.len() as u16).to_le_bytes());
    padded(block, value);
}

fn end_of_options(block: &mut Vec<u8>) {
    block.extend([0; 4]);
}

/// Everything begins at a multiple of four bytes, and so does each block.
fn padded(block: &mut Vec<u8>, bytes: &[u8]) {
    block.extend(bytes);
    block.resize(block.len().next_multiple_of(4), 0);
}

#[cfg(any(test, feature = "fuzz"))]
pub mod blocks;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{blocks::blocks, *};

    #[test]
    fn each_block_is_whole_and_in_its_order() {
        let mut writer = Writer::new(Vec::new(), "program", "a comment").expect("memory takes everything");
        writer.secrets(Secrets::Tls, "CLIENT_RANDOM 00 11\n").expect("memory");
        let at = UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
        writer.packet(at, &[0x45; 21], &["一".into(), "two".into()]).expect("memory");
        writer.packet(at, &[0x45; 20], &[]).expect("memory");
        writer.statistics(2, 1).expect("memory");
        let blocks = blocks(&writer.out);
        let kinds: Vec<_> = blocks.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [SECTION_HEADER, INTERFACE_DESCRIPTION, DECRYPTION_SECRETS, 6, 6, 5]);
        assert_eq!(&blocks[2].1[..8], [0x4b, 0x53, 0x4c, 0x54, 20, 0, 0, 0]);
        let packet = &blocks[3].1;
        let half = |at: usize| u64::from(u32::from_le_bytes(packet[at..at + 4].try_into().expect("four")));
        assert_eq!(half(4) << 32 | half(8), 1_700_000_000_123_456_789);
        assert_eq!(half(12), 21);
        // 21 bytes and padding, then the comments: code, length, text, padding.
        assert_eq!(&packet[44..52], [1, 0, 3, 0, 0xe4, 0xb8, 0x80, 0]);
        assert_eq!(&packet[52..], [1, 0, 3, 0, b't', b'w', b'o', 0, 0, 0, 0, 0]);
        assert_eq!(blocks[4].1.len(), 20 + 20);
    }
}

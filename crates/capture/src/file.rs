//! Capture files: pcap and pcapng, told apart by how they begin, also packed with gzip or zstd. A file is read as a
//! stream; what is damaged ends the reading at its place and costs nothing of what came before.

use std::{
    cell::RefCell,
    fmt,
    io::{self, Read},
};

use flate2::read::MultiGzDecoder;
use pcap_parser::{
    Block, LegacyPcapReader, PcapBlockOwned, PcapError, PcapNGReader,
    traits::{PcapNGPacketBlock, PcapReaderIterator},
};
use ruzstd::decoding::StreamingDecoder;

use steps::{Said, say};

use crate::link::Link;

/// One packet as the file has it.
#[derive(Debug)]
pub(crate) struct Packet<'a> {
    /// When it was captured, in nanoseconds since 1970; 0: the file has no time for it.
    pub(crate) at: i64,
    /// What stands in front of the IP header; none: the packet's interface was never described.
    pub(crate) link: Option<Link>,
    /// The packet, as far as it was captured: its IP header says how long it was.
    pub(crate) bytes: &'a [u8],
    /// On which interface it was received, where each has its own: files do not say.
    pub(crate) interface: Option<i32>,
}

/// What a file holds that is of use here.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    /// A packet.
    Packet(Packet<'a>),
    /// Lines of a key log (RFC 9850, or SSH's) that stand in the file.
    Keys(&'a str),
    /// A block without packet or keys.
    Other,
}

/// Why a file is not read, or not further.
#[derive(Debug)]
pub enum Trouble {
    /// It could not be read.
    Io(io::Error),
    /// It begins like no capture.
    NotACapture,
    /// It ends in the middle of a block.
    CutOff,
    /// A block does not read as the format says, after so many packets.
    Damaged {
        /// How many packets were read before it.
        after: u64,
    },
    /// It unfolds to more than is read.
    TooLarge,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said().en)
    }
}

impl Trouble {
    /// What is the matter.
    pub fn said(&self) -> Said {
        match self {
            Trouble::Io(error) => say!(file::could_not_be_read(error)),
            Trouble::NotACapture => say!(file::not_a_capture()),
            Trouble::CutOff => say!(file::cut_off()),
            Trouble::Damaged { after } => say!(file::damaged_after(after)),
            Trouble::TooLarge => {
                let most = MOST_UNFOLDED >> 30;
                say!(file::unfolds_to_too_much(most))
            }
        }
    }
}

impl std::error::Error for Trouble {}

/// To what a packed file may unfold: a kilobyte can become a gigabyte.
pub(crate) const MOST_UNFOLDED: u64 = 64 << 30;

/// The longest block. A packet has at most 64 KiB on most links, and its comments and a key log may be longer.
const MOST_BLOCK: usize = 16 << 20;

/// Whether a file that begins so may be a capture, packed or not.
pub fn is_capture(first: &[u8]) -> bool {
    Form::of(first).is_some()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Pcap,
    Pcapng,
    Gzip,
    Zstd,
}

impl Form {
    fn of(first: &[u8]) -> Option<Form> {
        match first.first_chunk()? {
            // Microseconds, nanoseconds, Kuznetzov's variant; in either byte order.
            [0xa1, 0xb2, 0xc3, 0xd4] | [0xd4, 0xc3, 0xb2, 0xa1] => Some(Form::Pcap),
            [0xa1, 0xb2, 0x3c, 0x4d] | [0x4d, 0x3c, 0xb2, 0xa1] => Some(Form::Pcap),
            [0xa1, 0xb2, 0xcd, 0x34] | [0x34, 0xcd, 0xb2, 0xa1] => Some(Form::Pcap),
            [0x0a, 0x0d, 0x0d, 0x0a] => Some(Form::Pcapng),
            [0x1f, 0x8b, ..] => Some(Form::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd] => Some(Form::Zstd),
            _ => None,
        }
    }
}

/// Reads a capture and hands each thing in it to `take`, in the order of the file. Gives how many packets there were.
///
/// # Errors
///
/// When it is no capture, is damaged or cut off, or cannot be read; what came before was handed out.
pub(crate) fn read(input: impl Read, mut take: impl FnMut(Item<'_>)) -> Result<u64, Trouble> {
    let (form, input) = begin(input)?;
    match form {
        Form::Pcap | Form::Pcapng => blocks(form, input, &mut take),
        Form::Gzip => packed(MultiGzDecoder::new(input), &mut take),
        Form::Zstd => {
            let unpacked =
                StreamingDecoder::new(input).map_err(|error| Trouble::Io(io::Error::other(error)))?;
            packed(unpacked, &mut take)
        }
    }
}

/// What was packed must be a capture itself: nothing is packed twice.
fn packed(input: impl Read, take: &mut dyn FnMut(Item<'_>)) -> Result<u64, Trouble> {
    let bounded = Bounded { inner: input, left: MOST_UNFOLDED };
    let (form, input) = begin(bounded)?;
    match form {
        Form::Pcap | Form::Pcapng => blocks(form, input, take),
        Form::Gzip | Form::Zstd => Err(Trouble::NotACapture),
    }
}

/// Looks at the beginning and puts it back. The parser wants the header of a file in one piece.
fn begin<R: Read>(mut input: R) -> Result<(Form, impl Read), Trouble> {
    let mut first = Vec::new();
    input.by_ref().take(BEGINNING).read_to_end(&mut first).map_err(trouble)?;
    let form = Form::of(&first).ok_or(Trouble::NotACapture)?;
    Ok((form, io::Cursor::new(first).chain(input)))
}

fn trouble(error: io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::FileTooLarge => Trouble::TooLarge,
        io::ErrorKind::UnexpectedEof => Trouble::CutOff,
        _other => Trouble::Io(error),
    }
}

/// Keeps the error that the parser would hide.
struct Remembering<'e, R> {
    inner: R,
    error: &'e RefCell<Option<io::Error>>,
}

impl<R: Read> Read for Remembering<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let kind = error.kind();
                    *self.error.borrow_mut() = Some(error);
                    return Err(kind.into());
                }
                read => return read,
            }
        }
    }
}

/// An interface of a pcapng section.
#[derive(Clone, Copy, Debug)]
struct Interface {
    link: Option<Link>,
    /// Units of its time stamps a second, and the seconds to be added.
    resolution: u128,
    offset: i64,
}

impl Interface {
    /// So many units in nanoseconds since 1970.
    fn at(&self, ticks: u64) -> i64 {
        const A_SECOND: u128 = 1_000_000_000;
        // Almost all count in powers of ten, and a division is most of the work here.
        let nanoseconds = match self.resolution {
            A_SECOND => i64::try_from(ticks).ok(),
            1_000_000 => i64::try_from(ticks).ok().and_then(|ticks| ticks.checked_mul(1000)),
            _ => i64::try_from(u128::from(ticks) * A_SECOND / self.resolution).ok(),
        };
        nanoseconds.unwrap_or(i64::MAX).saturating_add(self.offset.saturating_mul(1_000_000_000))
    }
}

/// Hands out the blocks of an unpacked file.
fn blocks(form: Form, input: impl Read, take: &mut dyn FnMut(Item<'_>)) -> Result<u64, Trouble> {
    let error = RefCell::new(None);
    let input = Remembering { inner: input, error: &error };
    let mut reader: Box<dyn PcapReaderIterator> = match form {
        Form::Pcapng => match PcapNGReader::new(BUFFER, input) {
            Ok(reader) => Box::new(reader),
            Err(_) => return Err(Trouble::Damaged { after: 0 }),
        },
        Form::Pcap | Form::Gzip | Form::Zstd => match LegacyPcapReader::new(BUFFER, input) {
            Ok(reader) => Box::new(reader),
            Err(_) => return Err(Trouble::CutOff),
        },
    };
    let (mut packets, mut interfaces, mut room) = (0, Vec::new(), BUFFER);
    loop {
        if reader.reader_exhausted() && reader.data().is_empty() {
            return error.take().map_or(Ok(packets), |error| Err(trouble(error)));
        }
        let used = match reader.next() {
            Ok((used, block)) => {
                packets += u64::from(hand_out(&block, &mut interfaces, take));
                used
            }
            Err(PcapError::Eof) => return Ok(packets),
            Err(PcapError::Incomplete(_)) => {
                if reader.refill().is_err() {
                    return Err(error.take().map_or(Trouble::CutOff, trouble));
                }
                continue;
            }
            Err(PcapError::BufferTooSmall) if room < MOST_BLOCK => {
                room *= 2;
                reader.grow(room);
                let _ = reader.refill();
                continue;
            }
            Err(PcapError::UnexpectedEof) => return Err(error.take().map_or(Trouble::CutOff, trouble)),
            Err(_) => return Err(Trouble::Damaged { after: packets }),
        };
        reader.consume(used);
        // Half of what is read would otherwise be moved for each packet.
        if reader.data().len() < 4096 && !reader.reader_exhausted() && reader.refill().is_err() {
            return Err(error.take().map_or(Trouble::CutOff, trouble));
        }
    }
}

/// Hands out one block, and gives whether it was a packet.
fn hand_out(
    block: &PcapBlockOwned<'_>,
    interfaces: &mut Vec<Interface>,
    take: &mut dyn FnMut(Item<'_>),
) -> bool {
    let packet = match block {
        PcapBlockOwned::LegacyHeader(header) => {
            let resolution = if header.is_nanosecond_precision() { 1_000_000_000 } else { 1_000_000 };
            // The upper bits say whether frames end with a checksum.
            let link = Link::of(header.network.0 & 0x0FFF_FFFF);
            interfaces.push(Interface { link, resolution, offset: 0 });
            return false;
        }
        PcapBlockOwned::Legacy(block) => {
            let interface = interfaces.first();
            let part = interface.map_or(0, |one| one.at(block.ts_usec.into()));
            let at = i64::from(block.ts_sec) * 1_000_000_000 + part;
            let link = interface.and_then(|one| one.link);
            let bytes = &block.data[..block.data.len().min(block.caplen as usize)];
            Packet { at, link, bytes, interface: None }
        }
        PcapBlockOwned::NG(Block::SectionHeader(_)) => {
            interfaces.clear();
            return false;
        }
        PcapBlockOwned::NG(Block::InterfaceDescription(block)) => {
            if interfaces.len() < MOST_INTERFACES {
                let (link, offset) = (Link::of(block.linktype.0.cast_unsigned()), block.if_tsoffset);
                interfaces.push(Interface { link, resolution: resolution(block.if_tsresol), offset });
            }
            return false;
        }
        PcapBlockOwned::NG(Block::EnhancedPacket(block)) => {
            let interface = interfaces.get(block.if_id as usize);
            let ticks = u64::from(block.ts_high) << 32 | u64::from(block.ts_low);
            let at = interface.map_or(0, |one| one.at(ticks));
            let link = interface.and_then(|one| one.link);
            Packet { at, link, bytes: block.packet_data(), interface: None }
        }
        PcapBlockOwned::NG(Block::SimplePacket(block)) => {
            let link = interfaces.first().and_then(|one| one.link);
            Packet { at: 0, link, bytes: block.packet_data(), interface: None }
        }
        PcapBlockOwned::NG(Block::DecryptionSecrets(block)) => {
            let held = &block.data[..block.data.len().min(block.secrets_len as usize)];
            if let (TLS_KEY_LOG | SSH_KEY_LOG, Ok(lines)) = (block.secrets_type.0, std::str::from_utf8(held))
            {
                take(Item::Keys(lines));
            }
            return false;
        }
        PcapBlockOwned::NG(_) => {
            take(Item::Other);
            return false;
        }
    };
    take(Item::Packet(packet));
    true
}

/// Units a second, as the option if_tsresol says: a power of ten, or of two with the highest bit set.
fn resolution(if_tsresol: u8) -> u128 {
    let power = u32::from(if_tsresol & 0x7F);
    let resolution =
        if if_tsresol & 0x80 == 0 { 10_u128.checked_pow(power) } else { 2_u128.checked_pow(power) };
    resolution.unwrap_or(u128::MAX)
}

/// What is read of a file before it is taken apart.
const BEGINNING: u64 = 64 << 10;

const BUFFER: usize = 256 << 10;

/// More interfaces in a section are a mistake, or meant to fill the memory.
const MOST_INTERFACES: usize = 1 << 16;

const TLS_KEY_LOG: u32 = 0x544c_534b;
const SSH_KEY_LOG: u32 = 0x5353_484b;

/// Gives an error beyond a bound.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let n = self.inner.read(&mut buffer[..most])?;
        self.left -= n as u64;
        Ok(n)
    }
}

//! A conversation between two sides, made of an input, and what every decoder of a conversation promises.
//!
//! An input is one byte that says how the slices fall, then deeds: a byte that says which, two for a length, and so
//! many bytes. `fuzz/seeds` writes the same form from recordings.

use steps::{Protocol, Side};
use wire::Crossed;

use crate::{event, memory};

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A side sends bytes.
    Says(Side, Vec<u8>),
    /// A line of a key log becomes known.
    Secret(Vec<u8>),
    /// A side will send no more.
    Ends(Side),
}

/// What happens, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialogue {
    /// Decides how slices fall, and what else a target leaves to chance.
    pub dice: u8,
    /// The deeds.
    pub deeds: Vec<Action>,
}

impl Dialogue {
    /// Reads an input; any bytes are one.
    pub fn read(input: &[u8]) -> Self {
        let (&dice, mut rest) = input.split_first().unwrap_or((&0, &[]));
        let mut deeds = Vec::new();
        while let [kind, high, low, tail @ ..] = rest {
            let length = usize::from(u16::from_be_bytes([*high, *low])).min(tail.len());
            let (bytes, tail) = tail.split_at(length);
            rest = tail;
            deeds.push(match kind % 5 {
                0 => Action::Says(Side::Client, bytes.into()),
                1 => Action::Says(Side::Server, bytes.into()),
                2 => Action::Secret(bytes.into()),
                3 => Action::Ends(Side::Client),
                _ => Action::Ends(Side::Server),
            });
        }
        Dialogue { dice, deeds }
    }

    /// How many bytes it holds.
    pub fn length(&self) -> usize {
        let of = |deed: &Action| match deed {
            Action::Says(_, bytes) | Action::Secret(bytes) => bytes.len() + 3,
            Action::Ends(_) => 3,
        };
        self.deeds.iter().map(of).sum()
    }
}

/// A decoder that follows a conversation.
pub trait Decoder: Default {
    /// Its protocol.
    const PROTOCOL: Protocol;

    /// The most bytes that it may keep of a conversation, however long.
    const KEEPS: usize;

    /// A side sends bytes.
    fn says(&mut self, from: Side, moment: u64, bytes: &[u8]) -> Vec<Crossed>;

    /// A line of a key log becomes known.
    fn secret(&mut self, _moment: u64, _line: &str) -> Vec<Crossed> {
        Vec::new()
    }

    /// A side will send no more.
    fn ends(&mut self, from: Side, moment: u64) -> Vec<Crossed>;
}

/// The words of a key log's line, the last two of them in hex.
pub fn key_log_line(line: &str) -> Option<(&str, Vec<u8>, Vec<u8>)> {
    let mut words = line.split(' ');
    let label = words.next()?;
    Some((label, unhex(words.next()?)?, unhex(words.next()?)?))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| char::from(c).to_digit(16);
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8)).collect()
}

/// Everything that a decoder promises of any conversation: it does not panic, its memory is bounded, it tells the same
/// in any slicing, and what it tells can be judged, printed, written and read back.
pub fn check<D: Decoder>(dialogue: &Dialogue) {
    let length = dialogue.length();
    let whole = memory::bounded(length, 512 << 10, 1 << 10, || run::<D>(dialogue, |_| usize::MAX));
    let bytewise = run::<D>(dialogue, |_| 1);
    same(&whole, &bytewise, "byte by byte");
    // A small generator: the slices are to differ, no more.
    let mut state = u32::from(dialogue.dice);
    let chosen = run::<D>(dialogue, |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        1 + (state >> 24) as usize % [3, 16, 64, 256][usize::from(dialogue.dice % 4)]
    });
    same(&whole, &chosen, "in chosen slices");
    event::check(D::PROTOCOL, whole);
    if dialogue.dice & 0xf0 == 0xf0 {
        endless::<D>(dialogue);
    }
}

fn same(whole: &[Crossed], sliced: &[Crossed], how: &str) {
    for (whole, sliced) in whole.iter().zip(sliced) {
        assert_eq!(whole, sliced, "whole (left) and {how} (right)");
    }
    let next = |of: &[Crossed], other: &[Crossed]| of.get(other.len()).map(|crossed| crossed.seen.step);
    assert_eq!(next(whole, sliced), next(sliced, whole), "only whole (left), only {how} (right)");
}

fn run<D: Decoder>(dialogue: &Dialogue, mut slice: impl FnMut(usize) -> usize) -> Vec<Crossed> {
    let mut decoder = D::default();
    let mut told = Vec::new();
    for (moment, deed) in (1..).zip(&dialogue.deeds) {
        match deed {
            Action::Says(from, bytes) => {
                let mut rest = bytes.as_slice();
                while !rest.is_empty() {
                    let (now, later) = rest.split_at(slice(rest.len()).min(rest.len()));
                    told.extend(decoder.says(*from, moment, now));
                    rest = later;
                }
            }
            Action::Secret(line) => {
                told.extend(decoder.secret(moment, &String::from_utf8_lossy(line)));
            }
            Action::Ends(side) => told.extend(decoder.ends(*side, moment)),
        }
    }
    told
}

/// The last that each side says is said again and again: what is kept of it must not grow.
fn endless<D: Decoder>(dialogue: &Dialogue) {
    const SO_MANY: usize = 3 << 20;
    let before = memory::live();
    let mut decoder = D::default();
    let mut last: [&[u8]; 2] = [&[], &[]];
    for deed in &dialogue.deeds {
        match deed {
            Action::Says(from, bytes) => {
                drop(decoder.says(*from, 0, bytes));
                last[*from as usize] = bytes;
            }
            Action::Secret(line) => drop(decoder.secret(0, &String::from_utf8_lossy(line))),
            Action::Ends(_) => {}
        }
    }
    let mut said = 0;
    let each = last[0].len() + last[1].len();
    while each > 16 && said < SO_MANY {
        for (from, bytes) in [(Side::Client, last[0]), (Side::Server, last[1])] {
            drop(decoder.says(from, 0, bytes));
        }
        said += each;
    }
    let kept = memory::live().saturating_sub(before);
    assert!(kept <= D::KEEPS, "{kept} bytes are kept of a conversation without end, more than {}", D::KEEPS);
}

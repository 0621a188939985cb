//! A walk over the bytes of a message.

use steps::Part;

/// The most parts of one message.
const MOST: usize = 4096;

/// Walks over bytes and names them. Every method that reads gives `None` when there is not enough, and then the walk
/// ends: what is left of each block becomes a part without a name.
#[derive(Debug)]
pub(crate) struct Layout<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
    depth: usize,
    parts: Vec<Part>,
}

impl<'a> Layout<'a> {
    /// All parts of `bytes`, as `tell` names them.
    pub(crate) fn of(bytes: &'a [u8], tell: impl FnOnce(&mut Self) -> Option<()>) -> Vec<Part> {
        let mut layout = Layout { bytes, at: 0, end: bytes.len(), depth: 0, parts: Vec::new() };
        let _ = tell(&mut layout); // what it could not name is the rest
        layout.rest();
        layout.parts
    }

    /// Whether the block is read to its end.
    pub(crate) fn is_done(&self) -> bool {
        self.at == self.end
    }

    /// How many bytes of the block are left.
    pub(crate) fn left(&self) -> usize {
        self.end - self.at
    }

    /// The next `length` bytes, which stay where they are.
    pub(crate) fn peek(&self, length: usize) -> Option<&'a [u8]> {
        self.bytes[self.at..self.end].get(..length)
    }

    /// The next `length` bytes, one field.
    pub(crate) fn field(
        &mut self,
        length: usize,
        name: &str,
        value: impl FnOnce(&[u8]) -> String,
    ) -> Option<&'a [u8]> {
        if length > self.left() || self.parts.len() >= MOST {
            return None;
        }
        let bytes = &self.bytes[self.at..self.at + length];
        self.add(length, name, value(bytes));
        self.at += length;
        Some(bytes)
    }

    /// A number in network order of at most four bytes.
    pub(crate) fn number(
        &mut self,
        length: usize,
        name: &str,
        value: impl FnOnce(usize) -> String,
    ) -> Option<usize> {
        let bytes = self.field(length, name, |bytes| value(number(bytes)))?;
        Some(number(bytes))
    }

    /// The next `length` bytes, told by `tell`, under one name.
    pub(crate) fn block(
        &mut self,
        length: usize,
        name: &str,
        value: String,
        tell: impl FnOnce(&mut Self) -> Option<()>,
    ) -> Option<()> {
        if self.parts.len() >= MOST {
            return None;
        }
        // A message that was cut short ends where the bytes end.
        let here = length.min(self.left());
        self.add(here, name, value);
        let outer = std::mem::replace(&mut self.end, self.at + here);
        self.depth += 1;
        let _ = tell(self); // what it could not name is the rest of the block
        self.rest();
        self.depth -= 1;
        self.end = outer;
        (here == length).then_some(())
    }

    /// A vector: its length in `prefix` bytes, then what `tell` makes of it.
    pub(crate) fn vector(
        &mut self,
        prefix: usize,
        name: &str,
        tell: impl FnOnce(&mut Self) -> Option<()>,
    ) -> Option<()> {
        let length = self.number(prefix, &format!("{name} length"), |n| n.to_string())?;
        self.block(length, name, String::new(), tell)
    }

    /// A vector that is one field.
    pub(crate) fn opaque(
        &mut self,
        prefix: usize,
        name: &str,
        value: impl FnOnce(&[u8]) -> String,
    ) -> Option<&'a [u8]> {
        let length = self.number(prefix, &format!("{name} length"), |n| n.to_string())?;
        self.field(length, name, value)
    }

    /// A vector of fields of `each` bytes.
    pub(crate) fn list(
        &mut self,
        prefix: usize,
        name: &str,
        (each, one): (usize, &str),
        value: impl Fn(usize) -> String,
    ) -> Option<()> {
        self.vector(prefix, name, |list| {
            while !list.is_done() {
                list.number(each, one, &value)?;
            }
            Some(())
        })
    }

    /// What nobody named.
    fn rest(&mut self) {
        if self.left() > 0 {
            self.add(self.left(), "", String::new());
            self.at = self.end;
        }
    }

    fn add(&mut self, length: usize, name: &str, value: String) {
        let (offset, depth) = (self.at, self.depth);
        self.parts.push(Part { offset, length, depth, name: name.to_owned(), value });
    }
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// Bytes that speak for themselves.
pub(crate) fn plain(_: &[u8]) -> String {
    String::new()
}

/// Bytes that are text, as far as they are.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

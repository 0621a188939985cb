//! Reads the data types of RFC 4251 §5 from a slice; gives nothing where the slice is too short.

/// What is left of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn bytes(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        Some(self.bytes(1)?[0])
    }

    pub(super) fn boolean(&mut self) -> Option<bool> {
        Some(self.byte()? != 0)
    }

    pub(super) fn uint32(&mut self) -> Option<u32> {
        self.bytes(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    pub(super) fn uint64(&mut self) -> Option<u64> {
        self.bytes(8)?.try_into().ok().map(u64::from_be_bytes)
    }

    /// A length and as many bytes: `string`, and `mpint`, which is framed alike.
    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let length = self.uint32()?;
        self.bytes(usize::try_from(length).ok()?)
    }

    /// A string of text; what is no UTF-8 is replaced.
    pub(super) fn text(&mut self) -> Option<String> {
        self.string().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// Names separated by commas.
    pub(super) fn name_list(&mut self) -> Option<Vec<String>> {
        let text = self.text()?;
        Some(text.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The bytes of a positive `mpint` without the zero that keeps its sign.
pub(super) fn magnitude(mpint: &[u8]) -> &[u8] {
    mpint.strip_prefix(&[0]).unwrap_or(mpint)
}

/// The first part of a text of the peer's choosing.
pub(super) fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

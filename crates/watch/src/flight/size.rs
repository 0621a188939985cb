//! How large a recording may grow: so many files of so much.

use std::str::FromStr;

/// A ring of files, of which the oldest is written anew when all are full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingSize {
    /// How many files.
    pub(crate) files: usize,
    /// How many bytes each may have.
    pub(crate) bytes: u64,
}

impl FromStr for RingSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let help =
            || format!("`{text}` is no ring of files, such as 8x64MiB: 2 to 64 files of 64KiB to 64GiB each");
        let (files, size) = text.split_once('x').ok_or_else(help)?;
        let (number, shift) = [("KiB", 10), ("MiB", 20), ("GiB", 30)]
            .into_iter()
            .find_map(|(unit, shift)| Some((size.strip_suffix(unit)?, shift)))
            .ok_or_else(help)?;
        let files: usize = files.parse().map_err(|_| help())?;
        let number: u64 = number.parse().map_err(|_| help())?;
        let bytes = number.checked_mul(1 << shift).ok_or_else(help)?;
        let fits = (2..=64).contains(&files) && (64 << 10..=64 << 30).contains(&bytes);
        fits.then_some(RingSize { files, bytes }).ok_or_else(help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_names_its_unit_and_has_bounds() {
        let read = |text: &str| text.parse::<RingSize>().ok().map(|size| (size.files, size.bytes));
        assert_eq!(read("8x64MiB"), Some((8, 64 << 20)));
        assert_eq!(read("2x64KiB"), Some((2, 64 << 10)));
        assert_eq!(read("64x64GiB"), Some((64, 64 << 30)));
        for bad in
            ["", "8", "8x64", "8x64MB", "1x64MiB", "65x64MiB", "8x63KiB", "8x65GiB", "x1MiB", "-2x1MiB"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(read("2x18446744073709551615GiB"), None);
    }
}

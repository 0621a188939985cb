//! A capture file taken apart, for tests.

/// The blocks of a file by type and body, each with both its lengths right.
pub fn blocks(file: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().expect("four bytes"));
    let (mut at, mut found) = (0, Vec::new());
    while at < file.len() {
        let length = word(at + 4) as usize;
        assert_eq!(length % 4, 0);
        assert_eq!(word(at + length - 4) as usize, length);
        found.push((word(at), file[at + 8..at + length - 4].to_vec()));
        at += length;
    }
    found
}

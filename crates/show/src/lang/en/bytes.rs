//! The bytes of a message, in English.

steps::sentences! {
    // render/bytes.rs
    record(header, kind, version, length) = "  record  {header:<23}  {kind}, 0x{version}, {length}";
    so_it_begins() = "so it begins as it crossed; opened:";
    one_byte() = "1 byte";
    bytes(length) = "{length} bytes";
    not_told_apart() = "not told apart";
}

//! The bytes of a message, in Chinese.

steps::sentences! {
    // render/bytes.rs
    record(header, kind, version, length) = "  记录    {header:<23}  {kind}，0x{version}，{length}";
    so_it_begins() = "线路上的开头；解密后：";
    one_byte() = "1 字节";
    bytes(length) = "{length} 字节";
    not_told_apart() = "未细分";
}

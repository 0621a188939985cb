//! What is wrong with a capture, in Chinese.

steps::sentences! {
    // file.rs
    could_not_be_read(error) = "无法读取：{error}";
    not_a_capture() = "开头既不是 pcap 也不是 pcapng";
    cut_off() = "在数据块中间结束";
    damaged_after(after) = "在第 {after} 个数据包之后损坏";
    unfolds_to_too_much(most) = "解压后超过 {most} GiB，其余部分不再读取";
}

//! What is wrong with a recorded log, in Chinese.

steps::sentences! {
    // reading/record.rs
    not_an_event() = "不是事件";
    last_line_is_cut_off() = "最后一行被截断";
    not_json(error) = "不是 JSON：{error}";
    another_schema_version(v, ours) = "格式版本为 {v}，本程序读取版本 {ours}";
    so_many_more(name, more) = "{name}：另有 {more} 行无法读取";
    gap(name, line, said) = "{name} 第 {line} 行：{said}";
    line_left_out(name, line, what) = "{name} 第 {line} 行：{what}，已略过";
}

//! The values of a step, in Chinese.

steps::sentences! {
    // render/fields.rs
    none() = "无";
    no_value(label) = "{label}：否";
    seconds() = "秒";
    milliseconds() = "毫秒";
    microseconds() = "微秒";
    yes() = "是";
    no() = "否";
}

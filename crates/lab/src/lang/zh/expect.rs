//! Where a run differs from what its scenario expects, in Chinese.

steps::sentences! {
    // expect.rs
    was_otherwise(name) = "{name} 与场景文件的预期不符：";
    was_not_shown(id) = "没有涉及 {id}";
    came_out_as(id, seen, verdict) = "{id} 的判定是“{seen}”，预期为“{verdict}”";
    is_not_expected(id, verdict) = "涉及了预期之外的 {id}（{verdict}）";
    client() = "客户端";
    server() = "服务端";
    of_it(who, what) = "{who}：{what}";
    no_connection_ended() = "没有一条连接结束";
    how_is_not_told() = "没有说明如何结束";
    should_have_failed() = "正常结束了，而预期为失败";
    should_have_ended_well(why) = "失败了，而预期为正常结束：{why}";
    no_reason() = "没有";
    another_reason(why, words) = "原因是“{why}”，预期其中（英文）有“{words}”";
    step(title, step) = "{title}（{step}）";
    did_not_happen(step) = "没有发生 {step}，或顺序不同";
    happened(step) = "发生了不该有的 {step}";
}

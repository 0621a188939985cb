//! How a connection ended, and what all showed of the notes, in Chinese.

steps::sentences! {
    // render/lines/summary.rs
    complete(name, steps) = "{name}：完成，{steps}";
    incomplete(name, steps) = "{name}：不完整，{steps}";
    incomplete_because(name, steps, seen) = "{name}：不完整，{steps}：{seen}";
    failed(name, steps) = "{name}：{steps}后失败";
    failed_because(name, steps, why) = "{name}：{steps}后失败：{why}";
    claims_shown(shown) = "印证了笔记的 {shown} 条论断";
    between_protocols() = "、";
    all_connections(shown, of, names, connections) =
        "{connections} 条连接印证了笔记中关于 {names} 的 {of} 条论断中的 {shown} 条。";
    not_shown() = "\n本次没有涉及的论断，以及哪里可以看到：\n";
    one_step() = "1 个步骤";
    steps(count) = "{count} 个步骤";
    connection() = "连接";

    // render/lines.rs
    colon() = "：";
    none() = "没有";

    // reports/verdicts.rs
    before_a_sentence() = "：";
    not_shown_here() = "未涉及";
}

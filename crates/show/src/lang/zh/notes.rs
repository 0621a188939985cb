//! What the reader's own notes say, in Chinese.

steps::sentences! {
    // reports/own/text.rs
    nothing_is_understood() = "没有读到关于 TCP、TLS、WebSocket 或 SSH 握手的内容";
    counts(name, proved, contradicted, depends, untested, about) =
        "{name}：已证实 {proved}，与实际不符 {contradicted}，视情况 {depends}，尚未验证 {untested}；另有 {about} 处只是谈及";
    read_as(encoding) = "编码： {encoding}";
    no_rules(language) = "{language}：没有这种语言的规则，未作判读";
    words_are_gone(gone) = "旁注文件中有 {gone} 处的原文已不在笔记里";
    not_found_in_it(ids, lab) = "所涉主题中没有找到：{ids}（`{lab} notes 编号` 可查看原句）";
    claim_it_denies(says) = "它所否认的论断：{says}";
    otherwise_in() = "不同于此：";
    to_see_it() = "运行以下命令可验证：";
    seen_in() = "见于";
    states_it() = "陈述了它";
    says_the_opposite() = "说的相反";
    is_about_it() = "谈及它";
    not_found() = "  你的笔记中没有找到";

    // reports/own.rs
    proved() = "已证实";
    depends() = "视情况";
    not_in_this_variant() = "此变体中不同";
    contradicted() = "与实际不符";
    not_tested() = "尚未验证";
    about() = "谈及";
}

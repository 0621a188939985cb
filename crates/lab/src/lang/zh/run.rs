//! How scenarios are listed, run and came out, in Chinese.

steps::sentences! {
    // run.rs
    about_so_many_seconds(whole) = "~{whole} 秒";
    between_names() = "、";
    also(names) = "（另有 {names}）";
    how_tcp_runs(how) = "TCP 场景的运行方式：{how}";
    it_took_too_long(seconds) = "超过了 {seconds} 秒";
    some_came_out_otherwise(count, all, names) = "{all} 个场景中有 {count} 个与预期不符或没有运行：{names}";
    as_expected_of_all(count) = "{count} 个与预期一致";
    otherwise_of_all(count) = "{count} 个与预期不符";
    not_run_of_all(count) = "{count} 个没有运行";
    between_counts() = "，";
    scenarios(all, parts) = "{all} 个场景：{parts}";
    otherwise_than_expected() = "与预期不符";
    under_a_tenth() = "不到 0.1 秒";
    seconds(seconds) = "{seconds:.1} 秒";
    as_expected() = "与预期一致";
    ends_as_expected() = "结局与预期一致；报文段没有看到";

    // read.rs
    its_end_was_not_recorded() = "– 没有记录到结束";
}

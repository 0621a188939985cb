//! Words that all protocols need, in Chinese.

steps::sentences! {
    // finding.rs
    as_noted() = "与笔记一致";
    depends() = "视情况";
    differs() = "不同";
    absent() = "没有";

    // markdown.rs
    client() = "客户端";
    server() = "服务端";
    both() = "双方";
    claim_and_verdict(id, verdict) = "{id} {verdict}";
    claim_verdict_and_reason(id, verdict, because) = "{id} {verdict}：{because}";
}

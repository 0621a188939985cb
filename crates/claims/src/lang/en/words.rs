//! Words that all protocols need, in English.

steps::sentences! {
    // finding.rs
    as_noted() = "as noted";
    depends() = "depends";
    differs() = "differs";
    absent() = "absent";

    // markdown.rs
    client() = "client";
    server() = "server";
    both() = "both";
    claim_and_verdict(id, verdict) = "{id} {verdict}";
    claim_verdict_and_reason(id, verdict, because) = "{id} {verdict}: {because}";
}

//! Where the runs are sent to a collector, each connection has a link to its trace in the viewer behind it.

use std::{collections::BTreeSet, process::Command};

use crate::{
    Page, axe,
    browser::LOOKS,
    collector::Collector,
    common::{keys, text},
    is_for_everyone, run,
};

const VIEWER: &str = "https://viewer.example/trace/{trace_id}?a=%7B1%7D&b=2";

/// The traces that the collector was told of.
fn traces(collector: &Collector) -> BTreeSet<String> {
    let spans = collector.of("span", "asnoted-lab");
    let traces = spans.iter().map(|span| span["trace"].as_str().expect("an id").to_owned());
    traces.collect()
}

#[kit::test]
async fn each_connection_has_a_link_to_the_trace_that_the_collector_got() {
    if !kit::browser::is_there() {
        return;
    }
    let Some(collector) = Collector::start() else { return };
    let axe = axe();
    let page = Page::start(&[&collector.option(), "--trace-viewer", VIEWER]);
    for (look, link, of_client) in
        [(&LOOKS[0], "Trace", "Client's trace"), (&LOOKS[2], "trace", "客户端的 trace")]
    {
        let browser = page.visit(look).await;
        // Two connections, a failure that both ends met, one that the client met alone.
        for (name, words) in [("ssh", link), ("tls/unknown-ca", link), ("tcp/refused", of_client)] {
            let before = traces(&collector);
            run(&browser, name).await;
            let links = "return [...document.querySelectorAll('.head a.trace')].map(a => [a.href, a.rel, a.target, a.textContent])";
            let links: Vec<[String; 4]> =
                serde_json::from_value(browser.script(links).await).expect("four texts");
            let mut shown = BTreeSet::new();
            for [url, rel, target, text] in links {
                assert_eq!(
                    (rel.as_str(), target.as_str(), text.as_str()),
                    ("noreferrer noopener", "_blank", words)
                );
                let id = url.strip_prefix("https://viewer.example/trace/").expect("the viewer");
                shown.insert(id.strip_suffix("?a=%7B1%7D&b=2").expect("what stood behind the id").to_owned());
            }
            let told: BTreeSet<_> = traces(&collector).difference(&before).cloned().collect();
            assert_eq!(shown, told, "{name}");
            assert!(!told.is_empty());
        }
        is_for_everyone(&browser, axe.as_deref(), "a link to a trace").await;
        browser.page.close().await.expect("the browser ends");
    }
}

#[kit::test]
fn a_viewer_of_what_nobody_sends_is_refused() {
    let certs = keys();
    for (lang, why) in [("en", "--otlp says where to"), ("zh", "用 --otlp 指明发送到哪里")] {
        let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
        lab.args(["serve", "--listen", "127.0.0.1:0", "--lang", lang, "--certs", text(certs.path())]);
        let ended = lab.args(["--trace-viewer", VIEWER]).output().expect("lab runs");
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!ended.status.success() && said.contains(why), "{said}");
    }
    // And of a link that would lead to no trace, whatever is sent.
    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
    let ended = lab.args(["serve", "--otlp", "--trace-viewer", "http://viewer/"]).output().expect("lab runs");
    assert!(!ended.status.success());
    assert!(String::from_utf8_lossy(&ended.stderr).contains("{trace_id}"));
}

//! The page of a hostile run in a real browser, and its diagram by the grammar of ours and by Mermaid itself.

use std::{fs, path::PathBuf, process::Command};

use crate::{
    browser::{Browser, LOOKS},
    common::missing,
    hostile, mermaid,
    renderers::spoiled,
};

fn read(log: &std::path::Path, form: &str) -> String {
    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
    let left = lab.arg("read").arg(log).args(["--ladder", form]).output().expect("it runs");
    assert!(left.status.success(), "{}", String::from_utf8_lossy(&left.stderr));
    String::from_utf8(left.stdout).expect("it is text")
}

#[kit::test]
async fn in_a_browser_it_is_text_and_nothing_else() {
    if !kit::browser::is_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let log = folder.path().join("log.jsonl");
    fs::write(&log, spoiled(folder.path(), "long")).expect("the folder is ours");
    let page = folder.path().join("page.html");
    fs::write(&page, read(&log, "html")).expect("the folder is ours");
    let browser = Browser::open(&LOOKS[0]).await;
    browser.page.goto(&format!("file://{}", page.display())).await.expect("the page opens");
    let count = |what: &str| format!("return document.querySelectorAll('{what}').length");
    let link = "link:not([rel=icon][href^=\"data:image/svg+xml,\"])"; // all but the page's own sign
    for (what, most) in
        [("script", 2), ("img", 0), ("iframe", 0), (link, 0), ("[onerror]", 0), ("a[href]:not(.skip)", 0)]
    {
        assert_eq!(browser.script(&count(what)).await, most, "{what}");
    }
    assert_eq!(browser.script("return performance.getEntriesByType('resource').length").await, 0);
    assert_ne!(browser.script("return document.title").await, "taken");
    // All that the page says of each message; the data that it was made of is no part of it.
    let shown = browser
        .script(
            "const said = [document.title]; \
             for (const body of document.querySelectorAll('.row .body')) { body.click(); said.push(document.getElementById('message').textContent) } \
             document.querySelectorAll('script').forEach(it => it.remove()); \
             said.push(document.body.textContent); return said.join(' ')",
        )
        .await;
    for what in ["img", "iframe", "[onerror]"] {
        assert_eq!(browser.script(&count(what)).await, 0, "{what}");
    }
    let shown = shown.as_str().expect("a text");
    let foreign = hostile();
    let harmful = |c: char| c != '\n' && (c.is_control() || u32::from(c) > 0x600) && foreign.contains(c);
    assert!(shown.contains("<img src=x onerror="), "the text is shown as it is");
    assert!(!shown.contains(harmful), "{:?}", shown.chars().find(|c| harmful(*c)));
    browser.page.close().await.expect("the browser ends");
}

#[kit::test]
fn a_diagram_of_a_hostile_run_is_read_by_the_grammar() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let log = folder.path().join("log.jsonl");
    fs::write(&log, spoiled(folder.path(), "long")).expect("the folder is ours");
    let page = read(&log, "mermaid");
    assert!(page.contains("-)S: ") || page.contains("->>S: "), "{page}");
    assert!(mermaid::statements("a spoiled log", &page) > 50, "{page}");
}

/// Mermaid's own program for browsers, from PyPI's `artoo-mermaid`.
fn library() -> Option<PathBuf> {
    let find = "import importlib.util as u; print(u.find_spec('artoo_mermaid').origin)";
    let found = Command::new("python3").args(["-c", find]).output().ok()?;
    if !found.status.success() {
        missing("python3 with `artoo-mermaid`");
        return None;
    }
    let module = PathBuf::from(String::from_utf8_lossy(&found.stdout).trim());
    Some(module.with_file_name("assets").join("mermaid.min.js"))
}

/// What Mermaid makes of a diagram: how many statements it read, and how much of what is no text it drew. Level "loose",
/// which trusts a diagram more than any site does.
const DRAW: &str = "const [diagram, done] = arguments;
    mermaid.initialize({ startOnLoad: false, securityLevel: 'loose', maxTextSize: 1e9 });
    (async () => {
        const read = await mermaid.mermaidAPI.getDiagramFromText(diagram);
        const { svg } = await mermaid.render('drawn', diagram);
        document.body.innerHTML = svg;
        const foreign = document.body.querySelectorAll(
            'script, img, iframe, object, embed, link, a[href], foreignObject, [onerror], [onload], [onclick]');
        return { statements: read.db.getMessages().length, actors: [...read.db.getActors().keys()],
                 foreign: foreign.length, title: document.title, text: document.body.textContent };
    })().then(done, error => done({ error: String(error) }))";

#[kit::test]
async fn mermaid_itself_reads_as_many_statements_and_draws_nothing_but_text() {
    if !kit::browser::is_there() {
        return;
    }
    let Some(library) = library() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (log, page) = (folder.path().join("log.jsonl"), folder.path().join("page.html"));
    fs::write(&log, spoiled(folder.path(), "long")).expect("the folder is ours");
    let script = format!(
        "<meta charset=utf-8><title>plain</title><body></body><script src=\"file://{}\"></script>",
        library.display()
    );
    fs::write(&page, script).expect("the folder is ours");
    let browser = Browser::open(&LOOKS[0]).await;
    browser.page.goto(&format!("file://{}", page.display())).await.expect("the page opens");
    let draw = async |diagram: &str| {
        let drawn = browser.page.execute_async(DRAW, vec![diagram.into()]).await;
        drawn.expect("the script runs")
    };
    let all = read(&log, "mermaid");
    let mut hostile_text = false;
    for diagram in
        all.split("```mermaid\n").map(|one| one.trim_end_matches("```\n\n")).filter(|one| !one.is_empty())
    {
        let drawn = draw(diagram).await;
        assert!(drawn["error"].is_null(), "{drawn}: {diagram}");
        assert_eq!(drawn["statements"], mermaid::statements("a diagram", diagram));
        assert_eq!(drawn["actors"], serde_json::json!(["C", "S"]));
        assert_eq!((&drawn["foreign"], &drawn["title"]), (&0.into(), &"plain".into()));
        let text = drawn["text"].as_str().expect("a text");
        let harmful = |c: char| c != '\n' && steps::is_harmful(c);
        assert!(!text.contains(harmful), "{:?}", text.chars().find(|c| harmful(*c)));
        // Long names are drawn in several lines.
        let drawn: String = text.split_whitespace().collect();
        hostile_text |= drawn.contains("<imgsrc=xonerror=") && drawn.contains(r"\u{1b}");
    }
    assert!(hostile_text, "what a peer wrote is drawn as it is");
    // What our grammar calls another statement or none, Mermaid reads as that.
    for (bad, statements) in [("C->>S: a; C->>S: b", Some(2)), ("C->>S: a; b", None), ("loop a", None)] {
        let head = "sequenceDiagram\n    participant C as client\n    participant S as server\n";
        let drawn = draw(&format!("{head}    {bad}\n")).await;
        assert_eq!(drawn["statements"].as_u64(), statements, "{bad}: {drawn}");
    }
    browser.page.close().await.expect("the browser ends");
}

//! What people see: four lines of a peer that works, no line beyond the width, both languages.

use std::{fs, path::Path};

use unicode_width::UnicodeWidthStr;

use crate::{bench::Bench, common};

#[kit::test]
fn of_a_peer_that_works_four_lines_are_said() {
    let bench = Bench::new();
    for protocol in ["tcp", "tls", "ws", "ssh"] {
        let server = bench.server(protocol);
        let at = match protocol {
            "ws" => format!("ws://{}/", server.addr),
            "ssh" => format!("demo@{}", server.addr),
            _ => server.addr.to_string(),
        };
        let mut args = vec![protocol, &at];
        if protocol == "ssh" {
            args.extend(["--strict", "accept-new"]);
        }
        for (lang, first) in [("en", "gets through."), ("zh", "可以打通。")] {
            let (status, lines) = bench.page(&args, lang);
            assert!(status.success(), "{protocol}: {lines:#?}");
            assert_eq!(lines.len(), 4, "{protocol}: {lines:#?}");
            assert!(lines[0].ends_with(first), "{protocol}: {lines:#?}");
            fits(&lines);
        }
    }
}

#[kit::test]
fn a_page_of_a_broken_peer_fits_eighty_columns_in_both_languages() {
    if !common::require("openssl") {
        return;
    }
    let bench = Bench::new();
    let (_server, port) = bench.s_server("good", &["-tls1", "-cipher", "ALL:@SECLEVEL=0"]);
    let (at, ca) = (format!("localhost:{port}"), bench.ca());
    for (lang, announced, row, so) in [
        ("en", "up to 6 more connections", "  ✗ TLS 1.3 alone ", "  so "),
        ("zh", "最多再向", "  ✗ 只用 TLS 1.3 ", "  结论 "),
    ] {
        let (status, lines) = bench.page(&["tls", &at, "--ca", &ca], lang);
        assert!(!status.success(), "{lines:#?}");
        let place = |what: &str| lines.iter().position(|line| line.contains(what));
        let (announced, row, so) = (place(announced), place(row), place(so));
        assert!(announced.is_some() && announced < row && row < so, "said beforehand: {lines:#?}");
        fits(&lines);
    }
}

#[kit::test]
fn with_json_each_connection_is_logged_as_it_was() {
    if !common::require("openssl") {
        return;
    }
    let why = Bench::new().tls("good", &["-tls1_2", "-cipher", "AES128-GCM-SHA256"], &[]);
    let hellos =
        why.events().iter().filter(|event| event.step == steps::tls::Step::ClientHello.into()).count();
    assert_eq!(hellos, 5, "as asked, and four more");
    let ends = why.events().iter().filter(|event| event.step.is_summary()).count();
    assert_eq!(ends, 5, "each has its account");
}

#[kit::test]
fn the_pages_of_the_readmes_are_printed() {
    if !common::require("openssl") {
        return;
    }
    let bench = Bench::new();
    let (_server, port) = bench.s_server("good", &["-tls1", "-cipher", "ALL:@SECLEVEL=0"]);
    let (at, ca) = (format!("localhost:{port}"), bench.ca());
    for (readme, lang) in [("README.md", "en"), ("README.zh.md", "zh")] {
        let text = fs::read_to_string(Path::new(ROOT).join(readme)).expect("it is in the repository");
        let (_, rest) = text.split_once("<!-- why: old -->\n```text\n").expect("the page is shown");
        let (shown, _) = rest.split_once("```").expect("a block ends");
        let (_, printed) = bench.page(&["tls", &at, "--ca", &ca], lang);
        let printed: Vec<_> = printed.iter().map(|line| line.replace(&at, "localhost:44330")).collect();
        assert_eq!(printed, shown.lines().collect::<Vec<_>>(), "{readme}");
    }
}

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn fits(lines: &[String]) {
    for line in lines {
        assert!(line.width() <= 80, "{} columns: {line}", line.width());
    }
}

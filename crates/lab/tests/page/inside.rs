//! Inside a message: each byte under its field, what crossed beside what was in it, and the numbers behind the names.

use serde_json::{Value, json};

use crate::{
    Page, axe,
    browser::{Browser, LOOKS, screenshots},
    click, is_for_everyone, run,
};

/// Opens each message of the ladder, points at each of its bytes and at each of its fields, and gives per step how many
/// bytes there were, and what was wrong.
const POINT_AT_ALL: &str = r##"
    const over = (one) => one.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
    const seen = {}, wrong = [];
    for (const body of document.querySelectorAll(".row.crossed .body")) {
      const step = body.closest(".row").dataset.step;
      body.click();
      for (const grid of document.querySelectorAll("#message .bytes")) {
        const list = grid.previousElementSibling;
        const cells = [...grid.querySelectorAll(".byte")];
        const fields = [...list.querySelectorAll("li")];
        const span = (field) => field.querySelector(".dim:last-child").textContent.split("+").map(Number);
        seen[step] = Math.max(seen[step] ?? 0, cells.length);
        cells.forEach((cell, at) => {
          over(cell);
          const marked = fields.filter((field) => field.classList.contains("in"));
          const [offset, size] = marked.length === 1 ? span(marked[0]) : [-1, 0];
          if (!(offset <= at && at < offset + size)) wrong.push([step, at, marked.length]);
          else if (/no name is known|含义未知/.test(marked[0].textContent)) wrong.push([step, at, "no name"]);
          if (!cell.classList.contains("in") || !cell.classList.contains("at")) wrong.push([step, at, "not marked"]);
        });
        for (const field of fields) {
          over(field);
          const [offset, size] = span(field);
          const marked = cells.map((cell, at) => cell.classList.contains("in") ? at : -1).filter((at) => at >= 0);
          const most = Math.min(size, Math.max(0, cells.length - offset));
          if (marked.length !== most || (most && (marked[0] !== offset || marked[most - 1] !== offset + most - 1)))
            wrong.push([step, field.textContent, marked.length]);
        }
      }
    }
    return [seen, wrong];
"##;

/// The values of a message's fields by their names, and of a packet's parts.
async fn texts(browser: &Browser, what: &str) -> Vec<String> {
    let script = format!("return [...document.querySelectorAll('{what}')].map(one => one.textContent)");
    serde_json::from_value(browser.script(&script).await).expect("texts")
}

#[kit::test]
async fn each_byte_of_each_protocol_stands_under_one_field_and_both_mark_each_other() {
    if !kit::browser::is_there() {
        return;
    }
    let page = Page::start(&[]);
    for (look, name, steps) in [
        (&LOOKS[0], "tcp", &["tcp.syn", "tcp.syn_ack", "tcp.fin"][..]),
        (&LOOKS[1], "tls --variant rsa", &["tls.client_hello", "tls.certificate", "tls.client_key_exchange"]),
        (&LOOKS[0], "tls --variant tls13", &["tls.server_hello", "tls.encrypted_extensions", "tls.finished"]),
        (&LOOKS[2], "ws --variant ws", &["ws.upgrade_request", "ws.switching_protocols", "ws.text"]),
        (&LOOKS[3], "ssh", &["ssh.identification", "ssh.kexinit", "ssh.publickey_signature"]),
    ] {
        let browser = page.visit(look).await;
        run(&browser, name).await;
        let told = browser.script(POINT_AT_ALL).await;
        assert_eq!(told[1], json!([]), "{name}");
        for step in steps {
            assert!(told[0][step].as_u64() > Some(10), "{name}: {step}: {}", told[0]);
        }
        browser.page.close().await.expect("the browser ends");
    }
}

#[kit::test]
async fn a_packet_of_ssh_stands_as_it_crossed_beside_what_was_in_it() {
    if !kit::browser::is_there() {
        return;
    }
    let axe = axe();
    let page = Page::start(&[]);
    for look in [&LOOKS[0], &LOOKS[3]] {
        let browser = page.visit(look).await;
        run(&browser, "ssh").await;
        click(&browser, "[data-step=\"ssh.kexinit\"] .body").await;
        assert_eq!(
            texts(&browser, ".packet tbody tr").await,
            Vec::<String>::new(),
            "it crossed in the clear"
        );
        click(&browser, "[data-step=\"ssh.auth_success\"] .body").await;
        let names = texts(&browser, ".packet tbody th").await;
        let sizes: Vec<usize> =
            names.iter().filter_map(|name| name.rsplit(' ').next()?.parse().ok()).collect();
        assert_eq!(sizes.len(), 5, "{names:?}");
        // Length, padding length, SSH_MSG_USERAUTH_SUCCESS, padding, tag: RFC 4253 §6.
        assert_eq!((sizes[0], sizes[1], sizes[2]), (4, 1, 1), "{names:?}");
        let bytes = browser.script("return document.querySelectorAll('#message .byte').length").await;
        assert_eq!(bytes.as_u64(), Some(sizes[..4].iter().sum::<usize>() as u64), "{names:?}");
        let crossed = texts(&browser, ".packet tbody td:nth-child(2) code").await;
        let opened = texts(&browser, ".packet tbody td:nth-child(3)").await;
        assert_eq!(opened[2], "34", "message 52");
        assert!(crossed[0] != opened[0][..11] && crossed[0].len() == 11, "{crossed:?} {opened:?}");
        is_for_everyone(&browser, axe.as_deref(), "a packet").await;
        let picture = browser.page.screenshot().await.expect("a screenshot");
        std::fs::write(screenshots().join(format!("page-packet-{}.png", look.name)), picture)
            .expect("target is ours");
        browser.page.close().await.expect("the browser ends");
    }
}

#[kit::test]
async fn what_a_registry_names_has_its_number_and_its_rfc() {
    if !kit::browser::is_there() {
        return;
    }
    let page = Page::start(&[]);
    let browser = page.visit(&LOOKS[0]).await;
    let rfcs = "return [...document.querySelectorAll('#message a[href^=\"https://www.rfc-editor.org/rfc/\"]')].length";
    for (name, step, fields, parts) in [
        (
            "tls --variant tls13",
            "tls.server_hello",
            "TLS_AES_256_GCM_SHA384 0x1302",
            &["TLS_AES_256_GCM_SHA384 · 0x1302", "0x001d"][..],
        ),
        ("ssh", "ssh.newkeys", "", &["SSH_MSG_NEWKEYS (21)"]),
    ] {
        run(&browser, name).await;
        click(&browser, &format!("[data-step=\"{step}\"] .body")).await;
        let told = texts(&browser, "#message .fields dd").await.join("\n");
        assert!(told.contains(fields), "{name}: {told}");
        let values = texts(&browser, "#message .parts .value").await.join("\n");
        for part in parts {
            assert!(values.contains(part), "{name}: {part} in {values}");
        }
        assert!(browser.script(rfcs).await.as_u64() > Some(0), "{name}");
    }
    // The tab has a picture, and nobody is asked for it.
    let icon = browser.script("return document.querySelector('link[rel=icon]').href").await;
    assert!(icon.as_str().is_some_and(|icon| icon.starts_with("data:image/svg+xml,")), "{icon}");
    browser.page.close().await.expect("the browser ends");
}

#[kit::test]
async fn what_differs_is_amber_in_the_panel_as_in_the_ladder_and_red_is_for_failure() {
    if !kit::browser::is_there() {
        return;
    }
    let page = Page::start(&[]);
    for look in [&LOOKS[0], &LOOKS[1]] {
        let browser = page.visit(look).await;
        run(&browser, "tls --variant tls13").await;
        let colours = "const of = (what) => { const one = document.querySelector(what); return one && getComputedStyle(one).color }; \
             return [of('.mark.differs'), of('.sentence.elsewhere .verdict'), of('.sentence.proved .verdict'), of('.mark.as_noted')]";
        let colours = browser.script(colours).await;
        assert!(colours[0] != Value::Null && colours[0] == colours[1], "{colours}");
        assert!(colours[2] == colours[3] && colours[0] != colours[2], "{colours}");
        run(&browser, "tls/unknown-ca").await;
        let red =
            browser.script("return getComputedStyle(document.querySelector('.outcome.ill')).color").await;
        assert!(red != colours[0] && red != colours[2], "{red}");
        browser.page.close().await.expect("the browser ends");
    }
}

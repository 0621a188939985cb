//! How a run is drawn: losses where they happened, true times, a run that fails; for everyone in each state.

use serde_json::Value;

use crate::{
    Page, axe,
    browser::{LOOKS, screenshots},
    click, is_for_everyone, run,
};

#[kit::test]
async fn a_loss_ends_on_its_way_and_true_times_keep_its_wait() {
    if !kit::browser::is_there() {
        return;
    }
    let axe = axe();
    let page = Page::start(&[]);
    let browser = page.visit(&LOOKS[0]).await;
    run(&browser, "tcp/syn-lost").await;
    let state = browser.script("return document.getElementById('status').dataset.state").await;
    if state != "ended_well" {
        return; // no segment can be held up here: the program says so
    }
    let lost = "return [...document.querySelectorAll('.row.lost')].map(row => [row.dataset.step, \
         row.querySelector('.cross')?.textContent, row.querySelector('line').hasAttribute('marker-end'), \
         row.querySelector('.time.server').textContent])";
    let lost = browser.script(lost).await;
    assert_eq!(lost, serde_json::json!([["tcp.syn", "✗", false, ""]]));
    let heights = "return [...document.querySelectorAll('.row')].map(row => Math.round(row.getBoundingClientRect().height))";
    let even: Vec<u32> = serde_json::from_value(browser.script(heights).await).expect("numbers");
    assert!(even.len() > 4 && even.windows(2).all(|pair| pair[0] == pair[1]), "{even:?}");
    click(&browser, "#true-times").await;
    let spread: Vec<u32> = serde_json::from_value(browser.script(heights).await).expect("numbers");
    assert_eq!(spread.len(), even.len());
    assert!(spread.iter().zip(&even).all(|(spread, even)| spread >= even), "{spread:?}");
    // The kernel waits about a second before it sends the SYN again.
    let waits = "return [...document.querySelectorAll('.row[data-wait]')].map(row => row.dataset.wait)";
    let waits: Vec<String> = serde_json::from_value(browser.script(waits).await).expect("texts");
    let longest =
        waits.iter().filter_map(|wait| wait.split(' ').nth(1)?.parse::<f64>().ok()).fold(0.0, f64::max);
    assert!(longest > 500.0, "{waits:?}");
    is_for_everyone(&browser, axe.as_deref(), "true times").await;
    click(&browser, "#true-times").await;
    let again: Vec<u32> = serde_json::from_value(browser.script(heights).await).expect("numbers");
    assert_eq!(again, even);
    browser.page.close().await.expect("the browser ends");
}

#[kit::test]
async fn a_failing_run_says_why_in_both_languages_to_everyone() {
    if !kit::browser::is_there() {
        return;
    }
    let axe = axe();
    let page = Page::start(&[]);
    for look in &LOOKS {
        let browser = page.visit(look).await;
        run(&browser, "tls/unknown-ca").await;
        let reason = browser.script("return document.querySelector('.reason').textContent").await;
        let reason = reason.as_str().expect("a text").to_owned();
        let chinese = reason.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
        assert_eq!(chinese > 5, look.language.starts_with("zh"), "{reason}");
        is_for_everyone(&browser, axe.as_deref(), "a failing run").await;
        click(&browser, "#share summary").await;
        is_for_everyone(&browser, axe.as_deref(), "the menu").await;
        browser.page.close().await.expect("the browser ends");
    }
}

#[kit::test]
async fn how_a_key_was_computed_is_told_with_its_values_and_leads_to_their_rows() {
    if !kit::browser::is_there() {
        return;
    }
    let axe = axe();
    let page = Page::start(&[]);
    let browser = page.visit(&LOOKS[0]).await;
    for (name, step, outputs, function) in [
        (
            "tls --variant ecdhe",
            "tls.session_keys",
            "master_secret",
            "PRF-SHA384(pre_master_secret, \"extended master secret\", session_hash)[0..47]",
        ),
        (
            "tls --variant rsa",
            "tls.session_keys",
            "master_secret",
            "PRF-SHA256(pre_master_secret, \"master secret\", client_random + server_random)[0..47]",
        ),
        (
            "tls --variant tls13",
            "tls.session_keys",
            "Handshake Secret",
            "HKDF-Extract(Derive-Secret(Early Secret, \"derived\", \"\"), (EC)DHE)",
        ),
        (
            "ws --variant ws",
            "ws.accept_key",
            "Sec-WebSocket-Accept",
            "base64(SHA-1(Sec-WebSocket-Key + GUID))",
        ),
        ("ssh", "ssh.exchange_hash", "H", "SHA-256(V_C || V_S || I_C || I_S || K_S || Q_C || Q_S || K)"),
    ] {
        run(&browser, name).await;
        click(&browser, &format!("[data-step=\"{step}\"] .body")).await;
        let told = browser
            .script("return [document.querySelector('.formula .outputs').textContent, document.querySelector('.formula .function code').textContent]")
            .await;
        assert!(told[0].as_str().is_some_and(|told| told.contains(outputs)), "{name}: {told}");
        assert_eq!(told[1], function, "{name}");
        is_for_everyone(&browser, axe.as_deref(), step).await;
        let picture = browser.page.screenshot().await.expect("a screenshot");
        let file = format!("page-key-{}.png", name.replace(' ', "-"));
        std::fs::write(screenshots().join(file), picture).expect("target is ours");
        if name == "tls --variant ecdhe" {
            // What crossed stands beside what was in it.
            click(&browser, "[data-step=\"tls.finished\"] .body").await;
            let sealed = browser
                .script("return [...document.querySelectorAll('.sealed dd')].map(one => one.textContent)")
                .await;
            let sealed: Vec<String> = serde_json::from_value(sealed).expect("texts");
            assert_eq!(sealed.len(), 3, "{sealed:?}");
            assert!(
                sealed[0].starts_with("16 03 03 ") && sealed[0].contains("handshake, 0x0303"),
                "{sealed:?}"
            );
            assert!(
                sealed[2].starts_with("14 00 00 0c ") && sealed[1][..11] != sealed[2][..11],
                "{sealed:?}"
            );
            click(&browser, &format!("[data-step=\"{step}\"] .body")).await;
        }
        // An input leads to the row that told it.
        let row = browser.script("return document.querySelector('.row.open').id").await;
        click(&browser, ".formula .inputs button").await;
        let other = browser.script("return document.querySelector('.row.open').id").await;
        assert!(other != row && other != Value::Null, "{name}: {other}");
    }
    browser.page.close().await.expect("the browser ends");
}

#[kit::test]
async fn from_a_phone_to_a_wall_all_stays_inside_and_the_reason_is_seen_first() {
    if !kit::browser::is_there() {
        return;
    }
    let axe = axe();
    let page = Page::start(&[]);
    for look in [&LOOKS[0], &LOOKS[3]] {
        let browser = page.visit(look).await;
        for (width, height) in [(360, 800), (1280, 900), (2560, 1440)] {
            browser.page.set_window_size(width, height).await.expect("a window has a size");
            // What is wider than the window, and does not scroll in a place of its own.
            let out = "return [document.documentElement.scrollWidth - innerWidth, \
                 [...document.querySelectorAll('h2, button, .reason, .what, .fields dd, .packet')] \
                 .filter(one => one.getBoundingClientRect().right > innerWidth + 1).length]";
            for state in ["welcome", "tls/unknown-ca", "message"] {
                match state {
                    "welcome" => browser.page.refresh().await.expect("it comes again"),
                    "message" => click(&browser, "[data-step=\"tls.certificate\"] .body").await,
                    name => {
                        browser.wait_for("return document.querySelector('[data-name] .go') !== null").await;
                        browser
                            .wait_for("return document.getElementById('status').dataset.state === 'ready'")
                            .await;
                        run(&browser, name).await;
                        // Who pressed Run sees the reason without looking for it.
                        let top =
                            "return document.querySelector('.why').getBoundingClientRect().top < innerHeight";
                        assert_eq!(browser.script(top).await, true, "{width}");
                    }
                }
                if state == "message" {
                    let seen = "return document.querySelector('#message h3').getBoundingClientRect().bottom < innerHeight";
                    assert_eq!(browser.script(seen).await, true, "{width}");
                }
                let out = browser.script(out).await;
                assert!(out[0].as_i64() <= Some(0) && out[1] == 0, "{state} at {width}: {out}");
                is_for_everyone(&browser, axe.as_deref(), &format!("{state} at {width}")).await;
                let picture = browser.page.screenshot().await.expect("a screenshot");
                let file = format!("page-{width}-{}-{}.png", state.replace('/', "-"), look.name);
                std::fs::write(screenshots().join(file), picture).expect("target is ours");
            }
        }
        browser.page.close().await.expect("the browser ends");
    }
}

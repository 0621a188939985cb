//! On a telephone what matters comes first: what can be run stands above the list of everything, which opens when it is
//! asked for, by a finger or by the keyboard.

use fantoccini::key::Key;
use serde_json::json;

use crate::{
    Page, axe,
    browser::{LOOKS, screenshots},
    click, is_for_everyone, run,
};

#[kit::test]
async fn on_a_narrow_window_the_run_comes_first_and_the_catalogue_is_one_press_away() {
    if !kit::browser::is_there() {
        return;
    }
    let axe = axe();
    let page = Page::start(&[]);
    for look in [&LOOKS[0], &LOOKS[3]] {
        let browser = page.visit(look).await;
        browser.page.set_window_size(360, 800).await.expect("a window has a size");
        let listed = "return document.getElementById('runs').checkVisibility()";
        let first = "return document.querySelector('.welcome h2').getBoundingClientRect().top < 120 \
             && document.querySelector('.card').getBoundingClientRect().bottom < innerHeight";
        assert_eq!(browser.script(first).await, true);
        assert_eq!(browser.script(listed).await, false);

        // The keyboard: the first stop behind the skip link is the catalogue's button, and / leads into its filter.
        let button =
            "return [document.activeElement.id, document.activeElement.getAttribute('aria-expanded')]";
        browser.script("document.querySelector('.skip').focus()").await;
        let skip = browser.page.active_element().await.expect("it has the focus");
        skip.send_keys(&Key::Tab.to_string()).await.expect("it takes keys");
        assert_eq!(browser.script(button).await, json!(["catalogue", "false"]));
        let opener = browser.page.active_element().await.expect("it has the focus");
        opener.send_keys(&Key::Enter.to_string()).await.expect("it takes keys");
        assert_eq!(browser.script(button).await, json!(["catalogue", "true"]));
        assert_eq!(browser.script(listed).await, true);
        is_for_everyone(&browser, axe.as_deref(), "the catalogue of a narrow window").await;
        let picture = browser.page.screenshot().await.expect("a screenshot");
        std::fs::write(screenshots().join(format!("page-360-catalogue-{}.png", look.name)), picture)
            .expect("target is ours");
        click(&browser, "#catalogue").await;
        assert_eq!(browser.script(listed).await, false);
        browser
            .script("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }))")
            .await;
        assert_eq!(browser.script("return document.activeElement.id").await, "filter");
        let filter = browser.page.active_element().await.expect("it has the focus");
        filter.send_keys("unknown-ca").await.expect("it takes keys");

        // Who presses Run there sees the run, and not the list.
        run(&browser, "tls/unknown-ca").await;
        assert_eq!(browser.script(listed).await, false);
        let why = "return document.querySelector('.why').getBoundingClientRect().top < innerHeight / 2";
        assert_eq!(browser.script(why).await, true);
        is_for_everyone(&browser, axe.as_deref(), "a run in a narrow window").await;

        // A wide window has it always.
        browser.page.set_window_size(1280, 900).await.expect("a window has a size");
        assert_eq!(browser.script(listed).await, true);
        assert_eq!(
            browser.script("return document.getElementById('catalogue').checkVisibility()").await,
            false
        );
        browser.page.close().await.expect("the browser ends");
    }
}

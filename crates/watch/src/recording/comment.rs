//! What a packet's comment says: the step, and what the program has to say of it.

use steps::{Direction, Event, Lang, Said, Side, harmless, text};

/// What the file says of itself.
pub(super) fn of_file(lang: Lang) -> &'static str {
    text!(captures::steps_are_comments()).in_lang(lang)
}

/// The comment for a step, with what else is said of it. `about`: it is laid to a packet by its time alone.
pub(super) fn of_event(event: &Event, said: &[Said], about: bool, lang: Lang) -> String {
    let card = event.step.card();
    let place = match (event.direction, event.side) {
        (Direction::Local, _) if event.is_of_a_link() => text!(captures::on_the_link()),
        (Direction::Local, Side::Client) => text!(captures::in_the_client()),
        (Direction::Local, Side::Server) => text!(captures::in_the_server()),
        (Direction::Sent | Direction::Received, _) => text!(captures::about_here()),
    };
    let place = if about { place.in_lang(lang) } else { "" };
    let mut text = format!("{place}{} · {}", card.id, card.title.in_lang(lang));
    for said in said {
        text.push('\n');
        // The sentence quotes the peer; tshark prints a comment as it stands.
        text.push_str(&harmless(said.in_lang(lang)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_quotes_a_peer_is_one_harmless_line() {
        let event: Event = serde_json::from_value(serde_json::json!({
            "v": 1, "at": "2026-11-22T19:00:00Z", "elapsed_us": 5, "side": "client", "protocol": "tls",
            "conn": "127.0.0.1:1>127.0.0.1:2", "step": "tls.client_hello", "direction": "sent", "evidence": "wire",
            "fields": {},
        }))
        .expect("an event");
        const HARM: &str = "\u{1b}[2J\r\n\u{202e}\u{9b}\u{e0041}";
        let said = [Said::new(format!("it says {HARM}"), format!("它说 {HARM}"))];
        for lang in [Lang::En, Lang::Zh] {
            let comment = of_event(&event, &said, true, lang);
            assert_eq!(comment.lines().count(), 2, "{comment}");
            assert!(!comment.replace('\n', "").contains(steps::is_harmful), "{comment:?}");
            assert!(comment.ends_with(r"\u{1b}[2J\r\n\u{202e}\u{9b}\u{e0041}"), "{comment}");
        }
    }
}

//! What a packet's comment says: the step, and what the program has to say of it.

use steps::{Direction, Event, Lang, Said, Side, harmless};

/// What the file says of itself.
pub(super) fn of_file(lang: Lang) -> &'static str {
    match lang {
        Lang::En => {
            "The steps of each handshake are comments of the packets that completed them. The session's secrets are \
             inside: TLS is shown decrypted. SSH on another port than 22 needs Decode As (tshark: -d \
             tcp.port==7022,ssh), and Wireshark 4.2 or newer to be decrypted."
        }
        Lang::Zh => {
            "每个握手步骤写在完成它的那个包的注释里。会话密钥在文件内：TLS 会直接解密显示。端口不是 22 的 SSH 需要\
             “解码为”（tshark：-d tcp.port==7022,ssh），解密需要 Wireshark 4.2 或更新版本。"
        }
    }
}

/// The comment for a step, with what else is said of it. `about`: it is laid to a packet by its time alone.
pub(super) fn of_event(event: &Event, said: &[Said], about: bool, lang: Lang) -> String {
    let card = event.step.card();
    let of_a_link = event.is_of_a_link();
    let place = match (about, event.direction, event.side, lang) {
        (false, ..) => "",
        (true, Direction::Local, _, Lang::En) if of_a_link => "on the link: ",
        (true, Direction::Local, _, Lang::Zh) if of_a_link => "链路上：",
        (true, Direction::Local, Side::Client, Lang::En) => "in the client: ",
        (true, Direction::Local, Side::Server, Lang::En) => "in the server: ",
        (true, Direction::Local, Side::Client, Lang::Zh) => "客户端内部：",
        (true, Direction::Local, Side::Server, Lang::Zh) => "服务端内部：",
        (true, Direction::Sent | Direction::Received, _, Lang::En) => "about here: ",
        (true, Direction::Sent | Direction::Received, _, Lang::Zh) => "约在此处：",
    };
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

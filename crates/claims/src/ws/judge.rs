//! What WebSocket's steps show of the notes: w1 to w6.

use steps::{
    Event, Past, Said, Side, common, say, tcp, tls,
    ws::{Step, field},
};

use crate::{
    Claim::{W1, W2, W3, W4, W5, W6},
    Finding,
};

/// What `event` shows of the notes, given what came before it.
pub(crate) fn judge(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    let finding = match step {
        Step::UpgradeRequest => asks(event, past),
        Step::SwitchingProtocols => {
            return [returns(event, past), switches(event)].into_iter().flatten().collect();
        }
        Step::AcceptCheck => compares(event, past),
        Step::Established => counts(event, past),
        Step::Text | Step::Binary | Step::Continuation | Step::Ping | Step::Pong | Step::Close => {
            frames(event, past)
        }
        // Who asked for nothing was refused nothing.
        Step::Refused if past.has(Step::PlainRequest) => None,
        Step::Refused => refuses(event),
        Step::RequestChecked
        | Step::AcceptKey
        | Step::AnswerChecked
        | Step::PlainRequest
        | Step::PlainResponse
        | Step::Body
        | Step::Undecodable
        | Step::Summary => None,
    };
    finding.into_iter().collect()
}

/// Whether a head has none of the headers called `name`, by the list of all its headers.
fn lacks(headers: Option<Vec<&str>>, name: &str) -> Option<bool> {
    let is = |header: &str| header.split(':').next().is_some_and(|it| it.trim().eq_ignore_ascii_case(name));
    Some(!headers?.into_iter().any(is))
}

/// w1: special headers and a random key, after the handshake of whatever lies below.
fn asks(event: &Event, past: &Past) -> Option<Finding> {
    let Some(key) = event.get(field::SEC_WEBSOCKET_KEY) else {
        return lacks(event.get(field::HEADERS), "Sec-WebSocket-Key")?
            .then(|| Finding::differs(W1, say!(ws_verdicts::the_request_has_no_key())));
    };
    let random = match (event.get(field::KEY_BYTES), event.get(field::KEY_IS_BASE64)) {
        (Some(bytes), _) => bytes.len() / 2,
        (None, Some(false)) => {
            return Some(Finding::differs(W1, say!(ws_verdicts::the_key_is_no_16_bytes(key))));
        }
        (None, Some(true) | None) => return None,
    };
    if random != 16 {
        return Some(Finding::differs(W1, say!(ws_verdicts::the_key_and_its_bytes(key, random))));
    }
    if !past.is_whole() {
        return None; // What came before is not known.
    }
    let state = match past.first(tcp::Step::Established) {
        None => None,
        Some(tcp) => Some(tcp.get(tcp::field::STATE)?),
    };
    let tls = match past.first(tls::Step::HandshakeComplete) {
        None => None,
        Some(tls) => Some(tls.get(tls::field::PROTOCOL_VERSION)?),
    };
    let tls = match (state, tls) {
        (None, None) => say!(ws_verdicts::no_http_message_crossed_before()),
        (Some(state), None) => say!(ws_verdicts::the_handshake_before_was_tcps(state)),
        (None, Some(tls)) => say!(ws_verdicts::the_handshakes_of_tcp_and_tls_came_before(tls)),
        (Some(state), Some(tls)) => {
            say!(ws_verdicts::the_handshakes_of_tcp_in_that_state_and_tls_came_before(state, tls))
        }
    };
    Some(Finding::depends(W1, say!(ws_verdicts::and_the_key_came_with_it(tls, key))))
}

/// w2: the string that came back is the one that the key gives.
fn returns(event: &Event, past: &Past) -> Option<Finding> {
    let returned = returned(event.get(field::SEC_WEBSOCKET_ACCEPT), event.get(field::HEADERS))?;
    let Some(computed) = past.first(Step::AcceptKey) else {
        return past.is_whole().then(|| Finding::depends(W2, say!(ws_verdicts::no_key_was_seen(returned))));
    };
    let (key, sha1) = (computed.get(field::SEC_WEBSOCKET_KEY)?, computed.get(field::SHA1)?);
    let own = computed.get(field::SEC_WEBSOCKET_ACCEPT)?;
    Some(if event.get(field::SEC_WEBSOCKET_ACCEPT) == Some(own) {
        Finding::as_noted_because(W2, say!(ws_verdicts::the_digest_is_what_came_back(key, sha1, own)))
    } else {
        Finding::differs(W2, say!(ws_verdicts::the_digest_is_not_what_came_back(key, own, returned)))
    })
}

/// The string that came back, or that there was none, by the list of the headers.
fn returned(accept: Option<&str>, headers: Option<Vec<&str>>) -> Option<Said> {
    match accept {
        Some(accept) => Some(say!(ws_verdicts::the_accept(accept))),
        None => lacks(headers, "Sec-WebSocket-Accept")?.then(|| say!(ws_verdicts::none())),
    }
}

/// w3: status 101.
fn switches(event: &Event) -> Option<Finding> {
    Some(match event.get(field::STATUS)? {
        101 => Finding::as_noted(W3),
        other => Finding::differs(W3, say!(ws_verdicts::the_status_was_another(other))),
    })
}

/// w2, where the server does not support the upgrade or does not like the request.
fn refuses(event: &Event) -> Option<Finding> {
    let (status, phrase) = (event.get(field::STATUS)?, event.get(field::REASON_PHRASE)?);
    Some(Finding::depends(W2, say!(ws_verdicts::this_server_agreed(status, phrase))))
}

/// w4: the client's own string beside the one that came back.
fn compares(event: &Event, past: &Past) -> Option<Finding> {
    let (computed, accepted) = (event.get(field::COMPUTED)?, event.get(common::ACCEPTED)?);
    let came = event.get(field::RETURNED);
    let headers = past.first(Step::SwitchingProtocols).and_then(|answer| answer.get(field::HEADERS));
    let returned = returned(came, headers)?;
    Some(match (came == Some(computed), accepted) {
        (true, true) => {
            Finding::as_noted_because(W4, say!(ws_verdicts::the_client_computed_the_same(computed)))
        }
        (false, false) => {
            Finding::as_noted_because(W4, say!(ws_verdicts::the_client_computed_another(computed, returned)))
        }
        (true, false) => Finding::differs(W4, say!(ws_verdicts::both_are_equal_and_yet_refused(computed))),
        (false, true) => {
            Finding::differs(W4, say!(ws_verdicts::both_differ_and_yet_taken(computed, returned)))
        }
    })
}

/// w5: frames, masked on the way to the server only. Said in words once for each sender.
fn frames(event: &Event, past: &Past) -> Option<Finding> {
    let (sender, masked) = (event.sender()?, event.get(field::MASK)?);
    let (opcode, length) = (event.get(field::OPCODE)?, event.get(common::PAYLOAD_LENGTH)?);
    let form = event.get(field::LENGTH_FORM)?;
    let peer = match sender {
        Side::Client => say!(ws_verdicts::client()),
        Side::Server => say!(ws_verdicts::server()),
    };
    if masked != (sender == Side::Client) {
        return Some(match sender {
            Side::Client => {
                Finding::differs(W5, say!(ws_verdicts::the_clients_frame_is_not_masked(opcode, length)))
            }
            Side::Server => {
                Finding::differs(W5, say!(ws_verdicts::the_servers_frame_is_masked(opcode, length)))
            }
        });
    }
    if !is_shortest(form, length) {
        return Some(Finding::differs(
            W5,
            say!(ws_verdicts::the_length_is_not_in_its_shortest_form(peer, opcode, length, form)),
        ));
    }
    let mask = match masked {
        false => say!(ws_verdicts::not_masked()),
        true => {
            let key = event.get(field::MASKING_KEY)?;
            say!(ws_verdicts::masked(key))
        }
    };
    let framed = |step: Step| past.first_from(sender, step).is_some();
    let frames = [Step::Text, Step::Binary, Step::Continuation, Step::Ping, Step::Pong, Step::Close];
    if frames.into_iter().any(framed) || !past.is_whole() {
        return Some(Finding::as_noted(W5));
    }
    Some(Finding::as_noted_because(W5, say!(ws_verdicts::the_first_frame(peer, opcode, length, mask))))
}

/// Whether a length is written in as few bits as it may be.
fn is_shortest(form: &str, length: u64) -> bool {
    match form {
        "7+16 bits" => length > 125,
        "7+64 bits" => length > 0xffff,
        _ => true,
    }
}

/// w6: one message each way.
fn counts(event: &Event, past: &Past) -> Option<Finding> {
    let (requests, responses) = (event.get(field::REQUESTS)?, event.get(field::RESPONSES)?);
    let (out, back) = (event.get(field::REQUEST_BYTES)?, event.get(field::RESPONSE_BYTES)?);
    if (requests, responses) != (1, 1) {
        return Some(Finding::differs(
            W6,
            say!(ws_verdicts::requests_and_answers_crossed_before(requests, responses)),
        ));
    }
    let tcp = counted(event.get(field::TCP_ROUND_TRIPS), past.has(tcp::Step::Established))?;
    let tls = counted(event.get(field::TLS_ROUND_TRIPS), past.has(tls::Step::HandshakeComplete))?;
    let below = match (tcp, tls) {
        (Some(tcp), Some(tls)) => say!(ws_verdicts::after_tcp_and_tls(tcp, tls)),
        (Some(tcp), None) => say!(ws_verdicts::after_tcp(tcp)),
        (None, Some(tls)) => say!(ws_verdicts::after_tcp_and_so_much_tls(tls)),
        (None, None) => say!(ws_verdicts::above_what_lies_below()),
    };
    Some(Finding::as_noted_because(W6, say!(ws_verdicts::one_request_and_one_answer(out, back, below))))
}

/// A count where there is one; none where what it counts was seen and yet the count is missing.
#[allow(clippy::option_option)] // the outer one: whether anything can be said
fn counted(count: Option<u64>, seen: bool) -> Option<Option<u64>> {
    match (count, seen) {
        (None, true) => None,
        (count, _) => Some(count),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Judge, Verdict};
    use steps::{Direction, Evidence, Protocol, Step as Any};

    fn event(step: impl Into<Any>, direction: Direction, fields: Value) -> Event {
        let step = step.into();
        Event {
            protocol: Protocol::Ws,
            ..Event::by_hand((Side::Client, direction), step, Evidence::Wire, fields)
        }
    }

    /// The only finding of the last of `events`, judged in order.
    fn check(events: &[Event], verdict: Verdict, quotes: &str) {
        let mut past = Judge::default();
        let findings = events.iter().fold(Vec::new(), |_, event| past.noted(event));
        let [finding] = findings.as_slice() else { panic!("one finding, not {findings:?}") };
        assert_eq!(finding.verdict, verdict);
        let because = finding.because.as_ref().expect("it says why");
        for sentence in [&because.en, &because.zh] {
            assert!(sentence.contains(quotes), "{sentence}");
        }
    }

    #[test]
    fn w1_quotes_the_tcp_handshake_when_it_was_seen() {
        let key = json!({"sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ==", "key_bytes": "00".repeat(16)});
        let tcp = event(tcp::Step::Established, Direction::Local, json!({"state": "ESTABLISHED"}));
        let request = event(Step::UpgradeRequest, Direction::Sent, key);
        check(&[tcp, request.clone()], Verdict::Depends, "ESTABLISHED");
        check(std::slice::from_ref(&request), Verdict::Depends, "dGhlIHNhbXBsZSBub25jZQ==");
        let version = json!({"protocol_version": "TLS 1.3"});
        let tls = event(tls::Step::HandshakeComplete, Direction::Local, version);
        check(&[tls, request.clone()], Verdict::Depends, "TLS 1.3");
        let short = json!({"sec_websocket_key": "AAAA", "key_bytes": "000000"});
        check(&[event(Step::UpgradeRequest, Direction::Sent, short)], Verdict::Differs, "AAAA");
    }

    #[test]
    fn w4_compares_what_was_computed_with_what_came_back() {
        let compared = |returned: &str, accepted: bool| {
            let fields = json!({"computed": "abc=", "returned": returned, "accepted": accepted});
            [event(Step::AcceptCheck, Direction::Local, fields)]
        };
        check(&compared("abc=", true), Verdict::AsNoted, "abc=");
        check(&compared("xyz=", false), Verdict::AsNoted, "xyz=");
        check(&compared("xyz=", true), Verdict::Differs, "xyz=");
        check(&compared("abc=", false), Verdict::Differs, "abc=");
    }

    #[test]
    fn w5_wants_a_mask_from_the_client_and_none_from_the_server() {
        let frame = |direction, mask: bool| {
            let key = if mask { "37fa213d" } else { "" };
            let fields = json!({
                "opcode": "0x1", "payload_length": 5, "length_form": "7 bits", "mask": mask, "masking_key": key,
            });
            [event(Step::Text, direction, fields)]
        };
        check(&frame(Direction::Sent, true), Verdict::AsNoted, "37fa213d");
        check(&frame(Direction::Received, false), Verdict::AsNoted, "0x1");
        check(&frame(Direction::Sent, false), Verdict::Differs, "0x1");
        check(&frame(Direction::Received, true), Verdict::Differs, "0x1");
    }

    #[test]
    fn w5_wants_the_shortest_form_of_a_length() {
        let frame = |form: &str, length: u32| {
            let fields = json!({
                "opcode": "0x1", "payload_length": length, "length_form": form, "mask": true,
                "masking_key": "37fa213d",
            });
            [event(Step::Text, Direction::Sent, fields)]
        };
        check(&frame("7 bits", 125), Verdict::AsNoted, "125");
        check(&frame("7+16 bits", 125), Verdict::Differs, "7+16 bits");
        check(&frame("7+16 bits", 126), Verdict::AsNoted, "126");
        check(&frame("7+64 bits", 0xffff), Verdict::Differs, "7+64 bits");
        check(&frame("7+64 bits", 0x1_0000), Verdict::AsNoted, "65536");
    }

    #[test]
    fn w6_counts_the_messages_instead_of_assuming_two() {
        let counted = |requests: u8, responses: u8| {
            let fields = json!({"requests": requests, "responses": responses, "request_bytes": 158, "response_bytes": 129});
            [event(Step::Established, Direction::Local, fields)]
        };
        check(&counted(1, 1), Verdict::AsNoted, "158");
        let over_tls = json!({
            "requests": 1, "responses": 1, "request_bytes": 158, "response_bytes": 129, "tcp_round_trips": 1,
            "tls_round_trips": 2,
        });
        check(&[event(Step::Established, Direction::Local, over_tls)], Verdict::AsNoted, "2");
        check(&counted(2, 1), Verdict::Differs, "2");
        assert_eq!(Judge::default().noted(&event(Step::Established, Direction::Local, json!({}))), []);
    }
}

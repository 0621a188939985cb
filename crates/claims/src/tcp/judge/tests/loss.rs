//! What is lost, late or old: each dialogue as one side sees it, and what it shows. A side that cannot know says nothing.

use serde_json::json;

use super::*;

fn at(ms: u64, step: Step, from: Side, fields: Value) -> Line {
    let mut line = (step, Some(from), fields);
    line.2["at_ms"] = ms.into();
    line
}

fn kernel_at(ms: u64, step: Step, fields: Value) -> Line {
    let mut line = (step, None, fields);
    line.2["at_ms"] = ms.into();
    line
}

fn settings(more: Value) -> Line {
    kernel_at(0, Step::Settings, more)
}

fn syn(ms: u64) -> Line {
    at(ms, Step::Syn, Client, json!({ "flags": "SYN", "seq": 100, "seq_relative": 0, "payload_length": 0 }))
}

fn syn_again(ms: u64, gap: u64) -> Line {
    let fields = json!({ "flags": "SYN", "seq": 100, "seq_relative": 0, "payload_length": 0, "retransmission": true, "gap_ms": gap, "same_seq_as": 100 });
    at(ms, Step::Syn, Client, fields)
}

fn syn_ack(ms: u64) -> Line {
    at(ms, Step::SynAck, Server, json!({ "seq": 500, "ack": 101, "acks_syn": true }))
}

fn syn_ack_again(ms: u64, gap: u64) -> Line {
    let fields = json!({
        "seq": 500, "ack": 101, "retransmission": true, "gap_ms": gap, "same_seq_as": 500,
    });
    at(ms, Step::SynAck, Server, fields)
}

fn ack(ms: u64) -> Line {
    let fields = json!({ "seq": 101, "ack": 501, "acks_syn": true });
    at(ms, Step::Ack, Client, fields)
}

fn ack_again(ms: u64) -> Line {
    let fields = json!({ "seq": 101, "ack": 501, "duplicate": true });
    at(ms, Step::Ack, Client, fields)
}

fn data(ms: u64) -> Line {
    let fields = json!({ "seq": 101, "ack": 501, "payload_length": 6 });
    at(ms, Step::Data, Client, fields)
}

fn error(ms: u64, call: &str) -> Line {
    kernel_at(ms, Step::Error, json!({ "call": call, "errno": "ETIMEDOUT" }))
}

fn fin(ms: u64, from: Side) -> Line {
    at(ms, Step::Fin, from, json!({ "seq": 107, "ack": 108, "payload_length": 0 }))
}

fn fin_again(ms: u64, from: Side, gap: u64) -> Line {
    let fields = json!({ "seq": 107, "ack": 108, "payload_length": 0, "retransmission": true, "gap_ms": gap, "same_seq_as": 107 });
    at(ms, Step::Fin, from, fields)
}

fn fin_ack(ms: u64, again: bool) -> Line {
    let fields = if again {
        json!({ "ack": 108, "duplicate": true })
    } else {
        json!({ "ack": 108, "acks_fin": true })
    };
    at(ms, Step::FinAck, Server, fields)
}

fn closed(ms: u64, was: &str, was_ms: u64, error: &str) -> Line {
    let mut fields = json!({ "state": "CLOSED", "asked": "sock_diag", "was": was, "was_ms": was_ms });
    if !error.is_empty() {
        fields["error"] = error.into();
    }
    kernel_at(ms, Step::Closed, fields)
}

/// The last line's claims.
fn last(here: Side, lines: &[Line]) -> String {
    judged(here, lines).pop().expect("there are lines")
}

#[test]
fn only_the_client_knows_that_no_answer_came_to_its_syn() {
    for (here, lines, shown) in [
        (Client, vec![syn(0), syn_again(1010, 1010)], "o2 o3"),
        (Server, vec![syn(0), syn_again(1010, 1010)], ""),
        // Answered meanwhile: the client gives its SYN up for another reason.
        (Client, vec![syn(0), syn_ack(5), syn_again(1010, 1010)], ""),
        // A copy made on the way.
        (Client, vec![syn(0), syn_again(1, 1)], ""),
    ] {
        assert_eq!(last(here, &lines), shown, "{here:?} {lines:?}");
    }
}

#[test]
fn connect_that_gives_up_names_the_limit() {
    let lines = |limits| vec![settings(limits), syn(0), syn_again(1000, 1000), error(3070, "connect()")];
    let sentence = |limits| {
        let lines = lines(limits);
        let mut past = Judge::default();
        let events = events(Client, None, &lines);
        let findings: Vec<_> = events.iter().map(|event| past.noted(event)).collect();
        findings.last().and_then(|last| last.first()?.because.clone()).expect("a verdict").en
    };
    let by_time = sentence(json!({ "TCP_SYNCNT": 1, "tcp_syn_linear_timeouts": 4 }));
    assert!(by_time.contains("2 SYNs") && by_time.contains("bounds the time, not the number"), "{by_time}");
    let by_count = sentence(json!({ "TCP_SYNCNT": 1, "tcp_syn_linear_timeouts": 0 }));
    assert!(by_count.contains("TCP_SYNCNT (1) ended it"), "{by_count}");
    let by_user = sentence(json!({ "TCP_SYNCNT": 6, "TCP_USER_TIMEOUT_ms": 1500 }));
    assert!(by_user.contains("TCP_USER_TIMEOUT (1500 ms)"), "{by_user}");

    assert_eq!(last(Client, &[syn(0), error(10, "connect()")]), "", "no repeat, no limit");
    assert_eq!(last(Client, &[syn(0), syn_again(1000, 1000), syn_ack(1001), error(3070, "connect()")]), "");
}

#[test]
fn the_syn_ack_goes_again_when_no_ack_comes() {
    for (here, lines, shown) in [
        (Server, vec![syn(0), syn_ack(0), syn_ack_again(1010, 1010)], "o6"),
        (Client, vec![syn(0), syn_ack(0), ack(0), syn_ack_again(1010, 1010)], "o6"),
        // An answer to a copy of the SYN, and not a timer.
        (Server, vec![syn(0), syn_ack(0), syn_ack_again(1, 1)], ""),
        // The ACK is there; the kernel does not take it.
        (Server, vec![syn(0), syn_ack(0), ack(1), syn_ack_again(1010, 1010)], "o6~"),
    ] {
        assert_eq!(last(here, &lines), shown, "{here:?} {lines:?}");
    }
}

#[test]
fn only_the_client_knows_that_its_ack_goes_again_and_why() {
    let lost = vec![syn(0), syn_ack(5), ack(5), syn_ack_again(1020, 1015), ack_again(1020)];
    assert_eq!(last(Client, &lost), "o9 o10");
    assert_eq!(last(Server, &lost), "");
    let unasked = vec![syn(0), syn_ack(5), ack(5), ack_again(1020)];
    assert_eq!(last(Client, &unasked), "", "nothing came that it answers");
    let with_data = vec![syn(0), syn_ack(5), ack(5), data(6), syn_ack_again(1020, 1015), ack_again(1020)];
    assert_eq!(last(Client, &with_data), "", "the data carried the ACK, too");
}

#[test]
fn data_brings_the_ack_that_was_lost() {
    let mut first = data(6);
    first.2["acks_syn"] = true.into();
    assert_eq!(last(Server, &[syn(0), syn_ack(0), first.clone()]), "o8 o10~ o12 o14");
    assert_eq!(last(Client, &[syn(0), syn_ack(0), first]), "o8 o12 o14", "it may have sent an ACK before");
}

#[test]
fn a_half_open_connection_is_dropped_by_its_limit() {
    let gone = |ms, retransmits| {
        kernel_at(
            ms,
            Step::HalfOpenGone,
            json!({ "was": "SYN_RECEIVED", "was_ms": ms, "retransmits": retransmits }),
        )
    };
    let rst = at(2, Step::Rst, Client, json!({ "seq": 101 }));
    for (lines, shown) in [
        (vec![syn(0), syn_ack(0), syn_ack_again(1010, 1010), gone(3030, 1)], "o7"),
        (vec![gone(3030, 1)], "o7"), // without a capture, by the kernel's count
        (vec![syn(0), syn_ack(0), gone(3030, 0)], ""),
        (vec![syn(0), syn_ack(0), rst, gone(10, 0)], ""),
    ] {
        assert_eq!(last(Server, &lines), shown, "{lines:?}");
    }
    let mut late = data(5000);
    late.2["acks_syn"] = true.into();
    let lines = [syn(0), syn_ack(0), syn_ack_again(1010, 1010), gone(3030, 1), late];
    assert_eq!(last(Server, &lines), "", "what comes after it opens nothing");
}

#[test]
fn the_client_believes_to_be_connected_until_it_sends() {
    let established = kernel_at(6, Step::Established, json!({ "state": "ESTABLISHED" }));
    let rst = at(4000, Step::Rst, Server, json!({ "seq": 501, "seq_relative": 1 }));
    let lost = [syn(0), syn_ack(5), ack(5), established.clone(), syn_ack_again(1020, 1015), ack_again(1020)];
    assert_eq!(last(Client, &[&lost[..], &[data(3999), rst.clone()]].concat()), "o11~");
    let fine = [syn(0), syn_ack(5), ack(5), established, data(6), rst];
    assert_eq!(last(Client, &fine), "", "a server may reset for other reasons");
}

#[test]
fn an_old_syn_is_answered_reset_and_followed_by_the_new_one() {
    let wrong = at(1, Step::SynAck, Server, json!({ "seq": 400, "ack": 91 }));
    let rst = at(1, Step::Rst, Client, json!({ "seq": 91 }));
    let client = [syn(0), wrong, rst.clone(), syn_ack(2), ack(2)];
    assert_eq!(last(Client, &client), "o8 o12 o14", "the old SYN was not seen here");
    let old = at(
        0,
        Step::Syn,
        Client,
        json!({ "flags": "SYN", "seq": 90, "seq_relative": 0, "payload_length": 0 }),
    );
    let answered = at(0, Step::SynAck, Server, json!({ "seq": 400, "ack": 91, "acks_syn": true }));
    let server = [old, answered, rst, syn(1), syn_ack(2), ack(2)];
    assert_eq!(last(Server, &server), "o8 o12 o13 o14");
    let mut past = Judge::default();
    let said: Vec<_> = events(Server, None, &server).iter().flat_map(|event| past.noted(event)).collect();
    let o13 = said.iter().find(|finding| finding.id == crate::Claim::O13).and_then(|one| one.because.clone());
    assert!(o13.expect("it says why").en.ends_with("90, 91, RST 91, 100, 101"));
    assert_eq!(last(Client, &[syn(0), syn_ack(2), ack(2)]), "o8 o12 o14");
}

#[test]
fn repeated_syns_lead_to_one_accept() {
    let accepted = |ms| kernel_at(ms, Step::Established, json!({ "state": "ESTABLISHED" }));
    let lines =
        [syn(0), syn_ack(0), syn_again(1010, 1010), syn_ack_again(1010, 1010), ack(1011), accepted(1012)];
    assert_eq!(last(Server, &lines), "o15");
    assert_eq!(last(Client, &lines), "", "accept() is the server's");
    assert_eq!(last(Server, &[syn(0), syn_ack(0), ack(0), accepted(1)]), "");
}

#[test]
fn a_fin_without_an_ack_goes_again_and_is_given_up() {
    for (side, claim, state) in [(Client, "c2", "FIN_WAIT_1"), (Server, "c7", "LAST_ACK")] {
        let first = match side {
            Client => vec![fin(0, Client)],
            Server => vec![fin(0, Client), fin_ack(0, false), fin(1, Server)],
        };
        let limits = settings(json!({ "tcp_orphan_retries": 0, "tcp_retries2": 15 }));
        let first = [&[limits], &first[..]].concat();
        let again = [&first[..], &[fin_again(208, side, 207)]].concat();
        assert_eq!(last(side, &again), claim);
        assert_eq!(last(side.peer(), &again), "", "what was lost is not for the receiver to say");
        let probe = kernel_at(
            210,
            Step::Timer,
            json!({ "state": state, "timer_ms": 400, "retransmits": 0, "tail_loss_probe": true }),
        );
        assert_eq!(last(side, &[&again[..], &[probe]].concat()), claim);
        for end in
            [error(3420, "recv()"), closed(3420, state, 3400, "ETIMEDOUT"), closed(3420, state, 3400, "")]
        {
            assert_eq!(last(side, &[&again[..], &[end]].concat()), claim);
        }
        assert_eq!(last(side, &[&first[..], &[closed(300, state, 3, "ECONNRESET")]].concat()), "");
    }
}

#[test]
fn only_the_server_knows_that_its_ack_of_the_fin_goes_again_and_why() {
    let lost = [fin(0, Client), fin_ack(1, false), fin_again(208, Client, 208), fin_ack(208, true)];
    assert_eq!(last(Server, &lost), "c4");
    assert_eq!(last(Client, &lost), "");
    let unasked = [fin(0, Client), fin_ack(1, false), fin_ack(208, true)];
    assert_eq!(last(Server, &unasked), "");
}

#[test]
fn fin_wait_2_ends_by_a_timer_only_when_the_socket_is_closed() {
    let wait = kernel_at(
        2,
        Step::FinWait2,
        json!({ "state": "FIN_WAIT_2", "asked": "sock_diag", "timer_ms": 2000 }),
    );
    let before = [fin(0, Client), fin_ack(1, false), wait];
    let orphan = closed(2012, "FIN_WAIT_2", 2010, "");
    assert_eq!(last(Client, &[&before[..], &[orphan]].concat()), "c6~");
    let open = json!({ "state": "FIN_WAIT_2", "timer": "no timer", "was_ms": 3000 });
    assert_eq!(last(Client, &[&before[..], &[kernel_at(3003, Step::Timer, open)]].concat()), "c6~");
    let rst = at(5, Step::Rst, Server, json!({ "seq": 600 }));
    assert_eq!(last(Client, &[&before[..], &[rst, closed(6, "FIN_WAIT_2", 4, "")]].concat()), "");
}

#[test]
fn fins_that_cross_are_both_first() {
    for side in [Client, Server] {
        let lines = [fin(0, side), at(1, Step::Fin, side.peer(), json!({ "seq": 900, "ack": 107 }))];
        assert_eq!(last(side, &lines), "c1~");
    }
}

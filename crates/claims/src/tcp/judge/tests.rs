//! Each test is a dialogue as one side sees it, and the verdicts that it leads to.

use serde_json::{Value, json};
use steps::{Direction, Event, Evidence, Side, Side::Client, Side::Server, tcp::Step};

use crate::Judge;

mod loss;

/// What is seen, who sent it (none: the kernel's word), and the fields; `at_ms` among them is the time.
type Line = (Step, Option<Side>, Value);

/// Each step's claims, a verdict other than "as noted" marked with `~`, as `here` sees the dialogue.
fn judged(here: Side, lines: &[Line]) -> Vec<String> {
    labelled(here, None, lines)
}

fn labelled(here: Side, variant: Option<&str>, lines: &[Line]) -> Vec<String> {
    let mut past = Judge::default();
    let mut judge = |event: &Event| {
        let findings = past.noted(event);
        let tell = |finding: &crate::Finding| {
            let step = event.step;
            assert!(crate::claims(step).contains(&finding.id), "{step:?} does not list {:?}", finding.id);
            assert!(finding.because.is_some(), "every verdict on TCP quotes its numbers");
            let mark = if finding.verdict == crate::Verdict::AsNoted { "" } else { "~" };
            format!("{}{mark}", finding.id.id())
        };
        findings.iter().map(tell).collect::<Vec<_>>().join(" ")
    };
    events(here, variant, lines).iter().map(&mut judge).collect()
}

fn events(here: Side, variant: Option<&str>, lines: &[Line]) -> Vec<Event> {
    let event = |(step, from, fields): &Line| {
        let direction = match from {
            None => Direction::Local,
            Some(side) if *side == here => Direction::Sent,
            Some(_) => Direction::Received,
        };
        let evidence = if from.is_some() { Evidence::Wire } else { Evidence::Kernel };
        Event {
            elapsed_us: fields["at_ms"].as_u64().unwrap_or(0) * 1000,
            variant: variant.map(Into::into),
            observer: None,
            ..Event::by_hand((here, direction), *step, evidence, fields.clone())
        }
    };
    lines.iter().map(event).collect()
}

fn opening() -> Vec<Line> {
    vec![
        (
            Step::Syn,
            Some(Client),
            json!({ "flags": "SYN", "seq": 100, "seq_relative": 0, "payload_length": 0 }),
        ),
        (Step::SynAck, Some(Server), json!({ "seq": 500, "ack": 101, "acks_syn": true })),
        (Step::Ack, Some(Client), json!({ "seq": 101, "ack": 501, "acks_syn": true })),
    ]
}

fn kernel(step: Step, state: &str) -> Line {
    (step, None, json!({ "state": state, "asked": "sock_diag", "timer_ms": 60000 }))
}

#[test]
fn three_segments_show_the_opening() {
    for side in [Client, Server] {
        assert_eq!(judged(side, &opening()), ["o1", "o5", "o8 o12 o14"]);
    }
}

#[test]
fn an_answer_to_an_older_syn_is_not_the_answer() {
    let mut lines = opening();
    lines[1].2 = json!({ "seq": 500, "ack": 91 });
    assert_eq!(judged(Client, &lines)[1..], ["", "o8"]);
}

#[test]
fn numbers_wrap() {
    let lines = [
        (
            Step::Syn,
            Some(Client),
            json!({ "flags": "SYN", "seq": u32::MAX, "seq_relative": 0, "payload_length": 0 }),
        ),
        (Step::SynAck, Some(Server), json!({ "seq": u32::MAX, "ack": 0, "acks_syn": true })),
        (Step::Ack, Some(Client), json!({ "seq": 0, "ack": 0, "acks_syn": true })),
    ];
    assert_eq!(judged(Server, &lines)[2], "o8 o12 o14");
}

#[test]
fn without_segments_the_opening_rests_on_the_kernel_and_proves_less() {
    let counters = json!({ "state": "ESTABLISHED", "segs_out": 2, "segs_in": 1, "rests_on": "TCP_INFO" });
    assert_eq!(judged(Client, &[(Step::Established, None, counters.clone())]), ["o1 o5 o8"]);

    let syn = (
        Step::Syn,
        Some(Client),
        json!({ "flags": "SYN", "seq": 100, "seq_relative": 0, "source": "TCP_SAVED_SYN" }),
    );
    assert_eq!(judged(Server, &[syn, (Step::Established, None, counters)]), ["o1", "o5 o8"]);
}

#[test]
fn with_segments_the_kernel_need_not_be_believed() {
    let mut lines = opening();
    lines.push((Step::Established, None, json!({ "state": "ESTABLISHED" })));
    assert_eq!(judged(Client, &lines)[3], "");
}

fn fin(from: Side, more: Value) -> Line {
    let mut fields = json!({ "seq": 107, "ack": 108, "payload_length": 0 });
    let all = fields.as_object_mut().expect("an object");
    all.extend(more.as_object().expect("an object").clone());
    (Step::Fin, Some(from), fields)
}

fn ack(step: Step, from: Side) -> Line {
    (step, Some(from), json!({ "ack": 108, "acks_fin": true }))
}

#[test]
fn a_half_close_takes_four_segments() {
    let four = |state: [Line; 2], end: Line| {
        let [first, second] = state;
        vec![
            fin(Client, json!({})),
            first,
            ack(Step::FinAck, Server),
            second,
            (Step::Data, Some(Server), json!({ "payload_length": 40, "after_fin": true })),
            fin(Server, json!({ "bytes_after_fin": 40 })),
            ack(Step::LastAck, Client),
            end,
        ]
    };
    let client = four(
        [kernel(Step::FinWait1, "FIN_WAIT_1"), kernel(Step::FinWait2, "FIN_WAIT_2")],
        kernel(Step::TimeWait, "TIME_WAIT"),
    );
    assert_eq!(judged(Client, &client), ["c1", "c1", "c3", "c3", "c5", "c5", "c9", "c9"]);
    let wait = kernel(Step::CloseWait, "CLOSE_WAIT");
    let server = four([wait.clone(), wait], kernel(Step::Closed, "CLOSED"));
    assert_eq!(judged(Server, &server), ["c1", "c3", "c3", "c3", "c5", "c5", "c9", "c10"]);
}

#[test]
fn the_kernel_alone_tells_a_half_close() {
    let client = [
        kernel(Step::FinWait1, "FIN_WAIT_1"),
        kernel(Step::FinWait2, "FIN_WAIT_2"),
        kernel(Step::TimeWait, "TIME_WAIT"),
    ];
    assert_eq!(judged(Client, &client), ["c1", "c3", "c9"]);
    let server = [kernel(Step::CloseWait, "CLOSE_WAIT"), kernel(Step::Closed, "CLOSED")];
    assert_eq!(judged(Server, &server), ["c3", "c10"]);
}

#[test]
fn ack_and_fin_in_one_make_three_segments() {
    let lines =
        [fin(Client, json!({})), fin(Server, json!({ "acks_fin": true })), ack(Step::LastAck, Client)];
    assert_eq!(judged(Client, &lines), ["c1", "c3~ c8~", "c9"]);
}

#[test]
fn when_the_server_closes_first_the_notes_are_not_claimed_for_the_client() {
    let lines = [
        fin(Server, json!({})),
        kernel(Step::CloseWait, "CLOSE_WAIT"),
        ack(Step::FinAck, Client),
        fin(Client, json!({ "acks_fin": true })),
        ack(Step::LastAck, Server),
        kernel(Step::Closed, "CLOSED"),
    ];
    assert_eq!(judged(Client, &lines), ["c1~", "", "", "", "", ""]);
    let kernel_only = [kernel(Step::CloseWait, "CLOSE_WAIT"), kernel(Step::Closed, "CLOSED")];
    assert_eq!(judged(Client, &kernel_only), ["c1~", ""]);
}

#[test]
fn a_broken_connection_is_not_closed_as_noted() {
    let broken =
        (Step::Closed, None, json!({ "state": "CLOSED", "asked": "TCP_INFO", "error": "ECONNRESET" }));
    assert_eq!(judged(Server, &[kernel(Step::CloseWait, "CLOSE_WAIT"), broken]), ["c3", ""]);
}

#[test]
fn a_label_changes_no_verdict() {
    let lines = opening();
    assert_eq!(judged(Client, &lines), labelled(Client, Some("anything"), &lines));
}

#[test]
fn a_repeated_segment_is_not_judged_as_the_first() {
    let again = |(step, from, fields): &Line| {
        let mut fields = fields.clone();
        fields["retransmission"] = true.into();
        (*step, *from, fields)
    };
    let lines: Vec<_> = opening()[..2].iter().flat_map(|line| [line.clone(), again(line)]).collect();
    assert_eq!(judged(Client, &lines), ["o1", "", "o5", ""]);
}

#[test]
fn the_syn_ack_is_laid_beside_the_number_of_the_syn_itself() {
    for (ack, data, shown, says) in [
        (101, 0, "o5", "ack 101 = the client's ISN 100 + 1"),
        (101, 7, "o5", "ISN 100 + 1"), // TCP Fast Open: the data was not taken
        (108, 7, "o5", "ISN 100 + 1 + 7 bytes that came with the SYN"),
        (102, 0, "o5~", "never sent"),
        (109, 7, "o5~", "never sent"),
        (91, 0, "", ""),
    ] {
        let mut lines = opening();
        lines[0].2["payload_length"] = data.into();
        lines[1].2["ack"] = ack.into();
        assert_eq!(judged(Client, &lines)[1], shown, "ack {ack}");
        let mut past = Judge::default();
        let found = events(Client, None, &lines[..2]).iter().flat_map(|event| past.noted(event)).last();
        let because = found.and_then(|found| found.because).map(|said| said.en).unwrap_or_default();
        assert!(because.contains(says), "{because}");
    }
    assert_eq!(judged(Client, &opening()[1..]), ["", "o8"], "what was not seen is not compared with");
}

#[test]
fn without_its_fields_no_step_and_no_sequence_of_steps_shows_anything() {
    let all = <Step as strum::VariantArray>::VARIANTS;
    for here in [Client, Server] {
        let lines: Vec<Line> = [Some(Client), Some(Server), None]
            .into_iter()
            .flat_map(|from| all.iter().map(move |step| (*step, from, json!({}))))
            .collect();
        let twice = [&lines[..], &lines[..]].concat();
        assert!(judged(here, &twice).iter().all(String::is_empty));
    }
}

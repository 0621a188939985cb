//! Verdicts rest on the fields of events, so events are written here by hand.

use serde_json::{Value, json};
use steps::{Direction, Evidence};

use super::*;
use crate::{Claim, Judge, Verdict};

fn event(side: Side, direction: Direction, step: Step, fields: Value) -> Event {
    Event::by_hand((side, direction), step, Evidence::Wire, fields)
}

fn check(events: &[Event]) -> Vec<(Claim, Verdict, String)> {
    let mut past = Judge::default();
    let findings = events.iter().flat_map(|event| past.noted(event));
    findings.map(|it| (it.id, it.verdict, it.because.map(|said| said.en).unwrap_or_default())).collect()
}

#[test]
fn who_was_first_is_told_from_where_it_was_seen() {
    for (side, first, says) in [
        (Side::Client, Direction::Sent, "before the server's (b) had arrived"),
        (Side::Client, Direction::Received, "was here before the client sent its own"),
        (Side::Server, Direction::Sent, "before the client's (b) had arrived"),
        (Side::Server, Direction::Received, "was here before the server sent its own"),
    ] {
        let second = if first == Direction::Sent { Direction::Received } else { Direction::Sent };
        let found = check(&[
            event(side, first, Step::Identification, json!({"softwareversion": "a"})),
            event(side, second, Step::Identification, json!({"softwareversion": "b"})),
        ]);
        let [(S2, Verdict::Depends, because)] = &found[..] else { panic!("{found:?}") };
        assert!(because.contains(says), "{because}");
    }
}

#[test]
fn one_line_alone_shows_nothing() {
    let line = event(Side::Client, Direction::Sent, Step::Identification, json!({"softwareversion": "a"}));
    assert_eq!(check(&[line]), []);
}

#[test]
fn encrypted_bytes_count_only_after_the_senders_own_newkeys() {
    let dark = |direction| {
        let fields = json!({"encryption_algorithm": "c", "first_bytes": "00"});
        event(Side::Client, direction, Step::Encrypted, fields)
    };
    let newkeys = event(Side::Client, Direction::Sent, Step::Newkeys, json!({}));
    assert_eq!(check(&[newkeys.clone(), dark(Direction::Received)]), []);
    assert_eq!(check(&[newkeys, dark(Direction::Sent)])[0].1, Verdict::AsNoted);
}

#[test]
fn a_host_key_is_judged_by_who_decided() {
    for (record, decided_by, accepted, added, claim, verdict, says) in [
        ("unknown", "user", true, true, S7, Verdict::AsNoted, "confirmed"),
        ("unknown", "user", true, false, S7, Verdict::Depends, "could not be added"),
        ("unknown", "user", false, false, S7, Verdict::Depends, "said no"),
        ("unknown", "option", true, true, S7, Verdict::Depends, "to add"),
        ("unknown", "option", false, false, S7, Verdict::Depends, "to refuse"),
        ("unknown", "nobody", false, false, S7, Verdict::Depends, "Nobody could be asked"),
        ("known", "file", true, false, S8, Verdict::AsNoted, "Line 3 of f has the same key"),
        ("changed", "file", false, false, S9, Verdict::AsNoted, "refused"),
        ("changed", "option", true, false, S9, Verdict::Depends, "--strict no"),
    ] {
        let fields = json!({
            "record": record, "decided_by": decided_by, "accepted": accepted, "added": added, "strict": "no",
            "fingerprint": "SHA256:a", "recorded_fingerprint": "SHA256:b", "file": "f", "line": 3,
        });
        let found = check(&[event(Side::Client, Direction::Local, Step::HostKeyCheck, fields.clone())]);
        assert_eq!((found[0].0, found[0].1), (claim, verdict), "{fields}");
        assert!(found[0].2.contains(says), "{found:?}");
        for missing in ["record", "fingerprint", "accepted"] {
            let mut less = fields.clone();
            less.as_object_mut().unwrap().remove(missing);
            let decision = event(Side::Client, Direction::Local, Step::HostKeyCheck, less);
            assert_eq!(check(&[decision]), [], "without {missing}");
        }
    }
}

#[test]
fn a_refused_key_is_no_named_key() {
    for (answer, shown) in [("accept", 1), ("reject", 0)] {
        let fields = json!({"user_name": "demo", "public_key_fingerprint": "SHA256:a", "answer": answer});
        let query = event(Side::Server, Direction::Received, Step::PublickeyQuery, fields);
        assert_eq!(check(&[query]).len(), shown, "{answer}");
    }
}

#[test]
fn a_claim_rests_on_a_signature_that_verified_and_on_a_tag_that_did() {
    let local = |fields| event(Side::Client, Direction::Local, Step::ExchangeHash, fields);
    let shown = |fields| check(&[local(fields)]).iter().map(|it| (it.0, it.1)).collect::<Vec<_>>();
    let fields = |signature: &str, more: Value| {
        let mut fields = json!({
            "exchange_hash": "00", "kex_algorithm": "k", "host_key_fingerprint": "SHA256:a", "signature": signature,
        });
        fields.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        fields
    };
    assert_eq!(
        shown(fields("verified", json!({"recomputed": true}))),
        [(S4, Verdict::AsNoted), (S6, Verdict::Differs)]
    );
    assert_eq!(shown(fields("verified", json!({"recomputed": false}))), [(S6, Verdict::Differs)]);
    assert_eq!(shown(fields("verified", json!({}))), [], "whose hash it is, is not told");
    assert_eq!(shown(fields("wrong", json!({"recomputed": true}))), []);
    assert_eq!(
        shown(fields("verified", json!({"recomputed": true, "rekey": true}))),
        [],
        "the notes tell of the beginning"
    );

    let newkeys = event(Side::Client, Direction::Sent, Step::Newkeys, json!({}));
    for (fields, shown) in [
        (json!({"encrypted": true, "tag_verified": true, "sequence_number": 0, "service_name": "a"}), 1),
        (json!({"encrypted": true, "sequence_number": 0, "service_name": "a"}), 0),
        (json!({"sequence_number": 2, "service_name": "a"}), 0),
    ] {
        let request = event(Side::Client, Direction::Sent, Step::ServiceRequest, fields.clone());
        assert_eq!(check(&[newkeys.clone(), request]).len(), shown, "{fields}");
    }
}

#[test]
fn a_signature_is_told_by_what_it_covers_and_whether_it_fits() {
    for (mut fields, says) in [
        (json!({"signed_length": 147, "signature": "verified"}), "it is good"),
        (json!({"signed_length": 147, "signature": "wrong"}), "does not fit"),
        (json!({"verified": true}), "The server verified a signature"),
    ] {
        fields["public_key_fingerprint"] = json!("SHA256:a");
        let proof = event(Side::Server, Direction::Received, Step::PublickeySignature, fields);
        let found = check(&[proof]);
        let [(S11, Verdict::Differs, because)] = &found[..] else { panic!("{found:?}") };
        assert!(because.contains(says), "{because}");
    }
}

#[test]
fn what_was_picked_is_told_with_both_lists_and_nothing_where_nothing_was() {
    let lists = |direction| {
        event(Side::Client, direction, Step::Kexinit, json!({"kex_algorithms": ["a", "ext-info-c"]}))
    };
    let picked = json!({
        "kex_algorithm": "a", "kex_algorithm_rank": [1, 1], "server_host_key_algorithm": "b",
        "encryption_algorithm_client_to_server": "c",
    });
    let none = json!({"server_host_key_algorithm": "b", "no_common": ["kex_algorithm"]});
    for (step, fields, shown) in
        [(Step::Negotiated, picked, 1), (Step::Negotiated, json!({}), 0), (Step::NothingInCommon, none, 0)]
    {
        let result = event(Side::Client, Direction::Local, step, fields);
        let found = check(&[lists(Direction::Sent), lists(Direction::Received), result.clone()]);
        assert_eq!(found.len(), shown, "{found:?}");
        assert!(found.iter().all(|it| it.2.starts_with("a is number 1 of 1 in")), "{found:?}");
        assert_eq!(check(&[lists(Direction::Sent), result]), [], "one list is no negotiation");
    }
}

#[test]
fn without_its_fields_no_step_and_no_sequence_of_steps_shows_anything() {
    for side in [Side::Client, Side::Server] {
        let events: Vec<_> = [Direction::Sent, Direction::Received, Direction::Local]
            .into_iter()
            .flat_map(|direction| {
                let all = <Step as strum::VariantArray>::VARIANTS.iter();
                all.map(move |step| event(side, direction, *step, json!({})))
            })
            .collect();
        assert_eq!(check(&[&events[..], &events[..]].concat()), []);
    }
}

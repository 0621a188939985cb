//! The byte view of all four protocols: each byte once, whatever the bytes.

use proptest::{collection::vec, prelude::*, sample::Index};
use steps::{Fields, Part, Step};

use crate::{Seen, layout::parts};

/// The leaves stand one behind the other from the first byte to the last.
pub(crate) fn cover(parts: &[Part], bytes: &[u8]) -> Result<(), String> {
    let mut at = 0;
    for leaf in Part::leaves(parts) {
        if leaf.offset != at {
            return Err(format!("{leaf:?} should begin at {at}"));
        }
        at += leaf.length;
    }
    if at == bytes.len() { Ok(()) } else { Err(format!("{at} of {} bytes are told", bytes.len())) }
}

fn told(step: impl Into<Step>, bytes: &[u8]) -> Vec<(String, String)> {
    let parts = parts(step.into(), &Fields::new(), bytes);
    cover(&parts, bytes).unwrap();
    let leaves: Vec<_> = Part::leaves(&parts).map(|part| (part.name.clone(), part.value.clone())).collect();
    assert!(leaves.iter().all(|(name, _)| !name.is_empty()), "{leaves:?}");
    leaves
}

fn says(told: &[(String, String)], name: &str, value: &str) {
    assert!(told.iter().any(|(n, v)| n == name && v == value), "{name} {value} is not in {told:?}");
}

#[test]
fn a_segment_is_told_to_its_last_option_and_byte() {
    // A SYN with the options that Linux sends, and `hi`.
    let segment =
        hex::decode("b4e61b580000002a00000000a002fad7fe3000000204ffd70402080a0badcafe00000000010303076869")
            .unwrap();
    let told = told(steps::tcp::Step::Syn, &segment);
    says(&told, "source_port", "46310");
    says(&told, "sequence_number", "42");
    says(&told, "control_bits", "SYN");
    says(&told, "mss", "65495");
    says(&told, "TSval", "195939070");
    says(&told, "shift_count", "7: windows are multiplied by 128");
    says(&told, "data", "hi");
}

#[test]
fn a_head_and_a_masked_frame_are_told() {
    let head = b"GET /chat HTTP/1.1\r\nHost: example\r\nUpgrade:websocket\r\n\r\n";
    let told_head = told(steps::ws::Step::UpgradeRequest, head);
    says(&told_head, "method", "GET");
    says(&told_head, "request-target", "/chat");
    says(&told_head, "field-name", "Upgrade");
    says(&told_head, "field-value", "example");
    let told_head = told(steps::ws::Step::SwitchingProtocols, b"HTTP/1.1 101 Switching Protocols\r\n\r\n");
    says(&told_head, "reason-phrase", "Switching Protocols");
    // RFC 6455 §5.7.
    let frame = told(steps::ws::Step::Text, &hex::decode("818537fa213d7f9f4d5158").unwrap());
    says(&frame, "FIN, RSV1-3, opcode", "1, 000, text (0x1)");
    says(&frame, "masked payload", "Hello");
    let close = told(steps::ws::Step::Close, &[0x88, 4, 3, 0xe8, b'h', b'i']);
    says(&close, "status code", "1000");
    says(&close, "reason", "hi");
}

#[test]
fn a_line_and_a_packet_of_ssh_are_told() {
    let line = told(steps::ssh::Step::Identification, b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
    says(&line, "softwareversion", "OpenSSH_9.2p1");
    says(&line, "comments", "Debian-2");
    let packet = hex::decode("0000001c0a050000000c7373682d7573657261757468aaaaaaaaaaaaaaaaaaaa").unwrap();
    let packet = told(steps::ssh::Step::ServiceRequest, &packet);
    says(&packet, "message number", "SSH_MSG_SERVICE_REQUEST (5)");
    says(&packet, "service name", "ssh-userauth");
    assert_eq!(packet.last().unwrap().0, "random padding");
}

proptest! {
    #[test]
    fn any_bytes_are_told_once_each(
        mut bytes in vec(any::<u8>(), 0..400),
        small in any::<bool>(),
        step in any::<Index>(),
    ) {
        // Small numbers are lengths that fit, and let the walk go deeper.
        if small {
            bytes.iter_mut().for_each(|byte| *byte %= 12);
        }
        let steps: Vec<_> = Step::all().collect();
        let seen = Seen::local(*step.get(&steps), Fields::new());
        let parts = parts(seen.step, &seen.fields, &bytes);
        prop_assert!(cover(&parts, &bytes).is_ok(), "{:?}", cover(&parts, &bytes));
    }
}

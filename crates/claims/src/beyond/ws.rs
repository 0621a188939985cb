//! What is often noted beside the upgrade to WebSocket: the frames, ping and pong, the close, TLS below.

use steps::{
    Event, Past, Side, common, say, tls,
    ws::{Step, field},
};

use super::Rule;
use crate::{
    Claim::{X26, X27, X28, X29, X30, X31},
    Finding,
};

/// The rules for `x26` to `x31`, by the step that they read.
pub(super) const fn rules(step: Step) -> &'static [Rule] {
    match step {
        Step::UpgradeRequest => &[(&[X30], over_tls)],
        Step::SwitchingProtocols => &[(&[X31], guid)],
        Step::Text | Step::Binary => &[(&[X26], both_ways), (&[X27], frame)],
        Step::Continuation | Step::Ping => &[(&[X27], frame)],
        Step::Pong => &[(&[X27], frame), (&[X28], pong)],
        Step::Close => &[(&[X27], frame), (&[X29], close)],
        Step::RequestChecked
        | Step::AcceptKey
        | Step::AnswerChecked
        | Step::AcceptCheck
        | Step::Established
        | Step::PlainRequest
        | Step::PlainResponse
        | Step::Refused
        | Step::Body
        | Step::Undecodable
        | Step::Summary => &[],
    }
}

const FRAMES: [Step; 6] = [Step::Text, Step::Binary, Step::Continuation, Step::Ping, Step::Pong, Step::Close];

/// Said once for each sender.
fn frame(event: &Event, past: &Past) -> Option<Finding> {
    let sender = event.sender()?;
    let (fin, opcode) = (event.get(field::FIN)?, event.get(field::OPCODE)?);
    let (mask, form) = (event.get(field::MASK)?, event.get(field::LENGTH_FORM)?);
    let length = event.get(common::PAYLOAD_LENGTH)?;
    if FRAMES.into_iter().any(|step| past.first_from(sender, step).is_some()) {
        return None;
    }
    let fin = u8::from(fin);
    let who = match sender {
        Side::Client => say!(beyond::client()),
        Side::Server => say!(beyond::server()),
    };
    if mask != (sender == Side::Client) {
        let mask = u8::from(mask);
        return Some(Finding::differs(
            X27,
            say!(beyond::the_peers_frame_has_fin(who, fin, opcode, length, form, mask)),
        ));
    }
    let mask = u8::from(mask);
    Some(Finding::as_noted_because(X27, say!(beyond::the_peers_frame(who, fin, opcode, mask, length, form))))
}

fn both_ways(event: &Event, past: &Past) -> Option<Finding> {
    let sender = event.sender()?;
    let (opcode, length) = (event.get(field::OPCODE)?, event.get(common::PAYLOAD_LENGTH)?);
    let other = past.first_from(sender.peer(), event.step)?.get(common::PAYLOAD_LENGTH)?;
    past.first_from(sender, event.step)
        .is_none()
        .then(|| Finding::as_noted_because(X26, say!(beyond::a_message_each_way(other, length, opcode))))
}

fn pong(event: &Event, past: &Past) -> Option<Finding> {
    let payload = event.get(field::PAYLOAD)?;
    let ping = past.first_from(event.sender()?.peer(), Step::Ping)?.get(field::PAYLOAD)?;
    (payload == ping).then(|| {
        Finding::as_noted_because(X28, say!(beyond::the_pong_brought_back_the_payload_of_the_ping(payload)))
    })
}

fn close(event: &Event, past: &Past) -> Option<Finding> {
    let code = event.get(field::CODE)?;
    let asked = past.first_from(event.sender()?.peer(), Step::Close)?.get(field::CODE)?;
    Some(Finding::as_noted_because(X29, say!(beyond::close_was_answered_with_close(asked, code))))
}

fn over_tls(event: &Event, past: &Past) -> Option<Finding> {
    let key = event.get(field::SEC_WEBSOCKET_KEY)?;
    let version = past.first(tls::Step::HandshakeComplete)?.get(tls::field::PROTOCOL_VERSION)?;
    Some(Finding::as_noted_because(X30, say!(beyond::the_tls_handshake_was_complete_before(version, key))))
}

fn guid(event: &Event, past: &Past) -> Option<Finding> {
    let computed = past.first(Step::AcceptKey)?;
    let (guid, accept) = (computed.get(field::GUID)?, computed.get(field::SEC_WEBSOCKET_ACCEPT)?);
    (event.get(field::SEC_WEBSOCKET_ACCEPT)? == accept)
        .then(|| Finding::as_noted_because(X31, say!(beyond::the_key_and_the_guid_give(guid, accept))))
}

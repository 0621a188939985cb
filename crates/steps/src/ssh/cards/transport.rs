//! The cards of the transport: identification, negotiation, key exchange (RFC 4253).

use crate::{Actor, Card, field::shown, ssh::field};

pub(super) const LINE_BEFORE: Card = Card {
    id: "ssh.line_before",
    actor: Actor::Server,
    rfc: "RFC 4253 §4.2",
    title: text!(ssh_cards::line_before_title()),
    text: text!(ssh_cards::line_before()),
    client: "",
    server: "",
    shows: shown![field::TEXT],
};

pub(super) const IDENTIFICATION: Card = Card {
    id: "ssh.identification",
    actor: Actor::Both,
    rfc: "RFC 4253 §4.2",
    title: text!(ssh_cards::identification_title()),
    text: text!(ssh_cards::identification()),
    client: "",
    server: "",
    shows: shown![field::PROTOVERSION, field::SOFTWAREVERSION; field::COMMENTS],
};

pub(super) const KEXINIT: Card = Card {
    id: "ssh.kexinit",
    actor: Actor::Both,
    rfc: "RFC 4253 §7.1",
    title: text!(ssh_cards::kexinit_title()),
    text: text!(ssh_cards::kexinit()),
    client: "",
    server: "",
    shows: shown![field::KEX_ALGORITHMS; field::SERVER_HOST_KEY_ALGORITHMS, field::COOKIE, field::REKEY],
};

pub(super) const NEGOTIATED: Card = Card {
    id: "ssh.negotiated",
    actor: Actor::Both,
    rfc: "RFC 4253 §7.1",
    title: text!(ssh_cards::negotiated_title()),
    text: text!(ssh_cards::negotiated()),
    client: "",
    server: "",
    shows: shown![
        field::KEX_ALGORITHM,
        field::SERVER_HOST_KEY_ALGORITHM,
        field::ENCRYPTION_ALGORITHM_CLIENT_TO_SERVER,
        field::STRICT_KEX,
    ],
};

pub(super) const NOTHING_IN_COMMON: Card = Card {
    id: "ssh.nothing_in_common",
    actor: Actor::Both,
    rfc: "RFC 4253 §7.1",
    title: text!(ssh_cards::nothing_in_common_title()),
    text: text!(ssh_cards::nothing_in_common()),
    client: "",
    server: "",
    shows: shown![field::NO_COMMON],
};

pub(super) const GROUP_REQUEST: Card = Card {
    id: "ssh.group_request",
    actor: Actor::Client,
    rfc: "RFC 4419 §3",
    title: text!(ssh_cards::group_request_title()),
    text: text!(ssh_cards::group_request()),
    client: "",
    server: "",
    shows: shown![field::MIN, field::N, field::MAX],
};

pub(super) const GROUP: Card = Card {
    id: "ssh.group",
    actor: Actor::Server,
    rfc: "RFC 4419 §3",
    title: text!(ssh_cards::group_title()),
    text: text!(ssh_cards::group()),
    client: "",
    server: "",
    shows: shown![field::PRIME_BITS, field::GENERATOR],
};

pub(super) const KEY_EXCHANGE_INIT: Card = Card {
    id: "ssh.key_exchange_init",
    actor: Actor::Client,
    rfc: "RFC 4253 §8, RFC 5656 §4, RFC 8731",
    title: text!(ssh_cards::key_exchange_init_title()),
    text: text!(ssh_cards::key_exchange_init()),
    client: "",
    server: "",
    shows: shown![field::MESSAGE, field::KEX_ALGORITHM, field::PUBLIC_VALUE_LENGTH],
};

pub(super) const KEY_EXCHANGE_REPLY: Card = Card {
    id: "ssh.key_exchange_reply",
    actor: Actor::Server,
    rfc: "RFC 4253 §8, RFC 5656 §4, RFC 8731",
    title: text!(ssh_cards::key_exchange_reply_title()),
    text: text!(ssh_cards::key_exchange_reply()),
    client: "Handler::check_server_key",
    server: "",
    shows: shown![
        field::HOST_KEY_TYPE,
        field::HOST_KEY_FINGERPRINT,
        field::SIGNATURE_ALGORITHM,
        field::MESSAGE
    ],
};

pub(super) const NEWKEYS: Card = Card {
    id: "ssh.newkeys",
    actor: Actor::Both,
    rfc: "RFC 4253 §7.3",
    title: text!(ssh_cards::newkeys_title()),
    text: text!(ssh_cards::newkeys()),
    client: "",
    server: "",
    shows: shown![field::SEQUENCE_NUMBER, field::REKEY],
};

pub(super) const HOST_KEY_CHECK: Card = Card {
    id: "ssh.host_key_check",
    actor: Actor::Client,
    rfc: "RFC 4251 §4.1",
    title: text!(ssh_cards::host_key_check_title()),
    text: text!(ssh_cards::host_key_check()),
    client: "Handler::check_server_key",
    server: "",
    shows: shown![field::RECORD, field::FINGERPRINT, field::DECIDED_BY, field::ACCEPTED],
};

pub(super) const OTHER_MESSAGE: Card = Card {
    id: "ssh.other_message",
    actor: Actor::Both,
    rfc: "RFC 4250 §4.1",
    title: text!(ssh_cards::other_message_title()),
    text: text!(ssh_cards::other_message()),
    client: "",
    server: "",
    shows: shown![field::MESSAGE, field::TEXT, field::METHOD_NAME, field::REQUEST_NAME],
};

pub(super) const DISCONNECT: Card = Card {
    id: "ssh.disconnect",
    actor: Actor::Both,
    rfc: "RFC 4253 §11.1",
    title: text!(ssh_cards::disconnect_title()),
    text: text!(ssh_cards::disconnect()),
    client: "Handler::disconnected",
    server: "",
    shows: shown![field::REASON_CODE, field::WHY, field::DESCRIPTION],
};

pub(super) const UNDECODABLE: Card = Card {
    id: "ssh.undecodable",
    actor: Actor::Both,
    rfc: "RFC 4253 §4.2, §6",
    title: text!(ssh_cards::undecodable_title()),
    text: text!(ssh_cards::undecodable()),
    client: "",
    server: "",
    shows: shown![field::DUE, field::LOOKS_LIKE; field::FIRST_BYTES],
};

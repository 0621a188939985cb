//! The cards of what follows the key exchange: the secret, what is derived from it, and the first messages under the new
//! keys (RFC 4253 §7.2 to §10, RFC 8308).

use crate::{Actor, Card, field::shown, ssh::field};

pub(super) const ENCRYPTED: Card = Card {
    id: "ssh.encrypted",
    actor: Actor::Both,
    rfc: "RFC 4253 §6, §7.3",
    title: text!(ssh_cards::encrypted_title()),
    text: text!(ssh_cards::encrypted()),
    client: "",
    server: "",
    shows: shown![field::ENCRYPTION_ALGORITHM, field::MAC_ALGORITHM; field::FIRST_BYTES],
};

pub(super) const SESSION_KEY: Card = Card {
    id: "ssh.session_key",
    actor: Actor::Client,
    rfc: "RFC 4253 §8",
    title: text!(ssh_cards::session_key_title()),
    text: text!(ssh_cards::session_key()),
    client: "Handler::kex_done",
    server: "",
    shows: shown![field::KEX_ALGORITHM, field::SHARED_SECRET_FINGERPRINT, field::STRICT_KEX, field::REKEY],
};

pub(super) const EXCHANGE_HASH: Card = Card {
    id: "ssh.exchange_hash",
    actor: Actor::Both,
    rfc: "RFC 4253 §7.2, §8",
    title: text!(ssh_cards::exchange_hash_title()),
    text: text!(ssh_cards::exchange_hash()),
    client: "",
    server: "",
    shows: shown![field::EXCHANGE_HASH, field::SIGNATURE, field::HOST_KEY_FINGERPRINT, field::OPENED_WITH],
};

pub(super) const DERIVED_KEYS: Card = Card {
    id: "ssh.derived_keys",
    actor: Actor::Both,
    rfc: "RFC 4253 §7.2",
    title: text!(ssh_cards::derived_keys_title()),
    text: text!(ssh_cards::derived_keys()),
    client: "",
    server: "",
    shows: shown![
        field::OPENED_WITH,
        field::ENCRYPTION_KEY_CLIENT_TO_SERVER,
        field::ENCRYPTION_KEY_SERVER_TO_CLIENT,
        field::REKEY
    ],
};

pub(super) const UNOPENED: Card = Card {
    id: "ssh.unopened",
    actor: Actor::Both,
    rfc: "RFC 4253 §7.3",
    title: text!(ssh_cards::unopened_title()),
    text: text!(ssh_cards::unopened()),
    client: "",
    server: "",
    shows: shown![field::REASON],
};

pub(super) const EXT_INFO: Card = Card {
    id: "ssh.ext_info",
    actor: Actor::Both,
    rfc: "RFC 8308 §2.3",
    title: text!(ssh_cards::ext_info_title()),
    text: text!(ssh_cards::ext_info()),
    client: "",
    server: "",
    shows: shown![field::SERVER_SIG_ALGS, field::PING],
};

pub(super) const SERVICE_REQUEST: Card = Card {
    id: "ssh.service_request",
    actor: Actor::Client,
    rfc: "RFC 4253 §10",
    title: text!(ssh_cards::service_request_title()),
    text: text!(ssh_cards::service_request()),
    client: "",
    server: "",
    shows: shown![field::SERVICE_NAME, field::PACKET_LENGTH, field::TAG_VERIFIED],
};

pub(super) const SERVICE_ACCEPT: Card = Card {
    id: "ssh.service_accept",
    actor: Actor::Server,
    rfc: "RFC 4253 §10",
    title: text!(ssh_cards::service_accept_title()),
    text: text!(ssh_cards::service_accept()),
    client: "",
    server: "",
    shows: shown![field::SERVICE_NAME],
};

pub(super) const WRONG_TAG: Card = Card {
    id: "ssh.wrong_tag",
    actor: Actor::Both,
    rfc: "RFC 4253 §6.4",
    title: text!(ssh_cards::wrong_tag_title()),
    text: text!(ssh_cards::wrong_tag()),
    client: "",
    server: "",
    shows: shown![field::DUE, field::SEQUENCE_NUMBER; field::FIRST_BYTES],
};

//! The cards of the user's authentication (RFC 4252). All of it is encrypted on the wire: these steps are read from the
//! packets where they are opened, and else known from the library's calls.

use crate::{Actor, Card, field::shown, ssh::field};

pub(super) const NONE: Card = Card {
    id: "ssh.auth_none",
    actor: Actor::Client,
    rfc: "RFC 4252 §5.2",
    title: text!(ssh_cards::auth_none_title()),
    text: text!(ssh_cards::auth_none()),
    client: "",
    server: "Handler::auth_none",
    shows: shown![field::USER_NAME, field::ANSWER],
};

pub(super) const METHODS: Card = Card {
    id: "ssh.auth_methods",
    actor: Actor::Server,
    rfc: "RFC 4252 §5.1",
    title: text!(ssh_cards::auth_methods_title()),
    text: text!(ssh_cards::auth_methods()),
    client: "Handle::authenticate_none",
    server: "",
    shows: shown![field::AUTHENTICATIONS_THAT_CAN_CONTINUE],
};

pub(super) const PUBLICKEY_QUERY: Card = Card {
    id: "ssh.publickey_query",
    actor: Actor::Client,
    rfc: "RFC 4252 §7",
    title: text!(ssh_cards::publickey_query_title()),
    text: text!(ssh_cards::publickey_query()),
    client: "",
    server: "Handler::auth_publickey_offered",
    shows: shown![field::USER_NAME, field::PUBLIC_KEY_FINGERPRINT, field::ANSWER],
};

pub(super) const PUBLICKEY_OK: Card = Card {
    id: "ssh.publickey_ok",
    actor: Actor::Server,
    rfc: "RFC 4252 §7",
    title: text!(ssh_cards::publickey_ok_title()),
    text: text!(ssh_cards::publickey_ok()),
    client: "Signer::auth_sign",
    server: "",
    shows: shown![field::PUBLIC_KEY_ALGORITHM_NAME, field::PUBLIC_KEY_FINGERPRINT],
};

pub(super) const SIGNED_REQUEST: Card = Card {
    id: "ssh.signed_request",
    actor: Actor::Client,
    rfc: "RFC 4252 §7",
    title: text!(ssh_cards::signed_request_title()),
    text: text!(ssh_cards::signed_request()),
    client: "Signer::auth_sign",
    server: "",
    shows: shown![
        field::SESSION_IDENTIFIER,
        field::USER_NAME,
        field::PUBLIC_KEY_FINGERPRINT,
        field::SIGNATURE
    ],
};

pub(super) const PUBLICKEY_SIGNATURE: Card = Card {
    id: "ssh.publickey_signature",
    actor: Actor::Client,
    rfc: "RFC 4252 §7",
    title: text!(ssh_cards::publickey_signature_title()),
    text: text!(ssh_cards::publickey_signature()),
    client: "",
    server: "Handler::auth_publickey",
    shows: shown![
        field::USER_NAME,
        field::PUBLIC_KEY_FINGERPRINT,
        field::SIGNATURE_ALGORITHM,
        field::SIGNATURE
    ],
};

pub(super) const PASSWORD: Card = Card {
    id: "ssh.auth_password",
    actor: Actor::Client,
    rfc: "RFC 4252 §8",
    title: text!(ssh_cards::auth_password_title()),
    text: text!(ssh_cards::auth_password()),
    client: "Handle::authenticate_password",
    server: "Handler::auth_password",
    shows: shown![field::USER_NAME, field::ANSWER],
};

pub(super) const INTERACTIVE_QUESTION: Card = Card {
    id: "ssh.interactive_question",
    actor: Actor::Server,
    rfc: "RFC 4256 §3.2",
    title: text!(ssh_cards::interactive_question_title()),
    text: text!(ssh_cards::interactive_question()),
    client: "Handle::authenticate_keyboard_interactive_start",
    server: "Handler::auth_keyboard_interactive",
    shows: shown![field::PROMPTS, field::NAME, field::INSTRUCTION],
};

pub(super) const INTERACTIVE_ANSWER: Card = Card {
    id: "ssh.interactive_answer",
    actor: Actor::Client,
    rfc: "RFC 4256 §3.4",
    title: text!(ssh_cards::interactive_answer_title()),
    text: text!(ssh_cards::interactive_answer()),
    client: "Handle::authenticate_keyboard_interactive_respond",
    server: "Handler::auth_keyboard_interactive",
    shows: shown![field::NUM_RESPONSES, field::USER_NAME, field::ANSWER],
};

pub(super) const FAILURE: Card = Card {
    id: "ssh.auth_failure",
    actor: Actor::Server,
    rfc: "RFC 4252 §5.1",
    title: text!(ssh_cards::auth_failure_title()),
    text: text!(ssh_cards::auth_failure()),
    client: "Handle::authenticate_…",
    server: "",
    shows: shown![field::METHOD_NAME, field::AUTHENTICATIONS_THAT_CAN_CONTINUE, field::PARTIAL_SUCCESS],
};

pub(super) const SUCCESS: Card = Card {
    id: "ssh.auth_success",
    actor: Actor::Server,
    rfc: "RFC 4252 §5.1",
    title: text!(ssh_cards::auth_success_title()),
    text: text!(ssh_cards::auth_success()),
    client: "Handle::authenticate_…",
    server: "Handler::auth_succeeded",
    shows: shown![field::USER_NAME, field::METHOD_NAME],
};

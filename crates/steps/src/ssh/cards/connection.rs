//! The cards of the channels (RFC 4254). All of it is encrypted on the wire: these steps are read from the packets where
//! they are opened, and else known from the library's calls.

use crate::{Actor, Card, field::shown, ssh::field};

pub(super) const OPEN: Card = Card {
    id: "ssh.channel_open",
    actor: Actor::Client,
    rfc: "RFC 4254 §5.1, §6.1",
    title: text!(ssh_cards::channel_open_title()),
    text: text!(ssh_cards::channel_open()),
    client: "",
    server: "Handler::channel_open_session",
    shows: shown![field::CHANNEL_TYPE, field::SENDER_CHANNEL, field::ANSWER],
};

pub(super) const CONFIRMED: Card = Card {
    id: "ssh.channel_confirmed",
    actor: Actor::Server,
    rfc: "RFC 4254 §5.1",
    title: text!(ssh_cards::channel_confirmed_title()),
    text: text!(ssh_cards::channel_confirmed()),
    client: "Handler::channel_open_confirmation",
    server: "",
    shows: shown![field::CHANNEL, field::INITIAL_WINDOW_SIZE, field::MAXIMUM_PACKET_SIZE],
};

pub(super) const REQUEST: Card = Card {
    id: "ssh.channel_request",
    actor: Actor::Client,
    rfc: "RFC 4254 §6",
    title: text!(ssh_cards::channel_request_title()),
    text: text!(ssh_cards::channel_request()),
    client: "",
    server: "Handler::env_request, pty_request, …",
    shows: shown![field::REQUEST_TYPE, field::DETAIL, field::ANSWER],
};

pub(super) const EXEC: Card = Card {
    id: "ssh.exec",
    actor: Actor::Client,
    rfc: "RFC 4254 §6.5",
    title: text!(ssh_cards::exec_title()),
    text: text!(ssh_cards::exec()),
    client: "",
    server: "Handler::exec_request",
    shows: shown![field::COMMAND, field::CHANNEL],
};

pub(super) const REPLY: Card = Card {
    id: "ssh.channel_reply",
    actor: Actor::Server,
    rfc: "RFC 4254 §5.4",
    title: text!(ssh_cards::channel_reply_title()),
    text: text!(ssh_cards::channel_reply()),
    client: "Handler::channel_success, channel_failure",
    server: "",
    shows: shown![field::ANSWER, field::CHANNEL],
};

pub(super) const WINDOW_ADJUST: Card = Card {
    id: "ssh.channel_window_adjust",
    actor: Actor::Both,
    rfc: "RFC 4254 §5.2",
    title: text!(ssh_cards::channel_window_adjust_title()),
    text: text!(ssh_cards::channel_window_adjust()),
    client: "",
    server: "",
    shows: shown![field::CHANNEL, field::BYTES_TO_ADD],
};

pub(super) const DATA: Card = Card {
    id: "ssh.channel_data",
    actor: Actor::Both,
    rfc: "RFC 4254 §5.2",
    title: text!(ssh_cards::channel_data_title()),
    text: text!(ssh_cards::channel_data()),
    client: "Handler::data, extended_data",
    server: "Handler::data, extended_data",
    shows: shown![field::STREAM, field::LENGTH, field::TEXT],
};

pub(super) const EXIT_STATUS: Card = Card {
    id: "ssh.exit_status",
    actor: Actor::Server,
    rfc: "RFC 4254 §6.10",
    title: text!(ssh_cards::exit_status_title()),
    text: text!(ssh_cards::exit_status()),
    client: "Handler::exit_status",
    server: "",
    shows: shown![field::EXIT_STATUS, field::CHANNEL],
};

pub(super) const EOF: Card = Card {
    id: "ssh.channel_eof",
    actor: Actor::Both,
    rfc: "RFC 4254 §5.3",
    title: text!(ssh_cards::channel_eof_title()),
    text: text!(ssh_cards::channel_eof()),
    client: "Handler::channel_eof",
    server: "Handler::channel_eof",
    shows: shown![field::CHANNEL],
};

pub(super) const CLOSE: Card = Card {
    id: "ssh.channel_close",
    actor: Actor::Both,
    rfc: "RFC 4254 §5.3",
    title: text!(ssh_cards::channel_close_title()),
    text: text!(ssh_cards::channel_close()),
    client: "Handler::channel_close",
    server: "Handler::channel_close",
    shows: shown![field::CHANNEL],
};

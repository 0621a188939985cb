//! What the peer sent is no TLS, does not read, or breaks a rule.

use super::{End, Facts, Misbehaved, Program, Recognises, Step, Unreadable, alert::compare, facts::few};
use crate::{
    Reason, Rule, Said, Side, Text,
    common::{DUE, LOOKS_LIKE, TEXT, VERSION},
    our_words, program,
    rule::rule_list,
    tls::field::{ALPN, CIPHER_SUITE, CIPHER_SUITES},
};

pub(super) const RULES: &[(Rule, Recognises)] = rule_list!["tls", tls_rules;
    old_hello => old_hello;
    another_protocol => another_protocol;
    too_long => too_long;
    unreadable => unreadable;
    out_of_place => out_of_place;
    downgraded => downgraded;
    does_not_open => does_not_open;
    finished_differs => finished_differs;
    broke_a_rule => broke_a_rule;
];

/// What the decoder says of bytes where a record was due: within one they are TLS, and malformed.
fn foreign<'a>(facts: &Facts<'a>) -> Option<(&'a str, &'a str)> {
    let lost = facts.theirs(Step::Undecodable)?;
    let due = lost.get(DUE).unwrap_or("a TLS record");
    lost.get(LOOKS_LIKE).filter(|_| due.starts_with("a TLS record")).map(|words| (words, due))
}

fn is_unreadable(facts: &Facts<'_>) -> bool {
    matches!(facts.end, End::Unreadable(_))
}

fn old_hello(facts: &Facts<'_>) -> Option<Reason> {
    let (words, _) = foreign(facts).filter(|_| is_unreadable(facts) && !facts.heard())?;
    let reason = Reason::new(say!(tls::the_client_sent_a_hello_of_ssl2()));
    (words == "SSL 2.0 hello").then(|| reason.by(Side::Client).at(Step::Undecodable))
}

fn another_protocol(facts: &Facts<'_>) -> Option<Reason> {
    // Silence does not hide it either: a server that greets first waits for an answer to its greeting.
    let ended = is_unreadable(facts)
        || matches!(facts.end, End::Silent(_) | End::Cut | End::Reset | End::OutOfPlace { .. });
    let (words, expected) = foreign(facts).filter(|_| ended && !facts.heard() && !facts.complete())?;
    let (cause, advice) = match (facts.side, words) {
        (_, "TLS record") => return None,
        (Side::Server, "HTTP request" | "HTTP/2 preface") => {
            (say!(tls::the_client_spoke_plain_http()), say!(tls::use_https_there()))
        }
        (Side::Server, "SSH identification") => {
            (say!(tls::the_client_spoke_ssh()), say!(tls::the_ssh_server_has_another_port()))
        }
        (Side::Client, "HTTP response") => {
            (say!(tls::the_server_answered_in_plain_http()), say!(tls::this_is_not_its_tls_port()))
        }
        (Side::Client, "SSH identification") => {
            (say!(tls::an_ssh_server_answered()), say!(tls::client_ssh_speaks_to_it(program::CLIENT)))
        }
        (Side::Client, greeting) => match starts_in_the_clear(greeting) {
            Some((service, port)) => (
                say!(tls::the_server_wants_starttls(service)),
                say!(tls::tls_at_once_has_another_port(service, port)),
            ),
            None => not_tls(facts, greeting, expected),
        },
        (Side::Server, words) => not_tls(facts, words, expected),
    };
    let line = facts.theirs(Step::Undecodable).and_then(|lost| lost.get(TEXT));
    let cause = match line {
        None => cause,
        Some(line) => say!(tls::and_its_first_line(cause, line)),
    };
    let reason = Reason::new(cause).by(facts.peer()).at(Step::Undecodable);
    // Who speaks SSH, and where, is known of our own programs.
    let of_ours = words == "SSH identification" && facts.given.program == Program::Other;
    Some(if of_ours { reason } else { reason.advising(advice) })
}

/// A protocol that begins in the clear and greets first, by how its greeting looks, and its port for TLS at once.
fn starts_in_the_clear(looks_like: &str) -> Option<(Text, &'static str)> {
    match looks_like {
        "SMTP or FTP greeting" => Some((text!(tls::smtp_or_ftp()), "465, 990")),
        "POP3 greeting" => Some((text!(tls::pop3()), "995")),
        "IMAP greeting" => Some((text!(tls::imap()), "993")),
        _another => None,
    }
}

fn not_tls(facts: &Facts<'_>, words: &str, expected: &str) -> (Said, Said) {
    let peer = facts.them();
    let expected = our_words(expected);
    let cause = match words {
        "unknown" => say!(tls::the_peers_first_bytes_are_unknown(peer, expected)),
        words => {
            let got = our_words(words);
            say!(tls::the_peer_did_not_speak_tls(peer, expected, got))
        }
    };
    (cause, say!(tls::is_this_the_right_port()))
}

fn too_long(facts: &Facts<'_>) -> Option<Reason> {
    let claims = facts.theirs(Step::Undecodable).and_then(|lost| lost.get(LOOKS_LIKE)) == Some("TLS record");
    let long = facts.end == End::Unreadable(Unreadable::TooLong) || (is_unreadable(facts) && claims);
    let peer = facts.them();
    let place = facts.after();
    long.then(|| Reason::new(say!(tls::the_peer_sent_something_too_long(peer, place))).by(facts.peer()))
}

fn unreadable(facts: &Facts<'_>) -> Option<Reason> {
    let End::Unreadable(how) = facts.end else { return None };
    let (peer, place) = (facts.them(), facts.after());
    let how = match how {
        Unreadable::NoRecord => say!(tls::bytes_of_no_record()),
        Unreadable::TooLong => say!(tls::a_message_that_is_too_long()),
        Unreadable::Empty => say!(tls::an_empty_record()),
        Unreadable::Malformed => say!(tls::a_message_that_does_not_read()),
    };
    Some(Reason::new(say!(tls::the_peer_sent_what_does_not_read(peer, place, how))).by(facts.peer()))
}

fn out_of_place(facts: &Facts<'_>) -> Option<Reason> {
    let End::OutOfPlace { expected, got } = &facts.end else { return None };
    let peer = facts.them();
    let place = facts.after();
    let due = few(expected);
    Some(
        Reason::new(say!(tls::the_peer_sent_another_message_than_due(peer, got, place, due)))
            .by(facts.peer())
            .instead(due, Said::same(*got)),
    )
}

fn downgraded(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Misbehaved(Misbehaved::Downgrade) {
        return None;
    }
    let version = facts.theirs(Step::ServerHello).and_then(|hello| hello.get(VERSION)).unwrap_or("?");
    Some(Reason::new(say!(tls::the_version_was_lowered(version))).at(Step::ServerHello))
}

fn does_not_open(facts: &Facts<'_>) -> Option<Reason> {
    let sealed = facts.theirs(Step::DoesNotOpen).is_some();
    if facts.end != End::DoesNotOpen && !(sealed && matches!(facts.end, End::Unreadable(_) | End::Ours)) {
        return None;
    }
    let peer = facts.them();
    let reason = if facts.theirs(Step::Finished).is_some() {
        Reason::new(say!(tls::a_record_of_the_peer_does_not_open(peer)))
    } else {
        Reason::new(say!(tls::the_peers_first_encrypted_record_does_not_open(peer))).advising(compare())
    };
    Some(reason.at(Step::DoesNotOpen))
}

fn finished_differs(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::WrongDigest {
        return None;
    }
    let peer = facts.them();
    Some(Reason::new(say!(tls::the_peers_finished_does_not_fit(peer))).at(Step::Finished).advising(compare()))
}

fn broke_a_rule(facts: &Facts<'_>) -> Option<Reason> {
    let End::Misbehaved(how) = facts.end else { return None };
    let (peer, place) = (facts.them(), facts.after());
    let how = match how {
        Misbehaved::Renegotiates => say!(tls::it_renegotiates_again_and_again()),
        Misbehaved::ApplicationProtocol => protocol_not_offered(facts),
        Misbehaved::ServerName => say!(tls::its_server_name_is_not_one_host_name()),
        Misbehaved::NotOffered => not_offered(facts),
        Misbehaved::Downgrade | Misbehaved::Scheme | Misbehaved::Other => {
            say!(tls::it_broke_a_rule_of_the_handshake())
        }
        Misbehaved::Retry => say!(tls::its_hello_retry_request_contradicts()),
        Misbehaved::Extension => say!(tls::it_sent_an_extension_twice()),
        Misbehaved::Resumption => say!(tls::its_resumption_does_not_fit()),
        Misbehaved::TooMany => say!(tls::it_sends_too_many_without_meaning()),
        Misbehaved::Interleaved => say!(tls::key_change_shares_a_record()),
    };
    Some(Reason::new(say!(tls::the_peer_broke_a_rule(peer, place, how))).by(facts.peer()))
}

fn protocol_not_offered(facts: &Facts<'_>) -> Said {
    let chosen = [Step::ServerHello, Step::EncryptedExtensions]
        .into_iter()
        .find_map(|step| facts.theirs(step)?.get(ALPN)?.first().copied());
    let offered = few(&facts.offered(ALPN));
    let chosen = chosen.unwrap_or("?");
    say!(tls::it_chose_a_protocol_not_offered(chosen, offered))
}

fn not_offered(facts: &Facts<'_>) -> Said {
    let suite = facts.theirs(Step::ServerHello).and_then(|hello| hello.get(CIPHER_SUITE));
    let offered = facts.offered(CIPHER_SUITES);
    match suite.filter(|suite| !offered.contains(suite)) {
        Some(suite) => say!(tls::it_chose_a_suite_not_offered(suite)),
        None => say!(tls::it_chose_something_not_offered()),
    }
}

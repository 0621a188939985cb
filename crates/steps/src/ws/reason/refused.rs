//! The answer that is not 101 (RFC 9110 §15): what the server says of itself, by status, header and body.

use super::{Facts, Recognise, quoted};
use crate::{Field, Reason, Record, Rule, Said, Side, common, rule::rule_list, ws::Step, ws::field};

const WWW_AUTHENTICATE: Field<str> = field::WWW_AUTHENTICATE;

pub(super) const RULES: &[(Rule, Recognise)] = rule_list!["ws", ws_rules;
    redirected => redirected;
    credentials_wanted => credentials;
    proxy_credentials_wanted => proxy;
    forbidden => forbidden;
    another_version => version;
    plain_http_to_https => wants_tls;
    not_now => not_now;
    bad_gateway => gateway;
    upgrade_required => upgrade_required;
    not_found => not_found;
    a_web_page => page;
    refused => other;
];

/// The answer, where this client was refused.
fn answer<'a>(facts: &Facts<'a>, statuses: &[u64]) -> Option<&'a Record> {
    if facts.side == Side::Server {
        return None;
    }
    let answer = facts.past.first(Step::Refused)?;
    let status = answer.get(field::STATUS)?;
    (statuses.is_empty() || statuses.contains(&status)).then_some(answer)
}

/// What the body says for people: the title of a page, else its first line.
fn words(facts: &Facts<'_>) -> Option<String> {
    let body = facts.past.first(Step::Body)?.get(common::TEXT)?;
    let lower = body.to_ascii_lowercase();
    if let Some(from) = lower.find("<title>").map(|at| at + "<title>".len()) {
        // Both have the same length: only ASCII was lowered.
        let to = lower[from..].find("</title>").map_or(lower.len(), |at| from + at);
        return Some(body[from..to].trim().to_owned()).filter(|title| !title.is_empty());
    }
    let line = body.lines().map(str::trim).find(|line| !line.is_empty())?;
    (!line.starts_with('<')).then(|| line.to_owned())
}

/// "The server answered `...` instead of 101", then why, then its own words.
fn because(facts: &Facts<'_>, answer: &Record, why: Said) -> Reason {
    let line = answer.get(field::STATUS_LINE).unwrap_or_default().trim_end();
    let words = words(facts).map_or_else(Said::default, |words| {
        let words = quoted(&words);
        say!(ws::and_its_body(words))
    });
    let cause = say!(ws::the_server_answered_something_else(line, why, words));
    let status = answer.get(field::STATUS).unwrap_or_default().to_string();
    Reason::new(cause).by(Side::Server).at(Step::Refused).instead(Said::same("101"), Said::same(&status))
}

fn redirected(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[301, 302, 303, 307, 308])?;
    let to = answer.get(field::LOCATION)?;
    Some(because(facts, answer, say!(ws::it_points_elsewhere(to))))
}

fn credentials(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[401])?;
    let how = answer.get(WWW_AUTHENTICATE).map_or_else(Said::default, |how| {
        let how = quoted(how);
        say!(ws::in_its_own_words(how))
    });
    let reason = because(facts, answer, say!(ws::it_wants_credentials(how)));
    Some(reason.advising(say!(ws::log_in_by_other_means())))
}

fn proxy(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[407])?;
    let how = answer.get(field::PROXY_AUTHENTICATE).map_or_else(Said::default, |how| {
        let how = quoted(how);
        say!(ws::in_its_own_words(how))
    });
    Some(because(facts, answer, say!(ws::it_is_a_proxy(how))))
}

fn forbidden(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[403])?;
    let reason = because(facts, answer, say!(ws::it_does_not_let_this_client_in()));
    Some(reason.advising(say!(ws::its_origin_or_rights())))
}

fn version(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[])?;
    let versions = answer.get(field::SEC_WEBSOCKET_VERSION)?;
    if versions.split(',').any(|version| version.trim() == "13") {
        return None;
    }
    Some(because(facts, answer, say!(ws::it_speaks_another_version(versions))))
}

fn wants_tls(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[400, 497])?;
    let said = words(facts)?.to_lowercase();
    if facts.given.secure
        || !(said.contains("https port") || said.contains("http request to an https server"))
    {
        return None;
    }
    let reason = because(facts, answer, say!(ws::it_wants_tls_on_this_port()));
    Some(reason.advising(say!(ws::use_wss_here())))
}

fn not_now(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[429, 503])?;
    let again = match answer.get(field::RETRY_AFTER) {
        None => say!(ws::later()),
        Some(_) => say!(ws::then()),
    };
    let when = answer.get(field::RETRY_AFTER).map_or_else(Said::default, |after| {
        let seconds = after.bytes().all(|byte| byte.is_ascii_digit());
        let unit = if seconds { say!(ws::so_many_seconds()) } else { Said::default() };
        say!(ws::retry_after(after, unit))
    });
    let reason = because(facts, answer, say!(ws::it_is_overloaded(when)));
    Some(reason.advising(say!(ws::try_again_when(again))))
}

fn gateway(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[502, 504])?;
    let reason = because(facts, answer, say!(ws::it_is_a_gateway()));
    Some(reason.advising(say!(ws::is_the_server_behind_it_running())))
}

fn upgrade_required(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[426])?;
    let reason = because(facts, answer, say!(ws::it_wants_an_upgrade()));
    Some(reason.advising(say!(ws::a_proxy_may_have_dropped_the_upgrade())))
}

fn not_found(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[404])?;
    let path = facts.past.first(Step::UpgradeRequest).and_then(|it| it.get(field::PATH)).map(quoted);
    let path = path.unwrap_or_default();
    let reason = because(facts, answer, say!(ws::it_has_nothing_there(path)));
    Some(reason.advising(say!(ws::is_the_path_right())))
}

fn page(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[200])?;
    let reason = because(facts, answer, say!(ws::an_http_server_that_does_not_upgrade()));
    Some(reason.advising(say!(ws::is_it_a_websocket_server_or_a_proxy())))
}

fn other(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[])?;
    let reason = because(facts, answer, say!(ws::it_gives_its_reason_itself()));
    Some(if words(facts).is_some() {
        reason
    } else {
        reason.advising(say!(ws::is_it_a_websocket_server_at_that_path()))
    })
}

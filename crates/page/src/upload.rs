//! What a visitor hands over: own notes, a recorded log, a capture. It is read in memory and kept by nobody.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    extract::State,
    http::{Request, Response, StatusCode},
};
use capture::{Captures, Keep, Keys};
use serde_json::{Value, json};
use show::{NotesFile, OwnNotes};
use steps::{Lang, say};

use crate::{Page, refused, run, text};

/// Uploads that are read at once; each may take memory.
pub(crate) const AT_ONCE: usize = 2;

/// The largest file that is taken.
pub(crate) const MOST: usize = 64 << 20;

/// Notes are written by hand.
pub(crate) const MOST_NOTES: usize = 4 << 20;

/// Characters of a file's name.
const LONGEST_NAME: usize = 255;

/// Connections of a capture that are listed.
const MOST_ROWS: usize = 1000;

/// The page as one file, with a place for the run that the browser puts in.
pub(crate) async fn alone(request: Request<Body>) -> Response<Body> {
    let asked = request.uri().query().and_then(|query| query.strip_prefix("lang="));
    let lang = Lang::ALL.iter().find(|lang| asked == Some(lang.code())).copied().unwrap_or(Lang::En);
    text("text/plain; charset=utf-8", show::web::filled("DATA", "TITLE", lang))
}

/// The reader's own notes: which sentence says what.
pub(crate) async fn notes(State(page): State<Arc<Page>>, request: Request<Body>) -> Response<Body> {
    read(&page, request, MOST_NOTES, |bytes, name| {
        let decoded = ::notes::Decoded::read(&bytes).map_err(::notes::NotText::said)?;
        let file = NotesFile {
            name: name.unwrap_or_else(|| "notes.md".into()),
            notes: ::notes::Notes::read(&decoded.text),
            encoding: decoded.unusual(),
            text: decoded.text,
        };
        Ok(show::web::own_notes(&OwnNotes { files: vec![file] }))
    })
    .await
}

/// A recorded log, or a capture; of a capture first the list of its connections, then the one with the number that is
/// asked for.
pub(crate) async fn open(State(page): State<Arc<Page>>, request: Request<Body>) -> Response<Body> {
    let number = request.uri().query().and_then(|query| query.strip_prefix("connection=")?.parse().ok());
    read(&page, request, MOST, move |bytes, _| {
        if bytes.get(..4).is_some_and(capture::is_capture) {
            return of_capture(&bytes, number);
        }
        let log = show::read_log("log", &String::from_utf8_lossy(&bytes));
        if log.events.is_empty() {
            return Err(say!(upload::neither_log_nor_capture()));
        }
        let troubles: Vec<Value> = log.troubles.iter().map(Value::from).collect();
        Ok(opened(&troubles, log.events))
    })
    .await
}

fn opened(troubles: &[Value], events: Vec<claims::Event>) -> Value {
    let (stories, mermaid) = run::told(events, None);
    json!({ "troubles": troubles, "stories": stories, "mermaid": mermaid })
}

fn of_capture(bytes: &[u8], number: Option<u64>) -> Result<Value, steps::Said> {
    let mut captures = Captures::new(Keys::default(), number.map_or(Keep::Nothing, Keep::One));
    let trouble = captures.file(bytes, |_| {}).err();
    let troubles: Vec<Value> = trouble.iter().map(|why| Value::from(why.said())).collect();
    let (finished, _) = captures.finish();
    if number.is_some() {
        let chosen = finished.into_iter().find(|one| Some(one.row.number) == number);
        let events = chosen.map(|one| one.events).unwrap_or_default();
        return Ok(opened(&troubles, events));
    }
    let connections: Vec<Value> = (finished.iter().take(MOST_ROWS))
        .map(|one| {
            let row = &one.row;
            let outcome = row.outcome();
            json!({
                "number": row.number,
                "client": row.client.to_string(),
                "server": row.server.to_string(),
                "protocol": row.kind.name(),
                "outcome": outcome,
            })
        })
        .collect();
    Ok(json!({ "troubles": troubles, "connections": connections }))
}

/// A file's name, which a browser sends percent-encoded (RFC 3986 §2.1): as its visitor calls it, and no more of it than can
/// be read. It is told as a text, and leads to no file.
fn decoded(name: &[u8]) -> String {
    let mut bytes = Vec::new();
    let mut rest = name;
    while let Some((first, behind)) = rest.split_first() {
        let pair = behind.split_at_checked(2).filter(|_| *first == b'%');
        let escaped = pair.and_then(|(pair, behind)| Some((*hex::decode(pair).ok()?.first()?, behind)));
        let (byte, behind) = escaped.unwrap_or((*first, behind));
        bytes.push(byte);
        rest = behind;
    }
    String::from_utf8_lossy(&bytes).chars().take(LONGEST_NAME).collect()
}

/// Takes the body, reads it away from those who wait for nothing, and answers in JSON.
async fn read(
    page: &Page,
    request: Request<Body>,
    most: usize,
    work: impl FnOnce(Vec<u8>, Option<String>) -> Result<Value, steps::Said> + Send + 'static,
) -> Response<Body> {
    let said = request.headers().get("content-length").and_then(|value| value.to_str().ok()?.parse().ok());
    if said.is_some_and(|length: usize| length > most) {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, &format!("At most {} MiB.", most >> 20));
    }
    let name = request.headers().get("x-name").map(|name| decoded(name.as_bytes()));
    let Ok(_permit) = page.reading.acquire().await else {
        return refused(StatusCode::SERVICE_UNAVAILABLE, "The page is closing.");
    };
    let body = match to_bytes(request.into_body(), most).await {
        Ok(body) => body.to_vec(),
        Err(_) => return refused(StatusCode::PAYLOAD_TOO_LARGE, &format!("At most {} MiB.", most >> 20)),
    };
    match tokio::task::spawn_blocking(move || work(body, name)).await {
        Ok(Ok(read)) => text("application/json", steps::to_json(&read).expect("it is plain data")),
        Ok(Err(why)) => {
            let mut answer = text("application/json", json!(why).to_string());
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            answer
        }
        Err(_) => refused(StatusCode::INTERNAL_SERVER_ERROR, "It could not be read."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_decoded_and_whatever_it_holds_stays_a_text() {
        for (sent, name) in [
            ("my%20notes.md", "my notes.md"),
            ("%E6%8F%A1%E6%89%8B%20%2850%25%29.md", "握手 (50%).md"),
            ("100%.md", "100%.md"),
            ("%", "%"),
            ("%2", "%2"),
            ("%zz%2", "%zz%2"),
            ("%2525", "%25"),
            ("..%2f..%2fetc%2fpasswd", "../../etc/passwd"),
            ("%3Cimg%20src%3Dx%3E%E2%80%AE", "<img src=x>\u{202e}"),
            ("%ff", "\u{fffd}"),
        ] {
            assert_eq!(decoded(sent.as_bytes()), name);
        }
        assert_eq!(decoded("%E6%8F%A1".repeat(1000).as_bytes()).chars().count(), LONGEST_NAME);
    }
}

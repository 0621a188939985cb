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
    let name = request.headers().get("x-name").and_then(|value| Some(value.to_str().ok()?.to_owned()));
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

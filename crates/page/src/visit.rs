//! A visitor: a WebSocket, by which the page asks for a run, sees it grow, and ends it.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, Request, Response, StatusCode, header},
};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::derive_accept_key,
        protocol::{Role, WebSocketConfig},
    },
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{Page, refused, run};

/// Visitors at once.
pub(crate) const VISITORS: usize = 256;

/// What a visitor asks for.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Asked {
    /// A run, by its name in the catalogue, whether its packets are wanted, with the secrets that open them, and in which
    /// language the program speaks to its visitor.
    Run {
        name: String,
        #[serde(default)]
        packets: bool,
        #[serde(default)]
        lang: Spoken,
    },
    /// The end of it.
    Cancel,
}

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Spoken {
    #[default]
    En,
    Zh,
}

/// The upgrade (RFC 6455 §4.2), which axum leaves to us.
pub(crate) async fn live(State(page): State<Arc<Page>>, mut request: Request<Body>) -> Response<Body> {
    let is = |name: header::HeaderName, word: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        value.split(',').any(|one| one.trim().eq_ignore_ascii_case(word))
    };
    let upgrades = is(header::UPGRADE, "websocket")
        && is(header::CONNECTION, "upgrade")
        && is(header::SEC_WEBSOCKET_VERSION, "13");
    let key = request.headers().get(header::SEC_WEBSOCKET_KEY).map(|key| derive_accept_key(key.as_bytes()));
    let (Some(key), true) = (key, upgrades) else {
        return refused(StatusCode::UPGRADE_REQUIRED, "Here the page opens its WebSocket.");
    };
    let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() else {
        return refused(StatusCode::UPGRADE_REQUIRED, "This connection cannot be upgraded.");
    };
    let Ok(permit) = Arc::clone(&page.visitors).try_acquire_owned() else {
        return refused(StatusCode::SERVICE_UNAVAILABLE, "Too many visitors.");
    };
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            visit(&page, upgraded, permit).await;
        }
    });
    let mut answer = refused(StatusCode::SWITCHING_PROTOCOLS, "");
    *answer.body_mut() = Body::empty();
    for (name, value) in [
        (header::UPGRADE, "websocket"),
        (header::CONNECTION, "Upgrade"),
        (header::SEC_WEBSOCKET_ACCEPT, &key),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

async fn visit(page: &Arc<Page>, upgraded: Upgraded, _permit: OwnedSemaphorePermit) {
    // What a visitor says is a name.
    let small = WebSocketConfig::default().max_message_size(Some(4096)).max_frame_size(Some(4096));
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(small)).await;
    let (mut out, mut asked) = socket.split();
    let (tell, mut told) = mpsc::channel::<Value>(4);
    let mut current: Option<(AbortOnDropHandle<()>, CancellationToken)> = None;
    loop {
        let said = tokio::select! {
            told = told.recv() => match told {
                Some(told) => told,
                None => break,
            },
            asked = asked.next() => match asked {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                    Ok(Asked::Run { .. }) if current.as_ref().is_some_and(|(running, _)| !running.is_finished()) => {
                        json!({ "refused": "busy" })
                    }
                    Ok(Asked::Run { name, packets, lang }) => {
                        let stop = CancellationToken::new();
                        let running = one(Arc::clone(page), (name, packets, lang), tell.clone(), stop.clone());
                        let running = tokio::spawn(running);
                        current = Some((AbortOnDropHandle::new(running), stop));
                        continue;
                    }
                    Ok(Asked::Cancel) => {
                        if let Some((_, stop)) = &current {
                            stop.cancel();
                        }
                        continue;
                    }
                    Err(_) => json!({ "refused": "not_understood" }),
                },
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_))) => continue,
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
            },
            () = page.ended.cancelled() => break,
        };
        let text = steps::to_json(&said).expect("it is plain data");
        if out.send(Message::text(text)).await.is_err() {
            break;
        }
    }
    let _ = out.close().await; // it is over in any case, and dropping `current` ends the run
}

/// Waits for its turn, runs, and says how it ended.
async fn one(
    page: Arc<Page>,
    (name, packets, lang): (String, bool, Spoken),
    tell: mpsc::Sender<Value>,
    stop: CancellationToken,
) {
    let Some(run) = page.options.runs.iter().find(|run| run.name == name) else {
        let _ = tell.send(json!({ "refused": "unknown", "run": name })).await;
        return;
    };
    let work = async {
        let _turn = match Arc::clone(&page.running).try_acquire_owned() {
            Ok(turn) => turn,
            Err(_) => {
                let waits = Waits::begin(&page);
                let _ = tell.send(json!({ "queued": waits.place, "run": name })).await;
                Arc::clone(&page.running).acquire_owned().await?
            }
        };
        let _ = tell.send(json!({ "running": name })).await;
        let lang = match lang {
            Spoken::En => "en",
            Spoken::Zh => "zh",
        };
        let args = [&run.args[..], &page.options.args[..], &["--lang".to_owned(), lang.to_owned()]].concat();
        let viewer = page.options.viewer.as_ref();
        if !packets {
            return run::run(&args, viewer, &tell).await;
        }
        let (mut ended, recorded) = run::with_packets(&args, viewer, &tell).await?;
        ended["capture"] = json!(recorded.map(|recorded| page.packets.keep(recorded)));
        Ok(ended)
    };
    let ended = tokio::select! {
        ended = work => ended.unwrap_or_else(|error| json!({ "ended": "otherwise", "said": [format!("{error:#}")] })),
        () = stop.cancelled() => json!({ "ended": "cancelled" }),
    };
    let _ = tell.send(ended).await; // a visitor who is gone is told nothing
}

/// A place among those who wait.
struct Waits<'a> {
    page: &'a Page,
    place: usize,
}

impl<'a> Waits<'a> {
    fn begin(page: &'a Page) -> Self {
        Waits { page, place: page.waiting.fetch_add(1, Relaxed) + 1 }
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.page.waiting.fetch_sub(1, Relaxed);
    }
}

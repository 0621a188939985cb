//! The page (`lab serve`): a catalogue of runs, one of which a visitor starts, and the ladder of what happened, played
//! in a browser. What is drawn is made by [`show::web`]; here is decided which requests are let in and what may run.
//!
//! Every run is a process of its own, the very program that serves: it can be ended at any moment, shares nothing with
//! another visitor's, and takes none of this process with it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context;
use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderValue, Request, Response, StatusCode, header},
    middleware::{self, Next},
    routing::{get, post},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use serde::Serialize;
use serde_json::json;
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::sync::CancellationToken;

mod door;
mod lang;
mod packets;
mod run;
mod upload;
mod visit;

use door::Door;

/// Connections that are open at once; more wait until one closes.
const CONNECTIONS: usize = 512;

/// How long the head of a request may take.
const HEAD: Duration = Duration::from_secs(10);

/// What the page serves, and to whom.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where browsers reach it, if that is another address: a port that Docker publishes.
    pub published_on: Option<SocketAddr>,
    /// What a visitor can run.
    pub runs: Vec<Run>,
    /// Options that each run gets: where the keys are, where it is recorded.
    pub args: Vec<String>,
    /// The viewer that shows the traces of runs, where runs are sent to a collector.
    pub viewer: Option<otlp::Viewer>,
    /// The reader's own notes.
    pub notes: Option<show::OwnNotes>,
}

/// Something that a visitor can run.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// The name by which a visitor asks for it.
    pub name: String,
    /// What the program is told: `run tls/unknown-ca`.
    #[serde(skip)]
    pub args: Vec<String>,
    /// The protocol, by its id.
    pub protocol: steps::Protocol,
    /// Whether something goes wrong in it.
    pub scenario: bool,
    /// What it is, in a few words.
    pub title: steps::Said,
    /// What to look at.
    pub about: steps::Said,
    /// The claims that it shows, where its file names them.
    pub claims: Vec<&'static str>,
}

/// What all visitors share.
#[derive(Debug)]
struct Page {
    options: Options,
    catalogue: String,
    door: Door,
    /// A permit for each run at once.
    running: Arc<Semaphore>,
    /// A permit for each visitor at once.
    visitors: Arc<Semaphore>,
    /// A permit for each upload that is read at once.
    reading: Semaphore,
    packets: packets::Packets,
    /// How many wait for a permit to run.
    waiting: std::sync::atomic::AtomicUsize,
    ended: CancellationToken,
}

/// Listens, and says where in `listens`; serves until `stop`.
///
/// # Errors
///
/// When it cannot listen there.
pub async fn serve(
    options: Options,
    listens: impl FnOnce(&str),
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("could not listen on {}", options.listen))?;
    let at = listener.local_addr().context("the socket has no address")?;
    let door = Door::new(at, options.published_on);
    listens(&door.url());
    let catalogue = catalogue(&options);
    let page = Arc::new(Page {
        options,
        catalogue,
        door,
        running: Arc::new(Semaphore::new(run::AT_ONCE)),
        visitors: Arc::new(Semaphore::new(visit::VISITORS)),
        reading: Semaphore::new(upload::AT_ONCE),
        packets: packets::Packets::default(),
        waiting: 0.into(),
        ended: stop.clone(),
    });
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    let routes = routes(page);
    loop {
        let permit = Arc::clone(&connections).acquire_owned().await.context("it is never closed")?;
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!("could not accept a connection: {error}");
                    tokio::time::sleep(Duration::from_millis(100)).await; // no descriptor is free
                    continue;
                }
            },
            () = stop.cancelled() => return Ok(()),
        };
        let (routes, stop) = (routes.clone(), stop.clone());
        tokio::spawn(async move {
            let _permit = permit;
            let served = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD)
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes))
                .with_upgrades();
            tokio::select! {
                _whoever_hung_up = served => {}
                () = stop.cancelled() => {}
            }
        });
    }
}

fn routes(page: Arc<Page>) -> Router {
    Router::new()
        .route("/", get(async || text("text/html; charset=utf-8", show::web::DOCUMENT)))
        .route("/page.css", get(async || text("text/css; charset=utf-8", show::web::STYLE)))
        .route("/alone.html", get(upload::alone))
        .route("/catalogue.json", get(catalogue_json))
        .route("/notes", post(upload::notes))
        .route("/open", post(upload::open))
        .route("/packets/{name}", get(packets::fetch))
        .route("/live", get(visit::live))
        .merge(show::web::MODULES.into_iter().fold(Router::new(), |router, (name, module)| {
            router
                .route(&format!("/{name}"), get(async move || text("text/javascript; charset=utf-8", module)))
        }))
        .layer(middleware::from_fn_with_state(Arc::clone(&page), checked))
        .with_state(page)
}

/// Refuses a request that the door does not let in, and adds to every answer the headers that a browser has to obey.
async fn checked(State(page): State<Arc<Page>>, request: Request<Body>, next: Next) -> Response<Body> {
    let mut answer = match page.door.check(&request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.answer(),
    };
    let host = page.door.address();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ws://{host}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    for (name, value) in [
        ("content-security-policy", policy.as_str()),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

async fn catalogue_json(State(page): State<Arc<Page>>) -> Response<Body> {
    text("application/json", page.catalogue.clone())
}

/// What the page asks for first.
fn catalogue(options: &Options) -> String {
    let all = json!({
        "catalogue": show::web::catalogue(),
        "runs": options.runs,
        "notes": options.notes.as_ref().map(show::web::own_notes),
        // In MiB: a browser need not send what is not taken.
        "limits": { "open": upload::MOST >> 20, "notes": upload::MOST_NOTES >> 20 },
    });
    steps::to_json(&all).expect("it is plain data")
}

fn text(kind: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut answer = Response::new(body.into());
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

fn refused(status: StatusCode, why: &str) -> Response<Body> {
    let mut answer = text("text/plain; charset=utf-8", format!("{why}\n"));
    *answer.status_mut() = status;
    answer
}

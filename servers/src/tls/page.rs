//! What the encrypted connection is for: one HTTPS request, one small page, and close_notify from both sides.
//!
//! Read beside it: `clients/src/tls/page.rs`, RFC 9112 §2 (HTTP/1.1), RFC 8446 §6.1 (close_notify).

use std::{io, time::Duration};

use steps::{Reason, text, tls::reason::End};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::{Instant, timeout, timeout_at},
};
use tokio_util::sync::CancellationToken;
use watch::tls::Watch;

/// A request, its answer, and the end. `patience`: how long the client may take for the request.
pub(super) async fn one_page<S>(
    mut tls: S,
    watch: &Watch,
    stop: &CancellationToken,
    patience: Duration,
) -> Result<(), Reason>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let request = tokio::select! {
        () = stop.cancelled() => Err(watch.why(End::Stopped)),
        request = read_request(&mut tls, watch, patience) => request,
    };
    // Whatever happened: close_notify, so that the client does not take a cut for an end.
    let answered = match request {
        Ok(Some(request)) => answer(&mut tls, &request).await.map_err(|error| watch.explain(&error)),
        Ok(None) => Ok(()),
        Err(why) => Err(why),
    };
    // The answer is out: what is left to come is the client's farewell, and whatever it is, it changes nothing.
    close(&mut tls).await;
    answered
}

/// The head of the request; none when the client left without asking.
async fn read_request<S>(tls: &mut S, watch: &Watch, patience: Duration) -> Result<Option<String>, Reason>
where
    S: AsyncRead + Unpin,
{
    /// A request head longer than this is not answered.
    const MOST: usize = 1024 * KIB as usize;
    const KIB: u32 = 16;
    // For the whole head: who sends a byte now and then would stay for ever.
    let until = Instant::now() + patience;
    let (mut head, mut part) = (Vec::new(), [0; 2048]);
    loop {
        match timeout_at(until, tls.read(&mut part)).await {
            Ok(Ok(0)) if watch.peer_said_close_notify() == Some(false) => return Err(watch.why(End::Cut)),
            Ok(Ok(0)) if head.is_empty() => return Ok(None),
            Ok(Ok(0)) => return Err(watch.why(End::Unfinished)),
            Ok(Ok(n)) => head.extend_from_slice(&part[..n]),
            Ok(Err(error)) => return Err(watch.explain(&error)),
            Err(_) => return Err(watch.why(End::Silent(patience))),
        }
        if head.windows(4).any(|end| end == b"\r\n\r\n") {
            return Ok(Some(String::from_utf8_lossy(&head).into_owned()));
        }
        if head.len() > MOST {
            return Err(watch.why(End::HeadTooLong(KIB)));
        }
    }
}

/// Says close_notify, half-closes TCP and waits a while for the client to do the same.
async fn close<S>(tls: &mut S)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    // The client may have been faster: close_notify has nobody left to reach then. What it said stays to be read.
    let _ = tls.shutdown().await;
    let mut rest = [0; 2048];
    let drain = async {
        // Many clients close TCP without close_notify once they have the whole answer: no fault of this run.
        while let Ok(1..) = tls.read(&mut rest).await {}
    };
    let _ = timeout(Duration::from_secs(2), drain).await;
}

/// Answers with a page that any HTTP/1.1 client understands.
async fn answer<S: AsyncWrite + Unpin>(tls: &mut S, request: &str) -> io::Result<()> {
    let mut words = request.lines().next().unwrap_or_default().split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (status, page) = match (method, path) {
        ("GET" | "HEAD", "/") => ("200 OK", the_page()),
        ("GET" | "HEAD", _) => ("404 Not Found", "There is one page here: /\n".into()),
        _ => ("405 Method Not Allowed", "Only GET and HEAD are answered here.\n".into()),
    };
    let allow = if status.starts_with("405") { "Allow: GET, HEAD\r\n" } else { "" };
    let mut answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n{allow}\
         Connection: close\r\n\r\n",
        page.len()
    );
    if method != "HEAD" {
        answer.push_str(&page);
    }
    tls.write_all(answer.as_bytes()).await?;
    tls.flush().await
}

fn the_page() -> String {
    format!(
        "<!doctype html><title>TLS</title><p>{}</p>\n",
        text!(tls::this_page_was_encrypted()).in_each(" ")
    )
}

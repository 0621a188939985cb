//! What the encrypted connection is for: one HTTPS request, its answer, and close_notify from both sides.
//!
//! Read beside it: `servers/src/tls/page.rs`, RFC 9112 §6 (where an answer ends), RFC 8446 §6.1 (close_notify).

use std::time::Duration;

use steps::{Reason, tls::reason::End};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};
use watch::tls::Watch;

use super::Options;
use crate::PATIENCE;

mod answer;

use answer::{Extent, extent};

/// A request, its answer, and the end.
pub(super) async fn one_page<S>(mut tls: S, options: &Options, watch: &Watch) -> Result<(), Reason>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let answered = request(&mut tls, options, watch).await;
    // Whatever happened: close_notify, so that the server does not take a cut for an end.
    let closed = tls.shutdown().await;
    answered?;
    // The answer is whole: what is left to come is the server's own farewell, and whatever it is, it changes nothing.
    if closed.is_ok() {
        let mut rest = [0; 2048];
        let drain = async { while let Ok(1..) = tls.read(&mut rest).await {} };
        let _ = timeout(FAREWELL, drain).await;
    }
    Ok(())
}

/// How long the server gets for its own end.
const FAREWELL: Duration = Duration::from_secs(1);

/// Asks for a page and reads the answer to its end.
async fn request<S: AsyncRead + AsyncWrite + Unpin>(
    tls: &mut S,
    options: &Options,
    watch: &Watch,
) -> Result<(), Reason> {
    /// Of a longer answer only the beginning is read.
    const MOST: usize = 256 * 1024;
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: handshakes\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        options.path(),
        options.host()
    );
    tls.write_all(request.as_bytes()).await.map_err(|error| watch.explain(&error))?;
    let (mut answer, mut part) = (Vec::new(), vec![0; 16 * 1024]);
    let end = loop {
        match extent(&answer) {
            // A server that keeps the connection open has said all it has to say.
            Extent::Whole => return Ok(()),
            Extent::Part | Extent::UntilClose if answer.len() >= MOST => return Ok(()),
            Extent::Foreign if is_told(&answer) => break End::NoHttp,
            Extent::Nothing | Extent::Part | Extent::UntilClose | Extent::Foreign => {}
        }
        match timeout(PATIENCE, tls.read(&mut part)).await {
            // A library may not tell an end without close_notify from one with it.
            Ok(Ok(0)) if watch.peer_said_close_notify() == Some(false) => break End::Cut,
            Ok(Ok(0)) => match extent(&answer) {
                Extent::Whole | Extent::UntilClose => return Ok(()),
                Extent::Part => break End::Unfinished,
                Extent::Nothing | Extent::Foreign => break End::NoHttp,
            },
            Ok(Ok(n)) => answer.extend_from_slice(&part[..n]),
            Ok(Err(error)) => break watch.ended(&error),
            Err(_) => break End::Silent(PATIENCE),
        }
    };
    Err(watch.why(end))
}

/// Whether enough has come to tell what is spoken instead of HTTP: a line of text, or a byte that no text has.
fn is_told(answer: &[u8]) -> bool {
    /// Longer than any greeting.
    const LONGEST: usize = 4096;
    answer.len() > LONGEST || answer.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_line_or_a_byte_of_no_text_tells_what_is_spoken_instead_of_http() {
        for told in [&b"220 mail ready\r\n"[..], b"* OK\n", b"\0\0\x12\x04", "\u{bb}\tx\n".as_bytes()] {
            assert!(is_told(told), "{told:?}");
        }
        for begun in [&b"220 mail"[..], b"", "gr\u{fc}ezi\tmiteinander".as_bytes()] {
            assert!(!is_told(begun), "{begun:?}");
        }
        assert!(is_told(&[b'x'; 5000]), "nobody greets so long");
    }
}

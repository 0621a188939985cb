//! No upgrade: a page for a browser, a reason for anyone else who speaks HTTP.

use steps::{
    Reason,
    ws::{
        field,
        reason::{Ended, Given},
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    time::timeout,
};
use watch::ws::Watch;

use super::{Connection, FAREWELL, answer::Answer, door::Stranger, farewell};

/// Why there is no upgrade.
pub(super) enum Declined {
    /// What was read does not lead to one.
    Why(Ended),
    /// The page that asks is not one that is let in.
    Stranger(Stranger),
}

impl From<Ended> for Declined {
    fn from(ended: Ended) -> Self {
        Declined::Why(ended)
    }
}

impl Connection {
    /// No upgrade: a page for a browser, a reason for anyone else who speaks HTTP.
    pub(super) async fn decline<S>(
        &self,
        stream: &mut S,
        declined: Declined,
        watch: &Watch,
        given: &Given,
    ) -> Result<(), Reason>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let (answer, mut why) = match &declined {
            Declined::Stranger(stranger) => (Some(Answer::to_stranger(stranger)), stranger.said().into()),
            Declined::Why(ended) => (Answer::to_refused(ended, watch), watch.why(ended, given)),
        };
        let Some(mut answer) = answer else {
            farewell(stream).await;
            return Err(why);
        };
        let stranger = watch.request().and_then(|request| Stranger::visiting(&request, &self.origins));
        if let Some(stranger) = stranger.filter(|_| answer.is_page()) {
            answer = Answer::to_stranger(&stranger);
            why = stranger.said().into();
        }
        let is_page = answer.is_page();
        let mut bytes = answer.because(&why.said()).into_bytes();
        // The answer to HEAD ends with its head (RFC 9110 §9.3.2).
        let is_head = watch.request().is_some_and(|request| request.get(field::METHOD) == Some("HEAD"));
        if let Some(end) = bytes.windows(4).position(|end| end == b"\r\n\r\n").filter(|_| is_head) {
            bytes.truncate(end + 4);
        }
        drop(timeout(FAREWELL, stream.write_all(&bytes)).await);
        farewell(stream).await;
        if is_page { Ok(()) } else { Err(why) }
    }
}

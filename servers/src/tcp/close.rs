//! 5. The five ways in which the server closes, each with what the notes say of it (RFC 9293 §3.6, §3.8.6.3).

use std::time::Duration;

use steps::tcp::reason::End;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use watch::tcp::{Connection, Ended, State, ack_now, errno};

use super::{Closing, Options};

/// Closes as the options say; `heard` is what a server that answers would say last.
pub(super) async fn close(
    mut stream: TcpStream,
    connection: &Connection,
    options: &Options,
    (heard, stop): (&str, &CancellationToken),
) -> Result<(), End> {
    let line = |text: &str| if text.is_empty() { String::new() } else { format!("{text}\n") };
    let farewell = options.farewell.as_deref().map(line);
    match options.closing {
        Closing::Late => {
            let farewell = farewell.unwrap_or_else(|| heard.to_owned());
            late(&mut stream, connection, options, &farewell).await
        }
        Closing::Prompt => end(&mut stream, connection, options, farewell).await,
        Closing::First => first(&mut stream, connection, options, farewell).await,
        Closing::Never => {
            // The program keeps the socket and does nothing: CLOSE_WAIT has no timer.
            let idle = options.limits.idle_timeout;
            tokio::select! {
                () = stop.cancelled() => {}
                () = connection.poll_states_while(sleep(idle)) => {}
            }
            end(&mut stream, connection, options, farewell).await?;
            Err(End::KeptOpen(idle))
        }
        Closing::Reset => reset(stream, connection, farewell).await,
    }
}

/// The ACK of the client's FIN goes alone, then what is left to say, then this side's FIN.
pub(super) async fn late(
    stream: &mut TcpStream,
    connection: &Connection,
    options: &Options,
    farewell: &str,
) -> Result<(), End> {
    if options.close_after < DELAYED_ACK {
        // Not before the FIN came: it would have turned the kernel back to delaying.
        drop(ack_now(&*stream));
    }
    sleep(options.close_after).await;
    end(stream, connection, options, Some(farewell.to_owned())).await
}

/// What is left is sent first, then this side's FIN goes out; the client's ACK of it ends the connection.
async fn end(
    stream: &mut TcpStream,
    connection: &Connection,
    options: &Options,
    farewell: Option<String>,
) -> Result<(), End> {
    say_and_shut(stream, connection, farewell).await?;
    ended(connection, stream, options.patience).await
}

async fn say_and_shut(
    stream: &mut TcpStream,
    connection: &Connection,
    farewell: Option<String>,
) -> Result<(), End> {
    let farewell = farewell.unwrap_or_default();
    if let Err(error) = stream.write_all(farewell.as_bytes()).await {
        connection.failed("send()", &error);
        return Err(End::Call("send()", errno(&error)));
    }
    if !farewell.is_empty() {
        connection.wait_until_acked(stream, HEARD).await;
    }
    if let Err(error) = stream.shutdown().await {
        connection.failed("shutdown()", &error);
        return Err(End::Call("shutdown()", errno(&error)));
    }
    connection.passing(stream);
    Ok(())
}

/// The roles of the notes are swapped: the server's FIN goes first, and it is the server that waits in TIME_WAIT.
async fn first(
    stream: &mut TcpStream,
    connection: &Connection,
    options: &Options,
    farewell: Option<String>,
) -> Result<(), End> {
    say_and_shut(stream, connection, farewell).await?;
    let mut buffer = [0; 4096];
    loop {
        let idle = options.limits.idle_timeout;
        match connection.poll_states_while(timeout(idle, stream.read(&mut buffer))).await {
            Err(_) => {
                let state = connection.look(stream);
                return Err(unanswered(connection, state, idle));
            }
            Ok(Err(error)) => {
                connection.failed("recv()", &error);
                return Err(End::Call("recv()", errno(&error)));
            }
            Ok(Ok(0)) => break,
            Ok(Ok(_more)) => {}
        }
    }
    ended(connection, stream, options.patience).await
}

/// Data that nobody read must not seem to have been received (RFC 1122 §4.2.2.13): the kernel answers with RST.
async fn reset(mut stream: TcpStream, connection: &Connection, farewell: Option<String>) -> Result<(), End> {
    if let Err(error) = stream.write_all(farewell.unwrap_or_default().as_bytes()).await {
        connection.failed("send()", &error);
        return Err(End::Call("send()", errno(&error)));
    }
    drop(stream);
    drop(connection.ended_alone(Duration::ZERO).await);
    Err(End::ResetOnPurpose)
}

/// Waits until the client has acknowledged this side's FIN.
async fn ended(connection: &Connection, stream: &TcpStream, patience: Duration) -> Result<(), End> {
    match connection.ended(stream, patience).await {
        Ended::Closed(None) | Ended::TimeWait | Ended::NotTold => Ok(()),
        Ended::Closed(Some(error)) => Err(End::Call("close()", errno(&error))),
        Ended::Not(state) => Err(unanswered(connection, state, patience)),
    }
}

/// Nobody waits any longer: the kernel's timer says what for.
fn unanswered(connection: &Connection, state: Option<State>, patience: Duration) -> End {
    connection.waits();
    End::Unanswered(state.map_or("?", State::name), patience)
}

/// Longer than Linux delays an ACK (40 ms): a server that takes its time need not ask for the ACK of the client's FIN
/// to go alone, and the client is seen in FIN_WAIT_1 until it does.
const DELAYED_ACK: Duration = Duration::from_millis(100);

/// How long the FIN waits for the ACK of what was said before it.
const HEARD: Duration = Duration::from_secs(1);

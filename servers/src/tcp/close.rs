//! 5. The five ways in which the server closes, each with what the notes say of it (RFC 9293 §3.6, §3.8.6.3).

use std::{io, time::Duration};

use steps::Said;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use watch::{
    Outcome,
    tcp::{Connection, Ended, State, ack_now},
};

use super::{Closing, Options};

/// Closes as the options say; `heard` is what a server that answers would say last.
pub(super) async fn close(
    mut stream: TcpStream,
    connection: &Connection,
    options: &Options,
    (heard, stop): (&str, &CancellationToken),
) -> Outcome {
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
                () = connection.looking_on(sleep(idle)) => {}
            }
            match end(&mut stream, connection, options, farewell).await {
                Outcome::Complete => Outcome::Failed(kept_open(idle).into()),
                failed @ Outcome::Failed(_) => failed,
            }
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
) -> Outcome {
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
) -> Outcome {
    if let Err(failed) = say_and_shut(stream, connection, farewell).await {
        return failed;
    }
    match connection.ended(stream, options.patience).await {
        Ended::Closed(None) | Ended::TimeWait => Outcome::Complete,
        Ended::Closed(Some(error)) => Outcome::Failed(broken_off(&error).into()),
        Ended::Not(state) => Outcome::Failed(unanswered(state, options.patience).into()),
    }
}

async fn say_and_shut(
    stream: &mut TcpStream,
    connection: &Connection,
    farewell: Option<String>,
) -> Result<(), Outcome> {
    let farewell = farewell.unwrap_or_default();
    if let Err(error) = stream.write_all(farewell.as_bytes()).await {
        connection.failed("send()", &error);
        return Err(Outcome::Failed(broken("send()", &error).into()));
    }
    if !farewell.is_empty() {
        connection.all_heard(stream, HEARD).await;
    }
    if let Err(error) = stream.shutdown().await {
        connection.failed("shutdown()", &error);
        return Err(Outcome::Failed(broken("shutdown()", &error).into()));
    }
    connection.look(stream);
    Ok(())
}

/// The roles of the notes are swapped: the server's FIN goes first, and it is the server that waits in TIME_WAIT.
async fn first(
    stream: &mut TcpStream,
    connection: &Connection,
    options: &Options,
    farewell: Option<String>,
) -> Outcome {
    if let Err(failed) = say_and_shut(stream, connection, farewell).await {
        return failed;
    }
    let mut buffer = [0; 4096];
    loop {
        let idle = options.limits.idle_timeout;
        match connection.looking_on(timeout(idle, stream.read(&mut buffer))).await {
            Err(_) => return Outcome::Failed(unanswered(connection.look(stream), idle).into()),
            Ok(Err(error)) => {
                connection.failed("recv()", &error);
                return Outcome::Failed(broken("recv()", &error).into());
            }
            Ok(Ok(0)) => break,
            Ok(Ok(_more)) => {}
        }
    }
    match connection.ended(stream, options.patience).await {
        Ended::Closed(None) | Ended::TimeWait => Outcome::Complete,
        Ended::Closed(Some(error)) => Outcome::Failed(broken_off(&error).into()),
        Ended::Not(state) => Outcome::Failed(unanswered(state, options.patience).into()),
    }
}

/// Data that nobody read must not seem to have been received (RFC 1122 §4.2.2.13): the kernel answers with RST.
async fn reset(mut stream: TcpStream, connection: &Connection, farewell: Option<String>) -> Outcome {
    if let Err(error) = stream.write_all(farewell.unwrap_or_default().as_bytes()).await {
        connection.failed("send()", &error);
        return Outcome::Failed(broken("send()", &error).into());
    }
    drop(stream);
    drop(connection.ended_alone(Duration::ZERO).await);
    Outcome::Failed(
        Said::new(
            "the server closed its socket with data unread (--closing reset): RST instead of FIN",
            "服务端在还有数据未读时关闭套接字（--closing reset）：发出的是 RST 而不是 FIN",
        )
        .into(),
    )
}

/// Why a call on a connection failed.
pub(super) fn broken(call: &str, error: &io::Error) -> Said {
    if error.kind() == io::ErrorKind::TimedOut {
        return given_up(call, error);
    }
    Said::new(
        format!(
            "{call} failed: {error}; the client closed its socket or vanished before the server was done"
        ),
        format!("{call} 失败：{error}；服务端还没说完，客户端就关闭了套接字或消失了"),
    )
}

fn broken_off(error: &io::Error) -> Said {
    if error.kind() == io::ErrorKind::TimedOut {
        return given_up("close()", error);
    }
    Said::new(
        format!(
            "the connection was broken while the server closed it: {error}; the client had closed both directions, not only its own"
        ),
        format!("服务端关闭时连接被中断：{error}；客户端关闭的是两个方向，而不只是自己的方向"),
    )
}

fn given_up(call: &str, error: &io::Error) -> Said {
    Said::new(
        format!("{call} failed: {error}; what the server sent last was never acknowledged"),
        format!("{call} 失败：{error}；服务端最后发出的内容一直没有得到确认"),
    )
}

fn kept_open(idle: Duration) -> Said {
    let seconds = idle.as_secs_f64();
    Said::new(
        format!("the server kept its side open for {seconds} s (--closing never, --idle-timeout)"),
        format!("服务端让自己一侧保持打开 {seconds} 秒（--closing never、--idle-timeout）"),
    )
}

fn unanswered(state: Option<State>, patience: Duration) -> Said {
    let (state, seconds) = (state.map_or("?", State::name), patience.as_secs_f64());
    Said::new(
        format!(
            "{seconds} s after the server's FIN the connection is still in {state}; the client did not close"
        ),
        format!("服务端发出 FIN 已 {seconds} 秒，连接仍处于 {state}；客户端没有关闭"),
    )
}

/// Longer than Linux delays an ACK (40 ms): a server that takes its time need not ask for the ACK of the client's FIN
/// to go alone, and the client is seen in FIN_WAIT_1 until it does.
const DELAYED_ACK: Duration = Duration::from_millis(100);

/// How long the FIN waits for the ACK of what was said before it.
const HEARD: Duration = Duration::from_secs(1);

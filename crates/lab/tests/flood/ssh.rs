//! Floods of SSH (RFC 4253, RFC 4254): packets in the clear before any key, requests after the login, and a command
//! whose output does not end.

use std::{
    io::Write,
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
};

use russh::{
    Channel, ChannelId,
    keys::PrivateKey,
    server::{Auth, ChannelOpenHandle, Handler, Msg, Session, VerifiedPublicKey},
};

use super::{
    Moments, Thrown, bounded, honest,
    ws::{pour, to_client_in_the_clear},
};

/// A packet without encryption (RFC 4253 §6).
fn packet(payload: &[u8]) -> Vec<u8> {
    let padding = 4 + (8 - (payload.len() + 9) % 8) % 8;
    let length = (1 + payload.len() + padding) as u32;
    [&length.to_be_bytes()[..], &[padding as u8], payload, &vec![0; padding]].concat()
}

fn in_the_clear(server: SocketAddr, packet: &[u8], n: u64) -> Thrown {
    let mut stream = TcpStream::connect(server).expect("it listens");
    let conn = honest::name(&stream);
    stream.write_all(b"SSH-2.0-flood\r\n").expect("it listens");
    Thrown { conn, bytes: 15 + pour(&stream, packet, n) }
}

/// Messages to be ignored, before any key.
pub(crate) fn ignored(server: SocketAddr, _: &Path, n: u64) -> Thrown {
    in_the_clear(server, &packet(&[2, 0, 0, 0, 0]), n)
}

/// KEXINITs of 30,000 bytes, which name 15,000 methods each.
pub(crate) fn name_lists(server: SocketAddr, _: &Path, n: u64) -> Thrown {
    let names = vec!["x"; 15_000].join(",");
    let mut kexinit = vec![20];
    kexinit.extend([7; 16]);
    kexinit.extend((names.len() as u32).to_be_bytes());
    kexinit.extend(names.as_bytes());
    kexinit.extend([0; 9 * 4 + 1 + 4]);
    in_the_clear(server, &packet(&kexinit), n)
}

/// Global requests of a user who is logged in.
pub(crate) fn global_requests(server: SocketAddr, keys: &Path, n: u64) -> Thrown {
    honest::runtime().block_on(async {
        let (conn, session) = honest::ssh_session(server, keys).await;
        for _ in bounded(n) {
            if session.send_global_request("flood@example.com", b"", false).await.is_err() {
                break;
            }
        }
        // Answered only after all of these.
        drop(session.send_ping().await);
        drop(session.disconnect(russh::Disconnect::ByApplication, "", "").await);
        drop(session.await);
        Thrown { conn, bytes: n * 64 } // 31 bytes, their padding and their tag
    })
}

/// Requests in a channel that change nothing (RFC 4254 §6.4).
pub(crate) fn channel_requests(server: SocketAddr, keys: &Path, n: u64) -> Thrown {
    honest::runtime().block_on(async {
        let (conn, session) = honest::ssh_session(server, keys).await;
        let channel = session.channel_open_session().await.expect("a channel");
        for _ in bounded(n) {
            if channel.set_env(false, "LANG", "C").await.is_err() {
                break;
            }
        }
        drop(session.send_ping().await);
        drop(session.disconnect(russh::Disconnect::ByApplication, "", "").await);
        drop(session.await);
        Thrown { conn, bytes: n * 64 } // 27 bytes, their padding and their tag
    })
}

/// Lines typed into a shell, `n` times 2,500 of them, each of which is answered with the log of the connection.
pub(crate) fn shell_lines(server: SocketAddr, keys: &Path, n: u64) -> Thrown {
    let lines = "steps\n".repeat(2500).into_bytes();
    honest::runtime().block_on(async {
        let (conn, session) = honest::ssh_session(server, keys).await;
        let mut bytes = 0;
        for _ in bounded(n) {
            let Ok(channel) = session.channel_open_session().await else { break };
            channel.request_shell(false).await.expect("it is asked");
            // It is answered until the server shows us out.
            if channel.data_bytes(lines.clone()).await.is_ok() {
                bytes += lines.len() as u64;
            }
            drop(channel);
        }
        drop(session.send_ping().await);
        drop(session.disconnect(russh::Disconnect::ByApplication, "", "").await);
        drop(session.await);
        Thrown { conn, bytes }
    })
}

/// To a client: lines before the identification (RFC 4253 §4.2), each as long as it passes over.
pub(crate) fn lines_before(listener: &TcpListener, _: &Path, n: u64, moments: Moments<'_>) -> u64 {
    let line = [vec![b'x'; 8000], b"\r\n".to_vec()].concat();
    to_client_in_the_clear(listener, (b"", &line, n), moments)
}

/// To a client: messages to be ignored, before any key.
pub(crate) fn ignored_by_client(listener: &TcpListener, _: &Path, n: u64, moments: Moments<'_>) -> u64 {
    to_client_in_the_clear(listener, (b"SSH-2.0-flood\r\n", &packet(&[2, 0, 0, 0, 0]), n), moments)
}

/// To a client: a command whose output does not end, `n` times 32 KiB of it.
pub(crate) fn output(listener: &TcpListener, keys: &Path, n: u64, (begins, done): Moments<'_>) -> u64 {
    let text = std::fs::read_to_string(keys.join(certs::SSH_HOST_KEY)).expect("a host key");
    let key = PrivateKey::from_openssh(text.as_str()).expect("a host key");
    let config = russh::server::Config { keys: vec![key], ..russh::server::Config::default() };
    let (stream, _) = listener.accept().expect("the client comes");
    stream.set_nonblocking(true).expect("it is TCP");
    honest::runtime().block_on(async {
        let stream = tokio::net::TcpStream::from_std(stream).expect("it is TCP");
        let (asked, asks) = tokio::sync::oneshot::channel();
        let handler = Endless { channel: None, asked: Mutex::new(Some(asked)) };
        let session = russh::server::run_stream(Arc::new(config), stream, handler).await.expect("a session");
        let talk = async {
            let channel: Channel<Msg> = asks.await.expect("the client asks for a command");
            begins();
            let part = vec![b'x'; 32 << 10];
            let mut bytes = 0;
            for _ in bounded(n) {
                if channel.data_bytes(part.clone()).await.is_err() {
                    break;
                }
                bytes += part.len() as u64;
            }
            done();
            drop(channel.exit_status(0).await);
            drop(channel.close().await);
            bytes
        };
        let (session, bytes) = tokio::join!(session, talk);
        drop(session);
        bytes
    })
}

/// Lets everyone in.
struct Endless {
    channel: Option<Channel<Msg>>,
    asked: Mutex<Option<tokio::sync::oneshot::Sender<Channel<Msg>>>>,
}

impl Handler for Endless {
    type Error = russh::Error;

    async fn auth_publickey(&mut self, _: &str, _: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        self.channel = Some(channel);
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        _: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.channel_success(channel)?;
        let asked = self.asked.lock().expect("nobody panics").take();
        if let (Some(asked), Some(channel)) = (asked, self.channel.take()) {
            drop(asked.send(channel));
        }
        Ok(())
    }
}

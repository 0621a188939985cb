//! Two ends of one upgrade, and what waits while nobody asks.

use std::net::SocketAddr;

use steps::Protocol;
use tokio_tungstenite::{accept_hdr_async, client_async};

use super::*;
use crate::{Session, Started};

fn watch(side: Side) -> Watch {
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    Watch::new(Witness::new(
        &Session::default(),
        side,
        Protocol::Ws,
        None,
        (address, address),
        Started::now(),
    ))
}

#[tokio::test]
#[allow(clippy::result_large_err)] // the callback's type is the library's
async fn both_ends_count_the_same_upgrade_and_compute_the_same_string() {
    let (near, far) = tokio::io::duplex(1024);
    let (client, server) = (watch(Side::Client), watch(Side::Server));
    let accept =
        accept_hdr_async(server.tap(far), |request: &Request, response| server.on_request(request, response));
    let connect = client_async("ws://localhost/", client.tap(near));
    let (accepted, connected) = tokio::join!(accept, connect);
    server.accepted(&accepted);
    assert!(connected.is_ok());
    client.opened();
    let (client, server) = (client.known(), server.known());
    assert!(client.decoder.upgraded().is_some());
    assert_eq!(client.decoder.upgraded(), server.decoder.upgraded());
    assert_eq!(client.computed, client.returned);
    assert_eq!(client.computed, server.computed);
    assert_eq!(client.computed.as_deref().map(str::len), Some(28));
}

#[test]
fn without_a_subscriber_bytes_wait_until_somebody_asks_and_go_with_their_connection() {
    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    let watch = watch(Side::Server);
    let known = Arc::clone(&watch.known);
    watch.crossed(Side::Client, REQUEST);
    assert!(known.lock().unwrap().request.is_none());
    assert!(watch.request().is_some());
    watch.crossed(Side::Server, b"HTTP/1.1 101 Switching Protocols\r\n\r\n");
    // 16 KiB are the most that wait.
    let ping = [0x89, 0x80, 0, 0, 0, 0];
    let mut waited = 0;
    while known.lock().unwrap().decoder.bytes(Side::Client) == REQUEST.len() as u64 {
        watch.crossed(Side::Client, &ping.repeat(100));
        waited += 600;
    }
    assert!((8 << 10..=16 << 10).contains(&waited), "{waited}");
    watch.crossed(Side::Client, &ping);
    drop(watch);
    assert_eq!(Arc::strong_count(&known), 1);
}

//! A collector that takes everything and does nothing with it, in the process that measures: what it costs is not measured.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::OnceLock,
    thread,
};

/// Its URL; it listens from the first call on.
pub(crate) fn url() -> io::Result<String> {
    static LISTENS: OnceLock<u16> = OnceLock::new();
    if let Some(port) = LISTENS.get() {
        return Ok(format!("http://127.0.0.1:{port}"));
    }
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(&stream));
        }
    });
    Ok(format!("http://127.0.0.1:{}", LISTENS.get_or_init(|| port)))
}

/// Answers each request of a connection as one that was taken.
fn answer(mut stream: &TcpStream) -> io::Result<()> {
    let mut from = BufReader::new(stream);
    let mut line = String::new();
    let mut length = 0;
    while from.read_line(&mut line)? > 0 {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        if line.trim().is_empty() {
            io::copy(&mut from.by_ref().take(length), &mut io::sink())?;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
            length = 0;
        }
        line.clear();
    }
    Ok(())
}

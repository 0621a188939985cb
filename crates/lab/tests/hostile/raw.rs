//! Messages by hand: no library lets one say these things.

/// An unencrypted packet of SSH (RFC 4253 §6).
pub(crate) fn ssh_packet(payload: &[u8]) -> Vec<u8> {
    // To a multiple of eight, and at least four.
    let padding = 8 - (5 + payload.len()) % 8;
    let padding = if padding < 4 { padding + 8 } else { padding };
    let length = u32::try_from(1 + payload.len() + padding).expect("it is short");
    let mut packet = length.to_be_bytes().to_vec();
    packet.push(u8::try_from(padding).expect("at most eleven"));
    packet.extend_from_slice(payload);
    packet.extend(std::iter::repeat_n(0, padding));
    packet
}

/// A string of SSH (RFC 4251 §5).
pub(crate) fn ssh_string(text: &str) -> Vec<u8> {
    [&u32::try_from(text.len()).expect("it is short").to_be_bytes(), text.as_bytes()].concat()
}

/// KEXINIT with `text` as every list (RFC 4253 §7.1).
pub(crate) fn kexinit(text: &str) -> Vec<u8> {
    let mut payload = vec![20];
    payload.extend([7; 16]);
    (0..10).for_each(|_| payload.extend(ssh_string(text)));
    payload.extend([0; 5]);
    ssh_packet(&payload)
}

/// DISCONNECT (RFC 4253 §11.1).
pub(crate) fn disconnect(text: &str) -> Vec<u8> {
    ssh_packet(&[&[1, 0, 0, 0, 11][..], &ssh_string(text), &ssh_string(text)].concat())
}

/// DEBUG, to be displayed (RFC 4253 §11.3), and IGNORE.
pub(crate) fn debug(text: &str) -> Vec<u8> {
    let debug = [&[4, 1][..], &ssh_string(text), &ssh_string(text)].concat();
    [ssh_packet(&debug), ssh_packet(&[&[2][..], &ssh_string(text)].concat())].concat()
}

/// A frame of WebSocket (RFC 6455 §5.2); a client's is masked, with zeros.
pub(crate) fn frame(opcode: u8, payload: &[u8], masked: bool) -> Vec<u8> {
    let mask = if masked { 0x80 } else { 0 };
    let mut frame = vec![0x80 | opcode];
    match payload.len() {
        n @ 0..=125 => frame.push(mask | u8::try_from(n).expect("it is short")),
        n => {
            frame.push(mask | 127);
            frame.extend((n as u64).to_be_bytes());
        }
    }
    if masked {
        frame.extend([0; 4]);
    }
    frame.extend_from_slice(payload);
    frame
}

/// A Close with a reason, as much of it as a frame holds, to the end of a character.
pub(crate) fn close(code: u16, reason: &str, masked: bool) -> Vec<u8> {
    let mut end = reason.len().min(123);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    frame(8, &[&code.to_be_bytes(), &reason.as_bytes()[..end]].concat(), masked)
}

/// A vector with its length in one, two or three bytes (RFC 8446 §3.4).
fn vec8(bytes: &[u8]) -> Vec<u8> {
    [&[u8::try_from(bytes.len()).expect("it is short")], bytes].concat()
}

fn vec16(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).expect("it is short").to_be_bytes(), bytes].concat()
}

fn vec24(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).expect("it is short").to_be_bytes()[1..], bytes].concat()
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [kind.to_be_bytes().to_vec(), vec16(body)].concat()
}

/// A handshake message, in as many records as it needs: one holds 16,384 bytes (RFC 8446 §5.1).
fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    let message = [vec![kind], vec24(body)].concat();
    message.chunks(1 << 14).flat_map(|part| [vec![22, 3, 3], vec16(part)].concat()).collect()
}

/// Names of protocols, as many as `alpn` needs: each ends at 255 bytes (RFC 7301 §3.1).
fn protocols(alpn: &str) -> Vec<Vec<u8>> {
    let mut rest = alpn;
    let mut names = Vec::new();
    while !rest.is_empty() {
        let end = (0..=rest.len().min(255)).rev().find(|at| rest.is_char_boundary(*at));
        let (name, after) = rest.split_at(end.expect("the beginning is one"));
        names.push(vec8(name.as_bytes()));
        rest = after;
    }
    names
}

/// A ClientHello that asks for the server `name`, and for `alpn` (RFC 8446 §4.1.2).
pub(crate) fn client_hello(name: &str, alpn: &str) -> Vec<u8> {
    let extensions = [
        extension(0, &vec16(&[&[0][..], &vec16(name.as_bytes())].concat())),
        extension(16, &vec16(&protocols(alpn).concat())),
        extension(10, &vec16(&[0, 29])),
        extension(13, &vec16(&[4, 3])),
        extension(43, &vec8(&[3, 4])),
    ]
    .concat();
    let hello =
        [&[3, 3][..], &[9; 32], &vec8(&[]), &vec16(&[0x13, 1]), &vec8(&[0]), &vec16(&extensions)].concat();
    handshake(1, &hello)
}

/// What a server of TLS 1.2 answers: a ServerHello that chose a protocol by the name `alpn`, and its certificates (RFC 5246
/// §7.4.2). No library lets one choose what was not offered.
pub(crate) fn server_flight(alpn: &str, chain: &[&[u8]]) -> Vec<u8> {
    let chosen = protocols(alpn).into_iter().next().unwrap_or_default();
    let extensions = [extension(16, &vec16(&chosen)), extension(0xff01, &[0])].concat();
    let hello = [&[3, 3][..], &[8; 32], &vec8(&[]), &[0xc0, 0x2b, 0], &vec16(&extensions)].concat();
    let chain: Vec<u8> = chain.iter().flat_map(|certificate| vec24(certificate)).collect();
    [handshake(2, &hello), handshake(11, &vec24(&chain))].concat()
}

/// What DER makes of a value (X.690 §8.1.3).
pub(crate) fn der(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).expect("it is short").to_be_bytes();
    match value.len() {
        n @ 0..=127 => [&[tag, u8::try_from(n).expect("it is short")], value].concat(),
        _ => [&[tag, 0x84], &length[..], value].concat(),
    }
}

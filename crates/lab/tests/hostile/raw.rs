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

/// A ClientHello that asks for the server `name`, and for `alpn` (RFC 8446 §4.1.2).
pub(crate) fn client_hello(name: &str, alpn: &str) -> Vec<u8> {
    let vec8 = |bytes: &[u8]| [&[u8::try_from(bytes.len()).expect("it is short")], bytes].concat();
    let vec16 =
        |bytes: &[u8]| [&u16::try_from(bytes.len()).expect("it is short").to_be_bytes(), bytes].concat();
    let extension = |kind: u16, body: &[u8]| [kind.to_be_bytes().to_vec(), vec16(body)].concat();
    let mut protocol = alpn;
    while protocol.len() > 255 {
        let end = (0..=255).rev().find(|at| protocol.is_char_boundary(*at)).expect("the beginning is one");
        protocol = &protocol[..end];
    }
    let extensions = [
        extension(0, &vec16(&[&[0][..], &vec16(name.as_bytes())].concat())),
        extension(16, &vec16(&vec8(protocol.as_bytes()))),
        extension(10, &vec16(&[0, 29])),
        extension(13, &vec16(&[4, 3])),
        extension(43, &vec8(&[3, 4])),
    ]
    .concat();
    let hello =
        [&[3, 3][..], &[9; 32], &vec8(&[]), &vec16(&[0x13, 1]), &vec8(&[0]), &vec16(&extensions)].concat();
    let message = [&[1, 0][..], &vec16(&hello)].concat();
    [&[22, 3, 1][..], &vec16(&message)].concat()
}

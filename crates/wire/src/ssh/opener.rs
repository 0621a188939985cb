//! Opens packets: the ciphers and MACs under which SSH sends after NEWKEYS (RFC 4253 §6, RFC 4344, RFC 5647, and
//! OpenSSH's PROTOCOL.chacha20poly1305 and PROTOCOL §1.5, §1.6). A packet is given out only once its tag has verified.

use aws_lc_rs::{
    aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey, chacha20_poly1305_openssh},
    cipher::{AES_128, AES_192, AES_256, DecryptionContext, StreamingDecryptingKey, UnboundCipherKey},
    hmac,
    iv::FixedLength,
};

/// Implementations send up to 256 KiB (OpenSSH's PACKET_MAX_SIZE); nothing longer is waited for.
const LONGEST_PACKET: usize = 256 * 1024;

/// As many bytes of each key as a cipher and a MAC need: the six keys of RFC 4253 §7.2 have these lengths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lengths {
    pub(super) iv: usize,
    pub(super) key: usize,
    pub(super) mac: usize,
}

impl Lengths {
    /// None: this cipher or MAC is not opened here.
    pub(super) fn of(cipher: &str, mac: &str) -> Option<Self> {
        Some(match cipher {
            "chacha20-poly1305@openssh.com" => Lengths { iv: 0, key: 64, mac: 0 },
            "aes128-gcm@openssh.com" => Lengths { iv: 12, key: 16, mac: 0 },
            "aes256-gcm@openssh.com" => Lengths { iv: 12, key: 32, mac: 0 },
            "aes128-ctr" => Lengths { iv: 16, key: 16, mac: mac_algorithm(mac)?.1 },
            "aes192-ctr" => Lengths { iv: 16, key: 24, mac: mac_algorithm(mac)?.1 },
            "aes256-ctr" => Lengths { iv: 16, key: 32, mac: mac_algorithm(mac)?.1 },
            _ => return None,
        })
    }
}

/// The HMAC, its length, and whether it covers the encrypted bytes (OpenSSH's PROTOCOL §1.5).
fn mac_algorithm(name: &str) -> Option<(hmac::Algorithm, usize, bool)> {
    let (plain, encrypt_then_mac) = match name.strip_suffix("-etm@openssh.com") {
        Some(plain) => (plain, true),
        None => (name, false),
    };
    let (algorithm, length) = match plain {
        "hmac-sha2-256" => (hmac::HMAC_SHA256, 32),
        "hmac-sha2-512" => (hmac::HMAC_SHA512, 64),
        "hmac-sha1" => (hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, 20),
        _ => return None,
    };
    Some((algorithm, length, encrypt_then_mac))
}

/// Opens the packets of one direction, in order.
pub(super) enum Opener {
    /// Length and payload are encrypted apart, the sequence number is the nonce.
    ChaCha(Box<chacha20_poly1305_openssh::OpeningKey>),
    /// The length is in the clear; the nonce counts packets from the initial vector.
    Gcm { key: Box<LessSafeKey>, nonce: [u8; 12] },
    /// A stream cipher and a MAC.
    Ctr { key: Box<StreamingDecryptingKey>, mac: Box<hmac::Key>, encrypt_then_mac: bool, head: Vec<u8> },
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opener")
    }
}

/// A packet whose tag has verified.
pub(super) struct Opened {
    /// Length, padding length, payload, padding.
    pub(super) plain: Vec<u8>,
    /// The length in front crossed encrypted.
    pub(super) length_encrypted: bool,
    /// How long the tag or MAC behind it was.
    pub(super) tag: usize,
}

impl Opened {
    /// How many bytes of the wire it took: nothing of a packet grows or shrinks under these ciphers.
    pub(super) fn took(&self) -> usize {
        self.plain.len() + self.tag
    }
}

impl Opener {
    /// From the keys of one direction; their lengths are those of [`Lengths::of`].
    pub(super) fn new(cipher: &str, mac: &str, (iv, key, mac_key): (&[u8], &[u8], &[u8])) -> Option<Self> {
        let gcm = |algorithm| {
            let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
            Some(Opener::Gcm { key: Box::new(key), nonce: iv.try_into().ok()? })
        };
        let ctr = |algorithm| {
            let key = UnboundCipherKey::new(algorithm, key).ok()?;
            let iv: [u8; 16] = iv.try_into().ok()?;
            let context = DecryptionContext::Iv128(FixedLength::from(iv));
            let key = Box::new(StreamingDecryptingKey::ctr(key, context).ok()?);
            let (algorithm, _, encrypt_then_mac) = mac_algorithm(mac)?;
            let mac = Box::new(hmac::Key::new(algorithm, mac_key));
            Some(Opener::Ctr { key, mac, encrypt_then_mac, head: Vec::new() })
        };
        match cipher {
            "chacha20-poly1305@openssh.com" => {
                let key = chacha20_poly1305_openssh::OpeningKey::new(key.try_into().ok()?);
                Some(Opener::ChaCha(Box::new(key)))
            }
            "aes128-gcm@openssh.com" => gcm(&AES_128_GCM),
            "aes256-gcm@openssh.com" => gcm(&AES_256_GCM),
            "aes128-ctr" => ctr(&AES_128),
            "aes192-ctr" => ctr(&AES_192),
            "aes256-ctr" => ctr(&AES_256),
            _ => None,
        }
    }

    /// The packet at the beginning of `bytes`, once it is whole. An error names what was expected instead.
    pub(super) fn open(&mut self, sequence: u32, bytes: &[u8]) -> Result<Option<Opened>, &'static str> {
        match self {
            Opener::ChaCha(key) => {
                let Some(head) = bytes.first_chunk::<4>() else { return Ok(None) };
                let length = length(key.decrypt_packet_length(sequence, *head))?;
                let Some((packet, tag)) = split(bytes, 4 + length, 16) else { return Ok(None) };
                let mut plain = packet.to_vec();
                let tag: &[u8; 16] = tag.try_into().map_err(|_| TAG)?;
                key.open_in_place(sequence, &mut plain, tag).map_err(|_| TAG)?;
                // The length in front stays encrypted: it is put back as it was read.
                plain[..4].copy_from_slice(&be(length));
                Ok(Some(Opened { plain, length_encrypted: true, tag: tag.len() }))
            }
            Opener::Gcm { key, nonce } => {
                let Some(head) = bytes.first_chunk::<4>() else { return Ok(None) };
                let length = length(*head)?;
                let Some((packet, tag)) = split(bytes, 4 + length, 16) else { return Ok(None) };
                let mut body = [&packet[4..], tag].concat();
                let now = Nonce::assume_unique_for_key(*nonce);
                let body = key.open_in_place(now, Aad::from(*head), &mut body).map_err(|_| TAG)?;
                count(nonce);
                let plain = [&head[..], body].concat();
                Ok(Some(Opened { plain, length_encrypted: false, tag: tag.len() }))
            }
            Opener::Ctr { key, mac, encrypt_then_mac, head } => {
                let mac_length = mac.algorithm().digest_algorithm().output_len();
                let sequence = sequence.to_be_bytes();
                if *encrypt_then_mac {
                    let Some(clear) = bytes.first_chunk::<4>() else { return Ok(None) };
                    let length = length(*clear)?;
                    let Some((packet, tag)) = split(bytes, 4 + length, mac_length) else { return Ok(None) };
                    hmac::verify(mac, &[&sequence, packet].concat(), tag).map_err(|_| TAG)?;
                    let plain = [&clear[..], &decrypt(key, &packet[4..])?].concat();
                    return Ok(Some(Opened { plain, length_encrypted: false, tag: tag.len() }));
                }
                // The length is in the first block, which must be opened before the packet is whole.
                if head.is_empty() {
                    let Some(block) = bytes.first_chunk::<16>() else { return Ok(None) };
                    *head = decrypt(key, block)?;
                }
                let length = length([head[0], head[1], head[2], head[3]])?;
                let Some((packet, tag)) = split(bytes, 4 + length, mac_length) else { return Ok(None) };
                let rest = packet.get(16..).ok_or(LENGTH)?;
                let plain = [std::mem::take(head), decrypt(key, rest)?].concat();
                hmac::verify(mac, &[&sequence, &plain[..]].concat(), tag).map_err(|_| TAG)?;
                Ok(Some(Opened { plain, length_encrypted: true, tag: tag.len() }))
            }
        }
    }
}

const TAG: &str = "a tag that verifies: the bytes were changed on the way";
const LENGTH: &str = "a length that SSH allows: the bytes were changed on the way";

fn length(bytes: [u8; 4]) -> Result<usize, &'static str> {
    let length = usize::try_from(u32::from_be_bytes(bytes)).unwrap_or(usize::MAX);
    if (8..=LONGEST_PACKET).contains(&length) { Ok(length) } else { Err(LENGTH) }
}

fn be(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

/// A packet and the tag behind it, once both are here.
fn split(bytes: &[u8], packet: usize, tag: usize) -> Option<(&[u8], &[u8])> {
    bytes.get(..packet + tag)?.split_at_checked(packet)
}

/// The last eight bytes of the nonce count packets (RFC 5647 §7.1).
fn count(nonce: &mut [u8; 12]) {
    for byte in nonce[4..].iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
}

fn decrypt(key: &mut StreamingDecryptingKey, bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut plain = vec![0; bytes.len() + 16];
    let written = key.update(bytes, &mut plain).map_err(|_| TAG)?.written().len();
    plain.truncate(written);
    Ok(plain)
}

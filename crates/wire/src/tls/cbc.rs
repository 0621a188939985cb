//! Records under AES in CBC mode with an HMAC, as TLS had them before its AEADs: RFC 2246 §6.2.3.2 (the IV is the last
//! block of the record before), RFC 4346 and RFC 5246 §6.2.3.2 (it stands in front), RFC 7366 (the MAC covers what is
//! encrypted).

use aws_lc_rs::{
    cipher::{AES_128, AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey},
    hmac,
    iv::FixedLength,
};

use super::cipher::Mac;

const BLOCK: usize = 16;

/// Opens the records of one direction.
pub(super) struct Cbc {
    key: DecryptingKey,
    mac: hmac::Key,
    mac_len: usize,
    /// The IV of the next record; none: it stands in front of each.
    next_iv: Option<[u8; BLOCK]>,
    /// The MAC covers what is encrypted.
    encrypt_then_mac: bool,
}

impl Cbc {
    pub(super) fn new(
        key: &[u8],
        (mac, mac_key): (Mac, &[u8]),
        first_iv: &[u8],
        encrypt_then_mac: bool,
    ) -> Option<Self> {
        let algorithm = if key.len() == 16 { &AES_128 } else { &AES_256 };
        Some(Cbc {
            key: DecryptingKey::cbc(UnboundCipherKey::new(algorithm, key).ok()?).ok()?,
            mac: hmac::Key::new(mac.algorithm(), mac_key),
            mac_len: mac.len(),
            next_iv: first_iv.try_into().ok(),
            encrypt_then_mac,
        })
    }

    /// How many bytes of IV stand in front of a record's ciphertext.
    pub(super) fn iv_in_record(&self) -> usize {
        if self.next_iv.is_some() { 0 } else { BLOCK }
    }

    /// The content of the record with the number `seq`.
    pub(super) fn open(&mut self, seq: u64, header: [u8; 5], record: &[u8]) -> Option<Vec<u8>> {
        let body = if self.encrypt_then_mac {
            let (body, tag) = record.split_at_checked(record.len().checked_sub(self.mac_len)?)?;
            self.verify(seq, header, body, tag)?;
            body
        } else {
            record
        };
        let (iv, ciphertext) = match self.next_iv {
            Some(iv) => (iv, body),
            None => {
                let (iv, ciphertext) = body.split_first_chunk()?;
                (*iv, ciphertext)
            }
        };
        if !ciphertext.len().is_multiple_of(BLOCK) {
            return None;
        }
        let last = *ciphertext.last_chunk()?;
        let mut content = ciphertext.to_vec();
        self.key.decrypt(&mut content, DecryptionContext::Iv128(FixedLength::from(iv))).ok()?;
        // Each byte of the padding says how many there are before the last.
        let padding = *content.last()?;
        let end = content.len().checked_sub(usize::from(padding) + 1)?;
        if content[end..].iter().any(|byte| *byte != padding) {
            return None;
        }
        content.truncate(end);
        if !self.encrypt_then_mac {
            let tag = content.split_off(end.checked_sub(self.mac_len)?);
            self.verify(seq, header, &content, &tag)?;
        }
        if let Some(next) = &mut self.next_iv {
            *next = last;
        }
        Some(content)
    }

    fn verify(&self, seq: u64, header: [u8; 5], covered: &[u8], tag: &[u8]) -> Option<()> {
        let length = u16::try_from(covered.len()).ok()?.to_be_bytes();
        let message = [&seq.to_be_bytes()[..], &header[..3], &length, covered].concat();
        hmac::verify(&self.mac, &message, tag).ok()
    }
}

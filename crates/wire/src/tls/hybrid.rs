//! Key shares with ML-KEM in them (FIPS 203, draft-ietf-tls-ecdhe-mlkem §4). The client's holds a key under which the
//! server encapsulates a secret that it chooses; the server's holds that ciphertext, and no key of ML-KEM. Beside either
//! stands a public key of an elliptic curve.

use steps::Side;

/// A piece of a key share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A public key; both sides compute from it.
    PublicKey(&'a [u8]),
    /// The client's key of ML-KEM: whoever has it can send its owner a secret.
    EncapsulationKey(&'a [u8]),
    /// The secret that the server chose, under the client's key.
    Ciphertext(&'a [u8]),
}

/// The pieces of the share that `from` sent for `group`, in order; one that has another length is one public key.
pub fn pieces(group: u16, from: Side, share: &[u8]) -> Vec<Piece<'_>> {
    let (kem_first, curve, key, ciphertext) = match group {
        0x0200 => (true, 0, 800, 768),
        0x0201 => (true, 0, 1184, 1088),
        0x0202 => (true, 0, 1568, 1568),
        0x11eb => (false, 65, 1184, 1088),
        0x11ec => (true, 32, 1184, 1088),
        0x11ed => (false, 97, 1568, 1568),
        _ => return vec![Piece::PublicKey(share)],
    };
    let kem = match from {
        Side::Client => key,
        Side::Server => ciphertext,
    };
    if share.len() != curve + kem {
        return vec![Piece::PublicKey(share)];
    }
    let (first, second) = share.split_at(if kem_first { kem } else { curve });
    let of_kem = |bytes| match from {
        Side::Client => Piece::EncapsulationKey(bytes),
        Side::Server => Piece::Ciphertext(bytes),
    };
    let pieces = match kem_first {
        true => [of_kem(first), Piece::PublicKey(second)],
        false => [Piece::PublicKey(first), of_kem(second)],
    };
    pieces.into_iter().filter(|piece| !piece.bytes().is_empty()).collect()
}

impl<'a> Piece<'a> {
    /// Its bytes.
    pub fn bytes(self) -> &'a [u8] {
        match self {
            Piece::PublicKey(bytes) | Piece::EncapsulationKey(bytes) | Piece::Ciphertext(bytes) => bytes,
        }
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Piece::PublicKey(_) => "public_key",
            Piece::EncapsulationKey(_) => "encapsulation_key",
            Piece::Ciphertext(_) => "ciphertext",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_sends_for_ml_kem_is_a_ciphertext_and_no_key() {
        let told = |group, from, length: usize| -> Vec<_> {
            let share = vec![0; length];
            pieces(group, from, &share).iter().map(|piece| (piece.name(), piece.bytes().len())).collect()
        };
        let (c, s) = (Side::Client, Side::Server);
        assert_eq!(told(0x11ec, c, 1216), [("encapsulation_key", 1184), ("public_key", 32)]);
        assert_eq!(told(0x11ec, s, 1120), [("ciphertext", 1088), ("public_key", 32)]);
        assert_eq!(told(0x11eb, s, 1153), [("public_key", 65), ("ciphertext", 1088)]);
        assert_eq!(told(0x0201, s, 1088), [("ciphertext", 1088)]);
        // Another curve's, and one of the wrong length.
        assert_eq!(told(0x001d, s, 32), [("public_key", 32)]);
        assert_eq!(told(0x11ec, s, 1216), [("public_key", 1216)]);
    }
}

//! The fields that mean the same in several protocols.

use crate::{Value, field::declare};

declare! {
    /// The version of the protocol.
    VERSION: str = "version";
    /// How many bytes.
    LENGTH: u64 = "length";
    /// How many bytes of payload.
    PAYLOAD_LENGTH: u64 = "payload_length";
    /// What is meant for people to read, or is most likely so.
    TEXT: str = "text";
    /// Whether it crossed encrypted and was opened here.
    ENCRYPTED: bool = "encrypted";
    /// Whose key opened it.
    OPENED_WITH: str = "opened_with";
    /// A secret or a key by the beginning of its hash.
    FINGERPRINT: str = "fingerprint";
    /// Whole secrets in hex, where the user asked for them.
    SECRETS: [String] = "secrets";
    /// How many bytes were signed.
    SIGNED_LENGTH: u64 = "signed_length";
    /// How many bytes the signature has.
    SIGNATURE_LENGTH: u64 = "signature_length";
    /// With which algorithm it is signed.
    SIGNATURE_ALGORITHM: str = "signature_algorithm";
    /// Whether what was computed here again is what was there.
    EQUAL: bool = "equal";
    /// How a check came out, in few words.
    RESULT: str = "result";
    /// How each of several checks came out.
    CHECKS: Value = "checks";
    /// Whether what was checked was let pass.
    ACCEPTED: bool = "accepted";
    /// What a library or the system says of its failure.
    ERROR: str = "error";
    /// What the sender of a farewell or an alert says that it is about.
    DESCRIPTION: str = "description";
    /// Why its sender ends the connection, as it says.
    WHY: str = "reason";
    /// A message by its name, or the words of one.
    MESSAGE: str = "message";
    /// What is due where something else came.
    DUE: str = "expected";
    /// What the bytes look like that came instead.
    LOOKS_LIKE: str = "looks_like";
    /// Their beginning, in hex.
    FIRST_BYTES: str = "first_bytes";
}

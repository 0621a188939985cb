//! The fields of TLS's steps, in the order in which a handshake brings them.

use crate::field::declare;

declare! {
    /// The group of the key exchange.
    GROUP: str = "group";
    /// A public key in hex, or what kind of key it is.
    PUBLIC_KEY: str = "public_key";
    /// How many bytes the public key has.
    PUBLIC_KEY_LENGTH: u64 = "public_key_length";
    /// The beginning of the secret that the server chose, under the client's key (ML-KEM).
    ENCAPSULATED: str = "encapsulated";
    /// How many bytes of it cross.
    ENCAPSULATED_LENGTH: u64 = "encapsulated_length";

    /// What the version field says, which since TLS 1.3 is not the version.
    LEGACY_VERSION: str = "legacy_version";
    /// The 32 bytes of either hello that are new each time.
    RANDOM: str = "random";
    /// How many bytes the session ID has.
    SESSION_ID_LENGTH: u64 = "session_id_length";
    /// The suites on offer.
    CIPHER_SUITES: [String] = "cipher_suites";
    /// The suite that was chosen.
    CIPHER_SUITE: str = "cipher_suite";
    /// The extensions by name, in order.
    EXTENSIONS: [String] = "extensions";
    /// The name that the client asks for.
    SERVER_NAME: str = "server_name";
    /// The groups on offer for the key exchange.
    SUPPORTED_GROUPS: [String] = "supported_groups";
    /// The signatures that the sender understands.
    SIGNATURE_ALGORITHMS: [String] = "signature_algorithms";
    /// The application protocols on offer, or the one that was chosen.
    ALPN: [String] = "alpn";
    /// The versions on offer.
    SUPPORTED_VERSIONS: [String] = "supported_versions";
    /// The groups of the public keys that came along.
    KEY_SHARE: [String] = "key_share";
    /// The tickets or sessions that the client shows, by fingerprint.
    IDENTITY_FINGERPRINTS: [String] = "identity_fingerprints";
    /// The client shows something of an earlier session.
    ASKS_TO_RESUME: bool = "asks_to_resume";
    /// It is the second ClientHello, for which the server asked.
    AFTER_HELLO_RETRY_REQUEST: bool = "after_hello_retry_request";
    /// The length of the cookie that the client has to return.
    COOKIE_LENGTH: u64 = "cookie_length";
    /// The version that the server chose though it supports a higher one, as the end of its random says (RFC 8446
    /// §4.1.3).
    DOWNGRADE_SENTINEL: str = "downgrade_sentinel";
    /// Whether an earlier session goes on.
    RESUMED: bool = "resumed";
    /// Where the pre-shared key comes from that was taken up.
    PRE_SHARED_KEY: str = "pre_shared_key";
    /// How the session was found again: `pre-shared key`, `session ticket` or `session ID`.
    BY: str = "by";
    /// The ticket or session that was taken up, by fingerprint.
    IDENTITY_FINGERPRINT: str = "identity_fingerprint";
    /// The kinds of certificate that a TLS 1.2 server takes of a client.
    CERTIFICATE_TYPES: [String] = "certificate_types";

    /// How many certificates the chain has.
    CERTIFICATES: u64 = "certificates";
    /// The first certificate is none that can be read.
    UNREADABLE: bool = "unreadable";
    /// Whose certificate it is.
    SUBJECT: str = "subject";
    /// Who issued it.
    ISSUER: str = "issuer";
    /// Its number with its issuer.
    SERIAL: str = "serial";
    /// The first moment at which it is good.
    NOT_BEFORE: str = "not_before";
    /// The last.
    NOT_AFTER: str = "not_after";
    /// The names that it speaks for.
    NAMES: [String] = "names";
    /// What it is for.
    EXTENDED_KEY_USAGE: [String] = "extended_key_usage";
    /// What kind of key its issuer has, where that is known.
    ISSUER_PUBLIC_KEY: str = "issuer_public_key";
    /// The certificates above it.
    CHAIN: [String] = "chain";

    /// The curve of the server's ephemeral key.
    NAMED_CURVE: str = "named_curve";
    /// The kind of signature.
    SIGNATURE_SCHEME: str = "signature_scheme";
    /// What is signed.
    OVER: str = "over";
    /// The hash of the handshake so far.
    HANDSHAKE_HASH: str = "handshake_hash";
    /// The name for which a certificate is checked; of a message without a step of its own, what it is called.
    NAME: str = "name";
    /// The time with which the certificate's dates were compared.
    CHECKED_AT: str = "checked_at";
    /// The library that checked.
    CHECKED_BY: str = "checked_by";
    /// OpenSSL's number for what failed.
    VERIFY_RESULT: u64 = "verify_result";
    /// Whether the certificate was refused and the connection goes on all the same.
    OVERRIDDEN: bool = "overridden";

    /// The version that the client puts into its pre-master secret.
    CLIENT_VERSION: str = "client_version";
    /// The beginning of the encrypted pre-master secret, by which a key log names it.
    ENCRYPTED_STARTS_WITH: str = "encrypted_starts_with";
    /// The pre-master secret as it crossed.
    ENCRYPTED_PRE_MASTER_SECRET: str = "encrypted_pre_master_secret";
    /// How many bytes it has.
    ENCRYPTED_PRE_MASTER_SECRET_LENGTH: u64 = "encrypted_pre_master_secret_length";
    /// For which part of the connection the keys are.
    STAGE: str = "stage";
    /// How the keys are made.
    DERIVATION: str = "derivation";
    /// The label that goes into the PRF.
    PRF_LABEL: str = "prf_label";
    /// The secrets' names in the key log.
    LABELS: [String] = "labels";
    /// The secrets by fingerprint.
    FINGERPRINTS: [String] = "fingerprints";
    /// The keys that follow, each by fingerprint.
    KEY_BLOCK: [String] = "key_block";
    /// A resuming server has the secret before it says which suite goes with it.
    BEFORE_SERVER_HELLO: bool = "before_server_hello";
    /// The pre-master secret by fingerprint.
    PRE_MASTER_SECRET: str = "pre_master_secret";
    /// The master secret as it was computed again, by fingerprint.
    MASTER_SECRET_RECOMPUTED: str = "master_secret_recomputed";
    /// From one secret of TLS 1.3 to the next, each by fingerprint.
    KEY_SCHEDULE: [String] = "key_schedule";
    /// Whether its secrets are those of the key log.
    KEY_SCHEDULE_EQUAL: bool = "key_schedule_equal";

    /// Whether the sender encrypts from here on.
    SWITCHES_KEYS: bool = "switches_keys";
    /// The digest of the handshake, as it came.
    VERIFY_DATA: str = "verify_data";
    /// The same, computed again from what crossed.
    VERIFY_DATA_RECOMPUTED: str = "verify_data_recomputed";
    /// For how many seconds the ticket is good.
    TICKET_LIFETIME: u64 = "ticket_lifetime";
    /// How many bytes the ticket has.
    TICKET_LENGTH: u64 = "ticket_length";
    /// The ticket by fingerprint.
    TICKET_FINGERPRINT: str = "ticket_fingerprint";

    /// The version that the library says was agreed.
    PROTOCOL_VERSION: str = "protocol_version";
    /// Whether the handshake was a full one.
    HANDSHAKE_KIND: str = "handshake_kind";
    /// The library and its version.
    LIBRARY: str = "library";
    /// How many handshake messages the library counted.
    HANDSHAKE_MESSAGES: u64 = "handshake_messages";
    /// Whether the library's messages are byte for byte those that crossed.
    EQUAL_TO_WHAT_CROSSED: bool = "equal_to_what_crossed";

    /// The first line of the data.
    PLAINTEXT: str = "plaintext";
    /// The beginning of data that is no text.
    PLAINTEXT_HEX: str = "plaintext_hex";
    /// The header of the protected record, of several the last, in hex.
    RECORD_HEADER: str = "record_header";
    /// The beginning of what the record protects, as it crossed.
    CIPHERTEXT: str = "ciphertext";
    /// How many bytes of ciphertext crossed.
    CIPHERTEXT_LENGTH: u64 = "ciphertext_length";
    /// The data came before the server had answered.
    EARLY_DATA: bool = "early_data";
    /// Whether a key was known that opens it.
    OPENED: bool = "opened";
    /// Whether the sender wants new keys of the other side, too.
    REQUEST_UPDATE: str = "request_update";
    /// How grave an alert is.
    LEVEL: str = "level";
    /// The number of a message without a step of its own.
    TYPE: u64 = "type";
    /// Whose bytes cannot be read.
    SENDER: str = "sender";
}

//! The fields of SSH's steps, in the order in which a connection brings them. They are named as the RFCs name them.

use crate::field::{Field, declare};

pub use crate::{
    common::{
        ACCEPTED, DESCRIPTION, DUE, ENCRYPTED, FINGERPRINT, FIRST_BYTES, LENGTH, LOOKS_LIKE, MESSAGE,
        OPENED_WITH, SECRETS, SIGNATURE_ALGORITHM, SIGNATURE_LENGTH, SIGNED_LENGTH, TEXT, WHY,
    },
    summary::REASON,
};

declare! {
    /// The version of the protocol: `2.0`, or `1.99` for a server that speaks both.
    PROTOVERSION: str = "protoversion";
    /// The name and version of the software.
    SOFTWAREVERSION: str = "softwareversion";
    /// What stands behind it on the same line.
    COMMENTS: str = "comments";
    /// The first lines that a server sent before its identification.
    LINES_BEFORE: [String] = "lines_before";
    /// How many those lines are.
    LINES_BEFORE_COUNT: u64 = "lines_before_count";
    /// The line that came where something else was due, where it is text.
    FIRST_LINE: str = "first_line";

    /// Sixteen random bytes of a KEXINIT, in hex.
    COOKIE: str = "cookie";
    /// The methods of key exchange that a side has, and signs of what else it can do.
    KEX_ALGORITHMS: [String] = "kex_algorithms";
    /// The kinds of host key.
    SERVER_HOST_KEY_ALGORITHMS: [String] = "server_host_key_algorithms";
    /// The ciphers for what the client sends.
    ENCRYPTION_ALGORITHMS_CLIENT_TO_SERVER: [String] = "encryption_algorithms_client_to_server";
    /// The ciphers for what the server sends.
    ENCRYPTION_ALGORITHMS_SERVER_TO_CLIENT: [String] = "encryption_algorithms_server_to_client";
    /// The MACs for what the client sends.
    MAC_ALGORITHMS_CLIENT_TO_SERVER: [String] = "mac_algorithms_client_to_server";
    /// The MACs for what the server sends.
    MAC_ALGORITHMS_SERVER_TO_CLIENT: [String] = "mac_algorithms_server_to_client";
    /// The compressions for what the client sends.
    COMPRESSION_ALGORITHMS_CLIENT_TO_SERVER: [String] = "compression_algorithms_client_to_server";
    /// The compressions for what the server sends.
    COMPRESSION_ALGORITHMS_SERVER_TO_CLIENT: [String] = "compression_algorithms_server_to_client";
    /// The languages of what the client sends.
    LANGUAGES_CLIENT_TO_SERVER: [String] = "languages_client_to_server";
    /// The languages of what the server sends.
    LANGUAGES_SERVER_TO_CLIENT: [String] = "languages_server_to_client";
    /// The sender's next packet is a guess at what both will agree on.
    FIRST_KEX_PACKET_FOLLOWS: bool = "first_kex_packet_follows";
    /// It replaces keys that are in use. Written only where it does.
    REKEY: bool = "rekey";

    /// The method of key exchange that both lists lead to.
    KEX_ALGORITHM: str = "kex_algorithm";
    /// Where it stands in the client's list and in the server's, counted from 1.
    KEX_ALGORITHM_RANK: [u64] = "kex_algorithm_rank";
    /// The algorithms that stand before it in the client's list, which the server does not have.
    KEX_ALGORITHM_PASSED_OVER: [String] = "kex_algorithm_passed_over";
    /// The kind of host key.
    SERVER_HOST_KEY_ALGORITHM: str = "server_host_key_algorithm";
    /// Where it stands in either list.
    SERVER_HOST_KEY_ALGORITHM_RANK: [u64] = "server_host_key_algorithm_rank";
    /// What the client would rather have had.
    SERVER_HOST_KEY_ALGORITHM_PASSED_OVER: [String] = "server_host_key_algorithm_passed_over";
    /// The cipher for what the client sends.
    ENCRYPTION_ALGORITHM_CLIENT_TO_SERVER: str = "encryption_algorithm_client_to_server";
    /// Where it stands in either list.
    ENCRYPTION_ALGORITHM_CLIENT_TO_SERVER_RANK: [u64] = "encryption_algorithm_client_to_server_rank";
    /// What the client would rather have had.
    ENCRYPTION_ALGORITHM_CLIENT_TO_SERVER_PASSED_OVER: [String] = "encryption_algorithm_client_to_server_passed_over";
    /// The cipher for what the server sends.
    ENCRYPTION_ALGORITHM_SERVER_TO_CLIENT: str = "encryption_algorithm_server_to_client";
    /// Where it stands in either list.
    ENCRYPTION_ALGORITHM_SERVER_TO_CLIENT_RANK: [u64] = "encryption_algorithm_server_to_client_rank";
    /// What the client would rather have had.
    ENCRYPTION_ALGORITHM_SERVER_TO_CLIENT_PASSED_OVER: [String] = "encryption_algorithm_server_to_client_passed_over";
    /// The MAC for what the client sends.
    MAC_ALGORITHM_CLIENT_TO_SERVER: str = "mac_algorithm_client_to_server";
    /// Where it stands in either list.
    MAC_ALGORITHM_CLIENT_TO_SERVER_RANK: [u64] = "mac_algorithm_client_to_server_rank";
    /// What the client would rather have had.
    MAC_ALGORITHM_CLIENT_TO_SERVER_PASSED_OVER: [String] = "mac_algorithm_client_to_server_passed_over";
    /// The MAC for what the server sends.
    MAC_ALGORITHM_SERVER_TO_CLIENT: str = "mac_algorithm_server_to_client";
    /// Where it stands in either list.
    MAC_ALGORITHM_SERVER_TO_CLIENT_RANK: [u64] = "mac_algorithm_server_to_client_rank";
    /// What the client would rather have had.
    MAC_ALGORITHM_SERVER_TO_CLIENT_PASSED_OVER: [String] = "mac_algorithm_server_to_client_passed_over";
    /// The compression for what the client sends.
    COMPRESSION_ALGORITHM_CLIENT_TO_SERVER: str = "compression_algorithm_client_to_server";
    /// Where it stands in either list.
    COMPRESSION_ALGORITHM_CLIENT_TO_SERVER_RANK: [u64] = "compression_algorithm_client_to_server_rank";
    /// What the client would rather have had.
    COMPRESSION_ALGORITHM_CLIENT_TO_SERVER_PASSED_OVER: [String] =
        "compression_algorithm_client_to_server_passed_over";
    /// The compression for what the server sends.
    COMPRESSION_ALGORITHM_SERVER_TO_CLIENT: str = "compression_algorithm_server_to_client";
    /// Where it stands in either list.
    COMPRESSION_ALGORITHM_SERVER_TO_CLIENT_RANK: [u64] = "compression_algorithm_server_to_client_rank";
    /// What the client would rather have had.
    COMPRESSION_ALGORITHM_SERVER_TO_CLIENT_PASSED_OVER: [String] =
        "compression_algorithm_server_to_client_passed_over";
    /// Whether both asked for strict key exchange.
    STRICT_KEX: bool = "strict_kex";
    /// The sides that accept EXT_INFO (RFC 8308 §2.1).
    EXT_INFO_WANTED_BY: [String] = "ext_info_wanted_by";
    /// The sides that sent a guessed packet of the key exchange (RFC 4253 §7).
    GUESSED_BY: [String] = "guessed_by";
    /// Whether the guess was what both lists lead to.
    GUESS_WAS_RIGHT: bool = "guess_was_right";
    /// The kinds for which the lists share nothing, by the names of these fields.
    NO_COMMON: [String] = "no_common";

    /// The number of a message.
    MESSAGE_NUMBER: u64 = "message_number";
    /// The fewest bits that the client takes.
    MIN: u64 = "min";
    /// As many bits as it would like.
    N: u64 = "n";
    /// The most bits that it takes.
    MAX: u64 = "max";
    /// How many bits the prime of the group has.
    PRIME_BITS: u64 = "prime_bits";
    /// The generator of the group, in hex.
    GENERATOR: str = "generator";
    /// The beginning of a public value, in hex.
    PUBLIC_VALUE: str = "public_value";
    /// How many bytes the public value has.
    PUBLIC_VALUE_LENGTH: u64 = "public_value_length";
    /// The kind of the host key.
    HOST_KEY_TYPE: str = "host_key_type";
    /// The host key by its fingerprint, as OpenSSH writes it.
    HOST_KEY_FINGERPRINT: str = "host_key_fingerprint";

    /// What the length field of a packet says.
    PACKET_LENGTH: u64 = "packet_length";
    /// How many bytes of padding a packet has.
    PADDING_LENGTH: u64 = "padding_length";
    /// The number of a packet in its direction, from 0.
    SEQUENCE_NUMBER: u64 = "sequence_number";
    /// Whether its tag fits under the session's key.
    TAG_VERIFIED: bool = "tag_verified";
    /// Whether its length crossed encrypted, as all behind it did.
    LENGTH_ENCRYPTED: bool = "length_encrypted";
    /// How a packet began as it crossed, its length included.
    PACKET_ON_THE_WIRE: str = "packet_on_the_wire";
    /// The tag or MAC that crossed behind it.
    TAG: str = "tag";
    /// The cipher under which a side now sends.
    ENCRYPTION_ALGORITHM: str = "encryption_algorithm";
    /// The MAC under which a side now sends.
    MAC_ALGORITHM: str = "mac_algorithm";

    /// What the client knew of the host: `unknown`, `known`, `certified`, `changed`, `revoked` or `unreadable`.
    RECORD: str = "record";
    /// Who decided: `user`, `option`, `file` or `nobody`.
    DECIDED_BY: str = "decided_by";
    /// Whether the key was written into the file.
    ADDED: bool = "added";
    /// The host as it stands, or would stand, in the file.
    HOST: str = "host";
    /// The kind of the key.
    KEY_TYPE: str = "key_type";
    /// The file that was asked.
    FILE: str = "file";
    /// The line that decided, counted from 1.
    LINE: u64 = "line";
    /// The fingerprint that the file has instead.
    RECORDED_FINGERPRINT: str = "recorded_fingerprint";
    /// The kind of that key.
    RECORDED_KEY_TYPE: str = "recorded_key_type";
    /// The line of a CA for the host.
    CERT_AUTHORITY_LINE: u64 = "cert_authority_line";
    /// The option that was given: `ask`, `accept-new`, `yes` or `no`.
    STRICT: str = "strict";

    /// The shared secret by the beginning of its hash.
    SHARED_SECRET_FINGERPRINT: str = "shared_secret_fingerprint";
    /// How many bytes it has.
    SHARED_SECRET_LENGTH: u64 = "shared_secret_length";
    /// H, in hex.
    EXCHANGE_HASH: str = "exchange_hash";
    /// What became of a signature when it was checked again: `verified`, `wrong`, or why it was not checked.
    SIGNATURE: str = "signature";
    /// The first H of the connection, in hex.
    SESSION_IDENTIFIER: str = "session_identifier";
    /// Whether this H is that first one.
    IS_SESSION_IDENTIFIER: bool = "is_session_identifier";
    /// The hash that the method of key exchange brings with it.
    HASH: str = "hash";
    /// What H is the hash of.
    HASHED: str = "hashed";
    /// How many bytes that is.
    HASHED_LENGTH: u64 = "hashed_length";
    /// H was computed here again; `false` where it is the library's.
    RECOMPUTED: bool = "recomputed";
    /// Key A by its fingerprint.
    INITIAL_IV_CLIENT_TO_SERVER: str = "initial_iv_client_to_server";
    /// Key B by its fingerprint.
    INITIAL_IV_SERVER_TO_CLIENT: str = "initial_iv_server_to_client";
    /// Key C by its fingerprint.
    ENCRYPTION_KEY_CLIENT_TO_SERVER: str = "encryption_key_client_to_server";
    /// Key D by its fingerprint.
    ENCRYPTION_KEY_SERVER_TO_CLIENT: str = "encryption_key_server_to_client";
    /// Key E by its fingerprint.
    INTEGRITY_KEY_CLIENT_TO_SERVER: str = "integrity_key_client_to_server";
    /// Key F by its fingerprint.
    INTEGRITY_KEY_SERVER_TO_CLIENT: str = "integrity_key_server_to_client";

    /// An extension: the signatures that the server takes from users.
    SERVER_SIG_ALGS: str = "server-sig-algs";
    /// An extension: the version of OpenSSH's ping.
    PING: str = "ping@openssh.com";
    /// The service that is asked for.
    SERVICE_NAME: str = "service_name";

    /// Who wants to log in.
    USER_NAME: str = "user_name";
    /// The way to log in.
    METHOD_NAME: str = "method_name";
    /// The answer of the other side: `accept`, `reject`, …; of a channel `success` or `failure`.
    ANSWER: str = "answer";
    /// The ways to log in that the server would take next.
    AUTHENTICATIONS_THAT_CAN_CONTINUE: [String] = "authentications_that_can_continue";
    /// The proof was good, and another one is wanted.
    PARTIAL_SUCCESS: bool = "partial_success";
    /// Whether the request comes with its proof.
    HAS_SIGNATURE: bool = "has_signature";
    /// The algorithm of the user's key.
    PUBLIC_KEY_ALGORITHM_NAME: str = "public_key_algorithm_name";
    /// The user's key by its fingerprint.
    PUBLIC_KEY_FINGERPRINT: str = "public_key_fingerprint";
    /// Whether the client had asked about the key before.
    ASKED_BEFORE: bool = "asked_before";
    /// The library found the signature good.
    VERIFIED: bool = "verified";
    /// Whether the session identifier that was signed is the exchange hash that was computed here again.
    IS_EXCHANGE_HASH: bool = "is_exchange_hash";
    /// `withheld`: what a message holds may be a secret.
    CONTENT: str = "content";
    /// What a CA calls the holder of a certificate (OpenSSH's PROTOCOL.certkeys).
    CERTIFICATE_KEY_ID: str = "certificate_key_id";
    /// The number that it gave the certificate.
    CERTIFICATE_SERIAL: u64 = "certificate_serial";
    /// Whom it speaks for: `host` or `user`.
    CERTIFICATE_ROLE: str = "certificate_role";
    /// The host or user names that it is for; empty: for all.
    CERTIFICATE_PRINCIPALS: [String] = "certificate_principals";
    /// From when it holds. Written only where it does not always do.
    CERTIFICATE_VALID_AFTER: str = "certificate_valid_after";
    /// From when it no longer holds. Written only where that comes.
    CERTIFICATE_VALID_BEFORE: str = "certificate_valid_before";
    /// The CA that signed it, by the fingerprint of its key.
    CERTIFICATE_AUTHORITY_FINGERPRINT: str = "certificate_authority_fingerprint";
    /// Why the client did not take a host's certificate: `authority`, `authority_revoked`, `signature`, `sha1`, `role`,
    /// `not_yet_valid`, `expired`, `principals` or `critical_options`.
    CERTIFICATE_REFUSED: str = "certificate_refused";
    /// What the server asks the user.
    PROMPTS: [String] = "prompts";
    /// What the questions are headed with.
    NAME: str = "name";
    /// What the user is told beside them.
    INSTRUCTION: str = "instruction";
    /// How many answers come back.
    NUM_RESPONSES: u64 = "num_responses";

    /// The kind of the channel.
    CHANNEL_TYPE: str = "channel_type";
    /// The channel by its receiver's number.
    CHANNEL: u64 = "channel";
    /// The channel by its sender's number.
    SENDER_CHANNEL: u64 = "sender_channel";
    /// How many bytes may come before more is granted.
    INITIAL_WINDOW_SIZE: u64 = "initial_window_size";
    /// How many bytes may come in one packet.
    MAXIMUM_PACKET_SIZE: u64 = "maximum_packet_size";
    /// How many bytes more may come.
    BYTES_TO_ADD: u64 = "bytes_to_add";
    /// What is asked of the whole connection.
    REQUEST_NAME: str = "request_name";
    /// What is asked for on a channel.
    REQUEST_TYPE: str = "request_type";
    /// More of what is asked for.
    DETAIL: str = "detail";
    /// Whether an answer is wanted.
    WANT_REPLY: bool = "want_reply";
    /// The command.
    COMMAND: str = "command";
    /// Which data: `data`, or `stderr`.
    STREAM: str = "stream";
    /// How the command ended.
    EXIT_STATUS: u64 = "exit_status";

    /// Why a side ends the connection or refuses a channel, by number.
    REASON_CODE: u64 = "reason_code";
    /// The number of the packet that was not understood.
    PACKET_SEQUENCE_NUMBER: u64 = "packet_sequence_number";
}

/// The ten lists of a KEXINIT in the order of RFC 4253 §7.1.
pub const LISTS: [Field<[String]>; 10] = [
    KEX_ALGORITHMS,
    SERVER_HOST_KEY_ALGORITHMS,
    ENCRYPTION_ALGORITHMS_CLIENT_TO_SERVER,
    ENCRYPTION_ALGORITHMS_SERVER_TO_CLIENT,
    MAC_ALGORITHMS_CLIENT_TO_SERVER,
    MAC_ALGORITHMS_SERVER_TO_CLIENT,
    COMPRESSION_ALGORITHMS_CLIENT_TO_SERVER,
    COMPRESSION_ALGORITHMS_SERVER_TO_CLIENT,
    LANGUAGES_CLIENT_TO_SERVER,
    LANGUAGES_SERVER_TO_CLIENT,
];

/// What is told of one kind of algorithm once both lists are known.
#[derive(Clone, Copy, Debug)]
pub struct Picked {
    /// The algorithm.
    pub name: Field<str>,
    /// Where it stands in the client's list and in the server's, counted from 1.
    pub rank: Field<[u64]>,
    /// The algorithms that stand before it in the client's list, which the server does not have.
    pub passed_over: Field<[String]>,
}

impl Picked {
    const fn new(name: Field<str>, rank: Field<[u64]>, passed_over: Field<[String]>) -> Self {
        Picked { name, rank, passed_over }
    }
}

/// What the first eight of [`LISTS`] lead to.
pub const PICKED: [Picked; 8] = [
    Picked::new(KEX_ALGORITHM, KEX_ALGORITHM_RANK, KEX_ALGORITHM_PASSED_OVER),
    Picked::new(
        SERVER_HOST_KEY_ALGORITHM,
        SERVER_HOST_KEY_ALGORITHM_RANK,
        SERVER_HOST_KEY_ALGORITHM_PASSED_OVER,
    ),
    Picked::new(
        ENCRYPTION_ALGORITHM_CLIENT_TO_SERVER,
        ENCRYPTION_ALGORITHM_CLIENT_TO_SERVER_RANK,
        ENCRYPTION_ALGORITHM_CLIENT_TO_SERVER_PASSED_OVER,
    ),
    Picked::new(
        ENCRYPTION_ALGORITHM_SERVER_TO_CLIENT,
        ENCRYPTION_ALGORITHM_SERVER_TO_CLIENT_RANK,
        ENCRYPTION_ALGORITHM_SERVER_TO_CLIENT_PASSED_OVER,
    ),
    Picked::new(
        MAC_ALGORITHM_CLIENT_TO_SERVER,
        MAC_ALGORITHM_CLIENT_TO_SERVER_RANK,
        MAC_ALGORITHM_CLIENT_TO_SERVER_PASSED_OVER,
    ),
    Picked::new(
        MAC_ALGORITHM_SERVER_TO_CLIENT,
        MAC_ALGORITHM_SERVER_TO_CLIENT_RANK,
        MAC_ALGORITHM_SERVER_TO_CLIENT_PASSED_OVER,
    ),
    Picked::new(
        COMPRESSION_ALGORITHM_CLIENT_TO_SERVER,
        COMPRESSION_ALGORITHM_CLIENT_TO_SERVER_RANK,
        COMPRESSION_ALGORITHM_CLIENT_TO_SERVER_PASSED_OVER,
    ),
    Picked::new(
        COMPRESSION_ALGORITHM_SERVER_TO_CLIENT,
        COMPRESSION_ALGORITHM_SERVER_TO_CLIENT_RANK,
        COMPRESSION_ALGORITHM_SERVER_TO_CLIENT_PASSED_OVER,
    ),
];

/// The six keys in the order of their letters (RFC 4253 §7.2).
pub const KEYS: [Field<str>; 6] = [
    INITIAL_IV_CLIENT_TO_SERVER,
    INITIAL_IV_SERVER_TO_CLIENT,
    ENCRYPTION_KEY_CLIENT_TO_SERVER,
    ENCRYPTION_KEY_SERVER_TO_CLIENT,
    INTEGRITY_KEY_CLIENT_TO_SERVER,
    INTEGRITY_KEY_SERVER_TO_CLIENT,
];

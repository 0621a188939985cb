//! What there is to say about each step of SSH, in English.

crate::sentences! {
    // authentication.rs
    auth_none_title() = "login without proof";
    auth_none() =
        "The client asks for access by the method \"none\". It expects a no: the refusal lists the methods that \
         the server does take.";
    auth_methods_title() = "methods that go on";
    auth_methods() = "The server's refusal of \"none\" names the methods that can go on.";
    publickey_query_title() = "public key named";
    publickey_query() =
        "The client says which public key it would use; making a signature is work, sometimes a question to the \
         user, so it first asks whether the key is any good here.";
    publickey_ok_title() = "key would do";
    publickey_ok() =
        "The server repeats the key: a signature by it would be accepted. Where the packet is not opened, the \
         call of the signer shows that this answer came.";
    signed_request_title() = "what is signed";
    signed_request() =
        "The signer is handed these bytes: the session identifier, then the request itself. The identifier is a \
         hash that covers the server's own cookie and public value, fresh for each connection: it does what a \
         challenge would do, so SSH-2 has none.";
    publickey_signature_title() = "signed request";
    publickey_signature() =
        "The signature covers the session identifier, which no other connection has, and the whole request. It \
         cannot be replayed elsewhere, and the server needs to invent no challenge.";
    auth_password_title() = "password offered";
    auth_password() =
        "The password itself crosses, under the session's encryption alone: whoever runs the server reads it, \
         so the host key must be right first. No log of this suite holds it.";
    interactive_question_title() = "server's questions";
    interactive_question() =
        "In the method keyboard-interactive the server words the questions, as many as it likes: a password, a \
         one-time code. The client only shows them and sends back what was typed.";
    interactive_answer_title() = "user's answers";
    interactive_answer() =
        "One answer to each question, in the clear under the session's encryption. What was answered is in no \
         log of this suite.";
    auth_failure_title() = "access refused";
    auth_failure() = "The server did not take this proof and lists the methods that can still go on.";
    auth_success_title() = "access granted";
    auth_success() = "The user is who they claim to be; from here on the connection carries channels.";

    // connection.rs
    channel_open_title() = "channel asked for";
    channel_open() =
        "Many channels can share one encrypted connection; a command or a shell gets a channel of type \
         \"session\".";
    channel_confirmed_title() = "channel open";
    channel_confirmed() =
        "The channel is open; the window says how many bytes may be sent before the receiver grants more.";
    channel_request_title() = "channel request";
    channel_request() =
        "A request on a channel other than a command: an environment variable, a terminal, a shell or a \
         subsystem such as sftp.";
    exec_title() = "exec";
    exec() =
        "The client asks for one command on this channel. It reaches the server as one string; a usual server \
         hands it to the user's shell.";
    channel_reply_title() = "request answered";
    channel_reply() =
        "CHANNEL_SUCCESS or CHANNEL_FAILURE for the oldest request that asked for a reply; for a command it \
         means that it was started, not how it went.";
    channel_window_adjust_title() = "more room";
    channel_window_adjust() =
        "The receiver lets its peer send that many bytes more on this channel. Whoever has used up its window must \
         wait for this message: so a slow reader slows the sender, each channel for itself.";
    channel_data_title() = "channel data";
    channel_data() = "Bytes of the session, decrypted; an error stream travels as extended data.";
    exit_status_title() = "exit status";
    exit_status() = "How the command ended: 0 means success.";
    channel_eof_title() = "channel end of data";
    channel_eof() =
        "The sender will send no more data on this channel; the other direction stays open, as with a half \
         close of TCP.";
    channel_close_title() = "channel closed";
    channel_close() = "Each side closes a channel for itself; it is gone once both have. The connection lives on.";

    // encryption.rs
    encrypted_title() = "encrypted from here";
    encrypted() =
        "The first bytes of this direction that a listener on the wire can no longer read: not even the kind of \
         message. Login, commands and output all come after this point.";
    session_key_title() = "shared secret";
    session_key() =
        "The library holds the shared secret K, which never crossed the wire. The exchange hash covers it too, \
         so a side without K can neither make nor check that hash.";
    exchange_hash_title() = "exchange hash";
    exchange_hash() =
        "H is the hash of all that was said so far and of K, computed again here, and the host key's signature \
         over it is checked. The first H is the session identifier for good.";
    derived_keys_title() = "six keys";
    derived_keys() =
        "Each is a hash of K, H, a letter from A to F and the session identifier: an initial vector, an \
         encryption key and an integrity key for either direction. A cipher that authenticates by itself leaves \
         some unused, and only fingerprints are shown.";
    unopened_title() = "not opened here";
    unopened() =
        "The packets under the keys cannot be opened on this side. What follows is what the library tells of \
         them.";
    ext_info_title() = "EXT_INFO";
    ext_info() =
        "What the sender can do beyond the basics, told only to a peer that asked for it in its KEXINIT; a \
         server names the signature algorithms that it takes from users.";
    service_request_title() = "SERVICE_REQUEST";
    service_request() =
        "The client asks for a service on top of the encrypted transport, first of all the one that logs users \
         in. Everything about the user comes after this.";
    service_accept_title() = "SERVICE_ACCEPT";
    service_accept() = "The server grants the service.";
    wrong_tag_title() = "tag does not verify";
    wrong_tag() =
        "The packet does not open under the session's key: its bytes are not those that were sealed. Whoever \
         receives it ends the connection, and nothing after it is read here either.";

    // transport.rs
    line_before_title() = "line before SSH";
    line_before() =
        "Before its identification a server may send other lines, for people to read; a client passes over \
         them. Where a server lets nobody in, its reason often stands here.";
    identification_title() = "identification";
    identification() =
        "One line of plain text that names the protocol version and the software. Both lines are hashed into \
         the key exchange, so nobody on the way can swap one unnoticed.";
    kexinit_title() = "KEXINIT";
    kexinit() =
        "The sender's algorithms, most wanted first, and a random cookie. It answers nothing: each side may \
         send it right after its identification.";
    negotiated_title() = "algorithms agreed";
    negotiated() =
        "Nobody announces the result: from the two lists each side works out, for every kind, the first of the \
         client's algorithms that the server has too.";
    nothing_in_common_title() = "nothing in common";
    nothing_in_common() =
        "For each kind of algorithm one name must stand in both lists, or there is no key exchange: both sides \
         then have to end the connection. The kinds without one are named.";
    group_request_title() = "group request";
    group_request() =
        "In a group exchange the client first asks for a Diffie-Hellman group, giving the smallest, the \
         preferred and the largest size in bits.";
    group_title() = "group";
    group() = "The server picks a safe prime and a generator; both become part of the exchange hash.";
    key_exchange_init_title() = "client public value";
    key_exchange_init() =
        "The public half of a key pair that the client made for this connection alone. What the message is \
         called depends on the method that was agreed.";
    key_exchange_reply_title() = "host key + signature";
    key_exchange_reply() =
        "The server's host key, its public value, and a signature by that key over the exchange hash: it proves \
         that the server behind the key took part in this very exchange.";
    newkeys_title() = "NEWKEYS";
    newkeys() =
        "The last packet under the old keys, at first in the clear; whatever this sender sends next is under \
         the new ones. Each direction turns on its own.";
    host_key_check_title() = "host key decision";
    host_key_check() =
        "The signature shows that the server owns the key; only a record from earlier, or the user, can say \
         that it is the right key. Without that step anybody could stand in the middle.";
    other_message_title() = "other message";
    other_message() =
        "A message without a step of its own, such as IGNORE or DEBUG; its name stands beside it. In the clear, strict key \
         exchange allows none.";
    disconnect_title() = "DISCONNECT";
    disconnect() = "The sender ends the connection at once and gives a reason by number and in words.";
    undecodable_title() = "not SSH";
    undecodable() =
        "These bytes are not what SSH allows here, so the decoder stops reading this connection. The connection \
         itself is left to the library.";
}

//! What each rule of SSH recognises, in English.

crate::sentences! {
    // opening.rs
    disconnected_too_many_tries() = "the server says DISCONNECT because of too many attempts";
    disconnected() = "the server says DISCONNECT and why";
    another_version() = "the server's identification is none of SSH-2";
    another_protocol() = "the server's first bytes are another protocol's";
    unreadable() = "what follows the server's identification does not read";
    too_many_connections() = "the server says that it has too many connections";
    not_now() = "the server says that it lets this address in at another time";
    words_without_end() = "line after line comes, and no identification";
    words_instead() = "words came instead of an identification";
    no_identification() = "the server ended the connection before it said anything";
    silent_before_identification() = "the server said nothing at all";
    no_common_algorithm() = "the lists of one kind have nothing in common";
    small_group() = "the server's Diffie-Hellman group is too small";
    strict_key_exchange() = "a message stood where strict key exchange allows none";
    host_signature() = "the host key's signature does not fit";
    host_signature_by_another_algorithm() = "the host key signs by another algorithm than the agreed one";
    key_exchange_value() = "a value of the key exchange is unusable";
    tag() = "a packet does not open under the session's keys";
    gone_after_identification() = "the connection ended right after the identification";
    gone_in_key_exchange() = "the connection ended during the key exchange";
    silent_in_key_exchange() = "the server fell silent during the key exchange";

    // host_key.rs
    known_hosts_unreadable() = "the file of known hosts could not be read";
    host_key_revoked() = "a line of known_hosts revokes the host key";
    host_key_of_another_kind() = "the host key is of another kind than the one on record";
    host_key_changed() = "the host key is not the one on record";
    host_certificate_refused() = "the host's certificate does not hold here";
    host_certificate_only() = "only a CA is on record, and the server has no certificate";
    host_key_unknown() = "the host is not on record, and nobody or nothing let it in";

    // login.rs
    new_password_wanted() = "the server wants a new password";
    no_terminal_for_the_passphrase() = "the key has a passphrase, and nobody can be asked";
    wrong_passphrase() = "no passphrase that was typed opens the key";
    not_signed() = "the key could not sign";
    only_sha1() = "the server takes RSA signatures with SHA-1 only";
    endless_questions() = "the server asks and asks";
    no_password_to_a_changed_host() = "a password is wanted, and the host key has changed";
    key_open_to_others() = "the key's file can be read by others, so it was not used";
    accepted_in_part() = "a proof was accepted, and a further one is missing";
    answers_used_up() = "the server asks more than the password file answers";
    nobody_to_ask() = "a password is wanted, and there is no terminal";
    password_login_off() = "only passwords may be tried, and the server takes none";
    password_refused() = "the server refused each password";
    key_refused() = "the server refused each key";
    nothing_asked() = "the server refused keyboard-interactive before it asked anything";
    no_common_method() = "no way to log in is common";
    gone_before_login() = "the connection ended before the login was answered";
    gone_in_login() = "the connection ended during the login";
    silent_in_login() = "the server fell silent during the login";

    // session.rs
    channel_refused() = "the server opens no channel for a command";
    command_refused() = "the server does not run the command";
    command_too_long() = "the command ran longer than --timeout allows";
    no_exit_status() = "the command ended, and nothing says how";
    silent_in_session() = "the server fell silent after the login";
    gone_in_session() = "the connection ended after the login, before all was done";
    message_out_of_place() = "a message has no place where it came";

    // served.rs
    stopped() = "this server was stopped";
    client_disconnected() = "the client says DISCONNECT and why";
    client_another_version() = "the client's identification is none of SSH-2";
    client_another_protocol() = "the client's first bytes are another protocol's";
    client_unreadable() = "what follows the client's identification does not read";
    client_no_common_algorithm() = "the lists of one kind have nothing in common";
    client_small_group() = "the client asks for Diffie-Hellman groups that are too small";
    client_strict_key_exchange() = "a message stood where strict key exchange allows none";
    client_tag() = "a packet does not open under the session's keys";
    client_silent_before_identification() = "the client said nothing, or too slowly";
    client_silent_in_key_exchange() = "the client hung before the key exchange";
    client_silent_in_login() = "the client did not log in in time";
    client_idle() = "the client was silent after the login";
    client_said_nothing() = "the client connected and left";
    client_gone_after_identification() = "the client left before the key exchange";
    client_wanted_the_host_key() = "the client left once it had the host key";
    client_gone_before_login() = "the client left before its login began";
    client_out_of_tries() = "as many attempts were refused as may be";
    client_tried_passwords() = "the client tried a password, and password login is off here";
    client_wrong_password() = "the client left after a wrong password";
    client_key_refused() = "the client left after its keys were refused";
    client_refused_request() = "the client asked for what this server does not do";
    client_gone_in_session() = "the client left in the middle of its session";
    client_message_out_of_place() = "a message has no place where it came";
}

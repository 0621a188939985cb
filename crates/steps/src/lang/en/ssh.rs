//! Why an SSH connection failed, in English.

crate::sentences! {
    // reason.rs
    the_server() = "The server";
    the_client() = "The client";

    // opening.rs
    the_server_disconnected_after_too_many_tries(value, said, tried, keys) =
        "The server disconnected: {value}, {said}. It counts each proof that it refuses, and had refused \
         {tried} here ({keys} of them keys).";
    the_server_disconnected_at_the_first_try(value, said) =
        "The server disconnected: {value}, {said}. It counts each attempt that it refuses, and here the first \
         was one too many.";
    name_the_right_key_of_the_agent(offered) =
        "ssh-agent holds {offered} keys, offered one after the other: leave out `--agent` and name the right \
         one with `--identity FILE`.";
    it_lets_nobody_in_from_this_address() = "It lets nobody in from this address.";
    to_it_this_client_broke_the_protocol() =
        "To it, something in what this client sent was against the protocol; its own log may say what.";
    the_key_exchange_failed_on_its_side() = "The key exchange failed on its side; its own log may say why.";
    to_it_a_packet_did_not_verify() =
        "To it a packet did not verify: the bytes were changed on the way, or the two sides have different keys.";
    it_has_too_many_connections() = "It has too many connections: try again later.";
    it_has_no_further_way_to_log_in() = "It has no further way to log in.";
    it_does_not_take_this_users_name() = "It does not take this user's name.";
    the_server_disconnected(value, said) = "The server disconnected: {value}, {said}.";
    the_servers_identification_is_not_allowed(line, expected) =
        "The server's identification {line} is none that SSH-2 allows: expected {expected}.";
    and_its_line(line) = ": {line}";
    the_server_does_not_speak_ssh(expected, looks, said) =
        "The server does not speak SSH here: expected {expected}, got what looks like {looks}{said}.";
    is_this_the_right_port() = "Is this the right port?";
    the_server_goes_on_in_something_else(expected, looks) =
        "The server said an SSH identification, and then what does not read as SSH: expected {expected}, got \
         what looks like {looks}.";
    the_server_has_too_many_connections(said) =
        "The server let nobody in and said so before its identification: {said}. It has as many connections \
         that have not logged in as its setting MaxStartups allows.";
    try_again_in_a_while() = "Try again in a while.";
    the_server_lets_nobody_in_for_now(said) =
        "The server let nobody in from this address for now and said so before its identification: {said}. \
         OpenSSH says this while a penalty stands (PerSourcePenalties), after failed logins for example.";
    wait_until_it_has_passed() = "Wait until it has passed.";
    the_server_sent_lines_without_end(seconds, said) =
        "For {seconds} s the server sent lines of text and never its identification: {said}. A tarpit such as \
         endlessh does this on purpose.";
    the_server_sent_words_instead(said, how) =
        "The server sent no SSH identification but these words: {said}; then it {how}.";
    these_words_may_say_why() = "These words may say why; otherwise: is this the port of an SSH server?";
    is_this_the_port_of_an_ssh_server() = "Is this the port of an SSH server?";
    the_server_ended_without_an_identification(how) = "The server {how} without an SSH identification.";
    not_ssh_or_not_from_here_or_too_many() =
        "Several causes fit: this is not the port of an SSH server, it takes no connections from here (a deny \
         list, a firewall), or it has too many.";
    the_server_sent_no_identification(seconds) = "The server sent no SSH identification within {seconds} s.";
    key_exchange() = "key exchange";
    host_key() = "host key";
    encryption() = "encryption";
    mac() = "MAC";
    compression() = "compression";
    no_common_algorithm_with_the_server(value, mine, its) =
        "No common {value} algorithm: this client has {mine}; the server has {its}.";
    leave_out_kex_or_name_another(kex) =
        "`--kex {kex}` offers that one alone: leave it out, or name one that the server has.";
    all_that_the_server_has_is_old() =
        "All that the server has is old and no longer safe: bring the server up to date.";
    allow_one_of_this_clients_on_the_server() = "Allow one of this client's on the server.";
    the_servers_group_is_too_small(bits, least_group) =
        "The server chose a Diffie-Hellman group of {bits} bits, and this client had asked for at least \
         {least_group}: smaller ones can be broken (RFC 8270 §2).";
    it_needs_larger_groups() =
        "Its file of groups (OpenSSH: /etc/ssh/moduli) needs larger ones; `--kex curve25519-sha256` does \
         without, where the server has it.";
    the_servers_message_breaks_strict_key_exchange(message, packet) =
        "Message {message} (packet {packet}) came where strict key exchange allows none: slipped in on the way, \
         or sent by a server that does not keep to it.";
    a_value_of_the_servers_key_exchange_is_unusable() =
        "A message of the server's key exchange holds a value that cannot be used, or stands where another one \
         was due.";
    a_packet_did_not_verify() =
        "A packet did not verify under the session's keys: its bytes were changed on the way.";
    the_server_ended_after_its_identification(how) =
        "The server {how} in the middle of the handshake, right after its identification and before its KEXINIT.";
    too_many_or_denied_or_our_version() =
        "Several causes fit: too many connections, a deny list, a version string it does not like. Its own log \
         may say why.";
    after_its_host_key() = "after its host key";
    after_this_clients_public_value() = "after this client's public value";
    after_its_kexinit() = "after its KEXINIT";
    the_server_ended_in_the_key_exchange(how, place) = "The server {how} in the middle of the handshake, {place}.";
    its_own_log_may_say_why() = "Its own log may say why.";
    the_server_hung_in_the_handshake(seconds) =
        "The server hung in the handshake for {seconds} s: overloaded, or stopped?";

    // host_key.rs
    known_hosts_could_not_be_read(print, file) = "The host key {print} was refused: {file} could not be read.";
    known_hosts_names_another_file() = "`--known-hosts` names another file.";
    the_host_key_is_revoked(print, line, file) =
        "The host key {print} was refused: line {line} of {file} revokes it.";
    the_ca_of_its_certificate_is_revoked(authority, line, file) =
        "The host's certificate was refused: line {line} of {file} revokes its CA {authority}.";
    the_host_key_is_of_another_kind(file, line, recorded, shown, print) =
        "The host key was refused: {file} line {line} has a key of the kind {recorded}; this client asked for \
         that kind first, and the server showed {shown} {print} instead.";
    the_host_key_has_changed(file, line, recorded, print) =
        "The host key has changed and was refused: {file} line {line} has {recorded}, the server showed {print}.";
    new_keys_or_somebody_between() = "The server may have got new keys, or somebody is in the middle";
    somebody_between_or_a_new_key() = "It may be a man in the middle, or the server got a new key";
    ask_before_deleting_the_line(cause) = "{cause}: ask its administrator, and only then delete that line.";
    its_ca_is_not_trusted_for_the_host(authority, file, host) =
        "its CA {authority} is none of those that {file} has for {host}";
    the_signature_of_its_ca_does_not_fit(authority) = "the signature of the CA {authority} does not fit it";
    its_ca_signed_it_with_sha1(authority) = "its CA {authority} signed it with SHA-1 (ssh-rsa)";
    it_is_a_users_and_no_hosts() = "it is a user's and no host's";
    it_is_no_hosts() = "it is no host's";
    it_holds_only(from) = "it holds only from {from} on";
    it_held_until(until) = "it held until {until}";
    it_is_for_other_names(names, bare) = "it is for {names}, and not for {bare}";
    it_has_critical_options() = "it has critical options, and a host's certificate may have none";
    the_host_certificate_was_not_taken(host, why, print) =
        "{host} showed a certificate that was not taken: {why}. Its key {print} is not on record by itself \
         either.";
    its_administrator_can_issue_another() =
        "The administrator of the server can issue another one (`ssh-keygen -s CA -h -n NAMES KEY.pub`).";
    no_key_of_its_own_is_on_record(host, line, file, print) =
        "{host} is unknown: no key of its own is on record. Line {line} of {file} is a @cert-authority, so this \
         client asked for a host certificate; the server has none, and showed the bare key {print}.";
    compare_the_fingerprint_then_accept() =
        "Compare the fingerprint with what the administrator says, then let `--strict accept-new` add it.";
    the_host_key_was_not_confirmed(print, host) = "You did not confirm the host key {print} of {host}.";
    the_host_is_unknown_and_nobody_can_be_asked(host, print) =
        "{host} is unknown and nobody can be asked, because standard input is no terminal; its key is {print}.";
    if_right_accept_new() = "If that is right, use --strict accept-new.";
    strict_refuses_unknown_hosts(host, print) =
        "{host} is unknown and --strict yes refuses unknown hosts; its key is {print}.";
    the_servers_signature_is_wrong() =
        "The server's signature over the exchange hash is wrong: it does not hold the host key it showed, or \
         the handshake was changed on the way.";
    that_is_rsa_with_sha1() =
        " That is RSA with SHA-1, which can be forged with enough effort, so this client ended the connection \
         as `ssh` does.";
    this_client_ends_as_ssh_does() = " This client ended the connection as `ssh` does.";
    the_host_key_signed_by_another_algorithm(agreed, signed, what) =
        "The host key was to sign by {agreed}, and signed by {signed}.{what}";
    bring_the_server_up_to_date() = "Bring the server up to date.";

    // login.rs
    and_its_words(words) = ": {words}";
    the_server_wants_a_new_password(words) =
        "The server wants a new password before it lets this user in: the old one has expired \
         (SSH_MSG_USERAUTH_PASSWD_CHANGEREQ, RFC 4252 §8){words}.";
    this_client_changes_no_passwords() = "This client changes no passwords: do so with `ssh`, then try again.";
    the_server_asked_without_end(asked) = "The server asked and asked ({asked} questions), and never decided.";
    the_certificate_of_a_key(print) = "the certificate of the key {print}";
    the_key_of_print(print) = "the key {print}";
    the_key() = "the key";
    the_password() = "the password";
    the_answers() = "the answers";
    the_proof(other) = "the proof by {other}";
    the_password_was_not_sent_to_an_unproven_host(wanted, file, line) =
        "The server takes {wanted}, and no password was sent: its host key is not the one that {file} line \
         {line} has, so somebody may be in the middle. --strict no lets such a host pass, but tells it no \
         secret.";
    ask_before_trusting_the_new_key() =
        "Ask the server's administrator; if the new key is right, delete that line, and the password is sent \
         again.";
    it_refused(refused) = "it refused {refused}";
    the_connection_ended_there() = "the connection ended there";
    there_is_no_terminal_to_ask() = "there is no terminal to ask for it";
    the_password_file_has_no_more_answers() = "the password file has no more answers";
    no_such_proof_is_left() = "this client has no such proof left";
    the_server_wants_a_second_proof(took, wanted, last) =
        "The server accepted {took} and wants a second proof ({wanted}); {last}.";
    methods_leaves_out(missing) = "`--methods` leaves out {missing}.";
    password_file_gives() = "`--password-file FILE` gives the password.";
    the_server_asked_more_than_the_file_answers(before, asked, has) =
        "{before}The server asked {asked} questions (keyboard-interactive), and the answers of the password \
         file ({has}) are used up.";
    a_line_for_each_question() = "Give it a line for each question, in order.";
    there_is_no_terminal_for_the_password(before) =
        "{before}The server would take a password, but there is no terminal to ask for one.";
    the_server_takes_no_passwords(its) =
        "The server takes no passwords: it lists {its}, and --methods lets this client try passwords only. None \
         was sent.";
    leave_out_methods_or_let_passwords_in() =
        "Leave out `--methods` to try a key; to have passwords taken, the server's administrator has to turn \
         them on.";
    and_before_that_the_key() = ", and before that the key";
    and_before_that_several_keys(keys) = ", and before that {keys} keys";
    several_passwords(tries) = "{tries} passwords";
    the_server_refused_the_passwords(passwords, user, _tries, also) =
        "The server refused {passwords} for \"{user}\"{also}: access is refused.";
    it_says_the_same_of_several_faults() =
        "A server says the same of a wrong password, of a name it does not know and of a user it lets in \
         nowhere.";
    the_server_refused_before_it_asked(user) =
        "The server lists keyboard-interactive, and refused \"{user}\" by it before it asked anything.";
    sshd_lets_pam_ask() =
        "sshd leaves the questions to PAM (`UsePAM yes`). Where the server takes passwords, `--methods password` \
         sends one.";
    no_common_way_to_log_in(its, ours) =
        "No common way to log in: the server takes {its}; this client may try {ours} (--methods).";
    the_server_ended_before_it_answered_the_login(how) =
        "The server {how} before it answered the login: it ran out of patience, or a packet was damaged on the \
         way.";
    the_server_ended_during_the_login(how) =
        "The server {how} during the login: too many attempts, or it ran out of patience.";
    the_server_was_silent_during_the_login(seconds) = "The server was silent for {seconds} s during the login.";

    // keys.rs
    there_is_no_terminal_for_the_passphrase(file) =
        "The server would take the key of {file}; it has a passphrase, and there is no terminal to ask for it.";
    add_it_to_the_agent() = "`ssh-add` it and use --agent.";
    no_passphrase_opened_the_key(file, tries) =
        "The server would take the key of {file}, and none of the {tries} passphrases opens it.";
    the_agent_did_not_sign() = "The server would take a key of ssh-agent's, and ssh-agent did not sign with it.";
    is_the_agent_locked() = "Is it locked, or does it wait for a confirmation?";
    the_key_could_not_sign() = "The key could not sign the request.";
    the_server_takes_rsa_with_sha1_only() =
        "The server takes RSA signatures with SHA-1 only, which nobody should make any more.";
    use_an_ed25519_key() = "Use an Ed25519 key (`--identity`).";
    the_key_is_open_to_others(file, mode) =
        "The server takes keys, and none was offered: {file} can be read by others (mode {mode}), and like \
         `ssh` this client uses no such key.";
    chmod_closes_it(file) = "`chmod 600 {file}` closes it.";
    the_server_refused_the_key(key, user) = "The server refused {key} for \"{user}\".";
    by_its_certificate(print) = "{print} by its certificate";
    the_server_refused_several_keys(count, user, prints) = "The server refused {count} keys for \"{user}\" ({prints}).";
    and_it_takes_no_passwords(cause, its) = "{cause} It takes no passwords (it lists {its}): none was sent.";
    is_its_ca_trusted() =
        "For a certificate: does the server trust its CA (TrustedUserCAKeys), does it name this user, and does \
         it still hold? `ssh-keygen -L -f FILE` shows it. For a key: is it in that user's authorized_keys?";
    is_it_in_authorized_keys() = "Is it in that user's authorized_keys, and is the user's name right?";

    // session.rs
    the_command_ended_with_status(status) = "the command ended with status {status}";
    the_command_was_ended_by_a_signal(signal) = "the command was ended by the signal {signal}";
    and_said(how, words) = "{how}: {words}";
    administratively_prohibited() = "administratively prohibited";
    connect_failed() = "connect failed";
    unknown_channel_type() = "unknown channel type";
    resource_shortage() = "resource shortage";
    a_reason_of_its_own() = "a reason of its own";
    it_did_not_say_why() = "it did not say why";
    the_server_opens_no_channel(why, said) =
        "The login succeeded, but the server opens no channel for a session: {why}{said}.";
    its_settings_may_allow_no_sessions() =
        "Its settings may allow this user no sessions (OpenSSH: MaxSessions 0, or an account for forwarding \
         only).";
    the_server_refused_the_command(command, said) =
        "The login succeeded, but the server refused to run a command{command}{said}.";
    the_command_ran_too_long(limit) =
        "The command had not ended after {limit} s, as long as --timeout allows: this client ended the \
         connection.";
    it_had_said(words) = " It had said {words}.";
    there_was_no_exit_status(words) =
        "The command's channel was closed without an exit status and without a signal (RFC 4254 §6.10 wants \
         neither, and most servers send one).{words}";
    the_server_was_silent_after_the_login(seconds) =
        "The login succeeded, then the server was silent for {seconds} s.";
    its_last_words(words) = " Its last words: {words}.";
    the_server_ended_in_the_session(how, words) = "The server {how} in the middle of the session.{words}";
    while_keys_were_exchanged_anew() = " while keys were exchanged anew";
    after_the_login() = " after the login";
    during_the_login() = " during the login";
    the_peers_message_has_no_place_there(peer, when) =
        "{peer} sent a message{when} that has no place there, or lacks what it should hold; the last steps show \
         it.";
    the_connection_was_given_up(steps) =
        "The connection was given up after {steps} steps, for a reason that the log does not show.";

    // served.rs
    the_server_was_stopped() = "The server was stopped while the connection was open.";
    the_client_disconnected(value, said) = "The client disconnected: {value}, {said}.";
    the_clients_identification_is_not_allowed(line, expected) =
        "The client's identification {line} is none that SSH-2 allows: expected {expected}.";
    the_client_does_not_speak_ssh(expected, looks, how) =
        "The client does not speak SSH here: expected {expected}, got what looks like {looks}{how}.";
    is_it_meant_for_another_port() = "Is it meant for another port?";
    the_client_goes_on_in_something_else(expected, looks) =
        "The client said an SSH identification, and then what does not read as SSH: expected {expected}, got \
         what looks like {looks}.";
    no_common_algorithm_with_the_client(value, mine, its) =
        "No common {value} algorithm: the server has {mine}; the client offers {its}.";
    leave_out_kex(kex) = "`--kex {kex}` offers that one alone: leave it out.";
    all_that_the_client_has_is_old() =
        "All that the client has is old and no longer safe: bring the client up to date.";
    allow_one_of_the_servers_on_the_client() =
        "Allow one of the server's on the client; a scanner (ssh-keyscan, ssh-audit) asks for one kind after \
         the other.";
    the_client_asked_for_too_small_a_group(max, least_group) =
        "The client asked for a Diffie-Hellman group of {max} bits at most, and this server uses none below \
         {least_group}: smaller ones can be broken (RFC 8270 §2).";
    scanners_ask_for_small_groups() = "A scanner such as ssh-audit asks for small ones on purpose.";
    the_clients_message_breaks_strict_key_exchange(message, packet) =
        "Message {message} (packet {packet}) came where strict key exchange allows none: slipped in on the way, \
         or sent by a client that does not keep to it.";
    the_client_sent_no_identification(seconds, option) =
        "The client sent no SSH identification within {seconds} s ({option}).";
    the_client_hung_in_the_key_exchange(seconds, option) =
        "The client hung in the handshake: no key exchange within {seconds} s ({option}).";
    the_client_did_not_log_in(seconds) =
        "The client did not log in within {seconds} s, twelve times --handshake-timeout.";
    the_client_was_silent(seconds) = "The client was silent for {seconds} s (--idle-timeout).";
    the_client_ended_without_an_identification(how) =
        "The client {how} before an SSH identification was read: a port scan, or a health check?";
    the_client_ended_before_the_key_exchange(how) =
        "The client {how} in the middle of the handshake, before the key exchange was done.";
    scanners_leave_here_too() = "A scanner that only wants the version or the list of algorithms leaves here too.";
    the_client_wanted_the_host_key(how) =
        "The client {how} once it had the host key: it may not trust it, or not find the signature right \
         (ssh-keyscan leaves here too).";
    the_client_ended_before_its_login(how) = "The client trusted the host key, and {how} before its login began.";
    as_many_refusals_as_allowed(refusals) =
        "No login: {refusals} attempts were refused, as many as --max-auth-tries allows (the probe without \
         proof counts).";
    the_client_tried_a_password() =
        "The client tried a password and left: no password is taken here, right or wrong.";
    password_login_lets_passwords_in() =
        "`--password-login on` lets passwords in; a key from authorized_keys does without.";
    the_client_left_after_a_wrong_password() = "The client left after a wrong password.";
    certs_shows_the_demo_password(certs) = "`{certs} --show-password` shows the demo user's.";
    no_key_was_offered() = "no key was offered";
    its_key_was_refused() = "its key was refused";
    several_keys_were_refused(keys) = "{keys} keys were refused";
    the_client_left_without_logging_in(keys) = "The client left without logging in: {keys}.";
    is_its_key_known_and_its_user_demo() = "Does authorized_keys have its key, and is the user demo?";
    a_forwarded_connection() = "a forwarded connection (direct-tcpip)";
    the_subsystem(which) = "the subsystem{which}";
    x11_forwarding() = "X11 forwarding";
    another_request(other, which) = "{other}{which}";
    the_client_wanted_what_this_server_does_not_do(asked) =
        "The client logged in, asked for {asked}, which this server does not do, and left.";
    the_client_ended_in_the_session(how) = "The client {how} in the middle of its session.";
}

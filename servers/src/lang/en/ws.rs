//! What the WebSocket server says, in English.

steps::sentences! {
    // ws/door.rs
    another_host(host) =
        "The request is for `{host}`, a name that may lead here from anywhere (DNS rebinding): a browser is served by address, \
         or under a name that `--origin http://NAME:PORT` allows.";
    another_origin(page) =
        "A page of `{page}` asked for the upgrade, and it is not this server's: `--origin {page}` allows it (RFC 6455 §10.2).";

    // ws/answer.rs
    there_is_one_page() = "There is one page here: /";
}

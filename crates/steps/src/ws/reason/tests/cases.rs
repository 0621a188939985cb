//! The facts. A case whose name begins with `near` differs in one fact from the one before it.

use serde_json::json;

use super::*;

pub(super) fn all() -> Vec<Case> {
    let parts = [refusals(), upgrades(), closes(), frames(), served()];
    parts.into_iter().flatten().collect()
}

const PATIENCE: Ended = Ended::Silent(10_000);
const FIN: Ended = Ended::Gone(Ending::Fin);
const RST: Ended = Ended::Gone(Ending::Reset);

fn refusals() -> Vec<Case> {
    let refused = |name| client(name, Ended::NotUpgraded);
    let none = || json!({});
    let html = "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>";
    vec![
        refused("401").refused(401, "Unauthorized", json!({"www_authenticate": "Basic realm=\"x\""}), ""),
        refused("near: 403").refused(403, "Forbidden", none(), "Origin not allowed"),
        refused("near: 407").refused(
            407,
            "Proxy Authentication Required",
            json!({"proxy_authenticate": "Basic"}),
            "",
        ),
        refused("503").refused(503, "Service Unavailable", json!({"retry_after": "30"}), ""),
        refused("429").refused(429, "Too Many Requests", none(), "slow down"),
        refused("near: 502").refused(
            502,
            "Bad Gateway",
            none(),
            "<html><head><title>502 Bad Gateway</title></head></html>",
        ),
        refused("302").refused(302, "Found", json!({"location": "https://localhost/ws"}), ""),
        refused("426").refused(426, "Upgrade Required", none(), ""),
        refused("near: another version").refused(
            426,
            "Upgrade Required",
            json!({"sec_websocket_version": "8"}),
            "",
        ),
        refused("404").refused(404, "Not Found", none(), "no such path"),
        refused("near: 200").refused(200, "OK", none(), "<html></html>"),
        refused("400 of nginx's").refused(400, "Bad Request", none(), html),
        refused("near: 400 with JSON").refused(
            400,
            "Bad Request",
            none(),
            "{\"code\":0,\"message\":\"Transport unknown\"}",
        ),
        refused("418").refused(418, "I'm a teapot", none(), ""),
    ]
}

fn upgrades() -> Vec<Case> {
    let looks = |looks: &str| json!({"looks_like": looks, "expected": "HTTP/1.1 response"});
    let short = |mut case: Case| {
        case.received = 26;
        case
    };
    vec![
        client("ws at a TLS port", Ended::NotHttp).s(Step::Undecodable, looks("TLS record (alert)")),
        client("near: SSH", Ended::NotHttp).s(Step::Undecodable, looks("SSH identification")),
        client("near: HTTP that cannot be read", Ended::NotHttp).s(Step::Undecodable, looks("HTTP response")),
        client("near: a head without an end", Ended::HeadTooLong { most: 16384 })
            .s(Step::Undecodable, looks("HTTP response")),
        client("a wrong accept", Ended::NotUpgraded).s(Step::SwitchingProtocols, json!({})).unmet(
            Step::AnswerChecked,
            Check::AnswerAccept,
            Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ),
        client("no Upgrade", Ended::NotUpgraded).s(Step::SwitchingProtocols, json!({})).unmet(
            Step::AnswerChecked,
            Check::AnswerUpgrade,
            None,
        ),
        client("closed without an answer", FIN),
        client("reset without an answer", RST),
        short(client("near: after a part of it", FIN)),
        short(client("silent within it", PATIENCE)),
        client("a fault that nobody knows", Ended::GaveUp),
    ]
}

fn closes() -> Vec<Case> {
    let text = |name| client(name, Ended::Closed).open().awaiting(Awaited::Text);
    vec![
        text("1000 too early").close(Some(1000), "normal closure", ""),
        text("no code").close(None, "no code given", ""),
        text("near: 1008").close(Some(1008), "policy violation", "policy"),
        text("1001").close(Some(1001), "going away", ""),
        text("1011").close(Some(1011), "internal error", "oops"),
        text("1013").close(Some(1013), "try again later", "later"),
        text("4001").close(Some(4001), "private use", "bad token"),
        text("near: 1007").close(Some(1007), "invalid payload data", "not UTF-8"),
        text("near: 1006").close(Some(1006), "not to be sent", ""),
        client("no echo", PATIENCE).open().awaiting(Awaited::Text),
        client("no Close", PATIENCE).open().awaiting(Awaited::Close),
        client("near: FIN instead", FIN).open().awaiting(Awaited::Text),
        Case { midst: Some(3), ..client("near: within a frame", FIN).open().awaiting(Awaited::Text) },
        client("RST instead", RST).open().awaiting(Awaited::Bytes),
    ]
}

fn frames() -> Vec<Case> {
    let broken = |name, rule| client(name, Ended::Frame(rule)).open();
    vec![
        broken("a masked frame", FrameRule::Masking),
        broken("reserved bits", FrameRule::ReservedBits),
        broken("opcode 3", FrameRule::Opcode(3)),
        broken("a ping in fragments", FrameRule::FragmentedControl),
        broken("a long ping", FrameRule::LongControl),
        broken("nothing to continue", FrameRule::NothingToContinue),
        broken("a text within a text", FrameRule::Interleaved),
        broken("bad UTF-8", FrameRule::Utf8),
        broken("half a code", FrameRule::CloseBody),
        broken("a frame after Close", FrameRule::AfterClose),
        client("near: a long message", Ended::MessageTooLong { size: 2_000_000, most: 1_048_576 }).open(),
    ]
}

fn served() -> Vec<Case> {
    let looks = |looks: &str| json!({"looks_like": looks, "expected": "HTTP/1.1 request"});
    let plain = |name, path: &str, accept: &str| {
        let headers = [format!("Accept: {accept}")];
        let request = json!({"method": "GET", "path": path, "headers": headers});
        server(name, Ended::NotUpgraded).c(Step::PlainRequest, request)
    };
    let short = |mut case: Case| {
        case.received = 40;
        case
    };
    let inside_tls = |mut case: Case| {
        case.given.secure = true;
        case.event(None, tls::Step::HandshakeComplete, json!({}))
    };
    let chat = || json!({"sec_websocket_protocol": "chat, soap"});
    vec![
        server("stopped", Ended::Stopped).open(),
        server("wss at the ws port", Ended::NotHttp).c(Step::Undecodable, looks("TLS record (handshake)")),
        server("near: HTTP/2", Ended::NotHttp).c(Step::Undecodable, looks("HTTP/2 connection preface")),
        plain("curl", "/", "*/*"),
        plain("a browser at another path", "/nope", "text/html,*/*"),
        server("near: version 8", Ended::NotUpgraded).c(Step::UpgradeRequest, json!({})).unmet(
            Step::RequestChecked,
            Check::RequestWebSocketVersion,
            Some("8"),
        ),
        server("near: nothing fails, and more came behind it", Ended::NotUpgraded)
            .c(Step::UpgradeRequest, json!({"upgrade": "h2c, websocket"})),
        server("20 KiB", Ended::HeadTooLong { most: 16384 }),
        server("a port scan", FIN),
        inside_tls(server("near: a spare connection", FIN)),
        short(server("near: after a part of the request", FIN)),
        short(server("silent within the request", PATIENCE)),
        server("near: silent after the upgrade", Ended::Silent(60_000)).open(),
        server("a tab that is closed", FIN).open().c(Step::Text, json!({})),
        server("near: after asking for a subprotocol", FIN).open_with(chat()),
        server("the same, and it spoke", FIN).open_with(chat()).c(Step::Text, json!({})),
        server("an unmasked frame", Ended::Frame(FrameRule::Masking)).open(),
        server("1002 of the client's", Ended::Closed).open().close(Some(1002), "protocol error", "bad"),
        server("a long message of the client's", Ended::MessageTooLong { size: 2_000_000, most: 1_048_576 })
            .open(),
    ]
}

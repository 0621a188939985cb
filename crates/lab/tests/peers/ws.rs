//! WebSocket: servers that echo, and the clients that people have.

use std::process::Command;

use claims::Event;
use steps::{Protocol, Side, ws::field};

use crate::{
    bench::{Bench, Met, Row, end, foreign, free_port, listens, said, script, visitor},
    browser::{Browser, LOOKS},
    common::{Running, Server},
};

pub(crate) fn rows() -> Vec<Row> {
    let row =
        |peer, side, setting, run| Row { protocol: Protocol::Ws, peer, side, setting, lacks: None, run };
    vec![
        row("Python websockets", Side::Server, "", websockets_server),
        row("aiohttp", Side::Server, "", aiohttp_server),
        row("Node ws", Side::Server, "", node_server),
        row(
            "nginx, before Node ws",
            Side::Server,
            "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade",
            nginx,
        ),
        row("Python websockets", Side::Client, "compression=deflate", websockets_client),
        row("Python websockets", Side::Client, "compression=None", websockets_client),
        row("aiohttp", Side::Client, "compress=15", aiohttp_client),
        row("Node ws", Side::Client, "", node_client),
        row("curl", Side::Client, "-H 'Upgrade: websocket'", curl),
        row("Chromium", Side::Client, "", chromium),
    ]
}

/// Our client at a server that echoes.
fn at(bench: &Bench, port: u16) -> String {
    end(&bench.client(&["ws", &format!("ws://127.0.0.1:{port}/chat")]))
}

fn websockets_server(bench: &Bench, _row: &Row) -> Met {
    let mut server = Running::start(Command::new("python3").arg(script("ws_server.py")));
    let port = said(&mut server, &["port "]);
    let ours = at(bench, port.trim_start_matches("port ").parse().expect("a port"));
    Met { ours, platform: None, log: said(&mut server, &["connection open"]) }
}

fn aiohttp_server(bench: &Bench, _row: &Row) -> Met {
    let (mut server, port) = foreign("python3", &[&script("ws_aiohttp.py"), "server", "PORT"]);
    let ours = at(bench, port);
    Met { ours, platform: None, log: said(&mut server, &["closed by"]) }
}

/// Node's `ws`, which echoes.
const NODE: &str = r#"
const { WebSocketServer } = require("ws");
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[1]) });
server.on("connection", (socket, request) => {
    console.log("upgraded", request.url);
    socket.on("message", (message, binary) => socket.send(message, { binary }));
    socket.on("close", (code) => console.log("closed by", code));
});
"#;

fn node() -> (Running, u16) {
    let port = free_port();
    let mut command = Command::new("node");
    command.env("NODE_PATH", "/usr/share/nodejs").args(["-e", NODE, &port.to_string()]);
    let mut node = Running::start(&mut command);
    listens(&mut node, port);
    (node, port)
}

fn node_server(bench: &Bench, _row: &Row) -> Met {
    let (mut node, port) = node();
    let ours = at(bench, port);
    Met { ours, platform: None, log: said(&mut node, &["closed by"]) }
}

fn nginx(bench: &Bench, row: &Row) -> Met {
    let ((_node, behind), port) = (node(), free_port());
    let (setting, folder) = (row.setting, bench.path(&format!("nginx_{port}")));
    let config = bench.file(&format!(
        "daemon off; master_process off; pid {folder}.pid; error_log stderr;\nevents {{}}\nhttp {{\n\
         log_format peer '$request $status'; access_log /dev/stdout peer;\nclient_body_temp_path {folder}.b;\n\
         proxy_temp_path {folder}.p; fastcgi_temp_path {folder}.f; uwsgi_temp_path {folder}.u; scgi_temp_path {folder}.s;\n\
         server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{behind}; {setting};\n\
         proxy_set_header Connection upgrade; }} }}\n}}\n"
    ));
    let mut nginx = Running::start(Command::new("/usr/sbin/nginx").args(["-e", "stderr", "-c", &config]));
    listens(&mut nginx, port);
    let ours = at(bench, port);
    Met { ours, platform: None, log: said(&mut nginx, &["GET "]) }
}

/// Our server, which has been visited.
fn met(mut server: Server, log: String) -> Met {
    Met { ours: end(&server.after_connections(1)), platform: None, log }
}

fn websockets_client(_bench: &Bench, row: &Row) -> Met {
    let server = Server::start("ws", &[]);
    let mut command = Command::new("python3");
    command.args([script("ws_client.py"), server.addr.port().to_string()]);
    command.args((row.setting.contains("None")).then_some("uncompressed"));
    let log = visitor(&mut command, &["< HTTP/1.1 101"]);
    met(server, log)
}

fn aiohttp_client(_bench: &Bench, _row: &Row) -> Met {
    let server = Server::start("ws", &[]);
    let mut command = Command::new("python3");
    command.args([&script("ws_aiohttp.py"), "client", &format!("ws://{}/", server.addr)]);
    let log = visitor(&mut command, &["closed by"]);
    met(server, log)
}

const NODE_CLIENT: &str = r#"
const WebSocket = require("ws");
const socket = new WebSocket(process.argv[1]);
socket.on("open", () => { console.log("open, extensions", JSON.stringify(socket.extensions)); socket.send("hello"); });
socket.on("message", () => socket.close(1000));
"#;

fn node_client(_bench: &Bench, _row: &Row) -> Met {
    let server = Server::start("ws", &[]);
    let mut command = Command::new("node");
    command.env("NODE_PATH", "/usr/share/nodejs").args([
        "-e",
        NODE_CLIENT,
        &format!("ws://{}/", server.addr),
    ]);
    let log = visitor(&mut command, &["open"]);
    met(server, log)
}

/// It upgrades, sends nothing and leaves after a second without a Close: its connection is no whole one.
fn curl(_bench: &Bench, _row: &Row) -> Met {
    let server = Server::start("ws", &[]);
    let mut command = Command::new("curl");
    command.args(["-sv", "-N", "--max-time", "1", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket"]);
    command.args(["-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "-H", "Sec-WebSocket-Version: 13"]);
    let log = visitor(command.arg(format!("http://{}/", server.addr)), &["< HTTP/1.1 "]);
    met(server, log)
}

fn chromium(_bench: &Bench, _row: &Row) -> Met {
    let mut server = Server::start("ws", &[]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let log = runtime.block_on(async {
        let browser = Browser::open(&LOOKS[0]).await;
        browser.page.goto(&format!("http://{}/", server.addr)).await.expect("the page is served");
        browser
            .script(
                "const socket = new WebSocket(`ws://${location.host}/from-a-page`);\
                 socket.onopen = () => socket.send('hello');\
                 socket.onmessage = (event) => { window.said = 'message ' + event.data; socket.close(1000); };\
                 socket.onclose = (event) => { window.said += ', close ' + event.code; window.over = true; };",
            )
            .await;
        browser.wait_for("return window.over").await;
        let said = browser.script("return window.said").await;
        said.as_str().unwrap_or_default().to_owned()
    });
    // The page itself came by another connection.
    let is_it = |event: &Event| event.get(field::PATH) == Some("/from-a-page");
    let events = server.after("upgrade that the page asks for", is_it, 1);
    let conn = events.iter().find(|event| is_it(event)).expect("it was waited for").conn.clone();
    let events = server.after("its summary", |event| event.step.is_summary() && event.conn == conn, 1);
    let mine: Vec<_> = events.into_iter().filter(|event| event.conn == conn).collect();
    Met { ours: end(&mine), platform: None, log }
}

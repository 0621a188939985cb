//! TCP: what only opens, says a line, and closes.

use std::process::Command;

use steps::{Protocol, Side};

use crate::bench::{Bench, Met, Row, end, foreign, said, visitor};

pub(crate) fn rows() -> Vec<Row> {
    let row =
        |peer, side, setting, run| Row { protocol: Protocol::Tcp, peer, side, setting, lacks: None, run };
    vec![
        row("nc (OpenBSD)", Side::Server, "-l", nc_server),
        row("Python socketserver", Side::Server, "", python_server),
        row("nc (OpenBSD)", Side::Client, "-N", nc_client),
        row("busybox", Side::Client, "nc 127.0.0.1 PORT", busybox_client),
    ]
}

fn at(bench: &Bench, port: u16) -> String {
    end(&bench.client(&["tcp", &format!("127.0.0.1:{port}")]))
}

fn nc_server(bench: &Bench, _row: &Row) -> Met {
    let (mut nc, port) = foreign("nc", &["-l", "-n", "-v", "127.0.0.1", "PORT"]);
    let ours = at(bench, port);
    Met { ours, platform: None, log: said(&mut nc, &["Connection received"]) }
}

const PYTHON: &str = r#"
import socketserver, sys
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line)
        print("heard its FIN", flush=True)
socketserver.TCPServer(("127.0.0.1", int(sys.argv[1])), Handler).handle_request()
"#;

fn python_server(bench: &Bench, _row: &Row) -> Met {
    let (mut server, port) = foreign("python3", &["-c", PYTHON, "PORT"]);
    let ours = at(bench, port);
    Met { ours, platform: None, log: said(&mut server, &["FIN"]) }
}

fn client(bench: &Bench, command: &str) -> Met {
    let mut server = bench.server("tcp", &[]);
    let script = command.replace("PORT", &server.addr.port().to_string());
    let log = visitor(Command::new("sh").args(["-c", &script]), &["the server heard"]);
    Met { ours: end(&server.after_connections(1)), platform: None, log }
}

fn nc_client(bench: &Bench, _row: &Row) -> Met {
    client(bench, "echo hello | nc -N 127.0.0.1 PORT")
}

fn busybox_client(bench: &Bench, _row: &Row) -> Met {
    client(bench, "echo hello | busybox nc 127.0.0.1 PORT")
}

//! TLS: servers with the demo certificate, and the clients that people have.

use std::process::Command;

use steps::{Protocol, Side};

use crate::{
    bench::{Bench, Met, Row, end, foreign, free_port, listens, said, visitor},
    common::{Running, Server},
};

pub(crate) fn rows() -> Vec<Row> {
    let row =
        |peer, side, setting, run| Row { protocol: Protocol::Tls, peer, side, setting, lacks: None, run };
    vec![
        row("OpenSSL s_server", Side::Server, "-www", openssl_server),
        row("OpenSSL s_server", Side::Server, "-www -tls1_2", openssl_server),
        row("OpenSSL s_server", Side::Server, "-www -tls1_3 -groups P-384", openssl_server),
        row("GnuTLS gnutls-serv", Side::Server, "--http", gnutls_server),
        row("GnuTLS gnutls-serv", Side::Server, "--http --priority NORMAL:-VERS-TLS1.3", gnutls_server),
        row("nginx", Side::Server, "listen PORT ssl", nginx),
        row("Node", Side::Server, "", node_server),
        row("Python ssl", Side::Server, "", python_server),
        row("OpenSSL s_client", Side::Client, "-tls1_3", openssl_client),
        row("OpenSSL s_client", Side::Client, "-tls1_2", openssl_client),
        row("GnuTLS gnutls-cli", Side::Client, "", gnutls_client),
        row("curl", Side::Client, "", curl),
        row("curl", Side::Client, "--tls-max 1.2", curl),
        row("curl", Side::Client, "--http1.0", curl),
        row("wget (GnuTLS)", Side::Client, "", wget),
        row("Node", Side::Client, "", node_client),
        row("Python ssl", Side::Client, "", python_client),
    ]
}

/// Our client at a server on this port.
fn at(bench: &Bench, port: u16) -> String {
    end(&bench.client(&["tls", &format!("localhost:{port}")]))
}

fn pair(bench: &Bench) -> [String; 2] {
    [bench.key(certs::SERVER_CERT), bench.key(certs::SERVER_KEY)]
}

fn words(setting: &str) -> Vec<&str> {
    setting.split_whitespace().collect()
}

fn openssl_server(bench: &Bench, row: &Row) -> Met {
    let [cert, key] = pair(bench);
    // -trace would be its whole log; the state machine's is a few lines.
    let arguments =
        [&["s_server", "-accept", "PORT", "-cert", &cert, "-key", &key, "-state"][..], &words(row.setting)]
            .concat();
    let (mut server, port) = foreign("openssl", &arguments);
    let ours = at(bench, port);
    Met {
        ours,
        platform: None,
        log: said(&mut server, &["SSL negotiation finished successfully", "read finished"]),
    }
}

fn gnutls_server(bench: &Bench, row: &Row) -> Met {
    let [cert, key] = pair(bench);
    let arguments = ["-p", "PORT", "--x509certfile", &cert, "--x509keyfile", &key];
    let (mut server, port) = foreign("gnutls-serv", &[&arguments[..], &words(row.setting)].concat());
    let ours = at(bench, port);
    Met { ours, platform: None, log: said(&mut server, &["- Description"]) }
}

fn nginx(bench: &Bench, _row: &Row) -> Met {
    let ([cert, key], port) = (pair(bench), free_port());
    let folder = bench.path(&format!("nginx_tls_{port}"));
    let config = bench.file(&format!(
        "daemon off; master_process off; pid {folder}.pid; error_log stderr;\nevents {{}}\nhttp {{\n\
         log_format peer '$ssl_protocol $ssl_cipher $request $status'; access_log /dev/stdout peer;\n\
         client_body_temp_path {folder}.b; proxy_temp_path {folder}.p; fastcgi_temp_path {folder}.f;\n\
         uwsgi_temp_path {folder}.u; scgi_temp_path {folder}.s;\n\
         server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {cert}; ssl_certificate_key {key};\n\
         location / {{ return 200 \"hello\\n\"; }} }}\n}}\n"
    ));
    let mut nginx = Running::start(Command::new("/usr/sbin/nginx").args(["-e", "stderr", "-c", &config]));
    listens(&mut nginx, port);
    let ours = at(bench, port);
    Met { ours, platform: None, log: said(&mut nginx, &["GET "]) }
}

const NODE: &str = r#"
const [port, cert, key] = process.argv.slice(1), fs = require("fs");
const server = require("https").createServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) }, (request, answer) => {
    console.log(request.socket.getProtocol(), request.socket.getCipher().name, request.url);
    answer.end("hello\n");
});
server.listen(Number(port), "127.0.0.1");
"#;

fn node_server(bench: &Bench, _row: &Row) -> Met {
    let [cert, key] = pair(bench);
    let (mut node, port) = foreign("node", &["-e", NODE, "PORT", &cert, &key]);
    let ours = at(bench, port);
    Met { ours, platform: None, log: said(&mut node, &["TLSv"]) }
}

const PYTHON: &str = r#"
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(*self.connection.cipher(), flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"hello\n")
    def log_message(self, *args):
        pass
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"#;

fn python_server(bench: &Bench, _row: &Row) -> Met {
    let [cert, key] = pair(bench);
    let (mut server, port) = foreign("python3", &["-c", PYTHON, "PORT", &cert, &key]);
    let ours = at(bench, port);
    Met { ours, platform: None, log: said(&mut server, &["TLSv"]) }
}

/// Our server, which has been visited.
fn met(mut server: Server, log: String) -> Met {
    Met { ours: end(&server.after_connections(1)), platform: None, log }
}

fn openssl_client(bench: &Bench, row: &Row) -> Met {
    let server = bench.server("tls", &[]);
    let (ca, target) = (bench.key(certs::CA_CERT), server.addr.to_string());
    let script = "printf 'GET / HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' | openssl s_client -connect \"$1\" \
                  -CAfile \"$2\" -verify_return_error -brief -ign_eof $3 2>&1";
    let mut command = Command::new("sh");
    let log = visitor(command.args(["-c", script, "sh", &target, &ca, row.setting]), &["Ciphersuite"]);
    met(server, log)
}

fn gnutls_client(bench: &Bench, _row: &Row) -> Met {
    let server = bench.server("tls", &[]);
    let (ca, port) = (bench.key(certs::CA_CERT), server.addr.port().to_string());
    let script = "printf 'GET / HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' | gnutls-cli --x509cafile \"$2\" -p \"$1\" \
                  localhost 2>&1";
    let log = visitor(Command::new("sh").args(["-c", script, "sh", &port, &ca]), &["- Description"]);
    met(server, log)
}

fn curl(bench: &Bench, row: &Row) -> Met {
    let server = bench.server("tls", &[]);
    let mut command = Command::new("curl");
    command.args(["-sv", "--cacert", &bench.key(certs::CA_CERT)]).args(words(row.setting));
    let log =
        visitor(command.arg(format!("https://localhost:{}/", server.addr.port())), &["SSL connection using"]);
    met(server, log)
}

fn wget(bench: &Bench, _row: &Row) -> Met {
    let server = bench.server("tls", &[]);
    let mut command = Command::new("wget");
    command.args(["-O", "/dev/null", &format!("--ca-certificate={}", bench.key(certs::CA_CERT))]);
    let url = format!("https://localhost:{}/", server.addr.port());
    let log = visitor(command.env("LC_ALL", "C").arg(url), &["HTTP request sent"]);
    met(server, log)
}

const NODE_CLIENT: &str = r#"
const [port, ca] = process.argv.slice(1);
require("https").get({ host: "localhost", port, ca: require("fs").readFileSync(ca), agent: false }, (answer) => {
    console.log(answer.socket.getProtocol(), answer.socket.getCipher().name, answer.statusCode);
    answer.resume();
});
"#;

fn node_client(bench: &Bench, _row: &Row) -> Met {
    let server = bench.server("tls", &[]);
    let (ca, port) = (bench.key(certs::CA_CERT), server.addr.port().to_string());
    let log = visitor(Command::new("node").args(["-e", NODE_CLIENT, &port, &ca]), &["TLSv"]);
    met(server, log)
}

const PYTHON_CLIENT: &str = r#"
import http.client, ssl, sys
trust = ssl.create_default_context(cafile=sys.argv[2])
connection = http.client.HTTPSConnection("localhost", int(sys.argv[1]), context=trust)
connection.connect()
print(*connection.sock.cipher())
connection.request("GET", "/", headers={"Connection": "close"})
connection.getresponse().read()
"#;

fn python_client(bench: &Bench, _row: &Row) -> Met {
    let server = bench.server("tls", &[]);
    let (ca, port) = (bench.key(certs::CA_CERT), server.addr.port().to_string());
    let log = visitor(Command::new("python3").args(["-c", PYTHON_CLIENT, &port, &ca]), &["TLS"]);
    met(server, log)
}

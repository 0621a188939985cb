//! The broken peers, and our client, which asks why.

use std::{
    fs,
    io::Read,
    net::{Shutdown, TcpListener, TcpStream},
    path::PathBuf,
    process::{Command, ExitStatus},
    thread,
};

use claims::Event;
use serde_json::Value;
use steps::Said;
use tempfile::TempDir;

use crate::common::{Running, Server, binary};

pub(crate) struct Bench {
    folder: TempDir,
    certs: String,
}

/// What the client said in JSON.
#[derive(Debug)]
pub(crate) struct Why {
    why: Value,
    status: ExitStatus,
    events: Vec<Event>,
}

impl Why {
    /// What these lines of the client say.
    fn read(status: ExitStatus, lines: &[String]) -> Why {
        let why: Vec<Value> = lines
            .iter()
            .filter_map(|line| {
                serde_json::from_str::<Value>(line).expect("each line is JSON").get("why").cloned()
            })
            .collect();
        let [why] = why.as_slice() else { panic!("one object says why: {lines:#?}") };
        let log = show::read_log("the client", &(lines.join("\n") + "\n"));
        assert!(log.troubles.is_empty(), "{:#?}", log.troubles);
        Why { why: why.clone(), status, events: log.events }
    }

    /// What holds whatever the peer: no more connections than announced, each sentence in both languages, and a table
    /// whose rows say what was seen.
    pub(crate) fn is_sound(&self, what: &str) {
        let (announced, made) = (self.number("announced"), self.number("made"));
        assert!(made <= announced && announced <= Some(6), "{what}: {self:#?}");
        assert_eq!(self.why["through"].as_bool(), Some(self.status.success()), "{what}");
        for name in ["reason", "means", "advice"] {
            if let Some(said) = self.said(name) {
                assert!(!said.en.is_empty() && !said.zh.is_ascii(), "{what}: {name}");
            }
        }
        for row in self.rows() {
            for side in ["tried", "saw"] {
                let said: Said = serde_json::from_value(row[side].clone()).expect("both languages");
                assert!(!said.en.is_empty() && !said.zh.is_empty(), "{what}: {row}");
            }
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.why[name].as_str()
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.why[name].as_u64()
    }

    pub(crate) fn said(&self, name: &str) -> Option<Said> {
        serde_json::from_value(self.why[name].clone()).ok()
    }

    pub(crate) fn rows(&self) -> &[Value] {
        self.why["rows"].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }
}

impl Bench {
    pub(crate) fn new() -> Bench {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let certs = folder.path().join("certs");
        certs::ensure(&certs).expect("the demo keys can be made");
        // sshd separates its privileges in this folder when it runs as root; a package makes it at boot.
        drop(fs::create_dir_all("/run/sshd"));
        let bench = Bench { certs: certs.display().to_string(), folder };
        bench.certificates();
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text_path(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    pub(crate) fn demo_ca(&self) -> String {
        format!("{}/{}", self.certs, certs::CA_CERT)
    }

    /// A CA of its own, and three certificates of it.
    fn certificates(&self) {
        let script = r#"
            openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj "/CN=A root of one run" -days 30
            for leaf in good/localhost/9 both/both/9 elsewhere/elsewhere.example/9 expired/localhost/-1; do
                name=${leaf%%/*}; rest=${leaf#*/}; san=${rest%/*}; days=${rest#*/}
                openssl req -newkey rsa:2048 -nodes -keyout $name.key -out $name.csr -subj "/CN=$name"
                printf "basicConstraints=CA:FALSE\nsubjectAltName=DNS:$san\n" > $name.ext
                openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out $name.pem -days $days \
                    -extfile $name.ext
            done"#;
        let made = Command::new("sh").args(["-ec", script]).current_dir(self.folder.path()).output();
        let made = made.expect("a shell runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    /// Our client asks why, in JSON.
    pub(crate) fn why(&self, args: &[&str]) -> Why {
        let (status, lines) = self.client(args, &["--format", "json"]);
        Why::read(status, &lines)
    }

    /// The same as people see it.
    pub(crate) fn page(&self, args: &[&str], lang: &str) -> (ExitStatus, Vec<String>) {
        self.client(args, &["--lang", lang, "--width", "80"])
    }

    fn client(&self, args: &[&str], more: &[&str]) -> (ExitStatus, Vec<String>) {
        let mut command = Command::new(binary("client"));
        command.args(args).arg("--why").args(more);
        if args[0] != "tcp" {
            command.args(["--certs", &self.certs]);
        }
        Running::start(&mut command).wait_text()
    }

    /// openssl s_server with this certificate, and our client at it.
    pub(crate) fn tls(&self, cert: &str, server: &[&str], client: &[&str]) -> Why {
        let (_server, port) = self.s_server(cert, server);
        let (at, ca) = (format!("localhost:{port}"), self.text_path("ca.pem"));
        self.why(&[&["tls", &at, "--ca", &ca][..], client].concat())
    }

    pub(crate) fn tls_trusting(&self, cert: &str, server: &[&str], ca: String) -> Why {
        let (_server, port) = self.s_server(cert, server);
        self.why(&["tls", &format!("localhost:{port}"), "--ca", &ca])
    }

    pub(crate) fn s_server(&self, cert: &str, more: &[&str]) -> (Running, u16) {
        let port = free_port();
        let mut server = Command::new("openssl");
        server.args(["s_server", "-accept", &port.to_string(), "-www", "-quiet"]);
        server.args(["-cert", &self.text_path(&format!("{cert}.pem"))]);
        server.args(["-key", &self.text_path(&format!("{cert}.key"))]).args(more);
        (listening(&mut server, port), port)
    }

    pub(crate) fn ca(&self) -> String {
        self.text_path("ca.pem")
    }

    /// OpenSSH's server with these settings.
    pub(crate) fn sshd(&self, settings: &[&str]) -> Why {
        let (port, key) = (free_port(), self.text_path("host_key"));
        if !self.path("host_key").exists() {
            let made =
                Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &key]).status();
            assert!(made.is_ok_and(|status| status.success()), "ssh-keygen makes a key");
        }
        let mut server = Command::new("/usr/sbin/sshd");
        server.args(["-D", "-f", "/dev/null", "-p", &port.to_string(), "-h", &key]);
        for setting in ["PidFile=none", "ListenAddress=127.0.0.1"].iter().chain(settings) {
            server.args(["-o", setting]);
        }
        let _server = listening(&mut server, port);
        self.why(&["ssh", &format!("somebody@127.0.0.1:{port}"), "--strict", "accept-new"])
    }

    /// Python's `websockets`, which knows the Origin of its own page.
    pub(crate) fn websockets(&self) -> Why {
        const SERVER: &str = "
import asyncio, sys, websockets
async def echo(socket):
    async for message in socket: await socket.send(message)
async def main(port):
    async with websockets.serve(echo, '127.0.0.1', port, origins=[f'http://127.0.0.1:{port}']):
        await asyncio.Future()
asyncio.run(main(int(sys.argv[1])))";
        let port = free_port();
        let mut server = Command::new("python3");
        server.args(["-c", SERVER, &port.to_string()]);
        let _server = listening(&mut server, port);
        self.why(&["ws", &format!("ws://127.0.0.1:{port}/")])
    }

    /// nginx, which answers in one of three ways.
    pub(crate) fn nginx(&self, path: &str) -> Why {
        let (port, nobody) = (free_port(), free_port());
        let folder = self.text_path("nginx");
        fs::create_dir_all(&folder).expect("the folder is ours");
        let temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {folder}/{name};"))
            .concat();
        let config = format!(
            "daemon off; master_process off; pid {folder}/pid; error_log {folder}/log; events {{}}
            http {{ access_log off; {temp} server {{ listen 127.0.0.1:{port};
                location /forbidden {{ return 403; }}
                location /page {{ default_type text/html; return 200 '<title>Welcome to the hotel</title>'; }}
                location /gone {{ proxy_pass http://127.0.0.1:{nobody}; }}
            }} }}"
        );
        let file = self.text_path("nginx.conf");
        fs::write(&file, config).expect("the folder is ours");
        let mut server = Command::new("nginx");
        server.args(["-c", &file, "-e", &format!("{folder}/log")]);
        let _server = listening(&mut server, port);
        self.why(&["ws", &format!("ws://127.0.0.1:{port}{path}")])
    }

    /// A listener that hears no SYN: each comes with less than the TTL that it asks for (IP_MINTTL).
    pub(crate) fn dropped(&self) -> Why {
        const DEAF: &str = "
import socket, sys, time
deaf = socket.create_server(('127.0.0.1', int(sys.argv[1])))
deaf.setsockopt(socket.IPPROTO_IP, 21, 255)
time.sleep(60)";
        let port = free_port();
        let mut server = Command::new("python3");
        server.args(["-c", DEAF, &port.to_string()]);
        let _server = listening(&mut server, port);
        self.why(&["tcp", &format!("127.0.0.1:{port}"), "--patience", "1", "--no-capture"])
    }

    /// A server that hears one visitor, ends without a word, and is gone.
    pub(crate) fn there_once(&self, protocol: &str) -> Why {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let at = listener.local_addr().expect("it is bound");
        let server = thread::spawn(move || {
            let (visitor, _) = listener.accept().expect("somebody comes");
            drop(listener);
            hears_and_ends(visitor);
        });
        let why = self.why(&[protocol, &at.to_string()]);
        server.join().expect("it was visited");
        why
    }

    /// A server that ends each connection without a word, by a name that may have another address.
    pub(crate) fn never_says_why(&self) -> Why {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let at = format!("localhost:{}", listener.local_addr().expect("it is bound").port());
        // It ends with the test's process.
        thread::spawn(move || listener.incoming().flatten().for_each(hears_and_ends));
        self.why(&["tls", &at])
    }

    /// Node's server of HTTP/2, which speaks no HTTP/1.1.
    pub(crate) fn http2(&self) -> Why {
        const SERVER: &str = "
const [port, cert, key] = process.argv.slice(1), read = require('fs').readFileSync;
require('http2').createSecureServer({cert: read(cert), key: read(key), allowHTTP1: false}).listen(+port, '127.0.0.1')";
        let port = free_port();
        let mut server = Command::new("node");
        server.args([
            "-e",
            SERVER,
            &port.to_string(),
            &self.text_path("good.pem"),
            &self.text_path("good.key"),
        ]);
        let _server = listening(&mut server, port);
        self.why(&["tls", &format!("https://localhost:{port}/"), "--ca", &self.text_path("ca.pem")])
    }

    /// A name with two addresses: over IPv6 a server ends each connection at once, over IPv4 all is well. In a network and
    /// with a table of hosts of its own.
    pub(crate) fn two_families(&self, protocol: &str) -> Why {
        const ENDS: &str = "
import socket
listener = socket.create_server(('::1', 4433), family=socket.AF_INET6)
while True:
    stream = listener.accept()[0]
    stream.shutdown(socket.SHUT_WR)
    while stream.recv(4096): pass # what is closed unread is reset
    stream.close()";
        let (good, ask) = match protocol {
            "tls" => (
                "openssl s_server -accept 127.0.0.1:4433 -www -quiet -cert both.pem -key both.key",
                "tls both:4433 --ca ca.pem",
            ),
            "ws" => ("$SERVER ws --listen 127.0.0.1:4433 --certs certs", "ws ws://both:4433/"),
            _ => (
                "$SERVER ssh --listen 127.0.0.1:4433 --certs certs",
                "ssh demo@both:4433 --certs certs --strict accept-new",
            ),
        };
        let script = format!(
            "ip link set lo up; printf '::1 both\\n127.0.0.1 both\\n' > hosts; mount --bind hosts /etc/hosts
            {good} >&2 & good=$!
            python3 -c \"{ENDS}\" & bad=$!
            until ss -ltn | grep -q '127.0.0.1:4433' && ss -ltn | grep -q '::1.*:4433'; do sleep 0.05; done
            $CLIENT {ask} --why --format json; status=$?
            kill $good $bad; exit $status"
        );
        let mut command = Command::new("unshare");
        command
            .args(["-nm", "sh", "-c", &script])
            .current_dir(self.folder.path())
            .env("CLIENT", binary("client"))
            .env("SERVER", binary("server"));
        let (status, lines) = Running::start(&mut command).wait_text();
        Why::read(status, &lines)
    }

    /// One of our own servers: it works.
    pub(crate) fn server(&self, protocol: &str) -> Server {
        let certs: &[&str] = if protocol == "tcp" { &[] } else { &["--certs", &self.certs] };
        Server::start(protocol, certs)
    }
}

/// A port that nobody has.
/// Hears what the visitor says first, and ends.
fn hears_and_ends(mut visitor: TcpStream) {
    let heard = visitor.read(&mut [0; 4096]).expect("it says something");
    assert!(heard > 0, "it speaks first");
    visitor.shutdown(Shutdown::Write).expect("it is there still");
    // What is closed unread is reset.
    while visitor.read(&mut [0; 4096]).is_ok_and(|heard| heard > 0) {}
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port").port()
}

/// Starts `server`, and waits until it listens on `port`: asking by connect() would be a visit.
fn listening(server: &mut Command, port: u16) -> Running {
    let mut running = Running::start(server);
    running.wait_for("port", |_| {
        let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default()
            + &fs::read_to_string("/proc/net/tcp6").unwrap_or_default();
        let here = format!(":{port:04X} ");
        table.lines().any(|line| line.contains(&here) && line.contains(" 0A ")).then_some(())
    });
    running
}

//! SSH: sshd and ssh, a server by russh, and peers that say a few bytes.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use claims::Event;

use crate::{
    bench::{Bench, Case, Peer, at, case, done, foreign, scenario},
    common::{Running, Server, binary},
    ssh_server::{Odd, odd},
};

/// A packet in the clear (RFC 4253 §6).
fn packet(payload: &[u8]) -> Vec<u8> {
    let bare = payload.len() + 5;
    let padding = if 8 - bare % 8 < 4 { 16 - bare % 8 } else { 8 - bare % 8 };
    let length = u32::try_from(payload.len() + padding + 1).expect("short");
    let padded = u8::try_from(padding).expect("short");
    [&length.to_be_bytes()[..], &[padded], payload, &vec![0; padding]].concat()
}

fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("short");
    [&length.to_be_bytes()[..], bytes].concat()
}

/// SSH_MSG_KEXINIT with these methods for the key exchange.
fn kexinit(kex: &str) -> Vec<u8> {
    let lists = [
        kex,
        "ssh-ed25519",
        "aes128-ctr",
        "aes128-ctr",
        "hmac-sha2-256",
        "hmac-sha2-256",
        "none",
        "none",
        "",
        "",
    ];
    let lists = lists.map(|list| string(list.as_bytes())).concat();
    packet(&[&[20][..], &[7; 16], &lists, &[0; 5]].concat())
}

const IDENTIFICATION: &str = "SSH-2.0-peer\r\n";
/// SSH_MSG_DISCONNECT, by application.
fn disconnect() -> Vec<u8> {
    packet(&[&[1, 0, 0, 0, 11][..], &string(b"go away"), &string(b"")].concat())
}

/// A packet that has no place in the clear: SSH_MSG_GLOBAL_REQUEST.
fn out_of_place() -> Vec<u8> {
    packet(&[&[80][..], &string(b"hello"), &[0]].concat())
}

impl Bench {
    /// Our client at `addr`, whose host key it takes unless `args` say otherwise.
    fn ssh(&self, addr: &str, args: &[&str]) -> Vec<Event> {
        self.ssh_as("demo", addr, args)
    }

    fn ssh_as(&self, user: &str, addr: &str, args: &[&str]) -> Vec<Event> {
        let (target, known) = (format!("{user}@{addr}"), self.known_hosts(addr));
        let any: &[&str] = if args.contains(&"--strict") { &[] } else { &["--strict", "no"] };
        let known: &[&str] = if args.contains(&"--known-hosts") { &[] } else { &["--known-hosts", &known] };
        self.client(&[&["ssh", &target][..], any, known, args].concat())
    }

    /// A file of its own for each host.
    fn known_hosts(&self, addr: &str) -> String {
        self.path(&format!("known_hosts_{}", addr.replace(':', "_"))).display().to_string()
    }

    /// Our client at a peer of a few lines.
    fn ssh_at(&self, talk: fn(&mut Peer)) -> Vec<Event> {
        self.ssh(&at(talk), &[])
    }

    /// Our client at an odd server by russh.
    fn ssh_odd(&self, does: Odd, args: &[&str]) -> Vec<Event> {
        self.ssh(&odd(self, does).to_string(), args)
    }

    /// Our client at a real sshd with these lines, as the user that runs the test.
    fn at_sshd(&self, name: &str, lines: &str, args: &[&str]) -> Vec<Event> {
        let config = self.path(name).display().to_string();
        let (host_key, keys) = (self.key(certs::SSH_HOST_KEY), self.key("authorized_keys"));
        let text = format!(
            "{lines}HostKey {host_key}\nAuthorizedKeysFile {keys}\nPidFile none\nStrictModes no\nUsePAM no\n\
             PermitRootLogin yes\n"
        );
        fs::write(&config, text).expect("the folder is ours");
        let (_sshd, addr) =
            foreign("/usr/sbin/sshd", &["-D", "-e", "-f", &config, "-o", "ListenAddress=127.0.0.1:PORT"]);
        let user = Command::new("id").arg("-un").output().expect("it is there").stdout;
        self.ssh_as(String::from_utf8_lossy(&user).trim(), &addr.replace("localhost", "127.0.0.1"), args)
    }

    /// Our client at a server by asyncssh that behaves as it is called.
    fn at_asyncssh(&self, which: &str, args: &[&str]) -> Vec<Event> {
        let (script, key) = (
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/ssh_python.py"),
            self.key(certs::SSH_HOST_KEY),
        );
        let (_peer, addr) = foreign("python3", &[script, which, "PORT", &key]);
        self.ssh(&addr.replace("localhost", "127.0.0.1"), args)
    }

    /// OpenSSH's client at our server.
    fn openssh(&self, server: &Server, args: &[&str]) -> Command {
        let mut command = Command::new("ssh");
        command.args(["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]);
        command.args(["-o", "IdentityAgent=none", "-i", &self.key(certs::SSH_USER_KEY), "-p"]);
        command.arg(server.addr.port().to_string()).args(["demo@127.0.0.1"]).args(args);
        command
    }

    /// A new key of this kind: its path.
    fn keygen(&self, name: &str, passphrase: &str, kind: &[&str]) -> String {
        let path = self.path(name).display().to_string();
        done("ssh-keygen", &[&["-q", "-N", passphrase, "-C", "test", "-f", &path, "-t"][..], kind].concat());
        path
    }

    /// A file of passwords, one a line.
    fn passwords(&self, name: &str, lines: &str) -> String {
        let path = self.path(name);
        fs::write(&path, lines).expect("the folder is ours");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("it is ours");
        path.display().to_string()
    }

    /// Our client without a terminal of its own.
    fn without_terminal(&self, server: &Server, args: &[&str]) -> Vec<Event> {
        let (target, addr) = (format!("demo@{}", server.addr), server.addr.to_string());
        let mut command = Command::new("setsid");
        command.arg("-w").arg(binary("client")).args(["ssh", &target, "--strict", "no", "--format", "json"]);
        command.args(["--known-hosts", &self.known_hosts(&addr), "--certs", &self.key("")]).args(args);
        Running::start(&mut command).wait().events
    }
}

/// A relay to our server that changes a bit of what the server sends first under the keys.
fn flips(server: &Server) -> String {
    let (listener, to) = (TcpListener::bind("127.0.0.1:0").expect("a free port"), server.addr);
    let here = listener.local_addr().expect("it is bound").to_string();
    thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("the client comes");
        let mut server = TcpStream::connect(to).expect("it listens");
        let (mut asks, mut up) =
            (client.try_clone().expect("a socket"), server.try_clone().expect("a socket"));
        thread::spawn(move || drop(std::io::copy(&mut asks, &mut up)));
        let mut byte = [0];
        let mut pass = |count: usize, change: bool| {
            for n in 0..count {
                if server.read(&mut byte).unwrap_or_default() == 0 {
                    return None;
                }
                byte[0] ^= u8::from(change && n == 20);
                client.write_all(&byte).ok()?;
            }
            Some(byte[0])
        };
        while pass(1, false)? != b'\n' {}
        // KEXINIT, the reply, NEWKEYS: the length of each stands in its first four bytes.
        for _packet in 0..3 {
            let length = [pass(1, false)?, pass(1, false)?, pass(1, false)?, pass(1, false)?];
            pass(usize::try_from(u32::from_be_bytes(length)).ok()?, false)?;
        }
        pass(1 << 20, true)
    });
    here
}

pub(crate) fn cases() -> Vec<Case> {
    [host_keys(), openings(), logins(), sessions(), served(), served_logins()].into_iter().flatten().collect()
}

fn host_keys() -> Vec<Case> {
    vec![
        case("ssh.known_hosts_unreadable", "client ssh --known-hosts, and that is a folder", |bench| {
            let server = bench.server("ssh", &[]);
            let folder = bench.path("known_hosts_folder");
            fs::create_dir(&folder).expect("the folder is ours");
            let folder = folder.display().to_string();
            bench.ssh(&server.addr.to_string(), &["--strict", "yes", "--known-hosts", &folder])
        }),
        scenario("ssh.host_key_revoked", "lab run ssh/host-key-revoked"),
        case("ssh.host_key_of_another_kind", "client ssh, which knows the host by an RSA key", |bench| {
            let server = bench.server("ssh", &[]);
            let addr = server.addr.to_string();
            let key = bench.keygen("other_kind", "", &["rsa", "-b", "2048"]);
            let public = fs::read_to_string(key + ".pub").expect("it was made");
            let line = format!("[127.0.0.1]:{} {public}", server.addr.port());
            fs::write(bench.known_hosts(&addr), line).expect("the folder is ours");
            bench.ssh(&addr, &["--strict", "yes"])
        }),
        scenario("ssh.host_key_changed", "lab run ssh/host-key-changed"),
        case("ssh.host_certificate_refused", "sshd with a host certificate for another name", |bench| {
            let authority = bench.keygen("certifies", "", &["ed25519"]);
            let host = bench.path("certified").display().to_string();
            fs::copy(bench.key(certs::SSH_HOST_PUB), host.clone() + ".pub").expect("the folder is ours");
            let names = ["-q", "-s", &authority, "-I", "test", "-h", "-n", "host.example,other.example"];
            done("ssh-keygen", &[&names[..], &[&(host.clone() + ".pub")]].concat());
            let known = bench.path("known_by_a_ca");
            let public = fs::read_to_string(authority + ".pub").expect("it was made");
            fs::write(&known, format!("@cert-authority * {public}")).expect("the folder is ours");
            let lines = format!("HostCertificate {host}-cert.pub\n");
            bench.at_sshd(
                "certified_config",
                &lines,
                &["--strict", "yes", "--known-hosts", &known.display().to_string()],
            )
        }),
        case(
            "ssh.host_certificate_only",
            "client ssh, whose known_hosts has a @cert-authority alone",
            |bench| {
                let server = bench.server("ssh", &[]);
                let addr = server.addr.to_string();
                let key = bench.keygen("authority", "", &["ed25519"]);
                let public = fs::read_to_string(key + ".pub").expect("it was made");
                fs::write(bench.known_hosts(&addr), format!("@cert-authority * {public}")).expect("ours");
                bench.ssh(&addr, &["--strict", "yes"])
            },
        ),
        scenario("ssh.host_key_unknown", "lab run ssh/unknown-host-strict"),
    ]
}

fn openings() -> Vec<Case> {
    vec![
        scenario("ssh.disconnected_too_many_tries", "lab run ssh/wrong-password-until-cut"),
        case("ssh.disconnected", "client ssh, and the server says DISCONNECT `go away`", |bench| {
            bench.ssh_at(|peer| {
                peer.say(IDENTIFICATION);
                peer.say(disconnect());
                peer.stay();
            })
        }),
        case("ssh.another_version", "client ssh, at a server of SSH-1.5", |bench| {
            bench.ssh_at(|peer| {
                peer.say("SSH-1.5-old\r\n");
                peer.stay();
            })
        }),
        case("ssh.another_protocol", "client ssh, at a web server", |bench| {
            bench.ssh_at(|peer| {
                peer.hear();
                peer.say("HTTP/1.1 400 Bad Request\r\n\r\n");
                peer.fin();
            })
        }),
        case("ssh.unreadable", "client ssh, and a KEXINIT of three bytes", |bench| {
            bench.ssh_at(|peer| {
                peer.say(IDENTIFICATION);
                peer.say(packet(&[20, 1, 2, 3]));
                peer.stay();
            })
        }),
        case("ssh.too_many_connections", "sshd with MaxStartups 1, and one who does not log in", |bench| {
            let config = bench.path("startups").display().to_string();
            let host_key = bench.key(certs::SSH_HOST_KEY);
            let text = format!("HostKey {host_key}\nPidFile none\nUsePAM no\nMaxStartups 1:100:1\n");
            fs::write(&config, text).expect("the folder is ours");
            let (_sshd, addr) =
                foreign("/usr/sbin/sshd", &["-D", "-e", "-f", &config, "-o", "ListenAddress=127.0.0.1:PORT"]);
            let addr = addr.replace("localhost", "127.0.0.1");
            let mut first = Peer(TcpStream::connect(&addr).expect("it listens"));
            // It serves this one once it says its identification.
            assert!(first.hear().starts_with(b"SSH-2.0-"));
            bench.ssh(&addr, &[])
        }),
        case("ssh.not_now", "client ssh, answered as sshd with PerSourcePenalties does", |bench| {
            bench.ssh_at(|peer| {
                peer.hear();
                peer.say("Not allowed at this time\r\n");
                peer.fin();
            })
        }),
        case(
            "ssh.words_without_end",
            "client ssh, at a server that says line after line, as endlessh does",
            |bench| {
                bench.ssh_at(|peer| {
                    while peer.0.write_all(b"3~x\r\n").is_ok() {
                        thread::sleep(Duration::from_secs(3));
                    }
                })
            },
        ),
        case("ssh.words_instead", "client ssh, answered by `421 Service not available`", |bench| {
            bench.ssh_at(|peer| {
                peer.hear();
                peer.say("421 Service not available\r\n");
                peer.fin();
            })
        }),
        case("ssh.no_identification", "client ssh, at a server that ends at once", |bench| {
            bench.ssh_at(|peer| {
                peer.hear();
                peer.fin();
            })
        }),
        case("ssh.silent_before_identification", "client ssh, at a server that says nothing", |bench| {
            bench.ssh_at(Peer::stay)
        }),
        case("ssh.no_common_algorithm", "sshd with KexAlgorithms diffie-hellman-group14-sha1", |bench| {
            bench.at_sshd("old", "KexAlgorithms diffie-hellman-group14-sha1\n", &[])
        }),
        case("ssh.small_group", "client ssh, and the server chooses a group of 1536 bits", |bench| {
            bench.ssh_at(|peer| {
                peer.say(IDENTIFICATION);
                peer.say(kexinit("diffie-hellman-group-exchange-sha256"));
                // The client's lines and its request.
                peer.hear();
                let prime = [&[0][..], &[0xff; 192]].concat();
                peer.say(packet(&[&[31][..], &string(&prime), &string(&[2])].concat()));
                peer.stay();
            })
        }),
        case(
            "ssh.strict_key_exchange",
            "client ssh, and SSH_MSG_IGNORE under strict key exchange",
            |bench| {
                bench.ssh_at(|peer| {
                    peer.say(IDENTIFICATION);
                    peer.say(kexinit("curve25519-sha256,kex-strict-s-v00@openssh.com"));
                    peer.say(packet(&[&[2][..], &string(b"nothing")].concat()));
                    peer.stay();
                })
            },
        ),
        scenario("ssh.host_signature", "lab run ssh/bit-changed-in-the-signature"),
        case(
            "ssh.host_signature_by_another_algorithm",
            "client ssh, at a server by paramiko that signs with SHA-1 where rsa-sha2-512 was agreed",
            |bench| {
                let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/ssh_sha1.py");
                let (_peer, addr) = foreign("python3", &[script, "PORT"]);
                bench.ssh(&addr.replace("localhost", "127.0.0.1"), &[])
            },
        ),
        case("ssh.key_exchange_value", "client ssh, and NEWKEYS before any key was exchanged", |bench| {
            bench.ssh_at(|peer| {
                peer.say(IDENTIFICATION);
                peer.say(packet(&[21]));
                peer.stay();
            })
        }),
        case("ssh.tag", "a bit changed in what the server sends first under the keys", |bench| {
            let server = bench.server("ssh", &[]);
            bench.ssh(&flips(&server), &[])
        }),
        case(
            "ssh.gone_after_identification",
            "client ssh, at a server that ends after its identification",
            |bench| {
                bench.ssh_at(|peer| {
                    peer.hear();
                    peer.say(IDENTIFICATION);
                    peer.fin();
                })
            },
        ),
        scenario("ssh.gone_in_key_exchange", "lab run ssh/cut-after-server-kexinit"),
        case(
            "ssh.silent_in_key_exchange",
            "client ssh, at a server that says its identification and no more",
            |bench| {
                bench.ssh_at(|peer| {
                    peer.say(IDENTIFICATION);
                    peer.stay();
                })
            },
        ),
    ]
}

fn logins() -> Vec<Case> {
    vec![
        case("ssh.new_password_wanted", "asyncssh, where the password has expired", |bench| {
            let password = bench.passwords("expired", "old\n");
            bench.at_asyncssh("asyncssh-expired", &["--methods", "password", "--password-file", &password])
        }),
        case("ssh.only_sha1", "asyncssh with signature_algs=['ssh-rsa'], and an RSA key", |bench| {
            let key = bench.keygen("rsa_user", "", &["rsa", "-b", "2048"]);
            bench.at_asyncssh("asyncssh-sha1", &["--identity", &key])
        }),
        scenario("ssh.no_password_to_a_changed_host", "lab run ssh/changed-key-gets-no-password"),
        case("ssh.key_open_to_others", "client ssh --identity, whose file others can read", |bench| {
            let server = bench.server("ssh", &[]);
            let key = bench.keygen("wide", "", &["ed25519"]);
            fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("it is ours");
            bench.ssh(&server.addr.to_string(), &["--identity", &key])
        }),
        case("ssh.accepted_in_part", "sshd with AuthenticationMethods publickey,publickey", |bench| {
            bench.at_sshd("twice", "AuthenticationMethods publickey,publickey\n", &[])
        }),
        case(
            "ssh.no_terminal_for_the_passphrase",
            "client ssh --identity, with a passphrase and no terminal",
            |bench| {
                let server = bench.server("ssh", &[]);
                let key = bench.locked("locked_unseen");
                bench.without_terminal(&server, &["--identity", &key])
            },
        ),
        case("ssh.wrong_passphrase", "client ssh --identity, and three wrong passphrases", |bench| {
            let server = bench.server("ssh", &[]);
            let (key, certs, addr) = (bench.locked("locked_asked"), bench.key(""), server.addr.to_string());
            let (client, known) = (binary("client").display().to_string(), bench.known_hosts(&addr));
            let line = format!(
                "{client} ssh demo@{addr} --strict no --known-hosts {known} --certs {certs} --format json --identity {key}"
            );
            let mut script = Command::new("script");
            script.args(["-qec", &line, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut terminal = script.spawn().expect("it is there");
            let mut keyboard = terminal.stdin.take().expect("it was piped");
            let (mut screen, mut some) = (Vec::new(), [0; 4096]);
            let mut output = terminal.stdout.take().expect("it was piped");
            let mut answered = 0;
            // A question ends in no line.
            while let Ok(read @ 1..) = output.read(&mut some) {
                screen.extend_from_slice(&some[..read]);
                let asked = String::from_utf8_lossy(&screen).matches("Passphrase of ").count();
                while answered < asked {
                    keyboard.write_all(b"no\r").expect("it reads");
                    answered += 1;
                }
            }
            drop(terminal.wait());
            let screen = String::from_utf8_lossy(&screen).into_owned();
            let events = screen.lines().filter_map(|line| line.find("{\"v\":").map(|at| line[at..].trim()));
            events.filter_map(|line| serde_json::from_str(line).ok()).collect()
        }),
        case(
            "ssh.not_signed",
            "client ssh --agent, whose key wants a confirmation that nobody gives",
            |bench| {
                let server = bench.server("ssh", &[]);
                let socket = bench.path("agent.sock").display().to_string();
                let mut agent = Command::new("ssh-agent");
                agent
                    .args(["-D", "-a", &socket])
                    .env("SSH_ASKPASS", "/bin/false")
                    .env("SSH_ASKPASS_REQUIRE", "force");
                let mut agent = Running::start(&mut agent);
                agent.wait_for("agent", |agent| (!agent.stdout().is_empty()).then_some(()));
                let key = bench.path("agents_key");
                fs::copy(bench.key(certs::SSH_USER_KEY), &key).expect("the folder is ours");
                fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("it is ours");
                let added = Command::new("ssh-add")
                    .args(["-q", "-c"])
                    .arg(&key)
                    .env("SSH_AUTH_SOCK", &socket)
                    .status();
                assert!(added.expect("it is there").success());
                let (target, addr) = (format!("demo@{}", server.addr), server.addr.to_string());
                let mut client = Command::new(binary("client"));
                client.args([
                    "ssh",
                    &target,
                    "--agent",
                    "--strict",
                    "no",
                    "--known-hosts",
                    &bench.known_hosts(&addr),
                ]);
                client.args(["--format", "json", "--certs", &bench.key("")]).env("SSH_AUTH_SOCK", &socket);
                Running::start(&mut client).wait().events
            },
        ),
        case("ssh.endless_questions", "client ssh, at a server that asks and asks", |bench| {
            let answers = bench.passwords("answers", &"again\n".repeat(100));
            bench.ssh_odd(
                Odd::AsksWithoutEnd,
                &["--methods", "keyboard-interactive", "--password-file", &answers],
            )
        }),
        case(
            "ssh.answers_used_up",
            "client ssh --password-file of one line, at a server that asks twice",
            |bench| {
                let answers = bench.passwords("answer", "again\n");
                bench.ssh_odd(
                    Odd::AsksWithoutEnd,
                    &["--methods", "keyboard-interactive", "--password-file", &answers],
                )
            },
        ),
        case("ssh.nobody_to_ask", "client ssh --methods password without a terminal", |bench| {
            let server = bench.server("ssh", &["--password-login", "on"]);
            bench.without_terminal(&server, &["--methods", "password"])
        }),
        case("ssh.password_login_off", "client ssh --methods password, at `server ssh`", |bench| {
            let server = bench.server("ssh", &[]);
            bench.ssh(&server.addr.to_string(), &["--methods", "password"])
        }),
        scenario("ssh.password_refused", "lab run ssh/wrong-password"),
        scenario("ssh.key_refused", "lab run ssh/foreign-key"),
        case(
            "ssh.nothing_asked",
            "sshd without PAM, and client ssh --methods keyboard-interactive",
            |bench| bench.at_sshd("unasked", "", &["--methods", "keyboard-interactive"]),
        ),
        case("ssh.no_common_method", "sshd that takes hostbased alone", |bench| {
            let lines = "PubkeyAuthentication no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
                         HostbasedAuthentication yes\n";
            bench.at_sshd("hostbased", lines, &[])
        }),
        scenario("ssh.gone_before_login", "lab run ssh/cut-after-client-encrypted"),
        case("ssh.gone_in_login", "client ssh, at a server that ends when a key is offered", |bench| {
            bench.ssh_odd(Odd::LeavesInLogin, &[])
        }),
        case(
            "ssh.silent_in_login",
            "client ssh, at a server that says nothing when a key is offered",
            |bench| bench.ssh_odd(Odd::SilentInLogin, &[]),
        ),
    ]
}

impl Bench {
    /// A key with a passphrase that our server takes.
    fn locked(&self, name: &str) -> String {
        let path = self.path(name).display().to_string();
        fs::copy(self.key(certs::SSH_USER_KEY), &path).expect("the folder is ours");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("it is ours");
        done("ssh-keygen", &["-q", "-p", "-P", "", "-N", "open sesame", "-f", &path]);
        path
    }
}

fn sessions() -> Vec<Case> {
    vec![
        case("ssh.channel_refused", "sshd with MaxSessions 0", |bench| {
            bench.at_sshd("sessions", "MaxSessions 0\n", &[])
        }),
        case("ssh.command_refused", "client ssh, at a server that runs no commands", |bench| {
            bench.ssh_odd(Odd::RefusesCommands, &[])
        }),
        case(
            "ssh.command_too_long",
            "sshd, and client ssh --timeout 0.5 with the command sleep 20",
            |bench| bench.at_sshd("slow", "", &["--timeout", "0.5", "sleep 20"]),
        ),
        case(
            "ssh.no_exit_status",
            "client ssh, at a server that closes the channel without a status",
            |bench| bench.ssh_odd(Odd::EndsWithoutStatus, &[]),
        ),
        case(
            "ssh.silent_in_session",
            "client ssh, at a server that lets it in and opens no channel",
            |bench| bench.ssh_odd(Odd::SilentInSession, &[]),
        ),
        case("ssh.gone_in_session", "client ssh, at a server that ends when it hears the command", |bench| {
            bench.ssh_odd(Odd::LeavesInSession, &[])
        }),
    ]
}

fn served() -> Vec<Case> {
    vec![
        case("ssh.stopped", "server ssh is stopped while a client is there", |bench| {
            let mut server = bench.server("ssh", &[]);
            let visitor = TcpStream::connect(server.addr).expect("it listens");
            server.after_event("tcp.established");
            let events = server.stop().events;
            drop(visitor);
            events
        }),
        case("ssh.client_another_version", "SSH-1.5 at `server ssh`", |bench| {
            bench.visited("ssh", &[], |peer| {
                peer.say("SSH-1.5-old\r\n");
                peer.stay();
            })
        }),
        case("ssh.client_another_protocol", "GET / at `server ssh`", |bench| {
            bench.visited("ssh", &[], |peer| {
                peer.say("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
                peer.stay();
            })
        }),
        case("ssh.client_unreadable", "a KEXINIT of three bytes at `server ssh`", |bench| {
            bench.visited("ssh", &[], |peer| {
                peer.say(IDENTIFICATION);
                peer.say(packet(&[20, 1, 2, 3]));
                peer.stay();
            })
        }),
        case("ssh.client_disconnected", "a client that says DISCONNECT before its login", |bench| {
            bench.visited("ssh", &[], |peer| {
                peer.say(IDENTIFICATION);
                peer.say(disconnect());
                peer.stay();
            })
        }),
        scenario("ssh.client_no_common_algorithm", "lab run ssh/no-common-kex"),
        case("ssh.client_small_group", "a client that asks for a group of 1024 bits", |bench| {
            bench.visited("ssh", &[], |peer| {
                peer.say(IDENTIFICATION);
                peer.say(kexinit("diffie-hellman-group-exchange-sha256"));
                peer.say(packet(&[&[34][..], &[0, 0, 4, 0].repeat(3)].concat()));
                peer.stay();
            })
        }),
        scenario("ssh.client_strict_key_exchange", "lab run ssh/ignored-packet-inserted"),
        scenario("ssh.client_tag", "lab run ssh/bit-changed-after-newkeys"),
        case(
            "ssh.client_silent_before_identification",
            "server ssh --handshake-timeout 0.5, and silence",
            |bench| bench.visited("ssh", &["--handshake-timeout", "0.5"], Peer::stay),
        ),
        case(
            "ssh.client_silent_in_key_exchange",
            "a client that says its identification and no more",
            |bench| {
                bench.visited("ssh", &["--handshake-timeout", "0.5"], |peer| {
                    peer.say(IDENTIFICATION);
                    peer.stay();
                })
            },
        ),
        scenario("ssh.client_silent_in_login", "lab run ssh/never-authenticates"),
        case("ssh.client_said_nothing", "a client that connects and leaves", |bench| {
            bench.visited("ssh", &[], Peer::fin)
        }),
        scenario("ssh.client_gone_after_identification", "lab run ssh/cut-after-client-identification"),
        scenario("ssh.client_wanted_the_host_key", "lab run ssh/cut-after-client-key-exchange-init"),
        scenario("ssh.client_gone_before_login", "lab run ssh/cut-after-client-encrypted"),
        case("ssh.client_message_out_of_place", "a request in the clear instead of KEXINIT", |bench| {
            bench.visited("ssh", &[], |peer| {
                peer.say(IDENTIFICATION);
                peer.say(out_of_place());
                peer.stay();
            })
        }),
    ]
}

fn served_logins() -> Vec<Case> {
    vec![
        case("ssh.client_idle", "server ssh --idle-timeout 1, and `ssh` that waits in its shell", |bench| {
            let mut server = bench.server("ssh", &["--idle-timeout", "1"]);
            let held = Running::talk(bench.openssh(&server, &[]).stderr(Stdio::null()));
            let events = server.after_connections(1);
            drop(held);
            events
        }),
        scenario("ssh.client_out_of_tries", "lab run ssh/wrong-password-until-cut"),
        case("ssh.client_tried_passwords", "a client by russh that tries a password at once", |bench| {
            let mut server = bench.server("ssh", &[]);
            crate::ssh_server::tries_a_password(server.addr);
            server.after_connections(1)
        }),
        scenario("ssh.client_wrong_password", "lab run ssh/wrong-password"),
        scenario("ssh.client_key_refused", "lab run ssh/foreign-key"),
        case("ssh.client_refused_request", "ssh -W, which asks to be passed on", |bench| {
            let mut server = bench.server("ssh", &[]);
            let mut command = bench.openssh(&server, &["-W", "127.0.0.1:1"]);
            Running::start(&mut command).wait_text();
            server.after_connections(1)
        }),
        case("ssh.client_gone_in_session", "`ssh` that is killed in its shell", |bench| {
            let mut server = bench.server("ssh", &[]);
            let held = Running::talk(&mut bench.openssh(&server, &[]));
            server.after_event("ssh.channel_request");
            drop(held);
            server.after_connections(1)
        }),
    ]
}

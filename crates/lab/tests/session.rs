//! Two sessions in one process: what one of them sees, keeps and knows is nothing to the other.

use std::{fs, path::Path, thread};

use claims::Event;
use clap::{Args, Command, FromArgMatches};
use show::{Init, Kept};
use steps::{Side, common, ssh, tls};
use tokio_util::sync::CancellationToken;
use watch::{Keep, Session};

/// What a session has seen, and the lines of its key log.
struct Seen {
    events: Vec<Event>,
    keys: Vec<String>,
}

/// One session with its own log, in a thread of its own: a TLS pair, and an SSH pair.
fn session(certs: &Path, keys: &Path) -> Seen {
    let kept = Kept::default();
    let how = Init { kept: Some(kept.clone()), silent: true, ..Init::default() };
    let (log, mut guard) = show::log(&show::Args::default(), how).expect("a log that is kept");
    tracing::dispatcher::with_default(&log, || {
        let keep = Keep { keylog: Some(keys.to_owned()), ..Keep::default() };
        let session = Session::default();
        let _kept = keep.begin(&session, steps::Lang::En, None).expect("a key log");
        guard.begin().and_then(|()| session.begin()).expect("two threads");
        alone(async {
            tls_pair(certs, &session).await;
            ssh_pair(certs, &session, &session).await;
        });
    });
    drop(guard);
    let keys = fs::read_to_string(keys).expect("a key log");
    Seen { events: kept.take(), keys: keys.lines().map(str::to_owned).collect() }
}

fn alone<T>(what: impl Future<Output = T>) -> T {
    // One thread: a subscriber belongs to threads.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(what)
}

async fn tls_pair(certs: &Path, session: &Session) {
    let server = ["--listen", "127.0.0.1:0", "--variant", "tls13"];
    let server = servers::tls::Server::bind(&words(certs, &server), session).await.expect("a free port");
    let (here, stop) = (server.local_addr().to_string(), CancellationToken::new());
    let serving = tokio::spawn(server.run(stop.clone()));
    clients::tls::run(&words(certs, &[&here]), session).await.expect("a handshake");
    stop.cancel();
    serving.await.expect("no panic").expect("a server");
}

async fn ssh_pair(certs: &Path, of_server: &Session, of_client: &Session) {
    let server = words(certs, &["--listen", "127.0.0.1:0"]);
    let server = servers::ssh::Server::bind(&server, of_server).await.expect("a free port");
    let (here, stop) = (format!("demo@{}", server.local_addr()), CancellationToken::new());
    let serving = tokio::spawn(server.run(stop.clone()));
    let known = tempfile::tempdir().expect("a folder");
    let known = known.path().join("known_hosts").display().to_string();
    let client = words(certs, &["--strict", "accept-new", "--known-hosts", &known, &here, "whoami"]);
    clients::ssh::run_for(&client, of_client, clients::ssh::Asking::default()).await.expect("a login");
    stop.cancel();
    serving.await.expect("no panic").expect("a server");
}

/// Options as they would be typed.
fn words<A: Args + FromArgMatches>(certs: &Path, given: &[&str]) -> A {
    let certs = certs.display().to_string();
    let all = ["--certs", &certs].into_iter().chain(given.iter().copied());
    let command = A::augment_args(Command::new("test").no_binary_name(true));
    let matches = command.try_get_matches_from(all).expect("these options");
    A::from_arg_matches(&matches).expect("these options")
}

#[test]
fn two_sessions_in_one_process_do_not_see_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let certs = folder.path().join("certs");
    certs::ensure(&certs).unwrap();
    let sessions: Vec<_> = ["one", "two"]
        .map(|name| {
            let (certs, keys) = (certs.clone(), folder.path().join(name));
            thread::spawn(move || session(&certs, &keys))
        })
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();
    let [one, two] = sessions.as_slice() else { panic!("two sessions") };
    for seen in [one, two] {
        let opened = |event: &&Event| event.step == ssh::Step::Exec.into() && event.side == Side::Server;
        let exec: Vec<_> = seen.events.iter().filter(opened).collect();
        assert_eq!(exec.len(), 1);
        assert_eq!(exec[0].get(common::OPENED_WITH), Some("the client's secret"));
        let complete = seen.events.iter().filter(|event| event.step == tls::Step::HandshakeComplete.into());
        assert_eq!(complete.count(), 2);
        let summaries = seen.events.iter().filter(|event| event.step.is_summary());
        assert_eq!(summaries.count(), 4);
        // TLS 1.3 has five secrets, SSH one.
        assert_eq!(seen.keys.len(), 6, "{:?}", seen.keys);
    }
    assert!(one.events.iter().all(|event| two.events.iter().all(|other| other.conn != event.conn)));
    assert!(one.keys.iter().all(|line| !two.keys.contains(line)));
}

#[test]
fn a_server_is_not_told_what_a_client_of_another_session_knows() {
    let folder = tempfile::tempdir().unwrap();
    certs::ensure(folder.path()).unwrap();
    let kept = Kept::default();
    let how = Init { kept: Some(kept.clone()), silent: true, ..Init::default() };
    let (log, _guard) = show::log(&show::Args::default(), how).unwrap();
    tracing::dispatcher::with_default(&log, || {
        alone(ssh_pair(folder.path(), &Session::default(), &Session::default()));
    });
    let events = kept.take();
    let unopened = |side| {
        let of = events.iter().filter(|event| event.side == side);
        of.filter(|event| event.step == ssh::Step::Unopened.into()).count()
    };
    assert_eq!((unopened(Side::Client), unopened(Side::Server)), (0, 1));
}

//! Where the time goes between the bytes of one conversation and its log: reading it, judging it, writing it.
//!
//! ```sh
//! cargo bench --workspace --bench decoders            # each step of the way, for each protocol
//! cargo bench --workspace --bench decoders -- ::judge # one of them
//! ```

use std::sync::LazyLock;

use claims::{Event, Judge};
use divan::{Bencher, black_box, counter::BytesCount};
use show::{Args, Color, Init, Kept, LangArg, Lines};
use steps::Side;
use tempfile::TempDir;
use tokio::runtime::Runtime;

mod common;

use common::{
    pair::{Client, Kind, serve},
    recording::{Recording, record},
};

fn main() {
    divan::main();
}

const KINDS: [Kind; 5] = [Kind::Tls13, Kind::Ecdhe, Kind::Ws, Kind::Ssh, Kind::TcpKernel];

struct Bench {
    runtime: Runtime,
    certs: TempDir,
    kept: Kept,
    _log: show::Guard,
}

static BENCH: LazyLock<Bench> = LazyLock::new(|| {
    let certs = tempfile::tempdir().expect("a folder for the demo keys");
    certs::ensure(certs.path()).expect("the demo keys");
    let kept = Kept::default();
    let init = Init { kept: Some(kept.clone()), silent: true, ..Init::default() };
    let mut _log = show::init(&Args::default(), init).expect("a log that is kept");
    _log.begin().expect("a thread");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    Bench { runtime, certs, kept, _log }
});

fn recording(kind: Kind) -> Recording {
    BENCH.runtime.block_on(record(kind, BENCH.certs.path())).expect("a conversation")
}

/// What both sides told of one conversation.
fn events(kind: Kind) -> Vec<Event> {
    BENCH.kept.take();
    BENCH.runtime.block_on(async {
        let certs = BENCH.certs.path();
        let session = watch::Session::default();
        let here = serve(kind, Some(&session), certs).await.expect("a server");
        let client = Client::new(kind, Some(&session), certs, here).await.expect("a client");
        client.visit().await.expect("a conversation");
        let ended = |events: &[Event]| events.iter().filter(|event| event.step.is_summary()).count() == 2;
        while !BENCH.kept.look(ended) {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    });
    BENCH.kept.take()
}

#[divan::bench(args = [Kind::Tls13, Kind::Ecdhe, Kind::Ws, Kind::Ssh])]
fn decode(bencher: Bencher<'_, '_>, kind: Kind) {
    let Recording { crossed, secrets } = recording(kind);
    let bytes: usize = crossed.iter().map(|(_, bytes)| bytes.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| match kind {
        Kind::Tls13 | Kind::Ecdhe => {
            let mut decoder = wire::tls::Decoder::new();
            for secret in &secrets {
                decoder.secret(&secret.label, &secret.of, &secret.secret);
            }
            crossed.iter().map(|(from, bytes)| decoder.push(*from, 0, bytes).len()).sum::<usize>()
        }
        Kind::Ws => {
            let (mut decoder, mut steps) = (wire::ws::Decoder::new(), 0);
            crossed.iter().for_each(|(from, bytes)| decoder.feed(*from, bytes, |_| steps += 1));
            steps
        }
        Kind::Ssh => {
            let (mut decoder, mut steps) = (wire::ssh::Decoder::default(), 0);
            for (from, bytes) in &crossed {
                steps += decoder.push(*from, 0, bytes).len();
                if decoder.wants_secret_of().is_some() {
                    steps += decoder.secret(0, &secrets[0].of, &secrets[0].secret).len();
                }
            }
            steps
        }
        Kind::Tcp | Kind::TcpKernel => 0,
    });
}

#[divan::bench(args = KINDS)]
fn judge(bencher: Bencher<'_, '_>, kind: Kind) {
    let events = events(kind);
    bencher.bench(|| {
        let mut pasts = [Judge::default(), Judge::default()];
        for event in &events {
            let past = match event.side {
                Side::Client => &mut pasts[0],
                Side::Server => &mut pasts[1],
            };
            black_box(past.judge(event));
        }
    });
}

#[divan::bench(args = KINDS)]
fn json(bencher: Bencher<'_, '_>, kind: Kind) {
    let events = events(kind);
    let all = || events.iter().map(|event| serde_json::to_string(event).expect("plain data").len()).sum();
    let bytes: usize = all();
    bencher.counter(BytesCount::new(bytes)).bench(|| -> usize { all() });
}

#[divan::bench(args = KINDS)]
fn text(bencher: Bencher<'_, '_>, kind: Kind) {
    let events = events(kind);
    let args = Args { lang: Some(LangArg::En), color: Color::Never, ..Args::default() };
    bencher
        .with_inputs(|| Lines::new(&args, 80, true))
        .bench_values(|mut lines| events.iter().map(|event| lines.print(event).len()).sum::<usize>());
}

//! A witness keeps what it is asked to, and tells of a flood where it turns and how it ends.

use steps::tcp;

use super::*;

fn witness() -> Witness {
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    Witness::new(&Session::default(), Side::Server, Protocol::Tcp, None, (address, address), Started::now())
}

fn see(witness: &Witness, bytes: usize) {
    let seen = Seen { bytes: vec![0; bytes], ..Seen::local(tcp::Step::Data, fields! {}) };
    witness.saw(Evidence::Wire, seen);
}

#[test]
fn a_witness_keeps_its_story_only_where_asked() {
    let witness = witness();
    see(&witness, 0);
    assert!(witness.kept().is_empty());
    witness.keep();
    see(&witness, 1);
    see(&witness, 2);
    let lengths =
        |events: Vec<Arc<Event>>| events.iter().map(|event| event.bytes.0.len()).collect::<Vec<_>>();
    assert_eq!(lengths(witness.kept()), [1, 2]);
    assert_eq!(lengths(witness.take_kept()), [1, 2]);
    witness.finish(&Outcome::Complete);
    assert!(witness.kept()[0].step.is_summary());
    witness.forget();
    see(&witness, 3);
    assert!(witness.kept().is_empty());
}

#[test]
fn a_story_that_grows_too_long_is_kept_from_its_beginning_without_a_gap() {
    let witness = witness();
    witness.keep();
    for _ in 0..20 {
        see(&witness, MOST_BYTES);
    }
    let kept = witness.kept().len();
    assert!((5..20).contains(&kept), "{kept}");
    see(&witness, 0);
    assert_eq!(witness.kept().len(), kept);
}

/// What reaches `tracing`, in short: the id of each step, and of a gap how much is missing.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Heard {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

impl tracing::field::Visit for Heard {
    fn record_error(&mut self, _: &tracing::field::Field, error: &(dyn std::error::Error + 'static)) {
        let short = match error.downcast_ref::<Carried>().expect("nothing else travels there") {
            Carried::Event(event, ..) => event.step.id().into(),
            Carried::Gap(gap) => format!("-{}", gap.dropped),
        };
        self.0.lock().unwrap().push(short);
    }

    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0.lock().unwrap().push(format!("{value:?}"));
        }
    }
}

#[test]
fn a_connection_that_is_dropped_without_finish_is_said_so() {
    let heard = Heard::default();
    tracing::subscriber::with_default(heard.clone(), || {
        drop(witness()); // nothing was seen of it
        see(&witness(), 0);
        let finished = witness();
        see(&finished, 0);
        finished.finish(&Outcome::Complete);
    });
    let unfinished = "dropped without finish(): the log does not say how this connection ended";
    assert_eq!(*heard.0.lock().unwrap(), ["tcp.data", unfinished, "tcp.data", "tcp.summary"]);
}

#[test]
fn whatever_a_connection_has_logged_its_turns_and_its_end_are_told() {
    let heard = Heard::default();
    tracing::subscriber::with_default(heard.clone(), || {
        let witness = witness();
        let sees = |seen: Seen| witness.saw_after(Duration::ZERO, Evidence::Wire, seen);
        let alert = |level: &str| {
            let fields = fields! { tls::field::LEVEL => level };
            Seen::new(tls::Step::Alert, Side::Client, fields, [])
        };
        sees(alert("warning"));
        (0..5000).for_each(|_| sees(Seen::local(tcp::Step::Data, fields! {})));
        sees(alert("warning")); // no longer new
        (0..10).for_each(|_| sees(alert("fatal")));
        sees(Seen::local(tcp::Step::Fin, fields! {}));
        sees(Seen::local(tcp::Step::Fin, fields! {}));
        witness.finish(&Outcome::Complete);
        assert_eq!(witness.past(Past::count), 5014);
        sees(Seen::local(tcp::Step::Data, fields! {}));
    });
    let mut heard = heard.0.lock().unwrap().clone();
    heard.dedup();
    let data = heard.iter().filter(|step| *step == "tcp.data").count();
    assert_eq!(data, 1, "in one piece");
    let missing: u64 = heard.iter().filter_map(|step| step.strip_prefix('-')?.parse::<u64>().ok()).sum();
    let expected = ["tls.alert", "tcp.data", "-", "tls.alert", "-", "tcp.fin", "-", "tcp.summary", "-1"];
    assert_eq!(heard.len(), expected.len(), "{heard:?}");
    assert!(heard.iter().zip(expected).all(|(is, begins)| is.starts_with(begins)), "{heard:?}");
    // 6 of the fatal alerts, a warning, a FIN, what came after the end, and most of the data.
    assert!((1009..4000).contains(&missing), "{missing}");
}

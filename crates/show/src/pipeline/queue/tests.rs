use std::{sync::Arc, thread};

use steps::{Event, Origin};

use super::*;

fn queue(items: usize) -> Queue {
    Queue { quiet: Duration::from_millis(1), ..Queue::new(Room { items, weight: 100_000 }, Lang::En) }
}

fn event_of(conn: &str, bytes: usize) -> Item {
    const JSON: &str = r#"{"v":1,"at":"2026-11-22T19:00:00Z","elapsed_us":5,"side":"client","protocol":"tls","conn":"127.0.0.1:1>127.0.0.1:2","step":"tls.client_hello","direction":"sent","evidence":"wire","fields":{}}"#;
    let mut event: Event = serde_json::from_str(JSON).unwrap();
    event.bytes.0 = vec![0; bytes];
    event.conn = conn.into();
    // Weighed by hand: a test reckons with it.
    Item::Event(Arc::new(event), bytes, Origin::default())
}

fn event(bytes: usize) -> Item {
    event_of("127.0.0.1:1>127.0.0.1:2", bytes)
}

/// Connections of which no two have one share.
fn strangers(queue: &Queue, n: usize) -> Vec<String> {
    let mut shares = std::collections::HashSet::new();
    let all = (0..).map(|port| format!("127.0.0.1:{port}>127.0.0.1:2"));
    all.filter(|conn| shares.insert(queue.share_of(conn))).take(n).collect()
}

/// What is taken, in short: how many bytes an event has, and `-n` for so many that were dropped.
fn taken(queue: &Queue) -> Vec<i64> {
    let short = |item| match item {
        Item::Event(event, ..) => event.bytes.0.len() as i64,
        Item::Gap(gap) => -(gap.dropped as i64),
        Item::Judged(..) | Item::Message(..) | Item::Page(_) | Item::Run(_) | Item::EndOfRun => 0,
    };
    match queue.take() {
        Taken::Items(items) => items.into_iter().map(short).collect(),
        Taken::Rest | Taken::End => Vec::new(),
    }
}

#[test]
fn what_finds_no_room_is_counted_at_its_place() {
    let queue = queue(3);
    queue.begin();
    let strangers = strangers(&queue, 10);
    let push = |n: usize| queue.push(event_of(&strangers[n], n)).unwrap();
    (1..=5).for_each(push);
    assert_eq!(taken(&queue), [1, 2, 3, -2]);
    (6..=9).for_each(push);
    // A page always finds room, and comes after what was dropped before it.
    queue.push(Item::Page(String::new())).unwrap();
    assert_eq!(taken(&queue), [6, 7, 8, -1, 0]);
    queue.end();
    assert!(matches!(queue.take(), Taken::End));
}

#[test]
fn heavy_events_fill_it_too_and_one_alone_finds_room_whatever_its_weight() {
    let queue = queue(100);
    queue.begin();
    let strangers = strangers(&queue, 4);
    let push = |(conn, bytes): (&String, usize)| queue.push(event_of(conn, bytes)).unwrap();
    strangers.iter().zip([200_000, 1]).for_each(push);
    assert_eq!(taken(&queue), [200_000, -1]);
    strangers.iter().zip([40_000, 1, 60_000, 2]).for_each(push);
    assert_eq!(taken(&queue), [40_000, 1, -1, 2]);
}

#[test]
fn who_floods_takes_no_room_from_others() {
    let queue = queue(120);
    queue.begin();
    let strangers = strangers(&queue, 4);
    let push = |conn: &String, bytes| queue.push(event_of(conn, bytes)).unwrap();
    // One flood has half of the room, two have two thirds, and so on.
    for (floods, room) in [(1, 60), (2, 80), (3, 90)] {
        for _ in 0..1000 {
            strangers[..floods].iter().for_each(|conn| push(conn, 1));
        }
        (0..10).for_each(|_| push(&strangers[3], 2));
        let Taken::Items(items) = queue.take() else { panic!("there are items") };
        let of = |conn: &String| {
            items.iter().filter(|item| matches!(item, Item::Event(event, ..) if event.conn == *conn)).count()
        };
        assert!(strangers[..floods].iter().all(|conn| of(conn).abs_diff(room / floods) <= 1), "{items:?}");
        assert_eq!(of(&strangers[3]), 10);
        let gaps: Vec<_> = items
            .iter()
            .filter_map(|item| if let Item::Gap(gap) = item { Some(gap) } else { None })
            .collect();
        let dropped: u64 = gaps.iter().map(|gap| gap.dropped).sum();
        assert_eq!(dropped as usize, floods * 1000 - strangers[..floods].iter().map(of).sum::<usize>());
        // Whose they are is said where it was one alone.
        let whose = (floods == 1).then(|| strangers[0].clone());
        assert_eq!(gaps[0].conn, whose);
    }
}

#[test]
fn the_reader_rests_when_nothing_comes_and_once_for_all_that_came() {
    let queue = queue(10);
    queue.begin();
    queue.push(event(1)).unwrap();
    assert_eq!(taken(&queue), [1]);
    assert!(matches!(queue.take(), Taken::Rest));
    thread::scope(|scope| {
        let reader = scope.spawn(|| taken(&queue));
        queue.push(event(2)).unwrap();
        assert_eq!(reader.join().unwrap(), [2], "no second rest");
    });
}

#[test]
fn who_waits_is_let_go_when_all_is_written_or_when_nothing_moves() {
    let queue = queue(10);
    queue.push(event(1)).unwrap();
    assert!(!queue.drain(None), "nobody reads yet");
    queue.begin();
    assert!(!queue.drain(Some(Duration::from_millis(1))), "the reader is stuck");
    thread::scope(|scope| {
        scope.spawn(|| while !matches!(queue.take(), Taken::End) {});
        assert!(queue.drain(None));
        queue.end();
    });
    queue.push(event(1)).unwrap();
    assert_eq!(queue.leave(), Left { events: 1, messages: 0 });
    assert!(queue.push(event(1)).is_err(), "nobody reads any more");
    assert!(!queue.drain(None));
}

#[test]
fn a_reader_that_is_slow_with_what_it_took_is_waited_for() {
    const PATIENCE: Duration = Duration::from_secs(1);
    let queue = queue(10);
    queue.push(event(1)).unwrap();
    queue.begin();
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(taken(&queue), [1]);
            let until = Instant::now() + PATIENCE + PATIENCE / 2;
            while Instant::now() < until {
                thread::sleep(PATIENCE / 50);
                queue.progressed();
            }
            queue.take()
        });
        assert!(queue.drain(Some(PATIENCE)), "it moves");
        queue.end();
    });
}

#[test]
fn nothing_is_lost_between_many_writers_and_a_reader() {
    let queue = Queue::new(Room { items: 64, weight: usize::MAX }, Lang::En);
    queue.begin();
    let (writers, each) = (4, 20_000_i64);
    let mut seen = (0, 0);
    thread::scope(|scope| {
        let working: Vec<_> = (0..writers)
            .map(|_| scope.spawn(|| (0..each).for_each(|_| queue.push(event(1)).unwrap())))
            .collect();
        let reader = scope.spawn(|| {
            let mut seen = (0, 0);
            loop {
                match queue.take() {
                    Taken::Items(items) => {
                        for item in items {
                            match item {
                                Item::Event(..) => seen.0 += 1,
                                Item::Gap(gap) => seen.1 += gap.dropped as i64,
                                Item::Judged(..)
                                | Item::Message(..)
                                | Item::Page(_)
                                | Item::Run(_)
                                | Item::EndOfRun => {}
                            }
                        }
                    }
                    Taken::Rest => {}
                    Taken::End => return seen,
                }
            }
        });
        working.into_iter().for_each(|writer| writer.join().unwrap());
        queue.end();
        seen = reader.join().unwrap();
    });
    assert_eq!(seen.0 + seen.1, writers * each);
    assert!(seen.0 > 0);
}

#[test]
fn what_libraries_say_is_left_out_where_it_is_too_much_and_what_we_say_is_not() {
    let queue = queue(100_000);
    queue.begin();
    for _ in 0..1000 {
        queue.push(Item::Message("theirs\n".into(), Whose::Library)).unwrap();
        queue.push(Item::Message("ours\n".into(), Whose::Ours)).unwrap();
    }
    queue.end();
    let (mut ours, mut theirs, mut left_out) = (0, 0, 0);
    while let Taken::Items(items) = queue.take() {
        for item in items {
            let Item::Message(text, _) = item else { panic!("{item:?}") };
            match text.split_once(' ') {
                Some((n, "messages were left out here\n")) => left_out += n.parse::<u64>().unwrap(),
                Some(other) => panic!("{other:?}"),
                None if text == "ours\n" => ours += 1,
                None => theirs += 1,
            }
        }
    }
    assert_eq!(ours, 1000);
    assert!((100..1000).contains(&theirs), "{theirs}");
    assert_eq!(theirs + left_out + queue.leave().messages, 1000);
}

#[test]
fn what_stays_unwritten_is_said_in_the_language_of_the_log() {
    let lines = |events, messages, lang| Left { events, messages }.lines(lang).collect::<Vec<_>>();
    assert_eq!(lines(2, 3, Lang::En), ["2 events were not written", "3 messages were not written"]);
    assert_eq!(lines(2, 3, Lang::Zh), ["有 2 个事件没有写出", "有 3 条消息没有写出"]);
    assert_eq!(lines(0, 3, Lang::Zh), ["有 3 条消息没有写出"]);
    assert!(lines(0, 0, Lang::En).is_empty(), "nothing is missing");

    let queue = Queue::new(Room { items: 2, weight: 100_000 }, Lang::Zh);
    queue.begin();
    for _ in 0..5 {
        queue.push(Item::Message("ours\n".into(), Whose::Ours)).unwrap();
    }
    assert!(matches!(queue.take(), Taken::Items(_)));
    queue.push(Item::Message("ours\n".into(), Whose::Ours)).unwrap();
    let Taken::Items(items) = queue.take() else { panic!("there are two messages") };
    assert!(matches!(&items[0], Item::Message(text, _) if text == "此处略去 3 条消息\n"), "{items:?}");
}

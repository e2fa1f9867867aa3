//! What must not get in, what has to wait, and what a hostile or broken copy cannot do.

use serde_json::json;
use uuid::Uuid;
use xinghuo_ledger::entry::{body_len, root};
use xinghuo_ledger::{Hash, Header, Ledger, LedgerError, LogId, RawBlock, RawEntry, Seen, Verdict, log_id};
use xinghuo_model::records::{Person, Request, RequestStep};
use xinghuo_model::{Act, Class, KINDS, SpaceId};

use crate::fixture::*;

/// Copy 1 wrote three entries in the district's channel, copy 2 has the first; copy 3 wrote one
/// there too. Gives copies 1 and 2, and copy 1's entries.
fn two_behind() -> (Copy, Copy, Vec<RawEntry>) {
    let request = request();
    let (mut x, mut y, mut z) = (Copy::new(1), Copy::new(2), Copy::new(3));
    z.put(&person(5, "王甲"));
    z.put(&Request { id: Uuid::from_u128(3).into(), ..request.clone() });
    give(&mut z, &mut y);
    give(&mut z, &mut x);
    x.put(&request);
    give(&mut x, &mut y);
    for day_of in [20, 21] {
        x.edit::<Request>(request.id, |r| r.due_on = day(day_of));
    }
    let entries = x.segment(1, Class::District).entries;
    assert_eq!(entries.len(), 3);
    (x, y, entries)
}

type Forge = fn(&Copy, &mut Header, &mut Vec<RawBlock>);

#[test]
fn an_entry_that_is_not_what_it_says_is_refused_by_name_and_the_honest_one_still_gets_in() {
    // What is changed in the second entry, which code it gives.
    let rows: [(&str, Forge, &str); 20] = [
        ("lamport", |_, h, _| h.lamport += 1_000_000, "clock"),
        ("lamport", |_, h, _| h.lamport -= 1, "clock"),
        ("lamport", |_, h, _| h.lamport = u64::MAX, "sequence"),
        ("lamport", |_, h, _| h.lamport = i64::MAX as u64, "clock"),
        ("seq", |_, h, _| h.seq = 0, "sequence"),
        ("seq", |_, h, _| h.seq = u64::MAX, "sequence"),
        ("prev", |_, h, _| h.prev = Hash::default(), "chain"),
        ("prev", |_, h, _| h.prev = Hash::of(b"another"), "chain"),
        ("root", |_, h, _| h.root = Hash::default(), "root"),
        ("len", |_, h, _| h.len += 1, "root"),
        ("block", |_, _, b| b[0] = block(1, "request", json!({ "category": "parking" }), json!({})), "root"),
        ("blocks", |_, _, b| b.push(b[0].clone()), "root"),
        ("no block", |_, _, b| b.clear(), "root"),
        ("log", |_, h, _| h.log = log_id(&[1; 32], channel(Class::Community)), "log_name"),
        ("log", |_, h, _| h.log = log_id(&[9; 32], channel(Class::District)), "log_name"),
        ("v", |_, h, _| h.v = 2, "newer"),
        ("suite", |_, h, _| h.suite = 2, "newer"),
        ("seen itself", |_, h, _| h.seen = vec![Seen(h.log, 1, h.prev)], "clock"),
        (
            "seen another channel",
            |c, h, _| {
                let other = log_id(&[3; 32], channel(Class::Community));
                h.seen = all_seen(c, Class::Community).into_iter().filter(|s| s.0 == other).collect();
                assert_eq!((h.seen.len(), h.lamport), (1, 3), "its clock would be right");
            },
            "clock",
        ),
        // Copy 1 had seen copy 3's entry before its own first one.
        ("seen the same again", |c, h, _| h.seen = all_seen(c, Class::District).into_iter().filter(|s| s.0 != h.log).collect(), "clock"),
    ];
    for (n, (what, forge, code)) in rows.into_iter().enumerate() {
        let (mut x, mut y, honest) = two_behind();
        let before = y.state();
        let mut header = honest[1].open().expect("an honest entry");
        let mut blocks = honest[1].blocks.clone();
        forge(&y, &mut header, &mut blocks);
        let forged = raw(&header, blocks);
        let done = y.absorb(vec![segment_of(1, Class::District, vec![forged, honest[2].clone()])]);
        let report = &done.segments[0];
        assert_eq!((report.reasons.as_slice(), report.new), ([code.to_owned()].as_slice(), 0), "row {n}: {what}");
        assert!(report.refused > 0 && report.held == 0, "row {n}: {what}: {report:?}");
        assert_eq!(y.state(), before, "row {n}: {what}");
        assert_eq!(y.ledger.held().expect("held"), [], "row {n}: {what}");
        let done = give(&mut x, &mut y);
        assert_eq!(done.segments.iter().map(|s| s.new).sum::<u64>(), 2, "row {n}: {what}: then the honest ones");
        agree(&[&mut x, &mut y]);
    }
}

#[test]
fn a_header_that_cannot_be_read_is_refused_without_a_trace() {
    for bytes in [&b""[..], b"{", b"null", b"\xff\xfe", b"[1,2,3]", b"{\"v\":1}"] {
        let (_, mut y, honest) = two_behind();
        let before = y.state();
        let broken = RawEntry { header: bytes.to_vec(), blocks: honest[1].blocks.clone() };
        let done = y.absorb(vec![segment_of(1, Class::District, vec![broken])]);
        assert_eq!((done.segments[0].refused, done.segments[0].reasons.as_slice()), (1, &["unreadable".to_owned()][..]));
        assert_eq!(y.state(), before);
    }
}

#[test]
fn what_a_log_has_seen_is_told_in_order_and_once() {
    let request = request();
    let [mut x, mut y, mut z] = knowing::<Request, 3>(&request);
    for copy in [&mut x, &mut y] {
        copy.edit::<Request>(request.id, |r| r.due_on = day(20));
    }
    give(&mut x, &mut y);
    give(&mut y, &mut z);
    let seen = all_seen(&z, Class::District);
    assert_eq!(seen.len(), 2);
    let lamport = 3;
    for (order, code) in [([0, 1], None), ([1, 0], Some("clock")), ([0, 0], Some("clock")), ([1, 1], Some("clock"))] {
        let blocks = vec![block(9, "request", json!({ "number": "X" }), json!({}))];
        let seen: Vec<Seen> = order.iter().map(|n: &usize| seen[*n].clone()).collect();
        let done = z.absorb(vec![written_by(40 + order[0] as u8 * 2 + order[1] as u8, Class::District, lamport, seen, blocks)]);
        assert_eq!(done.segments[0].reasons.first().map(String::as_str), code, "{order:?}");
    }
}

#[test]
fn what_cannot_be_applied_yet_is_held_with_its_reason_and_released_when_the_rest_comes() {
    let (mut x, mut y, entries) = two_behind();
    // The third before the second.
    let done = y.absorb(vec![segment_of(1, Class::District, vec![entries[2].clone()])]);
    assert_eq!((done.segments[0].held, done.segments[0].new, done.segments[0].refused), (1, 0, 0));
    assert_eq!(done.segments[0].reasons, ["gap"]);
    let log = log_id(&[1; 32], channel(Class::District));
    assert_eq!(y.ledger.held().expect("held"), [(log, [1; 32], 3, "gap".to_owned(), 1)]);
    // Nothing new, nothing changes: it goes on waiting.
    y.absorb(Vec::new());
    assert_eq!(y.ledger.held().expect("held").len(), 1);
    let done = y.absorb(vec![segment_of(1, Class::District, vec![entries[1].clone()])]);
    assert_eq!((done.segments[0].new, done.released), (1, 1));
    assert_eq!(y.ledger.held().expect("held"), []);
    agree(&[&mut x, &mut y]);
}

#[test]
fn an_entry_waits_for_what_it_has_seen() {
    let request = request();
    let [mut x, mut y, mut z] = knowing::<Request, 3>(&request);
    x.edit::<Request>(request.id, |r| r.due_on = day(20));
    give(&mut x, &mut y);
    y.edit::<Request>(request.id, |r| r.due_on = day(21));
    let (from_x, from_y) = (x.segment(1, Class::District), y.segment(2, Class::District));
    let done = z.absorb(vec![from_y]);
    assert_eq!((done.segments[0].held, done.segments[0].reasons.as_slice()), (1, &["unseen".to_owned()][..]));
    assert_eq!(z.get::<Request>(request.id).expect("it").due_on, day(15));
    let done = z.absorb(vec![from_x]);
    assert_eq!((done.segments[0].had, done.segments[0].new, done.released), (1, 1, 1));
    agree(&[&mut y, &mut z]);
}

#[test]
fn an_entry_that_has_seen_what_nobody_knows_waits_and_harms_nobody() {
    let (mut x, mut y, _) = two_behind();
    for (n, seen) in [
        (41, Seen(Hash::of(b"no such log"), 1, Hash::of(b"x"))),
        // A number that is not there yet, and a hash that is not the one here.
        (42, Seen(log_id(&[1; 32], channel(Class::District)), 99, Hash::of(b"x"))),
        (43, Seen(log_id(&[1; 32], channel(Class::District)), 1, Hash::of(b"x"))),
    ] {
        let blocks = vec![block(1, "request", json!({ "category": "parking" }), json!({}))];
        let done = y.absorb(vec![written_by(n, Class::District, 9, vec![seen], blocks)]);
        assert_eq!((done.segments[0].held, done.segments[0].reasons.as_slice()), (1, &["unseen".to_owned()][..]));
    }
    give(&mut x, &mut y);
    agree(&[&mut x, &mut y]);
    assert_eq!(y.ledger.held().expect("held").len(), 3);
}

#[test]
fn what_comes_twice_is_only_counted() {
    let (mut x, mut y, entries) = two_behind();
    give(&mut x, &mut y);
    let (state, number) = (y.state(), |y: &Copy| y.ledger.books().number("SELECT count(*) FROM entry", []).expect("a count"));
    let before = number(&y);
    let doubled = segment_of(1, Class::District, entries.iter().chain(&entries).cloned().collect());
    let done = y.absorb(vec![doubled.clone(), doubled]);
    assert!(done.segments.iter().all(|s| (s.had, s.new, s.held, s.refused) == (6, 0, 0, 0)));
    assert_eq!((y.state(), number(&y), done.changed), (state, before, Vec::new()));
    let done = y.absorb(vec![segment_of(1, Class::District, Vec::new())]);
    assert_eq!(done.segments.len(), 1, "an empty stretch is no harm");
}

#[test]
fn a_log_with_two_entries_of_one_number_is_frozen_and_the_proof_kept() {
    // The folder was copied and both went on under one key.
    let fork = |swap: bool, together: bool| {
        let request = request();
        let mut x = Copy::new(1);
        x.put(&request);
        let place = folder();
        let path = place.path().join("copied.db");
        x.ledger.backup(&path).expect("a backup");
        let mut twin = Copy::new(1);
        twin.ledger = Ledger::open(&path, None, [1; 32], entropy(77)).expect("the copied store");
        let mut y = Copy::new(2);
        give(&mut x, &mut y);
        x.edit::<Request>(request.id, |r| r.due_on = day(20));
        twin.edit::<Request>(request.id, |r| r.due_on = day(21));
        twin.edit::<Request>(request.id, |r| r.due_on = day(22));
        let (mut a, mut b) = (x.segment(1, Class::District), twin.segment(1, Class::District));
        if swap {
            std::mem::swap(&mut a, &mut b);
        }
        let done = if together {
            y.absorb(vec![a, b])
        } else {
            let first = y.absorb(vec![a]);
            assert_eq!(first.forked, []);
            y.absorb(vec![b])
        };
        (done, y, twin)
    };
    for swap in [false, true] {
        for together in [false, true] {
            let (done, mut y, mut twin) = fork(swap, together);
            let log = log_id(&[1; 32], channel(Class::District));
            assert_eq!(done.forked, [log], "{swap} {together}");
            assert!(done.segments.iter().any(|s| s.refused > 0 && s.reasons.iter().any(|r| r == "forked")));
            let proof = y.ledger.books().number("SELECT count(*) FROM fork WHERE log = ?1 AND seq = 2", [log.0]).expect("a count");
            assert_eq!(proof, 1);
            // Whatever either side writes from now on waits for the office.
            let before = y.state();
            twin.edit::<Request>(Uuid::from_u128(1).into(), |r| r.due_on = day(23));
            let done = give(&mut twin, &mut y);
            assert_eq!(done.segments.iter().filter(|s| s.log == log).map(|s| s.new).sum::<u64>(), 0);
            assert_eq!(y.state(), before);
            // The author's other channel goes on.
            twin.edit::<Request>(Uuid::from_u128(1).into(), |r| r.place = "西门".into());
            give(&mut twin, &mut y);
            assert_eq!(y.get::<Request>(Uuid::from_u128(1).into()).expect("it").place, "西门");
        }
    }
}

#[test]
fn a_fork_is_noticed_among_entries_that_wait_too() {
    let (_, mut y, entries) = two_behind();
    y.absorb(vec![segment_of(1, Class::District, vec![entries[2].clone()])]);
    let header = Header { person: "另一个".to_owned(), ..entries[2].open().expect("an entry") };
    let done = y.absorb(vec![segment_of(1, Class::District, vec![raw(&header, entries[2].blocks.clone())])]);
    assert_eq!(done.forked, [log_id(&[1; 32], channel(Class::District))]);
}

#[test]
fn an_author_without_a_certificate_waits_until_the_registry_knows_them() {
    let (mut x, mut y, _) = two_behind();
    let before = y.state();
    let segments = x.segments();
    let done = y
        .ledger
        .absorb(
            segments,
            &mut |_, key, _, _, _| if *key == [1; 32] { Verdict::Quarantine("author") } else { Verdict::Welcome },
            &mut |_, _| true,
        )
        .expect("absorbing");
    assert_eq!(done.segments.iter().map(|s| s.held).sum::<u64>(), 2);
    assert!(y.ledger.held().expect("held").iter().all(|h| h.3 == "author"));
    assert_eq!(y.state(), before);
    let done = y.absorb(Vec::new());
    assert_eq!(done.released, 2);
    agree(&[&mut x, &mut y]);
}

#[test]
fn an_authors_entries_in_the_registry_are_heard_before_anybody_is_judged() {
    let mut y = Copy::new(2);
    let grant = written_by(60, Class::Registry, 1, Vec::new(), vec![block(8, "certificate", json!({ "signs": "x" }), json!({}))]);
    let blocks = vec![block(1, "request", json!({ "category": "parking" }), json!({}))];
    let claim = written_by(61, Class::District, 1, Vec::new(), blocks);
    // The claim stands first in the bundle.
    let done = y
        .ledger
        .absorb(
            vec![claim, grant],
            &mut |books, key, _, _, _| {
                let known = books.number("SELECT count(*) FROM certificate", []).expect("a count") > 0;
                if *key == [60; 32] || known { Verdict::Welcome } else { Verdict::Quarantine("author") }
            },
            &mut |_, _| true,
        )
        .expect("absorbing");
    assert_eq!(done.segments.iter().map(|s| s.new).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn a_value_outside_its_classs_channel_is_kept_but_not_applied() {
    // (channel, field, value)
    for (class, field, value) in [
        (Class::Community, "note", "到处说"),
        (Class::District, "note", "到处说"),
        (Class::District, "name", "王乙"),
        (Class::Branch, "name", "王乙"),
        (Class::Registry, "name", "王乙"),
    ] {
        let person = person(1, "单小雨");
        let [mut x] = knowing::<Person, 1>(&person);
        let state = x.state();
        let seen = all_seen(&x, class);
        let lamport = 1 + seen.iter().map(|s| s.1).max().unwrap_or(0);
        let blocks = vec![block(1, "person", json!({ field: value }), json!({}))];
        let done = x.absorb(vec![written_by(50, class, lamport, seen, blocks)]);
        assert_eq!(done.segments[0].new, 1, "{class:?} {field}");
        assert_eq!(x.get::<Person>(person.id).expect("the person"), person, "{class:?} {field}");
        assert_eq!(x.state(), state);
        assert_eq!(x.ledger.check(&mut |_, _| true).expect("a check").newer, 1);
    }
}

#[test]
fn nobody_deletes_a_record_from_a_class_it_does_not_have() {
    let request = request();
    let [mut x] = knowing::<Request, 1>(&request);
    let step = RequestStep { id: Uuid::from_u128(2).into(), request: request.id, on: day(2), text: "去看过".into() };
    x.put(&step);
    let state = x.state();
    for (n, class) in [(51, Class::District), (52, Class::Registry), (53, Class::Branch)] {
        let seen = all_seen(&x, class);
        let lamport = 1 + seen.iter().map(|s| s.1).max().unwrap_or(0);
        let blocks = vec![block(2, "request_step", json!({}), json!({ "deleted": true }))];
        assert_eq!(x.absorb(vec![written_by(n, class, lamport, seen, blocks)]).segments[0].new, 1);
        assert_eq!(x.get::<RequestStep>(step.id), Some(step.clone()), "{class:?}");
    }
    assert_eq!(x.state(), state);
}

#[test]
fn a_record_is_not_moved_out_of_its_space() {
    let request = request();
    let [mut x] = knowing::<Request, 1>(&request);
    let state = x.state();
    let other = SpaceId(Uuid::from_u128(0xBAD));
    let author = x.author();
    let mut thief = Copy::new(66);
    thief
        .ledger
        .transact(Act::EditRequest, &author, |tx| {
            tx.put(other, &Request { place: "我家".into(), ..request.clone() });
            Ok::<_, LedgerError>(())
        })
        .expect("a save");
    give(&mut thief, &mut x);
    assert_eq!((x.get::<Request>(request.id), x.state()), (Some(request), state));
}

#[test]
fn what_is_recorded_once_is_not_edited() {
    let request = request();
    let [mut x] = knowing::<Request, 1>(&request);
    let step = RequestStep { id: Uuid::from_u128(2).into(), request: request.id, on: day(2), text: "去看过".into() };
    x.put(&step);
    let state = x.state();
    let author = x.author();
    let result = x.ledger.transact(Act::NoteRequest, &author, |tx| {
        tx.put(SPACE, &Request { place: "西门".into(), ..request.clone() });
        tx.put(SPACE, &RequestStep { text: "没去".into(), ..step.clone() });
        Ok::<_, LedgerError>(())
    });
    assert_eq!(result.expect_err("a refusal").code(), "store.append_only");
    assert_eq!(x.state(), state, "nothing of that save is stored");
    x.put(&step);
    assert_eq!(x.state(), state, "the same again is no edit");
}

#[test]
fn a_save_that_fails_leaves_nothing() {
    let request = request();
    let [mut x] = knowing::<Request, 1>(&request);
    let (state, author) = (x.state(), x.author());
    let result: Result<_, LedgerError> = x.ledger.transact(Act::EditRequest, &author, |tx| {
        tx.put(SPACE, &Request { place: "西门".into(), ..request.clone() });
        Err::<(), _>(LedgerError::NothingToUndo)
    });
    assert!(result.is_err());
    assert_eq!(x.state(), state);
}

#[test]
fn values_of_another_shape_are_kept_for_a_newer_version() {
    // A field of every store kind, with values that are none of it.
    for (kind, class, field, values) in [
        ("request", Class::Community, "place", json!([1, true, {}, []])),
        ("request", Class::Community, "requester", json!(["x", 7, true, "00000000-0000-0000-0000-00000000000"])),
        ("agreement_term", Class::District, "fen", json!(["1", 1.5, 1e300, 9_223_372_036_854_775_808_u64, true])),
        ("person", Class::Community, "party_member", json!(["true", 1, "yes"])),
    ] {
        for (n, value) in values.as_array().expect("rows").iter().enumerate() {
            let mut x = Copy::new(1);
            let blocks = vec![block(1, kind, json!({ field: value }), json!({}))];
            let done = x.absorb(vec![written_by(50, class, 1, Vec::new(), blocks)]);
            assert_eq!(done.segments[0].new, 1, "{kind}.{field} {n}");
            assert_eq!(x.ledger.check(&mut |_, _| true).expect("a check").newer, 1, "{kind}.{field} {value}");
        }
    }
}

#[test]
fn a_value_reads_the_same_whichever_of_two_writings_came_first() {
    // Two spellings of what may be one value: requester ids and lists, hand-written.
    let id = "018D19DE-A470-74F2-A675-F387D982CA80";
    for (kind, class, field, one, two, disputes) in [
        ("request", Class::Community, "requester", json!(id), json!(id.to_lowercase()), 0),
        ("request", Class::Community, "requester", json!(id), json!("018d19de-a470-74f2-a675-f387d982ca81"), 1),
        ("person", Class::Community, "phones", json!(["1", "2"]), json!(["2", "1"]), 1),
    ] {
        let mut states: Vec<(Hash, usize)> = Vec::new();
        let write =
            |n, value: &serde_json::Value| written_by(n, class, 1, Vec::new(), vec![block(1, kind, json!({ field: value }), json!({}))]);
        for order in [[(50, &one), (51, &two)], [(51, &two), (50, &one)]] {
            let mut x = Copy::new(1);
            for (n, value) in order {
                x.absorb(vec![write(n, value)]);
            }
            states.push((x.state(), x.conflicts().len()));
        }
        assert_eq!(states[0], states[1], "{kind}.{field}");
        assert_eq!(states[0].1, disputes, "{kind}.{field}");
    }
}

#[test]
fn stopping_while_entries_come_in_leaves_everything_as_it_was() {
    let (mut x, mut y, entries) = two_behind();
    y.absorb(vec![segment_of(1, Class::District, vec![entries[2].clone()])]);
    let picture = |y: &Copy| {
        let heads: Vec<(LogId, u64)> = y.ledger.heads().expect("heads").into_iter().map(|h| (h.log, h.seq)).collect();
        (y.state(), heads, y.ledger.held().expect("held"))
    };
    let before = picture(&y);
    x.put(&person(70, "李乙"));
    for stop_at in 1..=3 {
        let mut calls = 0;
        let stopped = y.ledger.absorb(x.segments(), &mut |_, _, _, _, _| Verdict::Welcome, &mut |done, total| {
            assert!(done <= total);
            calls += 1;
            calls < stop_at
        });
        assert_eq!(stopped.expect_err("stopped").code(), "cancelled", "at {stop_at}");
        assert_eq!(picture(&y), before, "at {stop_at}");
    }
    give(&mut x, &mut y);
    agree(&[&mut x, &mut y]);
}

#[test]
fn a_store_opens_with_its_own_key_alone_and_never_in_an_older_program() {
    let copy = Copy::with(1, Some(&FILE_KEY));
    let plain = Copy::new(2);
    let open =
        |path: &std::path::Path, key: Option<&[u8; 32]>| Ledger::open(path, key, [1; 32], entropy(1)).map(drop).map_err(|e| e.code());
    for (path, key, expected) in [
        (&copy.path, Some(&FILE_KEY), Ok(())),
        (&copy.path, Some(&[8; 32]), Err("store.wrong_key")),
        (&copy.path, None, Err("store.wrong_key")),
        (&plain.path, None, Ok(())),
        (&plain.path, Some(&FILE_KEY), Err("store.wrong_key")),
    ] {
        assert_eq!(open(path, key), expected);
    }
    assert!(copy.ledger.reader().is_ok());

    let place = folder();
    let text = place.path().join("text.db");
    std::fs::write(&text, "not a store at all ".repeat(20)).expect("a file");
    assert_eq!(open(&text, None), Err("store.wrong_key"));

    let newer = place.path().join("newer.db");
    drop(Ledger::open(&newer, None, [1; 32], entropy(1)).expect("a store"));
    let conn = rusqlite::Connection::open(&newer).expect("the file");
    conn.pragma_update(None, "user_version", 99).expect("a version");
    drop(conn);
    let bytes = std::fs::read(&newer).expect("the file");
    assert_eq!(open(&newer, None), Err("store.too_new"));
    assert_eq!(std::fs::read(&newer).expect("the file"), bytes, "and it was not touched");
}

#[test]
fn the_registry_fits_the_merge() {
    for kind in KINDS {
        assert!(kind.number < 256 && kind.fields.len() < 63, "{}: one byte in the search table, one bit per field", kind.name);
        for field in kind.fields {
            assert!(field.number < 0xF0, "{}.{}: numbers from 240 on are a record's life", kind.name, field.name);
        }
    }
}

#[test]
fn entries_without_blocks_or_with_erased_ones_keep_the_chain_whole() {
    let mut x = Copy::new(1);
    let blocks = vec![
        block(1, "request", json!({ "category": "parking" }), json!({})),
        block(2, "request", json!({ "category": "safety" }), json!({})),
    ];
    let first = raw(&first_header(50, Class::District, &blocks), blocks.clone());
    let erased = RawEntry { blocks: vec![RawBlock::Erased(blocks[0].hash()), blocks[1].clone()], ..first.clone() };
    let empty =
        Header { seq: 2, prev: first.hash(), lamport: 2, root: root(&[]), len: body_len(&[]), ..first_header(50, Class::District, &[]) };
    let done = x.absorb(vec![segment_of(50, Class::District, vec![erased, raw(&empty, Vec::new())])]);
    assert_eq!((done.segments[0].new, done.segments[0].refused), (2, 0));
    assert_eq!(x.ledger.books().number("SELECT count(*) FROM request", []).expect("a count"), 1);
    let checked = x.ledger.check(&mut |_, _| true).expect("a check");
    assert_eq!((checked.problems.len(), checked.entries), (0, 2));
    assert_eq!(x.segments()[0].entries[0].blocks[0], RawBlock::Erased(blocks[0].hash()), "relayed as it is");
}

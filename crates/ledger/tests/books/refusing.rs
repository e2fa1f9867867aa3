//! What must not get in, what has to wait, and what a hostile or broken copy cannot do.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use xinghuo_ledger::entry::{body_len, root};
use xinghuo_ledger::{
    Absorbed, At, Books, ConflictKind, ENDED, Endings, Hash, Header, Held, Ledger, LedgerError, LogId, PublicKey, RawBlock, RawEntry,
    STRETCH_BYTES, Seen, Segment, Stretch, Verdict, log_id,
};
use xinghuo_model::records::{Person, Request, RequestStep};
use xinghuo_model::{Act, Category, Class, KINDS, Source, SpaceId, Urgency};

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
    let rows: [(&str, Forge, &str); 23] = [
        ("lamport", |_, h, _| h.lamport += 1_000_000, "clock"),
        ("lamport", |_, h, _| h.lamport -= 1, "clock"),
        ("lamport", |_, h, _| h.lamport = u64::MAX, "sequence"),
        ("lamport", |_, h, _| h.lamport = i64::MAX as u64, "clock"),
        ("seq", |_, h, _| h.seq = 0, "sequence"),
        ("seq", |_, h, _| h.seq = u64::MAX, "sequence"),
        ("seq", |_, h, _| h.seq = i64::MAX as u64, "gap"),
        ("prev", |_, h, _| h.prev = Hash::default(), "gap"),
        ("prev", |_, h, _| h.prev = Hash::of(b"another"), "gap"),
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
        ("seen an entry before the first", |_, h, _| h.seen = vec![Seen(Hash::of(b"no such log"), 0, Hash::default())], "clock"),
        ("seen too far", |_, h, _| h.seen = vec![Seen(Hash::of(b"no such log"), u64::MAX, Hash::default())], "clock"),
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
        assert_eq!((report.reasons.first().map(String::as_str), report.new), (Some(code), 0), "row {n}: {what}");
        // What follows something that is not here may belong to another strand of the log: it waits.
        assert_eq!(report.refused, u64::from(code != "gap"), "row {n}: {what}: {report:?}");
        assert_eq!(y.state(), before, "row {n}: {what}");
        let done = give(&mut x, &mut y);
        assert_eq!(done.segments.iter().map(|s| s.new).sum::<u64>() + done.released, 2, "row {n}: {what}: then the honest ones");
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
    assert_eq!((done.segments[0].log, done.segments[0].key), (log, [1; 32]), "it says whose log that is");
    assert_eq!(y.ledger.held().expect("held"), [Held { log, author: [1; 32], first: 3, reason: "gap".to_owned(), entries: 1 }]);
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
        (44, Seen(Hash::of(b"no such log"), i64::MAX as u64, Hash::of(b"x"))),
    ] {
        let blocks = vec![block(1, "request", json!({ "category": "parking" }), json!({}))];
        let done = y.absorb(vec![written_by(n, Class::District, 9, vec![seen], blocks)]);
        assert_eq!((done.segments[0].held, done.segments[0].reasons.as_slice()), (1, &["unseen".to_owned()][..]));
    }
    give(&mut x, &mut y);
    agree(&[&mut x, &mut y]);
    assert_eq!(y.ledger.held().expect("held").len(), 4);
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

/// The whole disk was copied, and both computers went on under one key: `x`, its twin, and a third
/// copy that has heard of neither since. The twin wrote one entry more.
fn cloned() -> (Copy, Copy, Copy) {
    let request = request();
    let mut x = Copy::new(1);
    x.put(&request);
    let mut twin = Copy::new(1);
    x.ledger.backup(&twin.path.with_extension("copied")).expect("a backup");
    twin.ledger = Ledger::open(&twin.path.with_extension("copied"), None, [1; 32], entropy(77)).expect("the copied store");
    let mut y = Copy::new(2);
    give(&mut x, &mut y);
    x.edit::<Request>(request.id, |r| r.due_on = day(20));
    twin.edit::<Request>(request.id, |r| r.due_on = day(21));
    twin.edit::<Request>(request.id, |r| r.due_on = day(22));
    (x, twin, y)
}

#[test]
fn a_log_with_two_entries_of_one_number_forks_and_what_both_sides_wrote_counts() {
    let mut states = HashSet::new();
    for (swap, together) in [(false, false), (false, true), (true, false), (true, true)] {
        let (mut x, mut twin, mut y) = cloned();
        let (mut a, mut b) = (x.segment(1, Class::District), twin.segment(1, Class::District));
        if swap {
            std::mem::swap(&mut a, &mut b);
        }
        let done = if together {
            y.absorb(vec![a, b])
        } else {
            assert_eq!(y.absorb(vec![a]).forked, Vec::<[u8; 32]>::new());
            y.absorb(vec![b])
        };
        assert_eq!(done.forked, [[1; 32]], "{swap} {together}");
        assert_eq!(done.segments.iter().map(|s| s.refused + s.held).sum::<u64>(), 0);
        assert_eq!(y.ledger.forks().expect("forks"), [([1; 32], log_id(&[1; 32], channel(Class::District)), 1)]);
        assert!(y.ledger.check(&mut |_, _| true).expect("a check").problems.is_empty());
        let sides = y.ledger.conflicts().expect("conflicts");
        assert_eq!((sides.len(), sides[0].sides.len()), (1, 2), "the two ends stand side by side");
        let before = y.state();
        y.ledger.rebuild(&mut |_, _| true).expect("rebuilding");
        assert_eq!(y.state(), before);
        states.insert(before);

        // Somebody who was told by a third has the same, and both sides may be seen by one entry.
        let mut z = Copy::new(3);
        give(&mut y, &mut z);
        z.edit::<Request>(Uuid::from_u128(1).into(), |r| r.due_on = day(25));
        give(&mut z, &mut y);
        agree(&[&mut y, &mut z]);
        assert_eq!(z.ledger.conflicts().expect("conflicts").len(), 0, "the later one saw both and decided");

        // Each side learns that it is not alone and goes on under a key of its own.
        for (n, side) in [(7, &mut x), (8, &mut twin)] {
            let done = give(&mut z, side);
            assert!(done.restored && done.forked == [[1; 32]]);
            side.ledger.write_as([n; 32]).expect("a new key");
            side.edit::<Request>(Uuid::from_u128(1).into(), |r| r.place = format!("{n}号门"));
            give(side, &mut z);
        }
        give(&mut z, &mut x);
        give(&mut z, &mut twin);
        give(&mut z, &mut y);
        agree(&[&mut x, &mut twin, &mut y, &mut z]);
    }
    assert_eq!(states.len(), 1, "whichever side came first");
}

#[test]
fn a_log_forks_at_its_first_entry_too_but_a_first_entry_that_follows_something_waits() {
    let mut states = HashSet::new();
    for swap in [false, true] {
        // Two computers began under one key.
        let (mut x, mut twin, mut y) = (Copy::new(1), Copy::new(1), Copy::new(2));
        x.put(&request());
        twin.put(&Request { id: Uuid::from_u128(3).into(), ..request() });
        let mut both = [x.segment(1, Class::District), twin.segment(1, Class::District)];
        if swap {
            both.reverse();
        }
        let done = both.map(|segment| y.absorb(vec![segment]));
        assert_eq!(done.each_ref().map(|d| (d.segments[0].new, d.forked.len())), [(1, 0), (1, 1)]);
        states.insert(y.state());
        for author in [1, 50] {
            let blocks = vec![block(9, "request", json!({ "category": "parking" }), json!({}))];
            let header = Header { prev: Hash::of(b"another"), ..first_header(author, Class::District, &blocks) };
            let done = y.absorb(vec![segment_of(author, Class::District, vec![raw(&header, blocks)])]);
            assert_eq!((done.segments[0].held, done.segments[0].reasons.as_slice()), (1, &["gap".to_owned()][..]), "{author}");
        }
    }
    assert_eq!(states.len(), 1, "whichever came first");
}

/// The whole disk once more: another computer with the same key.
fn twin_of(copy: &Copy, n: u8, seed: u64) -> Copy {
    let mut twin = Copy::new(n);
    let path = twin.path.with_extension("copied");
    copy.ledger.backup(&path).expect("a backup");
    twin.ledger = Ledger::open(&path, None, [n; 32], entropy(seed)).expect("the copied store");
    twin
}

#[test]
fn a_strand_knows_what_the_one_it_left_knew_where_they_parted_and_nothing_later() {
    let id = request().id;
    let [mut w, mut x] = knowing::<Request, 2>(&request());
    x.edit::<Request>(id, |r| r.due_on = day(20));
    let mut twin = twin_of(&x, 2, 77);
    x.edit::<Request>(id, |r| r.due_on = day(21));
    w.edit::<Request>(id, |r| r.category = Category::Repairs);
    twin.absorb(vec![w.segment(1, Class::District)]);
    twin.edit::<Request>(id, |r| r.urgency = Urgency::Urgent);
    let mut third = twin_of(&twin, 2, 78);
    twin.edit::<Request>(id, |r| r.source = Source::Phone);
    // It knows all that it replaces, but for what `x` wrote behind the first fork.
    third.edit::<Request>(id, |r| (r.due_on, r.category, r.urgency) = (day(22), Category::Parking, Urgency::Normal));
    let strands = [&mut x, &mut twin, &mut third].map(|copy| copy.segment(2, Class::District));
    let mut told: Vec<Copy> = Vec::new();
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut y = Copy::new(3 + told.len() as u8);
        give(&mut w, &mut y);
        for n in order {
            y.absorb(vec![strands[n].clone()]);
        }
        let strands = y.ledger.books().number("SELECT count(*) FROM log WHERE parent IS NOT NULL", []).expect("a count");
        assert_eq!((strands, y.ledger.held().expect("held").len()), (2, 0), "{order:?}");
        let conflicts = y.conflicts();
        let disputed: Vec<&str> = conflicts.iter().filter(|c| c.what == ConflictKind::Field).map(|c| c.group).collect();
        assert_eq!(disputed, ["due_on"], "{order:?}");
        told.push(y);
    }
    // One more who knows it all decides, for whoever heard of it in whatever order.
    told[0].edit::<Request>(id, |r| r.due_on = day(25));
    let decided = told[0].segment(3, Class::District);
    for copy in &mut told[1..] {
        assert_eq!(copy.absorb(vec![decided.clone()]).segments[0].new, 1);
    }
    agree(&told.iter_mut().collect::<Vec<_>>());
    assert_eq!(told[0].ledger.count_conflicts().expect("a count"), 0);
}

#[test]
fn whoever_lacks_the_other_side_of_a_fork_asks_for_it_from_the_beginning() {
    let (mut x, mut twin, mut y) = cloned();
    x.edit::<Request>(Uuid::from_u128(1).into(), |r| r.due_on = day(23));
    let mut z = Copy::new(3);
    give(&mut twin, &mut z);
    z.edit::<Request>(Uuid::from_u128(1).into(), |r| r.due_on = day(24));
    give(&mut x, &mut y);
    assert_eq!(y.absorb(vec![z.segment(3, Class::District)]).segments[0].held, 1);
    let missing = y.ledger.missing().expect("a list");
    let log = log_id(&[1; 32], channel(Class::District));
    assert_eq!(missing.iter().map(|m| m.stretch).collect::<Vec<_>>(), [Stretch { log, from: 1, to: 3 }]);
    y.absorb(vec![twin.segment(1, Class::District)]);
    assert_eq!(y.ledger.missing().expect("a list"), []);
    assert_eq!(y.ledger.held().expect("held"), []);
}

#[test]
fn whoever_has_only_the_end_of_the_other_side_of_a_fork_asks_for_what_stands_before_it() {
    let (mut x, mut twin, mut y) = cloned();
    give(&mut x, &mut y);
    let all = twin.segment(1, Class::District);
    let end = Segment { entries: all.entries[2..].to_vec(), ..all.clone() };
    assert_eq!(y.absorb(vec![end]).segments[0].held, 1);
    let log = log_id(&[1; 32], channel(Class::District));
    let missing = y.ledger.missing().expect("a list");
    assert_eq!(missing.iter().map(|m| m.stretch).collect::<Vec<_>>(), [Stretch { log, from: 1, to: 2 }]);
    y.absorb(vec![all]);
    assert_eq!((y.ledger.missing().expect("a list"), y.ledger.held().expect("held")), (vec![], vec![]));
}

#[test]
fn a_receipt_for_one_side_of_a_fork_is_none_for_the_other() {
    let (mut x, mut twin, mut y) = cloned();
    give(&mut x, &mut y);
    let have: Vec<(LogId, u64, Hash)> = y.ledger.heads().expect("heads").into_iter().map(|h| (h.log, h.seq, h.hash)).collect();
    give(&mut twin, &mut y);
    let mut z = Copy::new(3);
    give(&mut y, &mut z);
    // y had told z what it had before it heard of the twin.
    let peer = [2; 32];
    z.ledger.acknowledge(&peer, 1, &have).expect("a receipt");
    let segments = z.ledger.segments_for(&peer, &|c| c.class == Class::District, STRETCH_BYTES).expect("segments");
    assert_eq!((segments.entries, segments.len()), (2, 1), "the twin's two entries, not the first they share");
    let all: Vec<(LogId, u64, Hash)> = y.ledger.heads().expect("heads").into_iter().map(|h| (h.log, h.seq, h.hash)).collect();
    z.ledger.acknowledge(&peer, 2, &all).expect("a receipt");
    assert_eq!(z.ledger.segments_for(&peer, &|c| c.class == Class::District, STRETCH_BYTES).expect("segments").entries, 0);
}

#[test]
fn a_fork_among_entries_that_wait_is_noticed_when_they_can_be_applied() {
    let (_, mut y, entries) = two_behind();
    y.absorb(vec![segment_of(1, Class::District, vec![entries[2].clone()])]);
    let header = Header { person: "另一个".to_owned(), ..entries[2].open().expect("an entry") };
    let done = y.absorb(vec![segment_of(1, Class::District, vec![raw(&header, entries[2].blocks.clone())])]);
    assert_eq!((done.forked.len(), y.ledger.held().expect("held")[0].entries), (0, 2), "both wait");
    let done = y.absorb(vec![segment_of(1, Class::District, vec![entries[1].clone()])]);
    assert_eq!((done.forked, done.released), (vec![[1; 32]], 2));
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
            0,
            &mut |_, key, _, _, _| if *key == [1; 32] { Verdict::Quarantine("author") } else { Verdict::Welcome },
            &mut |_, _| true,
        )
        .expect("absorbing");
    assert_eq!(done.segments.iter().map(|s| s.held).sum::<u64>(), 2);
    assert!(y.ledger.held().expect("held").iter().all(|h| h.reason == "author"));
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
            [claim, grant],
            2,
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
fn everything_that_the_registry_says_by_then_is_heard_before_an_author_who_waited_is_judged() {
    let word = |n, lamport, seen| {
        written_by(n, Class::Registry, lamport, seen, vec![block(n.into(), "certificate", json!({ "signs": "x" }), json!({}))])
    };
    let first = word(60, 1, Vec::new());
    // It has seen the first, and says the contrary.
    let second = word(62, 2, vec![Seen(log_id(&[60; 32], channel(Class::Registry)), 1, first.entries[0].hash())]);
    let claim = written_by(61, Class::District, 1, Vec::new(), vec![block(1, "request", json!({ "category": "parking" }), json!({}))]);
    // All at once, or the first one later.
    for parts in [vec![vec![&claim, &second, &first]], vec![vec![&claim, &second], vec![&first]]] {
        let mut y = Copy::new(2);
        for part in &parts {
            let mut may = |books: &Books<'_>, key: &PublicKey, _, _, _: &Hash| {
                let said = books.number("SELECT count(*) FROM certificate", []).expect("a count");
                if *key != [61; 32] || said == 1 { Verdict::Welcome } else { Verdict::Quarantine("author") }
            };
            y.ledger.absorb(part.iter().map(|s| (*s).clone()), 3, &mut may, &mut |_, _| true).expect("absorbing");
        }
        let held: Vec<PublicKey> = y.ledger.held().expect("held").into_iter().map(|h| h.author).collect();
        assert_eq!(held, [[61; 32]], "{} parts", parts.len());
    }
}

#[test]
fn entries_that_wait_for_one_another_all_follow_in_one_intake_whoever_comes_last() {
    // Three edit one after another, each having heard of those before: in every order.
    for order in [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]] {
        let mut copies = knowing::<Request, 5>(&request());
        let mut logs: Vec<Segment> = Vec::new();
        for n in order {
            copies[n].absorb(logs.clone());
            copies[n].edit::<Request>(request().id, |r| r.due_on = day(20 + logs.len() as u32));
            logs.push(copies[n].segment(n as u8 + 1, Class::District));
        }
        logs.reverse();
        let done = copies[4].absorb(logs);
        assert_eq!(done.segments.iter().map(|s| (s.new, s.held)).collect::<Vec<_>>(), [(1, 0); 3], "{order:?}");
        assert_eq!(copies[4].get::<Request>(request().id).map(|r| r.due_on), Some(day(22)), "{order:?}");
    }
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
    // Ids and lists, hand-written; an id in capitals is none.
    let id = "018d19de-a470-74f2-a675-f387d982ca80";
    for (kind, class, field, one, two, disputes) in [
        ("request", Class::Community, "requester", json!(id), json!(id.to_uppercase()), 0),
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
fn taking_in_tells_how_far_it_is_with_what_is_new_and_what_was_here() {
    let (_, mut y, entries) = two_behind();
    let stretch = segment_of(1, Class::District, entries);
    // Asked once more before anything is kept.
    for expected in [&[(1, 3), (2, 3), (3, 3), (3, 3)][..], &[(3, 3), (3, 3)]] {
        let mut told = Vec::new();
        y.ledger
            .absorb([stretch.clone()], 3, &mut |_, _, _, _, _| Verdict::Welcome, &mut |done, total| {
                told.push((done, total));
                true
            })
            .expect("absorbing");
        assert_eq!(told, expected);
    }
}

#[test]
fn taking_in_can_be_stopped_until_nothing_is_left_but_to_keep_it() {
    let (_, mut y, entries) = two_behind();
    let stretch = segment_of(1, Class::District, entries);
    let (mut asked, before) = (0, y.ledger.heads().expect("heads"));
    let stopped = y.ledger.absorb([stretch], 3, &mut |_, _, _, _, _| Verdict::Welcome, &mut |_, _| {
        asked += 1;
        asked < 4
    });
    assert!(matches!(stopped, Err(LedgerError::Cancelled)));
    assert_eq!(y.ledger.heads().expect("heads"), before, "nothing is kept");
}

#[test]
fn what_was_built_upon_an_entry_that_breaks_a_rule_is_refused_with_it_and_another_strand_is_not() {
    let mut y = Copy::new(2);
    let blocks = || vec![block(1, "request", json!({ "category": "parking" }), json!({}))];
    let mut prev = Hash::default();
    let mut entries = Vec::new();
    // The first one's clock is wrong.
    for (seq, lamport) in [(1, 5), (2, 6), (3, 7)] {
        let entry = raw(&Header { seq, lamport, prev, ..first_header(50, Class::District, &blocks()) }, blocks());
        prev = entry.hash();
        entries.push(entry);
    }
    let other = Header { seq: 2, lamport: 2, prev: Hash::of(b"another first"), ..first_header(50, Class::District, &blocks()) };
    entries.push(raw(&other, blocks()));
    let done = y.absorb(vec![segment_of(50, Class::District, entries)]);
    let report = &done.segments[0];
    assert_eq!((report.refused, report.held, report.new), (3, 1, 0));
    assert_eq!(report.reasons, ["clock", "gap"]);
}

#[test]
fn the_whole_entry_counts_whether_it_comes_before_or_behind_the_same_with_a_piece_taken_out() {
    let mut x = Copy::new(1);
    x.put(&person(4, "吴庚"));
    x.put(&person(5, "王甲"));
    let log = x.segment(1, Class::Community);
    let (first, whole) = (&log.entries[0], &log.entries[1]);
    let mut holed = whole.clone();
    holed.blocks[0].erase();
    // Both wait for the one before them.
    for order in [[&holed, whole, first], [whole, &holed, first]] {
        let mut y = Copy::new(2);
        let done = y.absorb(order.map(|entry| segment_of(1, Class::Community, vec![entry.clone()])).to_vec());
        assert_eq!(done.segments.iter().map(|s| s.held).sum::<u64>(), 0, "{:?}", done.segments);
        assert!(y.get::<Person>(person(5, "").id).is_some());
        assert_eq!(y.ledger.books().number("SELECT count(*) FROM hole", []).expect("a count"), 0);
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
        let stopped = y.ledger.absorb(x.segments(), 4, &mut |_, _, _, _, _| Verdict::Welcome, &mut |done, total| {
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
fn an_entry_without_blocks_keeps_the_chain_whole_and_one_with_a_hole_waits_for_what_was_taken_out() {
    let mut x = Copy::new(1);
    let blocks = vec![
        block(1, "request", json!({ "category": "parking" }), json!({})),
        block(2, "request", json!({ "category": "safety" }), json!({})),
    ];
    let first = raw(&first_header(50, Class::District, &blocks), blocks.clone());
    let mut erased = first.clone();
    erased.blocks[0].erase();
    let empty =
        Header { seq: 2, prev: first.hash(), lamport: 2, root: root(&[]), len: body_len(&[]), ..first_header(50, Class::District, &[]) };
    let before = x.state();
    let done = x.absorb(vec![segment_of(50, Class::District, vec![erased.clone(), raw(&empty, Vec::new())])]);
    assert_eq!((done.segments[0].new, done.segments[0].held, done.segments[0].refused), (0, 2, 0));
    assert_eq!((x.state(), x.ledger.held().expect("held")[0].reason.as_str()), (before, "erased"), "nobody is silenced on the way");
    // The same whole, whichever of the two comes first.
    let done = x.absorb(vec![segment_of(50, Class::District, vec![erased]), segment_of(50, Class::District, vec![first])]);
    assert_eq!(done.segments.iter().map(|s| s.new).sum::<u64>() + done.released, 2);
    assert_eq!(x.ledger.books().number("SELECT count(*) FROM request", []).expect("a count"), 2);
    let checked = x.ledger.check(&mut |_, _| true).expect("a check");
    assert_eq!((checked.problems.len(), checked.entries), (0, 2));
}

/// Everybody is believed but 1, whose trust ended with these entries.
fn ended_with(copy: &mut Copy, segments: Vec<Segment>, named: &[At]) -> Absorbed {
    let endings = Arc::new(Endings(vec![named.to_vec()]));
    let mut may = |_: &Books<'_>, key: &PublicKey, _, _, _: &Hash| {
        if *key == [1; 32] { Verdict::Partly(ENDED, Arc::clone(&endings)) } else { Verdict::Welcome }
    };
    copy.ledger.absorb(segments, 0, &mut may, &mut |_, _| true).expect("absorbing")
}

/// The heads of a copy's log in the district's class.
fn heads_of(copy: &Copy, author: u8) -> Vec<At> {
    let heads = copy.ledger.heads().expect("heads").into_iter();
    heads.filter(|h| h.key == [author; 32] && h.channel.class == Class::District).map(|h| (h.seq, h.hash)).collect()
}

#[test]
fn nobody_who_kept_an_ended_key_can_put_other_entries_under_numbers_that_were_used() {
    let counts = |done: &Absorbed| done.segments.iter().map(|s| (s.new, s.held)).collect::<Vec<_>>();
    let mut states = HashSet::new();
    for swap in [false, true] {
        // The thief's strand is the longer one; the office had known the other when it ended the key.
        let (mut x, mut thief, mut y) = cloned();
        let named = heads_of(&x, 1);
        let mut both = vec![x.segment(1, Class::District), thief.segment(1, Class::District)];
        if swap {
            both.reverse();
        }
        let (first, second) = (both.remove(0), both.remove(0));
        let done = [ended_with(&mut y, vec![first], &named), ended_with(&mut y, vec![second], &named)];
        let expected = if swap { [(0, 2), (1, 0)] } else { [(1, 0), (0, 2)] };
        assert_eq!(done.each_ref().map(|done| counts(done)[0]), expected);
        assert_eq!((y.ledger.forks().expect("forks").len(), y.ledger.held().expect("held")[0].reason.as_str()), (0, "ended"));
        states.insert(y.state());

        // Whoever had taken the thief's in before it heard of the ending vouches for it, and for no more.
        let mut w = Copy::new(4);
        give(&mut thief, &mut w);
        w.edit::<Request>(request().id, |r| r.due_on = day(23));
        thief.edit::<Request>(request().id, |r| r.due_on = day(24));
        let late = thief.segment(1, Class::District);
        ended_with(&mut y, vec![late.clone()], &named);
        let done = ended_with(&mut y, vec![w.segment(4, Class::District)], &named);
        assert_eq!((counts(&done), done.released, done.forked), (vec![(1, 0)], 2, vec![[1; 32]]));
        assert_eq!(y.ledger.held().expect("held")[0].entries, 1, "the one that nobody had seen");
        states.insert(y.state());
    }
    assert_eq!(states.len(), 2, "it does not depend on what came first");
}

#[test]
fn what_leads_to_the_last_entry_that_counts_waits_until_that_one_is_here_and_each_office_must_agree() {
    let [mut x, mut y] = knowing::<Request, 2>(&request());
    for d in 20..24 {
        x.edit::<Request>(request().id, |r| r.due_on = day(d));
    }
    let whole = x.segment(1, Class::District);
    let part = |to: usize| Segment { entries: whole.entries[..to].to_vec(), ..whole.clone() };
    let named: Vec<At> = vec![(4, whole.entries[3].hash())];
    let told = |done: Absorbed| (done.segments[0].had, done.segments[0].new, done.segments[0].held, done.released);
    assert_eq!(told(ended_with(&mut y, vec![part(3)], &named)), (1, 0, 2, 0), "the named one is not here");
    assert_eq!(told(ended_with(&mut y, vec![part(5)], &named)), (1, 3, 1, 0), "and what follows it never counts");

    // A second office named an earlier one.
    let mut z = Copy::new(3);
    let endings = Arc::new(Endings(vec![named, vec![(2, whole.entries[1].hash())]]));
    let done = z.ledger.absorb([whole], 5, &mut |_, _, _, _, _| Verdict::Partly(ENDED, Arc::clone(&endings)), &mut |_, _| true);
    assert_eq!(told(done.expect("absorbing")), (0, 2, 3, 0));
}

#[test]
fn who_is_trusted_in_one_channel_vouches_for_nobody_in_another() {
    let (mut x, mut y) = (Copy::new(1), Copy::new(2));
    x.put(&request());
    let (district, head) = (x.segment(1, Class::District), heads_of(&x, 1)[0]);
    let seen = vec![Seen(log_id(&[1; 32], channel(Class::District)), head.0, head.1)];
    let word = |class| written_by(50, class, 2, seen.clone(), vec![block(9, "request", json!({}), json!({}))]);
    let done = ended_with(&mut y, vec![district.clone(), word(Class::Community)], &[]);
    assert_eq!(done.segments.iter().map(|s| (s.new, s.held)).collect::<Vec<_>>(), [(0, 1), (0, 0)], "and its own entry breaks a rule");
    let done = ended_with(&mut y, vec![word(Class::District)], &[]);
    assert_eq!((done.segments[0].new, done.released), (1, 1), "in its own channel it does");
}

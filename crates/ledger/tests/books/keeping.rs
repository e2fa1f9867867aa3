//! What a copy keeps: rebuilding, backups, what it does not understand, what partners have.

use serde_json::json;
use uuid::Uuid;
use xinghuo_ledger::entry::body_len;
use xinghuo_ledger::{Hash, Ledger, LedgerError, LogId, RawBlock, STRETCH_BYTES, Segment, log_id};
use xinghuo_model::records::{Person, Request};
use xinghuo_model::{Act, Class, RequestState};

use crate::fixture::*;

/// Two copies with everything that can be in dispute.
fn in_dispute() -> (Copy, Copy) {
    let request = request();
    let [mut x, mut y] = knowing::<Request, 2>(&request);
    let person = person(2, "单小雨");
    x.put(&person);
    give(&mut x, &mut y);
    x.edit::<Request>(request.id, |r| (r.place, r.state) = ("西门".into(), RequestState::Withdrawn));
    y.edit::<Request>(request.id, |r| (r.place, r.state, r.text) = ("南门".into(), RequestState::Closed, "灯".into()));
    x.delete::<Person>(person.id);
    y.edit::<Person>(person.id, |p| p.note = Some("怕吵".into()));
    y.edit::<Person>(person.id, |p| p.phones = vec!["13800000001".into()]);
    meet(&mut [&mut x, &mut y]);
    assert!(x.conflicts().len() >= 4);
    (x, y)
}

#[test]
fn tables_made_anew_from_the_log_say_the_same() {
    let (mut x, mut y) = in_dispute();
    let (state, conflicts) = (x.state(), x.conflicts());
    let found = x.ledger.books().find("单小雨", 9).expect("a search");
    let mut steps = 0;
    x.ledger
        .rebuild(&mut |done, total| {
            steps = done;
            done <= total
        })
        .expect("rebuilding");
    assert_eq!((x.state(), x.conflicts(), steps), (state, conflicts, x.ledger.check(&mut |_, _| true).expect("a check").entries));
    assert_eq!(x.ledger.books().find("单小雨", 9).expect("a search"), found);
    // And it goes on from there.
    x.edit::<Request>(Uuid::from_u128(1).into(), |r| r.place = "北门".into());
    meet(&mut [&mut x, &mut y]);
}

#[test]
fn stopping_a_rebuild_leaves_the_tables_as_they_were() {
    let (mut x, _) = in_dispute();
    let (state, conflicts) = (x.state(), x.conflicts());
    assert_eq!(x.ledger.rebuild(&mut |done, _| done < 2).expect_err("stopped").code(), "cancelled");
    assert_eq!((x.state(), x.conflicts()), (state, conflicts));
}

#[test]
fn a_check_reads_every_chain_and_names_what_is_wrong_without_its_content() {
    let (x, _) = in_dispute();
    let checked = x.ledger.check(&mut |_, _| true).expect("a check");
    assert_eq!((checked.problems.as_slice(), checked.newer), (&[][..], 0));
    assert!(checked.logs >= 4 && checked.entries >= 8 && checked.records == 2, "{checked:?}");
    x.ledger.settle().expect("settling");
    let path = x.path.clone();
    for sql in [
        "UPDATE body SET lines = changed(lines) WHERE lines <> changed(lines)",
        "UPDATE body SET lines = substr(lines, 1, length(lines) / 2) WHERE ord = 1",
        "DELETE FROM entry WHERE seq = 2 AND log = 1",
        "UPDATE log SET head_seq = head_seq + 1 WHERE n = 2",
    ] {
        let place = folder();
        let copied = place.path().join("copied.db");
        std::fs::copy(&path, &copied).expect("a copy");
        let conn = rusqlite::Connection::open(&copied).expect("the file");
        // Another word of the same length in what was said.
        conn.create_scalar_function("changed", 1, rusqlite::functions::FunctionFlags::SQLITE_DETERMINISTIC, |context| {
            let mut lines: Vec<u8> = context.get(0)?;
            if let Some(at) = lines.windows(6).position(|w| w == "西门".as_bytes()) {
                lines[at..at + 6].copy_from_slice("东门".as_bytes());
            }
            Ok(lines)
        })
        .expect("a function");
        assert!(conn.execute(sql, []).expect("damage") > 0);
        drop(conn);
        let damaged = Ledger::open(&copied, None, [1; 32], entropy(1)).expect("it opens");
        let problems = damaged.check(&mut |_, _| true).expect("a check").problems;
        assert!(!problems.is_empty() && problems.iter().all(|p| p.to_string().is_ascii()), "{sql}: {problems:?}");
    }
}

#[test]
fn an_entry_that_was_exchanged_for_another_sound_one_breaks_the_chain() {
    let (x, _) = in_dispute();
    x.ledger.settle().expect("settling");
    let conn = rusqlite::Connection::open(&x.path).expect("the file");
    let (log, header): (i64, Vec<u8>) = conn
        .query_row("SELECT log, header FROM entry WHERE seq = 1 AND log IN (SELECT log FROM entry WHERE seq = 2) LIMIT 1", [], |r| {
            Ok((r.get(0)?, r.get(1)?))
        })
        .expect("a log of two entries");
    let mut header: xinghuo_ledger::Header = serde_json::from_slice(&header).expect("a header");
    header.person = "别人".into();
    let header = serde_json::to_vec(&header).expect("a header");
    conn.execute("UPDATE entry SET header = ?1, hash = ?2 WHERE log = ?3 AND seq = 1", rusqlite::params![header, Hash::of(&header).0, log])
        .expect("damage");
    assert!(!x.ledger.check(&mut |_, _| true).expect("a check").problems.is_empty());
}

#[test]
fn a_backup_opens_with_the_same_key_and_says_the_same_and_never_overwrites() {
    for key in [None, Some(&FILE_KEY)] {
        let mut x = Copy::with(1, key);
        x.put(&request());
        let place = folder();
        let path = place.path().join("backup.db");
        x.ledger.backup(&path).expect("a backup");
        x.edit::<Request>(request().id, |r| r.place = "西门".into());
        let kept = Ledger::open(&path, key, [2; 32], entropy(3)).expect("the backup");
        assert_eq!(kept.books().need::<Request>(request().id).expect("it").record, request());
        drop(kept);
        if key.is_some() {
            assert!(Ledger::open(&path, None, [2; 32], entropy(3)).is_err(), "it is as closed as the store");
        }
        let bytes = std::fs::read(&path).expect("the backup");
        assert!(x.ledger.backup(&path).is_err(), "it is there already");
        assert_eq!(std::fs::read(&path).expect("the backup"), bytes);
    }
}

#[test]
fn a_restored_copy_takes_its_own_entries_back_and_goes_on_under_a_new_key() {
    let request = request();
    let [mut x, mut y] = knowing::<Request, 2>(&request);
    let place = folder();
    let path = place.path().join("backup.db");
    x.ledger.backup(&path).expect("a backup");
    x.edit::<Request>(request.id, |r| r.place = "西门".into());
    x.edit::<Request>(request.id, |r| r.due_on = day(20));
    give(&mut x, &mut y);
    // The laptop dies; its backup is opened on another one, by mistake under the old key.
    x.ledger = Ledger::open(&path, None, [1; 32], entropy(11)).expect("the backup");
    let done = give(&mut y, &mut x);
    assert!(done.restored && done.forked.is_empty());
    agree(&[&mut x, &mut y]);
    assert!(!give(&mut y, &mut x).restored, "only while something was missing");

    x.ledger.write_as([3; 32]).expect("a new key");
    assert!(x.ledger.heads().expect("heads").iter().all(|h| !h.mine));
    x.edit::<Request>(request.id, |r| r.place = "北门".into());
    assert!(x.ledger.heads().expect("heads").iter().any(|h| h.mine && h.key == [3; 32] && h.seq == 1));
    give(&mut x, &mut y);
    agree(&[&mut x, &mut y]);
    assert_eq!((y.get::<Request>(request.id).expect("it").place.as_str(), y.conflicts().len()), ("北门", 0));
}

#[test]
fn what_this_version_does_not_know_is_kept_counted_and_passed_on() {
    let request = request();
    let [mut x, mut y] = knowing::<Request, 2>(&request);
    let blocks = vec![
        block(1, "request", json!({ "category": "parking", "smell": { "of": ["paint", 1.5] } }), json!({})),
        block(2, "bicycle", json!({ "colour": "red" }), json!({})),
        block(3, "request", json!({ "smell": "of paint" }), json!({})),
        block(4, "request", json!({ "category": "parking" }), json!({ "novel": [1, 2] })),
        RawBlock::Body(b"not even JSON".to_vec()),
    ];
    let seen = all_seen(&x, Class::District);
    let foreign = written_by(50, Class::District, 2, seen, blocks);
    assert_eq!(x.absorb(vec![foreign.clone()]).segments[0].new, 1);
    assert_eq!(x.get::<Request>(request.id).expect("it").category, xinghuo_model::Category::Parking, "what it knows it applies");
    assert_eq!(x.ledger.check(&mut |_, _| true).expect("a check").newer, 4);
    assert_eq!(
        x.ledger.books().number("SELECT count(*) FROM request", []).expect("a count"),
        2,
        "nothing is made of what is unknown alone"
    );
    assert_eq!(x.segment(50, Class::District).entries, foreign.entries, "to the byte");
    meet(&mut [&mut x, &mut y]);
    let state = x.state();
    x.ledger.rebuild(&mut |_, _| true).expect("rebuilding");
    assert_eq!((x.state(), x.ledger.check(&mut |_, _| true).expect("a check").newer), (state, 4));
}

#[test]
fn only_what_a_partner_signed_for_is_left_out_of_the_next_bundle() {
    let request = request();
    let [mut x, y] = knowing::<Request, 2>(&request);
    let peer = y.ledger.own_key();
    let entries = |x: &mut Copy| {
        x.ledger.seal_own(&|_, _, _| vec![7]).expect("seals");
        let n = x.ledger.segments_for(&peer, &|_| true, STRETCH_BYTES).expect("segments").entries;
        assert!(n <= x.ledger.unsent(&peer, &|_| true).expect("a number"));
        n
    };
    assert_eq!(entries(&mut x), 2);
    assert_eq!(entries(&mut x), 2, "writing a bundle is no receipt");
    let have: Vec<(LogId, u64, Hash)> = y.ledger.heads().expect("heads").into_iter().map(|h| (h.log, h.seq, h.hash)).collect();
    let wrong: Vec<_> = have.iter().map(|(l, s, _)| (*l, *s, Hash::of(b"another"))).collect();
    x.ledger.acknowledge(&peer, 1, &wrong).expect("a receipt");
    assert_eq!(entries(&mut x), 2, "a receipt for something else");
    assert_eq!(x.ledger.acknowledge(&peer, 2, &have).expect("a receipt"), []);
    assert_eq!(entries(&mut x), 0);
    x.edit::<Request>(request.id, |r| r.place = "西门".into());
    assert_eq!(entries(&mut x), 1);
    assert_eq!(x.ledger.segments_for(&[8; 32], &|_| true, STRETCH_BYTES).expect("segments").entries, 3, "others signed for nothing");
    // The partner's number goes back: it was restored.
    let later: Vec<_> = x.ledger.heads().expect("heads").into_iter().map(|h| (h.log, h.seq, h.hash)).collect();
    x.ledger.acknowledge(&peer, 3, &later).expect("a receipt");
    assert_eq!(entries(&mut x), 0);
    assert_eq!(x.ledger.acknowledge(&peer, 4, &have).expect("a receipt").len(), 1);
    assert_eq!(entries(&mut x), 1);
    // A log it no longer names at all is one it no longer has.
    assert_eq!(x.ledger.acknowledge(&peer, 5, &later).expect("a receipt"), []);
    assert_eq!(x.ledger.acknowledge(&peer, 6, &[]).expect("a receipt"), []);
    assert_eq!(entries(&mut x), 3);
    // An old bundle found again on a stick is no news of a restored backup; what it says less is sent again.
    assert_eq!(x.ledger.acknowledge(&peer, 7, &later).expect("a receipt"), []);
    assert_eq!(x.ledger.acknowledge(&peer, 4, &have).expect("a receipt"), []);
    assert_eq!(entries(&mut x), 1);
    assert_eq!(x.ledger.waiting(Some(&peer)).expect("a list").iter().map(|w| w.changes).sum::<u64>(), 1);
}

#[test]
fn a_stretch_of_which_only_the_beginning_could_be_applied_is_passed_on_whole() {
    let request = request();
    let [mut x, mut y, mut z, mut w] = knowing::<Request, 4>(&request);
    x.edit::<Request>(request.id, |r| r.due_on = day(20));
    y.edit::<Request>(request.id, |r| r.due_on = day(21));
    give(&mut y, &mut x);
    x.edit::<Request>(request.id, |r| r.due_on = day(22));
    // y's laptop is lost; z hears of x alone, and can apply x's second entry but not the third.
    let segment = x.segment(1, Class::District);
    let done = z.absorb(vec![segment.clone()]);
    assert_eq!((done.segments[0].new, done.segments[0].held), (1, 1));
    z.edit::<Request>(request.id, |r| r.category = xinghuo_model::Category::Parking);
    give(&mut z, &mut w);
    agree(&[&mut z, &mut w]);
    assert_eq!(w.ledger.held().expect("held"), z.ledger.held().expect("held"));
    let passed_on: Vec<_> =
        w.segments().into_iter().filter(|s| s.key == segment.key && s.channel == segment.channel).flat_map(|s| s.entries).collect();
    assert!(passed_on == segment.entries, "to the byte");
}

#[test]
fn a_partner_is_told_of_its_own_entries_that_it_no_longer_has() {
    let request = request();
    let [mut x, mut y] = knowing::<Request, 2>(&request);
    let early: Vec<(LogId, u64, Hash)> = x.ledger.heads().expect("heads").into_iter().map(|h| (h.log, h.seq, h.hash)).collect();
    x.edit::<Request>(request.id, |r| r.due_on = day(20));
    give(&mut x, &mut y);
    let own = x.ledger.own_key();
    let now: Vec<_> = x.ledger.heads().expect("heads").into_iter().map(|h| (h.log, h.seq, h.hash)).collect();
    for (number, have, entries) in [(1, now, 0), (2, early, 1)] {
        y.ledger.acknowledge(&own, number, &have).expect("a receipt");
        assert_eq!(y.ledger.segments_for(&own, &|_| true, STRETCH_BYTES).expect("segments").entries, entries);
        assert_eq!(y.ledger.unsent(&own, &|_| true).expect("a number"), entries);
    }
}

#[test]
fn only_sealed_stretches_travel() {
    let mut x = Copy::new(1);
    x.put(&request());
    let none = x.ledger.segments_for(&[0; 32], &|_| true, STRETCH_BYTES).expect("segments");
    assert!(none.is_empty());
    assert_eq!(x.segments().len(), 2);
    x.edit::<Request>(request().id, |r| r.place = "西门".into());
    let some = x.ledger.segments_for(&[0; 32], &|_| true, STRETCH_BYTES).expect("segments");
    assert_eq!(some.entries, 2, "the last edit is not sealed yet");
    let district = x.ledger.segments_for(&[0; 32], &|c| c.class == Class::District, STRETCH_BYTES).expect("segments");
    assert!(district.all().expect("segments").iter().all(|s| s.channel.class == Class::District) && district.entries == 1);
}

#[test]
fn what_stands_between_two_seals_can_be_held_in_memory_and_nothing_of_it_is_lost() {
    let (mut x, mut y) = (Copy::new(1), Copy::new(2));
    let weigh = |s: &Segment| s.entries.iter().map(|e| e.header.len() as u64 + 2 + body_len(&e.blocks)).sum::<u64>();
    let long =
        |n: u8, bytes: usize| Request { id: Uuid::from_u128(100 + u128::from(n)).into(), text: "长".repeat(bytes / 3), ..request() };
    for n in 0..14 {
        x.put(&long(n, 900 << 10));
    }
    // One that no seal can divide.
    x.put(&long(20, 5 << 20));
    x.put(&long(21, 900 << 10));
    let segments = x.segments();
    let weights: Vec<u64> = segments.iter().filter(|s| s.channel.class == Class::Community).map(weigh).collect();
    assert!(weights.iter().filter(|w| **w > STRETCH_BYTES).count() == 1, "{weights:?}");
    assert!(weights.len() >= 5 && weights.iter().filter(|w| **w > 3 << 20).count() >= 3, "not cut smaller than need be: {weights:?}");
    assert_eq!(segments.iter().map(|s| s.entries.len()).sum::<usize>(), 32);
    y.absorb(segments);
    assert_eq!(x.state(), y.state());
    // Smaller ones for volumes, although the log was sealed already.
    x.ledger.seal_own_within(1 << 20, &|_, _, _| vec![7]).expect("seals");
    let small = x.ledger.segments_for(&[0; 32], &|_| true, 1 << 20).expect("segments").all().expect("segments");
    assert!(small.iter().filter(|s| weigh(s) > 1 << 20).all(|s| s.entries.len() == 1));
    assert_eq!(small.iter().map(|s| s.entries.len()).sum::<usize>(), 32);
}

/// The numbers of the entries at which copy 1's log of a class is sealed.
fn sealed_at(x: &Copy, class: Class) -> Vec<u64> {
    let log = log_id(&[1; 32], channel(class));
    let sealed = |seq: &u64| {
        let sql = format!("SELECT count(*) FROM seal WHERE log = x'{}' AND seq = {seq}", log.hex());
        x.ledger.books().number(&sql, []).expect("a count") > 0
    };
    (1..1000).filter(sealed).collect()
}

#[test]
fn an_own_log_is_sealed_at_its_head_and_at_every_two_hundred_and_fifty_sixth_entry() {
    let mut x = Copy::new(1);
    x.put(&request());
    for n in 1..515 {
        x.edit::<Request>(request().id, |r| r.due_on = day(1 + n % 2));
    }
    x.ledger.seal_own(&|_, _, _| vec![7]).expect("seals");
    assert_eq!(sealed_at(&x, Class::District), [256, 512, 515]);
    assert_eq!(sealed_at(&x, Class::Community), [1]);
    x.edit::<Request>(request().id, |r| r.due_on = day(20));
    x.ledger.seal_own(&|_, _, _| vec![7]).expect("seals");
    assert_eq!(sealed_at(&x, Class::District), [256, 512, 515, 516]);
}

#[test]
fn what_weighs_just_as_much_as_may_stand_between_two_seals_is_not_divided() {
    let mut x = Copy::new(1);
    x.put(&request());
    assert_eq!(x.segments().len(), 2, "each log is sealed at its first entry");
    for due in 2..6 {
        x.edit::<Request>(request().id, |r| r.due_on = day(due));
    }
    let entries = x.segments().into_iter().filter(|s| s.channel.class == Class::District).flat_map(|s| s.entries);
    let weights: Vec<u64> = entries.map(|e| e.header.len() as u64 + 2 + body_len(&e.blocks)).collect();
    assert_eq!(sealed_at(&x, Class::District), [1, 5]);
    // What stands before a seal weighs nothing behind it.
    assert!(weights[0] <= weights[1] + weights[2], "{weights:?}");
    let most: u64 = weights[1..4].iter().sum();
    for (most, sealed) in [(most, vec![1, 4, 5]), (most - 1, vec![1, 3, 4, 5])] {
        x.ledger.seal_own_within(most, &|_, _, _| vec![7]).expect("seals");
        assert_eq!(sealed_at(&x, Class::District), sealed, "{weights:?}");
    }
}

#[test]
fn behind_a_seal_at_a_two_hundred_and_fifty_sixth_entry_a_new_stretch_begins() {
    let mut x = Copy::new(1);
    x.put(&request());
    for n in 1..260 {
        x.edit::<Request>(request().id, |r| r.due_on = day(10 + n % 2));
    }
    let weight = "length(e.header) + 2 + CAST(CAST(e.header AS TEXT) ->> '$.len' AS INTEGER)";
    let sql = format!("SELECT sum({weight}) FROM entry e JOIN log l ON l.n = e.log WHERE l.id = ?1 AND e.seq BETWEEN 257 AND 259");
    let most = x.ledger.books().number(&sql, [log_id(&[1; 32], channel(Class::District)).0]).expect("a sum");
    // Three entries make a stretch, and 256 is no multiple of three.
    x.ledger.seal_own_within(most as u64, &|_, _, _| vec![7]).expect("seals");
    let sealed: Vec<u64> = sealed_at(&x, Class::District).into_iter().filter(|seq| *seq > 255).collect();
    assert_eq!(sealed, [256, 259, 260]);
}

#[test]
fn a_save_says_which_kinds_changed_and_writes_nothing_where_nothing_did() {
    let mut x = Copy::new(1);
    let author = x.author();
    let outcome = x
        .ledger
        .transact(Act::AddRequest, &author, |tx| {
            tx.put(SPACE, &request());
            tx.put(SPACE, &person(2, "单小雨"));
            Ok::<_, LedgerError>(7)
        })
        .expect("a save");
    assert_eq!((outcome.output, outcome.changed.as_slice()), (7, &["person", "request"][..]));
    let again = x
        .ledger
        .transact(Act::AddRequest, &author, |tx| {
            tx.put(SPACE, &request());
            tx.delete::<Request>(SPACE, Uuid::from_u128(404).into());
            Ok::<_, LedgerError>(())
        })
        .expect("a save");
    assert_eq!((again.save, again.changed.len()), (0, 0));
}

#[test]
fn a_save_too_large_for_one_entry_becomes_several_and_is_undone_as_one() {
    let mut x = Copy::new(1);
    let author = x.author();
    x.ledger
        .transact(Act::ImportRoster, &author, |tx| {
            for n in 0..300 {
                let skills = Some("很".repeat(2000));
                tx.put(SPACE, &xinghuo_model::records::Person { skills, ..person(1000 + n, "王甲") });
            }
            Ok::<_, LedgerError>(())
        })
        .expect("a save");
    let segment = x.segment(1, Class::Community);
    assert!(segment.entries.len() > 1, "{} entries", segment.entries.len());
    assert!(segment.entries.iter().all(|e| e.open().expect("an entry").len < 2 << 20));
    let mut y = Copy::new(2);
    give(&mut x, &mut y);
    agree(&[&mut x, &mut y]);
    x.undo_last().expect("undoing");
    assert_eq!(x.ledger.check(&mut |_, _| true).expect("a check").records, 0);
}

#[test]
fn facts_and_drafts_of_a_copy_stay_on_it() {
    let (mut x, mut y) = (Copy::new(1), Copy::new(2));
    x.put(&request());
    x.ledger.set_here("name", "3号楼笔记本").expect("a fact");
    x.ledger.set_draft("request", Some("路灯"), "2024-03-01T08:00:00+08:00").expect("a draft");
    give(&mut x, &mut y);
    assert_eq!(x.ledger.books().here("name").expect("a fact").as_deref(), Some("3号楼笔记本"));
    assert_eq!(x.ledger.reader().expect("a reader").books().draft("request").expect("a draft").as_deref(), Some("路灯"));
    assert_eq!((y.ledger.books().here("name").expect("none"), y.ledger.books().draft("request").expect("none")), (None, None));
    x.ledger.set_draft("request", None, "2024-03-01T08:00:00+08:00").expect("forgetting");
    assert_eq!(x.ledger.books().draft("request").expect("none"), None);
}

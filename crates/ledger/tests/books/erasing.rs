//! Erasure: what a record said is gone everywhere, in whatever order it is heard of, and the rest holds.

use xinghuo_ledger::{Books, Hash, LedgerError, RawBlock, Segment, Verdict};
use xinghuo_model::records::{Person, Request};
use xinghuo_model::{Class, Record, RequestState};

use crate::fixture::*;

/// The classes that hold personal data.
const PERSONAL: [Class; 2] = [Class::Branch, Class::Community];
const RARE: &str = "䶮䶮";
const PHONE: &str = "13987654321";

impl Copy {
    fn erase<T: Record>(&mut self, id: T::Id) {
        let author = self.author();
        self.ledger
            .transact(xinghuo_model::Act::Erase, &author, |tx| {
                tx.erase(T::KIND, SPACE, id.into(), &PERSONAL);
                Ok::<_, LedgerError>(())
            })
            .expect("an erasure");
    }

    /// Everything the store's files hold.
    fn bytes(&self) -> Vec<u8> {
        self.ledger.settle().expect("settled");
        let wal = std::fs::read(self.path.with_extension("db-wal")).unwrap_or_default();
        [std::fs::read(&self.path).expect("the file"), wal].concat()
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

fn rare() -> Person {
    Person { phones: vec![PHONE.to_owned()], note: Some("秘密备注".to_owned()), ..person(4, &format!("欧阳{RARE}")) }
}

#[test]
fn what_was_erased_is_in_no_byte_of_the_store_and_is_not_found() {
    let mut x = Copy::new(1);
    x.put(&person(5, "王小明"));
    x.put(&rare());
    x.edit::<Person>(rare().id, |p| p.note = Some("另一个秘密".to_owned()));
    let before = x.bytes();
    for text in [RARE, PHONE, "秘密备注", "另一个秘密"] {
        assert!(holds(&before, text), "{text} stands in the store before, or the test shows nothing");
    }
    x.erase::<Person>(rare().id);
    let after = x.bytes();
    for text in [RARE, PHONE, "秘密", "ouyang"] {
        assert!(!holds(&after, text), "{text}");
    }
    assert!(x.ledger.books().find(RARE, 9).expect("a search").is_empty());
    assert!(x.get::<Person>(rare().id).is_none());
    assert_eq!(x.ledger.books().find("王小明", 9).expect("a search").len(), 1, "others stay");
    assert!(x.ledger.check(&mut |_, _| true).expect("a check").problems.is_empty(), "every chain still verifies");
    assert_eq!(x.ledger.erased(SPACE).expect("a count"), 1);
    // A long entry is packed: there too.
    let mut y = Copy::new(2);
    let author = y.author();
    y.ledger
        .transact(xinghuo_model::Act::EditRequest, &author, |tx| {
            (10..80).for_each(|n| tx.put(SPACE, &person(n, "王小明")));
            tx.put(SPACE, &rare());
            Ok::<_, LedgerError>(())
        })
        .expect("a save");
    y.erase::<Person>(rare().id);
    let lines: Vec<RawBlock> = y.segments().into_iter().flat_map(|s| s.entries).flat_map(|e| e.blocks).collect();
    let about = |b: &&RawBlock| b.subject() == rare().id.0;
    assert!(lines.iter().filter(about).all(|b| matches!(b, RawBlock::Erased(..)) || holds_erasure(b)));
    assert!(lines.iter().filter(about).any(|b| matches!(b, RawBlock::Erased(..))));
}

fn holds_erasure(block: &RawBlock) -> bool {
    matches!(block, RawBlock::Body(line) if holds(line, "\"erases\":true"))
}

#[test]
fn an_erasure_wins_over_whatever_was_written_meanwhile_and_every_order_ends_the_same() {
    // What the other laptop does without knowing: edit, delete, and bring new words.
    let doings: [fn(&mut Copy); 4] = [
        |y| y.edit::<Request>(request().id, |r| r.text = format!("{RARE}家漏水")),
        |y| y.delete::<Request>(request().id),
        |y| y.edit::<Request>(request().id, |r| r.state = RequestState::Accepted),
        |y| y.erase::<Request>(request().id),
    ];
    for (n, doing) in doings.into_iter().enumerate() {
        let [mut x, mut y, mut z] = knowing(&request());
        x.erase::<Request>(request().id);
        doing(&mut y);
        // One hears the erasure first, one last, one both at once.
        give(&mut x, &mut y);
        give(&mut y, &mut z);
        give(&mut y, &mut x);
        meet(&mut [&mut x, &mut y, &mut z]);
        let mut late = Copy::new(9);
        give(&mut z, &mut late);
        agree(&[&mut z, &mut late]);
        for copy in [&mut x, &mut y, &mut z, &mut late] {
            assert!(copy.get::<Request>(request().id).is_none(), "row {n}");
            let state = copy.state();
            copy.ledger.rebuild(&mut |_, _| true).expect("a rebuild");
            assert_eq!(copy.state(), state, "row {n}: told again from the log it says the same");
            assert!(!holds(&copy.bytes(), "路灯不亮") && !holds(&copy.bytes(), RARE), "row {n}");
            assert_eq!(copy.ledger.books().number("SELECT count(*) FROM request WHERE category = 'safety'", []).expect("a count"), 1);
            assert!(copy.ledger.books().number("SELECT count(*) FROM hole", []).expect("a count") == 0, "row {n}");
        }
    }
}

#[test]
fn nothing_more_is_written_about_an_erased_record_and_an_erasure_is_not_undone() {
    let mut x = Copy::new(1);
    x.put(&request());
    x.erase::<Request>(request().id);
    let author = x.author();
    let again = x.ledger.transact(xinghuo_model::Act::EditRequest, &author, |tx| {
        tx.put(SPACE, &request());
        Ok::<_, LedgerError>(())
    });
    assert!(matches!(again, Err(LedgerError::Erased(_))));
    assert!(matches!(x.undo_last(), Err(LedgerError::NothingToUndo)), "nor is what came before it");
    assert!(x.get::<Request>(request().id).is_none());
}

/// The log of `author` in one class, its blocks about personal data taken out.
fn with_holes(mut segment: Segment) -> Segment {
    for block in segment.entries.iter_mut().flat_map(|entry| &mut entry.blocks) {
        block.erase();
    }
    segment
}

#[test]
fn a_hole_waits_until_somebody_who_is_trusted_explains_it() {
    let [mut x, mut y] = knowing(&request());
    let whole = x.segment(1, Class::Community);
    y.erase::<Request>(request().id);
    let erasure = y.segment(2, Class::Community);
    // Nobody believes who erases: it waits.
    let mut z = Copy::new(3);
    let done = z.ledger.absorb(
        [with_holes(whole.clone()), erasure.clone()],
        2,
        &mut |_, key, _, _, _| if *key == [2; 32] { Verdict::Quarantine("author") } else { Verdict::Welcome },
        &mut |_, _| true,
    );
    let done = done.expect("absorbing");
    assert_eq!((done.segments[0].new, done.segments[0].held), (0, 1));
    assert!(done.segments[0].reasons.contains(&"erased".to_owned()));
    // A trusted one explains it, though it stands behind it.
    let mut w = Copy::new(4);
    let done = w.absorb(vec![with_holes(whole), erasure]);
    assert_eq!(done.segments.iter().map(|s| s.new).sum::<u64>(), 2);
    assert_eq!(w.ledger.books().number("SELECT count(*) FROM hole", []).expect("a count"), 0);
}

#[test]
fn a_place_left_open_is_not_acknowledged_and_the_whole_entry_fills_it() {
    // 2 has seen a log of 1 and one of 3, and erases; 4 gets the first with a hole and the erasure, but
    // not the log of 3: the erasure waits.
    let [mut x, mut y, mut c] = knowing(&request());
    c.edit::<Request>(request().id, |r| r.place = "西门".to_owned());
    give(&mut c, &mut y);
    y.erase::<Request>(request().id);
    let whole = x.segment(1, Class::Community);
    let erasure = y.segment(2, Class::Community);
    let mut w = Copy::new(4);
    let done = w.absorb(vec![with_holes(whole.clone()), erasure.clone()]);
    assert_eq!((done.segments[0].new, done.segments[1].held), (1, 1), "{:?}", done.segments);
    let answered = |w: &Copy| w.ledger.have(&|c| c.class == Class::Community).expect("a list").iter().map(|(_, seq, _)| *seq).sum::<u64>();
    assert_eq!(answered(&w), 0, "what is behind a hole is not acknowledged");
    // The erasure never gets its due, but the whole entry comes.
    let done = w.absorb(vec![whole.clone()]);
    assert_eq!(done.segments[0].had, 1);
    assert_eq!(answered(&w), 1);
    let mut told = Copy::new(6);
    told.absorb(vec![whole]);
    assert_eq!(w.state(), told.state(), "as if there never had been a hole");
    // Then everything comes, and it is erased after all.
    give(&mut y, &mut w);
    agree(&[&mut w, &mut y]);
    assert!(!holds(&w.bytes(), "路灯不亮") && !holds(&w.bytes(), "西门"));
}

#[test]
fn a_copy_of_an_entry_with_another_piece_taken_out_fills_no_place_and_opens_none() {
    let other = Request { id: uuid::Uuid::from_u128(9).into(), ..request() };
    let (mut x, mut y, mut c) = (Copy::new(1), Copy::new(2), Copy::new(3));
    let author = x.author();
    x.ledger
        .transact(xinghuo_model::Act::EditRequest, &author, |tx| {
            tx.put(SPACE, &request());
            tx.put(SPACE, &other);
            Ok::<_, LedgerError>(())
        })
        .expect("a save");
    give(&mut x, &mut c);
    give(&mut x, &mut y);
    c.edit::<Request>(request().id, |r| r.place = "西门".to_owned());
    give(&mut c, &mut y);
    y.erase::<Request>(request().id);
    let (whole, erasure) = (x.segment(1, Class::Community), y.segment(2, Class::Community));
    let without = |rec: uuid::Uuid| {
        let mut segment = whole.clone();
        for block in segment.entries[0].blocks.iter_mut().filter(|block| block.subject() == rec) {
            block.erase();
        }
        segment
    };
    // The erasure explains the first hole, and waits itself.
    let mut w = Copy::new(4);
    let said = |w: &Copy| {
        let of =
            |rec: uuid::Uuid| w.ledger.books().number("SELECT count(*) FROM request WHERE place = '东门' AND id = ?1", [rec.as_bytes()]);
        (of(request().id.0).expect("a count"), of(other.id.0).expect("a count"))
    };
    let done = w.absorb(vec![without(request().id.0), erasure]);
    assert_eq!(done.segments.iter().map(|s| (s.new, s.held)).collect::<Vec<_>>(), [(1, 0), (0, 1)]);
    assert_eq!(said(&w), (0, 1));
    assert_eq!((w.absorb(vec![without(other.id.0)]).segments[0].had, said(&w)), (1, (0, 1)));
    assert_eq!((w.absorb(vec![whole]).segments[0].had, said(&w)), (1, (1, 1)));
}

#[test]
fn a_word_that_erases_and_says_something_besides_erases_nothing_and_is_kept_for_a_newer_version() {
    use serde_json::json;
    for (set, more, erased) in [
        (json!({}), json!({ "erases": true }), 1),
        (json!({ "place": "西门" }), json!({ "erases": true }), 0),
        (json!({}), json!({ "erases": true, "deleted": true }), 0),
        (json!({}), json!({ "erases": true, "accepts": true }), 0),
    ] {
        let mut x = Copy::new(1);
        x.put(&request());
        let seen = all_seen(&x, Class::Community);
        let line = block(1, "request", set.clone(), more.clone());
        let done = x.absorb(vec![written_by(50, Class::Community, 2, seen, vec![line])]);
        assert_eq!((done.segments[0].new, done.erased, x.ledger.erased(SPACE).expect("a count")), (1, erased, erased), "{set} {more}");
        assert_eq!(x.ledger.check(&mut |_, _| true).expect("a check").newer, 1 - erased, "{set} {more}");
        assert_eq!(holds(&x.bytes(), "路灯不亮"), erased == 0, "{set} {more}");
    }
}

#[test]
fn a_word_that_erases_where_its_kind_has_no_field_explains_no_hole() {
    use serde_json::json;
    let blocks = |rec| vec![block(rec, "request", json!({ "category": "parking" }), json!({}))];
    let erases = |kind: &str| written_by(51, Class::District, 1, Vec::new(), vec![block(1, kind, json!({}), json!({ "erases": true }))]);
    // A step of a request says nothing in the district's class, so nothing is erased there by its name.
    for (kind, counts) in [("request", (1, 0)), ("request_step", (0, 1))] {
        for swap in [false, true] {
            let mut both = vec![with_holes(written_by(50, Class::District, 1, Vec::new(), blocks(1))), erases(kind)];
            if swap {
                both.reverse();
            }
            let done = Copy::new(1).absorb(both);
            let holed = done.segments.iter().find(|s| s.key == [50; 32]).expect("a report");
            assert_eq!((holed.new, holed.held), counts, "{kind} {swap}");
        }
    }
}

#[test]
fn a_dispute_that_an_erasure_ends_is_one_less_and_what_was_erased_already_is_not_counted_again() {
    let other = Request { id: uuid::Uuid::from_u128(9).into(), ..request() };
    for (disputed, more) in [(true, 0), (false, 1)] {
        let [mut x, mut y] = knowing(&request());
        x.put(&other);
        give(&mut x, &mut y);
        if disputed {
            x.edit::<Request>(request().id, |r| r.place = "西门".to_owned());
            y.edit::<Request>(request().id, |r| r.place = "南门".to_owned());
            meet(&mut [&mut x, &mut y]);
        }
        // And another begins.
        x.edit::<Request>(other.id, |r| r.place = "西门".to_owned());
        y.erase::<Request>(request().id);
        y.edit::<Request>(other.id, |r| r.place = "南门".to_owned());
        let done = give(&mut y, &mut x);
        assert_eq!((done.conflicts, done.erased), (more, 1), "{disputed}");
        // Whoever erases it once more erases nothing.
        let mut z = Copy::new(3);
        let seen = all_seen(&x, Class::Community);
        give(&mut x, &mut z);
        let lamport = 1 + z.ledger.books().number("SELECT max(lamport) FROM log", []).expect("a number") as u64;
        let word = block(1, "request", serde_json::json!({}), serde_json::json!({ "erases": true }));
        let done = z.absorb(vec![written_by(50, Class::Community, lamport, seen, vec![word])]);
        assert_eq!((done.segments[0].new, done.erased), (1, 0), "{disputed}");
    }
}

#[test]
fn what_waits_is_erased_too() {
    let [mut x, mut y] = knowing(&request());
    // An edit that waits for its author's certificate.
    y.edit::<Request>(request().id, |r| r.text = format!("{RARE}家漏水"));
    let late = y.segment(2, Class::Community);
    let stranger = |_: &Books<'_>, key: &[u8; 32], _, _, _: &Hash| {
        if *key == [2; 32] { Verdict::Quarantine("author") } else { Verdict::Welcome }
    };
    x.ledger.absorb([late], 1, &mut { stranger }, &mut |_, _| true).expect("absorbing");
    assert!(holds(&x.bytes(), RARE), "it waits");
    x.erase::<Request>(request().id);
    assert!(!holds(&x.bytes(), RARE));
    give(&mut y, &mut x);
    meet(&mut [&mut x, &mut y]);
}

#[test]
fn an_id_given_to_records_of_two_kinds_is_erased_whole_and_told_again_it_is_the_same() {
    use serde_json::json;
    let of = |kind: &str, set: serde_json::Value, more: serde_json::Value| block(4, kind, set, more);
    let first = written_by(50, Class::Community, 1, Vec::new(), vec![of("person", json!({ "name": "吴庚", "room": "501" }), json!({}))]);
    let mut line = of("request", json!({}), json!({ "erases": true }));
    if let RawBlock::Body(body) = &mut line {
        *body = String::from_utf8(body.clone()).expect("text").replace("\"set\":{},", "").replace(",\"set\":{}", "").into_bytes();
    }
    let second = written_by(51, Class::Community, 1, Vec::new(), vec![line]);
    let mut states = Vec::new();
    for order in [[&first, &second], [&second, &first]] {
        let mut x = Copy::new(1);
        for segment in order {
            assert_eq!(x.absorb(vec![segment.clone()]).segments[0].new, 1);
        }
        states.push(x.state());
        assert_eq!(x.ledger.books().find("吴庚", 9).expect("a search").len(), 0);
        assert_eq!(x.ledger.books().number("SELECT count(*) FROM person", []).expect("a count"), 0, "nor is an empty place left");
        x.ledger.rebuild(&mut |_, _| true).expect("a rebuild");
        states.push(x.state());
    }
    states.dedup();
    assert_eq!(states.len(), 1);
}

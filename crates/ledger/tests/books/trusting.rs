//! Authors whose trust was ended: what they wrote counts as far as others had seen it. And what is
//! asked for while entries wait.

use std::sync::Arc;

use xinghuo_ledger::{Absorbed, Books, ENDED, Endings, Hash, Held, LedgerError, PublicKey, Segment, Stretch, Verdict, log_id};
use xinghuo_model::records::{Person, Request};
use xinghuo_model::{Act, Class, Record};

use crate::fixture::*;

/// Takes in; why nobody believes the author whose key is 32 times this, if nobody does.
fn judged(copy: &mut Copy, segments: Vec<Segment>, why: impl Fn(u8) -> Option<&'static str>) -> Absorbed {
    let verdict = |key: &PublicKey| match why(key[0]) {
        None => Verdict::Welcome,
        // The office knew nothing of it when it ended the author.
        Some(ENDED) => Verdict::Partly(ENDED, Arc::default()),
        Some(why) => Verdict::Quarantine(why),
    };
    copy.ledger.absorb(segments, 0, &mut |_, key, _, _, _| verdict(key), &mut |_, _| true).expect("absorbing")
}

/// What became of the stretch of one author.
fn of(done: &Absorbed, author: u8) -> (u64, u64, Vec<&str>) {
    let report = done.segments.iter().find(|s| s.key == [author; 32]).expect("a report");
    (report.new, report.held, report.reasons.iter().map(String::as_str).collect())
}

/// Copy 3 has seen the first of copy 2's two edits, and edited: the logs of 1, 2 and 3, and copy 4, which has the first.
fn half_seen() -> ([Segment; 3], Copy) {
    let [mut w, mut y, mut z, x] = knowing::<Request, 4>(&request());
    y.edit::<Request>(request().id, |r| r.due_on = day(20));
    give(&mut y, &mut z);
    z.edit::<Request>(request().id, |r| r.due_on = day(21));
    y.edit::<Request>(request().id, |r| r.due_on = day(22));
    ([w.segment(1, Class::District), y.segment(2, Class::District), z.segment(3, Class::District)], x)
}

#[test]
fn what_an_ended_author_wrote_counts_as_far_as_a_trusted_one_had_seen_it() {
    for swap in [false, true] {
        let ([_, from_y, from_z], mut x) = half_seen();
        let both = if swap { vec![from_z, from_y] } else { vec![from_y, from_z] };
        let done = judged(&mut x, both, |n| (n == 2).then_some(ENDED));
        assert_eq!((of(&done, 2), of(&done, 3)), ((1, 1, vec!["ended"]), (1, 0, vec![])), "{swap}");
        assert_eq!(x.get::<Request>(request().id).map(|r| r.due_on), Some(day(21)));
        let log = log_id(&[2; 32], channel(Class::District));
        assert_eq!(x.ledger.held().expect("held"), [Held { log, author: [2; 32], first: 2, reason: "ended".to_owned(), entries: 1 }]);
    }
}

#[test]
fn nobodys_word_counts_for_an_ended_author_who_is_not_trusted_but_ones_own_does() {
    let ([from_w, from_y, from_z], mut x) = half_seen();
    let strangers = |n| match n {
        2 => Some(ENDED),
        3 => Some("author"),
        _ => None,
    };
    let done = judged(&mut x, vec![from_y.clone(), from_z.clone()], strangers);
    assert_eq!((of(&done, 2), of(&done, 3)), ((0, 2, vec!["ended"]), (0, 1, vec!["author"])));
    assert_eq!(x.ledger.missing().expect("a list"), [], "what waits for the registry asks for nothing");
    // Once the certificate is here, what waited follows.
    assert_eq!(judged(&mut x, Vec::new(), |n| (n == 2).then_some(ENDED)).released, 2);
    assert_eq!(x.ledger.held().expect("held").len(), 1);
    // Copy 3 lost everything, and takes its own log back in: that is not judged.
    let mut z = Copy::new(3);
    let done = judged(&mut z, vec![from_w, from_y, from_z], strangers);
    assert_eq!((of(&done, 1).0, of(&done, 2), of(&done, 3), done.restored), (1, (1, 1, vec!["ended"]), (1, 0, vec![]), true));
}

/// Copy 2 erased what copy 1 wrote, and copy 3, which had heard of it, wrote something else: their logs as copy 3 gives
/// them away, the first with a hole.
fn erased_and_seen() -> [Segment; 3] {
    let [_, mut y, mut z] = knowing::<Request, 3>(&request());
    let author = y.author();
    y.ledger
        .transact(Act::Erase, &author, |tx| {
            tx.erase(Request::KIND, SPACE, request().id.0, &[Class::Community]);
            Ok::<_, LedgerError>(())
        })
        .expect("an erasure");
    give(&mut y, &mut z);
    z.put(&person(5, "王甲"));
    [1, 2, 3].map(|n| z.segment(n, Class::Community))
}

#[test]
fn an_ended_authors_erasure_explains_a_hole_where_a_trusted_one_had_seen_it() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let logs = erased_and_seen();
        let mut x = Copy::new(4);
        let done = judged(&mut x, order.map(|n| logs[n].clone()).to_vec(), |n| (n == 2).then_some(ENDED));
        assert_eq!([1, 2, 3].map(|n| of(&done, n)), [1, 1, 1].map(|new| (new, 0, vec![])), "{order:?}");
        assert_eq!(x.ledger.erased(SPACE).expect("a count"), 1);
        // Nobody who is trusted has seen it.
        let mut x = Copy::new(4);
        let done = judged(&mut x, vec![logs[0].clone(), logs[1].clone()], |n| (n == 2).then_some(ENDED));
        assert_eq!((of(&done, 1), of(&done, 2)), ((0, 1, vec!["erased"]), (0, 1, vec!["ended"])));
    }
    // One's own erasure needs no certificate: copy 2 lost everything.
    let [holed, erasure, _] = erased_and_seen();
    let mut y = Copy::new(2);
    let done = judged(&mut y, vec![holed, erasure], |n| (n == 2).then_some("author"));
    assert_eq!((of(&done, 1).0, of(&done, 2).0), (1, 1));
}

#[test]
fn what_an_ended_author_said_before_may_end_them_sooner() {
    let mut x = Copy::new(1);
    x.put(&request());
    x.edit::<Request>(request().id, |r| r.due_on = day(20));
    let log = x.segment(1, Class::District);
    let at = |n: usize| (n as u64 + 1, log.entries[n].hash());
    let mut y = Copy::new(2);
    // The last that counts is the second entry, until the first is heard.
    let mut may = |books: &Books<'_>, _: &PublicKey, _, _, _: &Hash| {
        let heard = books.number("SELECT count(*) FROM request", []).expect("a count") > 0;
        Verdict::Partly(ENDED, Arc::new(Endings(vec![vec![at(usize::from(!heard))]])))
    };
    let done = y.ledger.absorb([log.clone()], 2, &mut may, &mut |_, _| true).expect("absorbing");
    assert_eq!(of(&done, 1), (1, 1, vec!["ended"]));
}

#[test]
fn whoever_knows_more_of_an_ended_log_than_counts_says_so_once_and_nobody_else_does() {
    let [mut x, mut y] = knowing::<Request, 2>(&request());
    for due in [20, 21] {
        x.edit::<Request>(request().id, |r| r.due_on = day(due));
    }
    give(&mut x, &mut y);
    let entries = x.segment(1, Class::District).entries;
    let (second, third) = ((2, entries[1].hash()), (3, entries[2].hash()));
    let log = log_id(&[1; 32], channel(Class::District));
    let author = y.author();
    // Two offices ended it: what each of them named counts.
    for (one, other, says) in [(third, third, false), (third, second, true), (third, second, false)] {
        let endings = Endings(vec![vec![one], vec![other]]);
        assert_eq!(y.ledger.witness(&log, &endings, &author).expect("a word"), says);
    }
}

/// What is missing: whose log, if that is known, from where to where.
fn missing(copy: &Copy) -> Vec<(Option<u8>, u64, u64)> {
    let missing = copy.ledger.missing().expect("a list").into_iter();
    missing.map(|m| (m.of.map(|(key, _)| key[0]), m.stretch.from, m.stretch.to)).collect()
}

#[test]
fn what_waits_for_its_authors_certificate_asks_for_nothing_and_what_has_seen_something_missing_asks_for_it() {
    let ([_, _, from_z], mut x) = half_seen();
    for (why, asked) in [(Some("author"), vec![]), (Some(ENDED), vec![]), (None, vec![(None, 1, 1)])] {
        judged(&mut x, vec![from_z.clone()], |n| why.filter(|_| n == 3));
        assert_eq!(missing(&x), asked, "{why:?}");
    }
}

#[test]
fn an_entry_that_came_with_a_piece_taken_out_is_asked_for_and_no_other() {
    let mut x = Copy::new(1);
    x.put(&person(4, "吴庚"));
    x.put(&person(5, "王甲"));
    x.edit::<Person>(person(5, "").id, |p| p.room = "502".into());
    let whole = x.segment(1, Class::Community);
    let mut holed = whole.clone();
    holed.entries[1].blocks[0].erase();
    let mut y = Copy::new(2);
    assert_eq!(of(&judged(&mut y, vec![holed], |_| None), 1), (1, 2, vec!["erased"]));
    assert_eq!(missing(&y), [(Some(1), 2, 2)]);
    let log = log_id(&[1; 32], channel(Class::Community));
    assert_eq!(y.ledger.missing().expect("a list")[0].stretch, Stretch { log, from: 2, to: 2 });
    y.absorb(vec![whole]);
    assert_eq!((missing(&y), y.get::<Person>(person(5, "").id).map(|p| p.room)), (vec![], Some("502".to_owned())));
}

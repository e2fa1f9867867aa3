//! Two or more copies that wrote apart: what they agree on once they have met.

use xinghuo_ledger::{ConflictKind, Hash};
use xinghuo_model::records::{AgreementTerm, Person, Request, RequestStep};
use xinghuo_model::{Category, Class, Record, RequestState, Urgency};

use crate::fixture::*;

type Edit = fn(&mut Request);

/// What two edits of one request, made apart, lead to.
#[derive(Debug, PartialEq)]
enum Outcome {
    Quiet,
    Parallel(&'static [&'static str]),
    Dispute(&'static str),
}

fn outcome(copy: &Copy) -> Outcome {
    match copy.conflicts().as_slice() {
        [] => Outcome::Quiet,
        [one] if one.what == ConflictKind::Field => Outcome::Dispute(one.group),
        [one] => {
            assert_eq!(one.what, ConflictKind::Parallel);
            let mut groups: Vec<&'static str> = one.sides.iter().map(|s| s.group).collect();
            groups.sort_unstable();
            Outcome::Parallel(groups.leak())
        }
        many => panic!("{} disagreements", many.len()),
    }
}

fn close(r: &mut Request, on: u32) {
    r.state = RequestState::Closed;
    r.closed_on = Some(day(on));
}

#[test]
fn two_edits_made_apart_lead_to_the_same_on_both_copies_whoever_hears_first() {
    let rows: [(Edit, Edit, Outcome); 12] = [
        (|r| r.place = "西门".into(), |r| r.place = "南门".into(), Outcome::Dispute("place")),
        (|r| r.place = "西门".into(), |r| r.place = "西门".into(), Outcome::Quiet),
        (|r| r.place = "西门".into(), |r| r.place = String::new(), Outcome::Dispute("place")),
        (|r| r.place = "西门".into(), |r| r.text = "灯坏了".into(), Outcome::Parallel(&["place", "text"])),
        // Different classes are different channels: nobody who sees one need see the other.
        (|r| r.place = "西门".into(), |r| r.urgency = Urgency::Urgent, Outcome::Quiet),
        (|r| r.place = "西门".into(), |_| (), Outcome::Quiet),
        // One entry that writes two groups stands in parallel to what replaces one of them.
        (
            |r| (r.category, r.urgency) = (Category::Parking, Urgency::Urgent),
            |r| r.category = Category::Parking,
            Outcome::Parallel(&["category", "urgency"]),
        ),
        (|r| r.state = RequestState::Accepted, |r| r.state = RequestState::Working, Outcome::Quiet),
        (|r| r.state = RequestState::Accepted, |r| close(r, 9), Outcome::Quiet),
        (|r| r.state = RequestState::Withdrawn, |r| close(r, 9), Outcome::Dispute("progress")),
        (|r| close(r, 8), |r| close(r, 9), Outcome::Dispute("progress")),
        (|r| close(r, 9), |r| close(r, 9), Outcome::Quiet),
    ];
    for (n, (a, b, expected)) in rows.iter().enumerate() {
        let mut told: Vec<(Hash, Request)> = Vec::new();
        for first in [0, 1] {
            let request = request();
            let [mut x, mut y] = knowing::<Request, 2>(&request);
            x.edit(request.id, a);
            y.edit(request.id, b);
            if first == 0 {
                give(&mut x, &mut y);
                give(&mut y, &mut x);
            } else {
                give(&mut y, &mut x);
                give(&mut x, &mut y);
            }
            agree(&[&mut x, &mut y]);
            assert_eq!(outcome(&x), *expected, "row {n}");
            let dispute = matches!(expected, Outcome::Dispute(_));
            assert_eq!(x.ledger.count_conflicts().expect("a count"), u64::from(dispute), "row {n}");
            told.push((x.state(), x.get(request.id).expect("the request")));
        }
        assert_eq!(told[0].1, told[1].1, "row {n}: what is shown");
    }
}

#[test]
fn the_further_state_is_shown_where_one_leads_to_the_other_whoever_said_it() {
    for swap in [false, true] {
        let request = request();
        let [mut x, mut y, mut z] = knowing::<Request, 3>(&request);
        let (ahead, behind) = if swap { (&mut x, &mut y) } else { (&mut y, &mut x) };
        ahead.edit::<Request>(request.id, |r| close(r, 9));
        for state in [RequestState::Accepted, RequestState::Working] {
            behind.edit::<Request>(request.id, |r| r.state = state);
        }
        // A third copy says what the first said: equal values count once.
        z.edit::<Request>(request.id, |r| close(r, 9));
        meet(&mut [&mut x, &mut y, &mut z]);
        assert_eq!(x.get::<Request>(request.id).map(|r| r.state), Some(RequestState::Closed));
        assert_eq!(x.conflicts(), []);
    }
}

#[test]
fn the_side_shown_first_is_the_one_with_more_behind_it_and_both_are_shown_with_their_authors() {
    // (edits of copy 1 before, edits of copy 2 before) → who leads
    let by_name = |a: u8, b: u8| {
        let id = |n| xinghuo_ledger::log_id(&[n; 32], channel(Class::Community));
        if id(a) > id(b) { a } else { b }
    };
    for (one, two, leads) in [(2, 0, 1), (0, 2, 2), (1, 1, by_name(1, 2))] {
        let request = request();
        let [mut x, mut y] = knowing::<Request, 2>(&request);
        for (copy, edits, place) in [(&mut x, one, "西门"), (&mut y, two, "南门")] {
            for n in 0..edits {
                copy.edit::<Request>(request.id, |r| r.place = format!("门 {n}"));
            }
            copy.edit::<Request>(request.id, |r| r.place = place.into());
        }
        meet(&mut [&mut x, &mut y]);
        let conflicts = y.conflicts();
        let [conflict] = conflicts.as_slice() else { panic!("{conflicts:?}") };
        let sides: Vec<(u8, &str, &str)> =
            conflict.sides.iter().map(|s| (s.key[0], s.person.as_str(), s.value["place"].as_str().expect("a place"))).collect();
        let (first, second) = ((1, "1号", "西门"), (2, "2号", "南门"));
        assert_eq!(sides, if leads == 1 { [first, second] } else { [second, first] });
        assert_eq!(x.get::<Request>(request.id).expect("it").place, sides[0].2);
        assert!(x.ledger.books().need::<Request>(request.id).expect("it").conflict, "the badge on the record");
    }
}

#[test]
fn a_value_that_two_people_wrote_is_one_side() {
    let request = request();
    let [mut x, mut y, mut z] = knowing::<Request, 3>(&request);
    for (copy, place) in [(&mut x, "西门"), (&mut y, "南门"), (&mut z, "西门")] {
        copy.edit::<Request>(request.id, |r| r.place = place.into());
    }
    meet(&mut [&mut x, &mut y, &mut z]);
    assert_eq!(x.conflicts()[0].sides.len(), 2);
}

#[test]
fn a_later_edit_that_has_seen_all_sides_settles_them() {
    let request = request();
    let [mut x, mut y] = knowing::<Request, 2>(&request);
    x.edit::<Request>(request.id, |r| r.place = "西门".into());
    y.edit::<Request>(request.id, |r| r.place = "南门".into());
    give(&mut x, &mut y);
    assert_eq!(y.conflicts().len(), 1);
    y.edit::<Request>(request.id, |r| r.place = "北门".into());
    meet(&mut [&mut x, &mut y]);
    assert_eq!((x.conflicts().len(), x.get::<Request>(request.id).expect("it").place.as_str()), (0, "北门"));
}

#[test]
fn a_decision_holds_everywhere_and_two_different_decisions_are_a_new_dispute() {
    // What copy 1 and copy 2 decide, apart → sides left
    for (one, two, left) in
        [(Some("西门"), None, 0), (Some("北门"), None, 0), (Some("西门"), Some("西门"), 0), (Some("西门"), Some("南门"), 2)]
    {
        let request = request();
        let [mut x, mut y] = knowing::<Request, 2>(&request);
        x.edit::<Request>(request.id, |r| r.place = "西门".into());
        y.edit::<Request>(request.id, |r| r.place = "南门".into());
        meet(&mut [&mut x, &mut y]);
        for (copy, place) in [(&mut x, one), (&mut y, two)] {
            let Some(place) = place else { continue };
            let value = [("place".to_owned(), place.into())].into_iter().collect();
            let author = copy.author();
            copy.ledger.decide(request.id.0, Request::KIND, "place", &value, &author).expect("a decision");
            assert_eq!(copy.conflicts(), [], "decided here");
        }
        meet(&mut [&mut x, &mut y]);
        assert_eq!(x.conflicts().first().map_or(0, |c| c.sides.len()), left);
        if left == 0 {
            assert_eq!(y.get::<Request>(request.id).expect("it").place, one.expect("a decision"));
        }
    }
}

#[test]
fn deciding_a_group_writes_it_whole() {
    let request = request();
    let [mut x, mut y] = knowing::<Request, 2>(&request);
    x.edit::<Request>(request.id, |r| close(r, 9));
    y.edit::<Request>(request.id, |r| r.state = RequestState::Withdrawn);
    meet(&mut [&mut x, &mut y]);
    let value = [("state".to_owned(), "withdrawn".into())].into_iter().collect();
    let author = x.author();
    x.ledger.decide(request.id.0, Request::KIND, "progress", &value, &author).expect("a decision");
    meet(&mut [&mut x, &mut y]);
    let told: Request = y.get(request.id).expect("it");
    assert_eq!((told.state, told.closed_on), (RequestState::Withdrawn, None), "no closing day is left beside it");
}

#[test]
fn one_entry_accepts_parallel_edits_everywhere_but_not_those_it_has_not_seen() {
    let request = request();
    let [mut x, mut y, mut z] = knowing::<Request, 3>(&request);
    x.edit::<Request>(request.id, |r| r.place = "西门".into());
    y.edit::<Request>(request.id, |r| r.text = "灯坏了".into());
    z.edit::<Request>(request.id, |r| r.handler = Some("甲".into()));
    give(&mut y, &mut x);
    let author = x.author();
    x.ledger.accept_parallel(request.id.0, Request::KIND, &author).expect("accepting");
    assert_eq!(x.conflicts(), []);
    give(&mut x, &mut y);
    assert_eq!(y.conflicts(), []);
    meet(&mut [&mut x, &mut y, &mut z]);
    assert_eq!(outcome(&x), Outcome::Parallel(&["handler", "place", "text"]), "the third was not seen");
    let author = z.author();
    z.ledger.accept_parallel(request.id.0, Request::KIND, &author).expect("accepting");
    meet(&mut [&mut x, &mut y, &mut z]);
    assert_eq!(x.conflicts(), []);
}

#[test]
fn parallel_edits_stand_until_one_of_them_is_replaced_whatever_else_is_edited() {
    let request = request();
    let [mut x, mut y] = knowing::<Request, 2>(&request);
    x.edit::<Request>(request.id, |r| r.place = "西门".into());
    y.edit::<Request>(request.id, |r| r.text = "灯坏了".into());
    meet(&mut [&mut x, &mut y]);
    x.edit::<Request>(request.id, |r| r.handler = Some("甲".into()));
    meet(&mut [&mut x, &mut y]);
    assert_eq!(outcome(&x), Outcome::Parallel(&["place", "text"]));
    y.edit::<Request>(request.id, |r| r.place = "北门".into());
    meet(&mut [&mut x, &mut y]);
    assert_eq!(outcome(&x), Outcome::Quiet);
}

#[test]
fn whoever_deletes_a_record_and_knew_of_its_parallel_edits_disputes_nothing() {
    let request = request();
    let [mut x, mut y] = knowing::<Request, 2>(&request);
    x.edit::<Request>(request.id, |r| (r.place, r.urgency) = ("西门".into(), Urgency::Urgent));
    y.edit::<Request>(request.id, |r| (r.text, r.due_on) = ("灯坏了".into(), day(20)));
    meet(&mut [&mut x, &mut y]);
    x.delete::<Request>(request.id);
    meet(&mut [&mut x, &mut y]);
    assert_eq!((y.get::<Request>(request.id), y.ledger.count_conflicts().expect("a count")), (None, 0));
}

#[test]
fn whoever_accepts_the_edits_of_a_record_that_nobody_knows_makes_none() {
    use serde_json::json;
    let mut x = Copy::new(1);
    let blocks = vec![block(1, "request", json!({}), json!({ "accepts": true }))];
    assert_eq!(x.absorb(vec![written_by(50, Class::Community, 1, Vec::new(), blocks)]).segments[0].new, 1);
    assert_eq!(x.ledger.books().number("SELECT count(*) FROM request", []).expect("a count"), 0);
}

#[test]
fn each_side_of_a_parallel_edit_shows_its_own_value() {
    let request = request();
    let [mut x, mut y, mut z] = knowing::<Request, 3>(&request);
    x.edit::<Request>(request.id, |r| r.place = "西门".into());
    y.edit::<Request>(request.id, |r| r.place = "南门".into());
    z.edit::<Request>(request.id, |r| r.text = "灯坏了".into());
    meet(&mut [&mut x, &mut y, &mut z]);
    let conflicts = x.conflicts();
    let parallel = conflicts.iter().find(|c| c.what == ConflictKind::Parallel).expect("parallel edits");
    let mut told: Vec<(u8, String)> = parallel.sides.iter().map(|s| (s.key[0], s.value.to_string())).collect();
    told.sort();
    assert_eq!(told, [(1, r#"{"place":"西门"}"#.to_owned()), (2, r#"{"place":"南门"}"#.into()), (3, r#"{"text":"灯坏了"}"#.into())]);
}

#[test]
fn an_edit_made_while_another_deleted_keeps_the_record_until_somebody_decides() {
    for decision in [None, Some(true), Some(false)] {
        let request = request();
        let [mut x, mut y] = knowing::<Request, 2>(&request);
        x.delete::<Request>(request.id);
        y.edit::<Request>(request.id, |r| (r.place, r.due_on) = ("西门".into(), day(20)));
        assert!(x.get::<Request>(request.id).is_none());
        meet(&mut [&mut x, &mut y]);
        assert_eq!(x.get::<Request>(request.id).expect("kept").place, "西门");
        let conflicts = x.conflicts();
        let [conflict] = conflicts.as_slice() else { panic!("{conflicts:?}") };
        assert_eq!(conflict.what, ConflictKind::Deleted);
        let sides: Vec<(u8, &str)> = conflict.sides.iter().map(|s| (s.key[0], s.group)).collect();
        assert_eq!(sides, [(1, ""), (2, "place"), (2, "due_on")], "the deletion, said in two classes, once");

        // Accepting parallel edits is no way to make a record disappear.
        let author = x.author();
        x.ledger.accept_parallel(request.id.0, Request::KIND, &author).expect("accepting");
        meet(&mut [&mut x, &mut y]);
        assert!(x.get::<Request>(request.id).is_some() && x.ledger.count_conflicts().expect("a count") == 1);

        let Some(deleted) = decision else { continue };
        let author = y.author();
        y.ledger.decide_life(request.id.0, Request::KIND, deleted, &author).expect("a decision");
        meet(&mut [&mut x, &mut y]);
        assert_eq!((x.conflicts().len(), x.get::<Request>(request.id).is_some()), (0, !deleted));
    }
}

#[test]
fn a_deletion_that_did_not_know_of_another_classs_values_hides_nothing() {
    let person = person(1, "单小雨");
    let [mut x, mut y] = knowing::<Person, 2>(&person);
    x.delete::<Person>(person.id);
    // The first word ever in the class that stays in the compound.
    y.edit::<Person>(person.id, |p| p.note = Some("怕吵".into()));
    assert_eq!(give(&mut y, &mut x).conflicts, 1);
    meet(&mut [&mut x, &mut y]);
    assert_eq!(x.get::<Person>(person.id).expect("kept").note.as_deref(), Some("怕吵"));
    assert_eq!(x.conflicts()[0].what, ConflictKind::Deleted);
    assert_eq!(x.conflicts()[0].sides.len(), 2);
    for deleted in [true, false] {
        let author = x.author();
        x.ledger.decide_life(person.id.0, Person::KIND, deleted, &author).expect("a decision");
        meet(&mut [&mut x, &mut y]);
        assert_eq!((y.conflicts().len(), y.get::<Person>(person.id).is_some()), (0, !deleted));
    }
}

#[test]
fn such_a_deletion_is_shown_beside_another_dispute_about_the_record() {
    let person = person(1, "单小雨");
    let [mut x, mut y] = knowing::<Person, 2>(&person);
    x.edit::<Person>(person.id, |p| p.phones = vec!["13800000001".into()]);
    y.edit::<Person>(person.id, |p| p.phones = vec!["13800000002".into()]);
    meet(&mut [&mut x, &mut y]);
    x.delete::<Person>(person.id);
    y.edit::<Person>(person.id, |p| p.note = Some("怕吵".into()));
    meet(&mut [&mut x, &mut y]);
    let told: Vec<(ConflictKind, usize)> = x.conflicts().iter().map(|c| (c.what, c.sides.len())).collect();
    assert_eq!(told, [(ConflictKind::Field, 2), (ConflictKind::Deleted, 2)]);
}

#[test]
fn a_record_that_the_find_box_never_finds_is_deleted_like_any_other() {
    use serde_json::json;
    let mut x = Copy::new(1);
    let blocks = vec![block(5, "agreement_term", json!({ "fen": 300 }), json!({}))];
    x.absorb(vec![written_by(50, Class::District, 1, Vec::new(), blocks)]);
    x.delete::<AgreementTerm>(uuid::Uuid::from_u128(5).into());
    assert_eq!(x.ledger.books().number("SELECT count(*) FROM agreement_term WHERE life = 0", []).expect("a count"), 0);
}

#[test]
fn deleting_twice_is_no_dispute() {
    let request = request();
    let [mut x, mut y] = knowing::<Request, 2>(&request);
    x.delete::<Request>(request.id);
    y.delete::<Request>(request.id);
    meet(&mut [&mut x, &mut y]);
    assert_eq!((x.get::<Request>(request.id).is_none(), x.conflicts().len()), (true, 0));
}

#[test]
fn lines_that_are_only_ever_added_stand_side_by_side() {
    let request = request();
    let [mut x, mut y] = knowing::<Request, 2>(&request);
    for (n, copy) in [(11, &mut x), (12, &mut y)] {
        copy.put(&RequestStep { id: uuid::Uuid::from_u128(n).into(), request: request.id, on: day(2), text: "去看过".into() });
    }
    meet(&mut [&mut x, &mut y]);
    assert_eq!(x.ledger.books().select::<RequestStep>("", []).expect("steps").len(), 2);
    assert_eq!(x.conflicts(), []);
}

#[test]
fn clocks_of_1970_and_2099_change_no_outcome() {
    let clocks = ["1970-01-01T00:00:00+00:00", "2024-03-01T08:00:00+08:00", "2099-12-31T23:59:59+14:00"];
    let mut shown: Vec<(String, usize, RequestState)> = Vec::new();
    for a in clocks {
        for b in clocks {
            let request = request();
            let [mut x, mut y] = knowing::<Request, 2>(&request);
            (x.at, y.at) = (a, b);
            x.edit::<Request>(request.id, |r| r.place = "西门".into());
            y.edit::<Request>(request.id, |r| r.text = "灯坏了".into());
            y.edit::<Request>(request.id, |r| (r.place, r.state) = ("南门".into(), RequestState::Accepted));
            meet(&mut [&mut x, &mut y]);
            x.edit::<Request>(request.id, |r| r.state = RequestState::Working);
            meet(&mut [&mut x, &mut y]);
            let told: Request = y.get(request.id).expect("it");
            shown.push((told.place, y.conflicts().len(), told.state));
        }
    }
    assert_eq!(shown[0], ("南门".to_owned(), 2, RequestState::Working));
    assert!(shown.iter().all(|s| *s == shown[0]), "{shown:?}");
}

#[test]
fn copies_with_encrypted_stores_agree_with_each_other_and_with_a_plain_one() {
    let request = request();
    let (mut x, mut y, mut z) = (Copy::with(1, Some(&FILE_KEY)), Copy::with(2, Some(&[5; 32])), Copy::new(3));
    x.put(&request);
    meet(&mut [&mut x, &mut y, &mut z]);
    x.edit::<Request>(request.id, |r| r.place = "西门".into());
    y.edit::<Request>(request.id, |r| r.place = "南门".into());
    meet(&mut [&mut x, &mut y, &mut z]);
    assert_eq!(z.conflicts().len(), 1);
}

#[test]
fn who_may_not_read_a_class_lacks_nothing_else() {
    let mut person = person(1, "单小雨");
    person.note = Some("怕吵".into());
    let (mut branch, mut office, mut other) = (Copy::new(1), Copy::new(2), Copy::new(3));
    branch.put(&person);
    branch.edit::<Person>(person.id, |p| p.note = Some("夜班".into()));
    branch.edit::<Person>(person.id, |p| p.skills = Some("木工".into()));
    let segments = branch.segments();
    let upward: Vec<_> = segments.iter().filter(|s| s.channel.class != Class::Branch).cloned().collect();
    let done = office.absorb(upward);
    other.absorb(segments);
    assert!(done.segments.iter().all(|s| s.held == 0 && s.refused == 0));
    let seen: Person = office.get(person.id).expect("the person");
    assert_eq!((seen.skills.as_deref(), seen.note), (Some("木工"), None));
    let classes = [Class::Community, Class::District];
    assert_eq!(office.ledger.state_hash(&classes).expect("a hash"), other.ledger.state_hash(&classes).expect("a hash"));
    assert_ne!(office.state(), other.state());
}

#[test]
fn a_record_that_was_deleted_and_brought_back_while_another_changed_it_is_no_dispute() {
    let request = request();
    let [mut x, mut y] = knowing::<Request, 2>(&request);
    x.delete::<Request>(request.id);
    x.undo_last().expect("bringing it back");
    y.edit::<Request>(request.id, |r| r.place = "西门".into());
    meet(&mut [&mut x, &mut y]);
    assert_eq!(x.get::<Request>(request.id).expect("brought back").place, "西门");
    assert_eq!((x.conflicts(), x.ledger.count_conflicts().expect("a count")), (Vec::new(), 0));
    // And whoever accepts what stands beside it leaves nothing standing there.
    let author = x.author();
    x.ledger.accept_parallel(request.id.0, Request::KIND, &author).expect("accepting");
    assert_eq!(x.ledger.books().number("SELECT count(*) FROM pair", []).expect("a count"), 0);
    meet(&mut [&mut x, &mut y]);
}

#[test]
fn words_in_another_class_dispute_no_deletion_that_was_taken_back() {
    let person = person(1, "单小雨");
    let [mut x, mut y] = knowing::<Person, 2>(&person);
    x.delete::<Person>(person.id);
    x.undo_last().expect("bringing it back");
    // In the class that knows of no deletion, and beside what was said of one.
    y.edit::<Person>(person.id, |p| (p.note, p.phones) = (Some("怕吵".into()), vec!["13800000001".into()]));
    meet(&mut [&mut x, &mut y]);
    assert_eq!(x.get::<Person>(person.id).expect("brought back").note.as_deref(), Some("怕吵"));
    assert_eq!((x.conflicts(), x.ledger.count_conflicts().expect("a count")), (Vec::new(), 0));
}

#[test]
fn two_deletions_made_apart_that_did_not_know_of_a_third_laptops_words_are_shown_with_them() {
    let person = person(1, "单小雨");
    let [mut x, mut y, mut z] = knowing::<Person, 3>(&person);
    x.delete::<Person>(person.id);
    y.delete::<Person>(person.id);
    z.edit::<Person>(person.id, |p| p.note = Some("怕吵".into()));
    meet(&mut [&mut x, &mut y, &mut z]);
    assert_eq!(x.get::<Person>(person.id).expect("kept").note.as_deref(), Some("怕吵"));
    let conflicts = x.conflicts();
    let [conflict] = conflicts.as_slice() else { panic!("{conflicts:?}") };
    assert_eq!((conflict.what, x.ledger.count_conflicts().expect("a count")), (ConflictKind::Deleted, 1));
}

#[test]
fn taking_in_counts_the_disputes_that_are_new_and_no_old_one_again() {
    let request = request();
    let [mut x, mut y] = knowing::<Request, 2>(&request);
    x.edit::<Request>(request.id, |r| r.place = "西门".into());
    y.edit::<Request>(request.id, |r| r.place = "南门".into());
    assert_eq!(give(&mut x, &mut y).conflicts, 1);
    // The same dispute goes on.
    x.edit::<Request>(request.id, |r| r.place = "北门".into());
    assert_eq!(give(&mut x, &mut y).conflicts, 0);
    assert_eq!(give(&mut y, &mut x).conflicts, 1);
    // Settled.
    y.edit::<Request>(request.id, |r| r.place = "东二门".into());
    assert_eq!(give(&mut y, &mut x).conflicts, 0);
    // One is settled while another begins.
    x.edit::<Request>(request.id, |r| r.place = "北二门".into());
    y.edit::<Request>(request.id, |r| r.place = "东三门".into());
    let other = Request { id: uuid::Uuid::from_u128(9).into(), ..request.clone() };
    y.put(&other);
    meet(&mut [&mut x, &mut y]);
    y.edit::<Request>(request.id, |r| r.place = "南二门".into());
    y.edit::<Request>(other.id, |r| r.place = "南门".into());
    x.edit::<Request>(other.id, |r| r.place = "北门".into());
    assert_eq!(give(&mut y, &mut x).conflicts, 0, "one more, one less");
    y.absorb(x.segments());
    y.edit::<Request>(other.id, |r| r.place = "南门".into());
    give(&mut y, &mut x);
    // Edits that stand beside each other are shown, and are none.
    x.edit::<Request>(request.id, |r| r.place = "西门".into());
    y.edit::<Request>(request.id, |r| r.text = "灯坏了".into());
    assert_eq!(give(&mut x, &mut y).conflicts, 0);
}

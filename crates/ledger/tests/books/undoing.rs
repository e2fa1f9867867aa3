//! Undo, which is a new save, and the history that keeps both.

use serde_json::{Value, json};
use xinghuo_ledger::LedgerError;
use xinghuo_model::records::{Person, Request};
use xinghuo_model::{Act, RequestState, Urgency};

use crate::fixture::*;

/// A change as the history tells it: field, before, after, act, person, whose log.
type Told<'a> = (Option<&'a str>, Value, Value, String, String, u8);

#[test]
fn undo_puts_back_what_was_there_and_the_other_copies_follow() {
    type Act = fn(&mut Copy);
    let id = request().id;
    let rows: [(&str, Act); 4] = [
        ("an edit", |x| x.edit::<Request>(request().id, |r| r.place = "西门".into())),
        ("an edit in two classes", |x| {
            x.edit::<Request>(request().id, |r| (r.place, r.urgency, r.handler) = ("西门".into(), Urgency::Urgent, Some("甲".into())));
        }),
        ("an edit of a group", |x| {
            x.edit::<Request>(request().id, |r| (r.state, r.closed_on) = (RequestState::Closed, Some(day(9))));
        }),
        ("a deletion", |x| x.delete::<Request>(request().id)),
    ];
    for (what, act) in rows {
        let [mut x, mut y] = knowing::<Request, 2>(&request());
        act(&mut x);
        assert_ne!(x.get::<Request>(id), Some(request()), "{what}");
        meet(&mut [&mut x, &mut y]);
        x.undo_last().expect(what);
        assert_eq!(x.get::<Request>(id), Some(request()), "{what}");
        meet(&mut [&mut x, &mut y]);
        assert_eq!((y.get::<Request>(id), y.conflicts().len()), (Some(request()), 0), "{what}");
    }
}

#[test]
fn undoing_a_new_record_deletes_it_and_an_import_is_undone_whole() {
    let mut x = Copy::new(1);
    let author = x.author();
    x.put(&request());
    x.ledger
        .transact(Act::ImportRoster, &author, |tx| {
            for n in 0..50 {
                tx.put(SPACE, &person(100 + n, "王甲"));
            }
            Ok::<_, LedgerError>(())
        })
        .expect("an import");
    assert_eq!(x.ledger.last_save().expect("a save").map(|s| s.act).as_deref(), Some("import_roster"));
    let count = |x: &Copy| x.ledger.books().select::<Person>("", []).expect("people").len();
    assert_eq!(count(&x), 50);
    x.undo_last().expect("undoing");
    assert_eq!((count(&x), x.get::<Request>(request().id)), (0, Some(request())));
    assert_eq!(x.ledger.books().find("王甲", 9).expect("a search"), []);
    x.undo_last().expect("undoing the one before");
    assert_eq!(x.get::<Request>(request().id), None);
    assert_eq!(x.undo_last().expect_err("nothing left").code(), "undo.nothing");
}

#[test]
fn nothing_is_undone_that_somebody_built_upon() {
    let id = request().id;
    // Own later save, another copy's later entry, another copy's concurrent one.
    for case in 0..4 {
        let [mut x, mut y] = knowing::<Request, 2>(&request());
        // Ahead of the other copy, so that in a dispute its own value is the one shown.
        x.edit::<Request>(id, |r| r.handler = Some("甲".into()));
        x.edit::<Request>(id, |r| r.place = "西门".into());
        let save = x.ledger.last_save().expect("a save").expect("a save").save;
        match case {
            0 => x.edit::<Request>(id, |r| r.place = "南门".into()),
            1 => {
                give(&mut x, &mut y);
                y.edit::<Request>(id, |r| r.place = "南门".into());
                give(&mut y, &mut x);
            }
            2 => {
                y.edit::<Request>(id, |r| r.place = "南门".into());
                give(&mut y, &mut x);
            }
            // Another group is none of it.
            _ => x.edit::<Request>(id, |r| r.text = "灯坏了".into()),
        }
        let (state, author) = (x.state(), x.author());
        let result = x.ledger.undo(save, &author);
        if case == 3 {
            result.expect("undoing");
            assert_eq!(x.get::<Request>(id).expect("it").place, "东门");
        } else {
            assert_eq!(result.expect_err("built upon").code(), "undo.built_upon", "case {case}");
            assert_eq!(x.state(), state, "case {case}");
        }
    }
}

#[test]
fn a_deletion_that_another_reversed_is_not_undone_again() {
    let [mut x, mut y] = knowing::<Request, 2>(&request());
    x.delete::<Request>(request().id);
    let save = x.ledger.last_save().expect("a save").expect("a save").save;
    give(&mut x, &mut y);
    let author = y.author();
    y.ledger.decide_life(request().id.0, <Request as xinghuo_model::Record>::KIND, false, &author).expect("bringing back");
    give(&mut y, &mut x);
    let author = x.author();
    assert_eq!(x.ledger.undo(save, &author).expect_err("built upon").code(), "undo.built_upon");
}

#[test]
fn a_save_is_undone_once_and_an_undo_is_no_save_to_undo() {
    let mut x = Copy::new(1);
    x.put(&request());
    let save = x.ledger.last_save().expect("a save").expect("a save").save;
    x.undo_last().expect("undoing");
    assert_eq!(x.ledger.last_save().expect("none"), None);
    let author = x.author();
    for n in [save, 999, 0, -1] {
        assert_eq!(x.ledger.undo(n, &author).expect_err("nothing").code(), "undo.nothing");
    }
}

#[test]
fn what_another_copy_wrote_is_never_offered_for_undo() {
    let [mut x, mut y] = knowing::<Request, 2>(&request());
    x.edit::<Request>(request().id, |r| r.place = "西门".into());
    give(&mut x, &mut y);
    assert_eq!(y.ledger.last_save().expect("none"), None);
}

#[test]
fn a_records_history_tells_every_change_newest_first_with_author_act_and_both_values() {
    let id = request().id;
    let [mut x, mut y] = knowing::<Request, 2>(&request());
    x.at = "2099-01-01T00:00:00+08:00";
    x.edit::<Request>(id, |r| r.place = "西门".into());
    give(&mut x, &mut y);
    y.edit::<Request>(id, |r| r.place = "南门".into());
    y.delete::<Request>(id);
    y.undo_last().expect("undoing");
    let told: Vec<Told<'_>> = y
        .ledger
        .history(id.0)
        .expect("a history")
        .into_iter()
        .map(|c| (c.field.map(|f| f.name), c.old, c.new, c.act, c.person, c.key[0]))
        .take(6)
        .collect();
    let line = |field, old: Value, new: Value, act: &str, who: &str, key| (field, old, new, act.to_owned(), who.to_owned(), key);
    // Deleted and brought back is said in both classes.
    assert_eq!(
        told,
        [
            line(None, Value::Null, json!(false), "undo", "2号", 2),
            line(None, Value::Null, json!(false), "undo", "2号", 2),
            line(None, Value::Null, json!(true), "edit_request", "2号", 2),
            line(None, Value::Null, json!(true), "edit_request", "2号", 2),
            line(Some("place"), json!("西门"), json!("南门"), "edit_request", "2号", 2),
            line(Some("place"), json!("东门"), json!("西门"), "edit_request", "1号", 1),
        ]
    );
    assert_eq!(y.ledger.history(uuid::Uuid::from_u128(404)).expect("none").len(), 0);
}

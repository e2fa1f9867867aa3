//! A store that a program with another registry left behind, opened by this one.

use rusqlite::Connection;
use serde_json::json;
use xinghuo_ledger::{Hash, Ledger};
use xinghuo_model::Class;
use xinghuo_model::records::{Person, Request};

use crate::fixture::*;

/// As a program leaves it that knows no requests and no employers, but bicycles: what it did not
/// understand stands in the log, is noted, and stands in no table.
fn left_by_another_program() -> (Copy, Hash) {
    let mut x = Copy::new(1);
    x.put(&request());
    x.put(&Person { employer: Some("水泵厂".into()), ..person(2, "单小雨") });
    x.edit::<Request>(request().id, |r| r.place = "西门".into());
    let blocks = vec![block(3, "bicycle", json!({ "colour": "red" }), json!({}))];
    x.absorb(vec![written_by(50, Class::District, 1, Vec::new(), blocks)]);
    let state = x.state();
    x.ledger.settle().expect("settling");
    let conn = Connection::open(&x.path).expect("the file");
    conn.execute_batch(
        "DELETE FROM unknown; INSERT INTO unknown SELECT t.log, t.seq, t.i FROM touch t JOIN request r ON r.id = t.rec; \
         DROP TABLE request; ALTER TABLE person DROP COLUMN employer; \
         CREATE TABLE bicycle(rid INTEGER PRIMARY KEY, id BLOB, life INTEGER, dots BLOB, colour TEXT); \
         INSERT INTO bicycle(colour) VALUES('red'); \
         UPDATE here SET value = 'another' WHERE name = 'told_by';",
    )
    .expect("what it left");
    (x, state)
}

fn noted(path: &std::path::Path) -> (i64, String, i64) {
    let conn = Connection::open(path).expect("the file");
    let one = |sql: &str| conn.query_row(sql, [], |r| r.get(0)).expect("a number");
    let told = conn.query_row("SELECT value FROM here WHERE name = 'told_by'", [], |r| r.get(0)).expect("a mark");
    (one("SELECT count(*) FROM unknown"), told, one("SELECT count(*) FROM sqlite_master WHERE name = 'bicycle'"))
}

#[test]
fn what_was_kept_without_being_understood_stands_in_the_tables_after_the_upgrade() {
    let (x, state) = left_by_another_program();
    assert_eq!(noted(&x.path), (3, "another".into(), 1));
    let mut steps = Vec::new();
    let after = Ledger::open_at_pace(&x.path, None, [1; 32], entropy(1), &mut |done, total| {
        steps.push((done, total));
        true
    })
    .expect("it opens");
    assert_eq!(steps.len() as u64, steps[0].1, "it says how far it is");
    assert_eq!(after.state_hash(&Class::ALL).expect("a hash"), state);
    let books = after.books();
    assert_eq!(books.need::<Request>(request().id).expect("it").record.place, "西门");
    assert_eq!(books.need::<Person>(uuid::Uuid::from_u128(2).into()).expect("her").record.employer.as_deref(), Some("水泵厂"));
    assert_eq!(books.find("西门", 9).expect("a search").len(), 1);
    assert_eq!(after.newer().expect("a number"), 1, "bicycles it does not know itself");
    assert_eq!(noted(&x.path).2, 0, "and what nobody here can erase any more is not left lying about");
    drop(after);
    let mut again = 0;
    Ledger::open_at_pace(&x.path, None, [1; 32], entropy(1), &mut |_, _| {
        again += 1;
        true
    })
    .expect("it opens");
    assert_eq!(again, 0, "once is enough");
}

#[test]
fn an_upgrade_that_is_stopped_leaves_the_store_as_it_was_and_begins_anew_at_the_next_start() {
    let (x, state) = left_by_another_program();
    let before = noted(&x.path);
    for stop in 1..4 {
        let stopped = Ledger::open_at_pace(&x.path, None, [1; 32], entropy(1), &mut |done, _| done < stop);
        assert_eq!(stopped.err().map(|e| e.code()), Some("cancelled"));
        assert_eq!(noted(&x.path), before);
    }
    let after = Ledger::open(&x.path, None, [1; 32], entropy(1)).expect("it opens");
    assert_eq!(after.state_hash(&Class::ALL).expect("a hash"), state);
}

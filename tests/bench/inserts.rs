//! The floor: the same rows by plain inserts and updates in one transaction each, into the same kind
//! of file with the same indexes and, where asked for, the same search table with the same tokens.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::types::Value;
use xinghuo_ledger::floor;
use xinghuo_model::records::Person;
use xinghuo_model::{Record, Store};

use crate::contest::{Copy, Step, Way};
use crate::gauge::Outcome;
use crate::residents::{COMPOUND, changed, residents, shuffled};

/// What is known of a resident: five things in seven columns.
const COLUMNS: [&str; 7] = ["name", "building", "unit", "room", "relation", "phones", "occupancy"];

/// Any key: a file is encrypted whatever it is.
const KEY: [u8; 32] = [7; 32];

/// Plain inserts; nothing travels.
pub struct Inserts {
    /// The search table too.
    pub search: bool,
    /// The updates in another order than the inserts.
    pub shuffled: bool,
}

impl Way for Inserts {
    fn make(&self, _: &Path, _: usize) -> Outcome {
        Ok(())
    }

    fn open(&self, folder: &Path, count: usize) -> Outcome<Box<dyn Copy>> {
        let home = tempfile::tempdir_in(folder)?;
        let path = home.path().join("copy.db");
        let people = residents(count);
        let second = changed(&people);
        let rows = [rows(&people), rows(&if self.shuffled { shuffled(second) } else { second })];
        Ok(Box::new(Table { conn: open(&path)?, path, rows, search: self.search, _home: home }))
    }
}

/// A row as SQLite holds it: id, and values by field position.
pub type Row = ([u8; 16], Vec<Option<Value>>);

/// People as rows.
pub fn rows(people: &[Person]) -> Vec<Row> {
    people.iter().map(|p| (*p.id.0.as_bytes(), values(p))).collect()
}

struct Table {
    conn: Connection,
    path: PathBuf,
    rows: [Vec<Row>; 2],
    search: bool,
    _home: tempfile::TempDir,
}

impl Copy for Table {
    fn take(&mut self, step: Step) -> Outcome<bool> {
        match step {
            Step::Import => write(&self.conn, &self.rows[0], self.search).map(|()| true),
            Step::Replay => Ok(false),
            Step::Update => overwrite(&self.conn, &self.rows[1], self.search).map(|()| true),
        }
    }

    fn state(&mut self) -> Outcome<(u64, String)> {
        state(&self.conn)
    }

    fn kept(&mut self) -> Outcome<u64> {
        settled(&self.conn, &self.path)
    }
}

/// A floor's file.
pub fn open(path: &Path) -> Outcome<Connection> {
    Ok(floor::open(path, Some(&KEY))?)
}

/// How many people stand in the table, and the name of the first.
pub fn state(conn: &Connection) -> Outcome<(u64, String)> {
    let count: i64 = conn.query_row("SELECT count(*) FROM person", [], |r| r.get(0))?;
    Ok((count as u64, conn.query_row("SELECT name FROM person WHERE rid = 1", [], |r| r.get(0))?))
}

/// The file's bytes once nothing waits beside it.
pub fn settled(conn: &Connection, path: &Path) -> Outcome<u64> {
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(std::fs::metadata(path)?.len())
}

fn positions() -> Vec<usize> {
    COLUMNS.iter().filter_map(|name| Person::KIND.field(name)).collect()
}

/// Inserts the rows in one transaction.
pub fn write(conn: &Connection, rows: &[Row], search: bool) -> Outcome {
    let known = positions();
    let columns: String = COLUMNS.iter().map(|c| format!(", \"{c}\"")).collect();
    let marks: String = (0..known.len()).map(|n| format!(", ?{}", n + 3)).collect();
    conn.execute_batch("BEGIN IMMEDIATE")?;
    let mut insert =
        conn.prepare(&format!("INSERT INTO person(id, space, life, flags, dots{columns}) VALUES(?1, ?2, 0, 0, x''{marks})"))?;
    for (id, row) in rows {
        insert.raw_bind_parameter(1, id)?;
        insert.raw_bind_parameter(2, COMPOUND.0.as_bytes())?;
        for (n, at) in known.iter().enumerate() {
            insert.raw_bind_parameter(n + 3, &row[*at])?;
        }
        insert.raw_execute()?;
        if search {
            floor::put_tokens(conn, Person::KIND, conn.last_insert_rowid(), row)?;
        }
    }
    conn.execute_batch("COMMIT")?;
    Ok(())
}

/// Sets the same columns of rows that stand there, found by their ids, in one transaction.
pub fn overwrite(conn: &Connection, rows: &[Row], search: bool) -> Outcome {
    let known = positions();
    let sets: Vec<String> = COLUMNS.iter().enumerate().map(|(n, c)| format!("\"{c}\" = ?{}", n + 2)).collect();
    conn.execute_batch("BEGIN IMMEDIATE")?;
    let mut update = conn.prepare(&format!("UPDATE person SET {} WHERE id = ?1", sets.join(", ")))?;
    let mut find = conn.prepare("SELECT rid FROM person WHERE id = ?1")?;
    let mut forget = conn.prepare("DELETE FROM find WHERE rowid = ?1")?;
    for (id, row) in rows {
        update.raw_bind_parameter(1, id)?;
        for (n, at) in known.iter().enumerate() {
            update.raw_bind_parameter(n + 2, &row[*at])?;
        }
        update.raw_execute()?;
        if search {
            let rid: i64 = find.query_row([id], |r| r.get(0))?;
            forget.execute([rid << 8 | i64::from(Person::KIND.number)])?;
            floor::put_tokens(conn, Person::KIND, rid, row)?;
        }
    }
    conn.execute_batch("COMMIT")?;
    Ok(())
}

/// A person's values as SQLite holds them, by field position.
fn values(person: &Person) -> Vec<Option<Value>> {
    let json = person.values();
    let fields = json.iter().zip(Person::KIND.fields);
    fields
        .map(|(value, field)| match (field.store, value.as_str()) {
            _ if value.is_null() => None,
            (Store::Json, _) | (_, None) => Some(Value::Text(value.to_string())),
            (_, Some(text)) => Some(Value::Text(text.to_owned())),
        })
        .collect()
}

//! Telling the tables again from the log: on request, at the first start of a program that knows
//! more (or less) than the one that made them, and beside the old ones to compare the two.

use std::cmp::Ordering;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};
use xinghuo_model::KINDS;

use crate::check::{Checked, Fault, Problem};
use crate::entry::{Hash, Header};
use crate::error::{EntryError, LedgerError, Result};
use crate::merge::Merge;
use crate::{Ledger, Pace, find, schema};

/// The fact in `here` that says which registry the tables were made by.
const TOLD_BY: &str = "told_by";

/// Merge state beside the records' tables.
const BESIDE: [&str; 6] = ["seen", "sibling", "pair", "erased", "hole", "unknown"];

/// Notes that the tables are as this program makes them.
pub(crate) fn sign(conn: &Connection) -> Result<()> {
    conn.execute(
        "INSERT INTO here(name, value) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
        params![TOLD_BY, schema::projection_mark()],
    )?;
    Ok(())
}

/// Whether another program made the tables: one that knew other kinds, fields or rules.
pub(crate) fn is_outdated(conn: &Connection) -> Result<bool> {
    let told: Option<String> = conn.query_row("SELECT value FROM here WHERE name = ?1", [TOLD_BY], |r| r.get(0)).optional()?;
    Ok(told != Some(schema::projection_mark()))
}

impl Ledger {
    /// Blocks this version does not understand in full: kept, passed on, told again after an upgrade.
    ///
    /// # Errors
    /// SQLite's.
    pub fn newer(&self) -> Result<u64> {
        Ok(self.books().number("SELECT count(*) FROM unknown", [])? as u64)
    }

    /// Throws the projected tables away and makes them again from the log.
    ///
    /// # Errors
    /// [`LedgerError::Cancelled`] (everything stays as it was) or SQLite's.
    pub fn rebuild(&mut self, pace: Pace<'_>) -> Result<()> {
        self.transaction(|ledger| ledger.tell_again(pace))
    }

    /// The same, inside a transaction.
    pub(crate) fn tell_again(&mut self, pace: Pace<'_>) -> Result<()> {
        schema::drop_projection(&self.conn)?;
        schema::create_projection(&self.conn)?;
        let total = self.number_of_entries()?;
        self.retell(0, total, pace)?;
        sign(&self.conn)
    }

    /// Merges every stored entry into empty tables, in the order in which they came.
    fn retell(&mut self, mut done: u64, total: u64, pace: Pace<'_>) -> Result<()> {
        let mut merge = Merge::open(&self.conn, None)?;
        let mut stmt = self.conn.prepare("SELECT log, ord, header FROM entry ORDER BY ord")?;
        let mut rows = stmt.query([])?;
        while let Some(r) = rows.next()? {
            let header: Header = serde_json::from_slice(r.get_ref(2)?.as_blob().unwrap_or_default()).map_err(|_| EntryError::Unreadable)?;
            merge.replay(r.get(0)?, r.get(1)?, &header)?;
            done += 1;
            if !pace(done, total) {
                return Err(LedgerError::Cancelled);
            }
        }
        merge.finish(false)?;
        let logs = merge.logs;
        drop(rows);
        drop(stmt);
        self.logs = Some(logs);
        Ok(())
    }

    /// Makes the tables a second time beside those that stand, and notes every row of which the two
    /// say something else. Leaves both behind: whoever calls takes the transaction back.
    pub(crate) fn compare_tables(&mut self, out: &mut Checked, done: u64, total: u64, pace: Pace<'_>) -> Result<()> {
        let tables: Vec<&str> = KINDS.iter().map(|kind| kind.name).chain(BESIDE).collect();
        // Words that bundles put off are no difference.
        find::catch_up(&self.conn)?;
        let found = words_hash(&self.conn)?;
        for table in &tables {
            put_aside(&self.conn, table)?;
        }
        self.conn.execute_batch("DROP TABLE IF EXISTS find")?;
        schema::create_find(&self.conn)?;
        self.retell(done, total, pace)?;
        if words_hash(&self.conn)? != found {
            out.note(Problem::of(Fault::Find));
        }
        let mut rows = 0;
        for table in tables {
            let differing = self.differing(table, &mut rows)?;
            for _ in 0..differing {
                out.note(Problem { table: Some(table.to_owned()), ..Problem::of(Fault::Table) });
            }
        }
        out.rows = Some(rows);
        Ok(())
    }

    /// How many rows of a table and of the one put aside are not the same. Both are read in the order
    /// of their keys, a row at a time.
    fn differing(&self, table: &str, read: &mut u64) -> Result<u64> {
        let mut columns = self.books().rows("SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid", [table], |r| {
            Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?))
        })?;
        // A record is known by its id. Its row's number is this file's alone: it was counted up before
        // something was erased that would have had one of its own.
        columns.retain(|(name, _)| name != "rid");
        for (_, pk) in columns.iter_mut().filter(|(name, _)| name == "id") {
            *pk = 1;
        }
        let quoted: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let mut keys: Vec<(i64, usize)> =
            columns.iter().enumerate().filter(|(_, (_, pk))| *pk > 0).map(|(at, (_, pk))| (*pk, at)).collect();
        keys.sort_unstable();
        let order: Vec<&str> = keys.iter().map(|(_, at)| quoted[*at].as_str()).collect();
        let sql = |table: &str| format!("SELECT {} FROM \"{table}\" ORDER BY {}", quoted.join(", "), order.join(", "));
        let mut told = self.conn.prepare(&sql(table))?;
        // A table that lost a column or is gone altogether differs as a whole.
        let Ok(mut stood) = self.conn.prepare(&sql(&aside(table))) else { return Ok(1) };
        let (mut told, mut stood) = (told.query([])?, stood.query([])?);
        let (mut a, mut b) = (told.next()?, stood.next()?);
        let mut differing = 0;
        while a.is_some() || b.is_some() {
            let order = match (a, b) {
                (Some(x), Some(y)) => {
                    let mut order = Ordering::Equal;
                    for (_, at) in &keys {
                        order = order.then(compare(x.get_ref(*at)?, y.get_ref(*at)?));
                    }
                    if order == Ordering::Equal {
                        let mut same = true;
                        for at in 0..columns.len() {
                            same &= compare(x.get_ref(at)?, y.get_ref(at)?) == Ordering::Equal;
                        }
                        differing += u64::from(!same);
                    }
                    order
                }
                (Some(_), None) => Ordering::Less,
                _ => Ordering::Greater,
            };
            differing += u64::from(order != Ordering::Equal);
            *read += 1;
            if order != Ordering::Greater {
                a = told.next()?;
            }
            if order != Ordering::Less {
                b = stood.next()?;
            }
        }
        Ok(differing)
    }
}

fn aside(table: &str) -> String {
    format!("was {table}")
}

/// Gives a table another name and makes an empty one in its place.
fn put_aside(conn: &Connection, table: &str) -> Result<()> {
    let mut stmt =
        conn.prepare("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ?1 AND sql IS NOT NULL ORDER BY type = 'index'")?;
    let parts: Vec<(String, String, String)> =
        stmt.query_map([table], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect::<rusqlite::Result<_>>()?;
    drop(stmt);
    for (kind, name, _) in &parts {
        match kind.as_str() {
            "index" => conn.execute_batch(&format!("DROP INDEX \"{name}\""))?,
            _ => conn.execute_batch(&format!("ALTER TABLE \"{table}\" RENAME TO \"{}\"", aside(table)))?,
        }
    }
    match KINDS.iter().find(|kind| kind.name == table) {
        Some(kind) => conn.execute_batch(&schema::table_sql(kind))?,
        None => {
            for (_, _, sql) in &parts {
                conn.execute_batch(sql)?;
            }
        }
    }
    Ok(())
}

/// One hash over every word of the search table, in how many records it stands and how often: the
/// table keeps no texts to compare, and a record's number in it is this file's alone.
fn words_hash(conn: &Connection) -> Result<Hash> {
    conn.execute_batch("DROP TABLE IF EXISTS temp.find_words; CREATE VIRTUAL TABLE temp.find_words USING fts5vocab(main, find, col);")?;
    let mut hasher = blake3::Hasher::new();
    {
        let mut stmt = conn.prepare("SELECT term, col, doc, cnt FROM temp.find_words")?;
        let mut rows = stmt.query([])?;
        while let Some(r) = rows.next()? {
            for at in 0..4 {
                hasher.update(&[0]);
                match r.get_ref(at)? {
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => hasher.update(bytes),
                    ValueRef::Integer(n) => hasher.update(&n.to_be_bytes()),
                    _ => &mut hasher,
                };
            }
        }
    }
    conn.execute_batch("DROP TABLE temp.find_words")?;
    Ok(Hash(*hasher.finalize().as_bytes()))
}

/// SQLite's own order of values.
fn compare(a: ValueRef<'_>, b: ValueRef<'_>) -> Ordering {
    let rank = |value: ValueRef<'_>| match value {
        ValueRef::Null => 0,
        ValueRef::Integer(_) | ValueRef::Real(_) => 1,
        ValueRef::Text(_) => 2,
        ValueRef::Blob(_) => 3,
    };
    match (a, b) {
        (ValueRef::Integer(x), ValueRef::Integer(y)) => x.cmp(&y),
        (ValueRef::Real(x), ValueRef::Real(y)) => x.total_cmp(&y),
        (ValueRef::Text(x), ValueRef::Text(y)) | (ValueRef::Blob(x), ValueRef::Blob(y)) => x.cmp(y),
        _ => rank(a).cmp(&rank(b)),
    }
}

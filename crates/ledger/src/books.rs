//! Reading: typed records and plain SQL over the projected tables.

use rusqlite::{Connection, OptionalExtension, Params, params};
use serde_json::Value;
use uuid::Uuid;
use xinghuo_model::{KindDef, Record};

use crate::error::{LedgerError, Result};
use crate::find::{Found, find};
use crate::merge::FLAG_CONFLICT;
use crate::siblings::{differs, listed_siblings};
use crate::values::json_from_sql;

/// A read handle: every view is made from one of these.
#[derive(Clone, Copy)]
pub struct Books<'c> {
    pub(crate) conn: &'c Connection,
}

/// A record with what the books know beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept<T> {
    /// The record.
    pub record: T,
    /// Whose it is.
    pub space: Uuid,
    /// A person must decide something on it.
    pub conflict: bool,
}

fn columns(kind: &KindDef) -> String {
    let mut out = String::from("id, space, flags");
    for field in kind.fields {
        out.push_str(", \"");
        out.push_str(field.name);
        out.push('"');
    }
    out
}

fn read<T: Record>(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Kept<T>>> {
    let id = Uuid::from_bytes(row.get(0)?);
    let space = Uuid::from_bytes(row.get(1)?);
    let flags: i64 = row.get(2)?;
    let mut take = |at: usize| -> Value { row.get_ref(at + 3).map_or(Value::Null, |v| json_from_sql(&T::KIND.fields[at], v)) };
    // A row this version cannot read is left out of lists; `unreadable` counts them.
    Ok(T::from_values(id.into(), &mut take).ok().map(|record| Kept { record, space, conflict: flags & FLAG_CONFLICT != 0 }))
}

impl<'c> Books<'c> {
    /// Living records of a kind; `tail` is SQL after `WHERE life = 0`, such as
    /// `AND space = ?1 ORDER BY number`.
    ///
    /// # Errors
    /// SQLite's.
    pub fn select<T: Record>(&self, tail: &str, params: impl Params) -> Result<Vec<Kept<T>>> {
        let sql = format!("SELECT {} FROM \"{}\" WHERE life = 0 {tail}", columns(T::KIND), T::KIND.name);
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let mut rows = stmt.query(params)?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.extend(read(row)?);
        }
        Ok(out)
    }

    /// One living record.
    ///
    /// # Errors
    /// SQLite's.
    pub fn get<T: Record>(&self, id: T::Id) -> Result<Option<Kept<T>>> {
        let id: Uuid = id.into();
        let sql = format!("SELECT {} FROM \"{}\" WHERE life = 0 AND id = ?1", columns(T::KIND), T::KIND.name);
        Ok(self.conn.prepare_cached(&sql)?.query_row([id.as_bytes()], read).optional()?.flatten())
    }

    /// One living record, or the error that it is not there.
    ///
    /// # Errors
    /// [`LedgerError::Missing`] or SQLite's.
    pub fn need<T: Record>(&self, id: T::Id) -> Result<Kept<T>> {
        self.get(id)?.ok_or(LedgerError::Missing(T::KIND.zh))
    }

    /// A number by SQL, e.g. a count.
    ///
    /// # Errors
    /// SQLite's.
    pub fn number(&self, sql: &str, params: impl Params) -> Result<i64> {
        Ok(self.conn.prepare_cached(sql)?.query_row(params, |r| r.get(0))?)
    }

    /// Rows by SQL.
    ///
    /// # Errors
    /// SQLite's.
    pub fn rows<T>(
        &self,
        sql: &str,
        params: impl Params,
        mut row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut stmt = self.conn.prepare_cached(sql)?;
        let mut rows = stmt.query(params)?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            out.push(row(r)?);
        }
        Ok(out)
    }

    /// The find box.
    ///
    /// # Errors
    /// SQLite's.
    pub fn find(&self, text: &str, limit: usize) -> Result<Vec<Found>> {
        find(self.conn, text, limit)
    }

    /// Rows of a kind that this version cannot read.
    ///
    /// # Errors
    /// SQLite's.
    pub fn unreadable<T: Record>(&self) -> Result<u64> {
        let sql = format!("SELECT {} FROM \"{}\" WHERE life = 0", columns(T::KIND), T::KIND.name);
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let mut rows = stmt.query([])?;
        let mut n = 0;
        while let Some(row) = rows.next()? {
            n += u64::from(read::<T>(row)?.is_none());
        }
        Ok(n)
    }

    /// Whether copies that did not know of each other wrote different things into a merge group of a record: a person
    /// has to decide.
    ///
    /// # Errors
    /// SQLite's.
    pub fn in_dispute<T: Record>(&self, id: T::Id, group: &str) -> Result<bool> {
        let numbers = T::KIND.fields.iter().filter(|field| field.group == group).map(|field| field.number);
        let Some(number) = numbers.min() else { return Ok(false) };
        Ok(differs(T::KIND, number, &listed_siblings(self.conn, T::KIND, id.into(), number)?))
    }

    /// A fact about this copy.
    ///
    /// # Errors
    /// SQLite's.
    pub fn here(&self, name: &str) -> Result<Option<String>> {
        Ok(self.conn.prepare_cached("SELECT value FROM here WHERE name = ?1")?.query_row([name], |r| r.get(0)).optional()?)
    }

    /// A kept draft.
    ///
    /// # Errors
    /// SQLite's.
    pub fn draft(&self, name: &str) -> Result<Option<String>> {
        Ok(self.conn.prepare_cached("SELECT text FROM draft WHERE name = ?1")?.query_row(params![name], |r| r.get(0)).optional()?)
    }
}

//! The plain floor that the benchmarks compare an import with: the same file with the same
//! tables, indexes and search table, written by hand. Not part of the product: nothing that
//! is written this way stands in the log.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;
use xinghuo_model::KindDef;

use crate::error::Result;
use crate::{find, schema};

/// Opens or creates a store as [`crate::Ledger::open`] does, and hands out its connection.
///
/// # Errors
/// As [`crate::Ledger::open`].
pub fn open(path: &Path, key: Option<&[u8; 32]>) -> Result<Connection> {
    schema::open(path, key)
}

/// Puts a row's tokens into the search table. `values` stand by field position.
///
/// # Errors
/// SQLite's.
pub fn put_tokens(conn: &Connection, kind: &KindDef, rid: i64, values: &[Option<Value>]) -> Result<()> {
    let tokens = find::tokens(kind, |at| values.get(at).and_then(Option::as_ref));
    find::put(conn, kind, rid, &tokens, false)
}

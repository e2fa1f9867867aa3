//! The file: pragmas, the tables of the log, and the projected tables that follow from the
//! registry.

use std::fmt::Write;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, limits::Limit};
use xinghuo_model::{KINDS, KindDef, Store};

use crate::error::{LedgerError, Result};
use crate::retell;

/// The oldest program that may open a file of this version (`user_version`).
pub const FILE_VERSION: i64 = 1;

/// The registry's version, written into headers.
pub const SCHEMA: u32 = 1;

/// To be raised when the merge or the words of the search table say something else about the same
/// log: tables made before are told again then.
const TELLING: u32 = 1;

/// Opens or creates the file. `key` is the raw SQLCipher key; `None` opens a plain file,
/// which only benchmarks and the simulator use.
///
/// # Errors
/// [`LedgerError::WrongKey`], [`LedgerError::TooNew`], or SQLite's own.
pub fn open(path: &Path, key: Option<&[u8; 32]>) -> Result<Connection> {
    let conn = Connection::open(path)?;
    prepare(&conn, key)?;
    let version: i64 = conn.query_row("PRAGMA user_version", [], |r| r.get(0)).map_err(|_| LedgerError::WrongKey)?;
    if version > FILE_VERSION {
        return Err(LedgerError::TooNew { needs: version });
    }
    // WAL + FULL: 10,000 of 10,000 simulated power cuts lose nothing; NORMAL loses half.
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", "full")?;
    conn.pragma_update(None, "secure_delete", true)?;
    if version == 0 {
        let tx = conn.unchecked_transaction()?;
        conn.execute_batch(include_str!("tables.sql"))?;
        conn.execute_batch(include_str!("content.sql"))?;
        create_projection(&conn)?;
        retell::sign(&conn)?;
        conn.pragma_update(None, "user_version", FILE_VERSION)?;
        tx.commit()?;
    }
    Ok(conn)
}

/// Opens a second, read-only connection on an existing file.
///
/// # Errors
/// As [`open`].
pub fn open_reader(path: &Path, key: Option<&[u8; 32]>) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    prepare(&conn, key)?;
    conn.query_row("PRAGMA user_version", [], |_| Ok(())).map_err(|_| LedgerError::WrongKey)?;
    Ok(conn)
}

fn prepare(conn: &Connection, key: Option<&[u8; 32]>) -> Result<()> {
    if let Some(key) = key {
        let mut hex = String::with_capacity(64);
        for byte in key {
            let _ = write!(hex, "{byte:02x}");
        }
        // SQLCipher prints page errors to stderr otherwise.
        conn.execute_batch("PRAGMA cipher_log_level = NONE;")?;
        conn.pragma_update(None, "key", format!("x'{hex}'"))?;
    }
    // With SQLite's own 2 MB cache SQLCipher is six times slower.
    conn.pragma_update(None, "cache_size", -64_000)?;
    conn.pragma_update(None, "temp_store", "memory")?;
    conn.pragma_update(None, "trusted_schema", false)?;
    conn.pragma_update(None, "cell_size_check", true)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(())
}

/// Creates the projected tables and the search table.
pub(crate) fn create_projection(conn: &Connection) -> Result<()> {
    for kind in KINDS {
        conn.execute_batch(&table_sql(kind))?;
    }
    create_find(conn)
}

pub(crate) fn create_find(conn: &Connection) -> Result<()> {
    conn.execute_batch(include_str!("find.sql"))?;
    Ok(())
}

/// One mark for everything the tables depend on besides the log: kinds, fields, groups, classes,
/// columns, indexes, search, and the rules of the merge.
pub(crate) fn projection_mark() -> String {
    let mut hasher = blake3::Hasher::new();
    let mut say = |text: &str| {
        hasher.update(&(text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    };
    say(&format!("{SCHEMA} {TELLING}"));
    say(include_str!("find.sql"));
    for kind in KINDS {
        say(&format!("{} {}", kind.number, table_sql(kind)));
        for field in kind.fields {
            say(&format!("{} {} {:?} {:?}", field.name, kind.group_number(field.group), field.class, field.search));
        }
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

/// Drops them: the log is the truth. Tables of kinds that only another program knows go too, or
/// what they hold would outlive its erasure.
pub(crate) fn drop_projection(conn: &Connection) -> Result<()> {
    let mut stmt = conn.prepare(
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name IN ('rid', 'life', 'dots') \
         WHERE m.type = 'table' GROUP BY m.name HAVING count(*) = 3",
    )?;
    let kinds: Vec<String> = stmt.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
    drop(stmt);
    for kind in kinds {
        conn.execute_batch(&format!("DROP TABLE \"{}\";", kind.replace('"', "\"\"")))?;
    }
    conn.execute_batch("DROP TABLE IF EXISTS find; DELETE FROM sibling; DELETE FROM pair; DELETE FROM seen; DELETE FROM unknown; DELETE FROM erased; DELETE FROM hole; DELETE FROM unfound;")?;
    Ok(())
}

/// The SQL of a kind's table. Names come from the registry, never from data.
pub fn table_sql(kind: &KindDef) -> String {
    let mut sql = format!(
        "CREATE TABLE \"{}\"(rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, space BLOB NOT NULL, \
         life INTEGER NOT NULL, flags INTEGER NOT NULL, dots BLOB NOT NULL",
        kind.name
    );
    for field in kind.fields {
        let ty = match field.store {
            Store::Text | Store::Json => "TEXT",
            Store::Integer | Store::Bool => "INTEGER",
            Store::Id => "BLOB",
        };
        let _ = write!(sql, ", \"{}\" {ty}", field.name);
    }
    sql.push_str(") STRICT;");
    let _ = write!(sql, "\nCREATE INDEX \"{t}_conflict\" ON \"{t}\"(rid) WHERE flags & 4 <> 0;", t = kind.name);
    // References and months are what views join and filter on.
    for field in kind.fields {
        if field.store == Store::Id || field.name == "month" || field.name == "building" {
            let _ = write!(sql, "\nCREATE INDEX \"{t}_{f}\" ON \"{t}\"(\"{f}\") WHERE \"{f}\" IS NOT NULL;", t = kind.name, f = field.name);
        }
    }
    sql
}

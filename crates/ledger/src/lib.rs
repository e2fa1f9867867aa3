//! One SQLite file: log, merge, projected tables, search, history, undo.
//!
//! The log is the truth; the tables that views read are derived from it and can be rebuilt.
//! There is one door for writes: local saves ([`Ledger::transact`]) and entries that came in a
//! bundle ([`Ledger::absorb`]) both end in the same merge. This crate knows no keys beyond the
//! public one that names its logs, no files but its own, and no clock.

mod absorb;
mod audit;
mod bodies;
mod books;
mod bundles;
mod check;
mod conflict;
mod content;
mod dots;
mod endings;
pub mod entry;
mod erase;
pub mod error;
mod find;
#[doc(hidden)]
pub mod floor;
mod history;
mod logs;
mod merge;
mod missing;
mod retell;
mod save;
mod schema;
mod sealing;
mod siblings;
mod travel;
mod undo;
mod values;
mod volumes;

use std::path::{Path, PathBuf};

use rusqlite::limits::Limit;
use rusqlite::{Connection, params};

pub use absorb::{Absorbed, May, Segment, SegmentReport, Verdict};
pub use audit::{Judges, Sealed};
pub use books::{Books, Kept};
pub use bundles::BundleNote;
pub use check::{Checked, Fault, Problem};
pub use conflict::{Conflict, ConflictKind, Side};
pub use content::{Content, Enclosure};
pub use endings::{At, ENDED, Endings};
pub use entry::{Channel, Hash, Header, LogId, PublicKey, RawBlock, RawEntry, Seen, log_id};
pub use error::{EntryError, LedgerError, Result};
pub use find::Found;
pub use history::{Change, ERASED};
pub use missing::{Missing, Stretch};
pub use save::{Author, Outcome, Save};
pub use schema::{FILE_VERSION, table_sql};
pub use sealing::{STRETCH_BYTES, Sign};
pub use travel::{Head, Held, Segments, Waiting};
pub use undo::LastSave;
pub use volumes::Incomplete;

/// Random bytes, passed in so that made-up data can be made again from a seed.
pub type Entropy = Box<dyn FnMut(&mut [u8]) + Send>;

/// Says how far a long work is (done, of how many) and hears whether to go on.
pub type Pace<'a> = &'a mut dyn FnMut(u64, u64) -> bool;

/// The writing handle of a copy's store.
pub struct Ledger {
    conn: Connection,
    path: PathBuf,
    key: Option<[u8; 32]>,
    /// Names this copy's own logs.
    own: PublicKey,
    entropy: Entropy,
    /// What is known of every log, as of the last commit; read anew where it is not at hand.
    logs: Option<logs::Logs>,
}

/// A second, read-only handle: pages go on reading while a bundle is being taken in.
pub struct Reader {
    conn: Connection,
}

impl Reader {
    /// The books.
    pub fn books(&self) -> Books<'_> {
        Books { conn: &self.conn }
    }
}

impl Ledger {
    /// Opens or creates the store. `key` is the raw file key (`None`: unencrypted, only for
    /// benchmarks and the simulator); `own` is the public key under which this copy writes.
    ///
    /// # Errors
    /// As [`Ledger::open_at_pace`], and nobody asks it to stop.
    pub fn open(path: &Path, key: Option<&[u8; 32]>, own: PublicKey, entropy: Entropy) -> Result<Self> {
        Self::open_at_pace(path, key, own, entropy, &mut |_, _| true)
    }

    /// The same, where somebody watches: tables that a program with another registry made are told
    /// again from the log first, in one transaction, which may take as long as a rebuild.
    ///
    /// # Errors
    /// [`LedgerError::WrongKey`], [`LedgerError::TooNew`], [`LedgerError::Cancelled`], or SQLite's.
    pub fn open_at_pace(path: &Path, key: Option<&[u8; 32]>, own: PublicKey, entropy: Entropy, pace: Pace<'_>) -> Result<Self> {
        let conn = schema::open(path, key)?;
        let mut ledger = Self { conn, path: path.to_owned(), key: key.copied(), own, entropy, logs: None };
        if retell::is_outdated(&ledger.conn)? {
            ledger.rebuild(pace)?;
        }
        Ok(ledger)
    }

    /// A read-only handle on the same file.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub fn reader(&self) -> Result<Reader> {
        Ok(Reader { conn: schema::open_reader(&self.path, self.key.as_ref())? })
    }

    /// The books as the writer sees them.
    pub fn books(&self) -> Books<'_> {
        Books { conn: &self.conn }
    }

    /// The key that names this copy's logs.
    pub fn own_key(&self) -> PublicKey {
        self.own
    }

    /// Goes on under another key: after a restore the old logs are other people's. Seal them with
    /// the old key first ([`Ledger::seal_own`]): what no seal covers can never be passed on, and
    /// everything written from now on has seen it.
    ///
    /// # Errors
    /// SQLite's.
    pub fn write_as(&mut self, own: PublicKey) -> Result<()> {
        self.conn.execute("UPDATE log SET mine = (key = ?1)", [own])?;
        self.own = own;
        Ok(())
    }

    /// Sixteen random bytes for a new id and the like.
    pub fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.entropy)(&mut bytes);
        bytes
    }

    /// Keeps a fact about this copy; never replicated.
    ///
    /// # Errors
    /// SQLite's.
    pub fn set_here(&self, name: &str, value: &str) -> Result<()> {
        self.conn
            .prepare_cached("INSERT INTO here(name, value) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value")?
            .execute(params![name, value])?;
        Ok(())
    }

    /// Keeps a draft; `None` forgets it.
    ///
    /// # Errors
    /// SQLite's.
    pub fn set_draft(&self, name: &str, text: Option<&str>, at: &str) -> Result<()> {
        match text {
            Some(text) => self
                .conn
                .prepare_cached(
                    "INSERT INTO draft(name, text, at) VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET text = excluded.text, at = excluded.at",
                )?
                .execute(params![name, text, at])?,
            None => self.conn.prepare_cached("DELETE FROM draft WHERE name = ?1")?.execute([name])?,
        };
        Ok(())
    }

    /// Forgets every draft in whose name or text one of these words occurs.
    ///
    /// # Errors
    /// SQLite's.
    pub fn forget_drafts(&self, words: &[&str]) -> Result<()> {
        for word in words {
            self.conn.prepare_cached("DELETE FROM draft WHERE instr(name, ?1) > 0 OR instr(text, ?1) > 0")?.execute([word])?;
        }
        Ok(())
    }

    /// Records that somebody looked at a hidden value.
    ///
    /// # Errors
    /// SQLite's.
    pub fn note_reveal(&self, at: &str, person: &str, rec: uuid::Uuid, field: &str, reason: &str) -> Result<()> {
        self.conn.execute(
            "INSERT INTO reveal(at, person, rec, field, reason) VALUES(?1, ?2, ?3, ?4, ?5)",
            params![at, person, rec.as_bytes(), field, reason],
        )?;
        Ok(())
    }

    /// Moves everything from the write-ahead log into the file.
    ///
    /// # Errors
    /// SQLite's.
    pub fn settle(&self) -> Result<()> {
        self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Writes a consistent copy of the store, under the same file key. A copy opened later must
    /// write under a new key: its owner sees to that.
    ///
    /// # Errors
    /// SQLite's; the target must not exist.
    pub fn backup(&self, path: &Path) -> Result<()> {
        // VACUUM INTO keeps SQLCipher's key; it attaches its target, which nothing else may.
        self.conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?;
        let done = self.conn.execute("VACUUM INTO ?1", [path.to_string_lossy()]);
        self.conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        done?;
        Ok(())
    }

    fn transaction<T, E: From<LedgerError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.conn.execute_batch("BEGIN IMMEDIATE").map_err(LedgerError::from)?;
        let done = work(self).and_then(|value| {
            self.conn.execute_batch("COMMIT").map_err(LedgerError::from)?;
            Ok(value)
        });
        if done.is_err() {
            self.roll_back();
        }
        done
    }

    fn roll_back(&mut self) {
        self.logs = None;
        // SQLite may have rolled back by itself (disk full); then there is nothing to do.
        if !self.conn.is_autocommit() {
            let _ = self.conn.execute_batch("ROLLBACK");
        }
    }
}

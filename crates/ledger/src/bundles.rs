//! The list of bundles that came and went: for the people, never for the protocol.

use rusqlite::params;

use crate::Ledger;
use crate::entry::PublicKey;
use crate::error::Result;

/// One line of the list.
#[derive(Debug, Clone, Copy)]
pub struct BundleNote<'a> {
    /// When, RFC 3339.
    pub at: &'a str,
    /// It went out.
    pub outgoing: bool,
    /// For whom, or from whom.
    pub peer: &'a PublicKey,
    /// Its number.
    pub number: u64,
    /// The file's own name.
    pub file: &'a str,
    /// What became of it.
    pub sentence: &'a str,
    /// What its receipt slip says; empty where there is none.
    pub slip: &'a str,
}

impl Ledger {
    /// Notes a bundle that came or went; gives the line's number.
    ///
    /// # Errors
    /// SQLite's.
    pub fn note_bundle(&self, note: &BundleNote<'_>) -> Result<i64> {
        self.conn.execute(
            "INSERT INTO bundle(at, outgoing, peer, number, file, sentence, slip) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![note.at, note.outgoing, note.peer, note.number as i64, note.file, note.sentence, note.slip],
        )?;
        Ok(self.conn.last_insert_rowid())
    }
}

//! Which volumes (分卷) of a bundle have come.

use rusqlite::params;
use uuid::Uuid;

use crate::Ledger;
use crate::entry::PublicKey;
use crate::error::Result;

/// A bundle of which not every volume has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    /// Who sent it.
    pub peer: PublicKey,
    /// The bundle's number.
    pub number: u64,
    /// How many volumes it has.
    pub total: u32,
    /// Those that have not come, from 1.
    pub missing: Vec<u32>,
}

impl Ledger {
    /// Notes that a volume came; whether its bundle is the latest of its sender, and counted. Call it
    /// after [`Ledger::acknowledge`]: a newer bundle carries whatever an older one lacked.
    ///
    /// # Errors
    /// SQLite's.
    pub fn note_volume(&mut self, peer: &PublicKey, number: u64, parts: Uuid, part: u32, total: u32) -> Result<bool> {
        let peer = *peer;
        self.transaction(|ledger| {
            if ledger.is_older(&peer, number)? {
                return Ok(false);
            }
            ledger.conn.execute("DELETE FROM volume WHERE peer = ?1 AND parts <> ?2", params![peer, parts.as_bytes()])?;
            ledger.conn.execute(
                "INSERT OR IGNORE INTO volume(peer, number, parts, part, total) VALUES(?1, ?2, ?3, ?4, ?5)",
                params![peer, number.min(i64::MAX as u64) as i64, parts.as_bytes(), part, total],
            )?;
            Ok(true)
        })
    }

    /// A newer bundle that came whole makes an older one's missing volumes needless.
    ///
    /// # Errors
    /// SQLite's.
    pub fn forget_volumes(&mut self, peer: &PublicKey, number: u64) -> Result<()> {
        self.conn.execute("DELETE FROM volume WHERE peer = ?1 AND number < ?2", params![peer, number.min(i64::MAX as u64) as i64])?;
        Ok(())
    }

    /// Bundles of which some volumes came and others did not.
    ///
    /// # Errors
    /// SQLite's.
    pub fn incomplete(&self) -> Result<Vec<Incomplete>> {
        let came = self.books().rows("SELECT peer, number, total, part, parts FROM volume ORDER BY peer, parts, part", [], |r| {
            Ok((r.get::<_, PublicKey>(0)?, r.get::<_, i64>(1)? as u64, r.get::<_, u32>(2)?, r.get::<_, u32>(3)?, r.get::<_, [u8; 16]>(4)?))
        })?;
        let mut out = Vec::new();
        for all in came.chunk_by(|a, b| (a.0, a.4) == (b.0, b.4)) {
            let Some((peer, number, total, ..)) = all.first() else { continue };
            let missing: Vec<u32> = (1..=*total).filter(|part| all.iter().all(|(_, _, _, came, _)| came != part)).collect();
            if !missing.is_empty() {
                out.push(Incomplete { peer: *peer, number: *number, total: *total, missing });
            }
        }
        Ok(out)
    }
}

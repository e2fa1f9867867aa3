//! Seals over own logs (封签): where they are set, and what the stretches between them weigh.

use rusqlite::params;
use serde::Deserialize;

use crate::Ledger;
use crate::entry::{Hash, LogId};
use crate::error::Result;

/// Signs (log, number, hash of that entry).
pub type Sign<'s> = &'s dyn Fn(&LogId, u64, &Hash) -> Vec<u8>;

/// What stands between two seals of one log has no more than about so many bytes (an entry has one
/// megabyte, or what its largest record has): who writes it or takes it in holds it in memory.
pub const STRETCH_BYTES: u64 = 4 << 20;

/// Own logs are sealed at least each so many entries, so that a file damaged in one place still
/// yields the rest.
pub(crate) const SEAL_EVERY: i64 = 256;

/// What an entry adds to a stretch, bytes: header and body with their line ends. The body's length
/// stands in the header; it need not be read.
pub(crate) fn weight(header: &[u8]) -> u64 {
    #[derive(Deserialize)]
    struct Length {
        len: u64,
    }
    let body = serde_json::from_slice::<Length>(header).map_or(0, |header| header.len);
    (header.len() as u64 + 2).saturating_add(body)
}

impl Ledger {
    /// Seals every own log at its head with `sign`, and on the way each 256 entries and each
    /// [`STRETCH_BYTES`] bytes.
    ///
    /// # Errors
    /// SQLite's.
    pub fn seal_own(&mut self, sign: Sign<'_>) -> Result<()> {
        // Only what follows the last seal: the log may be years long.
        const SINCE: &str = "coalesce((SELECT s.seq FROM seal s JOIN entry x ON x.log = ?1 AND x.seq = s.seq AND x.hash = s.hash \
                             WHERE s.log = ?2 ORDER BY s.seq DESC LIMIT 1), 0)";
        self.seal_after(SINCE, STRETCH_BYTES, sign)
    }

    /// The same over the logs from their beginning, so that no stretch weighs more than about `most`
    /// bytes. What was sealed before stays as it is.
    ///
    /// # Errors
    /// SQLite's.
    pub fn seal_own_within(&mut self, most: u64, sign: Sign<'_>) -> Result<()> {
        self.seal_after("0", most, sign)
    }

    /// `after`: an expression for the entry (of log `?1`, named `?2`) behind which to begin.
    fn seal_after(&mut self, after: &str, most: u64, sign: Sign<'_>) -> Result<()> {
        let own = self.own;
        self.transaction(|ledger| {
            let logs = ledger.books().rows("SELECT n, id, head_seq FROM log WHERE key = ?1", [own], |r| {
                Ok((r.get::<_, i64>(0)?, Hash(r.get(1)?), r.get::<_, i64>(2)?))
            })?;
            for (n, id, head) in logs {
                let mut seal =
                    ledger.conn.prepare_cached("INSERT OR IGNORE INTO seal(log, seq, hash, signature) VALUES(?1, ?2, ?3, ?4)")?;
                let mut set = |seq: i64, hash: Hash| -> Result<()> {
                    seal.execute(params![id.0, seq, hash.0, sign(&id, seq as u64, &hash)])?;
                    Ok(())
                };
                let mut entries = ledger.conn.prepare_cached(&format!(
                    "SELECT e.seq, e.hash, e.header, EXISTS(SELECT 1 FROM seal s WHERE s.log = ?2 AND s.seq = e.seq AND s.hash = e.hash) \
                     FROM entry e WHERE e.log = ?1 AND e.seq > {after} ORDER BY e.seq"
                ))?;
                let mut rows = entries.query(params![n, id.0])?;
                // The last entry that is not sealed itself, and what weighs since the last that is.
                let (mut open, mut since): (Option<(i64, Hash)>, u64) = (None, 0);
                while let Some(r) = rows.next()? {
                    let (seq, hash, weight): (i64, Hash, u64) =
                        (r.get(0)?, Hash(r.get(1)?), weight(r.get_ref(2)?.as_blob().unwrap_or_default()));
                    if let Some((last, hash)) = open.filter(|_| since.saturating_add(weight) > most) {
                        set(last, hash)?;
                        since = 0;
                    }
                    since = since.saturating_add(weight);
                    open = Some((seq, hash));
                    let sealed: bool = r.get(3)?;
                    if !sealed && (seq == head || seq % SEAL_EVERY == 0) {
                        set(seq, hash)?;
                    }
                    if sealed || seq == head || seq % SEAL_EVERY == 0 {
                        (open, since) = (None, 0);
                    }
                }
            }
            Ok(())
        })
    }
}

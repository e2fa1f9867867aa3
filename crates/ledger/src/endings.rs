//! Where the trust in an author ends (停用), and what of an ended log counts all the same.

use rusqlite::Connection;

use crate::entry::{Hash, LogId};
use crate::error::Result;
use crate::logs::Logs;

/// The verdict's code on what counts no more.
pub const ENDED: &str = "ended";

/// An entry of a log: its number and hash.
pub type At = (u64, Hash);

/// The ends of one log: each office that ended it names the entries that it knew last. What leads to
/// one of them counts, where it does so for each of the offices. So nobody who kept the key can put
/// other entries under numbers that were used before the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endings(pub Vec<Vec<At>>);

impl Endings {
    /// The last number of a strand that counts, as far as the entries that were named are here.
    pub(crate) fn last_of(&self, conn: &Connection, logs: &Logs, id: &LogId, strand: i64) -> Result<u64> {
        let mut last = u64::MAX;
        for office in &self.0 {
            last = last.min(leading(conn, logs, id, strand, office)?);
        }
        Ok(if self.0.is_empty() { 0 } else { last })
    }
}

/// The last number of a strand that leads to one of these entries of its log; 0 where none does.
pub(crate) fn leading<'a>(conn: &Connection, logs: &Logs, id: &LogId, strand: i64, to: impl IntoIterator<Item = &'a At>) -> Result<u64> {
    let mut last = 0;
    for (seq, hash) in to {
        let (mut seq, mut next) = (*seq, logs.holds(conn, id, *seq, hash)?);
        while let Some(at) = next {
            if at == strand {
                last = seq.max(last);
                break;
            }
            // It left another strand, which leads to it too.
            next = logs.get(at).and_then(|row| row.parent).map(|(parent, base)| {
                seq = seq.min(base);
                parent
            });
        }
    }
    Ok(last)
}

//! Volumes (分卷): where a stretch may be cut so that it fits into a small file, and which
//! volumes of a bundle have come.

use rusqlite::params;
use uuid::Uuid;

use crate::Ledger;
use crate::absorb::Segment;
use crate::entry::{Hash, LogId, PublicKey, body_len, log_id};
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
    /// Seals own logs on the way too, so that no sealed stretch holds more than about `most` bytes:
    /// one entry may be larger. What was sealed before stays as it is.
    ///
    /// # Errors
    /// SQLite's.
    pub fn seal_own_within(&mut self, most: u64, sign: &dyn Fn(&LogId, u64, &Hash) -> Vec<u8>) -> Result<()> {
        let own = self.own;
        self.transaction(|ledger| {
            for (n, id) in
                ledger.books().rows("SELECT n, id FROM log WHERE key = ?1", [own], |r| Ok((r.get::<_, i64>(0)?, Hash(r.get(1)?))))?
            {
                // The log's size stands in the headers; bodies need not be read.
                let entries = ledger.books().rows(
                    "SELECT e.seq, e.hash, length(e.header) + coalesce(json_extract(CAST(e.header AS TEXT), '$.len'), 0), \
                     EXISTS(SELECT 1 FROM seal s WHERE s.log = ?2 AND s.seq = e.seq AND s.hash = e.hash) \
                     FROM entry e WHERE e.log = ?1 ORDER BY e.seq",
                    params![n, id.0],
                    |r| Ok((r.get::<_, i64>(0)?, Hash(r.get(1)?), r.get::<_, i64>(2)? as u64, r.get::<_, bool>(3)?)),
                )?;
                let mut since = 0;
                for (at, (seq, hash, size, sealed)) in entries.iter().enumerate() {
                    since += size;
                    let next = entries.get(at + 1).map_or(0, |(_, _, size, _)| *size);
                    if !sealed && since + next > most {
                        ledger
                            .conn
                            .prepare_cached("INSERT OR IGNORE INTO seal(log, seq, hash, signature) VALUES(?1, ?2, ?3, ?4)")?
                            .execute(params![id.0, seq, hash.0, sign(&id, *seq as u64, hash)])?;
                    }
                    if *sealed || since + next > most {
                        since = 0;
                    }
                }
            }
            Ok(())
        })
    }

    /// Cuts a stretch at seals known here, so that each piece has at most `most` bytes where that can be.
    ///
    /// # Errors
    /// SQLite's.
    pub fn cut(&self, segment: Segment, most: u64) -> Result<Vec<Segment>> {
        let id = log_id(&segment.key, segment.channel);
        let size = |raw: &crate::RawEntry| raw.header.len() as u64 + 2 + body_len(&raw.blocks);
        if segment.entries.iter().map(size).sum::<u64>() <= most {
            return Ok(vec![segment]);
        }
        let Some(first) = segment.entries.first().and_then(|raw| raw.open().ok()).map(|header| header.seq) else {
            return Ok(vec![segment]);
        };
        let seals = self.books().rows(
            "SELECT seq, hash, signature FROM seal WHERE log = ?1 AND seq >= ?2 ORDER BY seq",
            params![id.0, first as i64],
            |r| Ok((r.get::<_, i64>(0)? as u64, Hash(r.get(1)?), r.get::<_, Vec<u8>>(2)?)),
        )?;
        let mut out: Vec<Segment> = Vec::new();
        let piece = || Segment { key: segment.key, channel: segment.channel, entries: Vec::new(), seal: Vec::new() };
        // `done` is ready to go out at its last seal; `open` follows it and is not sealed yet.
        let (mut done, mut open, mut sizes) = (piece(), Vec::new(), (0, 0));
        for (at, raw) in segment.entries.into_iter().enumerate() {
            let (seq, hash) = (first + at as u64, raw.hash());
            sizes.1 += size(&raw);
            open.push(raw);
            let Some((.., seal)) = seals.iter().find(|(s, h, _)| *s == seq && *h == hash) else { continue };
            if !done.entries.is_empty() && sizes.0 + sizes.1 > most {
                out.push(std::mem::replace(&mut done, piece()));
                sizes.0 = 0;
            }
            done.entries.append(&mut open);
            done.seal.clone_from(seal);
            sizes = (sizes.0 + sizes.1, 0);
        }
        // The stretch's own end is sealed, if only in the file it came with.
        if !open.is_empty() {
            done.entries.append(&mut open);
            done.seal = segment.seal;
        }
        if !done.entries.is_empty() {
            out.push(done);
        }
        Ok(out)
    }

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

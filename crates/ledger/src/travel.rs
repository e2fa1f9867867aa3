//! Reading the log out: heads for `have`, segments for a bundle, what waits for whom.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};
use uuid::Uuid;
use xinghuo_model::{Class, SpaceId};

use crate::Ledger;
use crate::absorb::{Segment, held_entry};
use crate::bodies::Bodies;
use crate::entry::{Channel, Hash, LogId, PublicKey, RawBlock, RawEntry, block_ref};
use crate::error::Result;
use crate::logs::Logs;
use crate::missing::Stretch;
use crate::sealing::{SEAL_EVERY, weight};

/// How far a log, or a strand of one that forked, is known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// This copy's own number for the strand.
    pub strand: i64,
    /// The last entry it shares with the strand it left; 0 for a log that never forked.
    pub base: u64,
    /// The log.
    pub log: LogId,
    /// Its author.
    pub key: PublicKey,
    /// Its channel.
    pub channel: Channel,
    /// Contiguous up to here.
    pub seq: u64,
    /// That entry's hash.
    pub hash: Hash,
    /// This copy writes it.
    pub mine: bool,
}

/// Stretches that are to travel, registry first: where they lie in the log. Each is read when its
/// turn comes.
pub struct Segments<'l> {
    ledger: &'l Ledger,
    found: Vec<Found>,
    /// Entries in them.
    pub entries: u64,
}

struct Found {
    head: Head,
    from: i64,
    /// The last entry under the seal; `None`: up to the head, with what waits behind it under a seal.
    to: Option<(i64, Vec<u8>)>,
}

impl Segments<'_> {
    /// How many stretches.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// These, then those.
    #[must_use]
    pub fn followed_by(mut self, others: Self) -> Self {
        self.found.extend(others.found);
        self.entries += others.entries;
        self
    }

    /// One of the stretches with its exact bytes; `None` behind the last.
    ///
    /// # Errors
    /// SQLite's.
    pub fn read(&self, at: usize) -> Result<Option<Segment>> {
        let Some(Found { head, from, to }) = self.found.get(at) else { return Ok(None) };
        let up_to = to.as_ref().map_or(head.seq as i64, |(to, _)| *to);
        let mut entries = self.ledger.entries(head.strand, *from, up_to)?;
        let seal = match to {
            Some((_, seal)) => seal.clone(),
            None => {
                let (waiting, seal) = self.ledger.held_up_to_seal(head)?.unwrap_or_default();
                entries.extend(waiting);
                seal
            }
        };
        Ok(Some(Segment { key: head.key, channel: head.channel, entries, seal }))
    }

    /// All of them at once.
    ///
    /// # Errors
    /// SQLite's.
    pub fn all(&self) -> Result<Vec<Segment>> {
        (0..self.len()).filter_map(|at| self.read(at).transpose()).collect()
    }
}

/// Entries of one log that wait for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The log.
    pub log: LogId,
    /// Its author.
    pub author: PublicKey,
    /// The first number.
    pub first: u64,
    /// As in [`SegmentReport::reasons`](crate::SegmentReport::reasons).
    pub reason: String,
    /// How many.
    pub entries: u64,
}

/// Changes that wait to travel: per kind and class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Kind name.
    pub kind: String,
    /// Class.
    pub class: Class,
    /// Record changes.
    pub changes: u64,
}

impl Ledger {
    /// Every log's head.
    ///
    /// # Errors
    /// SQLite's.
    pub fn heads(&self) -> Result<Vec<Head>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT id, key, space, class, head_seq, head_hash, mine, n, base FROM log WHERE head_seq > 0 ORDER BY id, head_hash",
        )?;
        let mut rows = stmt.query([])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            let Some(class) = Class::from_number(r.get(3)?) else { continue };
            out.push(Head {
                strand: r.get(7)?,
                base: r.get::<_, i64>(8)? as u64,
                log: Hash(r.get(0)?),
                key: r.get(1)?,
                channel: Channel { space: Uuid::from_bytes(r.get(2)?).into(), class },
                seq: r.get::<_, i64>(4)? as u64,
                hash: Hash(r.get(5)?),
                mine: r.get(6)?,
            });
        }
        Ok(out)
    }

    /// What this copy can answer for in the allowed channels, for a manifest's `have`: every log up to
    /// its head, or to what stands before a block that is still open.
    ///
    /// # Errors
    /// SQLite's.
    pub fn have(&self, allowed: &dyn Fn(Channel) -> bool) -> Result<Vec<(LogId, u64, Hash)>> {
        let mut out = Vec::new();
        for head in self.heads()?.into_iter().filter(|h| allowed(h.channel)) {
            let open: Option<i64> =
                self.conn.prepare_cached("SELECT min(seq) FROM hole WHERE log = ?1")?.query_row([head.strand], |r| r.get(0))?;
            match open {
                None => out.push((head.log, head.seq, head.hash)),
                Some(seq) => {
                    let before = Logs::entry(&self.conn, head.strand, (seq - 1).max(0) as u64)?;
                    out.extend(before.map(|(_, hash)| (head.log, seq as u64 - 1, hash)));
                }
            }
        }
        Ok(out)
    }

    /// What a partner acknowledged: [`Head::strand`] → seq, where the hash is one of ours too.
    /// Nothing where two computers sign with the partner's key: what one has, the other may lack.
    ///
    /// # Errors
    /// SQLite's.
    pub fn acknowledged(&self, peer: &PublicKey) -> Result<HashMap<i64, u64>> {
        if self.books().number("SELECT count(*) FROM log WHERE key = ?1 AND parent IS NOT NULL", [peer])? > 0 {
            return Ok(HashMap::new());
        }
        let parents: HashMap<i64, (i64, u64)> = self
            .books()
            .rows("SELECT n, parent, base FROM log WHERE parent IS NOT NULL", [], |r| {
                Ok((r.get(0)?, (r.get(1)?, r.get::<_, i64>(2)? as u64)))
            })?
            .into_iter()
            .collect();
        let mut stmt = self.conn.prepare_cached(
            "SELECT l.n, p.seq FROM peer_have p JOIN log l ON l.id = p.log JOIN entry e ON e.log = l.n AND e.seq = p.seq AND e.hash = p.hash WHERE p.peer = ?1",
        )?;
        let mut rows = stmt.query([peer])?;
        let mut out: HashMap<i64, u64> = HashMap::new();
        while let Some(r) = rows.next()? {
            let (mut strand, mut seq) = (r.get(0)?, r.get::<_, i64>(1)? as u64);
            // Who has a strand has what it shares with its parent.
            loop {
                let known = out.entry(strand).or_default();
                *known = seq.max(*known);
                match parents.get(&strand) {
                    Some((parent, base)) => (strand, seq) = (*parent, *base),
                    None => break,
                }
            }
        }
        Ok(out)
    }

    /// Logs of which two different entries bear one number: their author, the log, and the last
    /// number that was still one.
    ///
    /// # Errors
    /// SQLite's.
    pub fn forks(&self) -> Result<Vec<(PublicKey, LogId, u64)>> {
        self.books().rows("SELECT key, id, min(base) FROM log WHERE parent IS NOT NULL GROUP BY id ORDER BY id", [], |r| {
            Ok((r.get(0)?, Hash(r.get(1)?), r.get::<_, i64>(2)? as u64))
        })
    }

    /// Records what a partner said, in a manifest it signed itself, that it has. Gives the logs
    /// whose number went *backwards*: the partner was restored from a backup.
    ///
    /// An older bundle than the last (by its number) is no news: where it says less, the less is
    /// believed, because sending twice costs nothing, and nobody is told of a restored backup.
    ///
    /// # Errors
    /// SQLite's.
    pub fn acknowledge(&mut self, peer: &PublicKey, number: u64, have: &[(LogId, u64, Hash)]) -> Result<Vec<LogId>> {
        let peer = *peer;
        self.transaction(|ledger| {
            let conn = &ledger.conn;
            let last: Option<i64> =
                conn.prepare_cached("SELECT number FROM peer WHERE key = ?1")?.query_row([peer], |r| r.get(0)).optional()?;
            let older = last.is_some_and(|last| last > number as i64);
            let before: Vec<(LogId, u64)> = ledger
                .books()
                .rows("SELECT log, seq FROM peer_have WHERE peer = ?1", [peer], |r| Ok((Hash(r.get(0)?), r.get::<_, i64>(1)? as u64)))?;
            let said = |log: &LogId| have.iter().filter(|(l, ..)| l == log).map(|(_, seq, _)| *seq).max();
            let mut less: Vec<LogId> = before.iter().filter(|(log, seq)| said(log) < Some(*seq)).map(|(log, _)| *log).collect();
            less.dedup();
            if older {
                for log in &less {
                    conn.prepare_cached("DELETE FROM peer_have WHERE peer = ?1 AND log = ?2")?.execute(params![peer, log.0])?;
                }
            } else {
                conn.prepare_cached("DELETE FROM peer_have WHERE peer = ?1")?.execute([peer])?;
                conn.prepare_cached("INSERT INTO peer(key, number) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET number = excluded.number")?
                    .execute(params![peer, number.min(i64::MAX as u64) as i64])?;
            }
            let sane = have.iter().filter(|(_, seq, _)| *seq <= i64::MAX as u64);
            for (log, seq, hash) in sane.filter(|(log, ..)| !older || less.contains(log)) {
                conn.prepare_cached("INSERT OR IGNORE INTO peer_have(peer, log, seq, hash) VALUES(?1, ?2, ?3, ?4)")?.execute(params![
                    peer,
                    log.0,
                    *seq as i64,
                    hash.0
                ])?;
            }
            // A log it does not name at all may be none of its business any more.
            less.retain(|log| !older && said(log).is_some());
            Ok(less)
        })
    }

    /// Everything in the allowed channels that the partner has not acknowledged, up to each
    /// log's last seal, in stretches of at most about `most` bytes where seals allow it. Its own
    /// logs are no exception: a partner that was restored learns from them that it was.
    ///
    /// # Errors
    /// SQLite's.
    pub fn segments_for(&self, peer: &PublicKey, allowed: &dyn Fn(Channel) -> bool, most: u64) -> Result<Segments<'_>> {
        let known = self.acknowledged(peer)?;
        let mut heads: Vec<Head> = self.heads()?.into_iter().filter(|h| allowed(h.channel)).collect();
        heads.sort_by_key(|h| (h.channel.class != Class::Registry, h.channel, h.log));
        let mut out = Segments { ledger: self, found: Vec::new(), entries: 0 };
        for head in heads {
            let from = known.get(&head.strand).copied().unwrap_or(0).max(head.base) + 1;
            let from = self.sealed(&head, from, None, most, &mut out)?;
            // Where only a part of a sealed stretch could be applied here, the rest waits. It goes
            // along: without its seal the part proves nothing, and what was written here since
            // has seen it.
            if from <= head.seq
                && let Some((waiting, _)) = self.held_up_to_seal(&head)?
            {
                out.entries += head.seq + 1 - from + waiting.len() as u64;
                out.found.push(Found { head, from: from as i64, to: None });
            }
        }
        Ok(out)
    }

    /// The wanted stretches of allowed channels as far as they are here, each up to the seal that
    /// covers it. What the partner has not acknowledged is left to [`Ledger::segments_for`].
    ///
    /// # Errors
    /// SQLite's.
    pub fn segments_again(
        &self,
        peer: &PublicKey,
        wanted: &[Stretch],
        allowed: &dyn Fn(Channel) -> bool,
        most: u64,
    ) -> Result<Segments<'_>> {
        let known = self.acknowledged(peer)?;
        let mut out = Segments { ledger: self, found: Vec::new(), entries: 0 };
        for head in self.heads()?.into_iter().filter(|h| allowed(h.channel)) {
            let acknowledged = known.get(&head.strand).copied().unwrap_or(0);
            let mut from = head.base + 1;
            let mut stretches: Vec<&Stretch> = wanted.iter().filter(|s| s.log == head.log).collect();
            stretches.sort();
            for stretch in stretches {
                from = from.max(stretch.from);
                let to = stretch.to.min(acknowledged).min(head.seq);
                if from <= to {
                    from = self.sealed(&head, from, Some(to), most, &mut out)?;
                }
            }
        }
        Ok(out)
    }

    /// A strand's stretches from a number on, up to its last seal, or to the first that covers
    /// `until`. Gives the first number that is left.
    fn sealed(&self, head: &Head, from: u64, until: Option<u64>, most: u64, out: &mut Segments<'_>) -> Result<u64> {
        let mut entries = self.conn.prepare_cached(
            "SELECT e.seq, e.header, s.signature FROM entry e LEFT JOIN seal s ON s.log = ?1 AND s.seq = e.seq AND s.hash = e.hash \
             WHERE e.log = ?2 AND e.seq >= ?3 ORDER BY e.seq",
        )?;
        let mut rows = entries.query(params![head.log.0, head.strand, from as i64])?;
        let mut from = from as i64;
        // Ready to go, up to a seal; what weighs so far, and since that seal.
        let mut ready: Option<(i64, Vec<u8>)> = None;
        let (mut heavy, mut since) = (0u64, 0u64);
        let mut push = |from: &mut i64, to: (i64, Vec<u8>)| {
            let first = std::mem::replace(from, to.0 + 1);
            out.entries += (to.0 + 1 - first) as u64;
            out.found.push(Found { head: head.clone(), from: first, to: Some(to) });
        };
        while let Some(r) = rows.next()? {
            since = since.saturating_add(weight(r.get_ref(1)?.as_blob().unwrap_or_default()));
            let Some(seal) = r.get::<_, Option<Vec<u8>>>(2)? else { continue };
            let seq: i64 = r.get(0)?;
            // Old heads were sealed too; only a stretch worth a segment is cut there.
            if let Some(to) = ready.take_if(|(to, _)| *to + 1 - from >= SEAL_EVERY || heavy.saturating_add(since) > most) {
                push(&mut from, to);
                heavy = 0;
            }
            (heavy, since) = (heavy.saturating_add(since), 0);
            ready = Some((seq, seal));
            if until.is_some_and(|until| seq >= until as i64) {
                break;
            }
        }
        if let Some(to) = ready {
            push(&mut from, to);
        }
        Ok(from as u64)
    }

    /// Held entries that follow a log's head, up to the first that is sealed, with its seal.
    pub(crate) fn held_up_to_seal(&self, head: &Head) -> Result<Option<(Vec<RawEntry>, Vec<u8>)>> {
        let held = self.books().rows(
            "SELECT h.header, h.body, s.signature FROM held h LEFT JOIN seal s ON s.log = h.log AND s.seq = h.seq AND s.hash = h.hash \
             WHERE h.log = ?1 AND h.seq > ?2 ORDER BY h.seq",
            params![head.log.0, head.seq as i64],
            |r| Ok((held_entry(r.get(0)?, r.get_ref(1)?.as_blob().unwrap_or_default()), r.get::<_, Option<Vec<u8>>>(2)?)),
        )?;
        let (mut out, mut seq, mut prev) = (Vec::new(), head.seq, head.hash);
        for (raw, seal) in held {
            // What waits of another strand does not follow.
            if !raw.open().is_ok_and(|h| h.seq == seq + 1 && h.prev == prev) {
                continue;
            }
            (seq, prev) = (seq + 1, raw.hash());
            out.push(raw);
            if let Some(seal) = seal {
                return Ok(Some((out, seal)));
            }
        }
        Ok(None)
    }

    /// A stretch of a log with its exact bytes.
    fn entries(&self, log: i64, from: i64, to: i64) -> Result<Vec<RawEntry>> {
        let mut out: Vec<RawEntry> = Vec::new();
        let bodies = Bodies::new(&self.conn);
        let mut heads = self.conn.prepare_cached("SELECT header, ord FROM entry WHERE log = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq")?;
        let mut rows = heads.query(params![log, from, to])?;
        while let Some(r) = rows.next()? {
            out.push(RawEntry { header: r.get(0)?, blocks: bodies.arrived(r.get(1)?)?.to_vec() });
        }
        Ok(out)
    }

    /// Entries in allowed channels that the partner has not acknowledged.
    ///
    /// # Errors
    /// SQLite's.
    pub fn unsent(&self, peer: &PublicKey, allowed: &dyn Fn(Channel) -> bool) -> Result<u64> {
        let known = self.acknowledged(peer)?;
        Ok(self
            .heads()?
            .into_iter()
            .filter(|h| allowed(h.channel))
            .map(|h| h.seq.saturating_sub(known.get(&h.strand).copied().unwrap_or(0).max(h.base)))
            .sum())
    }

    /// Record changes in own logs that the partner has not acknowledged, per kind and class;
    /// with no partner, everything.
    ///
    /// # Errors
    /// SQLite's.
    pub fn waiting(&self, peer: Option<&PublicKey>) -> Result<Vec<Waiting>> {
        let known = match peer {
            Some(peer) => self.acknowledged(peer)?,
            None => HashMap::new(),
        };
        let bodies = Bodies::new(&self.conn);
        let mut counts: HashMap<(String, Class), u64> = HashMap::new();
        for head in self.heads()?.into_iter().filter(|h| h.key == self.own) {
            let from = known.get(&head.strand).copied().unwrap_or(0).max(head.base);
            let mut stmt = self.conn.prepare_cached("SELECT ord FROM entry WHERE log = ?1 AND seq > ?2")?;
            let mut rows = stmt.query(params![head.strand, from as i64])?;
            while let Some(r) = rows.next()? {
                for block in bodies.arrived(r.get(0)?)?.iter() {
                    let RawBlock::Body(line) = block else { continue };
                    let kind = block_ref(line).map_or_else(String::new, |block| block.kind.into_owned());
                    *counts.entry((kind, head.channel.class)).or_default() += 1;
                }
            }
        }
        let mut out: Vec<Waiting> = counts.into_iter().map(|((kind, class), changes)| Waiting { kind, class, changes }).collect();
        out.sort_by(|a, b| (a.class, b.changes, &a.kind).cmp(&(b.class, a.changes, &b.kind)));
        Ok(out)
    }

    /// Entries that wait, by log and reason.
    ///
    /// # Errors
    /// SQLite's.
    pub fn held(&self) -> Result<Vec<Held>> {
        self.books().rows("SELECT log, key, min(seq), reason, count(*) FROM held GROUP BY log, reason ORDER BY log", [], |r| {
            let (first, entries) = (r.get::<_, i64>(2)? as u64, r.get::<_, i64>(4)? as u64);
            Ok(Held { log: Hash(r.get(0)?), author: r.get(1)?, first, reason: r.get(3)?, entries })
        })
    }

    /// The spaces this copy holds records of.
    ///
    /// # Errors
    /// SQLite's.
    pub fn spaces(&self) -> Result<Vec<SpaceId>> {
        self.books().rows("SELECT DISTINCT space FROM log WHERE head_seq > 0", [], |r| Ok(Uuid::from_bytes(r.get(0)?).into()))
    }
}

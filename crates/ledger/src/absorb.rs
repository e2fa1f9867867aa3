//! Taking in verified entries: what is new, already here, held or refused (sync.md §7).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use rusqlite::params;
use uuid::Uuid;
use xinghuo_model::Class;

use crate::entry::{Channel, Hash, Header, LogId, PublicKey, RawBlock, RawEntry, block_line, log_id};
use crate::error::{EntryError, LedgerError, Result};
use crate::merge::{Merge, NotYet};
use crate::{Ledger, Pace};

/// A stretch of one log, its seal already verified.
#[derive(Debug, Clone)]
pub struct Segment {
    /// The log's author.
    pub key: PublicKey,
    /// Its channel.
    pub channel: Channel,
    /// Consecutive entries.
    pub entries: Vec<RawEntry>,
    /// Signature over (log, seq, hash) of the last entry.
    pub seal: Vec<u8>,
}

/// Whether the author may write this entry, by certificates and revocations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Apply it.
    Welcome,
    /// Keep it aside: no certificate is here (yet), or it was ended before.
    Quarantine(&'static str),
}

/// What became of one segment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SegmentReport {
    /// Whose log.
    pub log: LogId,
    /// Its author.
    pub key: PublicKey,
    /// Applied now (from this segment).
    pub new: u64,
    /// Were here already.
    pub had: u64,
    /// Wait for something; the reasons' codes: `unseen`, `gap`, `author`, `ended`, `forked`.
    pub held: u64,
    /// Broke a rule and are not kept.
    pub refused: u64,
    /// Codes of what held or refused them.
    pub reasons: Vec<String>,
}

/// What became of everything.
#[derive(Debug, Clone, Default)]
pub struct Absorbed {
    /// One report per segment, in the order given.
    pub segments: Vec<SegmentReport>,
    /// Entries that were held before and could be applied now.
    pub released: u64,
    /// Entries of this copy's own logs that it no longer had: it was restored from a backup.
    pub restored: bool,
    /// Logs of which two different entries bear one number.
    pub forked: Vec<LogId>,
    /// Records a person must now decide on, that were not in dispute before.
    pub conflicts: u64,
    /// Names of the kinds that changed.
    pub changed: Vec<&'static str>,
}

struct Waiting {
    raw: RawEntry,
    header: Header,
    hash: Hash,
    /// Which segment it came with; `None`: held since earlier.
    from: Option<usize>,
}

impl Ledger {
    /// Takes verified segments in, together with whatever was held before, in one transaction.
    /// `may` judges an author for (key, channel, seq, hash) and is asked after everything the
    /// registry says so far was applied; `pace` hears (done, of how many) and may stop.
    ///
    /// # Errors
    /// [`LedgerError::Cancelled`], or SQLite's; nothing is stored then.
    pub fn absorb(
        &mut self,
        segments: Vec<Segment>,
        may: &mut dyn FnMut(&crate::Books<'_>, &PublicKey, Channel, u64, &Hash) -> Verdict,
        pace: Pace<'_>,
    ) -> Result<Absorbed> {
        self.transaction(|ledger| ledger.absorb_inside(segments, may, pace))
    }

    fn absorb_inside(
        &mut self,
        segments: Vec<Segment>,
        may: &mut dyn FnMut(&crate::Books<'_>, &PublicKey, Channel, u64, &Hash) -> Verdict,
        pace: Pace<'_>,
    ) -> Result<Absorbed> {
        let before = self.count_conflicts()?;
        let own = self.own;
        let mut out = Absorbed::default();
        let total: u64 = segments.iter().map(|s| s.entries.len() as u64).sum();
        let mut done = 0u64;
        let mut merge = Merge::open(&self.conn)?;
        let mut queues: BTreeMap<(bool, LogId), (PublicKey, Channel, BTreeMap<u64, Waiting>)> = BTreeMap::new();

        for (at, segment) in segments.into_iter().enumerate() {
            let id = log_id(&segment.key, segment.channel);
            let mut report = SegmentReport { log: id, key: segment.key, ..SegmentReport::default() };
            let known = merge.log_numbered(&id);
            let head = known.and_then(|n| merge.logs.get(&n)).map_or(0, |l| l.head_seq);
            if let (Some(last), true) = (segment.entries.last(), !segment.seal.is_empty())
                && let Ok(header) = last.open()
            {
                self.keep_seal(&id, header.seq, &last.hash(), &segment.seal)?;
            }
            for raw in segment.entries {
                let header = match raw.open() {
                    Ok(header) if header.log == id => header,
                    Ok(_) => {
                        report.refused += 1;
                        report.reasons.push("log_name".to_owned());
                        break;
                    }
                    Err(error) => {
                        report.refused += 1;
                        report.reasons.push(reason(&error).to_owned());
                        break;
                    }
                };
                let hash = raw.hash();
                if header.seq <= head {
                    let ours: Option<Hash> = self.entry_hash(known.unwrap_or(0), header.seq)?;
                    if ours == Some(hash) {
                        report.had += 1;
                        done += 1;
                    } else {
                        self.note_fork(&mut merge, &segment.key, segment.channel, &header, &hash, &raw.header)?;
                        out.forked.push(id);
                        report.refused += 1;
                        report.reasons.push("forked".to_owned());
                        break;
                    }
                    continue;
                }
                if segment.key == own {
                    out.restored = true;
                }
                let registry_first = segment.channel.class != Class::Registry;
                let queue = queues.entry((registry_first, id)).or_insert_with(|| (segment.key, segment.channel, BTreeMap::new()));
                match queue.2.entry(header.seq) {
                    Entry::Vacant(place) => {
                        place.insert(Waiting { raw, header, hash, from: Some(at) });
                    }
                    Entry::Occupied(first) if first.get().hash != hash => {
                        self.note_fork(&mut merge, &segment.key, segment.channel, &header, &hash, &raw.header)?;
                        out.forked.push(id);
                        report.refused += 1;
                        report.reasons.push("forked".to_owned());
                        break;
                    }
                    Entry::Occupied(_) => {}
                }
            }
            out.segments.push(report);
        }
        self.load_held(&mut queues, &mut merge, &mut out.forked)?;

        // Apply whatever can be applied until nothing moves any more.
        let mut held_reason: HashMap<LogId, &'static str> = HashMap::new();
        loop {
            let mut moved = false;
            for ((_, id), (key, channel, queue)) in &mut queues {
                while let Some(next) = queue.keys().next().copied() {
                    let log = merge.log_for(key, *channel, *key == own)?;
                    let frozen = merge.logs.get(&log).is_some_and(|l| l.frozen);
                    let head = merge.logs.get(&log).map_or(0, |l| l.head_seq);
                    if next <= head {
                        queue.remove(&next);
                        continue;
                    }
                    if frozen {
                        held_reason.insert(*id, "forked");
                        break;
                    }
                    let Some(waiting) = queue.get(&next) else { break };
                    if *key != own
                        && let Verdict::Quarantine(why) = may(&crate::Books { conn: &self.conn }, key, *channel, next, &waiting.hash)
                    {
                        held_reason.insert(*id, why);
                        break;
                    }
                    match merge.ready(log, &waiting.header)? {
                        Ok(()) => {
                            merge.apply(log, &waiting.header, &waiting.raw, waiting.hash)?;
                            moved = true;
                            held_reason.remove(id);
                            match waiting.from {
                                Some(at) => out.segments[at].new += 1,
                                None => out.released += 1,
                            }
                            queue.remove(&next);
                            done += 1;
                            if !pace(done.min(total), total) {
                                return Err(LedgerError::Cancelled);
                            }
                        }
                        Err(NotYet::Unseen(log_missing, _)) => {
                            held_reason.insert(*id, if log_missing == *id { "gap" } else { "unseen" });
                            break;
                        }
                        Err(NotYet::Broken(error)) => {
                            if let Some(at) = waiting.from {
                                out.segments[at].refused += queue.len() as u64;
                                out.segments[at].reasons.push(reason(&error).to_owned());
                            }
                            queue.clear();
                        }
                    }
                }
            }
            // The registry may have welcomed an author who was unknown a moment ago.
            merge.finish()?;
            if !moved {
                break;
            }
        }
        self.conn.execute("DELETE FROM held", [])?;
        for ((_, id), (key, channel, queue)) in &queues {
            let why = held_reason.get(id).copied().unwrap_or("gap");
            for waiting in queue.values() {
                if let Some(at) = waiting.from {
                    out.segments[at].held += 1;
                    if !out.segments[at].reasons.iter().any(|r| r == why) {
                        out.segments[at].reasons.push(why.to_owned());
                    }
                }
                self.hold(id, key, *channel, waiting, why)?;
            }
        }
        out.conflicts = self.count_conflicts()?.saturating_sub(before);
        out.changed = merge.changed.into_iter().collect();
        Ok(out)
    }

    fn entry_hash(&self, log: i64, seq: u64) -> Result<Option<Hash>> {
        use rusqlite::OptionalExtension;
        Ok(self
            .conn
            .prepare_cached("SELECT hash FROM entry WHERE log = ?1 AND seq = ?2")?
            .query_row(params![log, seq as i64], |r| r.get(0).map(Hash))
            .optional()?)
    }

    fn keep_seal(&self, log: &LogId, seq: u64, hash: &Hash, signature: &[u8]) -> Result<()> {
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO seal(log, seq, hash, signature) VALUES(?1, ?2, ?3, ?4)")?
            .execute(params![log.0, seq as i64, hash.0, signature])?;
        Ok(())
    }

    fn hold(&self, id: &LogId, key: &PublicKey, channel: Channel, waiting: &Waiting, why: &str) -> Result<()> {
        let mut body = Vec::new();
        for block in &waiting.raw.blocks {
            match block {
                RawBlock::Body(line) => body.extend_from_slice(line),
                RawBlock::Erased(hash) => body.extend_from_slice(format!("\"{}\"", hash.hex()).as_bytes()),
            }
            body.push(b'\n');
        }
        self.conn
            .prepare_cached(
                "INSERT OR REPLACE INTO held(log, seq, hash, key, space, class, reason, header, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                id.0,
                waiting.header.seq as i64,
                waiting.hash.0,
                key,
                channel.space.0.as_bytes(),
                channel.class as u8,
                why,
                waiting.raw.header,
                body
            ])?;
        Ok(())
    }

    /// Keeps the proof that a log has two entries under one number, and stops applying it.
    fn note_fork(
        &self,
        merge: &mut Merge<'_>,
        key: &PublicKey,
        channel: Channel,
        header: &Header,
        hash: &Hash,
        bytes: &[u8],
    ) -> Result<()> {
        self.conn.prepare_cached("INSERT OR IGNORE INTO fork(log, seq, hash, header) VALUES(?1, ?2, ?3, ?4)")?.execute(params![
            header.log.0,
            header.seq as i64,
            hash.0,
            bytes
        ])?;
        let log = merge.log_for(key, channel, *key == self.own)?;
        merge.freeze(log)
    }

    fn load_held(
        &self,
        queues: &mut BTreeMap<(bool, LogId), (PublicKey, Channel, BTreeMap<u64, Waiting>)>,
        merge: &mut Merge<'_>,
        forked: &mut Vec<LogId>,
    ) -> Result<()> {
        let mut stmt = self.conn.prepare_cached("SELECT log, key, space, class, header, body FROM held ORDER BY seq")?;
        let mut rows = stmt.query([])?;
        while let Some(r) = rows.next()? {
            let id = Hash(r.get(0)?);
            let key: PublicKey = r.get(1)?;
            let Some(class) = Class::from_number(r.get(3)?) else { continue };
            let channel = Channel { space: Uuid::from_bytes(r.get(2)?).into(), class };
            let raw = held_entry(r.get(4)?, r.get_ref(5)?.as_blob().unwrap_or_default());
            let Ok(header) = raw.open() else { continue };
            let hash = raw.hash();
            let queue = queues.entry((class != Class::Registry, id)).or_insert_with(|| (key, channel, BTreeMap::new()));
            match queue.2.entry(header.seq) {
                Entry::Vacant(place) => {
                    place.insert(Waiting { raw, header, hash, from: None });
                }
                Entry::Occupied(other) if other.get().hash != hash => {
                    self.note_fork(merge, &key, channel, &header, &hash, &raw.header)?;
                    forked.push(id);
                }
                Entry::Occupied(_) => {}
            }
        }
        Ok(())
    }
}

/// A held entry as it came: its body's lines are its blocks.
pub(crate) fn held_entry(header: Vec<u8>, body: &[u8]) -> RawEntry {
    let blocks = body.split(|b| *b == b'\n').filter(|line| !line.is_empty()).map(block_line).collect();
    RawEntry { header, blocks }
}

fn reason(error: &EntryError) -> &'static str {
    match error {
        EntryError::Unreadable => "unreadable",
        EntryError::Newer => "newer",
        EntryError::Chain => "chain",
        EntryError::Root => "root",
        EntryError::Clock => "clock",
        EntryError::Sequence => "sequence",
        EntryError::LogName => "log_name",
    }
}

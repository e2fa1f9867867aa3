//! Taking in verified entries: what is new, already here, held or refused (sync.md §7).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use rusqlite::params;
use uuid::Uuid;
use xinghuo_model::Class;

use crate::entry::{Channel, Hash, Header, LogId, PublicKey, RawBlock, RawEntry, block_line, block_lines, log_id};
use crate::error::{EntryError, LedgerError, Result};
use crate::merge::{Merge, NotYet, Place};
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
    /// Wait for something; the reasons' codes: `unseen`, `gap`, `author`, `ended`, `erased`.
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
    /// Authors whose key turned out to be used on two computers at once: one of their logs forked.
    pub forked: Vec<PublicKey>,
    /// Records a person must now decide on, that were not in dispute before.
    pub conflicts: u64,
    /// Names of the kinds that changed.
    pub changed: Vec<&'static str>,
}

/// What waits of one log, in the order in which it can be applied. Where the log forked, two
/// entries may bear one number.
struct Queue {
    key: PublicKey,
    channel: Channel,
    waiting: BTreeMap<(u64, Hash), Waiting>,
}

/// The verdict on what an author wrote after their trust was ended.
pub const ENDED: &str = "ended";

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
        // The registry goes first: it may welcome the authors of the rest.
        let mut queues: BTreeMap<(bool, LogId), Queue> = BTreeMap::new();

        for (at, segment) in segments.into_iter().enumerate() {
            let id = log_id(&segment.key, segment.channel);
            let mut report = SegmentReport { log: id, key: segment.key, ..SegmentReport::default() };
            let highest = merge.highest(&id);
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
                if header.seq <= highest && merge.holds(&id, header.seq, &hash)? {
                    report.had += 1;
                    done += 1;
                    continue;
                }
                if segment.key == own {
                    out.restored = true;
                }
                let queue = queues.entry((segment.channel.class != Class::Registry, id)).or_insert_with(|| Queue {
                    key: segment.key,
                    channel: segment.channel,
                    waiting: BTreeMap::new(),
                });
                let whole = !has_hole(&raw);
                let new = Waiting { raw, header, hash, from: Some(at) };
                match queue.waiting.entry((new.header.seq, hash)) {
                    Entry::Vacant(place) => {
                        place.insert(new);
                    }
                    // The same with a block taken out may have come first.
                    Entry::Occupied(mut place) if whole => {
                        place.insert(new);
                    }
                    Entry::Occupied(_) => {}
                }
            }
            out.segments.push(report);
        }
        self.load_held(&mut queues)?;

        // Apply whatever can be applied until nothing moves any more.
        let mut held_reason: HashMap<LogId, &'static str> = HashMap::new();
        let (mut vouched, mut somebody_ended): (HashMap<LogId, u64>, bool) = (HashMap::new(), false);
        loop {
            let mut moved = false;
            if somebody_ended {
                vouched = self.vouched(&queues, may);
            }
            for ((_, id), queue) in &mut queues {
                merge.log_for(&queue.key, queue.channel, queue.key == own)?;
                let mut after: Option<(u64, Hash)> = None;
                while let Some(next) = queue.next(after) {
                    let highest = merge.highest(id);
                    // Nothing further can follow anything that is here.
                    if next.0 > highest + 1 {
                        held_reason.entry(*id).or_insert("gap");
                        break;
                    }
                    if next.0 <= highest && merge.holds(id, next.0, &next.1)? {
                        queue.waiting.remove(&next);
                        continue;
                    }
                    let Some(waiting) = queue.waiting.get(&next) else { break };
                    if queue.key != own
                        && let Verdict::Quarantine(why) =
                            may(&crate::Books { conn: &self.conn }, &queue.key, queue.channel, next.0, &waiting.hash)
                        && (why != ENDED || vouched.get(id).is_none_or(|seq| *seq < next.0))
                    {
                        if why == ENDED && !somebody_ended {
                            (somebody_ended, moved) = (true, true);
                        }
                        held_reason.insert(*id, why);
                        after = Some(next);
                        continue;
                    }
                    // Nothing can tell yet that a block was rightly taken out; whoever carries bundles must
                    // not be able to silence what others wrote.
                    if has_hole(&waiting.raw) {
                        held_reason.insert(*id, "erased");
                        after = Some(next);
                        continue;
                    }
                    let judged = match merge.place(&waiting.header)? {
                        None => Err(NotYet::Unseen(*id, next.0.saturating_sub(1))),
                        Some(place) => merge.ready(&place, &waiting.header)?.map(|()| place),
                    };
                    match judged {
                        Ok(place) => {
                            let strand = match place {
                                Place::Head(strand) => strand,
                                Place::Fork(parent, base) => {
                                    if !out.forked.contains(&queue.key) {
                                        out.forked.push(queue.key);
                                    }
                                    merge.split(parent, base, queue.key == own)?
                                }
                            };
                            merge.apply(strand, &waiting.header, &waiting.raw, waiting.hash)?;
                            moved = true;
                            held_reason.remove(id);
                            match waiting.from {
                                Some(at) => out.segments[at].new += 1,
                                None => out.released += 1,
                            }
                            queue.waiting.remove(&next);
                            done += 1;
                            if !pace(done.min(total), total) {
                                return Err(LedgerError::Cancelled);
                            }
                        }
                        Err(NotYet::Unseen(missing, _)) => {
                            held_reason.insert(*id, if missing == *id { "gap" } else { "unseen" });
                            after = Some(next);
                        }
                        Err(NotYet::Broken(error)) => {
                            for gone in queue.cut(next) {
                                if let Some(at) = gone.from {
                                    out.segments[at].refused += 1;
                                    if out.segments[at].refused == 1 {
                                        out.segments[at].reasons.push(reason(&error).to_owned());
                                    }
                                }
                            }
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
        for ((_, id), queue) in &queues {
            let why = held_reason.get(id).copied().unwrap_or("gap");
            for waiting in queue.waiting.values() {
                if let Some(at) = waiting.from {
                    out.segments[at].held += 1;
                    if !out.segments[at].reasons.iter().any(|r| r == why) {
                        out.segments[at].reasons.push(why.to_owned());
                    }
                }
                self.hold(id, &queue.key, queue.channel, waiting, why)?;
            }
        }
        out.conflicts = self.count_conflicts()?.saturating_sub(before);
        out.changed = merge.changed.into_iter().collect();
        Ok(out)
    }

    /// What waiting entries of trusted authors say they have seen: up to there even an author whose
    /// trust was ended is taken in. They knew it before they knew of the ending, and would be stuck
    /// without it.
    fn vouched(
        &self,
        queues: &BTreeMap<(bool, LogId), Queue>,
        may: &mut dyn FnMut(&crate::Books<'_>, &PublicKey, Channel, u64, &Hash) -> Verdict,
    ) -> HashMap<LogId, u64> {
        let mut out: HashMap<LogId, u64> = HashMap::new();
        let books = crate::Books { conn: &self.conn };
        for queue in queues.values() {
            for waiting in queue.waiting.values().filter(|waiting| !waiting.header.seen.is_empty()) {
                let trusted =
                    queue.key == self.own || may(&books, &queue.key, queue.channel, waiting.header.seq, &waiting.hash) == Verdict::Welcome;
                for seen in waiting.header.seen.iter().filter(|_| trusted) {
                    let most = out.entry(seen.0).or_default();
                    *most = seen.1.max(*most);
                }
            }
        }
        out
    }

    fn keep_seal(&self, log: &LogId, seq: u64, hash: &Hash, signature: &[u8]) -> Result<()> {
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO seal(log, seq, hash, signature) VALUES(?1, ?2, ?3, ?4)")?
            .execute(params![log.0, seq as i64, hash.0, signature])?;
        Ok(())
    }

    fn hold(&self, id: &LogId, key: &PublicKey, channel: Channel, waiting: &Waiting, why: &str) -> Result<()> {
        let mut body = Vec::new();
        block_lines(&waiting.raw.blocks, &mut body);
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

    fn load_held(&self, queues: &mut BTreeMap<(bool, LogId), Queue>) -> Result<()> {
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
            let queue = queues.entry((class != Class::Registry, id)).or_insert_with(|| Queue { key, channel, waiting: BTreeMap::new() });
            queue.waiting.entry((header.seq, hash)).or_insert(Waiting { raw, header, hash, from: None });
        }
        Ok(())
    }
}

impl Queue {
    /// The first that comes after this one.
    fn next(&self, after: Option<(u64, Hash)>) -> Option<(u64, Hash)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.waiting.range((from, Bound::Unbounded)).next().map(|(at, _)| *at)
    }

    /// Takes out an entry that breaks a rule, and what was built upon it.
    fn cut(&mut self, broken: (u64, Hash)) -> Vec<Waiting> {
        let mut gone = vec![broken.1];
        let doomed: Vec<(u64, Hash)> = self
            .waiting
            .range(broken..)
            .filter(|(at, waiting)| {
                let built = **at == broken || gone.contains(&waiting.header.prev);
                if built {
                    gone.push(at.1);
                }
                built
            })
            .map(|(at, _)| *at)
            .collect();
        doomed.iter().filter_map(|at| self.waiting.remove(at)).collect()
    }
}

/// A held entry as it came: its body's lines are its blocks.
pub(crate) fn held_entry(header: Vec<u8>, body: &[u8]) -> RawEntry {
    let blocks = body.split(|b| *b == b'\n').filter(|line| !line.is_empty()).map(block_line).collect();
    RawEntry { header, blocks }
}

/// Whether a block was taken out.
fn has_hole(raw: &RawEntry) -> bool {
    raw.blocks.iter().any(|block| matches!(block, RawBlock::Erased(_)))
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

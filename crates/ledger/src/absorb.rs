//! Taking in verified entries: what is new, already here, held or refused (sync.md §7).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use rusqlite::{Connection, params};
use uuid::Uuid;
use xinghuo_model::Class;

use crate::endings::{At, Endings};
use crate::entry::{Channel, Hash, Header, LogId, PublicKey, RawBlock, RawEntry, block_lines, block_ref, blocks_of, log_id};
use crate::erase::is_erased;
use crate::error::{EntryError, LedgerError, Result};
use crate::logs::{NotYet, Place};
use crate::merge::Merge;
use crate::{Books, Ledger, Pace};

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
    /// Keep it aside: no certificate is here (yet).
    Quarantine(&'static str),
    /// It counts as far as the endings say, or where somebody trusted in the same channel has seen it; else
    /// keep it aside. The author's trust was ended, or rests on that word alone.
    Partly(&'static str, Arc<Endings>),
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
    /// Records of which something was erased.
    pub erased: u64,
    /// Names of the kinds that changed.
    pub changed: Vec<&'static str>,
}

/// Judges an author for (key, channel, seq, hash); asked after everything the registry says so far
/// was applied.
pub type May<'a> = &'a mut dyn FnMut(&Books<'_>, &PublicKey, Channel, u64, &Hash) -> Verdict;

/// What waits of one log, in the order in which it can be applied. Where the log forked, two
/// entries may bear one number.
struct Queue {
    key: PublicKey,
    channel: Channel,
    waiting: BTreeMap<At, Waiting>,
}

struct Waiting {
    raw: RawEntry,
    header: Header,
    hash: Hash,
    /// Which segment it came with; `None`: held since earlier.
    from: Option<usize>,
}

impl Ledger {
    /// Takes verified segments in, together with whatever was held before, in one transaction. One
    /// after another is asked for, and what was applied of one is gone from memory before the next.
    /// `pace` hears (done, of how many) and may stop, for the last time when nothing is left to do but to
    /// keep it; `total`: how many entries there will be, as far as known.
    ///
    /// # Errors
    /// [`LedgerError::Cancelled`], or SQLite's; nothing is stored then.
    pub fn absorb(&mut self, segments: impl IntoIterator<Item = Segment>, total: u64, may: May<'_>, pace: Pace<'_>) -> Result<Absorbed> {
        self.transaction(|ledger| {
            let mut intake = Intake {
                conn: &ledger.conn,
                own: ledger.own,
                merge: Merge::open(&ledger.conn, ledger.logs.take())?,
                may,
                queues: BTreeMap::new(),
                why: HashMap::new(),
                vouched: HashMap::new(),
                needs_word: false,
                promised: HashMap::new(),
                open_holes: Books { conn: &ledger.conn }.number("SELECT count(*) FROM hole", [])? > 0,
                filled: false,
                out: Absorbed::default(),
                done: 0,
                total,
                pace,
            };
            intake.load_held()?;
            for (at, segment) in segments.into_iter().enumerate() {
                intake.take(at, segment)?;
            }
            intake.settle()?;
            intake.hold_the_rest()?;
            let filled = intake.filled;
            let Intake { mut merge, mut out, done, pace, .. } = intake;
            merge.finish(true)?;
            out.conflicts = u64::try_from(merge.disputes).unwrap_or(0);
            out.erased = merge.erased;
            out.changed = merge.changed.into_iter().collect();
            ledger.logs = Some(merge.logs);
            if filled {
                // What stood behind a hole was merged without it.
                ledger.tell_again(&mut |_, _| true)?;
            }
            ledger.catch_up_if_much()?;
            if !pace(done, total) {
                return Err(LedgerError::Cancelled);
            }
            Ok(out)
        })
    }
}

/// An entry's author, number and hash.
type Promise = (PublicKey, u64, Hash);

/// Taking in, halfway through.
struct Intake<'l, 'm> {
    conn: &'l Connection,
    own: PublicKey,
    merge: Merge<'l>,
    may: May<'m>,
    /// The registry goes first: it may welcome the authors of the rest.
    queues: BTreeMap<(bool, LogId), Queue>,
    /// Why a log does not go on.
    why: HashMap<LogId, &'static str>,
    /// Entries of each log that somebody trusted in the channel has seen.
    vouched: HashMap<(Channel, LogId), Vec<At>>,
    needs_word: bool,
    /// Entries that wait, or came, and say that a record is erased.
    promised: HashMap<(Channel, Uuid), Vec<Promise>>,
    open_holes: bool,
    filled: bool,
    out: Absorbed,
    done: u64,
    total: u64,
    pace: Pace<'m>,
}

impl Intake<'_, '_> {
    /// Queues a segment's entries and applies what can be applied of that log.
    fn take(&mut self, at: usize, segment: Segment) -> Result<()> {
        let id = log_id(&segment.key, segment.channel);
        let mut report = SegmentReport { log: id, key: segment.key, ..SegmentReport::default() };
        let highest = self.merge.logs.highest(&id);
        if let (Some(last), true) = (segment.entries.last(), !segment.seal.is_empty())
            && let Ok(header) = last.open()
        {
            keep_seal(self.conn, &id, header.seq, &last.hash(), &segment.seal)?;
        }
        let queue = (segment.channel.class != Class::Registry, id);
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
            if header.seq <= highest
                && let Some(strand) = self.merge.logs.holds(self.conn, &id, header.seq, &hash)?
            {
                report.had += 1;
                self.done += 1;
                self.fill(strand, header.seq, raw)?;
                continue;
            }
            if segment.key == self.own {
                self.out.restored = true;
            }
            self.enqueue(queue, segment.key, segment.channel, Waiting { raw, header, hash, from: Some(at) });
        }
        self.out.segments.push(report);
        if !(self.pace)(self.done.min(self.total), self.total) {
            return Err(LedgerError::Cancelled);
        }
        self.advance(queue)?;
        Ok(())
    }

    fn enqueue(&mut self, queue: (bool, LogId), key: PublicKey, channel: Channel, new: Waiting) {
        for line in new.raw.blocks.iter().filter_map(|block| if let RawBlock::Body(line) = block { Some(line) } else { None }) {
            // Nearly every block is long and says nothing of the kind.
            if line.len() < 256
                && let Some(block) = block_ref(line)
                && block.is_erasure()
                // One that will not be applied explains nothing.
                && xinghuo_model::kind_named(&block.kind).is_some_and(|kind| kind.fields.iter().any(|f| f.class == channel.class))
            {
                self.promised.entry((channel, block.rec)).or_default().push((key, new.header.seq, new.hash));
            }
        }
        let queue = self.queues.entry(queue).or_insert_with(|| Queue { key, channel, waiting: BTreeMap::new() });
        match queue.waiting.entry((new.header.seq, new.hash)) {
            Entry::Vacant(place) => {
                place.insert(new);
            }
            // The same with a block taken out may have come first.
            Entry::Occupied(mut place) if !has_hole(&new.raw) => {
                place.insert(new);
            }
            Entry::Occupied(_) => {}
        }
    }

    /// Fills what an earlier copy of the entry left open.
    fn fill(&mut self, strand: i64, seq: u64, raw: RawEntry) -> Result<()> {
        if !self.open_holes || has_hole(&raw) {
            return Ok(());
        }
        let open = self.conn.prepare_cached("DELETE FROM hole WHERE log = ?1 AND seq = ?2")?.execute(params![strand, seq as i64])?;
        if open > 0 {
            let (ord, channel): (i64, Option<Channel>) = (
                self.conn
                    .prepare_cached("SELECT ord FROM entry WHERE log = ?1 AND seq = ?2")?
                    .query_row(params![strand, seq as i64], |r| r.get(0))?,
                self.merge.logs.get(strand).map(|log| log.channel),
            );
            let mut blocks = raw.blocks;
            for block in &mut blocks {
                if let Some(channel) = channel
                    && is_erased(&Books { conn: self.conn }, block.subject(), channel)?
                {
                    block.erase();
                }
            }
            self.merge.bodies.replace(ord, &blocks)?;
            self.filled = true;
        }
        Ok(())
    }

    /// Applies whatever can be applied until nothing moves any more.
    fn settle(&mut self) -> Result<()> {
        loop {
            let mut moved = false;
            let needs_word = self.needs_word;
            if needs_word {
                self.vouched = self.vouched();
            }
            let all: Vec<(bool, LogId)> = self.queues.keys().copied().collect();
            for queue in all {
                moved |= self.advance(queue)?;
            }
            // The registry may have welcomed an author who was unknown a moment ago, and who vouches for an
            // ended one is asked only once there is one.
            if !moved && needs_word == self.needs_word {
                return Ok(());
            }
        }
    }

    /// Applies of one log what can be applied; whether anything moved.
    fn advance(&mut self, at: (bool, LogId)) -> Result<bool> {
        let id = at.1;
        let Some(queue) = self.queues.get(&at) else { return Ok(false) };
        let (key, channel) = (queue.key, queue.channel);
        let mine = key == self.own;
        self.merge.logs.log_for(self.conn, &key, channel, mine)?;
        let mut moved = false;
        let mut after: Option<At> = None;
        let mut counting: Option<(Arc<Endings>, HashSet<Hash>)> = None;
        while let Some(next) = self.queues.get(&at).and_then(|queue| queue.next(after)) {
            let highest = self.merge.logs.highest(&id);
            // Nothing further can follow anything that is here.
            if next.0 > highest + 1 {
                self.why.entry(id).or_insert("gap");
                break;
            }
            let Some(queue) = self.queues.get_mut(&at) else { break };
            if next.0 <= highest && self.merge.logs.holds(self.conn, &id, next.0, &next.1)?.is_some() {
                queue.waiting.remove(&next);
                continue;
            }
            let verdict = if mine { Verdict::Welcome } else { (self.may)(&Books { conn: self.conn }, &key, channel, next.0, &next.1) };
            let aside = match verdict {
                Verdict::Welcome => None,
                Verdict::Quarantine(why) => Some(why),
                Verdict::Partly(why, endings) => {
                    self.needs_word = true;
                    // What a registry says may change how the rest of it is read.
                    if counting.as_ref().is_none_or(|(known, _)| *known != endings) {
                        let counts = self.counting(at, &endings);
                        counting = Some((endings, counts));
                    }
                    counting.as_ref().is_none_or(|(_, counts)| !counts.contains(&next.1)).then_some(why)
                }
            };
            if let Some(why) = aside {
                self.why.insert(id, why);
                after = Some(next);
                continue;
            }
            let Some(waiting) = self.queues.get(&at).and_then(|queue| queue.waiting.get(&next)) else { break };
            // Whoever carries bundles must not be able to silence what others wrote: a block may be
            // missing only where somebody who may write here says that its record is erased.
            if has_hole(&waiting.raw) {
                let gone: Vec<Uuid> =
                    waiting.raw.blocks.iter().filter_map(|b| if let RawBlock::Erased(rec, _) = b { Some(*rec) } else { None }).collect();
                if !self.all_erased(channel, &gone)? {
                    self.why.insert(id, "erased");
                    after = Some(next);
                    continue;
                }
            }
            let Some(waiting) = self.queues.get(&at).and_then(|queue| queue.waiting.get(&next)) else { break };
            let judged = match self.merge.logs.place(self.conn, &waiting.header)? {
                None => Err(NotYet::Unseen(id, next.0.saturating_sub(1))),
                Some(place) => self.merge.logs.ready(self.conn, &place, &waiting.header)?.map(|()| place),
            };
            match judged {
                Ok(place) => {
                    let strand = match place {
                        Place::Head(strand) => strand,
                        Place::Fork(parent, base) => {
                            if !self.out.forked.contains(&key) {
                                self.out.forked.push(key);
                            }
                            self.merge.logs.split(self.conn, parent, base, mine)?
                        }
                    };
                    let Some(waiting) = self.queues.get_mut(&at).and_then(|queue| queue.waiting.remove(&next)) else { break };
                    self.merge.apply(strand, &waiting.header, &waiting.raw, waiting.hash)?;
                    moved = true;
                    self.why.remove(&id);
                    match waiting.from {
                        Some(at) => self.out.segments[at].new += 1,
                        None => self.out.released += 1,
                    }
                    self.done += 1;
                    if !(self.pace)(self.done.min(self.total), self.total) {
                        return Err(LedgerError::Cancelled);
                    }
                }
                Err(NotYet::Unseen(missing, _)) => {
                    self.why.insert(id, if missing == id { "gap" } else { "unseen" });
                    after = Some(next);
                }
                Err(NotYet::Broken(error)) => {
                    let gone = self.queues.get_mut(&at).map(|queue| queue.cut(next)).unwrap_or_default();
                    for at in gone.into_iter().filter_map(|gone| gone.from) {
                        let report = &mut self.out.segments[at];
                        report.refused += 1;
                        if report.refused == 1 {
                            report.reasons.push(reason(&error).to_owned());
                        }
                    }
                }
            }
        }
        Ok(moved)
    }

    /// Whether each of these records is erased in the channel, or will be by an entry that is at hand.
    fn all_erased(&mut self, channel: Channel, recs: &[Uuid]) -> Result<bool> {
        let books = Books { conn: self.conn };
        for rec in recs {
            let promises = self.promised.get(&(channel, *rec)).cloned().unwrap_or_default();
            let promised = promises.iter().any(|(key, seq, hash)| {
                *key == self.own
                    || match (self.may)(&books, key, channel, *seq, hash) {
                        Verdict::Welcome => true,
                        // An ended author's erasure that counts does so here as well, or what it erased and itself
                        // would wait for each other.
                        Verdict::Partly(_, endings) => {
                            self.needs_word = true;
                            let queue = (channel.class != Class::Registry, log_id(key, channel));
                            self.counting(queue, &endings).contains(hash)
                        }
                        Verdict::Quarantine(_) => false,
                    }
            });
            if !promised && !is_erased(&books, *rec, channel)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What waits of a log that counts partly, and counts: it leads to an entry that was named, or that somebody
    /// trusted has seen, and all in between waits here too.
    fn counting(&self, at: (bool, LogId), endings: &Endings) -> HashSet<Hash> {
        let Some(queue) = self.queues.get(&at) else { return HashSet::new() };
        let mut out = queue.named(endings);
        out.extend(self.vouched.get(&(queue.channel, at.1)).map(|seen| queue.leading(seen)).unwrap_or_default());
        out
    }

    /// What waiting entries of trusted authors say they have seen in their own channel: what leads there
    /// is taken in even of an author whose trust was ended. They knew it before they knew of the ending, and would be stuck
    /// without it.
    fn vouched(&mut self) -> HashMap<(Channel, LogId), Vec<At>> {
        let mut out: HashMap<(Channel, LogId), Vec<At>> = HashMap::new();
        let books = Books { conn: self.conn };
        for queue in self.queues.values() {
            let mut named: Option<HashSet<Hash>> = None;
            for waiting in queue.waiting.values().filter(|waiting| !waiting.header.seen.is_empty()) {
                let trusted = queue.key == self.own
                    || match (self.may)(&books, &queue.key, queue.channel, waiting.header.seq, &waiting.hash) {
                        Verdict::Welcome => true,
                        Verdict::Quarantine(_) => false,
                        Verdict::Partly(_, endings) => named.get_or_insert_with(|| queue.named(&endings)).contains(&waiting.hash),
                    };
                for seen in waiting.header.seen.iter().filter(|_| trusted) {
                    out.entry((queue.channel, seen.0)).or_default().push((seen.1, seen.2));
                }
            }
        }
        out
    }

    /// Keeps what still waits, and says why.
    fn hold_the_rest(&mut self) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM held")?.execute([])?;
        for ((_, id), Queue { key, channel, waiting }) in &mut self.queues {
            let why = self.why.get(id).copied().unwrap_or("gap");
            for waiting in waiting.values_mut() {
                if let Some(at) = waiting.from {
                    let report = &mut self.out.segments[at];
                    report.held += 1;
                    if !report.reasons.iter().any(|r| r == why) {
                        report.reasons.push(why.to_owned());
                    }
                }
                for block in &mut waiting.raw.blocks {
                    if is_erased(&Books { conn: self.conn }, block.subject(), *channel)? {
                        block.erase();
                    }
                }
                hold(self.conn, id, key, *channel, waiting, why)?;
            }
        }
        Ok(())
    }

    fn load_held(&mut self) -> Result<()> {
        let mut stmt = self.conn.prepare_cached("SELECT log, key, space, class, header, body FROM held ORDER BY seq")?;
        let mut rows = stmt.query([])?;
        while let Some(r) = rows.next()? {
            let id = Hash(r.get(0)?);
            let Some(class) = Class::from_number(r.get(3)?) else { continue };
            let channel = Channel { space: Uuid::from_bytes(r.get(2)?).into(), class };
            let raw = held_entry(r.get(4)?, r.get_ref(5)?.as_blob().unwrap_or_default());
            let Ok(header) = raw.open() else { continue };
            let hash = raw.hash();
            self.enqueue((class != Class::Registry, id), r.get(1)?, channel, Waiting { raw, header, hash, from: None });
        }
        Ok(())
    }
}

fn keep_seal(conn: &Connection, log: &LogId, seq: u64, hash: &Hash, signature: &[u8]) -> Result<()> {
    conn.prepare_cached("INSERT OR IGNORE INTO seal(log, seq, hash, signature) VALUES(?1, ?2, ?3, ?4)")?
        .execute(params![log.0, seq as i64, hash.0, signature])?;
    Ok(())
}

fn hold(conn: &Connection, id: &LogId, key: &PublicKey, channel: Channel, waiting: &Waiting, why: &str) -> Result<()> {
    let mut body = Vec::new();
    block_lines(&waiting.raw.blocks, &mut body);
    conn.prepare_cached(
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

impl Queue {
    /// What waits and counts by the endings of its log alone.
    fn named(&self, endings: &Endings) -> HashSet<Hash> {
        let mut offices = endings.0.iter().map(|named| self.leading(named));
        let first = offices.next().unwrap_or_default();
        offices.fold(first, |all, one| &all & &one)
    }

    /// What waits and leads to one of these.
    fn leading(&self, to: &[At]) -> HashSet<Hash> {
        let mut out = HashSet::new();
        for at in to {
            let mut next = *at;
            while let Some(waiting) = self.waiting.get(&next).filter(|_| out.insert(next.1)) {
                next = (next.0 - 1, waiting.header.prev);
            }
        }
        out
    }

    /// The first that comes after this one.
    fn next(&self, after: Option<At>) -> Option<At> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.waiting.range((from, Bound::Unbounded)).next().map(|(at, _)| *at)
    }

    /// Takes out an entry that breaks a rule, and what was built upon it.
    fn cut(&mut self, broken: At) -> Vec<Waiting> {
        let mut gone = vec![broken.1];
        let doomed: Vec<At> = self
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
    RawEntry { header, blocks: blocks_of(body) }
}

/// Whether a block was taken out.
pub(crate) fn has_hole(raw: &RawEntry) -> bool {
    raw.blocks.iter().any(|block| matches!(block, RawBlock::Erased(..)))
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

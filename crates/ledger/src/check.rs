//! Checking: the walk over every log from its first entry, which a quick check and a whole audit
//! share, and the state hash by which two copies know that they agree. What an audit looks at
//! besides stands in `audit`.

use std::collections::HashMap;
use std::fmt;

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value};
use uuid::Uuid;
use xinghuo_model::{Class, KINDS, KindDef, SpaceId};

use crate::bodies::Bodies;
use crate::dots::{Dot, Dots, class_of, is_life};
use crate::entry::{Channel, Hash, Header, LogId, PublicKey, RawBlock, RawEntry, log_id};
use crate::erase::erased_flag;
use crate::error::{EntryError, LedgerError, Result};
use crate::siblings::{all_siblings, pairs_of};
use crate::values::{group_fields, json_from_sql};
use crate::{Ledger, Pace};

/// What can be wrong with a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// SQLite's own structure.
    Store,
    /// A log's name does not fit its key and channel.
    Log,
    /// An entry that must be there is not.
    Missing,
    /// A header that cannot be read, or names another place than it stands in.
    Header,
    /// The stored hash is not the header's.
    Hash,
    /// The entry does not follow the one before it.
    Chain,
    /// The blocks are not those the header commits to.
    Content,
    /// What stands beside an entry or a block to find it by is not what it says itself.
    Place,
    /// The logical clock, or what the entry says it has seen.
    Clock,
    /// A log does not end where it is said to.
    Head,
    /// Entries or bodies that belong to nothing.
    Stray,
    /// A seal that is not its author's.
    Seal,
    /// No seal of the author's covers these entries of another copy.
    Unsealed,
    /// The author had no certificate for the channel.
    Author,
    /// Written after the author's trust was ended.
    Ended,
    /// An entry that waits is not what it says it is.
    Held,
    /// A receipt names an entry that is not the one here.
    Receipt,
    /// A projected table says something else than the log.
    Table,
    /// The search table says something else than the records.
    Find,
}

impl Fault {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Log => "log",
            Self::Missing => "missing",
            Self::Header => "header",
            Self::Hash => "hash",
            Self::Chain => "chain",
            Self::Content => "content",
            Self::Place => "place",
            Self::Clock => "clock",
            Self::Head => "head",
            Self::Stray => "stray",
            Self::Seal => "seal",
            Self::Unsealed => "unsealed",
            Self::Author => "author",
            Self::Ended => "ended",
            Self::Held => "held",
            Self::Receipt => "receipt",
            Self::Table => "table",
            Self::Find => "find",
        }
    }
}

/// One thing that is wrong, and where: no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What.
    pub fault: Fault,
    /// Whose, where that is known: a log's author, a receipt's writer.
    pub key: Option<PublicKey>,
    /// In which channel.
    pub channel: Option<Channel>,
    /// The entry's number; 0 where none is meant.
    pub seq: u64,
    /// Which table.
    pub table: Option<String>,
}

impl Problem {
    /// Of the store as a whole.
    pub(crate) fn of(fault: Fault) -> Self {
        Self { fault, key: None, channel: None, seq: 0, table: None }
    }

    /// Of a log, at an entry.
    pub(crate) fn at(fault: Fault, strand: &Strand, seq: u64) -> Self {
        Self { key: Some(strand.key), channel: Some(strand.channel), seq, ..Self::of(fault) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.fault.code())?;
        if let (Some(key), Some(channel)) = (&self.key, self.channel) {
            write!(f, " {} {}", &log_id(key, channel).hex()[..8], self.seq)?;
        }
        self.table.as_ref().map_or(Ok(()), |table| write!(f, " {table}"))
    }
}

/// What a check or an audit found.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// Logs read; of one that forked, each strand.
    pub logs: u64,
    /// Entries read.
    pub entries: u64,
    /// Their blocks.
    pub blocks: u64,
    /// Blocks of which only the hash is left.
    pub erased: u64,
    /// Living records.
    pub records: u64,
    /// Blocks this version does not understand in full.
    pub newer: u64,
    /// Seals verified (audit).
    pub seals: u64,
    /// Copies whose entitlement was judged (audit).
    pub authors: u64,
    /// Waiting entries looked at (audit).
    pub held: u64,
    /// Receipts compared with the logs (audit).
    pub receipts: u64,
    /// Rows of tables compared with what the log says (audit); `None` where a broken log has nothing
    /// to compare them with.
    pub rows: Option<u64>,
    /// What is wrong, the first [`Checked::MOST`].
    pub problems: Vec<Problem>,
    /// How many more.
    pub more: u64,
}

impl Checked {
    /// So many problems are told one by one.
    pub const MOST: usize = 200;

    pub(crate) fn note(&mut self, problem: Problem) {
        if self.problems.len() < Self::MOST {
            self.problems.push(problem);
        } else {
            self.more += 1;
        }
    }
}

/// A log, or a strand of one that forked, as the file says it is.
#[derive(Debug, Clone)]
pub(crate) struct Strand {
    pub n: i64,
    pub id: LogId,
    pub key: PublicKey,
    pub channel: Channel,
    pub parent: Option<i64>,
    pub base: u64,
    pub head_seq: u64,
    pub head_hash: Hash,
}

/// A strand's log, and the last number before that log forked.
type Names = HashMap<i64, (Hash, Option<u64>)>;

fn hash_in(value: ValueRef<'_>) -> Hash {
    value.as_blob().ok().and_then(Hash::from_slice).unwrap_or_default()
}

fn bytes_in<const N: usize>(value: ValueRef<'_>) -> Option<[u8; N]> {
    value.as_blob().ok()?.try_into().ok()
}

/// Hears of every sound entry: its strand, number of arrival, header and hash.
pub(crate) type Each<'a> = &'a mut dyn FnMut(&mut Checked, &Strand, u64, &Header, &Hash) -> Result<()>;

impl Ledger {
    /// Reads every log from its first entry, and SQLite's own structure. Quick: it knows no
    /// signatures, asks nobody who may write, and takes the tables as they are; see
    /// [`Ledger::audit`].
    ///
    /// # Errors
    /// [`LedgerError::Cancelled`] or SQLite's.
    pub fn check(&self, pace: Pace<'_>) -> Result<Checked> {
        let mut out = Checked::default();
        self.structure("PRAGMA quick_check(1)", &mut out)?;
        let total = self.number_of_entries()?;
        let strands = self.strands(&mut out)?;
        self.walk(&strands, &mut out, total, pace, &mut |_, _, _, _, _| Ok(()))?;
        self.count_records(&mut out)?;
        Ok(out)
    }

    pub(crate) fn number_of_entries(&self) -> Result<u64> {
        Ok(self.books().number("SELECT count(*) FROM entry", [])? as u64)
    }

    /// SQLite's own look at the file. A page that cannot be read at all is found here too.
    pub(crate) fn structure(&self, pragma: &str, out: &mut Checked) -> Result<()> {
        let said: std::result::Result<String, rusqlite::Error> = self.conn.query_row(pragma, [], |r| r.get(0));
        match said {
            Ok(word) if word == "ok" => {}
            Err(error)
                if !matches!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase)) =>
            {
                return Err(error.into());
            }
            _ => out.note(Problem::of(Fault::Store)),
        }
        Ok(())
    }

    pub(crate) fn count_records(&self, out: &mut Checked) -> Result<()> {
        for kind in KINDS {
            out.records += self.books().number(&format!("SELECT count(*) FROM \"{}\" WHERE life = 0", kind.name), [])? as u64;
        }
        out.newer = self.newer()?;
        Ok(())
    }

    /// Every strand the file tells of; a row that cannot be one is noted and left out.
    pub(crate) fn strands(&self, out: &mut Checked) -> Result<Vec<Strand>> {
        let own = self.own;
        let rows =
            self.books().rows("SELECT n, id, key, space, class, parent, base, head_seq, head_hash, mine FROM log ORDER BY n", [], |r| {
                let (id, key, space) = (hash_in(r.get_ref(1)?), bytes_in::<32>(r.get_ref(2)?), bytes_in::<16>(r.get_ref(3)?));
                let class = r.get_ref(4)?.as_i64().ok().and_then(|n| Class::from_number(u8::try_from(n).ok()?));
                let (Some(key), Some(space), Some(class)) = (key, space, class) else { return Ok((None, false)) };
                let channel = Channel { space: Uuid::from_bytes(space).into(), class };
                let strand = Strand {
                    n: r.get(0)?,
                    id,
                    key,
                    channel,
                    parent: r.get(5)?,
                    base: r.get::<_, i64>(6)?.max(0) as u64,
                    head_seq: r.get::<_, i64>(7)?.max(0) as u64,
                    head_hash: hash_in(r.get_ref(8)?),
                };
                let sound = log_id(&key, channel) == id && r.get::<_, bool>(9)? == (key == own);
                Ok((Some(strand), sound))
            })?;
        let mut strands = Vec::with_capacity(rows.len());
        for (strand, sound) in rows {
            match &strand {
                None => out.note(Problem::of(Fault::Log)),
                Some(strand) if !sound => out.note(Problem::at(Fault::Log, strand, 0)),
                Some(_) => {}
            }
            strands.extend(strand);
        }
        Ok(strands)
    }

    /// Reads the strands entry by entry, never more than one entry in memory; `each` hears of every
    /// one that is sound in itself: its strand, the entry, header, hash.
    pub(crate) fn walk(&self, strands: &[Strand], out: &mut Checked, total: u64, pace: Pace<'_>, each: Each<'_>) -> Result<()> {
        let (mut rows_read, mut blocks_read) = (0u64, 0u64);
        let bodies = Bodies::new(&self.conn);
        for strand in strands {
            out.logs += 1;
            let parted = self.entry_at(strand.parent.unwrap_or(0), strand.base)?;
            if parted.is_none() && strand.parent.is_some() && strand.base > 0 {
                out.note(Problem::at(Fault::Missing, strand, strand.base));
            }
            let (mut prev, mut lamport, mut ord) = parted.unwrap_or_default();
            let mut seq = strand.base;
            let mut stmt = self.conn.prepare_cached("SELECT seq, header, hash, lamport, ord FROM entry WHERE log = ?1 ORDER BY seq")?;
            let mut rows = stmt.query([strand.n])?;
            while let Some(r) = rows.next()? {
                let at = r.get::<_, i64>(0)?.max(0) as u64;
                if at != seq + 1 {
                    out.note(Problem::at(Fault::Missing, strand, seq + 1));
                    // What follows a hole is judged by itself.
                    prev = Hash::default();
                }
                let (stored, said, place) = (hash_in(r.get_ref(2)?), r.get::<_, i64>(3)?, r.get::<_, i64>(4)?);
                // A body that is gone or torn is one whose content does not fit.
                let blocks = bodies.arrived(place).map_or_else(|_| Vec::new(), |blocks| blocks.to_vec());
                let raw = RawEntry { header: r.get_ref(1)?.as_blob().unwrap_or_default().to_vec(), blocks };
                blocks_read += raw.blocks.len() as u64;
                out.erased += raw.blocks.iter().filter(|block| matches!(block, RawBlock::Erased(..))).count() as u64;
                rows_read += 1;
                let before = (seq, prev, lamport, ord);
                (seq, prev, ord) = (at, stored, place);
                let whole = raw.hash() == stored;
                if !whole {
                    out.note(Problem::at(Fault::Hash, strand, at));
                }
                match raw.open() {
                    Ok(header) if header.seq == at && header.log == strand.id => {
                        let holed = before.0 + 1 != at;
                        if header.prev != before.1 && !holed {
                            out.note(Problem::at(Fault::Chain, strand, at));
                        }
                        lamport = header.lamport;
                        if whole && !holed && !self.clock_is_right(&header, before.2, place)? {
                            out.note(Problem::at(Fault::Clock, strand, at));
                        }
                        if header.lamport != said as u64 || place <= before.3 || !self.are_touched(strand, at, &raw.blocks)? {
                            out.note(Problem::at(Fault::Place, strand, at));
                        }
                        each(out, strand, at, &header, &stored)?;
                    }
                    Ok(_) => out.note(Problem::at(Fault::Header, strand, at)),
                    Err(EntryError::Root) => {
                        // Entries that changed places have the wrong blocks too.
                        let header = serde_json::from_slice::<Header>(&raw.header).ok();
                        let placed = header.is_some_and(|h| h.seq == at && h.log == strand.id);
                        out.note(Problem::at(if placed { Fault::Content } else { Fault::Header }, strand, at));
                    }
                    // A header that was changed is told once.
                    Err(_) if !whole => {}
                    Err(_) => out.note(Problem::at(Fault::Header, strand, at)),
                }
                out.entries += 1;
                if !pace(out.entries, total) {
                    return Err(LedgerError::Cancelled);
                }
            }
            if seq < strand.head_seq {
                out.note(Problem::at(Fault::Missing, strand, seq + 1));
            } else if (seq, prev) != (strand.head_seq, strand.head_hash) {
                out.note(Problem::at(Fault::Head, strand, seq));
            }
        }
        let (entries, touched) = (self.number_of_entries()?, self.books().number("SELECT count(*) FROM touch", [])? as u64);
        let kept = self.books().number("SELECT count(*) FROM body", [])? as u64;
        if rows_read != entries || kept > entries || touched > blocks_read {
            out.note(Problem::of(Fault::Stray));
        }
        out.blocks += blocks_read;
        Ok(())
    }

    /// An entry's hash, lamport and place in the order of arrival.
    fn entry_at(&self, log: i64, seq: u64) -> Result<Option<(Hash, u64, i64)>> {
        let mut stmt = self.conn.prepare_cached("SELECT hash, lamport, ord FROM entry WHERE log = ?1 AND seq = ?2")?;
        Ok(stmt
            .query_row(params![log, seq as i64], |r| Ok((hash_in(r.get_ref(0)?), r.get::<_, i64>(1)?.max(0) as u64, r.get(2)?)))
            .optional()?)
    }

    /// Whether everything an entry says it has seen came before it, and its clock follows from that.
    fn clock_is_right(&self, header: &Header, before: u64, place: i64) -> Result<bool> {
        let mut most = before;
        let mut stmt = self.conn.prepare_cached(
            "SELECT e.lamport, e.ord FROM log l JOIN entry e ON e.log = l.n AND e.seq = ?2 WHERE l.id = ?1 AND e.hash = ?3",
        )?;
        for seen in &header.seen {
            let there: Option<(i64, i64)> =
                stmt.query_row(params![seen.0.0, seen.1 as i64, seen.2.0], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
            match there {
                Some((lamport, ord)) if ord < place => most = most.max(lamport.max(0) as u64),
                _ => return Ok(false),
            }
        }
        Ok(header.lamport == most.saturating_add(1))
    }

    /// Whether the blocks of an entry are found by the records they are about.
    fn are_touched(&self, strand: &Strand, seq: u64, blocks: &[RawBlock]) -> Result<bool> {
        let mut stmt = self.conn.prepare_cached("SELECT 1 FROM touch WHERE rec = ?1 AND log = ?2 AND seq = ?3 AND i = ?4")?;
        for (i, block) in blocks.iter().enumerate() {
            if !stmt.exists(params![block.subject().as_bytes(), strand.n, seq as i64, i as i64])? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// One hash over everything the given classes hold: values, who wrote them, what is in
    /// dispute. Copies that hold the same entries of these classes have the same hash.
    ///
    /// # Errors
    /// SQLite's.
    pub fn state_hash(&self, classes: &[Class]) -> Result<Hash> {
        self.hash_of(None, classes)
    }

    /// The same over one space alone: what the laptops of one compound compare.
    ///
    /// # Errors
    /// SQLite's.
    pub fn space_hash(&self, space: SpaceId, classes: &[Class]) -> Result<Hash> {
        self.hash_of(Some(space), classes)
    }

    fn hash_of(&self, space: Option<SpaceId>, classes: &[Class]) -> Result<Hash> {
        // Up to where a log forked its entries are told by number; beyond, only by their hash.
        let logs: Names = self
            .books()
            .rows("SELECT l.n, l.id, (SELECT min(s.base) FROM log s WHERE s.id = l.id AND s.parent IS NOT NULL) FROM log l", [], |r| {
                Ok((r.get(0)?, (Hash(r.get(1)?), r.get::<_, Option<i64>>(2)?.map(|base| base as u64))))
            })?
            .into_iter()
            .collect();
        let mut hasher = blake3::Hasher::new();
        for kind in KINDS {
            self.hash_kind(kind, space, classes, &logs, &mut hasher)?;
        }
        Ok(Hash(*hasher.finalize().as_bytes()))
    }

    fn hash_of_entry(&self, dot: Dot) -> Result<Hash> {
        let mut stmt = self.conn.prepare_cached("SELECT hash FROM entry WHERE log = ?1 AND seq = ?2")?;
        Ok(stmt.query_row(params![dot.log, dot.seq as i64], |r| r.get(0).map(Hash))?)
    }

    fn hash_kind(
        &self,
        kind: &'static KindDef,
        space: Option<SpaceId>,
        classes: &[Class],
        logs: &Names,
        hasher: &mut blake3::Hasher,
    ) -> Result<()> {
        let columns: Vec<String> = kind.fields.iter().map(|f| format!("\"{}\"", f.name)).collect();
        let sql =
            format!("SELECT id, flags, dots, {} FROM \"{}\" WHERE ?1 IS NULL OR space = ?1 ORDER BY id", columns.join(", "), kind.name);
        let mut stmt = self.conn.prepare_cached(&sql)?;
        let mut rows = stmt.query([space.map(|s| s.0.as_bytes().to_vec())])?;
        let name = |dot: Dot| match logs.get(&dot.log) {
            Some((_, Some(base))) if dot.seq > *base => (self.hash_of_entry(dot).unwrap_or_default(), dot.seq),
            Some((id, _)) => (*id, dot.seq),
            None => (Hash::default(), dot.seq),
        };
        while let Some(r) = rows.next()? {
            let id: [u8; 16] = r.get(0)?;
            let flags: i64 = r.get(1)?;
            let dots = Dots::decode(r.get_ref(2)?.as_blob().unwrap_or_default());
            let mut said: Vec<(u16, (Hash, u64), String)> = Vec::new();
            let listed = if flags != 0 { all_siblings(&self.conn, kind, Uuid::from_bytes(id))? } else { Vec::new() };
            for (group, dot) in &dots.0 {
                if !class_of(kind, *group).is_some_and(|c| classes.contains(&c)) {
                    continue;
                }
                let mut value = Map::new();
                for (at, field) in group_fields(kind, *group) {
                    let json = json_from_sql(field, r.get_ref(at + 3)?);
                    if !json.is_null() {
                        value.insert(field.name.to_owned(), json);
                    }
                }
                // What is shown, then every sibling: a wrong winner must show too.
                said.push((*group, name(*dot), if is_life(*group) { String::new() } else { Value::Object(value).to_string() }));
                for (_, d, v) in listed.iter().filter(|(g, ..)| g == group) {
                    said.push((*group | 0x100, name(*d), v.to_string()));
                }
            }
            // That it was erased is a word of its own; what it said before is nobody's any more.
            for class in classes.iter().filter(|class| flags & erased_flag(**class) != 0) {
                said.push((0x200 | *class as u16, (Hash::default(), 0), String::new()));
            }
            if said.is_empty() {
                continue;
            }
            said.sort();
            hasher.update(&kind.number.to_be_bytes());
            hasher.update(&id);
            for (group, (log, seq), value) in said {
                hasher.update(&group.to_be_bytes());
                hasher.update(&log.0);
                hasher.update(&seq.to_be_bytes());
                hasher.update(&(value.len() as u64).to_be_bytes());
                hasher.update(value.as_bytes());
            }
            let mut pairs: Vec<_> = pairs_of(&self.conn, kind, Uuid::from_bytes(id))?
                .into_iter()
                .filter(|p| class_of(kind, p.a.0).is_some_and(|c| classes.contains(&c)))
                .map(|p| {
                    let mut ends = [(p.a.0, name(p.a.1)), (p.b.0, name(p.b.1))];
                    ends.sort();
                    ends
                })
                .collect();
            pairs.sort();
            for ends in pairs {
                for (group, (log, seq)) in ends {
                    hasher.update(b"pair");
                    hasher.update(&group.to_be_bytes());
                    hasher.update(&log.0);
                    hasher.update(&seq.to_be_bytes());
                }
            }
        }
        Ok(())
    }
}

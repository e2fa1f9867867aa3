//! Local saves: records go in, the difference becomes entries.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};
use uuid::Uuid;
use xinghuo_model::{Act, Class, KindDef, Record, SpaceId};

use crate::books::Books;
use crate::dots::{Dots, class_of, is_life};
use crate::endings::Endings;
use crate::entry::{Block, Channel, FORMAT, Header, LogId, RawBlock, RawEntry, SUITE, Seen, body_len, encode_block, log_id, root};
use crate::erase::ERASED;
use crate::error::{LedgerError, Result};
use crate::logs::Logs;
use crate::merge::Merge;
use crate::schema::SCHEMA;
use crate::values::json_from_sql;
use crate::{Entropy, Ledger};

/// An entry's body stays below this; a large save becomes several entries, so that bundles
/// can be read and written piece by piece.
const BODY_LIMIT: usize = 1 << 20;

/// Who saves, and when by this laptop's clock.
#[derive(Debug, Clone)]
pub struct Author {
    /// The person's name.
    pub person: String,
    /// For display only; no outcome depends on it.
    pub at: DateTime<FixedOffset>,
}

/// What a save gives back.
#[derive(Debug, Clone)]
pub struct Outcome<T> {
    /// What the work returned.
    pub output: T,
    /// The save's number for undo; 0 where nothing changed.
    pub save: i64,
    /// Names of the kinds that changed.
    pub changed: Vec<&'static str>,
}

struct Pending {
    kind: &'static KindDef,
    space: SpaceId,
    rec: Uuid,
    /// Values by field position; `None` where untouched.
    values: Vec<Option<Value>>,
    deleted: Option<bool>,
    accepts: bool,
    /// Write the named groups even where the shown value is the same: a decision.
    force: Vec<&'static str>,
    /// Classes in which the record is erased.
    erases: Vec<Class>,
}

/// Collects what one user-visible act changes.
pub struct Save<'l> {
    ledger: &'l mut Ledger,
    at_millis: u64,
    pending: Vec<Pending>,
    index: HashMap<Uuid, usize>,
}

impl Save<'_> {
    /// The books as they were before this save.
    pub fn books(&self) -> Books<'_> {
        self.ledger.books()
    }

    /// A new id.
    pub fn id<I: From<Uuid>>(&mut self) -> I {
        let random: [u8; 10] = self.ledger.random();
        xinghuo_model::uuid_at(self.at_millis, &random).into()
    }

    fn entry(&mut self, kind: &'static KindDef, space: SpaceId, rec: Uuid) -> &mut Pending {
        let at = *self.index.entry(rec).or_insert_with(|| {
            self.pending.push(Pending {
                kind,
                space,
                rec,
                values: vec![None; kind.fields.len()],
                deleted: None,
                accepts: false,
                force: Vec::new(),
                erases: Vec::new(),
            });
            self.pending.len() - 1
        });
        &mut self.pending[at]
    }

    /// Stores a record as it now is; only what differs is written.
    pub fn put<T: Record>(&mut self, space: SpaceId, record: &T) {
        let pending = self.entry(T::KIND, space, record.id().into());
        pending.values = record.values().into_iter().map(Some).collect();
    }

    /// Stores a record as it now is, and says one group of it even where the tables hold the same already:
    /// whoever says it has seen every side, so that what differed is settled.
    pub fn put_settled<T: Record>(&mut self, space: SpaceId, record: &T, group: &'static str) {
        self.put(space, record);
        self.entry(T::KIND, space, record.id().into()).force.push(group);
    }

    /// Says that a person looked at the parallel edits (并行修改) of a record that are here now, and that both stay.
    pub fn accept_parallel<T: Record>(&mut self, space: SpaceId, id: T::Id) {
        self.accept(T::KIND, space, id.into());
    }

    /// Deletes a record.
    pub fn delete<T: Record>(&mut self, space: SpaceId, id: T::Id) {
        self.entry(T::KIND, space, id.into()).deleted = Some(true);
    }

    /// Erases what the given classes hold of a record (抹去): for good, on every copy that hears of it.
    /// Whoever may not write a class must not name it, or nobody will hear.
    pub fn erase(&mut self, kind: &'static KindDef, space: SpaceId, rec: Uuid, classes: &[Class]) {
        self.entry(kind, space, rec).erases.extend_from_slice(classes);
    }

    /// Writes raw values (undo, decisions): field name → value, the group whole.
    pub(crate) fn set(&mut self, kind: &'static KindDef, space: SpaceId, rec: Uuid, values: &Map<String, Value>) {
        let pending = self.entry(kind, space, rec);
        for (name, value) in values {
            if let Some(at) = kind.field(name) {
                pending.values[at] = Some(value.clone());
                pending.force.push(kind.fields[at].group);
            }
        }
    }

    pub(crate) fn set_deleted(&mut self, kind: &'static KindDef, space: SpaceId, rec: Uuid, deleted: bool) {
        self.entry(kind, space, rec).deleted = Some(deleted);
    }

    pub(crate) fn accept(&mut self, kind: &'static KindDef, space: SpaceId, rec: Uuid) {
        self.entry(kind, space, rec).accepts = true;
    }
}

impl Ledger {
    /// Does one user-visible act as one save: everything `work` puts is diffed into operations,
    /// appended to this copy's logs, merged into the tables, and committed together.
    ///
    /// # Errors
    /// Whatever `work` answers, [`LedgerError::AppendOnly`], or SQLite's; nothing is stored then.
    pub fn transact<T, E: From<LedgerError>>(
        &mut self,
        act: Act,
        author: &Author,
        work: impl FnOnce(&mut Save<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<Outcome<T>, E> {
        let millis = author.at.timestamp_millis().max(0) as u64;
        self.transaction(|ledger| {
            let mut save = Save { ledger, at_millis: millis, pending: Vec::new(), index: HashMap::new() };
            let output = work(&mut save)?;
            let pending = std::mem::take(&mut save.pending);
            let (save, changed) = save.ledger.append(act.code(), author, pending)?;
            Ok(Outcome { output, save, changed })
        })
    }

    /// Says, with an entry that holds nothing else, that more of an ended log was known here than
    /// counts by its endings; whether there was anything to say. What was taken in before the ending
    /// was heard of stays, and the others must learn that it does.
    ///
    /// # Errors
    /// SQLite's.
    pub fn witness(&mut self, log: &LogId, endings: &Endings, author: &Author) -> Result<bool> {
        let mut logs = self.logs.take().map_or_else(|| Logs::load(&self.conn), Ok)?;
        let strands: Vec<(i64, Channel, u64)> =
            logs.strands(log).iter().filter_map(|n| logs.get(*n).map(|l| (*n, l.channel, l.head_seq))).collect();
        let own = self.own;
        let mut unsaid = None;
        for (strand, channel, head) in strands.into_iter().filter(|(_, channel, _)| log_id(&own, *channel) != *log) {
            let mine = logs.strands(&log_id(&own, channel)).first().copied();
            let seen = match mine {
                Some(mine) => logs.seen_by(&self.conn, mine)?.get(&strand).copied().unwrap_or(0),
                None => 0,
            };
            if seen < head && endings.last_of(&self.conn, &logs, log, strand)? < head {
                unsaid = Some(channel);
                break;
            }
        }
        self.logs = Some(logs);
        let Some(channel) = unsaid else { return Ok(false) };
        self.transaction(|ledger| {
            let (save, _) = ledger.append_to(Act::Witness.code(), author, BTreeMap::from([(channel, Vec::new())]))?;
            // Nobody did this by hand; nobody is offered to take it back.
            ledger.conn.execute("UPDATE save SET undone = 1 WHERE n = ?1", [save])?;
            Ok(true)
        })
    }

    fn append(&mut self, act: &str, author: &Author, pending: Vec<Pending>) -> Result<(i64, Vec<&'static str>)> {
        let mut by_channel: BTreeMap<Channel, Vec<Block>> = BTreeMap::new();
        let mut erases = false;
        for p in pending {
            erases |= !p.erases.is_empty();
            for (class, block) in self.diff(&p)? {
                by_channel.entry(Channel { space: p.space, class }).or_default().push(block);
            }
        }
        if by_channel.is_empty() {
            return Ok((0, Vec::new()));
        }
        let (save, changed) = self.append_to(act, author, by_channel)?;
        if erases {
            // What is erased cannot come back.
            self.conn.execute("UPDATE save SET undone = 1 WHERE n = ?1", [save])?;
        }
        Ok((save, changed))
    }

    fn append_to(&mut self, act: &str, author: &Author, by_channel: BTreeMap<Channel, Vec<Block>>) -> Result<(i64, Vec<&'static str>)> {
        let save_random: [u8; 10] = self.random();
        let save_id = xinghuo_model::uuid_at(author.at.timestamp_millis().max(0) as u64, &save_random);
        self.conn.prepare_cached("INSERT INTO save(id, act, at) VALUES(?1, ?2, ?3)")?.execute(params![
            save_id.as_bytes(),
            act,
            author.at.to_rfc3339()
        ])?;
        let save = self.conn.last_insert_rowid();
        let own = self.own;
        let mut merge = Merge::open(&self.conn, self.logs.take())?;
        for (channel, blocks) in by_channel {
            let log = merge.logs.log_for(&self.conn, &own, channel, true)?;
            for raw in encode(blocks, &mut self.entropy) {
                let header = next_header(&self.conn, &mut merge.logs, log, act, author, save_id, &raw)?;
                let raw = RawEntry { header: serde_json::to_vec(&header).unwrap_or_default(), blocks: raw };
                let hash = raw.hash();
                merge.apply(log, &header, &raw, hash)?;
                self.conn.prepare_cached("INSERT INTO save_entry(save, log, seq) VALUES(?1, ?2, ?3)")?.execute(params![
                    save,
                    log,
                    header.seq as i64
                ])?;
            }
        }
        merge.finish(false)?;
        self.logs = Some(merge.logs);
        Ok((save, merge.changed.into_iter().collect()))
    }

    /// What of a record differs from the tables, as one block per class.
    fn diff(&self, p: &Pending) -> Result<Vec<(Class, Block)>> {
        let kind = p.kind;
        let columns: Vec<String> = kind.fields.iter().map(|f| format!("\"{}\"", f.name)).collect();
        let sql = format!("SELECT dots, life, {} FROM \"{}\" WHERE id = ?1", columns.join(", "), kind.name);
        let current: Option<(Dots, i64, Vec<Value>)> = self
            .conn
            .prepare_cached(&sql)?
            .query_row([p.rec.as_bytes()], |r| {
                let dots = Dots::decode(r.get_ref(0)?.as_blob().unwrap_or_default());
                let values = kind
                    .fields
                    .iter()
                    .enumerate()
                    .map(|(at, f)| Ok(json_from_sql(f, r.get_ref(at + 2)?)))
                    .collect::<rusqlite::Result<_>>()?;
                Ok((dots, r.get(1)?, values))
            })
            .optional()?;
        if !p.erases.is_empty() {
            let block = |class: &Class| (*class, Block { erases: true, ..Block::about(p.rec, kind) });
            return Ok(p.erases.iter().filter(|class| kind.fields.iter().any(|f| f.class == **class)).map(block).collect());
        }
        if current.as_ref().is_some_and(|(_, life, _)| *life == ERASED) {
            return Err(LedgerError::Erased(kind.zh));
        }
        let mut sets: BTreeMap<Class, Map<String, Value>> = BTreeMap::new();
        for (at, field) in kind.fields.iter().enumerate() {
            let Some(new) = &p.values[at] else { continue };
            let old = current.as_ref().map(|(.., v)| &v[at]);
            let same = old.map_or(new.is_null(), |old| old == new);
            if same && !p.force.contains(&field.group) {
                continue;
            }
            if current.is_some() && kind.append_only && p.force.is_empty() {
                return Err(LedgerError::AppendOnly(kind.zh));
            }
            // The whole group goes along: its fields mean something only together.
            let set = sets.entry(field.class).or_default();
            for (other, f) in kind.fields.iter().enumerate().filter(|(_, f)| f.group == field.group) {
                let value = p.values[other].clone().or_else(|| current.as_ref().map(|(.., v)| v[other].clone()));
                set.insert(f.name.to_owned(), value.unwrap_or_default());
            }
        }
        let mut classes: Vec<Class> = sets.keys().copied().collect();
        if p.deleted.is_some() || p.accepts {
            // Life and acceptance are said in every channel that knows the record.
            if let Some((dots, ..)) = &current {
                for (group, _) in &dots.0 {
                    classes.extend(class_of(kind, *group).filter(|_| p.accepts || !is_life(*group) || p.deleted.is_some()));
                }
            }
            classes.sort_unstable();
            classes.dedup();
        }
        Ok(classes
            .into_iter()
            .map(|class| {
                let set = sets.remove(&class).unwrap_or_default();
                (class, Block { set, deleted: p.deleted, accepts: p.accepts, ..Block::about(p.rec, kind) })
            })
            .collect())
    }
}

/// Salts and encodes blocks, in pieces below the body limit.
fn encode(blocks: Vec<Block>, entropy: &mut Entropy) -> Vec<Vec<RawBlock>> {
    let mut out: Vec<Vec<RawBlock>> = vec![Vec::new()];
    let mut size = 0;
    for mut block in blocks {
        let mut salt = [0u8; 16];
        entropy(&mut salt);
        block.salt = format!("{:032x}", u128::from_be_bytes(salt));
        let line = encode_block(&block);
        if size > 0 && size + line.len() > BODY_LIMIT {
            out.push(Vec::new());
            size = 0;
        }
        size += line.len();
        if let Some(last) = out.last_mut() {
            last.push(RawBlock::Body(line));
        }
    }
    out
}

fn next_header(
    conn: &Connection,
    logs: &mut Logs,
    log: i64,
    act: &str,
    author: &Author,
    save: Uuid,
    blocks: &[RawBlock],
) -> Result<Header> {
    logs.seen_by(conn, log)?;
    let row = logs.get(log).ok_or(LedgerError::Missing("日志"))?.clone();
    let mut seen = Vec::new();
    let mut lamport = row.lamport;
    for (n, other) in logs.in_channel(row.channel) {
        // Another strand of the own log was written elsewhere under the same key; it is not seen but
        // succeeded, by a new key.
        if other.id == row.id || other.head_seq == 0 {
            continue;
        }
        lamport = lamport.max(other.lamport);
        if !logs.has_seen(log, n, other.head_seq) {
            seen.push(Seen(other.id, other.head_seq, other.head_hash));
        }
    }
    seen.sort_by_key(|s| (s.0, s.1, s.2));
    Ok(Header {
        v: FORMAT,
        suite: SUITE,
        log: row.id,
        seq: row.head_seq + 1,
        prev: row.head_hash,
        lamport: lamport + 1,
        seen,
        person: author.person.clone(),
        at: author.at,
        schema: SCHEMA,
        act: act.to_owned(),
        save,
        root: root(blocks),
        len: body_len(blocks),
    })
}

impl Save<'_> {
    /// Marks an own save as taken back.
    pub(crate) fn mark_undone(&mut self, save: i64) -> Result<()> {
        self.ledger.conn.execute("UPDATE save SET undone = 1 WHERE n = ?1", [save])?;
        Ok(())
    }
}

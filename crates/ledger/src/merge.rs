//! Applying entries to the projected tables: the causal merge (sync.md §4).
//!
//! A merge group is a causal multi-value register: a value is superseded only by an entry
//! whose `seen` covers it. What is current, what conflicts and what is deleted is a pure
//! function of the set of entries, because entries are applied only after everything they
//! have seen, and every judgement here looks at *current* writes alone.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};
use uuid::Uuid;
use xinghuo_model::{Class, KINDS, KindDef};

use crate::dots::{Dot, Dots, class_of, is_life, life_group};
use crate::entry::{BlockRef, Channel, Hash, Header, LogId, PublicKey, RawBlock, RawEntry, Seen, block_ref, log_id};
use crate::error::{EntryError, Result};
use crate::find;
use crate::siblings::{all_siblings, differs, life_word, listed_siblings, pairs_of, row_value, settled};
use crate::values::{group_fields, json_from_sql, sql_from_raw};

static BY_NAME: LazyLock<HashMap<&'static str, &'static KindDef>> = LazyLock::new(|| KINDS.iter().map(|k| (k.name, *k)).collect());

/// The record has groups with several concurrent values.
pub(crate) const FLAG_SIBLINGS: i64 = 1;
/// The record has concurrent writes to different groups.
pub(crate) const FLAG_PAIRS: i64 = 2;
/// A person must decide.
pub(crate) const FLAG_CONFLICT: i64 = 4;

/// A record's merge state as the projected table holds it.
struct Row {
    rid: i64,
    life: i64,
    flags: i64,
    dots: Dots,
    space: Uuid,
}

/// What this copy knows of a log, or of one strand of it where the log forked.
#[derive(Debug, Clone)]
pub(crate) struct LogRow {
    pub id: LogId,
    pub key: PublicKey,
    pub channel: Channel,
    /// The strand it left, and the last entry it shares with it.
    pub parent: Option<(i64, u64)>,
    pub head_seq: u64,
    pub head_hash: Hash,
    pub lamport: u64,
    dirty: bool,
}

/// Where an entry belongs.
pub(crate) enum Place {
    /// It follows the head of this strand.
    Head(i64),
    /// It follows an earlier entry of this strand, as another entry did already: the log forks.
    Fork(i64, u64),
}

/// One transaction's worth of applying: caches of heads and of what each log has seen.
pub(crate) struct Merge<'c> {
    pub conn: &'c Connection,
    pub logs: HashMap<i64, LogRow>,
    /// The strands of each log; most have one.
    by_id: HashMap<LogId, Vec<i64>>,
    seen: HashMap<i64, HashMap<i64, u64>>,
    dirty_seen: Vec<(i64, i64, u64)>,
    ord: i64,
    sql: HashMap<(u16, u64), String>,
    /// Records whose words in the search table are out of date, by their row there: it wants them in
    /// order, and a record that changes often wants them once.
    unfound: BTreeMap<i64, (&'static KindDef, i64)>,
    /// Kinds that changed.
    pub changed: BTreeSet<&'static str>,
}

/// Why an entry cannot be applied yet, or ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotYet {
    /// It has seen an entry that is not here: (log, seq).
    Unseen(LogId, u64),
    /// It breaks a rule.
    Broken(EntryError),
}

impl<'c> Merge<'c> {
    pub fn open(conn: &'c Connection) -> Result<Self> {
        let mut logs = HashMap::new();
        let mut by_id: HashMap<LogId, Vec<i64>> = HashMap::new();
        let mut stmt =
            conn.prepare_cached("SELECT n, id, space, class, head_seq, head_hash, lamport, key, parent, base FROM log ORDER BY n")?;
        let mut rows = stmt.query([])?;
        while let Some(r) = rows.next()? {
            let n: i64 = r.get(0)?;
            let id = Hash(r.get(1)?);
            let channel =
                Channel { space: Uuid::from_bytes(r.get(2)?).into(), class: Class::from_number(r.get(3)?).unwrap_or(Class::Branch) };
            by_id.entry(id).or_default().push(n);
            logs.insert(
                n,
                LogRow {
                    id,
                    key: r.get(7)?,
                    channel,
                    parent: r.get::<_, Option<i64>>(8)?.zip(Some(r.get::<_, i64>(9)? as u64)),
                    head_seq: r.get::<_, i64>(4)? as u64,
                    head_hash: Hash(r.get(5)?),
                    lamport: r.get::<_, i64>(6)? as u64,
                    dirty: false,
                },
            );
        }
        let ord: Option<i64> = conn.query_row("SELECT max(ord) FROM entry", [], |r| r.get(0))?;
        Ok(Self {
            conn,
            logs,
            by_id,
            seen: HashMap::new(),
            dirty_seen: Vec::new(),
            ord: ord.unwrap_or(0),
            sql: HashMap::new(),
            unfound: BTreeMap::new(),
            changed: BTreeSet::new(),
        })
    }

    /// The number of the log with this key and channel, made where it is new. Where it forked, the
    /// strand that was here first: for an own log, the one written here.
    pub fn log_for(&mut self, key: &PublicKey, channel: Channel, mine: bool) -> Result<i64> {
        let id = log_id(key, channel);
        match self.strands(&id).first() {
            Some(n) => Ok(*n),
            None => self.insert_log(
                LogRow { id, key: *key, channel, parent: None, head_seq: 0, head_hash: Hash::default(), lamport: 0, dirty: false },
                mine,
            ),
        }
    }

    /// A further strand of a log, which leaves `parent` after its entry `base`.
    pub fn split(&mut self, parent: i64, base: u64, mine: bool) -> Result<i64> {
        let row = self.strand_at(parent, base)?;
        self.insert_log(row, mine)
    }

    fn insert_log(&mut self, row: LogRow, mine: bool) -> Result<i64> {
        self.conn
            .prepare_cached(
                "INSERT INTO log(id, key, space, class, head_seq, head_hash, lamport, mine, parent, base) \
                 VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                row.id.0,
                row.key,
                row.channel.space.0.as_bytes(),
                row.channel.class as u8,
                row.head_seq as i64,
                row.head_hash.0,
                row.lamport as i64,
                mine,
                row.parent.map(|(n, _)| n),
                row.parent.map_or(0, |(_, base)| base as i64)
            ])?;
        let n = self.conn.last_insert_rowid();
        self.by_id.entry(row.id).or_default().push(n);
        self.logs.insert(n, row);
        Ok(n)
    }

    /// The strands of a log, the first to arrive leading.
    pub fn strands(&self, id: &LogId) -> &[i64] {
        self.by_id.get(id).map_or(&[], Vec::as_slice)
    }

    /// The strand that holds this very entry, and the entry's lamport.
    fn holder(&self, id: &LogId, seq: u64, hash: &Hash) -> Result<Option<(i64, u64)>> {
        for n in self.strands(id) {
            if let Some((lamport, _)) = self.lamport_of(*n, seq)?.filter(|(_, h)| h == hash) {
                return Ok(Some((*n, lamport)));
            }
        }
        Ok(None)
    }

    /// Whether this very entry is here.
    pub fn holds(&self, id: &LogId, seq: u64, hash: &Hash) -> Result<bool> {
        Ok(self.holder(id, seq, hash)?.is_some())
    }

    /// The strand of an entry that was seen, and is here.
    fn strand_seen(&self, seen: &Seen) -> Result<Option<i64>> {
        match self.strands(&seen.0) {
            [only] => Ok(Some(*only)),
            _ => Ok(self.holder(&seen.0, seen.1, &seen.2)?.map(|(n, _)| n)),
        }
    }

    /// The highest number in any strand of a log.
    pub fn highest(&self, id: &LogId) -> u64 {
        self.strands(id).iter().filter_map(|n| self.logs.get(n)).map(|l| l.head_seq).max().unwrap_or(0)
    }

    /// Where an entry of a known log belongs; `None` while the one before it is not here.
    pub fn place(&self, header: &Header) -> Result<Option<Place>> {
        let before = header.seq.saturating_sub(1);
        for n in self.strands(&header.log) {
            let Some(row) = self.logs.get(n) else { continue };
            if row.head_seq == before && row.head_hash == header.prev {
                return Ok(Some(Place::Head(*n)));
            }
        }
        if before == 0 {
            let first = self.strands(&header.log).first().filter(|_| header.seq == 1 && header.prev == Hash::default());
            return Ok(first.map(|n| Place::Fork(*n, 0)));
        }
        Ok(self.holder(&header.log, before, &header.prev)?.map(|(n, _)| Place::Fork(n, before)))
    }

    /// A strand as it stood at one of its entries.
    fn strand_at(&self, n: i64, seq: u64) -> Result<LogRow> {
        let row = self.logs.get(&n).ok_or(EntryError::LogName)?.clone();
        let (lamport, hash) = match seq {
            0 => (0, Hash::default()),
            _ => self.lamport_of(n, seq)?.ok_or(EntryError::Sequence)?,
        };
        Ok(LogRow { parent: Some((n, seq)), head_seq: seq, head_hash: hash, lamport, dirty: false, ..row })
    }

    fn load_seen(&mut self, log: i64) -> Result<()> {
        if self.seen.contains_key(&log) {
            return Ok(());
        }
        let mut map = HashMap::new();
        let mut stmt = self.conn.prepare_cached("SELECT peer, seq FROM seen WHERE log = ?1")?;
        let mut rows = stmt.query([log])?;
        while let Some(r) = rows.next()? {
            map.insert(r.get(0)?, r.get::<_, i64>(1)? as u64);
        }
        // A strand that begins knows what its parent knew where they parted.
        if let (true, Some((parent, base))) = (map.is_empty(), self.logs.get(&log).and_then(|l| l.parent)) {
            map = self.inherited(parent, base)?;
            self.dirty_seen.extend(map.iter().map(|(peer, seq)| (log, *peer, *seq)));
        }
        self.seen.insert(log, map);
        Ok(())
    }

    /// What whoever leaves `parent` after its entry `base` knows at that point.
    fn inherited(&self, parent: i64, base: u64) -> Result<HashMap<i64, u64>> {
        let mut map = self.seen_at(parent, base)?;
        map.insert(parent, base);
        Ok(map)
    }

    /// What a strand had seen at one of its entries, told again from the headers.
    fn seen_at(&self, log: i64, seq: u64) -> Result<HashMap<i64, u64>> {
        let mut map = match self.logs.get(&log).and_then(|l| l.parent) {
            Some((parent, base)) => self.inherited(parent, base.min(seq))?,
            None => HashMap::new(),
        };
        let mut stmt = self.conn.prepare_cached("SELECT header FROM entry WHERE log = ?1 AND seq <= ?2 ORDER BY seq")?;
        let mut rows = stmt.query(params![log, seq as i64])?;
        while let Some(r) = rows.next()? {
            let header: Header = serde_json::from_slice(r.get_ref(0)?.as_blob().unwrap_or_default()).map_err(|_| EntryError::Unreadable)?;
            for seen in &header.seen {
                if let Some(peer) = self.strand_seen(seen)? {
                    self.widen(&mut map, peer, seen.1);
                }
            }
        }
        Ok(map)
    }

    /// Notes that an entry of a strand was seen, and with it all that leads there.
    fn widen(&self, map: &mut HashMap<i64, u64>, mut peer: i64, mut seq: u64) {
        loop {
            let known = map.entry(peer).or_default();
            *known = seq.max(*known);
            match self.logs.get(&peer).and_then(|l| l.parent) {
                Some((parent, base)) => (peer, seq) = (parent, base),
                None => return,
            }
        }
    }

    /// What log `log`'s head has seen of the others in its channel.
    pub fn seen_by(&mut self, log: i64) -> Result<&HashMap<i64, u64>> {
        self.load_seen(log)?;
        Ok(self.seen.entry(log).or_default())
    }

    fn lamport_of(&self, log: i64, seq: u64) -> Result<Option<(u64, Hash)>> {
        let row = self
            .conn
            .prepare_cached("SELECT lamport, hash FROM entry WHERE log = ?1 AND seq = ?2")?
            .query_row(params![log, seq as i64], |r| Ok((r.get::<_, i64>(0)? as u64, Hash(r.get(1)?))))
            .optional()?;
        Ok(row)
    }

    /// Whether an entry may stand at that place now.
    pub fn ready(&mut self, place: &Place, header: &Header) -> Result<std::result::Result<(), NotYet>> {
        let (row, known) = match *place {
            Place::Head(n) => {
                self.load_seen(n)?;
                let (Some(row), Some(known)) = (self.logs.get(&n), self.seen.get(&n)) else {
                    return Ok(Err(NotYet::Broken(EntryError::LogName)));
                };
                (Cow::Borrowed(row), Cow::Borrowed(known))
            }
            Place::Fork(parent, base) => (Cow::Owned(self.strand_at(parent, base)?), Cow::Owned(self.inherited(parent, base)?)),
        };
        let mut lamport = row.lamport;
        // Two strands of one log may both have been seen; the same entry only once.
        if header.seen.windows(2).any(|w| (w[0].0, w[0].1, w[0].2) >= (w[1].0, w[1].1, w[1].2)) {
            return Ok(Err(NotYet::Broken(EntryError::Clock)));
        }
        for seen in &header.seen {
            let strange = self.strands(&seen.0).first().and_then(|n| self.logs.get(n)).is_some_and(|peer| peer.channel != row.channel);
            if strange || seen.0 == row.id || seen.1 == 0 || seen.1 > i64::MAX as u64 {
                return Ok(Err(NotYet::Broken(EntryError::Clock)));
            }
            let Some((peer, seen_lamport)) = self.holder(&seen.0, seen.1, &seen.2)? else {
                return Ok(Err(NotYet::Unseen(seen.0, seen.1)));
            };
            // What a log has seen only ever grows.
            if known.get(&peer).is_some_and(|s| *s >= seen.1) {
                return Ok(Err(NotYet::Broken(EntryError::Clock)));
            }
            lamport = lamport.max(seen_lamport);
        }
        if header.lamport != lamport + 1 {
            return Ok(Err(NotYet::Broken(EntryError::Clock)));
        }
        Ok(Ok(()))
    }

    /// Stores an entry that is [`ready`](Self::ready) and merges its blocks.
    pub fn apply(&mut self, log: i64, header: &Header, raw: &RawEntry, hash: Hash) -> Result<()> {
        self.ord += 1;
        self.conn
            .prepare_cached("INSERT INTO entry(log, seq, ord, hash, lamport, header) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![log, header.seq as i64, self.ord, hash.0, header.lamport as i64, raw.header])?;
        self.note_seen(log, header)?;
        if let Some(row) = self.logs.get_mut(&log) {
            row.head_seq = header.seq;
            row.head_hash = hash;
            row.lamport = header.lamport;
            row.dirty = true;
        }
        for (i, block) in raw.blocks.iter().enumerate() {
            let dot = Dot { log, seq: header.seq };
            match block {
                RawBlock::Body(body) => {
                    let parsed = block_ref(body);
                    let rec = parsed.as_ref().map_or(Uuid::nil(), |b| b.rec);
                    self.conn.prepare_cached("INSERT INTO block(log, seq, i, rec, body) VALUES(?1, ?2, ?3, ?4, ?5)")?.execute(params![
                        log,
                        header.seq as i64,
                        i as i64,
                        rec.as_bytes(),
                        body
                    ])?;
                    self.merge_block(dot, i, parsed)?;
                }
                RawBlock::Erased(hash) => {
                    self.conn.prepare_cached("INSERT INTO block(log, seq, i, rec, hash) VALUES(?1, ?2, ?3, ?4, ?5)")?.execute(params![
                        log,
                        header.seq as i64,
                        i as i64,
                        [0u8; 16],
                        hash.0
                    ])?;
                }
            }
        }
        Ok(())
    }

    /// Merges a stored entry again (rebuild); `header` and blocks come from the log tables.
    pub fn replay(&mut self, log: i64, header: &Header, blocks: &[(usize, Vec<u8>)]) -> Result<()> {
        self.note_seen(log, header)?;
        for (i, body) in blocks {
            self.merge_block(Dot { log, seq: header.seq }, *i, block_ref(body))?;
        }
        Ok(())
    }

    fn note_seen(&mut self, log: i64, header: &Header) -> Result<()> {
        self.load_seen(log)?;
        if header.seen.is_empty() {
            return Ok(());
        }
        let mut map = self.seen.remove(&log).unwrap_or_default();
        for seen in &header.seen {
            if let Some(peer) = self.strand_seen(seen)? {
                self.widen(&mut map, peer, seen.1);
                let parents = std::iter::successors(Some(peer), |n| self.logs.get(n)?.parent.map(|(parent, _)| parent));
                self.dirty_seen.extend(parents.filter_map(|n| Some((log, n, *map.get(&n)?))).collect::<Vec<_>>());
            }
        }
        self.seen.insert(log, map);
        Ok(())
    }

    /// Writes heads, seen vectors and the words to be found back. To be called before commit.
    pub fn finish(&mut self) -> Result<()> {
        for (kind, rid) in std::mem::take(&mut self.unfound).into_values() {
            find::refresh(self.conn, kind, rid)?;
        }
        for (n, row) in self.logs.iter_mut().filter(|(_, row)| row.dirty) {
            self.conn.prepare_cached("UPDATE log SET head_seq = ?2, head_hash = ?3, lamport = ?4 WHERE n = ?1")?.execute(params![
                n,
                row.head_seq as i64,
                row.head_hash.0,
                row.lamport as i64
            ])?;
            row.dirty = false;
        }
        for (log, peer, seq) in self.dirty_seen.drain(..) {
            self.conn
                .prepare_cached("INSERT INTO seen(log, peer, seq) VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET seq = excluded.seq")?
                .execute(params![log, peer, seq as i64])?;
        }
        Ok(())
    }

    /// Merges one block that stands in the log already. What cannot be understood is only noted.
    fn merge_block(&mut self, dot: Dot, i: usize, block: Option<BlockRef<'_>>) -> Result<()> {
        let Some(block) = block else { return self.note_unknown(dot, i) };
        let (Some(kind), Some(row)) = (BY_NAME.get(&*block.kind).copied(), self.logs.get(&dot.log)) else {
            return self.note_unknown(dot, i);
        };
        let channel = row.channel;
        let mut fields: Vec<(usize, Sql)> = Vec::with_capacity(block.set.0.len());
        let mut strange = false;
        for (name, raw) in &block.set.0 {
            let known = kind.field(name).and_then(|at| {
                let field = &kind.fields[at];
                // A value outside its channel would travel further than it may: not applied.
                if field.class != channel.class || fields.iter().any(|(seen, ..)| *seen == at) {
                    return None;
                }
                sql_from_raw(field, raw).map(|v| (at, v))
            });
            match known {
                Some(f) => fields.push(f),
                None => strange = true,
            }
        }
        // A word on a record's life in a class that its kind does not have is not for that channel to say.
        let foreign = kind.fields.iter().all(|f| f.class != channel.class);
        if strange || foreign {
            self.note_unknown(dot, i)?;
        }
        if foreign || (fields.is_empty() && block.deleted.is_none() && !block.accepts) {
            return Ok(());
        }
        self.changed.insert(kind.name);
        let found = self
            .conn
            .prepare_cached(&format!("SELECT rid, life, flags, dots, space FROM \"{}\" WHERE id = ?1", kind.name))?
            .query_row([block.rec.as_bytes()], |r| {
                Ok(Row {
                    rid: r.get(0)?,
                    life: r.get(1)?,
                    flags: r.get(2)?,
                    dots: Dots::decode(r.get_ref(3)?.as_blob().unwrap_or_default()),
                    space: Uuid::from_bytes(r.get(4)?),
                })
            })
            .optional()?;
        match found {
            None if fields.is_empty() && block.deleted.is_none() => Ok(()),
            None => self.insert(kind, &block, channel, dot, &fields),
            // A record belongs to the space it was made in; nobody moves it from another one.
            Some(row) if row.space != channel.space.0 => self.note_unknown(dot, i),
            Some(row) => self.update(kind, &block, channel, dot, fields, row),
        }
    }

    fn insert(&mut self, kind: &'static KindDef, block: &BlockRef<'_>, channel: Channel, dot: Dot, fields: &[(usize, Sql)]) -> Result<()> {
        let mut dots = Dots::default();
        let mut mask = 0u64;
        for (at, ..) in fields {
            mask |= 1 << at;
            dots.set(kind.group_number(kind.fields[*at].group), dot);
        }
        if block.deleted.is_some() {
            dots.set(life_group(channel.class), dot);
        }
        let life = i64::from(block.deleted == Some(true));
        let mut sorted: Vec<&(usize, Sql)> = fields.iter().collect();
        sorted.sort_unstable_by_key(|(at, ..)| *at);
        let sql = self.sql.entry((kind.number, mask)).or_insert_with(|| {
            let mut columns = String::new();
            let mut marks = String::new();
            for (n, (at, ..)) in sorted.iter().enumerate() {
                columns.push_str(&format!(", \"{}\"", kind.fields[*at].name));
                marks.push_str(&format!(", ?{}", n + 5));
            }
            format!("INSERT INTO \"{}\"(id, space, life, flags, dots{columns}) VALUES(?1, ?2, ?3, 0, ?4{marks})", kind.name)
        });
        let mut stmt = self.conn.prepare_cached(sql)?;
        stmt.raw_bind_parameter(1, block.rec.as_bytes())?;
        stmt.raw_bind_parameter(2, channel.space.0.as_bytes())?;
        stmt.raw_bind_parameter(3, life)?;
        stmt.raw_bind_parameter(4, dots.encode())?;
        for (n, (_, value)) in sorted.iter().enumerate() {
            stmt.raw_bind_parameter(n + 5, value)?;
        }
        stmt.raw_execute()?;
        drop(stmt);
        let rid = self.conn.last_insert_rowid();
        if kind.searchable() && life == 0 {
            let tokens = find::tokens(kind, |at| fields.iter().find(|(f, _)| *f == at).map(|(_, v)| v));
            find::put(self.conn, kind, rid, &tokens, false)?;
        }
        Ok(())
    }

    fn update(
        &mut self,
        kind: &'static KindDef,
        block: &BlockRef<'_>,
        channel: Channel,
        dot: Dot,
        fields: Vec<(usize, Sql)>,
        mut row: Row,
    ) -> Result<()> {
        self.load_seen(dot.log)?;
        let rec = block.rec;
        let had_merge_state = row.flags != 0;
        let mut written: Vec<u16> = Vec::new();
        for (at, ..) in &fields {
            let group = kind.group_number(kind.fields[*at].group);
            if !written.contains(&group) {
                written.push(group);
            }
        }
        let mut show: Vec<(usize, Sql)> = Vec::new();
        for &group in &written {
            let mut value = Map::new();
            for (at, field) in group_fields(kind, group) {
                // By way of SQL, so that a value reads the same whether it was stored first or not.
                let json = fields.iter().find(|(f, _)| *f == at).map_or(Value::Null, |(_, v)| json_from_sql(field, v.into()));
                if !json.is_null() {
                    value.insert(field.name.to_owned(), json);
                }
            }
            let winner = self.write_group(kind, rec, &mut row, group, dot, Value::Object(value))?;
            for (at, field) in group_fields(kind, group) {
                show.push((at, crate::values::sql_from_json(field, winner.get(field.name).unwrap_or(&Value::Null))));
            }
        }
        if let Some(deleted) = block.deleted {
            let group = life_group(channel.class);
            written.push(group);
            self.write_group(kind, rec, &mut row, group, dot, serde_json::json!({ "deleted": deleted }))?;
        }
        self.pair_up(kind, rec, &mut row, &written, channel.class, dot)?;
        if block.accepts && row.flags & FLAG_PAIRS != 0 {
            self.accept_pairs(kind, rec, dot)?;
        }
        let was_alive = row.life == 0;
        if had_merge_state || row.flags != 0 || block.deleted.is_some() || row.life != 0 {
            self.judge(kind, rec, &mut row)?;
        }
        self.store_row(kind, &row, &show)?;
        let touched_search = written.iter().any(|g| group_fields(kind, *g).any(|(_, f)| f.search.is_some()));
        let alive = row.life == 0;
        if kind.searchable() && (touched_search || alive != was_alive) {
            self.unfound.insert(find::rowid(kind, row.rid), (kind, row.rid));
        }
        Ok(())
    }

    fn store_row(&mut self, kind: &'static KindDef, row: &Row, show: &[(usize, Sql)]) -> Result<()> {
        let mut mask = 1u64 << 63;
        for (at, _) in show {
            mask |= 1 << at;
        }
        let mut sorted: Vec<&(usize, Sql)> = show.iter().collect();
        sorted.sort_unstable_by_key(|(at, _)| *at);
        let sql = self.sql.entry((kind.number, mask)).or_insert_with(|| {
            let mut sets = String::new();
            for (n, (at, _)) in sorted.iter().enumerate() {
                sets.push_str(&format!(", \"{}\" = ?{}", kind.fields[*at].name, n + 5));
            }
            format!("UPDATE \"{}\" SET life = ?2, flags = ?3, dots = ?4{sets} WHERE rid = ?1", kind.name)
        });
        let mut stmt = self.conn.prepare_cached(sql)?;
        stmt.raw_bind_parameter(1, row.rid)?;
        stmt.raw_bind_parameter(2, row.life)?;
        stmt.raw_bind_parameter(3, row.flags)?;
        stmt.raw_bind_parameter(4, row.dots.encode())?;
        for (n, (_, value)) in sorted.iter().enumerate() {
            stmt.raw_bind_parameter(n + 5, value)?;
        }
        stmt.raw_execute()?;
        Ok(())
    }

    /// Whether the entry being applied on `dot.log` has seen `other`.
    fn covers(&self, dot: Dot, other: Dot) -> bool {
        other.log == dot.log || self.seen.get(&dot.log).and_then(|s| s.get(&other.log)).is_some_and(|seq| *seq >= other.seq)
    }

    /// Writes one group; gives the value to show.
    fn write_group(&mut self, kind: &'static KindDef, rec: Uuid, row: &mut Row, group: u16, dot: Dot, value: Value) -> Result<Value> {
        let mut current = self.siblings(kind, rec, row, group)?;
        let listed = current.len() > 1;
        let (gone, kept): (Vec<_>, Vec<_>) = current.drain(..).partition(|(d, _)| self.covers(dot, *d));
        if row.flags & FLAG_PAIRS != 0 {
            for (d, _) in &gone {
                self.conn
                    .prepare_cached(
                        "DELETE FROM pair WHERE rec = ?1 AND kind = ?5 AND ((a_grp = ?2 AND a_log = ?3 AND a_seq = ?4) OR (b_grp = ?2 AND b_log = ?3 AND b_seq = ?4))",
                    )?
                    .execute(params![rec.as_bytes(), group, d.log, d.seq as i64, kind.number])?;
            }
        }
        if listed {
            self.conn.prepare_cached("DELETE FROM sibling WHERE rec = ?1 AND kind = ?2 AND grp = ?3")?.execute(params![
                rec.as_bytes(),
                kind.number,
                group
            ])?;
        }
        if kept.is_empty() {
            row.dots.set(group, dot);
            return Ok(value);
        }
        let mut all = kept;
        all.push((dot, value));
        for (d, v) in &all {
            self.conn
                .prepare_cached("INSERT OR REPLACE INTO sibling(rec, grp, log, seq, kind, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")?
                .execute(params![rec.as_bytes(), group, d.log, d.seq as i64, kind.number, v.to_string()])?;
        }
        row.flags |= FLAG_SIBLINGS;
        let shown = self.shown(kind, group, &all)?;
        let (d, v) = all.swap_remove(shown);
        row.dots.set(group, d);
        Ok(v)
    }

    /// All current writes of a group with their values.
    fn siblings(&self, kind: &'static KindDef, rec: Uuid, row: &Row, group: u16) -> Result<Vec<(Dot, Value)>> {
        if row.flags & FLAG_SIBLINGS != 0 {
            let listed = listed_siblings(self.conn, kind, rec, group)?;
            if !listed.is_empty() {
                return Ok(listed);
            }
        }
        let Some(dot) = row.dots.get(group) else { return Ok(Vec::new()) };
        let value = if is_life(group) {
            serde_json::json!({ "deleted": life_word(self.conn, kind, rec, dot)? })
        } else {
            row_value(self.conn, kind, row.rid, group)?
        };
        Ok(vec![(dot, value)])
    }

    /// Which of several writes is shown first: one that the others lead to where there is such a
    /// value, and of those the higher (lamport, log id, hash).
    fn shown(&self, kind: &'static KindDef, group: u16, all: &[(Dot, Value)]) -> Result<usize> {
        let settled = settled(kind, group, all).map(|at| &all[at].1);
        let mut best: Option<(usize, (u64, LogId, Hash))> = None;
        for (at, (d, _)) in all.iter().enumerate().filter(|(_, (_, v))| settled.is_none_or(|s| s == v)) {
            let (lamport, hash) = self.lamport_of(d.log, d.seq)?.unwrap_or_default();
            let id = self.logs.get(&d.log).map_or(LogId::default(), |l| l.id);
            if best.is_none_or(|(_, b)| (lamport, id, hash) > b) {
                best = Some((at, (lamport, id, hash)));
            }
        }
        Ok(best.map_or(0, |(at, _)| at))
    }

    /// Notes concurrent writes to other groups of the record in the same channel. The groups
    /// that this entry writes itself are among them: what it did not replace there stands beside
    /// what it wrote elsewhere, whichever of the two arrives first.
    fn pair_up(&mut self, kind: &'static KindDef, rec: Uuid, row: &mut Row, written: &[u16], class: Class, dot: Dot) -> Result<()> {
        let others: Vec<u16> = row.dots.0.iter().map(|(g, _)| *g).filter(|g| class_of(kind, *g) == Some(class)).collect();
        for other in others {
            let dots: Vec<Dot> = if row.flags & FLAG_SIBLINGS != 0 {
                let listed = listed_siblings(self.conn, kind, rec, other)?;
                if listed.is_empty() { row.dots.get(other).into_iter().collect() } else { listed.into_iter().map(|(d, _)| d).collect() }
            } else {
                row.dots.get(other).into_iter().collect()
            };
            for d in dots.into_iter().filter(|d| !self.covers(dot, *d)) {
                for &group in written.iter().filter(|g| **g != other) {
                    let (a, b) = if group < other { ((group, dot), (other, d)) } else { ((other, d), (group, dot)) };
                    self.conn
                        .prepare_cached(
                            "INSERT OR IGNORE INTO pair(rec, a_grp, a_log, a_seq, b_grp, b_log, b_seq, kind) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                        )?
                        .execute(params![rec.as_bytes(), a.0, a.1.log, a.1.seq as i64, b.0, b.1.log, b.1.seq as i64, kind.number])?;
                    row.flags |= FLAG_PAIRS;
                }
            }
        }
        Ok(())
    }

    /// Drops every pair of which the accepting entry has seen both sides. A deletion against a
    /// change is none of them: accepting parallel edits must not make a record disappear.
    fn accept_pairs(&mut self, kind: &'static KindDef, rec: Uuid, dot: Dot) -> Result<()> {
        let pairs = pairs_of(self.conn, kind, rec)?;
        for p in pairs {
            let mut deletion = false;
            for (group, d) in [p.a, p.b] {
                deletion |= is_life(group) && life_word(self.conn, kind, rec, d)?;
            }
            if !deletion && self.covers(dot, p.a.1) && self.covers(dot, p.b.1) {
                self.conn
                    .prepare_cached("DELETE FROM pair WHERE rec = ?1 AND kind = ?8 AND a_grp = ?2 AND a_log = ?3 AND a_seq = ?4 AND b_grp = ?5 AND b_log = ?6 AND b_seq = ?7")?
                    .execute(params![rec.as_bytes(), p.a.0, p.a.1.log, p.a.1.seq as i64, p.b.0, p.b.1.log, p.b.1.seq as i64, kind.number])?;
            }
        }
        Ok(())
    }

    /// Sets life and flags from all current writes of the record.
    fn judge(&self, kind: &'static KindDef, rec: Uuid, row: &mut Row) -> Result<()> {
        let mut siblings: HashMap<u16, Vec<(Dot, Value)>> = HashMap::new();
        if row.flags & FLAG_SIBLINGS != 0 {
            for (group, dot, value) in all_siblings(self.conn, kind, rec)? {
                siblings.entry(group).or_default().push((dot, value));
            }
        }
        let pairs = if row.flags & FLAG_PAIRS != 0 { pairs_of(self.conn, kind, rec)? } else { Vec::new() };
        let mut conflict = siblings.iter().any(|(group, all)| differs(kind, *group, all));
        let (mut deleted, mut kept, mut silent) = (false, false, false);
        for class in Class::ALL {
            let group = life_group(class);
            if row.dots.get(group).is_none() {
                silent |= row.dots.0.iter().any(|(g, _)| class_of(kind, *g) == Some(class));
                continue;
            }
            let words: Vec<bool> = match siblings.get(&group) {
                Some(all) => all.iter().map(|(_, v)| v["deleted"] == true).collect(),
                None => match row.dots.get(group) {
                    Some(dot) => vec![life_word(self.conn, kind, rec, dot)?],
                    None => continue,
                },
            };
            let disputed = words.iter().any(|w| *w) && pairs.iter().any(|p| p.a.0 == group || p.b.0 == group);
            if words.iter().all(|w| *w) && !disputed {
                deleted = true;
            } else {
                kept = true;
            }
            conflict |= disputed;
        }
        // Who deletes says so in every class they know the record by. Where a class holds
        // something and says nothing, the deletion did not know of it: causality is judged per
        // channel, so this is the only way to see it.
        conflict |= deleted && silent;
        row.life = i64::from(deleted && !kept && !silent);
        row.flags = 0;
        if !siblings.is_empty() {
            row.flags |= FLAG_SIBLINGS;
        }
        if !pairs.is_empty() {
            row.flags |= FLAG_PAIRS;
        }
        if conflict {
            row.flags |= FLAG_CONFLICT;
        }
        Ok(())
    }

    fn note_unknown(&mut self, dot: Dot, i: usize) -> Result<()> {
        self.conn.prepare_cached("INSERT OR IGNORE INTO unknown(log, seq, i) VALUES(?1, ?2, ?3)")?.execute(params![
            dot.log,
            dot.seq as i64,
            i as i64
        ])?;
        Ok(())
    }
}

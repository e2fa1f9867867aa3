//! Applying entries to the projected tables: the causal merge (sync.md §4).
//!
//! A merge group is a causal multi-value register: a value is superseded only by an entry
//! whose `seen` covers it. What is current, what conflicts and what is deleted is a pure
//! function of the set of entries, because entries are applied only after everything they
//! have seen, and every judgement here looks at *current* writes alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};
use uuid::Uuid;
use xinghuo_model::{Class, KINDS, KindDef};

use crate::bodies::{self, Bodies};
use crate::dots::{Dot, Dots, class_of, is_life, life_group};
use crate::entry::{BlockRef, Channel, Hash, Header, LogId, RawBlock, RawEntry, block_ref};
use crate::erase::{ERASED, FLAGS_ERASED};
use crate::error::Result;
use crate::find;
use crate::logs::Logs;
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
pub(crate) struct Row {
    pub rid: i64,
    pub life: i64,
    pub flags: i64,
    pub dots: Dots,
    pub space: Uuid,
}

/// So many records at most have their words put in at once: an everyday bundle brings no more.
const FEW: usize = 64;
/// So many are remembered in memory; beyond, the store remembers them.
const MANY: usize = 10_000;

/// One transaction's worth of applying.
pub(crate) struct Merge<'c> {
    pub conn: &'c Connection,
    pub logs: Logs,
    pub(crate) bodies: Bodies<'c>,
    sql: HashMap<(u16, u64), String>,
    /// Records whose words in the search table are out of date, by their row there: it wants them in
    /// order, and a record that changes often wants them once.
    unfound: BTreeSet<i64>,
    /// Whether the store remembers some more.
    put_off: bool,
    /// Blocks whose content is to go, by their entry's number of arrival.
    pub(crate) doomed: BTreeMap<i64, BTreeSet<usize>>,
    /// Kinds that changed.
    pub changed: BTreeSet<&'static str>,
    /// Records in dispute now that were not before, less those that no longer are.
    pub disputes: i64,
    /// Records of which something was erased.
    pub erased: u64,
    /// Whether anything was ever erased here: most stores need not ask further.
    pub(crate) ever_erased: bool,
}

impl<'c> Merge<'c> {
    pub fn open(conn: &'c Connection, logs: Option<Logs>) -> Result<Self> {
        Ok(Self {
            conn,
            logs: logs.map_or_else(|| Logs::load(conn), Ok)?,
            bodies: Bodies::new(conn),
            sql: HashMap::new(),
            unfound: BTreeSet::new(),
            put_off: false,
            doomed: BTreeMap::new(),
            changed: BTreeSet::new(),
            disputes: 0,
            erased: 0,
            ever_erased: conn.query_row("SELECT EXISTS(SELECT 1 FROM erased)", [], |r| r.get(0))?,
        })
    }

    /// Stores an entry that is [`ready`](Logs::ready) and merges its blocks.
    pub fn apply(&mut self, log: i64, header: &Header, raw: &RawEntry, hash: Hash) -> Result<()> {
        let ord = self.logs.append(self.conn, log, header, &raw.header, hash)?;
        let dot = Dot { log, seq: header.seq };
        bodies::keep(self.conn, ord, dot, &raw.blocks)?;
        self.merge_blocks(dot, ord, &raw.blocks)
    }

    /// Merges a stored entry again (rebuild); the header comes from the log tables.
    pub fn replay(&mut self, log: i64, ord: i64, header: &Header) -> Result<()> {
        self.logs.note_seen(self.conn, log, header)?;
        let blocks = self.bodies.arrived(ord)?;
        self.merge_blocks(Dot { log, seq: header.seq }, ord, &blocks)
    }

    fn merge_blocks(&mut self, dot: Dot, ord: i64, blocks: &[RawBlock]) -> Result<()> {
        let channel = self.logs.get(dot.log).map(|log| log.channel);
        for (i, block) in blocks.iter().enumerate() {
            match block {
                RawBlock::Body(line) => {
                    let parsed = block_ref(line);
                    // The word that erases is always heard.
                    let heard = parsed.as_ref().is_some_and(BlockRef::is_erasure);
                    match channel {
                        // Whatever else it says, understood or not.
                        Some(channel) if !heard && self.is_gone(block.subject(), channel)? => {
                            self.doomed.entry(ord).or_default().insert(i);
                        }
                        _ => self.merge_block(dot, i, parsed)?,
                    }
                }
                RawBlock::Erased(rec, _) => self.note_hole(dot, *rec)?,
            }
        }
        Ok(())
    }

    /// Writes heads, seen vectors, and what else was put off. To be called before commit. The words of
    /// many records are only noted where `later` says so: [`find::catch_up`] puts them in.
    pub fn finish(&mut self, later: bool) -> Result<()> {
        self.drop_doomed()?;
        // What was erased must not be found a moment longer.
        let later = later && self.erased == 0 && (self.put_off || self.unfound.len() > FEW);
        if later || self.put_off {
            self.put_off()?;
            if !later {
                find::catch_up(self.conn)?;
            }
        }
        for row in std::mem::take(&mut self.unfound) {
            find::refresh(self.conn, row)?;
        }
        if self.erased > 0 {
            find::forget(self.conn)?;
        }
        self.logs.store(self.conn)
    }

    /// Merges one block that stands in the log already. What cannot be understood is only noted.
    fn merge_block(&mut self, dot: Dot, i: usize, block: Option<BlockRef<'_>>) -> Result<()> {
        let Some(block) = block else { return self.note_unknown(dot, i) };
        let (Some(kind), Some(row)) = (BY_NAME.get(&*block.kind).copied(), self.logs.get(dot.log)) else {
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
        let erases = block.is_erasure();
        if strange || foreign || (block.erases && !erases) {
            self.note_unknown(dot, i)?;
        }
        if foreign || (fields.is_empty() && block.deleted.is_none() && !block.accepts && !erases) {
            return Ok(());
        }
        self.changed.insert(kind.name);
        match self.row(kind, block.rec)? {
            // A record belongs to the space it was made in; nobody moves it from another one.
            Some(row) if row.space != channel.space.0 => self.note_unknown(dot, i),
            found if erases => self.erase(kind, block.rec, channel, found),
            None if fields.is_empty() && block.deleted.is_none() => Ok(()),
            None => self.insert(kind, &block, channel, dot, &fields),
            Some(row) => self.update(kind, &block, channel, dot, fields, row),
        }
    }

    /// A record's merge state, where there is any.
    pub(crate) fn row(&self, kind: &KindDef, rec: Uuid) -> Result<Option<Row>> {
        Ok(self
            .conn
            .prepare_cached(&format!("SELECT rid, life, flags, dots, space FROM \"{}\" WHERE id = ?1", kind.name))?
            .query_row([rec.as_bytes()], |r| {
                Ok(Row {
                    rid: r.get(0)?,
                    life: r.get(1)?,
                    flags: r.get(2)?,
                    dots: Dots::decode(r.get_ref(3)?.as_blob().unwrap_or_default()),
                    space: Uuid::from_bytes(r.get(4)?),
                })
            })
            .optional()?)
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
            self.out_of_date(find::rowid(kind, rid))?;
        }
        Ok(())
    }

    /// Remembers a record whose words are out of date.
    fn out_of_date(&mut self, row: i64) -> Result<()> {
        self.unfound.insert(row);
        if self.unfound.len() > MANY { self.put_off() } else { Ok(()) }
    }

    fn put_off(&mut self) -> Result<()> {
        self.put_off = true;
        std::mem::take(&mut self.unfound).into_iter().try_for_each(|row| find::put_off(self.conn, row))
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
        self.logs.seen_by(self.conn, dot.log)?;
        let rec = block.rec;
        let before = row.flags;
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
        if before != 0 || row.flags != 0 || block.deleted.is_some() || row.life != 0 {
            self.judge(kind, rec, &mut row)?;
        }
        self.disputes += i64::from(row.flags & FLAG_CONFLICT != 0) - i64::from(before & FLAG_CONFLICT != 0);
        self.store_row(kind, &row, &show)?;
        let touched_search = written.iter().any(|g| group_fields(kind, *g).any(|(_, f)| f.search.is_some()));
        let alive = row.life == 0;
        if kind.searchable() && (touched_search || alive != was_alive) {
            self.out_of_date(find::rowid(kind, row.rid))?;
        }
        Ok(())
    }

    pub(crate) fn store_row(&mut self, kind: &'static KindDef, row: &Row, show: &[(usize, Sql)]) -> Result<()> {
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
        self.logs.has_seen(dot.log, other.log, other.seq)
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
            serde_json::json!({ "deleted": life_word(&self.bodies, kind, rec, dot)? })
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
            let (lamport, hash) = Logs::entry(self.conn, d.log, d.seq)?.unwrap_or_default();
            let id = self.logs.get(d.log).map_or(LogId::default(), |l| l.id);
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
                deletion |= is_life(group) && life_word(&self.bodies, kind, rec, d)?;
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
    pub(crate) fn judge(&self, kind: &'static KindDef, rec: Uuid, row: &mut Row) -> Result<()> {
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
                    Some(dot) => vec![life_word(&self.bodies, kind, rec, dot)?],
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
        row.flags &= FLAGS_ERASED;
        row.life = if row.flags != 0 { ERASED } else { i64::from(deleted && !kept && !silent) };
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

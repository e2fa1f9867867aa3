//! Checking and rebuilding: every chain from the first entry, and the state hash by which two
//! copies know that they agree.

use std::collections::HashMap;

use rusqlite::params;
use serde_json::{Map, Value};
use uuid::Uuid;
use xinghuo_model::{Class, KINDS, KindDef, SpaceId};

use crate::bodies::Bodies;
use crate::dots::{Dot, Dots, class_of, is_life};
use crate::entry::{Hash, Header, RawEntry};
use crate::erase::erased_flag;
use crate::error::{LedgerError, Result};
use crate::merge::Merge;
use crate::siblings::{all_siblings, pairs_of};
use crate::values::{group_fields, json_from_sql};
use crate::{Ledger, Pace, schema};

/// What a check found.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// Logs read.
    pub logs: u64,
    /// Entries read.
    pub entries: u64,
    /// Living records.
    pub records: u64,
    /// Blocks this version does not understand in full.
    pub newer: u64,
    /// What is wrong, in codes with numbers: no content.
    pub problems: Vec<String>,
}

/// A strand's log, and the last number before that log forked.
type Names = HashMap<i64, (Hash, Option<u64>)>;

impl Ledger {
    /// Reads every log from its first entry and SQLite's own structure.
    ///
    /// # Errors
    /// [`LedgerError::Cancelled`] or SQLite's.
    pub fn check(&self, pace: Pace<'_>) -> Result<Checked> {
        let mut out = Checked::default();
        let total = self.books().number("SELECT count(*) FROM entry", [])? as u64;
        let quick: String = self.conn.query_row("PRAGMA quick_check(1)", [], |r| r.get(0))?;
        if quick != "ok" {
            out.problems.push("sqlite".to_owned());
        }
        let logs = self.books().rows("SELECT l.n, l.id, l.head_seq, l.head_hash, l.base, p.hash FROM log l LEFT JOIN entry p ON p.log = l.parent AND p.seq = l.base ORDER BY l.n", [], |r| {
            let base = (r.get::<_, i64>(4)? as u64, r.get::<_, Option<[u8; 32]>>(5)?.map(Hash).unwrap_or_default());
            Ok((r.get::<_, i64>(0)?, Hash(r.get(1)?), r.get::<_, i64>(2)? as u64, Hash(r.get(3)?), base))
        })?;
        let bodies = Bodies::new(&self.conn);
        for (n, id, head_seq, head_hash, base) in logs {
            out.logs += 1;
            let (mut seq, mut prev) = base;
            let mut stmt = self.conn.prepare_cached("SELECT seq, header, hash, ord FROM entry WHERE log = ?1 ORDER BY seq")?;
            let mut rows = stmt.query([n])?;
            while let Some(r) = rows.next()? {
                let raw = RawEntry { header: r.get(1)?, blocks: bodies.arrived(r.get(3)?).map_or_else(|_| Vec::new(), |b| b.to_vec()) };
                let stored = Hash(r.get(2)?);
                seq += 1;
                let sound = raw.open().is_ok_and(|h| h.seq == seq && h.prev == prev && h.log == id) && raw.hash() == stored;
                if !sound {
                    out.problems.push(format!("entry {} {seq}", &id.hex()[..8]));
                    break;
                }
                prev = stored;
                out.entries += 1;
                if !pace(out.entries, total) {
                    return Err(LedgerError::Cancelled);
                }
            }
            if (seq, prev) != (head_seq, head_hash) {
                out.problems.push(format!("head {}", &id.hex()[..8]));
            }
        }
        for kind in KINDS {
            out.records += self.books().number(&format!("SELECT count(*) FROM \"{}\" WHERE life = 0", kind.name), [])? as u64;
        }
        out.newer = self.books().number("SELECT count(*) FROM unknown", [])? as u64;
        Ok(out)
    }

    /// Throws the projected tables away and makes them again from the log.
    ///
    /// # Errors
    /// [`LedgerError::Cancelled`] (everything stays as it was) or SQLite's.
    pub fn rebuild(&mut self, pace: Pace<'_>) -> Result<()> {
        self.transaction(|ledger| ledger.tell_again(pace))
    }

    /// The same, inside a transaction.
    pub(crate) fn tell_again(&mut self, pace: Pace<'_>) -> Result<()> {
        schema::drop_projection(&self.conn)?;
        schema::create_projection(&self.conn)?;
        let total = self.books().number("SELECT count(*) FROM entry", [])? as u64;
        let mut merge = Merge::open(&self.conn, None)?;
        let mut stmt = self.conn.prepare("SELECT log, ord, header FROM entry ORDER BY ord")?;
        let mut rows = stmt.query([])?;
        let mut done = 0;
        while let Some(r) = rows.next()? {
            let header: Header =
                serde_json::from_slice(r.get_ref(2)?.as_blob().unwrap_or_default()).map_err(|_| crate::EntryError::Unreadable)?;
            merge.replay(r.get(0)?, r.get(1)?, &header)?;
            done += 1;
            if !pace(done, total) {
                return Err(LedgerError::Cancelled);
            }
        }
        merge.finish(false)?;
        let logs = merge.logs;
        drop(rows);
        drop(stmt);
        self.logs = Some(logs);
        Ok(())
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

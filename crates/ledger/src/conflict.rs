//! Conflicts: listed from current writes alone, decided by an ordinary entry that has seen
//! all sides.

use chrono::{DateTime, FixedOffset};
use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value};
use uuid::Uuid;
use xinghuo_model::{Act, KINDS, KindDef, SpaceId};

use crate::Ledger;
use crate::dots::{Dot, Dots, is_life};
use crate::entry::{Header, PublicKey};
use crate::error::{LedgerError, Result};
use crate::merge::FLAG_CONFLICT;
use crate::save::{Author, Outcome};
use crate::siblings::{all_siblings, differs, pairs_of, row_value};
use crate::values::group_fields;

/// What kind of disagreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictKind {
    /// One group, several values.
    Field,
    /// Deleted here, changed there.
    Deleted,
    /// Different groups changed at once: informative.
    Parallel,
}

/// One side.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// Field name → value; `{"deleted": true}` for a deletion.
    pub value: Value,
    /// The group it wrote.
    pub group: &'static str,
    /// Who.
    pub person: String,
    /// On which copy.
    pub key: PublicKey,
    /// The laptop's clock.
    pub at: DateTime<FixedOffset>,
}

/// One disagreement on one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The record.
    pub rec: Uuid,
    /// Its kind.
    pub kind: &'static KindDef,
    /// Its space.
    pub space: SpaceId,
    /// What kind of disagreement.
    pub what: ConflictKind,
    /// The merge group in dispute; `""` for deletions and parallel edits.
    pub group: &'static str,
    /// The sides, the one shown first leading.
    pub sides: Vec<Side>,
}

fn group_name(kind: &'static KindDef, number: u16) -> &'static str {
    if is_life(number) { "" } else { kind.fields.iter().find(|f| f.number == number).map_or("", |f| f.group) }
}

impl Ledger {
    /// How many records a person must decide on.
    ///
    /// # Errors
    /// SQLite's.
    pub fn count_conflicts(&self) -> Result<u64> {
        let mut n = 0;
        for kind in KINDS {
            let sql = format!("SELECT count(*) FROM \"{}\" WHERE flags & {FLAG_CONFLICT} <> 0", kind.name);
            n += self.conn.prepare_cached(&sql)?.query_row([], |r| r.get::<_, i64>(0))? as u64;
        }
        Ok(n)
    }

    /// Every disagreement, parallel edits included.
    ///
    /// # Errors
    /// SQLite's.
    pub fn conflicts(&self) -> Result<Vec<Conflict>> {
        let recs: Vec<(Uuid, i64)> = self.books().rows(
            "SELECT rec, kind FROM sibling UNION SELECT rec, kind FROM pair ORDER BY 1",
            [],
            |r| Ok((Uuid::from_bytes(r.get(0)?), r.get(1)?)),
        )?;
        let mut out = Vec::new();
        for (rec, number) in recs {
            if let Some(kind) = KINDS.iter().copied().find(|k| i64::from(k.number) == number) {
                self.conflicts_of(kind, rec, &mut out)?;
            }
        }
        Ok(out)
    }

    fn conflicts_of(&self, kind: &'static KindDef, rec: Uuid, out: &mut Vec<Conflict>) -> Result<()> {
        let row: Option<(i64, Dots, Uuid)> = self
            .conn
            .prepare_cached(&format!("SELECT rid, dots, space FROM \"{}\" WHERE id = ?1", kind.name))?
            .query_row([rec.as_bytes()], |r| {
                Ok((r.get(0)?, Dots::decode(r.get_ref(1)?.as_blob().unwrap_or_default()), Uuid::from_bytes(r.get(2)?)))
            })
            .optional()?;
        let Some((rid, dots, space)) = row else { return Ok(()) };
        let space = SpaceId(space);
        let mut groups: Vec<(u16, Vec<(Dot, Value)>)> = Vec::new();
        for (group, dot, value) in all_siblings(&self.conn, rec)? {
            match groups.iter_mut().find(|(g, _)| *g == group) {
                Some((_, all)) => all.push((dot, value)),
                None => groups.push((group, vec![(dot, value)])),
            }
        }
        for (group, mut all) in groups {
            if !differs(kind, group, &all) {
                continue;
            }
            // Equal values are one side; the shown one leads, the rest stand in a fixed order.
            let shown = dots.get(group);
            all.sort_by_cached_key(|(d, v)| (Some(*d) != shown, v.to_string()));
            all.dedup_by(|a, b| a.1 == b.1);
            let mut sides = Vec::new();
            for (dot, value) in all {
                sides.push(self.side(dot, value, group_name(kind, group))?);
            }
            let what = if is_life(group) { ConflictKind::Deleted } else { ConflictKind::Field };
            out.push(Conflict { rec, kind, space, what, group: group_name(kind, group), sides });
        }
        let pairs = pairs_of(&self.conn, rec)?;
        for what in [ConflictKind::Deleted, ConflictKind::Parallel] {
            let mut sides: Vec<Side> = Vec::new();
            let mut dots_seen: Vec<(u16, Dot)> = Vec::new();
            for pair in &pairs {
                let mut life = false;
                for (group, dot) in [pair.a, pair.b] {
                    life |= is_life(group) && self.word_of_life(dot, rec)?;
                }
                let alive_word = !life && (is_life(pair.a.0) || is_life(pair.b.0));
                if life != (what == ConflictKind::Deleted) || alive_word {
                    continue;
                }
                for (group, dot) in [pair.a, pair.b] {
                    if !dots_seen.contains(&(group, dot)) {
                        dots_seen.push((group, dot));
                        let value = if is_life(group) {
                            serde_json::json!({ "deleted": true })
                        } else {
                            row_value(&self.conn, kind, rid, group)?
                        };
                        sides.push(self.side(dot, value, group_name(kind, group))?);
                    }
                }
            }
            if !sides.is_empty() {
                out.push(Conflict { rec, kind, space, what, group: "", sides });
            }
        }
        Ok(())
    }

    fn word_of_life(&self, dot: Dot, rec: Uuid) -> Result<bool> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT 1 FROM block WHERE log = ?1 AND seq = ?2 AND rec = ?3 AND json_extract(CAST(body AS TEXT), '$.deleted') = 1",
            )?
            .exists(params![dot.log, dot.seq as i64, rec.as_bytes()])?)
    }

    fn side(&self, dot: Dot, value: Value, group: &'static str) -> Result<Side> {
        let (header, key): (Vec<u8>, PublicKey) = self
            .conn
            .prepare_cached("SELECT e.header, l.key FROM entry e JOIN log l ON l.n = e.log WHERE e.log = ?1 AND e.seq = ?2")?
            .query_row(params![dot.log, dot.seq as i64], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| crate::EntryError::Unreadable)?;
        Ok(Side { value, group, person: header.person, key, at: header.at })
    }

    /// Decides a group: the given values become current everywhere.
    ///
    /// # Errors
    /// [`LedgerError::Missing`], SQLite's.
    pub fn decide(&mut self, rec: Uuid, kind: &'static KindDef, group: &str, value: &Map<String, Value>, author: &Author) -> Result<Outcome<()>> {
        let space = self.space_of(kind, rec)?;
        let number = kind.group_number(group);
        let mut whole = Map::new();
        for (_, field) in group_fields(kind, number) {
            whole.insert(field.name.to_owned(), value.get(field.name).cloned().unwrap_or_default());
        }
        if whole.is_empty() {
            return Err(LedgerError::Missing("合并组"));
        }
        self.transact(Act::Decide, author, |tx| {
            tx.set(kind, space, rec, &whole);
            Ok(())
        })
    }

    /// Accepts all parallel edits of a record that are here now.
    ///
    /// # Errors
    /// [`LedgerError::Missing`], SQLite's.
    pub fn accept_parallel(&mut self, rec: Uuid, kind: &'static KindDef, author: &Author) -> Result<Outcome<()>> {
        let space = self.space_of(kind, rec)?;
        self.transact(Act::Decide, author, |tx| {
            tx.accept(kind, space, rec);
            Ok(())
        })
    }

    /// Keeps or deletes a record that one copy deleted while another changed it.
    ///
    /// # Errors
    /// [`LedgerError::Missing`], SQLite's.
    pub fn decide_life(&mut self, rec: Uuid, kind: &'static KindDef, deleted: bool, author: &Author) -> Result<Outcome<()>> {
        let space = self.space_of(kind, rec)?;
        self.transact(Act::Decide, author, |tx| {
            tx.set_deleted(kind, space, rec, deleted);
            Ok(())
        })
    }

    fn space_of(&self, kind: &'static KindDef, rec: Uuid) -> Result<SpaceId> {
        let space: Option<[u8; 16]> = self
            .conn
            .prepare_cached(&format!("SELECT space FROM \"{}\" WHERE id = ?1", kind.name))?
            .query_row([rec.as_bytes()], |r| r.get(0))
            .optional()?;
        space.map(|s| SpaceId(Uuid::from_bytes(s))).ok_or(LedgerError::Missing(kind.zh))
    }

}


//! Conflicts: listed from current writes alone, decided by an ordinary entry that has seen
//! all sides.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset};
use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value};
use uuid::Uuid;
use xinghuo_model::{Act, Class, KINDS, KindDef, SpaceId};

use crate::Ledger;
use crate::bodies::Bodies;
use crate::dots::{Dot, Dots, class_of, is_life, life_group};
use crate::entry::{Hash, Header, LogId, PublicKey};
use crate::error::{LedgerError, Result};
use crate::merge::FLAG_CONFLICT;
use crate::save::{Author, Outcome};
use crate::siblings::{all_siblings, differs, life_word, pairs_of, row_value};
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

/// (lamport, log id, hash).
type Rank = (i64, LogId, Hash);

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
        let mut recs: BTreeSet<(Uuid, i64)> = self
            .books()
            .rows("SELECT rec, kind FROM sibling UNION SELECT rec, kind FROM pair", [], |r| Ok((Uuid::from_bytes(r.get(0)?), r.get(1)?)))?
            .into_iter()
            .collect();
        for kind in KINDS {
            let sql = format!("SELECT id FROM \"{}\" WHERE flags & {FLAG_CONFLICT} <> 0", kind.name);
            recs.extend(self.books().rows(&sql, [], |r| Ok((Uuid::from_bytes(r.get(0)?), i64::from(kind.number))))?);
        }
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
        let listed = all_siblings(&self.conn, kind, rec)?;
        let mut groups: Vec<(u16, Vec<(Dot, Value)>)> = Vec::new();
        for (group, dot, value) in &listed {
            match groups.iter_mut().find(|(g, _)| g == group) {
                Some((_, all)) => all.push((*dot, value.clone())),
                None => groups.push((*group, vec![(*dot, value.clone())])),
            }
        }
        // Everything about the record's life is one question, whichever way it was disputed.
        let mut lives: Vec<(u16, Dot)> = Vec::new();
        for (group, all) in groups {
            if !differs(kind, group, &all) {
                continue;
            }
            if is_life(group) {
                lives.extend(all.iter().map(|(d, _)| (group, *d)));
                continue;
            }
            // Equal values are one side. The shown one leads: of an unsettled group it is the
            // highest.
            let mut ranked: Vec<(Rank, Dot, Value)> = Vec::new();
            for (dot, value) in all {
                ranked.push((self.rank(dot)?, dot, value));
            }
            ranked.sort_by_key(|(place, ..)| std::cmp::Reverse(*place));
            let mut sides: Vec<Side> = Vec::new();
            for (_, dot, value) in ranked {
                if !sides.iter().any(|s| s.value == value) {
                    sides.push(self.side(dot, value, group_name(kind, group))?);
                }
            }
            out.push(Conflict { rec, kind, space, what: ConflictKind::Field, group: group_name(kind, group), sides });
        }
        let mut parallel: Vec<(u16, Dot)> = Vec::new();
        for pair in pairs_of(&self.conn, kind, rec)? {
            let ends = [pair.a, pair.b];
            match ends.iter().find(|(group, _)| is_life(*group)) {
                Some((_, dot)) if life_word(&Bodies::new(&self.conn), kind, rec, *dot)? => lives.extend(ends),
                // Brought back here, changed there: nobody need know.
                Some(_) => {}
                None => parallel.extend(ends),
            }
        }
        lives.extend(self.unaware(kind, rec, &dots, &listed)?);
        for (what, ends) in [(ConflictKind::Deleted, lives), (ConflictKind::Parallel, parallel)] {
            let mut ranked: Vec<(Rank, u16, Dot)> = Vec::new();
            for (group, dot) in ends {
                ranked.push((self.rank(dot)?, group, dot));
            }
            ranked.sort_by_key(|(place, group, _)| (!is_life(*group), *group, std::cmp::Reverse(*place)));
            ranked.dedup();
            let mut sides: Vec<Side> = Vec::new();
            for (_, group, dot) in ranked {
                let value = if is_life(group) {
                    serde_json::json!({ "deleted": life_word(&Bodies::new(&self.conn), kind, rec, dot)? })
                } else {
                    match listed.iter().find(|(g, d, _)| (*g, *d) == (group, dot)) {
                        Some((.., value)) => value.clone(),
                        None => row_value(&self.conn, kind, rid, group)?,
                    }
                };
                // A deletion is said in every class: once is enough.
                let side = self.side(dot, value, group_name(kind, group))?;
                if !sides.contains(&side) {
                    sides.push(side);
                }
            }
            if !sides.is_empty() {
                out.push(Conflict { rec, kind, space, what, group: "", sides });
            }
        }
        Ok(())
    }

    /// Where one class says that the record is deleted and another holds something of it and
    /// says nothing: the writes of both.
    fn unaware(&self, kind: &'static KindDef, rec: Uuid, dots: &Dots, listed: &[(u16, Dot, Value)]) -> Result<Vec<(u16, Dot)>> {
        let mut out = Vec::new();
        let (mut deleted, mut silent) = (false, false);
        for class in Class::ALL {
            let of_class = || dots.0.iter().filter(move |(g, _)| class_of(kind, *g) == Some(class));
            if let Some(dot) = dots.get(life_group(class)) {
                let disputed = listed.iter().any(|(g, _, v)| *g == life_group(class) && v["deleted"] != true);
                if !disputed && life_word(&Bodies::new(&self.conn), kind, rec, dot)? {
                    deleted = true;
                    out.push((life_group(class), dot));
                }
            } else if of_class().next().is_some() {
                silent = true;
                out.extend(of_class().copied());
            }
        }
        Ok(if deleted && silent { out } else { Vec::new() })
    }

    /// A write's rank among concurrent ones, the same on every copy.
    fn rank(&self, dot: Dot) -> Result<Rank> {
        Ok(self
            .conn
            .prepare_cached("SELECT e.lamport, l.id, e.hash FROM entry e JOIN log l ON l.n = e.log WHERE e.log = ?1 AND e.seq = ?2")?
            .query_row(params![dot.log, dot.seq as i64], |r| Ok((r.get(0)?, Hash(r.get(1)?), Hash(r.get(2)?))))?)
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
    pub fn decide(
        &mut self,
        rec: Uuid,
        kind: &'static KindDef,
        group: &str,
        value: &Map<String, Value>,
        author: &Author,
    ) -> Result<Outcome<()>> {
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

//! Undo: the opposite of an own save, as a new save.

use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value};
use uuid::Uuid;
use xinghuo_model::{Act, Class, KindDef, SpaceId, kind_named};

use crate::Ledger;
use crate::bodies::Bodies;
use crate::dots::{Dot, Dots, life_group};
use crate::entry::{Block, Channel, RawBlock};
use crate::error::{LedgerError, Result};
use crate::save::{Author, Outcome, Save};

/// The own save that undo would take back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastSave {
    /// Its number.
    pub save: i64,
    /// Its act's code.
    pub act: String,
    /// When, by this laptop's clock.
    pub at: String,
}

impl Ledger {
    /// The last own save that was not undone.
    ///
    /// # Errors
    /// SQLite's.
    pub fn last_save(&self) -> Result<Option<LastSave>> {
        Ok(self
            .conn
            .prepare_cached("SELECT n, act, at FROM save WHERE undone = 0 AND act <> ?1 ORDER BY n DESC LIMIT 1")?
            .query_row([Act::Undo.code()], |r| Ok(LastSave { save: r.get(0)?, act: r.get(1)?, at: r.get(2)? }))
            .optional()?)
    }

    /// The code of the act an own save was.
    ///
    /// # Errors
    /// SQLite's.
    pub fn act_of_save(&self, save: i64) -> Result<Option<String>> {
        Ok(self.conn.prepare_cached("SELECT act FROM save WHERE n = ?1")?.query_row([save], |r| r.get(0)).optional()?)
    }

    /// The records an own save wrote, with their kinds.
    ///
    /// # Errors
    /// SQLite's.
    pub fn records_of_save(&self, save: i64) -> Result<Vec<(&'static KindDef, Uuid)>> {
        let blocks = self.blocks_of_save(&Bodies::new(&self.conn), save)?;
        Ok(blocks.into_iter().filter_map(|(_, _, _, block)| Some((kind_named(&block.kind)?, block.rec))).collect())
    }

    /// Takes back an own save.
    ///
    /// # Errors
    /// [`LedgerError::NothingToUndo`]; [`LedgerError::BuiltUpon`] where a later entry wrote one
    /// of the same groups; SQLite's.
    pub fn undo(&mut self, save: i64, author: &Author) -> Result<Outcome<()>> {
        let undone: Option<i64> = self.conn.query_row("SELECT undone FROM save WHERE n = ?1", [save], |r| r.get(0)).optional()?;
        if undone != Some(0) {
            return Err(LedgerError::NothingToUndo);
        }
        let bodies = Bodies::new(&self.conn);
        let blocks = self.blocks_of_save(&bodies, save)?;
        if blocks.is_empty() {
            return Err(LedgerError::NothingToUndo);
        }
        let mut acts = Vec::new();
        for (dot, ord, channel, block) in blocks {
            let Some(kind) = kind_named(&block.kind) else { continue };
            let space = channel.space;
            self.still_current(kind, dot, channel.class, &block)?;
            acts.push(self.opposite(&bodies, kind, space, ord, save, block)?);
        }
        drop(bodies);
        self.transact(Act::Undo, author, |tx| {
            for act in acts {
                act.write(tx);
            }
            tx.mark_undone(save)
        })
    }

    fn blocks_of_save(&self, bodies: &Bodies<'_>, save: i64) -> Result<Vec<(Dot, i64, Channel, Block)>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT e.log, e.seq, e.ord, l.space, l.class FROM save_entry s JOIN entry e ON e.log = s.log AND e.seq = s.seq \
             JOIN log l ON l.n = e.log WHERE s.save = ?1",
        )?;
        let mut rows = stmt.query([save])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            let dot = Dot { log: r.get(0)?, seq: r.get::<_, i64>(1)? as u64 };
            let Some(class) = Class::from_number(r.get(4)?) else { continue };
            let (ord, channel) = (r.get(2)?, Channel { space: Uuid::from_bytes(r.get(3)?).into(), class });
            for block in bodies.arrived(ord)?.iter() {
                let RawBlock::Body(line) = block else { continue };
                let Ok(block) = serde_json::from_slice(line) else { continue };
                out.push((dot, ord, channel, block));
            }
        }
        Ok(out)
    }

    /// Every group the block wrote must still be its own.
    fn still_current(&self, kind: &'static KindDef, dot: Dot, class: Class, block: &Block) -> Result<()> {
        let dots: Vec<u8> = self
            .conn
            .prepare_cached(&format!("SELECT dots FROM \"{}\" WHERE id = ?1", kind.name))?
            .query_row([block.rec.as_bytes()], |r| r.get(0))?;
        let dots = Dots::decode(&dots);
        let mut groups: Vec<u16> =
            block.set.keys().filter_map(|name| kind.field(name)).map(|at| kind.group_number(kind.fields[at].group)).collect();
        if block.deleted.is_some() {
            groups.push(life_group(class));
        }
        let siblings: i64 =
            self.conn.prepare_cached("SELECT count(*) FROM sibling WHERE rec = ?1")?.query_row([block.rec.as_bytes()], |r| r.get(0))?;
        if siblings > 0 || groups.iter().any(|g| dots.get(*g) != Some(dot)) {
            return Err(LedgerError::BuiltUpon);
        }
        Ok(())
    }

    fn opposite(&self, bodies: &Bodies<'_>, kind: &'static KindDef, space: SpaceId, ord: i64, save: i64, block: Block) -> Result<Opposite> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT e.ord, t.i FROM touch t JOIN entry e ON e.log = t.log AND e.seq = t.seq \
             WHERE t.rec = ?1 AND e.ord < ?2 ORDER BY e.ord DESC",
        )?;
        let mut rows = stmt.query(params![block.rec.as_bytes(), ord])?;
        let mut earlier: Vec<Block> = Vec::new();
        while let Some(r) = rows.next()? {
            let line = bodies.line(r.get(0)?, r.get(1)?)?;
            earlier.extend(line.and_then(|line| serde_json::from_slice::<Block>(&line).ok()));
        }
        let mut set = Map::new();
        for name in block.set.keys() {
            let before = earlier.iter().find_map(|b| b.set.get(name)).cloned().unwrap_or(Value::Null);
            set.insert(name.clone(), before);
        }
        let created = self.made_by(block.rec)? == Some(save);
        Ok(Opposite { kind, space, rec: block.rec, set, created, deleted: block.deleted })
    }

    /// The own save that made a record, if it was an own one.
    fn made_by(&self, rec: Uuid) -> Result<Option<i64>> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT (SELECT s.save FROM save_entry s WHERE s.log = e.log AND s.seq = e.seq) FROM touch t \
                 JOIN entry e ON e.log = t.log AND e.seq = t.seq WHERE t.rec = ?1 ORDER BY e.ord LIMIT 1",
            )?
            .query_row([rec.as_bytes()], |r| r.get(0))
            .optional()?
            .flatten())
    }
}

struct Opposite {
    kind: &'static KindDef,
    space: SpaceId,
    rec: Uuid,
    set: Map<String, Value>,
    created: bool,
    deleted: Option<bool>,
}

impl Opposite {
    fn write(self, tx: &mut Save<'_>) {
        if self.created {
            tx.set_deleted(self.kind, self.space, self.rec, true);
        } else if let Some(deleted) = self.deleted {
            tx.set_deleted(self.kind, self.space, self.rec, !deleted);
        } else {
            tx.set(self.kind, self.space, self.rec, &self.set);
        }
    }
}

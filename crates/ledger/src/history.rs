//! A record's history, read from the log itself.

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde_json::Value;
use uuid::Uuid;
use xinghuo_model::{FieldDef, KindDef, kind_named};

use crate::Ledger;
use crate::bodies::Bodies;
use crate::entry::{Block, Header, PublicKey};
use crate::error::Result;

/// What [`Change::new`] says where a record was erased.
pub const ERASED: &str = "erased";

/// One change of one field.
#[derive(Debug, Clone)]
pub struct Change {
    /// The kind.
    pub kind: &'static KindDef,
    /// The field; `None` where the record was deleted or brought back.
    pub field: Option<&'static FieldDef>,
    /// Before, by arrival on this copy.
    pub old: Value,
    /// After; without a field: `true`/`false` for deleted or brought back, [`ERASED`] for erased.
    pub new: Value,
    /// The act's code.
    pub act: String,
    /// Who.
    pub person: String,
    /// On which copy.
    pub key: PublicKey,
    /// The laptop's clock.
    pub at: DateTime<FixedOffset>,
}

impl Ledger {
    /// Every change of a record, newest first.
    ///
    /// # Errors
    /// SQLite's.
    pub fn history(&self, rec: Uuid) -> Result<Vec<Change>> {
        self.books().history(rec)
    }
}

impl crate::Books<'_> {
    /// Whether what a field of a record says was written after this day, by the clocks of who wrote it. Where
    /// nothing was, nothing is unpacked.
    ///
    /// # Errors
    /// SQLite's.
    pub fn written_after(&self, rec: Uuid, field: &str, day: NaiveDate) -> Result<bool> {
        let headers = self.rows(
            "SELECT e.header FROM touch t JOIN entry e ON e.log = t.log AND e.seq = t.seq WHERE t.rec = ?1",
            [rec.as_bytes()],
            |r| r.get::<_, Vec<u8>>(0),
        )?;
        let later = |header: &Vec<u8>| serde_json::from_slice::<Header>(header).is_ok_and(|header| header.at.date_naive() > day);
        if !headers.iter().any(later) {
            return Ok(false);
        }
        // A group is written whole: only what differs from before says something new.
        let last = self.history(rec)?.into_iter().find(|change| change.field.is_some_and(|of| of.name == field));
        Ok(last.is_some_and(|change| change.at.date_naive() > day))
    }

    /// Every change of a record, newest first.
    ///
    /// # Errors
    /// SQLite's.
    pub fn history(&self, rec: Uuid) -> Result<Vec<Change>> {
        let rows = self.rows(
            "SELECT e.header, e.ord, t.i, l.key FROM touch t JOIN entry e ON e.log = t.log AND e.seq = t.seq \
             JOIN log l ON l.n = t.log WHERE t.rec = ?1 ORDER BY e.ord, t.i",
            [rec.as_bytes()],
            |r| Ok((r.get::<_, Vec<u8>>(0)?, r.get(1)?, r.get(2)?, r.get::<_, PublicKey>(3)?)),
        )?;
        let bodies = Bodies::new(self.conn);
        let mut current: Vec<(usize, Value)> = Vec::new();
        let mut out = Vec::new();
        for (header, ord, i, key) in rows {
            let Some(body) = bodies.line(ord, i)? else { continue };
            let (Ok(header), Ok(block)) = (serde_json::from_slice::<Header>(&header), serde_json::from_slice::<Block>(&body)) else {
                continue;
            };
            let Some(kind) = kind_named(&block.kind) else { continue };
            let mut change = |field: Option<&'static FieldDef>, old: Value, new: Value| {
                out.push(Change { kind, field, old, new, act: header.act.clone(), person: header.person.clone(), key, at: header.at });
            };
            for (name, new) in block.set {
                let Some(at) = kind.field(&name) else { continue };
                let old = match current.iter_mut().find(|(f, _)| *f == at) {
                    Some((_, v)) => std::mem::replace(v, new.clone()),
                    None => {
                        current.push((at, new.clone()));
                        Value::Null
                    }
                };
                if old != new {
                    change(Some(&kind.fields[at]), old, new);
                }
            }
            if let Some(deleted) = block.deleted {
                change(None, Value::Null, Value::Bool(deleted));
            }
            if block.erases {
                change(None, Value::Null, Value::from(ERASED));
            }
        }
        out.reverse();
        Ok(out)
    }
}

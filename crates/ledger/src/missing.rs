//! What must still come before everything that waits can be applied, and giving out again what
//! somebody lacks although it was acknowledged once.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, params};
use uuid::Uuid;
use xinghuo_model::Class;

use crate::Ledger;
use crate::absorb::{has_hole, held_entry};
use crate::endings::ENDED;
use crate::entry::{Channel, LogId, PublicKey, Seen};
use crate::error::Result;

/// Consecutive entries of one log, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    /// The log.
    pub log: LogId,
    /// The first.
    pub from: u64,
    /// The last.
    pub to: u64,
}

/// A stretch that is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Which.
    pub stretch: Stretch,
    /// Its author and channel; unknown where the log was only heard of.
    pub of: Option<(PublicKey, Channel)>,
}

/// What is known to be needed of one log.
#[derive(Default)]
struct Need {
    up_to: u64,
    /// Numbers that wait here already.
    held: BTreeSet<u64>,
    /// Numbers that came with something taken out.
    torn: BTreeSet<u64>,
    /// Another line of it is needed than the one that is here.
    another_line: bool,
}

impl Ledger {
    /// What everything that waits is waiting for. What is quarantined waits for the registry and is
    /// not asked for.
    ///
    /// # Errors
    /// SQLite's.
    pub fn missing(&self) -> Result<Vec<Missing>> {
        let mut needs: BTreeMap<LogId, Need> = BTreeMap::new();
        let mut authors: BTreeMap<LogId, (PublicKey, Channel)> = BTreeMap::new();
        let mut highest: BTreeMap<LogId, u64> = BTreeMap::new();
        for head in self.heads()? {
            authors.insert(head.log, (head.key, head.channel));
            let known = highest.entry(head.log).or_default();
            *known = head.seq.max(*known);
        }
        let (mut waiting, mut before) = (BTreeSet::new(), Vec::new());
        let mut stmt = self.conn.prepare("SELECT log, seq, reason, header, body, key, space, class FROM held ORDER BY log, seq")?;
        let mut rows = stmt.query([])?;
        while let Some(r) = rows.next()? {
            let (log, seq, reason): (_, _, String) = (crate::Hash(r.get(0)?), r.get::<_, i64>(1)?.max(0) as u64, r.get(2)?);
            if reason == "author" || reason == ENDED {
                continue;
            }
            let raw = held_entry(r.get(3)?, r.get_ref(4)?.as_blob().unwrap_or_default());
            let Ok(header) = raw.open() else { continue };
            if let Some(class) = Class::from_number(r.get(7)?) {
                authors.entry(log).or_insert((r.get(5)?, Channel { space: Uuid::from_bytes(r.get(6)?).into(), class }));
            }
            let need = needs.entry(log).or_default();
            need.up_to = need.up_to.max(seq.saturating_sub(1));
            need.held.insert(seq);
            waiting.insert(raw.hash());
            before.push(Seen(log, seq.saturating_sub(1), header.prev));
            if reason == "erased" && has_hole(&raw) {
                need.torn.insert(seq);
            }
            for seen in &header.seen {
                if !self.is_here(seen)? {
                    let need = needs.entry(seen.0).or_default();
                    need.up_to = need.up_to.max(seen.1);
                    need.another_line |= highest.get(&seen.0).is_some_and(|have| *have >= seen.1);
                }
            }
        }
        // Behind another entry than the one that is here under this number: the log forked.
        for entry in before {
            if highest.get(&entry.0).is_some_and(|have| *have >= entry.1)
                && entry.1 > 0
                && !waiting.contains(&entry.2)
                && !self.is_here(&entry)?
            {
                needs.entry(entry.0).or_default().another_line = true;
            }
        }
        // What was applied with a piece taken out that nobody has erased.
        for (log, seq) in self.books().rows("SELECT l.id, h.seq FROM hole h JOIN log l ON l.n = h.log", [], |r| {
            Ok((crate::Hash(r.get(0)?), r.get::<_, i64>(1)?.max(0) as u64))
        })? {
            needs.entry(log).or_default().torn.insert(seq);
        }
        let mut out = Vec::new();
        for (log, need) in needs {
            let mut from = if need.another_line { 1 } else { highest.get(&log).copied().unwrap_or(0) + 1 };
            let mut add = |from: u64, to: u64| {
                if from <= to {
                    out.push(Missing { stretch: Stretch { log, from, to }, of: authors.get(&log).copied() });
                }
            };
            for held in need.held.range(from..=need.up_to.max(from)) {
                add(from, held - 1);
                from = held + 1;
            }
            add(from, need.up_to);
            need.torn.into_iter().for_each(|torn| add(torn, torn));
        }
        out.sort_by_key(|m| m.stretch);
        Ok(out)
    }

    fn is_here(&self, seen: &Seen) -> Result<bool> {
        let mut stmt =
            self.conn.prepare_cached("SELECT 1 FROM log l JOIN entry e ON e.log = l.n AND e.seq = ?2 AND e.hash = ?3 WHERE l.id = ?1")?;
        Ok(stmt.query_row(params![seen.0.0, seen.1 as i64, seen.2.0], |_| Ok(())).optional()?.is_some())
    }
}

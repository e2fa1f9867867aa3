//! The bodies of entries as they are kept: the lines of an entry's blocks, packed together. The
//! salts and hashes of many blocks stand close together there, and pack to a fifth.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::Ledger;
use crate::dots::Dot;
use crate::entry::{RawBlock, block_lines, blocks_of};
use crate::error::{LedgerError, Result};

/// The first byte says how the rest is kept.
const PLAIN: u8 = 0;
const PACKED: u8 = 1;
/// A few lines gain nothing.
const WORTH: usize = 512;
/// As in bundles; level 1 saves little time and loses a tenth.
const LEVEL: i32 = 3;
/// Own entries stay far below; others' come from bundles that cap a stretch at as much.
const MOST: usize = 256 << 20;

thread_local! {
    /// Setting one up costs more than packing a small entry.
    static PACKER: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
}

/// Packs the lines of blocks.
fn pack(blocks: &[RawBlock]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(1 + blocks.len() * 256);
    lines.push(PLAIN);
    block_lines(blocks, &mut lines);
    if lines.len() < WORTH {
        return lines;
    }
    let packed = PACKER.with_borrow_mut(|packer| {
        let packer = match packer {
            Some(packer) => packer,
            None => packer.insert(zstd::bulk::Compressor::new(LEVEL).ok()?),
        };
        packer.compress(&lines[1..]).ok()
    });
    match packed {
        Some(packed) if packed.len() + 1 < lines.len() => {
            lines.clear();
            lines.push(PACKED);
            lines.extend_from_slice(&packed);
            lines
        }
        _ => lines,
    }
}

/// Unpacks what [`pack`] made.
fn unpack(kept: &[u8]) -> Result<Vec<RawBlock>> {
    match kept.split_first() {
        None => Ok(Vec::new()),
        Some((&PLAIN, lines)) => Ok(blocks_of(lines)),
        Some((&PACKED, packed)) => {
            let size = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten().and_then(|size| usize::try_from(size).ok());
            let size = size.filter(|size| *size <= MOST).ok_or(LedgerError::Damaged)?;
            let lines = zstd::bulk::decompress(packed, size).map_err(|_| LedgerError::Damaged)?;
            Ok(blocks_of(&lines))
        }
        Some(_) => Err(LedgerError::Damaged),
    }
}

/// Keeps the blocks of the entry that arrived as number `ord`, and which records they touch.
pub(crate) fn keep(conn: &Connection, ord: i64, at: Dot, blocks: &[RawBlock]) -> Result<()> {
    conn.prepare_cached("INSERT INTO body(ord, lines) VALUES(?1, ?2)")?.execute(params![ord, pack(blocks)])?;
    let mut touch = conn.prepare_cached("INSERT INTO touch(rec, log, seq, i) VALUES(?1, ?2, ?3, ?4)")?;
    for (i, block) in blocks.iter().enumerate() {
        touch.execute(params![block.subject().as_bytes(), at.log, at.seq as i64, i as i64])?;
    }
    Ok(())
}

/// Reads bodies; what was unpacked last is at hand for the next question, which is often about
/// another record of the same import.
pub(crate) struct Bodies<'c> {
    conn: &'c Connection,
    last: RefCell<VecDeque<(i64, Rc<Vec<RawBlock>>)>>,
}

/// Undo goes through two imports side by side.
const AT_HAND: usize = 4;

impl<'c> Bodies<'c> {
    pub fn new(conn: &'c Connection) -> Self {
        Self { conn, last: RefCell::default() }
    }

    /// The blocks of an entry by its number of arrival.
    pub fn arrived(&self, ord: i64) -> Result<Rc<Vec<RawBlock>>> {
        let mut last = self.last.borrow_mut();
        if let Some((_, blocks)) = last.iter().find(|(at, _)| *at == ord) {
            return Ok(Rc::clone(blocks));
        }
        let blocks = Rc::new(
            self.conn
                .prepare_cached("SELECT lines FROM body WHERE ord = ?1")?
                .query_row([ord], |r| Ok(unpack(r.get_ref(0)?.as_blob().unwrap_or_default())))
                .optional()?
                .unwrap_or(Err(LedgerError::Damaged))?,
        );
        last.truncate(AT_HAND - 1);
        last.push_front((ord, Rc::clone(&blocks)));
        Ok(blocks)
    }

    /// One block's line; `None` where it was erased.
    pub fn line(&self, ord: i64, i: i64) -> Result<Option<Vec<u8>>> {
        Ok(match self.arrived(ord)?.get(usize::try_from(i).unwrap_or(usize::MAX)) {
            Some(RawBlock::Body(line)) => Some(line.clone()),
            _ => None,
        })
    }

    /// What an entry says of a record, in its order.
    pub fn about(&self, rec: Uuid, at: Dot) -> Result<Vec<Vec<u8>>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT e.ord, t.i FROM touch t JOIN entry e ON e.log = t.log AND e.seq = t.seq WHERE t.rec = ?1 AND t.log = ?2 AND t.seq = ?3 ORDER BY t.i",
        )?;
        let mut rows = stmt.query(params![rec.as_bytes(), at.log, at.seq as i64])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            out.extend(self.line(r.get(0)?, r.get(1)?)?);
        }
        Ok(out)
    }

    /// Keeps other blocks in the place of those: the same, with some erased or come back.
    pub fn replace(&self, ord: i64, blocks: &[RawBlock]) -> Result<()> {
        self.last.borrow_mut().retain(|(at, _)| *at != ord);
        self.conn.prepare_cached("UPDATE body SET lines = ?2 WHERE ord = ?1")?.execute(params![ord, pack(blocks)])?;
        Ok(())
    }
}

impl Ledger {
    /// The blocks of an entry by its strand ([`crate::Head::strand`]) and number, for whoever looks at
    /// the log from outside; none where it is not here.
    ///
    /// # Errors
    /// SQLite's.
    pub fn blocks(&self, strand: i64, seq: u64) -> Result<Vec<RawBlock>> {
        let ord: Option<i64> = self
            .conn
            .prepare_cached("SELECT ord FROM entry WHERE log = ?1 AND seq = ?2")?
            .query_row(params![strand, seq as i64], |r| r.get(0))
            .optional()?;
        ord.map_or_else(|| Ok(Vec::new()), |ord| Ok(Bodies::new(&self.conn).arrived(ord)?.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_come_back_as_they_were_packed_and_a_torn_one_is_an_error() {
        let line = |n: usize| RawBlock::Body(format!("{{\"salt\":\"{n:032x}\",\"kind\":\"person\"}}").into_bytes());
        for count in [0, 1, 3, 500] {
            let blocks: Vec<RawBlock> = (0..count).map(line).collect();
            let kept = pack(&blocks);
            assert_eq!(unpack(&kept).expect("sound"), blocks, "{count}");
            if count == 500 {
                assert!(kept.len() < 500 * 20, "{} bytes", kept.len());
                assert!(unpack(&kept[..kept.len() - 1]).is_err());
            }
        }
        assert!(unpack(&[9]).is_err());
    }
}

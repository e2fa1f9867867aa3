//! Erasure (抹去): everything a channel ever said or will say of a record loses its content; headers,
//! hashes and the record's empty place stay, so that chains verify and counts hold (sync.md §9).
//!
//! Whatever the order in which they come, an erased record ends the same: nothing of that channel is
//! kept of it, neither what the erasing laptop had seen nor what somebody else wrote meanwhile.

use rusqlite::{OptionalExtension, params};
use uuid::Uuid;
use xinghuo_model::{Class, KINDS, KindDef, SpaceId};

use crate::content::names_content;
use crate::dots::{Dot, Dots, class_of};
use crate::entry::{Channel, RawBlock, block_lines, blocks_of};
use crate::error::Result;
use crate::find;
use crate::merge::{FLAG_CONFLICT, Merge, Row};
use crate::{Books, Ledger};

/// A record's `life` once something of it was erased: it is no longer read, and still counted.
pub(crate) const ERASED: i64 = 2;

/// The flags that say in which classes a record was erased.
pub(crate) const FLAGS_ERASED: i64 = 0xF0;

/// The flag that says that a record was erased in this class.
pub(crate) fn erased_flag(class: Class) -> i64 {
    0x08 << (class as u8)
}

impl Merge<'_> {
    /// Erases a record in a channel, whether or not anything of it is here. Whoever gave one id to records
    /// of two kinds loses what the channel says of both.
    pub(crate) fn erase(&mut self, kind: &'static KindDef, rec: Uuid, channel: Channel, found: Option<Row>) -> Result<()> {
        self.ever_erased = true;
        match found {
            Some(row) if row.flags & erased_flag(channel.class) != 0 => return Ok(()),
            Some(row) => self.empty(kind, rec, channel, row, true)?,
            None => {
                self.conn
                    .prepare_cached(&format!("INSERT INTO \"{}\"(id, space, life, flags, dots) VALUES(?1, ?2, ?3, ?4, ?5)", kind.name))?
                    .execute(params![
                        rec.as_bytes(),
                        channel.space.0.as_bytes(),
                        ERASED,
                        erased_flag(channel.class),
                        Dots::default().encode()
                    ])?;
            }
        }
        for other in KINDS.iter().copied().filter(|other| other.number != kind.number) {
            if let Some(row) = self.row(other, rec)?.filter(|row| row.space == channel.space.0) {
                self.empty(other, rec, channel, row, false)?;
            }
        }
        self.drop_blocks(rec, channel)
    }

    /// Whether what the channel says of this record is not kept any more.
    pub(crate) fn is_gone(&self, rec: Uuid, channel: Channel) -> Result<bool> {
        Ok(self.ever_erased && is_erased(&Books { conn: self.conn }, rec, channel)?)
    }

    /// Takes what the channel said out of a row; `named`: it is the one that was erased, and its place
    /// stays. Another that nothing is left of goes as if it had never come.
    fn empty(&mut self, kind: &'static KindDef, rec: Uuid, channel: Channel, mut row: Row, named: bool) -> Result<()> {
        let was_in_dispute = row.flags & FLAG_CONFLICT != 0;
        let of_class = |group: u16| class_of(kind, group) == Some(channel.class);
        for (group, _) in row.dots.0.iter().filter(|(group, _)| of_class(*group)) {
            for sql in [
                "DELETE FROM sibling WHERE rec = ?1 AND kind = ?2 AND grp = ?3",
                // A pair never joins two classes: its other end goes as well.
                "DELETE FROM pair WHERE rec = ?1 AND kind = ?2 AND (a_grp = ?3 OR b_grp = ?3)",
            ] {
                self.conn.prepare_cached(sql)?.execute(params![rec.as_bytes(), kind.number, group])?;
            }
        }
        if names_content(kind) {
            Books { conn: self.conn }.drop_content_of(rec)?;
        }
        row.dots.0.retain(|(group, _)| !of_class(*group));
        if named {
            row.flags |= erased_flag(channel.class);
        }
        // What is left in other classes is judged by itself.
        self.judge(kind, rec, &mut row)?;
        let empty = kind.fields.iter().enumerate().filter(|(_, field)| field.class == channel.class);
        let empty: Vec<_> = empty.map(|(at, _)| (at, rusqlite::types::Value::Null)).collect();
        self.store_row(kind, &row, &empty)?;
        self.disputes += i64::from(row.flags & FLAG_CONFLICT != 0) - i64::from(was_in_dispute);
        if kind.searchable() {
            find::refresh(self.conn, find::rowid(kind, row.rid))?;
        }
        if row.dots.0.is_empty() && row.flags & FLAGS_ERASED == 0 {
            if kind.searchable() {
                find::take_out(self.conn, kind, row.rid)?;
            }
            self.conn.prepare_cached(&format!("DELETE FROM \"{}\" WHERE rid = ?1", kind.name))?.execute([row.rid])?;
        }
        Ok(())
    }

    /// Dooms every block of the channel that is about the record, but for the word that erases it.
    fn drop_blocks(&mut self, rec: Uuid, channel: Channel) -> Result<()> {
        self.erased += 1;
        self.conn.prepare_cached("INSERT OR IGNORE INTO erased(rec, space, class) VALUES(?1, ?2, ?3)")?.execute(params![
            rec.as_bytes(),
            channel.space.0.as_bytes(),
            channel.class as u8
        ])?;
        let mut stmt = self.conn.prepare_cached(
            "SELECT e.ord, t.i, t.log, t.seq FROM touch t JOIN entry e ON e.log = t.log AND e.seq = t.seq WHERE t.rec = ?1",
        )?;
        let mut rows = stmt.query([rec.as_bytes()])?;
        while let Some(r) = rows.next()? {
            if self.logs.get(r.get(2)?).is_some_and(|log| log.channel == channel) {
                self.doomed.entry(r.get(0)?).or_default().insert(r.get::<_, i64>(1)? as usize);
                self.conn.prepare_cached("DELETE FROM unknown WHERE log = ?1 AND seq = ?2 AND i = ?3")?.execute(params![
                    r.get::<_, i64>(2)?,
                    r.get::<_, i64>(3)?,
                    r.get::<_, i64>(1)?
                ])?;
            }
        }
        self.conn
            .prepare_cached("DELETE FROM hole WHERE rec = ?1 AND log IN (SELECT n FROM log WHERE space = ?2 AND class = ?3)")?
            .execute(params![rec.as_bytes(), channel.space.0.as_bytes(), channel.class as u8])?;
        self.sweep_held(rec, channel)?;
        // What a save said of it cannot be put back: nobody is offered to try.
        self.conn
            .prepare_cached(
                "UPDATE save SET undone = 1 WHERE undone = 0 AND n IN \
                 (SELECT s.save FROM save_entry s JOIN touch t ON t.log = s.log AND t.seq = s.seq WHERE t.rec = ?1)",
            )?
            .execute([rec.as_bytes()])?;
        Ok(())
    }

    /// What waits is kept as well, and loses its content like the rest.
    fn sweep_held(&mut self, rec: Uuid, channel: Channel) -> Result<()> {
        let mut stmt = self.conn.prepare_cached("SELECT log, seq, hash, body FROM held WHERE space = ?1 AND class = ?2")?;
        let mut rows = stmt.query(params![channel.space.0.as_bytes(), channel.class as u8])?;
        while let Some(r) = rows.next()? {
            let mut blocks = blocks_of(r.get_ref(3)?.as_blob().unwrap_or_default());
            let mut changed = false;
            for block in blocks.iter_mut().filter(|block| block.subject() == rec) {
                changed |= block.erase();
            }
            if changed {
                let mut body = Vec::new();
                block_lines(&blocks, &mut body);
                self.conn.prepare_cached("UPDATE held SET body = ?4 WHERE log = ?1 AND seq = ?2 AND hash = ?3")?.execute(params![
                    r.get::<_, Vec<u8>>(0)?,
                    r.get::<_, i64>(1)?,
                    r.get::<_, Vec<u8>>(2)?,
                    body
                ])?;
            }
        }
        Ok(())
    }

    /// Takes out the content of doomed blocks.
    pub(crate) fn drop_doomed(&mut self) -> Result<()> {
        for (ord, places) in std::mem::take(&mut self.doomed) {
            let mut blocks = self.bodies.arrived(ord)?.to_vec();
            let mut changed = false;
            for i in places {
                changed |= blocks.get_mut(i).is_some_and(RawBlock::erase);
            }
            if changed {
                self.bodies.replace(ord, &blocks)?;
            }
        }
        Ok(())
    }

    /// A block arrived without its content. Where no erasure of its record is applied here yet, the
    /// place stays open: a whole copy of the entry may still fill it.
    pub(crate) fn note_hole(&mut self, dot: Dot, rec: Uuid) -> Result<()> {
        let Some(channel) = self.logs.get(dot.log).map(|log| log.channel) else { return Ok(()) };
        if !is_erased(&Books { conn: self.conn }, rec, channel)? {
            self.conn.prepare_cached("INSERT OR IGNORE INTO hole(log, seq, rec) VALUES(?1, ?2, ?3)")?.execute(params![
                dot.log,
                dot.seq as i64,
                rec.as_bytes()
            ])?;
        }
        Ok(())
    }
}

/// Whether a record was erased in a channel.
pub(crate) fn is_erased(books: &Books<'_>, rec: Uuid, channel: Channel) -> Result<bool> {
    Ok(books
        .conn
        .prepare_cached("SELECT 1 FROM erased WHERE rec = ?1 AND space = ?2 AND class = ?3")?
        .query_row(params![rec.as_bytes(), channel.space.0.as_bytes(), channel.class as u8], |_| Ok(()))
        .optional()?
        .is_some())
}

impl Ledger {
    /// How many records of a space were erased, and still count.
    ///
    /// # Errors
    /// SQLite's.
    pub fn erased(&self, space: SpaceId) -> Result<u64> {
        Ok(self.books().number("SELECT count(DISTINCT rec) FROM erased WHERE space = ?1", [space.0.as_bytes()])? as u64)
    }
}

//! What attachments (附件) are made of: bytes found by their hash, beside the log and never part of it.
//!
//! Here they are kept, read and dropped; what is missing here, and what goes to a partner, is
//! read from the records that name them. Whether bytes are a picture at all is for the desk to
//! say before it brings them. This is the one place where the store knows a kind by its name.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};
use serde::Deserialize;
use uuid::Uuid;
use xinghuo_model::records::Attachment;
use xinghuo_model::{Class, KindDef, Record};

use crate::books::Books;
use crate::dots::Dots;
use crate::entry::{Channel, Hash, PublicKey};
use crate::error::Result;
use crate::save::Save;
use crate::{Ledger, LedgerError};

/// The bytes of one attachment, as they are kept and as they travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The code of what it is: `jpeg`, `png`, `pdf`.
    pub media: String,
    /// A small JPEG for lists, where one can be made.
    pub thumbnail: Option<Vec<u8>>,
    /// The whole.
    pub bytes: Vec<u8>,
}

/// A content that goes to a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// BLAKE3 of its bytes.
    pub hash: Hash,
    /// The code of what it is.
    pub media: String,
    /// Its bytes' number.
    pub length: u64,
}

/// Whether records of this kind name a content.
pub(crate) fn names_content(kind: &KindDef) -> bool {
    *kind == *Attachment::KIND
}

/// A living attachment's content: in which channel its record is, and which entry made it.
struct Named {
    hash: Hash,
    channel: Channel,
    strand: i64,
    seq: u64,
}

/// A block of an attachment, as far as it matters here.
#[derive(Deserialize)]
struct Filed {
    kind: String,
    set: FiledSet,
}

#[derive(Deserialize)]
struct FiledSet {
    content: String,
}

impl Books<'_> {
    /// A content whole.
    ///
    /// # Errors
    /// SQLite's.
    pub fn content(&self, hash: &Hash) -> Result<Option<Content>> {
        Ok(self
            .conn
            .prepare_cached("SELECT media, thumbnail, bytes FROM content WHERE hash = ?1 AND bytes IS NOT NULL")?
            .query_row([hash.hex()], |r| Ok(Content { media: r.get(0)?, thumbnail: r.get(1)?, bytes: r.get(2)? }))
            .optional()?)
    }

    /// The small picture of a content.
    ///
    /// # Errors
    /// SQLite's.
    pub fn thumbnail(&self, hash: &Hash) -> Result<Option<Vec<u8>>> {
        Ok(self
            .conn
            .prepare_cached("SELECT thumbnail FROM content WHERE hash = ?1 AND bytes IS NOT NULL")?
            .query_row([hash.hex()], |r| r.get(0))
            .optional()?
            .flatten())
    }

    /// Whether a content is here.
    ///
    /// # Errors
    /// SQLite's.
    pub fn has_content(&self, hash: &Hash) -> Result<bool> {
        Ok(self.number("SELECT count(*) FROM content WHERE hash = ?1 AND bytes IS NOT NULL", [hash.hex()])? > 0)
    }

    fn keep_content(&self, hash: &Hash, content: Option<&Content>, waits: Option<Uuid>) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO content(hash, media, waits, thumbnail, bytes) VALUES(?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT DO UPDATE SET media = excluded.media, waits = excluded.waits, thumbnail = excluded.thumbnail, bytes = excluded.bytes",
            )?
            .execute(params![
                hash.hex(),
                content.map_or("", |c| &c.media),
                waits.map(Uuid::into_bytes),
                content.and_then(|c| c.thumbnail.as_deref()),
                content.map(|c| c.bytes.as_slice()),
            ])?;
        Ok(())
    }

    /// Drops what an attachment is made of, unless another living one names the same. For erasure, while
    /// the record still says what it is.
    pub(crate) fn drop_content_of(&self, attachment: Uuid) -> Result<()> {
        self.conn
            .prepare_cached(
                "DELETE FROM content WHERE hash = (SELECT content FROM attachment WHERE id = ?1) \
                 AND hash NOT IN (SELECT content FROM attachment WHERE life = 0 AND id <> ?1 AND content IS NOT NULL)",
            )?
            .execute([attachment.as_bytes()])?;
        Ok(())
    }

    fn named_content(&self) -> Result<Vec<Named>> {
        let mut stmt = self.conn.prepare_cached("SELECT content, space, dots FROM attachment WHERE life = 0 ORDER BY id")?;
        let mut rows = stmt.query([])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            // Somebody else's record may say anything here.
            let Some(hash) = r.get_ref(0)?.as_str().ok().and_then(Hash::from_hex) else { continue };
            let dots = Dots::decode(r.get_ref(2)?.as_blob().unwrap_or_default());
            let Some((_, dot)) = dots.0.first() else { continue };
            let channel = Channel { space: Uuid::from_bytes(r.get(1)?).into(), class: Class::Community };
            out.push(Named { hash, channel, strand: dot.log, seq: dot.seq });
        }
        Ok(out)
    }

    /// Contents named by attachments in entries that are held.
    fn held_content(&self) -> Result<HashSet<Hash>> {
        let mut out = HashSet::new();
        for body in self.rows("SELECT body FROM held", [], |r| r.get::<_, Vec<u8>>(0))? {
            for line in body.split(|b| *b == b'\n') {
                if let Ok(filed) = serde_json::from_slice::<Filed>(line)
                    && filed.kind == Attachment::KIND.name
                {
                    out.extend(Hash::from_hex(&filed.set.content));
                }
            }
        }
        Ok(out)
    }
}

impl Save<'_> {
    /// Keeps the content of an attachment that this save records.
    ///
    /// # Errors
    /// SQLite's.
    pub fn put_content(&mut self, hash: &Hash, content: &Content) -> Result<()> {
        self.books().keep_content(hash, Some(content), None)
    }
}

impl Ledger {
    /// Contents that a record here names, living or held: only those may come in.
    ///
    /// # Errors
    /// SQLite's.
    pub fn expected_content(&self) -> Result<HashSet<Hash>> {
        let books = self.books();
        let mut out = books.held_content()?;
        out.extend(books.named_content()?.into_iter().map(|named| named.hash));
        Ok(out)
    }

    /// Keeps a content that came in a bundle, its hash already compared. `None` remembers that what
    /// came under this hash is no attachment. `waits` is the set of volumes it came with, where its
    /// record has not come yet.
    ///
    /// # Errors
    /// SQLite's.
    pub fn take_content(&mut self, hash: &Hash, content: Option<&Content>, waits: Option<Uuid>) -> Result<()> {
        self.books().keep_content(hash, content, waits)
    }

    /// Bytes of contents that wait for their record.
    ///
    /// # Errors
    /// SQLite's.
    pub fn waiting_content(&self) -> Result<u64> {
        Ok(self.books().number(
            "SELECT coalesce(sum(length(bytes)), 0) FROM content WHERE waits IS NOT NULL \
             AND hash NOT IN (SELECT content FROM attachment WHERE life = 0 AND content IS NOT NULL)",
            [],
        )? as u64)
    }

    /// Contents of living attachments in these channels that are not here, and are not known to be
    /// worthless.
    ///
    /// # Errors
    /// SQLite's.
    pub fn missing_content(&self, allowed: &dyn Fn(Channel) -> bool) -> Result<Vec<Hash>> {
        let books = self.books();
        let known: HashSet<String> = books.rows("SELECT hash FROM content", [], |r| r.get(0))?.into_iter().collect();
        let mut out: Vec<Hash> = books
            .named_content()?
            .into_iter()
            .filter(|named| allowed(named.channel) && !known.contains(&named.hash.hex()))
            .map(|named| named.hash)
            .collect();
        out.sort_unstable();
        out.dedup();
        Ok(out)
    }

    /// Contents that go to a partner: of attachments in the allowed channels whose entry it has not
    /// acknowledged, or which it asked for. In the order in which the records were made.
    ///
    /// # Errors
    /// SQLite's.
    pub fn content_for(&self, peer: &PublicKey, allowed: &dyn Fn(Channel) -> bool) -> Result<Vec<Enclosure>> {
        let known = self.acknowledged(peer)?;
        let books = self.books();
        let wanted: HashSet<String> = books.rows("SELECT hash FROM peer_want WHERE peer = ?1", [peer], |r| r.get(0))?.into_iter().collect();
        let mut seen = HashSet::new();
        let mut out = Vec::new();
        for named in books.named_content()?.into_iter().filter(|named| allowed(named.channel)) {
            let new = known.get(&named.strand).is_none_or(|seq| *seq < named.seq);
            if !(new || wanted.contains(&named.hash.hex())) || !seen.insert(named.hash) {
                continue;
            }
            let here =
                books.rows("SELECT media, length(bytes) FROM content WHERE hash = ?1 AND bytes IS NOT NULL", [named.hash.hex()], |r| {
                    Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?))
                })?;
            out.extend(here.into_iter().map(|(media, length)| Enclosure { hash: named.hash, media, length: length as u64 }));
        }
        Ok(out)
    }

    /// Records which contents a partner asked for, in a manifest it signed itself. Call it after
    /// [`Ledger::acknowledge`]: an older bundle than the last says nothing new.
    ///
    /// # Errors
    /// SQLite's.
    pub fn note_wanted(&mut self, peer: &PublicKey, number: u64, wanted: &[Hash]) -> Result<()> {
        let peer = *peer;
        self.transaction(|ledger| {
            if ledger.is_older(&peer, number)? {
                return Ok(());
            }
            ledger.conn.prepare_cached("DELETE FROM peer_want WHERE peer = ?1")?.execute([peer])?;
            for hash in wanted {
                ledger
                    .conn
                    .prepare_cached("INSERT OR IGNORE INTO peer_want(peer, hash) VALUES(?1, ?2)")?
                    .execute(params![peer, hash.hex()])?;
            }
            Ok(())
        })
    }

    /// Whether a newer bundle of this partner was taken in already.
    pub(crate) fn is_older(&self, peer: &PublicKey, number: u64) -> Result<bool> {
        let last: Option<i64> =
            self.conn.prepare_cached("SELECT number FROM peer WHERE key = ?1")?.query_row([peer], |r| r.get(0)).optional()?;
        Ok(last.is_some_and(|last| last > number.min(i64::MAX as u64) as i64))
    }

    /// Drops contents that no record names any more; gives how many went. What the last own save
    /// removed stays, so that it can be taken back, and so does what waits for the rest of its
    /// volumes or for an entry that is held.
    ///
    /// # Errors
    /// SQLite's.
    pub fn drop_unreferenced(&mut self) -> Result<u64> {
        self.transaction(|ledger| {
            let books = ledger.books();
            let mut keep: HashSet<String> = books.held_content()?.iter().map(Hash::hex).collect();
            keep.extend(
                books.rows("SELECT content FROM attachment WHERE life = 0 AND content IS NOT NULL", [], |r| r.get::<_, String>(0))?,
            );
            if let Some(last) = ledger.last_save()? {
                keep.extend(books.rows(
                    "SELECT a.content FROM save_entry s JOIN touch t ON t.log = s.log AND t.seq = s.seq JOIN attachment a ON a.id = t.rec \
                     WHERE s.save = ?1 AND a.content IS NOT NULL",
                    [last.save],
                    |r| r.get::<_, String>(0),
                )?);
            }
            let loose = books.rows(
                "SELECT hash FROM content WHERE waits IS NULL \
                 OR waits NOT IN (SELECT parts FROM volume GROUP BY peer, parts HAVING count(*) < max(total))",
                [],
                |r| r.get::<_, String>(0),
            )?;
            let mut gone = 0;
            for hash in loose.iter().filter(|hash| !keep.contains(*hash)) {
                gone += ledger.conn.prepare_cached("DELETE FROM content WHERE hash = ?1")?.execute([hash])? as u64;
            }
            Ok::<_, LedgerError>(gone)
        })
    }
}

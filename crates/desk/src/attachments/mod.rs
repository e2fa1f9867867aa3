//! Attachments (附件): photos, scans and papers filed on a record. Here are the questions about
//! them; what may be one stands in `clean`, their way in bundles in `exchange::files`.

pub(crate) mod clean;
mod name;

use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, NaiveDate};
use uuid::Uuid;
use xinghuo_ledger::{Books, Content, Hash, Save};
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::error::{DeskError, Result, not};
use crate::home::{read_chosen, write_whole};
use crate::open::{Open, done, lock};
use crate::views::*;
use clean::{MAX_IN, clean};
pub(crate) use name::shown_name;

/// Kinds of records on which something may be filed.
const MAY_HAVE: [&KindDef; 10] = [
    Request::KIND,
    Mediation::KIND,
    Opinion::KIND,
    Topic::KIND,
    Meeting::KIND,
    Task::KIND,
    Feedback::KIND,
    Publicity::KIND,
    Site::KIND,
    Demand::KIND,
];

/// A picture for the page, served by the attachment's id.
pub struct Picture {
    /// What the answer says it is: `image/jpeg` or `image/png`.
    pub media_type: &'static str,
    /// The whole or the small one.
    pub bytes: Vec<u8>,
}

/// The kind and space of a living record that may have attachments.
fn found(books: &Books<'_>, record: Uuid) -> Result<Option<(&'static KindDef, Uuid)>> {
    for kind in MAY_HAVE {
        let space = books.rows(&format!("SELECT space FROM \"{}\" WHERE life = 0 AND id = ?1", kind.name), [record.as_bytes()], |r| {
            r.get::<_, [u8; 16]>(0)
        })?;
        if let Some(space) = space.first() {
            return Ok(Some((kind, Uuid::from_bytes(*space))));
        }
    }
    Ok(None)
}

/// How many are filed on a record.
pub(crate) fn count(books: &Books<'_>, record: Uuid) -> Result<u32> {
    Ok(books.number("SELECT count(*) FROM attachment WHERE life = 0 AND \"of\" = ?1", [record.as_bytes()])? as u32)
}

/// What is filed on a record, oldest first.
pub(crate) fn lines(books: &Books<'_>, record: Uuid) -> Result<Vec<AttachmentLine>> {
    let mut out = Vec::new();
    for kept in books.select::<Attachment>("AND \"of\" = ?1 ORDER BY id", [record.as_bytes()])? {
        let a = kept.record;
        out.push(AttachmentLine {
            id: a.id,
            // Another copy may have written any name.
            name: shown_name(&a.name, a.media),
            media: a.media,
            size: a.size,
            on: a.on,
            person: books.history(a.id.0)?.pop().map_or_else(String::new, |c| c.person),
            here: match Hash::from_hex(&a.content) {
                Some(hash) => books.has_content(&hash)?,
                None => false,
            },
        });
    }
    Ok(out)
}

/// A chosen file made into what is kept, not yet filed on anything.
pub(crate) struct Chosen {
    name: String,
    media: Media,
    content: Content,
    hash: Hash,
}

impl Chosen {
    fn read(path: &Path) -> Result<Self> {
        let (media, content) = clean(read_chosen(path, MAX_IN)?)?;
        let name = shown_name(&path.file_name().unwrap_or_default().to_string_lossy(), media);
        Ok(Self { name, media, hash: Hash::of(&content.bytes), content })
    }

    /// Reads all of them; two with the same content are one. Where one cannot be kept none is, and
    /// the error says which by its place: its name may be a person's.
    pub(crate) fn read_all(paths: &[PathBuf]) -> Result<Vec<Self>> {
        let mut out: Vec<Self> = Vec::with_capacity(paths.len());
        for (place, path) in paths.iter().enumerate() {
            match Self::read(path) {
                Ok(chosen) if out.iter().all(|known| known.hash != chosen.hash) => out.push(chosen),
                Ok(_) => {}
                Err(DeskError::File { code, what, advice }) if paths.len() > 1 => {
                    return not(code, format!("第 {} 个附件：{what}", place + 1), advice);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(out)
    }

    /// Files it on a record that this save makes, or that is known.
    pub(crate) fn file_on<T: Record>(&self, save: &mut Save<'_>, space: SpaceId, of: T::Id, day: NaiveDate) -> Result<AttachmentId> {
        self.file(save, space, T::KIND, of.into(), day)
    }

    fn file(&self, save: &mut Save<'_>, space: SpaceId, kind: &KindDef, of: Uuid, day: NaiveDate) -> Result<AttachmentId> {
        let attachment = Attachment {
            id: save.id(),
            of_kind: kind.name.to_owned(),
            of,
            name: self.name.clone(),
            media: self.media,
            size: self.content.bytes.len() as u32,
            content: self.hash.hex(),
            on: day,
        };
        save.put(space, &attachment);
        save.put_content(&self.hash, &self.content)?;
        Ok(attachment.id)
    }
}

impl Open {
    /// Files a chosen file on a record.
    pub(crate) fn add_attachment(&self, record: Uuid, path: &Path, at: DateTime<FixedOffset>) -> Result<Saved> {
        let space = self.own_compound()?;
        let chosen = Chosen::read(path)?;
        self.save_one(Act::AddAttachment, at, |save| {
            let Some((kind, _)) = found(&save.books(), record)?.filter(|(_, owner)| *owner == space.0) else {
                return not("attachment.no_record", "找不到要附上文件的这条记录。", "它可能刚被删除，请返回列表刷新。");
            };
            let again = save.books().select::<Attachment>("AND \"of\" = ?1 AND content = ?2", (record.as_bytes(), chosen.hash.hex()))?;
            if !again.is_empty() {
                return not("attachment.twice", "这份文件已经附在这条记录上了。", "不用再加一次。");
            }
            chosen.file(save, space, kind, record, at.date_naive())
        })
    }

    /// Takes an attachment away. Its content stays until the copy is opened the next time, so that
    /// the act can be taken back.
    pub(crate) fn remove_attachment(&self, id: AttachmentId, at: DateTime<FixedOffset>) -> Result<Saved> {
        let space = self.own_compound()?;
        self.save_one(Act::RemoveAttachment, at, |save| {
            save.books().need::<Attachment>(id)?;
            save.delete::<Attachment>(space, id);
            Ok(id)
        })
    }

    /// Writes an attachment to a file a person chose, and records who did.
    pub(crate) fn save_attachment(&self, id: AttachmentId, path: &Path, at: DateTime<FixedOffset>) -> Result<Done> {
        let found = self.read(|books| {
            let attachment = books.need::<Attachment>(id)?.record;
            Ok(match Hash::from_hex(&attachment.content) {
                Some(hash) => books.content(&hash)?,
                None => None,
            })
        })?;
        let Some(content) = found else {
            return not("attachment.not_here", "这份附件还没收到。", "导出数据包给对方，对方下次会补发。");
        };
        lock(&self.inner).ledger.note_reveal(&at.to_rfc3339(), &self.profile().person, id.0, "content", "另存为文件")?;
        write_whole(path, &content.bytes)?;
        Ok(done(format!("已另存：{}。", path.file_name().unwrap_or_default().to_string_lossy()), &[]))
    }

    /// A picture for the page. Papers are never shown inside it.
    pub(crate) fn picture(&self, id: AttachmentId, small: bool) -> Result<Picture> {
        let found = self.read(|books| {
            let attachment = books.need::<Attachment>(id)?.record;
            let Some(hash) = Hash::from_hex(&attachment.content) else { return Ok(None) };
            if small {
                return Ok(books.thumbnail(&hash)?.map(|bytes| Picture { media_type: "image/jpeg", bytes }));
            }
            Ok(books.content(&hash)?.and_then(|content| {
                let media_type = match Media::parse(&content.media)? {
                    Media::Jpeg => "image/jpeg",
                    Media::Png => "image/png",
                    Media::Pdf => return None,
                };
                Some(Picture { media_type, bytes: content.bytes })
            }))
        })?;
        found.map_or_else(|| not("attachment.not_here", "照片还没收到。", "导出数据包给对方，对方下次会补发。"), Ok)
    }
}

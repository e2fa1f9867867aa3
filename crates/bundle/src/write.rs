//! Writing a bundle: into one file, or into volumes (分卷) that each are a whole bundle.

use std::cell::Cell;
use std::io::{self, Write};
use std::ops::Range;

use uuid::Uuid;
use xinghuo_ledger::{Hash, LogId, Segment};

use crate::error::BundleError;
use crate::keys::{Identity, Keys, MANIFEST, hex};
use crate::manifest::{AttachmentEntry, CHUNK, ClearHeader, MAGIC, MAX_VOLUMES, Manifest, Purpose, READER, SegmentEntry, Volume};
use crate::stretch::{Packed, pack};

/// What a file holds beyond its manifest (without the sender's keys), stretches and attachments, at
/// most: magic and clear header (some 260 bytes), age's own header (some 600, of random length), the
/// sender's two keys (126) and the manifest's signature (129).
const AROUND: u64 = 1600;
/// age adds so many bytes to each block.
const TAG: u64 = 16;
/// Packed stretches that a plan keeps in memory. Of a larger bundle the rest is packed once more
/// when its turn comes.
const KEPT: u64 = 16 << 20;

/// What is to be written, its contents left to a [`Source`].
pub struct Outgoing<'a> {
    /// Why.
    pub purpose: Purpose,
    /// For whom.
    pub audience: &'a Identity,
    /// See [`Manifest::number`].
    pub number: u64,
    /// See [`Manifest::made_at`].
    pub made_at: String,
    /// See [`Manifest::have`].
    pub have: Vec<(LogId, u64, Hash)>,
    /// See [`Manifest::want`].
    pub want: Vec<(LogId, u64)>,
}

/// Where a bundle's contents come from, each when its turn comes. A stretch may be asked for twice
/// and must be the same then.
pub trait Source {
    /// What goes wrong there.
    type Error: From<BundleError>;

    /// One of the stretches, with its author's seal; `None` behind the last.
    ///
    /// # Errors
    /// Those of the source.
    fn stretch(&self, at: usize) -> Result<Option<Segment>, Self::Error>;

    /// An attachment's content; `None` where it is not there.
    ///
    /// # Errors
    /// Those of the source.
    fn content(&self, hash: &Hash) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// Stretches at hand, and no attachment.
impl Source for &[Segment] {
    type Error = BundleError;

    fn stretch(&self, at: usize) -> Result<Option<Segment>, BundleError> {
        Ok(self.get(at).cloned())
    }

    fn content(&self, _: &Hash) -> Result<Option<Vec<u8>>, BundleError> {
        Ok(None)
    }
}

/// What goes along beside the log.
#[derive(Debug, Clone, Default)]
pub struct Enclosed {
    /// Contents of attachments, in the order in which they are written.
    pub attachments: Vec<AttachmentEntry>,
    /// Contents the sender lacks.
    pub want_files: Vec<Hash>,
}

/// A stretch as the table of contents will name it.
struct Planned {
    /// Which of the source's.
    at: usize,
    entry: SegmentEntry,
    /// Where it is kept.
    stored: Option<Vec<u8>>,
}

/// A bundle ready to be written: what its table of contents says is known.
pub struct Plan<'a, S> {
    out: &'a Outgoing<'a>,
    source: &'a S,
    enclosed: Enclosed,
    planned: Vec<Planned>,
    /// Which of the stretches and attachments, counted through, go into which file.
    parts: Vec<Range<usize>>,
    /// Shared by all volumes; `None` where there is but one file.
    set: Option<Uuid>,
    oversize: bool,
}

impl<'a, S: Source> Plan<'a, S> {
    /// Prepares a bundle. With `cap`, no file gets larger than so many bytes unless a single stretch
    /// or attachment is; `set` then names what belongs together.
    ///
    /// # Errors
    /// [`BundleError::Inconsistent`] where a stretch cannot be read; [`BundleError::Size`] where one is
    /// larger than a reader accepts, or it would take more volumes; and the source's.
    pub fn new(out: &'a Outgoing<'a>, source: &'a S, enclosed: Enclosed, cap: Option<u64>, set: Uuid) -> Result<Self, S::Error> {
        let (mut planned, mut at, mut kept) = (Vec::new(), 0, 0);
        while let Some(segment) = source.stretch(at)? {
            if !segment.entries.is_empty() {
                let Packed { entry, stored } = pack(&segment)?;
                kept += entry.stored;
                planned.push(Planned { at, entry, stored: (kept <= KEPT).then_some(stored) });
            }
            at += 1;
        }
        let all = planned.len() + enclosed.attachments.len();
        let mut plan = Self { out, source, enclosed, planned, parts: Vec::new(), set: None, oversize: false };
        match cap {
            None => plan.parts.push(0..all),
            Some(cap) => plan.fill(cap)?,
        }
        if plan.parts.len() > MAX_VOLUMES as usize {
            return Err(BundleError::Size.into());
        }
        plan.set = (plan.parts.len() > 1).then_some(set);
        Ok(plan)
    }

    /// How many files it becomes.
    pub fn volumes(&self) -> u32 {
        self.parts.len() as u32
    }

    /// Whether some file is larger than asked for, because what it holds cannot be cut.
    pub fn is_oversize(&self) -> bool {
        self.oversize
    }

    /// Fills file after file, in order: registry first, attachments last.
    fn fill(&mut self, cap: u64) -> Result<(), BundleError> {
        let row = |row: serde_json::Result<Vec<u8>>| row.map(|line| line.len() as u64 + 1).map_err(|_| BundleError::Inconsistent);
        let empty = row(serde_json::to_vec(&self.manifest(0..0, Some(Volume { set: Uuid::nil(), part: MAX_VOLUMES, of: MAX_VOLUMES }))))?;
        let mut sizes = Vec::new();
        for planned in &self.planned {
            sizes.push(planned.entry.stored + row(serde_json::to_vec(&planned.entry))?);
        }
        for attachment in &self.enclosed.attachments {
            sizes.push(attachment.length + row(serde_json::to_vec(attachment))?);
        }
        let (mut from, mut plain) = (0, empty);
        for (at, size) in sizes.iter().enumerate() {
            if at > from && file_size(plain + size) > cap {
                self.parts.push(from..at);
                (from, plain) = (at, empty);
            }
            plain += size;
            self.oversize |= file_size(plain) > cap;
        }
        self.parts.push(from..sizes.len());
        Ok(())
    }

    fn stretches(&self, part: &Range<usize>) -> &[Planned] {
        let end = self.planned.len();
        &self.planned[part.start.min(end)..part.end.min(end)]
    }

    fn attachments(&self, part: &Range<usize>) -> &[AttachmentEntry] {
        let before = self.planned.len();
        &self.enclosed.attachments[part.start.saturating_sub(before)..part.end.saturating_sub(before)]
    }

    /// The manifest of one file, its sender left open.
    fn manifest(&self, part: Range<usize>, volume: Option<Volume>) -> Manifest {
        Manifest {
            v: 1,
            suite: 1,
            reader: READER,
            purpose: self.out.purpose,
            from: String::new(),
            from_receives: String::new(),
            to: hex(&self.out.audience.signs),
            number: self.out.number,
            made_at: self.out.made_at.clone(),
            have: self.out.have.clone(),
            want: self.out.want.clone(),
            segments: self.stretches(&part).iter().map(|planned| planned.entry.clone()).collect(),
            attachments: self.attachments(&part).to_vec(),
            want_files: self.enclosed.want_files.clone(),
            volume,
        }
    }

    /// Writes one of the files, from 1; no more than one stretch or attachment of it is in memory,
    /// beside those the plan kept.
    ///
    /// # Errors
    /// [`BundleError::File`] where `sink` fails; [`BundleError::Inconsistent`] where the audience's key
    /// is none, or where a content is not what the table says; and the source's.
    pub fn write(&self, keys: &Keys, volume: u32, sink: impl Write) -> Result<(), S::Error> {
        let part = self.parts.get(volume.wrapping_sub(1) as usize).ok_or(BundleError::Inconsistent)?;
        let me = keys.identity();
        let (from, from_receives) = (hex(&me.signs), me.receives);
        let named = self.set.map(|set| Volume { set, part: volume, of: self.volumes() });
        let manifest = Manifest { from: from.clone(), from_receives, ..self.manifest(part.clone(), named) };
        let line = serde_json::to_vec(&manifest).map_err(|_| BundleError::Inconsistent)?;
        let signature = hex(&keys.sign(MANIFEST, &line));
        let (planned, attachments) = (self.stretches(part), self.attachments(part));
        let plain = line.len() as u64
            + 1
            + signature.len() as u64
            + 1
            + planned.iter().map(|planned| planned.entry.stored).sum::<u64>()
            + attachments.iter().map(|a| a.length).sum::<u64>();

        let audience: age::x25519::Recipient = self.out.audience.receives.parse().map_err(|_| BundleError::Inconsistent)?;
        let own = keys.receiving().to_public();
        let recipients: [&dyn age::Recipient; 2] = [&audience, &own];
        let encryptor = age::Encryptor::with_recipients(recipients.into_iter()).map_err(|_| BundleError::Inconsistent)?;
        let clear =
            ClearHeader { v: 1, suite: 1, from, to: hex(&self.out.audience.signs), number: self.out.number, length: payload_size(plain) };
        let begun = Cell::new(false);
        let file = |error: io::Error| S::Error::from(BundleError::from(error));
        let mut writer = encryptor.wrap_output(Headed { sink, clear, head: Vec::new(), begun: &begun }).map_err(file)?;
        begun.set(true);
        for around in [&line[..], b"\n", signature.as_bytes(), b"\n"] {
            writer.write_all(around).map_err(file)?;
        }
        for one in planned {
            match &one.stored {
                Some(stored) => writer.write_all(stored).map_err(file)?,
                None => writer.write_all(&self.again(one)?).map_err(file)?,
            }
        }
        for attachment in attachments {
            let bytes = self.source.content(&attachment.hash)?.ok_or(BundleError::Inconsistent)?;
            if bytes.len() as u64 != attachment.length || Hash::of(&bytes) != attachment.hash {
                return Err(BundleError::Inconsistent.into());
            }
            writer.write_all(&bytes).map_err(file)?;
        }
        writer.finish().and_then(|mut headed| headed.sink.flush()).map_err(file)
    }

    /// Packs a stretch once more: it must be what the table of contents says.
    fn again(&self, planned: &Planned) -> Result<Vec<u8>, S::Error> {
        let segment = self.source.stretch(planned.at)?.ok_or(BundleError::Inconsistent)?;
        let Packed { entry, stored } = pack(&segment)?;
        if entry == planned.entry { Ok(stored) } else { Err(BundleError::Inconsistent.into()) }
    }
}

/// Puts magic line and clear header before what age writes. The clear header names the length of
/// the encrypted part, and the length of age's own header is known only when it was written.
struct Headed<'a, W> {
    sink: W,
    clear: ClearHeader,
    head: Vec<u8>,
    /// age's header is complete.
    begun: &'a Cell<bool>,
}

impl<W: Write> Write for Headed<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.begun.get() {
            self.head.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        if !self.head.is_empty() {
            self.clear.length += self.head.len() as u64;
            writeln!(self.sink, "{MAGIC}\n{}", serde_json::to_string(&self.clear)?)?;
            self.sink.write_all(&std::mem::take(&mut self.head))?;
        }
        self.sink.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// What so many bytes become when age encrypts them, its header not counted.
fn payload_size(plain: u64) -> u64 {
    plain + plain.div_ceil(CHUNK).max(1) * TAG
}

fn file_size(plain: u64) -> u64 {
    AROUND + payload_size(plain)
}

/// Writes a bundle of these stretches, without attachments, into memory.
///
/// # Errors
/// As [`Plan::new`] and [`Plan::write`].
pub fn write(keys: &Keys, out: &Outgoing<'_>, segments: &[Segment]) -> Result<Vec<u8>, BundleError> {
    let mut file = Vec::new();
    Plan::new(out, &segments, Enclosed::default(), None, Uuid::nil())?.write(keys, 1, &mut file)?;
    Ok(file)
}

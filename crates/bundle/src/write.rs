//! Writing a bundle: into one file, or into volumes (分卷) that each are a whole bundle.

use std::cell::Cell;
use std::io::{self, Write};
use std::ops::Range;

use uuid::Uuid;
use xinghuo_ledger::{Hash, RawEntry, Segment, log_id};

use crate::error::BundleError;
use crate::file::{AttachmentEntry, ClearHeader, LEVEL, MAGIC, MAX_VOLUMES, Manifest, Outgoing, READER, SegmentEntry, Volume};
use crate::keys::{Keys, MANIFEST, hex};

/// What a file holds beyond its manifest (without the sender's keys), stretches and attachments, at
/// most: magic and clear header (some 260 bytes), age's own header (some 600, of random length), the
/// sender's two keys (126) and the manifest's signature (129).
const AROUND: u64 = 1600;
/// age encrypts by 64 KiB and adds 16 bytes to each.
const CHUNK: u64 = 64 << 10;
const TAG: u64 = 16;

/// What goes along beside the log.
#[derive(Debug, Clone, Default)]
pub struct Enclosed {
    /// Contents of attachments, in the order in which they are written.
    pub attachments: Vec<AttachmentEntry>,
    /// Contents the sender lacks.
    pub want_files: Vec<Hash>,
}

struct Packed {
    entry: SegmentEntry,
    stored: Vec<u8>,
}

/// A bundle ready to be written, its stretches compressed.
pub struct Plan<'a> {
    out: &'a Outgoing<'a>,
    enclosed: Enclosed,
    packed: Vec<Packed>,
    /// Which of the stretches and attachments, counted through, go into which file.
    parts: Vec<Range<usize>>,
    /// Shared by all volumes; `None` where there is but one file.
    set: Option<Uuid>,
    oversize: bool,
}

impl<'a> Plan<'a> {
    /// Prepares a bundle. With `cap`, no file gets larger than so many bytes unless a single stretch
    /// or attachment is; `set` then names what belongs together.
    ///
    /// # Errors
    /// [`BundleError::Inconsistent`] where a stretch cannot be read; [`BundleError::Size`] where it
    /// would take more volumes than a reader accepts.
    pub fn new(out: &'a Outgoing<'a>, enclosed: Enclosed, cap: Option<u64>, set: Uuid) -> Result<Self, BundleError> {
        let packed = out.segments.iter().filter(|s| !s.entries.is_empty()).map(pack).collect::<Result<Vec<_>, _>>()?;
        let all = packed.len() + enclosed.attachments.len();
        let mut plan = Self { out, enclosed, packed, parts: Vec::new(), set: None, oversize: false };
        match cap {
            None => plan.parts.push(0..all),
            Some(cap) => plan.fill(cap)?,
        }
        if plan.parts.len() > MAX_VOLUMES as usize {
            return Err(BundleError::Size);
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
        for packed in &self.packed {
            sizes.push(packed.stored.len() as u64 + row(serde_json::to_vec(&packed.entry))?);
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

    fn stretches(&self, part: &Range<usize>) -> &[Packed] {
        let end = self.packed.len();
        &self.packed[part.start.min(end)..part.end.min(end)]
    }

    fn attachments(&self, part: &Range<usize>) -> &[AttachmentEntry] {
        let before = self.packed.len();
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
            segments: self.stretches(&part).iter().map(|p| p.entry.clone()).collect(),
            attachments: self.attachments(&part).to_vec(),
            want_files: self.enclosed.want_files.clone(),
            volume,
        }
    }

    /// Writes one of the files, from 1. `fetch` gives an attachment's content when its turn comes, so
    /// that no more than one is in memory.
    ///
    /// # Errors
    /// [`BundleError::File`] where `sink` fails; [`BundleError::Inconsistent`] where the audience's key
    /// is none, or where a content is not what the table says.
    pub fn write(
        &self,
        keys: &Keys,
        volume: u32,
        sink: impl Write,
        fetch: &mut dyn FnMut(&Hash) -> Option<Vec<u8>>,
    ) -> Result<(), BundleError> {
        let part = self.parts.get(volume.wrapping_sub(1) as usize).ok_or(BundleError::Inconsistent)?;
        let me = keys.identity();
        let (from, from_receives) = (hex(&me.signs), me.receives);
        let named = self.set.map(|set| Volume { set, part: volume, of: self.volumes() });
        let manifest = Manifest { from: from.clone(), from_receives, ..self.manifest(part.clone(), named) };
        let line = serde_json::to_vec(&manifest).map_err(|_| BundleError::Inconsistent)?;
        let signature = hex(&keys.sign(MANIFEST, &line));
        let (packed, attachments) = (self.stretches(part), self.attachments(part));
        let plain = line.len() as u64
            + 1
            + signature.len() as u64
            + 1
            + packed.iter().map(|p| p.stored.len() as u64).sum::<u64>()
            + attachments.iter().map(|a| a.length).sum::<u64>();

        let audience: age::x25519::Recipient = self.out.audience.receives.parse().map_err(|_| BundleError::Inconsistent)?;
        let own = keys.receiving().to_public();
        let recipients: [&dyn age::Recipient; 2] = [&audience, &own];
        let encryptor = age::Encryptor::with_recipients(recipients.into_iter()).map_err(|_| BundleError::Inconsistent)?;
        let clear =
            ClearHeader { v: 1, suite: 1, from, to: hex(&self.out.audience.signs), number: self.out.number, length: payload_size(plain) };
        let begun = Cell::new(false);
        let mut writer = encryptor.wrap_output(Headed { sink, clear, head: Vec::new(), begun: &begun })?;
        begun.set(true);
        writer.write_all(&line)?;
        writer.write_all(b"\n")?;
        writer.write_all(signature.as_bytes())?;
        writer.write_all(b"\n")?;
        for one in packed {
            writer.write_all(&one.stored)?;
        }
        for attachment in attachments {
            let bytes = fetch(&attachment.hash).ok_or(BundleError::Inconsistent)?;
            if bytes.len() as u64 != attachment.length || Hash::of(&bytes) != attachment.hash {
                return Err(BundleError::Inconsistent);
            }
            writer.write_all(&bytes)?;
        }
        writer.finish()?.sink.flush()?;
        Ok(())
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

/// Writes a bundle without attachments into memory.
///
/// # Errors
/// As [`Plan::new`] and [`Plan::write`].
pub fn write(keys: &Keys, out: &Outgoing<'_>) -> Result<Vec<u8>, BundleError> {
    let mut file = Vec::new();
    Plan::new(out, Enclosed::default(), None, Uuid::nil())?.write(keys, 1, &mut file, &mut |_| None)?;
    Ok(file)
}

fn pack(segment: &Segment) -> Result<Packed, BundleError> {
    let (Some(first), Some(last)) = (segment.entries.first(), segment.entries.last()) else { return Err(BundleError::Inconsistent) };
    let header = first.open().map_err(|_| BundleError::Inconsistent)?;
    let plain = lines(&segment.entries);
    let stored = zstd::bulk::compress(&plain, LEVEL).map_err(|_| BundleError::Inconsistent)?;
    let entry = SegmentEntry {
        log: log_id(&segment.key, segment.channel),
        key: hex(&segment.key),
        space: segment.channel.space.0,
        class: segment.channel.class.code().to_owned(),
        first: header.seq,
        last: header.seq + segment.entries.len() as u64 - 1,
        prev: header.prev,
        head: last.hash(),
        seal: hex(&segment.seal),
        stored: stored.len() as u64,
        unpacked: plain.len() as u64,
        blake3: Hash::of(&stored),
    };
    Ok(Packed { entry, stored })
}

/// The lines of a stretch: header, blocks, and an empty line after each entry.
fn lines(entries: &[RawEntry]) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        out.extend_from_slice(&entry.header);
        out.push(b'\n');
        xinghuo_ledger::entry::block_lines(&entry.blocks, &mut out);
        out.push(b'\n');
    }
    out
}

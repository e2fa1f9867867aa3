//! The `.xinghuo` file:
//! `magic line · clear header line · age(X25519){ manifest line · signature line · segments · attachments }`.
//!
//! Here: reading it, piece by piece. `manifest` says what stands around the stretches, `stretch` how
//! one is packed, `write` writes it all.
//!
//! What left the laptop can be read without this program, by an auditor who holds a key:
//!
//! ```sh
//! tail -n +3 FILE | age -d -i KEY > PLAIN      # KEY: a file with the AGE-SECRET-KEY line
//! head -n 1 PLAIN | jq .                       # the signed table of contents
//! tail -n +3 PLAIN | zstd -dc | jq -c .        # every entry: its header, then its blocks (where no attachments follow)
//! ```

use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use xinghuo_ledger::{Hash, LogId, Segment};
use xinghuo_model::Class;

use crate::error::BundleError;
use crate::keys::{Identity, Keys, MANIFEST, hex, unhex, unhex_key, verify};
use crate::manifest::{
    AttachmentEntry, CHUNK, ClearHeader, MAGIC, MAX_ATTACHMENT, MAX_CLEAR, MAX_FILE, MAX_MANIFEST, MAX_VOLUMES, Manifest, READER,
    SegmentEntry,
};
use crate::stretch::{MAX_STORED, unpack};

/// What all stretches together may unpack to: one after another, never at once.
const MAX_UNPACKED: u64 = 8 << 30;

/// What every version's clear header has.
#[derive(Deserialize)]
struct Form {
    v: u16,
    suite: u16,
}

/// What every version's manifest has.
#[derive(Deserialize)]
struct SignedForm {
    v: u16,
    suite: u16,
    reader: u16,
    from: String,
}

/// A stretch that could not be read; the others could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Which log.
    pub log: LogId,
    /// How many entries it held.
    pub entries: u64,
    /// `hash`, `unpack`, `decode`, `chain`, `seal`, `newer`.
    pub code: &'static str,
}

/// Why a piece of a bundle is not to be had. `D`: what is said of one that is damaged.
#[derive(Debug)]
pub enum Flaw<D> {
    /// It is there, and wrong; the other pieces may be right.
    Damaged(D),
    /// The file cannot be read any more (a stick was pulled out): nothing is known of this piece, nor of
    /// those behind it.
    File(io::Error),
}

/// A bundle whose table of contents was opened and verified. `R`: the file; its clones need not have
/// places of their own.
pub struct Opened<R> {
    /// Its signed table of contents.
    pub manifest: Manifest,
    /// The sender.
    pub from: Identity,
    inside: Inside<R>,
    /// Where the stretches begin in what is encrypted.
    begin: u64,
}

/// A bundle read whole into memory.
#[derive(Debug)]
pub struct Whole {
    /// Its signed table of contents.
    pub manifest: Manifest,
    /// The sender.
    pub from: Identity,
    /// Stretches whose chain and seal are right, the registry's first.
    pub segments: Vec<Segment>,
    /// Stretches that are damaged.
    pub damaged: Vec<Damage>,
}

fn clear_header(bytes: &[u8]) -> Result<(ClearHeader, usize), BundleError> {
    let first = bytes.iter().take(64).position(|b| *b == b'\n');
    let Some(end) = first else {
        return Err(if MAGIC.as_bytes().starts_with(bytes) && !bytes.is_empty() { BundleError::Truncated } else { BundleError::NotOurs });
    };
    if &bytes[..end] != MAGIC.as_bytes() {
        return Err(match bytes[..end].strip_prefix(b"XINGHUO ") {
            Some(version) if !version.is_empty() && version.iter().all(u8::is_ascii_digit) => BundleError::Newer,
            // No version at all, or line ends that were changed on the way: no upgrade helps.
            Some(_) => BundleError::Inconsistent,
            None => BundleError::NotOurs,
        });
    }
    let rest = &bytes[end + 1..];
    let Some(length) = rest.iter().take(MAX_CLEAR).position(|b| *b == b'\n') else {
        return Err(if rest.len() < MAX_CLEAR { BundleError::Truncated } else { BundleError::Size });
    };
    let line = &rest[..length];
    let form: Form = serde_json::from_slice(line).map_err(|_| BundleError::Inconsistent)?;
    if form.v != 1 || form.suite != 1 {
        return Err(BundleError::Newer);
    }
    let header: ClearHeader = serde_json::from_slice(line).map_err(|_| BundleError::Inconsistent)?;
    Ok((header, end + 1 + length + 1))
}

/// From whom and for whom a file says it is, unverified: only to choose what to say.
///
/// # Errors
/// As [`read`], before any decryption.
pub fn peek(bytes: &[u8]) -> Result<(String, String), BundleError> {
    clear_header(bytes).map(|(h, _)| (h.from, h.to))
}

/// Opens a bundle written for these keys (or by them) and verifies its table of contents.
///
/// # Errors
/// [`BundleError`].
pub fn open<R: Read + Seek + Clone>(mut source: R, keys: &Keys) -> Result<Opened<R>, BundleError> {
    let size = source.seek(SeekFrom::End(0))?;
    if size > MAX_FILE {
        return Err(BundleError::Size);
    }
    source.seek(SeekFrom::Start(0))?;
    let mut beginning = Vec::new();
    source.by_ref().take(2 * MAX_CLEAR as u64).read_to_end(&mut beginning)?;
    let (clear, start) = clear_header(&beginning)?;
    let me = hex(&keys.identity().signs);
    if clear.to != me && clear.from != me {
        return Err(BundleError::NotForUs { to: clear.to });
    }
    let sealed = size - start as u64;
    let torn = sealed < clear.length;
    if sealed > clear.length {
        return Err(BundleError::Size);
    }
    let source = Watched { source, failed: Arc::default() };
    let mut inside = Inside { source, at: start as u64, identity: keys.receiving().clone(), open: None, seeks: true, end: u64::MAX };
    let mut line = |limit| match (inside.line(limit), inside.source.failed()) {
        (_, Some(error)) => Err(BundleError::File(error)),
        (None, None) => Err(if torn { BundleError::Truncated } else { BundleError::Sealed }),
        (Some(line), None) => Ok(line),
    };
    let (line, signature) = (line(MAX_MANIFEST)?, line(256)?);
    let begin = inside.open.as_ref().map_or(0, |(_, place)| *place);
    // Only what every version has is read before it is clear that this version may read on.
    let form: SignedForm = serde_json::from_slice(&line).map_err(|_| BundleError::Inconsistent)?;
    let signs = unhex_key(&form.from).ok_or(BundleError::Inconsistent)?;
    let signature = std::str::from_utf8(&signature).ok().and_then(unhex).ok_or(BundleError::Signature)?;
    if !verify(&signs, MANIFEST, &line, &signature) {
        return Err(BundleError::Signature);
    }
    if form.v != 1 || form.suite != 1 || form.reader > READER {
        return Err(BundleError::Newer);
    }
    let manifest: Manifest = serde_json::from_slice(&line).map_err(|_| BundleError::Inconsistent)?;
    // Who cannot be answered is nobody to take anything from.
    manifest.from_receives.parse::<age::x25519::Recipient>().map_err(|_| BundleError::Inconsistent)?;
    // The audience counts as it stands inside the signature.
    if manifest.to != me && manifest.from != me {
        return Err(BundleError::NotForUs { to: manifest.to });
    }
    if manifest.to != clear.to || manifest.from != clear.from || manifest.number != clear.number {
        return Err(BundleError::Inconsistent);
    }
    if manifest.volume.as_ref().is_some_and(|v| v.part < 1 || v.part > v.of || !(2..=MAX_VOLUMES).contains(&v.of)) {
        return Err(BundleError::Inconsistent);
    }
    let stored = manifest.segments.iter().map(|s| s.stored).fold(0, u64::saturating_add);
    let enclosed = manifest.attachments.iter().map(|a| a.length).fold(0, u64::saturating_add);
    let unpacked: u64 = manifest.segments.iter().map(|s| s.unpacked).fold(0, u64::saturating_add);
    if stored.saturating_add(enclosed) > MAX_FILE || unpacked > MAX_UNPACKED {
        return Err(BundleError::Size);
    }

    let from = Identity { signs, receives: manifest.from_receives.clone() };
    Ok(Opened { manifest, from, inside, begin })
}

/// Opens a bundle and reads every stretch of it.
///
/// # Errors
/// [`BundleError`]; a damaged stretch is no error but stands in [`Whole::damaged`].
pub fn read(bytes: &[u8], keys: &Keys) -> Result<Whole, BundleError> {
    let mut opened = open(Cursor::new(bytes), keys)?;
    let (mut segments, mut damaged) = (Vec::new(), Vec::new());
    for stretch in opened.stretches(&|_| true) {
        match stretch {
            Ok(segment) => segments.push(segment),
            Err(Flaw::Damaged(damage)) => damaged.push(damage),
            Err(Flaw::File(error)) => return Err(error.into()),
        }
    }
    Ok(Whole { manifest: opened.manifest, from: opened.from, segments, damaged })
}

impl<R: Read + Seek + Clone> Opened<R> {
    /// The stretches that are `wanted`, one after another, each with its chain and seal verified: the
    /// registry's first, because it says whom to believe, whatever their order in the file.
    pub fn stretches<'o>(
        &'o mut self,
        wanted: &'o dyn Fn(&SegmentEntry) -> bool,
    ) -> impl Iterator<Item = Result<Segment, Flaw<Damage>>> + use<'o, R> {
        let Self { manifest, inside, begin, .. } = self;
        let places = manifest.segments.iter().scan(*begin, |at, entry| {
            let place = *at;
            *at += entry.stored;
            Some((entry, place))
        });
        let (registry, others): (Vec<_>, Vec<_>) =
            places.filter(|(entry, _)| wanted(entry)).partition(|(entry, _)| entry.class == Class::Registry.code());
        registry.into_iter().chain(others).map(|(entry, place)| {
            // What is larger than any stretch is not even fetched.
            let stored = Some(entry.stored).filter(|stored| *stored <= MAX_STORED).and_then(|stored| inside.take(place, stored));
            let unpacked = stored.ok_or("hash").and_then(|bytes| unpack(entry, &bytes));
            inside.settle(unpacked.map_err(|code| Damage { log: entry.log, entries: entry.entries(), code }))
        })
    }

    /// The attachments, one after another, each with its bytes or with what is wrong: `hash` (not
    /// there, or not what the table says) or `size`.
    pub fn attachments(&mut self) -> impl Iterator<Item = (&AttachmentEntry, Result<Vec<u8>, Flaw<&'static str>>)> {
        let Self { manifest, inside, begin, .. } = self;
        let mut at = *begin + manifest.segments.iter().map(|entry| entry.stored).sum::<u64>();
        manifest.attachments.iter().map(move |entry| {
            let place = at;
            at += entry.length;
            if entry.length > MAX_ATTACHMENT {
                return (entry, Err(Flaw::Damaged("size")));
            }
            let bytes = inside.take(place, entry.length).filter(|bytes| Hash::of(bytes) == entry.hash);
            (entry, inside.settle(bytes.ok_or("hash")))
        })
    }
}

/// A file, and whether it could be read: behind the decryption nobody could tell a stick that was pulled out
/// from bytes that were changed.
#[derive(Clone)]
struct Watched<R> {
    source: R,
    failed: Arc<Mutex<Option<io::Error>>>,
}

impl<R> Watched<R> {
    /// What went wrong since it was last asked.
    fn failed(&self) -> Option<io::Error> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn watch<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let kind = error.kind();
            // A place before the beginning is what a hostile length leads to, and says nothing of the file.
            if !matches!(kind, io::ErrorKind::Interrupted | io::ErrorKind::InvalidInput) {
                self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
            kind.into()
        })
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let done = self.source.read(into);
        self.watch(done)
    }
}

impl<R: Seek> Seek for Watched<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let done = self.source.seek(to);
        self.watch(done)
    }
}

/// What is encrypted, read at any place of it.
struct Inside<R> {
    source: Watched<R>,
    /// Where it begins in the file.
    at: u64,
    identity: age::x25519::Identity,
    /// A reader and the place where it stands.
    open: Option<(Standing<R>, u64)>,
    /// age finds places by the length, which its last block proves: no last block, no places.
    seeks: bool,
    /// As far as reading on from the beginning gets, once that is known.
    end: u64,
}

/// A reader of what is encrypted.
type Standing<R> = age::stream::StreamReader<BufReader<Watched<R>>>;

impl<R: Read + Seek + Clone> Inside<R> {
    /// What came of reading a piece, unless it was the file that failed.
    fn settle<T, D>(&self, piece: Result<T, D>) -> Result<T, Flaw<D>> {
        match self.source.failed() {
            Some(error) => Err(Flaw::File(error)),
            None => piece.map_err(Flaw::Damaged),
        }
    }

    /// The bytes of a place; `None` where they cannot be had.
    fn take(&mut self, from: u64, length: u64) -> Option<Vec<u8>> {
        if !self.seeks && from.saturating_add(length) > self.end {
            return None;
        }
        let (mut reader, _) = self.stand_at(from)?;
        let mut bytes = Vec::new();
        let whole = reader.by_ref().take(length).read_to_end(&mut bytes);
        let place = from + bytes.len() as u64;
        match whole {
            Ok(_) if bytes.len() as u64 == length => {
                self.open = Some((reader, place));
                return Some(bytes);
            }
            // The end is there: nothing lies behind it.
            Ok(_) => (self.seeks, self.end) = (false, place),
            // After a damaged block a reader of age yields nothing more, wherever it is set to.
            Err(_) => self.end = self.end.min(place),
        }
        None
    }

    /// A reader that stands at a place: the one at hand reads on, or a new one is set to the block.
    fn stand_at(&mut self, to: u64) -> Option<(Standing<R>, u64)> {
        if let Some((mut reader, place)) = self.open.take()
            && place <= to
            && pass(&mut reader, to - place)
        {
            return Some((reader, to));
        }
        if self.seeks {
            // It may be set to the beginning of a block only: behind the end of the last one it panics
            // when it is read.
            let inside = to % CHUNK;
            let mut reader = self.decrypt()?;
            if reader.seek(SeekFrom::Start(to - inside)).is_ok() {
                return pass(&mut reader, inside).then_some((reader, to));
            }
            self.seeks = false;
        }
        let mut reader = self.decrypt()?;
        if pass(&mut reader, to) {
            return Some((reader, to));
        }
        self.end = self.end.min(to);
        None
    }

    fn decrypt(&mut self) -> Option<Standing<R>> {
        let mut source = BufReader::new(self.source.clone());
        source.seek(SeekFrom::Start(self.at)).ok()?;
        age::Decryptor::new_buffered(source).ok()?.decrypt(std::iter::once(&self.identity as &dyn age::Identity)).ok()
    }

    /// The next line without its end; `None` where it does not end within `limit`.
    fn line(&mut self, limit: usize) -> Option<Vec<u8>> {
        let (mut reader, place) = match self.open.take() {
            Some(open) => open,
            None => (self.decrypt()?, 0),
        };
        let mut out = Vec::new();
        let mut byte = [0u8; 1];
        loop {
            reader.read_exact(&mut byte).ok()?;
            if byte[0] == b'\n' {
                self.open = Some((reader, place + out.len() as u64 + 1));
                return Some(out);
            }
            if out.len() >= limit {
                return None;
            }
            out.push(byte[0]);
        }
    }
}

/// Reads so many bytes and lets them go; whether they were there.
fn pass(reader: &mut impl Read, bytes: u64) -> bool {
    io::copy(&mut reader.take(bytes), &mut io::sink()).is_ok_and(|n| n == bytes)
}

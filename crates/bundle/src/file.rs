//! The `.xinghuo` file:
//! `magic line · clear header line · age(X25519){ manifest line · signature line · segments · attachments }`.
//!
//! Here: its parts, and reading it. `write` writes it.
//!
//! What left the laptop can be read without this program, by an auditor who holds a key:
//!
//! ```sh
//! tail -n +3 FILE | age -d -i KEY > PLAIN      # KEY: a file with the AGE-SECRET-KEY line
//! head -n 1 PLAIN | jq .                       # the signed table of contents
//! tail -n +3 PLAIN | zstd -dc | jq -c .        # every entry: its header, then its blocks (where no attachments follow)
//! ```

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xinghuo_ledger::{Channel, Hash, LogId, RawEntry, Segment, log_id};
use xinghuo_model::Class;

use crate::error::BundleError;
use crate::keys::{Identity, Keys, MANIFEST, SEAL, hex, seal_bytes, unhex, unhex_key, verify};

pub(crate) const MAGIC: &str = "XINGHUO 1";
/// The oldest program that can read what this one writes.
pub(crate) const READER: u16 = 1;
/// Caps: a hostile file must not cost more than this.
const MAX_FILE: u64 = 1 << 30;
const MAX_CLEAR: usize = 4096;
const MAX_MANIFEST: usize = 16 << 20;
const MAX_UNPACKED: u64 = 256 << 20;
/// Entries carry salts and hashes that nothing compresses: what unpacks to more than this many
/// times its size, beyond the first few megabytes, is no log.
const MAX_RATIO: u64 = 256;
const ANY_RATIO: u64 = 16 << 20;
/// A header has some five hundred bytes and a block, even an erased one, more than sixty. Each line
/// costs many times this in memory, so shorter ones would make much out of little.
const LEAST_LINE: usize = 32;
/// zstd level 3: level 19 saves 9 % for a hundred times the work.
pub(crate) const LEVEL: i32 = 3;
/// An attachment is never larger; nor does a bundle come in more volumes.
pub const MAX_ATTACHMENT: u64 = 10 << 20;
pub(crate) const MAX_VOLUMES: u32 = 999;
/// age encrypts by so many bytes.
const CHUNK: u64 = 64 << 10;

/// Why a bundle was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Changes and acknowledgements.
    Exchange,
    /// An office's answer to a join request.
    Welcome,
}

/// The signed table of contents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format version.
    pub v: u16,
    /// Algorithms.
    pub suite: u16,
    /// Oldest reader.
    pub reader: u16,
    /// Why it was written.
    pub purpose: Purpose,
    /// Sender's signing key, hex.
    pub from: String,
    /// Sender's receiving key.
    pub from_receives: String,
    /// Audience's signing key, hex: inside the signature, so that nobody can pass a bundle on
    /// as if it had been meant for a third.
    pub to: String,
    /// Counts up per sender and audience; for people.
    pub number: u64,
    /// The sender's clock, for display only.
    pub made_at: String,
    /// Per log: contiguous up to here, with that entry's hash.
    pub have: Vec<(LogId, u64, Hash)>,
    /// Per log: from here on something is missing.
    pub want: Vec<(LogId, u64)>,
    /// The stretches that follow, in order.
    pub segments: Vec<SegmentEntry>,
    /// The contents of attachments that follow the stretches, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AttachmentEntry>,
    /// Contents of attachments that the sender lacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub want_files: Vec<Hash>,
    /// Which volume (分卷) this is, where the bundle is split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<Volume>,
}

/// One content of an attachment in the table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentEntry {
    /// BLAKE3 of its bytes.
    pub hash: Hash,
    /// What it is: `jpeg`, `png`, `pdf`.
    pub media: String,
    /// Its bytes' number; they are stored as they are.
    pub length: u64,
}

/// Which of how many. Each volume is a whole bundle that can be taken in alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// What the volumes of one bundle share.
    pub set: Uuid,
    /// From 1.
    pub part: u32,
    /// How many there are.
    pub of: u32,
}

/// One stretch of one log in the table of contents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentEntry {
    /// The log.
    pub log: LogId,
    /// Its author's signing key, hex.
    pub key: String,
    /// Its channel's space.
    pub space: Uuid,
    /// Its channel's class.
    pub class: String,
    /// First number.
    pub first: u64,
    /// Last number.
    pub last: u64,
    /// Hash before the first.
    pub prev: Hash,
    /// Hash of the last.
    pub head: Hash,
    /// The author's signature over (log, last, head), hex.
    pub seal: String,
    /// Compressed bytes.
    pub stored: u64,
    /// Bytes after unpacking.
    pub unpacked: u64,
    /// BLAKE3 of the compressed bytes.
    pub blake3: Hash,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ClearHeader {
    pub v: u16,
    pub suite: u16,
    pub from: String,
    pub to: String,
    pub number: u64,
    /// Bytes of the encrypted part.
    pub length: u64,
}

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

/// What is to be written.
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
    /// The stretches, each with its author's seal.
    pub segments: &'a [Segment],
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

/// A bundle that was opened and verified.
#[derive(Debug)]
pub struct Opened {
    /// Its signed table of contents.
    pub manifest: Manifest,
    /// The sender.
    pub from: Identity,
    /// Stretches whose chain and seal are right.
    pub segments: Vec<Segment>,
    /// Stretches that are damaged.
    pub damaged: Vec<Damage>,
    /// Where the encrypted part begins in the file, and where the attachments do in what it holds.
    sealed_at: u64,
    attachments_at: u64,
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

/// Opens and verifies a bundle written for these keys (or by them).
///
/// # Errors
/// [`BundleError`]; a damaged stretch is no error but stands in [`Opened::damaged`].
pub fn read(bytes: &[u8], keys: &Keys) -> Result<Opened, BundleError> {
    read_from(&mut Cursor::new(bytes), keys)
}

/// As [`read`], from a file: what is in memory at once are its stretches, never its attachments.
///
/// # Errors
/// As [`read`], and [`BundleError::File`].
pub fn read_from<R: BufRead + Seek>(source: &mut R, keys: &Keys) -> Result<Opened, BundleError> {
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
    let failed = || if torn { BundleError::Truncated } else { BundleError::Sealed };
    let sealed_at = start as u64;
    let mut plain = decrypt(source, sealed_at, keys).ok_or_else(failed)?;

    let line = read_line(&mut plain, MAX_MANIFEST).ok_or_else(failed)?;
    let signature = read_line(&mut plain, 256).ok_or_else(failed)?;
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
    if stored.saturating_add(enclosed) > MAX_FILE || unpacked > 4 * MAX_UNPACKED {
        return Err(BundleError::Size);
    }

    let mut at = (line.len() + 1 + signature.len() * 2 + 1) as u64;
    let mut out = Opened {
        from: Identity { signs, receives: manifest.from_receives.clone() },
        segments: Vec::new(),
        damaged: Vec::new(),
        sealed_at,
        attachments_at: at + stored,
        manifest,
    };
    let mut place = Place::There;
    for entry in out.manifest.segments.clone() {
        if place == Place::Lost {
            // After a damaged block a reader of age yields nothing more, wherever it is set to.
            drop(plain);
            plain = decrypt(source, sealed_at, keys).ok_or_else(failed)?;
            place = if set_to(&mut plain, at) { Place::There } else { Place::Lost };
        }
        let stored = fetch(&mut plain, &mut place, entry.stored);
        at += entry.stored;
        match stored.ok_or("hash").and_then(|bytes| segment(&entry, &bytes)) {
            Ok(segment) => out.segments.push(segment),
            Err(code) => {
                // What the table says may be a lie; no stretch has more entries than bytes.
                let entries = entry.last.saturating_sub(entry.first).saturating_add(1).min(entry.unpacked.max(1));
                out.damaged.push(Damage { log: entry.log, entries, code });
            }
        }
    }
    Ok(out)
}

/// Reads the attachments of a bundle that [`read_from`] opened, one after another, and hands each to
/// `take` with its bytes or with what is wrong: `hash` (not there, or not what the table says) or
/// `size`. `take` answers whether to go on.
///
/// # Errors
/// [`BundleError::File`]; where the file is no longer the one that was opened, as [`read`].
pub fn read_attachments<R: BufRead + Seek>(
    source: &mut R,
    keys: &Keys,
    opened: &Opened,
    take: &mut dyn FnMut(&AttachmentEntry, Result<Vec<u8>, &'static str>) -> bool,
) -> Result<(), BundleError> {
    let (mut at, mut place) = (opened.attachments_at, Place::Lost);
    let mut plain = None;
    for entry in &opened.manifest.attachments {
        if place == Place::Lost {
            drop(plain.take());
            let mut anew = decrypt(source, opened.sealed_at, keys).ok_or(BundleError::Sealed)?;
            if set_to(&mut anew, at) {
                place = Place::There;
            }
            plain = Some(anew);
        }
        let bytes = if entry.length > MAX_ATTACHMENT {
            // Left lying: the next is read from its own place.
            place = Place::Lost;
            Err("size")
        } else {
            plain.as_mut().and_then(|plain| fetch(plain, &mut place, entry.length)).ok_or("hash")
        };
        at += entry.length;
        let bytes = bytes.and_then(|bytes| if Hash::of(&bytes) == entry.hash { Ok(bytes) } else { Err("hash") });
        if !take(entry, bytes) {
            break;
        }
    }
    Ok(())
}

fn decrypt<'s, R: BufRead + Seek>(source: &'s mut R, at: u64, keys: &Keys) -> Option<age::stream::StreamReader<&'s mut R>> {
    source.seek(SeekFrom::Start(at)).ok()?;
    let decryptor = age::Decryptor::new_buffered(source).ok()?;
    decryptor.decrypt(std::iter::once(keys.receiving() as &dyn age::Identity)).ok()
}

/// Sets a reader of age to a place. It may be set to the beginning of a block only: behind the end of
/// the last one it panics when it is read.
fn set_to(plain: &mut (impl Read + Seek), at: u64) -> bool {
    let inside = at % CHUNK;
    plain.seek(SeekFrom::Start(at - inside)).is_ok() && io::copy(&mut plain.take(inside), &mut io::sink()).is_ok_and(|n| n == inside)
}

/// Where the reader stands while the stretches are taken out of the file one after another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the next stretch.
    There,
    /// Behind a damaged block: it must be opened anew and set to the next stretch.
    Lost,
    /// At the end: nothing follows.
    End,
}

fn fetch(plain: &mut impl Read, place: &mut Place, length: u64) -> Option<Vec<u8>> {
    if *place != Place::There {
        return None;
    }
    let mut bytes = Vec::new();
    match plain.take(length).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 == length => return Some(bytes),
        Ok(_) => *place = Place::End,
        Err(_) => *place = Place::Lost,
    }
    None
}

/// A line without its end; `None` where it does not end within `limit`.
fn read_line(reader: &mut impl Read, limit: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut byte = [0u8; 1];
    loop {
        reader.read_exact(&mut byte).ok()?;
        if byte[0] == b'\n' {
            return Some(out);
        }
        if out.len() >= limit {
            return None;
        }
        out.push(byte[0]);
    }
}

/// Hash → bounded unpacking → decoding → chain and seal.
fn segment(entry: &SegmentEntry, stored: &[u8]) -> Result<Segment, &'static str> {
    if Hash::of(stored) != entry.blake3 {
        return Err("hash");
    }
    if entry.unpacked > MAX_UNPACKED || entry.unpacked > ANY_RATIO + MAX_RATIO * stored.len() as u64 {
        return Err("unpack");
    }
    let key = unhex_key(&entry.key).ok_or("decode")?;
    let class = Class::from_code(&entry.class).ok_or("newer")?;
    let channel = Channel { space: entry.space.into(), class };
    if log_id(&key, channel) != entry.log {
        return Err("decode");
    }
    // One frame: of several, or one followed by a hidden one, other readers would see less.
    if zstd::zstd_safe::find_frame_compressed_size(stored) != Ok(stored.len()) {
        return Err("unpack");
    }
    let plain = zstd::bulk::decompress(stored, entry.unpacked as usize).map_err(|_| "unpack")?;
    if plain.len() as u64 != entry.unpacked {
        return Err("unpack");
    }
    let entries = entries(&plain).ok_or("decode")?;
    let (mut prev, mut seq) = (entry.prev, entry.first);
    for raw in &entries {
        let header = raw.open().map_err(|e| if e == xinghuo_ledger::EntryError::Newer { "newer" } else { "decode" })?;
        if header.log != entry.log || header.seq != seq || header.prev != prev {
            return Err("chain");
        }
        prev = raw.hash();
        seq = seq.checked_add(1).ok_or("chain")?;
    }
    if entries.is_empty() || prev != entry.head || seq != entry.last.wrapping_add(1) {
        return Err("chain");
    }
    let seal = unhex(&entry.seal).ok_or("seal")?;
    if !verify(&key, SEAL, &seal_bytes(&entry.log, entry.last, &entry.head), &seal) {
        return Err("seal");
    }
    Ok(Segment { key, channel, entries, seal })
}

fn entries(plain: &[u8]) -> Option<Vec<RawEntry>> {
    let mut out = Vec::new();
    let mut current: Option<RawEntry> = None;
    let body = plain.strip_suffix(b"\n")?;
    if plain.iter().filter(|b| **b == b'\n').count() > plain.len() / LEAST_LINE {
        return None;
    }
    for line in body.split(|b| *b == b'\n') {
        match (&mut current, line.is_empty()) {
            (None, true) => return None,
            // An object: a list of the right values would be read as one too.
            (None, false) if line[0] != b'{' => return None,
            (None, false) => current = Some(RawEntry { header: line.to_vec(), blocks: Vec::new() }),
            (Some(_), true) => out.extend(current.take()),
            (Some(entry), false) => entry.blocks.push(xinghuo_ledger::entry::block_line(line)),
        }
    }
    if current.is_some() {
        return None;
    }
    Some(out)
}

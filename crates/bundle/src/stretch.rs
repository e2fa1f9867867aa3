//! One stretch of a log, packed: its lines in one zstd frame.

use xinghuo_ledger::{Channel, EntryError, Hash, RawEntry, Segment, entry, log_id};
use xinghuo_model::Class;

use crate::error::BundleError;
use crate::keys::{SEAL, hex, seal_bytes, unhex, unhex_key, verify};
use crate::manifest::SegmentEntry;

/// What one stretch may unpack to: it is held in memory whole. Writers stay far below (the ledger
/// seals each four megabytes).
pub(crate) const MAX_STRETCH: u64 = 32 << 20;
/// What takes more packed than this does not unpack to less.
pub(crate) const MAX_STORED: u64 = MAX_STRETCH + (1 << 20);
/// Entries carry salts and hashes that nothing compresses: what unpacks to more than this many
/// times its size, beyond the first few megabytes, is no log.
const MAX_RATIO: u64 = 256;
const ANY_RATIO: u64 = 16 << 20;
/// A header has some five hundred bytes and a block, even an erased one, more than sixty. Each line
/// costs many times this in memory, so shorter ones would make much out of little.
const LEAST_LINE: usize = 32;
/// zstd level 3: level 19 saves 9 % for a hundred times the work.
const LEVEL: i32 = 3;

/// A stretch ready to be written.
pub(crate) struct Packed {
    pub entry: SegmentEntry,
    pub stored: Vec<u8>,
}

/// Packs a stretch that has entries.
pub(crate) fn pack(segment: &Segment) -> Result<Packed, BundleError> {
    let (Some(first), Some(last)) = (segment.entries.first(), segment.entries.last()) else { return Err(BundleError::Inconsistent) };
    let header = first.open().map_err(|_| BundleError::Inconsistent)?;
    let plain = lines(&segment.entries);
    let stored = zstd::bulk::compress(&plain, LEVEL).map_err(|_| BundleError::Inconsistent)?;
    if is_too_much(plain.len() as u64, &stored) {
        return Err(BundleError::Size);
    }
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

/// Whether a stretch unpacks to more than a reader takes.
fn is_too_much(unpacked: u64, stored: &[u8]) -> bool {
    unpacked > MAX_STRETCH || unpacked > ANY_RATIO + MAX_RATIO * stored.len() as u64
}

/// Hash → bounded unpacking → decoding → chain and seal.
pub(crate) fn unpack(entry: &SegmentEntry, stored: &[u8]) -> Result<Segment, &'static str> {
    if Hash::of(stored) != entry.blake3 {
        return Err("hash");
    }
    if is_too_much(entry.unpacked, stored) {
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
        let header = raw.open().map_err(|e| if e == EntryError::Newer { "newer" } else { "decode" })?;
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

/// The lines of a stretch: header, blocks, and an empty line after each entry.
fn lines(entries: &[RawEntry]) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        out.extend_from_slice(&entry.header);
        out.push(b'\n');
        entry::block_lines(&entry.blocks, &mut out);
        out.push(b'\n');
    }
    out
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
            (Some(entry), false) => entry.blocks.push(entry::block_line(line)),
        }
    }
    if current.is_some() {
        return None;
    }
    Some(out)
}

//! The bundle (数据包) from its first byte: `xinghuo_bundle::read` with the receiver's keys.
//!
//! What it lets through is what the signed table names, chained and sealed; what it does not is named as
//! damage and no larger than the file says. One input in 128 is taken in by the store as well, which
//! must stay whole. The mutator opens a file with the published keys, changes its insides and
//! seals it again as deep as chance has it.

use std::cell::RefCell;

use serde_json::Value;
use xinghuo_bundle::{SegmentEntry, Whole, peek};
use xinghuo_forge::{ALL, FOLDER, Vector, Who, hex};
use xinghuo_ledger::entry::{block_line, block_lines};
use xinghuo_ledger::{Hash, RawBlock, RawEntry, log_id};

use crate::chance::Chance;
use crate::json::{self, world};
use crate::store::{Store, everybody};
use crate::{Depth, Plain, Target, header};

/// The target.
pub const TARGET: Target = Target { name: "bundle", longest: 16 << 10, check: |bytes, depth| check(bytes, depth), mutate, seeds };

thread_local! {
    static STORE: RefCell<Store> = RefCell::new(Store::new());
}

fn read(bytes: &[u8]) -> Result<Whole, xinghuo_bundle::BundleError> {
    world(|w| xinghuo_bundle::read(bytes, &w.party(Who::Receiver).keys))
}

/// Runs one input.
pub fn check(bytes: &[u8], depth: Depth) -> bool {
    let opened = match read(bytes) {
        Ok(opened) => opened,
        Err(error) => return !matches!(error.code(), "bundle.not_ours" | "bundle.newer"),
    };
    assert!(peek(bytes).is_ok(), "read, though it cannot be peeked at");
    let me = world(|w| w.party(Who::Receiver).signs());
    let manifest = &opened.manifest;
    assert!(manifest.to == me || manifest.from == me, "read, though written for somebody else");
    assert_eq!(hex(&opened.from.signs), manifest.from.to_lowercase(), "another sender than the table names");
    assert_eq!(opened.segments.len() + opened.damaged.len(), manifest.segments.len(), "a stretch is neither read nor damaged");
    for damage in &opened.damaged {
        let row = manifest.segments.iter().find(|row| row.log == damage.log).expect("damage of a stretch that is in the table");
        assert!(
            damage.entries <= manifest.segments.iter().map(|r| r.unpacked.max(1)).max().unwrap_or(1),
            "more damaged than {row:?} holds"
        );
    }
    for segment in &opened.segments {
        let id = log_id(&segment.key, segment.channel);
        let headers: Vec<_> = segment.entries.iter().map(|entry| entry.open().expect("an entry that opens")).collect();
        let (first, last) = (headers.first().expect("an entry"), segment.entries.last().expect("an entry"));
        let (mut seq, mut prev) = (first.seq, first.prev);
        for (header, entry) in headers.iter().zip(&segment.entries) {
            assert_eq!((header.log, header.seq, header.prev), (id, seq, prev), "the chain does not hold");
            (seq, prev) = (seq + 1, entry.hash());
        }
        let fits =
            |row: &SegmentEntry| (row.log, row.first, row.prev, row.last, row.head) == (id, first.seq, first.prev, seq - 1, last.hash());
        assert!(manifest.segments.iter().any(fits), "a stretch that the table does not name");
    }
    if depth.one_of(128, bytes) && !opened.segments.is_empty() {
        STORE.with_borrow_mut(|store| {
            store.absorb_singly(&opened.segments, &mut everybody);
            store.stays_whole(&opened.segments, &mut everybody);
            store.ledger.acknowledge(&opened.from.signs, manifest.number, &manifest.have).expect("a receipt");
            let heads = store.ledger.heads().expect("heads");
            for (strand, seq) in store.ledger.acknowledged(&opened.from.signs).expect("receipts") {
                assert!(heads.iter().any(|h| h.strand == strand && h.seq >= seq), "a receipt for what nobody wrote");
            }
            store.empty();
        });
    }
    true
}

/// A file taken apart.
struct Parts {
    clear: Vec<u8>,
    manifest: Vec<u8>,
    packed: Vec<u8>,
}

fn take_apart(bytes: &[u8]) -> Option<Parts> {
    let mut lines = bytes.splitn(3, |b| *b == b'\n');
    let (_, clear, sealed) = (lines.next()?, lines.next()?.to_vec(), lines.next()?);
    let plain = world(|w| w.unseal(sealed, Who::Receiver))?;
    let mut lines = plain.splitn(3, |b| *b == b'\n');
    let (manifest, _, packed) = (lines.next()?.to_vec(), lines.next()?, lines.next()?.to_vec());
    Some(Parts { clear, manifest, packed })
}

impl Parts {
    /// Signs with the sender's key, where it is a published one, and encrypts for the receiver.
    fn close(mut self, honest: bool) -> Vec<u8> {
        world(|w| {
            let who = ALL.into_iter().find(|who| contains(&self.manifest, format!("\"from\":\"{}\"", w.party(*who).signs()).as_bytes()));
            let signature = hex(&w.party(who.unwrap_or(Who::Sender)).sign("xinghuo/manifest/v1", &self.manifest));
            let sealed = w.seal(&[&self.manifest[..], b"\n", signature.as_bytes(), b"\n", &self.packed].concat(), &[Who::Receiver]);
            if honest {
                header::set(&mut self.clear, b"\"length\":", sealed.len().to_string().as_bytes());
            }
            [b"XINGHUO 1\n", &self.clear[..], b"\n", &sealed].concat()
        })
    }
}

fn contains(line: &[u8], text: &[u8]) -> bool {
    line.windows(text.len()).any(|w| w == text)
}

/// One stretch with its line in the table.
#[derive(Clone)]
struct Stretch {
    row: Value,
    packed: Vec<u8>,
}

/// Changes the insides and seals them again.
pub fn mutate(bytes: &mut Vec<u8>, chance: &mut Chance, plain: Plain<'_>) {
    let Some(mut parts) = take_apart(bytes) else {
        *bytes = world(|w| w.usual().close(w));
        return;
    };
    match chance.below(10) {
        0 => {
            json::mutate(&mut parts.clear, chance, plain);
            *bytes = parts.close(chance.one_of(2));
        }
        1 => {
            json::mutate(&mut parts.manifest, chance, plain);
            *bytes = parts.close(true);
        }
        2 => {
            plain(&mut parts.packed);
            *bytes = parts.close(true);
        }
        _ => {
            let Ok(mut manifest) = serde_json::from_slice::<Value>(&parts.manifest) else { return };
            let Some(mut stretches) = stretches(&manifest, &parts.packed) else { return };
            change(&mut stretches, chance, plain);
            parts.packed = stretches.iter().flat_map(|s| s.packed.iter().copied()).collect();
            manifest["segments"] = stretches.into_iter().map(|s| s.row).collect();
            parts.manifest = manifest.to_string().into_bytes();
            *bytes = parts.close(true);
        }
    }
}

fn stretches(manifest: &Value, packed: &[u8]) -> Option<Vec<Stretch>> {
    let mut at = 0u64;
    let mut out = Vec::new();
    for row in manifest["segments"].as_array()? {
        let end = row["stored"].as_u64()?.checked_add(at)?;
        out.push(Stretch { row: row.clone(), packed: packed.get(at as usize..end as usize)?.to_vec() });
        at = end;
    }
    Some(out)
}

fn change(stretches: &mut Vec<Stretch>, chance: &mut Chance, plain: Plain<'_>) {
    let Some(at) = chance.place(stretches) else {
        let forged = world(|w| w.witness());
        let row = serde_json::from_str(&forged.row.line()).unwrap_or_default();
        stretches.push(Stretch { row, packed: forged.packed });
        return;
    };
    match chance.below(12) {
        0 => drop(stretches.remove(at)),
        1 => {
            let twice = stretches[at].clone();
            stretches.insert(chance.below(stretches.len() + 1), twice);
        }
        2 => {
            let other = chance.below(stretches.len());
            stretches.swap(at, other);
        }
        3 => {
            let mut row = stretches[at].row.to_string().into_bytes();
            json::mutate(&mut row, chance, plain);
            if let Ok(row) = serde_json::from_slice(&row) {
                stretches[at].row = row;
            }
        }
        4 => {
            let mut packed = stretches[at].packed.clone();
            plain(&mut packed);
            store(&mut stretches[at], packed, None);
        }
        _ => {
            let Some(lines) = zstd::bulk::decompress(&stretches[at].packed, 1 << 20).ok() else { return };
            let mut entries = entries(&lines);
            alter(&mut entries, chance, plain);
            // How deep it is put right again: only the frame, the entries, the chain, the seal.
            let depth = chance.below(8);
            if depth > 0 {
                heal(&mut entries, depth > 1);
            }
            if depth > 2 {
                reseal(&mut stretches[at].row, &entries);
            }
            let lines = lines_of(&entries);
            store(&mut stretches[at], zstd::bulk::compress(&lines, 1).unwrap_or_default(), Some(lines.len()));
        }
    }
}

fn store(stretch: &mut Stretch, packed: Vec<u8>, unpacked: Option<usize>) {
    if let Some(row) = stretch.row.as_object_mut() {
        row.insert("stored".into(), packed.len().into());
        row.insert("blake3".into(), Hash::of(&packed).hex().into());
        if let Some(unpacked) = unpacked {
            row.insert("unpacked".into(), unpacked.into());
        }
    }
    stretch.packed = packed;
}

fn entries(lines: &[u8]) -> Vec<RawEntry> {
    let mut out = Vec::new();
    let mut current: Option<RawEntry> = None;
    for line in lines.split(|b| *b == b'\n') {
        match (&mut current, line.is_empty()) {
            (None, true) => {}
            (None, false) => current = Some(RawEntry { header: line.to_vec(), blocks: Vec::new() }),
            (Some(_), true) => out.extend(current.take()),
            (Some(entry), false) => entry.blocks.push(block_line(line)),
        }
    }
    out
}

fn lines_of(entries: &[RawEntry]) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        out.extend_from_slice(&entry.header);
        out.push(b'\n');
        block_lines(&entry.blocks, &mut out);
        out.push(b'\n');
    }
    out
}

fn alter(entries: &mut Vec<RawEntry>, chance: &mut Chance, plain: Plain<'_>) {
    let Some(at) = chance.place(entries) else { return };
    match chance.below(8) {
        0 => drop(entries.remove(at)),
        1 | 2 => {
            let twice = entries[at].clone();
            entries.insert(at, twice);
        }
        3 => entries[at].blocks.push(RawBlock::Body(json::block(chance, None))),
        4 => json::mutate(&mut entries[at].header, chance, plain),
        _ => match chance.place(&entries[at].blocks) {
            Some(n) => match &mut entries[at].blocks[n] {
                RawBlock::Body(line) if !chance.one_of(6) => json::mutate(line, chance, plain),
                block => drop(block.erase()),
            },
            None => entries[at].blocks.push(RawBlock::Body(json::block(chance, None))),
        },
    }
}

/// Puts roots and lengths right, and, with `chain`, numbers, hashes and clocks.
fn heal(entries: &mut [RawEntry], chain: bool) {
    let first: Option<Value> = entries.first().and_then(|entry| serde_json::from_slice(&entry.header).ok());
    let mut next = first.and_then(|h| Some((h["seq"].as_u64()?, h["prev"].as_str()?.to_owned(), h["lamport"].as_u64()?)));
    for entry in entries {
        header::heal(entry);
        if let (true, Some((seq, prev, lamport))) = (chain, &mut next) {
            header::set(&mut entry.header, b"\"seq\":", seq.to_string().as_bytes());
            header::set(&mut entry.header, b"\"prev\":", format!("\"{prev}\"").as_bytes());
            header::set(&mut entry.header, b"\"lamport\":", lamport.to_string().as_bytes());
            (*seq, *lamport) = (seq.wrapping_add(1), lamport.wrapping_add(1));
            *prev = entry.hash().hex();
        }
    }
}

/// The table's line for these entries, sealed by whose log it is.
fn reseal(row: &mut Value, entries: &[RawEntry]) {
    let header = |entry: Option<&RawEntry>| entry.and_then(|e| serde_json::from_slice::<Value>(&e.header).ok()).unwrap_or_default();
    let (first, last) = (header(entries.first()), header(entries.last()));
    let head = entries.last().map(RawEntry::hash).unwrap_or_default();
    let who = world(|w| ALL.into_iter().find(|who| row["key"] == w.party(*who).signs().as_str())).unwrap_or(Who::Sender);
    let log = row["log"].as_str().and_then(Hash::from_hex).unwrap_or_default();
    let seal = world(|w| w.party(who).keys.seal(&log, last["seq"].as_u64().unwrap_or(0), &head));
    if let Some(row) = row.as_object_mut() {
        row.insert("first".into(), first["seq"].clone());
        row.insert("prev".into(), first["prev"].clone());
        row.insert("last".into(), last["seq"].clone());
        row.insert("head".into(), head.hex().into());
        row.insert("seal".into(), hex(&seal).into());
    }
}

/// Every published bundle that opens.
pub fn opened() -> Vec<Whole> {
    seeds().iter().filter_map(|bytes| read(bytes).ok()).collect()
}

/// The published bundles that are not too long, and the golden one.
pub fn seeds() -> Vec<Vec<u8>> {
    let vectors = Vector::all(std::path::Path::new(FOLDER)).into_iter().chain([xinghuo_forge::before()]);
    let mut out: Vec<Vec<u8>> =
        vectors.filter(|v| v.get("kind").is_none_or(|kind| kind == "bundle") && v.bytes.len() <= TARGET.longest).map(|v| v.bytes).collect();
    out.push(include_bytes!("../../../crates/bundle/tests/golden/v1.xinghuo").to_vec());
    out
}

//! An entry's header (保存的抬头) against its blocks: `RawEntry::open`, and the lines of blocks.
//!
//! What opens keeps the rules of docs/format.md, says the same again, and its blocks' lines come back as
//! they were. Input: the header's line, then the blocks' lines.

use xinghuo_ledger::entry::{FORMAT, SUITE, block_line, block_lines, body_len, root};
use xinghuo_ledger::{Header, RawBlock, RawEntry};

use crate::chance::Chance;
use crate::json;
use crate::{Depth, Plain, Target};

/// The target.
pub const TARGET: Target = Target { name: "header", longest: 4096, check: |bytes, depth| check(bytes, depth), mutate, seeds };

fn entry(bytes: &[u8]) -> RawEntry {
    let mut lines = bytes.split(|b| *b == b'\n');
    let header = lines.next().unwrap_or_default().to_vec();
    RawEntry { header, blocks: lines.map(block_line).collect() }
}

fn bytes_of(entry: &RawEntry) -> Vec<u8> {
    let mut out = [&entry.header[..], b"\n"].concat();
    block_lines(&entry.blocks, &mut out);
    out.pop();
    out
}

/// Runs one input.
pub fn check(bytes: &[u8], _: Depth) -> bool {
    let raw = entry(bytes);
    let mut lines = Vec::new();
    block_lines(&raw.blocks, &mut lines);
    let again: Vec<RawBlock> = lines.split_inclusive(|b| *b == b'\n').map(|line| block_line(&line[..line.len() - 1])).collect();
    assert_eq!(again, raw.blocks, "blocks do not come back as they were written");
    let Ok(header) = raw.open() else { return raw.header.starts_with(b"{") };
    assert_eq!((header.v, header.suite), (FORMAT, SUITE), "another format got through");
    assert!(header.seq >= 1 && header.seq <= i64::MAX as u64 && header.lamport <= i64::MAX as u64, "a number that no store holds");
    assert_eq!(header.root, root(&raw.blocks), "the root is another");
    if raw.blocks.iter().all(|b| matches!(b, RawBlock::Body(_))) {
        assert_eq!(header.len, body_len(&raw.blocks), "the length is another");
    }
    let said = serde_json::to_vec(&header).expect("a header is plain");
    let second: Header = serde_json::from_slice(&said).expect("what is written can be read");
    assert_eq!(second, header, "written and read it is another header");
    // One byte of any block changed: it must not open.
    if let Some(RawBlock::Body(line)) = raw.blocks.first().filter(|b| matches!(b, RawBlock::Body(line) if !line.is_empty())) {
        let mut other = raw.clone();
        let mut line = line.clone();
        line[0] ^= 1;
        other.blocks[0] = RawBlock::Body(line);
        assert!(other.open().is_err(), "a changed block went unnoticed");
    }
    true
}

/// Changes the header or a block, and mostly puts root and length right.
pub fn mutate(bytes: &mut Vec<u8>, chance: &mut Chance, plain: Plain<'_>) {
    let mut raw = entry(bytes);
    match chance.place(&raw.blocks).filter(|_| chance.one_of(3)) {
        Some(at) => match (&mut raw.blocks[at], chance.below(6)) {
            (_, 0) => drop(raw.blocks.remove(at)),
            (block, 1) => drop(block.erase()),
            (_, 2) => raw.blocks.push(RawBlock::Body(json::block(chance, None))),
            (RawBlock::Body(line), _) => json::mutate(line, chance, plain),
            (block, _) => *block = RawBlock::Body(json::block(chance, None)),
        },
        None => json::mutate(&mut raw.header, chance, plain),
    }
    if !chance.one_of(8) {
        heal(&mut raw);
    }
    *bytes = bytes_of(&raw);
}

/// Puts root and length of a header right, where they stand as they are usually written.
pub fn heal(raw: &mut RawEntry) {
    set(&mut raw.header, b"\"root\":", format!("\"{}\"", root(&raw.blocks).hex()).as_bytes());
    set(&mut raw.header, b"\"len\":", body_len(&raw.blocks).to_string().as_bytes());
}

/// Sets a member that holds text without escapes, or a number.
pub fn set(line: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    let Some(at) = line.windows(name.len()).rposition(|w| w == name).map(|at| at + name.len()) else { return };
    let text = line.get(at) == Some(&b'"');
    let mut length =
        line[at + usize::from(text)..].iter().take_while(|b| if text { **b != b'"' } else { !matches!(b, b',' | b'}') }).count();
    if text {
        length += 2;
    }
    let end = (at + length).min(line.len());
    line.splice(at..end, value.iter().copied());
}

/// The entries of every published bundle.
pub fn seeds() -> Vec<Vec<u8>> {
    crate::bundle::opened().iter().flat_map(|o| o.segments.iter().flat_map(|s| s.entries.iter().map(bytes_of))).collect()
}

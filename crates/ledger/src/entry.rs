//! The log's own format: header, blocks, hashes. Exact bytes are stored and signed; nothing
//! is re-encoded to be verified (sync.md §3).

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use uuid::Uuid;
use xinghuo_model::{Class, KindDef, SpaceId};

use crate::error::EntryError;

/// Format version of headers and blocks.
pub const FORMAT: u16 = 1;
/// Algorithm suite 1: BLAKE3 and Ed25519.
pub const SUITE: u16 = 1;

/// A BLAKE3 hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Hashes bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// Reads a stored blob.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// 64 hex digits.
    pub fn hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }

    /// Reads 64 hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(|h| Self(*h.as_bytes()))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex()[..12])
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.hex())
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        Self::from_hex(&text).ok_or_else(|| serde::de::Error::custom("not a hash"))
    }
}

/// Who signs a log: an Ed25519 public key, 32 bytes.
pub type PublicKey = [u8; 32];

/// One class of one space: where causality and completeness are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Channel {
    /// Whose records.
    pub space: SpaceId,
    /// How far up they travel.
    pub class: Class,
}

/// The name of one copy's log in one channel.
pub type LogId = Hash;

/// `log id` = hash of (public key, channel).
pub fn log_id(key: &PublicKey, channel: Channel) -> LogId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"xinghuo/log/v1");
    hasher.update(key);
    hasher.update(channel.space.0.as_bytes());
    hasher.update(&[channel.class as u8]);
    Hash(*hasher.finalize().as_bytes())
}

/// What one entry had seen of another log when it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen(pub LogId, pub u64, pub Hash);

/// The signed-for part of an entry (one save in one channel).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Format version.
    pub v: u16,
    /// Algorithms.
    pub suite: u16,
    /// The log.
    pub log: LogId,
    /// From 1.
    pub seq: u64,
    /// Hash of the previous header; zeros for the first.
    pub prev: Hash,
    /// 1 + the highest of the previous entry's and everything seen.
    pub lamport: u64,
    /// The channel's version vector: what changed since this log's previous entry.
    pub seen: Vec<Seen>,
    /// Who worked with the copy.
    pub person: String,
    /// The laptop's clock, for display only.
    pub at: DateTime<FixedOffset>,
    /// Which registry wrote it.
    pub schema: u32,
    /// The user-visible act.
    pub act: String,
    /// Entries of one save in several channels share it.
    pub save: Uuid,
    /// Hash over the block hashes.
    pub root: Hash,
    /// Bytes of the body: all blocks with their line ends.
    pub len: u64,
}

/// One record's operations inside an entry; the unit of erasure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// 16 random bytes, hex: a bare hash of a phone number could be guessed.
    pub salt: String,
    /// The record.
    pub rec: Uuid,
    /// Its kind's name.
    pub kind: String,
    /// Field name → value.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub set: Map<String, Value>,
    /// Deleted (`true`) or brought back (`false`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
    /// Parallel edits seen so far are accepted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepts: bool,
    /// Everything this channel ever said or will say of the record is to be erased.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erases: bool,
}

impl Block {
    /// A block that says nothing yet.
    pub(crate) fn about(rec: Uuid, kind: &KindDef) -> Self {
        let salt = String::new();
        Self { salt, rec, kind: kind.name.to_owned(), set: Map::new(), deleted: None, accepts: false, erases: false }
    }
}

/// A block as it is read for applying: values stay unparsed until their field is known.
#[derive(Debug, Deserialize)]
pub(crate) struct BlockRef<'a> {
    /// Never looked at, but a block without one could be guessed from its hash.
    #[serde(rename = "salt", borrow)]
    pub _salt: Cow<'a, str>,
    pub rec: Uuid,
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
    #[serde(borrow, default)]
    pub set: Vec2<'a>,
    #[serde(default)]
    pub deleted: Option<bool>,
    #[serde(default)]
    pub accepts: bool,
    #[serde(default)]
    pub erases: bool,
}

impl BlockRef<'_> {
    /// Whether it is the word that a record is erased: it says nothing else.
    pub fn is_erasure(&self) -> bool {
        self.erases && self.set.0.is_empty() && self.deleted.is_none() && !self.accepts
    }
}

/// A JSON object kept as a list of pairs in written order.
#[derive(Debug, Default)]
pub(crate) struct Vec2<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Vec2<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> serde::de::Visitor<'de> for Pairs {
            type Value = Vec2<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Vec2<'de>, A::Error> {
                let mut out = Vec::with_capacity(map.size_hint().unwrap_or(8));
                while let Some(name) = map.next_key::<BorrowedName<'de>>()? {
                    out.push((name.0, map.next_value()?));
                }
                Ok(Vec2(out))
            }
        }
        d.deserialize_map(Pairs)
    }
}

/// serde's own `Cow<str>` copies; this one borrows where the text has no escapes.
#[derive(Deserialize)]
struct BorrowedName<'a>(#[serde(borrow)] Cow<'a, str>);

/// An entry with its exact bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEntry {
    /// The header's line, without line end.
    pub header: Vec<u8>,
    /// The blocks' lines, without line ends.
    pub blocks: Vec<RawBlock>,
}

/// A block's exact bytes, or what is left of it once it was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawBlock {
    /// The line.
    Body(Vec<u8>),
    /// Erased: which record it was about and the hash of its line. The root commits to both, so the
    /// chain stays verifiable and nobody can pass one record's block off as another's.
    Erased(Uuid, Hash),
}

impl RawBlock {
    /// What the root commits to.
    pub fn hash(&self) -> Hash {
        let (rec, line) = match self {
            Self::Body(line) => (subject(line), Hash::of(line)),
            Self::Erased(rec, line) => (*rec, *line),
        };
        let mut hasher = blake3::Hasher::new();
        hasher.update(rec.as_bytes()).update(&line.0);
        Hash(*hasher.finalize().as_bytes())
    }

    /// The record it is, or was, about.
    pub fn subject(&self) -> Uuid {
        match self {
            Self::Body(line) => subject(line),
            Self::Erased(rec, _) => *rec,
        }
    }

    /// Drops the content; the word that erases a record stays, or nobody else could learn it. Whether
    /// there was anything to drop.
    pub fn erase(&mut self) -> bool {
        match self {
            Self::Body(line) if !block_ref(line).is_some_and(|block| block.is_erasure()) => {
                *self = Self::Erased(subject(line), Hash::of(line));
                true
            }
            _ => false,
        }
    }
}

/// The record a block's line is about: what stands behind its salt, in the place where every writer
/// puts it. Nil for a line that begins otherwise; such a line says nothing about any record.
pub fn subject(line: &[u8]) -> Uuid {
    let rec = || {
        let rest = line.strip_prefix(b"{\"salt\":\"")?;
        let (salt, rest) = rest.split_at_checked(32)?;
        let (rec, rest) = rest.strip_prefix(b"\",\"rec\":\"")?.split_at_checked(36)?;
        let whole = rest.first() == Some(&b'"') && salt.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        uuid_of(rec).filter(|_| whole)
    };
    rec().unwrap_or_default()
}

/// A uuid as it is written everywhere: lower case, with its hyphens.
pub(crate) fn uuid_of(text: &[u8]) -> Option<Uuid> {
    let uuid = Uuid::try_parse_ascii(text).ok()?;
    let mut buffer = Uuid::encode_buffer();
    (uuid.hyphenated().encode_lower(&mut buffer).as_bytes() == text).then_some(uuid)
}

/// The root over block hashes.
pub fn root(blocks: &[RawBlock]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"xinghuo/root/v1");
    for block in blocks {
        hasher.update(&block.hash().0);
    }
    Hash(*hasher.finalize().as_bytes())
}

/// Body length as the header states it; an erased block counts nothing, so a header's `len`
/// is only compared where nothing is erased.
pub fn body_len(blocks: &[RawBlock]) -> u64 {
    blocks.iter().map(|b| if let RawBlock::Body(b) = b { b.len() as u64 + 1 } else { 0 }).sum()
}

impl RawEntry {
    /// Reads the header and checks it against the blocks.
    ///
    /// # Errors
    /// [`EntryError`] where format, root or length do not fit.
    pub fn open(&self) -> Result<Header, EntryError> {
        // A list of the same values would read as the object too.
        if self.header.first() != Some(&b'{') {
            return Err(EntryError::Unreadable);
        }
        let header: Header = serde_json::from_slice(&self.header).map_err(|_| EntryError::Unreadable)?;
        if header.v != FORMAT || header.suite != SUITE {
            return Err(EntryError::Newer);
        }
        if header.seq == 0 || header.seq > i64::MAX as u64 || header.lamport > i64::MAX as u64 {
            return Err(EntryError::Sequence);
        }
        let whole = self.blocks.iter().all(|b| matches!(b, RawBlock::Body(_)));
        if root(&self.blocks) != header.root || (whole && body_len(&self.blocks) != header.len) {
            return Err(EntryError::Root);
        }
        Ok(header)
    }

    /// The header's hash: what the next entry's `prev` and a seal name.
    pub fn hash(&self) -> Hash {
        Hash::of(&self.header)
    }
}

/// Reads a block's line for applying; `None` where it is none, or is about another record than it
/// seems to be.
pub(crate) fn block_ref(line: &[u8]) -> Option<BlockRef<'_>> {
    if line.first() != Some(&b'{') {
        return None;
    }
    serde_json::from_slice::<BlockRef<'_>>(line).ok().filter(|block| block.rec == subject(line))
}

/// The lines of a block ready to store: JSON with a fresh salt.
pub(crate) fn encode_block(block: &Block) -> Vec<u8> {
    serde_json::to_vec(block).unwrap_or_default()
}

/// Writes blocks, a line each; [`block_line`] reads them back.
pub fn block_lines(blocks: &[RawBlock], out: &mut Vec<u8>) {
    for block in blocks {
        match block {
            RawBlock::Body(line) => out.extend_from_slice(line),
            RawBlock::Erased(rec, hash) => out.extend_from_slice(format!("[\"{rec}\",\"{}\"]", hash.hex()).as_bytes()),
        }
        out.push(b'\n');
    }
}

/// Reads a block's line: JSON, or the list of record and hash that an erased block leaves.
pub fn block_line(line: &[u8]) -> RawBlock {
    let erased = || {
        let (rec, rest) = line.strip_prefix(b"[\"")?.split_at_checked(36)?;
        let hash = rest.strip_prefix(b"\",\"")?.strip_suffix(b"\"]")?;
        Some(RawBlock::Erased(uuid_of(rec)?, Hash::from_hex(std::str::from_utf8(hash).ok()?)?))
    };
    erased().unwrap_or_else(|| RawBlock::Body(line.to_vec()))
}

/// Reads the lines that [`block_lines`] wrote.
pub(crate) fn blocks_of(lines: &[u8]) -> Vec<RawBlock> {
    lines.split(|b| *b == b'\n').filter(|line| !line.is_empty()).map(block_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_about_the_record_that_stands_behind_its_salt_and_nowhere_else() {
        let rec = Uuid::from_u128(0xA1);
        let salt = "0123456789abcdef0123456789abcdef";
        let good = format!("{{\"salt\":\"{salt}\",\"rec\":\"{rec}\",\"kind\":\"person\"}}");
        assert_eq!(subject(good.as_bytes()), rec);
        for bad in [
            good.replace("\"salt\"", "\"Salt\""),
            good.replace(salt, "0123"),
            good.replace(salt, &salt.to_uppercase()),
            good.replace(&rec.to_string(), &rec.to_string().to_uppercase()),
            good.replace(&rec.to_string(), &rec.simple().to_string()),
            format!("{{\"rec\":\"{rec}\",\"salt\":\"{salt}\"}}"),
            "not even JSON".to_owned(),
        ] {
            assert_eq!(subject(bad.as_bytes()), Uuid::nil(), "{bad}");
        }
        let twice = good.replace("\"kind\"", &format!("\"rec\":\"{}\",\"kind\"", Uuid::from_u128(2)));
        assert!(block_ref(twice.as_bytes()).is_none(), "a line that names two records says nothing");
    }

    #[test]
    fn a_body_weighs_its_lines_with_their_ends_and_what_was_erased_weighs_nothing() {
        let blocks = [RawBlock::Body(b"abc".to_vec()), RawBlock::Erased(Uuid::nil(), Hash::default()), RawBlock::Body(b"defgh".to_vec())];
        assert_eq!(body_len(&blocks), 10);
        let mut lines = Vec::new();
        block_lines(&[blocks[0].clone(), blocks[2].clone()], &mut lines);
        assert_eq!(lines.len(), 10);
    }

    #[test]
    fn an_erased_block_keeps_the_root_and_names_its_record() {
        let line = format!("{{\"salt\":\"{:032x}\",\"rec\":\"{}\",\"kind\":\"person\"}}", 7, Uuid::from_u128(5));
        let whole = RawBlock::Body(line.into_bytes());
        let mut erased = whole.clone();
        erased.erase();
        assert_eq!((erased.hash(), erased.subject()), (whole.hash(), Uuid::from_u128(5)));
        let mut lines = Vec::new();
        block_lines(&[whole.clone(), erased.clone()], &mut lines);
        assert_eq!(blocks_of(&lines), [whole.clone(), erased.clone()]);
        let RawBlock::Erased(_, hash) = erased else { panic!("erased") };
        assert_ne!(RawBlock::Erased(Uuid::from_u128(6), hash).hash(), whole.hash(), "of another record it is another block");
    }
}

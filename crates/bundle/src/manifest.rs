//! What stands around the stretches of a bundle: its clear header and its signed table of contents,
//! and how large either may be.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xinghuo_ledger::{Hash, LogId};

use crate::object::{maybe_object, objects};

pub(crate) const MAGIC: &str = "XINGHUO 1";
/// The oldest program that can read what this one writes.
pub(crate) const READER: u16 = 1;
/// Caps: a hostile file must not cost more than this.
pub(crate) const MAX_FILE: u64 = 1 << 30;
pub(crate) const MAX_CLEAR: usize = 4096;
pub(crate) const MAX_MANIFEST: usize = 16 << 20;
/// An attachment is never larger; nor does a bundle come in more volumes.
pub const MAX_ATTACHMENT: u64 = 10 << 20;
pub(crate) const MAX_VOLUMES: u32 = 999;
/// age encrypts by so many bytes.
pub(crate) const CHUNK: u64 = 64 << 10;

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
    #[serde(deserialize_with = "objects")]
    pub segments: Vec<SegmentEntry>,
    /// The contents of attachments that follow the stretches, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "objects")]
    pub attachments: Vec<AttachmentEntry>,
    /// Contents of attachments that the sender lacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub want_files: Vec<Hash>,
    /// Which volume (分卷) this is, where the bundle is split.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "maybe_object")]
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

impl SegmentEntry {
    /// How many entries it holds. What the table says may be a lie; no stretch has more than bytes.
    pub fn entries(&self) -> u64 {
        self.last.saturating_sub(self.first).saturating_add(1).min(self.unpacked.max(1))
    }
}

/// What stands before the encrypted part, in the clear.
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

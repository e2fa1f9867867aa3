//! Keys, sealed `.xinghuo` files, and backups.
//!
//! This crate knows no record kinds: it carries a log's exact bytes from one copy to another
//! and proves who wrote them and for whom. Reading order, never another: manifest signature →
//! segment hash → bounded unpacking → decoding → chain and seal (sync.md §6). Certificates are
//! the caller's: they are records of the registry channel.

mod backup;
mod error;
mod join;
mod keys;
mod manifest;
mod object;
mod read;
mod stretch;
mod want;
mod write;

pub use backup::{Backup, Part};
pub use error::BundleError;
pub use join::{Former, JoinRequest};
pub use keys::{Cost, Identity, Keys, fingerprint, sealed};
pub use manifest::{AttachmentEntry, MAX_ATTACHMENT, Manifest, Purpose, SegmentEntry, Volume};
pub use read::{Damage, Flaw, Opened, Whole, open, peek, read};
pub use want::{MOST_STRETCHES, Want, WantError, Wanted};
pub use write::{Enclosed, Outgoing, Plan, Source, write};

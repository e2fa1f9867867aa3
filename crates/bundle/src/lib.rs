//! Keys, sealed `.xinghuo` files, and backups.
//!
//! This crate knows no record kinds: it carries a log's exact bytes from one copy to another
//! and proves who wrote them and for whom. Reading order, never another: manifest signature →
//! segment hash → bounded unpacking → decoding → chain and seal (sync.md §6). Certificates are
//! the caller's: they are records of the registry channel.

mod backup;
mod error;
mod file;
mod join;
mod keys;
mod want;
mod write;

pub use backup::{Backup, Part};
pub use error::BundleError;
pub use file::{
    AttachmentEntry, Damage, MAX_ATTACHMENT, Manifest, Opened, Outgoing, Purpose, SegmentEntry, Volume, peek, read, read_attachments,
    read_from,
};
pub use join::{Former, JoinRequest};
pub use keys::{Cost, Identity, Keys, fingerprint, sealed};
pub use want::{MOST_STRETCHES, Want, WantError, Wanted};
pub use write::{Enclosed, Plan, write};

//! Keys and sealed `.xinghuo` files.
//!
//! This crate knows no record kinds: it carries a log's exact bytes from one copy to another
//! and proves who wrote them and for whom. Reading order, never another: manifest signature →
//! segment hash → bounded unpacking → decoding → chain and seal (sync.md §6). Certificates are
//! the caller's: they are records of the registry channel.

mod error;
mod file;
mod join;
mod keys;

pub use error::BundleError;
pub use file::{Damage, Manifest, Opened, Outgoing, Purpose, SegmentEntry, peek, read, write};
pub use join::{Former, JoinRequest};
pub use keys::{Cost, Identity, Keys, fingerprint};

//! Attachments (附件) and volumes (分卷) at the desk: real files, real keys, real bundles.

mod filing;
pub mod pictures;
mod town;
mod volumes;

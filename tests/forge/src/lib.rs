//! The forge: files that no honest copy writes, for whoever tests the readers.
//!
//! What lives here: everybody who appears in the published vectors, with their secrets; headers,
//! blocks, stretches, bundles and key files written by hand from docs/format.md, every part of
//! which can be made wrong; the form of a vector file. What does not: which files are made and what
//! a reader must say of them (the bundle's hostile tests), and what is made by chance (the fuzz
//! targets). Nothing here is part of the product.

// A tool of the tests: the names and the format say what most of it is.
#![allow(missing_docs)]

mod keys;
mod vector;
mod world;

pub use keys::{PASSPHRASE, hex, key_file, unhex};
pub use vector::{FOLDER, Vector};
pub use world::*;

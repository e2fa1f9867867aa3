//! `cargo xtask lint`: clippy over the whole house, every warning an error.
//!
//! No part of `cargo xtask test`: every dependency is read once more for it, and what is a warning changes
//! with each compiler.

use crate::steps::{Steps, whole};

/// The verb.
pub fn verb(steps: &mut Steps, _arguments: &[String]) {
    steps.command("clippy", &mut whole("clippy", &["--all-targets", "--", "-D", "warnings"]));
}

//! `cargo xtask bindings`: the TypeScript types of the desk's questions and answers, into
//! `ui/src/bindings`. The types are declared once, in Rust; the pages are checked against the copy.
//! The tests write them too.

use crate::steps::{Steps, whole};

/// The verb.
pub fn verb(steps: &mut Steps, _arguments: &[String]) {
    steps.command("types for the pages", &mut whole("test", &["--lib", "export_bindings"]));
}

//! `cargo xtask bindings`: the TypeScript types of the desk's questions and answers, into
//! `ui/src/bindings`. The types are declared once, in Rust; the pages are checked against the copy.

use std::process::Command;

use crate::steps::{Steps, cargo, root};

/// The verb.
pub fn verb(steps: &mut Steps, _arguments: &[String]) {
    write(steps);
}

/// Writes the types; `true` when that went well.
pub fn write(steps: &mut Steps) -> bool {
    steps.command("types for the pages", &mut export())
}

fn export() -> Command {
    let mut export = cargo(&["test", "--package", "xinghuo-desk", "export_bindings"]);
    export.env("TS_RS_EXPORT_DIR", root().join("ui/src/bindings"));
    export
}

//! `cargo xtask test`: every test there is, in the order in which one feeds the next.

use crate::steps::{Steps, cargo, npm, said, whole};
use crate::{setup, window};

/// The verb. A failed step does not stop those that do not need it; the summary names every failure.
pub fn verb(steps: &mut Steps, _arguments: &[String]) {
    if !setup::everything(steps) || !window::pages(steps) {
        return;
    }
    // A toolchain may come without it.
    if said("cargo", &["fmt", "--version"]).is_some() {
        steps.command("the code is formatted", &mut cargo(&["fmt", "--check"]));
    }
    // They build the two programs as well, and write the types that the pages are checked against.
    steps.command("Rust tests", &mut whole("test", &[]));
    steps.command("lint the pages", &mut npm(&["run", "lint"]));
    steps.command("check the pages' types", &mut npm(&["run", "check"]));
    steps.command("test the pages", &mut npm(&["run", "test"]));
    window::tests(steps);
}

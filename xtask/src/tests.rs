//! `cargo xtask test`: every test there is, in the order in which one feeds the next.

use crate::steps::{Steps, cargo, npm};
use crate::{bindings, setup, window};

/// The verb. A failed step does not stop those that do not need it; the summary names every failure.
pub fn verb(steps: &mut Steps, _arguments: &[String]) {
    if !setup::everything(steps) {
        return;
    }
    let types = bindings::write(steps);
    steps.command("lint the pages", &mut npm(&["run", "lint"]));
    if types {
        steps.command("check the pages' types", &mut npm(&["run", "check"]));
    }
    steps.command("test the pages", &mut npm(&["run", "test"]));
    // The pages come before the Rust tests: the window's crate embeds them when it is built.
    let pages = steps.command("build the pages", &mut npm(&["run", "build"]));
    steps.command("Rust tests", &mut cargo(&["test", "--workspace"]));
    if pages && window::around_pages(steps) {
        window::tests(steps);
    }
}

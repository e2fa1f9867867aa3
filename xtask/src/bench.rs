//! `cargo xtask bench`: the benchmarks.

use crate::steps::{Steps, cargo};

/// The verb. Words after it choose groups of figures by name.
///
/// The dev profile, whose builds are there already: the crates whose speed is promised are
/// optimised in it as they ship (see the workspace's `Cargo.toml`), and so is everything they use.
pub fn verb(steps: &mut Steps, arguments: &[String]) {
    let mut bench = cargo(&["bench", "--profile", "dev", "--package", "xinghuo-tests", "--bench", "figures", "--"]);
    steps.command("benchmarks", bench.args(arguments));
}

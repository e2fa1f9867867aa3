//! `cargo xtask bench`: the benchmarks, in a release build.

use crate::steps::{Steps, cargo};

/// The verb. Words after it choose benchmarks by name.
pub fn verb(steps: &mut Steps, arguments: &[String]) {
    let mut bench = cargo(&["bench", "--package", "xinghuo-tests", "--"]);
    steps.command("benchmarks", bench.args(arguments));
}

//! `cargo xtask sim`: the simulator of many laptops exchanging bundles.

use crate::steps::{Steps, cargo};

/// The verb. Words after it go to the simulator.
pub fn verb(steps: &mut Steps, arguments: &[String]) {
    let mut sim = cargo(&["test", "--package", "xinghuo-tests", "--test", "sim", "--"]);
    steps.command("simulator", sim.args(arguments));
}

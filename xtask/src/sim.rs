//! `cargo xtask sim`: the simulator of many laptops exchanging bundles.

use crate::steps::{Steps, whole};

/// The verb. Words after it go to the simulator.
pub fn verb(steps: &mut Steps, arguments: &[String]) {
    let mut sim = whole("test", &["--test", "sim", "--"]);
    steps.command("simulator", sim.args(arguments));
}

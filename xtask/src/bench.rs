//! `cargo xtask bench`: the benchmarks.

use crate::steps::{Steps, whole};
use crate::window;

/// The verb. Words after it choose groups of figures by name.
///
/// The dev profile, whose builds are there already: the crates whose speed is promised are
/// optimised in it as they ship (see the workspace's `Cargo.toml`), and so is everything they use.
pub fn verb(steps: &mut Steps, arguments: &[String]) {
    if arguments.is_empty() || arguments.iter().any(|word| word == "window") {
        // Without them the window's figures say that they were not measured.
        let _ = window::pages(steps)
            && steps.command("build the window, and a bare one", &mut whole("build", &["--bins", "--example", "bare"]));
    }
    let mut bench = whole("bench", &["--profile", "dev", "--bench", "figures", "--"]);
    bench.args(arguments);
    steps.command("benchmarks", &mut window::on_a_screen(bench));
}

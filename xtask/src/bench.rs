//! `cargo xtask bench`: the benchmarks.

use crate::steps::Steps;
use crate::window;

/// The verb. Words after it choose groups of figures by name.
///
/// The dev profile, whose builds are there already: the crates whose speed is promised are
/// optimised in it as they ship (see the workspace's `Cargo.toml`), and so is everything they use.
pub fn verb(steps: &mut Steps, arguments: &[String]) {
    if arguments.is_empty() || arguments.iter().any(|word| word == "window") {
        // Without them the window's figures say that they were not measured.
        let _ = window::build(steps) && window::bare(steps);
    }
    let mut words = vec!["bench", "--profile", "dev", "--package", "xinghuo-tests", "--bench", "figures", "--"];
    words.extend(arguments.iter().map(String::as_str));
    steps.command("benchmarks", &mut window::on_a_screen(&words));
}

//! `cargo xtask bench`: the benchmarks.

use crate::steps::{Steps, whole};
use crate::window;

/// The word that adds SQLite's session changesets to the peers.
const CHANGESETS: &str = "changesets";

/// The verb. Words after it choose groups of figures by name.
///
/// The dev profile, whose builds are there already: the crates whose speed is promised are
/// optimised in it as they ship (see the workspace's `Cargo.toml`), and so is everything they use.
/// The peers that they are compared with come along (`rivals`); no other verb builds them. SQLite's
/// changesets only where the word asks for them: SQLite is then built with options that the product's
/// does not have, and that needs libclang.
pub fn verb(steps: &mut Steps, arguments: &[String]) {
    if arguments.is_empty() || arguments.iter().any(|word| word == "window") {
        // Without them the window's figures say that they were not measured.
        let _ = window::pages(steps)
            && steps.command("build the window, and a bare one", &mut whole("build", &["--bins", "--example", "bare"]));
    }
    let mut features = vec!["--features", "xinghuo-tests/rivals"];
    if arguments.iter().any(|word| word == CHANGESETS) {
        let with = [&features[..], &["--features", "xinghuo-tests/changesets"]].concat();
        let build = [&with[..], &["--profile", "dev", "--bench", "figures", "--no-run"]].concat();
        // Where that cannot be built, the others are still measured, and the figure says that it is missing.
        if steps.command("build SQLite with sessions (needs libclang)", &mut whole("bench", &build)) {
            features = with;
        }
    }
    let mut bench = whole("bench", &[&features[..], &["--profile", "dev", "--bench", "figures", "--"]].concat());
    // The changesets stand beside the others in the group of the imports.
    bench.args(arguments.iter().map(|word| if word == CHANGESETS { "import" } else { word }));
    steps.command("benchmarks", &mut window::on_a_screen(bench));
}

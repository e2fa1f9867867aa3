//! `cargo xtask demo`: sets up, builds, and opens the window on a home of its own.

use std::process::Command;

use crate::steps::{Steps, root};
use crate::{setup, window};

/// The verb. The demo's home is `target/demo`, apart from anybody's real data.
pub fn verb(steps: &mut Steps, _arguments: &[String]) {
    if !setup::everything(steps) || !window::build(steps) {
        return;
    }
    let home = root().join("target/demo");
    if std::env::var_os("DISPLAY").is_none() && std::env::var_os("WAYLAND_DISPLAY").is_none() && cfg!(target_os = "linux") {
        println!("\nNo screen here, so the window stays closed. On a desktop, open it with:");
        println!("   {} --home {}", root().join(window::PROGRAM).display(), home.display());
        return;
    }
    steps.command("open the window", Command::new(root().join(window::PROGRAM)).arg("--home").arg(home));
}

//! The real window: building it with its pages inside, and driving it under a screen nobody sees.

use std::process::Command;

use crate::setup::driver_program;
use crate::steps::{Steps, cargo, npm, root, said};

/// The window with the pages embedded, as a debug build.
pub const PROGRAM: &str = "target/debug/xinghuo-window";

/// Builds the pages, then the window around them.
pub fn build(steps: &mut Steps) -> bool {
    steps.command("build the pages", &mut npm(&["run", "build"])) && around_pages(steps)
}

/// Builds the window around pages that are already built.
pub fn around_pages(steps: &mut Steps) -> bool {
    steps.command("build the window", &mut cargo(&["build", "--package", "xinghuo-window", "--features", "shipped"]))
}

/// Builds the window with nothing in it that the benchmark compares with.
pub fn bare(steps: &mut Steps) -> bool {
    let build = ["build", "--package", "xinghuo-window", "--features", "shipped", "--example", "bare"];
    steps.command("build a bare window", &mut cargo(&build))
}

/// The real-window tests.
pub fn tests(steps: &mut Steps) -> bool {
    let test = ["test", "--package", "xinghuo-tests", "--features", "window", "--test", "window"];
    steps.command("the real window", &mut on_a_screen(&test))
}

/// Cargo under a screen and a session bus nobody sees, or as it is where they are not installed.
pub fn on_a_screen(words: &[&str]) -> Command {
    let mut command = if said("xvfb-run", &["--help"]).is_some() {
        let mut screen = Command::new("dbus-run-session");
        screen.args(["--", "xvfb-run", "-a", "-s", "-screen 0 1366x860x24"]);
        screen.arg(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).args(words);
        screen.current_dir(root());
        screen
    } else {
        cargo(words)
    };
    command.env("XINGHUO_WINDOW", root().join(PROGRAM)).env("TAURI_DRIVER", driver_program());
    command
}

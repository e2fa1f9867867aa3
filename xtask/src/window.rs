//! The real window: building it with its pages inside, and driving it under a screen nobody sees.

use std::process::Command;

use crate::setup::driver_program;
use crate::steps::{Steps, npm, root, said, whole};

/// The window with the pages embedded, as a debug build.
pub const PROGRAM: &str = "target/debug/xinghuo-window";

/// Builds the pages. They come before anything else: the window's crate embeds them when it is built.
pub fn pages(steps: &mut Steps) -> bool {
    steps.command("build the pages", &mut npm(&["run", "build"]))
}

/// The real-window tests.
pub fn tests(steps: &mut Steps) -> bool {
    let test = whole("test", &["--features", "xinghuo-tests/window", "--test", "window"]);
    steps.command("the real window", &mut on_a_screen(test))
}

/// The same command under a screen and a session bus nobody sees, or as it is where they are not installed.
pub fn on_a_screen(command: Command) -> Command {
    let mut command = if said("xvfb-run", &["--help"]).is_some() {
        let mut screen = Command::new("dbus-run-session");
        screen.args(["--", "xvfb-run", "-a", "-s", "-screen 0 1366x860x24"]);
        screen.arg(command.get_program()).args(command.get_args()).current_dir(root());
        screen
    } else {
        command
    };
    command.env("XINGHUO_WINDOW", root().join(PROGRAM)).env("TAURI_DRIVER", driver_program());
    command
}

//! `cargo xtask crash`: the crash tests.

use crate::steps::{Steps, whole};

/// The verb. Words after it go to the tests.
pub fn verb(steps: &mut Steps, arguments: &[String]) {
    if steps.command("build the command line", &mut whole("build", &["--bin", "xinghuo"])) {
        let mut crash = whole("test", &["--test", "crash", "--"]);
        steps.command("crashes", crash.args(arguments));
    }
}

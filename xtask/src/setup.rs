//! `cargo xtask setup`: looks at each thing the project needs and installs what is missing.
//!
//! Safe to run again and again: what is there is left alone.

use std::path::PathBuf;

use crate::steps::{Steps, cargo, npm, root, run, said};
use crate::{fonts, packages};

/// The version the window tests were written against.
const DRIVER: &str = "2.1.0";
/// The oldest Node the pages' tools run on.
const NODE: (u32, u32) = (20, 19);

/// Everything, in order; `true` when all of it is there.
pub fn everything(steps: &mut Steps) -> bool {
    // Without system packages nothing else builds; the rest is tried each on its own.
    steps.step("system packages", packages::install)
        && [steps.step("fonts for papers", fonts::install), steps.step("pages' packages", pages), steps.step("window driver", driver)]
            .iter()
            .all(|well| *well)
}

/// The verb.
pub fn verb(steps: &mut Steps, _arguments: &[String]) {
    everything(steps);
}

/// `npm ci`, unless the packages installed are those of the lock file.
fn pages() -> Result<(), String> {
    let version = said("node", &["--version"]).ok_or("Node is missing: please install Node 20.19 or newer.")?;
    let mut parts = version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < NODE {
        return Err(format!("Node {version} is too old: please install Node {}.{} or newer.", NODE.0, NODE.1));
    }
    let lock = std::fs::read(root().join("ui/package-lock.json")).map_err(|error| format!("ui/package-lock.json: {error}"))?;
    let installed = root().join("ui/node_modules/.installed-lock.json");
    if std::fs::read(&installed).is_ok_and(|before| before == lock) {
        println!("   there already");
        return Ok(());
    }
    run(&mut npm(&["ci", "--engine-strict", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    std::fs::write(installed, lock).map_err(|error| format!("ui/node_modules: {error}"))
}

/// Where the window driver is.
pub fn driver_program() -> PathBuf {
    root().join("target/tools/bin/tauri-driver")
}

fn driver() -> Result<(), String> {
    let kept = std::fs::read_to_string(root().join("target/tools/.crates.toml")).unwrap_or_default();
    if driver_program().exists() && kept.contains(&format!("tauri-driver {DRIVER} ")) {
        println!("   there already");
        return Ok(());
    }
    run(&mut cargo(&["install", "tauri-driver", "--version", DRIVER, "--locked", "--root", "target/tools"]))
}

//! What must hold after an interruption, seen by a fresh process.

use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use xinghuo_desk::Desk;

use crate::Outcome;
use crate::place::{PASSPHRASE, ask, desk, state};

/// The word that makes this program a fresh look at one home.
pub const LOOK: &str = "--look";

/// What stands in a home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seen {
    /// No copy yet.
    Nothing,
    /// A copy that opens and checks.
    Copy {
        state: String,
        entries: u64,
        records: u64,
        /// It has something to tell the person, such as that it got new keys.
        told: bool,
    },
}

impl Seen {
    /// The same, if `exact` by the state hash; else by what can be counted, for acts that make ids
    /// anew each time.
    pub fn same(&self, other: &Seen, exact: bool) -> bool {
        match (self, other) {
            (Self::Copy { state: a, entries, records, .. }, Self::Copy { state: b, entries: e, records: r, .. }) => {
                (entries, records) == (e, r) && (!exact || a == b)
            }
            _ => self == other,
        }
    }
}

/// Opens the copy, asks no question, checks everything, says what it saw.
pub fn see(desk: &Desk) -> Outcome<Seen> {
    let mut status = ask(desk, json!({ "ask": "status" }))?;
    if status["state"] == "new" {
        return Ok(Seen::Nothing);
    }
    if status["state"] == "locked" {
        status = ask(desk, json!({ "ask": "unlock", "passphrase": PASSPHRASE }))?;
    }
    let report = ask(desk, json!({ "ask": "check" }))?;
    if report["problems"] != Value::Array(vec![]) {
        return Err(format!("the check finds {}", report["problems"]));
    }
    Ok(Seen::Copy {
        state: report["state_hash"].as_str().unwrap_or_default().to_owned(),
        entries: report["entries"].as_u64().unwrap_or_default(),
        records: report["records"].as_u64().unwrap_or_default(),
        told: !status["notice"].is_null(),
    })
}

/// The child's part of [`look`].
pub fn child(folder: &Path, home: &str) -> Outcome {
    let seen = see(&desk(folder, home))?;
    println!("{}", serde_json::to_string(&seen).map_err(|e| e.to_string())?);
    Ok(())
}

/// Looks at a home with a fresh process.
pub fn look(folder: &Path, home: &str) -> Outcome<Seen> {
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    let output = Command::new(program).arg(LOOK).arg(folder).arg(home).output().map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err(format!("the copy does not open: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    serde_json::from_slice(&output.stdout).map_err(|e| e.to_string())
}

/// The command line on one home of this folder.
pub fn xinghuo(program: &Path, folder: &Path, home: &str, words: &[String]) -> Command {
    let mut command = Command::new(program);
    command.arg("--home").arg(folder.join(home)).args(words);
    command.env("XINGHUO_PASSPHRASE", PASSPHRASE).env("XINGHUO_STATE", state(folder, home)).current_dir("/");
    command
}

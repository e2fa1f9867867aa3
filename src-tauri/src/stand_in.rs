//! Stands in for the desk until `xinghuo-desk` answers questions: the same shapes, one question.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The use cases.
pub struct Desk;

/// A question.
#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "camelCase")]
pub enum Ask {
    /// Which program is this?
    Version,
}

/// What went wrong, in words for the person.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// Stable code, for programs.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub advice: String,
    /// The field it is about.
    pub field: Option<String>,
}

impl Desk {
    /// Opens the desk over a home folder.
    pub fn new(_home: PathBuf) -> Desk {
        Desk
    }

    /// Answers a question.
    pub fn answer(&self, ask: Ask) -> Result<Value, Failure> {
        match ask {
            Ask::Version => Ok(json!({ "version": env!("CARGO_PKG_VERSION") })),
        }
    }
}

//! The files the person handed over, each behind a handle.
//!
//! The page never names a file of the machine: it gets a handle («file:3») and a name to show, and
//! hands the handle back inside a question. Only in the fields called `path`, `paths` and `out` is a handle
//! turned into the real path, and anything else in those fields is refused, so that a page gone
//! wrong cannot make the desk read or write a file nobody chose.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

/// A file the person chose, dropped on the window, or opened the program with.
#[derive(Clone, Debug, Serialize)]
pub struct Picked {
    /// The handle to hand back in a question's `path` field.
    pub path: String,
    /// The file's own name, to show.
    pub name: String,
}

/// The handles given out since the program started.
#[derive(Default)]
pub struct Files {
    given: Mutex<BTreeMap<String, PathBuf>>,
}

impl Files {
    /// Gives a handle for each path; the same path keeps its handle.
    pub fn hand_out(&self, paths: impl IntoIterator<Item = PathBuf>) -> Vec<Picked> {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        paths
            .into_iter()
            .map(|path| {
                let known = given.iter().find(|(_, known)| **known == path).map(|(handle, _)| handle.clone());
                let handle = known.unwrap_or_else(|| format!("file:{}", given.len() + 1));
                let name = name_of(&path);
                given.insert(handle.clone(), path);
                Picked { path: handle, name }
            })
            .collect()
    }

    /// Puts the real paths into a question. `Err(())` when a path field holds something else than a handle.
    pub fn resolve(&self, question: &mut Value) -> Result<(), ()> {
        match question {
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.resolve(item)),
            Value::Object(fields) => fields.iter_mut().try_for_each(|(name, value)| match (name.as_str(), value) {
                ("path" | "out", value) => self.real(value),
                ("paths", Value::Array(items)) => items.iter_mut().try_for_each(|item| self.real(item)),
                ("paths", Value::Null) => Ok(()),
                ("paths", _) => Err(()),
                (_, value) => self.resolve(value),
            }),
            _ => Ok(()),
        }
    }

    fn real(&self, value: &mut Value) -> Result<(), ()> {
        if value.is_null() {
            return Ok(());
        }
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let path = value.as_str().and_then(|handle| given.get(handle)).and_then(|path| path.to_str()).ok_or(())?;
        *value = Value::String(path.to_owned());
        Ok(())
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_handle_becomes_its_path_only_in_path_fields() {
        let files = Files::default();
        let picked = files.hand_out([PathBuf::from("/u/一.xinghuo"), PathBuf::from("/u/二.xlsx")]);
        assert_eq!((picked[0].path.as_str(), picked[0].name.as_str()), ("file:1", "一.xinghuo"));
        let mut question = json!({"ask": "x", "path": "file:2", "inner": {"paths": ["file:1"]}, "text": "file:1"});
        assert_eq!(files.resolve(&mut question), Ok(()));
        assert_eq!(question, json!({"ask": "x", "path": "/u/二.xlsx", "inner": {"paths": ["/u/一.xinghuo"]}, "text": "file:1"}));
    }

    #[test]
    fn a_path_nobody_chose_is_refused() {
        let files = Files::default();
        for question in [
            json!({"path": "/etc/passwd"}),
            json!({"path": "file:9"}),
            json!({"out": "/etc/passwd"}),
            json!([{"paths": ["/etc"]}]),
            json!({"paths": 3}),
        ] {
            assert_eq!(files.resolve(&mut question.clone()), Err(()), "{question}");
        }
        assert_eq!(files.resolve(&mut json!({"path": null})), Ok(()));
    }

    #[test]
    fn the_same_file_keeps_its_handle() {
        let files = Files::default();
        let first = files.hand_out([PathBuf::from("/u/a")]);
        let again = files.hand_out([PathBuf::from("/u/b"), PathBuf::from("/u/a")]);
        assert_eq!(first[0].path, again[1].path);
        assert_ne!(again[0].path, again[1].path);
    }
}

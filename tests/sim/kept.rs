//! Histories in files. In `kept` those that failed once, shortened, and played by both engines in every
//! run; in `control` some by hand that a planted mistake must fail in, and nothing else may.

use std::path::{Path, PathBuf};

use crate::history::History;

/// Where they lie in the sources.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sim").join(name)
}

/// All of a folder, by name.
pub fn all(name: &str) -> Result<Vec<(String, History)>, String> {
    let listed = std::fs::read_dir(folder(name)).map_err(|e| format!("{name}: {e}"))?;
    let mut paths: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "history"));
    paths.sort();
    paths.into_iter().map(|path| Ok((path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), read(&path)?))).collect()
}

/// One file.
pub fn read(path: &Path) -> Result<History, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?.parse().map_err(|e| format!("{}: {e}", path.display()))
}

/// Keeps a history under a name that says where it comes from.
pub fn keep(name: &str, history: &History, showed: &str) -> Result<PathBuf, String> {
    let path = folder("kept").join(format!("{name}.history"));
    std::fs::write(&path, history.file(showed)).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path)
}

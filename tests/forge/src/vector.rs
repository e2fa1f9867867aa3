//! The form of a vector file (docs/vectors.md): a head of `key: value` lines, an empty line, the
//! bytes as they are.

use std::fmt::Display;
use std::path::{Path, PathBuf};

pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/bundle/tests/vectors");

/// One vector: what it is, what a reader must say, and the file itself.
#[derive(Debug, Clone)]
pub struct Vector {
    pub name: String,
    pub head: Vec<(String, String)>,
    pub bytes: Vec<u8>,
}

impl Vector {
    pub fn new(name: &str, expect: &str, what: &str, kind: &str, bytes: Vec<u8>) -> Self {
        let head = [("expect", expect), ("what", what), ("kind", kind)];
        Self { name: name.into(), head: head.map(|(k, v)| (k.into(), v.into())).into(), bytes }
    }

    /// One more line of the head; a line that stands there already is replaced.
    pub fn with(mut self, key: &str, value: impl Display) -> Self {
        self.head.retain(|(k, _)| k != key);
        self.head.push((key.into(), value.to_string()));
        self
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.head.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    fn path(folder: &Path, name: &str) -> PathBuf {
        folder.join(format!("{name}.vector"))
    }

    pub fn load(folder: &Path, name: &str) -> Option<Self> {
        let file = std::fs::read(Self::path(folder, name)).ok()?;
        let end = file.windows(2).position(|w| w == b"\n\n").expect("an empty line");
        let head = std::str::from_utf8(&file[..end]).expect("a head in UTF-8");
        let head: Vec<(String, String)> =
            head.lines().map(|l| l.split_once(": ").map(|(k, v)| (k.into(), v.into())).expect("key: value")).collect();
        let mut out = Self { name: name.into(), head, bytes: file[end + 2..].to_vec() };
        if out.get("packing") == Some("zstd") {
            out.bytes = zstd::decode_all(&out.bytes[..]).expect("zstd");
        }
        Some(out)
    }

    /// Every vector of the folder, by name.
    pub fn all(folder: &Path) -> Vec<Self> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("the vectors")
            .filter_map(|f| f.expect("a file").file_name().into_string().ok()?.strip_suffix(".vector").map(str::to_owned))
            .collect();
        names.sort();
        names.iter().map(|n| Self::load(folder, n).expect("a vector")).collect()
    }

    /// Writes the file; long bytes that compress well are packed, so that the folder stays small.
    pub fn save(&self, folder: &Path) {
        let packed = zstd::bulk::compress(&self.bytes, 19).expect("zstd");
        let mut me = self.clone();
        me.head.retain(|(k, _)| k != "packing");
        if self.bytes.len() > 4096 && packed.len() < self.bytes.len() / 2 {
            me.head.push(("packing".into(), "zstd".into()));
            me.bytes = packed;
        }
        let head: String = me.head.iter().map(|(k, v)| format!("{k}: {v}\n")).collect();
        std::fs::write(Self::path(folder, &self.name), [head.as_bytes(), b"\n", &me.bytes].concat()).expect("writing a vector");
    }
}

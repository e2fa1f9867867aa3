//! A folder with copies in it, and the questions most tests ask of them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::DateTime;
use serde_json::{Value, json};
use xinghuo_desk::{Desk, Failure, Home};

static SECONDS: AtomicI64 = AtomicI64::new(1_732_000_000);

pub const PASS: &str = "测试口令一二三";

pub struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn desk(&self, name: &str) -> Desk {
        let home = Home { dir: self.path(name), state: self.path(&format!("state-{name}")) };
        let clock = || {
            let seconds = SECONDS.fetch_add(1, Ordering::Relaxed);
            DateTime::from_timestamp(seconds, 0).expect("a time").fixed_offset()
        };
        Desk::at(home, Box::new(clock), xinghuo_desk::Cost::LEAST)
    }
}

pub fn try_ask(desk: &Desk, question: Value) -> Result<Value, Failure> {
    desk.answer(serde_json::from_value(question).expect("a question of the contract"))
}

pub fn ask(desk: &Desk, question: Value) -> Value {
    try_ask(desk, question.clone()).unwrap_or_else(|f| panic!("{question}: {} {}", f.code, f.message))
}

pub fn code(desk: &Desk, question: Value) -> String {
    try_ask(desk, question).err().map_or_else(|| "ok".to_owned(), |f| f.code)
}

pub fn fingerprint(desk: &Desk) -> String {
    ask(desk, json!({ "ask": "exchange" }))["fingerprint"].as_str().expect("a fingerprint").to_owned()
}

pub fn join(place: &Place, branch: &Desk, office: &Desk) {
    let (request, welcome) = (place.path("a.xinghuo-join"), place.path("w.xinghuo"));
    ask(branch, json!({ "ask": "join_request", "path": request }));
    ask(office, json!({ "ask": "admit", "path": request, "fingerprint": fingerprint(branch), "out": welcome }));
    ask(branch, json!({ "ask": "welcome", "path": welcome, "fingerprint": fingerprint(office) }));
}

pub fn partner(desk: &Desk, detail: &str) -> String {
    let view = ask(desk, json!({ "ask": "exchange" }));
    let all = view["partners"].as_array().expect("partners");
    all.iter()
        .find(|p| format!("{}{}", p["name"], p["detail"]).contains(detail))
        .unwrap_or_else(|| panic!("no partner {detail} in {all:?}"))["key"]
        .as_str()
        .expect("a key")
        .to_owned()
}

pub fn export(desk: &Desk, to: &str, path: &Path) -> Value {
    ask(desk, json!({ "ask": "export", "audience": partner(desk, to), "path": path }))
}

pub fn import(desk: &Desk, paths: &[&Path]) -> Value {
    ask(desk, json!({ "ask": "import", "paths": paths }))
}

pub fn request(desk: &Desk, text: &str) -> String {
    ask(
        desk,
        json!({ "ask": "add_request", "accepted_on": "2024-11-01", "category": "repairs", "source": "visit", "urgency": "normal",
        "requester": null, "place": "3幢", "text": text, "handler": null, "due_on": "2024-11-20" }),
    )["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

pub fn hash(desk: &Desk) -> String {
    let report = ask(desk, json!({ "ask": "check" }));
    assert_eq!(report["problems"], json!([]));
    report["state_hash"].as_str().expect("a hash").to_owned()
}

pub fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for file in std::fs::read_dir(from).expect("a folder") {
        let file = file.expect("an entry");
        std::fs::copy(file.path(), to.join(file.file_name())).expect("a copy");
    }
}

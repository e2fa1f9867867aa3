//! Copies on real folders, as in `exchange`, with little questions to them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::DateTime;
use serde_json::{Value, json};
use xinghuo_desk::{Desk, Failure, Home};

static SECONDS: AtomicI64 = AtomicI64::new(1_732_000_000);

pub const PASS: &str = "测试口令一二三";

pub struct Place {
    pub dir: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self { dir: dir.expect("a temporary folder") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("writing a file");
        path
    }

    pub fn desk(&self, name: &str) -> Desk {
        let home = Home { dir: self.path(name), state: self.path(&format!("state-{name}")) };
        let clock = || DateTime::from_timestamp(SECONDS.fetch_add(1, Ordering::Relaxed), 0).expect("a time").fixed_offset();
        Desk::at(home, Box::new(clock), xinghuo_desk::Cost::LEAST)
    }

    /// The same copy, opened anew.
    pub fn again(&self, name: &str) -> Desk {
        let desk = self.desk(name);
        ask(&desk, json!({ "ask": "unlock", "passphrase": PASS }));
        desk
    }

    pub fn branch(&self, name: &str) -> Desk {
        let desk = self.desk(name);
        ask(
            &desk,
            json!({ "ask": "create_branch", "district": "示范区", "street": "示范街道", "community": "星岩社区", "compound": format!("{name}小区"),
            "prefix": null, "person": name, "copy": format!("{name}的笔记本"), "passphrase": PASS }),
        );
        desk
    }

    pub fn office(&self) -> Desk {
        let desk = self.desk("office");
        ask(
            &desk,
            json!({ "ask": "create_office", "district": "示范区", "street": "示范街道", "community": "星岩社区",
            "person": "周管理", "copy": "社区电脑", "passphrase": PASS }),
        );
        desk
    }

    /// A branch and its office, joined.
    pub fn joined(&self) -> (Desk, Desk) {
        let (branch, office) = (self.branch("甲"), self.office());
        self.join(&branch, &office);
        (branch, office)
    }

    pub fn join(&self, branch: &Desk, office: &Desk) {
        let (request, welcome) = (self.path("a.xinghuo-join"), self.path("w.xinghuo"));
        let fingerprint = |desk: &Desk| ask(desk, json!({ "ask": "exchange" }))["fingerprint"].clone();
        ask(branch, json!({ "ask": "join_request", "path": request }));
        ask(office, json!({ "ask": "admit", "path": request, "fingerprint": fingerprint(branch), "out": welcome }));
        ask(branch, json!({ "ask": "welcome", "path": welcome, "fingerprint": fingerprint(office) }));
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

pub fn partner(desk: &Desk, name: &str) -> String {
    let view = ask(desk, json!({ "ask": "exchange" }));
    let all = view["partners"].as_array().expect("partners").clone();
    let found = all.iter().find(|p| format!("{}{}", p["name"], p["detail"]).contains(name));
    found.unwrap_or_else(|| panic!("no partner {name} in {all:?}"))["key"].as_str().expect("a key").to_owned()
}

pub fn export(desk: &Desk, to: &str, path: &Path) -> Value {
    ask(desk, json!({ "ask": "export", "audience": partner(desk, to), "path": path }))
}

/// What became of one bundle.
pub fn import(desk: &Desk, path: &Path) -> Value {
    ask(desk, json!({ "ask": "import", "paths": [path] }))[0].clone()
}

pub fn sentences(report: &Value) -> String {
    report["sentences"].as_array().expect("sentences").iter().filter_map(Value::as_str).collect()
}

pub fn request(desk: &Desk, text: &str) -> String {
    let question = json!({ "ask": "add_request", "accepted_on": "2024-11-01", "category": "repairs", "source": "visit", "urgency": "normal",
        "requester": null, "place": "3幢", "text": text, "handler": null, "due_on": "2024-11-20" });
    ask(desk, question)["id"].as_str().expect("an id").to_owned()
}

pub fn add(desk: &Desk, record: &str, file: &Path) -> Value {
    ask(desk, json!({ "ask": "add_attachment", "record": record, "path": file }))
}

pub fn list(desk: &Desk, record: &str) -> Vec<Value> {
    ask(desk, json!({ "ask": "attachments", "record": record })).as_array().expect("a list").clone()
}

/// A picture as the page gets it.
pub fn shown(desk: &Desk, attachment: &Value, small: bool) -> Result<Vec<u8>, String> {
    let id = attachment["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    desk.picture(id, small).map(|p| p.bytes).map_err(|f| f.code)
}

pub fn hash(desk: &Desk) -> Value {
    let report = ask(desk, json!({ "ask": "check" }));
    assert_eq!(report["problems"], json!([]));
    report["state_hash"].clone()
}

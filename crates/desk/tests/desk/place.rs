//! Desks in a temporary folder: branches and an office, and what they ask of each other.
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::DateTime;
use serde_json::{Value, json};
use xinghuo_desk::{Desk, Failure, Home};

pub static SECONDS: AtomicI64 = AtomicI64::new(1_732_000_000);

pub const PASS: &str = "测试口令一二三";

pub struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("writing a file");
        path
    }

    /// The same copy, opened anew.
    pub fn again(&self, name: &str) -> Desk {
        let desk = self.desk(name);
        ask(&desk, json!({ "ask": "unlock", "passphrase": PASS }));
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn desk(&self, name: &str) -> Desk {
        let clock = || {
            let seconds = SECONDS.fetch_add(1, Ordering::Relaxed);
            DateTime::from_timestamp(seconds, 0).expect("a time").fixed_offset()
        };
        self.desk_at(name, Box::new(clock))
    }

    fn desk_at(&self, name: &str, clock: xinghuo_desk::Clock) -> Desk {
        let home = Home { dir: self.path(name), state: self.path(&format!("state-{name}")) };
        Desk::at(home, clock, xinghuo_desk::Cost::LEAST)
    }

    /// A desk whose computer shows the morning of this day.
    fn desk_on(&self, name: &str, day: &str) -> Desk {
        let morning = DateTime::parse_from_rfc3339(&format!("{day}T09:00:00+08:00")).expect("a day");
        let passed = AtomicI64::new(0);
        self.desk_at(name, Box::new(move || morning + chrono::Duration::seconds(passed.fetch_add(1, Ordering::Relaxed))))
    }

    pub fn branch_on(&self, name: &str, day: &str) -> Desk {
        make_branch(self.desk_on(name, day), name)
    }

    pub fn office_on(&self, day: &str) -> Desk {
        make_office(self.desk_on("office", day))
    }

    /// The same copy, opened anew on this day.
    pub fn again_on(&self, name: &str, day: &str) -> Desk {
        let desk = self.desk_on(name, day);
        ask(&desk, json!({ "ask": "unlock", "passphrase": PASS }));
        desk
    }

    pub fn branch(&self, name: &str) -> Desk {
        make_branch(self.desk(name), name)
    }

    pub fn office(&self) -> Desk {
        make_office(self.desk("office"))
    }
}

fn make_branch(desk: Desk, name: &str) -> Desk {
    ask(
        &desk,
        json!({ "ask": "create_branch", "district": "示范区", "street": "示范街道", "community": "星岩社区", "compound": "橘香里",
            "prefix": null, "person": name, "copy": format!("{name}的笔记本"), "passphrase": PASS }),
    );
    desk
}

fn make_office(desk: Desk) -> Desk {
    ask(
        &desk,
        json!({ "ask": "create_office", "district": "示范区", "street": "示范街道", "community": "星岩社区",
            "person": "周管理", "copy": "社区电脑", "passphrase": PASS }),
    );
    desk
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

pub fn edit(desk: &Desk, id: &str, place: &str, due: &str) {
    ask(
        desk,
        json!({ "ask": "edit_request", "id": id, "category": "repairs", "urgency": "normal", "requester": null, "place": place,
        "text": "路灯不亮", "handler": null, "due_on": due }),
    );
}

pub fn hash(desk: &Desk) -> String {
    let report = ask(desk, json!({ "ask": "check" }));
    assert_eq!(report["problems"], json!([]));
    report["state_hash"].as_str().expect("a hash").to_owned()
}

/// Two laptops of one compound and their office.
pub fn three(place: &Place) -> (Desk, Desk, Desk) {
    let (a, office) = (place.branch("甲"), place.office());
    join(place, &a, &office);
    let first = place.path("first.xinghuo");
    export(&a, "星岩社区", &first);
    import(&office, &[&first]);
    let b = place.branch("乙");
    join(place, &b, &office);
    // The first laptop learns of the second from the office's next bundle.
    let news = place.path("news.xinghuo");
    export(&office, "甲", &news);
    import(&a, &[&news]);
    (a, b, office)
}

pub fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for file in std::fs::read_dir(from).expect("a folder") {
        let file = file.expect("an entry");
        std::fs::copy(file.path(), to.join(file.file_name())).expect("a copy");
    }
}

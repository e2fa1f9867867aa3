//! Compounds of one community with files to hand round.

use std::path::Path;

use serde_json::{Value, json};
use xinghuo_desk::Desk;

use crate::place::{PASS, Place, ask, join};

impl Place {
    /// A compound named after who keeps it.
    pub fn compound_of(&self, name: &str) -> Desk {
        let desk = self.desk(name);
        ask(
            &desk,
            json!({ "ask": "create_branch", "district": "示范区", "street": "示范街道", "community": "星岩社区", "compound": format!("{name}小区"),
            "prefix": null, "person": name, "copy": format!("{name}的笔记本"), "passphrase": PASS }),
        );
        desk
    }

    /// A branch and its office, joined.
    pub fn joined(&self) -> (Desk, Desk) {
        let (branch, office) = (self.compound_of("甲"), self.office());
        join(self, &branch, &office);
        (branch, office)
    }
}

/// What became of one bundle.
pub fn import(desk: &Desk, path: &Path) -> Value {
    ask(desk, json!({ "ask": "import", "paths": [path] }))[0].clone()
}

pub fn sentences(report: &Value) -> String {
    report["sentences"].as_array().expect("sentences").iter().filter_map(Value::as_str).collect()
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

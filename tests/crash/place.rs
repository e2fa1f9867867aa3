//! The folders that every point starts from, made once through the desk, and copied for each.
//!
//! The copies in them are real ones, encrypted and locked by a passphrase; only unlocking costs the
//! least that the program reads, because it is done for every point.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::DateTime;
use serde_json::{Value, json};
use xinghuo_desk::{Cost, Desk, Home};

use crate::Outcome;
use crate::flows::Names;

pub const PASSPHRASE: &str = "三棵树下石榴红";
/// What the key file of a copy for tests costs to open.
const CHEAP: Cost = Cost { memory: 19 * 1024, passes: 1 };

/// Where points live: in memory where the machine has such a place.
pub fn memory() -> Outcome<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    place.map_err(|e| e.to_string())
}

/// The desk of the home called `name` in this folder; what the computer remembers of it stands
/// beside it.
pub fn desk(folder: &Path, name: &str) -> Desk {
    static SECONDS: AtomicI64 = AtomicI64::new(1_732_000_000);
    let clock = || DateTime::from_timestamp(SECONDS.fetch_add(1, Ordering::Relaxed), 0).unwrap_or_default().fixed_offset();
    Desk::at(Home { dir: folder.join(name), state: state(folder, name) }, Box::new(clock), CHEAP)
}

/// What the computer remembers of a home.
pub fn state(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("state-{name}"))
}

/// Asks a desk.
pub fn ask(desk: &Desk, question: Value) -> Outcome<Value> {
    let ask = serde_json::from_value(question.clone()).map_err(|e| format!("{question}: {e}"))?;
    desk.answer(ask).map_err(|f| format!("{question}: {} {}", f.code, f.message))
}

/// The starting folder of every flow, by the flow's `start`.
pub struct Starts(tempfile::TempDir);

impl Starts {
    /// Makes them.
    pub fn new() -> Outcome<Self> {
        let starts = Self(memory()?);
        starts.make()?;
        Ok(starts)
    }

    /// One of them.
    pub fn of(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn make(&self) -> Outcome {
        let at = |name: &str| self.of("all").join(name);
        let all = self.of("all");
        fs::create_dir_all(&all).map_err(|e| e.to_string())?;
        fs::write(at("花名册.xlsx"), xinghuo_roster::sample::clean_workbook(7, 30, 0)).map_err(|e| e.to_string())?;

        let branch = desk(&all, "branch");
        let office = desk(&all, "office");
        let place = json!({ "district": "临江区", "street": "望湖街道", "community": "星岩社区", "passphrase": PASSPHRASE });
        let with = |more: Value| {
            let mut question = place.clone();
            for (name, value) in more.as_object().into_iter().flatten() {
                question[name] = value.clone();
            }
            question
        };
        ask(&branch, with(json!({ "ask": "create_branch", "compound": "橘香里", "prefix": null, "person": "林书记", "copy": "笔记本" })))?;
        ask(&office, with(json!({ "ask": "create_office", "person": "周主任", "copy": "社区电脑" })))?;
        person(&branch, "吴庚")?;
        request(&branch, "楼道灯坏了")?;
        ask(&branch, json!({ "ask": "join_request", "path": at("入网申请.xinghuo-join") }))?;
        self.keep(&[&branch, &office], "apart")?;

        open(&[&branch, &office])?;
        let print = |desk: &Desk| -> Outcome<Value> { Ok(ask(desk, json!({ "ask": "exchange" }))?["fingerprint"].clone()) };
        let (ours, theirs) = (print(&branch)?, print(&office)?);
        let welcome = at("欢迎包.xinghuo");
        ask(&office, json!({ "ask": "admit", "path": at("入网申请.xinghuo-join"), "fingerprint": ours, "out": welcome }))?;
        self.keep(&[&branch, &office], "admitted")?;

        open(&[&branch, &office])?;
        ask(&branch, json!({ "ask": "welcome", "path": welcome, "fingerprint": theirs }))?;
        request(&branch, "水管漏水")?;
        let partner = |desk: &Desk| -> Outcome<Value> { Ok(ask(desk, json!({ "ask": "exchange" }))?["partners"][0]["key"].clone()) };
        let export = |from: &Desk, file: &str| ask(from, json!({ "ask": "export", "audience": partner(from)?, "path": at(file) }));
        ask(&branch, json!({ "ask": "backup", "path": at("备份.xinghuo-backup") }))?;
        ask(&branch, json!({ "ask": "lock" }))?;
        // As a whole disk is put back from an image: the folder and what the computer remembers of it.
        copy(&at("branch"), &at("imaged"))?;
        copy(&at("state-branch"), &at("state-imaged"))?;
        open(&[&branch])?;
        request(&branch, "电梯停运")?;
        for n in 0..4 {
            request(&branch, &format!("第 {n} 件小事"))?;
        }
        export(&branch, "给社区.xinghuo")?;
        fs::write(at("楼道.png"), include_bytes!("../../assets/pictures/minutes.png")).map_err(|e| e.to_string())?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let names = Names { ours: text(&ours), theirs: text(&theirs), meeting: text(&council(&branch)?) };
        fs::write(at("names"), serde_json::to_string(&names).unwrap_or_default()).map_err(|e| e.to_string())?;
        self.keep(&[&branch, &office], "sent")?;

        open(&[&branch, &office])?;
        ask(&office, json!({ "ask": "import", "paths": [at("给社区.xinghuo")] }))?;
        export(&office, "回执.xinghuo")?;
        request(&branch, "还没有送出的一件")?;
        // A folder without what the computer remembers of it: carried to another laptop.
        ask(&branch, json!({ "ask": "lock" }))?;
        copy(&at("branch"), &at("carried"))?;
        // The disk put back from its image does not know that it is one. What it says it has tells
        // the office what it lacks.
        let imaged = desk(&all, "imaged");
        open(&[&imaged])?;
        export(&imaged, "旧盘.xinghuo")?;
        ask(&office, json!({ "ask": "import", "paths": [at("旧盘.xinghuo")] }))?;
        export(&office, "补发.xinghuo")?;
        self.keep(&[&office, &imaged], "answered")
    }

    /// Keeps everything as it is now under a name.
    fn keep(&self, desks: &[&Desk], name: &str) -> Outcome {
        for desk in desks {
            ask(desk, json!({ "ask": "lock" }))?;
        }
        copy(&self.of("all"), &self.of(name))
    }
}

fn open(desks: &[&Desk]) -> Outcome {
    desks.iter().try_for_each(|desk| ask(desk, json!({ "ask": "unlock", "passphrase": PASSPHRASE })).map(drop))
}

fn person(desk: &Desk, name: &str) -> Outcome {
    let question = json!({ "ask": "save_person", "id": null, "name": name, "building": "3", "unit": "2", "room": "501", "relation": null,
        "sex": null, "birth": null, "phones": ["13900000000"], "occupancy": null, "party_member": null, "skills": null,
        "checked_in_on": null, "employer": null, "id_number": null, "note": null });
    ask(desk, question).map(drop)
}

/// A council whose minutes are checked and not final yet; its id.
fn council(desk: &Desk) -> Outcome<Value> {
    let asked = |question: Value| Ok::<Value, String>(ask(desk, question)?["id"].clone());
    let delegate = asked(json!({ "ask": "save_delegate", "id": null, "party": "property", "name": "罗建华", "person": null, "unit": null,
        "title": null, "since": "2024-01-01", "until": null }))?;
    let topic = asked(json!({ "ask": "add_topic", "month": "2024-11", "title": "关于路灯", "opinions": [], "benefit": false,
        "owner_matter": null, "sponsor": "林书记" }))?;
    asked(json!({ "ask": "decide_topic", "id": topic, "to": "chosen", "on": "2024-11-08", "reason": "居民关心" }))?;
    let meeting = asked(json!({ "ask": "plan_meeting", "month": "2024-11", "kind": "council", "held_at": "2024-11-15T19:00:00+08:00",
        "place": "议事厅", "chair": "林书记", "recorder": "何干事", "agenda": [] }))?;
    asked(json!({ "ask": "sign_in", "meeting": meeting, "delegate": delegate, "presence": "present", "name": null, "note": null }))?;
    asked(json!({ "ask": "open_meeting", "id": meeting }))?;
    asked(
        json!({ "ask": "record_vote", "meeting": meeting, "topic": topic, "method": "hands", "present": 1, "yes": 1, "no": 0, "abstain": 0,
        "recused": 0, "ballots": [] }),
    )?;
    asked(json!({ "ask": "add_resolution", "meeting": meeting, "topic": topic, "text": "换灯", "task": null }))?;
    asked(json!({ "ask": "close_meeting", "id": meeting }))?;
    asked(json!({ "ask": "check_minutes", "id": meeting, "by": "林书记" }))
}

fn request(desk: &Desk, text: &str) -> Outcome {
    let question = json!({ "ask": "add_request", "accepted_on": "2024-11-01", "category": "repairs", "source": "visit", "urgency": "normal",
        "requester": null, "place": "3幢", "text": text, "handler": null, "due_on": "2024-11-20" });
    ask(desk, question).map(drop)
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) -> Outcome {
    let work = || -> std::io::Result<()> {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let into = to.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                copy(&entry.path(), &into).map_err(std::io::Error::other)?;
            } else {
                fs::copy(entry.path(), into)?;
            }
        }
        Ok(())
    };
    work().map_err(|e| format!("{} → {}: {e}", from.display(), to.display()))
}

/// Empties a folder, or makes it.
pub fn empty(folder: &Path) -> Outcome {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.to_string()),
        _ => {}
    }
    fs::create_dir_all(folder).map_err(|e| e.to_string())
}

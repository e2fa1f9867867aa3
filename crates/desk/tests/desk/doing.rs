//! What people do in a month, and how it is read: for all tests here.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};
use xinghuo_desk::Desk;

use crate::place::*;

pub fn id(saved: &Value) -> String {
    saved["id"].as_str().expect("an id").to_owned()
}

pub fn opinion(desk: &Desk, on: &str) -> String {
    id(&ask(desk, json!({ "ask": "add_opinion", "on": on, "source": "visit", "category": "repairs", "text": "路灯不亮", "person": null })))
}

pub fn month(desk: &Desk, month: &str) -> Value {
    ask(desk, json!({ "ask": "council", "month": month }))
}

pub fn steps(desk: &Desk, of: &str) -> Vec<String> {
    let view = month(desk, of);
    view["steps"].as_array().expect("steps").iter().map(|s| s["state"].as_str().expect("a state").to_owned()).collect()
}

/// A topic of this month that was chosen.
pub fn topic(desk: &Desk, of: &str, title: &str, benefit: bool) -> String {
    chosen_topic(desk, of, title, benefit, Value::Null)
}

/// One that only the owners may decide.
pub fn owners_topic(desk: &Desk, of: &str, benefit: bool) -> String {
    chosen_topic(desk, of, "关于动用维修资金", benefit, json!("spend_fund"))
}

fn chosen_topic(desk: &Desk, of: &str, title: &str, benefit: bool, owner_matter: Value) -> String {
    let added = ask(
        desk,
        json!({ "ask": "add_topic", "month": of, "title": title, "opinions": [], "benefit": benefit, "owner_matter": owner_matter, "sponsor": "陈书记" }),
    );
    ask(desk, json!({ "ask": "decide_topic", "id": id(&added), "to": "chosen", "on": format!("{of}-08"), "reason": "居民关心" }));
    id(&added)
}

pub fn delegate(desk: &Desk, party: &str, name: &str) -> String {
    id(&ask(
        desk,
        json!({ "ask": "save_delegate", "id": null, "party": party, "name": name, "person": null, "unit": null, "title": null,
        "since": "2024-01-01", "until": null }),
    ))
}

/// A council on the month's chosen topics at which these delegates are there; it goes on.
pub fn council(desk: &Desk, of: &str, there: &[&str]) -> String {
    let meeting = id(&ask(
        desk,
        json!({ "ask": "plan_meeting", "month": of, "kind": "council", "held_at": format!("{of}-15T19:00:00+08:00"), "place": "议事厅",
        "chair": "陈书记", "recorder": "林干事", "agenda": [] }),
    ));
    for who in there {
        ask(desk, json!({ "ask": "sign_in", "meeting": meeting, "delegate": who, "presence": "present", "name": null, "note": null }));
    }
    ask(desk, json!({ "ask": "open_meeting", "id": meeting }));
    meeting
}

/// Everybody there agrees, and somebody has until `due` to do it; gives the task.
pub fn agreed(desk: &Desk, of: &str, meeting: &str, topic: &str, votes: u32, due: &str) -> String {
    ask(
        desk,
        json!({ "ask": "record_vote", "meeting": meeting, "topic": topic, "method": "hands", "present": votes, "yes": votes, "no": 0,
        "abstain": 0, "recused": 0, "ballots": [] }),
    );
    ask(
        desk,
        json!({ "ask": "add_resolution", "meeting": meeting, "topic": topic, "text": "由物业更换",
        "task": { "text": format!("更换{topic}"), "party": "property", "owner": "吴经理", "due_on": due } }),
    );
    let tasks = month(desk, of)["tasks"].as_array().expect("tasks").clone();
    let mine = tasks.iter().find(|t| t["task"]["text"] == format!("更换{topic}")).expect("the task");
    mine["task"]["id"].as_str().expect("an id").to_owned()
}

/// What a paper says, saved as .docx.
pub fn written(desk: &Desk, paper: Value, path: &Path) -> String {
    ask(desk, json!({ "ask": "save_paper", "paper": paper, "format": "docx", "path": path }));
    let mut zip = zip::ZipArchive::new(File::open(path).expect("a paper")).expect("a document");
    let mut text = String::new();
    zip.by_name("word/document.xml").expect("its text").read_to_string(&mut text).expect("text");
    text
}

pub fn meeting_of<'a>(view: &'a Value, meeting: &str) -> &'a Value {
    view["meetings"].as_array().expect("meetings").iter().find(|m| m["meeting"]["id"] == *meeting).expect("the meeting")
}

/// A vote by hands at which everybody there took sides.
pub fn vote(meeting: &str, topic: &str, yes: u32, no: u32) -> Value {
    json!({ "ask": "record_vote", "meeting": meeting, "topic": topic, "method": "hands", "present": yes + no, "yes": yes, "no": no,
        "abstain": 0, "recused": 0, "ballots": [] })
}

pub fn finish(desk: &Desk, meeting: &str, on: &str) {
    ask(desk, json!({ "ask": "close_meeting", "id": meeting }));
    ask(desk, json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" }));
    ask(desk, json!({ "ask": "finalise_minutes", "id": meeting, "on": on }));
}

/// Two laptops of one branch that both belong to the office: the second founded anew and admitted as a further
/// one.
pub fn two_laptops(place: &Place, day: &str) -> (Desk, Desk, Desk) {
    let (first, office) = (place.branch_on("甲", day), place.office_on(day));
    join(place, &first, &office);
    // The second one asks before anything was heard of the first.
    let second = place.branch_on("乙", day);
    let (request, welcome) = (place.path("b.xinghuo-join"), place.path("wb.xinghuo"));
    ask(&second, json!({ "ask": "join_request", "path": request }));
    ask(&office, json!({ "ask": "admit", "path": request, "fingerprint": fingerprint(&second), "out": welcome }));
    ask(&second, json!({ "ask": "welcome", "path": welcome, "fingerprint": fingerprint(&office) }));
    (first, second, office)
}

/// What everybody has goes to everybody, through the office.
pub fn round(place: &Place, first: &Desk, second: &Desk, office: &Desk, n: u32) {
    let up: Vec<_> = [first, second]
        .into_iter()
        .enumerate()
        .map(|(at, desk)| {
            let path = place.path(&format!("up-{n}-{at}.xinghuo"));
            export(desk, "星岩社区", &path);
            path
        })
        .collect();
    import(office, &up.iter().map(|p| p.as_path()).collect::<Vec<_>>());
    for (name, desk) in [("甲的笔记本", first), ("乙的笔记本", second)] {
        let path = place.path(&format!("down-{n}-{name}.xinghuo"));
        export(office, name, &path);
        import(desk, &[&path]);
    }
}

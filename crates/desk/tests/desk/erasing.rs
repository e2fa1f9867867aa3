//! Erasing a person: gone here, gone at the office, and the figures stay.

use serde_json::{Value, json};
use xinghuo_desk::Desk;

use crate::place::*;

const NAME: &str = "欧阳䶮";
const PHONE: &str = "13987654321";

fn person(desk: &Desk) -> String {
    let question = json!({ "ask": "save_person", "id": null, "name": NAME, "building": "3", "unit": "2", "room": "501", "relation": null,
        "sex": null, "birth": "1950", "phones": [PHONE], "occupancy": null, "party_member": null, "skills": "木工", "checked_in_on": null,
        "employer": null, "id_number": null, "note": "怕吵" });
    ask(desk, question)["id"].as_str().expect("an id").to_owned()
}

fn request_of(desk: &Desk, person: &str) -> String {
    let question = json!({ "ask": "add_request", "accepted_on": "2024-11-01", "category": "repairs", "source": "visit", "urgency": "normal",
        "requester": person, "place": "3幢", "text": "老人家里漏水", "handler": null, "due_on": "2024-11-20" });
    ask(desk, question)["id"].as_str().expect("an id").to_owned()
}

fn erase(desk: &Desk, person: &str, cases: bool) -> Value {
    ask(desk, json!({ "ask": "erase", "id": person, "cases": cases, "reason": "asked" }))
}

fn found(desk: &Desk, text: &str) -> usize {
    ask(desk, json!({ "ask": "find", "text": text })).as_array().expect("hits").len()
}

/// The branch's records at the office.
fn look(office: &Desk) {
    let cards = ask(office, json!({ "ask": "overview" }));
    ask(office, json!({ "ask": "look_at", "compound": cards[0]["compound"]["id"] }));
}

#[test]
fn who_is_erased_is_gone_here_and_at_the_office_and_a_second_bundle_brings_nothing_back() {
    let place = Place::new();
    let (branch, office) = (place.branch("甲"), place.office());
    join(&place, &branch, &office);
    let one = person(&branch);
    let case = request_of(&branch, &one);
    ask(&branch, json!({ "ask": "save_draft", "key": format!("person:{one}"), "text": PHONE }));
    let before = place.path("1.xinghuo");
    export(&branch, "星岩社区", &before);
    import(&office, &[&before]);
    look(&office);
    assert_eq!(found(&office, NAME), 1);

    let view = ask(&branch, json!({ "ask": "erasure", "id": one }));
    assert_eq!((&view["name"], &view["cases"][0]["id"]), (&json!(NAME), &json!(case)), "{view}");
    erase(&branch, &one, true);
    for text in [NAME, "4321", "漏水", "oy"] {
        assert_eq!(found(&branch, text), 0, "{text}");
    }
    assert_eq!(code(&branch, json!({ "ask": "person", "id": one })), "store.missing");
    assert_eq!(code(&branch, json!({ "ask": "undo" })), "undo.nothing");

    let after = place.path("2.xinghuo");
    export(&branch, "星岩社区", &after);
    let report = import(&office, &[&after]);
    assert!(report[0]["sentences"].to_string().contains("抹去"), "{report}");
    // The old bundle once more, as somebody finds it on a stick.
    import(&office, &[&before]);
    look(&office);
    for text in [NAME, "4321", "漏水"] {
        assert_eq!(found(&office, text), 0, "{text}");
    }
    let history = ask(&office, json!({ "ask": "history", "record": one })).to_string();
    assert!(history.contains("抹去") && !history.contains(NAME) && !history.contains(PHONE), "{history}");
}

#[test]
fn without_their_cases_only_the_person_goes_and_what_mentions_them_is_told_before() {
    let place = Place::new();
    let branch = place.branch("甲");
    let one = person(&branch);
    let case = request_of(&branch, &one);
    let other = request(&branch, &format!("{NAME}家的狗"));
    let view = ask(&branch, json!({ "ask": "erasure", "id": one }));
    assert_eq!(view["mentions"][0]["id"], json!(other), "{view}");
    erase(&branch, &one, false);
    let kept = ask(&branch, json!({ "ask": "request", "id": case }));
    assert!(kept.to_string().contains("老人家里漏水") && !kept.to_string().contains(NAME), "{kept}");
}

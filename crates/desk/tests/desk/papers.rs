//! A year of made-up months on paper: every paper that a council's month names, as PDF pages and as .docx.

use serde_json::{Value, json};
use xinghuo_desk::ask::DemoRole;
use xinghuo_desk::{Desk, demo};

use crate::doing::*;
use crate::place::*;

fn list(view: &Value, name: &str) -> Vec<Value> {
    view[name].as_array().expect("a list").clone()
}

/// How many pages a paper has; it prints as PDF and as .docx.
fn pages(place: &Place, desk: &Desk, paper: &Value) -> usize {
    let preview = ask(desk, json!({ "ask": "preview_paper", "paper": paper }));
    assert_eq!(preview["uncovered"], json!([]), "{paper}");
    let pages = preview["pages"].as_array().expect("pages").len();
    let pdf = place.path("paper.pdf");
    ask(desk, json!({ "ask": "save_paper", "paper": paper, "format": "pdf", "path": pdf }));
    let bytes = std::fs::read(&pdf).expect("a file");
    assert!(bytes.starts_with(b"%PDF-") && bytes.len() > 2000, "{paper}");
    assert!(written(desk, paper.clone(), &place.path("paper.docx")).contains("<w:t"), "{paper}");
    pages
}

#[test]
fn the_twelve_months_of_the_demonstration_print_every_paper_of_theirs() {
    let place = Place::new();
    let desk = place.desk("示范");
    let year = demo::Scale { months: 12, ..demo::Scale::small() };
    desk.demo_of(DemoRole::Branch, PASS, &year, 1).expect("a demonstration");
    let months = list(&ask(&desk, json!({ "ask": "council", "month": null })), "months");
    assert_eq!(months.len(), 12);
    let (mut held, mut slips, mut told) = (0, 0, 0);
    for month in &months {
        let view = ask(&desk, json!({ "ask": "council", "month": month }));
        for meeting in list(&view, "meetings") {
            let id = &meeting["meeting"]["id"];
            assert_eq!(meeting["changed_since_final"], false, "{month}");
            for form in ["plain", "red_head", "record"] {
                let paper = json!({ "kind": "minutes", "meeting": id, "form": form });
                assert!(pages(&place, &desk, &paper) >= 1);
                let text = written(&desk, paper, &place.path("m.docx"));
                let chair = meeting["meeting"]["chair"].as_str().expect("a name");
                assert!(text.contains(chair), "{month} {form}");
                assert_eq!(form == "record", text.contains("会议记录") || text.contains("议事会记录"), "{month} {form}");
            }
            for kind in ["sign_in", "notice"] {
                assert!(pages(&place, &desk, &json!({ "kind": kind, "meeting": id })) >= 1);
            }
            for party in list(&meeting, "parties") {
                let paper = json!({ "kind": "invitation", "meeting": id, "party": party["party"] });
                assert_eq!(
                    pages(&place, &desk, &paper),
                    1,
                    "the receipt is torn off the sheet it belongs to: {month} {}",
                    meeting["topics"].as_array().map_or(0, Vec::len)
                );
            }
            held += usize::from(meeting["meeting"]["state"] == "final");
        }
        for task in list(&view, "tasks") {
            let paper = json!({ "kind": "task_slip", "task": task["task"]["id"] });
            assert_eq!(pages(&place, &desk, &paper), 1, "{}", task["task"]["text"]);
            slips += 1;
        }
        for opinion in list(&view, "opinions").iter().filter(|line| line["replies"] != json!([])).take(1) {
            let paper = json!({ "kind": "opinion_reply", "opinion": opinion["opinion"]["id"] });
            assert_eq!(pages(&place, &desk, &paper), 1);
            assert!(written(&desk, paper, &place.path("r.docx")).contains("办理情况"));
            told += 1;
        }
    }
    assert!(held >= 9 && slips >= 15 && told >= 3, "{held} meetings, {slips} slips, {told} replies");
    let affairs = [("publicities", "publicity", "publicity"), ("demands", "demand", "demand")];
    for (question, record, kind) in affairs {
        for line in ask(&desk, json!({ "ask": question })).as_array().expect("a list") {
            let mut paper = json!({ "kind": kind });
            paper[record] = line[record]["id"].clone();
            assert_eq!(pages(&place, &desk, &paper), 1);
        }
    }
    let rule = &list(&ask(&desk, json!({ "ask": "order" })), "rules")[0]["rule"]["id"];
    let paper = json!({ "kind": "house_rule", "rule": rule });
    assert!(pages(&place, &desk, &paper) >= 1);
    let text = written(&desk, paper, &place.path("h.docx"));
    assert!(text.contains("施行") && text.contains("议事会通过"));
}

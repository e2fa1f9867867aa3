//! What seldom happens in a month, and must come out right all the same.

use serde_json::{Value, json};
use xinghuo_desk::Desk;

use crate::doing::*;
use crate::place::*;

const OF: &str = "2024-11";

fn decide(topic: &str, to: &str, on: &str) -> Value {
    json!({ "ask": "decide_topic", "id": topic, "to": to, "on": on, "reason": "看情况再说" })
}

fn outside(topic: &str, on: &str) -> Value {
    json!({ "ask": "decide_outside", "id": topic, "on": on, "reason": "水管爆了，等不到开会" })
}

fn speech(meeting: &str, topic: &str) -> Value {
    json!({ "ask": "add_speech", "meeting": meeting, "topic": topic, "speaker": "物业企业 吴经理", "text": "先看看报价。" })
}

fn line(desk: &Desk, of: &str, topic: &str) -> Value {
    let view = month(desk, of);
    view["topics"].as_array().expect("topics").iter().find(|line| line["topic"]["id"] == *topic).expect("the topic").clone()
}

#[test]
fn a_topic_put_off_at_one_council_and_decided_at_the_next_keeps_neither_from_its_minutes() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let (lamp, gate) = (topic(&branch, OF, "关于路灯", false), topic(&branch, OF, "关于门禁", false));
    let first = council(&branch, OF, &[&firm]);
    agreed(&branch, OF, &first, &lamp, 1, "2024-11-30");
    ask(&branch, speech(&first, &gate));
    ask(&branch, decide(&gate, "shelved", "2024-11-15"));
    ask(&branch, decide(&gate, "chosen", "2024-11-18"));
    let lacking = || meeting_of(&month(&branch, OF), &first)["lacking"].to_string();
    assert!(lacking().contains("“关于门禁”还没有表决结果"), "nobody has it yet");
    let plan = json!({ "ask": "plan_meeting", "month": OF, "kind": "emergency", "held_at": "2024-11-20T19:00:00+08:00", "place": "议事厅",
        "chair": "陈书记", "recorder": "林干事", "agenda": [gate] });
    let second = id(&ask(&branch, plan));
    assert!(!lacking().contains("关于门禁"), "the next one has it");
    ask(&branch, json!({ "ask": "sign_in", "meeting": second, "delegate": firm, "presence": "present", "name": null, "note": null }));
    ask(&branch, json!({ "ask": "open_meeting", "id": second }));
    agreed(&branch, OF, &second, &gate, 1, "2024-11-30");
    finish(&branch, &first, "2024-11-28");
    finish(&branch, &second, "2024-11-28");
}

#[test]
fn what_becomes_of_a_topic_or_a_task_after_its_meeting_changes_no_final_minutes() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let (lamp, gate) = (topic(&branch, OF, "关于路灯", false), topic(&branch, OF, "关于门禁", false));
    let meeting = council(&branch, OF, &[&firm]);
    // What is agreed may itself speak of who does what by when.
    ask(&branch, vote(&meeting, &lamp, 1, 0));
    let task = json!({ "text": "换灯", "party": "property", "owner": "吴经理", "due_on": "2024-11-30", "fen": null });
    ask(
        &branch,
        json!({ "ask": "add_resolution", "meeting": meeting, "topic": lamp, "text": "更换路灯，由物业在12月底前完成", "task": task }),
    );
    ask(&branch, decide(&gate, "shelved", "2024-11-15"));
    finish(&branch, &meeting, "2024-11-28");
    ask(&branch, json!({ "ask": "carry_topic", "id": gate, "on": "2024-11-28", "reason": "等报价" }));
    let task = month(&branch, OF)["tasks"][0]["task"]["id"].clone();
    ask(&branch, json!({ "ask": "edit_task", "id": task, "text": "换灯", "party": "owners", "owner": "何主任", "fen": null }));
    assert_eq!(meeting_of(&month(&branch, OF), &meeting)["changed_since_final"], false);
    // What was agreed is the meeting's own.
    ask(&branch, json!({ "ask": "correct_minutes", "id": meeting, "reason": "写错了" }));
    let resolution = meeting_of(&month(&branch, OF), &meeting)["topics"][0]["resolutions"][0]["id"].clone();
    ask(&branch, json!({ "ask": "edit_resolution", "id": resolution, "text": "更换路灯，由业委会在12月底前完成" }));
    let undone = json!({ "ask": "plan_meeting", "month": OF, "kind": "council", "held_at": "2024-11-26T19:00:00+08:00", "place": "议事厅",
        "chair": "陈书记", "recorder": "林干事", "agenda": [lamp] });
    assert_eq!(code(&branch, undone), "rule.lacks");
    ask(&branch, json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" }));
    ask(&branch, json!({ "ask": "finalise_minutes", "id": meeting, "on": "2024-11-28" }));
}

#[test]
fn who_checked_the_minutes_vouches_for_no_number_that_came_later() {
    let place = Place::new();
    let (first, second, office) = two_laptops(&place, "2024-11-28");
    let (firm, aunt) = (delegate(&first, "property", "吴经理"), delegate(&first, "residents", "王阿姨"));
    let lamp = topic(&first, OF, "关于路灯", false);
    round(&place, &first, &second, &office, 1);
    let meeting = council(&first, OF, &[&firm, &aunt]);
    assert_eq!(council(&second, OF, &[&firm, &aunt]), meeting);
    agreed(&first, OF, &meeting, &lamp, 2, "2024-11-30");
    ask(&second, vote(&meeting, &lamp, 1, 1));
    ask(&first, json!({ "ask": "close_meeting", "id": meeting }));
    ask(&first, json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" }));
    round(&place, &first, &second, &office, 2);
    let items = ask(&first, json!({ "ask": "accounts", "meeting": meeting }));
    let sides = items[0]["sides"].as_array().expect("sides").clone();
    let theirs =
        sides.iter().find(|side| side["says"][0].as_str().is_some_and(|says| says.starts_with("同意 1"))).expect("the other count");
    ask(&first, json!({ "ask": "choose_account", "chosen": theirs["id"] }));
    let kept = meeting_of(&month(&first, OF), &meeting)["meeting"].clone();
    assert_eq!((&kept["state"], &kept["checked_by"]), (&json!("closed"), &Value::Null), "a draft again");
}

#[test]
fn nothing_of_checked_minutes_is_taken_back_behind_who_checked_them() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = council(&branch, OF, &[&firm]);
    agreed(&branch, OF, &meeting, &lamp, 1, "2024-11-30");
    let said = ask(&branch, speech(&meeting, &lamp))["save"].clone();
    ask(&branch, json!({ "ask": "close_meeting", "id": meeting }));
    let checked = ask(&branch, json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" }))["save"].clone();
    assert_eq!(code(&branch, json!({ "ask": "undo_save", "save": said })), "rule.lacks");
    ask(&branch, json!({ "ask": "undo_save", "save": checked }));
    ask(&branch, json!({ "ask": "undo_save", "save": said }));
}

#[test]
fn a_topic_that_goes_on_elsewhere_has_no_second_life() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let lamp = topic(&branch, OF, "关于路灯", false);
    let next = id(&ask(&branch, json!({ "ask": "carry_topic", "id": lamp, "on": "2024-11-28", "reason": "等报价" })));
    for again in [decide(&lamp, "chosen", "2024-11-28"), outside(&lamp, "2024-11-28")] {
        assert_eq!(code(&branch, again), "rule.lacks");
    }
    ask(&branch, outside(&next, "2024-11-28"));
}

#[test]
fn a_month_whose_topics_were_decided_outside_has_nothing_to_consult_and_was_chosen_in_time() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    opinion(&branch, "2024-11-03");
    let pipe = topic(&branch, OF, "关于水管", true);
    assert_eq!(steps(&branch, OF)[1..3], ["done", "open"]);
    ask(&branch, outside(&pipe, "2024-11-25"));
    assert_eq!(steps(&branch, OF)[1..4], ["done", "nothing", "nothing"], "the day it was chosen stays");
    let kept = line(&branch, OF, &pipe)["topic"].clone();
    assert_eq!((&kept["decided_on"], &kept["outside_on"]), (&json!("2024-11-08"), &json!("2024-11-25")));
    let give = |due: &str| {
        json!({ "ask": "add_resolution", "meeting": null, "topic": pipe, "text": "抢修",
            "task": { "text": "抢修水管", "party": "property", "owner": "吴经理", "due_on": due, "fen": null } })
    };
    assert_eq!(code(&branch, give("2024-11-24")), "rule.before", "not before it was decided");
    ask(&branch, give("2024-11-26"));
    let task = month(&branch, OF)["tasks"][0]["task"]["id"].clone();
    let step = |to: &str, on: &str| json!({ "ask": "step_task", "id": task, "to": to, "on": on, "outcome": "修好了", "due_on": null, "by": "卢阿姨" });
    assert_eq!(code(&branch, step("done", "2024-11-20")), "rule.before");
    ask(&branch, step("done", "2024-11-26"));
    for to in ["verified", "returned"] {
        assert_eq!(code(&branch, step(to, "2024-11-25")), "rule.before", "{to} before it was done");
    }
    ask(&branch, step("verified", "2024-11-27"));
}

#[test]
fn only_who_is_called_signs_in() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let gone = id(&ask(
        &branch,
        json!({ "ask": "save_delegate", "id": null, "party": "residents", "name": "老张", "person": null, "unit": null,
        "title": null, "since": "2023-01-01", "until": "2023-12-31" }),
    ));
    topic(&branch, OF, "关于路灯", false);
    let meeting = council(&branch, OF, &[&firm]);
    let sign = |delegate: Value, presence: &str, name: Value| json!({ "ask": "sign_in", "meeting": meeting, "delegate": delegate, "presence": presence, "name": name, "note": null });
    assert_eq!(code(&branch, sign(json!(gone), "present", Value::Null)), "field");
    assert_eq!(code(&branch, sign(Value::Null, "present", json!("路人"))), "field");
    ask(&branch, sign(Value::Null, "observer", json!("路人")));
}

#[test]
fn a_meeting_that_did_not_pass_a_topic_agrees_on_nothing_of_it() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = council(&branch, OF, &[&firm]);
    agreed(&branch, OF, &meeting, &lamp, 1, "2024-11-30");
    let party = id(&ask(
        &branch,
        json!({ "ask": "plan_meeting", "month": OF, "kind": "party_assembly", "held_at": "2024-11-20T14:00:00+08:00", "place": "议事厅",
            "chair": "陈书记", "recorder": "林干事", "agenda": [lamp], "guests": ["住建局"] }),
    ));
    ask(&branch, json!({ "ask": "sign_in", "meeting": party, "delegate": null, "presence": "present", "name": "住建局", "note": null }));
    ask(&branch, json!({ "ask": "open_meeting", "id": party }));
    ask(&branch, vote(&party, &lamp, 0, 1));
    let outcome = |meeting: &str| meeting_of(&month(&branch, OF), meeting)["topics"][0]["outcome"].clone();
    assert_eq!((outcome(&meeting), outcome(&party)), (json!("passed"), json!("rejected")), "each by its own vote");
    let agree = json!({ "ask": "add_resolution", "meeting": party, "topic": lamp, "text": "住建局出资", "task": null });
    assert_eq!(code(&branch, agree), "rule.lacks");
}

#[test]
fn the_owners_vote_on_what_another_laptops_council_passed() {
    let place = Place::new();
    let (first, second, office) = two_laptops(&place, "2024-11-28");
    let firm = delegate(&first, "property", "吴经理");
    let lamp = topic(&first, OF, "关于换灯", false);
    let meeting = council(&first, OF, &[&firm]);
    round(&place, &first, &second, &office, 1);
    ask(
        &first,
        json!({ "ask": "edit_topic", "id": lamp, "title": "关于换灯", "sponsor": "陈书记", "benefit": true, "owner_matter": "spend_fund" }),
    );
    ask(&second, vote(&meeting, &lamp, 1, 0));
    round(&place, &first, &second, &office, 2);
    assert!(ask(&first, json!({ "ask": "today" }))["waiting"].to_string().contains("等业主表决"));
    let year = ask(&first, json!({ "ask": "council_year", "year": 2024 }));
    let november = year["months"].as_array().expect("months").iter().find(|m| m["month"] == OF).expect("November").clone();
    assert_eq!((&november["passed"], &november["to_owners"]), (&json!(0), &json!(1)));
    let owners = json!({ "ask": "record_owner_vote", "topic": lamp, "on": "2024-11-26", "owners": 300, "owners_took_part": 210, "owners_agreed": 170,
        "area": 3_000_000, "area_took_part": 2_100_000, "area_agreed": 1_700_000, "notified_on": null, "by_room": false });
    ask(&first, owners);
    assert_eq!(line(&first, OF, &lamp)["topic"]["state"], "passed");
    let give = |due: &str| {
        json!({ "ask": "add_resolution", "meeting": null, "topic": lamp, "text": "换灯",
            "task": { "text": "换灯", "party": "property", "owner": "吴经理", "due_on": due, "fen": null } })
    };
    assert_eq!(code(&first, give("2024-11-20")), "rule.before", "not before the owners voted");
    ask(&first, give("2024-11-30"));
}

#[test]
fn a_number_that_two_laptops_gave_apart_is_never_given_again() {
    let place = Place::new();
    let (first, second, office) = two_laptops(&place, "2024-12-29");
    let firm = delegate(&first, "property", "吴经理");
    let lamp = topic(&first, OF, "关于路灯", false);
    let meeting = council(&first, OF, &[&firm]);
    agreed(&first, OF, &meeting, &lamp, 1, "2024-11-30");
    round(&place, &first, &second, &office, 1);
    for desk in [&first, &second] {
        finish(desk, &meeting, "2024-12-01");
    }
    round(&place, &first, &second, &office, 2);
    let cards = ask(&first, json!({ "ask": "conflicts" }));
    let card = cards.as_array().expect("cards").iter().find(|card| card["group"] == "progress").expect("two numbers").clone();
    let sides = card["sides"].as_array().expect("sides").clone();
    let marked = sides.iter().position(|side| !side["values"].to_string().contains("〔2024〕1号")).expect("the second laptop's");
    ask(&first, json!({ "ask": "decide", "record": meeting, "group": "progress", "side": marked, "third": null }));
    let of = "2024-12";
    let gate = topic(&first, of, "关于门禁", false);
    let next = council(&first, of, &[&firm]);
    agreed(&first, of, &next, &gate, 1, "2024-12-30");
    finish(&first, &next, "2024-12-29");
    assert_eq!(meeting_of(&month(&first, of), &next)["meeting"]["number"], "〔2024〕2号", "number one may have been printed");
}

#[test]
fn when_a_meeting_was_closed_is_put_right_like_when_it_began() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = council(&branch, OF, &[&firm]);
    let edit = |ended: Value| {
        json!({ "ask": "edit_meeting", "id": meeting, "held_at": "2024-11-15T19:00:00+08:00", "place": "议事厅", "chair": "陈书记",
            "recorder": "林干事", "agenda": [lamp], "guests": [], "ended_at": ended })
    };
    assert_eq!(code(&branch, edit(json!("2024-11-15T21:00:00+08:00"))), "field", "it goes on");
    ask(&branch, json!({ "ask": "close_meeting", "id": meeting }));
    for wrong in ["2024-11-15T18:00:00+08:00", "2024-11-16T19:30:00+08:00"] {
        assert_eq!(code(&branch, edit(json!(wrong))), "field", "{wrong}");
    }
    ask(&branch, edit(json!("2024-11-16T00:20:00+08:00")));
    assert_eq!(meeting_of(&month(&branch, OF), &meeting)["meeting"]["ended_at"], "2024-11-16T00:20:00+08:00");
    ask(&branch, edit(Value::Null));
    assert_eq!(meeting_of(&month(&branch, OF), &meeting)["meeting"]["ended_at"], Value::Null, "nobody knows any more");
}

#[test]
fn no_topic_is_said_no_more_once_there_is_one() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let added = ask(
        &branch,
        json!({ "ask": "add_topic", "month": OF, "title": "关于路灯", "opinions": [], "benefit": false, "owner_matter": null, "sponsor": "陈书记" }),
    );
    ask(&branch, json!({ "ask": "state_no_topic", "month": OF, "reason": "大家都没有意见" }));
    assert_eq!(month(&branch, OF)["no_topic"], "大家都没有意见");
    ask(&branch, decide(&id(&added), "chosen", "2024-11-08"));
    let view = month(&branch, OF);
    assert!(view["no_topic"].is_null() && !view["sentence"].to_string().contains("本月无议题"), "{}", view["sentence"]);
}

#[test]
fn numbers_and_names_are_masked_in_public_however_they_are_written() {
    let place = Place::new();
    let branch = place.branch("甲");
    for name in ["李文", "李文华"] {
        ask(
            &branch,
            json!({ "ask": "save_person", "id": null, "name": name, "building": "3", "unit": "2", "room": "501", "relation": null, "sex": null,
                "birth": null, "phones": [], "occupancy": null, "party_member": null, "checked_in_on": null, "note": null, "tags": [], "id_number": null }),
        );
    }
    let shown = |text: &str, keep: &[&str]| ask(&branch, json!({ "ask": "mask_text", "text": text, "keep": keep }))["text"].clone();
    for (typed, masked) in [
        ("电话13812345678。", "电话138****5678。"),
        ("电话138 1234 5678。", "电话138****5678。"),
        ("电话138-1234-5678。", "电话138****5678。"),
        ("电话１３８１２３４５６７８。", "电话138****5678。"),
        ("电话8613812345678，", "电话86138****5678，"),
        ("电话+86 138 1234 5678，", "电话+86138****5678，"),
        ("3-2-501 13812345678", "3-2-501 138****5678"),
        ("33010219900101123x", "**************123X"),
        ("330102 19900101 123x", "**************123X"),
        ("330102199001011234", "**************1234"),
        ("2024-11-28 19:00，12000 元，编号 2024001", "2024-11-28 19:00，12000 元，编号 2024001"),
        ("每户１２０元，Ｘ号楼", "每户１２０元，Ｘ号楼"),
    ] {
        assert_eq!(shown(typed, &[]), masked, "{typed}");
    }
    assert_eq!(shown("李文华和李文", &[]), "李某和李某");
    assert_eq!(shown("李文华和李文", &["李文华"]), "李文华和李某", "who is named in full is not cut by a shorter name");
}

#[test]
fn a_matter_of_the_owners_is_told_by_the_meeting_that_advised_on_it() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let theirs = owners_topic(&branch, OF, false);
    let plan = json!({ "ask": "plan_meeting", "month": OF, "kind": "assembly", "held_at": "2024-11-16T19:00:00+08:00", "place": "中心广场",
        "chair": "陈书记", "recorder": "林干事", "agenda": [], "assembly": { "basis": "adults", "eligible": 900, "demanded": null } });
    let meeting = id(&ask(&branch, plan));
    ask(&branch, json!({ "ask": "count_assembly", "id": meeting, "came": 500 }));
    ask(&branch, json!({ "ask": "open_meeting", "id": meeting }));
    ask(&branch, vote(&meeting, &theirs, 500, 0));
    let minutes = json!({ "kind": "minutes", "meeting": meeting, "form": "plain", "edition": null });
    let text = written(&branch, minutes, &place.path("m.docx"));
    assert!(text.contains("居民会议只作讨论和建议") && !text.contains("议事会只作"), "{text}");
}

#[test]
fn an_opinion_that_a_topic_rests_on_is_taken_out_of_it_before_it_is_taken_back() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let said = ask(
        &branch,
        json!({ "ask": "add_opinion", "on": "2024-11-03", "source": "visit", "category": "repairs", "text": "路灯不亮", "person": null }),
    );
    let taken_up = json!({ "ask": "add_topic", "month": OF, "title": "关于路灯", "opinions": [said["id"]], "benefit": false, "owner_matter": null, "sponsor": "陈书记" });
    let taken_up = id(&ask(&branch, taken_up));
    let back = json!({ "ask": "undo_save", "save": said["save"] });
    assert_eq!(code(&branch, back.clone()), "rule.lacks");
    ask(&branch, json!({ "ask": "gather_opinions", "topic": taken_up, "opinions": [said["id"]], "out": true }));
    ask(&branch, back);
}

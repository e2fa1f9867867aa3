//! What a council leaves behind: publicity, rules and campaigns, canvasses, demands, the owners' votes, seals, and
//! the year in figures.

use serde_json::{Value, json};
use xinghuo_desk::Desk;

use crate::attachments::pictures::{jpeg, noise};
use crate::doing::*;
use crate::place::*;

const OF: &str = "2024-11";

fn find(list: &Value, of: &str, id: &str) -> Value {
    list.as_array().expect("a list").iter().find(|line| line[of]["id"] == *id).expect("the line").clone()
}

/// A topic that the council of the month passed.
fn passed(desk: &Desk, title: &str) -> String {
    let firm = delegate(desk, "property", "吴经理");
    let topic = topic(desk, OF, title, false);
    let meeting = council(desk, OF, &[&firm]);
    agreed(desk, OF, &meeting, &topic, 1, "2024-11-30");
    ask(desk, json!({ "ask": "close_meeting", "id": meeting }));
    topic
}

#[test]
fn a_publicity_hangs_its_days_takes_objections_and_comes_down_with_its_result() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-10");
    let publicity = |id: Value, from: &str, to: &str| {
        json!({ "ask": "save_publicity", "id": id, "title": "关于充电棚选址的公示", "text": "建在3幢北侧。", "from": from, "to": to,
            "places": ["北门", " ", "各幢楼道"], "contact": "党群服务站", "of": null, "item": "业委会：业主大会和业委会的决定" })
    };
    assert_eq!(code(&branch, publicity(Value::Null, "2024-11-10", "2024-11-09")), "rule.before");
    let hung = id(&ask(&branch, publicity(Value::Null, "2024-11-04", "2024-11-10")));
    let line = |desk: &Desk| find(&ask(desk, json!({ "ask": "publicities" })), "publicity", &hung);
    assert_eq!((&line(&branch)["standing"], &line(&branch)["publicity"]["places"]), (&json!("hanging"), &json!(["北门", "各幢楼道"])));
    let items = ask(&branch, json!({ "ask": "publicity_items" }));
    let (first, other) = (&items[0], &items[1]);
    assert_eq!(
        (&first["item"], &first["last"], &first["hanging"]),
        (&json!("业委会：业主大会和业委会的决定"), &json!("2024-11-04"), &json!(true))
    );
    assert_eq!((&other["last"], items.as_array().map(Vec::len)), (&Value::Null, Some(14)));

    let take_down = |on: &str, result: &str| json!({ "ask": "take_down", "id": hung, "on": on, "result": result });
    assert_eq!(code(&branch, take_down("2024-11-09", "没有异议")), "rule.before", "it hangs to its last day");
    let objection = |id: Value, answer: Value, answered_on: Value| json!({ "ask": "save_objection", "id": id, "publicity": hung, "on": "2024-11-06", "by": "2幢住户", "text": "离窗户太近", "answer": answer, "answered_on": answered_on });
    let said = id(&ask(&branch, objection(Value::Null, Value::Null, Value::Null)));
    assert_eq!(line(&branch)["unanswered"], 1);
    assert!(ask(&branch, json!({ "ask": "today" }))["waiting"].to_string().contains("公示异议，等答复"));
    assert_eq!(code(&branch, take_down("2024-11-10", "没有异议")), "rule.lacks", "somebody waits for an answer");
    assert_eq!(code(&branch, objection(json!(said), json!("已北移"), json!("2024-11-05"))), "rule.before");
    ask(&branch, objection(json!(said), json!("已北移三米"), Value::Null));
    assert_eq!(line(&branch)["objections"][0]["answered_on"], "2024-11-10", "today, where no day was typed");
    let photo = place.file("张贴.jpg", &jpeg(noise(60, 60, 1)));
    ask(&branch, json!({ "ask": "add_attachment", "record": hung, "path": photo }));
    assert_eq!(line(&branch)["files"], 1);
    assert_eq!(code(&branch, take_down("2024-11-10", " ")), "field");
    drop(branch);
    let branch = place.again_on("甲", "2024-11-12");
    assert_eq!(line(&branch)["standing"], "over");
    assert!(ask(&branch, json!({ "ask": "today" }))["waiting"].to_string().contains("公示期满，等撤下并写结果"));
    ask(&branch, take_down("2024-11-12", "一条异议，已采纳"));
    assert_eq!((&line(&branch)["standing"], &line(&branch)["publicity"]["result"]), (&json!("taken_down"), &json!("一条异议，已采纳")));
    assert_eq!(code(&branch, publicity(json!(hung), "2024-11-04", "2024-11-20")), "rule.lacks", "what was taken down is not changed");
    let text = written(&branch, json!({ "kind": "publicity", "publicity": hung }), &place.path("p.docx"));
    assert!(text.contains("公示期：2024年11月4日至2024年11月10日，共7天。") && text.contains("张贴地点：北门、各幢楼道。"));
}

#[test]
fn a_rule_is_what_a_council_or_the_owners_adopted_and_says_which() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let lamp = passed(&branch, "关于绿地使用");
    let rule = |topic: &str| json!({ "ask": "save_house_rule", "id": null, "title": "绿地使用规则", "text": "一、不种菜。\n二、不搭建。", "topic": topic, "since": "2024-12-01", "until": null });
    let saved = id(&ask(&branch, rule(&lamp)));
    let text = written(&branch, json!({ "kind": "house_rule", "rule": saved }), &place.path("r.docx"));
    assert!(text.contains("（2024年11月15日“星火家园”小区议事会通过）"), "{text}");
    let order = ask(&branch, json!({ "ask": "order" }));
    let line = find(&order["rules"], "rule", &saved);
    assert_eq!((&line["in_force"], &line["adopted"]), (&json!(false), &json!("2024年11月15日“星火家园”小区议事会：关于绿地使用")));
    let mut wrong = rule(&lamp);
    wrong["until"] = json!("2024-11-30");
    assert_eq!(code(&branch, wrong), "rule.before");

    let open = topic(&branch, OF, "关于西门", false);
    let outside = topic(&branch, OF, "关于抢修", false);
    ask(&branch, json!({ "ask": "decide_outside", "id": outside, "on": "2024-11-15", "reason": "主管爆裂" }));
    for nobody in [&open, &outside] {
        assert_eq!(code(&branch, rule(nobody)), "rule.lacks");
    }
    // What only the owners may adopt is theirs, however the council advised.
    let theirs = id(&ask(
        &branch,
        json!({ "ask": "add_topic", "month": OF, "title": "关于修订管理规约", "opinions": [], "benefit": false, "owner_matter": "covenant", "sponsor": "陈书记" }),
    ));
    ask(&branch, json!({ "ask": "decide_topic", "id": theirs, "to": "chosen", "on": "2024-11-08", "reason": "居民关心" }));
    let meeting = id(&ask(
        &branch,
        json!({ "ask": "plan_meeting", "month": OF, "kind": "council", "held_at": "2024-11-20T19:00:00+08:00", "place": "议事厅", "chair": "陈书记",
            "recorder": "林干事", "agenda": [theirs], "guests": [] }),
    ));
    for who in month(&branch, OF)["delegates"].as_array().expect("delegates") {
        ask(
            &branch,
            json!({ "ask": "sign_in", "meeting": meeting, "delegate": who["id"], "presence": "present", "name": null, "note": null }),
        );
    }
    ask(&branch, json!({ "ask": "open_meeting", "id": meeting }));
    let advice = json!({ "ask": "record_vote", "meeting": meeting, "topic": theirs, "method": "hands", "present": 1, "yes": 1, "no": 0, "abstain": 0, "recused": 0, "ballots": [] });
    ask(&branch, advice.clone());
    assert_eq!(code(&branch, rule(&theirs)), "rule.lacks", "advice adopts nothing");
    let owners = json!({ "ask": "record_owner_vote", "topic": theirs, "on": "2024-11-25", "owners": 300, "owners_took_part": 210, "owners_agreed": 200,
        "area": 3_000_000, "area_took_part": 2_100_000, "area_agreed": 2_000_000, "notified_on": "2024-11-16", "by_room": true });
    ask(&branch, owners);
    let line = find(&month(&branch, OF)["topics"], "topic", &theirs);
    assert_eq!(line["owner_vote"]["by_room"], true);
    assert!(line["owner_verdict"]["sentence"].as_str().expect("a sentence").contains("通知只提前了 9 天，不足 15 天"));
    assert_eq!(code(&branch, advice), "rule.lacks", "the owners have decided: the council's advice is not counted anew");
    let saved = id(&ask(&branch, rule(&theirs)));
    let text = written(&branch, json!({ "kind": "house_rule", "rule": saved }), &place.path("o.docx"));
    assert!(text.contains("（2024年11月25日业主共同表决通过）") && !text.contains("议事会通过"));
}

#[test]
fn a_campaign_finds_fixes_and_checks_its_sites_within_its_days() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let campaign = |until: &str| json!({ "ask": "save_campaign", "id": null, "title": "绿地整治", "rule": null, "from": "2024-11-01", "until": until, "with": " 综合执法中队 " });
    assert_eq!(code(&branch, campaign("2024-12-03")), "field", "longer than a month");
    let saved = id(&ask(&branch, campaign("2024-11-20")));
    let site = |place: &str, on: &str| json!({ "ask": "add_site", "campaign": saved, "place": place, "found_on": on });
    assert_eq!(code(&branch, site(" ", "2024-11-02")), "field");
    let (one, two) = (id(&ask(&branch, site("3幢东侧菜地", "2024-11-02"))), id(&ask(&branch, site("7幢楼顶", "2024-11-03"))));
    let step = |id: &str, to: &str, on: &str| json!({ "ask": "step_site", "id": id, "to": to, "on": on, "note": "已恢复草坪" });
    assert!(code(&branch, step(&one, "checked", "2024-11-10")).starts_with("rule."), "nothing is checked before it is fixed");
    assert!(code(&branch, step(&one, "fixed", "2024-11-01")).starts_with("rule."), "nor fixed before it was found");
    ask(&branch, step(&one, "fixed", "2024-11-09"));
    ask(&branch, step(&one, "checked", "2024-11-10"));
    let line = || find(&ask(&branch, json!({ "ask": "order" }))["campaigns"], "campaign", &saved);
    assert_eq!((&line()["found"], &line()["fixed"], &line()["checked"], &line()["late"]), (&json!(2), &json!(1), &json!(1), &json!(true)));
    assert_eq!(line()["campaign"]["with"], "综合执法中队");
    assert!(ask(&branch, json!({ "ask": "today" }))["overdue"].to_string().contains("整治行动过了期限"));
    ask(&branch, step(&two, "fixed", "2024-11-22"));
    ask(&branch, step(&two, "checked", "2024-11-23"));
    assert_eq!((&line()["ended"], &line()["late"]), (&json!(true), &json!(false)));
    assert!(!ask(&branch, json!({ "ask": "today" }))["overdue"].to_string().contains("整治行动"));
    // Fixed is not for ever.
    ask(&branch, step(&two, "found", "2024-11-27"));
    assert_eq!(line()["ended"], false);
}

#[test]
fn a_canvass_counts_the_rooms_that_were_met_and_a_closed_door_is_knocked_at_again() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    for (room, name) in [("501", "林一"), ("501", "林二"), ("502", "林三"), ("601", "林四"), ("602", "林五")] {
        ask(
            &branch,
            json!({ "ask": "save_person", "id": null, "name": name, "building": "3", "unit": "2", "room": room, "relation": null, "sex": null,
                "birth": null, "phones": null, "occupancy": null, "party_member": null, "checked_in_on": null, "skills": null,
                "employer": null, "id_number": null, "note": null }),
        );
    }
    let canvass = |until: Value| json!({ "ask": "save_canvass", "id": null, "question": "外卖进不进小区？", "topic": null, "from": "2024-11-10", "until": until, "buildings": [] });
    assert_eq!(code(&branch, canvass(json!("2024-11-01"))), "rule.before");
    let saved = id(&ask(&branch, canvass(Value::Null)));
    let visit = |room: &str, on: &str, result: &str| json!({ "ask": "add_canvass_visit", "canvass": saved, "building": "3", "unit": "2", "room": room, "on": on, "by": "何大姐", "result": result, "note": null });
    assert_eq!(code(&branch, visit("501", "2024-11-09", "agrees")), "rule.before");
    ask(&branch, visit("501", "2024-11-11", "agrees"));
    ask(&branch, visit("502", "2024-11-11", "not_home"));
    ask(&branch, visit("601", "2024-11-11", "objects"));
    // Nobody at home later does not take back what was said before.
    ask(&branch, visit("601", "2024-11-12", "not_home"));
    let line = || ask(&branch, json!({ "ask": "canvass", "id": saved }))["line"].clone();
    assert_eq!((&line()["rooms"], &line()["met"]), (&json!(4), &json!(2)), "{}", line());
    ask(&branch, visit("502", "2024-11-13", "agrees"));
    assert_eq!(line()["met"], 3);
    let mut closed = canvass(json!("2024-11-20"));
    closed["id"] = json!(saved);
    ask(&branch, closed);
    assert_eq!(code(&branch, visit("602", "2024-11-21", "agrees")), "rule.lacks", "it is closed");
}

#[test]
fn a_demand_waits_for_its_reply_and_is_asked_after_when_the_day_is_over() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let demand = |due: &str| {
        json!({ "ask": "save_demand", "id": null, "to": "property_firm", "unit": "物业公司", "subject": "关于修电梯的函", "text": "电梯停了五次。", "topic": null,
            "sent_on": "2024-11-05", "due_on": due })
    };
    assert!(code(&branch, demand("2024-11-01")).starts_with("rule."));
    let saved = id(&ask(&branch, demand("2024-11-20")));
    assert!(ask(&branch, json!({ "ask": "today" }))["waiting"].to_string().contains("督促函 · 物业公司，等答复"));
    let answer = |on: &str, reply: &str| json!({ "ask": "answer_demand", "id": saved, "on": on, "reply": reply });
    assert!(code(&branch, answer("2024-11-04", "已修")).starts_with("rule."));
    assert_eq!(code(&branch, answer("2024-11-22", " ")), "field");
    ask(&branch, answer("2024-11-22", "已更换曳引机"));
    let line = find(&ask(&branch, json!({ "ask": "demands" })), "demand", &saved);
    assert_eq!((&line["demand"]["reply"], &line["demand"]["replied_on"]), (&json!("已更换曳引机"), &json!("2024-11-22")));
    assert!(!ask(&branch, json!({ "ask": "today" }))["waiting"].to_string().contains("督促函"));
    let text = written(&branch, json!({ "kind": "demand", "demand": saved }), &place.path("d.docx"));
    assert!(text.contains("请于2024年11月20日前书面答复。") && text.contains("来函回执"));
}

#[test]
fn every_use_of_a_seal_is_recorded_and_who_allows_it_does_not_keep_it() {
    let place = Place::new();
    let (branch, office) = place.joined();
    let used = |kept_by: &str, copies: u32, on: &str| {
        json!({ "ask": "save_seal_use", "id": null, "on": on, "seal": "小区党支部章", "matter": "关于充电棚选址的公示", "copies": copies, "used_by": "林干事",
            "approved_by": "陈书记", "kept_by": kept_by, "of": null })
    };
    let on = ask(&branch, json!({ "ask": "status" }))["today"].as_str().expect("a day").to_owned();
    assert_eq!(code(&branch, used("陈书记", 3, &on)), "field");
    assert_eq!(code(&branch, used("何大姐", 0, &on)), "field");
    assert_eq!(code(&branch, used("何大姐", 3, "2099-01-01")), "rule.future");
    let saved = ask(&branch, used("何大姐", 3, &on));
    let view = ask(&branch, json!({ "ask": "seals" }));
    assert_eq!((&view["uses"][0]["id"], &view["seals"]), (&saved["id"], &json!(["小区党支部章"])));
    let mut more = used("何大姐", 5, &on);
    more["id"] = saved["id"].clone();
    ask(&branch, more);
    assert_eq!(ask(&branch, json!({ "ask": "seals" }))["uses"][0]["copies"], 5);
    assert_eq!(code(&office, used("何大姐", 3, &on)), "desk.read_only");
}

#[test]
fn what_the_law_asks_of_the_owners_committee_is_said_and_its_renewal_reminded_of() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let body = |members: u32, until: &str| json!({ "ask": "save_body", "id": null, "party": "owners", "state": "normal", "since": "2022-01-31", "note": null, "members": members, "owners": null, "until": until });
    ask(&branch, body(8, "2025-06-30"));
    let concerns = |desk: &Desk| month(desk, OF)["concerns"].to_string();
    assert!(concerns(&branch).contains("业委会应为 5—11 人的单数，登记的是 8 人"));
    assert!(!ask(&branch, json!({ "ask": "today" }))["waiting"].to_string().contains("换届"));
    ask(&branch, body(7, "2025-01-15"));
    assert!(!concerns(&branch).contains("单数") && concerns(&branch).contains("任期将满"));
    assert!(ask(&branch, json!({ "ask": "today" }))["waiting"].to_string().contains("任期到2025年1月15日，换届会议要提前两个月召开"));
}

#[test]
fn the_year_counts_each_thing_in_its_month_and_who_came_by_party() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    opinion(&branch, "2024-10-04");
    opinion(&branch, "2024-11-04");
    let (firm, owner) = (delegate(&branch, "property", "吴经理"), delegate(&branch, "owners", "章主任"));
    let third = delegate(&branch, "residents", "何大姐");
    let (lamp, gate) = (topic(&branch, OF, "关于路灯", true), topic(&branch, OF, "关于西门", false));
    ask(&branch, json!({ "ask": "decide_topic", "id": gate, "to": "dropped", "on": "2024-11-09", "reason": "转调解" }));
    let meeting = council(&branch, OF, &[&firm, &third]);
    ask(&branch, json!({ "ask": "sign_in", "meeting": meeting, "delegate": owner, "presence": "leave", "name": null, "note": "出差" }));
    let task = agreed(&branch, OF, &meeting, &lamp, 2, "2024-11-30");
    ask(&branch, json!({ "ask": "close_meeting", "id": meeting }));
    ask(&branch, json!({ "ask": "step_task", "id": task, "to": "done", "on": "2024-11-20", "outcome": null, "due_on": null }));
    ask(
        &branch,
        json!({ "ask": "give_feedback", "task": task, "on": "2024-11-21", "to": "2幢住户", "channel": "visit", "satisfaction": "satisfied", "supervisor": "何大姐" }),
    );
    ask(&branch, json!({ "ask": "state_no_topic", "month": "2024-10", "reason": "都已办结" }));
    let year = ask(&branch, json!({ "ask": "council_year", "year": null }));
    let row = |of: &str| year["months"].as_array().expect("months").iter().find(|row| row["month"] == *of).expect("the month").clone();
    assert_eq!(year["months"].as_array().map(Vec::len), Some(11), "those that began");
    let november = row(OF);
    for (name, expected) in [
        ("opinions", 1),
        ("chosen", 1),
        ("dropped", 1),
        ("councils", 1),
        ("passed", 1),
        ("tasks", 1),
        ("done", 1),
        ("told", 1),
        ("told_in_time", 1),
        ("late", 0),
        ("carried", 0),
    ] {
        assert_eq!(november[name], expected, "{name}");
    }
    assert_eq!((&row("2024-10")["no_topic"], &row("2024-10")["opinions"]), (&json!(true), &json!(1)));
    assert_eq!(year["categories"], json!([{ "name": "设施修缮", "count": 2 }]));
    let of = |party: &str| year["parties"].as_array().expect("parties").iter().find(|p| p["party"] == *party).expect("a party").clone();
    assert_eq!((&of("owners")["invited"], &of("owners")["present"], &of("property")["present"]), (&json!(1), &json!(0), &json!(1)));
    assert_eq!((&year["councils"], &year["full"]), (&json!(1), &json!(0)));
}

#[test]
fn a_task_is_given_after_the_owners_decided() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let theirs = owners_topic(&branch, OF, true);
    let meeting = council(&branch, OF, &[&firm]);
    ask(
        &branch,
        json!({ "ask": "record_vote", "meeting": meeting, "topic": theirs, "method": "hands", "present": 1, "yes": 1, "no": 0, "abstain": 0, "recused": 0, "ballots": [] }),
    );
    let give = json!({ "ask": "add_resolution", "meeting": null, "topic": theirs, "text": "更换水泵",
        "task": { "text": "更换水泵", "party": "property", "owner": "吴经理", "due_on": "2024-12-20", "fen": 1_200_000 } });
    assert_eq!(code(&branch, give.clone()), "rule.owners_decide");
    ask(
        &branch,
        json!({ "ask": "record_owner_vote", "topic": theirs, "on": "2024-11-26", "owners": 300, "owners_took_part": 210, "owners_agreed": 200,
            "area": 3_000_000, "area_took_part": 2_100_000, "area_agreed": 2_000_000 }),
    );
    ask(&branch, give);
    let slip_of = month(&branch, OF)["tasks"][0]["task"]["id"].clone();
    let slip = written(&branch, json!({ "kind": "task_slip", "task": slip_of }), &place.path("t.docx"));
    assert!(slip.contains("业主共同决定：关于动用维修资金") && slip.contains("12,000.00元（大写：壹万贰仟元整）"));
}

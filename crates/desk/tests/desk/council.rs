//! The month of five parties and five steps, across the branch's laptop and the office.

use serde_json::{Value, json};
use xinghuo_desk::Desk;

use crate::doing::*;
use crate::place::*;

fn pack(name: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut policy = serde_json::to_value(xinghuo_model::policy::Policy { name: name.into(), ..Default::default() }).expect("a pack");
    change(&mut policy);
    policy
}

/// The three figures as kept and of how many.
fn ills(desk: &Desk) -> Vec<(u64, u64)> {
    let view = ask(desk, json!({ "ask": "ills", "year": null }));
    let figures = view["figures"].as_array().expect("figures");
    figures.iter().map(|f| (f["kept"].as_u64().expect("a number"), f["of"].as_u64().expect("a number"))).collect()
}

#[test]
fn a_compound_keeps_its_months_by_the_pack_of_its_office_and_older_months_by_the_one_of_their_time() {
    let place = Place::new();
    let (branch, office) = (place.branch_on("甲", "2024-11-19"), place.office_on("2024-11-19"));
    join(&place, &branch, &office);
    opinion(&branch, "2024-11-04");
    let before = steps(&branch, "2024-11");
    assert_eq!(before[0], "done");

    let tight = pack("枇杷苑试行办法", |p| {
        p["gather"] = json!({ "from": 1, "to": 2 });
        p["method"] = json!("“五嘉”工作法");
        p["step_names"] = json!(["进嘉门", "话嘉长", "立嘉规", "", ""]);
    });
    let mute = pack("没有结尾", |p| p["closing_text"] = json!(" "));
    assert_eq!(code(&office, json!({ "ask": "issue_policy", "policy": mute, "from": "2024-12" })), "rule.lacks");
    let six = pack("写了六个", |p| p["step_names"] = json!(["一", "二", "三", "四", "五", "六"]));
    assert_eq!(code(&office, json!({ "ask": "issue_policy", "policy": six, "from": "2024-12" })), "rule.lacks");
    let issue = |from: &str| json!({ "ask": "issue_policy", "policy": tight, "from": from });
    assert_eq!(code(&branch, issue("2024-12")), "policy.not_here");
    assert_eq!(code(&office, issue("2024-11")), "rule.lacks", "a month that has begun goes on as it began");
    let nonsense = pack("反了", |p| p["gather"] = json!({ "from": 9, "to": 2 }));
    assert_eq!(code(&office, json!({ "ask": "issue_policy", "policy": nonsense, "from": "2024-12" })), "rule.lacks");
    ask(&office, issue("2024-12"));
    assert_eq!(ask(&office, json!({ "ask": "policies" }))["packs"][0]["standing"], "coming");

    // It arrives in the middle of a month, and is said so.
    let news = place.path("news.xinghuo");
    export(&office, "甲", &news);
    let report = import(&branch, &[&news])[0].to_string();
    assert!(report.contains("收到制度参数第 1 版“枇杷苑试行办法”，从2024年12月起用"), "{report}");
    let again = import(&branch, &[&news])[0].to_string();
    assert!(!again.contains("制度参数"), "it is told once: {again}");
    assert_eq!(steps(&branch, "2024-11"), before);
    let now = month(&branch, "2024-11");
    assert_eq!((&now["policy"]["version"], &now["next_policy"]["policy"]["version"]), (&json!(0), &json!(1)));
    assert_eq!(ask(&branch, json!({ "ask": "policies" }))["may_issue"], false);

    drop(branch);
    let branch = place.again_on("甲", "2024-12-20");
    opinion(&branch, "2024-12-04");
    assert_eq!(steps(&branch, "2024-12")[0], "done_late");
    assert_eq!(steps(&branch, "2024-11")[0], "done");
    assert_eq!(month(&branch, "2024-12")["policy"]["name"], "枇杷苑试行办法");
    let step = |of: &str, at: usize| month(&branch, of)["steps"][at]["title"].clone();
    assert_eq!((step("2024-11", 0), step("2024-12", 0)), (json!("收集民意"), json!("进嘉门")), "each month in its pack's words");
    assert_eq!(step("2024-12", 3), "事项落实", "the usual word where the community has none of its own");
    assert_eq!(ask(&branch, json!({ "ask": "policies" }))["packs"][0]["standing"], "in_force");
}

#[test]
fn a_later_version_for_the_same_month_counts_and_each_gets_the_next_number() {
    let place = Place::new();
    let office = place.office_on("2024-11-19");
    for days in [2, 5] {
        let policy = pack("办法", |p| p["report_days"] = json!(days));
        ask(&office, json!({ "ask": "issue_policy", "policy": policy, "from": "2024-12" }));
    }
    drop(office);
    let office = place.again_on("office", "2024-12-03");
    let view = ask(&office, json!({ "ask": "policies" }));
    assert_eq!((&view["current"]["version"], &view["current"]["report_days"]), (&json!(2), &json!(5)));
    let standing: Vec<&str> = view["packs"].as_array().expect("packs").iter().filter_map(|p| p["standing"].as_str()).collect();
    assert_eq!(standing, ["in_force", "over"]);
}

#[test]
fn the_three_ills_count_what_was_decided_together_answered_in_time_and_carried_out() {
    let place = Place::new();
    let (branch, office) = (place.branch_on("甲", "2024-11-19"), place.office_on("2024-11-19"));
    join(&place, &branch, &office);
    assert_eq!(ills(&branch), [(0, 0); 3]);
    let owners = delegate(&branch, "owners", "王主任");
    let firm = delegate(&branch, "property", "吴经理");
    let (lamp, gate) = (topic(&branch, "2024-11", "关于路灯", true), topic(&branch, "2024-11", "关于门禁", true));
    // What is nobody's own interest does not count.
    let party = topic(&branch, "2024-11", "关于邻里节", false);
    let meeting = council(&branch, "2024-11", &[&owners, &firm]);
    let first = agreed(&branch, "2024-11", &meeting, &lamp, 2, "2024-11-17");
    agreed(&branch, "2024-11", &meeting, &gate, 2, "2024-11-18");
    agreed(&branch, "2024-11", &meeting, &party, 2, "2024-11-30");
    assert_eq!(ills(&branch)[0], (2, 2));
    // Of the two that are due one is done; the third still has time.
    ask(&branch, json!({ "ask": "step_task", "id": first, "to": "done", "on": "2024-11-16", "outcome": "换好了", "due_on": null }));
    assert_eq!(ills(&branch)[2], (1, 2));
    // Nobody was told for three days; told now, it is late for ever.
    assert_eq!(ills(&branch)[1], (0, 1));
    let tell = |on: &str| json!({ "ask": "give_feedback", "task": first, "on": on, "to": "3幢居民", "channel": "visit", "satisfaction": "satisfied", "supervisor": "林干事" });
    ask(&branch, tell("2024-11-19"));
    assert_eq!(ills(&branch)[1], (0, 1));
    // It was told in time, and only written down late.
    ask(&branch, tell("2024-11-17"));
    assert_eq!(ills(&branch)[1], (1, 1));
    let late = request(&branch, "雨水管堵了");
    ask(
        &branch,
        json!({ "ask": "step_request", "id": late, "to": "withdrawn", "on": "2024-11-19", "result": "本人撤回", "satisfaction": null }),
    );
    assert_eq!(ills(&branch)[1], (1, 1), "what was withdrawn waits for no answer");

    // Each figure opens its rows, the broken ones first.
    let lines = ask(&branch, json!({ "ask": "ill_lines", "ill": "carried_out", "year": null }));
    let told: Vec<(&str, bool)> =
        lines.as_array().expect("rows").iter().map(|l| (l["detail"].as_str().expect("text"), l["kept"] == true)).collect();
    assert_eq!(told, [("到期没办完", false), ("已落实", true)]);

    // The office counts the same, and by compound.
    ask(&branch, json!({ "ask": "close_meeting", "id": meeting }));
    let news = place.path("month.xinghuo");
    export(&branch, "星岩社区", &news);
    import(&office, &[&news]);
    assert_eq!(ills(&office), ills(&branch));
    let view = ask(&office, json!({ "ask": "ills", "year": 2024 }));
    assert_eq!((&view["period"], &view["compounds"][0]["figures"]), (&json!("2024年1—11月"), &view["figures"]));
    let rows = ask(&office, json!({ "ask": "ill_lines", "ill": "together", "year": 2024 }));
    assert_eq!(rows.as_array().map(Vec::len), Some(2));
    let other = ask(&office, json!({ "ask": "ills", "year": 2023 }));
    assert_eq!((&other["figures"][0]["of"], &other["period"]), (&json!(0), &json!("2023年1—12月")));
}

#[test]
fn a_matter_that_one_party_decided_alone_shows_as_such() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-19");
    let owners = delegate(&branch, "owners", "王主任");
    let lamp = topic(&branch, "2024-11", "关于路灯", true);
    let meeting = council(&branch, "2024-11", &[&owners]);
    agreed(&branch, "2024-11", &meeting, &lamp, 1, "2024-11-30");
    assert_eq!(ills(&branch)[0], (0, 1));
    ask(&branch, json!({ "ask": "close_meeting", "id": meeting }));
    assert_eq!(month(&branch, "2024-11")["meetings"][0]["meeting"]["parties"], 1);
    assert_eq!(ills(&branch)[0], (0, 1));
}

#[test]
fn a_topic_that_is_not_brought_to_an_end_goes_on_in_the_next_month_once() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-12-02");
    let bus = topic(&branch, "2024-11", "关于门口候车亭", true);
    let carry = |id: &str, reason: &str| json!({ "ask": "carry_topic", "id": id, "on": "2024-11-29", "reason": reason });
    assert_eq!(code(&branch, carry(&bus, " ")), "field");
    let next = id(&ask(&branch, carry(&bus, "等交通局答复")));
    let old = &month(&branch, "2024-11")["topics"][0]["topic"];
    assert_eq!((&old["state"], &old["reason"]), (&json!("shelved"), &json!("2024年11月29日结转到2024年12月：等交通局答复")));
    let view = month(&branch, "2024-12");
    assert_eq!(view["topics"][0]["topic"]["state"], "candidate");
    let carried = &view["carried"][0];
    assert_eq!((&carried["id"], &carried["from"], &carried["state"]), (&json!(next), &json!("2024-11"), &json!("候选")));
    assert_eq!(code(&branch, carry(&bus, "再来一次")), "rule.lacks");
    // It may go on again from where it is, and comes back with one undo.
    ask(&branch, json!({ "ask": "carry_topic", "id": next, "on": "2024-12-02", "reason": "还没有答复" }));
    assert_eq!(month(&branch, "2025-01")["carried"][0]["from"], "2024-12");
    ask(&branch, json!({ "ask": "undo" }));
    assert_eq!(month(&branch, "2025-01")["carried"], json!([]));
    assert_eq!(month(&branch, "2024-12")["topics"][0]["topic"]["state"], "candidate");
    // What a council has decided is at its end.
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, "2024-11", "关于路灯", false);
    let meeting = council(&branch, "2024-11", &[&firm]);
    agreed(&branch, "2024-11", &meeting, &lamp, 1, "2024-11-30");
    assert_eq!(code(&branch, carry(&lamp, "想再议")), "rule.lacks");
}

#[test]
fn a_matter_of_the_owners_is_advised_on_in_the_council_and_decided_by_their_own_count() {
    let place = Place::new();
    let (branch, office) = (place.branch_on("甲", "2024-11-28"), place.office_on("2024-11-28"));
    join(&place, &branch, &office);
    let firm = delegate(&branch, "property", "吴经理");
    let added = ask(
        &branch,
        json!({ "ask": "add_topic", "month": "2024-11", "title": "关于公共收益位", "opinions": [], "benefit": true, "owner_matter": "common_use",
        "sponsor": "陈书记" }),
    );
    let topic = id(&added);
    ask(&branch, json!({ "ask": "decide_topic", "id": topic, "to": "chosen", "on": "2024-11-08", "reason": "居民关心" }));
    let vote = |what: &str, agreed: u32| {
        json!({ "ask": what, "topic": topic, "on": "2024-11-27", "owners": 300, "owners_took_part": 200, "owners_agreed": agreed,
        "area": 900_000, "area_took_part": 600_000, "area_agreed": 450_000 })
    };
    assert_eq!(code(&branch, vote("record_owner_vote", 150)), "rule.lacks", "the council advises first");
    let meeting = council(&branch, "2024-11", &[&firm]);
    ask(
        &branch,
        json!({ "ask": "record_vote", "meeting": meeting, "topic": topic, "method": "hands", "present": 1, "yes": 1, "no": 0, "abstain": 0,
        "recused": 0, "ballots": [] }),
    );
    let line = |desk: &Desk| month(desk, "2024-11")["topics"][0].clone();
    assert_eq!(line(&branch)["topic"]["state"], "to_owners", "whatever the council counted");
    // What it would come to is said before it is recorded.
    let verdict = ask(&branch, vote("count_owner_vote", 149));
    assert_eq!(verdict["outcome"], "rejected");
    assert_eq!(
        verdict["sentence"],
        "参与：人数 66.6%、面积 66.6%（都要三分之二以上）；同意：占参与人数 74.5%、参与面积 75.0%（都要四分之三以上）。业主不同意。"
    );
    assert_eq!(code(&branch, vote("record_owner_vote", 201)), "rule.lacks", "more agree than took part");
    ask(&branch, vote("record_owner_vote", 149));
    assert_eq!(line(&branch)["topic"]["state"], "rejected");
    // Counted anew: the mistake goes, the right count stays.
    ask(&branch, vote("record_owner_vote", 150));
    let decided = line(&branch);
    assert_eq!((&decided["topic"]["state"], &decided["owner_vote"]["owners_agreed"]), (&json!("passed"), &json!(150)));
    let few = json!({ "ask": "record_owner_vote", "topic": topic, "on": "2024-11-28", "owners": 300, "owners_took_part": 199, "owners_agreed": 199,
        "area": 900_000, "area_took_part": 900_000, "area_agreed": 900_000 });
    ask(&branch, few);
    assert_eq!(line(&branch)["topic"]["state"], "to_owners", "too few: no vote at all");
    ask(&branch, json!({ "ask": "undo" }));
    assert_eq!(line(&branch)["topic"]["state"], "passed");

    let news = place.path("month.xinghuo");
    export(&branch, "星岩社区", &news);
    import(&office, &[&news]);
    ask(&office, json!({ "ask": "look_at", "compound": ask(&office, json!({ "ask": "overview" }))[0]["compound"]["id"] }));
    assert_eq!(line(&office)["owner_verdict"]["outcome"], "passed");
    assert_eq!(code(&office, vote("record_owner_vote", 150)), "desk.read_only");
}

#[test]
fn final_minutes_say_the_same_for_ever_and_a_correction_is_a_further_edition_under_the_same_number() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, "2024-11", "关于路灯", false);
    let meeting = council(&branch, "2024-11", &[&firm]);
    agreed(&branch, "2024-11", &meeting, &lamp, 1, "2024-11-30");
    let correct = |reason: &str| json!({ "ask": "correct_minutes", "id": meeting, "reason": reason });
    let finalise = json!({ "ask": "finalise_minutes", "id": meeting, "on": "2024-11-28" });
    ask(&branch, json!({ "ask": "close_meeting", "id": meeting }));
    assert_eq!(code(&branch, correct("写错了")), "rule.lacks", "a draft is completed, not corrected");
    assert_eq!(code(&branch, finalise.clone()), "rule.lacks", "a draft is checked before it is final");
    let check = json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" });
    ask(&branch, check.clone());
    ask(&branch, finalise.clone());
    let print = |edition: Value, name: &str| {
        let paper = json!({ "kind": "minutes", "meeting": meeting, "form": "plain", "edition": edition });
        let path = place.path(name);
        written(&branch, paper, &path)
    };
    let first = print(Value::Null, "1.docx");
    assert!(first.contains("吴经理") && !first.contains("草稿"));

    // What is written about the meeting later changes nothing in it.
    let speech = json!({ "ask": "add_speech", "meeting": meeting, "topic": lamp, "speaker": "物业企业 吴经理", "text": "费用由物业出。" });
    assert_eq!(code(&branch, speech.clone()), "rule.locked");
    let renamed = json!({ "ask": "save_delegate", "id": firm, "party": "property", "name": "吴建国", "person": null, "unit": null, "title": null,
        "since": "2024-01-01", "until": null });
    ask(&branch, renamed);
    assert_eq!(print(Value::Null, "again.docx"), first, "a delegate's new name stays out of old minutes");

    // A correction: opened with a reason, completed, final again; both editions print.
    assert_eq!(code(&branch, correct("  ")), "field");
    ask(&branch, correct("漏记了费用由谁出"));
    let number = |desk: &Desk| month(desk, "2024-11")["meetings"][0]["meeting"]["number"].clone();
    assert_eq!(number(&branch), "〔2024〕1号");
    ask(&branch, speech);
    assert!(print(Value::Null, "draft.docx").contains("费用由物业出"), "the draft of the correction");
    assert_eq!(print(json!(1), "1-meanwhile.docx"), first);
    ask(&branch, check);
    ask(&branch, finalise);
    let second = print(Value::Null, "2.docx");
    for words in ["更正版", "漏记了费用由谁出", "费用由物业出", "第2版", "〔2024〕1号"] {
        assert!(second.contains(words), "{words}");
    }
    assert_eq!(print(json!(1), "1-after.docx"), first, "the first edition stays as it was");
    let preview = ask(&branch, json!({ "ask": "preview_paper", "paper": { "kind": "minutes", "meeting": meeting, "form": "red_head" } }));
    let editions: Vec<(u64, bool)> = preview["editions"]
        .as_array()
        .expect("editions")
        .iter()
        .map(|e| (e["edition"].as_u64().expect("a number"), e["reason"].is_null()))
        .collect();
    assert_eq!(editions, [(2, false), (1, true)]);
    assert_eq!(number(&branch), "〔2024〕1号", "no number is used up by a correction");
}

#[test]
fn a_body_that_resigned_is_said_so_wherever_its_delegates_are_asked_for_and_in_the_minutes() {
    let place = Place::new();
    let (branch, office) = (place.branch_on("甲", "2024-11-28"), place.office_on("2024-11-28"));
    join(&place, &branch, &office);
    let firm = delegate(&branch, "property", "吴经理");
    let stands = |state: &str, since: &str| json!({ "ask": "save_body", "party": "owners", "state": state, "since": since, "note": "街道正在组织补选" });
    assert_eq!(code(&branch, stands("resigned", "2024-12-01")), "rule.future");
    ask(&branch, stands("resigned", "2024-10-08"));
    let lamp = topic(&branch, "2024-11", "关于路灯", false);
    let meeting = council(&branch, "2024-11", &[&firm]);
    let owners = |desk: &Desk| {
        let parties = month(desk, "2024-11")["meetings"][0]["parties"].as_array().expect("five").clone();
        parties.into_iter().find(|p| p["party"] == "owners").expect("the owners")
    };
    assert_eq!(owners(&branch)["standing"], "集体辞职（2024年10月8日起）");
    // What stood otherwise only later does not change what stood on the day of the meeting.
    ask(&branch, stands("stand_in", "2024-11-20"));
    assert_eq!(owners(&branch)["standing"], Value::Null, "one record, of how it stands now");
    ask(&branch, stands("resigned", "2024-10-08"));
    agreed(&branch, "2024-11", &meeting, &lamp, 1, "2024-11-30");
    ask(&branch, json!({ "ask": "close_meeting", "id": meeting }));
    ask(&branch, json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" }));
    ask(&branch, json!({ "ask": "finalise_minutes", "id": meeting, "on": "2024-11-28" }));
    let path = place.path("minutes.docx");
    let paper = json!({ "kind": "minutes", "meeting": meeting, "form": "plain" });
    let text = written(&branch, paper, &path);
    assert!(text.contains("集体辞职（2024年10月8日起）"));

    let news = place.path("month.xinghuo");
    export(&branch, "星岩社区", &news);
    import(&office, &[&news]);
    ask(&office, json!({ "ask": "look_at", "compound": ask(&office, json!({ "ask": "overview" }))[0]["compound"]["id"] }));
    assert_eq!(month(&office, "2024-11")["bodies"][0]["note"], "街道正在组织补选");
}

#[test]
fn a_task_is_done_checked_returned_and_given_more_time_in_the_order_of_its_states() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, "2024-11", "关于路灯", false);
    let meeting = council(&branch, "2024-11", &[&firm]);
    let task = agreed(&branch, "2024-11", &meeting, &lamp, 1, "2024-11-20");
    let step = |to: &str, outcome: Value, by: Value| json!({ "ask": "step_task", "id": task, "to": to, "on": "2024-11-28", "outcome": outcome, "due_on": null, "by": by });
    let line = || month(&branch, "2024-11")["tasks"][0].clone();
    assert_eq!(code(&branch, step("verified", json!("好"), json!("林干事"))), "rule.step", "nothing is checked before it is done");
    assert_eq!(line()["late"], true);

    // More time: who allowed it and the first date stay on record.
    let extend = |due: &str, by: &str| json!({ "ask": "extend_task", "id": task, "due_on": due, "by": by, "reason": "配件没到" });
    assert_eq!(code(&branch, extend("2024-11-20", "陈书记")), "rule.before");
    assert_eq!(code(&branch, extend("2024-11-29", "")), "field");
    ask(&branch, extend("2024-11-29", "陈书记"));
    ask(&branch, extend("2024-11-30", "陈书记"));
    let extended = line();
    assert_eq!((&extended["late"], &extended["task"]["first_due"]), (&json!(false), &json!("2024-11-20")));
    assert_eq!(extended["task"]["extended_by"], "陈书记：配件没到");

    ask(&branch, step("done", json!("换好了"), Value::Null));
    assert_eq!(code(&branch, extend("2024-12-05", "陈书记")), "rule.lacks");
    assert_eq!(code(&branch, step("returned", Value::Null, Value::Null)), "field", "sent back only with what is wrong");
    ask(&branch, step("returned", json!("三单元还是不亮"), Value::Null));
    assert_eq!((&line()["task"]["state"], &line()["task"]["done_on"]), (&json!("returned"), &Value::Null));
    let waiting = ask(&branch, json!({ "ask": "tasks" }));
    assert_eq!(waiting.as_array().map(Vec::len), Some(1), "what was sent back waits for somebody");
    ask(&branch, step("done", json!("都亮了"), Value::Null));
    assert_eq!(code(&branch, step("verified", Value::Null, Value::Null)), "field", "checked by somebody");
    ask(&branch, step("verified", Value::Null, json!("卢根生")));
    assert_eq!((&line()["task"]["verified_by"], &line()["task"]["outcome"]), (&json!("卢根生"), &json!("都亮了")));
    for to in ["open", "doing", "done", "returned", "carried_over"] {
        assert_eq!(code(&branch, step(to, json!("再办"), Value::Null)), "rule.step", "{to} after it was checked");
    }
    assert_eq!(ills(&branch)[2], (1, 1));
}

#[test]
fn a_task_that_is_carried_over_stands_in_the_month_it_goes_on_in() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-12-02");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, "2024-11", "关于路灯", false);
    let meeting = council(&branch, "2024-11", &[&firm]);
    let task = agreed(&branch, "2024-11", &meeting, &lamp, 1, "2024-11-30");
    ask(
        &branch,
        json!({ "ask": "step_task", "id": task, "to": "carried_over", "on": "2024-12-01", "outcome": "等配件", "due_on": "2024-12-20" }),
    );
    let carried = &month(&branch, "2024-12")["carried"][0];
    assert_eq!((&carried["kind"], &carried["from"], &carried["ended"]), (&json!("task"), &json!("2024-11"), &json!(false)));
    // The resolution is carried out when the task that goes on is done.
    assert_eq!(ills(&branch)[2], (0, 0));
    ask(&branch, json!({ "ask": "step_task", "id": carried["id"], "to": "done", "on": "2024-12-02", "outcome": "换好了", "due_on": null }));
    assert_eq!(ills(&branch)[2], (1, 1));
}

//! The unhappy months: what goes wrong in a council's month, what is said of it, and that nothing is lost.

use serde_json::{Value, json};
use xinghuo_desk::{Desk, Failure};

use crate::doing::*;
use crate::place::*;

/// Why something was refused.
fn refused(desk: &Desk, question: Value) -> Failure {
    try_ask(desk, question.clone()).expect_err(&format!("{question} should have been refused"))
}

#[test]
fn votes_that_do_not_add_up_are_refused_with_both_numbers() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let there = [delegate(&branch, "property", "吴经理"), delegate(&branch, "residents", "王阿姨")];
    let lamp = topic(&branch, "2024-11", "关于路灯", false);
    let meeting = council(&branch, "2024-11", &[&there[0], &there[1]]);
    let mut wrong = vote(&meeting, &lamp, 1, 1);
    wrong["present"] = json!(5);
    let said = refused(&branch, wrong);
    assert_eq!((said.code.as_str(), said.message.as_str()), ("rule.vote_sum", "同意、反对、弃权相加是 2 票，应与在场表决人数 5 相同"));
    let said = refused(&branch, vote(&meeting, &lamp, 3, 0));
    assert!(said.message.contains("多于实到的 2 人"), "{}", said.message);
}

#[test]
fn a_resolution_without_owner_or_date_is_refused_and_says_which() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, "2024-11", "关于路灯", false);
    let meeting = council(&branch, "2024-11", &[&firm]);
    ask(&branch, vote(&meeting, &lamp, 1, 0));
    let resolve = |owner: &str, due: Value| {
        json!({ "ask": "add_resolution", "meeting": meeting, "topic": lamp, "text": "换灯",
            "task": { "text": "换灯", "party": "property", "owner": owner, "due_on": due } })
    };
    assert_eq!(refused(&branch, resolve(" ", json!("2024-11-30"))).field.as_deref(), Some("task.owner"));
    let said = refused(&branch, resolve("吴经理", Value::Null));
    assert_eq!((said.field.as_deref(), said.message.as_str()), (Some("task.due_on"), "请写明完成期限。"));
    assert_eq!(refused(&branch, resolve("吴经理", json!("2024-11-14"))).code, "rule.before");
    assert!(month(&branch, "2024-11")["tasks"].as_array().expect("tasks").is_empty(), "nothing half is kept");
    ask(&branch, resolve("吴经理", json!("2024-11-30")));
}

#[test]
fn minutes_do_not_become_final_where_the_quorum_was_lost_and_say_so() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let people: Vec<String> = ["吴经理", "王阿姨", "李主任"].iter().map(|name| delegate(&branch, "residents", name)).collect();
    let lamp = topic(&branch, "2024-11", "关于路灯", false);
    let planned = json!({ "ask": "plan_meeting", "month": "2024-11", "kind": "council", "held_at": "2024-11-15T19:00:00+08:00", "place": "议事厅",
        "chair": "陈书记", "recorder": "林干事", "agenda": [] });
    let meeting = id(&ask(&branch, planned));
    let sign = |who: &str, presence: &str| json!({ "ask": "sign_in", "meeting": meeting, "delegate": who, "presence": presence, "name": null, "note": null });
    ask(&branch, sign(&people[0], "present"));
    let said = refused(&branch, json!({ "ask": "open_meeting", "id": meeting }));
    assert_eq!(said.message, "实到 1 人，不足应到 3 人的法定人数 2 人");
    ask(&branch, sign(&people[1], "present"));
    ask(&branch, json!({ "ask": "open_meeting", "id": meeting }));
    agreed(&branch, "2024-11", &meeting, &lamp, 2, "2024-11-30");
    ask(&branch, json!({ "ask": "close_meeting", "id": meeting }));
    // The sign-in was wrong: one of them was not there.
    ask(&branch, sign(&people[1], "absent"));
    let said = refused(&branch, json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" }));
    assert!(said.message.contains("不足法定人数 2 人"), "{}", said.message);
    let said = refused(&branch, json!({ "ask": "finalise_minutes", "id": meeting, "on": "2024-11-16" }));
    assert!(said.message.contains("不足法定人数 2 人"), "{}", said.message);
}

#[test]
fn a_party_without_a_delegate_is_said_before_the_meeting_and_stands_on_the_minutes_with_its_reason() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, "2024-11", "关于路灯", false);
    ask(&branch, json!({ "ask": "save_body", "party": "owners", "state": "resigned", "since": "2024-10-08", "note": null }));
    let meeting = council(&branch, "2024-11", &[&firm]);
    let view = month(&branch, "2024-11");
    let warnings = meeting_of(&view, &meeting)["warnings"].to_string();
    assert!(warnings.contains("社会组织还没有代表") && warnings.contains("业委会集体辞职（2024年10月8日起），没有代表到会"), "{warnings}");
    agreed(&branch, "2024-11", &meeting, &lamp, 1, "2024-11-30");
    finish(&branch, &meeting, "2024-11-16");
    let paper = json!({ "kind": "minutes", "meeting": meeting, "form": "plain" });
    let text = written(&branch, paper, &place.path("m.docx"));
    assert!(text.contains("社会组织（0人）"), "a party always has its row");
}

#[test]
fn february_ends_on_its_own_last_day_and_its_tasks_with_it() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-02-29");
    let firm = delegate(&branch, "property", "吴经理");
    opinion(&branch, "2024-02-03");
    let lamp = topic(&branch, "2024-02", "关于路灯", false);
    let meeting = council(&branch, "2024-02", &[&firm]);
    agreed(&branch, "2024-02", &meeting, &lamp, 1, "2024-02-29");
    let view = month(&branch, "2024-02");
    assert_eq!(view["steps"][3]["to"], "2024-02-29");
    assert_eq!(view["steps"][3]["state"], "open", "its last day is still in time");
    drop(branch);
    let later = place.again_on("甲", "2024-03-01");
    assert_eq!(steps(&later, "2024-02")[3], "late");
}

#[test]
fn a_december_council_ends_in_the_new_year_under_the_new_years_first_number() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2025-01-02");
    let firm = delegate(&branch, "property", "吴经理");
    for (of, on) in [("2024-11", "2024-12-30"), ("2024-12", "2025-01-02")] {
        let lamp = topic(&branch, of, &format!("关于{of}的路灯"), false);
        let meeting = council(&branch, of, &[&firm]);
        agreed(&branch, of, &meeting, &lamp, 1, "2025-01-10");
        finish(&branch, &meeting, on);
    }
    let number = |of: &str| month(&branch, of)["meetings"][0]["meeting"]["number"].clone();
    assert_eq!((number("2024-11"), number("2024-12")), (json!("〔2024〕1号"), json!("〔2025〕1号")));
    let carried = month(&branch, "2024-12")["tasks"][0]["task"]["id"].clone();
    ask(
        &branch,
        json!({ "ask": "step_task", "id": carried, "to": "carried_over", "on": "2025-01-02", "outcome": "春节前材料不到", "due_on": "2025-01-25", "by": null }),
    );
    assert_eq!(month(&branch, "2025-01")["carried"][0]["from"], "2024-12", "from one year into the next");
}

#[test]
fn a_meeting_past_midnight_belongs_to_the_day_it_began_and_says_when_it_ended() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-16");
    opinion(&branch, "2024-11-16");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, "2024-11", "关于路灯", false);
    let planned = json!({ "ask": "plan_meeting", "month": "2024-11", "kind": "council", "held_at": "2024-11-15T23:10:00+08:00", "place": "议事厅",
        "chair": "陈书记", "recorder": "林干事", "agenda": [] });
    let meeting = id(&ask(&branch, planned));
    ask(&branch, json!({ "ask": "sign_in", "meeting": meeting, "delegate": firm, "presence": "present", "name": null, "note": null }));
    ask(&branch, json!({ "ask": "open_meeting", "id": meeting }));
    agreed(&branch, "2024-11", &meeting, &lamp, 1, "2024-11-15");
    finish(&branch, &meeting, "2024-11-16");
    let text = written(&branch, json!({ "kind": "minutes", "meeting": meeting, "form": "plain" }), &place.path("m.docx"));
    assert!(text.contains("2024年11月15日 23:10至次日09:0"), "{text}");
    assert_eq!(steps(&branch, "2024-11")[2], "done", "held on the fifteenth");
}

#[test]
fn a_pack_that_arrives_in_the_middle_of_a_month_changes_nothing_in_it() {
    let place = Place::new();
    let (branch, office) = (place.branch_on("甲", "2024-11-14"), place.office_on("2024-11-14"));
    join(&place, &branch, &office);
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, "2024-11", "关于路灯", false);
    let mut strict = serde_json::to_value(xinghuo_model::policy::Policy { name: "从严".into(), ..Default::default() }).expect("a pack");
    strict["pass_over"] = json!([9, 10]);
    strict["consult"] = json!({ "from": 11, "to": 12 });
    ask(&office, json!({ "ask": "issue_policy", "policy": strict, "from": "2024-12" }));
    let news = place.path("n.xinghuo");
    export(&office, "甲", &news);
    import(&branch, &[&news]);
    drop(branch);
    let later = place.again_on("甲", "2024-11-16");
    let second = delegate(&later, "residents", "王阿姨");
    let third = delegate(&later, "residents", "赵大伯");
    let meeting = council(&later, "2024-11", &[&firm, &second, &third]);
    ask(&later, vote(&meeting, &lamp, 2, 1));
    let view = month(&later, "2024-11");
    assert_eq!(view["topics"][0]["topic"]["state"], "passed", "by the pack of the month, not by the one to come");
    assert_eq!(view["next_policy"]["policy"]["name"], "从严");
}

#[test]
fn a_cycle_begun_on_one_laptop_is_finished_on_another() {
    let place = Place::new();
    let (first, second, office) = two_laptops(&place, "2024-11-28");
    opinion(&first, "2024-11-03");
    let firm = delegate(&first, "property", "吴经理");
    let lamp = topic(&first, "2024-11", "关于路灯", false);
    round(&place, &first, &second, &office, 1);
    let meeting = council(&second, "2024-11", &[&firm]);
    let task = agreed(&second, "2024-11", &meeting, &lamp, 1, "2024-11-28");
    finish(&second, &meeting, "2024-11-28");
    ask(
        &second,
        json!({ "ask": "step_task", "id": task, "to": "done", "on": "2024-11-28", "outcome": "已换", "due_on": null, "by": null }),
    );
    round(&place, &first, &second, &office, 2);
    ask(
        &first,
        json!({ "ask": "give_feedback", "task": task, "on": "2024-11-28", "to": "居民", "channel": "phone", "satisfaction": "satisfied", "supervisor": "王阿姨" }),
    );
    round(&place, &first, &second, &office, 3);
    ask(&office, json!({ "ask": "look_at", "compound": ask(&office, json!({ "ask": "overview" }))[0]["compound"]["id"] }));
    let states = |desk: &Desk| steps(desk, "2024-11");
    assert_eq!(states(&first), states(&second));
    assert_eq!(states(&first), states(&office));
    assert_eq!(month(&second, "2024-11")["topics"][0]["stage"], "filed");
    assert_eq!(month(&second, "2024-11")["topics"][0]["stage"], month(&first, "2024-11")["topics"][0]["stage"]);
}

#[test]
pub fn two_laptops_that_recorded_one_meeting_apart_are_shown_side_by_side_and_one_is_chosen_per_item() {
    let place = Place::new();
    let (first, second, office) = two_laptops(&place, "2024-11-28");
    let firm = delegate(&first, "property", "吴经理");
    let aunt = delegate(&first, "residents", "王阿姨");
    let (lamp, gate) = (topic(&first, "2024-11", "关于路灯", false), topic(&first, "2024-11", "关于门禁", false));
    round(&place, &first, &second, &office, 1);

    // Both plan it, open it and take the vote, and neither knows of the other.
    let meeting = council(&first, "2024-11", &[&firm, &aunt]);
    assert_eq!(council(&second, "2024-11", &[&firm, &aunt]), meeting, "one meeting of that day, on whichever laptop");
    agreed(&first, "2024-11", &meeting, &lamp, 2, "2024-11-30");
    ask(&second, vote(&meeting, &lamp, 1, 1));
    agreed(&first, "2024-11", &meeting, &gate, 2, "2024-11-30");
    ask(&second, json!({ "ask": "sign_in", "meeting": meeting, "delegate": aunt, "presence": "leave", "name": null, "note": "看孙子" }));
    ask(&second, json!({ "ask": "add_speech", "meeting": meeting, "topic": lamp, "speaker": "居民 王阿姨", "text": "灯太暗。" }));
    round(&place, &first, &second, &office, 2);

    for desk in [&first, &second] {
        let view = month(desk, "2024-11");
        let kept = meeting_of(&view, &meeting);
        assert_eq!(kept["accounts"], 2, "the vote on the lamps, and the aunt's sign-in");
        assert!(kept["lacking"].to_string().contains("有 2 台电脑的表决记录，请先选定一份"), "{}", kept["lacking"]);
        let items = ask(desk, json!({ "ask": "accounts", "meeting": meeting }));
        assert_eq!(items[0]["title"], "表决：关于路灯");
        let copies: Vec<&str> =
            items[0]["sides"].as_array().expect("sides").iter().map(|side| side["copy"].as_str().expect("a copy")).collect();
        assert!(copies.contains(&"甲的笔记本") && copies.contains(&"乙的笔记本"), "{copies:?}");
        assert_eq!(items[1]["title"], "签到：王阿姨");
        assert_eq!(kept["topics"].as_array().expect("topics").len(), 2);
    }
    let side = |desk: &Desk, item: usize, says: &str| -> Value {
        let items = ask(desk, json!({ "ask": "accounts", "meeting": meeting }));
        let sides = items[item]["sides"].as_array().expect("sides").clone();
        sides.into_iter().find(|side| side["says"].to_string().contains(says)).expect("the side")["id"].clone()
    };
    // The first laptop's sign-in, the second one's vote: its 1 against 1 did not pass.
    ask(&first, json!({ "ask": "choose_account", "chosen": side(&first, 1, "到会") }));
    ask(&first, json!({ "ask": "choose_account", "chosen": side(&first, 0, "同意 1，反对 1") }));
    round(&place, &first, &second, &office, 3);
    for desk in [&first, &second] {
        let view = month(desk, "2024-11");
        let kept = meeting_of(&view, &meeting);
        assert_eq!((&kept["accounts"], &kept["present"]), (&json!(0), &json!(2)));
        let of = |title: &str| {
            let topics = kept["topics"].as_array().expect("topics");
            topics.iter().find(|t| t["topic"]["title"] == title).expect("the topic").clone()
        };
        assert_eq!(of("关于路灯")["topic"]["state"], "rejected");
        assert!(of("关于路灯")["resolutions"].as_array().expect("resolutions").is_empty(), "what rested on the other vote went with it");
        assert_eq!(of("关于路灯")["speeches"][0]["text"], "灯太暗。", "what was said stays, on whichever laptop");
        assert_eq!(of("关于门禁")["topic"]["state"], "passed");
        let conflicts = ask(desk, json!({ "ask": "conflicts" }));
        assert!(conflicts.as_array().expect("conflicts").is_empty(), "{conflicts}");
    }
}

#[test]
fn minutes_made_final_on_one_laptop_stay_as_they_are_when_another_went_on_with_the_meeting() {
    let place = Place::new();
    let (first, second, office) = two_laptops(&place, "2024-11-28");
    let firm = delegate(&first, "property", "吴经理");
    let lamp = topic(&first, "2024-11", "关于路灯", false);
    let meeting = council(&first, "2024-11", &[&firm]);
    agreed(&first, "2024-11", &meeting, &lamp, 1, "2024-11-30");
    round(&place, &first, &second, &office, 1);
    finish(&first, &meeting, "2024-11-28");
    ask(&second, json!({ "ask": "add_speech", "meeting": meeting, "topic": lamp, "speaker": "物业企业 吴经理", "text": "灯由物业出钱。" }));
    ask(&second, json!({ "ask": "close_meeting", "id": meeting }));
    let paper = json!({ "kind": "minutes", "meeting": meeting, "form": "plain" });
    let before = written(&first, paper.clone(), &place.path("before.docx"));
    round(&place, &first, &second, &office, 2);
    for (desk, name) in [(&first, "first"), (&second, "second")] {
        let view = month(desk, "2024-11");
        let kept = meeting_of(&view, &meeting);
        assert_eq!(kept["meeting"]["state"], "final", "{name}");
        assert_eq!(kept["changed_since_final"], true, "{name}");
        let after = written(desk, paper.clone(), &place.path(&format!("{name}.docx")));
        assert_eq!(after, before, "{name}: final minutes stay as they are");
        assert!(view["meetings"].to_string().contains("灯由物业出钱"), "what was recorded besides is kept");
    }
    // A corrected edition takes it up.
    ask(&first, json!({ "ask": "correct_minutes", "id": meeting, "reason": "另一台电脑上还记了发言" }));
    ask(&first, json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" }));
    ask(&first, json!({ "ask": "finalise_minutes", "id": meeting, "on": "2024-11-28" }));
    assert_eq!(month(&first, "2024-11")["meetings"][0]["changed_since_final"], false);
    assert!(written(&first, paper, &place.path("corrected.docx")).contains("灯由物业出钱"));
}

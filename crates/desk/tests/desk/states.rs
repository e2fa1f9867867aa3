//! Every state of a month's step, a topic, a meeting, a task and its report back (requirements §4.2) is reached,
//! and what does not follow from a state is refused in it.

use serde_json::{Value, json};
use xinghuo_desk::Desk;

use crate::doing::*;
use crate::place::*;

const OF: &str = "2024-11";

fn line(desk: &Desk, list: &str, of: &str, id: &str) -> Value {
    let view = month(desk, OF);
    let all = view[list].as_array().expect("a list").clone();
    all.into_iter().find(|line| line[of]["id"] == *id).expect("the line")
}

fn plan(kind: &str, on: &str, guests: &[&str]) -> Value {
    json!({ "ask": "plan_meeting", "month": OF, "kind": kind, "held_at": format!("{on}T19:00:00+08:00"), "place": "议事厅",
        "chair": "陈书记", "recorder": "林干事", "agenda": [], "guests": guests })
}

#[test]
fn a_meeting_goes_from_plan_to_corrected_minutes_and_nothing_is_done_out_of_its_turn() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = id(&ask(&branch, plan("council", "2024-11-15", &[])));
    let acts = [
        ("notify", json!({ "ask": "notify_meeting", "id": meeting, "on": "2024-11-12" })),
        ("sign", json!({ "ask": "sign_in", "meeting": meeting, "delegate": firm, "presence": "present", "name": null, "note": null })),
        ("open", json!({ "ask": "open_meeting", "id": meeting })),
        ("speak", json!({ "ask": "add_speech", "meeting": meeting, "topic": lamp, "speaker": "吴经理", "text": "可以换。" })),
        ("vote", vote(&meeting, &lamp, 1, 0)),
        ("close", json!({ "ask": "close_meeting", "id": meeting })),
        ("check", json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" })),
        ("final", json!({ "ask": "finalise_minutes", "id": meeting, "on": "2024-11-28" })),
        ("correct", json!({ "ask": "correct_minutes", "id": meeting, "reason": "漏记了发言" })),
    ];
    let act = |name: &str| acts.iter().find(|(act, _)| *act == name).expect("an act").1.clone();
    // Stage, what may be done in it and is not what goes on, what goes on.
    let way: [(&str, &[&str], &str); 10] = [
        ("planned", &[], "notify"),
        ("notified", &["notify"], "sign"),
        ("signing_in", &["notify", "sign"], "open"),
        ("running", &["sign", "speak", "vote"], "close"),
        ("draft", &["sign", "speak", "vote"], "check"),
        ("checked", &[], "final"),
        ("final", &[], "correct"),
        ("correcting", &["sign", "speak", "vote"], "check"),
        ("checked", &[], "final"),
        ("corrected", &[], ""),
    ];
    for (stage, may, on) in way {
        assert_eq!(line(&branch, "meetings", "meeting", &meeting)["stage"], stage);
        // After a check these make it a draft again, which has a test of its own; before the day a sign-in begins it.
        let moves: &[&str] = match stage {
            "checked" => &["sign", "speak", "vote"],
            "planned" => &["sign", "open"],
            "notified" => &["open"],
            "final" | "corrected" => &["correct"],
            _ => &[],
        };
        for (name, question) in &acts {
            if *name == on || may.contains(name) || moves.contains(name) {
                continue;
            }
            let refused = code(&branch, question.clone());
            assert!(refused.starts_with("rule."), "{name} while {stage}: {refused}");
        }
        if stage == "running" {
            ask(&branch, act("vote"));
            ask(&branch, json!({ "ask": "add_resolution", "meeting": meeting, "topic": lamp, "text": "换灯", "task": null }));
        }
        for name in may {
            ask(&branch, act(name));
        }
        if !on.is_empty() {
            ask(&branch, act(on));
        }
    }
}

#[test]
fn what_is_added_after_the_draft_was_checked_makes_it_a_draft_again() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = id(&ask(&branch, plan("council", "2024-11-15", &[])));
    ask(&branch, json!({ "ask": "sign_in", "meeting": meeting, "delegate": firm, "presence": "present", "name": null, "note": null }));
    ask(&branch, json!({ "ask": "open_meeting", "id": meeting }));
    agreed(&branch, OF, &meeting, &lamp, 1, "2024-11-30");
    ask(&branch, json!({ "ask": "close_meeting", "id": meeting }));
    let check = json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" });
    for added in [
        json!({ "ask": "add_speech", "meeting": meeting, "topic": lamp, "speaker": "吴经理", "text": "可以换。" }),
        json!({ "ask": "sign_in", "meeting": meeting, "delegate": firm, "presence": "present", "name": null, "note": null, "came_at": "19:10:00" }),
        vote(&meeting, &lamp, 1, 0),
    ] {
        ask(&branch, check.clone());
        ask(&branch, added);
        let view = line(&branch, "meetings", "meeting", &meeting);
        assert_eq!((&view["stage"], &view["meeting"]["checked_by"]), (&json!("draft"), &Value::Null));
    }
}

#[test]
fn a_topic_is_decided_only_as_its_state_allows_and_what_a_council_decides_is_decided_nowhere_else() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let states = ["candidate", "chosen", "dropped", "shelved", "passed", "rejected", "to_owners"];
    let decide = |topic: &str, to: &str| json!({ "ask": "decide_topic", "id": topic, "to": to, "on": "2024-11-08", "reason": "支部研究" });
    let fresh = || {
        id(&ask(
            &branch,
            json!({ "ask": "add_topic", "month": OF, "title": "关于路灯", "opinions": [], "benefit": true, "owner_matter": null, "sponsor": "陈书记" }),
        ))
    };
    for (from, way, may) in [
        ("candidate", &[][..], &["chosen", "dropped"][..]),
        ("chosen", &["chosen"], &["shelved", "dropped"]),
        ("dropped", &["dropped"], &["chosen"]),
        ("shelved", &["chosen", "shelved"], &["chosen"]),
    ] {
        for to in states {
            let one = fresh();
            for step in way {
                ask(&branch, decide(&one, step));
            }
            assert_eq!(line(&branch, "topics", "topic", &one)["stage"], from);
            let said = code(&branch, decide(&one, to));
            let expected = match to {
                _ if may.contains(&to) => "ok",
                "passed" | "rejected" | "to_owners" => "rule.outside_council",
                _ => "rule.step",
            };
            assert_eq!(said, expected, "{from} to {to}");
        }
    }
    // Carried over: the old one is at its end.
    let one = fresh();
    ask(&branch, json!({ "ask": "carry_topic", "id": one, "on": "2024-11-28", "reason": "等答复" }));
    assert_eq!(line(&branch, "topics", "topic", &one)["stage"], "carried_over");
    assert_eq!(code(&branch, json!({ "ask": "carry_topic", "id": one, "on": "2024-11-28", "reason": "再等" })), "rule.lacks");
}

#[test]
fn a_topic_is_followed_from_the_discussion_to_the_file_and_its_tasks_report_in_time_late_or_not_at_all() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let there = [delegate(&branch, "property", "吴经理"), delegate(&branch, "residents", "王阿姨")];
    let (lamp, gate) = (topic(&branch, OF, "关于路灯", true), topic(&branch, OF, "关于门禁", false));
    let owners = owners_topic(&branch, OF, true);
    let meeting = id(&ask(&branch, plan("council", "2024-11-15", &[])));
    for who in &there {
        ask(&branch, json!({ "ask": "sign_in", "meeting": meeting, "delegate": who, "presence": "present", "name": null, "note": null }));
    }
    ask(&branch, json!({ "ask": "open_meeting", "id": meeting }));
    let stage = |desk: &Desk, topic: &str| line(desk, "topics", "topic", topic)["stage"].as_str().expect("a stage").to_owned();
    ask(&branch, json!({ "ask": "add_speech", "meeting": meeting, "topic": lamp, "speaker": "王阿姨", "text": "灯太暗。" }));
    assert_eq!(stage(&branch, &lamp), "consulted");
    ask(&branch, vote(&meeting, &gate, 0, 2));
    assert_eq!(stage(&branch, &gate), "rejected");
    ask(&branch, vote(&meeting, &owners, 2, 0));
    assert_eq!(stage(&branch, &owners), "to_owners", "advised, whatever the count");
    ask(&branch, vote(&meeting, &lamp, 2, 0));
    assert_eq!(stage(&branch, &lamp), "passed");
    let task = agreed(&branch, OF, &meeting, &lamp, 2, "2024-11-30");
    assert_eq!(stage(&branch, &lamp), "carrying_out");
    let report = |desk: &Desk| line(desk, "tasks", "task", &task)["report"].clone();
    assert_eq!(report(&branch), Value::Null, "nothing is owed while it is not done");
    let feedback = json!({ "ask": "give_feedback", "task": task, "on": "2024-11-28", "to": "居民", "channel": "phone", "satisfaction": "satisfied", "supervisor": "王阿姨" });
    assert_eq!(code(&branch, feedback.clone()), "rule.lacks", "nor given");
    let done = |on: &str| json!({ "ask": "step_task", "id": task, "to": "done", "on": on, "outcome": "已换", "due_on": null, "by": null });
    ask(&branch, done("2024-11-28"));
    assert_eq!((stage(&branch, &lamp).as_str(), report(&branch)), ("carried_out", json!("owed")));
    drop(branch);
    let branch = place.again_on("甲", "2024-11-30");
    assert_eq!(report(&branch), "missing");
    let mut late = feedback.clone();
    late["on"] = json!("2024-11-30");
    ask(&branch, late);
    assert_eq!((stage(&branch, &lamp).as_str(), report(&branch)), ("reported", json!("late")));
    ask(&branch, feedback);
    assert_eq!(report(&branch), "on_time", "the first report counts, however late it was typed");
    ask(&branch, json!({ "ask": "close_meeting", "id": meeting }));
    ask(&branch, json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" }));
    ask(&branch, json!({ "ask": "finalise_minutes", "id": meeting, "on": "2024-11-30" }));
    assert_eq!(stage(&branch, &lamp), "filed");
}

#[test]
fn a_months_steps_are_not_yet_open_done_late_nothing_and_carried_over() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-03");
    assert_eq!(steps(&branch, OF), ["open", "open", "not_yet", "not_yet", "not_yet"]);
    opinion(&branch, "2024-11-03");
    assert_eq!(steps(&branch, OF)[0], "done");
    ask(&branch, json!({ "ask": "state_no_topic", "month": OF, "reason": "只有小修小补" }));
    assert_eq!(steps(&branch, OF)[1..4], ["nothing", "nothing", "nothing"]);
    ask(&branch, json!({ "ask": "state_no_topic", "month": OF, "reason": null }));
    drop(branch);
    let branch = place.again_on("甲", "2024-11-28");
    assert_eq!(steps(&branch, OF)[1..3], ["late", "late"]);
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = id(&ask(
        &branch,
        json!({ "ask": "add_topic", "month": OF, "title": "关于路灯", "opinions": [], "benefit": true, "owner_matter": null, "sponsor": "陈书记" }),
    ));
    ask(&branch, json!({ "ask": "decide_topic", "id": lamp, "to": "chosen", "on": "2024-11-28", "reason": "居民关心" }));
    let meeting = id(&ask(&branch, plan("council", "2024-11-28", &[])));
    ask(&branch, json!({ "ask": "sign_in", "meeting": meeting, "delegate": firm, "presence": "present", "name": null, "note": null }));
    ask(&branch, json!({ "ask": "open_meeting", "id": meeting }));
    let task = agreed(&branch, OF, &meeting, &lamp, 1, "2024-11-30");
    ask(&branch, json!({ "ask": "close_meeting", "id": meeting }));
    assert_eq!(steps(&branch, OF)[1..4], ["done_late", "done_late", "open"]);
    let carry = json!({ "ask": "step_task", "id": task, "to": "carried_over", "on": "2024-11-28", "outcome": "等配件", "due_on": "2024-12-20", "by": null });
    ask(&branch, carry);
    assert_eq!(steps(&branch, OF)[3], "carried_over");
}

#[test]
fn others_than_the_five_parties_may_meet_and_take_up_what_was_passed_but_not_decide_what_touches_residents() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let (lamp, tree) = (topic(&branch, OF, "关于路灯", true), topic(&branch, OF, "关于种树", false));
    let refused = |question: Value| try_ask(&branch, question).expect_err("refused").field;
    assert_eq!(refused(plan("party_assembly", "2024-11-16", &[])).as_deref(), Some("guests"));
    assert_eq!(refused(plan("council", "2024-11-16", &["住建部门"])).as_deref(), Some("guests"));
    let meeting = id(&ask(&branch, plan("party_assembly", "2024-11-16", &["住建部门", "城投公司", "业委会"])));
    let sign = |name: &str, presence: &str| json!({ "ask": "sign_in", "meeting": meeting, "delegate": null, "presence": presence, "name": name, "note": null });
    ask(&branch, sign("住建部门", "present"));
    let said = try_ask(&branch, json!({ "ask": "open_meeting", "id": meeting })).expect_err("no quorum");
    assert_eq!(said.code, "rule.no_quorum");
    ask(&branch, sign("城投公司", "present"));
    ask(&branch, sign("业委会", "leave"));
    ask(&branch, json!({ "ask": "open_meeting", "id": meeting }));
    let view = line(&branch, "meetings", "meeting", &meeting);
    assert_eq!((&view["invited"], &view["present"], &view["parties"]), (&json!(3), &json!(2), &json!([])));
    assert_eq!(code(&branch, vote(&meeting, &lamp, 2, 0)), "rule.outside_council");
    ask(&branch, vote(&meeting, &tree, 2, 0));
    assert_eq!(steps(&branch, OF)[2], "open", "the month's council is still to be held");
    // The council passes it; the next assembly takes it up, and its vote takes nothing back.
    let council = id(&ask(&branch, plan("council", "2024-11-17", &[])));
    ask(&branch, json!({ "ask": "sign_in", "meeting": council, "delegate": firm, "presence": "present", "name": null, "note": null }));
    ask(&branch, json!({ "ask": "open_meeting", "id": council }));
    agreed(&branch, OF, &council, &lamp, 1, "2024-11-30");
    let next = id(&ask(&branch, plan("party_assembly", "2024-11-18", &["住建部门"])));
    ask(&branch, json!({ "ask": "sign_in", "meeting": next, "delegate": null, "presence": "present", "name": "住建部门", "note": null }));
    ask(&branch, json!({ "ask": "open_meeting", "id": next }));
    ask(&branch, vote(&next, &lamp, 0, 1));
    assert_eq!(line(&branch, "topics", "topic", &lamp)["topic"]["state"], "passed");
    let text = written(&branch, json!({ "kind": "minutes", "meeting": meeting, "form": "plain" }), &place.path("m.docx"));
    assert!(text.contains("住建部门、城投公司") && !text.contains("社会组织"), "who came, and no rows of parties that do not sit");
}

#[test]
fn what_could_not_wait_is_decided_outside_a_council_with_its_reason_and_stands_among_the_exceptions() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let (pipe, tree) = (topic(&branch, OF, "关于水管爆裂抢修", true), topic(&branch, OF, "关于种树", false));
    let outside = |topic: &str, reason: &str| json!({ "ask": "decide_outside", "id": topic, "on": "2024-11-20", "reason": reason });
    assert_eq!(code(&branch, outside(&pipe, " ")), "field");
    ask(&branch, outside(&pipe, "主管爆裂，两幢楼停水，等不到开会"));
    assert_eq!(code(&branch, outside(&pipe, "再来一次")), "rule.step");
    let rows = ask(&branch, json!({ "ask": "ill_lines", "ill": "together", "year": null }));
    assert_eq!((&rows[0]["kept"], &rows[0]["detail"]), (&json!(false), &json!("会外决定：主管爆裂，两幢楼停水，等不到开会")));
    let resolve = |topic: &str| {
        json!({ "ask": "add_resolution", "meeting": null, "topic": topic, "text": "物业当日抢修",
            "task": { "text": "抢修水管", "party": "property", "owner": "吴经理", "due_on": "2024-11-21" } })
    };
    ask(&branch, resolve(&pipe));
    assert_eq!(line(&branch, "topics", "topic", &pipe)["stage"], "carrying_out");
    assert_eq!(code(&branch, resolve(&tree)), "rule.lacks", "nothing is agreed on what is not decided");
    let slip = json!({ "kind": "task_slip", "task": month(&branch, OF)["tasks"][0]["task"]["id"] });
    assert!(written(&branch, slip, &place.path("s.docx")).contains("会外决定"));
    // What only the owners may decide is decided by nobody else, and carried out after they did.
    let fund = id(&ask(
        &branch,
        json!({ "ask": "add_topic", "month": OF, "title": "关于动用维修资金", "opinions": [], "benefit": true, "owner_matter": "spend_fund", "sponsor": "陈书记" }),
    ));
    assert_eq!(code(&branch, outside(&fund, "急")), "rule.owners_decide");
}

#[test]
fn owners_ballots_are_counted_once_per_owner_and_a_room_is_cast_once() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let fund = id(&ask(
        &branch,
        json!({ "ask": "add_topic", "month": OF, "title": "关于动用维修资金", "opinions": [], "benefit": true, "owner_matter": "spend_fund", "sponsor": "陈书记" }),
    ));
    let ballot = |owner: &str, room: &str, area: i64, choice: &str| json!({ "ask": "add_owner_ballot", "topic": fund, "owner": owner, "room": room, "area": area, "choice": choice, "on": "2024-11-20" });
    for (owner, room, area, choice) in [
        ("王某甲", "3-1-101", 9_000, "yes"),
        ("王某甲", "3-1-102", 8_000, "yes"),
        ("李某", "3-1-201", 9_550, "no"),
        ("赵某", "3-1-202", 7_000, "yes"),
    ] {
        ask(&branch, ballot(owner, room, area, choice));
    }
    // The same room once more: the later one counts.
    ask(&branch, ballot("赵某", "3-1-202", 7_000, "abstain"));
    let view = ask(&branch, json!({ "ask": "owner_ballots", "topic": fund }));
    assert_eq!((&view["owners_took_part"], &view["owners_agreed"]), (&json!(3), &json!(1)));
    assert_eq!((&view["area_took_part"], &view["area_agreed"]), (&json!(33_550), &json!(17_000)));
    assert_eq!(try_ask(&branch, ballot("钱某", "3-1-301", 0, "yes")).expect_err("no area").field.as_deref(), Some("area"));
    assert_eq!(try_ask(&branch, ballot("钱某", "3-1-301", 100, "recused")).expect_err("no such vote").field.as_deref(), Some("choice"));
    let plain = topic(&branch, OF, "关于路灯", false);
    let mut wrong = ballot("钱某", "3-1-301", 100, "yes");
    wrong["topic"] = json!(plain);
    assert_eq!(code(&branch, wrong), "rule.lacks");
}

//! Meetings: how they are numbered, counted, corrected and printed.

use serde_json::{Value, json};
use xinghuo_desk::Desk;

use crate::doing::*;
use crate::place::*;

const OF: &str = "2024-11";

fn by_name(meeting: &str, topic: &str, ballots: &[(&str, &str)]) -> Value {
    let cast = |choice: &str| ballots.iter().filter(|(_, cast)| *cast == choice).count();
    json!({ "ask": "record_vote", "meeting": meeting, "topic": topic, "method": "by_name", "present": ballots.len() - cast("recused"),
        "yes": cast("yes"), "no": cast("no"), "abstain": cast("abstain"), "recused": cast("recused"),
        "ballots": ballots.iter().map(|(who, choice)| json!({ "delegate": who, "choice": choice })).collect::<Vec<_>>() })
}

fn plan(kind: &str, at: &str, guests: &[&str]) -> Value {
    json!({ "ask": "plan_meeting", "month": OF, "kind": kind, "held_at": format!("{at}:00+08:00"), "place": "议事厅",
        "chair": "陈书记", "recorder": "林干事", "agenda": [], "guests": guests })
}

fn sign(meeting: &str, delegate: &str, presence: &str) -> Value {
    json!({ "ask": "sign_in", "meeting": meeting, "delegate": delegate, "presence": presence, "name": null, "note": null })
}

fn topic_of(desk: &Desk, of: &str, topic: &str) -> Value {
    let view = month(desk, of);
    view["topics"].as_array().expect("topics").iter().find(|line| line["topic"]["id"] == *topic).expect("the topic").clone()
}

fn state(desk: &Desk, topic: &str) -> String {
    topic_of(desk, OF, topic)["topic"]["state"].as_str().expect("a state").to_owned()
}

/// A council of one delegate on one topic that is agreed on, closed, checked and final; gives its number.
fn numbered(desk: &Desk, of: &str, who: &str) -> String {
    let lamp = topic(desk, of, "关于路灯", false);
    let meeting = council(desk, of, &[who]);
    agreed(desk, of, &meeting, &lamp, 1, &format!("{of}-28"));
    finish(desk, &meeting, &format!("{of}-28"));
    let view = month(desk, of);
    meeting_of(&view, &meeting)["meeting"]["number"].as_str().expect("a number").to_owned()
}

#[test]
fn minutes_are_numbered_without_gaps_on_each_laptop_whatever_the_other_one_numbered() {
    let place = Place::new();
    let (first, second, office) = two_laptops(&place, "2024-12-29");
    let who = delegate(&first, "property", "吴经理");
    round(&place, &first, &second, &office, 1);
    let mine: Vec<String> = ["2024-06", "2024-07"].iter().map(|of| numbered(&first, of, &who)).collect();
    let theirs: Vec<String> = ["2024-08", "2024-09", "2024-10"].iter().map(|of| numbered(&second, of, &who)).collect();
    assert_eq!(mine, ["〔2024〕1号", "〔2024〕2号"]);
    let mark = theirs[0].trim_start_matches("〔2024〕").trim_end_matches("1号").to_owned();
    assert!(mark.len() == 2 && mark.bytes().all(|c| c.is_ascii_uppercase()), "two letters, never a figure: {mark}");
    assert_eq!(theirs, [1, 2, 3].map(|n| format!("〔2024〕{mark}{n}号")));
    round(&place, &first, &second, &office, 2);
    assert_eq!(numbered(&first, "2024-11", &who), "〔2024〕3号", "what the other laptop numbered does not count here");
    assert_eq!(numbered(&second, "2024-12", &who), format!("〔2024〕{mark}4号"));

    let number = |desk: &Desk| {
        let saved = request(desk, "楼道积水");
        ask(desk, json!({ "ask": "request", "id": saved }))["request"]["number"].as_str().expect("a number").to_owned()
    };
    let (own, other) = (number(&first), [number(&second), number(&second)]);
    assert!(own.ends_with("-0001") && other[0].ends_with(&format!("-{mark}0001")) && other[1].ends_with(&format!("-{mark}0002")));
}

#[test]
fn what_stands_in_final_minutes_is_corrected_and_never_taken_back() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = council(&branch, OF, &[&firm]);
    let speech = ask(&branch, json!({ "ask": "add_speech", "meeting": meeting, "topic": lamp, "speaker": "吴经理", "text": "可以换。" }));
    let counted = ask(&branch, vote(&meeting, &lamp, 1, 0));
    let resolution = ask(&branch, json!({ "ask": "add_resolution", "meeting": meeting, "topic": lamp, "text": "换灯", "task": null }));
    ask(&branch, json!({ "ask": "close_meeting", "id": meeting }));
    ask(&branch, json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" }));
    let finished = ask(&branch, json!({ "ask": "finalise_minutes", "id": meeting, "on": "2024-11-28" }));
    assert_eq!(finished["save"], 0, "no way back is offered");
    let before = month(&branch, OF);
    assert_eq!(code(&branch, json!({ "ask": "undo" })), "undo.nothing");
    assert!(ask(&branch, json!({ "ask": "undo_offer" })).is_null());
    for saved in [speech, counted, resolution] {
        assert_eq!(code(&branch, json!({ "ask": "undo_save", "save": saved["save"] })), "rule.locked");
    }
    assert_eq!(month(&branch, OF), before);
    // While it is corrected, what was added for it may be taken back; then the number is the same.
    ask(&branch, json!({ "ask": "correct_minutes", "id": meeting, "reason": "漏记了发言" }));
    let added = ask(&branch, json!({ "ask": "add_speech", "meeting": meeting, "topic": lamp, "speaker": "吴经理", "text": "下周换。" }));
    ask(&branch, json!({ "ask": "undo_save", "save": added["save"] }));
    ask(&branch, json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" }));
    ask(&branch, json!({ "ask": "finalise_minutes", "id": meeting, "on": "2024-11-28" }));
    assert_eq!(meeting_of(&month(&branch, OF), &meeting)["meeting"]["number"], "〔2024〕1号");
}

#[test]
fn a_vote_counted_anew_takes_along_what_rested_on_the_old_count() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let people = [delegate(&branch, "property", "吴经理"), delegate(&branch, "owners", "章主任"), delegate(&branch, "residents", "何大姐")];
    let (lamp, gate) = (topic(&branch, OF, "关于路灯", false), topic(&branch, OF, "关于西门", false));
    let meeting = council(&branch, OF, &people.each_ref().map(String::as_str));
    agreed(&branch, OF, &meeting, &lamp, 3, "2024-11-30");
    let begun = agreed(&branch, OF, &meeting, &gate, 3, "2024-11-30");
    ask(&branch, vote(&meeting, &lamp, 1, 2));
    let line = topic_of(&branch, OF, &lamp);
    assert_eq!((&line["topic"]["state"], line["resolutions"].as_array().map(Vec::len)), (&json!("rejected"), Some(0)));
    assert_eq!(month(&branch, OF)["tasks"].as_array().map(Vec::len), Some(1), "and so is what was to be carried out");
    // What somebody has begun to carry out is not made to vanish.
    ask(&branch, json!({ "ask": "step_task", "id": begun, "to": "doing", "on": "2024-11-16", "outcome": null, "due_on": null }));
    assert_eq!(code(&branch, vote(&meeting, &gate, 1, 2)), "rule.lacks");
    assert_eq!(state(&branch, &gate), "passed");
    ask(&branch, vote(&meeting, &gate, 2, 1));
    assert_eq!(topic_of(&branch, OF, &gate)["resolutions"].as_array().map(Vec::len), Some(1), "it passes as before");
}

#[test]
fn what_was_not_chosen_or_is_decided_elsewhere_is_not_voted_on() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let topics: Vec<String> = ["甲", "乙", "丙", "丁", "戊"].iter().map(|n| topic(&branch, OF, &format!("关于{n}"), false)).collect();
    let meeting = council(&branch, OF, &[&firm]);
    let decide = |topic: &str, to: &str| json!({ "ask": "decide_topic", "id": topic, "to": to, "on": "2024-11-15", "reason": "再议" });
    ask(&branch, decide(&topics[0], "dropped"));
    ask(&branch, decide(&topics[1], "shelved"));
    ask(&branch, json!({ "ask": "carry_topic", "id": topics[2], "on": "2024-11-15", "reason": "等答复" }));
    ask(&branch, json!({ "ask": "decide_outside", "id": topics[3], "on": "2024-11-15", "reason": "主管爆裂" }));
    for topic in &topics[..4] {
        assert_eq!(code(&branch, vote(&meeting, topic, 1, 0)), "rule.lacks", "{topic}");
    }
    assert_eq!(topics[..4].iter().map(|t| state(&branch, t)).collect::<Vec<_>>(), ["dropped", "shelved", "shelved", "passed"]);
    // The minutes say what became of them, and do not wait for a vote.
    agreed(&branch, OF, &meeting, &topics[4], 1, "2024-11-30");
    finish(&branch, &meeting, "2024-11-28");
    let text = written(&branch, json!({ "kind": "minutes", "meeting": meeting, "form": "plain", "edition": null }), &place.path("m.docx"));
    for said in ["本议题不采纳，没有表决：再议。", "本议题搁置，没有表决", "本议题已在会外决定：主管爆裂。"]
    {
        assert!(text.contains(said), "{said}");
    }
    // A later meeting may not take up what is decided or was never chosen.
    let agenda = json!({ "ask": "plan_meeting", "month": OF, "kind": "council", "held_at": "2024-11-20T19:00:00+08:00", "place": "议事厅",
        "chair": "陈书记", "recorder": "林干事", "agenda": [topics[0]], "guests": [] });
    assert_eq!(code(&branch, agenda), "rule.lacks");
}

#[test]
fn ballots_by_name_are_those_of_people_who_are_there_and_each_is_cast_once() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let (firm, owner, away) =
        (delegate(&branch, "property", "吴经理"), delegate(&branch, "owners", "章主任"), delegate(&branch, "residents", "何大姐"));
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = council(&branch, OF, &[&firm, &owner]);
    let stranger = uuid::Uuid::now_v7().to_string();
    for (ballots, why) in [
        (vec![(firm.as_str(), "yes"), (firm.as_str(), "yes")], "one of them twice"),
        (vec![(firm.as_str(), "yes"), (away.as_str(), "yes")], "somebody who did not come"),
        (vec![(firm.as_str(), "yes"), (stranger.as_str(), "yes")], "somebody nobody knows"),
        (vec![], "nobody at all"),
    ] {
        assert_eq!(code(&branch, by_name(&meeting, &lamp, &ballots)), "rule.lacks", "{why}");
    }
    let mut wrong = by_name(&meeting, &lamp, &[(&firm, "yes"), (&owner, "no")]);
    (wrong["yes"], wrong["no"]) = (json!(2), json!(0));
    assert_eq!(code(&branch, wrong), "rule.ballots");
    ask(&branch, by_name(&meeting, &lamp, &[(&firm, "recused"), (&owner, "yes")]));
    let counted = topic_of(&branch, OF, &lamp)["vote"].clone();
    assert_eq!((&counted["present"], &counted["recused"], &counted["yes"]), (&json!(1), &json!(1), &json!(1)));
}

#[test]
fn presence_at_an_item_may_be_less_than_at_the_roll_and_never_more() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let people = [delegate(&branch, "property", "吴经理"), delegate(&branch, "owners", "章主任"), delegate(&branch, "residents", "何大姐")];
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = council(&branch, OF, &people.each_ref().map(String::as_str));
    let left = json!({ "ask": "sign_in", "meeting": meeting, "delegate": people[2], "presence": "present", "name": null, "note": null,
        "came_at": "19:20:00", "left_at": "20:05:00" });
    ask(&branch, left);
    assert_eq!(code(&branch, vote(&meeting, &lamp, 4, 0)), "rule.too_many_voters");
    ask(&branch, vote(&meeting, &lamp, 2, 0));
    ask(&branch, json!({ "ask": "add_resolution", "meeting": meeting, "topic": lamp, "text": "换灯", "task": null }));
    finish(&branch, &meeting, "2024-11-28");
    let text = written(&branch, json!({ "kind": "minutes", "meeting": meeting, "form": "record", "edition": null }), &place.path("r.docx"));
    assert!(text.contains("应到3人，实到2人，同意2票"), "who was there at the item");
    assert!(text.contains("何大姐（迟到 19:20，早退 20:05）"), "and when the third one was");
    let sheet = written(&branch, json!({ "kind": "sign_in", "meeting": meeting }), &place.path("s.docx"));
    assert!(sheet.contains("迟到 19:20 早退 20:05"));
}

#[test]
fn an_invitation_names_the_partys_delegates_and_who_may_come_in_their_place() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    ask(
        &branch,
        json!({ "ask": "save_delegate", "id": null, "party": "owners", "name": "章主任", "person": null, "unit": null, "title": null,
        "since": "2024-01-01", "until": null, "deputy": " 林委员 " }),
    );
    delegate(&branch, "owners", "何委员");
    topic(&branch, OF, "关于路灯", false);
    let meeting = id(&ask(&branch, plan("council", "2024-11-15T19:00", &[])));
    let letter = json!({ "kind": "invitation", "meeting": meeting, "party": "owners" });
    let text = written(&branch, letter.clone(), &place.path("i.docx"));
    assert!(text.contains("业委会（章主任、何委员）") && text.contains("副代表") && text.contains("林委员（代章主任）"));
    ask(&branch, json!({ "ask": "save_paper", "paper": letter, "format": "pdf", "path": place.path("i.pdf") }));
    assert!(std::fs::read(place.path("i.pdf")).expect("a paper").starts_with(b"%PDF-"));
}

#[test]
fn a_proxy_speaks_and_votes_for_a_delegate_and_an_observer_does_neither() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let (firm, owner) = (delegate(&branch, "property", "吴经理"), delegate(&branch, "owners", "章主任"));
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = id(&ask(&branch, plan("council", "2024-11-15T19:00", &[])));
    let mut proxy = sign(&meeting, &owner, "proxy");
    assert_eq!(code(&branch, proxy.clone()), "field", "for whom somebody comes is not enough");
    proxy["name"] = json!("章副主任");
    ask(&branch, proxy);
    ask(&branch, sign(&meeting, &firm, "absent"));
    let observer =
        json!({ "ask": "sign_in", "meeting": meeting, "delegate": null, "presence": "observer", "name": "街道 林干部", "note": null });
    ask(&branch, observer);
    assert_eq!(code(&branch, json!({ "ask": "open_meeting", "id": meeting })), "rule.no_quorum", "an observer is nobody's vote");
    ask(&branch, sign(&meeting, &firm, "present"));
    ask(&branch, json!({ "ask": "open_meeting", "id": meeting }));
    ask(&branch, by_name(&meeting, &lamp, &[(&firm, "yes"), (&owner, "yes")]));
    ask(&branch, json!({ "ask": "add_resolution", "meeting": meeting, "topic": lamp, "text": "换灯", "task": null }));
    finish(&branch, &meeting, "2024-11-28");
    let text = written(&branch, json!({ "kind": "minutes", "meeting": meeting, "form": "plain", "edition": null }), &place.path("m.docx"));
    assert!(text.contains("章副主任（代章主任）") && text.contains("街道 林干部"));
    let sheet = written(&branch, json!({ "kind": "sign_in", "meeting": meeting }), &place.path("s.docx"));
    assert!(sheet.contains("代章主任") && sheet.contains("列席") && sheet.contains("街道 林干部"));
}

#[test]
fn who_did_not_come_stands_on_the_minutes_and_on_the_sheet_and_a_reason_answers_the_warning() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let (firm, owner, maker) =
        (delegate(&branch, "property", "吴经理"), delegate(&branch, "owners", "章主任"), delegate(&branch, "owners", "林委员"));
    let residents = [delegate(&branch, "residents", "何大姐"), delegate(&branch, "residents", "罗老师")];
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = council(&branch, OF, &[&firm, &maker, &residents[0], &residents[1]]);
    ask(&branch, json!({ "ask": "sign_in", "meeting": meeting, "delegate": owner, "presence": "absent", "name": null, "note": "出差" }));
    agreed(&branch, OF, &meeting, &lamp, 4, "2024-11-30");
    finish(&branch, &meeting, "2024-11-28");
    let text = written(&branch, json!({ "kind": "minutes", "meeting": meeting, "form": "plain", "edition": null }), &place.path("m.docx"));
    assert!(text.contains("缺席") && text.contains("章主任（出差）"));
    let sheet = written(&branch, json!({ "kind": "sign_in", "meeting": meeting }), &place.path("s.docx"));
    assert!(sheet.contains("缺席 出差"));

    let other = id(&ask(
        &branch,
        json!({ "ask": "plan_meeting", "month": OF, "kind": "emergency", "held_at": "2024-11-20T19:00:00+08:00", "place": "议事厅", "chair": "陈书记",
            "recorder": "林干事", "agenda": [topic(&branch, OF, "关于西门", false)], "guests": [] }),
    ));
    for who in [&owner, &maker, &residents[0], &residents[1]] {
        ask(&branch, sign(&other, who, "present"));
    }
    ask(&branch, json!({ "ask": "open_meeting", "id": other }));
    let warned = |desk: &Desk| meeting_of(&month(desk, OF), &other)["warnings"].to_string().contains("物业企业没有人到会");
    assert!(warned(&branch));
    ask(&branch, json!({ "ask": "sign_in", "meeting": other, "delegate": firm, "presence": "absent", "name": null, "note": "抢修" }));
    assert!(!warned(&branch), "the reason stands beside the name");
}

#[test]
fn how_a_body_stands_is_no_person_on_the_minutes_and_a_committee_in_its_place_is_invited_by_its_name() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let body = |state: &str, since: &str| json!({ "ask": "save_body", "id": null, "party": "owners", "state": state, "since": since, "note": null });
    ask(&branch, body("resigned", "2024-09-01"));
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = council(&branch, OF, &[&firm]);
    agreed(&branch, OF, &meeting, &lamp, 1, "2024-11-30");
    let record = json!({ "kind": "minutes", "meeting": meeting, "form": "record", "edition": null });
    let text = written(&branch, record.clone(), &place.path("m.docx"));
    assert!(text.contains("业委会（0人）") && text.contains("集体辞职（2024年9月1日起）"), "said, and counted as nobody");

    ask(&branch, body("stand_in", "2024-11-01"));
    delegate(&branch, "owners", "管委会主任");
    topic(&branch, OF, "关于西门", false);
    let later = id(&ask(&branch, plan("council", "2024-11-20T19:00", &[])));
    let letter = written(&branch, json!({ "kind": "invitation", "meeting": later, "party": "owners" }), &place.path("i.docx"));
    assert!(letter.contains("物业管理委员会（管委会主任）") && !letter.contains("业委会（"));
}

#[test]
fn others_than_the_five_parties_sign_by_their_own_names_and_differ_side_by_side() {
    let place = Place::new();
    let (first, second, office) = two_laptops(&place, "2024-11-28");
    let lamp = topic(&first, OF, "关于路灯", false);
    let meeting = id(&ask(&first, plan("party_assembly", "2024-11-16T14:00", &["住建局", "城投集团"])));
    round(&place, &first, &second, &office, 1);
    let guest = |name: &str, presence: &str| json!({ "ask": "sign_in", "meeting": meeting, "delegate": null, "presence": presence, "name": name, "note": null });
    ask(&first, guest("住建局", "present"));
    ask(&first, guest("城投集团", "present"));
    let sheet = written(&first, json!({ "kind": "sign_in", "meeting": meeting }), &place.path("s.docx"));
    assert!(
        sheet.contains("参会人员") && sheet.contains("城投集团") && !sheet.contains("居民群众代表"),
        "no rows for parties that do not sit"
    );
    ask(&second, guest("城投集团", "leave"));
    round(&place, &first, &second, &office, 2);
    let items = ask(&first, json!({ "ask": "accounts", "meeting": meeting }));
    assert_eq!((items[0]["title"].as_str(), items[0]["sides"].as_array().map(Vec::len)), (Some("签到：城投集团"), Some(2)));
    ask(&first, json!({ "ask": "choose_account", "chosen": items[0]["sides"][0]["id"] }));
    assert_eq!(ask(&first, json!({ "ask": "accounts", "meeting": meeting })), json!([]));
    assert_eq!(meeting_of(&month(&first, OF), &meeting)["guests"].as_array().map(Vec::len), Some(2));

    let invited = json!({ "ask": "edit_meeting", "id": meeting, "held_at": "2024-11-16T14:00:00+08:00", "place": "议事厅", "chair": "陈书记",
        "recorder": "林干事", "agenda": [lamp], "guests": ["城投集团"] });
    let why = try_ask(&first, invited.clone()).expect_err("who signed in stays on the list");
    assert!(format!("{why:?}").contains("已经签到的不能从参会名单里去掉"));
    ask(&first, guest("住建局", "absent"));
    ask(&first, invited);
    assert_eq!(meeting_of(&month(&first, OF), &meeting)["guests"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_emergency_needs_no_notice_and_a_branch_committee_decides_nothing_that_is_the_residents_or_the_owners() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let (small, benefit) = (topic(&branch, OF, "关于学习安排", false), topic(&branch, OF, "关于路灯", true));
    let theirs = owners_topic(&branch, OF, false);
    let committee = id(&ask(&branch, plan("branch_committee", "2024-11-12T14:00", &["陈书记", "林副书记"])));
    ask(
        &branch,
        json!({ "ask": "sign_in", "meeting": committee, "delegate": null, "presence": "present", "name": "陈书记", "note": null }),
    );
    ask(
        &branch,
        json!({ "ask": "sign_in", "meeting": committee, "delegate": null, "presence": "present", "name": "林副书记", "note": null }),
    );
    ask(&branch, json!({ "ask": "open_meeting", "id": committee }));
    for reserved in [&benefit, &theirs] {
        assert_eq!(code(&branch, vote(&committee, reserved, 2, 0)), "rule.outside_council");
    }
    ask(&branch, vote(&committee, &small, 2, 0));
    assert_eq!((state(&branch, &small), state(&branch, &theirs)), ("passed".to_owned(), "chosen".to_owned()));
    ask(&branch, vote(&committee, &small, 1, 1));
    assert_eq!(state(&branch, &small), "rejected", "its own count anew");

    let warnings = |meeting: &str| meeting_of(&month(&branch, OF), meeting)["warnings"].to_string();
    let mut late = plan("council", "2024-11-20T19:00", &[]);
    late["agenda"] = json!([benefit]);
    let (regular, mut urgent) = (id(&ask(&branch, late.clone())), late);
    urgent["kind"] = json!("emergency");
    let urgent = id(&ask(&branch, urgent));
    assert!(warnings(&regular).contains("还没有发通知") && !warnings(&urgent).contains("通知"));
    ask(&branch, json!({ "ask": "notify_meeting", "id": regular, "on": "2024-11-19" }));
    assert!(warnings(&regular).contains("会前 1 天才发通知，少于制度要求的 3 天"));
    ask(&branch, sign(&urgent, &firm, "present"));
    ask(&branch, json!({ "ask": "open_meeting", "id": urgent }));
    agreed(&branch, OF, &urgent, &benefit, 1, "2024-11-30");
    ask(&branch, json!({ "ask": "close_meeting", "id": urgent }));
    assert_eq!(month(&branch, OF)["steps"][2]["state"], "open", "no opinion was gathered: the first step is not done");
    opinion(&branch, "2024-11-03");
    assert_eq!(month(&branch, OF)["steps"][2]["state"], "done", "it is the month's council all the same");
}

#[test]
fn late_typing_shows_as_such_and_lateness_counts_from_the_day_itself() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let late = |view: &Value, list: &str| view[list][0]["late_entry"].as_bool().expect("a word");
    opinion(&branch, "2024-11-04");
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = council(&branch, OF, &[&firm]);
    let task = agreed(&branch, OF, &meeting, &lamp, 1, "2024-11-30");
    ask(&branch, json!({ "ask": "step_task", "id": task, "to": "done", "on": "2024-11-20", "outcome": null, "due_on": null }));
    let view = month(&branch, OF);
    for list in ["opinions", "topics", "meetings", "tasks"] {
        assert!(late(&view, list), "{list}: typed on the 28th");
    }
    assert_eq!((&view["steps"][0]["state"], &view["steps"][1]["state"]), (&json!("done"), &json!("done")), "and yet in time");

    let place = Place::new();
    let fresh = place.branch_on("乙", "2024-11-08");
    opinion(&fresh, "2024-11-07");
    topic(&fresh, OF, "关于路灯", false);
    let view = month(&fresh, OF);
    assert!(!late(&view, "opinions") && !late(&view, "topics"), "the day after is no late typing");
}

#[test]
fn a_meeting_is_moved_changed_and_called_off_while_it_may_be() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = id(&ask(&branch, plan("council", "2024-11-15T19:00", &[])));
    ask(&branch, json!({ "ask": "notify_meeting", "id": meeting, "on": "2024-11-12" }));
    let gate = topic(&branch, OF, "关于西门", false);
    let edit = |held_at: &str, place: &str, agenda: Value| {
        json!({ "ask": "edit_meeting", "id": meeting, "held_at": format!("{held_at}:00+08:00"), "place": place, "chair": "陈书记", "recorder": "林干事",
            "agenda": agenda, "guests": [] })
    };
    let now = || meeting_of(&month(&branch, OF), &meeting)["meeting"].clone();
    ask(&branch, edit("2024-11-15T19:00", "老年活动室", json!([lamp, gate])));
    assert_eq!(
        (&now()["state"], &now()["place"], now()["agenda"].as_array().map(Vec::len)),
        (&json!("planned"), &json!("老年活动室"), Some(2)),
        "another place is to be told anew"
    );
    ask(&branch, json!({ "ask": "notify_meeting", "id": meeting, "on": "2024-11-12" }));
    ask(&branch, sign(&meeting, &firm, "present"));
    ask(&branch, edit("2024-11-18T19:30", "老年活动室", json!([lamp, gate])));
    assert_eq!((&now()["state"], &now()["notified_on"]), (&json!("planned"), &Value::Null), "another day is to be told anew");
    assert_eq!(meeting_of(&month(&branch, OF), &meeting)["present"], 0, "who came on another day is not there yet");
    assert_eq!(code(&branch, edit("2024-11-18T19:30", " ", json!([lamp]))), "field");
    assert_eq!(code(&branch, edit("2024-11-18T19:30", "老年活动室", json!([]))), "rule.lacks", "something must be on the agenda");
    ask(&branch, sign(&meeting, &firm, "present"));
    assert_eq!(code(&branch, json!({ "ask": "cancel_meeting", "id": meeting })), "rule.lacks", "somebody came");
    ask(&branch, json!({ "ask": "open_meeting", "id": meeting }));
    ask(&branch, vote(&meeting, &lamp, 1, 0));
    assert_eq!(code(&branch, edit("2024-11-18T19:30", "老年活动室", json!([gate]))), "rule.lacks", "what was voted on stays");
    ask(&branch, edit("2024-11-18T19:30", "党群服务站", json!([lamp])));
    ask(&branch, json!({ "ask": "add_resolution", "meeting": meeting, "topic": lamp, "text": "换灯", "task": null }));
    finish(&branch, &meeting, "2024-11-28");
    assert_eq!(code(&branch, edit("2024-11-18T19:30", "议事厅", json!([lamp]))), "rule.locked");
    ask(&branch, json!({ "ask": "correct_minutes", "id": meeting, "reason": "地点写错" }));
    ask(&branch, edit("2024-11-18T19:30", "议事厅", json!([lamp])));
    ask(&branch, json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" }));
    ask(&branch, json!({ "ask": "finalise_minutes", "id": meeting, "on": "2024-11-28" }));
    let text = written(&branch, json!({ "kind": "minutes", "meeting": meeting, "form": "plain", "edition": null }), &place.path("m.docx"));
    assert!(text.contains("议事厅") && text.contains("更正理由：地点写错"), "a wrong place is put right in a further edition");

    let off = id(&ask(&branch, plan("council", "2024-11-25T19:00", &[])));
    ask(&branch, json!({ "ask": "cancel_meeting", "id": off }));
    assert_eq!(month(&branch, OF)["meetings"].as_array().map(Vec::len), Some(1));
    let again = id(&ask(&branch, plan("council", "2024-11-25T19:00", &[])));
    assert_ne!(again, off, "another one on the same day");
}

#[test]
fn topics_resolutions_and_tasks_are_put_right_until_they_are_decided_final_or_done() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, OF, "关于路登", false);
    let edit = |sponsor: Value| json!({ "ask": "edit_topic", "id": lamp, "title": "关于路灯", "sponsor": sponsor, "benefit": true, "owner_matter": null });
    assert_eq!(code(&branch, edit(Value::Null)), "field", "neither an opinion nor a sponsor (I06)");
    ask(&branch, edit(json!("何大姐")));
    let bare = json!({ "ask": "add_topic", "month": OF, "title": "关于西门", "opinions": [], "benefit": false, "owner_matter": null, "sponsor": null });
    assert_eq!(code(&branch, bare), "field");
    let meeting = council(&branch, OF, &[&firm]);
    let task = agreed(&branch, OF, &meeting, &lamp, 1, "2024-11-30");
    assert_eq!(code(&branch, edit(json!("何大姐"))), "rule.lacks", "it is decided");
    let line = topic_of(&branch, OF, &lamp);
    assert_eq!((&line["topic"]["title"], &line["topic"]["benefit"]), (&json!("关于路灯"), &json!(true)));
    let resolution = line["resolutions"][0]["id"].clone();
    ask(&branch, json!({ "ask": "edit_resolution", "id": resolution, "text": "由物业更换三盏路灯" }));
    ask(&branch, json!({ "ask": "edit_task", "id": task, "text": "更换三盏路灯", "party": "property", "owner": "罗主管", "fen": 45_000 }));
    assert_eq!(
        code(&branch, json!({ "ask": "edit_task", "id": task, "text": "更换", "party": "property", "owner": "罗主管", "fen": -1 })),
        "field"
    );
    finish(&branch, &meeting, "2024-11-28");
    assert_eq!(code(&branch, json!({ "ask": "edit_resolution", "id": resolution, "text": "别的" })), "rule.locked");
    assert_eq!(code(&branch, json!({ "ask": "withdraw_resolution", "id": resolution })), "rule.locked");
    let slip = written(&branch, json!({ "kind": "task_slip", "task": task }), &place.path("t.docx"));
    assert!(slip.contains("更换三盏路灯") && slip.contains("罗主管") && slip.contains("450.00元（大写：肆佰伍拾元整）"));
    ask(&branch, json!({ "ask": "step_task", "id": task, "to": "doing", "on": "2024-11-20", "outcome": null, "due_on": null }));
    ask(&branch, json!({ "ask": "step_task", "id": task, "to": "done", "on": "2024-11-22", "outcome": null, "due_on": null }));
    assert_eq!(
        code(&branch, json!({ "ask": "edit_task", "id": task, "text": "更换", "party": "property", "owner": "罗主管", "fen": null })),
        "rule.lacks"
    );
    ask(&branch, json!({ "ask": "correct_minutes", "id": meeting, "reason": "写错" }));
    assert_eq!(code(&branch, json!({ "ask": "withdraw_resolution", "id": resolution })), "rule.lacks", "it was carried out");
    let idle = id(&ask(&branch, json!({ "ask": "add_resolution", "meeting": meeting, "topic": lamp, "text": "多写的", "task": null })));
    ask(&branch, json!({ "ask": "withdraw_resolution", "id": idle }));
    assert_eq!(topic_of(&branch, OF, &lamp)["resolutions"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_was_told_before_a_task_was_sent_back_is_no_report_on_it() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = council(&branch, OF, &[&firm]);
    let task = agreed(&branch, OF, &meeting, &lamp, 1, "2024-11-30");
    let step = |to: &str, on: &str| json!({ "ask": "step_task", "id": task, "to": to, "on": on, "outcome": "看过了", "due_on": null, "by": "章主任" });
    let told = |on: &str| json!({ "ask": "give_feedback", "task": task, "on": on, "to": "2幢住户", "channel": "visit", "satisfaction": "satisfied", "supervisor": "何大姐" });
    assert_eq!(code(&branch, told("2024-11-20")), "rule.lacks", "it is not done yet");
    ask(&branch, step("done", "2024-11-20"));
    assert_eq!(code(&branch, told("2024-11-19")), "rule.before", "nothing is reported before it is done (I10)");
    ask(&branch, told("2024-11-21"));
    ask(&branch, step("returned", "2024-11-22"));
    ask(&branch, step("done", "2024-11-25"));
    let line = || month(&branch, OF)["tasks"][0].clone();
    assert_eq!((&line()["report"], line()["feedback"].as_array().map(Vec::len)), (&json!("missing"), Some(1)));
    let waiting = ask(&branch, json!({ "ask": "today" }))["waiting"].to_string();
    assert!(waiting.contains(&task), "the workbench asks for it");
    assert_eq!(month(&branch, OF)["steps"][4]["state"], "late");
    ask(&branch, told("2024-11-26"));
    assert_eq!(line()["report"], "on_time");
}

#[test]
fn a_report_back_is_due_by_the_pack_of_its_own_month() {
    let place = Place::new();
    let (branch, office) = (place.branch_on("甲", "2024-11-28"), place.office_on("2024-11-28"));
    join(&place, &branch, &office);
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = council(&branch, OF, &[&firm]);
    let task = agreed(&branch, OF, &meeting, &lamp, 1, "2024-11-30");
    let easy =
        serde_json::to_value(xinghuo_model::policy::Policy { name: "试行".into(), report_days: 10, ..Default::default() }).expect("a pack");
    ask(&office, json!({ "ask": "issue_policy", "policy": easy, "from": "2024-12" }));
    let news = place.path("news.xinghuo");
    export(&office, "甲", &news);
    import(&branch, &[&news]);
    drop(branch);
    let branch = place.again_on("甲", "2024-12-04");
    ask(&branch, json!({ "ask": "step_task", "id": task, "to": "done", "on": "2024-12-02", "outcome": null, "due_on": null }));
    let due = |list: &Value| list.as_array().expect("lines").iter().find(|line| line["id"] == *task).expect("the task")["due_on"].clone();
    assert_eq!(due(&ask(&branch, json!({ "ask": "today" }))["waiting"]), "2024-12-03", "one day, as November's pack says");
    let tasks = ask(&branch, json!({ "ask": "tasks" }));
    assert_eq!(tasks[0]["report_due"], "2024-12-03");
}

#[test]
fn a_month_may_be_without_topic_when_all_were_dropped_and_one_chosen_elsewhere_counts() {
    let place = Place::new();
    let (first, second, office) = two_laptops(&place, "2024-11-28");
    let lamp = topic(&first, OF, "关于路灯", false);
    let none = json!({ "ask": "state_no_topic", "month": OF, "reason": "都已当场办结" });
    assert_eq!(code(&first, none.clone()), "rule.lacks");
    ask(&first, json!({ "ask": "decide_topic", "id": lamp, "to": "dropped", "on": "2024-11-08", "reason": "转调解" }));
    ask(&first, none);
    assert_eq!(month(&first, OF)["steps"][1]["state"], "nothing");
    topic(&second, OF, "关于西门", false);
    round(&place, &first, &second, &office, 1);
    for desk in [&first, &second] {
        let view = month(desk, OF);
        assert_ne!(view["steps"][2]["state"], "nothing", "there is something to discuss after all");
    }
}

#[test]
fn opinions_are_gathered_taken_out_again_and_offered_in_the_next_month() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let (one, two, old) = (opinion(&branch, "2024-11-03"), opinion(&branch, "2024-11-04"), opinion(&branch, "2024-10-20"));
    let lamp = topic(&branch, OF, "关于路灯", false);
    let gather = |opinions: &[&String], out: bool| json!({ "ask": "gather_opinions", "topic": lamp, "opinions": opinions, "out": out });
    let ids = |list: &Value| -> Vec<String> {
        list.as_array().expect("opinions").iter().map(|line| line["opinion"]["id"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(ids(&month(&branch, OF)["earlier"]), std::slice::from_ref(&old));
    ask(&branch, gather(&[&one, &two, &old], false));
    let gathered = month(&branch, OF)["earlier"][0].clone();
    assert_eq!((&gathered["opinion"]["id"], &gathered["topic_title"]), (&json!(old), &json!("关于路灯")));
    assert_eq!(month(&branch, "2024-10")["opinions"][0]["topic_title"], "关于路灯", "October knows where it went");
    ask(&branch, gather(&[&two], true));
    let view = month(&branch, OF);
    let free: Vec<bool> = view["opinions"].as_array().expect("opinions").iter().map(|line| line["in_topic"].is_null()).collect();
    assert_eq!((free, &view["topics"][0]["opinions"]), (vec![true, false], &json!(2)));
    let firm = delegate(&branch, "property", "吴经理");
    let meeting = council(&branch, OF, &[&firm]);
    agreed(&branch, OF, &meeting, &lamp, 1, "2024-11-30");
    assert_eq!(code(&branch, gather(&[&two], false)), "rule.lacks", "it is decided");

    let reply = |on: &str, text: &str| json!({ "ask": "reply_opinion", "opinion": one, "on": on, "channel": "visit", "text": text });
    assert_eq!(code(&branch, reply("2024-11-20", " ")), "field");
    assert_eq!(code(&branch, reply("2024-11-02", "已换灯")), "rule.before");
    assert_eq!(code(&branch, json!({ "ask": "preview_paper", "paper": { "kind": "opinion_reply", "opinion": one } })), "paper.no_reply");
    ask(&branch, reply("2024-11-20", "已在会上商定，月底换灯。"));
    let text = written(&branch, json!({ "kind": "opinion_reply", "opinion": one }), &place.path("o.docx"));
    assert!(text.contains("您于2024年11月3日反映") && text.contains("月底换灯"));
    let fate = month(&branch, OF)["opinions"].as_array().expect("opinions").iter().find(|line| line["opinion"]["id"] == *one).expect("it")
        ["fate"]
        .clone();
    assert_eq!(fate, "“关于路灯”已在会上商议通过，正按议定的办法落实。");
}

#[test]
fn what_was_typed_in_time_stays_so_when_it_is_voted_on_and_verified_later() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-08");
    let firm = delegate(&branch, "property", "吴经理");
    let lamp = topic(&branch, OF, "关于路灯", false);
    drop(branch);
    let branch = place.again_on("甲", "2024-11-15");
    let meeting = council(&branch, OF, &[&firm]);
    let task = agreed(&branch, OF, &meeting, &lamp, 1, "2024-11-30");
    let step = |to: &str, on: &str| json!({ "ask": "step_task", "id": task, "to": to, "on": on, "outcome": "好了", "due_on": null, "by": "章主任" });
    drop(branch);
    let branch = place.again_on("甲", "2024-11-20");
    ask(&branch, step("done", "2024-11-20"));
    drop(branch);
    let branch = place.again_on("甲", "2024-11-25");
    ask(&branch, step("verified", "2024-11-25"));
    let view = month(&branch, OF);
    for list in ["topics", "meetings", "tasks"] {
        assert_eq!(view[list][0]["late_entry"], false, "{list}");
    }
}

#[test]
fn minutes_say_what_the_meeting_decided_whatever_became_of_it_before_they_are_final() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let firm = delegate(&branch, "property", "吴经理");
    let theirs = owners_topic(&branch, OF, true);
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = council(&branch, OF, &[&firm]);
    ask(&branch, vote(&meeting, &theirs, 1, 0));
    let task = agreed(&branch, OF, &meeting, &lamp, 1, "2024-11-20");
    ask(
        &branch,
        json!({ "ask": "record_owner_vote", "topic": theirs, "on": "2024-11-26", "owners": 300, "owners_took_part": 210, "owners_agreed": 200,
            "area": 3_000_000, "area_took_part": 2_100_000, "area_agreed": 2_000_000 }),
    );
    ask(&branch, json!({ "ask": "extend_task", "id": task, "due_on": "2024-12-10", "by": "陈书记", "reason": "缺货" }));
    finish(&branch, &meeting, "2024-11-28");
    let text = written(&branch, json!({ "kind": "minutes", "meeting": meeting, "form": "plain", "edition": null }), &place.path("m.docx"));
    assert!(text.contains("议题转业主大会。") && text.contains("本事项属于业主共同决定事项"), "the council advised");
    assert!(text.contains("于2024年11月20日前完成"), "and agreed on the first date");
    // What goes on after it changes nothing in what it said.
    ask(&branch, json!({ "ask": "extend_task", "id": task, "due_on": "2024-12-20", "by": "陈书记", "reason": "缺货" }));
    ask(&branch, json!({ "ask": "edit_task", "id": task, "text": "换灯", "party": "property", "owner": "罗主管", "fen": null }));
    assert_eq!(meeting_of(&month(&branch, OF), &meeting)["changed_since_final"], false);
}

#[test]
fn a_vote_that_no_longer_fits_the_sign_in_keeps_the_minutes_from_becoming_final() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let people = [delegate(&branch, "property", "吴经理"), delegate(&branch, "owners", "章主任"), delegate(&branch, "residents", "何大姐")];
    let lamp = topic(&branch, OF, "关于路灯", false);
    let meeting = council(&branch, OF, &people.each_ref().map(String::as_str));
    ask(&branch, by_name(&meeting, &lamp, &[(&people[0], "yes"), (&people[1], "yes"), (&people[2], "yes")]));
    ask(&branch, json!({ "ask": "add_resolution", "meeting": meeting, "topic": lamp, "text": "换灯", "task": null }));
    ask(&branch, sign(&meeting, &people[2], "absent"));
    ask(&branch, json!({ "ask": "close_meeting", "id": meeting }));
    let lacking = meeting_of(&month(&branch, OF), &meeting)["lacking"].to_string();
    assert!(lacking.contains("“关于路灯”的表决和签到对不上：在场表决 3 人，多于实到的 2 人"), "{lacking}");
    assert_eq!(code(&branch, json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" })), "rule.lacks");
    ask(&branch, by_name(&meeting, &lamp, &[(&people[0], "yes"), (&people[1], "yes")]));
    ask(&branch, json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" }));
}

#[test]
fn what_one_laptop_took_off_the_agenda_and_another_voted_on_stays_in_the_meeting() {
    let place = Place::new();
    let (first, second, office) = two_laptops(&place, "2024-11-28");
    let firm = delegate(&first, "property", "吴经理");
    let (lamp, gate) = (topic(&first, OF, "关于路灯", false), topic(&first, OF, "关于西门", false));
    let meeting = council(&first, OF, &[&firm]);
    round(&place, &first, &second, &office, 1);
    ask(
        &first,
        json!({ "ask": "edit_meeting", "id": meeting, "held_at": "2024-11-15T19:00:00+08:00", "place": "议事厅", "chair": "陈书记",
            "recorder": "林干事", "agenda": [lamp], "guests": [] }),
    );
    agreed(&second, OF, &meeting, &gate, 1, "2024-11-30");
    round(&place, &first, &second, &office, 2);
    for desk in [&first, &second] {
        let topics = meeting_of(&month(desk, OF), &meeting)["topics"].clone();
        let titles: Vec<&str> = topics.as_array().expect("topics").iter().filter_map(|line| line["topic"]["title"].as_str()).collect();
        assert_eq!(titles, ["关于路灯", "关于西门"]);
    }
}

#[test]
fn a_matter_marked_as_the_owners_on_one_laptop_does_not_pass_by_the_council_of_another() {
    let place = Place::new();
    let (first, second, office) = two_laptops(&place, "2024-11-28");
    let firm = delegate(&first, "property", "吴经理");
    let lamp = topic(&first, OF, "关于动用维修资金换灯", false);
    let meeting = council(&first, OF, &[&firm]);
    round(&place, &first, &second, &office, 1);
    let mark = json!({ "ask": "edit_topic", "id": lamp, "title": "关于动用维修资金换灯", "sponsor": "陈书记", "benefit": true, "owner_matter": "spend_fund" });
    ask(&first, mark);
    ask(&second, vote(&meeting, &lamp, 1, 0));
    round(&place, &first, &second, &office, 2);
    for desk in [&first, &second] {
        assert_eq!(state(desk, &lamp), "to_owners");
        let give = json!({ "ask": "add_resolution", "meeting": null, "topic": lamp, "text": "换灯", "task": null });
        assert_eq!(code(desk, give), "rule.owners_decide");
    }
}

//! The residents' assembly (居民会议): counted as a whole, opened and decided by more than half (P06).

use serde_json::{Value, json};
use xinghuo_desk::Desk;

use crate::doing::*;
use crate::place::*;

const OF: &str = "2024-11";

fn plan(basis: &str, eligible: u32, demanded: Option<u32>) -> Value {
    json!({ "ask": "plan_meeting", "month": OF, "kind": "assembly", "held_at": "2024-11-16T19:00:00+08:00", "place": "中心广场",
        "chair": "陈书记", "recorder": "林干事", "agenda": [], "assembly": { "basis": basis, "eligible": eligible, "demanded": demanded } })
}

fn count(meeting: &str, came: u32) -> Value {
    json!({ "ask": "count_assembly", "id": meeting, "came": came })
}

fn hands(meeting: &str, topic: &str, yes: u32, no: u32, abstain: u32) -> Value {
    json!({ "ask": "record_vote", "meeting": meeting, "topic": topic, "method": "hands", "present": yes + no + abstain, "yes": yes, "no": no,
        "abstain": abstain, "recused": 0, "ballots": [] })
}

fn open(meeting: &str) -> Value {
    json!({ "ask": "open_meeting", "id": meeting })
}

fn state(desk: &Desk, topic: &str) -> Value {
    let view = month(desk, OF);
    view["topics"].as_array().expect("topics").iter().find(|line| line["topic"]["id"] == *topic).expect("the topic")["topic"]["state"]
        .clone()
}

#[test]
fn an_assembly_opens_and_decides_by_more_than_half_of_whole_numbers_and_prints() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let (rule, levy) = (topic(&branch, OF, "关于居民公约", true), topic(&branch, OF, "关于门禁收费", true));
    let meeting = id(&ask(&branch, plan("households", 480, Some(96))));
    let seen = |field: &str| meeting_of(&month(&branch, OF), &meeting)[field].clone();
    assert_eq!(seen("assembly"), "每户派代表，由 96 户提议召开，达到应当召集的五分之一");
    assert_eq!(code(&branch, open(&meeting)), "rule.no_quorum", "nobody is counted yet");
    ask(&branch, count(&meeting, 240));
    assert_eq!(seen("quorum_sentence"), "应到 480 户，实到 240 户，未达到法定人数（需 241 户）");
    assert_eq!(
        (seen("stage"), code(&branch, open(&meeting))),
        (json!("signing_in"), "rule.no_quorum".to_owned()),
        "half is not more than half"
    );
    ask(&branch, count(&meeting, 300));
    ask(&branch, open(&meeting));

    // What touches residents' own interest is theirs to decide; a tie of those present is not more than half.
    ask(&branch, hands(&meeting, &levy, 150, 100, 50));
    assert_eq!(state(&branch, &levy), "rejected");
    assert_eq!(code(&branch, hands(&meeting, &rule, 301, 0, 0)), "rule.too_many_voters");
    agreed(&branch, OF, &meeting, &rule, 300, "2024-11-30");
    assert_eq!(state(&branch, &rule), "passed");
    finish(&branch, &meeting, "2024-11-28");
    assert_eq!(seen("meeting")["number"], "〔2024〕1号");

    let minutes =
        written(&branch, json!({ "kind": "minutes", "meeting": meeting, "form": "record", "edition": null }), &place.path("m.docx"));
    assert!(minutes.contains("会议应到480户，实到300户（每户派代表），由96户提议召开，达到应当召集的五分之一"), "{minutes}");
    assert!(minutes.contains("应到480户，实到300户，同意300票") && !minutes.contains("300人"), "households all through");
    assert!(minutes.contains("星岩社区居民委员会") && !minutes.contains("小区党支部2"), "who convened it signs");
    assert!(minutes.contains("每户派代表，应到480户，实到300户") && !minutes.contains("居民群众代表（"), "nobody sat for a party");
    let sheet = written(&branch, json!({ "kind": "sign_in", "meeting": meeting }), &place.path("s.docx"));
    assert!(sheet.contains("参会人员") && !sheet.contains("物业企业"), "rows to be written in by hand");
    assert!(sheet.contains("户　　　") && !sheet.contains("人　　　"));
    let notice = written(&branch, json!({ "kind": "notice", "meeting": meeting }), &place.path("n.docx"));
    assert!(notice.contains("本小区各户（每户派一名代表）") && notice.contains("星岩社区居民委员会") && !notice.contains("代会"));
    let letter = json!({ "ask": "save_paper", "paper": { "kind": "invitation", "meeting": meeting, "party": "owners" }, "format": "docx", "path": place.path("i.docx") });
    assert_eq!(code(&branch, letter), "paper.no_parties");
}

#[test]
fn an_assembly_is_no_council_and_neither_settles_what_is_the_owners_nor_what_passed_already() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    let (lamp, theirs) = (topic(&branch, OF, "关于路灯", true), owners_topic(&branch, OF, false));
    let meeting = id(&ask(&branch, plan("adults", 900, None)));
    assert_eq!(meeting_of(&month(&branch, OF), &meeting)["assembly"], "十八周岁以上居民");
    assert_eq!(meeting_of(&month(&branch, OF), &meeting)["warnings"], json!([]), "no party is missed where none sits");
    ask(&branch, count(&meeting, 451));
    ask(&branch, open(&meeting));
    ask(&branch, hands(&meeting, &theirs, 451, 0, 0));
    assert_eq!(state(&branch, &theirs), "to_owners");
    ask(&branch, hands(&meeting, &lamp, 451, 0, 0));
    let by_name = json!({ "ask": "record_vote", "meeting": meeting, "topic": lamp, "method": "by_name", "present": 451, "yes": 451, "no": 0,
        "abstain": 0, "recused": 0, "ballots": [] });
    assert_eq!(code(&branch, by_name), "rule.lacks", "hundreds are not called by name");
    let mut again = plan("adults", 900, None);
    again["held_at"] = json!("2024-11-20T19:00:00+08:00");
    again["agenda"] = json!([lamp]);
    assert_eq!(code(&branch, again), "rule.lacks", "what passed is not put to the vote again");
}

#[test]
fn numbers_of_an_assembly_that_cannot_be_are_refused_by_their_field() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    topic(&branch, OF, "关于居民公约", true);
    let firm = delegate(&branch, "property", "吴经理");
    let refused = |question: Value| match try_ask(&branch, question) {
        Err(failure) => (failure.code, failure.field.unwrap_or_default()),
        Ok(_) => ("ok".to_owned(), String::new()),
    };
    let wrong = |field: &str| ("field".to_owned(), field.to_owned());
    let with = |over: Value| {
        let mut question = plan("representatives", 40, None);
        for (name, value) in over.as_object().expect("fields") {
            question[name] = value.clone();
        }
        refused(question)
    };
    assert_eq!(with(json!({ "assembly": null })), wrong("eligible"));
    assert_eq!(with(json!({ "assembly": { "basis": "adults", "eligible": 0, "demanded": null } })), wrong("eligible"));
    assert_eq!(with(json!({ "assembly": { "basis": "adults", "eligible": 40, "demanded": 41 } })), wrong("demanded"));
    assert_eq!(with(json!({ "assembly": { "basis": "adults", "eligible": 40, "demanded": 0 } })), wrong("demanded"));
    assert_eq!(with(json!({ "guests": ["住建局"] })), wrong("guests"));
    assert_eq!(with(json!({ "kind": "council" })), wrong("eligible"), "a council is not counted as a whole");

    let few = id(&ask(&branch, plan("households", 480, Some(7))));
    let said = meeting_of(&month(&branch, OF), &few)["assembly"].clone();
    assert_eq!(said, "每户派代表，由 7 户提议召开，不到应当召集的五分之一", "said, not forbidden: the committee may call one");
    ask(&branch, json!({ "ask": "cancel_meeting", "id": few }));
    let meeting = id(&ask(&branch, plan("representatives", 40, Some(7))));
    let seen = |field: &str| meeting_of(&month(&branch, OF), &meeting)[field].clone();
    assert_eq!(seen("assembly"), "居民代表，由 7 人提议召开", "of how many residents is not known");
    assert_eq!(refused(count(&meeting, 41)), wrong("came"));
    ask(&branch, count(&meeting, 30));
    let edit = |eligible: u32, held: &str| {
        json!({ "ask": "edit_meeting", "id": meeting, "held_at": held, "place": "中心广场", "chair": "陈书记", "recorder": "林干事",
            "agenda": seen("meeting")["agenda"], "guests": [], "assembly": { "basis": "representatives", "eligible": eligible, "demanded": null } })
    };
    assert_eq!(refused(edit(29, "2024-11-16T19:00:00+08:00")), wrong("came"), "more came than there are");
    assert_eq!(code(&branch, json!({ "ask": "cancel_meeting", "id": meeting })), "rule.lacks", "people are there");
    ask(&branch, edit(40, "2024-11-18T19:00:00+08:00"));
    assert_eq!((seen("present"), seen("stage")), (json!(0), json!("planned")), "who came on another day is not there yet");
    ask(&branch, json!({ "ask": "cancel_meeting", "id": meeting }));

    let council = council(&branch, OF, &[&firm]);
    assert_eq!(refused(count(&council, 5)), wrong("came"), "who sits for a party signs in");
}

#[test]
fn two_laptops_that_counted_differently_are_asked_before_the_minutes_become_final() {
    let place = Place::new();
    let (first, second, office) = two_laptops(&place, "2024-11-28");
    let rule = topic(&first, OF, "关于居民公约", true);
    let meeting = id(&ask(&first, plan("households", 480, None)));
    round(&place, &first, &second, &office, 1);
    ask(&first, count(&meeting, 300));
    ask(&second, count(&meeting, 310));
    round(&place, &first, &second, &office, 2);
    ask(&first, open(&meeting));
    agreed(&first, OF, &meeting, &rule, 300, "2024-11-30");
    ask(&first, json!({ "ask": "close_meeting", "id": meeting }));
    let lacking = meeting_of(&month(&first, OF), &meeting)["lacking"].to_string();
    assert!(lacking.contains("两台电脑登记得不一样"), "{lacking}");
    let cards = ask(&first, json!({ "ask": "conflicts" }));
    assert_eq!((cards[0]["record"].as_str(), cards[0]["group"].as_str()), (Some(meeting.as_str()), Some("came")), "{cards}");
    let side = cards[0]["sides"].as_array().expect("sides").iter().position(|side| side["values"][0][1] == "310").expect("the other count");
    ask(&first, json!({ "ask": "decide", "record": meeting, "group": "came", "side": side, "third": null }));
    let view = month(&first, OF);
    assert_eq!(meeting_of(&view, &meeting)["present"], 310);
    assert!(!meeting_of(&view, &meeting)["lacking"].to_string().contains("两台电脑"));
}

#[test]
fn what_all_residents_decided_does_the_months_third_step_is_no_ill_and_may_be_a_rule_of_the_house() {
    let place = Place::new();
    let branch = place.branch_on("甲", "2024-11-28");
    opinion(&branch, "2024-11-03");
    let rule = topic(&branch, OF, "关于居民公约", true);
    let meeting = id(&ask(&branch, plan("households", 480, None)));
    ask(&branch, count(&meeting, 300));
    ask(&branch, open(&meeting));
    agreed(&branch, OF, &meeting, &rule, 300, "2024-11-30");
    let house_rule = json!({ "ask": "save_house_rule", "id": null, "title": "居民公约", "text": "楼道不堆物。", "topic": rule, "since": "2024-11-28", "until": null });
    ask(&branch, json!({ "ask": "close_meeting", "id": meeting }));
    assert_eq!(steps(&branch, OF)[2], "done", "no council is missed");
    assert!(month(&branch, OF)["sentence"].as_str().expect("a sentence").starts_with("居民会议已于 16 日召开"));
    let ill = ask(&branch, json!({ "ask": "ill_lines", "ill": "together", "year": null }));
    assert_eq!((&ill[0]["kept"], &ill[0]["detail"]), (&json!(true), &json!("居民会议实到 300 户，通过")));
    ask(&branch, house_rule);
    let adopted = ask(&branch, json!({ "ask": "order" }))["rules"][0]["adopted"].clone();
    assert_eq!(adopted, "2024年11月16日居民会议：关于居民公约");
}

#[test]
fn more_people_than_are_called_never_become_final_and_another_dispute_does_not_stand_in_the_way() {
    let place = Place::new();
    let (first, second, office) = two_laptops(&place, "2024-11-28");
    let rule = topic(&first, OF, "关于居民公约", true);
    let meeting = id(&ask(&first, plan("households", 480, None)));
    round(&place, &first, &second, &office, 1);
    let edit = |at: &str, basis: &str, eligible: u32| {
        json!({ "ask": "edit_meeting", "id": meeting, "held_at": "2024-11-16T19:00:00+08:00", "place": at, "chair": "陈书记", "recorder": "林干事",
            "agenda": [rule], "guests": [], "assembly": { "basis": basis, "eligible": eligible, "demanded": null } })
    };
    // One lowers how many are called, and both change the place; the other counts.
    ask(&first, edit("北门", "households", 250));
    ask(&second, count(&meeting, 300));
    ask(&second, edit("南门", "households", 480));
    round(&place, &first, &second, &office, 2);
    ask(&first, open(&meeting));
    agreed(&first, OF, &meeting, &rule, 300, "2024-11-30");
    ask(&first, json!({ "ask": "close_meeting", "id": meeting }));
    let lacking = |desk: &Desk| meeting_of(&month(desk, OF), &meeting)["lacking"].to_string();
    assert!(lacking(&first).contains("实到 300 户，多于应到的 250 户"), "{}", lacking(&first));
    let check = json!({ "ask": "check_minutes", "id": meeting, "by": "陈书记" });
    assert_eq!(code(&first, check.clone()), "rule.lacks");
    ask(
        &first,
        json!({ "ask": "edit_meeting", "id": meeting, "held_at": "2024-11-16T19:00:00+08:00", "place": "南门", "chair": "陈书记",
        "recorder": "林干事", "agenda": [rule], "guests": [], "assembly": { "basis": "households", "eligible": 480, "demanded": null } }),
    );
    assert_eq!(lacking(&first), "[]", "a place that two laptops wrote apart is no reason");
    ask(&first, edit("南门", "adults", 900));
    assert!(lacking(&first).contains("不足法定人数"), "households are not people: they are counted anew");
}

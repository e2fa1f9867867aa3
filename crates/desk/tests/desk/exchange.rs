//! The whole exchange at the desk: join, export, import, conflicts, restore, refusals. Real
//! files, real keys, real bundles.

use serde_json::{Value, json};
use xinghuo_desk::Desk;

use crate::place::*;

#[test]
fn a_branch_joins_sends_and_is_acknowledged() {
    let place = Place::new();
    let (a, office) = (place.branch("甲"), place.office());
    join(&place, &a, &office);
    request(&a, "路灯不亮");
    let (out, back) = (place.path("out.xinghuo"), place.path("back.xinghuo"));
    let exported = export(&a, "星岩社区", &out);
    assert!(exported["entries"].as_u64().expect("a number") > 0);
    let again = place.path("renamed by a chat program");
    std::fs::copy(&out, &again).expect("a copy");
    let reports = import(&office, &[&out, &again]);
    assert!(reports[0]["new"].as_u64().expect("a number") > 0);
    assert_eq!(reports[1]["new"], 0);
    assert_eq!(reports[1]["had"], reports[0]["new"]);
    export(&office, "甲", &back);
    import(&a, &[&back]);
    assert_eq!(export(&a, "星岩社区", &out)["entries"], 0, "what was acknowledged does not travel again");
    let card = &ask(&office, json!({ "ask": "overview" }))[0];
    assert_eq!(card["open_requests"], 1);
}

#[test]
fn a_lost_bundle_heals_with_the_next_one() {
    let place = Place::new();
    let (a, office) = (place.branch("甲"), place.office());
    join(&place, &a, &office);
    request(&a, "第一件");
    export(&a, "星岩社区", &place.path("lost.xinghuo"));
    request(&a, "第二件");
    let next = place.path("next.xinghuo");
    export(&a, "星岩社区", &next);
    assert_eq!(import(&office, &[&next])[0]["held"], 0);
    assert_eq!(ask(&office, json!({ "ask": "overview" }))[0]["open_requests"], 2);
}

#[test]
fn two_laptops_edit_one_request_offline_and_end_equal_whatever_the_order() {
    for office_between in [false, true] {
        let place = Place::new();
        let (a, b, office) = three(&place);
        let id = request(&a, "路灯不亮");
        let first = place.path("1.xinghuo");
        export(&a, "乙", &first);
        import(&b, &[&first]);
        edit(&a, &id, "3幢2单元", "2024-11-20");
        edit(&b, &id, "3幢门口", "2024-11-25");
        let (ab, ba) = (place.path("ab.xinghuo"), place.path("ba.xinghuo"));
        export(&a, "乙", &ab);
        export(&b, "甲", &ba);
        if office_between {
            let up = place.path("up.xinghuo");
            export(&b, "星岩社区", &up);
            import(&office, &[&up]);
            let down = place.path("down.xinghuo");
            export(&office, "甲", &down);
            import(&a, &[&down, &ba]);
        } else {
            import(&a, &[&ba, &ba]);
        }
        import(&b, &[&ab]);
        assert_eq!(hash(&a), hash(&b));
        let conflicts = ask(&a, json!({ "ask": "conflicts" }));
        let theirs = ask(&b, json!({ "ask": "conflicts" }));
        let groups =
            |v: &Value| -> Vec<String> { v.as_array().expect("a list").iter().map(|c| format!("{} {}", c["kind"], c["group"])).collect() };
        assert_eq!(groups(&conflicts), groups(&theirs));
        let place_conflict = conflicts.as_array().expect("a list").iter().find(|c| c["group"] == "place").expect("the place is in dispute");
        assert_eq!(place_conflict["sides"].as_array().map(Vec::len), Some(2));
        assert_eq!(ask(&a, json!({ "ask": "status" }))["conflicts"], 1);

        ask(&b, json!({ "ask": "decide", "record": id, "group": "place", "side": 1, "third": null }));
        let done = place.path("done.xinghuo");
        export(&b, "甲", &done);
        import(&a, &[&done]);
        assert_eq!(ask(&a, json!({ "ask": "status" }))["conflicts"], 0);
        assert_eq!(hash(&a), hash(&b));
    }
}

#[test]
fn two_laptops_never_issue_the_same_number() {
    let place = Place::new();
    let (a, b, _) = three(&place);
    let (x, y) = (request(&a, "甲登记的"), request(&b, "乙登记的"));
    let number = |desk: &Desk, id: &str| ask(desk, json!({ "ask": "request", "id": id }))["request"]["number"].clone();
    assert_ne!(number(&a, &x), number(&b, &y));
}

#[test]
fn a_restored_folder_never_continues_its_log() {
    let place = Place::new();
    let (a, office) = (place.branch("甲"), place.office());
    join(&place, &a, &office);
    request(&a, "备份之前");
    ask(&a, json!({ "ask": "lock" }));
    let (home, backup) = (place.path("甲"), place.path("backup"));
    copy_dir(&home, &backup);
    ask(&a, json!({ "ask": "unlock", "passphrase": PASS }));
    request(&a, "备份之后");
    let out = place.path("out.xinghuo");
    export(&a, "星岩社区", &out);
    import(&office, &[&out]);
    let before = fingerprint(&a);
    drop(a);
    std::fs::remove_dir_all(&home).expect("removable");
    copy_dir(&backup, &home);

    let a = place.desk("甲");
    let status = ask(&a, json!({ "ask": "unlock", "passphrase": PASS }));
    assert!(status["notice"].as_str().expect("the person is told").contains("备份"));
    assert_ne!(fingerprint(&a), before, "new keys, new logs");
    request(&a, "恢复以后");
    join(&place, &a, &office);
    let again = place.path("again.xinghuo");
    export(&a, "星岩社区", &again);
    let report = &import(&office, &[&again])[0];
    assert_eq!((&report["refused"], &report["held"]), (&json!(0), &json!(0)), "{report}");
    assert_eq!(ask(&office, json!({ "ask": "overview" }))[0]["open_requests"], 3, "nothing acknowledged is lost");
    let back = place.path("back.xinghuo");
    export(&office, "甲", &back);
    import(&a, &[&back]);
    assert_eq!(ask(&a, json!({ "ask": "today" }))["open_requests"], 3, "what the backup lacked comes back");
}

#[test]
fn newcomers_of_an_office_that_was_restored_believe_what_it_had_certified_before() {
    let place = Place::new();
    let (a, office) = (place.branch("甲"), place.office());
    join(&place, &a, &office);
    request(&a, "恢复之前");
    let (out, back) = (place.path("out.xinghuo"), place.path("back.xinghuo"));
    export(&a, "星岩社区", &out);
    import(&office, &[&out]);
    ask(&office, json!({ "ask": "backup", "path": place.path("office.xinghuo-backup") }));
    drop(office);

    let office = place.desk("restored");
    ask(&office, json!({ "ask": "restore", "path": place.path("office.xinghuo-backup"), "passphrase": PASS }));
    let notice = ask(&office, json!({ "ask": "status" }))["notice"].clone();
    assert!(notice.as_str().is_some_and(|n| n.contains("请各小区重新提交入网申请")), "{notice}");
    // A second laptop of the compound knows the office by its new key alone.
    let b = place.branch("乙");
    join(&place, &b, &office);
    export(&office, "乙", &back);
    let report = &import(&b, &[&back])[0];
    assert_eq!((&report["held"], &report["refused"]), (&json!(0), &json!(0)), "{report}");
    assert_eq!(ask(&b, json!({ "ask": "today" }))["open_requests"], 1, "what the first laptop wrote, certified by the old key");
    assert_eq!(ask(&b, json!({ "ask": "audit" }))["problems"], json!([]));

    // The first one pins the new key and goes on.
    let stranger = place.path("stranger.xinghuo");
    export(&office, "甲", &stranger);
    assert!(import(&a, &[&stranger])[0]["sentences"].to_string().contains("来历不明"));
    join(&place, &a, &office);
    request(&a, "恢复之后");
    export(&a, "星岩社区", &out);
    import(&office, &[&out]);
    export(&office, "乙", &back);
    import(&b, &[&back]);
    assert_eq!(ask(&b, json!({ "ask": "today" }))["open_requests"], 2);
    assert_eq!(
        ask(&office, json!({ "ask": "exchange" }))["partners"].as_array().map(Vec::len),
        Some(2),
        "nobody is to be written to under a key that was given up"
    );
}

#[test]
fn a_folder_copied_to_another_computer_gets_keys_of_its_own() {
    let place = Place::new();
    let a = place.branch("甲");
    let before = fingerprint(&a);
    drop(a);
    copy_dir(&place.path("甲"), &place.path("丙"));
    let elsewhere = place.desk("丙");
    ask(&elsewhere, json!({ "ask": "unlock", "passphrase": PASS }));
    assert_ne!(fingerprint(&elsewhere), before);
}

#[test]
fn what_was_not_sent_before_a_folder_moved_still_reaches_the_office() {
    let place = Place::new();
    let (a, office) = (place.branch("甲"), place.office());
    request(&a, "搬家之前登记、还没有导出");
    drop(a);
    copy_dir(&place.path("甲"), &place.path("丙"));
    let moved = place.desk("丙");
    ask(&moved, json!({ "ask": "unlock", "passphrase": PASS }));
    request(&moved, "搬家之后登记");
    join(&place, &moved, &office);
    let out = place.path("moved.xinghuo");
    export(&moved, "星岩社区", &out);
    let report = &import(&office, &[&out])[0];
    assert_eq!((&report["held"], &report["refused"]), (&json!(0), &json!(0)), "{report}");
    assert_eq!(ask(&office, json!({ "ask": "overview" }))[0]["open_requests"], 2);
    let partners = ask(&office, json!({ "ask": "exchange" }))["partners"].as_array().map(Vec::len);
    assert_eq!(partners, Some(1), "the key that was given up is nobody to write to");
}

#[test]
fn what_a_lost_laptop_wrote_before_it_was_ended_stays_and_what_it_writes_after_is_set_aside_everywhere() {
    let place = Place::new();
    let (a, lost, office) = three(&place);
    let (key, name) = (partner(&office, "乙的笔记本"), "乙的笔记本");
    request(&lost, "停用之前登记");
    let early = place.path("early.xinghuo");
    export(&lost, "星岩社区", &early);
    import(&office, &[&early]);
    // Handed to the other laptop, which writes knowing it, before either hears of the ending.
    let known = request(&lost, "停用之后登记，甲已收到");
    let passed = place.path("passed.xinghuo");
    export(&lost, "甲", &passed);
    import(&a, &[&passed]);

    assert_eq!(code(&a, json!({ "ask": "end_copy", "key": key, "reason": "丢失" })), "exchange.not_office");
    assert_eq!(code(&office, json!({ "ask": "end_copy", "key": key, "reason": " " })), "field");
    ask(&office, json!({ "ask": "end_copy", "key": key, "reason": "电脑丢失" }));
    assert!(!ask(&office, json!({ "ask": "exchange" }))["partners"].to_string().contains(name), "nobody to write to");
    let late = place.path("late.xinghuo");
    request(&lost, "停用之后登记，谁也没收到");
    export(&lost, "星岩社区", &late);
    let report = &import(&office, &[&late])[0];
    assert!(report["held"].as_u64() > Some(0) && report["sentences"].to_string().contains("已停用"), "{report}");
    assert_eq!(ask(&office, json!({ "ask": "overview" }))[0]["open_requests"], 1);

    // The other laptop hears of the ending. What it had taken in stays with it, and reaches the office by its word.
    let news = place.path("news-2.xinghuo");
    export(&office, "甲", &news);
    import(&a, &[&news]);
    import(&a, &[&late]);
    assert!(ask(&a, json!({ "ask": "request", "id": known }))["request"].is_object());
    let word = place.path("word.xinghuo");
    export(&a, "星岩社区", &word);
    import(&office, &[&word]);
    assert_eq!(ask(&office, json!({ "ask": "overview" }))[0]["open_requests"], 2, "the one that a trusted laptop knew of, not the other");
    assert_eq!(ask(&a, json!({ "ask": "requests", "which": "open", "category": null, "offset": 0 }))["open"], 2);
    // The lost one hears of it too, and shows what it never sent as before.
    export(&office, "甲", &news);
    assert_eq!(code(&lost, json!({ "ask": "import", "paths": [news] })), "ok");
    assert_eq!(ask(&lost, json!({ "ask": "requests", "which": "open", "category": null, "offset": 0 }))["open"], 3);
}

#[test]
fn an_old_copy_of_a_disk_writes_nothing_under_the_numbers_of_what_came_before_the_ending() {
    let place = Place::new();
    let (a, lost, office) = three(&place);
    drop(lost);
    for (from, to) in [("乙", "贼"), ("state-乙", "state-贼")] {
        copy_dir(&place.path(from), &place.path(to));
    }
    let lost = place.again("乙");
    let bundle = |desk: &Desk, to: &str, name: &str| {
        let path = place.path(name);
        export(desk, to, &path);
        path
    };
    for n in 1..=3 {
        request(&lost, &format!("停用之前第{n}件"));
    }
    import(&office, &[&bundle(&lost, "星岩社区", "before.xinghuo")]);
    ask(&office, json!({ "ask": "end_copy", "key": partner(&office, "乙的笔记本"), "reason": "电脑丢失" }));

    // It goes on from before those three: its numbers were used, and count as before.
    let thief = place.again("贼");
    request(&thief, "停用之后冒充");
    let forged = bundle(&thief, "星岩社区", "forged.xinghuo");
    let report = &import(&office, &[&forged])[0];
    assert!(report["held"].as_u64() > Some(0) && report["new"] == 0, "{report}");
    import(&a, &[&bundle(&office, "甲", "news-3.xinghuo"), &forged]);
    for desk in [&office, &a] {
        assert_eq!(ask(desk, json!({ "ask": "check" }))["forks"], json!([]));
        // An audit has nothing against what is here, only against what the thief says it has itself.
        let problems = ask(desk, json!({ "ask": "audit" }))["problems"].clone();
        assert!(problems.as_array().is_some_and(|all| all.iter().all(|p| p.to_string().contains("对方回执里写的"))), "{problems}");
    }
    assert_eq!(ask(&office, json!({ "ask": "overview" }))[0]["open_requests"], 3);
    assert_eq!(ask(&a, json!({ "ask": "requests", "which": "open", "category": null, "offset": 0 }))["open"], 3);
}

#[test]
fn a_disk_that_was_copied_whole_loses_nothing_and_both_laptops_get_names_of_their_own() {
    let place = Place::new();
    let (a, office) = (place.branch("甲"), place.office());
    join(&place, &a, &office);
    request(&a, "拷贝之前登记");
    drop(a);
    for (from, to) in [("甲", "丙"), ("state-甲", "state-丙")] {
        copy_dir(&place.path(from), &place.path(to));
    }
    let laptops = ["甲", "丙"].map(|name| (name, place.desk(name)));
    for (name, desk) in &laptops {
        let status = ask(desk, json!({ "ask": "unlock", "passphrase": PASS }));
        assert_eq!(status["notice"], Value::Null, "nothing tells them apart");
        request(desk, &format!("{name}在拷贝之后登记"));
        export(desk, "星岩社区", &place.path(&format!("{name}.xinghuo")));
    }
    let reports = import(&office, &[&place.path("甲.xinghuo"), &place.path("丙.xinghuo")]);
    assert!(reports[1]["sentences"].to_string().contains("同时在两台电脑上用过"), "{reports}");
    assert_eq!(reports[1]["held"], 0);
    assert_eq!(ask(&office, json!({ "ask": "overview" }))[0]["open_requests"], 3, "what both wrote counts");
    let forks = ask(&office, json!({ "ask": "check" }))["forks"].clone();
    assert_eq!(forks.as_array().map(Vec::len), Some(1), "{forks}");

    // The office's answer tells both; they go on under keys and names of their own.
    let answer = place.path("answer.xinghuo");
    export(&office, "甲的笔记本", &answer);
    let mut names = Vec::new();
    for (name, desk) in &laptops {
        let report = import(desk, &[&answer]);
        assert!(report[0]["sentences"].to_string().contains("在另一台电脑上也用过"), "{report}");
        names.push(ask(desk, json!({ "ask": "status" }))["copy"].as_str().expect("a name").to_owned());
        join(&place, desk, &office);
        request(desk, &format!("{name}在分开之后登记"));
        let out = place.path(&format!("{name}-2.xinghuo"));
        export(desk, "星岩社区", &out);
        import(&office, &[&out]);
    }
    assert_ne!(names[0], names[1]);
    assert_eq!(ask(&office, json!({ "ask": "overview" }))[0]["open_requests"], 5);
    for ((name, desk), copy) in laptops.iter().zip(&names) {
        let out = place.path(&format!("to-{name}.xinghuo"));
        export(&office, copy, &out);
        import(desk, &[&out]);
    }
    assert_eq!(hash(&laptops[0].1), hash(&laptops[1].1));
}

#[test]
fn every_refusal_names_its_cause_and_changes_nothing() {
    let place = Place::new();
    let (a, office) = (place.branch("甲"), place.office());
    join(&place, &a, &office);
    request(&a, "路灯不亮");
    let good = place.path("good.xinghuo");
    export(&a, "星岩社区", &good);
    let stranger = Place::new();
    let (s, o2) = (stranger.branch("丁"), stranger.office());
    join(&stranger, &s, &o2);
    let foreign = place.path("foreign.xinghuo");
    export(&s, "星岩社区", &foreign);

    let bytes = std::fs::read(&good).expect("the bundle");
    let bad = |name: &str, bytes: Vec<u8>| {
        let path = place.path(name);
        std::fs::write(&path, bytes).expect("written");
        path
    };
    let mut flipped = bytes.clone();
    let at = flipped.len() - 40;
    flipped[at] ^= 1;
    let newer = [b"XINGHUO 9\n".as_slice(), &bytes[10..]].concat();
    let before = hash(&office);
    for (path, expected) in [
        (bad("photo.xinghuo", vec![0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3]), "bundle.not_ours"),
        (bad("empty.xinghuo", Vec::new()), "bundle.not_ours"),
        (bad("half.xinghuo", bytes[..bytes.len() / 2].to_vec()), "bundle.truncated"),
        (bad("newer.xinghuo", newer), "bundle.newer"),
        (bad("longer.xinghuo", [bytes.as_slice(), b"x"].concat()), "bundle.size"),
        (bad("flipped.xinghuo", flipped), "bundle.sealed"),
        (foreign, "bundle.not_for_us"),
        (place.path("missing.xinghuo"), "file.not_found"),
    ] {
        let report = &import(&office, &[&path])[0];
        assert_eq!(report["code"], expected, "{}: {report}", path.display());
        assert_eq!(report["new"], 0);
    }
    assert_eq!(hash(&office), before, "nothing that was stored changed");

    // An author nobody certified.
    let (b, unknown) = (place.branch("戊"), place.path("unknown.xinghuo"));
    let request_file = place.path("e.xinghuo-join");
    ask(&b, json!({ "ask": "join_request", "path": request_file }));
    assert_eq!(code(&office, json!({ "ask": "admit", "path": request_file, "fingerprint": "00000 ".repeat(6), "out": unknown })), "field");
    assert!(!unknown.exists(), "a wrong fingerprint admits nobody");
}

#[test]
fn a_wrong_passphrase_and_a_second_program_are_told_apart() {
    let place = Place::new();
    let a = place.branch("甲");
    assert_eq!(code(&place.desk("甲"), json!({ "ask": "unlock", "passphrase": PASS })), "home.busy");
    drop(a);
    assert_eq!(code(&place.desk("甲"), json!({ "ask": "unlock", "passphrase": "不对不对不对" })), "keys.wrong_passphrase");
    assert_eq!(code(&place.desk("甲"), json!({ "ask": "unlock", "passphrase": PASS })), "ok");
}

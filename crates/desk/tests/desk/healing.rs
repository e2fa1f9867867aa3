//! What heals an exchange: asking for what is missing, auditing what is here, the receipt on paper.

use crate::place::*;
use serde_json::{Value, json};

/// A branch and its office, whose disk was set back to before it took in the branch's first bundle:
/// the branch has been told that it arrived.
fn office_with_a_gap(place: &Place) -> (xinghuo_desk::Desk, xinghuo_desk::Desk) {
    let (a, office) = (place.branch("甲"), place.office());
    join(place, &a, &office);
    drop(office);
    for dir in ["office", "state-office"] {
        copy_dir(&place.path(dir), &place.path(&format!("old-{dir}")));
    }
    let office = place.desk("office");
    ask(&office, json!({ "ask": "unlock", "passphrase": PASS }));
    request(&a, "第一件");
    let (first, receipt, second) = (place.path("1.xinghuo"), place.path("2.xinghuo"), place.path("3.xinghuo"));
    export(&a, "星岩社区", &first);
    import(&office, &[&first]);
    export(&office, "甲", &receipt);
    import(&a, &[&receipt]);
    request(&a, "第二件");
    export(&a, "星岩社区", &second);
    drop(office);
    for dir in ["office", "state-office"] {
        std::fs::remove_dir_all(place.path(dir)).expect("removable");
        copy_dir(&place.path(&format!("old-{dir}")), &place.path(dir));
    }
    let office = place.desk("office");
    assert_eq!(ask(&office, json!({ "ask": "unlock", "passphrase": PASS }))["notice"], Value::Null);
    let report = &import(&office, &[&second])[0];
    assert!(report["held"].as_u64() > Some(0) && report["new"] == 0, "{report}");
    (a, office)
}

#[test]
fn a_lost_stretch_is_asked_for_in_a_chat_message_and_given_again_although_it_was_acknowledged() {
    let place = Place::new();
    let (a, office) = office_with_a_gap(&place);
    let want = ask(&office, json!({ "ask": "want" }));
    let text = want["text"].as_str().expect("a text");
    assert!(text.contains("甲的笔记本的第 1") && text.chars().count() < 500, "{text}");
    assert!(text.ends_with(want["line"].as_str().expect("a line")));
    let picture = place.path("picture.svg");
    ask(&office, json!({ "ask": "want_picture", "path": picture }));
    let svg = std::fs::read_to_string(picture).expect("the picture");
    assert!(svg.starts_with("<svg") && svg.contains(want["picture"].as_str().expect("a path")));

    // The branch reads it, and gives just that.
    let read = ask(&a, json!({ "ask": "read_want", "text": text }));
    assert!(read["any"] == true && read["sentences"].to_string().contains("这里有"), "{read}");
    let (usual, answer) = (place.path("usual.xinghuo"), place.path("answer.xinghuo"));
    let owed = export(&a, "星岩社区", &usual)["entries"].as_u64().expect("a number");
    let given = ask(&a, json!({ "ask": "answer_want", "text": text, "path": answer }));
    assert!(given["entries"].as_u64() > Some(owed), "{given}");
    import(&office, &[&usual]);
    assert_eq!(ask(&office, json!({ "ask": "exchange" }))["held"].as_array().map(Vec::is_empty), Some(false), "the usual does not help");
    let report = &import(&office, &[&answer])[0];
    assert_eq!(report["held"], 0, "{report}");
    assert_eq!(ask(&office, json!({ "ask": "overview" }))[0]["open_requests"], 2);
    let nothing = ask(&office, json!({ "ask": "want" }));
    assert_eq!((&nothing["line"], &nothing["missing"]), (&Value::Null, &json!([])));
    assert_eq!(code(&office, json!({ "ask": "want_picture", "path": place.path("none.svg") })), "want.nothing");

    // What is pasted may be anything.
    assert_eq!(code(&office, json!({ "ask": "read_want", "text": text })), "want.own");
    let stranger = place.branch("丁");
    assert_eq!(code(&stranger, json!({ "ask": "answer_want", "text": text, "path": place.path("no.xinghuo") })), "want.unknown_asker");
    assert!(!place.path("no.xinghuo").exists());
    for text in ["", "请补发", &text[..text.len() - 6], &text.replace("XH1", "XH9"), &"XH1-".repeat(4000)] {
        let failure = try_ask(&a, json!({ "ask": "read_want", "text": text })).expect_err("nothing to be read");
        assert_eq!((failure.code.as_str(), failure.field.as_deref()), ("field", Some("text")), "{}", failure.message);
    }
}

#[test]
fn what_only_the_compounds_own_laptops_may_read_is_not_given_to_the_office_that_asks_for_it() {
    let place = Place::new();
    let (a, office) = (place.branch("甲"), place.office());
    join(&place, &a, &office);
    let person = json!({ "ask": "save_person", "id": null, "name": "单小雨", "building": "3", "unit": null, "room": "501", "relation": null,
        "sex": null, "birth": null, "phones": ["13800000001"], "occupancy": null, "party_member": null, "checked_in_on": null,
        "skills": null, "employer": null, "id_number": null, "note": "怕吵" });
    ask(&a, person);
    // The office knows the log's name; it may have heard it from anybody.
    let keys = |name: &str| {
        let text = std::fs::read_to_string(place.path(name).join("keys.json")).expect("a key file");
        xinghuo_bundle::Keys::unlock(&text, PASS).expect("keys").identity().signs
    };
    let asks = |class| {
        let log = inner_log(&place, &keys("甲"), class);
        xinghuo_bundle::Want::of(&keys("office"), [(log, 1, 1)]).line()
    };
    let read = ask(&a, json!({ "ask": "read_want", "text": asks(xinghuo_model::Class::Branch) }));
    assert!(read["any"] == false && read["sentences"].to_string().contains("不在对方可以收的范围里"), "{read}");
    let answer = json!({ "ask": "answer_want", "text": asks(xinghuo_model::Class::Branch), "path": place.path("no.xinghuo") });
    assert_eq!(code(&a, answer), "want.not_here");
    assert_eq!(ask(&a, json!({ "ask": "read_want", "text": asks(xinghuo_model::Class::Community) }))["any"], true);
}

/// The name of a branch's log in its compound.
fn inner_log(place: &Place, key: &[u8; 32], class: xinghuo_model::Class) -> xinghuo_ledger::LogId {
    let store = open_store(place, "甲");
    let space: [u8; 16] = store.query_row("SELECT space FROM log WHERE key = ?1 AND class = 1", [key], |r| r.get(0)).expect("a log");
    xinghuo_ledger::log_id(key, xinghuo_ledger::Channel { space: uuid::Uuid::from_bytes(space).into(), class })
}

/// The store itself, as somebody opens it who has the passphrase.
fn open_store(place: &Place, name: &str) -> rusqlite::Connection {
    let text = std::fs::read_to_string(place.path(name).join("keys.json")).expect("a key file");
    let keys = xinghuo_bundle::Keys::unlock(&text, PASS).expect("keys");
    let hex: String = keys.file_key().iter().map(|byte| format!("{byte:02x}")).collect();
    let store = rusqlite::Connection::open(place.path(name).join("xinghuo.db")).expect("the store");
    store.pragma_update(None, "key", format!("x'{hex}'")).expect("its key");
    store
}

#[test]
fn an_audit_passes_a_used_copy_and_tells_in_sentences_what_was_tampered_with() {
    let place = Place::new();
    let (a, b, office) = three(&place);
    let id = request(&a, "路灯不亮");
    let file = place.path("1.xinghuo");
    export(&a, "乙", &file);
    import(&b, &[&file]);
    edit(&b, &id, "3幢门口", "2024-11-25");
    for (from, to, others) in [(&b, "星岩社区", &office), (&b, "甲", &a)] {
        export(from, to, &file);
        import(others, &[&file]);
    }
    for desk in [&a, &b, &office] {
        let report = ask(desk, json!({ "ask": "audit" }));
        assert_eq!(report["problems"], json!([]), "{report}");
        assert!(report["sentences"].to_string().contains("没有发现问题"), "{report}");
        assert_eq!(report["state_hash"], ask(desk, json!({ "ask": "check" }))["state_hash"]);
    }
    drop(a);
    let tamper = |sql: &str| assert!(open_store(&place, "甲").execute(sql, []).expect("a change") > 0, "{sql}");
    let told = |sentence: &str| {
        let a = place.desk("甲");
        ask(&a, json!({ "ask": "unlock", "passphrase": PASS }));
        let report = ask(&a, json!({ "ask": "audit" }));
        assert!(report["problems"].to_string().contains(sentence), "{sentence}: {report}");
    };
    tamper("UPDATE request SET place = '别处'");
    told("“诉求”表有 1 行和日志不一致");
    tamper("UPDATE seal SET signature = zeroblob(64) WHERE log IN (SELECT id FROM log WHERE mine = 0)");
    told("乙的笔记本的第");
    tamper(
        "UPDATE body SET lines = CAST(replace(CAST(lines AS TEXT), '3幢门口', '4幢门口') AS BLOB) WHERE instr(lines, CAST('3幢门口' AS BLOB)) > 0",
    );
    told("内容与签过名的校验值不符");
}

#[test]
fn a_copy_that_moved_with_what_it_had_not_sent_yet_passes_an_audit() {
    let place = Place::new();
    let (a, office) = (place.branch("甲"), place.office());
    request(&a, "搬家之前登记、还没有导出");
    drop(a);
    copy_dir(&place.path("甲"), &place.path("丙"));
    let moved = place.desk("丙");
    ask(&moved, json!({ "ask": "unlock", "passphrase": PASS }));
    request(&moved, "搬家之后登记");
    assert_eq!(ask(&moved, json!({ "ask": "audit" }))["problems"], json!([]), "before anybody admitted it");
    join(&place, &moved, &office);
    let out = place.path("moved.xinghuo");
    export(&moved, "星岩社区", &out);
    import(&office, &[&out]);
    for desk in [&moved, &office] {
        assert_eq!(ask(desk, json!({ "ask": "audit" }))["problems"], json!([]));
    }
}

#[test]
fn a_bundle_that_was_taken_in_has_a_slip_that_says_what_was_true_then() {
    let place = Place::new();
    let (a, office) = (place.branch("甲"), place.office());
    join(&place, &a, &office);
    request(&a, "路灯不亮");
    let file = place.path("out.xinghuo");
    export(&a, "星岩社区", &file);
    let report = import(&office, &[&file])[0].clone();
    let slip = report["slip"].as_i64().expect("a slip");
    let paper = json!({ "kind": "receipt", "bundle": slip });
    let preview = ask(&office, json!({ "ask": "preview_paper", "paper": paper }));
    assert_eq!((preview["title"].as_str(), preview["pages"].as_array().map(Vec::len)), (Some("数据包回执单"), Some(1)));
    assert!(preview["file_name"].as_str().is_some_and(|name| name.contains("橘香里") || name.contains("甲")), "{}", preview["file_name"]);
    let print = |name: &str| {
        let path = place.path(name);
        ask(&office, json!({ "ask": "save_paper", "paper": paper, "format": "docx", "path": path }));
        std::fs::read(path).expect("the paper")
    };
    let then = print("then.docx");
    request(&a, "又一件");
    export(&a, "星岩社区", &file);
    let again = import(&office, &[&file])[0]["slip"].clone();
    assert!(again.as_i64() > Some(slip));
    assert_eq!(print("later.docx"), then, "what came since does not change it");
    let lines = ask(&office, json!({ "ask": "exchange" }))["bundles"].clone();
    assert_eq!(lines[0]["slip"], again);
    let welcome = lines.as_array().and_then(|l| l.last()).expect("a line");
    assert_eq!((&welcome["outgoing"], &welcome["slip"]), (&json!(true), &Value::Null), "what went out has none");
    assert_eq!(code(&office, json!({ "ask": "preview_paper", "paper": { "kind": "receipt", "bundle": 999 } })), "paper.no_slip");
}

#[test]
fn the_exchange_page_counts_what_only_a_newer_version_understands() {
    let place = Place::new();
    let a = place.branch("甲");
    request(&a, "路灯不亮");
    assert_eq!(ask(&a, json!({ "ask": "exchange" }))["newer"], 0);
    drop(a);
    // As an older program leaves it: noted, and told by another registry.
    let store = open_store(&place, "甲");
    store
        .execute_batch(
            "INSERT INTO unknown SELECT t.log, t.seq, t.i FROM touch t JOIN request r ON r.id = t.rec; DROP TABLE request; \
             UPDATE here SET value = 'another' WHERE name = 'told_by'",
        )
        .expect("what it left");
    drop(store);
    let a = place.desk("甲");
    ask(&a, json!({ "ask": "unlock", "passphrase": PASS }));
    assert_eq!(ask(&a, json!({ "ask": "exchange" }))["newer"], 0, "this version understands it");
    assert_eq!(ask(&a, json!({ "ask": "requests", "which": "open", "category": null, "offset": 0 }))["open"], 1);
    drop(a);
    open_store(&place, "甲").execute("INSERT INTO unknown VALUES(1, 1, 0)", []).expect("a note");
    let a = place.desk("甲");
    ask(&a, json!({ "ask": "unlock", "passphrase": PASS }));
    assert_eq!(ask(&a, json!({ "ask": "exchange" }))["newer"], 1);
}

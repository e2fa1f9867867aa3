//! One branch by itself: its roster, a request, a month of the loop, the papers, and the way back.

use serde_json::{Value, json};
use xinghuo_roster::sample;

use crate::town::{Town, begins, id};

#[test]
fn a_roster_is_looked_at_stored_given_back_found_in_and_undone() {
    let town = Town::with_branch();
    town.write("花名册.xlsx", sample::messy_workbook(7, 300));
    let empty = town.state("branch");

    let seen = town.tells("branch", &["roster", "import", "花名册.xlsx", "--preview"]);
    assert_eq!(town.state("branch"), empty, "a preview stores nothing");
    let all = town.tells("branch", &["roster", "import", "花名册.xlsx", "--result", "花名册_结果.xlsx"]);
    assert_eq!(all[0], seen);
    assert_eq!(all[1]["added"], 300, "{all}");
    begins(&town.file("花名册_结果.xlsx"), b"PK");

    let stored = town.state("branch");
    let again = town.tells("branch", &["roster", "import", "花名册.xlsx"]);
    assert_eq!((&again[0]["new"], &again[0]["changed"]), (&json!(0), &json!(0)));
    assert_eq!(town.state("branch"), stored, "the same file again changes nothing");

    let hits = town.tells("branch", &["find", "1-1-101"]);
    assert!(hits.as_array().is_some_and(|hits| hits.iter().any(|hit| hit["kind"] == "person")), "{hits}");
    town.does("branch", &["undo"]);
    assert_eq!(town.tells("branch", &["find", "1-1-101"]), json!([]));
}

#[test]
fn a_rosters_columns_are_the_fields_of_a_person() {
    let town = Town::with_branch();
    town.does("branch", &["roster", "blank", "花名册.xlsx"]);
    let seen = town.tells("branch", &["roster", "import", "花名册.xlsx", "--preview"]);
    assert_eq!(seen["unknown_columns"], json!([]), "what the program writes it can read");
    assert!(seen["known_columns"].as_array().is_some_and(|columns| columns.len() >= 14), "{seen}");

    town.write("报到.csv", "姓名,房号,报到日期,面积\n王小芳,3-2-501,2024年3月5日,89\n李大明,3-2-502,去年,90\n");
    let all = town.tells("branch", &["roster", "import", "报到.csv"]);
    assert_eq!((&all[0]["known_columns"], &all[0]["unknown_columns"]), (&json!(["姓名", "房号", "报到日期"]), &json!(["面积"])));
    assert_eq!((&all[0]["suspect"], &all[1]["added"]), (&json!(1), &json!(2)), "a cell nobody understands does not keep the person out");
    let person = town.tells("branch", &["find", "3-2-501"])[0]["id"].as_str().unwrap().to_owned();
    let history = town.does("branch", &["history", &person]);
    assert!(history.contains("报到日期") && history.contains("2024-03-05"), "{history}");
}

#[test]
fn a_request_is_recorded_seen_through_and_its_history_told() {
    let town = Town::with_branch();
    let saved = town.tells("branch", &["request", "add", "楼道灯坏了", "--place", "3幢2单元", "--category", "环境卫生"]);
    let open = town.tells("branch", &["request", "list"]);
    assert_eq!(open["requests"][0]["text"], "楼道灯坏了");
    let number = open["requests"][0]["number"].as_str().unwrap();
    let said = town.refuses("branch", 3, &["request", "step", number, "办结"]);
    assert!(said.contains("登记"), "{said}");
    town.does("branch", &["request", "step", number, "受理"]);
    town.does("branch", &["request", "step", number, "办理中"]);
    town.does("branch", &["request", "note", number, "电工看过，要换灯座"]);
    town.does("branch", &["request", "step", number, "办结", "--result", "换了灯座"]);
    town.does("branch", &["request", "step", number, "已反馈", "--satisfaction", "满意"]);
    assert_eq!(town.tells("branch", &["request", "list"])["requests"], json!([]));
    let history = town.does("branch", &["history", &id(&saved)]);
    assert!(history.contains("林书记") && history.contains("换了灯座"), "{history}");
    // By number as by id.
    assert_eq!(town.does("branch", &["history", number]), history);
    town.does("branch", &["undo"]);
    assert_eq!(town.tells("branch", &["request", "list"])["requests"][0]["state"], "closed");
}

#[test]
fn a_month_goes_from_opinions_to_minutes_and_feedback() {
    let town = Town::with_branch();
    let run = |words: &[&str]| town.tells("branch", words);
    for (name, party) in
        [("章志远", "社区两委"), ("何素琴", "业委会"), ("罗建华", "物业企业"), ("梅晓岚", "社会组织"), ("卢根生", "居民群众代表")]
    {
        run(&["council", "delegate", name, "--party", party]);
    }
    let opinion = id(&run(&["council", "opinion", "西门电瓶车停得乱"]));
    let topic = id(&run(&["council", "topic", "关于西门电瓶车停放的规定", "--opinion", &opinion, "--benefit"]));
    run(&["council", "decide", &topic, "确定", "--reason", "居民关心"]);
    let today = run(&["status"])["today"].as_str().unwrap().to_owned();
    let at = format!("{today}T00:00");
    let meeting = id(&run(&["council", "plan", &at, "--place", "党群服务站", "--chair", "林书记", "--recorder", "何素琴"]));

    let empty = town.refuses("branch", 3, &["council", "open", &meeting]);
    assert!(empty.contains("法定人数"), "{empty}");
    run(&["council", "sign-in", &meeting, "--all"]);
    run(&["council", "open", &meeting]);
    run(&["council", "speech", &meeting, &topic, "--speaker", "罗建华", "西门边上可以划二十个车位。"]);
    run(&["council", "vote", &meeting, &topic, "--yes", "4", "--no", "1"]);
    let agreed = ["--party", "物业企业", "--owner", "罗建华", "--due", &today];
    run(&[&["council", "resolve", &meeting, &topic, "西门外划二十个电瓶车位。"], &agreed[..]].concat());
    run(&["council", "close", &meeting]);
    run(&["council", "check", &meeting, "--by", "陈书记"]);
    run(&["council", "final", &meeting]);
    town.refuses("branch", 3, &["council", "speech", &meeting, &topic, "--speaker", "罗建华", "再补一句。"]);

    let month = run(&["council", "show"]);
    let task = id(&month["tasks"][0]["task"]);
    run(&["council", "done", &task, "--outcome", "车位已划好"]);
    run(&["council", "feedback", &task, "--to", "居民", "--supervisor", "章志远"]);
    let steps = |view: &Value| view["steps"].as_array().unwrap().iter().map(|step| step["state"].clone()).collect::<Vec<_>>();
    assert_eq!(steps(&run(&["council", "show"])), vec![json!("done"); 5]);

    // Every other paper of the month, told by its record; what is asked directly is answered as the window is.
    town.does("branch", &["print", "invitation", "邀请.pdf", "--party", "业委会"]);
    begins(&town.file("邀请.pdf"), b"%PDF");
    town.does("branch", &["print", "slip", "督办单.docx", "--of", &task]);
    begins(&town.file("督办单.docx"), b"PK");
    town.refuses("branch", 2, &["print", "slip", "没有.pdf"]);
    town.refuses("branch", 2, &["print", "invitation", "没有.pdf"]);
    assert_eq!(run(&["ask", r#"{"ask":"council_year","year":null}"#])["councils"], 1);
    town.refuses("branch", 2, &["ask", "五方"]);

    for (paper, file, start) in [
        ("minutes", "纪要.pdf", &b"%PDF"[..]),
        ("minutes", "纪要.docx", b"PK"),
        ("sign-in", "签到表.pdf", b"%PDF"),
        ("sign-in", "签到表.docx", b"PK"),
    ] {
        town.does("branch", &["print", paper, file]);
        begins(&town.file(file), start);
    }
    assert!(!town.file("branch/xinghuo.db-wal").exists(), "a closed copy is one file and its keys");
    let before = town.state("branch");
    town.does("branch", &["rebuild"]);
    assert_eq!(town.state("branch"), before, "rebuilt from the logs, the tables are the same");
}

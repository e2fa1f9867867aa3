//! Backup and restore: what is said to be saved is there, comes back under new keys, and takes
//! nobody's place.

use serde_json::{Value, json};

use crate::town::Town;

fn requests(town: &Town, home: &str) -> u64 {
    town.tells(home, &["request", "list", "all"])["requests"].as_array().unwrap().len() as u64
}

fn fingerprint(town: &Town, home: &str) -> String {
    town.does(home, &["join", &format!("{home}-指纹.xinghuo-join")]).lines().last().unwrap().to_owned()
}

#[test]
fn a_backup_comes_back_under_new_keys_and_what_was_sent_after_it_comes_with_the_next_bundle() {
    let town = Town::joined();
    town.does("branch", &["request", "add", "备份之前", "--place", "3幢"]);
    let saved = town.tells("branch", &["backup", "备份.xinghuo-backup"]);
    assert!(saved["message"].as_str().unwrap().contains("打开检查过"), "{saved}");
    let (state, before) = (town.state("branch"), fingerprint(&town, "branch"));
    town.does("branch", &["request", "add", "备份之后，已送出", "--place", "4幢"]);
    town.does("branch", &["bundle", "export", "给社区.xinghuo"]);
    town.does("office", &["bundle", "import", "给社区.xinghuo"]);
    town.does("branch", &["request", "add", "备份之后，谁也没给", "--place", "5幢"]);

    let restored = town.tells("laptop", &["restore", "备份.xinghuo-backup"]);
    assert!(restored["notice"].as_str().unwrap().contains("备份"), "the person is told: {restored}");
    assert_eq!(town.state("laptop"), state, "the records as they were saved");
    assert_eq!(town.tells("laptop", &["status"])["notice"], Value::Null, "told once");
    assert_ne!(fingerprint(&town, "laptop"), before, "a log is never continued twice");
    assert_ne!(town.tells("laptop", &["status"])["copy"], town.tells("branch", &["status"])["copy"]);

    town.does("laptop", &["request", "add", "恢复以后", "--place", "6幢"]);
    town.join("laptop", "office");
    town.does("laptop", &["bundle", "export", "恢复以后.xinghuo"]);
    let report = &town.tells("office", &["bundle", "import", "恢复以后.xinghuo"])[0];
    assert_eq!((&report["held"], &report["refused"]), (&json!(0), &json!(0)), "{report}");
    assert_eq!(requests(&town, "laptop"), 3, "what had been sent came with the welcome");
    // The one that was saved goes on as it was.
    assert_eq!((requests(&town, "branch"), town.tells("branch", &["status"])["notice"].clone()), (3, Value::Null));
}

#[test]
fn a_backup_takes_nobodys_place() {
    let town = Town::with_branch();
    town.does("branch", &["backup", "备份.xinghuo-backup"]);
    town.found_branch("other", "枇杷苑");
    town.does("other", &["request", "add", "另一份数据", "--place", "3幢"]);
    let said = town.refuses("other", 28, &["restore", "备份.xinghuo-backup"]);
    assert!(said.contains("已经有一份数据"), "{said}");
    let said = town.refuses("branch", 29, &["backup", "branch/xinghuo.db"]);
    assert!(said.contains("数据自己的文件夹"), "{said}");

    // A store whose key file was lost is no empty folder either.
    std::fs::rename(town.file("other/keys.json"), town.file("keys.json")).unwrap();
    for words in [&["restore", "备份.xinghuo-backup"][..], &["demo", "branch"]] {
        let output = town.run("other", words);
        assert_eq!(output.status.code(), Some(28), "{words:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("keys.json"));
    }
    std::fs::rename(town.file("keys.json"), town.file("other/keys.json")).unwrap();
    assert_eq!(requests(&town, "other"), 1);
}

#[test]
fn a_backup_that_is_not_whole_not_ours_or_not_opened_is_refused_by_name_and_leaves_nothing() {
    let town = Town::with_branch();
    town.does("branch", &["backup", "好.xinghuo-backup"]);
    let whole = town.read("好.xinghuo-backup");
    let refuses = |code: i32, name: &str, content: &[u8], reason: &str| {
        town.write(name, content);
        let output = town.run("empty", &["restore", name]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{name}: {said}");
        assert!(said.contains(name) && said.contains(reason), "{said}");
        for file in ["keys.json", "xinghuo.db", "unfinished"] {
            assert!(!town.file("empty").join(file).exists(), "{name} left {file}");
        }
    };
    refuses(29, "半个.xinghuo-backup", &whole[..whole.len() / 2], "不完整");
    refuses(29, "照片.xinghuo-backup", b"\xFF\xD8\xFF\xE0\0\x10JFIF", "不是星火家园的备份");
    let mut changed = whole.clone();
    let last = changed.len() - 20;
    changed[last] ^= 1;
    refuses(29, "改动.xinghuo-backup", &changed, "已损坏或被改动");
    refuses(13, "新版.xinghuo-backup", &[b"XINGHUO-BACKUP 2\n", &whole[17..]].concat(), "更新版本");
    let output = town.command("empty", &["restore", "好.xinghuo-backup"]).env("XINGHUO_PASSPHRASE", "猜的口令不对").output().unwrap();
    assert_eq!(output.status.code(), Some(10));
    assert!(!town.file("empty/keys.json").exists());

    // After all that the good one still goes in.
    town.does("empty", &["restore", "好.xinghuo-backup"]);
    assert_eq!(town.state("empty"), town.state("branch"));
}

#[test]
fn a_copy_that_was_being_made_when_the_program_ended_is_made_anew() {
    let town = Town::with_branch();
    // As the folder looks before the key file is written.
    std::fs::create_dir(town.file("half")).unwrap();
    std::fs::copy(town.file("branch/xinghuo.db"), town.file("half/xinghuo.db")).unwrap();
    town.write("half/unfinished", "");
    town.found_branch("half", "枇杷苑");
    assert!(!town.file("half/unfinished").exists());
    assert_eq!(town.tells("half", &["status"])["title"], "枇杷苑");
}

//! Every kind of bad input: its own exit code, a sentence that names the file and what to do, and
//! nothing changed.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use xinghuo_roster::sample;

use crate::town::{PASSPHRASE, Town};

/// The head of a compound file with one directory entry of this name, as Excel locks a workbook.
fn locked_workbook() -> Vec<u8> {
    let mut bytes = vec![0u8; 1536];
    bytes[..8].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes[1024..1024 + name.len()].copy_from_slice(&name);
    bytes
}

#[test]
fn a_misspelt_command_is_told_in_chinese_what_is_wrong_with_it() {
    let town = Town::with_branch();
    for (words, reason) in [
        (&["council", "shwo"][..], "没有“shwo”这个命令。"),
        (&["council", "show", "--moth", "2024-11"], "不认识“--moth”。"),
        (&["council", "plan", "2024-11-15T19:00", "--place", "议事厅"], "还要写：--chair <CHAIR>、--recorder <RECORDER>。"),
        (&["print", "poster", "a.pdf"], "“poster”不能用在 <PAPER>，可用：minutes、"),
        (&["council", "vote", "m", "t", "--yes", "很多"], "“很多”不能用在 --yes <YES>。"),
        (&["council", "opinion", "路灯不亮", "--on"], "--on <ON> 后面还要写一个值。"),
        (&["council", "opinion", "路灯不亮", "--on", "2024-11-01", "--on", "2024-11-02"], "“--on <ON>”不能和别的选项一起用，或写了两次。"),
    ] {
        let said = town.refuses("branch", 2, words);
        assert!(said.contains(reason) && said.contains("--help"), "{words:?}: {said}");
    }
    let said = town.refuses("branch", 2, &["council", "show", "--moth", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap()["code"], "cli.usage");
}

#[test]
fn a_file_that_is_no_roster_is_refused_by_name_and_reason() {
    let town = Town::with_branch();
    let whole = sample::clean_workbook(1, 40, 0);
    let refuses = |code: i32, name: &str, content: &[u8], reason: &str| {
        town.write(name, content);
        let said = town.refuses("branch", code, &["roster", "import", name]);
        assert!(said.contains(name) && said.contains(reason) && said.contains('请'), "{said}");
    };
    refuses(20, "通知.txt", "各位居民：明天停水。".as_bytes(), "不是电子表格");
    refuses(20, "照片.xlsx", b"\xFF\xD8\xFF\xE0\0\x10JFIF", "不是电子表格");
    refuses(21, "半个.xlsx", &whole[..whole.len() / 2], "不完整");
    refuses(22, "加锁.xlsx", &locked_workbook(), "密码");
    refuses(23, "空.csv", b"", "没有内容");
    refuses(23, "无表头.csv", "一,二\n三,四\n".as_bytes(), "没有找到表头");
    let said = town.refuses("branch", 25, &["roster", "import", "没有.xlsx"]);
    assert!(said.contains("没有.xlsx") && said.contains("找不到"), "{said}");
}

#[test]
fn a_bundle_that_is_not_whole_not_ours_or_not_known_is_refused_by_name_and_reason() {
    let town = Town::joined();
    town.tells("branch", &["request", "add", "楼道灯坏了", "--place", "3幢"]);
    town.does("branch", &["bundle", "export", "好.xinghuo"]);
    let whole = town.read("好.xinghuo");
    let refuses = |code: i32, name: &str, content: &[u8], reason: &str| {
        town.write(name, content);
        let said = town.refuses("office", code, &["bundle", "import", name]);
        assert!(said.contains(name) && said.contains(reason), "{said}");
    };
    refuses(18, "照片.xinghuo", b"\xFF\xD8\xFF\xE0\0\x10JFIF", "不是星火家园的数据包");
    refuses(15, "半个.xinghuo", &whole[..whole.len() - 100], "不完整");
    let mut changed = whole.clone();
    let last = changed.len() - 20;
    changed[last] ^= 1;
    refuses(16, "改动.xinghuo", &changed, "");
    let newer = [b"XINGHUO 2\n", &whole[10..]].concat();
    refuses(13, "新版.xinghuo", &newer, "更新版本");
    // Someone the office never admitted: a branch of another office with the same name.
    town.found_office("other-office");
    town.found_branch("stranger", "枇杷苑");
    town.join("stranger", "other-office");
    town.does("stranger", &["bundle", "export", "生人.xinghuo"]);
    refuses(14, "别人的.xinghuo", &town.read("生人.xinghuo"), "不是发给本机");

    // 17: written for this office, by somebody it never heard of. (Its disk as it was before.)
    town.found_office("young");
    town.clone_disk("young", "younger");
    town.found_branch("fresh", "枇杷苑");
    town.join("fresh", "young");
    town.does("fresh", &["bundle", "export", "未登记.xinghuo"]);
    let said = town.refuses("younger", 17, &["bundle", "import", "未登记.xinghuo"]);
    assert!(said.contains("未登记.xinghuo") && said.contains("来历不明"), "{said}");

    // The good one is still good, in one go with a bad one, and the bad one's code shows.
    let output = town.run("office", &["bundle", "import", "半个.xinghuo", "好.xinghuo"]);
    assert_eq!(output.status.code(), Some(15));
    assert_eq!(town.tells("office", &["request", "list", "--compound", "橘香里"])["requests"][0]["text"], "楼道灯坏了");
}

#[test]
fn a_wrong_passphrase_a_second_program_and_an_empty_folder_have_codes_of_their_own() {
    let town = Town::with_branch();
    let before = town.state("branch");
    let output = town.command("branch", &["status"]).env("XINGHUO_PASSPHRASE", "猜的口令不对").output().unwrap();
    assert_eq!(output.status.code(), Some(10));
    assert!(String::from_utf8_lossy(&output.stderr).contains("口令不对"));
    let output = town.command("branch", &["status", "--json"]).env("XINGHUO_PASSPHRASE", "猜的口令不对").output().unwrap();
    let failure: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(failure["code"], "keys.wrong_passphrase");

    let output = town.run("nobody", &["status"]);
    assert_eq!(output.status.code(), Some(28), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!town.file("nobody").join("keys.json").exists(), "a look makes no copy");
    let output = town.run("branch", &["demo", "branch"]);
    assert_eq!(output.status.code(), Some(28), "a home that is taken is not made again");

    // Whoever holds the home's lock keeps a second program out until it lets go.
    let lock = std::fs::OpenOptions::new().write(true).open(town.file("branch/lock")).unwrap();
    lock.lock().unwrap();
    let output = town.run("branch", &["status"]);
    assert_eq!(output.status.code(), Some(11), "{}", String::from_utf8_lossy(&output.stderr));
    drop(lock);
    assert_eq!(town.state("branch"), before);
}

/// A small disk of its own, in memory; gone with it. `None` where the system lets nobody mount one.
struct Disk(PathBuf);

impl Disk {
    fn of(town: &Town, name: &str, kilobytes: u32) -> Option<Disk> {
        let place = town.file(name);
        std::fs::create_dir(&place).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={kilobytes}k"), "tmpfs"]).arg(&place).status();
        mounted.is_ok_and(|status| status.success()).then_some(Disk(place))
    }

    fn grow(&self, kilobytes: u32) {
        let grown = Command::new("mount").args(["-o", &format!("remount,size={kilobytes}k")]).arg(&self.0).status();
        assert!(grown.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_stops_what_does_not_fit_and_loses_nothing() {
    let town = Town::new();
    let Some(disk) = Disk::of(&town, "branch", 4096) else {
        eprintln!("not tested: no disk can be mounted here");
        return;
    };
    town.found_branch("branch", "橘香里");
    town.does("branch", &["request", "add", "楼道灯坏了", "--place", "3幢"]);
    town.write("花名册.xlsx", sample::clean_workbook(7, 15_000, 0));
    let said = town.refuses("branch", 12, &["roster", "import", "花名册.xlsx"]);
    assert!(said.contains("磁盘已满") && said.contains("清理磁盘空间"), "{said}");
    assert_eq!(town.tells("branch", &["find", "1-1-101"]), Value::Array(vec![]), "half a roster is no roster");

    // Not a byte more fits. What the store left free inside itself may still take a save, whole.
    let filler = town.file("branch/filler");
    while std::fs::OpenOptions::new().append(true).create(true).open(&filler).unwrap().write_all(&[0; 512]).is_ok() {}
    let mut kept = 1;
    for n in 0..12 {
        match town.run("branch", &["request", "add", &format!("第{n}件")]).status.code() {
            Some(0) => kept += 1,
            code => assert_eq!(code, Some(12), "request {n}"),
        }
    }
    assert!(kept < 13, "the disk was not full");

    std::fs::remove_file(filler).unwrap();
    disk.grow(64 << 10);
    town.does("branch", &["roster", "import", "花名册.xlsx"]);
    assert_eq!(town.tells("branch", &["request", "list"])["open"], kept, "what was said to be kept is kept, nothing else");
    town.state("branch");
}

#[test]
fn a_full_usb_stick_gets_no_half_bundle() {
    let town = Town::joined();
    town.write("花名册.xlsx", sample::clean_workbook(7, 2000, 0));
    town.does("branch", &["roster", "import", "花名册.xlsx"]);
    let Some(disk) = Disk::of(&town, "usb", 64) else {
        eprintln!("not tested: no disk can be mounted here");
        return;
    };
    let said = town.refuses("branch", 12, &["bundle", "export", "usb/包.xinghuo"]);
    assert!(said.contains("磁盘已满"), "{said}");
    assert_eq!(std::fs::read_dir(&disk.0).unwrap().count(), 0, "nothing half written stays behind");
    disk.grow(64 << 10);
    town.does("branch", &["bundle", "export", "usb/包.xinghuo"]);
    let taken = town.tells("office", &["bundle", "import", "usb/包.xinghuo"]);
    assert!(taken[0]["new"].as_u64() > Some(0), "the refused export has not used anything up: {taken}");
}

#[test]
fn words_dates_and_numbers_that_do_not_exist_are_refused() {
    let town = Town::with_branch();
    let said = town.refuses("branch", 2, &["request", "add", "灯坏了", "--category", "天气"]);
    assert!(said.contains("天气") && said.contains("环境卫生"), "the words there are, are named: {said}");
    town.refuses("branch", 2, &["request", "add", "灯坏了", "--on", "2026-02-30"]);
    town.refuses("branch", 3, &["request", "add", "   "]);
    town.refuses("branch", 2, &["history", "JXL-2026-9999"]);
    town.refuses("branch", 2, &["print", "minutes", "没有会议.pdf"]);
    assert!(!town.file("没有会议.pdf").exists());
    town.does("branch", &["undo", "--help"]);
    town.refuses("branch", 2, &["no-such-verb"]);
}

#[test]
fn the_passphrase_is_asked_for_at_the_terminal_and_not_shown() {
    if !Command::new("script").args(["-qec", "true", "/dev/null"]).stdin(Stdio::null()).output().is_ok_and(|it| it.status.success()) {
        eprintln!("not tested: no terminal is to be had here");
        return;
    }
    let town = Town::with_branch();
    let program = town.command("branch", &["status"]);
    // `script` gives the program a terminal of its own, as a person has.
    let words: Vec<_> = std::iter::once(program.get_program()).chain(program.get_args()).map(|word| word.to_string_lossy()).collect();
    let typed = |text: &str| {
        let mut terminal = Command::new("script")
            .args(["-qec", &words.join(" "), "/dev/null"])
            .current_dir(town.file("."))
            .env_remove("XINGHUO_PASSPHRASE")
            .env("XINGHUO_STATE", town.file("state-branch"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        terminal.stdin.take().unwrap().write_all(format!("{text}\n").as_bytes()).unwrap();
        let output = terminal.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, said) = typed(PASSPHRASE);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("口令：") && said.contains("橘香里"), "{said}");
    let (code, said) = typed("猜的口令不对");
    assert_eq!(code, Some(10), "{said}");
}

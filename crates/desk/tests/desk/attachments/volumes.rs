//! Bundles in volumes (分卷): any order, lost, doubled, of another bundle.

use std::path::PathBuf;

use serde_json::{Value, json};
use xinghuo_desk::Desk;

use super::pictures::{jpeg, noise, paper};
use super::town::*;
use crate::place::{Place, ask, code, export, join, partner, request};

const CAP: u64 = 256 << 10;

/// What compresses badly, so that a few requests fill a volume.
fn said(n: u32) -> String {
    let mut state = n | 1;
    (0..1200)
        .filter_map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from_u32(0x4E00 + (state >> 12) % 0x5000)
        })
        .collect()
}

fn split(place: &Place, desk: &Desk, to: &str, name: &str, cap: u64) -> (Vec<PathBuf>, Value) {
    let path = place.path(&format!("{name}.xinghuo"));
    let done = ask(desk, json!({ "ask": "export", "audience": partner(desk, to), "path": path, "volume_size": cap }));
    let n = done["volumes"].as_u64().expect("a number");
    let files = match n {
        1 => vec![path],
        _ => (1..=n).map(|i| place.path(&format!("{name}（第{i}卷，共{n}卷）.xinghuo"))).collect(),
    };
    assert!(files.iter().all(|f| f.is_file()), "{files:?}");
    (files, done)
}

/// A branch with several volumes of requests and photos, its office, and the photos' request.
fn filled(place: &Place) -> (Desk, Desk, String) {
    let (branch, office) = place.joined();
    let id = request(&branch, "楼道积水");
    for n in 0..120 {
        request(&branch, &said(n));
    }
    for n in 1..=4 {
        add(&branch, &id, &place.file(&format!("第{n}张.jpg"), &jpeg(noise(400, 300, n))));
    }
    (branch, office, id)
}

#[test]
fn volumes_arrive_in_any_order_and_doubled_and_each_is_used_as_it_comes() {
    let place = Place::new();
    let (branch, office, id) = filled(&place);
    let (files, done) = split(&place, &branch, "星岩", "橘香里", CAP);
    let n = files.len();
    assert!(n >= 3, "{done}");
    for file in &files {
        let size = std::fs::metadata(file).expect("a volume").len();
        assert!(size <= CAP, "{size} bytes in {}", file.display());
    }
    // Photos come before their record, later entries before earlier ones.
    for (at, file) in files.iter().rev().enumerate() {
        let report = import(&office, file);
        let said = sentences(&report);
        let rest = n - at - 1;
        let expected = if rest == 0 { "都收齐了".to_owned() } else { format!("这是第 {} 卷，共 {n} 卷；还缺第 1", n - at) };
        assert!(said.contains(&expected), "{said}");
        let again = import(&office, file);
        assert_eq!((again["new"].as_u64(), again["files"].as_u64()), (Some(0), Some(0)), "{again}");
    }
    assert_eq!(ask(&office, json!({ "ask": "exchange" }))["held"], json!([]));
    assert!(list(&office, &id).iter().all(|line| line["here"] == true) && list(&office, &id).len() == 4);
    // As with one file.
    let elsewhere = place.path("whole.xinghuo");
    export(&branch, "星岩", &elsewhere);
    let before = hash(&office);
    let report = import(&office, &elsewhere);
    assert_eq!((report["new"].as_u64(), report["files"].as_u64()), (Some(0), Some(0)), "{report}");
    assert_eq!(hash(&office), before);
}

#[test]
fn a_lost_volume_is_named_and_the_next_bundle_brings_what_it_held() {
    let place = Place::new();
    let (branch, office, id) = filled(&place);
    let (files, _) = split(&place, &branch, "星岩", "一", CAP);
    for (at, file) in files.iter().enumerate().filter(|(at, _)| *at != 1) {
        let report = import(&office, file);
        assert!(at == 0 || sentences(&report).contains("还缺第 2"), "{report}");
    }
    let held = ask(&office, json!({ "ask": "exchange" }))["held"].to_string();
    assert!(held.contains(&format!("共 {} 卷，还缺第 2 卷", files.len())), "{held}");
    let receipt = place.path("回.xinghuo");
    export(&office, "甲小区", &receipt);
    import(&branch, &receipt);
    let (rest, done) = split(&place, &branch, "星岩", "二", CAP);
    assert!(rest.len() < files.len(), "only what was lost: {done}");
    rest.iter().for_each(|file| drop(import(&office, file)));
    assert_eq!(ask(&office, json!({ "ask": "exchange" }))["held"], json!([]));
    assert!(list(&office, &id).iter().all(|line| line["here"] == true));
    // The lost one turns up: nothing new, and nobody is asked for the others again.
    let report = import(&office, &files[1]);
    assert_eq!(report["new"], 0, "{report}");
    assert!(!sentences(&report).contains("还缺"), "{report}");
    assert_eq!(ask(&office, json!({ "ask": "exchange" }))["held"], json!([]));
}

#[test]
fn a_volume_of_another_bundle_or_for_somebody_else_does_not_complete_a_set() {
    let place = Place::new();
    let (branch, office, _) = filled(&place);
    let other = place.compound_of("乙");
    join(&place, &other, &office);
    for n in 500..620 {
        request(&other, &said(n));
    }
    let (first, _) = split(&place, &branch, "星岩", "甲一", CAP);
    let (foreign, _) = split(&place, &other, "星岩", "乙一", CAP / 4);
    import(&office, &first[0]);
    import(&office, &foreign[1]);
    let held = ask(&office, json!({ "ask": "exchange" }))["held"].to_string();
    assert!(held.contains("甲的笔记本的第") && held.contains("乙的笔记本的第"), "{held}");
    // Another bundle of the same sender counts for itself.
    let (second, _) = split(&place, &branch, "星岩", "甲二", CAP);
    let report = import(&office, &second[1]);
    assert!(sentences(&report).contains("还缺第 1"), "{report}");
    // And one that was written for the office is nobody else's.
    let report = import(&other, &first[1]);
    assert_eq!(report["code"], "bundle.not_for_us");
}

#[test]
fn what_cannot_be_cut_makes_one_volume_too_large_and_says_so() {
    let place = Place::new();
    let (branch, office) = place.joined();
    let id = request(&branch, "楼道积水");
    add(&branch, &id, &place.file("方案.pdf", &paper(300 << 10)));
    add(&branch, &id, &place.file("楼道.jpg", &jpeg(noise(200, 150, 1))));
    let (files, done) = split(&place, &branch, "星岩", "一", 64 << 10);
    assert!(done["message"].as_str().is_some_and(|m| m.contains("有一卷超过了上限")), "{done}");
    files.iter().rev().for_each(|file| drop(import(&office, file)));
    assert!(list(&office, &id).iter().all(|line| line["here"] == true));
    let tiny = json!({ "ask": "export", "audience": partner(&branch, "星岩"), "path": place.path("x.xinghuo"), "volume_size": 1000 });
    assert_eq!(code(&branch, tiny), "field");
}

#[test]
fn an_export_that_is_stopped_leaves_no_volume_and_counts_for_nothing() {
    let place = Place::new();
    let (branch, office, _) = filled(&place);
    let folder = place.path("usb");
    std::fs::create_dir(&folder).expect("a folder");
    let there = || std::fs::read_dir(&folder).expect("a folder").count();
    let export = json!({ "ask": "export", "audience": partner(&branch, "星岩"), "path": folder.join("包.xinghuo"), "volume_size": CAP });
    let ended = std::sync::atomic::AtomicBool::new(false);
    let code = std::thread::scope(|scope| {
        scope.spawn(|| {
            // As soon as something lies there, somebody has enough of it.
            while !ended.load(std::sync::atomic::Ordering::Relaxed) {
                if there() > 0 {
                    ask(&branch, json!({ "ask": "stop" }));
                }
            }
        });
        let code = code(&branch, export.clone());
        ended.store(true, std::sync::atomic::Ordering::Relaxed);
        code
    });
    assert_eq!((code.as_str(), there()), ("cancelled", 0));
    assert_eq!(ask(&branch, export)["volumes"].as_u64(), Some(there() as u64));
    for file in std::fs::read_dir(&folder).expect("a folder") {
        let report = import(&office, &file.expect("a file").path());
        assert_eq!(report["number"], 1, "the stopped one took no number: {report}");
    }
}

#[test]
fn a_bundle_that_fits_into_one_file_is_no_volume() {
    let place = Place::new();
    let (branch, office) = place.joined();
    request(&branch, "楼道积水");
    let (files, done) = split(&place, &branch, "星岩", "小", 10 << 20);
    assert_eq!((files.len(), done["message"].to_string().contains('卷')), (1, false));
    assert!(!sentences(&import(&office, &files[0])).contains('卷'));
}

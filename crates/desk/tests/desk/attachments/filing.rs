//! What may be filed, how it is cleaned, how it travels and goes.

use serde_json::{Value, json};
use xinghuo_bundle::{AttachmentEntry, BundleError, Enclosed, Identity, Keys, Outgoing, Plan, Purpose, Source};
use xinghuo_ledger::{Hash, Segment};

use super::pictures::*;
use super::town::*;
use crate::place::{PASS, Place, ask, code, export, join, request, try_ask};

#[test]
fn what_is_neither_picture_nor_paper_is_refused_by_name_and_nothing_is_kept() {
    let place = Place::new();
    let desk = place.compound_of("甲");
    let id = request(&desk, "楼道积水");
    let whole = jpeg(noise(400, 300, 1));
    let png = drawing();
    let bad: Vec<(&str, Vec<u8>, &str)> = vec![
        ("空的.jpg", Vec::new(), "attachment.kind"),
        ("短信.txt", "积水".into(), "attachment.kind"),
        ("图.png", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec(), "attachment.kind"),
        ("页.jpg", b"<!doctype html><script>alert(1)</script>".to_vec(), "attachment.kind"),
        ("动图.jpg", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), "attachment.kind"),
        ("新格式.jpg", b"RIFF\x24\0\0\0WEBPVP8 ".to_vec(), "attachment.kind"),
        ("文.pdf", b"PK\x03\x04".to_vec(), "attachment.kind"),
        ("半张.jpg", whole[..whole.len() / 2].to_vec(), "attachment.damaged"),
        ("缺尾.jpg", whole[..whole.len() - 2].to_vec(), "attachment.damaged"),
        ("只有头.jpg", whole[..4].to_vec(), "attachment.damaged"),
        ("半张.png", png[..png.len() / 2].to_vec(), "attachment.damaged"),
        ("缺尾.png", png[..png.len() - 2].to_vec(), "attachment.damaged"),
        ("没有尾.png", png[..png.len() - 12].to_vec(), "attachment.damaged"),
        ("炸弹.png", claims(60_000, 60_000), "attachment.pixels"),
        ("长条.png", claims(20_000, 2), "attachment.pixels"),
        ("很多点.png", claims(16_000, 16_000), "attachment.pixels"),
        ("十一兆.pdf", paper(11 << 20), "attachment.size"),
        ("没有表.pdf", b"%PDF-1.4\nstartxref\n99999\n%%EOF\n".to_vec(), "attachment.damaged"),
        ("没有尾.pdf", paper(4000)[..2000].to_vec(), "attachment.damaged"),
        ("网页.pdf", b"%PDF-<script>alert(1)</script>".to_vec(), "attachment.damaged"),
        ("二十一兆.jpg", vec![0xFF; 21 << 20], "file.too_large"),
    ];
    for (name, bytes, expected) in bad {
        let path = place.file(name, &bytes);
        assert_eq!(code(&desk, json!({ "ask": "add_attachment", "record": id, "path": path })), expected, "{name}");
    }
    assert_eq!(code(&desk, json!({ "ask": "add_attachment", "record": id, "path": place.path("没有") })), "file.not_found");
    assert_eq!(list(&desk, &id), Vec::<Value>::new());
    let nowhere = json!({ "ask": "add_attachment", "record": uuid::Uuid::nil(), "path": place.file("好.png", &png) });
    assert_eq!(code(&desk, nowhere), "attachment.no_record");
}

#[test]
fn what_was_heard_is_written_down_with_its_photos_in_one_save_or_not_at_all() {
    let place = Place::new();
    let desk = place.compound_of("甲");
    let (first, second) = (place.file("一.jpg", &jpeg(noise(200, 200, 1))), place.file("二.jpg", &jpeg(noise(200, 200, 2))));
    let again = place.file("又一.jpg", &jpeg(noise(200, 200, 1)));
    let bad = place.file("网页.jpg", b"<script>alert(1)</script>");
    let opinion = |paths: Value| json!({ "ask": "add_opinion", "on": "2024-11-03", "source": "visit", "category": "repairs", "text": "门口积水", "person": null, "paths": paths });
    let council = |desk: &_| ask(desk, json!({ "ask": "council", "month": "2024-11" }))["opinions"].as_array().expect("opinions").clone();

    let refused = try_ask(&desk, opinion(json!([first, bad]))).expect_err("no photo");
    assert_eq!(
        (refused.code.as_str(), refused.message.starts_with("第 2 个附件：只能添加照片")),
        ("attachment.kind", true),
        "{}",
        refused.message
    );
    assert_eq!(code(&desk, opinion(json!([place.path("没有.jpg")]))), "file.not_found");
    assert_eq!(council(&desk), Vec::<Value>::new(), "neither the words nor the good photo");

    let saved = ask(&desk, opinion(json!([first, second, again])));
    let lines = list(&desk, saved["id"].as_str().expect("an id"));
    let mut names: Vec<&str> = lines.iter().map(|line| line["name"].as_str().expect("a name")).collect();
    names.sort_unstable();
    assert_eq!(names, ["一.jpg", "二.jpg"], "one content once");
    assert!(lines.iter().all(|line| shown(&desk, line, true).is_ok()));
    ask(&desk, json!({ "ask": "undo", "save": saved["save"] }));
    assert_eq!((council(&desk), list(&desk, saved["id"].as_str().expect("an id"))), (Vec::new(), Vec::new()), "taken back together");

    let mut request = json!({ "ask": "add_request", "accepted_on": "2024-11-03", "category": "repairs", "source": "visit", "urgency": "normal",
        "requester": null, "place": "", "text": "门口积水", "handler": null, "due_on": null, "paths": [first] });
    let saved = ask(&desk, request.clone());
    assert_eq!(list(&desk, saved["id"].as_str().expect("an id")).len(), 1);
    request["paths"] = json!([bad]);
    assert_eq!(code(&desk, request), "attachment.kind");
    assert_eq!(ask(&desk, json!({ "ask": "requests", "which": "all", "category": null, "offset": 0 }))["total"], 1, "no number is spent");
}

#[test]
fn a_photo_is_turned_upright_and_scaled_down_and_forgets_where_it_was_taken() {
    let place = Place::new();
    let desk = place.compound_of("甲");
    let id = request(&desk, "楼道积水");
    let photo = phone_photo(3000, 2000);
    assert!(find(&photo, PLACE), "the photo says where it was taken");
    add(&desk, &id, &place.file("IMG_0012.JPEG", &photo));
    let line = &list(&desk, &id)[0];
    assert_eq!((line["name"].as_str(), line["media"].as_str(), line["person"].as_str()), (Some("IMG_0012.jpg"), Some("jpeg"), Some("甲")));
    let kept = shown(&desk, line, false).expect("the photo");
    assert!(!find(&kept, PLACE) && !find(&kept, "Exif"), "what was hidden in it is gone");
    let picture = image::load_from_memory(&kept).expect("a picture").to_rgb8();
    assert_eq!(picture.dimensions(), (1365, 2048), "turned and scaled");
    // It lay on its side: what was left is above.
    assert!(picture.get_pixel(700, 100).0[0] > 150 && picture.get_pixel(700, 1900).0[2] > 150);
    let small = image::load_from_memory(&shown(&desk, line, true).expect("a thumbnail")).expect("a picture");
    assert_eq!((small.width().max(small.height()), line["size"].as_u64()), (320, Some(kept.len() as u64)));

    add(&desk, &id, &place.file("图.png", &drawing()));
    let line = &list(&desk, &id)[1];
    let kept = shown(&desk, line, false).expect("the drawing");
    assert!(line["media"] == "png" && kept.starts_with(b"\x89PNG") && !find(&kept, PLACE));
    // A photo in the form of a drawing becomes a photo.
    add(
        &desk,
        &id,
        &place.file("大图.png", &{
            let mut out = std::io::Cursor::new(Vec::new());
            image::DynamicImage::ImageRgb8(noise(1200, 1000, 3)).write_to(&mut out, image::ImageFormat::Png).expect("a picture");
            out.into_inner()
        }),
    );
    assert_eq!(list(&desk, &id)[2]["name"], "大图.jpg");
}

#[test]
fn a_paper_is_kept_as_it_came_never_shown_and_saved_by_choice() {
    let place = Place::new();
    let desk = place.compound_of("甲");
    let id = request(&desk, "楼道积水");
    let bytes = paper(9 << 20);
    add(&desk, &id, &place.file("\u{202E}fdp.方案.pdf", &bytes));
    let line = &list(&desk, &id)[0];
    assert_eq!((line["name"].as_str(), line["media"].as_str()), (Some("fdp.方案.pdf"), Some("pdf")));
    assert_eq!(shown(&desk, line, false), Err("attachment.not_here".to_owned()));
    assert_eq!(shown(&desk, line, true), Err("attachment.not_here".to_owned()));
    let out = place.path("另存.pdf");
    ask(&desk, json!({ "ask": "save_attachment", "id": line["id"], "path": out }));
    assert!(std::fs::read(&out).expect("the copy") == bytes);
    let again = json!({ "ask": "add_attachment", "record": id, "path": place.path("另存.pdf") });
    assert_eq!(code(&desk, again), "attachment.twice");
}

#[test]
fn a_locked_copy_shows_no_picture_and_an_office_files_nothing() {
    let place = Place::new();
    let (branch, office) = place.joined();
    let id = request(&branch, "楼道积水");
    let photo = place.file("楼道.jpg", &jpeg(noise(200, 200, 1)));
    add(&branch, &id, &photo);
    let line = list(&branch, &id)[0].clone();
    assert!(shown(&branch, &line, true).is_ok());
    ask(&branch, json!({ "ask": "lock" }));
    assert_eq!(shown(&branch, &line, true), Err("desk.locked".to_owned()));
    assert_eq!(code(&office, json!({ "ask": "add_attachment", "record": id, "path": photo })), "desk.read_only");
}

#[test]
fn photos_travel_to_the_office_and_a_damaged_one_is_named_asked_for_and_sent_again() {
    let place = Place::new();
    let (branch, office) = place.joined();
    let id = request(&branch, "楼道积水");
    for n in 1..=3 {
        add(&branch, &id, &place.file(&format!("第{n}张.jpg"), &jpeg(noise(700, 500, n))));
    }
    let first = place.path("1.xinghuo");
    let exported = export(&branch, "星岩", &first);
    assert!(exported["message"].as_str().is_some_and(|m| m.contains("3 个附件")), "{exported}");
    // The photos are what the file ends with: somewhere in the middle one.
    let mut bytes = std::fs::read(&first).expect("the bundle");
    let sizes: u64 = list(&branch, &id).iter().filter_map(|l| l["size"].as_u64()).sum();
    let middle = bytes.len() - sizes as usize / 2;
    bytes[middle] ^= 1;
    let report = import(&office, &place.file("坏.xinghuo", &bytes));
    assert_eq!((report["fate"].as_str(), report["files"].as_u64()), (Some("partly"), Some(2)), "{report}");
    assert!(sentences(&report).contains("附件“第2张.jpg”已损坏"), "{report}");
    assert!(sentences(&report).contains("有 1 个附件的内容还没收到"), "{report}");
    let here: Vec<bool> = list(&office, &id).iter().map(|l| l["here"] == true).collect();
    assert_eq!(here, [true, false, true]);
    assert_eq!(shown(&office, &list(&office, &id)[1], false), Err("attachment.not_here".to_owned()));

    // The next bundle from there asks, the next one from here brings it; nothing else is sent again.
    let (asks, brings) = (place.path("2.xinghuo"), place.path("3.xinghuo"));
    export(&office, "甲小区", &asks);
    import(&branch, &asks);
    let exported = export(&branch, "星岩", &brings);
    assert!(exported["message"].as_str().is_some_and(|m| m.contains("补发 1 个附件")), "{exported}");
    assert_eq!(import(&office, &brings)["files"], 1);
    for (there, here) in list(&office, &id).iter().zip(list(&branch, &id)) {
        assert_eq!(shown(&office, there, false), shown(&branch, &here, false));
        assert!(shown(&office, there, true).is_ok());
    }
    assert_eq!(hash(&office), {
        export(&office, "甲小区", &asks);
        import(&branch, &asks);
        hash(&office)
    });
    let exported = export(&branch, "星岩", &brings);
    assert!(exported["message"].as_str().is_some_and(|m| !m.contains("附件")), "{exported}");
}

#[test]
fn a_lost_bundle_costs_no_photo() {
    let place = Place::new();
    let (branch, office) = place.joined();
    let id = request(&branch, "楼道积水");
    add(&branch, &id, &place.file("楼道.jpg", &jpeg(noise(300, 300, 1))));
    export(&branch, "星岩", &place.path("丢了.xinghuo"));
    add(&branch, &id, &place.file("电表.jpg", &jpeg(noise(300, 300, 2))));
    let second = place.path("2.xinghuo");
    export(&branch, "星岩", &second);
    assert_eq!(import(&office, &second)["files"], 2);
    // The same again changes nothing and says nothing new.
    let report = import(&office, &second);
    assert_eq!((report["files"].as_u64(), report["fate"].as_str()), (Some(0), Some("merged")), "{report}");
}

#[test]
fn a_removed_photo_can_be_taken_back_and_goes_everywhere_when_it_is_not() {
    let place = Place::new();
    let (branch, office) = place.joined();
    let id = request(&branch, "楼道积水");
    let photo = place.file("楼道.jpg", &jpeg(noise(300, 300, 1)));
    add(&branch, &id, &photo);
    let line = list(&branch, &id)[0].clone();
    let remove = json!({ "ask": "remove_attachment", "id": line["id"] });
    ask(&branch, remove.clone());
    assert_eq!(list(&branch, &id).len(), 0);
    drop(branch);
    let branch = place.again("甲");
    ask(&branch, json!({ "ask": "undo" }));
    assert!(shown(&branch, &list(&branch, &id)[0], false).is_ok(), "even after the program was closed");

    let bundle = place.path("1.xinghuo");
    export(&branch, "星岩", &bundle);
    import(&office, &bundle);
    let size = || std::fs::metadata(place.path("office/xinghuo.db")).expect("the store").len();
    assert!(shown(&office, &list(&office, &id)[0], false).is_ok());
    ask(&branch, remove);
    request(&branch, "又一件");
    export(&branch, "星岩", &bundle);
    import(&office, &bundle);
    assert_eq!(list(&office, &id).len(), 0);
    drop((branch, office));
    let (branch, office) = (place.again("甲"), place.again("office"));
    assert!(size() > 0);
    // Filed anew it must come anew: nothing of it was left.
    add(&branch, &id, &photo);
    export(&branch, "星岩", &bundle);
    assert_eq!(import(&office, &bundle)["files"], 1);
}

#[test]
fn nothing_of_a_photo_stands_readable_anywhere_but_where_a_person_saved_it() {
    let place = Place::new();
    let (branch, office) = place.joined();
    let id = request(&branch, "楼道积水");
    add(&branch, &id, &place.file("楼道.jpg", &jpeg(noise(640, 480, 1))));
    let kept = shown(&branch, &list(&branch, &id)[0], false).expect("the photo");
    let small = shown(&branch, &list(&branch, &id)[0], true).expect("the thumbnail");
    export(&branch, "星岩", &place.path("1.xinghuo"));
    import(&office, &place.path("1.xinghuo"));
    let mut looked_at = 0;
    for folder in ["甲", "office", "state-甲", "state-office", "."] {
        for file in std::fs::read_dir(place.path(folder)).expect("a folder") {
            let path = file.expect("a file").path();
            if path.is_file() && path.extension().is_none_or(|e| e != "jpg") {
                let bytes = std::fs::read(&path).expect("bytes");
                for canary in [&kept[1000..1016], &small[700..716], "楼道.jpg".as_bytes()] {
                    assert!(!bytes.windows(canary.len()).any(|w| w == canary), "{}", path.display());
                }
                looked_at += 1;
            }
        }
    }
    assert!(looked_at >= 8, "{looked_at}");
}

#[test]
fn what_no_record_names_is_not_taken_and_what_is_another_compounds_is_not_given() {
    let place = Place::new();
    let (branch, office) = place.joined();
    let other = place.compound_of("乙");
    join(&place, &other, &office);
    let id = request(&other, "电表箱开着");
    add(&other, &id, &place.file("电表.jpg", &jpeg(noise(300, 300, 5))));
    let secret = Hash::of(&shown(&other, &list(&other, &id)[0], false).expect("the photo"));
    export(&other, "星岩", &place.path("乙.xinghuo"));
    import(&office, &place.path("乙.xinghuo"));

    // The other branch signs whatever it likes: a photo of no record, and a wish for what is not its own.
    drop(branch);
    let keys = Keys::unlock(&std::fs::read_to_string(place.path("甲/keys.json")).expect("keys"), PASS).expect("keys");
    let theirs = Keys::unlock(&std::fs::read_to_string(place.path("office/keys.json")).expect("keys"), PASS).expect("keys");
    let audience: Identity = theirs.identity();
    let out = Outgoing {
        purpose: Purpose::Exchange,
        audience: &audience,
        number: 50,
        made_at: "2024-11-20T08:00:00+08:00".into(),
        have: Vec::new(),
        want: Vec::new(),
    };
    let junk = jpeg(noise(200, 200, 9));
    let entry = AttachmentEntry { hash: Hash::of(&junk), media: "jpeg".into(), length: junk.len() as u64 };
    let enclosed = Enclosed { attachments: vec![entry], want_files: vec![secret] };
    let junk = Junk(junk);
    let plan = Plan::new(&out, &junk, enclosed, None, uuid::Uuid::nil()).expect("a plan");
    let mut file = Vec::new();
    plan.write(&keys, 1, &mut file).expect("a bundle");
    let report = import(&office, &place.file("甲.xinghuo", &file));
    assert!(sentences(&report).contains("有 1 个附件不属于这里的任何记录"), "{report}");
    let answer = export(&office, "甲小区", &place.path("回.xinghuo"));
    assert!(answer["message"].as_str().is_some_and(|m| !m.contains("附件")), "{answer}");
}

/// No entry, and this whatever is asked for.
struct Junk(Vec<u8>);

impl Source for Junk {
    type Error = BundleError;

    fn stretch(&self, _: usize) -> Result<Option<Segment>, BundleError> {
        Ok(None)
    }

    fn content(&self, _: &Hash) -> Result<Option<Vec<u8>>, BundleError> {
        Ok(Some(self.0.clone()))
    }
}

#[test]
fn what_comes_under_a_records_hash_and_is_no_picture_is_refused_once_and_not_asked_for_again() {
    let place = Place::new();
    let (branch, office) = place.joined();
    let id = request(&branch, "楼道积水");
    // A record that names a web page as its photo, as no honest copy writes it.
    let page = b"<!doctype html><script>alert(1)</script>".to_vec();
    drop(branch);
    let text = std::fs::read_to_string(place.path("甲/keys.json")).expect("keys");
    let keys = Keys::unlock(&text, PASS).expect("keys");
    let mut ledger = xinghuo_ledger::Ledger::open(
        &place.path("甲/xinghuo.db"),
        Some(keys.file_key()),
        keys.identity().signs,
        Box::new(|bytes| getrandom::fill(bytes).expect("random bytes")),
    )
    .expect("the store");
    let author = xinghuo_ledger::Author { person: "甲".into(), at: "2024-11-20T08:00:00+08:00".parse().expect("a time") };
    let space = ledger.spaces().expect("spaces")[0];
    ledger
        .transact::<_, xinghuo_ledger::LedgerError>(xinghuo_model::Act::AddAttachment, &author, |save| {
            let attachment = xinghuo_model::records::Attachment {
                id: save.id(),
                of_kind: "request".into(),
                of: id.parse().expect("an id"),
                name: "../../<b>图.jpg\u{202E}".into(),
                media: xinghuo_model::Media::Jpeg,
                size: 1,
                content: Hash::of(&page).hex(),
                on: author.at.date_naive(),
            };
            save.put(space, &attachment);
            save.put_content(&Hash::of(&page), &xinghuo_ledger::Content { media: "jpeg".into(), thumbnail: None, bytes: page.clone() })
        })
        .expect("a save");
    drop(ledger);
    let branch = place.again("甲");
    let bundle = place.path("1.xinghuo");
    export(&branch, "星岩", &bundle);
    let report = import(&office, &bundle);
    assert!(sentences(&report).contains("有 1 个附件不是照片，也不是 PDF"), "{report}");
    let line = &list(&office, &id)[0];
    assert_eq!((line["name"].as_str(), line["here"].as_bool()), (Some("_b_图.jpg"), Some(false)));
    assert_eq!(shown(&office, line, false), Err("attachment.not_here".to_owned()));
    assert_eq!(ask(&office, json!({ "ask": "exchange" }))["held"], json!([]), "nobody waits for it");
}

fn find(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

#[test]
fn a_person_who_is_erased_with_their_cases_takes_the_photos_along_everywhere() {
    let place = Place::new();
    let (branch, office) = place.joined();
    let person = json!({ "ask": "save_person", "id": null, "name": "何秀兰", "building": "3", "unit": null, "room": "201", "relation": null,
        "sex": null, "birth": null, "phones": null, "occupancy": null, "party_member": null, "checked_in_on": null, "skills": null,
        "employer": null, "id_number": null, "note": null });
    let person = ask(&branch, person)["id"].clone();
    let case = json!({ "ask": "add_request", "accepted_on": "2024-11-01", "category": "repairs", "source": "visit", "urgency": "normal",
        "requester": person, "place": "3幢", "text": "家里渗水", "handler": null, "due_on": "2024-11-20" });
    let id = ask(&branch, case)["id"].as_str().expect("an id").to_owned();
    let other = request(&branch, "楼道积水");
    let (theirs, shared) = (jpeg(noise(300, 300, 1)), jpeg(noise(300, 300, 2)));
    add(&branch, &id, &place.file("家里.jpg", &theirs));
    add(&branch, &id, &place.file("楼道.jpg", &shared));
    add(&branch, &other, &place.file("楼道.jpg", &shared));
    let bundle = place.path("1.xinghuo");
    export(&branch, "星岩", &bundle);
    assert_eq!(import(&office, &bundle)["files"], 2);
    let lines = list(&branch, &id);
    ask(&branch, json!({ "ask": "erase", "id": person, "cases": true, "reason": "asked" }));
    export(&branch, "星岩", &bundle);
    import(&office, &bundle);
    for desk in [&branch, &office] {
        assert_eq!(list(desk, &id).len(), 0);
        assert!(lines.iter().all(|line| shown(desk, line, false).is_err()));
        assert!(shown(desk, &list(desk, &other)[0], false).is_ok(), "what another record names too stays");
    }
    // It is gone from the office's store, not only out of sight: filed anew it comes anew.
    add(&branch, &other, &place.file("家里.jpg", &theirs));
    export(&branch, "星岩", &bundle);
    assert_eq!(import(&office, &bundle)["files"], 1);
}

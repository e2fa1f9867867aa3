//! What must stand on a paper, whatever was typed into it.
#![allow(clippy::unwrap_used)]

mod rig;

use rig::{HOSTILE, PRESS, docx_text, parts, pdf_text, printed, squeezed};
use std::path::PathBuf;
use xinghuo_paper::sample::{sample_minutes, sample_plain_minutes, sample_record, sample_sign_in, sample_slip};
use xinghuo_paper::{Error, FiveParties, Minutes, MinutesLayout, Paper, Press, Resolution, docx};

fn hostile_papers() -> Vec<Paper> {
    let mut minutes = sample_minutes(1);
    let all: Vec<String> = HOSTILE.iter().map(|s| (*s).to_owned()).collect();
    minutes.opening = all.clone();
    minutes.items[0].resolutions = all.iter().map(|text| Resolution::new(text.clone())).collect();
    minutes.attendance.residents = all;
    let mut sheet = sample_sign_in(1);
    for (person, text) in sheet.parties.residents.people.iter_mut().zip(HOSTILE) {
        person.place = text.to_owned();
    }
    vec![minutes.into(), sheet.into()]
}

#[test]
fn whatever_is_typed_prints_as_it_was_typed() {
    for (i, paper) in hostile_papers().iter().enumerate() {
        let (pdf, word) = (printed(paper), docx_text(paper));
        // Eight residents stand on the sample sign-in sheet.
        for text in HOSTILE.iter().take(if i == 0 { 12 } else { 8 }) {
            let text = squeezed(text);
            let times = if i == 0 { 3 } else { 1 };
            assert_eq!(pdf.matches(&text).count(), times, "{text} in the PDF");
            assert_eq!(word.matches(&text).count(), times, "{text} in the .docx");
        }
    }
}

#[test]
fn a_very_long_name_is_printed_whole() {
    let han = "欧阳".repeat(60);
    let latin = "Abdurehim".repeat(20);
    let mut minutes = sample_minutes(1);
    minutes.attendance.owners = vec![han.clone(), latin.clone()];
    minutes.title = han.clone();
    minutes.items.clear();
    let mut sheet = sample_sign_in(1);
    sheet.parties.owners.people[0].name = han.clone();
    sheet.parties.owners.people[1].name = latin.clone();
    assert!(printed(&minutes.into()).contains(&latin));
    let paper: Paper = sheet.into();
    let rects = pdf_text(&PRESS.pdf(&paper).unwrap(), &["-bbox"]);
    assert!(docx_text(&paper).contains(&latin));
    for word in rects.lines().filter(|l| l.contains("<word") && (l.contains("Abdu") || l.contains("欧阳"))) {
        let at = |key: &str| -> f64 {
            let from = word.find(key).unwrap() + key.len() + 2;
            word[from..].split('"').next().unwrap().parse().unwrap()
        };
        // The name's column lies between 61 and 88 mm.
        let (left, right) = (at("xMin") / 72.0 * 25.4, at("xMax") / 72.0 * 25.4);
        assert!(left >= 60.9 && right <= 88.5, "a name runs out of its column: {left}..{right} mm");
    }
}

#[test]
fn all_five_parties_stand_on_the_paper_even_when_nobody_came() {
    let mut minutes = sample_minutes(1);
    minutes.attendance = FiveParties::default();
    let paper = minutes.into();
    for text in [printed(&paper), docx_text(&paper)] {
        let mut from = 0;
        for name in FiveParties::<()>::NAMES {
            let row = format!("{name}（0人）无");
            let at = text[from..].find(&row).unwrap_or_else(|| panic!("{row} is missing or out of order"));
            from += at + row.len();
        }
    }
}

#[test]
fn every_count_of_a_vote_stands_on_the_paper_even_when_it_is_zero() {
    let mut minutes = sample_minutes(1);
    let vote = minutes.items[0].vote.as_mut().unwrap();
    (vote.expected, vote.present, vote.yes) = (19, 16, 14);
    (vote.no, vote.abstain, vote.recused) = (0, 1, 1);
    let paper = minutes.into();
    for text in [printed(&paper), docx_text(&paper)] {
        assert!(text.contains("应到19人，实到16人，同意14票，反对0票，弃权1票，回避1人。"));
        assert!(text.contains("议题通过。"));
    }
}

#[test]
fn a_draft_says_so_and_a_final_paper_does_not() {
    for draft in [true, false] {
        let mut minutes = sample_minutes(1);
        minutes.draft = draft;
        let paper = minutes.into();
        assert_eq!(printed(&paper).contains("草稿"), draft);
        let header = parts(&docx(&paper).unwrap()).into_iter().find(|(name, _)| name == "word/header1.xml").unwrap().1;
        assert_eq!(squeezed(&header).contains("草稿"), draft);
    }
}

#[test]
fn plain_minutes_carry_their_facts_issuer_and_date() {
    let paper = sample_plain_minutes(3).into();
    for text in [printed(&paper), docx_text(&paper)] {
        for part in ["时间：", "地点：", "主持：", "记录：", "星岩花园小区党支部", "2026年11月4日", "主持人（签字）："]
        {
            assert!(text.contains(part), "{part} is missing");
        }
    }
}

#[test]
fn the_record_has_a_row_to_sign_for_everyone_present_and_one_for_a_party_without_anybody() {
    let mut record = sample_record(1);
    record.attendance.social.clear();
    let expected: Vec<String> = record
        .attendance
        .iter()
        .flat_map(|(party, people)| match people.is_empty() {
            true => vec![format!("{party}无")],
            false => people.iter().map(|name| format!("{party}{name}")).collect(),
        })
        .collect();
    let paper = record.into();
    for text in [printed(&paper), docx_text(&paper)] {
        let table = text.split("所属方姓名签字").skip(1).collect::<String>();
        let mut from = 0;
        for row in &expected {
            let at = table[from..].find(row).unwrap_or_else(|| panic!("{row} is missing or out of order in {table}"));
            from += at + row.len();
        }
        assert!(!text.contains("代表签字"), "the five-party table stands beside the record's own");
    }
}

#[test]
fn the_record_tells_who_was_there_before_what_was_said_and_has_neither_red_head_nor_imprint() {
    let mut record = sample_record(1);
    record.copies_to = vec!["街道党工委".to_owned()];
    let paper = record.into();
    for text in [printed(&paper), docx_text(&paper)] {
        let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words} is missing"));
        let order = ["地点：", "出席：", "请假：", "列席：", "一、", "二、", "三、", "四、落实与反馈要求", "主持人（签字）："].map(at);
        assert!(order.is_sorted(), "{order:?}");
        assert!(!text.contains("小区议事会纪要") && !text.contains("抄送"));
    }
}

#[test]
fn ballots_by_name_stand_in_the_record_only_and_how_it_was_voted_on_all_minutes() {
    for layout in [MinutesLayout::Record, MinutesLayout::Plain, MinutesLayout::RedHead] {
        let mut minutes = sample_record(1);
        minutes.layout = layout;
        let vote = minutes.items[0].vote.as_mut().unwrap();
        vote.by_name =
            vec![("同意", "张三、李四"), ("反对", "王五"), ("弃权", "")].into_iter().map(|(l, t)| xinghuo_paper::Fact::new(l, t)).collect();
        let paper = minutes.into();
        for text in [printed(&paper), docx_text(&paper)] {
            assert_eq!(text.contains("同意：张三、李四；反对：王五。"), layout == MinutesLayout::Record, "{layout:?}");
            assert!(text.contains("记名表决。应到19人"), "{layout:?}");
        }
    }
}

#[test]
fn minutes_kept_before_votes_had_a_method_read_as_they_were_and_are_written_as_they_were() {
    let old = serde_json::to_value(sample_minutes(1)).unwrap();
    let vote = &old["items"][0]["vote"];
    assert!(vote["outcome"].is_string() && vote.get("method").is_none() && vote.get("by_name").is_none());
    let read: Minutes = serde_json::from_value(old.clone()).unwrap();
    assert_eq!(read, sample_minutes(1));
    assert_eq!(serde_json::to_value(read).unwrap(), old);
}

#[test]
fn the_same_paper_gives_the_same_bytes_on_every_press() {
    let other = Press::open(&xinghuo_paper::font_dirs()).unwrap();
    for paper in [Paper::from(sample_minutes(4)), sample_sign_in(4).into()] {
        let first = PRESS.pdf(&paper).unwrap();
        PRESS.pdf(&sample_minutes(5).into()).unwrap();
        assert!(first == PRESS.pdf(&paper).unwrap(), "the PDF changed between two prints");
        assert!(first == other.pdf(&paper).unwrap(), "the PDF changed between two presses");
        assert!(docx(&paper).unwrap() == docx(&paper).unwrap(), "the .docx changed");
        assert_eq!(PRESS.pages(&paper, 96.0).unwrap(), PRESS.pages(&paper, 96.0).unwrap());
    }
}

#[test]
fn different_papers_give_different_bytes() {
    assert!(PRESS.pdf(&sample_minutes(1).into()).unwrap() != PRESS.pdf(&sample_minutes(2).into()).unwrap());
}

#[test]
fn every_part_of_the_docx_is_well_formed() {
    let mut papers = hostile_papers();
    papers.extend([sample_plain_minutes(1).into(), sample_minutes(2).into(), sample_record(1).into()]);
    let mut broken = sample_minutes(3);
    broken.title = "控制符\u{0}\u{1f}\u{fffe}结束".to_owned();
    papers.push(broken.into());
    for paper in &papers {
        let parts = parts(&docx(paper).unwrap());
        assert_eq!(parts.len(), 13);
        for (name, xml) in parts {
            assert!(roxmltree::Document::parse(&xml).is_ok(), "{name} is not well-formed");
        }
    }
}

#[test]
fn the_docx_tells_word_to_repeat_heads_keep_rows_and_number_both_sides() {
    let parts = parts(&docx(&sample_sign_in(1).into()).unwrap());
    let part = |name: &str| &parts.iter().find(|(n, _)| n == name).unwrap().1;
    let body = part("word/document.xml");
    assert_eq!(body.matches("<w:tblHeader/>").count(), 1);
    assert_eq!(body.matches("<w:gridCol ").count(), 9);
    assert_eq!(body.matches("<w:tr>").count(), body.matches("<w:cantSplit/>").count());
    assert!(part("word/settings.xml").contains("<w:evenAndOddHeaders/>"));
}

#[test]
fn a_missing_font_is_named_with_what_to_do() {
    let empty = tempfile::tempdir().unwrap();
    let Err(error) = Press::open(&[empty.path().to_owned(), PathBuf::from("no such folder")]) else {
        panic!("a press opened without fonts");
    };
    assert!(matches!(error, Error::FontMissing { .. }));
    assert_eq!(error.code(), "paper.font_missing");
    let text = error.to_string();
    assert!(text.contains("方正小标宋") && text.contains("noto serif cjk sc"), "{text}");
    assert!(text.contains("cargo xtask demo"), "{text}");
}

#[test]
fn a_file_that_only_looks_like_a_font_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("FandolFang-Regular.otf"), b"not a font").unwrap();
    let mut dirs = vec![dir.path().to_owned()];
    dirs.extend(xinghuo_paper::font_dirs());
    assert!(Press::open(&dirs).is_ok());
}

#[test]
fn the_press_says_which_face_stands_in_for_which() {
    let faces = PRESS.faces();
    assert_eq!(faces.len(), 5);
    for face in faces {
        assert_eq!(face.stands_in, !face.note.is_empty());
        assert!(!face.stands_in || face.note.starts_with(&format!("本机无{}，以", face.role.wanted())), "{}", face.note);
    }
}

#[test]
fn a_character_no_font_has_is_reported_with_its_field_and_nothing_of_its_content() {
    let mut minutes = sample_minutes(1);
    assert_eq!(PRESS.uncovered(&minutes.clone().into()), []);
    minutes.attendance.owners.push("王\u{10fffd}明".to_owned());
    minutes.items[1].title.push('\u{f8f7}');
    let missing = PRESS.uncovered(&minutes.into());
    assert_eq!(missing, [('\u{f8f7}', "议题2·标题".to_owned()), ('\u{10fffd}', "出席·业委会".to_owned())]);
    let mut sheet = sample_sign_in(1);
    sheet.parties.property.people[1].name = "㛃𬭎\u{10fffd}".to_owned();
    assert_eq!(PRESS.uncovered(&sheet.into()), [('\u{10fffd}', "物业企业第2人·姓名".to_owned())]);
}

#[test]
fn an_empty_paper_prints() {
    let mut minutes = sample_minutes(1);
    (minutes.title, minutes.mark, minutes.issue) = Default::default();
    (minutes.opening, minutes.items, minutes.closing) = Default::default();
    (minutes.issuer, minutes.issued, minutes.copies_to) = Default::default();
    minutes.attendance = FiveParties::default();
    for layout in [MinutesLayout::RedHead, MinutesLayout::Plain, MinutesLayout::Record] {
        minutes.layout = layout;
        let paper = minutes.clone().into();
        assert!(PRESS.pdf(&paper).is_ok());
        assert!(docx(&paper).is_ok());
    }
    let empty: Paper = xinghuo_paper::SignIn::default().into();
    assert!(PRESS.pdf(&empty).is_ok());
    assert!(docx(&empty).is_ok());
}

#[test]
fn pages_have_the_size_asked_for_and_a_senseless_resolution_is_refused() {
    let paper: Paper = sample_minutes(1).into();
    let pages = PRESS.pages(&paper, 96.0).unwrap();
    assert!(pages.iter().all(|p| p.width.abs_diff(794) <= 1 && p.height.abs_diff(1123) <= 1));
    assert!(pages.iter().all(|p| p.png.starts_with(b"\x89PNG")));
    for ppi in [0.0, -1.0, 10_000.0, f32::NAN, f32::INFINITY] {
        assert!(matches!(PRESS.pages(&paper, ppi), Err(Error::Resolution)));
    }
}

#[test]
fn a_paper_survives_the_trip_through_json() {
    for paper in [Paper::from(sample_minutes(1)), sample_record(1).into(), sample_sign_in(1).into()] {
        let json = serde_json::to_string(&paper).unwrap();
        assert_eq!(serde_json::from_str::<Paper>(&json).unwrap(), paper);
    }
}

#[test]
fn the_press_may_be_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&*PRESS);
    let prints: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..3).map(|_| scope.spawn(|| PRESS.pdf(&sample_minutes(7).into()).unwrap())).collect();
        jobs.into_iter().map(|job| job.join().unwrap()).collect()
    });
    assert!(prints.windows(2).all(|w| w[0] == w[1]));
}

#[test]
fn a_receipt_slip_is_half_a_sheet_with_room_for_a_signature_however_many_authors_there_are() {
    for authors in [0, 3, 10, 40] {
        let mut slip = sample_slip(authors);
        slip.facts[1].text = "欧阳".repeat(40);
        let paper: Paper = slip.into();
        let pages = PRESS.pages(&paper, 72.0).unwrap();
        assert_eq!(pages.len(), 1, "{authors} authors");
        assert_eq!((pages[0].width, pages[0].height), (595, 420), "A5 across");
        let print = printed(&paper);
        assert!(print.contains("内容校验9e3779b9"), "{print}");
        for text in [print, docx_text(&paper)] {
            for word in ["数据包回执单", "第12号", "原来就有", "收件人（签字）", "星岩社区", "2026年11月15日"] {
                assert!(text.contains(word), "{authors} authors: {word} in {text}");
            }
            assert_eq!(text.contains("到社区"), authors > 0);
            assert_eq!(text.contains("另有30项没有印出"), authors == 40);
        }
    }
}

#[test]
fn a_receipt_slip_stays_half_a_sheet_in_another_program() {
    let pdf = rig::through_office(&sample_slip(10).into());
    let text = pdf_text(&pdf, &[]);
    assert_eq!(text.matches('\u{c}').count(), 1, "one page: {text}");
}

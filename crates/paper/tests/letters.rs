//! What must stand on a letter, and where: signature, seal, strip and receipt.
#![allow(clippy::unwrap_used)]

mod rig;

use rig::{HOSTILE, Ink, PRESS, Place, docx_text, parts, pdf_text, places, printed, squeezed, through_office};
use xinghuo_paper::sample::{LetterKind, sample_letter};
use xinghuo_paper::{Fact, Letter, Paper, Press, Receipt, docx};

/// One cell (字) of the type area in mm.
const CELL: f64 = 156.0 / 28.0;

fn pages(pdf: &[u8]) -> usize {
    pdf_text(pdf, &[]).matches('\u{c}').count()
}

fn only(pdf: &[u8], words: &str) -> Place {
    let found = places(pdf, words);
    assert_eq!(found.len(), 1, "{words} stands at {found:?}");
    found[0]
}

fn hostile() -> Letter {
    let all: Vec<String> = HOSTILE.iter().map(|s| (*s).to_owned()).collect();
    let facts: Vec<Fact> = HOSTILE.iter().map(|s| Fact::new("事项", *s)).collect();
    Letter {
        facts: facts.clone(),
        body: all.clone(),
        items: all.clone(),
        closing: all.clone(),
        receipt: Some(Receipt { lead: all.join("\n"), fields: facts, choices: all.clone(), sign: all, ..Receipt::default() }),
        ..sample_letter(LetterKind::Publicity)
    }
}

#[test]
fn whatever_is_typed_into_a_letter_prints_as_it_was_typed() {
    let paper = hostile().into();
    let (pdf, word) = (printed(&paper), docx_text(&paper));
    for text in HOSTILE.map(squeezed) {
        assert_eq!(pdf.matches(&text).count(), 8, "{text} in the PDF");
        assert_eq!(word.matches(&text).count(), 8, "{text} in the .docx");
    }
}

#[test]
fn every_field_of_a_letter_stands_on_the_paper() {
    for kind in LetterKind::ALL {
        let letter = sample_letter(kind);
        let receipt = letter.receipt.clone().unwrap_or_default();
        let mut words = vec![letter.title.clone(), letter.number.clone(), letter.issuer.clone(), "2026年11月8日".to_owned()];
        words.extend([letter.to.clone(), receipt.title, receipt.lead]);
        words.extend([&letter.body, &letter.closing, &letter.strip, &receipt.choices, &receipt.sign].into_iter().flatten().cloned());
        words.extend(letter.items.iter().enumerate().map(|(i, text)| format!("{}.{text}", i + 1)));
        words.extend(letter.facts.iter().chain(&receipt.fields).flat_map(|f| [f.label.clone(), f.text.clone()]));
        let paper = letter.into();
        for (text, what) in [(printed(&paper), "PDF"), (docx_text(&paper), ".docx")] {
            for word in &words {
                assert!(text.contains(&squeezed(word)), "{kind:?}: {word} is missing in the {what}");
            }
        }
        assert!(printed(&paper).contains("内容校验85ebca6b"));
    }
}

#[test]
fn without_a_seal_the_issuer_stands_two_cells_in_and_the_date_begins_two_cells_after_it() {
    let letter = Letter { seal: false, ..sample_letter(LetterKind::Firm) };
    let pdf = PRESS.pdf(&letter.into()).unwrap();
    let (issuer, date) = (only(&pdf, "星岩花园小区党支部"), only(&pdf, "2026年11月8日"));
    // The page is an even one: the type area ends at 182 mm.
    assert!((issuer.right - (182.0 - 2.0 * CELL)).abs() < 0.5, "{issuer:?}");
    assert!((date.left - issuer.left - 2.0 * CELL).abs() < 0.5, "{issuer:?} {date:?}");
}

#[test]
fn under_a_seal_the_date_stands_four_cells_in_with_the_issuer_centred_over_it_and_room_for_42_mm() {
    let letter = sample_letter(LetterKind::Publicity);
    let pdf = PRESS.pdf(&letter.into()).unwrap();
    let (issuer, date) = (only(&pdf, "星岩花园小区党支部"), only(&pdf, "2026年11月8日"));
    assert!((date.right - (184.0 - 4.0 * CELL)).abs() < 0.5, "{date:?}");
    assert!((issuer.left + issuer.right - date.left - date.right).abs() < 1.0, "{issuer:?} {date:?}");
    let (text, strip) = (only(&pdf, "特此公示。"), only(&pdf, "张贴日期"));
    // The seal lies a little higher than the middle of both lines, its top within a line of the text.
    let middle = (issuer.top + date.bottom) / 2.0 - 3.0;
    let above = middle - 21.0 - text.bottom;
    assert!((0.0..10.3).contains(&above), "the seal begins {above} mm below the text");
    assert!(strip.top > middle + 21.0, "the seal reaches the strip");
}

#[test]
fn a_long_issuer_stays_within_the_type_area_with_a_seal_and_without() {
    for seal in [true, false] {
        let issuer = "星岩街道星岩社区星岩花园小区业主委员会筹备组办公室".to_owned();
        let letter = Letter { seal, issuer: issuer.clone(), ..sample_letter(LetterKind::Notice) };
        let at = only(&PRESS.pdf(&letter.into()).unwrap(), &issuer);
        assert!(at.left > 27.9 && at.right < 184.2, "{at:?}");
    }
}

#[test]
fn a_short_letter_with_its_receipt_is_one_page_here_and_in_another_program() {
    for kind in [LetterKind::Notice, LetterKind::Invitation, LetterKind::TaskSlip] {
        let paper: Paper = sample_letter(kind).into();
        for pdf in [PRESS.pdf(&paper).unwrap(), through_office(&paper)] {
            assert_eq!(pages(&pdf), 1, "{kind:?}");
            // Outside, the dashes are characters too: no place of the words alone.
            let text = squeezed(&pdf_text(&pdf, &["-raw"]));
            let order = ["2026年11月8日", "（沿此线撕下）", "回执", "签收人（签字）："].map(|words| text.rfind(words));
            assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{kind:?}: {order:?}");
        }
    }
}

#[test]
fn the_receipt_closes_the_last_page_under_its_cutting_line_and_never_stands_without_text() {
    for lines in 0..24 {
        let mut letter = sample_letter(LetterKind::Invitation);
        letter.body.extend(vec!["请提前十分钟到会。".to_owned(); lines]);
        let pdf = PRESS.pdf(&letter.into()).unwrap();
        let (text, issuer) = (only(&pdf, "特此函达，请予支持。"), places(&pdf, "星岩花园小区党支部")[0]);
        let (cut, title, sign) = (only(&pdf, "（沿此线撕下）"), only(&pdf, "回执"), only(&pdf, "签收人（签字）："));
        let last = pages(&pdf);
        for place in [text, issuer, cut, title, sign] {
            assert_eq!(place.page, last, "{lines} lines more: {place:?}");
        }
        assert!(text.top < issuer.top && issuer.top < cut.top && cut.top < title.top && title.top < sign.top);
        assert!((253.0..262.0).contains(&sign.bottom), "the receipt ends at {} mm", sign.bottom);
    }
}

#[test]
fn the_cutting_line_is_dashed_across_the_type_area() {
    let pdf = PRESS.pdf(&sample_letter(LetterKind::Notice).into()).unwrap();
    let cut = only(&pdf, "（沿此线撕下）");
    let page = Ink::of(&pdf, 1);
    let (left, right) = page.sides(cut.top, cut.bottom).unwrap();
    assert!((left - 28.0).abs() < 0.5 && (right - 184.0).abs() < 1.5, "{left}..{right}");
    let middle = (cut.left + cut.right) / 2.0;
    assert!((middle - 106.0).abs() < 1.0, "the words stand at {middle} mm");
    assert!(!page.rules(30.0).iter().any(|y| (cut.top..cut.bottom).contains(y)), "the line is not dashed");
}

#[test]
fn an_empty_field_is_a_line_to_write_on_and_a_filled_one_is_not() {
    let lines = |text: &str| {
        let mut letter = sample_letter(LetterKind::Notice);
        letter.receipt.as_mut().unwrap().fields = vec![Fact::new("姓名", text)];
        let paper: Paper = letter.into();
        let pdf = PRESS.pdf(&paper).unwrap();
        (Ink::of(&pdf, 1).rules(100.0).len(), parts(&docx(&paper).unwrap())[4].1.matches("underscore").count())
    };
    // Two lines to sign on stand in the .docx in any case.
    assert_eq!(lines(""), (1, 3));
    assert_eq!(lines("林秀兰"), (0, 2));
}

#[test]
fn the_strip_closes_the_last_page_at_the_foot_of_the_type_area() {
    for lines in [0, 12, 30] {
        let mut letter = sample_letter(LetterKind::Publicity);
        letter.body.extend(vec!["请各位住户互相转告。".to_owned(); lines]);
        let pdf = PRESS.pdf(&letter.into()).unwrap();
        let last = pages(&pdf);
        let rules = Ink::of(&pdf, last).rules(155.0);
        assert!((rules.last().unwrap() - 261.8).abs() < 0.4, "{rules:?}");
        assert!(rules.windows(2).all(|w| w[1] - w[0] >= 9.0), "{rules:?}");
        assert!(["张贴人", "张贴日期", "撤下日期"].iter().all(|label| only(&pdf, label).page == last));
    }
}

#[test]
fn what_a_letter_does_not_need_leaves_no_trace() {
    let paper = sample_letter(LetterKind::HouseRules).into();
    for text in [printed(&paper), docx_text(&paper)] {
        assert!(!text.contains("沿此线") && !text.contains('□') && !text.contains("草稿"), "{text}");
    }
    assert!(!parts(&docx(&paper).unwrap())[4].1.contains("<w:tbl>"));
}

#[test]
fn an_empty_letter_prints() {
    for receipt in [None, Some(Receipt::default())] {
        let paper: Paper = Letter { receipt, ..Letter::default() }.into();
        assert_eq!(pages(&PRESS.pdf(&paper).unwrap()), 1);
        assert!(docx(&paper).is_ok());
    }
}

#[test]
fn the_same_letter_gives_the_same_bytes_and_survives_the_trip_through_json() {
    let other = Press::open(&xinghuo_paper::font_dirs()).unwrap();
    for kind in LetterKind::ALL {
        let paper: Paper = sample_letter(kind).into();
        assert!(PRESS.pdf(&paper).unwrap() == other.pdf(&paper).unwrap(), "{kind:?}: the PDF changed");
        assert!(docx(&paper).unwrap() == docx(&paper).unwrap(), "{kind:?}: the .docx changed");
        let json = serde_json::to_string(&paper).unwrap();
        assert_eq!(serde_json::from_str::<Paper>(&json).unwrap(), paper);
    }
}

#[test]
fn every_part_of_a_letters_docx_is_well_formed() {
    let mut papers: Vec<Paper> = LetterKind::ALL.map(|kind| sample_letter(kind).into()).to_vec();
    papers.extend([hostile().into(), Letter::default().into()]);
    for paper in &papers {
        for (name, xml) in parts(&docx(paper).unwrap()) {
            assert!(roxmltree::Document::parse(&xml).is_ok(), "{name} is not well-formed");
        }
    }
}

#[test]
fn a_draft_letter_says_so() {
    let paper = Letter { draft: true, ..sample_letter(LetterKind::Notice) }.into();
    assert!(printed(&paper).contains("草稿"));
}

#[test]
fn a_character_no_font_has_is_reported_with_the_letters_field() {
    let mut letter = sample_letter(LetterKind::TaskSlip);
    assert_eq!(PRESS.uncovered(&letter.clone().into()), []);
    letter.facts[3].text.push('\u{10fffd}');
    letter.receipt.as_mut().unwrap().sign[0].push('\u{f8f7}');
    let missing = PRESS.uncovered(&letter.into());
    assert_eq!(missing, [('\u{f8f7}', "回执·签字栏".to_owned()), ('\u{10fffd}', "表内事项".to_owned())]);
}

//! The measures of GB/T 9704-2012 on the printed page: grid, mark, page number, imprint, signatures.
#![allow(clippy::unwrap_used)]

mod rig;

use rig::{Ink, PRESS, pdf_text, through_office};
use xinghuo_paper::sample::{LetterKind, sample_letter, sample_minutes, sample_plain_minutes, sample_record, sample_sign_in};
use xinghuo_paper::{Letter, Minutes, Paper};

/// Three pages of nothing but Han characters, as one paragraph.
fn han() -> Vec<String> {
    let text: Vec<char> = "星火家园小区议事会纪要民意来源协商情况议定事项表决结果".chars().collect();
    vec![text.iter().cycle().take(28 * 60).collect()]
}

/// Plain minutes whose opening runs over three pages.
fn full_pages() -> Minutes {
    Minutes { opening: han(), ..sample_plain_minutes(1) }
}

/// A letter with a receipt whose body runs over three pages.
fn full_letter() -> Letter {
    Letter { body: han(), ..sample_letter(LetterKind::Invitation) }
}

fn check_grid(second_page: &str) {
    let lines: Vec<&str> = second_page.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    for (i, line) in lines.iter().take(22).enumerate() {
        assert_eq!(line.chars().count(), 28, "line {} is {line}", i + 1);
    }
    let after = lines.get(22).expect("a page number below the 22nd line");
    assert!(after.contains('—'), "22 lines, then the page number, but there came {after}");
}

#[test]
fn a_full_page_of_minutes_has_22_lines_of_28_characters() {
    let pdf = PRESS.pdf(&full_pages().into()).unwrap();
    check_grid(&pdf_text(&pdf, &["-layout", "-f", "2", "-l", "2"]));
}

#[test]
fn a_full_page_of_a_letter_has_22_lines_of_28_characters_here_and_in_another_program() {
    let paper: Paper = full_letter().into();
    for pdf in [PRESS.pdf(&paper).unwrap(), through_office(&paper)] {
        check_grid(&pdf_text(&pdf, &["-layout", "-f", "2", "-l", "2"]));
    }
}

#[test]
fn a_full_page_fills_the_type_area_from_edge_to_edge() {
    let pdf = PRESS.pdf(&full_pages().into()).unwrap();
    let page = Ink::of(&pdf, 2);
    let (top, bottom) = (page.top(30.0, 60.0).unwrap(), page.bottom(200.0, 264.0).unwrap());
    assert!((37.0..41.0).contains(&top), "first ink at {top} mm");
    assert!((258.0..262.1).contains(&bottom), "last ink at {bottom} mm");
    // The binding edge is on the right of an even page: 26 mm left, 28 mm right.
    let (left, right) = page.sides(top, bottom).unwrap();
    assert!((25.9..27.5).contains(&left), "ink begins at {left} mm");
    assert!((180.5..182.1).contains(&right), "ink ends at {right} mm");
}

#[test]
fn a_full_page_of_the_docx_has_22_lines_of_28_characters_in_another_program() {
    let pdf = through_office(&full_pages().into());
    check_grid(&pdf_text(&pdf, &["-layout", "-f", "2", "-l", "2"]));
}

#[test]
fn the_page_number_stands_7_mm_below_the_type_area_one_character_in() {
    let pdf = PRESS.pdf(&full_pages().into()).unwrap();
    for (number, side) in [(1, "right"), (2, "left")] {
        let page = Ink::of(&pdf, number);
        // Digits stand taller than the dashes: look for the dash itself, a rule of at least 3 mm.
        let dash = page.rules(3.0).into_iter().find(|y| *y > 262.5).expect("a dash");
        assert!((dash - 269.0).abs() <= 0.2, "page {number}: dash at {dash} mm, not 7 mm below 262 mm");
        let (left, right) = page.sides(dash - 0.1, dash + 0.2).unwrap();
        if side == "right" {
            assert!((right - (184.0 - 5.57)).abs() < 0.3, "page 1: dash ends at {right} mm");
        } else {
            assert!((left - (26.0 + 5.57)).abs() < 0.3, "page 2: dash begins at {left} mm");
        }
    }
}

#[test]
fn the_red_mark_begins_35_mm_below_the_type_area_and_a_rule_as_wide_as_it_follows() {
    let pdf = PRESS.pdf(&sample_minutes(1).into()).unwrap();
    let page = Ink::of(&pdf, 1);
    let top = page.top(5.0, 150.0).unwrap();
    assert!((top - 72.0).abs() <= 0.3, "mark at {top} mm");
    let rules = page.rules(155.0);
    assert_eq!(rules.len(), 1, "one red rule: {rules:?}");
    let (left, right) = page.sides(rules[0], rules[0] + 0.2).unwrap();
    assert!((left - 28.0).abs() < 0.3 && (right - 184.0).abs() < 0.3, "{left}..{right}");
    // 4 mm between the number and the rule.
    let number = page.bottom(top + 15.0, rules[0] - 1.0).unwrap();
    assert!((rules[0] - number - 4.0).abs() < 0.8, "{} mm above the rule", rules[0] - number);
}

#[test]
fn the_imprint_closes_the_last_page_at_the_foot_of_the_type_area() {
    let pdf = PRESS.pdf(&sample_minutes(1).into()).unwrap();
    let pages = pdf_text(&pdf, &["-layout"]).matches('\u{c}').count();
    let last = Ink::of(&pdf, pages);
    let rule = *last.rules(155.0).last().unwrap();
    assert!((rule - 261.8).abs() < 0.4, "last rule at {rule} mm");
}

#[test]
fn every_signature_line_and_cell_is_at_least_9_mm_high() {
    let pdf = PRESS.pdf(&sample_minutes(1).into()).unwrap();
    let pages = pdf_text(&pdf, &["-layout"]).matches('\u{c}').count();
    let rules: Vec<f64> = Ink::of(&pdf, pages).rules(150.0);
    let rows: Vec<f64> = rules.windows(2).map(|w| w[1] - w[0]).take(6).collect();
    assert!(rows.len() == 6 && rows.iter().all(|h| *h >= 9.0), "{rows:?}");

    let pdf = PRESS.pdf(&sample_sign_in(1).into()).unwrap();
    let rules = Ink::of(&pdf, 1).rules(250.0);
    let rows: Vec<f64> = rules.windows(2).skip(1).map(|w| w[1] - w[0]).collect();
    assert!(rows.len() >= 12 && rows.iter().all(|h| *h >= 9.0), "{rows:?}");
}

#[test]
fn every_row_to_sign_of_the_record_is_at_least_9_mm_high_and_the_chair_never_signs_alone() {
    for more in 0..23 {
        let mut record = sample_record(1);
        record.attendance.residents.extend(vec!["林秀兰".to_owned(); more]);
        let pdf = PRESS.pdf(&record.into()).unwrap();
        let pages = pdf_text(&pdf, &["-layout"]).matches('\u{c}').count();
        let rules = Ink::of(&pdf, pages).rules(150.0);
        let rows: Vec<f64> = rules.windows(2).map(|w| w[1] - w[0]).collect();
        // The head repeats on every page: one row more must stand under it.
        assert!(rows.len() >= 2, "{more} people more: the last page has no row to sign");
        assert!(rows.iter().all(|h| *h >= 9.0), "{rows:?}");
        assert!(pdf_text(&pdf, &["-f", &pages.to_string()]).contains("主持人（签字）"));
    }
}

#[test]
fn the_head_of_the_sign_in_sheet_repeats_on_every_page() {
    let paper: Paper = sample_sign_in(1).into();
    for pdf in [PRESS.pdf(&paper).unwrap(), through_office(&paper)] {
        let text = pdf_text(&pdf, &["-layout"]);
        let pages: Vec<&str> = text.split('\u{c}').filter(|p| !p.trim().is_empty()).collect();
        assert!(pages.len() >= 2, "the sample runs over one page");
        for (i, page) in pages.iter().enumerate() {
            assert!(page.contains("单位或房号") && page.contains("签到时间"), "page {} has no head", i + 1);
        }
    }
}

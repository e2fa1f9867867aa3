//! A letter (通知, 公示, 督办单, 函) as WordprocessingML.

use super::gongwen::{LINE, SECTION, WIDTH, at_foot, feet, foot_row, number_line, signature};
use super::markup::{Cell, TAB, blank, paragraph, row, run, styled, table, title};
use super::parts::Package;
use crate::compose::{LetterSheet, ReceiptSheet};
use crate::minutes::Fact;
use crate::words::cells;
use chrono::NaiveDate;
use std::fmt::Write;

/// One cell of 14 pt (4号).
const SMALL: u32 = 280;
/// Half a line of the grid.
const HALF_BLANK: &str = "<w:snapToGrid w:val=\"0\"/><w:spacing w:line=\"290\" w:lineRule=\"exact\"/>";

/// The package for a sheet.
pub(super) fn package(s: &LetterSheet, issued: Option<NaiveDate>) -> Package {
    let mut body = String::new();
    if !s.title.is_empty() {
        body.push_str(&title(&s.title, ""));
    }
    body.push_str(&number_line(&s.number));
    if !body.is_empty() {
        body.push_str(&blank());
    }
    if !s.to.is_empty() {
        body.push_str(&paragraph("Plain", "", &run(&s.to)));
    }
    if !s.facts.is_empty() {
        body.push_str(&(facts(&s.facts) + &paragraph("Plain", HALF_BLANK, "")));
    }
    for (i, text) in s.paragraphs.iter().enumerate() {
        let keep = if i + 1 == s.paragraphs.len() { "<w:keepNext/>" } else { "" };
        body.push_str(&paragraph("Normal", keep, &run(text)));
    }
    let mut foot = strip(&s.strip);
    if let Some(r) = &s.receipt {
        foot.push_str(&receipt(r));
    }
    // A seal of 42 mm reaches up to within a line of the text, and one line below the date.
    let blanks = if s.seal { 2 } else { 1 };
    body.push_str(&signature((&s.issuer, s.issuer_right), (&s.date, s.date_right), blanks, !foot.is_empty()));
    if !foot.is_empty() {
        if s.seal {
            body.push_str(&paragraph("Plain", "<w:keepNext/>", ""));
        }
        body.push_str(&at_foot("", &foot_row(&foot)));
    }
    Package {
        title: s.title.concat(),
        author: s.issuer.clone(),
        created: issued,
        body,
        section: SECTION.to_owned(),
        feet: feet(&s.fingerprint),
        draft: s.draft,
    }
}

fn facts(facts: &[Fact]) -> String {
    let widest = facts.iter().map(|f| cells(&f.label)).fold(0.0, f32::max).clamp(4.0, 9.0);
    let label = (widest * SMALL as f32) as u32 + 280;
    let widths = [label, WIDTH - label];
    let rows: String =
        facts.iter().map(|f| row(&widths, &[Cell::new(&f.label, "FactHead"), Cell::new(&f.text, "FactText")], LINE, false)).collect();
    table(&widths, 4, &rows)
}

/// Labels, each with an empty cell beside it.
fn strip(rows: &[Vec<String>]) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let pair = WIDTH / first.len() as u32;
    let widest = rows.iter().flatten().map(|l| cells(l)).fold(0.0, f32::max);
    let label = ((widest * SMALL as f32) as u32 + 200).min(pair * 2 / 3);
    let widths = [label, pair - label].repeat(first.len());
    let text: String = rows
        .iter()
        .map(|labels| {
            let cells: Vec<Cell<'_>> = labels.iter().flat_map(|l| [Cell::new(l, "FactHead"), Cell::new("", "FactText")]).collect();
            row(&widths, &cells, LINE, false)
        })
        .collect();
    // A cell may not end with a table.
    table(&widths, 4, &text) + &paragraph("Cut", "", "")
}

fn receipt(r: &ReceiptSheet) -> String {
    let dashes = tabs(&[("center", WIDTH / 2, "hyphen"), ("right", WIDTH, "hyphen")]);
    let mut out = paragraph("Cut", &dashes, &(TAB.to_owned() + &run("（沿此线撕下）") + TAB));
    if !r.title.is_empty() {
        out.push_str(&paragraph("ReceiptTitle", "", &run(&r.title)));
    }
    r.lead.iter().for_each(|p| out.push_str(&paragraph("ReceiptText", "", &run(p))));
    r.fields.iter().for_each(|row| out.push_str(&fields(row)));
    let column = WIDTH / r.choices_beside as u32;
    let stops: Vec<_> = (1..r.choices_beside as u32).map(|i| ("left", i * column, "none")).collect();
    for choices in r.choices.chunks(r.choices_beside) {
        let runs: Vec<String> = choices.iter().map(|c| run(&format!("□ {c}"))).collect();
        out.push_str(&paragraph("ReceiptLine", &tabs(&stops), &runs.join(TAB)));
    }
    r.sign.iter().for_each(|row| out.push_str(&fields(row)));
    out
}

/// Fields beside one another in even columns; an empty one is a line to the end of its column.
fn fields(row: &[Fact]) -> String {
    let column = WIDTH / row.len().max(1) as u32;
    let mut stops = Vec::new();
    let mut runs = String::new();
    for (i, f) in (1_u32..).zip(row) {
        let last = i as usize == row.len();
        if !f.label.is_empty() {
            runs.push_str(&styled("Hei", &format!("{}：", f.label)));
        }
        runs.push_str(&run(&f.text));
        if f.text.is_empty() {
            stops.push(("left", i * column - if last { 0 } else { 420 }, "underscore"));
            runs.push_str(TAB);
        }
        if !last {
            stops.push(("left", i * column, "none"));
            runs.push_str(TAB);
        }
    }
    paragraph("ReceiptLine", &tabs(&stops), &runs)
}

/// Tab stops: kind, place in twips, leader.
fn tabs(stops: &[(&str, u32, &str)]) -> String {
    if stops.is_empty() {
        return String::new();
    }
    let mut out = String::from("<w:tabs>");
    for (kind, at, leader) in stops {
        let _ = write!(out, "<w:tab w:val=\"{kind}\" w:leader=\"{leader}\" w:pos=\"{at}\"/>");
    }
    out + "</w:tabs>"
}

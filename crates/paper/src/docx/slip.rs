//! The receipt slip (回执单) as WordprocessingML.

use super::markup::{Cell, TAB, paragraph, row, run, styled, table};
use super::parts::Package;
use crate::compose::{SLIP_ROWS, SlipSheet};
use chrono::NaiveDate;

/// 180 mm between the margins of half a sheet across.
const WIDTH: u32 = 10204;
const ROW: u32 = 340;

const SECTION: &str = "<w:pgSz w:w=\"11906\" w:h=\"8391\" w:orient=\"landscape\"/>\
<w:pgMar w:top=\"624\" w:right=\"850\" w:bottom=\"737\" w:left=\"850\" w:header=\"284\" w:footer=\"340\" w:gutter=\"0\"/>\
<w:cols w:space=\"425\"/>";

/// The package for a slip.
pub(super) fn package(s: &SlipSheet, issued: Option<NaiveDate>) -> Package {
    let mut body = paragraph("Title", "", &run(&s.title));
    for pair in s.facts.chunks(2) {
        let runs: Vec<String> = pair.iter().map(|f| styled("Hei", &format!("{}：", f.label)) + &run(&f.text)).collect();
        let half = format!("<w:tabs><w:tab w:val=\"left\" w:pos=\"{}\"/></w:tabs>", WIDTH / 2 + 170);
        body.push_str(&paragraph("Facts", &half, &runs.join(TAB)));
    }
    let share = WIDTH / s.counts.len().max(1) as u32;
    let widths = vec![share; s.counts.len()];
    let heads: Vec<Cell<'_>> = s.counts.iter().map(|c| Cell::new(&c.label, "CellHead")).collect();
    let numbers: Vec<String> = s.counts.iter().map(|c| c.number.to_string()).collect();
    let cells: Vec<Cell<'_>> = numbers.iter().map(|n| Cell::new(n, "CellText")).collect();
    body.push_str(&table(&widths, 4, &(row(&widths, &heads, ROW, false) + &row(&widths, &cells, ROW, false))));
    if !s.reached.is_empty() {
        // Two tables may not touch.
        body.push_str(&paragraph("CellLeft", "<w:spacing w:line=\"140\" w:lineRule=\"exact\"/>", ""));
        body.push_str(&reached(s));
    }
    if !s.more.is_empty() {
        body.push_str(&paragraph("CellLeft", "", &run(&s.more)));
    }
    let tab = format!("<w:tabs><w:tab w:val=\"right\" w:pos=\"{WIDTH}\"/></w:tabs><w:spacing w:before=\"140\"/>");
    let sign = run("收件人（签字）：") + &styled("Line", "　　　　　　　　") + TAB + &run(&s.issuer);
    body.push_str(&paragraph("Facts", &tab, &sign));
    if !s.date.is_empty() {
        body.push_str(&paragraph("Facts", "<w:jc w:val=\"right\"/>", &run(&s.date)));
    }
    let foot = paragraph("Foot", "<w:jc w:val=\"right\"/>", &styled("Small", &s.fingerprint));
    Package {
        title: s.title.clone(),
        author: s.issuer.clone(),
        created: issued,
        body,
        section: SECTION.to_owned(),
        feet: [foot.clone(), foot],
        draft: false,
    }
}

fn reached(s: &SlipSheet) -> String {
    let columns = if s.reached.len() > SLIP_ROWS { 2 } else { 1 };
    let third = WIDTH / columns / 10;
    let widths: Vec<u32> = [5 * third, 3 * third, 2 * third].repeat(columns as usize);
    let heads: Vec<Cell<'_>> =
        ["记录来自", "范围", "收到第几条"].repeat(columns as usize).into_iter().map(|head| Cell::new(head, "CellHead")).collect();
    let mut rows = row(&widths, &heads, ROW, true);
    let texts: Vec<[String; 3]> = s.reached.iter().map(|r| [r.author.clone(), r.scope.clone(), r.up_to.to_string()]).collect();
    for line in texts.chunks(columns as usize) {
        let mut cells: Vec<Cell<'_>> = line.iter().flatten().map(|text| Cell::new(text, "CellText")).collect();
        cells.resize_with(widths.len(), || Cell::new("", "CellText"));
        rows.push_str(&row(&widths, &cells, ROW, false));
    }
    table(&widths, 4, &rows)
}

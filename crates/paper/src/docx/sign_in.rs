//! The sign-in sheet (签到表) as WordprocessingML.

use super::markup::{Cell, TAB, field, paragraph, row, run, styled, table, title};
use super::parts::Package;
use crate::compose::{COLUMNS, NOTE_HINT, SignInSheet};

/// 267 mm between the margins of A4 across.
const WIDTH: u32 = 15138;
/// 10.5 mm, room for a signature.
const ROW: u32 = 595;

const SECTION: &str = "<w:pgSz w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"/>\
<w:pgMar w:top=\"907\" w:right=\"850\" w:bottom=\"907\" w:left=\"850\" w:header=\"400\" w:footer=\"450\" w:gutter=\"0\"/>\
<w:cols w:space=\"425\"/>";

/// The package for a sheet.
pub(super) fn package(s: &SignInSheet) -> Package {
    let widths = COLUMNS.map(|(_, mm)| (mm * 5669 + 50) / 100);
    let heads = COLUMNS.map(|(name, _)| Cell::new(name, "CellHead"));
    let mut rows = row(&widths, &heads, ROW, true);
    for r in &s.rows {
        let number = r.number.to_string();
        let texts = [&number, r.party, &r.name, &r.place, &r.duty, &r.phone, "", "", &r.note];
        let mut cells = texts.map(|text| Cell { text, style: "CellText", heavy_top: r.first });
        cells[3].style = "CellLeft";
        rows.push_str(&row(&widths, &cells, ROW, false));
    }
    let body = title(&s.title, "") + &facts(s) + &table(&widths, 9, &rows) + &totals(s);
    let foot = foot(&s.fingerprint);
    Package {
        title: s.title.concat(),
        author: String::new(),
        created: None,
        body,
        section: SECTION.to_owned(),
        feet: [foot.clone(), foot],
        draft: s.draft,
    }
}

fn facts(s: &SignInSheet) -> String {
    let runs: Vec<String> = s.facts.iter().map(|f| styled("Hei", &format!("{}：", f.label)) + &run(&f.text)).collect();
    paragraph("Facts", "", &runs.join(&run("　　　")))
}

fn totals(s: &SignInSheet) -> String {
    let mut runs = String::new();
    for (label, count) in &s.totals {
        runs.push_str(&styled("Hei", label));
        runs.push_str(&styled("Line", &format!("　{count:^4}　")));
        runs.push_str(&run(&format!("{}　　　", s.unit)));
    }
    runs.push_str(&styled("Hei", "记录人"));
    runs.push_str(&styled("Line", "　　　　　　　　"));
    paragraph("Facts", "<w:spacing w:before=\"170\"/>", &runs)
}

fn foot(fingerprint: &str) -> String {
    let props = format!("<w:tabs><w:tab w:val=\"center\" w:pos=\"{}\"/><w:tab w:val=\"right\" w:pos=\"{WIDTH}\"/></w:tabs>", WIDTH / 2);
    let count =
        styled("Hint", "第") + &field("PAGE", "Hint") + &styled("Hint", "页　共") + &field("NUMPAGES", "Hint") + &styled("Hint", "页");
    paragraph("Foot", &props, &(styled("Hint", NOTE_HINT) + TAB + &count + TAB + &styled("Small", fingerprint)))
}

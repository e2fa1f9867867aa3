//! Minutes (会议纪要) as WordprocessingML.

use super::gongwen::{CELL, LINE, SECTION, WIDTH, at_foot, edge, feet, foot_row, labelled, number_line, signature};
use super::markup::{Cell, TAB, blank, paragraph, row, run, styled, table, title};
use super::parts::Package;
use crate::compose::{Block, MinutesSheet, Roll, Signer};
use crate::words::cells;
use chrono::NaiveDate;

/// The package for a sheet.
pub(super) fn package(s: &MinutesSheet, issued: Option<NaiveDate>) -> Package {
    let mut body = String::new();
    if s.red_head {
        body.push_str(&red_head(s));
        body.push_str(&title(&s.title, &format!("<w:spacing w:before=\"{}\"/>", 2 * LINE)));
    } else {
        body.push_str(&(title(&s.title, "") + &number_line(&s.issue)));
    }
    body.push_str(&blank());
    for fact in &s.facts {
        body.push_str(&labelled(&fact.label, std::slice::from_ref(&fact.text)));
    }
    let roll: String = s.roll.iter().map(|Roll { label, lines }| labelled(label, lines)).collect();
    // The record tells who was there before it tells what was said.
    if s.record {
        body.push_str(&roll);
    }
    if s.record || !s.facts.is_empty() {
        body.push_str(&blank());
    }
    s.blocks.iter().for_each(|b| body.push_str(&block(b)));
    if !s.record {
        body.push_str(&(blank() + &roll));
    }
    if !s.signatures.is_empty() {
        body.push_str(&blank());
        body.push_str(&signatures(&s.signatures));
    }
    if !s.signers.is_empty() {
        body.push_str(&(blank() + &signers(&s.signers)));
    }
    if !s.red_head {
        body.push_str(&closing(s));
    }
    if s.imprint {
        body.push_str(&imprint(s));
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

/// The mark with its top edge 35 mm down, and the number with the red rule under it.
fn red_head(s: &MinutesSheet) -> String {
    // As large as fits the type area, at most 36 pt.
    let points = (442.0 / cells(&s.mark).max(1.0)).clamp(8.0, 36.0).floor() as u32;
    let line = points * 26;
    // The ink begins below the top of its line by half the spare height and a little of the letter.
    let before = 1984_u32.saturating_sub((line - points * 20) / 2 + points);
    let props = format!("<w:spacing w:before=\"{before}\" w:line=\"{line}\" w:lineRule=\"exact\"/>");
    let mark = format!(
        "<w:r><w:rPr><w:sz w:val=\"{0}\"/><w:szCs w:val=\"{0}\"/></w:rPr><w:t xml:space=\"preserve\">{1}</w:t></w:r>",
        points * 2,
        super::markup::escape(&s.mark)
    );
    paragraph("Mark", &props, &mark) + &paragraph("Issue", "", &run(&s.issue))
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading { text } => paragraph("Heading1", "", &run(text)),
        Block::Lead { lead, text } => {
            let keep = if text.is_empty() { "<w:keepNext/>" } else { "" };
            paragraph("Normal", keep, &(styled("Kai", lead) + &run(text)))
        }
        Block::Body { text } => paragraph("Normal", "", &run(text)),
    }
}

fn signatures(parties: &[&str]) -> String {
    let widths = [8 * CELL, WIDTH - 15 * CELL, 7 * CELL];
    let heads = ["所属方", "代表签字", "日期"].map(|h| Cell::new(h, "SignHead"));
    let mut rows = row(&widths, &heads, LINE, false);
    for party in parties {
        let cells = [Cell::new(party, "SignText"), Cell::new("", "SignText"), Cell::new("", "SignText")];
        rows.push_str(&row(&widths, &cells, LINE, false));
    }
    table(&widths, 4, &rows)
}

/// The record's table: one row for everyone present, the head repeated.
fn signers(signers: &[Signer]) -> String {
    let widths = [8 * CELL, 9 * CELL, WIDTH - 17 * CELL];
    let mut rows = row(&widths, &["所属方", "姓名", "签字"].map(|h| Cell::new(h, "SignHead")), LINE, true);
    for (i, s) in signers.iter().enumerate() {
        // The last rows keep chair and recorder company; the others may break across pages.
        let style = if i + 2 < signers.len() { "SignRow" } else { "SignText" };
        rows.push_str(&row(&widths, &[s.party, &s.name, ""].map(|text| Cell::new(text, style)), LINE, false));
    }
    table(&widths, 4, &rows)
}

fn closing(s: &MinutesSheet) -> String {
    let mut out = String::new();
    if !s.signatures.is_empty() || !s.signers.is_empty() {
        let tab =
            format!("<w:keepNext/><w:tabs><w:tab w:val=\"left\" w:pos=\"{}\"/></w:tabs><w:spacing w:before=\"{}\"/>", WIDTH / 2, LINE / 2);
        let runs = run("主持人（签字）：") + TAB + &run("记录人（签字）：");
        out.push_str(&paragraph("Plain", &tab, &runs));
    }
    out + &signature((&s.issuer, s.issuer_right), (&s.date, s.date_right), 1, s.imprint)
}

/// The imprint (版记).
fn imprint(s: &MinutesSheet) -> String {
    let mut rows = String::new();
    if !s.copies_to.is_empty() {
        let props = "<w:ind w:left=\"1120\" w:right=\"280\" w:hanging=\"840\"/>";
        rows.push_str(&foot_row(&paragraph("Imprint", props, &(run("抄送：") + &run(&s.copies_to)))));
    }
    if s.red_head {
        let props = format!(
            "<w:tabs><w:tab w:val=\"right\" w:pos=\"{}\"/></w:tabs>\
             <w:ind w:left=\"280\" w:right=\"280\" w:firstLineChars=\"0\" w:firstLine=\"0\"/>",
            WIDTH - 280
        );
        let date = if s.date.is_empty() { String::new() } else { TAB.to_owned() + &run(&format!("{}印发", s.date)) };
        rows.push_str(&foot_row(&paragraph("Imprint", &props, &(run(&s.issuer) + &date))));
    }
    let borders = format!("<w:tblBorders>{}{}{}</w:tblBorders>", edge("top", 8), edge("bottom", 8), edge("insideH", 6));
    at_foot(&borders, &rows)
}

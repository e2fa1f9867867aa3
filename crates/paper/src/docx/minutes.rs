//! Minutes (会议纪要) as WordprocessingML.

use super::markup::{Cell, TAB, blank, field, paragraph, row, run, styled, table, title};
use super::parts::Package;
use crate::compose::{Block, MinutesSheet, Roll};
use crate::words::cells;
use chrono::NaiveDate;

/// The type area (版心) is 156 mm wide.
const WIDTH: u32 = 8844;
/// One cell (字), 156 mm / 28.
const CELL: u32 = 316;
/// One line (行) of the grid, 28.95 pt.
const LINE: u32 = 579;

// 37 / 28 / 26 / 35 mm; the foot's lower edge is set so that its dash comes to stand 7 mm below the type area.
const SECTION: &str = "<w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
<w:pgMar w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1588\" w:header=\"1134\" w:footer=\"1400\" w:gutter=\"0\"/>\
<w:cols w:space=\"425\"/><w:docGrid w:type=\"lines\" w:linePitch=\"579\"/>";

/// The package for a sheet.
pub(super) fn package(s: &MinutesSheet, issued: Option<NaiveDate>) -> Package {
    let mut body = String::new();
    if s.red_head {
        body.push_str(&red_head(s));
        body.push_str(&title(&s.title, &format!("<w:spacing w:before=\"{}\"/>", 2 * LINE)));
    } else {
        body.push_str(&title(&s.title, ""));
        if !s.issue.is_empty() {
            body.push_str(&paragraph("Plain", "<w:jc w:val=\"center\"/>", &run(&s.issue)));
        }
    }
    body.push_str(&blank());
    for fact in &s.facts {
        body.push_str(&labelled(&fact.label, std::slice::from_ref(&fact.text)));
    }
    if !s.facts.is_empty() {
        body.push_str(&blank());
    }
    s.blocks.iter().for_each(|b| body.push_str(&block(b)));
    body.push_str(&blank());
    s.roll.iter().for_each(|Roll { label, lines }| body.push_str(&labelled(label, lines)));
    if !s.signatures.is_empty() {
        body.push_str(&blank());
        body.push_str(&signatures(&s.signatures));
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
        feet: [foot(&s.fingerprint, true), foot(&s.fingerprint, false)],
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

/// A label and lines that stand under the first character after its colon.
fn labelled(label: &str, lines: &[String]) -> String {
    let mut out = String::new();
    for (i, line) in lines.iter().enumerate() {
        if i == 0 {
            // The hanging part is as wide as the label with its colon.
            let width = cells(label) + 1.0;
            let (left, hanging) = ((2.0 + width) * 100.0, width * 100.0);
            let props = format!(
                "<w:ind w:leftChars=\"{left:.0}\" w:left=\"{:.0}\" w:hangingChars=\"{hanging:.0}\" w:hanging=\"{:.0}\"/>",
                (2.0 + width) * CELL as f32,
                width * CELL as f32
            );
            let label = styled("Hei", &format!("{label}："));
            out.push_str(&paragraph("RollFirst", &props, &(label + &run(line))));
        } else {
            out.push_str(&paragraph("Roll", "", &run(line)));
        }
    }
    out
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

fn closing(s: &MinutesSheet) -> String {
    let mut out = String::new();
    if !s.signatures.is_empty() {
        let tab =
            format!("<w:keepNext/><w:tabs><w:tab w:val=\"left\" w:pos=\"{}\"/></w:tabs><w:spacing w:before=\"{}\"/>", WIDTH / 2, LINE / 2);
        let runs = run("主持人（签字）：") + TAB + &run("记录人（签字）：");
        out.push_str(&paragraph("Plain", &tab, &runs));
    }
    if s.issuer.is_empty() && s.date.is_empty() {
        return out;
    }
    // Chair, issuer and date stay on one page.
    out.push_str(&paragraph("Plain", "<w:keepNext/>", ""));
    for (text, right, keep) in [(&s.issuer, s.issuer_right, "<w:keepNext/>"), (&s.date, s.date_right, "")] {
        if !text.is_empty() {
            let props = format!(
                "{keep}<w:ind w:rightChars=\"{:.0}\" w:right=\"{:.0}\" w:firstLineChars=\"0\" w:firstLine=\"0\"/>",
                right * 100.0,
                right * CELL as f32
            );
            out.push_str(&paragraph("Closing", &props, &run(text)));
        }
    }
    out
}

/// The imprint (版记): a table floating at the lower edge of the last page's type area, the way offices
/// make it by hand, so that a clerk finds what they know.
fn imprint(s: &MinutesSheet) -> String {
    let edge = |side: &str, size: u32| format!("<w:{side} w:val=\"single\" w:sz=\"{size}\" w:space=\"0\" w:color=\"000000\"/>");
    let row = |content: &str| {
        format!(
            "<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w=\"{WIDTH}\" w:type=\"dxa\"/></w:tcPr>{content}</w:tc></w:tr>"
        )
    };
    let mut rows = String::new();
    if !s.copies_to.is_empty() {
        let props = "<w:ind w:left=\"1120\" w:right=\"280\" w:hanging=\"840\"/>";
        rows.push_str(&row(&paragraph("Imprint", props, &(run("抄送：") + &run(&s.copies_to)))));
    }
    if s.red_head {
        let props = format!(
            "<w:tabs><w:tab w:val=\"right\" w:pos=\"{}\"/></w:tabs>\
             <w:ind w:left=\"280\" w:right=\"280\" w:firstLineChars=\"0\" w:firstLine=\"0\"/>",
            WIDTH - 280
        );
        let date = if s.date.is_empty() { String::new() } else { TAB.to_owned() + &run(&format!("{}印发", s.date)) };
        rows.push_str(&row(&paragraph("Imprint", &props, &(run(&s.issuer) + &date))));
    }
    // A floating table hangs on the paragraph after it, and may not touch the table before it.
    let hook = paragraph("Plain", "<w:spacing w:line=\"20\" w:lineRule=\"exact\"/>", "");
    format!(
        "{hook}<w:tbl><w:tblPr><w:tblpPr w:leftFromText=\"0\" w:rightFromText=\"0\" w:vertAnchor=\"margin\" \
         w:horzAnchor=\"margin\" w:tblpXSpec=\"left\" w:tblpYSpec=\"bottom\"/><w:tblOverlap w:val=\"never\"/>\
         <w:tblW w:w=\"{WIDTH}\" w:type=\"dxa\"/><w:tblBorders>{}{}{}</w:tblBorders><w:tblLayout w:type=\"fixed\"/>\
         <w:tblCellMar><w:left w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"0\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>\
         <w:tblGrid><w:gridCol w:w=\"{WIDTH}\"/></w:tblGrid>{rows}</w:tbl>{hook}",
        edge("top", 8),
        edge("bottom", 8),
        edge("insideH", 6)
    )
}

/// The page number outside, one cell in; the line that ties the print to its record on the other side.
fn foot(fingerprint: &str, odd: bool) -> String {
    let number = run("— ") + &field("PAGE", "") + &run(" —");
    let small = styled("Small", fingerprint);
    let runs = if odd { small + TAB + &number } else { number + TAB + &small };
    let props = format!(
        "<w:tabs><w:tab w:val=\"right\" w:pos=\"{}\"/></w:tabs><w:ind w:left=\"{CELL}\" w:firstLineChars=\"0\" w:firstLine=\"0\"/>",
        WIDTH - CELL
    );
    paragraph("Foot", &props, &runs)
}

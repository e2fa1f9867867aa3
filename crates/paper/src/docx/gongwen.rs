//! What official papers (公文) share as WordprocessingML: the page of GB/T 9704-2012, the page number,
//! labels, issuer and date, and what floats at the foot of the last page.

use super::markup::{TAB, field, paragraph, run, styled};
use crate::words::cells;

/// The type area (版心) is 156 mm wide.
pub(super) const WIDTH: u32 = 8844;
/// One cell (字), 156 mm / 28.
pub(super) const CELL: u32 = 316;
/// One line (行) of the grid, 28.95 pt.
pub(super) const LINE: u32 = 579;

// 37 / 28 / 26 / 35 mm; the foot's lower edge is set so that its dash comes to stand 7 mm below the type area.
pub(super) const SECTION: &str = "<w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
<w:pgMar w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1588\" w:header=\"1134\" w:footer=\"1400\" w:gutter=\"0\"/>\
<w:cols w:space=\"425\"/><w:docGrid w:type=\"lines\" w:linePitch=\"579\"/>";

/// A label and lines that stand under the first character after its colon.
pub(super) fn labelled(label: &str, lines: &[String]) -> String {
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

/// A number (编号, 期号) centred under the title.
pub(super) fn number_line(number: &str) -> String {
    if number.is_empty() { String::new() } else { paragraph("Plain", "<w:jc w:val=\"center\"/>", &run(number)) }
}

/// An indent from the right edge, in cells.
fn right(cells: f32) -> String {
    format!(
        "<w:ind w:rightChars=\"{:.0}\" w:right=\"{:.0}\" w:firstLineChars=\"0\" w:firstLine=\"0\"/>",
        cells * 100.0,
        cells * CELL as f32
    )
}

/// Issuer and date so many cells from the right, kept on one page after `blanks` empty lines, and with
/// what follows where `keep` says so.
pub(super) fn signature(issuer: (&str, f32), date: (&str, f32), blanks: usize, keep: bool) -> String {
    if issuer.0.is_empty() && date.0.is_empty() {
        return String::new();
    }
    let mut out = paragraph("Plain", "<w:keepNext/>", "").repeat(blanks);
    let lines: Vec<_> = [issuer, date].into_iter().filter(|(text, _)| !text.is_empty()).collect();
    for (i, (text, indent)) in lines.iter().enumerate() {
        let next = if keep || i + 1 < lines.len() { "<w:keepNext/>" } else { "" };
        out.push_str(&paragraph("Closing", &(next.to_owned() + &right(*indent)), &run(text)));
    }
    out
}

/// A line of a table's border.
pub(super) fn edge(side: &str, size: u32) -> String {
    format!("<w:{side} w:val=\"single\" w:sz=\"{size}\" w:space=\"0\" w:color=\"000000\"/>")
}

/// A row of a table at the foot, never torn across pages.
pub(super) fn foot_row(content: &str) -> String {
    format!("<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w=\"{WIDTH}\" w:type=\"dxa\"/></w:tcPr>{content}</w:tc></w:tr>")
}

/// A table of one column floating at the lower edge of the last page's type area, the way offices make
/// it by hand, so that a clerk finds what they know.
pub(super) fn at_foot(borders: &str, rows: &str) -> String {
    // A floating table hangs on the paragraph after it, and may not touch what stands before it. The hook
    // leaves the grid, which would stretch it to a whole line.
    let hook = |keep: &str, height: u32| {
        let props = format!("{keep}<w:snapToGrid w:val=\"0\"/><w:spacing w:line=\"{height}\" w:lineRule=\"exact\"/>");
        paragraph("Plain", &props, "")
    };
    format!(
        "{}<w:tbl><w:tblPr><w:tblpPr w:leftFromText=\"0\" w:rightFromText=\"0\" w:vertAnchor=\"margin\" \
         w:horzAnchor=\"margin\" w:tblpXSpec=\"left\" w:tblpYSpec=\"bottom\"/><w:tblOverlap w:val=\"never\"/>\
         <w:tblW w:w=\"{WIDTH}\" w:type=\"dxa\"/>{borders}<w:tblLayout w:type=\"fixed\"/>\
         <w:tblCellMar><w:left w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"0\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>\
         <w:tblGrid><w:gridCol w:w=\"{WIDTH}\"/></w:tblGrid>{rows}</w:tbl>{}",
        hook("<w:keepNext/>", LINE / 2),
        hook("", 20)
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

/// The feet of odd and even pages.
pub(super) fn feet(fingerprint: &str) -> [String; 2] {
    [foot(fingerprint, true), foot(fingerprint, false)]
}

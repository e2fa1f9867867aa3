//! Small pieces of WordprocessingML: escaped text, runs, paragraphs, tables.

use std::fmt::Write;

/// Text as XML character data.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A break opportunity made for the PDF; Word breaks long runs by itself.
            '\u{200b}' => {}
            c => out.push(c),
        }
    }
    out
}

/// A run in the paragraph's own face.
pub(super) fn run(text: &str) -> String {
    styled("", text)
}

/// A run in a named character style.
pub(super) fn styled(style: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let props = if style.is_empty() { String::new() } else { format!("<w:rPr><w:rStyle w:val=\"{style}\"/></w:rPr>") };
    format!("<w:r>{props}<w:t xml:space=\"preserve\">{}</w:t></w:r>", escape(text))
}

/// A jump to the next tab stop.
pub(super) const TAB: &str = "<w:r><w:tab/></w:r>";

/// A field that Word fills in, such as `PAGE`, in a named character style or the paragraph's own.
pub(super) fn field(code: &str, style: &str) -> String {
    format!("<w:fldSimple w:instr=\" {code} \">{}</w:fldSimple>", styled(style, "1"))
}

/// A paragraph: its style, properties after the style (in schema order), its runs.
pub(super) fn paragraph(style: &str, props: &str, runs: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{props}</w:pPr>{runs}</w:p>")
}

/// An empty line of the grid.
pub(super) fn blank() -> String {
    paragraph("Plain", "", "")
}

/// Lines of a title in one paragraph.
pub(super) fn title(lines: &[String], props: &str) -> String {
    let runs: Vec<String> = lines.iter().map(|l| run(l)).collect();
    paragraph("Title", props, &runs.join("<w:r><w:br/></w:r>"))
}

/// A cell's borders where they differ from the table's.
pub(super) struct Cell<'a> {
    pub text: &'a str,
    pub style: &'a str,
    pub heavy_top: bool,
}

impl<'a> Cell<'a> {
    pub(super) fn new(text: &'a str, style: &'a str) -> Self {
        Cell { text, style, heavy_top: false }
    }
}

/// A row of at least `height` twips that is never torn across pages.
pub(super) fn row(widths: &[u32], cells: &[Cell<'_>], height: u32, head: bool) -> String {
    let mut out = format!("<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val=\"{height}\" w:hRule=\"atLeast\"/>");
    if head {
        out.push_str("<w:tblHeader/>");
    }
    out.push_str("</w:trPr>");
    for (width, cell) in widths.iter().zip(cells) {
        let borders = if cell.heavy_top {
            "<w:tcBorders><w:top w:val=\"single\" w:sz=\"9\" w:space=\"0\" w:color=\"000000\"/></w:tcBorders>"
        } else {
            ""
        };
        let _ = write!(
            out,
            "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{borders}<w:vAlign w:val=\"center\"/></w:tcPr>{}</w:tc>",
            paragraph(cell.style, "", &run(cell.text))
        );
    }
    out.push_str("</w:tr>");
    out
}

/// A table of fixed column widths (twips) with rows already written.
pub(super) fn table(widths: &[u32], outer: u32, rows: &str) -> String {
    let mut out =
        format!("<w:tbl><w:tblPr><w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:jc w:val=\"center\"/><w:tblBorders>", widths.iter().sum::<u32>());
    for (side, size) in [("top", outer), ("left", outer), ("bottom", outer), ("right", outer), ("insideH", 4), ("insideV", 4)] {
        let _ = write!(out, "<w:{side} w:val=\"single\" w:sz=\"{size}\" w:space=\"0\" w:color=\"000000\"/>");
    }
    out.push_str(
        "</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"57\" w:type=\"dxa\"/>\
         <w:right w:w=\"57\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>",
    );
    for width in widths {
        let _ = write!(out, "<w:gridCol w:w=\"{width}\"/>");
    }
    let _ = write!(out, "</w:tblGrid>{rows}</w:tbl>");
    out
}

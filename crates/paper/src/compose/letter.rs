//! From a letter to a sheet: its paragraphs, its place to sign, and what stands beside what on the
//! strip and the receipt (回执).

use super::{body, cell, signature_indents, title};
use crate::letter::{Letter, Receipt};
use crate::minutes::Fact;
use crate::words::{self, cells, line, paragraphs};
use serde::Serialize;

/// Cells of 14 pt (4号) in the 156 mm of the type area.
const SMALL_CELLS: f32 = 31.5;
/// Cells kept free between two fields beside one another.
const GAP: f32 = 1.5;
/// The shortest line worth writing a name on, in cells.
const LEAST_LINE: f32 = 5.0;
/// Four cells stay free right of a date under a seal (7.3.5.1).
const SEAL_RIGHT: f32 = 4.0;
/// Cells of the type area.
const LINE_CELLS: f32 = 28.0;

/// A letter, ready to be set.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LetterSheet {
    pub title: Vec<String>,
    pub number: String,
    /// With its colon.
    pub to: String,
    pub facts: Vec<Fact>,
    pub paragraphs: Vec<String>,
    pub issuer: String,
    pub date: String,
    pub seal: bool,
    /// Cells right of the issuer and of the date.
    pub issuer_right: f32,
    pub date_right: f32,
    pub strip: Vec<Vec<String>>,
    pub receipt: Option<ReceiptSheet>,
    pub fingerprint: String,
    pub draft: bool,
}

/// A receipt, ready to be set: rows of what stands beside one another.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ReceiptSheet {
    pub title: String,
    pub lead: Vec<String>,
    pub fields: Vec<Vec<Fact>>,
    pub choices: Vec<String>,
    /// So many choices stand beside one another.
    pub choices_beside: usize,
    pub sign: Vec<Vec<Fact>>,
}

impl LetterSheet {
    /// Sets out the letter's fields.
    pub(crate) fn new(l: &Letter) -> Self {
        let issuer = line(&l.issuer);
        let date = l.issued.map(words::date).unwrap_or_default();
        let indents = if l.seal { seal_indents } else { signature_indents };
        let (issuer_right, date_right) = indents(cells(&issuer), cells(&date));
        LetterSheet {
            title: title(&l.title),
            number: body(&l.number),
            to: addressee(&l.to),
            facts: labelled(&l.facts),
            paragraphs: text(l),
            issuer,
            date,
            seal: l.seal,
            issuer_right,
            date_right,
            strip: strip(&l.strip),
            receipt: l.receipt.as_ref().map(ReceiptSheet::new),
            fingerprint: line(&l.fingerprint),
            draft: l.draft,
        }
    }
}

impl ReceiptSheet {
    fn new(r: &Receipt) -> Self {
        let choices = clean(&r.choices);
        let sign: Vec<Fact> = clean(&r.sign).into_iter().map(|label| Fact::new(label, "")).collect();
        // A box and a space stand before the words.
        let choices_beside = beside(choices.iter().map(|c| cells(c) + 2.0).collect(), 4);
        let sign_beside = beside(sign.iter().map(room).collect(), 3);
        ReceiptSheet {
            title: body(&r.title),
            lead: paragraphs(&r.lead).map(|p| body(&p)).collect(),
            fields: pairs(labelled(&r.fields)),
            choices,
            choices_beside,
            sign: sign.chunks(sign_beside).map(<[Fact]>::to_vec).collect(),
        }
    }
}

/// 主送 with its colon, once.
fn addressee(to: &str) -> String {
    let to = body(to);
    let name = to.trim_end_matches(['：', ':']).trim_end();
    if name.is_empty() { String::new() } else { format!("{name}：") }
}

/// Facts with something in them; labels may break, as their column is narrow.
fn labelled(facts: &[Fact]) -> Vec<Fact> {
    let clean = facts.iter().map(|f| Fact::new(cell(&f.label), body(&f.text)));
    clean.filter(|f| !(f.label.is_empty() && f.text.is_empty())).collect()
}

fn clean(labels: &[String]) -> Vec<String> {
    labels.iter().map(|l| body(l)).filter(|l| !l.is_empty()).collect()
}

/// Body, numbered items, closing. An item's further paragraphs carry no number.
fn text(l: &Letter) -> Vec<String> {
    let plain = |texts: &[String]| -> Vec<String> { texts.iter().flat_map(|t| paragraphs(t)).map(|p| body(&p)).collect() };
    let mut all = plain(&l.body);
    let items = l.items.iter().map(|item| plain(std::slice::from_ref(item))).filter(|item| !item.is_empty());
    for (i, mut item) in items.enumerate() {
        item[0] = format!("{}.{}", i + 1, item[0]);
        all.extend(item);
    }
    all.extend(plain(&l.closing));
    all
}

/// Cells right of issuer and date under a seal: the date four cells in, the issuer centred over it. An
/// issuer too long for that moves both to the left.
fn seal_indents(issuer: f32, date: f32) -> (f32, f32) {
    let middle = (SEAL_RIGHT + date / 2.0).max(issuer.min(LINE_CELLS) / 2.0);
    ((middle - issuer / 2.0).max(0.0), middle - date / 2.0)
}

/// How wide a field is: its label with the colon, and its text or a line to write on.
fn room(field: &Fact) -> f32 {
    cells(&field.label) + 1.0 + if field.text.is_empty() { LEAST_LINE } else { cells(&field.text) }
}

/// Whether something so wide has room in one of `columns` even columns.
fn fits(width: f32, columns: usize) -> bool {
    width + GAP <= SMALL_CELLS / columns as f32
}

/// How many of these widths stand beside one another in even columns, at most `most`.
fn beside(widths: Vec<f32>, most: usize) -> usize {
    let widest = widths.iter().copied().fold(0.0, f32::max);
    (1..=most.min(widths.len())).rev().find(|n| fits(widest, *n)).unwrap_or(1)
}

/// Fields two by two, in their order; one that needs the whole width stands alone.
fn pairs(fields: Vec<Fact>) -> Vec<Vec<Fact>> {
    let mut rows: Vec<Vec<Fact>> = Vec::new();
    let mut open = false;
    for field in fields {
        let half = fits(room(&field), 2);
        match rows.last_mut() {
            Some(row) if open && half => {
                row.push(field);
                open = false;
            }
            _ => {
                rows.push(vec![field]);
                open = half;
            }
        }
    }
    rows
}

/// Rows of the strip, all of the same number of labels.
fn strip(labels: &[String]) -> Vec<Vec<String>> {
    let labels = clean(labels);
    let columns = beside(labels.iter().map(|l| cells(l) + LEAST_LINE).collect(), 3);
    labels
        .chunks(columns)
        .map(|row| {
            let mut row = row.to_vec();
            row.resize(columns, String::new());
            row
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_a_seal_the_issuer_is_centred_over_a_date_four_cells_in_and_stays_on_the_page() {
        assert_eq!(seal_indents(11.0, 7.0), (2.0, 4.0));
        assert_eq!(seal_indents(20.0, 7.0), (0.0, 6.5));
        assert_eq!(seal_indents(40.0, 7.0).0, 0.0);
    }

    #[test]
    fn fields_stand_two_by_two_and_a_long_one_alone() {
        let field = |label: &str, text: &str| Fact::new(label, text);
        let rows = pairs(vec![field("姓名", ""), field("会议", &"长".repeat(20)), field("电话", ""), field("房号", ""), field("备注", "")]);
        let labels: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(|f| f.label.as_str()).collect()).collect();
        assert_eq!(labels, [vec!["姓名"], vec!["会议"], vec!["电话", "房号"], vec!["备注"]]);
    }

    #[test]
    fn items_are_numbered_through_without_the_empty_ones_and_an_items_second_paragraph_has_no_number() {
        let items = ["甲", " ", "乙\n丙"].map(str::to_owned).to_vec();
        assert_eq!(text(&Letter { items, ..Letter::default() }), ["1.甲", "2.乙", "丙"]);
    }

    #[test]
    fn the_colon_after_the_addressee_is_never_doubled() {
        for typed in ["各楼栋长", "各楼栋长：", "各楼栋长: "] {
            assert_eq!(addressee(typed), "各楼栋长：");
        }
        assert_eq!(addressee("："), "");
    }

    #[test]
    fn the_rows_of_a_strip_are_even_and_no_labels_make_no_strip() {
        let labels = ["张贴人", "张贴日期", "撤下日期", "备注"].map(str::to_owned);
        assert_eq!(strip(&labels).iter().map(Vec::len).collect::<Vec<_>>(), [3, 3]);
        assert!(strip(&[]).is_empty());
    }
}

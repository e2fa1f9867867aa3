//! The file back: the same sheets and cells, with 结果 and 原因 beside every
//! row below a header.
//!
//! Everything is written as a typed value, never as a formula, so a cell that
//! reads `=HYPERLINK(…)` comes back as those letters. Up to fifty thousand rows
//! are put together in memory; a larger file goes through unnamed temporary
//! files of the system.

use std::collections::{HashMap, HashSet};

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::header::Header;
use crate::line::{Reading, Row, RowRef};
use crate::source::{Cell, Merge, Sheet, SheetRow};
use crate::verdict::Verdict;
use crate::{Field, RosterError};

/// More rows than this are not held in memory while writing.
const IN_MEMORY_ROWS: usize = 50_000;
/// The longest text of a cell, in UTF-16 units (Excel's limit).
const CELL_UNITS: usize = 32_767;
/// The most cells under merged regions that are merged again.
const MERGED_CELLS: u64 = 200_000;

/// Writes the file.
pub(crate) fn write(
    sheets: &[Sheet],
    headers: &[Option<Header>],
    rows: &[Row],
    verdicts: &[(RowRef, Verdict, String)],
) -> Result<Vec<u8>, RosterError> {
    let given = verdicts.iter().map(|(at, verdict, reason)| ((at.sheet_index, at.row), (*verdict, reason.as_str()))).collect();
    written(sheets, headers, rows, &given).map_err(|_| RosterError::CannotWrite)
}

/// A sheet with a header and nothing below it.
pub(crate) fn blank(titles: &[&str]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name("花名册")?.set_landscape().set_paper_size(9).set_freeze_panes(1, 0)?;
    let head = Format::new().set_bold().set_align(FormatAlign::Center).set_border(FormatBorder::Thin);
    let text = Format::new().set_num_format("@");
    for (column, title) in (0..).zip(titles) {
        page.set_column_format(column, &text)?.set_column_width(column, 4 + 2 * title.chars().count() as u16)?;
        page.write_string_with_format(0, column, *title, &head)?;
    }
    book.save_to_buffer()
}

type Given<'a> = HashMap<(usize, u32), (Verdict, &'a str)>;

fn written(sheets: &[Sheet], headers: &[Option<Header>], rows: &[Row], given: &Given<'_>) -> Result<Vec<u8>, XlsxError> {
    let looks = Looks::new();
    let mut book = Workbook::new();
    let mut names = HashSet::new();
    let mut rest = rows;
    for (index, (sheet, header)) in sheets.iter().zip(headers).enumerate() {
        let own = rest.iter().take_while(|row| row.at.sheet_index == index).count();
        let (own, others) = rest.split_at_checked(own).unwrap_or((rest, &[]));
        rest = others;
        let page = if rows.len() > IN_MEMORY_ROWS { book.add_worksheet_with_constant_memory()? } else { book.add_worksheet() };
        page.set_name(sheet_name(&sheet.name, index, &mut names))?;
        page.set_landscape().set_paper_size(9);
        SheetWriter::new(sheet, header.as_ref(), &looks).write(page, own, given)?;
        if sheet.hidden {
            page.set_hidden(true);
        }
    }
    if let Some(first) = sheets.iter().position(|sheet| !sheet.hidden) {
        book.worksheet_from_index(first)?.set_active(true);
    }
    book.save_to_buffer()
}

/// The headings of the two columns that a file gets when it is handed back.
pub(crate) const RESULT: &str = "结果";
pub(crate) const REASON: &str = "原因";

/// A name Excel accepts: no more than 31 characters, none of `[]:*?/\`, no two
/// alike.
fn sheet_name(name: &str, index: usize, taken: &mut HashSet<String>) -> String {
    let cleaned: String = name.chars().filter(|c| !c.is_control()).map(|c| if "[]:*?/\\".contains(c) { '_' } else { c }).collect();
    let mut units = 0;
    let short: String = cleaned
        .trim_matches('\'')
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= 31
        })
        .collect();
    let name = if short.trim().is_empty() { format!("工作表{}", index + 1) } else { short };
    if taken.insert(name.to_lowercase()) {
        return name;
    }
    let other = format!("工作表{}_{}", index + 1, taken.len());
    taken.insert(other.to_lowercase());
    other
}

/// The formats, made once.
struct Looks {
    plain: Format,
    header: Format,
    text: Format,
    whole: Format,
    day: Format,
    moment: Format,
    verdicts: [(Format, Format); 6],
}

impl Looks {
    fn new() -> Self {
        let plain = Format::new().set_font_name("宋体").set_font_size(11);
        let verdict = |v: Verdict| {
            let filled = plain.clone().set_background_color(v.fill());
            (filled.clone().set_align(FormatAlign::Center), filled)
        };
        Self {
            header: plain.clone().set_bold().set_border_bottom(FormatBorder::Thin).set_align(FormatAlign::Center).set_text_wrap(),
            text: plain.clone().set_num_format("@"),
            whole: plain.clone().set_num_format("0"),
            day: plain.clone().set_num_format("yyyy-mm-dd"),
            moment: plain.clone().set_num_format("yyyy-mm-dd hh:mm:ss"),
            verdicts: Verdict::ALL.map(verdict),
            plain,
        }
    }

    fn verdict(&self, verdict: Verdict) -> &(Format, Format) {
        let [new, changed, same, suspect, skipped, not_imported] = &self.verdicts;
        match verdict {
            Verdict::New => new,
            Verdict::Changed => changed,
            Verdict::Same => same,
            Verdict::Suspect => suspect,
            Verdict::Skipped => skipped,
            Verdict::NotImported => not_imported,
        }
    }
}

struct SheetWriter<'a> {
    sheet: &'a Sheet,
    header: Option<&'a Header>,
    looks: &'a Looks,
    /// The column of 结果; 原因 stands right of it.
    result: u16,
    merges: HashMap<(u32, u32), Merge>,
}

impl<'a> SheetWriter<'a> {
    fn new(sheet: &'a Sheet, header: Option<&'a Header>, looks: &'a Looks) -> Self {
        let width = sheet.width();
        let mut budget = MERGED_CELLS;
        let mut merges = HashMap::new();
        for merge in &sheet.merges {
            let merge = Merge { last_column: merge.last_column.min(width.saturating_sub(1)), ..*merge };
            let area =
                u64::from(merge.last_row - merge.first_row + 1) * u64::from(merge.last_column.saturating_sub(merge.first_column) + 1);
            if merge.last_column >= merge.first_column && (2..=budget.min(5000)).contains(&area) {
                budget -= area;
                merges.insert((merge.first_row, merge.first_column), merge);
            }
        }
        // The reader takes no more than 16,000 columns.
        Self { sheet, header, looks, result: u16::try_from(width).unwrap_or(16_000), merges }
    }

    fn write(&self, page: &mut Worksheet, rows: &[Row], given: &Given<'_>) -> Result<(), XlsxError> {
        self.frame(page)?;
        let first_data = self.header.map_or(1, |header| header.last_row + 1);
        let mut cells = self.sheet.rows.iter().peekable();
        for row in rows {
            let at = row.at.row - 1;
            while cells.next_if(|sheet_row| sheet_row.number < row.at.row).is_some() {}
            if let Some(sheet_row) = cells.next_if(|sheet_row| sheet_row.number == row.at.row) {
                self.cells(page, sheet_row)?;
            }
            if self.header.is_some_and(|header| header.last_row == row.at.row) {
                page.write_string_with_format(at, self.result, RESULT, &self.looks.header)?;
                page.write_string_with_format(at, self.result + 1, REASON, &self.looks.header)?;
            }
            if row.at.row < first_data {
                continue;
            }
            let own;
            let (verdict, reason) = match given.get(&(row.at.sheet_index, row.at.row)) {
                Some((verdict, reason)) => (*verdict, *reason),
                None => {
                    own = without_verdict(&row.verdict);
                    (own.0, own.1.as_str())
                }
            };
            let (word, text) = self.looks.verdict(verdict);
            page.write_string_with_format(at, self.result, verdict.word(), word)?;
            page.write_string_with_format(at, self.result + 1, fitting(reason), text)?;
        }
        Ok(())
    }

    /// Widths, frozen header, header repeated on every printed page.
    fn frame(&self, page: &mut Worksheet) -> Result<(), XlsxError> {
        if let Some(header) = self.header {
            page.set_freeze_panes(header.last_row, 0)?;
            page.set_repeat_rows(header.first_row - 1, header.last_row - 1)?;
            for (column, field) in &header.columns {
                let width = match field {
                    Field::Serial | Field::Sex | Field::Unit => 6,
                    Field::Phone => 15,
                    Field::IdNumber => 21,
                    Field::RegisteredAddress | Field::Employer | Field::Note => 24,
                    _ => 12,
                };
                page.set_column_width(u16::try_from(*column).unwrap_or(self.result), width)?;
            }
        }
        page.set_column_width(self.result, 9)?;
        page.set_column_width(self.result + 1, 56)?;
        Ok(())
    }

    fn cells(&self, page: &mut Worksheet, row: &SheetRow) -> Result<(), XlsxError> {
        let at = row.number - 1;
        let in_header = self.header.is_some_and(|header| (header.first_row..=header.last_row).contains(&row.number));
        for (column, cell) in &row.cells {
            let column_number = u16::try_from(*column).unwrap_or(self.result);
            let keeps_digits = || {
                self.header
                    .is_some_and(|header| header.columns.iter().any(|(c, f)| c == column && matches!(f, Field::Phone | Field::IdNumber)))
            };
            let look = match cell {
                _ if in_header => &self.looks.header,
                Cell::Text(_) if keeps_digits() => &self.looks.text,
                _ => &self.looks.plain,
            };
            let merge = self.merges.get(&(row.number, *column));
            if let (Cell::Text(text), Some(merge)) = (cell, merge) {
                let last_column = u16::try_from(merge.last_column).unwrap_or(column_number);
                match page.merge_range(at, column_number, merge.last_row - 1, last_column, &fitting(text), look) {
                    // Regions that overlap are no reason to lose the cell.
                    Ok(_) | Err(XlsxError::MergeRangeOverlaps(..)) => continue,
                    Err(error) => return Err(error),
                }
            }
            match cell {
                Cell::Text(text) => page.write_string_with_format(at, column_number, fitting(text), look)?,
                Cell::Number(n) | Cell::Date(n) if !n.is_finite() => page.write_string_with_format(at, column_number, "#NUM!", look)?,
                // Beyond fifteen digits the last ones are made up. Written as text
                // they could pass for a whole ID number at the next reading.
                Cell::Number(n) if n.abs() >= 1e15 => page.write_number_with_format(at, column_number, *n, &self.looks.whole)?,
                Cell::Number(n) if n.fract() == 0.0 && (n.abs() >= 1e11 || keeps_digits()) => {
                    page.write_string_with_format(at, column_number, format!("{n:.0}"), &self.looks.text)?
                }
                Cell::Number(n) => page.write_number_with_format(at, column_number, *n, look)?,
                Cell::Date(serial) => {
                    let look = if serial.fract() == 0.0 { &self.looks.day } else { &self.looks.moment };
                    page.write_number_with_format(at, column_number, *serial, look)?
                }
                Cell::Bool(yes) => page.write_boolean_with_format(at, column_number, *yes, look)?,
                Cell::Error => page.write_string_with_format(at, column_number, "#N/A", look)?,
                Cell::Empty => continue,
            };
        }
        Ok(())
    }
}

/// What a row says when the caller says nothing.
fn without_verdict(reading: &Reading) -> (Verdict, String) {
    match reading {
        Reading::Person(_) => (Verdict::NotImported, "这一行还没有处理。".to_string()),
        Reading::Skipped(reason) => (Verdict::Skipped, reason.to_string()),
        Reading::Refused(issues) => (Verdict::NotImported, issues.iter().map(|issue| issue.sentence()).collect()),
    }
}

/// The text, cut to what a cell holds and without what XML cannot.
fn fitting(text: &str) -> String {
    let mut units = 0;
    text.chars()
        .filter(|c| !matches!(c, '\u{FFFE}' | '\u{FFFF}'))
        .take_while(|c| {
            units += c.len_utf16();
            units <= CELL_UNITS
        })
        .collect()
}

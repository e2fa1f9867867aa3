//! Getting cells out of a file: what kind of file it is, its sheets, the caps.
//! No meaning is read into any cell here.

mod csv_text;
mod kind;
mod spreadsheet;
mod xls_guard;

use crate::RosterError;
use crate::progress::Progress;
use kind::Kind;
pub(crate) use kind::named_csv;

/// The largest file taken, in bytes.
pub(crate) const MAX_BYTES: usize = 64 << 20;
/// The most rows with something in them, over all sheets.
pub(crate) const MAX_ROWS: usize = 200_000;
/// The most a zipped file may unpack to, in bytes.
const MAX_UNPACKED: u64 = 256 << 20;
/// The most cells with something in them, over all sheets.
const MAX_CELLS: usize = 6_000_000;
/// The most text, in bytes, over all sheets.
const MAX_TEXT: usize = 256 << 20;
/// The most columns; two must stay free for 结果 and 原因.
const MAX_COLUMNS: u32 = 16_000;
/// The most sheets.
const MAX_SHEETS: usize = 500;
/// The most merged regions kept per sheet.
const MAX_MERGES: usize = 100_000;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing; never stored, only handed out for a cell that is not there.
    Empty,
    /// Text as typed, blanks and all.
    Text(Box<str>),
    /// A number.
    Number(f64),
    /// A date or time, as a serial number of the 1900 calendar.
    Date(f64),
    /// True or false.
    Bool(bool),
    /// #N/A, #REF! and their like.
    Error,
}

impl Cell {
    /// A text cell, or an empty one when there is nothing but blanks.
    pub(crate) fn text(text: &str) -> Cell {
        if text.chars().all(|c| c.is_whitespace() || c == '\u{FEFF}') { Cell::Empty } else { Cell::Text(text.into()) }
    }

    /// The text, when it is text.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// One row that has something in it.
#[derive(Debug)]
pub(crate) struct SheetRow {
    /// As Excel numbers it, from 1.
    pub number: u32,
    /// Column (from 0) and cell, in order of column.
    pub cells: Vec<(u32, Cell)>,
}

impl SheetRow {
    /// The cell in a column.
    pub(crate) fn cell(&self, column: u32) -> Option<&Cell> {
        let at = self.cells.binary_search_by_key(&column, |(c, _)| *c).ok()?;
        self.cells.get(at).map(|(_, cell)| cell)
    }
}

/// A merged region (合并单元格); rows from 1, columns from 0, ends included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Merge {
    pub first_row: u32,
    pub last_row: u32,
    pub first_column: u32,
    pub last_column: u32,
}

/// One sheet (工作表).
#[derive(Debug)]
pub(crate) struct Sheet {
    pub name: String,
    pub hidden: bool,
    pub rows: Vec<SheetRow>,
    pub merges: Vec<Merge>,
}

impl Sheet {
    /// One past the last column with something in it.
    pub(crate) fn width(&self) -> u32 {
        self.rows.iter().filter_map(|row| row.cells.last()).map(|(column, _)| column + 1).max().unwrap_or(0)
    }
}

/// Opens a file of any kind this crate reads.
pub(crate) fn open(bytes: &[u8], file_name: &str, progress: &mut Progress<'_>) -> Result<Vec<Sheet>, RosterError> {
    let mut intake = Intake::default();
    let sheets = match kind::sniff(bytes, file_name)? {
        Kind::Xlsx => spreadsheet::xlsx(bytes, &mut intake, progress)?,
        Kind::Xls => spreadsheet::xls(bytes, &mut intake, progress)?,
        Kind::Text(text) => vec![csv_text::sheet(&text, file_name, &mut intake, progress)?],
    };
    if sheets.iter().all(|sheet| sheet.rows.is_empty()) {
        return Err(RosterError::Empty);
    }
    Ok(sheets)
}

/// Counts what comes in against the caps and puts it into rows.
#[derive(Default)]
struct Intake {
    rows: usize,
    cells: usize,
    text: usize,
}

impl Intake {
    fn push(&mut self, rows: &mut Vec<SheetRow>, row: u32, column: u32, cell: Cell) -> Result<(), RosterError> {
        if cell == Cell::Empty {
            return Ok(());
        }
        if column >= MAX_COLUMNS {
            return Err(RosterError::TooLarge { what: "列数", limit: "1.6 万列" });
        }
        self.cells += 1;
        if let Cell::Text(text) = &cell {
            self.text += text.len();
        }
        if self.cells > MAX_CELLS {
            return Err(RosterError::TooLarge { what: "格子数", limit: "600 万格" });
        }
        if self.text > MAX_TEXT {
            return Err(RosterError::TooLarge { what: "文字总量", limit: "256 MB" });
        }
        let number = row.saturating_add(1);
        match rows.last_mut() {
            Some(last) if last.number == number => last.cells.push((column, cell)),
            _ => {
                self.rows += 1;
                if self.rows > MAX_ROWS {
                    return Err(RosterError::TooLarge { what: "行数", limit: "20 万行" });
                }
                let mut cells = Vec::with_capacity(rows.last().map_or(8, |last| last.cells.len()));
                cells.push((column, cell));
                rows.push(SheetRow { number, cells });
            }
        }
        Ok(())
    }

    /// Puts rows and cells in order, should a file have them otherwise.
    fn settle(rows: &mut Vec<SheetRow>) {
        if !rows.is_sorted_by(|a, b| a.number < b.number) {
            rows.sort_by_key(|row| row.number);
            rows.dedup_by(|later, first| {
                let same = later.number == first.number;
                if same {
                    first.cells.append(&mut later.cells);
                }
                same
            });
        }
        for row in rows {
            if !row.cells.is_sorted_by(|a, b| a.0 < b.0) {
                row.cells.sort_by_key(|(column, _)| *column);
                row.cells.dedup_by_key(|(column, _)| *column);
            }
        }
    }
}

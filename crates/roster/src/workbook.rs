//! A roster that has been read: its sheets, its rows, and its cells as they
//! were, for the file back.

use chrono::NaiveDate;

use crate::header::{self, Header};
use crate::line::Row;
use crate::progress::Progress;
use crate::returned;
use crate::rows;
use crate::source::{self, Cell, Sheet, named_csv};
use crate::verdict::Verdict;
use crate::{Field, RosterError, RowRef};

/// A roster read and interpreted.
#[derive(Debug)]
pub struct Workbook {
    sheets: Vec<Sheet>,
    headers: Vec<Option<Header>>,
    infos: Vec<SheetInfo>,
    rows: Vec<Row>,
}

/// What was understood of one sheet (工作表).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SheetInfo {
    /// Its name.
    pub name: String,
    /// The row its header stands on (the last, when on two); `None` when the
    /// sheet has no header or is hidden, and nothing in it was read.
    pub header_row: Option<u32>,
    /// The columns understood, in order.
    pub columns: Vec<Field>,
    /// The columns that were asked for by title: which titles.
    pub also: Vec<u16>,
    /// The names of columns that are not imported.
    pub unknown: Vec<String>,
    /// The building the sheet is about («3幢»), from its name, its title or the
    /// file's name.
    pub building: Option<String>,
}

impl Workbook {
    pub(crate) fn read(
        today: NaiveDate,
        bytes: &[u8],
        file_name: &str,
        also: &[&str],
        progress: &mut Progress<'_>,
    ) -> Result<Self, RosterError> {
        let mut sheets = source::open(bytes, file_name, progress)?;
        let mut near = None;
        let mut headers = Vec::with_capacity(sheets.len());
        for sheet in &sheets {
            headers.push(match header::find(sheet, also) {
                _ if sheet.hidden => None,
                Ok(header) => Some(header),
                Err(closest) => {
                    near = near.or(closest);
                    None
                }
            });
        }
        if headers.iter().all(Option::is_none) {
            let text = !bytes.starts_with(b"PK") && !bytes.starts_with(&[0xD0, 0xCF]);
            if text && !named_csv(file_name) && near.is_none() {
                return Err(RosterError::NotASpreadsheet);
            }
            return Err(RosterError::NoHeader { near_row: near.map(|(row, _)| row), missing: near.map(|(_, column)| column) });
        }
        let mut reader = rows::Reader::new(today, file_name, &sheets);
        let mut infos = Vec::with_capacity(sheets.len());
        for (index, (sheet, header)) in sheets.iter_mut().zip(&headers).enumerate() {
            let building = match header {
                Some(header) => {
                    fill_merged(sheet, header);
                    reader.sheet(index, sheet, header, progress)?
                }
                None => {
                    reader.pass_over(index, sheet);
                    None
                }
            };
            infos.push(SheetInfo {
                name: sheet.name.clone(),
                header_row: header.as_ref().map(|h| h.last_row),
                columns: header.iter().flat_map(|h| h.columns.iter().map(|(_, field)| *field)).collect(),
                also: header.iter().flat_map(|h| h.also.iter().map(|(_, which)| *which)).collect(),
                unknown: header.as_ref().map(|h| h.unknown.clone()).unwrap_or_default(),
                building,
            });
        }
        progress.step((500, 1000), 1, 1)?;
        Ok(Self { rows: reader.finish(), sheets, headers, infos })
    }

    /// Every row of every sheet in order, titles and blank rows too. (A gap of
    /// more than a thousand blank rows is passed over.)
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The sheets in the order of their tabs.
    pub fn sheets(&self) -> &[SheetInfo] {
        &self.infos
    }

    /// The file back, as .xlsx: the same sheets and cells, and at the end of
    /// every row below a header 结果 and 原因.
    ///
    /// `verdicts` may come in any order; the sheet is told by its index. A row
    /// without a verdict says what the reading came to: 跳过, or 未导入.
    /// Everything is written as a value: what looks like a formula stays text.
    /// Merged rooms come back filled in, one per row, so that the file can be
    /// corrected and read again.
    ///
    /// # Errors
    /// [`RosterError::CannotWrite`] when the file cannot be made.
    pub fn returned(&self, verdicts: &[(RowRef, Verdict, String)]) -> Result<Vec<u8>, RosterError> {
        returned::write(&self.sheets, &self.headers, &self.rows, verdicts)
    }
}

/// Gives every row under a merged building, unit or room cell its value.
fn fill_merged(sheet: &mut Sheet, header: &Header) {
    let Sheet { rows, merges, .. } = sheet;
    let mut filled = Vec::new();
    for (index, merge) in merges.iter().enumerate() {
        let column = merge.first_column;
        let carried =
            header.columns.iter().any(|(c, f)| *c == column && matches!(f, Field::Building | Field::Unit | Field::Room | Field::Occupancy));
        if !carried || merge.first_row <= header.last_row || merge.first_row == merge.last_row {
            continue;
        }
        let first = rows.partition_point(|row| row.number < merge.first_row);
        let last = rows.partition_point(|row| row.number <= merge.last_row);
        let Some((head, tail)) = rows.get_mut(first..last).and_then(|rows| rows.split_first_mut()) else {
            continue;
        };
        let Some(value) = head.cell(column).filter(|_| head.number == merge.first_row).cloned() else {
            continue;
        };
        for row in tail {
            match row.cells.binary_search_by_key(&column, |(c, _)| *c) {
                Ok(at) => {
                    if let Some((_, cell @ Cell::Empty)) = row.cells.get_mut(at) {
                        *cell = value.clone();
                    }
                }
                Err(at) => row.cells.insert(at, (column, value.clone())),
            }
        }
        filled.push(index);
    }
    let mut index = 0;
    merges.retain(|_| {
        index += 1;
        filled.binary_search(&(index - 1)).is_err()
    });
}

//! .xlsx and .xls through calamine.
//!
//! Cells of an .xlsx are streamed, never asked for as a rectangle: a file with
//! one cell at each end of the sheet would otherwise fill the memory.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{
    Data, DataRef, Dimensions, ExcelDateTime, Reader, Sheet as SheetMeta, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError,
};
use chrono::NaiveDate;

use super::xls_guard;
use super::{Cell, Intake, MAX_MERGES, MAX_SHEETS, Merge, Sheet};
use crate::RosterError;
use crate::progress::Progress;

/// Reads an .xlsx that the zip guard has let through.
pub(super) fn xlsx(bytes: &[u8], intake: &mut Intake, progress: &mut Progress<'_>) -> Result<Vec<Sheet>, RosterError> {
    progress.step((0, 100), 1, 2)?;
    guarded(|| {
        let mut book = Xlsx::new(Cursor::new(bytes)).map_err(xlsx_error)?;
        let metas = worksheets(book.sheets_metadata())?;
        let total = metas.len() as u64;
        let mut sheets = Vec::with_capacity(metas.len());
        for (index, meta) in metas.into_iter().enumerate() {
            let part = (100 + 400 * index as u64 / total, 100 + 400 * (index as u64 + 1) / total);
            let mut rows = Vec::new();
            {
                let mut cells = book.worksheet_cells_reader(&meta.name).map_err(xlsx_error)?;
                let expected = u64::from(cells.dimensions().end.0).clamp(1, 200_000);
                let mut seen = 0u64;
                while let Some(cell) = cells.next_cell().map_err(xlsx_error)? {
                    let (row, column) = cell.get_position();
                    intake.push(&mut rows, row, column, from_ref(cell.get_value()))?;
                    seen += 1;
                    if seen.is_multiple_of(8192) {
                        progress.step(part, u64::from(row), expected)?;
                    }
                }
            }
            Intake::settle(&mut rows);
            let merges = if rows.is_empty() { Vec::new() } else { book.merge_cells_by_sheet_name(&meta.name).unwrap_or_default() };
            sheets.push(Sheet { hidden: meta.visible != SheetVisible::Visible, name: meta.name, rows, merges: merged(&merges) });
        }
        Ok(sheets)
    })
}

/// Reads an .xls.
pub(super) fn xls(bytes: &[u8], intake: &mut Intake, progress: &mut Progress<'_>) -> Result<Vec<Sheet>, RosterError> {
    progress.step((0, 100), 1, 2)?;
    let tame = xls_guard::tamed(bytes)?;
    guarded(|| {
        let mut book = Xls::new(Cursor::new(&tame)).map_err(xls_error)?;
        let metas = worksheets(book.sheets_metadata())?;
        let total = metas.len() as u64;
        let mut sheets = Vec::with_capacity(metas.len());
        for (index, meta) in metas.into_iter().enumerate() {
            progress.step((100, 500), index as u64, total)?;
            let range = book.worksheet_range(&meta.name).map_err(xls_error)?;
            let (first_row, first_column) = range.start().unwrap_or_default();
            let mut rows = Vec::new();
            for (row, column, value) in range.used_cells() {
                let row = first_row.saturating_add(u32::try_from(row).unwrap_or(u32::MAX));
                let column = first_column.saturating_add(u32::try_from(column).unwrap_or(u32::MAX));
                intake.push(&mut rows, row, column, from_data(value))?;
            }
            Intake::settle(&mut rows);
            let merges = book.merge_cells_by_sheet_name(&meta.name).unwrap_or_default();
            sheets.push(Sheet { hidden: meta.visible != SheetVisible::Visible, name: meta.name, rows, merges: merged(&merges) });
        }
        Ok(sheets)
    })
}

/// calamine indexes into what it reads; a file made to break it may make it
/// panic, which must not take the program down.
fn guarded<T>(read: impl FnOnce() -> Result<T, RosterError>) -> Result<T, RosterError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(RosterError::Damaged))
}

fn worksheets(metas: &[SheetMeta]) -> Result<Vec<SheetMeta>, RosterError> {
    let metas: Vec<SheetMeta> = metas.iter().filter(|meta| meta.typ == SheetType::WorkSheet).cloned().collect();
    if metas.len() > MAX_SHEETS {
        return Err(RosterError::TooLarge { what: "工作表数", limit: "500 张" });
    }
    Ok(metas)
}

fn xlsx_error(error: XlsxError) -> RosterError {
    match error {
        XlsxError::Password => RosterError::PasswordProtected,
        _ => RosterError::Damaged,
    }
}

fn xls_error(error: XlsError) -> RosterError {
    match error {
        XlsError::Password => RosterError::PasswordProtected,
        _ => RosterError::Damaged,
    }
}

fn merged(regions: &[Dimensions]) -> Vec<Merge> {
    let merge = |region: &Dimensions| Merge {
        first_row: region.start.0.saturating_add(1),
        last_row: region.end.0.saturating_add(1),
        first_column: region.start.1,
        last_column: region.end.1,
    };
    let mut merges: Vec<Merge> = regions.iter().take(MAX_MERGES).map(merge).collect();
    merges.retain(|m| m.first_row <= m.last_row && m.first_column <= m.last_column);
    merges.sort_by_key(|m| (m.first_row, m.first_column));
    merges
}

fn from_ref(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::SharedString(text) => Cell::text(text),
        DataRef::String(text) => Cell::text(text),
        DataRef::Float(n) => Cell::Number(*n),
        DataRef::Int(n) => Cell::Number(*n as f64),
        DataRef::Bool(yes) => Cell::Bool(*yes),
        DataRef::DateTime(date) => from_date(date),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => from_iso(text),
        DataRef::Error(_) => Cell::Error,
        DataRef::Empty => Cell::Empty,
    }
}

fn from_data(value: &Data) -> Cell {
    match value {
        Data::String(text) => Cell::text(text),
        Data::Float(n) => Cell::Number(*n),
        Data::Int(n) => Cell::Number(*n as f64),
        Data::Bool(yes) => Cell::Bool(*yes),
        Data::DateTime(date) => from_date(date),
        Data::DateTimeIso(text) | Data::DurationIso(text) => from_iso(text),
        Data::Error(_) => Cell::Error,
        Data::Empty => Cell::Empty,
    }
}

fn from_date(date: &ExcelDateTime) -> Cell {
    if date.is_duration() {
        return Cell::Number(date.as_f64());
    }
    match date.as_datetime() {
        // Through the calendar, so that a file of the 1904 kind comes out right.
        Some(at) if date.as_f64() >= 61.0 => Cell::Date(serial(at.date()) + date.as_f64().fract()),
        _ => Cell::Date(date.as_f64()),
    }
}

fn from_iso(text: &str) -> Cell {
    let day = text.get(..10).and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
    day.map_or_else(|| Cell::text(text), |day| Cell::Date(serial(day)))
}

/// Days since 1899-12-30, which is what Excel counts from 1900-03-01 on.
fn serial(day: NaiveDate) -> f64 {
    NaiveDate::from_ymd_opt(1899, 12, 30).map_or(0.0, |base| (day - base).num_days() as f64)
}

//! Comma, tab or semicolon separated text into one sheet.

use super::{Cell, Intake, Sheet};
use crate::RosterError;
use crate::parse::text::CELL_CHARS;
use crate::progress::Progress;

/// Reads decoded text; the sheet is named after the file.
pub(super) fn sheet(text: &str, file_name: &str, intake: &mut Intake, progress: &mut Progress<'_>) -> Result<Sheet, RosterError> {
    let mut rows = Vec::new();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(text)).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut row = 0u32;
    let mut start = 0usize;
    while reader.read_record(&mut record).map_err(|_| RosterError::Damaged)? {
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        // The reader passes over blank lines in silence; Excel counts them.
        row = row.saturating_add(blank_lines(text.as_bytes(), start, end));
        start = end;
        for (column, field) in record.iter().enumerate() {
            let cell = cell(field);
            intake.push(&mut rows, row, u32::try_from(column).unwrap_or(u32::MAX), cell)?;
        }
        if row.is_multiple_of(1024) {
            progress.step((100, 500), end as u64, text.len() as u64)?;
        }
        row = row.saturating_add(1);
    }
    let stem = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    Ok(Sheet { name: stem.to_string(), hidden: false, rows, merges: Vec::new() })
}

/// `="13800000000"` is how some programs keep a number's digits.
fn cell(field: &str) -> Cell {
    let field = field.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(field);
    match field.char_indices().nth(CELL_CHARS) {
        Some((cut, _)) => Cell::text(field.get(..cut).unwrap_or_default()),
        None => Cell::text(field),
    }
}

/// Line ends with nothing before them between `start` and the next record.
fn blank_lines(text: &[u8], start: usize, end: usize) -> u32 {
    let (before, rest) = text.split_at_checked(start).unwrap_or((text, &[]));
    let mut rest = rest.get(..end.saturating_sub(start)).unwrap_or(rest);
    // The reader may stop between the two characters of a line end.
    if before.ends_with(b"\r") {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut count = 0;
    while let [b'\r', b'\n', tail @ ..] | [b'\n' | b'\r', tail @ ..] = rest {
        rest = tail;
        count += 1;
    }
    count
}

/// The sign that stands most often in the first lines.
fn delimiter(text: &str) -> u8 {
    let mut counts = [(b',', 0usize), (b'\t', 0), (b';', 0)];
    for line in text.lines().filter(|line| !line.trim().is_empty()).take(10) {
        for (sign, count) in &mut counts {
            *count += line.bytes().filter(|b| b == sign).count();
        }
    }
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(sign, _)| *sign)
}

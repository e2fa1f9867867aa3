//! Finding the header (表头): which row, or which two rows, name the columns.

use std::collections::HashSet;

use crate::Field;
use crate::field::recognise;
use crate::parse::text::{fold, squeeze};
use crate::returned::{REASON, RESULT};
use crate::source::{Cell, Sheet, SheetRow};

/// How many rows with something in them are looked at.
const LOOK_AT: usize = 40;

/// A header found in a sheet.
#[derive(Debug)]
pub(crate) struct Header {
    /// Its first row, from 1.
    pub first_row: u32,
    /// Its last row; the same unless the header stands on two.
    pub last_row: u32,
    /// The columns understood, in order of column.
    pub columns: Vec<(u32, Field)>,
    /// Columns the caller asked for by title: column, and which title.
    pub also: Vec<(u32, u16)>,
    /// The names of the others.
    pub unknown: Vec<String>,
}

/// The row that came closest, and the column it lacks.
pub(crate) type Near = Option<(u32, &'static str)>;

/// Looks for the first row that names both the person and the room.
pub(crate) fn find(sheet: &Sheet, also: &[&str]) -> Result<Header, Near> {
    let mut near: Near = None;
    let mut near_columns = 1;
    for (index, row) in sheet.rows.iter().take(LOOK_AT).enumerate() {
        let below = sheet.rows.get(index + 1).filter(|below| below.number == row.number + 1);
        let labels = below.and_then(|below| two_rows(sheet, row, below)).map(|labels| (labels, row.number + 1));
        let (labels, last_row) = labels.unwrap_or_else(|| (one_row(row), row.number));
        let (columns, also, unknown) = assign(labels, also);
        let has = |field| columns.iter().any(|(_, f)| *f == field);
        if has(Field::Name) && has(Field::Room) {
            return Ok(Header { first_row: row.number, last_row, columns, also, unknown });
        }
        let known = columns.iter().filter(|(_, f)| *f != Field::Serial).count();
        if known > near_columns {
            near_columns = known;
            near = Some((row.number, if has(Field::Name) { "房号" } else { "姓名" }));
        }
    }
    Err(near)
}

/// A column's heading and what it was recognised as.
struct Label {
    column: u32,
    text: String,
    field: Option<(Field, u8)>,
}

fn one_row(row: &SheetRow) -> Vec<Label> {
    let label = |(column, cell): &(u32, Cell)| {
        let text = cell.as_text()?;
        Some(Label { column: *column, text: text.to_string(), field: recognise(text) })
    };
    row.cells.iter().filter_map(label).collect()
}

/// Reads two rows as one header, when the lower one is a header too.
fn two_rows(sheet: &Sheet, upper: &SheetRow, lower: &SheetRow) -> Option<Vec<Label>> {
    // A lower row of anything but short texts is data.
    if lower.cells.iter().any(|(_, cell)| cell.as_text().is_none_or(|text| text.chars().count() > 30)) {
        return None;
    }
    let mut labels: Vec<Label> = Vec::new();
    let (mut recognised, mut alone, mut added, mut left_out) = (0, 0, 0, false);
    for (column, cell) in &lower.cells {
        let text = cell.as_text().unwrap_or_default();
        let own = upper.cell(*column).and_then(Cell::as_text);
        let group = group_label(sheet, upper, *column);
        let field = recognise(text);
        if group.is_none()
            && let Some((upper_field, _)) = own.and_then(recognise)
            && field.is_none_or(|(f, _)| f != upper_field)
        {
            return None;
        }
        let group = group.or(own).unwrap_or_default();
        alone += usize::from(field.is_some());
        left_out |= group.contains("紧急");
        let field = if group.contains("紧急") { None } else { field.or_else(|| recognise(&format!("{group}{text}"))) };
        recognised += usize::from(field.is_some());
        // What stands there because the file was handed back says nothing about the row.
        added += usize::from(matches!(text, RESULT | REASON));
        labels.push(Label { column: *column, text: format!("{group}{text}"), field });
    }
    if recognised == 0 || recognised * 2 < labels.len() - added {
        return None;
    }
    for label in one_row(upper) {
        if lower.cell(label.column).is_none() {
            labels.push(label);
        }
    }
    labels.sort_by_key(|label| label.column);
    // A title above a whole header adds nothing to it.
    let known = labels.iter().filter(|label| label.field.is_some()).count();
    (known > alone || left_out).then_some(labels)
}

/// The heading above a column when it is spread over several: by a merged
/// region, or by standing left of blanks.
fn group_label<'a>(sheet: &Sheet, upper: &'a SheetRow, column: u32) -> Option<&'a str> {
    let region = sheet
        .merges
        .iter()
        .find(|m| (m.first_row..=m.last_row).contains(&upper.number) && (m.first_column..=m.last_column).contains(&column));
    match region {
        Some(m) if m.first_column < m.last_column => upper.cell(m.first_column).and_then(Cell::as_text),
        Some(_) => None,
        None if upper.cell(column).is_none() => upper.cells.iter().rev().find(|(c, _)| *c < column).and_then(|(_, cell)| cell.as_text()),
        None => None,
    }
}

/// Columns understood, columns asked for by title, and the names of the others.
type Assigned = (Vec<(u32, Field)>, Vec<(u32, u16)>, Vec<String>);

/// Gives each kind of column to the heading that names it most directly.
fn assign(labels: Vec<Label>, titles: &[&str]) -> Assigned {
    let mut columns: Vec<(u32, Field)> = Vec::new();
    let mut also: Vec<(u32, u16)> = Vec::new();
    let asked = |label: &Label| (0..).zip(titles).find(|(_, title)| squeeze(&fold(&label.text)) == **title).map(|(which, _)| which);
    let mut unknown = Vec::new();
    let best = |field: Field| labels.iter().filter_map(|l| l.field.filter(|(f, _)| *f == field).map(|(_, rank)| (rank, l.column))).min();
    for label in &labels {
        match label.field {
            Some((field, _)) if field.may_repeat() || best(field).is_some_and(|(_, c)| c == label.column) => {
                columns.push((label.column, field));
            }
            _ if let Some(which) = asked(label).filter(|which| also.iter().all(|(_, taken)| taken != which)) => {
                also.push((label.column, which));
            }
            _ => unknown.push(squeeze(&fold(&label.text)).chars().take(40).collect()),
        }
    }
    let mut seen = HashSet::new();
    unknown.retain(|name: &String| !name.is_empty() && seen.insert(name.clone()));
    (columns, also, unknown)
}

//! The rosters (花名册) people really have: spreadsheets in, and the same
//! spreadsheet back with a result beside every row.
//!
//! What lives here: which file it is, where the header stands, what each cell
//! means, and why a row cannot be taken. What does not: whether a person is new
//! or changed, who may see what, where anything is stored. Nothing here knows
//! SQL, keys or record kinds; a caller turns a [`Line`] into its own records.
//!
//! Columns this crate does not know are named in [`SheetInfo::unknown`] and not
//! imported; among them, on purpose, those about health or other matters that
//! need a person's consent first (个人信息保护法 §28, §29).
//!
//! Texts of errors, issues and reasons name rows and columns and never hold
//! what a cell says.

mod error;
mod field;
mod header;
mod issue;
mod line;
mod parse;
mod person;
mod progress;
mod returned;
mod rows;
#[doc(hidden)]
pub mod sample;
mod skipped;
mod source;
mod verdict;
mod workbook;

pub use error::RosterError;
pub use field::Field;
pub use issue::Issue;
pub use line::{Birth, Line, Occupancy, PartialDate, Reading, Room, Row, RowRef, Sex, SkipReason, Written};
pub use verdict::Verdict;
pub use workbook::{SheetInfo, Workbook};

use chrono::NaiveDate;

/// Reads a roster: .xlsx, .xls or .csv (UTF-8, UTF-16 with its mark, GB18030).
///
/// `file_name` helps with what the bytes leave open: .et, the building of
/// «3幢.csv». `progress` is told thousandths of the whole as (done, total) and
/// stops the reading by answering `false`. Today's date, which bounds dates of
/// birth, is the computer's; see [`read_on`] to give it.
///
/// # Errors
/// Whatever is wrong with the file as a whole; see [`RosterError`]. What is
/// wrong with one row stands in that row.
pub fn read(bytes: &[u8], file_name: &str, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<Workbook, RosterError> {
    read_on(chrono::Local::now().date_naive(), bytes, file_name, &[], progress)
}

/// [`read`] with today's date given, and titles of further columns (`also`) that are to be taken as
/// they stand; see [`Line::also`].
///
/// # Errors
/// As [`read`].
pub fn read_on(
    today: NaiveDate,
    bytes: &[u8],
    file_name: &str,
    also: &[&str],
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Workbook, RosterError> {
    Workbook::read(today, bytes, file_name, also, &mut progress::Progress::new(progress))
}

/// Reads a roster and hands it back with results: [`read`] and
/// [`Workbook::returned`] in one, for a caller that kept only the bytes.
///
/// # Errors
/// As [`read`], and [`RosterError::CannotWrite`].
pub fn returned(bytes: &[u8], file_name: &str, verdicts: &[(RowRef, Verdict, String)]) -> Result<Vec<u8>, RosterError> {
    read(bytes, file_name, &mut |_, _| true)?.returned(verdicts)
}

/// A citizen number (身份证号) as it is kept; `None` where it is not whole, its checksum is wrong
/// (GB 11643) or nobody could have been born on its day.
pub fn citizen_number(text: &str, today: NaiveDate) -> Option<String> {
    parse::id_number::from_text(text, today).ok().flatten()
}

/// A date as people type it, whole, to the month or to the year; `None` where it cannot be.
pub fn partial_date(text: &str, today: NaiveDate) -> Option<PartialDate> {
    parse::date::read(&source::Cell::text(text), today).0
}

/// What a column of this title holds; `None` for a title this crate reads no meaning into.
pub fn column(title: &str) -> Option<Field> {
    field::recognise(title).map(|(field, _)| field)
}

/// An empty roster (空白名册) with these columns, as .xlsx: for a compound that has none yet. Every
/// column is text, so that telephone and citizen numbers keep their digits.
///
/// # Errors
/// [`RosterError::CannotWrite`].
pub fn blank(titles: &[&str]) -> Result<Vec<u8>, RosterError> {
    returned::blank(titles).map_err(|_| RosterError::CannotWrite)
}

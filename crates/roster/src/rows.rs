//! Walking a sheet row by row: which rows are people, which are not, what a
//! row takes from the rows above it and from the sheet's name.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use chrono::NaiveDate;

use crate::header::Header;
use crate::line::{Line, Reading, Row, RowRef, SkipReason};
use crate::parse::room::{self, Role, building_in_title};
use crate::parse::text::{fold, is_ditto, number};
use crate::person::{self, Place, Slots};
use crate::progress::Progress;
use crate::skipped;
use crate::source::{Cell, Sheet};
use crate::{Field, RosterError};

/// The longest run of blank rows that is listed row by row.
const LISTED_GAP: u32 = 1000;

/// Reads the sheets of one file, remembering people across them.
pub(crate) struct Reader {
    today: NaiveDate,
    file_building: Option<String>,
    all_rows: u64,
    rows: Vec<Row>,
    hasher: RandomState,
    /// Where people of a (room, name) stand in `rows`.
    known: HashMap<u64, Vec<usize>>,
}

impl Reader {
    pub(crate) fn new(today: NaiveDate, file_name: &str, sheets: &[Sheet]) -> Self {
        let all = sheets.iter().map(|sheet| sheet.rows.len()).sum();
        let file_name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
        Self {
            today,
            file_building: building_in_title(file_name),
            all_rows: all as u64,
            rows: Vec::with_capacity(all),
            hasher: RandomState::new(),
            known: HashMap::with_capacity(all),
        }
    }

    pub(crate) fn finish(self) -> Vec<Row> {
        self.rows
    }

    /// A sheet in which nothing is read.
    pub(crate) fn pass_over(&mut self, index: usize, sheet: &Sheet) {
        let reason = if sheet.hidden { SkipReason::HiddenSheet } else { SkipReason::NoHeader };
        let mut last = 0;
        for row in &sheet.rows {
            self.blanks(index, sheet, &mut last, row.number);
            self.put(index, sheet, row.number, Reading::Skipped(reason.clone()));
        }
    }

    /// A sheet with a header. Gives back the building the sheet is about.
    pub(crate) fn sheet(
        &mut self,
        index: usize,
        sheet: &Sheet,
        header: &Header,
        progress: &mut Progress<'_>,
    ) -> Result<Option<String>, RosterError> {
        let above = sheet.rows.iter().take_while(|row| row.number < header.first_row);
        let titled = above.flat_map(|row| &row.cells).filter_map(|(_, cell)| cell.as_text()).find_map(building_in_title);
        let of_sheet = building_in_title(&sheet.name).or_else(|| bare_building(&sheet.name)).or(titled);
        let mut place = Place {
            context: of_sheet.clone().or_else(|| self.file_building.clone()),
            context_is_certain: of_sheet.is_some(),
            pair_is_unit: false,
        };
        place.pair_is_unit = pairs_name_units(sheet, header, &place);
        let building = place.context.clone();

        let mut slots = Slots::new(header);
        let mut ditto = Above::new(header);
        let mut last = 0;
        for row in &sheet.rows {
            self.blanks(index, sheet, &mut last, row.number);
            let reading = if row.number < header.first_row {
                Reading::Skipped(SkipReason::Title)
            } else if row.number <= header.last_row {
                Reading::Skipped(SkipReason::Header)
            } else {
                slots.fill(row);
                match skipped::reason(row, header, &slots, &mut place) {
                    Some(reason) => Reading::Skipped(reason),
                    None => {
                        let unresolved = ditto.resolve(&mut slots);
                        let mut line = person::read(&slots, &place, unresolved, self.today);
                        if let Ok(line) = &mut line {
                            let cells = header.also.iter().filter_map(|(column, which)| Some((*which, row.cell(*column)?)));
                            line.also = cells.filter_map(|(which, cell)| Some((which, person::written(cell, self.today)?))).collect();
                        }
                        self.person(line)
                    }
                }
            };
            self.put(index, sheet, row.number, reading);
            if self.rows.len().is_multiple_of(512) {
                progress.step((500, 1000), self.rows.len() as u64, self.all_rows)?;
            }
        }
        Ok(building)
    }

    /// Accounts for the blank rows up to `number`.
    fn blanks(&mut self, index: usize, sheet: &Sheet, last: &mut u32, number: u32) {
        if number - *last <= LISTED_GAP {
            for blank in *last + 1..number {
                self.put(index, sheet, blank, Reading::Skipped(SkipReason::Blank));
            }
        }
        *last = number;
    }

    fn put(&mut self, sheet_index: usize, sheet: &Sheet, row: u32, verdict: Reading) {
        self.rows.push(Row { at: RowRef { sheet_index, row, sheet: sheet.name.clone() }, verdict });
    }

    /// Passes over somebody who stood in an earlier row: same room and name,
    /// and nothing known of birth or ID number that tells them apart.
    fn person(&mut self, read: Result<Box<Line>, Vec<crate::Issue>>) -> Reading {
        let line = match read {
            Ok(line) => line,
            Err(issues) => return Reading::Refused(issues),
        };
        let key = self.hasher.hash_one((&line.room, &line.name));
        let places = self.known.entry(key).or_default();
        for &at in places.iter() {
            if let Some(Row { at, verdict: Reading::Person(first) }) = self.rows.get(at)
                && same_person(first, &line)
            {
                return Reading::Skipped(SkipReason::Duplicate(at.clone()));
            }
        }
        places.push(self.rows.len());
        Reading::Person(line)
    }
}

fn same_person(a: &Line, b: &Line) -> bool {
    a.name == b.name
        && a.room == b.room
        && a.birth.zip(b.birth).is_none_or(|(a, b)| a.agrees(b))
        && a.id_number.as_ref().zip(b.id_number.as_ref()).is_none_or(|(a, b)| a == b)
}

/// A sheet named by a bare number, «3» or «三».
fn bare_building(name: &str) -> Option<String> {
    let folded = fold(name);
    let bare = folded.strip_suffix('号').unwrap_or(&folded);
    number(bare).filter(|n| (1..1000).contains(n)).map(|n| n.to_string())
}

/// Whether «2-501» in this sheet means unit 2 of a building named elsewhere:
/// it does when the first number is not always the building's own.
fn pairs_name_units(sheet: &Sheet, header: &Header, place: &Place) -> bool {
    let column = |field| header.columns.iter().find(|(_, f)| *f == field).map(|(c, _)| *c);
    let Some(rooms) = column(Field::Room) else {
        return false;
    };
    let buildings = column(Field::Building);
    let (mut differ, mut small) = (0usize, true);
    let mut building = place.context.clone();
    for row in sheet.rows.iter().filter(|row| row.number > header.last_row) {
        let own = buildings.and_then(|c| row.cell(c)).and_then(|cell| person::place_of(cell, Role::Building).ok());
        building = own.and_then(|parts| parts.building).or(building);
        let Some(text) = row.cell(rooms).and_then(Cell::as_text).filter(|text| text.len() < 40) else {
            continue;
        };
        let (Some(building), Ok(parts)) = (&building, room::parse(text, Role::Room)) else {
            continue;
        };
        if parts.pair && parts.building.as_ref() != Some(building) {
            differ += 1;
            small &= parts.building.is_some_and(|first| number(&first).is_some_and(|n| n <= 9));
        }
    }
    differ > 0 && small
}

/// The last value of each column, for 同上.
struct Above<'a> {
    last: Vec<(Field, Option<&'a Cell>)>,
}

impl<'a> Above<'a> {
    fn new(header: &Header) -> Self {
        Self { last: header.columns.iter().map(|(_, field)| (*field, None)).collect() }
    }

    /// Puts the value above in the place of every 同上; whether one had none.
    fn resolve(&mut self, slots: &mut Slots<'a>) -> bool {
        let mut unresolved = false;
        for (cell, (field, last)) in slots.cells.iter_mut().zip(&mut self.last) {
            match cell {
                // An ID number belongs to one person; the same again is none.
                Some(Cell::Text(text)) if *field == Field::IdNumber && is_ditto(&fold(text)) => *cell = None,
                Some(Cell::Text(text)) if text.len() <= 24 && is_ditto(&fold(text)) => {
                    unresolved |= last.is_none();
                    *cell = *last;
                }
                Some(_) => *last = *cell,
                None => {}
            }
        }
        unresolved
    }
}

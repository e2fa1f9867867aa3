//! One row's cells into one [`Line`], or into the reasons it cannot be one.

use chrono::NaiveDate;

use crate::field::Field;
use crate::header::Header;
use crate::issue::Issue;
use crate::line::{Line, Occupancy, PartialDate, Room, Written};
use crate::parse::date::{self, DateDoubt};
use crate::parse::id_number::{self, IdDoubt};
use crate::parse::phone::{self, PhoneDoubt};
use crate::parse::room::{self, Parts, Role, RoomDoubt};
use crate::parse::text::CELL_CHARS;
use crate::parse::{name, words};
use crate::source::{Cell, SheetRow};

/// What the sheet says of where its people live.
#[derive(Debug)]
pub(crate) struct Place {
    /// The building its name or title speaks of.
    pub context: Option<String>,
    /// Whether that is said of the sheet itself and not just of the file.
    pub context_is_certain: bool,
    /// Whether «2-501» means unit 2.
    pub pair_is_unit: bool,
}

/// The cells of one row under the columns understood.
pub(crate) struct Slots<'a> {
    columns: &'a [(u32, Field)],
    /// The slot of each field's first column.
    first: [Option<usize>; Field::Other as usize + 1],
    pub(crate) cells: Vec<Option<&'a Cell>>,
}

impl<'a> Slots<'a> {
    pub(crate) fn new(header: &'a Header) -> Self {
        let mut first = [None; Field::Other as usize + 1];
        for (at, (_, field)) in header.columns.iter().enumerate().rev() {
            if let Some(slot) = first.get_mut(*field as usize) {
                *slot = Some(at);
            }
        }
        Self { columns: &header.columns, first, cells: vec![None; header.columns.len()] }
    }

    /// Takes the cells of a row; both run in order of column.
    pub(crate) fn fill(&mut self, row: &'a SheetRow) {
        let mut cells = row.cells.iter().peekable();
        for (slot, (column, _)) in self.cells.iter_mut().zip(self.columns) {
            while cells.next_if(|(c, _)| c < column).is_some() {}
            *slot = cells.next_if(|(c, _)| c == column).map(|(_, cell)| cell);
        }
    }

    /// The cell of a field's first column.
    pub(crate) fn get(&self, field: Field) -> &'a Cell {
        let slot = self.first.get(field as usize).copied().flatten();
        slot.and_then(|at| self.cells.get(at).copied().flatten()).unwrap_or(&Cell::Empty)
    }

    /// The cells of all columns of a field.
    fn all(&self, field: Field) -> impl Iterator<Item = &'a Cell> {
        self.columns.iter().zip(&self.cells).filter(move |((_, f), _)| *f == field).filter_map(|(_, cell)| *cell)
    }
}

/// Reads a row. `unresolved`: a 同上 had nothing above it.
pub(crate) fn read(slots: &Slots<'_>, place: &Place, unresolved: bool, today: NaiveDate) -> Result<Box<Line>, Vec<Issue>> {
    let mut issues = Vec::new();
    if unresolved {
        issues.push(Issue::DittoNothingAbove);
    }
    if slots
        .cells
        .iter()
        .flatten()
        .any(|cell| matches!(cell, Cell::Text(text) if text.len() >= CELL_CHARS && text.chars().count() >= CELL_CHARS))
    {
        issues.push(Issue::CellTooLong);
    }
    let named = match slots.get(Field::Name) {
        Cell::Text(text) => name::read(text),
        Cell::Empty => name::NameCell::default(),
        _ => name::NameCell { unusual: true, ..name::NameCell::default() },
    };
    let mut refused = match (named.name.is_empty(), named.several) {
        (_, true) => Some(Issue::NameSeveral),
        (true, false) => Some(Issue::NameMissing),
        _ => None,
    };
    let room = match read_room(slots, place, &mut issues) {
        Ok(room) => Some(room),
        Err(issue) => {
            // The name's reason comes first, as the name does.
            issues.extend(refused.take());
            issues.push(issue);
            None
        }
    };
    issues.extend(refused);
    let (Some(room), None) = (room, refused) else {
        issues.retain(|issue| !matches!(issue, Issue::CellTooLong | Issue::RoomSeveral));
        return Err(issues);
    };
    for (found, issue) in
        [(named.unseen, Issue::NameUnseen), (named.unusual, Issue::NameUnusual), (named.remark.is_some(), Issue::NameRemark)]
    {
        if found {
            issues.push(issue);
        }
    }
    let mut line = Box::new(Line {
        name: named.name,
        room,
        relation: text_of(slots.get(Field::Relation)).and_then(words::relation),
        sex: None,
        birth: None,
        phones: Vec::new(),
        id_number: None,
        occupancy: None,
        party_member: None,
        skills: Vec::new(),
        employer: text_of(slots.get(Field::Employer)).and_then(words::free_text),
        registered_address: text_of(slots.get(Field::RegisteredAddress)).and_then(words::free_text),
        area: None,
        moved_in: None,
        note: None,
        also: Vec::new(),
        issues,
    });
    identity(&mut line, slots, today);
    rest(&mut line, slots, named.remark, today);
    Ok(line)
}

/// A cell of a column that is taken as it stands; `None` where nothing is in it.
pub(crate) fn written(cell: &Cell, today: NaiveDate) -> Option<Written> {
    let day = match date::read(cell, today).0 {
        Some(PartialDate::Day(day)) => Some(day),
        _ => None,
    };
    let text = match cell {
        Cell::Text(text) => words::free_text(text)?,
        Cell::Number(n) => n.to_string(),
        Cell::Date(_) => day?.to_string(),
        Cell::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Cell::Empty | Cell::Error => return None,
    };
    Some(Written { text, day })
}

/// ID number, birth and sex, each checked against the others.
fn identity(line: &mut Line, slots: &Slots<'_>, today: NaiveDate) {
    match id_number::read(slots.get(Field::IdNumber), today) {
        Ok(number) => line.id_number = number,
        Err(doubt) => line.issues.push(match doubt {
            IdDoubt::Truncated => Issue::IdTruncated,
            IdDoubt::Old => Issue::IdOld,
            IdDoubt::Masked => Issue::IdMasked,
            IdDoubt::Invalid => Issue::IdInvalid,
        }),
    }
    let (birth, doubt) = date::read(slots.get(Field::Birth), today);
    line.birth = birth;
    line.issues.extend(doubt.map(|doubt| match doubt {
        DateDoubt::Unclear => Issue::BirthUnclear,
        DateDoubt::TwoDigitYear => Issue::BirthTwoDigitYear,
        DateDoubt::Impossible => Issue::BirthImpossible,
    }));
    match slots.get(Field::Sex) {
        Cell::Text(text) => match words::sex(text) {
            Ok(sex) => line.sex = sex,
            Err(()) => line.issues.push(Issue::SexUnclear),
        },
        Cell::Empty => {}
        Cell::Number(n) if *n == 1.0 => line.sex = Some(crate::Sex::Male),
        Cell::Number(n) if *n == 2.0 => line.sex = Some(crate::Sex::Female),
        _ => line.issues.push(Issue::SexUnclear),
    }
    let Some(number) = &line.id_number else {
        return;
    };
    if let Some(born) = id_number::birth(number).map(PartialDate::Day) {
        match line.birth {
            Some(birth) if !birth.agrees(born) => line.issues.push(Issue::BirthDiffersFromId),
            _ => line.birth = Some(born),
        }
    }
    match (line.sex, id_number::sex(number)) {
        (Some(written), Some(sex)) if written != sex => line.issues.push(Issue::SexDiffersFromId),
        (None, sex) => line.sex = sex,
        _ => {}
    }
}

fn rest(line: &mut Line, slots: &Slots<'_>, remark: Option<String>, today: NaiveDate) {
    for cell in slots.all(Field::Phone) {
        let issue = match phone::read(cell, &mut line.phones) {
            Some(PhoneDoubt::Invalid) => Issue::PhoneInvalid,
            Some(PhoneDoubt::Truncated) => Issue::PhoneTruncated,
            None => continue,
        };
        if !line.issues.contains(&issue) {
            line.issues.push(issue);
        }
    }
    match slots.get(Field::Occupancy) {
        Cell::Empty => {}
        cell => match words::occupancy(text_of(cell).unwrap_or("?")) {
            Ok(occupancy) => line.occupancy = occupancy,
            Err(()) => line.issues.push(Issue::OccupancyUnclear),
        },
    }
    if line.occupancy == Some(Occupancy::Vacant) {
        line.issues.push(Issue::OccupancyVacant);
    }
    match words::party_member(slots.get(Field::Party)) {
        Ok(member) => line.party_member = member,
        Err(()) => line.issues.push(Issue::PartyUnclear),
    }
    match words::area(slots.get(Field::Area)) {
        Ok(area) => line.area = area,
        Err(()) => line.issues.push(Issue::AreaUnclear),
    }
    let (moved_in, doubt) = date::read(slots.get(Field::MovedIn), today);
    line.moved_in = moved_in;
    if doubt.is_some() {
        line.issues.push(Issue::MovedInUnclear);
    }
    for text in slots.all(Field::Skills).filter_map(text_of) {
        words::skills(text, &mut line.skills);
    }
    let notes = slots.all(Field::Note).filter_map(text_of).filter_map(words::free_text);
    let notes: Vec<String> = remark.into_iter().chain(notes).collect();
    if !notes.is_empty() {
        line.note = Some(notes.join("；"));
    }
}

fn text_of(cell: &Cell) -> Option<&str> {
    cell.as_text()
}

/// What a building, unit or room cell says.
pub(crate) fn place_of(cell: &Cell, role: Role) -> Result<Parts, RoomDoubt> {
    match cell {
        Cell::Empty => Ok(Parts::default()),
        Cell::Text(text) => room::parse(text, role),
        Cell::Number(n) if n.fract() == 0.0 && (1.0..1e6).contains(n) => room::parse(&format!("{n:.0}"), role),
        Cell::Date(_) => Err(RoomDoubt::BecameDate),
        _ => Err(RoomDoubt::Unclear),
    }
}

/// Puts building, unit and room together from their columns and the sheet.
fn read_room(slots: &Slots<'_>, place: &Place, issues: &mut Vec<Issue>) -> Result<Room, Issue> {
    let doubt = |doubt| match doubt {
        RoomDoubt::Unclear => Issue::RoomUnclear,
        RoomDoubt::BecameDate => Issue::RoomBecameDate,
    };
    let in_building = place_of(slots.get(Field::Building), Role::Building).map_err(doubt)?;
    let in_unit = place_of(slots.get(Field::Unit), Role::Unit).map_err(doubt)?;
    let mut own = place_of(slots.get(Field::Room), Role::Room).map_err(doubt)?;
    let column_building = in_building.building.or(in_unit.building);
    let column_unit = in_unit.unit.or(in_building.unit);
    if own.pair {
        let known = column_building.as_ref().or(place.context.as_ref());
        let is_unit = match (&column_unit, known) {
            (Some(unit), Some(building)) => own.building.as_ref() == Some(unit) && own.building.as_ref() != Some(building),
            (None, Some(_)) => place.pair_is_unit,
            (_, None) => false,
        };
        if is_unit {
            own.unit = own.building.take();
        }
    }
    if own.several {
        issues.push(Issue::RoomSeveral);
    }
    let certain = column_building.as_ref().or(place.context.as_ref().filter(|_| place.context_is_certain));
    if own.building.as_ref().zip(certain).is_some_and(|(own, said)| own != said) {
        issues.push(Issue::BuildingDiffers);
    }
    if own.unit.as_ref().zip(column_unit.as_ref()).is_some_and(|(own, said)| own != said) {
        issues.push(Issue::UnitDiffers);
    }
    let room = own.room.or(in_unit.room).or(in_building.room).ok_or(Issue::RoomMissing)?;
    let building = own.building.or(column_building).or_else(|| place.context.clone()).ok_or(Issue::BuildingMissing)?;
    Ok(Room { building, unit: own.unit.or(column_unit), room })
}

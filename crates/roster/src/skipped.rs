//! Which rows below a header are no person's: totals, headings, notes, blank
//! rows, empty rooms (合计、说明、空行、空置).

use crate::Field;
use crate::field::recognise;
use crate::header::Header;
use crate::line::{Occupancy, SkipReason};
use crate::parse::room::building_in_title;
use crate::parse::text::{fold, number, squeeze};
use crate::parse::words;
use crate::person::{Place, Slots};
use crate::source::{Cell, SheetRow};

/// Decides whether a row below the header is no person's.
pub(crate) fn reason(row: &SheetRow, header: &Header, slots: &Slots<'_>, place: &mut Place) -> Option<SkipReason> {
    let name = slots.get(Field::Name);
    let name_text = name.as_text().unwrap_or_default();
    let first = row.cells.iter().map(|(_, cell)| cell).find_map(Cell::as_text).unwrap_or_default();
    if [first, name_text, slots.get(Field::Room).as_text().unwrap_or_default()].iter().any(|text| is_total(text)) {
        return Some(SkipReason::Total);
    }
    let serial = |column: u32| {
        header
            .columns
            .binary_search_by_key(&column, |(c, _)| *c)
            .ok()
            .and_then(|at| header.columns.get(at))
            .is_some_and(|(_, f)| *f == Field::Serial)
    };
    if row.cells.iter().all(|(column, cell)| serial(*column) && cell.as_text().is_none_or(|text| number(&fold(text)).is_some())) {
        return Some(SkipReason::Blank);
    }
    if name_text.len() <= 60 && name_text.contains(['名', '主', '户', '员', '人']) && repeats_header(slots) {
        return Some(SkipReason::RepeatedHeader);
    }
    if is_note(row, name, first, &serial) {
        if let Some(building) = building_in_title(first) {
            place.context = Some(building);
            place.context_is_certain = true;
        }
        return Some(SkipReason::Note);
    }
    let vacant_name =
        matches!(squeeze(&fold(name_text)).as_ref(), "空置" | "空房" | "空关" | "空户" | "空关房" | "空置房" | "(空)" | "(空置)" | "空");
    let unnamed = words::free_text(name_text).is_none() && matches!(name, Cell::Empty | Cell::Text(_));
    let vacant = || slots.get(Field::Occupancy).as_text().is_some_and(|text| words::occupancy(text) == Ok(Some(Occupancy::Vacant)));
    (vacant_name || (unnamed && vacant())).then_some(SkipReason::Vacant)
}

fn is_total(text: &str) -> bool {
    if text.len() > 90 || !text.contains(['计', '总', '数']) {
        return false;
    }
    let folded = fold(text);
    let squeezed = squeeze(&folded);
    ["合计", "小计", "总计", "共计", "累计", "总户数", "总人数", "本页合计", "本页小计", "户数合计", "人数合计"]
        .iter()
        .any(|word| squeezed.starts_with(word))
        || (squeezed.chars().count() <= 8 && (squeezed.ends_with("合计") || squeezed.ends_with("小计") || squeezed.ends_with("总计")))
}

fn repeats_header(slots: &Slots<'_>) -> bool {
    let repeats = |field| slots.get(field).as_text().and_then(recognise).is_some_and(|(f, _)| f == field);
    repeats(Field::Name)
        && [Field::Room, Field::Phone, Field::Building, Field::Sex, Field::IdNumber, Field::Unit, Field::Birth, Field::Occupancy]
            .into_iter()
            .any(repeats)
}

/// Signature lines, remarks under the table, headings inside it.
fn is_note(row: &SheetRow, name: &Cell, first: &str, serial: &impl Fn(u32) -> bool) -> bool {
    const STARTS: [&str; 16] = [
        "注:",
        "备注:",
        "说明:",
        "填表",
        "制表",
        "审核",
        "经办",
        "统计人",
        "统计时间",
        "填报",
        "负责人:",
        "联系人:",
        "日期:",
        "社区(",
        "备注1",
        "注意",
    ];
    let folded = fold(first);
    let squeezed = squeeze(&folded);
    let first_is_name = matches!(name, Cell::Text(text) if text.as_ref() == first);
    if STARTS.iter().any(|start| squeezed.starts_with(start)) {
        return true;
    }
    let mut cells = row.cells.iter();
    let (Some((column, Cell::Text(_))), None) = (cells.next(), cells.next()) else {
        return false;
    };
    let heading = building_in_title(first).is_some() && !first_is_name;
    heading || serial(*column) || squeezed.contains(':') || squeezed.chars().count() > 15
}

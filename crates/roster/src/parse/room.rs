//! Where someone lives (楼栋、单元、室), out of the many ways it is written.
//!
//! Normal form of each part: leading zeros dropped, Chinese numbers turned into
//! digits, letters upper case: «03-02-0501», «3幢2单元501室» and «三栋二单元501»
//! all give 3, 2, 501.

use super::text::{fold, is_placeholder, number, squeeze};

/// Which column the text stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Building,
    Unit,
    Room,
}

/// What could be told from one text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Parts {
    pub building: Option<String>,
    pub unit: Option<String>,
    pub room: Option<String>,
    /// «3-501»: the first part may be the building or the unit. It stands in
    /// `building`; whoever knows the sheet may move it.
    pub pair: bool,
    /// More rooms stood in the cell; this is the first.
    pub several: bool,
}

/// Why a text gives no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoomDoubt {
    Unclear,
    BecameDate,
}

/// The longest part kept, in characters.
const PART_CHARS: usize = 16;

/// Reads one text.
pub(crate) fn parse(text: &str, role: Role) -> Result<Parts, RoomDoubt> {
    // The usual case, digits alone, needs no cleaning.
    if !text.is_empty() && text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Parts::default().put(&[text], role);
    }
    let folded = fold(text);
    if is_placeholder(&folded) {
        return Ok(Parts::default());
    }
    if folded.len() > 400 {
        return Err(RoomDoubt::Unclear);
    }
    let upper = folded.to_uppercase();
    let mut parts = Parts::default();
    let first = first_of_several(&upper, &mut parts.several);
    let spaced = spaces_as_dashes(first);
    let squeezed = squeeze(&spaced);
    let text = squeezed.as_ref();
    if looks_like_date(text) {
        return Err(RoomDoubt::BecameDate);
    }
    let rest = match building_mark(text) {
        Some((before, after)) => {
            if building_mark(after).is_some_and(|(_, rest)| !rest.is_empty()) {
                return Err(RoomDoubt::Unclear);
            }
            parts.building = Some(building_before(before).ok_or(RoomDoubt::Unclear)?);
            after
        }
        None => text,
    };
    let rest = match rest.split_once("单元").or_else(|| rest.split_once('梯').filter(|(before, _)| number(before).is_some())) {
        Some((before, after)) => {
            let mut before: Vec<&str> = split(before);
            let unit = before.pop().and_then(component).ok_or(RoomDoubt::Unclear)?;
            match (before.as_slice(), &parts.building) {
                ([], _) => {}
                ([building], None) => parts.building = Some(component(building).ok_or(RoomDoubt::Unclear)?),
                _ => return Err(RoomDoubt::Unclear),
            }
            parts.unit = Some(unit);
            after
        }
        None => rest,
    };
    let pieces = split(rest);
    if parts.building.is_some() || parts.unit.is_some() { parts.put_after_marks(&pieces, role) } else { parts.put(&pieces, role) }
}

/// The building a sheet's name or a title speaks of: «3幢», «3号楼住户名册».
/// Needs a mark, and only one building named.
pub(crate) fn building_in_title(text: &str) -> Option<String> {
    let folded = fold(text);
    let upper = squeeze(&folded).to_uppercase();
    if upper.len() > 300 {
        return None;
    }
    let marks = ["幢", "栋", "座", "#"].iter().map(|m| upper.matches(m).count()).sum::<usize>() + upper.matches("号楼").count();
    if marks != 1 {
        return None;
    }
    let (before, _) = building_mark(&upper)?;
    building_before(before)
}

impl Parts {
    fn put(mut self, pieces: &[&str], role: Role) -> Result<Parts, RoomDoubt> {
        let part = |text: &str| component(text).map(Some).ok_or(RoomDoubt::Unclear);
        match (pieces, role) {
            ([], _) => return Err(RoomDoubt::Unclear),
            ([building], Role::Building) => self.building = part(building)?,
            ([unit], Role::Unit) => self.unit = part(unit)?,
            ([room], Role::Room) => {
                if room.len() > 5 && room.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(RoomDoubt::Unclear);
                }
                self.room = part(room)?;
            }
            ([building, unit], Role::Building | Role::Unit) => {
                self.building = part(building)?;
                self.unit = part(unit)?;
            }
            ([first, room], Role::Room) => {
                if first.len() >= 3 && room.len() >= 3 && number(first).is_some() && number(room).is_some() {
                    self.several = true;
                    self.room = part(first)?;
                } else {
                    self.building = part(first)?;
                    self.room = part(room)?;
                    self.pair = true;
                }
            }
            ([building, unit, room], _) => {
                self.building = part(building)?;
                self.unit = part(unit)?;
                self.room = part(room)?;
            }
            ([phase, building, rest @ ..], _) if phase.ends_with(['期', '区']) && rest.len() <= 2 => {
                let joined = format!("{}{}", component(phase).ok_or(RoomDoubt::Unclear)?, component(building).ok_or(RoomDoubt::Unclear)?);
                self = self.put_after_marks(rest, role)?;
                self.building = part(&joined)?;
            }
            _ => return Err(RoomDoubt::Unclear),
        }
        Ok(self)
    }

    fn put_after_marks(mut self, pieces: &[&str], role: Role) -> Result<Parts, RoomDoubt> {
        let part = |text: &str| component(text).map(Some).ok_or(RoomDoubt::Unclear);
        match pieces {
            [] => {}
            [unit] if role == Role::Unit && self.unit.is_none() => self.unit = part(unit)?,
            [room] => self.room = part(room)?,
            [unit, room] if self.unit.is_none() => {
                self.unit = part(unit)?;
                self.room = part(room)?;
            }
            _ => return Err(RoomDoubt::Unclear),
        }
        Ok(self)
    }
}

/// The first of «3-2-501、3-2-502» or «3-2-501/502».
fn first_of_several<'a>(text: &'a str, several: &mut bool) -> &'a str {
    let text = text.trim_matches(['、', ',', ';', ' ', '\n']);
    let first = match text.split_once(['、', ',', ';']) {
        Some((first, _)) => first,
        None => match text.split_once('/') {
            Some((first, second)) => {
                let long = |t: &str| t.trim().len() >= 3 && t.trim().bytes().all(|b| b.is_ascii_digit());
                let marked = first.contains(['-', '幢', '栋', '室', '#', '座', '号']) || first.contains("单元");
                if marked
                    && first.chars().any(|c| c.is_ascii_digit())
                    && !second.contains(['-', '元'])
                    && (long(second) || first.contains('室'))
                    || (long(first) && long(second))
                {
                    first
                } else {
                    return text;
                }
            }
            None => return text,
        },
    };
    *several = true;
    first
}

/// «3 2 501»: blanks that part the numbers.
fn spaces_as_dashes(text: &str) -> String {
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ') {
        text.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join("-")
    } else {
        text.to_string()
    }
}

/// What a spreadsheet makes of 3-2 or 3-2-01 left in a cell that is not text.
fn looks_like_date(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    if text.contains('月') && text.contains(|c: char| c.is_ascii_digit()) {
        return true;
    }
    if text.len() <= 12 && text.contains('-') && MONTHS.iter().any(|m| text.starts_with(m) || text.contains(&format!("-{m}"))) {
        return true;
    }
    let pieces: Vec<&str> = text.split(['-', '/']).collect();
    let small = |t: &str, max| number(t).is_some_and(|n| (1..=max).contains(&n)) && t.len() <= 2;
    let year = |t: &str| t.len() == 4 && number(t).is_some_and(|n| (1900..2100).contains(&n));
    matches!(pieces.as_slice(), [y, m, d] if year(y) && small(m, 12) && small(d, 31))
}

/// Parts the text at the mark of a building: 幢, 栋, 座, 号楼, #, or failing
/// these 楼 or 号 right after a number.
fn building_mark(text: &str) -> Option<(&str, &str)> {
    let strong = text.find(['幢', '栋', '座', '#']).or_else(|| text.find("号楼"));
    let at = strong.or_else(|| {
        text.match_indices(['楼', '号']).map(|(at, _)| at).find(|at| {
            text.get(..*at).is_some_and(|b| b.ends_with(is_number_char))
                && text.get(at + 3..).is_some_and(|after| after.starts_with(is_number_char))
        })
    })?;
    let (before, marked) = text.split_at_checked(at)?;
    let after = ["号楼", "#楼", "幢楼", "幢", "栋", "座", "#", "楼", "号"].iter().find_map(|mark| marked.strip_prefix(mark))?;
    Some((before, after))
}

fn is_number_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "〇零一二三四五六七八九十百甲乙丙丁".contains(c)
}

/// The building at the end of what stands before its mark; an address before
/// it is dropped, a phase (二期) or part (东区) of the compound kept.
fn building_before(before: &str) -> Option<String> {
    let prefix = before.trim_end_matches(is_number_char);
    let own = component(before.get(prefix.len()..)?)?;
    let place = prefix.strip_suffix(['期', '区']).and_then(|head| {
        let run = head.trim_end_matches(|c: char| is_number_char(c) || "东南西北中".contains(c));
        let run = head.get(run.len()..).filter(|run| !run.is_empty() && run.chars().count() <= 3)?;
        let suffix = if prefix.ends_with('期') { "期" } else { "区" };
        Some(format!("{}{suffix}", component(run)?))
    });
    component(&format!("{}{own}", place.unwrap_or_default()))
}

fn split(text: &str) -> Vec<&str> {
    text.split(['-', '.', '/', '\\', '_', '~', '*', '(', ')', ':']).filter(|piece| !piece.is_empty()).take(6).collect()
}

/// One part in its normal form.
fn component(text: &str) -> Option<String> {
    let text =
        ["号房", "号室", "室", "号", "户", "房", "幢", "栋", "座", "#"].iter().find_map(|mark| text.strip_suffix(mark)).unwrap_or(text);
    if text.is_empty() || text.chars().count() > PART_CHARS || !text.chars().all(char::is_alphanumeric) {
        return None;
    }
    if text.contains(['幢', '栋', '座', '月']) || text.contains("单元") || text.contains("号楼") {
        return None;
    }
    if let Some(n) = number(text) {
        return (n > 0).then(|| n.to_string());
    }
    // 0501A and 一期3 keep what follows the number.
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (head, tail) = text.split_at_checked(digits)?;
    let head = head.trim_start_matches('0');
    if digits > 9 || (digits > 0 && head.is_empty()) {
        return None;
    }
    let tail = match tail.find(['期', '区']).and_then(|at| tail.split_at_checked(at)) {
        Some((place, rest)) if digits == 0 => format!("{}{rest}", number(place).map_or(place.to_string(), |n| n.to_string())),
        _ => tail.to_string(),
    };
    let whole = format!("{head}{tail}");
    // A second mark at the end would be dropped at the next reading.
    (!whole.is_empty() && !whole.ends_with(['室', '号', '户', '房'])).then_some(whole)
}

#[cfg(test)]
#[path = "room_tests.rs"]
mod tests;

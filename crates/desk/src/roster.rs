//! Importing a roster: read, compare, show, and only then store.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use xinghuo_ledger::{Books, LedgerError};
use xinghuo_model::records::Person;
use xinghuo_model::*;
use xinghuo_roster::{Field, Line, Reading, Verdict, Workbook, Written};

use crate::ask::RosterVerdict;
use crate::error::{Result, not};
use crate::home::{read_chosen, write_whole};
use crate::open::{Open, done, lock};
use crate::people::{blank, room};
use crate::views::*;

/// A preview that waits to be stored.
pub(crate) struct RosterDraft {
    file: PathBuf,
    workbook: Workbook,
    rows: Vec<DraftRow>,
    stored: bool,
}

struct DraftRow {
    view: RosterRow,
    at: xinghuo_roster::RowRef,
    /// The record as it would become; `None` where nothing is stored.
    person: Option<Person>,
    /// `None` for a new one: its id is made when it is stored.
    existing: bool,
}

/// Several reasons as one sentence.
fn sentence(reasons: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = reasons.map(|reason| reason.trim_end_matches('。').to_owned()).collect();
    if parts.is_empty() { String::new() } else { format!("{}。", parts.join("；")) }
}

/// A person is the same where room and name agree and the births do not contradict.
type Key = (String, String, String, String);

fn key(building: &str, unit: Option<&str>, room: &str, name: &str) -> Key {
    (building.to_owned(), unit.unwrap_or_default().to_owned(), room.to_owned(), name.to_owned())
}

/// The record's own columns that a roster holds as they stand: the fields into whose label no
/// meaning is read, so that a field added to the record can be imported at once.
fn plain_columns() -> Vec<(usize, &'static FieldDef)> {
    Person::KIND.fields.iter().enumerate().filter(|(_, field)| xinghuo_roster::column(field.zh).is_none()).collect()
}

/// Whether the record keeps what such a column holds.
fn is_kept(column: Field) -> bool {
    Person::KIND.fields.iter().any(|field| xinghuo_roster::column(field.zh) == Some(column))
}

/// The record with a field as a cell has it; `None` where the field cannot be that.
fn with_cell(person: &Person, index: usize, cell: &Written) -> Option<Person> {
    let as_day = cell.day.map(|day| day.to_string());
    [Some(cell.text.clone()), as_day].into_iter().flatten().find_map(|text| {
        let mut values = person.values();
        let value = match Person::KIND.fields.get(index)?.store {
            Store::Text => text.into(),
            Store::Integer => text.parse::<i64>().ok()?.into(),
            Store::Bool => match text.as_str() {
                "是" | "有" | "√" => true.into(),
                "否" | "无" | "×" => false.into(),
                _ => return None,
            },
            Store::Id | Store::Json => return None,
        };
        *values.get_mut(index)? = value;
        Person::from_values(person.id, &mut |at| values.get_mut(at).map(serde_json::Value::take).unwrap_or_default()).ok()
    })
}

/// What a line says, laid over what is known; a silent cell never blanks anything. With it, what
/// could not be understood.
fn overlay(mut person: Person, line: &Line, plain: &[(usize, &'static FieldDef)]) -> (Person, Vec<String>) {
    let text = |new: &Option<String>, old: Option<String>| new.clone().or(old);
    person.name.clone_from(&line.name);
    person.building.clone_from(&line.room.building);
    person.unit.clone_from(&line.room.unit);
    person.room.clone_from(&line.room.room);
    person.relation = text(&line.relation, person.relation);
    person.sex = line
        .sex
        .map(|s| match s {
            xinghuo_roster::Sex::Male => Sex::Male,
            xinghuo_roster::Sex::Female => Sex::Female,
        })
        .or(person.sex);
    if let Some(birth) = &line.birth {
        let new = birth_text(birth);
        // 1980 does not take away what 1980-01-05 already said.
        if !person.birth.as_ref().is_some_and(|old| old.starts_with(&new)) {
            person.birth = Some(new);
        }
    }
    if !line.phones.is_empty() && line.phones.iter().any(|p| !person.phones.contains(p)) {
        person.phones.clone_from(&line.phones);
    }
    person.occupancy = line
        .occupancy
        .map(|o| match o {
            xinghuo_roster::Occupancy::Own => Occupancy::Owner,
            xinghuo_roster::Occupancy::Rented => Occupancy::Tenant,
            xinghuo_roster::Occupancy::Vacant => Occupancy::Vacant,
        })
        .or(person.occupancy);
    person.party_member = line.party_member.or(person.party_member);
    if !line.skills.is_empty() {
        person.skills = Some(line.skills.join("、"));
    }
    person.employer = text(&line.employer, person.employer);
    person.id_number = text(&line.id_number, person.id_number);
    person.note = text(&line.note, person.note);
    let mut doubts = Vec::new();
    for (which, cell) in &line.also {
        let Some((index, field)) = plain.get(usize::from(*which)) else { continue };
        match with_cell(&person, *index, cell) {
            Some(with) => person = with,
            None => doubts.push(format!("{}看不明白，这一格没有导入。", field.zh)),
        }
    }
    (person, doubts)
}

fn birth_text(birth: &xinghuo_roster::PartialDate) -> String {
    use xinghuo_roster::PartialDate::*;
    match birth {
        Year(y) => format!("{y:04}"),
        Month(y, m) => format!("{y:04}-{m:02}"),
        Day(d) => d.to_string(),
    }
}

fn births_agree(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.starts_with(b) || b.starts_with(a),
        _ => true,
    }
}

/// 联系电话：138****5678 → 139****0000
fn changes(old: &Person, new: &Person) -> Vec<String> {
    use xinghuo_model::Record;
    let show =
        |field: &FieldDef, value: &serde_json::Value| crate::history::shown(field, value, true).unwrap_or_else(|| "（空）".to_owned());
    old.values()
        .iter()
        .zip(new.values().iter())
        .zip(Person::KIND.fields)
        .filter(|((a, b), _)| a != b)
        .map(|((a, b), field)| format!("{}：{} → {}", field.zh, show(field, a), show(field, b)))
        .collect()
}

fn compare(books: &Books<'_>, space: SpaceId, workbook: &Workbook, plain: &[(usize, &'static FieldDef)]) -> Result<Vec<DraftRow>> {
    let mut known: HashMap<Key, Vec<Person>> = HashMap::new();
    for kept in books.select::<Person>("AND space = ?1", [space.0.as_bytes()])? {
        let p = kept.record;
        known.entry(key(&p.building, p.unit.as_deref(), &p.room, &p.name)).or_default().push(p);
    }
    let mut out = Vec::with_capacity(workbook.rows().len());
    for row in workbook.rows() {
        let mut view = RosterRow {
            sheet: row.at.sheet.clone(),
            row: row.at.row,
            verdict: RosterVerdict::Skipped,
            verdict_zh: String::new(),
            name: String::new(),
            room: String::new(),
            reason: String::new(),
            changes: Vec::new(),
        };
        let mut person = None;
        let mut existing = false;
        match &row.verdict {
            Reading::Skipped(why) => view.reason = why.to_string(),
            Reading::Refused(issues) => {
                view.verdict = RosterVerdict::Refused;
                view.reason = sentence(issues.iter().map(ToString::to_string));
            }
            Reading::Person(line) => {
                let birth = line.birth.as_ref().map(birth_text);
                let k = key(&line.room.building, line.room.unit.as_deref(), &line.room.room, &line.name);
                let candidates = known.get(&k).map(Vec::as_slice).unwrap_or_default();
                let old = candidates.iter().find(|p| births_agree(p.birth.as_deref(), birth.as_deref()));
                let (new, doubts) = overlay(old.cloned().unwrap_or_else(|| blank(PersonId(uuid::Uuid::nil()))), line, plain);
                view.name.clone_from(&new.name);
                view.room = room(&new);
                view.verdict = match old {
                    None => RosterVerdict::New,
                    Some(old) if *old == new => RosterVerdict::Same,
                    Some(old) => {
                        view.changes = changes(old, &new);
                        RosterVerdict::Changed
                    }
                };
                existing = old.is_some();
                if view.verdict != RosterVerdict::Same {
                    person = Some(new);
                }
                let suspect = line.is_suspect() || !doubts.is_empty();
                view.reason = sentence(line.issues.iter().map(ToString::to_string).chain(doubts));
                if suspect {
                    view.reason = format!("{}：{}", view.verdict.zh(), view.reason);
                    view.verdict = RosterVerdict::Suspect;
                }
            }
        }
        view.verdict_zh = view.verdict.zh().to_owned();
        out.push(DraftRow { view, at: row.at.clone(), person, existing });
    }
    Ok(out)
}

impl Open {
    pub(crate) fn roster_preview(
        &self,
        path: &Path,
        today: chrono::NaiveDate,
        pace: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<RosterPreview> {
        let space = self.own_compound()?;
        let bytes = read_chosen(path, 64 << 20)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let plain = plain_columns();
        let titles: Vec<&str> = plain.iter().map(|(_, field)| field.zh).collect();
        let workbook = xinghuo_roster::read_on(today, &bytes, &name, &titles, pace)?;
        drop(bytes);
        let rows = self.read(|books| compare(books, space, &workbook, &plain))?;
        let count = |v: RosterVerdict| rows.iter().filter(|r| r.view.verdict == v).count() as u32;
        let mut columns: Vec<String> = Vec::new();
        let mut unknown: Vec<String> = Vec::new();
        let name_once = |into: &mut Vec<String>, title: String| {
            if !into.contains(&title) {
                into.push(title);
            }
        };
        for sheet in workbook.sheets() {
            for column in sheet.columns.iter().filter(|column| **column != Field::Serial) {
                // Understood is not kept: an area is the room's, not the person's.
                name_once(if is_kept(*column) { &mut columns } else { &mut unknown }, column.to_string());
            }
            sheet
                .also
                .iter()
                .filter_map(|which| titles.get(usize::from(*which)))
                .for_each(|title| name_once(&mut columns, (*title).to_owned()));
            sheet.unknown.iter().for_each(|title| name_once(&mut unknown, title.clone()));
        }
        let preview = RosterPreview {
            file: name,
            sheets: workbook.sheets().iter().map(|s| s.name.clone()).collect(),
            rows: rows.len() as u32,
            new: count(RosterVerdict::New),
            changed: count(RosterVerdict::Changed),
            same: count(RosterVerdict::Same),
            suspect: count(RosterVerdict::Suspect),
            skipped: count(RosterVerdict::Skipped),
            refused: count(RosterVerdict::Refused),
            unknown_columns: unknown,
            known_columns: columns,
        };
        *lock(&self.roster) = Some(RosterDraft { file: path.to_owned(), workbook, rows, stored: false });
        Ok(preview)
    }

    pub(crate) fn roster_rows(&self, verdict: Option<RosterVerdict>, offset: u32) -> Result<RosterRows> {
        let draft = lock(&self.roster);
        let Some(draft) = draft.as_ref() else { return no_draft() };
        let matching = draft.rows.iter().filter(|r| verdict.is_none_or(|v| v == r.view.verdict));
        Ok(RosterRows {
            total: matching.clone().count() as u32,
            rows: matching.skip(offset as usize).take(500).map(|r| r.view.clone()).collect(),
        })
    }

    pub(crate) fn roster_store(&self, at: DateTime<FixedOffset>, pace: &mut dyn FnMut(u64, u64) -> bool) -> Result<RosterStored> {
        let space = self.own_compound()?;
        let mut draft = lock(&self.roster);
        let Some(draft) = draft.as_mut() else { return no_draft() };
        if draft.stored {
            return not("roster.stored", "这份名册刚才已经导入。", "要再导一次，请重新选择文件。");
        }
        let (mut added, mut changed) = (0, 0);
        let outcome = self.save(Act::ImportRoster, at, |save| {
            for (done, row) in draft.rows.iter().enumerate() {
                if !pace(done as u64, draft.rows.len() as u64) {
                    return Err(LedgerError::Cancelled.into());
                }
                let Some(person) = &row.person else { continue };
                let mut person = person.clone();
                if row.existing {
                    changed += 1;
                } else {
                    person.id = save.id();
                    added += 1;
                }
                save.put(space, &person);
            }
            Ok(())
        })?;
        draft.stored = true;
        let same = draft.rows.iter().filter(|r| r.view.verdict == RosterVerdict::Same).count() as u32;
        let message = if outcome.save == 0 {
            "名册与已有的完全相同，没有改动。".to_owned()
        } else {
            format!("已导入名册：新增 {added} 人，变更 {changed} 人。")
        };
        Ok(RosterStored { save: outcome.save, message, added, changed, same })
    }

    pub(crate) fn roster_blank(&self, path: &Path) -> Result<Done> {
        let titles: Vec<&str> = Person::KIND.fields.iter().map(|field| field.zh).collect();
        write_whole(path, &xinghuo_roster::blank(&titles)?)?;
        Ok(done("空白名册已存好，填好以后可以直接导入。", &[]))
    }

    pub(crate) fn roster_return(&self, path: &Path) -> Result<Done> {
        let draft = lock(&self.roster);
        let Some(draft) = draft.as_ref() else { return no_draft() };
        let verdicts: Vec<_> = draft
            .rows
            .iter()
            .map(|r| {
                let verdict = match r.view.verdict {
                    RosterVerdict::New => Verdict::New,
                    RosterVerdict::Changed => Verdict::Changed,
                    RosterVerdict::Same => Verdict::Same,
                    RosterVerdict::Suspect => Verdict::Suspect,
                    RosterVerdict::Skipped => Verdict::Skipped,
                    RosterVerdict::Refused => Verdict::NotImported,
                };
                let mut reason = r.view.reason.clone();
                if !r.view.changes.is_empty() {
                    if !reason.is_empty() {
                        reason.push('；');
                    }
                    reason.push_str(&r.view.changes.join("；"));
                }
                (r.at.clone(), verdict, reason)
            })
            .collect();
        let bytes = draft.workbook.returned(&verdicts)?;
        if path == draft.file {
            return not("roster.same_file", "不能覆盖原来的名册。", "请另取一个文件名。");
        }
        write_whole(path, &bytes)?;
        Ok(done("已存好带“结果”和“原因”的名册。", &[]))
    }
}

fn no_draft<T>() -> Result<T> {
    not("roster.no_preview", "还没有打开名册。", "请先选择文件并查看预览。")
}

//! People of the compound: lists, cards, the find box, reveal.

use uuid::Uuid;
use xinghuo_ledger::{Books, Kept};
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::ask::PersonInput;
use crate::cases;
use crate::error::{DeskError, Result, filled, optional};
use crate::open::Open;
use crate::views::*;

/// 3-2-501, as people write a room.
pub(crate) fn room(person: &Person) -> String {
    match &person.unit {
        Some(unit) => format!("{}-{}-{}", person.building, unit, person.room),
        None => format!("{}-{}", person.building, person.room),
    }
}

pub(crate) fn line(kept: &Kept<Person>) -> PersonLine {
    let p = &kept.record;
    PersonLine {
        id: p.id,
        name: p.name.clone(),
        room: room(p),
        relation: p.relation.clone(),
        sex: p.sex,
        birth: p.birth.clone(),
        phones: p.phones.iter().map(|t| mask::phone(t)).collect(),
        occupancy: p.occupancy,
        party_member: p.party_member.unwrap_or(false),
        checked_in: p.checked_in_on.is_some(),
        conflict: kept.conflict,
    }
}

const BY_ROOM: &str = "ORDER BY CAST(building AS INTEGER), building, unit, CAST(room AS INTEGER), room, id";

/// How many rooms are offered at once.
const OFFERED: usize = 6;

/// The rooms of the roster that what is typed may mean or begin to mean: 3-2-501, 32501, 3幢2单元501.
/// None where it says something else: 西门口.
pub(crate) fn rooms(books: &Books<'_>, space: SpaceId, text: &str) -> Result<Vec<String>> {
    let typed: String = text.trim().to_uppercase();
    if typed.chars().any(|c| !c.is_ascii_alphanumeric() && !" -—/#、.幢栋座号楼单元室".contains(c)) {
        return Ok(Vec::new());
    }
    let parts: Vec<&str> = typed.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let Some((last, whole)) = parts.split_last() else { return Ok(Vec::new()) };
    let known: Vec<(String, Option<String>, String)> = books.rows(
        &format!(
            "SELECT coalesce(building, ''), unit, room FROM person WHERE life = 0 AND space = ?1 AND room <> '' GROUP BY 1, 2, 3 {BY_ROOM}"
        ),
        [space.0.as_bytes()],
        |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
    )?;
    let means = |room: &[&str]| match whole {
        [] => room.concat().to_uppercase().starts_with(last),
        _ => {
            room.len() > whole.len()
                && whole.iter().zip(room).all(|(typed, part)| part.eq_ignore_ascii_case(typed))
                && room[whole.len()].to_uppercase().starts_with(last)
        }
    };
    Ok(known
        .iter()
        .map(|(building, unit, room)| {
            [Some(building.as_str()).filter(|b| !b.is_empty()), unit.as_deref(), Some(room.as_str())]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
        })
        .filter(|room| means(room))
        .take(OFFERED)
        .map(|room| room.join("-"))
        .collect())
}

pub(crate) fn buildings(books: &Books<'_>, space: SpaceId) -> Result<Vec<BuildingCount>> {
    Ok(books.rows(
        "SELECT coalesce(building, ''), count(*), count(DISTINCT coalesce(unit, '') || '-' || room) FROM person WHERE life = 0 AND space = ?1 GROUP BY 1 ORDER BY CAST(building AS INTEGER), building",
        [space.0.as_bytes()],
        |r| Ok(BuildingCount { building: r.get(0)?, people: r.get(1)?, rooms: r.get(2)? }),
    )?)
}

pub(crate) fn page(books: &Books<'_>, space: SpaceId, building: Option<&str>, offset: u32) -> Result<PeoplePage> {
    let total = books.number(
        "SELECT count(*) FROM person WHERE life = 0 AND space = ?1 AND (?2 IS NULL OR building = ?2)",
        (space.0.as_bytes(), building),
    )?;
    let people = books.select::<Person>(
        &format!("AND space = ?1 AND (?2 IS NULL OR building = ?2) {BY_ROOM} LIMIT 200 OFFSET ?3"),
        (space.0.as_bytes(), building, offset),
    )?;
    Ok(PeoplePage { total: total as u32, offset, people: people.iter().map(line).collect() })
}

pub(crate) fn card(books: &Books<'_>, id: PersonId, today: chrono::NaiveDate) -> Result<PersonCard> {
    let kept = books.need::<Person>(id)?;
    let p = &kept.record;
    let household = books.select::<Person>(
        &format!("AND space = ?1 AND building = ?2 AND unit IS ?3 AND room = ?4 AND id <> ?5 {BY_ROOM} LIMIT 30"),
        (kept.space.as_bytes(), &p.building, &p.unit, &p.room, id.0.as_bytes()),
    )?;
    let requests = books.select::<Request>("AND requester = ?1 ORDER BY accepted_on DESC LIMIT 20", [id.0.as_bytes()])?;
    Ok(PersonCard {
        person: line(&kept),
        building: p.building.clone(),
        unit: p.unit.clone(),
        room_only: p.room.clone(),
        skills: p.skills.clone(),
        employer: p.employer.clone(),
        checked_in_on: p.checked_in_on,
        id_number: p.id_number.as_deref().map(mask::id_number),
        has_note: p.note.is_some(),
        household: household.iter().map(line).collect(),
        requests: requests.iter().map(|r| cases::line(r, today)).collect(),
    })
}

impl Open {
    /// A hidden value in full; who looked, when and why is kept.
    pub(crate) fn reveal(&self, id: PersonId, field: &str, reason: &str, at: &str) -> Result<String> {
        let reason = filled(reason, "reason")?;
        let inner = crate::open::lock(&self.inner);
        let person = inner.ledger.books().need::<Person>(id)?.record;
        let value = match field {
            "phones" => person.phones.join("、"),
            "id_number" => person.id_number.unwrap_or_default(),
            "note" => person.note.unwrap_or_default(),
            _ => return Err(DeskError::Field { field: "field", why: "没有这样的隐藏项。" }),
        };
        inner.ledger.note_reveal(at, &self.profile().person, id.0, field, &reason)?;
        Ok(value)
    }

    pub(crate) fn save_person(&self, input: PersonInput, at: chrono::DateTime<chrono::FixedOffset>) -> Result<Saved> {
        let space = self.own_compound()?;
        let name = filled(&input.name, "name")?;
        let building = filled(&input.building, "building")?;
        let room = filled(&input.room, "room")?;
        let phones = match input.phones {
            Some(list) => Some(
                list.iter()
                    .map(|p| p.trim().to_owned())
                    .filter(|p| !p.is_empty())
                    .map(|p| {
                        let digits = p.chars().filter(char::is_ascii_digit).count();
                        if (5..=15).contains(&digits) && p.chars().all(|c| c.is_ascii_digit() || "+- ".contains(c)) {
                            Ok(p)
                        } else {
                            Err(DeskError::Field { field: "phones", why: "电话只能由数字组成，多个电话请分开填写。" })
                        }
                    })
                    .collect::<Result<Vec<_>>>()?,
            ),
            None => None,
        };
        let today = at.date_naive();
        let birth = match optional(input.birth) {
            Some(text) => match xinghuo_roster::partial_date(&text, today) {
                Some(birth) => Some(birth.to_string()),
                None => return Err(DeskError::Field { field: "birth", why: "出生写成 1980、1980-01 或 1980-01-05。" }),
            },
            None => None,
        };
        let id_number = match input.id_number.as_deref().map(str::trim) {
            Some("") => Some(None),
            Some(text) => match xinghuo_roster::citizen_number(text, today) {
                Some(number) => Some(Some(number)),
                None => return Err(DeskError::Field { field: "id_number", why: "身份证号应为 18 位，请对照证件核对。" }),
            },
            None => None,
        };
        self.save_one(Act::SavePerson, at, |save| {
            let mut person = match input.id {
                Some(id) => save.books().need::<Person>(id)?.record,
                None => blank(save.id()),
            };
            person.name = name;
            person.building = building;
            person.unit = optional(input.unit);
            person.room = room;
            person.relation = optional(input.relation);
            person.sex = input.sex;
            person.birth = birth;
            if let Some(phones) = phones {
                person.phones = phones;
            }
            person.occupancy = input.occupancy;
            person.party_member = input.party_member;
            person.checked_in_on = input.checked_in_on;
            person.skills = optional(input.skills);
            person.employer = optional(input.employer);
            if let Some(number) = id_number {
                person.id_number = number;
            }
            if let Some(note) = input.note {
                person.note = optional(Some(note));
            }
            save.put(space, &person);
            Ok(person.id)
        })
    }
}

/// A person of whom nothing is known yet.
pub(crate) fn blank(id: PersonId) -> Person {
    Person {
        id,
        name: String::new(),
        building: String::new(),
        unit: None,
        room: String::new(),
        relation: None,
        sex: None,
        birth: None,
        phones: Vec::new(),
        occupancy: None,
        party_member: None,
        skills: None,
        employer: None,
        id_number: None,
        note: None,
        checked_in_on: None,
    }
}

/// The find box: best first, people leading.
pub(crate) fn find(books: &Books<'_>, text: &str, only: Option<SpaceId>) -> Result<Vec<Hit>> {
    let mut out = Vec::new();
    for found in books.find(text, 40)? {
        if only.is_some_and(|s| s.0 != found.space) {
            continue;
        }
        if let Some(hit) = hit(books, found.kind, found.id)? {
            out.push(hit);
        }
        if out.len() >= 20 {
            break;
        }
    }
    Ok(out)
}

pub(crate) fn hit(books: &Books<'_>, kind: &KindDef, id: Uuid) -> Result<Option<Hit>> {
    let shorten = |text: &str| text.chars().take(30).collect::<String>();
    let make = |kind, title: String, detail: String, month| Some(Hit { kind, id, title, detail, month });
    Ok(match kind.name {
        "person" => books.get::<Person>(id.into())?.and_then(|k| {
            let l = line(&k);
            let detail = [Some(l.room.clone()), l.relation.clone(), l.phones.first().cloned()];
            make(HitKind::Person, l.name, detail.into_iter().flatten().collect::<Vec<_>>().join(" · "), None)
        }),
        "request" => books.get::<Request>(id.into())?.and_then(|k| {
            let r = k.record;
            make(HitKind::Request, shorten(&r.text), format!("{} · {}", r.number, r.state.zh()), None)
        }),
        "mediation" => books.get::<Mediation>(id.into())?.and_then(|k| {
            let m = k.record;
            make(HitKind::Mediation, shorten(&m.facts), format!("{} · {}", m.number, m.state.zh()), None)
        }),
        "opinion" => books.get::<Opinion>(id.into())?.and_then(|k| {
            let o = k.record;
            make(HitKind::Opinion, shorten(&o.text), format!("{} · {}", o.on, o.category.zh()), Some(o.month))
        }),
        "topic" => books.get::<Topic>(id.into())?.and_then(|k| {
            let t = k.record;
            make(HitKind::Topic, shorten(&t.title), format!("{} · {}", t.month.zh(), t.state.zh()), Some(t.month))
        }),
        "delegate" => books.get::<Delegate>(id.into())?.and_then(|k| {
            let d = k.record;
            make(HitKind::Delegate, d.name, d.party.zh().to_owned(), None)
        }),
        "task" => books.get::<Task>(id.into())?.and_then(|k| {
            let t = k.record;
            make(HitKind::Task, shorten(&t.text), format!("{} · 期限 {}", t.state.zh(), t.due_on), Some(t.month))
        }),
        _ => None,
    })
}

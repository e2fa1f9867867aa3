//! From door to door (逐户走访): one question, every room, how far it got.

use std::collections::BTreeMap;

use xinghuo_ledger::Books;
use xinghuo_model::records::*;
use xinghuo_model::rules::Refusal;
use xinghuo_model::*;

use crate::cases::not_future;
use crate::error::{Result, filled};
use crate::open::{At, Open, known_or_new};
use crate::views::{CanvassBuilding, CanvassLine, CanvassRoom, CanvassView, Saved};

/// 幢, 单元, 室.
type Room = (String, Option<String>, String);

/// Every room with the last visit of it: the rooms of the roster, and those that were visited besides.
fn rooms(books: &Books<'_>, space: SpaceId, canvass: &Canvass) -> Result<BTreeMap<Room, CanvassRoom>> {
    let asked = |building: &str| canvass.buildings.is_empty() || canvass.buildings.iter().any(|b| b == building);
    let known = books.rows(
        "SELECT DISTINCT building, unit, room FROM person WHERE life = 0 AND space = ?1 AND room <> ''",
        [space.0.as_bytes()],
        |r| {
            Ok((
                r.get::<_, Option<String>>(0)?.unwrap_or_default(),
                r.get::<_, Option<String>>(1)?,
                r.get::<_, Option<String>>(2)?.unwrap_or_default(),
            ))
        },
    )?;
    let empty = |(_, unit, room): &Room| CanvassRoom {
        unit: unit.clone(),
        room: room.clone(),
        result: None,
        on: None,
        by: None,
        note: None,
        visits: 0,
    };
    let mut rooms: BTreeMap<Room, CanvassRoom> =
        known.into_iter().filter(|(building, ..)| asked(building)).map(|room| (room.clone(), empty(&room))).collect();
    for kept in books.select::<CanvassVisit>("AND canvass = ?1 ORDER BY \"on\", id", [canvass.id.0.as_bytes()])? {
        let visit = kept.record;
        let key: Room = (visit.building, visit.unit, visit.room);
        let room = rooms.entry(key.clone()).or_insert_with(|| empty(&key));
        room.visits += 1;
        // Nobody at home says nothing against what was said before.
        if visit.result.met() || room.result.is_none_or(|result| !result.met()) {
            (room.result, room.on, room.by, room.note) = (Some(visit.result), Some(visit.on), Some(visit.by), visit.note);
        }
    }
    Ok(rooms)
}

fn line(canvass: Canvass, rooms: &BTreeMap<Room, CanvassRoom>) -> CanvassLine {
    let count = |counts: &dyn Fn(CanvassResult) -> bool| rooms.values().filter(|room| room.result.is_some_and(counts)).count() as u32;
    let results = CanvassResult::ALL.iter().map(|result| count(&|found| found == *result)).collect::<Vec<_>>();
    let met = count(&CanvassResult::met);
    let all = rooms.len() as u32;
    let share = (u64::from(met) * 1000).checked_div(all.into()).unwrap_or(0);
    CanvassLine {
        sentence: format!("共 {all} 户，走到 {} 户，见到人 {met} 户（{}.{}%）。", count(&|_| true), share / 10, share % 10),
        rooms: all,
        visited: count(&|_| true),
        met,
        results,
        canvass,
    }
}

impl Open {
    pub(crate) fn canvasses(&self) -> Result<Vec<CanvassLine>> {
        let space = self.compound()?;
        self.read(|books| {
            let all = books.select::<Canvass>("AND space = ?1 ORDER BY \"from\" DESC, id DESC", [space.0.as_bytes()])?;
            all.into_iter().map(|kept| Ok(line(kept.record.clone(), &rooms(books, space, &kept.record)?))).collect()
        })
    }

    pub(crate) fn canvass(&self, id: CanvassId) -> Result<CanvassView> {
        let space = self.compound()?;
        self.read(|books| {
            let canvass = books.need::<Canvass>(id)?.record;
            let rooms = rooms(books, space, &canvass)?;
            let line = line(canvass, &rooms);
            let mut buildings: Vec<CanvassBuilding> = Vec::new();
            for ((building, ..), room) in rooms {
                match buildings.iter_mut().find(|b| b.building == building) {
                    Some(b) => b.rooms.push(room),
                    None => buildings.push(CanvassBuilding { building, rooms: vec![room] }),
                }
            }
            Ok(CanvassView { line, buildings })
        })
    }

    pub(crate) fn save_canvass(&self, input: CanvassInput, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        filled(&input.question, "question")?;
        if input.until.is_some_and(|until| until < input.from) {
            return Err(Refusal::Before("结束日期", "开始日期").into());
        }
        self.save_one(Act::SaveCanvass, at, |save| {
            let id = known_or_new::<Canvass>(save, input.id)?;
            let canvass = input.record(id);
            save.put(space, &canvass);
            Ok(canvass.id)
        })
    }

    pub(crate) fn add_canvass_visit(&self, new: NewCanvassVisit, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(new.on, at.date_naive(), "走访日期")?;
        for (field, text) in [("building", &new.building), ("room", &new.room), ("by", &new.by)] {
            filled(text, field)?;
        }
        self.save_one(Act::AddCanvassVisit, at, |save| {
            let canvass = save.books().need::<Canvass>(new.canvass)?.record;
            if canvass.until.is_some_and(|until| until < new.on) {
                return Err(Refusal::Lacks("这次走访已经结束；要补走，请先改结束日期。").into());
            }
            if new.on < canvass.from {
                return Err(Refusal::Before("走访日期", "开始日期").into());
            }
            let visit = new.record(save.id());
            save.put(space, &visit);
            Ok(visit.id)
        })
    }
}

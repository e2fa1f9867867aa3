//! What people do at the copies.

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde_json::{Map, Value};
use uuid::Uuid;
use xinghuo_ledger::{Author, ConflictKind, Kept, Ledger, LedgerError, Save};
use xinghuo_model::{
    self as model, Category, Class, CycleId, KindDef, Month, PersonId, Record, RequestId, RequestState, SpaceId, Urgency,
    records::{Cycle, Office, Person, Request, RequestStep},
};

use super::{COMMUNITY, COMPOUNDS, Outcome, World, post, said};
use crate::chance::Chance;
use crate::history::{Act, Who};

type Done = Result<(), LedgerError>;

/// Somebody at a copy: its store, the compound they write into, and what the office may not touch.
struct Seat<'l> {
    ledger: &'l mut Ledger,
    space: SpaceId,
    office: bool,
    chance: Chance,
    author: Author,
}

impl World<'_> {
    /// Somebody does something, by whatever the laptop's clock says.
    pub(super) fn act(&mut self, at: usize, act: Act, dice: u32) -> Outcome {
        let two = self.history.cast.iter().any(|w| w.second() == Some(true));
        let copy = &mut self.copies[at];
        if !post::writes(copy) {
            return Ok(());
        }
        let mut chance = Chance::new(u64::from(dice));
        // 1970, today or 2099, and backwards as often as forwards.
        let year = chance.of(&[1970, 2024, 2024, 2024, 2099]);
        let clock = format!("{year}-0{}-1{}T08:00:{:02}+08:00", 1 + chance.below(9), chance.below(10), chance.below(60));
        let clock: DateTime<FixedOffset> = clock.parse().map_err(|_| format!("no time: {clock}"))?;
        let second = copy.second.unwrap_or_else(|| two && chance.percent(30));
        let seat = Seat {
            office: copy.who == Who::OFFICE,
            ledger: &mut copy.ledger,
            space: COMPOUNDS[usize::from(second)],
            chance,
            author: Author { person: copy.who.name().to_owned(), at: clock },
        };
        // Who has nothing to decide edits.
        let act = if act == Act::Decide && seat.ledger.conflicts().map_err(said)?.is_empty() { Act::Edit } else { act };
        let done = match act {
            Act::Create => seat.create(),
            Act::Month => seat.month(second),
            Act::Edit => seat.edit(),
            Act::Delete => seat.delete(),
            Act::Erase => seat.erase(),
            Act::Undo => seat.undo(),
            Act::Decide => seat.decide(),
            Act::Publish => seat.publish(),
        };
        match done {
            Ok(()) | Err(LedgerError::BuiltUpon | LedgerError::NothingToUndo | LedgerError::Erased(_)) => Ok(()),
            Err(error) => Err(said(error)),
        }
    }
}

fn day(chance: &mut Chance) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 1, 1 + chance.below(4) as u32).unwrap_or_default()
}

impl Seat<'_> {
    fn save(self, act: model::Act, work: impl FnOnce(&mut Save<'_>, &mut Chance, SpaceId) -> Done) -> Done {
        let Self { ledger, space, mut chance, author, .. } = self;
        ledger.transact(act, &author, |tx| work(tx, &mut chance, space)).map(drop)
    }

    fn create(self) -> Done {
        let office = self.office;
        self.save(model::Act::AddRequest, |tx, chance, space| {
            match chance.below(10) {
                0..5 => {
                    let request = Request {
                        id: tx.id::<RequestId>(),
                        number: format!("YJF-2024-{:04}", chance.below(50)),
                        accepted_on: day(chance),
                        state: RequestState::Registered,
                        result: None,
                        category: chance.of(Category::ALL),
                        source: model::Source::Visit,
                        urgency: Urgency::Normal,
                        requester: None,
                        place: "东门".to_owned(),
                        text: "路灯不亮".to_owned(),
                        handler: None,
                        due_on: day(chance),
                        closed_on: None,
                        satisfaction: None,
                    };
                    tx.put(space, &request);
                }
                5..9 => {
                    let person = Person {
                        id: tx.id::<PersonId>(),
                        name: chance.of(&["单小雨", "王甲", "李乙"]).to_owned(),
                        building: "3".to_owned(),
                        unit: None,
                        room: "501".to_owned(),
                        relation: None,
                        sex: None,
                        birth: None,
                        phones: Vec::new(),
                        occupancy: None,
                        party_member: None,
                        skills: None,
                        employer: None,
                        id_number: None,
                        note: (!office && chance.percent(30)).then(|| "怕吵".to_owned()),
                        checked_in_on: None,
                    };
                    tx.put(space, &person);
                }
                _ => {
                    let Some(request) = chosen::<Request>(tx, space, chance)? else { return Ok(()) };
                    let step = RequestStep { id: tx.id(), request: request.id, on: day(chance), text: "去看过".to_owned() };
                    tx.put(space, &step);
                }
            }
            Ok(())
        })
    }

    /// Its id follows from compound and month: two laptops that open it apart make one record.
    fn month(self, second: bool) -> Done {
        self.save(model::Act::AddRequest, |tx, chance, space| {
            let month = 1 + chance.below(2) as u32;
            let id = CycleId(Uuid::from_u128(0xC1C1E0 + u128::from(second) * 16 + u128::from(month)));
            let no_topic = chance.of(&[None, Some("外出培训".to_owned()), Some("无人提出".to_owned())]);
            let month = day_of(month);
            tx.put(space, &Cycle { id, month, no_topic });
            Ok(())
        })
    }

    fn edit(self) -> Done {
        let office = self.office;
        self.save(model::Act::EditRequest, |tx, chance, space| {
            let (request, person) = (chosen::<Request>(tx, space, chance)?, chosen::<Person>(tx, space, chance)?);
            if let (Some(mut r), true) = (request, chance.percent(60) || person.is_none()) {
                for _ in 0..1 + chance.below(3) {
                    match chance.below(6) {
                        0 => r.category = chance.of(&Category::ALL[..3]),
                        1 => r.urgency = chance.of(Urgency::ALL),
                        2 => r.place = chance.of(&["东门", "西门", "3幢楼下"]).to_owned(),
                        3 => r.handler = chance.of(&[None, Some("甲".to_owned()), Some("乙".to_owned())]),
                        _ => {
                            r.state = chance.of(RequestState::ALL);
                            r.closed_on = chance.percent(40).then(|| day(chance));
                        }
                    }
                }
                tx.put(space, &r);
            } else if let Some(mut p) = person {
                for _ in 0..1 + chance.below(3) {
                    match chance.below(5) {
                        0 => p.phones = vec![format!("1380000000{}", chance.below(3))],
                        1 => p.room = chance.of(&["501", "502"]).to_owned(),
                        2 => p.unit = chance.of(&[None, Some("2".to_owned())]),
                        3 => p.skills = Some(chance.of(&["木工", "英语"]).to_owned()),
                        _ if office => {}
                        _ => p.note = Some(chance.of(&["怕吵", "常不在家"]).to_owned()),
                    }
                }
                tx.put(space, &p);
            }
            Ok(())
        })
    }

    fn delete(self) -> Done {
        self.save(model::Act::EditRequest, |tx, chance, space| {
            let (request, person) = (chosen::<Request>(tx, space, chance)?, chosen::<Person>(tx, space, chance)?);
            match (request, person) {
                (Some(r), None) => tx.delete::<Request>(space, r.id),
                (Some(r), _) if chance.percent(50) => tx.delete::<Request>(space, r.id),
                (_, Some(p)) => tx.delete::<Person>(space, p.id),
                (None, None) => {}
            }
            Ok(())
        })
    }

    /// Erases in every class that this copy may write.
    fn erase(self) -> Done {
        let office = self.office;
        self.save(model::Act::Erase, |tx, chance, space| {
            let (request, person) = (chosen::<Request>(tx, space, chance)?, chosen::<Person>(tx, space, chance)?);
            let classes =
                |kind: &KindDef| -> Vec<Class> { kind.classes().into_iter().filter(|c| !office || *c != Class::Branch).collect() };
            match (request, person) {
                (_, Some(p)) if chance.percent(60) => tx.erase(Person::KIND, space, p.id.0, &classes(Person::KIND)),
                (Some(r), _) => tx.erase(Request::KIND, space, r.id.0, &classes(Request::KIND)),
                _ => {}
            }
            Ok(())
        })
    }

    fn undo(self) -> Done {
        // An office may admit and end, but does not take that back.
        let last = self.ledger.last_save()?.filter(|last| last.act != model::Act::Admit.code() && last.act != model::Act::EndCopy.code());
        match last {
            Some(last) => self.ledger.undo(last.save, &self.author).map(drop),
            None => Ok(()),
        }
    }

    fn publish(self) -> Done {
        if !self.office {
            return Ok(());
        }
        self.save(model::Act::Admit, |tx, chance, _| {
            let name = chance.of(&["星岩社区", "星岩第一社区"]).to_owned();
            let community = Office {
                id: COMMUNITY.0.into(),
                name,
                street: "东城街道".to_owned(),
                district: "黄岩区".to_owned(),
                level: model::Level::Community,
            };
            tx.put(COMMUNITY, &community);
            Ok(())
        })
    }

    /// Decides one of the disagreements on the list, one way or another.
    fn decide(mut self) -> Done {
        let all = self.ledger.conflicts()?;
        let conflict = self.chance.of(&all);
        let (rec, kind) = (conflict.rec, conflict.kind);
        match conflict.what {
            ConflictKind::Field => {
                let value: Map<String, Value> = self.chance.of(&conflict.sides).value.as_object().cloned().unwrap_or_default();
                self.ledger.decide(rec, kind, conflict.group, &value, &self.author).map(drop)
            }
            ConflictKind::Deleted => {
                let deleted = self.chance.percent(50);
                self.ledger.decide_life(rec, kind, deleted, &self.author).map(drop)
            }
            ConflictKind::Parallel => self.ledger.accept_parallel(rec, kind, &self.author).map(drop),
        }
    }
}

fn day_of(month: u32) -> Month {
    Month::of(NaiveDate::from_ymd_opt(2024, month, 1).unwrap_or_default())
}

/// One of the newest few: what many edit at once is where it hurts.
fn chosen<T: Record>(tx: &Save<'_>, space: SpaceId, chance: &mut Chance) -> Result<Option<T>, LedgerError> {
    let mut newest: Vec<Kept<T>> = tx.books().select("AND space = ?1 ORDER BY id DESC LIMIT 3", [space.0.as_bytes()])?;
    let at = chance.below(newest.len());
    Ok((!newest.is_empty()).then(|| newest.swap_remove(at).record))
}

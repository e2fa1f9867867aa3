//! Quarrels (调解) and the requests they grew out of. The compound with number 0 has the three
//! that the demonstration tells: a leak between floors, a shop's air conditioner, weekend building.

use chrono::{Datelike, NaiveDate, Weekday};
use xinghuo_model::records::{AgreementTerm, Mediation, MediationVisit};
use xinghuo_model::{Act, AgreementTermId, MediationId, MediationState, MediationVisitId, Party, RequestState, Satisfaction, Sex};

use super::cases::{Asked, Desk, Numbers};
use super::chance::Chance;
use super::diary::{plus, put};
use super::names;
use super::people::address;
use super::words::{self, Begins, Quarrel, Spot};

/// The seal on an agreement's paper.
const COMMITTEE: &str = "星岩社区人民调解委员会";

/// The quarrels of a compound and the days on which they began, all within the window.
pub(super) fn of(n: u32, start: NaiveDate, today: NaiveDate) -> Vec<(Quarrel, NaiveDate)> {
    let all = words::quarrels();
    let chosen: Vec<Quarrel> = if n == 0 {
        all
    } else {
        let from = n as usize % all.len();
        all.iter().cycle().skip(from).take(2).cloned().collect()
    };
    let span = (today - start).num_days();
    let mut out = Vec::new();
    for (at, quarrel) in (0i64..).zip(chosen) {
        // Nothing but the unfinished may reach past today.
        let fallback = plus(today, -(24 + 5 * at).min(span));
        let day = match quarrel.begins {
            Begins::DaysAgo(days) => plus(today, -days.min(span)),
            Begins::InMonth(month) => [today.year(), today.year() - 1]
                .into_iter()
                .filter_map(|year| NaiveDate::from_ymd_opt(year, month, 9))
                .find(|d| *d >= start && plus(*d, 24) <= today)
                .unwrap_or(fallback),
        };
        let day = if quarrel.asked.contains("周末") {
            plus(day, (i64::from(Weekday::Sat.num_days_from_monday()) - i64::from(day.weekday().num_days_from_monday())) % 7)
        } else {
            day
        };
        out.push((quarrel, day));
    }
    out
}

impl Desk<'_> {
    /// A quarrel from the call to the last term.
    pub fn quarrel(&mut self, asked: &Asked, quarrel: &Quarrel, number: String, numbers: &mut Numbers) {
        let neighbours = self.neighbours;
        let (above, below) = neighbours.stacked(self.chance);
        // A shop's owner is nobody on the roster.
        let shop = quarrel.place.contains("商铺");
        let first = if shop { names::name(self.chance, Sex::Female, 38) } else { above.name.clone() };
        let begin = asked.day;
        let mender = self.parties.answers(Party::Property, begin, self.chance);
        let mediator = self.parties.mediator.clone();
        let stairs = format!("{}幢{}单元", below.building, below.unit.as_deref().unwrap_or("1"));
        let spot = Spot::near(below, neighbours.buildings, self.chance)
            .with("{甲}", first.clone())
            .with("{乙}", below.name.clone())
            .with("{楼}", stairs)
            .with("{甲室}", above.room.clone())
            .with("{乙室}", below.room.clone())
            .with("{调解}", mediator.clone())
            .with("{物业}", mender);
        let mut request = self.register(asked, number, below, quarrel.category, spot.say(quarrel.place), spot.say(quarrel.asked));
        self.step(&mut request, begin, asked.minute + 20, RequestState::Accepted, None);
        self.step(&mut request, begin, asked.minute + 40, RequestState::Working, Some(spot.say(quarrel.note)));

        let first = if shop { format!("{first}（母婴用品店经营者）") } else { format!("{first}（{}）", address(above)) };
        let mut mediation = Mediation {
            id: self.diary.id::<MediationId>(begin),
            number: numbers.next(begin),
            request: Some(request.id),
            accepted_on: begin,
            parties: vec![first, format!("{}（{}）", below.name, address(below))],
            category: quarrel.category,
            facts: spot.say(quarrel.facts),
            mediator,
            state: MediationState::Accepted,
            closed_on: None,
            committee: None,
        };
        self.diary.note(begin, asked.minute + 50, Act::AddMediation, vec![put(&mediation)]);
        mediation.state = MediationState::Talking;
        for (nth, (day, by, text)) in quarrel.visits.iter().enumerate() {
            let on = plus(begin, *day);
            let id = self.diary.id::<MediationVisitId>(on);
            let visit = MediationVisit { id, mediation: mediation.id, on, by: spot.say(by), text: spot.say(text) };
            // The first visit begins the talking.
            let begins = (nth == 0).then(|| put(&mediation));
            self.diary.note(on, 1240, Act::AddVisit, [put(&visit)].into_iter().chain(begins).collect());
        }
        let mut terms = Vec::new();
        for term in &quarrel.terms {
            let on = plus(begin, term.day);
            let due = term.done.map(|d| plus(begin, d.max(term.day) + 3));
            let id = self.diary.id::<AgreementTermId>(on);
            let record =
                AgreementTerm { id, mediation: mediation.id, text: spot.say(term.text), fen: term.fen, due_on: due, done_on: None };
            self.diary.note(on, 1260, Act::AddTerm, vec![put(&record)]);
            terms.push((record, term.done.map(|d| plus(begin, d))));
        }
        let (end, days) = quarrel.ends;
        let closed = plus(begin, days);
        if let Some(term) = quarrel.terms.first() {
            // Weekend building was talked over without the committee: a 和解 record.
            mediation.committee = quarrel.terms.iter().any(|t| t.fen.is_some()).then(|| COMMITTEE.to_owned());
            mediation.state = MediationState::Agreed;
            self.diary.note(plus(begin, term.day), 1270, Act::StepMediation, vec![put(&mediation)]);
        }
        for (mut term, done) in terms {
            if let Some(done) = done {
                term.done_on = Some(done);
                self.diary.note(done, 1150, Act::PerformTerm, vec![put(&term)]);
            }
        }
        if matches!(end, MediationState::Performed | MediationState::Failed) {
            mediation.state = end;
            mediation.closed_on = Some(closed);
            self.diary.note(closed, 1160, Act::StepMediation, vec![put(&mediation)]);
        }
        if end != MediationState::Talking {
            let how = if end == MediationState::Failed { Satisfaction::Fair } else { Satisfaction::Satisfied };
            self.close(&mut request, closed, spot.say(quarrel.result), how);
        }
    }

    /// Every request of the year, quarrels where they belong.
    pub fn year(&mut self, asked: &[Asked], quarrels: &[(Quarrel, NaiveDate)], prefix: &str) {
        let mut numbers = Numbers::new(format!("{prefix}-"));
        let mut cases = Numbers::new(format!("{prefix}-T"));
        for one in asked {
            let number = numbers.next(one.day);
            match one.quarrel.and_then(|at| quarrels.get(at)) {
                Some((quarrel, _)) => self.quarrel(one, quarrel, number, &mut cases),
                None => self.ordinary(one, number),
            }
        }
    }
}

/// The stream that chance takes for requests and quarrels.
pub(super) fn chance(n: u32, seed: u64) -> Chance {
    Chance::new(n, seed, "cases")
}

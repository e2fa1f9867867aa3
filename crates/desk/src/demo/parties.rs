//! The delegates of the five parties, and who works for the branch.

use chrono::NaiveDate;
use xinghuo_model::records::Delegate;
use xinghuo_model::{Act, DelegateId, Party, Sex};

use super::chance::Chance;
use super::diary::{Diary, plus, put};
use super::names;
use super::people::{Neighbours, address};

/// Seats: party, post, unit; a unit that is empty means a resident's room.
const SEATS: [(Party, &str, &str); 15] = [
    (Party::Community, "社区党委委员", "星岩社区"),
    (Party::Community, "居委会委员", "星岩社区"),
    (Party::Community, "专职网格员", "星岩社区"),
    (Party::Owners, "业委会主任", ""),
    (Party::Owners, "业委会副主任", ""),
    (Party::Owners, "业委会委员", ""),
    (Party::Property, "项目经理", "小区物业服务中心"),
    (Party::Property, "工程主管", "小区物业服务中心"),
    (Party::Society, "社工", "示范街道社工站"),
    (Party::Society, "老年协会会长", ""),
    (Party::Residents, "楼道长", ""),
    (Party::Residents, "楼道长", ""),
    (Party::Residents, "跳舞队队长", ""),
    (Party::Residents, "退休教师", ""),
    (Party::Residents, "租户代表", ""),
];

/// Whoever was born before is retired.
const OLD: &str = "1965";

/// Everybody who appears by name beside the residents.
pub(super) struct Parties {
    /// Delegates, with their terms.
    pub delegates: Vec<Delegate>,
    /// Who leads the branch.
    pub secretary: String,
    /// Who records.
    pub deputy: String,
    /// Who mediates.
    pub mediator: String,
}

impl Parties {
    /// Chooses the delegates; halfway through, the property firm sends another manager.
    pub fn elect(diary: &mut Diary, chance: &mut Chance, neighbours: &Neighbours, secretary: &str, start: NaiveDate) -> Self {
        let half = (diary.today() - start).num_days() / 2;
        let handover = plus(start, half);
        let mut delegates: Vec<Delegate> = Vec::new();
        let seat = |n: usize, diary: &mut Diary, chance: &mut Chance, taken: &[Delegate], since: NaiveDate| {
            let (party, title, unit) = SEATS[n];
            let mut resident = neighbours.somebody(chance);
            for _ in 0..200 {
                let tenant = resident.relation.as_deref() == Some("承租人");
                let old = resident.birth.as_deref().and_then(|b| b.get(..4)) < Some(OLD);
                let elder = matches!(title, "老年协会会长" | "退休教师");
                let fits = tenant == (title == "租户代表")
                    && (old || !elder)
                    && taken.iter().all(|d| d.name != resident.name && d.person != Some(resident.id));
                if fits {
                    break;
                }
                resident = neighbours.somebody(chance);
            }
            let outside = !unit.is_empty();
            let sex = if chance.percent(50) { Sex::Male } else { Sex::Female };
            let id = diary.id::<DelegateId>(start);
            let name = if outside { names::name(chance, sex, 38) } else { resident.name.clone() };
            Delegate {
                person: (!outside).then_some(resident.id),
                unit: Some(if outside { unit.to_owned() } else { address(resident) }),
                title: Some(title.to_owned()),
                ..Delegate::of(id, party, name, since)
            }
        };
        for n in 0..SEATS.len() {
            let since = plus(start, -chance.between(30, 500));
            let delegate = seat(n, diary, chance, &delegates, since);
            diary.note(plus(start, -1), 900 + n as i64, Act::SaveDelegate, vec![put(&delegate)]);
            delegates.push(delegate);
        }
        if let Some(at) = delegates.iter().position(|d| d.title.as_deref() == Some("项目经理")) {
            let follower = seat(at, diary, chance, &delegates, handover);
            let leaver = &mut delegates[at];
            leaver.until = Some(plus(handover, -1));
            diary.note(handover, 540, Act::SaveDelegate, vec![put(leaver), put(&follower)]);
            delegates.push(follower);
        }
        let mut taken: Vec<String> = delegates.iter().map(|d| d.name.clone()).collect();
        taken.push(secretary.to_owned());
        let deputy = member_apart(neighbours, chance, &taken);
        taken.push(deputy.clone());
        let mediator = member_apart(neighbours, chance, &taken);
        Self { delegates, secretary: secretary.to_owned(), deputy, mediator }
    }

    /// The delegates in office on a day, in the order of the five parties.
    pub fn on(&self, day: NaiveDate) -> Vec<Delegate> {
        let mut out: Vec<Delegate> =
            self.delegates.iter().filter(|d| d.since <= day && d.until.is_none_or(|u| u >= day)).cloned().collect();
        out.sort_by_key(|d| d.party);
        out
    }

    /// Somebody of a party who answers for a task.
    pub fn answers(&self, party: Party, day: NaiveDate, chance: &mut Chance) -> String {
        let of: Vec<Delegate> = self.on(day).into_iter().filter(|d| d.party == party).collect();
        of.get(chance.below(of.len())).map_or_else(|| self.deputy.clone(), |d| d.name.clone())
    }
}

/// The name of a member who checked in and has none of these names.
fn member_apart(neighbours: &Neighbours, chance: &mut Chance, taken: &[String]) -> String {
    for _ in 0..2000 {
        let person = neighbours.somebody(chance);
        if person.checked_in_on.is_some() && !taken.contains(&person.name) {
            return person.name.clone();
        }
    }
    neighbours.somebody(chance).name.clone()
}

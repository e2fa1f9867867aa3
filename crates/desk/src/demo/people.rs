//! The people of the compound: rooms, households, members who checked in.

use chrono::{Datelike, NaiveDate};
use xinghuo_model::records::Person;
use xinghuo_model::{Act, Occupancy, PersonId, Sex};

use super::Scale;
use super::chance::Chance;
use super::diary::{Diary, Put, plus, put};
use super::names;

const SKILLS: [&str; 24] = [
    "电工",
    "水暖维修",
    "全科医生，会量血压、测血糖",
    "护理、急救",
    "法律咨询",
    "劳动仲裁",
    "小学语文教学",
    "中学数学教学",
    "书法",
    "摄影",
    "理发",
    "乒乓球",
    "太极拳",
    "广场舞领队",
    "财务记账",
    "心理疏导",
    "木工",
    "手机和电脑维修",
    "剪纸",
    "园艺绿化",
    "消防安全",
    "手语",
    "少儿篮球",
    "主持、朗诵",
];
const EMPLOYERS: [&str; 16] = [
    "区级机关",
    "街道办事处",
    "区属国有企业",
    "市属医院",
    "区中医院",
    "社区卫生服务中心",
    "实验小学",
    "第三中学",
    "职业技术学校",
    "供电公司",
    "自来水公司",
    "邮政分公司",
    "税务部门",
    "公安系统",
    "银行支行",
    "民营企业",
];
/// Beginnings of numbers that are given to no one.
const PHONES: [&str; 5] = ["154", "160", "161", "163", "168"];

/// A room of the compound, from the ground up.
struct Room {
    building: u32,
    unit: u32,
    name: String,
}

/// Even buildings have three stairwells of eleven floors, odd ones two towers of eighteen.
fn rooms(households: u32) -> Vec<Room> {
    let wanted = households as usize + households as usize / 8;
    let mut out = Vec::new();
    let mut building = 0;
    while out.len() < wanted {
        building += 1;
        let (units, floors, doors) = if building % 2 == 0 { (3, 11, 2) } else { (2, 18, 3) };
        for unit in 1..=units {
            for floor in 1..=floors {
                out.extend((1..=doors).map(|door| Room { building, unit, name: format!("{floor}{door:02}") }));
            }
        }
    }
    out
}

/// The floor of a room: 1203 → 12.
pub(super) fn floor_of(room: &str) -> u32 {
    room.parse::<u32>().map_or(1, |r| r / 100)
}

/// 3幢2单元501室
pub(super) fn address(person: &Person) -> String {
    let unit = person.unit.as_ref().map(|u| format!("{u}单元")).unwrap_or_default();
    format!("{}幢{unit}{}室", person.building, person.room)
}

/// Everybody, and who may be asked what.
pub(super) struct Neighbours {
    /// All people, household after household.
    pub people: Vec<Person>,
    /// Positions of grown-ups who live here.
    pub adults: Vec<usize>,
    /// Buildings there are.
    pub buildings: u32,
}

struct Maker<'a> {
    chance: &'a mut Chance,
    diary: &'a mut Diary,
    roster: NaiveDate,
    people: Vec<Person>,
    phones: u32,
}

impl Maker<'_> {
    fn phone(&mut self) -> String {
        // 7919 is prime to 10000: every ending occurs once before one comes again.
        self.phones += 1;
        format!("{}0000{:04}", self.chance.pick(&PHONES), self.phones * 7919 % 10_000)
    }

    fn birth(&mut self, age: i64) -> String {
        let year = self.roster.year() - age as i32;
        let (month, day) = (self.chance.between(1, 12), self.chance.between(1, 28));
        match self.chance.below(20) {
            0 => year.to_string(),
            1 => format!("{year}-{month:02}"),
            _ => format!("{year}-{month:02}-{day:02}"),
        }
    }

    fn add(&mut self, room: &Room, name: String, relation: &str, sex: Sex, age: i64, occupancy: Occupancy) -> usize {
        let share = if age < 12 {
            0
        } else if age < 18 {
            30
        } else if age >= 70 {
            75
        } else {
            97
        };
        let mut phones = Vec::new();
        if self.chance.percent(share) {
            phones.push(self.phone());
            if self.chance.percent(4) {
                phones.push(self.phone());
            }
        }
        let old_member = age >= 60 && self.chance.percent(10);
        let skilled = age >= 20 && occupancy != Occupancy::Vacant && self.chance.percent(5);
        let person = Person {
            id: self.diary.id::<PersonId>(self.roster),
            name,
            building: room.building.to_string(),
            unit: Some(room.unit.to_string()),
            room: room.name.clone(),
            relation: Some(relation.to_owned()),
            sex: Some(sex),
            birth: Some(self.birth(age)),
            phones,
            occupancy: Some(occupancy),
            party_member: (age >= 18).then_some(old_member),
            skills: skilled.then(|| (*self.chance.pick(&SKILLS)).to_owned()),
            employer: None,
            id_number: None,
            note: None,
            checked_in_on: None,
        };
        self.people.push(person);
        self.people.len() - 1
    }

    fn child(&mut self, room: &Room, family: &str, age: i64, occupancy: Occupancy) {
        let sex = if self.chance.percent(52) { Sex::Male } else { Sex::Female };
        let name = format!("{family}{}", names::given(self.chance, sex, age));
        let relation = if sex == Sex::Male { "子" } else { "女" };
        self.add(room, name, relation, sex, age, occupancy);
    }

    /// One household: a third of them old, most with a child, some with a grandparent.
    fn household(&mut self, room: &Room) {
        let c = &mut *self.chance;
        let roll = c.below(100);
        let occupancy = match c.below(100) {
            0..5 => Occupancy::Vacant,
            5..20 => Occupancy::Tenant,
            _ => Occupancy::Owner,
        };
        let old = occupancy == Occupancy::Owner && (roll < 6 || (16..31).contains(&roll));
        let age = match roll {
            _ if old => c.between(61, 84),
            0..48 => c.between(24, 46),
            _ => c.between(30, 52),
        };
        let sex = if c.percent(if old && roll < 16 { 35 } else { 72 }) { Sex::Male } else { Sex::Female };
        let other = if sex == Sex::Male { Sex::Female } else { Sex::Male };
        let family = names::family(c);
        let head = format!("{family}{}", names::given(c, sex, age));
        let head_relation = if occupancy == Occupancy::Tenant { "承租人" } else { "户主" };
        let first = self.add(room, head, head_relation, sex, age, occupancy);
        if old && roll < 6 {
            self.people[first].note = Some("独居，每日有人问候。".to_owned());
        }
        if occupancy == Occupancy::Vacant || roll < 16 {
            if occupancy == Occupancy::Vacant && self.chance.percent(40) {
                self.people[first].note = Some("常年在外，钥匙留在楼下邻居处。".to_owned());
            }
            return;
        }
        let partner_age = age + self.chance.between(-4, 3);
        let partner_family = names::family(self.chance);
        let partner = format!("{partner_family}{}", names::given(self.chance, other, partner_age));
        let kin = if sex == Sex::Male { family } else { partner_family };
        self.add(room, partner, "配偶", other, partner_age, occupancy);
        let children = match roll {
            16..48 => 0,
            48..80 | 90..95 => 1,
            _ => 2,
        };
        let younger = age.min(partner_age);
        for n in 0..children {
            let child = (younger - self.chance.between(23, 30) - 3 * n).max(0);
            self.child(room, kin, child, occupancy);
        }
        let parents = match roll {
            80..84 => 1,
            90..98 => 2,
            _ => 0,
        };
        for n in 0..parents {
            let (relation, sex) = if n == 0 { ("母亲", Sex::Female) } else { ("父亲", Sex::Male) };
            let parent = age + self.chance.between(22, 28);
            let name =
                if n == 1 { format!("{family}{}", names::given(self.chance, sex, parent)) } else { names::name(self.chance, sex, parent) };
            self.add(room, name, relation, sex, parent, occupancy);
        }
    }

    /// Chooses the members who check in: most are on the first roster, some come later.
    fn check_in(&mut self, wanted: usize, adults: &[usize]) -> Vec<usize> {
        let year = self.roster.year();
        let mut grown: Vec<usize> = adults
            .iter()
            .copied()
            .filter(|i| {
                let born = self.people[*i].birth.as_deref().and_then(|b| b.get(..4)).and_then(|b| b.parse::<i32>().ok());
                born.is_some_and(|b| (24..59).contains(&(year - b)))
            })
            .collect();
        self.chance.shuffle(&mut grown);
        grown.truncate(wanted);
        let later = wanted / 16;
        for (at, i) in grown.iter().enumerate() {
            let day = plus(self.roster, -self.chance.between(10, 600));
            let employer = (*self.chance.pick(&EMPLOYERS)).to_owned();
            let skill = self.chance.percent(35).then(|| (*self.chance.pick(&SKILLS)).to_owned());
            let person = &mut self.people[*i];
            person.party_member = Some(true);
            if at >= later {
                person.employer = Some(employer);
                person.skills = skill.or(person.skills.take());
                person.checked_in_on = Some(day);
            }
        }
        grown.truncate(later);
        grown
    }
}

/// Makes everybody: one roster on the day before the first month, and check-ins in the course
/// of the year.
pub(super) fn settle(diary: &mut Diary, chance: &mut Chance, scale: &Scale, roster: NaiveDate) -> Neighbours {
    let mut all = rooms(scale.households);
    let buildings = all.last().map_or(1, |r| r.building);
    let mut maker = Maker { chance, diary, roster, people: Vec::new(), phones: 0 };
    let (mut wanted, mut left) = (scale.households as usize, all.len());
    for room in all.drain(..) {
        if maker.chance.below(left) < wanted {
            maker.household(&room);
            wanted -= 1;
        }
        left -= 1;
    }
    let adults: Vec<usize> = (0..maker.people.len())
        .filter(|i| maker.people[*i].party_member.is_some() && maker.people[*i].occupancy != Some(Occupancy::Vacant))
        .collect();
    let later = maker.check_in(scale.checked_in as usize, &adults);
    let mut people = maker.people;
    let puts: Vec<Put> = people.iter().map(put).collect();
    diary.note(roster, 870, Act::ImportRoster, puts);
    let span = (diary.today() - roster).num_days();
    let count = later.len().max(1) as i64;
    for (at, i) in (0i64..).zip(later) {
        let day = plus(roster, 5 + (span - 6).max(0) * at / count);
        let person = &mut people[i];
        person.checked_in_on = Some(day);
        person.employer = Some((*chance.pick(&EMPLOYERS)).to_owned());
        diary.note(day, 19 * 60 + at % 50, Act::SavePerson, vec![put(person)]);
    }
    Neighbours { people, adults, buildings }
}

impl Neighbours {
    /// A grown-up who lives here.
    pub fn somebody(&self, chance: &mut Chance) -> &Person {
        &self.people[self.adults[chance.below(self.adults.len())]]
    }

    /// The head of a household that owns its room.
    pub fn head(&self, chance: &mut Chance) -> &Person {
        (0..50).map(|_| self.somebody(chance)).find(|p| p.relation.as_deref() == Some("户主")).unwrap_or_else(|| self.somebody(chance))
    }

    /// Two households, one above the other: above first.
    pub fn stacked(&self, chance: &mut Chance) -> (&Person, &Person) {
        let from = chance.below(self.adults.len());
        let heads: Vec<&Person> = (0..self.adults.len())
            .map(|i| &self.people[self.adults[(from + i) % self.adults.len()]])
            .filter(|p| p.relation.as_deref() == Some("户主"))
            .collect();
        let above = |low: &Person| {
            let room = low.room.parse::<u32>().unwrap_or(0) + 100;
            heads.iter().find(|p| p.building == low.building && p.unit == low.unit && p.room == room.to_string()).copied()
        };
        heads.iter().find_map(|low| above(low).map(|high| (high, *low))).unwrap_or_else(|| (self.head(chance), self.head(chance)))
    }
}

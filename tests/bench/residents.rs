//! Invented residents, the same for the same number.

use uuid::Uuid;
use xinghuo_model::records::Person;
use xinghuo_model::{Occupancy, PersonId, SpaceId};

/// The compound they live in.
pub const COMPOUND: SpaceId = SpaceId(Uuid::from_u128(0xC0));

const SURNAMES: [char; 40] = [
    '王', '李', '张', '刘', '陈', '杨', '黄', '赵', '吴', '周', '徐', '孙', '马', '朱', '胡', '林', '郭', '何', '高', '罗', '郑', '梁',
    '谢', '宋', '唐', '许', '邓', '韩', '冯', '曹', '彭', '曾', '肖', '田', '董', '潘', '袁', '蔡', '蒋', '余',
];
const GIVEN: [char; 64] = [
    '伟', '芳', '娜', '敏', '静', '丽', '强', '磊', '军', '洋', '勇', '艳', '杰', '娟', '涛', '明', '超', '秀', '霞', '平', '刚', '桂',
    '英', '华', '玉', '兰', '萍', '红', '玲', '飞', '梅', '鑫', '波', '斌', '莉', '宇', '浩', '凯', '健', '俊', '帆', '雪', '婷', '慧',
    '建', '国', '文', '辉', '力', '云', '晨', '琴', '春', '海', '燕', '龙', '志', '晓', '荣', '欣', '佳', '雨', '思', '东',
];
const RELATIONS: [&str; 5] = ["户主", "配偶", "子女", "父母", "租户"];

/// A small generator: the same numbers from the same seed.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// So many residents of one compound: other people for another seed, entered another day.
pub fn residents_of(seed: u64, count: usize) -> Vec<Person> {
    let mut dice = Dice(seed);
    let entered = 1_700_000_000_000 + seed * 86_400_000;
    (0..count).map(|n| resident(&mut dice, entered, n)).collect()
}

/// The same residents with all five things changed.
pub fn changed(people: &[Person]) -> Vec<Person> {
    let mut dice = Dice(19);
    people.iter().map(|person| change(&mut dice, person)).collect()
}

/// Things in another order, as people come to them over the months.
pub fn shuffled<T>(mut things: Vec<T>) -> Vec<T> {
    let mut dice = Dice(29);
    for n in (1..things.len()).rev() {
        things.swap(n, dice.below(n + 1));
    }
    things
}

fn change(dice: &mut Dice, old: &Person) -> Person {
    // Whatever is drawn, something must differ, or there is nothing to send.
    let mut name = old.name.clone();
    let last = name.pop();
    let others: Vec<char> = GIVEN.into_iter().filter(|c| Some(*c) != last).collect();
    name.push(dice.of(&others));
    let relations: Vec<&str> = RELATIONS.into_iter().filter(|r| Some(*r) != old.relation.as_deref()).collect();
    Person {
        name,
        room: format!("{}0{}", dice.below(18) + 19, dice.below(2) + 1),
        relation: Some(dice.of(&relations).to_owned()),
        phones: vec![format!("15{:09}", dice.below(1_000_000_000))],
        occupancy: Some(if old.occupancy == Some(Occupancy::Owner) { Occupancy::Tenant } else { Occupancy::Owner }),
        ..old.clone()
    }
}

/// So many residents with five things known of each: name, room, relation, phone, occupancy.
pub fn residents(count: usize) -> Vec<Person> {
    residents_of(17, count)
}

fn resident(dice: &mut Dice, entered: u64, n: usize) -> Person {
    let mut name = String::from(dice.of(&SURNAMES));
    for _ in 0..1 + dice.below(4).min(1) {
        name.push(dice.of(&GIVEN));
    }
    // Three to a room, two rooms to a floor, 18 floors, three stairwells.
    let home = n / 3;
    let (side, floor, unit, building) = (home % 2 + 1, home / 2 % 18 + 1, home / 36 % 3 + 1, home / 108 + 1);
    // As random as real ones: what repeats would be compressed away, and bytes are measured too.
    let random = std::array::from_fn(|_| dice.below(256) as u8);
    Person {
        id: PersonId(xinghuo_model::uuid_at(entered + n as u64 / 50, &random)),
        name,
        building: building.to_string(),
        unit: Some(unit.to_string()),
        room: format!("{floor}0{side}"),
        relation: Some(dice.of(&RELATIONS).to_owned()),
        sex: None,
        birth: None,
        phones: vec![format!("13{:09}", dice.below(1_000_000_000))],
        occupancy: Some(dice.of(&[Occupancy::Owner, Occupancy::Tenant])),
        party_member: None,
        skills: None,
        employer: None,
        id_number: None,
        note: None,
        checked_in_on: None,
    }
}

//! Invented people: the same for the same seed, whatever file they go into.

use chrono::{Datelike, NaiveDate};

use crate::parse::id_number::checksum;

/// A small generator (SplitMix64): no secret depends on it.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.next() % u64::from(bound.max(1))).unwrap_or(0)
    }

    /// True once in `n`.
    pub(super) fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    /// One of a list.
    pub(super) fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let at = self.below(u32::try_from(list.len()).unwrap_or(1)) as usize;
        list.get(at).copied().unwrap_or_default()
    }

    /// Puts a list in another order.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(u32::try_from(at + 1).unwrap_or(1)) as usize);
        }
    }
}

/// Common surnames, those read in two ways, and those of two characters.
const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "罗", "高", "郑", "梁",
    "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹", "彭", "曾", "肖", "田", "董", "潘", "袁", "蔡", "蒋", "余", "于", "杜", "叶", "程",
    "魏", "苏", "吕", "丁", "任", "卢", "单", "解", "仇", "查", "朴", "区", "盖", "缪", "尉迟", "欧阳", "上官", "司马",
];
const GIVEN_MEN: &[&str] = &[
    "伟", "强", "军", "磊", "勇", "杰", "涛", "明", "建", "国", "平", "刚", "辉", "鹏", "志", "华", "文", "斌", "波", "宇", "浩", "俊",
    "海", "林", "峰", "𬭎",
];
const GIVEN_WOMEN: &[&str] = &[
    "芳", "娜", "敏", "静", "丽", "艳", "娟", "霞", "秀", "英", "燕", "玲", "桂", "兰", "红", "梅", "琴", "萍", "雪", "洁", "婷", "慧",
    "莹", "颖", "佳", "㛃",
];
const SKILLS: &[&str] = &["书法", "理发", "水电维修", "法律咨询", "烹饪", "摄影", "广场舞", "心理咨询", "急救", "乒乓球"];
const EMPLOYERS: &[&str] = &["第三小学", "星辰机械厂", "个体", "退休", "县医院", "某物流公司", "自由职业", "模具厂"];

/// Somebody who does not exist.
#[derive(Debug, Clone)]
pub(super) struct Invented {
    pub name: String,
    pub building: u32,
    pub unit: u32,
    pub room: u32,
    pub relation: &'static str,
    pub man: bool,
    pub birth: NaiveDate,
    pub phone: String,
    pub id: String,
    pub occupancy: &'static str,
    pub party: bool,
    pub skill: &'static str,
    pub employer: &'static str,
    /// Hundredths of a square metre.
    pub area: u32,
}

impl Invented {
    /// The date of birth as a spreadsheet counts days.
    pub(super) fn birth_serial(&self) -> f64 {
        NaiveDate::from_ymd_opt(1899, 12, 30).map_or(0.0, |base| (self.birth - base).num_days() as f64)
    }
}

/// Rooms of one building: five units, eighteen floors, four doors.
const ROOMS_OF_A_BUILDING: u32 = 5 * 18 * 4;

/// `count` people, household by household, building by building.
pub(super) fn people(seed: u64, count: u32) -> impl Iterator<Item = Invented> {
    let mut dice = Dice::new(seed);
    let (mut household, mut left, mut member) = (0u32, 0u32, 0u32);
    let mut head = String::new();
    (0..count).map(move |_| {
        if left == 0 {
            household += 1;
            left = 1 + dice.below(4);
            member = 0;
        }
        left -= 1;
        member += 1;
        let place = (household - 1) % ROOMS_OF_A_BUILDING;
        let relation = match member {
            1 => "户主",
            2 => "配偶",
            _ => "子女",
        };
        let man = dice.one_in(2);
        let surname = if member > 2 && !head.is_empty() { head.as_str() } else { dice.pick(SURNAMES) }.to_string();
        if member == 1 {
            head = surname.clone();
        }
        let given = if man { GIVEN_MEN } else { GIVEN_WOMEN };
        let mut name = surname;
        name.push_str(dice.pick(given));
        // Members of a household would otherwise share names now and then.
        name.push_str(match member {
            1 => dice.pick(&["", "成", "生", "新"]),
            2 => dice.pick(&["玉", "春", "月"]),
            3 => "子",
            _ => "小",
        });
        let year = if member > 2 { 1990 + dice.below(30) } else { 1940 + dice.below(55) };
        let birth =
            NaiveDate::from_ymd_opt(i32::try_from(year).unwrap_or(1980), 1 + dice.below(12), 1 + dice.below(28)).unwrap_or_default();
        let order = loop {
            let order = dice.below(1000);
            // The order's last digit tells the sex; one ending in 00 looks damaged.
            if (order % 2 == 1) == man && !order.is_multiple_of(100) {
                break order;
            }
        };
        Invented {
            name,
            building: 1 + (household - 1) / ROOMS_OF_A_BUILDING,
            unit: 1 + place / 72,
            room: (1 + place % 72 / 4) * 100 + 1 + place % 4,
            relation,
            man,
            birth,
            phone: phone(&mut dice),
            id: id_number(birth, order),
            occupancy: ["自住", "自住", "自住", "租户"].get(place as usize % 4).copied().unwrap_or("自住"),
            party: dice.one_in(8),
            skill: if dice.one_in(6) { dice.pick(SKILLS) } else { "" },
            employer: if dice.one_in(3) { dice.pick(EMPLOYERS) } else { "" },
            area: 6000 + (place % 40) * 213,
        }
    })
}

pub(super) fn phone(dice: &mut Dice) -> String {
    format!("1{}{:04}{:05}", dice.pick(&["38", "39", "57", "58", "86", "99"]), dice.below(10_000), dice.below(100_000))
        .chars()
        .take(11)
        .collect()
}

/// 999999 is the code of no place, so that no number belongs to anybody.
fn id_number(birth: NaiveDate, order: u32) -> String {
    let mut id = format!("999999{:04}{:02}{:02}{order:03}", birth.year(), birth.month(), birth.day());
    id.extend(checksum(&id));
    id
}

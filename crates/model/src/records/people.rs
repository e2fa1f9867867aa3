//! The compound and the people in it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use xinghuo_derive::Record;

use crate::ids::{CompoundId, PersonId};
use crate::words::{Occupancy, Sex};

/// A residential compound (小区) and where it belongs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 1, table = "compound", zh = "小区", space = compound)]
#[ts(export)]
pub struct Compound {
    /// The same uuid as its space.
    pub id: CompoundId,
    /// 橘香里
    #[field(1, zh = "小区", class = district)]
    pub name: String,
    /// 星岩社区
    #[field(2, zh = "社区", class = district, group = "place")]
    pub community: String,
    /// 东城街道
    #[field(3, zh = "街道", class = district, group = "place")]
    pub street: String,
    /// 黄岩区
    #[field(4, zh = "区", class = district, group = "place")]
    pub district: String,
    /// Two to six letters that start every number the compound issues.
    #[field(5, zh = "编号前缀", class = district)]
    pub prefix: String,
    /// Households, as the secretary states it.
    #[field(6, zh = "户数", class = district)]
    pub households: Option<u32>,
    /// The day from which its months are kept here; a step that was over by then is not late.
    #[field(7, zh = "启用日期", class = district)]
    pub began_on: Option<NaiveDate>,
}

/// A person of the compound (人员).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 10, table = "person", zh = "人员", space = compound)]
#[ts(export)]
pub struct Person {
    /// Its id.
    pub id: PersonId,
    /// Full name.
    #[field(1, zh = "姓名", class = community, search = name, mask = name)]
    pub name: String,
    /// Building (楼栋), digits or a word, without 幢.
    #[field(2, zh = "楼栋", class = community, group = "room", search = room)]
    pub building: String,
    /// Stairwell (单元), where there is one.
    #[field(3, zh = "单元", class = community, group = "room", search = room)]
    pub unit: Option<String>,
    /// Room (室).
    #[field(4, zh = "室", class = community, group = "room", search = room)]
    pub room: String,
    /// Relation to the head of the household (与户主关系).
    #[field(5, zh = "与户主关系", class = community)]
    pub relation: Option<String>,
    /// 男/女
    #[field(6, zh = "性别", class = community)]
    pub sex: Option<Sex>,
    /// Birth as far as it is known: `1980`, `1980-01` or `1980-01-05`.
    #[field(7, zh = "出生", class = community)]
    pub birth: Option<String>,
    /// Phone numbers, the first is called first.
    #[field(8, zh = "联系电话", class = community, search = phone, mask = phone)]
    pub phones: Vec<String>,
    /// How the room is lived in.
    #[field(9, zh = "居住性质", class = community)]
    pub occupancy: Option<Occupancy>,
    /// Party member (党员).
    #[field(10, zh = "党员", class = community)]
    pub party_member: Option<bool>,
    /// What they are good at (特长).
    #[field(11, zh = "特长", class = community)]
    pub skills: Option<String>,
    /// Where they work (工作单位).
    #[field(12, zh = "工作单位", class = branch)]
    pub employer: Option<String>,
    /// Citizen number; kept only where the roster holds a valid one.
    #[field(13, zh = "身份证号", class = branch, mask = id_number)]
    pub id_number: Option<String>,
    /// Free remark.
    #[field(14, zh = "备注", class = branch, mask = text)]
    pub note: Option<String>,
    /// When they checked in at their residence (在职党员报到).
    #[field(15, zh = "报到日期", class = community)]
    pub checked_in_on: Option<NaiveDate>,
}

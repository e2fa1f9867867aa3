//! The sign-in sheet (签到表): the fields a caller fills in.

use crate::minutes::{Fact, FiveParties};
use serde::{Deserialize, Serialize};

/// One person expected at the meeting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendee {
    /// 姓名.
    pub name: String,
    /// 单位或房号.
    pub place: String,
    /// 职务.
    pub duty: String,
    /// 联系电话, already masked by the caller.
    pub phone: String,
    /// 备注, e.g. 代、迟到、早退、回避.
    pub note: String,
}

/// One party's share of the sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInParty {
    /// The people expected.
    pub people: Vec<Attendee>,
    /// Empty rows for people who come unannounced; at most 50 are printed.
    pub blank_rows: u32,
}

/// A sign-in sheet, 签到表.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SignIn {
    /// The title, e.g. “星火家园”小区议事会签到表.
    pub title: String,
    /// 会议名称, 时间, 地点 above the table.
    pub facts: Vec<Fact>,
    /// The rows, by party.
    pub parties: FiveParties<SignInParty>,
    /// Who is expected where the five parties do not sit (大党委会议, 支委会). Where anybody, or an
    /// empty row, stands here, the parties are not printed.
    pub guests: SignInParty,
    /// 列席: observers, below the others.
    pub observers: SignInParty,
    /// What people are counted by (量词), where it is not 人: 户.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// 应到; left to be written by hand when absent.
    pub expected: Option<u32>,
    /// 实到; left to be written by hand when absent.
    pub present: Option<u32>,
    /// 请假; left to be written by hand when absent.
    pub on_leave: Option<u32>,
    /// A small line at the foot of every page that ties the print to its record.
    pub fingerprint: String,
    /// Marks every page 草稿.
    pub draft: bool,
}

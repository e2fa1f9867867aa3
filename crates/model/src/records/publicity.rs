//! What is put up for everybody to read (公示), and what is said against it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xinghuo_derive::Record;

use crate::ids::*;

/// A publicity (公示): a text that hangs in the compound for some days. Photos of it are attachments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 44, table = "publicity", zh = "公示", space = compound)]
#[ts(export)]
pub struct Publicity {
    /// Its id.
    pub id: PublicityId,
    /// Its title: 关于……的公示
    #[field(1, zh = "标题", class = district, search = text)]
    pub title: String,
    /// What it says, a paragraph a line; private people by family name alone (隐名).
    #[field(2, zh = "内容", class = community)]
    pub text: String,
    /// The first day.
    #[field(3, zh = "公示期起", class = district, group = "period")]
    pub from: NaiveDate,
    /// The last day.
    #[field(4, zh = "公示期止", class = district, group = "period")]
    pub to: NaiveDate,
    /// Where it hangs.
    #[field(5, zh = "张贴地点", class = community)]
    pub places: Vec<String>,
    /// Where objections are taken: telephone and place.
    #[field(6, zh = "反馈方式", class = community)]
    pub contact: String,
    /// What it is about: a topic, a meeting, a rule.
    #[field(7, zh = "所属记录", class = district)]
    pub of: Option<Uuid>,
    /// The day it was taken down.
    #[field(8, zh = "撤下日期", class = district)]
    pub taken_down_on: Option<NaiveDate>,
    /// What came of it.
    #[field(9, zh = "公示结果", class = community)]
    pub result: Option<String>,
    /// Which of the items that must be published (policy pack) it is; none for anything else.
    #[field(10, zh = "应公示事项", class = district)]
    pub item: Option<String>,
}

/// What somebody said against a publicity (公示异议).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 45, table = "objection", zh = "公示异议", space = compound, form = ObjectionInput)]
#[ts(export)]
pub struct Objection {
    /// Its id.
    pub id: ObjectionId,
    /// Against which publicity.
    #[field(1, zh = "公示", class = district)]
    pub publicity: PublicityId,
    /// The day it came.
    #[field(2, zh = "日期", class = district)]
    pub on: NaiveDate,
    /// Who says it.
    #[field(3, zh = "提出人", class = community)]
    pub by: String,
    /// What they say.
    #[field(4, zh = "异议", class = community)]
    pub text: String,
    /// What they were answered.
    #[field(5, zh = "答复", class = community, group = "answer")]
    pub answer: Option<String>,
    /// The day of the answer.
    #[field(6, zh = "答复日期", class = community, group = "answer")]
    pub answered_on: Option<NaiveDate>,
}

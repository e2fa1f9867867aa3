//! What the branch carries out of its own room: from door to door (逐户走访), and to firms and
//! departments (督促函).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use xinghuo_derive::Record;

use crate::ids::*;
use crate::words::{CanvassResult, DemandTo};

/// A door-to-door canvass (逐户走访): one question put to every room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 52, table = "canvass", zh = "逐户走访", space = compound, form = CanvassInput)]
#[ts(export)]
pub struct Canvass {
    /// Its id.
    pub id: CanvassId,
    /// What is asked.
    #[field(1, zh = "走访问题", class = district, search = text)]
    pub question: String,
    /// For which topic.
    #[field(2, zh = "议题", class = district)]
    pub topic: Option<TopicId>,
    /// The first day.
    #[field(3, zh = "开始日期", class = district)]
    pub from: NaiveDate,
    /// The day it was closed; open while doors are knocked at.
    #[field(4, zh = "结束日期", class = district)]
    pub until: Option<NaiveDate>,
    /// Only these buildings; all where empty.
    #[field(5, zh = "走访楼栋", class = community)]
    pub buildings: Vec<String>,
}

/// One visit of a canvass (走访记录). A later one of the same room stands in its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 53, table = "canvass_visit", zh = "走访记录", space = compound, append_only, form = NewCanvassVisit)]
#[ts(export)]
pub struct CanvassVisit {
    /// Its id.
    pub id: CanvassVisitId,
    /// Of which canvass.
    #[field(1, zh = "逐户走访", class = community)]
    pub canvass: CanvassId,
    /// 幢.
    #[field(2, zh = "楼栋", class = community)]
    pub building: String,
    /// 单元.
    #[field(3, zh = "单元", class = community)]
    pub unit: Option<String>,
    /// 室.
    #[field(4, zh = "室", class = community)]
    pub room: String,
    /// The day.
    #[field(5, zh = "走访日期", class = community)]
    pub on: NaiveDate,
    /// Who went.
    #[field(6, zh = "走访人", class = community)]
    pub by: String,
    /// What was found.
    #[field(7, zh = "结果", class = community)]
    pub result: CanvassResult,
    /// What was said at the door; it stays in the compound.
    #[field(8, zh = "意见", class = branch)]
    pub note: Option<String>,
}

/// A demand (督促函) to the property firm, a department or another unit, and its reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 54, table = "demand", zh = "督促函", space = compound)]
#[ts(export)]
pub struct Demand {
    /// Its id.
    pub id: DemandId,
    /// What kind of unit it goes to.
    #[field(1, zh = "发往", class = district)]
    pub to: DemandTo,
    /// The unit's name.
    #[field(2, zh = "单位名称", class = district, search = text)]
    pub unit: String,
    /// What it is about: 关于……的函
    #[field(3, zh = "事由", class = district, search = text)]
    pub subject: String,
    /// What is asked, a paragraph a line.
    #[field(4, zh = "内容", class = community)]
    pub text: String,
    /// For which topic.
    #[field(5, zh = "议题", class = district)]
    pub topic: Option<TopicId>,
    /// The day it went out.
    #[field(6, zh = "发出日期", class = district)]
    pub sent_on: NaiveDate,
    /// By when a reply is asked for.
    #[field(7, zh = "答复期限", class = district)]
    pub due_on: NaiveDate,
    /// The day of the reply.
    #[field(8, zh = "答复日期", class = district)]
    pub replied_on: Option<NaiveDate>,
    /// What was replied.
    #[field(9, zh = "答复内容", class = community)]
    pub reply: Option<String>,
}

//! What a question brings along: the fields of a form, as they were typed.

use std::path::PathBuf;

use chrono::NaiveDate;
use serde::Deserialize;
use xinghuo_model::*;

/// First run of a branch.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewBranch {
    pub district: String,
    pub street: String,
    pub community: String,
    pub compound: String,
    /// Two to six letters; made from the compound's initials where empty.
    pub prefix: Option<String>,
    /// Who works with this copy.
    pub person: String,
    /// The computer's name.
    pub copy: String,
    pub passphrase: String,
}

/// First run of an office.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewOffice {
    /// A community where nothing is said.
    #[serde(default = "community")]
    pub level: Level,
    pub district: String,
    /// Empty for the district.
    #[serde(default)]
    pub street: String,
    /// Empty for a street and the district.
    #[serde(default)]
    pub community: String,
    pub person: String,
    pub copy: String,
    pub passphrase: String,
}

fn community() -> Level {
    Level::Community
}

/// Which demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DemoRole {
    /// One compound with a year of records.
    Branch,
    /// A community office with 24 of them.
    Office,
}

/// A person typed by hand.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct PersonInput {
    /// `null` adds a new one.
    pub id: Option<PersonId>,
    pub name: String,
    pub building: String,
    pub unit: Option<String>,
    pub room: String,
    pub relation: Option<String>,
    pub sex: Option<Sex>,
    pub birth: Option<String>,
    /// `null` leaves the phones as they are (they are masked on the page).
    pub phones: Option<Vec<String>>,
    pub occupancy: Option<Occupancy>,
    pub party_member: Option<bool>,
    pub checked_in_on: Option<NaiveDate>,
    pub skills: Option<String>,
    pub employer: Option<String>,
    /// `null` leaves the citizen number as it is, an empty text takes it away.
    pub id_number: Option<String>,
    /// `null` leaves the remark as it is, an empty text takes it away.
    pub note: Option<String>,
}

/// A row's fate in a roster import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RosterVerdict {
    /// 新增
    New,
    /// 变更
    Changed,
    /// 相同
    Same,
    /// 存疑: taken in, with a doubt to look at
    Suspect,
    /// 跳过: totals, blank rows, repeated rows
    Skipped,
    /// 未导入
    Refused,
}

impl RosterVerdict {
    /// The word in the 结果 column.
    pub fn zh(self) -> &'static str {
        match self {
            Self::New => "新增",
            Self::Changed => "变更",
            Self::Same => "相同",
            Self::Suspect => "存疑",
            Self::Skipped => "跳过",
            Self::Refused => "未导入",
        }
    }
}

/// Which requests.
#[derive(Debug, Clone, Default, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct RequestFilter {
    /// Only open, only overdue, or all.
    pub which: RequestWhich,
    /// Only this category.
    pub category: Option<Category>,
    /// Skip so many.
    pub offset: u32,
}

/// Open, overdue or all requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RequestWhich {
    /// Not finished.
    #[default]
    Open,
    /// Not finished and late.
    Overdue,
    /// All.
    All,
}

/// A new request.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewRequest {
    pub accepted_on: NaiveDate,
    pub category: Category,
    pub source: Source,
    pub urgency: Urgency,
    pub requester: Option<PersonId>,
    pub place: String,
    pub text: String,
    pub handler: Option<String>,
    /// By the policy pack where `null`.
    pub due_on: Option<NaiveDate>,
    /// Photos and PDFs that are filed with it.
    #[serde(default)]
    pub paths: Vec<PathBuf>,
}

/// Changed facts of a request.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct RequestEdit {
    pub id: RequestId,
    pub category: Category,
    pub urgency: Urgency,
    pub requester: Option<PersonId>,
    pub place: String,
    pub text: String,
    pub handler: Option<String>,
    pub due_on: NaiveDate,
}

/// A new mediation.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewMediation {
    pub request: Option<RequestId>,
    pub accepted_on: NaiveDate,
    pub parties: Vec<String>,
    pub category: Category,
    pub facts: String,
    pub mediator: String,
}

/// How minutes are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MinutesForm {
    /// 普通纪要
    Plain,
    /// 红头纪要
    RedHead,
    /// 会议记录: the full record
    Record,
}

/// Which paper, of which record or bundle.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum PaperChoice {
    /// 会议纪要
    Minutes {
        /// Of which meeting.
        meeting: MeetingId,
        /// How it is laid out.
        form: MinutesForm,
        /// Which edition of final minutes; the last one by default.
        edition: Option<u32>,
    },
    /// 签到表
    SignIn {
        /// Of which meeting.
        meeting: MeetingId,
    },
    /// 会议通知
    Notice {
        /// Of which meeting.
        meeting: MeetingId,
    },
    /// 参会邀请, with a receipt to tear off
    Invitation {
        /// To which meeting.
        meeting: MeetingId,
        /// To which of the five parties.
        party: Party,
    },
    /// 事项督办单, with a receipt to tear off
    TaskSlip {
        /// For which task.
        task: TaskId,
    },
    /// 意见告知单
    OpinionReply {
        /// To whose opinion.
        opinion: OpinionId,
    },
    /// 公示
    Publicity {
        /// Which.
        publicity: PublicityId,
    },
    /// 小区规则
    HouseRule {
        /// Which.
        rule: HouseRuleId,
    },
    /// 督促函, with a receipt to tear off
    Demand {
        /// Which.
        demand: DemandId,
    },
    /// 数据包回执单
    Receipt {
        /// For which bundle: its `slip`.
        #[ts(type = "number")]
        bundle: i64,
    },
}

/// PDF or Word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PaperFormat {
    /// For printing.
    Pdf,
    /// For editing.
    Docx,
}

/// A decision on one conflict.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Decision {
    /// Which record.
    pub record: uuid::Uuid,
    /// Which merge group; for a parallel edit or a deletion its word, as the card says.
    pub group: String,
    /// The chosen side (0 is the one shown first), or…
    pub side: Option<u32>,
    /// …a third value per field name.
    #[ts(type = "Record<string, unknown> | null")]
    pub third: Option<serde_json::Map<String, serde_json::Value>>,
}

//! What a question brings along: the fields of a form, as they were typed.

use chrono::{DateTime, FixedOffset, NaiveDate};
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

/// A new opinion.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewOpinion {
    pub on: NaiveDate,
    pub source: Source,
    pub category: Category,
    pub text: String,
    pub person: Option<PersonId>,
}

/// A new topic.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewTopic {
    pub month: Month,
    pub title: String,
    pub opinions: Vec<OpinionId>,
    pub benefit: bool,
    pub owner_matter: Option<OwnerMatter>,
    pub sponsor: Option<String>,
}

/// A delegate.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct DelegateInput {
    pub id: Option<DelegateId>,
    pub party: Party,
    pub name: String,
    pub person: Option<PersonId>,
    pub unit: Option<String>,
    pub title: Option<String>,
    pub since: NaiveDate,
    pub until: Option<NaiveDate>,
}

/// A new meeting.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewMeeting {
    pub month: Month,
    pub kind: MeetingKind,
    pub held_at: DateTime<FixedOffset>,
    pub place: String,
    pub chair: String,
    pub recorder: String,
    /// In order; the month's chosen topics where empty.
    pub agenda: Vec<TopicId>,
}

/// A vote: counts, or ballots from which the counts follow.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewVote {
    pub meeting: MeetingId,
    pub topic: TopicId,
    pub method: VoteMethod,
    pub present: u32,
    pub yes: u32,
    pub no: u32,
    pub abstain: u32,
    pub recused: u32,
    pub ballots: Vec<xinghuo_model::records::Ballot>,
}

/// An owners' vote: typed totals; areas in hundredths of a square metre.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewOwnerVote {
    pub topic: TopicId,
    pub on: NaiveDate,
    pub owners: u32,
    pub owners_took_part: u32,
    pub owners_agreed: u32,
    #[ts(type = "number")]
    pub area: i64,
    #[ts(type = "number")]
    pub area_took_part: i64,
    #[ts(type = "number")]
    pub area_agreed: i64,
}

/// What was agreed and who carries it out; `null` task where nothing is to be done.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewResolution {
    pub meeting: MeetingId,
    pub topic: TopicId,
    pub text: String,
    pub task: Option<NewTask>,
}

/// A new task: one party, one person, one date (I09).
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewTask {
    pub text: String,
    pub party: Party,
    pub owner: String,
    pub due_on: NaiveDate,
    /// What it may cost, in fen.
    #[ts(type = "number | null")]
    pub fen: Option<i64>,
}

/// A report back.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewFeedback {
    pub task: TaskId,
    pub on: NaiveDate,
    pub to: String,
    pub channel: Source,
    pub satisfaction: Satisfaction,
    pub supervisor: String,
}

/// Which paper, of which meeting or bundle.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum PaperChoice {
    /// 会议纪要
    Minutes {
        /// Of which meeting.
        meeting: MeetingId,
        /// With a red head.
        red_head: bool,
        /// Which edition of final minutes; the last one by default.
        edition: Option<u32>,
    },
    /// 签到表
    SignIn {
        /// Of which meeting.
        meeting: MeetingId,
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

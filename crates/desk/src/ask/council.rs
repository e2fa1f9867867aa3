//! What a question of the monthly loop brings along.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use serde::Deserialize;
use xinghuo_model::*;

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
    /// Where it is.
    #[serde(default)]
    pub place: Option<String>,
}

/// What an opinion's writer was told.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewOpinionReply {
    pub opinion: OpinionId,
    pub on: NaiveDate,
    pub channel: Source,
    pub text: String,
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
    /// Who is invited where the five parties do not sit.
    #[serde(default)]
    pub guests: Vec<String>,
}

/// A line of the sign-in.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewAttendance {
    pub meeting: MeetingId,
    /// `null` for an observer or a guest.
    pub delegate: Option<DelegateId>,
    pub presence: Presence,
    /// A proxy's, an observer's or a guest's name.
    pub name: Option<String>,
    /// Why on leave.
    pub note: Option<String>,
    /// When they came, where that was late.
    #[serde(default)]
    pub came_at: Option<NaiveTime>,
    /// When they left, where that was early.
    #[serde(default)]
    pub left_at: Option<NaiveTime>,
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
    /// `null` after the owners or somebody outside a council decided.
    pub meeting: Option<MeetingId>,
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
    /// Refused with a sentence where it is missing.
    pub due_on: Option<NaiveDate>,
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

//! What a question of the monthly loop brings along.

use std::path::PathBuf;

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Deserialize;
use xinghuo_model::records::Assembly;
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
    /// Photos and PDFs that are filed with it.
    #[serde(default)]
    pub paths: Vec<PathBuf>,
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
    /// Who is invited by name: 大党委, 支委会.
    #[serde(default)]
    pub guests: Vec<String>,
    /// Who makes it up: 居民会议.
    #[serde(default)]
    pub assembly: Option<Assembly>,
}

/// What is changed of a meeting.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct MeetingEdit {
    pub id: MeetingId,
    pub held_at: DateTime<FixedOffset>,
    pub place: String,
    pub chair: String,
    pub recorder: String,
    /// In order.
    pub agenda: Vec<TopicId>,
    /// Who is invited by name: 大党委, 支委会.
    pub guests: Vec<String>,
    /// Who makes it up: 居民会议.
    #[serde(default)]
    pub assembly: Option<Assembly>,
    /// When it was closed (散会时间), where that is known; none before.
    #[serde(default)]
    pub ended_at: Option<DateTime<FixedOffset>>,
}

/// What is changed of a topic.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct TopicEdit {
    pub id: TopicId,
    pub title: String,
    pub sponsor: Option<String>,
    pub benefit: bool,
    pub owner_matter: Option<OwnerMatter>,
}

/// What is changed of a task.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct TaskEdit {
    pub id: TaskId,
    pub text: String,
    pub party: Party,
    pub owner: String,
    /// In fen.
    #[ts(type = "number | null")]
    pub fen: Option<i64>,
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

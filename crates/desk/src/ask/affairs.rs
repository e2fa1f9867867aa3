//! What a question about publicity, rules, campaigns, canvasses, demands and owners' ballots brings along.
//! An `id` of `null` makes a new record.

use chrono::NaiveDate;
use serde::Deserialize;
use xinghuo_model::*;

/// A publicity.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct PublicityInput {
    pub id: Option<PublicityId>,
    pub title: String,
    /// A paragraph a line. Residents' names and numbers are masked when it is saved.
    pub text: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub places: Vec<String>,
    pub contact: String,
    /// The topic, meeting or rule it is about.
    pub of: Option<uuid::Uuid>,
    /// Residents who are to be named in full.
    #[serde(default)]
    pub keep: Vec<String>,
}

/// An objection to a publicity, and its answer.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct ObjectionInput {
    pub id: Option<ObjectionId>,
    pub publicity: PublicityId,
    pub on: NaiveDate,
    pub by: String,
    pub text: String,
    pub answer: Option<String>,
    pub answered_on: Option<NaiveDate>,
}

/// A rule of the compound.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct HouseRuleInput {
    pub id: Option<HouseRuleId>,
    pub title: String,
    /// An article a line, unnumbered.
    pub text: String,
    /// The passed topic that adopted it.
    pub topic: TopicId,
    pub since: NaiveDate,
    pub until: Option<NaiveDate>,
}

/// A campaign.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct CampaignInput {
    pub id: Option<CampaignId>,
    pub title: String,
    pub rule: Option<HouseRuleId>,
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub with: Option<String>,
}

/// A site of a campaign.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewSite {
    pub campaign: CampaignId,
    /// Where it is, and what is wrong there.
    pub place: String,
    pub found_on: NaiveDate,
}

/// A door-to-door canvass.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct CanvassInput {
    pub id: Option<CanvassId>,
    pub question: String,
    pub topic: Option<TopicId>,
    pub from: NaiveDate,
    pub until: Option<NaiveDate>,
    /// Only these; all where empty.
    pub buildings: Vec<String>,
}

/// A visit of a canvass.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewCanvassVisit {
    pub canvass: CanvassId,
    pub building: String,
    pub unit: Option<String>,
    pub room: String,
    pub on: NaiveDate,
    pub by: String,
    pub result: CanvassResult,
    pub note: Option<String>,
}

/// A demand.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct DemandInput {
    pub id: Option<DemandId>,
    pub to: DemandTo,
    pub unit: String,
    pub subject: String,
    /// A paragraph a line.
    pub text: String,
    pub topic: Option<TopicId>,
    pub sent_on: NaiveDate,
    pub due_on: NaiveDate,
}

/// One owner's ballot; a later one for the same room takes its place.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct NewOwnerBallot {
    pub topic: TopicId,
    pub owner: String,
    pub room: String,
    /// In hundredths of a square metre.
    #[ts(type = "number")]
    pub area: i64,
    pub choice: Choice,
    pub on: NaiveDate,
}

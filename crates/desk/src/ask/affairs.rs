//! What a question about publicity, sites and demands brings along.
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
    /// Which of the items that must be published it is.
    #[serde(default)]
    pub item: Option<String>,
    /// Residents who are to be named in full.
    #[serde(default)]
    pub keep: Vec<String>,
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

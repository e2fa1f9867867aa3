//! Rules the compound gave itself (小区规则), and campaigns that put things in order by them (整治).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use xinghuo_derive::Record;

use crate::ids::*;
use crate::rules;
use crate::words::SiteState;

fn settle_site(values: &[Value]) -> Option<usize> {
    rules::furthest(values, |v| SiteState::parse(v["state"].as_str()?), |a, b| a < b)
}

/// A rule of the compound (小区规则), adopted by a council.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 47, table = "house_rule", zh = "小区规则", space = compound, form = HouseRuleInput)]
#[ts(export)]
pub struct HouseRule {
    /// Its id.
    pub id: HouseRuleId,
    /// Its title.
    #[field(1, zh = "规则名称", class = district, search = text)]
    pub title: String,
    /// Its articles, one a line, unnumbered.
    #[field(2, zh = "条文", class = district)]
    pub text: String,
    /// The topic by which a council adopted it.
    #[field(3, zh = "通过的议题", class = district)]
    pub topic: TopicId,
    /// The first day it holds.
    #[field(4, zh = "施行日期", class = district, group = "force")]
    pub since: NaiveDate,
    /// The last day it held.
    #[field(5, zh = "废止日期", class = district, group = "force")]
    pub until: Option<NaiveDate>,
}

/// A campaign (整治行动): sites found, fixed and checked, within a month (N12).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 48, table = "campaign", zh = "整治行动", space = compound, form = CampaignInput)]
#[ts(export)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// What is put in order.
    #[field(1, zh = "整治内容", class = district, search = text)]
    pub title: String,
    /// By which rule.
    #[field(2, zh = "依据的规则", class = district)]
    pub rule: Option<HouseRuleId>,
    /// The first day.
    #[field(3, zh = "开始日期", class = district, group = "period")]
    pub from: NaiveDate,
    /// The day by which every site is to be fixed.
    #[field(4, zh = "完成期限", class = district, group = "period")]
    pub until: NaiveDate,
    /// Who else asks for it or takes part: a department's note, a patrol.
    #[field(5, zh = "配合单位和来文", class = community)]
    pub with: Option<String>,
}

/// A site of a campaign (整治点位).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 49, table = "site", zh = "整治点位", space = compound)]
#[ts(export)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Of which campaign.
    #[field(1, zh = "整治行动", class = district)]
    pub campaign: CampaignId,
    /// Where it is, and what is wrong there.
    #[field(2, zh = "点位", class = community)]
    pub place: String,
    /// The day it was found.
    #[field(3, zh = "发现日期", class = district)]
    pub found_on: NaiveDate,
    /// Where it stands.
    #[field(4, zh = "状态", class = district, group = "progress", settle = settle_site)]
    pub state: SiteState,
    /// The day it was fixed.
    #[field(5, zh = "整改日期", class = district, group = "progress")]
    pub fixed_on: Option<NaiveDate>,
    /// The day somebody looked again.
    #[field(6, zh = "复查日期", class = district, group = "progress")]
    pub checked_on: Option<NaiveDate>,
    /// What was done, who looked.
    #[field(7, zh = "整改情况", class = community)]
    pub note: Option<String>,
}

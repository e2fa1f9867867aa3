//! What a face gets back of what a council leaves behind: publicity, rules and campaigns, canvasses, demands,
//! owners' ballots.

use chrono::NaiveDate;
use serde::Serialize;
use xinghuo_model::records::*;
use xinghuo_model::*;

/// How a publicity stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PublicityStanding {
    /// 未到期
    Coming,
    /// 公示中
    Hanging,
    /// 期满待撤
    Over,
    /// 已撤下
    TakenDown,
}

views! {
    /// A resident's name found in a text that is to hang in public.
    MaskedName {
        name: String,
        /// 肖某
        shown: String,
        times: u32,
        /// It is to stand in full.
        kept: bool,
    }
    /// A text as it may hang in public.
    MaskedText { text: String, found: Vec<MaskedName> }
    /// A publicity with what was said against it.
    PublicityLine {
        publicity: Publicity,
        standing: PublicityStanding,
        #[ts(type = "number")]
        days_left: i64,
        objections: Vec<Objection>,
        unanswered: u32,
        /// Photos filed on it.
        files: u32,
        /// 议题：关于……
        about: Option<String>,
    }
    /// Something that must be published, and when it last was.
    PublicityItem {
        item: String,
        last: Option<NaiveDate>,
        publicity: Option<PublicityId>,
        /// It hangs now.
        hanging: bool,
    }
    /// What was sealed.
    SealsView {
        /// The latest first, 500 at most.
        uses: Vec<SealUse>,
        /// How many there are.
        all: u32,
        /// How many of them this year.
        this_year: u32,
        /// Seals that were named before.
        seals: Vec<String>,
    }
    /// A rule of the compound.
    RuleLine {
        rule: HouseRule,
        in_force: bool,
        /// By which council: 2026年10月议事会：关于……
        adopted: Option<String>,
    }
    /// A site of a campaign.
    SiteLine {
        site: Site,
        /// Photos filed on it.
        files: u32,
    }
    /// A campaign with its sites.
    CampaignLine {
        campaign: Campaign,
        rule_title: Option<String>,
        sites: Vec<SiteLine>,
        found: u32,
        fixed: u32,
        checked: u32,
        /// 发现 12 处，整改 9 处，复查 7 处。
        sentence: String,
        #[ts(type = "number")]
        days_left: i64,
        late: bool,
        /// Every site was looked at again.
        ended: bool,
    }
    /// Rules and campaigns (规则与整治).
    OrderView {
        rules: Vec<RuleLine>,
        campaigns: Vec<CampaignLine>,
        /// Topics that were passed: by one of them a rule is adopted.
        adopted: Vec<Topic>,
    }
    /// How far a canvass got.
    CanvassLine {
        canvass: Canvass,
        rooms: u32,
        visited: u32,
        /// Rooms in which somebody was met.
        met: u32,
        /// How many rooms per `CanvassResult`, in its order.
        results: Vec<u32>,
        sentence: String,
    }
    /// A room of a canvass with the last word from it.
    CanvassRoom {
        unit: Option<String>,
        room: String,
        result: Option<CanvassResult>,
        on: Option<NaiveDate>,
        by: Option<String>,
        note: Option<String>,
        visits: u32,
    }
    /// A building of a canvass.
    CanvassBuilding { building: String, rooms: Vec<CanvassRoom> }
    /// A canvass room by room.
    CanvassView { line: CanvassLine, buildings: Vec<CanvassBuilding> }
    /// A demand and its reply.
    DemandLine {
        demand: Demand,
        topic_title: Option<String>,
        #[ts(type = "number")]
        days_left: i64,
        late: bool,
        files: u32,
    }
    /// The owners' ballots on a topic, counted.
    OwnerBallotsView {
        topic: TopicId,
        ballots: Vec<OwnerBallot>,
        owners_took_part: u32,
        owners_agreed: u32,
        #[ts(type = "number")]
        area_took_part: i64,
        #[ts(type = "number")]
        area_agreed: i64,
    }
}

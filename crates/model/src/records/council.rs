//! The monthly loop of five parties and five steps (五方五步).

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use xinghuo_derive::Record;

use crate::ids::*;
use crate::month::Month;
use crate::rules;
use crate::words::*;

fn settle_topic(values: &[Value]) -> Option<usize> {
    rules::furthest(values, |v| TopicState::parse(v["state"].as_str()?), rules::topic_leads_to)
}

fn settle_meeting(values: &[Value]) -> Option<usize> {
    rules::furthest(values, |v| MeetingState::parse(v["state"].as_str()?), |a, b| a < b)
}

/// Of what two laptops counted at one meeting, or when they closed it, the greatest stands.
fn settle_most(values: &[Value]) -> Option<usize> {
    let field = |value: &Value| value.as_object().and_then(|fields| fields.values().next().cloned()).unwrap_or_default();
    let key = |value: &Value| (field(value).as_u64(), field(value).as_str().map(str::to_owned));
    (0..values.len()).max_by_key(|at| key(&values[*at]))
}

fn settle_task(values: &[Value]) -> Option<usize> {
    rules::furthest(values, |v| TaskState::parse(v["state"].as_str()?), rules::task_leads_to)
}

/// One month of the loop (月度议事周期). Its id follows from compound and month, so that two
/// offline laptops that open the same month open the same record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 30, table = "cycle", zh = "月度议事", space = compound)]
#[ts(export)]
pub struct Cycle {
    /// Its id.
    pub id: CycleId,
    /// Which month.
    #[field(1, zh = "月份", class = district)]
    pub month: Month,
    /// 本月无议题: stated, never assumed; holds the reason.
    #[field(2, zh = "本月无议题", class = district)]
    pub no_topic: Option<String>,
}

/// An opinion gathered (民意).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 31, table = "opinion", zh = "民意", space = compound, append_only)]
#[ts(export)]
pub struct Opinion {
    /// Its id.
    pub id: OpinionId,
    /// In which month it is counted.
    #[field(1, zh = "月份", class = district)]
    pub month: Month,
    /// The day it was said.
    #[field(2, zh = "日期", class = district)]
    pub on: NaiveDate,
    /// How it came.
    #[field(3, zh = "来源", class = district)]
    pub source: Source,
    /// What it is about.
    #[field(4, zh = "类别", class = district)]
    pub category: Category,
    /// What was said.
    #[field(5, zh = "内容", class = community, search = text)]
    pub text: String,
    /// Who said it, where they wish to be told what became of it.
    #[field(6, zh = "反映人", class = community)]
    pub person: Option<PersonId>,
    /// Where it is: a room, a gate, a lawn.
    #[field(7, zh = "地点", class = community)]
    pub place: Option<String>,
}

/// What an opinion's writer was told became of it (意见告知).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 46, table = "opinion_reply", zh = "意见告知", space = compound, append_only, form = NewOpinionReply)]
#[ts(export)]
pub struct OpinionReply {
    /// Its id.
    pub id: OpinionReplyId,
    /// To which opinion.
    #[field(1, zh = "民意", class = district)]
    pub opinion: OpinionId,
    /// The day they were told.
    #[field(2, zh = "告知日期", class = district)]
    pub on: NaiveDate,
    /// How.
    #[field(3, zh = "告知方式", class = district)]
    pub channel: Source,
    /// What they were told.
    #[field(4, zh = "告知内容", class = community)]
    pub text: String,
}

/// A topic (议题) of a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 32, table = "topic", zh = "议题", space = compound)]
#[ts(export)]
pub struct Topic {
    /// Its id.
    pub id: TopicId,
    /// Of which month.
    #[field(1, zh = "月份", class = district)]
    pub month: Month,
    /// Its title: 关于……
    #[field(2, zh = "议题", class = district, search = text)]
    pub title: String,
    /// The opinions it gathers.
    #[field(3, zh = "归并民意", class = community)]
    pub opinions: Vec<OpinionId>,
    /// Where it stands.
    #[field(4, zh = "状态", class = district, group = "progress", settle = settle_topic)]
    pub state: TopicState,
    /// Why chosen, dropped or shelved.
    #[field(5, zh = "理由", class = district, group = "progress")]
    pub reason: Option<String>,
    /// The day it was chosen or dropped.
    #[field(6, zh = "确定日期", class = district, group = "progress")]
    pub decided_on: Option<NaiveDate>,
    /// Touches residents' own interest (切身利益): decided by the five parties or all residents (A24), else by exception.
    #[field(7, zh = "切身利益", class = district)]
    pub benefit: bool,
    /// A matter that only the owners may decide (台州市物业管理条例 §16).
    #[field(8, zh = "业主共同决定事项", class = district)]
    pub owner_matter: Option<OwnerMatter>,
    /// Who proposes it, where no opinion stands behind it (invariant I06).
    #[field(9, zh = "提出人", class = community)]
    pub sponsor: Option<String>,
    /// The topic of an earlier month that goes on here (跨月结转).
    #[field(10, zh = "结转自", class = district)]
    pub carried_from: Option<TopicId>,
    /// Why it was decided without a council (会外决定): the exception to A24, with its reason.
    #[field(11, zh = "会外决定理由", class = district)]
    pub outside: Option<String>,
    /// The day it was.
    #[field(12, zh = "会外决定日期", class = district)]
    pub outside_on: Option<NaiveDate>,
}

/// A meeting (会议) of any kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 33, table = "meeting", zh = "会议", space = compound)]
#[ts(export)]
pub struct Meeting {
    /// Its id.
    pub id: MeetingId,
    /// Of which month.
    #[field(1, zh = "月份", class = district)]
    pub month: Month,
    /// What kind.
    #[field(2, zh = "会议类型", class = district)]
    pub kind: MeetingKind,
    /// When it is held, with offset.
    #[field(3, zh = "时间", class = district)]
    pub held_at: DateTime<FixedOffset>,
    /// Where.
    #[field(4, zh = "地点", class = community)]
    pub place: String,
    /// Who chairs.
    #[field(5, zh = "主持", class = community)]
    pub chair: String,
    /// Who records.
    #[field(6, zh = "记录", class = community)]
    pub recorder: String,
    /// The topics on its agenda, in order.
    #[field(7, zh = "议程", class = district)]
    pub agenda: Vec<TopicId>,
    /// Where it stands.
    #[field(8, zh = "状态", class = district, group = "progress", settle = settle_meeting)]
    pub state: MeetingState,
    /// The number of its minutes, given when they become final.
    #[field(9, zh = "纪要编号", class = district, group = "progress")]
    pub number: Option<String>,
    /// The day the minutes became final.
    #[field(10, zh = "定稿日期", class = district, group = "progress")]
    pub final_on: Option<NaiveDate>,
    /// How many of the five parties were there, counted at its end: who signed in does not travel
    /// further up than the community.
    #[field(11, zh = "到会方数", class = district, settle = settle_most)]
    pub parties: Option<u32>,
    /// Why its final minutes are being corrected (更正); none while they are not.
    #[field(12, zh = "更正理由", class = district, group = "progress")]
    pub correction: Option<String>,
    /// The day its invitations went out (通知日期).
    #[field(13, zh = "通知日期", class = district)]
    pub notified_on: Option<NaiveDate>,
    /// Who compared the draft of the minutes with what was said (核稿人).
    #[field(14, zh = "核稿人", class = community)]
    pub checked_by: Option<String>,
    /// Who is invited where the five parties do not sit (参会人员): units of a 大党委, members of a 支委会.
    #[field(15, zh = "参会人员", class = community)]
    pub guests: Vec<String>,
    /// When it was closed (散会时间), with offset; none where it was typed another day.
    #[field(16, zh = "散会时间", class = district, settle = settle_most)]
    pub ended_at: Option<DateTime<FixedOffset>>,
    /// Who makes it up, where all residents are called (居民会议).
    #[field(17, zh = "由谁组成", class = district, group = "assembly")]
    pub basis: Option<AssemblyBasis>,
    /// How many they are.
    #[field(18, zh = "应到", class = district, group = "assembly")]
    pub eligible: Option<u32>,
    /// How many of them demanded it; none where the committee calls it by itself.
    #[field(19, zh = "提议", class = district, group = "assembly")]
    pub demanded: Option<u32>,
    /// How many of them came, counted as a whole: nobody signs in one by one.
    #[field(20, zh = "实到", class = district)]
    pub came: Option<u32>,
}

/// Who makes up a residents' assembly (居民会议), and who wanted it: typed totals, in people or households.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Assembly {
    /// By whom it is counted.
    pub basis: AssemblyBasis,
    /// 应到
    pub eligible: u32,
    /// 提议; none where the committee calls it by itself. Of representatives' meetings it is the residents who
    /// demand, whose number is not known here.
    pub demanded: Option<u32>,
}

impl Assembly {
    /// Whether so many can have demanded it.
    pub fn may_be_demanded(&self) -> bool {
        let most = if self.basis == AssemblyBasis::Representatives { u32::MAX } else { self.eligible };
        self.demanded.is_none_or(|demanded| (1..=most).contains(&demanded))
    }
}

impl Meeting {
    /// Who makes it up, where all residents are called.
    pub fn assembly(&self) -> Option<Assembly> {
        Some(Assembly { basis: self.basis?, eligible: self.eligible?, demanded: self.demanded })
    }

    /// What its people are counted by (量词).
    pub fn unit(&self) -> &'static str {
        self.basis.map_or("人", AssemblyBasis::unit)
    }
}

/// How the body behind one of the five parties stands (五方现状): an owners' committee that resigned, a
/// committee in its place. Its id follows from compound and party, as a month's does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 43, table = "party_body", zh = "五方现状", space = compound, form = BodyInput)]
#[ts(export)]
pub struct Body {
    /// Its id.
    pub id: BodyId,
    /// Of which party.
    #[field(1, zh = "所属方", class = district)]
    pub party: Party,
    /// How it stands.
    #[field(2, zh = "状态", class = district, group = "standing")]
    pub state: BodyState,
    /// Since when.
    #[field(3, zh = "起始日期", class = district, group = "standing")]
    pub since: NaiveDate,
    /// What is to be known of it.
    #[field(4, zh = "说明", class = community)]
    pub note: Option<String>,
    /// How many sit in it.
    #[field(5, zh = "人数", class = district)]
    pub members: Option<u32>,
    /// How many of them are owners, where it stands in for an owners' committee.
    #[field(6, zh = "其中业主", class = district)]
    pub owners: Option<u32>,
    /// When its term ends.
    #[field(7, zh = "任期止", class = district)]
    pub until: Option<NaiveDate>,
}

/// A delegate of one of the five parties (五方代表).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 34, table = "delegate", zh = "五方代表", space = compound, form = DelegateInput)]
#[ts(export)]
pub struct Delegate {
    /// Its id.
    pub id: DelegateId,
    /// For which party.
    #[field(1, zh = "所属方", class = community)]
    pub party: Party,
    /// Name as it stands on papers.
    #[field(2, zh = "姓名", class = community, search = name)]
    pub name: String,
    /// The resident behind it, where they live here.
    #[field(3, zh = "人员", class = community)]
    pub person: Option<PersonId>,
    /// Unit or room (单位或房号).
    #[field(4, zh = "单位或房号", class = community)]
    pub unit: Option<String>,
    /// Post (职务).
    #[field(5, zh = "职务", class = community)]
    pub title: Option<String>,
    /// Since when.
    #[field(6, zh = "任期起", class = community, group = "term")]
    pub since: NaiveDate,
    /// Until when; open while in office.
    #[field(7, zh = "任期止", class = community, group = "term")]
    pub until: Option<NaiveDate>,
    /// Who comes in their place (副代表).
    #[field(8, zh = "副代表", class = community)]
    pub deputy: Option<String>,
}

impl Body {
    /// What the law asks of it, where it is the owners'.
    pub fn owners_body(&self) -> Option<rules::OwnersBody> {
        let Self { party, state, members, owners, until, .. } = *self;
        (party == Party::Owners).then_some(rules::OwnersBody { state, members, owners, until })
    }
}

impl Vote {
    /// Its numbers.
    pub fn count(&self) -> rules::Count {
        let Self { present, yes, no, abstain, recused, .. } = *self;
        rules::Count { present, yes, no, abstain, recused }
    }
}

impl Delegate {
    /// Of a party, under a name, since a day; nothing else is known.
    pub fn of(id: DelegateId, party: Party, name: impl Into<String>, since: NaiveDate) -> Self {
        Self { id, party, name: name.into(), person: None, unit: None, title: None, since, until: None, deputy: None }
    }
}

/// A line of the sign-in (签到). To change one, it is withdrawn and written anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 35, table = "attendance", zh = "签到", space = compound, append_only, form = NewAttendance)]
#[ts(export)]
pub struct Attendance {
    /// Its id.
    pub id: AttendanceId,
    /// At which meeting.
    #[field(1, zh = "会议", class = community)]
    pub meeting: MeetingId,
    /// Which delegate; none for a guest or an observer (列席).
    #[field(2, zh = "代表", class = community)]
    pub delegate: Option<DelegateId>,
    /// How they attended.
    #[field(3, zh = "到会情况", class = community)]
    pub presence: Presence,
    /// The proxy's, guest's or observer's name.
    #[field(4, zh = "姓名", class = community)]
    pub name: Option<String>,
    /// Why on leave, for whom.
    #[field(5, zh = "备注", class = community)]
    pub note: Option<String>,
    /// When they came, where that was late (迟到).
    #[field(6, zh = "迟到时间", class = community)]
    pub came_at: Option<NaiveTime>,
    /// When they left, where that was early (早退).
    #[field(7, zh = "早退时间", class = community)]
    pub left_at: Option<NaiveTime>,
}

/// What somebody said on a topic (发言).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 36, table = "speech", zh = "发言", space = compound, append_only)]
#[ts(export)]
pub struct Speech {
    /// Its id.
    pub id: SpeechId,
    /// At which meeting.
    #[field(1, zh = "会议", class = community)]
    pub meeting: MeetingId,
    /// On which topic.
    #[field(2, zh = "议题", class = community)]
    pub topic: TopicId,
    /// Who spoke, by party and name.
    #[field(3, zh = "发言人", class = community)]
    pub speaker: String,
    /// The gist, as it was said.
    #[field(4, zh = "发言", class = community)]
    pub text: String,
}

/// How one delegate voted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Ballot {
    /// Which delegate.
    pub delegate: DelegateId,
    /// How.
    pub choice: Choice,
}

/// The count of one vote (表决). Counts are asked once; ballots by name must add up to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 37, table = "vote", zh = "表决", space = compound, append_only, form = NewVote)]
#[ts(export)]
pub struct Vote {
    /// Its id.
    pub id: VoteId,
    /// At which meeting.
    #[field(1, zh = "会议", class = district)]
    pub meeting: MeetingId,
    /// On which topic.
    #[field(2, zh = "议题", class = district)]
    pub topic: TopicId,
    /// By hands or by name.
    #[field(3, zh = "方式", class = district)]
    pub method: VoteMethod,
    /// Voters present at this item, without those who recused themselves.
    #[field(4, zh = "在场", class = district)]
    pub present: u32,
    /// 同意
    #[field(5, zh = "同意", class = district)]
    pub yes: u32,
    /// 反对
    #[field(6, zh = "反对", class = district)]
    pub no: u32,
    /// 弃权
    #[field(7, zh = "弃权", class = district)]
    pub abstain: u32,
    /// 回避
    #[field(8, zh = "回避", class = district)]
    pub recused: u32,
    /// By name, where it was taken so.
    #[field(9, zh = "记名", class = community)]
    pub ballots: Vec<Ballot>,
}

/// How the owners voted (业主共同决定) on a matter that only they may decide: typed totals. Written anew to
/// change it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 41, table = "owner_vote", zh = "业主表决", space = compound, append_only, form = NewOwnerVote)]
#[ts(export)]
pub struct OwnerVote {
    /// Its id.
    pub id: OwnerVoteId,
    /// On which topic.
    #[field(1, zh = "议题", class = district)]
    pub topic: TopicId,
    /// The day it was counted.
    #[field(2, zh = "计票日期", class = district)]
    pub on: NaiveDate,
    /// Owners in all; who owns several units counts once (台州市物业管理条例 §18).
    #[field(3, zh = "业主人数", class = district)]
    pub owners: u32,
    /// Owners who took part.
    #[field(4, zh = "参与人数", class = district)]
    pub owners_took_part: u32,
    /// Owners who agreed.
    #[field(5, zh = "同意人数", class = district)]
    pub owners_agreed: u32,
    /// Area of all exclusive parts (专有部分面积), in hundredths of a square metre; so are the next two.
    #[field(6, zh = "专有部分面积", class = district)]
    #[ts(type = "number")]
    pub area: i64,
    /// Area of those who took part.
    #[field(7, zh = "参与面积", class = district)]
    #[ts(type = "number")]
    pub area_took_part: i64,
    /// Area of those who agreed.
    #[field(8, zh = "同意面积", class = district)]
    #[ts(type = "number")]
    pub area_agreed: i64,
    /// The day the owners and the residents' committee were told of the vote.
    #[field(9, zh = "通知业主日期", class = district)]
    pub notified_on: Option<NaiveDate>,
    /// Whether the totals were counted from ballots room by room, or were typed (M14).
    #[field(10, zh = "逐户计票", class = district)]
    pub by_room: Option<bool>,
}

/// One owner's ballot (业主票) on a matter that only the owners may decide, with the room it is cast for.
/// Written anew to change it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 55, table = "owner_ballot", zh = "业主票", space = compound, append_only, form = NewOwnerBallot)]
#[ts(export)]
pub struct OwnerBallot {
    /// Its id.
    pub id: OwnerBallotId,
    /// On which topic.
    #[field(1, zh = "议题", class = community)]
    pub topic: TopicId,
    /// Whose; who owns several rooms is counted once (台州市物业管理条例 §18).
    #[field(2, zh = "业主", class = branch)]
    pub owner: String,
    /// For which room: 3幢2单元501室.
    #[field(3, zh = "房号", class = branch)]
    pub room: String,
    /// The area of its exclusive part, in hundredths of a square metre.
    #[field(4, zh = "专有部分面积", class = community)]
    #[ts(type = "number")]
    pub area: i64,
    /// How.
    #[field(5, zh = "意见", class = community)]
    pub choice: Choice,
    /// The day it was cast.
    #[field(6, zh = "投票日期", class = community)]
    pub on: NaiveDate,
}

/// What a council agreed on a topic (议定事项).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 38, table = "resolution", zh = "议定事项", space = compound)]
#[ts(export)]
pub struct Resolution {
    /// Its id.
    pub id: ResolutionId,
    /// At which meeting; none where the owners decided, or somebody outside a council.
    #[field(1, zh = "会议", class = district)]
    pub meeting: Option<MeetingId>,
    /// On which topic.
    #[field(2, zh = "议题", class = district)]
    pub topic: TopicId,
    /// What was agreed.
    #[field(3, zh = "议定", class = district)]
    pub text: String,
}

/// Something to be carried out (落实事项): one party answers for it, by a date (I09).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 39, table = "task", zh = "落实事项", space = compound)]
#[ts(export)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Of which month's council.
    #[field(1, zh = "月份", class = district)]
    pub month: Month,
    /// Which resolution it carries out.
    #[field(2, zh = "议定事项", class = district)]
    pub resolution: Option<ResolutionId>,
    /// What is to be done.
    #[field(3, zh = "事项", class = district, search = text)]
    pub text: String,
    /// The party that answers for it.
    #[field(4, zh = "责任方", class = district)]
    pub party: Party,
    /// The person.
    #[field(5, zh = "责任人", class = community)]
    pub owner: String,
    /// By when.
    #[field(6, zh = "期限", class = district)]
    pub due_on: NaiveDate,
    /// Where it stands.
    #[field(7, zh = "状态", class = district, group = "progress", settle = settle_task)]
    pub state: TaskState,
    /// The day it was done.
    #[field(8, zh = "完成日期", class = district, group = "progress")]
    pub done_on: Option<NaiveDate>,
    /// What was done, or why it is carried over.
    #[field(9, zh = "落实情况", class = community)]
    pub outcome: Option<String>,
    /// The task of an earlier month that goes on here (跨月结转).
    #[field(10, zh = "结转自", class = district)]
    pub carried_from: Option<TaskId>,
    /// What it may cost (经费), in fen.
    #[field(11, zh = "经费", class = district)]
    #[ts(type = "number | null")]
    pub fen: Option<i64>,
    /// Who checked that it was carried out (核验人).
    #[field(12, zh = "核验人", class = community)]
    pub verified_by: Option<String>,
    /// The date it had before it was extended (原定期限); the first one, however often that was.
    #[field(13, zh = "原定期限", class = district)]
    pub first_due: Option<NaiveDate>,
    /// Who allowed the extension (延期批准人), and why.
    #[field(14, zh = "延期批准", class = community)]
    pub extended_by: Option<String>,
    /// The day it was checked (核验日期).
    #[field(15, zh = "核验日期", class = district)]
    pub verified_on: Option<NaiveDate>,
}

/// The report back on a task (监督反馈).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 40, table = "feedback", zh = "监督反馈", space = compound, append_only, form = NewFeedback)]
#[ts(export)]
pub struct Feedback {
    /// Its id.
    pub id: FeedbackId,
    /// On which task.
    #[field(1, zh = "落实事项", class = district)]
    pub task: TaskId,
    /// The day it was given.
    #[field(2, zh = "日期", class = district)]
    pub on: NaiveDate,
    /// To whom.
    #[field(3, zh = "反馈对象", class = community)]
    pub to: String,
    /// How.
    #[field(4, zh = "方式", class = district)]
    pub channel: Source,
    /// How content they were.
    #[field(5, zh = "满意度", class = district)]
    pub satisfaction: Satisfaction,
    /// Who supervised.
    #[field(6, zh = "监督人", class = community)]
    pub supervisor: String,
}

/// Minutes as they became final (纪要定稿): what they say is kept whole, so that it prints the same whatever
/// is written about the meeting later (I17). A correction (更正版) is a further edition; the earlier ones
/// stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 42, table = "minutes_edition", zh = "纪要定稿", space = compound, append_only)]
#[ts(export)]
pub struct MinutesEdition {
    /// Its id.
    pub id: MinutesEditionId,
    /// Of which meeting.
    #[field(1, zh = "会议", class = district)]
    pub meeting: MeetingId,
    /// 1 for the first, then up.
    #[field(2, zh = "版次", class = district)]
    pub edition: u32,
    /// Why it was corrected; none for the first.
    #[field(3, zh = "更正理由", class = community)]
    pub reason: Option<String>,
    /// The day it became final.
    #[field(4, zh = "定稿日期", class = district)]
    pub on: NaiveDate,
    /// What the minutes say, as `xinghuo_paper::Minutes` in JSON.
    #[field(5, zh = "内容", class = community)]
    pub content: String,
    /// BLAKE3 of the content, hex.
    #[field(6, zh = "校验", class = district)]
    pub hash: String,
}

/// A paper that was issued (文书), filed on its matter with its hash (M11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 50, table = "paper", zh = "文书", space = compound, append_only)]
#[ts(export)]
pub struct Paper {
    /// Its id.
    pub id: PaperId,
    /// Which paper.
    #[field(1, zh = "文书", class = district)]
    pub kind: PaperKind,
    /// The record it is filed on: a meeting, a task, a publicity …
    #[field(2, zh = "所属记录", class = district)]
    pub of: Uuid,
    /// Its number, where it has one.
    #[field(3, zh = "编号", class = district)]
    pub number: Option<String>,
    /// The day it was issued.
    #[field(4, zh = "日期", class = district)]
    pub on: NaiveDate,
    /// BLAKE3 of its content (not of the PDF's bytes), hex.
    #[field(5, zh = "校验", class = district)]
    pub hash: String,
}

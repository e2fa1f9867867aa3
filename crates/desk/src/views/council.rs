//! What a face gets back of the monthly loop.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use serde::Serialize;
use xinghuo_model::policy::Policy;
use xinghuo_model::records::*;
use xinghuo_model::*;

use super::StepView;

/// When a policy pack holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PolicyStanding {
    /// 未生效
    Coming,
    /// 现行
    InForce,
    /// 已过
    Over,
}

views! {
    /// An opinion on the month's page.
    OpinionLine {
        opinion: Opinion,
        person: Option<String>,
        in_topic: Option<TopicId>,
        /// What that topic, of this month or the next, is called.
        topic_title: Option<String>,
        late_entry: bool,
        /// Attachments filed on it.
        files: u32,
        /// What became of it, in words for who gave it; none while nothing is decided.
        fate: Option<String>,
        /// What its writer was told.
        replies: Vec<OpinionReply>,
    }
    /// A task on the month's page.
    TaskLine {
        task: Task,
        #[ts(type = "number")]
        days_left: i64,
        late: bool,
        report_due: Option<NaiveDate>,
        /// How its report back stands; none while it is not done.
        report: Option<FeedbackState>,
        feedback: Vec<Feedback>,
        /// That it was done, or reported back on, was typed later than the day after (补录).
        late_entry: bool,
        /// Attachments filed on it.
        files: u32,
    }
    /// A topic with its vote and what was agreed.
    TopicLine {
        topic: Topic,
        opinions: u32,
        speeches: Vec<Speech>,
        vote: Option<Vote>,
        resolutions: Vec<Resolution>,
        conflict: bool,
        /// That it was chosen or dropped was typed later than the day after (补录).
        late_entry: bool,
        /// How far it got, with what was carried out of it.
        stage: TopicStage,
        /// Votes recorded of it; more than one where two laptops recorded the same meeting.
        accounts: u32,
        /// The month in which it goes on.
        carried_to: Option<Month>,
        /// How the owners voted, where it is their matter.
        owner_vote: Option<OwnerVote>,
        owner_verdict: Option<OwnerVerdict>,
        /// Of a meeting: what its own vote came to, whatever became of the topic since.
        outcome: Option<TopicState>,
        /// Of a meeting that did not vote on it: a later one has it too.
        later: bool,
    }
    /// What an owners' vote comes to.
    OwnerVerdict {
        outcome: OwnerOutcome,
        /// Three quarters must agree, not just more than half.
        three_quarters: bool,
        /// 参与：人数 71.3%、面积 70.2%（都要 66.7% 以上）…
        sentence: String,
    }
    /// A party's row of the sign-in; always five.
    PartyAttendance {
        party: Party,
        title: String,
        invited: u32,
        present: u32,
        leave: u32,
        lines: Vec<SignInLine>,
        /// 集体辞职（2024年10月8日起）, where its body does not stand as usual on that day.
        standing: Option<String>,
    }
    /// A delegate's line, or a guest's.
    SignInLine {
        delegate: Option<Delegate>,
        /// Delegate's, proxy's or guest's name.
        name: String,
        presence: Option<Presence>,
        note: Option<String>,
        came_at: Option<NaiveTime>,
        left_at: Option<NaiveTime>,
    }
    /// A meeting with sign-in and quorum.
    MeetingView {
        meeting: Meeting,
        stage: MeetingStage,
        /// Five at a council, none where the parties do not sit.
        parties: Vec<PartyAttendance>,
        /// Who is invited where the parties do not sit.
        guests: Vec<SignInLine>,
        observers: Vec<String>,
        invited: u32,
        present: u32,
        quorum: u32,
        quorate: bool,
        /// 应到 15 人，实到 12 人，达到法定人数（需 10 人）
        quorum_sentence: String,
        /// Who makes up an assembly and who demanded it: 每户派代表，由 100 户提议召开，达到应当召集的五分之一
        assembly: Option<String>,
        /// Why the minutes cannot become final yet; empty when they can.
        lacking: Vec<String>,
        /// What is to be looked at, though it forbids nothing.
        warnings: Vec<String>,
        /// Items of which two laptops say different things: see `accounts`.
        accounts: u32,
        /// Who signed in was typed later than the day after it was held (补录).
        late_entry: bool,
        /// Its records changed after its minutes became final; these stay as they are.
        changed_since_final: bool,
        topics: Vec<TopicLine>,
    }
    /// An item of a meeting that two laptops recorded apart from one another.
    AccountItem {
        /// 表决：关于……, 签到：……
        title: String,
        sides: Vec<AccountSide>,
    }
    /// What one laptop says of it.
    AccountSide {
        /// The record to choose.
        id: uuid::Uuid,
        person: String,
        copy: String,
        at: DateTime<FixedOffset>,
        /// What it says, a line each.
        says: Vec<String>,
    }
    /// A month from opinions to feedback.
    CouncilView {
        month: Month,
        title: String,
        sentence: String,
        policy: Policy,
        steps: Vec<StepView>,
        no_topic: Option<String>,
        opinions: Vec<OpinionLine>,
        /// Of the month before those that no topic gathers, and what this month's topics gather of earlier months.
        earlier: Vec<OpinionLine>,
        topics: Vec<TopicLine>,
        meetings: Vec<MeetingView>,
        tasks: Vec<TaskLine>,
        /// Months that have records, newest first.
        months: Vec<Month>,
        delegates: Vec<Delegate>,
        /// How the bodies behind the parties stand, where that was said.
        bodies: Vec<Body>,
        /// What the law asks of them and they do not keep, a sentence each.
        concerns: Vec<String>,
        /// The next pack, which holds from a later month on.
        next_policy: Option<PolicyPack>,
        /// What came over from earlier months and goes on in this one.
        carried: Vec<CarriedLine>,
    }
    /// A topic or a task of an earlier month that goes on in this one (跨月结转).
    CarriedLine {
        /// `topic` or `task`.
        kind: String,
        id: uuid::Uuid,
        title: String,
        from: Month,
        /// Where it stands here.
        state: String,
        ended: bool,
    }
    /// One month of a year of councils.
    YearMonth {
        month: Month,
        opinions: u32,
        chosen: u32,
        dropped: u32,
        councils: u32,
        /// 本月无议题 was stated.
        no_topic: bool,
        passed: u32,
        rejected: u32,
        to_owners: u32,
        tasks: u32,
        done: u32,
        late: u32,
        carried: u32,
        told: u32,
        told_in_time: u32,
    }
    /// So many of a name.
    NamedCount { name: String, count: u32 }
    /// How a party came to the councils of a year.
    PartyYear { party: Party, title: String, invited: u32, present: u32 }
    /// A year of councils.
    CouncilYear {
        year: i32,
        /// Those that began, in order.
        months: Vec<YearMonth>,
        /// Opinions by how they came, the most first.
        sources: Vec<NamedCount>,
        /// Opinions by what they are about, the most first.
        categories: Vec<NamedCount>,
        parties: Vec<PartyYear>,
        /// Councils held to their end.
        councils: u32,
        /// Of them, those to which all five parties came.
        full: u32,
        /// Demands still without a reply.
        unanswered_demands: u32,
    }
    /// One of the three figures: so many of so many were kept (做到).
    IllFigure {
        ill: Ill,
        title: String,
        /// What is counted, in a sentence.
        counts: String,
        kept: u32,
        of: u32,
    }
    /// A compound's three figures.
    CompoundIlls { compound: CompoundId, name: String, figures: Vec<IllFigure> }
    /// The three ills of a year.
    IllsView {
        year: i32,
        /// 2026年1—11月
        period: String,
        figures: Vec<IllFigure>,
        /// Where more than one compound is counted.
        compounds: Vec<CompoundIlls>,
    }
    /// A row behind a figure.
    IllLine {
        /// `topic`, `task`, `request` or `resolution`.
        kind: String,
        id: uuid::Uuid,
        month: Month,
        on: NaiveDate,
        title: String,
        detail: String,
        kept: bool,
        compound: CompoundId,
        compound_name: String,
    }
    /// A policy pack with when it holds.
    PolicyLine {
        pack: PolicyPack,
        /// 2026年12月起
        from: Month,
        /// In force now, to come, or over.
        standing: PolicyStanding,
    }
    /// The policy packs of the office (制度参数).
    PolicyView {
        /// What holds this month, the built-in one where the office issued none.
        current: Policy,
        /// Newest first.
        packs: Vec<PolicyLine>,
        /// Whether this copy issues them.
        may_issue: bool,
        /// The first month a new one may hold from.
        earliest: Month,
        /// Who issues them, where they come from above.
        issuer: String,
    }
}

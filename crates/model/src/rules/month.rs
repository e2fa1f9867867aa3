//! How a month stands: its five steps, its topics and its reports back, by the day things happened.

use chrono::NaiveDate;

use crate::month::Month;
use crate::policy::Policy;
use crate::words::*;

/// How far a topic got, with what was carried out of it (requirements §4.2). `discussed`: somebody spoke on it
/// in a meeting; `settled`: the minutes of its meeting are final.
pub fn topic_stage(state: TopicState, tasks: &[TaskFact], discussed: bool, settled: bool, carried: bool) -> TopicStage {
    match state {
        TopicState::Shelved if carried => TopicStage::CarriedOver,
        TopicState::Candidate => TopicStage::Candidate,
        TopicState::Chosen if discussed => TopicStage::Consulted,
        TopicState::Chosen => TopicStage::Chosen,
        TopicState::Dropped => TopicStage::Dropped,
        TopicState::Rejected => TopicStage::Rejected,
        TopicState::Shelved => TopicStage::Shelved,
        TopicState::ToOwners => TopicStage::ToOwners,
        TopicState::Passed => {
            let done = tasks.iter().filter(|task| task.state.is_done());
            if tasks.iter().any(|task| task.state.is_open()) {
                TopicStage::CarryingOut
            } else if tasks.iter().any(|task| task.state == TaskState::CarriedOver) {
                TopicStage::CarriedOver
            } else if done.clone().any(|task| task.reported_on.is_none()) {
                TopicStage::CarriedOut
            } else if settled {
                TopicStage::Filed
            } else if tasks.is_empty() {
                TopicStage::Passed
            } else {
                TopicStage::Reported
            }
        }
    }
}

/// How the report back on a task stands (requirements §4.2): none is owed while it is not done.
pub fn feedback_state(policy: &Policy, task: &TaskFact, today: NaiveDate) -> Option<FeedbackState> {
    let due = policy.report_due(task.done_on?);
    Some(match task.reported_on {
        Some(on) if on <= due => FeedbackState::OnTime,
        Some(_) => FeedbackState::Late,
        None if today <= due => FeedbackState::Owed,
        None => FeedbackState::Missing,
    })
}

/// How a step of the month stands (requirements §4.2, cycle step).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum StepState {
    /// 未开始: its window is not open yet.
    NotYet,
    /// 进行中
    Open,
    /// 按期完成
    Done,
    /// 逾期完成
    DoneLate,
    /// 已逾期, not done
    Late,
    /// 本月无事项
    Nothing,
    /// 结转
    CarriedOver,
}

impl StepState {
    /// Whether nothing more is to be done in it.
    pub fn is_complete(self) -> bool {
        matches!(self, Self::Done | Self::DoneLate | Self::Nothing | Self::CarriedOver)
    }

    /// The word on screen.
    pub fn zh(self) -> &'static str {
        match self {
            Self::NotYet => "未开始",
            Self::Open => "进行中",
            Self::Done => "按期完成",
            Self::DoneLate => "逾期完成",
            Self::Late => "已逾期",
            Self::Nothing => "本月无事项",
            Self::CarriedOver => "已结转",
        }
    }
}

/// What is known of one task for the month's last two steps.
#[derive(Debug, Clone, Copy)]
pub struct TaskFact {
    /// By when.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub state: TaskState,
    /// When it was done.
    pub done_on: Option<NaiveDate>,
    /// When its first report back was given.
    pub reported_on: Option<NaiveDate>,
}

/// What happened in a month, by the day it *happened*, however late it was typed.
#[derive(Debug, Clone, Default)]
pub struct MonthFacts {
    /// The days on which opinions were gathered.
    pub opinions: Vec<NaiveDate>,
    /// The days on which topics were chosen.
    pub chosen: Vec<NaiveDate>,
    /// Candidates nobody has decided on.
    pub undecided: u32,
    /// The day of the first council or residents' assembly that closed.
    pub council: Option<NaiveDate>,
    /// Topics were chosen, and all of them were decided without a council or an assembly.
    pub decided_elsewhere: bool,
    /// The tasks of the month.
    pub tasks: Vec<TaskFact>,
    /// 本月无议题 was stated.
    pub no_topic: bool,
    /// The day from which the compound keeps its months here.
    pub began_on: Option<NaiveDate>,
}

/// One step of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepNow {
    /// Which.
    pub step: Step,
    /// First day of its window.
    pub from: NaiveDate,
    /// Last day of its window.
    pub to: NaiveDate,
    /// How it stands.
    pub state: StepState,
    /// How many things belong to it.
    pub count: u32,
    /// How many of them are open and late.
    pub late: u32,
}

/// Judges the five steps of a month by the pack in force, on the given day.
pub fn judge_month(policy: &Policy, month: Month, facts: &MonthFacts, today: NaiveDate) -> [StepNow; 5] {
    let before_all = facts.began_on.is_some_and(|began| month.last_day() < began);
    let waiting = |from: NaiveDate, to: NaiveDate| {
        if before_all {
            StepState::Nothing
        } else if today < from {
            StepState::NotYet
        } else if today <= to {
            StepState::Open
        } else {
            StepState::Late
        }
    };
    let done_by = |day: Option<NaiveDate>, from, to| match day {
        Some(day) if day <= to => StepState::Done,
        Some(_) => StepState::DoneLate,
        None => waiting(from, to),
    };
    // What was decided outside a council leaves nothing to meet about.
    let nothing_to_consult = facts.no_topic || (facts.council.is_none() && facts.decided_elsewhere);
    let step = |step: Step| {
        let (from, to) = policy.window(step, month);
        // Who begins in the middle of a month has until its end for the steps that were over.
        let (from, to) = match facts.began_on {
            Some(began) if to < began && !before_all => (began, month.last_day()),
            _ => (from, to),
        };
        let (state, count, late) = match step {
            Step::Gather => {
                let first = facts.opinions.iter().min().copied();
                let state = if first.is_none() && facts.no_topic { StepState::Nothing } else { done_by(first, from, to) };
                (state, facts.opinions.len(), 0)
            }
            Step::Choose => {
                let state = if facts.no_topic {
                    StepState::Nothing
                } else if facts.undecided > 0 && !facts.chosen.is_empty() && today <= to {
                    StepState::Open
                } else {
                    done_by(facts.chosen.iter().min().copied(), from, to)
                };
                (state, facts.chosen.len(), 0)
            }
            Step::Consult => {
                let state = if nothing_to_consult { StepState::Nothing } else { done_by(facts.council, from, to) };
                (state, usize::from(facts.council.is_some()), 0)
            }
            Step::CarryOut => {
                let open: Vec<_> = facts.tasks.iter().filter(|t| t.state.is_open()).collect();
                let late = open.iter().filter(|t| t.due_on < today).count();
                let state = if facts.tasks.is_empty() {
                    if nothing_to_consult || facts.council.is_some() { StepState::Nothing } else { waiting(from, to) }
                } else if late > 0 {
                    StepState::Late
                } else if !open.is_empty() {
                    waiting(from.min(today), to.max(today))
                } else if facts.tasks.iter().any(|t| t.state == TaskState::CarriedOver) {
                    StepState::CarriedOver
                } else if facts.tasks.iter().all(|t| t.done_on.is_some_and(|d| d <= t.due_on)) {
                    StepState::Done
                } else {
                    StepState::DoneLate
                };
                (state, facts.tasks.len(), late)
            }
            Step::Report => {
                let done: Vec<_> = facts.tasks.iter().filter_map(|t| t.done_on.map(|d| (d, t.reported_on))).collect();
                let late = done.iter().filter(|(d, r)| r.is_none() && today > policy.report_due(*d)).count();
                let all_tasks_ended = facts.tasks.iter().all(|t| !t.state.is_open());
                let state = if facts.tasks.is_empty() {
                    if nothing_to_consult || facts.council.is_some() { StepState::Nothing } else { waiting(from, to) }
                } else if late > 0 {
                    StepState::Late
                } else if done.iter().any(|(_, r)| r.is_none()) || !all_tasks_ended {
                    if done.is_empty() && today < from { StepState::NotYet } else { StepState::Open }
                } else if done.is_empty() {
                    // All of them go on elsewhere: nothing was done that could be reported back on.
                    StepState::CarriedOver
                } else if done.iter().all(|(d, r)| r.is_some_and(|r| r <= policy.report_due(*d))) {
                    StepState::Done
                } else {
                    StepState::DoneLate
                };
                (state, done.iter().filter(|(_, r)| r.is_some()).count(), late)
            }
        };
        StepNow { step, from, to, state, count: count as u32, late: late as u32 }
    };
    let mut steps = [step(Step::Gather), step(Step::Choose), step(Step::Consult), step(Step::CarryOut), step(Step::Report)];
    // I05: no step is complete before the one before it is, or is said to be nothing.
    for at in 1..steps.len() {
        if steps[at].state.is_complete() && !steps[at - 1].state.is_complete() {
            steps[at].state = waiting(steps[at].from, steps[at].to);
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn states(facts: &MonthFacts, today: &str) -> Vec<&'static str> {
        let month = "2024-11".parse().expect("a month");
        judge_month(&Policy::default(), month, facts, day(today)).iter().map(|s| s.state.zh()).collect()
    }

    #[test]
    fn no_step_is_complete_before_the_one_before_it() {
        let day = |text: &str| day(text);
        let mut facts = MonthFacts { chosen: vec![day("2024-11-08")], council: Some(day("2024-11-15")), ..MonthFacts::default() };
        assert_eq!(states(&facts, "2024-11-20")[..3], ["已逾期", "已逾期", "进行中"]);
        facts.opinions.push(day("2024-11-03"));
        assert_eq!(states(&facts, "2024-11-20")[..3], ["按期完成", "按期完成", "按期完成"]);
    }

    #[test]
    fn a_month_in_which_nothing_happened_grows_late_step_by_step() {
        let facts = MonthFacts::default();
        assert_eq!(states(&facts, "2024-11-03"), ["进行中", "进行中", "未开始", "未开始", "未开始"]);
        assert_eq!(states(&facts, "2024-11-15"), ["已逾期", "已逾期", "进行中", "进行中", "进行中"]);
    }

    #[test]
    fn who_begins_in_the_middle_of_a_month_has_until_its_end_and_owes_nothing_for_the_months_before() {
        let began = |on: &str| MonthFacts { began_on: Some(day(on)), ..MonthFacts::default() };
        assert_eq!(states(&began("2024-11-23"), "2024-11-23"), ["进行中"; 5]);
        assert_eq!(states(&began("2024-11-23"), "2024-12-05"), ["已逾期"; 5]);
        assert_eq!(states(&began("2024-11-01"), "2024-11-15"), states(&MonthFacts::default(), "2024-11-15"));
        assert_eq!(states(&began("2024-12-01"), "2024-12-05"), ["本月无事项"; 5]);
        let opinion = MonthFacts { opinions: vec![day("2024-11-24")], ..began("2024-11-23") };
        assert_eq!(states(&opinion, "2024-11-25")[0], "按期完成");
    }

    #[test]
    fn lateness_counts_from_when_a_thing_happened() {
        let mut facts = MonthFacts {
            opinions: vec![day("2024-11-04")],
            chosen: vec![day("2024-11-12")],
            council: Some(day("2024-11-15")),
            ..MonthFacts::default()
        };
        facts.tasks.push(TaskFact {
            due_on: day("2024-11-28"),
            state: TaskState::Done,
            done_on: Some(day("2024-11-27")),
            reported_on: Some(day("2024-11-29")),
        });
        // Typed weeks later, judged by the days themselves.
        assert_eq!(states(&facts, "2024-12-20"), ["按期完成", "逾期完成", "按期完成", "按期完成", "逾期完成"]);
    }

    #[test]
    fn a_month_all_of_whose_tasks_go_on_later_has_reported_nothing_back_in_time() {
        let mut facts = MonthFacts {
            opinions: vec![day("2024-11-04")],
            chosen: vec![day("2024-11-08")],
            council: Some(day("2024-11-15")),
            ..MonthFacts::default()
        };
        facts.tasks.push(TaskFact { due_on: day("2024-11-28"), state: TaskState::CarriedOver, done_on: None, reported_on: None });
        assert_eq!(states(&facts, "2024-12-20")[3..], ["已结转", "已结转"]);
    }

    #[test]
    fn a_month_without_topic_is_a_stated_result() {
        let facts = MonthFacts { no_topic: true, ..MonthFacts::default() };
        assert_eq!(states(&facts, "2024-12-20"), ["本月无事项"; 5]);
    }
}

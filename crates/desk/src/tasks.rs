//! What was agreed (议定事项), what is to be carried out (落实事项), and the report back on it: writing.

use chrono::NaiveDate;
use xinghuo_ledger::Books;
use xinghuo_model::policy::Policy;
use xinghuo_model::records::*;
use xinghuo_model::rules::{Refusal, check_task_step, outcome};
use xinghuo_model::*;

use crate::accounts::votes;
use crate::ask::{NewResolution, NewTask};
use crate::cases::not_future;
use crate::error::{DeskError, Result, filled, optional};
use crate::meeting::recording;
use crate::open::{At, Open};
use crate::owners::vote_on;
use crate::papers::day_zh;
use crate::topics::as_it_stands;
use crate::views::Saved;

/// The day on which something was agreed: at a meeting, by the owners, or outside a council.
fn agreed_on(books: &Books<'_>, meeting: Option<&Meeting>, topic: &Topic) -> Result<NaiveDate> {
    if let Some(meeting) = meeting {
        return Ok(meeting.held_at.date_naive());
    }
    let voted = vote_on(books, topic.id)?.map(|vote| vote.on);
    Ok(topic.outside_on.or(voted).or(topic.decided_on).unwrap_or(topic.month.first_day()))
}

/// The day a task rests on; none where what it rests on is not here.
fn given_on(books: &Books<'_>, task: &Task) -> Result<Option<NaiveDate>> {
    let Some(resolution) = task.resolution.map(|id| books.get::<Resolution>(id)).transpose()?.flatten() else { return Ok(None) };
    let Some(topic) = books.get::<Topic>(resolution.record.topic)? else { return Ok(None) };
    let meeting = resolution.record.meeting.map(|id| books.get::<Meeting>(id)).transpose()?.flatten();
    Ok(Some(agreed_on(books, meeting.map(|kept| kept.record).as_ref(), &topic.record)?))
}

/// Whether what a meeting itself voted on a topic came to 通过.
fn passed_at(books: &Books<'_>, policy: &Policy, meeting: &Meeting, topic: &Topic) -> Result<bool> {
    let votes = votes(books, meeting.id, topic.id)?;
    Ok(votes.last().is_some_and(|vote| outcome(policy, meeting.kind, vote.count(), None) == TopicState::Passed))
}

/// A new task of a resolution: one party, one person, one date (I09), not before it was agreed.
fn task_of(id: TaskId, month: Month, agreed_on: NaiveDate, resolution: ResolutionId, new: NewTask) -> Result<Task> {
    let (text, owner) = (filled(&new.text, "task.text")?, filled(&new.owner, "task.owner")?);
    let Some(due_on) = new.due_on else {
        return Err(DeskError::Field { field: "task.due_on", why: "请写明完成期限。" });
    };
    if new.fen.is_some_and(|fen| fen < 0) {
        return Err(DeskError::Field { field: "task.fen", why: "经费不能是负数。" });
    }
    if due_on < agreed_on {
        return Err(Refusal::Before("期限", "议定日期").into());
    }
    Ok(Task {
        id,
        month,
        resolution: Some(resolution),
        text,
        party: new.party,
        owner,
        due_on,
        state: TaskState::Open,
        done_on: None,
        outcome: None,
        carried_from: None,
        fen: new.fen,
        verified_by: None,
        first_due: None,
        extended_by: None,
        verified_on: None,
    })
}

impl Open {
    /// What was agreed, and who carries it out: at a meeting, or after the owners or somebody outside a council
    /// decided.
    pub(crate) fn add_resolution(&self, new: NewResolution, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let text = filled(&new.text, "text")?;
        self.save_one(Act::AddResolution, at, |save| {
            let topic = as_it_stands(&save.books(), save.books().need::<Topic>(new.topic)?.record)?;
            let meeting = new.meeting.map(|meeting| recording(save, space, meeting)).transpose()?;
            let month = meeting.as_ref().map_or(topic.month, |meeting| meeting.month);
            if topic.state != TopicState::Passed {
                if let Some(matter) = topic.owner_matter {
                    return Err(Refusal::OwnersDecide(matter.zh()).into());
                }
                return Err(Refusal::Lacks("表决通过以后才能写议定事项。").into());
            }
            if let Some(meeting) = &meeting {
                let policy = self.policy(&save.books(), meeting.month.first_day())?;
                if !passed_at(&save.books(), &policy, meeting, &topic)? {
                    return Err(Refusal::Lacks("这次会议没有表决通过这个议题，不能在这里写议定事项。").into());
                }
            }
            if new.meeting.is_none() && topic.outside.is_none() && topic.owner_matter.is_none() {
                return Err(Refusal::Lacks("这个议题是会上通过的，议定事项写在那次会议里；已定稿的请出更正版。").into());
            }
            let resolution = Resolution { id: save.id(), meeting: new.meeting, topic: new.topic, text };
            save.put(space, &resolution);
            if let Some(new) = new.task {
                let agreed_on = agreed_on(&save.books(), meeting.as_ref(), &topic)?;
                let task = task_of(save.id(), month, agreed_on, resolution.id, new)?;
                save.put(space, &task);
            }
            Ok(resolution.id)
        })
    }

    #[allow(clippy::too_many_arguments)]
    pub(crate) fn step_task(
        &self,
        id: TaskId,
        to: TaskState,
        on: NaiveDate,
        outcome: Option<String>,
        due_on: Option<NaiveDate>,
        by: Option<String>,
        at: At,
    ) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "日期")?;
        let (outcome, by) = (optional(outcome), optional(by));
        self.save_one(Act::StepTask, at, |save| {
            let mut task = save.books().need::<Task>(id)?.record;
            check_task_step(task.state, to)?;
            if matches!(to, TaskState::Verified | TaskState::Returned) && task.done_on.is_some_and(|done| on < done) {
                return Err(Refusal::Before(if to == TaskState::Verified { "核验日期" } else { "退回日期" }, "完成日期").into());
            }
            match to {
                TaskState::Done => {
                    if given_on(&save.books(), &task)?.is_some_and(|given| on < given) {
                        return Err(Refusal::Before("完成日期", "议定日期").into());
                    }
                    task.done_on = Some(on);
                }
                TaskState::Verified => {
                    if by.is_none() {
                        return Err(DeskError::Field { field: "by", why: "请写明是谁去核验的。" });
                    }
                    task.verified_by = by;
                    task.verified_on = Some(on);
                }
                TaskState::Returned => {
                    if outcome.is_none() {
                        return Err(DeskError::Field { field: "outcome", why: "退回重办要写明哪里没办好。" });
                    }
                    task.done_on = None;
                }
                TaskState::CarriedOver => {
                    let (Some(due), Some(reason)) = (due_on, &outcome) else {
                        return Err(DeskError::Field { field: "due_on", why: "跨月结转要写明理由和新的期限。" });
                    };
                    if due <= task.due_on {
                        return Err(Refusal::Before("新的期限", "原来的期限").into());
                    }
                    // The old task keeps its month; the new one is counted apart (D6).
                    let next = Task {
                        id: save.id(),
                        month: Month::of(due).max(task.month.next()),
                        due_on: due,
                        state: TaskState::Open,
                        done_on: None,
                        outcome: Some(format!("由{}结转：{reason}", task.month.zh())),
                        carried_from: Some(task.id),
                        first_due: None,
                        extended_by: None,
                        ..task.clone()
                    };
                    save.put(space, &next);
                    task.done_on = None;
                }
                TaskState::Open | TaskState::Doing => task.done_on = None,
            }
            task.state = to;
            if let Some(outcome) = outcome {
                task.outcome = Some(match to {
                    TaskState::Returned => format!("{}退回：{outcome}", day_zh(on)),
                    TaskState::CarriedOver => format!("{}结转：{outcome}", day_zh(on)),
                    _ => outcome,
                });
            }
            save.put(space, &task);
            Ok(id)
        })
    }

    /// More time for what is not done yet; the first date stays on record.
    pub(crate) fn extend_task(&self, id: TaskId, due_on: NaiveDate, by: &str, reason: &str, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let (by, reason) = (filled(by, "by")?, filled(reason, "reason")?);
        self.save_one(Act::ExtendTask, at, |save| {
            let mut task = save.books().need::<Task>(id)?.record;
            if !task.state.is_open() {
                return Err(Refusal::Lacks("已经办完或结转的事项不用延期。").into());
            }
            if due_on <= task.due_on {
                return Err(Refusal::Before("新的期限", "原来的期限").into());
            }
            task.first_due = task.first_due.or(Some(task.due_on));
            task.extended_by = Some(format!("{by}：{reason}"));
            task.due_on = due_on;
            save.put(space, &task);
            Ok(id)
        })
    }

    pub(crate) fn give_feedback(&self, new: NewFeedback, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(new.on, at.date_naive(), "反馈日期")?;
        filled(&new.to, "to")?;
        filled(&new.supervisor, "supervisor")?;
        self.save_one(Act::GiveFeedback, at, |save| {
            let task = save.books().need::<Task>(new.task)?.record;
            let Some(done) = task.done_on else {
                return Err(Refusal::Lacks("事项完成以后才能登记反馈。").into());
            };
            if new.on < done {
                return Err(Refusal::Before("反馈日期", "完成日期").into());
            }
            let feedback = new.record(save.id());
            save.put(space, &feedback);
            Ok(feedback.id)
        })
    }
}

//! The month's five steps: writing.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use xinghuo_ledger::Save;
use xinghuo_model::records::*;
use xinghuo_model::rules::{Count, Refusal, check_quorum, check_task_step, check_vote, outcome};
use xinghuo_model::*;

use crate::ask::*;
use crate::cases::not_future;
use crate::council::{body_id, cycle_id, parties_present, roll};
use crate::error::{DeskError, Result, filled, optional};
use crate::open::Open;
use crate::papers::editions;
use crate::views::Saved;

type At = DateTime<FixedOffset>;

fn running(save: &Save<'_>, id: MeetingId) -> Result<Meeting> {
    let meeting = save.books().need::<Meeting>(id)?.record;
    match meeting.state {
        MeetingState::Final => Err(Refusal::Locked.into()),
        MeetingState::Planned => Err(Refusal::Lacks("会议还没有开始，请先点“开会”。").into()),
        _ => Ok(meeting),
    }
}

fn open_topic(save: &Save<'_>, id: TopicId) -> Result<Topic> {
    Ok(save.books().need::<Topic>(id)?.record)
}

impl Open {
    pub(crate) fn add_opinion(&self, new: NewOpinion, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(new.on, at.date_naive(), "日期")?;
        let text = filled(&new.text, "text")?;
        self.save_one(Act::AddOpinion, at, |save| {
            let opinion = Opinion {
                id: save.id(),
                month: Month::of(new.on),
                on: new.on,
                source: new.source,
                category: new.category,
                text,
                person: new.person,
            };
            save.put(space, &opinion);
            Ok(opinion.id)
        })
    }

    pub(crate) fn state_no_topic(&self, month: Month, reason: Option<String>, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let reason = optional(reason);
        self.save_one(Act::StateNoTopic, at, |save| {
            let going = save.books().number(
                "SELECT count(*) FROM topic WHERE life = 0 AND space = ?1 AND month = ?2 AND state NOT IN ('candidate', 'dropped')",
                (space.0.as_bytes(), month.to_string()),
            )?;
            if reason.is_some() && going > 0 {
                return Err(Refusal::Lacks("本月已有确定的议题，不能再标为无议题。").into());
            }
            let cycle = Cycle { id: cycle_id(space, month), month, no_topic: reason };
            save.put(space, &cycle);
            Ok(cycle.id)
        })
    }

    pub(crate) fn add_topic(&self, new: NewTopic, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let title = filled(&new.title, "title")?;
        let sponsor = optional(new.sponsor);
        if new.opinions.is_empty() && sponsor.is_none() {
            // I06
            return Err(DeskError::Field { field: "sponsor", why: "没有归并民意的议题，要写明提出人。" });
        }
        self.save_one(Act::AddTopic, at, |save| {
            let topic = Topic {
                id: save.id(),
                month: new.month,
                title,
                opinions: new.opinions,
                state: TopicState::Candidate,
                reason: None,
                decided_on: None,
                benefit: new.benefit,
                owner_matter: new.owner_matter,
                sponsor,
                carried_from: None,
            };
            save.put(space, &topic);
            Ok(topic.id)
        })
    }

    pub(crate) fn decide_topic(&self, id: TopicId, to: TopicState, on: NaiveDate, reason: &str, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "日期")?;
        let reason = optional(Some(reason.to_owned()));
        self.save_one(Act::DecideTopic, at, |save| {
            let mut topic = open_topic(save, id)?;
            match (topic.state, to) {
                (TopicState::Candidate | TopicState::Dropped, TopicState::Chosen)
                | (TopicState::Candidate | TopicState::Chosen, TopicState::Dropped)
                | (TopicState::Chosen, TopicState::Shelved)
                | (TopicState::Shelved, TopicState::Chosen) => {}
                // I11, I12: whatever is decided is decided in a council, by its vote.
                (_, TopicState::Passed | TopicState::Rejected | TopicState::ToOwners) => return Err(Refusal::OutsideCouncil.into()),
                (from, to) => return Err(Refusal::Step { from: from.zh(), to: to.zh() }.into()),
            }
            if to != TopicState::Chosen && reason.is_none() {
                return Err(DeskError::Field { field: "reason", why: "不采纳或搁置要写明理由。" });
            }
            topic.state = to;
            topic.reason = reason;
            topic.decided_on = Some(on);
            save.put(space, &topic);
            Ok(id)
        })
    }

    /// Lets a topic that was not brought to an end go on in the next month: the old one is shelved with the
    /// reason, and the new one points back to it.
    pub(crate) fn carry_topic(&self, id: TopicId, on: NaiveDate, reason: &str, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "日期")?;
        let reason = filled(reason, "reason")?;
        self.save_one(Act::CarryTopic, at, |save| {
            let mut topic = open_topic(save, id)?;
            if !matches!(topic.state, TopicState::Candidate | TopicState::Chosen | TopicState::Shelved) {
                return Err(Refusal::Lacks("已有结果的议题不用结转；需要再议时请另提一个议题。").into());
            }
            if !save.books().select::<Topic>("AND carried_from = ?1", [id.0.as_bytes()])?.is_empty() {
                return Err(Refusal::Lacks("这个议题已经结转过了。").into());
            }
            let next = Topic {
                id: save.id(),
                month: topic.month.next(),
                state: TopicState::Candidate,
                reason: Some(format!("由{}结转：{reason}", topic.month.zh())),
                decided_on: None,
                carried_from: Some(id),
                ..topic.clone()
            };
            topic.state = TopicState::Shelved;
            topic.reason = Some(format!("结转到{}：{reason}", next.month.zh()));
            topic.decided_on = Some(on);
            save.put(space, &topic);
            save.put(space, &next);
            Ok(next.id)
        })
    }

    pub(crate) fn save_delegate(&self, input: DelegateInput, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let name = filled(&input.name, "name")?;
        if input.until.is_some_and(|u| u < input.since) {
            return Err(Refusal::Before("任期止", "任期起").into());
        }
        self.save_one(Act::SaveDelegate, at, |save| {
            let delegate = Delegate {
                id: match input.id {
                    Some(id) => save.books().need::<Delegate>(id)?.record.id,
                    None => save.id(),
                },
                party: input.party,
                name,
                person: input.person,
                unit: optional(input.unit),
                title: optional(input.title),
                since: input.since,
                until: input.until,
            };
            save.put(space, &delegate);
            Ok(delegate.id)
        })
    }

    pub(crate) fn save_body(&self, party: Party, state: BodyState, since: NaiveDate, note: Option<String>, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(since, at.date_naive(), "起始日期")?;
        self.save_one(Act::SaveBody, at, |save| {
            let body = Body { id: body_id(space, party), party, state, since, note: optional(note) };
            save.put(space, &body);
            Ok(body.id)
        })
    }

    pub(crate) fn plan_meeting(&self, new: NewMeeting, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let (place, chair, recorder) = (filled(&new.place, "place")?, filled(&new.chair, "chair")?, filled(&new.recorder, "recorder")?);
        self.save_one(Act::PlanMeeting, at, |save| {
            let mut agenda = new.agenda;
            if agenda.is_empty() {
                agenda = save
                    .books()
                    .select::<Topic>(
                        "AND space = ?1 AND month = ?2 AND state = 'chosen' ORDER BY id",
                        (space.0.as_bytes(), new.month.to_string()),
                    )?
                    .into_iter()
                    .map(|t| t.record.id)
                    .collect();
            }
            if agenda.is_empty() {
                return Err(Refusal::Lacks("还没有确定的议题，请先在“确定议题”里选定。").into());
            }
            let meeting = Meeting {
                id: save.id(),
                month: new.month,
                kind: new.kind,
                held_at: new.held_at,
                place,
                chair,
                recorder,
                agenda,
                state: MeetingState::Planned,
                number: None,
                final_on: None,
                parties: None,
                correction: None,
            };
            save.put(space, &meeting);
            Ok(meeting.id)
        })
    }

    pub(crate) fn sign_in(
        &self,
        meeting: MeetingId,
        delegate: Option<DelegateId>,
        presence: Presence,
        name: Option<String>,
        note: Option<String>,
        at: At,
    ) -> Result<Saved> {
        let space = self.own_compound()?;
        let name = optional(name);
        if name.is_none() && (delegate.is_none() || presence == Presence::Proxy) {
            return Err(DeskError::Field { field: "name", why: "请写明列席人或代会人的姓名。" });
        }
        self.save_one(Act::SignIn, at, |save| {
            if save.books().need::<Meeting>(meeting)?.record.state == MeetingState::Final {
                return Err(Refusal::Locked.into());
            }
            if let Some(id) = delegate {
                let id = id.0;
                // A sign-in is never edited: the old line is withdrawn, a new one written.
                for old in save.books().select::<Attendance>("AND meeting = ?1 AND delegate = ?2", (meeting.0.as_bytes(), id.as_bytes()))? {
                    save.delete::<Attendance>(space, old.record.id);
                }
            }
            let line = Attendance { id: save.id(), meeting, delegate, presence, name, note: optional(note) };
            save.put(space, &line);
            Ok(line.id)
        })
    }

    pub(crate) fn open_meeting(&self, id: MeetingId, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        self.save_one(Act::OpenMeeting, at, |save| {
            let mut meeting = save.books().need::<Meeting>(id)?.record;
            if meeting.state != MeetingState::Planned {
                return Err(Refusal::Step { from: meeting.state.zh(), to: MeetingState::Running.zh() }.into());
            }
            not_future(meeting.held_at.date_naive(), at.date_naive(), "会议时间")?;
            let roll = roll(&save.books(), space, &meeting)?;
            let policy = self.policy(&save.books(), meeting.month.first_day())?;
            check_quorum(&policy, roll.invited, roll.present)?;
            meeting.state = MeetingState::Running;
            save.put(space, &meeting);
            Ok(id)
        })
    }

    pub(crate) fn add_speech(&self, meeting: MeetingId, topic: TopicId, speaker: &str, text: &str, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let (speaker, text) = (filled(speaker, "speaker")?, filled(text, "text")?);
        self.save_one(Act::AddSpeech, at, |save| {
            running(save, meeting)?;
            let speech = Speech { id: save.id(), meeting, topic, speaker, text };
            save.put(space, &speech);
            Ok(speech.id)
        })
    }

    pub(crate) fn record_vote(&self, new: NewVote, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        self.save_one(Act::RecordVote, at, |save| {
            let meeting = running(save, new.meeting)?;
            if !meeting.agenda.contains(&new.topic) {
                return Err(Refusal::Lacks("这个议题不在本次会议的议程里。").into());
            }
            let count = Count { present: new.present, yes: new.yes, no: new.no, abstain: new.abstain, recused: new.recused };
            let roll = roll(&save.books(), space, &meeting)?;
            let choices: Vec<Choice> = new.ballots.iter().map(|b| b.choice).collect();
            check_vote(count, &choices, roll.present)?;
            let policy = self.policy(&save.books(), meeting.month.first_day())?;
            for old in save.books().select::<Vote>("AND meeting = ?1 AND topic = ?2", (new.meeting.0.as_bytes(), new.topic.0.as_bytes()))? {
                save.delete::<Vote>(space, old.record.id);
            }
            let vote = Vote {
                id: save.id(),
                meeting: new.meeting,
                topic: new.topic,
                method: new.method,
                present: new.present,
                yes: new.yes,
                no: new.no,
                abstain: new.abstain,
                recused: new.recused,
                ballots: new.ballots,
            };
            save.put(space, &vote);
            let mut topic = open_topic(save, new.topic)?;
            topic.state = outcome(&policy, count, topic.owner_matter);
            save.put(space, &topic);
            Ok(vote.id)
        })
    }

    pub(crate) fn add_resolution(&self, new: NewResolution, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let text = filled(&new.text, "text")?;
        self.save_one(Act::AddResolution, at, |save| {
            let meeting = running(save, new.meeting)?;
            let topic = open_topic(save, new.topic)?;
            if topic.state != TopicState::Passed {
                if let Some(matter) = topic.owner_matter {
                    return Err(Refusal::OwnersDecide(matter.zh()).into());
                }
                return Err(Refusal::Lacks("表决通过以后才能写议定事项。").into());
            }
            let resolution = Resolution { id: save.id(), meeting: new.meeting, topic: new.topic, text };
            save.put(space, &resolution);
            if let Some(t) = new.task {
                let (text, owner) = (filled(&t.text, "task.text")?, filled(&t.owner, "task.owner")?);
                if t.fen.is_some_and(|fen| fen < 0) {
                    return Err(DeskError::Field { field: "task.fen", why: "经费不能是负数。" });
                }
                if t.due_on < meeting.held_at.date_naive() {
                    return Err(Refusal::Before("期限", "会议日期").into());
                }
                let task = Task {
                    id: save.id(),
                    month: meeting.month,
                    resolution: Some(resolution.id),
                    text,
                    party: t.party,
                    owner,
                    due_on: t.due_on,
                    state: TaskState::Open,
                    done_on: None,
                    outcome: None,
                    carried_from: None,
                    fen: t.fen,
                    verified_by: None,
                    first_due: None,
                    extended_by: None,
                };
                save.put(space, &task);
            }
            Ok(resolution.id)
        })
    }

    pub(crate) fn close_meeting(&self, id: MeetingId, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        self.save_one(Act::CloseMeeting, at, |save| {
            let mut meeting = running(save, id)?;
            meeting.state = MeetingState::Closed;
            let roll = roll(&save.books(), space, &meeting)?;
            meeting.parties = Some(parties_present(&roll.parties));
            save.put(space, &meeting);
            Ok(id)
        })
    }

    pub(crate) fn finalise(&self, id: MeetingId, on: NaiveDate, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "定稿日期")?;
        self.save_one(Act::FinaliseMinutes, at, |save| {
            let mut meeting = running(save, id)?;
            let policy = self.policy(&save.books(), meeting.month.first_day())?;
            let view = crate::council::meeting_view(&save.books(), space, &policy, meeting.clone())?;
            if let Some(first) = view.lacking.first() {
                return crate::error::not("rule.lacks", format!("还不能定稿：{first}。"), "补齐后再定稿，已记录的内容都还在。");
            }
            if on < meeting.held_at.date_naive() {
                return Err(Refusal::Before("定稿日期", "会议日期").into());
            }
            if meeting.number.is_none() {
                meeting.number = Some(self.minutes_number(save, space, on.year())?);
            }
            let reason = meeting.correction.take();
            meeting.state = MeetingState::Final;
            meeting.parties = Some(parties_present(&view.parties));
            meeting.final_on = Some(on);
            save.put(space, &meeting);
            let books = save.books();
            let edition = editions(&books, id)?.first().map_or(1, |last| last.edition + 1);
            let view = crate::council::meeting_view(&books, space, &policy, meeting)?;
            let said = crate::papers::minutes(&books, &policy, space, &view)?;
            let content = serde_json::to_string(&said).unwrap_or_default();
            let hash = blake3::hash(content.as_bytes()).to_hex().to_string();
            let kept = MinutesEdition { id: save.id(), meeting: id, edition, reason, on, content, hash };
            save.put(space, &kept);
            Ok(id)
        })
    }

    /// Gap-free per compound and year (I18); a final meeting is never deleted.
    fn minutes_number(&self, save: &Save<'_>, space: SpaceId, year: i32) -> Result<String> {
        let books = save.books();
        let given = books.rows(
            "SELECT number FROM meeting WHERE space = ?1 AND number LIKE ?2",
            (space.0.as_bytes(), format!("〔{year}〕%")),
            |r| r.get::<_, String>(0),
        )?;
        let last = given.iter().filter_map(|n| n.split('〕').nth(1)?.trim_end_matches('号').parse::<u32>().ok()).max().unwrap_or(0);
        let mark = if self.profile().founder { String::new() } else { books.here("mark")?.unwrap_or_default() };
        Ok(format!("〔{year}〕{mark}{}号", last + 1))
    }

    /// Opens final minutes again: the meeting may be completed, and becomes final once more as a further
    /// edition under the same number.
    pub(crate) fn correct_minutes(&self, id: MeetingId, reason: &str, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let reason = filled(reason, "reason")?;
        self.save_one(Act::CorrectMinutes, at, |save| {
            let mut meeting = save.books().need::<Meeting>(id)?.record;
            if meeting.state != MeetingState::Final {
                return Err(Refusal::Lacks("纪要还没有定稿，直接补记就行，不用出更正版。").into());
            }
            meeting.state = MeetingState::Closed;
            meeting.correction = Some(reason);
            save.put(space, &meeting);
            Ok(id)
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
            match to {
                TaskState::Done => task.done_on = Some(on),
                TaskState::Verified => {
                    if by.is_none() {
                        return Err(DeskError::Field { field: "by", why: "请写明是谁去核验的。" });
                    }
                    task.verified_by = by;
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
            if outcome.is_some() {
                task.outcome = outcome;
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
        let (to, supervisor) = (filled(&new.to, "to")?, filled(&new.supervisor, "supervisor")?);
        self.save_one(Act::GiveFeedback, at, |save| {
            let task = save.books().need::<Task>(new.task)?.record;
            let Some(done) = task.done_on else {
                return Err(Refusal::Lacks("事项完成以后才能登记反馈。").into());
            };
            if new.on < done {
                return Err(Refusal::Before("反馈日期", "完成日期").into());
            }
            let feedback = Feedback {
                id: save.id(),
                task: new.task,
                on: new.on,
                to,
                channel: new.channel,
                satisfaction: new.satisfaction,
                supervisor,
            };
            save.put(space, &feedback);
            Ok(feedback.id)
        })
    }
}

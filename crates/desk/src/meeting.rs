//! Delegates and meetings: writing.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta};
use xinghuo_ledger::Save;
use xinghuo_model::records::*;
use xinghuo_model::rules::{Count, Refusal, check_forum, check_quorum, check_vote, outcome};
use xinghuo_model::*;

use crate::ask::*;
use crate::cases::not_future;
use crate::council::{COUNCILS, body_id, meeting_id, meeting_view};
use crate::error::{DeskError, Result, filled, optional, texts};
use crate::open::{Open, known_or_new};
use crate::papers::{editions, final_edition};
use crate::roll::{parties_present, roll};
use crate::views::{MeetingView, Saved};

type At = DateTime<FixedOffset>;

/// No council goes on for longer; whoever closes one later is typing it in.
const LONGEST: TimeDelta = TimeDelta::hours(12);

/// Refuses where something is lacking before minutes may become final.
fn complete(view: &MeetingView) -> Result<()> {
    match view.lacking.first() {
        Some(first) => crate::error::not("rule.lacks", format!("还不能定稿：{first}。"), "补齐后再定稿，已记录的内容都还在。"),
        None => Ok(()),
    }
}

/// A meeting at which something may still be recorded. What is added after the draft of its minutes was
/// checked makes them a draft again.
pub(crate) fn recording(save: &mut Save<'_>, space: SpaceId, id: MeetingId) -> Result<Meeting> {
    let mut meeting = save.books().need::<Meeting>(id)?.record;
    match meeting.state {
        MeetingState::Final => return Err(Refusal::Locked.into()),
        MeetingState::Planned | MeetingState::Notified => return Err(Refusal::Lacks("会议还没有开始，请先点“开会”。").into()),
        MeetingState::Checked => {
            meeting.state = MeetingState::Closed;
            meeting.checked_by = None;
            save.put(space, &meeting);
        }
        MeetingState::Running | MeetingState::Closed => {}
    }
    Ok(meeting)
}

impl Open {
    pub(crate) fn save_delegate(&self, input: DelegateInput, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let name = filled(&input.name, "name")?;
        if input.until.is_some_and(|u| u < input.since) {
            return Err(Refusal::Before("任期止", "任期起").into());
        }
        self.save_one(Act::SaveDelegate, at, |save| {
            let delegate = Delegate {
                id: known_or_new::<Delegate>(save, input.id)?,
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
        let mut guests = texts(new.guests);
        guests.dedup();
        if new.kind.is_council() != guests.is_empty() {
            let why = if guests.is_empty() {
                "请写明请哪些单位或人员参加。"
            } else {
                "议事会由五方代表参加，不另写参会人员。"
            };
            return Err(DeskError::Field { field: "guests", why });
        }
        self.save_one(Act::PlanMeeting, at, |save| {
            let mut agenda = new.agenda;
            if agenda.is_empty() {
                // Others than a council may take up what it has passed.
                let states = if new.kind.is_council() { "('chosen')" } else { "('chosen', 'passed')" };
                let open = save.books().select::<Topic>(
                    &format!("AND space = ?1 AND month = ?2 AND state IN {states} ORDER BY id"),
                    (space.0.as_bytes(), new.month.to_string()),
                )?;
                agenda = open.into_iter().map(|t| t.record.id).collect();
            }
            if agenda.is_empty() {
                return Err(Refusal::Lacks("还没有确定的议题，请先在“确定议题”里选定。").into());
            }
            // Two laptops that record one meeting apart write into one record; a second meeting of a day is
            // another one, and so is one whose first plan was taken back.
            let id = |nth| meeting_id(space, new.kind, new.held_at.date_naive(), nth);
            let mut nth = 1;
            while save.books().number("SELECT count(*) FROM meeting WHERE id = ?1", [id(nth).0.as_bytes()])? > 0 {
                nth += 1;
            }
            let meeting = Meeting {
                id: id(nth),
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
                notified_on: None,
                checked_by: None,
                guests,
                ended_at: None,
            };
            save.put(space, &meeting);
            Ok(meeting.id)
        })
    }

    /// The invitations went out (通知).
    pub(crate) fn notify_meeting(&self, id: MeetingId, on: NaiveDate, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "通知日期")?;
        self.save_one(Act::NotifyMeeting, at, |save| {
            let mut meeting = save.books().need::<Meeting>(id)?.record;
            if !meeting.state.is_ahead() {
                return Err(Refusal::Step { from: meeting.state.zh(), to: MeetingState::Notified.zh() }.into());
            }
            if on > meeting.held_at.date_naive() {
                return Err(Refusal::Before("会议时间", "通知日期").into());
            }
            meeting.state = MeetingState::Notified;
            meeting.notified_on = Some(on);
            save.put(space, &meeting);
            Ok(id)
        })
    }

    pub(crate) fn sign_in(&self, new: NewAttendance, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let NewAttendance { meeting, delegate, presence, note, came_at, left_at, .. } = new;
        let name = optional(new.name);
        if name.is_none() && (delegate.is_none() || presence == Presence::Proxy) {
            return Err(DeskError::Field { field: "name", why: "请写明列席人或代会人的姓名。" });
        }
        self.save_one(Act::SignIn, at, |save| {
            let of = save.books().need::<Meeting>(meeting)?.record;
            if of.state == MeetingState::Final {
                return Err(Refusal::Locked.into());
            }
            if of.state == MeetingState::Checked {
                recording(save, space, meeting)?;
            }
            // A sign-in is never edited: the old line is withdrawn, a new one written.
            let same = "AND meeting = ?1 AND (delegate = ?2 OR (?2 IS NULL AND delegate IS NULL AND name = ?3))";
            let who = delegate.map(|d| d.0.as_bytes().to_vec());
            for old in save.books().select::<Attendance>(same, (meeting.0.as_bytes(), who, &name))? {
                save.delete::<Attendance>(space, old.record.id);
            }
            let line = Attendance { id: save.id(), meeting, delegate, presence, name, note: optional(note), came_at, left_at };
            save.put(space, &line);
            Ok(line.id)
        })
    }

    pub(crate) fn open_meeting(&self, id: MeetingId, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        self.save_one(Act::OpenMeeting, at, |save| {
            let mut meeting = save.books().need::<Meeting>(id)?.record;
            if !meeting.state.is_ahead() {
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
            recording(save, space, meeting)?;
            let speech = Speech { id: save.id(), meeting, topic, speaker, text };
            save.put(space, &speech);
            Ok(speech.id)
        })
    }

    pub(crate) fn record_vote(&self, new: NewVote, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        self.save_one(Act::RecordVote, at, |save| {
            let meeting = recording(save, space, new.meeting)?;
            if !meeting.agenda.contains(&new.topic) {
                return Err(Refusal::Lacks("这个议题不在本次会议的议程里。").into());
            }
            let mut topic = save.books().need::<Topic>(new.topic)?.record;
            check_forum(meeting.kind, topic.benefit, topic.state)?;
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
            if topic.state != TopicState::Passed || meeting.kind.is_council() {
                topic.state = outcome(&policy, count, topic.owner_matter);
                save.put(space, &topic);
            }
            Ok(vote.id)
        })
    }

    pub(crate) fn close_meeting(&self, id: MeetingId, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        self.save_one(Act::CloseMeeting, at, |save| {
            let mut meeting = save.books().need::<Meeting>(id)?.record;
            if meeting.state != MeetingState::Running {
                return Err(Refusal::Step { from: meeting.state.zh(), to: MeetingState::Closed.zh() }.into());
            }
            meeting.state = MeetingState::Closed;
            // A meeting may run past midnight; one that is typed in days later did not end now.
            let lasted = at.signed_duration_since(meeting.held_at);
            meeting.ended_at = (lasted > TimeDelta::zero() && lasted < LONGEST).then_some(at);
            let roll = roll(&save.books(), space, &meeting)?;
            meeting.parties = parties_present(&roll);
            save.put(space, &meeting);
            Ok(id)
        })
    }

    /// The draft of the minutes was compared with what was said (核稿).
    pub(crate) fn check_minutes(&self, id: MeetingId, by: &str, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let by = filled(by, "by")?;
        self.save_one(Act::CheckMinutes, at, |save| {
            let mut meeting = save.books().need::<Meeting>(id)?.record;
            if meeting.state != MeetingState::Closed {
                return Err(Refusal::Step { from: meeting.state.zh(), to: MeetingState::Checked.zh() }.into());
            }
            let policy = self.policy(&save.books(), meeting.month.first_day())?;
            complete(&meeting_view(&save.books(), space, &policy, meeting.clone())?)?;
            meeting.state = MeetingState::Checked;
            meeting.checked_by = Some(by);
            save.put(space, &meeting);
            Ok(id)
        })
    }

    pub(crate) fn finalise(&self, id: MeetingId, on: NaiveDate, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "定稿日期")?;
        self.save_one(Act::FinaliseMinutes, at, |save| {
            let mut meeting = save.books().need::<Meeting>(id)?.record;
            let policy = self.policy(&save.books(), meeting.month.first_day())?;
            let view = meeting_view(&save.books(), space, &policy, meeting.clone())?;
            match meeting.state {
                MeetingState::Final => return Err(Refusal::Locked.into()),
                MeetingState::Checked => {}
                _ => {
                    complete(&view)?;
                    return Err(Refusal::Lacks("纪要草稿还没有核稿，请先核对并写明核稿人。").into());
                }
            }
            // Bundles may have brought more since it was checked.
            complete(&view)?;
            if on < meeting.held_at.date_naive() {
                return Err(Refusal::Before("定稿日期", "会议日期").into());
            }
            if meeting.number.is_none() {
                meeting.number = Some(self.minutes_number(save, space, meeting.kind, on.year())?);
            }
            let reason = meeting.correction.take();
            meeting.state = MeetingState::Final;
            meeting.parties = parties_present(&roll(&save.books(), space, &meeting)?);
            meeting.final_on = Some(on);
            save.put(space, &meeting);
            let books = save.books();
            let edition = editions(&books, id)?.first().map_or(1, |last| last.edition + 1);
            let view = meeting_view(&books, space, &policy, meeting)?;
            let said = crate::papers::minutes(&books, &policy, space, &view)?;
            let kept = final_edition(save.id(), id, edition, reason, on, &said);
            save.put(space, &kept);
            Ok(id)
        })
    }

    /// Gap-free per compound, year and what it is the minutes of (I18); a final meeting is never deleted. An
    /// emergency council counts among the councils.
    fn minutes_number(&self, save: &Save<'_>, space: SpaceId, kind: MeetingKind, year: i32) -> Result<String> {
        let books = save.books();
        let kinds = if kind.is_council() { COUNCILS.to_owned() } else { format!("('{}')", kind.code()) };
        let given = books.rows(
            &format!("SELECT number FROM meeting WHERE space = ?1 AND number LIKE ?2 AND kind IN {kinds}"),
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
            meeting.checked_by = None;
            meeting.correction = Some(reason);
            save.put(space, &meeting);
            Ok(id)
        })
    }
}

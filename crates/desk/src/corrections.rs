//! What was written down wrongly is put right while it may be: a meeting, a topic, what was agreed, a task.
//! What it said before stays in the history.

use chrono::TimeDelta;
use xinghuo_ledger::Save;
use xinghuo_model::records::*;
use xinghuo_model::rules::Refusal;
use xinghuo_model::*;

use crate::accounts::withdraw;
use crate::ask::{MeetingEdit, TaskEdit, TopicEdit};
use crate::cases::not_future;
use crate::error::{DeskError, Result, filled, optional};
use crate::meeting::{called, changing, check_agenda, check_came, recording};
use crate::open::{At, Open};
use crate::roll::signed;
use crate::views::Saved;

/// When a meeting was closed: after it began, within a day, not later than now; nothing before it is over.
fn ended(meeting: &Meeting, held_at: At, ended_at: Option<At>, now: At) -> Result<Option<At>> {
    let Some(ended) = ended_at else { return Ok(None) };
    let why = match ended.signed_duration_since(held_at) {
        _ if !meeting.state.is_over() => "还没有散会，散会时间到时候再写。",
        lasted if lasted <= TimeDelta::zero() || lasted >= TimeDelta::days(1) => "散会要在开会以后，一天以内。",
        _ if ended > now => "散会时间不能晚于现在。",
        _ => return Ok(Some(ended)),
    };
    Err(DeskError::Field { field: "ended_at", why })
}

/// A resolution that may still be changed: its meeting is not final, or there was none.
fn open_resolution(save: &mut Save<'_>, space: SpaceId, id: ResolutionId) -> Result<Resolution> {
    let resolution = save.books().need::<Resolution>(id)?.record;
    if let Some(meeting) = resolution.meeting {
        recording(save, space, meeting)?;
    }
    Ok(resolution)
}

impl Open {
    /// Another time, place or agenda. Who was notified of another time is to be notified again.
    pub(crate) fn edit_meeting(&self, edit: MeetingEdit, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let (place, chair, recorder) = (filled(&edit.place, "place")?, filled(&edit.chair, "chair")?, filled(&edit.recorder, "recorder")?);
        self.save_one(Act::EditMeeting, at, |save| {
            let mut meeting = changing(save, space, edit.id)?;
            let ahead = meeting.state.is_ahead();
            if !ahead {
                not_future(edit.held_at.date_naive(), at.date_naive(), "会议时间")?;
            }
            let books = save.books();
            let added: Vec<TopicId> = edit.agenda.iter().copied().filter(|id| !meeting.agenda.contains(id)).collect();
            if edit.agenda.is_empty() {
                return Err(Refusal::Lacks("议程里至少留一个议题。").into());
            }
            if !added.is_empty() {
                check_agenda(&books, meeting.kind, &added)?;
            }
            for gone in meeting.agenda.iter().filter(|id| !edit.agenda.contains(id)) {
                let said = "SELECT (SELECT count(*) FROM vote WHERE life = 0 AND meeting = ?1 AND topic = ?2) \
                     + (SELECT count(*) FROM speech WHERE life = 0 AND meeting = ?1 AND topic = ?2)";
                if books.number(said, (edit.id.0.as_bytes(), gone.0.as_bytes()))? > 0 {
                    return Err(Refusal::Lacks("已经记了发言或表决的议题，不能从议程里去掉。").into());
                }
            }
            // Who was told of another time or place is to be told again.
            if ahead && (edit.held_at != meeting.held_at || place != meeting.place) {
                meeting.state = MeetingState::Planned;
                meeting.notified_on = None;
            }
            let moved = edit.held_at.date_naive() != meeting.held_at.date_naive();
            let (guests, assembly) = called(meeting.kind, edit.guests, edit.assembly)?;
            let here: Vec<Attendance> = signed(&save.books(), edit.id)?.into_iter().filter(|line| line.presence.is_there()).collect();
            meeting.ended_at = ended(&meeting, edit.held_at, edit.ended_at, at)?;
            if moved && ahead {
                // Who came on another day is not there yet; who has leave may have it still.
                here.iter().for_each(|line| save.delete::<Attendance>(space, line.id));
                meeting.came = None;
            } else {
                let uninvited = |name: &String| meeting.guests.contains(name) && !guests.contains(name);
                if here.iter().any(|line| line.delegate.is_none() && line.name.as_ref().is_some_and(uninvited)) {
                    return Err(DeskError::Field {
                        field: "guests", why: "已经签到的不能从参会名单里去掉；签错了，先改签到。"
                    });
                }
            }
            meeting.held_at = edit.held_at;
            (meeting.place, meeting.chair, meeting.recorder) = (place, chair, recorder);
            (meeting.agenda, meeting.guests) = (edit.agenda, guests);
            if let Some(Assembly { basis, eligible, demanded }) = assembly {
                if meeting.unit() != basis.unit() {
                    // People are not households: they are counted again.
                    meeting.came = None;
                }
                (meeting.basis, meeting.eligible, meeting.demanded) = (Some(basis), Some(eligible), demanded);
            }
            check_came(assembly, meeting.came)?;
            save.put(space, &meeting);
            Ok(meeting.id)
        })
    }

    /// A meeting that is not held after all.
    pub(crate) fn cancel_meeting(&self, id: MeetingId, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        self.save_one(Act::CancelMeeting, at, |save| {
            let meeting = save.books().need::<Meeting>(id)?.record;
            if !meeting.state.is_ahead() {
                return Err(Refusal::Lacks("已经开了的会不能取消。").into());
            }
            if meeting.came.is_some_and(|came| came > 0) || signed(&save.books(), id)?.iter().any(|line| line.presence.is_there()) {
                return Err(Refusal::Lacks("已经有人签到，不能取消；开不成可以改期。").into());
            }
            save.delete::<Meeting>(space, id);
            Ok(id)
        })
    }

    /// Another wording, sponsor or mark, until it is voted on.
    pub(crate) fn edit_topic(&self, edit: TopicEdit, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let title = filled(&edit.title, "title")?;
        let sponsor = optional(edit.sponsor);
        self.save_one(Act::EditTopic, at, |save| {
            let mut topic = save.books().need::<Topic>(edit.id)?.record;
            if !matches!(topic.state, TopicState::Candidate | TopicState::Chosen) {
                return Err(Refusal::Lacks("这个议题已有结果，不能再改；需要再议时请另提一个议题。").into());
            }
            if topic.opinions.is_empty() && sponsor.is_none() {
                // I06
                return Err(DeskError::Field { field: "sponsor", why: "没有归并民意的议题，要写明提出人。" });
            }
            (topic.title, topic.sponsor, topic.benefit, topic.owner_matter) = (title, sponsor, edit.benefit, edit.owner_matter);
            save.put(space, &topic);
            Ok(topic.id)
        })
    }

    pub(crate) fn edit_resolution(&self, id: ResolutionId, text: &str, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let text = filled(text, "text")?;
        self.save_one(Act::EditResolution, at, |save| {
            let mut resolution = open_resolution(save, space, id)?;
            resolution.text = text;
            save.put(space, &resolution);
            Ok(id)
        })
    }

    /// What was not agreed after all, with its tasks that nobody has begun.
    pub(crate) fn withdraw_resolution(&self, id: ResolutionId, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        self.save_one(Act::WithdrawResolution, at, |save| {
            open_resolution(save, space, id)?;
            if !withdraw(save, space, id)? {
                return Err(Refusal::Lacks("这条议定事项已经在落实，不能撤回。").into());
            }
            Ok(id)
        })
    }

    /// Another wording, somebody else, other money, while the task is not done. (Its date has a course of its
    /// own: 延期.)
    pub(crate) fn edit_task(&self, edit: TaskEdit, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let (text, owner) = (filled(&edit.text, "text")?, filled(&edit.owner, "owner")?);
        if edit.fen.is_some_and(|fen| fen < 0) {
            return Err(DeskError::Field { field: "fen", why: "经费不能是负数。" });
        }
        self.save_one(Act::EditTask, at, |save| {
            let mut task = save.books().need::<Task>(edit.id)?.record;
            if !task.state.is_open() {
                return Err(Refusal::Lacks("已经办完或结转的事项不能再改。").into());
            }
            (task.text, task.owner, task.party, task.fen) = (text, owner, edit.party, edit.fen);
            save.put(space, &task);
            Ok(edit.id)
        })
    }
}

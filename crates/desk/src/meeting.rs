//! Meetings, from their plan to their end: writing.

use chrono::{NaiveDate, TimeDelta};
use uuid::Uuid;
use xinghuo_ledger::{Books, Save};
use xinghuo_model::records::*;
use xinghuo_model::rules::{Refusal, check_forum, check_quorum, check_votable, check_vote, check_voters, outcome};
use xinghuo_model::*;

use crate::accounts::{votes, withdraw_agreed};
use crate::ask::*;
use crate::cases::not_future;
use crate::council::meeting_id;
use crate::error::{DeskError, Result, filled, texts};
use crate::open::{At, Open};
use crate::roll::{parties_present, roll};
use crate::topics::owners_voted;
use crate::views::Saved;

/// No council goes on for longer; whoever closes one later is typing it in.
const LONGEST: TimeDelta = TimeDelta::hours(12);

/// Whether somebody has begun to carry out what was agreed on a topic, in a meeting or after none.
pub(crate) fn begun(books: &Books<'_>, meeting: Option<MeetingId>, topic: TopicId) -> Result<bool> {
    let sql = "SELECT count(*) FROM task t JOIN resolution r ON r.id = t.resolution \
         WHERE t.life = 0 AND r.life = 0 AND t.state <> 'open' AND r.meeting IS ?1 AND r.topic = ?2";
    Ok(books.number(sql, (meeting.map(|meeting| *meeting.0.as_bytes()), topic.0.as_bytes()))? > 0)
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

/// A meeting that may still be changed: it is ahead, or its minutes are not final.
pub(crate) fn changing(save: &mut Save<'_>, space: SpaceId, id: MeetingId) -> Result<Meeting> {
    let meeting = save.books().need::<Meeting>(id)?.record;
    if meeting.state.is_ahead() { Ok(meeting) } else { recording(save, space, id) }
}

/// Who is called to a meeting: by name to 大党委 and 支委会, as so many of all residents to an assembly, nobody
/// further where the five parties sit.
pub(crate) fn called(kind: MeetingKind, guests: Vec<String>, assembly: Option<Assembly>) -> Result<(Vec<String>, Option<Assembly>)> {
    let field = |field, why| Err(DeskError::Field { field, why });
    let mut guests = texts(guests);
    let mut seen = Vec::new();
    guests.retain(|guest| {
        let new = !seen.contains(guest);
        seen.push(guest.clone());
        new
    });
    match (kind, assembly) {
        (MeetingKind::Assembly, None) => field("eligible", "请写明居民会议由谁组成，一共多少人（户）。"),
        (MeetingKind::Assembly, Some(_)) if !guests.is_empty() => {
            field("guests", "居民会议由全体居民、每户或者居民代表参加，不另写参会人员。")
        }
        (MeetingKind::Assembly, Some(assembly)) if assembly.eligible == 0 => field("eligible", "请写明应到多少人（户）。"),
        (MeetingKind::Assembly, Some(assembly)) if !assembly.may_be_demanded() => {
            field("demanded", "提议的要在 1 和应到之间；不是居民提议的，不用填。")
        }
        (MeetingKind::Assembly, assembly) => Ok((guests, assembly)),
        (_, Some(_)) => field("eligible", "只有居民会议按总数登记。"),
        (kind, None) if kind.is_council() && !guests.is_empty() => field("guests", "议事会由五方代表参加，不另写参会人员。"),
        (kind, None) if !kind.is_council() && guests.is_empty() => field("guests", "请写明请哪些单位或人员参加。"),
        (_, None) => Ok((guests, None)),
    }
}

/// Refuses more people than are called.
pub(crate) fn check_came(assembly: Option<Assembly>, came: Option<u32>) -> Result<()> {
    let why = match (assembly, came) {
        (Some(assembly), Some(came)) if came > assembly.eligible => "实到的不能多于应到的。",
        (None, Some(_)) => "只有居民会议按总数登记到会人数，其他会议请逐人签到。",
        _ => return Ok(()),
    };
    Err(DeskError::Field { field: "came", why })
}

/// Refuses topics that a meeting of this kind may not vote on.
pub(crate) fn check_agenda(books: &Books<'_>, kind: MeetingKind, agenda: &[TopicId]) -> Result<()> {
    if agenda.is_empty() {
        return Err(Refusal::Lacks("还没有确定的议题，请先在“确定议题”里选定。").into());
    }
    for id in agenda {
        check_votable(kind, books.need::<Topic>(*id)?.record.state, false)?;
    }
    Ok(())
}

/// Refuses to take back an act where one of these records is part of final minutes: they are corrected (I17, I18).
pub(crate) fn may_take_back(books: &Books<'_>, act: Option<Act>, records: &[(&'static KindDef, Uuid)]) -> Result<()> {
    let sql = "SELECT count(*) FROM vote v JOIN meeting m ON m.id = v.meeting WHERE v.life = 0 AND m.life = 0 AND m.state = 'final' AND v.topic = ?1";
    for (kind, id) in records {
        // What a topic says stands in the minutes of the meeting that voted on it.
        let worded = kind.name == "topic" && matches!(act, Some(Act::EditTopic | Act::GatherOpinions | Act::AddTopic));
        if worded && books.number(sql, [id.as_bytes()])? > 0 {
            return Err(Refusal::Locked.into());
        }
        // I06: what a topic rests on.
        let gathered = "SELECT count(*) FROM topic WHERE life = 0 AND instr(opinions, ?1) > 0";
        if kind.name == "opinion" && act == Some(Act::AddOpinion) && books.number(gathered, [id.to_string()])? > 0 {
            return Err(Refusal::Lacks("这条民意已经归进议题，要先从议题里移出来，再撤销。").into());
        }
        let meeting = match kind.name {
            "meeting" => Some(*id),
            "attendance" | "speech" | "vote" | "resolution" => {
                let of = books.rows(&format!("SELECT meeting FROM \"{}\" WHERE id = ?1", kind.name), [id.as_bytes()], |r| {
                    r.get::<_, Option<[u8; 16]>>(0)
                })?;
                of.into_iter().next().flatten().map(Uuid::from_bytes)
            }
            "minutes_edition" => return Err(Refusal::Locked.into()),
            _ => None,
        };
        let Some(meeting) = meeting.map(|id| books.get::<Meeting>(MeetingId(id))).transpose()?.flatten() else { continue };
        match meeting.record.state {
            MeetingState::Final => return Err(Refusal::Locked.into()),
            // Somebody vouched for what it says; what is recorded anew makes it a draft again.
            MeetingState::Checked if kind.name != "meeting" => {
                return Err(Refusal::Lacks("纪要草稿已经核过，不能再撤销：请直接补记或重新记，改好再核一遍。").into());
            }
            _ => {}
        }
    }
    Ok(())
}

impl Open {
    pub(crate) fn plan_meeting(&self, new: NewMeeting, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let (place, chair, recorder) = (filled(&new.place, "place")?, filled(&new.chair, "chair")?, filled(&new.recorder, "recorder")?);
        let (guests, assembly) = called(new.kind, new.guests, new.assembly)?;
        self.save_one(Act::PlanMeeting, at, |save| {
            let mut agenda = new.agenda;
            if agenda.is_empty() {
                let of_month = (space.0.as_bytes(), new.month.to_string());
                let topics = save.books().select::<Topic>("AND space = ?1 AND month = ?2 ORDER BY id", of_month)?;
                let open = topics.into_iter().map(|kept| kept.record).filter(|topic| check_votable(new.kind, topic.state, false).is_ok());
                agenda = open.map(|topic| topic.id).collect();
            }
            check_agenda(&save.books(), new.kind, &agenda)?;
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
                basis: assembly.map(|assembly| assembly.basis),
                eligible: assembly.map(|assembly| assembly.eligible),
                demanded: assembly.and_then(|assembly| assembly.demanded),
                came: None,
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
        self.save_one(Act::SignIn, at, |save| {
            let line = new.record(save.id());
            let (meeting, id) = (line.meeting, line.id);
            if line.name.is_none() && (line.delegate.is_none() || line.presence == Presence::Proxy) {
                return Err(DeskError::Field { field: "name", why: "请写明列席人或代会人的姓名。" });
            }
            let of = changing(save, space, meeting)?;
            if line.presence != Presence::Observer && !roll(&save.books(), space, &of)?.calls(&line) {
                return Err(DeskError::Field {
                    field: "name", why: "这个人不在这次会议的应到名单里；不参加表决的，请记为列席。"
                });
            }
            // A sign-in is never edited: the old line is withdrawn, a new one written.
            let same = "AND meeting = ?1 AND (delegate = ?2 OR (?2 IS NULL AND delegate IS NULL AND name = ?3))";
            let who = line.delegate.map(|d| d.0.as_bytes().to_vec());
            for old in save.books().select::<Attendance>(same, (meeting.0.as_bytes(), who, &line.name))? {
                save.delete::<Attendance>(space, old.record.id);
            }
            save.put(space, &line);
            Ok(id)
        })
    }

    /// How many came to an assembly: nobody signs in one by one.
    pub(crate) fn count_assembly(&self, id: MeetingId, came: u32, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        self.save_one(Act::CountAssembly, at, |save| {
            let mut meeting = changing(save, space, id)?;
            check_came(meeting.assembly(), Some(came))?;
            meeting.came = Some(came);
            save.put(space, &meeting);
            Ok(id)
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
            check_quorum(&policy, meeting.kind, meeting.unit(), roll.invited, roll.present)?;
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
            let vote = new.record(save.id());
            let meeting = recording(save, space, vote.meeting)?;
            if !meeting.agenda.contains(&vote.topic) {
                return Err(Refusal::Lacks("这个议题不在本次会议的议程里。").into());
            }
            let mut topic = save.books().need::<Topic>(vote.topic)?.record;
            check_forum(meeting.kind, topic.benefit || topic.owner_matter.is_some(), topic.state)?;
            let before = votes(&save.books(), vote.meeting, vote.topic)?;
            check_votable(meeting.kind, topic.state, !before.is_empty())?;
            if meeting.kind.decides_for_all() && owners_voted(&save.books(), vote.topic)? {
                return Err(Refusal::Lacks("业主已经表决过这个议题，不再重新记票。").into());
            }
            let roll = roll(&save.books(), space, &meeting)?;
            let (voters, choices): (Vec<DelegateId>, Vec<Choice>) = vote.ballots.iter().map(|b| (b.delegate, b.choice)).unzip();
            check_vote(vote.count(), &choices, roll.present)?;
            check_voters(vote.method, &voters, &roll.there())?;
            for old in before {
                save.delete::<Vote>(space, old.id);
            }
            save.put(space, &vote);
            if self.decide_by(&save.books(), &meeting, &vote, &mut topic)? {
                save.put(space, &topic);
                if topic.state != TopicState::Passed {
                    // Counted anew: what was agreed rested on the count before.
                    if begun(&save.books(), Some(vote.meeting), vote.topic)? {
                        return Err(Refusal::Lacks("按新的票数没有通过，但议定事项已经在落实，请先核对。").into());
                    }
                    withdraw_agreed(save, space, Some(vote.meeting), vote.topic, |_| true)?;
                }
            }
            Ok(vote.id)
        })
    }

    /// Makes of a topic what a vote of a meeting comes to; false where it is not this vote's to decide: the owners
    /// have voted, or others only take up what has passed, by a vote or by exception.
    pub(crate) fn decide_by(&self, books: &Books<'_>, meeting: &Meeting, vote: &Vote, topic: &mut Topic) -> Result<bool> {
        let at = (vote.meeting.0.as_bytes(), vote.topic.0.as_bytes());
        let elsewhere = || books.number("SELECT count(*) FROM vote WHERE life = 0 AND meeting <> ?1 AND topic = ?2", at);
        if owners_voted(books, topic.id)? {
            return Ok(false);
        }
        if !meeting.kind.decides_for_all() && topic.state == TopicState::Passed && (topic.outside.is_some() || elsewhere()? > 0) {
            return Ok(false);
        }
        let policy = self.policy(books, meeting.month.first_day())?;
        topic.state = outcome(&policy, meeting.kind, vote.count(), topic.owner_matter);
        Ok(true)
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
}

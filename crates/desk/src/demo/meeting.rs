//! One council: sign-in, what was said, votes, what was agreed, and what became of it.

use chrono::{Datelike, NaiveDate, Weekday};
use xinghuo_model::records::{Attendance, Ballot, Delegate, Feedback, Meeting, Resolution, Speech, Task, Vote};
use xinghuo_model::rules::{Count, outcome};
use xinghuo_model::{
    Act, AttendanceId, Choice, FeedbackId, MeetingKind, MeetingState, Month, Party, Presence, ResolutionId, Satisfaction, Sex, Source,
    SpeechId, TaskId, TaskState, TopicState, VoteId, VoteMethod,
};

use super::diary::{Put, plus, put};
use super::names;
use super::words::Fate;
use super::year::{Mood, Talk, Year};

const LEAVE: [&str; 7] = ["出差", "值班", "家中有病人需照看", "外地开会", "孩子开家长会", "身体不适", "返乡探亲"];
const OBSERVERS: [&str; 5] = ["街道驻社区干部", "综合行政执法中队队员", "社区民警", "供电所客户经理", "区住建部门工作人员"];
const CARRIED: [&str; 3] = [
    "配件要从厂家调，到货在下月上旬，转入下月继续办理，已在公告栏说明。",
    "连日下雨不能施工，与施工单位约定天晴进场，转入下月继续办理。",
    "相关单位答复需走审批，预计下月批复，转入下月继续办理。",
];

/// How a task goes, in days.
enum Way {
    Done { on: NaiveDate, told: Option<NaiveDate> },
    Open { begun: bool },
    Carried,
}

impl Year<'_> {
    /// Holds a council on its chosen topics and follows its tasks.
    pub(super) fn hold(&mut self, month: Month, mood: Mood, day: NaiveDate, planned: NaiveDate, mut talks: Vec<Talk>) {
        let urgent = talks.iter().any(|t| t.matter.urgent);
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let open = match (urgent, weekend) {
            (true, _) => 14 * 60,
            (_, true) => 9 * 60 + 30,
            _ => 19 * 60,
        };
        let kind = if urgent { MeetingKind::Emergency } else { MeetingKind::Council };
        let mut meeting = Meeting {
            id: crate::council::meeting_id(self.space, kind, day, 1),
            month,
            kind,
            held_at: at(day, open),
            place: if urgent { "物业服务中心".to_owned() } else { "党群服务站议事厅".to_owned() },
            chair: self.parties.secretary.clone(),
            recorder: self.parties.deputy.clone(),
            agenda: talks.iter().map(|t| t.topic.id).collect(),
            state: MeetingState::Planned,
            number: None,
            final_on: None,
            parties: None,
            correction: None,
            notified_on: None,
            checked_by: None,
            guests: Vec::new(),
            ended_at: None,
            basis: None,
            eligible: None,
            demanded: None,
            came: None,
        };
        self.diary.note(planned, if urgent { 660 } else { 1200 }, Act::PlanMeeting, vec![put(&meeting)]);
        if planned <= self.diary.today() {
            meeting.state = MeetingState::Notified;
            meeting.notified_on = Some(planned);
            self.diary.note(planned, if urgent { 663 } else { 1206 }, Act::NotifyMeeting, vec![put(&meeting)]);
        }
        // A council of this evening is still to come.
        if day >= self.diary.today() {
            return;
        }
        let present = self.sign_in(&meeting, day, open);
        meeting.state = MeetingState::Running;
        self.diary.note(day, open + 2, Act::OpenMeeting, vec![put(&meeting)]);
        let mut minute = open + 8;
        let mut tasks = Vec::new();
        for talk in &mut talks {
            minute = self.talk_over(&meeting, talk, &present, day, minute, &mut tasks);
        }
        meeting.state = MeetingState::Closed;
        let there = present.iter().filter(|(_, how)| how.is_there()).map(|(who, _)| who.party);
        meeting.parties = Some(there.collect::<std::collections::HashSet<_>>().len() as u32);
        meeting.ended_at = Some(at(day, minute + 4));
        self.diary.note(day, minute + 4, Act::CloseMeeting, vec![put(&meeting)]);
        // This month's minutes still wait for their final reading.
        let final_on = plus(day, self.chance.between(1, 3));
        if mood != Mood::Now && final_on <= self.diary.today() {
            let n = self.finals.entry(final_on.year()).or_default();
            *n += 1;
            meeting.state = MeetingState::Checked;
            meeting.checked_by = Some(self.parties.secretary.clone());
            self.diary.note(final_on, 1200, Act::CheckMinutes, vec![put(&meeting)]);
            meeting.number = Some(format!("〔{}〕{n}号", final_on.year()));
            meeting.final_on = Some(final_on);
            meeting.state = MeetingState::Final;
            self.diary.note(final_on, 1210, Act::FinaliseMinutes, vec![put(&meeting)]);
        }
        self.carry_out(mood, day, tasks);
    }

    /// Writes who came; at most four of fifteen are missing, so the council is always quorate.
    fn sign_in(&mut self, meeting: &Meeting, day: NaiveDate, open: i64) -> Vec<(Delegate, Presence)> {
        let invited = self.parties.on(day);
        let mut absent: Vec<usize> = (0..invited.len()).collect();
        self.chance.shuffle(&mut absent);
        absent.truncate(self.chance.below(5));
        let mut out = Vec::new();
        for (at, delegate) in invited.into_iter().enumerate() {
            let (presence, name, note) = match absent.iter().position(|a| *a == at) {
                Some(0) if delegate.person.is_none() => {
                    let name = names::name(self.chance, Sex::Male, 35);
                    (Presence::Proxy, Some(name), Some("因公外出，委托同事代会".to_owned()))
                }
                Some(3) => (Presence::Absent, None, None),
                Some(_) => (Presence::Leave, None, Some((*self.chance.pick(&LEAVE)).to_owned())),
                None => (Presence::Present, None, None),
            };
            let late = presence == Presence::Present && self.chance.percent(4);
            let came_at = late.then(|| self::at(day, open + 10).time());
            let line = Attendance {
                id: self.diary.id::<AttendanceId>(day),
                meeting: meeting.id,
                delegate: Some(delegate.id),
                presence,
                name,
                note,
                came_at,
                left_at: None,
            };
            self.diary.note(day, open - 12 + out.len() as i64 / 2, Act::SignIn, vec![put(&line)]);
            out.push((delegate, presence));
        }
        for _ in 0..self.chance.below(3) {
            let sex = if self.chance.percent(50) { Sex::Male } else { Sex::Female };
            let name = names::name(self.chance, sex, 36);
            let note = (*self.chance.pick(&OBSERVERS)).to_owned();
            let line = Attendance {
                id: self.diary.id::<AttendanceId>(day),
                meeting: meeting.id,
                delegate: None,
                presence: Presence::Observer,
                name: Some(name),
                note: Some(note),
                came_at: None,
                left_at: None,
            };
            self.diary.note(day, open, Act::SignIn, vec![put(&line)]);
        }
        out
    }

    /// Speeches, vote and resolutions on one topic; tells when it was done.
    fn talk_over(
        &mut self,
        meeting: &Meeting,
        talk: &mut Talk,
        present: &[(Delegate, Presence)],
        day: NaiveDate,
        from: i64,
        tasks: &mut Vec<(Task, &'static str)>,
    ) -> i64 {
        let mut minute = from;
        let mut last = None;
        for (party, text) in &talk.matter.speeches {
            let here: Vec<&Delegate> =
                present.iter().filter(|(d, p)| d.party == *party && *p == Presence::Present).map(|(d, _)| d).collect();
            // Two speeches of one party are two people's, where two are there.
            let from = self.chance.below(here.len());
            let speaker = (0..here.len()).map(|n| here[(from + n) % here.len()]).max_by_key(|d| Some(d.id) != last);
            let Some(speaker) = speaker else { continue };
            last = Some(speaker.id);
            let id = self.diary.id::<SpeechId>(day);
            let speech = Speech {
                id,
                meeting: meeting.id,
                topic: talk.topic.id,
                speaker: format!("{} {}", party.zh(), speaker.name),
                text: talk.spot.say(text),
            };
            self.diary.note(day, minute, Act::AddSpeech, vec![put(&speech)]);
            minute += 3;
        }
        if let Fate::Shelved(why) = talk.matter.fate {
            talk.topic.state = TopicState::Shelved;
            talk.topic.reason = Some(why.to_owned());
            talk.topic.decided_on = Some(day);
            self.diary.note(day, minute, Act::DecideTopic, vec![put(&talk.topic)]);
        } else {
            let (vote, count) = self.vote(meeting, talk, present, day);
            talk.topic.state = outcome(&self.policy, meeting.kind, count, talk.topic.owner_matter);
            self.diary.note(day, minute, Act::RecordVote, vec![put(&vote), put(&talk.topic)]);
        }
        minute += 2;
        // What did not pass is not carried out.
        let agreed = if talk.topic.state == TopicState::Passed { talk.matter.agreed.clone() } else { Vec::new() };
        for agreed in &agreed {
            let id = self.diary.id::<ResolutionId>(day);
            let resolution = Resolution { id, meeting: Some(meeting.id), topic: talk.topic.id, text: talk.spot.say(agreed.text) };
            let mut puts: Vec<Put> = vec![put(&resolution)];
            for (party, text, outcome) in &agreed.tasks {
                let task = Task {
                    id: self.diary.id::<TaskId>(day),
                    month: meeting.month,
                    resolution: Some(id),
                    text: talk.spot.say(text),
                    party: *party,
                    owner: self.parties.answers(*party, day, self.chance),
                    due_on: meeting.month.last_day(),
                    state: TaskState::Open,
                    done_on: None,
                    outcome: None,
                    carried_from: None,
                    fen: None,
                    verified_by: None,
                    first_due: None,
                    verified_on: None,
                    extended_by: None,
                };
                tasks.push((task, outcome));
            }
            // Tasks are put when their dates are known, in the same save.
            let fresh = tasks.len() - agreed.tasks.len();
            for (nth, (task, _)) in tasks.iter_mut().enumerate().skip(fresh) {
                task.due_on = self.due(meeting.month, day, nth);
                puts.push(put(task));
            }
            self.diary.note(day, minute, Act::AddResolution, puts);
            minute += 2;
        }
        minute
    }

    /// Dates of this month's tasks are spread around today, others over the rest of the month.
    fn due(&mut self, month: Month, day: NaiveDate, nth: usize) -> NaiveDate {
        let (today, end) = (self.diary.today(), month.last_day());
        if Month::of(today) == month {
            let spread = [3, 0, -1, 60, 2];
            return plus(today, spread[nth % spread.len()]).min(end).max(plus(day, 1));
        }
        let room = (end - day).num_days().max(2);
        plus(day, self.chance.between(room.min(5), room))
    }

    fn vote(&mut self, meeting: &Meeting, talk: &Talk, present: &[(Delegate, Presence)], day: NaiveDate) -> (Vote, Count) {
        let mut ballots: Vec<Ballot> =
            present.iter().filter(|(_, p)| p.is_there()).map(|(d, _)| Ballot { delegate: d.id, choice: Choice::Yes }).collect();
        let voters = ballots.len();
        let mut order: Vec<usize> = (0..voters).collect();
        self.chance.shuffle(&mut order);
        let (no, abstain) = if talk.matter.fate == Fate::Fails {
            (voters / 2, 2.min(voters.saturating_sub(voters / 2)))
        } else {
            (self.chance.below(3), self.chance.below(3))
        };
        let recused = usize::from(talk.matter.benefit && self.chance.percent(12));
        let choices = [(Choice::No, no), (Choice::Abstain, abstain), (Choice::Recused, recused)];
        let changed = choices.iter().flat_map(|(choice, n)| std::iter::repeat_n(*choice, *n));
        for (at, choice) in order.into_iter().zip(changed) {
            ballots[at].choice = choice;
        }
        let of = |choice: Choice| ballots.iter().filter(|b| b.choice == choice).count() as u32;
        let (yes, no, abstain, recused) = (of(Choice::Yes), of(Choice::No), of(Choice::Abstain), of(Choice::Recused));
        let count = Count { present: yes + no + abstain, yes, no, abstain, recused };
        let by_name = talk.topic.owner_matter.is_some() || self.chance.percent(20);
        let vote = Vote {
            id: self.diary.id::<VoteId>(day),
            meeting: meeting.id,
            topic: talk.topic.id,
            method: if by_name { VoteMethod::ByName } else { VoteMethod::Hands },
            present: count.present,
            yes,
            no,
            abstain,
            recused,
            ballots: if by_name { ballots } else { Vec::new() },
        };
        (vote, count)
    }

    /// Follows the tasks of a council to today.
    fn carry_out(&mut self, mood: Mood, day: NaiveDate, tasks: Vec<(Task, &'static str)>) {
        let today = self.diary.today();
        let whole = tasks.len();
        for (nth, (task, outcome)) in tasks.into_iter().enumerate() {
            let room = (task.due_on - day).num_days().max(1);
            let on = plus(day, self.chance.between(room.min(2), room));
            let told = plus(on, self.chance.between(0, 1));
            let way = match (mood, nth) {
                (Mood::Now, 0) => Way::Done { on: plus(today, -1).max(plus(day, 1)), told: None },
                (Mood::Now, 1) => Way::Open { begun: true },
                (Mood::Now, 4..) => Way::Done { on: plus(day, 2), told: Some(plus(day, 3)) },
                (Mood::Now, _) | (Mood::Last, 0) => Way::Open { begun: nth != 3 },
                (Mood::Last, 1) => Way::Done { on, told: None },
                (Mood::Slack, 0) => Way::Done { on: plus(task.due_on, 2), told: Some(plus(task.due_on, 5)) },
                (Mood::Carries, _) if nth + 1 == whole => Way::Carried,
                _ => Way::Done { on, told: Some(told) },
            };
            self.follow(task, day, outcome, way);
        }
    }

    fn follow(&mut self, mut task: Task, council: NaiveDate, outcome: &str, way: Way) {
        match way {
            Way::Open { begun: false } => {}
            Way::Open { begun: true } => {
                task.state = TaskState::Doing;
                self.diary.note(plus(council, 1), 1090, Act::StepTask, vec![put(&task)]);
            }
            Way::Carried => {
                let (day, next) = (task.month.last_day(), task.month.next());
                let why = *self.chance.pick(&CARRIED);
                // The old task keeps its month; the new one is counted apart.
                let again = Task {
                    id: self.diary.id::<TaskId>(day),
                    month: next,
                    due_on: next.day(20),
                    outcome: Some(format!("由{}结转：{why}", task.month.zh())),
                    carried_from: Some(task.id),
                    ..task.clone()
                };
                task.state = TaskState::CarriedOver;
                task.outcome = Some(why.to_owned());
                self.diary.note(day, 1100, Act::StepTask, vec![put(&again), put(&task)]);
                self.follow(again, day, "转入本月后抓紧办理，已经完成。", Way::Done { on: next.day(12), told: Some(next.day(13)) });
            }
            Way::Done { on, told } => {
                task.state = TaskState::Done;
                task.done_on = Some(on);
                task.outcome = Some(outcome.to_owned());
                self.diary.note(on, 1080, Act::StepTask, vec![put(&task)]);
                if let Some(told) = told {
                    self.report(&task, told);
                }
            }
        }
    }

    fn report(&mut self, task: &Task, on: NaiveDate) {
        let to = *self.chance.pick(&["反映意见的住户", "相关楼栋住户", "全体住户（居民群和公告栏）", "提出意见的住户和楼道长"]);
        let supervisor =
            if self.chance.percent(60) { self.parties.answers(Party::Residents, on, self.chance) } else { self.parties.deputy.clone() };
        let feedback = Feedback {
            id: self.diary.id::<FeedbackId>(on),
            task: task.id,
            on,
            to: to.to_owned(),
            channel: *self.chance.pick(&[Source::ChatGroup, Source::ChatGroup, Source::Visit, Source::Phone]),
            satisfaction: *self.chance.pick(&[
                Satisfaction::Satisfied,
                Satisfaction::Satisfied,
                Satisfaction::Satisfied,
                Satisfaction::Fair,
            ]),
            supervisor,
        };
        self.diary.note(on, 1230, Act::GiveFeedback, vec![put(&feedback)]);
    }
}

/// A moment in Beijing time as it stands on the notice.
fn at(day: NaiveDate, minute: i64) -> chrono::DateTime<chrono::FixedOffset> {
    super::diary::moment(NaiveDate::MIN, day, minute)
}

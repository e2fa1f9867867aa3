//! The month's five steps: reading.

use chrono::{FixedOffset, NaiveDate};
use uuid::Uuid;
use xinghuo_ledger::{Books, Kept};
use xinghuo_model::policy::Policy;
use xinghuo_model::records::*;
use xinghuo_model::rules::{MonthFacts, StepNow, TaskFact, check_vote, check_voters, feedback_state, judge_month, outcome, topic_stage};
use xinghuo_model::*;

use crate::attachments;
use crate::cases::days_left;
use crate::editions::editions;
use crate::error::Result;
use crate::opinions::{fate, replies};
use crate::owners;
use crate::papers::{demanded, minutes, of_the_meeting};
use crate::roll::{Roll, bodies, delegates, roll};
use crate::topics::as_it_stands;
use crate::views::*;

/// The states of a task on which somebody has to do something, for SQL.
pub(crate) const OPEN_TASKS: &str = "('open', 'doing', 'returned')";

/// The meetings at which the five parties sit, for SQL.
pub(crate) const COUNCILS: &str = "('council', 'emergency')";

/// Those and the meetings of all residents, which decide for everybody, for SQL.
pub(crate) const FOR_ALL: &str = "('council', 'emergency', 'assembly')";

/// The states of a meeting that was held to its end, for SQL.
pub(crate) const OVER_MEETINGS: &str = "('closed', 'checked', 'final')";

/// An id that follows from what the record is about: two laptops that write it offline write the same one.
fn id_of(what: &str, space: SpaceId, which: &str) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    hasher.update(what.as_bytes());
    hasher.update(space.0.as_bytes());
    hasher.update(which.as_bytes());
    let mut bytes = [0u8; 16];
    hasher.finalize_xof().fill(&mut bytes);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The one record of a compound's month.
pub(crate) fn cycle_id(space: SpaceId, month: Month) -> CycleId {
    CycleId(id_of("xinghuo/cycle/v1", space, &month.to_string()))
}

/// The one record of how a party's body stands.
pub(crate) fn body_id(space: SpaceId, party: Party) -> BodyId {
    BodyId(id_of("xinghuo/body/v1", space, party.code()))
}

/// The `nth` meeting of a kind on a day: two laptops that record the same one write into the same record.
pub(crate) fn meeting_id(space: SpaceId, kind: MeetingKind, on: NaiveDate, nth: u32) -> MeetingId {
    MeetingId(id_of("xinghuo/meeting/v1", space, &format!("{}/{on}/{nth}", kind.code())))
}

/// How many topics of a month are in a state.
pub(crate) fn topics_in(books: &Books<'_>, space: SpaceId, month: Month, state: TopicState) -> Result<u32> {
    let sql = "SELECT count(*) FROM topic WHERE life = 0 AND space = ?1 AND month = ?2 AND state = ?3";
    Ok(books.number(sql, (space.0.as_bytes(), month.to_string(), state.code()))? as u32)
}

/// Everything of a month the rules look at.
pub(crate) fn facts(books: &Books<'_>, space: SpaceId, month: Month) -> Result<MonthFacts> {
    let at = (space.0.as_bytes(), month.to_string());
    let day = |r: &rusqlite::Row<'_>, i: usize| -> rusqlite::Result<NaiveDate> { Ok(r.get::<_, String>(i)?.parse().unwrap_or_default()) };
    let opinions = books.rows("SELECT \"on\" FROM opinion WHERE life = 0 AND space = ?1 AND month = ?2", at.clone(), |r| day(r, 0))?;
    let chosen = books.rows(
        "SELECT decided_on FROM topic WHERE life = 0 AND space = ?1 AND month = ?2 AND decided_on IS NOT NULL AND state NOT IN ('candidate', 'dropped')",
        at.clone(),
        |r| day(r, 0),
    )?;
    let undecided = topics_in(books, space, month, TopicState::Candidate)?;
    let waiting = topics_in(books, space, month, TopicState::Chosen)?;
    let council = books
        .rows(
            &format!(
                "SELECT min(substr(held_at, 1, 10)) FROM meeting WHERE life = 0 AND space = ?1 AND month = ?2 \
                 AND kind IN {FOR_ALL} AND state IN {OVER_MEETINGS} HAVING count(*) > 0"
            ),
            at.clone(),
            |r| day(r, 0),
        )?
        .into_iter()
        .next();
    let tasks = task_facts(books, "WHERE life = 0 AND space = ?1 AND month = ?2", at.clone())?;
    // Another laptop may have chosen one meanwhile: then there is something to do.
    let no_topic = chosen.is_empty() && books.get::<Cycle>(cycle_id(space, month))?.is_some_and(|c| c.record.no_topic.is_some());
    let began_on = books.get::<Compound>(CompoundId(space.0))?.and_then(|compound| compound.record.began_on);
    let decided_elsewhere = council.is_none() && !chosen.is_empty() && waiting == 0 && undecided == 0;
    Ok(MonthFacts { opinions, chosen, undecided, council, decided_elsewhere, tasks, no_topic, began_on })
}

/// When a `task` was first reported back on, for SQL: what was told before it was sent back does not count.
pub(crate) const REPORTED_ON: &str =
    "(SELECT min(f.\"on\") FROM feedback f WHERE f.life = 0 AND f.task = task.id AND f.\"on\" >= task.done_on)";

/// Tasks as the rules look at them; `tail` is SQL after `FROM task`.
fn task_facts(books: &Books<'_>, tail: &str, params: impl rusqlite::Params) -> Result<Vec<TaskFact>> {
    let sql = format!("SELECT task.due_on, task.state, task.done_on, {REPORTED_ON} FROM task {tail}");
    Ok(books.rows(&sql, params, |r| {
        let day = |i| -> rusqlite::Result<Option<NaiveDate>> { Ok(r.get::<_, Option<String>>(i)?.and_then(|d| d.parse().ok())) };
        Ok(TaskFact {
            due_on: day(0)?.unwrap_or_default(),
            state: TaskState::parse(&r.get::<_, String>(1)?).unwrap_or(TaskState::Open),
            done_on: day(2)?,
            reported_on: day(3)?,
        })
    })?)
}

/// The five-step bar as views.
pub(crate) fn steps(policy: &Policy, month: Month, facts: &MonthFacts, today: NaiveDate) -> Vec<StepView> {
    judge_month(policy, month, facts, today).into_iter().map(|s| step_view(policy, s, today)).collect()
}

fn step_view(policy: &Policy, s: StepNow, today: NaiveDate) -> StepView {
    StepView {
        step: s.step,
        title: policy.step_name(s.step).to_owned(),
        from: s.from,
        to: s.to,
        state: s.state,
        state_zh: s.state.zh().to_owned(),
        days_left: days_left(s.to, today),
        count: s.count,
        late: s.late,
    }
}

pub(crate) fn task_line(books: &Books<'_>, policy: &Policy, kept: Kept<Task>, today: NaiveDate) -> Result<TaskLine> {
    let task = kept.record;
    let feedback = books.select::<Feedback>("AND task = ?1 ORDER BY \"on\", id", [task.id.0.as_bytes()])?;
    let fact = TaskFact {
        due_on: task.due_on,
        state: task.state,
        done_on: task.done_on,
        reported_on: feedback.iter().map(|told| told.record.on).find(|on| task.done_on.is_some_and(|done| done <= *on)),
    };
    let told_late = feedback.iter().any(|told| typed_on(told.record.id.0).is_some_and(|typed| is_late_entry(typed, told.record.on)));
    Ok(TaskLine {
        late_entry: told_late || was_entered_late(books, task.id.0, "done_on", task.done_on)?,
        report: feedback_state(policy, &fact, today),
        days_left: days_left(task.due_on, today),
        late: task.state.is_open() && task.due_on < today,
        report_due: task.done_on.map(|d| policy.report_due(d)),
        feedback: feedback.into_iter().map(|f| f.record).collect(),
        files: attachments::count(books, task.id.0)?,
        task,
    })
}

fn topic_line(books: &Books<'_>, kept: Kept<Topic>, meeting: Option<MeetingId>) -> Result<TopicLine> {
    let topic = as_it_stands(books, kept.record)?;
    let id = topic.id.0.as_bytes().to_vec();
    let at = meeting.map(|m| m.0.as_bytes().to_vec());
    let filter = "AND topic = ?1 AND (?2 IS NULL OR meeting = ?2) ORDER BY id";
    let speeches = books.select::<Speech>(filter, (&id, at.clone()))?;
    let votes = books.select::<Vote>(filter, (&id, at.clone()))?;
    let resolutions = books.select::<Resolution>(filter, (&id, at.clone()))?;
    let owner_vote = owners::vote_on(books, topic.id)?;
    let next = books.select::<Topic>("AND carried_from = ?1", [&id])?;
    let tasks =
        task_facts(books, "JOIN resolution r ON r.id = task.resolution WHERE task.life = 0 AND r.life = 0 AND r.topic = ?1", [&id])?;
    let settled = books.number(
        "SELECT count(*) FROM vote v JOIN meeting m ON m.id = v.meeting WHERE v.topic = ?1 AND v.life = 0 AND m.life = 0 AND m.state = 'final'",
        [&id],
    )? > 0;
    Ok(TopicLine {
        late_entry: was_entered_late(books, topic.id.0, "decided_on", topic.decided_on)?,
        stage: topic_stage(topic.state, &tasks, !speeches.is_empty(), settled, !next.is_empty()),
        accounts: votes.len() as u32,
        owner_verdict: owner_vote.as_ref().zip(topic.owner_matter).map(|(vote, matter)| owners::verdict(matter, vote)),
        owner_vote,
        carried_to: next.first().map(|next| next.record.month),
        opinions: topic.opinions.len() as u32,
        speeches: speeches.into_iter().map(|s| s.record).collect(),
        vote: votes.into_iter().last().map(|v| v.record),
        resolutions: resolutions.into_iter().map(|r| r.record).collect(),
        conflict: kept.conflict,
        outcome: None,
        later: false,
        topic,
    })
}

/// Whether a topic of this meeting's agenda stands on that of a later one too.
fn later(books: &Books<'_>, space: SpaceId, meeting: &Meeting, topic: TopicId) -> Result<bool> {
    let others = books.select::<Meeting>(
        "AND space = ?1 AND id <> ?2 AND instr(agenda, ?3) > 0",
        (space.0.as_bytes(), meeting.id.0.as_bytes(), topic.0.to_string()),
    )?;
    Ok(others.iter().any(|other| other.record.held_at > meeting.held_at))
}

/// How far a meeting got.
fn meeting_stage(meeting: &Meeting, signing: bool, editions: i64) -> MeetingStage {
    match meeting.state {
        MeetingState::Planned | MeetingState::Notified if signing => MeetingStage::SigningIn,
        MeetingState::Planned => MeetingStage::Planned,
        MeetingState::Notified => MeetingStage::Notified,
        MeetingState::Running => MeetingStage::Running,
        MeetingState::Closed if meeting.correction.is_some() => MeetingStage::Correcting,
        MeetingState::Closed => MeetingStage::Draft,
        MeetingState::Checked => MeetingStage::Checked,
        MeetingState::Final if editions > 1 => MeetingStage::Corrected,
        MeetingState::Final => MeetingStage::Final,
    }
}

/// Why the minutes of a meeting cannot become final yet.
fn lacking(meeting: &Meeting, roll: &Roll, quorum: u32, quorate: bool, topics: &[TopicLine]) -> Vec<String> {
    let mut lacking = Vec::new();
    if meeting.state == MeetingState::Final {
        return lacking;
    }
    if !meeting.state.is_over() {
        lacking.push("会议还没有散会".to_owned());
    }
    let unit = meeting.unit();
    if !quorate {
        lacking.push(format!("实到 {} {unit}，不足法定人数 {quorum} {unit}", roll.present));
    }
    if roll.contested {
        lacking.push("由谁组成、应到或实到，两台电脑登记得不一样，请先在“核对”里选定".to_owned());
    } else if meeting.came > meeting.eligible {
        lacking.push(format!("实到 {} {unit}，多于应到的 {} {unit}，请改好其中一个", roll.present, roll.invited));
    }
    if roll.accounts > 0 {
        lacking.push(format!("有 {} 人的签到，两台电脑记得不一样，请先选定", roll.accounts));
    }
    for t in topics {
        let title = t.topic.title.chars().take(20).collect::<String>();
        if t.accounts > 1 {
            lacking.push(format!("“{title}”有 {} 台电脑的表决记录，请先选定一份", t.accounts));
        } else if t.vote.is_none() && t.topic.state == TopicState::Chosen && !t.later {
            lacking.push(format!("“{title}”还没有表决结果"));
        }
        let Some(vote) = &t.vote else { continue };
        // The sign-in may have changed since it was counted.
        let (voters, choices): (Vec<DelegateId>, Vec<Choice>) = vote.ballots.iter().map(|b| (b.delegate, b.choice)).unzip();
        let adds_up = check_vote(vote.count(), &choices, roll.present).and_then(|()| check_voters(vote.method, &voters, &roll.there()));
        if let Err(why) = adds_up {
            lacking.push(format!("“{title}”的表决和签到对不上：{}", why.to_string().trim_end_matches('。')));
        }
        if t.outcome == Some(TopicState::Passed) && t.resolutions.is_empty() {
            lacking.push(format!("“{title}”已通过，还没有议定事项"));
        }
    }
    if topics.is_empty() {
        lacking.push("议程里没有议题".to_owned());
    }
    lacking
}

/// Whether the records of a meeting say something else by now than its final minutes: another laptop went on
/// with it while it was made final here.
fn changed_since_final(books: &Books<'_>, space: SpaceId, policy: &Policy, view: &MeetingView) -> Result<bool> {
    if view.meeting.state != MeetingState::Final {
        return Ok(false);
    }
    let Some(last) = editions(books, view.meeting.id)?.into_iter().next() else { return Ok(false) };
    let Ok(said) = serde_json::from_str::<xinghuo_paper::Minutes>(&last.content) else { return Ok(false) };
    Ok(of_the_meeting(&said) != of_the_meeting(&minutes(books, policy, space, view)?))
}

/// How many of a party's delegates are away for a reason.
fn reasons(party: &PartyAttendance) -> u32 {
    let away = |line: &&SignInLine| match line.presence {
        Some(Presence::Leave) => true,
        Some(Presence::Absent) => line.note.is_some(),
        _ => false,
    };
    party.lines.iter().filter(away).count() as u32
}

/// What is to be looked at before and at a meeting, though it forbids nothing.
fn warnings(policy: &Policy, meeting: &Meeting, roll: &Roll) -> Vec<String> {
    let mut out = Vec::new();
    if meeting.state == MeetingState::Final {
        return out;
    }
    // What is urgent cannot wait for its notice.
    if meeting.kind == MeetingKind::Council {
        let days = meeting.notified_on.map(|on| (meeting.held_at.date_naive() - on).num_days());
        match days {
            None if meeting.state.is_ahead() => out.push(format!("还没有发通知（制度要求提前 {} 天）", policy.notice_days)),
            None => out.push("没有登记会前通知".to_owned()),
            Some(days) if days < i64::from(policy.notice_days) => {
                out.push(format!("会前 {days} 天才发通知，少于制度要求的 {} 天", policy.notice_days));
            }
            Some(_) => {}
        }
    }
    for party in &roll.parties {
        let why = "请先登记代表，或在“五方代表”里写明这一方的现状";
        match (&party.standing, party.invited) {
            (Some(standing), 0) => out.push(format!("{}{standing}，没有代表到会", party.party.zh())),
            (None, 0) => out.push(format!("{}还没有代表：{why}", party.title)),
            // A reason beside each absence says why (A16).
            (_, invited) if !meeting.state.is_ahead() && party.present == 0 && reasons(party) < invited => {
                out.push(format!("{}没有人到会：请在签到里记请假或缺席，写明原因", party.title));
            }
            _ => {}
        }
    }
    out
}

/// What a meeting is about: its agenda, and what another laptop voted on while it was taken off here.
pub(crate) fn topics_of(books: &Books<'_>, meeting: &Meeting) -> Result<Vec<TopicId>> {
    let mut topics = meeting.agenda.clone();
    let sql = "SELECT topic FROM vote WHERE life = 0 AND meeting = ?1 UNION SELECT topic FROM resolution WHERE life = 0 AND meeting = ?1";
    for id in books.rows(sql, [meeting.id.0.as_bytes()], |r| r.get::<_, [u8; 16]>(0))? {
        let id = TopicId(Uuid::from_bytes(id));
        if !topics.contains(&id) {
            topics.push(id);
        }
    }
    Ok(topics)
}

pub(crate) fn meeting_view(books: &Books<'_>, space: SpaceId, policy: &Policy, meeting: Meeting) -> Result<MeetingView> {
    let roll = roll(books, space, &meeting)?;
    let (quorum, unit) = (policy.quorum_of(meeting.kind, roll.invited), meeting.unit());
    let quorate = roll.present >= quorum && roll.present > 0;
    let mut topics = Vec::new();
    for id in topics_of(books, &meeting)? {
        if let Some(topic) = books.get::<Topic>(id)? {
            let mut line = topic_line(books, topic, Some(meeting.id))?;
            line.outcome = line.vote.as_ref().map(|vote| outcome(policy, meeting.kind, vote.count(), line.topic.owner_matter));
            let waits = line.vote.is_none() && line.topic.state == TopicState::Chosen && meeting.state != MeetingState::Final;
            line.later = waits && later(books, space, &meeting, line.topic.id)?;
            topics.push(line);
        }
    }
    let editions = books.number("SELECT count(*) FROM minutes_edition WHERE life = 0 AND meeting = ?1", [meeting.id.0.as_bytes()])?;
    let held = meeting.held_at.date_naive();
    let verdict = if quorate { "达到法定人数" } else { "未达到法定人数" };
    Ok(MeetingView {
        quorum_sentence: format!("应到 {} {unit}，实到 {} {unit}，{verdict}（需 {quorum} {unit}）", roll.invited, roll.present),
        assembly: meeting.assembly().map(|assembly| format!("{}{}", assembly.basis.zh(), demanded(policy, assembly, " "))),
        invited: roll.invited,
        present: roll.present,
        quorum,
        quorate,
        lacking: lacking(&meeting, &roll, quorum, quorate, &topics),
        warnings: warnings(policy, &meeting, &roll),
        accounts: roll.accounts + topics.iter().filter(|t| t.accounts > 1).count() as u32,
        late_entry: roll.begun.and_then(typed_on).is_some_and(|typed| is_late_entry(typed, held))
            || was_entered_late(books, meeting.id.0, "came", meeting.came.map(|_| held))?,
        stage: meeting_stage(&meeting, roll.begun.is_some() || meeting.came.is_some(), editions),
        changed_since_final: false,
        parties: roll.parties,
        guests: roll.guests,
        observers: roll.observers,
        topics,
        meeting,
    })
}

/// What of these goes on from an earlier month.
fn carried(books: &Books<'_>, topics: &[TopicLine], tasks: &[TaskLine]) -> Result<Vec<CarriedLine>> {
    let mut out = Vec::new();
    let mut goes_on = |from: Option<Month>, kind: &str, id: Uuid, title: &str, state: &str, ended: bool| {
        let line = |from| CarriedLine { kind: kind.to_owned(), id, title: title.to_owned(), from, state: state.to_owned(), ended };
        out.extend(from.map(line));
    };
    for TopicLine { topic, .. } in topics {
        if let Some(old) = topic.carried_from {
            let from = books.get::<Topic>(old)?.map(|old| old.record.month);
            let ended = !matches!(topic.state, TopicState::Candidate | TopicState::Chosen);
            goes_on(from, "topic", topic.id.0, &topic.title, topic.state.zh(), ended);
        }
    }
    for TaskLine { task, .. } in tasks {
        if let Some(old) = task.carried_from {
            let from = books.get::<Task>(old)?.map(|old| old.record.month);
            goes_on(from, "task", task.id.0, &task.text, task.state.zh(), !task.state.is_open());
        }
    }
    Ok(out)
}

/// An opinion with what became of it among these topics.
fn opinion_line(books: &Books<'_>, opinion: Opinion, topics: &[Topic]) -> Result<OpinionLine> {
    let person = match opinion.person {
        Some(id) => books.get::<Person>(id)?.map(|p| p.record.name),
        None => None,
    };
    let topic = topics.iter().find(|t| t.opinions.contains(&opinion.id));
    Ok(OpinionLine {
        in_topic: topic.map(|t| t.id),
        topic_title: topic.map(|t| t.title.clone()),
        fate: topic.and_then(fate),
        late_entry: typed_on(opinion.id.0).is_some_and(|typed| is_late_entry(typed, opinion.on)),
        person,
        files: attachments::count(books, opinion.id.0)?,
        replies: replies(books, opinion.id)?,
        opinion,
    })
}

/// A month from opinions to feedback.
pub(crate) fn view(
    books: &Books<'_>,
    space: SpaceId,
    policy: Policy,
    next_policy: Option<PolicyPack>,
    month: Month,
    today: NaiveDate,
) -> Result<CouncilView> {
    let facts = facts(books, space, month)?;
    let at = (space.0.as_bytes(), month.to_string());
    let topics_in =
        |month: Month| books.select::<Topic>("AND space = ?1 AND month = ?2 ORDER BY id", (space.0.as_bytes(), month.to_string()));
    let topics: Vec<Kept<Topic>> = topics_in(month)?;
    // What was said in one month may be gathered in the next.
    let mut around: Vec<Topic> = topics.iter().map(|kept| as_it_stands(books, kept.record.clone())).collect::<Result<_>>()?;
    for other in [month.previous(), month.next()] {
        for kept in topics_in(other)? {
            around.push(as_it_stands(books, kept.record)?);
        }
    }
    let said_in = |month: Month| {
        books.select::<Opinion>("AND space = ?1 AND month = ?2 ORDER BY \"on\" DESC, id DESC", (space.0.as_bytes(), month.to_string()))
    };
    let lines =
        |said: Vec<Kept<Opinion>>| said.into_iter().map(|kept| opinion_line(books, kept.record, &around)).collect::<Result<Vec<_>>>();
    let opinions = lines(said_in(month)?)?;
    let mut before = said_in(month.previous())?;
    before.retain(|kept| around.iter().all(|topic| !topic.opinions.contains(&kept.record.id)));
    for id in topics.iter().flat_map(|kept| &kept.record.opinions) {
        if opinions.iter().all(|line| line.opinion.id != *id) {
            before.extend(books.get::<Opinion>(*id)?);
        }
    }
    let earlier = lines(before)?;
    let mut meetings = Vec::new();
    for kept in books.select::<Meeting>("AND space = ?1 AND month = ?2 ORDER BY held_at, id", at.clone())? {
        let mut meeting = meeting_view(books, space, &policy, kept.record)?;
        meeting.changed_since_final = changed_since_final(books, space, &policy, &meeting)?;
        meetings.push(meeting);
    }
    let mut tasks = Vec::new();
    for kept in books.select::<Task>("AND space = ?1 AND month = ?2 ORDER BY due_on, id", at.clone())? {
        tasks.push(task_line(books, &policy, kept, today)?);
    }
    let topics = topics.into_iter().map(|t| topic_line(books, t, None)).collect::<Result<Vec<_>>>()?;
    let mut months: Vec<Month> = books
        .rows(
            "SELECT month FROM opinion WHERE life = 0 AND space = ?1 UNION SELECT month FROM meeting WHERE life = 0 AND space = ?1 UNION SELECT month FROM cycle WHERE life = 0 AND space = ?1 UNION SELECT month FROM topic WHERE life = 0 AND space = ?1",
            [space.0.as_bytes()],
            |r| r.get::<_, String>(0),
        )?
        .iter()
        .filter_map(|m| m.parse().ok())
        .collect();
    months.extend([Month::of(today), month]);
    months.sort_unstable_by(|a, b| b.cmp(a));
    months.dedup();
    let no_topic = books.get::<Cycle>(cycle_id(space, month))?.and_then(|c| c.record.no_topic).filter(|_| facts.no_topic);
    let bodies = bodies(books, space)?;
    Ok(CouncilView {
        concerns: bodies.iter().filter_map(Body::owners_body).flat_map(|body| body.concerns(today)).collect(),
        bodies,
        carried: carried(books, &topics, &tasks)?,
        next_policy,
        month,
        title: format!("{}议事", month.zh()),
        sentence: sentence(&facts, &meetings, no_topic.as_deref(), today) + &cancelled(books, space, month)?,
        steps: steps(&policy, month, &facts, today),
        no_topic,
        opinions,
        earlier,
        topics,
        meetings,
        tasks,
        months,
        delegates: delegates(books, space, None)?,
        policy,
    })
}

/// China has one clock.
const CHINA: FixedOffset = FixedOffset::east_opt(8 * 3600).expect("eight hours");

/// The day an id was made, which is when the thing was typed; for display only.
fn typed_on(id: Uuid) -> Option<NaiveDate> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    chrono::DateTime::from_timestamp(seconds as i64, nanos).map(|typed| typed.with_timezone(&CHINA).date_naive())
}

/// Whether what happened on a day was typed later than the day after (补录).
fn is_late_entry(typed: NaiveDate, happened: NaiveDate) -> bool {
    typed > happened + chrono::Days::new(1)
}

/// The same of a day that was written into a record.
fn was_entered_late(books: &Books<'_>, record: Uuid, field: &str, happened: Option<NaiveDate>) -> Result<bool> {
    let Some(happened) = happened else { return Ok(false) };
    Ok(books.written_after(record, field, happened + chrono::Days::new(1))?)
}

/// That a meeting was called off on one laptop while people signed in on another: nobody sees its page any more.
fn cancelled(books: &Books<'_>, space: SpaceId, month: Month) -> Result<String> {
    let sql = "SELECT substr(m.held_at, 1, 10), count(*) FROM meeting m JOIN attendance a ON a.meeting = m.id \
         WHERE m.life = 1 AND a.life = 0 AND a.presence IN ('present', 'proxy') AND m.space = ?1 AND m.month = ?2 GROUP BY m.id";
    let lost = books.rows(sql, (space.0.as_bytes(), month.to_string()), |r| Ok((r.get::<_, String>(0)?, r.get::<_, u32>(1)?)))?;
    let said = lost
        .iter()
        .map(|(on, signed)| format!("{on} 的会议在一台电脑上取消了，另一台电脑上已有 {signed} 人签到：要恢复，请在取消的电脑上撤销。"));
    Ok(said.collect())
}

/// How the month stands, in one sentence.
fn sentence(facts: &MonthFacts, meetings: &[MeetingView], no_topic: Option<&str>, today: NaiveDate) -> String {
    if let Some(reason) = no_topic {
        return format!("本月无议题：{reason}。");
    }
    let mut parts = Vec::new();
    let councils = || meetings.iter().filter(|m| m.meeting.kind.decides_for_all());
    if let Some(m) = councils().find(|m| !m.meeting.state.is_ahead()).or_else(|| councils().next()) {
        let day = m.meeting.held_at.date_naive();
        let word = match m.meeting.state {
            MeetingState::Planned | MeetingState::Notified => "定于",
            MeetingState::Running => "正在进行",
            _ => "已于",
        };
        let end = if m.meeting.state == MeetingState::Running { "" } else { "召开" };
        let when = match m.meeting.state {
            MeetingState::Running => String::new(),
            _ if Month::of(day) == m.meeting.month => format!(" {} 日", chrono::Datelike::day(&day)),
            _ => format!(" {} 月 {} 日", chrono::Datelike::month(&day), chrono::Datelike::day(&day)),
        };
        parts.push(format!("{}{word}{when}{end}", m.meeting.kind.zh()));
    }
    let open = facts.tasks.iter().filter(|t| t.state.is_open()).count();
    let due = facts.tasks.iter().filter(|t| t.state.is_open() && t.due_on == today).count();
    if facts.tasks.is_empty() {
        parts.push(format!("收集民意 {} 条，确定议题 {} 个", facts.opinions.len(), facts.chosen.len()));
    } else {
        parts.push(format!("{} 件事项，{} 件未完成", facts.tasks.len(), open));
    }
    if due > 0 {
        parts.push(format!("{due} 件今天到期"));
    }
    parts.join("，") + "。"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_open_tasks_are_the_same_for_sql_and_for_the_rules() {
        let open: Vec<String> = TaskState::ALL.iter().filter(|state| state.is_open()).map(|state| format!("'{}'", state.code())).collect();
        assert_eq!(OPEN_TASKS, format!("({})", open.join(", ")));
    }

    #[test]
    fn the_meetings_that_count_are_the_same_for_sql_and_for_the_rules() {
        let list = |codes: Vec<&str>| format!("({})", codes.iter().map(|code| format!("'{code}'")).collect::<Vec<_>>().join(", "));
        assert_eq!(FOR_ALL, list(MeetingKind::ALL.iter().filter(|kind| kind.decides_for_all()).map(|kind| kind.code()).collect()));
        assert_eq!(COUNCILS, list(MeetingKind::ALL.iter().filter(|kind| kind.is_council()).map(|kind| kind.code()).collect()));
        assert_eq!(OVER_MEETINGS, list(MeetingState::ALL.iter().filter(|state| state.is_over()).map(|state| state.code()).collect()));
    }
}

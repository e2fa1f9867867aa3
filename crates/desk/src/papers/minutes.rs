//! The minutes of a meeting, and its sign-in sheet, from what was recorded.

use std::collections::HashMap;

use xinghuo_ledger::Books;
use xinghuo_model::policy::{Policy, share_zh};
use xinghuo_model::records::{self, Assembly, Compound, Meeting, MinutesEdition, Opinion, Person, Task};
use xinghuo_model::*;
use xinghuo_paper::{AgendaItem, Attendee, Fact, FiveParties, Minutes, MinutesLayout, Paper, Resolution, SignIn, SignInParty, Vote};

use super::{branch, content_hash, day_zh, time_zh};
use crate::error::{Result, not};
use crate::views::*;

fn five<T>(mut make: impl FnMut(Party) -> T) -> FiveParties<T> {
    FiveParties {
        community: make(Party::Community),
        owners: make(Party::Owners),
        property: make(Party::Property),
        social: make(Party::Society),
        residents: make(Party::Residents),
    }
}

/// What an edition says; a later one says so, and why.
pub(super) fn edition(kept: &MinutesEdition, all: &[MinutesEdition]) -> Result<Minutes> {
    let Ok(mut said) = serde_json::from_str::<Minutes>(&kept.content) else {
        return not("paper.newer", "这份纪要由更新版本的程序定稿，本版本还不能排版。", "请先升级程序。");
    };
    said.fingerprint = format!("内容校验 {}", &kept.hash[..16.min(kept.hash.len())]);
    if kept.edition > 1 {
        said.issue.push_str("（更正版）");
        let before = all.iter().find(|other| other.edition + 1 == kept.edition);
        let which = before.map_or(String::new(), |b| format!("（校验 {}）", &b.hash[..16.min(b.hash.len())]));
        let why = kept.reason.as_deref().unwrap_or_default().trim_end_matches('。');
        said.opening.push(format!("本纪要为第{}版，于{}更正，代替前一版{which}。更正理由：{why}。", kept.edition, day_zh(kept.on)));
    }
    Ok(said)
}

/// Who convenes a meeting and issues its papers: of an assembly the residents' committee (居民委员会组织法), else the
/// branch.
pub(super) fn convener(compound: &Compound, meeting: &Meeting) -> String {
    if meeting.basis.is_some() { format!("{}居民委员会", compound.community) } else { branch(compound) }
}

/// What its people are counted by, where it is not 人.
fn unit_of(meeting: &Meeting) -> String {
    if meeting.unit() == "人" { String::new() } else { meeting.unit().to_owned() }
}

/// From when to when it was held; one that ran past midnight says so.
fn held_zh(meeting: &Meeting) -> String {
    let began = time_zh(meeting.held_at);
    let Some(ended) = meeting.ended_at else { return began };
    let next_day = if ended.date_naive() > meeting.held_at.date_naive() { "次日" } else { "" };
    format!("{began}至{next_day}{}", ended.format("%H:%M"))
}

/// Who voted how, where it was taken by name.
fn by_name(view: &MeetingView, vote: &records::Vote) -> Vec<Fact> {
    let name = |id: DelegateId| {
        let lines = view.parties.iter().flat_map(|p| &p.lines);
        lines.filter_map(|l| l.delegate.as_ref()).find(|d| d.id == id).map(|d| d.name.clone())
    };
    let said =
        |choice: Choice| -> Vec<String> { vote.ballots.iter().filter(|b| b.choice == choice).filter_map(|b| name(b.delegate)).collect() };
    Choice::ALL.iter().map(|choice| Fact::new(choice.zh(), said(*choice).join("、"))).filter(|fact| !fact.text.is_empty()).collect()
}

/// What minutes say of the meeting itself: without who carries out what was agreed, why something was not put to the
/// vote, and how the bodies stand, which go on after it.
pub(crate) fn of_the_meeting(said: &Minutes) -> Minutes {
    let mut said = said.clone();
    for item in &mut said.items {
        item.put_off.clear();
        item.resolutions.iter_mut().for_each(|resolution| resolution.tasks.clear());
    }
    said.standing = FiveParties::default();
    said
}

/// Why a topic of the agenda was not put to the vote there.
fn put_off(t: &TopicLine) -> String {
    let why = t.topic.reason.as_deref().map(|reason| format!("：{}", reason.trim_end_matches('。'))).unwrap_or_default();
    match (t.topic.state, &t.topic.outside) {
        _ if t.vote.is_some() => String::new(),
        (TopicState::Chosen, _) if !t.later => String::new(),
        (TopicState::Shelved | TopicState::Dropped, _) => format!("本议题{}，没有表决{why}。", t.topic.state.zh()),
        (TopicState::Passed, Some(reason)) => format!("本议题已在会外决定：{}。", reason.trim_end_matches('。')),
        _ => "本次会议没有表决本议题。".to_owned(),
    }
}

/// The name of somebody who was there, or came for a delegate, with when they came late or left early.
fn was_there(l: &SignInLine) -> Option<String> {
    let mut said: Vec<String> = match l.presence {
        Some(Presence::Present) => Vec::new(),
        Some(Presence::Proxy) => vec![format!("代{}", l.delegate.as_ref().map_or("", |d| d.name.as_str()))],
        _ => return None,
    };
    said.extend(times(l));
    Some(if said.is_empty() { l.name.clone() } else { format!("{}（{}）", l.name, said.join("，")) })
}

/// 迟到 and 早退, with the times.
fn times(l: &SignInLine) -> impl Iterator<Item = String> {
    let at = |what: &str, time: Option<chrono::NaiveTime>| time.map(|time| format!("{what} {}", time.format("%H:%M")));
    [at("迟到", l.came_at), at("早退", l.left_at)].into_iter().flatten()
}

/// That residents demanded an assembly, where they did, and whether they were enough to have it convened; on screen
/// with a gap around figures.
pub(crate) fn demanded(policy: &Policy, assembly: Assembly, gap: &str) -> String {
    let Some(demanded) = assembly.demanded else { return String::new() };
    let unit = assembly.basis.unit();
    // Of how many residents representatives stand for nothing is known here.
    let verdict = match (assembly.basis, policy.may_demand(demanded, assembly.eligible)) {
        (AssemblyBasis::Representatives, _) => String::new(),
        (_, true) => format!("，达到应当召集的{}", share_zh(policy.assembly_demand)),
        (_, false) => format!("，不到应当召集的{}", share_zh(policy.assembly_demand)),
    };
    format!("，由{gap}{demanded}{gap}{unit}提议召开{verdict}")
}

/// What the minutes of a meeting say by what is recorded now.
pub(crate) fn minutes(books: &Books<'_>, policy: &Policy, space: SpaceId, view: &MeetingView) -> Result<Minutes> {
    let compound = books.need::<Compound>(CompoundId(space.0))?.record;
    let m = &view.meeting;
    let mut items = Vec::new();
    for t in &view.topics {
        let mut opinions: Vec<Opinion> = Vec::new();
        for id in &t.topic.opinions {
            opinions.extend(books.get::<Opinion>(*id)?.map(|k| k.record));
        }
        let source = match (opinions.len(), &t.topic.sponsor) {
            (0, Some(sponsor)) => format!("由{sponsor}提出。"),
            (0, None) => "由小区党支部提出。".to_owned(),
            (n, _) => {
                let mut sources: Vec<&str> = opinions.iter().map(|o| o.source.zh()).collect();
                sources.sort_unstable();
                sources.dedup();
                format!("收集意见{n}条，来自{}。", sources.join("、"))
            }
        };
        let mut resolutions = Vec::new();
        for r in &t.resolutions {
            let tasks = books.select::<Task>("AND resolution = ?1 ORDER BY id", [r.id.0.as_bytes()])?;
            let given = tasks.iter().map(|kept| &kept.record).filter(|task| task.carried_from.is_none());
            // As it was agreed: more time is given later.
            let due = |task: &Task| day_zh(task.first_due.unwrap_or(task.due_on));
            let task = |task: &Task| format!("由{}（{}）负责，于{}前完成", task.party.zh(), task.owner, due(task));
            resolutions.push(Resolution { text: r.text.trim_end_matches('。').to_owned() + "。", tasks: given.map(task).collect() });
        }
        let mut discussion: Vec<String> = t.speeches.iter().map(|s| format!("{}：{}", s.speaker, s.text)).collect();
        if let (Some(matter), Some(_)) = (t.topic.owner_matter, &t.vote) {
            discussion.push(format!("本事项属于业主共同决定事项（{}），{}只作讨论和建议，提请业主大会决定。", matter.zh(), m.kind.zh()));
        }
        items.push(AgendaItem {
            title: t.topic.title.clone(),
            source,
            discussion,
            put_off: put_off(t),
            resolutions,
            vote: t.vote.as_ref().map(|v| Vote {
                method: v.method.zh().to_owned(),
                by_name: by_name(view, v),
                expected: view.invited,
                present: v.present + v.recused,
                yes: v.yes,
                no: v.no,
                abstain: v.abstain,
                recused: v.recused,
                unit: unit_of(m),
                // What this vote came to, whatever became of the topic since.
                outcome: t.outcome.map(|outcome| format!("议题{}。", outcome.zh())).unwrap_or_default(),
            }),
        });
    }
    let seats = |party: Party| view.parties.iter().filter(move |p| p.party == party);
    let attendance = five(|party| seats(party).flat_map(|p| &p.lines).filter_map(was_there).collect());
    let standing = five(|party| seats(party).find_map(|p| p.standing.clone()).unwrap_or_default());
    let with_note = |l: &SignInLine| match &l.note {
        Some(why) => format!("{}（{why}）", l.name),
        None => l.name.clone(),
    };
    let everybody = || view.parties.iter().flat_map(|p| &p.lines).chain(&view.guests);
    let leave = everybody().filter(|l| l.presence == Some(Presence::Leave)).map(with_note).collect();
    let stayed_away = |l: &&SignInLine| match l.presence {
        None => m.state.is_over(),
        presence => presence == Some(Presence::Absent),
    };
    let absent = everybody().filter(stayed_away).map(with_note).collect();
    let day = m.held_at.date_naive();
    let parties = match m.kind.is_council() {
        true => {
            let full = view.parties.iter().filter(|p| p.present > 0).count();
            format!("，五方代表中{}方到会", ["零", "一", "二", "三", "四", "五"].get(full).copied().unwrap_or("五"))
        }
        false => m.assembly().map_or_else(String::new, |assembly| format!("（{}）{}", assembly.basis.zh(), demanded(policy, assembly, ""))),
    };
    let unit = m.unit();
    let opening = format!(
        "{}，{}在{}主持召开{}月份“星火家园”小区{}。会议应到{}{unit}，实到{}{unit}{parties}。现将议定事项纪要如下。",
        day_zh(day),
        m.chair,
        m.place,
        m.month.number(),
        m.kind.zh(),
        view.invited,
        view.present,
    );
    let by_method = if policy.method.is_empty() { String::new() } else { format!("按照{}，", policy.method) };
    let guests = view.guests.iter().filter_map(was_there).collect();
    Ok(Minutes {
        layout: MinutesLayout::Plain,
        mark: format!("{}“星火家园”小区{}纪要", compound.name, m.kind.zh()),
        issue: m.number.clone().unwrap_or_default(),
        title: format!("{}“星火家园”小区{}{}纪要", compound.name, m.month.zh(), m.kind.zh()),
        facts: vec![
            Fact::new("时间", held_zh(m)),
            Fact::new("地点", &m.place),
            Fact::new("主持", &m.chair),
            Fact::new("记录", &m.recorder),
        ],
        opening: vec![opening],
        items,
        closing_title: "落实与反馈要求".to_owned(),
        closing: vec![format!("{by_method}{}", policy.closing())],
        attendance,
        standing,
        guests,
        counted: m.assembly().map_or_else(String::new, |assembly| {
            format!("{}，应到{}{unit}，实到{}{unit}", assembly.basis.zh(), view.invited, view.present)
        }),
        leave,
        absent,
        observers: view.observers.clone(),
        signatures: m.kind.is_council(),
        issuer: convener(&compound, m),
        issued: m.final_on.or(Some(day)),
        copies_to: vec![compound.community.clone()],
        fingerprint: String::new(),
        draft: m.state != MeetingState::Final,
    })
}

pub(super) fn sign_in(books: &Books<'_>, compound: &Compound, view: &MeetingView) -> Result<SignIn> {
    let m = &view.meeting;
    let mut phones = HashMap::new();
    for d in view.parties.iter().flat_map(|p| &p.lines).filter_map(|l| l.delegate.as_ref()) {
        if let Some(person) = d.person
            && let Some(p) = books.get::<Person>(person)?
        {
            phones.insert(d.id, p.record.phones.first().map(|t| mask::phone(t)).unwrap_or_default());
        }
    }
    let lines = books.number("SELECT count(*) FROM attendance WHERE life = 0 AND meeting = ?1", [m.id.0.as_bytes()])?;
    let signed = lines > 0 || m.came.is_some();
    let attendee = |l: &SignInLine| {
        let d = l.delegate.as_ref();
        let presence = match l.presence {
            Some(Presence::Proxy) => Some(format!("代{}", d.map_or("", |d| d.name.as_str()))),
            Some(presence @ (Presence::Leave | Presence::Absent)) => Some(presence.zh().to_owned()),
            None if m.state.is_over() => Some(Presence::Absent.zh().to_owned()),
            _ => None,
        };
        Attendee {
            name: l.name.clone(),
            place: d.and_then(|d| d.unit.clone()).unwrap_or_default(),
            duty: d.and_then(|d| d.title.clone()).unwrap_or_default(),
            phone: d.and_then(|d| phones.get(&d.id).cloned()).unwrap_or_default(),
            note: presence.into_iter().chain(times(l)).chain(l.note.clone()).collect::<Vec<_>>().join(" "),
        }
    };
    let share = |lines: Vec<&SignInLine>, blank_rows: u32| SignInParty { people: lines.into_iter().map(attendee).collect(), blank_rows };
    let parties = five(|party| share(view.parties.iter().filter(|p| p.party == party).flat_map(|p| &p.lines).collect(), 2));
    let guests = match m.kind {
        _ if m.kind.is_council() => SignInParty::default(),
        // Who comes is written in by hand; further sheets are printed as they are needed.
        MeetingKind::Assembly => share(Vec::new(), 40),
        _ => share(view.guests.iter().collect(), 3),
    };
    let observers = SignInParty {
        people: view.observers.iter().map(|name| Attendee { name: name.clone(), ..Attendee::default() }).collect(),
        blank_rows: 0,
    };
    let on_leave = view.guests.iter().filter(|l| l.presence == Some(Presence::Leave)).count() as u32;
    let leave = view.parties.iter().map(|p| p.leave).sum::<u32>() + on_leave;
    let mut sheet = SignIn {
        title: format!("{}“星火家园”小区{}签到表", compound.name, m.kind.zh()),
        facts: vec![
            Fact::new("会议名称", format!("{}{}", m.month.zh(), m.kind.zh())),
            Fact::new("时间", time_zh(m.held_at)),
            Fact::new("地点", &m.place),
        ],
        parties,
        guests,
        observers,
        unit: unit_of(m),
        expected: Some(view.invited),
        present: signed.then_some(view.present),
        on_leave: signed.then_some(leave),
        fingerprint: String::new(),
        draft: false,
    };
    sheet.fingerprint = content_hash(&Paper::from(sheet.clone()))[..16].to_owned();
    Ok(sheet)
}

//! Papers (文书): composed from what was recorded, nothing retyped, nothing invented.

use std::path::Path;

use base64::Engine;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Timelike};
use xinghuo_ledger::Books;
use xinghuo_model::policy::Policy;
use xinghuo_model::records::{Compound, Meeting, MinutesEdition, Opinion, Paper as PaperRecord, Task};
use xinghuo_model::*;
use xinghuo_paper::{
    AgendaItem, Attendee, Count, Fact, FiveParties, Minutes, MinutesLayout, Paper, Press, Reached, SignIn, SignInParty, Slip as SlipPaper,
    Vote,
};

use crate::ask::{PaperChoice, PaperFormat};
use crate::council;
use crate::error::{Result, not};
use crate::exchange::Slip;
use crate::home::write_whole;
use crate::open::{Open, done, office_of};
use crate::views::*;

/// 2024年11月5日
pub(crate) fn day_zh(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

fn time_zh(at: DateTime<FixedOffset>) -> String {
    format!("{} {:02}:{:02}", day_zh(at.date_naive()), at.hour(), at.minute())
}

struct Composed {
    paper: Paper,
    /// Where it is filed; a receipt slip is filed nowhere: it can be made again at any time.
    filed: Option<(PaperKind, Meeting)>,
    file_name: String,
    draft: bool,
    title: String,
}

fn five<T>(mut make: impl FnMut(Party) -> T) -> FiveParties<T> {
    FiveParties {
        community: make(Party::Community),
        owners: make(Party::Owners),
        property: make(Party::Property),
        social: make(Party::Society),
        residents: make(Party::Residents),
    }
}

fn compose(books: &Books<'_>, open: &Open, choice: &PaperChoice) -> Result<Composed> {
    match choice {
        PaperChoice::Minutes { meeting, red_head, edition } => compose_of_meeting(books, open, *meeting, Some((*red_head, *edition))),
        PaperChoice::SignIn { meeting } => compose_of_meeting(books, open, *meeting, None),
        PaperChoice::Receipt { bundle } => compose_slip(books, open, *bundle),
    }
}

/// The final editions of a meeting's minutes, the last one first.
pub(crate) fn editions(books: &Books<'_>, meeting: MeetingId) -> Result<Vec<MinutesEdition>> {
    let kept = books.select::<MinutesEdition>("AND meeting = ?1 ORDER BY edition DESC, id DESC", [meeting.0.as_bytes()])?;
    Ok(kept.into_iter().map(|kept| kept.record).collect())
}

/// What an edition says; a later one says so, and why.
fn edition(kept: &MinutesEdition, all: &[MinutesEdition]) -> Result<Minutes> {
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

/// The minutes, with or without a red head and which edition; `None`: the sign-in sheet.
fn compose_of_meeting(books: &Books<'_>, open: &Open, id: MeetingId, minutes_as: Option<(bool, Option<u32>)>) -> Result<Composed> {
    let space = open.compound()?;
    let meeting = books.need::<Meeting>(id)?.record;
    let compound = books.need::<Compound>(CompoundId(space.0))?.record;
    let policy = open.policy(books, meeting.month.first_day())?;
    let view = council::meeting_view(books, space, &policy, meeting.clone())?;
    let (paper, kind, title, draft) = match minutes_as {
        Some((red_head, which)) => {
            let all = editions(books, id)?;
            let chosen = match which {
                Some(which) => all.iter().find(|kept| kept.edition == which),
                // While it is corrected, the draft is shown.
                None => all.first().filter(|_| meeting.state == MeetingState::Final),
            };
            let mut said = match chosen {
                Some(kept) => edition(kept, &all)?,
                None => minutes(books, &policy, space, &view)?,
            };
            said.layout = if red_head { MinutesLayout::RedHead } else { MinutesLayout::Plain };
            let (title, draft) = (said.title.clone(), said.draft);
            (Paper::from(said), PaperKind::Minutes, title, draft)
        }
        None => {
            let sheet = sign_in(books, &compound, &view)?;
            let title = sheet.title.clone();
            (Paper::from(sheet), PaperKind::SignIn, title, false)
        }
    };
    let file_name = format!("{}_{}_{}{}", meeting.month.zh(), compound.name, meeting.kind.zh(), kind.zh().trim_start_matches("会议"));
    Ok(Composed { paper, filed: Some((kind, meeting)), file_name, draft, title })
}

/// The receipt slip of a bundle that was taken in: as it was then, whatever came since.
fn compose_slip(books: &Books<'_>, open: &Open, bundle: i64) -> Result<Composed> {
    let kept = books.rows("SELECT at, slip FROM bundle WHERE n = ?1 AND slip <> ''", [bundle], |r| {
        Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?))
    })?;
    let read = |(at, slip): &(String, String)| Some((at.parse::<DateTime<FixedOffset>>().ok()?, serde_json::from_str::<Slip>(slip).ok()?));
    let Some((at, slip)) = kept.first().and_then(read) else {
        return not("paper.no_slip", "没有这个数据包的回执单。", "请在“交换”页的来往记录里选一个收到的数据包。");
    };
    let space = open.profile().space;
    let issuer = match open.is_office() {
        true => office_of(books, space)?.map(|office| office.name),
        false => books.get::<Compound>(CompoundId(space))?.map(|c| format!("{}“星火家园”小区党支部", c.record.name)),
    };
    let issuer = issuer.unwrap_or_default();
    let title = "数据包回执单".to_owned();
    let mut paper = SlipPaper {
        title: title.clone(),
        facts: vec![
            Fact::new("收件", &issuer),
            Fact::new("来自", &slip.from),
            Fact::new("数据包", format!("第 {} 号", slip.number)),
            Fact::new("收到时间", time_zh(at)),
            Fact::new("经手人", &slip.person),
            Fact::new("电脑", &slip.copy),
        ],
        counts: [("新的", slip.new), ("原来就有", slip.had), ("先放着", slip.held), ("没有收", slip.refused), ("待核对", slip.conflicts)]
            .map(|(label, number)| Count::new(label, u64::from(number)))
            .to_vec(),
        reached: slip
            .reached
            .iter()
            .map(|(author, scope, up_to)| Reached { author: author.clone(), scope: scope.clone(), up_to: *up_to })
            .collect(),
        issuer,
        issued: Some(at.date_naive()),
        fingerprint: String::new(),
    };
    paper.fingerprint = format!("内容校验 {}", &content_hash(&Paper::from(paper.clone()))[..16]);
    let file_name = format!("回执单_{}_第{}号_{}", slip.from.split('（').next().unwrap_or_default(), slip.number, at.format("%Y%m%d"));
    Ok(Composed { paper: paper.into(), filed: None, file_name, draft: false, title })
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
            let mut text = r.text.trim_end_matches('。').to_owned();
            if let Some(task) = tasks.first().map(|k| &k.record) {
                text.push_str(&format!("，由{}（{}）负责，于{}前完成", task.party.zh(), task.owner, day_zh(task.due_on)));
            }
            resolutions.push(text + "。");
        }
        let mut discussion: Vec<String> = t.speeches.iter().map(|s| format!("{}：{}", s.speaker, s.text)).collect();
        if let (Some(matter), TopicState::ToOwners) = (t.topic.owner_matter, t.topic.state) {
            discussion.push(format!("本事项属于业主共同决定事项（{}），议事会只作讨论和建议，提请业主大会决定。", matter.zh()));
        }
        items.push(AgendaItem {
            title: t.topic.title.clone(),
            source,
            discussion,
            resolutions,
            vote: t.vote.as_ref().map(|v| Vote {
                expected: view.invited,
                present: v.present + v.recused,
                yes: v.yes,
                no: v.no,
                abstain: v.abstain,
                recused: v.recused,
                outcome: format!("议题{}。", t.topic.state.zh()),
                ..Vote::default()
            }),
        });
    }
    let names = |party: Party, take: &dyn Fn(&SignInLine) -> Option<String>| -> Vec<String> {
        view.parties.iter().filter(|p| p.party == party).flat_map(|p| &p.lines).filter_map(take).collect()
    };
    let attendance = five(|party| {
        let there = names(party, &|l| match l.presence {
            Some(Presence::Present) => Some(l.name.clone()),
            Some(Presence::Proxy) => {
                let for_whom = l.delegate.as_ref().map_or("", |d| d.name.as_str());
                Some(format!("{}（代{for_whom}）", l.name))
            }
            _ => None,
        });
        // A party without anybody is explained where its body does not stand as usual.
        let why = view.parties.iter().find(|p| p.party == party).and_then(|p| p.standing.clone());
        match (there.is_empty(), why) {
            (true, Some(why)) => vec![why],
            _ => there,
        }
    });
    let mut leave = Vec::new();
    for p in &view.parties {
        for l in p.lines.iter().filter(|l| l.presence == Some(Presence::Leave)) {
            leave.push(match &l.note {
                Some(why) => format!("{}（{why}）", l.name),
                None => l.name.clone(),
            });
        }
    }
    let day = m.held_at.date_naive();
    let full: u32 = view.parties.iter().filter(|p| p.present > 0).count() as u32;
    let opening = format!(
        "{}，{}在{}主持召开{}份“星火家园”小区{}。会议应到{}人，实到{}人，五方代表中{}方到会。现将议定事项纪要如下。",
        day_zh(day),
        m.chair,
        m.place,
        format_args!("{}月", m.month.number()),
        m.kind.zh(),
        view.invited,
        view.present,
        ["零", "一", "二", "三", "四", "五"].get(full as usize).copied().unwrap_or("五"),
    );
    let branch = format!("{}“星火家园”小区党支部", compound.name);
    Ok(Minutes {
        layout: MinutesLayout::Plain,
        mark: format!("{}“星火家园”小区{}纪要", compound.name, m.kind.zh()),
        issue: m.number.clone().unwrap_or_default(),
        title: format!("{}“星火家园”小区{}{}纪要", compound.name, m.month.zh(), m.kind.zh()),
        facts: vec![
            Fact::new("时间", time_zh(m.held_at)),
            Fact::new("地点", &m.place),
            Fact::new("主持", &m.chair),
            Fact::new("记录", &m.recorder),
        ],
        opening: vec![opening],
        items,
        closing_title: "落实与反馈要求".to_owned(),
        closing: vec![format!("各责任方按期落实，完成后{}天内向提出意见的居民反馈，由居民群众代表监督。", policy.report_days)],
        attendance,
        leave,
        observers: view.observers.clone(),
        signatures: true,
        issuer: branch,
        issued: m.final_on.or(Some(day)),
        copies_to: vec![compound.community.clone()],
        fingerprint: String::new(),
        draft: m.state != MeetingState::Final,
    })
}

fn sign_in(books: &Books<'_>, compound: &Compound, view: &MeetingView) -> Result<SignIn> {
    let m = &view.meeting;
    let mut phones = std::collections::HashMap::new();
    for d in view.parties.iter().flat_map(|p| &p.lines).filter_map(|l| l.delegate.as_ref()) {
        if let Some(person) = d.person
            && let Some(p) = books.get::<xinghuo_model::records::Person>(person)?
        {
            phones.insert(d.id, p.record.phones.first().map(|t| mask::phone(t)).unwrap_or_default());
        }
    }
    let signed = books.number("SELECT count(*) FROM attendance WHERE life = 0 AND meeting = ?1", [m.id.0.as_bytes()])? > 0;
    let parties = five(|party| SignInParty {
        people: view
            .parties
            .iter()
            .filter(|p| p.party == party)
            .flat_map(|p| &p.lines)
            .map(|l| {
                let d = l.delegate.as_ref();
                let mut note = l.note.clone().unwrap_or_default();
                match l.presence {
                    Some(Presence::Proxy) => note = format!("代{} {note}", d.map_or("", |d| d.name.as_str())),
                    Some(Presence::Leave) => note = format!("请假 {note}"),
                    Some(Presence::Absent) => note = format!("缺席 {note}"),
                    _ => {}
                }
                Attendee {
                    name: l.name.clone(),
                    place: d.and_then(|d| d.unit.clone()).unwrap_or_default(),
                    duty: d.and_then(|d| d.title.clone()).unwrap_or_default(),
                    phone: d.and_then(|d| phones.get(&d.id).cloned()).unwrap_or_default(),
                    note: note.trim().to_owned(),
                }
            })
            .collect(),
        blank_rows: 2,
    });
    let leave: u32 = view.parties.iter().map(|p| p.leave).sum();
    let mut sheet = SignIn {
        title: format!("{}“星火家园”小区{}签到表", compound.name, m.kind.zh()),
        facts: vec![
            Fact::new("会议名称", format!("{}{}", m.month.zh(), m.kind.zh())),
            Fact::new("时间", time_zh(m.held_at)),
            Fact::new("地点", &m.place),
        ],
        parties,
        expected: Some(view.invited),
        present: signed.then_some(view.present),
        on_leave: signed.then_some(leave),
        fingerprint: String::new(),
        draft: false,
    };
    sheet.fingerprint = content_hash(&Paper::from(sheet.clone()))[..16].to_owned();
    Ok(sheet)
}

/// BLAKE3 of the paper's content.
fn content_hash(paper: &Paper) -> String {
    blake3::hash(&serde_json::to_vec(paper).unwrap_or_default()).to_hex().to_string()
}

impl Open {
    pub(crate) fn preview(&self, press: &Press, choice: &PaperChoice) -> Result<PaperPreview> {
        let (composed, issued, editions) = self.read(|books| {
            let composed = compose(books, self, choice)?;
            let editions = match &composed.filed {
                Some((PaperKind::Minutes, meeting)) => editions(books, meeting.id)?,
                _ => Vec::new(),
            };
            let issued = match &composed.filed {
                Some((kind, meeting)) => {
                    let all = books.select::<PaperRecord>("AND meeting = ?1 ORDER BY id DESC", [meeting.id.0.as_bytes()])?;
                    all.into_iter().map(|p| p.record).filter(|p| p.kind == *kind).collect()
                }
                None => Vec::new(),
            };
            Ok((composed, issued, editions))
        })?;
        let pages = press.pages(&composed.paper, 96.0)?;
        let encode = base64::engine::general_purpose::STANDARD;
        Ok(PaperPreview {
            title: composed.title,
            pages: pages
                .into_iter()
                .map(|p| PagePicture { src: format!("data:image/png;base64,{}", encode.encode(&p.png)), width: p.width, height: p.height })
                .collect(),
            faces: press.faces().iter().filter(|f| f.stands_in).map(|f| f.note.clone()).collect(),
            uncovered: press.uncovered(&composed.paper).into_iter().map(|(c, label)| format!("{label}：{c}")).collect(),
            draft: composed.draft,
            issued,
            editions: editions
                .into_iter()
                .map(|kept| EditionLine { edition: kept.edition, on: kept.on, reason: kept.reason, hash: kept.hash })
                .collect(),
            file_name: composed.file_name,
        })
    }

    /// Writes the paper, and files it on its meeting with its content's hash.
    pub(crate) fn save_paper(
        &self,
        press: &Press,
        choice: &PaperChoice,
        format: PaperFormat,
        path: &Path,
        at: DateTime<FixedOffset>,
    ) -> Result<Done> {
        let composed = self.read(|books| compose(books, self, choice))?;
        let bytes = match format {
            PaperFormat::Pdf => press.pdf(&composed.paper)?,
            PaperFormat::Docx => xinghuo_paper::docx(&composed.paper)?,
        };
        write_whole(path, &bytes)?;
        let hash = content_hash(&composed.paper);
        if let (Some((kind, meeting)), false) = (&composed.filed, self.is_office()) {
            let space = self.compound()?;
            self.save(Act::IssuePaper, at, |save| {
                let again = save
                    .books()
                    .number("SELECT count(*) FROM paper WHERE life = 0 AND meeting = ?1 AND hash = ?2", (meeting.id.0.as_bytes(), &hash))?;
                if again == 0 {
                    let record = PaperRecord {
                        id: save.id(),
                        kind: *kind,
                        meeting: meeting.id,
                        number: meeting.number.clone(),
                        on: at.date_naive(),
                        hash: hash.clone(),
                    };
                    save.put(space, &record);
                }
                Ok(())
            })?;
        }
        let what = match format {
            PaperFormat::Pdf => "PDF",
            PaperFormat::Docx => "Word 文件",
        };
        Ok(done(format!("已存为{what}：{}。", path.file_name().unwrap_or_default().to_string_lossy()), &["paper"]))
    }
}

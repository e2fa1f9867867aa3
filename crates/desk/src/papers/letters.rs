//! Letters (函件): notices, invitations, slips, publicity, demands and rules, from what was recorded.

use xinghuo_ledger::Books;
use xinghuo_model::records::*;
use xinghuo_model::*;
use xinghuo_paper::{Fact, Letter, Paper, Receipt};

use super::minutes::convener;
use super::{Composed, Filed, branch, content_hash, day_zh, time_zh};
use crate::ask::PaperChoice;
use crate::campaigns::adopted;
use crate::council;
use crate::error::{Result, not};
use crate::open::Open;
use crate::opinions::replies;
use crate::roll::delegates;

/// A letter with what it is and where it is filed.
struct Written {
    letter: Letter,
    kind: PaperKind,
    of: uuid::Uuid,
    /// What tells it from others of its kind, for the file's name; never a resident's name.
    about: String,
}

pub(super) fn compose(books: &Books<'_>, open: &Open, choice: &PaperChoice) -> Result<Composed> {
    let space = open.compound()?;
    let compound = books.need::<Compound>(CompoundId(space.0))?.record;
    let mut written = match choice {
        PaperChoice::Notice { meeting } => notice(books, open, &compound, *meeting, None)?,
        PaperChoice::Invitation { meeting, party } => notice(books, open, &compound, *meeting, Some(*party))?,
        PaperChoice::TaskSlip { task } => task_slip(books, open, *task)?,
        PaperChoice::OpinionReply { opinion } => opinion_reply(books, *opinion)?,
        PaperChoice::Publicity { publicity } => publicity_of(books, *publicity)?,
        PaperChoice::HouseRule { rule } => house_rule(books, *rule)?,
        PaperChoice::Demand { demand } => demand_of(books, *demand)?,
        PaperChoice::Minutes { .. } | PaperChoice::SignIn { .. } | PaperChoice::Receipt { .. } => {
            return not("paper.kind", "这种文书不是函件。", "请从它所在的页面打印。");
        }
    };
    if written.letter.issuer.is_empty() {
        written.letter.issuer = branch(&compound);
    }
    written.letter.fingerprint = format!("内容校验 {}", &content_hash(&Paper::from(written.letter.clone()))[..16]);
    let (title, draft) = (written.letter.title.clone(), written.letter.draft);
    let file_name = format!("{}_{}_{}", compound.name, written.kind.zh(), written.about);
    Ok(Composed {
        paper: written.letter.into(),
        filed: Some(Filed { kind: written.kind, of: written.of, number: None }),
        file_name,
        draft,
        title,
    })
}

/// To everybody who is invited, or to one party with a receipt to tear off. A draft until it went out.
fn notice(books: &Books<'_>, open: &Open, compound: &Compound, id: MeetingId, party: Option<Party>) -> Result<Written> {
    let meeting = books.need::<Meeting>(id)?.record;
    let space = open.compound()?;
    let policy = open.policy(books, meeting.month.first_day())?;
    let view = council::meeting_view(books, space, &policy, meeting.clone())?;
    let mut agenda = Vec::new();
    for topic in &view.topics {
        agenda.push(topic.topic.title.clone());
    }
    let names = |party: Party| -> Vec<String> {
        view.parties
            .iter()
            .filter(|p| p.party == party)
            .flat_map(|p| &p.lines)
            .filter_map(|l| l.delegate.as_ref())
            .map(|d| d.name.clone())
            .collect()
    };
    // A committee in the owners' committee's place is invited by its own name.
    let called = |party: Party| view.parties.iter().find(|p| p.party == party).map_or(party.zh(), |p| p.title.as_str());
    if let Some(party) = party {
        if !meeting.kind.is_council() {
            return not("paper.no_parties", "这种会议不按五方邀请。", "请改用会议通知。");
        }
        if delegates(books, space, Some(meeting.held_at.date_naive()))?.iter().all(|d| d.party != party) {
            return not("paper.no_delegates", format!("{}还没有代表，没有可以邀请的人。", party.zh()), "请先在“五方代表”里登记。");
        }
    }
    let invited = match (party, meeting.kind.is_council()) {
        (Some(party), _) => format!("{}（{}）", called(party), names(party).join("、")),
        (None, true) => "五方代表".to_owned(),
        (None, false) => meeting.basis.map_or_else(|| meeting.guests.join("、"), |basis| called_zh(basis).to_owned()),
    };
    let what = format!("{}{}", meeting.month.zh(), meeting.kind.zh());
    let mut facts = vec![Fact::new("时间", time_zh(meeting.held_at)), Fact::new("地点", &meeting.place), Fact::new("主持", &meeting.chair)];
    let seats = view.parties.iter().filter(|p| Some(p.party) == party).flat_map(|p| &p.lines).filter_map(|l| l.delegate.as_ref());
    let deputies: Vec<String> = seats.filter_map(|d| Some(format!("{}（代{}）", d.deputy.as_ref()?, d.name))).collect();
    if !deputies.is_empty() {
        facts.push(Fact::new("副代表", deputies.join("、")));
    }
    let receipt = party.map(|party| Receipt {
        title: "回执".to_owned(),
        lead: format!("{}已收到{}{what}的邀请，参加人员如下。", called(party), compound.name),
        fields: vec![Fact::new("参加人", ""), Fact::new("联系电话", "")],
        choices: ["代表本人参加", "委托本方其他人员代会", "请假"].map(str::to_owned).to_vec(),
        sign: ["签收人（签字）", "日期"].map(str::to_owned).to_vec(),
    });
    let letter = Letter {
        title: match party {
            Some(_) => format!("关于邀请参加{what}的函"),
            None => format!("关于召开{what}的通知"),
        },
        to: invited,
        facts,
        body: vec![match party {
            Some(_) => format!("现邀请你们参加{what}。会议议题如下："),
            None => {
                let by = if meeting.basis.is_some() { "" } else { "经小区党支部研究，" };
                format!("{by}定于{}召开{what}，请准时参加。会议议题如下：", time_zh(meeting.held_at))
            }
        }],
        items: agenda,
        // An invitation's receipt says as much; nobody has a deputy at an assembly.
        closing: if party.is_some() || meeting.basis.is_some() { Vec::new() } else { vec![policy.notice_text.clone()] },
        issuer: convener(compound, &meeting),
        issued: meeting.notified_on,
        receipt,
        draft: meeting.notified_on.is_none(),
        ..Letter::default()
    };
    let (kind, about) = match party {
        Some(party) => (PaperKind::Invitation, format!("{what}_{}", party.zh())),
        None => (PaperKind::Notice, what),
    };
    Ok(Written { letter, kind, of: id.0, about })
}

/// Whom a notice of an assembly calls.
fn called_zh(basis: AssemblyBasis) -> &'static str {
    match basis {
        AssemblyBasis::Adults => "本小区年满十八周岁的居民",
        AssemblyBasis::Households => "本小区各户（每户派一名代表）",
        AssemblyBasis::Representatives => "本小区居民代表",
    }
}

/// What one party is to carry out, with a receipt to tear off.
fn task_slip(books: &Books<'_>, open: &Open, id: TaskId) -> Result<Written> {
    let task = books.need::<Task>(id)?.record;
    let policy = open.policy(books, task.month.first_day())?;
    let resolution = match task.resolution {
        Some(resolution) => books.get::<Resolution>(resolution)?.map(|kept| kept.record),
        None => None,
    };
    let meeting = match &resolution {
        Some(Resolution { meeting: Some(meeting), .. }) => books.get::<Meeting>(*meeting)?.map(|kept| kept.record),
        _ => None,
    };
    let basis = match &meeting {
        Some(meeting) => {
            let number = meeting.number.as_deref().map(|number| format!("（纪要{number}）")).unwrap_or_default();
            format!("{}{}{number}", day_zh(meeting.held_at.date_naive()), meeting.kind.zh())
        }
        None => match resolution.map(|resolution| books.get::<Topic>(resolution.topic)).transpose()?.flatten() {
            Some(topic) if topic.record.outside.is_some() => format!("会外决定：{}", topic.record.title),
            Some(topic) => format!("业主共同决定：{}", topic.record.title),
            None => format!("{}议事会", task.month.zh()),
        },
    };
    let mut facts = vec![
        Fact::new("事项", &task.text),
        Fact::new("依据", basis),
        Fact::new("责任方", format!("{} {}", task.party.zh(), task.owner)),
        Fact::new("期限", day_zh(task.due_on)),
    ];
    if let Some(first) = task.first_due {
        facts.push(Fact::new("原定期限", day_zh(first)));
    }
    if let Some(fen) = task.fen {
        facts.push(Fact::new("经费", format!("{}元（大写：{}）", money::grouped(fen), money::capitals(fen))));
    }
    facts.push(Fact::new("落实情况", task.outcome.as_deref().unwrap_or("\u{3000}")));
    let letter = Letter {
        title: "议定事项督办单".to_owned(),
        facts,
        body: vec![policy.closing()],
        issued: meeting.map(|meeting| meeting.final_on.unwrap_or(meeting.held_at.date_naive())),
        receipt: Some(Receipt {
            title: "督办单回执".to_owned(),
            lead: format!("{}已收到“{}”的督办单。", task.party.zh(), task.text),
            fields: vec![Fact::new("期限", day_zh(task.due_on)), Fact::new("预计完成日期", "")],
            choices: Vec::new(),
            sign: ["签收人（签字）", "签收日期"].map(str::to_owned).to_vec(),
        }),
        ..Letter::default()
    };
    Ok(Written { letter, kind: PaperKind::TaskSlip, of: id.0, about: format!("{}_{}", task.month.zh(), task.party.zh()) })
}

/// What became of an opinion, for who gave it.
fn opinion_reply(books: &Books<'_>, id: OpinionId) -> Result<Written> {
    let opinion = books.need::<Opinion>(id)?.record;
    let Some(reply) = replies(books, id)?.pop() else {
        return not("paper.no_reply", "还没有登记告知的内容。", "请先在“收集民意”里写下告知内容，再打印。");
    };
    let name = match opinion.person {
        Some(person) => books.get::<Person>(person)?.map(|kept| kept.record.name),
        None => None,
    };
    let letter = Letter {
        title: "意见办理情况告知单".to_owned(),
        to: name.unwrap_or_else(|| "反映意见的居民".to_owned()),
        body: vec![
            format!("您于{}反映：“{}”。", day_zh(opinion.on), opinion.text.trim_end_matches('。')),
            format!("现将办理情况告知您：{}", reply.text),
        ],
        closing: vec!["感谢您关心小区的事。如有不同意见，请再向小区党支部反映。".to_owned()],
        issued: Some(reply.on),
        ..Letter::default()
    };
    Ok(Written { letter, kind: PaperKind::OpinionReply, of: id.0, about: opinion.on.format("%Y%m%d").to_string() })
}

fn publicity_of(books: &Books<'_>, id: PublicityId) -> Result<Written> {
    let publicity = books.need::<Publicity>(id)?.record;
    let days = (publicity.to - publicity.from).num_days() + 1;
    let mut closing = vec![
        format!("公示期：{}至{}，共{days}天。", day_zh(publicity.from), day_zh(publicity.to)),
        format!("对公示内容有异议的，请在公示期内反馈。{}", publicity.contact),
    ];
    if !publicity.places.is_empty() {
        closing.push(format!("张贴地点：{}。", publicity.places.join("、")));
    }
    let letter = Letter {
        title: publicity.title.clone(),
        body: publicity.text.lines().map(str::to_owned).collect(),
        closing,
        issued: Some(publicity.from),
        seal: true,
        strip: ["张贴人", "张贴日期", "撤下日期"].map(str::to_owned).to_vec(),
        ..Letter::default()
    };
    Ok(Written { letter, kind: PaperKind::Publicity, of: id.0, about: publicity.from.format("%Y%m%d").to_string() })
}

fn house_rule(books: &Books<'_>, id: HouseRuleId) -> Result<Written> {
    let rule = books.need::<HouseRule>(id)?.record;
    let adopted = match books.get::<Topic>(rule.topic)? {
        Some(topic) => adopted(books, &topic.record)?,
        None => None,
    };
    let letter = Letter {
        title: rule.title.clone(),
        number: adopted.as_ref().map(|adopted| format!("（{}{}通过）", day_zh(adopted.on), adopted.by)).unwrap_or_default(),
        items: rule.text.lines().map(str::to_owned).collect(),
        closing: vec![format!("本规则自{}起施行。", day_zh(rule.since))],
        issued: adopted.map(|adopted| adopted.on),
        seal: true,
        ..Letter::default()
    };
    Ok(Written { letter, kind: PaperKind::HouseRule, of: id.0, about: rule.since.format("%Y%m%d").to_string() })
}

fn demand_of(books: &Books<'_>, id: DemandId) -> Result<Written> {
    let demand = books.need::<Demand>(id)?.record;
    let letter = Letter {
        title: demand.subject.clone(),
        to: demand.unit.clone(),
        body: demand.text.lines().map(str::to_owned).collect(),
        closing: vec![format!("请于{}前书面答复。", day_zh(demand.due_on))],
        issued: Some(demand.sent_on),
        seal: true,
        receipt: Some(Receipt {
            title: "来函回执".to_owned(),
            lead: format!("已收到“{}”。", demand.subject),
            fields: vec![
                Fact::new("收件单位", &demand.unit),
                Fact::new("经办人", ""),
                Fact::new("联系电话", ""),
                Fact::new("答复意见", ""),
            ],
            choices: Vec::new(),
            sign: ["签收人（签字、盖章）", "日期"].map(str::to_owned).to_vec(),
        }),
        ..Letter::default()
    };
    Ok(Written { letter, kind: PaperKind::Demand, of: id.0, about: demand.sent_on.format("%Y%m%d").to_string() })
}

//! What the year's councils left behind: a rule and its campaign, publicity, doors knocked at, demands, and
//! what people were told. It reads the year that is already written.

use chrono::NaiveDate;
use xinghuo_ledger::{Author, Ledger};
use xinghuo_model::policy::Policy;
use xinghuo_model::records::*;
use xinghuo_model::*;

use super::chance::Chance;
use super::diary::{Diary, moment, plus, put};
use super::names;
use crate::council::meeting_view;
use crate::error::{DeskError, Result};
use crate::opinions::fate;

/// Where something stands in the way, and what.
const SITES: [&str; 7] = [
    "3幢东侧绿地，围了篱笆种菜",
    "5幢1单元楼道，堆放旧家具",
    "北门消防通道，停着两辆旧三轮车",
    "7幢楼顶，搭了晾晒棚",
    "2幢南侧花坛，放着腌菜缸",
    "8幢地下车库入口，堆放装修垃圾",
    "1幢2单元门厅，停放电动自行车",
];

const RULE: &str = "绿地、楼道、屋顶和消防通道为全体业主共有，任何人不得圈占、搭建或者堆放物品。\n\
已经占用的，自本规则施行之日起十五日内自行清理；确有困难的，由小区党支部和物业企业上门帮助清理。\n\
公共绿地需要调整用途的，先向小区党支部提出，由议事会商量，再按规定由业主共同决定。\n\
物业企业每周巡查一次，发现占用的当日告知本人，并报小区党支部。\n\
住户对处理有不同意见的，可以在七日内提出，由小区党支部三日内答复。";

pub(super) fn write(
    ledger: &mut Ledger,
    space: SpaceId,
    n: u32,
    seed: u64,
    today: NaiveDate,
    leader: &str,
    pace: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<()> {
    let mut diary = Diary::new(today, Chance::new(n, seed, "affairs ids"));
    let mut chance = Chance::new(n, seed, "affairs");
    let passed = ledger.books().select::<Topic>("AND space = ?1 AND state = 'passed' ORDER BY month, id", [space.0.as_bytes()])?;
    let passed: Vec<Topic> = passed.into_iter().map(|kept| kept.record).collect();
    if let (Some(first), Some(last)) = (passed.first(), passed.last()) {
        order(&mut diary, &mut chance, first, today);
        let hung = publicity(&mut diary, first, last, today);
        sealed(&mut diary, &mut Chance::new(n, seed, "seals"), &hung, leader);
    }
    demands(&mut diary, passed.last(), today);
    told(ledger, &mut diary, space, today)?;
    knock(ledger, &mut diary, &mut chance, space, leader, today)?;
    diary.write(ledger, space, leader, pace)?;
    keep_minutes(ledger, space, leader, today)
}

/// A rule, and the campaign that puts things in order by it.
fn order(diary: &mut Diary, chance: &mut Chance, topic: &Topic, today: NaiveDate) {
    let adopted = topic.month.last_day().min(today);
    let rule = HouseRule {
        id: diary.id(adopted),
        title: "公共部位使用规则".to_owned(),
        text: RULE.to_owned(),
        topic: topic.id,
        since: topic.month.next().first_day(),
        until: None,
    };
    diary.note(adopted, 960, Act::SaveHouseRule, vec![put(&rule)]);
    let from = plus(today, -18);
    let campaign = Campaign {
        id: diary.id(from),
        title: "公共部位占用清理".to_owned(),
        rule: Some(rule.id),
        from,
        until: plus(today, 9),
        with: Some("综合行政执法中队每周三派人参加巡查".to_owned()),
    };
    diary.note(from, 540, Act::SaveCampaign, vec![put(&campaign)]);
    for (at, place) in SITES.iter().enumerate() {
        let found_on = plus(from, at as i64 / 3);
        let mut site = Site {
            id: diary.id(found_on),
            campaign: campaign.id,
            place: (*place).to_owned(),
            found_on,
            state: SiteState::Found,
            fixed_on: None,
            checked_on: None,
            note: None,
        };
        diary.note(found_on, 600 + at as i64, Act::StepSite, vec![put(&site)]);
        if at < 5 {
            let fixed_on = plus(found_on, chance.between(3, 8));
            site.state = SiteState::Fixed;
            site.fixed_on = Some(fixed_on);
            site.note = Some("住户自行清理".to_owned());
            diary.note(fixed_on, 980 + at as i64, Act::StepSite, vec![put(&site)]);
        }
        if at < 3 {
            let checked_on = plus(from, 12);
            site.state = SiteState::Checked;
            site.checked_on = Some(checked_on);
            site.note = Some("住户自行清理，书记和楼道长现场看过".to_owned());
            diary.note(checked_on, 1000 + at as i64, Act::StepSite, vec![put(&site)]);
        }
    }
}

/// One that was taken down, and one that hangs now.
fn publicity(diary: &mut Diary, first: &Topic, last: &Topic, today: NaiveDate) -> [Publicity; 2] {
    let places = vec!["东门公告栏".to_owned(), "各单元门厅".to_owned()];
    let contact = "反馈地点：党群服务站；电话：84110000。".to_owned();
    let hung = plus(today, -40);
    let mut over = Publicity {
        id: diary.id(hung),
        title: format!("{}议定结果的公示", first.title.trim_end_matches("的议题")),
        text: format!("“{}”经小区议事会商量并表决通过。\n议定的办法由物业企业负责落实，由居民群众代表监督。", first.title),
        from: hung,
        to: plus(hung, 6),
        places: places.clone(),
        contact: contact.clone(),
        of: Some(first.id.0),
        taken_down_on: None,
        result: None,
        item: None,
    };
    diary.note(hung, 900, Act::SavePublicity, vec![put(&over)]);
    let objection = Objection {
        id: diary.id(plus(hung, 3)),
        publicity: over.id,
        on: plus(hung, 3),
        by: "5幢一位住户".to_owned(),
        text: "施工的时间最好避开午休。".to_owned(),
        answer: Some("已与物业企业商定，每天十二点到两点不施工。".to_owned()),
        answered_on: Some(plus(hung, 4)),
    };
    diary.note(plus(hung, 4), 900, Act::SaveObjection, vec![put(&objection)]);
    over.taken_down_on = Some(plus(hung, 7));
    over.result = Some("收到1条建议，已采纳；没有反对意见。".to_owned());
    diary.note(plus(hung, 7), 930, Act::SavePublicity, vec![put(&over)]);
    let from = plus(today, -2);
    let now = Publicity {
        id: diary.id(from),
        title: format!("{}议定结果的公示", last.title.trim_end_matches("的议题")),
        text: format!("“{}”经小区议事会商量并表决通过。\n经费和进度在每月底公布，欢迎监督。", last.title),
        from,
        to: plus(from, 6),
        places,
        contact,
        of: Some(last.id.0),
        taken_down_on: None,
        result: None,
        item: Some("业委会：业主大会和业委会的决定".to_owned()),
    };
    diary.note(from, 900, Act::SavePublicity, vec![put(&now)]);
    [over, now]
}

/// The seal that went on each before it was put up.
fn sealed(diary: &mut Diary, chance: &mut Chance, hung: &[Publicity], leader: &str) {
    let [used_by, kept_by] = [Sex::Female, Sex::Male].map(|sex| names::name(chance, sex, 38));
    for publicity in hung {
        let used = SealUse {
            id: diary.id(publicity.from),
            on: publicity.from,
            seal: "小区党支部章".to_owned(),
            matter: publicity.title.clone(),
            copies: publicity.places.len() as u32 + 1,
            used_by: used_by.clone(),
            approved_by: leader.to_owned(),
            kept_by: kept_by.clone(),
            of: Some(publicity.id.0),
        };
        diary.note(publicity.from, 890, Act::SaveSealUse, vec![put(&used)]);
    }
}

/// One that was answered, one that waits.
fn demands(diary: &mut Diary, topic: Option<&Topic>, today: NaiveDate) {
    let sent_on = plus(today, -52);
    let mut stop = Demand {
        id: diary.id(sent_on),
        to: DemandTo::Department,
        unit: "区交通运输部门".to_owned(),
        subject: "关于在小区东门增设公交候车亭的函".to_owned(),
        text: "小区东门公交站没有候车亭，雨天老人和学生候车不便。\n经小区议事会商量，请在东门站点增设候车亭和座椅。".to_owned(),
        topic: None,
        sent_on,
        due_on: plus(sent_on, 15),
        replied_on: None,
        reply: None,
    };
    diary.note(sent_on, 640, Act::SaveDemand, vec![put(&stop)]);
    stop.replied_on = Some(plus(sent_on, 11));
    stop.reply = Some("已列入下半年站点改造计划，候车亭随道路维修一并安装。".to_owned());
    diary.note(plus(sent_on, 11), 650, Act::SaveDemand, vec![put(&stop)]);
    let sent_on = plus(today, -6);
    let lamps = Demand {
        id: diary.id(sent_on),
        to: DemandTo::PropertyFirm,
        unit: "小区物业服务企业".to_owned(),
        subject: "关于按期落实议定事项的函".to_owned(),
        text: "议事会议定的事项已近期限。请排出每周进度，并在公告栏公布。".to_owned(),
        topic: topic.map(|topic| topic.id),
        sent_on,
        due_on: plus(sent_on, 15),
        replied_on: None,
        reply: None,
    };
    diary.note(sent_on, 645, Act::SaveDemand, vec![put(&lamps)]);
}

/// Whoever gave an opinion in an older month was told what became of it.
fn told(ledger: &Ledger, diary: &mut Diary, space: SpaceId, today: NaiveDate) -> Result<()> {
    let books = ledger.books();
    let decided = books.select::<Topic>("AND space = ?1 AND state NOT IN ('candidate', 'chosen') ORDER BY id", [space.0.as_bytes()])?;
    for topic in decided.into_iter().map(|kept| kept.record).filter(|topic| topic.month < Month::of(today).previous()) {
        let Some(text) = fate(&topic) else { continue };
        let on = topic.month.last_day();
        for id in &topic.opinions {
            let Some(opinion) = books.get::<Opinion>(*id)? else { continue };
            if opinion.record.person.is_none() {
                continue;
            }
            let reply = OpinionReply { id: diary.id(on), opinion: *id, on, channel: Source::Phone, text: text.clone() };
            diary.note(on, 1110, Act::ReplyOpinion, vec![put(&reply)]);
        }
    }
    Ok(())
}

/// Three buildings were asked, most of the doors were opened.
fn knock(ledger: &Ledger, diary: &mut Diary, chance: &mut Chance, space: SpaceId, leader: &str, today: NaiveDate) -> Result<()> {
    let rooms = ledger.books().rows(
        "SELECT DISTINCT building, unit, room FROM person WHERE life = 0 AND space = ?1 AND room <> '' ORDER BY building, unit, room",
        [space.0.as_bytes()],
        |r| Ok((r.get::<_, Option<String>>(0)?.unwrap_or_default(), r.get::<_, Option<String>>(1)?, r.get::<_, String>(2)?)),
    )?;
    let mut buildings: Vec<String> = rooms.iter().map(|(building, ..)| building.clone()).collect();
    buildings.dedup();
    buildings.truncate(3);
    let from = plus(today, -9);
    let canvass = Canvass {
        id: diary.id(from),
        question: "是否赞成在3幢北侧增设电动自行车充电棚？".to_owned(),
        topic: None,
        from,
        until: None,
        buildings: buildings.clone(),
    };
    diary.note(from, 1080, Act::SaveCanvass, vec![put(&canvass)]);
    for (at, (building, unit, room)) in rooms.into_iter().filter(|(building, ..)| buildings.contains(building)).enumerate() {
        if chance.percent(24) {
            continue;
        }
        let (result, note) = match chance.below(20) {
            0..=10 => (CanvassResult::Agrees, None),
            11..=13 => (CanvassResult::Either, None),
            14..=15 => (CanvassResult::Objects, Some("担心挡住一楼采光".to_owned())),
            16 => (CanvassResult::NoAnswer, None),
            _ => (CanvassResult::NotHome, None),
        };
        let on = plus(from, chance.between(0, 7));
        let visit = CanvassVisit { id: diary.id(on), canvass: canvass.id, building, unit, room, on, by: leader.to_owned(), result, note };
        diary.note(on, 1085 + at as i64 % 90, Act::AddCanvassVisit, vec![put(&visit)]);
    }
    Ok(())
}

/// Minutes that became final are kept whole, as they are when somebody makes them final at the desk.
fn keep_minutes(ledger: &mut Ledger, space: SpaceId, leader: &str, today: NaiveDate) -> Result<()> {
    let author = Author { person: leader.to_owned(), at: moment(today, today, 0) };
    ledger.transact::<(), DeskError>(Act::FinaliseMinutes, &author, |save| {
        let policy = Policy::default();
        for kept in save.books().select::<Meeting>("AND space = ?1 AND state = 'final' ORDER BY id", [space.0.as_bytes()])? {
            let (meeting, on) = (kept.record.id, kept.record.final_on.unwrap_or(today));
            let view = meeting_view(&save.books(), space, &policy, kept.record)?;
            let said = crate::papers::minutes(&save.books(), &policy, space, &view)?;
            let edition = crate::editions::final_edition(save.id(), meeting, 1, None, on, &said);
            save.put(space, &edition);
        }
        Ok(())
    })?;
    Ok(())
}

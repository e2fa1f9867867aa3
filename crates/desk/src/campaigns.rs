//! Rules the compound gave itself (小区规则), and campaigns that put things in order by them (整治).

use chrono::{Days, NaiveDate};
use xinghuo_ledger::Books;
use xinghuo_model::records::*;
use xinghuo_model::rules::Refusal;
use xinghuo_model::*;

use crate::ask::NewSite;
use crate::attachments;
use crate::cases::{days_left, not_future};
use crate::council::FOR_ALL;
use crate::error::{DeskError, Result, filled, optional};
use crate::open::{At, Open, known_or_new};
use crate::papers::day_zh;
use crate::views::{CampaignLine, OrderView, RuleLine, Saved, SiteLine};

/// When a topic was adopted and by whom: the council or all residents, or the owners where it is theirs to decide.
pub(crate) struct Adopted {
    pub on: NaiveDate,
    pub by: &'static str,
}

/// Who adopted a topic; `None` where none of them did: a rule of the house rests on one of them.
pub(crate) fn adopted(books: &Books<'_>, topic: &Topic) -> Result<Option<Adopted>> {
    if topic.state != TopicState::Passed {
        return Ok(None);
    }
    let sql = match topic.owner_matter {
        Some(_) => "SELECT \"on\", NULL FROM owner_vote WHERE life = 0 AND topic = ?1 ORDER BY \"on\" DESC LIMIT 1".to_owned(),
        None => format!(
            "SELECT substr(m.held_at, 1, 10), m.kind FROM vote v JOIN meeting m ON m.id = v.meeting \
             WHERE v.life = 0 AND m.life = 0 AND m.kind IN {FOR_ALL} AND v.topic = ?1 ORDER BY m.held_at DESC LIMIT 1"
        ),
    };
    let found = books.rows(&sql, [topic.id.0.as_bytes()], |r| Ok((r.get::<_, String>(0)?, r.get::<_, Option<String>>(1)?)))?;
    let Some((on, kind)) = found.into_iter().next() else { return Ok(None) };
    let by = match kind.as_deref().and_then(MeetingKind::parse) {
        None => "业主共同表决",
        Some(MeetingKind::Assembly) => "居民会议",
        Some(_) => "“星火家园”小区议事会",
    };
    Ok(on.parse().ok().map(|on| Adopted { on, by }))
}

fn rule_line(books: &Books<'_>, rule: HouseRule, today: NaiveDate) -> Result<RuleLine> {
    let topic = books.get::<Topic>(rule.topic)?.map(|kept| kept.record);
    Ok(RuleLine {
        in_force: rule.since <= today && rule.until.is_none_or(|until| today <= until),
        adopted: match topic {
            Some(topic) => adopted(books, &topic)?.map(|adopted| format!("{}{}：{}", day_zh(adopted.on), adopted.by, topic.title)),
            None => None,
        },
        rule,
    })
}

fn campaign_line(books: &Books<'_>, campaign: Campaign, today: NaiveDate) -> Result<CampaignLine> {
    let kept = books.select::<Site>(
        "AND campaign = ?1 ORDER BY CASE state WHEN 'found' THEN 0 WHEN 'fixed' THEN 1 ELSE 2 END, found_on, id",
        [campaign.id.0.as_bytes()],
    )?;
    let mut sites = Vec::new();
    for site in kept {
        sites.push(SiteLine { files: attachments::count(books, site.record.id.0)?, site: site.record });
    }
    let reached = |state: SiteState| sites.iter().filter(|line| line.site.state >= state).count() as u32;
    let (found, fixed, checked) = (sites.len() as u32, reached(SiteState::Fixed), reached(SiteState::Checked));
    let ended = found > 0 && checked == found;
    let sentence = match found {
        0 => "还没有登记点位。".to_owned(),
        _ => format!("发现 {found} 处，整改 {fixed} 处，复查 {checked} 处。"),
    };
    Ok(CampaignLine {
        rule_title: match campaign.rule {
            Some(rule) => books.get::<HouseRule>(rule)?.map(|kept| kept.record.title),
            None => None,
        },
        late: !ended && campaign.until < today,
        days_left: days_left(campaign.until, today),
        ended,
        found,
        fixed,
        checked,
        sentence,
        sites,
        campaign,
    })
}

impl Open {
    pub(crate) fn order(&self, today: NaiveDate) -> Result<OrderView> {
        let space = self.compound()?;
        self.read(|books| {
            let rules = books.select::<HouseRule>("AND space = ?1 ORDER BY since DESC, id DESC", [space.0.as_bytes()])?;
            let campaigns = books.select::<Campaign>("AND space = ?1 ORDER BY \"from\" DESC, id DESC", [space.0.as_bytes()])?;
            let mut adoptable = Vec::new();
            for kept in
                books.select::<Topic>("AND space = ?1 AND state = 'passed' ORDER BY month DESC, id DESC LIMIT 50", [space.0.as_bytes()])?
            {
                if adopted(books, &kept.record)?.is_some() {
                    adoptable.push(kept.record);
                }
            }
            Ok(OrderView {
                rules: rules.into_iter().map(|kept| rule_line(books, kept.record, today)).collect::<Result<_>>()?,
                campaigns: campaigns.into_iter().map(|kept| campaign_line(books, kept.record, today)).collect::<Result<_>>()?,
                adopted: adoptable,
            })
        })
    }

    pub(crate) fn save_house_rule(&self, input: HouseRuleInput, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        filled(&input.title, "title")?;
        filled(&input.text, "text")?;
        if input.until.is_some_and(|until| until < input.since) {
            return Err(Refusal::Before("废止日期", "施行日期").into());
        }
        self.save_one(Act::SaveHouseRule, at, |save| {
            let topic = save.books().need::<Topic>(input.topic)?.record;
            if adopted(&save.books(), &topic)?.is_none() {
                return Err(Refusal::Lacks("小区规则要由议事会、居民会议或业主表决通过的议题来定。").into());
            }
            let id = known_or_new::<HouseRule>(save, input.id)?;
            let rule = input.record(id);
            save.put(space, &rule);
            Ok(rule.id)
        })
    }

    pub(crate) fn save_campaign(&self, input: CampaignInput, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        filled(&input.title, "title")?;
        if input.until < input.from {
            return Err(Refusal::Before("完成期限", "开始日期").into());
        }
        self.save_one(Act::SaveCampaign, at, |save| {
            let policy = self.policy(&save.books(), input.from)?;
            if input.until > input.from + Days::new(policy.campaign_days.into()) {
                return Err(DeskError::Field {
                    field: "until", why: "整治要在制度规定的天数内完成（一般是一个月内），请把期限提前。"
                });
            }
            let id = known_or_new::<Campaign>(save, input.id)?;
            let campaign = input.record(id);
            save.put(space, &campaign);
            Ok(campaign.id)
        })
    }

    pub(crate) fn add_site(&self, new: NewSite, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(new.found_on, at.date_naive(), "发现日期")?;
        let place = filled(&new.place, "place")?;
        self.save_one(Act::StepSite, at, |save| {
            save.books().need::<Campaign>(new.campaign)?;
            let site = Site {
                id: save.id(),
                campaign: new.campaign,
                place,
                found_on: new.found_on,
                state: SiteState::Found,
                fixed_on: None,
                checked_on: None,
                note: None,
            };
            save.put(space, &site);
            Ok(site.id)
        })
    }

    /// A site was fixed, looked at again, or found undone once more.
    pub(crate) fn step_site(&self, id: SiteId, to: SiteState, on: NaiveDate, note: Option<String>, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "日期")?;
        let note = optional(note);
        self.save_one(Act::StepSite, at, |save| {
            let mut site = save.books().need::<Site>(id)?.record;
            match (site.state, to) {
                (SiteState::Found, SiteState::Fixed) => site.fixed_on = Some(on),
                (SiteState::Fixed, SiteState::Checked) => site.checked_on = Some(on),
                // It came back: what is found again is fixed again.
                (SiteState::Fixed | SiteState::Checked, SiteState::Found) => {
                    if note.is_none() {
                        return Err(DeskError::Field { field: "note", why: "退回整改要写明哪里没有做好。" });
                    }
                    (site.fixed_on, site.checked_on) = (None, None);
                }
                (from, to) => return Err(Refusal::Step { from: from.zh(), to: to.zh() }.into()),
            }
            if on < site.found_on || site.checked_on.zip(site.fixed_on).is_some_and(|(checked, fixed)| checked < fixed) {
                return Err(Refusal::Before(to.zh(), "前一步的日期").into());
            }
            site.state = to;
            if note.is_some() {
                site.note = note;
            }
            save.put(space, &site);
            Ok(id)
        })
    }
}

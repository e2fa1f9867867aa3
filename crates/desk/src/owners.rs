//! The owners' own vote (业主共同决定) on what a council may only advise on.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use xinghuo_ledger::Books;
use xinghuo_model::records::*;
use xinghuo_model::rules::{Refusal, Share, check_owner_vote, owner_outcome};
use xinghuo_model::*;

use crate::accounts::withdraw_agreed;
use crate::cases::not_future;
use crate::error::{DeskError, Result, filled};
use crate::meeting::begun;
use crate::open::Open;
use crate::topics::as_it_stands;
use crate::views::{OwnerBallotsView, OwnerVerdict, Saved};

fn persons(vote: &OwnerVote) -> Share {
    Share { all: vote.owners.into(), took_part: vote.owners_took_part.into(), agreed: vote.owners_agreed.into() }
}

fn area(vote: &OwnerVote) -> Share {
    let part = |area: i64| u64::try_from(area).unwrap_or(0);
    Share { all: part(vote.area), took_part: part(vote.area_took_part), agreed: part(vote.area_agreed) }
}

/// How the owners voted on a topic: the last count, where two laptops recorded one.
pub(crate) fn vote_on(books: &Books<'_>, topic: TopicId) -> Result<Option<OwnerVote>> {
    Ok(books.select::<OwnerVote>("AND topic = ?1 ORDER BY \"on\", id", [topic.0.as_bytes()])?.pop().map(|kept| kept.record))
}

/// `71.3%`, cut off, never rounded up to what was not reached.
fn percent(part: u64, all: u64) -> String {
    let tenths = (u128::from(part) * 1000).checked_div(all.into()).unwrap_or(0);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// The owners are told so many days before their assembly (国务院《物业管理条例》 §14).
const NOTICE_DAYS: i64 = 15;

/// That the owners were told too late, in a sentence.
fn short_notice(vote: &OwnerVote) -> Option<String> {
    let days = (vote.on - vote.notified_on?).num_days();
    (days < NOTICE_DAYS).then(|| format!("通知只提前了 {days} 天，不足 {NOTICE_DAYS} 天，请核对（物业管理条例第十四条）。"))
}

/// What a vote comes to, with the shares it is judged by.
pub(crate) fn verdict(matter: OwnerMatter, vote: &OwnerVote) -> OwnerVerdict {
    let (persons, area) = (persons(vote), area(vote));
    let outcome = owner_outcome(matter, persons, area);
    let asked = if matter.needs_three_quarters() { "要四分之三以上" } else { "要过半数" };
    let sentence = format!(
        "参与：人数 {}、面积 {}（都要三分之二以上）；同意：占参与人数 {}、参与面积 {}（都{asked}）。{}。{}",
        percent(persons.took_part, persons.all),
        percent(area.took_part, area.all),
        percent(persons.agreed, persons.took_part),
        percent(area.agreed, area.took_part),
        outcome.zh(),
        short_notice(vote).unwrap_or_default(),
    );
    OwnerVerdict { outcome, three_quarters: matter.needs_three_quarters(), sentence }
}

/// A room however it is spelt: 3-2-501 for 3幢2单元501室.
fn spelt(room: &str) -> String {
    let parts = room.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    match parts.map(str::to_uppercase).collect::<Vec<_>>().join("-") {
        parts if parts.is_empty() => room.to_owned(),
        parts => parts,
    }
}

fn matter(topic: &Topic) -> Result<OwnerMatter> {
    topic.owner_matter.ok_or_else(|| Refusal::Lacks("这个议题不是须由业主共同决定的事项，由议事会表决。").into())
}

impl Open {
    pub(crate) fn count_owner_vote(&self, new: NewOwnerVote) -> Result<OwnerVerdict> {
        let vote = new.record(OwnerVoteId(uuid::Uuid::nil()));
        check_owner_vote(persons(&vote), area(&vote))?;
        self.read(|books| Ok(verdict(matter(&books.need::<Topic>(vote.topic)?.record)?, &vote)))
    }

    pub(crate) fn record_owner_vote(&self, new: NewOwnerVote, at: DateTime<FixedOffset>) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(new.on, at.date_naive(), "计票日期")?;
        self.save_one(Act::RecordOwnerVote, at, |save| {
            let mut topic = as_it_stands(&save.books(), save.books().need::<Topic>(new.topic)?.record)?;
            let matter = matter(&topic)?;
            let vote = new.record(save.id());
            check_owner_vote(persons(&vote), area(&vote))?;
            if vote.notified_on.is_some_and(|told| told > vote.on) {
                return Err(Refusal::Before("计票日期", "通知业主的日期").into());
            }
            let before = save.books().select::<OwnerVote>("AND topic = ?1", [vote.topic.0.as_bytes()])?;
            // Its council has advised, or the vote is counted anew.
            if topic.state != TopicState::ToOwners && before.is_empty() {
                return Err(Refusal::Lacks("先在会上商量并转业主大会，再登记业主表决的结果。").into());
            }
            for old in before {
                save.delete::<OwnerVote>(space, old.record.id);
            }
            topic.state = match verdict(matter, &vote).outcome {
                OwnerOutcome::TooFew => TopicState::ToOwners,
                OwnerOutcome::Passed => TopicState::Passed,
                OwnerOutcome::Rejected => TopicState::Rejected,
            };
            if topic.state != TopicState::Passed {
                if begun(&save.books(), None, topic.id)? {
                    return Err(Refusal::Lacks("按新的票数业主没有同意，但事项已经在落实，请先核对。").into());
                }
                withdraw_agreed(save, space, None, topic.id, |_| true)?;
            }
            save.put(space, &vote);
            save.put(space, &topic);
            Ok(vote.id)
        })
    }

    /// The ballots cast so far; who owns several rooms is counted once, and agrees where all of theirs do.
    pub(crate) fn owner_ballots(&self, topic: TopicId) -> Result<OwnerBallotsView> {
        // Whose a ballot is stays in the compound: elsewhere only the totals can be told.
        self.own_compound()?;
        self.read(|books| {
            let kept = books.select::<OwnerBallot>("AND topic = ?1 ORDER BY id", [topic.0.as_bytes()])?;
            // Two laptops may both have recorded a room, each in its own spelling: it counts once, the last that is here.
            let mut rooms: BTreeMap<String, OwnerBallot> = BTreeMap::new();
            for ballot in kept.into_iter().map(|kept| kept.record) {
                rooms.insert(spelt(&ballot.room), ballot);
            }
            let ballots: Vec<OwnerBallot> = rooms.into_values().collect();
            let mut owners: BTreeMap<&str, bool> = BTreeMap::new();
            for ballot in &ballots {
                *owners.entry(ballot.owner.as_str()).or_insert(true) &= ballot.choice == Choice::Yes;
            }
            Ok(OwnerBallotsView {
                topic,
                owners_took_part: owners.len() as u32,
                owners_agreed: owners.values().filter(|agrees| **agrees).count() as u32,
                area_took_part: ballots.iter().map(|ballot| ballot.area).sum(),
                area_agreed: ballots.iter().filter(|ballot| ballot.choice == Choice::Yes).map(|ballot| ballot.area).sum(),
                ballots,
            })
        })
    }

    pub(crate) fn add_owner_ballot(&self, new: NewOwnerBallot, at: DateTime<FixedOffset>) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(new.on, at.date_naive(), "投票日期")?;
        filled(&new.owner, "owner")?;
        filled(&new.room, "room")?;
        if new.area <= 0 {
            return Err(DeskError::Field { field: "area", why: "请填写这套房的专有部分面积（平方米）。" });
        }
        if new.choice == Choice::Recused {
            return Err(DeskError::Field { field: "choice", why: "业主投票只有同意、反对和弃权。" });
        }
        self.save_one(Act::AddOwnerBallot, at, |save| {
            let ballot = new.record(save.id());
            matter(&save.books().need::<Topic>(ballot.topic)?.record)?;
            for old in save.books().select::<OwnerBallot>("AND topic = ?1", [ballot.topic.0.as_bytes()])? {
                if spelt(&old.record.room) == spelt(&ballot.room) {
                    save.delete::<OwnerBallot>(space, old.record.id);
                }
            }
            save.put(space, &ballot);
            Ok(ballot.id)
        })
    }
}

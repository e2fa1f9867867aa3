//! Topics (议题): put forward, chosen, dropped, carried over, and by exception decided outside a council.

use chrono::NaiveDate;
use xinghuo_ledger::Books;
use xinghuo_model::records::*;
use xinghuo_model::rules::Refusal;
use xinghuo_model::*;

use crate::ask::NewTopic;
use crate::cases::not_future;
use crate::council::cycle_id;
use crate::error::{DeskError, Result, filled, optional};
use crate::open::{At, Open};
use crate::papers::day_zh;
use crate::views::Saved;

/// A topic as it stands: what is only the owners' to decide is not passed without their vote, even where one laptop
/// marked it as theirs while another one's council passed it (I12).
pub(crate) fn as_it_stands(books: &Books<'_>, mut topic: Topic) -> Result<Topic> {
    if topic.state == TopicState::Passed && topic.owner_matter.is_some() && !owners_voted(books, topic.id)? {
        topic.state = TopicState::ToOwners;
    }
    Ok(topic)
}

/// The topics that wait for their owners' vote, for SQL: as [`as_it_stands`] says.
pub(crate) const WITH_OWNERS: &str = "(topic.state = 'to_owners' OR (topic.state = 'passed' AND topic.owner_matter IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM owner_vote o WHERE o.life = 0 AND o.topic = topic.id)))";

/// Refuses what would give a topic a second life: it goes on in a later month.
fn not_carried_on(books: &Books<'_>, topic: TopicId) -> Result<()> {
    if books.select::<Topic>("AND carried_from = ?1", [topic.0.as_bytes()])?.is_empty() {
        return Ok(());
    }
    Err(Refusal::Lacks("这个议题已经结转过了，请在结转到的月份里接着办。").into())
}

/// Whether the owners voted on a topic.
pub(crate) fn owners_voted(books: &Books<'_>, topic: TopicId) -> Result<bool> {
    Ok(books.number("SELECT count(*) FROM owner_vote WHERE life = 0 AND topic = ?1", [topic.0.as_bytes()])? > 0)
}

impl Open {
    pub(crate) fn state_no_topic(&self, month: Month, reason: Option<String>, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let reason = optional(reason);
        self.save_one(Act::StateNoTopic, at, |save| {
            let going = save.books().number(
                "SELECT count(*) FROM topic WHERE life = 0 AND space = ?1 AND month = ?2 AND decided_on IS NOT NULL AND state <> 'dropped'",
                (space.0.as_bytes(), month.to_string()),
            )?;
            if reason.is_some() && going > 0 {
                return Err(Refusal::Lacks("本月已有确定的议题，不能再标为无议题。").into());
            }
            let cycle = Cycle { id: cycle_id(space, month), month, no_topic: reason };
            save.put(space, &cycle);
            Ok(cycle.id)
        })
    }

    pub(crate) fn add_topic(&self, new: NewTopic, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let title = filled(&new.title, "title")?;
        let sponsor = optional(new.sponsor);
        if new.opinions.is_empty() && sponsor.is_none() {
            // I06
            return Err(DeskError::Field { field: "sponsor", why: "没有归并民意的议题，要写明提出人。" });
        }
        self.save_one(Act::AddTopic, at, |save| {
            let topic = Topic {
                id: save.id(),
                month: new.month,
                title,
                opinions: new.opinions,
                state: TopicState::Candidate,
                reason: None,
                decided_on: None,
                benefit: new.benefit,
                owner_matter: new.owner_matter,
                sponsor,
                carried_from: None,
                outside: None,
                outside_on: None,
            };
            save.put(space, &topic);
            Ok(topic.id)
        })
    }

    pub(crate) fn decide_topic(&self, id: TopicId, to: TopicState, on: NaiveDate, reason: &str, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "日期")?;
        let reason = optional(Some(reason.to_owned()));
        self.save_one(Act::DecideTopic, at, |save| {
            let mut topic = save.books().need::<Topic>(id)?.record;
            match (topic.state, to) {
                (TopicState::Candidate | TopicState::Dropped, TopicState::Chosen)
                | (TopicState::Candidate | TopicState::Chosen, TopicState::Dropped)
                | (TopicState::Chosen, TopicState::Shelved)
                | (TopicState::Shelved, TopicState::Chosen) => {}
                // I11, I12: whatever is decided is decided in a council, by its vote.
                (_, TopicState::Passed | TopicState::Rejected | TopicState::ToOwners) if topic.benefit => {
                    return Err(Refusal::OutsideCouncil.into());
                }
                (_, TopicState::Passed | TopicState::Rejected | TopicState::ToOwners) => {
                    return Err(Refusal::Lacks("议题通不通过由会上表决来定；确实等不及的，用“会外决定”并写明理由。").into());
                }
                (from, to) => return Err(Refusal::Step { from: from.zh(), to: to.zh() }.into()),
            }
            if reason.is_none() {
                return Err(DeskError::Field { field: "reason", why: "确定、不采纳或搁置，都要写明理由。" });
            }
            not_carried_on(&save.books(), id)?;
            // The day it was chosen stays, whatever becomes of it later: by that day the step is judged.
            if to == TopicState::Dropped || topic.decided_on.is_none() || topic.state == TopicState::Dropped {
                topic.decided_on = Some(on);
            }
            topic.state = to;
            topic.reason = match to {
                TopicState::Shelved => reason.map(|reason| format!("{}（{}搁置）", reason.trim_end_matches('。'), day_zh(on))),
                _ => reason,
            };
            save.put(space, &topic);
            Ok(id)
        })
    }

    /// Lets a topic that was not brought to an end go on in the next month: the old one is shelved with the
    /// reason, and the new one points back to it.
    pub(crate) fn carry_topic(&self, id: TopicId, on: NaiveDate, reason: &str, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "日期")?;
        let reason = filled(reason, "reason")?;
        self.save_one(Act::CarryTopic, at, |save| {
            let mut topic = save.books().need::<Topic>(id)?.record;
            if !matches!(topic.state, TopicState::Candidate | TopicState::Chosen | TopicState::Shelved) {
                return Err(Refusal::Lacks("已有结果的议题不用结转；需要再议时请另提一个议题。").into());
            }
            not_carried_on(&save.books(), id)?;
            let next = Topic {
                id: save.id(),
                month: topic.month.next(),
                state: TopicState::Candidate,
                reason: Some(format!("由{}结转：{reason}", topic.month.zh())),
                decided_on: None,
                carried_from: Some(id),
                ..topic.clone()
            };
            topic.state = TopicState::Shelved;
            topic.reason = Some(format!("{}结转到{}：{reason}", day_zh(on), next.month.zh()));
            save.put(space, &topic);
            save.put(space, &next);
            Ok(next.id)
        })
    }

    /// Decides a topic without a council, because it could not wait: the exception to A24. It is recorded with its
    /// reason and counts as not kept among the three ills. What only the owners may decide stays theirs.
    pub(crate) fn decide_outside(&self, id: TopicId, on: NaiveDate, reason: &str, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "日期")?;
        let reason = filled(reason, "reason")?;
        self.save_one(Act::DecideTopic, at, |save| {
            let mut topic = save.books().need::<Topic>(id)?.record;
            if let Some(matter) = topic.owner_matter {
                return Err(Refusal::OwnersDecide(matter.zh()).into());
            }
            if !matches!(topic.state, TopicState::Candidate | TopicState::Chosen | TopicState::Shelved) {
                return Err(Refusal::Step { from: topic.state.zh(), to: TopicState::Passed.zh() }.into());
            }
            not_carried_on(&save.books(), id)?;
            topic.state = TopicState::Passed;
            // The day it was chosen stays: by that day the step is judged.
            topic.decided_on = topic.decided_on.or(Some(on));
            topic.reason = Some("会外决定".to_owned());
            (topic.outside, topic.outside_on) = (Some(reason), Some(on));
            save.put(space, &topic);
            Ok(id)
        })
    }
}

//! One meeting recorded on two laptops that did not know of each other: what they say apart is shown side by
//! side, and a person chooses, item by item. Nothing is lost: what was not chosen stays in the history.

use chrono::{DateTime, FixedOffset};
use uuid::Uuid;
use xinghuo_ledger::{Books, LedgerError, PublicKey, Save};
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::council::topics_of;
use crate::error::Result;
use crate::meeting::changing;
use crate::open::{Open, copy_name};
use crate::roll::{differing, signed, whose};
use crate::views::{AccountItem, AccountSide, Saved};

/// On which copy a record was made.
fn author(books: &Books<'_>, record: Uuid) -> Result<Option<[u8; 32]>> {
    Ok(books.history(record)?.pop().map(|first| first.key))
}

/// What was voted on a topic at a meeting; the last counts.
pub(crate) fn votes(books: &Books<'_>, meeting: MeetingId, topic: TopicId) -> Result<Vec<Vote>> {
    let kept = books.select::<Vote>("AND meeting = ?1 AND topic = ?2 ORDER BY id", (meeting.0.as_bytes(), topic.0.as_bytes()))?;
    Ok(kept.into_iter().map(|kept| kept.record).collect())
}

fn resolutions(books: &Books<'_>, meeting: Option<MeetingId>, topic: TopicId) -> Result<Vec<Resolution>> {
    let meeting = meeting.map(|meeting| *meeting.0.as_bytes());
    let kept = books.select::<Resolution>("AND meeting IS ?1 AND topic = ?2 ORDER BY id", (meeting, topic.0.as_bytes()))?;
    Ok(kept.into_iter().map(|kept| kept.record).collect())
}

fn says_of_sign_in(line: &Attendance) -> Vec<String> {
    let mut says = vec![line.presence.zh().to_owned()];
    says.extend(line.name.clone());
    says.extend(line.came_at.map(|at| format!("{} 到", at.format("%H:%M"))));
    says.extend(line.left_at.map(|at| format!("{} 离开", at.format("%H:%M"))));
    says.extend(line.note.clone());
    says
}

impl Open {
    fn side(&self, books: &Books<'_>, own: &PublicKey, id: Uuid, says: Vec<String>) -> Result<Option<AccountSide>> {
        let Some(first) = books.history(id)?.pop() else { return Ok(None) };
        let copy = copy_name(books, &first.key, &self.profile(), own)?;
        Ok(Some(AccountSide { id, person: first.person, copy, at: first.at, says }))
    }

    /// What two laptops say apart of one meeting.
    pub(crate) fn accounts(&self, meeting: MeetingId) -> Result<Vec<AccountItem>> {
        let own = self.own_key();
        self.read(|books| {
            let mut items = Vec::new();
            for topic in topics_of(books, &books.need::<Meeting>(meeting)?.record)? {
                let votes = votes(books, meeting, topic)?;
                if votes.len() < 2 {
                    continue;
                }
                let agreed = resolutions(books, Some(meeting), topic)?;
                let mut sides = Vec::new();
                for vote in votes {
                    let by = author(books, vote.id.0)?;
                    let mut says = vec![format!("同意 {}，反对 {}，弃权 {}，回避 {}", vote.yes, vote.no, vote.abstain, vote.recused)];
                    for resolution in &agreed {
                        if author(books, resolution.id.0)? == by {
                            says.push(format!("议定：{}", resolution.text));
                        }
                    }
                    sides.extend(self.side(books, &own, vote.id.0, says)?);
                }
                let title = books.need::<Topic>(topic)?.record.title;
                items.push(AccountItem { title: format!("表决：{title}"), sides });
            }
            let signed = signed(books, meeting)?;
            for lines in differing(&signed) {
                let mut sides = Vec::new();
                for line in &lines {
                    sides.extend(self.side(books, &own, line.id.0, says_of_sign_in(line))?);
                }
                let name = match lines[0].delegate {
                    Some(delegate) => books.get::<Delegate>(delegate)?.map(|d| d.record.name),
                    None => lines[0].name.clone(),
                };
                let name = name.unwrap_or_default();
                items.push(AccountItem { title: format!("签到：{name}"), sides });
            }
            Ok(items)
        })
    }

    /// Chooses what one laptop says of an item; what the others say of it is withdrawn.
    pub(crate) fn choose_account(&self, chosen: Uuid, at: DateTime<FixedOffset>) -> Result<Saved> {
        let space = self.own_compound()?;
        self.save_one(Act::ChooseAccount, at, |save| {
            if let Some(vote) = save.books().get::<Vote>(VoteId(chosen))? {
                self.choose_vote(save, space, vote.record)?;
            } else if let Some(line) = save.books().get::<Attendance>(AttendanceId(chosen))? {
                let line = line.record;
                both_seen(save, space, line.meeting)?;
                for other in signed(&save.books(), line.meeting)? {
                    if whose(&other).is_some() && whose(&other) == whose(&line) && other.id != line.id {
                        save.delete::<Attendance>(space, other.id);
                    }
                }
            } else {
                return Err(LedgerError::Missing(Vote::KIND.zh).into());
            }
            Ok(chosen)
        })
    }

    fn choose_vote(&self, save: &mut Save<'_>, space: SpaceId, chosen: Vote) -> Result<()> {
        let meeting = both_seen(save, space, chosen.meeting)?;
        let by = author(&save.books(), chosen.id.0)?;
        let mut withdrawn = Vec::new();
        for other in votes(&save.books(), chosen.meeting, chosen.topic)? {
            if other.id != chosen.id {
                withdrawn.extend(author(&save.books(), other.id.0)?);
                save.delete::<Vote>(space, other.id);
            }
        }
        withdraw_agreed(save, space, Some(chosen.meeting), chosen.topic, |whose| {
            whose != by && withdrawn.iter().any(|key| Some(*key) == whose)
        })?;
        let mut topic = save.books().need::<Topic>(chosen.topic)?.record;
        if self.decide_by(&save.books(), &meeting, &chosen, &mut topic)? {
            save.put_settled(space, &topic, "progress");
        }
        save.accept_parallel::<Topic>(space, topic.id);
        Ok(())
    }
}

/// What was agreed goes with the vote it rests on, and so does what nobody has begun to carry out: of the copies
/// that `whose` says.
pub(crate) fn withdraw_agreed(
    save: &mut Save<'_>,
    space: SpaceId,
    meeting: Option<MeetingId>,
    topic: TopicId,
    whose: impl Fn(Option<[u8; 32]>) -> bool,
) -> Result<()> {
    for resolution in resolutions(&save.books(), meeting, topic)? {
        if !whose(author(&save.books(), resolution.id.0)?) {
            continue;
        }
        withdraw(save, space, resolution.id)?;
    }
    Ok(())
}

/// Takes back what was agreed, with its tasks. What somebody has begun is not made to vanish, nor what it rests
/// on: then nothing is done, and false is said.
pub(crate) fn withdraw(save: &mut Save<'_>, space: SpaceId, resolution: ResolutionId) -> Result<bool> {
    let tasks = save.books().select::<Task>("AND resolution = ?1", [resolution.0.as_bytes()])?;
    if tasks.iter().any(|task| task.record.state != TaskState::Open) {
        return Ok(false);
    }
    for task in tasks {
        save.delete::<Task>(space, task.record.id);
    }
    save.delete::<Resolution>(space, resolution);
    Ok(true)
}

/// The meeting, where it may still be changed. Both laptops wrote the meeting itself too; whoever chooses here has
/// looked at both.
fn both_seen(save: &mut Save<'_>, space: SpaceId, meeting: MeetingId) -> Result<Meeting> {
    let meeting = changing(save, space, meeting)?;
    save.accept_parallel::<Meeting>(space, meeting.id);
    Ok(meeting)
}

//! Opinions (民意): recorded, gathered into topics, and what their writers are told became of them.

use xinghuo_ledger::Books;
use xinghuo_model::records::*;
use xinghuo_model::rules::Refusal;
use xinghuo_model::*;

use crate::ask::NewOpinion;
use crate::attachments::Chosen;
use crate::cases::not_future;
use crate::error::{Result, filled, optional};
use crate::open::{At, Open};
use crate::topics::as_it_stands;
use crate::views::Saved;

/// What became of an opinion by its topic, in words for who gave it; `None` while nothing is decided.
pub(crate) fn fate(topic: &Topic) -> Option<String> {
    let why = topic.reason.as_deref().map(|reason| format!("：{}", reason.trim_end_matches('。'))).unwrap_or_default();
    Some(match topic.state {
        TopicState::Candidate | TopicState::Chosen => return None,
        TopicState::Dropped => format!("没有列为议题{why}。"),
        TopicState::Shelved => format!("“{}”先搁置{why}。", topic.title),
        TopicState::Passed => {
            let how = match (topic.owner_matter, &topic.outside) {
                (Some(_), _) => "已由业主共同表决通过",
                (None, Some(_)) => "已由小区党支部会外决定办理",
                (None, None) => "已在会上商议通过",
            };
            format!("“{}”{how}，正按议定的办法落实。", topic.title)
        }
        TopicState::Rejected if topic.owner_matter.is_some() => format!("“{}”经业主共同表决没有通过。", topic.title),
        TopicState::Rejected => format!("“{}”在会上没有通过。", topic.title),
        TopicState::ToOwners => format!("“{}”要由全体业主共同决定，会上已提出建议。", topic.title),
    })
}

/// What an opinion's writer was told, oldest first.
pub(crate) fn replies(books: &Books<'_>, opinion: OpinionId) -> Result<Vec<OpinionReply>> {
    let kept = books.select::<OpinionReply>("AND opinion = ?1 ORDER BY \"on\", id", [opinion.0.as_bytes()])?;
    Ok(kept.into_iter().map(|kept| kept.record).collect())
}

/// Opinions of somebody who may be told, whose topic is decided and who was not told yet: of a month and the
/// two before it, the oldest first.
pub(crate) fn untold(books: &Books<'_>, space: SpaceId, month: Month) -> Result<Vec<(Opinion, Topic)>> {
    let since = month.previous().previous();
    let mut out = Vec::new();
    for topic in books.select::<Topic>(
        "AND space = ?1 AND month >= ?2 AND state NOT IN ('candidate', 'chosen') ORDER BY month, id",
        (space.0.as_bytes(), since.to_string()),
    )? {
        for id in &topic.record.opinions {
            let Some(opinion) = books.get::<Opinion>(*id)? else { continue };
            if opinion.record.person.is_some() && replies(books, *id)?.is_empty() {
                out.push((opinion.record, as_it_stands(books, topic.record.clone())?));
            }
        }
    }
    Ok(out)
}

impl Open {
    pub(crate) fn add_opinion(&self, new: NewOpinion, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(new.on, at.date_naive(), "日期")?;
        let text = filled(&new.text, "text")?;
        let files = Chosen::read_all(&new.paths)?;
        self.save_one(Act::AddOpinion, at, |save| {
            let opinion = Opinion {
                id: save.id(),
                month: Month::of(new.on),
                on: new.on,
                source: new.source,
                category: new.category,
                text,
                person: new.person,
                place: optional(new.place),
            };
            save.put(space, &opinion);
            for file in &files {
                file.file_on::<Opinion>(save, space, opinion.id, at.date_naive())?;
            }
            Ok(opinion.id)
        })
    }

    /// Puts opinions into a topic, or takes them out of it again.
    pub(crate) fn gather_opinions(&self, topic: TopicId, opinions: &[OpinionId], out: bool, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        self.save_one(Act::GatherOpinions, at, |save| {
            let mut topic = save.books().need::<Topic>(topic)?.record;
            if !matches!(topic.state, TopicState::Candidate | TopicState::Chosen) {
                return Err(Refusal::Lacks("这个议题已有结果，不能再归并或移出民意。").into());
            }
            topic.opinions.retain(|kept| !opinions.contains(kept));
            if !out {
                topic.opinions.extend_from_slice(opinions);
            }
            if topic.opinions.is_empty() && topic.sponsor.is_none() {
                // I06
                return Err(Refusal::Lacks("议题至少要归并一条民意，或写明提出人。").into());
            }
            save.put(space, &topic);
            Ok(topic.id)
        })
    }

    pub(crate) fn reply_opinion(&self, new: NewOpinionReply, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(new.on, at.date_naive(), "告知日期")?;
        filled(&new.text, "text")?;
        self.save_one(Act::ReplyOpinion, at, |save| {
            let opinion = save.books().need::<Opinion>(new.opinion)?.record;
            if new.on < opinion.on {
                return Err(Refusal::Before("告知日期", "意见日期").into());
            }
            let reply = new.record(save.id());
            save.put(space, &reply);
            Ok(reply.id)
        })
    }
}

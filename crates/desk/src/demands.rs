//! Demands (督促函) to the property firm, a department or another unit, and what came back.

use chrono::NaiveDate;
use xinghuo_model::records::*;
use xinghuo_model::rules::Refusal;
use xinghuo_model::*;

use crate::ask::DemandInput;
use crate::attachments;
use crate::cases::{days_left, not_future};
use crate::error::{Result, filled};
use crate::open::{At, Open};
use crate::views::{DemandLine, Saved};

impl Open {
    /// Those that wait for a reply first, then by the day they went out.
    pub(crate) fn demands(&self, today: NaiveDate) -> Result<Vec<DemandLine>> {
        let space = self.compound()?;
        self.read(|books| {
            let all = books.select::<Demand>("AND space = ?1 ORDER BY replied_on IS NOT NULL, due_on, id", [space.0.as_bytes()])?;
            let mut lines = Vec::new();
            for kept in all {
                let demand = kept.record;
                lines.push(DemandLine {
                    days_left: days_left(demand.due_on, today),
                    late: demand.replied_on.is_none() && demand.due_on < today,
                    files: attachments::count(books, demand.id.0)?,
                    topic_title: match demand.topic {
                        Some(topic) => books.get::<Topic>(topic)?.map(|kept| kept.record.title),
                        None => None,
                    },
                    demand,
                });
            }
            Ok(lines)
        })
    }

    pub(crate) fn save_demand(&self, input: DemandInput, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(input.sent_on, at.date_naive(), "发出日期")?;
        let (unit, subject, text) = (filled(&input.unit, "unit")?, filled(&input.subject, "subject")?, filled(&input.text, "text")?);
        if input.due_on < input.sent_on {
            return Err(Refusal::Before("答复期限", "发出日期").into());
        }
        self.save_one(Act::SaveDemand, at, |save| {
            let old = input.id.map(|id| save.books().need::<Demand>(id)).transpose()?.map(|kept| kept.record);
            if old.as_ref().is_some_and(|old| old.replied_on.is_some()) {
                return Err(Refusal::Lacks("已有答复的函不能再改；需要时请另发一份。").into());
            }
            let demand = Demand {
                id: old.map_or_else(|| save.id(), |old| old.id),
                to: input.to,
                unit,
                subject,
                text,
                topic: input.topic,
                sent_on: input.sent_on,
                due_on: input.due_on,
                replied_on: None,
                reply: None,
            };
            save.put(space, &demand);
            Ok(demand.id)
        })
    }

    pub(crate) fn answer_demand(&self, id: DemandId, on: NaiveDate, reply: &str, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "答复日期")?;
        let reply = filled(reply, "reply")?;
        self.save_one(Act::SaveDemand, at, |save| {
            let mut demand = save.books().need::<Demand>(id)?.record;
            if on < demand.sent_on {
                return Err(Refusal::Before("答复日期", "发出日期").into());
            }
            demand.replied_on = Some(on);
            demand.reply = Some(reply);
            save.put(space, &demand);
            Ok(id)
        })
    }
}

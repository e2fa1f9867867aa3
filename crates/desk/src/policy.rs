//! Policy packs (制度参数): the community's office issues them, its compounds keep their months by them.
//!
//! A pack holds from the first day of a month on, and never for a month that has begun: a running month is
//! judged to its end by what held when it began, and an old one by the pack of its time, whenever a later
//! one arrives.

use chrono::{DateTime, FixedOffset, NaiveDate};
use uuid::Uuid;
use xinghuo_ledger::Books;
use xinghuo_model::policy::Policy;
use xinghuo_model::records::PolicyPack;
use xinghuo_model::rules::Refusal;
use xinghuo_model::*;

use crate::error::{Result, not};
use crate::open::{Open, office_of};
use crate::views::{PolicyLine, PolicyStanding, PolicyView, Saved};

/// All packs of an office, the one that holds last first. Of two for the same day the later version counts.
fn packs(books: &Books<'_>, registry: Uuid) -> Result<Vec<PolicyPack>> {
    let mut all: Vec<PolicyPack> =
        books.select::<PolicyPack>("AND space = ?1", [registry.as_bytes()])?.into_iter().map(|kept| kept.record).collect();
    all.sort_by_key(|pack| std::cmp::Reverse((pack.since, pack.policy.version, pack.id.0)));
    Ok(all)
}

/// The pack that an office has in force on a day, else the one built in.
pub(crate) fn policy_of(books: &Books<'_>, registry: Uuid, on: NaiveDate) -> Result<Policy> {
    Ok(packs(books, registry)?.into_iter().find(|pack| pack.since <= on).map(|pack| pack.policy).unwrap_or_default())
}

/// The first pack that holds from a later month on.
pub(crate) fn next_after(books: &Books<'_>, registry: Uuid, month: Month) -> Result<Option<PolicyPack>> {
    let later: Vec<PolicyPack> = packs(books, registry)?.into_iter().filter(|pack| pack.since > month.first_day()).collect();
    let first = later.iter().map(|pack| pack.since).min();
    Ok(later.into_iter().find(|pack| Some(pack.since) == first))
}

/// What is said of packs that came with a bundle.
pub(crate) fn arrived(before: &[PolicyPack], after: &[PolicyPack]) -> Vec<String> {
    let new = after.iter().filter(|pack| before.iter().all(|known| known.id != pack.id));
    new.map(|pack| {
        let from = Month::of(pack.since).zh();
        format!("收到制度参数第 {} 版“{}”，从{from}起用；以前的月份仍按当时的参数。", pack.policy.version, pack.policy.name)
    })
    .collect()
}

/// The packs of the registry that holds for this copy.
pub(crate) fn own_packs(open: &Open, books: &Books<'_>) -> Result<Vec<PolicyPack>> {
    packs(books, open.registry())
}

impl Open {
    pub(crate) fn policies(&self, today: NaiveDate) -> Result<PolicyView> {
        self.read(|books| {
            let registry = self.registry();
            let this_month = Month::of(today).first_day();
            let all = packs(books, registry)?;
            let in_force = all.iter().find(|pack| pack.since <= this_month).map(|pack| pack.id);
            let line = |pack: PolicyPack| PolicyLine {
                from: Month::of(pack.since),
                standing: match () {
                    () if Some(pack.id) == in_force => PolicyStanding::InForce,
                    () if pack.since > this_month => PolicyStanding::Coming,
                    () => PolicyStanding::Over,
                },
                pack,
            };
            Ok(PolicyView {
                current: policy_of(books, registry, this_month)?,
                packs: all.into_iter().map(line).collect(),
                may_issue: self.level() == Some(Level::Community),
                earliest: Month::of(today).next(),
                issuer: office_of(books, registry)?.map_or_else(|| "社区".to_owned(), |office| office.name),
            })
        })
    }

    pub(crate) fn issue_policy(&self, mut policy: Policy, from: Month, at: DateTime<FixedOffset>) -> Result<Saved> {
        if self.level() != Some(Level::Community) {
            return not("policy.not_here", "制度参数由社区发布，这里只能查看。", "需要调整时请联系社区。");
        }
        policy.check()?;
        policy.name = policy.name.trim().to_owned();
        if from <= Month::of(at.date_naive()) {
            return Err(Refusal::Lacks("新的参数从下个月或以后的月份起用：已经开始的月份按原来的参数走完。").into());
        }
        let registry = SpaceId(self.profile().space);
        self.save_one(Act::IssuePolicy, at, |save| {
            let known = packs(&save.books(), registry.0)?;
            policy.version = known.iter().map(|pack| pack.policy.version).max().unwrap_or(0) + 1;
            let pack = PolicyPack { id: save.id(), since: from.first_day(), policy };
            save.put(registry, &pack);
            Ok(pack.id)
        })
    }
}

//! The office's overview (总览): its compounds as cards, by community and street further up.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, FixedOffset};
use uuid::Uuid;
use xinghuo_ledger::{Books, Channel};
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::cases::OPEN_STATES;
use crate::council::{OPEN_TASKS, facts, steps};
use crate::error::Result;
use crate::open::{Open, office_of};
use crate::policy::policy_of;
use crate::trust::{Chain, Member};
use crate::views::CompoundCard;

/// Where a compound belongs, by the certificates.
struct Belongs {
    /// The registry of its community.
    registry: Uuid,
    community: String,
    street: String,
}

impl Open {
    /// The office's compounds as cards, those that need it first.
    pub(crate) fn overview(&self, now: DateTime<FixedOffset>) -> Result<Vec<CompoundCard>> {
        let today = now.date_naive();
        let month = Month::of(today);
        let heard = self.last_heard_by_space()?;
        let own = self.own_key();
        self.read(|books| {
            let chain = self.gate(own).chain(books)?;
            let mut policies = HashMap::new();
            let mut cards = Vec::new();
            for kept in books.select::<Compound>("ORDER BY name", [])? {
                let space = SpaceId(kept.record.id.0);
                let belongs = self.belongs(books, &chain, &kept.record)?;
                let policy = match policies.entry(belongs.registry) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(place) => place.insert(policy_of(books, belongs.registry, month.first_day())?),
                };
                let steps = steps(policy, month, &facts(books, space, month)?, today);
                let at = (space.0.as_bytes(), today.to_string());
                let late_requests = books.number(
                    &format!("SELECT count(*) FROM request WHERE life = 0 AND space = ?1 AND state IN {OPEN_STATES} AND due_on < ?2"),
                    at.clone(),
                )?;
                let late_tasks = books.number(
                    &format!("SELECT count(*) FROM task WHERE life = 0 AND space = ?1 AND state IN {OPEN_TASKS} AND due_on < ?2"),
                    at.clone(),
                )?;
                let open_requests = books.number(
                    &format!("SELECT count(*) FROM request WHERE life = 0 AND space = ?1 AND state IN {OPEN_STATES}"),
                    [space.0.as_bytes()],
                )?;
                let people = books.number("SELECT count(*) FROM person WHERE life = 0 AND space = ?1", [space.0.as_bytes()])?;
                let mut conflicts = 0;
                // Further up nobody decides them.
                for kind in KINDS.iter().filter(|k| k.space == SpaceKind::Compound && !self.reads_figures()) {
                    conflicts += books.number(
                        &format!("SELECT count(*) FROM \"{}\" WHERE flags & 4 <> 0 AND space = ?1", kind.name),
                        [space.0.as_bytes()],
                    )?;
                }
                let last_heard = heard.get(&space.0).copied();
                let days_silent = last_heard.map(|t| (today - t.date_naive()).num_days());
                let overdue = (late_requests + late_tasks) as u32;
                let late_steps = steps.iter().filter(|s| s.state == rules::StepState::Late).count() as u32;
                cards.push(CompoundCard {
                    need: conflicts as u32 * 100 + overdue * 3 + late_steps * 10 + days_silent.unwrap_or(60).clamp(0, 60) as u32,
                    compound: kept.record,
                    community: belongs.community,
                    street: belongs.street,
                    steps,
                    open_requests: open_requests as u32,
                    overdue,
                    people: people as u32,
                    conflicts: conflicts as u32,
                    last_heard,
                    days_silent,
                });
            }
            cards.sort_by(|a, b| b.need.cmp(&a.need).then_with(|| a.compound.name.cmp(&b.compound.name)));
            Ok(cards)
        })
    }

    /// The registry whose policy packs hold for each compound.
    pub(crate) fn registries(&self, books: &Books<'_>) -> Result<HashMap<SpaceId, Uuid>> {
        let chain = self.gate(self.own_key()).chain(books)?;
        let compounds = books.select::<Compound>("", [])?.into_iter();
        compounds.map(|kept| Ok((SpaceId(kept.record.id.0), self.belongs(books, &chain, &kept.record)?.registry))).collect()
    }

    /// The community that holds a compound, and its street; by what the compound itself says where
    /// no certificate tells.
    fn belongs(&self, books: &Books<'_>, chain: &Chain, compound: &Compound) -> Result<Belongs> {
        let channel = Channel { space: SpaceId(compound.id.0), class: Class::District };
        // Not every certificate is one whose issuer may certify for this compound.
        let holding = |level: Level| -> Result<Option<&Member>> {
            let mut found: Option<&Member> = None;
            for member in chain.members.iter().filter(|m| m.level == level && m.holds(channel)) {
                if found.is_none_or(|f| f.ended && !member.ended) && chain.holds(books, member.by, channel)? {
                    found = Some(member);
                }
            }
            Ok(found)
        };
        let own = office_of(books, self.profile().space)?;
        let named = |member: Option<&Member>, level: Level, said: &str| -> Result<(Uuid, String)> {
            if let Some(member) = member {
                let office = office_of(books, member.registry)?.map(|office| office.name);
                return Ok((member.registry, office.unwrap_or_else(|| member.name.clone())));
            }
            let own = own.as_ref().filter(|office| office.level == level).map(|office| office.name.clone());
            Ok((self.profile().space, own.unwrap_or_else(|| said.to_owned())))
        };
        let (registry, community) = named(holding(Level::Community)?, Level::Community, &compound.community)?;
        let (_, street) = named(holding(Level::Street)?, Level::Street, &compound.street)?;
        Ok(Belongs { registry, community, street })
    }
}

//! The office's overview (总览): its compounds as cards, by community and street further up.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, FixedOffset};
use uuid::Uuid;
use xinghuo_ledger::{Books, Channel, PublicKey};
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

/// Numbers by compound: the first column is the space, the others are counted.
fn by_space<const N: usize>(books: &Books<'_>, sql: &str, params: impl rusqlite::Params) -> Result<HashMap<Uuid, [u32; N]>> {
    let rows = books.rows(sql, params, |r| {
        let mut counts = [0; N];
        for (at, count) in counts.iter_mut().enumerate() {
            *count = r.get(at + 1)?;
        }
        Ok((Uuid::from_bytes(r.get(0)?), counts))
    })?;
    Ok(rows.into_iter().collect())
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
            // Asked once for all compounds: an office may have hundreds.
            let day = today.to_string();
            let requests = by_space(
                books,
                &format!("SELECT space, sum(state IN {OPEN_STATES}), sum(state IN {OPEN_STATES} AND due_on < ?1) FROM request WHERE life = 0 GROUP BY space"),
                [&day],
            )?;
            let late_tasks = by_space(
                books,
                &format!("SELECT space, count(*) FROM task WHERE life = 0 AND state IN {OPEN_TASKS} AND due_on < ?1 GROUP BY space"),
                [&day],
            )?;
            let people = by_space(books, "SELECT space, count(*) FROM person WHERE life = 0 GROUP BY space", [])?;
            let conflicts = self.disputes(books)?;
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
                let [open_requests, late_requests] = requests.get(&space.0).copied().unwrap_or_default();
                let count = |counts: &HashMap<Uuid, [u32; 1]>| counts.get(&space.0).map_or(0, |[n]| *n);
                let (late_tasks, people, conflicts) = (count(&late_tasks), count(&people), count(&conflicts));
                let last_heard = heard.get(&space.0).copied();
                let days_silent = last_heard.map(|t| (today - t.date_naive()).num_days());
                let overdue = late_requests + late_tasks;
                let late_steps = steps.iter().filter(|s| s.state == rules::StepState::Late).count() as u32;
                cards.push(CompoundCard {
                    need: conflicts * 100 + overdue * 3 + late_steps * 10 + days_silent.unwrap_or(60).clamp(0, 60) as u32,
                    compound: kept.record,
                    community: belongs.community,
                    street: belongs.street,
                    steps,
                    open_requests,
                    overdue,
                    people,
                    conflicts,
                    last_heard,
                    days_silent,
                });
            }
            cards.sort_by(|a, b| b.need.cmp(&a.need).then_with(|| a.compound.name.cmp(&b.compound.name)));
            Ok(cards)
        })
    }

    /// Records in dispute, by compound. Further up nobody decides them.
    fn disputes(&self, books: &Books<'_>) -> Result<HashMap<Uuid, [u32; 1]>> {
        let mut all: HashMap<Uuid, [u32; 1]> = HashMap::new();
        for kind in KINDS.iter().filter(|k| k.space == SpaceKind::Compound && !self.reads_figures()) {
            let sql = format!("SELECT space, count(*) FROM \"{}\" WHERE flags & 4 <> 0 GROUP BY space", kind.name);
            for (space, [n]) in by_space(books, &sql, [])? {
                all.entry(space).or_default()[0] += n;
            }
        }
        Ok(all)
    }

    /// The registry whose policy packs hold for each compound.
    pub(crate) fn registries(&self, books: &Books<'_>, own: PublicKey) -> Result<HashMap<SpaceId, Uuid>> {
        let chain = self.gate(own).chain(books)?;
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

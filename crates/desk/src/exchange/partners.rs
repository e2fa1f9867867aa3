//! Whom a bundle may be written for, which channels they are entitled to, and what they lack.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xinghuo_bundle::Identity;
use xinghuo_ledger::{Books, Channel, Ledger, PublicKey};
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::error::Result;
use crate::home::{hex, unhex_key};
use crate::open::{Open, here_json, lock};
use crate::trust::is_ended;

/// What was last written for a partner; only for people, never for the protocol.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Sent {
    pub number: u64,
    /// By strand.
    pub heads: HashMap<i64, u64>,
}

/// Whom a bundle may be written for, and which channels they are entitled to.
pub(super) struct Party {
    pub identity: Identity,
    pub name: String,
    pub detail: String,
    /// Compounds whose community and district channels they read.
    spaces: Vec<Uuid>,
    /// Those whose branch channel they read too.
    inner: Vec<Uuid>,
    registry: Uuid,
}

impl Party {
    pub(super) fn allows(&self, channel: Channel) -> bool {
        let space = channel.space.0;
        match channel.class {
            Class::Registry => space == self.registry,
            Class::Branch => self.inner.contains(&space),
            Class::Community | Class::District => self.spaces.contains(&space),
        }
    }
}

impl Open {
    /// Everybody a bundle may be written for.
    pub(super) fn partners(&self, books: &Books<'_>, own: &PublicKey) -> Result<Vec<Party>> {
        let mut out = Vec::new();
        let office = lock(&self.office).clone();
        if let Some(office) = &office
            && let Some(signs) = unhex_key(&office.signs)
        {
            let name = books.get::<Community>(CommunityId(office.space))?.map_or_else(|| "社区".to_owned(), |c| c.record.name);
            out.push(Party {
                identity: Identity { signs, receives: office.receives.clone() },
                name,
                detail: "社区".to_owned(),
                spaces: vec![self.profile().space],
                inner: Vec::new(),
                registry: office.space,
            });
        }
        let registry = if self.is_office() { self.profile().space } else { office.map_or(Uuid::nil(), |o| o.space) };
        for cert in books.select::<Certificate>("ORDER BY id", [])? {
            let cert = cert.record;
            let Some(signs) = unhex_key(&cert.signs) else { continue };
            let spaces: Vec<Uuid> = cert.grants.iter().map(|g| g.space.0).collect();
            // A branch exchanges with its own compound's other laptops only.
            if cert.receives.is_empty()
                || is_ended(books, &signs, &cert)?
                || signs == *own
                || (!self.is_office() && !spaces.contains(&self.profile().space))
            {
                continue;
            }
            let compound = match spaces.first() {
                Some(id) => books.get::<Compound>(CompoundId(*id))?.map(|c| c.record.name),
                None => None,
            };
            out.push(Party {
                identity: Identity { signs, receives: cert.receives },
                name: compound.or(cert.compound).unwrap_or_else(|| cert.copy.clone()),
                detail: format!("{} · {}", cert.copy, cert.person),
                inner: spaces.clone(),
                spaces,
                registry,
            });
        }
        Ok(out)
    }

    pub(super) fn sent(&self, books: &Books<'_>, peer: &PublicKey) -> Result<Sent> {
        Ok(here_json(books, &format!("sent:{}", hex(peer)))?.unwrap_or_default())
    }

    pub(super) fn unsent_to(&self, ledger: &Ledger, party: &Party) -> Result<u32> {
        let sent = self.sent(&ledger.books(), &party.identity.signs)?;
        let acked = ledger.acknowledged(&party.identity.signs)?;
        let n: u64 = ledger
            .heads()?
            .iter()
            .filter(|h| party.allows(h.channel) && h.key != party.identity.signs)
            .map(|h| {
                let known = sent.heads.get(&h.strand).copied().unwrap_or(0).max(acked.get(&h.strand).copied().unwrap_or(0));
                h.seq.saturating_sub(known.max(h.base))
            })
            .sum();
        Ok(n.min(u64::from(u32::MAX)) as u32)
    }

    /// Changes of this copy that nobody was given yet: for a branch, what its office lacks.
    pub(crate) fn unsent(&self) -> Result<u32> {
        let inner = lock(&self.inner);
        let books = inner.ledger.books();
        let own = inner.ledger.own_key();
        let partners = self.partners(&books, &own)?;
        match partners.first() {
            Some(first) if !self.is_office() => self.unsent_to(&inner.ledger, first),
            Some(_) => {
                let mut n = 0;
                for p in &partners {
                    n += u32::from(self.unsent_to(&inner.ledger, p)? > 0);
                }
                Ok(n)
            }
            None if self.is_office() => Ok(0),
            None => Ok(inner.ledger.heads()?.iter().filter(|h| h.key == own).map(|h| h.seq as u32).sum()),
        }
    }
}

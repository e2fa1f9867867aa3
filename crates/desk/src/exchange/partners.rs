//! Whom a bundle may be written for, which channels they are entitled to, and what they lack.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xinghuo_bundle::Identity;
use xinghuo_ledger::{Books, Channel, Ledger, PublicKey};
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::error::Result;
use crate::home::{hex, unhex_key};
use crate::open::{Open, here_json, lock, office_of};
use crate::trust::{channels_of, is_ended};

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
    /// The office above, not a copy that was admitted.
    pub above: bool,
    channels: HashSet<Channel>,
}

impl Party {
    pub(super) fn allows(&self, channel: Channel) -> bool {
        self.channels.contains(&channel)
    }
}

impl Open {
    /// Everybody a bundle may be written for; the office above comes first.
    pub(super) fn partners(&self, books: &Books<'_>, own: &PublicKey) -> Result<Vec<Party>> {
        let mut out = Vec::new();
        let (profile, registry) = (self.profile(), self.registry());
        let of = |space: Uuid, class: Class| Channel { space: SpaceId(space), class };
        let admitted = books.select::<Certificate>("AND space = ?1 ORDER BY id", [registry.as_bytes()])?;
        let above = lock(&self.above).clone();
        if let Some(above) = above
            && let Some(signs) = unhex_key(&above.signs)
        {
            let mut channels = HashSet::from([of(above.space, Class::Registry)]);
            if self.is_office() {
                // What it certified others for, of the classes that travel on; and its own word.
                let handed_on = admitted.iter().flat_map(|cert| channels_of(&cert.record));
                channels.extend(handed_on.filter(|c| matches!(c.class, Class::District | Class::Registry)));
                channels.insert(of(registry, Class::Registry));
            } else {
                channels.extend([Class::Community, Class::District].map(|class| of(profile.space, class)));
            }
            out.push(Party {
                identity: Identity { signs, receives: above.receives.clone() },
                name: office_of(books, above.space)?.map_or_else(|| self.word_above().to_owned(), |office| office.name),
                detail: self.word_above().to_owned(),
                above: true,
                channels,
            });
        }
        for cert in admitted {
            let cert = cert.record;
            let Some(signs) = unhex_key(&cert.signs) else { continue };
            let mut channels: HashSet<Channel> = channels_of(&cert).collect();
            // A branch exchanges with its own compound's other laptops only.
            if cert.receives.is_empty()
                || is_ended(books, registry, &signs, &cert)?
                || signs == *own
                || (!self.is_office() && !channels.iter().any(|c| c.space.0 == profile.space))
            {
                continue;
            }
            channels.insert(of(registry, Class::Registry));
            let name = match cert.grants.first().map(|grant| grant.space.0) {
                Some(space) if cert.role.level().is_some() => office_of(books, space)?.map(|office| office.name),
                Some(space) => books.get::<Compound>(CompoundId(space))?.map(|c| c.record.name),
                None => None,
            };
            out.push(Party {
                identity: Identity { signs, receives: cert.receives },
                name: name.or(cert.compound).unwrap_or_else(|| cert.copy.clone()),
                detail: format!("{} · {}", cert.copy, cert.person),
                above: false,
                channels,
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

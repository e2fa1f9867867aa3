//! How belief is handed on: nobody hands on more than they hold.
//!
//! The root holds everything. It certifies offices for a registry of their own and for compounds;
//! what stands in such a registry counts only for the channels its office was granted. Which office
//! a compound belongs to is therefore said by the root's own entries, and the verdict on an entry
//! follows from the set of entries, whoever came first.
//!
//! Only the root itself has to decide once who is granted a compound: the first office below that
//! hands it on. It writes that down (`Open::widen`) when it has taken a bundle in.

use std::collections::HashSet;

use uuid::Uuid;
use xinghuo_ledger::{Books, Channel};
use xinghuo_model::records::*;
use xinghuo_model::*;

use super::{channels_of, is_ended};
use crate::error::Result;
use crate::home::unhex_key;

/// District, street, community: no certificate is further from a root.
const DEPTH: usize = 3;

/// An office below, by the certificate of one above it.
pub(crate) struct Member {
    /// Its certificate.
    pub id: CertificateId,
    /// Which registry the certificate stands in.
    pub by: Uuid,
    /// The registry it publishes: the first it is granted. Others are there to be handed on.
    pub registry: Uuid,
    pub level: Level,
    pub name: String,
    pub ended: bool,
    granted: HashSet<Channel>,
}

impl Member {
    pub fn holds(&self, channel: Channel) -> bool {
        self.granted.contains(&channel)
    }
}

/// The offices as the registries name them, seen from one root.
pub(crate) struct Chain {
    root: Uuid,
    /// Whether this copy is the root and may decide what was not decided.
    decides: bool,
    /// Registries that can be nobody's below.
    outside: Vec<Uuid>,
    pub members: Vec<Member>,
}

impl Chain {
    pub fn read(books: &Books<'_>, root: Uuid, decides: bool, outside: Vec<Uuid>) -> Result<Self> {
        let mut members = Vec::new();
        for kept in books.select::<Certificate>("AND role IN ('office', 'street') ORDER BY id", [])? {
            let (by, cert) = (kept.space, kept.record);
            let own = channels_of(&cert).find(|c| c.class == Class::Registry);
            let (Some(level), Some(signs), Some(own)) = (cert.role.level(), unhex_key(&cert.signs), own) else { continue };
            // A key that the office gave up is no office below it.
            if own.space.0 == by {
                continue;
            }
            members.push(Member {
                id: cert.id,
                by,
                registry: own.space.0,
                level,
                ended: is_ended(books, by, &signs, &cert)?,
                granted: channels_of(&cert).collect(),
                name: cert.compound.unwrap_or(cert.copy),
            });
        }
        Ok(Self { root, decides, outside, members })
    }

    /// Whether what stands in a registry counts for a channel.
    pub fn holds(&self, books: &Books<'_>, registry: Uuid, channel: Channel) -> Result<bool> {
        self.holds_at(books, registry, channel, DEPTH)
    }

    fn holds_at(&self, books: &Books<'_>, registry: Uuid, channel: Channel, depth: usize) -> Result<bool> {
        if registry == self.root {
            return Ok(true);
        }
        let own = Channel { space: SpaceId(registry), class: Class::Registry };
        for member in self.members.iter().filter(|m| depth > 0 && m.by != registry && m.registry == registry) {
            if (member.holds(channel) || self.would_get(books, member, channel)?)
                && self.holds_at(books, member.by, channel, depth - 1)?
                && self.holds_at(books, member.by, own, depth - 1)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the root is about to grant a channel to the office of this certificate.
    pub fn gets(&self, books: &Books<'_>, id: CertificateId, channel: Channel) -> Result<bool> {
        match self.members.iter().find(|m| m.id == id) {
            Some(member) => self.would_get(books, member, channel),
            None => Ok(false),
        }
    }

    fn would_get(&self, books: &Books<'_>, member: &Member, channel: Channel) -> Result<bool> {
        if !self.may_get(member, channel) || !self.handed_on(books, member)?.contains(&channel) {
            return Ok(false);
        }
        // Of two that hand it on at once, the one that was admitted first.
        for earlier in self.members.iter().take_while(|m| m.id != member.id) {
            if self.may_get(earlier, channel) && self.handed_on(books, earlier)?.contains(&channel) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the root may grant a channel to one of its members: to a community compounds, to a
    /// street registries too; never what another holds.
    fn may_get(&self, member: &Member, channel: Channel) -> bool {
        let of_its_level = match channel.class {
            Class::District => true,
            Class::Registry => member.level == Level::Street && !self.outside.contains(&channel.space.0),
            Class::Branch | Class::Community => false,
        };
        self.decides
            && of_its_level
            && member.by == self.root
            && !member.ended
            && !self.members.iter().any(|m| m.by == self.root && !m.ended && m.holds(channel))
    }

    /// What stands in a member's registry: the channels it certified others for.
    fn handed_on(&self, books: &Books<'_>, member: &Member) -> Result<HashSet<Channel>> {
        let certificates = books.select::<Certificate>("AND space = ?1", [member.registry.as_bytes()])?;
        Ok(certificates.iter().flat_map(|cert| channels_of(&cert.record)).collect())
    }

    /// What the root has to grant now, per certificate.
    pub fn claims(&self, books: &Books<'_>) -> Result<Vec<(CertificateId, Vec<Channel>)>> {
        let mut given: HashSet<Channel> = HashSet::new();
        let mut out = Vec::new();
        for member in &self.members {
            let mut fresh: Vec<Channel> =
                self.handed_on(books, member)?.into_iter().filter(|c| self.may_get(member, *c) && given.insert(*c)).collect();
            fresh.sort();
            if !fresh.is_empty() {
                out.push((member.id, fresh));
            }
        }
        Ok(out)
    }
}

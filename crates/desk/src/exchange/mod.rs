//! The exchange (交换) with partners: joining, bundles out and in, and the page that shows them.
//! Who is believed stands in `trust`.

mod files;
mod incoming;
mod joining;
mod outgoing;
mod partners;
mod slip;
mod wanting;
mod words;

pub(crate) use slip::Slip;

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};
use uuid::Uuid;
use xinghuo_bundle::fingerprint;
use xinghuo_ledger::{Head, LogId, PublicKey};
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::error::Result;
use crate::home::hex;
use crate::open::{Open, lock, office_of};
use crate::trust::certificates;
use crate::views::*;

impl Open {
    pub(crate) fn last_bundle(&self, outgoing: bool) -> Result<Option<DateTime<FixedOffset>>> {
        self.read(|books| {
            Ok(books
                .rows("SELECT at FROM bundle WHERE outgoing = ?1 ORDER BY n DESC LIMIT 1", [outgoing], |r| r.get::<_, String>(0))?
                .first()
                .and_then(|t| t.parse().ok()))
        })
    }

    pub(crate) fn last_heard_by_space(&self) -> Result<HashMap<Uuid, DateTime<FixedOffset>>> {
        self.read(|books| {
            let mut out: HashMap<Uuid, DateTime<FixedOffset>> = HashMap::new();
            for (at, peer) in books.rows("SELECT at, peer FROM bundle WHERE outgoing = 0 ORDER BY n", [], |r| {
                Ok((r.get::<_, String>(0)?, r.get::<_, PublicKey>(1)?))
            })? {
                let Ok(at) = at.parse() else { continue };
                for cert in certificates(books, &peer)? {
                    for grant in &cert.record.grants {
                        out.insert(grant.space.0, at);
                    }
                }
            }
            Ok(out)
        })
    }

    /// The exchange page.
    pub(crate) fn exchange(&self, now: DateTime<FixedOffset>) -> Result<ExchangeView> {
        let inner = lock(&self.inner);
        let ledger = &inner.ledger;
        let books = ledger.books();
        let own = ledger.own_key();
        let mut partners = Vec::new();
        let parties = self.partners(&books, &own)?;
        let line_time = |peer: &PublicKey, outgoing: bool| -> Result<Option<DateTime<FixedOffset>>> {
            Ok(books
                .rows("SELECT at FROM bundle WHERE peer = ?1 AND outgoing = ?2 ORDER BY n DESC LIMIT 1", (peer, outgoing), |r| {
                    r.get::<_, String>(0)
                })?
                .first()
                .and_then(|t| t.parse().ok()))
        };
        let title = if self.is_office() {
            office_of(&books, self.profile().space)?.map(|office| office.name)
        } else {
            books.get::<Compound>(CompoundId(self.profile().space))?.map(|c| c.record.name)
        };
        for p in &parties {
            partners.push(Partner {
                suggested_name: format!("{}_给{}_{}.xinghuo", title.as_deref().unwrap_or_default(), p.name, now.format("%Y%m%d_%H%M")),
                key: hex(&p.identity.signs),
                name: p.name.clone(),
                detail: p.detail.clone(),
                above: p.above,
                unsent: self.unsent_to(ledger, p)?,
                last_sent: line_time(&p.identity.signs, true)?,
                last_heard: line_time(&p.identity.signs, false)?,
            });
        }
        let above = lock(&self.above).clone();
        let peer = parties.first().filter(|_| !self.is_office()).map(|p| p.identity.signs);
        let (mut travels, mut stays) = (Vec::new(), Vec::new());
        for w in ledger.waiting(peer.as_ref())? {
            let line = TravelLine {
                kind_zh: kind_named(&w.kind).map_or(w.kind.clone(), |k| k.zh.to_owned()),
                kind: w.kind,
                class: w.class.code().to_owned(),
                class_zh: w.class.zh().to_owned(),
                changes: w.changes as u32,
            };
            if w.class == Class::Branch { stays.push(line) } else { travels.push(line) }
        }
        let bundles = books.rows(
            "SELECT at, outgoing, peer, file, sentence, iif(slip = '', NULL, n) FROM bundle ORDER BY n DESC LIMIT 30",
            [],
            |r| {
                let said = (r.get::<_, String>(3)?, r.get::<_, String>(4)?, r.get::<_, Option<i64>>(5)?);
                Ok((r.get::<_, String>(0)?, r.get::<_, bool>(1)?, r.get::<_, PublicKey>(2)?, said))
            },
        )?;
        let mut lines = Vec::new();
        for (at, outgoing, peer, (file, sentence, slip)) in bundles {
            let partner = parties.iter().find(|p| p.identity.signs == peer).map(|p| p.name.clone());
            lines.push(BundleLine {
                at: at.parse().unwrap_or(now),
                outgoing,
                partner: partner.unwrap_or_else(|| "未登记的电脑".to_owned()),
                file,
                sentence,
                slip,
            });
        }
        let files = match parties.first() {
            Some(first) if !self.is_office() => ledger.content_for(&first.identity.signs, &|c| first.allows(c))?,
            _ => Vec::new(),
        };
        let office = match &above {
            Some(above) => office_of(&books, above.space)?.map(|office| office.name),
            None => None,
        };
        Ok(ExchangeView {
            role: self.profile().role,
            joined: above.is_some(),
            fingerprint: fingerprint(&inner.keys.identity()),
            office,
            partners,
            travels,
            stays,
            bundles: lines,
            held: self.held_sentences(ledger)?,
            conflicts: if self.reads_figures() { 0 } else { ledger.conflicts()?.len() as u32 },
            newer: ledger.newer()?,
            files: files.len() as u32,
            file_bytes: files.iter().map(|f| f.length).sum(),
        })
    }
}

/// How far each log is known, in whichever strand it is known furthest.
fn highest(heads: &[Head]) -> HashMap<LogId, u64> {
    let mut out: HashMap<LogId, u64> = HashMap::new();
    for head in heads {
        let known = out.entry(head.log).or_default();
        *known = head.seq.max(*known);
    }
    out
}

//! Who is believed (授权、停用): certificates, endings, and the gate every entry of others passes.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};
use uuid::Uuid;
use xinghuo_ledger::{Books, Channel, ENDED, Hash, LogId, PublicKey, Verdict};
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::error::{Result, filled, not};
use crate::home::{hex, unhex_key};
use crate::open::{Open, lock};
use crate::views::Saved;

/// Judges authors by what the registry says: the office's own key is its root.
pub struct Gate {
    own: PublicKey,
    root: Option<(PublicKey, Uuid)>,
    welcome: HashMap<(PublicKey, Channel), bool>,
}

impl Gate {
    /// The gate of an office over its own community.
    pub fn of_office(own: PublicKey, community: Uuid) -> Self {
        Self::under(own, Some((own, community)))
    }

    /// The gate of the copy with this key, under an office's key and its community; without one nobody
    /// else gets in.
    pub fn under(own: PublicKey, root: Option<(PublicKey, Uuid)>) -> Self {
        Self { own, root, welcome: HashMap::new() }
    }

    /// Whether the author of entry `seq` in this channel is believed, by what the books say now.
    pub fn may(&mut self, books: &Books<'_>, key: &PublicKey, channel: Channel, seq: u64) -> Verdict {
        if *key == self.own {
            return Verdict::Welcome;
        }
        let Some((root, community)) = self.root else { return Verdict::Quarantine("author") };
        if *key == root {
            let entitled = match channel.class {
                Class::Registry => channel.space.0 == community,
                Class::Branch => false,
                Class::Community | Class::District => true,
            };
            return if entitled { Verdict::Welcome } else { Verdict::Quarantine("author") };
        }
        if !self.welcome.get(&(*key, channel)).copied().unwrap_or(false) {
            let granted = certificates(books, key)
                .unwrap_or_default()
                .iter()
                .any(|c| c.grants.iter().any(|g| g.space == channel.space && g.classes.iter().any(|w| w == channel.class.code())));
            if !granted {
                return Verdict::Quarantine("author");
            }
            self.welcome.insert((*key, channel), true);
        }
        match last_trusted(books, &xinghuo_ledger::log_id(key, channel)) {
            // Where that cannot be told, nobody is trusted.
            Err(_) => Verdict::Quarantine(ENDED),
            Ok(Some(last)) if seq > last => Verdict::Quarantine(ENDED),
            Ok(_) => Verdict::Welcome,
        }
    }
}

pub(crate) fn certificates(books: &Books<'_>, key: &PublicKey) -> Result<Vec<Certificate>> {
    Ok(books.select::<Certificate>("AND signs = ?1", [hex(key)])?.into_iter().map(|c| c.record).collect())
}

/// The logs a certificate lets its key write.
fn logs_of(signs: &PublicKey, cert: &Certificate) -> Vec<LogId> {
    let channels = cert
        .grants
        .iter()
        .flat_map(|grant| grant.classes.iter().filter_map(|code| Some(Channel { space: grant.space, class: Class::from_code(code)? })));
    channels.map(|channel| xinghuo_ledger::log_id(signs, channel)).collect()
}

/// The logs that were ended, and the last number of each that counts. Read by these two fields alone:
/// an ending of which another cannot be read is one all the same.
pub(crate) fn endings(books: &Books<'_>) -> Result<Vec<(LogId, u64)>> {
    let all = books.rows("SELECT log, min(last_seq) FROM revocation WHERE life = 0 GROUP BY log", [], |r| {
        Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?.max(0) as u64))
    })?;
    Ok(all.into_iter().filter_map(|(log, last)| Some((Hash::from_hex(&log)?, last))).collect())
}

/// The last number of a log that counts; `None` where it was not ended.
fn last_trusted(books: &Books<'_>, log: &LogId) -> Result<Option<u64>> {
    let last =
        books.rows("SELECT min(last_seq) FROM revocation WHERE life = 0 AND log = ?1", [log.hex()], |r| r.get::<_, Option<i64>>(0))?;
    Ok(last.into_iter().flatten().next().map(|last| last.max(0) as u64))
}

/// Whether nothing this key writes is taken in any more.
pub(crate) fn is_ended(books: &Books<'_>, signs: &PublicKey, cert: &Certificate) -> Result<bool> {
    for log in logs_of(signs, cert) {
        if last_trusted(books, &log)?.is_none() {
            return Ok(false);
        }
    }
    Ok(!cert.grants.is_empty())
}

impl Open {
    /// Ends a copy (停用): what it wrote so far stays, what it writes from now on is set aside
    /// everywhere the office's word reaches.
    pub(crate) fn end_copy(&self, key: &str, reason: &str, at: DateTime<FixedOffset>) -> Result<Saved> {
        if !self.is_office() {
            return not("exchange.not_office", "只有社区可以停用一台电脑。", "请联系社区。");
        }
        let reason = filled(reason, "reason")?;
        let heads = lock(&self.inner).ledger.heads()?;
        let space = SpaceId(self.profile().space);
        self.save_one(Act::EndCopy, at, |save| {
            let mut last = None;
            let signs = unhex_key(key);
            let certificates = signs.map_or_else(|| Ok(Vec::new()), |signs| certificates(&save.books(), &signs))?;
            for log in signs.iter().flat_map(|signs| certificates.iter().flat_map(|cert| logs_of(signs, cert))) {
                let head = heads.iter().filter(|h| h.log == log).max_by_key(|h| h.seq);
                let revocation = Revocation {
                    id: save.id(),
                    log: log.hex(),
                    last_seq: head.map_or(0, |h| h.seq as i64),
                    last_hash: head.map_or_else(String::new, |h| h.hash.hex()),
                    reason: reason.clone(),
                };
                save.put(space, &revocation);
                last = Some(revocation.id);
            }
            match last {
                Some(id) => Ok(id),
                None => not("exchange.no_partner", "没有这台电脑。", "请返回“交换”页刷新。"),
            }
        })
    }

    pub(crate) fn gate(&self, own: PublicKey) -> Gate {
        if self.is_office() {
            return Gate::of_office(own, self.profile().space);
        }
        let root = lock(&self.office).as_ref().and_then(|o| Some((unhex_key(&o.signs)?, o.space)));
        Gate::under(own, root)
    }
}

//! Who is believed (授权、停用): the gate every entry of others passes, and endings.
//! How belief is handed on from office to office stands in `chain`. The simulator asks the same gate.

mod chain;

use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use uuid::Uuid;
use xinghuo_ledger::{Books, Channel, ENDED, Endings, Hash, Head, Ledger, LogId, PublicKey, Save, Verdict};
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::error::{Result, filled, not};
use crate::home::{hex, unhex_key};
use crate::open::{Open, lock};
use crate::views::Saved;

pub(crate) use chain::{Chain, Member};

/// Why an entry is set aside: nobody certified its author, or an office did that may not.
const AUTHOR: &str = "author";
pub(crate) const FOREIGN: &str = "foreign";

/// Judges authors by what the registries say, from this copy's root downward: an office's root is
/// its own key, a branch's is its community's.
pub struct Gate {
    own: PublicKey,
    root: Option<(PublicKey, Uuid)>,
    /// The office above an office, and its registry: all it may write here.
    above: Option<(PublicKey, Uuid)>,
    last: Option<Asked>,
}

/// The entry that was judged last. Registries come first in what is taken in, so until another log
/// is asked for, or this one again from an earlier entry, none can have changed.
struct Asked {
    key: PublicKey,
    channel: Channel,
    at: (u64, Hash),
    standing: Standing,
}

/// How an author stands in a channel.
#[derive(Clone)]
enum Standing {
    Aside(&'static str),
    /// Believed, as far as its endings say where it was ended.
    Trusted(Option<Arc<Endings>>),
    /// Believed as far as somebody who is says to have seen it.
    OnWord,
}

impl Gate {
    /// The gate of an office.
    pub fn of_office(own: PublicKey, space: Uuid) -> Self {
        Self { own, root: Some((own, space)), above: None, last: None }
    }

    /// The gate of a copy that pinned an office's key and registry when it joined; of one that has not
    /// joined yet, without.
    pub fn of_branch(own: PublicKey, root: Option<(PublicKey, Uuid)>) -> Self {
        Self { own, root, above: None, last: None }
    }

    /// Whether the entry with this number, of this author and channel, is taken in.
    pub fn may(&mut self, books: &Books<'_>, key: &PublicKey, channel: Channel, seq: u64, hash: &Hash) -> Verdict {
        if *key == self.own {
            return Verdict::Welcome;
        }
        let at = (seq, *hash);
        // What a registry says may change how the rest of it is read.
        let goes_on = |last: &&mut Asked| last.key == *key && last.channel == channel && last.at < at && channel.class != Class::Registry;
        let standing = match self.last.as_mut().filter(goes_on) {
            Some(last) => {
                last.at = at;
                last.standing.clone()
            }
            None => {
                // Where that cannot be told, nobody is trusted.
                let standing = self.standing(books, key, channel).unwrap_or(Standing::Trusted(Some(Arc::default())));
                self.last = Some(Asked { key: *key, channel, at, standing: standing.clone() });
                standing
            }
        };
        match standing {
            Standing::Aside(why) => Verdict::Quarantine(why),
            Standing::Trusted(Some(endings)) => Verdict::Partly(ENDED, endings),
            Standing::OnWord => Verdict::Partly(AUTHOR, Arc::default()),
            Standing::Trusted(None) => Verdict::Welcome,
        }
    }

    fn standing(&self, books: &Books<'_>, key: &PublicKey, channel: Channel) -> Result<Standing> {
        let Some((root, registry)) = self.root else { return Ok(Standing::Aside(AUTHOR)) };
        let entitled = |may: bool| Ok(if may { Standing::Trusted(None) } else { Standing::Aside(AUTHOR) });
        if *key == root {
            return entitled(match channel.class {
                Class::Registry => channel.space.0 == registry,
                Class::Branch => false,
                Class::Community | Class::District => true,
            });
        }
        if let Some((above, registry)) = self.above
            && *key == above
        {
            return entitled(channel == Channel { space: SpaceId(registry), class: Class::Registry });
        }
        let certificates = certificates(books, key)?;
        if certificates.is_empty() {
            // What the root has seen in its own registry it had written itself, under a key that it gave up.
            let own = channel == Channel { space: SpaceId(registry), class: Class::Registry };
            return Ok(if own { Standing::OnWord } else { Standing::Aside(AUTHOR) });
        }
        let chain = self.chain(books)?;
        let mut certified = false;
        let mut holds = false;
        for cert in certificates {
            if grants(&cert.record, channel) {
                certified = true;
                holds = holds || chain.holds(books, cert.space, channel)?;
            } else {
                // What the root is about to grant: the office's own decisions come with its branches' entries.
                holds = holds || chain.gets(books, cert.record.id, channel)?;
            }
        }
        if !certified && !holds {
            return Ok(Standing::Aside(AUTHOR));
        }
        if !holds {
            return Ok(Standing::Aside(FOREIGN));
        }
        let endings = endings(books, &chain, &xinghuo_ledger::log_id(key, channel), channel)?;
        Ok(Standing::Trusted(endings.map(Arc::new)))
    }

    pub(crate) fn chain(&self, books: &Books<'_>) -> Result<Chain> {
        let registry = self.root.map_or(Uuid::nil(), |(_, registry)| registry);
        let outside = [Some(registry), self.above.map(|(_, space)| space)].into_iter().flatten().collect();
        Chain::read(books, registry, self.root.is_some_and(|(root, _)| root == self.own), outside)
    }

    /// The logs that were ended, of those that are here, and what of each counts.
    ///
    /// # Errors
    /// SQLite's.
    pub fn endings(&self, ledger: &Ledger) -> Result<Vec<(LogId, Endings)>> {
        let books = ledger.books();
        let named = books.rows("SELECT DISTINCT log FROM revocation WHERE life = 0", [], |r| r.get::<_, String>(0))?;
        let mut ended = Vec::new();
        if named.is_empty() {
            return Ok(ended);
        }
        let chain = self.chain(&books)?;
        for head in ledger.heads()?.iter().filter(|head| named.contains(&head.log.hex())) {
            if let Some(endings) = endings(&books, &chain, &head.log, head.channel)? {
                ended.push((head.log, endings));
            }
        }
        ended.dedup();
        Ok(ended)
    }
}

/// The certificates of a key, in whatever registry they stand.
pub(crate) fn certificates(books: &Books<'_>, key: &PublicKey) -> Result<Vec<xinghuo_ledger::Kept<Certificate>>> {
    Ok(books.select("AND signs = ?1 ORDER BY id", [hex(key)])?)
}

/// The channels a certificate lets its key write.
pub(crate) fn channels_of(cert: &Certificate) -> impl Iterator<Item = Channel> {
    cert.grants
        .iter()
        .flat_map(|grant| grant.classes.iter().filter_map(|code| Some(Channel { space: grant.space, class: Class::from_code(code)? })))
}

fn grants(cert: &Certificate, channel: Channel) -> bool {
    channels_of(cert).any(|granted| granted == channel)
}

/// What of a log counts; `None` where nobody who may do so ended it. Read by these fields alone: an
/// ending of which another cannot be read is one all the same, and one whose entry cannot be read
/// names none.
fn endings(books: &Books<'_>, chain: &Chain, log: &LogId, channel: Channel) -> Result<Option<Endings>> {
    let sql = "SELECT space, last_seq, last_hash FROM revocation WHERE life = 0 AND log = ?1 ORDER BY space, last_seq, last_hash";
    let words = books.rows(sql, [log.hex()], |r| {
        let named = (r.get::<_, Option<i64>>(1)?.and_then(|seq| u64::try_from(seq).ok()), r.get::<_, Option<String>>(2)?);
        Ok((Uuid::from_bytes(r.get(0)?), named.0.zip(named.1.as_deref().and_then(Hash::from_hex))))
    })?;
    let mut out = Endings::default();
    for office in words.chunk_by(|a, b| a.0 == b.0) {
        if chain.holds(books, office[0].0, channel)? {
            out.0.push(office.iter().filter_map(|(_, named)| *named).collect());
        }
    }
    Ok((!out.0.is_empty()).then_some(out))
}

/// Whether nothing this key writes is taken in any more, by the word of the registry that certified it.
pub(crate) fn is_ended(books: &Books<'_>, registry: Uuid, signs: &PublicKey, cert: &Certificate) -> Result<bool> {
    for channel in channels_of(cert) {
        let log = xinghuo_ledger::log_id(signs, channel).hex();
        if books.number("SELECT count(*) FROM revocation WHERE life = 0 AND log = ?1 AND space = ?2", (log, registry.as_bytes()))? == 0 {
            return Ok(false);
        }
    }
    Ok(!cert.grants.is_empty())
}

/// Ends a key: of each log that this registry's certificates let it write, what is known so far counts,
/// in each of its strands where it forked.
/// Gives the last of the endings; `None` for a key that was never certified here.
///
/// # Errors
/// SQLite's.
pub fn end(save: &mut Save<'_>, heads: &[Head], signs: &PublicKey, registry: SpaceId, reason: &str) -> Result<Option<RevocationId>> {
    let mut last = None;
    let certificates = certificates(&save.books(), signs)?;
    for channel in certificates.iter().filter(|cert| cert.space == registry.0).flat_map(|cert| channels_of(&cert.record)) {
        let log = xinghuo_ledger::log_id(signs, channel);
        let mut known: Vec<Option<&Head>> = heads.iter().filter(|head| head.log == log).map(Some).collect();
        if known.is_empty() {
            known.push(None);
        }
        for head in known {
            let revocation = Revocation {
                id: save.id(),
                log: log.hex(),
                last_seq: head.map_or(0, |h| h.seq as i64),
                last_hash: head.map_or_else(String::new, |h| h.hash.hex()),
                reason: reason.to_owned(),
            };
            save.put(registry, &revocation);
            last = Some(revocation.id);
        }
    }
    Ok(last)
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
            let ended = match unhex_key(key) {
                Some(signs) => end(save, &heads, &signs, space, &reason)?,
                None => None,
            };
            match ended {
                Some(id) => Ok(id),
                None => not("exchange.no_partner", "没有这台电脑。", "请返回“交换”页刷新。"),
            }
        })
    }

    pub(crate) fn gate(&self, own: PublicKey) -> Gate {
        let above = lock(&self.above).as_ref().and_then(|above| Some((unhex_key(&above.signs)?, above.space)));
        if self.is_office() {
            return Gate { above, ..Gate::of_office(own, self.profile().space) };
        }
        Gate::of_branch(own, above)
    }

    /// Confirms what the offices below handed on first (归属): from here on nobody else's word
    /// counts for those compounds and registries.
    pub(crate) fn widen(&self, ledger: &mut Ledger, gate: &Gate, at: DateTime<FixedOffset>) -> Result<()> {
        let wider = {
            let books = ledger.books();
            gate.chain(&books)?.claims(&books)?
        };
        if wider.is_empty() {
            return Ok(());
        }
        let author = xinghuo_ledger::Author { person: self.profile().person.clone(), at };
        ledger.transact::<(), crate::error::DeskError>(Act::Widen, &author, |save| {
            for (id, channels) in wider {
                let mut cert = save.books().need::<Certificate>(id)?.record;
                cert.grants.extend(channels.into_iter().map(|c| Grant { space: c.space, classes: vec![c.class.code().to_owned()] }));
                save.put(SpaceId(self.profile().space), &cert);
            }
            Ok(())
        })?;
        Ok(())
    }
}

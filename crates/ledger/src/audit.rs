//! The audit (核查): everything a check reads, and besides it whether every log of another copy is
//! covered by a seal of its author, whether every author was entitled, what waits, what partners
//! acknowledged, and whether the tables say what the log says. Keys and certificates are other
//! people's business: both are asked through [`Judges`].

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension, params};
use uuid::Uuid;
use xinghuo_model::Class;

use crate::absorb::{May, Verdict, held_entry};
use crate::check::{Checked, Fault, Problem, Strand};
use crate::endings::{At, ENDED, leading};
use crate::entry::{Channel, Hash, LogId, PublicKey, Seen, log_id};
use crate::error::Result;
use crate::logs::Logs;
use crate::{Ledger, Pace};

/// Whether these bytes are the author's signature over (log, number, hash).
pub type Sealed<'a> = &'a dyn Fn(&PublicKey, &LogId, u64, &Hash, &[u8]) -> bool;

/// Who answers what the ledger cannot know.
pub struct Judges<'a> {
    /// Verifies seals.
    pub sealed: Sealed<'a>,
    /// Whether an author may write, as in [`Ledger::absorb`].
    pub may: May<'a>,
}

/// How far each strand is proven and trusted, by its number in the file.
#[derive(Default)]
struct Proof {
    sealed_to: HashMap<i64, u64>,
    trusted_to: HashMap<i64, (u64, &'static str)>,
    /// Entries that somebody trusted in the channel says to have seen, of the logs where that counts.
    vouched: HashMap<(Channel, LogId), HashSet<At>>,
}

impl Proof {
    fn has_seen(&mut self, channel: Channel, seen: &[Seen]) {
        for seen in seen {
            if let Some(known) = self.vouched.get_mut(&(channel, seen.0)) {
                known.insert((seen.1, seen.2));
            }
        }
    }
}

impl Ledger {
    /// Reads everything there is and believes nothing: see the module. Changes nothing; the tables are
    /// told again in a transaction that is taken back, so there must be room for them on the disk.
    /// Memory is bounded by the largest entry and what waits between two seals.
    ///
    /// # Errors
    /// [`crate::LedgerError::Cancelled`] or SQLite's.
    pub fn audit(&mut self, judges: Judges<'_>, pace: Pace<'_>) -> Result<Checked> {
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        let found = self.audit_inside(judges, pace);
        self.roll_back();
        found
    }

    fn audit_inside(&mut self, mut judges: Judges<'_>, pace: Pace<'_>) -> Result<Checked> {
        let mut out = Checked::default();
        self.structure("PRAGMA integrity_check(1)", &mut out)?;
        let strands = self.strands(&mut out)?;
        let entries = self.number_of_entries()?;
        let mut proof = Proof::default();
        let logs = Logs::load(&self.conn)?;
        for strand in &strands {
            let (to, why, partly) = self.trusted_to(strand, &logs, judges.may)?;
            proof.trusted_to.insert(strand.n, (to, why));
            if partly {
                proof.vouched.entry((strand.channel, strand.id)).or_default();
            }
        }
        out.authors = strands.iter().map(|s| s.key).collect::<HashSet<_>>().len() as u64;

        // Every entry is read twice: once to be verified, once to be told.
        self.walk(&strands, &mut out, entries * 2, pace, &mut |out, strand, seq, header, hash| {
            if let Some(signature) = self.seal_of(&strand.id, seq, hash)? {
                if (judges.sealed)(&strand.key, &strand.id, seq, hash, &signature) {
                    out.seals += 1;
                    proof.sealed_to.insert(strand.n, seq);
                } else {
                    out.note(Problem::at(Fault::Seal, strand, seq));
                }
            }
            if proof.trusted_to.get(&strand.n).is_some_and(|(to, _)| seq <= *to) {
                proof.has_seen(strand.channel, &header.seen);
            }
            Ok(())
        })?;
        let log_is_sound = out.problems.iter().all(|p| matches!(p.fault, Fault::Seal));

        self.held_entries(&mut judges, &mut proof, &mut out)?;
        self.loose_seals(&strands, &judges, &mut out)?;
        self.covered(&strands, &judges, &mut proof, &mut out)?;
        for strand in &strands {
            let (to, why) = proof.trusted_to.get(&strand.n).copied().unwrap_or_default();
            let seen = proof.vouched.get(&(strand.channel, strand.id));
            let known = leading(&self.conn, &logs, &strand.id, strand.n, seen.into_iter().flatten())?;
            // What it shares with the strand it left is named there.
            let to = to.max(known).max(strand.base);
            if to < strand.head_seq {
                let fault = if why == ENDED { Fault::Ended } else { Fault::Author };
                out.note(Problem::at(fault, strand, to + 1));
            }
        }
        self.receipts(&mut out)?;
        self.count_records(&mut out)?;
        if log_is_sound {
            self.compare_tables(&mut out, entries, entries * 2, pace)?;
        }
        Ok(out)
    }

    /// The last number of a strand its author was entitled to, why not further, and whether somebody's word
    /// for more would count.
    fn trusted_to(&self, strand: &Strand, logs: &Logs, may: May<'_>) -> Result<(u64, &'static str, bool)> {
        if strand.key == self.own {
            return Ok((strand.head_seq, "", false));
        }
        Ok(match may(&self.books(), &strand.key, strand.channel, strand.head_seq, &strand.head_hash) {
            Verdict::Welcome => (strand.head_seq, "", false),
            Verdict::Quarantine(why) => (0, why, false),
            Verdict::Partly(why, endings) => (endings.last_of(&self.conn, logs, &strand.id, strand.n)?, why, true),
        })
    }

    fn seal_of(&self, log: &LogId, seq: u64, hash: &Hash) -> Result<Option<Vec<u8>>> {
        let mut stmt = self.conn.prepare_cached("SELECT signature FROM seal WHERE log = ?1 AND seq = ?2 AND hash = ?3")?;
        Ok(stmt.query_row(params![log.0, seq as i64, hash.0], |r| r.get(0)).optional()?)
    }

    /// What waits must be what it says, and lead up to a seal. What trusted authors among them have
    /// seen counts: endings are judged by it.
    fn held_entries(&self, judges: &mut Judges<'_>, proof: &mut Proof, out: &mut Checked) -> Result<()> {
        let mut stmt = self.conn.prepare(
            "SELECT h.log, h.seq, h.hash, h.key, h.space, h.class, h.header, h.body, s.signature FROM held h \
             LEFT JOIN seal s ON s.log = h.log AND s.seq = h.seq AND s.hash = h.hash ORDER BY h.log, h.seq DESC",
        )?;
        let mut rows = stmt.query([])?;
        // Hashes that a later entry, itself covered by a seal, follows.
        let mut covered: HashSet<Hash> = HashSet::new();
        // The same of a later entry that an office named when it ended the log, for each office.
        let mut named: Vec<HashSet<Hash>> = Vec::new();
        let mut log = Hash::default();
        while let Some(r) = rows.next()? {
            out.held += 1;
            let (id, seq, hash) = (Hash(r.get(0)?), r.get::<_, i64>(1)?.max(0) as u64, Hash(r.get(2)?));
            let key: PublicKey = r.get(3)?;
            let Some(class) = Class::from_number(r.get(5)?) else {
                out.note(Problem::of(Fault::Held));
                continue;
            };
            let channel = Channel { space: Uuid::from_bytes(r.get(4)?).into(), class };
            let at = |fault| Problem { key: Some(key), channel: Some(channel), seq, ..Problem::of(fault) };
            let raw = held_entry(r.get(6)?, r.get_ref(7)?.as_blob().unwrap_or_default());
            let header = match raw.open() {
                Ok(header) if header.log == id && id == log_id(&key, channel) && header.seq == seq && raw.hash() == hash => header,
                _ => {
                    out.note(at(Fault::Held));
                    continue;
                }
            };
            if log != id {
                covered.clear();
                named.clear();
                log = id;
            }
            let mut sealed = covered.remove(&hash);
            if let Some(signature) = r.get::<_, Option<Vec<u8>>>(8)? {
                if (judges.sealed)(&key, &id, seq, &hash, &signature) {
                    out.seals += 1;
                    sealed = true;
                } else {
                    out.note(at(Fault::Seal));
                }
            }
            if sealed {
                covered.insert(header.prev);
            } else if key != self.own {
                out.note(at(Fault::Unsealed));
            }
            let verdict = if key == self.own { Verdict::Welcome } else { (judges.may)(&self.books(), &key, channel, seq, &hash) };
            let trusted = match verdict {
                Verdict::Welcome => true,
                Verdict::Quarantine(_) => false,
                Verdict::Partly(_, endings) => {
                    named.resize_with(endings.0.len(), HashSet::new);
                    let mut all = true;
                    for (known, office) in named.iter_mut().zip(&endings.0) {
                        let leads = known.remove(&hash) || office.contains(&(seq, hash));
                        known.extend(leads.then_some(header.prev));
                        all &= leads;
                    }
                    all
                }
            };
            if trusted {
                proof.has_seen(channel, &header.seen);
            }
        }
        Ok(())
    }

    /// Seals of entries that are not here: forged, or of entries that should be.
    fn loose_seals(&self, strands: &[Strand], judges: &Judges<'_>, out: &mut Checked) -> Result<()> {
        let by_id: HashMap<LogId, &Strand> = strands.iter().map(|s| (s.id, s)).collect();
        let mut stmt = self.conn.prepare(
            "SELECT s.log, s.seq, s.hash, s.signature FROM seal s \
             WHERE NOT EXISTS (SELECT 1 FROM log l JOIN entry e ON e.log = l.n AND e.seq = s.seq AND e.hash = s.hash WHERE l.id = s.log) \
             AND NOT EXISTS (SELECT 1 FROM held h WHERE h.log = s.log AND h.seq = s.seq AND h.hash = s.hash)",
        )?;
        let mut rows = stmt.query([])?;
        while let Some(r) = rows.next()? {
            let (id, seq, hash) = (Hash(r.get(0)?), r.get::<_, i64>(1)?.max(0) as u64, Hash(r.get(2)?));
            let signature = r.get_ref(3)?.as_blob().unwrap_or_default();
            match by_id.get(&id) {
                None => out.note(Problem::of(Fault::Seal)),
                // The author signed for it, and it is not here.
                Some(strand) if (judges.sealed)(&strand.key, &id, seq, &hash, signature) => {
                    out.note(Problem::at(Fault::Missing, strand, seq))
                }
                Some(strand) => out.note(Problem::at(Fault::Seal, strand, seq)),
            }
        }
        Ok(())
    }

    /// Every entry of another copy stands under a seal: its strand's own, one of what waits behind the
    /// head, or one of a strand that left it further on.
    fn covered(&self, strands: &[Strand], judges: &Judges<'_>, proof: &mut Proof, out: &mut Checked) -> Result<()> {
        for head in self.heads()? {
            if proof.sealed_to.get(&head.strand).is_none_or(|to| *to < head.seq)
                && let Some((entries, signature)) = self.held_up_to_seal(&head)?
                && let Some(last) = entries.last()
                && (judges.sealed)(&head.key, &head.log, head.seq + entries.len() as u64, &last.hash(), &signature)
            {
                proof.sealed_to.insert(head.strand, head.seq);
            }
        }
        // A strand is younger than the one it left.
        for strand in strands.iter().rev() {
            let to = proof.sealed_to.get(&strand.n).copied().unwrap_or(0);
            if let Some(parent) = strand.parent
                && to > strand.base
            {
                let known = proof.sealed_to.entry(parent).or_default();
                *known = strand.base.max(*known);
            }
        }
        for strand in strands.iter().filter(|s| s.key != self.own) {
            let to = proof.sealed_to.get(&strand.n).copied().unwrap_or(0).max(strand.base);
            if to < strand.head_seq {
                out.note(Problem::at(Fault::Unsealed, strand, to + 1));
            }
        }
        Ok(())
    }

    /// What partners acknowledged of logs that are here is what is here.
    fn receipts(&self, out: &mut Checked) -> Result<()> {
        let rows = self.books().rows(
            "SELECT p.peer, p.seq, p.hash, l.space, l.class, max(l.head_seq), \
             EXISTS (SELECT 1 FROM log m JOIN entry e ON e.log = m.n AND e.seq = p.seq AND e.hash = p.hash WHERE m.id = p.log) \
             FROM peer_have p JOIN log l ON l.id = p.log GROUP BY p.peer, p.log, p.hash",
            [],
            |r| {
                let class = u8::try_from(r.get::<_, i64>(4)?).ok().and_then(Class::from_number);
                let space = Uuid::from_bytes(r.get(3)?);
                let channel = class.map(|class| Channel { space: space.into(), class });
                Ok((r.get::<_, PublicKey>(0)?, r.get::<_, i64>(1)?, channel, r.get::<_, i64>(5)?, r.get::<_, bool>(6)?))
            },
        )?;
        for (peer, seq, channel, head, ours) in rows {
            out.receipts += 1;
            if !ours && seq <= head {
                out.note(Problem { key: Some(peer), channel, seq: seq.max(0) as u64, ..Problem::of(Fault::Receipt) });
            }
        }
        Ok(())
    }
}

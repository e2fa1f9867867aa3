//! What must be true of the copies: now and then of one, at the end of all.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;
use xinghuo_ledger::{Channel, Conflict, ConflictKind, Hash, RawBlock};
use xinghuo_model::Class;

use super::{COMMUNITY, COMPOUNDS, Copy, Outcome, World, entries_of, said};
use crate::history::Who;
use crate::oracle::tell;

impl World<'_> {
    /// One copy's books against the oracle.
    pub(super) fn look(&mut self, at: usize) -> Outcome {
        let copy = &self.copies[at];
        let reading = &mut self.reading;
        let arrived = reading.arrived(&copy.ledger, self.mistake)?;
        let entries = reading.as_held_by(&copy.ledger)?.into_owned();
        let due = tell(&entries, &arrived, reading, self.mistake);
        let found = reading.books(&copy.ledger)?;
        if found != due {
            let (found, due) = found
                .iter()
                .zip(&due)
                .find(|(a, b)| a != b)
                .map_or((String::new(), String::new()), |(a, b)| (reading.describe(a), reading.describe(b)));
            return Err(format!("{} and the oracle differ:\nbooks  {found}\noracle {due}", copy.who.name()));
        }
        let listed: HashSet<Uuid> =
            copy.ledger.conflicts().map_err(said)?.into_iter().filter(|c| c.what != ConflictKind::Parallel).map(|c| c.rec).collect();
        let disputed: HashSet<Uuid> = due.iter().filter(|told| told.conflict).map(|told| reading.rec(told.rec).1).collect();
        if listed != disputed {
            return Err(format!("{}: in dispute are {disputed:?}, listed are {listed:?}", copy.who.name()));
        }
        let count = copy.ledger.count_conflicts().map_err(said)?;
        if count != disputed.len() as u64 {
            return Err(format!("{}: {} records in dispute, counted {count}", copy.who.name(), disputed.len()));
        }
        Ok(())
    }

    /// After everything was delivered: equal states, equal lists, nothing lost, nothing waits, and the
    /// tables are nothing but the log. Whoever is not believed any more goes their own way.
    pub(super) fn compare_all(&mut self) -> Outcome {
        for at in 0..self.copies.len() {
            self.look(at)?;
        }
        self.compare_hashes()?;
        self.compare_lists()?;
        self.nothing_is_lost()?;
        self.nothing_waits()?;
        self.nothing_erased_is_left()?;
        let one = self.chance.below(self.copies.len());
        self.check(one)?;
        // Costs more than all the rest of a copy's end.
        if self.chance.percent(25) { self.rebuild(one) } else { Ok(()) }
    }

    fn counted(&self) -> impl Iterator<Item = &Copy> {
        self.copies.iter().filter(|c| c.counts())
    }

    /// Laptops of one compound agree on everything, one of them and the office on what goes up, and the
    /// office and those above on what goes up further.
    fn compare_hashes(&self) -> Outcome {
        let upward = [Class::Community, Class::District];
        for (second, space) in [false, true].into_iter().zip(COMPOUNDS) {
            let laptops = || self.counted().filter(move |c| c.second == Some(second));
            let office = || self.counted().filter(|c| c.who == Who::OFFICE);
            self.one_hash(space, &Class::ALL, laptops())?;
            self.one_hash(space, &upward, laptops().take(1).chain(office()))?;
            self.one_hash(space, &[Class::District], self.counted().filter(|c| c.second.is_none()))?;
        }
        self.one_hash(COMMUNITY, &[Class::Registry], self.counted())
    }

    fn one_hash<'c>(&self, space: xinghuo_model::SpaceId, classes: &[Class], copies: impl Iterator<Item = &'c Copy>) -> Outcome {
        let mut first: Option<(Hash, Who)> = None;
        for copy in copies {
            let hash = copy.ledger.space_hash(space, classes).map_err(said)?;
            match first {
                Some((other, who)) if other != hash => {
                    return Err(format!("{} and {} have different state hashes over {classes:?}", who.name(), copy.who.name()));
                }
                _ => first = Some((hash, copy.who)),
            }
        }
        Ok(())
    }

    /// Whoever may hold the same has the same list.
    fn compare_lists(&mut self) -> Outcome {
        let mut lists: BTreeMap<(Option<bool>, bool), (Vec<Conflict>, Who)> = BTreeMap::new();
        let mut disputes = 0;
        for copy in self.counted() {
            let list = copy.ledger.conflicts().map_err(said)?;
            disputes = disputes.max(list.len() as u64);
            let key = (copy.second, copy.who == Who::OFFICE);
            match lists.get(&key) {
                Some((other, who)) if *other != list => {
                    return Err(format!("{} and {} list different conflicts: {other:#?} {list:#?}", who.name(), copy.who.name()));
                }
                Some(_) => {}
                None => drop(lists.insert(key, (list, copy.who))),
            }
        }
        self.tally.conflicts = disputes;
        Ok(())
    }

    /// Whatever stands with anybody who is believed, or stood elsewhere when a computer was lost, is with
    /// everybody who may hold it.
    fn nothing_is_lost(&mut self) -> Outcome {
        let mut all: HashMap<Hash, Channel> = self.safe.clone();
        let mut here: Vec<(Who, HashSet<Hash>)> = Vec::new();
        for copy in self.copies.iter().filter(|c| c.counts()) {
            let entries = entries_of(&copy.ledger)?;
            here.push((copy.who, entries.iter().map(|(hash, _)| *hash).collect()));
            if entries.iter().any(|(_, channel)| !copy.allows()(*channel)) {
                return Err(format!("{} holds what it may not", copy.who.name()));
            }
            all.extend(entries);
        }
        for (copy, (who, here)) in self.copies.iter().filter(|c| c.counts()).zip(&here) {
            let allows = copy.allows();
            let lost = all.iter().filter(|(hash, channel)| allows(**channel) && !here.contains(*hash)).count();
            if lost > 0 {
                return Err(format!("{}: {lost} entries that others have, or had acknowledged, are not here", who.name()));
            }
        }
        self.tally.entries = all.len() as u64;
        Ok(())
    }

    /// Nothing waits, except for what was written by somebody who is not believed, and that does.
    fn nothing_waits(&mut self) -> Outcome {
        let strangers: HashSet<_> = self
            .copies
            .iter()
            .filter(|c| c.who == Who::STRANGER)
            .flat_map(|c| c.former.iter().copied().chain([c.ledger.own_key()]))
            .collect();
        let unbelieved: HashSet<_> =
            self.copies.iter().filter(|c| !c.counts()).flat_map(|c| c.former.iter().copied().chain([c.ledger.own_key()])).collect();
        for copy in self.copies.iter().filter(|c| c.counts()) {
            if copy.ledger.heads().map_err(said)?.iter().any(|h| strangers.contains(&h.key)) {
                return Err(format!("{}: believes a stranger", copy.who.name()));
            }
            for xinghuo_ledger::Held { author: key, reason, entries: n, .. } in copy.ledger.held().map_err(said)? {
                if unbelieved.contains(&key) {
                    self.tally.set_aside += n;
                } else if !self.lost_a_laptop {
                    // What a lost laptop had told nobody in full may be missing for good.
                    return Err(format!("{}: {n} entries still wait: {reason}", copy.who.name()));
                }
            }
            self.tally.forks = self.tally.forks.max(copy.ledger.forks().map_err(said)?.len() as u64);
        }
        Ok(())
    }

    /// Of what was erased no copy has a line left, but for the word that erases it.
    fn nothing_erased_is_left(&mut self) -> Outcome {
        for copy in self.copies.iter().filter(|c| c.counts()) {
            let books = copy.ledger.books();
            let touched = books
                .rows(
                    "SELECT t.log, t.seq, t.i FROM touch t JOIN erased x ON x.rec = t.rec \
                     JOIN log l ON l.n = t.log AND l.space = x.space AND l.class = x.class",
                    [],
                    |r| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?, r.get::<_, i64>(2)?)),
                )
                .map_err(said)?;
            for (log, seq, i) in touched {
                let blocks = copy.ledger.blocks(log, seq as u64).map_err(said)?;
                if let Some(RawBlock::Body(line)) = blocks.get(i as usize) {
                    let block: serde_json::Value = serde_json::from_slice(line).map_err(|e| e.to_string())?;
                    if block["erases"] != true {
                        return Err(format!("{}: what was erased is still in its log", copy.who.name()));
                    }
                }
            }
            if books.number("SELECT count(*) FROM hole", []).map_err(said)? > 0 && !self.lost_a_laptop {
                return Err(format!("{}: a block is missing that nobody erased", copy.who.name()));
            }
            let erased = books.number("SELECT count(DISTINCT rec) FROM erased", []).map_err(said)? as u64;
            self.tally.erased = self.tally.erased.max(erased);
        }
        Ok(())
    }

    /// Every chain from its first entry, and SQLite's own structure.
    fn check(&self, at: usize) -> Outcome {
        let copy = &self.copies[at];
        let checked = copy.ledger.check(&mut |_, _| true).map_err(said)?;
        if checked.problems.is_empty() { Ok(()) } else { Err(format!("{}: {:?}", copy.who.name(), checked.problems)) }
    }

    /// The tables made anew from the log say the same.
    fn rebuild(&mut self, at: usize) -> Outcome {
        let ledger = &mut self.copies[at].ledger;
        let before = (ledger.state_hash(&Class::ALL).map_err(said)?, ledger.conflicts().map_err(said)?);
        ledger.rebuild(&mut |_, _| true).map_err(said)?;
        let after = (ledger.state_hash(&Class::ALL).map_err(said)?, ledger.conflicts().map_err(said)?);
        if before != after {
            return Err("rebuilding the tables changed them".to_owned());
        }
        self.look(at)
    }
}

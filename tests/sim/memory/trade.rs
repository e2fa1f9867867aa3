//! How entries travel between copies in memory, whose are believed, and what becomes of a computer.

use super::{Bundle, CHANNELS, Copy, Log, REGISTRY, Receipt, Word, World};
use crate::chance::Chance;
use crate::history::{Fault, Scope, Who, partners};
use crate::mistake::Mistake;
use crate::oracle::Bits;

/// Whether an entry is taken in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Welcome,
    Unknown,
    Ended,
}

impl World<'_> {
    /// A bundle goes from one to another.
    pub(super) fn carry(&mut self, from: usize, to: usize, fault: Fault, dice: u32) -> Result<(), String> {
        if !partners((self.copies[from].who, self.copies[from].second), (self.copies[to].who, self.copies[to].second)) {
            return Ok(());
        }
        let bundle = self.pack(from, to);
        self.bundles.push(bundle);
        let last = self.bundles.len() - 1;
        self.unpack(last, to, fault, dice).map(drop)
    }

    /// An old bundle is found again.
    pub(super) fn replay(&mut self, to: usize, dice: u32) -> Result<(), String> {
        let key = self.copies[to].key;
        let old: Vec<usize> = (0..self.bundles.len()).filter(|n| self.bundles[*n].to == key).collect();
        if old.is_empty() {
            return Ok(());
        }
        let which = old[dice as usize % old.len()];
        self.unpack(which, to, Fault::Whole, dice).map(drop)
    }

    /// What the other has not acknowledged, and a receipt.
    fn pack(&mut self, from: usize, to: usize) -> Bundle {
        let both = self.copies[from].allowed() & self.copies[to].allowed();
        let peer = self.copies[to].key;
        let channels = self.channels(both);
        let sender = &mut self.copies[from];
        sender.number += 1;
        let entries = sender.books.applied.and(&channels).without(&acknowledged(sender, peer, &self.notes));
        let mut have: Vec<u16> = (0..sender.books.strands.len() as u8).map(|n| sender.books.head(n)).collect();
        have.retain(|at| channels.has(*at));
        // What it never took in stands highest, and highest counts.
        have.extend(sender.claims.and(&channels).iter());
        Bundle { from: sender.key, to: peer, number: sender.number, entries, have }
    }

    /// Reads a bundle as it arrived; how many entries are new.
    fn unpack(&mut self, which: usize, to: usize, fault: Fault, dice: u32) -> Result<u32, String> {
        let mut chance = Chance::new(u64::from(dice));
        let bundle = &self.bundles[which];
        let (mut entries, number, from) = (bundle.entries, bundle.number, bundle.from);
        let whole = entries;
        let refused = match fault {
            Fault::Whole => false,
            Fault::Lost => return Ok(0),
            Fault::Torn => {
                let percent = 10 + chance.below(70) as u64;
                whole.iter().filter(|_| chance.percent(percent)).for_each(|at| entries.remove(at));
                false
            }
            Fault::Cut | Fault::Flipped => {
                let log = chance.below(usize::from(CHANNELS) * 4) as u16;
                whole.iter().filter(|at| self.notes[usize::from(*at)].log % 5 == log % 5).for_each(|at| entries.remove(at));
                chance.percent(50)
            }
        };
        if (refused || entries != whole) && self.mistake == Mistake::ClaimedBeforeCheck {
            let lost = if refused { whole } else { whole.without(&entries) };
            let copy = &mut self.copies[to];
            copy.claims.join(&lost.without(&copy.books.applied));
        }
        if refused || self.mistake == Mistake::SyncOff {
            return Ok(0);
        }
        let have = self.bundles[which].have.clone();
        let new = self.take_in(to, entries, &mut chance)?;
        if self.copies[to].key != from {
            acknowledge(&mut self.copies[to], from, number, &have, &self.notes);
        }
        Ok(new)
    }

    /// Takes entries in, together with what waited; gives how many could be applied, words of its own
    /// among them.
    fn take_in(&mut self, to: usize, entries: Bits, chance: &mut Chance) -> Result<u32, String> {
        let key = self.copies[to].key;
        let news = entries.without(&self.copies[to].books.applied).without(&self.copies[to].held);
        let restored = news.iter().any(|at| self.notes[usize::from(at)].key == key);
        if restored && self.copies.iter().filter(|c| c.key == key || c.former.contains(&key)).count() < 2 && !self.lost_a_laptop {
            return Err("entries of an own log that this copy never wrote".to_owned());
        }
        self.copies[to].held.join(&news);
        let mut new = self.apply_held(to, chance)?;
        if restored {
            let fresh = self.key();
            let copy = &mut self.copies[to];
            copy.former.push(key);
            copy.key = fresh;
            copy.retired = copy.ended;
        }
        if !self.copies[to].retired && self.mistake != Mistake::EndedByArrival {
            new += self.witness(to);
        }
        Ok(new)
    }

    /// Applies whatever can be applied until nothing moves any more, in one of many orders.
    fn apply_held(&mut self, to: usize, chance: &mut Chance) -> Result<u32, String> {
        let mut waiting: Vec<u16> = self.copies[to].held.iter().collect();
        chance.shuffle(&mut waiting);
        let (mut new, mut somebody_ended) = (0, false);
        loop {
            let vouched = if somebody_ended { self.vouched(to) } else { Vec::new() };
            let mut moved = false;
            for &at in &waiting {
                if !self.copies[to].held.has(at) {
                    continue;
                }
                match self.may(to, at) {
                    Verdict::Welcome => {}
                    Verdict::Unknown => continue,
                    Verdict::Ended => {
                        if self.mistake == Mistake::EndedByArrival || !self.leads(to, at, vouched.iter().copied()) {
                            moved |= !somebody_ended;
                            somebody_ended = true;
                            continue;
                        }
                    }
                }
                let past = if self.mistake == Mistake::SeenIgnored {
                    let mut line = self.notes[usize::from(at)].line;
                    line.remove(at);
                    line
                } else {
                    self.entries[usize::from(at)].past
                };
                if !past.within(&self.copies[to].books.applied) {
                    continue;
                }
                self.copies[to].held.remove(at);
                self.learn(to, at);
                let mut books = std::mem::take(&mut self.copies[to].books);
                let done = books.apply(at, self.all());
                self.copies[to].books = books;
                done?;
                new += 1;
                moved = true;
            }
            if !moved {
                return Ok(new);
            }
        }
    }

    /// Certificates and endings as they are applied.
    pub(super) fn learn(&mut self, to: usize, at: u16) {
        match self.notes[usize::from(at)].word {
            Word::Nothing | Word::Erases(_) => {}
            Word::Grant(key, channels) => self.copies[to].grants.push((key, channels)),
            Word::Ending(log, named) => match self.copies[to].endings.iter_mut().find(|(l, _)| *l == log) {
                Some((_, known)) => known.join(&named),
                None => self.copies[to].endings.push((log, named)),
            },
        }
    }

    fn may(&self, to: usize, at: u16) -> Verdict {
        let (copy, note) = (&self.copies[to], &self.notes[usize::from(at)]);
        if note.key == copy.key || self.mistake == Mistake::EverybodyBelieved {
            return Verdict::Welcome;
        }
        if note.key == self.office {
            // The root writes its registry and, to decide, all but the branch class.
            return if note.channel % 8 == 1 { Verdict::Unknown } else { Verdict::Welcome };
        }
        if !copy.grants.iter().any(|(key, channels)| *key == note.key && channels & (1 << note.channel) != 0) {
            return Verdict::Unknown;
        }
        match copy.endings.iter().find(|(log, _)| *log == note.log) {
            Some((_, named)) if !self.leads(to, at, named.iter()) => Verdict::Ended,
            _ => Verdict::Welcome,
        }
    }

    /// Whether an entry leads to one of these, and all in between is at hand.
    fn leads(&self, to: usize, at: u16, mut ends: impl Iterator<Item = u16>) -> bool {
        let copy = &self.copies[to];
        ends.any(|end| {
            let line = &self.notes[usize::from(end)].line;
            let mut between = line.without(&self.notes[usize::from(at)].line).without(&copy.books.applied).without(&copy.held);
            between.remove(at);
            line.has(at) && between.is_empty()
        })
    }

    /// What waiting entries of trusted authors say they have seen: what leads there is taken in even of
    /// an ended author.
    fn vouched(&self, to: usize) -> Vec<u16> {
        let trusted = self.copies[to].held.iter().filter(|at| self.may(to, *at) == Verdict::Welcome);
        trusted.flat_map(|at| self.notes[usize::from(at)].seen.iter().copied()).collect()
    }

    /// Says of every ended log that more of it was known here.
    fn witness(&mut self, at: usize) -> u32 {
        let mut said = 0;
        if self.copies[at].second.is_none() && self.copies[at].who != Who::OFFICE {
            return 0;
        }
        for n in 0..self.copies[at].endings.len() {
            let (log, named) = self.copies[at].endings[n];
            let channel = (log % CHANNELS) as u8;
            let own = Log::from(self.copies[at].key) * CHANNELS + Log::from(channel);
            let books = &self.copies[at].books;
            let due = own != log
                && books.strands_of(log).any(|s| {
                    let head = books.head(s);
                    head != u16::MAX && !self.leads(at, head, named.iter()) && !books.has_seen(own, s)
                });
            if self.entries.len() >= Bits::MOST {
                self.broken = Some("copies answer each other without end".to_owned());
            } else if due {
                self.write(at, channel, Vec::new(), Vec::new(), Word::Nothing, 0);
                said += 1;
            }
        }
        said
    }

    /// The computer is lost, and its backup opened on another one.
    pub(super) fn restore(&mut self, who: Who) {
        let Some(at) = self.at(who) else { return };
        // An office's key is the root of all trust: it has no successor.
        if self.copies[at].ended || who == Who::OFFICE {
            return;
        }
        let Some(backup) = self.copies[at].backup.take() else { return };
        self.safe = Bits::NONE;
        for (n, copy) in self.copies.iter().enumerate() {
            if n != at && copy.counts() {
                self.safe.join(&copy.books.applied);
            }
        }
        self.lost_a_laptop = true;
        let (lost, fresh) = (self.copies[at].clone(), self.key());
        let mut copy = *backup;
        copy.former.push(copy.key);
        // Keys it took after the backup wrote entries too.
        copy.former.extend(lost.former.iter().chain([&lost.key]).filter(|k| **k != copy.key));
        copy.former.dedup();
        if self.mistake != Mistake::SameKeyAfterRestore {
            copy.key = fresh;
        }
        copy.number = lost.number;
        copy.ended = false;
        self.copies[at] = copy;
    }

    /// The whole disk is copied.
    pub(super) fn clone_disk(&mut self, of: Who, copy: Who) {
        let (Some(at), None) = (self.at(of), self.at(copy)) else { return };
        let original = &self.copies[at];
        if original.second.is_none() || original.ended || of == Who::STRANGER {
            return;
        }
        let twin = Copy { who: copy, backup: None, ..original.clone() };
        self.copies.push(twin);
        self.cloned.push(self.copies[at].key);
    }

    /// The office certifies a laptop's key, and what keys it gave up.
    pub(super) fn admit(&mut self, office: usize, at: usize, scope: Scope) -> Result<(), String> {
        let copy = &self.copies[at];
        let (Some(second), false) = (copy.second, copy.ended || copy.who == Who::STRANGER) else { return Ok(()) };
        let channels = match scope {
            Scope::Full => 0b1110 << (8 * u8::from(second)),
            Scope::Narrow => 0b1100 << (8 * u8::from(second)),
            Scope::Elsewhere => 0b1110u32 << (8 * u8::from(!second)),
        };
        for key in copy.former.clone().into_iter().chain([copy.key]) {
            if !self.copies[office].grants.iter().any(|(k, mask)| *k == key && channels & !mask == 0) {
                self.write(office, REGISTRY, Vec::new(), Vec::new(), Word::Grant(key, channels), 0);
            }
        }
        Ok(())
    }

    /// The office ends a laptop's key: what it knows of its logs so far counts.
    pub(super) fn end(&mut self, office: usize, at: usize) -> Result<(), String> {
        let key = self.copies[at].key;
        let granted = self.copies[office].grants.iter().filter(|(k, _)| *k == key).fold(0, |all, (_, mask)| all | mask);
        let others = self.copies.iter().filter(|c| c.counts() && c.second.is_some() && c.key != key).count();
        if granted == 0 || !self.copies[at].counts() || others < 2 {
            return Ok(());
        }
        for copy in self.copies.iter_mut().filter(|c| c.key == key) {
            copy.ended = true;
        }
        let mut elsewhere = Bits::NONE;
        self.copies.iter().filter(|c| c.counts()).for_each(|c| elsewhere.join(&c.books.applied));
        self.safe = self.safe.and(&elsewhere);
        for channel in (0..CHANNELS).filter(|c| granted & (1 << c) != 0) {
            let log = Log::from(key) * CHANNELS + channel;
            let books = &self.copies[office].books;
            let mut named = Bits::NONE;
            books.strands_of(log).map(|s| books.head(s)).filter(|head| *head != u16::MAX).for_each(|head| named.add(head));
            self.write(office, REGISTRY, Vec::new(), Vec::new(), Word::Ending(log, named), 0);
        }
        Ok(())
    }

    /// Everybody who may be is admitted, and everything is delivered, until nobody has news.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        let office = self.at(Who::OFFICE).ok_or("a history without an office")?;
        let mut chance = Chance::new(self.chance.next());
        let mut quiet = 0;
        for _ in 0..6 * self.copies.len() + 12 {
            for at in 0..self.copies.len() {
                self.admit(office, at, Scope::Full)?;
            }
            let mut new = 0;
            for from in 0..self.copies.len() {
                for to in (0..self.copies.len()).filter(|to| *to != from) {
                    if partners((self.copies[from].who, self.copies[from].second), (self.copies[to].who, self.copies[to].second)) {
                        let bundle = self.pack(from, to);
                        self.bundles.push(bundle);
                        new += self.unpack(self.bundles.len() - 1, to, Fault::Whole, chance.dice())?;
                        self.bundles.pop();
                    }
                }
            }
            // A receipt that was too good is corrected by the next one; then there is news again.
            quiet = if new == 0 { quiet + 1 } else { 0 };
            if quiet == 2 {
                return Ok(());
            }
        }
        Err("copies still have news for each other after everybody told everybody".to_owned())
    }
}

/// What a partner has, by its own receipts; nothing where two computers use its key.
fn acknowledged(copy: &Copy, peer: u8, notes: &[super::Note]) -> Bits {
    let mut out = Bits::NONE;
    if copy.books.strands.iter().any(|s| s.forked() && s.log / CHANNELS == Log::from(peer)) {
        return out;
    }
    for receipt in copy.receipts.iter().filter(|r| r.peer == peer) {
        for head in receipt.heads.iter().filter(|h| copy.books.applied.has(**h)) {
            out.join(&notes[usize::from(*head)].line);
        }
    }
    out
}

/// Believes a receipt: the newest as a whole, an older one only where it says less.
fn acknowledge(copy: &mut Copy, peer: u8, number: u32, have: &[u16], notes: &[super::Note]) {
    let note = |at: &u16| &notes[usize::from(*at)];
    let receipt = match copy.receipts.iter().position(|r| r.peer == peer) {
        Some(at) => &mut copy.receipts[at],
        None => {
            copy.receipts.push(Receipt { peer, number: 0, heads: Vec::new() });
            let last = copy.receipts.len() - 1;
            &mut copy.receipts[last]
        }
    };
    if receipt.number <= number {
        *receipt = Receipt { peer, number, heads: have.to_vec() };
        return;
    }
    let said = |log: Log| have.iter().filter(|h| note(h).log == log).map(|h| note(h).seq).max();
    let less: Vec<Log> = receipt.heads.iter().filter(|h| said(note(h).log) < Some(note(h).seq)).map(|h| note(h).log).collect();
    receipt.heads.retain(|h| !less.contains(&note(h).log));
    receipt.heads.extend(have.iter().filter(|h| less.contains(&note(h).log)));
}

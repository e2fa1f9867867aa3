//! Bundles between the copies: written, kept, harmed on the way, and read.

use xinghuo_bundle::{Keys, Outgoing, Purpose};
use xinghuo_ledger::{Hash, LogId, PublicKey, STRETCH_BYTES, Segment, log_id};

use super::{Copy, Outcome, World, registry, said};
use crate::chance::Chance;
use crate::history::{Fault, Who, partners};
use crate::mistake::Mistake;

/// Entries, entries held, own key.
pub type Age = (i64, i64, PublicKey);
/// What stands in a receipt.
pub type Have = Vec<(LogId, u64, Hash)>;

/// What was written for somebody once, and may turn up again.
pub struct Bundle {
    from: PublicKey,
    to: PublicKey,
    number: u64,
    have: Have,
    segments: Vec<Segment>,
    /// The file, where bundles are real.
    bytes: Option<Vec<u8>>,
}

/// The key files that real bundles are written with, made once by this program: log ids follow from
/// keys, so a history needs the same ones every time.
const KEYS: &str = include_str!("../keys.jsonl");

/// Opens them; a quarter of a second.
pub fn real_keys() -> Outcome<Vec<Keys>> {
    KEYS.lines().map(|file| Keys::unlock(file, "simulator").map_err(|e| e.to_string())).collect()
}

/// A seal that costs nothing and fits one author and one head all the same.
fn seal(key: &PublicKey, log: &LogId, seq: u64, head: &Hash) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key).update(&log.0).update(&seq.to_be_bytes()).update(&head.0);
    hasher.finalize().as_bytes().to_vec()
}

impl World<'_> {
    /// Seals a copy's own logs at their heads.
    pub(super) fn seal(&mut self, at: usize) -> Outcome {
        let copy = &mut self.copies[at];
        let key = copy.ledger.own_key();
        match self.history.bytes.then(|| &self.place.keys[copy.keys]) {
            Some(keys) => copy.ledger.seal_own(&|log, seq, head| keys.seal(log, seq, head)),
            None => copy.ledger.seal_own(&|log, seq, head| seal(&key, log, seq, head)),
        }
        .map_err(said)
    }

    /// The seal an author gave, or would have given, at an entry.
    fn seal_of(&self, segment: &Segment) -> Outcome<Vec<u8>> {
        let last = segment.entries.last().ok_or("an empty stretch")?;
        let seq = last.open().map_err(|e| e.to_string())?.seq;
        let log = log_id(&segment.key, segment.channel);
        if self.history.bytes {
            let keys = self.place.keys.iter().find(|k| k.identity().signs == segment.key).ok_or("an author nobody made")?;
            return Ok(keys.seal(&log, seq, &last.hash()));
        }
        Ok(seal(&segment.key, &log, seq, &last.hash()))
    }

    /// One bundle goes from one to another.
    pub(super) fn carry(&mut self, from: usize, to: usize, fault: Fault, dice: u32) -> Outcome {
        let (a, b) = (&self.copies[from], &self.copies[to]);
        if !partners((a.who, a.second), (b.who, b.second)) {
            return Ok(());
        }
        let mut chance = Chance::new(u64::from(dice));
        let bundle = self.pack(from, to, fault, &mut chance)?;
        self.bundles.push(bundle);
        if fault != Fault::Lost {
            self.unpack(self.bundles.len() - 1, to, fault, &mut chance)?;
        }
        Ok(())
    }

    /// An old bundle is found again; only whoever it was written for can open it.
    pub(super) fn replay(&mut self, to: usize, dice: u32) -> Outcome {
        let key = self.copies[to].ledger.own_key();
        let old: Vec<usize> = (0..self.bundles.len()).filter(|n| self.bundles[*n].to == key).collect();
        match old.get(dice as usize % old.len().max(1)) {
            Some(&which) => self.unpack(which, to, Fault::Whole, &mut Chance::new(u64::from(dice))).map(drop),
            None => Ok(()),
        }
    }

    pub(super) fn pack(&mut self, from: usize, to: usize, fault: Fault, chance: &mut Chance) -> Outcome<Bundle> {
        let peer = self.copies[to].ledger.own_key();
        let (whole, sender) = (self.copies[to].allows(), self.copies[from].allows());
        self.seal(from)?;
        let copy = &mut self.copies[from];
        copy.bundles += 1;
        let both = |c| whole(c) && sender(c);
        let mut segments = copy.ledger.segments_for(&peer, &both, STRETCH_BYTES).and_then(|found| found.all()).map_err(said)?;
        let heads = copy.ledger.heads().map_err(said)?;
        let mut have: Have = heads.into_iter().filter(|h| both(h.channel)).map(|h| (h.log, h.seq, h.hash)).collect();
        for (log, (seq, hash)) in &copy.claims {
            have.retain(|(l, s, _)| l != log || s > seq);
            have.push((*log, *seq, *hash));
        }
        let number = copy.bundles;
        if fault == Fault::Torn {
            segments = self.tear(segments, chance)?;
        }
        let bytes = if self.history.bytes { Some(self.write(from, to, number, &have, &segments)?) } else { None };
        Ok(Bundle { from: self.copies[from].ledger.own_key(), to: peer, number, have, segments, bytes })
    }

    /// Some stretches are missing, some lack their beginning or their end, some come twice, in any order.
    fn tear(&self, segments: Vec<Segment>, chance: &mut Chance) -> Outcome<Vec<Segment>> {
        let mut torn: Vec<Segment> = Vec::new();
        for segment in segments {
            match chance.below(10) {
                0 => {}
                1..=3 => {
                    let n = chance.below(segment.entries.len() + 1);
                    let mut parts = vec![&segment.entries[..n], &segment.entries[n..]];
                    parts.truncate(1 + chance.below(2));
                    if chance.percent(30) {
                        parts.reverse();
                        parts.truncate(1);
                    }
                    for entries in parts.into_iter().filter(|e| !e.is_empty()) {
                        // As if its author had sealed there once.
                        let mut part = Segment { entries: entries.to_vec(), ..segment.clone() };
                        part.seal = self.seal_of(&part)?;
                        torn.push(part);
                    }
                }
                4 => torn.extend([segment.clone(), segment]),
                _ => torn.push(segment),
            }
        }
        chance.shuffle(&mut torn);
        Ok(torn)
    }

    fn write(&self, from: usize, to: usize, number: u64, have: &[(LogId, u64, Hash)], segments: &[Segment]) -> Outcome<Vec<u8>> {
        let audience = self.place.keys[self.copies[to].keys].identity();
        let outgoing = Outgoing {
            purpose: Purpose::Exchange,
            audience: &audience,
            number,
            made_at: "2024-06-01T08:00:00+08:00".to_owned(),
            have: have.to_vec(),
            want: Vec::new(),
        };
        xinghuo_bundle::write(&self.place.keys[self.copies[from].keys], &outgoing, segments).map_err(|e| e.to_string())
    }

    /// Reads a bundle as it arrived; gives how many entries are new.
    pub(super) fn unpack(&mut self, which: usize, to: usize, fault: Fault, chance: &mut Chance) -> Outcome<u64> {
        let bundle = &self.bundles[which];
        let (from, number, have) = (bundle.from, bundle.number, bundle.have.clone());
        let read = match &bundle.bytes {
            Some(bytes) => self.read(bytes, to, fault, bundle, chance)?,
            None => harmed(&bundle.segments, fault, chance),
        };
        let all = bundle.segments.len();
        let damaged = read.as_ref().is_none_or(|segments| segments.len() < all);
        self.tally.damaged += u64::from(damaged);
        if damaged && self.mistake == Mistake::ClaimedBeforeCheck {
            self.claim(which, to, read.as_deref().unwrap_or_default())?;
        }
        let Some(segments) = read.filter(|_| self.mistake != Mistake::SyncOff) else { return Ok(0) };
        let empty = segments.is_empty();
        for segment in segments.iter().filter(|_| !self.history.bytes) {
            if segment.seal != self.seal_of(segment)? {
                return Err("a seal that its author never gave".to_owned());
            }
        }
        let new = if empty { 0 } else { self.take_in(to, segments)? };
        let copy = &mut self.copies[to];
        if copy.ledger.own_key() != from {
            copy.ledger.acknowledge(&from, number, &have).map_err(said)?;
            copy.heard.insert(from, have);
        }
        Ok(new)
    }

    /// Reads real bytes, harmed or not. What can be read must be what was written.
    fn read(&self, bytes: &[u8], to: usize, fault: Fault, bundle: &Bundle, chance: &mut Chance) -> Outcome<Option<Vec<Segment>>> {
        let mut bytes = bytes.to_vec();
        match fault {
            Fault::Cut => bytes.truncate(chance.below(bytes.len())),
            Fault::Flipped => {
                for _ in 0..1 + chance.below(3) {
                    let at = chance.below(bytes.len());
                    bytes[at] ^= 1 << chance.below(8);
                }
            }
            _ => {}
        }
        match xinghuo_bundle::read(&bytes, &self.place.keys[self.copies[to].keys]) {
            Ok(opened) => {
                if opened.manifest.number != bundle.number || opened.manifest.have != bundle.have || opened.from.signs != bundle.from {
                    return Err("a bundle was read that nobody wrote".to_owned());
                }
                let same = |a: &Segment, b: &Segment| (a.key, a.channel, &a.entries, &a.seal) == (b.key, b.channel, &b.entries, &b.seal);
                if !opened.segments.iter().all(|s| bundle.segments.iter().any(|w| same(s, w))) {
                    return Err("a stretch was read that nobody wrote".to_owned());
                }
                Ok(Some(opened.segments))
            }
            Err(_) if fault == Fault::Cut || fault == Fault::Flipped => Ok(None),
            Err(error) => Err(format!("a sound bundle was refused: {error}")),
        }
    }

    /// The planted mistake: what could not be read is said to be here, from now on.
    fn claim(&mut self, which: usize, to: usize, read: &[Segment]) -> Outcome {
        let Self { bundles, copies, .. } = self;
        for segment in bundles[which].segments.iter().filter(|s| !read.iter().any(|r| r.entries == s.entries)) {
            let Some(last) = segment.entries.last() else { continue };
            let seq = last.open().map_err(|e| e.to_string())?.seq;
            let claimed = copies[to].claims.entry(log_id(&segment.key, segment.channel)).or_default();
            if claimed.0 < seq {
                *claimed = (seq, last.hash());
            }
        }
        Ok(())
    }

    fn take_in(&mut self, to: usize, segments: Vec<Segment>) -> Outcome<u64> {
        let copy = &mut self.copies[to];
        let mut gate = registry::gate(copy, self.office);
        let believed = self.mistake == Mistake::EverybodyBelieved;
        let done = copy
            .ledger
            .absorb(
                segments,
                0,
                &mut |books, key, channel, seq, hash| {
                    if believed { xinghuo_ledger::Verdict::Welcome } else { gate.may(books, key, channel, seq, hash) }
                },
                &mut |_, _| true,
            )
            .map_err(said)?;
        if done.forked.iter().any(|key| !self.cloned.contains(key)) {
            return Err("a fork that nobody made".to_owned());
        }
        if let Some(refused) = done.segments.iter().find(|s| s.refused > 0) {
            return Err(format!("sound entries were refused: {:?}", refused.reasons));
        }
        if done.restored {
            self.renew(to)?;
        }
        // A word of its own is news for the others too.
        let witnessed = self.witness(to)?;
        Ok(done.segments.iter().map(|s| s.new).sum::<u64>() + done.released + witnessed)
    }

    /// Goes on under a new key: its own was used elsewhere, or it lost what it wrote.
    fn renew(&mut self, at: usize) -> Outcome {
        self.seal(at)?;
        let (key, keys) = self.key()?;
        let copy = &mut self.copies[at];
        copy.former.push(copy.ledger.own_key());
        copy.ledger.write_as(key).map_err(said)?;
        copy.keys = keys;
        // An ended laptop takes another key too, but nobody admits that one: what it writes matters no more.
        copy.retired = copy.ended;
        Ok(())
    }

    /// Everybody who may be is admitted, and everything is delivered by the ordinary rules, except that
    /// nothing is lost any more, until nobody has news.
    pub(super) fn settle(&mut self) -> Outcome {
        let mut quiet = 0;
        for _ in 0..6 * self.copies.len() + 12 {
            for at in 0..self.copies.len() {
                self.admit(at, crate::history::Scope::Full)?;
            }
            let mut new = 0;
            for a in 0..self.copies.len() {
                for b in a + 1..self.copies.len() {
                    let name = |c: &Copy| (c.who, c.second);
                    if partners(name(&self.copies[a]), name(&self.copies[b])) {
                        new += self.hand_over(a, b)? + self.hand_over(b, a)?;
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

impl World<'_> {
    /// A bundle of the end: nothing happens to it. Where its sender has nothing to say that it did not say
    /// before, none is written.
    fn hand_over(&mut self, from: usize, to: usize) -> Outcome<u64> {
        let way = (self.copies[from].who, self.copies[to].who);
        let peer = self.copies[to].ledger.own_key();
        let state = (self.age(from)?, peer, self.copies[from].heard.get(&peer).cloned());
        if self.told.get(&way) == Some(&state) {
            return Ok(0);
        }
        self.told.insert(way, state);
        let mut chance = Chance::new(0);
        let bundle = self.pack(from, to, Fault::Whole, &mut chance)?;
        self.bundles.push(bundle);
        let new = self.unpack(self.bundles.len() - 1, to, Fault::Whole, &mut chance)?;
        self.bundles.pop();
        Ok(new)
    }

    /// What a copy could say changed if this did, or a partner's receipt.
    fn age(&self, at: usize) -> Outcome<Age> {
        let copy = &self.copies[at];
        let books = copy.ledger.books();
        let entries = books.number("SELECT coalesce(max(ord), 0) FROM entry", []).map_err(said)?;
        let held = books.number("SELECT count(*) FROM held", []).map_err(said)?;
        Ok((entries, held, copy.ledger.own_key()))
    }
}

/// What is left of a bundle whose file was harmed: nothing, or the stretches that can still be read.
fn harmed(segments: &[Segment], fault: Fault, chance: &mut Chance) -> Option<Vec<Segment>> {
    let mut left = segments.to_vec();
    match fault {
        Fault::Cut => left.truncate(chance.below(segments.len() + 1)),
        Fault::Flipped if !left.is_empty() => drop(left.remove(chance.below(segments.len()))),
        _ => return Some(left),
    }
    (!chance.percent(50)).then_some(left)
}

/// Whether a copy speaks for its laptop at all.
pub(super) fn writes(copy: &Copy) -> bool {
    !copy.retired && (copy.second.is_some() || copy.who == Who::OFFICE)
}

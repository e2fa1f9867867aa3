//! What people do at the copies in memory, and the one way an entry is written there.

use super::books::Rec;
use super::{CATEGORY, CHANNELS, CLASSES, HANDLER, LIFE, Log, NOTE, Note, PLACE, PROGRESS, REGISTRY, Saved, Word, World};
use crate::chance::Chance;
use crate::history::{Act, Who};
use crate::oracle::{Bits, Entry, Group, Groups, Value, Write};

impl World<'_> {
    pub(super) fn act(&mut self, at: usize, act: Act, dice: u32) -> Result<(), String> {
        let copy = &self.copies[at];
        let office = copy.who == Who::OFFICE;
        if copy.retired || (copy.second.is_none() && !office) {
            return Ok(());
        }
        let mut chance = Chance::new(u64::from(dice));
        // The laptop's clock: 1970, today or 2099, and backwards as often as forwards.
        let clock = chance.of(&[0i64, 20_000, 20_000, 47_000]) + chance.below(60) as i64;
        let second = copy.second.unwrap_or_else(|| self.two && chance.percent(30));
        // Who has nothing to decide edits, and who has nothing to edit makes something.
        let act = if act == Act::Decide && !copy.books.recs.iter().any(Rec::is_open) { Act::Edit } else { act };
        let chosen = self.chosen(at, second, &mut chance);
        let act = if chosen.is_none() && matches!(act, Act::Edit | Act::Delete | Act::Erase) { Act::Create } else { act };
        match act {
            Act::Create => {
                let rec = self.recs;
                self.recs += 1;
                let mut sets = vec![(PROGRESS, 1), (CATEGORY, 1 + chance.below(3) as Value), (PLACE, 1 + chance.below(3) as Value)];
                if !office && chance.percent(40) {
                    sets.push((NOTE, 1 + chance.below(2) as Value));
                }
                self.owner.push(second);
                self.save(at, second, rec, &sets, &[], clock);
            }
            Act::Month => {
                let rec = u16::from(second) * 2 + chance.below(2) as u16;
                self.put(at, second, rec, &[(CATEGORY, 1 + chance.below(2) as Value)], clock);
            }
            Act::Edit => {
                let Some(rec) = chosen else { return Ok(()) };
                let mut sets: Vec<(Group, Value)> = Vec::new();
                for _ in 0..1 + chance.below(3) {
                    let set = match chance.below(if office { 5 } else { 6 }) {
                        0 => (CATEGORY, 1 + chance.below(3) as Value),
                        1 => (PLACE, 1 + chance.below(3) as Value),
                        2 => (HANDLER, chance.below(3) as Value),
                        3 | 4 => (PROGRESS, 1 + chance.below(7) as Value),
                        _ => (NOTE, chance.below(3) as Value),
                    };
                    sets.retain(|(group, _)| *group != set.0);
                    sets.push(set);
                }
                self.put(at, second, rec, &sets, clock);
            }
            Act::Delete => {
                let Some(rec) = chosen else { return Ok(()) };
                let lives = self.lives(at, rec, 1);
                self.save(at, second, rec, &lives, &[], clock);
            }
            Act::Undo => self.undo(at, clock),
            Act::Decide => self.decide(at, &mut chance, clock),
            Act::Erase => {
                let Some(rec) = chosen else { return Ok(()) };
                // Whoever may not write a class must not name it, or nobody would hear.
                for class in if office { 2..=3u8 } else { 1..=3 } {
                    self.write(at, u8::from(second) * 8 + class, Vec::new(), Vec::new(), Word::Erases(rec), clock);
                }
            }
            Act::Publish if office => {
                self.write(at, REGISTRY, Vec::new(), Vec::new(), Word::Nothing, clock);
            }
            Act::Publish => {}
        }
        Ok(())
    }

    /// One of the newest few living records: what many edit at once is where it hurts.
    fn chosen(&self, at: usize, second: bool, chance: &mut Chance) -> Option<u16> {
        let recs = &self.copies[at].books.recs;
        let alive: Vec<u16> = (0..recs.len() as u16)
            .filter(|n| recs[usize::from(*n)].known && !recs[usize::from(*n)].deleted && self.is_of(*n, second))
            .collect();
        let newest = &alive[alive.len().saturating_sub(3)..];
        (!newest.is_empty()).then(|| chance.of(newest))
    }

    fn is_of(&self, rec: u16, second: bool) -> bool {
        let owner = if rec < 4 { rec >= 2 } else { self.owner[usize::from(rec) - 4] };
        owner == second
    }

    /// A word on a record's life in every class that this copy knows it by.
    fn lives(&self, at: usize, rec: u16, word: Value) -> Vec<(Group, Value)> {
        let Some(record) = self.copies[at].books.recs.get(usize::from(rec)) else { return Vec::new() };
        let known = |class: u8| CLASSES.iter().zip(record.dots).any(|(c, dot)| *c == class && dot.is_some());
        (1..=3u8).filter(|class| known(*class)).map(|class| (LIFE + Group::from(class) - 1, word)).collect()
    }

    /// Saves values, those alone that differ from what is shown.
    fn put(&mut self, at: usize, second: bool, rec: u16, sets: &[(Group, Value)], clock: i64) {
        let record = self.copies[at].books.recs.get(usize::from(rec));
        if record.is_some_and(|r| r.erased != 0) {
            return;
        }
        let shown = |g: Group| record.and_then(|r| r.dots[usize::from(g)]).map_or(0, |(_, v)| v);
        let differing: Vec<(Group, Value)> = sets.iter().copied().filter(|(g, v)| shown(*g) != *v).collect();
        self.save(at, second, rec, &differing, &[], clock);
    }

    /// One save: an entry for each class it touches.
    fn save(&mut self, at: usize, second: bool, rec: u16, sets: &[(Group, Value)], accepts: &[u8], clock: i64) {
        let mut entries = Vec::new();
        for class in 1..=3u8 {
            let mut writes: Vec<Write> = sets
                .iter()
                .filter(|(g, _)| CLASSES[usize::from(*g)] == class)
                .map(|(group, value)| Write { rec, group: *group, value: *value })
                .collect();
            writes.sort_unstable_by_key(|w| w.group);
            let accepted = if accepts.contains(&class) { vec![rec] } else { Vec::new() };
            if !writes.is_empty() || !accepted.is_empty() {
                entries.push(self.write(at, u8::from(second) * 8 + class, writes, accepted, Word::Nothing, clock));
            }
        }
        if !entries.is_empty() {
            self.copies[at].saves.push(Saved { entries, undone: false });
        }
    }

    /// Writes one entry into an own log and takes it in.
    pub(super) fn write(&mut self, at: usize, channel: u8, writes: Vec<Write>, accepts: Vec<u16>, word: Word, clock: i64) -> u16 {
        let key = self.copies[at].key;
        let log = Log::from(key) * CHANNELS + Log::from(channel);
        let (own, seen, lamport) = self.copies[at].books.unseen(log, channel);
        let prev = own.map(|n| self.copies[at].books.head(n)).filter(|head| *head != u16::MAX);
        let place = self.entries.len() as u16;
        let (mut past, mut line) = (Bits::NONE, Bits::NONE);
        for before in seen.iter().chain(&prev) {
            past.join(&self.entries[usize::from(*before)].past);
            past.add(*before);
        }
        if let Some(prev) = prev {
            line = self.notes[usize::from(prev)].line;
        }
        line.add(place);
        let seq = prev.map_or(0, |prev| self.notes[usize::from(prev)].seq) + 1;
        let order = Chance::new(self.seed ^ u64::from(log) << 20).next();
        let hash = Chance::new(self.seed.wrapping_mul(31) ^ u64::from(place) << 40).next();
        let erases = if let Word::Erases(rec) = word { vec![rec] } else { Vec::new() };
        self.entries.push(Entry { rank: (lamport, order, hash), at: clock, class: channel % 8, past, writes, accepts, erases });
        self.notes.push(Note { key, log, channel, seq, prev, seen, line, word });
        self.of_channel[usize::from(channel)].add(place);
        let mut books = std::mem::take(&mut self.copies[at].books);
        let done = books.apply(place, self.all());
        self.copies[at].books = books;
        self.learn(at, place);
        if let (Err(why), None) = (done, &self.broken) {
            self.broken = Some(why);
        }
        place
    }

    /// Takes back the last own save, unless something was built upon it.
    fn undo(&mut self, at: usize, clock: i64) {
        let copy = &self.copies[at];
        let Some(last) = copy.saves.iter().rposition(|s| !s.undone) else { return };
        let saved = copy.saves[last].clone();
        let Some(&first) = saved.entries.first() else { return };
        let Some(write) = self.entries[usize::from(first)].writes.first() else { return };
        let rec = write.rec;
        let Some(record) = copy.books.recs.get(usize::from(rec)).filter(|r| r.erased == 0) else { return };
        let own = |group: Group, entry: u16| record.dots[usize::from(group)].map(|(d, _)| d) == copy.books.dot_of(entry);
        let current = |entry: &u16| self.entries[usize::from(*entry)].writes.iter().all(|w| own(w.group, *entry));
        if !record.siblings.is_empty() || !saved.entries.iter().all(current) {
            return;
        }
        let written: Vec<Write> = saved.entries.iter().flat_map(|e| self.entries[usize::from(*e)].writes.clone()).collect();
        let before: Vec<u16> = copy.books.order.iter().copied().take_while(|e| *e != first).collect();
        let created = !before.iter().any(|e| self.entries[usize::from(*e)].writes.iter().any(|w| w.rec == rec));
        let mut sets: Vec<(Group, Value)> = Vec::new();
        if created {
            sets = self.lives(at, rec, 1);
        } else {
            for w in written {
                let earlier = before.iter().rev().find_map(|e| {
                    self.entries[usize::from(*e)].writes.iter().find(|o| o.rec == rec && o.group == w.group).map(|o| o.value)
                });
                let life = self.kind.is_life(w.group);
                sets.push((w.group, if life { 1 - w.value } else { earlier.unwrap_or(0) }));
            }
        }
        self.copies[at].saves[last].undone = true;
        let second = self.is_of(rec, true);
        let saves = self.copies[at].saves.len();
        self.save(at, second, rec, &sets, &[], clock);
        // An undo is not offered to be undone.
        self.copies[at].saves.truncate(saves);
    }

    /// Decides one disagreement, one way or another.
    fn decide(&mut self, at: usize, chance: &mut Chance, clock: i64) {
        let recs = &self.copies[at].books.recs;
        let open: Vec<u16> = (0..recs.len() as u16).filter(|n| recs[usize::from(*n)].is_open()).collect();
        if open.is_empty() {
            return;
        }
        let rec = chance.of(&open);
        let second = self.is_of(rec, true);
        let record: Rec = recs[usize::from(rec)].clone();
        if record.erased != 0 {
            return;
        }
        let values: Vec<(Group, Value)> =
            record.siblings.iter().filter(|(g, ..)| !self.kind.is_life(*g)).map(|(g, _, v)| (*g, *v)).collect();
        let writable = self.copies[at].allowed();
        let mine = |class: u8| writable & (1 << (u8::from(second) * 8 + class)) != 0;
        match chance.below(3) {
            0 if !values.is_empty() => {
                let decided = chance.of(&values);
                self.save(at, second, rec, &[decided], &[], clock);
            }
            1 if !record.pairs.is_empty() => {
                let known: Vec<u8> =
                    (1..=3).filter(|c| mine(*c) && self.lives(at, rec, 0).iter().any(|(g, _)| CLASSES[usize::from(*g)] == *c)).collect();
                self.save(at, second, rec, &[], &known, clock);
            }
            _ => {
                let lives = self.lives(at, rec, Value::from(chance.percent(50)));
                self.save(at, second, rec, &lives, &[], clock);
            }
        }
    }
}

//! One copy's books in memory, merged entry by entry as they come: strands, what each has seen,
//! dots, siblings and pairs, as the product's tables hold them. Written anew, not shared with it.

use super::strands::Strand;
use super::{Kind, Note};
use crate::mistake::Mistake;
use crate::oracle::{Bits, Entry, Group, Groups, Told, Value, class_bit};

/// How many groups the one kind of record has.
pub const GROUPS: usize = 8;

/// A write: entry `seq` of a strand of this copy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dot {
    pub strand: u8,
    pub seq: u16,
}

#[derive(Debug, Clone, Default)]
pub struct Rec {
    /// The shown write of each group.
    pub dots: [Option<(Dot, Value)>; GROUPS],
    pub siblings: Vec<(Group, Dot, Value)>,
    pub pairs: Vec<[(Group, Dot); 2]>,
    /// Deleted, or erased in any class.
    pub deleted: bool,
    /// The classes in which it was erased.
    pub erased: u8,
    pub conflict: bool,
    pub known: bool,
}

impl Rec {
    /// Whether somebody may decide or accept something.
    pub fn is_open(&self) -> bool {
        self.conflict || !self.pairs.is_empty()
    }
}

#[derive(Debug, Clone, Default)]
pub struct Books {
    pub strands: Vec<Strand>,
    pub recs: Vec<Rec>,
    pub applied: Bits,
    pub order: Vec<u16>,
    /// Where each entry stands here, by its place in the list of all.
    pub(super) at: Vec<Option<Dot>>,
}

/// All entries there are, and how to judge them.
#[derive(Clone, Copy)]
pub struct All<'a> {
    pub entries: &'a [Entry],
    pub notes: &'a [Note],
    pub groups: &'a Kind,
    pub mistake: Mistake,
}

impl Books {
    /// Takes in an entry of which everything it names is here. Gives false where there is an entry of
    /// its number already and the planted mistake does not look further.
    pub fn apply(&mut self, at: u16, all: All<'_>) -> Result<bool, String> {
        let note = &all.notes[usize::from(at)];
        if all.mistake == Mistake::ByNumber && self.strands_of(note.log).any(|n| self.strands[usize::from(n)].seq() >= note.seq) {
            self.applied.add(at);
            return Ok(false);
        }
        let strand = self.place(note, all)?;
        let lamport = self.note_seen(strand, note, all)?;
        let row = &mut self.strands[usize::from(strand)];
        if all.entries[usize::from(at)].rank.0 != lamport && all.mistake == Mistake::None {
            return Err("a logical clock that nobody could have".to_owned());
        }
        row.lamport = lamport;
        row.entries.push(at);
        if self.at.len() <= usize::from(at) {
            self.at.resize(usize::from(at) + 1, None);
        }
        let dot = Dot { strand, seq: note.seq };
        self.at[usize::from(at)] = Some(dot);
        self.applied.add(at);
        self.order.push(at);
        let entry = &all.entries[usize::from(at)];
        for of_record in entry.writes.chunk_by(|a, b| a.rec == b.rec) {
            let rec = usize::from(of_record[0].rec);
            if self.recs.len() <= rec {
                self.recs.resize_with(rec + 1, Rec::default);
            }
            let mut record = std::mem::take(&mut self.recs[rec]);
            record.known = true;
            let mut noted = false;
            // Nothing more is kept of what was erased.
            if record.erased & class_bit(entry.class) == 0 || all.mistake == Mistake::ErasedComesBack {
                for write in of_record {
                    noted |= self.write_group(&mut record, write.group, dot, write.value, all);
                }
                self.pair_up(&mut record, of_record.iter().map(|w| w.group), dot, all);
                self.judge(&mut record, all);
            }
            if all.mistake == Mistake::OnArrival {
                record.conflict = noted;
            }
            self.recs[rec] = record;
        }
        for rec in &entry.erases {
            self.erase(usize::from(*rec), entry.class, all);
        }
        for rec in &entry.accepts {
            let Some(record) = self.recs.get_mut(usize::from(*rec)) else { continue };
            let mut record = std::mem::take(record);
            let pairs = std::mem::take(&mut record.pairs);
            record.pairs = pairs
                .into_iter()
                .filter(|pair| {
                    let deletion = pair.iter().any(|(g, d)| all.groups.is_life(*g) && value_of(&record, *g, *d) == 1);
                    deletion || !pair.iter().all(|(_, d)| self.covers(dot, *d, all.mistake))
                })
                .collect();
            self.judge(&mut record, all);
            self.recs[usize::from(*rec)] = record;
        }
        Ok(true)
    }

    /// Drops everything a class says of a record, for good.
    fn erase(&mut self, rec: usize, class: u8, all: All<'_>) {
        if self.recs.len() <= rec {
            self.recs.resize_with(rec + 1, Rec::default);
        }
        let mut record = std::mem::take(&mut self.recs[rec]);
        let of_class = |group: Group| all.groups.class(group) == class;
        record.known = true;
        record.erased |= class_bit(class);
        record.siblings.retain(|(g, ..)| !of_class(*g));
        record.pairs.retain(|pair| !of_class(pair[0].0));
        for (_, dot) in record.dots.iter_mut().enumerate().filter(|(g, _)| of_class(*g as Group)) {
            *dot = None;
        }
        self.judge(&mut record, all);
        self.recs[rec] = record;
    }

    /// Writes one group; whether what was there and is not superseded says something else.
    fn write_group(&self, rec: &mut Rec, group: Group, dot: Dot, value: Value, all: All<'_>) -> bool {
        let mut kept: Vec<(Group, Dot, Value)> = rec.siblings.iter().filter(|(g, ..)| *g == group).copied().collect();
        if let (true, Some((dot, value))) = (kept.is_empty(), rec.dots[usize::from(group)]) {
            kept.push((group, dot, value));
        }
        let covered = |d: &Dot| self.covers(dot, *d, all.mistake);
        rec.pairs.retain(|pair| !pair.iter().any(|(g, d)| *g == group && covered(d) && kept.iter().any(|(_, k, _)| k == d)));
        kept.retain(|(_, d, _)| !covered(d));
        rec.siblings.retain(|(g, ..)| *g != group);
        if kept.is_empty() {
            rec.dots[usize::from(group)] = Some((dot, value));
            return false;
        }
        let differs = kept.iter().any(|(.., v)| *v != value);
        kept.push((group, dot, value));
        let shown = self.shown(group, &kept, all);
        rec.dots[usize::from(group)] = Some((kept[shown].1, kept[shown].2));
        rec.siblings.extend(kept);
        differs
    }

    /// Which of several writes is shown first.
    fn shown(&self, group: Group, of_group: &[(Group, Dot, Value)], all: All<'_>) -> usize {
        let settled = settled(group, of_group, all.groups);
        let rank = |dot: Dot| {
            let entry = &all.entries[usize::from(self.entry_at(dot.strand, dot.seq))];
            (if all.mistake == Mistake::WallClock { entry.at } else { 0 }, entry.rank)
        };
        let mut best: Option<usize> = None;
        for (at, (_, dot, value)) in of_group.iter().enumerate() {
            if settled.is_none_or(|s| s == *value) && best.is_none_or(|b| rank(*dot) > rank(of_group[b].1)) {
                best = Some(at);
            }
        }
        best.unwrap_or(0)
    }

    /// Notes concurrent writes to other groups of the record in the same channel.
    fn pair_up(&self, rec: &mut Rec, written: impl Iterator<Item = Group> + Clone, dot: Dot, all: All<'_>) {
        let class = written.clone().next().map_or(0, |g| all.groups.class(g));
        for other in (0..GROUPS as Group).filter(|g| all.groups.class(*g) == class) {
            let Some(shown) = rec.dots[usize::from(other)] else { continue };
            let listed: Vec<Dot> = rec.siblings.iter().filter(|(g, ..)| *g == other).map(|(_, d, _)| *d).collect();
            let dots: &[Dot] = if listed.is_empty() { &[shown.0] } else { &listed };
            for d in dots.iter().filter(|d| !self.covers(dot, **d, all.mistake)) {
                for group in written.clone().filter(|g| *g != other) {
                    let mut pair = [(group, dot), (other, *d)];
                    pair.sort_unstable();
                    if !rec.pairs.contains(&pair) {
                        rec.pairs.push(pair);
                    }
                }
            }
        }
    }

    /// Sets life and dispute from all current writes of the record.
    fn judge(&self, rec: &mut Rec, all: All<'_>) {
        let mut conflict = false;
        for group in 0..GROUPS as Group {
            let mut values = rec.siblings.iter().filter(|(g, ..)| *g == group).map(|(.., v)| *v);
            if let Some(first) = values.next()
                && values.any(|v| v != first)
            {
                let listed: Vec<_> = rec.siblings.iter().filter(|(g, ..)| *g == group).copied().collect();
                conflict |= settled(group, &listed, all.groups).is_none();
            }
        }
        let (mut deleted, mut kept, mut silent) = (false, false, false);
        for class in 1..=3 {
            let of_class = |g: &Group| all.groups.class(*g) == class;
            let Some(life) = (0..GROUPS as Group).filter(of_class).find(|g| all.groups.is_life(*g)) else { continue };
            let Some((_, word)) = rec.dots[usize::from(life)] else {
                silent |= (0..GROUPS as Group).filter(of_class).any(|g| rec.dots[usize::from(g)].is_some());
                continue;
            };
            let listed = || rec.siblings.iter().filter(|(g, ..)| *g == life).map(|(.., v)| *v == 1);
            let (any, every) = match listed().next() {
                Some(_) => (listed().any(|w| w), listed().all(|w| w)),
                None => (word == 1, word == 1),
            };
            let disputed = any && rec.pairs.iter().flatten().any(|(g, _)| *g == life);
            conflict |= disputed;
            if every && !disputed {
                deleted = true;
            } else {
                kept = true;
            }
        }
        rec.conflict = conflict || (deleted && silent);
        rec.deleted = (deleted && !kept && !silent) || rec.erased != 0;
    }

    /// What these books say, in the oracle's form.
    pub fn tell(&self, groups: &Kind) -> Vec<Told> {
        let entry = |d: &Dot| self.entry_at(d.strand, d.seq);
        let mut out = Vec::with_capacity(self.recs.len());
        for (n, rec) in self.recs.iter().enumerate().filter(|(_, r)| r.known) {
            let shown = rec.dots.iter().enumerate().filter_map(|(g, d)| Some((g as Group, (*d)?.1)));
            let mut told = Told {
                rec: n as u16,
                deleted: rec.deleted,
                erased: rec.erased,
                conflict: rec.conflict,
                shown: shown.filter(|(g, v)| *v != 0 && !groups.is_life(*g)).collect(),
                siblings: rec.siblings.iter().map(|(g, d, v)| (*g, entry(d), *v)).collect(),
                pairs: rec.pairs.iter().map(|p| p.map(|(g, d)| (g, entry(&d)))).collect(),
            };
            told.siblings.sort_unstable();
            told.pairs.iter_mut().for_each(|p| p.sort_unstable());
            told.pairs.sort_unstable();
            out.push(told);
        }
        out
    }
}

/// What a current write of a group says.
fn value_of(rec: &Rec, group: Group, dot: Dot) -> Value {
    let listed = rec.siblings.iter().find(|(g, d, _)| *g == group && *d == dot).map(|(.., v)| *v);
    listed.or(rec.dots[usize::from(group)].filter(|(d, _)| *d == dot).map(|(_, v)| v)).unwrap_or(0)
}

/// The value the others lead to.
fn settled(group: Group, all: &[(Group, Dot, Value)], groups: &Kind) -> Option<Value> {
    let mut values: Vec<Value> = Vec::with_capacity(all.len());
    for (.., value) in all {
        if !values.contains(value) {
            values.push(*value);
        }
    }
    groups.settled(group, &values).map(|at| values[at])
}

//! What the books must say, as a pure function of the set of entries: no order of arrival, no SQL,
//! no incremental state. Written from the design, not from the code it is checked against. Records,
//! groups, values and entries are small numbers here, so that both engines can ask it: the one over
//! SQLite translates what it reads, the one in memory has nothing else.

use crate::mistake::Mistake;

/// A set of entries, by their place in a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bits([u64; Bits::WORDS]);

impl Bits {
    const WORDS: usize = 8;
    /// How many entries a history may have.
    pub const MOST: usize = Self::WORDS * 64;
    pub const NONE: Self = Self([0; Self::WORDS]);

    pub fn has(&self, at: u16) -> bool {
        self.0[usize::from(at) / 64] & (1 << (at % 64)) != 0
    }

    pub fn add(&mut self, at: u16) {
        self.0[usize::from(at) / 64] |= 1 << (at % 64);
    }

    pub fn remove(&mut self, at: u16) {
        self.0[usize::from(at) / 64] &= !(1 << (at % 64));
    }

    pub fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a |= b);
    }

    /// What is here and not there.
    pub fn without(&self, other: &Self) -> Self {
        let mut out = *self;
        out.0.iter_mut().zip(other.0).for_each(|(a, b)| *a &= !b);
        out
    }

    pub fn and(&self, other: &Self) -> Self {
        let mut out = *self;
        out.0.iter_mut().zip(other.0).for_each(|(a, b)| *a &= b);
        out
    }

    pub fn within(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).all(|(a, b)| a & !b == 0)
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|w| *w == 0)
    }

    pub fn iter(&self) -> impl Iterator<Item = u16> + use<> {
        self.0.into_iter().enumerate().flat_map(|(n, word)| {
            std::iter::successors(Some(word), |w| Some(w & w.wrapping_sub(1)))
                .take_while(|w| *w != 0)
                .map(move |w| (n * 64) as u16 + w.trailing_zeros() as u16)
        })
    }
}

/// Which entry wrote: its place in the list.
pub type Dot = u16;
/// A merge group of a record kind, or a record's life in one class.
pub type Group = u16;
/// A value; of a life group 1 is deleted and 0 is not, of another 0 is empty.
pub type Value = u32;

/// One write of one group of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Write {
    pub rec: u16,
    pub group: Group,
    pub value: Value,
}

/// One entry as far as the merge is concerned.
#[derive(Debug, Clone)]
pub struct Entry {
    /// (lamport, log, hash): which of several concurrent values is shown.
    pub rank: (u64, u64, u64),
    /// The laptop's clock; only a planted mistake looks at it.
    pub at: i64,
    /// The class of its channel, narrowest 1.
    pub class: u8,
    /// Everything that led to the entry, by its place in the list.
    pub past: Bits,
    pub writes: Vec<Write>,
    /// The records whose parallel edits it accepts.
    pub accepts: Vec<u16>,
    /// The records that it erases in its class.
    pub erases: Vec<u16>,
}

/// A class as one of the bits of [`Told::erased`].
pub fn class_bit(class: u8) -> u8 {
    1 << (class - 1)
}

/// What the oracle must know of the groups.
pub trait Groups {
    fn class(&self, group: Group) -> u8;
    fn is_life(&self, group: Group) -> bool;
    /// Of different values the one that the others lead to, by the kind's own rule.
    fn settled(&self, group: Group, values: &[Value]) -> Option<usize>;
}

/// What the books say of one record. All lists are sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    pub rec: u16,
    /// Deleted, or erased in any class: not read any more.
    pub deleted: bool,
    /// The classes in which it was erased.
    pub erased: u8,
    pub conflict: bool,
    /// The shown value of each group; empty ones left out.
    pub shown: Vec<(Group, Value)>,
    /// Every value of a group that has several.
    pub siblings: Vec<(Group, Dot, Value)>,
    /// Current writes to different groups that did not know of each other.
    pub pairs: Vec<[(Group, Dot); 2]>,
}

/// A write and its place in the order of arrival, which only planted mistakes look at.
#[derive(Clone, Copy)]
struct Placed {
    write: Write,
    arrived: u16,
    dot: Dot,
}

/// Every record of the entries that arrived, in the order of their numbers.
pub fn tell(entries: &[Entry], arrived: &[u16], groups: &impl Groups, mistake: Mistake) -> Vec<Told> {
    let mut writes: Vec<Placed> = Vec::with_capacity(arrived.len() * 4);
    let mut accepts: Vec<(u16, Dot)> = Vec::new();
    let mut erased: Vec<(u16, u8)> = Vec::new();
    for (n, &dot) in arrived.iter().enumerate() {
        let entry = &entries[usize::from(dot)];
        writes.extend(entry.writes.iter().map(|write| Placed { write: *write, arrived: n as u16, dot }));
        accepts.extend(entry.accepts.iter().map(|rec| (*rec, dot)));
        erased.extend(entry.erases.iter().map(|rec| (*rec, entry.class)));
    }
    if !erased.is_empty() {
        // Whatever that class ever said of them, seen or not, early or late.
        let gone = |p: &Placed| match mistake {
            Mistake::ErasedComesBack => arrived.iter().any(|e| {
                let e = &entries[usize::from(*e)];
                e.erases.contains(&p.write.rec) && e.class == groups.class(p.write.group) && e.past.has(p.dot)
            }),
            _ => erased.contains(&(p.write.rec, groups.class(p.write.group))),
        };
        writes.retain(|p| !gone(p));
        erased.sort_unstable();
    }
    writes.sort_unstable_by_key(|p| (p.write.rec, p.write.group, p.arrived));
    let judge = Judge { entries, groups, mistake };
    let mut told: Vec<Told> =
        writes.chunk_by(|a, b| a.write.rec == b.write.rec).map(|of_record| judge.record(of_record, &accepts)).collect();
    for (rec, class) in erased {
        let at = told.binary_search_by_key(&rec, |t| t.rec).unwrap_or_else(|at| {
            told.insert(at, Told { rec, ..Told::default() });
            at
        });
        told[at].erased |= class_bit(class);
        told[at].deleted = true;
    }
    told
}

struct Judge<'a, G> {
    entries: &'a [Entry],
    groups: &'a G,
    mistake: Mistake,
}

impl<G: Groups> Judge<'_, G> {
    fn covers(&self, later: Dot, earlier: Dot) -> bool {
        self.entries[usize::from(later)].past.has(earlier)
    }

    fn record(&self, writes: &[Placed], accepts: &[(u16, Dot)]) -> Told {
        let rec = writes[0].write.rec;
        let mut told = Told { rec, ..Told::default() };
        let mut current: Vec<Placed> = Vec::new();
        for of_group in writes.chunk_by(|a, b| a.write.group == b.write.group) {
            let group = of_group[0].write.group;
            let from = current.len();
            match self.mistake {
                Mistake::LastArrival => current.extend(of_group.last()),
                _ => current.extend(of_group.iter().filter(|w| !of_group.iter().any(|other| self.covers(other.dot, w.dot)))),
            }
            let all = &current[from..];
            let (shown, differs) = self.shown(group, all);
            if shown != 0 && !self.groups.is_life(group) {
                told.shown.push((group, shown));
            }
            if all.len() > 1 {
                told.siblings.extend(all.iter().map(|w| (group, w.dot, w.write.value)));
            }
            told.conflict |= match (self.mistake, of_group) {
                (Mistake::OnArrival, [.., before, last]) => !self.covers(last.dot, before.dot) && last.write.value != before.write.value,
                (Mistake::OnArrival, _) => false,
                _ => differs,
            };
        }
        self.pair_up(&current, accepts, &mut told);
        self.judge_life(&current, &mut told);
        told.siblings.sort_unstable();
        told.pairs.sort_unstable();
        told
    }

    /// Current writes of one class to different groups that did not know of each other, unless both
    /// were accepted.
    fn pair_up(&self, current: &[Placed], accepts: &[(u16, Dot)], told: &mut Told) {
        let sees = |e: Dot, w: Dot| e == w || self.covers(e, w);
        for (n, x) in current.iter().enumerate() {
            for y in &current[n + 1..] {
                let (g, h) = (x.write.group, y.write.group);
                if g == h || x.dot == y.dot || self.groups.class(g) != self.groups.class(h) {
                    continue;
                }
                if self.covers(x.dot, y.dot) || self.covers(y.dot, x.dot) {
                    continue;
                }
                // A deletion against a change is decided, not accepted.
                let deletion = [x, y].iter().any(|w| self.groups.is_life(w.write.group) && w.write.value == 1);
                let accepted = accepts.iter().any(|(rec, e)| *rec == told.rec && sees(*e, x.dot) && sees(*e, y.dot));
                if deletion || !accepted {
                    told.pairs.push([(g, x.dot), (h, y.dot)]);
                }
            }
        }
    }

    /// Hidden where every class's word is "deleted" and nothing concurrent disputes it.
    fn judge_life(&self, current: &[Placed], told: &mut Told) {
        let (mut deleted, mut kept, mut silent) = (false, false, false);
        for class in 1..=4 {
            let of_class = || current.iter().filter(|w| self.groups.class(w.write.group) == class);
            let words = || of_class().filter(|w| self.groups.is_life(w.write.group));
            if of_class().next().is_none() {
                continue;
            }
            let Some(word) = words().next() else {
                silent = true;
                continue;
            };
            let group = word.write.group;
            let disputed = words().any(|w| w.write.value == 1) && told.pairs.iter().flatten().any(|(g, _)| *g == group);
            told.conflict |= disputed;
            if words().all(|w| w.write.value == 1) && !disputed {
                deleted = true;
            } else {
                kept = true;
            }
        }
        // Deleted by somebody who did not know what another class holds of it.
        told.conflict |= deleted && silent;
        told.deleted = deleted && !kept && !silent;
    }

    /// The value that leads, and whether a person must decide.
    fn shown(&self, group: Group, all: &[Placed]) -> (Value, bool) {
        if let [only] = all {
            return (only.write.value, false);
        }
        let mut values: Vec<Value> = Vec::with_capacity(all.len());
        for w in all {
            if !values.contains(&w.write.value) {
                values.push(w.write.value);
            }
        }
        let settled = self.groups.settled(group, &values).map(|at| values[at]);
        let best = all.iter().filter(|w| settled.is_none_or(|s| s == w.write.value)).max_by_key(|w| {
            let e = &self.entries[usize::from(w.dot)];
            (if self.mistake == Mistake::WallClock { e.at } else { 0 }, e.rank)
        });
        (best.map_or(0, |w| w.write.value), values.len() > 1 && settled.is_none())
    }
}

//! The logs of one copy in memory: strands, what each has seen, and where an entry belongs.

use super::books::{All, Books, Dot};
use super::{Log, Note};
use crate::mistake::Mistake;

/// A log, or a line of it that left another where the log forked.
#[derive(Debug, Clone)]
pub struct Strand {
    pub log: Log,
    pub channel: u8,
    pub(super) parent: Option<(u8, u16)>,
    pub(super) base: u16,
    /// Its entries after `base`.
    pub(super) entries: Vec<u16>,
    pub(super) lamport: u64,
    /// By strand: up to which number its head has seen it.
    pub(super) seen: Vec<u16>,
}

impl Strand {
    pub fn seq(&self) -> u16 {
        self.base + self.entries.len() as u16
    }

    pub fn forked(&self) -> bool {
        self.parent.is_some()
    }

    pub(super) fn seen(&self, strand: u8) -> u16 {
        self.seen.get(usize::from(strand)).copied().unwrap_or(0)
    }
}

impl Books {
    pub fn strands_of(&self, log: Log) -> impl Iterator<Item = u8> {
        self.strands.iter().enumerate().filter(move |(_, s)| s.log == log).map(|(n, _)| n as u8)
    }

    /// The entry a strand ends with.
    pub fn head(&self, strand: u8) -> u16 {
        let row = &self.strands[usize::from(strand)];
        match (row.entries.last(), row.parent) {
            (Some(last), _) => *last,
            (None, Some((parent, base))) => self.entry_at(parent, base),
            (None, None) => u16::MAX,
        }
    }

    pub(super) fn entry_at(&self, strand: u8, seq: u16) -> u16 {
        let row = &self.strands[usize::from(strand)];
        match row.parent {
            Some((parent, _)) if seq <= row.base => self.entry_at(parent, seq),
            _ => row.entries[usize::from(seq - row.base) - 1],
        }
    }

    pub fn dot_of(&self, entry: u16) -> Option<Dot> {
        self.at.get(usize::from(entry)).copied().flatten()
    }

    /// The own strand of a log, and what its next entry must say it has newly seen: heads of the
    /// channel's other strands.
    pub fn unseen(&self, log: Log, channel: u8) -> (Option<u8>, Vec<u16>, u64) {
        let own = self.strands_of(log).next();
        let mut lamport = own.map_or(0, |n| self.strands[usize::from(n)].lamport);
        let mut out = Vec::new();
        for (n, other) in self.strands.iter().enumerate().filter(|(_, s)| s.channel == channel && s.log != log) {
            lamport = lamport.max(other.lamport);
            if own.is_none_or(|own| self.strands[usize::from(own)].seen(n as u8) < other.seq()) {
                out.push(self.head(n as u8));
            }
        }
        (own, out, lamport + 1)
    }

    /// Whether the log's newest word here covers a strand up to its head.
    pub fn has_seen(&self, log: Log, strand: u8) -> bool {
        self.strands_of(log)
            .next()
            .is_some_and(|own| self.strands[usize::from(own)].seen(strand) >= self.strands[usize::from(strand)].seq())
    }

    /// The strand an entry follows, a new one where another entry follows the same.
    pub(super) fn place(&mut self, note: &Note, all: All<'_>) -> Result<u8, String> {
        for n in 0..self.strands.len() as u8 {
            if self.strands[usize::from(n)].log == note.log && note.prev.map_or(0, |_| note.seq - 1) == self.strands[usize::from(n)].seq() {
                let head = self.head(n);
                if note.prev.map_or(head == u16::MAX, |prev| prev == head) {
                    return Ok(n);
                }
            }
        }
        let parent = match note.prev {
            Some(prev) => Some((self.dot_of(prev).ok_or("an entry that follows nothing")?.strand, note.seq - 1)),
            None => self.strands_of(note.log).next().map(|first| (first, 0)),
        };
        let (base, seen, lamport) = match parent {
            Some((parent, base)) => {
                let (seen, lamport) = self.inherited(parent, base, all);
                (base, seen, lamport)
            }
            None => (0, Vec::new(), 0),
        };
        self.strands.push(Strand { log: note.log, channel: note.channel, parent, base, entries: Vec::new(), lamport, seen });
        Ok(self.strands.len() as u8 - 1)
    }

    /// What whoever leaves a strand after its entry `base` knows there, told again from the entries.
    pub(super) fn inherited(&self, parent: u8, base: u16, all: All<'_>) -> (Vec<u16>, u64) {
        let (mut seen, mut lamport) = (Vec::new(), 0);
        for seq in 1..=base {
            let entry = self.entry_at(parent, seq);
            lamport = all.entries[usize::from(entry)].rank.0;
            for peer in &all.notes[usize::from(entry)].seen {
                if let Some(dot) = self.dot_of(*peer) {
                    self.widen(&mut seen, dot);
                }
            }
        }
        if base > 0 {
            self.widen(&mut seen, Dot { strand: parent, seq: base });
        }
        (seen, lamport)
    }

    /// Notes that an entry of a strand was seen, and with it all that leads there.
    pub(super) fn widen(&self, seen: &mut Vec<u16>, dot: Dot) {
        let mut next = Some((dot.strand, dot.seq));
        while let Some((strand, seq)) = next {
            let at = usize::from(strand);
            if seen.len() <= at {
                seen.resize(at + 1, 0);
            }
            seen[at] = seen[at].max(seq);
            next = self.strands[at].parent;
        }
    }

    /// Gives the logical clock the entry must have.
    pub(super) fn note_seen(&mut self, strand: u8, note: &Note, all: All<'_>) -> Result<u64, String> {
        let at = usize::from(strand);
        let mut lamport = self.strands[at].lamport;
        let mut seen = std::mem::take(&mut self.strands[at].seen);
        for peer in &note.seen {
            match self.dot_of(*peer) {
                Some(dot) => {
                    lamport = lamport.max(all.entries[usize::from(*peer)].rank.0);
                    self.widen(&mut seen, dot);
                }
                None if all.mistake == Mistake::SeenIgnored || all.mistake == Mistake::ByNumber => {}
                None => return Err("applied before what it has seen".to_owned()),
            }
        }
        self.strands[at].seen = seen;
        Ok(lamport + 1)
    }

    /// Whether the head of a write's strand, which is the write itself while it is applied, has seen
    /// another.
    pub(super) fn covers(&self, dot: Dot, other: Dot, mistake: Mistake) -> bool {
        dot.strand == other.strand
            || mistake == Mistake::LastArrival
            || (mistake != Mistake::SeenIgnored && self.strands[usize::from(dot.strand)].seen(other.strand) >= other.seq)
    }
}

//! What many histories came to.

use std::fmt::Display;

/// Counts of one history, or of many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub histories: u64,
    /// On the copy that has most.
    pub entries: u64,
    /// Logs, or strands of them, that left another.
    pub forks: u64,
    /// Entries that copies hold at the end because their author is not, or no longer, believed.
    pub set_aside: u64,
    /// Records in dispute at the end, or with parallel edits nobody accepted.
    pub conflicts: u64,
    /// Bundles that were refused, or of which a part could not be read.
    pub damaged: u64,
    /// Histories whose bundles were real bytes.
    pub bytes: u64,
    /// Persons erased.
    pub erased: u64,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        self.histories += other.histories;
        self.entries += other.entries;
        self.forks += other.forks;
        self.set_aside += other.set_aside;
        self.conflicts += other.conflicts;
        self.damaged += other.damaged;
        self.bytes += other.bytes;
        self.erased += other.erased;
    }

    /// Reads back what [`Display`] writes.
    pub fn parse(line: &str) -> Option<Self> {
        let mut numbers = line.split(|c: char| !c.is_ascii_digit()).filter(|w| !w.is_empty()).map(str::parse);
        let mut next = || numbers.next()?.ok();
        Some(Self {
            histories: next()?,
            entries: next()?,
            forks: next()?,
            set_aside: next()?,
            conflicts: next()?,
            damaged: next()?,
            bytes: next()?,
            erased: next()?,
        })
    }
}

impl Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} histories: {} entries, {} forks, {} entries set aside, {} disagreements left, {} damaged bundles, {} histories in real bytes, {} erasures",
            self.histories, self.entries, self.forks, self.set_aside, self.conflicts, self.damaged, self.bytes, self.erased
        )
    }
}

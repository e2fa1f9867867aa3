//! The engine in memory: the same histories without SQLite, files or bytes, some ten thousand a second.
//!
//! Every copy merges entries one by one, as they come and in whatever order, with strands, dots and
//! seen vectors as the product's tables hold them ([`books`], [`strands`]); the oracle judges the same entries as a
//! set. After everything was delivered all copies must agree with each other and with the oracle.
//!
//! What it proves: that the *rules* converge. The merge rule (values, siblings, pairs, lives, accepted
//! edits, states that settle), forks under one key, and the rules of trust (certificates, endings,
//! vouching, witnesses) lead to one outcome, whatever arrives when, and receipts lose nothing.
//!
//! What it does not: anything about the product's code. Merge and gate are written anew here, from the
//! design. SQL, encodings, hashes, seals, keys and files are not in it; an entry arrives whole or not
//! at all, and what is held is passed on by whoever can apply it. For all that there is the engine over
//! SQLite, which plays the same histories.

mod books;
mod people;
mod strands;
mod trade;

use crate::chance::Chance;
use crate::history::{History, Step, Who};
use crate::mistake::Mistake;
use crate::oracle::{Bits, Entry, Group, Groups, Value, tell};
use crate::tally::Tally;
use books::{All, Books};

/// The mistakes that this engine can be made to make.
pub const MISTAKES: [Mistake; 11] = [
    Mistake::SyncOff,
    Mistake::SeenIgnored,
    Mistake::OnArrival,
    Mistake::WallClock,
    Mistake::LastArrival,
    Mistake::ByNumber,
    Mistake::ClaimedBeforeCheck,
    Mistake::SameKeyAfterRestore,
    Mistake::EndedByArrival,
    Mistake::EverybodyBelieved,
    Mistake::ErasedComesBack,
];

/// A log: its key and its channel.
pub type Log = u16;
/// A channel: its space (0 and 1 the compounds, 2 the community) times eight, plus its class.
const CHANNELS: u16 = 24;
const REGISTRY: u8 = 2 * 8 + 4;

const PROGRESS: Group = 0;
const CATEGORY: Group = 1;
const PLACE: Group = 2;
const HANDLER: Group = 3;
const NOTE: Group = 4;
/// Its life in the branch class; community and district follow.
const LIFE: Group = 5;
const CLASSES: [u8; books::GROUPS] = [3, 3, 2, 2, 1, 1, 2, 3];

/// What an entry says beside its writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Nothing,
    /// A key may write these channels, as a mask.
    Grant(u8, u32),
    /// A record is erased in the channel's class.
    Erases(u16),
    /// A log ends with these entries: what leads to one of them counts.
    Ending(Log, Bits),
}

/// An entry's place in its log, and what it had newly seen.
#[derive(Debug, Clone)]
pub struct Note {
    key: u8,
    log: Log,
    channel: u8,
    seq: u16,
    prev: Option<u16>,
    seen: Vec<u16>,
    /// Itself and what lies before it in its log.
    line: Bits,
    word: Word,
}

/// What a partner said it has.
#[derive(Debug, Clone)]
struct Receipt {
    peer: u8,
    number: u32,
    heads: Vec<u16>,
}

/// An own save, for undo.
#[derive(Debug, Clone)]
struct Saved {
    entries: Vec<u16>,
    undone: bool,
}

#[derive(Debug, Clone)]
struct Copy {
    who: Who,
    /// In the second compound.
    second: Option<bool>,
    key: u8,
    former: Vec<u8>,
    books: Books,
    held: Bits,
    grants: Vec<(u8, u32)>,
    endings: Vec<(Log, Bits)>,
    receipts: Vec<Receipt>,
    saves: Vec<Saved>,
    number: u32,
    ended: bool,
    retired: bool,
    /// What it claims to have and never took in: a planted mistake.
    claims: Bits,
    backup: Option<Box<Copy>>,
}

struct Bundle {
    from: u8,
    to: u8,
    number: u32,
    entries: Bits,
    have: Vec<u16>,
}

/// The one kind of record: what its groups are, and where a request's state leads.
pub struct Kind {
    /// By a set of states: the one that the others lead to.
    settled: [Option<u8>; 128],
}

impl Kind {
    /// By the product's own rule for requests (诉求).
    pub fn new() -> Self {
        use xinghuo_model::{Record, RequestState, records::Request};
        let rule = Request::KIND.fields.iter().find_map(|f| f.settle);
        let mut settled = [None; 128];
        for (set, out) in settled.iter_mut().enumerate() {
            let states: Vec<usize> = (0..RequestState::ALL.len()).filter(|n| set & (1 << n) != 0).collect();
            let values: Vec<_> = states.iter().map(|n| serde_json::json!({ "state": RequestState::ALL[*n].code() })).collect();
            *out = rule.and_then(|rule| rule(&values)).map(|at| states[at] as u8);
        }
        Self { settled }
    }
}

impl Groups for Kind {
    fn class(&self, group: Group) -> u8 {
        CLASSES[usize::from(group)]
    }
    fn is_life(&self, group: Group) -> bool {
        group >= LIFE
    }
    fn settled(&self, group: Group, values: &[Value]) -> Option<usize> {
        // Values count from 1: 0 is empty.
        if group != PROGRESS || values.contains(&0) {
            return None;
        }
        let set = values.iter().fold(0usize, |set, v| set | 1 << (v - 1));
        let leads = self.settled[set]?;
        values.iter().position(|v| *v == Value::from(leads) + 1)
    }
}

/// All copies of one history.
struct World<'k> {
    kind: &'k Kind,
    mistake: Mistake,
    seed: u64,
    entries: Vec<Entry>,
    notes: Vec<Note>,
    /// By channel: its entries.
    of_channel: [Bits; CHANNELS as usize],
    copies: Vec<Copy>,
    office: u8,
    keys: u8,
    recs: u16,
    /// From the fifth record on: whether it is of the second compound.
    owner: Vec<bool>,
    /// The second compound is there.
    two: bool,
    bundles: Vec<Bundle>,
    safe: Bits,
    lost_a_laptop: bool,
    /// Keys that two computers had at once.
    cloned: Vec<u8>,
    /// What went wrong while somebody wrote.
    broken: Option<String>,
    chance: Chance,
}

/// Plays one history.
pub fn play(history: &History, kind: &Kind, mistake: Mistake) -> Result<Tally, String> {
    let mut world = World {
        kind,
        mistake,
        seed: history.seed,
        entries: Vec::with_capacity(96),
        notes: Vec::with_capacity(96),
        of_channel: [Bits::NONE; CHANNELS as usize],
        copies: Vec::with_capacity(8),
        office: 0,
        keys: 0,
        // The first four are the months of both compounds.
        recs: 4,
        owner: Vec::new(),
        two: history.cast.iter().any(|w| w.second() == Some(true)),
        bundles: Vec::new(),
        safe: Bits::NONE,
        lost_a_laptop: false,
        cloned: Vec::new(),
        broken: None,
        chance: Chance::new(history.seed ^ 0x5EED),
    };
    for &who in &history.cast {
        let key = world.key();
        if who == Who::OFFICE {
            world.office = key;
        }
        world.copies.push(Copy::new(who, key));
    }
    for step in &history.steps {
        if world.entries.len() + 64 > Bits::MOST {
            break;
        }
        world.step(*step)?;
    }
    world.settle()?;
    match world.broken.take() {
        Some(why) => Err(why),
        None => world.compare(),
    }
}

impl Copy {
    fn new(who: Who, key: u8) -> Self {
        Self {
            who,
            second: who.second(),
            key,
            former: Vec::new(),
            books: Books::default(),
            held: Bits::NONE,
            grants: Vec::new(),
            endings: Vec::new(),
            receipts: Vec::new(),
            saves: Vec::new(),
            number: 0,
            ended: false,
            retired: false,
            claims: Bits::NONE,
            backup: None,
        }
    }

    /// The channels it may hold, as a mask.
    fn allowed(&self) -> u32 {
        let registry = 1 << REGISTRY;
        registry
            | match (self.second, self.who) {
                (Some(second), _) => 0b1110 << (8 * u8::from(second)),
                (None, Who::OFFICE) => 0b1100 | 0b1100 << 8,
                (None, _) => 0b1000 | 0b1000 << 8,
            }
    }

    /// Whether everybody is to believe what it writes, once it is admitted.
    fn counts(&self) -> bool {
        !self.ended && self.who != Who::STRANGER
    }
}

impl World<'_> {
    fn key(&mut self) -> u8 {
        self.keys += 1;
        self.keys - 1
    }

    fn all(&self) -> All<'_> {
        All { entries: &self.entries, notes: &self.notes, groups: self.kind, mistake: self.mistake }
    }

    fn at(&self, who: Who) -> Option<usize> {
        self.copies.iter().position(|c| c.who == who)
    }

    fn channels(&self, mask: u32) -> Bits {
        let mut out = Bits::NONE;
        (0..CHANNELS).filter(|n| mask & (1 << n) != 0).for_each(|n| out.join(&self.of_channel[usize::from(n)]));
        out
    }

    fn step(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Do(act, who, dice) => match self.at(who) {
                Some(at) => self.act(at, act, dice),
                None => Ok(()),
            },
            Step::Carry(from, to, fault, dice) => match (self.at(from), self.at(to)) {
                (Some(from), Some(to)) => self.carry(from, to, fault, dice),
                _ => Ok(()),
            },
            Step::Replay(to, dice) => match self.at(to) {
                Some(to) => self.replay(to, dice),
                None => Ok(()),
            },
            Step::BackUp(who) => {
                if let Some(at) = self.at(who) {
                    let backup = Copy { backup: None, ..self.copies[at].clone() };
                    self.copies[at].backup = Some(Box::new(backup));
                }
                Ok(())
            }
            Step::Restore(who) => {
                self.restore(who);
                Ok(())
            }
            Step::Clone(of, copy) => {
                self.clone_disk(of, copy);
                Ok(())
            }
            Step::Admit(who, scope) => match (self.at(who), self.at(Who::OFFICE)) {
                (Some(at), Some(office)) => self.admit(office, at, scope),
                _ => Ok(()),
            },
            Step::End(who) => match (self.at(who), self.at(Who::OFFICE)) {
                (Some(at), Some(office)) => self.end(office, at),
                _ => Ok(()),
            },
            Step::Look(who) => match self.at(who) {
                Some(at) => self.look(at),
                None => Ok(()),
            },
        }
    }

    /// One copy's books against the oracle.
    fn look(&self, at: usize) -> Result<(), String> {
        let copy = &self.copies[at];
        let told = copy.books.tell(self.kind);
        let due = tell(&self.entries, &copy.books.order, self.kind, Mistake::None);
        if told == due {
            return Ok(());
        }
        let differs = told.iter().zip(&due).find(|(a, b)| a != b);
        Err(format!("{} and the oracle differ: {differs:#?}", copy.who.name()))
    }

    /// After everything was delivered: equal entries, equal books, nothing lost, nothing waits.
    fn compare(&self) -> Result<Tally, String> {
        let mut everything = self.safe;
        for copy in self.copies.iter().filter(|c| c.counts()) {
            everything.join(&copy.books.applied);
        }
        let strange: Vec<u8> =
            self.copies.iter().filter(|c| c.who == Who::STRANGER).flat_map(|c| c.former.iter().copied().chain([c.key])).collect();
        let mut tally = Tally { entries: self.entries.len() as u64, ..Tally::default() };
        for (at, copy) in self.copies.iter().enumerate().filter(|(_, c)| c.counts()) {
            let due = everything.and(&self.channels(copy.allowed()));
            let lost = due.without(&copy.books.applied);
            if !lost.is_empty() {
                return Err(format!(
                    "{}: {} entries that another copy has, or had acknowledged, are not here",
                    copy.who.name(),
                    lost.iter().count()
                ));
            }
            if !copy.books.applied.within(&due) {
                return Err(format!("{}: holds what it may not", copy.who.name()));
            }
            if copy.books.strands.iter().any(|s| strange.contains(&((s.log / CHANNELS) as u8))) {
                return Err(format!("{}: believes a stranger", copy.who.name()));
            }
            for waiting in copy.held.iter() {
                let key = self.notes[usize::from(waiting)].key;
                let untrusted = self.copies.iter().any(|c| !c.counts() && (c.key == key || c.former.contains(&key)));
                if untrusted {
                    tally.set_aside += 1;
                } else if !self.lost_a_laptop {
                    return Err(format!("{}: an entry still waits", copy.who.name()));
                }
            }
            // Who holds the same entries was compared already.
            let same = self.copies[..at].iter().find(|c| c.counts() && c.books.applied == copy.books.applied);
            match same {
                Some(same) if same.books.tell(self.kind) != copy.books.tell(self.kind) => {
                    return Err(format!("{} and {} hold the same entries and say different things", same.who.name(), copy.who.name()));
                }
                Some(_) => {}
                None => self.look(at)?,
            }
            let disputed = copy.books.recs.iter().filter(|r| r.is_open()).count();
            tally.conflicts = tally.conflicts.max(disputed as u64);
            tally.erased = tally.erased.max(copy.books.recs.iter().filter(|r| r.erased != 0).count() as u64);
            let forked: Vec<Log> = copy.books.strands.iter().filter(|s| s.forked()).map(|s| s.log).collect();
            tally.forks = tally.forks.max(forked.len() as u64);
            if forked.iter().any(|log| !self.cloned.contains(&((log / CHANNELS) as u8))) {
                return Err("a fork that nobody made".to_owned());
            }
        }
        Ok(tally)
    }
}

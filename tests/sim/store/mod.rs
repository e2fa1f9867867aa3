//! The engine over SQLite: the product's own store, merge and gate, many copies of it, on real files.
//!
//! Laptops of two compounds, their office, a street and a district; certificates and endings are
//! records of the registry and are judged by the desk's own [`Gate`](xinghuo_desk::trust::Gate). In a
//! share of the histories bundles travel as real bytes: written, signed and encrypted by the product,
//! cut and flipped on the way, and read by it. In the others a seal is only a hash, which costs less
//! and is checked all the same: nobody may pass on a seal that its author never gave.

mod compare;
mod people;
mod post;
mod reading;
mod registry;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use uuid::Uuid;
use xinghuo_bundle::Keys;
use xinghuo_ledger::{Channel, Entropy, Hash, Ledger, LedgerError, LogId, PublicKey};
use xinghuo_model::{Class, SpaceId};

use crate::chance::Chance;
use crate::history::{History, Step, Who};
use crate::mistake::Mistake;
use crate::tally::Tally;
use post::{Age, Bundle, Have};
use reading::Reading;

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

/// The two compounds.
const COMPOUNDS: [SpaceId; 2] = [SpaceId(Uuid::from_u128(0xC0)), SpaceId(Uuid::from_u128(0xC1))];
/// Their community.
const COMMUNITY: SpaceId = SpaceId(Uuid::from_u128(0x0F));

pub type Outcome<T = ()> = Result<T, String>;

fn said(error: LedgerError) -> String {
    format!("the store said: {error}")
}

/// One computer.
struct Copy {
    who: Who,
    /// In the second compound; nothing for an office and above.
    second: Option<bool>,
    ledger: Ledger,
    path: PathBuf,
    backup: Option<PathBuf>,
    /// Which of the real keys are its own, where bundles are real.
    keys: usize,
    /// Keys it had before.
    former: Vec<PublicKey>,
    /// Number of the last bundle it wrote.
    bundles: u64,
    /// The last receipt of each partner's key.
    heard: HashMap<PublicKey, Have>,
    /// The office no longer trusts its key.
    ended: bool,
    /// And it has another, which was never admitted.
    retired: bool,
    /// What it claims to have and never took in: a planted mistake.
    claims: HashMap<LogId, (u64, Hash)>,
}

/// Where the copies' files lie, the empty store they begin as, and real keys.
pub struct Place {
    folder: tempfile::TempDir,
    blank: PathBuf,
    keys: Vec<Keys>,
}

/// All computers of one history.
struct World<'p> {
    place: &'p Place,
    folder: tempfile::TempDir,
    files: usize,
    history: &'p History,
    mistake: Mistake,
    copies: Vec<Copy>,
    office: PublicKey,
    /// Keys made so far.
    made: u64,
    bundles: Vec<Bundle>,
    /// At the end: what its sender was like when the last bundle went from one to another's key, and what
    /// it had heard from there.
    told: HashMap<(Who, Who), (Age, PublicKey, Option<Have>)>,
    /// Entries that stood on some other computer when one was lost: they must all come back.
    safe: HashMap<Hash, Channel>,
    lost_a_laptop: bool,
    /// Keys that two computers had at once.
    cloned: Vec<PublicKey>,
    reading: Reading,
    chance: Chance,
    tally: Tally,
}

impl Place {
    pub fn new() -> Outcome<Self> {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.map_err(|e| e.to_string())?;
        let blank = folder.path().join("blank.db");
        let ledger = Ledger::open(&blank, None, [0; 32], Box::new(|_| ())).map_err(said)?;
        ledger.settle().map_err(said)?;
        Ok(Self { folder, blank, keys: Vec::new() })
    }

    /// Plays one history.
    pub fn play(&mut self, history: &History, mistake: Mistake) -> Outcome<Tally> {
        if history.bytes && self.keys.is_empty() {
            self.keys = post::real_keys()?;
        }
        let folder = tempfile::tempdir_in(self.folder.path()).map_err(|e| e.to_string())?;
        let mut world = World::new(self, folder, history, mistake)?;
        for at in 0..history.steps.len() {
            world.step(at)?;
        }
        world.settle()?;
        world.compare_all()?;
        Ok(world.tally)
    }
}

impl<'p> World<'p> {
    fn new(place: &'p Place, folder: tempfile::TempDir, history: &'p History, mistake: Mistake) -> Outcome<Self> {
        let mut world = Self {
            place,
            folder,
            files: 0,
            history,
            mistake,
            copies: Vec::new(),
            office: [0; 32],
            made: 0,
            bundles: Vec::new(),
            told: HashMap::new(),
            safe: HashMap::new(),
            lost_a_laptop: false,
            cloned: Vec::new(),
            reading: Reading::default(),
            chance: Chance::new(history.seed ^ 0x5EED),
            tally: Tally { bytes: u64::from(history.bytes), ..Tally::default() },
        };
        for &who in &history.cast {
            let path = world.file();
            std::fs::copy(&place.blank, &path).map_err(|e| e.to_string())?;
            let (key, keys) = world.key()?;
            if who == Who::OFFICE {
                world.office = key;
            }
            let ledger = Ledger::open(&path, None, key, entropy(history.seed ^ u64::from(who.0) << 32)).map_err(said)?;
            world.copies.push(Copy {
                who,
                second: who.second(),
                ledger,
                path,
                backup: None,
                keys,
                former: Vec::new(),
                bundles: 0,
                heard: HashMap::new(),
                ended: false,
                retired: false,
                claims: HashMap::new(),
            });
        }
        Ok(world)
    }

    fn file(&mut self) -> PathBuf {
        self.files += 1;
        self.folder.path().join(format!("{}.db", self.files))
    }

    /// A new key, and which of the real ones it is.
    fn key(&mut self) -> Outcome<(PublicKey, usize)> {
        let n = self.made as usize;
        self.made += 1;
        if self.history.bytes {
            let keys = self.place.keys.get(n).ok_or("more keys than were made beforehand")?;
            return Ok((keys.identity().signs, n));
        }
        Ok((Hash::of(format!("{} {n}", self.history.seed).as_bytes()).0, n))
    }

    fn at(&self, who: Who) -> Option<usize> {
        self.copies.iter().position(|c| c.who == who)
    }

    fn step(&mut self, at: usize) -> Outcome {
        let step = self.history.steps[at];
        let who = step.cast()[0];
        let Some(one) = who.and_then(|who| self.at(who)) else { return Ok(()) };
        match step {
            Step::Do(act, _, dice) => self.act(one, act, dice),
            Step::Carry(_, to, fault, dice) => match self.at(to) {
                Some(to) => self.carry(one, to, fault, dice),
                None => Ok(()),
            },
            Step::Replay(_, dice) => self.replay(one, dice),
            // A backup that nobody opens need not be written.
            Step::BackUp(who) if self.history.steps[at..].contains(&Step::Restore(who)) => self.back_up(one),
            Step::BackUp(_) => Ok(()),
            Step::Restore(_) => self.restore(one),
            Step::Clone(_, copy) => self.clone_disk(one, copy),
            Step::Admit(_, scope) => self.admit(one, scope),
            Step::End(_) => self.end(one),
            Step::Look(_) => self.look(one),
        }
    }

    fn back_up(&mut self, at: usize) -> Outcome {
        let path = self.folder.path().join(format!("backup {at}"));
        let _ = std::fs::remove_file(&path);
        // What is not sealed could never be passed on once the key is gone.
        self.seal(at)?;
        self.copies[at].ledger.backup(&path).map_err(said)?;
        self.copies[at].backup = Some(path);
        Ok(())
    }

    /// The computer is lost and its backup opened on another one, under a new key.
    fn restore(&mut self, at: usize) -> Outcome {
        // An office's key is the root of all trust: it has no successor.
        if self.copies[at].ended || self.copies[at].who == Who::OFFICE {
            return Ok(());
        }
        let Some(backup) = self.copies[at].backup.take() else { return Ok(()) };
        self.safe.clear();
        for other in self.copies.iter().enumerate().filter(|(n, c)| *n != at && c.counts()).map(|(_, c)| c) {
            self.safe.extend(entries_of(&other.ledger)?);
        }
        self.lost_a_laptop = true;
        let path = self.file();
        std::fs::copy(&backup, &path).map_err(|e| e.to_string())?;
        let old = self.copies[at].ledger.own_key();
        let entropy = entropy(self.chance.next());
        let mut ledger = Ledger::open(&path, None, old, entropy).map_err(said)?;
        if self.mistake != Mistake::SameKeyAfterRestore {
            let (key, keys) = self.key()?;
            ledger.write_as(key).map_err(said)?;
            self.copies[at].keys = keys;
            self.copies[at].former.push(old);
        }
        let copy = &mut self.copies[at];
        copy.ledger = ledger;
        let _ = std::fs::remove_file(&copy.path);
        copy.path = path;
        Ok(())
    }

    /// The whole disk is copied to another computer, the marker of its home included: two go on
    /// under one key until one hears of the other.
    fn clone_disk(&mut self, at: usize, who: Who) -> Outcome {
        let of = &self.copies[at];
        if self.at(who).is_some() || of.second.is_none() || of.ended || of.who == Who::STRANGER {
            return Ok(());
        }
        self.cloned.push(of.ledger.own_key());
        let path = self.file();
        self.seal(at)?;
        self.copies[at].ledger.backup(&path).map_err(said)?;
        let entropy = entropy(self.chance.next());
        let of = &self.copies[at];
        let ledger = Ledger::open(&path, None, of.ledger.own_key(), entropy).map_err(said)?;
        let twin = Copy {
            who,
            second: of.second,
            ledger,
            path,
            backup: None,
            keys: of.keys,
            former: of.former.clone(),
            bundles: of.bundles,
            heard: of.heard.clone(),
            ended: false,
            retired: false,
            claims: of.claims.clone(),
        };
        self.copies.push(twin);
        Ok(())
    }
}

impl Copy {
    /// Whether everybody is to believe what it writes, once it is admitted.
    fn counts(&self) -> bool {
        !self.ended && self.who != Who::STRANGER
    }

    /// Which channels it may hold.
    fn allows(&self) -> impl Fn(Channel) -> bool + use<> {
        let (second, office) = (self.second, self.who == Who::OFFICE);
        move |c| match (second, c.class) {
            (_, Class::Registry) => c.space == COMMUNITY,
            (Some(second), _) => c.space == COMPOUNDS[usize::from(second)],
            (None, Class::Branch) => false,
            (None, Class::Community) => office,
            (None, Class::District) => true,
        }
    }
}

fn entropy(seed: u64) -> Entropy {
    let mut chance = Chance::new(seed);
    Box::new(move |bytes| bytes.iter_mut().for_each(|b| *b = chance.next() as u8))
}

/// Every entry of a copy and its channel.
fn entries_of(ledger: &Ledger) -> Outcome<Vec<(Hash, Channel)>> {
    ledger
        .books()
        .rows("SELECT e.hash, l.space, l.class FROM entry e JOIN log l ON l.n = e.log", [], |r| {
            let class = Class::from_number(r.get(2)?).unwrap_or(Class::Branch);
            Ok((Hash(r.get(0)?), Channel { space: Uuid::from_bytes(r.get(1)?).into(), class }))
        })
        .map_err(said)
}

//! The laptops, what people do on them, and how badly bundles travel between them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde_json::{Map, Value};
use uuid::Uuid;
use xinghuo_ledger::{
    Author, Books, Channel, Conflict, ConflictKind, ENDED, Entropy, Hash, Ledger, LedgerError, LogId, PublicKey, RawBlock, Segment,
    Verdict, log_id,
};
use xinghuo_model::{
    Act, Category, Class, KindDef, Level, PersonId, Record, RequestId, RequestState, SpaceId, Store, Urgency, kind_named,
    records::{Office, Person, Request, RequestStep, Revocation},
};

use crate::chance::Chance;
use crate::oracle::{Entry, Group, Judge, Told, life, tell};

pub const COMPOUND: SpaceId = SpaceId(Uuid::from_u128(0xC0));
pub const OFFICE: SpaceId = SpaceId(Uuid::from_u128(0x0F));
/// What the office may read of a compound.
const UPWARD: [Class; 3] = [Class::Community, Class::District, Class::Registry];

pub type Outcome<T = ()> = Result<T, String>;

fn said(error: LedgerError) -> String {
    format!("the store said: {error}")
}

/// One laptop.
pub struct Copy {
    pub ledger: Ledger,
    pub office: bool,
    path: PathBuf,
    name: String,
    backup: Option<PathBuf>,
    /// Number of the last receipt it gave.
    bundles: u64,
    /// The office no longer trusts its key.
    ended: bool,
    /// And it has another, which was never admitted.
    retired: bool,
}

/// All laptops of one history.
pub struct World {
    pub copies: Vec<Copy>,
    chance: Chance,
    folder: PathBuf,
    files: usize,
    keys: u64,
    seed: u64,
    /// Entries that stood on some other laptop when one was lost: they must all come back.
    safe: HashSet<Hash>,
    lost_a_laptop: bool,
    /// Laptops whose whole disk was copied, so that two go on under one key.
    pub clones: usize,
    /// Logs that forked.
    pub forks: usize,
    /// Entries that some copy sets aside at the end, because their author was ended.
    pub set_aside: usize,
    pub entries: usize,
    pub conflicts: usize,
}

impl World {
    pub fn new(seed: u64, folder: &Path, blank: &Path) -> Outcome<Self> {
        let mut chance = Chance::new(seed);
        let branches = 2 + chance.below(3);
        let mut world = Self {
            copies: Vec::new(),
            chance,
            folder: folder.to_owned(),
            files: 0,
            keys: 0,
            seed,
            safe: HashSet::new(),
            lost_a_laptop: false,
            clones: 0,
            forks: 0,
            set_aside: 0,
            entries: 0,
            conflicts: 0,
        };
        for n in 0..=branches {
            let path = world.file();
            std::fs::copy(blank, &path).map_err(|e| e.to_string())?;
            let ledger = Ledger::open(&path, None, world.key(), entropy(seed ^ (n as u64) << 32)).map_err(said)?;
            let name = if n == branches { "社区".to_owned() } else { format!("{}号楼笔记本", n + 1) };
            world.copies.push(Copy { ledger, office: n == branches, path, name, backup: None, bundles: 0, ended: false, retired: false });
        }
        Ok(world)
    }

    fn file(&mut self) -> PathBuf {
        self.files += 1;
        self.folder.join(format!("{}.db", self.files))
    }

    fn key(&mut self) -> PublicKey {
        self.keys += 1;
        Hash::of(format!("{} {}", self.seed, self.keys).as_bytes()).0
    }

    /// One whole history.
    pub fn live(&mut self, judge: Judge) -> Outcome {
        // Everybody begins with the same few records, or hardly anything would be edited twice.
        for _ in 0..3 {
            self.act_as(0, create)?;
        }
        self.deliver_everything()?;
        for _ in 0..30 + self.chance.below(70) {
            let at = self.chance.below(self.copies.len());
            match self.chance.below(100) {
                0..62 => self.act(at)?,
                62..95 => {
                    let to = self.chance.below(self.copies.len());
                    if at != to {
                        self.travel(at, to)?;
                        if self.chance.percent(15) {
                            self.compare_with_oracle(to, judge)?;
                        }
                    }
                }
                95..97 => self.copies[at].back_up(&self.folder.join(format!("backup {at}")))?,
                97 => self.clone_disk(at)?,
                98 if self.chance.percent(40) => self.end(at)?,
                _ => self.restore(at)?,
            }
        }
        self.deliver_everything()?;
        self.compare_all(judge)
    }

    /// Somebody does something on one laptop.
    fn act(&mut self, at: usize) -> Outcome {
        if self.copies[at].retired {
            return Ok(());
        }
        let kind = self.chance.below(100);
        let publishes = self.copies[at].office && self.chance.percent(30);
        self.act_as(
            at,
            match kind {
                _ if publishes => publish,
                0..8 => create,
                8..70 => edit,
                70..77 => delete,
                77..83 => undo,
                _ => decide,
            },
        )
    }

    /// Does it by whatever the laptop's clock says.
    fn act_as(&mut self, at: usize, act: fn(&mut Copy, &mut Chance, &Author) -> Result<(), LedgerError>) -> Outcome {
        let World { copies, chance, .. } = self;
        let copy = &mut copies[at];
        let year = chance.of(&[1970, 2024, 2024, 2024, 2099]);
        let clock = format!("{year}-0{}-1{}T08:00:{:02}+08:00", 1 + chance.below(9), chance.below(10), chance.below(60));
        let clock: DateTime<FixedOffset> = clock.parse().map_err(|_| format!("no time: {clock}"))?;
        let author = Author { person: copy.name.clone(), at: clock };
        match act(copy, chance, &author) {
            Ok(()) | Err(LedgerError::BuiltUpon | LedgerError::NothingToUndo) => Ok(()),
            Err(error) => Err(said(error)),
        }
    }

    /// One bundle goes from one laptop to another: torn, doubled, shuffled, or lost.
    fn travel(&mut self, from: usize, to: usize) -> Outcome {
        let peer = self.copies[to].ledger.own_key();
        let whole = self.copies[to].allowed();
        let sender = self.copies[from].allowed();
        self.copies[from].ledger.seal_own(&|_, _, _| vec![1]).map_err(said)?;
        let mut segments = self.copies[from].ledger.segments_for(&peer, &|c| whole(c) && sender(c)).map_err(said)?.segments;
        let chance = &mut self.chance;
        if chance.percent(20) {
            return Ok(());
        }
        let mut torn: Vec<Segment> = Vec::new();
        for segment in segments.drain(..) {
            match chance.below(10) {
                0 => {}
                1 | 2 => {
                    let n = chance.below(segment.entries.len() + 1);
                    torn.push(Segment { entries: segment.entries[..n].to_vec(), ..segment });
                }
                3 => {
                    let n = chance.below(segment.entries.len() + 1);
                    torn.push(Segment { entries: segment.entries[n..].to_vec(), ..segment.clone() });
                    if chance.percent(50) {
                        torn.push(Segment { entries: segment.entries[..n].to_vec(), ..segment });
                    }
                }
                4 => torn.extend([segment.clone(), segment]),
                _ => torn.push(segment),
            }
        }
        chance.shuffle(&mut torn);
        let acknowledged = chance.percent(50);
        self.absorb(to, torn)?;
        // Whoever learned that its key was used twice has another now.
        let peer = self.copies[to].ledger.own_key();
        if acknowledged {
            let have: Vec<(LogId, u64, Hash)> =
                self.copies[to].ledger.heads().map_err(said)?.into_iter().map(|h| (h.log, h.seq, h.hash)).collect();
            self.copies[to].bundles += 1;
            let number = self.copies[to].bundles;
            self.copies[from].ledger.acknowledge(&peer, number, &have).map_err(said)?;
        }
        Ok(())
    }

    fn absorb(&mut self, to: usize, segments: Vec<Segment>) -> Outcome<u64> {
        let done = self.copies[to].ledger.absorb(segments, &mut trusted, &mut |_, _| true).map_err(said)?;
        if !done.forked.is_empty() && self.clones == 0 {
            return Err(format!("a fork that nobody made: {:?}", done.forked));
        }
        if done.restored {
            let key = self.key();
            let copy = &mut self.copies[to];
            copy.ledger.seal_own(&|_, _, _| vec![1]).map_err(said)?;
            copy.ledger.write_as(key).map_err(said)?;
            // An ended laptop takes another key too, but nobody admits that one: what it writes matters no more.
            copy.retired = copy.ended;
        }
        let author = Author { person: self.copies[to].name.clone(), at: DateTime::default() };
        let mut witnessed = 0;
        let known = if self.copies[to].retired { Vec::new() } else { endings(&self.copies[to].ledger.books()) };
        for (log, last) in known {
            witnessed += u64::from(self.copies[to].ledger.witness(&log, last, &author).map_err(said)?);
        }
        if let Some(refused) = done.segments.iter().find(|s| s.refused > 0) {
            return Err(format!("sound entries were refused: {:?}", refused.reasons));
        }
        // A word of its own is news for the others too.
        Ok(done.segments.iter().map(|s| s.new).sum::<u64>() + done.released + witnessed)
    }

    /// The laptop is replaced and its backup opened on another one, under a new key.
    fn restore(&mut self, at: usize) -> Outcome {
        let Some(backup) = self.copies[at].backup.take().filter(|_| !self.copies[at].ended) else { return Ok(()) };
        self.safe.clear();
        for other in self.copies.iter().enumerate().filter(|(n, c)| *n != at && !c.ended).map(|(_, c)| c) {
            self.safe.extend(hashes(&other.ledger)?);
        }
        self.lost_a_laptop = true;
        let (path, key) = (self.file(), self.key());
        std::fs::copy(&backup, &path).map_err(|e| e.to_string())?;
        let entropy = entropy(self.chance.next());
        let mut ledger = Ledger::open(&path, None, key, entropy).map_err(said)?;
        ledger.write_as(key).map_err(said)?;
        let copy = &mut self.copies[at];
        copy.ledger = ledger;
        let _ = std::fs::remove_file(&copy.path);
        copy.path = path;
        Ok(())
    }

    /// The whole disk is copied to another computer, the marker of its home included: two go on
    /// under one key until one hears of the other.
    fn clone_disk(&mut self, at: usize) -> Outcome {
        if self.clones > 0 || self.copies[at].office || self.copies[at].ended {
            return Ok(());
        }
        self.clones += 1;
        let path = self.file();
        self.copies[at].ledger.seal_own(&|_, _, _| vec![1]).map_err(said)?;
        self.copies[at].ledger.backup(&path).map_err(said)?;
        let entropy = entropy(self.chance.next());
        let copy = &self.copies[at];
        let ledger = Ledger::open(&path, None, copy.ledger.own_key(), entropy).map_err(said)?;
        let (office, name, bundles) = (copy.office, format!("{}（拷贝）", copy.name), copy.bundles);
        self.copies.push(Copy { ledger, office, path, name, backup: None, bundles, ended: false, retired: false });
        Ok(())
    }

    /// The office ends a laptop's key. Whoever uses it goes on writing; what the others had taken in
    /// before they hear of it stays, whatever else they write upon it.
    fn end(&mut self, at: usize) -> Outcome {
        let key = self.copies[at].ledger.own_key();
        let others = self.copies.iter().filter(|c| !c.office && !c.ended && c.ledger.own_key() != key).count();
        if self.copies[at].office || self.copies[at].ended || others < 2 {
            return Ok(());
        }
        let mut elsewhere = HashSet::new();
        for copy in self.copies.iter_mut().filter(|c| c.ledger.own_key() == key) {
            copy.ended = true;
        }
        for copy in self.copies.iter().filter(|c| !c.ended) {
            elsewhere.extend(hashes(&copy.ledger)?);
        }
        self.safe.retain(|hash| elsewhere.contains(hash));
        let Some(office) = self.copies.iter_mut().find(|c| c.office) else { return Ok(()) };
        let heads = office.ledger.heads().map_err(said)?;
        let author = Author { person: office.name.clone(), at: DateTime::default() };
        let ended = office.ledger.transact::<(), LedgerError>(Act::EndCopy, &author, |save| {
            for class in [Class::Branch, Class::Community, Class::District] {
                let log = log_id(&key, Channel { space: COMPOUND, class });
                let last = heads.iter().filter(|h| h.log == log).map(|h| h.seq).max().unwrap_or(0);
                let id = save.id();
                save.put(
                    OFFICE,
                    &Revocation { id, log: log.hex(), last_seq: last as i64, last_hash: String::new(), reason: "丢失".to_owned() },
                );
            }
            Ok(())
        });
        ended.map(drop).map_err(said)
    }

    fn deliver_everything(&mut self) -> Outcome {
        let n = self.copies.len();
        // Each file travels by the ordinary rules, except that nothing is lost any more.
        for round in 0..2 * n + 2 {
            let mut new = 0;
            for from in 0..n {
                for to in (0..n).filter(|to| *to != from) {
                    let nobody = [round as u8 + 1; 32];
                    let (a, b) = (self.copies[from].allowed(), self.copies[to].allowed());
                    self.copies[from].ledger.seal_own(&|_, _, _| vec![1]).map_err(said)?;
                    let segments = self.copies[from].ledger.segments_for(&nobody, &|c| a(c) && b(c)).map_err(said)?;
                    new += self.absorb(to, segments.segments)?;
                }
            }
            if new == 0 {
                return Ok(());
            }
        }
        Err("copies still have news for each other after everybody told everybody".to_owned())
    }

    fn compare_all(&mut self, judge: Judge) -> Outcome {
        for at in 0..self.copies.len() {
            self.compare_with_oracle(at, judge)?;
        }
        let branches: Vec<&Copy> = self.copies.iter().filter(|c| !c.office && !c.ended).collect();
        let mut states = BTreeSet::new();
        let mut upward = BTreeSet::new();
        // An ended laptop's own books go their own way.
        for copy in self.copies.iter().filter(|c| !c.ended) {
            upward.insert(copy.ledger.state_hash(&UPWARD).map_err(said)?);
            let mut held = copy.ledger.held().map_err(said)?;
            self.set_aside += held.iter().filter(|h| h.3 == ENDED).map(|h| h.4 as usize).sum::<usize>();
            held.retain(|h| h.3 != ENDED);
            // What a lost laptop had told nobody in full may be missing for good.
            if !held.is_empty() && !self.lost_a_laptop {
                return Err(format!("{}: entries are still held: {:?}", copy.name, held[0].3));
            }
            let checked = copy.ledger.check(&mut |_, _| true).map_err(said)?;
            if !checked.problems.is_empty() {
                return Err(format!("{}: {:?}", copy.name, checked.problems));
            }
            self.entries = self.entries.max(checked.entries as usize);
        }
        let mut lists: Vec<Vec<Conflict>> = Vec::new();
        for copy in &branches {
            states.insert(copy.ledger.state_hash(&Class::ALL).map_err(said)?);
            lists.push(copy.ledger.conflicts().map_err(said)?);
        }
        if upward.len() > 1 || states.len() > 1 {
            return Err("state hashes differ".to_owned());
        }
        if lists.windows(2).any(|w| w[0] != w[1]) {
            return Err(format!("conflict lists differ: {:#?}", &lists[..2]));
        }
        self.conflicts = lists[0].len();
        self.forks = branches[0].ledger.forks().map_err(said)?.len();

        // Whatever stands anywhere, or stood elsewhere when a laptop was lost, is with every branch.
        let mut all = self.safe.clone();
        for copy in self.copies.iter().filter(|c| !c.ended) {
            all.extend(hashes(&copy.ledger)?);
        }
        for copy in &branches {
            let here: HashSet<Hash> = hashes(&copy.ledger)?;
            if let Some(lost) = all.iter().find(|h| !here.contains(h)) {
                return Err(format!("{}: an entry that was handed over is lost: {}", copy.name, lost.hex()));
            }
        }

        // And the tables are nothing but the log.
        let at = self.chance.below(self.copies.len());
        let copy = &mut self.copies[at];
        let before = (copy.ledger.state_hash(&Class::ALL).map_err(said)?, copy.ledger.conflicts().map_err(said)?);
        copy.ledger.rebuild(&mut |_, _| true).map_err(said)?;
        let after = (copy.ledger.state_hash(&Class::ALL).map_err(said)?, copy.ledger.conflicts().map_err(said)?);
        if before != after {
            return Err("rebuilding the tables changed them".to_owned());
        }
        self.compare_with_oracle(at, judge)
    }

    fn compare_with_oracle(&self, at: usize, judge: Judge) -> Outcome {
        let copy = &self.copies[at];
        let expected = tell(&entries(&copy.ledger)?, judge);
        let found = books(&copy.ledger, expected.keys())?;
        for (key, expected) in &expected {
            let found = &found[key];
            if found != expected {
                return Err(format!(
                    "{} and the oracle differ on {} {}:\nbooks  {found:#?}\noracle {expected:#?}",
                    copy.name, key.0, key.1
                ));
            }
        }
        let listed: BTreeSet<Uuid> =
            copy.ledger.conflicts().map_err(said)?.into_iter().filter(|c| c.what != ConflictKind::Parallel).map(|c| c.rec).collect();
        let due: BTreeSet<Uuid> = expected.iter().filter(|(_, told)| told.conflict).map(|((_, rec), _)| *rec).collect();
        if listed != due {
            return Err(format!("{}: in dispute are {due:?}, listed are {listed:?}", copy.name));
        }
        let count = copy.ledger.count_conflicts().map_err(said)?;
        if count != due.len() as u64 {
            return Err(format!("{}: {} records in dispute, counted {count}", copy.name, due.len()));
        }
        Ok(())
    }
}

impl Copy {
    fn allowed(&self) -> impl Fn(Channel) -> bool + use<> {
        let office = self.office;
        move |c| !office || UPWARD.contains(&c.class)
    }

    fn back_up(&mut self, path: &Path) -> Outcome {
        let _ = std::fs::remove_file(path);
        // What is not sealed could never be passed on once the key is gone.
        self.ledger.seal_own(&|_, _, _| vec![1]).map_err(said)?;
        self.ledger.backup(path).map_err(said)?;
        self.backup = Some(path.to_owned());
        Ok(())
    }
}

/// The logs that were ended, as far as these books know, and the last number that counts.
fn endings(books: &Books<'_>) -> Vec<(LogId, u64)> {
    let all = books.select::<Revocation>("", []).unwrap_or_default();
    all.iter().filter_map(|r| Some((Hash::from_hex(&r.record.log)?, r.record.last_seq.max(0) as u64))).collect()
}

fn trusted(books: &Books<'_>, key: &PublicKey, channel: Channel, seq: u64, _: &Hash) -> Verdict {
    let log = log_id(key, channel);
    match endings(books).iter().filter(|(ended, _)| *ended == log).map(|(_, last)| *last).min() {
        Some(last) if seq > last => Verdict::Quarantine(ENDED),
        _ => Verdict::Welcome,
    }
}

fn entropy(seed: u64) -> Entropy {
    let mut chance = Chance::new(seed);
    Box::new(move |bytes| bytes.iter_mut().for_each(|b| *b = chance.next() as u8))
}

fn day(chance: &mut Chance) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 1, 1 + chance.below(4) as u32).unwrap_or_default()
}

fn create(copy: &mut Copy, chance: &mut Chance, author: &Author) -> Result<(), LedgerError> {
    let office = copy.office;
    copy.ledger
        .transact(Act::AddRequest, author, |tx| {
            match chance.below(10) {
                0..5 => {
                    let id = tx.id::<RequestId>();
                    let request = Request {
                        id,
                        number: format!("YJF-2024-{:04}", chance.below(50)),
                        accepted_on: day(chance),
                        state: RequestState::Registered,
                        result: None,
                        category: chance.of(Category::ALL),
                        source: xinghuo_model::Source::Visit,
                        urgency: Urgency::Normal,
                        requester: None,
                        place: "东门".to_owned(),
                        text: "路灯不亮".to_owned(),
                        handler: None,
                        due_on: day(chance),
                        closed_on: None,
                        satisfaction: None,
                    };
                    tx.put(COMPOUND, &request);
                }
                5..9 => {
                    let person = Person {
                        id: tx.id::<PersonId>(),
                        name: chance.of(&["单小雨", "王甲", "李乙"]).to_owned(),
                        building: "3".to_owned(),
                        unit: None,
                        room: "501".to_owned(),
                        relation: None,
                        sex: None,
                        birth: None,
                        phones: Vec::new(),
                        occupancy: None,
                        party_member: None,
                        skills: None,
                        employer: None,
                        id_number: None,
                        note: (!office && chance.percent(30)).then(|| "怕吵".to_owned()),
                        checked_in_on: None,
                    };
                    tx.put(COMPOUND, &person);
                }
                _ => {
                    let Some(request) = chosen(&tx.books().select::<Request>("ORDER BY id", [])?, chance) else { return Ok(()) };
                    let step = RequestStep { id: tx.id(), request: request.id, on: day(chance), text: "去看过".to_owned() };
                    tx.put(COMPOUND, &step);
                }
            }
            Ok(())
        })
        .map(drop)
}

fn chosen<T: Record>(all: &[xinghuo_ledger::Kept<T>], chance: &mut Chance) -> Option<T> {
    // The newest few: what many edit at once is where it hurts.
    let from = all.len().saturating_sub(3);
    (!all.is_empty()).then(|| all[from + chance.below(all.len() - from)].record.clone())
}

fn edit(copy: &mut Copy, chance: &mut Chance, author: &Author) -> Result<(), LedgerError> {
    let office = copy.office;
    copy.ledger
        .transact(Act::EditRequest, author, |tx| {
            if chance.percent(60) {
                let Some(mut r) = chosen(&tx.books().select::<Request>("ORDER BY id", [])?, chance) else { return Ok(()) };
                for _ in 0..1 + chance.below(3) {
                    match chance.below(6) {
                        0 => r.category = chance.of(&Category::ALL[..3]),
                        1 => r.urgency = chance.of(Urgency::ALL),
                        2 => r.place = chance.of(&["东门", "西门", "3幢楼下"]).to_owned(),
                        3 => r.handler = chance.of(&[None, Some("甲".to_owned()), Some("乙".to_owned())]),
                        _ => {
                            r.state = chance.of(RequestState::ALL);
                            r.closed_on = chance.percent(40).then(|| day(chance));
                        }
                    }
                }
                tx.put(COMPOUND, &r);
            } else {
                let Some(mut p) = chosen(&tx.books().select::<Person>("ORDER BY id", [])?, chance) else { return Ok(()) };
                for _ in 0..1 + chance.below(3) {
                    match chance.below(5) {
                        0 => p.phones = vec![format!("1380000000{}", chance.below(3))],
                        1 => p.room = chance.of(&["501", "502"]).to_owned(),
                        2 => p.unit = chance.of(&[None, Some("2".to_owned())]),
                        3 => p.skills = Some(chance.of(&["木工", "英语"]).to_owned()),
                        _ if office => {}
                        _ => p.note = Some(chance.of(&["怕吵", "常不在家"]).to_owned()),
                    }
                }
                tx.put(COMPOUND, &p);
            }
            Ok(())
        })
        .map(drop)
}

fn delete(copy: &mut Copy, chance: &mut Chance, author: &Author) -> Result<(), LedgerError> {
    copy.ledger
        .transact(Act::EditRequest, author, |tx| {
            if chance.percent(50) {
                if let Some(r) = chosen(&tx.books().select::<Request>("ORDER BY id", [])?, chance) {
                    tx.delete::<Request>(COMPOUND, r.id);
                }
            } else if let Some(p) = chosen(&tx.books().select::<Person>("ORDER BY id", [])?, chance) {
                tx.delete::<Person>(COMPOUND, p.id);
            }
            Ok(())
        })
        .map(drop)
}

fn undo(copy: &mut Copy, _: &mut Chance, author: &Author) -> Result<(), LedgerError> {
    match copy.ledger.last_save()? {
        Some(last) => copy.ledger.undo(last.save, author).map(drop),
        None => Ok(()),
    }
}

fn publish(copy: &mut Copy, chance: &mut Chance, author: &Author) -> Result<(), LedgerError> {
    copy.ledger
        .transact(Act::Admit, author, |tx| {
            let name = chance.of(&["星岩社区", "星岩第一社区"]).to_owned();
            let (street, district) = ("东城街道".to_owned(), "黄岩区".to_owned());
            tx.put(OFFICE, &Office { id: OFFICE.0.into(), name, street, district, level: Level::Community });
            Ok(())
        })
        .map(drop)
}

/// Decides one of the disagreements on the list, one way or another.
fn decide(copy: &mut Copy, chance: &mut Chance, author: &Author) -> Result<(), LedgerError> {
    let all = copy.ledger.conflicts()?;
    if all.is_empty() {
        return Ok(());
    }
    let conflict = all[chance.below(all.len())].clone();
    let (rec, kind) = (conflict.rec, conflict.kind);
    match conflict.what {
        ConflictKind::Field => {
            let value: Map<String, Value> = chance.of(&conflict.sides).value.as_object().cloned().unwrap_or_default();
            copy.ledger.decide(rec, kind, conflict.group, &value, author).map(drop)
        }
        ConflictKind::Deleted => {
            let deleted = chance.percent(50);
            copy.ledger.decide_life(rec, kind, deleted, author).map(drop)
        }
        ConflictKind::Parallel => copy.ledger.accept_parallel(rec, kind, author).map(drop),
    }
}

fn hashes(ledger: &Ledger) -> Outcome<HashSet<Hash>> {
    let all = ledger.books().rows("SELECT hash FROM entry", [], |r| r.get(0).map(Hash)).map_err(said)?;
    Ok(all.into_iter().collect())
}

/// A copy's whole log, in its order of arrival.
fn entries(ledger: &Ledger) -> Outcome<Vec<Entry>> {
    let rows = ledger
        .books()
        .rows("SELECT e.header, l.space, l.class, e.log, e.seq, e.hash FROM entry e JOIN log l ON l.n = e.log ORDER BY e.ord", [], |r| {
            Ok((
                r.get::<_, Vec<u8>>(0)?,
                r.get::<_, [u8; 16]>(1)?,
                r.get::<_, u8>(2)?,
                [r.get::<_, i64>(3)?, r.get::<_, i64>(4)?],
                Hash(r.get(5)?),
            ))
        })
        .map_err(said)?;
    rows.into_iter()
        .map(|(header, space, class, place, hash)| {
            let blocks = ledger.blocks(place[0], place[1] as u64).map_err(said)?;
            Ok(Entry {
                hash,
                channel: Channel { space: SpaceId(Uuid::from_bytes(space)), class: Class::from_number(class).ok_or("a class")? },
                header: serde_json::from_slice(&header).map_err(|e| e.to_string())?,
                blocks: blocks
                    .iter()
                    .filter_map(|b| if let RawBlock::Body(line) = b { Some(line) } else { None })
                    .map(|line| serde_json::from_slice(line).map_err(|e| e.to_string()))
                    .collect::<Outcome<_>>()?,
            })
        })
        .collect()
}

/// What the tables of a copy say of these records.
fn books<'k>(ledger: &Ledger, keys: impl Iterator<Item = &'k (&'static str, Uuid)>) -> Outcome<BTreeMap<(&'static str, Uuid), Told>> {
    let books = ledger.books();
    let group = |kind: &KindDef, number: u16| -> Group {
        match Class::from_number((number & 0x0F) as u8) {
            Some(class) if number >= 0xF0 => life(class),
            _ => kind.fields.iter().find(|f| f.number == number).map_or("?", |f| f.group).to_owned(),
        }
    };
    let mut out: BTreeMap<(&'static str, Uuid), Told> = BTreeMap::new();
    for key in keys {
        let kind = kind_named(key.0).ok_or("a kind")?;
        let columns: Vec<String> = kind.fields.iter().map(|f| format!("\"{}\"", f.name)).collect();
        let sql = format!("SELECT life, flags, {} FROM \"{}\" WHERE id = ?1", columns.join(", "), kind.name);
        let mut rows = books
            .rows(&sql, [key.1.as_bytes()], |r| {
                let mut told = Told { deleted: r.get::<_, i64>(0)? != 0, conflict: r.get::<_, i64>(1)? & 4 != 0, ..Told::default() };
                for (at, field) in kind.fields.iter().enumerate() {
                    let value = match field.store {
                        Store::Integer => r.get::<_, Option<i64>>(at + 2)?.map_or(Value::Null, Value::from),
                        Store::Bool => r.get::<_, Option<bool>>(at + 2)?.map_or(Value::Null, Value::from),
                        Store::Text => r.get::<_, Option<String>>(at + 2)?.map_or(Value::Null, Value::from),
                        Store::Id => r.get::<_, Option<[u8; 16]>>(at + 2)?.map_or(Value::Null, |b| Uuid::from_bytes(b).to_string().into()),
                        Store::Json => {
                            r.get::<_, Option<String>>(at + 2)?.map_or(Value::Null, |t| serde_json::from_str(&t).unwrap_or_default())
                        }
                    };
                    if !value.is_null() {
                        told.shown.insert(field.name.to_owned(), value);
                    }
                }
                Ok(told)
            })
            .map_err(said)?;
        let told = rows.pop().unwrap_or_default();
        out.insert(*key, told);
    }
    let siblings = books
        .rows("SELECT s.rec, s.kind, s.grp, e.hash, s.value FROM sibling s JOIN entry e ON e.log = s.log AND e.seq = s.seq", [], |r| {
            Ok((Uuid::from_bytes(r.get(0)?), r.get::<_, i64>(1)?, r.get::<_, u16>(2)?, Hash(r.get(3)?), r.get::<_, String>(4)?))
        })
        .map_err(said)?;
    for (rec, number, grp, dot, value) in siblings {
        if let Some((key, told)) = out.iter_mut().find(|((name, id), _)| *id == rec && numbered(name) == number)
            && let Some(kind) = kind_named(key.0)
        {
            told.siblings.insert((group(kind, grp), dot, value));
        }
    }
    let pairs = books
        .rows(
            "SELECT p.rec, p.kind, p.a_grp, a.hash, p.b_grp, b.hash FROM pair p \
             JOIN entry a ON a.log = p.a_log AND a.seq = p.a_seq JOIN entry b ON b.log = p.b_log AND b.seq = p.b_seq",
            [],
            |r| {
                let ends = [(r.get::<_, u16>(2)?, Hash(r.get(3)?)), (r.get::<_, u16>(4)?, Hash(r.get(5)?))];
                Ok((Uuid::from_bytes(r.get(0)?), r.get::<_, i64>(1)?, ends))
            },
        )
        .map_err(said)?;
    for (rec, number, [a, b]) in pairs {
        if let Some((key, told)) = out.iter_mut().find(|((name, id), _)| *id == rec && numbered(name) == number)
            && let Some(kind) = kind_named(key.0)
        {
            let (a, b) = ((group(kind, a.0), a.1), (group(kind, b.0), b.1));
            told.pairs.insert(if a < b { (a, b) } else { (b, a) });
        }
    }
    Ok(out)
}

fn numbered(name: &str) -> i64 {
    kind_named(name).map_or(-1, |k| i64::from(k.number))
}

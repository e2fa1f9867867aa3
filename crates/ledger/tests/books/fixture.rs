//! Copies on temporary files, the records they write, and entries that no honest copy writes.

use std::path::PathBuf;

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;
use xinghuo_ledger::entry::{FORMAT, SUITE, body_len, root};
use xinghuo_ledger::{
    Absorbed, Author, Channel, Conflict, Hash, Header, Ledger, LedgerError, PublicKey, RawBlock, RawEntry, STRETCH_BYTES, Seen, Segment,
    Verdict, log_id,
};
use xinghuo_model::records::{Person, Request};
use xinghuo_model::{Act, Category, Class, Record, RequestState, Source, SpaceId, Urgency};

pub const SPACE: SpaceId = SpaceId(Uuid::from_u128(0xC0));
pub const FILE_KEY: [u8; 32] = [9; 32];

pub fn channel(class: Class) -> Channel {
    Channel { space: SPACE, class }
}

pub struct Copy {
    pub ledger: Ledger,
    pub path: PathBuf,
    pub at: &'static str,
    person: String,
    _folder: TempDir,
}

/// In memory where the machine has such a place: every save waits for the disk.
pub fn folder() -> TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.expect("a temporary folder")
}

/// Different on every call, the same in every run.
pub fn entropy(seed: u64) -> xinghuo_ledger::Entropy {
    let mut n = seed << 32;
    Box::new(move |bytes| {
        n += 1;
        blake3::Hasher::new().update(&n.to_be_bytes()).finalize_xof().fill(bytes);
    })
}

impl Copy {
    /// A copy whose signing key is 32 times `n`.
    pub fn new(n: u8) -> Self {
        Self::with(n, None)
    }

    pub fn with(n: u8, key: Option<&[u8; 32]>) -> Self {
        let folder = folder();
        let path = folder.path().join("store.db");
        let ledger = Ledger::open(&path, key, [n; 32], entropy(n.into())).expect("a new store");
        Self { ledger, path, at: "2024-03-01T08:00:00+08:00", person: format!("{n}号"), _folder: folder }
    }

    pub fn author(&self) -> Author {
        Author { person: self.person.clone(), at: self.at.parse::<DateTime<FixedOffset>>().expect("a time") }
    }

    pub fn put<T: Record>(&mut self, record: &T) {
        let author = self.author();
        self.ledger
            .transact(Act::EditRequest, &author, |tx| {
                tx.put(SPACE, record);
                Ok::<_, LedgerError>(())
            })
            .expect("a save");
    }

    pub fn delete<T: Record>(&mut self, id: T::Id) {
        let author = self.author();
        self.ledger
            .transact(Act::EditRequest, &author, |tx| {
                tx.delete::<T>(SPACE, id);
                Ok::<_, LedgerError>(())
            })
            .expect("a save");
    }

    /// The living record.
    pub fn get<T: Record>(&self, id: T::Id) -> Option<T> {
        self.ledger.books().get::<T>(id).expect("a query").map(|k| k.record)
    }

    /// Edits the living record.
    pub fn edit<T: Record>(&mut self, id: T::Id, change: impl FnOnce(&mut T)) {
        let mut record = self.get::<T>(id).expect("the record to edit");
        change(&mut record);
        self.put(&record);
    }

    pub fn undo_last(&mut self) -> Result<(), LedgerError> {
        let last = self.ledger.last_save()?.ok_or(LedgerError::NothingToUndo)?;
        let author = self.author();
        self.ledger.undo(last.save, &author).map(drop)
    }

    /// Everything this copy could hand to somebody who has nothing.
    pub fn segments(&mut self) -> Vec<Segment> {
        self.ledger.seal_own(&|_, _, _| vec![7]).expect("seals");
        self.ledger.segments_for(&[0; 32], &|_| true, STRETCH_BYTES).expect("segments").all().expect("segments")
    }

    /// The stretch of one class of one author.
    pub fn segment(&mut self, author: u8, class: Class) -> Segment {
        let found = self.segments().into_iter().find(|s| s.key == [author; 32] && s.channel.class == class);
        found.expect("a log of this author and class")
    }

    pub fn absorb(&mut self, segments: Vec<Segment>) -> Absorbed {
        let total = segments.iter().map(|s| s.entries.len() as u64).sum();
        self.ledger.absorb(segments, total, &mut |_, _, _, _, _| Verdict::Welcome, &mut |_, _| true).expect("absorbing")
    }

    pub fn state(&self) -> Hash {
        self.ledger.state_hash(&Class::ALL).expect("a state hash")
    }

    pub fn conflicts(&self) -> Vec<Conflict> {
        self.ledger.conflicts().expect("a list")
    }
}

/// `from` hands everything to `to`.
pub fn give(from: &mut Copy, to: &mut Copy) -> Absorbed {
    to.absorb(from.segments())
}

/// Everybody hands everything to everybody until nothing is new.
pub fn meet(copies: &mut [&mut Copy]) {
    for _ in 0..3 {
        for from in 0..copies.len() {
            let segments = copies[from].segments();
            for to in (0..copies.len()).filter(|to| *to != from) {
                copies[to].absorb(segments.clone());
            }
        }
    }
    agree(copies);
}

/// All copies say the same: values, authors, disputes.
pub fn agree(copies: &[&mut Copy]) {
    for pair in copies.windows(2) {
        assert_eq!(pair[0].conflicts(), pair[1].conflicts(), "conflict lists");
        assert_eq!(pair[0].state(), pair[1].state(), "state hashes");
    }
}

/// Copies 1 to `n`, all of which know one request (or person).
pub fn knowing<T: Record, const N: usize>(record: &T) -> [Copy; N] {
    let mut copies: [Copy; N] = std::array::from_fn(|n| Copy::new(n as u8 + 1));
    copies[0].put(record);
    let segments = copies[0].segments();
    for copy in &mut copies[1..] {
        copy.absorb(segments.clone());
    }
    copies
}

pub fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 3, day).expect("a day")
}

pub fn request() -> Request {
    Request {
        id: Uuid::from_u128(1).into(),
        number: "YJF-2024-0001".to_owned(),
        accepted_on: day(1),
        state: RequestState::Registered,
        result: None,
        category: Category::Safety,
        source: Source::Visit,
        urgency: Urgency::Normal,
        requester: None,
        place: "东门".to_owned(),
        text: "路灯不亮".to_owned(),
        handler: None,
        due_on: day(15),
        closed_on: None,
        satisfaction: None,
    }
}

pub fn person(n: u128, name: &str) -> Person {
    Person {
        id: Uuid::from_u128(n).into(),
        name: name.to_owned(),
        building: "3".to_owned(),
        unit: Some("2".to_owned()),
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
        note: None,
        checked_in_on: None,
    }
}

/// A header for these blocks, as an honest copy with key `n` would begin its log.
pub fn first_header(n: u8, class: Class, blocks: &[RawBlock]) -> Header {
    Header {
        v: FORMAT,
        suite: SUITE,
        log: log_id(&[n; 32], channel(class)),
        seq: 1,
        prev: Hash::default(),
        lamport: 1,
        seen: Vec::new(),
        person: "别人".to_owned(),
        at: "2024-03-01T08:00:00+08:00".parse().expect("a time"),
        schema: 1,
        act: "edit_request".to_owned(),
        save: Uuid::from_u128(7),
        root: root(blocks),
        len: body_len(blocks),
    }
}

/// A block with any content.
pub fn block(rec: u128, kind: &str, set: Value, more: Value) -> RawBlock {
    let mut rest = json!({ "kind": kind, "set": set });
    if let (Some(rest), Value::Object(more)) = (rest.as_object_mut(), more) {
        rest.extend(more);
    }
    let rest = rest.to_string();
    let line = format!("{{\"salt\":\"00112233445566778899aabbccddeeff\",\"rec\":\"{}\",{}", Uuid::from_u128(rec), &rest[1..]);
    RawBlock::Body(line.into_bytes())
}

pub fn raw(header: &Header, blocks: Vec<RawBlock>) -> RawEntry {
    RawEntry { header: serde_json::to_vec(header).expect("a header"), blocks }
}

/// A segment of one entry that nobody's program wrote, which has seen what `seen` says.
pub fn written_by(n: u8, class: Class, lamport: u64, seen: Vec<Seen>, blocks: Vec<RawBlock>) -> Segment {
    let header = Header { lamport, seen, ..first_header(n, class, &blocks) };
    segment_of(n, class, vec![raw(&header, blocks)])
}

pub fn segment_of(n: u8, class: Class, entries: Vec<RawEntry>) -> Segment {
    let key: PublicKey = [n; 32];
    Segment { key, channel: channel(class), entries, seal: vec![7] }
}

/// What somebody who holds everything in this channel would say it has seen.
pub fn all_seen(copy: &Copy, class: Class) -> Vec<Seen> {
    let heads = copy.ledger.heads().expect("heads");
    heads.into_iter().filter(|h| h.channel == channel(class)).map(|h| Seen(h.log, h.seq, h.hash)).collect()
}

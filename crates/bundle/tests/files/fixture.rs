//! Copies with real keys, and files that no honest copy writes.

use std::io::{Read, Write};

use chrono::NaiveDate;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;
use xinghuo_bundle::{Cost, Identity, Keys, Manifest, Outgoing, Purpose, Whole};
pub use xinghuo_forge::{PASSPHRASE, hex, key_file};
use xinghuo_ledger::entry::{FORMAT, SUITE, body_len, root};
use xinghuo_ledger::{
    Absorbed, Author, Channel, Hash, Header, Ledger, LedgerError, RawBlock, RawEntry, STRETCH_BYTES, Segment, Verdict, log_id,
};
use xinghuo_model::records::Request;
use xinghuo_model::{Act, Category, Class, Record, RequestState, Source, SpaceId, Urgency};

pub const SPACE: SpaceId = SpaceId(Uuid::from_u128(0xC0));
/// Keys whose secrets the tests know too, so that they can sign what honest code would not.
pub struct Forger {
    pub keys: Keys,
    pub signing: SigningKey,
    pub receiving: age::x25519::Identity,
}

impl Forger {
    pub fn new(n: u8) -> Self {
        let signing = SigningKey::from_bytes(&[n; 32]);
        let receiving = age::x25519::Identity::generate();
        let text = key_file(&signing, &receiving, &[n; 32], Cost::LEAST);
        Self { keys: Keys::unlock(&text, PASSPHRASE).expect("a key file by hand"), signing, receiving }
    }

    pub fn identity(&self) -> Identity {
        self.keys.identity()
    }

    pub fn sign(&self, domain: &str, bytes: &[u8]) -> String {
        hex(&self.signing.sign(&[domain.as_bytes(), b"\n", bytes].concat()).to_bytes())
    }

    /// The plain inside of a file: manifest line, signature line, the packed stretches.
    pub fn open(&self, file: &[u8]) -> Inside {
        let sealed = file.splitn(3, |b| *b == b'\n').nth(2).expect("a sealed part");
        let decryptor = age::Decryptor::new(sealed).expect("an age file");
        let mut plain = Vec::new();
        decryptor
            .decrypt(std::iter::once(&self.receiving as &dyn age::Identity))
            .and_then(|mut r| r.read_to_end(&mut plain).map_err(Into::into))
            .expect("decrypting");
        let mut parts = plain.splitn(3, |b| *b == b'\n').map(<[u8]>::to_vec);
        let line = parts.next().expect("a manifest");
        let signature = String::from_utf8(parts.next().expect("a signature")).expect("hex");
        Inside { manifest: serde_json::from_slice(&line).expect("a manifest"), line, signature, packed: parts.next().expect("stretches") }
    }

    /// Signs a changed manifest anew.
    pub fn resign(&self, inside: &mut Inside, change: impl FnOnce(&mut Value)) {
        let mut value: Value = serde_json::to_value(&inside.manifest).expect("a manifest");
        change(&mut value);
        inside.line = value.to_string().into_bytes();
        inside.signature = self.sign("xinghuo/manifest/v1", &inside.line);
    }
}

#[derive(Clone)]
pub struct Inside {
    pub manifest: Manifest,
    pub line: Vec<u8>,
    pub signature: String,
    pub packed: Vec<u8>,
}

impl Inside {
    /// A file with this inside, its clear header saying from whom and for whom.
    pub fn seal(&self, from: &Identity, to: &Identity) -> Vec<u8> {
        let plain = [&self.line[..], b"\n", self.signature.as_bytes(), b"\n", &self.packed].concat();
        let mut sealed = Vec::new();
        let recipient: age::x25519::Recipient = to.receives.parse().expect("a recipient");
        let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).expect("age");
        let mut writer = encryptor.wrap_output(&mut sealed).expect("age");
        writer.write_all(&plain).expect("age");
        writer.finish().expect("age");
        let clear = json!({
            "v": 1, "suite": 1, "from": hex(&from.signs), "to": hex(&to.signs),
            "number": self.manifest.number, "length": sealed.len(),
        });
        [format!("XINGHUO 1\n{clear}\n").as_bytes(), &sealed].concat()
    }
}

/// A copy: keys and a store.
pub struct Copy {
    pub me: Forger,
    pub ledger: Ledger,
    _folder: TempDir,
}

impl Copy {
    pub fn new(n: u8) -> Self {
        let me = Forger::new(n);
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a folder");
        let mut count = u64::from(n) << 32;
        let entropy = Box::new(move |bytes: &mut [u8]| {
            count += 1;
            blake3::Hasher::new().update(&count.to_be_bytes()).finalize_xof().fill(bytes);
        });
        let ledger =
            Ledger::open(&folder.path().join("store.db"), Some(me.keys.file_key()), me.identity().signs, entropy).expect("a store");
        Self { me, ledger, _folder: folder }
    }

    pub fn author(&self) -> Author {
        Author { person: "王甲".into(), at: "2024-03-01T08:00:00+08:00".parse().expect("a time") }
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

    pub fn segments(&mut self) -> Vec<Segment> {
        let keys = &self.me.keys;
        self.ledger.seal_own(&|log, seq, head| keys.seal(log, seq, head)).expect("seals");
        self.ledger.segments_for(&[0; 32], &|_| true, STRETCH_BYTES).expect("segments").all().expect("segments")
    }

    /// The same, one stretch an entry, each with a seal of its own.
    pub fn segments_apart(&mut self) -> Vec<Segment> {
        let segments = self.segments();
        let one = |segment: &Segment, entry: &RawEntry| {
            let header = entry.open().expect("an entry");
            let seal = self.me.keys.seal(&header.log, header.seq, &entry.hash());
            Segment { entries: vec![entry.clone()], seal, ..segment.clone() }
        };
        segments.iter().flat_map(|segment| segment.entries.iter().map(|entry| one(segment, entry))).collect()
    }

    /// A bundle with everything, for somebody.
    pub fn write(&mut self, audience: &Identity, number: u64) -> Vec<u8> {
        let segments = self.segments();
        let have = self.ledger.heads().expect("heads").into_iter().map(|h| (h.log, h.seq, h.hash)).collect();
        let out = Outgoing { number, made_at: "2024-03-01T08:00:00+08:00".into(), have, ..outgoing(audience) };
        xinghuo_bundle::write(&self.me.keys, &out, &segments).expect("a bundle")
    }

    pub fn read(&self, file: &[u8]) -> Result<Whole, &'static str> {
        xinghuo_bundle::read(file, &self.me.keys).map_err(|e| e.code())
    }

    pub fn absorb(&mut self, opened: Whole) -> Absorbed {
        self.ledger.absorb(opened.segments, 0, &mut |_, _, _, _, _| Verdict::Welcome, &mut |_, _| true).expect("absorbing")
    }

    pub fn state(&self) -> String {
        self.ledger.state_hash(&Class::ALL).expect("a hash").hex()
    }
}

/// A stretch of one entry in the district's class that no copy wrote: these blocks, under this schema.
pub fn foreign(x: &Forger, schema: u32, blocks: Vec<RawBlock>) -> Segment {
    let (key, channel) = (x.identity().signs, Channel { space: SPACE, class: Class::District });
    let header = Header {
        v: FORMAT,
        suite: SUITE,
        log: log_id(&key, channel),
        seq: 1,
        prev: Hash::default(),
        lamport: 1,
        seen: Vec::new(),
        person: "别人".into(),
        at: "2024-03-01T08:00:00+08:00".parse().expect("a time"),
        schema,
        act: "novel".into(),
        save: Uuid::from_u128(9),
        root: root(&blocks),
        len: body_len(&blocks),
    };
    let entry = RawEntry { header: serde_json::to_vec(&header).expect("a header"), blocks };
    let seal = x.keys.seal(&header.log, 1, &entry.hash());
    Segment { key, channel, entries: vec![entry], seal }
}

/// A bundle without anything in it.
pub fn outgoing(audience: &Identity) -> Outgoing<'_> {
    Outgoing { purpose: Purpose::Exchange, audience, number: 1, made_at: String::new(), have: Vec::new(), want: Vec::new() }
}

/// So many bytes in hex, always the same: text that nothing compresses to less than half.
pub fn noise(n: u8, bytes: usize) -> String {
    let mut noise = vec![0; bytes];
    blake3::Hasher::new().update(&[n]).finalize_xof().fill(&mut noise);
    hex(&noise)
}

pub fn request(n: u128) -> Request {
    let day = |d| NaiveDate::from_ymd_opt(2024, 3, d).expect("a day");
    Request {
        id: Uuid::from_u128(n).into(),
        number: format!("YJF-2024-{n:04}"),
        accepted_on: day(1),
        state: RequestState::Registered,
        result: None,
        category: Category::Safety,
        source: Source::Visit,
        urgency: Urgency::Normal,
        requester: None,
        place: "东门".into(),
        text: "路灯不亮".into(),
        handler: None,
        due_on: day(15),
        closed_on: None,
        satisfaction: None,
    }
}

/// What of two readings of a bundle must be alike.
pub fn stretches(opened: &Whole) -> Vec<(xinghuo_ledger::Channel, Vec<xinghuo_ledger::RawEntry>)> {
    opened.segments.iter().map(|s| (s.channel, s.entries.clone())).collect()
}

//! Who appears in the vectors, and the tools to write what no honest copy writes.

use std::cell::RefCell;
use std::fmt::Display;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use uuid::Uuid;
use xinghuo_bundle::{Cost, Keys};
use xinghuo_ledger::entry::{block_line, body_len, root};
use xinghuo_ledger::{Books, Channel, ENDED, Endings, Hash, LogId, PublicKey, RawBlock, RawEntry, Verdict, log_id};
use xinghuo_model::records::{Certificate, Revocation};
use xinghuo_model::{Class, SpaceId};

use crate::keys::{PASSPHRASE, hex, key_file, unhex};
use crate::vector::{FOLDER, Vector};

pub const NOTE: &str = "made for the test vectors of Xinghuo, published with their secrets: never use them for anything else";

/// The compound (小区) of the sender and the receiver, another compound, and their community (社区).
pub const HOME: SpaceId = SpaceId(Uuid::from_u128(0xC0));
pub const ELSEWHERE: SpaceId = SpaceId(Uuid::from_u128(0xC1));
pub const COMMUNITY: SpaceId = SpaceId(Uuid::from_u128(0xA0));

/// What stands in the request that every stretch beside the wrong one brings.
pub const WITNESS: &str = "XH-2031-0002";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The community's office (社区): root of the registry.
    Office,
    /// A laptop of the compound: it writes the bundles.
    Sender,
    /// Another laptop of the compound: it reads them.
    Receiver,
    /// A third laptop of the compound.
    Colleague,
    /// A laptop whose certificate (授权) was ended after its first entry.
    Ended,
    /// A laptop that nobody certified.
    Stranger,
    /// A laptop of another compound.
    Elsewhere,
    /// A laptop that may write the community class only.
    Limited,
}

use Who::*;

pub const ALL: [Who; 8] = [Office, Sender, Receiver, Colleague, Ended, Stranger, Elsewhere, Limited];

impl Who {
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

pub struct Party {
    pub signing: SigningKey,
    pub receiving: age::x25519::Identity,
    pub keys: Keys,
}

impl Party {
    pub fn key(&self) -> PublicKey {
        self.signing.verifying_key().to_bytes()
    }

    pub fn signs(&self) -> String {
        hex(&self.key())
    }

    pub fn receives(&self) -> String {
        self.receiving.to_public().to_string()
    }

    pub fn sign(&self, domain: &str, bytes: &[u8]) -> Vec<u8> {
        self.signing.sign(&[domain.as_bytes(), b"\n", bytes].concat()).to_bytes().to_vec()
    }
}

/// Adds the group's order to a signature's S: the same signature to a reader that is not strict.
pub fn malleable(signature: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0x10,
    ];
    let mut out = signature.to_vec();
    let mut carry = 0u16;
    for (at, order) in ORDER.iter().enumerate() {
        carry += u16::from(out[32 + at]) + u16::from(*order);
        out[32 + at] = carry as u8;
        carry >>= 8;
    }
    out
}

/// The neutral point as a key: of it, `R` neutral and `S` zero is a signature of every message.
pub const WEAK_KEY: [u8; 32] = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

pub fn weak_signature() -> Vec<u8> {
    [WEAK_KEY, [0; 32]].concat()
}

/// A JSON object as a list of names and raw values, so that it can be written wrongly.
#[derive(Debug, Clone, Default)]
pub struct Obj(pub Vec<(String, String)>);

impl Obj {
    pub fn set(&mut self, name: &str, raw: impl Display) -> &mut Self {
        match self.0.iter_mut().find(|(n, _)| n == name) {
            Some((_, v)) => *v = raw.to_string(),
            None => self.0.push((name.into(), raw.to_string())),
        }
        self
    }

    /// A second time, where it stands already.
    pub fn twice(&mut self, name: &str, raw: impl Display) -> &mut Self {
        self.0.push((name.into(), raw.to_string()));
        self
    }

    pub fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.set(name, Value::from(text))
    }

    pub fn without(&mut self, name: &str) -> &mut Self {
        self.0.retain(|(n, _)| n != name);
        self
    }

    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).expect("a field")
    }

    pub fn number(&self, name: &str) -> u64 {
        self.get(name).parse().expect("a number")
    }

    pub fn line(&self) -> String {
        let fields: Vec<String> = self.0.iter().map(|(n, v)| format!("{}:{v}", Value::from(n.as_str()))).collect();
        format!("{{{}}}", fields.join(","))
    }

    /// The values alone, as a list: what some readers take for the object.
    pub fn list(&self) -> String {
        format!("[{}]", self.0.iter().map(|(_, v)| v.as_str()).collect::<Vec<_>>().join(","))
    }
}

/// A block's line; the salt follows from the rest, so that the vectors can be made again.
pub fn block(rec: Uuid, kind: &str, set: &[(&str, &str)]) -> String {
    block_obj(rec, kind, set).line()
}

pub fn block_obj(rec: Uuid, kind: &str, set: &[(&str, &str)]) -> Obj {
    let mut fields = Obj::default();
    for (name, raw) in set {
        fields.twice(name, raw);
    }
    let salt = Hash::of(format!("{rec}{kind}{}", fields.line()).as_bytes()).hex();
    let mut out = Obj::default();
    out.text("salt", &salt[..32]).text("rec", &rec.to_string()).text("kind", kind).set("set", fields.line());
    out
}

/// The word that a person is erased.
pub fn erasure(n: u128) -> String {
    block_obj(Uuid::from_u128(n), "person", &[]).without("set").set("erases", true).line()
}

pub fn person(n: u128, name: &str) -> String {
    let name = Value::from(name).to_string();
    block(Uuid::from_u128(n), "person", &[("name", &name), ("building", "\"3\""), ("room", "\"501\"")])
}

/// A log and what was written to it since it was last sent.
#[derive(Clone)]
pub struct Log {
    pub who: PublicKey,
    pub channel: Channel,
    pub seq: u64,
    pub prev: Hash,
    pub lamport: u64,
    pub start: (u64, Hash),
    pub entries: Vec<RawEntry>,
    pub seen: Vec<(LogId, u64, Hash)>,
}

impl Log {
    pub fn new(who: PublicKey, space: SpaceId, class: Class) -> Self {
        let zero = Hash::default();
        Self { who, channel: Channel { space, class }, seq: 0, prev: zero, lamport: 0, start: (1, zero), entries: vec![], seen: vec![] }
    }

    pub fn id(&self) -> LogId {
        log_id(&self.who, self.channel)
    }

    /// The same log, with nothing to send.
    pub fn later(&self) -> Self {
        Self { start: (self.seq + 1, self.prev), entries: Vec::new(), ..self.clone() }
    }

    pub fn saw(&mut self, other: &Log) -> &mut Self {
        self.seen.push((other.id(), other.seq, other.prev));
        self.seen.sort_by_key(|s| s.0);
        self.lamport = self.lamport.max(other.lamport);
        self
    }

    pub fn save(&mut self, blocks: &[String]) -> &mut Self {
        self.save_as(blocks, |_| ())
    }

    pub fn save_as(&mut self, blocks: &[String], change: impl FnOnce(&mut Obj)) -> &mut Self {
        let blocks: Vec<Vec<u8>> = blocks.iter().map(|b| b.clone().into_bytes()).collect();
        self.save_bytes(&blocks, |header| {
            change(header);
            header.line().into_bytes()
        })
    }

    pub fn save_bytes(&mut self, blocks: &[Vec<u8>], line: impl FnOnce(&mut Obj) -> Vec<u8>) -> &mut Self {
        let blocks: Vec<RawBlock> = blocks.iter().map(|b| block_line(b)).collect();
        self.seq += 1;
        self.lamport += 1;
        let seen: Vec<Value> = self.seen.drain(..).map(|(log, seq, hash)| json!([log.hex(), seq, hash.hex()])).collect();
        let save = Hash::of(format!("{}{}", self.id().hex(), self.seq).as_bytes());
        let save = Uuid::from_bytes(save.0[..16].try_into().expect("16 bytes"));
        let mut header = Obj::default();
        header
            .set("v", 1)
            .set("suite", 1)
            .text("log", &self.id().hex())
            .set("seq", self.seq)
            .text("prev", &self.prev.hex())
            .set("lamport", self.lamport)
            .set("seen", Value::from(seen))
            .text("person", "王甲")
            .text("at", "2031-03-01T08:00:00+08:00")
            .set("schema", 1)
            .text("act", "save_person")
            .text("save", &save.to_string())
            .text("root", &root(&blocks).hex())
            .set("len", body_len(&blocks));
        let entry = RawEntry { header: line(&mut header), blocks };
        self.prev = entry.hash();
        self.entries.push(entry);
        self
    }
}

/// A stretch (段) with its line in the table of contents.
#[derive(Clone)]
pub struct Stretch {
    pub row: Obj,
    pub plain: Vec<u8>,
    pub packed: Vec<u8>,
}

impl Stretch {
    /// Another content under the same promises of first, last, head and seal.
    pub fn repack(&mut self, plain: &[u8]) {
        self.plain = plain.to_vec();
        self.stored(zstd::bulk::compress(plain, 3).expect("packing"), plain.len() as u64);
    }

    pub fn stored(&mut self, packed: Vec<u8>, unpacked: u64) {
        self.row.set("stored", packed.len()).set("unpacked", unpacked).text("blake3", &Hash::of(&packed).hex());
        self.packed = packed;
    }
}

pub fn plain_of(entries: &[RawEntry]) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        out.extend_from_slice(&entry.header);
        out.push(b'\n');
        xinghuo_ledger::entry::block_lines(&entry.blocks, &mut out);
        out.push(b'\n');
    }
    out
}

type Change<T> = Box<dyn Fn(&World, &mut T)>;

/// A bundle (数据包) before it is closed: every part can be made wrong.
pub struct Parcel {
    pub from: Who,
    pub to: Who,
    pub sealed_for: Vec<Who>,
    pub manifest: Obj,
    pub stretches: Vec<Stretch>,
    line: Option<Change<Vec<u8>>>,
    signature: Option<Change<Vec<u8>>>,
    inside: Option<Change<Vec<u8>>>,
    clear: Option<Change<Obj>>,
}

impl Parcel {
    pub fn manifest(mut self, change: impl FnOnce(&mut Obj)) -> Self {
        change(&mut self.manifest);
        self
    }

    /// Changes a stretch's line in the table of contents, not the stretch.
    pub fn row(mut self, n: usize, change: impl FnOnce(&mut Obj)) -> Self {
        change(&mut self.stretches[n].row);
        self
    }

    pub fn line(mut self, change: impl Fn(&World, &mut Vec<u8>) + 'static) -> Self {
        self.line = Some(Box::new(change));
        self
    }

    /// Changes the signature line's text.
    pub fn signature(mut self, change: impl Fn(&World, &mut Vec<u8>) + 'static) -> Self {
        self.signature = Some(Box::new(change));
        self
    }

    pub fn inside(mut self, change: impl Fn(&World, &mut Vec<u8>) + 'static) -> Self {
        self.inside = Some(Box::new(change));
        self
    }

    pub fn clear(mut self, change: impl Fn(&World, &mut Obj) + 'static) -> Self {
        self.clear = Some(Box::new(change));
        self
    }

    pub fn sealed_for(mut self, who: &[Who]) -> Self {
        self.sealed_for = who.to_vec();
        self
    }

    pub fn close(self, w: &World) -> Vec<u8> {
        let mut manifest = self.manifest.clone();
        if !manifest.0.iter().any(|(n, _)| n == "segments") {
            let rows: Vec<String> = self.stretches.iter().map(|s| s.row.line()).collect();
            manifest.set("segments", format!("[{}]", rows.join(",")));
        }
        let mut line = manifest.line().into_bytes();
        if let Some(change) = &self.line {
            change(w, &mut line);
        }
        let mut signature = hex(&w.party(self.from).sign("xinghuo/manifest/v1", &line)).into_bytes();
        if let Some(change) = &self.signature {
            change(w, &mut signature);
        }
        let mut inside = [&line[..], b"\n", &signature, b"\n"].concat();
        self.stretches.iter().for_each(|s| inside.extend_from_slice(&s.packed));
        if let Some(change) = &self.inside {
            change(w, &mut inside);
        }
        let sealed = w.seal(&inside, &self.sealed_for);
        let mut clear = Obj::default();
        clear
            .set("v", 1)
            .set("suite", 1)
            .text("from", &w.party(self.from).signs())
            .text("to", &w.party(self.to).signs())
            .set("number", manifest.0.iter().find(|(n, _)| n == "number").map_or("7", |(_, v)| v))
            .set("length", sealed.len());
        if let Some(change) = &self.clear {
            change(w, &mut clear);
        }
        [format!("XINGHUO 1\n{}\n", clear.line()).as_bytes(), &sealed].concat()
    }
}

/// Everybody, and every log as the receiver knows it before a vector is applied.
pub struct World {
    parties: Vec<Party>,
    /// The vectors as they were, so that what cannot be made alike twice (age draws fresh keys)
    /// is taken over where its content is the same.
    old: RefCell<Option<Vec<u8>>>,
    pub made: RefCell<Vec<Vector>>,
    pub community: Log,
    pub district: Log,
    pub registry: Log,
    pub colleague: Log,
    pub own: Log,
    pub ended: Log,
    pub elsewhere: Log,
    pub before: Vec<Stretch>,
}

fn shared() -> PathBuf {
    Path::new(FOLDER).join("shared")
}

impl World {
    /// From the published keys; `make`: writes them where they are missing.
    pub fn open(make: bool) -> Self {
        let path = shared().join("parties.json");
        if make && !path.exists() {
            let parties: Vec<Value> = ALL
                .iter()
                .map(|who| {
                    let signing = SigningKey::from_bytes(blake3::hash(format!("xinghuo vectors {}", who.name()).as_bytes()).as_bytes());
                    let receiving = age::x25519::Identity::generate();
                    json!({
                        "name": who.name(), "signs": hex(&signing.verifying_key().to_bytes()), "receives": receiving.to_public().to_string(),
                        "signing_seed": hex(&signing.to_bytes()), "receiving_secret": receiving.to_string().expose_secret(),
                    })
                })
                .collect();
            let text = json!({
                "note": NOTE, "passphrase": PASSPHRASE, "parties": parties, "receiver": "receiver",
                "root": "office", "registry": COMMUNITY.0, "compound": HOME.0, "another_compound": ELSEWHERE.0,
            });
            std::fs::create_dir_all(shared()).expect("a folder");
            std::fs::write(&path, format!("{}\n", serde_json::to_string_pretty(&text).expect("JSON"))).expect("the parties");
        }
        let text: Value = serde_json::from_slice(&std::fs::read(&path).expect("the parties")).expect("JSON");
        let parties: Vec<Party> = text["parties"]
            .as_array()
            .expect("parties")
            .iter()
            .map(|p| {
                let seed = unhex(p["signing_seed"].as_str().expect("a seed"));
                let signing = SigningKey::from_bytes(&seed.try_into().expect("32 bytes"));
                let receiving: age::x25519::Identity = p["receiving_secret"].as_str().expect("a key").parse().expect("a key");
                let file = key_file(&signing, &receiving, &[9; 32], Cost::LEAST);
                Party { keys: Keys::unlock(&file, PASSPHRASE).expect("keys"), signing, receiving }
            })
            .collect();
        let key = |who: Who| parties[who as usize].key();
        let log = |who: Who, class| Log::new(key(who), HOME, class);
        let mut world = Self {
            community: log(Sender, Class::Community),
            district: log(Sender, Class::District),
            registry: Log::new(key(Office), COMMUNITY, Class::Registry),
            colleague: log(Colleague, Class::Community),
            own: log(Receiver, Class::Community),
            ended: log(Ended, Class::Community),
            elsewhere: Log::new(key(Elsewhere), ELSEWHERE, Class::Community),
            old: RefCell::default(),
            made: RefCell::default(),
            before: Vec::new(),
            parties,
        };
        world.write_before();
        world
    }

    /// What the receiver holds before each vector.
    fn write_before(&mut self) {
        let certificates: Vec<String> = [
            (Sender, HOME, r#"["branch","community","district"]"#),
            (Receiver, HOME, r#"["branch","community","district"]"#),
            (Colleague, HOME, r#"["branch","community","district"]"#),
            (Ended, HOME, r#"["branch","community","district"]"#),
            (Elsewhere, ELSEWHERE, r#"["branch","community","district"]"#),
            (Limited, HOME, r#"["community"]"#),
        ]
        .iter()
        .map(|(who, space, classes)| self.certificate(*who, *space, classes, 0x100 + *who as u128))
        .collect();
        self.ended.save(&[person(5, "赵戊")]);
        let revocation = block(
            Uuid::from_u128(0x200),
            "revocation",
            &[
                ("log", &format!("\"{}\"", self.ended.id().hex())),
                ("last_seq", "1"),
                ("last_hash", &format!("\"{}\"", self.ended.prev.hex())),
                ("reason", "\"换届\""),
            ],
        );
        self.registry.save(&certificates).save(&[revocation]);
        self.community.save(&[person(1, "单小雨")]).save(&[person(2, "李乙")]);
        self.district.save(&[block(Uuid::from_u128(0x10), "request", &[("number", "\"XH-2031-0001\"")])]);
        let community = self.community.clone();
        self.colleague.saw(&community).save(&[person(3, "钱丙")]);
        let colleague = self.colleague.clone();
        self.own.saw(&community).saw(&colleague).save(&[person(4, "孙丁")]);
        self.elsewhere.save(&[person(9, "周己")]);
        let logs = [
            (Office, &self.registry),
            (Sender, &self.community),
            (Sender, &self.district),
            (Colleague, &self.colleague),
            (Receiver, &self.own),
            (Ended, &self.ended),
            (Elsewhere, &self.elsewhere),
        ];
        self.before = logs.map(|(who, log)| self.stretch(who, log)).into();
        for log in [
            &mut self.registry,
            &mut self.community,
            &mut self.district,
            &mut self.colleague,
            &mut self.own,
            &mut self.ended,
            &mut self.elsewhere,
        ] {
            *log = log.later();
        }
    }

    pub fn certificate(&self, who: Who, space: SpaceId, classes: &str, n: u128) -> String {
        let party = self.party(who);
        block(
            Uuid::from_u128(n),
            "certificate",
            &[
                ("signs", &format!("\"{}\"", party.signs())),
                ("receives", &format!("\"{}\"", party.receives())),
                ("person", "\"王甲\""),
                ("role", &format!("\"{}\"", xinghuo_model::Role::ALL[0].code())),
                ("copy", &format!("\"{}\"", who.name())),
                ("grants", &format!(r#"[{{"space":"{}","classes":{classes}}}]"#, space.0)),
                ("since", "\"2031-01-01\""),
            ],
        )
    }

    pub fn party(&self, who: Who) -> &Party {
        &self.parties[who as usize]
    }

    /// The log's unsent entries, sealed by `who` (who else but its author would be a forger).
    pub fn stretch(&self, who: Who, log: &Log) -> Stretch {
        let plain = plain_of(&log.entries);
        let seal = self.party(who).keys.seal(&log.id(), log.seq, &log.prev);
        let mut row = Obj::default();
        row.text("log", &log.id().hex())
            .text("key", &hex(&log.who))
            .text("space", &log.channel.space.0.to_string())
            .text("class", log.channel.class.code())
            .set("first", log.start.0)
            .set("last", log.seq)
            .text("prev", &log.start.1.hex())
            .text("head", &log.prev.hex())
            .text("seal", &hex(&seal));
        let mut out = Stretch { row, plain: Vec::new(), packed: Vec::new() };
        out.repack(&plain);
        out
    }

    /// A sound stretch that stands beside the wrong one, and must get in.
    pub fn witness(&self) -> Stretch {
        let mut log = self.district.later();
        log.save(&[block(Uuid::from_u128(0x11), "request", &[("number", &format!("\"{WITNESS}\""))])]);
        self.stretch(Sender, &log)
    }

    /// The sender's next save, sound.
    pub fn next(&self) -> Stretch {
        let mut log = self.community.later();
        log.save(&[person(6, "吴庚")]);
        self.stretch(Sender, &log)
    }

    pub fn parcel(&self, stretches: Vec<Stretch>) -> Parcel {
        let (sender, receiver) = (self.party(Sender), self.party(Receiver));
        let mut manifest = Obj::default();
        manifest
            .set("v", 1)
            .set("suite", 1)
            .set("reader", 1)
            .text("purpose", "exchange")
            .text("from", &sender.signs())
            .text("from_receives", &sender.receives())
            .text("to", &receiver.signs())
            .set("number", 7)
            .text("made_at", "2031-03-02T08:00:00+08:00")
            .set("have", "[]")
            .set("want", "[]");
        Parcel {
            from: Sender,
            to: Receiver,
            // Honest senders encrypt to themselves too; left out, because there are so many vectors.
            sealed_for: vec![Receiver],
            manifest,
            stretches,
            line: None,
            signature: None,
            inside: None,
            clear: None,
        }
    }

    /// The witness and one more stretch.
    pub fn beside(&self, other: Stretch) -> Parcel {
        self.parcel(vec![self.witness(), other])
    }

    /// The witness and the next save.
    pub fn usual(&self) -> Parcel {
        self.beside(self.next())
    }

    /// age draws fresh keys each time: where the old file holds just this, it is kept.
    pub fn seal(&self, plain: &[u8], recipients: &[Who]) -> Vec<u8> {
        if let Some(old) = self.old.borrow().as_ref().and_then(|o| o.splitn(3, |b| *b == b'\n').nth(2))
            && self.unseal(old, recipients[0]).is_some_and(|inside| inside == plain)
        {
            return old.to_vec();
        }
        let keys: Vec<age::x25519::Recipient> = recipients.iter().map(|w| self.party(*w).receiving.to_public()).collect();
        let encryptor = age::Encryptor::with_recipients(keys.iter().map(|k| k as &dyn age::Recipient)).expect("age");
        let mut sealed = Vec::new();
        let mut writer = encryptor.wrap_output(&mut sealed).expect("age");
        writer.write_all(plain).expect("age");
        writer.finish().expect("age");
        sealed
    }

    /// What is inside an age file; `None` where it is none for this party.
    pub fn unseal(&self, sealed: &[u8], who: Who) -> Option<Vec<u8>> {
        let mut inside = Vec::new();
        let decryptor = age::Decryptor::new_buffered(sealed).ok()?;
        let mut reader = decryptor.decrypt(std::iter::once(&self.party(who).receiving as &dyn age::Identity)).ok()?;
        reader.read_to_end(&mut inside).ok()?;
        Some(inside)
    }

    /// Remembers the old file of this name while `make` runs.
    pub fn remake(&self, folder: &Path, name: &str, make: impl FnOnce(&Self) -> Vec<u8>) -> Vec<u8> {
        *self.old.borrow_mut() = Vector::load(folder, name).map(|v| v.bytes);
        let bytes = make(self);
        *self.old.borrow_mut() = None;
        bytes
    }

    /// Takes another vector's old file, put right again, for the one of this name.
    pub fn repair_old(&self, name: &str, repair: impl FnOnce(&mut [u8])) {
        *self.old.borrow_mut() = Vector::load(Path::new(FOLDER), name).map(|mut v| {
            repair(&mut v.bytes);
            v.bytes
        });
    }

    /// The bundle that leads to the state before, and the receiver's key file.
    pub fn write_shared(&self) {
        let bytes = self.remake(&shared(), "before", |w| {
            let mut parcel = w.parcel(w.before.clone());
            (parcel.from, parcel.sealed_for) = (Office, vec![Receiver, Office]);
            let office = w.party(Office);
            parcel
                .manifest(|m| {
                    m.text("purpose", "welcome").text("from", &office.signs()).text("from_receives", &office.receives()).set("have", "[]");
                })
                .close(w)
        });
        let what = "What the receiver holds before each vector, as one bundle of the office.";
        Vector::new("before", "ok", what, "bundle", bytes).with("new", 9).save(&shared());
        let receiver = self.party(Receiver);
        let mut text: Value =
            serde_json::from_str(&key_file(&receiver.signing, &receiver.receiving, &[9; 32], Cost::LEAST)).expect("a key file");
        text["note"] = NOTE.into();
        let text = format!("{}\n", serde_json::to_string_pretty(&text).expect("JSON"));
        std::fs::write(shared().join("receiver.keys.json"), text).expect("the key file");
    }

    pub fn add(&self, name: &str, expect: &str, what: &str, make: impl FnOnce(&Self) -> Vec<u8>) {
        self.add_with(name, expect, what, &[], make);
    }

    pub fn add_with(&self, name: &str, expect: &str, what: &str, more: &[(&str, &str)], make: impl FnOnce(&Self) -> Vec<u8>) {
        let bytes = self.remake(Path::new(FOLDER), name, make);
        let mut vector = Vector::new(name, expect, what, "bundle", bytes);
        if expect == "ok" {
            vector = vector.with("new", 2);
        } else if expect.starts_with("partly") {
            vector = vector.with("new", 1);
        }
        for (key, value) in more {
            vector = vector.with(key, value);
        }
        self.made.borrow_mut().push(vector);
    }
}

pub fn before() -> Vector {
    Vector::load(&shared(), "before").expect("the state before")
}

pub fn receiver_keys() -> String {
    std::fs::read_to_string(shared().join("receiver.keys.json")).expect("the key file")
}

/// Who may write, as docs/format.md says under Registry (登记).
pub fn may(world: &World, books: &Books<'_>, key: &PublicKey, channel: Channel) -> Verdict {
    if *key == world.party(Office).key() {
        let entitled = match channel.class {
            Class::Registry => channel.space == COMMUNITY,
            Class::Branch => false,
            Class::Community | Class::District => true,
        };
        return if entitled { Verdict::Welcome } else { Verdict::Quarantine("author") };
    }
    let granted = books
        .select::<Certificate>("AND signs = ?1", [hex(key)])
        .expect("certificates")
        .iter()
        .any(|c| c.record.grants.iter().any(|g| g.space == channel.space && g.classes.iter().any(|w| w == channel.class.code())));
    if !granted {
        return Verdict::Quarantine("author");
    }
    let log = log_id(key, channel).hex();
    let ended = books.select::<Revocation>("AND log = ?1", [log]).expect("revocations");
    if ended.is_empty() {
        return Verdict::Welcome;
    }
    let named = |r: &Revocation| Some((u64::try_from(r.last_seq).ok()?, Hash::from_hex(&r.last_hash)?));
    Verdict::Partly(ENDED, Endings(vec![ended.iter().filter_map(|r| named(&r.record)).collect()]).into())
}

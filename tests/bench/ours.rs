//! This project's way: a signed, encrypted bundle out of one copy's log into another's.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::DateTime;
use xinghuo_bundle::{BundleError, Cost, Enclosed, Identity, Keys, Outgoing, Plan, Purpose, SegmentEntry, Source};
use xinghuo_ledger::{Author, Hash, Ledger, LedgerError, STRETCH_BYTES, Segment, Segments, Verdict};
use xinghuo_model::records::Person;
use xinghuo_model::{Act, Record, SpaceId};

use crate::contest::{Copy, Step, Way};
use crate::gauge::{Outcome, mib};
use crate::residents::{COMPOUND, changed, residents, shuffled};

const PASSPHRASE: &str = "示范口令一二三";
const DAY: &str = "2026-11-01T09:00:00+08:00";

/// Bundles.
pub struct Bundles {
    /// The updates come in another order than the residents were stored in.
    pub shuffled: bool,
}

impl Way for Bundles {
    fn make(&self, folder: &Path, count: usize) -> Outcome {
        let people = residents(count);
        let (sender, audience) = (Keys::generate()?, receiver(folder)?);
        let mut ledger = Ledger::open(&folder.join("sender.db"), Some(sender.file_key()), sender.identity().signs, entropy(1))?;
        for (number, step) in [(1, Step::Import), (2, Step::Update)] {
            let people = match (number, self.shuffled) {
                (1, _) => people.clone(),
                (_, false) => changed(&people),
                (_, true) => shuffled(changed(&people)),
            };
            store(&mut ledger, COMPOUND, &people)?;
            let entries = bundle(&mut ledger, &sender, &audience, number, File::create(folder.join(step.file()))?)?;
            println!("{} people in {entries} entries", people.len());
            let have: Vec<_> = ledger.heads()?.into_iter().map(|h| (h.log, h.seq, h.hash)).collect();
            ledger.acknowledge(&audience.signs, 1, &have)?;
        }
        Ok(())
    }

    fn open(&self, folder: &Path, _: usize) -> Outcome<Box<dyn Copy>> {
        Ok(Box::new(Receiver::open(folder)?))
    }
}

/// New keys for who will receive, kept in the folder.
pub fn receiver(folder: &Path) -> Outcome<Identity> {
    let keys = Keys::generate()?;
    std::fs::write(folder.join("keys"), keys.lock(PASSPHRASE, Cost::default())?)?;
    Ok(keys.identity())
}

fn keys(folder: &Path) -> Outcome<Keys> {
    Ok(Keys::unlock(&std::fs::read_to_string(folder.join("keys"))?, PASSPHRASE)?)
}

/// The receiving copy.
pub struct Receiver {
    keys: Keys,
    ledger: Ledger,
    path: PathBuf,
    folder: PathBuf,
    _home: tempfile::TempDir,
}

impl Receiver {
    /// An empty one, for the keys in the folder.
    pub fn open(folder: &Path) -> Outcome<Self> {
        let keys = keys(folder)?;
        let home = tempfile::tempdir_in(folder)?;
        let path = home.path().join("copy.db");
        let ledger = Ledger::open(&path, Some(keys.file_key()), keys.identity().signs, entropy(3))?;
        Ok(Self { keys, ledger, path, folder: folder.to_owned(), _home: home })
    }

    /// Takes one bundle in: unseal, unpack, verify, merge, commit. Certificates are not asked for.
    pub fn take_file(&mut self, file: &Path, step: Step) -> Outcome {
        let mut opened = xinghuo_bundle::open(Arc::new(File::open(file)?), &self.keys)?;
        let total = opened.manifest.segments.iter().map(SegmentEntry::entries).sum();
        let mut damaged = 0;
        let segments = opened.stretches(&|_| true).filter_map(|stretch| stretch.inspect_err(|_| damaged += 1).ok());
        let absorbed = self.ledger.absorb(segments, total, &mut |_, _, _, _, _| Verdict::Welcome, &mut |_, _| true)?;
        if damaged > 0 {
            return Err(format!("{damaged} damaged stretches").into());
        }
        let new: u64 = absorbed.segments.iter().map(|s| s.new).sum();
        if (new == 0) != (step == Step::Replay) {
            return Err(format!("{new} new entries in {step:?}").into());
        }
        Ok(())
    }

    /// What the desk does after the last of the files a person picked.
    pub fn catch_up(&mut self) -> Outcome {
        Ok(self.ledger.catch_up()?)
    }
}

impl Copy for Receiver {
    fn take(&mut self, step: Step) -> Outcome<bool> {
        self.take_file(&self.folder.join(step.file()), step)?;
        self.catch_up().map(|()| true)
    }

    fn state(&mut self) -> Outcome<(u64, String)> {
        let books = self.ledger.books();
        let name = books.rows("SELECT name FROM person WHERE rid = 1", [], |r| r.get(0))?.pop().unwrap_or_default();
        Ok((books.number("SELECT count(*) FROM person WHERE life = 0", [])? as u64, name))
    }

    fn kept(&mut self) -> Outcome<u64> {
        self.ledger.settle()?;
        Ok(std::fs::metadata(&self.path)?.len())
    }

    fn parts(&mut self) -> Outcome<String> {
        let sql = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 8";
        let part = |r: &rusqlite::Row<'_>| Ok(format!("{} {:.2}", r.get::<_, String>(0)?, mib(r.get::<_, i64>(1)? as u64)));
        Ok(self.ledger.books().rows(sql, [], part)?.join(", "))
    }
}

/// Random bytes that are the same every time.
pub fn entropy(seed: u64) -> xinghuo_ledger::Entropy {
    xinghuo_desk::demo::entropy(seed)
}

/// Who saves.
pub fn author() -> Outcome<Author> {
    Ok(Author { person: "王秀兰".to_owned(), at: DateTime::parse_from_rfc3339(DAY)? })
}

/// Stores people as one save, as the import of a roster does.
pub fn store(ledger: &mut Ledger, space: SpaceId, people: &[Person]) -> Outcome {
    ledger.transact::<(), LedgerError>(Act::ImportRoster, &author()?, |save| {
        people.iter().for_each(|p| save.put(space, p));
        Ok(())
    })?;
    Ok(())
}

/// What the desk does to write a bundle, less the proof of the file: seal, collect what was not
/// acknowledged, pack, sign, encrypt. Gives the entries in it.
pub fn bundle(ledger: &mut Ledger, keys: &Keys, audience: &Identity, number: u64, sink: impl Write) -> Outcome<u64> {
    ledger.seal_own(&|log, seq, hash| keys.seal(log, seq, hash))?;
    let found = Found(ledger.segments_for(&audience.signs, &|_| true, STRETCH_BYTES)?);
    let out = Outgoing {
        purpose: Purpose::Exchange,
        audience,
        number,
        made_at: DAY.to_owned(),
        have: ledger.heads()?.into_iter().map(|h| (h.log, h.seq, h.hash)).collect(),
        want: Vec::new(),
    };
    let plan = Plan::new(&out, &found, Enclosed::default(), None, uuid::Uuid::nil())?;
    plan.write(keys, 1, BufWriter::new(sink))?;
    Ok(found.0.entries)
}

/// Stretches as they lie in the store.
struct Found<'l>(Segments<'l>);

impl Source for Found<'_> {
    type Error = Failed;

    fn stretch(&self, at: usize) -> Result<Option<Segment>, Failed> {
        self.0.read(at).map_err(Failed::Store)
    }

    fn content(&self, _: &Hash) -> Result<Option<Vec<u8>>, Failed> {
        Ok(None)
    }
}

/// What may go wrong while a bundle is written.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Store(LedgerError),
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

/// Only the writing of a bundle.
pub struct Exports;

impl Way for Exports {
    fn make(&self, folder: &Path, count: usize) -> Outcome {
        let keys = Keys::generate()?;
        std::fs::write(folder.join("sender"), keys.lock(PASSPHRASE, Cost::default())?)?;
        receiver(folder)?;
        let mut ledger = Ledger::open(&folder.join("sender.db"), Some(keys.file_key()), keys.identity().signs, entropy(1))?;
        for people in residents(count).chunks(20_000) {
            store(&mut ledger, COMPOUND, people)?;
        }
        Ok(())
    }

    fn open(&self, folder: &Path, _: usize) -> Outcome<Box<dyn Copy>> {
        let unlock = |name: &str| -> Outcome<Keys> { Ok(Keys::unlock(&std::fs::read_to_string(folder.join(name))?, PASSPHRASE)?) };
        let keys = unlock("sender")?;
        let ledger = Ledger::open(&folder.join("sender.db"), Some(keys.file_key()), keys.identity().signs, entropy(2))?;
        Ok(Box::new(Sender { keys, ledger, audience: unlock("keys")?.identity(), file: folder.join(Step::Import.file()) }))
    }
}

struct Sender {
    keys: Keys,
    ledger: Ledger,
    audience: Identity,
    file: PathBuf,
}

impl Copy for Sender {
    fn take(&mut self, step: Step) -> Outcome<bool> {
        if step != Step::Import {
            return Ok(false);
        }
        bundle(&mut self.ledger, &self.keys, &self.audience, 1, File::create(&self.file)?)?;
        Ok(true)
    }

    fn state(&mut self) -> Outcome<(u64, String)> {
        Ok((self.ledger.books().number("SELECT count(*) FROM person", [])? as u64, String::new()))
    }

    fn kept(&mut self) -> Outcome<u64> {
        Ok(std::fs::metadata(&self.file)?.len())
    }
}

/// The raw payload of a save: per person the JSON object of the values that changed, by field name,
/// without ids, white space or line ends. `before` is what stood there.
pub fn payload(people: &[Person], before: Option<&[Person]>) -> Vec<u8> {
    let fields = Person::KIND.fields;
    let mut out = Vec::new();
    for (n, person) in people.iter().enumerate() {
        let old = before.map(|b| b[n].values());
        let changes: serde_json::Map<String, serde_json::Value> = person
            .values()
            .into_iter()
            .enumerate()
            .filter(|(at, value)| old.as_ref().map_or(!value.is_null(), |old| old[*at] != *value))
            .map(|(at, value)| (fields[at].name.to_owned(), value))
            .collect();
        out.extend_from_slice(serde_json::Value::Object(changes).to_string().as_bytes());
    }
    out
}

//! The published suite of hostile files (docs/vectors.md): one failure each, and what a reader
//! must say. `tests/vectors` is read by `every_published_vector_gets_the_answer_it_names`, and
//! written by `write_the_vectors`:
//! `cargo test -p xinghuo-bundle --test hostile -- --ignored write_the_vectors`.

mod made_bundles;
mod made_entries;
mod made_files;
mod made_others;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::Path;

use tempfile::TempDir;
use xinghuo_bundle::{Flaw, JoinRequest, Keys, Whole, fingerprint, peek};
use xinghuo_forge::{FOLDER, PASSPHRASE, Vector, WITNESS, Who, World, may};
use xinghuo_ledger::{Content, Ledger, STRETCH_BYTES, Verdict};
use xinghuo_model::Class;

/// What a reader said of one vector, in the words of its head.
#[derive(Debug, Default, PartialEq)]
struct Answer {
    expect: String,
    more: BTreeMap<&'static str, String>,
}

/// The receiver: its keys, and its store as it is before every vector.
struct Receiver {
    world: World,
    keys: Keys,
    folder: TempDir,
    state: String,
    /// With the witness beside a wrong stretch, and nothing more.
    witnessed: String,
}

impl Receiver {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a folder");
        let keys = Keys::unlock(&xinghuo_forge::receiver_keys(), PASSPHRASE).expect("the receiver's keys");
        let mut out = Self { world: World::open(false), keys, folder, state: String::new(), witnessed: String::new() };
        let before = xinghuo_bundle::read(&xinghuo_forge::before().bytes, &out.keys).expect("the bundle before");
        let mut ledger = out.open("before.db");
        let done = out.absorb(&mut ledger, &before);
        assert_eq!(done.segments.iter().map(|s| s.new).sum::<u64>(), 9, "{:?}", done.segments);
        out.state = state(&ledger);
        ledger.settle().expect("one file");
        drop(ledger);
        let witness = Vector::load(Path::new(FOLDER), "segment-seal-of-another-key").expect("a vector");
        let opened = xinghuo_bundle::read(&witness.bytes, &out.keys).expect("a bundle");
        let mut ledger = out.fresh();
        out.absorb(&mut ledger, &opened);
        out.witnessed = state(&ledger);
        out
    }

    fn open(&self, name: &str) -> Ledger {
        let path = self.folder.path().join(name);
        Ledger::open(&path, None, self.keys.identity().signs, Box::new(|_| ())).expect("a store")
    }

    /// A store in the state before.
    fn fresh(&self) -> Ledger {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(self.folder.path().join(format!("now.db{end}")));
        }
        std::fs::copy(self.folder.path().join("before.db"), self.folder.path().join("now.db")).expect("a copy");
        self.open("now.db")
    }

    fn absorb(&self, ledger: &mut Ledger, opened: &Whole) -> xinghuo_ledger::Absorbed {
        let mut judge =
            |books: &xinghuo_ledger::Books<'_>, key: &_, channel, _, _: &_| -> Verdict { may(&self.world, books, key, channel) };
        ledger.absorb(opened.segments.clone(), 0, &mut judge, &mut |_, _| true).expect("absorbing")
    }

    fn bundle(&self, vector: &Vector) -> Answer {
        let named = peek(&vector.bytes);
        let opened = match xinghuo_bundle::read(&vector.bytes, &self.keys) {
            Ok(opened) => opened,
            Err(error) => return Answer { expect: error.code().to_owned(), ..Answer::default() },
        };
        assert!(named.is_ok(), "{}: read, though it cannot be peeked at", vector.name);
        let name = &vector.name;
        // What the table says is added up and shown.
        assert!(opened.damaged.iter().all(|d| d.entries <= 1 << 30), "{name}: more entries than bytes");
        let mut ledger = self.fresh();
        let newer = |ledger: &Ledger| {
            let checked = ledger.check(&mut |_, _| true).expect("a check");
            assert!(checked.problems.is_empty(), "{name}: {:?}", checked.problems);
            checked.newer
        };
        let newer_before = newer(&ledger);
        let done = self.absorb(&mut ledger, &opened);
        let sender = opened.from.signs;
        let mut back = false;
        if sender != self.keys.identity().signs {
            // What it said before this bundle: it had its first two saves.
            let world = &self.world;
            let earlier = [(world.community.id(), world.community.seq, world.community.prev)];
            ledger.acknowledge(&sender, 1, &earlier).expect("a receipt");
            back = !ledger.acknowledge(&sender, opened.manifest.number, &opened.manifest.have).expect("a receipt").is_empty();
        }
        // A receipt for what is not here must not keep anything from being sent.
        let heads = ledger.heads().expect("heads");
        for (strand, seq) in ledger.acknowledged(&sender).expect("receipts") {
            assert!(heads.iter().any(|h| h.strand == strand && h.seq >= seq), "{name}: a receipt for what nobody wrote");
        }

        let mut problems: Vec<String> = opened.damaged.iter().map(|d| format!("segment.{}", d.code)).collect();
        let (attached, files) = self.attachments(&mut ledger, vector);
        problems.extend(attached);
        problems.extend(done.segments.iter().flat_map(|s| &s.reasons).map(|r| format!("entry.{r}")));
        problems.sort();
        problems.dedup();
        let new: u64 = done.segments.iter().map(|s| s.new).sum();
        let after = state(&ledger);
        let expect = match &problems[..] {
            [] => "ok".to_owned(),
            all if new > 0 => format!("partly {}", all.join(" ")),
            all => all.join(" "),
        };
        if new == 0 {
            assert_eq!(after, self.state, "{name}: nothing was taken in, and the state changed");
        }
        let witnesses = ledger.books().number("SELECT count(*) FROM request WHERE number = ?1", [WITNESS]).expect("a count");
        if expect.starts_with("partly") {
            assert_eq!(witnesses, 1, "{name}: the sound stretch did not get in");
            if new == 1 && newer(&ledger) == newer_before {
                assert_eq!(after, self.witnessed, "{name}: something else got in too");
            }
        }
        let mut more = BTreeMap::new();
        if new > 0 || problems.is_empty() {
            more.insert("new", new.to_string());
        }
        if files > 0 {
            more.insert("files", files.to_string());
        }
        let count = newer(&ledger) - newer_before;
        if count > 0 {
            more.insert("newer", count.to_string());
        }
        let signals: Vec<&str> = [("back", back), ("restored", done.restored), ("forked", !done.forked.is_empty())]
            .iter()
            .filter(|s| s.1)
            .map(|s| s.0)
            .collect();
        if !signals.is_empty() {
            more.insert("signals", signals.join(" "));
        }

        // Whatever it was: doubled, relayed, looked at and rebuilt, the store stays whole.
        self.absorb(&mut ledger, &opened);
        assert_eq!(state(&ledger), after, "{name}: the second time it changed something");
        ledger.conflicts().expect("the conflicts");
        ledger.segments_for(&[0; 32], &|_| true, STRETCH_BYTES).expect("segments");
        for n in 0..32 {
            ledger.history(uuid::Uuid::from_u128(n)).expect("a history");
        }
        ledger.rebuild(&mut |_, _| true).expect("a rebuild");
        assert_eq!(state(&ledger), after, "{name}: rebuilt, it is another state");
        Answer { expect, more }
    }

    /// Takes in the attachments that a record names: what was wrong with others, and how many it took.
    fn attachments(&self, ledger: &mut Ledger, vector: &Vector) -> (Vec<String>, usize) {
        let expected = ledger.expected_content().expect("what records name");
        let (mut problems, mut taken) = (Vec::new(), BTreeSet::new());
        let mut opened = xinghuo_bundle::open(Cursor::new(&vector.bytes), &self.keys).expect("a bundle");
        for (entry, bytes) in opened.attachments() {
            match bytes {
                Err(Flaw::Damaged(code)) => problems.push(format!("attachment.{code}")),
                Err(Flaw::File(error)) => panic!("bytes in memory cannot fail: {error}"),
                Ok(_) if !expected.contains(&entry.hash) => problems.push("attachment.unasked".to_owned()),
                Ok(bytes) => {
                    let content = Content { media: entry.media.clone(), thumbnail: None, bytes };
                    ledger.take_content(&entry.hash, Some(&content), None).expect("a content");
                    taken.insert(entry.hash);
                }
            }
        }
        (problems, taken.len())
    }

    fn answer(&self, vector: &Vector) -> Answer {
        let code = |result: Result<Answer, xinghuo_bundle::BundleError>| {
            result.unwrap_or_else(|e| Answer { expect: e.code().to_owned(), ..Answer::default() })
        };
        let ok = |identity: xinghuo_bundle::Identity| Answer {
            expect: "ok".to_owned(),
            more: BTreeMap::from([("fingerprint", fingerprint(&identity))]),
        };
        match vector.get("kind") {
            Some("bundle") => self.bundle(vector),
            Some("join") => code(JoinRequest::read(&vector.bytes).and_then(|r| r.identity()).map(ok)),
            Some("keys") => code(
                // A key file that is no text is none: the caller reads it as text.
                String::from_utf8(vector.bytes.clone())
                    .map_err(|_| xinghuo_bundle::BundleError::KeysDamaged)
                    .and_then(|t| Keys::unlock(&t, vector.get("passphrase").expect("a passphrase")))
                    .map(|k| ok(k.identity())),
            ),
            other => panic!("{}: {other:?} is no kind", vector.name),
        }
    }
}

fn state(ledger: &Ledger) -> String {
    ledger.state_hash(&Class::ALL).expect("a hash").hex()
}

/// The most memory this program ever had, in bytes; `None` where the system does not tell.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[test]
fn every_published_vector_gets_the_answer_it_names() {
    let vectors = Vector::all(Path::new(FOLDER));
    assert!(vectors.len() >= 150, "only {} vectors", vectors.len());
    let receiver = Receiver::new();
    let mut wrong = Vec::new();
    for vector in &vectors {
        let (start, memory) = (std::time::Instant::now(), peak());
        let answer = receiver.answer(vector);
        let mut named = Answer { expect: vector.get("expect").expect("an expectation").to_owned(), more: BTreeMap::new() };
        for key in ["new", "newer", "files", "signals", "fingerprint"] {
            if let Some(value) = vector.get(key) {
                named.more.insert(key, value.to_owned());
            }
        }
        if answer != named {
            wrong.push(format!("{}: {named:?} expected, {answer:?} given", vector.name));
        }
        // No file of a few kilobytes may cost much; the dearest are a key file's work and 16 MiB of text.
        if start.elapsed() > std::time::Duration::from_secs(20) {
            wrong.push(format!("{}: took {:?}", vector.name, start.elapsed()));
        }
        if let (Some(before), Some(after)) = (memory, peak())
            && after.saturating_sub(before) > 192 << 20
        {
            wrong.push(format!("{}: took {} MiB more than any before", vector.name, (after - before) >> 20));
        }
    }
    assert!(wrong.is_empty(), "{} of {} vectors:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
}

#[test]
fn a_vector_says_what_it_is_in_one_sentence_and_the_folder_stays_small() {
    let vectors = Vector::all(Path::new(FOLDER));
    let mut sentences: Vec<&str> = vectors.iter().map(|v| v.get("what").expect("a sentence")).collect();
    for (vector, what) in vectors.iter().zip(&sentences) {
        assert!(what.ends_with('.') && what.len() > 10 && what.len() < 160, "{}: {what}", vector.name);
    }
    sentences.sort_unstable();
    sentences.dedup();
    assert_eq!(sentences.len(), vectors.len(), "two vectors say the same");
    let size: u64 = std::fs::read_dir(FOLDER).expect("the folder").map(|f| f.expect("a file").metadata().expect("its size").len()).sum();
    assert!(size < 1_700_000, "{size} bytes");
}

#[test]
#[ignore = "writes the published vectors anew: what holds the same as before keeps its bytes"]
fn write_the_vectors() {
    let world = World::open(true);
    world.write_shared();
    made_bundles::all(&world);
    made_entries::all(&world);
    made_files::all(&world);
    made_others::all(&world);
    let made = world.made.take();
    for old in Vector::all(Path::new(FOLDER)) {
        if !made.iter().any(|v| v.name == old.name) {
            std::fs::remove_file(Path::new(FOLDER).join(format!("{}.vector", old.name))).expect("removing a vector");
        }
    }
    for (at, vector) in made.iter().enumerate() {
        assert!(made[..at].iter().all(|v| v.name != vector.name), "{} twice", vector.name);
        vector.save(Path::new(FOLDER));
    }
    assert_eq!(
        world.party(Who::Receiver).signs(),
        xinghuo_forge::hex(&Keys::unlock(&xinghuo_forge::receiver_keys(), PASSPHRASE).expect("keys").identity().signs)
    );
}
